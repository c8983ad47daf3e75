/* The curve of ed25519 for verifying alone: nothing here is secret, nothing runs in constant time.
 *
 * A field element modulo p = 2^255 - 19 is five limbs of 51 bits. Products have limbs below 2^51 + 2^13; sums and
 * differences of two such are below 2^54, and that is what a product takes. Formulas: Hisil, Wong, Carter, Dawson 2008
 * (extended coordinates, a = -1). */
#ifndef ALGO_EDWARDS_H
#define ALGO_EDWARDS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct fe {
  uint64_t v[5];
} fe_t;
typedef struct point { /* x = X/Z, y = Y/Z, T = XY/Z */
  fe_t x, y, z, t;
} point_t;
typedef struct affine { /* a point as it is added: y + x, y - x, 2dxy */
  fe_t sum, difference, dxy2;
} affine_t;
/* (i + 1) * 64^2j * P at [j][i]: a scalar, as 43 signed digits to the base 64, takes 43 additions. */
#define EDWARDS_ROWS 22
#define EDWARDS_ROW  32
typedef struct point_table {
  affine_t at[EDWARDS_ROWS][EDWARDS_ROW];
} point_table_t;

/* The table of a point given as 32 bytes; false: it is not on the curve, or there is no memory. */
bool edwards_table(point_table_t *out, const uint8_t bytes[32]);
/* SB - hA as 32 bytes. s and h are below the group's order. */
void edwards_check_point(uint8_t out[32], const point_table_t *b, const uint8_t s[32], const point_table_t *a,
                         const uint8_t h[32]);

/* ---- within: the sums that edwards_check_point puts together ---- */

typedef struct edwards_digits {
  int8_t at[2 * EDWARDS_ROWS]; /* -32 to 32, to the base 64, the lowest first */
} edwards_digits_t;
edwards_digits_t edwards_digits(const uint8_t scalar[32], bool minus);
/* Of the digits of s in even and in odd places with b's rows, and of those of -h with a's. */
typedef void edwards_sums_fn(point_t out[4], const point_table_t *b, const edwards_digits_t *s, const point_table_t *a,
                             const edwards_digits_t *minus_h);
/* The second: all four at a time, by vectors of 256 bits; only where edwards_has_avx2. */
edwards_sums_fn edwards_sums, edwards_sums_avx2;
bool edwards_has_avx2(void);
void edwards_invert(uint8_t out[32], const uint8_t in[32]); /* modulo p; of 0, 0. `in` is below p */
/* The point that four sums make, as 32 bytes. */
void edwards_join(uint8_t out[32], const point_t sums[4]);

#endif
