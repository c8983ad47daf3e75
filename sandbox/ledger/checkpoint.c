/* The state as bytes, and back. For the machine and the program that wrote it: structures go as they are in memory, and
 * a head of their sizes tells another program's bytes. */
#include "internal.h"

#define FORMAT 2u

/* ---- writing ---- */

static void put(algo_buf_t *b, const void *p, size_t n) {
  if (n) algo_buf_put(b, p, n);
}
static void put_u64(algo_buf_t *b, uint64_t v) { put(b, &v, sizeof v); }
static void put_bytes(algo_buf_t *b, algo_bytes_t v) {
  put_u64(b, v.n);
  put(b, v.p, v.n);
}

static void put_kv(algo_buf_t *b, const kv_t *kv) {
  put_u64(b, kv->n);
  for (uint32_t i = 0; i < kv->n; i++) {
    const kv_item_t *k = &kv->items[i];
    put_bytes(b, blob_view(k->key));
    put_u64(b, k->bytes != NULL);
    if (k->bytes) put_bytes(b, blob_view(k->bytes));
    else put_u64(b, k->uint);
  }
}

static void put_account(algo_buf_t *b, const account_t *a) {
  put(b, &a->addr, sizeof a->addr);
  put(b, &a->d, sizeof a->d);
  put_u64(b, a->n_holdings);
  put(b, a->holdings, a->n_holdings * sizeof *a->holdings);
  put_u64(b, a->n_stakes);
  put(b, a->stakes, a->n_stakes * sizeof *a->stakes);
  put_u64(b, a->n_locals);
  for (size_t i = 0; i < a->n_locals; i++) {
    put_u64(b, a->locals[i].app);
    put(b, &a->locals[i].schema, sizeof a->locals[i].schema);
    put_kv(b, a->locals[i].kv);
  }
}

static void put_asset(algo_buf_t *b, const asset_t *a) {
  put_u64(b, a->id);
  put(b, &a->creator->addr, sizeof a->creator->addr);
  put(b, &a->params, sizeof a->params);
  put_bytes(b, a->params.unit_name);
  put_bytes(b, a->params.name);
  put_bytes(b, a->params.url);
}

static void put_app(algo_buf_t *b, const app_t *a) {
  put(b, a, sizeof *a);
  put(b, &a->creator->addr, sizeof a->creator->addr);
  put_bytes(b, blob_view(a->approval));
  put_bytes(b, blob_view(a->clear));
  put_kv(b, a->globals);
}

static void put_box(algo_buf_t *b, const box_t *x) {
  put_u64(b, x->app);
  put_bytes(b, blob_view(x->name));
  put_bytes(b, blob_view(x->value));
}

static void put_head(algo_buf_t *b, const algo_ledger_t *l) {
  const uint64_t sizes[] = {FORMAT,          sizeof(account_data_t), sizeof(holding_t),           sizeof(stake_t),
                            sizeof(app_t),   sizeof(lease_t),        sizeof(algo_asset_params_t), sizeof(run_t),
                            sizeof(totals_t)};
  put(b, sizes, sizeof sizes);
  put(b, &l->genesis_hash, sizeof l->genesis_hash);
  put_u64(b, l->base);
}

#define EACH(table, type, item)                                                                                        \
  for (size_t item##_at = 0; item##_at < (table)->cap; item##_at++)                                                    \
    for (const type *item = (table)->slots[item##_at]; item; item = NULL)

bool algo_ledger_may_save(const algo_ledger_t *l) {
  return !l->broken && l->store.kept && l->n_snapshots == 0 && l->open.n_txns == 0;
}

algo_code_t algo_ledger_save(algo_ledger_t *l, algo_buf_t *out, algo_err_t *err) {
  if (!algo_ledger_may_save(l))
    return algo_err_set(err, ALGO_E_INVALID, "not kept in a folder, or with snapshots, or in the middle of a block");
  algo_code_t rc = algo_lstore_all(l, err);
  if (rc) return rc;
  put_head(out, l);
  put_u64(out, l->first);
  put_u64(out, l->tip.round);
  put_u64(out, l->next_snapshot);
  put_u64(out, l->store.id_end);
  put_u64(out, l->store.n_runs);
  put(out, l->store.runs, l->store.n_runs * sizeof *l->store.runs);
  put_u64(out, l->accounts.n);
  EACH(&l->accounts, account_t, a) put_account(out, a);
  put_u64(out, l->assets.n);
  EACH(&l->assets, asset_t, a) put_asset(out, a);
  put_u64(out, l->apps.n);
  EACH(&l->apps, app_t, a) put_app(out, a);
  put_u64(out, l->boxes.n);
  EACH(&l->boxes, box_t, x) put_box(out, x);
  put_u64(out, l->leases.n);
  EACH(&l->leases, lease_t, x) put(out, x, sizeof *x);
  put_u64(out, l->asked.n);
  EACH(&l->asked, blob_t, x) put_bytes(out, blob_view(x));
  put_u64(out, l->n_online);
  for (size_t i = 0; i < l->n_online; i++) put(out, &l->online[i]->addr, sizeof l->online[i]->addr);
  return out->oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}

/* ---- reading: what is short or of no sense makes `bad` true, and everything after it is zero ---- */

typedef struct in {
  algo_bytes_t left;
  bool bad;
} in_t;

static algo_bytes_t take(in_t *in, uint64_t n) {
  if (in->bad || n > in->left.n) {
    in->bad = true;
    return algo_bytes(NULL, 0);
  }
  algo_bytes_t v = algo_bytes(in->left.p, (size_t)n);
  in->left = algo_bytes(in->left.p + n, in->left.n - (size_t)n);
  return v;
}
static void get(in_t *in, void *out, size_t n) {
  algo_bytes_t v = take(in, n);
  if (v.n == n && n) memcpy(out, v.p, n);
  else memset(out, 0, n);
}
static uint64_t get_u64(in_t *in) {
  uint64_t v;
  get(in, &v, sizeof v);
  return v;
}
static algo_bytes_t get_bytes(in_t *in) { return take(in, get_u64(in)); }
/* A number of things of at least `size` bytes each. */
static size_t get_count(in_t *in, size_t size) {
  uint64_t n = get_u64(in);
  if (n > in->left.n / size) in->bad = true;
  return in->bad ? 0 : (size_t)n;
}
static void *get_array(in_t *in, size_t *n, size_t *cap, size_t size) {
  *n = get_count(in, size);
  if (cap) *cap = *n;
  void *p = *n ? malloc(*n * size) : NULL;
  if (*n && !p) {
    in->bad = true;
    *n = 0;
  }
  if (p) get(in, p, *n * size);
  return p;
}
static blob_t *get_blob(in_t *in) {
  blob_t *b = algo_lblob_new(get_bytes(in));
  if (!b) in->bad = true;
  return b;
}

static account_t *get_owner(in_t *in, algo_ledger_t *l) {
  algo_addr_t addr;
  get(in, &addr, sizeof addr);
  account_t *a = in->bad ? NULL : algo_lacct(l, &addr);
  if (!a) in->bad = true;
  return a;
}

static void get_kv(in_t *in, algo_ledger_t *l, kv_t *kv) {
  size_t n = get_count(in, 3 * sizeof(uint64_t));
  for (size_t i = 0; kv && i < n && !in->bad; i++) {
    kv_item_t item = {.key = get_blob(in)};
    bool present = true;
    if (get_u64(in)) item.bytes = get_blob(in);
    else item.uint = get_u64(in);
    if (!in->bad) algo_lraw_kv(l, kv, &present, &item);
    blob_unref(item.bytes); /* what is not kept */
    blob_unref(item.key);
  }
  if (!kv) in->bad = true;
}

static void get_account(in_t *in, algo_ledger_t *l) {
  account_t *a = get_owner(in, l);
  if (a && (a->holdings || a->stakes || a->n_locals)) in->bad = true; /* a second time */
  if (!a || in->bad) return;
  get(in, &a->d, sizeof a->d);
  a->holdings = get_array(in, &a->n_holdings, &a->cap_holdings, sizeof *a->holdings);
  a->stakes = get_array(in, &a->n_stakes, NULL, sizeof *a->stakes);
  size_t n = get_count(in, sizeof(uint64_t));
  for (size_t i = 0; i < n && !in->bad; i++) {
    local_t x = {.app = get_u64(in)};
    bool present = true;
    get(in, &x.schema, sizeof x.schema);
    x.kv = algo_lkv_new(a, x.app);
    get_kv(in, l, x.kv);
    if (x.kv) algo_lraw_local(l, a, &present, &x);
    algo_lkv_unref(x.kv); /* what is not kept */
  }
}

static void get_asset(in_t *in, algo_ledger_t *l) {
  uint64_t id = get_u64(in);
  account_t *creator = get_owner(in, l);
  algo_asset_params_t p;
  get(in, &p, sizeof p);
  p.unit_name = get_bytes(in);
  p.name = get_bytes(in);
  p.url = get_bytes(in);
  if (!in->bad) algo_lasset_put(l, id, creator, &p);
}

static void get_app(in_t *in, algo_ledger_t *l) {
  app_t *a = malloc(sizeof *a);
  if (!a) {
    in->bad = true;
    return;
  }
  get(in, a, sizeof *a);
  a->creator = get_owner(in, l);
  a->approval = get_blob(in);
  a->clear = get_blob(in);
  a->globals = algo_lkv_new(a->creator, a->id);
  get_kv(in, l, a->globals);
  if (in->bad) algo_lapp_free(a);
  else algo_lapp_put(l, a->id, a);
}

static void get_box(in_t *in, algo_ledger_t *l) {
  uint64_t app = get_u64(in);
  algo_bytes_t name = get_bytes(in), value = get_bytes(in);
  if (!in->bad) algo_lbox_put(l, app, name, &value);
}

static void get_lease(in_t *in, algo_ledger_t *l) {
  lease_t x;
  get(in, &x, sizeof x);
  if (!in->bad) algo_llease_put(l, &x.sender, x.lease, x.expires);
}

static void get_asked(in_t *in, algo_ledger_t *l) {
  algo_bytes_t key = get_bytes(in);
  if (!in->bad && !algo_lorigin_asked(l, key)) in->bad = true;
}

static void get_online(in_t *in, algo_ledger_t *l) {
  size_t n = get_count(in, sizeof(algo_addr_t));
  l->online = malloc((n + 1) * sizeof(account_t *));
  l->cap_online = n;
  if (!l->online) in->bad = true;
  for (size_t i = 0; i < n && !in->bad; i++) l->online[l->n_online++] = get_owner(in, l);
}

static void get_all(in_t *in, algo_ledger_t *l, void (*one)(in_t *in, algo_ledger_t *l)) {
  for (size_t n = get_count(in, sizeof(uint64_t)); n > 0 && !in->bad; n--) one(in, l);
}

static algo_code_t get_state(in_t *in, algo_ledger_t *l, algo_err_t *err) {
  block_rec_t *blocks = NULL;
  uint64_t first = get_u64(in), round = get_u64(in);
  l->next_snapshot = get_u64(in);
  l->store.id_end = get_u64(in);
  free(l->store.runs);
  l->store.runs = get_array(in, &l->store.n_runs, &l->store.cap_runs, sizeof *l->store.runs);
  get_all(in, l, get_account);
  get_all(in, l, get_asset);
  get_all(in, l, get_app);
  get_all(in, l, get_box);
  get_all(in, l, get_lease);
  get_all(in, l, get_asked);
  get_online(in, l);
  algo_lforget(l, journal_pos(&l->journal)); /* what the records' writers noted */
  bool bad = in->bad || in->left.n || first > round;
  algo_code_t rc = bad ? algo_err_set(err, ALGO_E_PARSE, "a checkpoint that is not whole") : ALGO_OK;
  if (!rc) rc = algo_lstore_read(l, first, round, &blocks, err);
  if (!rc) rc = algo_lstore_back(l, first, round, blocks, err);
  if (!rc) rc = algo_ltip_load(l, err);
  if (!rc && l->tip.round != round) rc = algo_err_set(err, ALGO_E_PARSE, "a checkpoint of other blocks");
  return rc;
}

algo_code_t algo_ledger_restore(algo_ledger_t *l, algo_bytes_t bytes, algo_err_t *err) {
  algo_buf_t head = ALGO_BUF_INIT;
  put_head(&head, l);
  bool ours = l->store.kept && !head.oom && bytes.n >= head.n && memcmp(bytes.p, head.p, head.n) == 0;
  in_t in = {algo_bytes(bytes.p + head.n, ours ? bytes.n - head.n : 0), false};
  algo_buf_fini(&head);
  if (!ours) return algo_err_set(err, ALGO_E_PARSE, "a checkpoint of another program or network");
  const algo_ledger_origin_t *origin = l->origin;
  algo_lrecords_fini(l);
  algo_lorigin_fini(l);
  l->online = NULL;
  l->n_online = l->cap_online = 0;
  l->txids = (txrefs_t){0};
  l->origin = NULL; /* it is not asked for what the checkpoint has */
  algo_code_t rc = get_state(&in, l, err);
  l->origin = origin;
  if (!rc) algo_lopen_reset(l);
  return rc ? rc : l->oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}
