/* algorent-avm as people use it: real runs of the program, by its output and exit status. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "algo/bytes.h"
#include "suite.h"

static char program[4096], folder[64];
static char output[65536];
static int status;

static const char adder[] = "#pragma version 10\n"
                            "txn ApplicationID\n"
                            "bz create\n"
                            "txna ApplicationArgs 0\n"
                            "btoi\n"
                            "txna ApplicationArgs 1\n"
                            "btoi\n"
                            "callsub add\n"
                            "store 3\n"
                            "byte \"total\"\n"
                            "load 3\n"
                            "app_global_put\n"
                            "load 3\n"
                            "itob\n"
                            "log\n"
                            "load 3\n"
                            "return\n"
                            "create:\n"
                            "int 1\n"
                            "return\n"
                            "add:\n"
                            "proto 2 1\n"
                            "frame_dig -2\n"
                            "frame_dig -1\n"
                            "+\n"
                            "retsub\n";

/* The program stands beside the tests: build/KIND/tests/unit/avm/tool/test_tool. */
static void find_program(void) {
  ssize_t n = readlink("/proc/self/exe", program, sizeof program - 64);
  ck_assert_int_gt(n, 0);
  program[n] = '\0';
  for (int up = 0; up < 5; up++) *strrchr(program, '/') = '\0';
  strcat(program, "/bin/algorent-avm");
}

static void write_text(const char *name, const char *text) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "w");
  ck_assert_ptr_nonnull(f);
  fputs(text, f);
  fclose(f);
}

static const char *read_text(const char *name) {
  static char text[8192];
  char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "r");
  ck_assert_ptr_nonnull(f);
  text[fread(text, 1, sizeof text - 1, f)] = '\0';
  fclose(f);
  return text;
}

/* Runs a shell line in the folder, with $A for the program; stdout and stderr are kept. */
static void run(const char *line) {
  char command[8192];
  snprintf(command, sizeof command, "cd %s && A='%s' && { %s; } 2>&1", folder, program, line);
  FILE *f = popen(command, "r");
  ck_assert_ptr_nonnull(f);
  output[fread(output, 1, sizeof output - 1, f)] = '\0';
  int raw = pclose(f);
  status = WIFEXITED(raw) ? WEXITSTATUS(raw) : -1;
}

static void says(const char *what) { ck_assert_msg(strstr(output, what) != NULL, "no \"%s\" in:\n%s", what, output); }

static void setup(void) {
  find_program();
  strcpy(folder, "/tmp/algorent-avm-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  write_text("adder.teal", adder);
}

static void teardown(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf %s", folder);
  ck_assert_int_eq(system(command), 0);
}

START_TEST(asm_and_disasm_are_each_others_way_back) {
  run("$A asm adder.teal > adder.hex && $A asm adder.teal -o adder.tok --map map.json");
  ck_assert_int_eq(status, 0);
  run("$A disasm adder.tok > back.teal && $A asm back.teal 2>/dev/null | cmp - adder.hex && $A disasm adder.hex | cmp "
      "- "
      "back.teal");
  ck_assert_int_eq(status, 0);
  ck_assert_ptr_nonnull(strstr(read_text("map.json"), "\"mappings\":\";"));
  run("printf 'int x' | $A asm -");
  ck_assert_int_eq(status, 65);
  ck_assert_str_eq(output, "1 error: 1:4: unable to parse \"x\" as integer\n");
}
END_TEST

static const char price[] = "#pragma version 10\n"
                            "txn ApplicationID\n"
                            "bz done\n"
                            "txna ApplicationArgs 0\n"
                            "btoi\n"
                            "callsub double\n"
                            "itob\n"
                            "log\n"
                            "done:\n"
                            "int 1\n"
                            "return\n"
                            "double:\n"
                            "proto 1 1\n"
                            "frame_dig -1\n"
                            "int 2\n"
                            "*\n"
                            "retsub\n";

static const char shop[] = "#pragma version 10\n"
                           "itxn_begin\n"
                           "int appl\n"
                           "itxn_field TypeEnum\n"
                           "int 1001\n"
                           "itxn_field ApplicationID\n"
                           "txna ApplicationArgs 0\n"
                           "itxn_field ApplicationArgs\n"
                           "int 0\n"
                           "itxn_field Fee\n"
                           "itxn_submit\n"
                           "itxn LastLog\n"
                           "btoi\n"
                           "store 1\n"
                           "load 1\n"
                           "int 100\n"
                           "<\n"
                           "return\n";

START_TEST(the_debugger_goes_into_inner_calls_and_over_them) {
  write_text("price.teal", price);
  write_text("shop.teal", shop);
  run("printf 'b double\nc\nbt\nout\nout\ninner\nc\n' | $A debug shop.teal --app price.teal --arg 21 --fee 2000");
  ck_assert_int_eq(status, 0);
  says("breakpoint 1 in price.teal:13");
  says("stack [21]");
  says("#1  price.teal:6: callsub double\n    app 1001, inner of transaction 0\n#2  shop.teal:11: itxn_submit");
  says("  price.teal:7  itob\n"); /* out of the subroutine */
  says("\nshop.teal:12  itxn LastLog\n");
  says("step 9, line 11, 0: appl");
  says("log 0x000000000000002a");
  says("end: approved, cost 17");
  run("printf 'b 11\nc\nn\npr\n' | $A debug shop.teal --app price.teal --arg 21 --fee 2000"); /* over it, and back */
  says("\nshop.teal:12  itxn LastLog\n");
  ck_assert_ptr_null(strstr(output, "price.teal:"));
}
END_TEST

START_TEST(the_debugger_walks_a_group) {
  write_text("price.teal", price);
  write_text("shop.teal", shop);
  run("printf 'b price.teal:pc:18\nc\nc\nbt\nc\n' | "
      "$A debug shop.teal --app price.teal --arg 21 --fee 2000 --then price.teal --arg 7");
  ck_assert_int_eq(status, 0);
  says("breakpoint 1 in price.teal:pc:18");
  says("stack [21]"); /* the inner call, */
  says("stack [7]");  /* and the group's second one */
  says("    app 1001, transaction 1");
  says("end: approved");
  run("$A run shop.teal --app price.teal --arg 60 --fee 2000 --then price.teal --arg 7");
  ck_assert_int_eq(status, 1);
  says("rejected, 17 steps");
}
END_TEST

START_TEST(a_run_shows_each_step) {
  run("$A run adder.teal --arg 5 --arg 7 --trace");
  ck_assert_int_eq(status, 0);
  says("callsub add");
  says("[5, 7, 12]");
  says("scratch 3 = 12");
  says("global \"total\" = 12");
  says("log: 0x000000000000000c");
  says("approved, 21 steps, cost 21");
}
END_TEST

START_TEST(a_failure_has_its_line_and_status) {
  run("$A run adder.teal --arg 5");
  ck_assert_int_eq(status, 1);
  says("invalid ApplicationArgs index 1");
  says("last: adder.teal:6: txna ApplicationArgs 1");
  run("$A run adder.teal --arg 0 --arg 0");
  ck_assert_int_eq(status, 1);
  says("rejected");
  run("$A run adder.teal --create");
  ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(state_and_boxes_can_be_there_beforehand) {
  write_text("state.teal",
             "#pragma version 8\nbyte \"k\"\napp_global_get\nint 5\n==\nbyte \"b\"\nbox_get\nassert\nbyte "
             "\"xyz\"\n==\n&&\ntxn Sender\nbyte \"l\"\napp_local_get\nbyte 0x0102\n==\n&&\n");
  run("$A run state.teal --global k=5 --box b=xyz --local l=hex:0102");
  ck_assert_int_eq(status, 0);
  run("$A run state.teal --global k=6 --box b=xyz --local l=hex:0102");
  ck_assert_int_eq(status, 1);
}
END_TEST

START_TEST(logic_signatures_run_too) {
  write_text("sig.teal", "#pragma version 8\narg 0\nsha256\nlen\nint 32\n==\ntxn Amount\nint 9\n==\n&&\n");
  run("$A run sig.teal --sig --arg hello --pay 9 --json");
  ck_assert_int_eq(status, 0);
  says("\"approved\":true");
  says("\"cost\":43");
  run("$A run sig.teal --sig --arg hello");
  ck_assert_int_eq(status, 1);
}
END_TEST

START_TEST(the_debugger_walks_both_ways) {
  run("printf 'break add\\nc\\nbt\\nstack\\nout\\nback 2\\nwatch 3\\nc\\nscratch\\nreverse\\nunwatch\\nwatch "
      "total\\nc\\nstate\\n"
      "goto 0\\nc\\nlist add\\nc\\nfoo\\nq\\n' | $A debug adder.teal --arg 5 --arg 7");
  ck_assert_int_eq(status, 0);
  says("breakpoint 1 in adder.teal:22");
  says("#1  adder.teal:8: callsub add");
  says("1: 7   <- top");
  says("changed in adder.teal:9:  scratch 3 = 12");
  says("scratch 3: 12");
  says("changed in adder.teal:12:  global \"total\" = 12");
  says("step 15, adder.teal:12:");
  says("*   22  proto 2 1");
  says("no command foo");
}
END_TEST

START_TEST(coverage_and_cost_sum_up_over_runs) {
  run("$A run adder.teal --arg 5 --arg 7 --coverage c.info --profile p.folded");
  ck_assert_int_eq(status, 0);
  says("coverage: ");
  ck_assert_ptr_nonnull(strstr(read_text("p.folded"), "main;add 5\n"));
  ck_assert_ptr_nonnull(strstr(read_text("c.info"), "DA:19,0\n"));
  run("$A run adder.teal --create --coverage c.info");
  const char *info = read_text("c.info");
  ck_assert_ptr_nonnull(strstr(info, "SF:adder.teal\n"));
  ck_assert_ptr_nonnull(strstr(info, "DA:2,2\n"));
  ck_assert_ptr_nonnull(strstr(info, "DA:19,1\n"));
  ck_assert_ptr_nonnull(strstr(info, "BRDA:3,0,0,1\nBRDA:3,0,1,1\n"));
  ck_assert_ptr_nonnull(strstr(info, "FN:22,add\nFNDA:1,add\nFNF:1\nFNH:1\n"));
  write_text("one.teal", "#pragma version 8\nint 1\n"); /* another source keeps its place in the file */
  run("$A run one.teal --coverage c.info");
  run("$A run adder.teal --arg 5 --arg 7 --coverage c.info");
  info = read_text("c.info");
  ck_assert_ptr_nonnull(strstr(info, "SF:one.teal\nBRF:0\nBRH:0\nDA:2,1\nLF:1\nLH:1\nend_of_record\n"));
  ck_assert_ptr_nonnull(strstr(info, "DA:2,3\n"));
}
END_TEST

START_TEST(cases_say_which_hold) {
  write_text("cases", "# adding\n--arg 5 --arg 7\n--arg 1 --expect \"index 1\"\n--arg 0 --arg 0 --expect reject\n");
  run("$A cases adder.teal cases --coverage c.info");
  ck_assert_int_eq(status, 0);
  says("ok 3 - ");
  says("1..3");
  write_text("cases", "--arg 5 --arg 7 --expect reject\n");
  run("$A cases adder.teal cases");
  ck_assert_int_eq(status, 1);
  says("not ok 1 - ");
}
END_TEST

START_TEST(check_finds_dead_code_and_bounds_the_cost) {
  write_text("dead.teal", "#pragma version 8\ncallsub f\nint 1\nreturn\nint 2\npop\nf:\nerr\n");
  run("$A check dead.teal");
  ck_assert_int_eq(status, 1);
  says("dead.teal:3: nothing leads here, up to line 6");
  says("cost at most 2");
  run("$A check dead.teal --json");
  ck_assert_int_eq(status, 1);
  says("\"max-cost\":2,\"unreachable\":[3,4,5,6],\"warnings\":[]}");
  run("$A check adder.teal");
  ck_assert_int_eq(status, 0);
  says("cost at most 21");
  write_text("loop.teal", "#pragma version 8\nint 9\nl:\nint 1\n-\ndup\nbnz l\nint 1\nreturn\n");
  run("$A check loop.teal");
  ck_assert_int_eq(status, 0);
  says("loop.teal:7: the cost has no bound");
  write_text("dear.teal", "#pragma version 13\nbyte 0x\nsha512\nlen\nec_map_to BN254g1\n");
  run("printf '#pragma version 13\\nbyte 0x\\nsha512\\nec_map_to BN254g1\\nlen\\n' | $A check -");
  says("cost at most 903");
}
END_TEST

START_TEST(misuse_is_told_apart) {
  run("$A");
  ck_assert_int_eq(status, 2);
  run("$A run adder.teal --nonsense 1");
  ck_assert_int_eq(status, 2);
  run("$A run no-such-file");
  ck_assert_int_eq(status, 66);
  run("$A --version");
  ck_assert_int_eq(status, 0);
  run("printf '\\010\\377' | $A disasm -");
  ck_assert_int_eq(status, 65);
  says("illegal opcode 0xff");
}
END_TEST

int main(void) {
  TCase *t = tcase_create("runs");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 60);
  tcase_add_test(t, asm_and_disasm_are_each_others_way_back);
  tcase_add_test(t, a_run_shows_each_step);
  tcase_add_test(t, a_failure_has_its_line_and_status);
  tcase_add_test(t, state_and_boxes_can_be_there_beforehand);
  tcase_add_test(t, logic_signatures_run_too);
  tcase_add_test(t, the_debugger_walks_both_ways);
  tcase_add_test(t, the_debugger_goes_into_inner_calls_and_over_them);
  tcase_add_test(t, the_debugger_walks_a_group);
  tcase_add_test(t, coverage_and_cost_sum_up_over_runs);
  tcase_add_test(t, cases_say_which_hold);
  tcase_add_test(t, check_finds_dead_code_and_bounds_the_cost);
  tcase_add_test(t, misuse_is_told_apart);
  return suite_case("algorent-avm", t);
}
