/* session.c - from a connection to its loss or its end: who may write is settled, then a node is followed, or one range
 * of a back-fill is filled. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "algo/algod.h"
#include "internal.h"
#include "source.h"

#define POLL_NS      20000000L             /* how often a request to stop is looked for */
#define QUEUE_NS     UINT64_C(10000000000) /* how often the queue of notifications is looked at ... */
#define QUEUE_TENTHS 5                     /* ... and from which part on a word is said, again with each tenth more */
#define IDLE_NS      200000000L            /* while other workers have all that is left of a back-fill */

/* ---- who may write, and what ---- */

static algo_code_t same_scope(const algo_follower_t *ix, const ix_cursor_t *cur, algo_err_t *err) {
  if (cur->exists && cur->state != ix->opt.state)
    return algo_err_set(err, ALGO_E_INVALID,
                        ix->opt.state ? "this database was made without --state: give another one (DATABASE_URL)"
                                      : "this database was made with --state: give that, or another database");
  if (!cur->exists || ix_scope_same(cur->scope, ix->scope_text)) return ALGO_OK;
  return algo_err_set(
      err, ALGO_E_INVALID,
      "this database was made with --scope %s, not with %s: give another database (DATABASE_URL), or that scope",
      cur->scope, ix->scope_text);
}

/* The node's newest round; and its network, where the database knows none yet. */
static algo_code_t ask_node(algo_follower_t *ix, ix_cursor_t *cur, uint64_t *tip, algo_err_t *err) {
  algo_algod_t *node = NULL;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_params_t params;
  const algo_algod_options_t opt = {.url = ix->opt.algod_url, .token = ix->opt.algod_token};
  algo_code_t rc = algo_algod_new(&node, &opt, &ix->env, err);
  if (rc == ALGO_OK) rc = algo_algod_params(node, &params, &arena, err);
  if (rc == ALGO_OK) *tip = params.last_round;
  if (rc == ALGO_OK && !cur->exists) {
    cur->next_round = ix->opt.from;
    cur->genesis_hash = params.genesis_hash;
    snprintf(cur->genesis_id, sizeof cur->genesis_id, "%s", params.genesis_id);
    snprintf(cur->scope, sizeof cur->scope, "%s", ix->scope_text);
  }
  algo_algod_free(node);
  algo_arena_fini(&arena);
  return rc;
}

static algo_code_t plan_backfill(algo_follower_t *ix, ix_cursor_t *cur, algo_err_t *err) {
  uint64_t last;
  ix->planned = true; /* once a run: what comes after the plan's end is the follower's */
  if (!ix->opt.algod_url)
    return algo_err_set(err, ALGO_E_INVALID, "a back-fill reads from a node (ALGOD_URL), not from a folder");
  algo_code_t rc = ask_node(ix, cur, &last, err);
  if (rc != ALGO_OK) {
    ix->planned = false;
    return rc;
  }
  if (last > ix->opt.until) last = ix->opt.until;
  if (last < cur->next_round) return ALGO_OK;
  const uint64_t rounds = last - cur->next_round + 1;
  algo_env_log(&ix->env, ALGO_LOG_INFO, "back-fill: rounds %" PRIu64 " to %" PRIu64 " in %" PRIu64 " ranges",
               cur->next_round, last, (rounds - 1) / ix->opt.backfill + 1);
  rc = ix_backfill_plan(ix->control, cur, last, ix->opt.backfill, err);
  return rc == ALGO_OK ? ix_cursor_read(ix->control, cur, err) : rc;
}

/* With the database to itself: brings it to this version, plans a back-fill or finishes one. *filling: there are ranges
 * left, and the lock is shared now. */
static algo_code_t alone(algo_follower_t *ix, ix_cursor_t *cur, bool *filling, algo_err_t *err) {
  ix_backfill_state_t plan = {0, 0, 0};
  algo_code_t rc = ix_schema_migrate(ix->control, &ix->cancel, &ix->env, err);
  if (rc == ALGO_OK) rc = ix_cursor_read(ix->control, cur, err);
  if (rc == ALGO_OK) rc = same_scope(ix, cur, err);
  if (rc == ALGO_OK) rc = ix_partition_rounds(ix->control, ix->opt.partition_rounds, &ix->pipe.partition_rounds, err);
  if (rc == ALGO_OK) rc = ix_backfill_state(ix->control, &plan, err);
  if (rc == ALGO_OK && plan.ranges == 0 && ix->opt.backfill && !ix->planned) {
    rc = plan_backfill(ix, cur, err);
    if (rc == ALGO_OK) rc = ix_backfill_state(ix->control, &plan, err);
  }
  *filling = plan.left > 0;
  if (rc == ALGO_OK && plan.left > 0) return ix_schema_share(ix->control, err);
  if (rc == ALGO_OK && plan.ranges > 0) {
    rc = ix_index_partitions(ix, plan.last, true, err);
    if (rc == ALGO_OK) rc = ix_backfill_finish(ix->control, cur, err);
    if (rc == ALGO_OK)
      algo_env_log(&ix->env, ALGO_LOG_INFO, "back-fill: done up to round %" PRIu64, cur->next_round - 1);
  }
  return rc;
}

/* Beside other workers of a back-fill, where there is one. */
static algo_code_t beside(algo_follower_t *ix, ix_cursor_t *cur, bool *filling, algo_err_t *err) {
  ix_backfill_state_t plan = {0, 0, 0};
  bool shared = false;
  algo_code_t rc = ix_schema_lock(ix->control, true, &shared, err);
  if (rc == ALGO_OK && shared) rc = ix_schema_check(ix->control, err);
  if (rc == ALGO_OK && shared) rc = ix_cursor_read(ix->control, cur, err);
  if (rc == ALGO_OK && shared) rc = same_scope(ix, cur, err);
  if (rc == ALGO_OK && shared) rc = ix_partition_rounds(ix->control, 0, &ix->pipe.partition_rounds, err);
  if (rc == ALGO_OK && shared) rc = ix_backfill_state(ix->control, &plan, err);
  if (rc != ALGO_OK) return rc;
  *filling = plan.left > 0;
  return plan.left > 0 ? ALGO_OK
                       : algo_err_set(err, ALGO_E_DB, "another indexer writes to this database: waiting for it to end");
}

static void start_pipe(algo_follower_t *ix, const ix_cursor_t *cur) {
  ix_pipe_t *p = &ix->pipe;
  pthread_mutex_lock(&p->mu);
  p->stats.database_up = true;
  if (ix->filling) {
    ix_pipe_reset(p, ix->range.next);
    p->has_last = ix->range.has_hash;
    p->last_hash = ix->range.last_hash;
    p->until = ix->range.last;
    p->until_tip = false;
  } else { /* the last round is asked for once more, to see that the node still has the same one */
    ix_pipe_reset(p, !cur->exists                       ? ix->opt.from
                     : cur->has_hash && cur->next_round ? cur->next_round - 1
                                                        : cur->next_round);
    p->checking = p->has_last = cur->exists && cur->has_hash && cur->next_round;
    p->last_hash = cur->last_hash;
    p->until = ix->opt.until;
    p->until_tip = ix->opt.until_tip;
    p->stats.next_round = cur->exists ? cur->next_round : ix->opt.from;
  }
  p->state = ix->opt.state;
  p->has_genesis = cur->exists;
  p->genesis_hash = cur->genesis_hash;
  snprintf(p->genesis_id, sizeof p->genesis_id, "%s", cur->genesis_id);
  ix->has_cursor = cur->exists;
  ix->partitions_to = 0;
  atomic_store(&ix->writers, 0);
  pthread_mutex_unlock(&p->mu);
}

static algo_code_t register_all(algo_follower_t *ix, const ix_cursor_t *cur, algo_err_t *err) {
  const uint64_t replay = ix->opt.replay_from, consent = replay > ix->opt.from ? replay : ix->opt.from;
  ix_gap_t gap;
  algo_code_t rc = ix_gap_init(&gap, ix->control, cur, consent, &ix->env, err);
  if (rc == ALGO_OK) rc = ix_contracts_register(ix, cur, &gap, err);
  if (rc == ALGO_OK) rc = ix_followed_register(&ix->followed, ix->control, cur, replay, &gap, &ix->arena, err);
  return rc;
}

/* Whether nobody has anything in the database yet, and nothing is to be planned there before the first block. */
static algo_code_t is_fresh(algo_follower_t *ix, algo_err_t *err) {
  int version = 0;
  algo_code_t rc = ix_schema_version(ix->control, &version, err);
  ix->fresh = rc == ALGO_OK && version < 0 && !ix->opt.backfill && !ix->opt.backfill_only;
  return rc;
}

/* What a new database gets while the first blocks are on their way: tables, and the first partition once the node has
 * answered. */
static algo_code_t make_database(algo_follower_t *ix, algo_err_t *err) {
  ix_cursor_t cur;
  algo_code_t rc = alone(ix, &cur, &ix->filling, err);
  if (rc == ALGO_OK) rc = register_all(ix, &cur, err);
  pthread_mutex_lock(&ix->pipe.mu);
  const bool blocks = ix->pipe.n_fetched + ix->pipe.n_ready > 0;
  pthread_mutex_unlock(&ix->pipe.mu);
  return rc == ALGO_OK && blocks ? ix_partitions_for(ix, ix->opt.from, err) : rc;
}

/* *work: what it is; not set when there is nothing for this worker at the moment, or nothing any more. */
static algo_code_t open_database(algo_follower_t *ix, bool *work, bool *more, algo_err_t *err) {
  ix_cursor_t cur = {.exists = false};
  ix_backfill_state_t plan = {0, 0, 0};
  bool mine = false;
  *work = *more = ix->fresh = ix->filling = false;
  algo_code_t rc = ix_pg_open(&ix->control, ix->opt.database_url, IX_APPLICATION_NAME, err);
  if (rc == ALGO_OK) ix_pg_cancellable(ix->control, &ix->cancel);
  if (rc == ALGO_OK) rc = ix_schema_lock(ix->control, false, &mine, err);
  if (rc == ALGO_OK && mine) rc = is_fresh(ix, err);
  if (rc == ALGO_OK && !ix->fresh) rc = mine ? alone(ix, &cur, &ix->filling, err) : beside(ix, &cur, &ix->filling, err);
  if (rc == ALGO_OK && ix->filling) {
    rc = ix_pg_open(&ix->claim, ix->opt.database_url, IX_APPLICATION_NAME, err);
    if (rc == ALGO_OK) rc = ix_backfill_claim(ix->claim, &ix->range, work, err);
    *more = ix->planned = true;
  } else if (rc == ALGO_OK && !ix->opt.backfill_only) {
    if (!ix->fresh) rc = register_all(ix, &cur, err);
    *work = true;
  }
  if (rc == ALGO_OK && !ix->fresh) rc = ix_backfill_state(ix->control, &plan, err);
  if (rc != ALGO_OK) return rc;
  ix_pg_cancellable(ix->control, NULL); /* from here on it serves the batches, which are finished */
  ix_pipe_planned(&ix->pipe, plan.ranges, plan.left);
  if (*work) start_pipe(ix, &cur);
  return ALGO_OK;
}

/* ---- a session ---- */

/* Whether a partition without indexes is complete, or the tip is reached: then they are made. */
static algo_code_t look_after_indexes(algo_follower_t *ix, uint64_t *looked, bool end, algo_err_t *err) {
  ix_pipe_t *p = &ix->pipe;
  if (ix->filling) return ALGO_OK; /* all at once, behind the last range */
  pthread_mutex_lock(&p->mu);
  const uint64_t next = p->next_commit;
  const uint64_t size = p->partition_rounds;
  const bool tip = end || (p->node_known && next > p->node_round && !p->checking);
  pthread_mutex_unlock(&p->mu);
  /* At the tip: everything up to the newest partition made, once; before it: what lies behind. */
  uint64_t upto = next / size * size;
  if (tip && next > upto) upto += size;
  if (tip && ix->partitions_to > upto) upto = ix->partitions_to;
  if (upto == 0 || upto <= *looked) return ALGO_OK;
  algo_code_t rc = ix_index_partitions(ix, upto - 1, end, err);
  if (rc == ALGO_OK) *looked = upto;
  return rc == ALGO_E_INTERRUPTED ? ALGO_OK : rc; /* the next run makes those that are missing */
}

/* While there is nothing to write, nobody asks the database anything, and its end would go unnoticed; the lock on it is
 * gone with it, too. */
static algo_code_t database_lives(algo_follower_t *ix, algo_err_t *err) {
  pthread_mutex_lock(&ix->partitions);
  const bool lives = PQconsumeInput(ix->control) == 1 && PQstatus(ix->control) == CONNECTION_OK;
  algo_code_t rc = lives ? ALGO_OK : ix_pg_fail(ix->control, "the database has closed the connection", err);
  pthread_mutex_unlock(&ix->partitions);
  return rc;
}

/* A listener that holds a transaction open keeps PostgreSQL from letting go of what all others have heard. */
static algo_code_t look_at_queue(algo_follower_t *ix, uint64_t *next, int *told, algo_err_t *err) {
  PGresult *r;
  if (ix_now_ns() < *next) return ALGO_OK;
  *next = ix_now_ns() + QUEUE_NS;
  pthread_mutex_lock(&ix->partitions);
  ix_pg_cancellable(ix->control, &ix->cancel);
  algo_code_t rc = ix_pg_query(ix->control, &r, "select used, holders from chain.notification_queue()", 0, NULL, err);
  ix_pg_cancellable(ix->control, NULL);
  pthread_mutex_unlock(&ix->partitions);
  if (rc != ALGO_OK) return rc == ALGO_E_INTERRUPTED ? ALGO_OK : rc;
  const double used = strtod(PQgetvalue(r, 0, 0), NULL);
  const int tenths = (int)(used * 10);
  pthread_mutex_lock(&ix->pipe.mu);
  ix->pipe.stats.notify_queue = used;
  pthread_mutex_unlock(&ix->pipe.mu);
  if (tenths >= QUEUE_TENTHS && tenths > *told)
    algo_env_log(
        &ix->env, ALGO_LOG_WARN,
        "PostgreSQL's queue of notifications is %.0f %% full, and commits fail when it is full: a listener does "
        "not come to the end of a transaction. Commit or end it there (select pg_terminate_backend(PID)). Open "
        "longest: %s",
        used * 100, PQgetisnull(r, 0, 1) ? "none in this database" : PQgetvalue(r, 0, 1));
  *told = tenths >= QUEUE_TENTHS ? tenths : 0;
  PQclear(r);
  return ALGO_OK;
}

/* Waits for the session's end; meanwhile hears the request to stop, and has indexes made. */
static void supervise(algo_follower_t *ix) {
  ix_pipe_t *p = &ix->pipe;
  uint64_t looked = 0, queue_next = 0;
  int queue_told = 0;
  pthread_mutex_lock(&p->mu);
  while (!ix_pipe_over(p)) {
    if (atomic_load(&ix->stop) && !p->stop) {
      p->stop = true;
      ix_pipe_check_done(p);
      pthread_cond_broadcast(&p->ready);
    }
    pthread_mutex_unlock(&p->mu);
    algo_err_t err;
    algo_code_t rc = database_lives(ix, &err);
    if (rc == ALGO_OK) rc = look_after_indexes(ix, &looked, false, &err);
    if (rc == ALGO_OK) rc = look_at_queue(ix, &queue_next, &queue_told, &err);
    if (rc != ALGO_OK) ix_pipe_fail(p, &err, false);
    pthread_mutex_lock(&p->mu);
    if (!ix_pipe_over(p)) ix_pipe_wait(p, POLL_NS);
  }
  const bool end = p->done && !p->failed && !p->stop;
  pthread_mutex_unlock(&p->mu);
  algo_err_t err;
  looked = 0;
  if (end && look_after_indexes(ix, &looked, true, &err) != ALGO_OK) ix_pipe_fail(p, &err, false);
}

static algo_code_t run_threads(algo_follower_t *ix, void *(*fetch)(void *), void *fetcher, algo_err_t *err) {
  ix_pipe_t *p = &ix->pipe;
  pthread_t threads[1 + IX_DECODERS_MAX + IX_WRITERS_MAX];
  ix_decoder_t decoder = {p, &ix->scope, &ix->watch};
  size_t n = 0;
  bool ok = pthread_create(&threads[n], NULL, fetch, fetcher) == 0;
  n += ok;
  for (unsigned i = 0; ok && i < ix->opt.decoders; i++)
    n += ok = pthread_create(&threads[n], NULL, ix_decoder_main, &decoder) == 0;
  algo_err_t why;
  algo_err_init(&why);
  if (ok && ix->fresh && make_database(ix, &why) != ALGO_OK) ix_pipe_fail(p, &why, false);
  for (unsigned i = 0; ok && i < ix->opt.writers; i++)
    n += ok = pthread_create(&threads[n], NULL, ix_writer_main, ix) == 0;
  if (!ok) {
    algo_err_set(&why, ALGO_E_NOMEM, "no thread can be started");
    ix_pipe_fail(p, &why, true);
  }
  supervise(ix);
  while (n) pthread_join(threads[--n], NULL);
  p->wake = NULL;
  if (p->failed && err) *err = p->error;
  return p->failed ? p->error.code : ALGO_OK;
}

static algo_code_t read_blocks(algo_follower_t *ix, algo_err_t *err) {
  ix_pipe_t *p = &ix->pipe;
  if (ix->opt.algod_url) {
    ix_algod_t a = {.pipe = p, .url = ix->opt.algod_url, .token = ix->opt.algod_token};
    algo_code_t rc = ix_algod_init(&a, err);
    if (rc != ALGO_OK) return rc;
    p->wake = ix_algod_wake;
    p->fetcher = &a;
    rc = run_threads(ix, ix_algod_main, &a, err);
    ix_algod_fini(&a);
    return rc;
  }
  ix_folder_t f = {.pipe = p, .path = ix->opt.blocks_dir};
  ix_folder_init(&f);
  p->wake = ix_folder_wake;
  p->fetcher = &f;
  algo_code_t rc = run_threads(ix, ix_folder_main, &f, err);
  ix_folder_fini(&f);
  return rc;
}

algo_code_t ix_session_run(algo_follower_t *ix, bool *more, algo_err_t *err) {
  ix_pipe_t *p = &ix->pipe;
  bool work;
  p->failed = p->fatal = p->done = false;
  algo_code_t rc = open_database(ix, &work, more, err);
  if (rc == ALGO_OK && work) rc = read_blocks(ix, err);
  if (ix->claim) PQfinish(ix->claim); /* the range is given back with it */
  if (ix->control) PQfinish(ix->control);
  ix->claim = ix->control = NULL;
  if (rc == ALGO_OK && *more && !work) nanosleep(&(struct timespec){0, IDLE_NS}, NULL);
  return rc;
}
