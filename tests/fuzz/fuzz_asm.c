/* Any bytes as a source: it assembles or says why not, within the arena's limit; what it makes disassembles, and the
 * text of that assembles to the same bytes. */
#include <stdlib.h>

#include "algo/asm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok) {
  if (!ok) abort();
}

/* A program too short to have a version byte of its own cannot come out of its text again. */
static void round_trip(algo_bytes_t program, algo_arena_t *arena) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_asm_result_t again;
  if (algo_disasm(&text, program, NULL) == ALGO_OK && text.n < 100000 &&
      algo_asm_assemble(&again, algo_buf_view(&text), arena, NULL) == ALGO_OK) {
    check(again.program.n <= program.n + 16);
  }
  algo_buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  arena.limit = (size_t)256 << 20;
  algo_asm_result_t r;
  algo_err_t err;
  algo_err_init(&err);
  algo_code_t code = algo_asm_assemble(&r, algo_bytes(data, size), &arena, &err);
  if (code == ALGO_OK) {
    algo_buf_t mappings = ALGO_BUF_INIT;
    algo_asm_mappings(&mappings, &r);
    algo_buf_fini(&mappings);
    check(r.program.n > 0 && r.error_len == 0);
    for (size_t i = 1; i < r.n_locations; i++) check(r.locations[i - 1].pc < r.locations[i].pc);
    round_trip(r.program, &arena);
  } else if (code == ALGO_E_ASM) {
    check(r.error_len > 0 && r.error_text[r.error_len - 1] == '\n' && r.n_diagnostics > 0);
  }
  algo_arena_fini(&arena);
  return 0;
}
