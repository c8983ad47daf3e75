#include "algo/txn.h"
#include "codec.h"

#define DEPTH 64 /* maps within maps; inner transactions nest 8 deep, three maps each */

void codec_in_init(codec_in_t *in, algo_bytes_t bytes, bool strict, algo_arena_t *arena, algo_err_t *err) {
  memset(in, 0, sizeof *in);
  in->p = in->start = bytes.p;
  in->end = bytes.p + bytes.n;
  in->arena = arena;
  in->err = err;
  in->strict = strict;
}

static size_t left(const codec_in_t *in) { return (size_t)(in->end - in->p); }

static algo_code_t no_memory(codec_in_t *in) {
  return algo_err_set(in->err, ALGO_E_NOMEM, "out of memory, or over the arena's limit");
}

/* ---- values through the cursor of base ---- */

static algo_mp_t cursor(const codec_in_t *in) { return (algo_mp_t){in->p, in->end, in->start}; }

static algo_code_t get_u64(codec_in_t *in, uint64_t *out) {
  if (in->p != in->end && *in->p < 0x80) {
    *out = *in->p++;
    return ALGO_OK;
  }
  algo_mp_t r = cursor(in);
  algo_code_t c = algo_mp_get_uint(&r, out, in->err);
  in->p = r.p;
  return c;
}

static algo_code_t get_limited(codec_in_t *in, uint64_t max, uint64_t *out) {
  algo_code_t c = get_u64(in, out);
  if (c == ALGO_OK && *out > max)
    return algo_err_set(in->err, ALGO_E_PARSE, "a number above %llu", (unsigned long long)max);
  return c;
}

/* Bytes as an array of numbers, or (not for text) as a map of them: Go takes that too. */
static algo_code_t get_byte_array(codec_in_t *in, bool map, algo_bytes_t *out) {
  algo_mp_t r = cursor(in);
  uint32_t n = 0;
  algo_code_t c = map ? algo_mp_get_map(&r, &n, in->err) : algo_mp_get_array(&r, &n, in->err);
  if (c != ALGO_OK) return c;
  size_t count = map ? 2 * (size_t)n : n;
  uint8_t *bytes = algo_arena_alloc(in->arena, count);
  if (bytes == NULL) return no_memory(in);
  in->p = r.p;
  for (size_t i = 0; i < count; i++) {
    uint64_t v = 0;
    c = get_limited(in, UINT8_MAX, &v);
    if (c != ALGO_OK) return c;
    bytes[i] = (uint8_t)v;
  }
  *out = algo_bytes(bytes, count);
  return ALGO_OK;
}

static algo_code_t get_bytes(codec_in_t *in, algo_bytes_t *out) {
  size_t n = left(in);
  if (n > 1) {
    uint8_t c = *in->p;
    size_t len = c == 0xc4 ? in->p[1] : (size_t)(c & 31), head = c == 0xc4 ? 2 : 1;
    if ((c == 0xc4 || (c & 0xe0) == 0xa0) && len <= n - head) {
      *out = algo_bytes(in->p + head, len);
      in->p += head + len;
      return ALGO_OK;
    }
  }
  algo_mp_t r = cursor(in);
  if (algo_mp_peek(&r) == ALGO_MP_ARRAY) return get_byte_array(in, false, out);
  algo_code_t c = algo_mp_get_bin(&r, out, in->err);
  in->p = r.p;
  return c;
}

static algo_code_t get_bin(codec_in_t *in, algo_bytes_t *out) {
  algo_mp_t r = cursor(in);
  return algo_mp_peek(&r) == ALGO_MP_MAP ? get_byte_array(in, true, out) : get_bytes(in, out);
}

static algo_code_t get_fixed(codec_in_t *in, uint8_t *to, size_t size) {
  algo_bytes_t v;
  algo_code_t c = get_bin(in, &v);
  if (c != ALGO_OK) return c;
  if (v.n == size) {
    memcpy(to, v.p, size);
    return ALGO_OK;
  }
  size_t n = v.n < size ? v.n : size;
  if (n != 0) memcpy(to, v.p, n);
  memset(to + n, 0, size - n);
  return ALGO_OK;
}

static algo_code_t get_map(codec_in_t *in, uint32_t *n) {
  if (in->p != in->end && (*in->p & 0xf0) == 0x80 && (size_t)(*in->p & 15) * 2 < left(in)) {
    *n = *in->p++ & 15;
    return ALGO_OK;
  }
  algo_mp_t r = cursor(in);
  algo_code_t c = algo_mp_get_map(&r, n, in->err);
  in->p = r.p;
  return c;
}

static algo_code_t get_array(codec_in_t *in, uint32_t *n) {
  algo_mp_t r = cursor(in);
  algo_code_t c = algo_mp_get_array(&r, n, in->err);
  in->p = r.p;
  return c;
}

static algo_code_t get_type(codec_in_t *in, const codec_field_t *f, uint8_t *base) {
  algo_bytes_t text;
  algo_code_t c = get_bytes(in, &text);
  if (c != ALGO_OK) return c;
  algo_txn_type_t type = ALGO_TX_UNKNOWN;
  for (int k = ALGO_TX_PAY; k <= ALGO_TX_HB && type == ALGO_TX_UNKNOWN; k++)
    if (algo_bytes_eq(text, algo_bytes_str(algo_txn_type_text((algo_txn_type_t)k)))) type = (algo_txn_type_t)k;
  memcpy(base + f->offset, &type, sizeof type);
  memcpy(base + f->size, &text, sizeof text);
  return ALGO_OK;
}

/* ---- lists and maps ---- */

static size_t element_size(const codec_field_t *f) {
  switch ((codec_kind_t)f->kind) {
  case KIND_LIST_U64: return sizeof(uint64_t);
  case KIND_LIST_BIN:
  case KIND_LIST_STR: return sizeof(algo_bytes_t);
  case KIND_LIST_FIXED: return f->size;
  default: return f->sub->size;
  }
}

static algo_code_t get_field(codec_in_t *in, const codec_field_t *f, uint8_t *base);

static algo_code_t get_element(codec_in_t *in, const codec_field_t *f, uint8_t *at) {
  switch ((codec_kind_t)f->kind) {
  case KIND_LIST_U64: return get_u64(in, (uint64_t *)(void *)at);
  case KIND_LIST_BIN: return get_bin(in, (algo_bytes_t *)(void *)at);
  case KIND_LIST_STR: return get_bytes(in, (algo_bytes_t *)(void *)at);
  case KIND_LIST_FIXED: return get_fixed(in, at, f->size);
  case KIND_LIST_STRUCT: return codec_decode(in, f->sub, at);
  default: break;
  }
  const codec_table_t *t = f->sub;
  algo_code_t c = t->key == KIND_U64 ? get_u64(in, (uint64_t *)(void *)(at + t->key_offset))
                                     : get_bytes(in, (algo_bytes_t *)(void *)(at + t->key_offset));
  if (c != ALGO_OK) return c;
  return t->whole != NULL ? get_field(in, t->whole, at) : codec_decode(in, t, at);
}

/* A list or a map. An element's least size on the wire bounds the memory that a count can ask for. */
static algo_code_t get_many(codec_in_t *in, const codec_field_t *f, uint8_t *base) {
  uint32_t n = 0;
  algo_code_t c = f->kind == KIND_MAP ? get_map(in, &n) : get_array(in, &n);
  if (c != ALGO_OK) return c;
  size_t size = element_size(f), least = f->sub == NULL ? 1 : f->sub->least;
  if ((uint64_t)n * least > left(in)) return algo_err_set(in->err, ALGO_E_TRUNCATED, "%u elements do not fit", n);
  uint8_t *first = n == 0 ? NULL : algo_arena_array(in->arena, n, size);
  if (n != 0 && first == NULL) return no_memory(in);
  for (uint32_t i = 0; i < n; i++) {
    c = get_element(in, f, first + i * size);
    if (c != ALGO_OK) return algo_err_prefix(in->err, c, "[%u]", i);
  }
  size_t count = n;
  memcpy(base + f->offset, &first, sizeof first);
  memcpy(base + f->offset + sizeof first, &count, sizeof count);
  return ALGO_OK;
}

static algo_code_t get_pointed(codec_in_t *in, const codec_field_t *f, uint8_t *base) {
  void *at;
  memcpy(&at, base + f->offset, sizeof at);
  if (at == NULL) at = algo_arena_zalloc(in->arena, f->sub->size);
  if (at == NULL) return no_memory(in);
  memcpy(base + f->offset, &at, sizeof at);
  return codec_decode(in, f->sub, at);
}

static algo_code_t get_flagged(codec_in_t *in, const codec_field_t *f, uint8_t *base) {
  algo_code_t c = codec_decode(in, f->sub, base + f->offset);
  *(bool *)(base + f->size) = c == ALGO_OK && !codec_is_empty(f->sub, base + f->offset);
  return c;
}

static algo_code_t get_sig(codec_in_t *in, uint8_t *at) {
  static const uint8_t zero[64];
  algo_code_t c = get_fixed(in, at + 1, 64);
  *(bool *)at = c == ALGO_OK && memcmp(at + 1, zero, 64) != 0;
  return c;
}

static algo_code_t get_raw(codec_in_t *in, const codec_field_t *f, algo_bytes_t *out) {
  algo_mp_t r = cursor(in);
  algo_code_t c = algo_mp_skip_view(&r, out, in->err);
  if (c != ALGO_OK || f->sub == NULL) {
    in->p = r.p;
    return c;
  }
  void *value = algo_arena_zalloc(in->arena, f->sub->size);
  if (value == NULL) return no_memory(in);
  c = codec_decode(in, f->sub, value);
  if (c != ALGO_OK) return c;
  algo_buf_t canonical = ALGO_BUF_INIT;
  if (!codec_is_empty(f->sub, value)) codec_encode_buf(&canonical, f->sub, value);
  if (canonical.n == 0) *out = algo_bytes(NULL, 0);
  else if (!algo_bytes_eq(*out, algo_buf_view(&canonical))) *out = algo_arena_dup(in->arena, algo_buf_view(&canonical));
  bool oom = canonical.oom || (canonical.n != 0 && out->p == NULL);
  algo_buf_fini(&canonical);
  return oom ? no_memory(in) : ALGO_OK;
}

static algo_code_t get_other(codec_in_t *in, const codec_field_t *f, uint8_t *base) {
  uint8_t *at = base + f->offset;
  uint64_t v = 0;
  algo_mp_t r = cursor(in);
  algo_code_t c;
  switch ((codec_kind_t)f->kind) {
  case KIND_BOOL:
    if (in->p != in->end && *in->p < 2) { /* Go takes 0 and 1 as well */
      *(bool *)at = *in->p++ == 1;
      return ALGO_OK;
    }
    c = algo_mp_get_bool(&r, (bool *)at, in->err);
    break;
  case KIND_I64: c = algo_mp_get_int(&r, (int64_t *)(void *)at, in->err); break;
  case KIND_RAW: return get_raw(in, f, (algo_bytes_t *)(void *)at);
  case KIND_U32:
    c = get_limited(in, UINT32_MAX, &v);
    *(uint32_t *)(void *)at = (uint32_t)v;
    return c;
  default: /* KIND_U8 */
    c = get_limited(in, UINT8_MAX, &v);
    *at = (uint8_t)v;
    return c;
  }
  in->p = r.p;
  return c;
}

static algo_code_t get_field(codec_in_t *in, const codec_field_t *f, uint8_t *base) {
  uint8_t *at = base + f->offset;
  if (in->p != in->end && *in->p == 0xc0 && f->kind != KIND_RAW) { /* nil is the zero value: Go takes it everywhere */
    in->p++;
    return ALGO_OK;
  }
  switch ((codec_kind_t)f->kind) {
  case KIND_U64: return get_u64(in, (uint64_t *)(void *)at);
  case KIND_FIXED: return get_fixed(in, at, f->size);
  case KIND_BIN: return get_bin(in, (algo_bytes_t *)(void *)at);
  case KIND_STR: return get_bytes(in, (algo_bytes_t *)(void *)at);
  case KIND_SIG: return get_sig(in, at);
  case KIND_TYPE: return get_type(in, f, base);
  case KIND_STRUCT: return codec_decode(in, f->sub, at);
  case KIND_FLAGGED: return get_flagged(in, f, base);
  case KIND_PTR:
  case KIND_KEEP: return get_pointed(in, f, base);
  case KIND_U32:
  case KIND_U8:
  case KIND_I64:
  case KIND_BOOL:
  case KIND_RAW: return get_other(in, f, base);
  default: return get_many(in, f, base);
  }
}

/* ---- keys ---- */

static bool is_name(const codec_field_t *f, const uint8_t *key, size_t n) {
  return f->len == n && memcmp(f->name, key, n) == 0;
}

/* The field of this key; -1: none. `guess` is the one that followed the last field the last time; then the keys behind,
 * which come sorted, then all. */
static int find(const codec_table_t *t, unsigned guess, unsigned from, algo_bytes_t key) {
  if (guess < t->n && is_name(&t->fields[guess], key.p, key.n)) return (int)guess;
  if (key.n > CODEC_NAME_MAX) return -1;
  for (unsigned i = from; i < t->n; i++)
    if (is_name(&t->fields[i], key.p, key.n)) return (int)i;
  for (unsigned i = 0; i < from; i++)
    if (is_name(&t->fields[i], key.p, key.n)) return (int)i;
  return -1;
}

static algo_code_t unknown_key(codec_in_t *in, algo_bytes_t key) {
  if (in->strict) {
    int n = (int)(key.n < 40 ? key.n : 40);
    return algo_err_set(in->err, ALGO_E_PARSE, "no field '%.*s' is known", n, (const char *)key.p);
  }
  algo_mp_t r = cursor(in);
  algo_code_t c = algo_mp_skip(&r, in->err);
  in->p = r.p;
  return c;
}

algo_code_t codec_decode(codec_in_t *in, const codec_table_t *t, void *base) {
  const uint8_t *from = in->p;
  if (from != in->end &&
      (*from == 0xc0 || *from == 0x90)) { /* nil and an empty array are the zero value, as Go has it */
    in->p++;
    return ALGO_OK;
  }
  uint32_t pairs = 0;
  algo_code_t c = get_map(in, &pairs);
  if (c != ALGO_OK) return c;
  if (in->depth == DEPTH) return algo_err_set(in->err, ALGO_E_PARSE, "nested deeper than %d", DEPTH);
  in->depth++;
  uint8_t *next = in->next[t->id];
  unsigned last = 0; /* 1 + the field before; 0: none */
  for (; pairs != 0; pairs--) {
    algo_bytes_t key;
    c = get_bytes(in, &key);
    if (c != ALGO_OK) return c;
    int k = find(t, (unsigned)next[last] - 1, last, key);
    if (k < 0) {
      c = unknown_key(in, key);
      if (c != ALGO_OK) return c;
      continue;
    }
    next[last] = (uint8_t)(k + 1);
    last = (unsigned)k + 1;
    c = get_field(in, &t->fields[k], base);
    if (c != ALGO_OK) return algo_err_prefix(in->err, c, "%s", t->fields[k].name);
  }
  in->depth--;
  if (t->raw_offset != 0)
    *(algo_bytes_t *)(void *)((uint8_t *)base + t->raw_offset) = algo_bytes(from, (size_t)(in->p - from));
  return ALGO_OK;
}
