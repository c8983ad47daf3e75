/* The shortest script that still fails: steps are taken out, then arguments made smaller, until neither helps. */
#include "walk_impl.h"

/* Does it fail as the first one did? Then *s is cut behind the step that fails. */
static bool fails(walker_t *k, script_t *s, const culprit_t *as) {
  if (k->tries >= k->max_tries) return false;
  k->tries++;
  if (!walk_begin(k)) return false;
  for (size_t i = 0; i < s->n; i++) {
    if (k->t->telling) {
      algo_buf_printf(&k->t->story, "  %zu. ", i + 1);
      walk_put_step(&k->t->story, k->w, &s->steps[i]);
      algo_buf_putc(&k->t->story, '\n');
    }
    if (walk_step(k, &s->steps[i])) continue;
    bool same = k->culprit.kind == as->kind && k->culprit.index == as->index;
    if (same) s->n = i + 1;
    return same;
  }
  return as->kind == CULPRIT_FINISH && !walk_finish(k);
}

/* Tries `candidate`; takes it for *s where it fails too. */
static bool take(walker_t *k, script_t *s, script_t *candidate, const culprit_t *as) {
  if (!fails(k, candidate, as)) return false;
  memcpy(s->steps, candidate->steps, candidate->n * sizeof *s->steps);
  s->n = candidate->n;
  return true;
}

static bool drop_steps(walker_t *k, script_t *s, script_t *room, const culprit_t *as) {
  bool any = false;
  for (size_t chunk = s->n > 1 ? s->n / 2 : 1; chunk > 0; chunk /= 2) {
    for (size_t at = 0; at + chunk <= s->n && s->n > 1;) {
      room->n = s->n - chunk;
      memcpy(room->steps, s->steps, at * sizeof *s->steps);
      memcpy(room->steps + at, s->steps + at + chunk, (s->n - at - chunk) * sizeof *s->steps);
      if (take(k, s, room, as)) any = true;
      else at += chunk;
    }
  }
  return any;
}

/* Two steps of one action become one that does what both did: step j goes, its numbers are added to step i's. */
static bool merge(walker_t *k, script_t *s, script_t *room, const culprit_t *as, size_t i, size_t j) {
  const algo_walk_action_t *a = &k->w->actions[s->steps[i].action];
  if (s->steps[i].action != s->steps[j].action || a->n_args == 0) return false;
  memcpy(room->steps, s->steps, j * sizeof *s->steps);
  memcpy(room->steps + j, s->steps + j + 1, (s->n - j - 1) * sizeof *s->steps);
  room->n = s->n - 1;
  for (size_t arg = 0; arg < a->n_args; arg++) {
    uint64_t *into = &room->steps[i].args[arg], sum;
    bool fits = !__builtin_add_overflow(*into, s->steps[j].args[arg], &sum) && sum <= walk_arg_hi(k->w, &a->args[arg]);
    if (a->args[arg].kind == ALGO_WALK_UINT && fits) *into = sum;
  }
  return take(k, s, room, as);
}

static bool merge_steps(walker_t *k, script_t *s, script_t *room, const culprit_t *as) {
  bool any = false;
  for (size_t i = 0; i < s->n; i++)
    for (size_t j = i + 1; j < s->n;)
      if (merge(k, s, room, as, i, j)) any = true;
      else j++;
  return any;
}

/* Every argument of the script that is `from` (of the kind, or this one alone) becomes `to`. */
static bool set_args(walker_t *k, script_t *s, script_t *room, const culprit_t *as, size_t step, size_t arg, bool all,
                     uint64_t to) {
  uint64_t from = s->steps[step].args[arg];
  algo_walk_kind_t kind = k->w->actions[s->steps[step].action].args[arg].kind;
  memcpy(room->steps, s->steps, s->n * sizeof *s->steps);
  room->n = s->n;
  room->steps[step].args[arg] = to;
  for (size_t i = 0; all && i < room->n; i++) {
    const algo_walk_action_t *a = &k->w->actions[room->steps[i].action];
    for (size_t j = 0; j < a->n_args; j++)
      if (a->args[j].kind == kind && room->steps[i].args[j] == from && walk_arg_lo(&a->args[j]) <= to)
        room->steps[i].args[j] = to;
  }
  return take(k, s, room, as);
}

/* The smallest value that fails: the least at once, then by halves. */
static bool lower(walker_t *k, script_t *s, script_t *room, const culprit_t *as, size_t step, size_t arg, bool all) {
  const algo_walk_arg_t *a = &k->w->actions[s->steps[step].action].args[arg];
  uint64_t lo = walk_arg_lo(a), hi = s->steps[step].args[arg];
  if (hi <= lo) return false;
  if (set_args(k, s, room, as, step, arg, all, lo)) return true;
  if (a->kind == ALGO_WALK_SEED) return false; /* a smaller one is another one, and no simpler */
  bool any = false;
  while (hi - lo > 1 && k->tries < k->max_tries && step < s->n) { /* lo passes, hi fails */
    uint64_t mid = lo + (hi - lo) / 2;
    if (set_args(k, s, room, as, step, arg, all, mid)) hi = mid, any = true;
    else lo = mid;
  }
  return any;
}

static bool lower_args(walker_t *k, script_t *s, script_t *room, const culprit_t *as) {
  bool any = false;
  for (size_t i = 0; i < s->n; i++)
    for (size_t j = 0; i < s->n && j < k->w->actions[s->steps[i].action].n_args; j++) {
      bool one = lower(k, s, room, as, i, j, false);
      if (i < s->n && lower(k, s, room, as, i, j, true)) one = true;
      any = any || one;
    }
  return any;
}

void walk_shrink(walker_t *k, script_t *s) {
  const culprit_t as = k->culprit;
  script_t room = {malloc(s->n * sizeof *s->steps), 0, s->n};
  if (room.steps == NULL) return;
  for (bool any = true; any && k->tries < k->max_tries;) {
    any = drop_steps(k, s, &room, &as);
    if (merge_steps(k, s, &room, &as)) any = true;
    if (lower_args(k, s, &room, &as)) any = true;
  }
  free(room.steps);
  k->max_tries = k->tries + 1; /* once more, for what it says */
  algo_buf_clear(&k->t->story);
  k->t->telling = true;
  fails(k, s, &as);
  k->t->telling = false;
  k->culprit = as;
}
