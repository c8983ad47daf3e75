/* algo/walk.h - fuzzed arguments and random walks over a testnet, with the shortest script that fails.
 *
 * A walk is made of declared actions with declared arguments, which are numbers. Each walk begins in the state that the
 * testnet is in now, does so many random actions, and looks at the invariants after each, and at what has to hold in
 * the end. When one of them fails, steps are taken out and arguments made smaller as long as the same one still fails;
 * what is left is a script: told in words, as JSON to replay and as C to paste into a test. The same seed is the same
 * walk. One thread at a time. */
#ifndef ALGO_WALK_H
#define ALGO_WALK_H

#include "algo/testnet.h"

enum { ALGO_WALK_ARGS = 8 }; /* most arguments of an action */

/* ---- numbers for tests ---- */
typedef struct algo_fuzz { /* start with a seed; any value */
  uint64_t state;
} algo_fuzz_t;
ALGO_API uint64_t algo_fuzz_below(algo_fuzz_t *f, uint64_t n); /* 0 to n - 1; n 0: 0 */
/* lo to hi, both in: half of the time an edge (lo, hi and next to them, 0, powers of two and next to them). */
ALGO_API uint64_t algo_fuzz_uint(algo_fuzz_t *f, uint64_t lo, uint64_t hi);
/* Bytes that a number stands for: zeros for 0. */
ALGO_API void algo_fuzz_bytes(uint8_t *out, size_t n, uint64_t value);

/* ---- what can happen ---- */
typedef enum algo_walk_kind {
  ALGO_WALK_UINT, /* lo to hi, edges more often; becomes smaller */
  ALGO_WALK_WHO,  /* a place in the walk's `who`; written as its label */
  ALGO_WALK_SEED, /* any number, 0 more often: for algo_fuzz_bytes, or to draw from; 0, or left as it is */
} algo_walk_kind_t;
typedef struct algo_walk_arg {
  const char *name;
  algo_walk_kind_t kind;
  uint64_t lo, hi; /* UINT; hi 0: 2^64 - 1 */
} algo_walk_arg_t;

typedef struct algo_walk_action {
  const char *name;
  unsigned weight; /* how often, beside the others; 0: 1 */
  const algo_walk_arg_t *args;
  size_t n_args;
  /* Changes the arguments that were drawn, by what is there now; false: not now, another action. NULL: as drawn. */
  bool (*choose)(void *user, algo_testnet_t *t, algo_fuzz_t *f, uint64_t *args);
  /* Does it, with any arguments that the kinds allow. False, or a testnet's assertion that fails: found. */
  bool (*run)(void *user, algo_testnet_t *t, const uint64_t *args);
} algo_walk_action_t;

typedef struct algo_walk_invariant {
  const char *name;
  bool (*holds)(void *user, algo_testnet_t *t);
} algo_walk_invariant_t;

typedef struct algo_walk_count { /* of an action, over all walks */
  uint64_t done;                 /* steps */
  uint64_t accepted, refused;    /* groups that they sent */
} algo_walk_count_t;

typedef struct algo_walk {
  const char *name;
  const algo_walk_action_t *actions;
  size_t n_actions;
  const algo_walk_invariant_t *invariants; /* looked at after each action, accepted or not */
  size_t n_invariants;
  const char *const *who; /* labels */
  size_t n_who;
  bool (*start)(void *user, algo_testnet_t *t); /* each walk and each try: the test's own records anew; NULL: none */
  /* Behind the last step of each walk: what has to hold in the end, such as that everybody is paid out; it may send
   * groups. False, or an assertion that fails: found. NULL: nothing. */
  bool (*finish)(void *user, algo_testnet_t *t);
  void *user;
  uint64_t seed;
  unsigned walks, steps; /* 0: 1 walk; 100 steps each */
  unsigned tries;        /* at most, to make a script shorter; 0: 5,000 */
  /* A folder: the scripts of this walk in it are done first, and one that is found is kept there. NULL: none. */
  const char *saved;
  /* One for each action, added to by algo_walk_run where nothing is found: an action that is never accepted tests
   * nothing. NULL: not wanted. */
  algo_walk_count_t *counts;
} algo_walk_t;

typedef struct algo_walk_step {
  unsigned action;
  uint64_t args[ALGO_WALK_ARGS];
} algo_walk_step_t;

typedef struct algo_walk_found { /* freed with algo_walk_found_fini; zero-filled to start */
  algo_walk_step_t *steps;       /* the shortest script */
  size_t n, was;                 /* its steps; those that the walk had done */
  unsigned walk, tries;          /* which walk, from 0; how often it was tried */
  algo_buf_t why;                /* what failed, and how */
  algo_buf_t story;              /* the script in words: its steps, and below each the groups that it sent */
} algo_walk_found_t;
ALGO_API void algo_walk_found_fini(algo_walk_found_t *f);

/* True: nothing was found. Otherwise *found (NULL: not wanted) has the script and the testnet fails with all of it. The
 * testnet is as it was. */
ALGO_API bool algo_walk_run(algo_testnet_t *t, const algo_walk_t *w, algo_walk_found_t *found);
/* One script, as algo_walk_json wrote it, or all that a failure printed with it in it; false: it fails, as the testnet
 * says, or it is none (a name that is not there). The testnet is then where the script left it: look, or revert. */
ALGO_API bool algo_walk_replay(algo_testnet_t *t, const algo_walk_t *w, const char *json);
ALGO_API bool algo_walk_do(algo_testnet_t *t, const algo_walk_t *w, const algo_walk_step_t *steps, size_t n);
ALGO_API void algo_walk_json(algo_buf_t *out, const algo_walk_t *w, const algo_walk_step_t *steps, size_t n);
ALGO_API void algo_walk_c(algo_buf_t *out, const algo_walk_t *w, const algo_walk_step_t *steps, size_t n);

/* One test with fuzzed arguments: `runs` times from the state that is there now, each undone. Fails with the smallest
 * arguments that still fail. */
ALGO_API bool algo_fuzz_run(algo_testnet_t *t, const char *name, const algo_walk_arg_t *args, size_t n_args,
                            const char *const *who, size_t n_who, unsigned runs, uint64_t seed,
                            bool (*test)(void *user, algo_testnet_t *t, const uint64_t *args), void *user);
/* One run of it with the arguments of a script, from the state that is there now, which is not undone: as
 * algo_walk_replay. */
ALGO_API bool algo_fuzz_replay(algo_testnet_t *t, const char *name, const algo_walk_arg_t *args, size_t n_args,
                               const char *const *who, size_t n_who, const char *script,
                               bool (*test)(void *user, algo_testnet_t *t, const uint64_t *args), void *user);

#endif
