#include "internal.h"
algo_code_t avm_run_fast(algo_avm_context_t *cx) {
  algo_code_t rc = ALGO_OK;
  while (rc == ALGO_OK && cx->pc < cx->len) rc = avm_step(cx);
  return rc;
}
