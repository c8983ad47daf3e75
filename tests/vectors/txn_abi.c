/* ARC-4 and ARC-28. */
#include "algo/arc4.h"
#include "algo/text.h"
#include "txn_kinds.h"

static bool type_load(vec_case_t *c, const algo_arc4_type_t **t) {
  algo_err_t err;
  algo_err_init(&err);
  algo_bytes_t text = vec_text(c, NULL, "type");
  return vec_ok(c, "the type", algo_arc4_parse(t, (const char *)text.p, text.n, c->arena, &err), &err);
}

/* The vectors' value as JSON text: {"int": digits} are digits (as text where `quoted`), {"hex": ...} base64. */
static void plain(vec_case_t *c, algo_json_t *j, json_object *o, bool quoted) {
  if (json_object_is_type(o, json_type_array)) {
    algo_json_open(j, '[');
    for (size_t i = 0; i < json_object_array_length(o); i++) plain(c, j, json_object_array_get_idx(o, i), quoted);
    algo_json_close(j, ']');
  } else if (json_object_is_type(o, json_type_object)) {
    algo_bytes_t digits = vec_text(c, o, "int");
    if (digits.n == 0) algo_json_base64(j, vec_hex(c, o, "hex"));
    else if (quoted) algo_json_strb(j, digits);
    else algo_json_raw(j, digits.p, digits.n);
  } else if (json_object_is_type(o, json_type_string)) {
    algo_json_strb(j, algo_bytes(json_object_get_string(o), (size_t)json_object_get_string_len(o)));
  } else if (json_object_is_type(o, json_type_boolean)) {
    algo_json_bool(j, json_object_get_boolean(o));
  } else if (json_object_is_type(o, json_type_int) && json_object_get_int64(o) < 0) {
    algo_json_int(j, json_object_get_int64(o));
  } else {
    algo_json_uint(j, json_object_get_uint64(o));
  }
}

static algo_code_t encode(vec_case_t *c, algo_buf_t *out, const algo_arc4_type_t *t, algo_err_t *err) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&text);
  plain(c, &j, vec_get(c, NULL, "value"), true);
  json_object *value = NULL;
  algo_code_t code = algo_json_parse(&value, text.p, text.n, err);
  if (code == ALGO_OK) code = algo_arc4_encode_json(out, t, value, err);
  json_object_put(value);
  algo_buf_fini(&text);
  return code;
}

/* Decodes, and compares with the member "decoded". */
static void decode_is(vec_case_t *c, const algo_arc4_type_t *t, algo_bytes_t in) {
  algo_buf_t got = ALGO_BUF_INIT, want = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&got), w = algo_json(&want);
  algo_err_t err;
  algo_err_init(&err);
  if (vec_ok(c, "decoding", algo_arc4_decode_json(&j, t, in, &err), &err)) {
    plain(c, &w, vec_get(c, NULL, "decoded"), false);
    vec_same_text(c, "what is decoded", algo_buf_cstr(&got), algo_buf_view(&want));
  }
  algo_buf_fini(&got);
  algo_buf_fini(&want);
}

void case_abi_value(vec_case_t *c) {
  const algo_arc4_type_t *t;
  if (!type_load(c, &t)) return;
  vec_same_text(c, "the canonical type", t->text, vec_text(c, NULL, "canonical"));
  if (t->dynamic != vec_true(c, NULL, "dynamic")) vec_bad(c, "dynamic is %d", t->dynamic);
  if (!t->dynamic && t->size != vec_u64(c, NULL, "size")) vec_bad(c, "the size is %u", t->size);
  algo_buf_t b = ALGO_BUF_INIT;
  algo_err_t err;
  algo_err_init(&err);
  algo_bytes_t encoded = vec_hex(c, NULL, "encoded");
  if (vec_ok(c, "encoding", encode(c, &b, t, &err), &err)) vec_same(c, "the encoding", algo_buf_view(&b), encoded);
  vec_ok(c, "checking", algo_arc4_check(t, encoded, &err), &err);
  if (vec_get(c, NULL, "decode_error") == NULL) decode_is(c, t, encoded);
  algo_buf_fini(&b);
}

void case_abi_decode(vec_case_t *c) {
  const algo_arc4_type_t *t;
  if (!type_load(c, &t)) return;
  algo_bytes_t encoded = vec_hex(c, NULL, "encoded");
  if (vec_true(c, NULL, "ok")) {
    decode_is(c, t, encoded);
    return;
  }
  algo_buf_t text = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&text);
  /* The SDK cannot read some good encodings back; those pass the strict check. */
  if (algo_arc4_decode_json(&j, t, encoded, NULL) == ALGO_OK && algo_arc4_check(t, encoded, NULL) != ALGO_OK)
    vec_bad(c, "is taken as %s", algo_buf_cstr(&text));
  algo_buf_fini(&text);
}

void case_abi_type(vec_case_t *c) {
  const algo_arc4_type_t *t = NULL;
  algo_bytes_t text = vec_text(c, NULL, "type");
  bool ok = algo_arc4_parse(&t, (const char *)text.p, text.n, c->arena, NULL) == ALGO_OK;
  if (ok != vec_true(c, NULL, "ok")) {
    vec_bad(c, ok ? "is taken" : "is refused");
    return;
  }
  if (!ok) return;
  vec_same_text(c, "the canonical type", t->text, vec_text(c, NULL, "canonical"));
  if (t->dynamic != vec_true(c, NULL, "dynamic")) vec_bad(c, "dynamic is %d", t->dynamic);
}

void case_abi_encode(vec_case_t *c) {
  const algo_arc4_type_t *t;
  if (!type_load(c, &t)) return;
  algo_buf_t b = ALGO_BUF_INIT;
  algo_err_t err;
  algo_err_init(&err);
  algo_code_t code = encode(c, &b, t, &err);
  bool ok = vec_true(c, NULL, "ok");
  if (ok && vec_ok(c, "encoding", code, &err))
    vec_same(c, "the encoding", algo_buf_view(&b), vec_hex(c, NULL, "encoded"));
  if (!ok && code == ALGO_OK) vec_bad(c, "is taken");
  algo_buf_fini(&b);
}

void case_abi_method(vec_case_t *c) {
  algo_arc4_method_t m;
  algo_err_t err;
  algo_err_init(&err);
  algo_bytes_t text = vec_text(c, NULL, "signature");
  if (!vec_ok(c, "the method", algo_arc4_method_parse(&m, (const char *)text.p, text.n, c->arena, &err), &err)) return;
  vec_same_text(c, "the canonical signature", m.signature, vec_text(c, NULL, "canonical"));
  vec_same(c, "the selector", algo_bytes(m.selector, 4), vec_hex(c, NULL, "selector"));
  uint64_t txns = 1;
  for (uint32_t i = 0; i < m.n_args; i++) txns += m.args[i].kind == ALGO_ARC4_TXN;
  if (txns != vec_u64(c, NULL, "txn_calls")) vec_bad(c, "%llu transactions", (unsigned long long)txns);
}

void case_event(vec_case_t *c) {
  uint8_t selector[4];
  algo_arc4_selector(selector, (const char *)vec_text(c, NULL, "signature").p);
  vec_same(c, "the selector", algo_bytes(selector, 4), vec_hex(c, NULL, "selector"));
}

void case_abi_return_log(vec_case_t *c) {
  const algo_arc4_type_t *t;
  if (!type_load(c, &t)) return;
  algo_buf_t b = ALGO_BUF_INIT;
  algo_err_t err;
  algo_err_init(&err);
  algo_buf_put(&b, algo_arc4_return_prefix, 4);
  if (vec_ok(c, "encoding", encode(c, &b, t, &err), &err))
    vec_same(c, "the log", algo_buf_view(&b), vec_hex(c, NULL, "log"));
  algo_buf_fini(&b);
}
