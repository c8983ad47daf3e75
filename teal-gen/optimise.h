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
static inline void tg_vars_all(tg_vars_t *s) { memset(s, 0xff, sizeof *s); }
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
  uint32_t *at;      /* label -> its instruction; UINT32_MAX: gone */
  bool *returns;     /* label -> can a call of it come back? */
  tg_vars_t *uses;   /* label -> what a call of it may read or write */
  tg_vars_t *live;   /* instruction -> variables whose value is read behind it */
  bool public_slots; /* what is in the variables when the program approves is read by others */
} tg_flow_t;

static inline bool tg_branches(const tg_ins_t *x) { return x->op == TG_MATCH || x->op == TG_SWITCH; }
bool tg_blind_slot(const tg_ins_t *x); /* reads or writes a slot that it computes */
bool tg_same_ins(const tg_ins_t *a, const tg_ins_t *b);
unsigned tg_ins_size(const tg_ins_t *i); /* bytes, about: constants count as in a block */

/* ---- flow.c ---- */
algo_code_t tg_flow_find(tg_t *b, tg_flow_t *f, tg_code_t *code); /* all of it but live */
algo_code_t tg_flow_live(tg_t *b, tg_flow_t *f);
void tg_compact(tg_code_t *code); /* drops TG_NOP */

/* ---- the passes: true when something changed ---- */
bool tg_pass_jumps(tg_t *b, tg_flow_t *f); /* threading, calls that end as jumps, dead code, labels not used */
bool tg_pass_peephole(tg_t *b, tg_flow_t *f);
bool tg_pass_stack(tg_t *b, tg_flow_t *f);     /* variables that can stay on the stack; needs live */
bool tg_pass_tails(tg_t *b, tg_flow_t *f);     /* equal endings become one */
bool tg_pass_place(tg_t *b, tg_flow_t *f);     /* a block moves to a jump that leads to it */
bool tg_pass_outline(tg_t *b, tg_flow_t *f);   /* what is written many times becomes a routine */
bool tg_pass_inline(tg_t *b, tg_flow_t *f);    /* routines with one call, and small ones */
bool tg_pass_fold(tg_t *b, tg_flow_t *f);      /* what is computed of constants is a constant */
bool tg_pass_propagate(tg_t *b, tg_flow_t *f); /* a variable that holds a constant wherever it is read */
bool tg_pass_common(tg_t *b, tg_flow_t *f);    /* what was computed already in the block, and is still at hand */

/* ---- rules ---- */
typedef struct tg_rule {
  const char *name, *doc;
  bool (*pass)(tg_t *b, tg_flow_t *f); /* NULL: constant blocks, which the writer makes */
  bool live;                           /* needs tg_flow_live */
  int level;                           /* from which -O it is on */
  bool dearer;                         /* saves bytes for budget: on hand-written programs only with --size */
} tg_rule_t;
enum { TG_RULES = 11, TG_RULE_CONSTANTS = TG_RULES - 1 };
extern const tg_rule_t tg_rules[TG_RULES];
bool tg_rule_on(const tg_t *b, unsigned rule);
/* May the program have this instruction? Always in a contract's; in a hand-written one by its version. */
bool tg_can(const tg_t *b, tg_opcode_t op);
tg_ins_t tg_other(tg_t *b, const char *name, const char *fmt, ...) ALGO_PRINTF(3, 4); /* "extract", "extract 1 2" */

#endif
