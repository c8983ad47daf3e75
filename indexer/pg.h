/* pg.h - PostgreSQL over libpq, with this project's errors. A connection is for one thread at a time. */
#ifndef IX_PG_H
#define IX_PG_H

#include <libpq-fe.h>

#include "algo/bytes.h"

/* Errors everywhere: DB; the message is the server's, with what was being done before it. */
algo_code_t ix_pg_open(PGconn **out, const char *url, const char *name, algo_err_t *err) ALGO_NODISCARD;

/* Who may end what takes long on the server: asked about ten times a second while a statement runs. */
typedef struct ix_cancel {
  bool (*asked)(void *user); /* NULL: never */
  void *user;
} ix_cancel_t;
/* From now on the connection's statements end when *cancel says so, on the server too, with INTERRUPTED; NULL: never,
 * as after ix_pg_open. *cancel is kept, not copied. */
void ix_pg_cancellable(PGconn *c, const ix_cancel_t *cancel);

/* One statement, or several without parameters. Errors: DB, INTERRUPTED. */
algo_code_t ix_pg_exec(PGconn *c, const char *sql, algo_err_t *err) ALGO_NODISCARD;
/* The same for a whole transaction with a lock_timeout: *busy, with OK and nothing done, where a lock was not to be had
 * in that time, or two sessions waited for each other. */
algo_code_t ix_pg_exec_unless_busy(PGconn *c, const char *sql, bool *busy, algo_err_t *err) ALGO_NODISCARD;
/* Waits so long, or until *cancel says so: false. */
bool ix_pause(const ix_cancel_t *cancel, uint64_t ns);
/* A query with text parameters (NULL for null); *out is the caller's to PQclear. */
algo_code_t ix_pg_query(PGconn *c, PGresult **out, const char *sql, int n, const char *const *params,
                        algo_err_t *err) ALGO_NODISCARD;

/* COPY schema.table (columns) FROM STDIN in binary form, in pieces. */
algo_code_t ix_pg_copy_begin(PGconn *c, const char *table, const char *columns, algo_err_t *err) ALGO_NODISCARD;
algo_code_t ix_pg_copy_put(PGconn *c, algo_bytes_t rows, algo_err_t *err) ALGO_NODISCARD;
algo_code_t ix_pg_copy_end(PGconn *c, algo_err_t *err) ALGO_NODISCARD;

/* A number of a text result; 0 for null. */
uint64_t ix_pg_u64(const PGresult *r, int row, int column);
/* The bytes of a bytea in text form (\x...), exactly n of them. */
bool ix_pg_bytes(const PGresult *r, int row, int column, uint8_t *out, size_t n);

/* Sets DB with what the connection says last, trailing newline cut. */
algo_code_t ix_pg_fail(PGconn *c, const char *doing, algo_err_t *err);

#endif
