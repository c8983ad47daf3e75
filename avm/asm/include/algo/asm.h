/* algo/asm.h - TEAL assembler and disassembler, byte for byte and word for word as go-algorand 5.1's. */
#ifndef ALGO_ASM_H
#define ALGO_ASM_H

#include "algo/arena.h"

typedef struct algo_asm_location { /* where the byte at `pc` came from; sorted by pc, instruction starts only */
  uint32_t pc;
  uint32_t line;   /* 0-based */
  uint32_t column; /* 0-based byte offset */
} algo_asm_location_t;

typedef struct algo_asm_diagnostic {
  uint32_t line;   /* 1-based; 0: none */
  uint32_t column; /* 0: not printed */
  const char *msg; /* any bytes of the source may be in it; a NUL behind it that msg_len does not count */
  size_t msg_len;
  bool warning;
} algo_asm_diagnostic_t;

typedef struct algo_asm_result { /* everything lives in the arena given */
  algo_bytes_t program;
  uint64_t version; /* ALGO_ASM_NO_VERSION when the source has neither a pragma nor an instruction */
  const algo_asm_location_t *locations;
  size_t n_locations;
  const algo_asm_diagnostic_t *diagnostics;
  size_t n_diagnostics;   /* errors, then warnings; all of them, not ten */
  const char *error_text; /* the node's message, "" when it assembled: what POST /v2/teal/compile answers; ends in \n */
  size_t error_len;
} algo_asm_result_t;

#define ALGO_ASM_NO_VERSION UINT64_MAX

/* Assembles `source` (any bytes). The arena holds the result. Errors: ASM (err has the first diagnostic with its line
 * and column; out->error_text has all of the node's text), NOMEM. */
ALGO_API algo_code_t algo_asm_assemble(algo_asm_result_t *out, algo_bytes_t source, algo_arena_t *arena,
                                       algo_err_t *err);

/* The source map's `mappings` (base64 VLQ, one group a byte of program) as algod's compile answers it. */
ALGO_API void algo_asm_mappings(algo_buf_t *out, const algo_asm_result_t *r);

/* Text of a program, as POST /v2/teal/disassemble. Errors: ASM with the node's message and the pc. */
ALGO_API algo_code_t algo_disasm(algo_buf_t *out, algo_bytes_t program, algo_err_t *err);
/* The instruction at pc and up to two before it, as in a failure's `opcodes=`; nothing where no instruction of the
 * program begins at pc or the program does not disassemble. */
ALGO_API void algo_disasm_around(algo_buf_t *out, algo_bytes_t program, uint32_t pc);
/* One instruction at pc, branch targets as numbers; *next (may be NULL) is the pc behind it. Errors: ASM, RANGE. */
ALGO_API algo_code_t algo_disasm_one(algo_buf_t *out, algo_bytes_t program, uint32_t pc, uint32_t *next,
                                     algo_err_t *err);

/* Whether 32 bytes decode as a point of edwards25519, canonical or not, in whatever subgroup: what might be a key. */
ALGO_API bool algo_asm_on_curve(const uint8_t y[32]);

#endif
