/* Instructions without side effects: computed where their operands are constants, else a value made of them. */
#include "internal.h"

static bool fold_int(unsigned op, uint64_t a, uint64_t b, uint64_t *out) {
  switch (op) {
  case ALGO_OP_plus: return !__builtin_add_overflow(a, b, out);
  case ALGO_OP_minus: return !__builtin_sub_overflow(a, b, out);
  case ALGO_OP_mul: return !__builtin_mul_overflow(a, b, out);
  case ALGO_OP_div: return b != 0 && (*out = a / b, true);
  case ALGO_OP_mod: return b != 0 && (*out = a % b, true);
  case ALGO_OP_shl: return b < 64 && (*out = a << b, true);
  case ALGO_OP_shr: return b < 64 && (*out = a >> b, true);
  case ALGO_OP_bitand: *out = a & b; return true;
  case ALGO_OP_bitor: *out = a | b; return true;
  case ALGO_OP_bitxor: *out = a ^ b; return true;
  case ALGO_OP_lt: *out = a < b; return true;
  case ALGO_OP_gt: *out = a > b; return true;
  case ALGO_OP_le: *out = a <= b; return true;
  case ALGO_OP_ge: *out = a >= b; return true;
  case ALGO_OP_and: *out = a != 0 && b != 0; return true;
  case ALGO_OP_or: *out = a != 0 || b != 0; return true;
  default: return true;
  }
}

static bool is_binary_int(unsigned op) {
  return (op >= ALGO_OP_plus && op <= ALGO_OP_or) || (op >= ALGO_OP_mod && op <= ALGO_OP_bitxor) || op == ALGO_OP_shl ||
         op == ALGO_OP_shr;
}

static algo_bytes_t bytes_of(const value_t *v) { return algo_bytes(v->p, v->n); }

/* A stretch of constant bytes. False: it reaches behind the end. */
static bool cut(run_t *r, const value_t *v, uint64_t from, uint64_t n, val_t *out) {
  if (from > v->n || n > v->n - from) return false;
  *out = value_bytes(r, algo_bytes(v->p + from, n));
  return true;
}

static val_t joined(run_t *r, algo_bytes_t a, algo_bytes_t b) {
  uint8_t *p = algo_arena_alloc(&r->ck->scratch, a.n + b.n + 1);
  if (p == NULL) {
    r->ck->oom = true;
    return value_int(r, 0);
  }
  if (a.n > 0) memcpy(p, a.p, a.n);
  if (b.n > 0) memcpy(p + a.n, b.p, b.n);
  return value_bytes(r, algo_bytes(p, a.n + b.n));
}

/* Constants of which at least the first is a byte string. 0: not computed here; false: it fails. */
static bool fold_bytes(run_t *r, const algo_isa_insn_t *i, const value_t *x, const val_t *args, val_t *out) {
  uint64_t n = 0, m = 0;
  uint8_t be[8];
  algo_bytes_t b = bytes_of(x);
  if (i->op->n_takes > 1 && value_of(r, args[1])->kind == V_INT) n = value_of(r, args[1])->k;
  if (i->op->n_takes > 2 && value_of(r, args[2])->kind == V_INT) m = value_of(r, args[2])->k;
  switch (i->op->id) {
  case ALGO_OP_len: *out = value_int(r, b.n); return true;
  case ALGO_OP_btoi:
    if (b.n > 8) return false;
    memset(be, 0, sizeof be);
    if (b.n > 0) memcpy(be + 8 - b.n, b.p, b.n);
    *out = value_int(r, algo_get_be64(be));
    return true;
  case ALGO_OP_concat: *out = joined(r, b, bytes_of(value_of(r, args[1]))); return true;
  case ALGO_OP_substring:
    return i->imm[1].value >= i->imm[0].value &&
           cut(r, x, (uint64_t)i->imm[0].value, (uint64_t)(i->imm[1].value - i->imm[0].value), out);
  case ALGO_OP_extract:
    if (i->imm[1].value == 0)
      return (uint64_t)i->imm[0].value <= b.n &&
             cut(r, x, (uint64_t)i->imm[0].value, b.n - (uint64_t)i->imm[0].value, out);
    return cut(r, x, (uint64_t)i->imm[0].value, (uint64_t)i->imm[1].value, out);
  case ALGO_OP_substring3: return m >= n && cut(r, x, n, m - n, out);
  case ALGO_OP_extract3: return cut(r, x, n, m, out);
  case ALGO_OP_getbyte:
    if (n >= b.n) return false;
    *out = value_int(r, b.p[n]);
    return true;
  default: return true;
  }
}

static bool is_constant(const value_t *v) { return v->kind == V_INT || v->kind == V_BYTES; }

/* What is said of equality without asking what is known on this way. -1: nothing. */
static int equal(const run_t *r, val_t a, val_t b) {
  const value_t *x = value_of(r, a), *y = value_of(r, b);
  if (a == b) return 1;
  if (!is_constant(x) || !is_constant(y)) return -1;
  return 0; /* equal constants are one value */
}

static bool fold_constants(run_t *r, const algo_isa_insn_t *i, const val_t *args, val_t *out) {
  uint8_t be[8];
  const value_t *x = value_of(r, args[0]);
  uint64_t k, n = 0;
  unsigned op = i->op->id;
  if (x->kind == V_BYTES) return fold_bytes(r, i, x, args, out);
  k = x->k;
  if (op == ALGO_OP_not) *out = value_int(r, k == 0);
  if (op == ALGO_OP_bitnot) *out = value_int(r, ~k);
  if (op == ALGO_OP_itob) {
    algo_put_be64(be, k);
    *out = joined(r, algo_bytes(be, 8), algo_bytes(NULL, 0));
  }
  if (op == ALGO_OP_bzero && k <= ALGO_AVM_BYTES_MAX) {
    uint8_t *p = algo_arena_zalloc(&r->ck->scratch, k + 1);
    if (p != NULL) *out = value_bytes(r, algo_bytes(p, k));
  }
  if (!is_binary_int(op) || !is_int(r, args[1], &n)) return true;
  if (!fold_int(op, k, n, &k)) return false;
  *out = value_int(r, k);
  return true;
}

/* The taint of a result: where its operands come from, and what the instruction adds. */
static unsigned taint_of(const run_t *r, const algo_isa_insn_t *i, const val_t *args) {
  unsigned taint = 0;
  for (unsigned k = 0; k < i->op->n_takes; k++) taint |= value_of(r, args[k])->taint;
  taint &= ~(unsigned)T_QUOTIENT;
  switch (i->op->id) {
  case ALGO_OP_div:
  case ALGO_OP_divw:
  case ALGO_OP_bdiv: return taint | T_QUOTIENT;
  case ALGO_OP_ed25519verify:
  case ALGO_OP_ed25519verify_bare:
  case ALGO_OP_ecdsa_verify:
  case ALGO_OP_falcon_verify:
  case ALGO_OP_vrf_verify: return (taint & ~(unsigned)T_USER) | T_PROOF;
  case ALGO_OP_block:
    return i->imm[0].value == ALGO_F_BLOCK_BlkTimestamp ? T_TIME : i->imm[0].value == ALGO_F_BLOCK_BlkSeed ? T_SEED : 0;
  default: return taint;
  }
}

bool fold(run_t *r, const algo_isa_insn_t *i, const val_t *args, val_t *out) {
  bool constant = i->op->n_takes > 0;
  for (unsigned k = 0; k < i->op->n_takes; k++) constant = constant && is_constant(value_of(r, args[k]));
  out[0] = 0;
  if (constant && i->op->n_gives == 1 && !fold_constants(r, i, args, out)) return false;
  if (i->op->id == ALGO_OP_eq || i->op->id == ALGO_OP_neq) {
    int e = equal(r, args[0], args[1]);
    if (e >= 0) out[0] = value_int(r, (e == 1) == (i->op->id == ALGO_OP_eq));
  }
  if (out[0] != 0) return true;
  for (unsigned g = 0; g < i->op->n_gives; g++) {
    value_t v = {.kind = V_OP, .op = i->op->id, .result = (uint8_t)g, .taint = (uint16_t)taint_of(r, i, args)};
    v.type = algo_isa_type((algo_type_t)i->op->gives[g])->kind;
    for (unsigned k = 0; k < i->op->n_imms; k++) v.k = v.k << 8 | (uint8_t)i->imm[k].value;
    for (unsigned k = 0; k < i->op->n_takes && k < OPERANDS; k++) v.a[k] = args[k];
    if (i->op->n_takes > OPERANDS) v.k = v.k << 32 | i->pc;
    if (i->op->n_takes == 2 && (i->op->id == ALGO_OP_eq || i->op->id == ALGO_OP_neq) && v.a[0] > v.a[1]) {
      v.a[0] = args[1];
      v.a[1] = args[0];
    }
    out[g] = value_put(r, &v);
  }
  return true;
}
