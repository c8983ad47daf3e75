/* State deltas of sealed blocks, and of the groups in them, from the journal. Source: go-algorand 5.1,
 * ledgercore.StateDelta and eval.StateDeltaSubset; the encoding is that of its reflection: structures without omitempty
 * have every field. */
#include "delta.h"

#include "algo/mp.h"

static void key(algo_buf_t *b, const char *s) { algo_mp_put_str(b, s, strlen(s)); }
static void put_uint(algo_buf_t *b, const char *k, uint64_t v) {
  key(b, k);
  algo_mp_put_uint(b, v);
}
static void put_bin(algo_buf_t *b, const char *k, const void *p, size_t n) {
  key(b, k);
  algo_mp_put_bin(b, p, n);
}
static void put_bool(algo_buf_t *b, const char *k, bool v) {
  key(b, k);
  algo_mp_put_bool(b, v);
}

/* A map under construction whose zero members are left out. */
typedef struct sparse {
  algo_buf_t body;
  uint32_t n;
} sparse_t;
static void sparse_uint(sparse_t *m, const char *k, uint64_t v) {
  if (!v) return;
  put_uint(&m->body, k, v);
  m->n++;
}
static void sparse_bool(sparse_t *m, const char *k, bool v) {
  if (!v) return;
  put_bool(&m->body, k, v);
  m->n++;
}
static void sparse_bin(sparse_t *m, const char *k, const void *p, size_t n) {
  bool zero = true;
  for (size_t i = 0; i < n && zero; i++) zero = ((const uint8_t *)p)[i] == 0;
  if (zero) return;
  put_bin(&m->body, k, p, n);
  m->n++;
}
static void sparse_blob(sparse_t *m, const char *k, const blob_t *v) {
  if (!v || !v->n) return;
  put_bin(&m->body, k, v->p, v->n);
  m->n++;
}
static void sparse_str(sparse_t *m, const char *k, algo_bytes_t v) {
  if (!v.n) return;
  key(&m->body, k);
  algo_mp_put_str(&m->body, v.p, v.n);
  m->n++;
}
static void sparse_end(algo_buf_t *out, sparse_t *m) {
  algo_mp_put_map(out, m->n);
  algo_buf_put(out, m->body.p, m->body.n);
  if (m->body.oom) out->oom = true;
  algo_buf_fini(&m->body);
}
static void sparse_map(sparse_t *m, const char *k, sparse_t *inner) {
  if (inner->n) {
    key(&m->body, k);
    sparse_end(&m->body, inner);
    m->n++;
  } else {
    algo_buf_fini(&inner->body);
  }
}

static void schema(sparse_t *m, const char *k, const algo_schema_t *s) {
  sparse_t inner = {0};
  sparse_uint(&inner, "nbs", s->num_byte_slice);
  sparse_uint(&inner, "nui", s->num_uint);
  sparse_map(m, k, &inner);
}

static void kv_pairs(sparse_t *m, const char *k, const kv_t *kv) {
  if (!kv->n) return;
  key(&m->body, k);
  algo_mp_put_map(&m->body, kv->n);
  for (uint32_t i = 0; i < kv->n; i++) {
    const kv_item_t *x = &kv->items[i];
    sparse_t v = {0};
    algo_mp_put_str(&m->body, x->key->p, x->key->n);
    sparse_str(&v, "tb", blob_view(x->bytes));
    sparse_uint(&v, "tt", x->bytes ? 1 : 2);
    sparse_uint(&v, "ui", x->bytes ? 0 : x->uint);
    sparse_end(&m->body, &v);
  }
  m->n++;
}

/* ---- accounts ---- */

static void account_record(algo_buf_t *b, const account_t *a) {
  const account_data_t *d = &a->d;
  sparse_t total = {0};
  sparse_uint(&total, "nbs", d->schema_bytes);
  sparse_uint(&total, "nui", d->schema_uint);
  algo_mp_put_map(b, 23);
  put_bin(b, "Addr", a->addr.b, 32);
  put_bin(b, "AuthAddr", d->auth.b, 32);
  put_bool(b, "IncentiveEligible", d->incentive_eligible != 0);
  put_uint(b, "LastHeartbeat", d->last_heartbeat);
  put_uint(b, "LastProposed", d->last_proposed);
  put_uint(b, "MicroAlgos", d->balance);
  put_uint(b, "RewardedMicroAlgos", d->rewarded);
  put_uint(b, "RewardsBase", d->rewards_base);
  put_bin(b, "SelectionID", d->selection_pk, 32);
  put_bin(b, "StateProofID", d->state_proof_pk, 64);
  put_uint(b, "Status", d->status);
  put_uint(b, "TotalAppLocalStates", d->apps_opted_in);
  put_uint(b, "TotalAppParams", d->apps_created);
  key(b, "TotalAppSchema");
  sparse_end(b, &total);
  put_uint(b, "TotalAssetParams", d->assets_created);
  put_uint(b, "TotalAssets", d->assets);
  put_uint(b, "TotalBoxBytes", d->box_bytes);
  put_uint(b, "TotalBoxes", d->boxes);
  put_uint(b, "TotalExtraAppPages", d->extra_pages);
  put_uint(b, "VoteFirstValid", d->vote_first);
  put_bin(b, "VoteID", d->vote_pk, 32);
  put_uint(b, "VoteKeyDilution", d->vote_key_dilution);
  put_uint(b, "VoteLastValid", d->vote_last);
}

/* ---- what the block touched ---- */

typedef struct touched { /* an asset or application of an account */
  account_t *account;
  uint64_t id;
  bool params, own; /* which of the two was there, or came, or went */
} touched_t;
typedef struct delta {
  algo_ledger_t *l;
  const algo_block_t *block;
  uint64_t from, to; /* of the journal */
  algo_arena_t *arena;
  touched_t *assets, *apps;
  size_t n_assets, n_apps;
  const ldelta_group_t *group; /* NULL: the whole block's */
  uint32_t members;            /* of the map that were written */
} delta_t;

static touched_t *touch(touched_t *list, size_t *n, account_t *a, uint64_t id) {
  for (size_t i = 0; i < *n; i++)
    if (list[i].account == a && list[i].id == id) return &list[i];
  list[*n] = (touched_t){a, id, false, false};
  return &list[(*n)++];
}

/* The block's items in their order. Applications that were put come before those whose state alone changed. */
static bool collect(delta_t *d) {
  size_t most = (size_t)(d->to - d->from) + 1;
  d->assets = algo_arena_array(d->arena, most, sizeof *d->assets);
  d->apps = algo_arena_array(d->arena, most, sizeof *d->apps);
  if (!d->assets || !d->apps) return false;
  for (uint64_t at = d->from; at < d->to; at++) {
    const journal_item_t *it = journal_at(&d->l->journal, at);
    const asset_t *asset =
        it->kind == J_ASSET ? it->u.asset.asset ? it->u.asset.asset : algo_lasset(d->l, it->u.asset.id) : NULL;
    const app_t *app = it->kind == J_APP ? it->u.app.app ? it->u.app.app : algo_lapp(d->l, it->u.app.id) : NULL;
    if (asset) touch(d->assets, &d->n_assets, asset->creator, asset->id)->params = true;
    if (app) touch(d->apps, &d->n_apps, app->creator, app->id)->params = true;
    if (it->kind == J_HOLDING)
      touch(d->assets, &d->n_assets, it->u.holding.account, it->u.holding.holding.asset)->own = true;
    if (it->kind == J_LOCAL) touch(d->apps, &d->n_apps, it->u.local.account, it->u.local.local.app)->own = true;
  }
  for (uint64_t at = d->from; at < d->to; at++) {
    const journal_item_t *it = journal_at(&d->l->journal, at);
    if (it->kind == J_KV) touch(d->apps, &d->n_apps, it->u.kv.kv->owner, it->u.kv.kv->app);
  }
  return true;
}

/* {Deleted, NAME}: the value as it is, nil where there is none. */
static void half(algo_buf_t *b, const char *outer, const char *inner, bool deleted, sparse_t *value) {
  key(b, outer);
  algo_mp_put_map(b, 2);
  put_bool(b, "Deleted", deleted);
  key(b, inner);
  if (value) sparse_end(b, value);
  else algo_mp_put_nil(b);
}

static void app_record(algo_buf_t *b, const delta_t *d, const touched_t *t) {
  const app_t *a = algo_lapp(d->l, t->id);
  const local_t *x = algo_llocal(t->account, t->id);
  sparse_t params = {0}, state = {0};
  if (a && a->creator != t->account) a = NULL;
  if (a) {
    sparse_blob(&params, "approv", a->approval);
    sparse_blob(&params, "clearp", a->clear);
    sparse_uint(&params, "epp", a->extra_pages);
    sparse_bool(&params, "fba", a->family_box_access);
    sparse_bool(&params, "fbr", a->foreign_box_reads);
    kv_pairs(&params, "gs", a->globals);
    schema(&params, "gsch", &a->global_schema);
    schema(&params, "lsch", &a->local_schema);
    sparse_bin(&params, "ss", a->sponsor.b, 32);
    sparse_uint(&params, "v", a->version);
  }
  if (x) {
    schema(&state, "hsch", &x->schema);
    kv_pairs(&state, "tkv", x->kv);
  }
  algo_mp_put_map(b, 4);
  put_bin(b, "Addr", t->account->addr.b, 32);
  put_uint(b, "Aidx", t->id);
  half(b, "Params", "Params", t->params && !a, a ? &params : NULL);
  half(b, "State", "LocalState", t->own && !x, x ? &state : NULL);
}

static void asset_record(algo_buf_t *b, const delta_t *d, const touched_t *t) {
  const asset_t *a = algo_lasset(d->l, t->id);
  const holding_t *h = algo_lholding(t->account, t->id);
  sparse_t params = {0}, holding = {0};
  if (a && a->creator != t->account) a = NULL;
  if (a) {
    const algo_asset_params_t *p = &a->params;
    sparse_bin(&params, "am", p->metadata_hash.b, 32);
    sparse_str(&params, "an", p->name);
    sparse_str(&params, "au", p->url);
    sparse_bin(&params, "c", p->clawback.b, 32);
    sparse_uint(&params, "dc", p->decimals);
    sparse_bool(&params, "df", p->default_frozen);
    sparse_bin(&params, "f", p->freeze.b, 32);
    sparse_bin(&params, "m", p->manager.b, 32);
    sparse_bin(&params, "r", p->reserve.b, 32);
    sparse_uint(&params, "t", p->total);
    sparse_str(&params, "un", p->unit_name);
  }
  if (h) {
    sparse_uint(&holding, "a", h->amount);
    sparse_bool(&holding, "f", h->frozen);
  }
  algo_mp_put_map(b, 4);
  put_bin(b, "Addr", t->account->addr.b, 32);
  put_uint(b, "Aidx", t->id);
  half(b, "Holding", "Holding", t->own && !h, h ? &holding : NULL);
  half(b, "Params", "Params", t->params && !a, a ? &params : NULL);
}

static void array_or_nil(algo_buf_t *b, const char *k, size_t n) {
  key(b, k);
  if (n) algo_mp_put_array(b, (uint32_t)n);
  else algo_mp_put_nil(b);
}

static void put_accounts(algo_buf_t *b, delta_t *d) {
  algo_buf_t list = ALGO_BUF_INIT;
  uint32_t n = 0;
  d->members++;
  d->l->walk++;
  for (uint64_t at = d->from; at < d->to; at++) {
    const journal_item_t *it = journal_at(&d->l->journal, at);
    if (it->kind != J_ACCOUNT || it->u.account.account->seen == d->l->walk) continue;
    it->u.account.account->seen = d->l->walk;
    account_record(&list, it->u.account.account);
    n++;
  }
  key(b, "Accts");
  algo_mp_put_map(b, 3);
  key(b, "Accts");
  algo_mp_put_array(b, n);
  algo_buf_put(b, list.p, list.n);
  if (list.oom) b->oom = true;
  algo_buf_fini(&list);
  array_or_nil(b, "AppResources", d->n_apps);
  for (size_t i = 0; i < d->n_apps; i++) app_record(b, d, &d->apps[i]);
  array_or_nil(b, "AssetResources", d->n_assets);
  for (size_t i = 0; i < d->n_assets; i++) asset_record(b, d, &d->assets[i]);
}

/* ---- maps: by sorted keys ---- */

typedef struct entry {
  algo_bytes_t key; /* to sort by */
  const journal_item_t *item;
} entry_t;

static int by_key(const void *a, const void *b) {
  return algo_bytes_cmp(((const entry_t *)a)->key, ((const entry_t *)b)->key);
}

/* The first item of each key of a kind, sorted. */
static size_t entries(const delta_t *d, journal_kind_t kind,
                      algo_bytes_t (*key_of)(const journal_item_t *, algo_arena_t *), entry_t **out) {
  size_t n = 0;
  entry_t *v = algo_arena_array(d->arena, (size_t)(d->to - d->from) + 1, sizeof *v);
  for (uint64_t at = d->from; v && at < d->to; at++) {
    const journal_item_t *it = journal_at(&d->l->journal, at);
    if (it->kind != kind) continue;
    algo_bytes_t k = key_of(it, d->arena);
    size_t i = 0;
    while (i < n && !algo_bytes_eq(v[i].key, k)) i++;
    if (i == n) v[n++] = (entry_t){k, it};
  }
  if (n) qsort(v, n, sizeof *v, by_key);
  *out = v;
  return n;
}

static algo_bytes_t number_key(uint64_t id, algo_arena_t *arena) {
  uint8_t *p = algo_arena_alloc(arena, 8);
  if (p) algo_put_be64(p, id);
  return algo_bytes(p, p ? 8 : 0);
}
static algo_bytes_t asset_key(const journal_item_t *it, algo_arena_t *arena) {
  return number_key(it->u.asset.id, arena);
}
static algo_bytes_t app_key(const journal_item_t *it, algo_arena_t *arena) { return number_key(it->u.app.id, arena); }
static algo_bytes_t txid_key(const journal_item_t *it, algo_arena_t *arena) {
  (void)arena;
  return algo_bytes(it->u.txid.id.b, 32);
}
static algo_bytes_t lease_key(const journal_item_t *it, algo_arena_t *arena) {
  uint8_t *p = algo_arena_alloc(arena, 64);
  if (p) memcpy(p, it->u.lease.lease->lease, 32);
  if (p) memcpy(p + 32, it->u.lease.lease->sender.b, 32);
  return algo_bytes(p, p ? 64 : 0);
}
static algo_bytes_t box_key(const journal_item_t *it, algo_arena_t *arena) {
  size_t n = it->u.box.name->n;
  uint8_t *p = algo_arena_alloc(arena, 11 + n);
  if (!p) return algo_bytes(NULL, 0);
  memcpy(p, "bx:", 3);
  algo_put_be64(p + 3, it->u.box.app);
  memcpy(p + 11, it->u.box.name->p, n);
  return algo_bytes(p, 11 + n);
}

/* A group's delta leaves out what is empty. False: it did. */
static bool map_or_nil(algo_buf_t *b, delta_t *d, const char *k, size_t n) {
  if (d->group && n == 0) return false;
  d->members++;
  key(b, k);
  if (n) algo_mp_put_map(b, (uint32_t)n);
  else algo_mp_put_nil(b);
  return true;
}

/* Only what came or went: an item that merely changed has one before and one after. */
static size_t creations(const delta_t *d, journal_kind_t kind, entry_t **out) {
  entry_t *v;
  size_t kept = 0, n = entries(d, kind, kind == J_ASSET ? asset_key : app_key, &v);
  for (size_t i = 0; i < n; i++) {
    const journal_item_t *it = v[i].item;
    bool before = kind == J_ASSET ? it->u.asset.asset != NULL : it->u.app.app != NULL;
    bool after = kind == J_ASSET ? algo_lasset(d->l, it->u.asset.id) != NULL : algo_lapp(d->l, it->u.app.id) != NULL;
    if (!before || !after) v[kept++] = v[i];
  }
  *out = v;
  return kept;
}

/* Who made it, from the items where it is not there any more. */
static const account_t *creator_of(const delta_t *d, journal_kind_t kind, uint64_t id) {
  const asset_t *asset = kind == J_ASSET ? algo_lasset(d->l, id) : NULL;
  const app_t *app = kind == J_APP ? algo_lapp(d->l, id) : NULL;
  for (uint64_t at = d->from; at < d->to && !asset && !app; at++) {
    const journal_item_t *it = journal_at(&d->l->journal, at);
    if (it->kind != kind) continue;
    if (kind == J_ASSET && it->u.asset.id == id) asset = it->u.asset.asset;
    if (kind == J_APP && it->u.app.id == id) app = it->u.app.app;
  }
  return asset ? asset->creator : app ? app->creator : NULL;
}

static void put_creatables(algo_buf_t *b, delta_t *d) {
  entry_t *lists[2];
  size_t n[2] = {creations(d, J_ASSET, &lists[0]), creations(d, J_APP, &lists[1])};
  static const algo_addr_t none;
  if (!map_or_nil(b, d, "Creatables", n[0] + n[1])) return;
  for (size_t i = 0, k = 0; i < n[0] || k < n[1];) { /* ids are of one counter: merge */
    bool app = i == n[0] || (k < n[1] && by_key(&lists[1][k], &lists[0][i]) < 0);
    const journal_item_t *it = app ? lists[1][k++].item : lists[0][i++].item;
    uint64_t id = app ? it->u.app.id : it->u.asset.id;
    const account_t *creator = creator_of(d, app ? J_APP : J_ASSET, id);
    bool there = app ? algo_lapp(d->l, id) != NULL : algo_lasset(d->l, id) != NULL;
    algo_mp_put_uint(b, id);
    algo_mp_put_map(b, 4);
    put_bool(b, "Created", there);
    put_bin(b, "Creator", creator ? creator->addr.b : none.b, 32);
    put_uint(b, "Ctype", app);
    put_uint(b, "Ndeltas", 0);
  }
}

static void put_box_value(algo_buf_t *b, const char *k, const blob_t *v) {
  key(b, k);
  if (v) algo_mp_put_bin(b, v->p, v->n);
  else algo_mp_put_nil(b);
}

static void put_boxes(algo_buf_t *b, delta_t *d) {
  entry_t *v;
  size_t n = entries(d, J_BOX, box_key, &v);
  if (!map_or_nil(b, d, "KvMods", n)) return;
  for (size_t i = 0; i < n; i++) {
    const journal_item_t *it = v[i].item;
    const box_t *now = algo_lbox(d->l, it->u.box.app, blob_view(it->u.box.name));
    algo_mp_put_str(b, v[i].key.p, v[i].key.n);
    algo_mp_put_map(b, 2);
    put_box_value(b, "Data", now ? now->value : NULL);
    /* a node looks for a group's old value when the new one is there already */
    put_box_value(b, "OldData", !d->group ? it->u.box.value : now ? now->value : NULL);
  }
}

static void put_txids(algo_buf_t *b, delta_t *d) {
  entry_t *v;
  const algo_block_t *block = d->block;
  size_t n = entries(d, J_TXID, txid_key, &v), base = d->group ? d->group->first : 0;
  d->members++;
  key(b, "Txids");
  algo_mp_put_map(b, (uint32_t)n);
  for (size_t i = 0; i < n; i++) {
    const txref_t *x = algo_ltxid(d->l, &v[i].item->u.txid.id);
    algo_mp_put_bin(b, v[i].key.p, 32);
    algo_mp_put_map(b, 2);
    put_uint(b, "Intra", x ? x->index - base : 0);
    put_uint(b, "LastValid", x && x->index < block->n_txns ? block->txns[x->index].stxn.txn.last_valid : 0);
  }
}

static void put_leases(algo_buf_t *b, delta_t *d) {
  entry_t *v;
  size_t n = entries(d, J_LEASE, lease_key, &v);
  if (!map_or_nil(b, d, "Txleases", n)) return;
  for (size_t i = 0; i < n; i++) {
    const lease_t *x = v[i].item->u.lease.lease;
    algo_mp_put_map(b, 2);
    put_bin(b, "Lease", x->lease, 32);
    put_bin(b, "Sender", x->sender.b, 32);
    algo_mp_put_uint(b, x->expires);
  }
}

/* ---- the rest ---- */

/* The header as it was when the block began; a group's delta has the header of the block that was made. */
static void put_header(algo_buf_t *b, delta_t *d) {
  algo_header_t h = d->block->header;
  algo_buf_t work = ALGO_BUF_INIT;
  d->members++;
  key(b, "Hdr");
  if (!d->group) {
    memset(h.seed, 0, sizeof h.seed);
    memset(&h.txn_root, 0, sizeof h.txn_root);
    algo_lcommit(h.txn_root_sha256.b, HASH_SHA256, true, NULL, 64, 0, &work);
    algo_lcommit(h.txn_root_sha512, HASH_SHA512, true, NULL, 64, 0, &work);
    h.fees_collected = h.txn_counter = h.load = 0;
    h.n_state_proof = h.n_expired = h.n_absent = 0;
  }
  algo_buf_fini(&work);
  algo_header_encode(b, &h);
}

static void put_count(sparse_t *m, const char *k, uint64_t money, uint64_t units) {
  sparse_t x = {0};
  sparse_uint(&x, "mon", money);
  sparse_uint(&x, "rwd", units);
  sparse_map(m, k, &x);
}

static void put_totals(algo_buf_t *b, delta_t *d, const block_rec_t *rec) {
  const totals_t *t = &rec->totals;
  sparse_t m = {0};
  put_count(&m, "notpart", t->not_participating, t->not_participating_units);
  put_count(&m, "offline", t->offline, t->offline_units);
  put_count(&m, "online", t->online, t->online_units);
  sparse_uint(&m, "rwdlvl", rec->rewards_level);
  d->members++;
  key(b, "Totals");
  sparse_end(b, &m);
}

/* The state is as of d->to. */
static algo_code_t write_delta(delta_t *d, algo_buf_t *out, algo_err_t *err) {
  algo_header_t before = {0};
  uint64_t round = d->block->header.round;
  algo_code_t rc = d->group ? ALGO_OK : algo_ledger_header(d->l, round - 1, &before, d->arena, err);
  if (rc) return rc;
  if (!collect(d)) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_buf_t body = ALGO_BUF_INIT;
  put_accounts(&body, d);
  put_creatables(&body, d);
  put_header(&body, d);
  put_boxes(&body, d);
  if (!d->group) {
    d->members += 2;
    key(&body, "PrevTimestamp");
    algo_mp_put_int(&body, before.timestamp);
    put_uint(&body, "StateProofNext", 0);
    put_totals(&body, d, algo_lrec(d->l, round));
  }
  put_txids(&body, d);
  if (!d->group || d->group->leases) put_leases(&body, d);
  algo_mp_put_map(out, d->members);
  algo_buf_putb(out, algo_buf_view(&body));
  bool oom = body.oom || out->oom;
  algo_buf_fini(&body);
  return oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}

algo_code_t algo_ldelta_group(algo_ledger_t *l, const algo_block_t *block, const ldelta_group_t *group,
                              algo_arena_t *arena, algo_buf_t *out, algo_err_t *err) {
  delta_t d = {.l = l, .block = block, .from = group->from, .to = group->to, .arena = arena, .group = group};
  return write_delta(&d, out, err);
}

uint64_t algo_ldelta_end(const algo_ledger_t *l, uint64_t round) {
  return round == l->tip.round ? l->open.journal : algo_lrec(l, round + 1)->journal;
}

bool algo_ldelta_kept(const algo_ledger_t *l, uint64_t round) {
  uint64_t old = sat_sub(l->tip.round, ALGO_LEDGER_LOOKBACK);
  return round > old && round <= l->tip.round && round > l->base && round >= l->first &&
         algo_lrec(l, round)->journal >= l->journal.base + l->journal.head;
}

algo_code_t algo_ledger_delta(algo_ledger_t *l, uint64_t round, algo_buf_t *out, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_block_t block;
  uint64_t old = sat_sub(l->tip.round, ALGO_LEDGER_LOOKBACK);
  if (round < old || (old > 0 && round == old))
    return algo_err_set(err, ALGO_E_NOT_FOUND, "round %" PRIu64 " before dbRound %" PRIu64, round, old);
  if (round > l->tip.round)
    return algo_err_set(err, ALGO_E_NOT_FOUND, "round %" PRIu64 " too high: dbRound %" PRIu64 ", deltas %" PRIu64,
                        round, old, l->tip.round - old);
  if (!algo_ldelta_kept(l, round))
    return algo_err_set(err, ALGO_E_NOT_FOUND, "could not find deltas for round %" PRIu64, round);
  const block_rec_t *rec = algo_lrec(l, round);
  algo_code_t rc = algo_block_decode(&block, algo_bytes(rec->bytes, rec->n), &arena, err);
  if (!rc) {
    delta_t d = {.l = l, .block = &block, .from = rec->journal, .to = algo_ldelta_end(l, round), .arena = &arena};
    algo_lrewind(l, d.to);
    rc = write_delta(&d, out, err);
    algo_lforward(l, d.to);
  }
  algo_arena_fini(&arena);
  return rc;
}
