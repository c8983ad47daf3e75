/* itxn_field: one field of the inner transaction being put together, with the checks made at that moment. */
#include "dump.h"

static const char *name_of(uint8_t field) { return avm_txn_field(field)->name; }

/* ---- what a value must be ---- */

static algo_code_t want_uint(algo_avm_context_t *cx, avm_value_t v, uint64_t *out) {
  if (!v.is_bytes) return *out = v.u, ALGO_OK;
  algo_buf_t b = ALGO_BUF_INIT; /* as Go prints a byte slice */
  for (uint32_t i = 0; i < v.n; i++) algo_buf_printf(&b, "%s0x%x", i ? ", " : "", v.p[i]);
  algo_code_t rc = avm_fail(cx, "[]byte{%s} is not a uint64", algo_buf_cstr(&b));
  algo_buf_fini(&b);
  return rc;
}

static algo_code_t want_uint_max(algo_avm_context_t *cx, avm_value_t v, uint64_t max, uint64_t *out) {
  algo_code_t rc = want_uint(cx, v, out);
  if (rc == ALGO_OK && *out > max)
    return avm_fail(cx, "%llu is larger than max=%llu", (unsigned long long)*out, (unsigned long long)max);
  return rc;
}

static algo_code_t want_bool(algo_avm_context_t *cx, avm_value_t v, bool *out) {
  uint64_t u;
  algo_code_t rc = want_uint(cx, v, &u);
  if (rc == ALGO_OK && u > 1) return avm_fail(cx, "boolean is neither 1 nor 0: %llu", (unsigned long long)u);
  if (rc == ALGO_OK) *out = u != 0;
  return rc;
}

static algo_code_t want_fixed(algo_avm_context_t *cx, avm_value_t v, uint8_t field, uint8_t *out, uint32_t n) {
  if (!v.is_bytes || v.n != n) return avm_fail(cx, "%s must be %u bytes", name_of(field), n);
  memcpy(out, v.p, n);
  return ALGO_OK;
}

static algo_code_t want_account(algo_avm_context_t *cx, avm_value_t v, algo_addr_t *out) {
  algo_code_t rc = avm_value_address(cx, v, out);
  if (rc != ALGO_OK || avm_account_available(cx, out)) return rc;
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, out);
  return avm_fail(cx, "unavailable Account %s", text);
}

static algo_code_t want_asset(algo_avm_context_t *cx, avm_value_t v, uint64_t *out) {
  algo_code_t rc = want_uint(cx, v, out);
  if (rc != ALGO_OK || avm_asset_available(cx, *out)) return rc;
  algo_buf_t text = ALGO_BUF_INIT;
  algo_buf_printf(&text, "unavailable Asset %llu during assignment ", (unsigned long long)*out);
  avm_dump_available(&text, cx);
  rc = text.oom ? avm_nomem(cx) : avm_fail_bytes(cx, "", algo_buf_view(&text), "");
  algo_buf_fini(&text);
  return rc;
}

static algo_code_t want_app(algo_avm_context_t *cx, avm_value_t v, uint64_t *out) {
  algo_code_t rc = want_uint(cx, v, out);
  if (rc != ALGO_OK || avm_app_available(cx, *out)) return rc;
  return avm_fail(cx, "unavailable App %llu", (unsigned long long)*out);
}

/* ---- growing parts: set again and again, they reuse their memory ---- */

static algo_bytes_t bytes_of(avm_value_t v) { return v.is_bytes ? avm_view(&v) : (algo_bytes_t){NULL, 0}; }

static algo_code_t keep_at(algo_avm_context_t *cx, algo_bytes_t *to, size_t *cap, size_t at, algo_bytes_t b) {
  uint8_t *p = (uint8_t *)(uintptr_t)to->p;
  if (at + b.n > *cap) {
    size_t want = at + b.n < 2 * *cap ? 2 * *cap : at + b.n;
    p = algo_arena_alloc(cx->sh->opt.arena, want);
    if (p == NULL) return avm_nomem(cx);
    if (at) memcpy(p, to->p, at);
    *cap = want;
  }
  if (p == NULL) p = (uint8_t *)(uintptr_t) ""; /* set, though empty */
  if (b.n) memcpy(p + at, b.p, b.n);
  *to = algo_bytes(p, at + b.n);
  return ALGO_OK;
}

static algo_code_t set_text(algo_avm_context_t *cx, avm_value_t v, uint64_t max, algo_bytes_t *to, size_t *cap) {
  if (!v.is_bytes) return avm_fail(cx, "not a byte array");
  if (v.n > max) return avm_fail(cx, "value is too long");
  return keep_at(cx, to, cap, 0, avm_view(&v));
}

static algo_code_t set_note(algo_avm_context_t *cx, avm_pending_t *p, avm_value_t v) {
  uint64_t max = cx->sh->opt.consensus->max_absolute_txn_note_bytes;
  algo_bytes_t b = bytes_of(v);
  if (b.n > max) return avm_fail(cx, "Note may not exceed %llu bytes", (unsigned long long)max);
  return keep_at(cx, &p->stxn.txn.note, &p->note_cap, 0, b);
}

/* A program, or (`page`) one more page of it. */
static algo_code_t set_program(algo_avm_context_t *cx, uint8_t field, avm_value_t v, algo_bytes_t *to, size_t *cap,
                               bool page) {
  const algo_consensus_t *c = cx->sh->opt.consensus;
  uint64_t max = c->max_app_program_len * (1 + c->max_absolute_extra_program_pages);
  algo_bytes_t b = bytes_of(v);
  size_t at = page ? to->n : 0;
  if (at + b.n > max) return avm_fail(cx, "%s may not exceed %llu bytes", name_of(field), (unsigned long long)max);
  return keep_at(cx, to, cap, at, b);
}

/* Room for one more of at most `max` elements; what: the text when there is none. */
static algo_code_t add_room(algo_avm_context_t *cx, void **list, size_t n, uint64_t max, size_t size,
                            const char *what) {
  if (n >= max) return avm_fail(cx, "%s", what);
  if (*list == NULL) *list = algo_arena_array(cx->sh->opt.arena, max, size);
  return *list == NULL ? avm_nomem(cx) : ALGO_OK;
}

static algo_code_t add_arg(algo_avm_context_t *cx, avm_pending_t *p, avm_value_t v) {
  const algo_consensus_t *c = cx->sh->opt.consensus;
  algo_txn_t *t = &p->stxn.txn;
  if (!v.is_bytes) return avm_fail(cx, "ApplicationArg is not a byte array");
  if (p->args_bytes + v.n > c->max_absolute_total_arg_len)
    return avm_fail(cx, "total application args length too long");
  algo_code_t rc =
      add_room(cx, (void **)&p->args, t->n_app_args, c->max_app_args, sizeof *p->args, "too many application args");
  if (rc != ALGO_OK) return rc;
  algo_bytes_t own = algo_arena_dup(cx->sh->opt.arena, avm_view(&v));
  if (own.p == NULL) return avm_nomem(cx);
  p->args[t->n_app_args++] = own;
  p->args_bytes += own.n;
  t->app_args = p->args;
  return ALGO_OK;
}

static algo_code_t add_account(algo_avm_context_t *cx, avm_pending_t *p, avm_value_t v) {
  algo_txn_t *t = &p->stxn.txn;
  algo_addr_t a;
  algo_code_t rc = want_account(cx, v, &a);
  if (rc == ALGO_OK)
    rc = add_room(cx, (void **)&p->accounts, t->n_accounts, cx->sh->opt.consensus->max_app_txn_accounts, sizeof a,
                  "too many foreign accounts");
  if (rc != ALGO_OK) return rc;
  p->accounts[t->n_accounts++] = a;
  t->accounts = p->accounts;
  return ALGO_OK;
}

static algo_code_t add_asset(algo_avm_context_t *cx, avm_pending_t *p, avm_value_t v) {
  algo_txn_t *t = &p->stxn.txn;
  uint64_t id;
  algo_code_t rc = want_asset(cx, v, &id);
  if (rc == ALGO_OK)
    rc = add_room(cx, (void **)&p->assets, t->n_foreign_assets, cx->sh->opt.consensus->max_app_txn_foreign_assets,
                  sizeof id, "too many foreign assets");
  if (rc != ALGO_OK) return rc;
  p->assets[t->n_foreign_assets++] = id;
  t->foreign_assets = p->assets;
  return ALGO_OK;
}

static algo_code_t add_app(algo_avm_context_t *cx, avm_pending_t *p, avm_value_t v) {
  algo_txn_t *t = &p->stxn.txn;
  uint64_t id;
  algo_code_t rc = want_app(cx, v, &id);
  if (rc == ALGO_OK)
    rc = add_room(cx, (void **)&p->apps, t->n_foreign_apps, cx->sh->opt.consensus->max_app_txn_foreign_apps, sizeof id,
                  "too many foreign apps");
  if (rc != ALGO_OK) return rc;
  p->apps[t->n_foreign_apps++] = id;
  t->foreign_apps = p->apps;
  return ALGO_OK;
}

/* ---- types ---- */

static unsigned type_since(algo_txn_type_t t) {
  switch (t) {
  case ALGO_TX_PAY:
  case ALGO_TX_AXFER:
  case ALGO_TX_ACFG:
  case ALGO_TX_AFRZ: return 5;
  case ALGO_TX_KEYREG:
  case ALGO_TX_APPL: return AVM_V_INNER_APPS;
  default: return UINT32_MAX;
  }
}

static algo_code_t set_type(algo_avm_context_t *cx, algo_txn_t *t, avm_value_t v) {
  if (!v.is_bytes) return avm_fail(cx, "Type arg not a byte array");
  for (int i = ALGO_TX_PAY; i <= ALGO_TX_HB; i++) {
    if (!algo_bytes_eq(avm_view(&v), algo_bytes_str(algo_txn_type_text((algo_txn_type_t)i)))) continue;
    if (type_since((algo_txn_type_t)i) > cx->version) break;
    t->type = (algo_txn_type_t)i;
    return ALGO_OK;
  }
  return avm_fail_bytes(cx, "", avm_view(&v), " is not a valid Type for itxn_field");
}

static algo_code_t set_type_enum(algo_avm_context_t *cx, algo_txn_t *t, avm_value_t v) {
  uint64_t i;
  algo_code_t rc = want_uint(cx, v, &i);
  if (rc != ALGO_OK) return rc;
  if (i == 0 || i > ALGO_TX_HB) return avm_fail(cx, "%llu is not a valid TypeEnum", (unsigned long long)i);
  if (type_since((algo_txn_type_t)i) > cx->version)
    return avm_fail(cx, "%s is not a valid Type for itxn_field", algo_txn_type_text((algo_txn_type_t)i));
  t->type = (algo_txn_type_t)i;
  return ALGO_OK;
}

/* ---- the fields ---- */

static algo_code_t set_plain(algo_avm_context_t *cx, avm_pending_t *p, uint8_t field, avm_value_t v) {
  algo_txn_t *t = &p->stxn.txn;
  switch (field) {
  case ALGO_F_TXN_Type: return set_type(cx, t, v);
  case ALGO_F_TXN_TypeEnum: return set_type_enum(cx, t, v);
  case ALGO_F_TXN_Sender: return want_account(cx, v, &t->sender);
  case ALGO_F_TXN_Fee: return want_uint(cx, v, &t->fee);
  case ALGO_F_TXN_Note: return set_note(cx, p, v);
  case ALGO_F_TXN_RekeyTo: return avm_value_address(cx, v, &t->rekey_to);
  case ALGO_F_TXN_VotePK: return want_fixed(cx, v, field, t->vote_pk, 32);
  case ALGO_F_TXN_SelectionPK: return want_fixed(cx, v, field, t->selection_pk, 32);
  case ALGO_F_TXN_StateProofPK: return want_fixed(cx, v, field, t->state_proof_pk, 64);
  case ALGO_F_TXN_VoteFirst: return want_uint(cx, v, &t->vote_first);
  case ALGO_F_TXN_VoteLast: return want_uint(cx, v, &t->vote_last);
  case ALGO_F_TXN_VoteKeyDilution: return want_uint(cx, v, &t->vote_key_dilution);
  case ALGO_F_TXN_Nonparticipation: return want_bool(cx, v, &t->nonparticipation);
  case ALGO_F_TXN_Receiver: return want_account(cx, v, &t->receiver);
  case ALGO_F_TXN_Amount: return want_uint(cx, v, &t->amount);
  case ALGO_F_TXN_CloseRemainderTo: return want_account(cx, v, &t->close_remainder_to);
  case ALGO_F_TXN_XferAsset: return want_asset(cx, v, &t->xfer_asset);
  case ALGO_F_TXN_AssetAmount: return want_uint(cx, v, &t->asset_amount);
  case ALGO_F_TXN_AssetSender: return want_account(cx, v, &t->asset_sender);
  case ALGO_F_TXN_AssetReceiver: return want_account(cx, v, &t->asset_receiver);
  case ALGO_F_TXN_AssetCloseTo: return want_account(cx, v, &t->asset_close_to);
  case ALGO_F_TXN_FreezeAsset: return want_asset(cx, v, &t->freeze_asset);
  case ALGO_F_TXN_FreezeAssetAccount: return want_account(cx, v, &t->freeze_account);
  case ALGO_F_TXN_FreezeAssetFrozen: return want_bool(cx, v, &t->asset_frozen);
  default: return ALGO_E_NOT_FOUND;
  }
}

static algo_code_t set_asset_params(algo_avm_context_t *cx, avm_pending_t *p, uint8_t field, avm_value_t v) {
  const algo_consensus_t *c = cx->sh->opt.consensus;
  algo_asset_params_t *a = &p->params;
  uint64_t u = 0;
  algo_code_t rc;
  switch (field) {
  case ALGO_F_TXN_ConfigAsset: return want_asset(cx, v, &p->stxn.txn.config_asset);
  case ALGO_F_TXN_ConfigAssetTotal: return want_uint(cx, v, &a->total);
  case ALGO_F_TXN_ConfigAssetDecimals:
    rc = want_uint_max(cx, v, c->max_asset_decimals, &u);
    a->decimals = (uint32_t)u;
    return rc;
  case ALGO_F_TXN_ConfigAssetDefaultFrozen: return want_bool(cx, v, &a->default_frozen);
  case ALGO_F_TXN_ConfigAssetUnitName:
    return set_text(cx, v, c->max_asset_unit_name_bytes, &a->unit_name, &p->unit_cap);
  case ALGO_F_TXN_ConfigAssetName: return set_text(cx, v, c->max_asset_name_bytes, &a->name, &p->name_cap);
  case ALGO_F_TXN_ConfigAssetURL: return set_text(cx, v, c->max_asset_url_bytes, &a->url, &p->url_cap);
  case ALGO_F_TXN_ConfigAssetMetadataHash: return want_fixed(cx, v, field, a->metadata_hash.b, 32);
  case ALGO_F_TXN_ConfigAssetManager: return avm_value_address(cx, v, &a->manager);
  case ALGO_F_TXN_ConfigAssetReserve: return avm_value_address(cx, v, &a->reserve);
  case ALGO_F_TXN_ConfigAssetFreeze: return avm_value_address(cx, v, &a->freeze);
  case ALGO_F_TXN_ConfigAssetClawback: return avm_value_address(cx, v, &a->clawback);
  default: return ALGO_E_NOT_FOUND;
  }
}

static algo_code_t set_appl(algo_avm_context_t *cx, avm_pending_t *p, uint8_t field, avm_value_t v) {
  const algo_consensus_t *c = cx->sh->opt.consensus;
  algo_txn_t *t = &p->stxn.txn;
  uint64_t u = 0;
  algo_code_t rc;
  switch (field) {
  case ALGO_F_TXN_ApplicationID: return want_app(cx, v, &t->app_id);
  case ALGO_F_TXN_OnCompletion: return want_uint_max(cx, v, ALGO_OC_DELETE, &t->on_completion);
  case ALGO_F_TXN_RejectVersion: return want_uint(cx, v, &t->reject_version);
  case ALGO_F_TXN_ApplicationArgs: return add_arg(cx, p, v);
  case ALGO_F_TXN_Accounts: return add_account(cx, p, v);
  case ALGO_F_TXN_Assets: return add_asset(cx, p, v);
  case ALGO_F_TXN_Applications: return add_app(cx, p, v);
  case ALGO_F_TXN_ApprovalProgram: return set_program(cx, field, v, &t->approval_program, &p->approval_cap, false);
  case ALGO_F_TXN_ClearStateProgram: return set_program(cx, field, v, &t->clear_program, &p->clear_cap, false);
  case ALGO_F_TXN_ApprovalProgramPages: return set_program(cx, field, v, &t->approval_program, &p->approval_cap, true);
  case ALGO_F_TXN_ClearStateProgramPages: return set_program(cx, field, v, &t->clear_program, &p->clear_cap, true);
  case ALGO_F_TXN_GlobalNumUint: return want_uint_max(cx, v, c->max_global_schema_entries, &t->global_schema.num_uint);
  case ALGO_F_TXN_GlobalNumByteSlice:
    return want_uint_max(cx, v, c->max_global_schema_entries, &t->global_schema.num_byte_slice);
  case ALGO_F_TXN_LocalNumUint: return want_uint_max(cx, v, c->max_local_schema_entries, &t->local_schema.num_uint);
  case ALGO_F_TXN_LocalNumByteSlice:
    return want_uint_max(cx, v, c->max_local_schema_entries, &t->local_schema.num_byte_slice);
  case ALGO_F_TXN_ExtraProgramPages:
    rc = want_uint_max(cx, v, c->max_absolute_extra_program_pages, &u);
    t->extra_program_pages = (uint32_t)u;
    return rc;
  default: return ALGO_E_NOT_FOUND;
  }
}

algo_code_t avm_itxn_set(algo_avm_context_t *cx, avm_pending_t *p, uint8_t field, avm_value_t v) {
  algo_code_t rc = set_plain(cx, p, field, v);
  if (rc == ALGO_E_NOT_FOUND) rc = set_asset_params(cx, p, field, v);
  if (rc == ALGO_E_NOT_FOUND) rc = set_appl(cx, p, field, v);
  return rc;
}
