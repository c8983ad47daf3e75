/* A folder of recorded blocks: names are read once, files when they are asked for. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "algo/file.h"
#include "algo/text.h"
#include "node_impl.h"

/* "000122.msgp" is round 122. */
static bool block_name(const char *name, uint64_t *round) {
  const char *dot = strchr(name, '.');
  return dot != NULL && strcmp(dot, ".msgp") == 0 && algo_u64_parse(round, name, (size_t)(dot - name), NULL) == ALGO_OK;
}

typedef struct entry {
  uint64_t round;
  char *name;
} entry_t;

static int by_round(const void *a, const void *b) {
  uint64_t x = ((const entry_t *)a)->round, y = ((const entry_t *)b)->round;
  return x < y ? -1 : x > y;
}

static algo_code_t list(const char *dir, entry_t **out, size_t *n, algo_err_t *err) {
  DIR *d = opendir(dir);
  if (d == NULL) return algo_err_set(err, ALGO_E_IO, "%s: %s", dir, strerror(errno));
  entry_t *v = NULL;
  size_t len = 0, cap = 0;
  algo_code_t rc = ALGO_OK;
  for (struct dirent *e; rc == ALGO_OK && (e = readdir(d)) != NULL;) {
    uint64_t round;
    if (!block_name(e->d_name, &round)) continue;
    if (len == cap) {
      size_t more = cap == 0 ? 256 : cap * 2;
      entry_t *grown = realloc(v, more * sizeof *v);
      if (grown == NULL) {
        rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
        break;
      }
      v = grown;
      cap = more;
    }
    v[len] = (entry_t){round, strdup(e->d_name)};
    if (v[len++].name == NULL) rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  closedir(d);
  if (rc == ALGO_OK && len == 0) {
    rc = algo_err_set(err, ALGO_E_NOT_FOUND, "%s: no recorded block there (files named NNNNNN.msgp)", dir);
  }
  if (len > 1) qsort(v, len, sizeof *v, by_round);
  *out = v;
  *n = len;
  return rc;
}

static algo_code_t place(node_replay_t *r, entry_t *v, size_t n, const char *dir, algo_err_t *err) {
  uint64_t span = v[n - 1].round - v[0].round + 1;
  if (span > UINT32_MAX) return algo_err_set(err, ALGO_E_RANGE, "%s: rounds are too far apart", dir);
  r->dir = strdup(dir);
  r->names = calloc((size_t)span, sizeof *r->names);
  if (r->dir == NULL || r->names == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_buf_t deltas = ALGO_BUF_INIT;
  algo_buf_printf(&deltas, "%s/deltas", dir);
  r->deltas = !deltas.oom && access(algo_buf_cstr(&deltas), X_OK) == 0;
  algo_buf_fini(&deltas);
  atomic_init(&r->sync_round, 1);
  r->first = v[0].round;
  r->n = (size_t)span;
  for (size_t i = 0; i < n; i++) {
    char **slot = &r->names[v[i].round - r->first];
    if (*slot != NULL)
      return algo_err_set(err, ALGO_E_INVALID, "%s: two files for round %lu", dir, (unsigned long)v[i].round);
    *slot = v[i].name;
    v[i].name = NULL;
  }
  return ALGO_OK;
}

algo_code_t node_replay_open(node_replay_t **out, const char *dir, algo_err_t *err) {
  entry_t *v = NULL;
  size_t n = 0;
  algo_code_t rc = list(dir, &v, &n, err);
  node_replay_t *r = calloc(1, sizeof *r);
  if (r == NULL) rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (rc == ALGO_OK) rc = place(r, v, n, dir, err);
  for (size_t i = 0; i < n; i++) free(v[i].name);
  free(v);
  if (rc != ALGO_OK) {
    node_replay_close(r);
    return rc;
  }
  *out = r;
  return ALGO_OK;
}

void node_replay_close(node_replay_t *r) {
  if (r == NULL) return;
  for (size_t i = 0; i < r->n; i++) free(r->names[i]);
  free(r->names);
  free(r->dir);
  free(r);
}

uint64_t node_replay_last(const node_replay_t *r) { return r->first + r->n - 1; }

static algo_code_t read_round(const node_replay_t *r, const char *what, uint64_t round, const char *in, algo_buf_t *out,
                              algo_err_t *err) {
  if (round < r->first || round > node_replay_last(r) || r->names[round - r->first] == NULL) {
    return algo_err_set(err, ALGO_E_NOT_FOUND, "no %s of round %lu", what, (unsigned long)round);
  }
  algo_buf_t path = ALGO_BUF_INIT;
  algo_buf_printf(&path, "%s%s/%s", r->dir, in, r->names[round - r->first]);
  algo_code_t rc = path.oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory")
                            : algo_file_read(out, algo_buf_cstr(&path), SIZE_MAX, err);
  algo_buf_fini(&path);
  return rc;
}

algo_code_t node_replay_block(const node_replay_t *r, uint64_t round, algo_buf_t *out, algo_err_t *err) {
  return read_round(r, "block", round, "", out, err);
}

algo_code_t node_replay_delta(const node_replay_t *r, uint64_t round, algo_buf_t *out, algo_err_t *err) {
  return read_round(r, "state delta", round, "/deltas", out, err);
}
