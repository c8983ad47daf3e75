/* Numbers and UTF-8 as text. */
#include "algo/text.h"

bool algo_utf8_valid(algo_bytes_t v) {
  size_t i = 0;
  while (i < v.n) {
    uint8_t c = v.p[i];
    if (c < 0x80) {
      i++;
      continue;
    }
    size_t more = c >= 0xc2 && c <= 0xdf ? 1 : c >= 0xe0 && c <= 0xef ? 2 : c >= 0xf0 && c <= 0xf4 ? 3 : 0;
    if (more == 0 || v.n - i <= more) return false;
    uint8_t lo = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80, hi = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (v.p[i + 1] < lo || v.p[i + 1] > hi) return false;
    for (size_t k = 2; k <= more; k++)
      if ((v.p[i + k] & 0xc0) != 0x80) return false;
    i += more + 1;
  }
  return true;
}

static bool add_digit(uint64_t *v, char c) {
  return !__builtin_mul_overflow(*v, 10u, v) && !__builtin_add_overflow(*v, (uint64_t)(c - '0'), v);
}

algo_code_t algo_u64_parse(uint64_t *out, const char *s, size_t n, algo_err_t *err) {
  if (n == 0) return algo_err_set(err, ALGO_E_PARSE, "not a number: empty");
  uint64_t v = 0;
  for (size_t i = 0; i < n; i++) {
    int len = (int)(n < 40 ? n : 40);
    if (s[i] < '0' || s[i] > '9') return algo_err_set(err, ALGO_E_PARSE, "not a number: '%.*s'", len, s);
    if (!add_digit(&v, s[i])) return algo_err_set(err, ALGO_E_RANGE, "above 2^64 - 1: '%.*s'", len, s);
  }
  *out = v;
  return ALGO_OK;
}

algo_code_t algo_amount_parse(uint64_t *out, const char *s, unsigned decimals, algo_err_t *err) {
  uint64_t v = 0;
  unsigned after = 0;
  bool dot = false, digit = false;
  for (const char *p = s; *p != '\0'; p++) {
    if (*p == '.' && !dot) {
      dot = true;
      continue;
    }
    if (*p < '0' || *p > '9') return algo_err_set(err, ALGO_E_PARSE, "not an amount: '%.40s'", s);
    digit = true;
    if (dot && ++after > decimals)
      return algo_err_set(err, ALGO_E_RANGE, "more than %u decimals: '%.40s'", decimals, s);
    if (!add_digit(&v, *p)) return algo_err_set(err, ALGO_E_RANGE, "an amount above 2^64 - 1: '%.40s'", s);
  }
  if (!digit) return algo_err_set(err, ALGO_E_PARSE, "not an amount: '%.40s'", s);
  for (; after < decimals; after++)
    if (!add_digit(&v, '0')) return algo_err_set(err, ALGO_E_RANGE, "an amount above 2^64 - 1: '%.40s'", s);
  *out = v;
  return ALGO_OK;
}

void algo_amount_format(algo_buf_t *out, uint64_t amount, unsigned decimals) {
  char digits[64];
  size_t n = 0;
  do digits[n++] = (char)('0' + amount % 10);
  while ((amount /= 10) != 0 && n < sizeof digits);
  size_t zeros = n <= decimals ? decimals + 1 - n : 0; /* in front, so that one digit stands before the dot */
  size_t all = n + zeros, skip = 0;
  while (skip < decimals && skip < n && digits[skip] == '0') skip++; /* zeros at the end are not written */
  if (skip == n) skip = decimals;
  for (size_t i = all; i > skip; i--) {
    if (i == decimals) algo_buf_putc(out, '.');
    algo_buf_putc(out, i > n ? '0' : (uint8_t)digits[i - 1]);
  }
}
