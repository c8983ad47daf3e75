#include "algo/bytes.h"

#include <stdio.h>
#include <stdlib.h>

int algo_bytes_cmp(algo_bytes_t a, algo_bytes_t b) {
  size_t n = a.n < b.n ? a.n : b.n;
  int c = n == 0 ? 0 : memcmp(a.p, b.p, n);
  if (c != 0) return c;
  return (a.n > b.n) - (a.n < b.n);
}

void algo_buf_fini(algo_buf_t *b) {
  free(b->p);
  *b = ALGO_BUF_INIT;
}

uint8_t *algo_buf_reserve(algo_buf_t *b, size_t n) {
  if (b->oom) return NULL;
  if (n <= b->cap - b->n && b->p != NULL) return b->p + b->n;
  if (n > SIZE_MAX / 2 - b->n) {
    b->oom = true;
    return NULL;
  }
  size_t cap = b->cap < 128 ? 256 : 2 * b->cap;
  if (cap < b->n + n) cap = b->n + n;
  uint8_t *p = realloc(b->p, cap);
  if (p == NULL) {
    b->oom = true;
    return NULL;
  }
  b->p = p;
  b->cap = cap;
  return p + b->n;
}

void algo_buf_put(algo_buf_t *b, const void *p, size_t n) {
  if (n == 0) return;
  uint8_t *at = algo_buf_reserve(b, n);
  if (at == NULL) return;
  memcpy(at, p, n);
  b->n += n;
}

void algo_buf_putc(algo_buf_t *b, uint8_t c) { algo_buf_put(b, &c, 1); }
void algo_buf_puts(algo_buf_t *b, const char *s) { algo_buf_put(b, s, strlen(s)); }
void algo_buf_putb(algo_buf_t *b, algo_bytes_t v) { algo_buf_put(b, v.p, v.n); }

void algo_buf_printf(algo_buf_t *b, const char *fmt, ...) {
  va_list ap, again;
  va_start(ap, fmt);
  va_copy(again, ap);
  int n = vsnprintf(NULL, 0, fmt, ap);
  va_end(ap);
  uint8_t *at = n < 0 ? NULL : algo_buf_reserve(b, (size_t)n + 1);
  if (at != NULL) {
    vsnprintf((char *)at, (size_t)n + 1, fmt, again);
    b->n += (size_t)n;
  }
  va_end(again);
}

const char *algo_buf_cstr(algo_buf_t *b) {
  uint8_t *at = algo_buf_reserve(b, 1);
  if (at == NULL) return "";
  *at = '\0';
  return (const char *)b->p;
}
