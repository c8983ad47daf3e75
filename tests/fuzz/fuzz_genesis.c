/* Genesis documents: what is taken is written again, is the same network then, and starts a ledger or says why not. */
#include <stdlib.h>

#include "algo/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void start(const algo_genesis_t *g) {
  algo_ledger_t *l = NULL;
  algo_account_view_t a;
  algo_err_t err;
  if (algo_ledger_new(&l, g, NULL, &err) == ALGO_OK) {
    for (size_t i = 0; i < g->n_alloc; i++) algo_ledger_account(l, &g->alloc[i].addr, &a);
    (void)algo_ledger_seal(l, g->timestamp, &err);
  }
  algo_ledger_free(l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  algo_arena_t arena = {.limit = 64u << 20};
  algo_genesis_t g, again;
  if (algo_genesis_parse(&g, data, size, &arena, NULL) == ALGO_OK) {
    algo_buf_t text = ALGO_BUF_INIT;
    algo_digest_t one, two;
    algo_genesis_json(&text, &g);
    if (algo_genesis_parse(&again, text.p, text.n, &arena, NULL) != ALGO_OK) abort();
    algo_genesis_hash(&one, &g);
    algo_genesis_hash(&two, &again);
    if (memcmp(&one, &two, sizeof one) != 0) abort();
    start(&g);
    algo_buf_fini(&text);
  }
  algo_arena_fini(&arena);
  return 0;
}
