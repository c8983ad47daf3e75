/* schema.h - the database's own state: migrations, the cursor, partitions. */
#ifndef IX_SCHEMA_H
#define IX_SCHEMA_H

#include "algo/env.h"
#include "algo/txn.h"
#include "pg.h"

typedef struct ix_cursor {
  bool exists, state;
  uint64_t next_round;
  bool has_hash;
  algo_digest_t last_hash, genesis_hash;
  char genesis_id[128];
  char scope[1024];
} ix_cursor_t;

/* Takes the lock that one indexer holds alone, or workers of a back-fill share; *taken false: another one has it. It
 * goes with the connection. */
algo_code_t ix_schema_lock(PGconn *c, bool shared, bool *taken, algo_err_t *err) ALGO_NODISCARD;
algo_code_t ix_schema_share(PGconn *c, algo_err_t *err) ALGO_NODISCARD; /* from holding it alone to sharing it */
/* The newest migration that was applied; 0: none; -1: a new database, where not even their table is. */
algo_code_t ix_schema_version(PGconn *c, int *version, algo_err_t *err) ALGO_NODISCARD;
/* Applies what is missing, each migration in a transaction; to a new database all in one. It does not wait in a queue
 * for a table that others have
 * open, where whoever comes later would wait behind it: it tries again, and says for whom it waits. Errors: DB,
 * UNSUPPORTED (a newer program's database), INTERRUPTED. */
algo_code_t ix_schema_migrate(PGconn *c, const ix_cancel_t *cancel, const algo_env_t *env,
                              algo_err_t *err) ALGO_NODISCARD;
/* Where a lock was not to be had: waits for a moment before try `tries` + 1, and says now and then for whom `what`
 * waits. Errors: INTERRUPTED. */
algo_code_t ix_schema_wait(PGconn *c, const char *what, unsigned tries, const ix_cancel_t *cancel,
                           const algo_env_t *env, algo_err_t *err) ALGO_NODISCARD;
/* Whether the schema is this program's. Errors: DB, NOT_FOUND (there is none), UNSUPPORTED (an older or a newer
 * program's). */
algo_code_t ix_schema_check(PGconn *c, algo_err_t *err) ALGO_NODISCARD;
algo_code_t ix_cursor_read(PGconn *c, ix_cursor_t *out, algo_err_t *err) ALGO_NODISCARD;
/* Writes the cursor in the transaction at hand: from `from` to `next` with the hash of next - 1. Errors: DB (it is not
 * at `from`: another program wrote). */
algo_code_t ix_cursor_insert(PGconn *c, const ix_cursor_t *cur, algo_err_t *err) ALGO_NODISCARD;
algo_code_t ix_cursor_move(PGconn *c, uint64_t from, uint64_t next, const algo_digest_t *hash,
                           algo_err_t *err) ALGO_NODISCARD;

#define IX_HEX_TEXT 67u /* a hash as the text of a bytea, NUL included */
void ix_hex_text(char out[IX_HEX_TEXT], const algo_digest_t *d);

/* How many rounds a partition has, chain.partition_rounds(). `want`, unless it is 0, sets it while there is none yet.
 * Errors: DB, INVALID (the partitions that are there have another number). */
algo_code_t ix_partition_rounds(PGconn *c, uint64_t want, uint64_t *out, algo_err_t *err) ALGO_NODISCARD;
/* Makes partition `id` where it is not there. */
algo_code_t ix_partitions_add(PGconn *c, uint64_t id, algo_err_t *err) ALGO_NODISCARD;
typedef struct ix_plain { /* a partition whose indexes are not in place yet */
  uint64_t id, bytes;     /* of its tables, raw blocks left out */
} ix_plain_t;
/* Those up to `last`, in ascending order, at most `max`. */
algo_code_t ix_partitions_plain(PGconn *c, uint64_t last, ix_plain_t *out, size_t max, size_t *n,
                                algo_err_t *err) ALGO_NODISCARD;

#endif
