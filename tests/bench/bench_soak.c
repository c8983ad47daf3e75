/* A long chain kept in a folder: does the last tenth of the blocks take longer than the first, what memory is needed,
 * how long does a start take, how long old blocks and transactions. SOAK_BLOCKS says how long it is (1,000,000 takes a
 * minute and 2 GB of disk under TMPDIR); one payment a block. */
#include <string.h>
#include <unistd.h>

#include "algo/node.h"
#include "bench.h"

#define TENTHS 10u
#define LOOKS  2000u

static void die(const char *what, const algo_err_t *err) {
  fprintf(stderr, "bench_soak: %s: %s\n", what, err != NULL ? err->msg : "");
  exit(1);
}

static double memory_mb(void) { /* that is the program's own: not files that the kernel keeps for it */
  char line[256];
  double kb = 0;
  FILE *f = fopen("/proc/self/status", "r");
  while (f != NULL && fgets(line, sizeof line, f) != NULL)
    if (strncmp(line, "RssAnon:", 8) == 0) kb = strtod(line + 8, NULL);
  if (f != NULL) fclose(f);
  return kb / 1024;
}

static algo_node_t *open_node(const char *dir) {
  algo_node_t *n = NULL;
  algo_node_options_t opt = {.mode = ALGO_NODE_DEV, .data_dir = dir};
  algo_err_t err;
  if (algo_node_new(&n, &opt, NULL, &err) != ALGO_OK) die("no node", &err);
  return n;
}

static void pay(algo_node_t *n, const algo_key_t *key, uint64_t i, algo_digest_t *id) {
  static const algo_submit_options_t opt = {.skip_signatures = true};
  algo_buf_t raw = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
  uint8_t note[8];
  algo_err_t err;
  algo_put_be64(note, i);
  algo_stxn_t s = {.txn = {.type = ALGO_TX_PAY,
                           .sender = key->addr,
                           .receiver = key->addr,
                           .fee = 1000,
                           .first_valid = i > 500 ? i - 500 : 1,
                           .last_valid = i + 400,
                           .genesis_hash = *algo_node_genesis_hash(n),
                           .note = {note, sizeof note}}};
  algo_stxn_encode(&raw, &s);
  if (algo_node_submit(n, algo_buf_view(&raw), &opt, id, &text, NULL, &err) != ALGO_OK) die("a payment", &err);
  algo_buf_fini(&raw);
  algo_buf_fini(&text);
}

static uint64_t find(algo_node_t *n, const algo_digest_t *id) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_found_txn_t found = {0};
  bool there = algo_ledger_find_txn(algo_node_read(n), id, &found, &arena);
  algo_node_read_done(n);
  algo_arena_fini(&arena);
  return there ? found.round : 0;
}

/* Old transactions by their ids, and the blocks that they are in. */
static void look(algo_node_t *n, const algo_digest_t *ids, const uint64_t *rounds, size_t count) {
  algo_buf_t block = ALGO_BUF_INIT;
  uint64_t t0 = bench_now_ns();
  for (size_t i = 0; i < count; i++)
    if (find(n, &ids[i]) != rounds[i]) die("an old transaction is not where it was", NULL);
  uint64_t t1 = bench_now_ns();
  for (size_t i = 0; i < count; i++) {
    algo_buf_clear(&block);
    if (algo_node_block(n, rounds[i], &block, NULL) != ALGO_OK) die("an old block is gone", NULL);
  }
  bench_measure("soak_find_transaction", (double)(t1 - t0) / 1e3 / (double)count, "us");
  bench_measure("soak_read_block", (double)(bench_now_ns() - t1) / 1e3 / (double)count, "us");
  algo_buf_fini(&block);
}

static void make_blocks(algo_node_t *n, uint64_t blocks, algo_digest_t *ids, uint64_t *rounds, size_t *kept) {
  algo_key_t key;
  double first = 0, last = 0;
  algo_node_dev_key(&key, 1);
  for (unsigned tenth = 0; tenth < TENTHS; tenth++) {
    uint64_t from = blocks * tenth / TENTHS, to = blocks * (tenth + 1) / TENTHS, t0 = bench_now_ns();
    for (uint64_t i = from + 1; i <= to; i++) {
      algo_digest_t id;
      pay(n, &key, i, &id);
      if (i % (blocks / LOOKS + 1) != 0) continue;
      ids[*kept] = id;
      rounds[(*kept)++] = i;
    }
    last = (double)(to - from) / ((double)(bench_now_ns() - t0) / 1e9);
    if (tenth == 0) first = last;
    fprintf(stderr, "  %10" PRIu64 " blocks  %8.0f blocks/s  %6.1f MB\n", to, last, memory_mb());
  }
  algo_key_fini(&key);
  bench_measure("soak_first_tenth", first, "blocks/s");
  bench_measure("soak_last_tenth", last, "blocks/s");
}

int main(void) {
  const char *wanted = getenv("SOAK_BLOCKS"), *tmp = getenv("TMPDIR");
  uint64_t blocks = wanted != NULL ? strtoull(wanted, NULL, 10) : 50000;
  char dir[4096], path[4200];
  static algo_digest_t ids[LOOKS];
  static uint64_t rounds[LOOKS];
  size_t kept = 0;
  snprintf(dir, sizeof dir, "%s/algorent-soak-XXXXXX", tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
  if (mkdtemp(dir) == NULL) die("no folder", NULL);
  algo_node_t *n = open_node(dir);
  make_blocks(n, blocks, ids, rounds, &kept);
  bench_measure("soak_memory", memory_mb(), "MB");
  look(n, ids, rounds, kept);
  algo_node_free(n);
  uint64_t t0 = bench_now_ns();
  n = open_node(dir);
  bench_measure("soak_start", (double)(bench_now_ns() - t0) / 1e6, "ms");
  if (algo_node_round(n) != blocks) die("blocks are gone", NULL);
  look(n, ids, rounds, kept);
  algo_node_free(n);
  static const char *const names[] = {"log", "lock", "blocks", "index", "ids", "state", "state-before"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(path, sizeof path, "%s/%s", dir, names[i]);
    (void)unlink(path);
  }
  return rmdir(dir) != 0;
}
