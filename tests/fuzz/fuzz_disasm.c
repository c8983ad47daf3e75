/* Any bytes as a program: it disassembles or says why not; each instruction alone, and around each pc, too. */
#include <stdlib.h>

#include "algo/asm.h"
#include "algo/flow.h"
#include "algo/isa.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void analyse(algo_bytes_t program) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_flow_t flow;
  if (algo_flow_analyse(&flow, program, &arena, NULL) == ALGO_OK && flow.n_reachable > flow.n) abort();
  algo_arena_fini(&arena);
}

static void each_instruction(algo_bytes_t program) {
  algo_buf_t one = ALGO_BUF_INIT;
  uint64_t version;
  int head = algo_uvarint_get(program.p, program.n, &version);
  for (uint32_t pc = head > 0 ? (uint32_t)head : 0, next; pc < program.n; pc = next) {
    algo_buf_clear(&one);
    if (algo_disasm_one(&one, program, pc, &next, NULL) != ALGO_OK) break;
    if (next <= pc || next > program.n) abort();
  }
  algo_buf_fini(&one);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  algo_bytes_t program = algo_bytes(data, size);
  algo_buf_t text = ALGO_BUF_INIT;
  algo_err_t err;
  algo_err_init(&err);
  if (algo_disasm(&text, program, &err) == ALGO_OK) {
    each_instruction(program);
    analyse(program);
  } else if (err.msg[0] == '\0') {
    abort();
  }
  for (uint32_t pc = 0; pc < size && pc < 64; pc++) algo_disasm_around(&text, program, pc);
  algo_buf_fini(&text);
  return 0;
}
