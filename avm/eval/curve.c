#include "curve.h"

#include <gmp.h>
#include <stdlib.h>

const avm_curve_t avm_bn254 = {
    .fp = &avm_fp_bn254,
    .fr = &avm_fr_bn254,
    .size = 32,
    .b = 3,
    .xi = 9,
    .third_root = "2203960485148121921418603742825762020974279258880205651966",
    .lattice = {"9931322734385697763", "-147946756881789319000765030803803410728",
                "147946756881789319010696353538189108491", "9931322734385697763"},
    .split = {"6083506496733536685738422989532107404292901720938389454019335827065243718542476167376946964923193",
              "-9062589956368929669925764558655723568492062823231468291125864926848843861617965979267856346753873850777"
              "7160481795753"},
    .loop = 0x9d797039be763ba8,
    .seed = 0x44e992b44a6909f1,
    .psi = {"21575463638280843010398324269430826099269044274347216827212613867836435027261",
            "10307601595873709700152284273816112264069230130616436755625194854815875713954",
            "2821565182194536844548159561693502659359617185244120367078079554186484126554",
            "3505843767911556378687030309984248845540243509899259641013678093033130930403"},
};

const avm_curve_t avm_bls12_381 = {
    .fp = &avm_fp_bls12_381,
    .fr = &avm_fr_bls12_381,
    .size = 48,
    .m_twist = true,
    .b = 4,
    .xi = 1,
    .third_root = "4002409555221667392624310435006688643935503118305586438271171395842971157480381377015405980053539358"
                  "41713554093943"
                  "6",
    .lattice = {"228988810152649578064853576960394133503", "-1", "1", "228988810152649578064853576960394133504"},
    .split = {"58552240701214274452021999096850125581542494224669441691648594964201968916268199467788850628613995194398"
              "42243328"
              "3175",
              "-255699135089535202043525422716183576215815630510683217819334674386498370757523"},
    .loop = 0xd201000000010000,
    .seed = 0xd201000000010000,
    .psi = {"0",
            "4002409555221667392624310435006688643935503118305586438271171395842971157480381377015405980053539358417135"
            "5409"
            "39437",
            "2973677408986561043442465346520108879172042883009249989176415018091420807192182638567116318576472649347015"
            "9176"
            "90530",
            "1028732146235106349975324479215795277384839936929757896155643118032610843298655225875571310552543014690878"
            "3548"
            "69257"},
};

static void avm_fe_from_decimal(const avm_field_t *f, avm_fe_t *r, const char *s) {
  uint64_t limbs[AVM_LIMBS] = {0};
  mpz_t v;
  mpz_init_set_str(v, s, 10);
  mpz_export(limbs, NULL, -1, sizeof *limbs, 0, 0, v);
  mpz_clear(v);
  avm_fe_from_limbs(f, r, limbs);
}

void avm_curve_b(avm_group_t g, avm_fe2_t *b) {
  const avm_field_t *f = g.c->fp;
  *b = (avm_fe2_t){0};
  avm_fe_set_uint(f, &b->a, g.c->b);
  if (g.degree == 1) return;
  avm_fe2_t xi = {.b = f->one};
  avm_fe_set_uint(f, &xi.a, g.c->xi);
  if (!g.c->m_twist) avm_fe2_inv(f, &xi, &xi);
  avm_fe2_mul(f, b, b, &xi);
}

bool avm_point_is_infinity(const avm_point_t *p) { return avm_fe2_is_zero(&p->x) && avm_fe2_is_zero(&p->y); }

bool avm_point_on_curve(avm_group_t g, const avm_point_t *p) {
  const avm_field_t *f = g.c->fp;
  avm_fe2_t left, right, b;
  if (avm_point_is_infinity(p)) return true;
  avm_fe2_mul(f, &left, &p->y, &p->y);
  avm_fe2_mul(f, &right, &p->x, &p->x);
  avm_fe2_mul(f, &right, &right, &p->x);
  avm_curve_b(g, &b);
  avm_fe2_add(f, &right, &right, &b);
  return avm_fe2_eq(&left, &right);
}

void avm_point_neg(avm_group_t g, avm_point_t *r, const avm_point_t *p) {
  r->x = p->x;
  avm_fe2_neg(g.c->fp, &r->y, &p->y);
}

/* ---- Jacobian coordinates: (X/Z^2, Y/Z^3); Z = 0 is infinity ---- */

typedef struct jacobian {
  avm_fe2_t x, y, z;
} jacobian_t;

static void to_jacobian(const avm_field_t *f, jacobian_t *r, const avm_point_t *p) {
  *r = (jacobian_t){.x = p->x, .y = p->y};
  if (avm_point_is_infinity(p)) r->x.a = r->y.a = f->one;
  else r->z.a = f->one;
}

static void to_affine(const avm_field_t *f, avm_point_t *r, const jacobian_t *p) {
  avm_fe2_t inv, inv2;
  *r = (avm_point_t){0};
  if (avm_fe2_is_zero(&p->z)) return;
  avm_fe2_inv(f, &inv, &p->z);
  avm_fe2_mul(f, &inv2, &inv, &inv);
  avm_fe2_mul(f, &r->x, &p->x, &inv2);
  avm_fe2_mul(f, &inv2, &inv2, &inv);
  avm_fe2_mul(f, &r->y, &p->y, &inv2);
}

static void twice(const avm_field_t *f, jacobian_t *r, const jacobian_t *p) { /* dbl-2009-l, a = 0 */
  avm_fe2_t a, b, c, d, e, t;
  jacobian_t out;
  avm_fe2_mul(f, &a, &p->x, &p->x);
  avm_fe2_mul(f, &b, &p->y, &p->y);
  avm_fe2_mul(f, &c, &b, &b);
  avm_fe2_add(f, &d, &p->x, &b);
  avm_fe2_mul(f, &d, &d, &d);
  avm_fe2_sub(f, &d, &d, &a);
  avm_fe2_sub(f, &d, &d, &c);
  avm_fe2_add(f, &d, &d, &d);
  avm_fe2_add(f, &e, &a, &a);
  avm_fe2_add(f, &e, &e, &a);
  avm_fe2_mul(f, &out.x, &e, &e);
  avm_fe2_sub(f, &out.x, &out.x, &d);
  avm_fe2_sub(f, &out.x, &out.x, &d);
  avm_fe2_sub(f, &t, &d, &out.x);
  avm_fe2_mul(f, &out.y, &e, &t);
  for (int i = 0; i < 3; i++) avm_fe2_add(f, &c, &c, &c);
  avm_fe2_sub(f, &out.y, &out.y, &c);
  avm_fe2_mul(f, &out.z, &p->y, &p->z);
  avm_fe2_add(f, &out.z, &out.z, &out.z);
  *r = out;
}

static void plus(const avm_field_t *f, jacobian_t *r, const jacobian_t *p, const jacobian_t *q) { /* add-1998-cmo-2 */
  avm_fe2_t z1, z2, u1, u2, s1, s2, h, hh, hhh, v, t;
  jacobian_t out;
  if (avm_fe2_is_zero(&p->z) || avm_fe2_is_zero(&q->z)) {
    *r = avm_fe2_is_zero(&p->z) ? *q : *p;
    return;
  }
  avm_fe2_mul(f, &z1, &p->z, &p->z);
  avm_fe2_mul(f, &z2, &q->z, &q->z);
  avm_fe2_mul(f, &u1, &p->x, &z2);
  avm_fe2_mul(f, &u2, &q->x, &z1);
  avm_fe2_mul(f, &s1, &p->y, &z2);
  avm_fe2_mul(f, &s1, &s1, &q->z);
  avm_fe2_mul(f, &s2, &q->y, &z1);
  avm_fe2_mul(f, &s2, &s2, &p->z);
  avm_fe2_sub(f, &h, &u2, &u1);
  avm_fe2_sub(f, &t, &s2, &s1);
  if (avm_fe2_is_zero(&h)) {
    if (avm_fe2_is_zero(&t)) twice(f, r, p);
    else *r = (jacobian_t){.x.a = f->one, .y.a = f->one};
    return;
  }
  avm_fe2_mul(f, &hh, &h, &h);
  avm_fe2_mul(f, &hhh, &hh, &h);
  avm_fe2_mul(f, &v, &u1, &hh);
  avm_fe2_mul(f, &out.x, &t, &t);
  avm_fe2_sub(f, &out.x, &out.x, &hhh);
  avm_fe2_sub(f, &out.x, &out.x, &v);
  avm_fe2_sub(f, &out.x, &out.x, &v);
  avm_fe2_sub(f, &v, &v, &out.x);
  avm_fe2_mul(f, &out.y, &t, &v);
  avm_fe2_mul(f, &s1, &s1, &hhh);
  avm_fe2_sub(f, &out.y, &out.y, &s1);
  avm_fe2_mul(f, &out.z, &p->z, &q->z);
  avm_fe2_mul(f, &out.z, &out.z, &h);
  *r = out;
}

void avm_point_add(avm_group_t g, avm_point_t *r, const avm_point_t *p, const avm_point_t *q) {
  jacobian_t a, b;
  to_jacobian(g.c->fp, &a, p);
  to_jacobian(g.c->fp, &b, q);
  plus(g.c->fp, &a, &a, &b);
  to_affine(g.c->fp, r, &a);
}

/* [k1]p + [k2]q, both numbers not negative. */
static void mul_two(const avm_field_t *f, avm_point_t *r, const avm_point_t *p, const mpz_t k1, const avm_point_t *q,
                    const mpz_t k2) {
  jacobian_t table[4], sum = {.x.a = f->one, .y.a = f->one};
  to_jacobian(f, &table[1], p);
  to_jacobian(f, &table[2], q);
  plus(f, &table[3], &table[1], &table[2]);
  size_t bits = mpz_sizeinbase(k1, 2), other = mpz_sizeinbase(k2, 2);
  for (size_t i = bits > other ? bits : other; i-- > 0;) {
    twice(f, &sum, &sum);
    int at = mpz_tstbit(k1, i) | mpz_tstbit(k2, i) << 1;
    if (at) plus(f, &sum, &sum, &table[at]);
  }
  to_affine(f, r, &sum);
}

void avm_point_mul_small(avm_group_t g, avm_point_t *r, const avm_point_t *p, uint64_t k) {
  mpz_t n, zero;
  mpz_inits(n, zero, NULL);
  mpz_import(n, 1, 1, sizeof k, 0, 0, &k);
  mul_two(g.c->fp, r, p, n, p, zero);
  mpz_clears(n, zero, NULL);
}

/* gnark's split of s into k[0] + k[1] lambda: what is left of s beside a lattice vector near it. */
static void split(const avm_curve_t *c, const mpz_t s, mpz_t k[2]) {
  mpz_t a, b, t;
  mpz_inits(a, b, t, NULL);
  mpz_set_str(t, c->split[0], 10);
  mpz_mul(a, s, t);
  mpz_fdiv_q_2exp(a, a, 512);
  mpz_set_str(t, c->split[1], 10);
  mpz_mul(b, s, t);
  mpz_neg(b, b);
  mpz_fdiv_q_2exp(b, b, 512);
  mpz_set(k[0], s);
  for (int i = 0; i < 2; i++) {
    mpz_set_str(t, c->lattice[i], 10);
    mpz_submul(k[i], a, t);
    mpz_set_str(t, c->lattice[2 + i], 10);
    mpz_submul(k[i], b, t);
  }
  mpz_clears(a, b, t, NULL);
}

static void endomorphism(avm_group_t g, avm_point_t *r, const avm_point_t *p) {
  avm_fe_t root;
  avm_fe_from_decimal(g.c->fp, &root, g.c->third_root);
  if (g.degree == 2) avm_fe_mul(g.c->fp, &root, &root, &root);
  avm_fe2_scale(g.c->fp, &r->x, &p->x, &root);
  r->y = p->y;
}

void avm_point_mul(avm_group_t g, avm_point_t *r, const avm_point_t *p, const uint8_t k[32]) {
  avm_point_t q[2] = {*p};
  mpz_t s, half[2];
  mpz_inits(s, half[0], half[1], NULL);
  mpz_import(s, 32, 1, 1, 0, 0, k);
  endomorphism(g, &q[1], p);
  split(g.c, s, half);
  for (int i = 0; i < 2; i++) {
    if (mpz_sgn(half[i]) < 0) avm_point_neg(g, &q[i], &q[i]);
    mpz_abs(half[i], half[i]);
  }
  mul_two(g.c->fp, r, &q[0], half[0], &q[1], half[1]);
  mpz_clears(s, half[0], half[1], NULL);
}

/* All points at once: the doublings are shared. */
void avm_point_sum(avm_group_t g, avm_point_t *r, const avm_point_t *p, const uint8_t *k, size_t n) {
  const avm_field_t *f = g.c->fp;
  jacobian_t sum = {.x.a = f->one, .y.a = f->one}, q;
  avm_fe_t *scalars = malloc(n * sizeof *scalars);
  *r = (avm_point_t){0};
  if (scalars == NULL) return;
  for (size_t i = 0; i < n; i++) {
    avm_fe_reduce(g.c->fr, &scalars[i], k + 32 * i);
    avm_fe_to_limbs(g.c->fr, &scalars[i], &scalars[i]);
  }
  for (int bit = 255; bit >= 0; bit--) {
    twice(f, &sum, &sum);
    for (size_t i = 0; i < n; i++) {
      if ((scalars[i].l[bit / 64] >> bit % 64 & 1) == 0) continue;
      to_jacobian(f, &q, &p[i]);
      plus(f, &sum, &sum, &q);
    }
  }
  free(scalars);
  to_affine(f, r, &sum);
}

void avm_point_psi(avm_group_t g, avm_point_t *r, const avm_point_t *p) {
  const avm_field_t *f = g.c->fp;
  avm_fe2_t u, v;
  avm_fe_from_decimal(f, &u.a, g.c->psi[0]);
  avm_fe_from_decimal(f, &u.b, g.c->psi[1]);
  avm_fe_from_decimal(f, &v.a, g.c->psi[2]);
  avm_fe_from_decimal(f, &v.b, g.c->psi[3]);
  avm_fe2_conj(f, &r->x, &p->x);
  avm_fe2_mul(f, &r->x, &r->x, &u);
  avm_fe2_conj(f, &r->y, &p->y);
  avm_fe2_mul(f, &r->y, &r->y, &v);
}

static bool same_point(const avm_point_t *p, const avm_point_t *q) {
  return avm_fe2_eq(&p->x, &q->x) && avm_fe2_eq(&p->y, &q->y);
}

/* The endomorphisms act on the subgroups, and nowhere else, as certain numbers (El Housni, Guillevic, Piellard,
 * "Co-factor clearing and subgroup membership testing on pairing-friendly curves"; Scott, "A note on group membership
 * tests"). */
bool avm_point_in_subgroup(avm_group_t g, const avm_point_t *p) {
  avm_point_t a, b, c;
  if (g.c == &avm_bn254 && g.degree == 1) return true; /* the whole curve */
  avm_point_mul_small(g, &a, p, g.c->seed);
  if (g.c == &avm_bn254) { /* [x + 1]p + psi([x]p) + psi^2([x]p) = psi^3([2 x]p) */
    avm_point_add(g, &c, &a, p);
    avm_point_psi(g, &b, &a);
    avm_point_add(g, &c, &c, &b);
    avm_point_psi(g, &b, &b);
    avm_point_add(g, &c, &c, &b);
    avm_point_psi(g, &b, &b);
    avm_point_add(g, &b, &b, &b);
    return same_point(&b, &c);
  }
  avm_point_neg(g, &a, &a); /* x is negative */
  if (g.degree == 2) {      /* psi(p) = [x]p */
    avm_point_psi(g, &b, p);
    return same_point(&a, &b);
  }
  endomorphism(g, &b, &a); /* that of [x^2]p is -p */
  avm_point_mul_small(g, &b, &b, g.c->seed);
  return same_point(&b, p);
}
