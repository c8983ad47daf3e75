#include "walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static bool differs(walk_t *k, const step_t *s, const char *what) {
  if (k->why[0]) return false;
  snprintf(k->why, sizeof k->why, "step %u by %u, id %" PRIu64 ", amount %" PRIu64 ", n %u m %u, now %" PRId64 ": %s",
           s->what, s->by, s->id, s->amount, s->n, s->m, k->w.now, what);
  return false;
}

/* ---- comparing ---- */

typedef struct before {
  uint64_t algo[PARTIES + 1], asset[PARTIES + 1];
} before_t;

static const algo_addr_t *account(const walk_t *k, unsigned i) { return i < PARTIES ? &k->w.who[i] : &k->w.app_addr; }

static void look(const walk_t *k, before_t *b) {
  bool frozen;
  for (unsigned i = 0; i <= PARTIES; i++) {
    b->algo[i] = world_balance(&k->w, account(k, i));
    b->asset[i] = 0;
    if (k->asa) world_holding(&k->w, account(k, i), &b->asset[i], &frozen);
  }
}

static bool same_balances(walk_t *k, const step_t *s, before_t *b) {
  const model_t *m = &k->m;
  uint64_t fees = k->w.fee;
  uint64_t paid_algo = s->what == STEP_RENT || s->what == STEP_REGISTER || s->what == STEP_APPROVE ? s->mbr : 0;
  bool deposits = s->what == STEP_RENT || s->what == STEP_EXTEND;
  if (deposits && !k->asa) paid_algo += s->amount;
  if (deposits) fees += 1000;
  if (s->what == STEP_RENT || s->what == STEP_REGISTER || s->what == STEP_APPROVE) fees += 1000;
  b->algo[s->by] -= fees + paid_algo;
  b->algo[PARTIES] += paid_algo;
  b->asset[s->by] -= m->spent_asset;
  b->asset[PARTIES] += m->spent_asset;
  for (unsigned i = 0; i < m->n_pay; i++) {
    for (unsigned p = 0; p < PARTIES; p++) {
      if (!algo_addr_eq(&m->pay[i].to, &k->w.who[p])) continue;
      b->algo[p] += m->pay[i].algo;
      b->asset[p] += m->pay[i].asset;
    }
    b->algo[PARTIES] -= m->pay[i].algo;
    b->asset[PARTIES] -= m->pay[i].asset;
  }
  before_t now;
  look(k, &now);
  return memcmp(&now, b, sizeof now) == 0;
}

static bool same_globals(const walk_t *k) {
  algo_rental_globals_t g;
  const model_t *m = &k->m;
  world_globals(&k->w, &g);
  return g.fees == m->fees && g.next_gpu == m->next_gpu && g.next_rental == m->next_rental &&
         g.live_gpus == m->live_gpus && g.live_rentals == m->live_rentals && g.live_providers == m->live_providers &&
         g.paused == m->paused && g.open == m->open && g.fee_bps == m->fee_bps && g.ready_s == m->ready_s &&
         g.beat_s == m->beat_s && g.dispute_s == m->dispute_s && algo_addr_eq(&g.admin, &m->admin) &&
         algo_addr_eq(&g.treasury, &m->treasury);
}

static bool same_boxes(walk_t *k) {
  algo_buf_t b = ALGO_BUF_INIT;
  bool ok = true;
  for (uint64_t i = 0; i < k->m.next_gpu && ok; i++) {
    algo_buf_clear(&b);
    model_gpu_bytes(&b, &k->m.gpus[i]);
    ok = world_box_is(&k->w, 'g', i, k->m.gpus[i].live, &b);
  }
  uint64_t from = k->m.next_rental > 40 ? k->m.next_rental - 40 : 0;
  for (uint64_t i = from; i < k->m.next_rental && ok; i++) {
    algo_buf_clear(&b);
    model_rental_bytes(&b, &k->m.rentals[i]);
    ok = world_box_is(&k->w, 'r', i, k->m.rentals[i].live, &b);
  }
  algo_buf_fini(&b);
  return ok;
}

/* What the market holds is what it has to hold, no more and no less. */
static bool same_holding(const walk_t *k) {
  u128_t want = model_owes(&k->m);
  uint64_t balance = world_balance(&k->w, &k->w.app_addr), min = world_min_balance(&k->w, &k->w.app_addr), have;
  bool frozen;
  if (!k->asa) return balance == min + want;
  world_holding(&k->w, &k->w.app_addr, &have, &frozen);
  return balance == min && have + k->clawed == want;
}

/* ---- choosing ---- */

static unsigned party_of(const walk_t *k, const algo_addr_t *a) {
  for (unsigned i = 0; i < PARTIES; i++)
    if (algo_addr_eq(a, &k->w.who[i])) return i;
  return STRANGER;
}

/* One that is there, mostly. */
static uint64_t some_rental(walk_t *k) {
  uint64_t n = k->m.next_rental, from = world_rnd(&k->rng, n);
  if (world_rnd(&k->rng, 40) == 0) return world_rnd(&k->rng, n + 1);
  for (uint64_t i = 0; i < n; i++)
    if (k->m.rentals[(from + i) % n].live) return (from + i) % n;
  return n;
}

static uint64_t some_gpu(walk_t *k) {
  uint64_t n = k->m.next_gpu, from = world_rnd(&k->rng, n);
  if (world_rnd(&k->rng, 40) == 0) return world_rnd(&k->rng, n + 1);
  for (uint64_t i = 0; i < n; i++)
    if (k->m.gpus[(from + i) % n].live) return (from + i) % n;
  return n;
}

/* Edges of the arithmetic now and then; in an asset also deposits near 2^60. */
static uint64_t some_price(walk_t *k) {
  static const uint64_t large[] = {1ull << 32, (1ull << 40) + 1, (1ull << 50) + 7, 999999999999937};
  if (k->asa && world_rnd(&k->rng, 6) == 0) return large[world_rnd(&k->rng, 4)];
  static const uint64_t edges[] = {
      0, 1, 2, 3, 7, 100, 1000, 12345, 1u << 31, UINT64_MAX / 600, UINT64_MAX / 600 + 1, UINT64_MAX};
  return world_rnd(&k->rng, 20) == 0 ? edges[world_rnd(&k->rng, sizeof edges / sizeof edges[0])]
                                     : 1 + world_rnd(&k->rng, 300);
}

/* What makes sense in its state, mostly. */
static unsigned rental_step(walk_t *k, unsigned state) {
  static const unsigned likely[6][8] = {
      {STEP_START, STEP_START, STEP_START, STEP_START, STEP_START, STEP_START, STEP_CANCEL, STEP_DUE},
      {STEP_HEARTBEAT, STEP_HEARTBEAT, STEP_HEARTBEAT, STEP_EXTEND, STEP_CLAIM, STEP_CLAIM, STEP_STOP, STEP_DISPUTE},
      {STEP_WITHDRAW, STEP_WITHDRAW, STEP_WITHDRAW, STEP_DUE, STEP_WITHDRAW, STEP_WITHDRAW, STEP_WITHDRAW, STEP_STOP},
      {STEP_WITHDRAW, STEP_WITHDRAW, STEP_WITHDRAW, STEP_DUE, STEP_WITHDRAW, STEP_WITHDRAW, STEP_WITHDRAW, STEP_START},
      {STEP_RESOLVE, STEP_RESOLVE, STEP_RESOLVE, STEP_RESOLVE, STEP_DUE, STEP_RESOLVE, STEP_RESOLVE, STEP_WITHDRAW},
      {STEP_WITHDRAW, STEP_WITHDRAW, STEP_WITHDRAW, STEP_DUE, STEP_WITHDRAW, STEP_WITHDRAW, STEP_WITHDRAW,
       STEP_RESOLVE},
  };
  return world_rnd(&k->rng, 15) ? likely[state % 6][world_rnd(&k->rng, 8)]
                                : STEP_START + (unsigned)world_rnd(&k->rng, STEP_WITHDRAW - STEP_START + 1);
}

static void choose_rental(walk_t *k, step_t *s) {
  s->id = some_rental(k);
  const model_rental_t *late = &k->m.rentals[s->id < MODEL_RENTALS ? s->id : 0];
  s->what = rental_step(k, late->state);
  if (s->what == STEP_START && late->live && (uint64_t)k->w.now > late->requested + late->ready_s &&
      world_rnd(&k->rng, 3))
    s->what = STEP_CANCEL;
  const model_rental_t *r = s->id < MODEL_RENTALS ? &k->m.rentals[s->id] : &k->m.rentals[0];
  bool owner = s->what == STEP_START || s->what == STEP_HEARTBEAT || s->what == STEP_CLAIM;
  s->by = party_of(k, owner ? &r->owner : &r->renter);
  if (s->what == STEP_STOP && world_rnd(&k->rng, 2)) s->by = party_of(k, &r->owner);
  if (s->what == STEP_RESOLVE) s->by = world_rnd(&k->rng, 3) ? ARBITER : STRANGER;
  if (world_rnd(&k->rng, 12) == 0) s->by = (unsigned)world_rnd(&k->rng, PARTIES);
  s->n = s->what == STEP_STOP ? (uint32_t)world_rnd(&k->rng, 7) : (uint32_t)world_rnd(&k->rng, 30);
  s->amount = s->what == STEP_RESOLVE ? world_rnd(&k->rng, 10100) : r->price * s->n;
  if (s->what == STEP_RESOLVE && world_rnd(&k->rng, 4) == 0) s->amount = world_rnd(&k->rng, 2) ? 0 : 10000;
  if (s->what == STEP_EXTEND && world_rnd(&k->rng, 20) == 0) s->amount++;
}

static unsigned gpu_step(walk_t *k, unsigned state) {
  static const unsigned any[] = {STEP_SUSPEND,      STEP_RESUME,       STEP_BAR,   STEP_UPDATE,
                                 STEP_WITHDRAW_GPU, STEP_WITHDRAW_GPU, STEP_QUOTE, STEP_RENT};
  static const unsigned likely[] = {STEP_RENT, STEP_WITHDRAW_GPU, STEP_RESUME, STEP_BAR};
  if (world_rnd(&k->rng, 40) == 0) return STEP_RETIRE;
  return world_rnd(&k->rng, 4) ? likely[state % 4] : any[world_rnd(&k->rng, 8)];
}

static void choose_gpu(walk_t *k, step_t *s) {
  s->id = some_gpu(k);
  s->what = gpu_step(k, s->id < MODEL_GPUS ? k->m.gpus[s->id].state : 0);
  const model_gpu_t *g = &k->m.gpus[s->id < MODEL_GPUS ? s->id : 0];
  s->by = party_of(k, &g->owner);
  s->n = g->min + (uint32_t)world_rnd(&k->rng, g->max - g->min + 2);
  s->m = s->n + (uint32_t)world_rnd(&k->rng, 40);
  if (s->what == STEP_RENT || s->what == STEP_QUOTE) {
    s->by = world_rnd(&k->rng, 2) ? RENTER : RENTER2;
    if (world_rnd(&k->rng, 30) == 0) s->n = (uint32_t)world_rnd(&k->rng, 3);
    s->amount = g->price * s->n + (world_rnd(&k->rng, 30) == 0);
    s->mbr = 80900 - (world_rnd(&k->rng, 30) == 0);
  }
  if (s->what == STEP_UPDATE) {
    s->amount = some_price(k);
    s->n = (uint32_t)(world_rnd(&k->rng, 10) ? 1 + world_rnd(&k->rng, 3) : world_rnd(&k->rng, 2));
    s->m = s->n + (uint32_t)(world_rnd(&k->rng, 10) ? world_rnd(&k->rng, 60) : -world_rnd(&k->rng, 2));
  }
  if (s->what == STEP_BAR) {
    s->by = ADMIN;
    s->n = world_rnd(&k->rng, 4) == 0;
  }
  if (world_rnd(&k->rng, 15) == 0) s->by = (unsigned)world_rnd(&k->rng, PARTIES);
}

static void choose_market(walk_t *k, step_t *s) {
  static const unsigned whats[] = {STEP_REGISTER, STEP_REGISTER,  STEP_APPROVE,
                                   STEP_COLLECT,  STEP_CONFIGURE, STEP_PAUSE};
  s->what = whats[world_rnd(&k->rng, sizeof whats / sizeof whats[0])];
  s->by = world_rnd(&k->rng, 10) ? ADMIN : (unsigned)world_rnd(&k->rng, PARTIES);
  s->n = (uint32_t)world_rnd(&k->rng, 2);
  if (s->what == STEP_REGISTER) {
    s->by = world_rnd(&k->rng, 2) ? OWNER : OWNER2;
    s->model_n = world_rnd(&k->rng, 10) ? 1 + world_rnd(&k->rng, 64) : world_rnd(&k->rng, 70);
    for (size_t i = 0; i < s->model_n; i++) s->model[i] = (uint8_t)world_rnd(&k->rng, 256);
    s->mbr = 62500 + 400 * s->model_n + (world_rnd(&k->rng, 20) == 0);
    s->amount = some_price(k);
    s->n = (uint32_t)(world_rnd(&k->rng, 10) ? 1 + world_rnd(&k->rng, 3) : world_rnd(&k->rng, 2));
    s->m = s->n + (uint32_t)(world_rnd(&k->rng, 10) ? world_rnd(&k->rng, 60) : -world_rnd(&k->rng, 2));
  } else if (s->what == STEP_APPROVE) {
    s->party = world_rnd(&k->rng, 2) ? OWNER : OWNER2;
    s->mbr = s->n ? 18900 : 0;
    if (world_rnd(&k->rng, 20) == 0) s->mbr = 1;
  } else if (s->what == STEP_CONFIGURE) {
    static const uint64_t bps[] = {0, 1, 33, 500, 1999, 2000, 2001};
    s->amount = bps[world_rnd(&k->rng, 7)];
    s->n = 100 + (uint32_t)world_rnd(&k->rng, 2000);
    s->m = world_rnd(&k->rng, 2) ? 200 + (uint32_t)world_rnd(&k->rng, 1500) : 0;
    s->id = world_rnd(&k->rng, 4000);
    s->party = world_rnd(&k->rng, 6) != 0;
  } else if (s->what == STEP_PAUSE) {
    s->n = world_rnd(&k->rng, 6) == 0;
  }
}

static void choose(walk_t *k, step_t *s) {
  memset(s, 0, sizeof *s);
  for (unsigned i = 0; i < 32; i++) s->bytes[i] = (uint8_t)world_rnd(&k->rng, 256);
  unsigned kind = (unsigned)world_rnd(&k->rng, 20);
  if (k->m.live_gpus < 2 || kind == 0) choose_market(k, s);
  else if (kind < 5 || k->m.live_rentals < world_rnd(&k->rng, 5)) choose_gpu(k, s);
  else choose_rental(k, s);
}

/* ---- the world moves: time, poverty, frozen and closed accounts ---- */

static void close_account(walk_t *k, unsigned p) {
  uint64_t amount;
  bool frozen;
  if (k->asa && world_holding(&k->w, &k->w.who[p], &amount, &frozen)) {
    if (frozen) world_freeze(&k->w, &k->w.who[p], false);
    world_xfer(&k->w, &k->w.who[p], &k->w.who[ISSUER], 0, true);
  }
  world_pay(&k->w, &k->w.who[p], &k->w.who[ISSUER], 0, true);
}

static void disturb_asset(walk_t *k, unsigned p) {
  uint64_t amount, held;
  bool frozen, app_frozen;
  const algo_addr_t *a = &k->w.who[p];
  if (world_balance(&k->w, a) < 1000000) return;
  bool in = world_holding(&k->w, a, &amount, &frozen);
  if (!in && world_rnd(&k->rng, 2)) {
    world_opt_in(&k->w, a);
    return;
  }
  world_holding(&k->w, &k->w.app_addr, &held, &app_frozen);
  switch (world_rnd(&k->rng, 6)) {
  case 0: break;
  case 1:
    if (in && !frozen) world_xfer(&k->w, a, &k->w.who[ISSUER], 0, true);
    break;
  case 2:
    if (in) world_freeze(&k->w, a, !frozen);
    break;
  case 3:
    if (in && frozen) world_freeze(&k->w, a, false);
    break;
  case 4: world_freeze(&k->w, &k->w.app_addr, !app_frozen && world_rnd(&k->rng, 6) == 0); break;
  default:
    if (world_rnd(&k->rng, 4) == 0 && held) {
      uint64_t take = world_rnd(&k->rng, held) / (1 + world_rnd(&k->rng, 4));
      world_clawback(&k->w, &k->w.app_addr, take);
      k->clawed += take;
    }
  }
}

static void disturb(walk_t *k) {
  static const unsigned who[] = {OWNER, OWNER2, RENTER, RENTER2, TREASURY};
  unsigned p = who[world_rnd(&k->rng, 5)];
  uint64_t have = world_balance(&k->w, &k->w.who[p]);
  if (have == 0 || (have < 1000000 && world_rnd(&k->rng, 2))) {
    if (world_rnd(&k->rng, 2) == 0) world_pay(&k->w, &k->w.who[ISSUER], &k->w.who[p], 5000000000, false);
  } else if (have > 1000000 && world_rnd(&k->rng, 6) == 0) {
    close_account(k, p);
  } else if (k->asa) {
    disturb_asset(k, p);
  }
  uint64_t in;
  bool frozen;
  if (k->asa && world_holding(&k->w, &k->w.app_addr, &in, &frozen) && frozen && world_rnd(&k->rng, 4) == 0)
    world_freeze(&k->w, &k->w.app_addr, false);
  if (k->asa && world_balance(&k->w, &k->w.who[p]) > 1000000 && world_holding(&k->w, &k->w.who[p], &in, &frozen) &&
      !frozen && in < 1u << 20)
    world_xfer(&k->w, &k->w.who[ISSUER], &k->w.who[p], 1u << 30, false);
}

/* ---- walking ---- */

static void count_refusal(walk_t *k, const char *why) {
  unsigned i = 0;
  while (i < k->n_refusals && strcmp(k->refusals[i], why) != 0) i++;
  if (i == 64) return;
  k->refusals[i] = why;
  k->seen[i]++;
  if (i == k->n_refusals) k->n_refusals++;
}

static bool one_step(walk_t *k, const step_t *s) {
  before_t b;
  algo_method_call_t c;
  look(k, &b);
  const char *want = model_step(&k->m, s);
  model_call(&c, s, &k->w);
  bool ok = world_call(&k->w, s->by, &c);
  if (ok != !want || (want && strcmp(want, k->w.refusal) != 0)) {
    char text[2048];
    snprintf(text, sizeof text, "expected \"%s\", got \"%s\"", want ? want : "", ok ? "" : k->w.refusal);
    return differs(k, s, text);
  }
  if (want) {
    count_refusal(k, want);
    return true;
  }
  k->accepted[s->what]++;
  if (k->w.budget > k->budget[s->what]) k->budget[s->what] = k->w.budget;
  if (k->w.seen_logs) k->w.seen_logs(k->w.user, k->w.delta);
  if (k->also && !k->also(k)) return differs(k, s, "what the test watches does not hold");
  if (!world_logs_are(&k->w, &k->m.logs)) return differs(k, s, "the logs differ");
  if (!same_balances(k, s, &b)) return differs(k, s, "the balances differ");
  if (!same_globals(k)) return differs(k, s, "the global state differs");
  if (!same_boxes(k)) return differs(k, s, "a box differs");
  return same_holding(k) || differs(k, s, "the market does not hold what it has to");
}

typedef struct kept {
  walk_t *k;
  model_t fresh;
} kept_t;

static void reset(void *user) {
  kept_t *x = user;
  algo_buf_t logs = x->k->m.logs;
  x->k->m = x->fresh;
  x->k->m.logs = logs;
  x->k->clawed = 0;
  x->k->why[0] = '\0';
}

static void trouble(void *user, uint64_t seed) {
  walk_t *k = ((kept_t *)user)->k;
  k->rng = seed;
  disturb(k);
}

static const char *draw_call(void *user, uint64_t seed) {
  walk_t *k = ((kept_t *)user)->k;
  step_t s;
  if (k->m.next_rental + 2 >= MODEL_RENTALS || k->m.next_gpu + 2 >= MODEL_GPUS) return NULL;
  k->rng = seed;
  choose(k, &s);
  bool deposits = s.what == STEP_RENT || s.what == STEP_EXTEND;
  return !world_affords(&k->w, s.by, s.mbr, deposits, s.amount) || one_step(k, &s) ? NULL : k->why;
}

static const char *in_the_end(void *user) {
  walk_t *k = ((kept_t *)user)->k;
  return k->finish ? k->finish(k) : NULL;
}

bool walk_run(walk_t *k, unsigned walks, unsigned steps, uint64_t seed, algo_walk_found_t *found) {
  kept_t *x = calloc(1, sizeof *x);
  world_must(&k->w, x != NULL);
  *x = (kept_t){k, k->m};
  const world_walk_t w = {"rental", &k->w, x, reset, trouble, draw_call, in_the_end};
  bool ok = world_walk(&w, walks, steps, seed, found);
  free(x);
  return ok;
}

/* ---- nobody's money is locked ---- */

static bool act(walk_t *k, step_t s) {
  algo_arena_reset(&k->w.arena);
  unsigned before = k->accepted[s.what];
  return one_step(k, &s) && (k->accepted[s.what] > before || differs(k, &s, "refused"));
}

static bool end_rental(walk_t *k, uint64_t id) {
  static const unsigned ends[] = {STEP_CANCEL, STEP_STOP, STEPS, STEPS, STEP_RESOLVE, STEPS};
  const model_rental_t *r = &k->m.rentals[id];
  if (ends[r->state] != STEPS && !act(k, (step_t){.what = ends[r->state], .by = STRANGER, .id = id})) return false;
  return !r->live || act(k, (step_t){.what = STEP_WITHDRAW, .by = STRANGER, .id = id});
}

static bool drained(walk_t *k) {
  for (uint64_t i = 0; i < k->m.next_rental; i++)
    if (k->m.rentals[i].live && !end_rental(k, i)) return false;
  for (uint64_t i = 0; i < k->m.next_gpu; i++) {
    const model_gpu_t *g = &k->m.gpus[i];
    if (g->live && g->owed && !act(k, (step_t){.what = STEP_WITHDRAW_GPU, .by = STRANGER, .id = i})) return false;
    if (g->live && !act(k, (step_t){.what = STEP_RETIRE, .by = party_of(k, &g->owner), .id = i})) return false;
  }
  if (k->m.fees && !act(k, (step_t){.what = STEP_COLLECT, .by = STRANGER})) return false;
  for (unsigned p = 0; p < PARTIES; p++)
    if (k->m.provider[p] && !act(k, (step_t){.what = STEP_APPROVE, .by = ADMIN, .party = p})) return false;
  return true;
}

const char *walk_drain(walk_t *k) {
  world_heal(&k->w, k->asa, k->clawed);
  k->clawed = 0;
  world_set_time(&k->w, k->w.now + 5000000000); /* later than every window */
  if (!drained(k)) return k->why;
  return world_is_empty(&k->w, k->asa) ? NULL : "money is left in the market";
}

void walk_open(walk_t *k, bool asa, const algo_app_spec_t *algo, const algo_app_spec_t *asa_spec) {
  memset(k, 0, sizeof *k);
  k->asa = asa;
  world_open(&k->w, algo, asa_spec, asa);
  model_start(&k->m, &k->w, asa);
  algo_method_call_t c;
  algo_app_t none = {0, k->w.app.asset};
  algo_rental_create(&c, &none, &k->w.who[TREASURY], &k->w.who[ARBITER], k->w.app.asset, 500, 600, 300, 3600, 1,
                     &k->w.arena, NULL);
  bool ok = world_create(&k->w, &c);
  if (ok) algo_rental_bootstrap(&c, &k->w.app, asa ? 200000 : 100000, &k->w.arena, NULL);
  ok = ok && world_call(&k->w, ADMIN, &c);
  if (!ok) snprintf(k->why, sizeof k->why, "the market was not made: %s", k->w.refusal ? k->w.refusal : "?");
  k->m.fee_bps = 500;
  k->m.ready_s = 600;
  k->m.beat_s = 300;
  k->m.dispute_s = 3600;
  k->m.open = 1;
}

void walk_close(walk_t *k) {
  algo_buf_fini(&k->m.logs);
  world_close(&k->w);
}
