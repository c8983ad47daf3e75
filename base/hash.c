/* SHA-512/256 is SHA-512 with another start and half of the output (FIPS 180-4, 5.3.6.2). OpenSSL's SHA-512 takes 0.6
 * of the time of libsodium's on a transaction (it uses AVX2), and its older interface, used here, allocates nothing. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "algo/hash.h"

#include <openssl/sha.h>

_Static_assert(sizeof(SHA512_CTX) <= sizeof(algo_sha512_t), "state is too small");

static SHA512_CTX *state(algo_sha512_t *h) { return (SHA512_CTX *)(void *)h->state; }

void algo_sha512_init(algo_sha512_t *h) { SHA512_Init(state(h)); }

void algo_sha512_256_init(algo_sha512_t *h) {
  static const uint64_t start[8] = {0x22312194fc2bf72c, 0x9f555fa3c84c64c2, 0x2393b86b6f53b151, 0x963877195940eabd,
                                    0x96283ee2a88effe3, 0xbe5e1e2553863992, 0x2b0199fc2c85b8aa, 0x0eb72ddc81c52ca2};
  SHA512_Init(state(h));
  for (int i = 0; i < 8; i++) state(h)->h[i] = start[i];
  state(h)->md_len = 32;
}

void algo_sha512_update(algo_sha512_t *h, const void *p, size_t n) {
  if (n != 0) SHA512_Update(state(h), p, n);
}

void algo_sha512_final(algo_sha512_t *h, uint8_t out[]) { SHA512_Final(out, state(h)); }

void algo_sha512_256_tagged(uint8_t out[32], const char *tag, const void *p, size_t n) {
  algo_sha512_t h;
  algo_sha512_256_init(&h);
  algo_sha512_update(&h, tag, strlen(tag));
  algo_sha512_update(&h, p, n);
  algo_sha512_final(&h, out);
}

void algo_sha512_256(uint8_t out[32], const void *p, size_t n) { algo_sha512_256_tagged(out, "", p, n); }

void algo_sha512_tagged(uint8_t out[64], const char *tag, const void *p, size_t n) {
  algo_sha512_t h;
  algo_sha512_init(&h);
  algo_sha512_update(&h, tag, strlen(tag));
  algo_sha512_update(&h, p, n);
  algo_sha512_final(&h, out);
}

void algo_sha256_tagged(uint8_t out[32], const char *tag, const void *p, size_t n) {
  SHA256_CTX st;
  SHA256_Init(&st);
  SHA256_Update(&st, tag, strlen(tag));
  if (n != 0) SHA256_Update(&st, p, n);
  SHA256_Final(out, &st);
}

void algo_sha256(uint8_t out[32], const void *p, size_t n) { algo_sha256_tagged(out, "", p, n); }
