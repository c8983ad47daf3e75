/* The clients of a key daemon and of an indexer. */
#include "algo/indexer.h"
#include "algo/kmd.h"
#include "fake.h"
#include "py_vectors.h"

START_TEST(a_wallet_signs) {
  fake_t f;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_kmd_t *k = NULL;
  algo_kmd_wallet_t *w = NULL;
  algo_key_t key, exported;
  const algo_addr_t *addrs = NULL;
  size_t n = 0;
  uint8_t seed[32] = {7};
  algo_buf_t json = ALGO_BUF_INIT, body = ALGO_BUF_INIT;
  algo_key_from_seed(&key, seed);
  fake_start(&f);
  fake_text(&f, "/v1/wallets", 200, "{\"wallets\":[{\"id\":\"17\",\"name\":\"mine\"}]}", 0);
  fake_text(&f, "/v1/wallet/init", 200, "{\"wallet_handle_token\":\"handle\"}", 0);
  fake_text(&f, "/v1/wallet/release", 200, "{}", 0);
  fake_text(&f, "/v1/key/list", 200, "{\"addresses\":[\"" PY_SENDER "\"]}", 0);
  algo_json_t j = algo_json(&json);
  algo_json_open(&j, '{');
  algo_json_key(&j, "private_key");
  algo_json_base64(&j, algo_bytes(key.secret, 64));
  algo_json_close(&j, '}');
  fake_bytes(&f, "/v1/key/export", 200, algo_buf_view(&json), 0);
  SUITE_OK(algo_kmd_new(&k, f.url, "token", NULL, suite_err));
  ck_assert_int_eq(algo_kmd_open(&w, k, "other", NULL, NULL), ALGO_E_NOT_FOUND);
  SUITE_OK(algo_kmd_open(&w, k, "mine", "pass\"word", suite_err));
  algo_buf_putb(&body, algo_buf_view(&f.last_body));
  ck_assert_ptr_nonnull(strstr(algo_buf_cstr(&body), "\"wallet_id\":\"17\",\"wallet_password\":\"pass\\\"word\""));
  SUITE_OK(algo_kmd_addresses(w, &addrs, &n, &arena, suite_err));
  ck_assert_uint_eq(n, 1);
  SUITE_OK(algo_kmd_export(w, &key.addr, &exported, suite_err));
  ck_assert_mem_eq(&exported.addr, &key.addr, 32);

  /* What comes back signed must be what was sent. */
  algo_signer_t *s = NULL;
  algo_stxn_t mine = {.txn = {.type = ALGO_TX_PAY, .sender = key.addr, .amount = 5, .fee = 1000, .last_valid = 9}},
              theirs = mine;
  bool wanted[1] = {true};
  SUITE_OK(algo_kmd_signer(&s, w, &key.addr, NULL, suite_err));
  for (int other = 0; other < 2; other++) {
    algo_buf_t encoded = ALGO_BUF_INIT, answer = ALGO_BUF_INIT;
    theirs.txn.amount = other ? 6 : 5;
    algo_stxn_sign(&theirs, &key);
    algo_stxn_encode(&encoded, &theirs);
    j = algo_json(&answer);
    algo_json_open(&j, '{');
    algo_json_key(&j, "signed_transaction");
    algo_json_base64(&j, algo_buf_view(&encoded));
    algo_json_close(&j, '}');
    fake_bytes(&f, "/v1/transaction/sign", 200, algo_buf_view(&answer), 1);
    algo_code_t r = algo_signer_sign(s, &mine, 1, wanted, &arena, NULL);
    ck_assert_int_eq(r, other ? ALGO_E_SIGNATURE : ALGO_OK);
    if (!other) ck_assert(mine.has_sig);
    algo_buf_fini(&encoded);
    algo_buf_fini(&answer);
  }
  algo_signer_free(s);
  algo_kmd_close(w);
  ck_assert_str_eq(f.last_path, "/v1/wallet/release");
  algo_kmd_free(k);
  algo_buf_fini(&json);
  algo_buf_fini(&body);
  algo_arena_fini(&arena);
  fake_stop(&f);
}
END_TEST

START_TEST(searches_page_by_page) {
  fake_t f;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_indexer_t *x = NULL;
  algo_indexer_pages_t *p = NULL;
  json_object *item = NULL;
  algo_indexer_health_t h;
  int seen = 0;
  fake_start(&f);
  fake_text(&f, "/v2/transactions", 200, "{\"transactions\":[{\"id\":\"A\"},{\"id\":\"B\"}],\"next-token\":\"t 1\"}",
            1);
  fake_text(&f, "/v2/transactions", 200, "{\"transactions\":[{\"id\":\"C\"}],\"next-token\":\"t2\"}", 1);
  fake_text(&f, "/v2/transactions", 200, "{\"transactions\":[]}", 1);
  fake_text(&f, "/health", 200, "{\"round\":12,\"version\":\"3\",\"db-available\":true,\"is-migrating\":false}", 0);
  SUITE_OK(algo_indexer_new(&x, f.url, "t", NULL, suite_err));
  SUITE_OK(algo_indexer_health(x, &h, &arena, suite_err));
  ck_assert_uint_eq(h.round, 12);
  ck_assert(h.db_available);
  algo_indexer_query_t q = {.app = 5, .note_prefix = ALGO_BYTES_LIT("a+b")};
  SUITE_OK(algo_indexer_transactions(&p, x, &q, suite_err));
  for (;; seen++) {
    SUITE_OK(algo_indexer_next(p, &item, suite_err));
    if (item == NULL) break;
    ck_assert_str_eq(json_object_get_string(json_object_object_get(item, "id")), seen == 0   ? "A"
                                                                                 : seen == 1 ? "B"
                                                                                             : "C");
  }
  ck_assert_int_eq(seen, 3);
  algo_indexer_pages_free(p);
  ck_assert_int_eq(algo_indexer_transaction(x, "X", &item, NULL), ALGO_E_NOT_FOUND);
  ck_assert_ptr_null(item);
  algo_indexer_free(x);
  algo_arena_fini(&arena);
  fake_stop(&f);
}
END_TEST

static void is_text(json_object *o, const char *key, const char *value) {
  ck_assert_str_eq(json_object_get_string(json_object_object_get(o, key)), value);
  json_object_put(o);
}

/* Each route by its path, and the member of the answer that is meant. */
START_TEST(an_indexer_tells_of_one_thing) {
  fake_t f;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_indexer_t *x = NULL;
  json_object *o = NULL;
  algo_box_t box;
  algo_addr_t addr;
  ck_assert_int_eq(algo_addr_parse(&addr, PY_SENDER, 58, NULL), ALGO_OK);
  fake_start(&f);
  fake_text(&f, "/v2/accounts/" PY_SENDER, 200, "{\"account\":{\"status\":\"Online\"},\"current-round\":9}", 0);
  fake_text(&f, "/v2/assets/7", 200, "{\"asset\":{\"name\":\"seven\"}}", 0);
  fake_text(&f, "/v2/assets/8", 200, "{\"current-round\":9}", 0);
  fake_text(&f, "/v2/applications/5/box", 200, "{\"name\":\"Zw==\",\"round\":9,\"value\":\"eHl6\"}", 0);
  fake_text(&f, "/v2/applications/5", 200, "{\"application\":{\"id\":\"five\"}}", 0);
  SUITE_OK(algo_indexer_new(&x, f.url, "t", NULL, suite_err));
  SUITE_OK(algo_indexer_account(x, &addr, &o, suite_err));
  is_text(o, "status", "Online");
  SUITE_OK(algo_indexer_asset(x, 7, &o, suite_err));
  is_text(o, "name", "seven");
  ck_assert_int_eq(algo_indexer_asset(x, 8, &o, NULL), ALGO_E_PARSE);
  ck_assert_int_eq(algo_indexer_asset(x, 9, &o, NULL), ALGO_E_NOT_FOUND);
  SUITE_OK(algo_indexer_application(x, 5, &o, suite_err));
  is_text(o, "id", "five");
  SUITE_OK(algo_indexer_box(x, 5, ALGO_BYTES_LIT("g"), &box, &arena, suite_err));
  suite_same(box.name, ALGO_BYTES_LIT("g"));
  suite_same(box.value, ALGO_BYTES_LIT("xyz"));
  algo_indexer_free(x);
  algo_arena_fini(&arena);
  fake_stop(&f);
}
END_TEST

START_TEST(a_key_goes_into_a_wallet) {
  fake_t f;
  algo_kmd_t *k = NULL;
  algo_kmd_wallet_t *w = NULL;
  algo_key_t key;
  algo_addr_t addr;
  uint8_t seed[32] = {7};
  algo_buf_t secret = ALGO_BUF_INIT;
  algo_key_from_seed(&key, seed);
  fake_start(&f);
  fake_text(&f, "/v1/wallets", 200, "{\"wallets\":[{\"id\":\"17\",\"name\":\"mine\"}]}", 0);
  fake_text(&f, "/v1/wallet/init", 200, "{\"wallet_handle_token\":\"handle\"}", 0);
  fake_text(&f, "/v1/wallet/release", 200, "{}", 0);
  fake_text(&f, "/v1/key", 200, "{\"address\":\"" PY_SENDER "\"}", 0);
  SUITE_OK(algo_kmd_new(&k, f.url, "token", NULL, suite_err));
  SUITE_OK(algo_kmd_open(&w, k, "mine", NULL, suite_err));
  SUITE_OK(algo_kmd_import(w, &key, &addr, suite_err));
  ck_assert_str_eq(f.last_path, "/v1/key/import");
  algo_base64_encode(&secret, algo_bytes(key.secret, 64));
  ck_assert_ptr_nonnull(strstr(algo_buf_cstr(&f.last_body), algo_buf_cstr(&secret)));
  memset(&addr, 0, sizeof addr);
  SUITE_OK(algo_kmd_generate(w, &addr, suite_err));
  ck_assert_str_eq(f.last_path, "/v1/key");
  ck_assert(!algo_addr_is_zero(&addr));
  algo_buf_fini(&secret);
  algo_kmd_close(w);
  algo_kmd_free(k);
  fake_stop(&f);
}
END_TEST

/* Whether it is well, and of what network it is. */
START_TEST(a_node_says_how_it_is) {
  fake_t f;
  algo_algod_t *c = NULL;
  algo_buf_t genesis = ALGO_BUF_INIT;
  bool ok = false;
  fake_start(&f);
  fake_text(&f, "/health", 200, "null", 1);
  fake_text(&f, "/health", 500, "{}", 1);
  fake_text(&f, "/genesis", 200, "{\"id\":\"v1\"}", 0);
  SUITE_OK(algo_algod_new(&c, &(algo_algod_options_t){.url = f.url}, NULL, suite_err));
  SUITE_OK(algo_algod_health(c, &ok, suite_err));
  ck_assert(ok);
  SUITE_OK(algo_algod_health(c, &ok, suite_err));
  ck_assert(!ok);
  SUITE_OK(algo_algod_genesis(c, &genesis, suite_err));
  ck_assert_str_eq(algo_buf_cstr(&genesis), "{\"id\":\"v1\"}");
  algo_buf_fini(&genesis);
  algo_algod_free(c);
  fake_stop(&f);
}
END_TEST

SUITE_MAIN("client/services", a_wallet_signs, searches_page_by_page, an_indexer_tells_of_one_thing,
           a_key_goes_into_a_wallet, a_node_says_how_it_is)
