#include "indexer_txn.h"

#include "algo/rules.h"
#include "models.h"

static void key_b64(algo_json_t *j, const char *key, algo_bytes_t v) {
  algo_json_key(j, key);
  algo_json_base64(j, v);
}

static bool zero(const uint8_t *p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (p[i] != 0) return false;
  }
  return true;
}

/* ---- the parts of each type ---- */

static void put_appl(algo_json_t *j, const algo_txn_t *t) {
  static const char *const on[] = {"noop", "optin", "closeout", "clear", "update", "delete"};
  algo_json_key(j, "application-transaction");
  algo_json_open(j, '{');
  indexer_refs_write(j, t);
  algo_json_key(j, "application-args");
  algo_json_open(j, '[');
  for (size_t i = 0; i < t->n_app_args; i++) algo_json_base64(j, t->app_args[i]);
  algo_json_close(j, ']');
  model_key_u64(j, "application-id", t->app_id);
  if (t->approval_program.n > 0) key_b64(j, "approval-program", t->approval_program);
  if (t->clear_program.n > 0) key_b64(j, "clear-state-program", t->clear_program);
  model_key_u64_opt(j, "extra-program-pages", t->extra_program_pages);
  model_schema(j, "global-state-schema", &t->global_schema);
  model_schema(j, "local-state-schema", &t->local_schema);
  algo_json_key(j, "on-completion");
  algo_json_str(j, t->on_completion < 6 ? on[t->on_completion] : "noop");
  model_key_u64_opt(j, "reject-version", t->reject_version);
  algo_json_close(j, '}');
}

static void put_acfg(algo_json_t *j, const algo_txn_t *t) {
  algo_json_key(j, "asset-config-transaction");
  algo_json_open(j, '{');
  model_key_u64(j, "asset-id", t->config_asset);
  if (t->asset_params != NULL) {
    algo_json_key(j, "params");
    model_asset_params(j, t->asset_params, &t->sender, false);
  }
  algo_json_close(j, '}');
}

static void put_axfer(algo_json_t *j, const algo_apply_t *a) {
  const algo_txn_t *t = &a->stxn.txn;
  algo_json_key(j, "asset-transfer-transaction");
  algo_json_open(j, '{');
  model_key_u64(j, "amount", t->asset_amount);
  model_key_u64(j, "asset-id", t->xfer_asset);
  model_key_u64(j, "close-amount", a->asset_closing_amount);
  model_addr_opt(j, "close-to", &t->asset_close_to);
  model_addr(j, "receiver", &t->asset_receiver);
  model_addr_opt(j, "sender", &t->asset_sender);
  algo_json_close(j, '}');
}

static void put_afrz(algo_json_t *j, const algo_txn_t *t) {
  algo_json_key(j, "asset-freeze-transaction");
  algo_json_open(j, '{');
  model_addr(j, "address", &t->freeze_account);
  model_key_u64(j, "asset-id", t->freeze_asset);
  algo_json_key(j, "new-freeze-status");
  algo_json_bool(j, t->asset_frozen);
  algo_json_close(j, '}');
}

static void put_pay(algo_json_t *j, const algo_apply_t *a) {
  const algo_txn_t *t = &a->stxn.txn;
  algo_json_key(j, "payment-transaction");
  algo_json_open(j, '{');
  model_key_u64(j, "amount", t->amount);
  model_key_u64(j, "close-amount", a->closing_amount);
  model_addr_opt(j, "close-remainder-to", &t->close_remainder_to);
  model_addr(j, "receiver", &t->receiver);
  algo_json_close(j, '}');
}

static void put_keyreg(algo_json_t *j, const algo_txn_t *t) {
  algo_json_key(j, "keyreg-transaction");
  algo_json_open(j, '{');
  algo_json_key(j, "non-participation");
  algo_json_bool(j, t->nonparticipation);
  if (!zero(t->selection_pk, 32)) key_b64(j, "selection-participation-key", algo_bytes(t->selection_pk, 32));
  if (!zero(t->state_proof_pk, 64)) key_b64(j, "state-proof-key", algo_bytes(t->state_proof_pk, 64));
  model_key_u64(j, "vote-first-valid", t->vote_first);
  model_key_u64(j, "vote-key-dilution", t->vote_key_dilution);
  model_key_u64(j, "vote-last-valid", t->vote_last);
  if (!zero(t->vote_pk, 32)) key_b64(j, "vote-participation-key", algo_bytes(t->vote_pk, 32));
  algo_json_close(j, '}');
}

/* ---- what it did ---- */

static void put_state_delta(algo_json_t *j, const algo_value_delta_t *v, size_t n) {
  algo_json_open(j, '[');
  for (size_t i = 0; i < n; i++) {
    algo_json_open(j, '{');
    key_b64(j, "key", v[i].key);
    algo_json_key(j, "value");
    algo_json_open(j, '{');
    model_key_u64(j, "action", v[i].action);
    if (v[i].bytes.n > 0) key_b64(j, "bytes", v[i].bytes);
    model_key_u64(j, "uint", v[i].uint);
    algo_json_close(j, '}');
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
}

static const algo_addr_t *delta_account(const algo_apply_t *a, uint64_t i) {
  const algo_txn_t *t = &a->stxn.txn;
  if (i == 0) return &t->sender;
  if (i - 1 < t->n_accounts) return &t->accounts[i - 1];
  i -= 1 + t->n_accounts;
  return i < a->delta.n_shared_accounts ? &a->delta.shared_accounts[i] : &t->sender;
}

static void put_local_deltas(algo_json_t *j, const algo_apply_t *a) {
  if (a->delta.n_local == 0) return;
  algo_json_key(j, "local-state-delta");
  algo_json_open(j, '[');
  for (size_t i = 0; i < a->delta.n_local; i++) {
    algo_json_open(j, '{');
    model_addr(j, "address", delta_account(a, a->delta.local[i].account));
    algo_json_key(j, "delta");
    put_state_delta(j, a->delta.local[i].items, a->delta.local[i].n);
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
}

static void put_multisig(algo_json_t *j, const char *key, const algo_msig_t *m) {
  if (algo_msig_blank(m)) return;
  algo_json_key(j, key);
  algo_json_open(j, '{');
  algo_json_key(j, "subsignature");
  algo_json_open(j, '[');
  for (size_t i = 0; i < m->n_parts; i++) {
    algo_json_open(j, '{');
    key_b64(j, "public-key", algo_bytes(m->parts[i].pk.b, 32));
    if (m->parts[i].has_sig) key_b64(j, "signature", algo_bytes(m->parts[i].sig, 64));
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
  model_key_u64(j, "threshold", m->threshold);
  model_key_u64(j, "version", m->version);
  algo_json_close(j, '}');
}

static void put_signature(algo_json_t *j, const algo_stxn_t *s) {
  algo_json_key(j, "signature");
  algo_json_open(j, '{');
  if (!algo_lsig_blank(&s->lsig)) {
    algo_json_key(j, "logicsig");
    algo_json_open(j, '{');
    algo_json_key(j, "args");
    algo_json_open(j, '[');
    for (size_t i = 0; i < s->lsig.n_args; i++) algo_json_base64(j, s->lsig.args[i]);
    algo_json_close(j, ']');
    key_b64(j, "logic", s->lsig.logic);
    put_multisig(j, "logic-multisig-signature", &s->lsig.lmsig);
    put_multisig(j, "multisig-signature", &s->lsig.msig);
    if (s->lsig.has_sig) key_b64(j, "signature", algo_bytes(s->lsig.sig, 64));
    algo_json_close(j, '}');
  }
  put_multisig(j, "multisig", &s->msig);
  if (s->has_sig) key_b64(j, "sig", algo_bytes(s->sig, 64));
  algo_json_close(j, '}');
}

/* ---- the whole, keys in alphabetical order as the indexer has them ---- */

uint64_t indexer_txn_count(const algo_apply_t *a) {
  uint64_t n = 1;
  for (size_t i = 0; i < a->delta.n_inner; i++) n += indexer_txn_count(&a->delta.inner[i]);
  return n;
}

static void put_inner(algo_json_t *j, const indexer_txn_t *t) {
  const algo_eval_delta_t *d = &t->apply->delta;
  if (d->n_inner == 0) return;
  algo_json_key(j, "inner-txns");
  algo_json_open(j, '[');
  for (size_t i = 0; i < d->n_inner; i++) {
    indexer_txn_t inner = {.block = t->block, .apply = &d->inner[i], .offset = t->offset};
    indexer_txn_write(j, &inner);
  }
  algo_json_close(j, ']');
}

static void put_parts(algo_json_t *j, const algo_apply_t *a) {
  const algo_txn_t *t = &a->stxn.txn;
  if (t->type == ALGO_TX_APPL) put_appl(j, t);
  if (t->type == ALGO_TX_ACFG) put_acfg(j, t);
  if (t->type == ALGO_TX_AFRZ) put_afrz(j, t);
  if (t->type == ALGO_TX_AXFER) put_axfer(j, a);
}

static void put_header(algo_json_t *j, const indexer_txn_t *x) {
  const algo_apply_t *a = x->apply;
  const algo_txn_t *t = &a->stxn.txn;
  model_addr_opt(j, "auth-addr", &a->stxn.auth_addr);
  model_key_u64(j, "close-rewards", a->close_rewards);
  model_key_u64(j, "closing-amount", a->closing_amount);
  model_key_u64(j, "confirmed-round", x->block->header.round);
  model_key_u64_opt(j, "created-application-index", a->created_app);
  model_key_u64_opt(j, "created-asset-index", a->created_asset);
  model_key_u64(j, "fee", t->fee);
  model_key_u64(j, "first-valid", t->first_valid);
  if (!algo_digest_is_zero(&t->genesis_hash)) key_b64(j, "genesis-hash", algo_bytes(t->genesis_hash.b, 32));
  if (t->genesis_id.n > 0) {
    algo_json_key(j, "genesis-id");
    algo_json_strb(j, t->genesis_id);
  }
  if (a->delta.n_global > 0) {
    algo_json_key(j, "global-state-delta");
    put_state_delta(j, a->delta.global, a->delta.n_global);
  }
  if (!algo_digest_is_zero(&t->group)) key_b64(j, "group", algo_bytes(t->group.b, 32));
  if (x->txid != NULL) {
    algo_json_key(j, "id");
    algo_json_str(j, x->txid);
  }
}

void indexer_txn_write(algo_json_t *j, const indexer_txn_t *x) {
  const algo_apply_t *a = x->apply;
  const algo_txn_t *t = &a->stxn.txn;
  algo_json_open(j, '{');
  put_parts(j, a);
  put_header(j, x);
  put_inner(j, x);
  model_key_u64(j, "intra-round-offset", x->offset);
  if (t->type == ALGO_TX_KEYREG) put_keyreg(j, t);
  model_key_u64(j, "last-valid", t->last_valid);
  if (!zero(t->lease, 32)) key_b64(j, "lease", algo_bytes(t->lease, 32));
  put_local_deltas(j, a);
  if (a->delta.n_logs > 0) {
    algo_json_key(j, "logs");
    algo_json_open(j, '[');
    for (size_t i = 0; i < a->delta.n_logs; i++) algo_json_base64(j, a->delta.logs[i]);
    algo_json_close(j, ']');
  }
  if (t->note.n > 0) key_b64(j, "note", t->note);
  if (t->type == ALGO_TX_PAY) put_pay(j, a);
  model_key_u64(j, "receiver-rewards", a->receiver_rewards);
  model_addr_opt(j, "rekey-to", &t->rekey_to);
  model_key_u64(j, "round-time", (uint64_t)x->block->header.timestamp);
  model_addr(j, "sender", &t->sender);
  model_key_u64(j, "sender-rewards", a->sender_rewards);
  if (x->txid != NULL) put_signature(j, &a->stxn);
  algo_json_key(j, "tx-type");
  algo_json_str(j, algo_txn_type_text(t->type));
  algo_json_close(j, '}');
}

void indexer_txid(char out[53], const algo_block_t *b, const algo_apply_t *a, algo_apply_t *restored) {
  algo_digest_t id;
  *restored = *a;
  algo_block_restore(&restored->stxn.txn, b, a);
  algo_txn_id(&id, &restored->stxn.txn);
  algo_txid_format(out, &id);
}
