/* The optimiser's passes. Each leaves a program that does the same: results, logs, state, messages. */
#ifndef TG_OPTIMISE_H
#define TG_OPTIMISE_H

#include "build.h"

typedef struct tg_vars { /* a set of variables */
  uint64_t w[(TG_MAX_VARS + 63) / 64];
} tg_vars_t;
static inline bool tg_vars_has(const tg_vars_t *s, unsigned v) { return s->w[v / 64] >> (v % 64) & 1; }
static inline void tg_vars_add(tg_vars_t *s, unsigned v) { s->w[v / 64] |= 1ull << (v % 64); }
static inline void tg_vars_remove(tg_vars_t *s, unsigned v) { s->w[v / 64] &= ~(1ull << (v % 64)); }
static inline bool tg_vars_join(tg_vars_t *s, const tg_vars_t *o) { /* was anything new? */
  bool changed = false;
  for (size_t i = 0; i < sizeof s->w / sizeof s->w[0]; i++) {
    changed |= (o->w[i] & ~s->w[i]) != 0;
    s->w[i] |= o->w[i];
  }
  return changed;
}

typedef struct tg_flow { /* what the passes know of the program as it is now */
  tg_code_t *code;
  uint32_t *at;    /* label -> its instruction; UINT32_MAX: gone */
  bool *returns;   /* label -> can a call of it come back? */
  tg_vars_t *uses; /* label -> what a call of it may read or write */
  tg_vars_t *live; /* instruction -> variables whose value is read behind it */
} tg_flow_t;

bool tg_same_ins(const tg_ins_t *a, const tg_ins_t *b);
unsigned tg_ins_size(const tg_ins_t *i); /* bytes, about: constants count as in a block */

/* ---- flow.c ---- */
algo_code_t tg_flow_find(tg_t *b, tg_flow_t *f, tg_code_t *code); /* all of it but live */
algo_code_t tg_flow_live(tg_t *b, tg_flow_t *f);
void tg_compact(tg_code_t *code); /* drops TG_NOP */

/* ---- the passes: true when something changed ---- */
bool tg_pass_jumps(tg_t *b, tg_flow_t *f); /* threading, calls that end as jumps, dead code, labels not used */
bool tg_pass_peephole(tg_t *b, tg_flow_t *f);
bool tg_pass_stack(tg_t *b, tg_flow_t *f);   /* variables that can stay on the stack; needs live */
bool tg_pass_tails(tg_t *b, tg_flow_t *f);   /* equal endings become one */
bool tg_pass_place(tg_t *b, tg_flow_t *f);   /* a block moves to a jump that leads to it */
bool tg_pass_outline(tg_t *b, tg_flow_t *f); /* what is written many times becomes a routine */
bool tg_pass_inline(tg_t *b, tg_flow_t *f);  /* routines with one call */

#endif
