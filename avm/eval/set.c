#include "set.h"

static uint64_t mix(const algo_addr_t *addr, uint64_t id) {
  uint64_t h = id * UINT64_C(0x9e3779b97f4a7c15);
  for (int i = 0; i < 4; i++) {
    uint64_t w;
    memcpy(&w, addr->b + 8 * i, 8);
    h = (h ^ w) * UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 32;
  }
  return h;
}

static avm_entry_t *slot(const avm_set_t *s, const algo_addr_t *addr, uint64_t id) {
  for (uint64_t i = mix(addr, id);; i++) {
    avm_entry_t *e = &s->slots[i & (s->cap - 1)];
    if (!e->used || (e->id == id && algo_addr_eq(&e->addr, addr))) return e;
  }
}

static bool grow(avm_set_t *s, algo_arena_t *arena) {
  avm_set_t bigger = {.n = s->n, .cap = s->cap ? 2 * s->cap : 8};
  bigger.slots = algo_arena_array(arena, bigger.cap, sizeof *bigger.slots);
  if (bigger.slots == NULL) return false;
  for (uint32_t i = 0; i < s->cap; i++)
    if (s->slots[i].used) *slot(&bigger, &s->slots[i].addr, s->slots[i].id) = s->slots[i];
  *s = bigger;
  return true;
}

static const algo_addr_t zero;

uint64_t *avm_set_add(avm_set_t *s, algo_arena_t *arena, const algo_addr_t *addr, uint64_t id) {
  if (addr == NULL) addr = &zero;
  if (4 * (s->n + 1) > 3 * s->cap && !grow(s, arena)) return NULL;
  avm_entry_t *e = slot(s, addr, id);
  if (!e->used) {
    *e = (avm_entry_t){*addr, id, 0, true};
    s->n++;
  }
  return &e->value;
}

uint64_t *avm_set_find(const avm_set_t *s, const algo_addr_t *addr, uint64_t id) {
  if (s->n == 0) return NULL;
  avm_entry_t *e = slot(s, addr != NULL ? addr : &zero, id);
  return e->used ? &e->value : NULL;
}
