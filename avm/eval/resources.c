/* What a program may use: the resources that the group's transactions name (shared from version 9 on), what the group
 * created, and the cross products of accounts with assets and applications. */
#include "internal.h"

static algo_arena_t *arena(const avm_shared_t *sh) { return sh->opt.arena; }

const algo_addr_t *avm_app_address(avm_shared_t *sh, uint64_t app) {
  uint64_t *at = avm_set_find(&sh->app_addr_at, NULL, app);
  if (at != NULL) return &sh->app_addrs[*at];
  if (sh->n_app_addrs == sh->cap_app_addrs) {
    size_t cap = sh->cap_app_addrs ? 2 * sh->cap_app_addrs : 8;
    algo_addr_t **p = &sh->app_addrs, *bigger = algo_arena_array(arena(sh), cap, sizeof *bigger);
    if (bigger == NULL) return NULL;
    if (sh->n_app_addrs) memcpy(bigger, *p, sh->n_app_addrs * sizeof *bigger);
    *p = bigger;
    sh->cap_app_addrs = cap;
  }
  at = avm_set_add(&sh->app_addr_at, arena(sh), NULL, app);
  if (at == NULL) return NULL;
  algo_addr_of_app(&sh->app_addrs[sh->n_app_addrs], app);
  *at = sh->n_app_addrs;
  return &sh->app_addrs[sh->n_app_addrs++];
}

/* ---- filling ---- */

static bool share_account(avm_shared_t *sh, const algo_addr_t *a) {
  return avm_set_add(&sh->accounts, arena(sh), a, 0) != NULL;
}
static bool share_asset(avm_shared_t *sh, uint64_t id) { return avm_set_add(&sh->assets, arena(sh), NULL, id) != NULL; }
static bool share_app(avm_shared_t *sh, uint64_t id) { return avm_set_add(&sh->apps, arena(sh), NULL, id) != NULL; }
static bool share_holding(avm_shared_t *sh, const algo_addr_t *a, uint64_t id) {
  return avm_set_add(&sh->holdings, arena(sh), a, id) != NULL;
}
static bool share_local(avm_shared_t *sh, const algo_addr_t *a, uint64_t id) {
  return avm_set_add(&sh->locals, arena(sh), a, id) != NULL;
}
static bool share_account_holding(avm_shared_t *sh, const algo_addr_t *a, uint64_t id) {
  return share_account(sh, a) && (id == 0 || share_holding(sh, a, id));
}

static bool fill_axfer(avm_shared_t *sh, const algo_txn_t *t) {
  uint64_t id = t->xfer_asset;
  bool ok = share_asset(sh, id) && share_account_holding(sh, &t->sender, id) &&
            share_account_holding(sh, &t->asset_receiver, id);
  if (!algo_addr_is_zero(&t->asset_sender)) ok = ok && share_account_holding(sh, &t->asset_sender, id);
  if (!algo_addr_is_zero(&t->asset_close_to)) ok = ok && share_account_holding(sh, &t->asset_close_to, id);
  return ok;
}

static const algo_addr_t *access_address(const algo_txn_t *t, uint64_t i) { /* 1-based; 0 the sender */
  return i == 0 || i > t->n_access ? &t->sender : &t->access[i - 1].address;
}

static bool fill_access(avm_shared_t *sh, const algo_txn_t *t) {
  bool ok = share_account(sh, &t->sender);
  if (t->app_id != 0) ok = ok && share_app(sh, t->app_id) && share_local(sh, &t->sender, t->app_id);
  for (size_t i = 0; ok && i < t->n_access; i++) {
    const algo_resource_ref_t *r = &t->access[i];
    if (!algo_addr_is_zero(&r->address)) {
      ok = share_account(sh, &r->address);
    } else if (r->asset != 0) {
      ok = share_asset(sh, r->asset);
    } else if (r->app != 0) {
      ok = share_app(sh, r->app);
    } else if (r->holding.address != 0 || r->holding.asset != 0) {
      uint64_t asset =
          r->holding.asset == 0 || r->holding.asset > t->n_access ? 0 : t->access[r->holding.asset - 1].asset;
      ok = share_holding(sh, access_address(t, r->holding.address), asset);
    } else if (r->locals.address != 0 || r->locals.app != 0) {
      uint64_t app = r->locals.app == 0            ? t->app_id
                     : r->locals.app > t->n_access ? 0
                                                   : t->access[r->locals.app - 1].app;
      ok = share_local(sh, access_address(t, r->locals.address), app);
    }
  }
  return ok;
}

/* One account of an application call with all its assets and applications. */
static bool fill_account(avm_shared_t *sh, const algo_txn_t *t, const algo_addr_t *a) {
  bool ok = a != NULL && share_account(sh, a);
  for (size_t i = 0; ok && i < t->n_foreign_assets; i++) ok = share_holding(sh, a, t->foreign_assets[i]);
  if (t->app_id != 0) ok = ok && share_local(sh, a, t->app_id);
  for (size_t i = 0; ok && i < t->n_foreign_apps; i++) ok = share_local(sh, a, t->foreign_apps[i]);
  return ok;
}

static bool fill_foreign(avm_shared_t *sh, const algo_txn_t *t) {
  bool ok = fill_account(sh, t, &t->sender);
  for (size_t i = 0; ok && i < t->n_accounts; i++) ok = fill_account(sh, t, &t->accounts[i]);
  for (size_t i = 0; ok && i < t->n_foreign_assets; i++) ok = share_asset(sh, t->foreign_assets[i]);
  if (t->app_id != 0) ok = ok && share_app(sh, t->app_id) && fill_account(sh, t, avm_app_address(sh, t->app_id));
  for (size_t i = 0; ok && i < t->n_foreign_apps; i++)
    ok = share_app(sh, t->foreign_apps[i]) && fill_account(sh, t, avm_app_address(sh, t->foreign_apps[i]));
  return ok;
}

static bool fill_txn(avm_shared_t *sh, const algo_txn_t *t) {
  switch (t->type) {
  case ALGO_TX_PAY:
    return share_account(sh, &t->sender) && share_account(sh, &t->receiver) &&
           (algo_addr_is_zero(&t->close_remainder_to) || share_account(sh, &t->close_remainder_to));
  case ALGO_TX_KEYREG: return share_account(sh, &t->sender);
  case ALGO_TX_ACFG: return share_account(sh, &t->sender) && (t->config_asset == 0 || share_asset(sh, t->config_asset));
  case ALGO_TX_AXFER: return fill_axfer(sh, t);
  case ALGO_TX_AFRZ:
    return share_account(sh, &t->sender) && share_asset(sh, t->freeze_asset) &&
           share_account_holding(sh, &t->freeze_account, t->freeze_asset);
  case ALGO_TX_APPL: return t->n_access != 0 ? fill_access(sh, t) : fill_foreign(sh, t);
  default: return true;
  }
}

/* Made when something first asks: many programs never do. */
avm_shared_t *avm_shared_filled(algo_avm_context_t *cx) {
  avm_shared_t *sh = cx->sh;
  if (sh->filled) return sh;
  sh->filled = true;
  for (size_t i = 0; i < sh->top->n; i++)
    if (!fill_txn(sh, &sh->top->txns[i]->txn)) break; /* out of memory: less is available */
  return sh;
}

/* Whether an address is that of an application created in this group; each is computed when first asked for. */
static bool is_created_address(avm_shared_t *sh, const algo_addr_t *a) {
  for (; sh->n_created_hashed < sh->n_created; sh->n_created_hashed++) {
    const algo_addr_t *of = avm_app_address(sh, sh->created[sh->n_created_hashed]);
    if (of == NULL || avm_set_add(&sh->created_addrs, arena(sh), of, 0) == NULL) return false;
  }
  return avm_set_has(&sh->created_addrs, a, 0);
}

bool avm_note_created_app(avm_shared_t *sh, uint64_t app) {
  if (avm_set_has(&sh->created_apps, NULL, app)) return true;
  if (sh->n_created == sh->cap_created) {
    size_t cap = sh->cap_created ? 2 * sh->cap_created : 8;
    uint64_t *p = algo_arena_array(arena(sh), cap, sizeof *p);
    if (p == NULL) return false;
    if (sh->n_created) memcpy(p, sh->created, sh->n_created * sizeof *p);
    sh->created = p;
    sh->cap_created = cap;
  }
  sh->created[sh->n_created++] = app;
  return avm_set_add(&sh->created_apps, arena(sh), NULL, app) != NULL;
}

/* ---- asking ---- */

bool avm_txn_account_index(const algo_txn_t *t, const algo_addr_t *a, uint64_t *index) {
  *index = 0;
  if (algo_addr_eq(a, &t->sender)) return true;
  for (size_t i = 0; i < t->n_access; i++)
    if (algo_addr_eq(a, &t->access[i].address)) return *index = i + 1, true;
  for (size_t i = 0; i < t->n_accounts; i++)
    if (algo_addr_eq(a, &t->accounts[i])) return *index = i + 1, true;
  return false;
}

static bool is_app_address(algo_avm_context_t *cx, uint64_t app, const algo_addr_t *a) {
  const algo_addr_t *of = avm_app_address(cx->sh, app);
  return of != NULL && algo_addr_eq(of, a);
}

bool avm_account_available(algo_avm_context_t *cx, const algo_addr_t *a) {
  uint64_t index;
  if (avm_txn_account_index(cx->txn, a, &index)) return true;
  if (cx->version >= AVM_V_CREATED && is_created_address(cx->sh, a)) return true;
  if (cx->version >= AVM_V_SHARED && avm_set_has(&avm_shared_filled(cx)->accounts, a, 0)) return true;
  if (cx->version >= AVM_V_APP_ADDRESS)
    for (size_t i = 0; i < cx->txn->n_foreign_apps; i++)
      if (is_app_address(cx, cx->txn->foreign_apps[i], a)) return true;
  if (is_app_address(cx, cx->app, a)) return true;
  const algo_avm_policy_t *p = cx->sh->opt.policy;
  return p != NULL && p->account != NULL && p->account(p->self, a);
}

bool avm_asset_available(algo_avm_context_t *cx, uint64_t asset) {
  const algo_txn_t *t = cx->txn;
  for (size_t i = 0; i < t->n_access; i++)
    if (t->access[i].asset == asset) return true;
  for (size_t i = 0; i < t->n_foreign_assets; i++)
    if (t->foreign_assets[i] == asset) return true;
  if (cx->version >= AVM_V_CREATED && avm_set_has(&cx->sh->created_assets, NULL, asset)) return true;
  if (cx->version >= AVM_V_SHARED && avm_set_has(&avm_shared_filled(cx)->assets, NULL, asset)) return true;
  const algo_avm_policy_t *p = cx->sh->opt.policy;
  return asset > AVM_LOW_RESOURCE && p != NULL && p->asset != NULL && p->asset(p->self, asset);
}

bool avm_app_available(algo_avm_context_t *cx, uint64_t app) {
  const algo_txn_t *t = cx->txn;
  for (size_t i = 0; i < t->n_access; i++)
    if (t->access[i].app == app) return true;
  for (size_t i = 0; i < t->n_foreign_apps; i++)
    if (t->foreign_apps[i] == app) return true;
  if (cx->version >= AVM_V_CREATED && avm_set_has(&cx->sh->created_apps, NULL, app)) return true;
  if (cx->app == app) return true;
  if (cx->version >= AVM_V_SHARED && avm_set_has(&avm_shared_filled(cx)->apps, NULL, app)) return true;
  const algo_avm_policy_t *p = cx->sh->opt.policy;
  return app > AVM_LOW_RESOURCE && p != NULL && p->app != NULL && p->app(p->self, app);
}

bool avm_allows_holding(algo_avm_context_t *cx, const algo_addr_t *a, uint64_t asset) {
  if (avm_set_has(&avm_shared_filled(cx)->holdings, a, asset)) return true;
  if (avm_set_has(&cx->sh->created_assets, NULL, asset)) return avm_account_available(cx, a);
  if (is_created_address(cx->sh, a)) return avm_asset_available(cx, asset);
  const algo_avm_policy_t *p = cx->sh->opt.policy;
  return p != NULL && avm_account_available(cx, a) && avm_asset_available(cx, asset) && p->holding != NULL &&
         p->holding(p->self, a, asset);
}

bool avm_allows_locals(algo_avm_context_t *cx, const algo_addr_t *a, uint64_t app) {
  if (avm_set_has(&avm_shared_filled(cx)->locals, a, app)) return true;
  if (avm_set_has(&cx->sh->created_apps, NULL, app)) return avm_account_available(cx, a);
  if (is_created_address(cx->sh, a)) return avm_app_available(cx, app);
  const algo_avm_policy_t *p = cx->sh->opt.policy;
  return p != NULL && avm_app_available(cx, app) && avm_account_available(cx, a) && p->local != NULL &&
         p->local(p->self, a, app);
}

/* ---- what an inner transaction would give its callee ---- */

static algo_code_t require_holding(algo_avm_context_t *cx, const algo_addr_t *a, uint64_t asset, const char *what) {
  if (asset == 0 || algo_addr_is_zero(a) || avm_allows_holding(cx, a, asset)) return ALGO_OK;
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, a);
  return avm_fail(cx, "%s: unavailable Holding %llu+%s would be accessible", what, (unsigned long long)asset, text);
}

static algo_code_t require_locals(algo_avm_context_t *cx, const algo_addr_t *a, uint64_t app, const char *what) {
  if (avm_allows_locals(cx, a, app)) return ALGO_OK;
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, a);
  return avm_fail(cx, "%s: unavailable Local State %llu+%s would be accessible", what, (unsigned long long)app, text);
}

static algo_code_t allows_axfer(algo_avm_context_t *cx, const algo_txn_t *t) {
  uint64_t id = t->xfer_asset;
  algo_code_t rc = ALGO_OK;
  if (algo_addr_is_zero(&t->asset_sender)) rc = require_holding(cx, &t->sender, id, "axfer Sender");
  if (rc == ALGO_OK) rc = require_holding(cx, &t->asset_receiver, id, "axfer AssetReceiver");
  if (rc == ALGO_OK) rc = require_holding(cx, &t->asset_sender, id, "axfer AssetSender");
  if (rc == ALGO_OK) rc = require_holding(cx, &t->asset_close_to, id, "axfer AssetCloseTo");
  return rc;
}

static algo_code_t allows_account(algo_avm_context_t *cx, const algo_txn_t *t, const algo_addr_t *a) {
  if (a == NULL) return avm_nomem(cx);
  algo_code_t rc = ALGO_OK;
  for (size_t i = 0; rc == ALGO_OK && i < t->n_foreign_assets; i++)
    rc = require_holding(cx, a, t->foreign_assets[i], "appl ForeignAssets");
  if (rc == ALGO_OK && t->app_id != 0) rc = require_locals(cx, a, t->app_id, "appl ApplicationID");
  for (size_t i = 0; rc == ALGO_OK && i < t->n_foreign_apps; i++)
    rc = require_locals(cx, a, t->foreign_apps[i], "appl ForeignApps");
  return rc;
}

static algo_code_t allows_appl(algo_avm_context_t *cx, const algo_txn_t *t) {
  algo_code_t rc = allows_account(cx, t, &t->sender);
  for (size_t i = 0; rc == ALGO_OK && i < t->n_accounts; i++) rc = allows_account(cx, t, &t->accounts[i]);
  if (rc == ALGO_OK && t->app_id != 0) rc = allows_account(cx, t, avm_app_address(cx->sh, t->app_id));
  for (size_t i = 0; rc == ALGO_OK && i < t->n_foreign_apps; i++)
    rc = allows_account(cx, t, avm_app_address(cx->sh, t->foreign_apps[i]));
  return rc;
}

algo_code_t avm_allows_txn(algo_avm_context_t *cx, const algo_txn_t *t, uint64_t callee_version) {
  if (cx->version < AVM_V_SHARED) return ALGO_OK; /* could not name what is not available */
  switch (t->type) {
  case ALGO_TX_PAY:
  case ALGO_TX_KEYREG:
  case ALGO_TX_ACFG: return ALGO_OK;
  case ALGO_TX_AXFER: return allows_axfer(cx, t);
  case ALGO_TX_AFRZ: return require_holding(cx, &t->freeze_account, t->freeze_asset, "afrz FreezeAccount");
  case ALGO_TX_APPL:
    return callee_version >= AVM_V_SHARED ? ALGO_OK : allows_appl(cx, t); /* newer callees check themselves */
  default: return avm_fail(cx, "unknown inner transaction type %s", algo_txn_type_text(t->type));
  }
}
