/* algo/file.h - files at offsets: whole reads and writes, whatever a signal or a short count leaves. */
#ifndef ALGO_FILE_H
#define ALGO_FILE_H

#include "algo/bytes.h"
#include "algo/err.h"

/* DIR/NAME, made where it is not there, for reading and writing; dir NULL: a file that has no name and is gone when it
 * is closed (under TMPDIR or /tmp; in memory where there is no such file system). The caller closes *fd. Errors: IO,
 * with the path. */
ALGO_API algo_code_t algo_file_open(int *fd, const char *dir, const char *name, algo_err_t *err);
/* All n bytes. Errors: IO, with the system's reason; TRUNCATED: the file ends before. */
ALGO_API algo_code_t algo_file_read_at(int fd, void *out, size_t n, uint64_t at, algo_err_t *err);
ALGO_API algo_code_t algo_file_write_at(int fd, const void *p, size_t n, uint64_t at, algo_err_t *err);
/* DIR/NAME becomes these bytes at once: whoever opens it sees all of the old or all of the new. Errors: IO. */
ALGO_API algo_code_t algo_file_replace(const char *dir, const char *name, algo_bytes_t content, algo_err_t *err);
/* The whole of a file, appended. Errors: NOT_FOUND, IO, NOMEM, with the path. */
ALGO_API algo_code_t algo_file_read(algo_buf_t *out, const char *path, algo_err_t *err);

#endif
