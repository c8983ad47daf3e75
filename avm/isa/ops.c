/* The opcode table and its look-ups. */
#include "algo/isa.h"
#include "algo/isa_lookup.h"
#define ISA_OPS
#include "lookup.inc"

/* Inside this file the words of opcodes.def mean what they say. */
enum {
#define TYPE(id, name, letter, kind, min, max) id = ALGO_TYPE_##id,
#include "algo/types.def"
#undef TYPE
  EXITS = ALGO_OPF_EXITS,
  DEADENS = ALGO_OPF_DEADENS,
  DYNAMIC = ALGO_OPF_DYNAMIC
};

#define LENGTH(t, ...) (sizeof((const t[]){__VA_ARGS__}) / sizeof(t))
#define IMM(name, kind, group)                                                                                         \
  { name, ALGO_IMM_##kind, ALGO_GROUP_##group }
#define IMMS(...)  .imms = {__VA_ARGS__}, .n_imms = LENGTH(algo_isa_imm_t, __VA_ARGS__)
#define IMMS_NONE  .n_imms = 0
#define TAKES(...) .takes = {__VA_ARGS__}, .n_takes = LENGTH(uint8_t, __VA_ARGS__)
#define TAKES_NONE .n_takes = 0
#define GIVES(...) .gives = {__VA_ARGS__}, .n_gives = LENGTH(uint8_t, __VA_ARGS__)
#define GIVES_NONE .n_gives = 0
#define LINEAR(base, per_chunk, chunk, arg)                                                                            \
  { base, per_chunk, chunk, arg }
#define COST(n)                                  .cost = {{n, 0, 0, 0}}, .n_costs = 1
#define COST_LINEAR(base, per_chunk, chunk, arg) .cost = {{base, per_chunk, chunk, arg}}, .n_costs = 1
#define COST_BY_FIELD(...)                       .cost = {__VA_ARGS__}, .n_costs = LENGTH(algo_isa_cost_t, __VA_ARGS__)

/* Each of OP, OP2 and OP_CHANGED must take its arguments itself: passed on, an expanded list would fall apart. */
static const algo_isa_op_t table[] = {
#define OP(op, text, byte, second, since_, from_, to_, modes_, imms_, takes_, gives_, cost_, flags_, prose_)           \
  {.name = text,                                                                                                       \
   .name_len = sizeof text - 1,                                                                                        \
   .id = ALGO_OP_##op,                                                                                                 \
   .code = byte,                                                                                                       \
   .sub = second,                                                                                                      \
   .since = since_,                                                                                                    \
   .from = from_,                                                                                                      \
   .to = to_,                                                                                                          \
   .modes = ALGO_MODE_##modes_,                                                                                        \
   .flags = flags_,                                                                                                    \
   imms_,                                                                                                              \
   takes_,                                                                                                             \
   gives_,                                                                                                             \
   cost_,                                                                                                              \
   .prose = prose_},
#define OP2        OP
#define OP_CHANGED OP
#include "algo/opcodes.def"
#undef OP
#undef OP2
#undef OP_CHANGED
};
#define ROWS (sizeof table / sizeof table[0])

/* Where each row stands in the table. A later row of an opcode has no name of its own: it only moves the count on. */
enum {
#define OP(id, ...)                                          ROW_##id,
#define OP2                                                  OP
#define OP_CHANGED(id, name, byte, second, since, from, ...) ROW_##id##_##from,
#include "algo/opcodes.def"
#undef OP
#undef OP2
#undef OP_CHANGED
  ROW_END
};

#define PREFIX       0xd4 /* the first byte of every two-byte opcode */
#define PREFIX_SINCE 13

/* code -> first row + 1; 0: no such opcode in any version. */
static const uint8_t by_code[256] = {
#define OP(id, name, byte, ...) [byte] = ROW_##id + 1,
#define OP2(...)
#define OP_CHANGED(...)
#include "algo/opcodes.def"
#undef OP
#undef OP2
#undef OP_CHANGED
    [PREFIX] = ROW_app_box_create + 1};
_Static_assert((int)ROW_END < 256, "by_code holds a row in a byte");

const algo_isa_op_t *algo_isa_ops(size_t *n) {
  *n = ROWS;
  return table;
}

bool algo_isa_is_prefix(unsigned version, uint8_t code) { return code == PREFIX && version >= PREFIX_SINCE; }

const algo_isa_op_t *algo_isa_op(unsigned version, uint8_t code, uint8_t sub) {
  if (version == 0) version = 1;
  unsigned row = by_code[code];
  if (row == 0) return NULL;
  for (row--; row < ROWS && table[row].code == code; row++) {
    const algo_isa_op_t *op = &table[row];
    if ((code != PREFIX || op->sub == sub) && op->from <= version && version <= op->to) return op;
  }
  return NULL;
}

unsigned algo_isa_op_size(const algo_isa_op_t *op) {
  unsigned n = op->sub != 0 ? 2 : 1;
  for (unsigned i = 0; i < op->n_imms; i++) {
    if (op->imms[i].kind > ALGO_IMM_LABEL16) return 0;
    n += op->imms[i].kind == ALGO_IMM_LABEL16 ? 2 : 1;
  }
  return n;
}

static const algo_isa_type_t types[] = {
#define TYPE(id, name, letter, kind, min, max) {name, letter, ALGO_KIND_##kind, min, max},
#include "algo/types.def"
#undef TYPE
};

const algo_isa_type_t *algo_isa_type(algo_type_t t) { return (unsigned)t < ALGO_TYPE_COUNT ? &types[t] : &types[0]; }

/* The first row of an opcode by name. */
static const algo_isa_op_t *find(const char *name, size_t n) {
  if (n == 0 || n > ISA_NAME_MAX) return NULL;
  unsigned row = op_slots[isa_hash(op_SEED, name, n)];
  if (row == 0) return NULL;
  const algo_isa_op_t *op = &table[row - 1];
  return op->name_len == n && isa_same_name(op->name, name, n) ? op : NULL;
}

const algo_isa_op_t *algo_isa_op_by_name(unsigned version, const char *name, size_t n) {
  if (version == 0) version = 1;
  const algo_isa_op_t *first = find(name, n);
  for (const algo_isa_op_t *op = first; op != NULL && op < table + ROWS && op->id == first->id; op++) {
    if (op->from <= version && version <= op->to) return op;
  }
  return NULL;
}

const algo_isa_op_t *algo_isa_op_any(const char *name, size_t n, unsigned *first, unsigned *last) {
  const algo_isa_op_t *op = find(name, n), *newest = op;
  if (op == NULL) return NULL;
  for (; op < table + ROWS && op->id == newest->id; op++) newest = op;
  *first = newest->since;
  *last = newest->to;
  return newest;
}
