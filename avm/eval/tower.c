#include "tower.h"

static void mul_xi(const avm_tower_t *t, avm_fe2_t *r, const avm_fe2_t *x) { /* (k a - b) + (a + k b) u */
  avm_fe2_t k = *x, out;
  for (unsigned i = 1; i < t->k - 1; i *= 2) avm_fe2_add(t->f, &k, &k, &k); /* 8 x */
  if (t->k > 1) avm_fe2_add(t->f, &k, &k, x);
  avm_fe_sub(t->f, &out.a, &k.a, &x->b);
  avm_fe_add(t->f, &out.b, &x->a, &k.b);
  *r = out;
}

void avm_tower_init(avm_tower_t *t, const avm_field_t *f, unsigned k) {
  avm_fe2_t xi = {.b = f->one};
  avm_fe_t e = {{0}}; /* (p - 1) / 6 */
  uint64_t rest = 0;
  t->f = f;
  t->k = k;
  avm_fe_set_uint(f, &xi.a, k);
  for (unsigned i = f->n; i-- > 0;) {
    __extension__ unsigned __int128 v = (unsigned __int128)rest << 64 | f->p.l[i];
    e.l[i] = (uint64_t)(v / 6);
    rest = (uint64_t)(v % 6);
  }
  t->gamma[0] = (avm_fe2_t){.a = f->one};
  avm_fe2_pow(f, &t->gamma[1], &xi, &e);
  for (int i = 2; i < 6; i++) avm_fe2_mul(f, &t->gamma[i], &t->gamma[i - 1], &t->gamma[1]);
}

void avm_fe12_one(const avm_tower_t *t, avm_fe12_t *r) { *r = (avm_fe12_t){.c[0].a = t->f->one}; }

bool avm_fe12_is_one(const avm_tower_t *t, const avm_fe12_t *x) {
  avm_fe12_t one;
  avm_fe12_one(t, &one);
  return memcmp(x, &one, sizeof one) == 0;
}

/* ---- of degree 6: over v = w^2, v^3 = xi ---- */

typedef struct fe6 {
  avm_fe2_t c[3];
} fe6_t;

static void add6(const avm_tower_t *t, fe6_t *r, const fe6_t *x, const fe6_t *y) {
  for (int i = 0; i < 3; i++) avm_fe2_add(t->f, &r->c[i], &x->c[i], &y->c[i]);
}

static void sub6(const avm_tower_t *t, fe6_t *r, const fe6_t *x, const fe6_t *y) {
  for (int i = 0; i < 3; i++) avm_fe2_sub(t->f, &r->c[i], &x->c[i], &y->c[i]);
}

static void mul_v(const avm_tower_t *t, fe6_t *r, const fe6_t *x) {
  fe6_t out = {{{{{0}}, {{0}}}, x->c[0], x->c[1]}};
  mul_xi(t, &out.c[0], &x->c[2]);
  *r = out;
}

/* (x_i + x_j)(y_i + y_j) - p_i - p_j, which is x_i y_j + x_j y_i where p_i = x_i y_i */
static void cross(const avm_tower_t *t, avm_fe2_t *r, const fe6_t *x, const fe6_t *y, const avm_fe2_t p[3], int i,
                  int j) {
  avm_fe2_t a, b;
  avm_fe2_add(t->f, &a, &x->c[i], &x->c[j]);
  avm_fe2_add(t->f, &b, &y->c[i], &y->c[j]);
  avm_fe2_mul(t->f, r, &a, &b);
  avm_fe2_sub(t->f, r, r, &p[i]);
  avm_fe2_sub(t->f, r, r, &p[j]);
}

static void mul6(const avm_tower_t *t, fe6_t *r, const fe6_t *x, const fe6_t *y) {
  avm_fe2_t p[3], high;
  fe6_t out;
  for (int i = 0; i < 3; i++) avm_fe2_mul(t->f, &p[i], &x->c[i], &y->c[i]);
  cross(t, &high, x, y, p, 1, 2);
  mul_xi(t, &high, &high);
  avm_fe2_add(t->f, &out.c[0], &p[0], &high);
  cross(t, &out.c[1], x, y, p, 0, 1);
  mul_xi(t, &high, &p[2]);
  avm_fe2_add(t->f, &out.c[1], &out.c[1], &high);
  cross(t, &out.c[2], x, y, p, 0, 2);
  avm_fe2_add(t->f, &out.c[2], &out.c[2], &p[1]);
  *r = out;
}

static void inv6(const avm_tower_t *t, fe6_t *r, const fe6_t *a) {
  const avm_field_t *f = t->f;
  avm_fe2_t c[3], p, n;
  for (int i = 0; i < 3; i++) { /* a_0^2 - xi a_1 a_2, xi a_2^2 - a_0 a_1, a_1^2 - a_0 a_2 */
    static const uint8_t of[3][3] = {{0, 1, 2}, {2, 0, 1}, {1, 0, 2}};
    avm_fe2_mul(f, &c[i], &a->c[of[i][0]], &a->c[of[i][0]]);
    avm_fe2_mul(f, &p, &a->c[of[i][1]], &a->c[of[i][2]]);
    if (i == 0) mul_xi(t, &p, &p);
    if (i == 1) mul_xi(t, &c[i], &c[i]);
    avm_fe2_sub(f, &c[i], &c[i], &p);
  }
  avm_fe2_mul(f, &n, &a->c[2], &c[1]);
  avm_fe2_mul(f, &p, &a->c[1], &c[2]);
  avm_fe2_add(f, &n, &n, &p);
  mul_xi(t, &n, &n);
  avm_fe2_mul(f, &p, &a->c[0], &c[0]);
  avm_fe2_add(f, &n, &n, &p);
  avm_fe2_inv(f, &n, &n);
  for (int i = 0; i < 3; i++) avm_fe2_mul(f, &r->c[i], &c[i], &n);
}

/* ---- of degree 12: a + b w ---- */

static void halves(const avm_fe12_t *x, fe6_t *a, fe6_t *b) {
  for (int i = 0; i < 3; i++) a->c[i] = x->c[2 * i], b->c[i] = x->c[2 * i + 1];
}

static void join(avm_fe12_t *r, const fe6_t *a, const fe6_t *b) {
  for (int i = 0; i < 3; i++) r->c[2 * i] = a->c[i], r->c[2 * i + 1] = b->c[i];
}

void avm_fe12_mul(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x, const avm_fe12_t *y) {
  fe6_t a, b, c, d, ac, bd, sum;
  halves(x, &a, &b);
  halves(y, &c, &d);
  mul6(t, &ac, &a, &c);
  mul6(t, &bd, &b, &d);
  add6(t, &a, &a, &b);
  add6(t, &c, &c, &d);
  mul6(t, &sum, &a, &c);
  sub6(t, &sum, &sum, &ac);
  sub6(t, &sum, &sum, &bd);
  mul_v(t, &bd, &bd);
  add6(t, &ac, &ac, &bd);
  join(r, &ac, &sum);
}

void avm_fe12_square(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x) {
  fe6_t a, b, ab, sum, other;
  halves(x, &a, &b);
  mul6(t, &ab, &a, &b);
  add6(t, &sum, &a, &b);
  mul_v(t, &other, &b);
  add6(t, &other, &other, &a);
  mul6(t, &sum, &sum, &other);
  sub6(t, &sum, &sum, &ab);
  mul_v(t, &other, &ab);
  sub6(t, &sum, &sum, &other);
  add6(t, &ab, &ab, &ab);
  join(r, &sum, &ab);
}

void avm_fe12_mul_line(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x, const avm_fe2_t l[3],
                       const uint8_t at[3]) {
  avm_fe12_t out = {0};
  for (int k = 0; k < 3; k++) {
    for (int i = 0; i < 6; i++) {
      avm_fe2_t p;
      if (avm_fe_is_zero(&l[k].b)) avm_fe2_scale(t->f, &p, &x->c[i], &l[k].a);
      else avm_fe2_mul(t->f, &p, &x->c[i], &l[k]);
      if (i + at[k] >= 6) mul_xi(t, &p, &p);
      avm_fe2_add(t->f, &out.c[(i + at[k]) % 6], &out.c[(i + at[k]) % 6], &p);
    }
  }
  *r = out;
}

void avm_fe12_conj(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x) { /* w becomes -w */
  for (int i = 0; i < 6; i++) {
    r->c[i] = x->c[i];
    if (i % 2) avm_fe2_neg(t->f, &r->c[i], &x->c[i]);
  }
}

void avm_fe12_inv(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x) { /* the conjugate over a^2 - v b^2 */
  avm_fe12_t conj;
  fe6_t a, b, norm;
  halves(x, &a, &b);
  avm_fe12_conj(t, &conj, x);
  mul6(t, &norm, &b, &b);
  mul_v(t, &b, &norm);
  mul6(t, &norm, &a, &a);
  sub6(t, &norm, &norm, &b);
  inv6(t, &norm, &norm);
  halves(&conj, &a, &b);
  mul6(t, &a, &a, &norm);
  mul6(t, &b, &b, &norm);
  join(r, &a, &b);
}

void avm_fe12_frobenius(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x, int times) {
  *r = *x;
  for (; times > 0; times--) {
    for (int i = 0; i < 6; i++) {
      avm_fe2_conj(t->f, &r->c[i], &r->c[i]);
      avm_fe2_mul(t->f, &r->c[i], &r->c[i], &t->gamma[i]);
    }
  }
}

/* r = 3 q - 2 x, or 3 q + 2 x */
static void three_two(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *q, const avm_fe2_t *x, bool minus) {
  avm_fe2_t d;
  (minus ? avm_fe2_sub : avm_fe2_add)(f, &d, q, x);
  avm_fe2_add(f, &d, &d, &d);
  avm_fe2_add(f, r, &d, q);
}

void avm_fe12_cyclotomic_square(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x) {
  static const uint8_t even[3] = {0, 2, 4}, odd[3] = {3, 5, 1}; /* where the two parts of a square go */
  const avm_field_t *f = t->f;
  avm_fe2_t first, second, twice;
  avm_fe12_t out;
  for (int i = 0; i < 3; i++) { /* the square of c_i + c_(i+3) w^3 */
    avm_fe2_square(f, &first, &x->c[i]);
    avm_fe2_square(f, &second, &x->c[i + 3]);
    avm_fe2_add(f, &twice, &x->c[i], &x->c[i + 3]);
    avm_fe2_square(f, &twice, &twice);
    avm_fe2_sub(f, &twice, &twice, &first);
    avm_fe2_sub(f, &twice, &twice, &second);
    mul_xi(t, &second, &second);
    avm_fe2_add(f, &first, &first, &second);
    if (i == 2) mul_xi(t, &twice, &twice);
    three_two(f, &out.c[even[i]], &first, &x->c[even[i]], true);
    three_two(f, &out.c[odd[i]], &twice, &x->c[odd[i]], false);
  }
  *r = out;
}

void avm_fe12_cyclotomic_pow(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x, uint64_t e) {
  avm_fe12_t out = *x;
  for (int i = 62 - __builtin_clzll(e); i >= 0; i--) {
    avm_fe12_cyclotomic_square(t, &out, &out);
    if (e >> i & 1) avm_fe12_mul(t, &out, &out, x);
  }
  *r = out;
}
