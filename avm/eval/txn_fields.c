/* Reading transactions: the group's own, and the inner ones submitted so far. */
#include "internal.h"

/* ---- identities ---- */

static const algo_digest_t *avm_txid(algo_avm_group_t *g, size_t i) {
  if (g->has_txid[i]) return &g->txids[i];
  if (g->caller == NULL) {
    algo_txn_id(&g->txids[i], &g->txns[i]->txn);
  } else { /* beside the caller's earlier inner transactions */
    algo_digest_t parent;
    avm_current_txid(g->caller, &parent);
    algo_txn_inner_id(&g->txids[i], &g->txns[i]->txn, &parent, g->caller->n_inner + i);
  }
  g->has_txid[i] = true;
  return &g->txids[i];
}

void avm_current_txid(algo_avm_context_t *cx, algo_digest_t *out) { *out = *avm_txid(cx->g, cx->gi); }

/* The first of the inner transactions that belong to the last submitted group. */
static size_t last_group_start(const algo_avm_context_t *cx) {
  if (cx->n_inner == 0) return 0;
  size_t i = cx->n_inner - 1;
  const algo_digest_t *id = &cx->inner[i].stxn.txn.group;
  if (algo_digest_is_zero(id)) return i;
  while (i > 0 && memcmp(&cx->inner[i - 1].stxn.txn.group, id, sizeof *id) == 0) i--;
  return i;
}

/* ---- values ---- */

typedef struct txn_at { /* the transaction read */
  const algo_txn_t *t;
  const algo_apply_t *apply;
  uint64_t index; /* in its group */
  bool inner;
} txn_at_t;

static algo_code_t bytes_out(avm_value_t *out, algo_bytes_t b) { return *out = avm_bytesv(b), ALGO_OK; }
static algo_code_t addr_out(avm_value_t *out, const algo_addr_t *a) {
  return *out = avm_bytes(a->b, sizeof a->b), ALGO_OK;
}
static algo_code_t uint_out(avm_value_t *out, uint64_t u) { return *out = avm_uint(u), ALGO_OK; }

static algo_code_t bad_index(algo_avm_context_t *cx, const char *name, uint64_t i) {
  return avm_fail(cx, "invalid %s index %llu", name, (unsigned long long)i);
}

static algo_code_t first_valid_time(algo_avm_context_t *cx, const algo_txn_t *t, avm_value_t *out) {
  uint64_t round = t->first_valid - 1;
  algo_header_t h;
  algo_err_t err;
  algo_code_t rc = avm_round_available(cx, round);
  if (rc != ALGO_OK) return rc;
  rc = cx->sh->opt.ledger->block_header(cx->sh->opt.ledger_self, round, &h, &err);
  if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
  if (h.timestamp < 0)
    return avm_fail(cx, "block(%llu) timestamp %lld < 0", (unsigned long long)round, (long long)h.timestamp);
  return uint_out(out, (uint64_t)h.timestamp);
}

/* The id of an inner transaction of the last submitted group. go-algorand numbers the one that `itxn` reads as the
 * group's first, whichever it is, and keeps what it once said: both are kept here. */
static void inner_txid(algo_avm_context_t *cx, const txn_at_t *x, algo_digest_t *out) {
  if ((cx->inner_txid_known >> x->index & 1) == 0) {
    algo_digest_t parent;
    avm_current_txid(cx, &parent);
    algo_txn_inner_id(&cx->inner_txid[x->index], x->t, &parent, last_group_start(cx) + x->index);
    cx->inner_txid_known |= (uint16_t)(1u << x->index);
  }
  *out = cx->inner_txid[x->index];
}

static algo_code_t txid_value(algo_avm_context_t *cx, const txn_at_t *x, avm_value_t *out) {
  uint8_t *p = avm_alloc(cx, sizeof(algo_digest_t));
  algo_digest_t id;
  if (p == NULL) return avm_nomem(cx);
  if (x->inner) inner_txid(cx, x, &id);
  else id = *avm_txid(cx->g, (size_t)x->index);
  memcpy(p, id.b, sizeof id.b);
  *out = avm_bytes(p, sizeof id.b);
  return ALGO_OK;
}

static uint64_t pages(algo_bytes_t program) { return (program.n + AVM_MAX_BYTES - 1) / AVM_MAX_BYTES; }

static algo_code_t page(algo_avm_context_t *cx, algo_bytes_t program, const char *name, uint64_t i, avm_value_t *out) {
  if (i >= pages(program)) return bad_index(cx, name, i);
  size_t from = (size_t)i * AVM_MAX_BYTES, n = program.n - from;
  *out = avm_bytes(program.p + from, n < AVM_MAX_BYTES ? n : AVM_MAX_BYTES);
  return ALGO_OK;
}

static const algo_asset_params_t no_params;

static algo_code_t asset_field(const algo_txn_t *t, uint8_t field, avm_value_t *out) {
  const algo_asset_params_t *p = t->asset_params != NULL ? t->asset_params : &no_params;
  switch (field) {
  case ALGO_F_TXN_XferAsset: return uint_out(out, t->xfer_asset);
  case ALGO_F_TXN_AssetAmount: return uint_out(out, t->asset_amount);
  case ALGO_F_TXN_AssetSender: return addr_out(out, &t->asset_sender);
  case ALGO_F_TXN_AssetReceiver: return addr_out(out, &t->asset_receiver);
  case ALGO_F_TXN_AssetCloseTo: return addr_out(out, &t->asset_close_to);
  case ALGO_F_TXN_ConfigAsset: return uint_out(out, t->config_asset);
  case ALGO_F_TXN_ConfigAssetTotal: return uint_out(out, p->total);
  case ALGO_F_TXN_ConfigAssetDecimals: return uint_out(out, p->decimals);
  case ALGO_F_TXN_ConfigAssetDefaultFrozen: return uint_out(out, p->default_frozen);
  case ALGO_F_TXN_ConfigAssetUnitName: return bytes_out(out, p->unit_name);
  case ALGO_F_TXN_ConfigAssetName: return bytes_out(out, p->name);
  case ALGO_F_TXN_ConfigAssetURL: return bytes_out(out, p->url);
  case ALGO_F_TXN_ConfigAssetMetadataHash: return *out = avm_bytes(p->metadata_hash.b, 32), ALGO_OK;
  case ALGO_F_TXN_ConfigAssetManager: return addr_out(out, &p->manager);
  case ALGO_F_TXN_ConfigAssetReserve: return addr_out(out, &p->reserve);
  case ALGO_F_TXN_ConfigAssetFreeze: return addr_out(out, &p->freeze);
  case ALGO_F_TXN_ConfigAssetClawback: return addr_out(out, &p->clawback);
  case ALGO_F_TXN_FreezeAsset: return uint_out(out, t->freeze_asset);
  case ALGO_F_TXN_FreezeAssetAccount: return addr_out(out, &t->freeze_account);
  case ALGO_F_TXN_FreezeAssetFrozen: return uint_out(out, t->asset_frozen);
  default: return ALGO_E_NOT_FOUND;
  }
}

static algo_code_t app_array_field(algo_avm_context_t *cx, const algo_txn_t *t, uint8_t field, uint64_t i,
                                   avm_value_t *out) {
  switch (field) {
  case ALGO_F_TXN_ApplicationArgs:
    return i < t->n_app_args ? bytes_out(out, t->app_args[i]) : bad_index(cx, "ApplicationArgs", i);
  case ALGO_F_TXN_Accounts:
    if (i == 0) return addr_out(out, &t->sender);
    return i <= t->n_accounts ? addr_out(out, &t->accounts[i - 1]) : bad_index(cx, "Accounts", i);
  case ALGO_F_TXN_Assets:
    return i < t->n_foreign_assets ? uint_out(out, t->foreign_assets[i]) : bad_index(cx, "Assets", i);
  case ALGO_F_TXN_Applications:
    if (i == 0) return uint_out(out, t->app_id);
    return i <= t->n_foreign_apps ? uint_out(out, t->foreign_apps[i - 1]) : bad_index(cx, "Applications", i);
  case ALGO_F_TXN_ApprovalProgramPages: return page(cx, t->approval_program, "ApprovalProgramPages", i, out);
  case ALGO_F_TXN_ClearStateProgramPages: return page(cx, t->clear_program, "ClearStateProgramPages", i, out);
  default: return ALGO_E_NOT_FOUND;
  }
}

static algo_code_t app_field(const algo_txn_t *t, uint8_t field, avm_value_t *out) {
  switch (field) {
  case ALGO_F_TXN_ApplicationID: return uint_out(out, t->app_id);
  case ALGO_F_TXN_OnCompletion: return uint_out(out, t->on_completion);
  case ALGO_F_TXN_RejectVersion: return uint_out(out, t->reject_version);
  case ALGO_F_TXN_NumAppArgs: return uint_out(out, t->n_app_args);
  case ALGO_F_TXN_NumAccounts: return uint_out(out, t->n_accounts);
  case ALGO_F_TXN_NumAssets: return uint_out(out, t->n_foreign_assets);
  case ALGO_F_TXN_NumApplications: return uint_out(out, t->n_foreign_apps);
  case ALGO_F_TXN_GlobalNumUint: return uint_out(out, t->global_schema.num_uint);
  case ALGO_F_TXN_GlobalNumByteSlice: return uint_out(out, t->global_schema.num_byte_slice);
  case ALGO_F_TXN_LocalNumUint: return uint_out(out, t->local_schema.num_uint);
  case ALGO_F_TXN_LocalNumByteSlice: return uint_out(out, t->local_schema.num_byte_slice);
  case ALGO_F_TXN_ApprovalProgram: return bytes_out(out, t->approval_program);
  case ALGO_F_TXN_ClearStateProgram: return bytes_out(out, t->clear_program);
  case ALGO_F_TXN_NumApprovalProgramPages: return uint_out(out, pages(t->approval_program));
  case ALGO_F_TXN_NumClearStateProgramPages: return uint_out(out, pages(t->clear_program));
  case ALGO_F_TXN_ExtraProgramPages: return uint_out(out, t->extra_program_pages);
  default: return ALGO_E_NOT_FOUND;
  }
}

static algo_code_t effect_field(algo_avm_context_t *cx, const algo_apply_t *a, uint8_t field, uint64_t i,
                                avm_value_t *out) {
  const algo_eval_delta_t *d = &a->delta;
  switch (field) {
  case ALGO_F_TXN_Logs: return i < d->n_logs ? bytes_out(out, d->logs[i]) : bad_index(cx, "Logs", i);
  case ALGO_F_TXN_NumLogs: return uint_out(out, d->n_logs);
  case ALGO_F_TXN_LastLog: return bytes_out(out, d->n_logs ? d->logs[d->n_logs - 1] : (algo_bytes_t){NULL, 0});
  case ALGO_F_TXN_CreatedAssetID: return uint_out(out, a->created_asset);
  case ALGO_F_TXN_CreatedApplicationID: return uint_out(out, a->created_app);
  default: return ALGO_E_NOT_FOUND;
  }
}

static algo_code_t type_value(const algo_txn_t *t, avm_value_t *out) {
  if (t->type != ALGO_TX_UNKNOWN) return bytes_out(out, algo_bytes_str(algo_txn_type_text(t->type)));
  return bytes_out(out, t->type_text);
}

static algo_code_t plain_field(algo_avm_context_t *cx, const txn_at_t *x, uint8_t field, avm_value_t *out) {
  const algo_txn_t *t = x->t;
  switch (field) {
  case ALGO_F_TXN_Sender: return addr_out(out, &t->sender);
  case ALGO_F_TXN_Fee: return uint_out(out, t->fee);
  case ALGO_F_TXN_FirstValid: return uint_out(out, t->first_valid);
  case ALGO_F_TXN_FirstValidTime: return first_valid_time(cx, t, out);
  case ALGO_F_TXN_LastValid: return uint_out(out, t->last_valid);
  case ALGO_F_TXN_Note: return bytes_out(out, t->note);
  case ALGO_F_TXN_Lease: return *out = avm_bytes(t->lease, 32), ALGO_OK;
  case ALGO_F_TXN_RekeyTo: return addr_out(out, &t->rekey_to);
  case ALGO_F_TXN_Receiver: return addr_out(out, &t->receiver);
  case ALGO_F_TXN_Amount: return uint_out(out, t->amount);
  case ALGO_F_TXN_CloseRemainderTo: return addr_out(out, &t->close_remainder_to);
  case ALGO_F_TXN_VotePK: return *out = avm_bytes(t->vote_pk, 32), ALGO_OK;
  case ALGO_F_TXN_SelectionPK: return *out = avm_bytes(t->selection_pk, 32), ALGO_OK;
  case ALGO_F_TXN_StateProofPK: return *out = avm_bytes(t->state_proof_pk, 64), ALGO_OK;
  case ALGO_F_TXN_VoteFirst: return uint_out(out, t->vote_first);
  case ALGO_F_TXN_VoteLast: return uint_out(out, t->vote_last);
  case ALGO_F_TXN_VoteKeyDilution: return uint_out(out, t->vote_key_dilution);
  case ALGO_F_TXN_Nonparticipation: return uint_out(out, t->nonparticipation);
  case ALGO_F_TXN_Type: return type_value(t, out);
  case ALGO_F_TXN_TypeEnum: return uint_out(out, (uint64_t)t->type);
  case ALGO_F_TXN_GroupIndex: return uint_out(out, x->index);
  case ALGO_F_TXN_TxID: return txid_value(cx, x, out);
  default: return ALGO_E_NOT_FOUND;
  }
}

static algo_code_t read_field(algo_avm_context_t *cx, const txn_at_t *x, const algo_isa_field_t *f, uint64_t ai,
                              avm_value_t *out) {
  if (f->effect) {
    if (cx->mode == ALGO_AVM_SIG) return avm_fail(cx, "txn[%s] not allowed in current mode", f->name);
    if (cx->version < AVM_V_EFFECTS && !x->inner)
      return avm_fail(cx, "Unable to obtain effects from top-level transactions");
    return effect_field(cx, x->apply, f->value, ai, out);
  }
  if (x->inner && cx->version < AVM_V_INNER_APPS && (f->value == ALGO_F_TXN_GroupIndex || f->value == ALGO_F_TXN_TxID))
    return avm_fail(cx, "illegal field for inner transaction %s", f->name);
  if (f->array) return app_array_field(cx, x->t, f->value, ai, out);
  algo_code_t rc = plain_field(cx, x, f->value, out);
  if (rc == ALGO_E_NOT_FOUND) rc = app_field(x->t, f->value, out);
  if (rc == ALGO_E_NOT_FOUND) rc = asset_field(x->t, f->value, out);
  return rc;
}

const algo_isa_field_t *avm_txn_field(uint8_t field) {
  const algo_isa_field_t *f = algo_isa_field(ALGO_GROUP_TXN, field);
  return f != NULL ? f : algo_isa_field(ALGO_GROUP_TXNA, field);
}

static algo_code_t avm_txn_get(algo_avm_context_t *cx, uint64_t gi, avm_txn_source_t src, uint8_t field, uint64_t ai,
                               bool array, avm_value_t *out) {
  char buf[48];
  const algo_isa_field_t *f = avm_txn_field(field);
  if (f == NULL || f->since > cx->version)
    return avm_fail(cx, "invalid txn field %s", avm_field_name(ALGO_GROUP_TXN, field, "TxnField", buf));
  if (array != f->array) return avm_fail(cx, array ? "unsupported array field %s" : "invalid txn field %s", f->name);
  size_t first = 0, n = cx->g->n;
  if (src == AVM_SRC_GROUP && f->effect && gi >= cx->gi) {
    if (cx->mode == ALGO_AVM_SIG) return avm_fail(cx, "txn[%s] not allowed in current mode", f->name);
    return avm_fail(cx, "txn effects can only be read from past txns %llu %zu", (unsigned long long)gi, cx->gi);
  }
  if (src != AVM_SRC_GROUP) {
    first = src == AVM_SRC_INNER_GROUP ? last_group_start(cx) : cx->n_inner ? cx->n_inner - 1 : 0;
    n = cx->n_inner - first;
  }
  if (gi >= n) return avm_fail(cx, "txn index %llu, len(group) is %zu", (unsigned long long)gi, n);
  txn_at_t x = {.index = gi, .inner = src != AVM_SRC_GROUP};
  if (x.inner) {
    x.apply = &cx->inner[first + gi];
    x.t = &x.apply->stxn.txn;
  } else {
    x.apply = &cx->g->apply[gi];
    x.t = &cx->g->txns[gi]->txn;
  }
  return read_field(cx, &x, f, ai, out);
}

/* ---- opcodes ---- */

/* Pops `pop` values and pushes the field. */
static algo_code_t read_to(algo_avm_context_t *cx, uint32_t pop, uint64_t gi, avm_txn_source_t src, uint8_t field,
                           uint64_t ai, bool array) {
  avm_value_t v;
  algo_code_t rc = avm_txn_get(cx, gi, src, field, ai, array, &v);
  if (rc != ALGO_OK) return rc;
  cx->sp -= pop;
  avm_push(cx, v);
  return ALGO_OK;
}

#define IMM(i)   cx->prog[cx->pc + (i)]
#define STACK(i) avm_top(cx, i)->u

algo_code_t avm_op_txn(algo_avm_context_t *cx) { return read_to(cx, 0, cx->gi, AVM_SRC_GROUP, IMM(1), 0, false); }
algo_code_t avm_op_txna(algo_avm_context_t *cx) { return read_to(cx, 0, cx->gi, AVM_SRC_GROUP, IMM(1), IMM(2), true); }
algo_code_t avm_op_txnas(algo_avm_context_t *cx) {
  return read_to(cx, 1, cx->gi, AVM_SRC_GROUP, IMM(1), STACK(0), true);
}
algo_code_t avm_op_gtxn(algo_avm_context_t *cx) { return read_to(cx, 0, IMM(1), AVM_SRC_GROUP, IMM(2), 0, false); }
algo_code_t avm_op_gtxna(algo_avm_context_t *cx) { return read_to(cx, 0, IMM(1), AVM_SRC_GROUP, IMM(2), IMM(3), true); }
algo_code_t avm_op_gtxnas(algo_avm_context_t *cx) {
  return read_to(cx, 1, IMM(1), AVM_SRC_GROUP, IMM(2), STACK(0), true);
}
algo_code_t avm_op_gtxns(algo_avm_context_t *cx) { return read_to(cx, 1, STACK(0), AVM_SRC_GROUP, IMM(1), 0, false); }
algo_code_t avm_op_gtxnsa(algo_avm_context_t *cx) {
  return read_to(cx, 1, STACK(0), AVM_SRC_GROUP, IMM(1), IMM(2), true);
}
algo_code_t avm_op_gtxnsas(algo_avm_context_t *cx) {
  return read_to(cx, 2, STACK(1), AVM_SRC_GROUP, IMM(1), STACK(0), true);
}
algo_code_t avm_op_itxn(algo_avm_context_t *cx) { return read_to(cx, 0, 0, AVM_SRC_INNER, IMM(1), 0, false); }
algo_code_t avm_op_itxna(algo_avm_context_t *cx) { return read_to(cx, 0, 0, AVM_SRC_INNER, IMM(1), IMM(2), true); }
algo_code_t avm_op_itxnas(algo_avm_context_t *cx) { return read_to(cx, 1, 0, AVM_SRC_INNER, IMM(1), STACK(0), true); }
algo_code_t avm_op_gitxn(algo_avm_context_t *cx) {
  return read_to(cx, 0, IMM(1), AVM_SRC_INNER_GROUP, IMM(2), 0, false);
}
algo_code_t avm_op_gitxna(algo_avm_context_t *cx) {
  return read_to(cx, 0, IMM(1), AVM_SRC_INNER_GROUP, IMM(2), IMM(3), true);
}
algo_code_t avm_op_gitxnas(algo_avm_context_t *cx) {
  return read_to(cx, 1, IMM(1), AVM_SRC_INNER_GROUP, IMM(2), STACK(0), true);
}
#undef IMM
#undef STACK

/* What an earlier transaction of the group created. */
static algo_code_t created_id(algo_avm_context_t *cx, uint64_t gi, const char *op, uint64_t *out) {
  const algo_avm_group_t *g = cx->g;
  unsigned long long i = gi;
  if (gi >= g->n) return avm_fail(cx, "%s lookup TxnGroup[%llu] but it only has %zu", op, i, g->n);
  if (gi > cx->gi)
    return avm_fail(
        cx, "%s can't get creatable ID of txn ahead of the current one (index %llu) in the transaction group", op, i);
  if (gi == cx->gi)
    return avm_fail(
        cx,
        "%s is only for accessing creatable IDs of previous txns, use `global CurrentApplicationID` instead to "
        "access the current app's creatable ID",
        op);
  algo_txn_type_t type = g->txns[gi]->txn.type;
  if (type != ALGO_TX_APPL && type != ALGO_TX_ACFG)
    return avm_fail(cx, "can't use %s on txn that is not an app call nor an asset config txn with index %llu", op, i);
  *out = g->apply[gi].created_asset != 0 ? g->apply[gi].created_asset : g->apply[gi].created_app;
  if (*out == 0) return avm_fail(cx, "%s: index %llu did not create anything", op, i);
  return ALGO_OK;
}

algo_code_t avm_op_gaid(algo_avm_context_t *cx) {
  uint64_t id;
  algo_code_t rc = created_id(cx, cx->prog[cx->pc + 1], "gaid", &id);
  if (rc == ALGO_OK) avm_push(cx, avm_uint(id));
  return rc;
}

algo_code_t avm_op_gaids(algo_avm_context_t *cx) {
  uint64_t id;
  algo_code_t rc = created_id(cx, avm_top(cx, 0)->u, "gaids", &id);
  if (rc == ALGO_OK) *avm_top(cx, 0) = avm_uint(id);
  return rc;
}
