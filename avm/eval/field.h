/* field.h - prime fields of up to 384 bits in Montgomery form, and their quadratic extension by u^2 = -1. One piece of
 * code for the base and scalar fields of BN254 and BLS12-381. Public inputs only: nothing here is constant time. */
#ifndef ALGO_AVM_FIELD_H
#define ALGO_AVM_FIELD_H

#include "algo/bytes.h"

#define AVM_LIMBS 6

typedef struct avm_fe { /* limbs, low first; those past the field's are 0 */
  uint64_t l[AVM_LIMBS];
} avm_fe_t;

typedef struct avm_field {
  unsigned n;   /* limbs */
  uint64_t inv; /* -1/p mod 2^64 */
  avm_fe_t p;
  avm_fe_t one; /* R mod p */
  avm_fe_t r2;  /* R^2 mod p */
} avm_field_t;

extern const avm_field_t avm_fp_bn254, avm_fr_bn254, avm_fp_bls12_381, avm_fr_bls12_381;

void avm_fe_add(const avm_field_t *f, avm_fe_t *r, const avm_fe_t *a, const avm_fe_t *b);
void avm_fe_sub(const avm_field_t *f, avm_fe_t *r, const avm_fe_t *a, const avm_fe_t *b);
void avm_fe_mul(const avm_field_t *f, avm_fe_t *r, const avm_fe_t *a, const avm_fe_t *b);
void avm_fe_inv(const avm_field_t *f, avm_fe_t *r, const avm_fe_t *a);                    /* of 0: 0 */
void avm_fe_pow(const avm_field_t *f, avm_fe_t *r, const avm_fe_t *a, const avm_fe_t *e); /* e: plain limbs */
void avm_fe_set_uint(const avm_field_t *f, avm_fe_t *r, uint64_t v);
void avm_fe_from_limbs(const avm_field_t *f, avm_fe_t *r, const uint64_t *limbs); /* n plain limbs below p */
void avm_fe_to_limbs(const avm_field_t *f, avm_fe_t *r, const avm_fe_t *a);       /* plain */
/* 8 n big-endian bytes. `read` refuses what is not below p; `reduce` takes any value. */
bool avm_fe_read(const avm_field_t *f, avm_fe_t *r, const uint8_t *p);
void avm_fe_reduce(const avm_field_t *f, avm_fe_t *r, const uint8_t *p);
void avm_fe_write(const avm_field_t *f, uint8_t *out, const avm_fe_t *a);
static inline bool avm_fe_is_zero(const avm_fe_t *a) {
  uint64_t v = 0;
  for (int i = 0; i < AVM_LIMBS; i++) v |= a->l[i];
  return v == 0;
}
static inline bool avm_fe_eq(const avm_fe_t *a, const avm_fe_t *b) { return memcmp(a, b, sizeof *a) == 0; }

typedef struct avm_fe2 {
  avm_fe_t a, b;
} avm_fe2_t; /* a + b u */

void avm_fe2_add(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x, const avm_fe2_t *y);
void avm_fe2_sub(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x, const avm_fe2_t *y);
void avm_fe2_neg(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x);
void avm_fe2_mul(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x, const avm_fe2_t *y);
void avm_fe2_square(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x);
void avm_fe2_pow(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x, const avm_fe_t *e); /* e: plain limbs */
void avm_fe2_scale(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x, const avm_fe_t *k);
void avm_fe2_inv(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x);
void avm_fe2_conj(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x);
static inline bool avm_fe2_is_zero(const avm_fe2_t *x) { return avm_fe_is_zero(&x->a) && avm_fe_is_zero(&x->b); }
static inline bool avm_fe2_eq(const avm_fe2_t *x, const avm_fe2_t *y) { return memcmp(x, y, sizeof *x) == 0; }
/* Of an element of the field of `degree` 1 (b is 0) or 2, for p = 3 mod 4. */
bool avm_fe2_is_square(const avm_field_t *f, const avm_fe2_t *x, int degree);
void avm_fe2_sqrt(const avm_field_t *f, avm_fe2_t *r, const avm_fe2_t *x, int degree); /* x is a square */
int avm_fe2_sign(const avm_field_t *f, const avm_fe2_t *x);                            /* RFC 9380's sgn0 */

#endif
