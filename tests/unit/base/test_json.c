/* JSON: a writer whose output is JSON, and a reader that takes nothing else. */
#include "algo/json.h"
#include "suite.h"

START_TEST(the_writer) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&b);
  algo_json_open(&j, '{');
  algo_json_key(&j, "a");
  algo_json_uint(&j, UINT64_MAX);
  algo_json_key(&j, "b");
  algo_json_open(&j, '[');
  algo_json_int(&j, -1);
  algo_json_bool(&j, true);
  algo_json_null(&j);
  algo_json_double(&j, 0.1);
  algo_json_open(&j, '{');
  algo_json_close(&j, '}');
  algo_json_close(&j, ']');
  algo_json_key(&j, "c\"");
  algo_json_str(&j, "<\n\x01\xff\xc3\xa9>");
  algo_json_key(&j, "d");
  algo_json_base64(&j, ALGO_BYTES_LIT("foo"));
  algo_json_key(&j, "e");
  algo_json_hex(&j, ALGO_BYTES_LIT("foo"));
  algo_json_key(&j, "f");
  algo_json_raw(&j, "[1]", 3);
  algo_json_close(&j, '}');
  ck_assert_str_eq(algo_buf_cstr(&b),
                   "{\"a\":18446744073709551615,\"b\":[-1,true,null,0.1,{}],\"c\\\"\":\"<\\n\\u0001\\ufffd\xc3\xa9>\","
                   "\"d\":\"Zm9v\",\"e\":\"666f6f\",\"f\":[1]}");
  algo_buf_fini(&b);
}
END_TEST

START_TEST(as_go_escapes) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&b);
  j.go_escape = true;
  algo_json_str(&j, "<a>&\xe2\x80\xa8\xe2\x80\xa9\x7f");
  ck_assert_str_eq(algo_buf_cstr(&b), "\"\\u003ca\\u003e\\u0026\\u2028\\u2029\x7f\"");
  algo_buf_fini(&b);
}
END_TEST

static json_object *parse(const char *text) {
  json_object *o = NULL;
  SUITE_OK(algo_json_parse(&o, text, strlen(text), suite_err));
  return o;
}

START_TEST(the_reader_is_strict) {
  static const char *const good[] = {"1",
                                     " {} ",
                                     "[1,2]\n",
                                     "null",
                                     "\"x\"",
                                     "18446744073709551615",
                                     "-9223372036854775808",
                                     "\"99999999999999999999\"",
                                     "1e400",
                                     "{\"a\":\"\\u0000\"}",
                                     "{\"\\\\u0000\":1}",
                                     "0.99999999999999999999999"};
  static const char *const bad[] = {"",
                                    " ",
                                    "{",
                                    "[1,]",
                                    "{\"a\":1,}",
                                    "1 2",
                                    "{}x",
                                    "'a'",
                                    "18446744073709551616",
                                    "[1",
                                    "nul",
                                    "\"\xff\"",
                                    "{a:1}",
                                    "tru",
                                    "\"a",
                                    "NaN",
                                    "{\"a\\u0000b\":1}",
                                    "[{\"\\\\\\u0000\" : 1}]"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) json_object_put(parse(good[i]));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    json_object *o = NULL;
    algo_bytes_t cut = suite_cut(algo_bytes_str(bad[i]), strlen(bad[i]));
    ck_assert_msg(algo_json_parse(&o, cut.p, cut.n, NULL) != ALGO_OK, "%s was taken", bad[i]);
    free((void *)cut.p);
  }
  char deep[200];
  memset(deep, '[', sizeof deep);
  json_object *o = NULL;
  ck_assert_int_eq(algo_json_parse(&o, deep, sizeof deep, NULL), ALGO_E_PARSE);
}
END_TEST

/* What is behind the first value is somebody else's. */
START_TEST(the_front) {
  static const struct {
    const char *text;
    size_t used; /* 0: refused */
  } cases[] = {{"{}x", 2}, {" [1] [", 5}, {"{}{\"a\\u0000\":1}", 2}, {"{} 99999999999999999999", 3},
               {"{]", 0},  {"", 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    json_object *o = NULL;
    size_t used = 0;
    algo_code_t rc = algo_json_parse_front(&o, cases[i].text, strlen(cases[i].text), &used, NULL);
    ck_assert_msg((rc == ALGO_OK) == (cases[i].used > 0) && used == cases[i].used, "%s: %zu", cases[i].text, used);
    json_object_put(o);
  }
}
END_TEST

START_TEST(members) {
  json_object *o =
      parse("{\"n\":18446744073709551615,\"neg\":-1,\"s\":\"text\",\"b\":true,\"d\":1.5,\"e\":\"Zm9v\",\"z\":null}");
  uint64_t v = 3;
  bool b = false;
  algo_bytes_t s = {NULL, 0};
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_err_t err;
  algo_err_init(&err);
  SUITE_OK(algo_json_get_u64(o, "n", &v, suite_err));
  ck_assert_uint_eq(v, UINT64_MAX);
  ck_assert_int_eq(algo_json_get_u64(o, "neg", &v, NULL), ALGO_E_PARSE);
  ck_assert_int_eq(algo_json_get_u64(o, "d", &v, NULL), ALGO_E_PARSE);
  ck_assert_int_eq(algo_json_get_u64(o, "none", &v, &err), ALGO_E_PARSE);
  ck_assert_ptr_nonnull(strstr(err.msg, "none"));
  SUITE_OK(algo_json_opt_u64(o, "none", &v, suite_err));
  SUITE_OK(algo_json_opt_u64(o, "z", &v, suite_err));
  ck_assert_uint_eq(v, UINT64_MAX);
  SUITE_OK(algo_json_opt_bool(o, "b", &b, suite_err));
  ck_assert(b);
  SUITE_OK(algo_json_get_str(o, "s", &s, suite_err));
  suite_same(s, ALGO_BYTES_LIT("text"));
  SUITE_OK(algo_json_opt_base64(o, "e", &raw, suite_err));
  suite_same(algo_buf_view(&raw), ALGO_BYTES_LIT("foo"));
  ck_assert_int_eq(algo_json_opt_base64(o, "s", &raw, NULL), ALGO_OK);
  ck_assert_int_eq(algo_json_get_str(o, "n", &s, NULL), ALGO_E_PARSE);
  algo_buf_fini(&raw);
  json_object_put(o);
}
END_TEST

SUITE_MAIN("base/json", the_writer, as_go_escapes, the_reader_is_strict, the_front, members)
