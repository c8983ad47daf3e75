/* What a developer's node answers to operators: it has no peers, no participation keys, and nothing to catch up with.
 */
#include "algo/text.h"
#include "rest_impl.h"

static void peers(rest_call_t *c) { algo_buf_puts(&c->res->body, "{\"Peers\":[]}\n"); }
static void nothing(rest_call_t *c) { algo_buf_puts(&c->res->body, "null\n"); }
static void yes(rest_call_t *c) { algo_buf_puts(&c->res->body, "true\n"); }

static void shutdown_node(rest_call_t *c) {
  uint64_t timeout;
  const char *v;
  if (!rest_query_text(c, "timeout", &v)) return;
  if (v != NULL && algo_u64_parse(&timeout, v, strlen(v), NULL) != ALGO_OK) {
    rest_error(c, 400,
               "Invalid format for parameter timeout: error binding string parameter: strconv.ParseInt: parsing "
               "\"%s\": invalid syntax",
               v);
    return;
  }
  c->res->status = 501;
  c->res->content_type = "text/plain; charset=UTF-8";
  algo_buf_puts(&c->res->body, "Endpoint not implemented.");
}

/* ---- participation keys: none ---- */

/* The bytes that base32 text stands for, as Go's decoder takes it. False: the answer (400) is written. */
static bool decode32(rest_call_t *c, algo_bytes_t text, algo_buf_t *out) {
  for (size_t i = 0; i < text.n; i++) {
    uint8_t ch = text.p[i];
    if ((ch >= 'A' && ch <= 'Z') || (ch >= '2' && ch <= '7')) continue;
    rest_error(c, 400, "illegal base32 data at input byte %zu", i);
    return false;
  }
  algo_base32_decode(out, (const char *)text.p, text.n, false, NULL); /* an odd end is left out */
  return true;
}

static bool participation_id(rest_call_t *c) {
  algo_buf_t raw = ALGO_BUF_INIT;
  bool ok = decode32(c, c->arg[0], &raw);
  if (ok && raw.n != 32) {
    rest_error(c, 400, "attempted to decode a string which was not a participation id: \"%.*s\"", (int)c->arg[0].n,
               (const char *)c->arg[0].p);
    ok = false;
  }
  algo_buf_fini(&raw);
  return ok;
}

static void key(rest_call_t *c) {
  if (participation_id(c)) rest_error(c, 500, "the participation ID was not found");
}

static void delete_key(rest_call_t *c) {
  if (participation_id(c)) rest_error(c, 404, "participation id not found");
}

static void append_key(rest_call_t *c) {
  if (!participation_id(c)) return;
  if (c->req->body.n == 0) rest_error(c, 400, "unable to parse keys from body: EOF");
  else rest_error(c, 500, "the participation ID was not found");
}

static void add_key(rest_call_t *c) {
  if (c->req->body.n == 0) rest_error(c, 400, "payload was of zero length");
  else rest_error(c, 400, "file is not a database");
}

static void generate_key(rest_call_t *c) {
  static const char *const needed[] = {"first", "last"};
  algo_addr_t a;
  uint64_t v;
  bool given;
  if (!rest_arg_addr(c, 0, &a)) return;
  for (size_t i = 0; i < 2; i++) {
    if (!rest_query_u64(c, needed[i], &v, &given)) return;
    if (given) continue;
    rest_error(c, 400, "Invalid format for parameter %s: query parameter '%s' is required", needed[i], needed[i]);
    return;
  }
  c->res->content_type = "text/plain; charset=UTF-8"; /* keys would be made beside, and nobody waits for them */
  algo_buf_puts(&c->res->body, "{}");
}

/* ---- catching up ---- */

static bool catchpoint(rest_call_t *c) {
  algo_bytes_t v = c->arg[0];
  const uint8_t *hash = memchr(v.p, '#', v.n);
  uint64_t round;
  algo_buf_t raw = ALGO_BUF_INIT;
  size_t n = hash == NULL ? 0 : (size_t)(hash - v.p), rest = v.n - n - 1;
  bool ok = hash != NULL && algo_u64_parse(&round, (const char *)v.p, n, NULL) == ALGO_OK &&
            memchr(hash + 1, '#', rest) == NULL &&
            algo_base32_decode(&raw, (const char *)hash + 1, rest, false, NULL) == ALGO_OK && raw.n <= 32;
  algo_buf_fini(&raw);
  if (!ok) rest_error(c, 400, "failed to parse catchpoint");
  return ok;
}

static void start_catchup(rest_call_t *c) {
  if (!catchpoint(c)) return;
  rest_error(c, 500, "failed to start catchup : catching up using a catchpoint is not supported on archive nodes");
}

static void abort_catchup(rest_call_t *c) {
  if (!catchpoint(c)) return;
  rest_begin(c);
  algo_json_key(&c->json, "catchup-message");
  algo_json_strb(&c->json, c->arg[0]);
  rest_end(c);
}

static const rest_route_t routes[] = {
    {"GET", "/v2/node/peers", peers, 0},
    {"GET", "/v2/experimental", yes, 0},
    {"POST", "/v2/shutdown", shutdown_node, 0},
    {"POST", "/v2/node/shutdown", shutdown_node, 0},
    {"GET", "/v2/participation", nothing, 0},
    {"POST", "/v2/participation", add_key, 0},
    {"GET", "/v2/participation/:", key, 0},
    {"POST", "/v2/participation/:", append_key, 0},
    {"DELETE", "/v2/participation/:", delete_key, 0},
    {"POST", "/v2/participation/generate/:", generate_key, 0},
    {"POST", "/v2/catchup/:", start_catchup, 0},
    {"DELETE", "/v2/catchup/:", abort_catchup, 0},
};
const rest_table_t rest_admin_routes = {routes, sizeof routes / sizeof *routes};
