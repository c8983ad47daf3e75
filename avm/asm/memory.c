/* Growing arrays and name tables in the arena. */
#include "asm_internal.h"

bool asm_grow(asm_t *a, void *array, size_t n, size_t *cap, size_t size) {
  if (a->oom) return false;
  size_t want = *cap < 16 ? 32 : *cap * 2;
  void *old, *fresh = want <= SIZE_MAX / size ? algo_arena_alloc(a->arena, want * size) : NULL;
  if (fresh == NULL) {
    a->oom = true;
    return false;
  }
  memcpy(&old, array, sizeof old);
  if (n != 0) memcpy(fresh, old, n * size);
  memcpy(array, &fresh, sizeof fresh);
  *cap = want;
  return true;
}

void asm_emit_bytes(asm_t *a, const void *p, size_t n) {
  while (a->cap_code - a->n_code < n) {
    if (!asm_grow(a, &a->code, a->n_code, &a->cap_code, 1)) return;
  }
  if (n != 0) memcpy(a->code + a->n_code, p, n);
  a->n_code += n;
}

void asm_emit_uvarint(asm_t *a, uint64_t v) {
  uint8_t bytes[ALGO_UVARINT_MAX];
  asm_emit_bytes(a, bytes, algo_uvarint_put(bytes, v));
}

struct name_slot {
  const char *name; /* NULL: empty */
  uint32_t n, hash, value;
};

static inline uint64_t load(const uint8_t *p, size_t n) {
  uint64_t w = 0;
  memcpy(&w, p, n);
  return w;
}

/* The last step's bytes overlap those of the step before. */
static inline uint32_t hash_name(const uint8_t *p, size_t n) {
  uint64_t h = 0x9e3779b97f4a7c15u ^ n, last = 0;
  for (size_t at = 0; at + 8 < n; at += 8) {
    h = (h ^ load(p + at, 8)) * 0xff51afd7ed558ccdu;
    h ^= h >> 32;
  }
  if (n >= 8) last = load(p + n - 8, 8);
  else if (n >= 4) last = load(p, 4) | load(p + n - 4, 4) << 32;
  else if (n > 0) last = (uint64_t)p[0] << 16 | (uint64_t)p[n / 2] << 8 | p[n - 1];
  h = (h ^ last) * 0xff51afd7ed558ccdu;
  return (uint32_t)(h ^ h >> 32);
}

static inline struct name_slot *slot_of(const names_t *t, const void *name, size_t n, uint32_t hash) {
  for (size_t i = hash & (t->cap - 1);; i = (i + 1) & (t->cap - 1)) {
    struct name_slot *s = &t->slots[i];
    if (s->name == NULL || (s->hash == hash && s->n == n && memcmp(s->name, name, n) == 0)) return s;
  }
}

uint32_t *names_find(const names_t *t, const void *name, size_t n) {
  if (t->used == 0) return NULL;
  struct name_slot *s = slot_of(t, name, n, hash_name(name, n));
  return s->name != NULL ? &s->value : NULL;
}

static bool grow_names(asm_t *a, names_t *t) {
  names_t bigger = {NULL, t->cap == 0 ? 128 : t->cap * 2, t->used};
  bigger.slots = algo_arena_array(a->arena, bigger.cap, sizeof *bigger.slots);
  if (bigger.slots == NULL) {
    a->oom = true;
    return false;
  }
  for (size_t i = 0; i < t->cap; i++) {
    struct name_slot *s = &t->slots[i];
    if (s->name != NULL) *slot_of(&bigger, s->name, s->n, s->hash) = *s;
  }
  *t = bigger;
  return true;
}

uint32_t *names_add(asm_t *a, names_t *t, const void *name, size_t n, uint32_t value) {
  if (2 * t->used >= t->cap && !grow_names(a, t)) return NULL;
  uint32_t hash = hash_name(name, n);
  struct name_slot *s = slot_of(t, name, n, hash);
  if (s->name == NULL) {
    t->used++;
    *s = (struct name_slot){n != 0 ? name : "", (uint32_t)n, hash, value};
  }
  return &s->value;
}
