/* The inside of the builder: expression nodes, instructions, the program being built. */
#ifndef TG_BUILD_H
#define TG_BUILD_H

#include "algo/arc4.h"
#include "algo/isa.h"
#include "algo/tealgen_build.h"

enum { PURE = 1, COMMUTES = 2, FLOW = 4, ENDS = 8 };

typedef enum tg_opcode {
#define TG_OP(id, text, pops, pushes, cost, flags) TG_##id,
#include "ops.def"
#undef TG_OP
  TG_OPCODES
} tg_opcode_t;

typedef struct tg_opinfo {
  const char *text;
  uint8_t pops, pushes, cost, flags;
} tg_opinfo_t;
extern const tg_opinfo_t tg_ops[TG_OPCODES];

typedef struct tg_ins {
  tg_opcode_t op;
  uint8_t a, b;        /* numeric immediates: extract, txna, dig; LOAD and STORE: a is the variable */
  uint64_t u;          /* INT: its value; labels and branches: the label */
  algo_bytes_t bytes;  /* BYTES */
  const char *field;   /* TXN, GLOBAL, ...: the field's name */
  const char *message; /* what it means when this fails */
  const char *comment;
  const uint32_t *labels;   /* MATCH, SWITCH */
  const algo_bytes_t *list; /* PUSHBYTESS */
  uint32_t n;
  const algo_isa_op_t *isa; /* OTHER: its row, */
  const char *text;         /* and the whole instruction */
} tg_ins_t;

/* What is known of an opcode, OTHER ones too. */
unsigned tg_pops(const tg_ins_t *x);
unsigned tg_pushes(const tg_ins_t *x);
unsigned tg_flags(const tg_ins_t *x);
/* Its row in the tables of this version; NULL: it is no opcode (labels and the like). */
const algo_isa_op_t *tg_isa(const tg_ins_t *x, unsigned avm);

typedef struct tg_code {
  tg_ins_t *ins;
  size_t n, cap;
} tg_code_t;

typedef enum { X_INT, X_BYTES, X_OP, X_VAR, X_SLICE, X_CONCAT, X_CALL, X_LEAST } tg_kind_t;

struct tg_expr {
  tg_t *b;
  tg_kind_t kind;
  tg_type_t type;
  bool wire;            /* a number in wire form */
  uint32_t size;        /* bytes, where known; 0: not */
  tg_ins_t ins;         /* X_OP and leaves: what to write behind the arguments */
  const tg_ins_t *fold; /* an instruction that makes one value of a pair; NULL: none */
  const struct tg_routine *routine;
  tg_x *args;
  uint32_t n_args;
  uint32_t offset; /* X_SLICE */
};

enum { TG_MAX_VARS = 256, TG_MAX_ROUTINES = 64, TG_MAX_DEPTH = 32 };

typedef struct tg_variable {
  const char *name;
  bool known, bytes; /* what it holds, once set */
} tg_variable_t;

typedef struct tg_built_routine {
  const tg_routine_t *r;
  uint32_t label;
  tg_code_t code;
} tg_built_routine_t;

struct tg {
  const tg_contract_t *c;
  tg_options_t o;
  algo_arena_t *arena;
  algo_err_t *err;
  algo_code_t failed;        /* the first mistake's code */
  const tg_method_t *method; /* being built; NULL in a routine */
  const tg_built_routine_t *routine;
  uint32_t checked; /* arguments of the method whose form was checked */
  tg_code_t *out;   /* where statements go */
  tg_variable_t vars[TG_MAX_VARS];
  unsigned n_vars;
  tg_built_routine_t routines[TG_MAX_ROUTINES];
  unsigned n_routines;
  struct {
    uint32_t no, end;
    bool has_else;
  } open[TG_MAX_DEPTH]; /* ifs */
  unsigned depth;
  uint32_t n_labels;
  const char **label_names; /* by label; NULL: plain */
  uint32_t label_cap;
  const char *comment;        /* for the next instruction */
  const struct tg_hand *hand; /* the program was written by hand, and this is known of it; NULL: a description's */
};

/* A hand-written program: what the passes have to leave as it is. */
typedef struct tg_hand {
  bool app;    /* may run as an application: its scratch space is read by others (gload) once it has approved */
  bool frames; /* has proto: routines are called by callsub alone */
  bool int_block, byte_block; /* the constant blocks that it has, and may have */
  bool untyped;               /* the assembler does not follow the types of what comes out */
} tg_hand_t;

/* ---- build.c ---- */
algo_code_t tg_mistake(tg_t *b, const char *fmt, ...) ALGO_PRINTF(2, 3); /* with where */
void tg_write(tg_t *b, tg_ins_t i);
void tg_code_put(tg_t *b, tg_code_t *code, tg_ins_t i);
bool tg_label_taken(const tg_t *b, const char *name);
uint32_t tg_label(tg_t *b, const char *name);
unsigned tg_variable(tg_t *b, const char *name);
algo_code_t tg_build_code(tg_t *b, tg_code_t *out); /* the whole approval program, not optimised */

/* ---- expr.c ---- */
tg_x tg_op(tg_t *b, tg_opcode_t op, tg_type_t type, unsigned n, tg_x x, tg_x y, tg_x z);
tg_x tg_pack_event(tg_t *b, const tg_event_t *e, tg_x selector, va_list fields);
void tg_lower(tg_x x); /* writes what pushes the value */

/* ---- optimise.c ---- */
algo_code_t tg_optimise(tg_t *b, tg_code_t *code);

/* ---- out_teal.c ---- */
algo_code_t tg_out_teal(tg_t *b, tg_program_t *out, const tg_code_t *code, const char *title);
/* ---- out_arc56.c ---- */
void tg_out_arc56(algo_buf_t *out, const tg_built_t *built);

#endif
