/* Peephole rules: shorter forms of neighbours, which do the same and fail on the same operands. */
#include <stdlib.h>

#include "optimise.h"

/* A hand-written program may read a field only to fail where it cannot be read: an application's in a signature, the
 * effects of its own transaction, the time of a block that the node no longer has. */
static bool may_fail(const tg_t *b, const tg_ins_t *x) {
  if (!b->hand || (x->op != TG_GLOBAL && x->op != TG_TXN)) return false;
  algo_group_t group = x->op == TG_GLOBAL ? ALGO_GROUP_GLOBAL : ALGO_GROUP_TXN;
  const algo_isa_field_t *f = algo_isa_field_by_name(group, x->field, strlen(x->field));
  return !f || f->effect || f->modes == ALGO_MODE_APP || (x->op == TG_TXN && f->value == ALGO_F_TXN_FirstValidTime);
}

static bool pure_push(const tg_t *b, const tg_ins_t *x) {
  return tg_pops(x) == 0 && tg_pushes(x) == 1 && tg_flags(x) & PURE && !may_fail(b, x);
}

static bool is_condition(const tg_ins_t *x) { return x->op == TG_BZ || x->op == TG_BNZ; }

static bool drop_both(tg_ins_t *x, tg_ins_t *y) {
  x->op = y->op = TG_NOP;
  return true;
}

static bool drop_first(tg_ins_t *x) {
  x->op = TG_NOP;
  return true;
}

/* A comparison and its negation are the other comparison. Both sides fail on the same operands. */
static bool negated(tg_ins_t *x, tg_ins_t *y) {
  static const tg_opcode_t pairs[][2] = {{TG_EQ, TG_NE}, {TG_LT, TG_GE}, {TG_GT, TG_LE}};
  if (y->op != TG_NOT) return false;
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
    for (unsigned k = 0; k < 2; k++) {
      if (x->op != pairs[i][k]) continue;
      x->op = pairs[i][1 - k];
      y->op = TG_NOP;
      return true;
    }
  return false;
}

/* Shorter names of the same thing. */
static bool rename_one(tg_ins_t *x) {
  if ((x->op == TG_COVER || x->op == TG_UNCOVER) && x->a == 1) *x = (tg_ins_t){.op = TG_SWAP};
  else if (x->op == TG_DIG && x->a == 0) *x = (tg_ins_t){.op = TG_DUP};
  else return false;
  return true;
}

static bool several_pops(tg_t *b, tg_ins_t *x, tg_ins_t *y) {
  bool many = x->op == TG_OTHER && x->isa->id == ALGO_OP_popn;
  if (y->op != TG_POP || (!many && x->op != TG_POP)) return false;
  unsigned n = many ? (unsigned)strtoul(x->text + strlen("popn "), NULL, 10) : 1;
  if (n > 254) return false;
  tg_ins_t z = tg_other(b, "popn", "popn %u", n + 1);
  if (z.op == TG_NOP) return false;
  *x = z;
  return drop_first(y);
}

static bool pair_of_pops(tg_t *b, tg_ins_t *x, tg_ins_t *y) {
  if (y->op != TG_POP) return several_pops(b, x, y);
  if (pure_push(b, x) || x->op == TG_DUP) return drop_both(x, y);
  if (x->op == TG_SWAP && tg_can(b, TG_BURY1)) {
    *x = (tg_ins_t){.op = TG_BURY1};
    return drop_first(y);
  }
  return several_pops(b, x, y);
}

static bool pair_of_slots(tg_ins_t *x, tg_ins_t *y) {
  if (y->op != TG_LOAD || x->a != y->a) return false;
  if (x->op == TG_LOAD) {
    *y = (tg_ins_t){.op = TG_DUP};
    return true;
  }
  if (x->op != TG_STORE) return false;
  tg_ins_t store = *x;
  *x = (tg_ins_t){.op = TG_DUP};
  *y = store;
  return true;
}

/* Rules over two neighbours. */
static bool pair(tg_t *b, tg_ins_t *x, tg_ins_t *y) {
  if (x->op == TG_SWAP && tg_flags(y) & COMMUTES) return drop_first(x);
  if (x->op == TG_SWAP && y->op == TG_SWAP) return drop_both(x, y);
  if (x->op == TG_DUP && y->op == TG_SWAP) return drop_first(y);
  if (x->op == TG_NOT && is_condition(y) && tg_can(b, TG_BZ)) {
    y->op = y->op == TG_BZ ? TG_BNZ : TG_BZ;
    return drop_first(x);
  }
  if (x->op == TG_DIG && x->a == 1 && y->op == TG_DIG && y->a == 1) {
    *x = (tg_ins_t){.op = TG_DUP2};
    return drop_first(y);
  }
  return negated(x, y) || pair_of_pops(b, x, y) || pair_of_slots(x, y);
}

/* !! before a condition says nothing; a branch over err is an assertion, and so is one to it. */
static bool triple(tg_t *b, tg_flow_t *f, size_t i) {
  tg_code_t *c = f->code;
  tg_ins_t *x = &c->ins[i];
  if (x->op == TG_NOT && i + 2 < c->n && x[1].op == TG_NOT && (is_condition(x + 2) || x[2].op == TG_ASSERT))
    return drop_both(x, x + 1);
  if (!tg_can(b, TG_ASSERT)) return false;
  if (x->op == TG_BNZ && i + 2 < c->n && x[1].op == TG_ERR && x[2].op == TG_LABEL && x[2].u == x->u) {
    *x = (tg_ins_t){.op = TG_ASSERT, .message = x[1].message, .comment = x[1].comment};
    return drop_first(x + 1);
  }
  if (x->op != TG_BZ) return false;
  uint32_t to = f->at[x->u];
  while (to < c->n && (c->ins[to].op == TG_LABEL || c->ins[to].op == TG_NOP)) to++;
  if (to >= c->n || c->ins[to].op != TG_ERR) return false;
  *x = (tg_ins_t){.op = TG_ASSERT, .message = c->ins[to].message, .comment = c->ins[to].comment};
  return true;
}

bool tg_pass_peephole(tg_t *b, tg_flow_t *f) {
  bool changed = false;
  for (size_t i = 0; i + 1 < f->code->n; i++) {
    tg_ins_t *x = &f->code->ins[i];
    changed |= rename_one(x) || triple(b, f, i) || pair(b, x, x + 1);
  }
  tg_compact(f->code);
  return changed;
}
