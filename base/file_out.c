/* file_out.c - a file that becomes something else, whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "algo/file.h"

static algo_code_t failed(const algo_file_out_t *o, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_IO, "%s: %s", o->path, strerror(errno));
}

/* A new file beside `path`, which nobody else has; below 0: errno says why not. */
static int open_beside(algo_file_out_t *o) {
  int fd = -1;
  errno = EEXIST;
  for (int i = 0; fd < 0 && errno == EEXIST && i < 100; i++) {
    int n = snprintf(o->fresh, sizeof o->fresh, "%s.%ld.%d.tmp", o->path, (long)getpid(), i);
    if (n < 0 || (size_t)n >= sizeof o->fresh) errno = ENAMETOOLONG;
    else fd = open(o->fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  }
  if (fd < 0) o->fresh[0] = '\0';
  return fd;
}

static algo_code_t open_out(algo_file_out_t *o, algo_err_t *err) {
  struct stat st;
  const bool there = lstat(o->path, &st) == 0;
  bool in_place = there && (!S_ISREG(st.st_mode) || st.st_nlink > 1);
  if (!in_place) o->fd = open_beside(o);
  if (o->fd < 0 && there && (errno == EACCES || errno == EROFS)) in_place = true; /* the file alone may be written */
  if (in_place) o->fd = open(o->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  else if (o->fd >= 0 && there) (void)fchmod(o->fd, st.st_mode & 07777);
  return o->fd >= 0 ? ALGO_OK : failed(o, err);
}

void algo_file_out_begin(algo_file_out_t *o, const char *path) { *o = (algo_file_out_t){.path = path, .fd = -1}; }

algo_code_t algo_file_out_put(algo_file_out_t *o, algo_bytes_t piece, algo_err_t *err) {
  algo_code_t rc = o->fd < 0 ? open_out(o, err) : ALGO_OK;
  for (size_t done = 0; rc == ALGO_OK && done < piece.n;) { /* a pipe knows no offsets */
    ssize_t put = write(o->fd, piece.p + done, piece.n - done);
    if (put < 0 && errno == EINTR) continue;
    if (put == 0) errno = ENOSPC;
    if (put <= 0) rc = failed(o, err);
    else done += (size_t)put;
  }
  return rc;
}

algo_code_t algo_file_out_end(algo_file_out_t *o, bool keep, algo_err_t *err) {
  algo_code_t rc = keep && o->fd < 0 ? open_out(o, err) : ALGO_OK; /* of no bytes */
  if (o->fd < 0) return rc;
  if (close(o->fd) != 0 && keep) rc = failed(o, err);
  if (rc == ALGO_OK && keep && o->fresh[0] != '\0' && rename(o->fresh, o->path) != 0) rc = failed(o, err);
  if ((rc != ALGO_OK || !keep) && o->fresh[0] != '\0') (void)unlink(o->fresh);
  o->fd = -1;
  return rc;
}

algo_code_t algo_file_write(const char *path, algo_bytes_t content, algo_err_t *err) {
  algo_file_out_t o;
  algo_file_out_begin(&o, path);
  algo_code_t rc = algo_file_out_put(&o, content, err);
  algo_code_t ended = algo_file_out_end(&o, rc == ALGO_OK, rc == ALGO_OK ? err : NULL);
  return rc == ALGO_OK ? ended : rc;
}
