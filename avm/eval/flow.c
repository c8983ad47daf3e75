/* Branches, subroutines and their frames, the ways to end. */
#include "internal.h"

algo_code_t avm_op_err(algo_avm_context_t *cx) { return avm_fail(cx, "err opcode executed"); }

algo_code_t avm_op_return_(algo_avm_context_t *cx) {
  cx->stack[0] = *avm_top(cx, 0);
  cx->sp = 1;
  cx->nextpc = cx->len;
  return ALGO_OK;
}

algo_code_t avm_op_assert_(algo_avm_context_t *cx) {
  if (avm_top(cx, 0)->u == 0) return avm_fail(cx, "assert failed pc=%u", cx->pc);
  cx->sp--;
  return ALGO_OK;
}

static int32_t offset16(const uint8_t *p) { return (int16_t)(uint16_t)(p[0] << 8 | p[1]); }

static algo_code_t target16(algo_avm_context_t *cx, uint32_t *target) {
  int32_t offset = offset16(cx->prog + cx->pc + 1);
  if (offset < 0 && cx->version < AVM_V_BACK_BRANCH)
    return avm_fail(cx, "negative branch offset -%x", (unsigned)-offset);
  int64_t to = (int64_t)cx->pc + 3 + offset;
  /* behind the last instruction is a place to end at, but for version 1 */
  if (to < 0 || to > cx->len || (to == cx->len && cx->version < 2))
    return avm_fail(cx, "branch target %lld outside of program", (long long)to);
  *target = (uint32_t)to;
  return ALGO_OK;
}

static algo_code_t target_varint(algo_avm_context_t *cx, uint32_t *target, uint32_t *size) {
  int64_t offset, to;
  int used = algo_varint_get(cx->prog + cx->pc + 1, cx->len - cx->pc - 1, &offset);
  if (used == 0) return avm_fail(cx, "program ends without branch target");
  if (used < 0) return avm_fail(cx, "branch offset varint overflows int64");
  *size = 1 + (uint32_t)used;
  /* back from the start of the instruction, forward from its end; wraps as Go's int does */
  to = (int64_t)((uint64_t)cx->pc + (offset < 0 ? 0 : *size) + (uint64_t)offset);
  if (to > (int64_t)cx->len || to < 0) return avm_fail(cx, "branch target %lld outside of program", (long long)to);
  *target = (uint32_t)to;
  return ALGO_OK;
}

algo_code_t avm_branch_target(algo_avm_context_t *cx, uint32_t *target, uint32_t *size) {
  if (cx->version >= AVM_V_VARINT_BRANCH) return target_varint(cx, target, size);
  *size = 3;
  return target16(cx, target);
}

/* A branch that is not taken: only newer versions look at its target then. */
static algo_code_t branch(algo_avm_context_t *cx, bool taken) {
  uint32_t target, size = 3;
  if (taken || cx->version >= AVM_V_VARINT_BRANCH) {
    algo_code_t rc = avm_branch_target(cx, &target, &size);
    if (rc != ALGO_OK) return rc;
  }
  cx->nextpc = taken ? target : cx->pc + size;
  return ALGO_OK;
}

algo_code_t avm_op_bnz(algo_avm_context_t *cx) { return branch(cx, cx->stack[--cx->sp].u != 0); }
algo_code_t avm_op_bz(algo_avm_context_t *cx) { return branch(cx, cx->stack[--cx->sp].u == 0); }
algo_code_t avm_op_b(algo_avm_context_t *cx) { return branch(cx, true); }

/* Where item `index` of a switch or match goes; beyond its list, behind it. */
algo_code_t avm_switch_target(algo_avm_context_t *cx, uint64_t index, uint32_t *target) {
  if (cx->pc + 1 >= cx->len) return avm_fail(cx, "bare %s opcode at end of program", avm_op_at(cx)->name);
  uint32_t n = cx->prog[cx->pc + 1], list = cx->pc + 2, end = list + 2 * n;
  if (end > cx->len) return avm_fail(cx, "%s opcode claims to extend beyond program", avm_op_at(cx)->name);
  int64_t to = end;
  if (index < n) to += offset16(cx->prog + list + 2 * index);
  if (to < 0 || to > cx->len) return avm_fail(cx, "branch target %lld outside of program", (long long)to);
  *target = (uint32_t)to;
  return ALGO_OK;
}

algo_code_t avm_op_switch_(algo_avm_context_t *cx) {
  uint64_t index = avm_top(cx, 0)->u;
  cx->sp--;
  return avm_switch_target(cx, index, &cx->nextpc);
}

algo_code_t avm_op_match(algo_avm_context_t *cx) {
  if (cx->pc + 1 >= cx->len) return avm_fail(cx, "bare match opcode at end of program");
  uint32_t n = cx->prog[cx->pc + 1], i;
  if (n + 1 > cx->sp) return avm_fail(cx, "match expects %u stack args while stack only contains %u", n + 1, cx->sp);
  const avm_value_t *want = avm_top(cx, 0), *list = avm_top(cx, n);
  for (i = 0; i < n; i++) {
    if (list[i].is_bytes != want->is_bytes) continue;
    if (want->is_bytes ? algo_bytes_eq(avm_view(&list[i]), avm_view(want)) : list[i].u == want->u) break;
  }
  cx->sp -= n + 1;
  return avm_switch_target(cx, i, &cx->nextpc);
}

/* ---- subroutines ---- */

static bool more_frames(algo_avm_context_t *cx) {
  uint32_t cap = cx->level->cap_frames ? 2 * cx->level->cap_frames : 64;
  avm_frame_t *f = algo_arena_array(cx->sh->opt.arena, cap, sizeof *f);
  if (f == NULL) return false;
  if (cx->n_frames) memcpy(f, cx->frames, cx->n_frames * sizeof *f);
  cx->level->frames = cx->frames = f;
  cx->level->cap_frames = cap;
  return true;
}

algo_code_t avm_op_callsub(algo_avm_context_t *cx) {
  uint32_t target, size;
  algo_code_t rc = avm_branch_target(cx, &target, &size);
  if (rc != ALGO_OK) return rc;
  if (cx->n_frames == cx->level->cap_frames && !more_frames(cx)) return avm_nomem(cx);
  cx->frames[cx->n_frames++] = (avm_frame_t){.retpc = cx->pc + size, .height = cx->sp};
  cx->nextpc = target;
  if (target < cx->len && cx->prog[target] == AVM_PROTO_BYTE) cx->from_callsub = true;
  return ALGO_OK;
}

algo_code_t avm_op_retsub(algo_avm_context_t *cx) {
  if (cx->n_frames == 0) return avm_fail(cx, "retsub with empty callstack");
  const avm_frame_t *f = &cx->frames[cx->n_frames - 1];
  if (f->clear) {
    if (cx->sp < f->height) return avm_fail(cx, "retsub executed with stack below frame. Did you pop args?");
    uint32_t have = cx->sp - f->height;
    if (have == 0 && f->returns > 0)
      return avm_fail(cx, "retsub executed with no return values on stack. proto declared %u", f->returns);
    if (have < f->returns)
      return avm_fail(cx, "retsub executed with %u return values on stack. proto declared %u", have, f->returns);
    uint32_t to = f->height - f->args;
    memmove(&cx->stack[to], &cx->stack[f->height], f->returns * sizeof *cx->stack);
    cx->sp = to + f->returns;
  }
  cx->n_frames--;
  cx->nextpc = f->retpc;
  return ALGO_OK;
}

algo_code_t avm_op_proto(algo_avm_context_t *cx) {
  if (!cx->from_callsub) return avm_fail(cx, "proto was executed without a callsub");
  cx->from_callsub = false;
  uint32_t args = cx->prog[cx->pc + 1];
  if (args > cx->sp) return avm_fail(cx, "callsub to proto that requires %u args with stack height %u", args, cx->sp);
  avm_frame_t *f = &cx->frames[cx->n_frames - 1];
  f->clear = true;
  f->args = (uint16_t)args;
  f->returns = cx->prog[cx->pc + 2];
  return ALGO_OK;
}

/* The place on the stack that frame_dig or frame_bury means; `top` is what it must lie below. */
static algo_code_t frame_slot(algo_avm_context_t *cx, const char *op, uint32_t top, uint32_t *at) {
  int i = (int8_t)cx->prog[cx->pc + 1];
  if (cx->n_frames == 0) return avm_fail(cx, "%s with empty callstack", op);
  const avm_frame_t *f = &cx->frames[cx->n_frames - 1];
  if (f->clear && -i > f->args) return avm_fail(cx, "%s %d in sub with %u args", op, i, f->args);
  int64_t idx = (int64_t)f->height + i;
  if (idx >= top) return avm_fail(cx, "%s above stack", op);
  if (idx < 0) return avm_fail(cx, "%s below stack", op);
  *at = (uint32_t)idx;
  return ALGO_OK;
}

algo_code_t avm_op_frame_dig(algo_avm_context_t *cx) {
  uint32_t at;
  algo_code_t rc = frame_slot(cx, "frame_dig", cx->sp, &at);
  if (rc == ALGO_OK) avm_push(cx, cx->stack[at]);
  return rc;
}

algo_code_t avm_op_frame_bury(algo_avm_context_t *cx) {
  uint32_t at;
  algo_code_t rc = frame_slot(cx, "frame_bury", cx->sp - 1, &at);
  if (rc != ALGO_OK) return rc;
  cx->stack[at] = *avm_top(cx, 0);
  cx->sp--;
  return ALGO_OK;
}
