/* Memory that runs out while a request is answered: that is a 500, and never the request's fault (400, 404); what was
 * asked for has not happened, and the next time it works. The linker wraps the allocator (tests/module.mk). */
#include "algo/mp.h"
#include "alloc_fails.h"
#include "rest_client.h"
#include "suite.h"

static struct {
  unsigned left; /* the allocation that fails, counted down; 0: none */
  bool hit;
} fault;

static bool alloc_fails(void) {
  if (fault.left == 0 || --fault.left > 0) return false;
  return fault.hit = true;
}

static algo_node_t *node;
static algo_rest_t *rest;
static char said[512];   /* the last answer, */
static algo_buf_t whole; /* and all of it */

typedef struct request {
  const char *method, *path;
  algo_bytes_t body;
  const char *name, *value; /* in the query; NULL: none */
} request_t;

/* The status; 500 where not even the answer got memory, as the server says then. */
static int ask(const request_t *r, unsigned fail_at) {
  const algo_httpd_param_t headers[2] = {{"x-algo-api-token", "secret"}, {NULL, NULL}};
  const algo_httpd_param_t query[2] = {{r->name, r->value}, {NULL, NULL}};
  algo_httpd_request_t req = {
      .method = r->method, .path = r->path, .body = r->body, .query = query, .headers = headers};
  algo_httpd_response_t res = {.status = 200, .content_type = "application/json", .body = ALGO_BUF_INIT};
  ck_assert(algo_rest_admit(rest, &req, &res));
  fault.left = fail_at;
  fault.hit = false;
  algo_rest_handle(rest, &req, &res);
  fault.left = 0;
  snprintf(said, sizeof said, "%.*s", (int)res.body.n, res.body.n > 0 ? (const char *)res.body.p : "");
  int status = res.body.oom ? 500 : res.status;
  algo_buf_fini(&whole);
  whole = res.body;
  return status;
}

static void put_pay(algo_buf_t *out, uint64_t amount, bool signature) {
  algo_key_t key;
  algo_node_dev_key(&key, 1);
  algo_stxn_t s = {.txn = {.type = ALGO_TX_PAY, .sender = key.addr, .receiver = key.addr, .fee = 1000}};
  s.txn.amount = amount;
  s.txn.first_valid = 1;
  s.txn.last_valid = 900;
  s.txn.genesis_hash = *algo_node_genesis_hash(node);
  if (signature) algo_stxn_sign(&s, &key);
  algo_stxn_encode(out, &s);
  algo_key_fini(&key);
}

/* Each allocation fails in its turn, until the request gets through without one. */
static void starve(const request_t *r) {
  unsigned failed = 0;
  int status = 500;
  for (unsigned k = 1; status == 500 && k < 2000; k++, failed++) {
    status = ask(r, k);
    ck_assert_msg(status == 200 || (status == 500 && fault.hit), "%s %s: allocation %u: %d %s", r->method, r->path, k,
                  status, said);
  }
  ck_assert_msg(failed > 1, "%s %s: %s", r->method, r->path, said);
}

START_TEST(it_is_not_the_requests_fault) {
  algo_buf_t pay = ALGO_BUF_INIT, simulated = ALGO_BUF_INIT, inner = ALGO_BUF_INIT;
  const algo_node_options_t opt = {.mode = ALGO_NODE_DEV};
  SUITE_OK(algo_node_new(&node, &opt, NULL, suite_err));
  SUITE_OK(algo_rest_new(&rest, node, "secret", NULL, suite_err));
  put_pay(&pay, 1, true);
  put_pay(&inner, 2, false);
  algo_mp_put_map(&simulated, 2);
  algo_mp_put_str(&simulated, "allow-empty-signatures", 22);
  algo_mp_put_bool(&simulated, true);
  algo_mp_put_str(&simulated, "txn-groups", 10);
  algo_mp_put_array(&simulated, 1);
  algo_mp_put_map(&simulated, 1);
  algo_mp_put_str(&simulated, "txns", 4);
  algo_mp_put_array(&simulated, 1);
  algo_buf_putb(&simulated, algo_buf_view(&inner));
  char address[ALGO_ADDR_TEXT + 1], unsigned_pay[256];
  algo_key_t key;
  algo_node_dev_key(&key, 1);
  algo_addr_format(address, &key.addr);
  algo_key_fini(&key);
  snprintf(unsigned_pay, sizeof unsigned_pay, "{\"type\":\"pay\",\"snd\":\"%s\",\"rcv\":\"%s\",\"amt\":3}", address,
           address);
  static const uint8_t program[] = {10, 0x81, 1};
  const request_t requests[] = {
      {"POST", "/v2/transactions", algo_buf_view(&pay), NULL, NULL},
      {"POST", "/v2/transactions/simulate", algo_buf_view(&simulated), NULL, NULL},
      {"POST", "/sandbox/v1/transactions", algo_bytes_str(unsigned_pay), NULL, NULL},
      {"POST", "/v2/teal/compile", algo_bytes_str("#pragma version 10\nint 1\n"), "sourcemap", "true"},
      {"POST", "/v2/teal/disassemble", algo_bytes(program, sizeof program), NULL, NULL},
      {"POST", "/sandbox/v1/snapshot", {NULL, 0}, NULL, NULL},
      {"POST", "/sandbox/v1/advance/1", {NULL, 0}, NULL, NULL},
      {"GET", "/v2/transactions/params", {NULL, 0}, NULL, NULL},
      {"GET", "/v2/blocks/1", {NULL, 0}, NULL, NULL},
      {"GET", "/v2/deltas/1", {NULL, 0}, "format", "msgpack"},
  };
  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) starve(&requests[i]);
  ck_assert_uint_eq(algo_node_round(node), 3); /* two payments, and one block asked for */
  algo_buf_fini(&inner);
  algo_buf_fini(&simulated);
  algo_buf_fini(&pay);
  algo_buf_fini(&whole);
  algo_rest_free(rest);
  algo_node_free(node);
}
END_TEST

/* ---- what is told is whole, or not told ---- */

static void look(const request_t *r) {
  ck_assert_msg(ask(r, 0) == 200, "%s: %s", r->path, said);
  algo_buf_t right = whole;
  whole = ALGO_BUF_INIT;
  unsigned hit = 0;
  do {
    int status = ask(r, ++hit);
    ck_assert_msg(status == 500 || status == 200, "%s: allocation %u: %d %s", r->path, hit, status, said);
    if (status == 200)
      ck_assert_msg(algo_bytes_eq(algo_buf_view(&whole), algo_buf_view(&right)), "%s: allocation %u: %s", r->path, hit,
                    said);
  } while (fault.hit && hit < 2000);
  ck_assert_msg(hit > 1 && hit < 2000, "%s", r->path);
  algo_buf_fini(&right);
}

static void change(const char *path, const char *body, char txid[53]) {
  const request_t r = {"POST", path, algo_bytes_str(body), NULL, NULL};
  ck_assert_msg(ask(&r, 0) == 200, "%s: %s", body, said);
  const char *at = strstr(said, "\"txId\":\"");
  if (txid != NULL && at != NULL) snprintf(txid, 53, "%s", at + 8);
}

START_TEST(an_answer_is_whole) {
  const algo_node_options_t opt = {.mode = ALGO_NODE_DEV};
  char address[ALGO_ADDR_TEXT + 1], body[512], txid[53] = "", account[128], holding[128], pending[128];
  algo_key_t key;
  SUITE_OK(algo_node_new(&node, &opt, NULL, suite_err));
  SUITE_OK(algo_rest_new(&rest, node, "secret", NULL, suite_err));
  algo_node_dev_key(&key, 1);
  algo_addr_format(address, &key.addr);
  algo_key_fini(&key);
  snprintf(body, sizeof body, "{\"type\":\"acfg\",\"snd\":\"%s\",\"apar\":{\"t\":5,\"an\":\"name\"}}", address);
  change("/sandbox/v1/transactions", body, NULL);
  snprintf(body, sizeof body,
           "{\"type\":\"appl\",\"snd\":\"%s\",\"apap\":\"CoABa4ABdmeBAQ==\",\"apsu\":\"CoEB\",\"apgs\":{\"nbs\":1}}",
           address);
  change("/sandbox/v1/transactions", body, txid);
  change("/sandbox/v1/applications/1002/box", "{\"key\":\"str:a\",\"bytes\":\"AAAA\"}", NULL);
  change("/sandbox/v1/applications/1002/box", "{\"key\":\"str:b\",\"bytes\":\"AAAA\"}", NULL);
  snprintf(account, sizeof account, "/v2/accounts/%s", address);
  snprintf(holding, sizeof holding, "/v2/accounts/%s/assets/1001", address);
  snprintf(pending, sizeof pending, "/v2/transactions/pending/%s", txid);
  const request_t requests[] = {
      {"GET", account, {NULL, 0}, "format", "msgpack"},
      {"GET", holding, {NULL, 0}, "format", "msgpack"},
      {"GET", account, {NULL, 0}, NULL, NULL},
      {"GET", "/v2/blocks/2", {NULL, 0}, "header-only", "true"},
      {"GET", "/v2/blocks/2", {NULL, 0}, NULL, NULL},
      {"GET", "/v2/applications/1002/boxes", {NULL, 0}, "limit", "1"},
      {"GET", "/v2/applications/1002", {NULL, 0}, NULL, NULL},
      {"GET", pending, {NULL, 0}, NULL, NULL},
  };
  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) look(&requests[i]);
  algo_buf_fini(&whole);
  algo_rest_free(rest);
  algo_node_free(node);
}
END_TEST

START_TEST(a_name_is_not_malformed) {
  static const char *const names[] = {"str:a",
                                      "b64:YWJj",
                                      "int:7",
                                      "b32:MFRGG===",
                                      "addr:7ZUECA7HFLZTXENRV24SHLU4AVPUTMTTDUFUBNBD64C73F3UHRTHAIOF6Q",
                                      "abi:uint64:7"};
  const algo_node_options_t opt = {.mode = ALGO_NODE_DEV};
  SUITE_OK(algo_node_new(&node, &opt, NULL, suite_err));
  SUITE_OK(algo_rest_new(&rest, node, "secret", NULL, suite_err));
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const request_t r = {"GET", "/v2/applications/1/box", {NULL, 0}, "name", names[i]};
    ck_assert_int_eq(ask(&r, 0), 404); /* no such application: the name was read */
    ck_assert_msg(ask(&r, 1) == 500, "%s", names[i]);
  }
  algo_buf_fini(&whole);
  algo_rest_free(rest);
  algo_node_free(node);
}
END_TEST

SUITE_MAIN("memory", an_answer_is_whole, it_is_not_the_requests_fault, a_name_is_not_malformed)
