/* vrf_verify: ECVRF-ED25519-SHA512-Elligator2 of draft-irtf-cfrg-vrf-03, with the node's rules for keys and points:
 * encodings must be canonical, the key not of small order, and points may lie outside the main subgroup. */
#include <openssl/sha.h>

#include "field.h"
#include "internal.h"

#define SUITE 0x04u

static const avm_field_t fp = {.n = 4,
                               .inv = 0x86bca1af286bca1b,
                               .p = {{0xffffffffffffffed, 0xffffffffffffffff, 0xffffffffffffffff, 0x7fffffffffffffff}},
                               .one = {{0x0000000000000026, 0, 0, 0}},
                               .r2 = {{0x00000000000005a4, 0, 0, 0}}};

/* -x^2 + y^2 = 1 + d x^2 y^2 */
static const uint64_t curve_d[] = {0x75eb4dca135978a3, 0x00700a4d4141d8ab, 0x8cc740797779e898, 0x52036cee2b6ffe73};
static const uint64_t root_of_minus_1[] = {0xc4ee1b274a0ea0b0, 0x2f431806ad2fe478, 0x2b4d00993dfbd7a7,
                                           0x2b8324804fc1df0b};
static const uint64_t base_x[] = {0xc9562d608f25d51a, 0x692cc7609525a7b2, 0xc0a4e231fdd6dc5c, 0x216936d3cd6e53fe};
static const uint64_t base_y[] = {0x6666666666666658, 0x6666666666666666, 0x6666666666666666, 0x6666666666666666};

typedef struct ed_point { /* x = X/Z, y = Y/Z, T = XY/Z */
  avm_fe_t x, y, z, t;
} ed_point_t;

static void mul(avm_fe_t *r, const avm_fe_t *a, const avm_fe_t *b) { avm_fe_mul(&fp, r, a, b); }
static void add(avm_fe_t *r, const avm_fe_t *a, const avm_fe_t *b) { avm_fe_add(&fp, r, a, b); }
static void sub(avm_fe_t *r, const avm_fe_t *a, const avm_fe_t *b) { avm_fe_sub(&fp, r, a, b); }

static void set(avm_fe_t *r, const uint64_t limbs[4]) { avm_fe_from_limbs(&fp, r, limbs); }

/* ---- points ---- */

static void point_of(ed_point_t *r, const avm_fe_t *x, const avm_fe_t *y) {
  r->x = *x;
  r->y = *y;
  r->z = fp.one;
  mul(&r->t, x, y);
}

static void point_add(ed_point_t *r, const ed_point_t *p, const ed_point_t *q) { /* add-2008-hwcd-3: complete here */
  avm_fe_t a, b, c, d, e, f, g, h, t;
  sub(&a, &p->y, &p->x);
  sub(&t, &q->y, &q->x);
  mul(&a, &a, &t);
  add(&b, &p->y, &p->x);
  add(&t, &q->y, &q->x);
  mul(&b, &b, &t);
  set(&c, curve_d);
  add(&c, &c, &c);
  mul(&c, &c, &p->t);
  mul(&c, &c, &q->t);
  mul(&d, &p->z, &q->z);
  add(&d, &d, &d);
  sub(&e, &b, &a);
  sub(&f, &d, &c);
  add(&g, &d, &c);
  add(&h, &b, &a);
  mul(&r->x, &e, &f);
  mul(&r->y, &g, &h);
  mul(&r->t, &e, &h);
  mul(&r->z, &f, &g);
}

static void point_neg(ed_point_t *r, const ed_point_t *p) {
  const avm_fe_t zero = {{0}};
  *r = *p;
  sub(&r->x, &zero, &p->x);
  sub(&r->t, &zero, &p->t);
}

static void point_mul(ed_point_t *r, const ed_point_t *p, const uint8_t *k, size_t n) { /* k little-endian */
  const avm_fe_t zero = {{0}};
  ed_point_t sum;
  point_of(&sum, &zero, &fp.one);
  for (size_t i = 8 * n; i-- > 0;) {
    point_add(&sum, &sum, &sum);
    if (k[i / 8] >> i % 8 & 1) point_add(&sum, &sum, p);
  }
  *r = sum;
}

static void point_eight(ed_point_t *p) {
  for (int i = 0; i < 3; i++) point_add(p, p, p);
}

static void fe_bytes(uint8_t out[32], const avm_fe_t *a) { /* little-endian */
  uint8_t big[32];
  avm_fe_write(&fp, big, a);
  for (int i = 0; i < 32; i++) out[i] = big[31 - i];
}

static bool fe_odd(const avm_fe_t *a) {
  avm_fe_t t;
  avm_fe_to_limbs(&fp, &t, a);
  return t.l[0] & 1;
}

static void encode(uint8_t out[32], const ed_point_t *p) {
  avm_fe_t inv, x, y;
  avm_fe_inv(&fp, &inv, &p->z);
  mul(&x, &p->x, &inv);
  mul(&y, &p->y, &inv);
  fe_bytes(out, &y);
  out[31] |= (uint8_t)(fe_odd(&x) << 7);
}

/* The point with this y and the parity of x wanted. false: none. */
static bool from_y(ed_point_t *r, const avm_fe_t *y, bool odd) {
  avm_fe_t u, v, x, t, d;
  avm_fe_t e = {{0xfffffffffffffffe, 0xffffffffffffffff, 0xffffffffffffffff, 0x0fffffffffffffff}}; /* (p + 3) / 8 */
  const avm_fe_t zero = {{0}};
  set(&d, curve_d);
  mul(&t, y, y);
  sub(&u, &t, &fp.one);
  mul(&v, &t, &d);
  add(&v, &v, &fp.one);
  avm_fe_inv(&fp, &v, &v); /* never 0: -1/d is no square */
  mul(&u, &u, &v);         /* x^2 */
  avm_fe_pow(&fp, &x, &u, &e);
  mul(&t, &x, &x);
  if (!avm_fe_eq(&t, &u)) {
    set(&t, root_of_minus_1);
    mul(&x, &x, &t);
    mul(&t, &x, &x);
    if (!avm_fe_eq(&t, &u)) return false;
  }
  if (fe_odd(&x) != odd) sub(&x, &zero, &x);
  point_of(r, &x, y);
  return true;
}

static bool decode(ed_point_t *r, const uint8_t in[32]) {
  uint8_t big[32];
  avm_fe_t y;
  for (int i = 0; i < 32; i++) big[i] = in[31 - i];
  big[0] &= 0x7f;
  return avm_fe_read(&fp, &y, big) && from_y(r, &y, in[31] >> 7);
}

static bool is_identity(const ed_point_t *p) { return avm_fe_is_zero(&p->x) && avm_fe_eq(&p->y, &p->z); }

/* ---- hashing to the curve ---- */

static void elligator2(ed_point_t *r, const uint8_t uniform[32]) {
  uint8_t big[32];
  avm_fe_t a, w, x, e, t;
  const avm_fe_t zero = {{0}};
  avm_fe_t half = {{0xfffffffffffffff6, 0xffffffffffffffff, 0xffffffffffffffff, 0x3fffffffffffffff}}; /* (p - 1) / 2 */
  for (int i = 0; i < 32; i++) big[i] = uniform[31 - i];
  big[0] &= 0x7f;
  avm_fe_reduce(&fp, &w, big);
  avm_fe_set_uint(&fp, &a, 486662);
  mul(&w, &w, &w); /* x = -A / (1 + 2 w^2) */
  add(&w, &w, &w);
  add(&w, &w, &fp.one);
  avm_fe_inv(&fp, &w, &w);
  mul(&x, &a, &w);
  sub(&x, &zero, &x);
  mul(&t, &x, &x); /* x^3 + A x^2 + x */
  mul(&e, &t, &a);
  mul(&t, &t, &x);
  add(&e, &e, &t);
  add(&e, &e, &x);
  avm_fe_pow(&fp, &e, &e, &half);
  sub(&t, &zero, &fp.one);
  if (avm_fe_eq(&e, &t)) { /* not a square: the other x */
    sub(&x, &zero, &x);
    sub(&x, &x, &a);
  }
  add(&t, &x, &fp.one); /* Montgomery's x to Edwards' y */
  avm_fe_inv(&fp, &t, &t);
  sub(&x, &x, &fp.one);
  mul(&t, &t, &x);
  if (!from_y(r, &t, false)) point_of(r, &zero, &fp.one);
  point_eight(r);
}

static void hash_to_curve(ed_point_t *h, const uint8_t key[32], algo_bytes_t msg) {
  uint8_t sum[64], head[2] = {SUITE, 0x01};
  uint8_t in[2 + 32 + AVM_MAX_BYTES];
  memcpy(in, head, 2);
  memcpy(in + 2, key, 32);
  if (msg.n) memcpy(in + 34, msg.p, msg.n);
  SHA512(in, 34 + msg.n, sum);
  elligator2(h, sum);
}

/* ---- verifying ---- */

static bool vrf_verify(uint8_t out[64], const uint8_t key[32], const uint8_t proof[80], algo_bytes_t msg) {
  ed_point_t y, gamma, h, u, v, t, b;
  avm_fe_t bx, by;
  uint8_t in[2 + 4 * 32] = {SUITE, 0x02}, sum[64];
  const uint8_t *c = proof + 32, *s = proof + 48;
  if (msg.n > AVM_MAX_BYTES || !decode(&y, key)) return false;
  t = y;
  point_eight(&t);
  if (is_identity(&t) || !decode(&gamma, proof)) return false;
  hash_to_curve(&h, key, msg);
  set(&bx, base_x);
  set(&by, base_y);
  point_of(&b, &bx, &by);
  point_mul(&u, &b, s, 32); /* U = s B - c Y */
  point_mul(&t, &y, c, 16);
  point_neg(&t, &t);
  point_add(&u, &u, &t);
  point_mul(&v, &h, s, 32); /* V = s H - c Gamma */
  point_mul(&t, &gamma, c, 16);
  point_neg(&t, &t);
  point_add(&v, &v, &t);
  const ed_point_t *points[4] = {&h, &gamma, &u, &v};
  for (int i = 0; i < 4; i++) encode(in + 2 + 32 * i, points[i]);
  SHA512(in, sizeof in, sum);
  if (memcmp(sum, c, 16) != 0) return false;
  in[1] = 0x03;
  point_eight(&gamma);
  encode(in + 2, &gamma);
  SHA512(in, 2 + 32, out);
  return true;
}

algo_code_t avm_op_vrf_verify(algo_avm_context_t *cx) {
  char buf[48];
  uint8_t out[64] = {0}, standard = cx->prog[cx->pc + 1];
  const avm_value_t *msg = avm_top(cx, 2), *proof = avm_top(cx, 1), *key = avm_top(cx, 0);
  if (proof->n != 80) return avm_fail(cx, "vrf proof wrong size %u != 80", proof->n);
  if (key->n != 32) return avm_fail(cx, "vrf pubkey wrong size %u != 32", key->n);
  const algo_isa_field_t *f = algo_isa_field(ALGO_GROUP_VRF, standard);
  if (f == NULL || f->since > cx->version)
    return avm_fail(cx, "invalid VRF standard %s", avm_field_name(ALGO_GROUP_VRF, standard, "VrfStandard", buf));
  bool ok = vrf_verify(out, key->p, proof->p, avm_view(msg));
  cx->sp -= 3;
  algo_code_t rc = avm_push_copy(cx, out, sizeof out);
  if (rc == ALGO_OK) avm_push(cx, avm_uint(ok));
  return rc;
}
