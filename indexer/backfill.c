/* backfill.c - the plan of a back-fill in SQL: see backfill.h. */
#include "backfill.h"

#include <inttypes.h>
#include <stdio.h>

static void decimal(char out[24], uint64_t v) { snprintf(out, 24, "%" PRIu64, v); }

algo_code_t ix_backfill_state(PGconn *c, ix_backfill_state_t *out, algo_err_t *err) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(c, &r,
                               "select count(*), count(*) filter (where p.next_round <= b.last), max(b.last)"
                               " from chain.backfill as b join chain.backfill_progress as p using (first)",
                               0, NULL, err);
  if (rc != ALGO_OK) return rc;
  *out = (ix_backfill_state_t){ix_pg_u64(r, 0, 0), ix_pg_u64(r, 0, 1), ix_pg_u64(r, 0, 2)};
  PQclear(r);
  return ALGO_OK;
}

static algo_code_t command(PGconn *c, const char *sql, int n, const char *const *params, algo_err_t *err) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(c, &r, sql, n, params, err);
  if (rc == ALGO_OK) PQclear(r);
  return rc;
}

algo_code_t ix_backfill_plan(PGconn *c, const ix_cursor_t *cur, uint64_t last, uint64_t rounds, algo_err_t *err) {
  char from[24], to[24], step[24];
  decimal(from, cur->next_round);
  decimal(to, last);
  decimal(step, rounds);
  const char *const params[] = {from, to, step};
  algo_code_t rc = ix_pg_exec(c, "begin", err);
  if (rc == ALGO_OK && !cur->exists) rc = ix_cursor_insert(c, cur, err);
  if (rc == ALGO_OK)
    rc = command(c,
                 "insert into chain.backfill (first, last) select f, least(f + $3::bigint - 1, $2::bigint)"
                 " from generate_series($1::bigint, $2::bigint, $3::bigint) as f",
                 3, params, err);
  if (rc == ALGO_OK)
    rc = command(
        c,
        "insert into chain.backfill_progress (first, next_round, last_hash) select b.first, b.first, c.last_hash"
        " from chain.backfill as b left join chain.cursor as c on c.next_round = b.first",
        0, NULL, err);
  return rc == ALGO_OK ? ix_pg_exec(c, "commit", err) : rc;
}

algo_code_t ix_backfill_claim(PGconn *c, ix_range_t *out, bool *got, algo_err_t *err) {
  PGresult *r = NULL;
  *got = false;
  algo_code_t rc = ix_pg_exec(c, "rollback; begin; set local idle_in_transaction_session_timeout = 0", err);
  if (rc == ALGO_OK)
    rc = ix_pg_query(c, &r,
                     "select b.first, b.last from chain.backfill as b join chain.backfill_progress as p using (first)"
                     " where p.next_round <= b.last order by b.first limit 1 for update of b skip locked",
                     0, NULL, err);
  if (rc != ALGO_OK) return rc;
  if (PQntuples(r) == 0) {
    PQclear(r);
    return ix_pg_exec(c, "rollback", err);
  }
  char first[24];
  *out = (ix_range_t){.first = ix_pg_u64(r, 0, 0), .last = ix_pg_u64(r, 0, 1)};
  PQclear(r);
  /* Only now that the row is ours: whoever had it may have moved on since the question above began. */
  decimal(first, out->first);
  rc = ix_pg_query(c, &r, "select next_round, last_hash from chain.backfill_progress where first = $1", 1,
                   (const char *[]){first}, err);
  if (rc != ALGO_OK) return rc;
  out->next = ix_pg_u64(r, 0, 0);
  out->has_hash = ix_pg_bytes(r, 0, 1, out->last_hash.b, 32);
  PQclear(r);
  *got = out->next <= out->last;
  return ALGO_OK;
}

algo_code_t ix_backfill_move(PGconn *c, uint64_t first, uint64_t from, uint64_t next, const algo_digest_t *prev,
                             const algo_digest_t *last, algo_err_t *err) {
  char range[24], old[24], new[24], prev_text[IX_HEX_TEXT], last_text[IX_HEX_TEXT];
  decimal(range, first);
  decimal(old, from);
  decimal(new, next);
  ix_hex_text(prev_text, prev);
  ix_hex_text(last_text, last);
  PGresult *r;
  algo_code_t rc = ix_pg_query(c, &r,
                               "update chain.backfill_progress set next_round = $3, last_hash = $4,"
                               " first_prev = coalesce(first_prev, $5) where first = $1 and next_round = $2",
                               5, (const char *[]){range, old, new, last_text, prev_text}, err);
  if (rc != ALGO_OK) return rc;
  const bool moved = strcmp(PQcmdTuples(r), "1") == 0;
  PQclear(r);
  return moved
             ? ALGO_OK
             : algo_err_set(err, ALGO_E_DB, "another worker has taken the range from round %s, and moved it on", range);
}

/* The first range that does not follow the one before it; a back-fill that joins what was there follows the cursor. */
static algo_code_t links(PGconn *c, algo_err_t *err) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(
      c, &r,
      "select first from (select b.first, p.first_prev, coalesce(lag(p.last_hash) over (order by b.first),"
      " (select last_hash from chain.cursor)) as link from chain.backfill as b join chain.backfill_progress as p"
      " using (first)) as s where link is not null and link <> first_prev order by first limit 1",
      0, NULL, err);
  if (rc != ALGO_OK) return rc;
  if (PQntuples(r) > 0)
    rc = algo_err_set(err, ALGO_E_GENESIS,
                      "round %s does not follow the round before it: the workers read from nodes of different chains, "
                      "or the chain has changed. Index it into another database",
                      PQgetvalue(r, 0, 0));
  PQclear(r);
  return rc;
}

algo_code_t ix_backfill_finish(PGconn *c, ix_cursor_t *cur, algo_err_t *err) {
  algo_code_t rc = links(c, err);
  if (rc == ALGO_OK)
    rc =
        ix_pg_exec(c,
                   "begin;"
                   "update chain.contract set behind = (select next_round from chain.cursor) where behind is null;"
                   "update chain.event_app set behind = (select next_round from chain.cursor) where behind is null;"
                   "update chain.event_rule set behind = (select next_round from chain.cursor) where behind is null;"
                   "update chain.cursor set next_round = p.next_round, last_hash = p.last_hash"
                   " from (select next_round, last_hash from chain.backfill_progress order by first desc limit 1) as p;"
                   "delete from chain.backfill; commit",
                   err);
  return rc == ALGO_OK ? ix_cursor_read(c, cur, err) : rc;
}
