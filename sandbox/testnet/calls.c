/* Calls through the client's composer, which finds references and fees as any client does; deployments. */
#include "internal.h"

#include "algo/arc56.h"

static bool judge(algo_testnet_t *t, algo_composer_t *c) {
  const algo_txn_t *all[ALGO_GROUP_MAX];
  for (size_t i = 0; i < algo_composer_count(c); i++) all[i] = algo_composer_txn(c, i);
  testnet_tell(t, all, algo_composer_count(c));
  return testnet_judge(t);
}

/* Takes the composer. */
static bool compose(algo_testnet_t *t, algo_composer_t *c, const algo_app_spec_t *creates) {
  algo_err_t err;
  t->composer = c;
  algo_code_t rc = algo_composer_build(c, &err);
  size_t n = algo_composer_count(c);
  if (rc == ALGO_OK && t->opt.measure) {
    algo_stxn_t group[ALGO_GROUP_MAX];
    for (size_t i = 0; i < n; i++) group[i] = (algo_stxn_t){.txn = *algo_composer_txn(c, i)};
    if (!testnet_measure(t, group, n)) return false;
  }
  if (rc == ALGO_OK) rc = algo_composer_execute(c, &err);
  if (rc == ALGO_E_REFUSED || rc == ALGO_E_LOGIC || rc == ALGO_E_LEDGER) {
    testnet_refused(t, *algo_composer_said(c) != '\0' ? algo_composer_said(c) : err.msg, creates);
    return judge(t, c);
  }
  if (rc != ALGO_OK) return testnet_fail_err(t, "the group was not made", &err);
  algo_outcome_t *o = algo_arena_array(&t->group, n, sizeof *o);
  if (o == NULL) return testnet_nomem(t);
  for (size_t i = 0; i < n; i++) o[i] = *algo_composer_result(c, i)->outcome;
  testnet_happened(t, o, n);
  return judge(t, c);
}

static algo_composer_t *compose_new(algo_testnet_t *t) {
  algo_composer_t *c = NULL;
  algo_err_t err;
  testnet_begin(t);
  if (algo_composer_new(&c, t->algod, NULL, &err) != ALGO_OK) testnet_fail_err(t, "no composer", &err);
  return c;
}

/* What could not even be put together. */
static bool give_up(algo_testnet_t *t, algo_composer_t *c, const char *what, const algo_err_t *err) {
  algo_composer_free(c);
  return testnet_fail_err(t, what, err);
}

static bool call(algo_testnet_t *t, const char *who, const algo_method_call_t *m, const algo_app_spec_t *spec) {
  const algo_signer_t *signer = algo_testnet_signer(t, who);
  algo_composer_t *c = signer == NULL ? NULL : compose_new(t);
  algo_err_t err;
  if (c == NULL) return false;
  algo_testnet_note(t, "%s", m->signature == NULL ? "" : m->signature);
  if (algo_composer_call(c, m, NULL, signer, spec, NULL, &err) != ALGO_OK) return give_up(t, c, "no call", &err);
  return compose(t, c, m->app_id == 0 ? spec : NULL);
}

bool algo_testnet_call(algo_testnet_t *t, const char *who, const algo_method_call_t *m) {
  return call(t, who, m, testnet_spec(t, m->app_id));
}

/* ---- deploying ---- */

bool algo_testnet_adopt(algo_testnet_t *t, uint64_t app, const char *label, const algo_app_spec_t *spec) {
  algo_addr_t addr;
  known_app_t *a = algo_arena_alloc(&t->arena, sizeof *a);
  if (a == NULL) return testnet_nomem(t);
  *a = (known_app_t){t->apps, app, spec};
  t->apps = a;
  algo_addr_of_app(&addr, app);
  return app == 0 || label == NULL || algo_testnet_name(t, &addr, label);
}

/* A creation that was refused as expected has no id, and that is fine. */
static bool created(algo_testnet_t *t, const char *label, const algo_app_spec_t *spec, uint64_t *app) {
  *app = t->result.ok ? t->result.created_app : 0;
  return *app == 0 || algo_testnet_adopt(t, *app, label, spec);
}

bool algo_testnet_deploy(algo_testnet_t *t, const char *who, const char *label, const algo_app_spec_t *spec,
                         const algo_method_call_t *create, uint64_t *app) {
  static const algo_method_call_t bare = {.returns = "void"};
  return call(t, who, create == NULL ? &bare : create, spec) && created(t, label, spec, app);
}

static bool assemble(algo_testnet_t *t, const char *teal, algo_bytes_t *out) {
  algo_compiled_t c;
  algo_err_t err;
  if (algo_algod_compile(t->algod, teal, &c, &t->arena, &err) != ALGO_OK)
    return testnet_fail_err(t, "the program does not assemble", &err);
  *out = c.program;
  return true;
}

bool algo_testnet_deploy_teal(algo_testnet_t *t, const char *who, const char *label, const char *approval,
                              const char *clear, const algo_schema_t *global, const algo_schema_t *local,
                              uint64_t *app) {
  enum { PAGE = 2048 };
  algo_app_spec_t *spec = algo_arena_zalloc(&t->arena, sizeof *spec);
  if (spec == NULL) return testnet_nomem(t);
  if (!assemble(t, approval, &spec->approval)) return false;
  char accepts[64]; /* both programs are of one version, which is the first byte */
  snprintf(accepts, sizeof accepts, "#pragma version %u\nint 1", spec->approval.n == 0 ? 1u : spec->approval.p[0]);
  if (!assemble(t, clear == NULL ? accepts : clear, &spec->clear)) return false;
  spec->name = label;
  spec->variant = "";
  if (global != NULL) spec->global_schema = *global;
  if (local != NULL) spec->local_schema = *local;
  spec->extra_pages = (uint32_t)((spec->approval.n + spec->clear.n - 1) / PAGE);
  return algo_testnet_deploy(t, who, label, spec, NULL, app);
}

/* ---- by signature and JSON ---- */

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

static bool resolve_args(algo_testnet_t *t, json_object *args, const algo_arc4_method_t *m) {
  for (uint32_t i = 0; i < m->n_args && i < json_object_array_length(args); i++) {
    json_object *v = json_object_array_get_idx(args, i);
    bool ok = m->args[i].kind == ALGO_ARC4_TXN ? resolve_txn(t, v) : testnet_json_resolve(t, v, &m->args[i]);
    if (!ok) return false;
  }
  return true;
}

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

bool algo_testnet_method(algo_testnet_t *t, const char *who, uint64_t app, const char *signature, const char *args) {
  algo_arc56_method_t method;
  algo_arc56_t description = {.name = "", .desc = ""};
  algo_err_t err;
  const algo_signer_t *signer = algo_testnet_signer(t, who);
  algo_composer_t *c = signer == NULL ? NULL : compose_new(t);
  if (c == NULL) return false;
  json_object *values = describe(t, signature, &method) ? testnet_json_parse(t, args == NULL ? "[]" : args) : NULL;
  if (values == NULL || !resolve_args(t, values, &method.arc4)) {
    json_object_put(values);
    algo_composer_free(c);
    return false;
  }
  algo_testnet_note(t, "%s", signature);
  const algo_app_spec_t *spec = testnet_spec(t, app);
  if (spec != NULL) description.spec = *spec;
  algo_code_t rc = algo_arc56_call(c, &description, &method, app, values, NULL, signer, NULL, &t->group, &err);
  json_object_put(values);
  return rc == ALGO_OK ? compose(t, c, NULL) : give_up(t, c, signature, &err);
}
