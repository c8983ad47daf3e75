/* What holds for the whole network or for this run; block headers. */
#include "internal.h"

static const algo_addr_t zero_address;

static algo_code_t own_bytes(algo_avm_context_t *cx, const uint8_t *p, size_t n, avm_value_t *out) {
  uint8_t *q = avm_alloc(cx, n);
  if (q == NULL) return avm_nomem(cx);
  if (n) memcpy(q, p, n);
  *out = avm_bytes(q, n);
  return ALGO_OK;
}

static algo_code_t app_address(algo_avm_context_t *cx, uint64_t app, avm_value_t *out) {
  const algo_addr_t *a = avm_app_address(cx->sh, app);
  return a == NULL ? avm_nomem(cx) : own_bytes(cx, a->b, sizeof a->b, out);
}

static algo_code_t timestamp(algo_avm_context_t *cx, avm_value_t *out) {
  int64_t ts = cx->sh->opt.ledger->prev_timestamp(cx->sh->opt.ledger_self);
  if (ts < 0) return avm_fail(cx, "latest timestamp %lld < 0", (long long)ts);
  *out = avm_uint((uint64_t)ts);
  return ALGO_OK;
}

static algo_code_t run_field(algo_avm_context_t *cx, uint8_t field, avm_value_t *out) {
  algo_addr_t creator;
  algo_code_t rc;
  switch (field) {
  case ALGO_F_GLOBAL_ZeroAddress: return *out = avm_bytes(zero_address.b, 32), ALGO_OK;
  case ALGO_F_GLOBAL_LatestTimestamp: return timestamp(cx, out);
  case ALGO_F_GLOBAL_CurrentApplicationAddress: return app_address(cx, cx->app, out);
  case ALGO_F_GLOBAL_CreatorAddress:
    rc = avm_creator(cx, &creator);
    return rc != ALGO_OK ? rc : own_bytes(cx, creator.b, sizeof creator.b, out);
  case ALGO_F_GLOBAL_GroupID: return *out = avm_bytes(cx->txn->group.b, 32), ALGO_OK;
  case ALGO_F_GLOBAL_CallerApplicationAddress:
    if (cx->g->caller != NULL) return app_address(cx, cx->g->caller->app, out);
    return *out = avm_bytes(zero_address.b, 32), ALGO_OK;
  default: return *out = avm_bytes(cx->sh->opt.genesis_hash.b, 32), ALGO_OK;
  }
}

static uint64_t number(const algo_avm_context_t *cx, uint8_t field) {
  const algo_consensus_t *c = cx->sh->opt.consensus;
  switch (field) {
  case ALGO_F_GLOBAL_MinTxnFee: return c->min_txn_fee;
  case ALGO_F_GLOBAL_MinBalance:
  case ALGO_F_GLOBAL_AssetCreateMinBalance:
  case ALGO_F_GLOBAL_AssetOptInMinBalance: return c->min_balance;
  case ALGO_F_GLOBAL_MaxTxnLife: return c->max_txn_life;
  case ALGO_F_GLOBAL_GroupSize: return cx->g->n;
  case ALGO_F_GLOBAL_LogicSigVersion: return c->logic_sig_version;
  case ALGO_F_GLOBAL_Round: return cx->sh->opt.ledger->round(cx->sh->opt.ledger_self);
  case ALGO_F_GLOBAL_CurrentApplicationID: return cx->app;
  case ALGO_F_GLOBAL_OpcodeBudget: return (uint64_t)avm_budget_left(cx);
  case ALGO_F_GLOBAL_CallerApplicationID: return cx->g->caller != NULL ? cx->g->caller->app : 0;
  case ALGO_F_GLOBAL_PayoutsEnabled: return c->payouts_enabled;
  case ALGO_F_GLOBAL_PayoutsGoOnlineFee: return c->payouts_go_online_fee;
  case ALGO_F_GLOBAL_PayoutsPercent: return c->payouts_percent;
  case ALGO_F_GLOBAL_PayoutsMinBalance: return c->payouts_min_balance;
  default: return c->payouts_max_balance;
  }
}

algo_code_t avm_op_global(algo_avm_context_t *cx) {
  char buf[48];
  uint8_t field = cx->prog[cx->pc + 1];
  const algo_isa_field_t *f = algo_isa_field(ALGO_GROUP_GLOBAL, field);
  if (f == NULL || f->since > cx->version)
    return avm_fail(cx, "invalid global field %s", avm_field_name(ALGO_GROUP_GLOBAL, field, "GlobalField", buf));
  if ((f->modes & (cx->mode == ALGO_AVM_SIG ? ALGO_MODE_SIG : ALGO_MODE_APP)) == 0)
    return avm_fail(cx, "global[%s] not allowed in current mode", f->name);
  avm_value_t v;
  algo_code_t rc = ALGO_OK;
  bool plain = algo_isa_type((algo_type_t)f->type)->kind == ALGO_KIND_UINT64 && field != ALGO_F_GLOBAL_LatestTimestamp;
  if (plain) v = avm_uint(number(cx, field));
  else rc = run_field(cx, field, &v);
  if (rc == ALGO_OK) avm_push(cx, v);
  return rc;
}

/* ---- block headers ---- */

algo_code_t avm_round_available(algo_avm_context_t *cx, uint64_t round) {
  const algo_txn_t *t = cx->txn;
  uint64_t first = t->last_valid - cx->sh->opt.consensus->max_txn_life - 1, last = t->first_valid - 1;
  if (first > t->last_valid || first == 0) first = 1; /* early in the chain's life */
  if (last > t->first_valid) last = 0;
  if (first <= round && round <= last) return ALGO_OK;
  return avm_fail(cx, "round %llu is not available. It's outside [%llu-%llu]", (unsigned long long)round,
                  (unsigned long long)first, (unsigned long long)last);
}

static algo_code_t header_value(algo_avm_context_t *cx, const algo_header_t *h, uint8_t field, avm_value_t *out) {
  switch (field) {
  case ALGO_F_BLOCK_BlkSeed: return own_bytes(cx, h->seed, 32, out);
  case ALGO_F_BLOCK_BlkTimestamp:
    if (h->timestamp < 0)
      return avm_fail(cx, "block(%llu) timestamp %lld < 0", (unsigned long long)h->round, (long long)h->timestamp);
    return *out = avm_uint((uint64_t)h->timestamp), ALGO_OK;
  case ALGO_F_BLOCK_BlkProposer: return own_bytes(cx, h->proposer.b, 32, out);
  case ALGO_F_BLOCK_BlkFeesCollected: return *out = avm_uint(h->fees_collected), ALGO_OK;
  case ALGO_F_BLOCK_BlkBonus: return *out = avm_uint(h->bonus), ALGO_OK;
  case ALGO_F_BLOCK_BlkBranch: return own_bytes(cx, h->prev.b, 32, out);
  case ALGO_F_BLOCK_BlkFeeSink: return own_bytes(cx, h->fee_sink.b, 32, out);
  case ALGO_F_BLOCK_BlkProtocol: return own_bytes(cx, h->protocol.p, h->protocol.n, out);
  case ALGO_F_BLOCK_BlkTxnCounter: return *out = avm_uint(h->txn_counter), ALGO_OK;
  case ALGO_F_BLOCK_BlkProposerPayout: return *out = avm_uint(h->proposer_payout), ALGO_OK;
  case ALGO_F_BLOCK_BlkBranch512: return own_bytes(cx, h->prev512, 64, out);
  case ALGO_F_BLOCK_BlkSha512_256TxnCommitment: return own_bytes(cx, h->txn_root.b, 32, out);
  case ALGO_F_BLOCK_BlkSha256TxnCommitment: return own_bytes(cx, h->txn_root_sha256.b, 32, out);
  default: return own_bytes(cx, h->txn_root_sha512, 64, out);
  }
}

algo_code_t avm_op_block(algo_avm_context_t *cx) {
  char buf[48];
  uint64_t round = avm_top(cx, 0)->u;
  uint8_t field = cx->prog[cx->pc + 1];
  algo_header_t h;
  algo_err_t err;
  algo_code_t rc = avm_round_available(cx, round);
  if (rc != ALGO_OK) return rc;
  const algo_isa_field_t *f = algo_isa_field(ALGO_GROUP_BLOCK, field);
  if (f == NULL || f->since > cx->version)
    return avm_fail(cx, "invalid block field %s", avm_field_name(ALGO_GROUP_BLOCK, field, "BlockField", buf));
  rc = cx->sh->opt.ledger->block_header(cx->sh->opt.ledger_self, round, &h, &err);
  return rc == ALGO_OK ? header_value(cx, &h, field, avm_top(cx, 0)) : avm_fail_err(cx, rc, &err);
}
