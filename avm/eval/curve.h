/* curve.h - the groups G1 and G2 of BN254 and BLS12-381 and their pairing. G1 is kept as points over the quadratic
 * extension whose second coordinates are 0, so that one piece of code does both. Points may lie outside the subgroup of
 * order r: multiplication then gives what gnark-crypto's gives. */
#ifndef ALGO_AVM_CURVE_H
#define ALGO_AVM_CURVE_H

#include "field.h"

typedef struct avm_point { /* affine; (0, 0) is the point at infinity */
  avm_fe2_t x, y;
} avm_point_t;

typedef struct avm_curve { /* a pair of groups */
  const avm_field_t *fp, *fr;
  unsigned size;          /* bytes of an element of fp */
  bool m_twist;           /* G2 is the multiplying twist (BLS12-381), else the dividing one */
  uint64_t b;             /* y^2 = x^3 + b in G1 */
  uint64_t xi;            /* the twist is by xi + u */
  const char *third_root; /* a cube root of 1 in fp: the endomorphism of G1; its square is G2's */
  const char *lattice[4]; /* short vectors (v1, v2) of gnark's scalar splitting, */
  const char *split[2];   /* and 2^512 v22/r, 2^512 v12/r rounded; decimal */
  uint64_t seed;          /* the absolute value of the curve family's parameter x; BLS12-381's is negative */
  uint64_t loop;          /* of the pairing: 6 x + 2 less 2^64 (BN254), |x| (BLS12-381) */
  const char *psi[4];     /* of the untwist-Frobenius-twist map: u (real, imaginary), v; decimal */
} avm_curve_t;

extern const avm_curve_t avm_bn254, avm_bls12_381;

typedef struct avm_group {
  const avm_curve_t *c;
  int degree; /* 1: G1, 2: G2 */
} avm_group_t;

void avm_curve_b(avm_group_t g, avm_fe2_t *b); /* the constant of y^2 = x^3 + b */
bool avm_point_is_infinity(const avm_point_t *p);
bool avm_point_on_curve(avm_group_t g, const avm_point_t *p);
bool avm_point_in_subgroup(avm_group_t g, const avm_point_t *p);
void avm_point_add(avm_group_t g, avm_point_t *r, const avm_point_t *p, const avm_point_t *q);
void avm_point_neg(avm_group_t g, avm_point_t *r, const avm_point_t *p);
/* [k]p for the 32 big-endian bytes k, by gnark's endomorphism (which matters outside the subgroup). */
void avm_point_mul(avm_group_t g, avm_point_t *r, const avm_point_t *p, const uint8_t k[32]);
void avm_point_mul_small(avm_group_t g, avm_point_t *r, const avm_point_t *p, uint64_t k); /* [k]p, plainly */
void avm_point_psi(avm_group_t g, avm_point_t *r, const avm_point_t *p); /* of G2: untwist, Frobenius, twist */
/* The sum of [k_i mod r]p_i. */
void avm_point_sum(avm_group_t g, avm_point_t *r, const avm_point_t *p, const uint8_t *k, size_t n);

void avm_map_to_curve(avm_group_t g, avm_point_t *r, const avm_fe2_t *u); /* the cofactor cleared */

/* Whether the product of the pairings of p[i] (G1) and q[i] (G2), all in their subgroups, is 1. false: out of memory.
 */
bool avm_pairing_is_one(const avm_curve_t *c, const avm_point_t *p, const avm_point_t *q, size_t n, bool *out);

#endif
