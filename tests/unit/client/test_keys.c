/* Keys from texts, files and the environment; text for terminals; a rental's bill. */
#include <sys/stat.h>
#include <unistd.h>

#include "algo/market.h"
#include "suite.h"

#define WORDS                                                                                                          \
  "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "   \
  "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon invest"
#define ZERO_SEED_ADDRESS "HNVCPPGOW2SC2YVDVDIC37MBPSR5UXBZE4K5ARFSSBJX2ZKCPVPQ"

static void is_zero_seed(const char *text, algo_code_t want) {
  algo_key_t key;
  uint8_t zero[32] = {0};
  algo_code_t r = algo_key_from_text(&key, text, strlen(text), NULL);
  ck_assert_msg(r == want, "%s: %s", text, algo_code_name(r));
  if (r == ALGO_OK) ck_assert_mem_eq(key.seed, zero, 32);
}

START_TEST(texts) {
  is_zero_seed(WORDS, ALGO_OK);
  is_zero_seed("# mine\n\n  " WORDS " \r\n# end\n", ALGO_OK);
  is_zero_seed("0000000000000000000000000000000000000000000000000000000000000000\n", ALGO_OK);
  is_zero_seed("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", ALGO_OK);
  is_zero_seed("", ALGO_E_PARSE);
  is_zero_seed("# nothing\n", ALGO_E_PARSE);
  is_zero_seed("00", ALGO_E_PARSE);
  is_zero_seed("AAAA", ALGO_E_PARSE);
  is_zero_seed("abandon abandon", ALGO_E_PARSE);
}
END_TEST

START_TEST(files) {
  char dir[] = "/tmp/algorent-keys.XXXXXX", path[64];
  algo_key_t key, back;
  algo_err_t err;
  uint8_t zero[32] = {0};
  ck_assert_ptr_nonnull(mkdtemp(dir));
  snprintf(path, sizeof path, "%s/a.key", dir);
  algo_key_from_seed(&key, zero);
  SUITE_OK(algo_key_to_file(&key, path, suite_err));
  ck_assert_int_eq(algo_key_to_file(&key, path, &err), ALGO_E_EXISTS);
  SUITE_OK(algo_key_from_file(&back, path, suite_err));
  ck_assert_mem_eq(&back.addr, &key.addr, 32);
  chmod(path, 0640);
  ck_assert_int_eq(algo_key_from_file(&back, path, &err), ALGO_E_AUTH);
  ck_assert_ptr_nonnull(strstr(err.msg, "chmod 600"));
  unlink(path);
  ck_assert_int_eq(algo_key_from_file(&back, path, &err), ALGO_E_NOT_FOUND);
  ck_assert_int_eq(algo_key_from_file(&back, dir, &err), ALGO_E_IO);
  ck_assert_int_eq(algo_key_to_file(&key, "/nonexistent/x.key", &err), ALGO_E_IO);
  rmdir(dir);
}
END_TEST

START_TEST(environment) {
  algo_key_t key;
  algo_err_t err;
  unsetenv("T_WORDS"), unsetenv("T_FILE");
  ck_assert_int_eq(algo_key_from_env(&key, "T_WORDS", "T_FILE", &err), ALGO_E_NOT_FOUND);
  setenv("T_WORDS", WORDS, 1);
  SUITE_OK(algo_key_from_env(&key, "T_WORDS", "T_FILE", suite_err));
  setenv("T_WORDS", "abandon", 1);
  ck_assert_int_eq(algo_key_from_env(&key, "T_WORDS", "T_FILE", &err), ALGO_E_PARSE);
  ck_assert_ptr_nonnull(strstr(err.msg, "T_WORDS"));
  ck_assert_ptr_null(strstr(err.msg, "abandon")); /* what was in it is a secret */
}
END_TEST

START_TEST(text_for_terminals) {
  static const struct {
    const char *in, *out;
  } cases[] = {
      {"RTX 4090", "RTX 4090"},
      {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
      {"\x1b[31m", "\\x1b[31m"},
      {"a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f"},
      {"\xff\xfe", "\\xff\\xfe"},
      {"\xc0\x80", "\\xc0\\x80"},
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
      {"\xe2\x80\xae", "\\xe2\\x80\\xae"},
      {"\xe2\x80\x8b", "\\xe2\\x80\\x8b"},
      {"\xc2\x9b", "\\xc2\\x9b"},
      {"\xe2\x82", "\\xe2\\x82"},
      {"back\\slash", "back\\\\slash"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    algo_buf_t b = ALGO_BUF_INIT;
    algo_bytes_t in = suite_cut(algo_bytes_str(cases[i].in), strlen(cases[i].in));
    algo_text_printable(&b, in);
    ck_assert_str_eq(algo_buf_cstr(&b), cases[i].out);
    algo_buf_fini(&b);
    free((void *)(uintptr_t)in.p);
  }
  algo_buf_t b = ALGO_BUF_INIT;
  algo_text_printable(&b, algo_bytes("a\0b", 3));
  ck_assert_str_eq(algo_buf_cstr(&b), "a\\x00b");
  algo_buf_fini(&b);
}
END_TEST

START_TEST(bills) {
  static const struct {
    algo_rental_rental_t r;
    uint64_t t, due, fee, refund;
  } cases[] = {
      {{.state = 0, .price_per_minute = 10, .deposit = 600}, 5000, 0, 0, 600},
      {{.state = 1, .price_per_minute = 10, .deposit = 600, .started_at = 1000, .fee_bps = 100}, 1000, 10, 0, 590},
      {{.state = 1, .price_per_minute = 1000, .deposit = 60000, .started_at = 1000, .fee_bps = 250},
       1060,
       1000,
       25,
       59000},
      {{.state = 1, .price_per_minute = 1000, .deposit = 60000, .started_at = 1000}, 1061, 2000, 0, 58000},
      {{.state = 1, .price_per_minute = 1000, .deposit = 60000, .started_at = 1000}, 999999, 60000, 0, 0},
      {{.state = 1, .price_per_minute = 1000, .deposit = 60000, .started_at = 1000, .beat_at = 1100, .beat_s = 20},
       5000,
       2000,
       0,
       58000},
      {{.state = 4, .price_per_minute = 1000, .deposit = 60000, .started_at = 1000, .ended_at = 1120},
       5000,
       2000,
       0,
       58000},
      {{.state = 2, .price_per_minute = 1000, .deposit = 60000, .started_at = 1000}, 5000, 0, 0, 0},
      {{.state = 1, .price_per_minute = UINT64_MAX, .deposit = UINT64_MAX, .started_at = 1, .fee_bps = 2000},
       UINT64_MAX,
       UINT64_MAX,
       3689348814741910323u,
       0},
      {{.state = 1, .price_per_minute = 1, .deposit = UINT64_MAX, .started_at = 1000},
       UINT64_MAX,
       307445734561825844u,
       0,
       18139298339147725771u},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    algo_rental_bill_t b;
    algo_market_bill(&b, &cases[i].r, cases[i].t);
    ck_assert_msg(b.due == cases[i].due && b.fee == cases[i].fee && b.refund == cases[i].refund,
                  "case %zu: %llu %llu %llu", i, (unsigned long long)b.due, (unsigned long long)b.fee,
                  (unsigned long long)b.refund);
  }
}
END_TEST

SUITE_MAIN("client/keys", texts, files, environment, text_for_terminals, bills)
