/* Groups: as they stand, or through the composer; and whether what became of them is what was expected. */
#include "internal.h"

#include "algo/arc4.h"

/* ---- what is expected ---- */

static void expect(algo_testnet_t *t, expect_t e, const char *message) {
  t->expect = e;
  t->expect.message = message == NULL ? NULL : algo_arena_strdup(&t->arena, message);
}

void algo_testnet_expect_refusal(algo_testnet_t *t, const char *message) {
  expect(t, (expect_t){.kind = EXPECT_REFUSAL}, message);
}

void algo_testnet_expect_failure_at(algo_testnet_t *t, uint64_t app, uint32_t pc) {
  expect(t, (expect_t){.kind = EXPECT_FAILURE_AT, .app = app, .at = pc}, NULL);
}

void algo_testnet_expect_failure_at_line(algo_testnet_t *t, uint64_t app, uint32_t line) {
  expect(t, (expect_t){.kind = EXPECT_FAILURE_AT_LINE, .app = app, .at = line}, NULL);
}

void algo_testnet_may_refuse(algo_testnet_t *t) { expect(t, (expect_t){.kind = EXPECT_ANYTHING}, NULL); }

void algo_testnet_measure(algo_testnet_t *t, bool on) { t->opt.measure = on; }
const algo_testnet_result_t *algo_testnet_result(const algo_testnet_t *t) { return &t->result; }

/* The contract's own message is exact; the node's text has everything else. */
static bool is_refusal(const algo_testnet_result_t *r, const char *message) {
  return message == NULL || strcmp(r->why, message) == 0 || (r->why == r->text && strstr(r->text, message) != NULL);
}

/* "at most 1000 in counter (application 1001) at pc 71, line 20 `assert`: alice calls counter.add(1001)" */
static const char *refusal(algo_testnet_t *t) {
  const algo_testnet_result_t *r = &t->result;
  algo_buf_t b = ALGO_BUF_INIT;
  algo_buf_puts(&b, r->why);
  if (r->pc >= 0) algo_buf_printf(&b, " in %s at pc %" PRId64, testnet_app(t, r->app), r->pc);
  if (r->line != 0) algo_buf_printf(&b, ", line %" PRIu32 " `%.*s`", r->line, (int)t->line.n, (const char *)t->line.p);
  if (t->tried.n > 0) algo_buf_printf(&b, ": %s", algo_buf_cstr(&t->tried));
  const char *kept = algo_arena_strdup(&t->group, algo_buf_cstr(&b));
  algo_buf_fini(&b);
  return kept == NULL ? "out of memory" : kept;
}

static bool judge_place(algo_testnet_t *t, const expect_t *e) {
  const algo_testnet_result_t *r = &t->result;
  bool by_line = e->kind == EXPECT_FAILURE_AT_LINE;
  const char *what = by_line ? "line" : "pc";
  if (r->ok) return algo_testnet_fail(t, "accepted, but should fail at %s %" PRIu32, what, e->at);
  bool there = by_line ? r->line != 0 && r->line == e->at : r->pc == (int64_t)e->at;
  if (there && (e->app == 0 || e->app == r->app)) return true;
  return algo_testnet_fail(t, "failed elsewhere, not in %s at %s %" PRIu32 ": %s",
                           e->app == 0 ? "any application" : testnet_app(t, e->app), what, e->at, refusal(t));
}

static bool judge(algo_testnet_t *t) {
  const expect_t e = t->expect;
  const algo_testnet_result_t *r = &t->result;
  t->expect = (expect_t){.kind = EXPECT_OK};
  switch (e.kind) {
  case EXPECT_ANYTHING: return true;
  case EXPECT_OK: return r->ok || algo_testnet_fail(t, "refused: %s", refusal(t));
  case EXPECT_FAILURE_AT:
  case EXPECT_FAILURE_AT_LINE: return judge_place(t, &e);
  case EXPECT_REFUSAL: break;
  }
  if (r->ok)
    return algo_testnet_fail(t, "accepted, but should be refused%s%s", e.message ? ": " : "",
                             e.message ? e.message : "");
  return is_refusal(r, e.message) ||
         algo_testnet_fail(t, "refused with \"%s\", not with \"%s\": %s", r->why, e.message, refusal(t));
}

bool testnet_judge(algo_testnet_t *t, const algo_txn_t *const *txns, size_t n, const algo_app_spec_t *creates) {
  if (!t->result.ok) testnet_put_group(t, &t->tried, txns, n);
  if (t->result.ok) t->accepted++;
  else t->refused++;
  testnet_tell(t, txns, n);
  return (!t->result.ok || testnet_count(t, creates)) && judge(t);
}

/* ---- what became of it ---- */

void testnet_begin(algo_testnet_t *t) {
  algo_composer_free(t->composer);
  t->composer = NULL;
  algo_arena_reset(&t->group);
  algo_buf_clear(&t->text);
  algo_buf_clear(&t->said);
  algo_buf_clear(&t->tried);
  t->result = (algo_testnet_result_t){.pc = -1};
}

void testnet_refused(algo_testnet_t *t, const char *text, const algo_app_spec_t *creates) {
  algo_testnet_result_t *r = &t->result;
  algo_failure_t f;
  algo_failure_parse(&f, text, strlen(text));
  testnet_put_labelled(t, &t->text, algo_bytes_str(text));
  r->text = r->why = algo_buf_cstr(&t->text);
  r->app = f.logic ? f.app : 0;
  r->pc = f.pc;
  const algo_app_spec_t *spec = testnet_spec(t, f.app);
  if (spec == NULL) spec = creates != NULL ? creates : testnet_spec(t, 0);
  r->line = testnet_line(t, spec, f.pc, &t->line);
  const char *message = spec == NULL || f.pc < 0 ? NULL : algo_app_error_at(spec, (uint32_t)f.pc);
  if (message == NULL) return;
  algo_buf_puts(&t->said, message);
  r->why = algo_buf_cstr(&t->said);
}

void testnet_happened(algo_testnet_t *t, const algo_outcome_t *o, size_t n) {
  algo_testnet_result_t *r = &t->result;
  r->ok = true;
  r->txns = o;
  r->n_txns = n;
  for (size_t i = 0; i < n; i++) {
    r->round = o[i].confirmed_round;
    if (o[i].created_app != 0) r->created_app = o[i].created_app;
    if (o[i].created_asset != 0) r->created_asset = o[i].created_asset;
    if (o[i].stxn.txn.type != ALGO_TX_APPL) continue;
    r->value = (algo_bytes_t){NULL, 0};
    if (o[i].n_logs == 0) continue;
    algo_bytes_t last = o[i].logs[o[i].n_logs - 1];
    if (last.n >= 4 && memcmp(last.p, algo_arc4_return_prefix, 4) == 0) r->value = algo_bytes(last.p + 4, last.n - 4);
  }
}

/* ---- as they stand ---- */

/* *noted: bit i where transaction i got its note here. */
static bool fill(algo_testnet_t *t, algo_txn_t *txns, size_t n, unsigned *noted) {
  const algo_txn_t *all[ALGO_GROUP_MAX];
  algo_digest_t id;
  algo_err_t err;
  if (n == 0 || n > ALGO_GROUP_MAX) return algo_testnet_fail(t, "a group has 1 to %u transactions", ALGO_GROUP_MAX);
  for (size_t i = 0; i < n; i++) {
    algo_txn_t *x = &txns[i];
    uint8_t *note = algo_arena_alloc(&t->group, 8);
    if (note == NULL) return testnet_nomem(t);
    algo_put_be64(note, ++t->nonce);
    if (x->note.n == 0) x->note = algo_bytes(note, 8), *noted |= 1u << i;
    if (x->fee == 0) x->fee = algo_node_consensus(t->node)->min_txn_fee;
    if (x->first_valid == 0) x->first_valid = algo_node_round(t->node) + 1;
    if (x->last_valid == 0) x->last_valid = x->first_valid + 500;
    x->genesis_hash = *algo_node_genesis_hash(t->node);
    memset(&x->group, 0, sizeof x->group);
    all[i] = x;
  }
  if (n == 1) return true;
  if (algo_group_id(&id, all, n, &err) != ALGO_OK) return testnet_fail_err(t, "no group", &err);
  for (size_t i = 0; i < n; i++) txns[i].group = id;
  return true;
}

static bool sign(algo_testnet_t *t, algo_stxn_t *group, size_t n) {
  algo_err_t err;
  for (size_t i = 0; t->opt.signatures && i < n; i++) {
    const party_t *p = testnet_by_addr(t, &group[i].txn.sender);
    bool wanted[ALGO_GROUP_MAX] = {false};
    wanted[i] = true;
    if (p == NULL || p->signer == NULL)
      return algo_testnet_fail(t, "%s has no key, and signatures are asked for",
                               algo_testnet_label(t, &group[i].txn.sender));
    if (algo_signer_sign(p->signer, group, n, wanted, &t->group, &err) != ALGO_OK)
      return testnet_fail_err(t, "not signed", &err);
  }
  return true;
}

bool testnet_measure(algo_testnet_t *t, const algo_stxn_t *group, size_t n) {
  const algo_simulate_options_t opt = {.empty_signatures = true};
  algo_simulated_t s;
  algo_err_t err;
  if (algo_algod_simulate(t->algod, group, n, &opt, &s, &t->group, &err) != ALGO_OK)
    return testnet_fail_err(t, "not simulated", &err);
  t->result.budget = s.failure == NULL ? s.budget_consumed : 0;
  for (size_t i = 0; i < n; i++) t->spent[i] = s.failure == NULL && i < s.n_txns ? s.txns[i].budget_consumed : 0;
  return true;
}

static bool fetch_outcomes(algo_testnet_t *t, const algo_stxn_t *group, size_t n) {
  algo_outcome_t *o = algo_arena_array(&t->group, n, sizeof *o);
  algo_err_t err;
  if (o == NULL) return testnet_nomem(t);
  for (size_t i = 0; i < n; i++) {
    char txid[53];
    algo_digest_t id;
    algo_txn_id(&id, &group[i].txn);
    algo_txid_format(txid, &id);
    if (algo_algod_pending(t->algod, txid, &o[i], &t->group, &err) != ALGO_OK)
      return testnet_fail_err(t, "it is in no block", &err);
  }
  testnet_happened(t, o, n);
  return true;
}

bool algo_testnet_send(algo_testnet_t *t, algo_txn_t *txns, size_t n) {
  algo_stxn_t group[ALGO_GROUP_MAX];
  algo_buf_t bytes = ALGO_BUF_INIT;
  algo_err_t err;
  char first[53];
  unsigned noted = 0;
  testnet_begin(t);
  if (!fill(t, txns, n, &noted)) return false;
  for (size_t i = 0; i < n; i++) group[i] = (algo_stxn_t){.txn = txns[i]};
  if ((t->opt.measure && !testnet_measure(t, group, n)) || !sign(t, group, n)) return false;
  for (size_t i = 0; i < n; i++) algo_stxn_encode(&bytes, &group[i]);
  algo_code_t rc = bytes.oom ? ALGO_E_NOMEM : algo_algod_submit(t->algod, algo_buf_view(&bytes), first, &err);
  algo_buf_fini(&bytes);
  if (rc == ALGO_E_LOGIC || rc == ALGO_E_LEDGER) testnet_refused(t, algo_algod_said(t->algod), NULL);
  else if (rc == ALGO_E_NOMEM) return testnet_nomem(t);
  else if (rc != ALGO_OK) return testnet_fail_err(t, "not sent", &err);
  else if (!fetch_outcomes(t, group, n)) return false;
  const algo_txn_t *all[ALGO_GROUP_MAX];
  for (size_t i = 0; i < n; i++) {
    all[i] = &txns[i];
    if ((noted >> i & 1) != 0) txns[i].note = (algo_bytes_t){NULL, 0}; /* it lives until the next group alone */
  }
  return testnet_judge(t, all, n, NULL);
}

bool algo_testnet_pay(algo_testnet_t *t, const char *from, const char *to, uint64_t amount) {
  const algo_addr_t *a = algo_testnet_account(t, from), *b = algo_testnet_account(t, to);
  if (a == NULL || b == NULL) return false;
  algo_txn_t txn = {.type = ALGO_TX_PAY, .sender = *a, .receiver = *b, .amount = amount};
  return algo_testnet_send(t, &txn, 1);
}
