/* What Go's unicode and utf8 packages say of text. */
#include "algo/unicode.h"

#include <string.h>

typedef struct range {
  uint32_t first, last;
} range_t;

#define SKIP(...)
#define KEEP(first, last) {first, last},
static const range_t print_ranges[] = {
#define RANGE(set, first, last) IN_##set(first, last)
#define IN_print                KEEP
#define IN_letter               SKIP
#define IN_digit                SKIP
#include "unicode.def"
#undef IN_print
#undef IN_letter
};
static const range_t letter_ranges[] = {
#define IN_print  SKIP
#define IN_letter KEEP
#include "unicode.def"
#undef IN_letter
#undef IN_digit
};
static const range_t digit_ranges[] = {
#define IN_letter SKIP
#define IN_digit  KEEP
#include "unicode.def"
};

static bool in_ranges(const range_t *ranges, size_t n, uint32_t r) {
  size_t lo = 0, hi = n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (r > ranges[mid].last) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  return lo < n && r >= ranges[lo].first;
}
#define IN(ranges, r) in_ranges(ranges, sizeof ranges / sizeof ranges[0], r)

bool algo_rune_is_print(uint32_t r) { return r < 0x80 ? r >= ' ' && r < 0x7f : IN(print_ranges, r); }
bool algo_rune_is_letter(uint32_t r) {
  return r < 0x80 ? (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') : IN(letter_ranges, r);
}
bool algo_rune_is_digit(uint32_t r) { return r < 0x80 ? r >= '0' && r <= '9' : IN(digit_ranges, r); }

static bool is_tail(const char *s, size_t n, size_t at) { return at < n && ((uint8_t)s[at] & 0xc0) == 0x80; }

uint32_t algo_utf8_next(const char *s, size_t n, size_t *used) {
  const uint8_t *p = (const uint8_t *)s;
  *used = 1;
  if (p[0] < 0x80) return p[0];
  uint32_t r;
  if (p[0] >= 0xc2 && p[0] <= 0xdf) {
    if (!is_tail(s, n, 1)) return 0xfffd;
    *used = 2;
    return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
  }
  if (p[0] >= 0xe0 && p[0] <= 0xef) {
    if (!is_tail(s, n, 1) || !is_tail(s, n, 2)) return 0xfffd;
    r = (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
    if (r < 0x800 || (r >= 0xd800 && r < 0xe000)) return 0xfffd;
    *used = 3;
    return r;
  }
  if (p[0] >= 0xf0 && p[0] <= 0xf4) {
    if (!is_tail(s, n, 1) || !is_tail(s, n, 2) || !is_tail(s, n, 3)) return 0xfffd;
    r = (uint32_t)(p[0] & 7) << 18 | (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
    if (r < 0x10000 || r > 0x10ffff) return 0xfffd;
    *used = 4;
    return r;
  }
  return 0xfffd;
}

static bool is_space(uint32_t r) {
  return (r >= 9 && r <= 13) || r == ' ' || r == 0x85 || r == 0xa0 || r == 0x1680 || (r >= 0x2000 && r <= 0x200a) ||
         r == 0x2028 || r == 0x2029 || r == 0x202f || r == 0x205f || r == 0x3000;
}

bool algo_text_is_blank(const char *s, size_t n) {
  while (n > 0) {
    size_t used;
    if (!is_space(algo_utf8_next(s, n, &used))) return false;
    s += used;
    n -= used;
  }
  return true;
}

static void quote_rune(algo_buf_t *out, uint32_t r, const char *s, size_t used) {
  static const char *const named = "\aa\bb\ff\nn\rr\tt\vv";
  if (r == '"' || r == '\\') {
    algo_buf_putc(out, '\\');
    algo_buf_putc(out, (uint8_t)r);
  } else if (algo_rune_is_print(r)) {
    algo_buf_put(out, s, used);
  } else if (r != 0 && r < 0x80 && strchr(named, (int)r) != NULL && (strchr(named, (int)r) - named) % 2 == 0) {
    algo_buf_putc(out, '\\');
    algo_buf_putc(out, (uint8_t)strchr(named, (int)r)[1]);
  } else if (r < ' ' || r == 0x7f) {
    algo_buf_printf(out, "\\x%02x", r);
  } else {
    algo_buf_printf(out, r < 0x10000 ? "\\u%04x" : "\\U%08x", r);
  }
}

void algo_text_quote(algo_buf_t *out, const char *s, size_t n) {
  algo_buf_putc(out, '"');
  while (n > 0) {
    size_t used;
    uint32_t r = algo_utf8_next(s, n, &used);
    if (r == 0xfffd && used == 1) {
      algo_buf_printf(out, "\\x%02x", (uint8_t)*s);
    } else {
      quote_rune(out, r, s, used);
    }
    s += used;
    n -= used;
  }
  algo_buf_putc(out, '"');
}
