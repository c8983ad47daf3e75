/* The composer against the official SDK's bytes, and against nodes that fail at every step. */
#include "algo/composer.h"

#include "fake.h"
#include "py_vectors.h"

static void seed_key(algo_key_t *key) {
  uint8_t seed[32];
  for (int i = 0; i < 32; i++) seed[i] = (uint8_t)i;
  algo_key_from_seed(key, seed);
}

/* rent(pay,pay,uint64,uint32,byte[32])uint64 with its two payments. */
static void rent_call(algo_method_call_t *call, algo_arena_t *arena) {
  static const algo_app_t app = {1234, 0};
  uint8_t selector[4], key[32];
  memset(key, 0xab, sizeof key);
  algo_arc4_selector(selector, "rent(pay,pay,uint64,uint32,byte[32])uint64");
  uint8_t *keep = algo_arena_alloc(arena, 4);
  memcpy(keep, selector, 4);
  algo_method_begin(call, &app, "rent(pay,pay,uint64,uint32,byte[32])uint64", "uint64", keep);
  algo_method_pay(call, &app, 0, 80900);
  algo_method_pay(call, &app, 0, 3000000);
  SUITE_OK(algo_method_arg_uint(call, 5, 8, arena, suite_err));
  SUITE_OK(algo_method_arg_uint(call, 60, 4, arena, suite_err));
  SUITE_OK(algo_method_arg(call, key, 32, arena, suite_err));
}

typedef struct fixture {
  fake_t f;
  algo_arena_t arena;
  algo_algod_t *algod;
  algo_signer_t *signer;
  algo_composer_t *c;
  size_t call;
} fixture_t;

static const algo_pc_error_t errors[] = {{41, "the GPU is not available"}};
static const algo_app_spec_t spec = {.name = "rental", .errors = errors, .n_errors = 1};

static void set_up(fixture_t *x, bool no_simulate) {
  algo_key_t key;
  algo_method_call_t call;
  memset(x, 0, sizeof *x);
  fake_start(&x->f);
  fake_text(&x->f, "/v2/transactions/params", 200, FAKE_PARAMS, 0);
  x->algod = fake_client(&x->f, NULL, 2000, 0);
  seed_key(&key);
  SUITE_OK(algo_signer_from_key(&x->signer, &key, NULL, suite_err));
  algo_composer_options_t opt = {.no_simulate = no_simulate, .wait_s = 1};
  SUITE_OK(algo_composer_new(&x->c, x->algod, &opt, suite_err));
  rent_call(&call, &x->arena);
  SUITE_OK(algo_composer_call(x->c, &call, NULL, x->signer, &spec, &x->call, suite_err));
}

static void tear_down(fixture_t *x) {
  algo_composer_free(x->c);
  algo_signer_free(x->signer);
  algo_algod_free(x->algod);
  algo_arena_fini(&x->arena);
  fake_stop(&x->f);
}

static void same_hex(const algo_buf_t *got, const char *hex) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_hex_encode(&text, algo_buf_view(got));
  ck_assert_str_eq(algo_buf_cstr(&text), hex);
  algo_buf_fini(&text);
}

START_TEST(bytes_of_the_official_sdk) {
  static const char *const txids[] = PY_TXIDS;
  fixture_t x;
  algo_buf_t b = ALGO_BUF_INIT;
  set_up(&x, true);
  ck_assert_uint_eq(algo_composer_count(x.c), 3);
  ck_assert_uint_eq(x.call, 2);
  SUITE_OK(algo_composer_build(x.c, suite_err));
  SUITE_OK(algo_composer_sign(x.c, suite_err));
  SUITE_OK(algo_composer_encode(x.c, &b, suite_err));
  same_hex(&b, PY_SIGNED);
  for (size_t i = 0; i < 3; i++) {
    char text[53];
    algo_digest_t id;
    algo_txn_id(&id, algo_composer_txn(x.c, i));
    algo_txid_format(text, &id);
    ck_assert_str_eq(text, txids[i]);
  }
  algo_buf_fini(&b);
  tear_down(&x);
}
END_TEST

START_TEST(multisig_and_logic_signatures) {
  algo_key_t keys[3];
  algo_addr_t addrs[3];
  algo_signer_t *signers[2] = {NULL, NULL};
  static const char *const wanted[2] = {PY_MULTISIG, PY_LSIG}, *const addresses[2] = {PY_MULTISIG_ADDRESS,
                                                                                      PY_LSIG_ADDRESS};
  for (int i = 0; i < 3; i++) {
    uint8_t seed[32];
    memset(seed, i + 1, sizeof seed);
    algo_key_from_seed(&keys[i], seed);
    addrs[i] = keys[i].addr;
  }
  algo_key_t two[2] = {keys[0], keys[2]};
  algo_lsig_t lsig = {.logic = ALGO_BYTES_LIT("\x0a\x81\x01")};
  SUITE_OK(algo_signer_multisig(&signers[0], 1, 2, addrs, 3, two, 2, NULL, suite_err));
  SUITE_OK(algo_signer_lsig(&signers[1], &lsig, NULL, suite_err));
  for (int i = 0; i < 2; i++) {
    fixture_t x;
    algo_composer_t *c = NULL;
    algo_buf_t b = ALGO_BUF_INIT;
    char text[ALGO_ADDR_TEXT + 1];
    set_up(&x, true);
    algo_addr_format(text, algo_signer_sender(signers[i]));
    ck_assert_str_eq(text, addresses[i]);
    algo_composer_options_t opt = {.no_simulate = true};
    SUITE_OK(algo_composer_new(&c, x.algod, &opt, suite_err));
    algo_txn_t pay = {.type = ALGO_TX_PAY, .amount = 5, .receiver = *algo_signer_sender(x.signer)};
    SUITE_OK(algo_composer_add(c, &pay, signers[i], suite_err));
    SUITE_OK(algo_composer_build(c, suite_err));
    SUITE_OK(algo_composer_sign(c, suite_err));
    SUITE_OK(algo_composer_encode(c, &b, suite_err));
    same_hex(&b, wanted[i]);
    algo_buf_fini(&b);
    algo_composer_free(c);
    algo_signer_free(signers[i]);
    tear_down(&x);
  }
}
END_TEST

/* ---- answers of a node, made here ---- */

static void key(algo_buf_t *b, const char *k) { algo_mp_put_str(b, k, strlen(k)); }

typedef struct told {
  const char *failure;
  uint64_t usage; /* 0: not told */
  int boxes, inner;
  bool account;
} told_t;

static void put_inner(algo_buf_t *b, int n) {
  key(b, "inner-txns");
  algo_mp_put_array(b, (uint32_t)n);
  for (int i = 0; i < n; i++) {
    algo_mp_put_map(b, 2);
    key(b, "pool-error");
    algo_mp_put_str(b, "", 0);
    key(b, "txn");
    algo_mp_put_map(b, 1);
    key(b, "txn");
    algo_mp_put_map(b, 1);
    key(b, "type");
    algo_mp_put_str(b, "pay", 3);
  }
}

static void put_result(algo_buf_t *b, bool is_call, int inner, uint64_t round) {
  static const uint8_t log[12] = {0x15, 0x1f, 0x7c, 0x75, 0, 0, 0, 0, 0, 0, 0, 9};
  algo_mp_put_map(b, is_call ? 4 : 2);
  key(b, "confirmed-round");
  algo_mp_put_uint(b, round);
  if (is_call) {
    put_inner(b, inner);
    key(b, "logs");
    algo_mp_put_array(b, 1);
    algo_mp_put_bin(b, log, sizeof log);
  }
  key(b, "pool-error");
  algo_mp_put_str(b, "", 0);
}

static void put_resources(algo_buf_t *b, const told_t *t) {
  key(b, "unnamed-resources-accessed");
  algo_mp_put_map(b, 1u + t->account);
  if (t->account) {
    key(b, "accounts");
    algo_mp_put_array(b, 1);
    algo_mp_put_str(b, PY_MULTISIG_ADDRESS, 58);
  }
  key(b, "boxes");
  algo_mp_put_array(b, (uint32_t)t->boxes);
  for (int i = t->boxes; i-- > 0;) { /* in no order: the composer sorts */
    char name[8];
    algo_mp_put_map(b, 2);
    key(b, "app");
    algo_mp_put_uint(b, 1234);
    key(b, "name");
    algo_mp_put_bin(b, name, (size_t)snprintf(name, sizeof name, "b%d", i));
  }
}

static void simulated(algo_buf_t *b, const told_t *t, bool last_is_call) {
  algo_mp_put_map(b, 2);
  key(b, "last-round");
  algo_mp_put_uint(b, 7);
  key(b, "txn-groups");
  algo_mp_put_array(b, 1);
  algo_mp_put_map(b, 2u + (t->failure != NULL ? 2 : 0) + (t->usage != 0));
  if (t->failure != NULL) {
    key(b, "failed-at");
    algo_mp_put_array(b, 1);
    algo_mp_put_uint(b, 2);
    key(b, "failure-message");
    algo_mp_put_str(b, t->failure, strlen(t->failure));
  }
  if (t->usage != 0) {
    key(b, "group-usage");
    algo_mp_put_uint(b, t->usage);
  }
  key(b, "txn-results");
  algo_mp_put_array(b, 3);
  for (int i = 0; i < 3; i++) {
    algo_mp_put_map(b, 1);
    key(b, "txn-result");
    put_result(b, i == 2 && last_is_call, t->inner, 0);
  }
  put_resources(b, t);
}

START_TEST(references_and_fees_from_a_simulate) {
  for (int with_usage = 0; with_usage < 2; with_usage++) {
    fixture_t x;
    algo_buf_t b = ALGO_BUF_INIT;
    told_t told = {.usage = with_usage ? 5000000 : 0, .boxes = 3, .inner = 2, .account = true};
    set_up(&x, false);
    simulated(&b, &told, true);
    fake_bytes(&x.f, "/v2/transactions/simulate", 200, algo_buf_view(&b), 0);
    SUITE_OK(algo_composer_build(x.c, suite_err));
    const algo_txn_t *t = algo_composer_txn(x.c, 2);
    ck_assert_uint_eq(t->n_boxes, 3);
    suite_same(t->boxes[0].name, ALGO_BYTES_LIT("b0"));
    suite_same(t->boxes[2].name, ALGO_BYTES_LIT("b2"));
    ck_assert_uint_eq(t->boxes[1].index, 0);
    ck_assert_uint_eq(t->n_accounts, 1);
    ck_assert_uint_eq(t->n_foreign_apps, 0);
    ck_assert_uint_eq(algo_composer_txn(x.c, 0)->fee, 1000);
    ck_assert_uint_eq(t->fee, 3000); /* its own and two inner ones */
    ck_assert_uint_eq(algo_composer_fees(x.c), 5000);
    algo_buf_fini(&b);
    tear_down(&x);
  }
}
END_TEST

START_TEST(too_much_to_name) {
  fixture_t x;
  algo_err_t err;
  algo_buf_t b = ALGO_BUF_INIT;
  told_t told = {.boxes = 9};
  set_up(&x, false);
  simulated(&b, &told, true);
  fake_bytes(&x.f, "/v2/transactions/simulate", 200, algo_buf_view(&b), 0);
  ck_assert_int_eq(algo_composer_build(x.c, &err), ALGO_E_RANGE);
  algo_buf_fini(&b);
  tear_down(&x);
}
END_TEST

START_TEST(a_refusal_in_the_contracts_words) {
  fixture_t x;
  algo_err_t err;
  algo_buf_t b = ALGO_BUF_INIT;
  told_t told = {.failure = "transaction " PY_SENDER
                            ": logic eval error: assert failed pc=41. Details: app=1234, pc=41, opcodes=assert"};
  set_up(&x, false);
  simulated(&b, &told, false);
  fake_bytes(&x.f, "/v2/transactions/simulate", 200, algo_buf_view(&b), 0);
  ck_assert_int_eq(algo_composer_build(x.c, &err), ALGO_E_REFUSED);
  ck_assert_str_eq(err.msg, "the GPU is not available");
  ck_assert_int_eq((int)err.pc, 41);
  algo_buf_fini(&b);
  tear_down(&x);
}
END_TEST

START_TEST(every_cut_of_a_simulate_is_survived) {
  algo_buf_t b = ALGO_BUF_INIT;
  told_t told = {.failure = "no", .usage = 5000000, .boxes = 3, .inner = 2, .account = true};
  simulated(&b, &told, true);
  for (size_t n = 0; n < b.n; n++) {
    algo_arena_t arena = ALGO_ARENA_INIT;
    algo_simulated_t s;
    algo_bytes_t cut = suite_cut(algo_buf_view(&b), n);
    ck_assert_int_ne(algo_simulated_decode(&s, cut, &arena, NULL), ALGO_OK);
    free((void *)(uintptr_t)cut.p);
    algo_arena_fini(&arena);
  }
  algo_buf_fini(&b);
}
END_TEST

static void answer_pending(fixture_t *x, algo_buf_t *first, algo_buf_t *call, uint64_t round) {
  static const char *const txids[] = PY_TXIDS;
  static char routes[3][128];
  put_result(first, false, 0, round);
  put_result(call, true, 0, round);
  for (int i = 0; i < 3; i++) {
    snprintf(routes[i], sizeof routes[i], "/v2/transactions/pending/%s", txids[i]);
    fake_bytes(&x->f, routes[i], 200, algo_buf_view(i == 2 ? call : first), 0);
  }
}

START_TEST(sent_and_confirmed) {
  fixture_t x;
  algo_buf_t a = ALGO_BUF_INIT, b = ALGO_BUF_INIT;
  static const char *const txids[] = PY_TXIDS;
  set_up(&x, true);
  answer_pending(&x, &a, &b, 8);
  fake_text(&x.f, "/v2/transactions", 200, "{\"txId\":\"AUBJG7O5PKEVGYWZLMTR65L4U5IFCDMRPGRVMLMS3WJXUCIXX7XQ\"}", 0);
  SUITE_OK(algo_composer_execute(x.c, suite_err));
  const algo_call_result_t *r = algo_composer_result(x.c, x.call);
  ck_assert_uint_eq(r->round, 8);
  ck_assert_str_eq(r->txid, txids[2]);
  ck_assert_uint_eq(r->value.n, 8);
  ck_assert_uint_eq(r->value.p[7], 9);
  algo_buf_fini(&a);
  algo_buf_fini(&b);
  tear_down(&x);
}
END_TEST

/* A node that took the group, and whose answer was lost. */
START_TEST(a_lost_answer_is_followed_up) {
  fixture_t x;
  algo_buf_t a = ALGO_BUF_INIT, b = ALGO_BUF_INIT;
  set_up(&x, true);
  answer_pending(&x, &a, &b, 8);
  fake_text(&x.f, "/v2/transactions", 200, "{\"txId\":\"x\"}", 0)->delay_ms = 2600;
  SUITE_OK(algo_composer_execute(x.c, suite_err));
  ck_assert_uint_eq(algo_composer_result(x.c, 2)->round, 8);
  algo_buf_fini(&a);
  algo_buf_fini(&b);
  tear_down(&x);
}
END_TEST

START_TEST(dropped_and_expired) {
  for (int expired = 0; expired < 2; expired++) {
    fixture_t x;
    algo_err_t err;
    algo_buf_t a = ALGO_BUF_INIT;
    set_up(&x, true);
    algo_mp_put_map(&a, 1);
    key(&a, "pool-error");
    const char *why = expired ? "" : "overspend (account)";
    algo_mp_put_str(&a, why, strlen(why));
    fake_bytes(&x.f, "/v2/transactions/pending/", 200, algo_buf_view(&a), 0);
    fake_text(&x.f, "/v2/transactions", 200, "{\"txId\":\"AUBJG7O5PKEVGYWZLMTR65L4U5IFCDMRPGRVMLMS3WJXUCIXX7XQ\"}", 0);
    fake_text(&x.f, "/v2/status", 200, "{\"last-round\":1008}", 0);
    ck_assert_int_eq(algo_composer_execute(x.c, &err), expired ? ALGO_E_TIMEOUT : ALGO_E_LEDGER);
    ck_assert_ptr_nonnull(strstr(err.msg, expired ? "last valid round, 1007" : "overspend"));
    algo_buf_fini(&a);
    tear_down(&x);
  }
}
END_TEST

START_TEST(unsigned_groups_travel) {
  fixture_t x;
  algo_err_t err;
  algo_composer_t *c = NULL;
  algo_buf_t b = ALGO_BUF_INIT;
  set_up(&x, true);
  SUITE_OK(algo_composer_build(x.c, suite_err));
  SUITE_OK(algo_composer_encode(x.c, &b, suite_err));
  SUITE_OK(algo_composer_new(&c, x.algod, NULL, suite_err));
  SUITE_OK(algo_composer_load(c, algo_buf_view(&b), suite_err));
  ck_assert_uint_eq(algo_composer_count(c), 3);
  ck_assert_int_eq(algo_composer_execute(c, &err), ALGO_E_SIGNATURE);
  algo_composer_free(c);
  for (size_t n = 0; n < b.n; n++) { /* cut anywhere: refused, also where it falls between transactions */
    algo_bytes_t cut = suite_cut(algo_buf_view(&b), n);
    SUITE_OK(algo_composer_new(&c, x.algod, NULL, suite_err));
    ck_assert_int_ne(algo_composer_load(c, cut, NULL), ALGO_OK);
    algo_composer_free(c);
    free((void *)(uintptr_t)cut.p);
  }
  algo_buf_fini(&b);
  tear_down(&x);
}
END_TEST

/* A busy node asks for a fee a byte: each transaction pays by the size that it is sent with, a pinned fee stays. */
START_TEST(a_busy_nodes_fee) {
  fixture_t x;
  algo_err_t err;
  algo_buf_t one = ALGO_BUF_INIT;
  set_up(&x, true);
  x.f.answers[0].body = algo_bytes_str(
      "{\"consensus-version\":\"future\",\"fee\":100,\"genesis-hash\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\","
      "\"genesis-id\":\"testing-v1\",\"last-round\":7,\"min-fee\":1000}");
  algo_composer_pin_fee(x.c, 0);
  SUITE_OK(algo_composer_build(x.c, suite_err));
  SUITE_OK(algo_composer_sign(x.c, suite_err));
  ck_assert_uint_eq(algo_composer_txn(x.c, 0)->fee, 0);
  for (size_t i = 1; i < 3; i++) {
    algo_stxn_t s = {.txn = *algo_composer_txn(x.c, i)};
    memset(s.sig, 0xff, sizeof s.sig);
    algo_buf_clear(&one);
    algo_stxn_encode(&one, &s);
    ck_assert_uint_ge(s.txn.fee, 100 * one.n);
    ck_assert_uint_lt(s.txn.fee, 100 * (one.n + 150));
  }
  algo_composer_free(x.c);
  x.f.answers[0].body = algo_bytes_str("{\"consensus-version\":\"future\",\"fee\":18446744073709551615,\"genesis-"
                                       "hash\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\","
                                       "\"genesis-id\":\"testing-v1\",\"last-round\":7,\"min-fee\":1000}");
  algo_txn_t pay = {.type = ALGO_TX_PAY, .amount = 5};
  algo_composer_options_t opt = {.no_simulate = true};
  SUITE_OK(algo_composer_new(&x.c, x.algod, &opt, suite_err));
  SUITE_OK(algo_composer_add(x.c, &pay, x.signer, suite_err));
  ck_assert_int_eq(algo_composer_build(x.c, &err), ALGO_E_RANGE);
  algo_buf_fini(&one);
  tear_down(&x);
}
END_TEST

START_TEST(limits) {
  fixture_t x;
  algo_err_t err;
  set_up(&x, true);
  algo_txn_t pay = {.type = ALGO_TX_PAY, .amount = 5};
  for (int i = 3; i < 16; i++) SUITE_OK(algo_composer_add(x.c, &pay, x.signer, suite_err));
  ck_assert_int_eq(algo_composer_add(x.c, &pay, x.signer, &err), ALGO_E_RANGE);
  SUITE_OK(algo_composer_build(x.c, suite_err));
  ck_assert_int_eq(algo_composer_add(x.c, &pay, x.signer, &err), ALGO_E_INVALID);
  tear_down(&x);
}
END_TEST

SUITE_MAIN("client/composer", bytes_of_the_official_sdk, multisig_and_logic_signatures,
           references_and_fees_from_a_simulate, too_much_to_name, a_refusal_in_the_contracts_words,
           every_cut_of_a_simulate_is_survived, sent_and_confirmed, a_lost_answer_is_followed_up, dropped_and_expired,
           unsigned_groups_travel, a_busy_nodes_fee, limits)
