/* What is known of the stack while the assembler goes down the source. */
#include "asm_internal.h"

/* The deepest values are forgotten past this: no program can have 1000 on its stack. */
#define STACK_KEPT 16384u

/* Named types whose name does not follow from kind and bounds keep it as an alias. */
#define ALIAS(id)                                                                                                      \
  ((id) == ALGO_TYPE_BOOL || (id) == ALGO_TYPE_ADDRESS || (id) == ALGO_TYPE_BIGINT || (id) == ALGO_TYPE_STATE_KEY ||   \
           (id) == ALGO_TYPE_BOX_NAME                                                                                  \
       ? (id)                                                                                                          \
       : 0)
static const stype_t named[ALGO_TYPE_COUNT] = {
#define TYPE(id, name, letter, kind, min, max) {min, max, ALGO_KIND_##kind, ALIAS(ALGO_TYPE_##id)},
#include "algo/types.def"
#undef TYPE
};

stype_t stype_named(algo_type_t t) { return named[t]; }
stype_t stype_make(algo_kind_t kind, uint64_t min, uint64_t max) { return (stype_t){min, max, (uint8_t)kind, 0}; }

static void stype_name(algo_buf_t *out, stype_t t) {
  bool bytes = t.kind == ALGO_KIND_BYTES;
  uint64_t widest = bytes ? ALGO_AVM_BYTES_MAX : UINT64_MAX;
  if (t.alias != 0) {
    algo_buf_puts(out, algo_isa_type((algo_type_t)t.alias)->name);
  } else if (t.kind == ALGO_KIND_ANY || t.kind == ALGO_KIND_NONE) {
    algo_buf_puts(out, t.kind == ALGO_KIND_ANY ? "any" : "none");
  } else if (t.min == t.max) {
    asm_format(out, bytes ? "[%u]byte" : "%u", t.min);
  } else if (t.min != 0) {
    asm_format(out, bytes ? "[%u-%u]byte" : "uint64 (%u-%u)", t.min, t.max);
  } else if (t.max == widest) {
    algo_buf_puts(out, bytes ? "[]byte" : "uint64");
  } else {
    asm_format(out, bytes ? "[<=%u]byte" : "uint64 (<= %u)", t.max);
  }
}

void known_init(asm_t *a) {
  a->known.fp = -1;
  a->known.resets = 1;
  a->known.scratch_default = stype_make(ALGO_KIND_UINT64, 0, 0);
  a->typetrack = true;
}

void known_reset(known_t *k) {
  k->n = 0;
  k->bottom = named[ALGO_TYPE_ANY];
  k->fp = -1;
  k->dead = false;
  k->resets++;
  k->scratch_default = named[ALGO_TYPE_ANY];
}

void known_label(asm_t *a) {
  if (a->known.dead) known_reset(&a->known);
}

void known_deaden(known_t *k) {
  k->n = 0;
  k->dead = true;
}

static void push(asm_t *a, stype_t t) {
  known_t *k = &a->known;
  if (k->n == STACK_KEPT) {
    size_t half = STACK_KEPT / 2;
    memmove(k->stack, k->stack + half, half * sizeof *k->stack);
    k->n = half;
    k->bottom = named[ALGO_TYPE_ANY];
    k->fp = k->fp >= (int64_t)half ? k->fp - (int64_t)half : -1;
  }
  if (ASM_ROOM(a, k->stack, k->n, k->cap)) k->stack[k->n++] = t;
}

/* Can a value of type `t` be one of type `want`? */
static inline bool overlaps(const stype_t *t, const stype_t *want) {
  if (t->kind == want->kind && t->kind >= ALGO_KIND_UINT64) return t->min <= want->max && t->max >= want->min;
  if (t->kind == ALGO_KIND_NONE || want->kind == ALGO_KIND_NONE) return false;
  return t->kind == ALGO_KIND_ANY || want->kind == ALGO_KIND_ANY;
}

static stype_t take_type(const effect_t *e, size_t i) {
  if (e->any_takes) return named[ALGO_TYPE_ANY];
  return e->takes != NULL ? e->takes[i] : named[e->take_ids[i]];
}

/* The statement as messages have it. */
static void joined(asm_t *a, const spec_t *spec, const tok_t *stmt, size_t n_stmt) {
  algo_buf_clear(&a->msg);
  tokens_join(&a->msg, stmt[0], stmt + 1, n_stmt - 1);
  if (spec->pseudo && n_stmt == 1) algo_buf_puts(&a->msg, " without immediates");
}

static void wrong_type(asm_t *a, const spec_t *spec, const tok_t *stmt, size_t n_stmt, size_t i, stype_t want,
                       stype_t got) {
  if (!a->typetrack) return;
  joined(a, spec, stmt, n_stmt);
  asm_format(&a->msg, " arg %u wanted type ", (uint64_t)i);
  stype_name(&a->msg, want);
  algo_buf_puts(&a->msg, " got ");
  stype_name(&a->msg, got);
  algo_bytes_t text = algo_buf_view(&a->msg);
  asm_error(a, stmt[0], "%m", &text);
}

static void pop_all(asm_t *a, const effect_t *e, const spec_t *spec, const tok_t *stmt, size_t n_stmt) {
  known_t *k = &a->known;
  if (e->n_takes > k->n && k->bottom.kind == ALGO_KIND_NONE) {
    if (!a->typetrack) return;
    joined(a, spec, stmt, n_stmt);
    algo_bytes_t text = algo_buf_view(&a->msg);
    asm_error(a, stmt[0], "%m expects %u stack arguments but stack height is %u", &text, (uint64_t)e->n_takes,
              (uint64_t)k->n);
    return;
  }
  for (size_t i = e->n_takes; i-- > 0;) {
    stype_t got = k->n > 0 ? k->stack[--k->n] : k->bottom, want = take_type(e, i);
    if (!overlaps(&got, &want)) wrong_type(a, spec, stmt, n_stmt, i, want, got);
  }
}

/* The usual case: the stack is known deep enough, and all types fit. False: nothing was done. */
static bool track_plain(asm_t *a, const algo_isa_op_t *op) {
  known_t *k = &a->known;
  size_t after = k->n - op->n_takes + op->n_gives;
  if (k->n < op->n_takes || k->stack == NULL || after > k->cap || after > STACK_KEPT) return false;
  stype_t *base = k->stack + k->n - op->n_takes;
  for (size_t i = 0; i < op->n_takes; i++) {
    if (!overlaps(&base[i], &named[op->takes[i]])) return false;
  }
  for (size_t i = 0; i < op->n_gives; i++) base[i] = named[op->gives[i]];
  k->n = after;
  return true;
}

/* What is read here is kept for when it is written: a number that base 0 would read otherwise is not. */
static void track_int(asm_t *a, const tok_t *args, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint64_t v;
    if (parse_uint(args[i].s, args[i].n, 10, 64, &v) != NUM_OK) {
      push(a, named[ALGO_TYPE_UINT64]);
      continue;
    }
    push(a, (stype_t){v, v, ALGO_KIND_UINT64, 0});
    if (args[i].s[0] == '0' && args[i].n > 1) continue;
    a->literal_of = &args[i];
    a->number = v;
  }
}

static void track_byte(asm_t *a, const tok_t *args, size_t n) {
  if (n == 0) {
    push(a, named[ALGO_TYPE_BYTES]);
    return;
  }
  if (literal_parse(a, args, n, &a->literal, &a->literal_used)) {
    a->literal_of = args;
  } else {
    a->literal.n = 0;
  }
  push(a, (stype_t){a->literal.n, a->literal.n, ALGO_KIND_BYTES, 0});
}

static void track_swap(known_t *k) {
  stype_t *top = k->stack + k->n - 1, t = *top;
  top[0] = top[-1];
  top[-1] = t;
}

/* The instructions that most programs are made of. False: nothing was done. */
static bool track_usual(asm_t *a, const algo_isa_op_t *op, const tok_t *stmt, size_t n_stmt) {
  known_t *k = &a->known;
  switch (op->id) {
  case PSEUDO_INT:
    if (!k->dead) track_int(a, stmt + 1, n_stmt - 1);
    return true;
  case PSEUDO_BYTE:
    if (!k->dead) track_byte(a, stmt + 1, n_stmt - 1);
    return true;
  case ALGO_OP_swap:
    if (k->n >= 2) track_swap(k);
    return k->n >= 2;
  default: return false;
  }
}

void types_track(asm_t *a, const spec_t *spec, const tok_t *stmt, size_t n_stmt) {
  if (track_usual(a, spec->op, stmt, n_stmt)) return;
  refine_fn fn = refine_of(spec);
  if (fn == NULL && (a->known.dead || track_plain(a, spec->op))) return;
  effect_t e = {.take_ids = spec->op->takes, .n_takes = spec->op->n_takes};
  if (fn != NULL && !refine_effect(a, fn, stmt + 1, n_stmt - 1, &e) && a->typetrack) {
    algo_bytes_t text = algo_buf_view(&a->msg);
    asm_error(a, stmt[0], "%m", &text);
  }
  if (a->known.dead) return;
  pop_all(a, &e, spec, stmt, n_stmt);
  if (e.refined) {
    for (size_t i = 0; i < a->n_gives; i++) push(a, a->gives[i]);
  } else {
    for (size_t i = 0; i < spec->op->n_gives; i++) push(a, named[spec->op->gives[i]]);
  }
}

void types_returns(asm_t *a, const algo_isa_op_t *op, algo_type_t type) {
  known_t *k = &a->known;
  if (k->dead || named[type].kind < ALGO_KIND_UINT64) return;
  for (size_t i = k->n - op->n_gives; i < k->n; i++) {
    if (k->stack[i].kind == ALGO_KIND_ANY) {
      k->stack[i] = named[type];
      return;
    }
  }
}
