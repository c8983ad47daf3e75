/* The test harness, tested: what it accepts, and that it fails, with the right words, where it has to. */
#include "algo/arc56.h"
#include "algo/testnet.h"
#include "counter.h"
#include "suite.h"

static algo_testnet_t *t;
static uint64_t app;

static void start(const algo_testnet_options_t *opt) {
  algo_err_t err;
  static const algo_schema_t globals = {2, 0};
  ck_assert_msg(algo_testnet_start(&t, opt, &err) == ALGO_OK, "%s", err.msg);
  ck_assert_msg(algo_testnet_deploy_teal(t, "maker", "counter", COUNTER_TEAL, NULL, &globals, NULL, &app), "%s",
                algo_testnet_why(t));
  ck_assert(algo_testnet_fund(t, "counter", 10000000));
}

static void set_up(void) { start(NULL); }
static void tear_down(void) { algo_testnet_stop(t); }

/* The test itself failed, with this in its words; afterwards it goes on. */
static void ck_failed(bool ok, const char *words) {
  ck_assert(!ok);
  ck_assert_msg(strstr(algo_testnet_why(t), words) != NULL, "\"%s\" is not in: %s", words, algo_testnet_why(t));
  algo_testnet_forgive(t);
}

static void ck_fine(bool ok) { ck_assert_msg(ok && *algo_testnet_why(t) == '\0', "%s", algo_testnet_why(t)); }

START_TEST(accounts_are_the_same_in_every_run) {
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, algo_testnet_account(t, "alice"));
  ck_assert_str_eq(text, "LUMAAASZLQYEUSDNLYZR6HXMTOSEJ2272L5D74TBLEQZOTZZV3XTJQQWPA");
  ck_fine(algo_testnet_assert_balance(t, "alice", UINT64_C(1000000000000)));
  ck_fine(algo_testnet_fund(t, "alice", 5000000));
  ck_fine(algo_testnet_pay(t, "alice", "bob", 1000000));
  ck_fine(algo_testnet_assert_balance(t, "alice", 3999000));
  ck_failed(algo_testnet_assert_balance(t, "alice", 1), "alice has 3999000 microAlgos, not 1");
  ck_assert_str_eq(algo_testnet_label(t, algo_testnet_account(t, "bob")), "bob");
}
END_TEST

START_TEST(refusals_name_the_labels) {
  ck_fine(algo_testnet_fund(t, "alice", 200000));
  ck_failed(algo_testnet_pay(t, "alice", "bob", 5000000), "overspend (account alice,");
  algo_testnet_expect_refusal(t, "overspend");
  ck_fine(algo_testnet_pay(t, "alice", "bob", 5000000));
  algo_testnet_expect_refusal(t, "frozen");
  ck_failed(algo_testnet_pay(t, "alice", "bob", 5000000), "not with \"frozen\"");
  algo_testnet_expect_refusal(t, NULL);
  ck_failed(algo_testnet_pay(t, "alice", "bob", 1), "accepted, but should be refused");
  algo_testnet_may_refuse(t);
  ck_fine(algo_testnet_pay(t, "alice", "bob", 5000000));
  ck_assert(!algo_testnet_result(t)->ok);
  ck_assert_ptr_nonnull(strstr(algo_testnet_result(t)->text, "TransactionPool.Remember"));
  ck_failed(algo_testnet_pay(t, "alice", "bob", 5000000), "refused"); /* the allowance was for one group */
}
END_TEST

START_TEST(what_is_expected_has_to_come) {
  uint64_t id;
  ck_fine(algo_testnet_snapshot(t, &id));
  algo_testnet_expect_refusal(t, "frozen");
  ck_failed(algo_testnet_revert(t, id), "a refusal was expected, and no group came: frozen");
  ck_fine(algo_testnet_revert(t, id));
  algo_testnet_expect_failure_at(t, app, 5);
  ck_failed(algo_testnet_revert(t, id), "a refusal was expected, and no group came");
  algo_testnet_may_refuse(t);
  ck_fine(algo_testnet_revert(t, id));
  algo_testnet_expect_refusal(t, "frozen");
  ck_failed(algo_testnet_method(t, "alice", app, "add(uint64)uint64", "[]"), "takes 1 arguments");
  ck_fine(algo_testnet_pay(t, "alice", "bob", 1)); /* that was the group */
}
END_TEST

START_TEST(methods_events_values_and_state) {
  ck_fine(algo_testnet_method(t, "alice", app, "add(uint64)uint64", "[5]"));
  ck_fine(algo_testnet_assert_value(t, "uint64", "5"));
  ck_fine(algo_testnet_assert_event(t, app, "Added(address,uint64)", "[\"alice\", 5]"));
  ck_fine(algo_testnet_assert_event(t, 0, "Added(address,uint64)", "[null, 5]"));
  ck_fine(algo_testnet_assert_event(t, 0, "Added(address,uint64)", NULL));
  ck_failed(algo_testnet_assert_event(t, app, "Added(address,uint64)", "[\"bob\", 5]"),
            "event Added(address,uint64) has [\"alice\",5], not [\"bob\", 5]");
  ck_failed(algo_testnet_assert_event(t, app, "Gone(uint64)", "[5]"), "no event Gone(uint64)");
  ck_fine(algo_testnet_assert_no_event(t, app, "Gone(uint64)"));
  ck_failed(algo_testnet_assert_no_event(t, app, "Added(address,uint64)"), "was logged");
  ck_fine(algo_testnet_assert_global_uint(t, app, "sum", 5));
  ck_failed(algo_testnet_assert_global_uint(t, app, "sum", 6), "global \"sum\" is 5, not 6");
  ck_failed(algo_testnet_assert_global_bytes(t, app, "sum", ALGO_BYTES_LIT("5")), "is 5, not \"5\"");
  ck_failed(algo_testnet_assert_global_uint(t, app, "none", 0), "is not there");
  ck_fine(algo_testnet_method(t, "bob", app, "add(uint64)uint64", "[7]"));
  ck_fine(algo_testnet_assert_value(t, "uint64", "12"));
  ck_failed(algo_testnet_assert_value(t, "uint64", "13"), "the call returned 12, not 13");
}
END_TEST

START_TEST(boxes) {
  ck_fine(algo_testnet_assert_no_box(t, app, ALGO_BYTES_LIT("kept")));
  ck_fine(algo_testnet_method(t, "alice", app, "keep(byte[])void", "[\"aGVsbG8=\"]"));
  ck_fine(algo_testnet_assert_box(t, app, ALGO_BYTES_LIT("kept"), ALGO_BYTES_LIT("hello")));
  ck_failed(algo_testnet_assert_box(t, app, ALGO_BYTES_LIT("kept"), ALGO_BYTES_LIT("hallo")),
            "box \"kept\" is \"hello\", not \"hallo\"");
  ck_failed(algo_testnet_assert_no_box(t, app, ALGO_BYTES_LIT("kept")), "has a box \"kept\"");
}
END_TEST

START_TEST(failures_of_programs) {
  algo_testnet_expect_refusal(t, "assert failed");
  ck_fine(algo_testnet_method(t, "alice", app, "add(uint64)uint64", "[1001]"));
  uint32_t pc = (uint32_t)algo_testnet_result(t)->pc;
  ck_assert_uint_eq(algo_testnet_result(t)->app, app);
  ck_assert_uint_gt(pc, 0);
  algo_testnet_expect_failure_at(t, app, pc);
  ck_fine(algo_testnet_method(t, "alice", app, "add(uint64)uint64", "[2000]"));
  algo_testnet_expect_failure_at(t, app, pc);
  ck_failed(algo_testnet_method(t, "alice", app, "lock()void", NULL),
            "elsewhere, not in counter (application 1001) at pc");
  algo_testnet_expect_failure_at(t, app, pc);
  ck_failed(algo_testnet_method(t, "alice", app, "add(uint64)uint64", "[2]"), "accepted, but should fail");
  ck_fine(algo_testnet_assert_global_uint(t, app, "sum", 2));
}
END_TEST

START_TEST(messages_of_a_spec) {
  algo_testnet_may_refuse(t);
  ck_fine(algo_testnet_method(t, "alice", app, "add(uint64)uint64", "[1001]"));
  const algo_pc_error_t error = {(uint32_t)algo_testnet_result(t)->pc, "at most 1000"};
  const algo_app_spec_t spec = {.name = "counter", .variant = "", .errors = &error, .n_errors = 1};
  ck_fine(algo_testnet_adopt(t, app, "counter", &spec));
  algo_testnet_expect_refusal(t, "at most 1000");
  ck_fine(algo_testnet_method(t, "alice", app, "add(uint64)uint64", "[1001]"));
  algo_testnet_expect_refusal(t, "at most");
  ck_failed(algo_testnet_method(t, "alice", app, "add(uint64)uint64", "[1001]"), "refused with \"at most 1000\"");
  ck_failed(algo_testnet_method(t, "alice", app, "add(uint64)uint64", "[1001]"),
            "refused: at most 1000 in counter (application 1001) at pc ");
}
END_TEST

START_TEST(time_stands_still_until_it_is_moved) {
  ck_assert_int_eq(algo_testnet_now(t), 1767225600);
  uint64_t round = algo_testnet_round(t);
  ck_fine(algo_testnet_pay(t, "alice", "bob", 1));
  ck_assert_int_eq(algo_testnet_now(t), 1767225600);
  ck_assert_uint_eq(algo_testnet_round(t), round + 1);
  ck_fine(algo_testnet_skip(t, 31536000));
  ck_assert_int_eq(algo_testnet_now(t), 1767225600 + 31536000);
  ck_fine(algo_testnet_advance(t, 100));
  ck_assert_uint_eq(algo_testnet_round(t), round + 102);
  ck_failed(algo_testnet_set_time(t, 5), "before the last block's");
  ck_failed(algo_testnet_skip(t, UINT64_MAX), "past the end of time");
}
END_TEST

START_TEST(back_and_again) {
  uint64_t id;
  ck_fine(algo_testnet_snapshot(t, &id));
  for (int i = 0; i < 3; i++) {
    ck_fine(algo_testnet_method(t, "alice", app, "add(uint64)uint64", "[5]"));
    ck_fine(algo_testnet_assert_global_uint(t, app, "sum", 5));
    ck_fine(algo_testnet_revert(t, id));
    ck_fine(algo_testnet_assert_global_uint(t, app, "sum", 0));
  }
  ck_failed(algo_testnet_revert(t, 999), "no snapshot 999");
}
END_TEST

START_TEST(addresses_from_elsewhere_may_send) {
  algo_addr_t odd;
  memset(odd.b, 7, sizeof odd.b);
  ck_fine(algo_testnet_name(t, &odd, "odd"));
  ck_fine(algo_testnet_fund(t, "odd", 1000000));
  ck_fine(algo_testnet_method(t, "odd", app, "add(uint64)uint64", "[5]"));
  ck_fine(algo_testnet_assert_event(t, app, "Added(address,uint64)", "[\"odd\", 5]"));
  ck_fine(algo_testnet_pay(t, "odd", "bob", 100000));
  ck_failed(algo_testnet_name(t, algo_testnet_account(t, "bob"), "odd"), "the label of another");
}
END_TEST

START_TEST(the_sdk_works_on_it) {
  algo_algod_t *c = algo_testnet_algod(t);
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_application_t a;
  algo_account_t v;
  algo_err_t err;
  ck_assert_msg(algo_algod_application(c, app, &a, &arena, &err) == ALGO_OK, "%s", err.msg);
  ck_assert(algo_addr_eq(&a.creator, algo_testnet_account(t, "maker")));
  ck_assert(algo_algod_account(c, algo_testnet_account(t, "zoe"), &v, &arena, &err) == ALGO_OK);
  ck_assert_uint_eq(v.amount, UINT64_C(1000000000000));
  ck_assert(algo_algod_application(c, 99999, &a, &arena, &err) == ALGO_E_NOT_FOUND);
  algo_arena_fini(&arena);
}
END_TEST

START_TEST(real_signatures) {
  algo_testnet_stop(t);
  start(&(algo_testnet_options_t){.signatures = true, .measure = true, .time = 1700000000});
  ck_assert_int_eq(algo_testnet_now(t), 1700000000);
  ck_fine(algo_testnet_pay(t, "alice", "bob", 1));
  ck_fine(algo_testnet_method(t, "alice", app, "add(uint64)uint64", "[5]"));
  ck_assert_uint_gt(algo_testnet_result(t)->budget, 10);
  algo_addr_t odd;
  memset(odd.b, 7, sizeof odd.b);
  ck_fine(algo_testnet_name(t, &odd, "odd"));
  ck_failed(algo_testnet_pay(t, "odd", "bob", 1), "odd has no key");
}
END_TEST

static void note_failure(void *user, const char *text) { snprintf(user, 200, "%s", text); }

START_TEST(the_end_is_too_late) {
  char told[200] = "";
  algo_testnet_t *other = NULL;
  algo_err_t err;
  ck_assert(algo_testnet_start(&other, &(algo_testnet_options_t){.fail = note_failure, .user = told}, &err) == ALGO_OK);
  algo_testnet_expect_refusal(other, "frozen");
  algo_testnet_stop(other);
  ck_assert_str_eq(told, "a refusal was expected, and no group came: frozen");
}
END_TEST

START_TEST(whoever_asked_is_told) {
  char told[200] = "";
  algo_testnet_stop(t);
  start(&(algo_testnet_options_t){.fail = note_failure, .user = told});
  ck_assert(!algo_testnet_assert(t, false, "%s is late", "bob"));
  ck_assert_str_eq(told, "bob is late");
  ck_assert(algo_testnet_assert(t, true, "not said"));
  ck_assert_str_eq(told, "bob is late");
}
END_TEST

START_TEST(protocols) {
  algo_testnet_t *other = NULL;
  algo_err_t err;
  ck_assert(algo_testnet_start(&other, &(algo_testnet_options_t){.protocol = "v99"}, &err) == ALGO_E_UNSUPPORTED);
  ck_assert(algo_testnet_start(&other, &(algo_testnet_options_t){.protocol = ALGO_TESTNET_RELEASED}, &err) == ALGO_OK);
  ck_assert(algo_testnet_pay(other, "a", "b", 1));
  algo_testnet_stop(other);
}
END_TEST

int main(void) {
  TCase *c = tcase_create("testnet");
  tcase_add_checked_fixture(c, set_up, tear_down);
  tcase_add_test(c, accounts_are_the_same_in_every_run);
  tcase_add_test(c, refusals_name_the_labels);
  tcase_add_test(c, what_is_expected_has_to_come);
  tcase_add_test(c, the_end_is_too_late);
  tcase_add_test(c, methods_events_values_and_state);
  tcase_add_test(c, boxes);
  tcase_add_test(c, failures_of_programs);
  tcase_add_test(c, messages_of_a_spec);
  tcase_add_test(c, time_stands_still_until_it_is_moved);
  tcase_add_test(c, back_and_again);
  tcase_add_test(c, addresses_from_elsewhere_may_send);
  tcase_add_test(c, the_sdk_works_on_it);
  tcase_add_test(c, real_signatures);
  tcase_add_test(c, whoever_asked_is_told);
  tcase_add_test(c, protocols);
  return suite_case("testnet", c);
}
