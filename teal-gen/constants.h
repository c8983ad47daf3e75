/* The constants of a program and their places in its constant blocks. */
#ifndef TG_CONSTANTS_H
#define TG_CONSTANTS_H

#include "build.h"

typedef struct tg_constant {
  bool is_bytes;
  uint64_t u;
  algo_bytes_t bytes;
  unsigned uses;
  size_t seen; /* order of first use */
  int place;   /* in its block; -1: pushed */
} tg_constant_t;

typedef struct tg_constants {
  tg_constant_t *all; /* the members of a block appear in the order of their places */
  size_t n;
} tg_constants_t;

/* Without the rule everything is pushed; a hand-written program gets the blocks that it had, and before version 3,
 * which has no other constants, all of them in blocks. Errors: NOMEM, RANGE (too many for a block). */
algo_code_t tg_constants(tg_constants_t *out, const tg_t *b, const tg_code_t *code);
int tg_constant_place(const tg_constants_t *k, const tg_ins_t *i);

#endif
