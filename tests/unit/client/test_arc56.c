/* Applications by their ARC-56 descriptions: the rental contract's own, and small ones made here. */
#include "algo/arc56.h"

#include "fake.h"
#include "py_vectors.h"

#define RENTAL "contracts/rental/generated/algo.arc56.json"

static void parse(algo_arc56_t *a, algo_arena_t *arena, const char *json) {
  SUITE_OK(algo_arc56_parse(a, json, strlen(json), arena, suite_err));
}

/* What a call comes to: one unsigned transaction after the other. */
static algo_code_t compose(algo_buf_t *out, const algo_arc56_t *a, const char *method, const char *args, bool sign,
                           algo_err_t *err) {
  fake_t f;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_key_t key;
  algo_signer_t *signer = NULL;
  algo_composer_t *c = NULL;
  json_object *list = NULL;
  const algo_arc56_method_t *m = NULL;
  uint8_t seed[32];
  for (int i = 0; i < 32; i++) seed[i] = (uint8_t)i;
  fake_start(&f);
  fake_text(&f, "/v2/transactions/params", 200, FAKE_PARAMS, 0);
  algo_algod_t *algod = fake_client(&f, NULL, 0, 0);
  algo_key_from_seed(&key, seed);
  algo_composer_options_t opt = {.no_simulate = true};
  SUITE_OK(algo_signer_from_key(&signer, &key, NULL, suite_err));
  SUITE_OK(algo_composer_new(&c, algod, &opt, suite_err));
  SUITE_OK(algo_json_parse(&list, args, strlen(args), suite_err));
  algo_code_t code = algo_arc56_find(&m, a, method, err);
  if (code == ALGO_OK) code = algo_arc56_call(c, a, m, 1234, list, NULL, signer, NULL, &arena, err);
  if (code == ALGO_OK) code = algo_composer_build(c, err);
  if (code == ALGO_OK && sign) code = algo_composer_sign(c, err);
  if (code == ALGO_OK && sign) code = algo_composer_encode(c, out, err);
  if (code == ALGO_OK && !sign) algo_txn_encode(out, algo_composer_txn(c, 0));
  json_object_put(list);
  algo_composer_free(c);
  algo_signer_free(signer);
  algo_algod_free(algod);
  algo_arena_fini(&arena);
  fake_stop(&f);
  return code;
}

static void same(const algo_arc56_t *a, const char *method, const char *args, bool sign, const char *hex) {
  algo_buf_t b = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
  SUITE_OK(compose(&b, a, method, args, sign, suite_err));
  algo_hex_encode(&text, algo_buf_view(&b));
  ck_assert_str_eq(algo_buf_cstr(&text), hex);
  algo_buf_fini(&b);
  algo_buf_fini(&text);
}

START_TEST(rental_is_read) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_arc56_t a;
  const algo_arc56_method_t *m = NULL;
  algo_bytes_t json = suite_file(RENTAL);
  SUITE_OK(algo_arc56_parse(&a, json.p, json.n, &arena, suite_err));
  ck_assert_str_eq(a.name, "rental");
  ck_assert_uint_gt(a.spec.approval.n, 1000);
  ck_assert_uint_gt(a.spec.n_errors, 30);
  for (size_t i = 1; i < a.spec.n_errors; i++) ck_assert_uint_lt(a.spec.errors[i - 1].pc, a.spec.errors[i].pc);
  SUITE_OK(algo_arc56_find(&m, &a, "gpu", suite_err));
  ck_assert(m->readonly);
  ck_assert_ptr_nonnull(m->returns);
  ck_assert_str_eq(m->returns->fields[0].name, "owner");
  SUITE_OK(algo_arc56_find(&m, &a, "create", suite_err));
  ck_assert_uint_eq(m->create, 1);
  ck_assert_int_eq(algo_arc56_find(&m, &a, "nothing", NULL), ALGO_E_NOT_FOUND);
  same(&a, "rent", "[{\"amount\":80900},{\"amount\":3000000},5,60,\"q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\"]",
       true, PY_SIGNED);
  free((void *)(uintptr_t)json.p);
  algo_arena_fini(&arena);
}
END_TEST

START_TEST(every_cut_is_refused) {
  algo_bytes_t json = suite_file(RENTAL);
  for (size_t n = 0; n + 1 < json.n; n += 1 + n / 64) {
    algo_arena_t arena = ALGO_ARENA_INIT;
    algo_arc56_t a;
    algo_bytes_t cut = suite_cut(json, n);
    ck_assert_int_ne(algo_arc56_parse(&a, cut.p, n, &arena, NULL), ALGO_OK);
    free((void *)(uintptr_t)cut.p);
    algo_arena_fini(&arena);
  }
  free((void *)(uintptr_t)json.p);
}
END_TEST

START_TEST(many_arguments_and_references) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_arc56_t a;
  char json[4096] = "{\"name\":\"x\",\"methods\":[{\"name\":\"many\",\"args\":[";
  for (int i = 0; i < 14; i++) strcat(json, "{\"type\":\"uint64\"},");
  strcat(json, "{\"type\":\"string\"},{\"type\":\"uint8\"},{\"type\":\"string\"},{\"type\":\"byte[]\"}]},"
               "{\"name\":\"refs\",\"args\":[{\"type\":\"account\"},{\"type\":\"asset\"},{\"type\":\"application\"},{"
               "\"type\":\"account\"},"
               "{\"type\":\"(uint64,bool)\",\"struct\":\"S\"}]}],"
               "\"structs\":{\"S\":[{\"name\":\"n\",\"type\":\"uint64\"},{\"name\":\"b\",\"type\":\"bool\"}]}}");
  parse(&a, &arena, json);
  same(&a, "many", "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,\"first\",7,\"second\",\"AQI=\"]", false, PY_MANY);
  same(&a, "refs", "[\"" PY_OTHER "\",77,88,\"" PY_THIRD "\",{\"b\":true,\"n\":5}]", false, PY_REFS);
  same(&a, "refs", "[\"" PY_OTHER "\",77,88,\"" PY_THIRD "\",[5,true]]", false, PY_REFS);
  algo_arena_fini(&arena);
}
END_TEST

START_TEST(arguments_that_do_not_fit) {
  static const struct {
    const char *args;
    algo_code_t code;
    const char *msg;
  } cases[] = {
      {"[1]", ALGO_E_USAGE, "takes 2 arguments"},
      {"[256,{\"n\":1,\"b\":true}]", ALGO_E_RANGE, "'small'"},
      {"[\"x\",{\"n\":1,\"b\":true}]", ALGO_E_PARSE, "'small'"},
      {"[1,{\"n\":1}]", ALGO_E_PARSE, "wants 'b'"},
      {"[1,[1]]", ALGO_E_PARSE, "'s'"},
  };
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_arc56_t a;
  parse(&a, &arena,
        "{\"name\":\"x\",\"methods\":[{\"name\":\"f\",\"args\":[{\"type\":\"uint8\",\"name\":\"small\"},{\"type\":\"("
        "uint64,bool)\","
        "\"name\":\"s\",\"struct\":\"S\"}]}],\"structs\":{\"S\":[{\"name\":\"n\",\"type\":\"uint64\"},{\"name\":\"b\","
        "\"type\":\"bool\"}]}}");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    algo_buf_t b = ALGO_BUF_INIT;
    algo_err_t err;
    algo_err_init(&err);
    algo_code_t code = compose(&b, &a, "f", cases[i].args, false, &err);
    ck_assert_msg(code != ALGO_OK && strstr(err.msg, cases[i].msg) != NULL, "case %zu: %s: %s", i, algo_code_name(code),
                  err.msg);
    algo_buf_fini(&b);
  }
  algo_arena_fini(&arena);
}
END_TEST

START_TEST(descriptions_that_do_not_fit) {
  static const char *const bad[] = {
      "{}",
      "[]",
      "{\"methods\":1}",
      "{\"methods\":[1]}",
      "{\"methods\":[{\"name\":\"f\",\"args\":[{}]}]}",
      "{\"methods\":[{\"name\":\"f\",\"args\":[{\"type\":\"uint7\"}]}]}",
      "{\"methods\":[{\"name\":\"f\",\"args\":[{\"type\":\"(uint64)\",\"struct\":\"S\"}]}]}",
      "{\"methods\":[{\"name\":\"f\",\"args\":[{\"type\":\"(uint64)\",\"struct\":\"S\"}]}],\"structs\":{\"S\":[{"
      "\"name\":\"a\",\"type\":\"S\"}]}}",
      "{\"methods\":[{\"name\":\"f\",\"args\":[{\"type\":\"uint64\",\"struct\":\"S\"}]}],\"structs\":{\"S\":[{\"name\":"
      "\"a\",\"type\":\"bool\"}]}}",
      "{\"methods\":[],\"byteCode\":{\"approval\":\"!\"}}",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    algo_arena_t arena = ALGO_ARENA_INIT;
    algo_arc56_t a;
    ck_assert_msg(algo_arc56_parse(&a, bad[i], strlen(bad[i]), &arena, NULL) != ALGO_OK, "%s", bad[i]);
    algo_arena_fini(&arena);
  }
}
END_TEST

START_TEST(results_and_events) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_arc56_t a;
  algo_buf_t b = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&b);
  bool known = false;
  static const uint8_t value[] = {0, 0, 0, 0, 0, 0, 0, 5, 0x80};
  parse(&a, &arena,
        "{\"name\":\"x\",\"methods\":[{\"name\":\"f\",\"args\":[],\"returns\":{\"type\":\"(uint64,bool)\",\"struct\":"
        "\"S\"}}],"
        "\"events\":[{\"name\":\"E\",\"args\":[{\"name\":\"s\",\"type\":\"(uint64,bool)\",\"struct\":\"S\"}]}],"
        "\"structs\":{\"S\":[{\"name\":\"n\",\"type\":\"uint64\"},{\"name\":\"b\",\"type\":\"bool\"}]}}");
  SUITE_OK(algo_arc56_result(&j, &a.methods[0], algo_bytes(value, 9), suite_err));
  ck_assert_str_eq(algo_buf_cstr(&b), "{\"n\":5,\"b\":true}");
  ck_assert_int_ne(algo_arc56_result(&j, &a.methods[0], algo_bytes(value, 8), NULL), ALGO_OK);
  uint8_t log[13];
  algo_arc4_selector(log, "E((uint64,bool))");
  memcpy(log + 4, value, 9);
  algo_buf_clear(&b);
  j = algo_json(&b);
  SUITE_OK(algo_arc56_log(&j, &a, algo_bytes(log, 13), &known, suite_err));
  ck_assert(known);
  ck_assert_str_eq(algo_buf_cstr(&b), "{\"event\":\"E\",\"args\":{\"s\":{\"n\":5,\"b\":true}}}");
  SUITE_OK(algo_arc56_log(&j, &a, algo_bytes(log, 12), &known, suite_err));
  ck_assert(!known);
  algo_buf_fini(&b);
  algo_arena_fini(&arena);
}
END_TEST

/* pcs that count from behind the constants: version 10, intcblock 1 2, bytecblock 0xab, then the code. */
START_TEST(errors_behind_constants) {
  static const uint8_t program[] = {10, 0x20, 2, 1, 0x80, 1, 0x26, 1, 1, 0xab, 0x22, 0x44};
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_arc56_t a;
  parse(&a, &arena,
        "{\"name\":\"x\",\"methods\":[],\"sourceInfo\":{\"approval\":{\"pcOffsetMethod\":\"cblocks\",\"sourceInfo\":"
        "[{\"pc\":[1],\"errorMessage\":\"no\"}]}}}");
  ck_assert(a.errors_after_constants);
  algo_arc56_shift_errors(&a, algo_bytes(program, sizeof program), &arena);
  ck_assert_str_eq(algo_app_error_at(&a.spec, 11), "no");
  for (size_t n = 0; n < sizeof program; n++) { /* cut programs */
    algo_bytes_t cut = suite_cut(algo_bytes(program, sizeof program), n);
    a.errors_after_constants = true;
    algo_arc56_shift_errors(&a, cut, &arena);
    free((void *)(uintptr_t)cut.p);
  }
  algo_arena_fini(&arena);
}
END_TEST

SUITE_MAIN("client/arc56", rental_is_read, every_cut_is_refused, many_arguments_and_references,
           arguments_that_do_not_fit, descriptions_that_do_not_fit, results_and_events, errors_behind_constants)
