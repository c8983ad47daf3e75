/* source_folder.c - blocks from a folder of recorded ones, NNNNNN.msgp. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "algo/file.h"
#include "source.h"

#define LOOK_AGAIN_MS 200 /* whether there is another block */

void ix_folder_init(ix_folder_t *f) {
  pthread_cond_init(&f->awake, NULL);
  f->poked = false;
}

void ix_folder_fini(ix_folder_t *f) { pthread_cond_destroy(&f->awake); }

void ix_folder_wake(void *folder) {
  ix_folder_t *f = folder;
  f->poked = true;
  pthread_cond_signal(&f->awake);
}

/* The newest round of the folder; false: there is none. */
static bool newest(const char *path, uint64_t *round) {
  DIR *d = opendir(path);
  bool any = false;
  for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
    char *end;
    const uint64_t r = strtoull(e->d_name, &end, 10);
    if (end == e->d_name || strcmp(end, ".msgp") != 0) continue;
    if (!any || r > *round) *round = r;
    any = true;
  }
  if (d) closedir(d);
  return any;
}

static bool read_block(const char *path, uint64_t round, algo_buf_t *out) {
  char name[4096];
  snprintf(name, sizeof name, "%s/%06" PRIu64 ".msgp", path, round);
  algo_buf_clear(out);
  return algo_file_read(out, name, SIZE_MAX, NULL) == ALGO_OK;
}

static ix_job_t *next_job(ix_pipe_t *p) {
  const uint64_t now = ix_now_ns();
  for (uint64_t r = p->next_take; p->n_wanted > 0 && r < p->next_fetch; r++) {
    ix_job_t *j = ix_pipe_job(p, r);
    if (j->state != IX_WANTED || j->retry_ns > now || !ix_pipe_room(p, r, 0)) continue;
    p->n_wanted--;
    return j;
  }
  const uint64_t last = p->node_round < p->until ? p->node_round : p->until;
  ix_job_t *j = ix_pipe_job(p, p->next_fetch);
  if (!p->node_known || p->next_fetch > last || !ix_pipe_room(p, p->next_fetch, 0) || j->state != IX_FREE || p->stop)
    return NULL;
  j->round = p->next_fetch++;
  j->failures = 0;
  return j;
}

static void look(ix_folder_t *f) {
  ix_pipe_t *p = f->pipe;
  uint64_t round = 0;
  const bool any = newest(f->path, &round);
  if (!any && !p->node_known && p->stats.fetch_errors++ == 0)
    algo_env_log(p->env, ALGO_LOG_WARN, "no block (NNNNNN.msgp) in %s yet: waiting", f->path);
  if (!any) return;
  if (!p->node_known && round + 1 < p->next_take)
    algo_env_log(p->env, ALGO_LOG_WARN, "the last block in %s is %" PRIu64 ", the database is at %" PRIu64 ": waiting",
                 f->path, round, p->next_take);
  p->node_known = p->stats.node_up = true;
  p->node_round = p->stats.node_round = round;
  ix_pipe_check_done(p);
}

static void rest(ix_folder_t *f) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  t.tv_nsec += LOOK_AGAIN_MS * 1000000L;
  if (t.tv_nsec >= 1000000000L) {
    t.tv_nsec -= 1000000000L;
    t.tv_sec++;
  }
  if (!f->poked) pthread_cond_timedwait(&f->awake, &f->pipe->mu, &t);
  f->poked = false;
}

void *ix_folder_main(void *folder) {
  ix_folder_t *f = folder;
  ix_pipe_t *p = f->pipe;
  pthread_mutex_lock(&p->mu);
  while (!ix_pipe_over(p)) {
    if (!p->node_known || p->next_fetch > p->node_round) look(f);
    ix_job_t *j = ix_pipe_over(p) ? NULL : next_job(p);
    if (!j) {
      if (!ix_pipe_over(p)) rest(f);
      continue;
    }
    ix_pipe_start(p, j);
    pthread_mutex_unlock(&p->mu);
    const bool ok = read_block(f->path, j->round, &j->load.body);
    pthread_mutex_lock(&p->mu);
    if (ok && !ix_pipe_comes(p, j, j->load.body.n)) { /* it is longer than those before */
      algo_buf_fini(&j->load.body);
      ix_pipe_put_off(p, j);
      continue;
    }
    if (!ok) {
      p->stats.fetch_errors++;
      if (j->failures == 0)
        algo_env_log(p->env, ALGO_LOG_WARN, "%s/%06" PRIu64 ".msgp cannot be read; trying again", f->path, j->round);
      ix_pipe_again(p, j, ix_now_ns());
      continue;
    }
    j->state = IX_FETCHED;
    j->arrived_ns = ix_now_ns();
    p->n_fetched++;
    pthread_cond_signal(&p->fetched);
  }
  pthread_mutex_unlock(&p->mu);
  return NULL;
}
