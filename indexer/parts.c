/* parts.c - see parts.h. */
#include "parts.h"

#include <stdlib.h>

#include "copy.h"

#define OID_INT4 23u

algo_code_t ix_list_grow(void **list, size_t n, size_t *cap, size_t size, algo_err_t *err) {
  if (n < *cap) return ALGO_OK;
  const size_t more = *cap ? 2 * *cap : 64;
  void *p = realloc(*list, more * size);
  if (!p) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  *list = p;
  *cap = more;
  return ALGO_OK;
}

void ix_parts_fini(ix_parts_t *p) {
  free(p->list);
  memset(p, 0, sizeof *p);
}

void ix_parts_begin(ix_parts_t *p, uint32_t intra) {
  p->root = p->n;
  p->root_intra = intra;
}

static algo_code_t add_at(ix_parts_t *p, size_t from, const algo_addr_t *a, uint32_t intra, algo_err_t *err) {
  for (size_t i = from; i < p->n; i++)
    if (p->list[i].intra == intra && algo_addr_eq(&p->list[i].addr, a)) return ALGO_OK;
  void *list = p->list;
  algo_code_t rc = ix_list_grow(&list, p->n, &p->cap, sizeof *p->list, err);
  p->list = list;
  if (rc != ALGO_OK) return rc;
  p->list[p->n].addr = *a;
  p->list[p->n++].intra = intra;
  return ALGO_OK;
}

/* An inner transaction's participants count for the top-level one too. */
static algo_code_t add(ix_parts_t *p, size_t from, const algo_addr_t *a, uint32_t intra, algo_err_t *err) {
  algo_code_t rc = add_at(p, from, a, intra, err);
  if (rc == ALGO_OK && intra != p->root_intra) rc = add_at(p, p->root, a, p->root_intra, err);
  return rc;
}

static algo_code_t add_set(ix_parts_t *p, size_t from, const algo_addr_t *a, uint32_t intra, algo_err_t *err) {
  return algo_addr_is_zero(a) ? ALGO_OK : add(p, from, a, intra, err);
}

algo_code_t ix_parts_add(ix_parts_t *p, const algo_txn_t *t, uint32_t intra, algo_err_t *err) {
  const size_t from = p->n;
  algo_code_t rc = add(p, from, &t->sender, intra, err);
  switch (t->type) {
  case ALGO_TX_PAY: /* a payment without a receiver pays the zero address */
    if (rc == ALGO_OK) rc = add(p, from, &t->receiver, intra, err);
    if (rc == ALGO_OK) rc = add_set(p, from, &t->close_remainder_to, intra, err);
    break;
  case ALGO_TX_AXFER:
    if (rc == ALGO_OK) rc = add_set(p, from, &t->asset_sender, intra, err);
    if (rc == ALGO_OK) rc = add_set(p, from, &t->asset_receiver, intra, err);
    if (rc == ALGO_OK) rc = add_set(p, from, &t->asset_close_to, intra, err);
    break;
  case ALGO_TX_AFRZ:
    if (rc == ALGO_OK) rc = add_set(p, from, &t->freeze_account, intra, err);
    break;
  case ALGO_TX_APPL:
    for (size_t i = 0; rc == ALGO_OK && i < t->n_accounts; i++) rc = add_set(p, from, &t->accounts[i], intra, err);
    for (size_t i = 0; rc == ALGO_OK && i < t->n_access; i++) rc = add_set(p, from, &t->access[i].address, intra, err);
    break;
  case ALGO_TX_HB:
    if (rc == ALGO_OK && t->heartbeat) rc = add_set(p, from, &t->heartbeat->address, intra, err);
    break;
  default: break;
  }
  return rc;
}

/* ---- rows ---- */

/* An account: its places are those of `intras` from `at` on. */
typedef struct account {
  const algo_addr_t *addr;
  size_t n, at;
} account_t;

typedef struct index {
  account_t *accounts; /* in the order in which they came first */
  size_t n;
  uint32_t *slots; /* by hash: 1 + the account, 0: none */
  size_t mask;
  uint32_t *of;     /* each participant's account */
  uint32_t *intras; /* by account */
} index_t;

static bool index_init(index_t *x, size_t n) {
  size_t slots = 64;
  while (slots < 2 * n) slots *= 2;
  *x = (index_t){.accounts = malloc((n + 1) * sizeof *x->accounts),
                 .slots = calloc(slots, sizeof *x->slots),
                 .mask = slots - 1,
                 .of = malloc((n + 1) * sizeof *x->of),
                 .intras = malloc((n + 1) * sizeof *x->intras)};
  return x->accounts && x->slots && x->of && x->intras;
}

static void index_fini(index_t *x) {
  free(x->accounts);
  free(x->slots);
  free(x->of);
  free(x->intras);
}

/* Anyone may be paid, also 32 bytes that somebody made up to be alike: where the table lies is what he does not know.
 */
static uint64_t hash_of(const index_t *x, const algo_addr_t *a) {
  uint64_t h = (uint64_t)(uintptr_t)x->slots >> 12;
  for (int i = 0; i < 32; i += 8) h = algo_mix64(h ^ algo_get_be64(a->b + i));
  return h;
}

static uint32_t account_of(index_t *x, const algo_addr_t *a) {
  size_t at = hash_of(x, a) & x->mask;
  for (; x->slots[at]; at = (at + 1) & x->mask)
    if (algo_addr_eq(x->accounts[x->slots[at] - 1].addr, a)) return x->slots[at] - 1;
  x->accounts[x->n] = (account_t){a, 0, 0};
  x->slots[at] = (uint32_t)++x->n;
  return (uint32_t)x->n - 1;
}

static int compare(const void *x, const void *y) {
  const account_t *a = x, *b = y;
  return memcmp(a->addr->b, b->addr->b, sizeof a->addr->b);
}

/* Nearly in order: only what an inner transaction adds to its top-level one stands behind its own. */
static void sort_places(uint32_t *v, size_t n) {
  for (size_t i = 1; i < n; i++) {
    const uint32_t x = v[i];
    size_t k = i;
    for (; k > 0 && v[k - 1] > x; k--) v[k] = v[k - 1];
    v[k] = x;
  }
}

static void fill(index_t *x, const ix_parts_t *p) {
  for (size_t i = 0; i < p->n; i++) x->accounts[x->of[i] = account_of(x, &p->list[i].addr)].n++;
  for (size_t i = 0, at = 0; i < x->n; i++) {
    x->accounts[i].at = at;
    at += x->accounts[i].n;
    x->accounts[i].n = 0;
  }
  for (size_t i = 0; i < p->n; i++) {
    account_t *a = &x->accounts[x->of[i]];
    x->intras[a->at + a->n++] = p->list[i].intra;
  }
  if (x->n) qsort(x->accounts, x->n, sizeof *x->accounts, compare);
}

algo_code_t ix_parts_put(ix_parts_t *p, uint64_t round, algo_buf_t *out, uint64_t *rows, algo_err_t *err) {
  index_t x;
  const bool ok = index_init(&x, p->n);
  if (ok) fill(&x, p);
  for (size_t i = 0; ok && i < x.n; i++) {
    const account_t *a = &x.accounts[i];
    sort_places(x.intras + a->at, a->n);
    ix_copy_row(out, 3);
    ix_copy_i64(out, (int64_t)round);
    ix_copy_bytes(out, a->addr->b, sizeof a->addr->b);
    ix_copy_array(out, OID_INT4, a->n, 4);
    for (size_t k = 0; k < a->n; k++) ix_copy_i32(out, (int32_t)x.intras[a->at + k]);
  }
  *rows = x.n;
  index_fini(&x);
  return ok ? ALGO_OK : algo_err_set(err, ALGO_E_NOMEM, "out of memory");
}
