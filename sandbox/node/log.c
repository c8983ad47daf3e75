/* Records in a file: length, checksum, payload. A record that a kill cut short is told by its checksum and left out. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "node_impl.h"

#define HEAD   8u          /* bytes: length and CRC-32, little-endian */
#define BEHIND (64u << 10) /* bytes that may wait where nobody sees the file */

struct node_log {
  int fd;
  char *path;
  off_t end;         /* of the whole records */
  bool hidden;       /* nobody sees the file: what is to be written may wait */
  algo_buf_t behind; /* what waits */
};

static void put32(uint8_t out[4], uint32_t v) {
  for (int i = 0; i < 4; i++) out[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t get32(const uint8_t in[4]) {
  return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

static uint32_t checksum(algo_bytes_t v) { return (uint32_t)crc32_z(crc32_z(0, NULL, 0), v.p, v.n); }

void node_record_put(algo_buf_t *out, algo_bytes_t payload) {
  uint8_t head[HEAD];
  put32(head, (uint32_t)payload.n);
  put32(head + 4, checksum(payload));
  algo_buf_put(out, head, sizeof head);
  algo_buf_putb(out, payload);
}

algo_code_t node_record_next(algo_bytes_t *in, algo_bytes_t *payload) {
  if (in->n == 0) return ALGO_E_NOT_FOUND;
  if (in->n < HEAD) return ALGO_E_TRUNCATED;
  uint32_t n = get32(in->p);
  if (n > in->n - HEAD) return ALGO_E_TRUNCATED;
  *payload = algo_bytes(in->p + HEAD, n);
  if (checksum(*payload) != get32(in->p + 4)) return ALGO_E_TRUNCATED;
  *in = algo_bytes(in->p + HEAD + n, in->n - HEAD - n);
  return ALGO_OK;
}

static algo_code_t failed(const node_log_t *l, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_IO, "%s: %s", l->path, strerror(errno));
}

algo_code_t node_log_open(node_log_t **out, const char *dir, algo_err_t *err) {
  node_log_t *l = calloc(1, sizeof *l);
  algo_buf_t path = ALGO_BUF_INIT;
  if (l == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  l->fd = -1;
  l->hidden = dir == NULL;
  if (dir != NULL) {
    (void)mkdir(dir, 0777);
    algo_buf_printf(&path, "%s/log", dir);
    l->path = strdup(algo_buf_cstr(&path));
    if (l->path != NULL) l->fd = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  } else {
    const char *tmp = getenv("TMPDIR");
    l->path = strdup(tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
    if (l->path != NULL) l->fd = open(l->path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (l->path != NULL && l->fd < 0) l->fd = memfd_create("algorent-sandbox", MFD_CLOEXEC); /* no such files there */
  }
  algo_buf_fini(&path);
  algo_code_t rc = l->path == NULL ? algo_err_set(err, ALGO_E_NOMEM, "out of memory")
                   : l->fd < 0     ? failed(l, err)
                                   : ALGO_OK;
  if (rc == ALGO_OK && dir != NULL && flock(l->fd, LOCK_EX | LOCK_NB) != 0) {
    rc = algo_err_set(err, ALGO_E_EXISTS, "another node has %s: end it, or choose another folder", dir);
  }
  if (rc != ALGO_OK) {
    node_log_close(l);
    return rc;
  }
  *out = l;
  return ALGO_OK;
}

void node_log_close(node_log_t *l) {
  if (l == NULL) return;
  if (l->fd >= 0) close(l->fd);
  algo_buf_fini(&l->behind);
  free(l->path);
  free(l);
}

static algo_code_t write_all(node_log_t *l, algo_bytes_t v, algo_err_t *err) {
  for (size_t done = 0; done < v.n;) {
    ssize_t n = pwrite(l->fd, v.p + done, v.n - done, l->end + (off_t)done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return failed(l, err);
    done += (size_t)n;
  }
  l->end += (off_t)v.n;
  return ALGO_OK;
}

static algo_code_t flush(node_log_t *l, algo_err_t *err) {
  algo_code_t rc = write_all(l, algo_buf_view(&l->behind), err);
  if (rc == ALGO_OK) algo_buf_clear(&l->behind);
  return rc;
}

/* The record waits behind those that wait already; written where it must not wait. */
static algo_code_t put(node_log_t *l, algo_bytes_t payload, algo_err_t *err) {
  size_t before = l->behind.n;
  node_record_put(&l->behind, payload);
  if (l->behind.oom) {
    l->behind.n = before;
    l->behind.oom = false;
    return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  return l->hidden && l->behind.n < BEHIND ? ALGO_OK : flush(l, err);
}

algo_code_t node_log_append(node_log_t *l, algo_bytes_t payload, algo_err_t *err) {
  size_t before = l->behind.n;
  algo_code_t rc = put(l, payload, err);
  if (rc == ALGO_OK) return rc;
  l->behind.n = before;
  /* half a record at the end is as none; where it cannot be cut off, the next is written over it */
  (void)!ftruncate(l->fd, l->end);
  return rc;
}

algo_code_t node_log_note(node_log_t *l, algo_bytes_t payload, algo_err_t *err) { return put(l, payload, err); }

algo_code_t node_log_read(node_log_t *l, algo_buf_t *out, algo_err_t *err) {
  struct stat st;
  algo_code_t rc = flush(l, err);
  if (rc != ALGO_OK) return rc;
  if (fstat(l->fd, &st) != 0) return failed(l, err);
  uint8_t *p = algo_buf_reserve(out, (size_t)st.st_size + 1);
  if (p == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  size_t start = out->n;
  for (off_t at = 0; at < st.st_size;) {
    ssize_t got = pread(l->fd, p + at, (size_t)(st.st_size - at), at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failed(l, err);
    at += got;
    out->n += (size_t)got;
  }
  algo_bytes_t in = algo_bytes(out->p + start, out->n - start), payload;
  while (node_record_next(&in, &payload) == ALGO_OK) {}
  out->n -= in.n;
  l->end = (off_t)(out->n - start);
  return in.n > 0 && ftruncate(l->fd, l->end) != 0 ? failed(l, err) : ALGO_OK;
}

algo_code_t node_log_rewrite(node_log_t *l, algo_bytes_t records, algo_err_t *err) {
  algo_buf_clear(&l->behind);
  l->end = 0;
  return ftruncate(l->fd, 0) != 0 ? failed(l, err) : write_all(l, records, err);
}
