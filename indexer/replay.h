/* replay.h - what chain.log already holds, event by event: for contracts and descriptions that join later. */
#ifndef IX_REPLAY_H
#define IX_REPLAY_H

#include "events.h"

typedef algo_code_t ix_replay_fn(ix_events_t *e, void *user, const ix_event_at_t *at, algo_bytes_t log,
                                 algo_err_t *err);

/* Calls `each` for the logs l of chain.log that `where` (SQL) holds for, in the order of the chain, in the transaction
 * at hand. `e` is initialised and not prepared; nothing stays prepared. Errors: DB, and those of `each`. */
algo_code_t ix_replay(ix_events_t *e, const char *where, ix_replay_fn *each, void *user,
                      algo_err_t *err) ALGO_NODISCARD;

#endif
