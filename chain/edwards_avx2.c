/* Four sums at a time, one in each quarter of a 256-bit register: the digits of both scalars in even and in odd places.
 *
 * A field element is ten limbs of 26 and 25 bits in turn, the lower in the first place: a product of two limbs fits in
 * 64 bits. Bounds: what mul answers is reduced, its limbs are below 2^26 + 2^12 (even places) and 2^25 + 2^17 (odd
 * ones); a sum of two reduced is below twice, a difference below three times that. mul takes a first factor of four
 * times, a second of three times that: 19 times it is still below 2^32, and ten products together below 2^63. */
#include "edwards.h"

#if defined __x86_64__
#include <immintrin.h>

/* Only what edwards_has_avx2 has allowed comes here. */
#define TARGET __attribute__((target("avx2")))
#define INLINE TARGET __attribute__((always_inline)) static inline

typedef struct fe4 {
  __m256i v[10];
} fe4_t;
typedef struct point4 {
  fe4_t x, y, z, t;
} point4_t;

static const affine_t neutral = {{{1}}, {{1}}, {{0}}};

/* ---- the field ---- */

#define EACH_LIMB _Pragma("GCC unroll 10") for (int i = 0; i < 10; i++)

INLINE void fe4_add(fe4_t *r, const fe4_t *a, const fe4_t *b) {
  EACH_LIMB r->v[i] = _mm256_add_epi64(a->v[i], b->v[i]);
}

INLINE void fe4_sub(fe4_t *r, const fe4_t *a, const fe4_t *b) { /* 2p is added, so that no limb goes below zero */
  EACH_LIMB {
    const long long twice_p = i == 0 ? (1 << 27) - 38 : i % 2 == 0 ? (1 << 27) - 2 : (1 << 26) - 2;
    r->v[i] = _mm256_sub_epi64(_mm256_add_epi64(a->v[i], _mm256_set1_epi64x(twice_p)), b->v[i]);
  }
}

/* What stands above limb i is carried to the next; from the last to the first 19 times, as 2^255 is 19. */
INLINE void carry(__m256i h[10], int i) {
  const int bits = i % 2 == 0 ? 26 : 25;
  __m256i c = _mm256_srli_epi64(h[i], bits);
  h[i] = _mm256_and_si256(h[i], _mm256_set1_epi64x((1 << bits) - 1));
  if (i == 9) c = _mm256_add_epi64(_mm256_add_epi64(c, _mm256_slli_epi64(c, 1)), _mm256_slli_epi64(c, 4));
  h[(i + 1) % 10] = _mm256_add_epi64(h[(i + 1) % 10], c);
}

/* A limb of the first factor at a time: it and the ten sums stay in registers. */
TARGET __attribute__((noinline)) static void fe4_mul(fe4_t *r, const fe4_t *a, const fe4_t *b) {
  __m256i h[10], b19[10];
  EACH_LIMB b19[i] = _mm256_mul_epu32(b->v[i], _mm256_set1_epi64x(19));
  EACH_LIMB h[i] = _mm256_mul_epu32(a->v[0], b->v[i]);
#pragma GCC unroll 10
  for (int i = 1; i < 10; i++) {
    const __m256i once = a->v[i], two = _mm256_add_epi64(once, once);
    /* The sums are complete here: else gcc puts products off, and them on the stack. */
#pragma GCC unroll 10
    for (int k = 0; k < 10; k++) __asm__("" : "+x"(h[k]));
#pragma GCC unroll 10
    for (int j = 0; j < 10; j++) {
      const int k = (i + j) % 10;
      h[k] = _mm256_add_epi64(h[k],
                              _mm256_mul_epu32(i % 2 == 1 && j % 2 == 1 ? two : once, i + j < 10 ? b->v[j] : b19[j]));
    }
  }
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) { /* two chains at a time, as each waits for itself */
    carry(h, i);
    carry(h, i + 5);
  }
  carry(h, 0);
  carry(h, 5);
  EACH_LIMB r->v[i] = h[i];
}

/* ---- points ---- */

/* A field of four table entries; their limbs are below 2^51 + 2^17. */
INLINE void load(fe4_t *r, const fe_t *const f[4]) {
  __m256i w[5], row[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) row[i] = _mm256_loadu_si256((const __m256i *)(const void *)f[i]->v);
  const __m256i a = _mm256_unpacklo_epi64(row[0], row[1]), b = _mm256_unpackhi_epi64(row[0], row[1]),
                c = _mm256_unpacklo_epi64(row[2], row[3]), d = _mm256_unpackhi_epi64(row[2], row[3]);
  w[0] = _mm256_permute2x128_si256(a, c, 0x20);
  w[1] = _mm256_permute2x128_si256(b, d, 0x20);
  w[2] = _mm256_permute2x128_si256(a, c, 0x31);
  w[3] = _mm256_permute2x128_si256(b, d, 0x31);
  w[4] = _mm256_set_epi64x((long long)f[3]->v[4], (long long)f[2]->v[4], (long long)f[1]->v[4], (long long)f[0]->v[4]);
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) {
    r->v[2 * i] = _mm256_and_si256(w[i], _mm256_set1_epi64x((1 << 26) - 1));
    r->v[2 * i + 1] = _mm256_srli_epi64(w[i], 26);
  }
}

TARGET static fe_t lane(const fe4_t *a, int n) {
  fe_t r;
  uint64_t w[10][4];
  EACH_LIMB _mm256_storeu_si256((__m256i *)(void *)w[i], a->v[i]);
  for (int i = 0; i < 5; i++) r.v[i] = w[2 * i][n] + (w[2 * i + 1][n] << 26);
  return r;
}

/* p + q in each lane: of E, F, G, H of the formulas (EF, GH, FG, EH); q negated swaps its first two, and F and G. */
INLINE void add_entries(point4_t *p, const affine_t *const q[4], const bool minus[4]) {
  const fe_t *sums[4], *differences[4], *products[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    sums[i] = minus[i] ? &q[i]->difference : &q[i]->sum;
    differences[i] = minus[i] ? &q[i]->sum : &q[i]->difference;
    products[i] = &q[i]->dxy2;
  }
  fe4_t a, b, c, d, e, f, g, h;
  load(&a, sums);
  load(&b, differences);
  load(&c, products);
  fe4_add(&d, &p->y, &p->x);
  fe4_mul(&a, &d, &a);
  fe4_sub(&d, &p->y, &p->x);
  fe4_mul(&b, &d, &b);
  fe4_mul(&c, &p->t, &c);
  fe4_add(&d, &p->z, &p->z);
  fe4_sub(&e, &a, &b);
  fe4_add(&h, &a, &b);
  fe4_sub(&f, &d, &c);
  fe4_add(&g, &d, &c);
  fe4_mul(&p->t, &e, &h);
  fe4_mul(&p->z, &f, &g);
  const __m256i swapped = _mm256_set_epi64x(-minus[3], -minus[2], -minus[1], -minus[0]);
  EACH_LIMB {
    const __m256i both = _mm256_and_si256(_mm256_xor_si256(f.v[i], g.v[i]), swapped);
    f.v[i] = _mm256_xor_si256(f.v[i], both);
    g.v[i] = _mm256_xor_si256(g.v[i], both);
  }
  fe4_mul(&p->x, &f, &e);
  fe4_mul(&p->y, &g, &h);
}

bool edwards_has_avx2(void) { return __builtin_cpu_supports("avx2"); }

TARGET void edwards_sums_avx2(point_t out[4], const point_table_t *b, const edwards_digits_t *s, const point_table_t *a,
                              const edwards_digits_t *minus_h) {
  point4_t p = {0};
  p.y.v[0] = p.z.v[0] = _mm256_set1_epi64x(1);
  for (int j = 0; j < EDWARDS_ROWS; j++) {
    const int digit[4] = {s->at[2 * j], s->at[2 * j + 1], minus_h->at[2 * j], minus_h->at[2 * j + 1]};
    const affine_t *q[4];
    bool minus[4];
    for (int i = 0; i < 4; i++) {
      const affine_t *row = i < 2 ? b->at[j] : a->at[j];
      minus[i] = digit[i] < 0;
      q[i] = digit[i] == 0 ? &neutral : &row[(minus[i] ? -digit[i] : digit[i]) - 1];
    }
    add_entries(&p, q, minus);
  }
  for (int i = 0; i < 4; i++) out[i] = (point_t){lane(&p.x, i), lane(&p.y, i), lane(&p.z, i), lane(&p.t, i)};
}
#else
bool edwards_has_avx2(void) { return false; }
void edwards_sums_avx2(point_t out[4], const point_table_t *b, const edwards_digits_t *s, const point_table_t *a,
                       const edwards_digits_t *minus_h) {
  edwards_sums(out, b, s, a, minus_h);
}
#endif
