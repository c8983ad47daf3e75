#include "build.h"

algo_code_t tg_optimise(tg_t *b, tg_code_t *code) {
  (void)code;
  return b->failed;
}
