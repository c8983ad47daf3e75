#include "edwards.h"

#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

#define MASK ((UINT64_C(1) << 51) - 1)

/* ---- the field ---- */

static const fe_t fe_zero, fe_one = {{1}};
static const fe_t fe_d = {{929955233495203, 466365720129213, 1662059464998953, 2033849074728123, 1442794654840575}};
static const fe_t fe_sqrt_minus_one = {
    {1718705420411056, 234908883556509, 2233514472574048, 2117202627021982, 765476049583133}};

static inline fe_t fe_add(const fe_t *a, const fe_t *b) {
  fe_t r;
  for (int i = 0; i < 5; i++) r.v[i] = a->v[i] + b->v[i];
  return r;
}

static inline fe_t fe_sub(const fe_t *a, const fe_t *b) { /* 4p is added, so that no limb goes below zero */
  fe_t r;
  r.v[0] = a->v[0] + 4 * (MASK - 18) - b->v[0];
  for (int i = 1; i < 5; i++) r.v[i] = a->v[i] + 4 * MASK - b->v[i];
  return r;
}

static inline fe_t fe_carry(u128 r0, u128 r1, u128 r2, u128 r3, u128 r4) {
  fe_t r;
  r1 += (uint64_t)(r0 >> 51);
  r2 += (uint64_t)(r1 >> 51);
  r3 += (uint64_t)(r2 >> 51);
  r4 += (uint64_t)(r3 >> 51);
  r.v[0] = ((uint64_t)r0 & MASK);
  r.v[1] = ((uint64_t)r1 & MASK);
  r.v[2] = (uint64_t)r2 & MASK;
  r.v[3] = (uint64_t)r3 & MASK;
  r.v[4] = (uint64_t)r4 & MASK;
  u128 top = (u128)(uint64_t)(r4 >> 51) * 19 + r.v[0];
  r.v[0] = (uint64_t)top & MASK;
  r.v[1] += (uint64_t)(top >> 51);
  return r;
}

static inline fe_t fe_reduce(const fe_t *x) { return fe_carry(x->v[0], x->v[1], x->v[2], x->v[3], x->v[4]); }

static inline fe_t fe_mul(const fe_t *x, const fe_t *y) {
  const uint64_t *a = x->v, *b = y->v;
  uint64_t b1 = b[1] * 19, b2 = b[2] * 19, b3 = b[3] * 19, b4 = b[4] * 19;
  u128 r0 = (u128)a[0] * b[0] + (u128)a[1] * b4 + (u128)a[2] * b3 + (u128)a[3] * b2 + (u128)a[4] * b1;
  u128 r1 = (u128)a[0] * b[1] + (u128)a[1] * b[0] + (u128)a[2] * b4 + (u128)a[3] * b3 + (u128)a[4] * b2;
  u128 r2 = (u128)a[0] * b[2] + (u128)a[1] * b[1] + (u128)a[2] * b[0] + (u128)a[3] * b4 + (u128)a[4] * b3;
  u128 r3 = (u128)a[0] * b[3] + (u128)a[1] * b[2] + (u128)a[2] * b[1] + (u128)a[3] * b[0] + (u128)a[4] * b4;
  u128 r4 = (u128)a[0] * b[4] + (u128)a[1] * b[3] + (u128)a[2] * b[2] + (u128)a[3] * b[1] + (u128)a[4] * b[0];
  return fe_carry(r0, r1, r2, r3, r4);
}

static inline fe_t fe_square(const fe_t *x) {
  const uint64_t *a = x->v;
  uint64_t d0 = a[0] * 2, d1 = a[1] * 2, d2 = a[2] * 2, a3 = a[3] * 19, a4 = a[4] * 19;
  u128 r0 = (u128)a[0] * a[0] + (u128)d1 * a4 + (u128)d2 * a3;
  u128 r1 = (u128)d0 * a[1] + (u128)d2 * a4 + (u128)a[3] * a3;
  u128 r2 = (u128)d0 * a[2] + (u128)a[1] * a[1] + (u128)(a[3] * 2) * a4;
  u128 r3 = (u128)d0 * a[3] + (u128)d1 * a[2] + (u128)a[4] * a4;
  u128 r4 = (u128)d0 * a[4] + (u128)d1 * a[3] + (u128)a[2] * a[2];
  return fe_carry(r0, r1, r2, r3, r4);
}

static fe_t fe_square_times(fe_t x, unsigned n) {
  while (n-- > 0) x = fe_square(&x);
  return x;
}

static fe_t fe_load(const uint8_t s[32]) { /* the top bit is left out */
  uint64_t w[4];
  memcpy(w, s, sizeof w);
  return (fe_t){{w[0] & MASK, (w[0] >> 51 | w[1] << 13) & MASK, (w[1] >> 38 | w[2] << 26) & MASK,
                 (w[2] >> 25 | w[3] << 39) & MASK, (w[3] >> 12) & MASK}};
}

static void fe_store(uint8_t s[32], const fe_t *x) { /* below p */
  fe_t r = fe_reduce(x);
  uint64_t over = (r.v[0] + 19) >> 51; /* one where r is p or more */
  for (int i = 1; i < 5; i++) over = (r.v[i] + over) >> 51;
  r.v[0] += 19 * over;
  for (int i = 0; i < 4; i++) {
    r.v[i + 1] += r.v[i] >> 51;
    r.v[i] &= MASK;
  }
  r.v[4] &= MASK;
  uint64_t w[4] = {r.v[0] | r.v[1] << 51, r.v[1] >> 13 | r.v[2] << 38, r.v[2] >> 26 | r.v[3] << 25,
                   r.v[3] >> 39 | r.v[4] << 12};
  memcpy(s, w, sizeof w);
}

static bool fe_equal(const fe_t *a, const fe_t *b) {
  uint8_t x[32], y[32];
  fe_store(x, a);
  fe_store(y, b);
  return memcmp(x, y, sizeof x) == 0;
}

static fe_t fe_power_250(const fe_t *x) { /* x^(2^250 - 1) */
  fe_t x2 = fe_square(x), x8 = fe_square_times(x2, 2), x9 = fe_mul(&x8, x), x11 = fe_mul(&x9, &x2);
  fe_t x22 = fe_square(&x11), e5 = fe_mul(&x22, &x9); /* e5: x^(2^5 - 1), and so on */
  fe_t t = fe_square_times(e5, 5), e10 = fe_mul(&t, &e5);
  t = fe_square_times(e10, 10);
  fe_t e20 = fe_mul(&t, &e10);
  t = fe_square_times(e20, 20);
  fe_t e40 = fe_mul(&t, &e20);
  t = fe_square_times(e40, 10);
  fe_t e50 = fe_mul(&t, &e10);
  t = fe_square_times(e50, 50);
  fe_t e100 = fe_mul(&t, &e50);
  t = fe_square_times(e100, 100);
  fe_t e200 = fe_mul(&t, &e100);
  t = fe_square_times(e200, 50);
  return fe_mul(&t, &e50);
}

static fe_t fe_invert(const fe_t *x) {
  uint8_t bytes[32];
  fe_store(bytes, x);
  edwards_invert(bytes, bytes);
  return fe_load(bytes);
}

/* ---- the curve ---- */

/* Of E, F, G, H of the formulas: (EF, GH, FG, EH). */
static inline point_t finish(const fe_t *e, const fe_t *f, const fe_t *g, const fe_t *h) {
  return (point_t){fe_mul(e, f), fe_mul(g, h), fe_mul(f, g), fe_mul(e, h)};
}

static inline point_t add(const point_t *p, const affine_t *q, bool minus) {
  fe_t sum = fe_add(&p->y, &p->x), difference = fe_sub(&p->y, &p->x);
  fe_t a = fe_mul(&sum, minus ? &q->difference : &q->sum), b = fe_mul(&difference, minus ? &q->sum : &q->difference);
  fe_t c = fe_mul(&q->dxy2, &p->t), d = fe_add(&p->z, &p->z);
  fe_t e = fe_sub(&a, &b), h = fe_add(&a, &b), up = fe_add(&d, &c), down = fe_sub(&d, &c);
  return minus ? finish(&e, &up, &down, &h) : finish(&e, &down, &up, &h);
}

static point_t add_points(const point_t *p, const point_t *q) {
  fe_t sum = fe_add(&p->y, &p->x), difference = fe_sub(&p->y, &p->x);
  fe_t q_sum = fe_add(&q->y, &q->x), q_difference = fe_sub(&q->y, &q->x), tt = fe_mul(&p->t, &q->t);
  fe_t a = fe_mul(&sum, &q_sum), b = fe_mul(&difference, &q_difference), dtt = fe_mul(&tt, &fe_d);
  fe_t zz = fe_mul(&p->z, &q->z), c = fe_add(&dtt, &dtt), d = fe_add(&zz, &zz);
  fe_t e = fe_sub(&a, &b), h = fe_add(&a, &b), up = fe_add(&d, &c), down = fe_sub(&d, &c);
  return finish(&e, &down, &up, &h);
}

static point_t twice(const point_t *p) {
  fe_t xx = fe_square(&p->x), yy = fe_square(&p->y), zz = fe_square(&p->z), s = fe_add(&p->x, &p->y);
  fe_t ss = fe_square(&s), h = fe_add(&yy, &xx), g = fe_sub(&yy, &xx), zz2 = fe_add(&zz, &zz);
  fe_t e = fe_sub(&ss, &h), sum = fe_add(&zz2, &xx), f = fe_sub(&sum, &yy);
  return finish(&e, &f, &g, &h);
}

static affine_t to_affine(const point_t *p, const fe_t *z_inverse) {
  fe_t x = fe_mul(&p->x, z_inverse), y = fe_mul(&p->y, z_inverse), xy = fe_mul(&x, &y), dxy = fe_mul(&xy, &fe_d);
  fe_t sum = fe_add(&y, &x), difference = fe_sub(&y, &x), twice_dxy = fe_add(&dxy, &dxy);
  return (affine_t){fe_reduce(&sum), fe_reduce(&difference), fe_reduce(&twice_dxy)};
}

/* x from y: x^2 = (y^2 - 1) / (dy^2 + 1) = u / v; x = uv^3 (uv^7)^((p - 5) / 8), times the root of -1 where needed. */
static bool load_point(point_t *out, const uint8_t bytes[32]) {
  fe_t y = fe_load(bytes), yy = fe_square(&y), dyy = fe_mul(&yy, &fe_d);
  fe_t above = fe_sub(&yy, &fe_one), u = fe_mul(&above, &fe_one), v = fe_add(&dyy, &fe_one), vv = fe_square(&v),
       v3 = fe_mul(&vv, &v);
  fe_t uv3 = fe_mul(&u, &v3), v4 = fe_mul(&v3, &v), uv7 = fe_mul(&uv3, &v4);
  fe_t e250 = fe_power_250(&uv7), t = fe_square_times(e250, 2), root = fe_mul(&t, &uv7);
  fe_t x = fe_mul(&uv3, &root), xx = fe_square(&x), vxx = fe_mul(&v, &xx), minus_u = fe_sub(&fe_zero, &u);
  if (fe_equal(&vxx, &minus_u)) x = fe_mul(&x, &fe_sqrt_minus_one);
  else if (!fe_equal(&vxx, &u)) return false;
  uint8_t low[32];
  fe_store(low, &x);
  if ((low[0] & 1) != bytes[31] >> 7) {
    x = fe_sub(&fe_zero, &x);
    x = fe_mul(&x, &fe_one);
  }
  *out = (point_t){x, y, fe_one, fe_mul(&x, &y)};
  return true;
}

/* Every z inverted with one inversion. */
static void invert_all(fe_t *out, const point_t *p, size_t n) {
  fe_t product = fe_one;
  for (size_t i = 0; i < n; i++) {
    out[i] = product;
    product = fe_mul(&product, &p[i].z);
  }
  fe_t inverse = fe_invert(&product);
  for (size_t i = n; i-- > 0;) {
    out[i] = fe_mul(&out[i], &inverse);
    inverse = fe_mul(&inverse, &p[i].z);
  }
}

bool edwards_table(point_table_t *out, const uint8_t bytes[32]) {
  enum { ALL = EDWARDS_ROWS * EDWARDS_ROW };
  point_t p;
  struct work {
    point_t p[ALL];
    fe_t inverse[ALL];
  } *w = load_point(&p, bytes) ? malloc(sizeof *w) : NULL;
  if (w == NULL) return false;
  for (int j = 0; j < EDWARDS_ROWS; j++) {
    point_t *row = &w->p[EDWARDS_ROW * j];
    fe_t inverse = fe_invert(&p.z);
    affine_t base = to_affine(&p, &inverse);
    row[0] = p;
    for (int i = 1; i < EDWARDS_ROW; i++) row[i] = add(&row[i - 1], &base, false);
    p = row[EDWARDS_ROW - 1];                  /* 32 times */
    for (int i = 0; i < 7; i++) p = twice(&p); /* 4096 times */
  }
  invert_all(w->inverse, w->p, ALL);
  for (int i = 0; i < ALL; i++) out->at[i / EDWARDS_ROW][i % EDWARDS_ROW] = to_affine(&w->p[i], &w->inverse[i]);
  free(w);
  return true;
}

edwards_digits_t edwards_digits(const uint8_t scalar[32], bool minus) {
  edwards_digits_t out;
  int carry = 0;
  for (int i = 0; i < 2 * EDWARDS_ROWS; i++) {
    int at = 6 * i / 8, shift = 6 * i % 8;
    unsigned two = (at < 32 ? scalar[at] : 0u) | (at + 1 < 32 ? scalar[at + 1] : 0u) << 8;
    int d = (int)(two >> shift & 63) + carry;
    carry = d > 32;
    d -= 64 * carry;
    out.at[i] = (int8_t)(minus ? -d : d);
  }
  return out;
}

static point_t sum_of(const point_table_t *table, const edwards_digits_t *d, int odd) {
  point_t p = {fe_zero, fe_one, fe_one, fe_zero};
  for (int j = 0; j < EDWARDS_ROWS; j++) {
    const int digit = d->at[2 * j + odd];
    if (digit != 0) p = add(&p, &table->at[j][(digit < 0 ? -digit : digit) - 1], digit < 0);
  }
  return p;
}

void edwards_sums(point_t out[4], const point_table_t *b, const edwards_digits_t *s, const point_table_t *a,
                  const edwards_digits_t *minus_h) {
  for (int i = 0; i < 4; i++) out[i] = i < 2 ? sum_of(b, s, i) : sum_of(a, minus_h, i - 2);
}

void edwards_join(uint8_t out[32], const point_t sums[4]) {
  point_t p = add_points(&sums[1], &sums[3]);
  for (int i = 0; i < 6; i++) p = twice(&p);
  p = add_points(&p, &sums[0]);
  p = add_points(&p, &sums[2]);
  fe_t inverse = fe_invert(&p.z), x = fe_mul(&p.x, &inverse), y = fe_mul(&p.y, &inverse);
  uint8_t low[32];
  fe_store(low, &x);
  fe_store(out, &y);
  out[31] |= (uint8_t)(low[0] << 7);
}

void edwards_check_point(uint8_t out[32], const point_table_t *b, const uint8_t s[32], const point_table_t *a,
                         const uint8_t h[32]) {
  const edwards_digits_t ds = edwards_digits(s, false), minus_h = edwards_digits(h, true);
  point_t sums[4];
  (edwards_has_avx2() ? edwards_sums_avx2 : edwards_sums)(sums, b, &ds, a, &minus_h);
  edwards_join(out, sums);
}
