/* What simulation sees while programs run: paths, budgets, traces, apply data as they are at a failure.
 * Source: go-algorand 5.1, ledger/simulation/tracer.go. */
#include "sim.h"

void *algo_lsim_push(algo_arena_t *arena, void **v, size_t *n, size_t *cap, size_t size) {
  if (*n == *cap) {
    size_t more = *cap ? *cap * 2 : 8;
    void *p = algo_arena_array(arena, more, size);
    if (!p) return NULL;
    if (*n) memcpy(p, *v, *n * size);
    *v = p;
    *cap = more;
  }
  void *at = (uint8_t *)*v + *n * size;
  memset(at, 0, size);
  ++*n;
  return at;
}

/* ---- where we are ---- */

static void note_failure(sim_t *s, bool failed) {
  if (!failed || s->failed_at || s->cursor.n == 0) return;
  s->failed_at = algo_arena_array(s->arena, s->cursor.n, sizeof *s->failed_at);
  if (!s->failed_at) return;
  s->n_failed_at = s->cursor.n;
  for (size_t i = 0; i < s->cursor.n; i++) s->failed_at[i] = s->cursor.v[i] + (i ? s->before.v[i - 1] : 0);
}

static sim_node_t *current(const sim_t *s) { return s->path.n ? s->path.v[s->path.n - 1] : NULL; }

/* ---- groups and transactions ---- */

static void adopt_inner(sim_t *s, algo_avm_group_t *g) {
  sim_node_t *parent = current(s);
  for (size_t i = 0; parent && i < algo_avm_group_size(g); i++) {
    sim_node_t **at = SIM_PUSH(s->arena, parent->inner);
    sim_node_t *node = at ? algo_arena_zalloc(s->arena, sizeof *node) : NULL;
    if (!node) {
      if (at) parent->inner.n--;
      return;
    }
    node->stxn = algo_avm_group_txn(g, i);
    node->now = PROGRAM_NONE;
    *at = node;
    if (node->stxn->txn.type == ALGO_TX_APPL) s->added += s->l->consensus->max_app_program_cost;
  }
}

void algo_lsim_before_group(void *self, algo_avm_group_t *g) {
  sim_t *s = self;
  if (g && algo_avm_group_parent(g)) adopt_inner(s, g);
  uint32_t *at = SIM_PUSH(s->arena, s->cursor);
  if (at) *at = UINT32_MAX; /* becomes 0 with the first transaction */
}

void algo_lsim_after_group(void *self, algo_avm_group_t *g, const algo_err_t *failure) {
  sim_t *s = self;
  (void)g;
  note_failure(s, failure != NULL);
  uint32_t last = s->cursor.v[--s->cursor.n];
  if (s->path.n > s->cursor.n)
    s->path.n = s->cursor.n; /* a transaction that failed before it was performed has no end */
  if (s->before.n > s->cursor.n) s->before.n = s->cursor.n;
  if (s->before.n) s->before.v[s->before.n - 1] += last + 1;
}

static sim_node_t *inner_node(sim_t *s, size_t i) {
  sim_node_t *parent = current(s);
  size_t at = s->before.v[s->before.n - 1] + i;
  if (at >= parent->inner.n) return NULL;
  if (s->req->trace && parent->now != PROGRAM_NONE && parent->steps[parent->now].n) {
    sim_steps_t *steps = &parent->steps[parent->now];
    algo_sim_step_t *step = &steps->v[steps->n - 1];
    uint32_t *more = algo_arena_array(s->arena, step->n_spawned + 1, sizeof *more);
    if (more) {
      if (step->n_spawned) memcpy(more, step->spawned, step->n_spawned * sizeof *more);
      more[step->n_spawned++] = (uint32_t)at;
      step->spawned = more;
    }
  }
  return parent->inner.v[at];
}

void algo_lsim_before_txn(void *self, algo_avm_group_t *g, size_t i) {
  sim_t *s = self;
  bool inner = g && algo_avm_group_parent(g);
  sim_node_t *node = inner ? inner_node(s, i) : &s->top[i];
  if (!inner) s->root = i;
  if (node) {
    const algo_txn_t *t = &node->stxn->txn;
    node->traced = true;
    node->now = t->type != ALGO_TX_APPL             ? PROGRAM_NONE
                : t->on_completion == ALGO_OC_CLEAR ? PROGRAM_CLEAR
                                                    : PROGRAM_APPROVAL;
    sim_node_t **at = SIM_PUSH(s->arena, s->path);
    if (at) *at = node;
  }
  s->cursor.v[s->cursor.n - 1]++;
  (void)SIM_PUSH(s->arena, s->before);
}

void algo_lsim_after_txn(void *self, algo_avm_group_t *g, size_t i, const algo_apply_t *ad, const algo_err_t *failure) {
  sim_t *s = self;
  sim_node_t *node = current(s);
  (void)i;
  note_failure(s, failure != NULL);
  if (!failure && s->req->allow_unnamed_resources && s->group) algo_lsim_write_budget(s, g ? g : s->group, false);
  if (node) {
    algo_eval_delta_t delta = node->ad.delta;
    if (ad) node->ad = *ad;
    if (failure) node->ad.delta = delta;
    node->done = !failure;
    s->path.n--;
  }
  s->before.n--;
}

/* ---- programs ---- */

static sim_node_t *node_of(sim_t *s, const algo_avm_context_t *cx) {
  return algo_avm_cx_mode(cx) == ALGO_AVM_SIG ? &s->top[algo_avm_cx_index(cx)] : current(s);
}

static void before_program(void *self, algo_avm_context_t *cx) {
  sim_t *s = self;
  sim_node_t *node = node_of(s, cx);
  bool sig = algo_avm_cx_mode(cx) == ALGO_AVM_SIG;
  if (!node) return;
  if (sig) node->now = PROGRAM_SIG;
  if (s->req->trace && node->now != PROGRAM_NONE) {
    algo_bytes_t program = algo_avm_cx_program(cx);
    algo_sha512_256(node->hash[node->now], program.p, program.n);
    node->hashed[node->now] = node->traced = true;
  }
  if (sig) return;
  if (s->req->trace_state && node->stxn->txn.app_id == 0) {
    uint64_t *id = SIM_PUSH(s->arena, s->created);
    if (id) *id = algo_avm_cx_app(cx);
  }
  if (s->req->allow_unnamed_resources) algo_lsim_enter_program(s, cx);
}

/* The delta as the tracer of a node has it after a failure. It is copied before each opcode: the maps of state are
 * shared with the program and show what the last opcode did, the lists do not. Inner transactions are kept as they
 * happen. */
static void keep_lists(sim_node_t *node, const algo_apply_t *now) {
  if (!now) return;
  node->ad.delta.shared_accounts = now->delta.shared_accounts;
  node->ad.delta.n_shared_accounts = now->delta.n_shared_accounts;
  node->ad.delta.logs = now->delta.logs;
  node->ad.delta.n_logs = now->delta.n_logs;
}

static void keep_maps(sim_node_t *node, const algo_apply_t *now) {
  if (!now) return;
  node->ad.delta.global = now->delta.global;
  node->ad.delta.n_global = now->delta.n_global;
  node->ad.delta.local = now->delta.local;
  node->ad.delta.n_local = now->delta.n_local;
}

static const algo_apply_t *apply_of(algo_avm_context_t *cx) {
  return algo_avm_group_apply(algo_avm_cx_group(cx), algo_avm_cx_index(cx));
}

static void after_program(void *self, algo_avm_context_t *cx, bool pass, const algo_err_t *failure) {
  sim_t *s = self;
  sim_node_t *node = node_of(s, cx);
  if (!node) return;
  if (algo_avm_cx_mode(cx) == ALGO_AVM_SIG) {
    s->sig_cost[algo_avm_cx_index(cx)] = algo_avm_cx_cost(cx);
    node->now = PROGRAM_NONE;
    return;
  }
  s->app_cost[s->cursor.n ? s->cursor.v[0] : 0] += algo_avm_cx_cost(cx);
  keep_maps(node, apply_of(cx));
  if (node->stxn->txn.on_completion == ALGO_OC_CLEAR) {
    if (s->req->trace && (!pass || failure)) {
      node->rollback = true;
      node->rollback_error = failure ? algo_arena_strdup(s->arena, failure->msg) : NULL;
    }
  } else {
    note_failure(s, failure != NULL);
  }
  if (s->req->fix_signers && s->cursor.n == 1) algo_lsim_fix_from(s, algo_avm_cx_index(cx) + 1);
}

/* ---- opcodes ---- */

static algo_tv_t keep_value(sim_t *s, algo_tv_t v) {
  if (v.is_bytes) v.bytes = algo_arena_dup(s->arena, v.bytes);
  return v;
}

static void before_op(void *self, algo_avm_context_t *cx) {
  sim_t *s = self;
  sim_node_t *node = node_of(s, cx);
  if (!node) return;
  if (algo_avm_cx_mode(cx) == ALGO_AVM_APP) keep_lists(node, apply_of(cx));
  if (!s->req->trace || node->now == PROGRAM_NONE) return;
  algo_sim_step_t *step = SIM_PUSH(s->arena, node->steps[node->now]);
  int64_t pops = 0, pushes = 0;
  if (!step) return;
  step->pc = algo_avm_cx_pc(cx);
  if (s->req->trace_stack) {
    algo_avm_explain_stack(cx, &pops, &pushes);
    step->pops = pops;
    int64_t depth = (int64_t)algo_avm_cx_depth(cx);
    s->pops_left = depth > pops ? (size_t)(depth - pops) : 0;
  }
  s->scratch_known = s->req->trace_scratch && algo_avm_explain_scratch(cx, &s->scratch_slot);
  s->state_known = false;
  if (!s->req->trace_state || algo_avm_cx_mode(cx) == ALGO_AVM_SIG) return;
  algo_avm_state_op_t op;
  if (!algo_avm_explain_state(cx, &op)) return;
  op.key = algo_arena_dup(s->arena, op.key);
  s->state_known = op.verb != ALGO_AVM_STATE_READ;
  s->state = op;
  if (s->state_known) {
    algo_sim_state_change_t *change = algo_arena_zalloc(s->arena, sizeof *change);
    if (!change) return;
    *change = (algo_sim_state_change_t){.op = op.verb == ALGO_AVM_STATE_WRITE ? ALGO_STATE_WRITE : ALGO_STATE_DELETE,
                                        .kind = op.kind};
    change->key = op.key;
    change->account = op.account;
    step->state = change;
    step->n_state = 1;
  }
  algo_lsim_initial(s, cx, &op);
}

static void record_results(sim_t *s, algo_avm_context_t *cx, algo_sim_step_t *step) {
  size_t depth = algo_avm_cx_depth(cx);
  if (s->req->trace_stack && depth > s->pops_left) {
    algo_tv_t *v = algo_arena_array(s->arena, depth - s->pops_left, sizeof *v);
    for (size_t i = s->pops_left; v && i < depth; i++) v[i - s->pops_left] = keep_value(s, algo_avm_cx_stack(cx, i));
    step->pushes = v;
    step->n_pushes = v ? depth - s->pops_left : 0;
  }
  if (s->scratch_known) {
    algo_sim_scratch_t *w = algo_arena_zalloc(s->arena, sizeof *w);
    if (w) *w = (algo_sim_scratch_t){s->scratch_slot, keep_value(s, algo_avm_cx_scratch(cx, s->scratch_slot))};
    step->scratch = w;
    step->n_scratch = w != NULL;
  }
  if (s->state_known && step->n_state) {
    algo_sim_state_change_t *change = (algo_sim_state_change_t *)(uintptr_t)step->state;
    bool exists = false;
    algo_tv_t v = {0};
    algo_avm_state_value(cx, &s->state, &v, &exists);
    change->has_value = exists;
    if (exists) change->value = keep_value(s, v);
  }
}

static void after_op(void *self, algo_avm_context_t *cx, const algo_err_t *failure) {
  sim_t *s = self;
  sim_node_t *node = node_of(s, cx);
  if (!node) return;
  if (!failure && s->req->trace && node->now != PROGRAM_NONE && node->steps[node->now].n)
    record_results(s, cx, &node->steps[node->now].v[node->steps[node->now].n - 1]);
  s->scratch_known = s->state_known = false; /* an inner program's opcodes come between */
  if (algo_avm_cx_mode(cx) == ALGO_AVM_SIG) return;
  if (node->stxn->txn.on_completion != ALGO_OC_CLEAR) note_failure(s, failure != NULL);
  if (!failure && s->req->allow_unnamed_resources) algo_lsim_write_budget(s, algo_avm_cx_group(cx), true);
}

void algo_lsim_tracer(sim_t *s) {
  s->tracer = (algo_avm_tracer_t){.self = s,
                                  .before_group = algo_lsim_before_group,
                                  .after_group = algo_lsim_after_group,
                                  .before_txn = algo_lsim_before_txn,
                                  .after_txn = algo_lsim_after_txn,
                                  .before_program = before_program,
                                  .after_program = after_program,
                                  .before_op = before_op,
                                  .after_op = after_op};
}

/* ---- the result ---- */

static void finish_apply(sim_t *s, sim_node_t *node, algo_apply_t *out) {
  *out = node->ad;
  out->stxn = *node->stxn;
  if (node->done || !node->inner.n) return;
  algo_apply_t *inner = algo_arena_array(s->arena, node->inner.n, sizeof *inner);
  for (size_t i = 0; inner && i < node->inner.n; i++) finish_apply(s, node->inner.v[i], &inner[i]);
  out->delta.inner = inner;
  out->delta.n_inner = inner ? node->inner.n : 0;
}

static void finish_trace(sim_t *s, const sim_node_t *node, algo_sim_trace_t *out) {
  *out = (algo_sim_trace_t){.clear_rollback = node->rollback, .clear_rollback_error = node->rollback_error};
  const algo_sim_step_t **steps[] = {&out->approval, &out->clear, &out->sig};
  size_t *counts[] = {&out->n_approval, &out->n_clear, &out->n_sig};
  algo_bytes_t *hashes[] = {&out->approval_hash, &out->clear_hash, &out->sig_hash};
  for (size_t i = 0; i < 3; i++) {
    *steps[i] = node->steps[i].v;
    *counts[i] = node->steps[i].n;
    if (node->hashed[i]) *hashes[i] = algo_bytes(node->hash[i], 32);
  }
  size_t began = 0;
  while (began < node->inner.n && node->inner.v[began]->traced) began++;
  algo_sim_trace_t *inner = began ? algo_arena_array(s->arena, began, sizeof *inner) : NULL;
  for (size_t i = 0; inner && i < began; i++) finish_trace(s, node->inner.v[i], &inner[i]);
  out->inner = inner;
  out->n_inner = inner ? began : 0;
}

void algo_lsim_finish(sim_t *s, algo_sim_txn_t *out) {
  for (size_t i = 0; i < s->n; i++) {
    algo_apply_t *ad = algo_arena_zalloc(s->arena, sizeof *ad);
    if (ad) finish_apply(s, &s->top[i], ad);
    if (ad) ad->stxn = s->input[i];
    out[i].apply = ad;
    out[i].app_budget_consumed = s->app_cost[i];
    out[i].sig_budget_consumed = s->sig_cost[i];
    if (!s->req->trace || !s->top[i].traced) continue;
    algo_sim_trace_t *t = algo_arena_zalloc(s->arena, sizeof *t);
    if (t) finish_trace(s, &s->top[i], t);
    out[i].trace = t;
  }
}
