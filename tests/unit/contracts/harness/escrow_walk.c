/* A random walk over a market of escrow, every step compared with the model. */
#include "escrow_walk.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- choosing ---- */

static uint64_t some_task(escrow_walk_t *k) {
  uint64_t from = world_rnd(&k->rng, k->next);
  for (uint64_t i = 0; i < k->next; i++) {
    const task_t *t = &k->tasks[(from + i) % k->next];
    if (t->live || t->worker_live) return (from + i) % k->next;
  }
  return k->next;
}

static void choose_task(escrow_walk_t *k, task_step_t *s) {
  static const unsigned likely[7][4] = {{TASK_ACCEPT, TASK_ACCEPT, TASK_ACCEPT, TASK_RECLAIM},
                                        {TASK_SUBMIT, TASK_SUBMIT, TASK_SUBMIT, TASK_ABANDON},
                                        {TASK_REJECT, TASK_APPROVE, TASK_RELEASE, TASK_REJECT},
                                        {TASK_RESOLVE, TASK_RESOLVE, TASK_RESOLVE, TASK_APPROVE},
                                        {TASK_WITHDRAW, TASK_WITHDRAW_WORKER, TASK_WITHDRAW, TASK_WITHDRAW_WORKER},
                                        {TASK_WITHDRAW, TASK_WITHDRAW_WORKER, TASK_WITHDRAW, TASK_WITHDRAW_WORKER},
                                        {TASK_WITHDRAW, TASK_WITHDRAW_WORKER, TASK_WITHDRAW, TASK_WITHDRAW_WORKER}};
  s->id = world_rnd(&k->rng, 40) ? some_task(k) : world_rnd(&k->rng, k->next + 1);
  const task_t *t = &k->tasks[s->id];
  s->what = world_rnd(&k->rng, 15) ? likely[t->state][world_rnd(&k->rng, 4)]
                                   : TASK_ACCEPT + (unsigned)world_rnd(&k->rng, TASK_WITHDRAW_WORKER);
  if (t->state == 1 && (uint64_t)k->w.now > t->accepted + t->run && world_rnd(&k->rng, 2)) s->what = TASK_RECLAIM;
  s->by = t->client;
  if (s->what == TASK_ACCEPT) s->by = world_rnd(&k->rng, 2) ? WORK : WORK2;
  if (s->what == TASK_SUBMIT || s->what == TASK_ABANDON) s->by = t->worker;
  if (s->what == TASK_RESOLVE) s->by = world_rnd(&k->rng, 3) ? ARBITER : STRANGER;
  if (world_rnd(&k->rng, 15) == 0) s->by = (unsigned)world_rnd(&k->rng, PARTIES);
  s->amount = s->what == TASK_RESOLVE
                  ? (world_rnd(&k->rng, 3) ? world_rnd(&k->rng, 10050) : world_rnd(&k->rng, 2) * 10000)
                  : t->bond + (world_rnd(&k->rng, 30) == 0);
  s->mbr = 22100 - (world_rnd(&k->rng, 30) == 0);
  s->bond = world_rnd(&k->rng, 3);
}

static void choose(escrow_walk_t *k, task_step_t *s) {
  memset(s, 0, sizeof *s);
  for (unsigned i = 0; i < 32; i++) s->bytes[i] = (uint8_t)world_rnd(&k->rng, 256);
  uint64_t kind = world_rnd(&k->rng, 20);
  if (kind == 0) {
    static const uint64_t bps[] = {0, 1, 333, 2000, 2001};
    s->what = TASK_COLLECT + (unsigned)world_rnd(&k->rng, 4);
    s->by = world_rnd(&k->rng, 10) ? ADMIN : (unsigned)world_rnd(&k->rng, PARTIES);
    s->amount = bps[world_rnd(&k->rng, 5)];
    s->n = s->what == TASK_CONFIGURE ? 58 + (uint32_t)world_rnd(&k->rng, 2000)
           : s->what == TASK_PAUSE   ? world_rnd(&k->rng, 5) == 0
                                     : (uint32_t)world_rnd(&k->rng, 2);
    s->m = 58 + (uint32_t)world_rnd(&k->rng, 300);
    s->bond = s->what == TASK_CONFIGURE ? world_rnd(&k->rng, 9) != 0 : 0;
    s->party = world_rnd(&k->rng, 2) ? WORK : WORK2;
    s->mbr = s->what == TASK_PROVIDER && s->n ? 18900 : 0;
  } else if (k->live_tasks < world_rnd(&k->rng, 5)) {
    s->what = TASK_POST;
    s->by = world_rnd(&k->rng, 2) ? CLIENT : CLIENT2;
    s->mbr = 76100 + (world_rnd(&k->rng, 30) == 0);
    s->amount = world_rnd(&k->rng, 20) ? 1 + world_rnd(&k->rng, 50000) : world_rnd(&k->rng, 2);
    if (k->asa && world_rnd(&k->rng, 5) == 0) s->amount = (1ull << 50) + world_rnd(&k->rng, 1000);
    s->bond = world_rnd(&k->rng, 3)    ? world_rnd(&k->rng, 3000)
              : world_rnd(&k->rng, 40) ? 0
                                       : UINT64_MAX - world_rnd(&k->rng, 60000);
    s->n = world_rnd(&k->rng, 20)  ? 60 + (uint32_t)world_rnd(&k->rng, 600)
           : world_rnd(&k->rng, 2) ? 59
                                   : 2592000 + (uint32_t)world_rnd(&k->rng, 2);
    s->m = world_rnd(&k->rng, 20)  ? (uint32_t)(k->review_min + world_rnd(&k->rng, 400))
           : world_rnd(&k->rng, 2) ? (uint32_t)k->review_min - 1
                                   : 2592001;
  } else {
    choose_task(k, s);
  }
}

static void disturb(escrow_walk_t *k) {
  static const unsigned who[] = {WORK, WORK2, CLIENT, CLIENT2, TREASURY};
  unsigned p = who[world_rnd(&k->rng, 5)];
  const algo_addr_t *a = &k->w.who[p];
  uint64_t have, held, algo = world_balance(&k->w, a);
  bool frozen = false, app_frozen, in = k->asa && world_holding(&k->w, a, &have, &frozen);
  if (algo < 1000000) {
    if (world_rnd(&k->rng, 2)) world_pay(&k->w, &k->w.who[ISSUER], a, 5000000000, false);
    return;
  }
  if (world_rnd(&k->rng, 6) == 0) {
    if (in && frozen) world_freeze(&k->w, a, false);
    if (in) world_xfer(&k->w, a, &k->w.who[ISSUER], 0, true);
    world_pay(&k->w, a, &k->w.who[ISSUER], 0, true);
    return;
  }
  if (!k->asa) return;
  world_holding(&k->w, &k->w.app_addr, &held, &app_frozen);
  if (app_frozen || world_rnd(&k->rng, 25) == 0) world_freeze(&k->w, &k->w.app_addr, !app_frozen);
  if (!in) {
    world_opt_in(&k->w, a);
    world_xfer(&k->w, &k->w.who[ISSUER], a, 1ull << 55, false);
  } else if (frozen || world_rnd(&k->rng, 5) == 0) {
    world_freeze(&k->w, a, !frozen);
  } else if (world_rnd(&k->rng, 5) == 0) {
    world_xfer(&k->w, a, &k->w.who[ISSUER], 0, true);
  } else if (world_rnd(&k->rng, 20) == 0 && held) {
    uint64_t take = world_rnd(&k->rng, held) / 3;
    world_clawback(&k->w, &k->w.app_addr, take);
    k->clawed += take;
  }
}

/* ---- comparing ---- */

static bool same_boxes(escrow_walk_t *k) {
  for (uint64_t i = k->next > 60 ? k->next - 60 : 0; i < k->next; i++) {
    escrow_model_task(k, &k->tasks[i]);
    if (!world_box_is(&k->w, 't', i, k->tasks[i].live, &k->logs)) return false;
    escrow_model_worker(k, &k->tasks[i]);
    if (!world_box_is(&k->w, 'w', i, k->tasks[i].worker_live, &k->logs)) return false;
  }
  return true;
}

static bool same_holding(escrow_walk_t *k) {
  uint64_t balance = world_balance(&k->w, &k->w.app_addr), min = world_min_balance(&k->w, &k->w.app_addr), have;
  bool frozen;
  if (!k->asa) return balance == min + escrow_model_holding(k);
  world_holding(&k->w, &k->w.app_addr, &have, &frozen);
  return balance == min && have + (u128_t)k->clawed == escrow_model_holding(k);
}

static bool same_globals(escrow_walk_t *k) {
  return world_number(&k->w, "fees") == k->fees && world_number(&k->w, "next_task") == k->next &&
         world_number(&k->w, "live_tasks") == k->live_tasks && world_number(&k->w, "live_workers") == k->live_workers &&
         world_number(&k->w, "live_providers") == k->providers && world_number(&k->w, "paused") == k->paused;
}

static bool same_balances(escrow_walk_t *k, const uint64_t *algo, const uint64_t *asset) {
  for (unsigned p = 0; p < PARTIES; p++) {
    uint64_t have = 0;
    bool frozen;
    if (k->asa) world_holding(&k->w, &k->w.who[p], &have, &frozen);
    if (world_balance(&k->w, &k->w.who[p]) != algo[p] - (p == k->by ? k->spent : 0) + k->got[p]) return false;
    if (have != asset[p] - (p == k->by ? k->spent_asset : 0) + k->got_asset[p]) return false;
  }
  return true;
}

static const char *one_step(escrow_walk_t *k, const task_step_t *s) {
  uint64_t algo[PARTIES], asset[PARTIES];
  bool frozen;
  algo_method_call_t c;
  for (unsigned p = 0; p < PARTIES; p++) {
    algo[p] = world_balance(&k->w, &k->w.who[p]);
    asset[p] = 0;
    if (k->asa) world_holding(&k->w, &k->w.who[p], &asset[p], &frozen);
  }
  const char *want = escrow_model_step(k, s);
  escrow_model_call(k, &c, s);
  bool ok = world_call(&k->w, s->by, &c);
  if (ok != !want || (want && strcmp(want, k->w.refusal) != 0)) {
    snprintf(k->why, sizeof k->why, "expected \"%s\", got \"%s\"", want ? want : "", ok ? "" : k->w.refusal);
    return k->why;
  }
  if (want) return NULL;
  k->accepted[s->what]++;
  if (k->w.budget > k->budget) k->budget = k->w.budget;
  if (k->w.seen_logs) k->w.seen_logs(k->w.user, k->w.delta);
  if (!world_logs_are(&k->w, &k->logs)) return "the logs differ";
  if (!same_balances(k, algo, asset)) return "the balances differ";
  if (!same_globals(k)) return "the global state differs";
  if (!same_boxes(k)) return "a box differs";
  if (k->also && !k->also(k)) return "what the test watches does not hold";
  return same_holding(k) ? NULL : "the market does not hold what it has to";
}

void escrow_walk_open(escrow_walk_t *k, bool asa, const algo_app_spec_t *algo, const algo_app_spec_t *asa_spec) {
  memset(k, 0, sizeof *k);
  k->asa = asa;
  k->next = k->open = 1;
  k->fee_bps = 500;
  k->dispute_s = 600;
  k->review_min = 60;
  world_open(&k->w, algo, asa_spec, asa);
  algo_method_call_t c;
  algo_app_t none = {0, k->w.app.asset};
  algo_escrow_create(&c, &none, &k->w.who[TREASURY], &k->w.who[ARBITER], k->w.app.asset, 500, 600, 60, 1, &k->w.arena,
                     NULL);
  world_must(&k->w, world_create(&k->w, &c));
  algo_escrow_bootstrap(&c, &k->w.app, asa ? 200000 : 100000, &k->w.arena, NULL);
  world_must(&k->w, world_call(&k->w, ADMIN, &c));
}

void escrow_walk_close(escrow_walk_t *k) {
  algo_buf_fini(&k->logs);
  world_close(&k->w);
}

/* ---- walking ---- */

typedef struct kept {
  escrow_walk_t *k, fresh;
} kept_t;

static void reset(void *user) {
  kept_t *x = user;
  world_t w = x->k->w;
  algo_buf_t logs = x->k->logs;
  unsigned accepted[TASK_STEPS], owed = x->k->owed;
  uint64_t budget = x->k->budget;
  memcpy(accepted, x->k->accepted, sizeof accepted);
  *x->k = x->fresh;
  memcpy(x->k->accepted, accepted, sizeof accepted);
  x->k->w = w;
  x->k->logs = logs;
  x->k->owed = owed;
  x->k->budget = budget;
}

static void trouble(void *user, uint64_t seed) {
  escrow_walk_t *k = ((kept_t *)user)->k;
  k->rng = seed;
  disturb(k);
}

static const char *draw_call(void *user, uint64_t seed) {
  escrow_walk_t *k = ((kept_t *)user)->k;
  task_step_t s;
  if (k->next + 2 >= WALK_TASKS) return NULL;
  k->rng = seed;
  choose(k, &s);
  bool deposits = s.what == TASK_POST || s.what == TASK_ACCEPT;
  return world_affords(&k->w, s.by, s.mbr, deposits, s.amount) ? one_step(k, &s) : NULL;
}

static const char *in_the_end(void *user) {
  escrow_walk_t *k = ((kept_t *)user)->k;
  return k->finish ? k->finish(k) : NULL;
}

bool escrow_walk_run(escrow_walk_t *k, unsigned walks, unsigned steps, uint64_t seed, algo_walk_found_t *found) {
  kept_t *x = calloc(1, sizeof *x);
  world_must(&k->w, x != NULL);
  *x = (kept_t){k, *k};
  const world_walk_t w = {"escrow", &k->w, x, reset, trouble, draw_call, in_the_end};
  bool ok = world_walk(&w, walks, steps, seed, found);
  free(x);
  return ok;
}

/* ---- nobody's money is locked ---- */

static const char *all_tasks(escrow_walk_t *k, unsigned what, bool (*when)(const task_t *t), unsigned by) {
  for (uint64_t i = 1; i < k->next; i++) {
    const task_t *t = &k->tasks[i];
    if (!when(t)) continue;
    task_step_t s = {.what = what, .by = by < PARTIES ? by : t->client, .id = i};
    algo_arena_reset(&k->w.arena);
    const char *why = one_step(k, &s);
    if (why) return why;
    if (when(t)) return "a stranger cannot end it";
  }
  return NULL;
}

static bool is_posted(const task_t *t) { return t->live && t->state == 0; }
static bool is_accepted(const task_t *t) { return t->live && t->state == 1; }
static bool is_submitted(const task_t *t) { return t->live && t->state == 2; }
static bool is_disputed(const task_t *t) { return t->live && t->state == 3; }
static bool has_task(const task_t *t) { return t->live; }
static bool has_worker(const task_t *t) { return t->worker_live; }

const char *escrow_walk_drain(escrow_walk_t *k) {
  world_heal(&k->w, k->asa, k->clawed);
  k->clawed = 0;
  world_set_time(&k->w, k->w.now + 6000000); /* later than every window */
  static const struct {
    unsigned what;
    bool (*when)(const task_t *t);
    unsigned by;
  } ends[] = {{TASK_RECLAIM, is_posted, PARTIES},     {TASK_RECLAIM, is_accepted, STRANGER},
              {TASK_RELEASE, is_submitted, STRANGER}, {TASK_RESOLVE, is_disputed, STRANGER},
              {TASK_WITHDRAW, has_task, STRANGER},    {TASK_WITHDRAW_WORKER, has_worker, STRANGER}};
  const char *why = NULL;
  for (size_t i = 0; i < sizeof ends / sizeof ends[0] && !why; i++)
    why = all_tasks(k, ends[i].what, ends[i].when, ends[i].by);
  if (!why && k->fees) why = one_step(k, &(task_step_t){.what = TASK_COLLECT, .by = STRANGER});
  for (unsigned p = 0; p < PARTIES && !why; p++)
    if (k->provider[p]) why = one_step(k, &(task_step_t){.what = TASK_PROVIDER, .by = ADMIN, .party = p});
  if (!why && !world_is_empty(&k->w, k->asa)) why = "money is left in the market";
  return why;
}
