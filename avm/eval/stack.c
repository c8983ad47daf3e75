/* Moving values about: constants, stack, scratch. */
#include "internal.h"

algo_code_t avm_op_pop(algo_avm_context_t *cx) {
  cx->sp--;
  return ALGO_OK;
}

algo_code_t avm_op_dup(algo_avm_context_t *cx) {
  avm_push(cx, *avm_top(cx, 0));
  return ALGO_OK;
}

algo_code_t avm_op_dup2(algo_avm_context_t *cx) {
  avm_push(cx, *avm_top(cx, 1));
  avm_push(cx, *avm_top(cx, 1));
  return ALGO_OK;
}

algo_code_t avm_op_swap(algo_avm_context_t *cx) {
  avm_value_t v = *avm_top(cx, 0);
  *avm_top(cx, 0) = *avm_top(cx, 1);
  *avm_top(cx, 1) = v;
  return ALGO_OK;
}

algo_code_t avm_op_select(algo_avm_context_t *cx) {
  if (avm_top(cx, 0)->u != 0) *avm_top(cx, 2) = *avm_top(cx, 1);
  cx->sp -= 2;
  return ALGO_OK;
}

algo_code_t avm_op_dig(algo_avm_context_t *cx) {
  uint32_t depth = cx->prog[cx->pc + 1];
  if (depth >= cx->sp) return avm_fail(cx, "dig %u with stack size = %u", depth, cx->sp);
  avm_push(cx, *avm_top(cx, depth));
  return ALGO_OK;
}

algo_code_t avm_op_cover(algo_avm_context_t *cx) {
  uint32_t depth = cx->prog[cx->pc + 1];
  if (depth >= cx->sp) return avm_fail(cx, "cover %u with stack size = %u", depth, cx->sp);
  avm_value_t v = *avm_top(cx, 0), *at = avm_top(cx, depth);
  memmove(at + 1, at, depth * sizeof v);
  *at = v;
  return ALGO_OK;
}

algo_code_t avm_op_uncover(algo_avm_context_t *cx) {
  uint32_t depth = cx->prog[cx->pc + 1];
  if (depth >= cx->sp) return avm_fail(cx, "uncover %u with stack size = %u", depth, cx->sp);
  avm_value_t *at = avm_top(cx, depth), v = *at;
  memmove(at, at + 1, depth * sizeof v);
  *avm_top(cx, 0) = v;
  return ALGO_OK;
}

algo_code_t avm_op_bury(algo_avm_context_t *cx) {
  uint32_t depth = cx->prog[cx->pc + 1];
  if (depth >= cx->sp || depth == 0) return avm_fail(cx, "bury outside stack");
  *avm_top(cx, depth) = *avm_top(cx, 0);
  cx->sp--;
  return ALGO_OK;
}

algo_code_t avm_op_popn(algo_avm_context_t *cx) {
  uint32_t n = cx->prog[cx->pc + 1];
  if (n > cx->sp) return avm_fail(cx, "popn %u while stack contains %u", n, cx->sp);
  cx->sp -= n;
  return ALGO_OK;
}

algo_code_t avm_op_dupn(algo_avm_context_t *cx) {
  uint32_t n = cx->prog[cx->pc + 1];
  if (cx->sp + n > AVM_MAX_DEPTH) return avm_fail(cx, "stack overflow");
  avm_value_t v = *avm_top(cx, 0);
  while (n-- > 0) avm_push(cx, v);
  return ALGO_OK;
}

/* ---- constants ---- */

static bool grow(algo_avm_context_t *cx, void **p, uint32_t *cap, uint64_t n, size_t size) {
  if (n <= *cap) return true;
  uint64_t want = n < 2 * (uint64_t)*cap ? 2 * (uint64_t)*cap : n;
  void *q = algo_arena_array(cx->sh->opt.arena, want, size);
  if (q == NULL) return false;
  *p = q;
  *cap = (uint32_t)want;
  return true;
}

/* The integers behind pc. With `keep`, into the level's memory; else they are only stepped over. */
algo_code_t avm_parse_ints(algo_avm_context_t *cx, uint64_t **out, uint32_t *n, uint32_t *next, bool keep) {
  uint32_t at = cx->pc + 1;
  uint64_t count, v;
  int used = algo_uvarint_get(cx->prog + at, cx->len - at, &count);
  if (used <= 0) return avm_fail(cx, "could not decode length of int list at pc=%u", at);
  at += (uint32_t)used;
  if (count > cx->len) return avm_fail(cx, "const int list with too many items");
  if (keep && !grow(cx, (void **)&cx->level->intc, &cx->level->cap_intc, count, sizeof(uint64_t))) return avm_nomem(cx);
  for (uint32_t i = 0; i < count; i++) {
    if (at >= cx->len) return avm_fail(cx, "const int list ran past end of program");
    used = algo_uvarint_get(cx->prog + at, cx->len - at, &v);
    if (used <= 0) return avm_fail(cx, "could not decode int const[%u] at pc=%u", i, at);
    at += (uint32_t)used;
    if (keep) cx->level->intc[i] = v;
  }
  if (keep) *out = cx->level->intc;
  *n = (uint32_t)count;
  *next = at;
  return ALGO_OK;
}

algo_code_t avm_parse_bytes(algo_avm_context_t *cx, algo_bytes_t **out, uint32_t *n, uint32_t *next, bool keep) {
  uint32_t at = cx->pc + 1;
  uint64_t count, len;
  int used = algo_uvarint_get(cx->prog + at, cx->len - at, &count);
  if (used <= 0) return avm_fail(cx, "could not decode length of bytes list at pc=%u", at);
  at += (uint32_t)used;
  if (count > cx->len) return avm_fail(cx, "const bytes list with too many items");
  if (keep && !grow(cx, (void **)&cx->level->bytec, &cx->level->cap_bytec, count, sizeof(algo_bytes_t)))
    return avm_nomem(cx);
  uint32_t big = UINT32_MAX, big_len = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (at >= cx->len) return avm_fail(cx, "const bytes list ran past end of program");
    used = algo_uvarint_get(cx->prog + at, cx->len - at, &len);
    if (used <= 0) return avm_fail(cx, "could not decode []byte const[%u] at pc=%u", i, at);
    at += (uint32_t)used;
    if (len > cx->len - at) return avm_fail(cx, "const bytes list ran past end of program");
    if (len > AVM_MAX_BYTES && big == UINT32_MAX) big = i, big_len = (uint32_t)len;
    if (keep) cx->level->bytec[i] = algo_bytes(cx->prog + at, len);
    at += (uint32_t)len;
  }
  bool trailing_empty = count > 0 && at == cx->len && len == 0;
  if (cx->sh->opt.consensus->logic_sig_version >= 13) {
    if (big != UINT32_MAX)
      return avm_fail(cx, "%s arg %u is too big (%u bytes, limit %u)", avm_op_at(cx)->name, big, big_len,
                      AVM_MAX_BYTES);
  } else if (trailing_empty) { /* a fault of older protocols that stands */
    return avm_fail(cx, "const bytes list ran past end of program");
  }
  if (keep) *out = cx->level->bytec;
  *n = (uint32_t)count;
  *next = at;
  return ALGO_OK;
}

algo_code_t avm_op_intcblock(algo_avm_context_t *cx) {
  uint64_t *list = NULL;
  uint32_t n;
  algo_code_t rc = avm_parse_ints(cx, &list, &n, &cx->nextpc, true);
  if (rc == ALGO_OK) cx->intc = list, cx->n_intc = n;
  return rc;
}

algo_code_t avm_op_bytecblock(algo_avm_context_t *cx) {
  algo_bytes_t *list = NULL;
  uint32_t n;
  algo_code_t rc = avm_parse_bytes(cx, &list, &n, &cx->nextpc, true);
  if (rc == ALGO_OK) cx->bytec = list, cx->n_bytec = n;
  return rc;
}

static algo_code_t push_intc(algo_avm_context_t *cx, uint32_t i) {
  if (i >= cx->n_intc) return avm_fail(cx, "intc %u beyond %u constants", i, cx->n_intc);
  avm_push(cx, avm_uint(cx->intc[i]));
  return ALGO_OK;
}
algo_code_t avm_op_intc(algo_avm_context_t *cx) { return push_intc(cx, cx->prog[cx->pc + 1]); }
algo_code_t avm_op_intc_0(algo_avm_context_t *cx) { return push_intc(cx, 0); }
algo_code_t avm_op_intc_1(algo_avm_context_t *cx) { return push_intc(cx, 1); }
algo_code_t avm_op_intc_2(algo_avm_context_t *cx) { return push_intc(cx, 2); }
algo_code_t avm_op_intc_3(algo_avm_context_t *cx) { return push_intc(cx, 3); }

static algo_code_t push_bytec(algo_avm_context_t *cx, uint32_t i) {
  if (i >= cx->n_bytec) return avm_fail(cx, "bytec %u beyond %u constants", i, cx->n_bytec);
  avm_push(cx, avm_bytesv(cx->bytec[i]));
  return ALGO_OK;
}
algo_code_t avm_op_bytec(algo_avm_context_t *cx) { return push_bytec(cx, cx->prog[cx->pc + 1]); }
algo_code_t avm_op_bytec_0(algo_avm_context_t *cx) { return push_bytec(cx, 0); }
algo_code_t avm_op_bytec_1(algo_avm_context_t *cx) { return push_bytec(cx, 1); }
algo_code_t avm_op_bytec_2(algo_avm_context_t *cx) { return push_bytec(cx, 2); }
algo_code_t avm_op_bytec_3(algo_avm_context_t *cx) { return push_bytec(cx, 3); }

algo_code_t avm_op_pushint(algo_avm_context_t *cx) {
  uint32_t at = cx->pc + 1;
  uint64_t v;
  int used = algo_uvarint_get(cx->prog + at, cx->len - at, &v);
  if (used <= 0) return avm_fail(cx, "could not decode int at program[%u]", at);
  avm_push(cx, avm_uint(v));
  cx->nextpc = at + (uint32_t)used;
  return ALGO_OK;
}

algo_code_t avm_op_pushbytes(algo_avm_context_t *cx) {
  uint32_t at = cx->pc + 1;
  uint64_t n;
  int used = algo_uvarint_get(cx->prog + at, cx->len - at, &n);
  if (used <= 0) return avm_fail(cx, "could not decode length at program[%u]", at);
  at += (uint32_t)used;
  if (n > cx->len - at) return avm_fail(cx, "pushbytes too long at program[%u]", at);
  avm_push(cx, avm_bytes(cx->prog + at, n));
  cx->nextpc = at + (uint32_t)n;
  return ALGO_OK;
}

/* pushints and pushbytess leave the constant blocks alone: the lists are read twice, once to check them. */
algo_code_t avm_op_pushints(algo_avm_context_t *cx) {
  uint32_t n, next;
  algo_code_t rc = avm_parse_ints(cx, NULL, &n, &next, false);
  if (rc != ALGO_OK) return rc;
  if (cx->sp + (uint64_t)n > AVM_MAX_DEPTH) return avm_fail(cx, "stack overflow");
  uint64_t v;
  uint32_t at = cx->pc + 1 + (uint32_t)algo_uvarint_get(cx->prog + cx->pc + 1, cx->len - cx->pc - 1, &v);
  while (n-- > 0) {
    at += (uint32_t)algo_uvarint_get(cx->prog + at, cx->len - at, &v);
    avm_push(cx, avm_uint(v));
  }
  cx->nextpc = next;
  return ALGO_OK;
}

algo_code_t avm_op_pushbytess(algo_avm_context_t *cx) {
  uint32_t n, next;
  algo_code_t rc = avm_parse_bytes(cx, NULL, &n, &next, false);
  if (rc != ALGO_OK) return rc;
  if (cx->sp + (uint64_t)n > AVM_MAX_DEPTH) return avm_fail(cx, "stack overflow");
  uint64_t len;
  uint32_t at = cx->pc + 1 + (uint32_t)algo_uvarint_get(cx->prog + cx->pc + 1, cx->len - cx->pc - 1, &len);
  while (n-- > 0) {
    at += (uint32_t)algo_uvarint_get(cx->prog + at, cx->len - at, &len);
    avm_push(cx, avm_bytes(cx->prog + at, len));
    at += (uint32_t)len;
  }
  cx->nextpc = next;
  return ALGO_OK;
}

/* ---- a logic signature's arguments ---- */

static algo_code_t push_arg(algo_avm_context_t *cx, uint64_t i) {
  size_t n = cx->stxn->lsig.n_args;
  if (i >= n) return avm_fail(cx, "cannot load arg[%llu] of %zu", (unsigned long long)i, n);
  avm_push(cx, avm_bytesv(cx->stxn->lsig.args[i]));
  return ALGO_OK;
}
algo_code_t avm_op_arg(algo_avm_context_t *cx) { return push_arg(cx, cx->prog[cx->pc + 1]); }
algo_code_t avm_op_arg_0(algo_avm_context_t *cx) { return push_arg(cx, 0); }
algo_code_t avm_op_arg_1(algo_avm_context_t *cx) { return push_arg(cx, 1); }
algo_code_t avm_op_arg_2(algo_avm_context_t *cx) { return push_arg(cx, 2); }
algo_code_t avm_op_arg_3(algo_avm_context_t *cx) { return push_arg(cx, 3); }
algo_code_t avm_op_args(algo_avm_context_t *cx) {
  uint64_t i = avm_top(cx, 0)->u;
  cx->sp--;
  return push_arg(cx, i);
}

/* ---- scratch ---- */

algo_code_t avm_op_load(algo_avm_context_t *cx) {
  avm_push(cx, cx->scratch[cx->prog[cx->pc + 1]]);
  return ALGO_OK;
}

algo_code_t avm_op_store(algo_avm_context_t *cx) {
  cx->scratch[cx->prog[cx->pc + 1]] = *avm_top(cx, 0);
  cx->sp--;
  return ALGO_OK;
}

algo_code_t avm_op_loads(algo_avm_context_t *cx) {
  avm_value_t *v = avm_top(cx, 0);
  if (v->u >= AVM_SCRATCH) return avm_fail(cx, "invalid Scratch index %llu", (unsigned long long)v->u);
  *v = cx->scratch[v->u];
  return ALGO_OK;
}

algo_code_t avm_op_stores(algo_avm_context_t *cx) {
  uint64_t i = avm_top(cx, 1)->u;
  if (i >= AVM_SCRATCH) return avm_fail(cx, "invalid Scratch index %llu", (unsigned long long)i);
  cx->scratch[i] = *avm_top(cx, 0);
  cx->sp -= 2;
  return ALGO_OK;
}

/* The scratch of an earlier transaction of the group. */
static algo_code_t gload(algo_avm_context_t *cx, uint64_t gi, uint64_t slot, const char *op, avm_value_t *out) {
  if (gi >= cx->g->n)
    return avm_fail(cx, "%s lookup TxnGroup[%llu] but it only has %zu", op, (unsigned long long)gi, cx->g->n);
  if (slot >= AVM_SCRATCH) return avm_fail(cx, "%s scratch index >= 256 (%llu)", op, (unsigned long long)slot);
  int i = (int)gi;
  if (cx->g->txns[gi]->txn.type != ALGO_TX_APPL)
    return avm_fail(cx, "can't use %s on non-app call txn with index %d", op, i);
  if (gi == cx->gi) return avm_fail(cx, "can't use %s on self, use load instead", op);
  if (gi > cx->gi) return avm_fail(cx, "%s can't get future scratch space from txn with index %d", op, i);
  if (cx->g->past_scratch[gi] == NULL) return avm_fail(cx, "%s lookup of txn %d that did not run a program", op, i);
  *out = cx->g->past_scratch[gi][slot];
  return ALGO_OK;
}

algo_code_t avm_op_gload(algo_avm_context_t *cx) {
  avm_value_t v;
  algo_code_t rc = gload(cx, cx->prog[cx->pc + 1], cx->prog[cx->pc + 2], "gload", &v);
  if (rc == ALGO_OK) avm_push(cx, v);
  return rc;
}

algo_code_t avm_op_gloads(algo_avm_context_t *cx) {
  return gload(cx, avm_top(cx, 0)->u, cx->prog[cx->pc + 1], "gloads", avm_top(cx, 0));
}

algo_code_t avm_op_gloadss(algo_avm_context_t *cx) {
  algo_code_t rc = gload(cx, avm_top(cx, 1)->u, avm_top(cx, 0)->u, "gloadss", avm_top(cx, 1));
  if (rc == ALGO_OK) cx->sp--;
  return rc;
}
