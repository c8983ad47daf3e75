#include <limits.h>

#include "algo/json.h"
#include "algo/text.h"

#define DEPTH 64

/* What json-c takes though it is no JSON, or not what it says: it makes an integer that it cannot hold the nearest that
 * it can, without a word. It reads NaN and Infinity too. The place of the first integer above 2^64 - 1 or below -2^63,
 * or of such a name, outside of strings; NULL: there is none. */
static const char *find_deceptive(const char *s, size_t n) {
  bool in_string = false;
  for (size_t i = 0; i < n; i++) {
    if (in_string && s[i] == '\\') {
      i++;
      continue;
    }
    if (s[i] == '"') in_string = !in_string;
    if (!in_string && (s[i] == 'N' || s[i] == 'I')) return s + i;
    if (in_string || s[i] < '0' || s[i] > '9') continue;
    size_t from = i;
    while (i < n && s[i] >= '0' && s[i] <= '9') i++;
    bool part = from != 0 && (s[from - 1] == '.' || s[from - 1] == 'e' || s[from - 1] == 'E' || s[from - 1] == '+');
    bool real = i < n && (s[i] == '.' || s[i] == 'e' || s[i] == 'E');
    uint64_t v = 0;
    bool fits = algo_u64_parse(&v, s + from, i - from, NULL) == ALGO_OK;
    bool negative = from != 0 && s[from - 1] == '-';
    if (!part && !real && (!fits || (negative && v > (uint64_t)INT64_MAX + 1))) return s + from;
    i--;
  }
  return NULL;
}

algo_code_t algo_json_parse(json_object **out, const void *p, size_t n, algo_err_t *err) {
  if (n > INT_MAX - 1) return algo_err_set(err, ALGO_E_RANGE, "JSON: %zu bytes are too many", n);
  const char *deceptive = find_deceptive(p, n);
  if (deceptive != NULL && (*deceptive == 'N' || *deceptive == 'I'))
    return algo_err_set(err, ALGO_E_PARSE, "JSON: no value at byte %zu", (size_t)(deceptive - (const char *)p));
  if (deceptive != NULL)
    return algo_err_set(err, ALGO_E_RANGE, "JSON: an integer past 64 bits at byte %zu",
                        (size_t)(deceptive - (const char *)p));
  json_tokener *tok = json_tokener_new_ex(DEPTH);
  if (tok == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS | JSON_TOKENER_VALIDATE_UTF8);
  json_object *o = json_tokener_parse_ex(tok, n == 0 ? "" : p, (int)n);
  enum json_tokener_error e = json_tokener_get_error(tok);
  /* A number at the very end is only known to be whole when something follows. */
  if (e == json_tokener_continue && n != 0) {
    o = json_tokener_parse_ex(tok, " ", 1);
    e = json_tokener_get_error(tok);
    if (e == json_tokener_success) {
      *out = o;
      json_tokener_free(tok);
      return ALGO_OK;
    }
  }
  size_t end = json_tokener_get_parse_end(tok);
  json_tokener_free(tok);
  if (e == json_tokener_continue) return algo_err_set(err, ALGO_E_TRUNCATED, "JSON: ends too early");
  if (e != json_tokener_success)
    return algo_err_set(err, ALGO_E_PARSE, "JSON: %s at byte %zu", json_tokener_error_desc(e), end);
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
