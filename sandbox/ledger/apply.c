/* Fees, rekeying, payments, key registration, heartbeats and state proofs. Source: go-algorand 5.1, ledger/apply,
 * ledger/eval. */
#include "internal.h"

static bool zero(const void *p, size_t n) {
  const uint8_t *b = p;
  for (size_t i = 0; i < n; i++)
    if (b[i]) return false;
  return true;
}

/* ---- payments ---- */

/* What an account must be rid of before it is closed. */
static algo_code_t check_closable(algo_ledger_t *l, const account_data_t *d, algo_err_t *err) {
  if (d->balance) return algo_lfail(l, err, "balance %" PRIu64 " still not zero after CloseRemainderTo", d->balance);
  if (d->assets) return algo_lfail(l, err, "cannot close: %" PRIu64 " outstanding assets", d->assets);
  if (d->assets_created)
    return algo_lfail(l, err, "cannot close: %" PRIu64 " outstanding created assets", d->assets_created);
  if (d->apps_opted_in)
    return algo_lfail(l, err,
                      "cannot close: %" PRIu64 " outstanding applications opted in. Please opt out or clear them",
                      d->apps_opted_in);
  if (d->boxes) return algo_lfail(l, err, "cannot close: %" PRIu64 " outstanding boxes", d->boxes);
  if (d->box_bytes) return algo_lfail(l, err, "cannot close: %" PRIu64 " outstanding box bytes", d->box_bytes);
  if (d->apps_created)
    return algo_lfail(l, err, "cannot close: %" PRIu64 " outstanding created applications", d->apps_created);
  return ALGO_OK;
}

static algo_code_t algo_lapply_pay(algo_ledger_t *l, applied_t *x, algo_err_t *err) {
  const algo_txn_t *t = x->txn;
  if (t->amount || !algo_addr_is_zero(&t->receiver)) {
    algo_code_t rc =
        algo_lmove(l, &t->sender, &t->receiver, t->amount, &x->ad->sender_rewards, &x->ad->receiver_rewards, err);
    if (rc) return rc;
  }
  if (algo_addr_is_zero(&t->close_remainder_to)) return ALGO_OK;
  account_t *a = algo_lacct(l, &t->sender);
  if (!a) return algo_lfail_code(l, ALGO_E_NOMEM, err, "out of memory");
  uint64_t all = a->d.balance + algo_lrewards(l, &a->d);
  x->ad->closing_amount = all;
  algo_code_t rc =
      algo_lmove(l, &t->sender, &t->close_remainder_to, all, &x->ad->sender_rewards, &x->ad->close_rewards, err);
  if (rc) return rc;
  account_data_t left = algo_lrewarded(l, &a->d);
  if ((rc = check_closable(l, &left, err))) return rc;
  *algo_lacct_write(l, a) = (account_data_t){0};
  return ALGO_OK;
}

/* ---- key registration ---- */

static void go_offline(account_data_t *d, bool for_good) {
  d->status = for_good ? 2 : 0;
  d->vote_first = d->vote_last = d->vote_key_dilution = 0;
}

static algo_code_t go_online(algo_ledger_t *l, account_data_t *d, const algo_txn_t *t, algo_err_t *err) {
  const algo_consensus_t *c = l->consensus;
  uint64_t round = l->open.header.round;
  if (t->vote_last <= round)
    return algo_lfail(l, err, "transaction tries to mark an account as online with last voting round in the past");
  if (t->vote_first > round + 1)
    return algo_lfail(
        l, err, "transaction tries to mark an account as online with first voting round beyond the next voting round");
  d->status = 1;
  d->last_heartbeat = round + 2 * c->seed_refresh_interval * c->seed_lookback;
  d->vote_first = t->vote_first;
  d->vote_last = t->vote_last;
  d->vote_key_dilution = t->vote_key_dilution;
  if (t->fee >= c->payouts_go_online_fee && c->payouts_enabled) d->incentive_eligible = 1;
  return ALGO_OK;
}

static algo_code_t algo_lapply_keyreg(algo_ledger_t *l, applied_t *x, algo_err_t *err) {
  const algo_txn_t *t = x->txn;
  account_t *a = algo_lacct(l, &t->sender);
  if (!a) return algo_lfail_code(l, ALGO_E_NOMEM, err, "out of memory");
  if (a->d.status == 2)
    return algo_lfail(l, err, "cannot change online/offline status of non-participating account %s",
                      algo_laddr(&t->sender).s);
  account_data_t d = a->d;
  memcpy(d.vote_pk, t->vote_pk, 32);
  memcpy(d.selection_pk, t->selection_pk, 32);
  memcpy(d.state_proof_pk, t->state_proof_pk, 64);
  if (zero(t->vote_pk, 32) || zero(t->selection_pk, 32)) {
    go_offline(&d, t->nonparticipation);
  } else {
    algo_code_t rc = go_online(l, &d, t, err);
    if (rc) return rc;
  }
  *algo_lacct_write(l, a) = d;
  return ALGO_OK;
}

/* ---- heartbeats ---- */

static bool bits_match(const uint8_t *a, const uint8_t *b, uint64_t n) {
  if (memcmp(a, b, n / 8)) return false;
  return n % 8 == 0 || ((a[n / 8] ^ b[n / 8]) >> (8 - n % 8)) == 0;
}

/* Whether the account is failing the challenge whose time to answer runs out. */
static algo_code_t check_challenged(algo_ledger_t *l, const account_t *a, algo_err_t *err) {
  static const char *const statuses[] = {"Offline", "Online", "Not Participating"};
  const algo_consensus_t *c = l->consensus;
  uint64_t round = l->open.header.round, grace = c->challenge_grace_period;
  uint64_t last = c->challenge_interval ? round - round % c->challenge_interval : 0;
  addr_text_t at = algo_laddr(&a->addr);
  if (a->d.status != 1)
    return algo_lfail(l, err, "discounted heartbeat is not allowed for %s %s", statuses[a->d.status], at.s);
  if (!a->d.incentive_eligible)
    return algo_lfail(l, err, "discounted heartbeat is not allowed when not IncentiveEligible %s", at.s);
  if (!last || round <= last + grace / 2 || round > last + grace)
    return algo_lfail(l, err, "discounted heartbeat for %s is not allowed with no challenge", at.s);
  algo_header_t h;
  algo_code_t rc = algo_ledger_header(l, last, &h, &l->scratch, err);
  if (rc) return rc;
  uint64_t seen = a->d.last_proposed > a->d.last_heartbeat ? a->d.last_proposed : a->d.last_heartbeat;
  if (!bits_match(h.seed, a->addr.b, c->challenge_bits) || seen >= last)
    return algo_lfail(l, err,
                      "discounted heartbeat for %s is not challenged by {round:%" PRIu64 " seed:%s bits:%" PRIu64 "}",
                      at.s, last, algo_ltxid_text((const algo_digest_t *)h.seed).s, c->challenge_bits);
  return ALGO_OK;
}

static algo_code_t algo_lapply_hb(algo_ledger_t *l, applied_t *x, algo_err_t *err) {
  const algo_heartbeat_t *hb = x->txn->heartbeat;
  account_t *a = algo_lacct(l, &hb->address);
  if (!a) return algo_lfail_code(l, ALGO_E_NOMEM, err, "out of memory");
  if (hb->challenge_discount) {
    algo_code_t rc = check_challenged(l, a, err);
    if (rc) return rc;
  }
  algo_header_t h;
  algo_code_t rc = algo_ledger_header(l, x->txn->first_valid, &h, &l->scratch, err);
  if (rc) return algo_lfail_code(l, ALGO_E_LEDGER, err, "%s", err ? err->msg : "no such round");
  addr_text_t at = algo_laddr(&a->addr);
  if (memcmp(h.seed, hb->seed, 32))
    return algo_lfail(l, err, "provided seed %s does not match round %" PRIu64 "'s seed %s",
                      algo_ltxid_text((const algo_digest_t *)hb->seed).s, x->txn->first_valid,
                      algo_ltxid_text((const algo_digest_t *)h.seed).s);
  if (memcmp(a->d.vote_pk, hb->vote_id, 32))
    return algo_lfail(l, err, "provided voter ID does not match %s's voter ID", at.s);
  if (a->d.vote_key_dilution != hb->key_dilution)
    return algo_lfail(l, err, "provided key dilution %" PRIu64 " does not match %s's key dilution %" PRIu64,
                      hb->key_dilution, at.s, a->d.vote_key_dilution);
  algo_lacct_write(l, a)->last_heartbeat = l->open.header.round;
  return ALGO_OK;
}

/* A developer's node makes no state proofs and waits for none. */
static algo_code_t algo_lapply_stpf(algo_ledger_t *l, applied_t *x, algo_err_t *err) {
  if (x->txn->state_proof_type != 0)
    return algo_lfail(l, err, "applyStateProof: state proof type not supported - type %" PRIu64 " ",
                      x->txn->state_proof_type);
  uint64_t next = l->open.header.n_state_proof ? l->open.header.state_proof[0].next_round : 0;
  return algo_lfail(l, err,
                    "applyStateProof: expected different state proof round - expecting state proof for %" PRIu64, next);
}

/* ---- all of them ---- */

static algo_code_t rekey(algo_ledger_t *l, const algo_txn_t *t, algo_err_t *err) {
  if (algo_addr_is_zero(&t->rekey_to)) return ALGO_OK;
  account_t *a = algo_lacct(l, &t->sender);
  if (!a) return algo_lfail_code(l, ALGO_E_NOMEM, err, "out of memory");
  algo_lacct_write(l, a)->auth = algo_addr_eq(&t->rekey_to, &t->sender) ? (algo_addr_t){{0}} : t->rekey_to;
  return ALGO_OK;
}

static algo_code_t by_type(algo_ledger_t *l, applied_t *x, bool inner, algo_err_t *err) {
  switch (x->txn->type) {
  case ALGO_TX_PAY: return algo_lapply_pay(l, x, err);
  case ALGO_TX_KEYREG: return algo_lapply_keyreg(l, x, err);
  case ALGO_TX_ACFG: return algo_lapply_acfg(l, x, err);
  case ALGO_TX_AXFER: return algo_lapply_axfer(l, x, err);
  case ALGO_TX_AFRZ: return algo_lapply_afrz(l, x, err);
  case ALGO_TX_APPL: return algo_lapply_appl(l, x, err);
  default: break;
  }
  if (inner) return algo_lfail(l, err, "%s tx in AVM", algo_txn_type_text(x->txn->type));
  if (x->txn->type == ALGO_TX_HB) return algo_lapply_hb(l, x, err);
  if (x->txn->type == ALGO_TX_STPF) return algo_lapply_stpf(l, x, err);
  return algo_lfail(l, err, "unknown transaction type %.*s", (int)x->txn->type_text.n,
                    x->txn->type_text.n ? (const char *)x->txn->type_text.p : "");
}

algo_code_t algo_lapply(algo_ledger_t *l, applied_t *x, bool inner, algo_err_t *err) {
  const algo_txn_t *t = x->txn;
  const algo_addr_t *sink = &l->genesis.fee_sink;
  algo_code_t rc = algo_lmove(l, &t->sender, sink, t->fee, &x->ad->sender_rewards, NULL, err);
  if (rc) return rc;
  if (!algo_addr_eq(&t->sender, sink)) l->open.fees += t->fee;
  if ((rc = rekey(l, t, err))) return rc;
  if (inner) l->open.txn_count++; /* before, for the outer one is counted only when it is done */
  x->counter = l->tip.txn_counter + l->open.txn_count;
  return by_type(l, x, inner, err);
}
