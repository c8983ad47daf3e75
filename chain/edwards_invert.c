/* Inverses modulo p = 2^255 - 19 by division steps, a third of the time that a power takes. Nothing here is secret: it
 * takes as long as the number needs. Source: Bernstein and Yang, "Fast constant-time gcd computation and modular
 * inversion" (2019), in steps of 62 bits with the matrix of each batch applied at once.
 *
 * Numbers are five limbs of 62 bits, of which only the last has a sign. */
#include <string.h>

#include "edwards.h"

__extension__ typedef __int128 i128;

#define LIMBS 5
#define MASK  (UINT64_MAX >> 2)

typedef struct wide {
  int64_t v[LIMBS];
} wide_t;
/* 2^62 times what so many steps make of (f, g). */
typedef struct steps {
  int64_t u, v, q, r;
} steps_t;

static const wide_t p = {{-19, 0, 0, 0, 128}};
#define P_INVERSE UINT64_C(0x39435e50d79435e5) /* of p modulo 2^62 */

/* 62 steps on the low bits of f (odd) and g. Zero bits of g are taken together, and up to six more are cleared by
 * adding a multiple of f. */
static int64_t steps(steps_t *out, int64_t eta, uint64_t f, uint64_t g) {
  uint64_t u = 1, v = 0, q = 0, r = 1;
  for (int left = 62;;) {
    const int zeros = __builtin_ctzll(g | UINT64_MAX << left);
    g >>= zeros;
    u <<= zeros;
    v <<= zeros;
    eta -= zeros;
    left -= zeros;
    if (left == 0) break;
    const bool swap = eta < 0;
    if (swap) {
      const uint64_t was_f = f, was_u = u, was_v = v;
      eta = -eta;
      f = g;
      g = -was_f;
      u = q;
      q = -was_u;
      v = r;
      r = -was_v;
    }
    const int most = eta + 1 > left ? left : (int)eta + 1;
    const uint64_t bits = (UINT64_MAX >> (64 - most)) & (swap ? 63 : 15);
    const uint64_t w = (swap ? f * g * (f * f - 2) : -(f + (((f + 1) & 4) << 1)) * g) & bits; /* -g / f, in these */
    g += f * w;
    q += u * w;
    r += v * w;
  }
  *out = (steps_t){(int64_t)u, (int64_t)v, (int64_t)q, (int64_t)r};
  return eta;
}

/* The steps done to f and g: 2^62 divides what comes out. */
static void apply(wide_t *f, wide_t *g, const steps_t *t) {
  i128 a = (i128)t->u * f->v[0] + (i128)t->v * g->v[0], b = (i128)t->q * f->v[0] + (i128)t->r * g->v[0];
  for (int i = 1; i < LIMBS; i++) {
    a = (a >> 62) + (i128)t->u * f->v[i] + (i128)t->v * g->v[i];
    b = (b >> 62) + (i128)t->q * f->v[i] + (i128)t->r * g->v[i];
    f->v[i - 1] = (int64_t)((uint64_t)a & MASK);
    g->v[i - 1] = (int64_t)((uint64_t)b & MASK);
  }
  f->v[LIMBS - 1] = (int64_t)(a >> 62);
  g->v[LIMBS - 1] = (int64_t)(b >> 62);
}

/* The same to d and e modulo p: so many p are added that 2^62 divides it. They stay between -2p and p. */
static void apply_modulo(wide_t *d, wide_t *e, const steps_t *t) {
  const int64_t minus_d = d->v[LIMBS - 1] >> 63, minus_e = e->v[LIMBS - 1] >> 63;
  int64_t more_a = (t->u & minus_d) + (t->v & minus_e), more_b = (t->q & minus_d) + (t->r & minus_e);
  i128 a = (i128)t->u * d->v[0] + (i128)t->v * e->v[0], b = (i128)t->q * d->v[0] + (i128)t->r * e->v[0];
  more_a -= (int64_t)((P_INVERSE * (uint64_t)a + (uint64_t)more_a) & MASK);
  more_b -= (int64_t)((P_INVERSE * (uint64_t)b + (uint64_t)more_b) & MASK);
  a += (i128)p.v[0] * more_a;
  b += (i128)p.v[0] * more_b;
  for (int i = 1; i < LIMBS; i++) {
    a = (a >> 62) + (i128)t->u * d->v[i] + (i128)t->v * e->v[i] + (i128)p.v[i] * more_a;
    b = (b >> 62) + (i128)t->q * d->v[i] + (i128)t->r * e->v[i] + (i128)p.v[i] * more_b;
    d->v[i - 1] = (int64_t)((uint64_t)a & MASK);
    e->v[i - 1] = (int64_t)((uint64_t)b & MASK);
  }
  d->v[LIMBS - 1] = (int64_t)(a >> 62);
  e->v[LIMBS - 1] = (int64_t)(b >> 62);
}

/* factor (1 or -1) times (x, with p added where it is negative). */
static void lift(wide_t *x, int64_t factor) {
  const int64_t below = x->v[LIMBS - 1] >> 63;
  int64_t carry = 0;
  for (int i = 0; i < LIMBS; i++) {
    carry += factor * (x->v[i] + (p.v[i] & below));
    x->v[i] = i < LIMBS - 1 ? (int64_t)((uint64_t)carry & MASK) : carry;
    carry >>= 62;
  }
}

void edwards_invert(uint8_t out[32], const uint8_t in[32]) {
  uint64_t w[4];
  memcpy(w, in, sizeof w);
  wide_t f = p,
         g = {{(int64_t)(w[0] & MASK), (int64_t)((w[0] >> 62 | w[1] << 2) & MASK),
               (int64_t)((w[1] >> 60 | w[2] << 4) & MASK), (int64_t)((w[2] >> 58 | w[3] << 6) & MASK),
               (int64_t)(w[3] >> 56)}},
         d = {{0}}, e = {{1}};
  steps_t t;
  for (int64_t eta = -1; (g.v[0] | g.v[1] | g.v[2] | g.v[3] | g.v[4]) != 0;) {
    eta = steps(&t, eta, (uint64_t)f.v[0], (uint64_t)g.v[0]);
    apply_modulo(&d, &e, &t);
    apply(&f, &g, &t);
  }
  lift(&d, f.v[LIMBS - 1] < 0 ? -1 : 1); /* f is 1 or -1 by now; d between -2p and p, and so between -p and p */
  lift(&d, 1);
  const uint64_t *v = (const uint64_t *)d.v;
  const uint64_t words[4] = {v[0] | v[1] << 62, v[1] >> 2 | v[2] << 60, v[2] >> 4 | v[3] << 58, v[3] >> 6 | v[4] << 56};
  memcpy(out, words, sizeof words);
}
