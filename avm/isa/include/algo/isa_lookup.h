/* algo/isa_lookup.h - inside the room only. How a name is found: hashed into a table without collisions, which
 * tool/gen_isa.c makes from the tables. */
#ifndef ALGO_ISA_LOOKUP_H
#define ALGO_ISA_LOOKUP_H

#include <stdint.h>
#include <string.h>

#define ISA_NAME_MAX 32u
#define ISA_SLOTS    2048u

/* n is 1 to ISA_NAME_MAX. Two loads cover short names whole; the rest is told apart by its ends and its length. */
static inline uint32_t isa_hash(uint64_t seed, const char *name, size_t n) {
  uint64_t head = 0, tail = 0;
  if (n >= 8) {
    memcpy(&head, name, 8);
    memcpy(&tail, name + n - 8, 8);
  } else if (n >= 4) {
    memcpy(&head, name, 4);
    memcpy(&tail, name + n - 4, 4);
  } else {
    head = (uint64_t)(uint8_t)name[0] << 16 | (uint64_t)(uint8_t)name[n / 2] << 8 | (uint8_t)name[n - 1];
  }
  uint64_t h = (head ^ seed) * 0x9e3779b97f4a7c15u;
  h = (h ^ h >> 29 ^ tail ^ (uint64_t)n << 56) * 0xff51afd7ed558ccdu;
  return (uint32_t)(h >> 53);
}

/* Are the n bytes (n > 0) the same? Names are short: a call of memcmp would cost more than the comparison. */
static inline int isa_same_name(const char *a, const char *b, size_t n) {
  uint64_t x[2] = {0, 0}, y[2] = {0, 0};
  if (n > 16) return memcmp(a, b, n) == 0;
  if (n >= 8) {
    memcpy(&x[0], a, 8), memcpy(&x[1], a + n - 8, 8);
    memcpy(&y[0], b, 8), memcpy(&y[1], b + n - 8, 8);
  } else if (n >= 4) {
    memcpy(&x[0], a, 4), memcpy(&x[1], a + n - 4, 4);
    memcpy(&y[0], b, 4), memcpy(&y[1], b + n - 4, 4);
  } else {
    return a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1];
  }
  return x[0] == y[0] && x[1] == y[1];
}

#endif
