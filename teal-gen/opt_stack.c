/* Variables that can stay on the stack instead of going to scratch space. */
#include "optimise.h"

/* How deep an instruction looks, and what it leaves; false: it ends the block. */
static bool effect(tg_t *b, const tg_flow_t *f, const tg_ins_t *x, unsigned *pops, unsigned *pushes) {
  *pops = tg_pops(x);
  *pushes = tg_pushes(x);
  if (x->op == TG_CALLSUB) {
    for (unsigned i = 0; i < b->n_routines; i++) {
      if (b->routines[i].label != x->u) continue;
      *pops = b->routines[i].r->params;
      *pushes = b->routines[i].r->returns != TG_VOID;
      return f->returns[x->u];
    }
    return false;
  }
  if (x->op == TG_DIG) {
    *pops = x->a + 1u;
    *pushes = x->a + 2u;
  } else if (x->op == TG_COVER || x->op == TG_UNCOVER) {
    *pops = *pushes = x->a + 1u;
  }
  return !(tg_flags(x) & FLOW);
}

typedef struct use {
  size_t at;
  unsigned depth; /* values above the variable's */
} use_t;

enum { MAX_USES = 8 };

/* The loads of the variable stored at i, when all of them follow in this block and the stack below stays untouched. */
static unsigned uses_of(tg_t *b, const tg_flow_t *f, size_t i, use_t *uses) {
  const tg_code_t *c = f->code;
  unsigned v = c->ins[i].a, n = 0, depth = 0, pops, pushes;
  for (size_t k = i + 1; k < c->n; k++) {
    const tg_ins_t *x = &c->ins[k];
    if (x->op == TG_LOAD && x->a == v) {
      if (n == MAX_USES || depth > 200) return 0;
      uses[n++] = (use_t){k, depth};
      if (!tg_vars_has(&f->live[k], v)) return n;
      depth++;
      continue;
    }
    if ((x->op == TG_CALLSUB && tg_vars_has(&f->uses[x->u], v)) || tg_blind_slot(x)) return 0;
    if (x->op == TG_STORE && x->a == v) return 0;
    if (!effect(b, f, x, &pops, &pushes) || pops > depth) return 0;
    depth = depth - pops + pushes;
  }
  return 0;
}

/* The instructions that may be needed are there in this version. */
static bool reachable(const tg_t *b, const use_t *uses, unsigned n) {
  for (unsigned k = 0; k < n; k++) {
    bool last = k + 1 == n;
    if (uses[k].depth && !tg_can(b, !last ? TG_DIG : uses[k].depth == 1 ? TG_SWAP : TG_UNCOVER)) return false;
  }
  return true;
}

static void take(tg_ins_t *x, unsigned depth, bool last) {
  if (!last) *x = depth ? (tg_ins_t){.op = TG_DIG, .a = (uint8_t)depth} : (tg_ins_t){.op = TG_DUP};
  else if (depth == 0) *x = (tg_ins_t){.op = TG_NOP};
  else *x = depth == 1 ? (tg_ins_t){.op = TG_SWAP} : (tg_ins_t){.op = TG_UNCOVER, .a = (uint8_t)depth};
}

/* One store a run: what is known of the program is stale behind it. */
bool tg_pass_stack(tg_t *b, tg_flow_t *f) {
  tg_code_t *c = f->code;
  use_t uses[MAX_USES];
  for (size_t i = 0; i < c->n; i++) {
    tg_ins_t *x = &c->ins[i];
    if (x->op != TG_STORE) continue;
    if (!tg_vars_has(&f->live[i], x->a)) {
      *x = (tg_ins_t){.op = TG_POP};
      return true;
    }
    unsigned n = uses_of(b, f, i, uses);
    if (!n || !reachable(b, uses, n)) continue;
    x->op = TG_NOP;
    for (unsigned k = 0; k < n; k++) take(&c->ins[uses[k].at], uses[k].depth, k + 1 == n);
    tg_compact(c);
    return true;
  }
  return false;
}
