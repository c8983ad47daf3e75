/* Application calls. Source: go-algorand 5.1, ledger/apply/application.go, ledger/eval/appcow.go (StatefulEval). */
#include "internal.h"

static algo_code_t nomem(algo_ledger_t *l, algo_err_t *err) {
  return algo_lfail_code(l, ALGO_E_NOMEM, err, "out of memory");
}

/* ---- creation, update, deletion ---- */

static algo_code_t create(algo_ledger_t *l, applied_t *x, uint64_t *id, algo_err_t *err) {
  const algo_txn_t *t = x->txn;
  account_t *creator = algo_lacct(l, &t->sender);
  app_t *a = creator ? calloc(1, sizeof *a) : NULL;
  if (!a) return nomem(l, err);
  *id = x->counter + 1;
  *a = (app_t){.id = *id, .creator = creator, .global_schema = t->global_schema, .local_schema = t->local_schema};
  a->extra_pages = t->extra_program_pages;
  a->approval = algo_lblob_new(t->approval_program);
  a->clear = algo_lblob_new(t->clear_program);
  a->globals = algo_lkv_new(creator, *id);
  if (!a->approval || !a->clear || !a->globals || algo_lapp(l, *id)) {
    bool there = algo_lapp(l, *id) != NULL;
    algo_lapp_free(a);
    return there ? algo_lfail(l, err, "already found app with index %" PRIu64, *id) : nomem(l, err);
  }
  account_data_t *d = algo_lacct_write(l, creator);
  d->schema_uint = sat_add(d->schema_uint, t->global_schema.num_uint);
  d->schema_bytes = sat_add(d->schema_bytes, t->global_schema.num_byte_slice);
  d->apps_created = sat_add(d->apps_created, 1);
  d->extra_pages = sat_add(d->extra_pages, t->extra_program_pages);
  algo_lapp_put(l, *id, a);
  x->ad->created_app = *id;
  return ALGO_OK;
}

/* Who answers for the application's space: its creator, or who changed its sizes last. */
static account_t *sponsor_of(algo_ledger_t *l, const app_t *a) {
  return algo_addr_is_zero(&a->sponsor) ? a->creator : algo_lacct(l, &a->sponsor);
}

static void release_space(algo_ledger_t *l, account_t *sponsor, const app_t *a) {
  account_data_t *d = algo_lacct_write(l, sponsor);
  d->schema_uint = sat_sub(d->schema_uint, a->global_schema.num_uint);
  d->schema_bytes = sat_sub(d->schema_bytes, a->global_schema.num_byte_slice);
  d->extra_pages = sat_sub(d->extra_pages, a->extra_pages);
}

static algo_code_t delete_app(algo_ledger_t *l, uint64_t id, algo_err_t *err) {
  app_t *a = algo_lapp(l, id);
  if (!a) return algo_lfail(l, err, "cannot deallocate storage, app %" PRIu64 " does not exist", id);
  account_t *sponsor = sponsor_of(l, a);
  if (!sponsor) return nomem(l, err);
  account_data_t *d = algo_lacct_write(l, a->creator);
  d->apps_created = sat_sub(d->apps_created, 1);
  release_space(l, sponsor, a);
  algo_lapp_put(l, id, NULL);
  return ALGO_OK;
}

static algo_code_t resize(algo_ledger_t *l, app_t *b, const algo_txn_t *t, algo_err_t *err) {
  account_t *sponsor = sponsor_of(l, b), *updater = algo_lacct(l, &t->sender);
  if (!sponsor || !updater) return nomem(l, err);
  release_space(l, sponsor, b);
  const kv_t *kv = b->globals;
  if (kv->n_uint > t->global_schema.num_uint)
    return algo_lfail(
        l, err, "unable to change global schema: store integer count %" PRIu64 " exceeds schema integer count %" PRIu64,
        kv->n_uint, t->global_schema.num_uint);
  if (kv->n_bytes > t->global_schema.num_byte_slice)
    return algo_lfail(
        l, err, "unable to change global schema: store bytes count %" PRIu64 " exceeds schema bytes count %" PRIu64,
        kv->n_bytes, t->global_schema.num_byte_slice);
  b->global_schema = t->global_schema;
  b->extra_pages = t->extra_program_pages;
  b->sponsor = updater == b->creator ? (algo_addr_t){{0}} : t->sender;
  account_data_t *d = algo_lacct_write(l, updater);
  d->schema_uint = sat_add(d->schema_uint, b->global_schema.num_uint);
  d->schema_bytes = sat_add(d->schema_bytes, b->global_schema.num_byte_slice);
  d->extra_pages = sat_add(d->extra_pages, b->extra_pages);
  return ALGO_OK;
}

static algo_code_t update(algo_ledger_t *l, const algo_txn_t *t, uint64_t id, algo_err_t *err) {
  app_t *a = algo_lapp(l, id);
  if (!a) return algo_lfail(l, err, "app %" PRIu64 " does not exist", id);
  bool sizes = algo_txn_updates_sizes(t);
  algo_err_t why;
  if (!sizes && algo_program_sizes_check(t, a->extra_pages, l->consensus, &why))
    return algo_lfail(l, err, "%s", why.msg);
  app_t *b = algo_lapp_copy(a);
  if (!b) return nomem(l, err);
  blob_unref(b->approval);
  blob_unref(b->clear);
  b->approval = algo_lblob_new(t->approval_program);
  b->clear = algo_lblob_new(t->clear_program);
  b->version++;
  algo_code_t rc = b->approval && b->clear ? ALGO_OK : nomem(l, err);
  if (!rc && sizes) rc = resize(l, b, t, err);
  if (rc) {
    algo_lapp_free(b);
    return rc;
  }
  algo_lapp_put(l, id, b);
  return ALGO_OK;
}

/* ---- opting in and out ---- */

static algo_code_t opt_in(algo_ledger_t *l, account_t *who, uint64_t id, algo_err_t *err) {
  const app_t *a = algo_lapp(l, id);
  if (algo_llocal(who, id))
    return algo_lfail(l, err, "account %s has already opted in to app %" PRIu64, algo_laddr(&who->addr).s, id);
  account_data_t *d = algo_lacct_write(l, who);
  d->schema_uint = sat_add(d->schema_uint, a->local_schema.num_uint);
  d->schema_bytes = sat_add(d->schema_bytes, a->local_schema.num_byte_slice);
  d->apps_opted_in = sat_add(d->apps_opted_in, 1);
  algo_llocal_put(l, who, id, &a->local_schema);
  return ALGO_OK;
}

static algo_code_t close_out(algo_ledger_t *l, account_t *who, uint64_t id, algo_err_t *err) {
  if (who->d.apps_opted_in == 0)
    return algo_lfail(l, err, "account %s is not opted in to any app, and in particular %" PRIu64,
                      algo_laddr(&who->addr).s, id);
  const local_t *x = algo_llocal(who, id);
  if (!x) return algo_lfail(l, err, "account %s is not opted in to app %" PRIu64, algo_laddr(&who->addr).s, id);
  account_data_t *d = algo_lacct_write(l, who);
  d->schema_uint = sat_sub(d->schema_uint, x->schema.num_uint);
  d->schema_bytes = sat_sub(d->schema_bytes, x->schema.num_byte_slice);
  d->apps_opted_in = sat_sub(d->apps_opted_in, 1);
  algo_llocal_put(l, who, id, NULL);
  return ALGO_OK;
}

/* ---- running ---- */

static algo_code_t check_program(algo_ledger_t *l, const applied_t *x, algo_bytes_t program, const char *which,
                                 algo_err_t *err) {
  algo_err_t why;
  algo_err_init(&why);
  algo_code_t rc = algo_avm_check(x->group, x->index, program, ALGO_AVM_APP, NULL, &why);
  if (rc == ALGO_E_NOMEM) return nomem(l, err);
  return rc == ALGO_OK ? ALGO_OK : algo_lfail(l, err, "check failed on %s: %s", which, why.msg);
}

static algo_code_t check_programs(algo_ledger_t *l, const applied_t *x, const app_t *a, algo_err_t *err) {
  const algo_txn_t *t = x->txn;
  algo_err_t why;
  /* a new application's own programs are what is there: they are not older than themselves */
  if (algo_program_versions_check(t->approval_program, t->clear_program, blob_view(a->approval), blob_view(a->clear),
                                  &why))
    return algo_lfail(l, err, "%s", why.msg);
  algo_code_t rc = check_program(l, x, t->approval_program, "ApprovalProgram", err);
  return rc ? rc : check_program(l, x, t->clear_program, "ClearStateProgram", err);
}

/* Runs a program on the state; what it wrote stays only when it passed. */
static algo_code_t run(algo_ledger_t *l, applied_t *x, uint64_t id, blob_t *program, bool *pass, algo_err_t *err) {
  mark_t m = algo_lmark(l);
  blob_ref(program); /* it may be replaced while it runs */
  *pass = false;
  algo_code_t rc = algo_avm_eval_app(x->group, x->index, id, blob_view(program), pass, err);
  blob_unref(program);
  if (rc || !*pass) algo_lundo(l, &m);
  if (!rc) return ALGO_OK;
  l->failed_app = id;
  algo_bytes_t text = algo_avm_group_failure(x->group);
  if (algo_avm_group_failure_is_eval(x->group)) l->attributes = algo_avm_group_failure_attributes(x->group);
  if (text.n) {
    algo_buf_clear(&l->fail);
    algo_buf_putb(&l->fail, text);
    return rc;
  }
  return algo_lfail_code(l, rc, err, "%s", err ? err->msg : "");
}

static algo_code_t clear_state(algo_ledger_t *l, applied_t *x, account_t *who, uint64_t id, algo_err_t *err) {
  if (!algo_llocal(who, id))
    return algo_lfail(l, err, "cannot clear state: %s is not currently opted in to app %" PRIu64,
                      algo_laddr(&who->addr).s, id);
  const app_t *a = algo_lapp(l, id);
  if (a) {
    bool pass = false;
    algo_err_t why;
    algo_err_init(&why);
    algo_code_t rc = run(l, x, id, a->clear, &pass, &why);
    if (rc && !(rc == ALGO_E_LOGIC && algo_avm_group_failure_is_eval(x->group))) {
      if (err) *err = why;
      return rc;
    }
    if (rc || !pass) x->ad->delta = (algo_eval_delta_t){0};
  }
  return close_out(l, who, id, err);
}

static algo_code_t complete(algo_ledger_t *l, applied_t *x, account_t *who, uint64_t id, algo_err_t *err) {
  switch (x->txn->on_completion) {
  case ALGO_OC_CLOSEOUT: return close_out(l, who, id, err);
  case ALGO_OC_UPDATE: return update(l, x->txn, id, err);
  case ALGO_OC_DELETE: return delete_app(l, id, err);
  default: return ALGO_OK;
  }
}

algo_code_t algo_lapply_appl(algo_ledger_t *l, applied_t *x, algo_err_t *err) {
  const algo_txn_t *t = x->txn;
  uint64_t id = t->app_id;
  algo_code_t rc = ALGO_OK;
  if (id == 0 && (rc = create(l, x, &id, err))) return rc;
  account_t *who = algo_lacct(l, &t->sender);
  if (!who) return nomem(l, err);
  const app_t *a = algo_lapp(l, id);
  uint64_t version = a ? a->version : 0;
  if (id > INT64_MAX) return algo_lno_creator(l, id, 1, err);
  if (t->reject_version > 0 && version >= t->reject_version)
    return algo_lfail(l, err, "app version (%" PRIu64 ") >= reject version (%" PRIu64 ")", version, t->reject_version);
  if (!a && t->on_completion != ALGO_OC_CLEAR)
    return algo_lfail(l, err, "only ClearState is supported for an application (%" PRIu64 ") that does not exist", id);
  if (a && (t->app_id == 0 || t->on_completion == ALGO_OC_UPDATE) && (rc = check_programs(l, x, a, err))) return rc;
  if (t->on_completion == ALGO_OC_CLEAR) return clear_state(l, x, who, id, err);
  if (t->on_completion == ALGO_OC_OPTIN && (rc = opt_in(l, who, id, err))) return rc;
  bool pass = false;
  if ((rc = run(l, x, id, a->approval, &pass, err))) return rc;
  if (!pass) return algo_lfail(l, err, "transaction rejected by ApprovalProgram");
  return complete(l, x, who, id, err);
}
