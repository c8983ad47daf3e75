/* Jumps: threading, calls that end as jumps, dead code, labels that nobody uses, equal endings, routines with one call.
 */
#include "optimise.h"

static tg_ins_t *behind(tg_flow_t *f, uint32_t label) { /* the first instruction at a label */
  uint32_t i = f->at[label];
  while (i < f->code->n && (f->code->ins[i].op == TG_LABEL || f->code->ins[i].op == TG_NOP)) i++;
  return i < f->code->n ? &f->code->ins[i] : NULL;
}

static bool thread(tg_flow_t *f, tg_ins_t *x) {
  tg_ins_t *to = behind(f, (uint32_t)x->u);
  if (!to || to == x) return false;
  if (to->op == TG_B && to->u != x->u) {
    if (x->op == TG_CALLSUB) { /* what is known of the routine is known of where it begins now */
      f->returns[to->u] = f->returns[x->u];
      tg_vars_join(&f->uses[to->u], &f->uses[x->u]);
    }
    x->u = to->u;
    return true;
  }
  if (x->op == TG_B && (to->op == TG_RETSUB || to->op == TG_ERR)) {
    *x = *to;
    return true;
  }
  return false;
}

/* callsub X; retsub is a jump, and so is a call of what never comes back. */
static bool last_call(tg_flow_t *f, size_t i) {
  tg_ins_t *x = &f->code->ins[i];
  size_t k = i + 1;
  while (k < f->code->n && f->code->ins[k].op == TG_LABEL) k++;
  bool tail = k < f->code->n && f->code->ins[k].op == TG_RETSUB;
  if (!tail && f->returns[x->u]) return false;
  x->op = TG_B;
  return true;
}

/* bz over a jump is bnz, and back */
static bool invert(tg_flow_t *f, size_t i) {
  tg_ins_t *x = &f->code->ins[i];
  if (i + 2 >= f->code->n || x[1].op != TG_B || x[2].op != TG_LABEL || x[2].u != x->u) return false;
  x->op = x->op == TG_BZ ? TG_BNZ : TG_BZ;
  x->u = x[1].u;
  x[1].op = TG_NOP;
  return true;
}

static bool to_next(tg_flow_t *f, size_t i) {
  tg_ins_t *x = &f->code->ins[i];
  for (size_t k = i + 1; k < f->code->n && (f->code->ins[k].op == TG_LABEL || f->code->ins[k].op == TG_NOP); k++) {
    if (f->code->ins[k].op != TG_LABEL || f->code->ins[k].u != x->u) continue;
    x->op = TG_NOP;
    return true;
  }
  return false;
}

static bool drop_dead(tg_t *b, tg_flow_t *f) {
  bool changed = false, dead = false;
  bool *used = algo_arena_array(b->arena, b->n_labels + 1, sizeof *used);
  if (!used) return false;
  for (size_t i = 0; i < f->code->n; i++) {
    const tg_ins_t *x = &f->code->ins[i];
    if (x->op == TG_B || x->op == TG_BZ || x->op == TG_BNZ || x->op == TG_CALLSUB) used[x->u] = true;
    for (uint32_t k = 0; tg_branches(x) && k < x->n; k++) used[x->labels[k]] = true;
  }
  for (size_t i = 0; i < f->code->n; i++) {
    tg_ins_t *x = &f->code->ins[i];
    if (x->op == TG_LABEL && !used[x->u]) {
      x->op = TG_NOP;
      changed = true;
    } else if (x->op == TG_LABEL) {
      dead = false;
    } else if (dead && x->op != TG_NOP) {
      x->op = TG_NOP;
      changed = true;
    }
    if (tg_flags(x) & ENDS) dead = true;
  }
  return changed;
}

bool tg_pass_jumps(tg_t *b, tg_flow_t *f) {
  bool changed = false;
  for (size_t i = 0; i < f->code->n; i++) {
    tg_ins_t *x = &f->code->ins[i];
    bool call = x->op == TG_CALLSUB;
    if (x->op == TG_B || x->op == TG_BZ || x->op == TG_BNZ || (call && !(b->hand && b->hand->frames)))
      changed |= thread(f, x);
    if (x->op == TG_CALLSUB && !(b->hand && b->hand->frames)) changed |= last_call(f, i);
    if (x->op == TG_BZ || x->op == TG_BNZ) changed |= invert(f, i);
    if (x->op == TG_B) changed |= to_next(f, i);
  }
  changed |= drop_dead(b, f);
  tg_compact(f->code);
  return changed;
}

/* ---- equal endings ---- */

/* Bytes of the common end of what ends at i and at j; *n instructions. */
static unsigned common(const tg_code_t *c, size_t i, size_t j, size_t *n) {
  unsigned bytes = 0;
  size_t k = 0;
  while (k <= i && k <= j && i - k != j && tg_same_ins(&c->ins[i - k], &c->ins[j - k])) {
    if (c->ins[i - k].op == TG_LABEL) break;
    bytes += tg_ins_size(&c->ins[i - k]);
    k++;
  }
  *n = k;
  return bytes;
}

enum { WORTH = 6 }; /* bytes: three go into the jump, and it costs one of budget a run */

bool tg_pass_tails(tg_t *b, tg_flow_t *f) {
  tg_code_t *c = f->code;
  if (!tg_can(b, TG_B)) return false;
  size_t best_i = 0, best_j = 0, best_n = 0;
  unsigned best = WORTH - 1;
  for (size_t i = 0; i < c->n; i++) {
    if (!(tg_flags(&c->ins[i]) & ENDS)) continue;
    for (size_t j = i + 1; j < c->n; j++) {
      if (!(tg_flags(&c->ins[j]) & ENDS)) continue;
      size_t n;
      unsigned bytes = common(c, i, j, &n);
      if (bytes <= best) continue;
      best = bytes;
      best_i = i;
      best_j = j;
      best_n = n;
    }
  }
  if (!best_n) return false;
  uint32_t label = tg_label(b, NULL);
  tg_code_t out = {0};
  for (size_t k = 0; k < c->n; k++) {
    if (k == best_j - best_n + 1) tg_code_put(b, &out, (tg_ins_t){.op = TG_LABEL, .u = label});
    if (k == best_i - best_n + 1) tg_code_put(b, &out, (tg_ins_t){.op = TG_B, .u = label});
    if (k + best_n > best_i && k <= best_i) continue;
    tg_code_put(b, &out, c->ins[k]);
  }
  *c = out;
  return true;
}

/* ---- inlining ---- */

/* The body of a routine: from its label to the retsub that ends it, when that is the only way out and nothing else
 * jumps in; 0: it is not so simple. */
static size_t simple_body(const tg_flow_t *f, uint32_t label, size_t *from) {
  const tg_code_t *c = f->code;
  *from = f->at[label];
  for (size_t i = *from + 1; i < c->n; i++) {
    const tg_ins_t *x = &c->ins[i];
    if (x->op == TG_RETSUB) return i - *from - 1;
    if (tg_flags(x) & FLOW && x->op != TG_CALLSUB) return 0;
  }
  return 0;
}

bool tg_pass_inline(tg_t *b, tg_flow_t *f) {
  tg_code_t *c = f->code;
  if (b->hand && b->hand->frames) return false;
  for (uint32_t label = 0; label < b->n_labels; label++) {
    size_t calls = 0, at = 0, from;
    bool jumped = false;
    if (f->at[label] == UINT32_MAX) continue;
    for (size_t i = 0; i < c->n; i++) {
      const tg_ins_t *x = &c->ins[i];
      if (x->op == TG_CALLSUB && x->u == label) {
        calls++;
        at = i;
      }
      jumped |= (x->op == TG_B || x->op == TG_BZ || x->op == TG_BNZ) && x->u == label;
      for (uint32_t k = 0; tg_branches(x) && k < x->n; k++) jumped |= x->labels[k] == label;
    }
    size_t n = calls ? simple_body(f, label, &from) : 0;
    unsigned bytes = 0;
    for (size_t k = 0; k < n; k++) bytes += tg_ins_size(&c->ins[from + 1 + k]);
    bool small = bytes <= 4; /* a call is three bytes, and the body goes with the last one */
    if (!n || jumped || (calls > 1 && !small) || (at >= from && at <= from + n)) continue;
    tg_code_t out = {0};
    for (size_t i = 0; i < c->n; i++) {
      if (i != at) {
        tg_code_put(b, &out, c->ins[i]);
        continue;
      }
      for (size_t k = 0; k < n; k++) tg_code_put(b, &out, c->ins[from + 1 + k]);
    }
    *c = out;
    return true;
  }
  return false;
}
