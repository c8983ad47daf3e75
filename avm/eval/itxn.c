/* Inner transactions: putting a group together, its fees, what it may do, and handing it to the ledger. */
#include <stdio.h>

#include "algo/mp.h"
#include "dump.h"

static const algo_stxn_t **pending_txns(algo_avm_context_t *cx, const algo_stxn_t *list[ALGO_GROUP_MAX]) {
  for (size_t i = 0; i < cx->n_pending; i++) list[i] = &cx->pending[i]->stxn;
  return list;
}

static algo_code_t too_many(algo_avm_context_t *cx) {
  return avm_fail(cx, "too many inner transactions %zu with %lld left", cx->n_pending, (long long)cx->sh->inners_left);
}

/* The fee that a further transaction starts with: what the group still lacks, credit deducted. */
static bool default_fee(algo_avm_context_t *cx, uint64_t *fee) {
  const algo_stxn_t *list[ALGO_GROUP_MAX];
  uint64_t usage, paid, need, residue = cx->g->fee_residue;
  algo_group_fees(pending_txns(cx, list), cx->n_pending, cx->sh->opt.consensus, &usage, &paid);
  usage = usage + ALGO_MICROS < usage ? UINT64_MAX : usage + ALGO_MICROS;
  if (!algo_fee_for_usage(cx->sh->opt.consensus->min_txn_fee, usage, ALGO_MICROS, &residue, &need)) return false;
  uint64_t have = paid + cx->sh->fee_credit < paid ? UINT64_MAX : paid + cx->sh->fee_credit;
  *fee = need > have ? need - have : 0;
  return true;
}

static algo_code_t add_pending(algo_avm_context_t *cx) {
  const algo_addr_t *self = avm_app_address(cx->sh, cx->app);
  if (self == NULL) return avm_nomem(cx);
  /* one more than is left can be put together, as version 5 allowed: the submit refuses it */
  if ((int64_t)cx->n_pending > cx->sh->inners_left || cx->n_pending >= cx->sh->opt.consensus->max_group_size)
    return too_many(cx);
  uint64_t fee;
  if (!default_fee(cx, &fee)) return avm_fail(cx, "inner group fee saturation");
  if (cx->pending == NULL) cx->pending = algo_arena_array(cx->sh->opt.arena, ALGO_GROUP_MAX, sizeof(avm_pending_t *));
  avm_pending_t *p = algo_arena_zalloc(cx->sh->opt.arena, sizeof *p);
  if (cx->pending == NULL || p == NULL) return avm_nomem(cx);
  p->stxn.txn.sender = *self;
  p->stxn.txn.fee = fee;
  p->stxn.txn.first_valid = cx->txn->first_valid;
  p->stxn.txn.last_valid = cx->txn->last_valid;
  cx->pending[cx->n_pending++] = p;
  return ALGO_OK;
}

algo_code_t avm_op_itxn_begin(algo_avm_context_t *cx) {
  if (cx->n_pending > 0) return avm_fail(cx, "itxn_begin without itxn_submit");
  if (cx->is_clear) return avm_fail(cx, "clear state programs can not issue inner transactions");
  return add_pending(cx);
}

algo_code_t avm_op_itxn_next(algo_avm_context_t *cx) {
  if (cx->n_pending == 0) return avm_fail(cx, "itxn_next without itxn_begin");
  return add_pending(cx);
}

algo_code_t avm_op_itxn_field(algo_avm_context_t *cx) {
  char buf[48];
  uint8_t field = cx->prog[cx->pc + 1];
  if (cx->n_pending == 0) return avm_fail(cx, "itxn_field without itxn_begin");
  const algo_isa_field_t *f = avm_txn_field(field);
  if (f == NULL || f->settable == 0 || f->settable > cx->version)
    return avm_fail(cx, "invalid itxn_field %s", avm_field_name(ALGO_GROUP_TXN, field, "TxnField", buf));
  const avm_value_t value = *avm_top(cx, 0);
  cx->sp--; /* a value that is refused is gone as well: an error's attributes list the stack */
  return avm_itxn_set(cx, cx->pending[cx->n_pending - 1], field, value);
}

/* ---- submitting ---- */

static algo_code_t fail_fee(algo_avm_context_t *cx, const char *is, const char *lacks) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_buf_printf(&text, "group fee %s too small (needs %s more) ", is, lacks);
  avm_dump_pending(&text, cx);
  algo_code_t rc = text.oom ? avm_nomem(cx) : avm_fail_bytes(cx, "", algo_buf_view(&text), "");
  algo_buf_fini(&text);
  return rc;
}

static algo_code_t charge_fees(algo_avm_context_t *cx, const algo_stxn_t *const *txns) {
  uint64_t usage, paid, need;
  algo_group_fees(txns, cx->n_pending, cx->sh->opt.consensus, &usage, &paid);
  if (!algo_fee_for_usage(cx->sh->opt.consensus->min_txn_fee, usage, ALGO_MICROS, &cx->g->fee_residue, &need))
    return avm_fail(cx, "inner group fee saturation");
  uint64_t *credit = &cx->sh->fee_credit;
  if (paid >= need) {
    *credit = *credit + (paid - need) < *credit ? UINT64_MAX : *credit + (paid - need);
  } else if (*credit >= need - paid) {
    *credit -= need - paid;
  } else {
    char is[32], lacks[32];
    algo_micro_format(is, paid);
    algo_micro_format(lacks, need - paid - *credit);
    return fail_fee(cx, is, lacks);
  }
  return ALGO_OK;
}

static algo_code_t program_version(algo_avm_context_t *cx, algo_bytes_t program, uint64_t *version) {
  size_t n;
  algo_err_t err;
  algo_code_t rc = algo_program_version(program, version, &n, &err);
  return rc == ALGO_OK ? rc : avm_fail_err(cx, ALGO_E_LOGIC, &err);
}

/* A call must not come back to one that waits, nor go too deep. */
static algo_code_t check_reentry(algo_avm_context_t *cx, uint64_t app) {
  if (app == cx->app) return avm_fail(cx, "attempt to self-call");
  unsigned depth = 0;
  for (const algo_avm_context_t *p = cx->g->caller; p != NULL; p = p->g->caller, depth++)
    if (p->app == app) return avm_fail(cx, "attempt to re-enter %llu", (unsigned long long)app);
  if (depth >= AVM_CALL_DEPTH) return avm_fail(cx, "appl depth (%u) exceeded", depth);
  return ALGO_OK;
}

/* The checks of an inner application call; *version is the callee's. */
static algo_code_t check_call(algo_avm_context_t *cx, const algo_txn_t *t, uint64_t *version) {
  uint64_t least = cx->sh->opt.consensus->min_inner_appl_version, clear_version;
  algo_bytes_t program = t->approval_program, clear = t->clear_program;
  algo_avm_app_t app;
  algo_err_t err;
  algo_code_t rc = check_reentry(cx, t->app_id);
  if (rc != ALGO_OK) return rc;
  if (t->app_id != 0) {
    rc = cx->sh->opt.ledger->app(cx->sh->opt.ledger_self, t->app_id, &app, &err);
    if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
    program = t->on_completion == ALGO_OC_CLEAR ? app.clear : app.approval;
    clear = app.clear;
  }
  rc = program_version(cx, program, version);
  if (rc != ALGO_OK) return rc;
  if (*version < least)
    return avm_fail(cx, "inner app call with version v%llu < v%llu", (unsigned long long)*version,
                    (unsigned long long)least);
  if (t->on_completion != ALGO_OC_OPTIN) return ALGO_OK;
  rc = program_version(cx, clear, &clear_version); /* opting in must leave a way out */
  if (rc == ALGO_OK && clear_version < least)
    return avm_fail(cx, "inner app call opt-in with CSP v%llu < v%llu", (unsigned long long)clear_version,
                    (unsigned long long)least);
  return rc;
}

static algo_code_t check_txn(algo_avm_context_t *cx, const algo_txn_t *t) {
  uint64_t version = 0;
  algo_err_t err;
  algo_code_t rc = cx->sh->opt.ledger->well_formed(cx->sh->opt.ledger_self, t, &err);
  if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
  if (t->type == ALGO_TX_APPL) rc = check_call(cx, t, &version);
  return rc == ALGO_OK ? avm_allows_txn(cx, t, version) : rc;
}

/* "TG" over the ids that the transactions have as members of this caller. */
static bool set_group_id(algo_avm_context_t *cx) {
  algo_digest_t parent, id;
  algo_buf_t b = ALGO_BUF_INIT;
  avm_current_txid(cx, &parent);
  algo_mp_put_map(&b, 1);
  algo_mp_put_str(&b, "txlist", 6);
  algo_mp_put_array(&b, (uint32_t)cx->n_pending);
  for (size_t i = 0; i < cx->n_pending; i++) {
    algo_txn_inner_id(&id, &cx->pending[i]->stxn.txn, &parent, cx->n_inner + i);
    algo_mp_put_bin(&b, id.b, sizeof id.b);
  }
  bool ok = !b.oom;
  if (ok) algo_sha512_256_tagged(id.b, "TG", b.p, b.n);
  for (size_t i = 0; ok && i < cx->n_pending; i++) cx->pending[i]->stxn.txn.group = id;
  algo_buf_fini(&b);
  return ok;
}

static algo_code_t check_sender(algo_avm_context_t *cx, const algo_addr_t *sender) {
  algo_addr_t signer;
  algo_err_t err;
  char self[ALGO_ADDR_TEXT + 1], other[ALGO_ADDR_TEXT + 1];
  algo_code_t rc = cx->sh->opt.ledger->authorizer(cx->sh->opt.ledger_self, sender, &signer, &err);
  if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
  const algo_addr_t *mine = avm_app_address(cx->sh, cx->app);
  if (algo_addr_eq(mine, &signer)) return ALGO_OK;
  algo_addr_format(self, mine);
  algo_addr_format(other, &signer);
  return avm_fail(cx, "app %llu (addr %s) unauthorized %s", (unsigned long long)cx->app, self, other);
}

/* The ledger's failure of transaction i: the whole text where a program's or the ledger's own is kept with the group.
 */
static algo_code_t fail_inner(algo_avm_context_t *cx, size_t i, algo_code_t code, const algo_err_t *err) {
  char before[48];
  if (code == ALGO_E_NOMEM) return avm_nomem(cx);
  algo_bytes_t whole = cx->sh->failure;
  size_t n = strlen(err->msg);
  if (whole.n < n || memcmp(whole.p, err->msg, n) != 0) whole = algo_bytes(err->msg, n);
  snprintf(before, sizeof before, "inner tx %zu failed: ", i);
  cx->sh->inner_failure = whole;
  cx->sh->inner_attributes = cx->sh->failure_is_eval ? cx->sh->attributes : algo_bytes(NULL, 0);
  return avm_fail_bytes(cx, before, whole, "");
}

static algo_code_t perform_one(algo_avm_context_t *cx, algo_avm_group_t *child, size_t i, algo_err_t *err) {
  const algo_avm_tracer_t *tr = cx->sh->opt.tracer;
  if (tr != NULL && tr->before_txn != NULL) tr->before_txn(tr->self, child, i);
  algo_code_t rc = check_sender(cx, &child->txns[i]->txn.sender);
  if (rc != ALGO_OK) return rc;
  cx->sh->failure = (algo_bytes_t){NULL, 0};
  algo_err_init(err);
  rc = cx->sh->opt.ledger->perform(cx->sh->opt.ledger_self, child, i, err);
  if (tr != NULL && tr->after_txn != NULL)
    tr->after_txn(tr->self, child, i, &child->apply[i], rc == ALGO_OK ? NULL : err);
  if (rc != ALGO_OK) return fail_inner(cx, i, rc, err);
  algo_avm_group_record(child, i);
  return ALGO_OK;
}

static algo_code_t append_inner(algo_avm_context_t *cx, const algo_avm_group_t *child) {
  if (cx->n_inner + child->n > cx->cap_inner) {
    size_t cap = 2 * cx->cap_inner + child->n;
    algo_apply_t *p = algo_arena_array(cx->sh->opt.arena, cap, sizeof *p);
    if (p == NULL) return avm_nomem(cx);
    if (cx->n_inner) memcpy(p, cx->inner, cx->n_inner * sizeof *p);
    cx->inner = p;
    cx->cap_inner = cap;
  }
  memcpy(&cx->inner[cx->n_inner], child->apply, child->n * sizeof *child->apply);
  cx->n_inner += child->n;
  cx->apply->delta.inner = cx->inner;
  cx->apply->delta.n_inner = cx->n_inner;
  return ALGO_OK;
}

static algo_code_t run_group(algo_avm_context_t *cx, const algo_stxn_t **txns) {
  const algo_avm_tracer_t *tr = cx->sh->opt.tracer;
  algo_err_t err;
  algo_avm_group_t *child = avm_group_inner(cx, txns, cx->n_pending);
  if (child == NULL) return avm_nomem(cx);
  if (tr != NULL && tr->before_group != NULL) tr->before_group(tr->self, child);
  algo_code_t rc = ALGO_OK;
  for (size_t i = 0; rc == ALGO_OK && i < child->n; i++) rc = perform_one(cx, child, i, &err);
  if (rc == ALGO_OK) {
    cx->g->fee_residue = child->fee_residue; /* what deeper groups have used of it */
    rc = append_inner(cx, child);
  }
  if (rc != ALGO_OK) algo_err_set(&err, rc, "%.*s", (int)cx->fail.n, (const char *)cx->fail.p);
  if (tr != NULL && tr->after_group != NULL) tr->after_group(tr->self, child, rc == ALGO_OK ? NULL : &err);
  return rc;
}

algo_code_t avm_op_itxn_submit(algo_avm_context_t *cx) {
  const algo_stxn_t *list[ALGO_GROUP_MAX], **txns = pending_txns(cx, list);
  if ((int64_t)cx->n_pending > cx->sh->inners_left || cx->n_pending > cx->sh->opt.consensus->max_group_size)
    return too_many(cx);
  if (cx->n_pending == 0) return avm_fail(cx, "itxn_submit without itxn_begin");
  algo_code_t rc = charge_fees(cx, txns);
  for (size_t i = 0; rc == ALGO_OK && i < cx->n_pending; i++) {
    avm_pending_t *p = cx->pending[i];
    p->stxn.txn.asset_params = algo_asset_params_is_zero(&p->params) ? NULL : &p->params;
    rc = check_txn(cx, &p->stxn.txn);
  }
  if (rc != ALGO_OK) return rc;
  if (cx->n_pending > 1 && !set_group_id(cx)) return avm_nomem(cx);
  cx->sh->inners_left -= (int64_t)cx->n_pending;
  rc = run_group(cx, txns);
  if (rc != ALGO_OK) return rc;
  cx->n_pending = 0;
  cx->inner_txid_known = 0;
  return ALGO_OK;
}
