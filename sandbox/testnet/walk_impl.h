/* What the parts of a walk share. */
#ifndef WALK_IMPL_H
#define WALK_IMPL_H

#include "algo/walk.h"
#include "internal.h"

typedef enum { CULPRIT_ACTION, CULPRIT_INVARIANT, CULPRIT_FINISH } culprit_kind_t;
typedef struct culprit { /* what failed: the same one has to fail in a shorter script */
  culprit_kind_t kind;
  size_t index;
} culprit_t;

typedef struct script {
  algo_walk_step_t *steps;
  size_t n, cap;
} script_t;
bool script_add(script_t *s, const algo_walk_step_t *step); /* false: out of memory */

typedef struct walker {
  algo_testnet_t *t;
  const algo_walk_t *w;
  uint64_t base;     /* the snapshot that each walk begins with */
  culprit_t culprit; /* of the last failure */
  unsigned tries, max_tries;
} walker_t;

/* Back to the beginning. False: not even that works; the testnet's why says so. */
bool walk_begin(walker_t *k);
/* True: done, and the invariants hold. */
bool walk_step(walker_t *k, const algo_walk_step_t *step);
bool walk_finish(walker_t *k); /* true: what has to hold in the end does */
uint64_t walk_arg_lo(const algo_walk_arg_t *a);
uint64_t walk_arg_hi(const algo_walk_t *w, const algo_walk_arg_t *a);

/* shrink.c: the script, which fails with the culprit, becomes as short as tries allow; the testnet has its story. */
void walk_shrink(walker_t *k, script_t *s);

/* Does a script; what failed is told in `why`. */
bool walk_do(walker_t *k, const algo_walk_step_t *steps, size_t n, algo_buf_t *why);

/* saved.c: the scripts of the walk's folder, from the beginning each; and a new one. False: `why`, or the testnet,
 * says. */
bool walk_saved(walker_t *k, algo_buf_t *why);
bool walk_keep(algo_testnet_t *t, const algo_walk_t *w, const algo_walk_found_t *f, algo_buf_t *path);

/* script.c */
bool script_read(algo_testnet_t *t, const algo_walk_t *w, const char *json, script_t *out); /* false: the test failed */
void walk_put_step(algo_buf_t *out, const algo_walk_t *w, const algo_walk_step_t *s); /* pay(by: alice, amount: 1) */

#endif
