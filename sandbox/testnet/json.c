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

bool testnet_json_same(algo_testnet_t *t, json_object *want, json_object *have, const algo_arc4_type_t *type) {
  if (want == NULL) return true;
  if (is_account(type)) {
    algo_addr_t a, b;
    const char *w = json_object_get_string(want), *h = json_object_get_string(have);
    return w != NULL && h != NULL && means(t, w, &a) && means(t, h, &b) && algo_addr_eq(&a, &b);
  }
  if (json_object_is_type(want, json_type_array) && json_object_is_type(have, json_type_array) &&
      item_of(type, 0) != NULL) {
    size_t n = json_object_array_length(want);
    if (n != json_object_array_length(have)) return false;
    for (size_t i = 0; i < n; i++)
      if (!testnet_json_same(t, json_object_array_get_idx(want, i), json_object_array_get_idx(have, i),
                             item_of(type, i)))
        return false;
    return true;
  }
  return strcmp(json_object_to_json_string_ext(want, JSON_C_TO_STRING_PLAIN),
                json_object_to_json_string_ext(have, JSON_C_TO_STRING_PLAIN)) == 0;
}
