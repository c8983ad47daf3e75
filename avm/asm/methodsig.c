/* Method signatures, as the ABI library of go-algorand checks them: the texts are part of an assembler's warning. */
#include "asm_internal.h"

#define DEPTH_MAX 128u

static bool fail(asm_t *a, const char *fmt, const tok_t *t) {
  algo_buf_clear(&a->msg);
  asm_format(&a->msg, fmt, t);
  return false;
}
static bool fail_number(asm_t *a, const char *fmt, uint64_t v) {
  algo_buf_clear(&a->msg);
  asm_format(&a->msg, fmt, v);
  return false;
}
static bool fail_parse(asm_t *a, tok_t t, num_t e) {
  algo_buf_clear(&a->msg);
  asm_format(&a->msg, "strconv.ParseUint: parsing %q: %s", &t, num_text(e));
  return false;
}

static tok_t cut(tok_t t, size_t from, size_t to) { return (tok_t){t.s + from, (uint32_t)(to - from), 0, 0}; }
static bool starts(tok_t t, const char *s) { return t.n >= strlen(s) && memcmp(t.s, s, strlen(s)) == 0; }
static bool ends(tok_t t, const char *s) {
  size_t n = strlen(s);
  return t.n >= n && memcmp(t.s + t.n - n, s, n) == 0;
}

/* [1-9][0-9]* */
static bool is_decimal(tok_t t) {
  for (size_t i = 0; i < t.n; i++) {
    if (t.s[i] < (i == 0 ? '1' : '0') || t.s[i] > '9') return false;
  }
  return t.n > 0;
}

static bool bits_ok(asm_t *a, uint64_t bits, const char *fmt) {
  return (bits % 8 == 0 && bits >= 8 && bits <= 512) || fail_number(a, fmt, bits);
}

static bool check_uint(asm_t *a, tok_t t) {
  uint64_t bits;
  if (parse_uint(t.s + 4, t.n - 4, 10, 16, &bits) != NUM_OK) return fail(a, "ill formed uint type: \"%t\"", &t);
  return bits_ok(a, bits, "unsupported uint type bitSize: %u");
}

static bool check_ufixed(asm_t *a, tok_t t) {
  const char *x = memchr(t.s + 6, 'x', t.n - 6);
  tok_t size = x != NULL ? cut(t, 6, (size_t)(x - t.s)) : (tok_t){0};
  tok_t precision = x != NULL ? cut(t, (size_t)(x - t.s) + 1, t.n) : (tok_t){0};
  if (x == NULL || !is_decimal(size) || !is_decimal(precision)) return fail(a, "ill formed ufixed type: \"%t\"", &t);
  uint64_t bits, digits;
  num_t e = parse_uint(size.s, size.n, 10, 16, &bits);
  if (e != NUM_OK) return fail_parse(a, size, e);
  e = parse_uint(precision.s, precision.n, 10, 16, &digits);
  if (e != NUM_OK) return fail_parse(a, precision, e);
  if (!bits_ok(a, bits, "unsupported ufixed type bitSize: %u")) return false;
  return (digits >= 1 && digits <= 160) || fail_number(a, "unsupported ufixed type precision: %u", digits);
}

/* T[n]: *t becomes T. */
static bool check_static_array(asm_t *a, tok_t *t) {
  size_t open = t->n;
  while (open > 0 && t->s[open - 1] != '[') open--;
  tok_t length = open > 0 ? cut(*t, open, t->n - 1) : (tok_t){0}, element = cut(*t, 0, open > 0 ? open - 1 : 0);
  bool ok = element.n > 0 && (is_decimal(length) || tok_is(length, "0"));
  for (size_t i = 0; ok && i < element.n; i++) {
    char c = element.s[i];
    ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c != '\0' && strchr("[](),", c) != NULL);
  }
  if (!ok) return fail(a, "static array ill formated: \"%t\"", t);
  uint64_t n;
  num_t e = parse_uint(length.s, length.n, 10, 16, &n);
  if (e != NUM_OK) return fail_parse(a, length, e);
  *t = element;
  return true;
}

static bool check_tuple(asm_t *a, tok_t content, unsigned depth, bool is_arguments);

static bool check_type(asm_t *a, tok_t t, unsigned depth) {
  for (;;) {
    if (ends(t, "[]")) {
      t.n -= 2;
    } else if (ends(t, "]")) {
      if (!check_static_array(a, &t)) return false;
    } else {
      break;
    }
  }
  if (starts(t, "uint")) return check_uint(a, t);
  if (tok_is(t, "byte")) return true;
  if (starts(t, "ufixed")) return check_ufixed(a, t);
  if (tok_is(t, "bool") || tok_is(t, "address") || tok_is(t, "string")) return true;
  if (t.n >= 2 && t.s[0] == '(' && t.s[t.n - 1] == ')') return check_tuple(a, cut(t, 1, t.n - 1), depth + 1, false);
  return fail(a, "cannot convert the string \"%t\" to an ABI type", &t);
}

static bool is_reference(tok_t t) {
  static const char *const names[] = {"txn",  "pay",  "keyreg",  "acfg",  "axfer",
                                      "afrz", "appl", "account", "asset", "application"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (tok_is(t, names[i])) return true;
  }
  return false;
}

/* The next stretch from an outermost '(' at or behind *at up to a comma (or the end) behind its ')'. False: none. */
static bool next_group(tok_t t, size_t *at, tok_t *out) {
  const char *open = *at < t.n ? memchr(t.s + *at, '(', t.n - *at) : NULL;
  if (open == NULL) return false;
  size_t from = (size_t)(open - t.s), i = from, depth = 0;
  for (; i < t.n; i++) {
    if (t.s[i] == '(') depth++;
    if (t.s[i] == ')' && --depth == 0) break;
  }
  while (i < t.n && t.s[i] != ',') i++;
  *out = cut(t, from, i);
  *at = i;
  return true;
}

static bool pairs_ok(tok_t t) {
  size_t at = 0, depth = 0;
  while (at < t.n) {
    char c = t.s[at++];
    if (c == '(') depth++;
    if (c != ')') continue;
    if (depth == 0) return false;
    if (--depth == 0) {
      while (at < t.n && t.s[at] != ',') at++; /* what follows the ')' belongs to it */
    }
  }
  return depth == 0;
}

static bool has_double_comma(tok_t t) {
  for (size_t i = 0; i + 1 < t.n; i++) {
    if (t.s[i] == ',' && t.s[i + 1] == ',') return true;
  }
  return false;
}

/* The text of the element at *at, up to a comma outside parentheses; groups are taken out of it, and an element that
 * is nothing but a group gets the next group of the whole. */
static tok_t next_element(tok_t t, size_t *at, size_t *group_at) {
  size_t from = *at, i = from;
  while (i < t.n && t.s[i] != ',' && t.s[i] != '(') i++;
  tok_t element = cut(t, from, i), group;
  if (i < t.n && t.s[i] == '(' && next_group(t, &i, &group) && element.n == 0) {
    if (next_group(t, group_at, &group)) element = group;
  }
  *at = i + 1;
  return element;
}

static bool check_tuple(asm_t *a, tok_t content, unsigned depth, bool is_arguments) {
  if (content.n == 0) return true;
  if (depth > DEPTH_MAX) return fail(a, "tuples are nested too deep", NULL);
  if (ends(content, ",") || starts(content, ",")) {
    return fail(a, "parsing error: tuple content should not start or end with comma", NULL);
  }
  if (has_double_comma(content)) return fail(a, "no consecutive commas", NULL);
  if (!pairs_ok(content)) return fail(a, "unpaired parentheses: %t", &content);
  uint64_t index = 0;
  for (size_t at = 0, group_at = 0; at <= content.n && (at == 0 || content.s[at - 1] == ','); index++) {
    tok_t element = next_element(content, &at, &group_at);
    if (is_arguments && is_reference(element)) {
      if (at > content.n) break;
      continue;
    }
    if (!check_type(a, element, depth)) {
      if (!is_arguments) return false;
      algo_bytes_t why = algo_arena_dup(a->arena, algo_buf_view(&a->msg));
      algo_buf_clear(&a->msg);
      asm_format(&a->msg, "Error parsing argument type at index %u: %m", index, &why);
      return false;
    }
    if (at > content.n) break;
  }
  return true;
}

bool method_signature_valid(asm_t *a, algo_bytes_t signature) {
  tok_t t = {(const char *)signature.p, (uint32_t)signature.n, 0, 0};
  const char *open = t.n != 0 ? memchr(t.s, '(', t.n) : NULL;
  if (open == NULL) return fail(a, "No parenthesis in method signature: \"%t\"", &t);
  if (open == t.s) return fail(a, "Method signature has no name: \"%t\"", &t);
  size_t from = (size_t)(open - t.s) + 1, depth = 0, i = 0;
  for (; i < t.n; i++) {
    if (t.s[i] == '(') depth++;
    if (t.s[i] != ')') continue;
    if (depth == 0 || --depth == 0) break;
  }
  if (i == t.n || i < from) return fail(a, "Unpaired parenthesis in method signature: \"%t\"", &t);
  if (!check_tuple(a, cut(t, from, i), 0, true)) return false;
  tok_t returns = cut(t, i + 1, t.n);
  if (tok_is(returns, "void") || check_type(a, returns, 0)) return true;
  algo_bytes_t why = algo_arena_dup(a->arena, algo_buf_view(&a->msg));
  algo_buf_clear(&a->msg);
  asm_format(&a->msg, "Error parsing return type: %m", &why);
  return false;
}
