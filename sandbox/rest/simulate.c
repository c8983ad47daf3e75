/* Simulate: the request, as msgpack or JSON, and the run. */
#include "algo/mp.h"
#include "jsonmp.h"
#include "rest_impl.h"
#include "simulate_answer.h"

#define MAX_REQUEST 1000000u

typedef struct request {
  algo_sim_request_t sim;
  size_t n_groups;
  size_t n_txns; /* of the first group */
  bool empty_group, large_group;
  size_t large;     /* how many transactions the first group that is too large has */
  algo_buf_t group; /* its transactions, one behind the other */
} request_t;

static void count_group(request_t *q, size_t n) {
  if (q->n_groups++ == 0) q->n_txns = n;
  if (n == 0) q->empty_group = true;
  if (n > ALGO_GROUP_MAX && !q->large_group) {
    q->large_group = true;
    q->large = n;
  }
}

/* ---- msgpack ---- */

static algo_code_t unknown_key(algo_bytes_t key, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_PARSE, "no matching struct field found when decoding stream map with key %.*s",
                      (int)key.n, (const char *)key.p);
}

/* Of a key that comes twice the last one counts, here and below, as Go's decoders have it. */
static algo_code_t mp_group(request_t *q, algo_mp_t *r, algo_err_t *err) {
  uint32_t n = 0, count = 0;
  const bool first = q->n_groups == 0;
  algo_code_t rc = algo_mp_peek(r) == ALGO_MP_NIL ? algo_mp_skip(r, err) : algo_mp_get_map(r, &n, err);
  for (uint32_t i = 0; rc == ALGO_OK && i < n; i++) {
    algo_bytes_t key, txns = {NULL, 0};
    rc = algo_mp_get_str(r, &key, err);
    if (rc != ALGO_OK) break;
    if (!algo_bytes_eq(key, ALGO_BYTES_LIT("txns"))) return unknown_key(key, err);
    count = 0;
    if (first) algo_buf_clear(&q->group);
    if (algo_mp_peek(r) == ALGO_MP_NIL) rc = algo_mp_skip(r, err);
    else rc = algo_mp_get_array(r, &count, err);
    for (uint32_t k = 0; rc == ALGO_OK && k < count; k++) {
      rc = algo_mp_skip_view(r, &txns, err);
      if (rc == ALGO_OK && first) algo_buf_putb(&q->group, txns);
    }
  }
  if (rc == ALGO_OK) count_group(q, count);
  return rc;
}

static algo_code_t mp_flags(request_t *q, algo_mp_t *r, algo_err_t *err) {
  static const char *const keys[] = {"enable", "stack-change", "scratch-change", "state-change"};
  bool *const to[] = {&q->sim.trace, &q->sim.trace_stack, &q->sim.trace_scratch, &q->sim.trace_state};
  uint32_t n;
  if (algo_mp_peek(r) == ALGO_MP_NIL) return algo_mp_skip(r, err);
  algo_code_t rc = algo_mp_get_map(r, &n, err);
  for (uint32_t i = 0; rc == ALGO_OK && i < n; i++) {
    algo_bytes_t key;
    rc = algo_mp_get_str(r, &key, err);
    if (rc != ALGO_OK) break;
    size_t k = 0;
    while (k < 4 && !algo_bytes_eq(key, algo_bytes_str(keys[k]))) k++;
    if (k == 4) return unknown_key(key, err);
    rc = algo_mp_peek(r) == ALGO_MP_NIL ? algo_mp_skip(r, err) : algo_mp_get_bool(r, to[k], err);
  }
  return rc;
}

static algo_code_t mp_member(request_t *q, algo_bytes_t key, algo_mp_t *r, algo_err_t *err) {
  static const char *const names[] = {"allow-empty-signatures", "allow-more-logging", "allow-unnamed-resources",
                                      "fix-signers"};
  bool *const to[] = {&q->sim.allow_empty_signatures, &q->sim.allow_more_logging, &q->sim.allow_unnamed_resources,
                      &q->sim.fix_signers};
  if (algo_bytes_eq(key, ALGO_BYTES_LIT("exec-trace-config"))) return mp_flags(q, r, err);
  bool nil = algo_mp_peek(r) == ALGO_MP_NIL;
  for (size_t i = 0; i < 4; i++) {
    if (algo_bytes_eq(key, algo_bytes_str(names[i])))
      return nil ? algo_mp_skip(r, err) : algo_mp_get_bool(r, to[i], err);
  }
  if (algo_bytes_eq(key, ALGO_BYTES_LIT("round")))
    return nil ? algo_mp_skip(r, err) : algo_mp_get_uint(r, &q->sim.round, err);
  if (algo_bytes_eq(key, ALGO_BYTES_LIT("extra-opcode-budget"))) {
    return nil ? algo_mp_skip(r, err) : algo_mp_get_uint(r, &q->sim.extra_opcode_budget, err);
  }
  if (!algo_bytes_eq(key, ALGO_BYTES_LIT("txn-groups"))) return unknown_key(key, err);
  uint32_t n = 0;
  q->n_groups = q->n_txns = 0;
  q->empty_group = q->large_group = false;
  algo_code_t rc = nil ? algo_mp_skip(r, err) : algo_mp_get_array(r, &n, err);
  for (uint32_t i = 0; rc == ALGO_OK && i < n; i++) rc = mp_group(q, r, err);
  return rc;
}

static algo_code_t from_mp(request_t *q, algo_bytes_t body, algo_err_t *err) {
  static const uint8_t nil = 0xc0, none = 0x90; /* the empty structure too */
  algo_mp_t r = algo_mp(body);
  uint32_t n = 0;
  bool empty = algo_bytes_eq(body, algo_bytes(&nil, 1)) || algo_bytes_eq(body, algo_bytes(&none, 1));
  algo_code_t rc = empty ? ALGO_OK : algo_mp_get_map(&r, &n, err);
  for (uint32_t i = 0; rc == ALGO_OK && i < n; i++) {
    algo_bytes_t key;
    rc = algo_mp_get_str(&r, &key, err);
    if (rc == ALGO_OK) rc = mp_member(q, key, &r, err);
  }
  return rc;
}

/* ---- JSON: turned into the msgpack that it stands for ---- */

static algo_code_t from_json(request_t *q, algo_bytes_t body, algo_err_t *err) {
  json_object *o = NULL;
  algo_buf_t mp = ALGO_BUF_INIT;
  size_t used; /* a node's decoder leaves what is behind */
  algo_code_t rc = algo_json_parse_front(&o, body.p, body.n, &used, err);
  if (rc == ALGO_OK) rc = jsonmp_write(&mp, o, MPJSON_SIM_REQUEST, err);
  if (rc == ALGO_OK) rc = from_mp(q, algo_buf_view(&mp), err);
  algo_buf_fini(&mp);
  json_object_put(o);
  return rc;
}

/* False: the answer (400) is written. */
static bool parse(rest_call_t *c, request_t *q) {
  algo_err_t err;
  if (c->req->body.n > MAX_REQUEST) {
    rest_error(c, 400, "http: request body too large");
    return false;
  }
  if (c->req->body.n == 0) {
    rest_error(c, 400, "failed to decode object: EOF");
    return false;
  }
  const uint8_t begin = jsonmp_first(c->req->body);
  bool json = begin == '{' || begin == '[' || begin == 'n';
  algo_code_t rc = json ? from_json(q, c->req->body, &err) : from_mp(q, c->req->body, &err);
  if (rc == ALGO_OK && q->group.oom) rc = algo_err_set(&err, ALGO_E_NOMEM, "out of memory");
  /* A node tries both, and says of what is neither why it is no JSON. */
  if (rc != ALGO_OK && rc != ALGO_E_NOMEM && !json)
    algo_err_set(&err, rc, "json decode error [pos 1]: only encoded map or array can be decoded into a struct");
  if (rc != ALGO_OK) rest_error(c, rest_status(rc), "failed to decode object: %s", err.msg);
  else if (q->empty_group) rest_error(c, 400, "empty txgroup");
  else if (q->large_group)
    rest_error(c, 400, "transaction group size %zu exceeds protocol max %u", q->large, ALGO_GROUP_MAX);
  else if (q->n_groups != 1) rest_error(c, 400, "expected 1 transaction group, got %zu", q->n_groups);
  else return true;
  return false;
}

static void simulate(rest_call_t *c) {
  request_t q = {.group = ALGO_BUF_INIT};
  bool msgpack;
  if (parse(c, &q)) {
    algo_arena_t arena = ALGO_ARENA_INIT;
    algo_buf_t mp = ALGO_BUF_INIT;
    algo_sim_result_t res = {0};
    algo_err_t err;
    q.sim.group = algo_buf_view(&q.group);
    algo_code_t rc = algo_node_simulate(c->node, &q.sim, &res, &arena, &err);
    if (rc == ALGO_OK && rest_query_format(c, &msgpack)) {
      simulate_answer(&mp, &q.sim, &res);
      rest_encoded(c, &mp, MPJSON_SIMULATE, msgpack);
    } else if (rc != ALGO_OK) {
      bool whole = rc == ALGO_E_LEDGER && res.failure_length > 0;
      rest_error_text(c, err.http_status != 0 ? err.http_status : 500,
                      whole ? algo_bytes(res.failure, res.failure_length) : algo_bytes_str(err.msg));
    }
    algo_buf_fini(&mp);
    algo_arena_fini(&arena);
  }
  algo_buf_fini(&q.group);
}

static const rest_route_t routes[] = {{"POST", "/v2/transactions/simulate", simulate, REST_LEDGER}};
const rest_table_t rest_simulate_routes = {routes, sizeof routes / sizeof *routes};
