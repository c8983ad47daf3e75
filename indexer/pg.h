/* pg.h - PostgreSQL over libpq, with this project's errors. A connection is for one thread at a time. */
#ifndef IX_PG_H
#define IX_PG_H

#include <libpq-fe.h>

#include "algo/bytes.h"

/* Errors everywhere: DB; the message is the server's, with what was being done before it. */
algo_code_t ix_pg_open(PGconn **out, const char *url, const char *name, algo_err_t *err) ALGO_NODISCARD;

/* One statement, or several without parameters. */
algo_code_t ix_pg_exec(PGconn *c, const char *sql, algo_err_t *err) ALGO_NODISCARD;
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
