/* The control-flow graph: where labels are, which routines come back, which variables live where. */
#include "optimise.h"

bool tg_same_ins(const tg_ins_t *a, const tg_ins_t *b) {
  const char *ma = a->message ? a->message : "", *mb = b->message ? b->message : "";
  const char *fa = a->field ? a->field : "", *fb = b->field ? b->field : "";
  return a->op == b->op && a->a == b->a && a->b == b->b && a->u == b->u && algo_bytes_eq(a->bytes, b->bytes) &&
         strcmp(fa, fb) == 0 && strcmp(ma, mb) == 0 && a->n == 0 && b->n == 0 &&
         (a->op != TG_OTHER || strcmp(a->text, b->text) == 0);
}

unsigned tg_ins_size(const tg_ins_t *i) {
  switch (i->op) {
  case TG_LABEL:
  case TG_NOP: return 0;
  case TG_LOAD:
  case TG_STORE:
  case TG_TXN:
  case TG_GLOBAL:
  case TG_GTXNS:
  case TG_TXNAS:
  case TG_HOLDING:
  case TG_ITXN_FIELD:
  case TG_DIG:
  case TG_COVER:
  case TG_UNCOVER:
  case TG_BURY1: return 2;
  case TG_TXNA:
  case TG_EXTRACT:
  case TG_B:
  case TG_BZ:
  case TG_BNZ:
  case TG_CALLSUB: return 3;
  case TG_INT: return i->u < 128 ? 1 : 2;
  case TG_BYTES_: return i->bytes.n <= 4 && i->bytes.n > 1 ? 2 + (unsigned)i->bytes.n : 2;
  case TG_SWITCH:
  case TG_MATCH: return 2 + 2 * i->n;
  case TG_END: return 0;
  case TG_OTHER: return (unsigned)i->u;
  default: return 1;
  }
}

bool tg_blind_slot(const tg_ins_t *x) {
  return x->op == TG_OTHER && (x->isa->id == ALGO_OP_loads || x->isa->id == ALGO_OP_stores);
}

void tg_compact(tg_code_t *code) {
  size_t n = 0;
  for (size_t i = 0; i < code->n; i++)
    if (code->ins[i].op != TG_NOP) code->ins[n++] = code->ins[i];
  code->n = n;
}

/* ---- what a call reaches ---- */

typedef struct walker {
  tg_flow_t *f;
  bool *seen; /* instruction */
  uint32_t *todo;
  size_t n;
} walker_t;

static void visit(walker_t *w, uint32_t i) {
  if (i >= w->f->code->n || w->seen[i]) return;
  w->seen[i] = true;
  w->todo[w->n++] = i;
}

/* Marks what is reached from `from` without following calls into routines, but noting what they use. */
static void walk(walker_t *w, uint32_t from, bool *returns, tg_vars_t *uses) {
  tg_flow_t *f = w->f;
  memset(w->seen, 0, f->code->n);
  w->n = 0;
  visit(w, from);
  while (w->n) {
    uint32_t i = w->todo[--w->n];
    const tg_ins_t *x = &f->code->ins[i];
    if (x->op == TG_LOAD || x->op == TG_STORE) tg_vars_add(uses, x->a);
    if (tg_blind_slot(x)) tg_vars_all(uses);
    if (x->op == TG_RETSUB) *returns = true;
    if (x->op == TG_B || x->op == TG_BZ || x->op == TG_BNZ) visit(w, f->at[x->u]);
    if (x->op == TG_CALLSUB) tg_vars_join(uses, &f->uses[x->u]);
    for (uint32_t k = 0; tg_branches(x) && k < x->n; k++) visit(w, f->at[x->labels[k]]);
    bool ends = tg_flags(x) & ENDS || (x->op == TG_CALLSUB && !f->returns[x->u]);
    if (!ends) visit(w, i + 1);
  }
}

static bool grow(walker_t *w, uint32_t label) {
  bool returns = false;
  tg_vars_t uses = {{0}};
  walk(w, w->f->at[label], &returns, &uses);
  bool changed = returns && !w->f->returns[label];
  if (returns) w->f->returns[label] = true;
  return tg_vars_join(&w->f->uses[label], &uses) || changed;
}

algo_code_t tg_flow_find(tg_t *b, tg_flow_t *f, tg_code_t *code) {
  f->code = code;
  f->public_slots = b->hand && b->hand->app;
  f->at = algo_arena_array(b->arena, b->n_labels + 1, sizeof *f->at);
  f->returns = algo_arena_array(b->arena, b->n_labels + 1, sizeof *f->returns);
  f->uses = algo_arena_array(b->arena, b->n_labels + 1, sizeof *f->uses);
  walker_t w = {f, algo_arena_array(b->arena, code->n + 1, sizeof(bool)),
                algo_arena_array(b->arena, code->n + 1, sizeof(uint32_t)), 0};
  if (!f->at || !f->returns || !f->uses || !w.seen || !w.todo)
    return algo_err_set(b->err, ALGO_E_NOMEM, "out of memory");
  memset(f->at, 0xff, (b->n_labels + 1) * sizeof *f->at);
  for (size_t i = 0; i < code->n; i++)
    if (code->ins[i].op == TG_LABEL) f->at[code->ins[i].u] = (uint32_t)i;
  bool changed = true;
  while (changed) {
    changed = false;
    for (size_t i = 0; i < code->n; i++)
      if (code->ins[i].op == TG_CALLSUB) changed |= grow(&w, (uint32_t)code->ins[i].u);
  }
  return ALGO_OK;
}

/* ---- liveness: a return may go behind any call, which keeps more alive than need be and never less ---- */

static void live_before(const tg_ins_t *x, const tg_vars_t *behind, tg_vars_t *out) {
  *out = *behind;
  if (x->op == TG_STORE) tg_vars_remove(out, x->a);
  if (x->op == TG_LOAD) tg_vars_add(out, x->a);
  if (tg_blind_slot(x)) tg_vars_all(out);
}

static bool live_step(tg_flow_t *f, tg_vars_t *in, const tg_vars_t *after_calls, size_t i) {
  const tg_ins_t *x = &f->code->ins[i];
  tg_vars_t behind = {{0}}, before;
  if (x->op == TG_RETSUB) tg_vars_join(&behind, after_calls);
  if (x->op == TG_B || x->op == TG_BZ || x->op == TG_BNZ || x->op == TG_CALLSUB)
    tg_vars_join(&behind, &in[f->at[x->u]]);
  for (uint32_t k = 0; tg_branches(x) && k < x->n; k++) tg_vars_join(&behind, &in[f->at[x->labels[k]]]);
  if (f->public_slots && (x->op == TG_RETURN || x->op == TG_END)) tg_vars_all(&behind);
  bool ends = tg_flags(x) & ENDS || x->op == TG_CALLSUB;
  if (!ends && i + 1 < f->code->n) tg_vars_join(&behind, &in[i + 1]);
  tg_vars_join(&f->live[i], &behind);
  live_before(x, &f->live[i], &before);
  return tg_vars_join(&in[i], &before);
}

algo_code_t tg_flow_live(tg_t *b, tg_flow_t *f) {
  size_t n = f->code->n;
  f->live = algo_arena_array(b->arena, n + 1, sizeof *f->live);
  tg_vars_t *in = algo_arena_array(b->arena, n + 1, sizeof *in);
  if (!f->live || !in) return algo_err_set(b->err, ALGO_E_NOMEM, "out of memory");
  bool changed = true;
  while (changed) {
    tg_vars_t after_calls = {{0}};
    changed = false;
    for (size_t i = 0; i + 1 < n; i++)
      if (f->code->ins[i].op == TG_CALLSUB) tg_vars_join(&after_calls, &in[i + 1]);
    for (size_t i = n; i-- > 0;) changed |= live_step(f, in, &after_calls, i);
  }
  return ALGO_OK;
}
