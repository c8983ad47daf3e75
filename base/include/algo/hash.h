/* algo/hash.h - SHA-512/256 (FIPS 180-4; every id of Algorand) and SHA-256. */
#ifndef ALGO_HASH_H
#define ALGO_HASH_H

#include "algo/bytes.h"

ALGO_API void algo_sha512_256(uint8_t out[32], const void *p, size_t n);
ALGO_API void algo_sha512_256_tagged(uint8_t out[32], const char *tag, const void *p, size_t n); /* of tag || bytes */
ALGO_API void algo_sha256(uint8_t out[32], const void *p, size_t n);
ALGO_API void algo_sha256_tagged(uint8_t out[32], const char *tag, const void *p, size_t n);
ALGO_API void algo_sha512_tagged(uint8_t out[64], const char *tag, const void *p, size_t n);

#endif
