/* Approval and clear-state programs: who may do what, and what their state is kept in. */
#include "internal.h"

/* ---- OnCompletion ---- */

static bool by_completion(checker_t *ck, unsigned rule, unsigned note, uint64_t completion) {
  attack_t a = attack_by_anyone();
  attack_set(&a, OF_SELF, ALGO_F_TXN_OnCompletion, IS_INT, completion);
  if (!wanted(ck, rule) && !wanted(ck, note)) return false;
  if (try_attack(ck, rule, &a, NULL)) return true;
  attack_t allowed = {.position = -1, .existing = true};
  attack_set(&allowed, OF_SELF, ALGO_F_TXN_OnCompletion, IS_INT, completion);
  (void)try_attack(ck, note, &allowed, NULL);
  return false;
}

static void completions(checker_t *ck) {
  bool anyone = by_completion(ck, ALGO_CHECK_UPDATABLE, ALGO_CHECK_IS_UPDATABLE, 4);
  if (by_completion(ck, ALGO_CHECK_DELETABLE, ALGO_CHECK_IS_DELETABLE, 5) || anyone) return;
  attack_t a = {.position = -1, .existing = true, .unasked = true};
  (void)try_attack(ck, ALGO_CHECK_ON_COMPLETION, &a, NULL);
}

/* ---- keys that give authority ---- */

static bool is_authority(const seen_t *seen, const value_t *key) {
  for (unsigned i = 0; i < seen->n_authorities; i++) {
    if (key->kind == V_BYTES && algo_bytes_eq(seen->authorities[i], algo_bytes(key->p, key->n))) return true;
  }
  return false;
}

/* Was it asked before whether the key has a value, or for something else that stands for a right? */
static bool asked_before(const run_t *r, const work_t *w, val_t key) {
  for (uint32_t i = 0; i < w->n_facts; i++) {
    const value_t *x = value_of(r, w->facts[i].v);
    if ((x->taint & (T_MONEY | T_TIME)) != 0)
      return true; /* who pays, or comes in time, gets what he is meant to get */
    if (x->kind != V_OP) continue;
    if (x->op == ALGO_OP_app_global_get && x->a[0] == key) return true;
    if (x->op == ALGO_OP_app_global_get_ex && x->a[1] == key) return true;
    if (x->op == ALGO_OP_len && value_of(r, x->a[0])->kind == V_OP && value_of(r, x->a[0])->a[0] == key) return true;
  }
  return false;
}

static void observe_authority(run_t *r, work_t *w, uint32_t node, const val_t *args, uint32_t n) {
  (void)n;
  if (r->p->insns[node].op->id != ALGO_OP_app_global_put) return;
  bool chosen = (value_of(r, args[1])->taint & (T_USER | T_FRESH)) != 0;
  if (chosen && is_authority(r->ck->seen, value_of(r, args[0])) && !asked_before(r, w, args[0])) {
    raise_event(r, w, node, ALGO_CHECK_ADMIN, 0, NULL);
  }
}

static void authorities(checker_t *ck) {
  attack_t a = attack_by_anyone();
  a.observe = observe_authority;
  attack_set(&a, OF_SELF, ALGO_F_TXN_OnCompletion, IS_INT, 0);
  if (ck->seen->n_authorities == 0 || !wanted(ck, ALGO_CHECK_ADMIN)) return;
  run_attack(ck->run, ck, &a);
  report_events(ck->run);
}

/* ---- limits in local state ---- */

static void observe_effects(run_t *r, work_t *w, uint32_t node, const val_t *args, uint32_t n) {
  unsigned op = r->p->insns[node].op->id;
  (void)args;
  (void)n;
  if (op == ALGO_OP_itxn_submit || op == ALGO_OP_app_global_put)
    raise_event(r, w, node, ALGO_CHECK_LOCAL_LIMIT, 0, NULL);
}

static void local_limits(checker_t *ck) {
  bool reads = false;
  for (uint32_t k = 0; k < ck->p.graph.n; k++) reads = reads || ck->p.insns[k].op->id == ALGO_OP_app_local_put;
  if (!reads || !wanted(ck, ALGO_CHECK_LOCAL_LIMIT)) return;
  attack_t a = {.position = -1, .existing = true, .local = LOCAL_SET, .observe = observe_effects};
  attack_set(&a, OF_SELF, ALGO_F_TXN_OnCompletion, IS_INT, 0);
  bool *still = algo_arena_array(ck->arena, ck->p.graph.n + 1, sizeof *still);
  if (still == NULL) return;
  run_attack(ck->run, ck, &a);
  for (uint32_t i = 0; i < ck->run->n_events; i++) still[ck->run->events[i].node] = ck->run->events[i].end != NULL;
  a.local = LOCAL_EMPTY;
  run_attack(ck->run, ck, &a);
  for (uint32_t i = 0; i < ck->run->n_events; i++) {
    if (still[ck->run->events[i].node]) ck->run->events[i].end = NULL;
  }
  report_events(ck->run);
}

/* ---- arguments as they came ---- */

static val_t raw_part(const run_t *r, val_t v, unsigned depth) {
  const value_t *x = value_of(r, v);
  if (is_raw_argument(r, v)) return v;
  if (x->kind != V_OP || x->op != ALGO_OP_concat || depth == 0) return 0;
  val_t first = raw_part(r, x->a[0], depth - 1);
  return first != 0 ? first : raw_part(r, x->a[1], depth - 1);
}

/* The operands that are kept: bits, the deepest first. */
static unsigned kept_operands(unsigned op) {
  switch (op) {
  case ALGO_OP_app_global_put: return 3;
  case ALGO_OP_app_local_put: return 6;
  case ALGO_OP_box_create: return 1;
  case ALGO_OP_box_put: return 3;
  case ALGO_OP_box_replace: return 4; /* its name has to be there */
  case ALGO_OP_box_splice: return 8;
  default: return 0;
  }
}

/* Is a box of that name known to be there? Then the name is a good one. */
static bool exists(const run_t *r, const work_t *w, val_t name) {
  for (uint32_t i = 0; i < w->n_facts; i++) {
    const value_t *x = value_of(r, w->facts[i].v);
    bool flag = x->kind == V_OP && (x->op == ALGO_OP_box_get || x->op == ALGO_OP_box_len) && x->result == 1;
    if (flag && x->a[0] == name && w->facts[i].lo > 0) return true;
  }
  return false;
}

/* Was it said of this value on this way already? */
static bool said(const run_t *r, const work_t *w, val_t v) {
  for (uint32_t i = 0; i < r->n_events; i++) {
    if ((w->c.events[i / 64] >> i % 64 & 1) != 0 && r->events[i].about == v) return true;
  }
  return false;
}

static void observe_raw(run_t *r, work_t *w, uint32_t node, const val_t *args, uint32_t n) {
  unsigned kept = kept_operands(r->p->insns[node].op->id);
  for (uint32_t k = 0; k < n; k++) {
    val_t raw = (kept >> k & 1) != 0 ? raw_part(r, args[k], 6) : 0;
    uint64_t index = 0;
    if (raw == 0 || said(r, w, raw) || exists(r, w, args[k])) continue;
    (void)is_int(r, value_of(r, raw)->a[1], &index);
    raise_event(r, w, node, ALGO_CHECK_ARC4_LENGTH, raw,
                algo_arena_printf(&r->ck->scratch, "argument %llu is kept without checking its length",
                                  (unsigned long long)index));
    return;
  }
}

static void raw_arguments(checker_t *ck) {
  attack_t a = {.position = -1, .lengths = true, .observe = observe_raw};
  if (!ck->p.arc4 || !wanted(ck, ALGO_CHECK_ARC4_LENGTH)) return;
  run_attack(ck->run, ck, &a);
  report_events(ck->run);
}

/* ---- clear state ---- */

static bool does_something(const algo_isa_insn_t *i) {
  switch (i->op->id) {
  case ALGO_OP_app_global_put:
  case ALGO_OP_app_global_del:
  case ALGO_OP_app_local_put:
  case ALGO_OP_app_local_del:
  case ALGO_OP_box_put:
  case ALGO_OP_box_del:
  case ALGO_OP_box_replace:
  case ALGO_OP_itxn_submit:
  case ALGO_OP_callsub:
  case ALGO_OP_log: return true;
  default: return false;
  }
}

static void observe_completion(run_t *r, work_t *w, uint32_t node, const val_t *args, uint32_t n) {
  uint64_t lo, hi;
  (void)args;
  (void)n;
  if (!does_something(&r->p->insns[node])) return;
  bounds(r, w, field_value(r, 0, ALGO_F_TXN_OnCompletion, 0), &lo, &hi);
  if (lo == 3 && hi == 3)
    raise_event(r, w, node, ALGO_CHECK_CLEAR_STATE, 0,
                "this is for a ClearState call, which never runs the approval program");
}

static void clearing(checker_t *ck) {
  attack_t a = {.position = -1, .observe = observe_completion};
  if (!wanted(ck, ALGO_CHECK_CLEAR_STATE)) return;
  run_attack(ck->run, ck, &a);
  for (uint32_t i = 0; i < ck->run->n_events; i++) {
    if (ck->run->events[i].end == NULL) continue;
    const event_t *e = &ck->run->events[i];
    report(ck->run, e->rule, e->node, e->end, e->end_node, e->message);
    return; /* the first says it */
  }
}

static void observe_failure(run_t *r, work_t *w, uint32_t node, const val_t *args, uint32_t n) {
  uint64_t lo = 0, hi = 0;
  unsigned op = r->p->insns[node].op->id;
  if (op != ALGO_OP_assert_ && op != ALGO_OP_return_ && op != ALGO_OP_err) return;
  if (n > 0) bounds(r, w, args[0], &lo, &hi);
  if (lo > 0) return;
  raise_event(r, w, node, ALGO_CHECK_CLEAR_STATE, 0,
              "the clear-state program can fail or reject here: the state is cleared all the same");
}

static void scan_clear(checker_t *ck) {
  attack_t a = {.position = -1, .observe = observe_failure};
  attack_set(&a, OF_SELF, ALGO_F_TXN_OnCompletion, IS_INT, 3);
  if (!wanted(ck, ALGO_CHECK_CLEAR_STATE)) return;
  run_attack(ck->run, ck, &a);
  for (uint32_t i = 0; i < ck->run->n_events; i++) {
    const event_t *e = &ck->run->events[i];
    report(ck->run, e->rule, e->node, e->seen, e->node, e->message);
  }
}

void scan_application(checker_t *ck) {
  if (ck->p.mode == ALGO_CHECK_CLEAR) {
    scan_clear(ck);
    return;
  }
  completions(ck);
  authorities(ck);
  local_limits(ck);
  raw_arguments(ck);
  clearing(ck);
  scan_inner(ck);
}
