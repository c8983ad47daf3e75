/* Genesis documents. Source: go-algorand 5.1, data/bookkeeping/genesis.go. */
#include "algo/json.h"
#include "algo/mp.h"
#include "algo/text.h"
#include "internal.h"

/* ---- reading ---- */

static algo_code_t get_text(json_object *o, const char *key, const char **out, algo_arena_t *arena, algo_err_t *err) {
  algo_bytes_t v;
  algo_code_t rc = algo_json_get_str(o, key, &v, err);
  if (rc) return rc;
  char *s = algo_arena_alloc(arena, v.n + 1);
  if (!s) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (v.n) memcpy(s, v.p, v.n);
  s[v.n] = 0;
  *out = s;
  return ALGO_OK;
}

static algo_code_t get_addr(json_object *o, const char *key, algo_addr_t *out, algo_err_t *err) {
  algo_bytes_t v;
  algo_code_t rc = algo_json_get_str(o, key, &v, err);
  if (!rc) rc = algo_addr_parse(out, (const char *)v.p, v.n, err);
  return rc ? algo_err_prefix(err, rc, "%s", key) : ALGO_OK;
}

static algo_code_t get_key(json_object *o, const char *key, uint8_t *out, size_t n, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t rc = algo_json_opt_base64(o, key, &b, err);
  if (!rc && b.n && b.n != n) rc = algo_err_set(err, ALGO_E_PARSE, "%s: %zu bytes, not %zu", key, b.n, n);
  if (!rc && b.n) memcpy(out, b.p, n);
  algo_buf_fini(&b);
  return rc;
}

static algo_code_t get_account(json_object *o, algo_genesis_account_t *a, algo_arena_t *arena, algo_err_t *err) {
  json_object *state = NULL;
  if (!json_object_is_type(o, json_type_object)) return algo_err_set(err, ALGO_E_PARSE, "alloc: not an object");
  algo_code_t rc = get_addr(o, "addr", &a->addr, err);
  a->comment = "";
  if (!rc && json_object_object_get_ex(o, "comment", NULL)) rc = get_text(o, "comment", &a->comment, arena, err);
  if (rc) return rc;
  if (!json_object_object_get_ex(o, "state", &state) || !json_object_is_type(state, json_type_object))
    return algo_err_set(err, ALGO_E_PARSE, "alloc: no state");
  const struct {
    const char *key;
    uint64_t *out;
  } numbers[] = {{"algo", &a->amount},
                 {"onl", &a->status},
                 {"voteFst", &a->vote_first},
                 {"voteLst", &a->vote_last},
                 {"voteKD", &a->vote_key_dilution}};
  for (size_t i = 0; !rc && i < sizeof numbers / sizeof numbers[0]; i++)
    rc = algo_json_opt_u64(state, numbers[i].key, numbers[i].out, err);
  if (!rc) rc = get_key(state, "vote", a->vote_pk, 32, err);
  if (!rc) rc = get_key(state, "sel", a->selection_pk, 32, err);
  if (!rc) rc = get_key(state, "stprf", a->state_proof_pk, 64, err);
  if (!rc && a->status > 2) rc = algo_err_set(err, ALGO_E_PARSE, "alloc: status %" PRIu64, a->status);
  return rc;
}

static algo_code_t get_alloc(json_object *o, algo_genesis_t *g, algo_arena_t *arena, algo_err_t *err) {
  json_object *alloc = NULL;
  if (!json_object_object_get_ex(o, "alloc", &alloc)) return ALGO_OK;
  if (!json_object_is_type(alloc, json_type_array)) return algo_err_set(err, ALGO_E_PARSE, "alloc: not an array");
  size_t n = json_object_array_length(alloc);
  algo_genesis_account_t *v = algo_arena_array(arena, n ? n : 1, sizeof *v);
  if (!v) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (size_t i = 0; i < n; i++) {
    algo_code_t rc = get_account(json_object_array_get_idx(alloc, i), &v[i], arena, err);
    if (rc) return rc;
  }
  g->alloc = v;
  g->n_alloc = n;
  return ALGO_OK;
}

algo_code_t algo_genesis_parse(algo_genesis_t *out, const void *json, size_t n, algo_arena_t *arena, algo_err_t *err) {
  json_object *o = NULL;
  uint64_t timestamp = 0;
  algo_code_t rc = algo_json_parse(&o, json, n, err);
  if (rc) return rc;
  *out = (algo_genesis_t){0};
  if (!json_object_is_type(o, json_type_object)) rc = algo_err_set(err, ALGO_E_PARSE, "genesis: not an object");
  if (!rc) rc = get_text(o, "id", &out->id, arena, err);
  if (!rc) rc = get_text(o, "network", &out->network, arena, err);
  if (!rc) rc = get_text(o, "proto", &out->protocol, arena, err);
  if (!rc && json_object_object_get_ex(o, "comment", NULL)) rc = get_text(o, "comment", &out->comment, arena, err);
  if (!rc) rc = get_addr(o, "fees", &out->fee_sink, err);
  if (!rc) rc = get_addr(o, "rwd", &out->rewards_pool, err);
  if (!rc) rc = algo_json_opt_u64(o, "timestamp", &timestamp, err);
  if (!rc) rc = algo_json_opt_bool(o, "devmode", &out->devmode, err);
  if (!rc) rc = get_alloc(o, out, arena, err);
  out->timestamp = (int64_t)timestamp;
  json_object_put(o);
  return rc;
}

/* ---- writing ---- */

static bool all_zero(const uint8_t *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (p[i]) return false;
  return true;
}

static void put_state_json(algo_json_t *j, const algo_genesis_account_t *a) {
  const struct {
    const char *key;
    uint64_t v;
    const uint8_t *p;
    size_t n;
  } fields[] = {{"algo", a->amount, NULL, 0},
                {"onl", a->status, NULL, 0},
                {"sel", 0, a->selection_pk, 32},
                {"stprf", 0, a->state_proof_pk, 64},
                {"vote", 0, a->vote_pk, 32},
                {"voteFst", a->vote_first, NULL, 0},
                {"voteKD", a->vote_key_dilution, NULL, 0},
                {"voteLst", a->vote_last, NULL, 0}};
  algo_json_open(j, '{');
  for (size_t i = 0; i < 8; i++) {
    if (fields[i].p ? all_zero(fields[i].p, fields[i].n) : fields[i].v == 0) continue;
    algo_json_key(j, fields[i].key);
    if (fields[i].p) algo_json_base64(j, algo_bytes(fields[i].p, fields[i].n));
    else algo_json_uint(j, fields[i].v);
  }
  algo_json_close(j, '}');
}

static void put_member(algo_json_t *j, const char *key, const char *value) {
  algo_json_key(j, key);
  algo_json_str(j, value);
}

void algo_genesis_json(algo_buf_t *out, const algo_genesis_t *g) {
  algo_json_t j = algo_json(out);
  algo_json_open(&j, '{');
  algo_json_key(&j, "alloc");
  algo_json_open(&j, '[');
  for (size_t i = 0; i < g->n_alloc; i++) {
    algo_json_open(&j, '{');
    put_member(&j, "addr", algo_laddr(&g->alloc[i].addr).s);
    put_member(&j, "comment", g->alloc[i].comment ? g->alloc[i].comment : "");
    algo_json_key(&j, "state");
    put_state_json(&j, &g->alloc[i]);
    algo_json_close(&j, '}');
  }
  algo_json_close(&j, ']');
  if (g->comment && *g->comment) put_member(&j, "comment", g->comment);
  if (g->devmode) {
    algo_json_key(&j, "devmode");
    algo_json_bool(&j, true);
  }
  put_member(&j, "fees", algo_laddr(&g->fee_sink).s);
  put_member(&j, "id", g->id);
  put_member(&j, "network", g->network);
  put_member(&j, "proto", g->protocol);
  put_member(&j, "rwd", algo_laddr(&g->rewards_pool).s);
  if (g->timestamp) {
    algo_json_key(&j, "timestamp");
    algo_json_int(&j, g->timestamp);
  }
  algo_json_close(&j, '}');
}

/* ---- the hash ---- */

static void mp_text(algo_buf_t *b, const char *s) { algo_mp_put_str(b, s, strlen(s)); }
static uint32_t mp_member(algo_buf_t *b, const char *key, const char *value) {
  if (!value || !*value) return 0;
  mp_text(b, key);
  mp_text(b, value);
  return 1;
}
static uint32_t mp_number(algo_buf_t *b, const char *key, uint64_t v) {
  if (!v) return 0;
  mp_text(b, key);
  algo_mp_put_uint(b, v);
  return 1;
}
static uint32_t mp_bytes(algo_buf_t *b, const char *key, const uint8_t *p, size_t n) {
  if (all_zero(p, n)) return 0;
  mp_text(b, key);
  algo_mp_put_bin(b, p, n);
  return 1;
}

static void mp_account(algo_buf_t *out, const algo_genesis_account_t *a) {
  algo_buf_t s = ALGO_BUF_INIT;
  uint32_t n = mp_number(&s, "algo", a->amount);
  n += mp_number(&s, "onl", a->status);
  n += mp_bytes(&s, "sel", a->selection_pk, 32);
  n += mp_bytes(&s, "stprf", a->state_proof_pk, 64);
  n += mp_bytes(&s, "vote", a->vote_pk, 32);
  n += mp_number(&s, "voteFst", a->vote_first);
  n += mp_number(&s, "voteKD", a->vote_key_dilution);
  n += mp_number(&s, "voteLst", a->vote_last);
  algo_mp_put_map(out, 3);
  mp_text(out, "addr");
  mp_text(out, algo_laddr(&a->addr).s);
  mp_text(out, "comment");
  mp_text(out, a->comment ? a->comment : "");
  mp_text(out, "state");
  algo_mp_put_map(out, n);
  algo_buf_put(out, s.p, s.n);
  algo_buf_fini(&s);
}

void algo_genesis_hash(algo_digest_t *out, const algo_genesis_t *g) {
  algo_buf_t b = ALGO_BUF_INIT, all = ALGO_BUF_INIT;
  uint32_t n = 0;
  if (g->n_alloc) {
    n++;
    mp_text(&b, "alloc");
    algo_mp_put_array(&b, (uint32_t)g->n_alloc);
    for (size_t i = 0; i < g->n_alloc; i++) mp_account(&b, &g->alloc[i]);
  }
  n += mp_member(&b, "comment", g->comment);
  if (g->devmode) {
    n++;
    mp_text(&b, "devmode");
    algo_mp_put_bool(&b, true);
  }
  n += mp_member(&b, "fees", algo_laddr(&g->fee_sink).s);
  n += mp_member(&b, "id", g->id);
  n += mp_member(&b, "network", g->network);
  n += mp_member(&b, "proto", g->protocol);
  n += mp_member(&b, "rwd", algo_laddr(&g->rewards_pool).s);
  n += mp_number(&b, "timestamp", (uint64_t)g->timestamp);
  algo_mp_put_map(&all, n);
  algo_buf_put(&all, b.p, b.n);
  algo_sha512_256_tagged(out->b, "GE", all.p, all.n);
  algo_buf_fini(&b);
  algo_buf_fini(&all);
}
