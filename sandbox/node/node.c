/* The node's life, and where it is. */
#include <stdlib.h>

#include "node_impl.h"

algo_node_t *node_alloc(const node_source_t *source, const algo_env_t *env) {
  algo_node_t *n = calloc(1, sizeof *n);
  if (n == NULL) return NULL;
  n->source = source;
  if (env != NULL) n->env = *env;
  pthread_rwlockattr_t attr;
  pthread_rwlockattr_init(&attr);
  /* a stream of readers must not keep a block from being made */
  pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  pthread_rwlock_init(&n->lock, &attr);
  pthread_rwlockattr_destroy(&attr);
  pthread_mutex_init(&n->now_lock, NULL);
  pthread_mutex_init(&n->wait_lock, NULL);
  pthread_mutex_init(&n->miner_lock, NULL);
  pthread_mutex_init(&n->mode_lock, NULL);
  pthread_condattr_t mono;
  pthread_condattr_init(&mono);
  pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
  pthread_cond_init(&n->miner_cond, &mono);
  pthread_condattr_destroy(&mono);
  return n;
}

void algo_node_free(algo_node_t *n) {
  if (n == NULL) return;
  n->source->fini(n);
  while (n->waiters != NULL) {
    node_waiter_t *w = n->waiters;
    n->waiters = w->next;
    free(w);
  }
  node_log_close(n->log);
  node_coverage_free(n->coverage);
  algo_keytable_free(n->keys);
  algo_buf_fini(&n->open_groups);
  algo_buf_fini(&n->later);
  node_evicted_free(n->evicted);
  algo_buf_fini(&n->event);
  free(n->genesis_id);
  algo_buf_fini(&n->genesis_json);
  algo_arena_fini(&n->arena);
  pthread_cond_destroy(&n->miner_cond);
  pthread_mutex_destroy(&n->miner_lock);
  pthread_mutex_destroy(&n->mode_lock);
  pthread_mutex_destroy(&n->wait_lock);
  pthread_mutex_destroy(&n->now_lock);
  pthread_rwlock_destroy(&n->lock);
  free(n);
}

static void copy_text(char *out, size_t cap, algo_bytes_t v) {
  size_t n = v.n < cap - 1 ? v.n : cap - 1;
  if (n > 0) memcpy(out, v.p, n);
  out[n] = '\0';
}

void node_take_header(algo_node_t *n, const algo_header_t *h) {
  pthread_mutex_lock(&n->now_lock);
  copy_text(n->protocol, sizeof n->protocol, h->protocol);
  bool next = h->next_protocol.n > 0;
  copy_text(n->next_protocol, sizeof n->next_protocol, next ? h->next_protocol : h->protocol);
  n->next_protocol_round = next ? h->next_protocol_switch_on : 0;
  pthread_mutex_unlock(&n->now_lock);
}

void node_made(algo_node_t *n, uint64_t when_ns) {
  pthread_mutex_lock(&n->now_lock);
  n->last_made_ns = when_ns;
  pthread_mutex_unlock(&n->now_lock);
}

void algo_node_status(algo_node_t *n, algo_node_now_t *out) {
  pthread_mutex_lock(&n->now_lock);
  out->round = algo_node_round(n);
  uint64_t now = algo_env_now_ns(&n->env);
  out->since_last_ns = n->last_made_ns == 0 || now < n->last_made_ns ? 0 : now - n->last_made_ns;
  memcpy(out->protocol, n->protocol, sizeof out->protocol);
  memcpy(out->next_protocol, n->next_protocol, sizeof out->next_protocol);
  out->next_protocol_round = n->next_protocol_round != 0 ? n->next_protocol_round : out->round + 1;
  pthread_mutex_unlock(&n->now_lock);
}

const char *algo_node_folder(const algo_node_t *n) { return n->log == NULL ? NULL : node_log_dir(n->log); }
bool algo_node_is_replay(const algo_node_t *n) { return n->replay != NULL; }
const char *algo_node_genesis_id(const algo_node_t *n) { return n->genesis_id; }
const algo_digest_t *algo_node_genesis_hash(const algo_node_t *n) { return &n->genesis_hash; }
algo_bytes_t algo_node_genesis_json(const algo_node_t *n) { return algo_buf_view(&n->genesis_json); }
const algo_consensus_t *algo_node_consensus(const algo_node_t *n) { return n->consensus; }

algo_code_t algo_node_block(algo_node_t *n, uint64_t round, algo_buf_t *out, algo_err_t *err) {
  return n->source->block(n, round, out, err);
}

void node_lock_look(algo_node_t *n) {
  if (n->origin == NULL) pthread_rwlock_rdlock(&n->lock);
  else pthread_rwlock_wrlock(&n->lock);
}

void node_unlock(algo_node_t *n) {
  algo_err_t failure;
  if (n->origin != NULL && algo_ledger_origin_failed(n->ledger, &failure)) {
    pthread_mutex_lock(&n->now_lock);
    n->origin_err = failure;
    n->origin_failures++;
    pthread_mutex_unlock(&n->now_lock);
  }
  pthread_rwlock_unlock(&n->lock);
}

uint64_t algo_node_origin_failures(algo_node_t *n, algo_err_t *err) {
  if (n->origin == NULL) return 0;
  pthread_mutex_lock(&n->now_lock);
  uint64_t failures = n->origin_failures;
  if (failures > 0 && err != NULL) *err = n->origin_err;
  pthread_mutex_unlock(&n->now_lock);
  return failures;
}

uint64_t algo_node_first(algo_node_t *n) { return n->origin == NULL ? 0 : n->origin->round; }

const algo_ledger_t *algo_node_read(algo_node_t *n) {
  if (n->replay != NULL) return NULL;
  node_lock_look(n);
  return n->ledger;
}

void algo_node_read_done(algo_node_t *n) {
  if (n->replay == NULL) node_unlock(n);
}

algo_code_t node_read_only(algo_err_t *err) {
  return algo_err_set(err, ALGO_E_UNSUPPORTED, "a replay of recorded blocks takes no changes");
}
