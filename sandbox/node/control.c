/* What no network allows: snapshots, changes outside of transactions, dumps. */
#include "node_impl.h"

/* Before it happens: what follows cannot fail for want of memory, nor of room on the disk. */
static algo_code_t may_note(algo_node_t *n, const algo_buf_t *payload, algo_err_t *err) {
  return payload->oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : node_log_room(n->log, payload->n, err);
}

/* Where the disk fails now it has happened all the same, and that is said. */
static algo_code_t note(algo_node_t *n, const algo_buf_t *payload, algo_err_t *err) {
  return node_log_note(n->log, algo_buf_view(payload), err);
}

algo_code_t algo_node_snapshot(algo_node_t *n, uint64_t *id, algo_err_t *err) {
  if (n->replay != NULL) return node_read_only(err);
  algo_buf_t e = ALGO_BUF_INIT;
  node_event_snapshot(&e);
  pthread_rwlock_wrlock(&n->lock);
  algo_code_t rc = may_note(n, &e, err);
  if (rc == ALGO_OK) rc = algo_ledger_snapshot(n->ledger, id, err);
  if (rc == ALGO_OK) rc = note(n, &e, err);
  pthread_rwlock_unlock(&n->lock);
  algo_buf_fini(&e);
  return rc;
}

algo_code_t algo_node_revert(algo_node_t *n, uint64_t id, algo_err_t *err) {
  if (n->replay != NULL) return node_read_only(err);
  algo_buf_t e = ALGO_BUF_INIT;
  node_event_revert(&e, id);
  pthread_rwlock_wrlock(&n->lock);
  algo_code_t rc = may_note(n, &e, err);
  if (rc == ALGO_OK) rc = algo_ledger_revert(n->ledger, id, err);
  if (rc == ALGO_OK) {
    node_pool_clear(n);
    rc = note(n, &e, err);
    node_tip(n, algo_ledger_round(n->ledger));
  }
  node_unlock(n);
  algo_buf_fini(&e);
  return rc;
}

algo_code_t algo_node_change(algo_node_t *n, const algo_node_change_t *c, algo_err_t *err) {
  if (n->replay != NULL) return node_read_only(err);
  algo_buf_t e = ALGO_BUF_INIT;
  node_event_change(&e, c);
  pthread_rwlock_wrlock(&n->lock);
  algo_code_t rc = may_note(n, &e, err);
  if (rc == ALGO_OK) rc = node_change_apply(n->ledger, c, err);
  if (rc == ALGO_OK) rc = note(n, &e, err);
  node_unlock(n);
  algo_buf_fini(&e);
  return rc;
}

void algo_node_mode(algo_node_t *n, algo_node_mode_t *mode, uint32_t *interval_ms) {
  pthread_mutex_lock(&n->now_lock);
  *mode = n->mode;
  *interval_ms = n->interval_ms;
  pthread_mutex_unlock(&n->now_lock);
}

bool algo_node_is_dev(algo_node_t *n) {
  algo_node_mode_t mode;
  uint32_t interval_ms;
  algo_node_mode(n, &mode, &interval_ms);
  return n->replay == NULL && mode == ALGO_NODE_DEV;
}

algo_code_t algo_node_set_mode(algo_node_t *n, algo_node_mode_t mode, uint32_t interval_ms, algo_err_t *err) {
  if (n->replay != NULL) return node_read_only(err);
  if (mode == ALGO_NODE_INTERVAL && interval_ms == 0) {
    return algo_err_set(err, ALGO_E_INVALID, "an interval between blocks is at least 1 ms");
  }
  pthread_mutex_lock(&n->mode_lock);
  node_miner_stop(n);
  pthread_rwlock_wrlock(&n->lock);
  pthread_mutex_lock(&n->now_lock);
  n->mode = mode;
  n->interval_ms = mode == ALGO_NODE_INTERVAL ? interval_ms : 0;
  pthread_mutex_unlock(&n->now_lock);
  pthread_rwlock_unlock(&n->lock);
  algo_code_t rc = mode == ALGO_NODE_INTERVAL ? node_miner_start(n, err) : ALGO_OK;
  pthread_mutex_unlock(&n->mode_lock);
  return rc;
}

algo_code_t algo_node_delta(algo_node_t *n, uint64_t round, algo_buf_t *out, algo_err_t *err) {
  if (n->replay != NULL) return node_replay_delta(n->replay, round, out, err);
  pthread_rwlock_wrlock(&n->lock);
  algo_code_t rc = algo_ledger_delta(n->ledger, round, out, err);
  node_unlock(n);
  return rc;
}

static algo_code_t no_groups(algo_err_t *err) {
  return algo_err_set(err, ALGO_E_NOT_FOUND, "a replay has no state deltas of groups");
}

algo_code_t algo_node_group_deltas(algo_node_t *n, uint64_t round, bool leases, algo_buf_t *out, algo_err_t *err) {
  if (n->replay != NULL) return no_groups(err);
  pthread_rwlock_wrlock(&n->lock);
  algo_code_t rc = algo_ledger_group_deltas(n->ledger, round, leases, out, err);
  node_unlock(n);
  return rc;
}

algo_code_t algo_node_group_delta(algo_node_t *n, const algo_digest_t *id, bool leases, algo_buf_t *out,
                                  algo_err_t *err) {
  if (n->replay != NULL) return no_groups(err);
  pthread_rwlock_wrlock(&n->lock);
  algo_code_t rc = algo_ledger_group_delta(n->ledger, id, leases, out, err);
  node_unlock(n);
  return rc;
}

/* ---- the whole ---- */

algo_code_t algo_node_dump(algo_node_t *n, algo_buf_t *out, algo_err_t *err) {
  if (n->replay != NULL) return node_read_only(err);
  pthread_rwlock_wrlock(&n->lock);
  algo_code_t rc = node_log_copy(n->log, out, err);
  pthread_rwlock_unlock(&n->lock);
  return rc;
}

algo_code_t algo_node_dump_file(algo_node_t *n, int *fd, uint64_t *size, algo_err_t *err) {
  if (n->replay != NULL) return node_read_only(err);
  pthread_rwlock_wrlock(&n->lock);
  algo_code_t rc = node_log_file(n->log, fd, size, err);
  pthread_rwlock_unlock(&n->lock);
  return rc;
}

/* Where the time of a chain begins, and how it goes on. */
typedef struct begin {
  int64_t time;
  uint64_t offset;
} begin_t;

/* A ledger made of the records takes the place of the one there; `begin` NULL: by the clock. */
static algo_code_t replace(algo_node_t *n, algo_bytes_t records, const begin_t *begin, const algo_node_stop_t *stop,
                           algo_err_t *err) {
  algo_ledger_t *fresh = NULL;
  bool alone = n->origin != NULL; /* an origin serves one at a time */
  if (alone) pthread_rwlock_wrlock(&n->lock);
  algo_code_t rc = node_new_ledger(n, &fresh, err);
  if (rc == ALGO_OK) rc = node_events_apply(fresh, records, stop, err);
  if (rc == ALGO_OK && begin != NULL) rc = node_time_fits(fresh, begin->time, err);
  if (rc != ALGO_OK) {
    if (alone) pthread_rwlock_unlock(&n->lock);
    algo_ledger_free(fresh);
    return rc;
  }
  if (!alone) pthread_rwlock_wrlock(&n->lock);
  node_checkpoint_remove(n);
  rc = node_log_rewrite(n->log, records, err);
  if (rc != ALGO_OK) {
    pthread_rwlock_unlock(&n->lock);
    algo_ledger_free(fresh);
    return rc;
  }
  algo_ledger_free(n->ledger);
  n->ledger = fresh;
  if (node_log_dir(n->log) != NULL && algo_ledger_keep(fresh, node_log_dir(n->log), err) != ALGO_OK)
    algo_env_log(&n->env, ALGO_LOG_WARN, "no checkpoints from here on: %s", err->msg);
  n->has_next_time = n->has_offset = begin != NULL;
  if (begin != NULL) {
    n->next_time = begin->time;
    n->offset = begin->offset;
  }
  node_made(n, 0);
  node_pool_clear(n);
  node_tip(n, algo_ledger_round(fresh));
  node_unlock(n);
  return rc;
}

algo_code_t algo_node_load(algo_node_t *n, algo_bytes_t dump, const algo_node_stop_t *stop, algo_err_t *err) {
  if (n->replay != NULL) return node_read_only(err);
  algo_bytes_t json = {NULL, 0};
  algo_code_t rc = node_events_genesis(dump, &json, err);
  if (rc == ALGO_OK && !algo_bytes_eq(json, algo_buf_view(&n->genesis_json))) {
    rc = algo_err_set(err, ALGO_E_GENESIS, "the dump is of another network than %s", n->genesis_id);
  }
  if (rc == ALGO_OK) rc = node_events_fit(dump, n->origin, err);
  return rc == ALGO_OK ? replace(n, dump, NULL, stop, err) : rc;
}

static algo_code_t back_to_genesis(algo_node_t *n, const begin_t *begin, algo_err_t *err) {
  if (n->replay != NULL) return node_read_only(err);
  algo_buf_t e = ALGO_BUF_INIT, records = ALGO_BUF_INIT;
  node_event_genesis(&e, algo_buf_view(&n->genesis_json), n->origin);
  node_record_put(&records, algo_buf_view(&e));
  algo_code_t rc = e.oom || records.oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory")
                                        : replace(n, algo_buf_view(&records), begin, NULL, err);
  algo_buf_fini(&e);
  algo_buf_fini(&records);
  return rc;
}

algo_code_t algo_node_reset(algo_node_t *n, algo_err_t *err) { return back_to_genesis(n, NULL, err); }

algo_code_t algo_node_reset_at(algo_node_t *n, int64_t when, uint64_t offset, algo_err_t *err) {
  const begin_t begin = {when, offset};
  return back_to_genesis(n, &begin, err);
}
