/* Random walks: actions with drawn arguments, and what has to hold after each. */
#include "walk_impl.h"

enum { DEFAULT_STEPS = 100, DEFAULT_TRIES = 5000, CHOICES = 64, NO_SEED = 16 };

bool script_add(script_t *s, const algo_walk_step_t *step) {
  if (s->n == s->cap) {
    size_t cap = s->cap == 0 ? 64 : s->cap * 2;
    algo_walk_step_t *more = realloc(s->steps, cap * sizeof *more);
    if (more == NULL) return false;
    s->steps = more;
    s->cap = cap;
  }
  s->steps[s->n++] = *step;
  return true;
}

uint64_t walk_arg_lo(const algo_walk_arg_t *a) { return a->kind == ALGO_WALK_UINT ? a->lo : 0; }

uint64_t walk_arg_hi(const algo_walk_t *w, const algo_walk_arg_t *a) {
  if (a->kind == ALGO_WALK_WHO) return w->n_who == 0 ? 0 : w->n_who - 1;
  return a->kind == ALGO_WALK_SEED || a->hi == 0 ? UINT64_MAX : a->hi;
}

bool walk_begin(walker_t *k) {
  k->t->expect = (expect_t){.kind = EXPECT_OK};
  algo_testnet_forgive(k->t);
  if (!algo_testnet_revert(k->t, k->base)) return false;
  if (k->w->start != NULL && !k->w->start(k->w->user, k->t)) return algo_testnet_fail(k->t, "the walk does not start");
  return k->t->why.n == 0;
}

bool walk_step(walker_t *k, const algo_walk_step_t *step) {
  const algo_walk_action_t *a = &k->w->actions[step->action];
  bool ok = a->run(k->w->user, k->t, step->args) && k->t->why.n == 0 && testnet_nothing_due(k->t);
  k->culprit = (culprit_t){CULPRIT_ACTION, step->action};
  if (!ok) return algo_testnet_fail(k->t, "%s failed", a->name);
  for (size_t i = 0; i < k->w->n_invariants; i++) {
    const algo_walk_invariant_t *v = &k->w->invariants[i];
    if (v->holds(k->w->user, k->t) && k->t->why.n == 0) continue;
    k->culprit = (culprit_t){CULPRIT_INVARIANT, i};
    return algo_testnet_fail(k->t, "it does not hold");
  }
  return true;
}

bool walk_finish(walker_t *k) {
  if (k->w->finish == NULL) return true;
  if (k->t->telling) algo_buf_puts(&k->t->story, "  in the end:\n");
  if (k->w->finish(k->w->user, k->t) && k->t->why.n == 0) return true;
  k->culprit = (culprit_t){CULPRIT_FINISH, 0};
  return algo_testnet_fail(k->t, "it does not hold");
}

/* ---- drawing ---- */

static size_t draw_action(const algo_walk_t *w, algo_fuzz_t *f) {
  uint64_t sum = 0;
  for (size_t i = 0; i < w->n_actions; i++) sum += w->actions[i].weight == 0 ? 1 : w->actions[i].weight;
  uint64_t at = algo_fuzz_below(f, sum);
  for (size_t i = 0;; i++) {
    uint64_t weight = w->actions[i].weight == 0 ? 1 : w->actions[i].weight;
    if (at < weight) return i;
    at -= weight;
  }
}

/* False: no action was to be had. */
static bool draw(walker_t *k, algo_fuzz_t *f, algo_walk_step_t *out) {
  for (unsigned tries = 0; tries < CHOICES; tries++) {
    memset(out, 0, sizeof *out);
    out->action = (unsigned)draw_action(k->w, f);
    const algo_walk_action_t *a = &k->w->actions[out->action];
    for (size_t i = 0; i < a->n_args; i++) {
      uint64_t lo = walk_arg_lo(&a->args[i]), hi = walk_arg_hi(k->w, &a->args[i]);
      if (a->args[i].kind == ALGO_WALK_WHO) out->args[i] = algo_fuzz_below(f, hi + 1);
      else if (a->args[i].kind == ALGO_WALK_UINT) out->args[i] = algo_fuzz_uint(f, lo, hi);
      else out->args[i] = algo_fuzz_below(f, NO_SEED) == 0 ? 0 : algo_fuzz_below(f, UINT64_MAX);
    }
    if (a->choose == NULL || a->choose(k->w->user, k->t, f, out->args)) return true;
  }
  return false;
}

/* One walk; its steps are in *done. True: all held. */
static bool walk_once(walker_t *k, uint64_t seed, script_t *done) {
  algo_fuzz_t f = {seed};
  unsigned steps = k->w->steps == 0 ? DEFAULT_STEPS : k->w->steps;
  done->n = 0;
  if (!walk_begin(k)) return false;
  for (unsigned i = 0; i < steps; i++) {
    algo_walk_step_t step;
    if (!draw(k, &f, &step)) break;
    if (!script_add(done, &step)) return testnet_nomem(k->t);
    uint64_t accepted = k->t->accepted, refused = k->t->refused;
    if (!walk_step(k, &step)) return false;
    if (k->w->counts == NULL) continue;
    algo_walk_count_t *c = &k->w->counts[step.action];
    c->done++;
    c->accepted += k->t->accepted - accepted;
    c->refused += k->t->refused - refused;
  }
  return walk_finish(k);
}

/* ---- telling ---- */

static void put_why(const walker_t *k, algo_buf_t *out) {
  const culprit_t c = k->culprit;
  algo_buf_printf(out, "walk %s: ", k->w->name);
  if (c.kind == CULPRIT_ACTION) algo_buf_printf(out, "action %s", k->w->actions[c.index].name);
  else if (c.kind == CULPRIT_INVARIANT) algo_buf_printf(out, "invariant %s", k->w->invariants[c.index].name);
  else algo_buf_puts(out, "in the end");
  algo_buf_printf(out, ": %s", algo_testnet_why(k->t));
}

static bool tell(algo_testnet_t *t, const walker_t *k, const algo_walk_found_t *f) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_buf_putb(&text, algo_buf_view(&f->why));
  algo_buf_printf(&text, "\nshortest script, %zu of %zu steps (seed %" PRIu64 ", walk %u, %u tries):\n", f->n, f->was,
                  k->w->seed, f->walk, f->tries);
  algo_buf_putb(&text, algo_buf_view(&f->story));
  algo_walk_json(&text, k->w, f->steps, f->n);
  algo_buf_putc(&text, '\n');
  algo_walk_c(&text, k->w, f->steps, f->n);
  if (k->w->saved != NULL && f->n > 0) {
    algo_buf_t path = ALGO_BUF_INIT;
    if (walk_keep(t, k->w, f, &path))
      algo_buf_printf(&text, "kept in %s, which is run first from now on\n", algo_buf_cstr(&path));
    algo_buf_fini(&path);
  }
  algo_testnet_fail(t, "%s", algo_buf_cstr(&text));
  algo_buf_fini(&text);
  return false;
}

void algo_walk_found_fini(algo_walk_found_t *f) {
  free(f->steps);
  algo_buf_fini(&f->why);
  algo_buf_fini(&f->story);
  *f = (algo_walk_found_t){0};
}

/* ---- the whole ---- */

static bool sound(algo_testnet_t *t, const algo_walk_t *w) {
  if (w->n_actions == 0) return algo_testnet_fail(t, "walk %s has no actions", w->name);
  for (size_t i = 0; i < w->n_actions; i++)
    if (w->actions[i].n_args > ALGO_WALK_ARGS)
      return algo_testnet_fail(t, "action %s has more than %d arguments", w->actions[i].name, ALGO_WALK_ARGS);
  return true;
}

/* A walk has failed: its shortest script is looked for. */
static void find(walker_t *k, script_t *s, algo_walk_found_t *f) {
  f->was = s->n;
  if (f->was > 0) walk_shrink(k, s);
  if (f->was > 0) algo_buf_putb(&f->story, algo_buf_view(&k->t->story));
  f->steps = s->steps;
  f->n = s->n;
  f->tries = k->tries;
  if (f->was > 0) put_why(k, &f->why);
  else algo_buf_printf(&f->why, "walk %s: %s", k->w->name, algo_testnet_why(k->t));
}

/* The testnet is as it was, and says what happens to it again. */
static void put_back(walker_t *k) {
  algo_testnet_forgive(k->t);
  k->t->expect = (expect_t){.kind = EXPECT_OK};
  algo_testnet_revert(k->t, k->base);
  k->t->collecting = false;
}

static bool run_saved(walker_t *k) {
  algo_buf_t why = ALGO_BUF_INIT;
  bool ok = walk_saved(k, &why);
  put_back(k);
  if (!ok) algo_testnet_fail(k->t, "%s", algo_buf_cstr(&why));
  algo_buf_fini(&why);
  k->t->collecting = ok;
  return ok;
}

bool algo_walk_run(algo_testnet_t *t, const algo_walk_t *w, algo_walk_found_t *found) {
  walker_t k = {.t = t, .w = w, .max_tries = w->tries == 0 ? DEFAULT_TRIES : w->tries};
  script_t s = {0};
  algo_walk_found_t f = {0};
  bool ok = true;
  if (!sound(t, w) || !algo_testnet_snapshot(t, &k.base)) return false;
  t->collecting = true;
  if (w->saved != NULL && !run_saved(&k)) return false;
  for (unsigned i = 0; ok && i < (w->walks == 0 ? 1 : w->walks); i++) {
    f.walk = i;
    ok = walk_once(&k, w->seed + i * UINT64_C(0x632be59bd9b4e019), &s);
  }
  if (!ok) find(&k, &s, &f);
  put_back(&k);
  if (ok) free(s.steps);
  else if (found != NULL) *found = f; /* the caller has it even where failing does not come back */
  if (!ok) tell(t, &k, &f);
  if (!ok && found == NULL) algo_walk_found_fini(&f);
  return ok;
}

/* Is it a step of this walk? Numbers may be any: `choose` may have put them there. */
static bool may_be(const algo_walk_t *w, const algo_walk_step_t *s) {
  if (s->action >= w->n_actions) return false;
  const algo_walk_action_t *a = &w->actions[s->action];
  for (size_t i = 0; i < a->n_args; i++)
    if (a->args[i].kind == ALGO_WALK_WHO && s->args[i] > walk_arg_hi(w, &a->args[i])) return false;
  return true;
}

bool walk_do(walker_t *k, const algo_walk_step_t *steps, size_t n, algo_buf_t *why) {
  const algo_walk_t *w = k->w;
  bool ok = true;
  for (size_t i = 0; ok && i < n; i++) {
    bool known = may_be(w, &steps[i]);
    ok = known && walk_step(k, &steps[i]);
    if (ok) continue;
    algo_buf_printf(why, "step %zu, ", i + 1);
    if (steps[i].action < w->n_actions) walk_put_step(why, w, &steps[i]);
    algo_buf_puts(why, ": ");
    if (known) put_why(k, why);
    else algo_buf_puts(why, "the walk has no such action, or nobody of that number");
  }
  if (!ok || walk_finish(k)) return ok;
  put_why(k, why);
  return false;
}

bool algo_walk_do(algo_testnet_t *t, const algo_walk_t *w, const algo_walk_step_t *steps, size_t n) {
  walker_t k = {.t = t, .w = w};
  algo_buf_t why = ALGO_BUF_INIT;
  if (!sound(t, w)) return false;
  t->collecting = true;
  bool ok = w->start == NULL || w->start(w->user, t);
  if (!ok) algo_buf_puts(&why, "the walk does not start");
  ok = ok && walk_do(&k, steps, n, &why);
  t->expect = (expect_t){.kind = EXPECT_OK};
  t->collecting = false;
  algo_testnet_forgive(t);
  if (!ok) algo_testnet_fail(t, "%s", algo_buf_cstr(&why));
  algo_buf_fini(&why);
  return ok;
}

/* A test with fuzzed arguments is a walk of one step. */
static bool fuzz(algo_testnet_t *t, algo_walk_action_t action, algo_walk_t w, const char *script) {
  w.name = action.name;
  w.actions = &action;
  w.n_actions = 1;
  w.steps = 1;
  return script == NULL ? algo_walk_run(t, &w, NULL) : algo_walk_replay(t, &w, script);
}

bool algo_fuzz_run(algo_testnet_t *t, const char *name, const algo_walk_arg_t *args, size_t n_args,
                   const char *const *who, size_t n_who, unsigned runs, uint64_t seed,
                   bool (*test)(void *user, algo_testnet_t *t, const uint64_t *args), void *user) {
  const algo_walk_action_t action = {.name = name, .args = args, .n_args = n_args, .run = test};
  return fuzz(t, action, (algo_walk_t){.who = who, .n_who = n_who, .user = user, .seed = seed, .walks = runs}, NULL);
}

bool algo_fuzz_replay(algo_testnet_t *t, const char *name, const algo_walk_arg_t *args, size_t n_args,
                      const char *const *who, size_t n_who, const char *script,
                      bool (*test)(void *user, algo_testnet_t *t, const uint64_t *args), void *user) {
  const algo_walk_action_t action = {.name = name, .args = args, .n_args = n_args, .run = test};
  return fuzz(t, action, (algo_walk_t){.who = who, .n_who = n_who, .user = user}, script);
}
