/* verify.h - one comparison of a database with a node, in parts. */
#ifndef IX_VERIFY_H
#define IX_VERIFY_H

#include "algo/algod.h"
#include "algo/follower.h"
#include "pg.h"

typedef struct ix_verify {
  PGconn *conn;
  algo_algod_t *node;
  algo_follower_verdict_t *out;
  void (*tell)(void *user, const char *difference); /* NULL: counted alone */
  void *user;
  ix_cancel_t cancel;
  void (*progress)(void *user, uint64_t round, uint64_t last); /* NULL: nobody asks */
  void *progress_user;
  char start[67];     /* where a look at a part of the accounts begins, as the text of a bytea; "": not chosen yet */
  uint64_t start_app; /* the same of applications with boxes */
  algo_arena_t *arena;
  algo_err_t *err;
} ix_verify_t;

/* Tells of a difference, and counts it. */
void ix_verify_differs(ix_verify_t *v, const char *fmt, ...) ALGO_PRINTF(2, 3);

/* Whether the node is of the database's network. Errors: GENESIS (it is not), and those of either. */
algo_code_t ix_verify_network(ix_verify_t *v) ALGO_NODISCARD;
/* That no round is missing among the blocks, and that each follows the one before by its hash. Reads the whole chain,
 * which may take longer than a round does. */
algo_code_t ix_verify_links(ix_verify_t *v) ALGO_NODISCARD;
/* In the snapshot at hand, which ends at `round`: that the node has the same hashes, of the last round and of some
 * before it. */
algo_code_t ix_verify_chain(ix_verify_t *v, uint64_t round) ALGO_NODISCARD;
/* What the indexer itself knows to be missing: chain.missing. */
algo_code_t ix_verify_missing(ix_verify_t *v) ALGO_NODISCARD;
/* The schema state, where it is kept: what accounts have (themselves, holdings, local states, assets and applications
 * they made), and boxes. All of it, or what the node tells in a second, from a place on that each verify chooses. */
algo_code_t ix_verify_state(ix_verify_t *v) ALGO_NODISCARD;
/* That the sums which contracts keep are what their events say. Reads every event, of the database alone. */
algo_code_t ix_verify_sums(ix_verify_t *v) ALGO_NODISCARD;

#endif
