/* The builder: mistakes in a description are reported with the method's name, levels agree, effects that do not parse
 * are refused. */
#include <stdio.h>

#include "algo/tealgen_build.h"
#include "suite.h"

static algo_arena_t arena;
static algo_err_t err;
static void (*body)(tg_t *b);

static void build_body(tg_t *b) { body(b); }

static const tg_field_t globals[] = {{"count", TG_U64, "how many"}, {"owner", TG_ADDRESS, "whose"}};
static const tg_field_t event_fields[] = {{"count", TG_U64, "how many"}, {"by", TG_ADDRESS, "who"}};
static const char *effects[1] = {"market: count=@count"};
static const tg_event_t events[] = {{"Counted", "It was counted.", TG_ARRAY(event_fields), effects, 1}};
static const tg_field_t args[] = {{"n", TG_U64, "how many"}, {"flag", TG_BOOL, "a flag"}};
static const tg_method_t methods[] = {{"count", "Counts.", TG_ARRAY(args), TG_U64, NULL, 0, build_body}};
static const tg_field_t columns[] = {{"count", TG_U64, "how many"}};
static const tg_table_t tables[] = {{"market", "One.", {NULL, TG_VOID, NULL}, NULL, TG_ARRAY(columns)}};
static const tg_contract_t counter = {.name = "counter",
                                      .doc = "Counts.",
                                      .globals = globals,
                                      .n_globals = 2,
                                      .events = events,
                                      .n_events = 1,
                                      .methods = methods,
                                      .n_methods = 1,
                                      .tables = tables,
                                      .n_tables = 1};

static algo_code_t build(void (*f)(tg_t *b), int level, tg_built_t *out) {
  tg_options_t o = {.avm = 11, .optimise = level};
  body = f;
  return tg_build(out, &counter, &o, &arena, &err);
}

static void good(tg_t *b) {
  tg_x n = tg_checked(b, "n");
  tg_assert(b, tg_le(n, tg_int(b, 10)), "more than ten");
  tg_if(b, tg_checked(b, "flag"));
  tg_put(b, "count", tg_add(tg_get(b, "count"), n));
  tg_else(b);
  tg_put(b, "count", tg_int(b, 0));
  tg_end(b);
  tg_emit(b, "Counted", tg_get(b, "count"), tg_sender(b), NULL);
  tg_answer(b, tg_itob(tg_get(b, "count")));
  tg_approve(b);
}

START_TEST(levels) {
  tg_built_t built[3];
  for (int i = 0; i < 3; i++) ck_assert_msg(!build(good, i, &built[i]), "%s", err.msg);
  ck_assert_uint_le(built[1].approval.code.n, built[0].approval.code.n);
  ck_assert_uint_le(built[2].approval.code.n, built[1].approval.code.n);
  ck_assert(strstr(built[2].approval.teal, "// more than ten") != NULL);
  bool found = false;
  for (size_t i = 0; i < built[2].approval.n_messages; i++)
    found |= strcmp(built[2].approval.messages[i].message, "more than ten") == 0 &&
             built[2].approval.code.p[built[2].approval.messages[i].pc] == 0x44; /* assert */
  ck_assert(found);
}
END_TEST

static void adds_bytes(tg_t *b) { tg_do(b, tg_add(tg_sender(b), tg_int(b, 1))); }
static void no_global(tg_t *b) { tg_put(b, "total", tg_int(b, 1)); }
static void no_argument(tg_t *b) { tg_do(b, tg_arg(b, "m")); }
static void no_event(tg_t *b) { tg_emit(b, "Lost", tg_int(b, 1), NULL); }
static void few_fields(tg_t *b) { tg_emit(b, "Counted", tg_int(b, 1), NULL); }
static void bytes_into_number(tg_t *b) { tg_put(b, "count", tg_sender(b)); }
static void open_if(tg_t *b) { tg_if(b, tg_int(b, 1)); }
static void two_types(tg_t *b) {
  tg_set(b, "x", tg_int(b, 1));
  tg_set(b, "x", tg_sender(b));
}
static void wrong_width(tg_t *b) { tg_emit(b, "Counted", tg_data(b, ALGO_BYTES_LIT("abc")), tg_sender(b), NULL); }

START_TEST(mistakes) {
  static const struct {
    void (*body)(tg_t *b);
    const char *says;
  } cases[] = {
      {adds_bytes, "counter: count: + of bytes and a number"},
      {no_global, "counter: count: no global named total"},
      {no_argument, "counter: count: no argument named m"},
      {no_event, "counter: count: no event named Lost"},
      {few_fields, "counter: count: Counted: 1 fields of 2"},
      {bytes_into_number, "counter: count: global count given bytes"},
      {open_if, "counter: count: an if without its end"},
      {two_types, "counter: count: variable x given another type"},
      {wrong_width, "counter: count: Counted: 3 bytes that do not end with a field"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    tg_built_t out;
    ck_assert_int_eq(build(cases[i].body, 2, &out), ALGO_E_INVALID);
    ck_assert_str_eq(err.msg, cases[i].says);
  }
}
END_TEST

START_TEST(effects_that_do_not_parse) {
  static const char *const bad[] = {"",
                                    "nothing: count=@count",
                                    "market",
                                    "market: ",
                                    "market: total=@count",
                                    "market: count",
                                    "market: count=@total",
                                    "market ? total=1: count=@count",
                                    "market: count=`1",
                                    "market: count=@count and more"};
  algo_buf_t out = ALGO_BUF_INIT;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    effects[0] = bad[i];
    ck_assert_msg(tg_out_tables(&out, &counter, &arena, &err) == ALGO_E_PARSE, "%s", bad[i]);
  }
  effects[0] = "market: count=@count";
  ck_assert_int_eq(tg_out_tables(&out, &counter, &arena, &err), ALGO_OK);
  algo_buf_fini(&out);
}
END_TEST

START_TEST(versions) {
  tg_built_t out;
  tg_options_t o = {.avm = 9, .optimise = 2};
  body = good;
  ck_assert_int_eq(tg_build(&out, &counter, &o, &arena, &err), ALGO_E_RANGE);
}
END_TEST

SUITE_MAIN("teal-gen", levels, mistakes, effects_that_do_not_parse, versions)
