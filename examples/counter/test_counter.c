/* counter's tests. */
#include <algo/counter.h>
#include <algo/walk.h>

#include "play.h"

typedef struct state {
  algo_app_t app;
  algo_arena_t arena;
  uint64_t count; /* what it should be */
} state_t;

static void set_up(algo_testnet_t *t, void *state) {
  state_t *s = state;
  algo_method_call_t call;
  algo_counter_create(&call, &s->app, 1000, &s->arena, NULL);
  algo_testnet_deploy(t, "owner", "counter", &algo_counter_spec_algo, &call, &s->app.id);
}

static bool add(algo_testnet_t *t, state_t *s, const char *who, uint64_t n) {
  algo_method_call_t call;
  algo_counter_add(&call, &s->app, n, &s->arena, NULL);
  return algo_testnet_call(t, who, &call);
}

static void counts(algo_testnet_t *t, void *state) {
  state_t *s = state;
  algo_method_call_t call;
  add(t, s, "alice", 40);
  add(t, s, "bob", 2);
  algo_testnet_assert_value(t, "uint64", "42");
  algo_testnet_assert_event(t, s->app.id, "Added(address,uint64,uint64)", "[\"bob\", 2, 42]");
  algo_counter_reset(&call, &s->app, &s->arena, NULL);
  algo_testnet_call(t, "owner", &call);
  algo_testnet_assert_event(t, s->app.id, "Reset(uint64)", "[42]");
  algo_testnet_assert_global_uint(t, s->app.id, "count", 0);
}

/* Who must not, what must not, and calls that no binding would make. */
static void attacks(algo_testnet_t *t, void *state) {
  state_t *s = state;
  algo_method_call_t call;
  algo_counter_reset(&call, &s->app, &s->arena, NULL);
  algo_testnet_expect_refusal(t, "only the owner may do this");
  algo_testnet_call(t, "mallory", &call);
  add(t, s, "alice", 999);
  algo_testnet_expect_refusal(t, "the count would pass its limit");
  add(t, s, "mallory", 2);
  algo_testnet_expect_refusal(t, "the count would pass its limit");
  add(t, s, "mallory", UINT64_MAX); /* 999 + this wraps to 998 */
  algo_counter_add(&call, &s->app, 1, &s->arena, NULL);
  call.args[1].n = 7;
  algo_testnet_expect_refusal(t, "malformed argument: n");
  algo_testnet_call(t, "mallory", &call);
  algo_counter_create(&call, &s->app, 5, &s->arena, NULL); /* made already: the limit stays */
  algo_testnet_expect_refusal(t, "no such method");
  algo_testnet_call(t, "owner", &call);
  for (algo_on_completion_t oc = ALGO_OC_OPTIN; oc <= ALGO_OC_DELETE; oc++) {
    algo_counter_add(&call, &s->app, 1, &s->arena, NULL);
    call.on_completion = oc;
    if (oc == ALGO_OC_CLEAR) continue; /* cannot be refused: nothing depends on it */
    algo_testnet_expect_refusal(t, oc == ALGO_OC_UPDATE ? NULL : "a method call must be a NoOp");
    algo_testnet_call(t, "owner", &call);
  }
  algo_testnet_assert_global_uint(t, s->app.id, "count", 999);
}

static const char *const people[] = {"alice", "bob", "owner"};
static bool walk_add(void *user, algo_testnet_t *t, const uint64_t *args) {
  state_t *s = user;
  algo_testnet_may_refuse(t);
  if (!add(t, s, people[args[0]], args[1])) return false;
  if (algo_testnet_result(t)->ok) s->count += args[1];
  return true;
}
static bool walk_reset(void *user, algo_testnet_t *t, const uint64_t *args) {
  state_t *s = user;
  algo_method_call_t call;
  algo_counter_reset(&call, &s->app, &s->arena, NULL);
  algo_testnet_may_refuse(t);
  if (!algo_testnet_call(t, people[args[0]], &call)) return false;
  if (algo_testnet_result(t)->ok) s->count = 0;
  return algo_testnet_assert(t, !algo_testnet_result(t)->ok || args[0] == 2, "somebody else set it back");
}
static bool adds_up(void *user, algo_testnet_t *t) {
  const state_t *s = user;
  return algo_testnet_assert(t, s->count <= 1000, "the count is %d", (int)s->count) &&
         algo_testnet_assert_global_uint(t, s->app.id, "count", s->count);
}
static bool start(void *user, algo_testnet_t *t) {
  (void)t;
  ((state_t *)user)->count = 0;
  return true;
}

static void walk(algo_testnet_t *t, void *state) {
  static const algo_walk_arg_t args[] = {{"by", ALGO_WALK_WHO, 0, 0}, {"n", ALGO_WALK_UINT, 0, 1001}};
  static const algo_walk_action_t actions[] = {{"add", 4, args, 2, NULL, walk_add},
                                               {"reset", 1, args, 1, NULL, walk_reset}};
  static const algo_walk_invariant_t invariants[] = {{"the count is what was added", adds_up}};
  const algo_walk_t w = {.name = "counter",
                         .actions = actions,
                         .n_actions = 2,
                         .invariants = invariants,
                         .n_invariants = 1,
                         .who = people,
                         .n_who = 3,
                         .start = start,
                         .user = state,
                         .seed = 1,
                         .walks = 10,
                         .steps = 20};
  algo_walk_run(t, &w, NULL);
}

int main(void) {
  static const play_test_t tests[] = {{"counts", counts}, {"attacks", attacks}, {"walk", walk}};
  state_t s = {.arena = ALGO_ARENA_INIT};
  int status = play_run(set_up, tests, sizeof tests / sizeof *tests, &s);
  algo_arena_fini(&s.arena);
  return status;
}
