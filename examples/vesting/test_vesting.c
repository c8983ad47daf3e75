/* vesting's tests. */
#include <algo/vesting.h>
#include <algo/walk.h>

#include "play.h"

enum { GRANT = 10000000, YEAR = 31536000, CLIFF = YEAR / 4 };

typedef struct state {
  algo_app_t app;
  algo_arena_t arena;
  uint64_t start;                   /* Unix seconds */
  uint64_t claimed, kept, returned; /* what a walk saw; kept: the total once it is revoked, 0 before */
} state_t;

static void set_up(algo_testnet_t *t, void *state) {
  state_t *s = state;
  algo_method_call_t call;
  s->start = (uint64_t)algo_testnet_now(t) + 1000;
  algo_vesting_create(&call, &s->app, algo_testnet_account(t, "bea"), s->start, CLIFF, YEAR, &s->arena, NULL);
  algo_testnet_deploy(t, "grant", "vesting", &algo_vesting_spec_algo, &call, &s->app.id);
  algo_vesting_fund(&call, &s->app, GRANT + 100000, &s->arena, NULL);
  algo_testnet_call(t, "grant", &call);
}

typedef algo_code_t method(algo_method_call_t *, const algo_app_t *, algo_arena_t *, algo_err_t *);
static bool run(algo_testnet_t *t, state_t *s, const char *who, method *m) {
  algo_method_call_t call;
  m(&call, &s->app, &s->arena, NULL);
  return algo_testnet_call(t, who, &call);
}

/* The specification a second time: what is hers at time `now`. */
static uint64_t model(const state_t *s, uint64_t now) {
  if (s->kept > 0) return s->kept;
  if (now < s->start + CLIFF) return 0;
  uint64_t elapsed = now - s->start < YEAR ? now - s->start : YEAR;
  return GRANT * elapsed / YEAR;
}

static void over_time(algo_testnet_t *t, void *state) {
  state_t *s = state;
  s->kept = 0;
  algo_testnet_expect_refusal(t, "nothing is due");
  run(t, s, "bea", algo_vesting_claim);
  algo_testnet_set_time(t, (int64_t)s->start + CLIFF - 1);
  algo_testnet_expect_refusal(t, "nothing is due");
  run(t, s, "bea", algo_vesting_claim);
  algo_testnet_set_time(t, (int64_t)s->start + CLIFF);
  uint64_t before = algo_testnet_balance(t, "bea");
  run(t, s, "anyone", algo_vesting_claim);
  algo_testnet_assert_balance(t, "bea", before + GRANT / 4);
  algo_testnet_assert_event(t, s->app.id, "Claimed(uint64,uint64)", "[2500000, 2500000]");
  algo_testnet_set_time(t, (int64_t)s->start + 2 * (int64_t)YEAR);
  run(t, s, "anyone", algo_vesting_claim);
  algo_testnet_assert_balance(t, "bea", before + GRANT);
  run(t, s, "grant", algo_vesting_delete);
  algo_testnet_assert_balance(t, "vesting", 0);
}

static void taken_back(algo_testnet_t *t, void *state) {
  state_t *s = state;
  algo_testnet_set_time(t, (int64_t)s->start + YEAR / 2);
  run(t, s, "bea", algo_vesting_claim);
  algo_testnet_set_time(t, (int64_t)s->start + YEAR / 4 * 3);
  uint64_t before = algo_testnet_balance(t, "grant");
  run(t, s, "grant", algo_vesting_revoke);
  algo_testnet_assert_event(t, s->app.id, "Revoked(uint64,uint64)", "[2500000, 7500000]");
  algo_testnet_assert_balance(t, "grant", before + 2500000 - 2000); /* less two fees */
  algo_testnet_skip(t, YEAR);
  run(t, s, "bea", algo_vesting_claim); /* what had become hers stays hers */
  algo_testnet_assert_value(t, "uint64", "2500000");
  algo_testnet_expect_refusal(t, "nothing is due");
  run(t, s, "bea", algo_vesting_claim);
}

static void attacks(algo_testnet_t *t, void *state) {
  state_t *s = state;
  algo_method_call_t call;
  const algo_addr_t *bea = algo_testnet_account(t, "bea");
  algo_testnet_expect_refusal(t, "only the grantor may do this");
  run(t, s, "bea", algo_vesting_revoke);
  algo_testnet_expect_refusal(t, "only the grantor may do this");
  run(t, s, "bea", algo_vesting_delete);
  algo_testnet_expect_refusal(t, "the beneficiary has not got all");
  run(t, s, "grant", algo_vesting_delete);
  algo_vesting_fund(&call, &s->app, 200000, &s->arena, NULL);
  algo_testnet_expect_refusal(t, "the grant is funded already");
  algo_testnet_call(t, "grant", &call);
  run(t, s, "grant", algo_vesting_revoke);
  algo_testnet_expect_refusal(t, "the grant is revoked already");
  run(t, s, "grant", algo_vesting_revoke);
  algo_vesting_fund(&call, &s->app, 200000, &s->arena,
                    NULL); /* nothing had become hers: its total is 0, and it is over */
  algo_testnet_expect_refusal(t, "the grant is funded already");
  algo_testnet_call(t, "grant", &call);
  const struct { /* grants that cannot be made */
    uint64_t start, cliff, duration;
    const char *why;
  } bad[] = {{s->start, 2, 1, "a cliff longer than the grant"},
             {s->start, 0, 0, "1 second to 10 years"},
             {s->start, 0, UINT64_MAX, "1 second to 10 years"},
             {UINT64_MAX, 0, 1, "a start too far away"}};
  algo_app_t none = {0, 0};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    uint64_t app = 0;
    algo_vesting_create(&call, &none, bea, bad[i].start, bad[i].cliff, bad[i].duration, &s->arena, NULL);
    algo_testnet_expect_refusal(t, bad[i].why);
    algo_testnet_deploy(t, "grant", "bad", &algo_vesting_spec_algo, &call, &app);
  }
}

/* ---- a walk: time passes, people call; she never has more than the model says, and nothing is lost ---- */

static const char *const people[] = {"bea", "grant", "anyone"};
static bool walk_time(void *user, algo_testnet_t *t, const uint64_t *args) {
  (void)user;
  return algo_testnet_skip(t, args[0]);
}
static bool walk_claim(void *user, algo_testnet_t *t, const uint64_t *args) {
  state_t *s = user;
  uint64_t is = model(s, (uint64_t)algo_testnet_now(t)), due = is - s->claimed;
  if (due == 0) algo_testnet_expect_refusal(t, "nothing is due");
  if (!run(t, s, people[args[0]], algo_vesting_claim)) return false;
  s->claimed = is;
  return true;
}
static bool walk_revoke(void *user, algo_testnet_t *t, const uint64_t *args) {
  state_t *s = user;
  uint64_t is = model(s, (uint64_t)algo_testnet_now(t));
  algo_testnet_may_refuse(t);
  if (!run(t, s, people[args[0]], algo_vesting_revoke)) return false;
  if (!algo_testnet_result(t)->ok) return true;
  s->returned = GRANT - is, s->kept = is;
  return algo_testnet_assert(t, args[0] == 1, "somebody else revoked");
}
static bool adds_up(void *user, algo_testnet_t *t) {
  const state_t *s = user;
  return algo_testnet_assert_global_uint(t, s->app.id, "claimed", s->claimed) &&
         algo_testnet_assert_balance(t, "vesting", 100000 + GRANT - s->claimed - s->returned);
}
static bool start(void *user, algo_testnet_t *t) {
  state_t *s = user;
  s->claimed = s->kept = s->returned = 0;
  return algo_testnet_set_time(t,
                               (int64_t)s->start + CLIFF); /* behind the cliff: a total of 0 cannot be told from none */
}

static void walk(algo_testnet_t *t, void *state) {
  static const algo_walk_arg_t by[] = {{"by", ALGO_WALK_WHO, 0, 0}},
                               by_time[] = {{"seconds", ALGO_WALK_UINT, 1, YEAR / 3}};
  static const algo_walk_action_t actions[] = {{"skip", 3, by_time, 1, NULL, walk_time},
                                               {"claim", 4, by, 1, NULL, walk_claim},
                                               {"revoke", 1, by, 1, NULL, walk_revoke}};
  static const algo_walk_invariant_t invariants[] = {{"what is there is what is not paid out", adds_up}};
  const algo_walk_t w = {.name = "vesting",
                         .actions = actions,
                         .n_actions = 3,
                         .invariants = invariants,
                         .n_invariants = 1,
                         .who = people,
                         .n_who = 3,
                         .start = start,
                         .user = state,
                         .seed = 1,
                         .walks = 20,
                         .steps = 15};
  algo_walk_run(t, &w, NULL);
}

int main(void) {
  static const play_test_t tests[] = {
      {"over time", over_time}, {"taken back", taken_back}, {"attacks", attacks}, {"walk", walk}};
  state_t s = {.arena = ALGO_ARENA_INIT};
  int status = play_run(set_up, tests, sizeof tests / sizeof *tests, &s);
  algo_arena_fini(&s.arena);
  return status;
}
