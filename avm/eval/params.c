/* What there is to know of accounts, assets, applications and voters. */
#include "internal.h"

static const algo_isa_field_t *field_of(algo_avm_context_t *cx, algo_group_t group) {
  const algo_isa_field_t *f = algo_isa_field(group, cx->prog[cx->pc + 1]);
  return f != NULL && f->since <= cx->version ? f : NULL;
}

/* Bytes that the ledger lent, as the program's own. */
static algo_code_t own(algo_avm_context_t *cx, const void *p, size_t n, avm_value_t *out) {
  uint8_t *q = avm_alloc(cx, n);
  if (q == NULL) return avm_nomem(cx);
  if (n) memcpy(q, p, n);
  *out = avm_bytes(q, n);
  return ALGO_OK;
}
static algo_code_t own_address(algo_avm_context_t *cx, const algo_addr_t *a, avm_value_t *out) {
  return own(cx, a->b, sizeof a->b, out);
}

/* Puts value and flag where the top argument was. */
static void answer(algo_avm_context_t *cx, avm_value_t v, bool flag) {
  *avm_top(cx, 0) = v;
  avm_push(cx, avm_uint(flag));
}

/* ---- accounts ---- */

static algo_code_t account_of(algo_avm_context_t *cx, algo_avm_account_t *out) {
  algo_addr_t a;
  uint64_t index;
  algo_err_t err;
  algo_code_t rc = avm_account_ref(cx, *avm_top(cx, 0), &a, &index);
  if (rc != ALGO_OK) return rc;
  rc = cx->sh->opt.ledger->account(cx->sh->opt.ledger_self, &a, out, &err);
  return rc == ALGO_OK ? rc : avm_fail_err(cx, rc, &err);
}

algo_code_t avm_op_balance(algo_avm_context_t *cx) {
  algo_avm_account_t account;
  algo_code_t rc = account_of(cx, &account);
  if (rc == ALGO_OK) *avm_top(cx, 0) = avm_uint(account.balance);
  return rc;
}

algo_code_t avm_op_min_balance(algo_avm_context_t *cx) {
  algo_avm_account_t account;
  algo_code_t rc = account_of(cx, &account);
  if (rc == ALGO_OK) *avm_top(cx, 0) = avm_uint(account.min_balance);
  return rc;
}

static uint64_t account_number(const algo_avm_account_t *a, uint8_t field) {
  switch (field) {
  case ALGO_F_ACCT_PARAMS_AcctBalance: return a->balance;
  case ALGO_F_ACCT_PARAMS_AcctMinBalance: return a->min_balance;
  case ALGO_F_ACCT_PARAMS_AcctTotalNumUint: return a->total_schema.num_uint;
  case ALGO_F_ACCT_PARAMS_AcctTotalNumByteSlice: return a->total_schema.num_byte_slice;
  case ALGO_F_ACCT_PARAMS_AcctTotalExtraAppPages: return a->total_extra_pages;
  case ALGO_F_ACCT_PARAMS_AcctTotalAppsCreated: return a->total_apps_created;
  case ALGO_F_ACCT_PARAMS_AcctTotalAppsOptedIn: return a->total_apps_opted_in;
  case ALGO_F_ACCT_PARAMS_AcctTotalAssetsCreated: return a->total_assets_created;
  case ALGO_F_ACCT_PARAMS_AcctTotalAssets: return a->total_assets;
  case ALGO_F_ACCT_PARAMS_AcctTotalBoxes: return a->total_boxes;
  case ALGO_F_ACCT_PARAMS_AcctTotalBoxBytes: return a->total_box_bytes;
  case ALGO_F_ACCT_PARAMS_AcctIncentiveEligible: return a->incentive_eligible;
  case ALGO_F_ACCT_PARAMS_AcctLastProposed: return a->last_proposed;
  default: return a->last_heartbeat;
  }
}

algo_code_t avm_op_acct_params_get(algo_avm_context_t *cx) {
  algo_addr_t a;
  uint64_t index;
  algo_avm_account_t account;
  algo_err_t err;
  avm_value_t v;
  algo_code_t rc = avm_account_ref(cx, *avm_top(cx, 0), &a, &index);
  if (rc != ALGO_OK) return rc;
  const algo_isa_field_t *f = field_of(cx, ALGO_GROUP_ACCT_PARAMS);
  if (f == NULL) return avm_fail(cx, "invalid acct_params_get field %u", cx->prog[cx->pc + 1]);
  rc = cx->sh->opt.ledger->account(cx->sh->opt.ledger_self, &a, &account, &err);
  if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
  if (f->value == ALGO_F_ACCT_PARAMS_AcctAuthAddr) rc = own_address(cx, &account.auth_addr, &v);
  else v = avm_uint(account_number(&account, f->value));
  if (rc == ALGO_OK) answer(cx, v, account.balance > 0);
  return rc;
}

algo_code_t avm_op_voter_params_get(algo_avm_context_t *cx) {
  algo_addr_t a;
  uint64_t index, stake;
  bool eligible;
  algo_err_t err;
  algo_code_t rc = avm_account_ref(cx, *avm_top(cx, 0), &a, &index);
  if (rc != ALGO_OK) return rc;
  const algo_isa_field_t *f = field_of(cx, ALGO_GROUP_VOTER_PARAMS);
  if (f == NULL) return avm_fail(cx, "invalid voter_params_get field %u", cx->prog[cx->pc + 1]);
  rc = cx->sh->opt.ledger->voter(cx->sh->opt.ledger_self, &a, &stake, &eligible, &err);
  if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
  answer(cx, avm_uint(f->value == ALGO_F_VOTER_PARAMS_VoterBalance ? stake : eligible), stake > 0);
  return ALGO_OK;
}

algo_code_t avm_op_online_stake(algo_avm_context_t *cx) {
  uint64_t stake;
  algo_err_t err;
  algo_code_t rc = cx->sh->opt.ledger->online_stake(cx->sh->opt.ledger_self, &stake, &err);
  if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
  avm_push(cx, avm_uint(stake));
  return ALGO_OK;
}

/* ---- assets ---- */

algo_code_t avm_op_asset_holding_get(algo_avm_context_t *cx) {
  algo_addr_t a;
  uint64_t asset;
  algo_avm_holding_t h;
  const algo_isa_field_t *f = field_of(cx, ALGO_GROUP_ASSET_HOLDING);
  if (f == NULL) return avm_fail(cx, "invalid asset_holding_get field %u", cx->prog[cx->pc + 1]);
  algo_code_t rc = avm_holding_ref(cx, *avm_top(cx, 1), avm_top(cx, 0)->u, &a, &asset);
  if (rc != ALGO_OK) return rc;
  rc = cx->sh->opt.ledger->holding(cx->sh->opt.ledger_self, &a, asset, &h, NULL);
  uint64_t v = rc != ALGO_OK ? 0 : f->value == ALGO_F_ASSET_HOLDING_AssetBalance ? h.amount : h.frozen;
  *avm_top(cx, 1) = avm_uint(v);
  *avm_top(cx, 0) = avm_uint(rc == ALGO_OK);
  return ALGO_OK;
}

static algo_code_t asset_value(algo_avm_context_t *cx, const algo_asset_params_t *p, const algo_addr_t *creator,
                               uint8_t field, avm_value_t *out) {
  switch (field) {
  case ALGO_F_ASSET_PARAMS_AssetTotal: return *out = avm_uint(p->total), ALGO_OK;
  case ALGO_F_ASSET_PARAMS_AssetDecimals: return *out = avm_uint(p->decimals), ALGO_OK;
  case ALGO_F_ASSET_PARAMS_AssetDefaultFrozen: return *out = avm_uint(p->default_frozen), ALGO_OK;
  case ALGO_F_ASSET_PARAMS_AssetUnitName: return own(cx, p->unit_name.p, p->unit_name.n, out);
  case ALGO_F_ASSET_PARAMS_AssetName: return own(cx, p->name.p, p->name.n, out);
  case ALGO_F_ASSET_PARAMS_AssetURL: return own(cx, p->url.p, p->url.n, out);
  case ALGO_F_ASSET_PARAMS_AssetMetadataHash: return own(cx, p->metadata_hash.b, sizeof p->metadata_hash.b, out);
  case ALGO_F_ASSET_PARAMS_AssetManager: return own_address(cx, &p->manager, out);
  case ALGO_F_ASSET_PARAMS_AssetReserve: return own_address(cx, &p->reserve, out);
  case ALGO_F_ASSET_PARAMS_AssetFreeze: return own_address(cx, &p->freeze, out);
  case ALGO_F_ASSET_PARAMS_AssetClawback: return own_address(cx, &p->clawback, out);
  default: return own_address(cx, creator, out);
  }
}

algo_code_t avm_op_asset_params_get(algo_avm_context_t *cx) {
  uint64_t asset;
  algo_asset_params_t params;
  algo_addr_t creator;
  avm_value_t v = avm_uint(0);
  const algo_isa_field_t *f = field_of(cx, ALGO_GROUP_ASSET_PARAMS);
  if (f == NULL) return avm_fail(cx, "invalid asset_params_get field %u", cx->prog[cx->pc + 1]);
  algo_code_t rc = avm_asset_ref(cx, avm_top(cx, 0)->u, true, &asset);
  if (rc != ALGO_OK) return rc;
  bool exists = cx->sh->opt.ledger->asset(cx->sh->opt.ledger_self, asset, &params, &creator, NULL) == ALGO_OK;
  if (exists) rc = asset_value(cx, &params, &creator, f->value, &v);
  if (rc == ALGO_OK) answer(cx, v, exists);
  return rc;
}

/* ---- applications ---- */

static algo_code_t app_value(algo_avm_context_t *cx, const algo_avm_app_t *a, uint64_t app, uint8_t field,
                             avm_value_t *out) {
  switch (field) {
  case ALGO_F_APP_PARAMS_AppApprovalProgram: return own(cx, a->approval.p, a->approval.n, out);
  case ALGO_F_APP_PARAMS_AppClearStateProgram: return own(cx, a->clear.p, a->clear.n, out);
  case ALGO_F_APP_PARAMS_AppGlobalNumUint: return *out = avm_uint(a->global_schema.num_uint), ALGO_OK;
  case ALGO_F_APP_PARAMS_AppGlobalNumByteSlice: return *out = avm_uint(a->global_schema.num_byte_slice), ALGO_OK;
  case ALGO_F_APP_PARAMS_AppLocalNumUint: return *out = avm_uint(a->local_schema.num_uint), ALGO_OK;
  case ALGO_F_APP_PARAMS_AppLocalNumByteSlice: return *out = avm_uint(a->local_schema.num_byte_slice), ALGO_OK;
  case ALGO_F_APP_PARAMS_AppExtraProgramPages: return *out = avm_uint(a->extra_pages), ALGO_OK;
  case ALGO_F_APP_PARAMS_AppCreator: return own_address(cx, &a->creator, out);
  case ALGO_F_APP_PARAMS_AppVersion: return *out = avm_uint(a->version), ALGO_OK;
  case ALGO_F_APP_PARAMS_AppSizeSponsor: return own_address(cx, &a->size_sponsor, out);
  case ALGO_F_APP_PARAMS_AppForeignBoxReads: return *out = avm_uint(a->foreign_box_reads), ALGO_OK;
  case ALGO_F_APP_PARAMS_AppFamilyBoxAccess: return *out = avm_uint(a->family_box_access), ALGO_OK;
  default: break;
  }
  const algo_addr_t *addr = avm_app_address(cx->sh, app);
  return addr == NULL ? avm_nomem(cx) : own_address(cx, addr, out);
}

algo_code_t avm_op_app_params_get(algo_avm_context_t *cx) {
  uint64_t app;
  algo_avm_app_t params;
  avm_value_t v = avm_uint(0);
  const algo_isa_field_t *f = field_of(cx, ALGO_GROUP_APP_PARAMS);
  if (f == NULL) return avm_fail(cx, "invalid app_params_get field %u", cx->prog[cx->pc + 1]);
  algo_code_t rc = avm_app_ref(cx, avm_top(cx, 0)->u, true, &app);
  if (rc != ALGO_OK) return rc;
  bool exists = cx->sh->opt.ledger->app(cx->sh->opt.ledger_self, app, &params, NULL) == ALGO_OK;
  if (exists) rc = app_value(cx, &params, app, f->value, &v);
  if (rc == ALGO_OK) answer(cx, v, exists);
  return rc;
}

algo_code_t avm_op_app_params_set(algo_avm_context_t *cx) {
  const algo_avm_ledger_ops_t *l = cx->sh->opt.ledger;
  const algo_isa_field_t *f = algo_isa_field(ALGO_GROUP_APP_PARAMS, cx->prog[cx->pc + 1]);
  if (f == NULL || f->settable == 0 || f->settable > cx->version)
    return avm_fail(cx, "invalid app_params_set field %u", cx->prog[cx->pc + 1]);
  bool on = avm_top(cx, 0)->u != 0;
  algo_err_t err;
  cx->sp--;
  algo_code_t rc = f->value == ALGO_F_APP_PARAMS_AppForeignBoxReads
                       ? l->set_foreign_box_reads(cx->sh->opt.ledger_self, cx->app, on, &err)
                       : l->set_family_box_access(cx->sh->opt.ledger_self, cx->app, on, &err);
  return rc == ALGO_OK ? rc : avm_fail_err(cx, rc, &err);
}

algo_code_t avm_creator(algo_avm_context_t *cx, algo_addr_t *out) {
  if (!cx->has_creator) {
    algo_avm_app_t params;
    if (cx->sh->opt.ledger->app(cx->sh->opt.ledger_self, cx->app, &params, NULL) != ALGO_OK)
      return avm_fail(cx, "No params for current app");
    cx->creator = params.creator;
    cx->has_creator = true;
  }
  *out = cx->creator;
  return ALGO_OK;
}
