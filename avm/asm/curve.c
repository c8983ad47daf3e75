/* Does a hash decode as a point of Edwards25519? -x^2 + y^2 = 1 + d x^2 y^2, so x^2 = (y^2 - 1) / (d y^2 + 1): it does
 * when that is a square, which the product of the two tells as well as the quotient. Non-canonical y count, modulo p.
 * Nothing here is secret. Field elements are five limbs of 51 bits, modulo p = 2^255 - 19. */
#include "algo/hash.h"
#include "asm_internal.h"

__extension__ typedef unsigned __int128 u128;

typedef struct fe {
  uint64_t v[5];
} fe_t;

#define MASK51 ((UINT64_C(1) << 51) - 1)

static fe_t fe_mul(const fe_t *x, const fe_t *y) {
  const uint64_t *a = x->v, *b = y->v;
  uint64_t b1 = 19 * b[1], b2 = 19 * b[2], b3 = 19 * b[3], b4 = 19 * b[4];
  u128 r0 = (u128)a[0] * b[0] + (u128)a[1] * b4 + (u128)a[2] * b3 + (u128)a[3] * b2 + (u128)a[4] * b1;
  u128 r1 = (u128)a[0] * b[1] + (u128)a[1] * b[0] + (u128)a[2] * b4 + (u128)a[3] * b3 + (u128)a[4] * b2;
  u128 r2 = (u128)a[0] * b[2] + (u128)a[1] * b[1] + (u128)a[2] * b[0] + (u128)a[3] * b4 + (u128)a[4] * b3;
  u128 r3 = (u128)a[0] * b[3] + (u128)a[1] * b[2] + (u128)a[2] * b[1] + (u128)a[3] * b[0] + (u128)a[4] * b4;
  u128 r4 = (u128)a[0] * b[4] + (u128)a[1] * b[3] + (u128)a[2] * b[2] + (u128)a[3] * b[1] + (u128)a[4] * b[0];
  fe_t r;
  r1 += (uint64_t)(r0 >> 51);
  r2 += (uint64_t)(r1 >> 51);
  r3 += (uint64_t)(r2 >> 51);
  r4 += (uint64_t)(r3 >> 51);
  r.v[0] = ((uint64_t)r0 & MASK51) + 19 * (uint64_t)(r4 >> 51);
  r.v[1] = ((uint64_t)r1 & MASK51) + (r.v[0] >> 51);
  r.v[0] &= MASK51;
  r.v[2] = (uint64_t)r2 & MASK51;
  r.v[3] = (uint64_t)r3 & MASK51;
  r.v[4] = (uint64_t)r4 & MASK51;
  return r;
}

static fe_t fe_square_times(fe_t x, unsigned n) {
  while (n-- > 0) x = fe_mul(&x, &x);
  return x;
}

/* x^(2^(2n) - 1) from x^(2^n - 1). */
static fe_t fe_double_ones(const fe_t *x, unsigned n) {
  fe_t t = fe_square_times(*x, n);
  return fe_mul(&t, x);
}

/* x^((p - 1) / 2) = x^(2^254 - 10) */
static fe_t fe_legendre(const fe_t *x) {
  fe_t x2 = fe_double_ones(x, 1), x4 = fe_double_ones(&x2, 2);
  fe_t x5 = fe_square_times(x4, 1);
  x5 = fe_mul(&x5, x);
  fe_t x10 = fe_double_ones(&x5, 5), x20 = fe_double_ones(&x10, 10), x40 = fe_double_ones(&x20, 20);
  fe_t x50 = fe_square_times(x40, 10);
  x50 = fe_mul(&x50, &x10);
  fe_t x100 = fe_double_ones(&x50, 50), x200 = fe_double_ones(&x100, 100);
  fe_t x250 = fe_square_times(x200, 50);
  x250 = fe_mul(&x250, &x50);
  fe_t t = fe_square_times(x250, 4), xx = fe_mul(x, x); /* 2^254 - 16, to which 6 is missing */
  fe_t x6 = fe_square_times(xx, 1);
  x6 = fe_mul(&x6, &xx);
  return fe_mul(&t, &x6);
}

/* Is it -1 modulo p? Zero and one are the other two that it can be. */
static bool fe_is_minus_one(fe_t x) {
  for (int round = 0; round < 2; round++) {
    for (unsigned i = 0; i < 4; i++) {
      x.v[i + 1] += x.v[i] >> 51;
      x.v[i] &= MASK51;
    }
    x.v[0] += 19 * (x.v[4] >> 51);
    x.v[4] &= MASK51;
  }
  return x.v[0] == MASK51 - 19 && x.v[1] == MASK51 && x.v[2] == MASK51 && x.v[3] == MASK51 && x.v[4] == MASK51;
}

bool algo_asm_on_curve(const uint8_t y[32]) {
  static const fe_t d = {{0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff}};
  uint64_t w[4];
  for (unsigned i = 0; i < 4; i++) {
    w[i] = 0;
    for (unsigned j = 8; j-- > 0;) w[i] = w[i] << 8 | y[8 * i + j];
  }
  fe_t fy = {{w[0] & MASK51, (w[0] >> 51 | w[1] << 13) & MASK51, (w[1] >> 38 | w[2] << 26) & MASK51,
              (w[2] >> 25 | w[3] << 39) & MASK51, w[3] >> 12 & MASK51}};
  fe_t yy = fe_mul(&fy, &fy), u = yy, v = fe_mul(&d, &yy);
  const uint64_t minus_one[5] = {MASK51 - 19, MASK51, MASK51, MASK51, MASK51};
  for (unsigned i = 0; i < 5; i++) u.v[i] += minus_one[i];
  v.v[0] += 1;
  fe_t uv = fe_mul(&u, &v);
  return !fe_is_minus_one(fe_legendre(&uv));
}

bool program_on_curve(const uint8_t *program, size_t n) {
  uint8_t hash[32];
  algo_sha512_256_tagged(hash, "Program", program, n);
  return algo_asm_on_curve(hash);
}
