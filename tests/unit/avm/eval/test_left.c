/* What a failing opcode leaves on the stack, which is in the attributes of the error: as go-algorand 5.1 answered. */
#include "algo/asm.h"
#include "algo/avm.h"
#include "algo/text.h"
#include "mock_ledger.h"
#include "suite.h"

typedef struct left {
  const char *what, *program, *stack;
} left_t;

static const left_t recorded[] = {
    {"+", "0b80016b810781ffffffffffffffffff0108", "[\"aw==\",7,18446744073709551615]"},
    {"*", "0b80016b810781ffffffffffffffffff010b", "[\"aw==\",7,18446744073709551615]"},
    {"substring", "0b80016b8003616263510201", "[\"aw==\",0]"},
    {"substring3", "0b80016b80036162638100810952", "[\"aw==\",0]"},
    {"substring3 far", "0b80016b8003616263810081ffffffff0f52", "[\"aw==\",\"YWJj\",0,4294967295]"},
    {"extract", "0b80016b8003616263570901", "[\"aw==\",0]"},
    {"extract3", "0b80016b80036162638109810158", "[\"aw==\",0]"},
    {"extract_uint16", "0b80016b8003616263810959", "[\"aw==\",\"YWJj\",9]"},
    {"b/", "0b80016b8001058000a2", "[\"aw==\",\"\"]"},
    {"b%", "0b80016b8001058000aa", "[\"aw==\",\"\"]"},
    {"b-", "0b80016b800105800106a1", "[\"aw==\",\"BQ==\",\"Bg==\"]"},
    {"b<",
     "0b80016b800105804100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "00000000000000000000000000000000000a4",
     "[\"aw==\",\"BQ==\",\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
     "\"]"},
    {"b>",
     "0b80016b800105804100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "00000000000000000000000000000000000a5",
     "[\"aw==\",\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"BQ=="
     "\"]"},
    {"b<=",
     "0b80016b800105804100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "00000000000000000000000000000000000a6",
     "[\"aw==\",\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"BQ=="
     "\"]"},
    {"b>=",
     "0b80016b800105804100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "00000000000000000000000000000000000a7",
     "[\"aw==\",\"BQ==\",\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
     "\"]"},
    {"ec_add", "0b80016b800105800106e000", "[\"aw==\",0]"},
    {"ec_subgroup_check", "0b80016b800105e400", "[\"aw==\",0]"},
    {"ec_map_to", "0b80016b8020ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe500", "[\"aw==\",0]"},
    {"json_ref", "0b80016b80027b7d8001615f01", "[\"aw==\",\"e30=\"]"},
    {"json_ref type", "0b80016b80027b7d8001615f07", "[\"aw==\",\"e30=\"]"},
    {"json_ref no json", "0b80016b80017b8001615f01", "[\"aw==\",\"ew==\"]"},
    {"itxn_field", "0b80016bb18107800161b201", "[\"aw==\",7]"},
    {"itxn_field none", "0b80016b800161b201", "[\"aw==\",\"YQ==\"]"},
};

static algo_bytes_t attributes_of(const char *program, algo_arena_t *arena) {
  algo_buf_t code = ALGO_BUF_INIT;
  algo_stxn_t txn = {.txn = {.type = ALGO_TX_APPL, .app_id = 1127}};
  const algo_stxn_t *views[] = {&txn};
  algo_avm_options_t opt = {.consensus = algo_consensus_future(), .ledger = mock_ledger(), .arena = arena};
  algo_avm_group_t *group;
  algo_err_t err;
  bool pass;
  ck_assert(algo_hex_decode(&code, program, strlen(program), &err) == ALGO_OK);
  const algo_bytes_t bytes = algo_arena_dup(arena, algo_buf_view(&code));
  algo_buf_fini(&code);
  ck_assert(algo_avm_group_new(&group, views, 1, &opt, &err) == ALGO_OK);
  ck_assert_msg(algo_avm_check(group, 0, bytes, ALGO_AVM_APP, NULL, &err) == ALGO_OK, "%s", err.msg);
  ck_assert(algo_avm_eval_app(group, 0, 1127, bytes, &pass, &err) != ALGO_OK);
  return algo_avm_group_failure_attributes(group);
}

START_TEST(a_failure_leaves_what_a_node_leaves) {
  for (size_t i = 0; i < sizeof recorded / sizeof *recorded; i++) {
    algo_arena_t arena = ALGO_ARENA_INIT;
    char want[512], is[2048];
    snprintf(want, sizeof want, "\"eval-states\":[{\"stack\":%s}]", recorded[i].stack);
    const algo_bytes_t got = attributes_of(recorded[i].program, &arena);
    snprintf(is, sizeof is, "%.*s", (int)got.n, (const char *)got.p);
    ck_assert_msg(strstr(is, want) != NULL, "%s: %s, not %s", recorded[i].what, is, want);
    algo_arena_fini(&arena);
  }
}
END_TEST

SUITE_MAIN("left", a_failure_leaves_what_a_node_leaves)
