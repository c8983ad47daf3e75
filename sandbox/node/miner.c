/* A block every interval. */
#include <errno.h>
#include <time.h>

#include "node_impl.h"

static void add_ms(struct timespec *t, uint32_t ms) {
  t->tv_sec += ms / 1000;
  t->tv_nsec += (long)(ms % 1000) * 1000000;
  if (t->tv_nsec >= 1000000000) {
    t->tv_nsec -= 1000000000;
    t->tv_sec++;
  }
}

/* Blocks that were not made in time, as the process was stopped or the disk slow, are not made all at once. */
static void catch_up(struct timespec *next, uint32_t interval_ms) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t late_ms = (int64_t)(now.tv_sec - next->tv_sec) * 1000 + (now.tv_nsec - next->tv_nsec) / 1000000;
  if (late_ms > (int64_t)interval_ms) *next = now;
}

static void *miner_main(void *arg) {
  algo_node_t *n = arg;
  struct timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  pthread_mutex_lock(&n->miner_lock);
  while (!n->stopping) {
    add_ms(&next, n->interval_ms);
    int rc = 0;
    while (!n->stopping && rc != ETIMEDOUT) rc = pthread_cond_timedwait(&n->miner_cond, &n->miner_lock, &next);
    if (n->stopping) break;
    pthread_mutex_unlock(&n->miner_lock);
    algo_err_t err;
    if (algo_node_advance(n, 1, &err) != ALGO_OK) algo_env_log(&n->env, ALGO_LOG_ERROR, "no block: %s", err.msg);
    pthread_mutex_lock(&n->miner_lock);
    catch_up(&next, n->interval_ms);
  }
  pthread_mutex_unlock(&n->miner_lock);
  return NULL;
}

algo_code_t node_miner_start(algo_node_t *n, algo_err_t *err) {
  n->stopping = false;
  n->miner_started = pthread_create(&n->miner, NULL, miner_main, n) == 0;
  return n->miner_started ? ALGO_OK : algo_err_set(err, ALGO_E_NOMEM, "no thread for making blocks");
}

void node_miner_stop(algo_node_t *n) {
  if (!n->miner_started) return;
  pthread_mutex_lock(&n->miner_lock);
  n->stopping = true;
  pthread_cond_signal(&n->miner_cond);
  pthread_mutex_unlock(&n->miner_lock);
  pthread_join(n->miner, NULL);
  n->miner_started = false;
}
