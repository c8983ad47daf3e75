/* A ledger that is a fork: what it does not have is read from its origin when it is first looked up, below every change
 * (no journal has it), so that going back never loses it. */
#include "algo/origin.h"

#include "internal.h"

/* ---- what was asked for, so that it is not asked for again: what was deleted here stays deleted ---- */

enum { ASKED_APP = 'p', ASKED_ASSET = 'a', ASKED_BOX = 'b', ASKED_BOXES = 'l' };

static bool asked_add(algo_ledger_t *l, blob_t *k) {
  uint32_t hash = k ? algo_lhash_bytes(k->p, k->n, 2) : 0;
  return k && algo_ltable_add(&l->asked, hash, k);
}

bool algo_lorigin_asked(algo_ledger_t *l, algo_bytes_t key) {
  blob_t *k = algo_lblob_new(key);
  bool ok = asked_add(l, k);
  if (!ok) blob_unref(k);
  return ok;
}

static void failed(algo_ledger_t *l, const algo_err_t *err) {
  if (!l->origin_failed) l->origin_err = *err;
  l->origin_failed = true;
}

static void no_memory(algo_ledger_t *l) {
  algo_err_t err;
  (void)algo_err_set(&err, ALGO_E_NOMEM, "out of memory");
  failed(l, &err);
  l->oom = true;
}

static blob_t *asked_key(char kind, uint64_t id, algo_bytes_t name) {
  blob_t *b = malloc(sizeof *b + 9 + name.n);
  if (!b) return NULL;
  b->refs = 1;
  b->n = (uint32_t)(9 + name.n);
  b->p[0] = (uint8_t)kind;
  memcpy(b->p + 1, &id, 8);
  if (name.n) memcpy(b->p + 9, name.p, name.n);
  return b;
}

static bool asked_eq(const void *item, const void *key) {
  const blob_t *a = item, *b = key;
  return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/* True: it was not there, and is now. */
static bool ask_once(algo_ledger_t *l, char kind, uint64_t id, algo_bytes_t name) {
  blob_t *k = asked_key(kind, id, name);
  uint32_t hash = k ? algo_lhash_bytes(k->p, k->n, 2) : 0;
  bool fresh = k && !algo_ltable_find(&l->asked, hash, asked_eq, k), added = fresh && asked_add(l, k);
  if (!added) blob_unref(k);
  if (!k || (fresh && !added)) no_memory(l);
  return added;
}

static void ask_again(algo_ledger_t *l, char kind, uint64_t id, algo_bytes_t name) {
  blob_t *k = asked_key(kind, id, name);
  uint32_t hash = k ? algo_lhash_bytes(k->p, k->n, 2) : 0;
  blob_t *there = k ? algo_ltable_find(&l->asked, hash, asked_eq, k) : NULL;
  l->broken |= !k; /* it would count as told */
  if (there) algo_ltable_remove(&l->asked, hash, there);
  blob_unref(there);
  blob_unref(k);
}

void algo_lorigin_fini(algo_ledger_t *l) {
  for (size_t i = 0; i < l->asked.cap; i++) blob_unref(l->asked.slots[i]);
  algo_ltable_fini(&l->asked);
}

/* ---- failing ---- */

bool algo_ledger_origin_failed(algo_ledger_t *l, algo_err_t *err) {
  bool was = l->origin_failed;
  if (was && err) *err = l->origin_err;
  l->origin_failed = false;
  return was;
}

algo_code_t algo_lorigin_check(algo_ledger_t *l, algo_err_t *err) {
  return l->origin_failed ? algo_lfail_code(l, l->origin_err.code, err, "%s", l->origin_err.msg) : ALGO_OK;
}

algo_code_t algo_ledger_past(const algo_ledger_t *l, uint64_t round, algo_bytes_t *out, algo_arena_t *arena,
                             algo_err_t *err) {
  return l->origin->past(l->origin->user, round, out, arena, err);
}

/* ---- putting in what was read ---- */

static bool put_kvs(algo_ledger_t *l, kv_t *kv, const algo_kv_t *from, size_t n) {
  for (size_t i = 0; kv && i < n; i++) {
    bool present = true;
    blob_t *key = algo_lblob_new(from[i].key);
    kv_item_t item = {key, from[i].value.is_bytes ? algo_lblob_new(from[i].value.bytes) : NULL, from[i].value.uint};
    bool made = key && (item.bytes || !from[i].value.is_bytes);
    if (item.bytes) item.uint = 0;
    made = made && algo_lraw_kv(l, kv, &present, &item);
    blob_unref(item.bytes); /* of a key that was told twice */
    blob_unref(key);
    if (!made) return false;
  }
  return kv != NULL;
}

static void fill_data(account_data_t *d, const algo_account_view_t *v) {
  *d = (account_data_t){.balance = v->balance,
                        .rewards_base = v->rewards_base,
                        .rewarded = v->rewards,
                        .status = v->status,
                        .auth = v->auth_addr,
                        .schema_uint = v->total_schema.num_uint,
                        .schema_bytes = v->total_schema.num_byte_slice,
                        .extra_pages = v->total_extra_pages,
                        .apps_created = v->total_apps_created,
                        .apps_opted_in = v->total_apps_opted_in,
                        .assets_created = v->total_assets_created,
                        .assets = v->total_assets,
                        .boxes = v->total_boxes,
                        .box_bytes = v->total_box_bytes,
                        .incentive_eligible = v->incentive_eligible,
                        .last_proposed = v->last_proposed,
                        .last_heartbeat = v->last_heartbeat,
                        .vote_first = v->vote_first,
                        .vote_last = v->vote_last,
                        .vote_key_dilution = v->vote_key_dilution};
  memcpy(d->vote_pk, v->vote_pk, 32);
  memcpy(d->selection_pk, v->selection_pk, 32);
  memcpy(d->state_proof_pk, v->state_proof_pk, 64);
}

static bool put_local(algo_ledger_t *l, account_t *a, const algo_origin_local_t *x) {
  bool present = true;
  local_t local = {.app = x->app, .schema = x->schema, .kv = algo_lkv_new(a, x->app)};
  bool ok = put_kvs(l, local.kv, x->kv, x->n);
  ok = ok && algo_lraw_local(l, a, &present, &local);
  algo_lkv_unref(local.kv); /* of one that was told twice */
  return ok;
}

/* One that is there already stays: whoever looked it up may have it in hand. */
static bool put_app(algo_ledger_t *l, account_t *a, const algo_origin_app_t *x) {
  ask_once(l, ASKED_APP, x->id, algo_bytes(NULL, 0));
  if (algo_lapp(l, x->id)) return true;
  app_t *p = calloc(1, sizeof *p);
  if (!p) return false;
  *p = (app_t){.id = x->id,
               .creator = a,
               .sponsor = x->params.size_sponsor,
               .approval = algo_lblob_new(x->params.approval),
               .clear = algo_lblob_new(x->params.clear),
               .global_schema = x->params.global_schema,
               .local_schema = x->params.local_schema,
               .extra_pages = x->params.extra_pages,
               .version = x->params.version,
               .foreign_box_reads = x->params.foreign_box_reads,
               .family_box_access = x->params.family_box_access,
               .globals = algo_lkv_new(a, x->id)};
  if (!p->approval || !p->clear || !put_kvs(l, p->globals, x->globals, x->n_globals)) {
    algo_lapp_free(p);
    return false;
  }
  bool ok = algo_lraw_app(l, x->id, &p);
  if (!ok) algo_lapp_free(p);
  return ok;
}

static bool put_asset(algo_ledger_t *l, account_t *a, const algo_origin_asset_t *x) {
  ask_once(l, ASKED_ASSET, x->id, algo_bytes(NULL, 0));
  if (algo_lasset(l, x->id)) return true;
  asset_t *p = algo_lasset_new(x->id, a, &x->params);
  if (!p) return false;
  bool ok = algo_lraw_asset(l, x->id, &p);
  if (!ok) algo_lasset_free(p);
  return ok;
}

static bool put_account(algo_ledger_t *l, account_t *a, const algo_origin_account_t *o) {
  bool ok = true;
  fill_data(&a->d, &o->view);
  for (size_t i = 0; ok && i < o->n_holdings; i++) {
    bool present = true;
    holding_t h = {o->holdings[i].asset, o->holdings[i].holding.amount, o->holdings[i].holding.frozen};
    ok = algo_lraw_holding(l, a, &present, &h);
  }
  for (size_t i = 0; ok && i < o->n_locals; i++) ok = put_local(l, a, &o->locals[i]);
  for (size_t i = 0; ok && i < o->n_assets; i++) ok = put_asset(l, a, &o->assets[i]);
  for (size_t i = 0; ok && i < o->n_apps; i++) ok = put_app(l, a, &o->apps[i]);
  return ok;
}

/* ---- looking up: the ledger as its readers see it does not change by it ---- */

account_t *algo_lorigin_account(const algo_ledger_t *const_l, const algo_addr_t *addr) {
  algo_ledger_t *l = (algo_ledger_t *)(uintptr_t)const_l;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_origin_account_t o;
  algo_err_t err;
  account_t *a = NULL;
  if (l->origin->account(l->origin->user, addr, &o, &arena, &err)) failed(l, &err);
  else if (!(a = algo_lacct_add(l, addr))) no_memory(l);
  else if (!put_account(l, a, &o)) {
    l->broken = true; /* a part of it is there */
    no_memory(l);
  }
  algo_arena_fini(&arena);
  return a;
}

/* What was numbered after the fork is from here. */
static bool is_theirs(const algo_ledger_t *l, uint64_t id) { return id != 0 && id <= l->base_counter; }

/* True: look again. */
static bool load_creator(algo_ledger_t *l, char kind, uint64_t id) {
  algo_addr_t creator;
  algo_err_t err;
  if (!is_theirs(l, id) || !ask_once(l, kind, id, algo_bytes(NULL, 0))) return false;
  algo_code_t rc = l->origin->creator(l->origin->user, kind == ASKED_APP, id, &creator, &err);
  if (rc == ALGO_E_NOT_FOUND) return false;
  if (!rc && algo_lacct_find(l, &creator)) return true;
  if (rc) failed(l, &err);
  ask_again(l, kind, id, algo_bytes(NULL, 0));
  return false;
}

bool algo_lorigin_app(const algo_ledger_t *l, uint64_t id) {
  return load_creator((algo_ledger_t *)(uintptr_t)l, ASKED_APP, id);
}
bool algo_lorigin_asset(const algo_ledger_t *l, uint64_t id) {
  return load_creator((algo_ledger_t *)(uintptr_t)l, ASKED_ASSET, id);
}

bool algo_lorigin_box(const algo_ledger_t *const_l, uint64_t app, algo_bytes_t name) {
  algo_ledger_t *l = (algo_ledger_t *)(uintptr_t)const_l;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_bytes_t value;
  algo_err_t err;
  if (!is_theirs(l, app) || !ask_once(l, ASKED_BOX, app, name)) return false;
  algo_code_t rc = l->origin->box(l->origin->user, app, name, &value, &arena, &err);
  blob_t *key = rc ? NULL : algo_lblob_new(name), *content = rc ? NULL : algo_lblob_new(value);
  box_t *spare = NULL;
  if (!rc && (!key || !content || !algo_lraw_box(l, app, key, &content, &spare))) {
    blob_unref(content);
    rc = algo_err_set(&err, ALGO_E_NOMEM, "out of memory");
    l->oom = true;
  }
  blob_unref(key);
  algo_arena_fini(&arena);
  if (rc == ALGO_OK || rc == ALGO_E_NOT_FOUND) return rc == ALGO_OK;
  failed(l, &err);
  ask_again(l, ASKED_BOX, app, name);
  return false;
}

void algo_lorigin_boxes(const algo_ledger_t *const_l, uint64_t app) {
  algo_ledger_t *l = (algo_ledger_t *)(uintptr_t)const_l;
  algo_arena_t arena = ALGO_ARENA_INIT;
  const algo_bytes_t *names;
  size_t n;
  algo_err_t err;
  if (!is_theirs(l, app) || !ask_once(l, ASKED_BOXES, app, algo_bytes(NULL, 0))) return;
  algo_code_t rc = l->origin->boxes(l->origin->user, app, &names, &n, &arena, &err);
  for (size_t i = 0; !rc && i < n; i++) algo_lorigin_box(l, app, names[i]);
  if (rc && rc != ALGO_E_NOT_FOUND) failed(l, &err);
  if (l->origin_failed) ask_again(l, ASKED_BOXES, app, algo_bytes(NULL, 0));
  algo_arena_fini(&arena);
}

void algo_lorigin_no_supply(const algo_ledger_t *const_l) {
  algo_ledger_t *l = (algo_ledger_t *)(uintptr_t)const_l;
  algo_err_t err;
  algo_err_set(&err, ALGO_E_UNSUPPORTED,
               "the forked node did not tell its supply as of round %" PRIu64 ": fork its last round", l->base);
  failed(l, &err);
}

/* ---- beginning ---- */

static algo_code_t take_block(algo_ledger_t *l, const algo_ledger_origin_t *o, algo_err_t *err) {
  algo_block_t b;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_code_t rc = algo_block_decode(&b, o->block, &arena, err);
  if (!rc && memcmp(&b.header.genesis_hash, &l->genesis_hash, sizeof l->genesis_hash) != 0)
    rc = algo_err_set(err, ALGO_E_GENESIS, "block %" PRIu64 " is of another network than %s", o->round, l->genesis_id);
  algo_bytes_t name = rc ? algo_bytes(NULL, 0) : b.header.protocol;
  l->consensus = rc ? NULL : algo_consensus_find(name);
  if (!rc && !l->consensus)
    rc = algo_err_set(err, ALGO_E_UNSUPPORTED, "unsupported protocol %.*s", (int)name.n, (const char *)name.p);
  if (!rc) {
    l->genesis.protocol = algo_arena_printf(&l->arena, "%.*s", (int)name.n, (const char *)name.p);
    l->base_counter = b.header.txn_counter;
    uint64_t unit = l->consensus->reward_unit, offline = sat_sub(o->total, o->online);
    const totals_t totals = {
        .online = o->online, .offline = offline, .online_units = o->online / unit, .offline_units = offline / unit};
    rc = algo_lblock_first(l, o->block, &b, &totals, err);
  }
  algo_arena_fini(&arena);
  return rc;
}

algo_code_t algo_ledger_new_fork(algo_ledger_t **out, const algo_genesis_t *g, const algo_ledger_origin_t *origin,
                                 const algo_env_t *env, algo_err_t *err) {
  algo_ledger_t *l = NULL;
  algo_code_t rc = algo_lnew(&l, g, env, err);
  if (rc) return rc;
  l->base = origin->round;
  rc = take_block(l, origin, err);
  l->origin = origin;
  if (!rc) rc = algo_ltip_load(l, err);
  if (!rc) algo_lopen_reset(l);
  if (rc) algo_ledger_free(l);
  else *out = l;
  return rc;
}
