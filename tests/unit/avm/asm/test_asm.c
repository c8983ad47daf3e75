/* The assembler from outside: bytes, positions, messages. Wider evidence is in `make vectors`. */
#include <stdio.h>
#include <stdlib.h>

#include "algo/asm.h"
#include "algo/text.h"
#include "suite.h"

static algo_arena_t arena;
static algo_buf_t text;

static void reset(void) {
  algo_arena_fini(&arena);
  algo_buf_fini(&text);
}

static algo_asm_result_t assemble_bytes(const char *source, size_t n) {
  algo_asm_result_t r;
  reset();
  algo_err_t err;
  algo_err_init(&err);
  algo_code_t code = algo_asm_assemble(&r, algo_bytes(source, n), &arena, &err);
  ck_assert_int_eq(code == ALGO_OK, r.error_len == 0);
  ck_assert_int_eq(code, err.code);
  return r;
}
static algo_asm_result_t assemble(const char *source) { return assemble_bytes(source, strlen(source)); }

static void gives(const char *source, const char *hex) {
  algo_asm_result_t r = assemble(source);
  ck_assert_str_eq(r.error_text, "");
  algo_hex_encode(&text, r.program);
  ck_assert_str_eq(algo_buf_cstr(&text), hex);
}

static void fails(const char *source, const char *error) {
  ck_assert_str_eq(assemble(source).error_text, error);
  ck_assert_uint_eq(assemble(source).program.n, 0);
}

START_TEST(no_pragma_means_version_one) {
  gives("int 1", "0120010122");
  gives("// nothing at all\n", "ffffffffffffffffff01");
  ck_assert_uint_eq(assemble("// nothing").version, ALGO_ASM_NO_VERSION);
  gives("#pragma version 014\nint 1", "0c8101");
}
END_TEST

START_TEST(constants_are_sorted_by_use_from_version_four) {
  gives("#pragma version 3\nint 7; int 9; int 9; pop; pop", "03200207092223234848");
  gives("#pragma version 4\nint 7; int 9; int 9; pop; pop", "04200109810722224848");
  gives("#pragma version 5\nbyte \"a\"; byte 0x61; concat", "0526010161282850");
}
END_TEST

START_TEST(literals_in_every_spelling) {
  const char *same[] = {"0x6869", "\"hi\"", "\"\\x68i\"", "base64(aGk=)", "b64 aGk=", "base32(NBUQ)", "b32 NBUQ===="};
  for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
    char source[128];
    snprintf(source, sizeof source, "#pragma version 8\npushbytes %s", same[i]);
    gives(source, "0880026869");
  }
  gives("#pragma version 8\nint 0x10; int 0b11; int 0o17; int 1_000", "0881108103810f81e807");
  fails("#pragma version 8\nbyte b64 a", "1 error: 2:9: byte illegal base64 data at input byte 0\n");
  fails("#pragma version 8\nbyte 0x1g", "1 error: 2:5: byte encoding/hex: invalid byte: U+0067 'g'\n");
  fails("#pragma version 8\nbyte \"\\q\"", "1 error: 2:5: byte invalid escape sequence \\q\n");
}
END_TEST

START_TEST(branches_in_both_encodings) {
  gives("#pragma version 8\nb end\nint 1\nend:", "084200028101");
  gives("#pragma version 13\n#pragma autosalt false\nint 1\nstart: int 1; bnz start", "0d20010122224001");
  fails("#pragma version 13\nhere: b here", "1 error: 2:8: branch to start of same instruction: \"here\" \n");
  fails("#pragma version 3\nl: int 1\nb l", "1 error: 3:2: label \"l\" is a back reference, back jump support was "
                                            "introduced in v4\n");
  fails("#pragma version 8\nb a; b a; b c", "2:2: reference to undefined label \"a\"\n2:12: reference to undefined "
                                            "label \"c\"\n");
}
END_TEST

START_TEST(logic_signatures_are_salted_off_the_curve) {
  gives("#pragma version 14\nint 1", "0e8101200100");
  gives("#pragma version 14\n#pragma autosalt false\nint 1", "0e8101");
  gives("#pragma version 14\nint 1\npop\nbyte \"k\"\napp_global_get", "0e81014880016b64");
}
END_TEST

START_TEST(types_are_followed) {
  fails("#pragma version 8\nint 1\nbyte \"ab\"\n+", "1 error: 4: + arg 1 wanted type uint64 got [2]byte\n");
  fails("#pragma version 8\npop", "1 error: 2: pop expects 1 stack arguments but stack height is 0\n");
  gives("#pragma version 8\n#pragma typetrack false\npop", "0848");
  gives("#pragma version 8\nb l\npop\nl:", "0842000148");
  fails("#pragma version 8\nint 1\nbury 0", "1 error: 3: bury 0 always fails\n");
  fails("#pragma version 8\nglobal ZeroAddress\nint 0\nswap\n+",
        "1 error: 5: + arg 1 wanted type uint64 got address\n");
}
END_TEST

START_TEST(macros_expand_and_may_not_circle) {
  gives("#pragma version 8\n#define two 2\n#define push2 int two ;\npush2 push2 +", "08200102222208");
  fails("#pragma version 8\n#define x y\n#define y x\nint 1",
        "1 error: 3:8: macro expansion cycle discovered: y -> x -> y\n");
  fails("#define int 3", "1 error: 1:8: Macro names cannot be pseudo-ops: int\n");
}
END_TEST

START_TEST(several_errors_come_without_a_count) {
  fails("#pragma version 8\nfoo\nbar", "2: unknown opcode: foo\n3: unknown opcode: bar\n");
  algo_buf_t source = ALGO_BUF_INIT;
  algo_buf_puts(&source, "#pragma version 8\n");
  for (int i = 0; i < 20; i++) algo_buf_puts(&source, "foo\n");
  algo_asm_result_t r = assemble_bytes((const char *)source.p, source.n);
  algo_buf_fini(&source);
  size_t lines = 0;
  for (const char *s = r.error_text; *s != '\0'; s++) lines += *s == '\n';
  ck_assert_uint_eq(lines, 10);
  ck_assert_uint_eq(r.n_diagnostics, 20);
}
END_TEST

START_TEST(an_error_has_its_place) {
  algo_asm_result_t r;
  algo_err_t err;
  algo_err_init(&err);
  reset();
  ck_assert_int_eq(algo_asm_assemble(&r, ALGO_BYTES_LIT("#pragma version 8\n  int x"), &arena, &err), ALGO_E_ASM);
  ck_assert_uint_eq(err.line, 2);
  ck_assert_uint_eq(err.column, 6);
  ck_assert_str_eq(err.msg, "unable to parse \"x\" as integer");
}
END_TEST

START_TEST(the_source_map_has_a_group_a_byte) {
  algo_asm_result_t r = assemble("#pragma version 8\nint 1\n  int 300\n+");
  ck_assert_uint_eq(r.n_locations, 3);
  ck_assert_uint_eq(r.locations[1].pc, 3);
  ck_assert_uint_eq(r.locations[1].line, 2);
  ck_assert_uint_eq(r.locations[1].column, 2);
  algo_asm_mappings(&text, &r);
  ck_assert_str_eq(algo_buf_cstr(&text), ";AACA;;AACE;;;AACF");
}
END_TEST

START_TEST(long_lines_and_odd_bytes_do_no_harm) {
  algo_buf_t source = ALGO_BUF_INIT;
  algo_buf_puts(&source, "#pragma version 8\nint 1\n");
  for (int i = 0; i < 70000; i++) algo_buf_putc(&source, 'x');
  algo_asm_result_t r = assemble_bytes((const char *)source.p, source.n);
  ck_assert_str_eq(r.error_text, "1 error: 2: line too long\n");
  algo_buf_fini(&source);
  r = assemble_bytes("#pragma version 8\ntxn Sender\0\0\0", 31);
  ck_assert_uint_eq(r.n_diagnostics, 1);
  fails("#pragma version 8\n\xff", "1 error: 2: unknown opcode: \xff\n");
  fails("#pragma version 8\nint \xff", "1 error: 2:4: unable to parse \"\\xff\" as integer\n");
  fails("", "1 error: 0: Cannot assemble empty program text\n");
}
END_TEST

START_TEST(macros_that_grow_without_end_are_stopped) {
  algo_buf_t source = ALGO_BUF_INIT;
  algo_buf_puts(&source, "#pragma version 8\n#define m0 int 1 ;\n");
  for (int i = 1; i < 60; i++) algo_buf_printf(&source, "#define m%d m%d m%d\n", i, i - 1, i - 1);
  algo_buf_puts(&source, "m59\n");
  reset();
  arena.limit = (size_t)64 << 20;
  algo_asm_result_t r;
  ck_assert_int_ne(algo_asm_assemble(&r, algo_buf_view(&source), &arena, NULL), ALGO_OK);
  algo_buf_fini(&source);
}
END_TEST

START_TEST(every_cut_of_a_program_is_answered) {
  static const char source[] =
      "#pragma version 13\n#define n 3\nint n\nstore 0\nloop: load 0\nbz end\nload 0; int 1; -\n"
      "store 0\nmethod \"f(uint64,(bool,byte[3])[])void\"\nbyte b64(QUI=)\nconcat; pop\n"
      "b loop\nend: callsub s\nreturn\ns: proto 0 1\naddr "
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ\nlen\nswitch loop end\n";
  for (size_t n = 0; n <= sizeof source - 1; n++) {
    char *cut = malloc(n + 1);
    memcpy(cut, source, n);
    (void)assemble_bytes(cut, n);
    free(cut);
  }
}
END_TEST

SUITE_MAIN("asm", no_pragma_means_version_one, constants_are_sorted_by_use_from_version_four,
           literals_in_every_spelling, branches_in_both_encodings, logic_signatures_are_salted_off_the_curve,
           types_are_followed, macros_expand_and_may_not_circle, several_errors_come_without_a_count,
           an_error_has_its_place, the_source_map_has_a_group_a_byte, long_lines_and_odd_bytes_do_no_harm,
           macros_that_grow_without_end_are_stopped, every_cut_of_a_program_is_answered)
