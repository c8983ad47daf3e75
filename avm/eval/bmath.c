/* Byte strings as big-endian integers: arithmetic on up to 64 bytes, comparison, and bitwise logic on any length. */
#include <gmp.h>

#include "internal.h"

_Static_assert(GMP_NUMB_BITS == 64, "limbs are 64 bits");

#define LIMBS (AVM_MAX_MATH / 8)

/* Big-endian bytes (at most 64) to limbs, without leading zero limbs; returns the number of limbs. */
static mp_size_t to_limbs(mp_limb_t out[LIMBS], const avm_value_t *v) {
  const uint8_t *p = v->p;
  size_t n = v->n;
  mp_size_t k = 0;
  for (; n >= 8; n -= 8) {
    uint64_t w;
    memcpy(&w, p + n - 8, 8);
    out[k++] = __builtin_bswap64(w);
  }
  if (n > 0) {
    uint64_t w = 0;
    for (size_t i = 0; i < n; i++) w = w << 8 | p[i];
    out[k++] = w;
  }
  while (k > 0 && out[k - 1] == 0) k--;
  return k;
}

/* The shortest big-endian bytes of k limbs, into *to; pops `pop` values. */
static algo_code_t from_limbs(algo_avm_context_t *cx, avm_value_t *to, const mp_limb_t *limbs, mp_size_t k,
                              uint32_t pop) {
  while (k > 0 && limbs[k - 1] == 0) k--;
  uint8_t *p = avm_alloc(cx, (size_t)k * 8);
  if (p == NULL) return avm_nomem(cx);
  for (mp_size_t i = 0; i < k; i++) {
    uint64_t w = __builtin_bswap64(limbs[k - 1 - i]);
    memcpy(p + i * 8, &w, 8);
  }
  size_t lead = k == 0 ? 0 : (size_t)__builtin_clzll(limbs[k - 1]) / 8;
  *to = avm_bytes(p + lead, (size_t)k * 8 - lead);
  cx->sp -= pop;
  return ALGO_OK;
}

__extension__ typedef unsigned __int128 u128;

/* Numbers of up to two limbs, which most are, need no library. */
static inline u128 small(const mp_limb_t a[LIMBS], mp_size_t n) {
  return n == 0 ? 0 : n == 1 ? a[0] : (u128)a[1] << 64 | a[0];
}
static inline mp_size_t unpack(mp_limb_t r[2], u128 v) {
  r[0] = (mp_limb_t)v;
  r[1] = (mp_limb_t)(v >> 64);
  return 2;
}

static bool too_large(algo_avm_context_t *cx) {
  return avm_top(cx, 1)->n > AVM_MAX_MATH || avm_top(cx, 0)->n > AVM_MAX_MATH;
}
#define LARGE "math attempted on large byte-array"

algo_code_t avm_op_bplus(algo_avm_context_t *cx) {
  mp_limb_t a[LIMBS], b[LIMBS], r[LIMBS + 1];
  if (too_large(cx)) return avm_fail(cx, LARGE);
  avm_value_t *to = avm_top(cx, 1);
  mp_size_t na = to_limbs(a, to), nb = to_limbs(b, avm_top(cx, 0)), n;
  if (na <= 2 && nb <= 2) {
    u128 sum, x = small(a, na);
    r[2] = __builtin_add_overflow(x, small(b, nb), &sum);
    unpack(r, sum);
    n = 3;
  } else if (na >= nb) {
    r[na] = na == 0 ? 0 : nb == 0 ? (mpn_copyi(r, a, na), 0) : mpn_add(r, a, na, b, nb);
    n = na + 1;
  } else {
    r[nb] = na == 0 ? (mpn_copyi(r, b, nb), 0) : mpn_add(r, b, nb, a, na);
    n = nb + 1;
  }
  return from_limbs(cx, to, r, n, 1);
}

static int compare(const mp_limb_t *a, mp_size_t na, const mp_limb_t *b, mp_size_t nb) {
  if (na != nb) return na < nb ? -1 : 1;
  return na == 0 ? 0 : mpn_cmp(a, b, na);
}

algo_code_t avm_op_bminus(algo_avm_context_t *cx) {
  mp_limb_t a[LIMBS], b[LIMBS], r[LIMBS];
  if (too_large(cx)) return avm_fail(cx, LARGE);
  avm_value_t *to = avm_top(cx, 1);
  mp_size_t na = to_limbs(a, to), nb = to_limbs(b, avm_top(cx, 0));
  if (compare(a, na, b, nb) < 0) return avm_fail(cx, "byte math would have negative result");
  if (na <= 2) na = unpack(r, small(a, na) - small(b, nb));
  else if (nb == 0) mpn_copyi(r, a, na);
  else mpn_sub(r, a, na, b, nb);
  return from_limbs(cx, to, r, na, 1);
}

static void mul_small(mp_limb_t r[4], const mp_limb_t *a, mp_size_t na, const mp_limb_t *b, mp_size_t nb) {
  uint64_t a1 = na > 1 ? a[1] : 0, b1 = nb > 1 ? b[1] : 0;
  u128 low = (u128)a[0] * b[0], mid = (u128)a1 * b[0], other = (u128)a[0] * b1, high = (u128)a1 * b1;
  mid += low >> 64; /* cannot overflow: (2^64 - 1)^2 + 2^64 - 1 */
  high += mid >> 64;
  other += (uint64_t)mid;
  high += other >> 64;
  r[0] = (mp_limb_t)low;
  r[1] = (mp_limb_t)other;
  unpack(r + 2, high);
}

algo_code_t avm_op_bmul(algo_avm_context_t *cx) {
  mp_limb_t a[LIMBS], b[LIMBS], r[2 * LIMBS];
  if (too_large(cx)) return avm_fail(cx, LARGE);
  avm_value_t *to = avm_top(cx, 1);
  mp_size_t na = to_limbs(a, to), nb = to_limbs(b, avm_top(cx, 0));
  if (na == 0 || nb == 0) return from_limbs(cx, to, r, 0, 1);
  if (na <= 2 && nb <= 2) {
    mul_small(r, a, na, b, nb);
    return from_limbs(cx, to, r, 4, 1);
  }
  if (na >= nb) mpn_mul(r, a, na, b, nb);
  else mpn_mul(r, b, nb, a, na);
  return from_limbs(cx, to, r, na + nb, 1);
}

static algo_code_t divide(algo_avm_context_t *cx, bool remainder, const char *zero) {
  mp_limb_t a[LIMBS], b[LIMBS], q[LIMBS + 1], r[LIMBS];
  if (too_large(cx)) return avm_fail(cx, LARGE);
  avm_value_t *to = avm_top(cx, 1);
  mp_size_t na = to_limbs(a, to), nb = to_limbs(b, avm_top(cx, 0));
  if (nb == 0) {
    (void)from_limbs(cx, to, a, 0, 1); /* an empty result is there when it fails */
    return avm_fail(cx, "%s", zero);
  }
  if (na <= 2 && nb <= 2) {
    u128 x = small(a, na), y = small(b, nb);
    return from_limbs(cx, to, r, unpack(r, remainder ? x % y : x / y), 1);
  }
  if (na < nb) return from_limbs(cx, to, a, remainder ? na : 0, 1);
  mpn_tdiv_qr(q, r, 0, a, na, b, nb);
  return remainder ? from_limbs(cx, to, r, nb, 1) : from_limbs(cx, to, q, na - nb + 1, 1);
}
algo_code_t avm_op_bdiv(algo_avm_context_t *cx) { return divide(cx, false, "division by zero"); }
algo_code_t avm_op_bmod(algo_avm_context_t *cx) { return divide(cx, true, "modulo by zero"); }

algo_code_t avm_op_bsqrt(algo_avm_context_t *cx) {
  mp_limb_t a[LIMBS], r[LIMBS];
  avm_value_t *to = avm_top(cx, 0);
  if (to->n > AVM_MAX_MATH) return avm_fail(cx, LARGE);
  mp_size_t n = to_limbs(a, to);
  if (n == 0) return from_limbs(cx, to, a, 0, 0);
  mpn_sqrtrem(r, NULL, a, n);
  return from_limbs(cx, to, r, (n + 1) / 2, 0);
}

/* <0, 0, >0 of the two values on top, as integers; false: too large. */
static bool order(algo_avm_context_t *cx, int *out) {
  if (too_large(cx)) return false;
  algo_bytes_t a = avm_view(avm_top(cx, 1)), b = avm_view(avm_top(cx, 0));
  while (a.n > 0 && a.p[0] == 0) a.p++, a.n--;
  while (b.n > 0 && b.p[0] == 0) b.p++, b.n--;
  *out = a.n != b.n ? (a.n < b.n ? -1 : 1) : a.n == 0 ? 0 : memcmp(a.p, b.p, a.n);
  return true;
}

static algo_code_t fail_order(algo_avm_context_t *cx, bool swapped) {
  avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0), t = *a;
  if (swapped) *a = *b, *b = t;
  return avm_fail(cx, LARGE);
}

/* `swapped`: it is asked the other way round, which is how it leaves the stack when it fails. */
#define COMPARE(name, op, swapped)                                                                                     \
  algo_code_t avm_op_##name(algo_avm_context_t *cx) {                                                                  \
    int c;                                                                                                             \
    if (!order(cx, &c)) return fail_order(cx, swapped);                                                                \
    *avm_top(cx, 1) = avm_uint(c op 0);                                                                                \
    cx->sp--;                                                                                                          \
    return ALGO_OK;                                                                                                    \
  }
COMPARE(blt, <, false)
COMPARE(bgt, >, true)
COMPARE(ble, <=, true)
COMPARE(bge, >=, false)
COMPARE(beq, ==, false)
COMPARE(bneq, !=, false)
#undef COMPARE

/* Bitwise logic on the two values on top, the shorter one padded with zeros at its front. */
#define LOGIC(name, op)                                                                                                \
  algo_code_t avm_op_##name(algo_avm_context_t *cx) {                                                                  \
    avm_value_t *a = avm_top(cx, 1), *b = avm_top(cx, 0);                                                              \
    const avm_value_t *l = a->n >= b->n ? a : b, *s = a->n >= b->n ? b : a;                                            \
    uint8_t *p = avm_alloc(cx, l->n);                                                                                  \
    if (p == NULL) return avm_nomem(cx);                                                                               \
    uint32_t pad = l->n - s->n;                                                                                        \
    for (uint32_t i = 0; i < pad; i++) p[i] = l->p[i] op 0;                                                            \
    for (uint32_t i = pad; i < l->n; i++) p[i] = l->p[i] op s->p[i - pad];                                             \
    *a = avm_bytes(p, l->n);                                                                                           \
    cx->sp--;                                                                                                          \
    return ALGO_OK;                                                                                                    \
  }
LOGIC(bbitor, |)
LOGIC(bbitand, &)
LOGIC(bbitxor, ^)
#undef LOGIC

algo_code_t avm_op_bbitnot(algo_avm_context_t *cx) {
  avm_value_t *a = avm_top(cx, 0);
  uint8_t *p = avm_alloc(cx, a->n);
  if (p == NULL) return avm_nomem(cx);
  for (uint32_t i = 0; i < a->n; i++) p[i] = (uint8_t)~a->p[i];
  a->p = p;
  return ALGO_OK;
}
