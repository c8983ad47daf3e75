/* Structures as Go's %+v prints them: a node's refusals have them in their texts. */
#include "algo/mp.h"
#include "internal.h"

static void numbers(algo_buf_t *out, const char *name, const uint8_t *p, size_t n) {
  algo_buf_printf(out, "%s:[", name);
  for (size_t i = 0; i < n; i++) algo_buf_printf(out, i ? " %u" : "%u", p[i]);
  algo_buf_puts(out, "]");
}

static void amount(algo_buf_t *out, const char *name, uint64_t v) {
  char text[32];
  algo_micro_format(text, v);
  algo_buf_printf(out, " %s:%s", name, text);
}

static void count(algo_buf_t *out, const char *name, uint64_t v) { algo_buf_printf(out, " %s:%" PRIu64, name, v); }

static void address(algo_buf_t *out, const char *name, const algo_addr_t *a) {
  algo_buf_printf(out, " %s:%s", name, algo_laddr(a).s);
}

void algo_ldump_account(algo_buf_t *out, const account_data_t *d) {
  static const char *const statuses[] = {"Offline", "Online", "Not Participating"};
  algo_buf_printf(out, "{AccountBaseData:{Status:%s", statuses[d->status < 3 ? d->status : 0]);
  amount(out, "MicroAlgos", d->balance);
  count(out, "RewardsBase", d->rewards_base);
  amount(out, "RewardedMicroAlgos", d->rewarded);
  address(out, "AuthAddr", &d->auth);
  algo_buf_printf(out, " IncentiveEligible:%s", d->incentive_eligible ? "true" : "false");
  algo_buf_printf(out, " TotalAppSchema:{NumUint:%" PRIu64 " NumByteSlice:%" PRIu64 "}", d->schema_uint,
                  d->schema_bytes);
  count(out, "TotalExtraAppPages", d->extra_pages);
  count(out, "TotalAppParams", d->apps_created);
  count(out, "TotalAppLocalStates", d->apps_opted_in);
  count(out, "TotalAssetParams", d->assets_created);
  count(out, "TotalAssets", d->assets);
  count(out, "TotalBoxes", d->boxes);
  count(out, "TotalBoxBytes", d->box_bytes);
  count(out, "LastProposed", d->last_proposed);
  count(out, "LastHeartbeat", d->last_heartbeat);
  algo_buf_puts(out, "} VotingData:{");
  numbers(out, "VoteID", d->vote_pk, 32);
  numbers(out, " SelectionID", d->selection_pk, 32);
  numbers(out, " StateProofID", d->state_proof_pk, 64);
  count(out, "VoteFirstValid", d->vote_first);
  count(out, "VoteLastValid", d->vote_last);
  count(out, "VoteKeyDilution", d->vote_key_dilution);
  algo_buf_puts(out, "}}");
}

/* ---- a signed transaction ---- */

static void bytes(algo_buf_t *out, const char *name, algo_bytes_t v) { numbers(out, name, v.p, v.n); }

static void byte_lists(algo_buf_t *out, const char *name, const algo_bytes_t *v, size_t n) {
  algo_buf_printf(out, " %s:[", name);
  for (size_t i = 0; i < n; i++) {
    if (i) algo_buf_puts(out, " ");
    algo_buf_puts(out, "[");
    for (size_t k = 0; k < v[i].n; k++) algo_buf_printf(out, k ? " %u" : "%u", v[i].p[k]);
    algo_buf_puts(out, "]");
  }
  algo_buf_puts(out, "]");
}

static void msig(algo_buf_t *out, const char *name, const algo_msig_t *m) {
  static const uint8_t none[64];
  algo_buf_printf(out, " %s:{_struct:{} Version:%u Threshold:%u Subsigs:[", name, m->version, m->threshold);
  for (size_t i = 0; i < m->n_parts; i++) {
    algo_buf_puts(out, i ? " {_struct:{} " : "{_struct:{} ");
    numbers(out, "Key", m->parts[i].pk.b, 32);
    numbers(out, " Sig", m->parts[i].has_sig ? m->parts[i].sig : none, 64);
    algo_buf_puts(out, "}");
  }
  algo_buf_puts(out, "]}");
}

static void pqsig(algo_buf_t *out, const char *name, const algo_pqsig_t *p) {
  uint8_t scheme[2] = {0};
  if (p->scheme.n) memcpy(scheme, p->scheme.p, p->scheme.n < 2 ? p->scheme.n : 2);
  algo_buf_printf(out, " %s:{_struct:{} Scheme:", name);
  algo_buf_put(out, scheme, sizeof scheme);
  count(out, "Salt", p->salt);
  bytes(out, " PublicKey", p->pk);
  bytes(out, " Signature", p->sig);
  algo_buf_puts(out, "}");
}

static void lsig(algo_buf_t *out, const algo_lsig_t *s) {
  static const uint8_t none[64];
  algo_buf_puts(out, " Lsig:{_struct:{} ");
  bytes(out, "Logic", s->logic);
  numbers(out, " Sig", s->has_sig ? s->sig : none, 64);
  msig(out, "Msig", &s->msig);
  msig(out, "LMsig", &s->lmsig);
  pqsig(out, "PQsig", &s->pqsig);
  byte_lists(out, "Args", s->args, s->n_args);
  algo_buf_puts(out, "}");
}

static void header(algo_buf_t *out, const algo_txn_t *t) {
  algo_buf_puts(out, " Header:{_struct:{}");
  address(out, "Sender", &t->sender);
  amount(out, "Fee", t->fee);
  count(out, "FirstValid", t->first_valid);
  count(out, "LastValid", t->last_valid);
  bytes(out, " Note", t->note);
  algo_buf_printf(out, " GenesisID:%.*s", (int)t->genesis_id.n, t->genesis_id.n ? (const char *)t->genesis_id.p : "");
  algo_buf_printf(out, " GenesisHash:%s", algo_ltxid_text(&t->genesis_hash).s);
  algo_buf_printf(out, " Group:%s", algo_ltxid_text(&t->group).s);
  numbers(out, " Lease", t->lease, 32);
  address(out, "RekeyTo", &t->rekey_to);
  algo_buf_puts(out, "}");
}

static void asset_params(algo_buf_t *out, const algo_asset_params_t *p) {
  algo_buf_printf(out, " AssetParams:{_struct:{} Total:%" PRIu64 " Decimals:%u DefaultFrozen:%s", p->total, p->decimals,
                  p->default_frozen ? "true" : "false");
  const struct {
    const char *name;
    algo_bytes_t v;
  } texts[] = {{"UnitName", p->unit_name}, {"AssetName", p->name}, {"URL", p->url}};
  for (size_t i = 0; i < 3; i++) {
    algo_buf_printf(out, " %s:", texts[i].name);
    algo_buf_putb(out, texts[i].v);
  }
  numbers(out, " MetadataHash", p->metadata_hash.b, 32);
  address(out, "Manager", &p->manager);
  address(out, "Reserve", &p->reserve);
  address(out, "Freeze", &p->freeze);
  address(out, "Clawback", &p->clawback);
  algo_buf_puts(out, "}");
}

static void transfers(algo_buf_t *out, const algo_txn_t *t) {
  static const algo_asset_params_t none;
  algo_buf_puts(out, " KeyregTxnFields:{_struct:{} ");
  numbers(out, "VotePK", t->vote_pk, 32);
  numbers(out, " SelectionPK", t->selection_pk, 32);
  numbers(out, " StateProofPK", t->state_proof_pk, 64);
  count(out, "VoteFirst", t->vote_first);
  count(out, "VoteLast", t->vote_last);
  count(out, "VoteKeyDilution", t->vote_key_dilution);
  algo_buf_printf(out, " Nonparticipation:%s}", t->nonparticipation ? "true" : "false");
  algo_buf_puts(out, " PaymentTxnFields:{_struct:{}");
  address(out, "Receiver", &t->receiver);
  amount(out, "Amount", t->amount);
  address(out, "CloseRemainderTo", &t->close_remainder_to);
  algo_buf_puts(out, "} AssetConfigTxnFields:{_struct:{}");
  count(out, "ConfigAsset", t->config_asset);
  asset_params(out, t->asset_params ? t->asset_params : &none);
  algo_buf_puts(out, "} AssetTransferTxnFields:{_struct:{}");
  count(out, "XferAsset", t->xfer_asset);
  count(out, "AssetAmount", t->asset_amount);
  address(out, "AssetSender", &t->asset_sender);
  address(out, "AssetReceiver", &t->asset_receiver);
  address(out, "AssetCloseTo", &t->asset_close_to);
  algo_buf_puts(out, "} AssetFreezeTxnFields:{_struct:{}");
  address(out, "FreezeAccount", &t->freeze_account);
  count(out, "FreezeAsset", t->freeze_asset);
  algo_buf_printf(out, " AssetFrozen:%s}", t->asset_frozen ? "true" : "false");
}

static void numbers64(algo_buf_t *out, const char *name, const uint64_t *v, size_t n) {
  algo_buf_printf(out, " %s:[", name);
  for (size_t i = 0; i < n; i++) algo_buf_printf(out, i ? " %" PRIu64 : "%" PRIu64, v[i]);
  algo_buf_puts(out, "]");
}

static void box_ref(algo_buf_t *out, const algo_box_ref_t *b) {
  algo_buf_printf(out, "{_struct:{} Index:%" PRIu64, b->index);
  bytes(out, " Name", b->name);
  algo_buf_puts(out, "}");
}

static void access_list(algo_buf_t *out, const algo_txn_t *t) {
  algo_buf_puts(out, " Access:[");
  for (size_t i = 0; i < t->n_access; i++) {
    const algo_resource_ref_t *r = &t->access[i];
    algo_buf_puts(out, i ? " {_struct:{}" : "{_struct:{}");
    address(out, "Address", &r->address);
    count(out, "Asset", r->asset);
    count(out, "App", r->app);
    algo_buf_printf(out, " Holding:{_struct:{} Address:%" PRIu64 " Asset:%" PRIu64 "}", r->holding.address,
                    r->holding.asset);
    algo_buf_printf(out, " Locals:{_struct:{} Address:%" PRIu64 " App:%" PRIu64 "} Box:", r->locals.address,
                    r->locals.app);
    box_ref(out, &r->box);
    algo_buf_puts(out, "}");
  }
  algo_buf_puts(out, "] Boxes:[");
  for (size_t i = 0; i < t->n_boxes; i++) {
    if (i) algo_buf_puts(out, " ");
    box_ref(out, &t->boxes[i]);
  }
  algo_buf_puts(out, "]");
}

static void application(algo_buf_t *out, const algo_txn_t *t) {
  static const char *const completions[] = {
      "NoOpOC", "OptInOC", "CloseOutOC", "ClearStateOC", "UpdateApplicationOC", "DeleteApplicationOC"};
  algo_buf_puts(out, " ApplicationCallTxnFields:{_struct:{}");
  count(out, "ApplicationID", t->app_id);
  if (t->on_completion < 6) algo_buf_printf(out, " OnCompletion:%s", completions[t->on_completion]);
  else if (t->on_completion > INT64_MAX) /* Go takes it for a negative index */
    algo_buf_printf(out, " OnCompletion:%%!v(PANIC=String method: runtime error: index out of range [%" PRId64 "])",
                    (int64_t)t->on_completion);
  else algo_buf_printf(out, " OnCompletion:OnCompletion(%" PRIu64 ")", t->on_completion);
  byte_lists(out, "ApplicationArgs", t->app_args, t->n_app_args);
  algo_buf_puts(out, " Accounts:[");
  for (size_t i = 0; i < t->n_accounts; i++) algo_buf_printf(out, i ? " %s" : "%s", algo_laddr(&t->accounts[i]).s);
  algo_buf_puts(out, "]");
  numbers64(out, "ForeignAssets", t->foreign_assets, t->n_foreign_assets);
  numbers64(out, "ForeignApps", t->foreign_apps, t->n_foreign_apps);
  access_list(out, t);
  algo_buf_printf(out, " LocalStateSchema:{NumUint:%" PRIu64 " NumByteSlice:%" PRIu64 "}", t->local_schema.num_uint,
                  t->local_schema.num_byte_slice);
  algo_buf_printf(out, " GlobalStateSchema:{NumUint:%" PRIu64 " NumByteSlice:%" PRIu64 "}", t->global_schema.num_uint,
                  t->global_schema.num_byte_slice);
  bytes(out, " ApprovalProgram", t->approval_program);
  bytes(out, " ClearStateProgram", t->clear_program);
  count(out, "ExtraProgramPages", t->extra_program_pages);
  count(out, "RejectVersion", t->reject_version);
  algo_buf_puts(out, "}");
}

/* The proof itself has no text of its own here: a node prints its commitments. */
static void state_proof(algo_buf_t *out, const algo_txn_t *t) {
  algo_mp_t r = algo_mp(t->state_proof_message);
  algo_bytes_t headers = {NULL, 0}, voters = {NULL, 0};
  uint64_t weight = 0, first = 0, last = 0;
  uint32_t pairs = 0;
  if (t->state_proof_message.n && algo_mp_get_map(&r, &pairs, NULL)) pairs = 0;
  for (uint32_t i = 0; i < pairs; i++) {
    algo_bytes_t key;
    if (algo_mp_get_str(&r, &key, NULL) || key.n != 1) break;
    uint64_t *n = key.p[0] == 'P' ? &weight : key.p[0] == 'f' ? &first : key.p[0] == 'l' ? &last : NULL;
    if (n ? algo_mp_get_uint(&r, n, NULL) : algo_mp_get_bin(&r, key.p[0] == 'b' ? &headers : &voters, NULL)) break;
  }
  algo_buf_printf(out, " StateProofTxnFields:{_struct:{} StateProofType:%" PRIu64, t->state_proof_type);
  algo_buf_puts(out, " StateProof:StateProof: {} Message:{_struct:{}");
  bytes(out, " BlockHeadersCommitment", headers);
  bytes(out, " VotersCommitment", voters);
  count(out, "LnProvenWeight", weight);
  count(out, "FirstAttestedRound", first);
  count(out, "LastAttestedRound", last);
  algo_buf_puts(out, "}}");
}

void algo_ldump_stxn(algo_buf_t *out, const algo_stxn_t *s) {
  static const uint8_t none[64];
  const algo_txn_t *t = &s->txn;
  algo_buf_puts(out, "{_struct:{} ");
  numbers(out, "Sig", s->has_sig ? s->sig : none, 64);
  msig(out, "Msig", &s->msig);
  lsig(out, &s->lsig);
  pqsig(out, "PQsig", &s->pqsig);
  algo_buf_puts(out, " Txn:{_struct:{} Type:");
  algo_buf_putb(out, t->type ? algo_bytes_str(algo_txn_type_text(t->type)) : t->type_text);
  header(out, t);
  transfers(out, t);
  application(out, t);
  state_proof(out, t);
  algo_buf_puts(out, " HeartbeatTxnFields:");
  algo_buf_puts(out, t->heartbeat ? "0xc000000000" : "<nil>"); /* Go prints where it is */
  algo_buf_puts(out, "}");
  address(out, "AuthAddr", &s->auth_addr);
  algo_buf_puts(out, "}");
}
