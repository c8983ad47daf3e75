/* What the files that make state deltas share. */
#ifndef ALGO_LEDGER_DELTA_H
#define ALGO_LEDGER_DELTA_H

#include "internal.h"

typedef struct ldelta_group { /* a group of a sealed block */
  size_t first, n;            /* its transactions */
  uint64_t from, to;          /* its part of the journal */
  bool leases;                /* say them too: JSON cannot */
} ldelta_group_t;

/* Can what the block did be told from the journal? */
bool algo_ldelta_kept(const algo_ledger_t *l, uint64_t round);
uint64_t algo_ldelta_end(const algo_ledger_t *l, uint64_t round); /* where its part of the journal ends */
/* The group's delta, appended; the state must be as of group->to. Errors: NOMEM. */
algo_code_t algo_ldelta_group(algo_ledger_t *l, const algo_block_t *block, const ldelta_group_t *group,
                              algo_arena_t *arena, algo_buf_t *out, algo_err_t *err);

#endif
