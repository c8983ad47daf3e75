/* algo/file.h - files whole, and at offsets, whatever a signal or a short count leaves. */
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
/* The same, and neither a kill nor a loss of power leaves anything but all of the old or all of the new: it is on the
 * disk before it takes the place. *fd is the new file, open for reading and writing, where it succeeds; fd NULL: not
 * wanted. Errors: IO; the old stands then. */
ALGO_API algo_code_t algo_file_replace_durably(const char *dir, const char *name, algo_bytes_t content, int *fd,
                                               algo_err_t *err);
ALGO_API algo_code_t algo_file_sync(int fd, algo_err_t *err); /* the content is on the disk. Errors: IO */
/* The whole of a file, appended, if it has no more than `most` bytes. Errors, with the path: NOT_FOUND, IO, RANGE (it
 * is longer), NOMEM. */
ALGO_API algo_code_t algo_file_read(algo_buf_t *out, const char *path, size_t most, algo_err_t *err);
/* The same; the path "-" is standard input. */
ALGO_API algo_code_t algo_file_read_input(algo_buf_t *out, const char *path, size_t most, algo_err_t *err);
/* The file becomes these bytes, whole or not at all. What stands there and is no plain file, such as a device, a pipe
 * or a link, is written to: nothing takes its place; so is a file of several names, or in a folder that takes no new
 * ones. Its mode stays. Errors: IO, with the path. */
ALGO_API algo_code_t algo_file_write(const char *path, algo_bytes_t content, algo_err_t *err);
/* The same piece by piece. */
typedef struct algo_file_out {
  const char *path;
  char fresh[4096]; /* beside it; empty: what stands there is written to */
  int fd;           /* -1: nothing was put yet, and nothing has changed */
} algo_file_out_t;
ALGO_API void algo_file_out_begin(algo_file_out_t *o, const char *path); /* the path is kept */
ALGO_API algo_code_t algo_file_out_put(algo_file_out_t *o, algo_bytes_t piece, algo_err_t *err);
/* Once, whatever happened in between. Not to be kept: all stays as it was, but for what is written to where it is. */
ALGO_API algo_code_t algo_file_out_end(algo_file_out_t *o, bool keep, algo_err_t *err);

#endif
