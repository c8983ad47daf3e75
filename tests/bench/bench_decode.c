/* How fast recorded blocks are decoded, written again, and their transactions identified: one core, blocks in memory.
 */
#include "algo/block.h"
#include "bench.h"
#include "vectors.h"

#define BLOCKS_MAX 512
#define SECONDS    1.5 /* a measure */

typedef struct input {
  algo_bytes_t blocks[BLOCKS_MAX];
  size_t n, bytes;
  algo_arena_t keep;
} input_t;

static bool keep(void *user, const char *name, algo_bytes_t content) {
  input_t *in = user;
  size_t n = strlen(name);
  if (n < 5 || strcmp(name + n - 5, ".msgp") != 0) return true;
  in->blocks[in->n++] = algo_arena_dup(&in->keep, content);
  in->bytes += content.n;
  return in->n < BLOCKS_MAX;
}

typedef struct pass {
  algo_arena_t arena;
  algo_buf_t out;
  size_t txns, inner;
} pass_t;

static bool decode(pass_t *p, algo_bytes_t bytes, algo_block_t *b) {
  algo_err_t err;
  algo_err_init(&err);
  algo_arena_reset(&p->arena);
  if (algo_block_decode(b, bytes, &p->arena, &err) == ALGO_OK) return true;
  fprintf(stderr, "bench_decode: %s\n", err.msg);
  return false;
}

static bool one_decode(pass_t *p, algo_bytes_t bytes) {
  algo_block_t b;
  if (!decode(p, bytes, &b)) return false;
  p->txns += b.n_txns;
  for (size_t i = 0; i < b.n_txns; i++) p->inner += b.txns[i].delta.n_inner;
  return true;
}

static bool one_encode(pass_t *p, algo_bytes_t bytes) {
  algo_block_t b;
  if (!decode(p, bytes, &b)) return false;
  algo_buf_clear(&p->out);
  algo_block_encode(&p->out, &b);
  return algo_bytes_eq(algo_buf_view(&p->out), bytes);
}

static bool one_ids(pass_t *p, algo_bytes_t bytes) {
  algo_block_t b;
  if (!decode(p, bytes, &b)) return false;
  for (size_t i = 0; i < b.n_txns; i++) {
    algo_txn_t t;
    algo_digest_t id;
    algo_block_restore(&t, &b, &b.txns[i]);
    algo_txn_id(&id, &t);
  }
  p->txns += b.n_txns;
  return true;
}

/* Seconds for all blocks, each at its fastest of the passes that fit the time: what else runs on the machine is left
 * out. Negative: something failed. */
static double fastest(const input_t *in, pass_t *p, bool (*one)(pass_t *p, algo_bytes_t bytes)) {
  uint64_t best[BLOCKS_MAX], end = bench_now_ns() + (uint64_t)(SECONDS * 1e9), sum = 0;
  memset(best, 0xff, sizeof best);
  do {
    p->txns = p->inner = 0;
    for (size_t i = 0; i < in->n; i++) {
      uint64_t from = bench_now_ns();
      if (!one(p, in->blocks[i])) return -1;
      uint64_t took = bench_now_ns() - from;
      if (took < best[i]) best[i] = took;
    }
  } while (bench_now_ns() < end);
  for (size_t i = 0; i < in->n; i++) sum += best[i];
  return (double)sum / 1e9;
}

int main(void) {
  static input_t in;
  char path[4096];
  snprintf(path, sizeof path, "%s/dense-blocks.tar.zst", bench_vectors());
  if (!vec_archive(path, keep, &in) || in.n == 0) {
    fprintf(stderr, "SKIPPED bench_decode: no %s\n", path);
    return 0;
  }
  pass_t p = {.txns = 0};
  double gb = (double)in.bytes / 1e9, s = fastest(&in, &p, one_decode);
  if (s < 0) return 1;
  bench_measure("decode_blocks", gb / s, "GB/s");
  bench_measure("decode_transactions", (double)(p.txns + p.inner) / s, "1/s");
  double e = fastest(&in, &p, one_encode);
  if (e < 0) return 1;
  bench_measure("encode_blocks", gb / (e - s), "GB/s");
  double t = fastest(&in, &p, one_ids);
  if (t < 0) return 1;
  bench_measure("transaction_ids", (double)p.txns / (t - s), "1/s");
  algo_arena_fini(&p.arena);
  algo_buf_fini(&p.out);
  algo_arena_fini(&in.keep);
  return 0;
}
