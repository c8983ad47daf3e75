#include "algo/hash.h"
#include "algo/txn.h"
#include "codec_write.h"

static inline bool all_zero(const uint8_t *p, size_t n) {
  while (n >= 8) {
    uint64_t w;
    memcpy(&w, p, 8);
    if (w != 0) return false;
    p += 8;
    n -= 8;
  }
  while (n != 0)
    if (p[--n] != 0) return false;
  return true;
}

/* What a list, a map or a byte string looks like in a structure. */
typedef struct span {
  const uint8_t *p;
  size_t n;
} span_t;
_Static_assert(sizeof(span_t) == sizeof(algo_bytes_t), "a byte string is a pointer and a number");

static span_t span_at(const void *at) {
  span_t s;
  memcpy(&s, at, sizeof s);
  return s;
}

static const void *pointer_at(const void *at) {
  const void *p;
  memcpy(&p, at, sizeof p);
  return p;
}

static uint64_t u64_at(const void *at) {
  uint64_t v;
  memcpy(&v, at, sizeof v);
  return v;
}

static uint32_t u32_at(const void *at) {
  uint32_t v;
  memcpy(&v, at, sizeof v);
  return v;
}

static algo_bytes_t type_text(const codec_field_t *f, const uint8_t *base) {
  algo_txn_type_t type;
  memcpy(&type, base + f->offset, sizeof type);
  if (type != ALGO_TX_UNKNOWN) return algo_bytes_str(algo_txn_type_text(type));
  span_t s = span_at(base + f->size);
  return algo_bytes(s.p, s.n);
}

static inline bool field_empty(const codec_field_t *f, const uint8_t *base) {
  const uint8_t *at = base + f->offset;
  switch ((codec_kind_t)f->kind) {
  case KIND_U64:
  case KIND_I64: return u64_at(at) == 0;
  case KIND_U32: return u32_at(at) == 0;
  case KIND_U8: return *at == 0;
  case KIND_BOOL:
  case KIND_SIG: return !*(const bool *)at;
  case KIND_FIXED: return all_zero(at, f->size);
  case KIND_TYPE: return type_text(f, base).n == 0;
  case KIND_STRUCT: return codec_is_empty(f->sub, at);
  case KIND_FLAGGED: return !*(const bool *)(base + f->size);
  case KIND_PTR: return pointer_at(at) == NULL || codec_is_empty(f->sub, pointer_at(at));
  case KIND_KEEP: return pointer_at(at) == NULL;
  default: return span_at(at).n == 0;
  }
}

bool codec_is_empty(const codec_table_t *t, const void *base) {
  for (unsigned i = 0; i < t->n; i++)
    if (!field_empty(&t->fields[i], base)) return false;
  return true;
}

static void put_struct(codec_out_t *out, const codec_table_t *t, const uint8_t *base);
static void put_value(codec_out_t *out, const codec_field_t *f, const uint8_t *base);

/* ---- maps of elements, sorted by their key ---- */

static int key_cmp(const codec_table_t *t, const uint8_t *a, const uint8_t *b) {
  if (t->key == KIND_U64) {
    uint64_t x = u64_at(a + t->key_offset), y = u64_at(b + t->key_offset);
    return (x > y) - (x < y);
  }
  span_t x = span_at(a + t->key_offset), y = span_at(b + t->key_offset);
  return algo_bytes_cmp(algo_bytes(x.p, x.n), algo_bytes(y.p, y.n));
}

static void put_entry(codec_out_t *out, const codec_table_t *t, const uint8_t *element) {
  if (t->key == KIND_U64) {
    codec_pack_uint64(out, u64_at(element + t->key_offset));
  } else {
    span_t k = span_at(element + t->key_offset);
    codec_put_str(out, k.p, k.n);
  }
  if (t->whole != NULL) put_value(out, t->whole, element);
  else put_struct(out, t, element);
}

/* Elements nearly always come sorted; where not, each turn looks for the next larger key, which needs no memory. */
static void put_map(codec_out_t *out, const codec_table_t *t, span_t s) {
  codec_pack_map(out, s.n);
  size_t sorted = 1;
  while (sorted < s.n && key_cmp(t, s.p + (sorted - 1) * t->size, s.p + sorted * t->size) < 0) sorted++;
  if (sorted >= s.n) {
    for (size_t i = 0; i < s.n; i++) put_entry(out, t, s.p + i * t->size);
    return;
  }
  size_t last = s.n; /* the element written last; s.n: none */
  for (size_t done = 0; done < s.n; done++) {
    size_t best = s.n;
    for (size_t i = 0; i < s.n; i++) {
      const uint8_t *e = s.p + i * t->size;
      int behind = last == s.n ? 1 : key_cmp(t, e, s.p + last * t->size);
      if (behind < 0 || (behind == 0 && i <= last)) continue; /* equal keys keep their order */
      if (best == s.n || key_cmp(t, e, s.p + best * t->size) < 0) best = i;
    }
    put_entry(out, t, s.p + best * t->size);
    last = best;
  }
}

static void put_list(codec_out_t *out, const codec_field_t *f, span_t s) {
  codec_pack_array(out, s.n);
  for (size_t i = 0; i < s.n; i++) {
    span_t v;
    switch ((codec_kind_t)f->kind) {
    case KIND_LIST_U64: codec_pack_uint64(out, u64_at(s.p + 8 * i)); break;
    case KIND_LIST_FIXED: codec_put_bin(out, s.p + f->size * i, f->size); break;
    case KIND_LIST_STRUCT: put_struct(out, f->sub, s.p + f->sub->size * i); break;
    default:
      v = span_at(s.p + sizeof v * i);
      if (f->kind == KIND_LIST_STR) codec_put_str(out, v.p, v.n);
      else codec_put_bin(out, v.p, v.n);
    }
  }
}

static void put_value(codec_out_t *out, const codec_field_t *f, const uint8_t *base) {
  const uint8_t *at = base + f->offset;
  algo_bytes_t text;
  span_t s;
  switch ((codec_kind_t)f->kind) {
  case KIND_U64: codec_pack_uint64(out, u64_at(at)); break;
  case KIND_I64: codec_pack_int64(out, (int64_t)u64_at(at)); break;
  case KIND_U32: codec_pack_uint64(out, u32_at(at)); break;
  case KIND_U8: codec_pack_uint64(out, *at); break;
  case KIND_BOOL: codec_pack_true(out); break;
  case KIND_FIXED: codec_put_bin(out, at, f->size); break;
  case KIND_SIG: codec_put_bin(out, at + 1, 64); break;
  case KIND_TYPE:
    text = type_text(f, base);
    codec_put_str(out, text.p, text.n);
    break;
  case KIND_STRUCT:
  case KIND_FLAGGED: put_struct(out, f->sub, at); break;
  case KIND_PTR:
  case KIND_KEEP: put_struct(out, f->sub, pointer_at(at)); break;
  case KIND_STR:
    s = span_at(at);
    codec_put_str(out, s.p, s.n);
    break;
  case KIND_BIN:
    s = span_at(at);
    codec_put_bin(out, s.p, s.n);
    break;
  case KIND_RAW:
    s = span_at(at);
    codec_put(out, s.p, s.n);
    break;
  case KIND_MAP: put_map(out, f->sub, span_at(at)); break;
  default: put_list(out, f, span_at(at));
  }
}

static void put_struct(codec_out_t *out, const codec_table_t *t, const uint8_t *base) {
  uint64_t there = 0;
  for (unsigned i = 0; i < t->n; i++)
    if (!field_empty(&t->fields[i], base)) there |= (uint64_t)1 << i;
  codec_pack_map(out, (size_t)__builtin_popcountll(there));
  for (; there != 0; there &= there - 1) {
    const codec_field_t *f = &t->fields[__builtin_ctzll(there)];
    codec_put_str(out, f->name, f->len);
    put_value(out, f, base);
  }
}

/* ---- into a buffer ---- */

typedef struct buf_out {
  codec_out_t out;
  algo_buf_t *buf;
} buf_out_t;

/* Room for n bytes and some more; where there is none the piece is dropped and the buffer remembers it. */
static bool buf_more(codec_out_t *out, const void *p, size_t n) {
  algo_buf_t *b = ((buf_out_t *)(void *)out)->buf;
  (void)p;
  b->n = out->p == NULL ? b->n : (size_t)(out->p - b->p);
  uint8_t *at = algo_buf_reserve(b, n < 64 ? 64 : n);
  out->p = at;
  out->end = at == NULL ? NULL : b->p + b->cap;
  return at != NULL;
}

void codec_encode_buf(algo_buf_t *out, const codec_table_t *t, const void *base) {
  buf_out_t o = {.out = {.more = buf_more}, .buf = out};
  put_struct(&o.out, t, base);
  if (o.out.p != NULL) out->n = (size_t)(o.out.p - out->p);
}

/* ---- into a hash: pieces are gathered, so that an id needs no memory and cannot fail ---- */

typedef struct hash_out {
  codec_out_t out;
  algo_sha512_t h;
  uint8_t piece[512];
} hash_out_t;

static bool hash_more(codec_out_t *out, const void *p, size_t n) {
  hash_out_t *o = (hash_out_t *)(void *)out;
  algo_sha512_update(&o->h, o->piece, (size_t)(out->p - o->piece));
  out->p = o->piece;
  if (n <= sizeof o->piece) return true;
  algo_sha512_update(&o->h, p, n);
  return false;
}

void codec_hash(uint8_t hash[32], const codec_table_t *t, const void *base, const void *prefix, size_t n) {
  hash_out_t o;
  o.out = (codec_out_t){.p = o.piece, .end = o.piece + sizeof o.piece, .more = hash_more};
  algo_sha512_256_init(&o.h);
  codec_put(&o.out, prefix, n);
  put_struct(&o.out, t, base);
  algo_sha512_update(&o.h, o.piece, (size_t)(o.out.p - o.piece));
  algo_sha512_final(&o.h, hash);
}
