/* Records in a file: length, checksum, payload. A record that a kill cut short is told by its checksum and left out. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "algo/file.h"
#include "node_impl.h"

#define HEAD   8u          /* bytes: length and CRC-32, little-endian */
#define BEHIND (64u << 10) /* bytes that may wait where nobody sees the file */

struct node_log {
  int fd, lock;
  char *dir;         /* NULL: nobody sees the file, and what is to be written may wait */
  uint64_t end;      /* of the whole records */
  bool untrimmed;    /* there may be more behind it */
  algo_buf_t behind; /* what waits */
};

static void put32(uint8_t out[4], uint32_t v) {
  for (int i = 0; i < 4; i++) out[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t get32(const uint8_t in[4]) {
  return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

uint32_t node_checksum(algo_bytes_t v) { return (uint32_t)crc32_z(crc32_z(0, NULL, 0), v.p, v.n); }

void node_record_put(algo_buf_t *out, algo_bytes_t payload) {
  uint8_t head[HEAD];
  put32(head, (uint32_t)payload.n);
  put32(head + 4, node_checksum(payload));
  algo_buf_put(out, head, sizeof head);
  algo_buf_putb(out, payload);
}

algo_code_t node_record_next(algo_bytes_t *in, algo_bytes_t *payload) {
  if (in->n == 0) return ALGO_E_NOT_FOUND;
  if (in->n < HEAD) return ALGO_E_TRUNCATED;
  uint32_t n = get32(in->p);
  if (n == 0 || n > in->n - HEAD) return ALGO_E_TRUNCATED;
  *payload = algo_bytes(in->p + HEAD, n);
  if (node_checksum(*payload) != get32(in->p + 4)) return ALGO_E_TRUNCATED;
  *in = algo_bytes(in->p + HEAD + n, in->n - HEAD - n);
  return ALGO_OK;
}

static algo_code_t failed(const node_log_t *l, algo_code_t rc, algo_err_t *err) {
  return algo_err_prefix(err, rc, "%s", l->dir != NULL ? l->dir : "the log");
}

static algo_code_t take_folder(node_log_t *l, const char *dir, algo_err_t *err) {
  if (mkdir(dir, 0777) != 0 && errno != EEXIST)
    return algo_err_set(err, ALGO_E_IO, "the folder %s cannot be made: %s", dir, strerror(errno));
  algo_err_t why;
  if (algo_file_open(&l->lock, dir, "lock", &why) != ALGO_OK)
    return algo_err_set(err, ALGO_E_IO, "%s: choose a folder that can be written", why.msg);
  if (flock(l->lock, LOCK_EX | LOCK_NB) == 0) return ALGO_OK;
  return algo_err_set(err, ALGO_E_EXISTS, "another node has %s: end it, or choose another folder", dir);
}

algo_code_t node_log_open(node_log_t **out, const char *dir, algo_err_t *err) {
  node_log_t *l = calloc(1, sizeof *l);
  if (l == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  l->fd = l->lock = -1;
  algo_code_t rc = ALGO_OK;
  if (dir != NULL) {
    l->dir = strdup(dir);
    rc = l->dir == NULL ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : take_folder(l, dir, err);
  }
  if (rc == ALGO_OK) rc = algo_file_open(&l->fd, dir, "log", err);
  if (rc != ALGO_OK) {
    node_log_close(l);
    return rc;
  }
  *out = l;
  return ALGO_OK;
}

const char *node_log_dir(const node_log_t *l) { return l->dir; }
int node_log_fd(const node_log_t *l) { return l->fd; }
uint64_t node_log_end(const node_log_t *l) { return l->end; }

void node_log_close(node_log_t *l) {
  if (l == NULL) return;
  if (l->fd >= 0) close(l->fd);
  if (l->lock >= 0) close(l->lock);
  algo_buf_fini(&l->behind);
  free(l->dir);
  free(l);
}

/* ---- writing ---- */

/* What is behind the end is cut off. Until that is done nothing is written: half of it would be left behind a shorter
 * record. */
static algo_code_t trim(node_log_t *l, algo_err_t *err) {
  if (ftruncate(l->fd, (off_t)l->end) != 0) return failed(l, algo_err_set(err, ALGO_E_IO, "%s", strerror(errno)), err);
  l->untrimmed = false;
  return ALGO_OK;
}

static algo_code_t flush(node_log_t *l, algo_err_t *err) {
  algo_code_t rc = l->untrimmed ? trim(l, err) : ALGO_OK;
  if (rc != ALGO_OK) return rc;
  rc = algo_file_write_at(l->fd, l->behind.p, l->behind.n, l->end, err);
  if (rc != ALGO_OK) {
    l->untrimmed = true;
    return failed(l, rc, err);
  }
  l->end += l->behind.n;
  algo_buf_clear(&l->behind);
  return ALGO_OK;
}

static algo_code_t memory(node_log_t *l, size_t n, algo_err_t *err) {
  if (algo_buf_reserve(&l->behind, HEAD + n) != NULL) return ALGO_OK;
  l->behind.oom = false;
  return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
}

/* The blocks of the disk are the file's before anything is in them. Where that cannot be asked for (a file system
 * without it, a sandbox around the process), the write will tell. */
algo_code_t node_log_room(node_log_t *l, size_t n, algo_err_t *err) {
  algo_code_t rc = memory(l, n, err);
  if (rc != ALGO_OK || l->dir == NULL) return rc;
  if (fallocate(l->fd, FALLOC_FL_KEEP_SIZE, (off_t)l->end, (off_t)(l->behind.n + HEAD + n)) == 0 ||
      (errno != ENOSPC && errno != EDQUOT && errno != EFBIG && errno != EIO))
    return ALGO_OK;
  return failed(l, algo_err_set(err, ALGO_E_IO, "%s", strerror(errno)), err);
}

/* The record waits behind those that wait already; written where it must not wait. */
static algo_code_t put(node_log_t *l, algo_bytes_t payload, algo_err_t *err) {
  algo_code_t rc = memory(l, payload.n, err);
  if (rc != ALGO_OK) return rc;
  node_record_put(&l->behind, payload);
  return l->dir == NULL && l->behind.n < BEHIND ? ALGO_OK : flush(l, err);
}

algo_code_t node_log_append(node_log_t *l, algo_bytes_t payload, algo_err_t *err) {
  size_t before = l->behind.n;
  algo_code_t rc = put(l, payload, err);
  if (rc == ALGO_OK) return rc;
  l->behind.n = before;
  if (l->untrimmed) (void)trim(l, NULL); /* half a record at the end is as none */
  return rc;
}

void node_log_take_back(node_log_t *l, size_t n) {
  if (l->behind.n > 0) {
    l->behind.n -= HEAD + n;
    return;
  }
  l->end -= HEAD + n;
  l->untrimmed = true;
  (void)trim(l, NULL);
}

algo_code_t node_log_note(node_log_t *l, algo_bytes_t payload, algo_err_t *err) { return put(l, payload, err); }

algo_code_t node_log_rewrite(node_log_t *l, algo_bytes_t records, algo_err_t *err) {
  algo_code_t rc = ALGO_OK;
  int fd = -1;
  if (l->dir != NULL) {
    rc = algo_file_replace_durably(l->dir, "log", records, &fd, err);
  } else {
    rc = algo_file_open(&fd, NULL, NULL, err);
    if (rc == ALGO_OK) rc = algo_file_write_at(fd, records.p, records.n, 0, err);
  }
  if (rc != ALGO_OK) {
    if (fd >= 0) close(fd);
    return rc;
  }
  close(l->fd);
  l->fd = fd;
  l->end = records.n;
  l->untrimmed = false;
  algo_buf_clear(&l->behind);
  return ALGO_OK;
}

/* ---- reading ---- */

algo_code_t node_log_copy(node_log_t *l, algo_buf_t *out, algo_err_t *err) {
  algo_code_t rc = flush(l, err);
  uint8_t *p = rc == ALGO_OK ? algo_buf_reserve(out, (size_t)l->end + 1) : NULL;
  if (rc == ALGO_OK && p == NULL) rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (rc == ALGO_OK) rc = algo_file_read_at(l->fd, p, (size_t)l->end, 0, err);
  if (rc == ALGO_OK) out->n += (size_t)l->end;
  return rc;
}

algo_code_t node_log_file(node_log_t *l, int *fd, uint64_t *size, algo_err_t *err) {
  algo_code_t rc = flush(l, err);
  if (rc != ALGO_OK) return rc;
  *fd = fcntl(l->fd, F_DUPFD_CLOEXEC, 0);
  *size = l->end;
  return *fd >= 0 ? ALGO_OK : failed(l, algo_err_set(err, ALGO_E_IO, "%s", strerror(errno)), err);
}

/* What a kill leaves behind the last whole record: less than one record, or, where the machine went down, zeros. */
static bool is_torn(algo_bytes_t in) {
  uint32_t n = in.n >= HEAD ? get32(in.p) : 0;
  if (in.n < HEAD || n >= in.n - HEAD) return true;
  for (size_t i = 0; i < in.n; i++)
    if (in.p[i] != 0) return false;
  return true;
}

static algo_code_t damaged(const node_log_t *l, uint64_t at, uint64_t behind, algo_err_t *err) {
  return algo_err_set(
      err, ALGO_E_PARSE,
      "%s/log is damaged at byte %llu, with %llu bytes behind: put a copy in its place, or cut it there", l->dir,
      (unsigned long long)at, (unsigned long long)behind);
}

algo_code_t node_log_first(node_log_t *l, algo_buf_t *out, algo_err_t *err) {
  uint8_t head[HEAD];
  struct stat st;
  if (fstat(l->fd, &st) != 0) return algo_err_set(err, ALGO_E_IO, "the log: %s", strerror(errno));
  uint64_t size = (uint64_t)st.st_size;
  if (size < HEAD) return ALGO_OK;
  algo_code_t rc = algo_file_read_at(l->fd, head, sizeof head, 0, err);
  if (rc != ALGO_OK) return failed(l, rc, err);
  uint64_t n = HEAD + (uint64_t)get32(head);
  if (n > size) return ALGO_OK; /* cut short by a kill */
  uint8_t *p = algo_buf_reserve(out, (size_t)n);
  if (p == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  rc = algo_file_read_at(l->fd, p, (size_t)n, 0, err);
  if (rc != ALGO_OK) return failed(l, rc, err);
  algo_bytes_t in = algo_bytes(p, (size_t)n), payload;
  if (node_record_next(&in, &payload) == ALGO_OK) out->n += (size_t)n;
  else if (n < size && l->dir != NULL) return damaged(l, 0, size, err);
  return ALGO_OK;
}

algo_code_t node_log_read(node_log_t *l, uint64_t from, algo_buf_t *out, algo_err_t *err) {
  struct stat st;
  if (fstat(l->fd, &st) != 0) return algo_err_set(err, ALGO_E_IO, "the log: %s", strerror(errno));
  if (from > (uint64_t)st.st_size) return algo_err_set(err, ALGO_E_TRUNCATED, "the log ends before");
  size_t n = (size_t)((uint64_t)st.st_size - from);
  uint8_t *p = algo_buf_reserve(out, n + 1);
  if (p == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_code_t rc = algo_file_read_at(l->fd, p, n, from, err);
  if (rc != ALGO_OK) return failed(l, rc, err);
  algo_bytes_t in = algo_bytes(p, n), payload;
  while (node_record_next(&in, &payload) == ALGO_OK) {}
  l->end = from + n - in.n;
  out->n += n - in.n;
  if (in.n == 0) return ALGO_OK;
  if (!is_torn(in)) return damaged(l, l->end, in.n, err);
  if (ftruncate(l->fd, (off_t)l->end) != 0) return algo_err_set(err, ALGO_E_IO, "%s/log: %s", l->dir, strerror(errno));
  return ALGO_OK;
}
