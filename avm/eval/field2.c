/* The quadratic extension by u^2 = -1. */
#include "field.h"

void avm_fe2_add(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x, const avm_fe2_t *y) {
  avm_fe_add(f, &r->a, &x->a, &y->a);
  avm_fe_add(f, &r->b, &x->b, &y->b);
}

void avm_fe2_sub(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x, const avm_fe2_t *y) {
  avm_fe_sub(f, &r->a, &x->a, &y->a);
  avm_fe_sub(f, &r->b, &x->b, &y->b);
}

void avm_fe2_neg(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x) {
  const avm_fe2_t zero = {0};
  avm_fe2_sub(f, r, &zero, x);
}

void avm_fe2_mul(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x, const avm_fe2_t *y) {
  avm_fe2_t out = {0};
  if (avm_fe_is_zero(&x->b) && avm_fe_is_zero(&y->b)) { /* elements of the base field stay cheap */
    avm_fe_mul(f, &out.a, &x->a, &y->a);
    *r = out;
    return;
  }
  avm_fe_t aa, bb, sx, sy;
  avm_fe_mul(f, &aa, &x->a, &y->a);
  avm_fe_mul(f, &bb, &x->b, &y->b);
  avm_fe_add(f, &sx, &x->a, &x->b);
  avm_fe_add(f, &sy, &y->a, &y->b);
  avm_fe_mul(f, &out.b, &sx, &sy);
  avm_fe_sub(f, &out.b, &out.b, &aa);
  avm_fe_sub(f, &out.b, &out.b, &bb);
  avm_fe_sub(f, &out.a, &aa, &bb);
  *r = out;
}

void avm_fe2_square(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x) { /* (a + b)(a - b), 2 a b */
  avm_fe2_t out;
  avm_fe_t sum, difference;
  avm_fe_add(f, &sum, &x->a, &x->b);
  avm_fe_sub(f, &difference, &x->a, &x->b);
  avm_fe_mul(f, &out.b, &x->a, &x->b);
  avm_fe_mul(f, &out.a, &sum, &difference);
  avm_fe_add(f, &out.b, &out.b, &out.b);
  *r = out;
}

void avm_fe2_scale(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x, const avm_fe_t *k) {
  avm_fe_mul(f, &r->a, &x->a, k);
  avm_fe_mul(f, &r->b, &x->b, k);
}

void avm_fe2_conj(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x) {
  const avm_fe_t zero = {{0}};
  r->a = x->a;
  avm_fe_sub(f, &r->b, &zero, &x->b);
}

static void norm(const avm_field_t *f, avm_fe_t *r, const avm_fe2_t *x) {
  avm_fe_t bb;
  avm_fe_mul(f, r, &x->a, &x->a);
  avm_fe_mul(f, &bb, &x->b, &x->b);
  avm_fe_add(f, r, r, &bb);
}

void avm_fe2_inv(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x) {
  avm_fe_t n;
  norm(f, &n, x);
  avm_fe_inv(f, &n, &n);
  avm_fe2_conj(f, r, x);
  avm_fe2_scale(f, r, r, &n);
}

/* (p - 1) / 2, or (p - 3) / 4, or (p + 1) / 4: p is 3 mod 4, so that shifts give the first two. */
static void exponent(const avm_field_t *f, avm_fe_t *e, int shift, bool plus_one) {
  *e = f->p;
  for (unsigned i = 0; i < f->n; i++) e->l[i] = e->l[i] >> shift | (i + 1 < f->n ? f->p.l[i + 1] << (64 - shift) : 0);
  if (plus_one) e->l[0]++; /* (p - 3) / 4 ends in bits that do not carry past the first limb */
}

bool avm_fe2_is_square(const avm_field_t *f, const avm_fe2_t *x, int degree) {
  avm_fe_t n = x->a, e;
  if (degree == 2) norm(f, &n, x); /* a square where its norm is one */
  exponent(f, &e, 1, false);
  avm_fe_pow(f, &n, &n, &e);
  return avm_fe_is_zero(&n) || avm_fe_eq(&n, &f->one);
}

void avm_fe2_pow(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x, const avm_fe_t *e) {
  avm_fe2_t base = *x, out = {.a = f->one};
  for (int i = 64 * (int)f->n - 1; i >= 0; i--) {
    avm_fe2_mul(f, &out, &out, &out);
    if (e->l[i / 64] >> i % 64 & 1) avm_fe2_mul(f, &out, &out, &base);
  }
  *r = out;
}

/* Adj and Rodriguez-Henriquez, algorithm 9. */
static void sqrt2(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x) {
  avm_fe2_t a1, alpha, x0, minus_one = {.a = f->one}, b;
  avm_fe_t e;
  avm_fe2_neg(f, &minus_one, &minus_one);
  exponent(f, &e, 2, false);
  avm_fe2_pow(f, &a1, x, &e);
  avm_fe2_mul(f, &x0, &a1, x);
  avm_fe2_mul(f, &alpha, &a1, &x0);
  if (avm_fe2_eq(&alpha, &minus_one)) { /* u x0 */
    avm_fe2_t u = {.b = f->one};
    avm_fe2_mul(f, r, &u, &x0);
    return;
  }
  b = alpha;
  avm_fe_add(f, &b.a, &b.a, &f->one);
  exponent(f, &e, 1, false);
  avm_fe2_pow(f, &b, &b, &e);
  avm_fe2_mul(f, r, &b, &x0);
}

void avm_fe2_sqrt(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x, int degree) {
  avm_fe_t e;
  if (degree == 2) {
    sqrt2(f, r, x);
    return;
  }
  exponent(f, &e, 2, true);
  avm_fe2_t out = {0};
  avm_fe_pow(f, &out.a, &x->a, &e);
  *r = out;
}

int avm_fe2_sign(const avm_field_t *f, const avm_fe2_t *x) {
  avm_fe_t t;
  avm_fe_to_limbs(f, &t, avm_fe_is_zero(&x->a) ? &x->b : &x->a);
  return (int)(t.l[0] & 1);
}
