/* Calls through the client's composer, which finds references and fees as any client does; deployments. */
#include "internal.h"

static bool judge(algo_testnet_t *t, algo_composer_t *c, const algo_app_spec_t *creates) {
  const algo_txn_t *all[ALGO_GROUP_MAX];
  for (size_t i = 0; i < algo_composer_count(c); i++) all[i] = algo_composer_txn(c, i);
  return testnet_judge(t, all, algo_composer_count(c), creates);
}

bool testnet_compose(algo_testnet_t *t, algo_composer_t *c, const algo_app_spec_t *creates) {
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
    return judge(t, c, creates);
  }
  if (rc != ALGO_OK) return testnet_fail_err(t, "the group was not made", &err);
  algo_outcome_t *o = algo_arena_array(&t->group, n, sizeof *o);
  if (o == NULL) return testnet_nomem(t);
  for (size_t i = 0; i < n; i++) o[i] = *algo_composer_result(c, i)->outcome;
  testnet_happened(t, o, n);
  return judge(t, c, creates);
}

algo_composer_t *testnet_compose_new(algo_testnet_t *t) {
  algo_composer_t *c = NULL;
  algo_err_t err;
  testnet_begin(t);
  if (algo_composer_new(&c, t->algod, NULL, &err) != ALGO_OK) testnet_fail_err(t, "no composer", &err);
  return c;
}

bool testnet_give_up(algo_testnet_t *t, algo_composer_t *c, const char *what, const algo_err_t *err) {
  algo_composer_free(c);
  return testnet_fail_err(t, what, err);
}

static bool call(algo_testnet_t *t, const char *who, const algo_method_call_t *m, const algo_app_spec_t *spec) {
  const algo_signer_t *signer = algo_testnet_signer(t, who);
  algo_composer_t *c = signer == NULL ? NULL : testnet_compose_new(t);
  algo_err_t err;
  if (c == NULL || !testnet_know_method(t, m->signature)) {
    algo_composer_free(c);
    return false;
  }
  if (algo_composer_call(c, m, NULL, signer, spec, NULL, &err) != ALGO_OK)
    return testnet_give_up(t, c, "no call", &err);
  return testnet_compose(t, c, m->app_id == 0 ? spec : NULL);
}

bool algo_testnet_call(algo_testnet_t *t, const char *who, const algo_method_call_t *m) {
  return call(t, who, m, testnet_spec(t, m->app_id));
}

/* ---- deploying ---- */

static bool adopt(algo_testnet_t *t, uint64_t app, const char *label, const algo_app_spec_t *spec,
                  const algo_arc56_t *arc56) {
  return testnet_know(t, app, spec, arc56) && (app == 0 || label == NULL || testnet_name_app(t, app, label));
}

bool algo_testnet_adopt(algo_testnet_t *t, uint64_t app, const char *label, const algo_app_spec_t *spec) {
  return adopt(t, app, label, spec, NULL);
}

bool algo_testnet_adopt_arc56(algo_testnet_t *t, uint64_t app, const char *label, const algo_arc56_t *arc56) {
  return adopt(t, app, label, &arc56->spec, arc56);
}

bool testnet_created(algo_testnet_t *t, const char *label, const algo_app_spec_t *spec, const algo_arc56_t *arc56,
                     uint64_t *app) {
  *app = t->result.ok ? t->result.created_app : 0;
  return *app == 0 || adopt(t, *app, label, spec, arc56);
}

bool algo_testnet_deploy(algo_testnet_t *t, const char *who, const char *label, const algo_app_spec_t *spec,
                         const algo_method_call_t *create, uint64_t *app) {
  static const algo_method_call_t bare = {.returns = "void"};
  return call(t, who, create == NULL ? &bare : create, spec) && testnet_created(t, label, spec, NULL, app);
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
  if (!testnet_know_source(t, spec, approval)) return false;
  return algo_testnet_deploy(t, who, label, spec, NULL, app);
}
