/* Hand-written programs: read, optimised, written. */
#ifndef TG_HAND_PROGRAM_H
#define TG_HAND_PROGRAM_H

#include "algo/asm.h"
#include "build.h"

typedef struct hand { /* what reading finds out */
  const char *name;   /* of the file */
  bool uses_app, uses_sig, frames, int_block, byte_block;
} hand_t;

/* Errors: UNSUPPORTED (with the line and why), NOMEM. */
algo_code_t hand_read(tg_t *b, hand_t *h, algo_bytes_t source, const algo_asm_result_t *a, tg_code_t *code);

#endif
