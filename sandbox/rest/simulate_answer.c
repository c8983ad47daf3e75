#include "simulate_answer.h"

#include "mpw.h"
#include "txninfo.h"

#define ANSWER_VERSION 2u

static void put_value(algo_buf_t *b, const algo_tv_t *v) {
  mpw_map_t m = mpw_open(b);
  if (v->is_bytes) mpw_bin(b, &m, "bytes", v->bytes);
  mpw_key(b, &m, "type");
  algo_mp_put_uint(b, v->is_bytes ? 1 : 2);
  if (!v->is_bytes) mpw_uint(b, &m, "uint", v->uint);
  mpw_close(b, &m);
}

static void key_addr(algo_buf_t *b, mpw_map_t *m, const char *key, const algo_addr_t *a) {
  mpw_key(b, m, key);
  txninfo_put_addr(b, a);
}

/* ---- unnamed resources ---- */

static bool unnamed_any(const algo_sim_unnamed_t *u) {
  return u->n_accounts + u->n_assets + u->n_apps + u->n_boxes + u->n_holdings + u->n_locals > 0 ||
         u->extra_box_refs > 0;
}

static void put_uints(algo_buf_t *b, mpw_map_t *m, const char *key, const uint64_t *v, size_t n) {
  if (n == 0) return;
  mpw_key(b, m, key);
  algo_mp_put_array(b, (uint32_t)n);
  for (size_t i = 0; i < n; i++) algo_mp_put_uint(b, v[i]);
}

static void put_pairs_head(algo_buf_t *b, mpw_map_t *m, const char *key, size_t n) {
  mpw_key(b, m, key);
  algo_mp_put_array(b, (uint32_t)n);
}

static void put_pair(algo_buf_t *b, const algo_addr_t *a, const char *key, uint64_t id) {
  mpw_map_t m = mpw_open(b);
  key_addr(b, &m, "account", a);
  mpw_key(b, &m, key);
  algo_mp_put_uint(b, id);
  mpw_close(b, &m);
}

static void put_boxes(algo_buf_t *b, mpw_map_t *m, const algo_sim_unnamed_t *u) {
  if (u->n_boxes == 0) return;
  put_pairs_head(b, m, "boxes", u->n_boxes);
  for (size_t i = 0; i < u->n_boxes; i++) {
    mpw_map_t in = mpw_open(b);
    mpw_key(b, &in, "app");
    algo_mp_put_uint(b, u->boxes[i].app);
    mpw_key(b, &in, "name");
    algo_mp_put_bin(b, u->boxes[i].name.p, u->boxes[i].name.n);
    mpw_close(b, &in);
  }
}

static void put_unnamed(algo_buf_t *b, mpw_map_t *outer, const algo_sim_unnamed_t *u) {
  if (!unnamed_any(u)) return;
  mpw_key(b, outer, "unnamed-resources-accessed");
  mpw_map_t m = mpw_open(b);
  if (u->n_accounts > 0) {
    put_pairs_head(b, &m, "accounts", u->n_accounts);
    for (size_t i = 0; i < u->n_accounts; i++) txninfo_put_addr(b, &u->accounts[i]);
  }
  if (u->n_locals > 0) {
    put_pairs_head(b, &m, "app-locals", u->n_locals);
    for (size_t i = 0; i < u->n_locals; i++) put_pair(b, &u->locals[i].account, "app", u->locals[i].app);
  }
  put_uints(b, &m, "apps", u->apps, u->n_apps);
  if (u->n_holdings > 0) {
    put_pairs_head(b, &m, "asset-holdings", u->n_holdings);
    for (size_t i = 0; i < u->n_holdings; i++) put_pair(b, &u->holdings[i].account, "asset", u->holdings[i].asset);
  }
  put_uints(b, &m, "assets", u->assets, u->n_assets);
  put_boxes(b, &m, u);
  mpw_uint(b, &m, "extra-box-refs", u->extra_box_refs);
  mpw_close(b, &m);
}

/* ---- traces ---- */

static void put_scratch(algo_buf_t *b, const algo_sim_scratch_t *s) {
  mpw_map_t m = mpw_open(b);
  mpw_key(b, &m, "new-value");
  put_value(b, &s->value);
  mpw_key(b, &m, "slot");
  algo_mp_put_uint(b, s->slot);
  mpw_close(b, &m);
}

static void put_state_change(algo_buf_t *b, const algo_sim_state_change_t *s) {
  char kind = s->kind, op = s->op == ALGO_STATE_WRITE ? 'w' : 'd';
  mpw_map_t m = mpw_open(b);
  if (!algo_addr_is_zero(&s->account)) key_addr(b, &m, "account", &s->account);
  mpw_key(b, &m, "app-state-type");
  algo_mp_put_str(b, &kind, 1);
  mpw_key(b, &m, "key");
  algo_mp_put_bin(b, s->key.p, s->key.n);
  if (s->has_value) {
    mpw_key(b, &m, "new-value");
    put_value(b, &s->value);
  }
  mpw_key(b, &m, "operation");
  algo_mp_put_str(b, &op, 1);
  mpw_close(b, &m);
}

static void put_step(algo_buf_t *b, const algo_sim_step_t *s) {
  mpw_map_t m = mpw_open(b);
  mpw_key(b, &m, "pc");
  algo_mp_put_uint(b, s->pc);
  if (s->n_scratch > 0) {
    put_pairs_head(b, &m, "scratch-changes", s->n_scratch);
    for (size_t i = 0; i < s->n_scratch; i++) put_scratch(b, &s->scratch[i]);
  }
  if (s->n_spawned > 0) {
    put_pairs_head(b, &m, "spawned-inners", s->n_spawned);
    for (size_t i = 0; i < s->n_spawned; i++) algo_mp_put_uint(b, s->spawned[i]);
  }
  if (s->n_pushes > 0) {
    put_pairs_head(b, &m, "stack-additions", s->n_pushes);
    for (size_t i = 0; i < s->n_pushes; i++) put_value(b, &s->pushes[i]);
  }
  if (s->pops != 0) {
    mpw_key(b, &m, "stack-pop-count");
    algo_mp_put_int(b, s->pops); /* negative where go-algorand explains a step so */
  }
  if (s->n_state > 0) {
    put_pairs_head(b, &m, "state-changes", s->n_state);
    for (size_t i = 0; i < s->n_state; i++) put_state_change(b, &s->state[i]);
  }
  mpw_close(b, &m);
}

static void put_steps(algo_buf_t *b, mpw_map_t *m, const char *key, const algo_sim_step_t *v, size_t n) {
  if (n == 0) return;
  put_pairs_head(b, m, key, n);
  for (size_t i = 0; i < n; i++) put_step(b, &v[i]);
}

static void put_trace(algo_buf_t *b, const algo_sim_trace_t *t) {
  mpw_map_t m = mpw_open(b);
  mpw_bin(b, &m, "approval-program-hash", t->approval_hash);
  put_steps(b, &m, "approval-program-trace", t->approval, t->n_approval);
  mpw_bin(b, &m, "clear-state-program-hash", t->clear_hash);
  put_steps(b, &m, "clear-state-program-trace", t->clear, t->n_clear);
  mpw_true(b, &m, "clear-state-rollback", t->clear_rollback);
  if (t->clear_rollback_error != NULL) {
    mpw_text(b, &m, "clear-state-rollback-error", algo_bytes_str(t->clear_rollback_error));
  }
  if (t->n_inner > 0) {
    put_pairs_head(b, &m, "inner-trace", t->n_inner);
    for (size_t i = 0; i < t->n_inner; i++) put_trace(b, &t->inner[i]);
  }
  mpw_bin(b, &m, "logic-sig-hash", t->sig_hash);
  put_steps(b, &m, "logic-sig-trace", t->sig, t->n_sig);
  mpw_close(b, &m);
}

static bool trace_any(const algo_sim_trace_t *t) {
  return t->approval_hash.n + t->clear_hash.n + t->sig_hash.n + t->n_approval + t->n_clear + t->n_sig + t->n_inner > 0;
}

/* ---- transactions ---- */

static uint64_t fees_paid(const algo_apply_t *a) {
  uint64_t sum = a->stxn.txn.fee;
  for (size_t i = 0; i < a->delta.n_inner; i++) {
    uint64_t more = fees_paid(&a->delta.inner[i]);
    sum = sum + more < sum ? UINT64_MAX : sum + more;
  }
  return sum;
}

static void put_txn(algo_buf_t *b, const algo_sim_txn_t *t) {
  mpw_map_t m = mpw_open(b);
  mpw_uint(b, &m, "app-budget-consumed", t->app_budget_consumed);
  if (t->trace != NULL && trace_any(t->trace)) {
    mpw_key(b, &m, "exec-trace");
    put_trace(b, t->trace);
  }
  mpw_uint(b, &m, "fees-paid", fees_paid(t->apply));
  if (t->has_fixed_signer) key_addr(b, &m, "fixed-signer", &t->fixed_signer);
  mpw_uint(b, &m, "logic-sig-budget-consumed", t->sig_budget_consumed);
  mpw_key(b, &m, "txn-result");
  txninfo_t info = {.apply = t->apply, .with_apply = true};
  txninfo_write(b, &info);
  put_unnamed(b, &m, &t->unnamed);
  mpw_close(b, &m);
}

static void put_group(algo_buf_t *b, const algo_sim_result_t *r) {
  mpw_map_t m = mpw_open(b);
  mpw_uint(b, &m, "app-budget-added", r->app_budget_added);
  mpw_uint(b, &m, "app-budget-consumed", r->app_budget_consumed);
  if (r->n_failed_at > 0) {
    put_pairs_head(b, &m, "failed-at", r->n_failed_at);
    for (size_t i = 0; i < r->n_failed_at; i++) algo_mp_put_uint(b, r->failed_at[i]);
  }
  if (r->failure != NULL) mpw_text(b, &m, "failure-message", algo_bytes(r->failure, r->failure_length));
  mpw_uint(b, &m, "group-fees-paid", r->fees_paid);
  mpw_uint(b, &m, "group-usage", r->fee_usage);
  put_pairs_head(b, &m, "txn-results", r->n_txns);
  for (size_t i = 0; i < r->n_txns; i++) put_txn(b, &r->txns[i]);
  put_unnamed(b, &m, &r->unnamed);
  mpw_close(b, &m);
}

/* ---- initial states ---- */

/* A value of no type: what was read and is not there. */
static void put_absent(algo_buf_t *b) {
  algo_mp_put_map(b, 1);
  algo_mp_put_str(b, "type", 4);
  algo_mp_put_uint(b, 0);
}

static void put_kvs(algo_buf_t *b, const algo_addr_t *account, const algo_kv_t *kv, size_t n) {
  mpw_map_t m = mpw_open(b);
  if (account != NULL && !algo_addr_is_zero(account)) key_addr(b, &m, "account", account);
  put_pairs_head(b, &m, "kvs", n);
  for (size_t i = 0; i < n; i++) {
    algo_mp_put_map(b, 2);
    algo_mp_put_str(b, "key", 3);
    algo_mp_put_bin(b, kv[i].key.p, kv[i].key.n);
    algo_mp_put_str(b, "value", 5);
    if (kv[i].absent) put_absent(b);
    else put_value(b, &kv[i].value);
  }
  mpw_close(b, &m);
}

static void put_initial(algo_buf_t *b, const algo_sim_initial_t *s) {
  mpw_map_t m = mpw_open(b);
  if (s->n_boxes > 0) {
    mpw_key(b, &m, "app-boxes");
    put_kvs(b, NULL, s->boxes, s->n_boxes);
  }
  if (s->n_global > 0) {
    mpw_key(b, &m, "app-globals");
    put_kvs(b, NULL, s->global, s->n_global);
  }
  if (s->n_locals > 0) {
    put_pairs_head(b, &m, "app-locals", s->n_locals);
    for (size_t i = 0; i < s->n_locals; i++) put_kvs(b, &s->locals[i].account, s->locals[i].kv, s->locals[i].n);
  }
  mpw_key(b, &m, "id");
  algo_mp_put_uint(b, s->app);
  mpw_close(b, &m);
}

/* ---- the whole ---- */

static void put_overrides(algo_buf_t *b, mpw_map_t *outer, const algo_sim_request_t *q, const algo_sim_result_t *r) {
  bool any = q->allow_empty_signatures || q->allow_unnamed_resources || q->fix_signers || q->extra_opcode_budget > 0 ||
             r->max_log_calls > 0 || r->max_log_size > 0;
  if (!any) return;
  mpw_key(b, outer, "eval-overrides");
  mpw_map_t m = mpw_open(b);
  mpw_true(b, &m, "allow-empty-signatures", q->allow_empty_signatures);
  mpw_true(b, &m, "allow-unnamed-resources", q->allow_unnamed_resources);
  mpw_uint(b, &m, "extra-opcode-budget", q->extra_opcode_budget);
  mpw_true(b, &m, "fix-signers", q->fix_signers);
  mpw_uint(b, &m, "max-log-calls", r->max_log_calls);
  mpw_uint(b, &m, "max-log-size", r->max_log_size);
  mpw_close(b, &m);
}

static void put_trace_config(algo_buf_t *b, mpw_map_t *outer, const algo_sim_request_t *q) {
  if (!q->trace && !q->trace_scratch && !q->trace_stack && !q->trace_state) return;
  mpw_key(b, outer, "exec-trace-config");
  mpw_map_t m = mpw_open(b);
  mpw_true(b, &m, "enable", q->trace);
  mpw_true(b, &m, "scratch-change", q->trace_scratch);
  mpw_true(b, &m, "stack-change", q->trace_stack);
  mpw_true(b, &m, "state-change", q->trace_state);
  mpw_close(b, &m);
}

void simulate_answer(algo_buf_t *b, const algo_sim_request_t *q, const algo_sim_result_t *r) {
  mpw_map_t m = mpw_open(b);
  put_overrides(b, &m, q, r);
  put_trace_config(b, &m, q);
  if (q->trace_state) {
    mpw_key(b, &m, "initial-states");
    mpw_map_t in = mpw_open(b);
    if (r->n_initial > 0) {
      put_pairs_head(b, &in, "app-initial-states", r->n_initial);
      for (size_t i = 0; i < r->n_initial; i++) put_initial(b, &r->initial[i]);
    }
    mpw_close(b, &in);
  }
  mpw_key(b, &m, "last-round");
  algo_mp_put_uint(b, r->last_round);
  put_pairs_head(b, &m, "txn-groups", 1);
  put_group(b, r);
  mpw_key(b, &m, "version");
  algo_mp_put_uint(b, ANSWER_VERSION);
  mpw_close(b, &m);
}
