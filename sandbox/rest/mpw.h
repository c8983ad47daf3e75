/* Writing msgpack maps whose number of keys is known only at the end; keys come in sorted order. */
#ifndef REST_MPW_H
#define REST_MPW_H

#include "algo/mp.h"

typedef struct mpw_map {
  size_t at;
  uint16_t n;
} mpw_map_t;

static inline mpw_map_t mpw_open(algo_buf_t *b) {
  mpw_map_t m = {b->n, 0};
  algo_buf_putc(b, 0x80);
  return m;
}
static inline void mpw_close(algo_buf_t *b, const mpw_map_t *m) {
  if (b->oom) return;
  if (m->n < 16) {
    b->p[m->at] = (uint8_t)(0x80 | m->n);
    return;
  }
  if (algo_buf_reserve(b, 2) == NULL) return;
  memmove(b->p + m->at + 3, b->p + m->at + 1, b->n - m->at - 1);
  b->n += 2;
  b->p[m->at] = 0xde;
  b->p[m->at + 1] = (uint8_t)(m->n >> 8);
  b->p[m->at + 2] = (uint8_t)m->n;
}
static inline void mpw_key(algo_buf_t *b, mpw_map_t *m, const char *key) {
  m->n++;
  algo_mp_put_str(b, key, strlen(key));
}
/* Left out where zero or empty. */
static inline void mpw_uint(algo_buf_t *b, mpw_map_t *m, const char *key, uint64_t v) {
  if (v == 0) return;
  mpw_key(b, m, key);
  algo_mp_put_uint(b, v);
}
static inline void mpw_true(algo_buf_t *b, mpw_map_t *m, const char *key, bool v) {
  if (!v) return;
  mpw_key(b, m, key);
  algo_mp_put_bool(b, true);
}
static inline void mpw_bin(algo_buf_t *b, mpw_map_t *m, const char *key, algo_bytes_t v) {
  if (v.n == 0) return;
  mpw_key(b, m, key);
  algo_mp_put_bin(b, v.p, v.n);
}
static inline void mpw_text(algo_buf_t *b, mpw_map_t *m, const char *key, algo_bytes_t v) {
  if (v.n == 0) return;
  mpw_key(b, m, key);
  algo_mp_put_str(b, v.p, v.n);
}

#endif
