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

algo_code_t algo_file_replace(const char *dir, const char *name, algo_bytes_t content, algo_err_t *err) {
  char path[PATH_MAX], fresh[PATH_MAX], fresh_name[64];
  int fd = -1;
  snprintf(fresh_name, sizeof fresh_name, "%s.new", name);
  algo_code_t rc = join(path, dir, name, err);
  if (rc == ALGO_OK) rc = join(fresh, dir, fresh_name, err);
  if (rc == ALGO_OK) rc = algo_file_open(&fd, dir, fresh_name, err);
  if (rc != ALGO_OK) return rc;
  if (ftruncate(fd, 0) != 0) rc = failed(err, fresh);
  if (rc == ALGO_OK) rc = algo_file_write_at(fd, content.p, content.n, 0, err);
  close(fd);
  if (rc == ALGO_OK && rename(fresh, path) != 0) rc = failed(err, path);
  if (rc != ALGO_OK) (void)unlink(fresh);
  return rc;
}

algo_code_t algo_file_read(algo_buf_t *out, const char *path, algo_err_t *err) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed(err, path);
  ssize_t got;
  do {
    uint8_t *at = algo_buf_reserve(out, 65536);
    if (at == NULL) {
      close(fd);
      return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
    }
    got = read(fd, at, 65536);
    if (got > 0) out->n += (size_t)got;
  } while (got > 0 || (got < 0 && errno == EINTR));
  algo_code_t rc = got < 0 ? failed(err, path) : ALGO_OK;
  close(fd);
  return rc;
}
