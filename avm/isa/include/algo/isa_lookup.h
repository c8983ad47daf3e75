/* algo/isa_lookup.h - inside the room only. How a name is found: hashed into a table without collisions, which
 * gen/gen_isa.c makes from the tables. */
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

#endif
