/* state.h - what a block changed, from a node's state delta: rows for the staging tables of schema state. The answer of
 * GET /v2/deltas/{r}?format=msgpack; and of round 0, which has none, what the genesis allots (GET /genesis). */
#ifndef IX_STATE_H
#define IX_STATE_H

#include "algo/arena.h"
#include "algo/bytes.h"

typedef enum { IX_ST_ACCOUNT, IX_ST_HOLDING, IX_ST_ASSET, IX_ST_APP, IX_ST_LOCAL, IX_ST_BOX, IX_ST_TABLES } ix_st_t;

typedef struct ix_st_def {
  const char *name;    /* of the staging table */
  const char *columns; /* in the order of the rows */
} ix_st_def_t;
extern const ix_st_def_t ix_st_tables[IX_ST_TABLES];

typedef struct ix_state {
  algo_buf_t copy[IX_ST_TABLES]; /* rows in COPY BINARY, without header and trailer */
  uint64_t count[IX_ST_TABLES];
  int64_t seq;
} ix_state_t; /* zero-fill to start; usable again and again */

void ix_state_fini(ix_state_t *s);

/* Appends nothing to what was there before: the rows of one round. Errors: PARSE, TRUNCATED (no delta), RANGE, NOMEM.
 */
algo_code_t ix_state_build(ix_state_t *out, uint64_t round, algo_bytes_t delta, algo_err_t *err) ALGO_NODISCARD;
/* Of round 0, from the genesis as JSON. */
algo_code_t ix_state_genesis(ix_state_t *out, algo_bytes_t genesis, algo_err_t *err) ALGO_NODISCARD;

#endif
