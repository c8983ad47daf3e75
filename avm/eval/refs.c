/* What the values on the stack refer to: accounts, applications and assets, by themselves or by their place in the
 * transaction's arrays, as each version allows. */
#include "internal.h"

algo_code_t avm_value_address(algo_avm_context_t *cx, avm_value_t v, algo_addr_t *out) {
  if (!v.is_bytes || v.n != sizeof out->b) return avm_fail(cx, "not an address");
  memcpy(out->b, v.p, sizeof out->b);
  return ALGO_OK;
}

static algo_code_t unavailable_account(algo_avm_context_t *cx, const algo_addr_t *a) {
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, a);
  return avm_fail(cx, "unavailable Account %s", text);
}

static algo_code_t address_by_index(algo_avm_context_t *cx, uint64_t i, algo_addr_t *out) {
  const algo_txn_t *t = cx->txn;
  if (i == 0) return *out = t->sender, ALGO_OK;
  if (t->n_access != 0) {
    if (i > t->n_access)
      return avm_fail(cx, "invalid Account reference %llu exceeds length of tx.Access %zu", (unsigned long long)i,
                      t->n_access);
    if (algo_addr_is_zero(&t->access[i - 1].address))
      return avm_fail(cx, "address reference %llu is not an Address in tx.Access", (unsigned long long)i);
    return *out = t->access[i - 1].address, ALGO_OK;
  }
  if (i > t->n_accounts)
    return avm_fail(cx, "invalid Account reference %llu exceeds length of tx.Accounts %zu", (unsigned long long)i,
                    t->n_accounts);
  return *out = t->accounts[i - 1], ALGO_OK;
}

/* The account; *known: it is among the transaction's own, at *index. Whether it is available is not asked. */
static algo_code_t resolve_account(algo_avm_context_t *cx, avm_value_t v, algo_addr_t *out, uint64_t *index,
                                   bool *known) {
  *known = true;
  if (!v.is_bytes) {
    *index = v.u;
    return address_by_index(cx, v.u, out);
  }
  algo_code_t rc = avm_value_address(cx, v, out);
  if (rc == ALGO_OK) *known = avm_txn_account_index(cx->txn, out, index);
  return rc;
}

algo_code_t avm_account_ref(algo_avm_context_t *cx, avm_value_t v, algo_addr_t *out, uint64_t *index) {
  bool known;
  algo_code_t rc = resolve_account(cx, v, out, index, &known);
  if (rc != ALGO_OK || known) return rc;
  if (!avm_account_available(cx, out)) return unavailable_account(cx, out);
  *index = cx->txn->n_accounts + 1; /* one beyond: available, but without a place */
  return ALGO_OK;
}

algo_code_t avm_mutable_account_ref(algo_avm_context_t *cx, avm_value_t v, algo_addr_t *out, uint64_t *index) {
  algo_code_t rc = avm_account_ref(cx, v, out, index);
  if (rc != ALGO_OK || *index <= cx->txn->n_accounts || cx->version >= AVM_V_SHARED) return rc;
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, out);
  return avm_fail(cx, "invalid Account reference for mutation %s", text);
}

static algo_code_t not_low(algo_avm_context_t *cx, const char *kind, uint64_t id) {
  if (id <= AVM_LOW_RESOURCE) return avm_fail(cx, "low %s lookup %llu", kind, (unsigned long long)id);
  return ALGO_OK;
}

static algo_code_t resolve_app(algo_avm_context_t *cx, uint64_t ref, uint64_t *app) {
  const algo_txn_t *t = cx->txn;
  if (ref == 0 || ref == cx->app) *app = cx->app;
  else if (avm_app_available(cx, ref)) *app = ref;
  else if (ref <= t->n_foreign_apps) *app = t->foreign_apps[ref - 1];
  else if (ref <= t->n_access && t->access[ref - 1].app != 0) *app = t->access[ref - 1].app;
  else return *app = 0, avm_fail(cx, "unavailable App %llu", (unsigned long long)ref);
  return not_low(cx, "App", *app);
}

algo_code_t avm_app_ref(algo_avm_context_t *cx, uint64_t ref, bool foreign, uint64_t *app) {
  if (cx->version >= AVM_V_DIRECT_REF) return resolve_app(cx, ref, app);
  if (ref == 0) *app = cx->app;
  else if (!foreign) *app = ref;
  else if (ref <= cx->txn->n_foreign_apps) *app = cx->txn->foreign_apps[ref - 1];
  else return *app = 0, avm_fail(cx, "%llu is not a valid foreign app slot", (unsigned long long)ref);
  return not_low(cx, "App", *app);
}

static algo_code_t resolve_asset(algo_avm_context_t *cx, uint64_t ref, uint64_t *asset) {
  const algo_txn_t *t = cx->txn;
  if (avm_asset_available(cx, ref)) *asset = ref;
  else if (ref < t->n_foreign_assets) *asset = t->foreign_assets[ref];
  else if (ref > 0 && ref <= t->n_access && t->access[ref - 1].asset != 0) *asset = t->access[ref - 1].asset;
  else return *asset = 0, avm_fail(cx, "unavailable Asset %llu", (unsigned long long)ref);
  return not_low(cx, "Asset", *asset);
}

algo_code_t avm_asset_ref(algo_avm_context_t *cx, uint64_t ref, bool foreign, uint64_t *asset) {
  if (cx->version >= AVM_V_DIRECT_REF) return resolve_asset(cx, ref, asset);
  if (!foreign) *asset = ref;
  else if (ref < cx->txn->n_foreign_assets) *asset = cx->txn->foreign_assets[ref];
  else return *asset = 0, avm_fail(cx, "%llu is not a valid foreign asset slot", (unsigned long long)ref);
  return not_low(cx, "Asset", *asset);
}

/* The text of what is missing of account, application and their cross product. */
static algo_code_t locals_missing(algo_avm_context_t *cx, const algo_addr_t *a, uint64_t app, bool app_ok) {
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, a);
  unsigned long long id = app;
  algo_bytes_t why = cx->fail; /* of the application, where it is the trouble */
  bool account_ok = avm_account_available(cx, a);
  if (account_ok && app_ok) return avm_fail(cx, "unavailable Local State %llu+%s", id, text);
  if (account_ok) return cx->fail = why, ALGO_E_LOGIC;
  if (app_ok) return avm_fail(cx, "unavailable Account %s, unavailable Local State %llu+%s", text, id, text);
  return avm_fail(cx, "unavailable Account %s, %.*s, unavailable Local State %llu+%s", text, (int)why.n,
                  (const char *)why.p, id, text);
}

algo_code_t avm_locals_ref(algo_avm_context_t *cx, avm_value_t account, uint64_t ref, algo_addr_t *addr, uint64_t *app,
                           uint64_t *index) {
  if (cx->version < AVM_V_SHARED) {
    algo_code_t rc = avm_account_ref(cx, account, addr, index);
    return rc == ALGO_OK ? avm_app_ref(cx, ref, false, app) : rc;
  }
  bool known;
  *index = 0;
  uint64_t place;
  algo_code_t rc = resolve_account(cx, account, addr, &place, &known);
  if (rc != ALGO_OK) return rc;
  rc = resolve_app(cx, ref, app);
  if (rc == ALGO_E_NOMEM) return rc;
  if (rc == ALGO_OK && avm_allows_locals(cx, addr, *app)) return ALGO_OK;
  return locals_missing(cx, addr, *app, rc == ALGO_OK);
}

static algo_code_t holding_missing(algo_avm_context_t *cx, const algo_addr_t *a, uint64_t asset, bool asset_ok) {
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, a);
  algo_bytes_t why = cx->fail;
  bool account_ok = avm_account_available(cx, a);
  if (account_ok && asset_ok) return avm_fail(cx, "unavailable Holding %llu+%s", (unsigned long long)asset, text);
  if (account_ok) return cx->fail = why, ALGO_E_LOGIC;
  if (asset_ok) return avm_fail(cx, "unavailable Account %s", text);
  return avm_fail(cx, "unavailable Account %s, %.*s", text, (int)why.n, (const char *)why.p);
}

algo_code_t avm_holding_ref(algo_avm_context_t *cx, avm_value_t account, uint64_t ref, algo_addr_t *addr,
                            uint64_t *asset) {
  uint64_t index;
  if (cx->version < AVM_V_SHARED) {
    algo_code_t rc = avm_account_ref(cx, account, addr, &index);
    return rc == ALGO_OK ? avm_asset_ref(cx, ref, false, asset) : rc;
  }
  bool known;
  algo_code_t rc = resolve_account(cx, account, addr, &index, &known);
  if (rc != ALGO_OK) return rc;
  rc = resolve_asset(cx, ref, asset);
  if (rc == ALGO_E_NOMEM) return rc;
  if (rc == ALGO_OK && avm_allows_holding(cx, addr, *asset)) return ALGO_OK;
  return holding_missing(cx, addr, *asset, rc == ALGO_OK);
}
