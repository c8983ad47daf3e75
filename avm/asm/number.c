/* Numbers as Go's strconv reads them: base 0 takes 0x, 0o, 0b, a leading 0 for octal, and underscores. */
#include "asm_internal.h"

static uint8_t lower(char c) { return (uint8_t)c | 0x20; }

const char *num_text(num_t e) { return e == NUM_RANGE ? "value out of range" : "invalid syntax"; }

/* Underscores only between digits, or behind the base prefix. */
static bool underscores_ok(const char *s, size_t n) {
  char saw = '^';
  size_t i = 0;
  bool hex = false;
  if (n >= 1 && (s[0] == '-' || s[0] == '+')) s++, n--;
  if (n >= 2 && s[0] == '0' && (lower(s[1]) == 'b' || lower(s[1]) == 'o' || lower(s[1]) == 'x')) {
    i = 2;
    saw = '0';
    hex = lower(s[1]) == 'x';
  }
  for (; i < n; i++) {
    if ((s[i] >= '0' && s[i] <= '9') || (hex && lower(s[i]) >= 'a' && lower(s[i]) <= 'f')) {
      saw = '0';
    } else if (s[i] == '_') {
      if (saw != '0') return false;
      saw = '_';
    } else {
      if (saw == '_') return false;
      saw = '!';
    }
  }
  return saw != '_';
}

/* Takes the prefix away and says the base. */
static unsigned base_of(const char **s, size_t *n) {
  if ((*s)[0] != '0') return 10;
  unsigned base = 8;
  size_t skip = 1;
  if (*n >= 3) {
    uint8_t c = lower((*s)[1]);
    if (c == 'b' || c == 'o' || c == 'x') {
      base = c == 'b' ? 2 : c == 'o' ? 8 : 16;
      skip = 2;
    }
  }
  *s += skip;
  *n -= skip;
  return base;
}

num_t parse_uint(const char *s, size_t n, unsigned base, unsigned bits, uint64_t *out) {
  *out = 0;
  if (n == 0) return NUM_SYNTAX;
  if (n <= 18 && bits == 64 && (base == 10 || (base == 0 && (s[0] != '0' || n == 1)))) { /* most numbers */
    uint64_t v = 0;
    size_t i = 0;
    for (; i < n && s[i] >= '0' && s[i] <= '9'; i++) v = v * 10 + (uint64_t)(s[i] - '0');
    if (i == n) {
      *out = v;
      return NUM_OK;
    }
  }
  const char *all = s;
  size_t n_all = n;
  bool base0 = base == 0, underscores = false;
  if (base0) base = base_of(&s, &n);
  uint64_t max = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1, cutoff = UINT64_MAX / base + 1, v = 0;
  for (size_t i = 0; i < n; i++) {
    char c = s[i];
    unsigned d;
    if (c == '_' && base0) {
      underscores = true;
      continue;
    }
    if (c >= '0' && c <= '9') {
      d = (unsigned)(c - '0');
    } else if (lower(c) >= 'a' && lower(c) <= 'z') {
      d = lower(c) - 'a' + 10u;
    } else {
      return NUM_SYNTAX;
    }
    if (d >= base) return NUM_SYNTAX;
    uint64_t wide = v * base;
    if (v >= cutoff || wide + d < wide || wide + d > max) {
      *out = max;
      return NUM_RANGE;
    }
    v = wide + d;
  }
  if (underscores && !underscores_ok(all, n_all)) return NUM_SYNTAX;
  *out = v;
  return NUM_OK;
}

num_t parse_int(const char *s, size_t n, unsigned base, unsigned bits, int64_t *out) {
  *out = 0;
  if (n == 0) return NUM_SYNTAX;
  bool negative = s[0] == '-';
  if (s[0] == '+' || s[0] == '-') s++, n--;
  uint64_t v, cutoff = (uint64_t)1 << (bits - 1);
  num_t e = parse_uint(s, n, base, bits, &v);
  if (e != NUM_OK) return e;
  if (negative ? v > cutoff : v >= cutoff) return NUM_RANGE;
  *out = negative ? -(int64_t)v : (int64_t)v;
  return NUM_OK;
}
