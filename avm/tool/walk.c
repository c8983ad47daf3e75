/* Every program that a group ran, inner calls in their places: units of steps, and the moments that a debugger walks.
 */
#include "record.h"

typedef struct walk {
  record_t *r;
  world_t *w;
  size_t cap_units, cap_moments;
  const unit_t **units;
  moment_t *moments;
  algo_arena_t *arena;
  bool ok;
} walk_t;

#define GROW(k, list, n, cap)                                                                                          \
  do {                                                                                                                 \
    if ((n) < (cap)) break;                                                                                            \
    (cap) = (cap) ? 2 * (cap) : 64;                                                                                    \
    void *more = algo_arena_array((k)->arena, (cap), sizeof *(list));                                                  \
    if (more == NULL) (k)->ok = false;                                                                                 \
    else if ((n) > 0) memcpy(more, (list), (n) * sizeof *(list));                                                      \
    if (more != NULL) (list) = more;                                                                                   \
  } while (0)

static void add_moment(walk_t *k, const unit_t *u, size_t step) {
  GROW(k, k->moments, k->r->n_moments, k->cap_moments);
  if (k->ok) k->moments[k->r->n_moments++] = (moment_t){u, step};
}

/* ---- what ran ---- */

typedef struct wanted {
  bool clear;
  algo_arena_t *arena;
  algo_bytes_t code;
} wanted_t;

static bool take_code(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *global, size_t n) {
  wanted_t *x = user;
  (void)app, (void)global, (void)n;
  x->code = algo_arena_dup(x->arena, x->clear ? p->clear : p->approval);
  return false;
}

static algo_bytes_t code_of(walk_t *k, const algo_txn_t *t, uint64_t app, bool clear) {
  if (t->app_id == 0) return clear ? t->clear_program : t->approval_program;
  for (size_t i = 0; i < k->r->n_units; i++) /* created earlier in the group */
    if (k->units[i]->created == app) return k->units[i]->program->l.code;
  wanted_t x = {.clear = clear, .arena = k->arena};
  algo_ledger_app(k->w->l, app, take_code, &x);
  return x.code;
}

/* The file that has this code; else its disassembly. */
static const program_t *program_of(walk_t *k, algo_bytes_t code, uint64_t app) {
  for (size_t i = 0; i < k->w->n_apps; i++)
    if (algo_bytes_eq(k->w->apps[i].program->l.code, code)) return k->w->apps[i].program;
  if (algo_bytes_eq(k->r->program->l.code, code)) return k->r->program;
  program_t *p = algo_arena_zalloc(k->arena, sizeof *p);
  algo_err_t err;
  if (p == NULL) return NULL;
  p->path = algo_arena_printf(k->arena, "app %llu", (unsigned long long)app);
  algo_bytes_t own = algo_arena_dup(k->arena, code);
  return p->path != NULL && algo_listing_load(&p->l, own, k->arena, &err) == ALGO_OK ? p : NULL;
}

static void walk_txn(walk_t *k, const algo_sim_trace_t *trace, const algo_apply_t *a, size_t txn, const unit_t *parent,
                     size_t parent_step);

static void walk_inner(walk_t *k, const unit_t *u, size_t step, const algo_sim_trace_t *trace) {
  const algo_sim_step_t *raw = u->steps[step].raw;
  for (size_t i = 0; i < raw->n_spawned; i++) {
    size_t at = raw->spawned[i];
    if (at < u->apply->delta.n_inner)
      walk_txn(k, at < trace->n_inner ? &trace->inner[at] : NULL, &u->apply->delta.inner[at], u->txn, u, step);
  }
}

static unit_t *new_unit(walk_t *k, const program_t *p, const algo_apply_t *a, size_t txn, const unit_t *parent,
                        size_t parent_step) {
  unit_t *u = algo_arena_zalloc(k->arena, sizeof *u);
  GROW(k, k->units, k->r->n_units, k->cap_units);
  if (u == NULL || p == NULL || !k->ok) return k->ok = false, NULL;
  *u = (unit_t){.program = p, .apply = a, .txn = txn, .parent = parent, .parent_step = parent_step};
  u->level = parent != NULL ? parent->level + parent->steps[parent_step].calls + 1 : 0;
  k->units[k->r->n_units++] = u;
  return u;
}

static void walk_unit(walk_t *k, unit_t *u, const algo_sim_step_t *raw, size_t n, const algo_sim_trace_t *trace) {
  if (u == NULL || !record_steps(u, raw, n, k->arena)) {
    k->ok = false;
    return;
  }
  for (size_t i = 0; i < n && k->ok; i++) {
    add_moment(k, u, i);
    walk_inner(k, u, i, trace);
  }
}

static void walk_txn(walk_t *k, const algo_sim_trace_t *trace, const algo_apply_t *a, size_t txn, const unit_t *parent,
                     size_t parent_step) {
  const algo_txn_t *t = &a->stxn.txn;
  bool clear = t->on_completion == ALGO_OC_CLEAR;
  size_t n = trace == NULL ? 0 : clear ? trace->n_clear : trace->n_approval;
  if (t->type != ALGO_TX_APPL || n == 0) return;
  uint64_t app = t->app_id != 0 ? t->app_id : a->created_app;
  unit_t *u = new_unit(k, program_of(k, code_of(k, t, app, clear), app), a, txn, parent, parent_step);
  if (u == NULL) return;
  u->app = app;
  u->created = a->created_app;
  walk_unit(k, u, clear ? trace->clear : trace->approval, n, trace);
}

bool record_walk(record_t *r, world_t *w, const algo_sim_result_t *sim, algo_arena_t *arena) {
  walk_t k = {.r = r, .w = w, .arena = arena, .ok = true};
  for (size_t i = 0; i < sim->n_txns && k.ok; i++) { /* signatures are looked at before anything happens */
    const algo_sim_trace_t *t = sim->txns[i].trace;
    if (t == NULL || t->n_sig == 0) continue;
    unit_t *u = new_unit(&k, program_of(&k, w->group[i].lsig.logic, 0), sim->txns[i].apply, i, NULL, 0);
    if (u != NULL) u->sig = true;
    walk_unit(&k, u, t->sig, t->n_sig, t);
  }
  for (size_t i = 0; i < sim->n_txns && k.ok; i++)
    if (sim->txns[i].apply != NULL) walk_txn(&k, sim->txns[i].trace, sim->txns[i].apply, i, NULL, 0);
  r->units = k.units;
  r->moments = k.moments;
  return k.ok;
}
