/* A node's whole state, read from its folder at a start: bytes behind the head that this program's and network's have.
 * They are taken, and then saved again, or refused. */
#include <stdio.h>
#include <stdlib.h>

#include "algo/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD 104u /* bytes: nine sizes and the network's hash */

typedef struct place {
  char dir[64];
  algo_genesis_t genesis;
  algo_buf_t head;
  algo_arena_t arena;
} place_t;

static algo_ledger_t *fresh(const place_t *p) {
  algo_ledger_t *l = NULL;
  if (algo_ledger_new(&l, &p->genesis, NULL, NULL) != ALGO_OK || algo_ledger_keep(l, p->dir, NULL) != ALGO_OK) abort();
  return l;
}

static const place_t *place(void) {
  static place_t p = {.dir = "/tmp/fuzz-checkpoint.XXXXXX"};
  if (p.head.n != 0) return &p;
  p.genesis = (algo_genesis_t){.id = "v1", .network = "fuzz", .protocol = "future", .timestamp = 1700000000};
  p.genesis.fee_sink.b[0] = 1;
  p.genesis.rewards_pool.b[0] = 2;
  if (mkdtemp(p.dir) == NULL) abort();
  algo_ledger_t *l = fresh(&p);
  if (algo_ledger_save(l, &p.head, NULL) != ALGO_OK || p.head.n < HEAD) abort();
  p.head.n = HEAD;
  algo_ledger_free(l);
  return &p;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const place_t *p = place();
  algo_buf_t state = ALGO_BUF_INIT, again = ALGO_BUF_INIT;
  algo_err_t err;
  algo_ledger_t *l = fresh(p);
  algo_buf_putb(&state, algo_buf_view(&p->head));
  algo_buf_put(&state, data, size);
  if (algo_ledger_restore(l, algo_buf_view(&state), &err) == ALGO_OK && algo_ledger_save(l, &again, &err) != ALGO_OK)
    abort();
  algo_ledger_free(l);
  algo_buf_fini(&state);
  algo_buf_fini(&again);
  return 0;
}
