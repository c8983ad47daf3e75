/* algo/address.h - addresses: 32 bytes; as text 58 letters of base32 with a 4-byte checksum (SHA-512/256's last four).
 */
#ifndef ALGO_ADDRESS_H
#define ALGO_ADDRESS_H

#include "algo/bytes.h"

#define ALGO_ADDR_TEXT 58u

typedef struct algo_addr {
  uint8_t b[32];
} algo_addr_t;

static inline bool algo_addr_is_zero(const algo_addr_t *a) {
  static const algo_addr_t zero;
  return memcmp(a, &zero, sizeof zero) == 0;
}
static inline bool algo_addr_eq(const algo_addr_t *a, const algo_addr_t *b) { return memcmp(a, b, sizeof *a) == 0; }

ALGO_API void algo_addr_format(char out[ALGO_ADDR_TEXT + 1], const algo_addr_t *a); /* with a NUL */
/* Errors: PARSE (length, letter), CHECKSUM. The two bits left over in the last letter are not looked at, as in the
 * SDKs. */
ALGO_API algo_code_t algo_addr_parse(algo_addr_t *out, const char *s, size_t n, algo_err_t *err);
/* As a node reads it: those two bits are 0 as well. */
ALGO_API algo_code_t algo_addr_parse_canonical(algo_addr_t *out, const char *s, size_t n, algo_err_t *err);
ALGO_API void algo_addr_of_app(algo_addr_t *out, uint64_t app_id);          /* SHA-512/256("appID" || id) */
ALGO_API void algo_addr_of_program(algo_addr_t *out, algo_bytes_t program); /* SHA-512/256("Program" || program) */
/* SHA-512/256("MultisigAddr" || version || threshold || public keys). Errors: INVALID. */
ALGO_API algo_code_t algo_addr_of_multisig(algo_addr_t *out, uint8_t version, uint8_t threshold,
                                           const algo_addr_t *keys, size_t n, algo_err_t *err);

#endif
