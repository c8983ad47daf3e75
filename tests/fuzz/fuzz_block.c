/* Blocks as a node answers them: what decodes is written again and decodes to the same bytes. */
#include <stdlib.h>

#include "algo/block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No block has a transaction without a type, and the reader counts on it (codec_apply.least); where all that it had
 * were unknown members, nothing of it is written again. */
static bool has_types(const algo_apply_t *txns, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (txns[i].stxn.txn.type == ALGO_TX_UNKNOWN || !has_types(txns[i].delta.inner, txns[i].delta.n_inner))
      return false;
  return true;
}

/* Read one after another, its transactions are the same. */
static void compare(const algo_block_t *b, algo_bytes_t in, algo_arena_t *arena) {
  algo_block_t opened;
  algo_block_reader_t *r;
  if (algo_block_open(&r, &opened, in, arena, NULL) != ALGO_OK || opened.n_txns != b->n_txns) abort();
  for (size_t i = 0; i < b->n_txns; i++) {
    algo_apply_t a;
    algo_buf_t one = ALGO_BUF_INIT, two = ALGO_BUF_INIT;
    if (algo_block_next(r, &a, arena, NULL) != ALGO_OK) abort();
    algo_apply_encode(&one, &a);
    algo_apply_encode(&two, &b->txns[i]);
    if (!algo_bytes_eq(algo_buf_view(&one), algo_buf_view(&two))) abort();
    algo_buf_fini(&one);
    algo_buf_fini(&two);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  algo_arena_t arena = {.limit = 256u << 20};
  algo_block_t b, again;
  if (algo_block_decode(&b, algo_bytes(data, size), &arena, NULL) == ALGO_OK && has_types(b.txns, b.n_txns)) {
    algo_buf_t one = ALGO_BUF_INIT, two = ALGO_BUF_INIT;
    compare(&b, algo_bytes(data, size), &arena);
    algo_block_encode(&one, &b);
    if (algo_block_decode(&again, algo_buf_view(&one), &arena, NULL) != ALGO_OK) abort();
    algo_block_encode(&two, &again);
    if (!algo_bytes_eq(algo_buf_view(&one), algo_buf_view(&two))) abort();
    for (size_t i = 0; i < b.n_txns; i++) {
      algo_txn_t t;
      algo_digest_t id;
      algo_block_restore(&t, &b, &b.txns[i]);
      algo_txn_id(&id, &t);
    }
    algo_buf_fini(&one);
    algo_buf_fini(&two);
  }
  algo_arena_fini(&arena);
  return 0;
}
