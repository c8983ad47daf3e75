#include "node_impl.h"

algo_code_t algo_node_look_back(algo_node_t *n, uint64_t round, void (*look)(void *self, const algo_ledger_t *l),
                                void *self, algo_err_t *err) {
  if (n->replay != NULL) return node_read_only(err);
  pthread_rwlock_wrlock(&n->lock);
  algo_code_t rc = algo_ledger_look_back(n->ledger, round, look, self, err);
  node_unlock(n);
  return rc;
}

algo_code_t algo_node_simulate(algo_node_t *n, const algo_sim_request_t *req, algo_sim_result_t *out,
                               algo_arena_t *arena, algo_err_t *err) {
  if (n->replay != NULL) return node_read_only(err);
  pthread_rwlock_wrlock(&n->lock);
  algo_code_t rc = algo_ledger_simulate(n->ledger, req, out, arena, err);
  node_unlock(n);
  return rc;
}
