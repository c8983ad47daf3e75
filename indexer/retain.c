/* retain.c - old partitions are let go, without holding up anybody who reads or writes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

#define BUSY_NS UINT64_C(500000000) /* for the readers that queued behind an attempt */

typedef struct letting {
  PGconn *c;
  const ix_cancel_t *cancel;
  bool drop;
  bool citus; /* its tables know no DETACH ... CONCURRENTLY */
} letting_t;

/* The lock is waited for a moment only: who reads queues behind it. A statement of its own: Citus sends the workers the
 * text that it came in. */
static algo_code_t detach_between(const letting_t *l, const char *detach, algo_err_t *err) {
  for (;;) {
    bool busy;
    algo_code_t rc = ix_pg_exec(l->c, "begin; set local lock_timeout = '200ms'", err);
    if (rc == ALGO_OK) rc = ix_pg_exec_unless_busy(l->c, detach, &busy, err);
    if (rc != ALGO_OK) return rc;
    if (!busy) return ix_pg_exec(l->c, "commit", err);
    if (!ix_pause(l->cancel, BUSY_NS)) return algo_err_set(err, ALGO_E_INTERRUPTED, "ended by a signal");
  }
}

/* One of a partition's tables: taken out, and dropped. DETACH ... CONCURRENTLY waits for the queries that still read
 * it, while new ones go on without it; interrupted, it leaves a state that FINALIZE ends. */
static algo_code_t let_go(const letting_t *l, const PGresult *r, int row, algo_err_t *err) {
  const char *parent = PQgetvalue(r, row, 1), *name = PQgetvalue(r, row, 2);
  const bool attached = *PQgetvalue(r, row, 3) == 't', pending = *PQgetvalue(r, row, 4) == 't';
  char sql[256];
  algo_code_t rc = ALGO_OK;
  if (attached) {
    snprintf(sql, sizeof sql, "alter table chain.%s detach partition chain.%s %s", parent, name,
             pending    ? "finalize"
             : l->citus ? ""
                        : "concurrently");
    rc = l->citus ? detach_between(l, sql, err) : ix_pg_exec(l->c, sql, err);
  }
  if (rc == ALGO_OK && l->drop) {
    snprintf(sql, sizeof sql, "drop %s chain.%s", *PQgetvalue(r, row, 5) == 't' ? "foreign table" : "table", name);
    rc = ix_pg_exec(l->c, sql, err);
  }
  return rc;
}

static algo_code_t has_citus(letting_t *l, algo_err_t *err) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(l->c, &r, "select 1 from pg_extension where extname = 'citus'", 0, NULL, err);
  if (rc != ALGO_OK) return rc;
  l->citus = PQntuples(r) > 0;
  PQclear(r);
  return ALGO_OK;
}

static algo_code_t let_partition_go(const letting_t *l, const char *id, algo_err_t *err) {
  PGconn *c = l->c;
  PGresult *r;
  algo_code_t rc = ix_pg_query(
      c, &r, "select id, parent, name, attached, pending, is_foreign from chain.partition_table where id = $1", 1,
      (const char *[]){id}, err);
  if (rc != ALGO_OK) return rc;
  for (int i = 0; rc == ALGO_OK && i < PQntuples(r); i++) rc = let_go(l, r, i, err);
  PQclear(r);
  if (rc != ALGO_OK) return rc;
  rc = ix_pg_query(c, &r, "delete from chain.partition where id = $1", 1, (const char *[]){id}, err);
  if (rc == ALGO_OK) PQclear(r);
  return rc;
}

/* The first round to be kept, from what was asked for and where the cursor stands. */
static algo_code_t first_kept(PGconn *c, const algo_follower_retention_t *o, uint64_t *out, algo_err_t *err) {
  ix_cursor_t cur;
  algo_code_t rc = ix_cursor_read(c, &cur, err);
  if (rc != ALGO_OK) return rc;
  if (!cur.exists) return algo_err_set(err, ALGO_E_NOT_FOUND, "the database has no blocks yet");
  if (o->before > cur.next_round)
    return algo_err_set(err, ALGO_E_RANGE, "round %" PRIu64 " is not there yet: the database is at round %" PRIu64,
                        o->before, cur.next_round);
  *out = o->keep == 0 ? o->before : cur.next_round > o->keep ? cur.next_round - o->keep : 0;
  return ALGO_OK;
}

/* Events that are still to be read from chain.log would be gone with it. */
static algo_code_t none_behind(PGconn *c, uint64_t kept, algo_err_t *err) {
  char round[24];
  PGresult *r;
  snprintf(round, sizeof round, "%" PRIu64, kept);
  algo_code_t rc =
      ix_pg_query(c, &r,
                  "select 'application ' || app, behind, '--market ' || app, 'chain.contract' from chain.contract"
                  " where behind < $1 union all select 'schema ' || contract, min(behind), '--arc56',"
                  " 'chain.event_app and chain.event_rule' from (select contract, behind from chain.event_app union all"
                  " select contract, behind from chain.event_rule) as e where behind < $1 group by contract"
                  " order by 2 limit 1",
                  1, (const char *[]){round}, err);
  if (rc != ALGO_OK) return rc;
  if (PQntuples(r) > 0)
    rc = algo_err_set(err, ALGO_E_RANGE,
                      "the events of %s are in its tables up to round %s alone: follow it again first "
                      "(run %s), or delete it from %s",
                      PQgetvalue(r, 0, 0), PQgetvalue(r, 0, 1), PQgetvalue(r, 0, 2), PQgetvalue(r, 0, 3));
  PQclear(r);
  return rc;
}

algo_code_t algo_follower_retain(uint64_t *partitions, const char *database_url, const algo_follower_retention_t *o,
                                 const algo_env_t *env, algo_err_t *err) {
  PGconn *c = NULL;
  PGresult *r = NULL;
  uint64_t kept = 0, size = 1;
  *partitions = 0;
  const ix_cancel_t cancel = {o->cancelled, o->cancel_user};
  algo_code_t rc = ix_pg_open(&c, database_url, IX_APPLICATION_NAME, err);
  if (rc == ALGO_OK) ix_pg_cancellable(c, &cancel);
  if (rc == ALGO_OK) rc = ix_schema_check(c, err);
  if (rc == ALGO_OK) rc = first_kept(c, o, &kept, err);
  if (rc == ALGO_OK) rc = none_behind(c, kept, err);
  if (rc == ALGO_OK) rc = ix_partition_rounds(c, 0, &size, err);
  char end[24];
  letting_t l = {.c = c, .cancel = &cancel, .drop = !o->detach};
  if (rc == ALGO_OK) rc = has_citus(&l, err);
  snprintf(end, sizeof end, "%" PRIu64, kept / size);
  if (rc == ALGO_OK)
    rc = ix_pg_query(c, &r, "select id from chain.partition where id < $1 order by id", 1, (const char *[]){end}, err);
  for (int i = 0; rc == ALGO_OK && i < PQntuples(r); i++) {
    const uint64_t id = ix_pg_u64(r, i, 0);
    rc = let_partition_go(&l, PQgetvalue(r, i, 0), err);
    if (rc != ALGO_OK) break;
    algo_env_log(env, ALGO_LOG_INFO, "rounds %" PRIu64 " to %" PRIu64 " are %s", id * size, (id + 1) * size - 1,
                 o->detach ? "detached" : "dropped");
    ++*partitions;
  }
  PQclear(r);
  if (c) PQfinish(c);
  return rc;
}
