/* Common subexpressions: within a block every value gets a number; the same operation on the same values, with the
 * same state before it, is the same value. Where that value is still on the stack or in a variable, it is taken from
 * there, if that is no larger and no dearer. What was computed once without a failure cannot fail the second time. */
#include "optimise.h"

enum { NOWHERE = -1, MAX_DEPTH = 256, MAX_VALUES = 1024 };

typedef struct value {
  uint32_t id;
  int64_t from, to; /* the run of instructions that pushed it and did nothing else; NOWHERE: none */
} value_t;

typedef struct expression {
  const tg_ins_t *ins;
  uint32_t of[ALGO_ISA_TAKES_MAX], epoch, id;
} expression_t;

typedef struct block {
  tg_t *b;
  tg_code_t *c;
  value_t stack[MAX_DEPTH]; /* the known part of it, the top last */
  unsigned depth;
  uint32_t slots[TG_MAX_VARS]; /* 0: not known */
  expression_t *seen;
  size_t n_seen;
  uint32_t ids, epoch;
} block_t;

static value_t fresh(block_t *k) { return (value_t){++k->ids, NOWHERE, NOWHERE}; }

static void push(block_t *k, value_t v) {
  if (k->depth == MAX_DEPTH) memmove(k->stack, k->stack + 1, (--k->depth) * sizeof *k->stack);
  k->stack[k->depth++] = v;
}

static value_t pop(block_t *k) { return k->depth ? k->stack[--k->depth] : fresh(k); }

/* The stack is known to this depth: what is below gets numbers. */
static void know(block_t *k, unsigned depth) {
  while (k->depth < depth && k->depth < MAX_DEPTH) {
    memmove(k->stack + 1, k->stack, k->depth * sizeof *k->stack);
    k->stack[0] = fresh(k);
    k->depth++;
  }
}

static uint32_t id_of(block_t *k, const tg_ins_t *x, const uint32_t *of, unsigned n, uint32_t epoch) {
  for (size_t i = 0; i < k->n_seen; i++) {
    const expression_t *e = &k->seen[i];
    if (e->epoch == epoch && tg_same_ins(e->ins, x) && memcmp(e->of, of, n * sizeof *of) == 0) return e->id;
  }
  uint32_t id = ++k->ids;
  if (k->n_seen == MAX_VALUES) return id;
  expression_t *e = &k->seen[k->n_seen++];
  *e = (expression_t){.ins = x, .epoch = epoch, .id = id};
  if (n) memcpy(e->of, of, n * sizeof *of);
  return id;
}

/* ---- what an opcode depends on ---- */

typedef enum { VALUE, READS, WRITES, OPAQUE } nature_t;

static bool tells_effect(const tg_ins_t *x) { /* a transaction's field that may change as the group goes on */
  const char *name = x->field ? x->field : x->text ? strrchr(x->text, ' ') : NULL;
  if (!name) return false;
  name += *name == ' ';
  const algo_isa_field_t *f = algo_isa_field_by_name(ALGO_GROUP_TXN, name, strlen(name));
  return (f && f->effect) || strcmp(name, "OpcodeBudget") == 0;
}

static nature_t nature(const algo_isa_op_t *isa, const tg_ins_t *x) {
  switch (isa->id) {
  case ALGO_OP_app_global_get:
  case ALGO_OP_app_global_get_ex:
  case ALGO_OP_app_local_get:
  case ALGO_OP_app_local_get_ex:
  case ALGO_OP_app_opted_in:
  case ALGO_OP_balance:
  case ALGO_OP_min_balance:
  case ALGO_OP_asset_holding_get:
  case ALGO_OP_asset_params_get:
  case ALGO_OP_app_params_get:
  case ALGO_OP_acct_params_get:
  case ALGO_OP_box_get:
  case ALGO_OP_box_len:
  case ALGO_OP_box_extract:
  case ALGO_OP_itxn:
  case ALGO_OP_itxna:
  case ALGO_OP_itxnas:
  case ALGO_OP_gitxn:
  case ALGO_OP_gitxna:
  case ALGO_OP_gitxnas: return READS;
  case ALGO_OP_assert_:
  case ALGO_OP_pop: return OPAQUE;
  case ALGO_OP_loads: return OPAQUE;
  default: break;
  }
  if (!isa->n_gives || isa->modes == ALGO_MODE_APP) return WRITES;
  return tells_effect(x) ? OPAQUE : VALUE;
}

/* ---- replacing ---- */

static unsigned cost_of(const block_t *k, const tg_ins_t *x) {
  const algo_isa_op_t *isa = tg_isa(x, k->b->o.avm);
  return isa ? isa->cost[0].base : 1;
}

/* How the value may be had otherwise than by the run [from, i]; false: not, or not cheaper. */
static bool at_hand(const block_t *k, uint32_t id, size_t from, size_t i, tg_ins_t *out) {
  unsigned bytes = 0, cost = 0;
  for (size_t n = from; n <= i; n++) {
    bytes += tg_ins_size(&k->c->ins[n]);
    cost += cost_of(k, &k->c->ins[n]);
  }
  for (unsigned d = 0; d < k->depth; d++) {
    if (k->stack[k->depth - 1 - d].id != id) continue;
    unsigned size = d ? 2 : 1;
    if (bytes < size || (bytes == size && cost == 1) || (d && !tg_can(k->b, TG_DIG))) break;
    *out = d ? (tg_ins_t){.op = TG_DIG, .a = (uint8_t)d} : (tg_ins_t){.op = TG_DUP};
    return true;
  }
  if (bytes < 2 || (bytes == 2 && cost == 1)) return false;
  for (unsigned v = 0; v < TG_MAX_VARS; v++) {
    if (k->slots[v] != id) continue;
    *out = (tg_ins_t){.op = TG_LOAD, .a = (uint8_t)v};
    return true;
  }
  return false;
}

/* ---- instructions ---- */

static void rearrange(block_t *k, const tg_ins_t *x) {
  unsigned n = x->op == TG_DUP ? 0 : x->op == TG_SWAP ? 1 : x->a;
  know(k, x->op == TG_DUP2 ? 2 : n + 1);
  value_t *top = &k->stack[k->depth - 1], v;
  if (x->op == TG_DUP2) {
    value_t low = top[-1], high = *top;
    low.from = high.from = NOWHERE;
    push(k, low);
    push(k, high);
    return;
  }
  if (x->op == TG_DUP || x->op == TG_DIG) {
    v = top[-(int)n];
    v.from = NOWHERE;
    push(k, v);
    return;
  }
  bool down = x->op == TG_COVER;
  for (unsigned i = 0; i <= n; i++) top[-(int)i].from = NOWHERE;
  v = down ? *top : top[-(int)n];
  if (down) memmove(top - n + 1, top - n, n * sizeof *top);
  else memmove(top - n, top - n + 1, n * sizeof *top);
  top[down ? -(int)n : 0] = v;
}

/* Pops the operands; returns the first instruction of the run that ends in i, or NOWHERE. */
static int64_t operands(block_t *k, size_t i, unsigned n, uint32_t *of) {
  int64_t next = (int64_t)i, first = (int64_t)i;
  bool run = true;
  for (unsigned a = n; a-- > 0;) {
    value_t v = pop(k);
    of[a] = v.id;
    run = run && v.from != NOWHERE && v.to + 1 == next;
    next = first = v.from;
  }
  return run ? first : NOWHERE;
}

/* Handles instruction i; true: something was replaced. */
static bool step(block_t *k, size_t i) {
  tg_ins_t *x = &k->c->ins[i], taken;
  uint32_t of[ALGO_ISA_TAKES_MAX] = {0};
  if (x->op == TG_STORE) {
    k->slots[x->a] = pop(k).id;
    return false;
  }
  if (x->op == TG_LOAD) {
    if (!k->slots[x->a]) k->slots[x->a] = ++k->ids;
    push(k, (value_t){k->slots[x->a], (int64_t)i, (int64_t)i});
    return false;
  }
  if (x->op == TG_INT || x->op == TG_BYTES_) {
    push(k, (value_t){id_of(k, x, of, 0, 0), (int64_t)i, (int64_t)i});
    return false;
  }
  if (x->op == TG_DUP || x->op == TG_DUP2 || x->op == TG_SWAP || x->op == TG_DIG || x->op == TG_COVER ||
      x->op == TG_UNCOVER) {
    rearrange(k, x);
    return false;
  }
  const algo_isa_op_t *isa = tg_isa(x, k->b->o.avm);
  nature_t is = isa ? nature(isa, x) : WRITES;
  unsigned takes = tg_pops(x), gives = tg_pushes(x);
  int64_t from = operands(k, i, takes, of);
  if (is == WRITES) k->epoch++;
  if (tg_blind_slot(x)) memset(k->slots, 0, sizeof k->slots);
  if (gives != 1 || is == WRITES || is == OPAQUE) {
    while (gives--) push(k, fresh(k));
    return false;
  }
  uint32_t id = id_of(k, x, of, takes, is == READS ? k->epoch : 0);
  if (from == NOWHERE || !at_hand(k, id, (size_t)from, i, &taken)) {
    push(k, (value_t){id, from, (int64_t)i});
    return false;
  }
  for (size_t n = (size_t)from; n < i; n++) k->c->ins[n].op = TG_NOP;
  *x = taken;
  return true;
}

bool tg_pass_common(tg_t *b, tg_flow_t *f) {
  block_t k = {.b = b, .c = f->code, .epoch = 1};
  k.seen = algo_arena_array(b->arena, MAX_VALUES, sizeof *k.seen);
  if (!k.seen) return false;
  for (size_t i = 0; i < k.c->n; i++) {
    if (tg_flags(&k.c->ins[i]) & FLOW) {
      k.depth = 0;
      k.n_seen = 0;
      memset(k.slots, 0, sizeof k.slots);
      continue;
    }
    if (!step(&k, i)) continue;
    tg_compact(k.c);
    return true;
  }
  return false;
}
