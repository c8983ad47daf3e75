/* ARC-4: types, layouts of bools and dynamic members, strictness, members by view, methods. */
#include "algo/arc4.h"
#include "algo/text.h"
#include "suite.h"

static algo_arena_t arena;

static const algo_arc4_type_t *type(const char *s) {
  const algo_arc4_type_t *t = NULL;
  SUITE_OK(algo_arc4_parse(&t, s, strlen(s), &arena, suite_err));
  return t;
}

static algo_code_t encode(algo_buf_t *out, const char *t, const char *json) {
  json_object *o = NULL;
  SUITE_OK(algo_json_parse(&o, json, strlen(json), suite_err));
  algo_code_t c = algo_arc4_encode_json(out, type(t), o, NULL);
  json_object_put(o);
  return c;
}

static void both_ways(const char *t, const char *json, const char *hex) {
  algo_buf_t b = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
  ck_assert_msg(encode(&b, t, json) == ALGO_OK, "%s", t);
  algo_hex_encode(&text, algo_buf_view(&b));
  ck_assert_str_eq(algo_buf_cstr(&text), hex);
  SUITE_OK(algo_arc4_check(type(t), algo_buf_view(&b), suite_err));
  algo_buf_clear(&text);
  algo_json_t j = algo_json(&text);
  SUITE_OK(algo_arc4_decode_json(&j, type(t), algo_buf_view(&b), suite_err));
  ck_assert_str_eq(algo_buf_cstr(&text), json);
  for (size_t n = 0; n < b.n; n++) {
    algo_bytes_t cut = suite_cut(algo_buf_view(&b), n);
    algo_buf_clear(&text);
    ck_assert_int_ne(algo_arc4_check(type(t), cut, NULL), ALGO_OK);
    ck_assert_int_ne(algo_arc4_decode_json(&j, type(t), cut, NULL), ALGO_OK);
    free((void *)cut.p);
  }
  algo_buf_putc(&b, 0);
  ck_assert_int_ne(algo_arc4_check(type(t), algo_buf_view(&b), NULL), ALGO_OK);
  algo_buf_fini(&b);
  algo_buf_fini(&text);
}

/* ARC-4's own examples among them. */
START_TEST(values) {
  both_ways("uint64", "18446744073709551615", "ffffffffffffffff");
  both_ways("uint8", "7", "07");
  both_ways("bool", "true", "80");
  both_ways("string", "\"h\xc3\xa9\"", "000368c3a9");
  both_ways("(bool,bool,bool)", "[true,false,true]", "a0");
  both_ways("bool[9]", "[true,false,false,false,false,false,false,false,true]", "8080");
  both_ways("bool[]", "[true,true]", "0002c0");
  both_ways("(uint8,bool,bool,uint8,bool)", "[1,true,false,2,true]", "01800280");
  both_ways("(bool[2],bool)", "[[true,false],true]", "8080");
  both_ways("byte[3]", "[1,2,3]", "010203");
  both_ways("(string,uint8,string)", "[\"a\",5,\"bc\"]",
            "0005050008"
            "000161"
            "00026263");
  both_ways("string[]", "[\"a\",\"\"]",
            "0002"
            "0004"
            "0007"
            "000161"
            "0000");
  both_ways("uint16[2][]", "[[1,2],[3,4]]",
            "0002"
            "00010002"
            "00030004");
  both_ways("ufixed64x2", "314", "000000000000013a");
  both_ways("(uint64[],(string))", "[[1],[\"x\"]]",
            "0004"
            "000e"
            "0001"
            "0000000000000001"
            "0002"
            "000178");
}
END_TEST

START_TEST(empty_values) {
  static const char *const types[] = {"()", "byte[0]", "bool[0]", "()[3]"};
  for (size_t i = 0; i < 4; i++) {
    SUITE_OK(algo_arc4_check(type(types[i]), algo_bytes(NULL, 0), suite_err));
    ck_assert_uint_eq(type(types[i])->size, 0);
  }
  ck_assert(type("string[0]")->dynamic);
  SUITE_OK(algo_arc4_check(type("string[0]"), algo_bytes(NULL, 0), suite_err));
}
END_TEST

START_TEST(numbers_of_512_bits) {
  algo_buf_t b = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&text);
  const char *big = "13407807929942597099574024998205846127479365820592393377723561443721764030073546976801874298166903"
                    "427690031858186486"
                    "050853753882811946569946433649006084095";
  char quoted[200];
  snprintf(quoted, sizeof quoted, "\"%s\"", big);
  ck_assert_int_eq(encode(&b, "uint512", quoted), ALGO_OK);
  for (size_t i = 0; i < 64; i++) ck_assert_uint_eq(b.p[i], 0xff);
  SUITE_OK(algo_arc4_decode_json(&j, type("uint512"), algo_buf_view(&b), suite_err));
  ck_assert_str_eq(algo_buf_cstr(&text), big);
  quoted[strlen(quoted) - 2] = '6';
  ck_assert_int_eq(encode(&b, "uint512", quoted), ALGO_E_RANGE);
  algo_buf_fini(&b);
  algo_buf_fini(&text);
}
END_TEST

START_TEST(values_that_do_not_fit) {
  static const char *const bad[][2] = {{"uint8", "256"},     {"uint8", "-1"},          {"uint8", "1.5"},
                                       {"uint8", "\"\""},    {"uint8", "\"1x\""},      {"bool", "1"},
                                       {"string", "5"},      {"address", "\"AAAA\""},  {"bool[2]", "[true]"},
                                       {"(uint8)", "[1,2]"}, {"(uint8)", "7"},         {"byte[2]", "\"AQ==\""},
                                       {"uint64[]", "{}"},   {"string[]", "[1]"},      {"uint24", "16777216"},
                                       {"byte", "null"},     {"(bool,uint8)", "[1,1]"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    algo_buf_t b = ALGO_BUF_INIT;
    ck_assert_msg(encode(&b, bad[i][0], bad[i][1]) != ALGO_OK, "%s took %s", bad[i][0], bad[i][1]);
    algo_buf_fini(&b);
  }
}
END_TEST

static algo_code_t check(const char *t, const char *hex) {
  algo_buf_t b = ALGO_BUF_INIT;
  SUITE_OK(algo_hex_decode(&b, hex, strlen(hex), suite_err));
  algo_code_t c = algo_arc4_check(type(t), algo_buf_view(&b), NULL);
  algo_buf_fini(&b);
  return c;
}

START_TEST(the_check_is_strict) {
  ck_assert_int_eq(check("bool", "01"), ALGO_E_PARSE);
  ck_assert_int_eq(check("(bool,bool)", "c1"), ALGO_E_PARSE);
  ck_assert_int_eq(check("bool[9]", "80ff"), ALGO_E_PARSE);
  ck_assert_int_eq(check("(string)", "0002000161"), ALGO_OK);
  ck_assert_int_eq(check("(string)", "000300000161"), ALGO_E_PARSE);                /* a gap before */
  ck_assert_int_eq(check("(string,string)", "00040004000161"), ALGO_E_TRUNCATED);   /* one over the other */
  ck_assert_int_eq(check("(string,string)", "00070004000161000162"), ALGO_E_PARSE); /* in the wrong order */
  ck_assert_int_eq(check("(string)", "ffff000161"), ALGO_E_PARSE);
  ck_assert_int_eq(check("string", "000161ff"), ALGO_E_PARSE);
  ck_assert_int_eq(check("uint64[]", "ffff"), ALGO_E_TRUNCATED);
}
END_TEST

START_TEST(types_and_their_spelling) {
  static const char *const bad[] = {
      "",           "uint",    "uint7",     "uint0",    "uint520",    "ufixed8",   "ufixed8x0", "ufixed8x161",
      "ufixed08x1", "bool[",   "bool]",     "bool[-1]", "bool[01]",   "bool[a]",   "(bool",     "bool)",
      "(bool,)",    "(,bool)", "(bool,,b)", "Bool",     " bool",      "bool ",     "account",   "pay",
      "void",       "()()",    "byte[][",   "uint64x2", "string[1]]", "uint8[ 1]", "byte[1",    "((bool)"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    const algo_arc4_type_t *t;
    ck_assert_msg(algo_arc4_parse(&t, bad[i], strlen(bad[i]), &arena, NULL) != ALGO_OK, "%s was taken", bad[i]);
  }
  ck_assert_str_eq(type("(uint64,(bool,byte[32])[],ufixed128x10)[3]")->text,
                   "(uint64,(bool,byte[32])[],ufixed128x10)[3]");
  ck_assert_uint_eq(type("(bool,bool,uint16,bool[12],address)")->size, 1 + 2 + 2 + 32);
  char deep[100];
  memset(deep, '(', sizeof deep);
  const algo_arc4_type_t *t;
  ck_assert_int_eq(algo_arc4_parse(&t, deep, sizeof deep, &arena, NULL), ALGO_E_RANGE);
}
END_TEST

START_TEST(no_value_without_bytes_goes_on_forever) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&text);
  ck_assert_int_eq(algo_arc4_decode_json(&j, type("()[65535][65535]"), algo_bytes(NULL, 0), NULL), ALGO_E_RANGE);
  ck_assert_int_eq(algo_arc4_check(type("()[65535][65535]"), algo_bytes(NULL, 0), NULL), ALGO_OK);
  ck_assert_int_ne(algo_arc4_check(type("byte[4294967296]"), algo_bytes(NULL, 0), NULL), ALGO_OK);
  algo_buf_fini(&text);
}
END_TEST

START_TEST(members_by_view) {
  algo_buf_t b = ALGO_BUF_INIT;
  ck_assert_int_eq(encode(&b, "(uint64,bool,bool,string,uint16[])", "[7,false,true,\"hey\",[1,2]]"), ALGO_OK);
  const algo_arc4_type_t *t = type("(uint64,bool,bool,string,uint16[])");
  algo_bytes_t v, whole = algo_buf_view(&b);
  SUITE_OK(algo_arc4_member(&v, t, whole, 0, suite_err));
  ck_assert_uint_eq(algo_get_be64(v.p), 7);
  SUITE_OK(algo_arc4_member(&v, t, whole, 1, suite_err));
  suite_same(v, algo_bytes("\0", 1));
  SUITE_OK(algo_arc4_member(&v, t, whole, 2, suite_err));
  suite_same(v, ALGO_BYTES_LIT("\x80"));
  SUITE_OK(algo_arc4_member(&v, t, whole, 3, suite_err));
  suite_same(v, algo_bytes("\0\3hey", 5));
  SUITE_OK(algo_arc4_member(&v, t, whole, 4, suite_err));
  algo_bytes_t item;
  SUITE_OK(algo_arc4_member(&item, &t->items[4], v, 1, suite_err));
  suite_same(item, algo_bytes("\0\2", 2));
  ck_assert_int_eq(algo_arc4_member(&item, &t->items[4], v, 2, NULL), ALGO_E_RANGE);
  ck_assert_int_eq(algo_arc4_member(&v, t, whole, 5, NULL), ALGO_E_RANGE);
  ck_assert_int_eq(algo_arc4_member(&v, type("uint64"), whole, 0, NULL), ALGO_E_INVALID);
  for (size_t n = 0; n < 9; n++)
    ck_assert_int_eq(algo_arc4_member(&v, t, algo_bytes(whole.p, n), 3, NULL), ALGO_E_TRUNCATED);
  algo_buf_fini(&b);
}
END_TEST

START_TEST(methods_and_events) {
  algo_arc4_method_t m;
  const char *s = "swap(axfer,account,(uint64,bool)[],string)uint64";
  SUITE_OK(algo_arc4_method_parse(&m, s, strlen(s), &arena, suite_err));
  ck_assert_str_eq(m.name, "swap");
  ck_assert_str_eq(m.signature, s);
  ck_assert_uint_eq(m.n_args, 4);
  ck_assert_int_eq(m.args[0].kind, ALGO_ARC4_TXN);
  ck_assert_int_eq(m.args[1].kind, ALGO_ARC4_REF);
  ck_assert_int_eq(m.returns->kind, ALGO_ARC4_UINT);
  SUITE_OK(algo_arc4_method_parse(&m, "add(uint64,uint64)uint128", 25, &arena, suite_err));
  ck_assert_mem_eq(m.selector, "\x8a\xa3\xb6\x1f", 4); /* ARC-4's example */
  SUITE_OK(algo_arc4_method_parse(&m, "a()void", 7, &arena, suite_err));
  ck_assert_uint_eq(m.n_args, 0);
  ck_assert_int_eq(m.returns->kind, ALGO_ARC4_VOID);
  static const char *const bad[] = {"",          "a",        "()void",         "a(",     "a()",         "a(uint64",
                                    "a(uint64)", "a(,)void", "a(uint64,)void", "a()voi", "a(void)void", "a()pay"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_msg(algo_arc4_method_parse(&m, bad[i], strlen(bad[i]), &arena, NULL) != ALGO_OK, "%s was taken", bad[i]);
  uint8_t selector[4];
  algo_arc4_selector(selector, "Minted()");
  ck_assert_mem_eq(selector, "\x69\xd4\x22\x85", 4);
}
END_TEST

SUITE_MAIN("chain/arc4", values, empty_values, numbers_of_512_bits, values_that_do_not_fit, the_check_is_strict,
           types_and_their_spelling, no_value_without_bytes_goes_on_forever, members_by_view, methods_and_events)
