/* What a node adds to a program's failure beside the text: an object of its place and of what the group's programs had
 * in hand. Source: go-algorand's EvalContext.evalError and evalStates, basics.Wrap. */
#include "algo/json.h"
#include "internal.h"

static void put_value(algo_json_t *j, const avm_value_t *v) {
  if (v->is_bytes) algo_json_base64(j, avm_view(v));
  else algo_json_uint(j, v->u);
}

static void put_values(algo_json_t *j, const char *key, const avm_value_t *v, size_t n) {
  if (n == 0) return;
  algo_json_key(j, key);
  algo_json_open(j, '[');
  for (size_t i = 0; i < n; i++) put_value(j, &v[i]);
  algo_json_close(j, ']');
}

/* One transaction's: scratch up to the last value that is not 0, the stack of the one that failed, logs. */
static void put_state(algo_json_t *j, const algo_avm_context_t *cx, size_t i) {
  const avm_value_t *scratch = i == cx->gi ? cx->scratch : cx->g->past_scratch[i];
  const algo_eval_delta_t *d = &cx->g->apply[i].delta;
  size_t n = scratch == NULL ? 0 : AVM_SCRATCH;
  while (n > 0 && !scratch[n - 1].is_bytes && scratch[n - 1].u == 0) n--;
  algo_json_open(j, '{');
  put_values(j, "scratch", scratch, n);
  if (i == cx->gi) put_values(j, "stack", cx->stack, cx->sp);
  if (d->n_logs > 0) {
    algo_json_key(j, "logs");
    algo_json_open(j, '[');
    for (size_t k = 0; k < d->n_logs; k++) algo_json_base64(j, d->logs[k]);
    algo_json_close(j, ']');
  }
  algo_json_close(j, '}');
}

static void put_number(algo_json_t *j, const char *key, uint64_t v) {
  algo_json_key(j, key);
  algo_json_uint(j, v);
}

void avm_note_attributes(algo_avm_context_t *cx) {
  avm_shared_t *sh = cx->sh;
  algo_buf_t b = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&b);
  j.go_escape = true;
  algo_json_open(&j, '{');
  if (cx->mode == ALGO_AVM_APP) put_number(&j, "app-index", cx->app);
  algo_json_key(&j, "eval-states");
  algo_json_open(&j, '[');
  for (size_t i = 0; i <= cx->gi; i++) put_state(&j, cx, i);
  algo_json_close(&j, ']');
  put_number(&j, "group-index", cx->gi);
  if (sh->inner_attributes.n) {
    algo_json_key(&j, "inner-attrs");
    algo_json_raw(&j, sh->inner_attributes.p, sh->inner_attributes.n);
  }
  if (sh->inner_failure.n) {
    algo_json_key(&j, "inner-msg");
    algo_json_strb(&j, sh->inner_failure);
  }
  put_number(&j, "pc", cx->pc);
  algo_json_close(&j, '}');
  sh->attributes = algo_arena_dup(sh->opt.arena, algo_buf_view(&b));
  sh->inner_attributes = sh->inner_failure = algo_bytes(NULL, 0);
  algo_buf_fini(&b);
}

algo_bytes_t algo_avm_group_failure_attributes(const algo_avm_group_t *g) { return g->sh->attributes; }
