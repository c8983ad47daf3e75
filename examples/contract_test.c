/* A contract's tests, whole, to copy: set-up, a snapshot per test, deployment and calls by the ARC-56 description,
 * refusals, events, fuzzed arguments, a random walk, what methods cost, a fork. docs/testing.md tells it.
 *
 *   cc contract_test.c $(pkg-config --cflags --libs algorent-testnet) -o contract_test
 *   ./contract_test counter.arc56.json [URL OF A NODE, WITH ITS TOKEN IN FORK_TOKEN] */
#include <stdio.h>
#include <stdlib.h>

#include "algo/file.h"
#include "algo/walk.h"

/* The contract: create(limit), add(n), reset() by its owner alone; it logs Added(by, n, count) and Reset(count). */
enum { LIMIT = 1000 };
typedef struct state {
  algo_arc56_t description;
  uint64_t app;
  uint64_t count; /* what it should be: the walk's model */
} state_t;

static const char *running = "set-up";
static void fail(void *user, const char *text) { /* the first failure ends the program */
  (void)user;
  fprintf(stderr, "FAILED: %s: %s\n", running, text);
  exit(1);
}

/* ---- once, before all tests ---- */

static void deploy(algo_testnet_t *t, state_t *s) {
  char args[32];
  snprintf(args, sizeof args, "[%d]", LIMIT);
  algo_testnet_deploy_arc56(t, "owner", "counter", &s->description, NULL, args, &s->app);
}

/* ---- tests: each begins where the set-up ended ---- */

static void counts(algo_testnet_t *t, state_t *s) {
  algo_testnet_method(t, "alice", s->app, "add", "[40]");
  algo_testnet_method(t, "bob", s->app, "add", "[2]");
  algo_testnet_assert_value(t, "uint64", "42");
  algo_testnet_assert_global_uint(t, s->app, "count", 42);
  const algo_testnet_event_t events[] = {{"Added", "[\"bob\", 2, null]"}}; /* null: any count */
  algo_testnet_assert_events(t, s->app, events, 1);                        /* these, in this order, and no other */
}

static void refuses(algo_testnet_t *t, state_t *s) {
  algo_testnet_expect_refusal(t, "only the owner may do this");
  algo_testnet_method(t, "mallory", s->app, "reset", NULL);
  algo_testnet_method(t, "alice", s->app, "add", "[1000]");
  algo_testnet_expect_refusal(t, "the count would pass its limit");
  algo_testnet_method(t, "alice", s->app, "add", "[1]");
  algo_testnet_assert_global_uint(t, s->app, "count", 1000);
}

static void money_and_time(algo_testnet_t *t, state_t *s) {
  algo_testnet_fund(t, "poor", 101000); /* the minimum balance and one fee */
  algo_testnet_method(t, "poor", s->app, "add", "[1]");
  algo_testnet_expect_refusal(t, "below min");
  algo_testnet_method(t, "poor", s->app, "add", "[1]");
  int64_t before = algo_testnet_now(t);
  algo_testnet_skip(t, 86400);
  algo_testnet_assert(t, algo_testnet_now(t) == before + 86400, "a day is a day");
}

/* Any number: it is added, or refused and nothing is changed. */
static bool adds(void *user, algo_testnet_t *t, const uint64_t *args) {
  const state_t *s = user;
  char json[32];
  snprintf(json, sizeof json, "[%llu]", (unsigned long long)args[0]);
  algo_testnet_may_refuse(t);
  if (!algo_testnet_method(t, "alice", s->app, "add", json)) return false;
  bool ok = algo_testnet_result(t)->ok;
  return algo_testnet_assert(t, ok == (args[0] <= LIMIT), "%llu was %s", (unsigned long long)args[0],
                             ok ? "added" : "refused") &&
         algo_testnet_assert_global_uint(t, s->app, "count", ok ? args[0] : 0);
}

static void any_number(algo_testnet_t *t, state_t *s) {
  static const algo_walk_arg_t n[] = {{"n", ALGO_WALK_UINT, 0, UINT64_MAX}};
  algo_fuzz_run(t, "adds", n, 1, NULL, 0, 100, 1, adds, s);
}

/* ---- a walk: whatever happens, the count is what the model says ---- */

static const char *const who[] = {"alice", "bob", "owner"};

static bool add(void *user, algo_testnet_t *t, const uint64_t *args) {
  state_t *s = user;
  char json[32];
  snprintf(json, sizeof json, "[%llu]", (unsigned long long)args[1]);
  algo_testnet_may_refuse(t);
  if (!algo_testnet_method(t, who[args[0]], s->app, "add", json)) return false;
  if (algo_testnet_result(t)->ok) s->count += args[1];
  return true;
}

static bool reset(void *user, algo_testnet_t *t, const uint64_t *args) {
  state_t *s = user;
  algo_testnet_may_refuse(t);
  if (!algo_testnet_method(t, who[args[0]], s->app, "reset", NULL)) return false;
  if (algo_testnet_result(t)->ok) s->count = 0;
  return algo_testnet_assert(t, algo_testnet_result(t)->ok == (args[0] == 2), "the owner resets, and nobody else");
}

static bool agrees(void *user, algo_testnet_t *t) {
  const state_t *s = user;
  return algo_testnet_assert(t, s->count <= LIMIT, "it is past its limit") &&
         algo_testnet_assert_global_uint(t, s->app, "count", s->count);
}

static bool begin(void *user, algo_testnet_t *t) {
  (void)t;
  ((state_t *)user)->count = 0;
  return true;
}

static void walk(algo_testnet_t *t, state_t *s) {
  static const algo_walk_arg_t args[] = {{"by", ALGO_WALK_WHO, 0, 0}, {"n", ALGO_WALK_UINT, 0, LIMIT + 1}};
  static const algo_walk_action_t actions[] = {{"add", 4, args, 2, NULL, add}, {"reset", 1, args, 1, NULL, reset}};
  static const algo_walk_invariant_t invariants[] = {{"the count is what was added", agrees}};
  const algo_walk_t w = {.name = "counter",
                         .actions = actions,
                         .n_actions = 2,
                         .invariants = invariants,
                         .n_invariants = 1,
                         .who = who,
                         .n_who = 3,
                         .start = begin,
                         .user = s,
                         .seed = 1,
                         .walks = 5,
                         .steps = 20};
  algo_walk_run(t, &w, NULL);
}

/* ---- on top of a network that is there: nothing of it changes ---- */

static void forked(algo_testnet_t *t, state_t *s, const char *url) {
  running = "forked";
  algo_testnet_fork(t, url, NULL, 0);
  deploy(t, s);
  algo_testnet_method(t, "alice", s->app, "add", "[7]");
  algo_testnet_assert_global_uint(t, s->app, "count", 7);
  printf("ok: forked, application %llu in round %llu\n", (unsigned long long)s->app,
         (unsigned long long)algo_testnet_round(t));
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*run)(algo_testnet_t *t, state_t *s);
  } tests[] = {{"counts", counts},
               {"refuses", refuses},
               {"money and time", money_and_time},
               {"any number", any_number},
               {"walk", walk}};
  state_t s = {.count = 0};
  algo_buf_t json = ALGO_BUF_INIT, costs = ALGO_BUF_INIT;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_testnet_t *t;
  algo_err_t err;
  uint64_t clean;
  if (algo_file_read(&json, argc > 1 ? argv[1] : "counter.arc56.json", 1 << 24, &err) != ALGO_OK ||
      algo_arc56_parse(&s.description, json.p, json.n, &arena, &err) != ALGO_OK ||
      algo_testnet_start(&t, &(algo_testnet_options_t){.fail = fail, .measure = true}, &err) != ALGO_OK)
    fail(NULL, err.msg);
  deploy(t, &s);
  algo_testnet_snapshot(t, &clean);
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    running = tests[i].name;
    tests[i].run(t, &s);
    algo_testnet_revert(t, clean);
    printf("ok: %s\n", running);
  }
  algo_testnet_report(t, &costs);
  printf("%s", algo_buf_cstr(&costs));
  if (argc > 2) forked(t, &s, argv[2]);
  algo_testnet_stop(t);
  algo_buf_fini(&json);
  algo_buf_fini(&costs);
  algo_arena_fini(&arena);
  return 0;
}
