/* Looking things up. */
#include "algo/mp.h"
#include "internal.h"

/* ---- blocks ---- */

static algo_code_t no_entry(const algo_ledger_t *l, uint64_t round, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_NOT_FOUND,
                      "ledger does not have entry %" PRIu64 " (latest %" PRIu64 ", committed %" PRIu64 ")", round,
                      l->tip.round, l->tip.round);
}

algo_code_t algo_ledger_header(const algo_ledger_t *l, uint64_t round, algo_header_t *out, algo_arena_t *arena,
                               algo_err_t *err) {
  if (round >= l->n_blocks) return no_entry(l, round, err);
  algo_bytes_t bytes, whole;
  algo_code_t rc = algo_lblock_bytes(l, round, arena, &bytes, err);
  if (rc) return rc;
  algo_mp_t r = algo_mp(algo_lblock_body(bytes));
  rc = algo_mp_skip_view(&r, &whole, err);
  return rc ? rc : algo_header_decode(out, whole, arena, err);
}

algo_code_t algo_ledger_block(const algo_ledger_t *l, uint64_t round, algo_buf_t *out, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_bytes_t bytes;
  if (round >= l->n_blocks) return no_entry(l, round, err);
  algo_code_t rc = algo_lblock_bytes(l, round, &arena, &bytes, err);
  if (!rc) algo_buf_putb(out, bytes);
  algo_arena_fini(&arena);
  return rc;
}

/* ---- transactions ---- */

static bool find_open(const algo_ledger_t *l, uint32_t index, algo_found_txn_t *out, algo_arena_t *arena) {
  const uint32_t *ends = (const uint32_t *)(const void *)l->open.ends.p;
  uint32_t begin = index ? ends[index - 1] : 0;
  static const char around[] = "\x81\xa5"
                               "block"
                               "\x81\xa4"
                               "txns\x91"; /* a block of that transaction alone */
  size_t n = ends[index] - begin;
  uint8_t *raw = algo_arena_alloc(arena, sizeof around - 1 + n);
  algo_block_t b;
  if (!raw) return false;
  memcpy(raw, around, sizeof around - 1);
  memcpy(raw + sizeof around - 1, l->open.txns.p + begin, n);
  if (algo_block_decode(&b, algo_bytes(raw, sizeof around - 1 + n), arena, NULL) || b.n_txns != 1) return false;
  *out = (algo_found_txn_t){0, index, &b.txns[0], NULL};
  return true;
}

/* Where a transaction is; false: nowhere. */
static bool locate(const algo_ledger_t *l, const algo_digest_t *txid, uint64_t *round, uint32_t *index) {
  const txref_t *x = algo_ltxid(l, txid);
  if (!x) return algo_lstore_txid(l, txid, round, index);
  *round = x->round;
  *index = x->index;
  return true;
}

bool algo_ledger_find_txn(const algo_ledger_t *l, const algo_digest_t *txid, algo_found_txn_t *out,
                          algo_arena_t *arena) {
  uint64_t round;
  uint32_t index;
  algo_bytes_t bytes;
  algo_block_t b;
  *out = (algo_found_txn_t){0};
  if (!locate(l, txid, &round, &index)) return false;
  *out = (algo_found_txn_t){.rejected = "the transaction's block cannot be read"};
  if (round > l->tip.round) return find_open(l, index, out, arena);
  if (algo_lblock_bytes(l, round, arena, &bytes, NULL) || algo_block_decode(&b, bytes, arena, NULL)) return false;
  if (index >= b.n_txns) return false;
  *out = (algo_found_txn_t){round, index, &b.txns[index], NULL};
  return true;
}

bool algo_ledger_open_txn(const algo_ledger_t *l, size_t i, algo_found_txn_t *out, algo_arena_t *arena) {
  return i < l->open.n_txns && find_open(l, (uint32_t)i, out, arena);
}

/* The leaves that a block's commitment is over. */
static bool leaves_of(const algo_ledger_t *l, const algo_block_t *b, hash_kind_t hash, algo_buf_t *out) {
  algo_buf_t raw = ALGO_BUF_INIT;
  for (size_t i = 0; i < b->n_txns; i++) {
    algo_txn_t t;
    uint8_t leaf[64];
    algo_block_restore(&t, b, &b->txns[i]);
    algo_buf_clear(&raw);
    algo_txn_encode(&raw, &t);
    algo_ltagged(leaf, hash, "TX", raw.p, raw.n);
    algo_buf_clear(&raw);
    algo_apply_encode(&raw, &b->txns[i]);
    algo_ltagged(leaf + 32, hash, "STIB", raw.p, raw.n);
    algo_buf_put(out, leaf, sizeof leaf);
  }
  bool ok = !raw.oom && !out->oom;
  (void)l;
  algo_buf_fini(&raw);
  return ok;
}

algo_code_t algo_ledger_txn_proof(const algo_ledger_t *l, uint64_t round, const algo_digest_t *txid, int hash,
                                  algo_txn_proof_t *out, algo_arena_t *arena, algo_err_t *err) {
  uint64_t have;
  uint32_t index;
  algo_bytes_t bytes;
  algo_block_t b;
  if (round >= l->n_blocks) return no_entry(l, round, err);
  if (!locate(l, txid, &have, &index) || have != round)
    return algo_err_set(err, ALGO_E_NOT_FOUND,
                        "could not find the transaction in the transaction pool or in the last 1000 confirmed rounds");
  algo_code_t rc = algo_lblock_bytes(l, round, arena, &bytes, err);
  if (!rc) rc = algo_block_decode(&b, bytes, arena, err);
  if (rc) return rc;
  algo_buf_t leaves = ALGO_BUF_INIT, work = ALGO_BUF_INIT, proof = ALGO_BUF_INIT;
  hash_kind_t kind = hash ? HASH_SHA256 : HASH_SHA512_256;
  bool ok = leaves_of(l, &b, kind, &leaves);
  *out = (algo_txn_proof_t){.index = index};
  if (ok) {
    algo_lprove(&proof, &out->depth, kind, hash != 0, leaves.p, 64, b.n_txns, index, &work);
    memcpy(out->stib_hash, leaves.p + 64 * index + 32, 32);
    algo_bytes_t kept = algo_arena_dup(arena, algo_buf_view(&proof));
    out->proof = kept.p;
    out->n = kept.n;
    ok = !proof.oom && !work.oom && (kept.p || !proof.n);
  }
  algo_buf_fini(&leaves);
  algo_buf_fini(&work);
  algo_buf_fini(&proof);
  return ok ? ALGO_OK : algo_err_set(err, ALGO_E_NOMEM, "out of memory");
}

/* ---- accounts ---- */

void algo_ledger_account(const algo_ledger_t *l, const algo_addr_t *addr, algo_account_view_t *out) {
  static const account_data_t empty;
  const account_t *a = algo_lacct_find(l, addr);
  const account_data_t *raw = a ? &a->d : &empty;
  account_data_t d = algo_lrewarded(l, raw);
  *out = (algo_account_view_t){.addr = *addr, .balance = d.balance, .pending_rewards = d.balance - raw->balance};
  out->rewards_base = d.rewards_base;
  out->rewards = d.rewarded;
  out->min_balance = algo_lmin_balance(l, &d);
  out->status = d.status;
  memcpy(out->vote_pk, d.vote_pk, 32);
  memcpy(out->selection_pk, d.selection_pk, 32);
  memcpy(out->state_proof_pk, d.state_proof_pk, 64);
  out->vote_first = d.vote_first;
  out->vote_last = d.vote_last;
  out->vote_key_dilution = d.vote_key_dilution;
  out->auth_addr = d.auth;
  out->total_schema = (algo_schema_t){d.schema_uint, d.schema_bytes};
  out->total_extra_pages = d.extra_pages;
  out->total_apps_created = d.apps_created;
  out->total_apps_opted_in = d.apps_opted_in;
  out->total_assets_created = d.assets_created;
  out->total_assets = d.assets;
  out->total_boxes = d.boxes;
  out->total_box_bytes = d.box_bytes;
  out->incentive_eligible = d.incentive_eligible != 0;
  out->last_proposed = d.last_proposed;
  out->last_heartbeat = d.last_heartbeat;
}

void algo_ledger_each_holding(const algo_ledger_t *l, const algo_addr_t *addr, uint64_t after, algo_holding_fn *fn,
                              void *user) {
  const account_t *a = algo_lacct_find(l, addr);
  for (size_t i = 0; a && i < a->n_holdings; i++) {
    const holding_t *h = &a->holdings[i];
    if (h->asset > after && !fn(user, h->asset, &(algo_avm_holding_t){h->amount, h->frozen})) return;
  }
}

void algo_ledger_each_created_asset(const algo_ledger_t *l, const algo_addr_t *addr, uint64_t after, algo_asset_fn *fn,
                                    void *user) {
  const account_t *a = algo_lacct_find(l, addr);
  for (size_t i = 0; a && i < a->assets.n; i++) {
    const asset_t *x = a->assets.v[i] > after ? algo_lasset(l, a->assets.v[i]) : NULL;
    if (x && !fn(user, x->id, &x->params, &x->creator->addr)) return;
  }
}

/* A state as large as a schema allows needs no memory of its own: what is looked up is there, or it is said. */
#define STATE_HERE 128u

static bool show_local(uint64_t app, const local_t *x, algo_local_fn *fn, void *user) {
  algo_kv_t here[STATE_HERE], *kv = x->kv->n <= STATE_HERE ? here : malloc(x->kv->n * sizeof *kv);
  if (!kv) return false;
  algo_lkv_view(x->kv, kv);
  bool more = fn(user, app, &x->schema, kv, x->kv->n);
  if (kv != here) free(kv);
  return more;
}

void algo_ledger_each_local(const algo_ledger_t *l, const algo_addr_t *addr, uint64_t after, algo_local_fn *fn,
                            void *user) {
  const account_t *a = algo_lacct_find(l, addr);
  for (size_t i = 0; a && i < a->n_locals; i++)
    if (a->locals[i].app > after && !show_local(a->locals[i].app, &a->locals[i], fn, user)) return;
}

bool algo_ledger_local(const algo_ledger_t *l, const algo_addr_t *addr, uint64_t app, algo_local_fn *fn, void *user) {
  const account_t *a = algo_lacct_find(l, addr);
  const local_t *x = a ? algo_llocal(a, app) : NULL;
  if (x) show_local(app, x, fn, user);
  return x != NULL;
}

static bool show_app(const app_t *a, algo_app_fn *fn, void *user) {
  algo_kv_t here[STATE_HERE], *kv = a->globals->n <= STATE_HERE ? here : malloc(a->globals->n * sizeof *kv);
  if (!kv) return false;
  algo_lkv_view(a->globals, kv);
  algo_avm_app_t p = {.approval = blob_view(a->approval), .clear = blob_view(a->clear), .creator = a->creator->addr};
  p.global_schema = a->global_schema;
  p.local_schema = a->local_schema;
  p.extra_pages = a->extra_pages;
  p.version = a->version;
  p.size_sponsor = a->sponsor;
  p.foreign_box_reads = a->foreign_box_reads;
  p.family_box_access = a->family_box_access;
  bool more = fn(user, a->id, &p, kv, a->globals->n);
  if (kv != here) free(kv);
  return more;
}

void algo_ledger_each_created_app(const algo_ledger_t *l, const algo_addr_t *addr, uint64_t after, algo_app_fn *fn,
                                  void *user) {
  const account_t *a = algo_lacct_find(l, addr);
  for (size_t i = 0; a && i < a->apps.n; i++) {
    const app_t *x = a->apps.v[i] > after ? algo_lapp(l, a->apps.v[i]) : NULL;
    if (x && !show_app(x, fn, user)) return;
  }
}

bool algo_ledger_app(const algo_ledger_t *l, uint64_t app, algo_app_fn *fn, void *user) {
  const app_t *a = algo_lapp(l, app);
  if (a) show_app(a, fn, user);
  return a != NULL;
}

bool algo_ledger_asset(const algo_ledger_t *l, uint64_t asset, algo_asset_params_t *p, algo_addr_t *creator) {
  const asset_t *a = algo_lasset(l, asset);
  if (!a) return false;
  *p = a->params;
  *creator = a->creator->addr;
  return true;
}

bool algo_ledger_holding(const algo_ledger_t *l, const algo_addr_t *addr, uint64_t asset, algo_avm_holding_t *out) {
  const account_t *a = algo_lacct_find(l, addr);
  const holding_t *h = a ? algo_lholding(a, asset) : NULL;
  if (h) *out = (algo_avm_holding_t){h->amount, h->frozen};
  return h != NULL;
}

/* ---- boxes ---- */

static int by_name(const void *a, const void *b) {
  return algo_bytes_cmp(blob_view((*(box_t *const *)a)->name), blob_view((*(box_t *const *)b)->name));
}

bool algo_ledger_each_box(const algo_ledger_t *l, uint64_t app, algo_box_fn *fn, void *user) {
  if (l->origin) algo_lorigin_boxes(l, app);
  const app_boxes_t *list = algo_lapp_boxes(l, app);
  if (!list || !list->n) return true;
  box_t **v = malloc(list->n * sizeof *v);
  if (!v) return false;
  memcpy(v, list->v, list->n * sizeof *v);
  qsort(v, list->n, sizeof *v, by_name);
  for (size_t i = 0; i < list->n && fn(user, blob_view(v[i]->name), blob_view(v[i]->value)); i++) {}
  free(v);
  return true;
}

bool algo_ledger_box(const algo_ledger_t *l, uint64_t app, algo_bytes_t name, algo_bytes_t *value) {
  const box_t *b = algo_lbox(l, app, name);
  if (b) *value = blob_view(b->value);
  return b != NULL;
}

void algo_ledger_supply(const algo_ledger_t *l, algo_ledger_supply_t *out) {
  const totals_t *t = &algo_lrec(l, l->n_blocks - 1)->totals;
  if (l->origin && !l->origin->supply_known) algo_lorigin_no_supply(l);
  *out = (algo_ledger_supply_t){t->online + t->offline, t->online, algo_lonline_stake(l, l->tip.round), l->tip.round};
}
