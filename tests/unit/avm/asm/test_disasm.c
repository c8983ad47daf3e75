/* The disassembler from outside: text, labels, messages on damage, single instructions. */
#include <stdlib.h>

#include "algo/asm.h"
#include "algo/text.h"
#include "suite.h"

static algo_buf_t program, text;

static algo_code_t disassemble(const char *hex, algo_err_t *err) {
  algo_buf_fini(&program);
  algo_buf_fini(&text);
  ck_assert_int_eq(algo_hex_decode(&program, hex, strlen(hex), NULL), ALGO_OK);
  algo_err_init(err);
  return algo_disasm(&text, algo_buf_view(&program), err);
}

static void gives(const char *hex, const char *want) {
  algo_err_t err;
  ck_assert_int_eq(disassemble(hex, &err), ALGO_OK);
  ck_assert_str_eq(algo_buf_cstr(&text), want);
}

static void fails(const char *hex, int64_t pc, const char *message) {
  algo_err_t err;
  ck_assert_int_eq(disassemble(hex, &err), ALGO_E_ASM);
  ck_assert_str_eq(err.msg, message);
  ck_assert_int_eq(err.pc, pc);
}

START_TEST(constants_are_shown_beside_their_loads) {
  gives("08200201022225260201610201022829",
        "#pragma version 8\nintcblock 1 2\nintc_0 // 1\nintc_3\nbytecblock 0x61 0x0102\nbytec_0 // \"a\"\n"
        "bytec_1 // 0x0102\n");
  gives("08800161", "#pragma version 8\npushbytes 0x61 // \"a\"\n");
}
END_TEST

START_TEST(labels_are_numbered_as_they_are_met) {
  gives("08810140000181028103", "#pragma version 8\npushint 1\nbnz label1\npushint 2\npushint 3\n");
  gives("08420005810142fffb", "#pragma version 8\nb label1\nlabel2:\npushint 1\nb label2\nlabel1:\n");
}
END_TEST

START_TEST(what_would_be_salted_says_so) {
  gives("0e8101", "#pragma version 14\n#pragma autosalt false\npushint 1\n");
  gives("0e8101200100", "#pragma version 14\npushint 1\nintcblock 0\n");
}
END_TEST

START_TEST(damage_is_named) {
  fails("08ff", 1, "illegal opcode 0xff");
  fails("0dd4", 1, "prefix opcode 0xd4 missing sub-opcode");
  fails("0dd40a", 1, "prefix opcode 0xd4 with improper sub-opcode 0x0a");
  fails("0831", 1, "program end while reading immediate f for txn");
  fails("0831ff", 1, "invalid immediate f for txn: 255");
  fails("084242", 1, "program end while reading label for b");
  fails("0820ff", 1, "could not decode length of int list at pc=2");
  gives("", "// invalid version\n");
  gives("0f", "// unsupported version 15\n");
}
END_TEST

START_TEST(one_instruction_has_numbers_for_targets) {
  algo_err_t err;
  uint32_t next;
  ck_assert_int_eq(disassemble("08420005810142fffb", &err), ALGO_OK);
  algo_buf_clear(&text);
  ck_assert_int_eq(algo_disasm_one(&text, algo_buf_view(&program), 6, &next, &err), ALGO_OK);
  ck_assert_str_eq(algo_buf_cstr(&text), "b 4");
  ck_assert_uint_eq(next, 9);
  ck_assert_int_eq(algo_disasm_one(&text, algo_buf_view(&program), 9, &next, &err), ALGO_E_RANGE);
}
END_TEST

START_TEST(around_a_pc_stand_the_two_before_it) {
  algo_err_t err;
  ck_assert_int_eq(disassemble("088101810281030808", &err), ALGO_OK);
  algo_buf_clear(&text);
  algo_disasm_around(&text, algo_buf_view(&program), 7);
  ck_assert_str_eq(algo_buf_cstr(&text), "pushint 2; pushint 3; +");
  algo_buf_clear(&text);
  algo_disasm_around(&text, algo_buf_view(&program), 1);
  ck_assert_str_eq(algo_buf_cstr(&text), "pushint 1");
  algo_buf_clear(&text);
  algo_disasm_around(&text, algo_buf_view(&program), 2);
  ck_assert_uint_eq(text.n, 0);
}
END_TEST

START_TEST(the_text_assembles_to_the_same_bytes) {
  static const char *const sources[] = {
      "#pragma version 12\nint 3\nstart:\nint 1\n-\ndup\nbnz start\nint 1\nreturn",
      "#pragma version 13\nint 3\ncallsub twice\nreturn\ntwice: proto 1 1\nframe_dig -1\ndup\n+\nretsub",
      ("#pragma version 14\nbyte \"a\"; byte \"a\"; concat; len; switch l l; l: int 4; pushints 1 2; pushbytess 0x "
       "\"b\""),
      "#pragma version 13\nint 1; byte \"n\"; app_box_get; app_params_get AppVersion; itxn_begin; txna Accounts 1"};
  for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
    algo_arena_t arena = ALGO_ARENA_INIT;
    algo_asm_result_t first, second;
    algo_buf_t out = ALGO_BUF_INIT;
    algo_code_t code = algo_asm_assemble(&first, algo_bytes_str(sources[i]), &arena, NULL);
    if (code != ALGO_OK) ck_assert_str_eq(first.error_text, "");
    ck_assert_int_eq(algo_disasm(&out, first.program, NULL), ALGO_OK);
    ck_assert_int_eq(algo_asm_assemble(&second, algo_buf_view(&out), &arena, NULL), ALGO_OK);
    ck_assert(algo_bytes_eq(first.program, second.program));
    algo_buf_fini(&out);
    algo_arena_fini(&arena);
  }
}
END_TEST

START_TEST(every_cut_of_a_program_is_answered) {
  static const uint8_t whole[] = {0x0d, 0x20, 0x02, 0x01, 0x80, 0x02, 0x26, 0x01, 0x03, 'a',  'b',  'c',
                                  0x80, 0x02, 'x',  'y',  0x8d, 0x01, 0x00, 0x01, 0x42, 0x80, 0x01, 0xd4,
                                  0x07, 0x31, 0x00, 0xe0, 0x03, 0x8a, 0x01, 0x01, 0x83, 0x02, 0x01, 0x02};
  for (size_t n = 0; n <= sizeof whole; n++) {
    uint8_t *cut = malloc(n + 1);
    memcpy(cut, whole, n);
    algo_buf_t out = ALGO_BUF_INIT;
    algo_err_t err;
    algo_err_init(&err);
    algo_code_t code = algo_disasm(&out, algo_bytes(cut, n), &err);
    ck_assert(code == ALGO_OK || (code == ALGO_E_ASM && err.msg[0] != '\0'));
    algo_buf_fini(&out);
    free(cut);
  }
}
END_TEST

SUITE_MAIN("disasm", constants_are_shown_beside_their_loads, labels_are_numbered_as_they_are_met,
           what_would_be_salted_says_so, damage_is_named, one_instruction_has_numbers_for_targets,
           around_a_pc_stand_the_two_before_it, the_text_assembles_to_the_same_bytes,
           every_cut_of_a_program_is_answered)
