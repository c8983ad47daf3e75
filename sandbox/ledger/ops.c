/* The ledger as the AVM sees it. Texts are those of go-algorand 5.1's ledger/eval (applications.go, appcow.go). */
#include "internal.h"

static uint64_t op_round(void *self) { return ((algo_ledger_t *)self)->open.header.round; }
static int64_t op_prev_timestamp(void *self) { return ((algo_ledger_t *)self)->tip.timestamp; }
static uint64_t op_counter(void *self) {
  const algo_ledger_t *l = self;
  return l->tip.txn_counter + l->open.txn_count;
}

static algo_code_t op_block_header(void *self, uint64_t round, algo_header_t *out, algo_err_t *err) {
  algo_ledger_t *l = self;
  return algo_ledger_header(l, round, out, &l->scratch, err);
}

static void fill_account(const algo_ledger_t *l, const account_data_t *raw, algo_avm_account_t *out) {
  account_data_t d = algo_lrewarded(l, raw);
  *out = (algo_avm_account_t){.balance = d.balance, .min_balance = algo_lmin_balance(l, &d), .auth_addr = d.auth};
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

static algo_code_t op_account(void *self, const algo_addr_t *a, algo_avm_account_t *out, algo_err_t *err) {
  static const account_data_t empty;
  const account_t *x = algo_lacct_find(self, a);
  (void)err;
  fill_account(self, x ? &x->d : &empty, out);
  return ALGO_OK;
}

static algo_code_t op_authorizer(void *self, const algo_addr_t *a, algo_addr_t *out, algo_err_t *err) {
  const account_t *x = algo_lacct_find(self, a);
  (void)err;
  *out = x && !algo_addr_is_zero(&x->d.auth) ? x->d.auth : *a;
  return ALGO_OK;
}

static algo_code_t op_voter(void *self, const algo_addr_t *a, uint64_t *stake, bool *eligible, algo_err_t *err) {
  const algo_ledger_t *l = self;
  const account_t *x = algo_lacct_find(l, a);
  (void)err;
  *stake = 0;
  *eligible = false;
  if (x) algo_lstake_at(l, x, algo_lbalance_round(l), stake, eligible);
  return ALGO_OK;
}

static algo_code_t op_online_stake(void *self, uint64_t *out, algo_err_t *err) {
  (void)err;
  *out = algo_lonline_stake(self, ((const algo_ledger_t *)self)->tip.round + 1);
  return ALGO_OK;
}

/* ---- assets and applications ---- */

static algo_code_t op_holding(void *self, const algo_addr_t *a, uint64_t asset, algo_avm_holding_t *out,
                              algo_err_t *err) {
  const account_t *x = algo_lacct_find(self, a);
  const holding_t *h = x ? algo_lholding(x, asset) : NULL;
  if (!h)
    return algo_err_set(err, ALGO_E_NOT_FOUND, "account %s has not opted in to asset %" PRIu64, algo_laddr(a).s, asset);
  *out = (algo_avm_holding_t){h->amount, h->frozen};
  return ALGO_OK;
}

static algo_code_t op_asset(void *self, uint64_t asset, algo_asset_params_t *out, algo_addr_t *creator,
                            algo_err_t *err) {
  const asset_t *a = algo_lasset(self, asset);
  if (!a) return algo_err_set(err, ALGO_E_NOT_FOUND, "asset %" PRIu64 " does not exist", asset);
  *out = a->params;
  *creator = a->creator->addr;
  return ALGO_OK;
}

static algo_code_t op_app(void *self, uint64_t app, algo_avm_app_t *out, algo_err_t *err) {
  const app_t *a = algo_lapp(self, app);
  if (!a) return algo_err_set(err, ALGO_E_NOT_FOUND, "app %" PRIu64 " does not exist", app);
  *out = (algo_avm_app_t){.approval = blob_view(a->approval), .clear = blob_view(a->clear)};
  out->global_schema = a->global_schema;
  out->local_schema = a->local_schema;
  out->extra_pages = a->extra_pages;
  out->version = a->version;
  out->creator = a->creator->addr;
  out->size_sponsor = a->sponsor;
  out->foreign_box_reads = a->foreign_box_reads;
  out->family_box_access = a->family_box_access;
  return ALGO_OK;
}

static algo_code_t op_opted_in(void *self, const algo_addr_t *a, uint64_t app, bool *out, algo_err_t *err) {
  const account_t *x = algo_lacct_find(self, a);
  (void)err;
  *out = x && algo_llocal(x, app);
  return ALGO_OK;
}

/* ---- keys and values ---- */

static void kv_read(const kv_t *kv, algo_bytes_t key, algo_tv_t *out, bool *exists) {
  const kv_item_t *k = algo_lkv_find(kv, key);
  *exists = k != NULL;
  *out = (algo_tv_t){0};
  if (k) *out = (algo_tv_t){k->bytes != NULL, k->bytes ? 0 : k->uint, blob_view(k->bytes)};
}

static algo_code_t check_sizes(const algo_ledger_t *l, algo_bytes_t key, const algo_tv_t *v, algo_err_t *err) {
  const algo_consensus_t *c = l->consensus;
  if (key.n > c->max_app_key_len)
    return algo_err_set(err, ALGO_E_LEDGER, "key too long: length was %zu, maximum is %" PRIu64, key.n,
                        c->max_app_key_len);
  if (!v->is_bytes) return ALGO_OK;
  char hex[2 * 64 + 1] = "";
  for (size_t i = 0; i < key.n && i < 64; i++) {
    hex[2 * i] = "0123456789abcdef"[key.p[i] >> 4];
    hex[2 * i + 1] = "0123456789abcdef"[key.p[i] & 15];
    hex[2 * i + 2] = 0;
  }
  if (v->bytes.n > c->max_app_bytes_value_len)
    return algo_err_set(err, ALGO_E_LEDGER, "value too long for key 0x%s: length was %zu", hex, v->bytes.n);
  if (key.n + v->bytes.n > c->max_app_sum_key_value_lens)
    return algo_err_set(err, ALGO_E_LEDGER, "key/value total too long for key 0x%s: sum was %zu", hex,
                        key.n + v->bytes.n);
  return ALGO_OK;
}

static algo_code_t kv_write(algo_ledger_t *l, kv_t *kv, const algo_schema_t *limit, algo_bytes_t key,
                            const algo_tv_t *v, algo_err_t *err) {
  algo_lkv_put(l, kv, key, v);
  if (kv->n_uint > limit->num_uint)
    return algo_err_set(err, ALGO_E_LEDGER, "store integer count %" PRIu64 " exceeds schema integer count %" PRIu64,
                        kv->n_uint, limit->num_uint);
  if (kv->n_bytes > limit->num_byte_slice)
    return algo_err_set(err, ALGO_E_LEDGER, "store bytes count %" PRIu64 " exceeds schema bytes count %" PRIu64,
                        kv->n_bytes, limit->num_byte_slice);
  return ALGO_OK;
}

static algo_code_t no_app(uint64_t app, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_NOT_FOUND, "app %" PRIu64 " does not exist", app);
}
static algo_code_t not_opted(const char *verb, const algo_addr_t *a, uint64_t app, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_LEDGER, "cannot %s key, %s has not opted in to app %" PRIu64, verb, algo_laddr(a).s,
                      app);
}

static algo_code_t op_global_get(void *self, uint64_t app, algo_bytes_t key, algo_tv_t *out, bool *exists,
                                 algo_err_t *err) {
  const app_t *a = algo_lapp(self, app);
  if (!a) return no_app(app, err);
  kv_read(a->globals, key, out, exists);
  return ALGO_OK;
}

static algo_code_t op_global_set(void *self, uint64_t app, algo_bytes_t key, const algo_tv_t *v, algo_err_t *err) {
  const app_t *a = algo_lapp(self, app);
  if (!a) return no_app(app, err);
  algo_code_t rc = check_sizes(self, key, v, err);
  return rc ? rc : kv_write(self, a->globals, &a->global_schema, key, v, err);
}

static algo_code_t op_global_del(void *self, uint64_t app, algo_bytes_t key, algo_err_t *err) {
  const app_t *a = algo_lapp(self, app);
  if (!a) return no_app(app, err);
  algo_lkv_put(self, a->globals, key, NULL);
  return ALGO_OK;
}

static local_t *find_local(algo_ledger_t *l, const algo_addr_t *a, uint64_t app) {
  const account_t *x = algo_lacct_find(l, a);
  return x ? algo_llocal(x, app) : NULL;
}

static algo_code_t op_local_get(void *self, const algo_addr_t *a, uint64_t app, algo_bytes_t key, uint64_t index,
                                algo_tv_t *out, bool *exists, algo_err_t *err) {
  const local_t *x = find_local(self, a, app);
  (void)index;
  if (!x) return not_opted("fetch", a, app, err);
  kv_read(x->kv, key, out, exists);
  return ALGO_OK;
}

static algo_code_t op_local_set(void *self, const algo_addr_t *a, uint64_t app, algo_bytes_t key, const algo_tv_t *v,
                                uint64_t index, algo_err_t *err) {
  (void)index;
  algo_code_t rc = check_sizes(self, key, v, err);
  if (rc) return rc;
  const local_t *x = find_local(self, a, app);
  if (!x) return not_opted("set", a, app, err);
  return kv_write(self, x->kv, &x->schema, key, v, err);
}

static algo_code_t op_local_del(void *self, const algo_addr_t *a, uint64_t app, algo_bytes_t key, uint64_t index,
                                algo_err_t *err) {
  const local_t *x = find_local(self, a, app);
  (void)index;
  if (!x) return not_opted("del", a, app, err);
  algo_lkv_put(self, x->kv, key, NULL);
  return ALGO_OK;
}

/* ---- boxes ---- */

/* "0x" and hex, as Go's %#x writes a string. */
static const char *hex_name(algo_bytes_t name, char out[2 * 64 + 3]) {
  char *p = out;
  if (name.n) p = stpcpy(p, "0x");
  for (size_t i = 0; i < name.n && i < 64; i++) {
    *p++ = "0123456789abcdef"[name.p[i] >> 4];
    *p++ = "0123456789abcdef"[name.p[i] & 15];
  }
  *p = 0;
  return out;
}

static algo_code_t op_box_new(void *self, uint64_t app, algo_bytes_t name, algo_bytes_t value,
                              const algo_addr_t *app_addr, algo_err_t *err) {
  algo_ledger_t *l = self;
  const algo_consensus_t *c = l->consensus;
  char hex[2 * 64 + 3];
  if (name.n > c->max_app_key_len)
    return algo_err_set(err, ALGO_E_LEDGER, "name too long: length was %zu, maximum is %" PRIu64, name.n,
                        c->max_app_key_len);
  if (name.n == 0) return algo_err_set(err, ALGO_E_LEDGER, "box names may not be zero length");
  if (value.n > c->max_box_size)
    return algo_err_set(err, ALGO_E_LEDGER, "box size too large: %zu, maximum is %" PRIu64, value.n, c->max_box_size);
  if (algo_lbox(l, app, name))
    return algo_err_set(err, ALGO_E_LEDGER, "attempt to recreate box %s", hex_name(name, hex));
  account_t *a = algo_lacct(l, app_addr);
  if (!a) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  account_data_t *d = algo_lacct_write(l, a);
  d->boxes = sat_add(d->boxes, 1);
  d->box_bytes = sat_add(d->box_bytes, name.n + value.n);
  algo_lbox_put(l, app, name, &value);
  return ALGO_OK;
}

static algo_code_t op_box_get(void *self, uint64_t app, algo_bytes_t name, algo_bytes_t *out, bool *exists,
                              algo_err_t *err) {
  const box_t *b = algo_lbox(self, app, name);
  (void)err;
  *exists = b != NULL;
  *out = b ? blob_view(b->value) : algo_bytes(NULL, 0);
  return ALGO_OK;
}

static algo_code_t op_box_set(void *self, uint64_t app, algo_bytes_t name, algo_bytes_t value, algo_err_t *err) {
  algo_ledger_t *l = self;
  const box_t *b = algo_lbox(l, app, name);
  char hex[2 * 64 + 3];
  if (!b) return algo_err_set(err, ALGO_E_LEDGER, "box %s does not exist for %" PRIu64, hex_name(name, hex), app);
  if (b->value->n != value.n)
    return algo_err_set(err, ALGO_E_LEDGER, "box %s is wrong size old:%u != new:%zu", hex_name(name, hex), b->value->n,
                        value.n);
  algo_lbox_put(l, app, name, &value);
  return ALGO_OK;
}

static algo_code_t op_box_del(void *self, uint64_t app, algo_bytes_t name, const algo_addr_t *app_addr, bool *existed,
                              algo_err_t *err) {
  algo_ledger_t *l = self;
  const box_t *b = algo_lbox(l, app, name);
  *existed = b != NULL;
  if (!b) return ALGO_OK;
  account_t *a = algo_lacct(l, app_addr);
  if (!a) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  account_data_t *d = algo_lacct_write(l, a);
  d->boxes = sat_sub(d->boxes, 1);
  d->box_bytes = sat_sub(d->box_bytes, name.n + b->value->n);
  algo_lbox_put(l, app, name, NULL);
  return ALGO_OK;
}

static algo_code_t set_flag(algo_ledger_t *l, uint64_t app, bool family, bool on, algo_err_t *err) {
  const app_t *a = algo_lapp(l, app);
  if (!a) return no_app(app, err);
  app_t *b = algo_lapp_copy(a);
  if (!b) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  *(family ? &b->family_box_access : &b->foreign_box_reads) = on;
  algo_lapp_put(l, app, b);
  return ALGO_OK;
}
static algo_code_t op_set_foreign_box_reads(void *self, uint64_t app, bool on, algo_err_t *err) {
  return set_flag(self, app, false, on, err);
}
static algo_code_t op_set_family_box_access(void *self, uint64_t app, bool on, algo_err_t *err) {
  return set_flag(self, app, true, on, err);
}

/* ---- inner transactions ---- */

static algo_code_t op_well_formed(void *self, const algo_txn_t *t, algo_err_t *err) {
  const algo_ledger_t *l = self;
  return algo_txn_well_formed(t, l->consensus, &l->genesis.fee_sink, &l->genesis.rewards_pool, err);
}

static algo_code_t op_perform(void *self, algo_avm_group_t *g, size_t i, algo_err_t *err) {
  algo_ledger_t *l = self;
  const algo_stxn_t *s = algo_avm_group_txn(g, i);
  applied_t x = {.stxn = s, .txn = &s->txn, .ad = algo_avm_group_apply(g, i), .group = g, .index = i};
  algo_code_t rc = algo_lapply(l, &x, true, err);
  if (rc && rc != ALGO_E_LOGIC) algo_avm_group_set_failure(g, algo_buf_view(&l->fail));
  return rc;
}

const algo_avm_ledger_ops_t algo_lops = {
    .round = op_round,
    .prev_timestamp = op_prev_timestamp,
    .counter = op_counter,
    .block_header = op_block_header,
    .account = op_account,
    .authorizer = op_authorizer,
    .voter = op_voter,
    .online_stake = op_online_stake,
    .holding = op_holding,
    .asset = op_asset,
    .app = op_app,
    .opted_in = op_opted_in,
    .global_get = op_global_get,
    .global_set = op_global_set,
    .global_del = op_global_del,
    .local_get = op_local_get,
    .local_set = op_local_set,
    .local_del = op_local_del,
    .box_new = op_box_new,
    .box_get = op_box_get,
    .box_set = op_box_set,
    .box_del = op_box_del,
    .set_foreign_box_reads = op_set_foreign_box_reads,
    .set_family_box_access = op_set_family_box_access,
    .well_formed = op_well_formed,
    .perform = op_perform,
};
