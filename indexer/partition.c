/* partition.c - partitions ahead of their blocks; indexes after the first load: one at a time in a transaction of its
 * own, several side by side. A transaction that held two tables' locks could wait for a writer that waits for it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define AHEAD   UINT64_C(50000) /* rounds before its first block a partition is made, or a whole partition before */
#define INDEXES 11u             /* rows of chain.index_plan */
#define SMALL   (4u << 20)      /* a partition of so few bytes has its indexes sooner than another connection */
#define SETTINGS                                                                                                       \
  "begin; set local maintenance_work_mem = '128MB'; set local max_parallel_maintenance_workers = 0;"                   \
  "set local lock_timeout = '1s';"
#define HANDS_MAX 4u
#define BUSY_NS   UINT64_C(100000000) /* for writers that queued behind an index that waited */

typedef struct work {
  const char *url;
  const ix_cancel_t *cancel;
  uint64_t partition;
  atomic_size_t next;
  pthread_mutex_t mu;
  algo_code_t rc;
  algo_err_t *err;
} work_t;

algo_code_t ix_partitions_for(algo_follower_t *ix, uint64_t round, algo_err_t *err) {
  algo_code_t rc = ALGO_OK;
  pthread_mutex_lock(&ix->partitions);
  const uint64_t size = ix->pipe.partition_rounds, ahead = size < AHEAD ? size : AHEAD;
  for (uint64_t id = round / size; rc == ALGO_OK && id <= (round + ahead) / size; id++) {
    if (id * size < ix->partitions_to) continue;
    rc = ix_partitions_add(ix->control, id, err);
    if (rc == ALGO_OK) ix->partitions_to = (id + 1) * size;
  }
  pthread_mutex_unlock(&ix->partitions);
  return rc;
}

/* It does not wait for its lock without end: a writer that comes later queues behind it, and the one that has the table
 * may be waiting for that writer's turn, which the server cannot see. */
static algo_code_t make_index(PGconn *c, uint64_t partition, size_t which, const ix_cancel_t *cancel, algo_err_t *err) {
  char sql[280];
  snprintf(sql, sizeof sql, SETTINGS "select chain.index_partition(%" PRIu64 ", %zu); commit", partition, which);
  for (;;) {
    bool busy;
    algo_code_t rc = ix_pg_exec_unless_busy(c, sql, &busy, err);
    if (rc != ALGO_OK || !busy) return rc;
    if (!ix_pause(cancel, BUSY_NS)) return algo_err_set(err, ALGO_E_INTERRUPTED, "ended by a signal");
  }
}

static void *hand_main(void *arg) {
  work_t *w = arg;
  algo_err_t err;
  PGconn *c = NULL;
  algo_err_init(&err);
  algo_code_t rc = ix_pg_open(&c, w->url, IX_APPLICATION_NAME, &err);
  if (rc == ALGO_OK) ix_pg_cancellable(c, w->cancel);
  for (size_t i; rc == ALGO_OK && (i = atomic_fetch_add(&w->next, 1)) < INDEXES;)
    rc = make_index(c, w->partition, i + 1, w->cancel, &err);
  if (c) PQfinish(c);
  if (rc != ALGO_OK) {
    pthread_mutex_lock(&w->mu);
    w->rc = rc;
    if (w->err) *w->err = err;
    pthread_mutex_unlock(&w->mu);
  }
  return NULL;
}

static algo_code_t index_partition(algo_follower_t *ix, uint64_t partition, algo_err_t *err) {
  work_t w = {.url = ix->opt.database_url, .cancel = &ix->cancel, .partition = partition, .err = err};
  pthread_t others[HANDS_MAX];
  const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
  const size_t hands = cpus < 2 ? 1 : cpus > (long)HANDS_MAX ? HANDS_MAX : (size_t)cpus;
  size_t n = 0;
  pthread_mutex_init(&w.mu, NULL);
  while (n + 1 < hands && pthread_create(&others[n], NULL, hand_main, &w) == 0) n++;
  hand_main(&w);
  while (n) pthread_join(others[--n], NULL);
  pthread_mutex_destroy(&w.mu);
  if (w.rc != ALGO_OK) return w.rc;
  char sql[96];
  snprintf(sql, sizeof sql, "update chain.partition set indexed = true where id = %" PRIu64, partition);
  pthread_mutex_lock(&ix->partitions);
  algo_code_t rc = ix_pg_exec(ix->control, sql, err);
  pthread_mutex_unlock(&ix->partitions);
  return rc;
}

/* All at once, where no writer is at work any more and there is little to do. */
static algo_code_t index_small(algo_follower_t *ix, uint64_t partition, algo_err_t *err) {
  char sql[360];
  bool busy;
  snprintf(sql, sizeof sql,
           SETTINGS "select chain.index_partition(%" PRIu64 ");"
                    "update chain.partition set indexed = true where id = %" PRIu64 "; commit",
           partition, partition);
  algo_code_t rc = ix_pg_exec_unless_busy(ix->control, sql, &busy, err);
  return rc == ALGO_OK && busy ? index_partition(ix, partition, err) : rc;
}

algo_code_t ix_index_partitions(algo_follower_t *ix, uint64_t round, bool alone, algo_err_t *err) {
  ix_plain_t plain[64];
  size_t n = 64;
  algo_code_t rc = ALGO_OK;
  while (rc == ALGO_OK && n == 64) {
    pthread_mutex_lock(&ix->partitions);
    rc = ix_partitions_plain(ix->control, round / ix->pipe.partition_rounds, plain, 64, &n, err);
    pthread_mutex_unlock(&ix->partitions);
    const uint64_t start = ix_now_ns();
    for (size_t i = 0; rc == ALGO_OK && i < n; i++)
      rc = alone && plain[i].bytes < SMALL ? index_small(ix, plain[i].id, err) : index_partition(ix, plain[i].id, err);
    const double s = (double)(ix_now_ns() - start) * 1e-9;
    if (rc == ALGO_OK && s > 0.5)
      algo_env_log(&ix->env, ALGO_LOG_INFO, "indexes of %zu partitions made in %.1f s", n, s);
  }
  return rc;
}
