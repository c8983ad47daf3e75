/* writer.c - a batch of rounds into PostgreSQL, cursor and all in one transaction. Several writers copy side by side;
 * they commit one after another, in the order of the chain. */
#include <inttypes.h>
#include <stdio.h>

#include "copy.h"
#include "internal.h"

typedef struct writer {
  algo_follower_t *ix;
  PGconn *conn;
  ix_events_t events;
  bool piping;      /* between ix_events_begin and ix_events_end */
  uint64_t touched; /* contracts that had events in this batch, a bit each; the last one for all that follow */
} writer_t;

static const algo_buf_t *chain_rows(const ix_job_t *j, int t) { return &j->load.rows.copy[t]; }
static const algo_buf_t *state_rows(const ix_job_t *j, int t) { return &j->load.changes.copy[t]; }

/* The rows of a batch's rounds into one table. */
static algo_code_t copy_rows(writer_t *w, const char *name, const char *columns, uint64_t first, size_t n,
                             const algo_buf_t *(*rows)(const ix_job_t *, int), int t, algo_err_t *err) {
  ix_pipe_t *p = &w->ix->pipe;
  size_t bytes = 0;
  for (size_t i = 0; i < n; i++) bytes += rows(ix_pipe_job(p, first + i), t)->n;
  if (bytes == 0) return ALGO_OK;
  algo_code_t rc = ix_pg_copy_begin(w->conn, name, columns, err);
  if (rc == ALGO_OK) rc = ix_pg_copy_put(w->conn, algo_bytes(ix_copy_header, sizeof ix_copy_header), err);
  for (size_t i = 0; rc == ALGO_OK && i < n; i++) {
    const ix_job_t *j = ix_pipe_job(p, first + i);
    rc = ix_pg_copy_put(w->conn, algo_buf_view(rows(j, t)), err);
    if (rc == ALGO_OK && rows == chain_rows && t == IX_BLOCK) rc = ix_pg_copy_put(w->conn, j->load.rows.raw, err);
  }
  if (rc == ALGO_OK) rc = ix_pg_copy_put(w->conn, algo_bytes(ix_copy_trailer, sizeof ix_copy_trailer), err);
  return rc == ALGO_OK ? ix_pg_copy_end(w->conn, err) : rc;
}

static algo_code_t copy_table(writer_t *w, ix_table_t t, uint64_t first, size_t n, algo_err_t *err) {
  char name[64];
  snprintf(name, sizeof name, "chain.%s_p%" PRIu64, ix_tables[t].name, first / w->ix->pipe.partition_rounds);
  return copy_rows(w, name, ix_tables[t].columns, first, n, chain_rows, (int)t, err);
}

/* Into the session's own tables; what is there moves on when it is the batch's turn. */
static algo_code_t stage_state(writer_t *w, uint64_t first, size_t n, algo_err_t *err) {
  algo_code_t rc = ALGO_OK;
  for (int t = 0; rc == ALGO_OK && t < IX_ST_TABLES; t++) {
    char name[32];
    snprintf(name, sizeof name, "pg_temp.%s", ix_st_tables[t].name);
    rc = copy_rows(w, name, ix_st_tables[t].columns, first, n, state_rows, t, err);
  }
  return rc;
}

/* Applications that join at or before a place in the block. */
static algo_code_t join_found(writer_t *w, const ix_rows_t *r, size_t *next, uint32_t intra, algo_err_t *err) {
  algo_code_t rc = ALGO_OK;
  for (; rc == ALGO_OK && *next < r->n_found && r->found[*next].intra <= intra; ++*next) {
    if (w->piping) rc = ix_events_end(&w->events, err); /* it takes a statement of its own */
    w->piping = false;
    if (rc == ALGO_OK)
      rc = ix_followed_add(&w->ix->followed, w->conn, r->found[*next].app, r->found[*next].contract, err);
  }
  return rc;
}

static algo_code_t begin_events(writer_t *w, algo_err_t *err) {
  if (w->piping) return ALGO_OK;
  w->piping = true;
  return ix_events_begin(&w->events, err);
}

static algo_code_t apply_log(writer_t *w, const ix_rows_t *r, const ix_logged_t *l, algo_err_t *err) {
  algo_follower_t *ix = w->ix;
  const ix_event_at_t at = {l->app, r->round, l->intra, l->idx, r->time};
  const algo_bytes_t log = algo_bytes(r->log_data.p + l->at, l->length);
  const ix_contract_t *c = ix_contract_of(ix, l->app);
  algo_code_t rc = ALGO_OK;
  if (c) w->touched |= c->number < 63 ? UINT64_C(1) << c->number : UINT64_C(1) << 63;
  if (c) rc = begin_events(w, err);
  if (c && rc == ALGO_OK) rc = ix_events_apply(&w->events, c, &at, log, err);
  for (unsigned i = 0; rc == ALGO_OK && i < ix->followed.n; i++) {
    const ix_arc56_t *a = &ix->followed.arc56[i];
    const ix_a56_event_t *e = ix_followed_has(&ix->followed, l->app, i) ? ix_a56_match(a, log) : NULL;
    if (e) rc = begin_events(w, err);
    if (e && rc == ALGO_OK) rc = ix_events_apply_arc56(&w->events, a, e, &at, log, err);
  }
  return rc;
}

static algo_code_t apply_events(writer_t *w, uint64_t first, size_t n, algo_err_t *err) {
  algo_code_t rc = ALGO_OK;
  w->piping = false;
  w->touched = 0;
  if (!w->ix->has_cursor)
    rc =
        ix_followed_networks(&w->ix->followed, w->conn, &ix_pipe_job(&w->ix->pipe, first)->load.rows.genesis_hash, err);
  for (size_t i = 0; rc == ALGO_OK && i < n; i++) {
    const ix_rows_t *r = &ix_pipe_job(&w->ix->pipe, first + i)->load.rows;
    size_t found = 0;
    for (size_t k = 0; rc == ALGO_OK && k < r->n_logged; k++) {
      rc = join_found(w, r, &found, r->logged[k].intra, err);
      if (rc == ALGO_OK) rc = apply_log(w, r, &r->logged[k], err);
    }
    if (rc == ALGO_OK) rc = join_found(w, r, &found, UINT32_MAX, err);
  }
  return w->piping && rc == ALGO_OK ? ix_events_end(&w->events, err) : rc;
}

static algo_code_t summarise(writer_t *w, uint64_t first, size_t n, algo_err_t *err) {
  algo_follower_t *ix = w->ix;
  algo_code_t rc = ALGO_OK;
  for (size_t k = 0; rc == ALGO_OK && k < ix->n_contracts; k++)
    if (w->touched >> (k < 63 ? k : 63) & 1)
      rc = ix_contract_summarise(w->conn, &ix->contracts[k], 0, first, first + n - 1, err);
  return rc;
}

static algo_code_t move_cursor(writer_t *w, uint64_t first, size_t n, algo_err_t *err) {
  algo_follower_t *ix = w->ix;
  const uint64_t next = first + n;
  const ix_rows_t *last = &ix_pipe_job(&ix->pipe, next - 1)->load.rows;
  if (ix->filling)
    return ix_backfill_move(w->conn, ix->range.first, first, next, &ix_pipe_job(&ix->pipe, first)->load.rows.prev,
                            &last->hash, err);
  if (ix->has_cursor) return ix_cursor_move(w->conn, first, next, &last->hash, err);
  ix_cursor_t cur = {.next_round = next, .has_hash = true, .last_hash = last->hash, .genesis_hash = last->genesis_hash};
  cur.state = ix->opt.state;
  snprintf(cur.genesis_id, sizeof cur.genesis_id, "%.*s", (int)last->genesis_id.n, (const char *)last->genesis_id.p);
  snprintf(cur.scope, sizeof cur.scope, "%s", ix->scope_text);
  return ix_cursor_insert(w->conn, &cur, err);
}

static algo_code_t commit(writer_t *w, uint64_t last, algo_err_t *err) {
  if (w->ix->filling) return ix_pg_exec(w->conn, "commit", err);
  char sql[96];
  snprintf(sql, sizeof sql, "select pg_notify('" IX_BLOCK_CHANNEL "', '%" PRIu64 "'); commit", last);
  PGresult *r = PQexec(w->conn, sql);
  const bool ok = r && PQresultStatus(r) == PGRES_COMMAND_OK && strcmp(PQcmdStatus(r), "COMMIT") == 0;
  PQclear(r);
  return ok ? ALGO_OK : ix_pg_fail(w->conn, "commit", err);
}

static algo_code_t write_batch(writer_t *w, uint64_t first, size_t n, algo_err_t *err) {
  algo_follower_t *ix = w->ix;
  algo_code_t rc = ix_partitions_for(ix, first, err);
  if (rc == ALGO_OK) rc = ix_pg_exec(w->conn, "begin", err);
  for (int t = 0; rc == ALGO_OK && t < IX_TABLES; t++) rc = copy_table(w, (ix_table_t)t, first, n, err);
  if (rc == ALGO_OK && ix->opt.state) rc = stage_state(w, first, n, err);
  if (rc != ALGO_OK) return rc;
  if (!ix_pipe_turn(&ix->pipe, first)) return algo_err_set(err, ALGO_E_INTERRUPTED, "the session is over");
  if (!ix->filling) rc = apply_events(w, first, n, err); /* else in order, from chain.log, behind the back-fill */
  if (rc == ALGO_OK && !ix->filling) rc = summarise(w, first, n, err);
  if (rc == ALGO_OK && ix->opt.state) rc = ix_pg_exec(w->conn, "select chain.apply_state()", err);
  if (rc == ALGO_OK) rc = move_cursor(w, first, n, err);
  if (rc == ALGO_OK) rc = commit(w, first + n - 1, err);
  if (rc != ALGO_OK) return rc;
  ix->has_cursor = true;
  atomic_fetch_add(&ix->events, w->events.applied);
  w->events.applied = 0;
  ix_pipe_committed(&ix->pipe, first, n);
  return ALGO_OK;
}

static algo_code_t open_writer(writer_t *w, algo_err_t *err) {
  algo_follower_t *ix = w->ix;
  algo_code_t rc = ix_pg_open(&w->conn, ix->opt.database_url, IX_APPLICATION_NAME, err);
  if (rc != ALGO_OK) return rc;
  ix_events_init(&w->events, w->conn, ix->contracts, ix->n_contracts, true);
  w->events.arc56 = ix->followed.arc56;
  w->events.n_arc56 = ix->followed.n;
  if (!ix->filling) rc = ix_events_prepare(&w->events, err);
  if (rc == ALGO_OK && ix->opt.state) rc = ix_pg_exec(w->conn, "select chain.stage_state()", err);
  return rc;
}

/* The first one connects at once; the others when there is more than it can write. */
void *ix_writer_main(void *indexer) {
  writer_t w = {.ix = indexer};
  algo_follower_t *ix = w.ix;
  algo_err_t err;
  algo_err_init(&err);
  uint64_t first;
  size_t n;
  algo_code_t rc = atomic_fetch_add(&ix->writers, 1) == 0 ? open_writer(&w, &err) : ALGO_OK;
  while (rc == ALGO_OK && ix_pipe_take(&ix->pipe, w.conn != NULL, &first, &n)) {
    if (!w.conn) rc = open_writer(&w, &err);
    if (rc == ALGO_OK) rc = write_batch(&w, first, n, &err);
  }
  if (rc != ALGO_OK) ix_pipe_fail(&ix->pipe, &err, rc == ALGO_E_INVALID || rc == ALGO_E_UNSUPPORTED);
  ix_events_fini(&w.events);
  if (w.conn) PQfinish(w.conn); /* an open transaction goes with it */
  return NULL;
}
