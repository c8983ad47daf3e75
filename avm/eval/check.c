/* The static check: every instruction once, in order, dead code too; before version 4 the cost of them all. */
#include "internal.h"

static algo_code_t aligned(algo_avm_context_t *cx, uint32_t target, uint32_t behind) {
  if (target < behind && !cx->starts[target])
    return avm_fail(cx, "back branch target %u is not an aligned instruction", target);
  cx->targets[target] = 1;
  return ALGO_OK;
}

static algo_code_t check_branch(algo_avm_context_t *cx) {
  uint32_t target, size;
  algo_code_t rc = avm_branch_target(cx, &target, &size);
  if (rc == ALGO_OK) rc = aligned(cx, target, cx->version >= AVM_V_VARINT_BRANCH ? cx->pc : cx->pc + size);
  cx->nextpc = cx->pc + size;
  return rc;
}

static algo_code_t check_switch(algo_avm_context_t *cx, const algo_isa_op_t *op) {
  if (cx->pc + 1 >= cx->len) return avm_fail(cx, "bare %s opcode at end of program", op->name);
  uint32_t n = cx->prog[cx->pc + 1], end = cx->pc + 2 + 2 * n, target;
  for (uint32_t i = 0; i < n; i++) {
    algo_code_t rc = avm_switch_target(cx, i, &target);
    if (rc == ALGO_OK) rc = aligned(cx, target, end);
    if (rc != ALGO_OK) return rc;
  }
  cx->nextpc = end;
  return ALGO_OK;
}

/* Opcodes whose length depends on what follows: sets nextpc. */
static algo_code_t check_immediates(algo_avm_context_t *cx, const algo_isa_op_t *op) {
  uint32_t n;
  switch (op->id) {
  case ALGO_OP_bnz:
  case ALGO_OP_bz:
  case ALGO_OP_b:
  case ALGO_OP_callsub: return check_branch(cx);
  case ALGO_OP_switch_:
  case ALGO_OP_match: return check_switch(cx, op);
  case ALGO_OP_intcblock:
  case ALGO_OP_pushints: return avm_parse_ints(cx, NULL, &n, &cx->nextpc, false);
  case ALGO_OP_bytecblock:
  case ALGO_OP_pushbytess: return avm_parse_bytes(cx, NULL, &n, &cx->nextpc, false);
  case ALGO_OP_pushint: cx->sp = 0; return avm_op_pushint(cx);
  case ALGO_OP_pushbytes: cx->sp = 0; return avm_op_pushbytes(cx);
  default: return ALGO_OK;
  }
}

static algo_code_t check_step(algo_avm_context_t *cx, uint64_t *cost) {
  uint32_t at = cx->pc;
  cx->starts[at] = 1;
  const algo_isa_op_t *op = avm_op_at(cx);
  if (op == NULL) return avm_fail_illegal(cx);
  if ((op->modes & (cx->mode == ALGO_AVM_SIG ? ALGO_MODE_SIG : ALGO_MODE_APP)) == 0)
    return avm_fail(cx, "%s not allowed in current mode", op->name);
  unsigned size = algo_isa_op_size(op);
  if (size > cx->len - at) return avm_fail(cx, "program ends without immediate value(s)");
  int64_t c = avm_op_cost(cx, op, false);
  if (c <= 0) return avm_fail(cx, "%s reported non-positive cost", op->name);
  *cost = (uint64_t)c;
  cx->nextpc = 0;
  algo_code_t rc = check_immediates(cx, op);
  if (rc != ALGO_OK) return rc;
  cx->pc = cx->nextpc != 0 ? cx->nextpc : at + size;
  cx->nextpc = 0;
  for (uint32_t pc = at + 1; pc < cx->pc && pc <= cx->len; pc++)
    if (cx->targets[pc]) return avm_fail(cx, "branch target %u is not an aligned instruction", pc);
  return ALGO_OK;
}

static algo_code_t check_all(algo_avm_context_t *cx, uint64_t *total) {
  uint64_t max = (uint64_t)avm_budget_left(cx);
  *total = 0;
  while (cx->pc < cx->len) {
    uint32_t before = cx->pc;
    uint64_t cost = 0;
    algo_code_t rc = check_step(cx, &cost);
    if (rc != ALGO_OK) {
      algo_bytes_t why = cx->fail;
      return rc == ALGO_E_NOMEM ? rc : avm_fail(cx, "pc=%3u %.*s", cx->pc, (int)why.n, (const char *)why.p);
    }
    *total += cost;
    if (cx->version<AVM_V_BACK_BRANCH && * total> max)
      return avm_fail(cx, "pc=%3u static cost budget of %llu exceeded", cx->pc, (unsigned long long)max);
    if (cx->pc <= before) return avm_fail(cx, "pc=%3u pc did not advance", cx->pc);
  }
  return ALGO_OK;
}

algo_code_t algo_avm_check(algo_avm_group_t *g, size_t i, algo_bytes_t program, algo_avm_mode_t mode,
                           uint64_t *static_cost, algo_err_t *err) {
  avm_value_t one[2]; /* pushint and pushbytes leave their value here */
  algo_avm_context_t cx = {
      .g = g, .sh = g->sh, .gi = i, .stxn = g->txns[i], .txn = &g->txns[i]->txn, .mode = mode, .stack = one};
  cx.is_clear = mode == ALGO_AVM_APP && cx.txn->on_completion == ALGO_OC_CLEAR;
  cx.pool = mode == ALGO_AVM_APP ? &g->sh->app_budget : &g->sh->sig_budget;
  uint64_t total = 0;
  algo_code_t rc = avm_begin(&cx, program);
  if (rc == ALGO_OK) {
    cx.targets = algo_arena_zalloc(g->sh->opt.arena, 2 * (program.n + 1));
    cx.starts = cx.targets + program.n + 1;
    rc = cx.targets == NULL ? avm_nomem(&cx) : check_all(&cx, &total);
  }
  if (static_cost != NULL) *static_cost = total;
  if (rc == ALGO_OK) return rc;
  avm_group_fail(g, err, "%.*s", (int)cx.fail.n, (const char *)cx.fail.p);
  if (err != NULL) {
    err->code = rc;
    err->pc = cx.pc;
  }
  return rc;
}
