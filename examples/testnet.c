/* A contract's tests in C, as docs/testing.md tells them: a rental market on a network inside this process.
 *
 *   cc testnet.c $(pkg-config --cflags --libs algorent-testnet) -o testnet && ./testnet */
#include <stdio.h>
#include <stdlib.h>

#include "algo/rental.h"
#include "algo/sandbox.h"
#include "algo/testnet.h"
#include "algo/walk.h"

typedef struct market {
  algo_app_t app;
  algo_arena_t arena;
  uint64_t gpus;
} market_t;

static void fail(void *user, const char *text) {
  (void)user;
  fprintf(stderr, "FAILED: %s\n", text);
  exit(1);
}

/* ---- a test: who may do what, and what the market says ---- */

static void open_market(algo_testnet_t *t, market_t *m) {
  algo_method_call_t call;
  algo_rental_create(&call, &m->app, algo_testnet_account(t, "treasury"), algo_testnet_account(t, "arbiter"), 0, 500,
                     600, 300, 3600, 1, &m->arena, NULL);
  algo_testnet_deploy(t, "admin", "market", &algo_rental_spec_algo, &call, &m->app.id);
  algo_rental_bootstrap(&call, &m->app, 100000, &m->arena, NULL);
  algo_testnet_expect_refusal(t, "only the admin may do this");
  algo_testnet_call(t, "mallory", &call);
  algo_testnet_call(t, "admin", &call);
}

/* ---- a walk: whatever happens, the market counts its GPUs ---- */

static const char *const who[] = {"alice", "bob"};

static bool register_gpu(void *user, algo_testnet_t *t, const uint64_t *args) {
  static const uint8_t spec[32] = {1}, seal[32] = {2};
  market_t *m = user;
  algo_method_call_t call;
  algo_rental_register(&call, &m->app, 62500 + 8 * 400, ALGO_BYTES_LIT("RTX 4090"), 24576, args[1], 1, 60, spec, seal,
                       &m->arena, NULL);
  algo_testnet_may_refuse(t);
  if (!algo_testnet_call(t, who[args[0]], &call)) return false;
  m->gpus += algo_testnet_result(t)->ok;
  return true;
}

static bool start(void *user, algo_testnet_t *t) {
  (void)t;
  ((market_t *)user)->gpus = 0;
  return true;
}

static bool counts(void *user, algo_testnet_t *t) {
  const market_t *m = user;
  return algo_testnet_assert_global_uint(t, m->app.id, "live_gpus", m->gpus);
}

/* ---- what the tests reached, and what it cost ---- */

static void report(algo_testnet_t *t, uint64_t app) {
  algo_sandbox_coverage_t all;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_err_t err;
  if (algo_sandbox_coverage(algo_testnet_algod(t), &all, &arena, &err) != ALGO_OK) fail(NULL, err.msg);
  for (size_t i = 0; i < all.n_programs; i++)
    if (all.programs[i].app == app)
      printf("application %llu: %llu runs, %zu of its program counters reached\n", (unsigned long long)app,
             (unsigned long long)all.programs[i].runs, all.programs[i].n_pcs);
  for (size_t i = 0; i < all.n_opcodes && i < 3; i++)
    printf("%-16s %llu of the budget\n", all.opcodes[i].name, (unsigned long long)all.opcodes[i].cost);
  algo_arena_fini(&arena);
}

int main(void) {
  static const algo_walk_arg_t args[] = {{"by", ALGO_WALK_WHO, 0, 0}, {"price", ALGO_WALK_UINT, 0, UINT64_MAX}};
  static const algo_walk_action_t actions[] = {{"register", 1, args, 2, NULL, register_gpu}};
  static const algo_walk_invariant_t invariants[] = {{"GPUs are counted", counts}};
  market_t m = {.arena = ALGO_ARENA_INIT};
  algo_testnet_t *t;
  algo_err_t err;
  if (algo_testnet_start(&t, &(algo_testnet_options_t){.fail = fail}, &err) != ALGO_OK) {
    fprintf(stderr, "%s\n", err.msg);
    return 1;
  }
  algo_sandbox_set_coverage(algo_testnet_algod(t), true, &err);
  open_market(t, &m);
  algo_walk_run(t,
                &(algo_walk_t){.name = "market",
                               .actions = actions,
                               .n_actions = 1,
                               .invariants = invariants,
                               .n_invariants = 1,
                               .who = who,
                               .n_who = 2,
                               .start = start,
                               .user = &m,
                               .seed = 1,
                               .walks = 3,
                               .steps = 20},
                NULL);
  report(t, m.app.id);
  printf("ok: the market in application %llu, round %llu\n", (unsigned long long)m.app.id,
         (unsigned long long)algo_testnet_round(t));
  algo_testnet_stop(t);
  algo_arena_fini(&m.arena);
  return 0;
}
