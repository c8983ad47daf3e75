/* algo/hash.h - SHA-512/256 (FIPS 180-4; every id of Algorand), SHA-256, and the subset-sum hash of state proofs. */
#ifndef ALGO_HASH_H
#define ALGO_HASH_H

#include "algo/bytes.h"
#include "algo/err.h"

ALGO_API void algo_sha512_256(uint8_t out[32], const void *p, size_t n);
ALGO_API void algo_sha512_256_tagged(uint8_t out[32], const char *tag, const void *p, size_t n); /* of tag || bytes */
/* In parts: init, update as often as need be, final. Wipe it yourself where what was hashed is secret. */
typedef struct algo_sha512 {
  _Alignas(8) uint8_t state[224];
} algo_sha512_t;
ALGO_API void algo_sha512_init(algo_sha512_t *h);
ALGO_API void algo_sha512_256_init(algo_sha512_t *h);
ALGO_API void algo_sha512_update(algo_sha512_t *h, const void *p, size_t n);
ALGO_API void algo_sha512_final(algo_sha512_t *h, uint8_t out[]); /* 64 bytes, of SHA-512/256 32 */

ALGO_API void algo_sha256(uint8_t out[32], const void *p, size_t n);
ALGO_API void algo_sha256_tagged(uint8_t out[32], const char *tag, const void *p, size_t n);
ALGO_API void algo_sha512_tagged(uint8_t out[64], const char *tag, const void *p, size_t n);

/* The subset-sum hash of go-sumhash's specification, unsalted. It needs a matrix of 64 KiB, always the same one, which
 * takes some 0.2 ms to draw: keep it for as long as there is something to hash. */
#define ALGO_SUMHASH512_WORDS 8192u
ALGO_API algo_code_t algo_sumhash512_matrix(uint64_t matrix[ALGO_SUMHASH512_WORDS], algo_err_t *err); /* NOMEM */
ALGO_API void algo_sumhash512(uint8_t out[64], const uint64_t matrix[ALGO_SUMHASH512_WORDS], const void *p, size_t n);

#endif
