#include "algo/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static algo_code_t failed(algo_err_t *err, const char *path) {
  algo_code_t code = errno == ENOENT ? ALGO_E_NOT_FOUND : ALGO_E_IO;
  return algo_err_set(err, code, "%s: %s", path, strerror(errno));
}

static algo_code_t join(char out[PATH_MAX], const char *dir, const char *name, algo_err_t *err) {
  int n = snprintf(out, PATH_MAX, "%s/%s", dir, name);
  return n > 0 && n < PATH_MAX ? ALGO_OK : algo_err_set(err, ALGO_E_IO, "%s: the path is too long", dir);
}

static algo_code_t open_nameless(int *fd, algo_err_t *err) {
  const char *tmp = getenv("TMPDIR");
  if (tmp == NULL || *tmp == '\0') tmp = "/tmp";
  *fd = open(tmp, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (*fd < 0) *fd = memfd_create("algorent", MFD_CLOEXEC); /* no such files there */
  return *fd < 0 ? failed(err, tmp) : ALGO_OK;
}

algo_code_t algo_file_open(int *fd, const char *dir, const char *name, algo_err_t *err) {
  char path[PATH_MAX];
  if (dir == NULL) return open_nameless(fd, err);
  algo_code_t rc = join(path, dir, name, err);
  if (rc != ALGO_OK) return rc;
  *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  return *fd < 0 ? failed(err, path) : ALGO_OK;
}

algo_code_t algo_file_read_at(int fd, void *out, size_t n, uint64_t at, algo_err_t *err) {
  for (size_t done = 0; done < n;) {
    ssize_t got = pread(fd, (uint8_t *)out + done, n - done, (off_t)(at + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return algo_err_set(err, ALGO_E_IO, "%s", strerror(errno));
    if (got == 0) return algo_err_set(err, ALGO_E_TRUNCATED, "the file ends before its content");
    done += (size_t)got;
  }
  return ALGO_OK;
}

algo_code_t algo_file_write_at(int fd, const void *p, size_t n, uint64_t at, algo_err_t *err) {
  for (size_t done = 0; done < n;) {
    ssize_t put = pwrite(fd, (const uint8_t *)p + done, n - done, (off_t)(at + done));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return algo_err_set(err, ALGO_E_IO, "%s", strerror(put < 0 ? errno : ENOSPC));
    done += (size_t)put;
  }
  return ALGO_OK;
}

typedef struct put_how {
  const char *fresh; /* by way of this; NULL: where it is */
  bool sync;         /* on the disk before it is there */
  int *keep;         /* the file, open still; NULL: not wanted */
} put_how_t;

/* `fd` is what was opened to be written; below 0: errno says why it was not. */
static algo_code_t fill(int fd, const char *path, put_how_t how, algo_bytes_t content, algo_err_t *err) {
  bool ok = fd >= 0;
  for (size_t done = 0; ok && done < content.n;) { /* a pipe knows no offsets */
    ssize_t put = write(fd, content.p + done, content.n - done);
    if (put < 0 && errno == EINTR) continue;
    if (put == 0) errno = ENOSPC;
    ok = put > 0;
    if (ok) done += (size_t)put;
  }
  const bool made = fd >= 0;
  if (ok && how.sync) ok = fsync(fd) == 0;
  int why = errno;
  if (made && (how.keep == NULL || !ok) && close(fd) != 0 && ok) ok = false, why = errno;
  if (ok && how.fresh != NULL && rename(how.fresh, path) != 0) {
    ok = false, why = errno;
    if (how.keep != NULL) close(fd);
  }
  if (!ok && made && how.fresh != NULL) (void)unlink(how.fresh);
  if (ok && how.keep != NULL) *how.keep = fd;
  return ok ? ALGO_OK : algo_err_set(err, ALGO_E_IO, "%s: %s", path, strerror(why));
}

static algo_code_t put_whole(const char *path, put_how_t how, algo_bytes_t content, algo_err_t *err) {
  const char *to = how.fresh == NULL ? path : how.fresh;
  int fd = open(to, (how.keep != NULL ? O_RDWR : O_WRONLY) | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  return fill(fd, path, how, content, err);
}

static algo_code_t replace(const char *dir, const char *name, put_how_t how, algo_bytes_t content, algo_err_t *err) {
  char path[PATH_MAX], fresh[PATH_MAX], fresh_name[64];
  snprintf(fresh_name, sizeof fresh_name, "%s.new", name);
  algo_code_t rc = join(path, dir, name, err);
  if (rc == ALGO_OK) rc = join(fresh, dir, fresh_name, err);
  how.fresh = fresh;
  return rc == ALGO_OK ? put_whole(path, how, content, err) : rc;
}

algo_code_t algo_file_replace(const char *dir, const char *name, algo_bytes_t content, algo_err_t *err) {
  return replace(dir, name, (put_how_t){.sync = false}, content, err);
}

algo_code_t algo_file_sync(int fd, algo_err_t *err) {
  return fdatasync(fd) == 0 ? ALGO_OK : algo_err_set(err, ALGO_E_IO, "%s", strerror(errno));
}

/* What a folder lists is on the disk. Some file systems know no such thing: then it is as safe as it gets. */
static void sync_folder(const char *dir) {
  int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  (void)fsync(fd);
  close(fd);
}

algo_code_t algo_file_replace_durably(const char *dir, const char *name, algo_bytes_t content, int *fd,
                                      algo_err_t *err) {
  algo_code_t rc = replace(dir, name, (put_how_t){.sync = true, .keep = fd}, content, err);
  if (rc == ALGO_OK) sync_folder(dir);
  return rc;
}

static algo_code_t read_whole(algo_buf_t *out, int fd, const char *path, size_t most, algo_err_t *err) {
  size_t start = out->n;
  ssize_t got;
  do {
    uint8_t *at = algo_buf_reserve(out, 65536);
    if (at == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
    got = read(fd, at, 65536);
    if (got > 0) out->n += (size_t)got;
    if (out->n - start > most) return algo_err_set(err, ALGO_E_RANGE, "%s: longer than %zu bytes", path, most);
  } while (got > 0 || (got < 0 && errno == EINTR));
  return got < 0 ? failed(err, path) : ALGO_OK;
}

algo_code_t algo_file_read(algo_buf_t *out, const char *path, size_t most, algo_err_t *err) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed(err, path);
  algo_code_t rc = read_whole(out, fd, path, most, err);
  close(fd);
  return rc;
}

algo_code_t algo_file_read_input(algo_buf_t *out, const char *path, size_t most, algo_err_t *err) {
  return strcmp(path, "-") == 0 ? read_whole(out, STDIN_FILENO, "standard input", most, err)
                                : algo_file_read(out, path, most, err);
}
