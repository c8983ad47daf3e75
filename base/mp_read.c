#include "algo/mp.h"

#define SKIP_DEPTH 128

static const struct {
  const char *name;
} kinds[] = {{"the end"},
             {"nil"},
             {"a boolean"},
             {"an unsigned integer"},
             {"a negative integer"},
             {"a float"},
             {"a string"},
             {"bytes"},
             {"an array"},
             {"a map"},
             {"an extension"},
             {"byte 0xc1"}};

static algo_mp_kind_t kind_of(uint8_t c) {
  if (c < 0x80) return ALGO_MP_UINT;
  if (c < 0x90) return ALGO_MP_MAP;
  if (c < 0xa0) return ALGO_MP_ARRAY;
  if (c < 0xc0) return ALGO_MP_STR;
  if (c >= 0xe0) return ALGO_MP_INT;
  static const uint8_t of[32] = {
      ALGO_MP_NIL, ALGO_MP_BAD, ALGO_MP_BOOL,  ALGO_MP_BOOL,  ALGO_MP_BIN,   ALGO_MP_BIN,   ALGO_MP_BIN,  ALGO_MP_EXT,
      ALGO_MP_EXT, ALGO_MP_EXT, ALGO_MP_FLOAT, ALGO_MP_FLOAT, ALGO_MP_UINT,  ALGO_MP_UINT,  ALGO_MP_UINT, ALGO_MP_UINT,
      ALGO_MP_INT, ALGO_MP_INT, ALGO_MP_INT,   ALGO_MP_INT,   ALGO_MP_EXT,   ALGO_MP_EXT,   ALGO_MP_EXT,  ALGO_MP_EXT,
      ALGO_MP_EXT, ALGO_MP_STR, ALGO_MP_STR,   ALGO_MP_STR,   ALGO_MP_ARRAY, ALGO_MP_ARRAY, ALGO_MP_MAP,  ALGO_MP_MAP};
  return of[c - 0xc0];
}

static size_t left(const algo_mp_t *r) { return (size_t)(r->end - r->p); }
static size_t offset(const algo_mp_t *r) { return (size_t)(r->p - r->start); }

static algo_code_t cut(const algo_mp_t *r, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_TRUNCATED, "msgpack: ends within a value at byte %zu", offset(r));
}

static algo_code_t wrong(const algo_mp_t *r, const char *wanted, algo_err_t *err) {
  if (r->p == r->end)
    return algo_err_set(err, ALGO_E_TRUNCATED, "msgpack: ends at byte %zu, %s expected", offset(r), wanted);
  return algo_err_set(err, ALGO_E_PARSE, "msgpack: %s at byte %zu, %s expected", kinds[kind_of(*r->p)].name, offset(r),
                      wanted);
}

static uint64_t big_endian(const uint8_t *p, unsigned n) {
  uint64_t v = 0;
  for (unsigned i = 0; i < n; i++) v = v << 8 | p[i];
  return v;
}

algo_mp_kind_t algo_mp_peek(const algo_mp_t *r) {
  if (r->p == r->end) return ALGO_MP_END;
  algo_mp_kind_t k = kind_of(*r->p);
  if (k != ALGO_MP_INT || *r->p >= 0xe0) return k;
  /* A signed form may hold a number that is not negative. */
  return left(r) > 1 && r->p[1] < 0x80 ? ALGO_MP_UINT : ALGO_MP_INT;
}

/* Any integer: *v its 64 bits, *negative when they are a two's complement below zero. */
static algo_code_t get_integer(algo_mp_t *r, uint64_t *v, bool *negative, algo_err_t *err) {
  if (r->p == r->end) return wrong(r, "an integer", err);
  uint8_t c = *r->p;
  *negative = c >= 0xe0;
  if (c < 0x80 || c >= 0xe0) {
    *v = (uint64_t)(int64_t)(int8_t)c;
    r->p++;
    return ALGO_OK;
  }
  if (c < 0xcc || c > 0xd3) return wrong(r, "an integer", err);
  unsigned n = 1u << (c & 3);
  if (left(r) <= n) return cut(r, err);
  *v = big_endian(r->p + 1, n);
  if (c >= 0xd0 && (r->p[1] & 0x80) != 0) {
    *negative = true;
    if (n < 8) *v |= ~(uint64_t)0 << (8 * n);
  }
  r->p += 1 + n;
  return ALGO_OK;
}

algo_code_t algo_mp_get_uint(algo_mp_t *r, uint64_t *out, algo_err_t *err) {
  const uint8_t *was = r->p;
  uint64_t v = 0;
  bool negative = false;
  algo_code_t c = get_integer(r, &v, &negative, err);
  if (c != ALGO_OK) return c;
  if (negative) {
    r->p = was;
    return wrong(r, "an unsigned integer", err);
  }
  *out = v;
  return ALGO_OK;
}

algo_code_t algo_mp_get_int(algo_mp_t *r, int64_t *out, algo_err_t *err) {
  const uint8_t *was = r->p;
  uint64_t v = 0;
  bool negative = false;
  algo_code_t c = get_integer(r, &v, &negative, err);
  if (c != ALGO_OK) return c;
  if (!negative && v > INT64_MAX) {
    r->p = was;
    return algo_err_set(err, ALGO_E_PARSE, "msgpack: an integer above 2^63 - 1 at byte %zu", offset(r));
  }
  *out = (int64_t)v;
  return ALGO_OK;
}

algo_code_t algo_mp_get_bool(algo_mp_t *r, bool *out, algo_err_t *err) {
  if (r->p == r->end || (*r->p & 0xfe) != 0xc2) return wrong(r, "a boolean", err);
  *out = *r->p++ == 0xc3;
  return ALGO_OK;
}

/* The header of a string or of bytes: *n their length, *head the header's. */
static algo_code_t bytes_header(const algo_mp_t *r, size_t *head, uint64_t *n, const char *wanted, algo_err_t *err) {
  if (r->p == r->end) return wrong(r, wanted, err);
  uint8_t c = *r->p;
  if (c >= 0xa0 && c < 0xc0) {
    *head = 1;
    *n = c & 31;
    return ALGO_OK;
  }
  unsigned width;
  if (c >= 0xc4 && c <= 0xc6) width = 1u << (c - 0xc4);
  else if (c >= 0xd9 && c <= 0xdb) width = 1u << (c - 0xd9);
  else return wrong(r, wanted, err);
  if (left(r) <= width) return cut(r, err);
  *head = 1 + width;
  *n = big_endian(r->p + 1, width);
  return ALGO_OK;
}

static algo_code_t get_bytes(algo_mp_t *r, algo_bytes_t *out, const char *wanted, algo_err_t *err) {
  size_t head = 0;
  uint64_t n = 0;
  algo_code_t c = bytes_header(r, &head, &n, wanted, err);
  if (c != ALGO_OK) return c;
  if (n > left(r) - head) return cut(r, err);
  *out = algo_bytes(r->p + head, (size_t)n);
  r->p += head + n;
  return ALGO_OK;
}

algo_code_t algo_mp_get_str(algo_mp_t *r, algo_bytes_t *out, algo_err_t *err) {
  return get_bytes(r, out, "a string", err);
}
algo_code_t algo_mp_get_bin(algo_mp_t *r, algo_bytes_t *out, algo_err_t *err) {
  return get_bytes(r, out, "bytes", err);
}

/* The header of an array (fix 0x90, 0xdc, 0xdd) or a map (0x80, 0xde, 0xdf); `least`: bytes an element takes at least.
 */
static algo_code_t container(algo_mp_t *r, uint8_t fix, uint8_t wide, unsigned least, uint32_t *count,
                             const char *wanted, algo_err_t *err) {
  if (r->p == r->end) return wrong(r, wanted, err);
  uint8_t c = *r->p;
  size_t head = 1;
  uint64_t n;
  if ((c & 0xf0) == fix) {
    n = c & 15;
  } else if (c == wide || c == wide + 1) {
    unsigned width = c == wide ? 2 : 4;
    if (left(r) <= width) return cut(r, err);
    n = big_endian(r->p + 1, width);
    head = 1 + width;
  } else {
    return wrong(r, wanted, err);
  }
  if (n * least > left(r) - head) return cut(r, err);
  r->p += head;
  *count = (uint32_t)n;
  return ALGO_OK;
}

algo_code_t algo_mp_get_map(algo_mp_t *r, uint32_t *pairs, algo_err_t *err) {
  return container(r, 0x80, 0xde, 2, pairs, "a map", err);
}

algo_code_t algo_mp_get_array(algo_mp_t *r, uint32_t *elements, algo_err_t *err) {
  return container(r, 0x90, 0xdc, 1, elements, "an array", err);
}

/* Bytes of a value that is neither string, bytes, array nor map; 0: byte 0xc1, or cut. */
static size_t scalar_size(const algo_mp_t *r) {
  static const uint8_t size[32] = {1, 0, 1, 1, 0, 0, 0, 0,  0,  0, 5, 9, 2, 3, 5, 9,
                                   2, 3, 5, 9, 3, 4, 6, 10, 18, 0, 0, 0, 0, 0, 0, 0};
  uint8_t c = *r->p;
  size_t n = c < 0xc0 || c >= 0xe0 ? 1 : size[c - 0xc0];
  if (c >= 0xc7 && c <= 0xc9) {
    unsigned width = 1u << (c - 0xc7);
    if (left(r) <= width) return 0;
    n = 2 + width + big_endian(r->p + 1, width);
  }
  return n <= left(r) ? n : 0;
}

algo_code_t algo_mp_skip(algo_mp_t *r, algo_err_t *err) {
  const uint8_t *was = r->p;
  uint64_t todo[SKIP_DEPTH]; /* values still to come at each level */
  unsigned depth = 0;
  todo[0] = 1;
  algo_code_t c = ALGO_OK;
  for (;;) {
    while (depth != 0 && todo[depth] == 0) depth--;
    if (todo[depth]-- == 0) return ALGO_OK;
    algo_mp_kind_t k = r->p == r->end ? ALGO_MP_END : kind_of(*r->p);
    algo_bytes_t ignored;
    uint32_t n = 0;
    if (k == ALGO_MP_END) c = cut(r, err);
    else if (k == ALGO_MP_BAD) c = wrong(r, "a value", err);
    else if (k == ALGO_MP_STR || k == ALGO_MP_BIN) c = get_bytes(r, &ignored, "bytes", err);
    else if (k == ALGO_MP_ARRAY) c = algo_mp_get_array(r, &n, err);
    else if (k == ALGO_MP_MAP) c = algo_mp_get_map(r, &n, err);
    else {
      size_t size = scalar_size(r);
      if (size == 0) c = cut(r, err);
      r->p += size;
    }
    if (c != ALGO_OK) break;
    if (k != ALGO_MP_ARRAY && k != ALGO_MP_MAP) continue;
    if (++depth == SKIP_DEPTH) {
      c = algo_err_set(err, ALGO_E_PARSE, "msgpack: nested deeper than %d at byte %zu", SKIP_DEPTH, offset(r));
      break;
    }
    todo[depth] = k == ALGO_MP_MAP ? 2 * (uint64_t)n : n;
  }
  r->p = was;
  return c;
}

algo_code_t algo_mp_skip_view(algo_mp_t *r, algo_bytes_t *whole, algo_err_t *err) {
  const uint8_t *from = r->p;
  algo_code_t c = algo_mp_skip(r, err);
  if (c == ALGO_OK) *whole = algo_bytes(from, (size_t)(r->p - from));
  return c;
}
