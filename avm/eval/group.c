/* Groups of transactions, and what is pooled over them. */
#include "internal.h"

static uint64_t avm_group_min_version(const algo_stxn_t *const *txns, size_t n) {
  uint64_t v = 0;
  for (size_t i = 0; i < n; i++) {
    if (!algo_addr_is_zero(&txns[i]->txn.rekey_to) && v < AVM_V_REKEY) v = AVM_V_REKEY;
    if (txns[i]->txn.type == ALGO_TX_APPL && v < AVM_V_APPS) v = AVM_V_APPS;
  }
  return v;
}

static size_t count_calls(const algo_stxn_t *const *txns, size_t n) {
  size_t calls = 0;
  for (size_t i = 0; i < n; i++) calls += txns[i]->txn.type == ALGO_TX_APPL;
  return calls;
}

static algo_avm_group_t *new_group(avm_shared_t *sh, const algo_stxn_t *const *txns, size_t n) {
  algo_arena_t *a = sh->opt.arena;
  algo_avm_group_t *g = algo_arena_zalloc(a, sizeof *g);
  if (g == NULL) return NULL;
  g->sh = sh;
  g->n = n;
  g->txns = algo_arena_array(a, n, sizeof *g->txns);
  g->apply = algo_arena_array(a, n, sizeof *g->apply);
  g->txids = algo_arena_array(a, n, sizeof *g->txids);
  g->has_txid = algo_arena_array(a, n, sizeof *g->has_txid);
  g->past_scratch = algo_arena_array(a, n, sizeof *g->past_scratch);
  if (!g->txns || !g->apply || !g->txids || !g->has_txid || !g->past_scratch) return NULL;
  for (size_t i = 0; i < n; i++) {
    g->txns[i] = txns[i];
    g->apply[i].stxn = *txns[i];
  }
  g->min_version = avm_group_min_version(txns, n);
  return g;
}

algo_code_t algo_avm_group_new(algo_avm_group_t **out, const algo_stxn_t *const *txns, size_t n,
                               const algo_avm_options_t *opt, algo_err_t *err) {
  const algo_consensus_t *c = opt->consensus;
  avm_shared_t *sh = algo_arena_zalloc(opt->arena, sizeof *sh);
  if (sh == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  sh->opt = *opt;
  if (sh->opt.max_log_calls == 0) sh->opt.max_log_calls = AVM_MAX_LOG_CALLS;
  if (sh->opt.max_log_size == 0) sh->opt.max_log_size = AVM_MAX_LOG_SIZE;
  algo_avm_group_t *g = new_group(sh, txns, n);
  if (g == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  sh->top = g;
  size_t calls = count_calls(txns, n);
  sh->sig_budget = (int64_t)(n * c->logic_sig_max_cost);
  if (calls > 0) {
    uint64_t usage, paid, need;
    algo_group_fees(txns, n, c, &usage, &paid);
    algo_fee_for_usage(c->min_txn_fee, usage, ALGO_MICROS, &g->fee_residue, &need);
    sh->fee_credit = paid > need ? paid - need : 0;
    sh->inners_left = (int64_t)(c->max_group_size * c->max_inner_transactions);
    sh->budget_added = calls * c->max_app_program_cost + opt->extra_budget;
    sh->app_budget = (int64_t)sh->budget_added;
  }
  *out = g;
  return ALGO_OK;
}

algo_avm_group_t *avm_group_inner(algo_avm_context_t *caller, const algo_stxn_t *const *txns, size_t n) {
  algo_avm_group_t *g = new_group(caller->sh, txns, n);
  if (g == NULL) return NULL;
  uint64_t more = count_calls(txns, n) * caller->sh->opt.consensus->max_app_program_cost;
  caller->sh->app_budget += (int64_t)more;
  caller->sh->budget_added += more;
  g->caller = caller;
  g->depth = caller->g->depth + 1;
  g->fee_residue = caller->g->fee_residue;
  if (g->min_version < caller->g->min_version) g->min_version = caller->g->min_version;
  return g;
}

size_t algo_avm_group_size(const algo_avm_group_t *g) { return g->n; }
const algo_stxn_t *algo_avm_group_txn(const algo_avm_group_t *g, size_t i) { return g->txns[i]; }
algo_apply_t *algo_avm_group_apply(algo_avm_group_t *g, size_t i) { return &g->apply[i]; }
algo_avm_context_t *algo_avm_group_parent(algo_avm_group_t *g) { return g->caller; }
uint64_t algo_avm_group_budget_consumed(const algo_avm_group_t *g) {
  return (uint64_t)((int64_t)g->sh->budget_added - g->sh->app_budget);
}
uint64_t algo_avm_group_dirty_bytes(const algo_avm_group_t *g) { return g->sh->dirty_bytes; }
void algo_avm_group_set_io_budget(algo_avm_group_t *g, uint64_t bytes) { g->sh->io_budget = bytes; }

void algo_avm_group_record(algo_avm_group_t *g, size_t i) {
  uint64_t id = g->apply[i].created_asset;
  if (id != 0) avm_set_add(&g->sh->created_assets, g->sh->opt.arena, NULL, id);
}

uint64_t algo_avm_large_program_bytes(const algo_consensus_t *c, uint64_t program_bytes) {
  uint64_t free_bytes = c->max_app_total_program_len * (1 + c->max_extra_app_program_pages);
  return program_bytes > free_bytes ? program_bytes - free_bytes : 0;
}
