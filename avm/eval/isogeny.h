/* isogeny.h - the rational maps that take a curve with a simple map to it onto BLS12-381's (RFC 9380, appendix E). */
#ifndef ALGO_AVM_ISOGENY_H
#define ALGO_AVM_ISOGENY_H

#include <stddef.h>
#include <stdint.h>

typedef struct avm_polynomial {
  const uint64_t (*c)[6]; /* coefficients of rising degree; for G2 two rows each */
  size_t n;
} avm_polynomial_t;

typedef struct avm_isogeny {
  avm_polynomial_t x_num, x_den, y_num, y_den; /* the denominators have a further coefficient, 1 */
} avm_isogeny_t;

extern const avm_isogeny_t avm_isogeny_g1, avm_isogeny_g2;

#endif
