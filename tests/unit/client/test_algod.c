/* The client of a node against a node that answers well, badly, late or not at all. */
#include "fake.h"

START_TEST(answers_become_values) {
  fake_t f;
  fake_start(&f);
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_algod_t *c = fake_client(&f, "secret", 0, 0);
  fake_text(&f, "/v2/transactions/params", 200, FAKE_PARAMS, 0);
  fake_text(&f, "/v2/accounts/", 200,
            "{\"round\":3,\"amount\":18446744073709551615,\"min-balance\":100000,\"status\":\"Offline\"}", 0);
  algo_params_t p;
  SUITE_OK(algo_algod_params(c, &p, &arena, suite_err));
  ck_assert_uint_eq(p.last_round, 7);
  ck_assert_uint_eq(p.min_fee, 1000);
  ck_assert_str_eq(p.genesis_id, "testing-v1");
  ck_assert_uint_eq(p.genesis_hash.b[31], 31);
  ck_assert_str_eq(f.last_token, "secret");
  algo_account_t a;
  algo_addr_t zero = {{0}};
  SUITE_OK(algo_algod_account(c, &zero, &a, &arena, suite_err));
  ck_assert_uint_eq(a.amount, UINT64_MAX);
  algo_arena_fini(&arena);
  algo_algod_free(c);
  fake_stop(&f);
}
END_TEST

static algo_code_t ask_status(const fake_t *f, uint32_t timeout_ms, uint32_t retries, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_algod_t *c = fake_client(f, "t", timeout_ms, retries);
  algo_node_status_t st;
  algo_err_init(err);
  algo_code_t r = algo_algod_status(c, &st, &arena, err);
  algo_algod_free(c);
  algo_arena_fini(&arena);
  return r;
}

START_TEST(errors_say_what_to_do) {
  static const struct {
    int status;
    const char *body;
    algo_code_t code;
    const char *msg;
  } cases[] = {
      {401, "{\"message\":\"Invalid API Token\"}", ALGO_E_AUTH, "ALGOD_TOKEN"},
      {404, "{\"message\":\"no such thing\"}", ALGO_E_NOT_FOUND, "no such thing"},
      {500, "{\"message\":\"it broke\"}", ALGO_E_HTTP, "it broke"},
      {500, "<html>", ALGO_E_HTTP, "<html>"},
      {302, "", ALGO_E_HTTP, "302"},
      {200, "{\"last-round\":", ALGO_E_PARSE, "/v2/status"},
      {200, "[]", ALGO_E_PARSE, "/v2/status"},
      {200, "{}", ALGO_E_PARSE, "last-round"},
      {200, "{\"last-round\":-1}", ALGO_E_PARSE, "last-round"},
      {200, "", ALGO_E_PARSE, "/v2/status"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    fake_t f;
    algo_err_t err;
    fake_start(&f);
    fake_text(&f, "/v2/status", cases[i].status, cases[i].body, 0);
    algo_code_t r = ask_status(&f, 0, 0, &err);
    ck_assert_msg(r == cases[i].code || (r == ALGO_E_TRUNCATED && cases[i].code == ALGO_E_PARSE) ||
                      (r == ALGO_E_RANGE && i == 8),
                  "case %zu: %s: %s", i, algo_code_name(r), err.msg);
    ck_assert_msg(strstr(err.msg, cases[i].msg) != NULL, "case %zu: %s", i, err.msg);
    fake_stop(&f);
  }
}
END_TEST

START_TEST(busy_nodes_are_asked_again) {
  fake_t f;
  algo_err_t err;
  fake_start(&f);
  fake_text(&f, "/v2/status", 503, "{\"message\":\"catching up\"}", 2);
  fake_text(&f, "/v2/status", 200, "{\"last-round\":5}", 0);
  ck_assert_int_eq(ask_status(&f, 0, 2, &err), ALGO_OK);
  ck_assert_int_eq(f.asked, 3);
  f.answers[0].times = 3, f.asked = 0;
  ck_assert_int_eq(ask_status(&f, 0, 1, &err), ALGO_E_HTTP);
  ck_assert_int_eq(f.asked, 2);
  fake_stop(&f);
}
END_TEST

START_TEST(late_answers_and_closed_ports) {
  fake_t f;
  algo_err_t err;
  fake_start(&f);
  fake_text(&f, "/v2/status", 200, "{\"last-round\":5}", 0)->delay_ms = 400;
  ck_assert_int_eq(ask_status(&f, 100, 0, &err), ALGO_E_TIMEOUT);
  ck_assert_ptr_nonnull(strstr(err.msg, f.url));
  fake_stop(&f);
  ck_assert_int_eq(ask_status(&f, 100, 0, &err), ALGO_E_NET);
  ck_assert_ptr_nonnull(strstr(err.msg, f.url));
  ck_assert_ptr_nonnull(strstr(err.msg, "ALGOD_URL"));
}
END_TEST

START_TEST(urls_and_tokens_are_checked) {
  algo_algod_t *c = NULL;
  algo_err_t err;
  static const char *const bad[] = {"", "127.0.0.1:4001", "ftp://x", "file:///etc/passwd", "http:/x"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    algo_algod_options_t opt = {.url = bad[i]};
    ck_assert_int_eq(algo_algod_new(&c, &opt, NULL, &err), ALGO_E_USAGE);
  }
  algo_algod_options_t opt = {.url = "http://x", .token = "a\r\nHost: y"};
  ck_assert_int_eq(algo_algod_new(&c, &opt, NULL, &err), ALGO_E_USAGE);
  algo_algod_options_t secret = {.url = "http://me:secret@x:1/path/"};
  SUITE_OK(algo_algod_new(&c, &secret, NULL, suite_err));
  ck_assert_str_eq(algo_algod_server(c), "http://x:1");
  algo_algod_free(c);
  algo_algod_free(NULL);
}
END_TEST

START_TEST(boxes_page_by_page) {
  fake_t f;
  fake_start(&f);
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_algod_t *c = fake_client(&f, NULL, 0, 0);
  const algo_box_t *boxes = NULL;
  size_t n = 0;
  fake_text(&f, "/v2/applications/5/boxes", 200,
            "{\"boxes\":[{\"name\":\"Zzg=\",\"value\":\"AQ==\"}],\"next-token\":\"b64:Zzg=\"}", 1);
  fake_text(&f, "/v2/applications/5/boxes", 200, "{\"boxes\":[{\"name\":\"Zzk=\",\"value\":\"\"},{\"name\":\"Zzc=\"}]}",
            1);
  fake_text(&f, "/v2/applications/5/box", 200, "{\"name\":\"Zzc=\",\"value\":\"BwcH\"}", 0);
  SUITE_OK(algo_algod_boxes(c, 5, ALGO_BYTES_LIT("g"), &boxes, &n, &arena, suite_err));
  ck_assert_uint_eq(n, 3);
  suite_same(boxes[0].name, ALGO_BYTES_LIT("g7"));
  suite_same(boxes[0].value, ALGO_BYTES_LIT("\x07\x07\x07")); /* asked for on its own */
  suite_same(boxes[1].name, ALGO_BYTES_LIT("g8"));
  ck_assert_uint_eq(boxes[2].value.n, 0);
  algo_arena_fini(&arena);
  algo_algod_free(c);
  fake_stop(&f);
}
END_TEST

START_TEST(pages_that_never_end) {
  fake_t f;
  algo_err_t err;
  fake_start(&f);
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_algod_t *c = fake_client(&f, NULL, 0, 0);
  const algo_box_t *boxes = NULL;
  size_t n = 0;
  fake_text(&f, "/v2/applications/5/boxes", 200, "{\"boxes\":[],\"next-token\":\"b64:Zzg=\"}", 0);
  ck_assert_int_eq(algo_algod_boxes(c, 5, ALGO_BYTES_LIT("g"), &boxes, &n, &arena, &err), ALGO_E_PARSE);
  algo_arena_fini(&arena);
  algo_algod_free(c);
  fake_stop(&f);
}
END_TEST

SUITE_MAIN("client/algod", answers_become_values, errors_say_what_to_do, busy_nodes_are_asked_again,
           late_answers_and_closed_ports, urls_and_tokens_are_checked, boxes_page_by_page, pages_that_never_end)
