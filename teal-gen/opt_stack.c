/* Peephole rules, and variables that can stay on the stack instead of going to scratch space. */
#include "optimise.h"

static bool pure_push(const tg_ins_t *x) {
  return tg_ops[x->op].pops == 0 && tg_ops[x->op].pushes == 1 && tg_ops[x->op].flags & PURE;
}

/* Rules over two neighbours. */
static bool pair(tg_ins_t *x, tg_ins_t *y) {
  if (x->op == TG_SWAP && tg_ops[y->op].flags & COMMUTES) {
    x->op = TG_NOP;
    return true;
  }
  if (x->op == TG_SWAP && y->op == TG_SWAP) {
    x->op = y->op = TG_NOP;
    return true;
  }
  if (x->op == TG_NOT && (y->op == TG_BZ || y->op == TG_BNZ)) {
    x->op = TG_NOP;
    y->op = y->op == TG_BZ ? TG_BNZ : TG_BZ;
    return true;
  }
  if (y->op == TG_POP && (pure_push(x) || x->op == TG_DUP)) {
    x->op = y->op = TG_NOP;
    return true;
  }
  if (x->op == TG_LOAD && y->op == TG_LOAD && x->a == y->a) {
    y->op = TG_DUP;
    return true;
  }
  if (x->op == TG_STORE && y->op == TG_LOAD && x->a == y->a) {
    tg_ins_t store = *x;
    *x = (tg_ins_t){.op = TG_DUP};
    *y = store;
    return true;
  }
  return false;
}

bool tg_pass_peephole(tg_t *b, tg_flow_t *f) {
  (void)b;
  bool changed = false;
  for (size_t i = 0; i + 1 < f->code->n; i++) changed |= pair(&f->code->ins[i], &f->code->ins[i + 1]);
  tg_compact(f->code);
  return changed;
}

/* How deep an instruction looks, and what it leaves; false: it ends the block. */
static bool effect(tg_t *b, const tg_flow_t *f, const tg_ins_t *x, unsigned *pops, unsigned *pushes) {
  *pops = tg_ops[x->op].pops;
  *pushes = tg_ops[x->op].pushes;
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
  return !(tg_ops[x->op].flags & FLOW);
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
    if (x->op == TG_CALLSUB && tg_vars_has(&f->uses[x->u], v)) return 0;
    if (!effect(b, f, x, &pops, &pushes) || pops > depth) return 0;
    depth = depth - pops + pushes;
  }
  return 0;
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
    if (!n) continue;
    x->op = TG_NOP;
    for (unsigned k = 0; k < n; k++) take(&c->ins[uses[k].at], uses[k].depth, k + 1 == n);
    tg_compact(c);
    return true;
  }
  return false;
}
