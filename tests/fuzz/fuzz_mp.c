/* The msgpack cursor: any bytes, every way of reading them. */
#include <stdlib.h>

#include "algo/mp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  algo_mp_t r = algo_mp(algo_bytes(data, size));
  algo_bytes_t v;
  uint64_t u;
  int64_t i;
  uint32_t n;
  bool b;
  while (algo_mp_peek(&r) != ALGO_MP_END) {
    const uint8_t *was = r.p;
    algo_mp_t s = r;
    if (algo_mp_skip(&s, NULL) == ALGO_OK && (s.p <= was || s.p > s.end)) abort();
    if (algo_mp_get_uint(&r, &u, NULL) != ALGO_OK && algo_mp_get_int(&r, &i, NULL) != ALGO_OK &&
        algo_mp_get_bool(&r, &b, NULL) != ALGO_OK && algo_mp_get_bin(&r, &v, NULL) != ALGO_OK &&
        algo_mp_get_map(&r, &n, NULL) != ALGO_OK && algo_mp_get_array(&r, &n, NULL) != ALGO_OK &&
        algo_mp_skip(&r, NULL) != ALGO_OK)
      break;
    if (r.p <= was || r.p > r.end) abort();
  }
  return 0;
}
