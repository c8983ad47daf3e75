/* A live node through its handlers: a payment from KMD's key to its block, time, snapshots, changes; and its folder. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "algo/kmd.h"
#include "rest_client.h"
#include "suite.h"

static algo_node_t *node;
static algo_rest_t *rest;

static void open_node(const algo_node_options_t *opt) {
  algo_err_t err;
  ck_assert_msg(algo_node_new(&node, opt, NULL, &err) == ALGO_OK, "%s", err.msg);
  ck_assert_int_eq(algo_rest_new(&rest, node, "secret", NULL, NULL), ALGO_OK);
}

static void shut(void) {
  algo_rest_free(rest);
  algo_node_free(node);
}

static void expect(const char *method, const char *path, algo_bytes_t body, int status, const char *contains) {
  rest_answer_t a = rest_ask(rest, method, path, "secret", body);
  ck_assert_msg(a.status == status && strstr(a.body, contains) != NULL, "%s %s: %d %s", method, path, a.status, a.body);
  rest_answer_free(&a);
}

#define LEASED         1000 /* a note: the payment has a lease */
#define OWN_AUTHORIZER 1001 /* a note: it names its sender as who signs for it */

/* A payment of the first account to itself; its id, and whether it was taken. */
static int pay(uint64_t note, char txid[53]) {
  algo_key_t key;
  uint8_t n[8];
  algo_node_dev_key(&key, 1);
  algo_put_be64(n, note);
  algo_stxn_t s = {.txn = {.type = ALGO_TX_PAY,
                           .sender = key.addr,
                           .receiver = key.addr,
                           .fee = 1000,
                           .first_valid = 1,
                           .last_valid = 900,
                           .genesis_hash = *algo_node_genesis_hash(node),
                           .note = {n, sizeof n}}};
  algo_digest_t id;
  algo_buf_t raw = ALGO_BUF_INIT;
  s.txn.lease[0] = note == LEASED;
  algo_stxn_sign(&s, &key);
  if (note == OWN_AUTHORIZER) s.auth_addr = key.addr;
  algo_stxn_encode(&raw, &s);
  algo_txn_id(&id, &s.txn);
  algo_txid_format(txid, &id);
  rest_answer_t a = rest_ask(rest, "POST", "/v2/transactions", "secret", algo_buf_view(&raw));
  int status = a.status;
  rest_answer_free(&a);
  algo_buf_fini(&raw);
  algo_key_fini(&key);
  return status;
}

#define NONE algo_bytes(NULL, 0)

START_TEST(a_payment_is_a_block) {
  algo_node_options_t opt = {.mode = ALGO_NODE_DEV};
  char txid[53], path[128];
  open_node(&opt);
  expect("POST", "/v2/devmode/blocks/offset/5", NONE, 200, "");
  ck_assert_int_eq(pay(OWN_AUTHORIZER, txid), 400);
  ck_assert_int_eq(pay(1, txid), 200);
  ck_assert_int_eq(pay(1, txid), 400); /* already there */
  snprintf(path, sizeof path, "/v2/transactions/pending/%s", txid);
  expect("GET", path, NONE, 200, "\"confirmed-round\": 1,");
  expect("GET", "/v2/blocks/1", NONE, 200, "\"ts\": 5,");
  expect("GET", "/v2/blocks/1/txids", NONE, 200, txid);
  snprintf(path, sizeof path, "/v2/blocks/1/transactions/%s/proof", txid);
  expect("GET", path, NONE, 200, "\"idx\":0");
  shut();
}
END_TEST

START_TEST(blocks_when_they_are_asked_for) {
  algo_node_options_t opt = {.mode = ALGO_NODE_MANUAL};
  char txid[53], path[128];
  open_node(&opt);
  ck_assert_int_eq(pay(1, txid), 200);
  ck_assert_uint_eq(algo_node_round(node), 0);
  snprintf(path, sizeof path, "/v2/transactions/pending/%s", txid);
  rest_answer_t a = rest_get(rest, path);
  ck_assert_ptr_null(strstr(a.body, "confirmed-round"));
  rest_answer_free(&a);
  expect("POST", "/sandbox/v1/time/1900000000", NONE, 200, "{\"round\":0}");
  expect("POST", "/sandbox/v1/time/0", NONE, 200, "");
  expect("POST", "/sandbox/v1/time/1900000000", NONE, 200, "");
  expect("POST", "/sandbox/v1/advance/2", NONE, 200, "{\"round\":2}");
  expect("GET", path, NONE, 200, "\"confirmed-round\": 1,");
  expect("GET", "/v2/blocks/1", NONE, 200, "\"ts\": 1900000000,");
  expect("POST", "/sandbox/v1/time/1899999999", NONE, 400, "before the last block's");
  expect("POST", "/sandbox/v1/advance/1000001", NONE, 400, "at most");
  shut();
}
END_TEST

/* What is not said is filled in; a fee of 0 that is said is one: here the other transaction pays for both. */
START_TEST(an_explicit_fee_of_zero) {
  const algo_node_options_t opt = {.mode = ALGO_NODE_DEV};
  char who[ALGO_ADDR_TEXT + 1], body[1024];
  algo_key_t key;
  open_node(&opt);
  algo_node_dev_key(&key, 1);
  algo_addr_format(who, &key.addr);
  algo_key_fini(&key);
  int n = snprintf(body, sizeof body, "{\"type\":\"pay\",\"snd\":\"%s\",\"rcv\":\"%s\",\"amt\":1,\"fee\":0}", who, who);
  expect("POST", "/sandbox/v1/transactions", algo_bytes(body, (size_t)n), 400,
         "txgroup with 0.0A fees is less than 1mA");
  n = snprintf(body, sizeof body,
               "[{\"type\":\"pay\",\"snd\":\"%s\",\"rcv\":\"%s\",\"amt\":1,\"fee\":0},"
               "{\"type\":\"pay\",\"snd\":\"%s\",\"rcv\":\"%s\",\"amt\":2,\"fee\":2000}]",
               who, who, who, who);
  expect("POST", "/sandbox/v1/transactions", algo_bytes(body, (size_t)n), 200, "txId");
  expect("GET", "/v2/blocks/1", NONE, 200, "\"fc\": 2000,");
  n = snprintf(body, sizeof body, "{\"type\":\"pay\",\"snd\":\"%s\",\"rcv\":\"%s\",\"amt\":3}", who, who);
  expect("POST", "/sandbox/v1/transactions", algo_bytes(body, (size_t)n), 200, "txId");
  expect("GET", "/v2/blocks/2", NONE, 200, "\"fee\": 1000,");
  expect("GET", "/versions", NONE, 200, "\"commit_hash\":\"dd6de88f\",\"branch\":\"rel/stable\"");
  shut();
}
END_TEST

/* A node that makes its blocks from many groups tells each group's part by any of its ids. */
START_TEST(state_deltas_group_by_group) {
  algo_node_options_t opt = {.mode = ALGO_NODE_MANUAL};
  char ids[3][53], path[256], want[256];
  open_node(&opt);
  for (uint64_t i = 0; i < 3; i++) ck_assert_int_eq(pay(i, ids[i]), 200);
  expect("GET", "/v2/deltas/1/txn/group", NONE, 404,
         "failed retrieving State Delta: round 1 not found in txnGroupDeltaTracer");
  expect("POST", "/sandbox/v1/advance/2", NONE, 200, "");
  for (int i = 0; i < 3; i++) {
    snprintf(path, sizeof path, "/v2/deltas/txn/group/%s", ids[i]);
    snprintf(want, sizeof want, "\"MicroAlgos\": %d,", 102000 + 1000 * i - 1000); /* of the fee sink then */
    expect("GET", path, NONE, 200, want);
    expect("GET", path, NONE, 200, "\"Intra\": 0,");
    rest_answer_t a = rest_get(rest, path);
    ck_assert_ptr_null(strstr(a.body, "\"Intra\": 1,"));
    ck_assert_ptr_null(strstr(a.body, "KvMods"));
    rest_answer_free(&a);
    snprintf(want, sizeof want, "\"Ids\": [\n        \"%s\"\n      ]", ids[i]);
    expect("GET", "/v2/deltas/1/txn/group", NONE, 200, want);
  }
  expect("GET", "/v2/deltas/2/txn/group", NONE, 200, "{\n  \"Deltas\": null\n}");
  ids[0][3] = ids[0][3] == 'A' ? 'B' : 'A';
  snprintf(path, sizeof path, "/v2/deltas/txn/group/%s", ids[0]);
  snprintf(want, sizeof want, "failed retrieving State Delta: unable to find delta for id: %s", ids[0]);
  expect("GET", path, NONE, 404, want);
  expect("GET", "/v2/deltas/txn/group/x", NONE, 400, "no valid transaction ID was specified");
  shut();
}
END_TEST

/* What a block's delta has under keys that JSON cannot have. */
START_TEST(leases_are_not_told_in_json) {
  algo_node_options_t opt = {.mode = ALGO_NODE_DEV};
  char txid[53];
  open_node(&opt);
  ck_assert_int_eq(pay(LEASED, txid), 200);
  expect("GET", "/v2/deltas/1", NONE, 200, "\"Txleases\": null");
  rest_answer_t a = rest_get(rest, "/v2/deltas/1/txn/group");
  ck_assert_ptr_null(strstr(a.body, "Txleases"));
  rest_answer_free(&a);
  a = rest_get(rest, "/v2/deltas/1/txn/group?format=msgpack");
  ck_assert_ptr_nonnull(memmem(a.body, a.n, "\xa8Txleases\x81\x82\xa5Lease", 17));
  rest_answer_free(&a);
  shut();
}
END_TEST

START_TEST(back_to_a_snapshot_and_to_the_beginning) {
  algo_node_options_t opt = {.mode = ALGO_NODE_DEV};
  char txid[53];
  open_node(&opt);
  expect("POST", "/sandbox/v1/snapshot", NONE, 200, "\"round\":0");
  ck_assert_int_eq(pay(1, txid), 200);
  expect("POST", "/sandbox/v1/revert/1", NONE, 200, "{\"round\":0}");
  ck_assert_int_eq(pay(1, txid), 200);
  algo_buf_t dump = ALGO_BUF_INIT;
  algo_err_t err;
  ck_assert_int_eq(algo_node_dump(node, &dump, &err), ALGO_OK);
  expect("POST", "/sandbox/v1/reset", NONE, 200, "{\"round\":0}");
  expect("POST", "/sandbox/v1/load", algo_buf_view(&dump), 200, "{\"round\":1}");
  for (size_t cut = 1; cut < dump.n; cut += 7) { /* half a dump is refused, or is what was there at the time */
    (void)algo_node_load(node, algo_bytes(dump.p, cut), NULL, &err);
    ck_assert_uint_le(algo_node_round(node), 1);
  }
  dump.p[dump.n - 3] ^= 1;
  ck_assert_int_ne(algo_node_load(node, algo_buf_view(&dump), NULL, &err), ALGO_OK);
  algo_buf_fini(&dump);
  shut();
}
END_TEST

START_TEST(a_folder_keeps_the_chain) {
  char dir[] = "build/test-node-XXXXXX", path[128], txid[53];
  ck_assert_ptr_nonnull(mkdtemp(dir));
  snprintf(path, sizeof path, "%s/log", dir);
  algo_node_options_t opt = {.mode = ALGO_NODE_DEV, .data_dir = dir};
  for (unsigned i = 0; i < 5; i++) {
    open_node(&opt);
    ck_assert_uint_eq(algo_node_round(node), i);
    ck_assert_int_eq(pay(i, txid), 200);
    algo_node_t *second = NULL;
    algo_err_t err;
    ck_assert_int_eq(algo_node_new(&second, &opt, NULL, &err), ALGO_E_EXISTS);
    shut();
    FILE *f = fopen(path, "ab"); /* what a kill within a write leaves */
    ck_assert_ptr_nonnull(f);
    for (unsigned k = 0; k < i * 5; k++) fputc((int)(k * 37 + i), f);
    fclose(f);
  }
  open_node(&opt);
  ck_assert_uint_eq(algo_node_round(node), 5);
  expect("GET", "/v2/blocks/5/txids", NONE, 200, txid);
  shut();
  static const char *const names[] = {"log", "lock", "blocks", "index", "ids"};
  for (size_t i = 0; i < 5; i++) {
    snprintf(path, sizeof path, "%s/%s", dir, names[i]);
    ck_assert_int_eq(unlink(path), 0);
  }
  ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

START_TEST(kmd_has_the_funded_keys) {
  algo_kmd_t *kmd = NULL;
  algo_key_t key;
  algo_node_dev_key(&key, 1);
  ck_assert_int_eq(algo_kmd_new(&kmd, "t", &key, 1, NULL, NULL), ALGO_OK);
  algo_httpd_param_t token[2] = {{"X-KMD-API-Token", "t"}, {NULL, NULL}};
  algo_httpd_request_t req = {.method = "GET", .path = "/v1/wallets", .headers = token};
  algo_httpd_response_t res = {.status = 200, .body = ALGO_BUF_INIT};
  algo_kmd_handle(kmd, &req, &res);
  const char *text = algo_buf_cstr(&res.body), *id = strstr(text, "\"id\": \"");
  ck_assert(res.status == 200 && id != NULL && strstr(text, "unencrypted-default-wallet") != NULL);
  char body[256];
  int n = snprintf(body, sizeof body, "{\"wallet_id\":\"%.32s\",\"wallet_password\":\"\"}", id + 7);
  req = (algo_httpd_request_t){
      .method = "POST", .path = "/v1/wallet/init", .headers = token, .body = {(uint8_t *)body, (size_t)n}};
  algo_buf_clear(&res.body);
  algo_kmd_handle(kmd, &req, &res);
  const char *handle = strstr(algo_buf_cstr(&res.body), "wallet_handle_token\": \"");
  ck_assert_ptr_nonnull(handle);
  n = snprintf(body, sizeof body, "{\"wallet_handle_token\":\"%.81s\"}", handle + strlen("wallet_handle_token\": \""));
  req.path = "/v1/key/list";
  req.body = algo_bytes(body, (size_t)n);
  algo_buf_clear(&res.body);
  algo_kmd_handle(kmd, &req, &res);
  char addr[ALGO_ADDR_TEXT + 1];
  algo_addr_format(addr, &key.addr);
  ck_assert_ptr_nonnull(strstr(algo_buf_cstr(&res.body), addr));
  token[0].value = "wrong";
  algo_buf_clear(&res.body);
  algo_kmd_handle(kmd, &req, &res);
  ck_assert_int_eq(res.status, 401);
  algo_buf_fini(&res.body);
  algo_kmd_free(kmd);
  algo_key_fini(&key);
}
END_TEST

/* What go-algorand 5.1 answers there (tests/interop/diff_routes.py asks one). */
START_TEST(requests_that_are_not_quite_right) {
  const algo_bytes_t none = {NULL, 0};
  open_node(&(algo_node_options_t){.mode = ALGO_NODE_DEV});
  expect("OPTIONS", "/no/such/thing", none, 204, "");
  expect("GET", "/v2/assets/9223372036854775808", none, 500, "failed to retrieve information from the ledger");
  expect("GET", "/v2/assets/9223372036854775807", none, 404, "asset does not exist");
  expect("GET", "/v2/applications//box", none, 400, "parameter 'application-id' is empty, can't bind its value");
  expect("GET", "/v2/applications//", none, 404, "Not Found");
  expect("GET", "/v2/accounts/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQA", none, 400,
         "checksum verification failed");
  expect("POST", "/v2/transactions/simulate", ALGO_BYTES_LIT("foo"), 400,
         "json decode error [pos 1]: only encoded map or array can be decoded into a struct");
  expect("POST", "/v2/transactions/simulate", ALGO_BYTES_LIT("\xc0"), 400, "expected 1 transaction group, got 0");
  expect("GET", "/v2/assets/1/foo/", none, 400, "strconv.ParseUint: parsing \\\"1/foo\\\": invalid syntax");
  expect("GET", "/v2/accounts/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKR", none, 400,
         "is non-canonical");
  expect("GET", "/v2/accounts/X/foo", none, 404, "Not Found");
  expect("GET", "/v2/blocks/0?format=json&format=msgpack", none, 400,
         "multiple values for single value parameter 'format'");
  expect("GET", "/v2/blocks/0?FORMAT=foo", none, 200, "\"block\"");
  expect("GET", "/genesis", none, 200, "{\n  \"alloc\": [\n    {\n      \"addr\": ");
  expect("GET", "/", none, 405, "Method Not Allowed");
  rest_answer_t asked = rest_ask(rest, "OPTIONS", "/v2/status", NULL, none);
  ck_assert_str_eq(asked.header, "OPTIONS, GET");
  rest_answer_free(&asked);
  asked = rest_ask(rest, "HEAD", "/v2/status", NULL, none);
  ck_assert(asked.status == 405 && asked.n == 0 && asked.type == NULL);
  rest_answer_free(&asked);
  expect("PUT", "/v1/status", none, 405, "Method Not Allowed");
  expect("GET", "/v1/status", none, 410, "no longer available");
  shut();
}
END_TEST

/* Bodies that Go's decoders take: a key that comes twice counts as it came last, what is behind the first value or is
 * cut off is left, whole numbers may be written as real ones; and a name with a NUL is another name. */
START_TEST(bodies_as_go_reads_them) {
  static const char twice[] = "\x82\xaatxn-groups\x92\x80\x80\xaatxn-groups\x91\x82\xa4txns\x90\xa4txns\x91\x80",
                    tx[] = "\"fee\":1000,\"lv\":100,\"type\":\"pay\",\"snd\":"
                           "\"VQS4DU7QVDYOYJMWIMAMDTQNLW55DWJLOABSV75T3MOY7PSKJ3BSQXJP6I\"";
  static const struct {
    const char *member, *behind;
    int status;
    const char *contains;
  } cases[] = {
      {"\"amt\":1", "", 200, "\"amt\": 1"},
      {"\"amt\":1", "}x", 200, "\"amt\": 1"},
      {"\"amt\":2.0", "", 200, "\"amt\": 2"},
      {"\"amt\":1e3", "", 200, "\"amt\": 1000"},
      {"\"amt\":1.5", "", 400, "a number that is not whole"},
      {"\"amt\\u0000\":1", "", 400, "a name with a NUL"},
      {"\"note\":\"_-8=\"", "", 400, "base64"},
      {"\"rcv\":[1]", "", 400, "not an address"},
  };
  char body[512];
  open_node(&(algo_node_options_t){.mode = ALGO_NODE_DEV});
  expect("POST", "/v2/transactions/simulate", algo_bytes(twice, sizeof twice - 1), 200, "unknown tx type");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int n = snprintf(body, sizeof body, "{\"txn-groups\":[{\"txns\":[{\"txn\":{%s,%s}}]}]}%s", tx, cases[i].member,
                     cases[i].behind);
    expect("POST", "/v2/transactions/simulate", algo_bytes(body, (size_t)n), cases[i].status, cases[i].contains);
  }
  expect("POST", "/v2/transactions/simulate", ALGO_BYTES_LIT("[]"), 400, "expected 1 transaction group, got 0");
  expect("POST", "/v2/transactions/simulate", ALGO_BYTES_LIT("\x81\xaatxn-groups\x91\xc0"), 400, "empty txgroup");
  shut();
}
END_TEST

/* A transaction that is cut off behind a whole one is left, as a node's reader does. */
START_TEST(a_cut_transaction_behind_a_whole_one) {
  algo_key_t key;
  algo_buf_t raw = ALGO_BUF_INIT;
  open_node(&(algo_node_options_t){.mode = ALGO_NODE_DEV});
  algo_node_dev_key(&key, 1);
  for (uint64_t cut = 0; cut < 200; cut += 23) {
    algo_stxn_t s = {.txn = {.type = ALGO_TX_PAY,
                             .sender = key.addr,
                             .receiver = key.addr,
                             .amount = cut,
                             .fee = 1000,
                             .last_valid = 900,
                             .genesis_hash = *algo_node_genesis_hash(node)}};
    algo_buf_clear(&raw);
    algo_stxn_sign(&s, &key);
    algo_stxn_encode(&raw, &s);
    const size_t whole = raw.n;
    algo_stxn_encode(&raw, &s);
    ck_assert_uint_lt(cut, whole);
    expect("POST", "/v2/transactions", algo_bytes(raw.p, whole + cut), 200, "txId");
  }
  algo_buf_fini(&raw);
  algo_key_fini(&key);
  shut();
}
END_TEST

static int ask_indexer(const char *path, const char *name, const char *value) {
  const algo_httpd_param_t query[2] = {{name, value}, {NULL, NULL}};
  algo_httpd_request_t req = {.method = "GET", .path = path, .query = query};
  algo_httpd_response_t res = {.status = 200, .body = ALGO_BUF_INIT};
  algo_indexer_handle(rest, &req, &res);
  algo_buf_fini(&res.body);
  return res.status;
}

/* A round that never comes, times that no calendar has: all are answered, and at once. */
START_TEST(searches_at_their_ends) {
  static const char *const paths[] = {"/v2/transactions", "/v2/applications/1/logs"};
  static const char *const times[] = {"2026-99999999-01", "2147483647-01-01", "2026-13-01", "2026-00-01"};
  open_node(&(algo_node_options_t){.mode = ALGO_NODE_DEV});
  for (size_t i = 0; i < 2; i++) {
    ck_assert_int_eq(ask_indexer(paths[i], "round", "18446744073709551615"), 200);
    ck_assert_int_eq(ask_indexer(paths[i], "max-round", "18446744073709551615"), 200);
    ck_assert_int_eq(ask_indexer(paths[i], "min-round", "18446744073709551615"), 200);
    ck_assert_int_eq(ask_indexer(paths[i], "after-time", "2026-01-01T00:00:00+01:00"), 200);
    for (size_t k = 0; k < sizeof times / sizeof *times; k++)
      ck_assert_int_eq(ask_indexer(paths[i], "after-time", times[k]), 400);
  }
  shut();
}
END_TEST

/* A creation whose program logs and fails: what is told of it. */
static algo_submit_detail_t refused(uint8_t logged) {
  algo_key_t key;
  algo_err_t err;
  const uint8_t fails[] = {10, 0x80, 1, logged, 0xb0, 0}, accepts[] = {10, 0x81, 1};
  algo_node_dev_key(&key, 1);
  algo_stxn_t s = {.txn = {.type = ALGO_TX_APPL,
                           .sender = key.addr,
                           .fee = 1000,
                           .first_valid = 1,
                           .last_valid = 900,
                           .genesis_hash = *algo_node_genesis_hash(node),
                           .approval_program = {fails, sizeof fails},
                           .clear_program = {accepts, sizeof accepts}}};
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_submit_detail_t detail;
  algo_stxn_sign(&s, &key);
  algo_stxn_encode(&raw, &s);
  ck_assert_int_ne(algo_node_submit(node, algo_buf_view(&raw), NULL, NULL, NULL, &detail, &err), ALGO_OK);
  ck_assert_msg(detail.present, "%s", err.msg);
  algo_buf_fini(&raw);
  algo_key_fini(&key);
  return detail;
}

/* What is told of a refusal stays what it is while others are refused: they ask from other threads. */
START_TEST(a_refusal_is_its_own) {
  algo_node_options_t opt = {.mode = ALGO_NODE_DEV};
  uint8_t before[4096];
  open_node(&opt);
  algo_submit_detail_t a = refused('a');
  ck_assert_uint_lt(a.attributes.n, sizeof before);
  memcpy(before, a.attributes.p, a.attributes.n);
  algo_submit_detail_t b = refused('b');
  ck_assert_mem_eq(before, a.attributes.p, a.attributes.n);
  free((void *)(uintptr_t)a.attributes.p);
  free((void *)(uintptr_t)b.attributes.p);
  shut();
}
END_TEST

SUITE_MAIN("node", bodies_as_go_reads_them, a_cut_transaction_behind_a_whole_one, requests_that_are_not_quite_right,
           a_refusal_is_its_own, searches_at_their_ends, a_payment_is_a_block, blocks_when_they_are_asked_for,
           an_explicit_fee_of_zero, state_deltas_group_by_group, leases_are_not_told_in_json,
           back_to_a_snapshot_and_to_the_beginning, a_folder_keeps_the_chain, kmd_has_the_funded_keys)
