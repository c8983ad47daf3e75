/* algo/isa.h - the instruction set of the AVM, versions 1 to 14: opcodes, fields, types, and the decoder.
 *
 * Everything here is constant data and pure functions: any thread, any time, no error but a NULL or a status.
 * Source: the AVM's language specification of go-algorand 5.1; the tables are opcodes.def, fields.def and types.def. */
#ifndef ALGO_ISA_H
#define ALGO_ISA_H

#include "algo/bytes.h"

#define ALGO_AVM_VERSION_MAX      14u
#define ALGO_AVM_VERSION_RELEASED 13u /* the newest one that a network runs */

/* Versions in which a rule changed. */
#define ALGO_AVM_BACK_BRANCH_VERSION   4u /* branches may go back; cost is counted as the program runs */
#define ALGO_AVM_VARINT_BRANCH_VERSION 13u
#define ALGO_AVM_OFF_CURVE_VERSION     13u /* the assembler salts logic signatures whose address is a curve point */

#define ALGO_AVM_BYTES_MAX 4096u /* longest byte string on the stack */

typedef enum algo_type {
#define TYPE(id, name, letter, kind, min, max) ALGO_TYPE_##id,
#include "algo/types.def"
#undef TYPE
  ALGO_TYPE_COUNT
} algo_type_t;

typedef enum { ALGO_KIND_NONE, ALGO_KIND_ANY, ALGO_KIND_UINT64, ALGO_KIND_BYTES } algo_kind_t;

typedef struct algo_isa_type {
  const char *name;
  char letter;       /* as in the prototypes of the specification; 0: none */
  uint8_t kind;      /* algo_kind_t */
  uint64_t min, max; /* of the value, or of the length */
} algo_isa_type_t;

/* Field groups. TXN_ARRAY has the array fields of TXN; ITXN_FIELD has every field of TXN (those with settable 0 are
 * refused when set); APP_PARAMS_SET has the settable fields of APP_PARAMS. */
typedef enum algo_group {
  ALGO_GROUP_NONE,
  ALGO_GROUP_TXN,
  ALGO_GROUP_TXNA,
  ALGO_GROUP_ITXN_FIELD,
  ALGO_GROUP_APP_PARAMS_SET,
#define GROUP(id, name, prose) ALGO_GROUP_##id,
#define FIELD(...)
#define TXN_FIELD(...)
#include "algo/fields.def"
#undef GROUP
#undef FIELD
#undef TXN_FIELD
  ALGO_GROUP_COUNT
} algo_group_t;

/* The numbers of the fields: ALGO_F_TXN_Sender, ALGO_F_GLOBAL_Round, ALGO_F_ECDSA_Secp256k1 ... */
enum {
#define GROUP(id, name, prose)
#define FIELD(group, name, value, since, settable, modes, type, prose)      ALGO_F_##group##_##name = (value),
#define TXN_FIELD(name, value, since, settable, array, effect, type, prose) ALGO_F_TXN_##name = (value),
#include "algo/fields.def"
#undef GROUP
#undef FIELD
#undef TXN_FIELD
  ALGO_F_END
};

#define ALGO_MODE_SIG 1u
#define ALGO_MODE_APP 2u
#define ALGO_MODE_ANY 3u

typedef struct algo_isa_field {
  const char *name;
  uint8_t name_len;
  uint8_t value;
  uint8_t group;    /* the group it was declared in: TXN for all transaction fields */
  uint8_t since;    /* version from which it may be read; 0: always */
  uint8_t settable; /* version from which itxn_field or app_params_set may set it; 0: never */
  uint8_t type;     /* algo_type_t of what it yields (takes when set); NONE: says nothing about types */
  uint8_t modes;    /* ALGO_MODE_* where it means something */
  bool array;       /* a transaction field read with an index */
  bool effect;      /* a transaction field that tells what the transaction did */
  const char *prose;
} algo_isa_field_t;

typedef enum algo_imm_kind {
  ALGO_IMM_U8,
  ALGO_IMM_I8,
  ALGO_IMM_LABEL16,      /* two bytes, signed big-endian, from the instruction's end */
  ALGO_IMM_LABEL_VARINT, /* zigzag varint: forward from the instruction's end, back from its start */
  ALGO_IMM_VARUINT,
  ALGO_IMM_BYTES,    /* varuint length, bytes */
  ALGO_IMM_VARUINTS, /* varuint count, varuints */
  ALGO_IMM_BYTESS,   /* varuint count, byte strings */
  ALGO_IMM_LABELS16  /* one byte count, LABEL16s */
} algo_imm_kind_t;

typedef struct algo_isa_imm {
  const char *name;
  uint8_t kind;  /* algo_imm_kind_t */
  uint8_t group; /* algo_group_t; NONE: any number */
} algo_isa_imm_t;

/* base + per_chunk * ceil(length of argument `arg` / chunk); argument 0 is the deepest. chunk 0: base alone. */
typedef struct algo_isa_cost {
  uint16_t base, per_chunk;
  uint8_t chunk, arg;
} algo_isa_cost_t;

typedef enum algo_op {
#define OP(id, ...)  ALGO_OP_##id,
#define OP2(id, ...) ALGO_OP_##id,
#define OP_CHANGED(id, ...)
#include "algo/opcodes.def"
#undef OP
#undef OP2
#undef OP_CHANGED
  ALGO_OP_COUNT
} algo_op_t;

#define ALGO_OPF_EXITS   1u /* always ends the program */
#define ALGO_OPF_DEADENS 2u /* what follows is reached by a label only */
#define ALGO_OPF_DYNAMIC 4u /* the stack effect depends on immediates or on the run */

#define ALGO_ISA_TAKES_MAX 5u
#define ALGO_ISA_GIVES_MAX 4u
#define ALGO_ISA_IMMS_MAX  3u
#define ALGO_ISA_COSTS_MAX 4u

typedef struct algo_isa_op {
  const char *name;
  uint8_t name_len;
  uint8_t id;        /* algo_op_t: the same in every version */
  uint8_t code, sub; /* sub 0: a one-byte opcode */
  uint8_t since, from, to;
  uint8_t modes; /* ALGO_MODE_* */
  uint8_t flags; /* ALGO_OPF_* */
  uint8_t n_imms, n_takes, n_gives;
  uint8_t takes[ALGO_ISA_TAKES_MAX]; /* algo_type_t, deepest first */
  uint8_t gives[ALGO_ISA_GIVES_MAX];
  uint8_t n_costs; /* 1: always cost[0]; more: cost[value of the first immediate] */
  algo_isa_imm_t imms[ALGO_ISA_IMMS_MAX];
  algo_isa_cost_t cost[ALGO_ISA_COSTS_MAX];
  const char *prose;
} algo_isa_op_t;

/* The whole table, sorted by code, sub and version. */
ALGO_API const algo_isa_op_t *algo_isa_ops(size_t *n);

/* The row of an opcode in a version (0 is as 1), in constant time; NULL: illegal there. For the prefix of two-byte
 * opcodes `sub` is the second byte; for others it is ignored. */
ALGO_API const algo_isa_op_t *algo_isa_op(unsigned version, uint8_t code, uint8_t sub);
/* Is `code` the first of two bytes in this version? */
ALGO_API bool algo_isa_is_prefix(unsigned version, uint8_t code);
/* By name, as the bytecode has it (no pseudo-ops). */
ALGO_API const algo_isa_op_t *algo_isa_op_by_name(unsigned version, const char *name, size_t n);
/* The newest row of that name in any version; *first and *last are the versions it is in. NULL: never heard of. */
ALGO_API const algo_isa_op_t *algo_isa_op_any(const char *name, size_t n, unsigned *first, unsigned *last);

/* Bytes of the whole instruction; 0: depends on the immediates. */
ALGO_API unsigned algo_isa_op_size(const algo_isa_op_t *op);

ALGO_API const algo_isa_type_t *algo_isa_type(algo_type_t t);

/* Group name as in the specification ("txn", "global" ...), and a line of prose. */
ALGO_API const char *algo_isa_group_name(algo_group_t g);
ALGO_API const char *algo_isa_group_prose(algo_group_t g);
/* A field of the group by number or name, whatever the version; NULL: the group has none. */
ALGO_API const algo_isa_field_t *algo_isa_field(algo_group_t g, uint8_t value);
ALGO_API const algo_isa_field_t *algo_isa_field_by_name(algo_group_t g, const char *name, size_t n);
/* One more than the largest number in the group. */
ALGO_API unsigned algo_isa_field_count(algo_group_t g);

/* All fields of all groups, one after the other. */
ALGO_API size_t algo_isa_fields_total(void);
ALGO_API const algo_isa_field_t *algo_isa_field_row(size_t i); /* i < algo_isa_fields_total() */

/* Names that the pseudo-op `int` knows: transaction types (short and long) and OnCompletion values. */
ALGO_API bool algo_isa_int_constant(const char *name, size_t n, uint64_t *value);

/* Variable-length integers. Returns the bytes used; 0: the input ends too early; negative: more than 64 bits.
 * Overlong forms up to ten bytes pass. */
ALGO_API int algo_uvarint_get(const uint8_t *p, size_t n, uint64_t *v);
ALGO_API int algo_varint_get(const uint8_t *p, size_t n, int64_t *v); /* zigzag */
#define ALGO_UVARINT_MAX 10u
ALGO_API unsigned algo_uvarint_put(uint8_t out[ALGO_UVARINT_MAX], uint64_t v); /* returns the bytes written */
ALGO_API unsigned algo_varint_put(uint8_t out[ALGO_UVARINT_MAX], int64_t v);

typedef enum algo_decode {
  ALGO_DECODE_OK,
  ALGO_DECODE_ILLEGAL,       /* no such opcode in this version */
  ALGO_DECODE_NO_SUB,        /* the program ends behind a prefix */
  ALGO_DECODE_BAD_SUB,       /* a prefix with a second byte that means nothing */
  ALGO_DECODE_SHORT,         /* the program ends inside a fixed-size immediate */
  ALGO_DECODE_BAD_VARINT,    /* a branch offset or integer cut off or above 64 bits */
  ALGO_DECODE_BAD_BYTES,     /* a byte string's length cut off, above 64 bits or beyond the end */
  ALGO_DECODE_LIST_COUNT,    /* a list whose count cannot be read */
  ALGO_DECODE_LIST_TOO_LONG, /* a list with more items than the program has bytes */
  ALGO_DECODE_LIST_SHORT,    /* a list that runs past the end */
  ALGO_DECODE_LIST_ITEM,     /* a list item whose integer (or length) cannot be read: `item` at `at` */
  ALGO_DECODE_LABEL_COUNT,   /* labels: no count */
  ALGO_DECODE_LABELS         /* labels: cut off */
} algo_decode_t;

typedef struct algo_isa_value { /* a decoded immediate */
  int64_t value;  /* U8, I8: the number; VARUINT: its bits; LABEL*: the target pc, which may be outside the program */
  uint32_t at;    /* BYTES: offset of the content; lists: offset of the first item */
  uint32_t count; /* BYTES: length; lists: number of items */
} algo_isa_value_t;

typedef struct algo_isa_insn {
  const algo_isa_op_t *op; /* NULL: not known */
  uint32_t pc, next;       /* next: the pc behind it */
  algo_isa_value_t imm[ALGO_ISA_IMMS_MAX];
  uint32_t bad_imm; /* on failure: index of the immediate, */
  uint32_t at;      /* where it could not be read, */
  uint64_t item;    /* and the item of a list */
} algo_isa_insn_t;

/* Decodes the instruction at pc (pc < program.n) of a program of `version`; the program's own version bytes are not
 * looked at. Field numbers, branch targets and modes are not checked. Reads each byte at most once. */
ALGO_API algo_decode_t algo_isa_decode(algo_isa_insn_t *out, unsigned version, algo_bytes_t program, uint32_t pc);
/* Item `i` of a LABELS16 immediate as a pc. */
ALGO_API int64_t algo_isa_label(const algo_isa_insn_t *insn, const algo_isa_value_t *labels, algo_bytes_t program,
                                uint32_t i);
/* Walks a decoded VARUINTS or BYTESS: *at starts as the immediate's `at`, and moves to the next item. */
ALGO_API uint64_t algo_isa_next_uint(algo_bytes_t program, uint32_t *at);
ALGO_API algo_bytes_t algo_isa_next_bytes(algo_bytes_t program, uint32_t *at);

#endif
