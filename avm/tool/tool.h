/* algorent-avm: what its commands share. */
#ifndef AVM_TOOL_H
#define AVM_TOOL_H

#include <stdio.h>

#include "algo/file.h"
#include "algo/isa.h"
#include "algo/ledger.h"
#include "algo/listing.h"

/* ---- source.c: a program and the lines it came from ---- */
typedef struct program {
  const char *path;
  algo_listing_t l;
} program_t;

/* Reads a whole file ("-": standard input) into the arena; says what is wrong on stderr. */
bool read_file(algo_bytes_t *out, const char *path, algo_arena_t *arena);
bool write_file(const char *path, algo_bytes_t content);
/* TEAL source, bytecode, or bytecode as hex. False: said on stderr, *status is what to exit with. */
bool load_program(program_t *p, const char *path, algo_arena_t *arena, int *status);
/* The line's text without what is blank around it. */
algo_bytes_t line_text(const program_t *p, uint32_t line);
/* The line of a label, or a number; 0: none. */
uint32_t find_line(const program_t *p, const char *what);
const char *label_of_line(const program_t *p, uint32_t line, algo_arena_t *arena); /* NULL: no label on it */

/* ---- value.c ---- */
/* int:5 str:hi hex:0a b64:.. addr:.. method:f()void; without a prefix 5, 0x0a or text. False: said on stderr. */
bool parse_value(algo_tv_t *out, const char *text, algo_arena_t *arena);
/* The bytes of an argument: integers as eight bytes. */
bool parse_argument(algo_bytes_t *out, const char *text, algo_arena_t *arena);
void put_value(algo_buf_t *out, const algo_tv_t *v); /* as people read it */

/* ---- scenario.c: the run that the options describe ---- */
typedef struct preset {
  algo_bytes_t key;
  algo_tv_t value;
} preset_t;

typedef struct scenario {
  bool sig;    /* a logic signature instead of an application */
  bool create; /* the call creates the application */
  uint64_t on_completion;
  algo_bytes_t args[64];
  size_t n_args;
  preset_t globals[64];
  size_t n_globals;
  preset_t locals[16];
  size_t n_locals;
  preset_t boxes[64];
  size_t n_boxes;
  uint64_t pay; /* a payment to the application before the call, microAlgos; 0: none */
  uint64_t extra_budget;
  uint64_t fee; /* of the call, microAlgos */
  bool trace, json;
  const char *coverage, *profile; /* files to write; NULL: none */
  const char *expect;             /* cases: approve, reject, or a part of the failure's text */
  const program_t *others[8];     /* applications that are there beside it */
  size_t n_others;
  const program_t *program; /* of a later call */
  struct scenario *then;    /* the next call of the group; NULL: none */
} scenario_t;

void scenario_init(scenario_t *s);
/* Takes options from argv[*at] on, up to the first that is none. False: said on stderr. */
bool scenario_options(scenario_t *s, int argc, char *const *argv, int *at, algo_arena_t *arena);
extern const char scenario_help[];

/* ---- record.c: a run with all it did, to be walked in both directions ---- */
typedef struct cell { /* a value on a stack that shares what lies below it */
  algo_tv_t value;
  const struct cell *below;
  uint32_t height;
} cell_t;

typedef struct step {
  uint32_t pc;
  const cell_t *before; /* the stack; NULL: empty */
  uint32_t calls;       /* depth of callsub */
  uint64_t cost, spent; /* of this one, and of all before it */
  const algo_sim_step_t *raw;
} step_t;

typedef struct unit { /* one program that the group ran */
  const program_t *program;
  const step_t *steps;
  size_t n;
  const cell_t *last; /* the stack at the end */
  uint64_t cost;
  bool sig;
  uint64_t app, created; /* what ran, what its transaction created; 0: none */
  size_t txn;            /* of the group */
  const algo_apply_t *apply;
  const struct unit *parent; /* whose step spawned it; NULL: of the group itself */
  size_t parent_step;
  uint32_t level; /* calls and inner transactions around it */
} unit_t;

typedef struct moment {
  const unit_t *unit;
  size_t step;
} moment_t;

typedef struct record {
  const program_t *program; /* under test; the following are of its own steps */
  const step_t *steps;
  size_t n;
  const cell_t *last; /* the stack at the end */
  bool pass;
  const char *failure; /* NULL: none */
  uint64_t cost;       /* of the program */
  uint64_t app;        /* id of the application that ran; 0: a logic signature */
  const algo_apply_t *apply;
  bool elsewhere;             /* it failed before or outside of the program */
  const unit_t *const *units; /* all that ran */
  size_t n_units;
  const moment_t *moments; /* in the order of time, inner calls behind the step that spawned them */
  size_t n_moments;
} record_t;

/* Runs it on a fresh ledger. False: it could not be set up, said on stderr. */
bool record_run(record_t *out, const program_t *p, const scenario_t *s, algo_arena_t *arena);
/* A scratch slot before step i (i == n: at the end). */
algo_tv_t unit_scratch(const unit_t *u, size_t i, uint64_t slot);
uint32_t unit_line(const unit_t *u, size_t i);     /* of step i; 0 at the end */
uint32_t record_line(const record_t *r, size_t i); /* of step i; 0 at the end */

/* ---- show.c ---- */
void show_stack(algo_buf_t *out, const cell_t *top);
void show_trace(const record_t *r);
void show_result(const record_t *r);
void show_json(const record_t *r, const scenario_t *s);
void show_changes(algo_buf_t *out, const algo_sim_step_t *raw);

/* ---- the commands; each returns an exit status ---- */
int run_command(int argc, char *const *argv, algo_arena_t *arena);
int debug_command(int argc, char *const *argv, algo_arena_t *arena);
int cases_command(int argc, char *const *argv, algo_arena_t *arena);
int check_command(int argc, char *const *argv, algo_arena_t *arena);
int asm_command(int argc, char *const *argv, algo_arena_t *arena);
int disasm_command(int argc, char *const *argv, algo_arena_t *arena);

/* ---- tally.c: summed over runs ---- */
typedef struct tally {
  const program_t *program;
  uint64_t *hits, *cost;       /* by pc */
  uint64_t *taken, *not_taken; /* by pc of a branch */
  struct folded *folded;       /* ways through subroutines and what they cost */
  size_t n_folded, cap_folded;
  uint64_t runs, total;
} tally_t;
bool tally_init(tally_t *t, const program_t *p, algo_arena_t *arena);
void tally_add(tally_t *t, const record_t *r, algo_arena_t *arena);
bool coverage_write(const tally_t *t, const char *path, algo_arena_t *arena); /* lcov's format; adds to what is there */
void coverage_summary(const tally_t *t);
bool profile_write(const tally_t *t, const char *path); /* folded stacks, as flame graph tools read them */
void profile_show(const tally_t *t, algo_arena_t *arena);

#endif
