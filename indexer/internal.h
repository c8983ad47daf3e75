/* internal.h - one indexer: its options, and a session with its threads. */
#ifndef IX_INTERNAL_H
#define IX_INTERNAL_H

#include "arc56_follow.h"
#include "backfill.h"
#include "events.h"
#include "gap.h"
#include "pipe.h"
#include "schema.h"

#define IX_APPLICATION_NAME "algorent-indexer"
#define IX_WRITERS_MAX      8u
#define IX_DECODERS_MAX     16u
#define IX_BLOCK_CHANNEL    "algorent_block" /* NOTIFY: the last round of a batch */

struct algo_follower {
  algo_follower_options_t opt; /* strings and arrays are the arena's */
  algo_env_t env;
  algo_arena_t arena;
  ix_pipe_t pipe;
  ix_scope_t scope;
  ix_apps_t watch;
  ix_followed_t followed;   /* ARC-56 descriptions */
  const char *scope_text;   /* as it stands in chain.cursor */
  ix_contract_t *contracts; /* one a contract, not one an application */
  size_t n_contracts;
  const ix_contract_t **contract_of; /* by option */
  atomic_bool stop;
  ix_cancel_t cancel; /* stop, for what takes long on the server */
  /* the session's */
  bool fresh;                 /* the database is new: it gets its tables while the first blocks are fetched */
  bool filling;               /* a range of a back-fill, not the tip of the chain */
  bool planned;               /* this run has planned one */
  ix_range_t range;           /* the one claimed */
  PGconn *claim;              /* holds its row's lock */
  bool has_cursor;            /* its row is there; read and set by the writer whose turn it is */
  pthread_mutex_t partitions; /* guards control and what follows */
  PGconn *control;            /* holds the lock */
  uint64_t partitions_to;     /* rounds below have their partition */
  atomic_uint writers;        /* started */
  _Atomic uint64_t events;    /* applied */
};

const ix_contract_t *ix_contract_of(const algo_follower_t *ix, uint64_t app);

/* Tables and registrations of the contracts, with what chain.log already holds. Errors: DB, INVALID (ix_gap_check). */
algo_code_t ix_contracts_register(algo_follower_t *ix, const ix_cursor_t *cur, const ix_gap_t *gap,
                                  algo_err_t *err) ALGO_NODISCARD;

/* From a connection to its loss or its end. *more: a part of a back-fill is done, and another session is wanted. */
algo_code_t ix_session_run(algo_follower_t *ix, bool *more, algo_err_t *err) ALGO_NODISCARD;

/* A writer's thread. */
void *ix_writer_main(void *indexer);

/* Makes the indexes of the partitions up to that of `round` that have none; several tables at a time. `alone`: no
 * writer is at work. */
algo_code_t ix_index_partitions(algo_follower_t *ix, uint64_t round, bool alone, algo_err_t *err) ALGO_NODISCARD;
/* Makes the partition of `round` and those ahead of it. */
algo_code_t ix_partitions_for(algo_follower_t *ix, uint64_t round, algo_err_t *err) ALGO_NODISCARD;

#endif
