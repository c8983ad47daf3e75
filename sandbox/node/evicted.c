/* What the pool let go, and why: as a node's status cache, for who asks what became of a transaction. Source:
 * go-algorand 5.1, data/pools/statusCache.go. */
#include <stdlib.h>

#include "node_impl.h"

#define MOST       75000u      /* transactions; the oldest go first */
#define MOST_BYTES (64u << 20) /* of them and their texts */

typedef struct evicted {
  algo_digest_t id;
  size_t txn, why; /* bytes of the signed transaction; of the text behind it, 0: it waits to be tried again */
  uint8_t bytes[];
} evicted_t;

struct node_evicted { /* a ring: at is the oldest */
  evicted_t **v;
  size_t at, n, cap, bytes;
};

static evicted_t **slot(const node_evicted_t *e, size_t i) { return &e->v[(e->at + i) % e->cap]; }

static void drop_oldest(node_evicted_t *e) {
  evicted_t **s = slot(e, 0);
  e->bytes -= (*s)->txn + (*s)->why;
  free(*s);
  e->at = (e->at + 1) % e->cap;
  e->n--;
}

static bool grow(node_evicted_t *e) {
  size_t cap = e->cap == 0 ? 64 : e->cap * 2;
  evicted_t **v = malloc(cap * sizeof *v);
  if (v == NULL) return false;
  for (size_t i = 0; i < e->n; i++) v[i] = *slot(e, i);
  free(e->v);
  e->v = v;
  e->cap = cap;
  e->at = 0;
  return true;
}

static void put(node_evicted_t *e, const algo_digest_t *id, algo_bytes_t txn, algo_bytes_t why) {
  evicted_t *x = malloc(sizeof *x + txn.n + why.n);
  if (x == NULL) return;
  *x = (evicted_t){.id = *id, .txn = txn.n, .why = why.n};
  if (txn.n > 0) memcpy(x->bytes, txn.p, txn.n);
  if (why.n > 0) memcpy(x->bytes + txn.n, why.p, why.n);
  while (e->n > 0 && (e->n >= MOST || e->bytes + txn.n + why.n > MOST_BYTES)) drop_oldest(e);
  if (e->n == e->cap && !grow(e)) {
    free(x);
    return;
  }
  *slot(e, e->n++) = x;
  e->bytes += x->txn + x->why;
}

void node_evicted_put(node_evicted_t **e, algo_bytes_t group, algo_bytes_t why) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t txn = ALGO_BUF_INIT;
  algo_ledger_group_t g;
  if (*e == NULL) *e = calloc(1, sizeof **e);
  bool ok = *e != NULL && algo_ledger_group_read(&g, group, &arena, NULL) == ALGO_OK;
  for (size_t i = 0; ok && i < g.n; i++) {
    algo_buf_clear(&txn);
    algo_stxn_encode(&txn, g.txns[i]);
    if (!txn.oom) put(*e, &g.ids[i], algo_buf_view(&txn), why);
  }
  algo_buf_fini(&txn);
  algo_arena_fini(&arena);
}

void node_evicted_free(node_evicted_t *e) {
  if (e == NULL) return;
  while (e->n > 0) drop_oldest(e);
  free(e->v);
  free(e);
}

bool algo_node_evicted(const algo_node_t *n, const algo_digest_t *id, algo_bytes_t *txn, algo_bytes_t *why) {
  const node_evicted_t *e = n->evicted;
  for (size_t i = e == NULL ? 0 : e->n; i-- > 0;) {
    const evicted_t *x = *slot(e, i);
    if (memcmp(&x->id, id, sizeof *id) != 0) continue;
    *txn = algo_bytes(x->bytes, x->txn);
    *why = algo_bytes(x->bytes + x->txn, x->why);
    return true;
  }
  return false;
}
