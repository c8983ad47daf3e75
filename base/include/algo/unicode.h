/* algo/unicode.h - text as Go's packages unicode, utf8 and strconv see it: what a node calls printable, and how it
 * quotes. Unicode 15.0. */
#ifndef ALGO_UNICODE_H
#define ALGO_UNICODE_H

#include "algo/bytes.h"

/* The rune at the front of n > 0 bytes and its length; U+FFFD with *used 1 where they are no UTF-8 (Go's DecodeRune).
 */
ALGO_API uint32_t algo_utf8_next(const char *s, size_t n, size_t *used);
ALGO_API bool algo_rune_is_print(uint32_t r); /* of white space only U+0020 */
ALGO_API bool algo_rune_is_letter(uint32_t r);
ALGO_API bool algo_rune_is_digit(uint32_t r);
ALGO_API bool algo_text_is_blank(const char *s, size_t n); /* nothing but Unicode white space */
/* In double quotes, with escapes for what is not printable (Go's strconv.Quote). */
ALGO_API void algo_text_quote(algo_buf_t *out, const char *s, size_t n);

#endif
