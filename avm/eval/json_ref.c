/* json_ref. go-algorand reads the object with one lenient library (go-codec) and the member found with another, strict
 * one (encoding/json): both are followed here, because what passes and which text a failure has come from them. */
#include <math.h>
#include <stdlib.h>

#include "go_json.h"
#include "internal.h"

#define MAX_DEPTH 1024

typedef struct reader {
  const uint8_t *p;
  size_t n, at;
  int depth;
} reader_t;

static int peek(reader_t *r) { /* the next byte that is not white space; -1: none */
  while (r->at < r->n && (r->p[r->at] == ' ' || r->p[r->at] == '\t' || r->p[r->at] == '\r' || r->p[r->at] == '\n'))
    r->at++;
  return r->at < r->n ? r->p[r->at] : -1;
}

static bool literal(reader_t *r, const char *word) {
  size_t n = strlen(word);
  if (r->n - r->at < n || memcmp(r->p + r->at, word, n) != 0) return false;
  r->at += n;
  return true;
}

/* ---- strings, with the reader's own escapes; *out (may be NULL) gets the text ---- */

static void put_rune(uint8_t *out, size_t *n, uint32_t c) {
  if (out != NULL) *n += avm_put_utf8(out + *n, c);
}

/* The \u at p[*i]; the string's text is read in pieces that end with a quote, and `end` is that end. false: malformed.
 */
static bool unicode_escape(reader_t *r, size_t *i, size_t end, uint32_t *out) {
  uint32_t c;
  *out = 0xfffd;
  if (*i + 5 > end) return false; /* it would run into the quote and past it */
  int hex = avm_hex4(r->p + *i + 1, &c);
  *i += 4;
  if (hex < 4) return true;
  if (c < 0xd800 || c > 0xdfff) return *out = c, true;
  if (end < *i + 6 || r->p[*i + 1] != '\\' || r->p[*i + 2] != 'u') return true;
  *i += 6; /* a pair: this library makes one U+FFFD of it */
  return true;
}

static bool string(reader_t *r, uint8_t *out, size_t *n) {
  size_t i = ++r->at, end = i;
  for (;; i++) {
    if (i == end) { /* the next piece, up to a quote */
      const uint8_t *quote = i < r->n ? memchr(r->p + i, '"', r->n - i) : NULL;
      if (quote == NULL) return false;
      end = (size_t)(quote - r->p) + 1;
    } else if (i > end) {
      return false;
    }
    uint32_t c = r->p[i];
    if (c == '"') break;
    if (c != '\\') {
      if (out != NULL) out[(*n)++] = (uint8_t)c;
      continue;
    }
    c = r->p[++i];
    static const char from[] = "\"\\/'bfnrt", to[] = "\"\\/'\b\f\n\r\t";
    const char *e = c ? strchr(from, (int)c) : NULL;
    if (e != NULL) put_rune(out, n, (uint8_t)to[e - from]);
    else if (c == 'u' && unicode_escape(r, &i, end, &c)) put_rune(out, n, c);
    else return false;
  }
  r->at = i + 1;
  return true;
}

/* ---- numbers: as Go's strconv takes them ---- */

static bool is_number(const uint8_t *s, size_t n) {
  char text[AVM_MAX_BYTES + 1];
  size_t i = n > 0 && (s[0] == '+' || s[0] == '-'), digits = 0;
  bool whole = true;
  for (size_t k = i; k < n; k++) whole = whole && s[k] >= '0' && s[k] <= '9';
  if (whole) return n > 0; /* an integer of any size; a sign alone passes for 0 */
  for (; i < n && s[i] >= '0' && s[i] <= '9'; i++) digits++;
  if (i < n && s[i] == '.')
    for (i++; i < n && s[i] >= '0' && s[i] <= '9'; i++) digits++;
  if (digits == 0) return false;
  if (i < n && (s[i] == 'e' || s[i] == 'E')) {
    i++;
    if (i < n && (s[i] == '+' || s[i] == '-')) i++;
    if (i == n) return false;
    for (; i < n && s[i] >= '0' && s[i] <= '9'; i++) continue;
  }
  if (i < n || n > AVM_MAX_BYTES) return false;
  memcpy(text, s, n);
  text[n] = '\0';
  return !isinf(strtod(text, NULL));
}

static bool number(reader_t *r) {
  size_t from = r->at;
  while (r->at < r->n && strchr("0123456789eE.+-", r->p[r->at]) != NULL && r->p[r->at] != 0) r->at++;
  return is_number(r->p + from, r->at - from);
}

/* ---- values ---- */

static bool value(reader_t *r);

static bool container(reader_t *r, bool map) {
  bool first = true, ok = ++r->depth < MAX_DEPTH;
  r->at++;
  for (; ok; first = false) {
    int c = peek(r);
    if (c == '}' || c == ']') {
      r->at++;
      ok = c == (map ? '}' : ']');
      break;
    }
    if (!first && c != ',') return false;
    if (!first) r->at++;
    ok = value(r);
    if (ok && map) {
      ok = peek(r) == ':';
      r->at++;
      ok = ok && value(r);
    }
  }
  r->depth--;
  return ok;
}

static bool value(reader_t *r) {
  switch (peek(r)) {
  case -1: return false;
  case '{': return container(r, true);
  case '[': return container(r, false);
  case '"': return string(r, NULL, NULL);
  case 'n': return literal(r, "null");
  case 't': return literal(r, "true");
  case 'f': return literal(r, "false");
  default: return number(r);
  }
}

/* ---- the object ---- */

typedef struct member {
  algo_bytes_t key, raw; /* raw empty: null */
} member_t;

typedef struct object {
  member_t *list;
  size_t n, cap;
  bool odd_key; /* one that is not a string */
} object_t;

static member_t *find(object_t *o, algo_bytes_t key) {
  for (size_t i = 0; i < o->n; i++)
    if (algo_bytes_eq(o->list[i].key, key)) return &o->list[i];
  return NULL;
}

static bool add(object_t *o, algo_bytes_t key, algo_bytes_t raw) {
  if (o->n == o->cap) {
    size_t cap = o->cap ? 2 * o->cap : 8;
    member_t *p = realloc(o->list, cap * sizeof *p);
    if (p == NULL) return false;
    o->list = p;
    o->cap = cap;
  }
  o->list[o->n++] = (member_t){key, raw};
  return true;
}

#define INVALID "invalid json text"

/* One member from its key on; the failure's text, or NULL. */
static const char *read_member(reader_t *r, object_t *o, uint8_t *keys, size_t *used) {
  algo_bytes_t key = {NULL, 0};
  bool text = peek(r) == '"';
  size_t start = *used;
  if (!(text ? string(r, keys, used) : value(r))) return INVALID;
  if (text) key = algo_bytes(keys + start, *used - start);
  else o->odd_key = true;
  if (peek(r) != ':') return INVALID;
  r->at++;
  member_t *old = text ? find(o, key) : NULL;
  algo_bytes_t raw = {NULL, 0};
  if (peek(r) == 'n') {
    if (!literal(r, "null")) return INVALID;
  } else {
    if (old != NULL) return "invalid json text, duplicate keys not allowed";
    size_t from = r->at;
    if (!value(r)) return INVALID;
    raw = algo_bytes(r->p + from, r->at - from);
  }
  if (old != NULL) old->raw = raw;
  else if (text && !add(o, key, raw)) return "out of memory";
  return NULL;
}

/* `keys` has room for as many bytes as the text has, thrice. *null: the text is `null`. */
static const char *read_object(algo_bytes_t text, object_t *o, uint8_t *keys, bool *null) {
  reader_t r = {.p = text.p, .n = text.n};
  size_t used = 0;
  const char *why = NULL;
  int c = peek(&r);
  *null = c == 'n';
  if (c == -1) return INVALID;
  if (*null) return literal(&r, "null") ? NULL : INVALID;
  if (c != '{') return "invalid json text, only json object is allowed";
  r.at++;
  r.depth = 1;
  for (bool first = true; why == NULL; first = false) {
    c = peek(&r);
    if (c == '}') break;
    if (c == ']' || c == -1) return INVALID;
    if (!first && c != ',') return INVALID;
    if (!first) r.at++;
    why = read_member(&r, o, keys, &used);
  }
  return why == NULL && o->odd_key ? INVALID : why;
}

/* The member's value as the type wanted, in the place of the text. */
static algo_code_t member_value(algo_avm_context_t *cx, algo_bytes_t raw, uint8_t type, avm_value_t *out) {
  static const char *const names[] = {[ALGO_F_JSON_REF_JSONString] = "string",
                                      [ALGO_F_JSON_REF_JSONUint64] = "uint64",
                                      [ALGO_F_JSON_REF_JSONObject] = "map[string]json.RawMessage"};
  char why[AVM_GO_JSON_ERROR];
  if (!avm_go_json_valid(raw, why)) return avm_fail(cx, "%s", why);
  uint64_t u;
  const char *kind = avm_go_json_kind(raw);
  if (type == ALGO_F_JSON_REF_JSONUint64 && strcmp(kind, "number") == 0) {
    if (!avm_go_json_uint(raw, &u))
      return avm_fail(cx, "json: cannot unmarshal number %.*s into Go value of type uint64", (int)raw.n,
                      (const char *)raw.p);
    return *out = avm_uint(u), ALGO_OK;
  }
  if (type == ALGO_F_JSON_REF_JSONString && strcmp(kind, "string") == 0) {
    uint8_t *p = avm_alloc(cx, 3 * raw.n);
    if (p == NULL) return avm_nomem(cx);
    return *out = avm_bytes(p, avm_go_json_unquote(raw, p)), ALGO_OK;
  }
  if (type == ALGO_F_JSON_REF_JSONObject && strcmp(kind, "object") == 0) return *out = avm_bytesv(raw), ALGO_OK;
  return avm_fail(cx, "json: cannot unmarshal %s into Go value of type %s", kind, names[type]);
}

algo_code_t avm_op_json_ref(algo_avm_context_t *cx) {
  char buf[48];
  uint8_t type = cx->prog[cx->pc + 1];
  const algo_bytes_t key = avm_view(avm_top(cx, 0));
  cx->sp--; /* the key is gone when it fails, too */
  const algo_isa_field_t *f = algo_isa_field(ALGO_GROUP_JSON_REF, type);
  if (f == NULL || f->since > cx->version)
    return avm_fail(cx, "invalid json_ref type %s", avm_field_name(ALGO_GROUP_JSON_REF, type, "JSONRefType", buf));
  algo_bytes_t text = avm_view(avm_top(cx, 0));
  uint8_t *keys = avm_alloc(cx, 3 * text.n);
  object_t o = {0};
  bool null;
  algo_code_t rc = ALGO_OK;
  if (keys == NULL) return avm_nomem(cx);
  const char *why = read_object(text, &o, keys, &null);
  if (why == NULL && null) why = "invalid json text, only json object is allowed";
  member_t *m = why == NULL ? find(&o, key) : NULL;
  if (why != NULL) rc = avm_fail(cx, "error while parsing JSON text, %s", why);
  else if (m == NULL) rc = avm_fail_bytes(cx, "key ", key, " not found in JSON text");
  else rc = member_value(cx, m->raw, type, avm_top(cx, 0));
  free(o.list);
  return rc;
}
