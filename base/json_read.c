#include <limits.h>

#include "algo/json.h"
#include "algo/text.h"

#define DEPTH 64

/* Behind the digits at i; *fits: they are an integer that json-c holds, or a part of a real number. */
static size_t behind_digits(const char *s, size_t n, size_t i, bool *fits) {
  size_t from = i;
  while (i < n && s[i] >= '0' && s[i] <= '9') i++;
  bool part = from != 0 && (s[from - 1] == '.' || s[from - 1] == 'e' || s[from - 1] == 'E' || s[from - 1] == '+');
  bool real = i < n && (s[i] == '.' || s[i] == 'e' || s[i] == 'E');
  bool negative = from != 0 && s[from - 1] == '-';
  uint64_t v = 0;
  *fits = part || real ||
          (algo_u64_parse(&v, s + from, i - from, NULL) == ALGO_OK && (!negative || v <= (uint64_t)INT64_MAX + 1));
  return i;
}

/* Behind the string at i; *cut: it has a NUL and is a name, which json-c would end there. */
static size_t behind_string(const char *s, size_t n, size_t i, bool *cut) {
  bool nul = false;
  for (i++; i < n && s[i] != '"'; i++) {
    if (s[i] != '\\') continue;
    nul |= n - i > 5 && memcmp(s + i, "\\u0000", 6) == 0;
    i++;
  }
  size_t next = ++i;
  while (next < n && strchr(" \t\r\n", s[next]) != NULL && s[next] != '\0') next++;
  *cut = nul && next < n && s[next] == ':';
  return i < n ? i : n;
}

/* What json-c takes though it is no JSON, or not what it says: it makes an integer that it cannot hold the nearest that
 * it can, and ends a name at a NUL, without a word. It reads NaN and Infinity too. Before the place where it ended. */
static algo_code_t check_deceptive(const char *s, size_t n, algo_err_t *err) {
  for (size_t i = 0, from; i < n;) {
    bool cut = false, fits = true;
    from = i;
    if (s[i] == 'N' || s[i] == 'I') return algo_err_set(err, ALGO_E_PARSE, "JSON: no value at byte %zu", from);
    if (s[i] == '"') i = behind_string(s, n, i, &cut);
    else if (s[i] >= '0' && s[i] <= '9') i = behind_digits(s, n, i, &fits);
    else i++;
    if (cut) return algo_err_set(err, ALGO_E_PARSE, "JSON: a name with a NUL at byte %zu", from);
    if (!fits) return algo_err_set(err, ALGO_E_RANGE, "JSON: an integer past 64 bits at byte %zu", from);
  }
  return ALGO_OK;
}

static algo_code_t failed(enum json_tokener_error e, size_t end, algo_err_t *err) {
  if (e == json_tokener_continue) return algo_err_set(err, ALGO_E_TRUNCATED, "JSON: ends too early");
  return algo_err_set(err, ALGO_E_PARSE, "JSON: %s at byte %zu", json_tokener_error_desc(e), end);
}

algo_code_t algo_json_parse_front(json_object **out, const void *p, size_t n, size_t *used, algo_err_t *err) {
  if (n > INT_MAX - 1) return algo_err_set(err, ALGO_E_RANGE, "JSON: %zu bytes are too many", n);
  json_tokener *tok = json_tokener_new_ex(DEPTH);
  if (tok == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS | JSON_TOKENER_VALIDATE_UTF8);
  json_object *o = json_tokener_parse_ex(tok, n == 0 ? "" : p, (int)n);
  enum json_tokener_error e = json_tokener_get_error(tok);
  size_t end = json_tokener_get_parse_end(tok);
  if (e == json_tokener_continue && n != 0) { /* a number at the very end is only known to be whole with more behind */
    o = json_tokener_parse_ex(tok, " ", 1);
    end = n;
    if (json_tokener_get_error(tok) == json_tokener_success) e = json_tokener_success;
  }
  json_tokener_free(tok);
  algo_code_t rc = check_deceptive(p, e == json_tokener_success ? end : n, err);
  if (rc == ALGO_OK && e != json_tokener_success) rc = failed(e, end, err);
  if (rc != ALGO_OK) {
    if (e == json_tokener_success) json_object_put(o);
    return rc;
  }
  *out = o;
  *used = end;
  return ALGO_OK;
}

algo_code_t algo_json_parse(json_object **out, const void *p, size_t n, algo_err_t *err) {
  json_object *o = NULL;
  size_t end = 0;
  algo_code_t rc = algo_json_parse_front(&o, p, n, &end, err);
  if (rc != ALGO_OK) return rc;
  for (const char *s = p; end < n; end++) {
    if (s[end] == ' ' || s[end] == '\n' || s[end] == '\r' || s[end] == '\t') continue;
    json_object_put(o);
    return algo_err_set(err, ALGO_E_PARSE, "JSON: something behind the value at byte %zu", end);
  }
  *out = o;
  return ALGO_OK;
}

static bool lookup(json_object *o, const char *key, json_object **v) {
  return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, v) && *v != NULL;
}

static algo_code_t missing(const char *key, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_PARSE, "JSON: \"%s\" is missing", key);
}

static algo_code_t not_a(const char *key, const char *what, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_PARSE, "JSON: \"%s\" is not %s", key, what);
}

algo_code_t algo_json_opt_u64(json_object *o, const char *key, uint64_t *out, algo_err_t *err) {
  json_object *v;
  if (!lookup(o, key, &v)) return ALGO_OK;
  if (!json_object_is_type(v, json_type_int)) return not_a(key, "an integer", err);
  if (json_object_get_int64(v) < 0) return not_a(key, "an unsigned integer", err);
  *out = json_object_get_uint64(v);
  return ALGO_OK;
}

algo_code_t algo_json_get_u64(json_object *o, const char *key, uint64_t *out, algo_err_t *err) {
  json_object *v;
  return lookup(o, key, &v) ? algo_json_opt_u64(o, key, out, err) : missing(key, err);
}

algo_code_t algo_json_opt_bool(json_object *o, const char *key, bool *out, algo_err_t *err) {
  json_object *v;
  if (!lookup(o, key, &v)) return ALGO_OK;
  if (!json_object_is_type(v, json_type_boolean)) return not_a(key, "a boolean", err);
  *out = json_object_get_boolean(v);
  return ALGO_OK;
}

algo_code_t algo_json_opt_str(json_object *o, const char *key, algo_bytes_t *out, algo_err_t *err) {
  json_object *v;
  if (!lookup(o, key, &v)) return ALGO_OK;
  if (!json_object_is_type(v, json_type_string)) return not_a(key, "a string", err);
  *out = algo_bytes(json_object_get_string(v), (size_t)json_object_get_string_len(v));
  return ALGO_OK;
}

algo_code_t algo_json_get_str(json_object *o, const char *key, algo_bytes_t *out, algo_err_t *err) {
  json_object *v;
  return lookup(o, key, &v) ? algo_json_opt_str(o, key, out, err) : missing(key, err);
}

algo_code_t algo_json_opt_base64(json_object *o, const char *key, algo_buf_t *out, algo_err_t *err) {
  algo_bytes_t text = {NULL, 0};
  algo_code_t c = algo_json_opt_str(o, key, &text, err);
  if (c != ALGO_OK || text.n == 0) return c;
  c = algo_base64_decode(out, (const char *)text.p, text.n, err);
  return c == ALGO_OK ? c : algo_err_prefix(err, c, "\"%s\"", key);
}
