/* auction's tests. */
#include <algo/auction.h>
#include <algo/walk.h>
#include <string.h>

#include "play.h"

enum { PRICE = 1000000, HOUR = 3600, WEEK = 604800, BOX = 18900 };

static const char *const people[] = {"alice", "bob", "carol"};

typedef struct state {
  algo_app_t app;
  algo_arena_t arena;
  uint64_t item;
  uint64_t in[3]; /* what each should have in his box; 0: none */
} state_t;

/* ---- calls ---- */

typedef algo_code_t method(algo_method_call_t *, const algo_app_t *, algo_arena_t *, algo_err_t *);
static bool run(algo_testnet_t *t, state_t *s, const char *who, method *m) {
  algo_method_call_t call;
  m(&call, &s->app, &s->arena, NULL);
  return algo_testnet_call(t, who, &call);
}
static bool bid(algo_testnet_t *t, state_t *s, const char *who, uint64_t paid) {
  algo_method_call_t call;
  algo_auction_bid(&call, &s->app, paid, &s->arena, NULL);
  return algo_testnet_call(t, who, &call);
}
static void transfer(algo_testnet_t *t, state_t *s, const char *from, const char *to, uint64_t amount) {
  algo_txn_t x = {.type = ALGO_TX_AXFER, .xfer_asset = s->item, .asset_amount = amount};
  x.sender = *algo_testnet_account(t, from), x.asset_receiver = *algo_testnet_account(t, to);
  algo_testnet_send(t, &x, 1);
}

/* An auction of ten tickets that has started. Their issuer could freeze and claw back. */
static void set_up(algo_testnet_t *t, void *state) {
  state_t *s = state;
  algo_method_call_t call;
  const algo_addr_t seller = *algo_testnet_account(t, "seller");
  const algo_asset_params_t tickets = {.total = 10, .freeze = seller, .clawback = seller};
  algo_txn_t make = {.type = ALGO_TX_ACFG, .sender = seller, .asset_params = &tickets};
  algo_testnet_send(t, &make, 1);
  s->item = algo_testnet_result(t)->created_asset;
  algo_auction_create(&call, &s->app, s->item, PRICE, HOUR, &s->arena, NULL);
  algo_testnet_deploy(t, "seller", "auction", &algo_auction_spec_algo, &call, &s->app.id);
  algo_auction_offer(&call, &s->app, 200000, &s->arena, NULL);
  algo_testnet_call(t, "seller", &call);
  algo_testnet_expect_refusal(t, "the item is not here");
  run(t, s, "seller", algo_auction_start);
  transfer(t, s, "seller", "auction", 10);
  algo_testnet_expect_refusal(t, "no bids are taken now");
  bid(t, s, "alice", PRICE + BOX);
  run(t, s, "seller", algo_auction_start);
}

/* ---- what it is for ---- */

static void sold(algo_testnet_t *t, void *state) {
  state_t *s = state;
  bid(t, s, "alice", PRICE + BOX);
  bid(t, s, "bob", PRICE + 1 + BOX);
  bid(t, s, "alice", 500); /* raises her bid to PRICE + 500 */
  algo_testnet_assert_value(t, "uint64", "1000500");
  run(t, s, "bob", algo_auction_take_back);
  algo_testnet_assert_value(t, "uint64", "1000001");
  algo_testnet_skip(t, HOUR);
  algo_testnet_expect_refusal(t, "the winner has to opt in to the item");
  run(t, s, "anyone", algo_auction_settle);
  transfer(t, s, "alice", "alice", 0);
  uint64_t seller = algo_testnet_balance(t, "seller"), alice = algo_testnet_balance(t, "alice");
  run(t, s, "anyone", algo_auction_settle);
  algo_testnet_assert_event(t, s->app.id, "Sold(address,uint64)", "[\"alice\", 1000500]");
  algo_testnet_assert_holding(t, "alice", s->item, 10);
  algo_testnet_assert_balance(t, "seller", seller + 1000500);
  algo_testnet_assert_balance(t, "alice", alice + BOX);
  run(t, s, "seller", algo_auction_delete);
  algo_testnet_assert_balance(t, "auction", 0);
}

static void unsold(algo_testnet_t *t, void *state) {
  state_t *s = state;
  algo_testnet_skip(t, HOUR);
  algo_testnet_expect_refusal(t, "no bids are taken now");
  bid(t, s, "alice", PRICE + BOX);
  algo_testnet_expect_refusal(t, "there is no winner");
  run(t, s, "anyone", algo_auction_settle);
  run(t, s, "seller", algo_auction_delete);
  algo_testnet_assert_holding(t, "seller", s->item, 10);
}

static void the_last_second(algo_testnet_t *t, void *state) {
  state_t *s = state;
  algo_testnet_skip(t, HOUR - 1);
  bid(t, s, "alice", PRICE + BOX); /* leaves the others five minutes */
  algo_testnet_skip(t, 299);
  bid(t, s, "bob", PRICE + 1 + BOX);
  algo_testnet_skip(t, 300);
  algo_testnet_expect_refusal(t, "no bids are taken now");
  bid(t, s, "alice", 2);
}

/* ---- what it must survive ---- */

/* A winner who never opts in, or an item that its issuer takes away: everybody gets back what is his. */
static void held_up(algo_testnet_t *t, void *state) {
  state_t *s = state;
  bid(t, s, "alice", PRICE + BOX);
  algo_txn_t claw = {.type = ALGO_TX_AXFER, .xfer_asset = s->item, .asset_amount = 10};
  claw.sender = claw.asset_receiver = *algo_testnet_account(t, "seller");
  claw.asset_sender = *algo_testnet_account(t, "auction");
  algo_testnet_send(t, &claw, 1);
  algo_testnet_skip(t, HOUR);
  transfer(t, s, "alice", "alice", 0);
  algo_testnet_expect_refusal(t, "the item is not here"); /* the price stays with the application */
  run(t, s, "seller", algo_auction_settle);
  algo_testnet_expect_refusal(t, "there are bids left");
  run(t, s, "seller", algo_auction_delete);
  algo_testnet_expect_refusal(t, "there is a week to settle it");
  run(t, s, "alice", algo_auction_fail);
  algo_testnet_skip(t, WEEK);
  run(t, s, "anyone", algo_auction_fail);
  algo_testnet_expect_refusal(t, "there is no winner");
  run(t, s, "seller", algo_auction_settle);
  uint64_t before = algo_testnet_balance(t, "alice");
  run(t, s, "alice", algo_auction_take_back);
  algo_testnet_assert_balance(t, "alice", before + PRICE + BOX - 2000); /* less two fees */
  run(t, s, "seller", algo_auction_delete);
}

static void attacks(algo_testnet_t *t, void *state) {
  state_t *s = state;
  algo_method_call_t call;
  bid(t, s, "alice", PRICE + BOX);
  algo_testnet_expect_refusal(t, "somebody offers as much already");
  bid(t, s, "mallory", PRICE + BOX);
  algo_testnet_expect_refusal(t, "the reserve is not met");
  bid(t, s, "mallory", PRICE - 1 + BOX);
  algo_testnet_expect_refusal(t, "the best bid stays");
  run(t, s, "alice", algo_auction_take_back);
  algo_testnet_expect_refusal(t, "you have no bid");
  run(t, s, "mallory", algo_auction_take_back);
  algo_testnet_expect_refusal(t, "it is not over");
  run(t, s, "seller", algo_auction_settle);
  algo_testnet_expect_refusal(t, "only the seller may do this");
  run(t, s, "mallory", algo_auction_delete);
  algo_testnet_expect_refusal(t, "it has started already");
  run(t, s, "seller", algo_auction_start);
  for (int i = 0; i < 4; i++) { /* payments that are none, or take the account with them */
    static const char *const why[] = {"payment is not to the application", "payment must not rekey",
                                      "payment must not close", "payment is missing before the call"};
    const algo_addr_t mallory = *algo_testnet_account(t, "mallory");
    algo_auction_bid(&call, &s->app, 2 * PRICE, &s->arena, NULL);
    if (i == 0) call.before[0].receiver = mallory;
    if (i == 1) call.before[0].rekey_to = mallory;
    if (i == 2) call.before[0].sender = *algo_testnet_account(t, "friend"), call.before[0].close_remainder_to = mallory;
    if (i == 3) call.n_before = 0;
    algo_testnet_expect_refusal(t, why[i]);
    algo_testnet_call(t, "mallory", &call);
  }
}

/* ---- a walk: whatever happens, the application holds exactly every bid ---- */

static bool walk_bid(void *user, algo_testnet_t *t, const uint64_t *args) {
  state_t *s = user;
  uint64_t *in = &s->in[args[0]];
  algo_testnet_may_refuse(t);
  if (!bid(t, s, people[args[0]], args[1])) return false;
  if (algo_testnet_result(t)->ok) *in += args[1] - (*in == 0 ? BOX : 0);
  return true;
}
static bool walk_take_back(void *user, algo_testnet_t *t, const uint64_t *args) {
  state_t *s = user;
  algo_testnet_may_refuse(t);
  if (!run(t, s, people[args[0]], algo_auction_take_back)) return false;
  if (algo_testnet_result(t)->ok) s->in[args[0]] = 0;
  return true;
}
static bool walk_settle(void *user, algo_testnet_t *t, const uint64_t *args) {
  state_t *s = user;
  int best = 0;
  (void)args;
  for (int i = 1; i < 3; i++)
    if (s->in[i] > s->in[best]) best = i;
  algo_testnet_may_refuse(t);
  if (!run(t, s, "anyone", algo_auction_settle)) return false;
  if (!algo_testnet_result(t)->ok) return true;
  s->in[best] = 0;
  return algo_testnet_assert_holding(t, people[best], s->item, 10);
}
static bool walk_fail(void *user, algo_testnet_t *t, const uint64_t *args) {
  (void)args;
  algo_testnet_may_refuse(t);
  return run(t, user, "anyone", algo_auction_fail);
}
static bool walk_time(void *user, algo_testnet_t *t, const uint64_t *args) {
  (void)user;
  return algo_testnet_skip(t, args[0]);
}
static bool holds_all(void *user, algo_testnet_t *t) {
  const state_t *s = user;
  uint64_t sum = 200000;
  for (int i = 0; i < 3; i++) sum += s->in[i] == 0 ? 0 : s->in[i] + BOX;
  return algo_testnet_assert_balance(t, "auction", sum);
}
static bool begin(void *user, algo_testnet_t *t) {
  state_t *s = user;
  memset(s->in, 0, sizeof s->in);
  transfer(t, s, "alice", "alice", 0); /* carol never opts in */
  transfer(t, s, "bob", "bob", 0);
  return true;
}

static void walk(algo_testnet_t *t, void *state) {
  static const algo_walk_arg_t bids[] = {{"by", ALGO_WALK_WHO, 0, 0}, {"paid", ALGO_WALK_UINT, 0, 3 * PRICE}};
  static const algo_walk_arg_t seconds[] = {{"seconds", ALGO_WALK_UINT, 1, WEEK}};
  static const algo_walk_action_t actions[] = {{"bid", 8, bids, 2, NULL, walk_bid},
                                               {"take back", 3, bids, 1, NULL, walk_take_back},
                                               {"settle", 2, NULL, 0, NULL, walk_settle},
                                               {"fail", 1, NULL, 0, NULL, walk_fail},
                                               {"time", 1, seconds, 1, NULL, walk_time}};
  static const algo_walk_invariant_t invariants[] = {{"the application holds every bid", holds_all}};
  const algo_walk_t w = {.name = "auction",
                         .actions = actions,
                         .n_actions = 5,
                         .invariants = invariants,
                         .n_invariants = 1,
                         .who = people,
                         .n_who = 3,
                         .start = begin,
                         .user = state,
                         .seed = 1,
                         .walks = 20,
                         .steps = 25};
  algo_walk_run(t, &w, NULL);
}

int main(void) {
  static const play_test_t tests[] = {{"sold", sold},       {"unsold", unsold},   {"the last second", the_last_second},
                                      {"held up", held_up}, {"attacks", attacks}, {"walk", walk}};
  state_t s = {.arena = ALGO_ARENA_INIT};
  int status = play_run(set_up, tests, sizeof tests / sizeof *tests, &s);
  algo_arena_fini(&s.arena);
  return status;
}
