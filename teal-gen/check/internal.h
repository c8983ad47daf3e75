/* What the files of the analyser share. Everything is made in one arena; when it has no more, `oom` is set and every
 * further step does nothing. */
#ifndef CHECK_INTERNAL_H
#define CHECK_INTERNAL_H

#include "algo/check.h"
#include "algo/flow.h"
#include "algo/isa.h"

/* ---- values: what is known of something on the stack; the same value has the same number ---- */

typedef uint32_t val_t; /* 0: none */

typedef enum { V_UNKNOWN, V_INT, V_BYTES, V_FIELD, V_OP, V_FRESH } vkind_t;

/* Where a value comes from; what is computed from it comes from there too. */
enum {
  T_USER = 1,          /* the caller or submitter chooses it */
  T_FRESH = 2,         /* what the attack puts in */
  T_GATE = 4,          /* state kept under the attacker's address: what it decides is an authorisation */
  T_PROOF = 8,         /* a signature's verification */
  T_TIME = 16,         /* the time of a block, or its seed */
  T_PHI = 32,          /* several values that met */
  T_STATE = 64,        /* the application's own state */
  T_USERSTATE = 128,   /* state kept under something that the user chose */
  T_MONEY = 256,       /* an amount that another transaction of the group moves */
  T_QUOTIENT = 512,    /* is the result of a division; not handed on */
  T_FOREIGN = 1024,    /* state of an application that the user chose */
  T_COMPLETION = 2048, /* OnCompletion, in the attack that looks for ways that do not ask it */
  T_SEED = 4096        /* the seed of a block */
};

#define OPERANDS 4u

typedef struct value {
  uint8_t kind, type; /* vkind_t, algo_kind_t */
  uint8_t op;         /* V_OP, V_FIELD: algo_op_t. Of a field: txn (of the transaction itself), gtxns (of the one whose
                         position is a[0]), global, arg */
  uint8_t result;     /* V_OP: which of the results */
  uint16_t taint;
  uint64_t k;        /* V_INT: the value. V_FIELD: the field. V_OP: immediates. V_UNKNOWN: a name. V_FRESH: a number */
  val_t a[OPERANDS]; /* V_FIELD: a[1] the index of an array field */
  const uint8_t *p;  /* V_BYTES */
  uint32_t n;
} value_t;

typedef struct values {
  value_t *v;
  uint32_t n, cap;
  uint32_t *slots, n_slots;
} values_t;

/* ---- states: what holds where a block begins ---- */

typedef struct fact { /* known of a value on this way */
  val_t v, eq;        /* eq: it equals this; 0: nothing known */
  uint64_t lo, hi;    /* bounds of an integer */
} fact_t;

/* Fields of the inner transaction being made that rules look at. */
typedef enum {
  IT_TYPE,
  IT_FEE,
  IT_RECEIVER,
  IT_AMOUNT,
  IT_ASSET_RECEIVER,
  IT_ASSET_AMOUNT,
  IT_REKEY,
  IT_CLOSE,
  IT_ASSET_CLOSE,
  IT_APP,
  IT_FIELDS
} it_field_t;

#define FRESH_CALLER (FRESH_GLOBAL + ALGO_F_GLOBAL_CallerApplicationID)
#define FRESH_GLOBAL 4096u
#define FRESH_LENGTH                                                                                                   \
  ((uint64_t)1 << 32) /* numbers of what the attack puts in for lengths and integers of arguments                      \
                       */
#define FRESH_BIG   ((uint64_t)2 << 32)
#define FRESH_LOCAL ((uint64_t)3 << 32)

#define EVENT_WORDS 4u
#define EVENTS_MAX  (64u * EVENT_WORDS)
#define STACK_MAX   1000u
#define FACTS_MAX   160u
#define SLOTS       256u

typedef struct slot {
  uint32_t at;
  val_t v;
} slot_t;

typedef struct common { /* what stored and running states have alike */
  uint32_t block, instance;
  uint32_t intc, bytec; /* the instruction that set the constants; ALGO_FLOW_NONE: none */
  uint32_t epoch;       /* the last write, by its instruction: what was read before may differ now */
  bool bottom;          /* below the stack lies what is not known */
  bool vetted;          /* state kept under what the user chose was asked and agreed */
  uint64_t events[EVENT_WORDS];
  val_t it[IT_FIELDS];
} common_t;

typedef struct state {
  common_t c;
  const struct state *prev, *call; /* the way here; call: at a return, the state that called */
  uint32_t n_stack, n_scratch, n_facts;
  val_t *stack;
  slot_t *scratch; /* those that are not 0, by slot */
  fact_t *facts;   /* by value */
  bool dropped;    /* merged into another one */
  bool enters;     /* begins a subroutine; prev is the state that called */
  bool aside;      /* kept at a call or a return, not where a block begins */
} state_t;

typedef struct work { /* a state on its way through a block */
  common_t c;
  const state_t *from;
  uint32_t n_stack, n_facts;
  val_t stack[STACK_MAX + 8];
  val_t scratch[SLOTS];
  fact_t facts[FACTS_MAX];
} work_t;

/* ---- the program ---- */

typedef struct block {
  uint32_t first, last; /* instructions */
  bool merges;          /* several ways lead here */
} block_t;

typedef struct program {
  const algo_listing_t *listing;
  algo_flow_graph_t graph;
  algo_isa_insn_t *insns;
  block_t *blocks;
  uint32_t n_blocks;
  uint32_t *block_of; /* by instruction */
  bool *leads_on;     /* by instruction: some way from here approves or returns */
  bool reads_group;   /* other transactions of the group are read by position */
  bool arc4;          /* an argument is compared with a method selector */
  unsigned mode;
} program_t;

/* ---- an attack ---- */

typedef enum { OF_SELF, OF_OTHERS, OF_GLOBAL } whose_t;
typedef enum { IS_INT, IS_FRESH, IS_ZERO } given_t;

typedef struct setting { /* a field as the attack has it */
  whose_t of;
  uint8_t field;
  given_t is;
  uint64_t v;    /* IS_INT */
  uint64_t only; /* OF_OTHERS: the transaction at the position with this hash; 0: all others */
} setting_t;

#define SETTINGS_MAX 16u

typedef enum { LOCAL_ANY, LOCAL_EMPTY, LOCAL_SET } local_t;

struct run;
/* Looks at an instruction before it is carried out; its operands are args[0 .. n), the deepest first. */
typedef void (*observe_fn)(struct run *r, work_t *w, uint32_t node, const val_t *args, uint32_t n);

typedef struct attack {
  setting_t set[SETTINGS_MAX];
  unsigned n_set;
  bool gated;    /* what state under the sender decides counts as a check of the sender */
  bool lengths;  /* arguments have lengths that no check expects */
  bool big;      /* integers of arguments are larger than anything */
  local_t local; /* the sender's local state */
  int position;  /* in the group; -1: any */
  bool existing; /* not the creation */
  bool paid;     /* other transactions of the group move more than nothing */
  bool unasked;  /* ways that ask OnCompletion are left out */
  observe_fn observe;
} attack_t;

typedef struct event {
  uint32_t node;
  uint32_t rule;
  val_t about; /* the value in question; 0: none */
  const char *message;
  const state_t *seen; /* where it happened first */
  const state_t *end;  /* the block of the first approval behind it; NULL: none so far */
  uint32_t end_node;
} event_t;

/* One subroutine (or the program) entered in one state. */
typedef struct instance {
  uint32_t entry; /* instruction; 0 with no caller: the program */
  bool proto;
  uint32_t args, results; /* of proto */
  uint32_t older;         /* another instance that begins there; 0: none */
  uint32_t number;        /* of those older */
  const state_t *begins;
  const state_t **callers, **exits;
  uint32_t n_callers, cap_callers, n_exits, cap_exits;
  struct kept *kept; /* by block: the states it was entered in */
} instance_t;

typedef struct run {
  struct checker *ck;
  const program_t *p;
  attack_t attack;
  values_t values;
  instance_t **instances;
  uint32_t n_instances, cap_instances;
  uint32_t *callees; /* by instruction: the newest instance that begins there */
  const state_t **queue;
  size_t n_queue, cap_queue, head;
  uint64_t steps;
  event_t events[EVENTS_MAX];
  uint32_t n_events;
  const state_t *approved; /* the first state that approves */
  uint32_t approved_at;    /* and the instruction */
  bool *grows;             /* by block: the stack is of different heights */
  bool *loops;             /* by block: its states were merged, round after round */
  bool incomplete;
  work_t w, other, joined; /* where a state runs, its other way at a branch, and where states are put together */
} run_t;

typedef struct checker {
  algo_arena_t *arena; /* what stays */
  run_t *run;
  algo_arena_t scratch; /* of one run */
  program_t p;
  uint64_t rules;
  algo_check_level_t level;
  algo_check_finding_t *findings;
  size_t n, cap;
  bool oom, incomplete;
  struct seen *seen; /* what the run without an attack saw */
} checker_t;

/* value.c */
bool values_init(values_t *t, algo_arena_t *arena);
val_t value_put(run_t *r, const value_t *v);
static inline const value_t *value_of(const run_t *r, val_t v) { return &r->values.v[v]; }
val_t value_int(run_t *r, uint64_t k);
val_t value_bytes(run_t *r, algo_bytes_t b);
val_t value_zero_address(run_t *r);
val_t value_unknown(run_t *r, uint64_t name, algo_kind_t type, unsigned taint);
val_t value_fresh(run_t *r, uint64_t number, algo_kind_t type);
uint64_t value_hash(const run_t *r, val_t v); /* the same in every run of the program */
static inline bool is_int(const run_t *r, val_t v, uint64_t *k) {
  if (value_of(r, v)->kind != V_INT) return false;
  *k = value_of(r, v)->k;
  return true;
}

/* fold.c: a pure instruction on values, computed where they are constants. False: it fails. */
bool fold(run_t *r, const algo_isa_insn_t *i, const val_t *args, val_t *out);

/* facts.c */
void bounds(run_t *r, const work_t *w, val_t v, uint64_t *lo, uint64_t *hi);
void length_bounds(run_t *r, const work_t *w, val_t v, uint64_t *lo, uint64_t *hi);
val_t resolve(run_t *r, const work_t *w, val_t v); /* what it is known to equal, or itself */
/* Goes on where v is (not) 0; false: it cannot be. `asserting`: the other way does not approve. */
bool assume(run_t *r, work_t *w, val_t v, bool truth, bool asserting);
bool assume_between(run_t *r, work_t *w, val_t v, uint64_t lo, uint64_t hi);

/* state.c */
void state_load(work_t *w, const state_t *s);
state_t *state_store(run_t *r, const work_t *w, uint32_t n_stack_from);
bool state_covers(const state_t *old, const state_t *fresh);
bool state_same(const state_t *a, const state_t *b);
state_t *state_join(run_t *r, const state_t *a, const state_t *b, uint64_t place);
state_t *state_return(run_t *r, const state_t *caller, const state_t *exit, bool whole_stack);

/* step.c: one instruction. Branches are the engine's. */
typedef enum { STEP_ON, STEP_FAILS } step_t;
step_t step(run_t *r, work_t *w, uint32_t node);
bool is_raw_argument(const run_t *r, val_t v); /* bytes of an argument of the call, as they came */

/* fields.c: `position` 0 is the transaction itself; `index` 0: not an array field */
val_t field_value(run_t *r, val_t position, uint8_t field, val_t index);
val_t global_value(run_t *r, uint8_t field);

/* engine.c */
void run_attack(run_t *r, checker_t *ck, const attack_t *a);
void raise_event(run_t *r, work_t *w, uint32_t node, unsigned rule, val_t about, const char *message);

/* program.c */
algo_code_t program_init(program_t *p, const algo_listing_t *l, unsigned mode, algo_arena_t *arena, algo_err_t *err);

/* report.c: a finding at an instruction, with the way to `end` and on to `end_node`. */
void report(run_t *r, unsigned rule, uint32_t node, const state_t *end, uint32_t end_node, const char *message);
void report_events(run_t *r); /* those that came to an approval */
bool wanted(const checker_t *ck, unsigned rule);
bool any_wanted(const checker_t *ck, const unsigned *rules, size_t n);
void finish_findings(checker_t *ck); /* sorts */

/* allow.c */
void allow_findings(checker_t *ck);
unsigned mode_comment(const algo_listing_t *l); /* `// teal-gen:mode X`; 0: none */

/* scan.c and its kin: what is looked for */
void attack_set(attack_t *a, whose_t of, unsigned field, given_t is, uint64_t v);
attack_t attack_by_anyone(void); /* a call by a sender without any authority */
/* Reports the rule where the attack comes to an approval, at some position of the group. */
bool try_attack(checker_t *ck, unsigned rule, attack_t *a, const char *message);
void scan_general(checker_t *ck);
void scan_signature(checker_t *ck);
void scan_application(checker_t *ck);
void scan_group(checker_t *ck);
void scan_inner(checker_t *ck);
void scan_loops(checker_t *ck);
/* The position that an instruction reads a field of. False: it reads no other transaction. */
bool position_of(run_t *r, const algo_isa_insn_t *i, const val_t *args, val_t *position, unsigned *field);
void observe_boxes(run_t *r, work_t *w, uint32_t node, const val_t *args, uint32_t n);

/* What the run without an attack saw, for the scans that follow it. */
#define POSITIONS_MAX   24u
#define POSITION_VARIES 255u
typedef struct seen {
  uint8_t *position;   /* by instruction: 1 + the fixed position of the group that it reads, or POSITION_VARIES */
  uint16_t *condition; /* by instruction: the taint of what a branch depends on */
  bool *bounded;       /* by instruction: a branch compares with what is bounded */
  uint64_t positions[4][POSITIONS_MAX]; /* hashes of positions whose amount, asset amount, or call is read */
  unsigned n_positions[4];
  algo_bytes_t authorities[16]; /* keys of the global state that the sender is compared with */
  unsigned n_authorities;
  bool closed_names; /* a box whose name begins with a constant, or with something of known length */
  bool fixed;        /* a fixed position is read: it may be the program's own */
  bool amounts;      /* an amount at a fixed position is read */
} seen_t;

#endif
