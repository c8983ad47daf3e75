/* How long the analyser takes: on a program as large as a network takes, and on the project's own contract. JSON lines
 * on stdout, a table on stderr. */
#include "algo/check.h"
#include "bench.h"

#define RUNS 3 /* the best one counts */

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* A router of as many methods as fit, each with checks, a payment, state, boxes, a loop and subroutines. */
static void contract(algo_buf_t *b, unsigned methods) {
  algo_buf_puts(b, "#pragma version 11\ntxn ApplicationID\nbz create\ntxn OnCompletion\n!\nassert\n");
  for (unsigned i = 0; i < methods; i++) {
    algo_buf_printf(b, "txna ApplicationArgs 0\npushbytes 0x%08x\n==\nbnz m%u\n", 0x1000 + i, i);
  }
  algo_buf_puts(b, "err\ncreate:\nint 1\nreturn\n");
  for (unsigned i = 0; i < methods; i++) {
    algo_buf_printf(
        b,
        "m%u:\ncallsub auth\ntxn GroupIndex\nint 1\n-\ncallsub paid\nstore 1\ntxna ApplicationArgs 1\nbtoi\n"
        "int %u\n<\nbz big%u\nload 1\nint 2\n*\nstore 1\nbig%u:\nbyte \"k%u\"\ntxn Sender\nconcat\nload 1\nitob\n"
        "box_put\nint 0\nstore 2\nloop%u:\nload 2\nitob\nlog\nload 2\nint 1\n+\ndup\nstore 2\nint 5\n<\nbnz loop%u\n"
        "itxn_begin\nint pay\nitxn_field TypeEnum\ntxn Sender\nitxn_field Receiver\nload 1\nitxn_field Amount\n"
        "int 0\nitxn_field Fee\nitxn_submit\nint 1\nreturn\n",
        i, 100 + i, i, i, i, i, i);
  }
  algo_buf_puts(b, "auth:\nproto 0 0\ntxn Sender\nbyte \"admin\"\napp_global_get\n==\nassert\nretsub\n"
                   "paid:\nproto 1 1\nframe_dig -1\ngtxns Receiver\nglobal CurrentApplicationAddress\n==\nassert\n"
                   "frame_dig -1\ngtxns Amount\nretsub\n");
}

static double seconds(const algo_listing_t *l, size_t *findings) {
  double best = 1e9;
  for (unsigned i = 0; i < RUNS; i++) {
    algo_arena_t arena = ALGO_ARENA_INIT;
    algo_check_result_t r;
    algo_check_options_t o = {.mode = ALGO_CHECK_APP};
    double start = now();
    if (algo_check_program(&r, l, &o, &arena, NULL) != ALGO_OK) exit(1);
    double took = now() - start;
    if (took < best) best = took;
    *findings = r.n_findings;
    algo_arena_fini(&arena);
  }
  return best;
}

static void measure(const char *name, algo_bytes_t content) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_listing_t l;
  algo_err_t err;
  size_t findings;
  algo_err_init(&err);
  if (algo_check_load(&l, content, &arena, &err) != ALGO_OK) {
    fprintf(stderr, "%s: %s\n", name, err.msg);
    exit(1);
  }
  bench_measure(name, seconds(&l, &findings) * 1e3, "ms");
  algo_arena_fini(&arena);
}

int main(void) {
  algo_buf_t text = ALGO_BUF_INIT, own = ALGO_BUF_INIT;
  contract(&text, 62);
  measure("check: a program of 8 kB, all rules", algo_buf_view(&text));
  FILE *f = fopen("contracts/rental/generated/asa.approval.teal", "rb");
  uint8_t chunk[4096];
  size_t n;
  if (f == NULL) return 1;
  while ((n = fread(chunk, 1, sizeof chunk, f)) > 0) algo_buf_put(&own, chunk, n);
  fclose(f);
  measure("check: the rental contract, all rules", algo_buf_view(&own));
  algo_buf_fini(&text);
  algo_buf_fini(&own);
  return 0;
}
