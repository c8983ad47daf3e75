/* dense.h - the dense blocks without a database: how fast the decoder with the indexer's filter goes through them, and
 * the same transactions in blocks as long as one likes. */
#ifndef ALGORENT_BENCH_DENSE_H
#define ALGORENT_BENCH_DENSE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "algo/block.h"
#include "algo/file.h"
#include "bench.h"
#include "rows.h"

#define DENSE_BLOCKS 86
#define DENSE_PASSES 5

static inline bool dense_read(algo_buf_t *out, const char *folder, unsigned round) {
  char path[512];
  snprintf(path, sizeof path, "%s/%06u.msgp", folder, round);
  algo_buf_clear(out);
  return algo_file_read(out, path, 1u << 30, NULL) == ALGO_OK;
}

/* Top-level transactions a second on one core, from answers in memory to rows in memory: of a scope's `n` terms, or of
 * all where there is none. The best of several passes. 0: the blocks cannot be read. */
static inline double dense_rows_rate(const char *folder, const ix_term_t *terms, size_t n) {
  static algo_buf_t bodies[DENSE_BLOCKS];
  const ix_scope_t scope = {n == 0, terms, n};
  const ix_apps_t watch = {.n = 0};
  algo_arena_t arena = ALGO_ARENA_INIT;
  ix_rows_t rows = {.round = 0};
  algo_err_t err;
  double best = 0;
  bool ok = true;
  for (unsigned r = 0; ok && r < DENSE_BLOCKS; r++) ok = dense_read(&bodies[r], folder, r);
  for (int pass = 0; ok && pass < DENSE_PASSES; pass++) {
    uint64_t txns = 0;
    const uint64_t start = bench_now_ns();
    for (unsigned r = 0; ok && r < DENSE_BLOCKS; r++) {
      ok = ix_rows_build(&rows, algo_buf_view(&bodies[r]), &scope, &watch, &arena, &err) == ALGO_OK;
      txns += rows.txns;
    }
    const double rate = (double)txns / ((double)(bench_now_ns() - start) * 1e-9);
    if (ok && rate > best) best = rate;
  }
  for (unsigned r = 0; r < DENSE_BLOCKS; r++) algo_buf_fini(&bodies[r]);
  ix_rows_fini(&rows);
  algo_arena_fini(&arena);
  return best;
}

/* A block's transactions again and again, until they are `least` bytes; the header stays, so the blocks still follow
 * each other. */
static inline bool dense_lengthen(algo_buf_t *raw, size_t least, algo_arena_t *arena) {
  algo_block_t b;
  algo_err_t err;
  if (algo_block_decode(&b, algo_buf_view(raw), arena, &err) != ALGO_OK || b.n_txns == 0) return false;
  const size_t times = least / raw->n + 1;
  algo_apply_t *txns = algo_arena_array(arena, times * b.n_txns, sizeof *txns);
  if (!txns) return false;
  for (size_t i = 0; i < times; i++) memcpy(txns + i * b.n_txns, b.txns, b.n_txns * sizeof *txns);
  algo_buf_t out = ALGO_BUF_INIT;
  b.txns = txns;
  b.n_txns *= times;
  algo_block_encode(&out, &b);
  algo_buf_fini(raw);
  *raw = out;
  return !out.oom;
}

/* Into a folder of its own: the blocks up to the `n`th dense one, each of those at least so long. False: not made. */
static inline bool dense_make_long(const char *folder, const char *to, size_t least, unsigned n) {
  algo_buf_t raw = ALGO_BUF_INIT;
  bool ok = mkdir(to, 0755) == 0;
  for (unsigned r = 0, made = 0; ok && made < n && r < DENSE_BLOCKS; r++) {
    algo_arena_t arena = ALGO_ARENA_INIT;
    char path[512];
    ok = dense_read(&raw, folder, r);
    if (ok && raw.n > 300000) {
      ok = dense_lengthen(&raw, least, &arena);
      made++;
    }
    snprintf(path, sizeof path, "%s/%06u.msgp", to, r);
    ok = ok && algo_file_write(path, algo_buf_view(&raw), NULL) == ALGO_OK;
    algo_arena_fini(&arena);
  }
  algo_buf_fini(&raw);
  return ok;
}

#endif
