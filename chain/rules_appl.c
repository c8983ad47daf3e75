/* The form of an application call. Source: go-algorand 5.1, transactions.ApplicationCallTxnFields.wellFormed. */
#include "algo/rules.h"

#include <inttypes.h>

#include "rules_internal.h"

#define MAX_AVM_BYTES          4096u
#define SYNC_PROGRAMS_VERSION  6u
#define MIN_INNER_APPL_VERSION 4u

algo_code_t algo_program_version(algo_bytes_t program, uint64_t *version, size_t *length, algo_err_t *err) {
  if (program.n == 0) return algo_err_set(err, ALGO_E_INVALID, "invalid program (empty)");
  uint64_t v = 0;
  for (size_t i = 0; i < program.n && i < 10; i++) {
    if (i == 9 && program.p[i] > 1) break;
    v |= (uint64_t)(program.p[i] & 0x7f) << (7 * i);
    if ((program.p[i] & 0x80) == 0) {
      *version = v;
      if (length) *length = i + 1;
      return ALGO_OK;
    }
  }
  return algo_err_set(err, ALGO_E_INVALID, "invalid version");
}

/* A program that was accepted before must not be replaced by an older version where inner calls may depend on it. */
static algo_code_t check_downgrade(const char *which, uint64_t version, algo_bytes_t old, algo_err_t *err) {
  uint64_t before = 0;
  if (old.n == 0) return ALGO_OK;
  algo_code_t rc = algo_program_version(old, &before, NULL, err);
  if (rc) return rc;
  if (before < MIN_INNER_APPL_VERSION || version >= before) return ALGO_OK;
  return algo_err_set(err, ALGO_E_INVALID, "%s program version downgrade: %" PRIu64 " < %" PRIu64, which, version,
                      before);
}

algo_code_t algo_program_versions_check(algo_bytes_t approval, algo_bytes_t clear, algo_bytes_t old_approval,
                                        algo_bytes_t old_clear, algo_err_t *err) {
  uint64_t av = 0, cv = 0;
  algo_code_t rc = algo_program_version(approval, &av, NULL, err);
  if (rc) return algo_err_prefix(err, rc, "bad ApprovalProgram");
  rc = algo_program_version(clear, &cv, NULL, err);
  if (rc) return algo_err_prefix(err, rc, "bad ClearStateProgram");
  if ((av >= SYNC_PROGRAMS_VERSION || cv >= SYNC_PROGRAMS_VERSION) && av != cv)
    return algo_err_set(err, ALGO_E_INVALID, "program version mismatch: %" PRIu64 " != %" PRIu64, av, cv);
  rc = check_downgrade("approval", av, old_approval, err);
  return rc ? rc : check_downgrade("clearstate", cv, old_clear, err);
}

algo_code_t algo_program_sizes_check(const algo_txn_t *t, uint32_t extra_pages, const algo_consensus_t *c,
                                     algo_err_t *err) {
  uint64_t pages = 1 + (uint64_t)extra_pages;
  uint64_t most = pages * c->max_app_program_len, total = pages * c->max_app_total_program_len;
  size_t a = t->approval_program.n, k = t->clear_program.n;
  if (a > most) return algo_err_set(err, ALGO_E_INVALID, "approval program too long. (%zu > %" PRIu64 ")", a, most);
  if (k > most) return algo_err_set(err, ALGO_E_INVALID, "clear state program too long. (%zu > %" PRIu64 ")", k, most);
  if (a + k > total)
    return algo_err_set(err, ALGO_E_INVALID, "app programs too long. (%zu + %zu > %" PRIu64 ")", a, k, total);
  return ALGO_OK;
}

static bool schema_empty(const algo_schema_t *s) { return s->num_uint == 0 && s->num_byte_slice == 0; }

bool algo_txn_updates_sizes(const algo_txn_t *t) {
  return t->on_completion == ALGO_OC_UPDATE && (t->extra_program_pages != 0 || !schema_empty(&t->global_schema));
}

static algo_code_t inappropriate_schema(const char *which, const algo_schema_t *s, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_INVALID,
                      "inappropriate non-zero tx.%s ({NumUint:%" PRIu64 " NumByteSlice:%" PRIu64 "})", which,
                      s->num_uint, s->num_byte_slice);
}

static algo_code_t check_programs(const algo_txn_t *t, const algo_consensus_t *c, algo_err_t *err) {
  if (t->reject_version > 0 && t->app_id == 0)
    return algo_err_set(err, ALGO_E_INVALID, "tx.RejectVersion cannot be set during creation");
  if (t->app_id != 0 && t->on_completion != ALGO_OC_UPDATE) {
    if (t->approval_program.n || t->clear_program.n)
      return algo_err_set(err, ALGO_E_INVALID, "programs may only be specified during application creation or update");
  } else {
    algo_code_t rc = algo_program_versions_check(t->approval_program, t->clear_program, algo_bytes(NULL, 0),
                                                 algo_bytes(NULL, 0), err);
    if (rc) return rc;
  }
  if (t->extra_program_pages > c->max_absolute_extra_program_pages)
    return algo_err_set(err, ALGO_E_INVALID, "tx.ExtraProgramPages exceeds MaxAbsoluteExtraProgramPages = %" PRIu64,
                        c->max_absolute_extra_program_pages);
  uint32_t pages = t->extra_program_pages;
  if (t->app_id != 0) {
    if (!schema_empty(&t->local_schema)) return inappropriate_schema("LocalStateSchema", &t->local_schema, err);
    if (!algo_txn_updates_sizes(t)) {
      if (!schema_empty(&t->global_schema)) return inappropriate_schema("GlobalStateSchema", &t->global_schema, err);
      if (pages) return algo_err_set(err, ALGO_E_INVALID, "inappropriate non-zero tx.ExtraProgramPages (%u)", pages);
      pages = (uint32_t)
                  c->max_absolute_extra_program_pages; /* the application's own pages are checked when it is updated */
    }
  }
  return algo_program_sizes_check(t, pages, c, err);
}

static algo_code_t check_args(const algo_txn_t *t, const algo_consensus_t *c, algo_err_t *err) {
  if (t->n_app_args > c->max_app_args)
    return algo_err_set(err, ALGO_E_INVALID, "tx.ApplicationArgs has too many arguments. %zu > %" PRIu64, t->n_app_args,
                        c->max_app_args);
  uint64_t sum = 0;
  for (size_t i = 0; i < t->n_app_args; i++) {
    if (t->app_args[i].n > MAX_AVM_BYTES)
      return algo_err_set(err, ALGO_E_INVALID, "tx.ApplicationArgs[%zu] length is too long. %zu > %u", i,
                          t->app_args[i].n, MAX_AVM_BYTES);
    sum += t->app_args[i].n;
  }
  if (sum > c->max_absolute_total_arg_len)
    return algo_err_set(err, ALGO_E_INVALID, "tx.ApplicationArgs total length is too long. %" PRIu64 " > %" PRIu64, sum,
                        c->max_absolute_total_arg_len);
  return ALGO_OK;
}

/* ---- the access list ---- */

static algo_code_t check_holding(const algo_txn_t *t, const algo_resource_ref_t *r, algo_err_t *err) {
  uint64_t d = r->holding.address, s = r->holding.asset;
  if (d > t->n_access)
    return algo_err_set(err, ALGO_E_INVALID, "holding Address reference %" PRIu64 " outside tx.Access", d);
  if (d && algo_addr_is_zero(&t->access[d - 1].address))
    return algo_err_set(err, ALGO_E_INVALID, "holding Address reference %" PRIu64 " is not an Address", d);
  if (s == 0 || s > t->n_access)
    return algo_err_set(err, ALGO_E_INVALID, "holding Asset reference %" PRIu64 " outside tx.Access", s);
  if (t->access[s - 1].asset == 0)
    return algo_err_set(err, ALGO_E_INVALID, "holding Asset reference %" PRIu64 " is not an Asset", s);
  return ALGO_OK;
}

static algo_code_t check_locals(const algo_txn_t *t, const algo_resource_ref_t *r, algo_err_t *err) {
  uint64_t d = r->locals.address, p = r->locals.app;
  if (p == 0 && t->app_id == 0)
    return algo_err_set(err, ALGO_E_INVALID, "0 App in LocalsRef during app create is not allowed or necessary");
  if (d > t->n_access)
    return algo_err_set(err, ALGO_E_INVALID, "locals Address reference %" PRIu64 " outside tx.Access", d);
  if (d && algo_addr_is_zero(&t->access[d - 1].address))
    return algo_err_set(err, ALGO_E_INVALID, "locals Address reference %" PRIu64 " is not an Address", d);
  if (p > t->n_access)
    return algo_err_set(err, ALGO_E_INVALID, "locals App reference %" PRIu64 " outside tx.Access", p);
  if (p && t->access[p - 1].app == 0)
    return algo_err_set(err, ALGO_E_INVALID, "locals App reference %" PRIu64 " is not an App", p);
  return ALGO_OK;
}

static algo_code_t check_box(const algo_txn_t *t, const algo_resource_ref_t *r, const algo_consensus_t *c,
                             algo_err_t *err) {
  uint64_t i = r->box.index;
  if (r->box.name.n > c->max_app_key_len)
    return algo_err_set(err, ALGO_E_INVALID, "tx.Access box Name too long, max len %" PRIu64 " bytes",
                        c->max_app_key_len);
  if (i > t->n_access) return algo_err_set(err, ALGO_E_INVALID, "box Index %" PRIu64 " outside tx.Access", i);
  if (i && t->access[i - 1].app == 0)
    return algo_err_set(err, ALGO_E_INVALID, "box Index reference %" PRIu64 " is not an App", i);
  return ALGO_OK;
}

static algo_code_t check_resource(const algo_txn_t *t, const algo_resource_ref_t *r, const algo_consensus_t *c,
                                  algo_err_t *err) {
  int kinds = !algo_addr_is_zero(&r->address);
  kinds += r->asset != 0;
  kinds += r->app != 0;
  algo_code_t rc = ALGO_OK;
  if (r->holding.address || r->holding.asset) {
    if ((rc = check_holding(t, r, err))) return rc;
    kinds++;
  }
  if (r->locals.address || r->locals.app) {
    if ((rc = check_locals(t, r, err))) return rc;
    kinds++;
  }
  if (r->box.index || r->box.name.n) {
    if ((rc = check_box(t, r, c, err))) return rc;
    kinds++;
  }
  return kinds > 1 ? algo_err_set(err, ALGO_E_INVALID, "tx.Access element has fields from multiple types") : ALGO_OK;
}

static algo_code_t check_access(const algo_txn_t *t, const algo_consensus_t *c, algo_err_t *err) {
  if (t->n_access > c->max_app_access)
    return algo_err_set(err, ALGO_E_INVALID, "tx.Access too long, max number of references is %" PRIu64,
                        c->max_app_access);
  const char *other = t->n_accounts         ? "Accounts"
                      : t->n_foreign_apps   ? "ForeignApps"
                      : t->n_foreign_assets ? "ForeignAssets"
                                            : NULL;
  if (!other && t->n_boxes) other = "Boxes";
  if (other) return algo_err_set(err, ALGO_E_INVALID, "tx.%s can't be used when tx.Access is used", other);
  for (size_t i = 0; i < t->n_access; i++) {
    algo_code_t rc = check_resource(t, &t->access[i], c, err);
    if (rc) return rc;
  }
  return ALGO_OK;
}

static algo_code_t check_foreign(const algo_txn_t *t, const algo_consensus_t *c, algo_err_t *err) {
  const struct {
    const char *field, *what;
    size_t n;
    uint64_t most;
  } lists[] = {{"Accounts", "accounts", t->n_accounts, c->max_app_txn_accounts},
               {"ForeignApps", "foreign apps", t->n_foreign_apps, c->max_app_txn_foreign_apps},
               {"ForeignAssets", "foreign assets", t->n_foreign_assets, c->max_app_txn_foreign_assets},
               {"Boxes", "box references", t->n_boxes, c->max_app_box_references}};
  size_t sum = 0;
  for (size_t i = 0; i < 4; i++) {
    if (lists[i].n > lists[i].most)
      return algo_err_set(err, ALGO_E_INVALID, "tx.%s too long, max number of %s is %" PRIu64, lists[i].field,
                          lists[i].what, lists[i].most);
    sum += lists[i].n;
  }
  if (sum > c->max_app_total_txn_references)
    return algo_err_set(err, ALGO_E_INVALID, "tx references exceed MaxAppTotalTxnReferences = %" PRIu64,
                        c->max_app_total_txn_references);
  return ALGO_OK;
}

static algo_code_t check_boxes(const algo_txn_t *t, const algo_consensus_t *c, algo_err_t *err) {
  for (size_t i = 0; i < t->n_boxes; i++) {
    if (t->boxes[i].index > t->n_foreign_apps)
      return algo_err_set(err, ALGO_E_INVALID, "tx.Boxes[%zu].Index is %" PRIu64 ". Exceeds len(tx.ForeignApps)", i,
                          t->boxes[i].index);
    if (t->boxes[i].name.n > c->max_app_key_len)
      return algo_err_set(err, ALGO_E_INVALID, "tx.Boxes[%zu].Name too long, max len %" PRIu64 " bytes", i,
                          c->max_app_key_len);
  }
  return ALGO_OK;
}

static uint64_t add_saturate(uint64_t a, uint64_t b) { return a + b < a ? UINT64_MAX : a + b; }

algo_code_t algo_rules_appl(const algo_txn_t *t, const algo_consensus_t *c, algo_err_t *err) {
  if (t->on_completion > ALGO_OC_DELETE)
    return algo_err_set(err, ALGO_E_INVALID, "invalid application OnCompletion (%" PRIu64 ")", t->on_completion);
  algo_code_t rc = check_programs(t, c, err);
  if (!rc) rc = check_args(t, c, err);
  if (!rc) rc = t->n_access ? check_access(t, c, err) : check_foreign(t, c, err);
  if (!rc) rc = check_boxes(t, c, err);
  if (rc) return rc;
  uint64_t local = add_saturate(t->local_schema.num_uint, t->local_schema.num_byte_slice);
  if (local > c->max_local_schema_entries)
    return algo_err_set(err, ALGO_E_INVALID, "tx.LocalStateSchema is too large. %" PRIu64 " > %" PRIu64, local,
                        c->max_local_schema_entries);
  uint64_t global = add_saturate(t->global_schema.num_uint, t->global_schema.num_byte_slice);
  if (global > c->max_global_schema_entries)
    return algo_err_set(err, ALGO_E_INVALID, "tx.GlobalStateSchema is too large. %" PRIu64 " > %" PRIu64, global,
                        c->max_global_schema_entries);
  return ALGO_OK;
}
