/* state.c - state deltas to rows: see state.h. A delta is read once, key by key; keys that are not known are stepped
 * over. Within a list the values that a row needs are views into the delta until the row is written. */
#include "state.h"

#include <stdlib.h>

#include "algo/address.h"
#include "algo/json.h"
#include "algo/mp.h"
#include "algo/text.h"
#include "copy.h"

#define BOX_PREFIX 11u /* "bx:", then the application's number */

const ix_st_def_t ix_st_tables[IX_ST_TABLES] = {
    {"st_account",
     "addr,microalgos,rewards_base,rewarded,status,auth_addr,incentive_eligible,last_heartbeat,last_proposed,vote_id,"
     "selection_id,state_proof_id,vote_first,vote_last,vote_key_dilution,assets,created_assets,apps,created_apps,"
     "schema_uints,schema_bytes,extra_pages,boxes,box_bytes,deleted,seq,at"},
    {"st_holding", "addr,asset,amount,frozen,deleted,seq,at"},
    {"st_asset", "id,creator,total,decimals,default_frozen,unit_name,name,url,metadata_hash,manager,reserve,freezer,"
                 "clawback,deleted,seq,at"},
    {"st_app", "id,creator,approval,clear,global,global_uints,global_bytes,local_uints,local_bytes,extra_pages,version,"
               "deleted,seq,at"},
    {"st_local", "addr,app,kv,uints,bytes,deleted,seq,at"},
    {"st_box", "app,name,value,seq,at"},
};

typedef struct walk {
  ix_state_t *out;
  algo_mp_t m;
  uint64_t round;
  algo_err_t *err;
} walk_t;

static void ix_state_clear(ix_state_t *s) {
  for (int i = 0; i < IX_ST_TABLES; i++) {
    algo_buf_clear(&s->copy[i]);
    s->count[i] = 0;
  }
  s->seq = 0;
}

void ix_state_fini(ix_state_t *s) {
  for (int i = 0; i < IX_ST_TABLES; i++) algo_buf_fini(&s->copy[i]);
  *s = (ix_state_t){0};
}

/* ---- reading ---- */

/* One of a map's known keys: where its value goes. */
typedef struct field {
  const char *key;
  enum { F_UINT, F_BOOL, F_BYTES, F_VALUE } kind; /* VALUE: the whole value as it stands; nil is empty */
  void *to;
} field_t;

static algo_code_t read_value(walk_t *w, const field_t *f) {
  if (algo_mp_peek(&w->m) == ALGO_MP_NIL) return algo_mp_skip(&w->m, w->err);
  switch (f->kind) {
  case F_UINT: return algo_mp_get_uint(&w->m, f->to, w->err);
  case F_BOOL: return algo_mp_get_bool(&w->m, f->to, w->err);
  case F_BYTES: return algo_mp_get_bin(&w->m, f->to, w->err);
  default: return algo_mp_skip_view(&w->m, f->to, w->err);
  }
}

/* A map's values into their places; nil is an empty map. */
static algo_code_t read_map(walk_t *w, const field_t *fields, size_t n) {
  uint32_t pairs;
  algo_bytes_t key;
  if (algo_mp_peek(&w->m) == ALGO_MP_NIL) return algo_mp_skip(&w->m, w->err);
  algo_code_t rc = algo_mp_get_map(&w->m, &pairs, w->err);
  for (uint32_t i = 0; rc == ALGO_OK && i < pairs; i++) {
    rc = algo_mp_get_str(&w->m, &key, w->err);
    if (rc != ALGO_OK) break;
    size_t k = 0;
    while (k < n && !algo_bytes_eq(key, algo_bytes_str(fields[k].key))) k++;
    rc = k < n ? read_value(w, &fields[k]) : algo_mp_skip(&w->m, w->err);
  }
  return rc;
}

static algo_code_t read_within(walk_t *w, algo_bytes_t value, const field_t *fields, size_t n) {
  if (value.n == 0) return ALGO_OK;
  const algo_mp_t outer = w->m;
  w->m = algo_mp(value);
  algo_code_t rc = read_map(w, fields, n);
  w->m = outer;
  return rc;
}
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- writing ---- */

static algo_buf_t *start(walk_t *w, ix_st_t t, int16_t columns) {
  w->out->count[t]++;
  ix_copy_row(&w->out->copy[t], columns);
  return &w->out->copy[t];
}

static algo_code_t end(walk_t *w, algo_buf_t *b) {
  ix_copy_i64(b, w->out->seq++);
  ix_copy_i64(b, (int64_t)w->round);
  return ALGO_OK;
}

static void put_set(algo_buf_t *b, algo_bytes_t v) { /* zeros and nothing are null */
  for (size_t i = 0; i < v.n; i++)
    if (v.p[i]) {
      ix_copy_bytes(b, v.p, v.n);
      return;
    }
  ix_copy_null(b);
}

static void put_bytes(algo_buf_t *b, algo_bytes_t v) { ix_copy_bytes(b, v.p, v.n); }

static algo_code_t check_addr(walk_t *w, algo_bytes_t a) {
  return a.n == 32 ? ALGO_OK : algo_err_set(w->err, ALGO_E_PARSE, "an address of %zu bytes", a.n);
}

static algo_code_t check_id(walk_t *w, uint64_t id) {
  return id <= INT64_MAX ? ALGO_OK
                         : algo_err_set(w->err, ALGO_E_RANGE, "%llu is no number of a chain", (unsigned long long)id);
}

/* A state's keys and values as jsonb: {"a2V5": {"tt": 1, "tb": "dg=="}}. */
static algo_code_t put_kv(walk_t *w, algo_buf_t *b, algo_bytes_t kv) {
  algo_buf_t text = ALGO_BUF_INIT, key64 = ALGO_BUF_INIT;
  algo_buf_putc(&text, 1); /* the version of jsonb's binary form */
  algo_json_t j = algo_json(&text);
  algo_json_open(&j, '{');
  const algo_mp_t outer = w->m;
  uint32_t pairs = 0;
  w->m = algo_mp(kv);
  algo_code_t rc = kv.n ? algo_mp_get_map(&w->m, &pairs, w->err) : ALGO_OK;
  for (uint32_t i = 0; rc == ALGO_OK && i < pairs; i++) {
    algo_bytes_t key, bytes = {NULL, 0};
    uint64_t type = 0, number = 0;
    const field_t fields[] = {{"tt", F_UINT, &type}, {"tb", F_BYTES, &bytes}, {"ui", F_UINT, &number}};
    rc = algo_mp_get_str(&w->m, &key, w->err);
    if (rc == ALGO_OK) rc = read_map(w, fields, COUNT(fields));
    if (rc != ALGO_OK) break;
    algo_buf_clear(&key64);
    algo_base64_encode(&key64, key);
    algo_json_key(&j, algo_buf_cstr(&key64));
    algo_json_open(&j, '{');
    algo_json_key(&j, "tt"), algo_json_uint(&j, type);
    if (bytes.n) algo_json_key(&j, "tb"), algo_json_base64(&j, bytes);
    if (number) algo_json_key(&j, "ui"), algo_json_uint(&j, number);
    algo_json_close(&j, '}');
  }
  w->m = outer;
  algo_json_close(&j, '}');
  ix_copy_bytes(b, text.p, text.n);
  b->oom |= text.oom || key64.oom;
  algo_buf_fini(&text);
  algo_buf_fini(&key64);
  return rc;
}

typedef struct schema {
  uint64_t uints, bytes;
} schema_t;

static algo_code_t read_schema(walk_t *w, algo_bytes_t value, schema_t *s) {
  const field_t fields[] = {{"nui", F_UINT, &s->uints}, {"nbs", F_UINT, &s->bytes}};
  return read_within(w, value, fields, COUNT(fields));
}

/* ---- accounts ---- */

typedef struct account {
  algo_bytes_t addr, auth, vote, selection, proof, schema;
  uint64_t micro, base, rewarded, status, heartbeat, proposed, first, last, dilution;
  uint64_t assets, created_assets, apps, created_apps, pages, boxes, box_bytes;
  bool eligible;
} account_t;

static algo_code_t put_account(walk_t *w, const account_t *a) {
  schema_t s = {0, 0};
  algo_code_t rc = check_addr(w, a->addr);
  if (rc == ALGO_OK) rc = read_schema(w, a->schema, &s);
  if (rc == ALGO_OK) rc = check_id(w, a->heartbeat | a->proposed);
  if (rc == ALGO_OK && a->status > 2)
    rc = algo_err_set(w->err, ALGO_E_PARSE, "status %llu", (unsigned long long)a->status);
  if (rc != ALGO_OK) return rc;
  algo_buf_t *b = start(w, IX_ST_ACCOUNT, 27);
  const bool gone = !(a->micro | a->assets | a->created_assets | a->apps | a->created_apps | a->boxes | a->status);
  put_bytes(b, a->addr);
  ix_copy_u64(b, a->micro);
  ix_copy_u64(b, gone ? 0 : a->base);
  ix_copy_u64(b, gone ? 0 : a->rewarded);
  ix_copy_i16(b, (int16_t)a->status);
  put_set(b, a->auth);
  ix_copy_bool(b, a->eligible);
  ix_copy_i64(b, (int64_t)a->heartbeat);
  ix_copy_i64(b, (int64_t)a->proposed);
  put_set(b, a->vote);
  put_set(b, a->selection);
  put_set(b, a->proof);
  const uint64_t numbers[] = {a->first,        a->last, a->dilution, a->assets, a->created_assets, a->apps,
                              a->created_apps, s.uints, s.bytes,     a->pages,  a->boxes,          a->box_bytes};
  for (size_t i = 0; i < COUNT(numbers); i++) ix_copy_u64(b, numbers[i]);
  ix_copy_bool(b, gone);
  return end(w, b);
}

static algo_code_t read_account(walk_t *w) {
  account_t a = {0};
  const field_t fields[] = {{"Addr", F_BYTES, &a.addr},
                            {"AuthAddr", F_BYTES, &a.auth},
                            {"IncentiveEligible", F_BOOL, &a.eligible},
                            {"LastHeartbeat", F_UINT, &a.heartbeat},
                            {"LastProposed", F_UINT, &a.proposed},
                            {"MicroAlgos", F_UINT, &a.micro},
                            {"RewardedMicroAlgos", F_UINT, &a.rewarded},
                            {"RewardsBase", F_UINT, &a.base},
                            {"SelectionID", F_BYTES, &a.selection},
                            {"StateProofID", F_BYTES, &a.proof},
                            {"Status", F_UINT, &a.status},
                            {"TotalAppLocalStates", F_UINT, &a.apps},
                            {"TotalAppParams", F_UINT, &a.created_apps},
                            {"TotalAppSchema", F_VALUE, &a.schema},
                            {"TotalAssetParams", F_UINT, &a.created_assets},
                            {"TotalAssets", F_UINT, &a.assets},
                            {"TotalBoxBytes", F_UINT, &a.box_bytes},
                            {"TotalBoxes", F_UINT, &a.boxes},
                            {"TotalExtraAppPages", F_UINT, &a.pages},
                            {"VoteFirstValid", F_UINT, &a.first},
                            {"VoteID", F_BYTES, &a.vote},
                            {"VoteKeyDilution", F_UINT, &a.dilution},
                            {"VoteLastValid", F_UINT, &a.last}};
  algo_code_t rc = read_map(w, fields, COUNT(fields));
  return rc == ALGO_OK ? put_account(w, &a) : rc;
}

/* ---- assets and applications ---- */

static algo_code_t put_asset(walk_t *w, uint64_t id, algo_bytes_t creator, algo_bytes_t params, bool gone) {
  uint64_t total = 0, decimals = 0;
  bool frozen = false;
  algo_bytes_t unit = {NULL, 0}, name = unit, url = unit, hash = unit, m = unit, r = unit, f = unit, c = unit;
  const field_t fields[] = {{"t", F_UINT, &total},  {"dc", F_UINT, &decimals}, {"df", F_BOOL, &frozen},
                            {"un", F_BYTES, &unit}, {"an", F_BYTES, &name},    {"au", F_BYTES, &url},
                            {"am", F_BYTES, &hash}, {"m", F_BYTES, &m},        {"r", F_BYTES, &r},
                            {"f", F_BYTES, &f},     {"c", F_BYTES, &c}};
  algo_code_t rc = read_within(w, params, fields, COUNT(fields));
  if (rc == ALGO_OK && decimals > INT16_MAX)
    rc = algo_err_set(w->err, ALGO_E_PARSE, "an asset of %llu decimals", (unsigned long long)decimals);
  if (rc != ALGO_OK) return rc;
  algo_buf_t *b = start(w, IX_ST_ASSET, 16);
  ix_copy_i64(b, (int64_t)id);
  put_bytes(b, creator);
  if (gone) {
    for (int i = 0; i < 11; i++) ix_copy_null(b);
  } else {
    ix_copy_u64(b, total);
    ix_copy_i16(b, (int16_t)decimals);
    ix_copy_bool(b, frozen);
    const algo_bytes_t texts[] = {unit, name, url};
    for (size_t i = 0; i < COUNT(texts); i++) put_bytes(b, texts[i]);
    const algo_bytes_t sets[] = {hash, m, r, f, c};
    for (size_t i = 0; i < COUNT(sets); i++) put_set(b, sets[i]);
  }
  ix_copy_bool(b, gone);
  return end(w, b);
}

static algo_code_t put_holding(walk_t *w, uint64_t id, algo_bytes_t addr, algo_bytes_t holding, bool gone) {
  uint64_t amount = 0;
  bool frozen = false;
  const field_t fields[] = {{"a", F_UINT, &amount}, {"f", F_BOOL, &frozen}};
  algo_code_t rc = read_within(w, holding, fields, COUNT(fields));
  if (rc != ALGO_OK) return rc;
  algo_buf_t *b = start(w, IX_ST_HOLDING, 7);
  put_bytes(b, addr);
  ix_copy_i64(b, (int64_t)id);
  ix_copy_u64(b, amount);
  ix_copy_bool(b, frozen);
  ix_copy_bool(b, gone);
  return end(w, b);
}

static algo_code_t put_app(walk_t *w, uint64_t id, algo_bytes_t creator, algo_bytes_t params, bool gone) {
  algo_bytes_t approval = {NULL, 0}, clear = approval, gs = approval, gsch = approval, lsch = approval;
  uint64_t pages = 0, version = 0;
  schema_t global = {0, 0}, local = {0, 0};
  const field_t fields[] = {{"approv", F_BYTES, &approval}, {"clearp", F_BYTES, &clear}, {"gs", F_VALUE, &gs},
                            {"gsch", F_VALUE, &gsch},       {"lsch", F_VALUE, &lsch},    {"epp", F_UINT, &pages},
                            {"v", F_UINT, &version}};
  algo_code_t rc = read_within(w, params, fields, COUNT(fields));
  if (rc == ALGO_OK) rc = read_schema(w, gsch, &global);
  if (rc == ALGO_OK) rc = read_schema(w, lsch, &local);
  const uint64_t numbers[] = {global.uints, global.bytes, local.uints, local.bytes, pages, version};
  for (size_t i = 0; rc == ALGO_OK && i < COUNT(numbers); i++) rc = check_id(w, numbers[i]);
  if (rc != ALGO_OK) return rc;
  algo_buf_t *b = start(w, IX_ST_APP, 14);
  ix_copy_i64(b, (int64_t)id);
  put_bytes(b, creator);
  if (gone) {
    for (int i = 0; i < 9; i++) ix_copy_null(b);
  } else {
    put_bytes(b, approval);
    put_bytes(b, clear);
    rc = put_kv(w, b, gs);
    for (size_t i = 0; i < COUNT(numbers); i++) ix_copy_i64(b, (int64_t)numbers[i]);
  }
  ix_copy_bool(b, gone);
  return rc == ALGO_OK ? end(w, b) : rc;
}

static algo_code_t put_local(walk_t *w, uint64_t id, algo_bytes_t addr, algo_bytes_t state, bool gone) {
  algo_bytes_t kv = {NULL, 0}, hsch = kv;
  schema_t s = {0, 0};
  const field_t fields[] = {{"tkv", F_VALUE, &kv}, {"hsch", F_VALUE, &hsch}};
  algo_code_t rc = read_within(w, state, fields, COUNT(fields));
  if (rc == ALGO_OK) rc = read_schema(w, hsch, &s);
  if (rc == ALGO_OK) rc = check_id(w, s.uints | s.bytes);
  if (rc != ALGO_OK) return rc;
  algo_buf_t *b = start(w, IX_ST_LOCAL, 8);
  put_bytes(b, addr);
  ix_copy_i64(b, (int64_t)id);
  if (gone) {
    for (int i = 0; i < 3; i++) ix_copy_null(b);
  } else {
    rc = put_kv(w, b, kv);
    ix_copy_i64(b, (int64_t)s.uints);
    ix_copy_i64(b, (int64_t)s.bytes);
  }
  ix_copy_bool(b, gone);
  return rc == ALGO_OK ? end(w, b) : rc;
}

/* {"Deleted": bool, NAME: the value}: what became of one half of a resource. *changed: anything. */
static algo_code_t half(walk_t *w, algo_bytes_t value, const char *name, algo_bytes_t *content, bool *gone) {
  const field_t fields[] = {{"Deleted", F_BOOL, gone}, {name, F_VALUE, content}};
  return read_within(w, value, fields, COUNT(fields));
}

static algo_code_t read_resource(walk_t *w, bool asset) {
  algo_bytes_t addr = {NULL, 0}, params = addr, other = addr, p = addr, o = addr;
  uint64_t id = 0;
  bool p_gone = false, o_gone = false;
  const field_t fields[] = {{"Addr", F_BYTES, &addr},
                            {"Aidx", F_UINT, &id},
                            {"Params", F_VALUE, &params},
                            {asset ? "Holding" : "State", F_VALUE, &other}};
  algo_code_t rc = read_map(w, fields, COUNT(fields));
  if (rc == ALGO_OK) rc = check_addr(w, addr);
  if (rc == ALGO_OK) rc = check_id(w, id);
  if (rc == ALGO_OK && id == 0) rc = algo_err_set(w->err, ALGO_E_PARSE, "a resource without a number");
  if (rc == ALGO_OK) rc = half(w, params, "Params", &p, &p_gone);
  if (rc == ALGO_OK) rc = half(w, other, asset ? "Holding" : "LocalState", &o, &o_gone);
  if (rc == ALGO_OK && (p.n || p_gone))
    rc = asset ? put_asset(w, id, addr, p, p_gone) : put_app(w, id, addr, p, p_gone);
  if (rc == ALGO_OK && (o.n || o_gone))
    rc = asset ? put_holding(w, id, addr, o, o_gone) : put_local(w, id, addr, o, o_gone);
  return rc;
}

/* ---- boxes ---- */

static algo_code_t read_boxes(walk_t *w) {
  uint32_t pairs;
  algo_code_t rc = algo_mp_get_map(&w->m, &pairs, w->err);
  for (uint32_t i = 0; rc == ALGO_OK && i < pairs; i++) {
    algo_bytes_t key, whole = {NULL, 0}, data;
    const field_t fields[] = {{"Data", F_VALUE, &whole}};
    rc = algo_mp_get_str(&w->m, &key, w->err);
    if (rc == ALGO_OK) rc = read_map(w, fields, COUNT(fields));
    if (rc != ALGO_OK || key.n < BOX_PREFIX || memcmp(key.p, "bx:", 3) != 0) continue; /* no box */
    const uint64_t app = algo_get_be64(key.p + 3);
    rc = check_id(w, app);
    if (rc != ALGO_OK) break;
    algo_buf_t *b = start(w, IX_ST_BOX, 5);
    ix_copy_i64(b, (int64_t)app);
    ix_copy_bytes(b, key.p + BOX_PREFIX, key.n - BOX_PREFIX);
    if (whole.n) {
      algo_mp_t m = algo_mp(whole);
      rc = algo_mp_get_bin(&m, &data, w->err);
      if (rc == ALGO_OK) put_bytes(b, data);
    } else {
      ix_copy_null(b);
    }
    if (rc == ALGO_OK) rc = end(w, b);
  }
  return rc;
}

/* ---- a delta ---- */

static algo_code_t read_list(walk_t *w, algo_bytes_t value, algo_code_t (*each)(walk_t *)) {
  uint32_t n = 0;
  if (value.n == 0) return ALGO_OK;
  w->m = algo_mp(value);
  algo_code_t rc = algo_mp_get_array(&w->m, &n, w->err);
  for (uint32_t i = 0; rc == ALGO_OK && i < n; i++) rc = each(w);
  return rc;
}

static algo_code_t read_app(walk_t *w) { return read_resource(w, false); }
static algo_code_t read_asset(walk_t *w) { return read_resource(w, true); }

static algo_code_t finish(ix_state_t *out, algo_code_t rc, algo_err_t *err) {
  bool oom = false;
  for (int i = 0; i < IX_ST_TABLES; i++) oom |= out->copy[i].oom;
  return rc == ALGO_OK && oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : rc;
}

algo_code_t ix_state_build(ix_state_t *out, uint64_t round, algo_bytes_t delta, algo_err_t *err) {
  walk_t w = {out, algo_mp(delta), round, err};
  ix_state_clear(out);
  algo_bytes_t accts = {NULL, 0}, kv = accts, accounts = accts, apps = accts, assets = accts;
  const field_t top[] = {{"Accts", F_VALUE, &accts}, {"KvMods", F_VALUE, &kv}};
  const field_t inner[] = {
      {"Accts", F_VALUE, &accounts}, {"AppResources", F_VALUE, &apps}, {"AssetResources", F_VALUE, &assets}};
  if (delta.n == 0 || algo_mp_peek(&w.m) != ALGO_MP_MAP) return algo_err_set(err, ALGO_E_PARSE, "no state delta");
  algo_code_t rc = read_map(&w, top, COUNT(top));
  if (rc == ALGO_OK && w.m.p != w.m.end) rc = algo_err_set(err, ALGO_E_PARSE, "bytes behind the state delta");
  if (rc == ALGO_OK && accts.n == 0) rc = algo_err_set(err, ALGO_E_PARSE, "a state delta without accounts");
  if (rc == ALGO_OK) rc = read_within(&w, accts, inner, COUNT(inner));
  if (rc == ALGO_OK) rc = read_list(&w, accounts, read_account);
  if (rc == ALGO_OK) rc = read_list(&w, apps, read_app);
  if (rc == ALGO_OK) rc = read_list(&w, assets, read_asset);
  if (rc == ALGO_OK && kv.n) {
    w.m = algo_mp(kv);
    rc = read_boxes(&w);
  }
  return finish(out, rc, err);
}

/* ---- genesis ---- */

static algo_code_t read_allotment(walk_t *w, json_object *o) {
  json_object *s = NULL;
  algo_bytes_t text;
  algo_addr_t addr;
  account_t a = {0};
  algo_buf_t keys[3] = {ALGO_BUF_INIT, ALGO_BUF_INIT, ALGO_BUF_INIT};
  static const char *const names[] = {"vote", "sel", "stprf"};
  algo_code_t rc = algo_json_get_str(o, "addr", &text, w->err);
  if (rc == ALGO_OK) rc = algo_addr_parse(&addr, (const char *)text.p, text.n, w->err);
  if (rc == ALGO_OK && !json_object_object_get_ex(o, "state", &s))
    rc = algo_err_set(w->err, ALGO_E_PARSE, "an allotment without a state");
  const struct {
    const char *key;
    uint64_t *to;
  } numbers[] = {
      {"algo", &a.micro}, {"onl", &a.status}, {"voteFst", &a.first}, {"voteLst", &a.last}, {"voteKD", &a.dilution}};
  for (size_t i = 0; rc == ALGO_OK && i < COUNT(numbers); i++)
    rc = algo_json_opt_u64(s, numbers[i].key, numbers[i].to, w->err);
  if (rc == ALGO_OK) rc = algo_json_opt_bool(s, "ie", &a.eligible, w->err);
  for (int i = 0; rc == ALGO_OK && i < 3; i++) rc = algo_json_opt_base64(s, names[i], &keys[i], w->err);
  a.addr = algo_bytes(addr.b, 32);
  a.vote = algo_buf_view(&keys[0]);
  a.selection = algo_buf_view(&keys[1]);
  a.proof = algo_buf_view(&keys[2]);
  if (rc == ALGO_OK) rc = put_account(w, &a);
  for (int i = 0; i < 3; i++) algo_buf_fini(&keys[i]);
  return rc;
}

algo_code_t ix_state_genesis(ix_state_t *out, algo_bytes_t genesis, algo_err_t *err) {
  walk_t w = {out, algo_mp(genesis), 0, err};
  json_object *root = NULL, *alloc = NULL;
  ix_state_clear(out);
  algo_code_t rc = algo_json_parse(&root, genesis.p, genesis.n, err);
  if (rc == ALGO_OK &&
      (!json_object_is_type(root, json_type_object) || !json_object_object_get_ex(root, "alloc", &alloc) ||
       !json_object_is_type(alloc, json_type_array)))
    rc = algo_err_set(err, ALGO_E_PARSE, "no genesis: it allots nothing");
  for (size_t i = 0; rc == ALGO_OK && i < json_object_array_length(alloc); i++)
    rc = read_allotment(&w, json_object_array_get_idx(alloc, i));
  json_object_put(root);
  return finish(out, rc, err);
}
