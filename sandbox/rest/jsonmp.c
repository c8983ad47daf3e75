#include "jsonmp.h"

#include "algo/address.h"
#include "algo/mp.h"
#include "algo/text.h"

#define MAX_WHOLE 9007199254740992.0 /* 2^53: up to there each whole number is one of these */

/* Strings that are text on the wire too; all others are bytes in base64, or addresses. */
static bool is_text(mpjson_shape_t shape, const char *key) {
  static const char *const txn[] = {"type", "gen"}, *const apar[] = {"an", "un", "au"};
  for (size_t i = 0; shape == MPJSON_TXN && i < 2; i++) {
    if (strcmp(key, txn[i]) == 0) return true;
  }
  for (size_t i = 0; shape == MPJSON_APAR && i < 3; i++) {
    if (strcmp(key, apar[i]) == 0) return true;
  }
  return false;
}

static algo_code_t put_string(algo_buf_t *out, json_object *v, mpjson_shape_t shape, const char *key, algo_err_t *err) {
  const char *s = json_object_get_string(v);
  size_t n = (size_t)json_object_get_string_len(v);
  if (is_text(shape, key)) {
    algo_mp_put_str(out, s, n);
    return ALGO_OK;
  }
  algo_addr_t a;
  algo_code_t rc = ALGO_OK;
  if (mpjson_is_address(shape, key)) {
    rc = algo_addr_parse(&a, s, n, err);
    if (rc == ALGO_OK) algo_mp_put_bin(out, a.b, sizeof a.b);
  } else {
    algo_buf_t raw = ALGO_BUF_INIT;
    if (strpbrk(s, "-_") != NULL) rc = algo_err_set(err, ALGO_E_PARSE, "base64: letters of its URL alphabet");
    if (rc == ALGO_OK) rc = algo_base64_decode(&raw, s, n, err);
    if (rc == ALGO_OK) algo_mp_put_bin(out, raw.p, raw.n);
    algo_buf_fini(&raw);
  }
  return rc == ALGO_OK ? rc : algo_err_prefix(err, ALGO_E_PARSE, "%s", key);
}

/* 1.0 and 1e3 are whole. */
static algo_code_t put_real(algo_buf_t *out, double v, const char *key, algo_err_t *err) {
  if (!(v >= 0 && v <= MAX_WHOLE && v == (double)(uint64_t)v))
    return algo_err_set(err, ALGO_E_PARSE, "%s: a number that is not whole", key);
  algo_mp_put_uint(out, (uint64_t)v);
  return ALGO_OK;
}

static algo_code_t put(algo_buf_t *out, json_object *v, mpjson_shape_t parent, const char *key, mpjson_shape_t shape,
                       unsigned depth, algo_err_t *err) {
  if (depth > 32) return algo_err_set(err, ALGO_E_PARSE, "nested too deep");
  switch (json_object_get_type(v)) {
  case json_type_null: algo_mp_put_nil(out); return ALGO_OK;
  case json_type_boolean: algo_mp_put_bool(out, json_object_get_boolean(v)); return ALGO_OK;
  case json_type_double: return put_real(out, json_object_get_double(v), key, err);
  case json_type_int:
    if (mpjson_is_address(parent, key)) return algo_err_set(err, ALGO_E_PARSE, "%s: a number, not an address", key);
    if (json_object_get_int64(v) < 0) algo_mp_put_int(out, json_object_get_int64(v));
    else algo_mp_put_uint(out, json_object_get_uint64(v));
    return ALGO_OK;
  case json_type_string: return put_string(out, v, parent, key, err);
  case json_type_array: {
    size_t n = json_object_array_length(v);
    algo_mp_put_array(out, (uint32_t)n);
    algo_code_t rc = ALGO_OK;
    for (size_t i = 0; rc == ALGO_OK && i < n; i++) {
      rc = put(out, json_object_array_get_idx(v, i), parent, key, shape, depth + 1, err);
    }
    return rc;
  }
  case json_type_object: {
    algo_mp_put_map(out, (uint32_t)json_object_object_length(v));
    json_object_object_foreach(v, name, member) {
      algo_mp_put_str(out, name, strlen(name));
      algo_code_t rc = put(out, member, shape, name, mpjson_shape_of(shape, name), depth + 1, err);
      if (rc != ALGO_OK) return rc;
    }
    return ALGO_OK;
  }
  }
  return algo_err_set(err, ALGO_E_PARSE, "%s: a value of no known kind", key);
}

algo_code_t jsonmp_write(algo_buf_t *out, json_object *value, mpjson_shape_t shape, algo_err_t *err) {
  algo_code_t rc = put(out, value, MPJSON_PLAIN, "", shape, 0, err);
  return out->oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : rc;
}

uint8_t jsonmp_first(algo_bytes_t body) {
  size_t i = 0;
  while (i < body.n && (body.p[i] == ' ' || body.p[i] == '\t' || body.p[i] == '\r' || body.p[i] == '\n')) i++;
  return i < body.n ? body.p[i] : 0;
}
