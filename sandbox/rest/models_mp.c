/* Accounts and their parts as msgpack: basics.AccountData and what it is made of. */
#include "models.h"
#include "mpw.h"

static void put_addr(algo_buf_t *b, mpw_map_t *m, const char *key, const algo_addr_t *a) {
  if (!algo_addr_is_zero(a)) mpw_bin(b, m, key, algo_bytes(a->b, sizeof a->b));
}

static void put_fixed(algo_buf_t *b, mpw_map_t *m, const char *key, const uint8_t *p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (p[i] == 0) continue;
    mpw_bin(b, m, key, algo_bytes(p, n));
    return;
  }
}

static void put_schema(algo_buf_t *b, mpw_map_t *m, const char *key, const algo_schema_t *s) {
  if (s->num_uint == 0 && s->num_byte_slice == 0) return;
  mpw_key(b, m, key);
  mpw_map_t in = mpw_open(b);
  mpw_uint(b, &in, "nbs", s->num_byte_slice);
  mpw_uint(b, &in, "nui", s->num_uint);
  mpw_close(b, &in);
}

static void put_kv(algo_buf_t *b, mpw_map_t *m, const char *key, const algo_kv_t *kv, size_t n) {
  if (n == 0) return;
  mpw_key(b, m, key);
  algo_mp_put_map(b, (uint32_t)n);
  for (size_t i = 0; i < n; i++) {
    algo_mp_put_str(b, kv[i].key.p, kv[i].key.n);
    mpw_map_t v = mpw_open(b);
    if (kv[i].value.is_bytes) mpw_text(b, &v, "tb", kv[i].value.bytes);
    mpw_uint(b, &v, "tt", kv[i].value.is_bytes ? 1 : 2);
    if (!kv[i].value.is_bytes) mpw_uint(b, &v, "ui", kv[i].value.uint);
    mpw_close(b, &v);
  }
}

static void holding_mp(algo_buf_t *b, const algo_avm_holding_t *h) {
  mpw_map_t m = mpw_open(b);
  mpw_uint(b, &m, "a", h->amount);
  mpw_true(b, &m, "f", h->frozen);
  mpw_close(b, &m);
}

static void asset_params_mp(algo_buf_t *b, const algo_asset_params_t *p) {
  mpw_map_t m = mpw_open(b);
  put_fixed(b, &m, "am", p->metadata_hash.b, 32);
  mpw_text(b, &m, "an", p->name);
  mpw_text(b, &m, "au", p->url);
  put_addr(b, &m, "c", &p->clawback);
  mpw_uint(b, &m, "dc", p->decimals);
  mpw_true(b, &m, "df", p->default_frozen);
  put_addr(b, &m, "f", &p->freeze);
  put_addr(b, &m, "m", &p->manager);
  put_addr(b, &m, "r", &p->reserve);
  mpw_uint(b, &m, "t", p->total);
  mpw_text(b, &m, "un", p->unit_name);
  mpw_close(b, &m);
}

void account_asset_mp(algo_buf_t *b, const algo_avm_holding_t *h, const algo_asset_params_t *p) {
  mpw_map_t m = mpw_open(b);
  algo_buf_t params = ALGO_BUF_INIT;
  if (p != NULL) asset_params_mp(&params, p);
  if (h != NULL && (h->amount > 0 || h->frozen)) { /* what is all zero is left out, whether it is there or not */
    mpw_key(b, &m, "asset-holding");
    holding_mp(b, h);
  }
  if (params.n > 1) {
    mpw_key(b, &m, "asset-params");
    algo_buf_putb(b, algo_buf_view(&params));
  }
  mpw_close(b, &m);
  b->oom |= params.oom;
  algo_buf_fini(&params);
}

void local_mp(algo_buf_t *b, const algo_schema_t *s, const algo_kv_t *kv, size_t n) {
  mpw_map_t m = mpw_open(b);
  put_schema(b, &m, "hsch", s);
  put_kv(b, &m, "tkv", kv, n);
  mpw_close(b, &m);
}

void app_params_mp(algo_buf_t *b, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  mpw_map_t m = mpw_open(b);
  mpw_bin(b, &m, "approv", p->approval);
  mpw_bin(b, &m, "clearp", p->clear);
  mpw_uint(b, &m, "epp", p->extra_pages);
  mpw_true(b, &m, "fba", p->family_box_access);
  mpw_true(b, &m, "fbr", p->foreign_box_reads);
  put_kv(b, &m, "gs", kv, n);
  put_schema(b, &m, "gsch", &p->global_schema);
  put_schema(b, &m, "lsch", &p->local_schema);
  put_addr(b, &m, "ss", &p->size_sponsor);
  mpw_uint(b, &m, "v", p->version);
  mpw_close(b, &m);
}

/* ---- an account's maps: counted while they are written ---- */

typedef struct entries {
  algo_buf_t b;
  uint32_t n;
} entries_t;

static bool add_holding(void *user, uint64_t asset, const algo_avm_holding_t *h) {
  entries_t *e = user;
  e->n++;
  algo_mp_put_uint(&e->b, asset);
  holding_mp(&e->b, h);
  return true;
}
static bool add_asset(void *user, uint64_t asset, const algo_asset_params_t *p, const algo_addr_t *creator) {
  entries_t *e = user;
  (void)creator;
  e->n++;
  algo_mp_put_uint(&e->b, asset);
  asset_params_mp(&e->b, p);
  return true;
}
static bool add_local(void *user, uint64_t app, const algo_schema_t *schema, const algo_kv_t *kv, size_t n) {
  entries_t *e = user;
  e->n++;
  algo_mp_put_uint(&e->b, app);
  local_mp(&e->b, schema, kv, n);
  return true;
}
static bool add_app(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  entries_t *e = user;
  e->n++;
  algo_mp_put_uint(&e->b, app);
  app_params_mp(&e->b, p, kv, n);
  return true;
}

static void put_entries(algo_buf_t *b, mpw_map_t *m, const char *key, entries_t *e) {
  if (e->n > 0) {
    mpw_key(b, m, key);
    algo_mp_put_map(b, e->n);
    algo_buf_putb(b, algo_buf_view(&e->b));
  }
  b->oom |= e->b.oom;
  algo_buf_fini(&e->b);
  e->n = 0;
}

static void put_resources(algo_buf_t *b, mpw_map_t *m, const algo_ledger_t *l, const algo_addr_t *a) {
  entries_t e = {ALGO_BUF_INIT, 0};
  algo_ledger_each_created_asset(l, a, 0, add_asset, &e);
  put_entries(b, m, "apar", &e);
  algo_ledger_each_local(l, a, 0, add_local, &e);
  put_entries(b, m, "appl", &e);
  algo_ledger_each_created_app(l, a, 0, add_app, &e);
  put_entries(b, m, "appp", &e);
  algo_ledger_each_holding(l, a, 0, add_holding, &e);
  put_entries(b, m, "asset", &e);
}

static void bare_uint(algo_buf_t *b, const char *key, uint64_t v) {
  algo_mp_put_str(b, key, strlen(key));
  algo_mp_put_uint(b, v);
}

static void bare_bin(algo_buf_t *b, const char *key, const uint8_t *p, size_t n) {
  algo_mp_put_str(b, key, strlen(key));
  algo_mp_put_bin(b, p, n);
}

/* A structure of go-algorand's own, never meant for the wire: every field by its name in Go, zero or not. */
static void bare_account_mp(algo_buf_t *b, const algo_account_view_t *a) {
  mpw_map_t schema = {0};
  algo_mp_put_map(b, 22);
  bare_bin(b, "AuthAddr", a->auth_addr.b, 32);
  algo_mp_put_str(b, "IncentiveEligible", 17);
  algo_mp_put_bool(b, a->incentive_eligible);
  bare_uint(b, "LastHeartbeat", a->last_heartbeat);
  bare_uint(b, "LastProposed", a->last_proposed);
  bare_uint(b, "MicroAlgos", a->balance);
  bare_uint(b, "RewardedMicroAlgos", a->rewards);
  bare_uint(b, "RewardsBase", a->rewards_base);
  bare_bin(b, "SelectionID", a->selection_pk, 32);
  bare_bin(b, "StateProofID", a->state_proof_pk, 64);
  bare_uint(b, "Status", a->status);
  bare_uint(b, "TotalAppLocalStates", a->total_apps_opted_in);
  bare_uint(b, "TotalAppParams", a->total_apps_created);
  algo_mp_put_str(b, "TotalAppSchema", 14);
  schema = mpw_open(b);
  mpw_uint(b, &schema, "nbs", a->total_schema.num_byte_slice);
  mpw_uint(b, &schema, "nui", a->total_schema.num_uint);
  mpw_close(b, &schema);
  bare_uint(b, "TotalAssetParams", a->total_assets_created);
  bare_uint(b, "TotalAssets", a->total_assets);
  bare_uint(b, "TotalBoxBytes", a->total_box_bytes);
  bare_uint(b, "TotalBoxes", a->total_boxes);
  bare_uint(b, "TotalExtraAppPages", a->total_extra_pages);
  bare_uint(b, "VoteFirstValid", a->vote_first);
  bare_bin(b, "VoteID", a->vote_pk, 32);
  bare_uint(b, "VoteKeyDilution", a->vote_key_dilution);
  bare_uint(b, "VoteLastValid", a->vote_last);
}

void account_mp(algo_buf_t *b, const algo_ledger_t *l, const algo_account_view_t *a, bool bare) {
  if (bare) {
    bare_account_mp(b, a);
    return;
  }
  mpw_map_t m = mpw_open(b);
  mpw_uint(b, &m, "algo", a->balance);
  put_resources(b, &m, l, &a->addr);
  mpw_uint(b, &m, "ebase", a->rewards_base);
  mpw_uint(b, &m, "ern", a->rewards);
  mpw_true(b, &m, "ie", a->incentive_eligible);
  mpw_uint(b, &m, "lhb", a->last_heartbeat);
  mpw_uint(b, &m, "lpr", a->last_proposed);
  mpw_uint(b, &m, "onl", a->status);
  put_fixed(b, &m, "sel", a->selection_pk, 32);
  put_addr(b, &m, "spend", &a->auth_addr);
  put_fixed(b, &m, "stprf", a->state_proof_pk, 64);
  mpw_uint(b, &m, "tbx", a->total_boxes);
  mpw_uint(b, &m, "tbxb", a->total_box_bytes);
  mpw_uint(b, &m, "teap", a->total_extra_pages);
  put_schema(b, &m, "tsch", &a->total_schema);
  put_fixed(b, &m, "vote", a->vote_pk, 32);
  mpw_uint(b, &m, "voteFst", a->vote_first);
  mpw_uint(b, &m, "voteKD", a->vote_key_dilution);
  mpw_uint(b, &m, "voteLst", a->vote_last);
  mpw_close(b, &m);
}
