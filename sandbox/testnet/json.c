/* JSON values of ARC-4 types with labels where addresses stand. */
#include "internal.h"

#include "algo/arc4.h"

json_object *testnet_json_parse(algo_testnet_t *t, const char *text) {
  json_object *o = NULL;
  algo_err_t err;
  if (algo_json_parse(&o, text, strlen(text), &err) != ALGO_OK) {
    algo_testnet_fail(t, "%s: %s", text, err.msg);
    return NULL;
  }
  if (json_object_is_type(o, json_type_array)) return o;
  json_object_put(o);
  algo_testnet_fail(t, "%s: arguments are an array", text);
  return NULL;
}

static bool is_account(const algo_arc4_type_t *type) {
  return type->kind == ALGO_ARC4_ADDRESS || (type->kind == ALGO_ARC4_REF && strcmp(type->text, "account") == 0);
}

/* Who a string means: an address, or a label that is known. False: neither. */
static bool means(const algo_testnet_t *t, const char *s, algo_addr_t *out) {
  const party_t *p = testnet_by_label(t, s, strlen(s));
  if (p != NULL) *out = p->addr;
  return p != NULL || algo_addr_parse(out, s, strlen(s), NULL) == ALGO_OK;
}

static const algo_arc4_type_t *item_of(const algo_arc4_type_t *type, size_t i) {
  if (type->kind == ALGO_ARC4_TUPLE) return i < type->length ? &type->items[i] : NULL;
  return type->kind == ALGO_ARC4_ARRAY || type->kind == ALGO_ARC4_LIST ? type->items : NULL;
}

bool testnet_json_resolve(algo_testnet_t *t, json_object *value, const algo_arc4_type_t *type) {
  if (is_account(type) && json_object_is_type(value, json_type_string)) {
    const char *s = json_object_get_string(value);
    algo_addr_t a;
    char text[ALGO_ADDR_TEXT + 1];
    if (!means(t, s, &a)) {
      const algo_addr_t *made = algo_testnet_account(t, s);
      if (made == NULL) return false;
      a = *made;
    }
    algo_addr_format(text, &a);
    return json_object_set_string(value, text) == 1 || testnet_nomem(t);
  }
  size_t n = json_object_is_type(value, json_type_array) ? json_object_array_length(value) : 0;
  for (size_t i = 0; i < n && item_of(type, i) != NULL; i++)
    if (!testnet_json_resolve(t, json_object_array_get_idx(value, i), item_of(type, i))) return false;
  return true;
}

bool testnet_json_resolve_field(algo_testnet_t *t, json_object *value, const algo_arc56_field_t *field) {
  const algo_arc56_struct_t *s = field->fields;
  if (s == NULL || !json_object_is_type(value, json_type_object)) return testnet_json_resolve(t, value, field->type);
  json_object *member = NULL;
  for (size_t i = 0; i < s->n; i++)
    if (json_object_object_get_ex(value, s->fields[i].name, &member) &&
        !testnet_json_resolve_field(t, member, &s->fields[i]))
      return false;
  return true;
}

/* Are they the same bytes, such as 5 and "5", or base64 and an array of numbers? */
static bool same_bytes(json_object *want, json_object *have, const algo_arc4_type_t *type) {
  algo_buf_t a = ALGO_BUF_INIT, b = ALGO_BUF_INIT;
  bool same = algo_arc4_encode_json(&a, type, want, NULL) == ALGO_OK &&
              algo_arc4_encode_json(&b, type, have, NULL) == ALGO_OK &&
              algo_bytes_eq(algo_buf_view(&a), algo_buf_view(&b));
  algo_buf_fini(&a);
  algo_buf_fini(&b);
  return same;
}

bool testnet_json_same(algo_testnet_t *t, json_object *want, json_object *have, const algo_arc4_type_t *type) {
  if (want == NULL) return true;
  if (is_account(type)) {
    algo_addr_t a, b;
    const char *w = json_object_get_string(want), *h = json_object_get_string(have);
    return w != NULL && h != NULL && means(t, w, &a) && means(t, h, &b) && algo_addr_eq(&a, &b);
  }
  if (json_object_is_type(want, json_type_array) && json_object_is_type(have, json_type_array)) {
    size_t n = json_object_array_length(want);
    if (n != json_object_array_length(have)) return false;
    for (size_t i = 0; i < n; i++)
      if (!testnet_json_same(t, json_object_array_get_idx(want, i), json_object_array_get_idx(have, i),
                             item_of(type, i)))
        return false;
    return true;
  }
  return same_bytes(want, have, type);
}
