/* copy.h - rows in the form of PostgreSQL's COPY BINARY (documentation of COPY, "Binary Format"): a row is a count of
 * columns and each column's length and bytes in the byte order of the network. Where memory runs out the buffer says
 * so. */
#ifndef IX_COPY_H
#define IX_COPY_H

#include "algo/bytes.h"

extern const uint8_t ix_copy_header[19]; /* before the first row */
extern const uint8_t ix_copy_trailer[2]; /* behind the last */

void ix_copy_row(algo_buf_t *b, int16_t columns); /* starts a row */
void ix_copy_null(algo_buf_t *b);
void ix_copy_bool(algo_buf_t *b, bool v);
void ix_copy_i16(algo_buf_t *b, int16_t v);                 /* smallint */
void ix_copy_i32(algo_buf_t *b, int32_t v);                 /* integer */
void ix_copy_i64(algo_buf_t *b, int64_t v);                 /* bigint */
void ix_copy_u64(algo_buf_t *b, uint64_t v);                /* numeric */
void ix_copy_bytes(algo_buf_t *b, const void *p, size_t n); /* bytea, text */
void ix_copy_length(algo_buf_t *b, size_t n);               /* bytea, text, whose bytes the caller sends behind it */
void ix_copy_time(algo_buf_t *b, int64_t unix_seconds);     /* timestamptz; within what IX_TIME_MAX allows */
/* Starts a column that is an array of one dimension without nulls: `count` elements of the type `oid`, each put behind
 * it as a column is, of `size` bytes. */
void ix_copy_array(algo_buf_t *b, uint32_t oid, size_t count, size_t size);

/* Seconds that fit PostgreSQL's timestamps and leave room for sums. */
#define IX_TIME_MAX INT64_C(9000000000000)

#define IX_NUMERIC_MAX 18u /* bytes of the longest 64-bit numeric, without its length */

#endif
