/* algo/listing.h - a program with the lines it came from: of its source, or of its disassembly. */
#ifndef ALGO_LISTING_H
#define ALGO_LISTING_H

#include "algo/asm.h"

typedef struct algo_listing { /* everything lives in the arena given, or is a view of the content given */
  algo_bytes_t code;
  const algo_bytes_t *lines; /* without their ends */
  uint32_t n_lines;
  const uint32_t *line_at;    /* by pc: the line whose instruction begins there, counted from 1; 0: none */
  const uint32_t *column_at;  /* by pc: where in its line, counted from 0 */
  bool disassembled;          /* the content was bytecode: the lines are those of its disassembly */
  algo_asm_result_t assembly; /* of a source; error_text says all that is wrong with it */
} algo_listing_t;

/* Takes TEAL, bytecode, or bytecode as hexadecimal digits, and tells them apart. `content` must stay as long as the
 * listing. Errors: ASM (err has line and column of a source, pc of bytecode), NOMEM. */
ALGO_API algo_code_t algo_listing_load(algo_listing_t *out, algo_bytes_t content, algo_arena_t *arena, algo_err_t *err);

/* A line's text without what is blank around it; line 0: the constants that the assembler put in front. */
ALGO_API algo_bytes_t algo_listing_line(const algo_listing_t *l, uint32_t line);
/* The label that a line begins with, a view; n 0: none. */
ALGO_API algo_bytes_t algo_listing_label(const algo_listing_t *l, uint32_t line);

#endif
