#include "algo/txn.h"
#include "codec_read.h"

#define DEPTH 64 /* maps within maps; inner transactions nest 8 deep, three maps each */

void codec_in_init(codec_in_t *in, algo_bytes_t bytes, bool strict, algo_arena_t *arena, algo_err_t *err) {
  memset(in, 0, sizeof *in);
  in->p = in->start = bytes.p;
  in->end = bytes.n == 0 ? bytes.p : bytes.p + bytes.n;
  in->arena = arena;
  in->err = err;
  in->strict = strict;
}

static algo_code_t get_limited(codec_in_t *in, uint64_t max, uint64_t *out) {
  algo_code_t c = codec_u64(in, out);
  if (c == ALGO_OK && *out > max)
    return algo_err_set(in->err, ALGO_E_PARSE, "a number above %llu", (unsigned long long)max);
  return c;
}

static algo_code_t get_type(codec_in_t *in, const codec_field_t *f, uint8_t *base) {
  static const char names[][8] = {"", "pay", "keyreg", "acfg", "axfer", "afrz", "appl", "stpf", "hb"};
  algo_bytes_t text;
  algo_code_t c = codec_text(in, &text);
  if (c != ALGO_OK) return c;
  char name[8] = {0};
  if (text.n != 0) memcpy(name, text.p, text.n < sizeof name ? text.n : sizeof name);
  algo_txn_type_t type = ALGO_TX_UNKNOWN;
  for (int k = ALGO_TX_PAY; k <= ALGO_TX_HB && type == ALGO_TX_UNKNOWN; k++)
    if (memcmp(name, names[k], sizeof name) == 0 && text.n < sizeof name) type = (algo_txn_type_t)k;
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

static algo_code_t get_entry(codec_in_t *in, const codec_table_t *t, uint8_t *at) {
  algo_code_t c = t->key == KIND_U64 ? codec_u64(in, (uint64_t *)(void *)(at + t->key_offset))
                                     : codec_text(in, (algo_bytes_t *)(void *)(at + t->key_offset));
  if (c != ALGO_OK) return c;
  return t->whole != NULL ? get_field(in, t->whole, at) : codec_decode(in, t, at);
}

static algo_code_t get_element(codec_in_t *in, const codec_field_t *f, uint8_t *at) {
  switch ((codec_kind_t)f->kind) {
  case KIND_LIST_U64: return codec_u64(in, (uint64_t *)(void *)at);
  case KIND_LIST_BIN: return codec_bytes(in, (algo_bytes_t *)(void *)at);
  case KIND_LIST_STR: return codec_text(in, (algo_bytes_t *)(void *)at);
  case KIND_LIST_FIXED: return codec_fixed(in, at, f->size);
  case KIND_LIST_STRUCT: return codec_decode(in, f->sub, at);
  default: return get_entry(in, f->sub, at);
  }
}

/* How many elements. Go takes a map for a list as well: its keys and values in turn. */
static algo_code_t get_count(codec_in_t *in, const codec_field_t *f, size_t *count) {
  uint32_t n = 0;
  uint8_t c = in->p == in->end ? 0 : *in->p;
  bool map = (c & 0xf0) == 0x80 || c == 0xde || c == 0xdf, list = f->kind != KIND_MAP;
  algo_code_t code = map || !list ? codec_map(in, &n) : codec_array(in, &n);
  *count = map && list ? 2 * (size_t)n : n;
  return code;
}

/* An element's least size on the wire bounds the memory that a count can ask for. */
static algo_code_t get_bounded(codec_in_t *in, const codec_field_t *f, size_t *count) {
  size_t least = f->sub == NULL ? 1 : f->sub->least;
  algo_code_t c = get_count(in, f, count);
  if (c != ALGO_OK || *count * least <= codec_left(in)) return c;
  return algo_err_set(in->err, ALGO_E_TRUNCATED, "%zu elements do not fit", *count);
}

algo_code_t codec_list(codec_in_t *in, const codec_table_t *sub, size_t *count) {
  return get_bounded(in, &(codec_field_t){.kind = KIND_LIST_STRUCT, .sub = sub}, count);
}

/* A list or a map. */
static algo_code_t get_many(codec_in_t *in, const codec_field_t *f, uint8_t *base) {
  size_t size = element_size(f), n = 0;
  algo_code_t c = get_bounded(in, f, &n);
  if (c != ALGO_OK) return c;
  if (n > SIZE_MAX / size) return codec_no_memory(in);
  uint8_t *first = n == 0 ? NULL : algo_arena_alloc(in->arena, n * size);
  if (n != 0 && first == NULL) return codec_no_memory(in);
  for (size_t i = 0; i < n; i++) {
    bool nil = in->p != in->end && *in->p == 0xc0 && f->kind != KIND_MAP;
    if (nil || f->kind == KIND_LIST_STRUCT || f->kind == KIND_MAP || f->kind == KIND_LIST_FIXED)
      memset(first + i * size, 0, size); /* here, not all at once: it is still in the cache when it is filled */
    in->p += nil;
    c = nil ? ALGO_OK : get_element(in, f, first + i * size);
    if (c != ALGO_OK) return algo_err_prefix(in->err, c, "[%zu]", i);
  }
  memcpy(base + f->offset, &first, sizeof first);
  memcpy(base + f->offset + sizeof first, &n, sizeof n);
  return ALGO_OK;
}

static algo_code_t get_pointed(codec_in_t *in, const codec_field_t *f, uint8_t *base) {
  void *at;
  memcpy(&at, base + f->offset, sizeof at);
  if (at == NULL) at = algo_arena_zalloc(in->arena, f->sub->size);
  if (at == NULL) return codec_no_memory(in);
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
  algo_code_t c = codec_fixed(in, at + 1, 64);
  *(bool *)at = c == ALGO_OK && memcmp(at + 1, zero, 64) != 0;
  return c;
}

static algo_code_t get_raw(codec_in_t *in, const codec_field_t *f, algo_bytes_t *out) {
  algo_mp_t r = codec_cursor(in);
  algo_code_t c = algo_mp_skip_view(&r, out, in->err);
  if (c != ALGO_OK || f->sub == NULL) {
    in->p = r.p;
    return c;
  }
  void *value = algo_arena_zalloc(in->arena, f->sub->size);
  if (value == NULL) return codec_no_memory(in);
  c = codec_decode(in, f->sub, value);
  if (c != ALGO_OK) return c;
  algo_buf_t canonical = ALGO_BUF_INIT;
  if (!codec_is_empty(f->sub, value)) codec_encode_buf(&canonical, f->sub, value);
  if (canonical.n == 0) *out = algo_bytes(NULL, 0);
  else if (!algo_bytes_eq(*out, algo_buf_view(&canonical))) *out = algo_arena_dup(in->arena, algo_buf_view(&canonical));
  bool oom = canonical.oom || (canonical.n != 0 && out->p == NULL);
  algo_buf_fini(&canonical);
  return oom ? codec_no_memory(in) : ALGO_OK;
}

static algo_code_t get_other(codec_in_t *in, const codec_field_t *f, uint8_t *base) {
  uint8_t *at = base + f->offset;
  uint64_t v = 0;
  algo_mp_t r = codec_cursor(in);
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

/* A key that comes twice may have left something. */
static void clear(const codec_field_t *f, uint8_t *base) {
  uint8_t *at = base + f->offset;
  switch ((codec_kind_t)f->kind) {
  case KIND_U64:
  case KIND_I64: memset(at, 0, 8); break;
  case KIND_U32: memset(at, 0, 4); break;
  case KIND_U8:
  case KIND_BOOL: *at = 0; break;
  case KIND_FIXED: memset(at, 0, f->size); break;
  case KIND_SIG: memset(at, 0, 65); break;
  case KIND_TYPE:
    memset(at, 0, sizeof(algo_txn_type_t));
    memset(base + f->size, 0, sizeof(algo_bytes_t));
    break;
  case KIND_FLAGGED: *(bool *)(base + f->size) = false; /* fall through */
  case KIND_STRUCT:
    for (unsigned i = 0; i < f->sub->n; i++) clear(&f->sub->fields[i], at);
    break;
  case KIND_PTR:
  case KIND_KEEP: memset(at, 0, sizeof(void *)); break;
  default: memset(at, 0, sizeof(algo_bytes_t)); /* a pointer and a number */
  }
}

static algo_code_t get_field(codec_in_t *in, const codec_field_t *f, uint8_t *base) {
  uint8_t *at = base + f->offset;
  if (in->p != in->end && *in->p == 0xc0) { /* nil is the zero value: Go takes it everywhere */
    in->p++;
    clear(f, base);
    return ALGO_OK;
  }
  switch ((codec_kind_t)f->kind) {
  case KIND_U64: return codec_u64(in, (uint64_t *)(void *)at);
  case KIND_FIXED: return codec_fixed(in, at, f->size);
  case KIND_BIN: return codec_bytes(in, (algo_bytes_t *)(void *)at);
  case KIND_STR: return codec_text(in, (algo_bytes_t *)(void *)at);
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

/* Is the key at p, with 16 bytes or more to the end, the field's? Eight bytes at once; few names are longer. */
static inline bool key_is(const uint8_t *p, const codec_field_t *f) {
  uint64_t differ = codec_le64(p + 1) ^ codec_le64((const uint8_t *)f->name);
  if (*p != (0xa0 | f->len) || differ << f->shift != 0) return false;
  return f->len <= 8 || memcmp(p + 9, f->name + 8, f->len - 8u) == 0;
}

static int find_from(const codec_table_t *t, unsigned from, unsigned to, uint64_t start, algo_bytes_t key) {
  for (unsigned i = from; i < to; i++) {
    const codec_field_t *f = &t->fields[i];
    if (f->len != key.n || codec_le64((const uint8_t *)f->name) != start) continue;
    if (key.n <= 8 || memcmp(key.p + 8, f->name + 8, key.n - 8) == 0) return (int)i;
  }
  return -1;
}

/* The field of a key: among those behind the last one first, since they come sorted. -1: none. */
static int find(const codec_table_t *t, unsigned from, algo_bytes_t key) {
  uint8_t start[8] = {0};
  if (key.n == 0 || key.n > CODEC_NAME_MAX) return -1;
  memcpy(start, key.p, key.n < 8 ? key.n : 8);
  int k = find_from(t, from, t->n, codec_le64(start), key);
  return k >= 0 ? k : find_from(t, 0, from, codec_le64(start), key);
}

/* What stands where a known key was looked for: the field's number in *field, or -1 for one that was stepped over. */
static algo_code_t other_key(codec_in_t *in, const codec_table_t *t, unsigned last, int *field) {
  algo_bytes_t key;
  algo_code_t c = codec_text(in, &key);
  if (c != ALGO_OK) return c;
  *field = find(t, last, key);
  if (*field >= 0) return ALGO_OK;
  if (in->strict)
    return algo_err_set(in->err, ALGO_E_PARSE, "no field '%.*s' is known", (int)(key.n < 40 ? key.n : 40),
                        (const char *)key.p);
  algo_mp_t r = codec_cursor(in);
  c = algo_mp_skip(&r, in->err);
  in->p = r.p;
  return c;
}

static algo_code_t get_pairs(codec_in_t *in, const codec_table_t *t, uint32_t pairs, void *base) {
  uint8_t *next = in->next[t->id];
  unsigned last = 0; /* 1 + the field before; 0: none */
  for (; pairs != 0; pairs--) {
    int k = (int)next[last] - 1; /* what came behind it the last time */
    if (k >= 0 && codec_left(in) >= 16 && key_is(in->p, &t->fields[k])) {
      in->p += 1 + t->fields[k].len;
    } else {
      algo_code_t c = other_key(in, t, last, &k);
      if (c != ALGO_OK) return c;
      if (k < 0) continue;
      next[last] = (uint8_t)(k + 1);
    }
    last = (unsigned)k + 1;
    algo_code_t c = get_field(in, &t->fields[k], base);
    if (c != ALGO_OK) return algo_err_prefix(in->err, c, "%s", t->fields[k].name);
  }
  return ALGO_OK;
}

algo_code_t codec_decode(codec_in_t *in, const codec_table_t *t, void *base) {
  const uint8_t *from = in->p;
  if (from != in->end &&
      (*from == 0xc0 || *from == 0x90)) { /* nil and an empty array are the zero value, as Go has it */
    in->p++;
    return ALGO_OK;
  }
  uint32_t pairs = 0;
  algo_code_t c = codec_map(in, &pairs);
  if (c != ALGO_OK) return c;
  if (in->depth == DEPTH) return algo_err_set(in->err, ALGO_E_PARSE, "nested deeper than %d", DEPTH);
  in->depth++;
  c = get_pairs(in, t, pairs, base);
  in->depth--;
  if (t->raw_offset != 0 && c == ALGO_OK)
    *(algo_bytes_t *)(void *)((uint8_t *)base + t->raw_offset) = algo_bytes(from, (size_t)(in->p - from));
  return c;
}
