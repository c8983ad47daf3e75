/* tower.h - the extension of degree 12 in which the pairings lie: over w, w^6 = xi, six elements of the quadratic one.
 */
#ifndef ALGO_AVM_TOWER_H
#define ALGO_AVM_TOWER_H

#include "field.h"

typedef struct avm_fe12 {
  avm_fe2_t c[6];
} avm_fe12_t;

typedef struct avm_tower {
  const avm_field_t *f;
  unsigned k;         /* xi is k + u; 1 or 9 */
  avm_fe2_t gamma[6]; /* xi^(i (p - 1) / 6), by which the Frobenius map multiplies */
} avm_tower_t;

void avm_tower_init(avm_tower_t *t, const avm_field_t *f, unsigned k);
void avm_fe12_one(const avm_tower_t *t, avm_fe12_t *r);
bool avm_fe12_is_one(const avm_tower_t *t, const avm_fe12_t *x);
void avm_fe12_mul(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x, const avm_fe12_t *y);
void avm_fe12_square(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x);
/* By l[0] w^at[0] + l[1] w^at[1] + l[2] w^at[2]. */
void avm_fe12_mul_line(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x, const avm_fe2_t l[3],
                       const uint8_t at[3]);
void avm_fe12_conj(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x); /* the power p^6 */
void avm_fe12_inv(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x);
void avm_fe12_frobenius(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x, int times); /* the power p^times */
/* Of elements whose order divides p^4 - p^2 + 1 (where the inverse is the conjugate): Granger and Scott. */
void avm_fe12_cyclotomic_square(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x);
void avm_fe12_cyclotomic_pow(const avm_tower_t *t, avm_fe12_t *r, const avm_fe12_t *x, uint64_t e);

#endif
