/* What is known of values on a way, from what was asserted and branched on. */
#include "internal.h"

#define DEPTH_MAX    7u                  /* how deep expressions are looked into */
#define FUEL         400u                /* parts of a condition that are assumed one by one */
#define MIN_FEE_MOST 1000000u            /* microalgos: more than any network will want */
#define FRESH_LEAST  ((uint64_t)1 << 62) /* integers that an attack puts in are larger than any constant */
#define FRESH_MOST   ((uint64_t)1 << 63)

static const fact_t *fact_of(const work_t *w, val_t v) {
  uint32_t lo = 0, hi = w->n_facts;
  while (lo < hi) {
    uint32_t mid = (lo + hi) / 2;
    if (w->facts[mid].v < v) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  return lo < w->n_facts && w->facts[lo].v == v ? &w->facts[lo] : NULL;
}

/* The fact of a value to be written to; NULL: no room, and it is not kept. */
static fact_t *fact_put(work_t *w, val_t v) {
  fact_t *known = (fact_t *)fact_of(w, v);
  if (known != NULL || w->n_facts == FACTS_MAX) return known;
  uint32_t at = w->n_facts++;
  for (; at > 0 && w->facts[at - 1].v > v; at--) w->facts[at] = w->facts[at - 1];
  w->facts[at] = (fact_t){.v = v, .hi = UINT64_MAX};
  return &w->facts[at];
}

val_t resolve(run_t *r, const work_t *w, val_t v) {
  for (unsigned i = 0; i < 4; i++) {
    const fact_t *f = fact_of(w, v);
    if (f == NULL || f->eq == 0 || value_of(r, v)->kind == V_FRESH) return v;
    v = f->eq;
  }
  return v;
}

static void field_bounds(const run_t *r, const value_t *v, uint64_t *lo, uint64_t *hi) {
  if (v->op == ALGO_OP_global) {
    if (v->k == ALGO_F_GLOBAL_MinTxnFee) *hi = MIN_FEE_MOST;
    if (v->k == ALGO_F_GLOBAL_GroupSize) {
      *lo = r->attack.position > 0 ? (uint64_t)r->attack.position + 1 : 1;
      *hi = 16;
    }
    return;
  }
  if (v->op != ALGO_OP_txn && v->op != ALGO_OP_gtxns) return;
  switch (v->k) {
  case ALGO_F_TXN_Amount:
  case ALGO_F_TXN_AssetAmount: *lo = v->op == ALGO_OP_gtxns && r->attack.paid; break;
  case ALGO_F_TXN_GroupIndex: *hi = 15; break;
  case ALGO_F_TXN_OnCompletion: *hi = 5; break;
  case ALGO_F_TXN_TypeEnum: *hi = 6; break;
  case ALGO_F_TXN_NumAppArgs: *hi = 16; break;
  case ALGO_F_TXN_ApplicationID: *lo = v->op == ALGO_OP_txn && r->attack.existing; break;
  default: break;
  }
}

static void bounds_at(run_t *r, const work_t *w, val_t v, unsigned depth, uint64_t *lo, uint64_t *hi);
static void length_at(run_t *r, const work_t *w, val_t v, unsigned depth, uint64_t *lo, uint64_t *hi);

/* Whether two values are equal: 0, 1, or -1: not known. */
static int equality(run_t *r, const work_t *w, val_t a, val_t b, unsigned depth) {
  a = resolve(r, w, a);
  b = resolve(r, w, b);
  if (a == b) return 1;
  const value_t *x = value_of(r, a), *y = value_of(r, b);
  if (x->kind == V_BYTES && y->kind == V_BYTES) return 0;
  if (x->type == ALGO_KIND_UINT64 || y->type == ALGO_KIND_UINT64) {
    uint64_t al, ah, bl, bh;
    bounds_at(r, w, a, depth, &al, &ah);
    bounds_at(r, w, b, depth, &bl, &bh);
    if (ah < bl || bh < al) return 0;
    if (al == ah && al == bl && bl == bh) return 1;
  } else {
    uint64_t al, ah, bl, bh;
    length_at(r, w, a, depth, &al, &ah);
    length_at(r, w, b, depth, &bl, &bh);
    if (ah < bl || bh < al) return 0;
  }
  if (x->kind != V_FRESH && y->kind != V_FRESH) return -1;
  if (r->attack.lengths) return 0;
  const value_t *other = x->kind == V_FRESH ? y : x;
  if (other->kind == V_INT && other->k == 0) return -1; /* the caller's id is 0 where no application called */
  return (other->taint & (T_USER | T_FRESH)) != 0 || other->kind == V_UNKNOWN ? -1 : 0;
}

/* Is x an integer of the attack, and y one that the user does not choose? Then x is the larger one. */
static bool outgrows(const value_t *x, const value_t *y) {
  return x->kind == V_FRESH && x->type == ALGO_KIND_UINT64 && y->kind != V_FRESH &&
         (y->taint & (T_FRESH | T_PHI)) == 0 && ((y->taint & T_USER) == 0 || (y->taint & T_MONEY) != 0);
}

static int compare(run_t *r, const work_t *w, unsigned op, val_t a, val_t b, unsigned depth) {
  uint64_t al, ah, bl, bh;
  if (op == ALGO_OP_gt || op == ALGO_OP_ge) { /* as < and <= the other way round */
    val_t t = a;
    a = b;
    b = t;
    op = op == ALGO_OP_gt ? ALGO_OP_lt : ALGO_OP_le;
  }
  a = resolve(r, w, a);
  b = resolve(r, w, b);
  if (a == b) return op == ALGO_OP_le;
  bounds_at(r, w, a, depth, &al, &ah);
  bounds_at(r, w, b, depth, &bl, &bh);
  if (ah < bl || (op == ALGO_OP_le && ah <= bl)) return 1;
  if (al > bh || (op == ALGO_OP_lt && al >= bh)) return 0;
  if (outgrows(value_of(r, b), value_of(r, a))) return 1;
  if (outgrows(value_of(r, a), value_of(r, b))) return 0;
  return -1;
}

static int logic(run_t *r, const work_t *w, const value_t *v, unsigned depth) {
  uint64_t al, ah, bl = 0, bh = 1;
  bounds_at(r, w, v->a[0], depth, &al, &ah);
  if (v->op == ALGO_OP_not) return ah == 0 ? 1 : al > 0 ? 0 : -1;
  bounds_at(r, w, v->a[1], depth, &bl, &bh);
  if (v->op == ALGO_OP_and) return ah == 0 || bh == 0 ? 0 : al > 0 && bl > 0 ? 1 : -1;
  return al > 0 || bl > 0 ? 1 : ah == 0 && bh == 0 ? 0 : -1;
}

static void arithmetic_bounds(run_t *r, const work_t *w, const value_t *v, unsigned depth, uint64_t *lo, uint64_t *hi) {
  uint64_t al, ah, bl, bh, x;
  bounds_at(r, w, v->a[0], depth, &al, &ah);
  bounds_at(r, w, v->a[1], depth, &bl, &bh);
  switch (v->op) {
  case ALGO_OP_plus:
    *lo = __builtin_add_overflow(al, bl, &x) ? UINT64_MAX : x;
    *hi = __builtin_add_overflow(ah, bh, &x) ? UINT64_MAX : x;
    break;
  case ALGO_OP_minus:
    *lo = al > bh ? al - bh : 0;
    *hi = ah > bl ? ah - bl : 0;
    break;
  case ALGO_OP_mul:
    *lo = __builtin_mul_overflow(al, bl, &x) ? UINT64_MAX : x;
    *hi = __builtin_mul_overflow(ah, bh, &x) ? UINT64_MAX : x;
    break;
  case ALGO_OP_div:
    *lo = bh > 0 ? al / bh : 0;
    *hi = bl > 0 ? ah / bl : ah;
    break;
  case ALGO_OP_mod: *hi = bh > 0 ? bh - 1 : 0; break;
  case ALGO_OP_bitand: *hi = ah < bh ? ah : bh; break;
  default: break;
  }
}

static void op_bounds(run_t *r, const work_t *w, const value_t *v, unsigned depth, uint64_t *lo, uint64_t *hi) {
  int truth = -1;
  switch (v->op) {
  case ALGO_OP_eq: truth = equality(r, w, v->a[0], v->a[1], depth); break;
  case ALGO_OP_neq:
    truth = equality(r, w, v->a[0], v->a[1], depth);
    if (truth >= 0) truth = !truth;
    break;
  case ALGO_OP_lt:
  case ALGO_OP_gt:
  case ALGO_OP_le:
  case ALGO_OP_ge: truth = compare(r, w, v->op, v->a[0], v->a[1], depth); break;
  case ALGO_OP_and:
  case ALGO_OP_or:
  case ALGO_OP_not: truth = logic(r, w, v, depth); break;
  case ALGO_OP_len: length_at(r, w, v->a[0], depth, lo, hi); return;
  case ALGO_OP_getbyte: *hi = 255; return;
  case ALGO_OP_extract_uint16: *hi = UINT16_MAX; return;
  case ALGO_OP_extract_uint32: *hi = UINT32_MAX; return;
  case ALGO_OP_getbit: *hi = 1; return;
  case ALGO_OP_bitlen: *hi = 8 * (uint64_t)ALGO_AVM_BYTES_MAX; return;
  default: arithmetic_bounds(r, w, v, depth, lo, hi); return;
  }
  *lo = truth == 1;
  *hi = truth != 0;
}

static void bounds_at(run_t *r, const work_t *w, val_t v, unsigned depth, uint64_t *lo, uint64_t *hi) {
  const value_t x = *value_of(r, v); /* a copy: the table may move */
  *lo = 0;
  *hi = UINT64_MAX;
  if (x.kind == V_INT) *lo = *hi = x.k;
  if (x.kind == V_FRESH) *lo = x.k == FRESH_CALLER ? 0 : FRESH_LEAST, *hi = FRESH_MOST;
  if (x.kind == V_FIELD) field_bounds(r, &x, lo, hi);
  if (x.kind == V_OP && depth > 0) { op_bounds(r, w, &x, depth - 1, lo, hi); }
  const fact_t *f = fact_of(w, v);
  if (f == NULL) return;
  if (f->lo > *lo) *lo = f->lo;
  if (f->hi < *hi) *hi = f->hi;
  if (f->eq == 0 || depth == 0) return;
  uint64_t l, h;
  bounds_at(r, w, f->eq, depth - 1, &l, &h);
  if (l > *lo) *lo = l;
  if (h < *hi) *hi = h;
}

void bounds(run_t *r, const work_t *w, val_t v, uint64_t *lo, uint64_t *hi) { bounds_at(r, w, v, DEPTH_MAX, lo, hi); }

/* ---- lengths ---- */

static void type_length(algo_type_t t, uint64_t *lo, uint64_t *hi) {
  const algo_isa_type_t *type = algo_isa_type(t);
  if (type->kind != ALGO_KIND_BYTES) return;
  *lo = type->min;
  *hi = type->max;
}

static void cut_length(run_t *r, const work_t *w, const value_t *v, unsigned depth, uint64_t *lo, uint64_t *hi) {
  uint64_t from, to, l, h;
  switch (v->op) {
  case ALGO_OP_substring: *lo = *hi = (uint8_t)v->k - (uint8_t)(v->k >> 8); return;
  case ALGO_OP_extract:
    if ((uint8_t)v->k != 0) {
      *lo = *hi = (uint8_t)v->k;
      return;
    }
    from = (uint8_t)(v->k >> 8);
    length_at(r, w, v->a[0], depth, &l, &h);
    *lo = l > from ? l - from : 0;
    *hi = h > from ? h - from : 0;
    return;
  case ALGO_OP_substring3:
    if (is_int(r, v->a[1], &from) && is_int(r, v->a[2], &to) && to >= from) *lo = *hi = to - from;
    return;
  default: /* extract3, box_extract: the last operand is the length */
    if (is_int(r, v->a[2], &to)) *lo = *hi = to;
  }
}

static void op_length(run_t *r, const work_t *w, const value_t *v, unsigned depth, uint64_t *lo, uint64_t *hi) {
  uint64_t l, h, l2, h2;
  switch (v->op) {
  case ALGO_OP_concat:
    length_at(r, w, v->a[0], depth, &l, &h);
    length_at(r, w, v->a[1], depth, &l2, &h2);
    *lo = l + l2;
    *hi = h + h2 < ALGO_AVM_BYTES_MAX ? h + h2 : ALGO_AVM_BYTES_MAX;
    return;
  case ALGO_OP_itob: *lo = *hi = 8; return;
  case ALGO_OP_substring:
  case ALGO_OP_extract:
  case ALGO_OP_substring3:
  case ALGO_OP_extract3:
  case ALGO_OP_box_extract: cut_length(r, w, v, depth, lo, hi); return;
  case ALGO_OP_bzero: bounds_at(r, w, v->a[0], depth, lo, hi); return;
  case ALGO_OP_setbyte:
  case ALGO_OP_setbit:
  case ALGO_OP_replace2:
  case ALGO_OP_replace3: length_at(r, w, v->a[0], depth, lo, hi); return;
  case ALGO_OP_bplus: *hi = 65; return;
  case ALGO_OP_bmul: *hi = 128; return;
  case ALGO_OP_sha256:
  case ALGO_OP_keccak256:
  case ALGO_OP_sha512_256:
  case ALGO_OP_sha3_256: *lo = *hi = 32; return;
  case ALGO_OP_sha512: *lo = *hi = 64; return;
  default: return;
  }
}

static void field_length(const value_t *v, uint64_t *lo, uint64_t *hi) {
  if (v->op == ALGO_OP_arg) return;
  const algo_isa_field_t *f =
      algo_isa_field(v->op == ALGO_OP_global ? ALGO_GROUP_GLOBAL : ALGO_GROUP_TXN, (uint8_t)v->k);
  if (f != NULL) type_length((algo_type_t)f->type, lo, hi);
}

static void length_at(run_t *r, const work_t *w, val_t v, unsigned depth, uint64_t *lo, uint64_t *hi) {
  const value_t x = *value_of(r, v);
  *lo = 0;
  *hi = ALGO_AVM_BYTES_MAX;
  if (x.kind == V_BYTES) *lo = *hi = x.n;
  if (x.kind == V_FRESH && x.type == ALGO_KIND_BYTES) *lo = *hi = 32;
  if (x.kind == V_FIELD) field_length(&x, lo, hi);
  if (x.kind == V_OP && depth > 0) op_length(r, w, &x, depth - 1, lo, hi);
  if (*lo == *hi) return;
  val_t len = value_put(r, &(value_t){.kind = V_OP,
                                      .type = ALGO_KIND_UINT64,
                                      .op = ALGO_OP_len,
                                      .a = {v},
                                      .taint = x.taint & ~(unsigned)T_QUOTIENT});
  const fact_t *f = fact_of(w, len);
  if (f == NULL) return;
  if (f->lo > *lo) *lo = f->lo;
  if (f->hi < *hi) *hi = f->hi;
}

void length_bounds(run_t *r, const work_t *w, val_t v, uint64_t *lo, uint64_t *hi) {
  length_at(r, w, v, DEPTH_MAX, lo, hi);
}

/* ---- assuming ---- */

bool assume_between(run_t *r, work_t *w, val_t v, uint64_t lo, uint64_t hi) {
  uint64_t l, h;
  bounds(r, w, v, &l, &h);
  if (lo > l) l = lo;
  if (hi < h) h = hi;
  if (l > h) return false;
  if (value_of(r, v)->kind == V_INT) return true;
  fact_t *f = fact_put(w, v);
  if (f == NULL) return true;
  f->lo = l;
  f->hi = h;
  return true;
}

/* An integer that is not a constant at the end of its range: the range is one shorter. */
static bool assume_different(run_t *r, work_t *w, val_t a, val_t b) {
  uint64_t k, lo, hi;
  if (is_int(r, a, &k)) {
    val_t t = a;
    a = b;
    b = t;
  }
  if (!is_int(r, b, &k) || value_of(r, a)->type != ALGO_KIND_UINT64) return true;
  bounds(r, w, a, &lo, &hi);
  if (lo == hi) return lo != k;
  return assume_between(r, w, a, lo == k ? lo + 1 : lo, hi == k ? hi - 1 : hi);
}

/* The one of two equal values that says more: a constant, then what the user does not choose. */
static bool says_more(const value_t *x, const value_t *than) {
  if (x->kind == V_INT || x->kind == V_BYTES) return true;
  if (than->kind == V_INT || than->kind == V_BYTES) return false;
  if (x->kind == V_FRESH) return true;
  return than->kind != V_FRESH && (x->taint & T_USER) == 0;
}

static bool assume_equal(run_t *r, work_t *w, val_t a, val_t b) {
  int known = equality(r, w, a, b, DEPTH_MAX);
  if (known == 0) return false;
  uint64_t l, h;
  if (value_of(r, a)->type == ALGO_KIND_UINT64 || value_of(r, b)->type == ALGO_KIND_UINT64) {
    bounds(r, w, b, &l, &h);
    if (!assume_between(r, w, a, l, h)) return false;
    bounds(r, w, a, &l, &h);
    if (!assume_between(r, w, b, l, h)) return false;
  }
  a = resolve(r, w, a);
  b = resolve(r, w, b);
  if (a == b) return true;
  bool first = says_more(value_of(r, a), value_of(r, b));
  fact_t *f = fact_put(w, first ? b : a);
  if (f != NULL) f->eq = first ? a : b;
  return true;
}

static bool assume_less(run_t *r, work_t *w, val_t a, val_t b, bool or_equal) {
  uint64_t al, ah, bl, bh;
  bounds(r, w, a, &al, &ah);
  bounds(r, w, b, &bl, &bh);
  if (!or_equal && bh == 0) return false;
  if (!or_equal && al == UINT64_MAX) return false;
  return assume_between(r, w, a, 0, or_equal ? bh : bh - 1) &&
         assume_between(r, w, b, or_equal ? al : al + 1, UINT64_MAX);
}

static bool assume_order(run_t *r, work_t *w, unsigned op, val_t a, val_t b, bool truth) {
  switch (op) {
  case ALGO_OP_lt: return truth ? assume_less(r, w, a, b, false) : assume_less(r, w, b, a, true);
  case ALGO_OP_gt: return truth ? assume_less(r, w, b, a, false) : assume_less(r, w, a, b, true);
  case ALGO_OP_le: return truth ? assume_less(r, w, a, b, true) : assume_less(r, w, b, a, false);
  default: return truth ? assume_less(r, w, b, a, true) : assume_less(r, w, a, b, false);
  }
}

/* Parts of a condition that are left to assume: what is left out makes no way impossible. */
static bool assume_at(run_t *r, work_t *w, val_t v, bool truth, unsigned *fuel) {
  uint64_t lo, hi;
  bounds(r, w, v, &lo, &hi);
  if (truth ? hi == 0 : lo > 0) return false;
  const value_t x = *value_of(r, v);
  if (x.kind == V_INT || (truth ? lo > 0 : hi == 0) || *fuel == 0) return true;
  --*fuel;
  if (!assume_between(r, w, v, truth, truth ? UINT64_MAX : 0)) return false;
  if (x.kind != V_OP) return true;
  switch (x.op) {
  case ALGO_OP_not: return assume_at(r, w, x.a[0], !truth, fuel);
  case ALGO_OP_and:
  case ALGO_OP_or:
    if (truth == (x.op == ALGO_OP_and)) {
      return assume_at(r, w, x.a[0], truth, fuel) && assume_at(r, w, x.a[1], truth, fuel);
    }
    for (unsigned k = 0; k < 2; k++) { /* one of them is decided: so is the other */
      bounds(r, w, x.a[k], &lo, &hi);
      if (truth ? hi == 0 : lo > 0) return assume_at(r, w, x.a[1 - k], truth, fuel);
    }
    return true;
  case ALGO_OP_eq: return truth ? assume_equal(r, w, x.a[0], x.a[1]) : assume_different(r, w, x.a[0], x.a[1]);
  case ALGO_OP_neq: return truth ? assume_different(r, w, x.a[0], x.a[1]) : assume_equal(r, w, x.a[0], x.a[1]);
  case ALGO_OP_lt:
  case ALGO_OP_gt:
  case ALGO_OP_le:
  case ALGO_OP_ge: return assume_order(r, w, x.op, x.a[0], x.a[1], truth);
  default: return true;
  }
}

bool assume(run_t *r, work_t *w, val_t v, bool truth, bool asserting) {
  unsigned taint = value_of(r, v)->taint;
  if ((taint & T_COMPLETION) != 0) return false;
  if (r->attack.gated && asserting && (taint & (T_GATE | T_PROOF)) != 0) return false;
  if ((taint & (T_USERSTATE | T_GATE | T_PROOF)) != 0) w->c.vetted = true;
  unsigned fuel = FUEL;
  return assume_at(r, w, v, truth, &fuel);
}
