/* Anybody's TEAL before the optimiser: it is optimised, or refused with a reason; what comes out is no longer,
 * assembles to what it says, and does the same on generated inputs. */
#include <stdlib.h>

#include "algo/asm.h"
#include "algo/tealgen_prove.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const tg_optimised_t *o, bool may_cost, algo_arena_t *arena) {
  algo_asm_result_t again;
  tg_proof_t proof;
  algo_err_t err;
  if (o->after.n > o->before.n) abort();
  if (algo_asm_assemble(&again, algo_bytes(o->teal, strlen(o->teal)), arena, &err) != ALGO_OK) abort();
  if (!algo_bytes_eq(again.program, o->after)) abort();
  if (o->unchanged) return;
  if (tg_prove(&proof, o->before, o->after, o->mode, may_cost, 20, 1, arena, &err) != ALGO_OK) return;
  if (proof.difference != NULL) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  algo_arena_t arena = {.limit = (size_t)256 << 20};
  tg_optimised_t o;
  algo_err_t err;
  if (size < 1) return 0;
  const tg_options_t opt = {.optimise = data[0] & 1 ? 1 : 2, .size = data[0] & 2};
  if (tg_optimise_source(&o, algo_bytes(data + 1, size - 1), "fuzz", &opt, TG_MODE_UNKNOWN, &arena, &err) == ALGO_OK)
    check(&o, opt.size, &arena);
  algo_arena_fini(&arena);
  return 0;
}
