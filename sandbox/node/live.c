/* A node over a ledger of its own. */
#include <stdlib.h>

#include "node_impl.h"

static algo_code_t live_block(algo_node_t *n, uint64_t round, algo_buf_t *out, algo_err_t *err) {
  algo_bytes_t v;
  pthread_rwlock_rdlock(&n->lock);
  algo_code_t rc = algo_ledger_block(n->ledger, round, &v, err);
  if (rc == ALGO_OK) algo_buf_putb(out, v);
  pthread_rwlock_unlock(&n->lock);
  return rc;
}

static void live_fini(algo_node_t *n) {
  node_miner_stop(n);
  algo_ledger_free(n->ledger);
}

static const node_source_t live = {live_block, live_fini};

static algo_code_t take_genesis(algo_node_t *n, algo_bytes_t json, algo_err_t *err) {
  if (json.n == 0) return algo_node_dev_genesis(&n->genesis, &n->arena, err);
  return algo_genesis_parse(&n->genesis, json.p, json.n, &n->arena, err);
}

algo_code_t algo_node_new(algo_node_t **out, const algo_node_options_t *opt, const algo_env_t *env, algo_err_t *err) {
  if (opt->mode == ALGO_NODE_INTERVAL && opt->interval_ms == 0) {
    return algo_err_set(err, ALGO_E_INVALID, "an interval between blocks is at least 1 ms");
  }
  algo_node_t *n = node_alloc(&live, env);
  if (n == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  n->mode = opt->mode;
  n->interval_ms = opt->interval_ms;
  algo_code_t rc = take_genesis(n, opt->genesis_json, err);
  if (rc == ALGO_OK) rc = algo_ledger_new(&n->ledger, &n->genesis, &n->env, err);
  if (rc == ALGO_OK) {
    algo_buf_t id = ALGO_BUF_INIT;
    algo_buf_printf(&id, "%s-%s", n->genesis.network, n->genesis.id);
    n->genesis_id = strdup(algo_buf_cstr(&id));
    algo_buf_fini(&id);
    algo_genesis_json(&n->genesis_json, &n->genesis);
    n->genesis_hash = *algo_ledger_genesis_hash(n->ledger);
    n->consensus = algo_ledger_consensus(n->ledger);
    node_take_header(n, algo_ledger_tip(n->ledger));
    atomic_store(&n->round, algo_ledger_round(n->ledger));
    if (n->genesis_id == NULL || n->genesis_json.oom) rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  if (rc == ALGO_OK && n->mode == ALGO_NODE_INTERVAL) rc = node_miner_start(n, err);
  if (rc != ALGO_OK) {
    algo_node_free(n);
    return rc;
  }
  *out = n;
  return ALGO_OK;
}
