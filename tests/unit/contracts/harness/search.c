/* Walks whose failures end in the shortest script. A step is one number, which draws all that it does. */
#include "world.h"

static bool start(void *user, algo_testnet_t *t) {
  const world_search_t *s = user;
  s->reset(s->walk);
  s->w->now = algo_testnet_now(t);
  s->w->refusal = NULL;
  s->w->tells = true;
  algo_buf_clear(&s->w->story);
  return true;
}

static bool step(void *user, algo_testnet_t *t, const uint64_t *args) {
  const world_search_t *s = user;
  const char *why = s->one(s->walk, args[0]);
  return !why || algo_testnet_fail(t, "%s, behind\n%s", why, algo_buf_cstr(&s->w->story));
}

bool world_search(const world_search_t *s, unsigned walks, unsigned steps, uint64_t seed, algo_walk_found_t *found) {
  static const algo_walk_arg_t args[] = {{"seed", ALGO_WALK_SEED, 0, 0}};
  static const algo_walk_action_t actions[] = {{"step", 1, args, 1, NULL, step}};
  algo_walk_t w = {.name = s->name, .actions = actions, .n_actions = 1, .start = start, .user = (void *)s};
  w.seed = seed;
  w.walks = walks;
  w.steps = steps;
  w.tries = 1000; /* a try replays a walk */
  bool ok = algo_walk_run(s->w->t, &w, found);
  s->w->tells = false;
  algo_testnet_forgive(s->w->t);
  return ok;
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
