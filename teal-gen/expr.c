/* Expressions: making them, checking their types, folding what is constant. */
#include <limits.h>

#include "build.h"

static struct tg_expr *new_expr(tg_t *b, tg_kind_t kind, tg_type_t type, unsigned n_args) {
  static struct tg_expr none;
  struct tg_expr *x = algo_arena_zalloc(b->arena, sizeof *x);
  tg_x *args = algo_arena_array(b->arena, n_args + 1, sizeof *args);
  if (!x || !args) {
    b->failed = b->failed ? b->failed : algo_err_set(b->err, ALGO_E_NOMEM, "out of memory");
    return &none;
  }
  x->b = b;
  x->kind = kind;
  x->type = type;
  x->args = args;
  x->n_args = n_args;
  return x;
}

static bool is_number(tg_x x) { return tg_type_is_number(x->type) && !x->wire; }

static const char *kind_text(tg_x x) { return x->type == TG_VOID ? "nothing" : is_number(x) ? "a number" : "bytes"; }

tg_x tg_op(tg_t *b, tg_opcode_t op, tg_type_t type, unsigned n, tg_x x, tg_x y, tg_x z) {
  struct tg_expr *e = new_expr(b, X_OP, type, n);
  e->ins.op = op;
  if (n > 0) e->args[0] = x;
  if (n > 1) e->args[1] = y;
  if (n > 2) e->args[2] = z;
  return e;
}

/* ---- leaves ---- */

tg_x tg_int(tg_t *b, uint64_t v) {
  struct tg_expr *e = new_expr(b, X_INT, TG_U64, 0);
  e->ins = (tg_ins_t){.op = TG_INT, .u = v};
  return e;
}

tg_x tg_data(tg_t *b, algo_bytes_t v) {
  struct tg_expr *e = new_expr(b, X_BYTES, TG_BYTES, 0);
  e->ins = (tg_ins_t){.op = TG_BYTES_, .bytes = algo_arena_dup(b->arena, v)};
  e->size = (uint32_t)v.n;
  return e;
}

tg_x tg_text(tg_t *b, const char *s) { return tg_data(b, algo_bytes_str(s)); }

/* Many zeros are cheaper made than carried. */
enum { FEW_ZEROS = 4 };

tg_x tg_zeros(tg_t *b, unsigned n) {
  if (b->o.optimise && n > FEW_ZEROS) {
    struct tg_expr *e = (struct tg_expr *)tg_op(b, TG_BZERO, TG_BYTES, 1, tg_int(b, n), NULL, NULL);
    e->size = n;
    return e;
  }
  uint8_t *p = algo_arena_zalloc(b->arena, n);
  return tg_data(b, algo_bytes(p, p ? n : 0));
}

tg_x tg_txn(tg_t *b, const char *field, tg_type_t type) {
  struct tg_expr *e = (struct tg_expr *)tg_op(b, TG_TXN, type, 0, NULL, NULL, NULL);
  e->ins.field = field;
  if (!is_number(e)) e->size = tg_type_size(type);
  return e;
}

tg_x tg_global(tg_t *b, const char *field, tg_type_t type) {
  struct tg_expr *e = (struct tg_expr *)tg_txn(b, field, type);
  e->ins.op = TG_GLOBAL;
  return e;
}

tg_x tg_gtxn(tg_x index, const char *field, tg_type_t type) {
  struct tg_expr *e = (struct tg_expr *)tg_op(index->b, TG_GTXNS, type, 1, tg_native(index), NULL, NULL);
  e->ins.field = field;
  return e;
}

tg_x tg_sender(tg_t *b) { return tg_txn(b, "Sender", TG_ADDRESS); }
tg_x tg_now(tg_t *b) { return tg_global(b, "LatestTimestamp", TG_TIME); }
tg_x tg_self(tg_t *b) { return tg_global(b, "CurrentApplicationAddress", TG_ADDRESS); }
tg_x tg_nobody(tg_t *b) { return tg_global(b, "ZeroAddress", TG_ADDRESS); }

static const tg_field_t *global_of(tg_t *b, const char *name) {
  for (size_t i = 0; i < b->c->n_globals; i++)
    if (strcmp(b->c->globals[i].name, name) == 0) return &b->c->globals[i];
  tg_mistake(b, "no global named %s", name);
  return &b->c->globals[0];
}

tg_x tg_get(tg_t *b, const char *name) {
  const tg_field_t *f = global_of(b, name);
  struct tg_expr *e = (struct tg_expr *)tg_op(b, TG_APP_GET, f->type, 1, tg_text(b, name), NULL, NULL);
  if (!is_number(e)) e->size = 32;
  return e;
}

void tg_put(tg_t *b, const char *name, tg_x value) {
  const tg_field_t *f = global_of(b, name);
  if (tg_type_is_number(f->type)) value = tg_native(value);
  if (is_number(value) != tg_type_is_number(f->type)) tg_mistake(b, "global %s given %s", name, kind_text(value));
  tg_do(b, tg_op(b, TG_APP_PUT, TG_VOID, 2, tg_text(b, name), value, NULL));
}

tg_x tg_var(tg_t *b, const char *name, tg_type_t type) {
  struct tg_expr *e = new_expr(b, X_VAR, type, 0);
  unsigned v = tg_variable(b, name);
  e->ins = (tg_ins_t){.op = TG_LOAD, .a = (uint8_t)v, .comment = name};
  bool bytes = !tg_type_is_number(type);
  if (b->vars[v].known && b->vars[v].bytes != bytes)
    tg_mistake(b, "variable %s holds %s", name, bytes ? "a number" : "bytes");
  b->vars[v].known = true;
  b->vars[v].bytes = bytes;
  if (type == TG_ADDRESS || type == TG_BYTES32) e->size = 32;
  return e;
}

/* ---- forms ---- */

tg_x tg_as(tg_x x, tg_type_t type) {
  struct tg_expr *e = new_expr(x->b, x->kind, type, 0);
  bool was_bytes = !is_number(x);
  *e = *x;
  e->type = type;
  e->wire = was_bytes && tg_type_is_number(type);
  if (was_bytes && !e->size && type != TG_STRING) e->size = tg_type_size(type);
  return e;
}

tg_x tg_native(tg_x x) {
  tg_t *b = x->b;
  if (!x->wire) return x;
  tg_x base = x, at = NULL;
  if (x->kind == X_SLICE) {
    base = x->args[0];
    at = tg_int(b, x->offset);
  }
  tg_opcode_t op = x->size == 8   ? TG_EXTRACT_U64
                   : x->size == 4 ? TG_EXTRACT_U32
                   : x->size == 2 ? TG_EXTRACT_U16
                                  : TG_GETBYTE;
  struct tg_expr *e;
  if (x->type == TG_BOOL)
    e = (struct tg_expr *)tg_op(b, TG_GETBIT, TG_BOOL, 2, base, tg_int(b, x->kind == X_SLICE ? x->offset * 8 : 0),
                                NULL);
  else if (at) e = (struct tg_expr *)tg_op(b, op, x->type, 2, base, at, NULL);
  else e = (struct tg_expr *)tg_op(b, TG_BTOI, x->type, 1, base, NULL, NULL);
  return e;
}

tg_x tg_itob(tg_x x) {
  struct tg_expr *e = (struct tg_expr *)tg_op(x->b, TG_ITOB, TG_U64, 1, tg_native(x), NULL, NULL);
  e->wire = true;
  e->size = 8;
  return e;
}

static tg_x wire_constant(tg_t *b, uint64_t v, tg_type_t type) {
  uint8_t be[8];
  algo_put_be64(be, v);
  unsigned n = tg_type_size(type);
  if (type == TG_BOOL) be[7] = v ? 0x80 : 0;
  if (!v && n > FEW_ZEROS) return tg_as(tg_zeros(b, n), type);
  return tg_as(tg_data(b, algo_bytes(be + 8 - n, n)), type);
}

tg_x tg_wire(tg_x x, tg_type_t type) {
  tg_t *b = x->b;
  unsigned n = tg_type_size(type);
  if (!tg_type_is_number(type) || !is_number(x)) {
    if (x->size && n && type != TG_STRING && x->size != n) tg_mistake(b, "%u bytes where %u are expected", x->size, n);
    return tg_as(x, type);
  }
  if (x->kind == X_INT) return wire_constant(b, x->ins.u, type);
  if (type == TG_BOOL) {
    struct tg_expr *e = (struct tg_expr *)tg_op(b, TG_SETBIT, TG_BOOL, 3, tg_zeros(b, 1), tg_int(b, 0), x);
    e->wire = true;
    e->size = 1;
    return e;
  }
  tg_x w = tg_itob(x);
  return n == 8 ? tg_as(w, type) : tg_as(tg_slice(w, 8 - n, n), type);
}

tg_x tg_slice(tg_x x, unsigned offset, unsigned n) {
  if (x->kind == X_SLICE) {
    offset += x->offset;
    x = x->args[0];
  }
  if (x->kind == X_BYTES && offset + n <= x->ins.bytes.n) return tg_data(x->b, algo_bytes(x->ins.bytes.p + offset, n));
  struct tg_expr *e = new_expr(x->b, X_SLICE, TG_BYTES, 1);
  if (n == 0 || n > 255 || offset > 255) tg_mistake(x->b, "a slice of %u bytes at %u", n, offset);
  if (is_number(x)) tg_mistake(x->b, "a slice of %s", kind_text(x));
  e->args[0] = x;
  e->offset = offset;
  e->size = n;
  return e;
}

tg_x tg_field(tg_x box, const tg_struct_t *s, const char *field) {
  tg_type_t type = TG_BYTES;
  unsigned at = tg_struct_offset(s, field, &type);
  if (at == UINT_MAX) {
    tg_mistake(box->b, "%s has no field %s", s->name, field);
    return tg_int(box->b, 0);
  }
  struct tg_expr *e = (struct tg_expr *)tg_as(tg_slice(box, at, tg_type_size(type)), type);
  e->ins.comment = field;
  return e;
}

/* ---- numbers ---- */

static tg_x binary(tg_opcode_t op, tg_type_t type, tg_x x, tg_x y) {
  x = tg_native(x);
  y = tg_native(y);
  if (!is_number(x) || !is_number(y)) tg_mistake(x->b, "%s of %s and %s", tg_ops[op].text, kind_text(x), kind_text(y));
  return tg_op(x->b, op, type, 2, x, y, NULL);
}

static bool constant(tg_x x, uint64_t v) { return x->kind == X_INT && x->ins.u == v; }

tg_x tg_add(tg_x x, tg_x y) {
  if (x->b->o.optimise && constant(y, 0)) return x;
  return binary(TG_ADD, TG_U64, x, y);
}
tg_x tg_sub_(tg_x x, tg_x y) {
  if (x->b->o.optimise && constant(y, 0)) return x;
  return binary(TG_SUB, TG_U64, x, y);
}
tg_x tg_mul(tg_x x, tg_x y) {
  if (x->b->o.optimise && constant(y, 1)) return x;
  return binary(TG_MUL, TG_U64, x, y);
}
tg_x tg_div(tg_x x, tg_x y) { return binary(TG_DIV, TG_U64, x, y); }
tg_x tg_lt(tg_x x, tg_x y) { return binary(TG_LT, TG_BOOL, x, y); }
tg_x tg_le(tg_x x, tg_x y) { return binary(TG_LE, TG_BOOL, x, y); }
tg_x tg_gt(tg_x x, tg_x y) { return binary(TG_GT, TG_BOOL, x, y); }
tg_x tg_ge(tg_x x, tg_x y) { return binary(TG_GE, TG_BOOL, x, y); }
tg_x tg_and(tg_x x, tg_x y) { return binary(TG_AND, TG_BOOL, x, y); }
tg_x tg_or(tg_x x, tg_x y) { return binary(TG_OR, TG_BOOL, x, y); }
tg_x tg_not(tg_x x) { return tg_op(x->b, TG_NOT, TG_BOOL, 1, tg_native(x), NULL, NULL); }

/* Two numbers are compared as numbers unless both are in one wire form; bytes as bytes. */
static tg_x equality(tg_opcode_t op, tg_x x, tg_x y) {
  bool numbers = is_number(x) || is_number(y);
  if (numbers) {
    x = tg_native(x);
    y = tg_native(y);
    if (!is_number(x) || !is_number(y))
      tg_mistake(x->b, "%s of %s and %s", tg_ops[op].text, kind_text(x), kind_text(y));
    if (x->b->o.optimise && op == TG_EQ && constant(y, 0)) return tg_not(x);
  }
  return tg_op(x->b, op, TG_BOOL, 2, x, y, NULL);
}
tg_x tg_eq(tg_x x, tg_x y) { return equality(TG_EQ, x, y); }
tg_x tg_ne(tg_x x, tg_x y) { return equality(TG_NE, x, y); }

static tg_x least(tg_opcode_t op, tg_x x, tg_x y) {
  struct tg_expr *e = (struct tg_expr *)binary(op, TG_U64, x, y);
  e->kind = X_LEAST;
  return e;
}
tg_x tg_min(tg_x x, tg_x y) { return least(TG_GT, x, y); }
tg_x tg_max(tg_x x, tg_x y) { return least(TG_LT, x, y); }
tg_x tg_bit(tg_x set, tg_x bit) { return binary(TG_GETBIT, TG_BOOL, set, bit); }

tg_x tg_muldiv(tg_x x, tg_x y, tg_x divisor) {
  tg_x wide = tg_op(x->b, TG_MULW, TG_U64, 2, tg_native(x), tg_native(y), NULL);
  return tg_op(x->b, TG_DIVW, TG_U64, 2, wide, tg_native(divisor), NULL);
}

tg_x tg_select(tg_x no, tg_x yes, tg_x condition) {
  if (tg_type_is_number(no->type) && tg_type_is_number(yes->type)) {
    no = tg_native(no);
    yes = tg_native(yes);
  }
  if (is_number(no) != is_number(yes)) tg_mistake(no->b, "select of %s and %s", kind_text(no), kind_text(yes));
  return tg_op(no->b, TG_SELECT, no->type, 3, no, yes, tg_native(condition));
}

tg_x tg_fails(tg_x x, const char *message) {
  struct tg_expr *e = new_expr(x->b, x->kind, x->type, 0);
  *e = *x;
  e->ins.message = message;
  return e;
}

/* ---- bytes ---- */

tg_x tg_len(tg_x x) {
  if (is_number(x)) tg_mistake(x->b, "len of %s", kind_text(x));
  return tg_op(x->b, TG_LEN, TG_U64, 1, x, NULL, NULL);
}

tg_x tg_sized(tg_x x, unsigned n) {
  struct tg_expr *e = (struct tg_expr *)tg_as(x, TG_BYTES);
  e->size = n;
  return e;
}

static bool same(tg_x x, tg_x y) {
  if (x == y) return true;
  if (x->kind != y->kind || x->n_args || y->n_args) return false;
  return x->kind == X_VAR ? x->ins.a == y->ins.a
                          : x->kind == X_OP && x->ins.op == TG_TXNA && y->ins.op == TG_TXNA && x->ins.a == y->ins.a;
}

/* Joins y to the last part of a concatenation where they are neighbours or both constant. */
static bool join(tg_x *last, tg_x y) {
  tg_x x = *last;
  tg_t *b = x->b;
  if (x->kind == X_BYTES && y->kind == X_BYTES) {
    size_t n = x->ins.bytes.n + y->ins.bytes.n;
    uint8_t *p = algo_arena_alloc(b->arena, n + 1);
    if (!p) return false;
    memcpy(p, x->ins.bytes.p, x->ins.bytes.n);
    memcpy(p + x->ins.bytes.n, y->ins.bytes.p, y->ins.bytes.n);
    *last = tg_data(b, algo_bytes(p, n));
    return true;
  }
  if (x->kind != X_SLICE || y->kind != X_SLICE || !same(x->args[0], y->args[0])) return false;
  if (x->offset + x->size != y->offset || x->size + y->size > 255) return false;
  *last = tg_slice(x->args[0], x->offset, x->size + y->size);
  return true;
}

static tg_x concat_list(tg_t *b, tg_x *parts, unsigned n) {
  struct tg_expr *e = new_expr(b, X_CONCAT, TG_BYTES, n);
  unsigned k = 0;
  e->size = 0;
  bool known = true;
  for (unsigned i = 0; i < n; i++) {
    if (is_number(parts[i])) tg_mistake(b, "concatenation of %s", kind_text(parts[i]));
    known &= parts[i]->size != 0;
    e->size += parts[i]->size;
    if (k && b->o.optimise && join(&e->args[k - 1], parts[i])) continue;
    e->args[k++] = parts[i];
  }
  if (!known) e->size = 0;
  e->n_args = k;
  return k == 1 ? e->args[0] : e;
}

tg_x tg_concat(tg_t *b, size_t n, ...) {
  tg_x parts[64];
  unsigned k = 0;
  va_list ap;
  va_start(ap, n);
  for (size_t i = 0; i < n; i++) {
    tg_x x = va_arg(ap, tg_x);
    if (x->kind == X_CONCAT)
      for (unsigned j = 0; j < x->n_args && k < 63; j++) parts[k++] = x->args[j];
    else if (k < 63) parts[k++] = x;
  }
  va_end(ap);
  return concat_list(b, parts, k);
}

/* ---- packing ---- */

typedef struct packer {
  tg_t *b;
  const tg_field_t *fields;
  size_t n, at;
  tg_x parts[64];
  unsigned k;
  tg_x tail;
  const char *name;
} packer_t;

static void pack_one(packer_t *p, tg_x x) {
  tg_t *b = p->b;
  if (p->k >= 60) return;
  if (x->kind == X_CONCAT && x->type == TG_BYTES) {
    for (unsigned i = 0; i < x->n_args; i++) pack_one(p, x->args[i]);
    return;
  }
  if (x->type == TG_BYTES && x->size) { /* whole fields */
    unsigned left = x->size;
    while (left && p->at < p->n && tg_type_size(p->fields[p->at].type) <= left)
      left -= tg_type_size(p->fields[p->at++].type);
    if (left) tg_mistake(b, "%s: %u bytes that do not end with a field", p->name, x->size);
    p->parts[p->k++] = x;
    return;
  }
  if (p->at >= p->n) {
    tg_mistake(b, "%s: more than %zu fields", p->name, p->n);
    return;
  }
  const tg_field_t *f = &p->fields[p->at++];
  if (f->type == TG_STRING) {
    unsigned head = 0;
    for (size_t i = 0; i < p->n; i++) head += tg_type_size(p->fields[i].type);
    p->parts[p->k++] = wire_constant(b, head, TG_U16);
    p->tail = x;
    return;
  }
  p->parts[p->k++] = tg_wire(x, f->type);
}

static tg_x pack(tg_t *b, const char *name, const tg_field_t *fields, size_t n, tg_x before, va_list ap) {
  packer_t p = {.b = b, .fields = fields, .n = n, .name = name};
  if (before) p.parts[p.k++] = before;
  for (tg_x x; (x = va_arg(ap, tg_x));) pack_one(&p, x);
  if (p.at != n) tg_mistake(b, "%s: %zu fields of %zu", name, p.at, n);
  if (p.tail) p.parts[p.k++] = p.tail;
  return concat_list(b, p.parts, p.k);
}

tg_x tg_pack(tg_t *b, const tg_struct_t *s, ...) {
  va_list ap;
  va_start(ap, s);
  tg_x x = pack(b, s->name, s->fields, s->n_fields, NULL, ap);
  va_end(ap);
  return x;
}

tg_x tg_pack_event(tg_t *b, const tg_event_t *e, tg_x selector, va_list ap) {
  return pack(b, e->name, e->fields, e->n_fields, selector, ap);
}

/* ---- ledger ---- */

tg_x tg_balance(tg_x a) { return tg_op(a->b, TG_BALANCE, TG_U64, 1, a, NULL, NULL); }
tg_x tg_min_balance(tg_x a) { return tg_op(a->b, TG_MIN_BALANCE, TG_U64, 1, a, NULL, NULL); }

static tg_x pair(tg_x x, tg_opcode_t fold, const char *message, tg_type_t type) {
  struct tg_expr *e = (struct tg_expr *)x;
  tg_ins_t *i = algo_arena_zalloc(e->b->arena, sizeof *i);
  if (!i) return x;
  i->op = fold;
  i->message = message;
  e->fold = i;
  e->type = type;
  return e;
}

static tg_x holding(tg_x address, tg_x asset, const char *field) {
  struct tg_expr *e = (struct tg_expr *)tg_op(address->b, TG_HOLDING, TG_U64, 2, address, tg_native(asset), NULL);
  e->ins.field = field;
  return e;
}
/* frozen < exists; amount * exists; exists alone */
tg_x tg_holding_usable(tg_x a, tg_x asset) { return pair(holding(a, asset, "AssetFrozen"), TG_LT, NULL, TG_BOOL); }
tg_x tg_holding_amount(tg_x a, tg_x asset) { return pair(holding(a, asset, "AssetBalance"), TG_MUL, NULL, TG_U64); }
tg_x tg_opted_in(tg_x a, tg_x asset) { return pair(holding(a, asset, "AssetBalance"), TG_BURY1, NULL, TG_BOOL); }

tg_x tg_box(tg_x key, const char *missing) {
  return pair(tg_op(key->b, TG_BOX_GET, TG_BYTES, 1, key, NULL, NULL), TG_ASSERT, missing, TG_BYTES);
}
tg_x tg_box_exists(tg_x key) {
  return pair(tg_op(key->b, TG_BOX_LEN, TG_U64, 1, key, NULL, NULL), TG_BURY1, NULL, TG_BOOL);
}
tg_x tg_box_deleted(tg_x key) { return tg_op(key->b, TG_BOX_DEL, TG_BOOL, 1, key, NULL, NULL); }
