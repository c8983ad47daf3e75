#include "world.h"

#include <stdio.h>
#include <stdlib.h>

#include "algo/file.h"

#define MUST(x)                                                                                                        \
  do {                                                                                                                 \
    if (!(x)) {                                                                                                        \
      fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #x, world_trouble(w));                                    \
      abort();                                                                                                         \
    }                                                                                                                  \
  } while (0)

static const char *world_trouble(const world_t *w) {
  return w->refusal ? w->refusal : w->t ? algo_testnet_why(w->t) : "";
}

void world_must(const world_t *w, bool ok) { MUST(ok); }

uint64_t world_rnd(uint64_t *state, uint64_t n) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (z ^ (z >> 31)) % n;
}

/* ---- groups ---- */

bool world_send(world_t *w, algo_txn_t *txns, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!txns[i].fee) txns[i].fee = txns[i].type == ALGO_TX_APPL ? w->fee : 1000;
  algo_testnet_measure(w->t, w->measures);
  algo_testnet_may_refuse(w->t);
  w->refusal = NULL;
  MUST(algo_testnet_send(w->t, txns, n));
  const algo_testnet_result_t *r = algo_testnet_result(w->t);
  w->budget = r->budget;
  w->refusal = r->why;
  if (!r->ok) return false;
  w->delta = &r->txns[n - 1];
  if (r->created_app) w->app.id = r->created_app;
  if (r->created_asset) w->app.asset = r->created_asset;
  return true;
}

void world_set_time(world_t *w, int64_t now) {
  w->now = now;
  MUST(algo_testnet_set_time(w->t, now));
}

uint64_t world_number(const world_t *w, const char *name) {
  algo_teal_value_t v;
  algo_testnet_global(w->t, w->app.id, algo_bytes_str(name), &v);
  return v.uint;
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
  algo_testnet_box(w->t, w->app.id, algo_bytes(name, n + 1), &value);
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

void world_name_all(world_t *w, const algo_addr_t *sender, const algo_method_call_t *c, algo_txn_t *t) {
  static const char *const counters[] = {"next_gpu", "next_rental", "next_task"};
  refs_t *r = algo_arena_zalloc(&w->arena, sizeof *r);
  find_refs(w, sender, c, r);
  for (unsigned i = 0; i < 3 && r->n_boxes < 8; i++) {
    uint8_t id[8];
    algo_put_be64(id, world_number(w, counters[i]) + 1);
    if (world_number(w, counters[i])) want_box(w, r, "grt"[i], id, 8);
  }
  t->accounts = r->accounts;
  t->n_accounts = r->n_accounts;
  t->boxes = r->boxes;
  t->n_boxes = r->n_boxes < 7 ? r->n_boxes : 7;
  t->foreign_assets = &r->asset;
  t->n_foreign_assets = r->asset ? 1 : 0;
}

bool world_call_as(world_t *w, const algo_addr_t *sender, const algo_method_call_t *c) {
  return call_with(w, sender, c, NULL);
}
bool world_call(world_t *w, unsigned party, const algo_method_call_t *c) { return world_call_as(w, &w->who[party], c); }

bool world_create(world_t *w, const algo_method_call_t *c) {
  if (!call_with(w, &w->who[ADMIN], c, w->spec)) return false;
  algo_addr_of_app(&w->app_addr, w->app.id);
  return algo_testnet_adopt_arc56(w->t, w->app.id, "market", &w->described);
}

/* ---- looking ---- */

uint64_t world_balance(const world_t *w, const algo_addr_t *a) {
  return algo_testnet_balance(w->t, algo_testnet_label(w->t, a));
}

uint64_t world_min_balance(const world_t *w, const algo_addr_t *a) {
  return algo_testnet_min_balance(w->t, algo_testnet_label(w->t, a));
}

bool world_holding(const world_t *w, const algo_addr_t *a, uint64_t *amount, bool *frozen) {
  algo_holding_t h;
  bool there = algo_testnet_holding(w->t, algo_testnet_label(w->t, a), w->app.asset, &h);
  *amount = h.amount;
  *frozen = h.frozen;
  return there;
}

bool world_box(const world_t *w, char prefix, algo_bytes_t id, algo_bytes_t *value) {
  uint8_t name[64] = {(uint8_t)prefix};
  memcpy(name + 1, id.p, id.n);
  return algo_testnet_box(w->t, w->app.id, algo_bytes(name, id.n + 1), value);
}

void world_globals(const world_t *w, algo_rental_globals_t *out) {
  algo_teal_state_t state;
  memset(out, 0, sizeof *out);
  algo_testnet_globals(w->t, w->app.id, &state);
  for (size_t i = 0; i < state.n; i++)
    algo_rental_globals_set(out, state.items[i].key, !state.items[i].is_uint, state.items[i].bytes,
                            state.items[i].uint);
}

bool world_affords(const world_t *w, unsigned party, uint64_t mbr, bool deposits, uint64_t amount) {
  const algo_addr_t *a = &w->who[party];
  bool asa = w->app.asset != 0;
  u128_t need = w->fee + 2000 + (u128_t)mbr + (deposits && !asa ? amount : 0);
  if (world_balance(w, a) < need + world_min_balance(w, a)) return false;
  if (!deposits || !asa) return true;
  uint64_t have;
  bool frozen;
  if (!world_holding(w, &w->app_addr, &have, &frozen) || frozen) return false;
  return world_holding(w, a, &have, &frozen) && !frozen && have >= amount;
}

bool world_logs_are(const world_t *w, const algo_buf_t *want) {
  size_t at = 0;
  for (size_t i = 0; i < w->delta->n_logs; i++) {
    algo_bytes_t have = w->delta->logs[i];
    if (want->n < at + 2 + have.n || memcmp(want->p + at + 2, have.p, have.n) != 0) return false;
    at += 2 + have.n;
  }
  return at == want->n;
}

bool world_box_is(const world_t *w, char prefix, uint64_t id, bool live, const algo_buf_t *want) {
  uint8_t be[8];
  algo_bytes_t value;
  algo_put_be64(be, id);
  bool there = world_box(w, prefix, algo_bytes(be, 8), &value);
  return there == live && (!live || algo_bytes_eq(value, algo_buf_view(want)));
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

/* Names of methods and events; programs and errors are the spec's, which need not be the published one. */
static void describe(world_t *w) {
  char path[128];
  algo_buf_t json = ALGO_BUF_INIT;
  algo_err_t err;
  snprintf(path, sizeof path, "contracts/%s/generated/%s.arc56.json", w->spec->name, w->spec->variant);
  MUST(algo_file_read(&json, path, 1u << 24, &err) == ALGO_OK);
  MUST(algo_arc56_parse(&w->described, json.p, json.n, &w->lasting, &err) == ALGO_OK);
  algo_buf_fini(&json);
  w->described.spec = *w->spec;
}

void world_open(world_t *w, const algo_app_spec_t *algo, const algo_app_spec_t *asa, bool is_asa) {
  static const char *const labels[PARTIES] = {"admin",  "treasury", "arbiter",  "owner", "owner2",
                                              "renter", "renter2",  "stranger", "issuer"};
  memset(w, 0, sizeof *w);
  w->now = 1700000000;
  w->fee = 6000;
  w->spec = is_asa ? asa : algo;
  /* Released rules (AVM 12): what runs here runs on mainnet. */
  const algo_testnet_options_t opt = {.protocol = ALGO_TESTNET_RELEASED, .time = w->now};
  algo_err_t err;
  MUST(!algo_testnet_start(&w->t, &opt, &err));
  describe(w);
  algo_testnet_adopt_arc56(w->t, 0, NULL, &w->described);
  for (unsigned i = 0; i < PARTIES; i++) w->who[i] = *algo_testnet_account(w->t, labels[i]);
  if (is_asa) make_asset(w);
}

void world_close(world_t *w) {
  algo_testnet_stop(w->t);
  algo_arena_fini(&w->arena);
  algo_arena_fini(&w->lasting);
}
