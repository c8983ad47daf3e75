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
/* Its parts: is S, little-endian, below the group's order; SHA-512(R || key || tag || msg) modulo that order. */
ALGO_API bool algo_sig_scalar_below_order(const uint8_t s[32]);
ALGO_API void algo_sig_challenge(uint8_t out[32], const uint8_t r[32], const algo_addr_t *pub, const char *tag,
                                 algo_bytes_t msg);

/* The same answers in less than half the time for keys that sign often: multiples of up to 32 keys are kept, 85 KB
 * each. Any thread may use it. */
typedef struct algo_keytable algo_keytable_t;
ALGO_API algo_keytable_t *algo_keytable_new(void);    /* NULL: out of memory */
ALGO_API void algo_keytable_free(algo_keytable_t *t); /* NULL is fine */
/* As algo_sig_verify_tagged; t NULL: by it. */
ALGO_API bool algo_keytable_verify(algo_keytable_t *t, const uint8_t sig[64], const char *tag, algo_bytes_t msg,
                                   const algo_addr_t *pub);

ALGO_API void algo_mnemonic_from_seed(char out[ALGO_MNEMONIC_MAX], const uint8_t seed[32]);
/* Any run of spaces between words, letters of either case, words cut to four letters or more. Errors: PARSE (names the
 * word and its place), CHECKSUM. */
ALGO_API algo_code_t algo_mnemonic_to_seed(uint8_t seed[32], const char *words, size_t n, algo_err_t *err);

#endif
