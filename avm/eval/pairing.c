/* The optimal ate pairing of BN254 and BLS12-381, as far as the question "is this product of pairings 1" needs it: the
 * sign of the loop and powers prime to the order are left out, for they do not change the answer. */
#include <stdlib.h>

#include "curve.h"
#include "tower.h"

typedef struct pair {
  avm_point_t a; /* the running multiple of q */
  const avm_point_t *q, *p;
  avm_point_t b;   /* what is to be added to a */
  avm_fe2_t slope; /* of the line through a and b */
} pair_t;

typedef struct miller {
  const avm_curve_t *c;
  const avm_tower_t *t;
  pair_t *pairs;
  size_t n;
  avm_fe2_t *products; /* n + 1 */
  avm_fe12_t *acc;
} miller_t;

/* Numerator and denominator of the slope: a and b have another x, or are one point that is not its own negative. */
static void fraction(const avm_field_t *f, const pair_t *p, avm_fe2_t *num, avm_fe2_t *den) {
  if (avm_fe2_eq(&p->a.x, &p->b.x)) {
    avm_fe2_square(f, den, &p->a.x);
    avm_fe2_add(f, num, den, den);
    avm_fe2_add(f, num, num, den);
    avm_fe2_add(f, den, &p->a.y, &p->a.y);
  } else {
    avm_fe2_sub(f, num, &p->b.y, &p->a.y);
    avm_fe2_sub(f, den, &p->b.x, &p->a.x);
  }
}

/* All slopes with one inversion (Montgomery's trick). */
static void slopes(miller_t *m) {
  const avm_field_t *f = m->c->fp;
  avm_fe2_t num, den, inv;
  m->products[0] = (avm_fe2_t){.a = f->one};
  for (size_t i = 0; i < m->n; i++) {
    fraction(f, &m->pairs[i], &num, &den);
    avm_fe2_mul(f, &m->products[i + 1], &m->products[i], &den);
  }
  avm_fe2_inv(f, &inv, &m->products[m->n]);
  for (size_t i = m->n; i-- > 0;) {
    fraction(f, &m->pairs[i], &num, &den);
    avm_fe2_mul(f, &m->pairs[i].slope, &num, &inv);
    avm_fe2_mul(f, &m->pairs[i].slope, &m->pairs[i].slope, &m->products[i]);
    avm_fe2_mul(f, &inv, &inv, &den);
  }
}

/* The line through a and b at p (up to factors that the final power makes 1). Untwisting takes (x, y) of G2 to
 * (x w^2, y w^3), or, for the multiplying twist, to (x w^-2, y w^-3); there all is multiplied by w^3. */
static void times_line(const miller_t *m, const pair_t *p) {
  static const uint8_t dividing[3] = {0, 1, 3}, multiplying[3] = {3, 2, 0};
  const avm_field_t *f = m->c->fp;
  avm_fe2_t l[3] = {p->p->y};
  avm_fe2_scale(f, &l[1], &p->slope, &p->p->x.a);
  avm_fe2_neg(f, &l[1], &l[1]);
  avm_fe2_mul(f, &l[2], &p->slope, &p->a.x);
  avm_fe2_sub(f, &l[2], &l[2], &p->a.y);
  avm_fe12_mul_line(m->t, m->acc, m->acc, l, m->c->m_twist ? multiplying : dividing);
}

static void advance(const avm_field_t *f, pair_t *p) { /* a + b into a */
  avm_fe2_t x, y;
  avm_fe2_square(f, &x, &p->slope);
  avm_fe2_sub(f, &x, &x, &p->a.x);
  avm_fe2_sub(f, &x, &x, &p->b.x);
  avm_fe2_sub(f, &y, &p->a.x, &x);
  avm_fe2_mul(f, &y, &y, &p->slope);
  avm_fe2_sub(f, &p->a.y, &y, &p->a.y);
  p->a.x = x;
}

static void step(miller_t *m) {
  slopes(m);
  for (size_t i = 0; i < m->n; i++) {
    times_line(m, &m->pairs[i]);
    advance(m->c->fp, &m->pairs[i]);
  }
}

static void miller(miller_t *m) {
  avm_group_t g2 = {m->c, 2};
  int top = 63;
  if (!m->c->m_twist) top = 64; /* 6 x + 2 has 65 bits, the highest of them not in `loop` */
  else top -= __builtin_clzll(m->c->loop);
  for (int i = top - 1; i >= 0; i--) {
    avm_fe12_square(m->t, m->acc, m->acc);
    for (size_t k = 0; k < m->n; k++) m->pairs[k].b = m->pairs[k].a;
    step(m);
    if ((m->c->loop >> i & 1) == 0) continue;
    for (size_t k = 0; k < m->n; k++) m->pairs[k].b = *m->pairs[k].q;
    step(m);
  }
  for (int turn = 1; turn <= 2 && !m->c->m_twist; turn++) { /* psi(q), -psi^2(q) */
    for (size_t k = 0; k < m->n; k++) {
      avm_point_psi(g2, &m->pairs[k].b, m->pairs[k].q);
      if (turn == 1) continue;
      avm_point_psi(g2, &m->pairs[k].b, &m->pairs[k].b);
      avm_point_neg(g2, &m->pairs[k].b, &m->pairs[k].b);
    }
    step(m);
  }
}

/* ---- the power (p^12 - 1) / r, times something prime to r ---- */

static void power_x(const avm_curve_t *c, const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x) {
  avm_fe12_cyclotomic_pow(t, r, x, c->seed);
  if (c->m_twist) avm_fe12_conj(t, r, r); /* the parameter is negative */
}

/* 3 (p^4 - p^2 + 1) / r = (x - 1)^2 (x + p) (x^2 + p^2 - 1) + 3 (Hayashida, Hayasaka, Teruya) */
static void hard_bls(const avm_curve_t *c, const avm_tower_t *t, avm_fe12_t *x) {
  avm_fe12_t y = *x, z, conj;
  for (int i = 0; i < 2; i++) {
    avm_fe12_conj(t, &conj, &y);
    power_x(c, t, &z, &y);
    avm_fe12_mul(t, &y, &z, &conj);
  }
  power_x(c, t, &z, &y);
  avm_fe12_frobenius(t, &y, &y, 1);
  avm_fe12_mul(t, &y, &y, &z);
  avm_fe12_conj(t, &conj, &y);
  power_x(c, t, &z, &y);
  power_x(c, t, &z, &z);
  avm_fe12_frobenius(t, &y, &y, 2);
  avm_fe12_mul(t, &y, &y, &z);
  avm_fe12_mul(t, &y, &y, &conj);
  avm_fe12_cyclotomic_square(t, &z, x);
  avm_fe12_mul(t, &z, &z, x);
  avm_fe12_mul(t, x, &y, &z);
}

/* 2 x (6 x^2 + 3 x + 1) (p^4 - p^2 + 1) / r = l0 + l1 p + l2 p^2 + l3 p^3 with l0 = s + 6 x^2 + 6 x + 1, l1 = s + 4 x,
 * l2 = s + 6 x, l3 = s + 4 x - 1, s = 12 x^3 + 6 x^2 (Fuentes-Castaneda, Knapp, Rodriguez-Henriquez) */
static void hard_bn(const avm_curve_t *c, const avm_tower_t *t, avm_fe12_t *x) {
  avm_fe12_t x2, x4, x6, xx6, s, l, out, inv;
  power_x(c, t, &x2, x);
  avm_fe12_cyclotomic_square(t, &x2, &x2); /* the power 2 x, and so on */
  avm_fe12_cyclotomic_square(t, &x4, &x2);
  avm_fe12_mul(t, &x6, &x4, &x2);
  power_x(c, t, &xx6, &x6);
  power_x(c, t, &s, &xx6);
  avm_fe12_cyclotomic_square(t, &s, &s);
  avm_fe12_mul(t, &s, &s, &xx6);
  avm_fe12_mul(t, &l, &s, &x6); /* l2 */
  avm_fe12_frobenius(t, &out, &l, 2);
  avm_fe12_mul(t, &l, &l, &xx6);
  avm_fe12_mul(t, &l, &l, x); /* l0 */
  avm_fe12_mul(t, &out, &out, &l);
  avm_fe12_mul(t, &l, &s, &x4); /* l1 */
  avm_fe12_conj(t, &inv, x);
  avm_fe12_mul(t, &s, &l, &inv); /* l3 */
  avm_fe12_frobenius(t, &l, &l, 1);
  avm_fe12_mul(t, &out, &out, &l);
  avm_fe12_frobenius(t, &s, &s, 3);
  avm_fe12_mul(t, x, &out, &s);
}

static void final_power(const avm_curve_t *c, const avm_tower_t *t, avm_fe12_t *x) {
  avm_fe12_t y, z;
  avm_fe12_conj(t, &y, x);
  avm_fe12_inv(t, &z, x);
  avm_fe12_mul(t, &y, &y, &z); /* p^6 - 1 */
  avm_fe12_frobenius(t, x, &y, 2);
  avm_fe12_mul(t, x, x, &y); /* p^2 + 1 */
  (c->m_twist ? hard_bls : hard_bn)(c, t, x);
}

bool avm_pairing_is_one(const avm_curve_t *c, const avm_point_t *p, const avm_point_t *q, size_t n, bool *out) {
  avm_tower_t t;
  avm_fe12_t acc;
  miller_t m = {.c = c, .t = &t, .acc = &acc};
  m.pairs = malloc(n * sizeof *m.pairs);
  m.products = malloc((n + 1) * sizeof *m.products);
  bool ok = (m.pairs != NULL || n == 0) && m.products != NULL;
  for (size_t i = 0; ok && i < n; i++)
    if (!avm_point_is_infinity(&p[i]) && !avm_point_is_infinity(&q[i]))
      m.pairs[m.n++] = (pair_t){.a = q[i], .q = &q[i], .p = &p[i]};
  if (ok) {
    avm_tower_init(&t, c->fp, (unsigned)c->xi);
    avm_fe12_one(&t, &acc);
    miller(&m);
    final_power(c, &t, &acc);
    *out = avm_fe12_is_one(&t, &acc);
  }
  free(m.pairs);
  free(m.products);
  return ok;
}
