#include <msgpack/pack.h>

#include "algo/hash.h"
#include "algo/txn.h"
#include "codec.h"

static bool all_zero(const uint8_t *p, size_t n) {
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

static bool field_empty(const codec_field_t *f, const uint8_t *base) {
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

/* ---- msgpack-c writes the headers and the numbers ---- */

static int append(void *to, const char *p, size_t n) {
  const codec_out_t *out = to;
  out->write(out->to, p, n);
  return 0;
}

static void put_u64(msgpack_packer *pk, uint64_t v) { msgpack_pack_uint64(pk, v); }

static void put_str(msgpack_packer *pk, const void *p, size_t n) {
  msgpack_pack_str(pk, n);
  if (n != 0) append(pk->data, p, n);
}

static void put_bin(msgpack_packer *pk, const void *p, size_t n) {
  msgpack_pack_bin(pk, n);
  if (n != 0) append(pk->data, p, n);
}

static void put_struct(msgpack_packer *pk, const codec_table_t *t, const uint8_t *base);
static void put_value(msgpack_packer *pk, const codec_field_t *f, const uint8_t *base);

/* ---- maps of elements, sorted by their key ---- */

static int key_cmp(const codec_table_t *t, const uint8_t *a, const uint8_t *b) {
  if (t->key == KIND_U64) {
    uint64_t x = u64_at(a + t->key_offset), y = u64_at(b + t->key_offset);
    return (x > y) - (x < y);
  }
  span_t x = span_at(a + t->key_offset), y = span_at(b + t->key_offset);
  return algo_bytes_cmp(algo_bytes(x.p, x.n), algo_bytes(y.p, y.n));
}

static void put_entry(msgpack_packer *pk, const codec_table_t *t, const uint8_t *element) {
  if (t->key == KIND_U64) {
    put_u64(pk, u64_at(element + t->key_offset));
  } else {
    span_t k = span_at(element + t->key_offset);
    put_str(pk, k.p, k.n);
  }
  if (t->whole != NULL) put_value(pk, t->whole, element);
  else put_struct(pk, t, element);
}

/* Elements nearly always come sorted; where not, each turn looks for the next larger key, which needs no memory. */
static void put_map(msgpack_packer *pk, const codec_table_t *t, span_t s) {
  msgpack_pack_map(pk, s.n);
  size_t sorted = 1;
  while (sorted < s.n && key_cmp(t, s.p + (sorted - 1) * t->size, s.p + sorted * t->size) < 0) sorted++;
  if (sorted >= s.n) {
    for (size_t i = 0; i < s.n; i++) put_entry(pk, t, s.p + i * t->size);
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
    put_entry(pk, t, s.p + best * t->size);
    last = best;
  }
}

static void put_list(msgpack_packer *pk, const codec_field_t *f, span_t s) {
  msgpack_pack_array(pk, s.n);
  for (size_t i = 0; i < s.n; i++) {
    span_t v;
    switch ((codec_kind_t)f->kind) {
    case KIND_LIST_U64: put_u64(pk, u64_at(s.p + 8 * i)); break;
    case KIND_LIST_FIXED: put_bin(pk, s.p + f->size * i, f->size); break;
    case KIND_LIST_STRUCT: put_struct(pk, f->sub, s.p + f->sub->size * i); break;
    default:
      v = span_at(s.p + sizeof v * i);
      if (f->kind == KIND_LIST_STR) put_str(pk, v.p, v.n);
      else put_bin(pk, v.p, v.n);
    }
  }
}

static void put_value(msgpack_packer *pk, const codec_field_t *f, const uint8_t *base) {
  const uint8_t *at = base + f->offset;
  algo_bytes_t text;
  span_t s;
  switch ((codec_kind_t)f->kind) {
  case KIND_U64: put_u64(pk, u64_at(at)); break;
  case KIND_I64: msgpack_pack_int64(pk, (int64_t)u64_at(at)); break;
  case KIND_U32: put_u64(pk, u32_at(at)); break;
  case KIND_U8: put_u64(pk, *at); break;
  case KIND_BOOL: msgpack_pack_true(pk); break;
  case KIND_FIXED: put_bin(pk, at, f->size); break;
  case KIND_SIG: put_bin(pk, at + 1, 64); break;
  case KIND_TYPE:
    text = type_text(f, base);
    put_str(pk, text.p, text.n);
    break;
  case KIND_STRUCT:
  case KIND_FLAGGED: put_struct(pk, f->sub, at); break;
  case KIND_PTR:
  case KIND_KEEP: put_struct(pk, f->sub, pointer_at(at)); break;
  case KIND_STR:
    s = span_at(at);
    put_str(pk, s.p, s.n);
    break;
  case KIND_BIN:
    s = span_at(at);
    put_bin(pk, s.p, s.n);
    break;
  case KIND_RAW:
    s = span_at(at);
    append(pk->data, (const char *)s.p, s.n);
    break;
  case KIND_MAP: put_map(pk, f->sub, span_at(at)); break;
  default: put_list(pk, f, span_at(at));
  }
}

static void put_struct(msgpack_packer *pk, const codec_table_t *t, const uint8_t *base) {
  uint64_t there = 0;
  for (unsigned i = 0; i < t->n; i++)
    if (!field_empty(&t->fields[i], base)) there |= (uint64_t)1 << i;
  msgpack_pack_map(pk, (size_t)__builtin_popcountll(there));
  for (; there != 0; there &= there - 1) {
    const codec_field_t *f = &t->fields[__builtin_ctzll(there)];
    put_str(pk, f->name, f->len);
    put_value(pk, f, base);
  }
}

void codec_encode(const codec_out_t *out, const codec_table_t *t, const void *base) {
  codec_out_t to = *out;
  msgpack_packer pk = {&to, append};
  put_struct(&pk, t, base);
}

static void to_buf(void *to, const void *p, size_t n) { algo_buf_put(to, p, n); }

void codec_encode_buf(algo_buf_t *out, const codec_table_t *t, const void *base) {
  codec_encode(&(codec_out_t){to_buf, out}, t, base);
}

/* Pieces go through a small buffer into the hash, so that an id needs no memory and cannot fail. */
typedef struct hash_out {
  algo_sha512_256_t h;
  size_t n;
  uint8_t piece[512];
} hash_out_t;

static void to_hash(void *to, const void *p, size_t n) {
  hash_out_t *o = to;
  if (n > sizeof o->piece - o->n) {
    algo_sha512_256_update(&o->h, o->piece, o->n);
    o->n = 0;
    if (n > sizeof o->piece) {
      algo_sha512_256_update(&o->h, p, n);
      return;
    }
  }
  memcpy(o->piece + o->n, p, n);
  o->n += n;
}

void codec_hash(uint8_t out[32], const codec_table_t *t, const void *base, const void *prefix, size_t n) {
  hash_out_t o;
  o.n = 0;
  algo_sha512_256_init(&o.h);
  to_hash(&o, prefix, n);
  codec_encode(&(codec_out_t){to_hash, &o}, t, base);
  algo_sha512_256_update(&o.h, o.piece, o.n);
  algo_sha512_256_final(&o.h, out);
}
