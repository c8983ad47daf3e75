/* The form of transactions. Source: go-algorand 5.1, transactions.Transaction.WellFormed. */
#include "algo/rules.h"

#include <inttypes.h>

#include "rules_internal.h"

#define BAD(...) algo_err_set(err, ALGO_E_INVALID, __VA_ARGS__)

static bool zero(const void *p, size_t n) {
  const uint8_t *b = p;
  for (size_t i = 0; i < n; i++)
    if (b[i]) return false;
  return true;
}

static algo_code_t rules_pay(const algo_txn_t *t, const algo_addr_t *fee_sink, algo_err_t *err) {
  const bool closes_to_itself = algo_addr_eq(&t->sender, &t->close_remainder_to);
  if (!closes_to_itself && !algo_addr_eq(&t->sender, fee_sink)) return ALGO_OK;
  char a[ALGO_ADDR_TEXT + 1];
  algo_addr_format(a, &t->sender);
  return closes_to_itself ? BAD("transaction cannot close account to its sender %s", a)
                          : BAD("cannot spend from fee sink address %s", a);
}

static algo_code_t rules_keyreg_state_proof(const algo_txn_t *t, const algo_consensus_t *c, algo_err_t *err) {
  bool empty = zero(t->state_proof_pk, 64);
  uint64_t period = t->vote_last > t->vote_first ? t->vote_last - t->vote_first : 0;
  if (c->max_keyreg_valid_period && period > c->max_keyreg_valid_period)
    return BAD("validity period for keyreg transaction is too long");
  if (t->nonparticipation)
    return empty ? ALGO_OK : BAD("non participation keyreg transactions should contain empty stateProofPK");
  if (zero(t->vote_pk, 32) || zero(t->selection_pk, 32))
    return empty ? ALGO_OK : BAD("offline keyreg transactions should contain empty stateProofPK");
  return empty ? BAD("online keyreg transaction cannot have empty field StateProofPK") : ALGO_OK;
}

static algo_code_t rules_keyreg(const algo_txn_t *t, const algo_consensus_t *c, const algo_addr_t *fee_sink,
                                algo_err_t *err) {
  if (algo_addr_eq(&t->sender, fee_sink)) {
    char a[ALGO_ADDR_TEXT + 1];
    algo_addr_format(a, &t->sender);
    return BAD("cannot register participation key for fee sink's address %s", a);
  }
  if (t->vote_first > t->vote_last)
    return BAD("transaction first voting round need to be less than its last voting round");
  bool vote = !zero(t->vote_pk, 32), selection = !zero(t->selection_pk, 32), dilution = t->vote_key_dilution != 0;
  if (vote != selection || vote != dilution)
    return BAD("the following transaction fields need to be clear/set together : votekey, selkey, votekd");
  if (!dilution) {
    if (t->vote_first || t->vote_last)
      return BAD(
          "on going offline key registration transaction, the vote first and vote last fields should not be set");
  } else {
    if (t->vote_last == 0) return BAD("transaction tries to register keys to go online, but vote last is set to zero");
    if (t->vote_first > t->last_valid + 1)
      return BAD("transaction tries to register keys to go online, but first voting round is beyond the round after "
                 "last valid round");
  }
  if (t->nonparticipation && vote && selection)
    return BAD("transaction tries to register keys to go online, but nonparticipatory flag is set");
  return rules_keyreg_state_proof(t, c, err);
}

static algo_code_t rules_acfg(const algo_txn_t *t, const algo_consensus_t *c, algo_err_t *err) {
  const algo_asset_params_t *p = t->asset_params;
  if (!p) return ALGO_OK;
  if (p->name.n > c->max_asset_name_bytes)
    return BAD("transaction asset name too big: %zu > %" PRIu64, p->name.n, c->max_asset_name_bytes);
  if (p->unit_name.n > c->max_asset_unit_name_bytes)
    return BAD("transaction asset unit name too big: %zu > %" PRIu64, p->unit_name.n, c->max_asset_unit_name_bytes);
  if (p->url.n > c->max_asset_url_bytes)
    return BAD("transaction asset url too big: %zu > %" PRIu64, p->url.n, c->max_asset_url_bytes);
  if (p->decimals > c->max_asset_decimals)
    return BAD("transaction asset decimals is too high (max is %" PRIu64 ")", c->max_asset_decimals);
  return ALGO_OK;
}

static algo_code_t rules_axfer(const algo_txn_t *t, algo_err_t *err) {
  if (t->xfer_asset == 0 && t->asset_amount != 0) return BAD("asset ID cannot be zero");
  if (!algo_addr_is_zero(&t->asset_sender) && !algo_addr_is_zero(&t->asset_close_to))
    return BAD("cannot close asset by clawback");
  return ALGO_OK;
}

static algo_code_t rules_afrz(const algo_txn_t *t, algo_err_t *err) {
  if (t->freeze_asset == 0) return BAD("asset ID cannot be zero");
  if (algo_addr_is_zero(&t->freeze_account)) return BAD("freeze account cannot be empty");
  return ALGO_OK;
}

static algo_code_t rules_stpf(const algo_txn_t *t, algo_err_t *err) {
  algo_addr_t special;
  algo_addr_of_state_proof_sender(&special);
  if (!algo_addr_eq(&t->sender, &special)) return BAD("sender must be the state-proof sender");
  if (t->fee) return BAD("fee must be zero in state-proof transaction");
  if (t->note.n) return BAD("note must be empty in state-proof transaction");
  if (!algo_digest_is_zero(&t->group)) return BAD("group must be zero in state-proof transaction");
  if (!algo_addr_is_zero(&t->rekey_to)) return BAD("rekey must be zero in state-proof transaction");
  if (!zero(t->lease, 32)) return BAD("lease must be zero in state-proof transaction");
  return ALGO_OK;
}

static algo_code_t rules_hb(const algo_txn_t *t, algo_err_t *err) {
  const algo_heartbeat_t *h = t->heartbeat;
  if (!h) return BAD("heartbeat transaction has no heartbeat fields");
  if (h->challenge_discount) {
    if (t->note.n) return BAD("tx.Note is set in discounted heartbeat");
    if (!zero(t->lease, 32)) return BAD("tx.Lease is set in discounted heartbeat");
    if (!algo_addr_is_zero(&t->rekey_to)) return BAD("tx.RekeyTo is set in discounted heartbeat");
  }
  if (h->proof.n == 0 || (h->proof.n == 1 && h->proof.p[0] == 0x80)) return BAD("tx.HbProof is empty");
  if (zero(h->seed, 32)) return BAD("tx.HbSeed is empty");
  if (zero(h->vote_id, 32)) return BAD("tx.HbVoteID is empty");
  if (h->key_dilution == 0) return BAD("tx.HbKeyDilution is zero");
  return ALGO_OK;
}

/* Whether any field of that type's own is set. */
static bool has_fields(const algo_txn_t *t, algo_txn_type_t type) {
  static const algo_asset_params_t no_params;
  const algo_asset_params_t *p = t->asset_params;
  switch (type) {
  case ALGO_TX_PAY: return t->amount || !algo_addr_is_zero(&t->receiver) || !algo_addr_is_zero(&t->close_remainder_to);
  case ALGO_TX_KEYREG:
    return !zero(t->vote_pk, 32) || !zero(t->selection_pk, 32) || !zero(t->state_proof_pk, 64) || t->vote_first ||
           t->vote_last || t->vote_key_dilution || t->nonparticipation;
  case ALGO_TX_ACFG:
    return t->config_asset || (p && (p->total || p->decimals || p->default_frozen || p->unit_name.n || p->name.n ||
                                     p->url.n || memcmp(&p->metadata_hash, &no_params.metadata_hash, 32) ||
                                     !algo_addr_is_zero(&p->manager) || !algo_addr_is_zero(&p->reserve) ||
                                     !algo_addr_is_zero(&p->freeze) || !algo_addr_is_zero(&p->clawback)));
  case ALGO_TX_AXFER:
    return t->xfer_asset || t->asset_amount || !algo_addr_is_zero(&t->asset_sender) ||
           !algo_addr_is_zero(&t->asset_receiver) || !algo_addr_is_zero(&t->asset_close_to);
  case ALGO_TX_AFRZ: return t->freeze_asset || t->asset_frozen || !algo_addr_is_zero(&t->freeze_account);
  case ALGO_TX_APPL:
    return t->app_id || t->on_completion || t->n_app_args || t->n_accounts || t->n_foreign_apps ||
           t->n_foreign_assets || t->n_boxes || t->n_access || t->local_schema.num_uint ||
           t->local_schema.num_byte_slice || t->global_schema.num_uint || t->global_schema.num_byte_slice ||
           t->approval_program.n || t->clear_program.n || t->extra_program_pages || t->reject_version;
  case ALGO_TX_STPF: return t->state_proof_type || t->state_proof.n || t->state_proof_message.n;
  case ALGO_TX_HB: return t->heartbeat != NULL;
  default: return false;
  }
}

static algo_code_t rules_of_type(const algo_txn_t *t, const algo_consensus_t *c, const algo_addr_t *fee_sink,
                                 algo_err_t *err) {
  switch (t->type) {
  case ALGO_TX_PAY: return rules_pay(t, fee_sink, err);
  case ALGO_TX_KEYREG: return rules_keyreg(t, c, fee_sink, err);
  case ALGO_TX_ACFG: return rules_acfg(t, c, err);
  case ALGO_TX_AXFER: return rules_axfer(t, err);
  case ALGO_TX_AFRZ: return rules_afrz(t, err);
  case ALGO_TX_APPL: return algo_rules_appl(t, c, err);
  case ALGO_TX_STPF: return rules_stpf(t, err);
  case ALGO_TX_HB: return rules_hb(t, err);
  default: return BAD("unknown tx type %.*s", (int)t->type_text.n, t->type_text.n ? (const char *)t->type_text.p : "");
  }
}

algo_code_t algo_txn_well_formed(const algo_txn_t *t, const algo_consensus_t *c, const algo_addr_t *fee_sink,
                                 const algo_addr_t *rewards_pool, algo_err_t *err) {
  algo_code_t rc = rules_of_type(t, c, fee_sink, err);
  if (rc) return rc;
  for (algo_txn_type_t k = ALGO_TX_PAY; k <= ALGO_TX_HB; k++)
    if (k != t->type && has_fields(t, k))
      return BAD("transaction of type %s has non-zero fields for type %s", algo_txn_type_text(t->type),
                 algo_txn_type_text(k));
  if (t->last_valid < t->first_valid)
    return BAD("transaction invalid range (%" PRIu64 "--%" PRIu64 ")", t->first_valid, t->last_valid);
  if (t->last_valid - t->first_valid > c->max_txn_life)
    return BAD("transaction window size excessive (%" PRIu64 "--%" PRIu64 ")", t->first_valid, t->last_valid);
  if (t->note.n > c->max_absolute_txn_note_bytes)
    return BAD("transaction note too big: %zu > %" PRIu64, t->note.n, c->max_absolute_txn_note_bytes);
  if (algo_addr_eq(&t->sender, rewards_pool)) return BAD("transaction from incentive pool is invalid");
  if (algo_addr_is_zero(&t->sender)) return BAD("transaction cannot have zero sender");
  return ALGO_OK;
}
