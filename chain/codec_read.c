#include "codec_read.h"

algo_code_t codec_no_memory(const codec_in_t *in) {
  return algo_err_set(in->err, ALGO_E_NOMEM, "out of memory, or over the arena's limit");
}

algo_code_t codec_any_u64(codec_in_t *in, uint64_t *out) {
  algo_mp_t r = codec_cursor(in);
  algo_code_t c = algo_mp_get_uint(&r, out, in->err);
  in->p = r.p;
  return c;
}

algo_code_t codec_any_map(codec_in_t *in, uint32_t *n) {
  algo_mp_t r = codec_cursor(in);
  algo_code_t c = algo_mp_get_map(&r, n, in->err);
  in->p = r.p;
  return c;
}

algo_code_t codec_any_array(codec_in_t *in, uint32_t *n) {
  algo_mp_t r = codec_cursor(in);
  algo_code_t c = algo_mp_get_array(&r, n, in->err);
  in->p = r.p;
  return c;
}

/* `count` numbers as bytes: Go takes an array, and not for text a map, of them where bytes are wanted. */
static algo_code_t numbers(codec_in_t *in, size_t count, algo_bytes_t *out) {
  uint8_t *bytes = algo_arena_alloc(in->arena, count);
  if (bytes == NULL) return codec_no_memory(in);
  for (size_t i = 0; i < count; i++) {
    uint64_t v = 0;
    bool nil = in->p != in->end && *in->p == 0xc0;
    algo_code_t c = nil ? ALGO_OK : codec_u64(in, &v);
    in->p += nil;
    if (c != ALGO_OK) return c;
    if (v > UINT8_MAX) return algo_err_set(in->err, ALGO_E_PARSE, "a number above 255 among bytes");
    bytes[i] = (uint8_t)v;
  }
  *out = algo_bytes(bytes, count);
  return ALGO_OK;
}

algo_code_t codec_any_text(codec_in_t *in, algo_bytes_t *out) {
  algo_mp_t r = codec_cursor(in);
  if (algo_mp_peek(&r) == ALGO_MP_ARRAY) {
    uint32_t n = 0;
    algo_code_t c = codec_any_array(in, &n);
    return c == ALGO_OK ? numbers(in, n, out) : c;
  }
  algo_code_t c = algo_mp_get_bin(&r, out, in->err);
  in->p = r.p;
  return c;
}

algo_code_t codec_any_bytes(codec_in_t *in, algo_bytes_t *out) {
  algo_mp_t r = codec_cursor(in);
  if (algo_mp_peek(&r) != ALGO_MP_MAP) return codec_any_text(in, out);
  uint32_t n = 0;
  algo_code_t c = codec_any_map(in, &n);
  return c == ALGO_OK ? numbers(in, 2 * (size_t)n, out) : c;
}

algo_code_t codec_any_fixed(codec_in_t *in, uint8_t *to, size_t size) {
  algo_bytes_t v;
  algo_code_t c = codec_bytes(in, &v);
  if (c != ALGO_OK) return c;
  /* What is behind a shorter value stays: zero, or where a key came twice what the first one left, as Go has it. */
  if (v.n != 0) memcpy(to, v.p, v.n < size ? v.n : size);
  return ALGO_OK;
}
