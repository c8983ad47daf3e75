/* Walks over a market: algo_walk's, of steps that draw what they do. A step is the seconds that pass, what happens to
 * the accounts, and a call; the last two are seeds to draw from, and 0 is none. */
#include "world.h"

enum { SECONDS, TROUBLE, CALL, ARGS, TROUBLED = 10, LONG = 200 };

static bool start(void *user, algo_testnet_t *t) {
  const world_walk_t *s = user;
  s->reset(s->walk);
  s->w->now = algo_testnet_now(t);
  s->w->refusal = NULL;
  if (s->w->anew) s->w->anew(s->w->user);
  return true;
}

/* Time stands still most of the time, and nothing happens to anybody. */
static bool choose(void *user, algo_testnet_t *t, algo_fuzz_t *f, uint64_t *args) {
  static const uint64_t jumps[] = {0, 0, 0, 0, 0, 0, 1, 1, 25, 25, 59, 60, 61, 119, 300};
  (void)user, (void)t;
  args[SECONDS] = jumps[algo_fuzz_below(f, sizeof jumps / sizeof jumps[0])];
  if (algo_fuzz_below(f, LONG) == 0) args[SECONDS] += 4000;
  if (algo_fuzz_below(f, TROUBLED) != 0) args[TROUBLE] = 0;
  if (args[CALL] == 0) args[CALL] = 1;
  return true;
}

static bool step(void *user, algo_testnet_t *t, const uint64_t *args) {
  const world_walk_t *s = user;
  algo_arena_reset(&s->w->arena);
  world_set_time(s->w, s->w->now + (int64_t)args[SECONDS]);
  if (args[TROUBLE] != 0) s->trouble(s->walk, args[TROUBLE]);
  const char *why = args[CALL] == 0 ? NULL : s->call(s->walk, args[CALL]);
  return why == NULL || algo_testnet_fail(t, "%s", why);
}

static bool finish(void *user, algo_testnet_t *t) {
  const world_walk_t *s = user;
  const char *why = s->finish == NULL ? NULL : s->finish(s->walk);
  return why == NULL || algo_testnet_fail(t, "%s", why);
}

bool world_walk(const world_walk_t *s, unsigned walks, unsigned steps, uint64_t seed, algo_walk_found_t *found) {
  static const algo_walk_arg_t args[ARGS] = {
      {"seconds", ALGO_WALK_UINT, 0, 4300}, {"trouble", ALGO_WALK_SEED, 0, 0}, {"call", ALGO_WALK_SEED, 0, 0}};
  static const algo_walk_action_t actions[] = {{"step", 1, args, ARGS, choose, step}};
  const algo_walk_t w = {.name = s->name,
                         .actions = actions,
                         .n_actions = 1,
                         .start = start,
                         .finish = finish,
                         .user = (void *)s,
                         .seed = seed,
                         .walks = walks,
                         .steps = steps,
                         .tries = 2000}; /* a try replays a walk */
  return algo_walk_run(s->w->t, &w, found);
}

/* ---- behind a walk ---- */

void world_heal(world_t *w, bool asa, uint64_t clawed) {
  uint64_t amount;
  bool frozen;
  for (unsigned p = 0; p < PARTIES; p++) {
    const algo_addr_t *a = &w->who[p];
    if (p != ISSUER && world_balance(w, a) < 1000000000) world_pay(w, &w->who[ISSUER], a, 1000000000, false);
    if (!asa || p == ISSUER) continue;
    if (!world_holding(w, a, &amount, &frozen)) world_opt_in(w, a);
    else if (frozen) world_freeze(w, a, false);
  }
  if (!asa) return;
  world_holding(w, &w->app_addr, &amount, &frozen);
  if (frozen) world_freeze(w, &w->app_addr, false);
  if (clawed) world_xfer(w, &w->who[ISSUER], &w->app_addr, clawed, false);
}

bool world_is_empty(const world_t *w, bool asa) {
  uint64_t amount = 0;
  bool frozen;
  if (asa) world_holding(w, &w->app_addr, &amount, &frozen);
  return amount == 0 && world_balance(w, &w->app_addr) == (asa ? 200000 : 100000);
}
