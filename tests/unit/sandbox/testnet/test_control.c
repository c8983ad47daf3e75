/* A sandbox's control from C: algo/sandbox.h over the routes, asked without a network. */
#include "algo/sandbox.h"
#include "algo/testnet.h"
#include "counter.h"
#include "suite.h"

static algo_testnet_t *t;
static algo_algod_t *c;
static uint64_t app;

static void set_up(void) {
  algo_err_t err;
  static const algo_schema_t globals = {2, 0}, locals = {0, 1};
  ck_assert_msg(algo_testnet_start(&t, NULL, &err) == ALGO_OK, "%s", err.msg);
  c = algo_testnet_algod(t);
  ck_assert(algo_testnet_deploy_teal(t, "maker", "counter", COUNTER_TEAL, NULL, &globals, &locals, &app));
}
static void tear_down(void) { algo_testnet_stop(t); }

START_TEST(state) {
  const algo_teal_value_t seven = {.is_uint = true, .uint = 7};
  const algo_bytes_t value = ALGO_BYTES_LIT("hello");
  algo_err_t err;
  SUITE_OK(algo_sandbox_set_balance(c, algo_testnet_account(t, "alice"), 123456789, suite_err));
  ck_assert(algo_testnet_assert_balance(t, "alice", 123456789));
  SUITE_OK(algo_sandbox_set_global(c, app, ALGO_BYTES_LIT("sum"), &seven, suite_err));
  ck_assert(algo_testnet_assert_global_uint(t, app, "sum", 7));
  SUITE_OK(algo_sandbox_set_box(c, app, ALGO_BYTES_LIT("b\0x"), &value, suite_err));
  ck_assert(algo_testnet_assert_box(t, app, ALGO_BYTES_LIT("b\0x"), value));
  SUITE_OK(algo_sandbox_set_box(c, app, ALGO_BYTES_LIT("b\0x"), NULL, suite_err));
  ck_assert(algo_testnet_assert_no_box(t, app, ALGO_BYTES_LIT("b\0x")));
  ck_assert(algo_sandbox_set_global(c, 99999, ALGO_BYTES_LIT("sum"), &seven, &err) == ALGO_E_NOT_FOUND);
  static const uint8_t zeros[32769];
  const algo_bytes_t most = {zeros, 32768}, more = {zeros, 32769};
  SUITE_OK(algo_sandbox_set_box(c, app, ALGO_BYTES_LIT("b"), &most, suite_err));
  ck_assert(algo_sandbox_set_box(c, app, ALGO_BYTES_LIT("b"), &more, &err) == ALGO_E_INVALID);
  ck_assert_ptr_nonnull(strstr(err.msg, "at most 32768 bytes"));
  ck_assert(algo_sandbox_set_local(c, algo_testnet_account(t, "alice"), app, ALGO_BYTES_LIT("k"), &seven, &err) ==
            ALGO_E_NOT_FOUND);
  ck_assert_ptr_nonnull(strstr(err.msg, "not opted in"));
  const uint8_t no[] = {10, 0x81, 0}; /* #pragma version 10; pushint 0 */
  SUITE_OK(algo_sandbox_set_program(c, app, algo_bytes(no, sizeof no), (algo_bytes_t){NULL, 0}, suite_err));
  algo_testnet_expect_refusal(t, "rejected by ApprovalProgram");
  ck_assert(algo_testnet_method(t, "alice", app, "lock()void", NULL));
}
END_TEST

START_TEST(whole) {
  uint64_t id;
  algo_buf_t dump = ALGO_BUF_INIT;
  SUITE_OK(algo_sandbox_snapshot(c, &id, suite_err));
  ck_assert(algo_testnet_method(t, "alice", app, "add(uint64)uint64", "[5]"));
  SUITE_OK(algo_sandbox_dump(c, &dump, suite_err));
  SUITE_OK(algo_sandbox_revert(c, id, suite_err));
  ck_assert(algo_testnet_assert_global_uint(t, app, "sum", 0));
  ck_assert(algo_sandbox_revert(c, 777, NULL) == ALGO_E_NOT_FOUND);
  SUITE_OK(algo_sandbox_load(c, algo_buf_view(&dump), suite_err));
  ck_assert(algo_testnet_assert_global_uint(t, app, "sum", 5));
  ck_assert(algo_sandbox_load(c, ALGO_BYTES_LIT("nonsense"), NULL) == ALGO_E_INVALID);
  SUITE_OK(algo_sandbox_reset(c, suite_err));
  ck_assert_uint_eq(algo_testnet_round(t), 0);
  algo_buf_fini(&dump);
}
END_TEST

START_TEST(time_and_blocks) {
  algo_sandbox_mining_t mode;
  uint32_t ms = 9;
  uint64_t round = algo_testnet_round(t);
  SUITE_OK(algo_sandbox_set_time(c, 1900000000, suite_err));
  SUITE_OK(algo_sandbox_advance(c, 3, suite_err));
  ck_assert_uint_eq(algo_testnet_round(t), round + 3);
  ck_assert_int_eq(algo_testnet_now(t), 1900000000);
  ck_assert(algo_sandbox_set_time(c, 5, NULL) == ALGO_E_INVALID);
  SUITE_OK(algo_algod_set_offset(c, 100, suite_err));
  SUITE_OK(algo_sandbox_advance(c, 1, suite_err));
  ck_assert_int_eq(algo_testnet_now(t), 1900000100);
  SUITE_OK(algo_sandbox_clock(c, suite_err));
  SUITE_OK(algo_sandbox_mining(c, &mode, &ms, suite_err));
  ck_assert(mode == ALGO_SANDBOX_DEV && ms == 0);
  SUITE_OK(algo_sandbox_set_mining(c, ALGO_SANDBOX_INTERVAL, 5, suite_err));
  SUITE_OK(algo_sandbox_mining(c, &mode, &ms, suite_err));
  ck_assert(mode == ALGO_SANDBOX_INTERVAL && ms == 5);
  ck_assert(algo_sandbox_set_mining(c, ALGO_SANDBOX_INTERVAL, 0, NULL) == ALGO_E_INVALID);
  SUITE_OK(algo_sandbox_set_mining(c, ALGO_SANDBOX_MANUAL, 0, suite_err));
  ck_assert(algo_sandbox_set_mining(c, (algo_sandbox_mining_t)9, 0, NULL) == ALGO_E_INVALID);
}
END_TEST

START_TEST(anybody) {
  algo_buf_t group = ALGO_BUF_INIT;
  char first[53];
  algo_stxn_t s = {.txn = {.type = ALGO_TX_PAY, .fee = 1000, .last_valid = 500, .amount = 5}};
  algo_params_t params;
  algo_arena_t arena = ALGO_ARENA_INIT;
  SUITE_OK(algo_algod_params(c, &params, &arena, suite_err));
  s.txn.sender = *algo_testnet_account(t, "alice");
  s.txn.receiver = *algo_testnet_account(t, "bob");
  s.txn.genesis_hash = params.genesis_hash;
  algo_stxn_encode(&group, &s);
  SUITE_OK(algo_sandbox_impersonate(c, false, suite_err));
  ck_assert(algo_algod_submit(c, algo_buf_view(&group), first, NULL) != ALGO_OK);
  SUITE_OK(algo_sandbox_send_unsigned(c, algo_buf_view(&group), first, suite_err));
  ck_assert(algo_testnet_assert_balance(t, "bob", UINT64_C(1000000000005)));
  algo_arena_fini(&arena);
  algo_buf_fini(&group);
}
END_TEST

START_TEST(coverage) {
  algo_sandbox_coverage_t cover;
  algo_arena_t arena = ALGO_ARENA_INIT;
  SUITE_OK(algo_sandbox_set_coverage(c, true, suite_err));
  uint64_t other, most = 0;
  ck_assert(algo_testnet_deploy_teal(t, "maker", NULL, COUNTER_TEAL, NULL, &(algo_schema_t){2, 0}, NULL, &other));
  ck_assert(algo_testnet_method(t, "alice", other, "add(uint64)uint64", "[5]"));
  SUITE_OK(algo_sandbox_coverage(c, &cover, &arena, suite_err));
  ck_assert_uint_eq(cover.n_programs, 1);
  const algo_sandbox_program_t *p = &cover.programs[0];
  ck_assert_uint_eq(p->app, other);
  ck_assert_uint_eq(p->runs, 2);
  size_t run = 0;
  for (size_t i = 0; i < p->n_lines; i++) run += p->lines[i].hits > 0;
  ck_assert(run > 20 && run < p->n_lines);
  for (size_t i = 0; i < cover.n_opcodes; i++)
    if (strcmp(cover.opcodes[i].name, "btoi") == 0) most = cover.opcodes[i].count;
  ck_assert_uint_eq(most, 1);
  algo_arena_fini(&arena);
}
END_TEST

START_TEST(another_chain) {
  algo_buf_t block = ALGO_BUF_INIT;
  algo_err_t err;
  SUITE_OK(algo_sandbox_seed(c, "7", suite_err));
  ck_assert_uint_eq(algo_testnet_round(t), 0);
  SUITE_OK(algo_sandbox_advance(c, 2, suite_err));
  ck_assert_int_eq(algo_testnet_now(t), 1767225601);
  ck_assert(algo_sandbox_fork(c, "http://127.0.0.1:9", NULL, 0, &err) == ALGO_E_HTTP);
  ck_assert_ptr_nonnull(strstr(err.msg, "cannot reach http://127.0.0.1:9"));
  ck_assert_uint_eq(algo_testnet_round(t), 2);
  ck_assert(algo_sandbox_replay(c, "/nonexistent", &err) != ALGO_OK);
  SUITE_OK(algo_sandbox_replay(c, "tests/vectors/data/blocks", suite_err));
  uint64_t last = algo_testnet_round(t);
  ck_assert_uint_gt(last, 13);
  SUITE_OK(algo_algod_block(c, last, &block, suite_err));
  uint64_t id;
  ck_assert(algo_sandbox_snapshot(c, &id, NULL) != ALGO_OK); /* it is read-only */
  algo_buf_fini(&block);
}
END_TEST

int main(void) {
  TCase *s = tcase_create("control");
  tcase_add_checked_fixture(s, set_up, tear_down);
  tcase_add_test(s, state);
  tcase_add_test(s, whole);
  tcase_add_test(s, time_and_blocks);
  tcase_add_test(s, anybody);
  tcase_add_test(s, coverage);
  tcase_add_test(s, another_chain);
  return suite_case("sandbox control", s);
}
