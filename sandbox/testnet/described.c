/* Calls by signature, or by the name that a description has, with JSON arguments; deployments from ARC-56. */
#include "internal.h"

/* Labels in the transaction arguments: who is paid. */
static bool resolve_txn(algo_testnet_t *t, json_object *value) {
  json_object *to = NULL;
  if (!json_object_object_get_ex(value, "receiver", &to) || !json_object_is_type(to, json_type_string)) return true;
  const char *s = json_object_get_string(to);
  algo_addr_t a;
  char text[ALGO_ADDR_TEXT + 1];
  if (algo_addr_parse(&a, s, strlen(s), NULL) == ALGO_OK) return true;
  const algo_addr_t *addr = algo_testnet_account(t, s);
  if (addr == NULL) return false;
  algo_addr_format(text, addr);
  return json_object_set_string(to, text) == 1 || testnet_nomem(t);
}

static bool resolve_args(algo_testnet_t *t, json_object *args, const algo_arc56_method_t *m) {
  for (uint32_t i = 0; i < m->arc4.n_args && i < json_object_array_length(args); i++) {
    json_object *v = json_object_array_get_idx(args, i);
    bool ok = m->arc4.args[i].kind == ALGO_ARC4_TXN ? resolve_txn(t, v) : testnet_json_resolve_field(t, v, &m->args[i]);
    if (!ok) return false;
  }
  return true;
}

/* The method as its signature alone describes it. */
static bool describe(algo_testnet_t *t, const char *signature, algo_arc56_method_t *out) {
  algo_err_t err;
  *out = (algo_arc56_method_t){.desc = "", .create = 1u << ALGO_OC_NOOP, .call = 1u << ALGO_OC_NOOP};
  if (algo_arc4_method_parse(&out->arc4, signature, strlen(signature), &t->group, &err) != ALGO_OK)
    return testnet_fail_err(t, signature, &err);
  algo_arc56_field_t *fields = algo_arena_array(&t->group, out->arc4.n_args + 1u, sizeof *fields);
  if (fields == NULL) return testnet_nomem(t);
  for (uint32_t i = 0; i < out->arc4.n_args; i++) fields[i] = (algo_arc56_field_t){"", &out->arc4.args[i], NULL};
  out->args = fields;
  return true;
}

/* A call of `m` by a composer; the group is sent. `d` has the programs where it creates. */
static bool call(algo_testnet_t *t, const char *who, const algo_arc56_t *d, const algo_arc56_method_t *m, uint64_t app,
                 const char *args) {
  algo_err_t err;
  const algo_signer_t *signer = algo_testnet_signer(t, who);
  json_object *values = signer == NULL ? NULL : testnet_json_parse(t, args == NULL ? "[]" : args);
  algo_composer_t *c = NULL;
  bool ok = values != NULL && resolve_args(t, values, m) && testnet_know_method(t, m->arc4.signature);
  if (ok && algo_composer_new(&c, t->algod, NULL, &err) != ALGO_OK) ok = testnet_fail_err(t, "no composer", &err);
  if (!ok) {
    json_object_put(values);
    return false;
  }
  algo_code_t rc = algo_arc56_call(c, d, m, app, values, NULL, signer, NULL, &t->group, &err);
  json_object_put(values);
  return rc == ALGO_OK ? testnet_compose(t, c, app == 0 ? &d->spec : NULL)
                       : testnet_give_up(t, c, m->arc4.signature, &err);
}

bool algo_testnet_method(algo_testnet_t *t, const char *who, uint64_t app, const char *method, const char *args) {
  const algo_arc56_t *d = testnet_arc56(t, app);
  const algo_app_spec_t *spec = testnet_spec(t, app);
  const algo_arc56_method_t *known = NULL;
  algo_arc56_method_t alone;
  algo_arc56_t nothing = {.name = "", .desc = ""};
  algo_err_t err;
  testnet_begin(t);
  if (d != NULL && algo_arc56_find(&known, d, method, &err) == ALGO_OK) return call(t, who, d, known, app, args);
  if (d != NULL && strchr(method, '(') == NULL) return testnet_fail_err(t, "no such method", &err);
  if (!describe(t, method, &alone)) return false;
  if (spec != NULL) nothing.spec = *spec;
  return call(t, who, &nothing, &alone, app, args);
}

/* The one method that creates; NULL: none has to, a bare call does. */
static const algo_arc56_method_t *creator(const algo_arc56_t *d) {
  const algo_arc56_method_t *found = NULL;
  for (size_t i = 0; i < d->n_methods; i++)
    if (d->methods[i].create != 0) found = &d->methods[i];
  return found;
}

bool algo_testnet_deploy_arc56(algo_testnet_t *t, const char *who, const char *label, const algo_arc56_t *d,
                               const char *method, const char *args, uint64_t *app) {
  const algo_arc56_method_t *m = creator(d);
  algo_err_t err;
  *app = 0;
  if (method != NULL && algo_arc56_find(&m, d, method, &err) != ALGO_OK)
    return testnet_fail_err(t, "no such method", &err);
  if (m == NULL)
    return algo_testnet_deploy(t, who, label, &d->spec, NULL, app) &&
           (*app == 0 || algo_testnet_adopt_arc56(t, *app, label, d));
  testnet_begin(t);
  return call(t, who, d, m, 0, args) && testnet_created(t, label, &d->spec, d, app);
}
