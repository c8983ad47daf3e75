/* Signed transactions: what decodes is written again, decodes to the same bytes, and keeps its id. */
#include <stdlib.h>

#include "algo/txn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const algo_stxn_t *s, bool strict) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t one = ALGO_BUF_INIT, two = ALGO_BUF_INIT;
  algo_stxn_encode(&one, s);
  algo_stxn_t again;
  algo_bytes_t in = algo_buf_view(&one);
  if (algo_stxn_decode_next(&again, &in, strict, &arena, NULL) != ALGO_OK || in.n != 0) abort();
  algo_stxn_encode(&two, &again);
  if (!algo_bytes_eq(algo_buf_view(&one), algo_buf_view(&two))) abort();
  algo_digest_t a, b;
  algo_txn_id(&a, &s->txn);
  algo_txn_id(&b, &again.txn);
  if (memcmp(&a, &b, sizeof a) != 0) abort();
  algo_buf_fini(&one);
  algo_buf_fini(&two);
  algo_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  for (int strict = 0; strict < 2; strict++) {
    algo_arena_t arena = {.limit = 64u << 20};
    algo_bytes_t in = algo_bytes(data, size);
    algo_stxn_t s;
    while (in.n != 0 && algo_stxn_decode_next(&s, &in, strict == 1, &arena, NULL) == ALGO_OK)
      round_trip(&s, strict == 1);
    algo_arena_fini(&arena);
  }
  return 0;
}
