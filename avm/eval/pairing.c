/* The ate pairing of BN254 and BLS12-381, as far as the question "is this product of pairings 1" needs it: its loop
 * runs over trace - 1, and the final power is taken plainly. Any pairing of these groups answers alike. */
#include <gmp.h>

#include "curve.h"

typedef struct fe12 { /* over w, w^6 = xi: six elements of the quadratic extension */
  avm_fe2_t c[6];
} fe12_t;

typedef struct tower {
  const avm_field_t *f;
  avm_fe2_t xi;
} tower_t;

static void mul12(const tower_t *t, fe12_t *r, const fe12_t *x, const fe12_t *y) {
  avm_fe2_t wide[11] = {0}, p;
  for (int i = 0; i < 6; i++) {
    if (avm_fe2_is_zero(&x->c[i])) continue;
    for (int j = 0; j < 6; j++) {
      if (avm_fe2_is_zero(&y->c[j])) continue; /* lines are sparse */
      avm_fe2_mul(t->f, &p, &x->c[i], &y->c[j]);
      avm_fe2_add(t->f, &wide[i + j], &wide[i + j], &p);
    }
  }
  for (int i = 0; i < 6; i++) {
    r->c[i] = wide[i];
    if (i == 5) break;
    avm_fe2_mul(t->f, &p, &wide[i + 6], &t->xi);
    avm_fe2_add(t->f, &r->c[i], &r->c[i], &p);
  }
}

static void one12(const tower_t *t, fe12_t *r) { *r = (fe12_t){.c[0].a = t->f->one}; }

static bool is_one12(const tower_t *t, const fe12_t *x) {
  fe12_t one;
  one12(t, &one);
  return memcmp(x, &one, sizeof one) == 0;
}

static void conj12(const tower_t *t, fe12_t *r, const fe12_t *x) { /* the power p^6: w becomes -w */
  for (int i = 0; i < 6; i++) {
    r->c[i] = x->c[i];
    if (i % 2) avm_fe2_neg(t->f, &r->c[i], &x->c[i]);
  }
}

/* Inverse of a0 + a1 v + a2 v^2, v^3 = xi. */
static void inv6(const tower_t *t, avm_fe2_t r[3], const avm_fe2_t a[3]) {
  const avm_field_t *f = t->f;
  avm_fe2_t c[3], p, n;
  avm_fe2_mul(f, &c[0], &a[0], &a[0]);
  avm_fe2_mul(f, &p, &a[1], &a[2]);
  avm_fe2_mul(f, &p, &p, &t->xi);
  avm_fe2_sub(f, &c[0], &c[0], &p);
  avm_fe2_mul(f, &c[1], &a[2], &a[2]);
  avm_fe2_mul(f, &c[1], &c[1], &t->xi);
  avm_fe2_mul(f, &p, &a[0], &a[1]);
  avm_fe2_sub(f, &c[1], &c[1], &p);
  avm_fe2_mul(f, &c[2], &a[1], &a[1]);
  avm_fe2_mul(f, &p, &a[0], &a[2]);
  avm_fe2_sub(f, &c[2], &c[2], &p);
  avm_fe2_mul(f, &n, &a[2], &c[1]);
  avm_fe2_mul(f, &p, &a[1], &c[2]);
  avm_fe2_add(f, &n, &n, &p);
  avm_fe2_mul(f, &n, &n, &t->xi);
  avm_fe2_mul(f, &p, &a[0], &c[0]);
  avm_fe2_add(f, &n, &n, &p);
  avm_fe2_inv(f, &n, &n);
  for (int i = 0; i < 3; i++) avm_fe2_mul(f, &r[i], &c[i], &n);
}

static void inv12(const tower_t *t, fe12_t *r,
                  const fe12_t *x) { /* the conjugate over the norm, which has even powers only */
  fe12_t conj, norm, inv = {0};
  conj12(t, &conj, x);
  mul12(t, &norm, x, &conj);
  avm_fe2_t a[3] = {norm.c[0], norm.c[2], norm.c[4]}, b[3];
  inv6(t, b, a);
  for (int i = 0; i < 3; i++) inv.c[2 * i] = b[i];
  mul12(t, r, &conj, &inv);
}

static void pow12(const tower_t *t, fe12_t *r, const fe12_t *x, const mpz_t e) {
  fe12_t out;
  one12(t, &out);
  for (size_t i = mpz_sizeinbase(e, 2); i-- > 0;) {
    mul12(t, &out, &out, &out);
    if (mpz_tstbit(e, i)) mul12(t, &out, &out, x);
  }
  *r = out;
}

/* x^((p^12 - 1) / r) = ((x^(p^6 - 1))^(p^2 + 1))^((p^4 - p^2 + 1) / r) */
static void final_power(const avm_curve_t *c, const tower_t *t, fe12_t *x) {
  fe12_t y, z;
  mpz_t p, p2, e, r;
  mpz_inits(p, p2, e, r, NULL);
  mpz_import(p, c->fp->n, -1, 8, 0, 0, c->fp->p.l);
  mpz_import(r, c->fr->n, -1, 8, 0, 0, c->fr->p.l);
  mpz_mul(p2, p, p);
  conj12(t, &y, x);
  inv12(t, &z, x);
  mul12(t, &y, &y, &z);
  mpz_add_ui(e, p2, 1);
  pow12(t, &y, &y, e);
  mpz_mul(e, p2, p2);
  mpz_sub(e, e, p2);
  mpz_add_ui(e, e, 1);
  mpz_divexact(e, e, r);
  pow12(t, x, &y, e);
  mpz_clears(p, p2, e, r, NULL);
}

/* The line through a with the slope given, at p (up to factors that the final power makes 1). Untwisting takes (x, y)
 * of G2 to (x w^2, y w^3), or, for the multiplying twist, to (x w^-2, y w^-3); there all is multiplied by w^3. */
static void line(const avm_curve_t *c, const avm_field_t *f, fe12_t *r, const avm_point_t *a, const avm_fe2_t *slope,
                 const avm_point_t *p) {
  avm_fe2_t rest, t;
  avm_fe2_mul(f, &rest, slope, &a->x);
  avm_fe2_sub(f, &rest, &rest, &a->y);
  avm_fe2_scale(f, &t, slope, &p->x.a);
  avm_fe2_neg(f, &t, &t);
  *r = (fe12_t){0};
  if (c->m_twist) r->c[0] = rest, r->c[2] = t, r->c[3] = p->y;
  else r->c[0] = p->y, r->c[1] = t, r->c[3] = rest;
}

/* a and b have another x, or are one point that is not its own negative: the slope between them, and their sum into a.
 */
static void slope_add(const avm_field_t *f, avm_point_t *a, const avm_point_t *b, avm_fe2_t *slope) {
  avm_fe2_t num, den, x, y;
  if (avm_fe2_eq(&a->x, &b->x)) {
    avm_fe2_mul(f, &den, &a->x, &a->x);
    avm_fe2_add(f, &num, &den, &den);
    avm_fe2_add(f, &num, &num, &den);
    avm_fe2_add(f, &den, &a->y, &a->y);
  } else {
    avm_fe2_sub(f, &num, &b->y, &a->y);
    avm_fe2_sub(f, &den, &b->x, &a->x);
  }
  avm_fe2_inv(f, &den, &den);
  avm_fe2_mul(f, slope, &num, &den);
  avm_fe2_mul(f, &x, slope, slope);
  avm_fe2_sub(f, &x, &x, &a->x);
  avm_fe2_sub(f, &x, &x, &b->x);
  avm_fe2_sub(f, &y, &a->x, &x);
  avm_fe2_mul(f, &y, &y, slope);
  avm_fe2_sub(f, &a->y, &y, &a->y);
  a->x = x;
}

static void step(const avm_curve_t *c, const tower_t *t, fe12_t *acc, avm_point_t *a, const avm_point_t *b,
                 const avm_point_t *p) {
  avm_point_t before = *a;
  avm_fe2_t slope;
  fe12_t l;
  slope_add(t->f, a, b, &slope);
  line(c, t->f, &l, &before, &slope, p);
  mul12(t, acc, acc, &l);
}

static void miller(const avm_curve_t *c, const tower_t *t, fe12_t *r, const avm_point_t *p, const avm_point_t *q) {
  avm_point_t a = *q, self;
  mpz_t n;
  mpz_init_set_str(n, c->loop, 16);
  one12(t, r);
  for (size_t i = mpz_sizeinbase(n, 2) - 1; i-- > 0;) {
    mul12(t, r, r, r);
    self = a;
    step(c, t, r, &a, &self, p);
    if (mpz_tstbit(n, i)) step(c, t, r, &a, q, p);
  }
  mpz_clear(n);
}

bool avm_pairing_is_one(const avm_curve_t *c, const avm_point_t *p, const avm_point_t *q, size_t n) {
  tower_t t = {.f = c->fp, .xi = {.b = c->fp->one}};
  fe12_t product, one;
  avm_fe_set_uint(c->fp, &t.xi.a, c->xi);
  one12(&t, &product);
  for (size_t i = 0; i < n; i++) {
    if (avm_point_is_infinity(&p[i]) || avm_point_is_infinity(&q[i])) continue;
    miller(c, &t, &one, &p[i], &q[i]);
    mul12(&t, &product, &product, &one);
  }
  final_power(c, &t, &product);
  return is_one12(&t, &product);
}
