/* Types and method signatures from their text. */
#include "algo/hash.h"
#include "arc4_internal.h"

const uint8_t algo_arc4_return_prefix[4] = {0x15, 0x1f, 0x7c, 0x75};

typedef struct parser {
  const char *p, *end;
  algo_arena_t *arena;
  algo_err_t *err;
} parser_t;

static algo_code_t malformed(parser_t *p, const char *what) {
  int n = (int)(p->end - p->p < 40 ? p->end - p->p : 40);
  return algo_err_set(p->err, ALGO_E_PARSE, "ARC-4 type: %s at '%.*s'", what, n, p->p);
}

static algo_code_t no_memory(parser_t *p) { return algo_err_set(p->err, ALGO_E_NOMEM, "out of memory"); }

static bool word_is(const char *s, size_t n, const char *word) { return strlen(word) == n && memcmp(s, word, n) == 0; }

/* Digits at *s up to the end of a word; -1: none, or a letter among them; what does not fit 32 bits is UINT32_MAX. */
static int64_t number(const char *s, size_t n) {
  if (n == 0) return -1;
  uint64_t v = 0;
  for (size_t i = 0; i < n; i++) {
    if (s[i] < '0' || s[i] > '9') return -1;
    v = v * 10 + (uint64_t)(s[i] - '0');
    if (v > UINT32_MAX) v = UINT32_MAX;
  }
  return (int64_t)v;
}

static algo_code_t parse_uint(parser_t *p, algo_arc4_type_t *t, const char *s, size_t n) {
  int64_t bits = number(s + 4, n - 4);
  if (bits < 0) return malformed(p, "no size behind uint");
  if (bits < 8 || bits > 512 || bits % 8 != 0)
    return algo_err_set(p->err, ALGO_E_RANGE, "ARC-4 type: uint of %lld bits; 8 to 512, in steps of 8",
                        (long long)bits);
  *t = (algo_arc4_type_t){.kind = ALGO_ARC4_UINT, .bits = (uint16_t)bits, .size = (uint32_t)bits / 8};
  t->text = algo_arena_printf(p->arena, "uint%u", (unsigned)bits);
  return t->text == NULL ? no_memory(p) : ALGO_OK;
}

static algo_code_t parse_ufixed(parser_t *p, algo_arc4_type_t *t, const char *s, size_t n) {
  const char *x = memchr(s + 6, 'x', n - 6);
  if (x == NULL) return malformed(p, "no precision behind ufixed");
  int64_t bits = number(s + 6, (size_t)(x - s) - 6), precision = number(x + 1, n - (size_t)(x + 1 - s));
  if (bits < 0 || precision < 0 || s[6] == '0' || x[1] == '0')
    return malformed(p, "no size or precision behind ufixed");
  if (bits < 8 || bits > 512 || bits % 8 != 0 || precision > 160)
    return algo_err_set(p->err, ALGO_E_RANGE, "ARC-4 type: ufixed of %lld bits and %lld places", (long long)bits,
                        (long long)precision);
  *t = (algo_arc4_type_t){
      .kind = ALGO_ARC4_UFIXED, .bits = (uint16_t)bits, .precision = (uint16_t)precision, .size = (uint32_t)bits / 8};
  t->text = algo_arena_printf(p->arena, "ufixed%ux%u", (unsigned)bits, (unsigned)precision);
  return t->text == NULL ? no_memory(p) : ALGO_OK;
}

static algo_code_t parse_word(parser_t *p, algo_arc4_type_t *t) {
  static const algo_arc4_type_t plain[] = {
      {.kind = ALGO_ARC4_BYTE, .size = 1, .text = "byte"},
      {.kind = ALGO_ARC4_BOOL, .size = 1, .text = "bool"},
      {.kind = ALGO_ARC4_ADDRESS, .size = 32, .text = "address"},
      {.kind = ALGO_ARC4_STRING, .dynamic = true, .text = "string"},
  };
  const char *s = p->p;
  size_t n = 0;
  while (s + n != p->end && ((s[n] >= 'a' && s[n] <= 'z') || (s[n] >= '0' && s[n] <= '9'))) n++;
  algo_code_t c = ALGO_E_PARSE;
  for (size_t i = 0; i < sizeof plain / sizeof *plain && c != ALGO_OK; i++)
    if (word_is(s, n, plain[i].text)) {
      *t = plain[i];
      c = ALGO_OK;
    }
  if (c == ALGO_OK) p->p = s + n;
  else if (n >= 4 && memcmp(s, "uint", 4) == 0) c = parse_uint(p, t, s, n);
  else if (n >= 6 && memcmp(s, "ufixed", 6) == 0) c = parse_ufixed(p, t, s, n);
  else return malformed(p, "no type is known");
  p->p = s + n;
  return c;
}

static algo_code_t parse_type(parser_t *p, algo_arc4_type_t *t, unsigned depth);

/* How many members the tuple whose '(' is just behind has. */
static uint32_t count_members(const parser_t *p) {
  uint32_t n = 1;
  int depth = 0;
  for (const char *s = p->p; s != p->end && depth >= 0; s++) {
    if (*s == '(') depth++;
    else if (*s == ')') depth--;
    else if (*s == ',' && depth == 0) n++;
  }
  return p->p != p->end && *p->p == ')' ? 0 : n;
}

static algo_code_t finish_tuple(parser_t *p, algo_arc4_type_t *t) {
  algo_buf_t text = ALGO_BUF_INIT;
  for (uint32_t i = 0; i < t->length; i++) {
    algo_buf_puts(&text, i == 0 ? "(" : ",");
    algo_buf_puts(&text, t->items[i].text);
    t->dynamic |= t->items[i].dynamic;
  }
  algo_buf_puts(&text, t->length == 0 ? "()" : ")");
  t->text = algo_arena_strdup(p->arena, algo_buf_cstr(&text));
  bool oom = text.oom || t->text == NULL;
  algo_buf_fini(&text);
  if (oom) return no_memory(p);
  size_t size = t->dynamic ? 0 : arc4_head_size(t, t->length);
  t->size = size > UINT32_MAX ? UINT32_MAX : (uint32_t)size;
  return ALGO_OK;
}

static algo_code_t parse_tuple(parser_t *p, algo_arc4_type_t *t, unsigned depth) {
  p->p++;
  uint32_t n = count_members(p);
  if (n > ARC4_ITEMS_MAX) return algo_err_set(p->err, ALGO_E_RANGE, "ARC-4 type: a tuple of %u members", n);
  algo_arc4_type_t *items = n == 0 ? NULL : algo_arena_array(p->arena, n, sizeof *items);
  if (n != 0 && items == NULL) return no_memory(p);
  for (uint32_t i = 0; i < n; i++) {
    algo_code_t c = parse_type(p, &items[i], depth + 1);
    if (c != ALGO_OK) return c;
    if (p->p == p->end || *p->p != (i + 1 == n ? ')' : ',')) return malformed(p, i + 1 == n ? "no ')'" : "no ','");
    if (i + 1 != n) p->p++;
  }
  if (p->p == p->end) return malformed(p, "no ')'");
  p->p++;
  *t = (algo_arc4_type_t){.kind = ALGO_ARC4_TUPLE, .length = n, .items = items};
  return finish_tuple(p, t);
}

/* "[]" or "[7]" behind *t, which becomes the element. */
static algo_code_t parse_suffix(parser_t *p, algo_arc4_type_t *t) {
  const char *close = memchr(p->p, ']', (size_t)(p->end - p->p));
  size_t digits = close == NULL ? 0 : (size_t)(close - p->p) - 1;
  int64_t length = digits == 0 ? 0 : number(p->p + 1, digits);
  if (close == NULL || length < 0 || (digits > 1 && p->p[1] == '0')) return malformed(p, "no array length");
  algo_arc4_type_t *item = algo_arena_alloc(p->arena, sizeof *item);
  if (item == NULL) return no_memory(p);
  *item = *t;
  bool list = digits == 0;
  *t = (algo_arc4_type_t){.kind = list ? ALGO_ARC4_LIST : ALGO_ARC4_ARRAY,
                          .length = (uint32_t)length,
                          .items = item,
                          .dynamic = list || item->dynamic};
  size_t size = t->dynamic ? 0 : arc4_head_size(t, t->length);
  t->size = size > UINT32_MAX ? UINT32_MAX : (uint32_t)size;
  t->text = algo_arena_printf(p->arena, "%s%.*s", item->text, (int)digits + 2, p->p);
  p->p = close + 1;
  return t->text == NULL ? no_memory(p) : ALGO_OK;
}

static algo_code_t parse_type(parser_t *p, algo_arc4_type_t *t, unsigned depth) {
  if (depth > ARC4_DEPTH) return algo_err_set(p->err, ALGO_E_RANGE, "ARC-4 type: nested deeper than %u", ARC4_DEPTH);
  algo_code_t c = p->p != p->end && *p->p == '(' ? parse_tuple(p, t, depth) : parse_word(p, t);
  while (c == ALGO_OK && p->p != p->end && *p->p == '[') {
    if (++depth > ARC4_DEPTH)
      return algo_err_set(p->err, ALGO_E_RANGE, "ARC-4 type: nested deeper than %u", ARC4_DEPTH);
    c = parse_suffix(p, t);
  }
  return c;
}

/* Parses one type that ends at n, references and transactions too where `argument`. */
static algo_code_t arc4_parse(algo_arc4_type_t *out, const char *s, size_t n, bool argument, algo_arena_t *arena,
                              algo_err_t *err) {
  static const char *const txns[] = {"txn", "pay", "keyreg", "acfg", "axfer", "afrz", "appl"};
  static const char *const refs[] = {"account", "asset", "application"};
  for (size_t i = 0; argument && i < 7; i++)
    if (word_is(s, n, txns[i])) {
      *out = (algo_arc4_type_t){.kind = ALGO_ARC4_TXN, .text = txns[i]};
      return ALGO_OK;
    }
  for (size_t i = 0; argument && i < 3; i++)
    if (word_is(s, n, refs[i])) {
      *out = (algo_arc4_type_t){.kind = ALGO_ARC4_REF, .size = 1, .text = refs[i]};
      return ALGO_OK;
    }
  parser_t p = {s, s + n, arena, err};
  algo_code_t c = parse_type(&p, out, 0);
  return c == ALGO_OK && p.p != p.end ? malformed(&p, "something behind the type") : c;
}

algo_code_t algo_arc4_parse(const algo_arc4_type_t **out, const char *s, size_t n, algo_arena_t *arena,
                            algo_err_t *err) {
  algo_arc4_type_t *t = algo_arena_zalloc(arena, sizeof *t);
  if (t == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_code_t c = arc4_parse(t, s, n, false, arena, err);
  if (c == ALGO_OK) *out = t;
  return c;
}

/* ---- methods ---- */

void algo_arc4_selector(uint8_t out[4], const char *signature) {
  uint8_t h[32];
  algo_sha512_256(h, signature, strlen(signature));
  memcpy(out, h, 4);
}

/* The ')' that closes the '(' at s; NULL: none. */
static const char *closing(const char *s, const char *end) {
  int depth = 0;
  for (; s != end; s++) {
    if (*s == '(') depth++;
    else if (*s == ')' && --depth == 0) return s;
  }
  return NULL;
}

static algo_code_t parse_args(parser_t *p, algo_arc4_type_t *args, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    const char *s = p->p;
    for (int depth = 0; s != p->end && (depth != 0 || *s != ','); s++) depth += (*s == '(') - (*s == ')');
    algo_code_t c = arc4_parse(&args[i], p->p, (size_t)(s - p->p), true, p->arena, p->err);
    if (c != ALGO_OK) return algo_err_prefix(p->err, c, "argument %u", i + 1);
    p->p = s == p->end ? s : s + 1;
  }
  return ALGO_OK;
}

static algo_code_t parse_returns(parser_t *p, const algo_arc4_type_t **out, const char *s, size_t n) {
  static const algo_arc4_type_t none = {.kind = ALGO_ARC4_VOID, .text = "void"};
  if (word_is(s, n, "void")) {
    *out = &none;
    return ALGO_OK;
  }
  algo_code_t c = algo_arc4_parse(out, s, n, p->arena, p->err);
  return c == ALGO_OK ? c : algo_err_prefix(p->err, c, "return type");
}

static algo_code_t finish_method(algo_arc4_method_t *m, algo_arena_t *arena, algo_err_t *err) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_buf_puts(&text, m->name);
  algo_buf_putc(&text, '(');
  for (uint32_t i = 0; i < m->n_args; i++) {
    if (i != 0) algo_buf_putc(&text, ',');
    algo_buf_puts(&text, m->args[i].text);
  }
  algo_buf_putc(&text, ')');
  algo_buf_puts(&text, m->returns->text);
  m->signature = algo_arena_strdup(arena, algo_buf_cstr(&text));
  bool oom = text.oom || m->signature == NULL;
  algo_buf_fini(&text);
  if (oom) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_arc4_selector(m->selector, m->signature);
  return ALGO_OK;
}

algo_code_t algo_arc4_method_parse(algo_arc4_method_t *out, const char *signature, size_t n, algo_arena_t *arena,
                                   algo_err_t *err) {
  const char *end = signature + n, *open = n == 0 ? NULL : memchr(signature, '(', n);
  const char *close = open == NULL ? NULL : closing(open, end);
  if (close == NULL || open == signature)
    return algo_err_set(err, ALGO_E_PARSE, "method signature: not of the form name(arguments)return");
  parser_t p = {open + 1, close, arena, err};
  *out = (algo_arc4_method_t){.n_args = count_members(&(parser_t){open + 1, close + 1, arena, err})};
  algo_arc4_type_t *args = algo_arena_array(arena, out->n_args + 1, sizeof *args);
  out->name = algo_arena_printf(arena, "%.*s", (int)(open - signature), signature);
  if (args == NULL || out->name == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  out->args = args;
  algo_code_t c = parse_args(&p, args, out->n_args);
  if (c == ALGO_OK) c = parse_returns(&p, &out->returns, close + 1, (size_t)(end - close - 1));
  if (c != ALGO_OK) return algo_err_prefix(err, c, "method signature");
  return finish_method(out, arena, err);
}
