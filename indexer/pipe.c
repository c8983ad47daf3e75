/* pipe.c - the ring of rounds: see pipe.h. */
#include "pipe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "algo/text.h"

#define FILL_WAIT_NS  UINT64_C(30000000) /* for a batch to fill, while far behind */
#define SPARE_BYTES   (12u << 20)        /* of memory that no job has at the moment */
#define HASH_FAILURES 3u                 /* a block that does not follow is asked for again so often */

uint64_t ix_now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

uint64_t ix_backoff_ns(unsigned failures) {
  const uint64_t unit = UINT64_C(50000000), most = UINT64_C(10000000000);
  if (failures >= 8) return most;
  const uint64_t d = unit << failures;
  return d < most ? d : most;
}

algo_code_t ix_pipe_init(ix_pipe_t *p, const algo_env_t *env, algo_err_t *err) {
  memset(p, 0, sizeof *p);
  p->env = env;
  p->ring = calloc(IX_RING, sizeof *p->ring);
  if (!p->ring) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  pthread_condattr_t attr;
  pthread_condattr_init(&attr);
  pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  pthread_mutex_init(&p->mu, NULL);
  pthread_cond_init(&p->fetched, &attr);
  pthread_cond_init(&p->ready, &attr);
  pthread_condattr_destroy(&attr);
  return ALGO_OK;
}

static void load_free(ix_load_t *l) {
  algo_buf_fini(&l->body);
  algo_buf_fini(&l->delta);
  ix_rows_fini(&l->rows);
  ix_state_fini(&l->changes);
}

static size_t load_held(const ix_load_t *l) {
  size_t held = l->body.cap + l->delta.cap + l->rows.kept.cap + l->rows.log_data.cap;
  for (int i = 0; i < IX_TABLES; i++) held += l->rows.copy[i].cap;
  for (int i = 0; i < IX_ST_TABLES; i++) held += l->changes.copy[i].cap;
  return held;
}

/* Its memory is kept for another job, if that is not too much in all. */
static void job_clear(ix_pipe_t *p, ix_job_t *j) {
  const size_t held = load_held(&j->load);
  if (held == 0 || p->n_spares == IX_SPARES || p->spare_bytes + held > SPARE_BYTES) {
    load_free(&j->load);
  } else {
    algo_buf_clear(&j->load.body);
    algo_buf_clear(&j->load.delta);
    p->spares[p->n_spares++] = j->load;
    p->spare_bytes += held;
  }
  memset(&j->load, 0, sizeof j->load);
  j->state = IX_FREE;
  j->bytes = 0;
  j->failures = 0;
}

void ix_pipe_start(ix_pipe_t *p, ix_job_t *j) {
  j->state = IX_FETCHING;
  if (load_held(&j->load) || p->n_spares == 0) return;
  j->load = p->spares[--p->n_spares];
  p->spare_bytes -= load_held(&j->load);
}

void ix_pipe_holds(ix_pipe_t *p, ix_job_t *j, size_t bytes) {
  p->bytes = p->bytes - j->bytes + bytes;
  j->bytes = bytes;
}

bool ix_pipe_room(const ix_pipe_t *p, uint64_t round, size_t pending) {
  return round == p->next_commit || p->bytes + (pending + 1) * p->expected <= IX_BYTES_MAX;
}

bool ix_pipe_comes(ix_pipe_t *p, ix_job_t *j, size_t n) {
  const size_t needs = j->bytes + IX_EXPANDS(n);
  p->expected = needs > p->expected ? needs : p->expected - p->expected / 8;
  if (j->round != p->next_commit && p->bytes - j->bytes + needs > IX_BYTES_MAX + IX_BYTES_SLACK) return false;
  ix_pipe_holds(p, j, needs);
  return true;
}

void ix_pipe_put_off(ix_pipe_t *p, ix_job_t *j) {
  ix_pipe_holds(p, j, 0);
  algo_buf_clear(&j->load.body);
  algo_buf_clear(&j->load.delta);
  j->state = IX_WANTED;
  j->retry_ns = 0;
  p->n_wanted++;
}

void ix_pipe_fini(ix_pipe_t *p) {
  if (!p->ring) return;
  for (size_t i = 0; i < IX_RING; i++) load_free(&p->ring[i].load);
  while (p->n_spares) load_free(&p->spares[--p->n_spares]);
  free(p->ring);
  pthread_cond_destroy(&p->ready);
  pthread_cond_destroy(&p->fetched);
  pthread_mutex_destroy(&p->mu);
  p->ring = NULL;
}

void ix_pipe_reset(ix_pipe_t *p, uint64_t next) {
  for (size_t i = 0; i < IX_RING; i++) job_clear(p, &p->ring[i]);
  p->next_fetch = p->next_take = p->next_commit = next;
  p->bytes = p->n_fetched = p->n_wanted = p->n_ready = 0;
  p->spare = 1; /* the one that connects at once */
  p->node_known = p->checking = p->has_last = p->failed = p->fatal = p->done = false;
  p->stats.next_round = next;
  algo_err_init(&p->error);
}

void ix_pipe_planned(ix_pipe_t *p, uint64_t ranges, uint64_t left) {
  pthread_mutex_lock(&p->mu);
  p->stats.ranges = ranges;
  p->stats.ranges_left = left;
  pthread_mutex_unlock(&p->mu);
}

static void wake_all(ix_pipe_t *p) {
  pthread_cond_broadcast(&p->fetched);
  pthread_cond_broadcast(&p->ready);
  if (p->wake) p->wake(p->fetcher);
}

static void fail_locked(ix_pipe_t *p, const algo_err_t *err, bool fatal) {
  if (!p->failed || (fatal && !p->fatal)) p->error = *err;
  p->failed = true;
  p->fatal |= fatal;
  wake_all(p);
}

void ix_pipe_fail(ix_pipe_t *p, const algo_err_t *err, bool fatal) {
  pthread_mutex_lock(&p->mu);
  fail_locked(p, err, fatal);
  pthread_mutex_unlock(&p->mu);
}

void ix_pipe_check_done(ix_pipe_t *p) {
  if (p->done || (p->checking && !p->stop)) return;
  const bool end = p->next_commit > p->until || (p->until_tip && p->node_known && p->next_commit > p->node_round);
  const bool stopped = p->stop && p->next_commit == p->next_take;
  if (!end && !stopped) return;
  p->done = true;
  wake_all(p);
}

void ix_pipe_again(ix_pipe_t *p, ix_job_t *j, uint64_t now_ns) {
  if (j->state == IX_READY) p->n_ready--;
  ix_pipe_put_off(p, j);
  j->retry_ns = now_ns + ix_backoff_ns(j->failures++);
  if (p->wake) p->wake(p->fetcher);
}

/* ---- decoding ---- */

static ix_job_t *next_fetched(ix_pipe_t *p) {
  for (uint64_t r = p->next_take; p->n_fetched > 0 && r < p->next_fetch; r++)
    if (ix_pipe_job(p, r)->state == IX_FETCHED) return ix_pipe_job(p, r);
  return NULL;
}

static void decoded(ix_pipe_t *p, ix_job_t *j, algo_code_t rc, algo_err_t *err) {
  if (rc == ALGO_OK && j->load.rows.round != j->round)
    rc = algo_err_set(err, ALGO_E_PARSE, "the block of round %" PRIu64 " came instead", j->load.rows.round);
  if (rc != ALGO_OK) {
    p->stats.decode_errors++;
    if (j->failures == 0 || j->failures % 16 == 15)
      algo_env_log(p->env, ALGO_LOG_WARN, "round %" PRIu64 ": the node's answer is no block, asking again: %s",
                   j->round, err->msg);
    ix_pipe_again(p, j, ix_now_ns());
    return;
  }
  if (j->load.rows.unknown)
    algo_env_log(p->env, ALGO_LOG_WARN,
                 "round %" PRIu64 ": %" PRIu32
                 " transactions of a type that this version does not know: kept as type 0 with their bytes",
                 j->round, j->load.rows.unknown);
  size_t bytes = j->load.rows.raw.n;
  for (int i = 0; i < IX_TABLES; i++) bytes += j->load.rows.copy[i].n;
  for (int i = 0; i < IX_ST_TABLES; i++) bytes += p->state ? j->load.changes.copy[i].n : 0;
  const bool was_full = !ix_pipe_room(p, p->next_fetch, 0);
  ix_pipe_holds(p, j, bytes);
  if (was_full && p->wake) p->wake(p->fetcher);
  p->n_ready++;
  j->state = IX_READY;
  pthread_cond_broadcast(&p->ready);
}

void *ix_decoder_main(void *decoder) {
  const ix_decoder_t *d = decoder;
  ix_pipe_t *p = d->pipe;
  algo_arena_t arena = ALGO_ARENA_INIT;
  pthread_mutex_lock(&p->mu);
  while (!ix_pipe_over(p)) {
    ix_job_t *j = next_fetched(p);
    if (!j) {
      pthread_cond_wait(&p->fetched, &p->mu);
      continue;
    }
    const bool delta = ix_pipe_wants_delta(p, j);
    j->state = IX_DECODING;
    p->n_fetched--;
    pthread_mutex_unlock(&p->mu);
    algo_err_t err;
    algo_err_init(&err);
    algo_code_t rc = ix_rows_build(&j->load.rows, algo_buf_view(&j->load.body), d->scope, d->watch, &arena, &err);
    if (rc == ALGO_OK && delta)
      rc = j->round ? ix_state_build(&j->load.changes, j->round, algo_buf_view(&j->load.delta), &err)
                    : ix_state_genesis(&j->load.changes, algo_buf_view(&j->load.delta), &err);
    if (arena.total > (16u << 20)) algo_arena_fini(&arena);
    j->body_bytes = j->load.body.n;
    if (!d->scope->all) algo_buf_fini(&j->load.body); /* else its rows point into it */
    algo_buf_fini(&j->load.delta);
    pthread_mutex_lock(&p->mu);
    if (!ix_pipe_over(p)) decoded(p, j, rc, &err);
  }
  pthread_mutex_unlock(&p->mu);
  algo_arena_fini(&arena);
  return NULL;
}

/* ---- taking ---- */

static algo_code_t wrong_network(const ix_pipe_t *p, algo_bytes_t node_id, const algo_digest_t *node_hash,
                                 algo_err_t *err) {
  algo_buf_t node = ALGO_BUF_INIT, mine = ALGO_BUF_INIT;
  algo_base64_encode(&node, algo_bytes(node_hash->b, 32));
  algo_base64_encode(&mine, algo_bytes(p->genesis_hash.b, 32));
  algo_code_t rc =
      algo_err_set(err, ALGO_E_GENESIS,
                   "the node is of network %.*s (genesis hash %s), the database of %s (%s): give another "
                   "database (DATABASE_URL) or another node (ALGOD_URL)",
                   (int)node_id.n, (const char *)node_id.p, algo_buf_cstr(&node), p->genesis_id, algo_buf_cstr(&mine));
  algo_buf_fini(&node);
  algo_buf_fini(&mine);
  return rc;
}

void ix_pipe_wrong_network(ix_pipe_t *p, algo_bytes_t node_id, const algo_digest_t *node_hash) {
  algo_err_t err;
  wrong_network(p, node_id, node_hash, &err);
  fail_locked(p, &err, true);
}

/* Whether the job follows what was taken before it: OK; TIMEOUT: it was sent back to be asked for again; else fatal. */
static algo_code_t follows(ix_pipe_t *p, ix_job_t *j, algo_err_t *err) {
  const ix_rows_t *r = &j->load.rows;
  if (p->has_genesis && memcmp(&r->genesis_hash, &p->genesis_hash, sizeof r->genesis_hash) != 0)
    return wrong_network(p, algo_buf_view(&r->genesis_id), &r->genesis_hash, err);
  const algo_digest_t *link = p->checking ? &r->hash : &r->prev;
  if (p->has_last && memcmp(link, &p->last_hash, sizeof *link) != 0) {
    if (j->failures < HASH_FAILURES) {
      ix_pipe_again(p, j, ix_now_ns());
      return ALGO_E_TIMEOUT;
    }
    if (p->checking)
      return algo_err_set(err, ALGO_E_GENESIS,
                          "the node's block of round %" PRIu64
                          " is not the one in the database: its chain has changed. Index it into another database",
                          j->round);
    return algo_err_set(
        err, ALGO_E_GENESIS,
        "round %" PRIu64 " does not follow round %" PRIu64
        ": its hash of the previous block is another one. The node's chain has changed: index it into another database",
        j->round, j->round - 1);
  }
  if (!p->has_genesis) {
    p->has_genesis = true;
    p->genesis_hash = r->genesis_hash;
    snprintf(p->genesis_id, sizeof p->genesis_id, "%.*s", (int)r->genesis_id.n, (const char *)r->genesis_id.p);
  }
  return ALGO_OK;
}

/* The database's last round again: compared, then let go. */
static void end_check(ix_pipe_t *p, ix_job_t *j) {
  p->checking = false;
  p->bytes -= j->bytes;
  p->n_ready--;
  p->next_take++;
  p->next_commit++;
  job_clear(p, j);
  ix_pipe_check_done(p);
}

/* How many rounds from next_take are ready and fit together in a batch; *bytes of them. */
static size_t ready_run(ix_pipe_t *p, size_t *bytes) {
  size_t n = 0;
  *bytes = 0;
  while (p->next_take + n < p->next_fetch && n < IX_BATCH_ROUNDS && *bytes < IX_BATCH_BYTES) {
    const ix_job_t *j = ix_pipe_job(p, p->next_take + n);
    if (j->state != IX_READY) break;
    *bytes += j->bytes;
    n++;
  }
  return n;
}

static bool take_run(ix_pipe_t *p, size_t n, uint64_t *first, size_t *taken) {
  *first = p->next_take;
  *taken = 0;
  for (; *taken < n; (*taken)++) {
    ix_job_t *j = ix_pipe_job(p, p->next_take);
    if (*taken > 0 && j->round % p->partition_rounds == 0) break; /* a batch lies in one partition */
    algo_err_t err;
    algo_code_t rc = follows(p, j, &err);
    if (rc == ALGO_E_TIMEOUT) break;
    if (rc != ALGO_OK) {
      if (*taken > 0) break; /* what came before it is written first */
      fail_locked(p, &err, true);
      return false;
    }
    if (p->checking) {
      end_check(p, j);
      return false;
    }
    p->has_last = true;
    p->last_hash = j->load.rows.hash;
    j->state = IX_TAKEN;
    p->n_ready--;
    p->next_take++;
  }
  return *taken > 0;
}

void ix_pipe_wait(ix_pipe_t *p, uint64_t ns) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  const uint64_t at = (uint64_t)t.tv_nsec + ns;
  t.tv_sec += (time_t)(at / UINT64_C(1000000000));
  t.tv_nsec = (long)(at % UINT64_C(1000000000));
  pthread_cond_timedwait(&p->ready, &p->mu, &t);
}

bool ix_pipe_take(ix_pipe_t *p, bool connected, uint64_t *first, size_t *n) {
  uint64_t since = 0;
  pthread_mutex_lock(&p->mu);
  bool got = false;
  while (!ix_pipe_over(p) && !got) {
    size_t bytes, run = p->stop || (!connected && p->spare) ? 0 : ready_run(p, &bytes);
    if (run == 0) {
      ix_pipe_check_done(p);
      since = 0;
      if (!ix_pipe_over(p)) pthread_cond_wait(&p->ready, &p->mu);
      continue;
    }
    const uint64_t now = ix_now_ns();
    const uint64_t last = p->node_round < p->until ? p->node_round : p->until;
    const bool more = p->node_known && p->next_take + run <= last; /* soon, if nothing is wrong */
    if (since == 0) since = now;
    if (more && run < IX_BATCH_ROUNDS && bytes < IX_BATCH_BYTES && now < since + FILL_WAIT_NS) {
      ix_pipe_wait(p, since + FILL_WAIT_NS - now);
      continue;
    }
    got = take_run(p, run, first, n);
    since = 0;
  }
  if (got && connected) p->spare--;
  if (got) pthread_cond_broadcast(&p->ready); /* another writer may take what is left */
  pthread_mutex_unlock(&p->mu);
  return got;
}

bool ix_pipe_turn(ix_pipe_t *p, uint64_t first) {
  pthread_mutex_lock(&p->mu);
  while (!p->failed && p->next_commit != first) pthread_cond_wait(&p->ready, &p->mu);
  const bool ok = !p->failed;
  pthread_mutex_unlock(&p->mu);
  return ok;
}

void ix_pipe_committed(ix_pipe_t *p, uint64_t first, size_t n) {
  const uint64_t now = ix_now_ns();
  pthread_mutex_lock(&p->mu);
  algo_follower_stats_t *s = &p->stats;
  for (size_t i = 0; i < n; i++) {
    ix_job_t *j = ix_pipe_job(p, first + i);
    s->blocks++;
    s->txns += j->load.rows.txns;
    s->inner += j->load.rows.inner;
    s->participants += j->load.rows.participants;
    s->logs += j->load.rows.count[IX_LOG];
    s->unknown += j->load.rows.unknown;
    s->bytes += j->body_bytes;
    s->block_time = j->load.rows.time;
    s->latency_s = (double)(now - j->arrived_ns) * 1e-9;
    p->bytes -= j->bytes;
    job_clear(p, j);
  }
  p->spare++;
  s->batches++;
  s->next_round = p->next_commit = first + n;
  ix_pipe_check_done(p);
  pthread_cond_broadcast(&p->ready);
  if (p->wake) p->wake(p->fetcher);
  pthread_mutex_unlock(&p->mu);
}
