#include "go_json.h"

#include <stdio.h>

#include "algo/unicode.h"

size_t avm_put_utf8(uint8_t *out, uint32_t c) {
  if (c < 0x80) return out[0] = (uint8_t)c, 1;
  if (c < 0x800) return out[0] = (uint8_t)(0xc0 | c >> 6), out[1] = (uint8_t)(0x80 | (c & 63)), 2;
  if (c < 0x10000) {
    out[0] = (uint8_t)(0xe0 | c >> 12);
    out[1] = (uint8_t)(0x80 | (c >> 6 & 63));
    out[2] = (uint8_t)(0x80 | (c & 63));
    return 3;
  }
  out[0] = (uint8_t)(0xf0 | c >> 18);
  out[1] = (uint8_t)(0x80 | (c >> 12 & 63));
  out[2] = (uint8_t)(0x80 | (c >> 6 & 63));
  out[3] = (uint8_t)(0x80 | (c & 63));
  return 4;
}

static int hex_digit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int avm_hex4(const uint8_t *p, uint32_t *out) {
  *out = 0;
  for (int i = 0; i < 4; i++) {
    int d = hex_digit(p[i]);
    if (d < 0) return i;
    *out = *out << 4 | (uint32_t)d;
  }
  return 4;
}

/* ---- the scanner: which byte is wrong, and what it was in ---- */

typedef struct scan {
  const uint8_t *p;
  size_t n, at;
  char *why;
} scan_t;

static bool too_short(scan_t *s) { return snprintf(s->why, AVM_GO_JSON_ERROR, "unexpected end of JSON input"), false; }

/* A byte in single quotes, as Go's quoteChar. */
static void quote(uint8_t c, char out[16]) {
  static const char from[] = "\a\b\f\n\r\t\v\\", to[] = "abfnrtv\\";
  const char *e = c ? strchr(from, c) : NULL;
  if (c == '\'') snprintf(out, 16, "'\\''");
  else if (e != NULL) snprintf(out, 16, "'\\%c'", to[e - from]);
  else if (c < 0x20 || c == 0x7f) snprintf(out, 16, "'\\x%02x'", c);
  else if (c < 0x80) snprintf(out, 16, "'%c'", c);
  else if (c < 0xa1 || c == 0xad) snprintf(out, 16, "'\\u%04x'", c);
  else {
    uint8_t u[4];
    snprintf(out, 16, "'%.*s'", (int)avm_put_utf8(u, c), (const char *)u);
  }
}

static bool wrong(scan_t *s, const char *context) {
  char c[16];
  if (s->at >= s->n) return too_short(s);
  quote(s->p[s->at], c);
  snprintf(s->why, AVM_GO_JSON_ERROR, "invalid character %s %s", c, context);
  return false;
}

static int next(scan_t *s) { /* the next byte after white space; -1: none */
  while (s->at < s->n && (s->p[s->at] == ' ' || s->p[s->at] == '\t' || s->p[s->at] == '\r' || s->p[s->at] == '\n'))
    s->at++;
  return s->at < s->n ? s->p[s->at] : -1;
}

static bool scan_string(scan_t *s) {
  for (s->at++; s->at < s->n; s->at++) {
    uint8_t c = s->p[s->at];
    if (c == '"') return s->at++, true;
    if (c < 0x20) return wrong(s, "in string literal");
    if (c != '\\') continue;
    if (++s->at >= s->n) return too_short(s);
    c = s->p[s->at];
    if (c != 'u') {
      if (c == 0 || strchr("bfnrt\\/\"", c) == NULL) return wrong(s, "in string escape code");
      continue;
    }
    for (int i = 0; i < 4; i++)
      if (++s->at >= s->n || hex_digit(s->p[s->at]) < 0) return wrong(s, "in \\u hexadecimal character escape");
  }
  return too_short(s);
}

static bool is_digit(const scan_t *s) { return s->at < s->n && s->p[s->at] >= '0' && s->p[s->at] <= '9'; }

static bool scan_number(scan_t *s) {
  if (s->p[s->at] == '-') s->at++;
  if (!is_digit(s)) return wrong(s, "in numeric literal");
  if (s->p[s->at] == '0') s->at++;
  else
    while (is_digit(s)) s->at++;
  if (s->at < s->n && s->p[s->at] == '.') {
    s->at++;
    if (!is_digit(s)) return wrong(s, "after decimal point in numeric literal");
    while (is_digit(s)) s->at++;
  }
  if (s->at < s->n && (s->p[s->at] == 'e' || s->p[s->at] == 'E')) {
    s->at++;
    if (s->at < s->n && (s->p[s->at] == '+' || s->p[s->at] == '-')) s->at++;
    if (!is_digit(s)) return wrong(s, "in exponent of numeric literal");
    while (is_digit(s)) s->at++;
  }
  return true;
}

static bool scan_literal(scan_t *s, const char *word) {
  char context[48];
  for (size_t i = 0; word[i] != '\0'; i++, s->at++) {
    if (s->at < s->n && s->p[s->at] == (uint8_t)word[i]) continue;
    snprintf(context, sizeof context, "in literal %s (expecting '%c')", word, word[i]);
    return wrong(s, context);
  }
  return true;
}

static bool scan_value(scan_t *s);

static bool scan_member(scan_t *s) {
  if (next(s) != '"') return wrong(s, "looking for beginning of object key string");
  if (!scan_string(s)) return false;
  if (next(s) != ':') return wrong(s, "after object key");
  s->at++;
  return scan_value(s);
}

static bool scan_container(scan_t *s, bool map) {
  int close = map ? '}' : ']';
  s->at++;
  if (next(s) == close) return s->at++, true;
  for (;;) {
    if (!(map ? scan_member(s) : scan_value(s))) return false;
    int c = next(s);
    if (c == close) return s->at++, true;
    if (c != ',') return wrong(s, map ? "after object key:value pair" : "after array element");
    s->at++;
  }
}

static bool scan_value(scan_t *s) {
  int c = next(s);
  if (c == '"') return scan_string(s);
  if (c == '{' || c == '[') return scan_container(s, c == '{');
  if (c == 't') return scan_literal(s, "true");
  if (c == 'f') return scan_literal(s, "false");
  if (c == 'n') return scan_literal(s, "null");
  if (c == '-' || (c >= '0' && c <= '9')) return scan_number(s);
  return wrong(s, "looking for beginning of value");
}

bool avm_go_json_valid(algo_bytes_t text, char why[AVM_GO_JSON_ERROR]) {
  scan_t s = {.p = text.p, .n = text.n, .why = why};
  if (!scan_value(&s)) return false;
  return next(&s) == -1 || wrong(&s, "after top-level value");
}

const char *avm_go_json_kind(algo_bytes_t text) {
  switch (text.p[0]) {
  case '"': return "string";
  case '{': return "object";
  case '[': return "array";
  case 't':
  case 'f': return "bool";
  default: return "number";
  }
}

bool avm_go_json_uint(algo_bytes_t number, uint64_t *out) {
  uint64_t v = 0;
  for (size_t i = 0; i < number.n; i++) {
    uint8_t c = number.p[i];
    if (c < '0' || c > '9' || __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, c - '0', &v)) return false;
  }
  *out = v;
  return true;
}

/* ---- unquoting ---- */

/* The \uXXXX at p, and its other half where there is one; *used bytes of input. */
static uint32_t unicode(const uint8_t *p, size_t n, size_t *used) {
  uint32_t a, b;
  *used = 6;
  avm_hex4(p + 2, &a);
  if (a < 0xd800 || a > 0xdfff) return a;
  if (a > 0xdbff || n < 12 || p[6] != '\\' || p[7] != 'u' || avm_hex4(p + 8, &b) < 4 || b < 0xdc00 || b > 0xdfff)
    return 0xfffd;
  *used = 12;
  return 0x10000 + ((a - 0xd800) << 10) + (b - 0xdc00);
}

size_t avm_go_json_unquote(algo_bytes_t text, uint8_t *out) {
  static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
  const uint8_t *p = text.p + 1, *end = text.p + text.n - 1;
  size_t n = 0, used;
  while (p < end) {
    if (*p == '\\' && p[1] == 'u') {
      n += avm_put_utf8(out + n, unicode(p, (size_t)(end - p), &used));
      p += used;
    } else if (*p == '\\') {
      const char *e = strchr(from, p[1]);
      out[n++] = e != NULL && p[1] != 0 ? (uint8_t)to[e - from] : p[1];
      p += 2;
    } else {
      n += avm_put_utf8(out + n, algo_utf8_next((const char *)p, (size_t)(end - p), &used));
      p += used;
    }
  }
  return n;
}
