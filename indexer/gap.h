/* gap.h - events that cannot be read any more: an application is named when old rounds have left the database. Nothing
 * is passed over in silence: it is refused, or, where the caller says so, recorded in chain.missing. */
#ifndef IX_GAP_H
#define IX_GAP_H

#include "algo/env.h"
#include "schema.h"

typedef struct ix_gap { /* a session's */
  PGconn *c;
  const algo_env_t *env;
  uint64_t oldest;  /* first round that is here; 0: nothing has gone */
  uint64_t counter; /* transactions of the chain up to that round: an application of a higher number is younger */
  uint64_t consent; /* what lies before this round may be missing: --replay-from, --from */
} ix_gap_t;

/* Looks which rounds are here. Errors: DB. */
algo_code_t ix_gap_init(ix_gap_t *g, PGconn *c, const ix_cursor_t *cur, uint64_t consent, const algo_env_t *env,
                        algo_err_t *err) ALGO_NODISCARD;

/* Before events are read from chain.log from round `from` on, in the transaction at hand. `what`: whose, as the message
 * and chain.missing have it; `app`: the application, 0 where any may be meant. Errors: INVALID (rounds are missing, and
 * the caller did not consent), DB. */
algo_code_t ix_gap_check(const ix_gap_t *g, const char *contract, const char *what, uint64_t app, uint64_t from,
                         algo_err_t *err) ALGO_NODISCARD;

#endif
