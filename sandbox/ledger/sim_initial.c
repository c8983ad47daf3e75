/* The state that touched applications had before. Source: go-algorand 5.1, ledger/simulation/initialStates.go. */
#include "sim.h"

static bool same(const sim_initial_kv_t *x, const algo_avm_state_op_t *op) {
  return x->kind == op->kind && x->app == op->app && algo_addr_eq(&x->account, &op->account) &&
         algo_bytes_eq(x->key, op->key);
}

static bool contains(const uint64_t *v, size_t n, uint64_t id) {
  for (size_t i = 0; i < n; i++)
    if (v[i] == id) return true;
  return false;
}

void algo_lsim_initial(sim_t *s, algo_avm_context_t *cx, const algo_avm_state_op_t *op) {
  if (contains(s->created.v, s->created.n, algo_avm_cx_app(cx))) return;
  if (!contains(s->touched.v, s->touched.n, op->app)) {
    uint64_t *id = SIM_PUSH(s->arena, s->touched);
    if (id) *id = op->app;
  }
  for (size_t i = 0; i < s->initial.n; i++)
    if (same(&s->initial.v[i], op)) return;
  bool exists = false;
  algo_tv_t v = {0};
  algo_avm_state_value(cx, op, &v, &exists);
  sim_initial_kv_t *x = SIM_PUSH(s->arena, s->initial);
  if (!x) return;
  *x = (sim_initial_kv_t){.kind = op->kind, .app = op->app, .account = op->account, .key = op->key};
  x->created = !exists && op->verb == ALGO_AVM_STATE_WRITE;
  x->absent = !exists;
  if (!exists) return;
  x->value = v;
  if (v.is_bytes) x->value.bytes = algo_arena_dup(s->arena, v.bytes);
}

/* The items of one kind (and account) of an application. */
static size_t collect(const sim_t *s, uint64_t app, char kind, const algo_addr_t *account, algo_kv_t *out) {
  size_t n = 0;
  for (size_t i = 0; i < s->initial.n; i++) {
    const sim_initial_kv_t *x = &s->initial.v[i];
    if (x->created || x->app != app || x->kind != kind || (account && !algo_addr_eq(account, &x->account))) continue;
    if (out) out[n] = (algo_kv_t){x->key, x->value, x->absent};
    n++;
  }
  return n;
}

static const algo_kv_t *take(const sim_t *s, uint64_t app, char kind, const algo_addr_t *account, size_t *n) {
  *n = collect(s, app, kind, account, NULL);
  algo_kv_t *v = *n ? algo_arena_array(s->arena, *n, sizeof *v) : NULL;
  if (v) collect(s, app, kind, account, v);
  else *n = 0;
  return v;
}

static void take_locals(const sim_t *s, uint64_t app, algo_sim_initial_t *out) {
  struct algo_sim_initial_local *v = algo_arena_array(s->arena, s->initial.n + 1, sizeof *v);
  size_t n = 0;
  for (size_t i = 0; v && i < s->initial.n; i++) {
    const sim_initial_kv_t *x = &s->initial.v[i];
    bool known = x->created || x->app != app || x->kind != 'l';
    for (size_t k = 0; k < n && !known; k++) known = algo_addr_eq(&v[k].account, &x->account);
    if (known) continue;
    v[n].account = x->account;
    v[n].kv = take(s, app, 'l', &x->account, &v[n].n);
    n++;
  }
  out->locals = v;
  out->n_locals = n;
}

void algo_lsim_initial_finish(sim_t *s, algo_sim_result_t *out) {
  algo_sim_initial_t *v = s->touched.n ? algo_arena_array(s->arena, s->touched.n, sizeof *v) : NULL;
  for (size_t i = 0; v && i < s->touched.n; i++) {
    v[i].app = s->touched.v[i];
    v[i].global = take(s, v[i].app, 'g', NULL, &v[i].n_global);
    v[i].boxes = take(s, v[i].app, 'b', NULL, &v[i].n_boxes);
    take_locals(s, v[i].app, &v[i]);
  }
  out->initial = v;
  out->n_initial = v ? s->touched.n : 0;
}
