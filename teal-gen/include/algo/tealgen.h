/* algo/tealgen.h - the contract builder: one description, all of its outputs.
 *
 * A description is data (structs, boxes, globals, events, tables, methods: plain static arrays) and one C function a
 * method, which says what the method does with the builder of algo/tealgen_build.h. From it come TEAL, programs, source
 * maps, the ARC-56 application description, a C binding, SQL and the indexer's tables.
 *
 * Nothing here keeps state between calls; a description is never written to. Sources: ARC-4, ARC-28, ARC-56. */
#ifndef ALGO_TEALGEN_H
#define ALGO_TEALGEN_H

#include "algo/arena.h"
#include "algo/bytes.h"

typedef struct tg tg_t; /* a program being built */

typedef enum tg_type {
  TG_VOID,
  TG_BOOL, /* bool; native 0 or 1, on the wire 0x80 or 0x00 */
  TG_U8,   /* uint8 ... uint64 */
  TG_U16,
  TG_U32,
  TG_U64,
  TG_TIME,    /* uint64: Unix seconds */
  TG_ADDRESS, /* address: 32 bytes */
  TG_BYTES32, /* byte[32] */
  TG_STRING,  /* string: any bytes, two bytes of length before them on the wire */
  TG_BYTES,   /* bytes inside the program: no wire form */
  TG_STRUCT,  /* a tuple, as a return value */
  TG_PAY,     /* a payment in ALGO right before the call */
  TG_DEPOSIT, /* a payment of the market's asset: pay, or axfer in the ASA variant */
} tg_type_t;

typedef struct tg_field {
  const char *name; /* snake_case */
  tg_type_t type;
  const char *doc; /* a phrase, with the unit; it becomes comments in C and SQL */
} tg_field_t;

/* Strings stand last in a struct, at most one. */
typedef struct tg_struct {
  const char *name; /* "gpu": the type is algo_<contract>_gpu_t in C, Gpu in ARC-56 */
  const char *doc;
  const tg_field_t *fields;
  size_t n_fields;
} tg_struct_t;

typedef struct tg_box {
  const char *name;
  const char *doc;
  const char *prefix; /* of the key */
  tg_field_t key;     /* TG_U64 or TG_ADDRESS */
  const tg_struct_t *value;
} tg_box_t;

/* An event and what it does to the state tables, in order. Effects are written so:
 *   "+gpu[gpu]: owner=@owner, price=@price, live=1"      insert the row whose key is the event's field gpu
 *   "rental[rental]: state=1, settled+=@to_owner"        update it; @name is a field of the event
 *   "gpu[rental.gpu]: rental=0"                          the row whose key is column gpu of the rental's row
 *   "gpu[rental.gpu] ? state=1: state=0"                 only where the column is so; "? owner=@party" the same by
 * field;
 *                                                        "? @approved=1" by a field of the event
 *   "market: fees+=@fee, live-=1"                        a singleton
 *   "rental[rental]: ended_at=`least(ended_at, 5)`"      SQL over the row's own columns */
typedef struct tg_event {
  const char *name; /* "RentalStarted" */
  const char *doc;
  const tg_field_t *fields;
  size_t n_fields;
  const char *const *effects;
  size_t n_effects;
} tg_event_t;

/* A state table: a key, the fields of a struct (its box) and more columns that events keep. */
typedef struct tg_table {
  const char *name;
  const char *doc;
  tg_field_t key;         /* name NULL: a singleton */
  const tg_struct_t *box; /* NULL: none */
  const tg_field_t *more;
  size_t n_more;
} tg_table_t;

/* What a thing goes through, as a picture. A state stands in a column and row of it. */
typedef struct tg_state {
  const char *name; /* "active" */
  unsigned column, row;
} tg_state_t;
enum { TG_OUTSIDE = 255 }; /* from: it is made; to: its box goes */
typedef struct tg_move {
  unsigned from, to;
  const char *by; /* methods, each with who or when: "stop (either); stop (anyone, late)" */
} tg_move_t;
typedef struct tg_machine {
  const char *name; /* "rental" */
  const tg_state_t *states;
  size_t n_states;
  const tg_move_t *moves;
  size_t n_moves;
} tg_machine_t;

enum { TG_CREATE = 1, TG_READONLY = 2, TG_BARE_DELETE = 4 };

typedef struct tg_method {
  const char *name;
  const char *doc;
  const tg_field_t *args;
  size_t n_args;
  tg_type_t returns;
  const tg_struct_t *returns_struct; /* TG_STRUCT */
  unsigned flags;
  void (*build)(tg_t *b); /* approves at its end */
} tg_method_t;

typedef struct tg_contract {
  const char *name; /* "rental" */
  const char *doc;
  const tg_struct_t *const *structs;
  size_t n_structs;
  const tg_box_t *boxes;
  size_t n_boxes;
  const tg_field_t *globals;
  size_t n_globals;
  const tg_event_t *events;
  size_t n_events;
  const tg_table_t *tables;
  size_t n_tables;
  const tg_method_t *methods;
  size_t n_methods;
  const char *const *views; /* SQL, one statement each */
  size_t n_views;
  const char *noun; /* one deployment, in messages: "a market"; NULL: "the application" */
  bool algo_only;   /* one variant, "algo": no tg_is_asa, no TG_DEPOSIT */
  const tg_machine_t *machines;
  size_t n_machines;
} tg_contract_t;

#define TG_ARRAY(a) (a), sizeof(a) / sizeof((a)[0])

/* ---- types ---- */
unsigned tg_type_size(tg_type_t t);              /* bytes on the wire of a head; 2 for a string */
const char *tg_type_arc4(tg_type_t t, bool asa); /* "uint64"; of TG_DEPOSIT "pay" or "axfer" */
bool tg_type_is_number(tg_type_t t);             /* TG_BOOL and integers: native form is a uint64 */
unsigned tg_struct_size(const tg_struct_t *s);   /* of the head */
unsigned tg_struct_offset(const tg_struct_t *s, const char *field, tg_type_t *type); /* UINT_MAX: no such field */
void tg_fields_arc4(algo_buf_t *out, const tg_field_t *fields, size_t n, bool asa);  /* "(uint64,address)" */
void tg_method_signature(algo_buf_t *out, const tg_method_t *m, bool asa);
void tg_event_signature(algo_buf_t *out, const tg_event_t *e);

/* ---- outputs that depend on the description alone ---- */
void tg_out_binding_header(algo_buf_t *out, const tg_contract_t *c);
void tg_out_sql(algo_buf_t *out, const tg_contract_t *c);
/* SVG. Errors: INVALID (a move by what is no method). */
algo_code_t tg_out_states(algo_buf_t *out, const tg_contract_t *c, algo_err_t *err);
/* Errors: PARSE (an effect that does not parse or names what is not there). */
algo_code_t tg_out_tables(algo_buf_t *out, const tg_contract_t *c, algo_arena_t *arena, algo_err_t *err);

/* ---- programs ---- */
typedef struct tg_options {
  bool asa;             /* the market pays in one ASA */
  unsigned avm;         /* version of the programs, 10 to 12 */
  int optimise;         /* 0, 1, 2 */
  uint32_t rules;       /* these of the optimiser's rules and no other (tg_rule_mask); 0: as the level has it */
  bool size;            /* a hand-written program: fewer bytes are worth more budget, */
  bool private_scratch; /* and no other program reads its scratch space (gload) */
} tg_options_t;

typedef struct tg_program {
  const char *teal;
  algo_bytes_t code;
  const char *map; /* source map version 3, JSON */
  const struct tg_pc_message {
    uint32_t pc;
    const char *message;
  } * messages; /* sorted by pc */
  size_t n_messages;
} tg_program_t;

typedef struct tg_built { /* all of it in the arena */
  const tg_contract_t *contract;
  tg_options_t options;
  tg_program_t approval, clear;
  const char *arc56; /* JSON */
} tg_built_t;

/* Errors: INVALID (a description that does not type, with the method's name), ASM, NOMEM. */
algo_code_t tg_build(tg_built_t *out, const tg_contract_t *c, const tg_options_t *o, algo_arena_t *arena,
                     algo_err_t *err);
/* The binding's source, with the programs of both variants in it. */
algo_code_t tg_out_binding_source(algo_buf_t *out, const tg_contract_t *c, const tg_built_t *variants, size_t n,
                                  algo_err_t *err);

/* ---- hand-written programs ---- */

typedef enum { TG_MODE_UNKNOWN, TG_MODE_APP, TG_MODE_SIG } tg_mode_t;

typedef struct tg_optimised {
  const char *teal;           /* the new source; each instruction says the line that it came from */
  algo_bytes_t before, after; /* programs */
  unsigned version;
  tg_mode_t mode;                   /* asked for, or told by an opcode that only one of them has */
  bool bounded;                     /* no way through either program goes round in a circle: */
  uint64_t cost_before, cost_after; /* then the most that a run costs, byte strings taken as long as they can be */
  bool unchanged;                   /* nothing was gained, and teal is the source as it was */
} tg_optimised_t;

/* Optimises a TEAL program that was not made here. o: optimise, rules, size; asa and avm are not looked at. `name` is
 * for comments and messages. The result does the same for every input: it approves, rejects and fails alike, with the
 * same logs, state, boxes and inner transactions, uses no more budget on any way, and leaves the same values in scratch
 * space where others can read them. Everything lives in the arena.
 * Errors: ASM (does not assemble; out->teal is the node's text), UNSUPPORTED (a program whose doing depends on its own
 * bytes or budget, or constant blocks that are not at its beginning), NOMEM. */
algo_code_t tg_optimise_source(tg_optimised_t *out, algo_bytes_t source, const char *name, const tg_options_t *o,
                               tg_mode_t mode, algo_arena_t *arena, algo_err_t *err);
/* What running both programs on generated inputs showed (algo/tealgen_prove.h). */
typedef struct tg_proof {
  uint64_t runs, approved, rejected, failed; /* rejected: ended with 0; failed: an opcode did */
  uint64_t cost_before, cost_after;          /* the dearest run that was approved */
  uint64_t instructions, reached;            /* of the first program: all, and those that some run came to */
  const char *difference;                    /* the first one, with its input; NULL: none */
} tg_proof_t;
typedef algo_code_t tg_prove_fn(tg_proof_t *out, algo_bytes_t before, algo_bytes_t after, tg_mode_t mode, bool may_cost,
                                uint64_t runs, uint64_t seed, algo_arena_t *arena, algo_err_t *err);
/* The rules' names, in the order of the bits of tg_options_t.rules, and what each does; NULL: no more. */
const char *tg_rule_name(unsigned i, const char **doc);
bool tg_rule_is_dearer(unsigned i); /* it saves bytes for budget */
/* A list "fold,jumps" as bits. Errors: INVALID (a name that is none). */
algo_code_t tg_rule_mask(uint32_t *out, const char *list, algo_err_t *err);

/* ---- smart signatures: a row of checks without a branch, with values put in before assembly ---- */

typedef struct tg_signature_var {
  const char *tmpl;  /* "TMPL_APP" */
  const char *name;  /* of the member in C: "app" */
  tg_type_t type;    /* TG_U32, TG_U64, TG_ADDRESS, TG_BYTES32 */
  uint64_t min, max; /* of a number */
  const char *doc;
  bool asa_only;
} tg_signature_var_t;

enum { TG_LINE_ALGO = 1, TG_LINE_ASA = 2 };

typedef struct tg_signature_check {
  unsigned variants;     /* TG_LINE_ */
  const char *doc;       /* what has to hold */
  const char *lines[16]; /* TEAL, NULL behind the last; constants are pushed, never from a block */
} tg_signature_check_t;

typedef struct tg_signature {
  const char *name;
  const char *doc;
  const tg_signature_var_t *vars;
  size_t n_vars;
  const tg_signature_check_t *checks;
  size_t n_checks;
} tg_signature_t;

/* The TEAL with its TMPL_ names, or with values: a decimal number, 0x and hex, or an address, one for each variable of
 * the variant, in their order; NULL: the name stays. Errors: RANGE, PARSE. */
algo_code_t tg_signature_teal(algo_buf_t *out, const tg_signature_t *s, bool asa, unsigned avm,
                              const char *const *values, algo_err_t *err);
/* The C binding: a structure with the values, and a function that makes the program. */
void tg_signature_header(algo_buf_t *out, const tg_signature_t *s);
algo_code_t tg_signature_source(algo_buf_t *out, const tg_signature_t *s, unsigned avm, algo_arena_t *arena,
                                algo_err_t *err);

/* ---- the program teal-gen ---- */
typedef struct tg_catalogue {
  const tg_contract_t *const *contracts;
  size_t n_contracts;
  const tg_signature_t *const *signatures;
  size_t n_signatures;
  tg_prove_fn *prove; /* NULL: optimize --check is not there */
} tg_catalogue_t;
int tg_main(int argc, char **argv, const tg_catalogue_t *catalogue); /* returns its exit status */

#endif
