/* Field elements to points: Shallue-van de Woestijne for BN254, simplified SWU and an isogeny for BLS12-381 (RFC 9380),
 * the cofactors cleared as gnark-crypto does. */
#include "curve.h"
#include "isogeny.h"

/* y^2 = x^3 + a x + b; a NULL: 0 */
static void right_side(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x, const avm_fe2_t *a, const avm_fe2_t *b) {
  avm_fe2_t t;
  avm_fe2_mul(f, &t, x, x);
  if (a != NULL) avm_fe2_add(f, &t, &t, a);
  avm_fe2_mul(f, &t, &t, x);
  avm_fe2_add(f, r, &t, b);
}

/* The root of y2 with the sign of u. */
static void root(avm_group_t g, avm_fe2_t *y, const avm_fe2_t *y2, const avm_fe2_t *u) {
  const avm_field_t *f = g.c->fp;
  avm_fe2_sqrt(f, y, y2, g.degree);
  if (avm_fe2_sign(f, u) != avm_fe2_sign(f, y)) avm_fe2_neg(f, y, y);
}

static void small(const avm_field_t *f, avm_fe2_t *r, int64_t a, int64_t b) {
  *r = (avm_fe2_t){0};
  avm_fe_t zero = {{0}};
  avm_fe_set_uint(f, &r->a, (uint64_t)(a < 0 ? -a : a));
  avm_fe_set_uint(f, &r->b, (uint64_t)(b < 0 ? -b : b));
  if (a < 0) avm_fe_sub(f, &r->a, &zero, &r->a);
  if (b < 0) avm_fe_sub(f, &r->b, &zero, &r->b);
}

/* ---- BN254: RFC 9380, section 6.6.1, with Z = 1 ---- */

static void svdw(avm_group_t g, avm_point_t *r, const avm_fe2_t *u) {
  const avm_field_t *f = g.c->fp;
  avm_fe2_t b, z, gz, c2, c3, c4, one, three, tv1, tv2, tv3, tv4, x[3], y2;
  avm_curve_b(g, &b);
  small(f, &one, 1, 0);
  small(f, &three, 3, 0);
  z = one;
  right_side(f, &gz, &z, NULL, &b);
  small(f, &c2, -2, 0); /* -Z / 2 */
  avm_fe2_inv(f, &c2, &c2);
  avm_fe2_mul(f, &c3, &gz, &three); /* sqrt(-g(Z) 3 Z^2), of sign 0 */
  avm_fe2_neg(f, &c3, &c3);
  avm_fe2_sqrt(f, &c3, &c3, g.degree);
  if (avm_fe2_sign(f, &c3) != 0) avm_fe2_neg(f, &c3, &c3);
  avm_fe2_inv(f, &c4, &three); /* -4 g(Z) / 3 Z^2 */
  avm_fe2_mul(f, &c4, &c4, &gz);
  small(f, &tv1, -4, 0);
  avm_fe2_mul(f, &c4, &c4, &tv1);

  avm_fe2_mul(f, &tv1, u, u);
  avm_fe2_mul(f, &tv1, &tv1, &gz);
  avm_fe2_add(f, &tv2, &one, &tv1);
  avm_fe2_sub(f, &tv1, &one, &tv1);
  avm_fe2_mul(f, &tv3, &tv1, &tv2);
  avm_fe2_inv(f, &tv3, &tv3);
  avm_fe2_mul(f, &tv4, u, &tv1);
  avm_fe2_mul(f, &tv4, &tv4, &tv3);
  avm_fe2_mul(f, &tv4, &tv4, &c3);
  avm_fe2_sub(f, &x[0], &c2, &tv4);
  avm_fe2_add(f, &x[1], &c2, &tv4);
  avm_fe2_mul(f, &x[2], &tv2, &tv2);
  avm_fe2_mul(f, &x[2], &x[2], &tv3);
  avm_fe2_mul(f, &x[2], &x[2], &x[2]);
  avm_fe2_mul(f, &x[2], &x[2], &c4);
  avm_fe2_add(f, &x[2], &x[2], &z);
  for (int i = 0; i < 3;
       i++) { /* the first whose right side is a square; the last one's is where the others' are not */
    r->x = x[i];
    right_side(f, &y2, &x[i], NULL, &b);
    if (avm_fe2_is_square(f, &y2, g.degree)) break;
  }
  root(g, &r->y, &y2, u);
}

/* ---- BLS12-381: RFC 9380, section 6.6.2, on the isogenous curve ---- */

static void coefficient(const avm_field_t *f, avm_fe2_t *r, const avm_polynomial_t *p, size_t i, int degree) {
  *r = (avm_fe2_t){0};
  avm_fe_from_limbs(f, &r->a, p->c[i * (size_t)degree]);
  if (degree == 2) avm_fe_from_limbs(f, &r->b, p->c[2 * i + 1]);
}

static void evaluate(avm_group_t g, avm_fe2_t *r, const avm_polynomial_t *p, bool monic, const avm_fe2_t *x) {
  const avm_field_t *f = g.c->fp;
  avm_fe2_t c;
  coefficient(f, r, p, p->n - 1, g.degree);
  if (monic) avm_fe2_add(f, r, r, x);
  for (size_t i = p->n - 1; i-- > 0;) {
    avm_fe2_mul(f, r, r, x);
    coefficient(f, &c, p, i, g.degree);
    avm_fe2_add(f, r, r, &c);
  }
}

static void isogeny(avm_group_t g, avm_point_t *p) {
  const avm_field_t *f = g.c->fp;
  const avm_isogeny_t *m = g.degree == 1 ? &avm_isogeny_g1 : &avm_isogeny_g2;
  avm_fe2_t xn, xd, yn, yd;
  evaluate(g, &xn, &m->x_num, false, &p->x);
  evaluate(g, &xd, &m->x_den, true, &p->x);
  evaluate(g, &yn, &m->y_num, false, &p->x);
  evaluate(g, &yd, &m->y_den, true, &p->x);
  avm_fe2_inv(f, &xd, &xd);
  avm_fe2_inv(f, &yd, &yd);
  avm_fe2_mul(f, &p->x, &xn, &xd);
  avm_fe2_mul(f, &p->y, &p->y, &yn);
  avm_fe2_mul(f, &p->y, &p->y, &yd);
}

/* a, b and Z of the isogenous curves. */
static void sswu_constants(avm_group_t g, avm_fe2_t *a, avm_fe2_t *b, avm_fe2_t *z) {
  static const uint64_t a1[6] = {0x5cf428082d584c1d, 0x98936f8da0e0f97f, 0xd8e8981aefd881ac,
                                 0xb0ea985383ee66a8, 0x3d693a02c96d4982, 0x00144698a3b8e943};
  static const uint64_t b1[6] = {0xd1cc48e98e172be0, 0x5a23215a316ceaa5, 0xa0b9c14fcef35ef5,
                                 0x2016c1f0f24f4070, 0x018b12e8753eee3b, 0x12e2908d11688030};
  const avm_field_t *f = g.c->fp;
  *a = *b = (avm_fe2_t){0};
  if (g.degree == 1) {
    avm_fe_from_limbs(f, &a->a, a1);
    avm_fe_from_limbs(f, &b->a, b1);
    small(f, z, 11, 0);
  } else {
    small(f, a, 0, 240);
    small(f, b, 1012, 1012);
    small(f, z, -2, -1);
  }
}

static void sswu(avm_group_t g, avm_point_t *r, const avm_fe2_t *u) {
  const avm_field_t *f = g.c->fp;
  avm_fe2_t a, b, z, zu2, t, one, x, y2;
  sswu_constants(g, &a, &b, &z);
  small(f, &one, 1, 0);
  avm_fe2_mul(f, &zu2, u, u);
  avm_fe2_mul(f, &zu2, &zu2, &z);
  avm_fe2_mul(f, &t, &zu2, &zu2);
  avm_fe2_add(f, &t, &t, &zu2);
  if (avm_fe2_is_zero(&t)) { /* x = b / (Z a) */
    avm_fe2_mul(f, &t, &z, &a);
    avm_fe2_inv(f, &t, &t);
    avm_fe2_mul(f, &x, &b, &t);
  } else { /* x = (-b / a) (1 + 1 / t) */
    avm_fe2_inv(f, &t, &t);
    avm_fe2_add(f, &t, &t, &one);
    avm_fe2_inv(f, &x, &a);
    avm_fe2_mul(f, &x, &x, &b);
    avm_fe2_neg(f, &x, &x);
    avm_fe2_mul(f, &x, &x, &t);
  }
  right_side(f, &y2, &x, &a, &b);
  if (!avm_fe2_is_square(f, &y2, g.degree)) {
    avm_fe2_mul(f, &x, &x, &zu2);
    right_side(f, &y2, &x, &a, &b);
  }
  r->x = x;
  root(g, &r->y, &y2, u);
}

/* ---- cofactors ---- */

/* Fuentes-Castaneda, Knapp, Rodriguez-Henriquez: [x]p + psi([3x]p) + psi^2([x]p) + psi^3(p). */
static void clear_bn(avm_group_t g, avm_point_t *p) {
  avm_point_t xp, t, sum;
  avm_point_mul_small(g, &xp, p, g.c->seed);
  avm_point_mul_small(g, &t, &xp, 3);
  avm_point_psi(g, &t, &t);
  avm_point_add(g, &sum, &xp, &t);
  avm_point_psi(g, &t, &xp);
  avm_point_psi(g, &t, &t);
  avm_point_add(g, &sum, &sum, &t);
  avm_point_psi(g, &t, p);
  avm_point_psi(g, &t, &t);
  avm_point_psi(g, &t, &t);
  avm_point_add(g, p, &sum, &t);
}

static void subtract(avm_group_t g, avm_point_t *r, const avm_point_t *p, const avm_point_t *q) {
  avm_point_t n;
  avm_point_neg(g, &n, q);
  avm_point_add(g, r, p, &n);
}

/* Budroni and Pintore: [x^2 - x - 1]p + [x - 1]psi(p) + psi^2([2]p); x is negative. */
static void clear_bls(avm_group_t g, avm_point_t *p) {
  avm_point_t xp, xxp, t, sum;
  avm_point_mul_small(g, &xp, p, g.c->seed);
  avm_point_neg(g, &xp, &xp);
  avm_point_mul_small(g, &xxp, &xp, g.c->seed);
  avm_point_neg(g, &xxp, &xxp);
  subtract(g, &sum, &xxp, &xp);
  subtract(g, &sum, &sum, p);
  subtract(g, &t, &xp, p);
  avm_point_psi(g, &t, &t);
  avm_point_add(g, &sum, &sum, &t);
  avm_point_add(g, &t, p, p);
  avm_point_psi(g, &t, &t);
  avm_point_psi(g, &t, &t);
  avm_point_add(g, p, &sum, &t);
}

void avm_map_to_curve(avm_group_t g, avm_point_t *r, const avm_fe2_t *u) {
  avm_point_t t;
  if (g.c == &avm_bn254) {
    svdw(g, r, u);
    if (g.degree == 2) clear_bn(g, r);
    return;
  }
  sswu(g, r, u);
  isogeny(g, r);
  if (g.degree == 2) {
    clear_bls(g, r);
  } else { /* [1 - x]p */
    avm_point_mul_small(g, &t, r, g.c->seed);
    avm_point_add(g, r, r, &t);
  }
}
