/* The table of values: equal ones are one. */
#include "internal.h"

static uint64_t mix(uint64_t h, uint64_t x) {
  h = (h ^ x) * 0x9e3779b97f4a7c15u;
  return h ^ h >> 29;
}

static uint64_t hash_of(const value_t *v) {
  uint64_t h = mix(v->kind, (uint64_t)v->type << 32 | (uint64_t)v->op << 24 | (uint64_t)v->result << 16 | v->taint);
  h = mix(h, v->k);
  for (unsigned i = 0; i < OPERANDS; i++) h = mix(h, v->a[i]);
  for (uint32_t i = 0; i < v->n; i++) h = mix(h, v->p[i]);
  return h;
}

static bool same(const value_t *x, const value_t *y) {
  return x->kind == y->kind && x->type == y->type && x->op == y->op && x->result == y->result && x->taint == y->taint &&
         x->k == y->k && memcmp(x->a, y->a, sizeof x->a) == 0 && x->n == y->n &&
         (x->n == 0 || memcmp(x->p, y->p, x->n) == 0);
}

bool values_init(values_t *t, algo_arena_t *arena) {
  *t = (values_t){.n = 1, .cap = 256, .n_slots = 1024};
  t->v = algo_arena_array(arena, t->cap, sizeof *t->v);
  t->slots = algo_arena_array(arena, t->n_slots, sizeof *t->slots);
  return t->v != NULL && t->slots != NULL;
}

static bool grow(run_t *r) {
  values_t *t = &r->values;
  algo_arena_t *arena = &r->ck->scratch;
  value_t *v = algo_arena_array(arena, 2 * (size_t)t->cap, sizeof *v);
  uint32_t *slots = algo_arena_array(arena, 2 * (size_t)t->n_slots, sizeof *slots);
  if (v == NULL || slots == NULL) return false;
  memcpy(v, t->v, t->n * sizeof *v);
  t->v = v;
  t->cap *= 2;
  t->slots = slots;
  t->n_slots *= 2;
  for (uint32_t i = 1; i < t->n; i++) {
    uint32_t at = (uint32_t)hash_of(&v[i]) & (t->n_slots - 1);
    while (slots[at] != 0) at = (at + 1) & (t->n_slots - 1);
    slots[at] = i;
  }
  return true;
}

val_t value_put(run_t *r, const value_t *v) {
  values_t *t = &r->values;
  if (t->n == t->cap && !grow(r)) {
    r->ck->oom = true;
    return 1;
  }
  uint32_t at = (uint32_t)hash_of(v) & (t->n_slots - 1);
  for (; t->slots[at] != 0; at = (at + 1) & (t->n_slots - 1)) {
    if (same(&t->v[t->slots[at]], v)) return t->slots[at];
  }
  t->v[t->n] = *v;
  return t->slots[at] = t->n++;
}

val_t value_int(run_t *r, uint64_t k) {
  return value_put(r, &(value_t){.kind = V_INT, .type = ALGO_KIND_UINT64, .k = k});
}

val_t value_bytes(run_t *r, algo_bytes_t b) {
  return value_put(r, &(value_t){.kind = V_BYTES, .type = ALGO_KIND_BYTES, .p = b.p, .n = (uint32_t)b.n});
}

val_t value_zero_address(run_t *r) {
  static const uint8_t zero[32];
  return value_bytes(r, algo_bytes(zero, sizeof zero));
}

val_t value_unknown(run_t *r, uint64_t name, algo_kind_t type, unsigned taint) {
  return value_put(r, &(value_t){.kind = V_UNKNOWN, .type = (uint8_t)type, .taint = (uint16_t)taint, .k = name});
}

val_t value_fresh(run_t *r, uint64_t number, algo_kind_t type) {
  return value_put(r, &(value_t){.kind = V_FRESH, .type = (uint8_t)type, .taint = T_FRESH | T_USER, .k = number});
}

static uint64_t hash_down(const run_t *r, val_t v, unsigned depth) {
  const value_t *x = value_of(r, v);
  value_t shape = *x;
  memset(shape.a, 0, sizeof shape.a);
  uint64_t h = hash_of(&shape);
  for (unsigned i = 0; i < OPERANDS && depth > 0; i++) {
    if (x->a[i] != 0) h = mix(h, hash_down(r, x->a[i], depth - 1));
  }
  return h;
}

uint64_t value_hash(const run_t *r, val_t v) { return hash_down(r, v, 5) | 1; }
