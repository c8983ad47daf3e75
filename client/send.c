/* send.c - a built group: signed, sent, waited for, its results. */
#include "composer.h"

#include "algo/arc4.h"
#include "algo/failure.h"

static bool is_signed(const algo_stxn_t *s) {
  return s->has_sig || s->msig.version != 0 || s->lsig.logic.n > 0 || s->pqsig.present;
}

/* Each signer once, with all of its transactions: a wallet asks its user once. */
algo_code_t algo_composer_sign(algo_composer_t *c, algo_err_t *err) {
  bool done[ALGO_GROUP_MAX] = {false}, wanted[ALGO_GROUP_MAX];
  if (c->state >= COMPOSER_SIGNED) return ALGO_OK;
  if (c->state < COMPOSER_BUILT) return algo_err_set(err, ALGO_E_INVALID, "the group is not built yet");
  for (size_t i = 0; i < c->n; i++) {
    const algo_signer_t *signer = c->items[i].signer;
    if (done[i] || is_signed(&c->group[i])) continue;
    if (signer == NULL) return algo_err_set(err, ALGO_E_SIGNATURE, "transaction %zu of %zu is not signed", i + 1, c->n);
    for (size_t k = 0; k < c->n; k++) {
      wanted[k] = c->items[k].signer == signer && !is_signed(&c->group[k]);
      done[k] = done[k] || wanted[k];
    }
    algo_code_t r = algo_signer_sign(signer, c->group, c->n, wanted, &c->arena, err);
    if (r != ALGO_OK) return r;
  }
  for (size_t i = 0; i < c->n; i++)
    if (!is_signed(&c->group[i]))
      return algo_err_set(err, ALGO_E_SIGNATURE, "transaction %zu of %zu is not signed", i + 1, c->n);
  c->state = COMPOSER_SIGNED;
  return ALGO_OK;
}

algo_code_t algo_composer_encode(const algo_composer_t *c, algo_buf_t *out, algo_err_t *err) {
  if (c->state < COMPOSER_BUILT) return algo_err_set(err, ALGO_E_INVALID, "the group is not built yet");
  for (size_t i = 0; i < c->n; i++) algo_stxn_encode(out, &c->group[i]);
  return out->oom ? client_nomem(err) : ALGO_OK;
}

static void txid_of(const algo_composer_t *c, size_t i, char out[53]) {
  algo_digest_t id;
  algo_txn_id(&id, &c->group[i].txn);
  algo_txid_format(out, &id);
}

static algo_code_t explain_refusal(const algo_composer_t *c, algo_err_t *err) {
  algo_failure_t f;
  const char *said = algo_algod_said(c->algod);
  size_t at = SIZE_MAX;
  algo_failure_parse(&f, said, strlen(said));
  for (size_t i = 0; i < c->n; i++) { /* the failing call: of that application, or the one that creates it */
    uint64_t app = c->group[i].txn.app_id;
    if (c->items[i].spec != NULL && (app == f.app || (app == 0 && at == SIZE_MAX))) at = i;
  }
  if (at == SIZE_MAX) return algo_failure_explain(&f, 0, NULL, err);
  return algo_failure_explain(&f, c->group[at].txn.app_id, c->items[at].spec, err);
}

/* Whether the node knows the first transaction: an answer that was lost may have been a yes. */
static bool node_knows(algo_composer_t *c) {
  char txid[53];
  algo_outcome_t o;
  algo_err_t err;
  txid_of(c, 0, txid);
  return algo_algod_pending(c->algod, txid, &o, &c->arena, &err) == ALGO_OK && o.pool_error[0] == '\0';
}

algo_code_t algo_composer_send(algo_composer_t *c, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  char first[53];
  algo_err_t local;
  algo_err_t *e = err == NULL ? &local : err;
  if (c->state >= COMPOSER_SENT) return ALGO_OK;
  algo_code_t r = c->state < COMPOSER_SIGNED ? algo_err_set(e, ALGO_E_INVALID, "the group is not signed yet") : ALGO_OK;
  if (r == ALGO_OK) r = algo_composer_encode(c, &b, e);
  if (r == ALGO_OK) {
    r = algo_algod_submit(c->algod, algo_buf_view(&b), first, e);
    if ((r == ALGO_E_NET || r == ALGO_E_TIMEOUT) && node_knows(c)) r = ALGO_OK;
    else if (r == ALGO_E_LEDGER && strstr(algo_algod_said(c->algod), "already in ledger") != NULL && node_knows(c))
      r = ALGO_OK;
    if (r == ALGO_E_LOGIC || r == ALGO_E_LEDGER) c->said = algo_arena_strdup(&c->arena, algo_algod_said(c->algod));
    if (r == ALGO_E_LOGIC) r = explain_refusal(c, e);
  }
  algo_buf_fini(&b);
  if (r == ALGO_OK) c->state = COMPOSER_SENT;
  return r;
}

/* ---- waiting ---- */

static algo_code_t look(algo_composer_t *c, size_t i, algo_outcome_t *o, algo_err_t *err) {
  char txid[53];
  txid_of(c, i, txid);
  algo_code_t r = algo_algod_pending(c->algod, txid, o, &c->arena, err);
  if (r != ALGO_OK) return r;
  if (o->pool_error[0] == '\0') return ALGO_OK;
  algo_failure_t f;
  algo_failure_parse(&f, o->pool_error, strlen(o->pool_error));
  r = algo_failure_explain(&f, c->group[i].txn.app_id, c->items[i].spec, err);
  return algo_err_prefix(err, r, "the node dropped transaction %s", txid);
}

static uint64_t last_valid_of(const algo_composer_t *c) {
  uint64_t last = UINT64_MAX;
  for (size_t i = 0; i < c->n; i++)
    if (c->group[i].txn.last_valid < last) last = c->group[i].txn.last_valid;
  return last;
}

static algo_code_t wait_first(algo_composer_t *c, algo_outcome_t *o, algo_err_t *err) {
  uint64_t round = 0, until = algo_env_now_ns(c->opt.env) + (uint64_t)c->opt.wait_s * 1000000000u;
  algo_node_status_t st;
  for (bool expired = false;;) {
    algo_code_t r = look(c, 0, o, err);
    if (r == ALGO_OK && o->confirmed_round > 0) return ALGO_OK;
    if (r != ALGO_OK && r != ALGO_E_NOT_FOUND) return r;
    if (expired) /* whether the node still knows of it or has forgotten it */
      return algo_err_set(err, ALGO_E_TIMEOUT,
                          "it did not happen, and cannot any more: its last valid round, %" PRIu64 ", has passed",
                          last_valid_of(c));
    if (algo_env_now_ns(c->opt.env) >= until)
      return algo_err_set(err, ALGO_E_TIMEOUT,
                          "not in a block within %u s; it stays valid until round %" PRIu64 ", so look again",
                          c->opt.wait_s, last_valid_of(c));
    if (round == 0) {
      r = algo_algod_status(c->algod, &st, &c->arena, err);
    } else {
      r = algo_algod_wait_after(c->algod, round, &st, &c->arena, err);
    }
    if (r != ALGO_OK) return r;
    round = st.last_round;
    expired = round > last_valid_of(c);
  }
}

void composer_keep_result(algo_composer_t *c, size_t i, const algo_outcome_t *outcome) {
  algo_call_result_t *r = &c->results[i];
  algo_outcome_t *keep = algo_arena_alloc(&c->arena, sizeof *keep);
  memset(r, 0, sizeof *r);
  r->round = outcome->confirmed_round;
  r->created_app = outcome->created_app, r->created_asset = outcome->created_asset;
  r->logs = outcome->logs, r->n_logs = outcome->n_logs;
  if (keep != NULL) *keep = *outcome;
  r->outcome = keep;
  if (!c->items[i].returns || r->n_logs == 0) return;
  algo_bytes_t last = r->logs[r->n_logs - 1];
  if (last.n >= 4 && memcmp(last.p, algo_arc4_return_prefix, 4) == 0) r->value = algo_bytes(last.p + 4, last.n - 4);
}

algo_code_t algo_composer_wait(algo_composer_t *c, algo_err_t *err) {
  algo_outcome_t o = {0};
  if (c->state == COMPOSER_DONE) return ALGO_OK;
  if (c->state < COMPOSER_SENT) return algo_err_set(err, ALGO_E_INVALID, "the group is not sent yet");
  algo_code_t r = wait_first(c, &o, err);
  for (size_t i = 0; r == ALGO_OK && i < c->n; i++) {
    if (i > 0) r = look(c, i, &o, err);
    if (r != ALGO_OK) break;
    composer_keep_result(c, i, &o);
    txid_of(c, i, c->results[i].txid);
  }
  if (r == ALGO_OK) c->has_results = true, c->state = COMPOSER_DONE;
  if (r != ALGO_E_NET && r != ALGO_E_TIMEOUT && r != ALGO_E_HTTP) return r;
  char txid[53]; /* it may still happen: whoever tries again has to know */
  txid_of(c, 0, txid);
  return algo_err_prefix(err, r, "sent as %s, valid until round %" PRIu64, txid, last_valid_of(c));
}

algo_code_t algo_composer_execute(algo_composer_t *c, algo_err_t *err) {
  algo_code_t r = algo_composer_build(c, err);
  if (r == ALGO_OK) r = algo_composer_sign(c, err);
  if (r == ALGO_OK) r = algo_composer_send(c, err);
  return r == ALGO_OK ? algo_composer_wait(c, err) : r;
}

const algo_call_result_t *algo_composer_result(const algo_composer_t *c, size_t i) {
  return c->has_results && i < c->n ? &c->results[i] : NULL;
}

algo_code_t algo_composer_run(algo_algod_t *algod, const algo_method_call_t *call, const algo_app_spec_t *spec,
                              const algo_signer_t *signer, algo_call_result_t *out, algo_arena_t *arena,
                              algo_err_t *err) {
  algo_composer_t *c = NULL;
  size_t i = 0;
  algo_code_t r = algo_composer_new(&c, algod, NULL, err);
  if (r == ALGO_OK) r = algo_composer_call(c, call, NULL, signer, spec, &i, err);
  if (r == ALGO_OK) r = algo_composer_execute(c, err);
  if (r == ALGO_OK && out != NULL) {
    *out = *algo_composer_result(c, i);
    out->outcome = NULL, out->logs = NULL, out->n_logs = 0;
    if (out->value.n > 0 && (out->value = algo_arena_dup(arena, out->value)).p == NULL) r = client_nomem(err);
  }
  algo_composer_free(c);
  return r;
}
