/* Instructions whose effect on the stack depends on their immediates, or on what is known of the stack. */
#include "asm_internal.h"

struct refine {
  asm_t *a;
  known_t *k;
  const tok_t *args;
  size_t n;
  effect_t *e;
};

static stype_t any(void) { return stype_named(ALGO_TYPE_ANY); }

static void give(refine_t *r, stype_t t) {
  asm_t *a = r->a;
  if (!r->e->refined) a->n_gives = 0;
  r->e->refined = true;
  if (ASM_ROOM(a, a->gives, a->n_gives, a->cap_gives)) a->gives[a->n_gives++] = t;
}

static void give_nothing(refine_t *r) {
  r->a->n_gives = 0;
  r->e->refined = true;
}

static void take_any(refine_t *r, size_t n) {
  r->e->any_takes = true;
  r->e->n_takes = n;
}

/* Argument i as a byte, or as a signed byte. */
static bool imm(const refine_t *r, size_t i, bool is_signed, int64_t *out) {
  if (r->n <= i || parse_int(r->args[i].s, r->args[i].n, 0, 9, out) != NUM_OK) return false;
  return is_signed ? *out >= -128 && *out <= 127 : *out >= 0 && *out <= 255;
}

/* The value `depth` below the top, where the stack is known that deep. */
static stype_t peek(const known_t *k, size_t depth) { return depth < k->n ? k->stack[k->n - 1 - depth] : any(); }

static bool same(stype_t x, stype_t y) {
  return x.kind == y.kind && x.min == y.min && x.max == y.max && x.alias == y.alias;
}

static stype_t unite(stype_t x, stype_t y) {
  if (x.kind != y.kind) return any();
  return stype_make((algo_kind_t)x.kind, x.min < y.min ? x.min : y.min, x.max > y.max ? x.max : y.max);
}

static bool is_const(stype_t t) { return t.kind == ALGO_KIND_UINT64 && t.min == t.max; }

struct scratch {
  stype_t type;
  uint32_t at; /* the reset after which it was written; if that is not the last one, it is as scratch_default says */
};

static stype_t slot(const known_t *k, size_t i) {
  return k->scratch != NULL && k->scratch[i].at == k->resets ? k->scratch[i].type : k->scratch_default;
}
static void set_slot(refine_t *r, size_t i, stype_t t) {
  known_t *k = r->k;
  if (k->scratch == NULL) k->scratch = algo_arena_array(r->a->arena, SCRATCH_SLOTS, sizeof *k->scratch);
  if (k->scratch == NULL) r->a->oom = true;
  else k->scratch[i] = (struct scratch){t, k->resets};
}

static bool fail(refine_t *r, const char *fmt, int64_t x, uint64_t y) {
  algo_buf_clear(&r->a->msg);
  asm_format(&r->a->msg, fmt, x, y);
  return false;
}

/* Reported even where types are not tracked. */
static bool no_slot(refine_t *r, uint64_t i) {
  asm_error_at(r->a, r->a->line, 0, "there is no scratch slot %u, the last one is 255", i);
  return true;
}

static bool refine_swap(refine_t *r) {
  give(r, peek(r->k, 0));
  give(r, peek(r->k, 1));
  return true;
}

static bool refine_dig(refine_t *r) {
  int64_t n;
  if (!imm(r, 0, false, &n)) return true;
  size_t depth = (size_t)n + 1;
  bool known = depth <= r->k->n;
  take_any(r, depth);
  for (size_t i = depth; i-- > 0;) give(r, known ? peek(r->k, i) : any());
  give(r, known ? peek(r->k, depth - 1) : any());
  return true;
}

/* The top value replaces the one at `idx`; what lies between stays. */
static void bury_at(refine_t *r, size_t idx) {
  known_t *k = r->k;
  size_t top = k->n - 1;
  take_any(r, k->n - idx);
  give(r, k->stack[top]);
  for (size_t i = idx + 1; i < top; i++) give(r, k->stack[i]);
}

static bool refine_bury(refine_t *r) {
  int64_t n;
  if (!imm(r, 0, false, &n)) return true;
  if (n == 0) return fail(r, "bury 0 always fails", 0, 0);
  if ((size_t)n < r->k->n) {
    bury_at(r, r->k->n - 1 - (size_t)n);
  } else if (r->k->bottom.kind == ALGO_KIND_NONE) {
    take_any(r, (size_t)n + 1); /* more than there are */
  }
  return true;
}

static bool refine_frame_dig(refine_t *r) {
  int64_t n;
  if (!imm(r, 0, true, &n) || r->k->fp == -1) return true;
  int64_t idx = r->k->fp + n;
  if (idx < 0) return fail(r, "frame_dig %i in sub with %u args", n, (uint64_t)r->k->fp);
  if (idx >= (int64_t)r->k->n) return fail(r, "frame_dig above stack", 0, 0);
  give(r, r->k->stack[idx]);
  return true;
}

static bool refine_frame_bury(refine_t *r) {
  known_t *k = r->k;
  int64_t n;
  if (!imm(r, 0, true, &n)) return true;
  if (k->fp == -1) { /* anything may have been written over */
    stype_t top = k->n > 0 ? k->stack[k->n - 1] : k->bottom;
    for (size_t i = 0; i < k->n; i++) {
      if (!same(k->stack[i], top)) k->stack[i] = any();
    }
    return true;
  }
  int64_t idx = k->fp + n;
  if (idx < 0) return fail(r, "frame_bury %i in sub with %u args", n, (uint64_t)k->fp);
  if (idx >= (int64_t)k->n - 1) return fail(r, "frame_bury above stack", 0, 0);
  bury_at(r, (size_t)idx);
  return true;
}

static bool refine_equals(refine_t *r) {
  static const stype_t widest[4][2] = {
      [ALGO_KIND_ANY] = {{0, 0, ALGO_KIND_ANY, 0}, {0, 0, ALGO_KIND_ANY, 0}},
      [ALGO_KIND_UINT64] = {{0, UINT64_MAX, ALGO_KIND_UINT64, 0}, {0, UINT64_MAX, ALGO_KIND_UINT64, 0}},
      [ALGO_KIND_BYTES] = {{0, ALGO_AVM_BYTES_MAX, ALGO_KIND_BYTES, 0}, {0, ALGO_AVM_BYTES_MAX, ALGO_KIND_BYTES, 0}}};
  if (r->k->n == 0) return true;
  r->e->takes = widest[r->k->stack[r->k->n - 1].kind];
  r->e->n_takes = 2;
  return true;
}

static bool refine_dup(refine_t *r) {
  if (r->k->n == 0) return true;
  give(r, peek(r->k, 0));
  give(r, peek(r->k, 0));
  return true;
}

static bool refine_dup2(refine_t *r) {
  for (int i = 0; i < 2; i++) {
    give(r, peek(r->k, 1));
    give(r, peek(r->k, 0));
  }
  return true;
}

static bool refine_select(refine_t *r) {
  if (r->k->n >= 3) give(r, unite(peek(r->k, 1), peek(r->k, 2)));
  return true;
}

static bool refine_setbit(refine_t *r) {
  if (r->k->n >= 3) give(r, peek(r->k, 2));
  return true;
}

static bool refine_cover(refine_t *r) {
  int64_t n;
  if (!imm(r, 0, false, &n)) return true;
  size_t depth = (size_t)n + 1;
  bool known = depth <= r->k->n;
  take_any(r, depth);
  give(r, known ? peek(r->k, 0) : any());
  for (size_t i = depth; i-- > 1;) give(r, known ? peek(r->k, i) : any());
  return true;
}

static bool refine_uncover(refine_t *r) {
  int64_t n;
  if (!imm(r, 0, false, &n)) return true;
  size_t depth = (size_t)n + 1;
  bool known = depth <= r->k->n;
  take_any(r, depth);
  for (size_t i = depth - 1; i-- > 0;) give(r, known ? peek(r->k, i) : any());
  give(r, known ? peek(r->k, depth - 1) : any());
  return true;
}

static bool refine_bplus(refine_t *r) {
  give(r, stype_make(ALGO_KIND_BYTES, 0, 65));
  return true;
}

static bool refine_bmul(refine_t *r) {
  give(r, stype_make(ALGO_KIND_BYTES, 0, 128));
  return true;
}

static bool refine_itxn_field(refine_t *r) {
  if (r->n != 1) return true;
  const algo_isa_field_t *f = algo_isa_field_by_name(ALGO_GROUP_ITXN_FIELD, r->args[0].s, r->args[0].n);
  if (f != NULL) r->e->take_ids = &f->type;
  return true;
}

static bool refine_store(refine_t *r) {
  int64_t i;
  if (imm(r, 0, false, &i) && r->k->n > 0) set_slot(r, (size_t)i, peek(r->k, 0));
  return true;
}

static bool refine_stores(refine_t *r) {
  known_t *k = r->k;
  if (k->n == 0) return true;
  stype_t top = peek(k, 0);
  if (k->n >= 2 && is_const(peek(k, 1))) {
    uint64_t i = peek(k, 1).min;
    if (i >= SCRATCH_SLOTS) return no_slot(r, i);
    set_slot(r, i, top);
    return true;
  }
  for (size_t i = 0; i < SCRATCH_SLOTS; i++) set_slot(r, i, unite(slot(k, i), top)); /* it may be any of them */
  return true;
}

static bool refine_load(refine_t *r) {
  int64_t i;
  if (imm(r, 0, false, &i)) give(r, slot(r->k, (size_t)i));
  return true;
}

static bool refine_loads(refine_t *r) {
  known_t *k = r->k;
  if (k->n == 0) return true;
  stype_t top = peek(k, 0);
  if (is_const(top)) {
    if (top.min >= SCRATCH_SLOTS) return no_slot(r, top.min);
    give(r, slot(k, top.min));
    return true;
  }
  for (size_t i = 1; i < SCRATCH_SLOTS; i++) {
    if (!same(slot(k, i), slot(k, 0))) return true;
  }
  give(r, slot(k, 0));
  return true;
}

static bool refine_proto(refine_t *r) {
  known_t *k = r->k;
  int64_t args, results;
  if (!imm(r, 0, false, &args) || !imm(r, 1, false, &results)) return true;
  if (k->n != 0 || k->bottom.kind != ALGO_KIND_ANY) return fail(r, "proto must be unreachable from previous PC", 0, 0);
  for (k->n = 0; k->n < (size_t)args && ASM_ROOM(r->a, k->stack, k->n, k->cap); k->n++) k->stack[k->n] = any();
  k->fp = args;
  return true;
}

static bool refine_popn(refine_t *r) {
  int64_t n;
  if (imm(r, 0, false, &n)) take_any(r, (size_t)n);
  return true;
}

static bool refine_dupn(refine_t *r) {
  int64_t n;
  if (!imm(r, 0, false, &n) || r->k->n == 0) return true;
  for (int64_t i = 0; i <= n; i++) give(r, peek(r->k, 0));
  return true;
}

static bool refine_pushes(refine_t *r, algo_type_t t) {
  give_nothing(r);
  for (size_t i = 0; i < r->n; i++) give(r, stype_named(t));
  return true;
}
static bool refine_pushbytess(refine_t *r) { return refine_pushes(r, ALGO_TYPE_BYTES); }
static bool refine_pushints(refine_t *r) { return refine_pushes(r, ALGO_TYPE_UINT64); }

static bool refine_bzero(refine_t *r) {
  static const stype_t length = {0, ALGO_AVM_BYTES_MAX, ALGO_KIND_UINT64, 0};
  r->e->takes = &length;
  return true;
}

static bool refine_match(refine_t *r) {
  take_any(r, r->n + 1);
  return true;
}

static const refine_fn by_op[SPEC_IDS] = {
    [ALGO_OP_swap] = refine_swap,
    [ALGO_OP_dig] = refine_dig,
    [ALGO_OP_bury] = refine_bury,
    [ALGO_OP_frame_dig] = refine_frame_dig,
    [ALGO_OP_frame_bury] = refine_frame_bury,
    [ALGO_OP_eq] = refine_equals,
    [ALGO_OP_neq] = refine_equals,
    [ALGO_OP_dup] = refine_dup,
    [ALGO_OP_dup2] = refine_dup2,
    [ALGO_OP_select] = refine_select,
    [ALGO_OP_setbit] = refine_setbit,
    [ALGO_OP_cover] = refine_cover,
    [ALGO_OP_uncover] = refine_uncover,
    [ALGO_OP_bplus] = refine_bplus,
    [ALGO_OP_bmul] = refine_bmul,
    [ALGO_OP_itxn_field] = refine_itxn_field,
    [ALGO_OP_store] = refine_store,
    [ALGO_OP_stores] = refine_stores,
    [ALGO_OP_load] = refine_load,
    [ALGO_OP_loads] = refine_loads,
    [ALGO_OP_proto] = refine_proto,
    [ALGO_OP_popn] = refine_popn,
    [ALGO_OP_dupn] = refine_dupn,
    [ALGO_OP_pushbytess] = refine_pushbytess,
    [ALGO_OP_pushints] = refine_pushints,
    [ALGO_OP_bzero] = refine_bzero,
    [ALGO_OP_match] = refine_match,
};

refine_fn refine_of(const spec_t *spec) { return spec->stand_in ? NULL : by_op[spec->op->id]; }

bool refine_effect(asm_t *a, refine_fn fn, const tok_t *args, size_t n, effect_t *e) {
  refine_t r = {a, &a->known, args, n, e};
  return fn(&r);
}
