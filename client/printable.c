/* printable.c - any bytes as text that a terminal shows as it is. */
#include "algo/market.h"
#include "algo/text.h"

/* One character of valid UTF-8 at p; its length. */
static size_t next_char(const uint8_t *p, uint32_t *out) {
  if (p[0] < 0x80) return *out = p[0], 1;
  if (p[0] < 0xe0) return *out = (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f), 2;
  if (p[0] < 0xf0) return *out = (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f), 3;
  *out = (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
  return 4;
}

/* Control, direction and invisible characters, private ones, and non-characters. */
static bool is_shown(uint32_t c) {
  static const struct {
    uint32_t from, to;
  } hidden[] = {
      {0x0000, 0x001f}, {0x007f, 0x00a0},   {0x00ad, 0x00ad},   {0x034f, 0x034f},    {0x061c, 0x061c}, {0x115f, 0x1160},
      {0x17b4, 0x17b5}, {0x180b, 0x180f},   {0x2000, 0x200f},   {0x2028, 0x202f},    {0x205f, 0x206f}, {0x3000, 0x3000},
      {0x3164, 0x3164}, {0xd800, 0xf8ff},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},    {0xffa0, 0xffa0}, {0xfff0, 0xfffb},
      {0xfffe, 0xffff}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
  };
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
    if (c >= hidden[i].from && c <= hidden[i].to) return false;
  return true;
}

/* The length of the valid UTF-8 character at the front of v; 0: none. */
static size_t char_length(algo_bytes_t v) {
  for (size_t n = 1; n <= 4 && n <= v.n; n++)
    if (algo_utf8_valid(algo_bytes(v.p, n))) return n;
  return 0;
}

void algo_text_printable(algo_buf_t *out, algo_bytes_t v) {
  while (v.n > 0) {
    uint32_t c = 0;
    size_t n = char_length(v);
    if (n > 0) next_char(v.p, &c);
    if (n > 0 && c == '\\') algo_buf_puts(out, "\\\\");
    else if (n > 0 && is_shown(c)) algo_buf_put(out, v.p, n);
    else
      for (size_t i = 0; i < (n == 0 ? 1 : n); i++) algo_buf_printf(out, "\\x%02x", v.p[i]);
    v.p += n == 0 ? 1 : n, v.n -= n == 0 ? 1 : n;
  }
}
