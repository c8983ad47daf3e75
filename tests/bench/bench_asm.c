/* How fast sources become programs, against go-algorand 5.1. JSON lines on stdout, a table on stderr. */
#include "algo/asm.h"
#include "bench.h"

#define GO_LINES_PER_SECOND 670000.0 /* go-algorand 5.1's assembler on the machine of the figures in docs */
#define ROUND_SECONDS       0.2
#define ROUNDS              5 /* the best one counts */

/* Of this process alone, so that a busy machine does not count. */
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* A contract as people write them: a router, subroutines, fields, state, constants, comments. */
static void contract(algo_buf_t *b, unsigned lines) {
  static const char *const body[] = {"frame_dig -1",
                                     "int 1000",
                                     "*",
                                     "byte \"balance\" // the key",
                                     "swap",
                                     "app_global_put",
                                     "txn Sender",
                                     "global CreatorAddress",
                                     "==",
                                     "assert",
                                     "frame_dig -2",
                                     "dup",
                                     "len",
                                     "int 32",
                                     "==",
                                     "assert",
                                     "extract 2 8",
                                     "btoi",
                                     "store 3",
                                     "load 3",
                                     "int 7",
                                     "%",
                                     "bz skip_%u",
                                     "gtxn 0 Amount",
                                     "pop",
                                     "skip_%u:",
                                     "pushbytes 0x151f7c75",
                                     "load 3",
                                     "itob",
                                     "concat",
                                     "log",
                                     "byte base64(YWxnb3JlbnQ=)",
                                     "pop",
                                     "int pay",
                                     "pop",
                                     "// what follows is the next step"};
  size_t n = sizeof body / sizeof *body;
  algo_buf_puts(b, "#pragma version 10\nint 1\nbyte 0x00\nint 2\ncallsub sub_0\nreturn\n");
  unsigned written = 6;
  for (unsigned sub = 0; written < lines; sub++) {
    algo_buf_printf(b, "sub_%u:\nproto 2 0\n", sub);
    written += 2;
    for (size_t i = 0; i < n; i++) {
      const char *hole = strstr(body[i], "_%u");
      if (hole == NULL) {
        algo_buf_puts(b, body[i]);
      } else {
        algo_buf_put(b, body[i], (size_t)(hole - body[i]));
        algo_buf_printf(b, "_%u%s", sub, hole + 3);
      }
      algo_buf_putc(b, '\n');
    }
    algo_buf_puts(b, "retsub\n");
    written += (unsigned)n + 1;
  }
}

static size_t count_lines(algo_bytes_t s) {
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++) n += s.p[i] == '\n';
  return n;
}

/* What is measured: one run. */
typedef struct subject {
  algo_bytes_t input;
  algo_arena_t *arena;
  algo_buf_t text;
} subject_t;

static void assemble_once(subject_t *s) {
  algo_asm_result_t r;
  algo_arena_reset(s->arena);
  if (algo_asm_assemble(&r, s->input, s->arena, NULL) == ALGO_OK) return;
  fprintf(stderr, "%s", r.error_text);
  exit(1);
}

static void disassemble_once(subject_t *s) {
  algo_buf_clear(&s->text);
  if (algo_disasm(&s->text, s->input, NULL) != ALGO_OK) exit(1);
}

/* Runs a second. */
static double rate(subject_t *s, void (*once)(subject_t *s)) {
  double best = 0;
  for (unsigned round = 0; round < ROUNDS; round++) {
    size_t runs = 0;
    double start = now(), elapsed;
    do {
      once(s);
      runs++;
    } while ((elapsed = now() - start) < ROUND_SECONDS);
    if ((double)runs / elapsed > best) best = (double)runs / elapsed;
  }
  return best;
}

int main(void) {
  algo_arena_t arena = ALGO_ARENA_INIT, kept = ALGO_ARENA_INIT;
  algo_buf_t small = ALGO_BUF_INIT, large = ALGO_BUF_INIT;
  contract(&small, 400);
  contract(&large, 8000);
  subject_t s = {.input = algo_buf_view(&large), .arena = &arena};
  double lines = rate(&s, assemble_once) * (double)count_lines(s.input);
  bench_measure_peer("asm: lines assembled", lines, "lines/s", GO_LINES_PER_SECOND, lines / GO_LINES_PER_SECOND);
  s.input = algo_buf_view(&small);
  double programs = rate(&s, assemble_once), peer = GO_LINES_PER_SECOND / (double)count_lines(s.input);
  bench_measure_peer("asm: 400-line programs", programs, "programs/s", peer, programs / peer);
  algo_asm_result_t r;
  if (algo_asm_assemble(&r, algo_buf_view(&large), &kept, NULL) != ALGO_OK) return 1;
  s.input = r.program;
  double texts = rate(&s, disassemble_once);
  bench_measure("asm: lines disassembled", texts * (double)count_lines(algo_buf_view(&s.text)), "lines/s");
  algo_buf_fini(&s.text);
  algo_buf_fini(&small);
  algo_buf_fini(&large);
  algo_arena_fini(&arena);
  algo_arena_fini(&kept);
  return 0;
}
