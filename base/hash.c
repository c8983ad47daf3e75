/* SHA-512/256 is SHA-512 with another start and half of the output (FIPS 180-4, 5.3.6.2), so libsodium's state serves. */
#include "algo/hash.h"

#include <sodium.h>

static void sha512_256_init(crypto_hash_sha512_state *st) {
  static const uint64_t start[8] = {0x22312194fc2bf72c, 0x9f555fa3c84c64c2, 0x2393b86b6f53b151, 0x963877195940eabd,
                                    0x96283ee2a88effe3, 0xbe5e1e2553863992, 0x2b0199fc2c85b8aa, 0x0eb72ddc81c52ca2};
  crypto_hash_sha512_init(st);
  memcpy(st->state, start, sizeof start);
}

static void sha512_update(crypto_hash_sha512_state *st, const void *p, size_t n) {
  if (n != 0) crypto_hash_sha512_update(st, p, n);
}

void algo_sha512_256_tagged(uint8_t out[32], const char *tag, const void *p, size_t n) {
  crypto_hash_sha512_state st;
  uint8_t whole[64];
  sha512_256_init(&st);
  sha512_update(&st, tag, strlen(tag));
  sha512_update(&st, p, n);
  crypto_hash_sha512_final(&st, whole);
  memcpy(out, whole, 32);
}

void algo_sha512_256(uint8_t out[32], const void *p, size_t n) { algo_sha512_256_tagged(out, "", p, n); }

void algo_sha512_tagged(uint8_t out[64], const char *tag, const void *p, size_t n) {
  crypto_hash_sha512_state st;
  crypto_hash_sha512_init(&st);
  sha512_update(&st, tag, strlen(tag));
  sha512_update(&st, p, n);
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
