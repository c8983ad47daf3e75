/* How fast programs run: nanoseconds an opcode, by family, and what it takes to check and start one; beside
 * go-algorand 5.1. */
#include <stdlib.h>
#include <string.h>

#include "algo/asm.h"
#include "algo/avm.h"
#include "algo/hash.h"
#include "bench.h"

#define RUN_NS 200000000u /* a measure takes at least this long */
#define BODY   200u       /* copies of the operation in the loop */

typedef struct family {
  const char *name;
  const char *setup, *body; /* body is repeated; it leaves the stack as it was */
  double ops;               /* opcodes in one body */
  double go;                /* go-algorand's nanoseconds for one of them; 0: not known */
} family_t;

static const family_t families[] = {
    {"dup, pop", "int 1", "dup\npop\n", 2, 27},
    {"integer constant, add", "int 1", "int 1\n+\n", 2, 27},
    {"integer compare", "int 1", "dup\nint 7\n<\npop\n", 4, 27},
    {"multiply, divide", "int 1", "int 3\n*\nint 3\n/\n", 4, 0},
    {"load, store", "int 1", "store 1\nload 1\n", 2, 0},
    {"subroutine with frame", "int 1", "callsub sub\n", 4, 0},
    {"branch not taken", "int 1", "int 0\nbnz end\n", 2, 0},
    {"itob, btoi", "int 1", "itob\nbtoi\n", 2, 0},
    {"bytes constant, concat, pop", "int 1", "byte 0x0102030405060708\ndup\nconcat\npop\n", 4, 0},
    {"extract, extract_uint64", "byte 0x0102030405060708090a0b0c0d0e0f10", "dup\nint 4\nextract_uint64\npop\n", 4, 0},
    {"txn field", "int 1", "txn Fee\npop\n", 2, 0},
    {"global field", "int 1", "global GroupSize\npop\n", 2, 0},
};

/* The operation alone: what the constants and pop around it take is measured and taken off. */
typedef struct single {
  const char *name, *args, *op;
  double go;
} single_t;

#define A128 "byte 0xfedcba98765432100123456789abcdef"
#define B128 "byte 0x0fedcba9876543210123456789abcde1"
#define A512 A128 A64X
#define A64X "fedcba98765432100123456789abcdeffedcba98765432100123456789abcdeffedcba98765432100123456789abcdef"

static const single_t singles[] = {
    {"b+ of 128 bits", A128 "\n" B128 "\n", "b+\n", 290},     {"b- of 128 bits", A128 "\n" B128 "\n", "b-\n", 290},
    {"b* of 128 bits", A128 "\n" B128 "\n", "b*\n", 290},     {"b/ of 128 bits", A128 "\n" B128 "\n", "b/\n", 290},
    {"b% of 128 bits", A128 "\n" B128 "\n", "b%\n", 290},     {"b< of 128 bits", A128 "\n" B128 "\n", "b<\n", 0},
    {"b* of 512 bits", A512 "\n" A512 "\n", "b*\n", 0},       {"sha256 of 16 bytes", A128 "\n", "sha256\n", 0},
    {"sha512_256 of 16 bytes", A128 "\n", "sha512_256\n", 0}, {"keccak256 of 16 bytes", A128 "\n", "keccak256\n", 0},
};

static uint64_t zero_round(void *self) { return (void)self, 1; }
static algo_code_t no_app(void *self, uint64_t app, algo_avm_app_t *out, algo_err_t *err) {
  (void)self, (void)app, (void)out, (void)err;
  return ALGO_E_NOT_FOUND;
}
static const algo_avm_ledger_ops_t ledger = {.round = zero_round, .app = no_app};

static algo_bytes_t assemble(const char *source, algo_arena_t *arena) {
  algo_asm_result_t r;
  if (algo_asm_assemble(&r, algo_bytes_str(source), arena, NULL) != ALGO_OK) {
    fprintf(stderr, "%s\n", r.error_text);
    exit(1);
  }
  return r.program;
}

static algo_stxn_t call = {
    .txn = {.type = ALGO_TX_APPL, .app_id = 1000, .fee = 1000, .first_valid = 1, .last_valid = 100}};

static void run(algo_bytes_t program, algo_arena_t *arena) {
  const algo_stxn_t *txns[] = {&call};
  algo_avm_options_t opt = {
      .consensus = algo_consensus_future(), .ledger = &ledger, .arena = arena, .extra_budget = 1u << 30};
  algo_avm_group_t *g;
  bool pass;
  algo_err_t err;
  algo_arena_reset(arena);
  if (algo_avm_group_new(&g, txns, 1, &opt, &err) != ALGO_OK ||
      algo_avm_eval_app(g, 0, 1000, program, &pass, &err) != ALGO_OK || !pass) {
    fprintf(stderr, "%s\n", err.msg);
    exit(1);
  }
}

/* Nanoseconds for one run of a loop of `turns` over `copies` of the body. */
static double loop_ns(const char *setup, const char *body, unsigned copies, unsigned turns) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_arena_t code = ALGO_ARENA_INIT, arena = ALGO_ARENA_INIT;
  algo_buf_printf(&b, "#pragma version 13\nint 0\nstore 0\n%s\nloop:\n", setup);
  for (unsigned i = 0; i < copies; i++) algo_buf_puts(&b, body);
  algo_buf_printf(&b, "load 0\nint 1\n+\ndup\nstore 0\nint %u\n<\nbnz loop\npop\nint 1\nreturn\n", turns);
  algo_buf_puts(&b, "sub:\nproto 1 1\nframe_dig -1\nretsub\nend:\nerr\n");
  algo_bytes_t program = assemble(algo_buf_cstr(&b), &code);
  double best = 1e18;
  for (uint64_t start = bench_now_ns(); bench_now_ns() - start < RUN_NS;) {
    uint64_t from = bench_now_ns();
    run(program, &arena);
    double took = (double)(bench_now_ns() - from);
    if (took < best) best = took;
  }
  algo_buf_fini(&b);
  algo_arena_fini(&code);
  algo_arena_fini(&arena);
  return best;
}

#define TURNS 100u

static void measure(const char *name, double ns, double go) {
  char full[64];
  snprintf(full, sizeof full, "avm %s", name);
  if (go > 0) bench_measure_peer(full, ns, "ns/op", go, go / ns);
  else bench_measure(full, ns, "ns/op");
}

static void bench_family(const family_t *f) {
  measure(f->name, loop_ns(f->setup, f->body, BODY, TURNS) / (f->ops * BODY * TURNS), f->go);
}

static void bench_single(const single_t *s) {
  char with[1024], without[1024];
  bool two = strchr(s->args, '\n') != strrchr(s->args, '\n');
  snprintf(with, sizeof with, "%s%spop\n", s->args, s->op);
  snprintf(without, sizeof without, "%s%s", s->args, two ? "pop\npop\n" : "pop\n");
  double plain = loop_ns("int 1", without, 50, TURNS), whole = loop_ns("int 1", with, 50, TURNS);
  measure(s->name, (whole - plain) / (50.0 * TURNS), s->go);
}

/* Opcodes that take long: once in the loop, on what `setup` left in scratch. */
static const family_t slow[] = {
    {"ec_pairing_check, 2 pairs of BN254",
     "byte 0x05\nec_map_to BN254g1\ndup\nconcat\nstore 1\nint 64\nbzero\nec_map_to BN254g2\ndup\nconcat\nstore 2\nint "
     "1",
     "load 1\nload 2\nec_pairing_check BN254g1\npop\n", 1, 0},
    {"ec_pairing_check, 2 pairs of BLS12-381",
     "byte 0x05\nec_map_to BLS12_381g1\ndup\nconcat\nstore 1\nint 96\nbzero\nec_map_to BLS12_381g2\ndup\nconcat\nstore "
     "2\nint 1",
     "load 1\nload 2\nec_pairing_check BLS12_381g1\npop\n", 1, 0},
    {"ec_scalar_mul of BN254 G1", "byte 0x05\nec_map_to BN254g1\nstore 1\nint 1",
     "load 1\ntxn TxID\nec_scalar_mul BN254g1\npop\n", 1, 0},
    {"ec_multi_scalar_mul, 32 of BN254 G1",
     "byte 0x05\nec_map_to BN254g1\ndup\nconcat\ndup\nconcat\ndup\nconcat\ndup\nconcat\ndup\nconcat\nstore 1\ntxn "
     "TxID\ndup\n"
     "concat\ndup\nconcat\ndup\nconcat\ndup\nconcat\ndup\nconcat\nstore 2\nint 1",
     "load 1\nload 2\nec_multi_scalar_mul BN254g1\npop\n", 1, 0},
};

static void bench_slow(const family_t *f) {
  char full[64];
  snprintf(full, sizeof full, "avm %s", f->name);
  double none = loop_ns(f->setup, "", 1, 1);
  bench_measure(full, (loop_ns(f->setup, f->body, 1, 4) - none) / 4000, "us");
}

/* A small contract's start: the group, its static check and the first opcodes to the verdict. */
static void bench_start(void) {
  algo_arena_t code = ALGO_ARENA_INIT, arena = ALGO_ARENA_INIT;
  algo_bytes_t program =
      assemble("#pragma version 13\nintcblock 0 1 1000\nbytecblock 0x0102 0x03\ntxn NumAppArgs\nbz create\n"
               "txn NumAppArgs\nassert\nerr\ncreate:\nint 1\nreturn\n",
               &code);
  const algo_stxn_t *txns[] = {&call};
  algo_avm_options_t opt = {.consensus = algo_consensus_future(), .ledger = &ledger, .arena = &arena};
  double best = 1e18;
  for (int turn = 0; turn < 50; turn++) {
    uint64_t from = bench_now_ns();
    for (int i = 0; i < 1000; i++) {
      algo_avm_group_t *g;
      bool pass;
      algo_arena_reset(&arena);
      algo_avm_group_new(&g, txns, 1, &opt, NULL);
      algo_avm_check(g, 0, program, ALGO_AVM_APP, NULL, NULL);
      algo_avm_eval_app(g, 0, 1000, program, &pass, NULL);
    }
    double took = (double)(bench_now_ns() - from) / 1000;
    if (took < best) best = took;
  }
  bench_measure("avm program checked and run", best, "ns");
  algo_arena_fini(&code);
  algo_arena_fini(&arena);
}

int main(void) {
  for (size_t i = 0; i < sizeof families / sizeof *families; i++) bench_family(&families[i]);
  for (size_t i = 0; i < sizeof singles / sizeof *singles; i++) bench_single(&singles[i]);
  for (size_t i = 0; i < sizeof slow / sizeof *slow; i++) bench_slow(&slow[i]);
  bench_start();
  return 0;
}
