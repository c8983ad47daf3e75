/* Where the node is: status, waiting, suggested parameters, versions, health, genesis, supply, metrics. */
#include "algo/text.h"
#include "rest_impl.h"

#define GO_ALGORAND_COMMIT "dd6de88f" /* as its builds have it: eight digits */

#define WAIT_MS (60u * 1000u) /* go-algorand's WaitForBlockTimeout */

static void put_zeros(algo_json_t *j, const char *const *keys, size_t n) {
  for (size_t i = 0; i < n; i++) {
    algo_json_key(j, keys[i]);
    algo_json_uint(j, 0);
  }
}

static void status(rest_call_t *c) {
  static const char *const zeros[] = {
      "catchpoint-acquired-blocks",   "catchpoint-processed-accounts", "catchpoint-processed-kvs",
      "catchpoint-total-accounts",    "catchpoint-total-blocks",       "catchpoint-total-kvs",
      "catchpoint-verified-accounts", "catchpoint-verified-kvs",       "catchup-time"};
  algo_node_now_t s;
  algo_node_status(c->node, &s);
  algo_json_t *j = &c->json;
  rest_begin(c);
  algo_json_key(j, "catchpoint");
  algo_json_str(j, "");
  put_zeros(j, zeros, sizeof zeros / sizeof *zeros);
  algo_json_key(j, "last-catchpoint");
  algo_json_str(j, "");
  algo_json_key(j, "last-round");
  algo_json_uint(j, s.round);
  algo_json_key(j, "last-version");
  algo_json_str(j, s.protocol);
  algo_json_key(j, "next-version");
  algo_json_str(j, s.next_protocol);
  algo_json_key(j, "next-version-round");
  algo_json_uint(j, s.next_protocol_round);
  algo_json_key(j, "next-version-supported");
  algo_json_bool(j, true);
  algo_json_key(j, "stopped-at-unsupported-round");
  algo_json_bool(j, false);
  algo_json_key(j, "time-since-last-round");
  algo_json_uint(j, s.since_last_ns);
  rest_end(c);
}

static void begin_wait(void *req) { algo_httpd_suspend(req, WAIT_MS); }
static void end_wait(void *req) { algo_httpd_resume(req); }

static void wait_for_block(rest_call_t *c) {
  uint64_t round;
  if (!rest_arg_u64(c, 0, "round", &round)) return;
  if (c->req->resumed) {
    algo_node_unwait(c->node, c->req);
  } else if (c->req->impl != NULL) {
    algo_node_waiter_t w = {.who = c->req, .begin = begin_wait, .wake = end_wait};
    /* Behind the largest number comes 0, as in go-algorand: so Conduit asks for what is before round 0. */
    if (algo_node_wait(c->node, round + 1, &w)) return;
  }
  status(c);
}

void algo_rest_closed(void *rest, algo_httpd_request_t *req) {
  algo_rest_t *r = rest;
  rest_place_t *p = rest_place_enter(r); /* at a former one nobody waits any more */
  algo_node_unwait(p->node, req);
  rest_place_leave(r, p);
}

static void params(rest_call_t *c) {
  algo_node_now_t s;
  algo_node_status(c->node, &s);
  const algo_consensus_t *rules = algo_node_consensus(c->node);
  algo_json_t *j = &c->json;
  rest_begin(c);
  algo_json_key(j, "consensus-version");
  algo_json_str(j, s.protocol);
  algo_json_key(j, "fee");
  algo_json_uint(j, algo_node_fee_per_byte(c->node));
  algo_json_key(j, "genesis-hash");
  algo_json_base64(j, algo_bytes(algo_node_genesis_hash(c->node)->b, 32));
  algo_json_key(j, "genesis-id");
  algo_json_str(j, algo_node_genesis_id(c->node));
  algo_json_key(j, "last-round");
  algo_json_uint(j, s.round);
  algo_json_key(j, "min-fee");
  algo_json_uint(j, rules != NULL ? rules->min_txn_fee : 1000);
  rest_end(c);
}

static void versions(rest_call_t *c) {
  algo_json_t *j = &c->json;
  rest_begin(c);
  algo_json_key(j, "versions");
  algo_json_raw(j, "[\"v2\"]", 6);
  algo_json_key(j, "genesis_id");
  algo_json_str(j, algo_node_genesis_id(c->node));
  algo_json_key(j, "genesis_hash_b64");
  algo_json_base64(j, algo_bytes(algo_node_genesis_hash(c->node)->b, 32));
  algo_json_key(j, "build"); /* the go-algorand whose answers these are; the channel says that it is not one */
  algo_json_open(j, '{');
  algo_json_key(j, "major");
  algo_json_uint(j, 5);
  algo_json_key(j, "minor");
  algo_json_uint(j, 1);
  algo_json_key(j, "build_number");
  algo_json_uint(j, 0);
  algo_json_key(j, "commit_hash");
  algo_json_str(j, GO_ALGORAND_COMMIT);
  algo_json_key(j, "branch");
  algo_json_str(j, "rel/stable");
  algo_json_key(j, "channel");
  algo_json_str(j, "algorent-sandbox " ALGORENT_VERSION);
  algo_json_close(j, '}');
  rest_end(c);
}

static void health(rest_call_t *c) { algo_buf_puts(&c->res->body, "null\n"); }

static void line(algo_buf_t *out, unsigned depth) {
  algo_buf_putc(out, '\n');
  for (unsigned i = 0; i < depth; i++) algo_buf_puts(out, "  ");
}

/* JSON, a line for each member. */
static void put_lines(algo_buf_t *out, algo_bytes_t json) {
  unsigned depth = 0;
  bool in_string = false, escaped = false, opened = false;
  for (size_t i = 0; i < json.n; i++) {
    const char ch = (char)json.p[i];
    if (!in_string && strchr(" \t\r\n", ch) != NULL) continue;
    if (!in_string) {
      const bool closes = ch == '}' || ch == ']';
      if (closes && depth > 0) depth--;
      if (closes != opened) line(out, depth); /* not within an empty one */
      opened = ch == '{' || ch == '[';
      if (opened) depth++;
      in_string = ch == '"';
    } else if (!escaped && ch == '"') {
      in_string = false;
    }
    escaped = in_string && !escaped && ch == '\\';
    algo_buf_putc(out, ch);
    if (!in_string && ch == ',') line(out, depth);
    if (!in_string && ch == ':') algo_buf_putc(out, ' ');
  }
}

static void genesis(rest_call_t *c) {
  algo_bytes_t text = algo_node_genesis_json(c->node);
  if (text.n == 0) rest_error(c, 404, "this replay has no genesis.json beside its blocks");
  else put_lines(&c->res->body, text);
  if (text.n > 0) algo_buf_putc(&c->res->body, '\n');
}

static void metrics(rest_call_t *c) {
  c->res->content_type = "text/plain";
  algo_buf_printf(&c->res->body,
                  "# HELP algod_ledger_round Last round written to ledger\n# TYPE algod_ledger_round gauge\n"
                  "algod_ledger_round %llu\n",
                  (unsigned long long)algo_node_round(c->node));
}

static const rest_route_t routes[] = {
    {"GET", "/v2/transactions/params", params, 0},
    {"GET", "/v2/status", status, 0},
    {"GET", "/v2/status/wait-for-block-after/:", wait_for_block, 0},
    {"GET", "/versions", versions, REST_OPEN},
    {"GET", "/health", health, REST_OPEN},
    {"GET", "/ready", health, REST_OPEN},
    {"GET", "/genesis", genesis, REST_OPEN},
    {"GET", "/metrics", metrics, REST_OPEN},
};
const rest_table_t rest_status_routes = {routes, sizeof routes / sizeof *routes};
