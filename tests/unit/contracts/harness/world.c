#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Released rules (AVM 12): what runs here runs on mainnet. */
#define MAINNET "https://github.com/algorandfoundation/specs/tree/953304de35264fc3ef91bcd05c123242015eeaed"

#define MUST(x)                                                                                                        \
  do {                                                                                                                 \
    if (!(x)) {                                                                                                        \
      fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #x, w->refusal ? w->refusal : "");                        \
      abort();                                                                                                         \
    }                                                                                                                  \
  } while (0)

/* ---- groups ---- */

static void read_refusal(world_t *w, const algo_submit_detail_t *d) {
  const char *m = d->present && d->app == w->app.id ? algo_app_error_at(w->spec, d->pc) : NULL;
  if (!m && d->present && !w->app.id) m = algo_app_error_at(w->spec, d->pc);
  w->refusal = m ? m : algo_buf_cstr(&w->text);
}

/* What the group's programs use, inner calls none: simulated, so that nothing happens yet. */
static void measure(world_t *w, algo_bytes_t group) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_sim_request_t req = {.group = group, .allow_empty_signatures = true};
  algo_sim_result_t result;
  w->budget = 0;
  if (!algo_ledger_simulate(w->l, &req, &result, &arena, NULL) && !result.failure)
    w->budget = result.app_budget_consumed;
  algo_arena_fini(&arena);
}

bool world_send(world_t *w, algo_txn_t *txns, size_t n) {
  const algo_txn_t *all[ALGO_GROUP_MAX];
  algo_buf_t group = ALGO_BUF_INIT;
  algo_digest_t gid, first;
  algo_err_t err;
  for (size_t i = 0; i < n; i++) {
    algo_txn_t *t = &txns[i];
    if (!t->fee) t->fee = t->type == ALGO_TX_APPL ? w->fee : 1000;
    t->first_valid = algo_ledger_round(w->l) + 1;
    t->last_valid = t->first_valid + 500;
    t->genesis_hash = *algo_ledger_genesis_hash(w->l);
    uint8_t *note = algo_arena_alloc(&w->arena, 8);
    algo_put_be64(note, ++w->nonce);
    t->note = algo_bytes(note, 8);
    all[i] = t;
  }
  if (n > 1 && !algo_group_id(&gid, all, n, &err))
    for (size_t i = 0; i < n; i++) txns[i].group = gid;
  for (size_t i = 0; i < n; i++) {
    algo_stxn_t s = {.txn = txns[i]};
    algo_stxn_encode(&group, &s);
  }
  algo_submit_options_t opt = {.skip_signatures = true};
  algo_submit_detail_t detail;
  algo_buf_clear(&w->text);
  w->refusal = NULL;
  if (w->measures) measure(w, algo_buf_view(&group));
  bool ok = !algo_ledger_submit(w->l, algo_buf_view(&group), &opt, &first, &w->text, &detail, &err);
  algo_buf_fini(&group);
  if (!ok) {
    read_refusal(w, &detail);
    return false;
  }
  algo_digest_t last;
  algo_found_txn_t found;
  algo_txn_id(&last, &txns[n - 1]);
  if (algo_ledger_seal(w->l, w->now, &err)) abort();
  algo_arena_reset(&w->apply_arena);
  MUST(algo_ledger_find_txn(w->l, &last, &found, &w->apply_arena));
  w->delta = &found.apply->delta;
  if (found.apply->created_app) w->app.id = found.apply->created_app;
  if (found.apply->created_asset) w->app.asset = found.apply->created_asset;
  return true;
}

void world_set_time(world_t *w, int64_t now) {
  w->now = now;
  if (algo_ledger_seal(w->l, now, NULL)) abort();
}

typedef struct number {
  const char *name;
  uint64_t value;
} number_t;

static bool take_number(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  (void)app;
  (void)p;
  number_t *x = user;
  for (size_t i = 0; i < n; i++)
    if (algo_bytes_eq(kv[i].key, algo_bytes_str(x->name))) x->value = kv[i].value.uint;
  return true;
}

uint64_t world_number(const world_t *w, const char *name) {
  number_t x = {name, 0};
  algo_ledger_app(w->l, w->app.id, take_number, &x);
  return x.value;
}

/* ---- references ---- */

typedef struct refs {
  algo_addr_t accounts[8];
  algo_box_ref_t boxes[8];
  uint64_t asset;
  size_t n_accounts, n_boxes;
} refs_t;

static void want_account(refs_t *r, const uint8_t *a) { memcpy(r->accounts[r->n_accounts++].b, a, 32); }

static algo_bytes_t want_box(world_t *w, refs_t *r, char prefix, const uint8_t *id, size_t n) {
  uint8_t *name = algo_arena_alloc(&w->arena, n + 1);
  name[0] = (uint8_t)prefix;
  memcpy(name + 1, id, n);
  r->boxes[r->n_boxes++].name = algo_bytes(name, n + 1);
  algo_bytes_t value = {NULL, 0};
  algo_ledger_box(w->l, w->app.id, algo_bytes(name, n + 1), &value);
  return value;
}

static bool is(const algo_method_call_t *c, const char *names) {
  char name[64];
  size_t n = strcspn(c->signature, "(");
  snprintf(name, sizeof name, " %.*s ", (int)n, c->signature);
  return strstr(names, name) != NULL;
}

static void escrow_refs(world_t *w, const algo_addr_t *sender, const algo_method_call_t *c, algo_bytes_t arg,
                        refs_t *r) {
  uint8_t id[8];
  if (is(c, " post ")) {
    algo_put_be64(id, world_number(w, "next_task"));
    want_box(w, r, 't', id, 8);
  }
  if (is(c, " accept ")) want_box(w, r, 'p', sender->b, 32);
  if (!is(c,
          " accept submit reject approve_result release resolve abandon reclaim withdraw withdraw_worker task worker "))
    return;
  algo_bytes_t task = want_box(w, r, 't', arg.p, arg.n < 63 ? arg.n : 63);
  algo_bytes_t worker = want_box(w, r, 'w', arg.p, arg.n < 63 ? arg.n : 63);
  if (task.n >= 32) want_account(r, task.p);
  if (worker.n >= 32) want_account(r, worker.p);
}

static void find_refs(world_t *w, const algo_addr_t *sender, const algo_method_call_t *c, refs_t *r) {
  algo_rental_globals_t g;
  uint8_t id[8];
  r->asset = w->app.asset;
  if (!w->app.id || c->n_args == 0) return;
  world_globals(w, &g);
  algo_bytes_t arg = c->n_args > 1 ? c->args[1] : algo_bytes("", 0);
  if (is(c, " collect ")) want_account(r, g.treasury.b);
  if (is(c, " approve ")) want_box(w, r, 'p', arg.p, arg.n < 63 ? arg.n : 63);
  if (strcmp(w->spec->name, "escrow") == 0) {
    escrow_refs(w, sender, c, arg, r);
    return;
  }
  if (is(c, " register ")) {
    algo_put_be64(id, g.next_gpu);
    want_box(w, r, 'g', id, 8);
    want_box(w, r, 'p', sender->b, 32);
  }
  if (is(c, " update suspend resume retire bar rent withdraw_gpu gpu quote ")) {
    algo_bytes_t v = want_box(w, r, 'g', arg.p, arg.n < 63 ? arg.n : 63);
    if (v.n >= 32) want_account(r, v.p);
  }
  if (is(c, " rent ")) {
    algo_put_be64(id, g.next_rental);
    want_box(w, r, 'r', id, 8);
  }
  if (is(c, " start heartbeat extend claim stop cancel dispute resolve withdraw rental due ")) {
    algo_bytes_t v = want_box(w, r, 'r', arg.p, arg.n < 63 ? arg.n : 63);
    if (v.n < 72) return;
    want_account(r, v.p + 8);
    want_account(r, v.p + 40);
    want_box(w, r, 'g', v.p, 8);
  }
}

static bool call_with(world_t *w, const algo_addr_t *sender, const algo_method_call_t *c,
                      const algo_app_spec_t *create) {
  algo_txn_t txns[ALGO_GROUP_MAX];
  refs_t r = {0};
  find_refs(w, sender, c, &r);
  for (size_t i = 0; i < c->n_before; i++) {
    txns[i] = c->before[i];
    if (algo_addr_is_zero(&txns[i].sender)) txns[i].sender = *sender;
  }
  algo_txn_t *t = &txns[c->n_before];
  memset(t, 0, sizeof *t);
  t->type = ALGO_TX_APPL;
  t->sender = *sender;
  t->app_id = c->app_id;
  t->on_completion = c->on_completion;
  t->app_args = c->args;
  t->n_app_args = c->n_args;
  t->accounts = r.accounts;
  t->n_accounts = r.n_accounts;
  t->boxes = r.boxes;
  t->n_boxes = r.n_boxes;
  t->foreign_assets = &r.asset;
  t->n_foreign_assets = r.asset ? 1 : 0;
  if (c->on_completion == ALGO_OC_UPDATE) {
    t->approval_program = w->spec->approval;
    t->clear_program = w->spec->clear;
  }
  if (create) {
    t->approval_program = create->approval;
    t->clear_program = create->clear;
    t->global_schema = create->global_schema;
    t->extra_program_pages = create->extra_pages;
  }
  return world_send(w, txns, c->n_before + 1);
}

bool world_call_as(world_t *w, const algo_addr_t *sender, const algo_method_call_t *c) {
  return call_with(w, sender, c, NULL);
}
bool world_call(world_t *w, unsigned party, const algo_method_call_t *c) {
  return call_with(w, &w->who[party], c, NULL);
}

bool world_create(world_t *w, const algo_method_call_t *c) {
  if (!call_with(w, &w->who[ADMIN], c, w->spec)) return false;
  algo_addr_of_app(&w->app_addr, w->app.id);
  return true;
}

/* ---- looking ---- */

uint64_t world_balance(const world_t *w, const algo_addr_t *a) {
  algo_account_view_t v;
  algo_ledger_account(w->l, a, &v);
  return v.balance;
}

uint64_t world_min_balance(const world_t *w, const algo_addr_t *a) {
  algo_account_view_t v;
  algo_ledger_account(w->l, a, &v);
  return v.min_balance;
}

bool world_holding(const world_t *w, const algo_addr_t *a, uint64_t *amount, bool *frozen) {
  algo_avm_holding_t h = {0};
  bool there = algo_ledger_holding(w->l, a, w->app.asset, &h);
  *amount = there ? h.amount : 0;
  *frozen = there && h.frozen;
  return there;
}

bool world_box(const world_t *w, char prefix, algo_bytes_t id, algo_bytes_t *value) {
  uint8_t name[64] = {(uint8_t)prefix};
  memcpy(name + 1, id.p, id.n);
  return algo_ledger_box(w->l, w->app.id, algo_bytes(name, id.n + 1), value);
}

static bool take_globals(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  (void)app;
  (void)p;
  for (size_t i = 0; i < n; i++)
    algo_rental_globals_set(user, kv[i].key, kv[i].value.is_bytes, kv[i].value.bytes, kv[i].value.uint);
  return true;
}

void world_globals(const world_t *w, algo_rental_globals_t *out) {
  memset(out, 0, sizeof *out);
  algo_ledger_app(w->l, w->app.id, take_globals, out);
}

/* ---- plain transactions; each has to succeed ---- */

void world_pay(world_t *w, const algo_addr_t *from, const algo_addr_t *to, uint64_t amount, bool close) {
  algo_txn_t t = {.type = ALGO_TX_PAY, .sender = *from, .receiver = *to, .amount = amount};
  if (close) t.close_remainder_to = *to;
  MUST(world_send(w, &t, 1));
}

void world_xfer(world_t *w, const algo_addr_t *from, const algo_addr_t *to, uint64_t amount, bool close) {
  algo_txn_t t = {.type = ALGO_TX_AXFER, .sender = *from, .asset_receiver = *to, .asset_amount = amount};
  t.xfer_asset = w->app.asset;
  if (close) t.asset_close_to = *to;
  MUST(world_send(w, &t, 1));
}

void world_opt_in(world_t *w, const algo_addr_t *a) { world_xfer(w, a, a, 0, false); }

void world_freeze(world_t *w, const algo_addr_t *a, bool frozen) {
  algo_txn_t t = {.type = ALGO_TX_AFRZ, .sender = w->who[ISSUER], .freeze_account = *a, .freeze_asset = w->app.asset};
  t.asset_frozen = frozen;
  MUST(world_send(w, &t, 1));
}

void world_clawback(world_t *w, const algo_addr_t *from, uint64_t amount) {
  algo_txn_t t = {.type = ALGO_TX_AXFER, .sender = w->who[ISSUER], .asset_sender = *from, .asset_amount = amount};
  t.asset_receiver = w->who[ISSUER];
  t.xfer_asset = w->app.asset;
  MUST(world_send(w, &t, 1));
}

/* ---- life ---- */

static void make_asset(world_t *w) {
  algo_asset_params_t p = {.total = UINT64_MAX, .unit_name = ALGO_BYTES_LIT("USD")};
  p.manager = p.reserve = p.freeze = p.clawback = w->who[ISSUER];
  algo_txn_t t = {.type = ALGO_TX_ACFG, .sender = w->who[ISSUER], .asset_params = &p};
  MUST(world_send(w, &t, 1));
  for (unsigned i = 0; i < PARTIES; i++) {
    if (i == ISSUER) continue;
    world_opt_in(w, &w->who[i]);
    world_xfer(w, &w->who[ISSUER], &w->who[i], UINT64_MAX / 16, false);
  }
}

void world_open(world_t *w, const algo_app_spec_t *algo, const algo_app_spec_t *asa, bool is_asa) {
  memset(w, 0, sizeof *w);
  algo_genesis_account_t alloc[PARTIES + 2];
  memset(alloc, 0, sizeof alloc);
  for (unsigned i = 0; i < PARTIES + 2; i++) {
    algo_sha512_256_tagged(alloc[i].addr.b, "party", &i, sizeof i);
    alloc[i].amount = 1000000000000;
    alloc[i].comment = "";
    if (i < PARTIES) w->who[i] = alloc[i].addr;
  }
  w->now = 1700000000;
  w->fee = 6000;
  w->spec = is_asa ? asa : algo;
  algo_genesis_t g = {.id = "v1", .network = "test", .protocol = MAINNET, .timestamp = w->now, .devmode = true};
  g.fee_sink = alloc[PARTIES].addr;
  g.rewards_pool = alloc[PARTIES + 1].addr;
  alloc[PARTIES + 1].amount = 100000; /* its minimum balance: no rewards are paid */
  g.alloc = alloc;
  g.n_alloc = PARTIES + 2;
  algo_err_t err;
  algo_err_init(&err);
  if (algo_ledger_new(&w->l, &g, NULL, &err)) {
    fprintf(stderr, "ledger: %s\n", err.msg);
    abort();
  }
  world_set_time(w, w->now);
  if (is_asa) make_asset(w);
}

void world_close(world_t *w) {
  algo_ledger_free(w->l);
  algo_buf_fini(&w->text);
  algo_arena_fini(&w->arena);
  algo_arena_fini(&w->apply_arena);
}
