#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/json.h"
#include "algo/text.h"

static void before_value(algo_json_t *j) {
  if (j->comma) algo_buf_putc(j->out, ',');
  j->comma = true;
}

void algo_json_open(algo_json_t *j, char c) {
  before_value(j);
  algo_buf_putc(j->out, (uint8_t)c);
  j->comma = false;
}

void algo_json_close(algo_json_t *j, char c) {
  algo_buf_putc(j->out, (uint8_t)c);
  j->comma = true;
}

/* Length of the UTF-8 sequence at p (RFC 3629), 0: none. */
static size_t sequence(const uint8_t *p, size_t left) {
  size_t n = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
  return n <= left && algo_utf8_valid(algo_bytes(p, n)) ? n : 0;
}

/* Writes the character at p, escaped where need be; how many bytes it took. */
static size_t put_escaped(algo_buf_t *out, const uint8_t *p, size_t left, bool go) {
  uint8_t c = *p;
  const char *two = c == '"'    ? "\\\""
                    : c == '\\' ? "\\\\"
                    : c == '\n' ? "\\n"
                    : c == '\r' ? "\\r"
                    : c == '\t' ? "\\t"
                                : NULL;
  if (two == NULL && (c == '\b' || c == '\f')) two = c == '\b' ? "\\b" : "\\f";
  if (two != NULL) {
    algo_buf_puts(out, two);
    return 1;
  }
  if (c < 0x20 || (go && (c == '<' || c == '>' || c == '&'))) {
    algo_buf_printf(out, "\\u%04x", c);
    return 1;
  }
  size_t n = sequence(p, left);
  if (n == 0) {
    algo_buf_puts(out, "\\ufffd");
    return 1;
  }
  if (go && n == 3 && p[0] == 0xe2 && p[1] == 0x80 && (p[2] | 1) == 0xa9)
    algo_buf_printf(out, "\\u%04x", p[2] == 0xa8 ? 0x2028 : 0x2029);
  else algo_buf_put(out, p, n);
  return n;
}

static void put_string(algo_json_t *j, algo_bytes_t s) {
  algo_buf_putc(j->out, '"');
  size_t i = 0;
  while (i < s.n) {
    size_t plain = i;
    while (plain < s.n && s.p[plain] >= 0x20 && s.p[plain] < 0x80 && strchr("\"\\<>&", s.p[plain]) == NULL) plain++;
    algo_buf_put(j->out, s.p + i, plain - i);
    i = plain;
    if (i < s.n) i += put_escaped(j->out, s.p + i, s.n - i, j->go_escape);
  }
  algo_buf_putc(j->out, '"');
}

void algo_json_keyb(algo_json_t *j, algo_bytes_t key) {
  before_value(j);
  put_string(j, key);
  algo_buf_putc(j->out, ':');
  j->comma = false;
}

void algo_json_key(algo_json_t *j, const char *key) { algo_json_keyb(j, algo_bytes_str(key)); }

void algo_json_uint(algo_json_t *j, uint64_t v) {
  before_value(j);
  algo_buf_printf(j->out, "%" PRIu64, v);
}

void algo_json_int(algo_json_t *j, int64_t v) {
  before_value(j);
  algo_buf_printf(j->out, "%" PRId64, v);
}

void algo_json_bool(algo_json_t *j, bool v) {
  before_value(j);
  algo_buf_puts(j->out, v ? "true" : "false");
}

void algo_json_null(algo_json_t *j) {
  before_value(j);
  algo_buf_puts(j->out, "null");
}

/* The shortest decimal that reads back as the same number; JSON has none for NaN and infinity: null. */
void algo_json_double(algo_json_t *j, double v) {
  if (!isfinite(v)) {
    algo_json_null(j);
    return;
  }
  char text[40];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, v);
    if (strtod(text, NULL) == v) break;
  }
  before_value(j);
  algo_buf_puts(j->out, text);
}

void algo_json_strb(algo_json_t *j, algo_bytes_t s) {
  before_value(j);
  put_string(j, s);
}

void algo_json_str(algo_json_t *j, const char *s) { algo_json_strb(j, algo_bytes_str(s)); }

void algo_json_base64(algo_json_t *j, algo_bytes_t v) {
  before_value(j);
  algo_buf_putc(j->out, '"');
  algo_base64_encode(j->out, v);
  algo_buf_putc(j->out, '"');
}

void algo_json_hex(algo_json_t *j, algo_bytes_t v) {
  before_value(j);
  algo_buf_putc(j->out, '"');
  algo_hex_encode(j->out, v);
  algo_buf_putc(j->out, '"');
}

void algo_json_raw(algo_json_t *j, const void *p, size_t n) {
  before_value(j);
  algo_buf_put(j->out, p, n);
}
