#include "algo/text.h"

static algo_code_t bad_letter(algo_err_t *err, const char *what, const char *s, size_t at) {
  unsigned char c = (unsigned char)s[at];
  if (c > ' ' && c < 0x7f) return algo_err_set(err, ALGO_E_PARSE, "%s: letter '%c' at %zu", what, c, at);
  return algo_err_set(err, ALGO_E_PARSE, "%s: byte 0x%02x at %zu", what, c, at);
}

static algo_code_t no_memory(algo_err_t *err) { return algo_err_set(err, ALGO_E_NOMEM, "out of memory"); }

/* ---- hex ---- */

void algo_hex_encode(algo_buf_t *out, algo_bytes_t in) {
  static const char digits[] = "0123456789abcdef";
  uint8_t *at = algo_buf_reserve(out, in.n * 2);
  if (at == NULL) return;
  for (size_t i = 0; i < in.n; i++) {
    at[2 * i] = (uint8_t)digits[in.p[i] >> 4];
    at[2 * i + 1] = (uint8_t)digits[in.p[i] & 15];
  }
  out->n += in.n * 2;
}

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

algo_code_t algo_hex_decode(algo_buf_t *out, const char *s, size_t n, algo_err_t *err) {
  if (n % 2 != 0) return algo_err_set(err, ALGO_E_PARSE, "hex: an odd number of digits (%zu)", n);
  uint8_t *at = algo_buf_reserve(out, n / 2);
  if (at == NULL) return no_memory(err);
  for (size_t i = 0; i < n; i += 2) {
    int hi = hex_value(s[i]), lo = hex_value(s[i + 1]);
    if (hi < 0 || lo < 0) return bad_letter(err, "hex", s, hi < 0 ? i : i + 1);
    at[i / 2] = (uint8_t)(hi << 4 | lo);
  }
  out->n += n / 2;
  return ALGO_OK;
}

/* ---- base32 ---- */

void algo_base32_encode(algo_buf_t *out, algo_bytes_t in) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  size_t len = (in.n * 8 + 4) / 5;
  uint8_t *at = algo_buf_reserve(out, len);
  if (at == NULL) return;
  uint32_t bits = 0;
  unsigned have = 0;
  size_t w = 0;
  for (size_t i = 0; i < in.n; i++) {
    bits = bits << 8 | in.p[i];
    for (have += 8; have >= 5; have -= 5) at[w++] = (uint8_t)letters[bits >> (have - 5) & 31];
  }
  if (have != 0) at[w++] = (uint8_t)letters[bits << (5 - have) & 31];
  out->n += w;
}

static int base32_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= '2' && c <= '7') return c - '2' + 26;
  return -1;
}

algo_code_t algo_base32_decode(algo_buf_t *out, const char *s, size_t n, bool strict, algo_err_t *err) {
  static const uint8_t padding_of[8] = {0, 0xff, 6, 0xff, 4, 3, 0xff, 1}; /* by letters in the last group of 8 */
  size_t len = n;
  while (len != 0 && s[len - 1] == '=') len--;
  size_t padding = n - len, tail = len % 8;
  if (padding_of[tail] == 0xff || (padding != 0 && padding != padding_of[tail]))
    return algo_err_set(err, ALGO_E_PARSE, "base32: %zu letters and %zu of padding", len, padding);
  uint8_t *at = algo_buf_reserve(out, len * 5 / 8);
  if (at == NULL) return no_memory(err);
  uint32_t bits = 0;
  unsigned have = 0;
  size_t w = 0;
  for (size_t i = 0; i < len; i++) {
    int v = base32_value(s[i]);
    if (v < 0) return bad_letter(err, "base32", s, i);
    bits = bits << 5 | (uint32_t)v;
    have += 5;
    if (have < 8) continue;
    have -= 8;
    at[w++] = (uint8_t)(bits >> have);
  }
  if (strict && (bits & ((1u << have) - 1)) != 0)
    return algo_err_set(err, ALGO_E_PARSE, "base32: bits left over in the last letter");
  out->n += w;
  return ALGO_OK;
}

/* ---- base64 ---- */

static void base64_encode(algo_buf_t *out, algo_bytes_t in, const char *letters) {
  size_t len = (in.n + 2) / 3 * 4;
  uint8_t *at = algo_buf_reserve(out, len);
  if (at == NULL) return;
  size_t i = 0;
  for (; i + 3 <= in.n; i += 3, at += 4) {
    uint32_t v = (uint32_t)in.p[i] << 16 | (uint32_t)in.p[i + 1] << 8 | in.p[i + 2];
    at[0] = (uint8_t)letters[v >> 18];
    at[1] = (uint8_t)letters[v >> 12 & 63];
    at[2] = (uint8_t)letters[v >> 6 & 63];
    at[3] = (uint8_t)letters[v & 63];
  }
  if (i < in.n) {
    bool two = i + 2 == in.n;
    uint32_t v = (uint32_t)in.p[i] << 16 | (two ? (uint32_t)in.p[i + 1] << 8 : 0);
    at[0] = (uint8_t)letters[v >> 18];
    at[1] = (uint8_t)letters[v >> 12 & 63];
    at[2] = two ? (uint8_t)letters[v >> 6 & 63] : '=';
    at[3] = '=';
  }
  out->n += len;
}

#define LETTERS62 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
void algo_base64_encode(algo_buf_t *out, algo_bytes_t in) { base64_encode(out, in, LETTERS62 "+/"); }
void algo_base64url_encode(algo_buf_t *out, algo_bytes_t in) { base64_encode(out, in, LETTERS62 "-_"); }

static int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

algo_code_t algo_base64_decode(algo_buf_t *out, const char *s, size_t n, algo_err_t *err) {
  if (n % 4 != 0) return algo_err_set(err, ALGO_E_PARSE, "base64: %zu letters, not a multiple of 4", n);
  size_t pad = n == 0 || s[n - 1] != '=' ? 0 : s[n - 2] != '=' ? 1 : 2;
  uint8_t *at = algo_buf_reserve(out, n / 4 * 3);
  if (at == NULL) return no_memory(err);
  uint32_t bits = 0;
  size_t w = 0;
  for (size_t i = 0; i < n - pad; i++) {
    int v = base64_value(s[i]);
    if (v < 0) return bad_letter(err, "base64", s, i);
    bits = bits << 6 | (uint32_t)v;
    if (i % 4 == 3) {
      at[w++] = (uint8_t)(bits >> 16);
      at[w++] = (uint8_t)(bits >> 8);
      at[w++] = (uint8_t)bits;
      bits = 0;
    }
  }
  if (pad == 1) {
    at[w++] = (uint8_t)(bits >> 10);
    at[w++] = (uint8_t)(bits >> 2);
  } else if (pad == 2) {
    at[w++] = (uint8_t)(bits >> 4);
  }
  out->n += w;
  return ALGO_OK;
}
