/* SHA-512/256 is SHA-512 with another start and half of the output (FIPS 180-4, 5.3.6.2), so libsodium's state serves.
 */
#include "algo/hash.h"

#include <sodium.h>

_Static_assert(sizeof(crypto_hash_sha512_state) <= sizeof(algo_sha512_256_t), "state is too small");

static crypto_hash_sha512_state *state(algo_sha512_256_t *h) { return (crypto_hash_sha512_state *)(void *)h->state; }

void algo_sha512_256_init(algo_sha512_256_t *h) {
  static const uint64_t start[8] = {0x22312194fc2bf72c, 0x9f555fa3c84c64c2, 0x2393b86b6f53b151, 0x963877195940eabd,
                                    0x96283ee2a88effe3, 0xbe5e1e2553863992, 0x2b0199fc2c85b8aa, 0x0eb72ddc81c52ca2};
  crypto_hash_sha512_init(state(h));
  memcpy(state(h)->state, start, sizeof start);
}

void algo_sha512_256_update(algo_sha512_256_t *h, const void *p, size_t n) {
  if (n != 0) crypto_hash_sha512_update(state(h), p, n);
}

void algo_sha512_256_final(algo_sha512_256_t *h, uint8_t out[32]) {
  uint8_t whole[64];
  crypto_hash_sha512_final(state(h), whole);
  memcpy(out, whole, 32);
}

void algo_sha512_256_tagged(uint8_t out[32], const char *tag, const void *p, size_t n) {
  algo_sha512_256_t h;
  algo_sha512_256_init(&h);
  algo_sha512_256_update(&h, tag, strlen(tag));
  algo_sha512_256_update(&h, p, n);
  algo_sha512_256_final(&h, out);
}

void algo_sha512_256(uint8_t out[32], const void *p, size_t n) { algo_sha512_256_tagged(out, "", p, n); }

void algo_sha512_tagged(uint8_t out[64], const char *tag, const void *p, size_t n) {
  crypto_hash_sha512_state st;
  crypto_hash_sha512_init(&st);
  crypto_hash_sha512_update(&st, (const uint8_t *)tag, strlen(tag));
  if (n != 0) crypto_hash_sha512_update(&st, p, n);
  crypto_hash_sha512_final(&st, out);
}

void algo_sha256_tagged(uint8_t out[32], const char *tag, const void *p, size_t n) {
  crypto_hash_sha256_state st;
  crypto_hash_sha256_init(&st);
  crypto_hash_sha256_update(&st, (const uint8_t *)tag, strlen(tag));
  if (n != 0) crypto_hash_sha256_update(&st, p, n);
  crypto_hash_sha256_final(&st, out);
}

void algo_sha256(uint8_t out[32], const void *p, size_t n) { algo_sha256_tagged(out, "", p, n); }
