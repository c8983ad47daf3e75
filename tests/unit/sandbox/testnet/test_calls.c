/* What a test says of calls: all events in order, places of failures, traces, costs, descriptions, assets. */
#include <sys/stat.h>
#include <unistd.h>

#include "algo/file.h"
#include "algo/walk.h"
#include "counter.h"
#include "suite.h"

static const char relay_teal[] =
    "#pragma version 12\n"
    "txn ApplicationID\nbnz main\nint 1\nreturn\n"
    "main:\n"
    "method \"relay(application,uint64)uint64\"\n"
    "txna ApplicationArgs 0\nmatch relay\n"
    "err // no such method here\n"
    "relay:\n"
    "txna ApplicationArgs 2\nbtoi\nint 7\n!=\n"
    "  assert  // seven is not relayed\n"
    "txna ApplicationArgs 2\nbtoi\nint 8\n!=\n"
    "assert\n"
    "method \"Began(uint64)\"\ntxna ApplicationArgs 2\nconcat\nlog\n"
    "itxn_begin\nint appl\nitxn_field TypeEnum\n"
    "txna ApplicationArgs 1\nbtoi\ntxnas Applications\nitxn_field ApplicationID\n"
    "method \"add(uint64)uint64\"\nitxn_field ApplicationArgs\ntxna ApplicationArgs 2\nitxn_field ApplicationArgs\n"
    "int 0\nitxn_field Fee\nitxn_submit\n"
    "method \"Ended(address,uint64)\"\ntxn Sender\nconcat\ntxna ApplicationArgs 2\nconcat\nlog\n"
    "byte 0x151f7c75\ntxna ApplicationArgs 2\nconcat\nlog\nint 1\n";
enum { SEVEN_LINE = 16, EIGHT_LINE = 21 };

static algo_testnet_t *t;
static uint64_t counter, relay;

static void ck_fine(bool ok) { ck_assert_msg(ok && *algo_testnet_why(t) == '\0', "%s", algo_testnet_why(t)); }
static void ck_failed(bool ok, const char *words) {
  ck_assert(!ok);
  ck_assert_msg(strstr(algo_testnet_why(t), words) != NULL, "\"%s\" is not in: %s", words, algo_testnet_why(t));
  algo_testnet_forgive(t);
}

static void set_up(void) {
  algo_err_t err;
  static const algo_schema_t globals = {2, 0};
  ck_assert_msg(algo_testnet_start(&t, &(algo_testnet_options_t){.measure = true}, &err) == ALGO_OK, "%s", err.msg);
  ck_fine(algo_testnet_deploy_teal(t, "maker", "counter", COUNTER_TEAL, NULL, &globals, NULL, &counter));
  ck_fine(algo_testnet_deploy_teal(t, "maker", "relay", relay_teal, NULL, NULL, NULL, &relay));
}
static void tear_down(void) { algo_testnet_stop(t); }

static bool relays(uint64_t n) {
  char args[64];
  snprintf(args, sizeof args, "[%llu, %llu]", (unsigned long long)counter, (unsigned long long)n);
  return algo_testnet_method(t, "alice", relay, "relay(application,uint64)uint64", args);
}

/* ---- events ---- */

START_TEST(all_events_in_order) {
  ck_fine(relays(5));
  const algo_testnet_event_t own[] = {{"Began(uint64)", "[5]"}, {"Ended(address,uint64)", "[\"alice\", null]"}};
  const algo_testnet_event_t turned[] = {own[1], own[0]};
  const algo_testnet_event_t all[] = {{"Added(address,uint64)", "[\"relay\", \"5\"]"}, own[0], own[1]};
  const algo_testnet_event_t others[] = {own[0], {"Ended(address,uint64)", "[\"bob\", 5]"}};
  ck_fine(algo_testnet_assert_events(t, relay, own, 2));
  ck_fine(algo_testnet_assert_events(t, counter, all, 1));
  ck_fine(algo_testnet_assert_events(t, 0, all, 3));
  ck_failed(algo_testnet_assert_events(t, relay, turned, 2),
            "event 1 should be Ended(address,uint64) [\"alice\", null]; logged: Began(5), Ended(alice, 5)");
  ck_failed(algo_testnet_assert_events(t, relay, own, 1), "event 2 should not be there; logged: Began(5), Ended");
  ck_failed(algo_testnet_assert_events(t, relay, others, 2), "event 2 should be Ended(address,uint64) [\"bob\", 5]");
  ck_failed(algo_testnet_assert_events(t, counter, own, 0), "event 1 should not be there; logged: Added(relay, 5)");
  ck_failed(algo_testnet_assert_events(t, counter, all, 2), "event 2 should be Began(uint64) [5]; logged: Added");
  ck_failed(algo_testnet_assert_events(t, relay, &(algo_testnet_event_t){"Began", NULL}, 1), "not the signature");
  ck_fine(algo_testnet_pay(t, "alice", "bob", 5));
  ck_fine(algo_testnet_assert_events(t, 0, NULL, 0));
  ck_failed(algo_testnet_assert_events(t, 0, own, 1), "event 1 should be Began(uint64) [5]; logged: nothing");
}
END_TEST

/* ---- refusals ---- */

START_TEST(comments_are_messages) {
  algo_testnet_expect_refusal(t, "seven is not relayed");
  ck_fine(relays(7));
  ck_assert_uint_eq(algo_testnet_result(t)->line, SEVEN_LINE);
  algo_testnet_expect_refusal(t, "seven is not");
  ck_failed(relays(7), "refused with \"seven is not relayed\", not with \"seven is not\"");
  algo_testnet_expect_refusal(t, "no such method here");
  ck_fine(algo_testnet_method(t, "alice", relay, "other()void", NULL));
  algo_testnet_expect_refusal(t, "assert failed");
  ck_fine(relays(8));
  ck_failed(relays(7), "refused: seven is not relayed in relay (application 1002) at pc");
  ck_failed(relays(7), "line 16 `assert  // seven is not relayed`: alice calls relay.relay(1, 7)");
}
END_TEST

START_TEST(failures_at_lines) {
  algo_testnet_expect_failure_at_line(t, relay, SEVEN_LINE);
  ck_fine(relays(7));
  algo_testnet_expect_failure_at_line(t, 0, EIGHT_LINE);
  ck_fine(relays(8));
  algo_testnet_expect_failure_at_line(t, relay, SEVEN_LINE);
  ck_failed(relays(8), "failed elsewhere, not in relay (application 1002) at line 16: ");
  algo_testnet_expect_failure_at_line(t, counter, SEVEN_LINE);
  ck_failed(relays(7), "failed elsewhere, not in counter (application 1001)");
  algo_testnet_expect_failure_at_line(t, relay, SEVEN_LINE);
  ck_failed(relays(9), "accepted, but should fail at line 16");
  algo_testnet_expect_failure_at_line(t, relay, SEVEN_LINE);
  ck_failed(algo_testnet_pay(t, "alice", "bob", UINT64_MAX), "failed elsewhere");
}
END_TEST

START_TEST(traces) {
  algo_buf_t b = ALGO_BUF_INIT;
  ck_fine(relays(5));
  algo_testnet_trace(t, &b);
  ck_assert_str_eq(algo_buf_cstr(&b), "alice calls relay.relay(1, 5), fee 2000\n"
                                      "  relay calls counter.add(5)\n"
                                      "    logs Added(relay, 5)\n"
                                      "    returns 5\n"
                                      "  logs Began(5)\n"
                                      "  logs Ended(alice, 5)\n"
                                      "  returns 5\n");
  algo_buf_clear(&b);
  algo_testnet_may_refuse(t);
  ck_fine(relays(7));
  algo_testnet_trace(t, &b);
  ck_assert_str_eq(algo_buf_cstr(&b), "alice calls relay.relay(1, 7)\n  refused: seven is not relayed\n");
  algo_buf_fini(&b);
}
END_TEST

/* No more than the minimum balance and the fees. */
START_TEST(the_last_fee_is_enough) {
  ck_fine(algo_testnet_fund(t, "alice", 100000 + 2000));
  ck_fine(relays(5)); /* pays for an inner call */
  ck_fine(algo_testnet_assert_balance(t, "alice", 100000));
  ck_fine(algo_testnet_fund(t, "alice", 100000 + 1000));
  algo_testnet_expect_refusal(t, "account alice balance 9");
  ck_fine(relays(5));
  ck_fine(algo_testnet_method(t, "alice", counter, "add(uint64)uint64", "[5]"));
  ck_fine(algo_testnet_assert_balance(t, "alice", 100000));
  algo_testnet_expect_refusal(t, "below min 100000");
  ck_fine(algo_testnet_method(t, "alice", counter, "add(uint64)uint64", "[5]"));
}
END_TEST

START_TEST(the_same_group_twice) {
  const algo_addr_t *a = algo_testnet_account(t, "alice"), *b = algo_testnet_account(t, "bob");
  algo_txn_t txns[2] = {{.type = ALGO_TX_PAY, .sender = *a, .receiver = *b, .amount = 5},
                        {.type = ALGO_TX_PAY, .sender = *b, .receiver = *a, .amount = 6}};
  for (int i = 0; i < 5; i++) {
    ck_fine(algo_testnet_send(t, txns, 2));
    ck_assert_uint_eq(txns[0].note.n, 0); /* what was filled in is not the caller's */
    ck_fine(relays(5));
  }
  ck_fine(algo_testnet_assert_balance(t, "bob", UINT64_C(1000000000000) - 5 - 5 * 1000));
}
END_TEST

/* ---- costs ---- */

static const algo_testnet_cost_t *cost(const char *contract, const char *method) {
  size_t n;
  const algo_testnet_cost_t *c = algo_testnet_costs(t, &n);
  for (size_t i = 0; i < n; i++)
    if (strcmp(c[i].contract, contract) == 0 && strcmp(c[i].method, method) == 0) return &c[i];
  return NULL;
}

START_TEST(methods_have_costs) {
  uint64_t id;
  ck_fine(algo_testnet_snapshot(t, &id));
  ck_fine(algo_testnet_method(t, "alice", counter, "add(uint64)uint64", "[5]"));
  uint64_t add = algo_testnet_result(t)->budget;
  ck_fine(algo_testnet_method(t, "bob", counter, "add(uint64)uint64", "[5]"));
  ck_fine(algo_testnet_revert(t, id));
  ck_fine(relays(5));
  algo_testnet_may_refuse(t);
  ck_fine(relays(7));
  const algo_testnet_cost_t *c = cost("counter", "add(uint64)uint64");
  ck_assert_ptr_nonnull(c);
  ck_assert_uint_eq(c->calls, 2);
  ck_assert_uint_eq(c->sum, 2 * add);
  ck_assert(add > 20 && c->least == add && c->most == add);
  ck_assert_uint_eq(c->fees, 1000);
  c = cost("relay", "relay(application,uint64)uint64");
  ck_assert_uint_eq(c->calls, 1);
  ck_assert_uint_gt(c->most, add + 20); /* inner calls too */
  ck_assert_uint_eq(c->fees, 2000);
  ck_assert_uint_eq(cost("relay", "(bare)")->calls, 1);
  algo_buf_t b = ALGO_BUF_INIT;
  algo_testnet_report(t, &b);
  ck_assert_ptr_nonnull(strstr(algo_buf_cstr(&b), "contract  method"));
  ck_assert_ptr_nonnull(strstr(algo_buf_cstr(&b), "relay     relay(application,uint64)uint64        1  "));
  algo_buf_fini(&b);
}
END_TEST

static void replaced(const char *path, const char *from, const char *to) {
  algo_buf_t old = ALGO_BUF_INIT, new = ALGO_BUF_INIT;
  SUITE_OK(algo_file_read(&old, path, 1000, suite_err));
  char *at = strstr(algo_buf_cstr(&old), from);
  ck_assert_ptr_nonnull(at);
  algo_buf_put(&new, old.p, (size_t)(at - (char *)old.p));
  algo_buf_puts(&new, to);
  algo_buf_puts(&new, at + strlen(from));
  SUITE_OK(algo_file_write(path, algo_buf_view(&new), suite_err));
  algo_buf_fini(&old);
  algo_buf_fini(&new);
}

START_TEST(costs_do_not_grow) {
  char path[64], add[64];
  snprintf(path, sizeof path, "/tmp/algorent-costs-%d", (int)getpid());
  ck_failed(algo_testnet_assert_costs(t, path, false), path); /* it is not there */
  ck_fine(algo_testnet_method(t, "alice", counter, "add(uint64)uint64", "[5]"));
  unsigned long long most = algo_testnet_result(t)->budget;
  ck_fine(algo_testnet_assert_costs(t, path, true));
  ck_fine(algo_testnet_assert_costs(t, path, false));
  snprintf(add, sizeof add, "counter add(uint64)uint64 %llu\n", most);
  replaced(path, add, "counter add(uint64)uint64 9999\n"); /* cheaper is well */
  ck_fine(algo_testnet_assert_costs(t, path, false));
  replaced(path, "add(uint64)uint64 9999", "add(uint64)uint64 1");
  ck_failed(algo_testnet_assert_costs(t, path, false), "counter add(uint64)uint64 uses ");
  replaced(path, "counter add(uint64)uint64 1\n", "");
  ck_failed(algo_testnet_assert_costs(t, path, false), "counter add(uint64)uint64 is not in it");
  ck_fine(algo_testnet_assert_costs(t, path, true));
  replaced(path, "counter (bare)", "counter gone()void 5\ncounter (bare)");
  ck_failed(algo_testnet_assert_costs(t, path, false), "counter gone()void was not called");
  replaced(path, "counter gone()void 5", "counter gone");
  ck_failed(algo_testnet_assert_costs(t, path, false), "\"counter gone\" is no line of it");
  unlink(path);
}
END_TEST

/* ---- descriptions ---- */

static const char described[] =
    "{\"name\":\"Points\",\"structs\":{\"Gift\":[{\"name\":\"to\",\"type\":\"address\"},{\"name\":\"n\",\"type\":"
    "\"uint64\"}]},\"methods\":["
    "{\"name\":\"make\",\"args\":[],\"returns\":{\"type\":\"void\"},\"actions\":{\"create\":[\"NoOp\"],\"call\":[]}},"
    "{\"name\":\"give\",\"args\":[{\"name\":\"gift\",\"type\":\"(address,uint64)\",\"struct\":\"Gift\"}],\"returns\":{"
    "\"type\":\"uint64\"},\"actions\":{\"create\":[],\"call\":[\"NoOp\"]}}],"
    "\"events\":[{\"name\":\"Given\",\"args\":[{\"name\":\"to\",\"type\":\"address\"},{\"name\":\"n\",\"type\":"
    "\"uint64\"}]}],\"state\":{\"schema\":{\"global\":{\"ints\":0,\"bytes\":0},\"local\":{\"ints\":0,\"bytes\":0}}},"
    "\"networks\":{},\"bareActions\":{\"create\":[],\"call\":[]},\"arcs\":[4,56]}";
static const char points_teal[] =
    "#pragma version 10\n"
    "method \"make()void\"\nmethod \"give((address,uint64))uint64\"\ntxna ApplicationArgs 0\nmatch make give\nerr\n"
    "make:\nint 1\nreturn\n"
    "give:\nmethod \"Given(address,uint64)\"\ntxna ApplicationArgs 1\nconcat\nlog\n"
    "byte 0x151f7c75\ntxna ApplicationArgs 1\nextract 32 8\nconcat\nlog\nint 1\n";

START_TEST(by_description) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_arc56_t d;
  algo_compiled_t approval, clear;
  uint64_t app;
  SUITE_OK(algo_arc56_parse(&d, described, sizeof described - 1, &arena, suite_err));
  ck_failed(algo_testnet_deploy_arc56(t, "maker", "points", &d, NULL, NULL, &app), "no programs");
  SUITE_OK(algo_algod_compile(algo_testnet_algod(t), points_teal, &approval, &arena, suite_err));
  SUITE_OK(algo_algod_compile(algo_testnet_algod(t), "#pragma version 10\nint 1", &clear, &arena, suite_err));
  d.spec.approval = approval.program;
  d.spec.clear = clear.program;
  ck_failed(algo_testnet_deploy_arc56(t, "maker", "points", &d, "none", NULL, &app), "Points has no method 'none'");
  ck_fine(algo_testnet_deploy_arc56(t, "maker", "points", &d, NULL, NULL, &app));
  ck_fine(algo_testnet_method(t, "alice", app, "give", "[{\"to\": \"bob\", \"n\": 5}]"));
  ck_fine(algo_testnet_assert_value(t, "uint64", "5"));
  ck_fine(algo_testnet_assert_event(t, app, "Given", "[\"bob\", 5]"));
  ck_fine(algo_testnet_assert_events(t, app, &(algo_testnet_event_t){"Given", "[null, 5]"}, 1));
  ck_failed(algo_testnet_assert_event(t, app, "Taken", NULL), "\"Taken\" is not the signature of an event");
  ck_failed(algo_testnet_method(t, "alice", app, "take", NULL), "Points has no method 'take'");
  ck_fine(algo_testnet_method(t, "alice", app, "give((address,uint64))uint64", "[[\"bob\", 6]]"));
  ck_fine(algo_testnet_assert_no_event(t, relay, "Given(address,uint64)"));
  ck_assert_ptr_nonnull(cost("Points", "make()void"));
  ck_assert_uint_eq(cost("Points", "give((address,uint64))uint64")->calls, 2);
  algo_buf_t b = ALGO_BUF_INIT;
  algo_testnet_trace(t, &b);
  ck_assert_str_eq(algo_buf_cstr(&b), "alice calls points.give([\"bob\",6]), fee 1000\n"
                                      "  logs Given(bob, 6)\n  returns 6\n");
  algo_buf_fini(&b);
  algo_arena_fini(&arena);
}
END_TEST

START_TEST(labels_of_applications_that_are_gone) {
  uint64_t id, first, other;
  const char *teal = "#pragma version 10\nint 1";
  ck_fine(algo_testnet_snapshot(t, &id));
  ck_fine(algo_testnet_deploy_teal(t, "maker", "shop", teal, NULL, NULL, NULL, &first));
  ck_failed(algo_testnet_deploy_teal(t, "maker", "shop", teal, NULL, NULL, NULL, &other), "the label of another");
  ck_fine(algo_testnet_revert(t, id));
  ck_fine(algo_testnet_deploy_teal(t, "maker", "bank", teal, NULL, NULL, NULL, &other));
  ck_assert_uint_eq(other, first);
  ck_fine(algo_testnet_deploy_teal(t, "maker", "shop", teal, NULL, NULL, NULL, &other));
  ck_assert_uint_gt(other, first);
  ck_fine(algo_testnet_pay(t, "alice", "shop", 500000));
  ck_fine(algo_testnet_assert_balance(t, "shop", 500000));
  ck_fine(algo_testnet_assert_balance(t, "bank", 0));
}
END_TEST

/* ---- assets ---- */

START_TEST(assets_are_given) {
  uint64_t gold, id;
  ck_fine(algo_testnet_asset(t, "mint", "GOLD", 1000, 2, &gold));
  ck_fine(algo_testnet_assert_holding(t, "mint", gold, 1000));
  ck_fine(algo_testnet_fund(t, "alice", 250000));
  uint64_t mint = algo_testnet_balance(t, "mint");
  ck_fine(algo_testnet_snapshot(t, &id));
  for (int i = 0; i < 2; i++) {
    ck_fine(algo_testnet_give(t, "alice", gold, 300));
    ck_fine(algo_testnet_assert_holding(t, "alice", gold, 300));
    ck_fine(algo_testnet_assert_holding(t, "mint", gold, 700));
    ck_fine(algo_testnet_give(t, "alice", gold, 40));
    ck_fine(algo_testnet_assert_holding(t, "alice", gold, 40));
    ck_fine(algo_testnet_give(t, "bob", gold, 0));
    ck_fine(algo_testnet_assert_holding(t, "bob", gold, 0));
    ck_fine(algo_testnet_assert_balance(t, "alice", 250000));
    ck_fine(algo_testnet_assert_balance(t, "mint", mint));
    ck_fine(algo_testnet_revert(t, id));
  }
  ck_failed(algo_testnet_give(t, "alice", gold, 1001), "refused: ");
  ck_failed(algo_testnet_give(t, "mint", gold, 5), "mint made asset");
  ck_failed(algo_testnet_give(t, "bob", 4711, 5), "no asset");
}
END_TEST

/* ---- scripts ---- */

static bool below_100(void *user, algo_testnet_t *net, const uint64_t *args) {
  *(uint64_t *)user = args[0];
  return algo_testnet_assert(net, args[0] < 100, "%d is too much", (int)args[0]);
}

START_TEST(what_was_printed_is_replayed) {
  static const algo_walk_arg_t args[] = {{"n", ALGO_WALK_UINT, 0, 5000}};
  uint64_t last = 0;
  char printed[2000];
  ck_assert(!algo_fuzz_run(t, "small", args, 1, NULL, 0, 100, 1, below_100, &last));
  snprintf(printed, sizeof printed, "%s", algo_testnet_why(t));
  algo_testnet_forgive(t);
  last = 0;
  ck_failed(algo_fuzz_replay(t, "small", args, 1, NULL, 0, printed, below_100, &last), "100 is too much");
  ck_assert_uint_eq(last, 100);
  ck_failed(algo_fuzz_replay(t, "small", args, 1, NULL, 0, "nothing", below_100, &last), "the script: ");
  ck_fine(algo_fuzz_replay(t, "small", args, 1, NULL, 0,
                           "{\"walk\":\"small\",\"steps\":[{\"action\":\"small\",\"args\":{\"n\":99}}]}", below_100,
                           &last));
  ck_assert_uint_eq(last, 99);
}
END_TEST

int main(void) {
  TCase *c = tcase_create("calls");
  tcase_add_checked_fixture(c, set_up, tear_down);
  tcase_add_test(c, all_events_in_order);
  tcase_add_test(c, comments_are_messages);
  tcase_add_test(c, failures_at_lines);
  tcase_add_test(c, traces);
  tcase_add_test(c, the_last_fee_is_enough);
  tcase_add_test(c, the_same_group_twice);
  tcase_add_test(c, methods_have_costs);
  tcase_add_test(c, costs_do_not_grow);
  tcase_add_test(c, by_description);
  tcase_add_test(c, labels_of_applications_that_are_gone);
  tcase_add_test(c, assets_are_given);
  tcase_add_test(c, what_was_printed_is_replayed);
  return suite_case("testnet calls", c);
}
