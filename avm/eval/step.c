/* One opcode with every check, in go-algorand's order, so that the first thing wrong is the one reported. */
#include "internal.h"

static const avm_op_fn functions[ALGO_OP_COUNT] = {
#define OP(id, ...) [ALGO_OP_##id] = avm_op_##id,
#define OP2         OP
#define OP_CHANGED(...)
#include "algo/opcodes.def"
#undef OP
#undef OP2
#undef OP_CHANGED
};

/* What kind of value each type is, without asking for it one at a time. */
static const struct {
  const char *name;
  uint8_t kind;
} types[ALGO_TYPE_COUNT] = {
#define TYPE(id, name, letter, kind, min, max) [ALGO_TYPE_##id] = {name, ALGO_KIND_##kind},
#include "algo/types.def"
#undef TYPE
};

const algo_isa_op_t *avm_op_at(const algo_avm_context_t *cx) {
  uint8_t sub = cx->pc + 1 < cx->len ? cx->prog[cx->pc + 1] : 0;
  return algo_isa_op(cx->version, cx->prog[cx->pc], sub);
}

algo_code_t avm_fail_illegal(algo_avm_context_t *cx) {
  uint8_t code = cx->prog[cx->pc];
  if (!algo_isa_is_prefix(cx->version, code)) return avm_fail(cx, "illegal opcode 0x%02x", code);
  if (cx->pc + 1 >= cx->len) return avm_fail(cx, "prefix opcode 0x%02x missing sub-opcode", code);
  return avm_fail(cx, "prefix opcode 0x%02x with improper sub-opcode 0x%02x", code, cx->prog[cx->pc + 1]);
}

int64_t avm_op_cost(const algo_avm_context_t *cx, const algo_isa_op_t *op, bool on_stack) {
  const algo_isa_cost_t *c = &op->cost[0];
  if (op->n_costs > 1) {
    uint8_t field = cx->prog[cx->pc + 1];
    if (field >= op->n_costs) return 0;
    c = &op->cost[field];
  }
  if (c->chunk == 0) return c->base;
  uint64_t len = on_stack ? cx->stack[cx->sp - op->n_takes + c->arg].n : 0;
  return c->base + (int64_t)(c->per_chunk * ((len + c->chunk - 1) / c->chunk));
}

int64_t avm_budget_left(const algo_avm_context_t *cx) {
  if (cx->mode == ALGO_AVM_APP && cx->is_clear)
    return (int64_t)cx->sh->opt.consensus->max_app_program_cost - (int64_t)cx->cost;
  return *cx->pool;
}

static algo_code_t check_takes(algo_avm_context_t *cx, const algo_isa_op_t *op) {
  if (cx->sp < op->n_takes) return avm_fail(cx, "stack underflow in %s", op->name);
  const avm_value_t *v = &cx->stack[cx->sp - op->n_takes];
  for (unsigned i = 0; i < op->n_takes; i++) {
    uint8_t kind = types[op->takes[i]].kind;
    if (kind == ALGO_KIND_ANY || (kind == ALGO_KIND_BYTES) == (v[i].is_bytes != 0)) continue;
    return avm_fail(cx, "%s arg %u wanted %s but got %s", op->name, i, types[op->takes[i]].name, avm_type_name(&v[i]));
  }
  return ALGO_OK;
}

static algo_code_t check_gives(algo_avm_context_t *cx, const algo_isa_op_t *op) {
  if (op->n_gives > cx->sp) return ALGO_OK; /* opcodes of dynamic effect */
  const avm_value_t *v = &cx->stack[cx->sp - op->n_gives];
  for (unsigned i = 0; i < op->n_gives; i++)
    if (v[i].is_bytes && v[i].n > AVM_MAX_BYTES)
      return avm_fail(cx, "%s produced a too big (%u) byte-array", op->name, v[i].n);
  return ALGO_OK;
}

static algo_code_t charge(algo_avm_context_t *cx, const algo_isa_op_t *op) {
  int64_t cost = avm_op_cost(cx, op, true);
  if (cost <= 0) return avm_fail(cx, "%s returned 0 cost", op->name);
  if (cost > avm_budget_left(cx))
    return avm_fail(cx, "dynamic cost budget exceeded, executing %s: local program cost was %llu", op->name,
                    (unsigned long long)cx->cost);
  cx->cost += (uint64_t)cost;
  *cx->pool -= cost;
  return ALGO_OK;
}

algo_code_t avm_step(algo_avm_context_t *cx) {
  if (cx->heap.used > cx->heap.limit && !avm_heap_compact(cx)) return avm_nomem(cx);
  const algo_isa_op_t *op = avm_op_at(cx);
  if (op == NULL) return avm_fail_illegal(cx);
  if ((op->modes & (cx->mode == ALGO_AVM_SIG ? ALGO_MODE_SIG : ALGO_MODE_APP)) == 0)
    return avm_fail(cx, "%s not allowed in current mode", op->name);
  algo_code_t rc = check_takes(cx, op);
  if (rc != ALGO_OK) return rc;
  unsigned size = op->n_imms == 0 && op->sub == 0 ? 1 : algo_isa_op_size(op);
  if (size > cx->len - cx->pc) return avm_fail(cx, "program ends without immediate value(s)");
  rc = charge(cx, op);
  if (rc == ALGO_OK) rc = functions[op->id](cx);
  if (rc == ALGO_OK) rc = check_gives(cx, op);
  if (rc != ALGO_OK) return rc;
  if (cx->sp > AVM_MAX_DEPTH) return avm_fail(cx, "stack overflow");
  cx->pc = cx->nextpc != 0 ? cx->nextpc : cx->pc + size;
  cx->nextpc = 0;
  return ALGO_OK;
}
