/* Groups in, blocks out: what makes the chain move, and what time its blocks carry. */
#include "node_impl.h"

#define MAX_TIMESTAMP_STEP 25 /* seconds; the protocol's MaxTimestampIncrement */

static int64_t block_time(algo_node_t *n, const algo_header_t *prev) {
  if (n->has_next_time) return n->next_time;
  int64_t last = prev->timestamp;
  if (n->has_offset && (int64_t)n->offset < INT64_MAX - last) return last + (int64_t)n->offset;
  int64_t now = (int64_t)(algo_env_now_ns(&n->env) / 1000000000u);
  if (last <= 0) return now;
  if (now < last) return last;
  return now > last + MAX_TIMESTAMP_STEP ? last + MAX_TIMESTAMP_STEP : now;
}

/* The block is in the log before it is made, and made before anyone is told. */
static algo_code_t keep(algo_node_t *n, int64_t when, algo_err_t *err) {
  algo_buf_clear(&n->event);
  node_event_block(&n->event, when, n->n_fit, algo_bytes(n->open_groups.p, n->fit));
  if (n->event.oom) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_code_t rc = node_log_append(n->log, algo_buf_view(&n->event), err);
  return rc == ALGO_OK ? rc : algo_err_prefix(err, rc, "no block can be made");
}

static algo_code_t make(algo_node_t *n, algo_err_t *err) {
  int64_t when = block_time(n, algo_ledger_tip(n->ledger));
  algo_code_t rc = keep(n, when, err);
  if (rc != ALGO_OK) return rc;
  rc = algo_ledger_seal(n->ledger, when, err);
  if (rc != ALGO_OK) { /* it is in no chain, so it must be in no log */
    node_log_take_back(n->log, n->event.n);
    return rc;
  }
  n->has_next_time = false;
  node_made(n, algo_env_now_ns(&n->env));
  node_tip(n, algo_ledger_round(n->ledger));
  node_checkpoint(n);
  return rc;
}

algo_code_t node_seal(algo_node_t *n, algo_err_t *err) {
  node_pool_cut(n);
  algo_code_t rc = make(n, err);
  node_pool_again(n, rc == ALGO_OK);
  return rc;
}

void node_discard(algo_node_t *n) {
  algo_ledger_discard(n->ledger);
  node_pool_forget_open(n);
}

algo_code_t algo_node_advance(algo_node_t *n, uint64_t blocks, algo_err_t *err) {
  if (n->replay != NULL) return node_read_only(err);
  algo_code_t rc = ALGO_OK;
  for (uint64_t i = 0; rc == ALGO_OK && i < blocks;
       i++) { /* the lock is let go between blocks: others get their turn */
    pthread_rwlock_wrlock(&n->lock);
    rc = node_seal(n, err);
    node_unlock(n);
  }
  return rc;
}

bool algo_node_offset(algo_node_t *n, uint64_t *seconds) {
  pthread_rwlock_rdlock(&n->lock);
  bool has = n->has_offset;
  if (has) *seconds = n->offset;
  pthread_rwlock_unlock(&n->lock);
  return has;
}

static void set_offset(algo_node_t *n, bool has, uint64_t seconds) {
  pthread_rwlock_wrlock(&n->lock);
  n->has_offset = has;
  n->offset = seconds;
  pthread_rwlock_unlock(&n->lock);
}

algo_code_t algo_node_set_offset(algo_node_t *n, uint64_t seconds, algo_err_t *err) {
  if (n->replay != NULL) return node_read_only(err);
  if (seconds > INT64_MAX)
    return algo_err_set(err, ALGO_E_RANGE, "block timestamp offset cannot be larger than max int64 value");
  set_offset(n, true, seconds);
  return ALGO_OK;
}

void algo_node_clear_offset(algo_node_t *n) { set_offset(n, false, 0); }

algo_code_t node_time_fits(const algo_ledger_t *l, int64_t when, algo_err_t *err) {
  int64_t last = algo_ledger_tip(l)->timestamp;
  if (when >= last) return ALGO_OK;
  return algo_err_set(err, ALGO_E_INVALID, "time %lld is before the last block's, %lld", (long long)when,
                      (long long)last);
}

algo_code_t algo_node_set_next_time(algo_node_t *n, int64_t when, algo_err_t *err) {
  if (n->replay != NULL) return node_read_only(err);
  pthread_rwlock_wrlock(&n->lock);
  algo_code_t rc = node_time_fits(n->ledger, when, err);
  if (rc == ALGO_OK) {
    n->has_next_time = true;
    n->next_time = when;
  }
  pthread_rwlock_unlock(&n->lock);
  return rc;
}
