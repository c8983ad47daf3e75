/* Numbers for tests: from a seed, and more often where programs break. */
#include "algo/hash.h"
#include "algo/walk.h"

static uint64_t next(algo_fuzz_t *f) { /* splitmix64 */
  return algo_mix64(f->state += UINT64_C(0x9e3779b97f4a7c15));
}

uint64_t algo_fuzz_below(algo_fuzz_t *f, uint64_t n) {
  if (n == 0) return 0;
  uint64_t limit = UINT64_MAX - UINT64_MAX % n, v;
  do v = next(f);
  while (v >= limit);
  return v % n;
}

static uint64_t edge(algo_fuzz_t *f, uint64_t lo, uint64_t hi) {
  uint64_t near = algo_fuzz_below(f, 3);
  switch (algo_fuzz_below(f, 4)) {
  case 0: return lo + near;
  case 1: return hi - near;
  case 2: return near;
  default: return (UINT64_C(1) << algo_fuzz_below(f, 64)) + near - 1;
  }
}

uint64_t algo_fuzz_uint(algo_fuzz_t *f, uint64_t lo, uint64_t hi) {
  if (lo >= hi) return lo;
  if (algo_fuzz_below(f, 2) == 0) {
    uint64_t v = edge(f, lo, hi);
    if (v >= lo && v <= hi) return v;
  }
  uint64_t span = hi - lo;
  if (algo_fuzz_below(f, 2) == 0 && span > 1) /* of any size: most numbers of a wide range are huge */
    span = algo_fuzz_below(f, UINT64_C(1) << (algo_fuzz_below(f, 63) + 1)) % (span + (span != UINT64_MAX));
  else span = span == UINT64_MAX ? next(f) : algo_fuzz_below(f, span + 1);
  return lo + span;
}

void algo_fuzz_bytes(uint8_t *out, size_t n, uint64_t value) {
  algo_fuzz_t f = {value};
  memset(out, 0, n);
  for (size_t i = 0; value != 0 && i < n; i++) out[i] = (uint8_t)next(&f);
}
