/* What the files of the assembler share. One algo_asm_assemble call is one `asm_t`; everything it makes lives in the
 * caller's arena. Memory running out sets `oom`, makes every further step a no-op, and is reported at the end. */
#ifndef ASM_INTERNAL_H
#define ASM_INTERNAL_H

#include "algo/asm.h"
#include "algo/isa.h"
#include "algo/unicode.h"

#define NO_POS UINT32_MAX

typedef struct tok { /* a token: bytes of the source, and where it stands */
  const char *s;
  uint32_t n;
  uint32_t col;  /* 0-based byte offset in its line */
  uint32_t line; /* 1-based */
} tok_t;

typedef struct stype { /* what is known of a value on the stack */
  uint64_t min, max;   /* bounds of the integer, or of the length */
  uint8_t kind;        /* algo_kind_t */
  uint8_t alias;       /* algo_type_t whose name it goes by; 0: the name follows from kind and bounds */
} stype_t;

typedef struct names { /* a hash table from names to numbers, in the arena */
  struct name_slot *slots;
  size_t cap, used;
} names_t;

typedef struct macro {
  tok_t name;
  const tok_t *body;
  uint32_t n_body;
  uint32_t visited; /* the search that was last here */
  bool dead;        /* taken away again */
} macro_t;

typedef struct label {
  tok_t name;
  uint32_t pos; /* in the code as first written; NO_POS: referred to, but not there */
  uint32_t fix; /* fixes that stand before it */
} label_t;

typedef struct ref { /* a branch or switch target to fill in */
  tok_t label;
  uint32_t pos, end; /* of the offset's bytes, and of the instruction, in the code as first written */
  uint32_t fix;      /* fixes that stand before it; for a varint its own fix */
  bool varint;
  uint32_t need; /* fewer bytes that a varint can do with; 0: none fewer */
  int64_t jump;  /* the offset, once resolved */
} ref_t;

typedef enum { FIX_INT, FIX_BYTE, FIX_BRANCH } fix_kind_t;

typedef struct fix { /* bytes of the code that may change their length at the end */
  uint32_t pos, old_len, new_len;
  uint32_t index; /* of the constant, or of the ref */
  fix_kind_t kind;
} fix_t;

typedef struct constant {
  uint64_t value;    /* an integer's value */
  algo_bytes_t text; /* a byte string */
  uint32_t uses;
  uint32_t rank; /* its place in the block, once sorted */
} constant_t;

typedef struct constants { /* what will be the intcblock or the bytecblock */
  constant_t *v;
  size_t n, cap;
  names_t names;
  uint32_t kept;   /* of the optimised block: constants that stay in it, those of rank 0 up */
  uint32_t blocks; /* explicit blocks seen in live code */
  bool pseudo;     /* int, or byte and its kin, was used */
} constants_t;

typedef struct location {
  uint32_t pos, fix, line, col; /* line 0-based */
} location_t;

#define SCRATCH_SLOTS 256u

typedef struct known { /* what is known where the assembler stands */
  stype_t *stack;
  size_t n, cap;
  stype_t bottom;          /* what lies under the stack */
  bool dead;               /* no way leads here */
  int64_t fp;              /* frame pointer; -1: not known */
  struct scratch *scratch; /* SCRATCH_SLOTS of them; NULL: none is written yet */
  uint32_t resets;
  stype_t scratch_default;
} known_t;

typedef struct spec { /* an instruction as written */
  const algo_isa_op_t *op;
  const tok_t *name; /* the mnemonic as written */
  bool pseudo;
  bool stand_in; /* only the effect on the stack counts */
} spec_t;

#define SEEN_BITS 7u

typedef struct seen { /* a mnemonic of up to two words, with its number of arguments, and what it means */
  uint64_t head, tail;
  const algo_isa_op_t *op; /* NULL: none is here */
  uint32_t n_args;
  uint16_t n; /* its bytes */
  bool pseudo;
} seen_t;

typedef enum { SALT_DEFAULT, SALT_ON, SALT_OFF } salt_t;

typedef struct asm_state {
  algo_arena_t *arena;
  bool oom;
  uint64_t version;
  const char *at, *end; /* of the source, what is still to be read */
  uint32_t line;        /* lines read so far */
  algo_buf_t msg;

  tok_t *toks; /* of the line */
  size_t n_toks, cap_toks;
  size_t semicolons; /* among them */
  const tok_t *stmt; /* the statement, macros expanded */
  size_t n_stmt;
  tok_t *expanded; /* where macros are put in */
  size_t cap_expanded;
  size_t next_tok;    /* without macros: where in toks the next statement begins */
  struct span *spans; /* what of the line is still to be read */
  size_t n_spans, cap_spans;
  bool expanding; /* macros there were when the line began */
  bool stopped;   /* a limit was reached: no more is read */

  uint8_t *code; /* without version and constant blocks, with the constants and branches as first written */
  size_t n_code, cap_code;
  location_t *locs;
  size_t n_locs, cap_locs;
  fix_t *fixes;
  size_t n_fixes, cap_fixes;
  ref_t *refs;
  size_t n_refs, cap_refs;
  label_t *labels;
  size_t n_labels, cap_labels;
  names_t label_names;
  macro_t *macros;
  size_t n_macros, cap_macros;
  size_t live_macros;
  names_t macro_names;
  uint32_t searches;
  uint64_t work; /* macro expansions and search steps so far */

  seen_t seen[1u << SEEN_BITS]; /* mnemonics of this version, by their hash */
  constants_t ints, bytes;
  known_t known;
  bool typetrack;
  const tok_t *literal_of; /* the argument whose literal, or number, is kept here */
  algo_bytes_t literal;
  size_t literal_used;
  uint64_t number;
  stype_t *gives; /* a refined result, before it is pushed */
  size_t n_gives, cap_gives;

  bool stateful;
  salt_t salt;
  tok_t salt_tok;

  algo_asm_diagnostic_t *errors, *warnings;
  size_t n_errors, cap_errors, n_warnings, cap_warnings;
} asm_t;

/* memory.c */
/* Room for one more element of `size` bytes in *array, which has n of *cap; false: out of memory. */
bool asm_grow(asm_t *a, void *array, size_t n, size_t *cap, size_t size);
#define ASM_ROOM(a, array, n, cap) ((n) < (cap) || asm_grow(a, &(array), n, &(cap), sizeof *(array)))
static inline void asm_emit(asm_t *a, uint8_t byte) {
  if (ASM_ROOM(a, a->code, a->n_code, a->cap_code)) a->code[a->n_code++] = byte;
}
void asm_emit_bytes(asm_t *a, const void *p, size_t n);
void asm_emit_uvarint(asm_t *a, uint64_t v);
/* The number kept with a name; *slot stays valid until the next insertion. NULL: not there. */
uint32_t *names_find(const names_t *t, const void *name, size_t n);
/* The same; a name that is not there gets the value, and must stay as long as the table. NULL: out of memory. */
uint32_t *names_add(asm_t *a, names_t *t, const void *name, size_t n, uint32_t value);

/* message.c: %s C string, %t tok_t* as it is, %q tok_t* in quotes, %m algo_bytes_t*, %u uint64_t, %i int64_t */
void asm_format(algo_buf_t *out, const char *fmt, ...);
void asm_error(asm_t *a, tok_t at, const char *fmt, ...);
void asm_error_after(asm_t *a, tok_t at, const char *fmt, ...);
void asm_error_at(asm_t *a, uint32_t line, uint32_t col, const char *fmt, ...);
void asm_warn(asm_t *a, tok_t at, const char *fmt, ...);
void asm_report(asm_t *a, algo_asm_result_t *out);

static inline bool tok_is(tok_t t, const char *s) {
  size_t n = strlen(s);
  return t.n == n && memcmp(t.s, s, n) == 0;
}
static inline tok_t tok_of(const char *s) { return (tok_t){s, (uint32_t)strlen(s), 0, 0}; }

/* number.c: as Go's strconv */
typedef enum { NUM_OK, NUM_SYNTAX, NUM_RANGE } num_t;
num_t parse_uint(const char *s, size_t n, unsigned base, unsigned bits, uint64_t *out);
num_t parse_int(const char *s, size_t n, unsigned base, unsigned bits, int64_t *out);
const char *num_text(num_t e); /* "invalid syntax", "value out of range" */

/* lex.c */
bool lex_open(asm_t *a, algo_bytes_t source); /* false: out of memory */
bool lex_line(asm_t *a);                      /* the next line's tokens into a->toks; false: no more */

/* literal.c: the bytes that args[0], or args[0] and args[1], stand for. False: a->msg says what is wrong with
 * args[*used]. */
bool literal_parse(asm_t *a, const tok_t *args, size_t n, algo_bytes_t *out, size_t *used);
bool literal_string(asm_t *a, tok_t arg, algo_bytes_t *out);
bool literal_address(asm_t *a, tok_t arg, algo_bytes_t *out);

void asm_address_text(char out[59], const uint8_t key[32]); /* with a NUL */

/* methodsig.c: is it a method signature that ARC-4 knows? False: a->msg says why not. */
bool method_signature_valid(asm_t *a, algo_bytes_t signature);

/* types.c */
void known_init(asm_t *a);
void known_label(asm_t *a);
void known_reset(known_t *k);
void known_deaden(known_t *k);
void types_track(asm_t *a, const spec_t *spec, const tok_t *stmt, size_t n_stmt);
void types_returns(asm_t *a, const algo_isa_op_t *op, algo_type_t type);

/* refine.c: what an instruction really takes and gives, by its arguments and what is known. */
typedef struct effect {
  bool any_takes;          /* takes n_takes values of any type */
  const uint8_t *take_ids; /* else these, */
  const stype_t *takes;    /* or these */
  size_t n_takes;
  bool refined; /* gives are in a->gives, else the opcode's own */
} effect_t;
typedef struct refine refine_t;
typedef bool (*refine_fn)(refine_t *r);  /* false: a->msg says what is wrong */
refine_fn refine_of(const spec_t *spec); /* NULL: it is as the table says */
bool refine_effect(asm_t *a, refine_fn fn, const tok_t *args, size_t n, effect_t *e);
stype_t stype_named(algo_type_t t);
stype_t stype_make(algo_kind_t kind, uint64_t min, uint64_t max);

/* pseudo.c: the opcode (or stand-in) that a mnemonic with n arguments means; false: an error was recorded. */
bool spec_find(asm_t *a, const tok_t *mnemonic, size_t n_args, spec_t *out);
/* The pseudo-ops' numbers, behind those of the opcodes. */
enum { PSEUDO_INT = ALGO_OP_COUNT, PSEUDO_BYTE, PSEUDO_ADDR, PSEUDO_METHOD, SPEC_IDS };
bool is_pseudo_name(tok_t name);

/* encode.c, constant.c: what a statement with these arguments becomes */
typedef void encode_fn(asm_t *a, const spec_t *spec, const tok_t *args, size_t n);
encode_fn encode_int, encode_byte, encode_addr, encode_method; /* the pseudo-ops */
encode_fn encode_load;                                         /* intc i, bytec i as written */
encode_fn encode_pushint, encode_pushbytes;
encode_fn encode_ints, encode_bytess; /* of blocks and of pushes */
void encode(asm_t *a, const spec_t *spec, const tok_t *args, size_t n);
void encode_miscount(asm_t *a, tok_t name, const tok_t *mnemonic, const tok_t *args, size_t n, size_t expected);
/* Are there as many arguments as there must be? False: an error was recorded, with this name. */
static inline bool encode_count(asm_t *a, tok_t name, const tok_t *mnemonic, const tok_t *args, size_t n,
                                size_t expected) {
  if (n != expected) encode_miscount(a, name, mnemonic, args, n, expected);
  return n == expected;
}
bool imm_u8(asm_t *a, const tok_t *arg, const char *label, uint8_t *out); /* false: a->msg says what is wrong */
void tokens_join(algo_buf_t *out, tok_t first, const tok_t *rest, size_t n);

/* directive.c */
void directive(asm_t *a);
void macros_recheck(asm_t *a, bool *errored);
macro_t *macro_find(asm_t *a, tok_t name);

/* expand.c: the line's tokens as statements, one after the other in a->stmt (empty ones too); false: no more. */
void expand_line(asm_t *a);
bool expand_statement(asm_t *a);

/* link.c */
void link_program(asm_t *a, algo_asm_result_t *out);

/* curve.c: does the hash of this program decode as a point of Edwards25519, canonical or not? */
bool program_on_curve(const uint8_t *program, size_t n);

#endif
