/* algo/bytes.h - byte strings: borrowed views, and a growing buffer. */
#ifndef ALGO_BYTES_H
#define ALGO_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "algo/err.h"

/* Borrowed bytes: never freed through this. p may be NULL only where n is 0. Not NUL-terminated. */
typedef struct algo_bytes {
  const uint8_t *p;
  size_t n;
} algo_bytes_t;

#define ALGO_BYTES_LIT(s) ((algo_bytes_t){(const uint8_t *)("" s), sizeof(s) - 1})

static inline algo_bytes_t algo_bytes(const void *p, size_t n) { return (algo_bytes_t){(const uint8_t *)p, n}; }
static inline algo_bytes_t algo_bytes_str(const char *s) { return algo_bytes(s, strlen(s)); }
static inline bool algo_bytes_eq(algo_bytes_t a, algo_bytes_t b) {
  return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
/* Lexicographic, as Algorand sorts state keys and box names: <0, 0, >0. */
ALGO_API int algo_bytes_cmp(algo_bytes_t a, algo_bytes_t b);

/* A growing buffer on the heap. Zero-fill or ALGO_BUF_INIT to start. Once memory ran out `oom` stays set, further
 * writes are dropped, and the writer asks once at the end. Not for two threads at a time. */
typedef struct algo_buf {
  uint8_t *p;
  size_t n, cap;
  bool oom;
} algo_buf_t;
#define ALGO_BUF_INIT ((algo_buf_t){NULL, 0, 0, false})

ALGO_API void algo_buf_fini(algo_buf_t *b); /* frees; b is empty and usable again */
static inline void algo_buf_clear(algo_buf_t *b) {
  b->n = 0;
  b->oom = false;
} /* keeps the memory */
ALGO_API uint8_t *algo_buf_reserve(algo_buf_t *b,
                                   size_t n); /* room for n more bytes at p + n, or NULL; n is not raised */
ALGO_API void algo_buf_put(algo_buf_t *b, const void *p, size_t n);
ALGO_API void algo_buf_putc(algo_buf_t *b, uint8_t c);
ALGO_API void algo_buf_puts(algo_buf_t *b, const char *s);
ALGO_API void algo_buf_putb(algo_buf_t *b, algo_bytes_t v);
ALGO_API void algo_buf_printf(algo_buf_t *b, const char *fmt, ...) ALGO_PRINTF(2, 3);
/* A NUL behind the content that n does not count; the content as a C string, "" when memory ran out. */
ALGO_API const char *algo_buf_cstr(algo_buf_t *b);
static inline algo_bytes_t algo_buf_view(const algo_buf_t *b) { return (algo_bytes_t){b->p, b->n}; }

/* Big-endian integers, as ARC-4 and the AVM write them. */
static inline uint64_t algo_be64(uint64_t v) {
  return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(v) : v;
}
static inline void algo_put_be64(uint8_t out[8], uint64_t v) {
  v = algo_be64(v);
  memcpy(out, &v, sizeof v);
}
static inline uint64_t algo_get_be64(const uint8_t in[8]) {
  uint64_t v;
  memcpy(&v, in, sizeof v);
  return algo_be64(v);
}

/* Every bit of it decides on every bit of the answer, and no two have the same one: Vigna's finaliser of SplitMix64.
 * For tables and for numbers that look random; it keeps no secret. */
static inline uint64_t algo_mix64(uint64_t v) {
  v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
  return v ^ v >> 31;
}

#endif
