/* codec_read.h - values of the wire, read in place. What canonical messages hold is inlined here; every other form that
 * go-algorand takes goes through a function of codec_read.c. Private to chain/. */
#ifndef ALGO_CODEC_READ_H
#define ALGO_CODEC_READ_H

#include "codec.h"

static inline size_t codec_left(const codec_in_t *in) { return (size_t)(in->end - in->p); }
static inline algo_mp_t codec_cursor(const codec_in_t *in) { return (algo_mp_t){in->p, in->end, in->start}; }

/* 8 bytes, the first the lowest; the first the highest. */
static inline uint64_t codec_le64(const uint8_t *p) {
  uint64_t v;
  memcpy(&v, p, sizeof v);
  return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? v : __builtin_bswap64(v);
}
static inline uint64_t codec_be64(const uint8_t *p) { return __builtin_bswap64(codec_le64(p)); }

algo_code_t codec_no_memory(const codec_in_t *in);
algo_code_t codec_any_u64(codec_in_t *in, uint64_t *out);
algo_code_t codec_any_text(codec_in_t *in, algo_bytes_t *out);  /* str, bin, or an array of numbers */
algo_code_t codec_any_bytes(codec_in_t *in, algo_bytes_t *out); /* and a map of them */
algo_code_t codec_any_fixed(codec_in_t *in, uint8_t *to, size_t size);
algo_code_t codec_any_map(codec_in_t *in, uint32_t *n);
algo_code_t codec_any_array(codec_in_t *in, uint32_t *n);

static inline algo_code_t codec_u64(codec_in_t *in, uint64_t *out) {
  const uint8_t *p = in->p;
  if (codec_left(in) <= 8) return codec_any_u64(in, out);
  if (*p < 0x80) {
    *out = *p;
    in->p++;
    return ALGO_OK;
  }
  if (*p < 0xcc || *p > 0xcf) return codec_any_u64(in, out);
  unsigned n = 1u << (*p - 0xcc);
  *out = codec_be64(p + 1) >> (64 - 8 * n);
  in->p += 1 + n;
  return ALGO_OK;
}

/* The usual short forms of text and bytes; false: another. */
static inline bool codec_short_bytes(codec_in_t *in, algo_bytes_t *out) {
  const uint8_t *p = in->p;
  size_t left = codec_left(in), head, n;
  if (left < 2) return false;
  if (*p == 0xc4) {
    head = 2;
    n = p[1];
  } else if ((*p & 0xe0) == 0xa0) {
    head = 1;
    n = *p & 31;
  } else {
    return false;
  }
  if (n > left - head) return false;
  *out = algo_bytes(p + head, n);
  in->p = p + head + n;
  return true;
}

static inline algo_code_t codec_text(codec_in_t *in, algo_bytes_t *out) {
  return codec_short_bytes(in, out) ? ALGO_OK : codec_any_text(in, out);
}

static inline algo_code_t codec_bytes(codec_in_t *in, algo_bytes_t *out) {
  return codec_short_bytes(in, out) ? ALGO_OK : codec_any_bytes(in, out);
}

static inline algo_code_t codec_fixed(codec_in_t *in, uint8_t *to, size_t size) {
  const uint8_t *p = in->p;
  if (codec_left(in) < size + 2 || p[0] != 0xc4 || p[1] != size) return codec_any_fixed(in, to, size);
  if (size == 32) memcpy(to, p + 2, 32);
  else memcpy(to, p + 2, size);
  in->p = p + 2 + size;
  return ALGO_OK;
}

static inline algo_code_t codec_map(codec_in_t *in, uint32_t *n) {
  if (in->p == in->end || (*in->p & 0xf0) != 0x80 || (*in->p & 15u) * 2 >= codec_left(in)) return codec_any_map(in, n);
  *n = *in->p++ & 15;
  return ALGO_OK;
}

static inline algo_code_t codec_array(codec_in_t *in, uint32_t *n) {
  if (in->p == in->end || (*in->p & 0xf0) != 0x90 || (*in->p & 15u) >= codec_left(in)) return codec_any_array(in, n);
  *n = *in->p++ & 15;
  return ALGO_OK;
}

#endif
