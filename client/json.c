/* json.c - members of a node's JSON answers, copied into an arena. */
#include "internal.h"

#include "algo/text.h"

json_object *client_json_at(json_object *o, const char *key) {
  json_object *v = NULL;
  return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v) ? v : NULL;
}

size_t client_json_count(json_object *array) {
  return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

algo_code_t client_json_text(const char **out, json_object *o, const char *key, algo_arena_t *arena, algo_err_t *err) {
  algo_bytes_t v = {0};
  algo_code_t r = algo_json_opt_str(o, key, &v, err);
  if (r != ALGO_OK) return r;
  char *s = algo_arena_alloc(arena, v.n + 1);
  if (s == NULL) return client_nomem(err);
  if (v.n > 0) memcpy(s, v.p, v.n);
  s[v.n] = '\0';
  *out = s;
  return ALGO_OK;
}

algo_code_t client_json_bytes(algo_bytes_t *out, json_object *o, const char *key, algo_arena_t *arena,
                              algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t r = algo_json_opt_base64(o, key, &b, err);
  if (r == ALGO_OK && b.n > 0) {
    *out = algo_arena_dup(arena, algo_buf_view(&b));
    if (out->p == NULL) r = client_nomem(err);
  }
  algo_buf_fini(&b);
  return r;
}

algo_code_t client_json_addr(algo_addr_t *out, json_object *o, const char *key, algo_err_t *err) {
  algo_bytes_t v = {0};
  algo_code_t r = algo_json_opt_str(o, key, &v, err);
  if (r != ALGO_OK || v.n == 0) return r;
  r = algo_addr_parse(out, (const char *)v.p, v.n, err);
  return r == ALGO_OK ? r : algo_err_prefix(err, r, "%s", key);
}

algo_code_t client_json_digest(algo_digest_t *out, json_object *o, const char *key, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t r = algo_json_opt_base64(o, key, &b, err);
  if (r == ALGO_OK && b.n != sizeof out->b)
    r = algo_err_set(err, ALGO_E_PARSE, "%s: %zu bytes where 32 belong", key, b.n);
  if (r == ALGO_OK) memcpy(out->b, b.p, sizeof out->b);
  algo_buf_fini(&b);
  return r;
}

void client_put_query_base64(algo_buf_t *out, algo_bytes_t v) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_base64_encode(&b, v);
  for (size_t i = 0; i < b.n; i++) {
    if (b.p[i] == '+') algo_buf_puts(out, "%2B");
    else if (b.p[i] == '/') algo_buf_puts(out, "%2F");
    else if (b.p[i] == '=') algo_buf_puts(out, "%3D");
    else algo_buf_putc(out, b.p[i]);
  }
  if (b.oom) out->oom = true;
  algo_buf_fini(&b);
}
