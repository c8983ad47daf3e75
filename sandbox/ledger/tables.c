/* Shared byte strings and hash tables with open addressing. */
#include "internal.h"

blob_t *algo_lblob_new(algo_bytes_t v) {
  blob_t *b = malloc(sizeof *b + v.n);
  if (!b) return NULL;
  b->refs = 1;
  b->n = (uint32_t)v.n;
  if (v.n) memcpy(b->p, v.p, v.n);
  return b;
}

uint32_t algo_lhash_bytes(const void *p, size_t n, uint64_t seed) {
  const uint8_t *b = p;
  uint64_t h = seed * UINT64_C(0x9e3779b97f4a7c15) ^ n;
  for (; n >= 8; n -= 8, b += 8) {
    uint64_t w;
    memcpy(&w, b, 8);
    h = (h ^ w) * UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 32;
  }
  for (size_t i = 0; i < n; i++) h = (h ^ b[i]) * UINT64_C(0x100000001b3);
  return (uint32_t)(h ^ h >> 32);
}

void *algo_ltable_find(const table_t *t, uint32_t hash, table_eq_fn *eq, const void *key) {
  if (!t->cap) return NULL;
  for (size_t i = hash & (t->cap - 1);; i = (i + 1) & (t->cap - 1)) {
    if (!t->slots[i]) return NULL;
    if (t->hashes[i] == hash && eq(t->slots[i], key)) return t->slots[i];
  }
}

static void insert(table_t *t, uint32_t hash, void *item) {
  size_t i = hash & (t->cap - 1);
  while (t->slots[i]) i = (i + 1) & (t->cap - 1);
  t->slots[i] = item;
  t->hashes[i] = hash;
}

bool algo_ltable_add(table_t *t, uint32_t hash, void *item) {
  if (t->n * 4 >= t->cap * 3) {
    table_t bigger = {NULL, NULL, t->n, t->cap ? t->cap * 2 : 64};
    bigger.slots = calloc(bigger.cap, sizeof *bigger.slots);
    bigger.hashes = calloc(bigger.cap, sizeof *bigger.hashes);
    if (!bigger.slots || !bigger.hashes) {
      free(bigger.slots);
      free(bigger.hashes);
      return false;
    }
    for (size_t i = 0; i < t->cap; i++)
      if (t->slots[i]) insert(&bigger, t->hashes[i], t->slots[i]);
    algo_ltable_fini(t);
    *t = bigger;
  }
  insert(t, hash, item);
  t->n++;
  return true;
}

void algo_ltable_remove(table_t *t, uint32_t hash, const void *item) {
  size_t mask = t->cap - 1, i = hash & mask;
  while (t->slots[i] != item) {
    if (!t->slots[i]) return;
    i = (i + 1) & mask;
  }
  t->n--;
  for (size_t j = (i + 1) & mask; t->slots[j]; j = (j + 1) & mask) { /* what comes behind moves up where it may */
    size_t home = t->hashes[j] & mask;
    if (((j - home) & mask) < ((j - i) & mask)) continue;
    t->slots[i] = t->slots[j];
    t->hashes[i] = t->hashes[j];
    i = j;
  }
  t->slots[i] = NULL;
}

void algo_ltable_fini(table_t *t) {
  free(t->slots);
  free(t->hashes);
  *t = (table_t){0};
}
