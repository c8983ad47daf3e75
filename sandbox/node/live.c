/* A node over a ledger of its own. */
#include <stdlib.h>

#include "node_impl.h"

static algo_code_t live_block(algo_node_t *n, uint64_t round, algo_buf_t *out, algo_err_t *err) {
  node_lock_look(n);
  algo_code_t rc = algo_ledger_block(n->ledger, round, out, err);
  node_unlock(n);
  return rc;
}

static void live_fini(algo_node_t *n) {
  node_miner_stop(n);
  algo_ledger_free(n->ledger);
}

static const node_source_t live = {live_block, live_fini};

/* The first record of what is there: a dump, or what the folder has. */
static algo_code_t take_log(algo_node_t *n, const algo_node_options_t *opt, algo_buf_t *first, algo_err_t *err) {
  algo_code_t rc = node_log_open(&n->log, opt->data_dir, err);
  if (rc == ALGO_OK) rc = node_log_first(n->log, first, err);
  if (rc != ALGO_OK || opt->load.n == 0) return rc;
  if (first->n > 0) {
    return algo_err_set(err, ALGO_E_EXISTS, "%s has a state already: nothing is loaded over it", opt->data_dir);
  }
  rc = node_log_rewrite(n->log, opt->load, err);
  return rc == ALGO_OK ? node_log_first(n->log, first, err) : rc;
}

static algo_code_t take_genesis(algo_node_t *n, algo_bytes_t wanted, algo_bytes_t records, algo_err_t *err) {
  algo_bytes_t json = wanted;
  algo_code_t rc = records.n > 0 ? node_events_genesis(records, &json, err) : ALGO_OK;
  if (rc != ALGO_OK) return rc;
  rc = json.n == 0 ? algo_node_dev_genesis(&n->genesis, &n->arena, err)
                   : algo_genesis_parse(&n->genesis, json.p, json.n, &n->arena, err);
  if (rc != ALGO_OK) return rc;
  algo_genesis_json(&n->genesis_json, &n->genesis);
  if (records.n == 0 || wanted.n == 0) return ALGO_OK;
  algo_genesis_t g;
  algo_digest_t a, b;
  rc = algo_genesis_parse(&g, wanted.p, wanted.n, &n->arena, err);
  if (rc != ALGO_OK) return rc;
  algo_genesis_hash(&a, &g);
  algo_genesis_hash(&b, &n->genesis);
  if (memcmp(a.b, b.b, sizeof a.b) == 0) return ALGO_OK;
  return algo_err_set(err, ALGO_E_GENESIS, "the state that is there is of another network than the genesis given");
}

static algo_code_t take_identity(algo_node_t *n, algo_err_t *err) {
  algo_buf_t id = ALGO_BUF_INIT;
  algo_buf_printf(&id, "%s-%s", n->genesis.network, n->genesis.id);
  n->genesis_id = strdup(algo_buf_cstr(&id));
  algo_buf_fini(&id);
  n->genesis_hash = *algo_ledger_genesis_hash(n->ledger);
  n->consensus = algo_ledger_consensus(n->ledger);
  node_take_header(n, algo_ledger_tip(n->ledger));
  atomic_store(&n->round, algo_ledger_round(n->ledger));
  return n->genesis_id == NULL || n->genesis_json.oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}

algo_code_t node_new_ledger(algo_node_t *n, algo_ledger_t **out, algo_err_t *err) {
  return n->origin == NULL ? algo_ledger_new(out, &n->genesis, &n->env, err)
                           : algo_ledger_new_fork(out, &n->genesis, n->origin, &n->env, err);
}

static algo_code_t begin_log(algo_node_t *n, algo_err_t *err) {
  algo_buf_t e = ALGO_BUF_INIT;
  node_event_genesis(&e, algo_buf_view(&n->genesis_json), n->origin);
  algo_code_t rc = node_log_append(n->log, algo_buf_view(&e), err);
  algo_buf_fini(&e);
  return rc;
}

/* From a checkpoint and the rest of the log, or from the whole of it. */
static algo_code_t take_state(algo_node_t *n, algo_err_t *err) {
  algo_buf_t records = ALGO_BUF_INIT;
  const char *dir = node_log_dir(n->log);
  uint64_t from = 0;
  algo_code_t rc = ALGO_E_NOT_FOUND;
  if (dir != NULL) rc = node_checkpoint_open(n, &from, err);
  if (rc != ALGO_OK) {
    rc = node_new_ledger(n, &n->ledger, err);
    if (rc == ALGO_OK && dir != NULL) rc = algo_ledger_keep(n->ledger, dir, err);
  }
  if (rc == ALGO_OK) rc = node_log_read(n->log, from, &records, err);
  if (rc == ALGO_OK)
    rc = from + records.n > 0 ? node_events_apply(n->ledger, algo_buf_view(&records), NULL, err) : begin_log(n, err);
  algo_buf_fini(&records);
  return rc;
}

static algo_code_t start(algo_node_t *n, const algo_node_options_t *opt, algo_err_t *err) {
  algo_buf_t first = ALGO_BUF_INIT;
  n->checkpoint_blocks = opt->checkpoint_blocks;
  algo_code_t rc = take_log(n, opt, &first, err);
  if (rc == ALGO_OK) rc = take_genesis(n, opt->genesis_json, algo_buf_view(&first), err);
  if (rc == ALGO_OK && first.n > 0) rc = node_events_fit(algo_buf_view(&first), n->origin, err);
  if (rc == ALGO_OK) rc = take_state(n, err);
  if (rc == ALGO_OK) rc = take_identity(n, err);
  n->keys = algo_keytable_new();
  algo_buf_fini(&first);
  return rc;
}

algo_code_t algo_node_new(algo_node_t **out, const algo_node_options_t *opt, const algo_env_t *env, algo_err_t *err) {
  if (opt->mode == ALGO_NODE_INTERVAL && opt->interval_ms == 0) {
    return algo_err_set(err, ALGO_E_INVALID, "an interval between blocks is at least 1 ms");
  }
  algo_node_t *n = node_alloc(&live, env);
  if (n == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  n->mode = opt->mode;
  n->interval_ms = opt->interval_ms;
  n->origin = opt->origin;
  algo_code_t rc = start(n, opt, err);
  if (rc == ALGO_OK && n->mode == ALGO_NODE_INTERVAL) rc = node_miner_start(n, err);
  if (rc != ALGO_OK) {
    algo_node_free(n);
    return rc;
  }
  *out = n;
  return ALGO_OK;
}
