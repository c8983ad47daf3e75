/* backfill.h - ranges of rounds that several workers fill side by side, and their tables chain.backfill and
 * chain.backfill_progress. PostgreSQL is the only coordinator: a claimed range is a locked row.
 *
 * Who is allowed what is decided by ix_schema_lock: planning and finishing want it alone, workers share it, so that a
 * follower and workers never write at the same time. */
#ifndef IX_BACKFILL_H
#define IX_BACKFILL_H

#include "schema.h"

typedef struct ix_range {
  uint64_t first, last; /* of the range */
  uint64_t next;        /* where to go on */
  bool has_hash;        /* last_hash, of the round before next, is known */
  algo_digest_t last_hash;
} ix_range_t;

typedef struct ix_backfill_state {
  uint64_t ranges, left; /* planned; not filled yet */
  uint64_t last;         /* round */
} ix_backfill_state_t;
algo_code_t ix_backfill_state(PGconn *c, ix_backfill_state_t *out, algo_err_t *err) ALGO_NODISCARD;

/* Plans the rounds from the cursor to `last` as ranges of `rounds`. A database without a cursor gets it, at cur. */
algo_code_t ix_backfill_plan(PGconn *c, const ix_cursor_t *cur, uint64_t last, uint64_t rounds,
                             algo_err_t *err) ALGO_NODISCARD;

/* Claims a range that is not filled and that nobody works at, in a transaction left open on c; ends the one before.
 * *got false: there is none now. */
algo_code_t ix_backfill_claim(PGconn *c, ix_range_t *out, bool *got, algo_err_t *err) ALGO_NODISCARD;

/* Moves a range from `from` to `next` in the transaction at hand; `prev` is what round `from` says of the hash before
 * it. Errors: DB (the range is not at `from`: another worker has it). */
algo_code_t ix_backfill_move(PGconn *c, uint64_t first, uint64_t from, uint64_t next, const algo_digest_t *prev,
                             const algo_digest_t *last, algo_err_t *err) ALGO_NODISCARD;

/* All ranges are filled: sees that each follows the one before by its hash, and sets the cursor behind the last. *cur
 * becomes the new one. Errors: GENESIS (they do not follow: workers read different chains). */
algo_code_t ix_backfill_finish(PGconn *c, ix_cursor_t *cur, algo_err_t *err) ALGO_NODISCARD;

#endif
