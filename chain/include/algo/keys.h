/* algo/keys.h - ed25519 keys and 25-word mnemonics. Secrets are wiped by algo_key_fini. */
#ifndef ALGO_KEYS_H
#define ALGO_KEYS_H

#include "algo/address.h"
#include "algo/env.h"

typedef struct algo_key {
  uint8_t seed[32];
  uint8_t secret[64]; /* libsodium's form: seed || public key */
  algo_addr_t addr;   /* the public key */
} algo_key_t;

#define ALGO_MNEMONIC_MAX 256u /* 25 words of at most 8 letters, spaces, NUL */

ALGO_API void algo_key_from_seed(algo_key_t *out, const uint8_t seed[32]);
ALGO_API void algo_key_random(algo_key_t *out, const algo_env_t *env);
ALGO_API void algo_key_fini(algo_key_t *k);                                          /* wipes */
ALGO_API void algo_key_sign(uint8_t sig[64], const algo_key_t *k, algo_bytes_t msg); /* no prefix */
ALGO_API void algo_key_sign_tagged(uint8_t sig[64], const algo_key_t *k, const char *tag, algo_bytes_t msg);
/* As go-algorand verifies, with its "batch verification compatible" fork of libsodium. True where S is below the
 * group's order, R and the key are written canonically (y below 2^255 - 19, no negative zero), the key is not of small
 * order, and 8(SB - hA - R) = 0, h being SHA-512(R || A || msg). Stock libsodium wants SB - hA = R and refuses an R of
 * small order: all that it takes is taken here, and signatures with a part of small order in R or in the key beside. No
 * memory is needed; a signature that stock libsodium refuses takes a few times as long. */
ALGO_API bool algo_sig_verify(const uint8_t sig[64], algo_bytes_t msg, const algo_addr_t *pub);
ALGO_API bool algo_sig_verify_tagged(const uint8_t sig[64], const char *tag, algo_bytes_t msg, const algo_addr_t *pub);

ALGO_API void algo_mnemonic_from_seed(char out[ALGO_MNEMONIC_MAX], const uint8_t seed[32]);
/* Any run of spaces between words, letters of either case, words cut to four letters or more. Errors: PARSE (names the
 * word and its place), CHECKSUM. */
ALGO_API algo_code_t algo_mnemonic_to_seed(uint8_t seed[32], const char *words, size_t n, algo_err_t *err);

#endif
