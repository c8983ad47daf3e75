/* Byte literals: 0x..., base32 and base64 in both spellings, "strings", addresses. Errors count bytes as Go's
 * encoding packages do. */
#include "algo/hash.h"
#include "asm_internal.h"

static bool fail(asm_t *a, const char *fmt, const tok_t *t) {
  algo_buf_clear(&a->msg);
  asm_format(&a->msg, fmt, t);
  return false;
}

static bool fail_at(asm_t *a, const char *fmt, uint64_t at) {
  algo_buf_clear(&a->msg);
  asm_format(&a->msg, fmt, at);
  return false;
}

static uint8_t *room(asm_t *a, size_t n) {
  uint8_t *p = algo_arena_alloc(a->arena, n + 1);
  if (p == NULL) a->oom = true;
  return p;
}

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') return (c | 0x20) - 'a' + 10;
  return -1;
}

/* The byte as Go's %#U prints it. */
static bool hex_bad(asm_t *a, char c) {
  algo_buf_clear(&a->msg);
  uint8_t b = (uint8_t)c, utf8[2] = {(uint8_t)(0xc0 | b >> 6), (uint8_t)(0x80 | (b & 0x3f))};
  algo_buf_printf(&a->msg, "encoding/hex: invalid byte: U+%04X", b);
  if (algo_rune_is_print(b)) {
    algo_buf_puts(&a->msg, " '");
    algo_buf_put(&a->msg, b < 0x80 ? &b : utf8, b < 0x80 ? 1 : 2);
    algo_buf_putc(&a->msg, '\'');
  }
  return false;
}

static bool decode_hex(asm_t *a, const char *s, size_t n, algo_bytes_t *out) {
  uint8_t *p = room(a, n / 2);
  if (p == NULL) return false;
  for (size_t i = 0; i + 1 < n; i += 2) {
    int hi = hex_value(s[i]), lo = hex_value(s[i + 1]);
    if (hi < 0) return hex_bad(a, s[i]);
    if (lo < 0) return hex_bad(a, s[i + 1]);
    p[i / 2] = (uint8_t)(hi << 4 | lo);
  }
  if (n % 2 != 0) {
    if (hex_value(s[n - 1]) < 0) return hex_bad(a, s[n - 1]);
    return fail(a, "encoding/hex: odd length hex string", NULL);
  }
  *out = algo_bytes(p, n / 2);
  return true;
}

static int base32_value(uint8_t c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= '2' && c <= '7') return c - '2' + 26;
  return -1;
}

/* Eight letters d[0..7], of which `n` are there, as bytes; the count is what Go makes of odd counts too. */
static size_t base32_pack(uint8_t *dst, const uint8_t d[8], size_t n) {
  const uint8_t b[5] = {(uint8_t)(d[0] << 3 | d[1] >> 2), (uint8_t)(d[1] << 6 | d[2] << 1 | d[3] >> 4),
                        (uint8_t)(d[3] << 4 | d[4] >> 1), (uint8_t)(d[4] << 7 | d[5] << 2 | d[6] >> 3),
                        (uint8_t)(d[6] << 5 | d[7])};
  size_t made = n == 8 ? 5 : n == 7 ? 4 : n == 5 ? 3 : n == 4 ? 2 : n == 2 ? 1 : 0;
  memcpy(dst, b, made);
  return made;
}

/* pad 0xff stands for "no padding". Returns -1 when it is good, else the offset of what is not. */
static int64_t base32_decode(uint8_t *dst, size_t *made, const uint8_t *s, size_t n, uint8_t pad) {
  bool padded = pad != 0xff, end = false;
  size_t i = 0;
  *made = 0;
  while (i < n && !end) {
    uint8_t d[8] = {0};
    size_t have = 8;
    for (size_t j = 0; j < 8;) {
      if (i == n) {
        if (padded) return (int64_t)(n - j);
        have = j;
        end = true;
        break;
      }
      uint8_t c = s[i++];
      size_t left = n - i;
      if (c == pad && j >= 2 && left < 8) {
        if (left + j < 7) return (int64_t)n;
        for (size_t k = 0; k < 7 - j; k++) {
          if (left > k && s[i + k] != pad) return (int64_t)(i + k) - 1;
        }
        if (j == 3 || j == 6) return (int64_t)i - 1;
        have = j;
        end = true;
        break;
      }
      int v = base32_value(c);
      if (v < 0) return (int64_t)i - 1;
      d[j++] = (uint8_t)v;
    }
    *made += base32_pack(dst + *made, d, have);
  }
  return -1;
}

/* Without padding, else with; the first attempt's error counts. Returns as base32_decode. */
static int64_t base32_any(asm_t *a, const char *text, size_t len, algo_bytes_t *out) {
  uint8_t *s = room(a, len), *dst = room(a, len + 8);
  if (s == NULL || dst == NULL) return 0;
  size_t n = 0, made;
  for (size_t i = 0; i < len; i++) {
    if (text[i] != '\r' && text[i] != '\n') s[n++] = (uint8_t)text[i];
  }
  int64_t bad = base32_decode(dst, &made, s, n, 0xff);
  if (bad >= 0 && base32_decode(dst, &made, s, n, '=') < 0) bad = -1;
  *out = algo_bytes(dst, made);
  return bad;
}

static int base64_value(uint8_t c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static size_t skip_newlines(const uint8_t *s, size_t n, size_t i) {
  while (i < n && (s[i] == '\n' || s[i] == '\r')) i++;
  return i;
}

/* What comes behind the first '=' at position j of a quantum. Returns -1, or the offset of what is wrong. */
static int64_t base64_padding(const uint8_t *s, size_t n, size_t *i, size_t j) {
  if (j < 2) return (int64_t)*i - 1;
  if (j == 2) {
    *i = skip_newlines(s, n, *i);
    if (*i == n) return (int64_t)n;
    if (s[*i] != '=') return (int64_t)*i - 1;
    (*i)++;
  }
  *i = skip_newlines(s, n, *i);
  return *i < n ? (int64_t)*i : -1;
}

static int64_t base64_decode(uint8_t *dst, size_t *made, const uint8_t *s, size_t n) {
  *made = 0;
  for (size_t i = 0; i < n;) {
    uint8_t d[4] = {0};
    size_t have = 4;
    for (size_t j = 0; j < 4;) {
      if (i == n) return j == 0 ? -1 : (int64_t)(n - j);
      uint8_t c = s[i++];
      int v = base64_value(c);
      if (v >= 0) {
        d[j++] = (uint8_t)v;
      } else if (c == '=') {
        int64_t bad = base64_padding(s, n, &i, j);
        if (bad >= 0) return bad;
        have = j;
        break;
      } else if (c != '\n' && c != '\r') {
        return (int64_t)i - 1;
      }
    }
    const uint8_t b[3] = {(uint8_t)(d[0] << 2 | d[1] >> 4), (uint8_t)(d[1] << 4 | d[2] >> 2),
                          (uint8_t)(d[2] << 6 | d[3])};
    memcpy(dst + *made, b, have - 1);
    *made += have - 1;
  }
  return -1;
}

static bool decode_base(asm_t *a, bool base64, const char *s, size_t n, size_t skipped, algo_bytes_t *out) {
  int64_t bad;
  if (base64) {
    uint8_t *dst = room(a, n + 4);
    size_t made;
    if (dst == NULL) return false;
    bad = base64_decode(dst, &made, (const uint8_t *)s, n);
    *out = algo_bytes(dst, made);
  } else {
    bad = base32_any(a, s, n, out);
  }
  if (bad < 0) return true;
  return fail_at(a, base64 ? "illegal base64 data at input byte %u" : "illegal base32 data at input byte %u",
                 (uint64_t)bad + skipped);
}

static bool decode_parens(asm_t *a, const tok_t *t, bool base64, algo_bytes_t *out) {
  const char *open = memchr(t->s, '(', t->n), *close = memchr(t->s, ')', t->n);
  if (close == NULL) return fail(a, "argument %t lacks closing parenthesis", t);
  if (close != t->s + t->n - 1) return fail(a, "argument %t must end at first closing parenthesis", t);
  return decode_base(a, base64, open + 1, (size_t)(close - open - 1), (size_t)(open - t->s) + 1, out);
}

static bool starts(tok_t t, const char *s) { return t.n >= strlen(s) && memcmp(t.s, s, strlen(s)) == 0; }
static bool is_string(tok_t t) { return t.n > 1 && t.s[0] == '"' && t.s[t.n - 1] == '"'; }

bool literal_parse(asm_t *a, const tok_t *args, size_t n, algo_bytes_t *out, size_t *used) {
  tok_t t = args[0];
  if (a->literal_of == args) {
    *out = a->literal;
    *used = a->literal_used;
    return true;
  }
  *out = algo_bytes(NULL, 0);
  *used = 0;
  bool ok;
  if (is_string(t)) {
    ok = literal_string(a, t, out);
  } else if (starts(t, "base32(") || starts(t, "b32(")) {
    ok = decode_parens(a, &t, false, out);
  } else if (starts(t, "base64(") || starts(t, "b64(")) {
    ok = decode_parens(a, &t, true, out);
  } else if (starts(t, "0x")) {
    ok = decode_hex(a, t.s + 2, t.n - 2, out);
  } else if (tok_is(t, "base32") || tok_is(t, "b32") || tok_is(t, "base64") || tok_is(t, "b64")) {
    if (n < 2) return fail(a, "%t needs byte literal argument", &t);
    *used = 1; /* so that the right token is blamed */
    if (!decode_base(a, t.s[t.n - 1] == '4', args[1].s, args[1].n, 0, out)) return false;
    *used = 2;
    return true;
  } else {
    return fail(a, "arg did not parse: %t", &t);
  }
  if (ok) *used = 1;
  return ok;
}

static bool bad_escape(asm_t *a, uint8_t c) {
  uint8_t utf8[2] = {(uint8_t)(0xc0 | c >> 6), (uint8_t)(0x80 | (c & 0x3f))};
  algo_buf_clear(&a->msg);
  algo_buf_puts(&a->msg, "invalid escape sequence \\");
  algo_buf_put(&a->msg, c < 0x80 ? &c : utf8, c < 0x80 ? 1 : 2);
  return false;
}

/* The two digits behind \x. */
static bool hex_escape(asm_t *a, tok_t t, size_t at, uint8_t *out) {
  if (at >= t.n - 2) return fail(a, "non-terminated hex sequence", NULL);
  uint64_t v;
  tok_t digits = {t.s + at, 2, 0, 0};
  num_t e = parse_uint(digits.s, 2, 16, 8, &v);
  if (e != NUM_OK) {
    algo_buf_clear(&a->msg);
    asm_format(&a->msg, "strconv.ParseUint: parsing %q: %s", &digits, num_text(e));
    return false;
  }
  *out = (uint8_t)v;
  return true;
}

bool literal_string(asm_t *a, tok_t t, algo_bytes_t *out) {
  if (memchr(t.s, '\\', t.n) == NULL) { /* as it stands */
    *out = algo_bytes(t.s + 1, t.n - 2);
    return true;
  }
  uint8_t *p = room(a, t.n);
  if (p == NULL) return false;
  size_t n = 0, at = 1, end = t.n - 1;
  while (at < end) {
    uint8_t c = (uint8_t)t.s[at++];
    if (c != '\\') {
      p[n++] = c;
      continue;
    }
    if (at >= end) return fail(a, "non-terminated escape sequence", NULL);
    c = (uint8_t)t.s[at++];
    switch (c) {
    case 'n': p[n++] = '\n'; break;
    case 'r': p[n++] = '\r'; break;
    case 't': p[n++] = '\t'; break;
    case '\\':
    case '"': p[n++] = c; break;
    case 'x':
      if (at >= end) return fail(a, "non-terminated escape sequence", NULL);
      if (t.s[at] == '\\') return fail(a, "escape sequence inside hex number", NULL);
      if (!hex_escape(a, t, at, &p[n])) return false;
      n++;
      at += 2;
      break;
    default: return bad_escape(a, c);
    }
  }
  *out = algo_bytes(p, n);
  return true;
}

void asm_address_text(char out[59], const uint8_t key[32]) {
  uint8_t all[36], sum[32];
  algo_sha512_256(sum, key, 32);
  memcpy(all, key, 32);
  memcpy(all + 32, sum + 28, 4);
  for (unsigned i = 0; i < 58; i++) {
    unsigned bit = i * 5, v = (unsigned)all[bit / 8] << 8 | (bit / 8 + 1 < 36 ? all[bit / 8 + 1] : 0);
    out[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[v >> (11 - bit % 8) & 31];
  }
  out[58] = '\0';
}

bool literal_address(asm_t *a, tok_t t, algo_bytes_t *out) {
  uint8_t *s = room(a, t.n), *dst = room(a, t.n + 8), sum[32];
  if (s == NULL || dst == NULL) return false;
  size_t n = 0, made;
  for (size_t i = 0; i < t.n; i++) {
    if (t.s[i] != '\r') s[n++] = (uint8_t)t.s[i];
  }
  if (base32_decode(dst, &made, s, n, 0xff) >= 0) return fail(a, "failed to decode address %t from base 32", &t);
  if (made < 32) return fail(a, "decoded bad addr: %t", &t);
  algo_sha512_256(sum, dst, 32);
  if (memcmp(sum + 28, dst + made - 4, 4) != 0) {
    return fail(a, "address %t is malformed, checksum verification failed", &t);
  }
  char canonical[59];
  asm_address_text(canonical, dst);
  if (t.n != 58 || memcmp(canonical, t.s, 58) != 0) return fail(a, "address %t is non-canonical", &t);
  *out = algo_bytes(dst, 32);
  return true;
}
