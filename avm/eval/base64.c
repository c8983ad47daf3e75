/* base64_decode, as Go's encoding/base64 decodes strictly: the alphabet named, newlines stepped over, padding whole or
 * not there, no bits left over. */
#include "internal.h"

/* Is there padding at the end, newlines aside? The first byte is not looked at. */
static bool is_padded(const uint8_t *p, size_t n) {
  for (size_t i = n; i-- > 1;) {
    if (p[i] == '=') return true;
    if (p[i] != '\n' && p[i] != '\r') return false;
  }
  return false;
}

static int digit(uint8_t c, bool url) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == (url ? '-' : '+')) return 62;
  if (c == (url ? '_' : '/')) return 63;
  return -1;
}

typedef struct decoder {
  const uint8_t *in;
  size_t n, at; /* bytes of input; the next one */
  bool url, padded;
  uint8_t *out;
  size_t made;
} decoder_t;

static void skip_newlines(decoder_t *d) {
  while (d->at < d->n && (d->in[d->at] == '\n' || d->in[d->at] == '\r')) d->at++;
}

/* The '=' at d->at - 1 came as digit j of its quantum. Nothing may follow but the second '=' and newlines. */
typedef enum { PAD_WRONG, PAD_OK, PAD_TRAILING } padding_t;

static padding_t padding(decoder_t *d, int j, size_t *bad) {
  *bad = d->at - 1;
  if (j < 2) return PAD_WRONG;
  if (j == 2) {
    skip_newlines(d);
    *bad = d->at == d->n ? d->n : d->at - 1;
    if (d->at == d->n || d->in[d->at] != '=') return PAD_WRONG;
    d->at++;
  }
  skip_newlines(d);
  return d->at == d->n ? PAD_OK : PAD_TRAILING;
}

/* One quantum of up to four digits. *bad is the input byte at fault. */
static bool quantum(decoder_t *d, size_t *bad, bool *end) {
  uint32_t bits = 0;
  int j = 0;
  padding_t pad = PAD_OK;
  *end = false;
  for (; j < 4; j++) {
    skip_newlines(d);
    if (d->at == d->n) {
      *end = true;
      if (j == 0) return true;
      *bad = d->at - (size_t)j;
      if (j == 1 || d->padded) return false;
      break;
    }
    uint8_t c = d->in[d->at++];
    int v = digit(c, d->url);
    if (v < 0) {
      *bad = d->at - 1;
      if (c != '=' || !d->padded) return false;
      pad = padding(d, j, bad);
      if (pad == PAD_WRONG) return false;
      *end = true;
      break;
    }
    bits = bits << 6 | (uint32_t)v;
  }
  if (j < 4) bits <<= 6 * (4 - j);
  *bad = d->at - 1;
  if (j == 3 && (bits & 0xff) != 0) return false;
  if (j == 2 && (bits & 0xffff) != 0) return *bad = d->at - 2, false;
  for (int i = 0; i < j - 1; i++) d->out[d->made++] = (uint8_t)(bits >> (16 - 8 * i));
  *bad = d->at;
  return pad == PAD_OK;
}

algo_code_t avm_op_base64_decode(algo_avm_context_t *cx) {
  char buf[48];
  uint8_t field = cx->prog[cx->pc + 1];
  const algo_isa_field_t *f = algo_isa_field(ALGO_GROUP_BASE64, field);
  if (f == NULL || f->since > cx->version)
    return avm_fail(cx, "invalid base64_decode encoding %s",
                    avm_field_name(ALGO_GROUP_BASE64, field, "Base64Encoding", buf));
  avm_value_t *v = avm_top(cx, 0);
  decoder_t d = {.in = v->p, .n = v->n, .url = field == ALGO_F_BASE64_URLEncoding, .padded = is_padded(v->p, v->n)};
  d.out = avm_alloc(cx, v->n);
  if (d.out == NULL) return avm_nomem(cx);
  for (bool end = false; !end;) {
    size_t bad = 0;
    if (!quantum(&d, &bad, &end)) return avm_fail(cx, "illegal base64 data at input byte %zu", bad);
  }
  *v = avm_bytes(d.out, d.made);
  return ALGO_OK;
}
