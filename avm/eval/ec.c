/* The ec_* opcodes: bytes to points and back, with the node's texts for what is wrong with them. */
#include <gmp.h>
#include <stdlib.h>

#include "curve.h"
#include "internal.h"

#define SCALAR 32u

static bool group_of(const algo_avm_context_t *cx, avm_group_t *g) { /* the costs refuse other numbers before */
  switch (cx->prog[cx->pc + 1]) {
  case ALGO_F_EC_BN254g1: return *g = (avm_group_t){&avm_bn254, 1}, true;
  case ALGO_F_EC_BN254g2: return *g = (avm_group_t){&avm_bn254, 2}, true;
  case ALGO_F_EC_BLS12_381g1: return *g = (avm_group_t){&avm_bls12_381, 1}, true;
  case ALGO_F_EC_BLS12_381g2: return *g = (avm_group_t){&avm_bls12_381, 2}, true;
  default: return false;
  }
}

static unsigned point_size(avm_group_t g) { return 2 * g.c->size * (unsigned)g.degree; }

static algo_code_t fail_element(algo_avm_context_t *cx, avm_group_t g, algo_bytes_t b) {
  mpz_t v, p;
  mpz_inits(v, p, NULL);
  mpz_import(v, b.n, 1, 1, 0, 0, b.p);
  mpz_import(p, g.c->fp->n, -1, 8, 0, 0, g.c->fp->p.l);
  char *a = malloc(mpz_sizeinbase(v, 10) + 2), *m = malloc(mpz_sizeinbase(p, 10) + 2);
  algo_code_t rc = a == NULL || m == NULL ? avm_nomem(cx)
                                          : avm_fail(cx, "field element %s larger than modulus %s",
                                                     mpz_get_str(a, 10, v), mpz_get_str(m, 10, p));
  free(a);
  free(m);
  mpz_clears(v, p, NULL);
  return rc;
}

/* A number of any length, which must be below the modulus. */
static algo_code_t read_element(algo_avm_context_t *cx, avm_group_t g, algo_bytes_t b, avm_fe_t *out) {
  uint8_t full[48] = {0};
  algo_bytes_t whole = b;
  while (b.n > g.c->size && b.p[0] == 0) b.p++, b.n--;
  if (b.n > g.c->size) return fail_element(cx, g, whole);
  if (b.n) memcpy(full + g.c->size - b.n, b.p, b.n);
  return avm_fe_read(g.c->fp, out, full) ? ALGO_OK : fail_element(cx, g, whole);
}

static algo_code_t read_point(algo_avm_context_t *cx, avm_group_t g, algo_bytes_t b, avm_point_t *out) {
  unsigned size = g.c->size;
  algo_code_t rc = ALGO_OK;
  if (b.n != point_size(g)) return avm_fail(cx, "bad length %zu. Expected %u", b.n, point_size(g));
  *out = (avm_point_t){0};
  avm_fe_t *into[4] = {&out->x.a, g.degree == 2 ? &out->x.b : &out->y.a, &out->y.a, &out->y.b};
  for (unsigned i = 0; rc == ALGO_OK && i < 2 * (unsigned)g.degree; i++)
    rc = read_element(cx, g, algo_bytes(b.p + i * size, size), into[i]);
  if (rc == ALGO_OK && !avm_point_on_curve(g, out)) return avm_fail(cx, "point not on curve");
  return rc;
}

/* Several points; *out is malloc'd. */
static algo_code_t read_points(algo_avm_context_t *cx, avm_group_t g, algo_bytes_t b, bool subgroup, avm_point_t **out,
                               size_t *n) {
  unsigned size = point_size(g);
  algo_code_t rc = ALGO_OK;
  *out = NULL;
  if (b.n % size != 0) return avm_fail(cx, "bad length %zu. Expected %u multiple", b.n, size);
  if (b.n == 0) return avm_fail(cx, "empty input");
  *n = b.n / size;
  *out = malloc(*n * sizeof **out);
  if (*out == NULL) return avm_nomem(cx);
  for (size_t i = 0; rc == ALGO_OK && i < *n; i++) {
    rc = read_point(cx, g, algo_bytes(b.p + i * size, size), &(*out)[i]);
    if (rc == ALGO_OK && subgroup && !avm_point_in_subgroup(g, &(*out)[i])) rc = avm_fail(cx, "wrong subgroup");
  }
  return rc;
}

/* What a failure leaves in the place of `pop` values. */
static algo_code_t give_none(algo_avm_context_t *cx, algo_code_t rc, uint32_t pop) {
  cx->sp -= pop;
  avm_push(cx, avm_uint(0));
  return rc;
}

/* The point in the place of `pop` values. */
static algo_code_t give_point(algo_avm_context_t *cx, avm_group_t g, const avm_point_t *p, uint32_t pop) {
  uint8_t *out = avm_alloc(cx, point_size(g)), *at = out;
  if (out == NULL) return avm_nomem(cx);
  const avm_fe_t *from[4] = {&p->x.a, g.degree == 2 ? &p->x.b : &p->y.a, &p->y.a, &p->y.b};
  for (unsigned i = 0; i < 2 * (unsigned)g.degree; i++, at += g.c->size) avm_fe_write(g.c->fp, at, from[i]);
  cx->sp -= pop;
  avm_push(cx, avm_bytes(out, point_size(g)));
  return ALGO_OK;
}

algo_code_t avm_op_ec_add(algo_avm_context_t *cx) {
  avm_group_t g;
  avm_point_t a, b;
  if (!group_of(cx, &g)) return avm_fail_illegal(cx);
  algo_code_t rc = read_point(cx, g, avm_view(avm_top(cx, 1)), &a);
  if (rc == ALGO_OK) rc = read_point(cx, g, avm_view(avm_top(cx, 0)), &b);
  if (rc != ALGO_OK) return give_none(cx, rc, 2);
  avm_point_add(g, &a, &a, &b);
  return give_point(cx, g, &a, 2);
}

algo_code_t avm_op_ec_scalar_mul(algo_avm_context_t *cx) {
  avm_group_t g;
  avm_point_t a;
  uint8_t k[SCALAR] = {0};
  algo_bytes_t scalar = avm_view(avm_top(cx, 0));
  if (!group_of(cx, &g)) return avm_fail_illegal(cx);
  if (scalar.n > SCALAR) return avm_fail(cx, "ec_scalar_mul scalar len is %zu, exceeds 32", scalar.n);
  if (scalar.n) memcpy(k + SCALAR - scalar.n, scalar.p, scalar.n);
  algo_code_t rc = read_point(cx, g, avm_view(avm_top(cx, 1)), &a);
  if (rc != ALGO_OK) return give_none(cx, rc, 2);
  avm_point_mul(g, &a, &a, k);
  return give_point(cx, g, &a, 2);
}

/* Few points are multiplied one by one, which shows outside the subgroup. */
static void sum_few(avm_group_t g, avm_point_t *r, const avm_point_t *p, const uint8_t *k, size_t n) {
  avm_point_t t;
  avm_point_mul(g, r, &p[0], k);
  for (size_t i = 1; i < n; i++) {
    avm_point_mul(g, &t, &p[i], k + SCALAR * i);
    avm_point_add(g, r, r, &t);
  }
}

algo_code_t avm_op_ec_multi_scalar_mul(algo_avm_context_t *cx) {
  avm_group_t g;
  avm_point_t *p, sum;
  size_t n, few;
  algo_bytes_t scalars = avm_view(avm_top(cx, 0));
  if (!group_of(cx, &g)) return avm_fail_illegal(cx);
  algo_code_t rc = read_points(cx, g, avm_view(avm_top(cx, 1)), false, &p, &n);
  if (rc == ALGO_OK && scalars.n != SCALAR * n)
    rc = avm_fail(cx, "bad scalars length %zu. Expected %zu", scalars.n, SCALAR * n);
  if (rc == ALGO_OK) {
    few = g.c == &avm_bn254 && g.degree == 1 ? 3 : 2;
    if (n <= few) sum_few(g, &sum, p, scalars.p, n);
    else avm_point_sum(g, &sum, p, scalars.p, n);
    rc = give_point(cx, g, &sum, 2);
  } else {
    rc = give_none(cx, rc, 2);
  }
  free(p);
  return rc;
}

algo_code_t avm_op_ec_pairing_check(algo_avm_context_t *cx) {
  avm_group_t g;
  avm_point_t *p = NULL, *q = NULL;
  size_t n = 0, m = 0;
  if (!group_of(cx, &g)) return avm_fail_illegal(cx);
  algo_bytes_t a = avm_view(avm_top(cx, 1)), b = avm_view(avm_top(cx, 0));
  avm_group_t g1 = {g.c, 1}, g2 = {g.c, 2};
  algo_code_t rc = read_points(cx, g1, g.degree == 1 ? a : b, true, &p, &n);
  if (rc == ALGO_OK) rc = read_points(cx, g2, g.degree == 1 ? b : a, true, &q, &m);
  if (rc == ALGO_OK && n != m) rc = avm_fail(cx, "invalid inputs sizes");
  if (rc == ALGO_OK) {
    bool one;
    if (!avm_pairing_is_one(g.c, p, q, n, &one)) rc = avm_nomem(cx);
    else *avm_top(cx, 1) = avm_uint(one);
    cx->sp--;
  } else {
    rc = give_none(cx, rc, 2);
  }
  free(p);
  free(q);
  return rc;
}

algo_code_t avm_op_ec_subgroup_check(algo_avm_context_t *cx) {
  avm_group_t g;
  avm_point_t a;
  if (!group_of(cx, &g)) return avm_fail_illegal(cx);
  algo_code_t rc = read_point(cx, g, avm_view(avm_top(cx, 0)), &a);
  *avm_top(cx, 0) = avm_uint(rc == ALGO_OK && avm_point_in_subgroup(g, &a));
  return rc;
}

algo_code_t avm_op_ec_map_to(algo_avm_context_t *cx) {
  avm_group_t g;
  avm_point_t a;
  avm_fe2_t u = {0};
  algo_bytes_t in = avm_view(avm_top(cx, 0));
  algo_code_t rc;
  if (!group_of(cx, &g)) return avm_fail_illegal(cx);
  if (g.degree == 1) {
    rc = read_element(cx, g, in, &u.a);
  } else {
    if (in.n != 2 * g.c->size) rc = avm_fail(cx, "bad encoded element length: %zu", in.n);
    else rc = read_element(cx, g, algo_bytes(in.p, g.c->size), &u.a);
    if (rc == ALGO_OK) rc = read_element(cx, g, algo_bytes(in.p + g.c->size, g.c->size), &u.b);
  }
  if (rc != ALGO_OK) return give_none(cx, rc, 1);
  avm_map_to_curve(g, &a, &u);
  return give_point(cx, g, &a, 1);
}
