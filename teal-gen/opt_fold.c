/* Constants: what is computed of them is one, conditions that they decide go, and a variable that holds the same one
 * wherever it is read is that one. A computation that would fail stays as it is. */
#include "algo/hash.h"
#include "optimise.h"

static bool is_constant(const tg_ins_t *x) { return x->op == TG_INT || x->op == TG_BYTES_; }
static tg_ins_t number(uint64_t v) { return (tg_ins_t){.op = TG_INT, .u = v}; }
static tg_ins_t data(tg_t *b, const void *p, size_t n) {
  return (tg_ins_t){.op = TG_BYTES_, .bytes = algo_arena_dup(b->arena, algo_bytes(p, n))};
}

static unsigned push_size(const tg_ins_t *x) {
  uint8_t raw[ALGO_UVARINT_MAX];
  return x->op == TG_INT ? 1 + algo_uvarint_put(raw, x->u) : 2 + (unsigned)x->bytes.n;
}

static unsigned bits(uint64_t v) {
  unsigned n = 0;
  for (; v; v >>= 1) n++;
  return n;
}

/* ---- the arithmetic; false: it fails, or is not known here ---- */

static bool of_two(unsigned op, uint64_t x, uint64_t y, uint64_t *v) {
  switch (op) {
  case ALGO_OP_plus: return !__builtin_add_overflow(x, y, v);
  case ALGO_OP_minus: return !__builtin_sub_overflow(x, y, v);
  case ALGO_OP_mul: return !__builtin_mul_overflow(x, y, v);
  case ALGO_OP_div: *v = y ? x / y : 0; return y != 0;
  case ALGO_OP_mod: *v = y ? x % y : 0; return y != 0;
  case ALGO_OP_lt: *v = x < y; return true;
  case ALGO_OP_gt: *v = x > y; return true;
  case ALGO_OP_le: *v = x <= y; return true;
  case ALGO_OP_ge: *v = x >= y; return true;
  case ALGO_OP_and: *v = x && y; return true;
  case ALGO_OP_or: *v = x || y; return true;
  case ALGO_OP_eq: *v = x == y; return true;
  case ALGO_OP_neq: *v = x != y; return true;
  case ALGO_OP_bitor: *v = x | y; return true;
  case ALGO_OP_bitand: *v = x & y; return true;
  case ALGO_OP_bitxor: *v = x ^ y; return true;
  case ALGO_OP_shl: *v = y < 64 ? x << y : 0; return y < 64;
  case ALGO_OP_shr: *v = y < 64 ? x >> y : 0; return y < 64;
  case ALGO_OP_getbit: *v = y < 64 ? x >> y & 1 : 0; return y < 64;
  default: return false;
  }
}

static bool of_number(tg_t *b, unsigned op, uint64_t x, tg_ins_t *v) {
  uint8_t be[8];
  switch (op) {
  case ALGO_OP_not: *v = number(!x); return true;
  case ALGO_OP_bitnot: *v = number(~x); return true;
  case ALGO_OP_bitlen: *v = number(bits(x)); return true;
  case ALGO_OP_itob:
    algo_put_be64(be, x);
    *v = data(b, be, 8);
    return true;
  case ALGO_OP_bzero:
    if (x > 16) return false;
    *v = data(b, (const uint8_t[16]){0}, x);
    return true;
  default: return false;
  }
}

static uint64_t read_be(algo_bytes_t v, size_t at, size_t n) {
  uint64_t x = 0;
  for (size_t i = 0; i < n; i++) x = x << 8 | v.p[at + i];
  return x;
}

static bool of_bytes(tg_t *b, unsigned op, const tg_ins_t *x, algo_bytes_t v, tg_ins_t *out) {
  uint8_t sum[32];
  switch (op) {
  case ALGO_OP_len: *out = number(v.n); return true;
  case ALGO_OP_btoi: *out = number(read_be(v, 0, v.n <= 8 ? v.n : 0)); return v.n <= 8;
  case ALGO_OP_sha256:
    algo_sha256(sum, v.p, v.n);
    *out = data(b, sum, 32);
    return true;
  case ALGO_OP_sha512_256:
    algo_sha512_256(sum, v.p, v.n);
    *out = data(b, sum, 32);
    return true;
  case ALGO_OP_extract: {
    if (x->op != TG_EXTRACT || x->a > v.n) return false;
    size_t n = x->b ? x->b : v.n - x->a;
    if (x->a + n > v.n) return false;
    *out = data(b, v.p + x->a, n);
    return true;
  }
  default: return false;
  }
}

static bool of_bytes_and_number(unsigned op, algo_bytes_t v, uint64_t at, tg_ins_t *out) {
  size_t n = op == ALGO_OP_getbyte          ? 1
             : op == ALGO_OP_extract_uint16 ? 2
             : op == ALGO_OP_extract_uint32 ? 4
             : op == ALGO_OP_extract_uint64 ? 8
                                            : 0;
  if (!n || at > v.n || n > v.n - at) return false;
  *out = number(read_be(v, at, n));
  return true;
}

static bool of_two_bytes(tg_t *b, unsigned op, algo_bytes_t x, algo_bytes_t y, tg_ins_t *out) {
  if (op == ALGO_OP_eq || op == ALGO_OP_neq) {
    *out = number(algo_bytes_eq(x, y) == (op == ALGO_OP_eq));
    return true;
  }
  if (op != ALGO_OP_concat || x.n + y.n > 64) return false;
  uint8_t both[64];
  if (x.n) memcpy(both, x.p, x.n);
  if (y.n) memcpy(both + x.n, y.p, y.n);
  *out = data(b, both, x.n + y.n);
  return true;
}

static bool compute(tg_t *b, const tg_ins_t *x, unsigned op, const tg_ins_t *a, unsigned n, tg_ins_t *out) {
  bool bytes0 = a[0].op == TG_BYTES_, bytes1 = n > 1 && a[1].op == TG_BYTES_;
  uint64_t v;
  if (n == 1) return bytes0 ? of_bytes(b, op, x, a[0].bytes, out) : of_number(b, op, a[0].u, out);
  if (n != 2) return false;
  if (bytes0 && bytes1) return of_two_bytes(b, op, a[0].bytes, a[1].bytes, out);
  if (bytes0) return of_bytes_and_number(op, a[0].bytes, a[1].u, out);
  if (bytes1 || !of_two(op, a[0].u, a[1].u, &v)) return false;
  *out = number(v);
  return true;
}

/* ---- in the program ---- */

static bool fold(tg_t *b, tg_code_t *c, size_t i) {
  tg_ins_t *x = &c->ins[i], v;
  const algo_isa_op_t *isa = tg_isa(x, b->o.avm);
  unsigned n = isa ? isa->n_takes : 0, was = 0;
  if (!n || n > 2 || i < n || isa->n_gives != 1 || tg_flags(x) & FLOW) return false;
  for (unsigned k = 1; k <= n; k++) {
    if (!is_constant(x - k)) return false;
    was += tg_ins_size(x - k);
  }
  if (!compute(b, x, isa->id, x - n, n, &v) || push_size(&v) > was + tg_ins_size(x) + n + isa->cost[0].base - 1)
    return false;
  v.comment = x->comment;
  *x = v;
  for (unsigned k = 1; k <= n; k++) x[-(int)k].op = TG_NOP;
  return true;
}

/* A condition that is known. */
static bool decide(tg_t *b, tg_ins_t *x, tg_ins_t *y) {
  if (x->op != TG_INT || (y->op != TG_BZ && y->op != TG_BNZ && y->op != TG_ASSERT)) return false;
  bool yes = x->u != 0;
  if (y->op == TG_BNZ && yes && !tg_can(b, TG_B)) return false;
  x->op = TG_NOP;
  if (y->op == TG_ASSERT) *y = (tg_ins_t){.op = yes ? TG_NOP : TG_ERR, .message = y->message};
  else y->op = (y->op == TG_BNZ) == yes ? TG_B : TG_NOP;
  return true;
}

static bool gives_number(tg_t *b, const tg_ins_t *x) {
  const algo_isa_op_t *isa = tg_isa(x, b->o.avm);
  if (x->op == TG_INT) return true;
  if (!isa || !isa->n_gives || tg_flags(x) & FLOW) return false;
  return algo_isa_type((algo_type_t)isa->gives[isa->n_gives - 1])->kind == ALGO_KIND_UINT64;
}

/* x + 0 and the like, where x is known to be a number; z is the instruction before the constant. */
static bool identity(tg_t *b, const tg_ins_t *z, tg_ins_t *k, tg_ins_t *x) {
  const algo_isa_op_t *isa = tg_isa(x, b->o.avm);
  if (k->op != TG_INT || !isa || !gives_number(b, z)) return false;
  unsigned op = isa->id;
  bool same = (k->u == 0 && (op == ALGO_OP_plus || op == ALGO_OP_minus || op == ALGO_OP_bitor || op == ALGO_OP_bitxor ||
                             op == ALGO_OP_shl || op == ALGO_OP_shr)) ||
              (k->u == 1 && (op == ALGO_OP_mul || op == ALGO_OP_div));
  if (same) k->op = x->op = TG_NOP;
  return same;
}

/* x == 0 is !x; x != 0 and x > 0 before a branch or an assertion are x. */
static bool against_zero(tg_ins_t *k, tg_ins_t *x, tg_ins_t *next) {
  if (k->op != TG_INT || k->u) return false;
  if (x->op == TG_EQ) {
    k->op = TG_NOP;
    x->op = TG_NOT;
    return true;
  }
  bool condition = next && (next->op == TG_BZ || next->op == TG_BNZ || next->op == TG_ASSERT);
  if (!condition || (x->op != TG_NE && x->op != TG_GT)) return false;
  k->op = x->op = TG_NOP;
  return true;
}

/* An index on the stack that is known becomes an immediate. */
static bool immediate(tg_t *b, tg_ins_t *k, tg_ins_t *x) {
  if (k->op != TG_INT || k->u > 255) return false;
  unsigned at = (unsigned)k->u;
  tg_ins_t y = {.op = TG_NOP};
  if (x->op == TG_TXNAS) y = (tg_ins_t){.op = TG_TXNA, .field = x->field, .a = (uint8_t)at};
  else if (x->op == TG_GTXNS) y = tg_other(b, "gtxn", "gtxn %u %s", at, x->field);
  else if (x->op == TG_OTHER && x->isa->id == ALGO_OP_loads) y = (tg_ins_t){.op = TG_LOAD, .a = (uint8_t)at};
  else if (x->op == TG_OTHER && x->isa->id == ALGO_OP_args) y = tg_other(b, "arg", "arg %u", at);
  if (y.op == TG_NOP) return false;
  y.message = x->message;
  y.comment = x->comment;
  *x = y;
  k->op = TG_NOP;
  return true;
}

/* int start, int length, extract3 is extract start length. */
static bool slice(tg_t *b, tg_ins_t *from, tg_ins_t *k, tg_ins_t *x) {
  bool ends = x->op == TG_OTHER && x->isa->id == ALGO_OP_substring3;
  if ((x->op != TG_EXTRACT3 && !ends) || from->op != TG_INT || k->op != TG_INT || from->u > 255 || k->u > 255)
    return false;
  if (!ends && !k->u) return false; /* extract S 0 is something else */
  if (ends && k->u < from->u) return false;
  tg_ins_t y = ends ? tg_other(b, "substring", "substring %u %u", (unsigned)from->u, (unsigned)k->u)
                    : (tg_ins_t){.op = TG_EXTRACT, .a = (uint8_t)from->u, .b = (uint8_t)k->u, .message = x->message};
  if (y.op == TG_NOP) return false;
  *x = y;
  from->op = k->op = TG_NOP;
  return true;
}

bool tg_pass_fold(tg_t *b, tg_flow_t *f) {
  tg_code_t *c = f->code;
  bool changed = false;
  for (size_t i = 1; i < c->n; i++) {
    tg_ins_t *x = &c->ins[i];
    changed |= fold(b, c, i) || decide(b, x - 1, x) || immediate(b, x - 1, x) ||
               against_zero(x - 1, x, i + 1 < c->n ? x + 1 : NULL) || (i > 1 && identity(b, x - 2, x - 1, x)) ||
               (i > 1 && slice(b, x - 2, x - 1, x));
  }
  tg_compact(c);
  return changed;
}

/* ---- variables ---- */

enum { UNREACHED = -2, VARIES = -1 };

typedef struct known { /* what each variable holds: an index into the constants, or one of these */
  int32_t v[TG_MAX_VARS];
} known_t;

typedef struct tracker {
  tg_t *b;
  tg_flow_t *f;
  known_t *at; /* by label */
  tg_ins_t *constants;
  size_t n;
} tracker_t;

static int32_t constant_of(tracker_t *t, const tg_ins_t *x) {
  size_t i = 0;
  while (i < t->n &&
         (t->constants[i].op != x->op || t->constants[i].u != x->u || !algo_bytes_eq(t->constants[i].bytes, x->bytes)))
    i++;
  if (i == t->n) t->constants[t->n++] = *x;
  return (int32_t)i;
}

/* Returns whether the label knows less than before. */
static bool flows(tracker_t *t, const known_t *now, uint32_t label) {
  bool changed = false;
  known_t *to = &t->at[label];
  for (unsigned v = 0; v < TG_MAX_VARS; v++) {
    int32_t was = to->v[v];
    if (now->v[v] == UNREACHED || was == now->v[v] || was == VARIES) continue;
    to->v[v] = was == UNREACHED ? now->v[v] : VARIES;
    changed = true;
  }
  return changed;
}

static void forget(known_t *k, const tg_vars_t *which) {
  for (unsigned v = 0; v < TG_MAX_VARS; v++)
    if (k->v[v] != UNREACHED && (!which || tg_vars_has(which, v))) k->v[v] = VARIES;
}

static void unreach(known_t *k) {
  for (unsigned v = 0; v < TG_MAX_VARS; v++) k->v[v] = UNREACHED;
}

/* One walk over the program; with `put` what is known replaces the loads. */
static bool track(tracker_t *t, bool put) {
  tg_code_t *c = t->f->code;
  known_t now = {{0}}; /* constant 0 is the number 0: what a variable holds at the start */
  bool changed = false;
  for (size_t i = 0; i < c->n; i++) {
    tg_ins_t *x = &c->ins[i];
    if (x->op == TG_LABEL) {
      changed |= flows(t, &now, (uint32_t)x->u) && !put;
      now = t->at[x->u];
    } else if (x->op == TG_STORE) {
      now.v[x->a] = i && is_constant(x - 1) ? constant_of(t, x - 1) : VARIES;
    } else if (x->op == TG_LOAD && put && now.v[x->a] >= 0) {
      const tg_ins_t *k = &t->constants[now.v[x->a]];
      bool blocks = !t->b->hand || (k->op == TG_INT ? t->b->hand->int_block : t->b->hand->byte_block);
      if ((blocks ? tg_ins_size(k) : push_size(k)) > 2) continue;
      *x = (tg_ins_t){.op = k->op, .u = k->u, .bytes = k->bytes, .comment = x->comment};
      changed = true;
    } else if (tg_blind_slot(x)) {
      forget(&now, NULL);
    }
    if (x->op == TG_B || x->op == TG_BZ || x->op == TG_BNZ || x->op == TG_CALLSUB)
      changed |= flows(t, &now, (uint32_t)x->u) && !put;
    for (uint32_t k = 0; tg_branches(x) && k < x->n; k++) changed |= flows(t, &now, x->labels[k]) && !put;
    if (x->op == TG_CALLSUB) t->f->returns[x->u] ? forget(&now, &t->f->uses[x->u]) : unreach(&now);
    if (tg_flags(x) & ENDS) unreach(&now);
  }
  return changed;
}

bool tg_pass_propagate(tg_t *b, tg_flow_t *f) {
  tracker_t t = {b, f, algo_arena_array(b->arena, b->n_labels + 1, sizeof(known_t)),
                 algo_arena_array(b->arena, f->code->n + 2, sizeof(tg_ins_t)), 0};
  if (!t.at || !t.constants) return false;
  for (uint32_t i = 0; i <= b->n_labels; i++) unreach(&t.at[i]);
  constant_of(&t, &(tg_ins_t){.op = TG_INT});
  while (track(&t, false)) continue;
  return track(&t, true);
}
