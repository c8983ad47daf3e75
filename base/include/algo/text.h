/* algo/text.h - bytes as text: hex, base32 (RFC 4648, A-Z2-7), base64 (RFC 4648, standard and URL alphabets).
 *
 * Encoders append to a buffer. Decoders append the bytes to *out, or leave it as it was and say what is wrong and
 * where: PARSE, NOMEM. */
#ifndef ALGO_TEXT_H
#define ALGO_TEXT_H

#include "algo/bytes.h"

ALGO_API void algo_hex_encode(algo_buf_t *out, algo_bytes_t in);                                 /* lower case */
ALGO_API algo_code_t algo_hex_decode(algo_buf_t *out, const char *s, size_t n, algo_err_t *err); /* either case */

ALGO_API void algo_base32_encode(algo_buf_t *out, algo_bytes_t in); /* no padding, as Algorand writes it */
/* Padding may be there, whole, or not at all. Bits left over in the last letter must be 0 when strict. */
ALGO_API algo_code_t algo_base32_decode(algo_buf_t *out, const char *s, size_t n, bool strict, algo_err_t *err);

ALGO_API void algo_base64_encode(algo_buf_t *out, algo_bytes_t in);    /* standard alphabet, padded */
ALGO_API void algo_base64url_encode(algo_buf_t *out, algo_bytes_t in); /* URL alphabet, padded as Go's URLEncoding */
ALGO_API algo_code_t algo_base64_decode(algo_buf_t *out, const char *s, size_t n,
                                        algo_err_t *err); /* padded, either alphabet */

/* Valid UTF-8 as RFC 3629 has it (no surrogates, no overlong forms). */
ALGO_API bool algo_utf8_valid(algo_bytes_t v);

/* A decimal number that fills the whole text: digits only, no sign, no space. Errors: PARSE, RANGE (2^64 or more). */
ALGO_API algo_code_t algo_u64_parse(uint64_t *out, const char *s, size_t n, algo_err_t *err);
/* "1.5" with `decimals` 6 is 1500000: an amount in base units. Errors: PARSE, RANGE (2^64 or more; more digits behind
 * the point than `decimals`). */
ALGO_API algo_code_t algo_amount_parse(uint64_t *out, const char *s, unsigned decimals, algo_err_t *err);
ALGO_API void algo_amount_format(algo_buf_t *out, uint64_t amount, unsigned decimals);

#endif
