/* Values between their encoding and JSON. */
#include "algo/text.h"
#include "arc4_internal.h"

#define UINT_BYTES      64
#define EMPTY_ITEMS_MAX 65536u /* values that take no bytes, in one decoding: nothing else bounds them */

/* ---- unsigned integers of up to 512 bits, big-endian ---- */

static bool times_ten_plus(uint8_t *v, size_t n, unsigned digit) {
  unsigned carry = digit;
  for (size_t i = n; i-- != 0;) {
    carry += v[i] * 10u;
    v[i] = (uint8_t)carry;
    carry >>= 8;
  }
  return carry == 0;
}

static algo_code_t out_of_range(const algo_arc4_type_t *t, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_RANGE, "ARC-4: the number does not fit %s", t->text);
}

static algo_code_t not_a(const algo_arc4_type_t *t, const char *what, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_PARSE, "ARC-4: %s takes %s", t->text, what);
}

/* A JSON number, or digits as text for those that JSON readers cannot hold. */
static algo_code_t encode_uint(algo_buf_t *out, const algo_arc4_type_t *t, json_object *value, algo_err_t *err) {
  uint8_t v[UINT_BYTES] = {0};
  if (json_object_is_type(value, json_type_int)) {
    if (json_object_get_int64(value) < 0) return out_of_range(t, err);
    uint8_t be[8];
    algo_put_be64(be, json_object_get_uint64(value));
    size_t keep = t->size < 8 ? t->size : 8;
    for (size_t i = 0; i < 8 - keep; i++)
      if (be[i] != 0) return out_of_range(t, err);
    memcpy(v + t->size - keep, be + 8 - keep, keep);
  } else if (json_object_is_type(value, json_type_string) && json_object_get_string_len(value) != 0) {
    for (const char *s = json_object_get_string(value); *s != '\0'; s++) {
      if (*s < '0' || *s > '9') return not_a(t, "an unsigned number", err);
      if (!times_ten_plus(v, t->size, (unsigned)(*s - '0'))) return out_of_range(t, err);
    }
  } else {
    return not_a(t, "an unsigned number", err);
  }
  algo_buf_put(out, v, t->size);
  return ALGO_OK;
}

static void decode_uint(algo_json_t *out, algo_bytes_t in) {
  uint8_t v[UINT_BYTES];
  char digits[160];
  size_t n = sizeof digits, first = 0;
  memcpy(v, in.p, in.n);
  do {
    unsigned rest = 0;
    for (size_t i = first; i < in.n; i++) {
      rest = rest << 8 | v[i];
      v[i] = (uint8_t)(rest / 10);
      rest %= 10;
    }
    digits[--n] = (char)('0' + rest);
    while (first < in.n && v[first] == 0) first++;
  } while (first < in.n);
  algo_json_raw(out, digits + n, sizeof digits - n);
}

/* ---- encoding ---- */

static algo_code_t put_length(algo_buf_t *out, const algo_arc4_type_t *t, size_t n, algo_err_t *err) {
  if (n > ARC4_ITEMS_MAX) return algo_err_set(err, ALGO_E_RANGE, "ARC-4: %s of %zu", t->text, n);
  algo_buf_putc(out, (uint8_t)(n >> 8));
  algo_buf_putc(out, (uint8_t)n);
  return ALGO_OK;
}

static algo_code_t encode_string(algo_buf_t *out, const algo_arc4_type_t *t, json_object *value, algo_err_t *err) {
  if (!json_object_is_type(value, json_type_string)) return not_a(t, "text", err);
  size_t n = (size_t)json_object_get_string_len(value);
  algo_code_t c = put_length(out, t, n, err);
  if (c == ALGO_OK) algo_buf_put(out, json_object_get_string(value), n);
  return c;
}

static algo_code_t encode_address(algo_buf_t *out, const algo_arc4_type_t *t, json_object *value, algo_err_t *err) {
  if (!json_object_is_type(value, json_type_string)) return not_a(t, "an address as text", err);
  algo_addr_t a;
  algo_code_t c = algo_addr_parse(&a, json_object_get_string(value), (size_t)json_object_get_string_len(value), err);
  if (c == ALGO_OK) algo_buf_put(out, a.b, sizeof a.b);
  return c;
}

static algo_code_t wrong_count(const algo_arc4_type_t *t, size_t n, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_INVALID, "ARC-4: %s takes %u members, not %zu", t->text, t->length, n);
}

/* Bytes as base64. */
static algo_code_t encode_base64(algo_buf_t *out, const algo_arc4_type_t *t, json_object *value, algo_err_t *err) {
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_code_t c =
      algo_base64_decode(&raw, json_object_get_string(value), (size_t)json_object_get_string_len(value), err);
  if (c == ALGO_OK && t->kind == ALGO_ARC4_LIST) c = put_length(out, t, raw.n, err);
  else if (c == ALGO_OK && raw.n != t->length) c = wrong_count(t, raw.n, err);
  if (c == ALGO_OK) algo_buf_putb(out, algo_buf_view(&raw));
  algo_buf_fini(&raw);
  return c;
}

/* The head, with room for the offsets of dynamic members, then these members. */
static algo_code_t encode_members(algo_buf_t *out, const algo_arc4_type_t *t, json_object *value, uint32_t n,
                                  algo_err_t *err) {
  size_t start = out->n, head = arc4_head_size(t, n);
  algo_code_t c = ALGO_OK;
  arc4_head_t h;
  for (bool more = arc4_head_first(&h, t, n); more && c == ALGO_OK; more = arc4_head_next(&h)) {
    json_object *v = json_object_array_get_idx(value, h.i);
    if (h.type->dynamic) {
      algo_buf_put(out, "\0\0", 2);
    } else if (h.type->kind != ALGO_ARC4_BOOL) {
      c = algo_arc4_encode_json(out, h.type, v, err);
    } else if (!json_object_is_type(v, json_type_boolean)) {
      c = not_a(h.type, "true or false", err);
    } else {
      if (h.bit == 0) algo_buf_putc(out, 0);
      if (!out->oom && json_object_get_boolean(v)) out->p[start + h.at] |= (uint8_t)(0x80u >> h.bit);
    }
  }
  if (c != ALGO_OK || !t->dynamic) return c;
  for (bool more = arc4_head_first(&h, t, n); more && c == ALGO_OK; more = arc4_head_next(&h)) {
    if (!h.type->dynamic) continue;
    size_t at = out->n - start;
    if (at > UINT16_MAX || at < head) return algo_err_set(err, ALGO_E_RANGE, "ARC-4: %s is over 65535 bytes", t->text);
    if (!out->oom) memcpy(out->p + start + h.at, (uint8_t[]){(uint8_t)(at >> 8), (uint8_t)at}, 2);
    c = algo_arc4_encode_json(out, h.type, json_object_array_get_idx(value, h.i), err);
  }
  return c;
}

static algo_code_t encode_container(algo_buf_t *out, const algo_arc4_type_t *t, json_object *value, algo_err_t *err) {
  bool bytes = t->kind != ALGO_ARC4_TUPLE && t->items->kind == ALGO_ARC4_BYTE;
  if (bytes && json_object_is_type(value, json_type_string)) return encode_base64(out, t, value, err);
  if (!json_object_is_type(value, json_type_array)) return not_a(t, bytes ? "base64 or a list" : "a list", err);
  size_t n = json_object_array_length(value);
  if (n > ARC4_ITEMS_MAX) return algo_err_set(err, ALGO_E_RANGE, "ARC-4: %s of %zu members", t->text, n);
  if (t->kind != ALGO_ARC4_LIST && n != t->length) return wrong_count(t, n, err);
  algo_code_t c = t->kind == ALGO_ARC4_LIST ? put_length(out, t, n, err) : ALGO_OK;
  return c == ALGO_OK ? encode_members(out, t, value, (uint32_t)n, err) : c;
}

algo_code_t algo_arc4_encode_json(algo_buf_t *out, const algo_arc4_type_t *t, json_object *value, algo_err_t *err) {
  switch (t->kind) {
  case ALGO_ARC4_UINT:
  case ALGO_ARC4_UFIXED:
  case ALGO_ARC4_BYTE: return encode_uint(out, t, value, err);
  case ALGO_ARC4_BOOL:
    if (!json_object_is_type(value, json_type_boolean)) return not_a(t, "true or false", err);
    algo_buf_putc(out, json_object_get_boolean(value) ? 0x80 : 0);
    return ALGO_OK;
  case ALGO_ARC4_ADDRESS: return encode_address(out, t, value, err);
  case ALGO_ARC4_STRING: return encode_string(out, t, value, err);
  case ALGO_ARC4_ARRAY:
  case ALGO_ARC4_LIST:
  case ALGO_ARC4_TUPLE: return encode_container(out, t, value, err);
  default: return algo_err_set(err, ALGO_E_INVALID, "ARC-4: %s has no encoding of its own", t->text);
  }
}

/* ---- decoding: as py-algorand-sdk, which does not look at the bits behind the last bool nor at gaps before members
 * ---- */

static algo_code_t decode(algo_json_t *out, const algo_arc4_type_t *t, algo_bytes_t in, uint32_t *empty,
                          algo_err_t *err);

static algo_code_t decode_container(algo_json_t *out, const algo_arc4_type_t *t, algo_bytes_t in, uint32_t *empty,
                                    algo_err_t *err) {
  uint32_t n = 0;
  algo_code_t c = arc4_members(t, &in, &n, err);
  if (c != ALGO_OK) return c;
  if (in.n == 0 && n > *empty)
    return algo_err_set(err, ALGO_E_RANGE, "ARC-4: more than %u values that take no bytes", EMPTY_ITEMS_MAX);
  if (in.n == 0) *empty -= n;
  bool dynamic = false;
  algo_json_open(out, '[');
  arc4_head_t h = {.end = 0};
  for (bool more = arc4_head_first(&h, t, n); more; more = arc4_head_next(&h)) {
    algo_bytes_t view;
    c = arc4_member_view(&h, in, &view, err);
    if (c != ALGO_OK) return c;
    dynamic |= h.type->dynamic;
    if (h.type->kind == ALGO_ARC4_BOOL) algo_json_bool(out, arc4_bit(&h, view));
    else c = decode(out, h.type, view, empty, err);
    if (c != ALGO_OK) return c;
  }
  algo_json_close(out, ']');
  if (!dynamic && h.end != in.n) return algo_err_set(err, ALGO_E_PARSE, "ARC-4: %s: too many bytes", t->text);
  return ALGO_OK;
}

static algo_code_t decode_string(algo_json_t *out, algo_bytes_t in, algo_err_t *err) {
  algo_bytes_t text = algo_bytes(in.p + 2, in.n - 2);
  if (!algo_utf8_valid(text)) return algo_err_set(err, ALGO_E_PARSE, "ARC-4: string: not UTF-8");
  algo_json_strb(out, text);
  return ALGO_OK;
}

static algo_code_t decode(algo_json_t *out, const algo_arc4_type_t *t, algo_bytes_t in, uint32_t *empty,
                          algo_err_t *err) {
  if (arc4_is_container(t)) return decode_container(out, t, in, empty, err);
  algo_code_t c = algo_arc4_check(t, in, err);
  if (c != ALGO_OK) return c;
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_t a;
  switch (t->kind) {
  case ALGO_ARC4_STRING: return decode_string(out, in, err);
  case ALGO_ARC4_BOOL: algo_json_bool(out, in.p[0] != 0); return ALGO_OK;
  case ALGO_ARC4_ADDRESS:
    memcpy(a.b, in.p, sizeof a.b);
    algo_addr_format(text, &a);
    algo_json_str(out, text);
    return ALGO_OK;
  case ALGO_ARC4_UINT:
  case ALGO_ARC4_UFIXED:
  case ALGO_ARC4_BYTE: decode_uint(out, in); return ALGO_OK;
  default: return algo_err_set(err, ALGO_E_INVALID, "ARC-4: %s has no encoding of its own", t->text);
  }
}

algo_code_t algo_arc4_decode_json(algo_json_t *out, const algo_arc4_type_t *t, algo_bytes_t in, algo_err_t *err) {
  uint32_t empty = EMPTY_ITEMS_MAX;
  return decode(out, t, in, &empty, err);
}
