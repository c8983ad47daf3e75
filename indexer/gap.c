/* gap.c - rounds that have left the database: see gap.h. */
#include "gap.h"

#include <inttypes.h>
#include <stdio.h>

algo_code_t ix_gap_init(ix_gap_t *g, PGconn *c, const ix_cursor_t *cur, uint64_t consent, const algo_env_t *env,
                        algo_err_t *err) {
  *g = (ix_gap_t){.c = c, .env = env, .consent = consent};
  if (!cur->exists) return ALGO_OK; /* nothing is read from it */
  PGresult *r;
  algo_code_t rc =
      ix_pg_query(c, &r, "select round, txn_counter from chain.block order by round limit 1", 0, NULL, err);
  if (rc != ALGO_OK) return rc;
  const bool any = PQntuples(r) > 0;
  g->oldest = any ? ix_pg_u64(r, 0, 0) : cur->next_round;
  g->counter = any ? ix_pg_u64(r, 0, 1) : UINT64_MAX;
  PQclear(r);
  return ALGO_OK;
}

/* Whether every round that the application may have logged in is here: from its creation on. */
static algo_code_t whole(const ix_gap_t *g, uint64_t app, bool *out, algo_err_t *err) {
  char id[24];
  PGresult *r;
  *out = app > g->counter;
  if (*out || app == 0) return ALGO_OK;
  snprintf(id, sizeof id, "%" PRIu64, app);
  algo_code_t rc = ix_pg_query(g->c, &r, "select 1 from chain.txn where created = $1 and type = 6 limit 1", 1,
                               (const char *[]){id}, err);
  if (rc != ALGO_OK) return rc;
  *out = PQntuples(r) > 0;
  PQclear(r);
  return ALGO_OK;
}

static algo_code_t record(const ix_gap_t *g, const char *contract, const char *what, uint64_t from, algo_err_t *err) {
  char first[24], last[24];
  snprintf(first, sizeof first, "%" PRIu64, from);
  snprintf(last, sizeof last, "%" PRIu64, g->oldest - 1);
  PGresult *r;
  algo_code_t rc = ix_pg_query(g->c, &r,
                               "insert into chain.missing (contract, what, first, last) values ($1, $2, $3, $4) on"
                               " conflict (contract, what, first) do update set last = excluded.last",
                               4, (const char *[]){contract, what, first, last}, err);
  if (rc != ALGO_OK) return rc;
  PQclear(r);
  algo_env_log(g->env, ALGO_LOG_WARN,
               "the events of %s of rounds %s to %s are not in the tables of %s: those rounds are not in the database."
               " verify tells of it, too (chain.missing)",
               what, first, last, contract);
  return ALGO_OK;
}

algo_code_t ix_gap_check(const ix_gap_t *g, const char *contract, const char *what, uint64_t app, uint64_t from,
                         algo_err_t *err) {
  bool none;
  if (from >= g->oldest) return ALGO_OK;
  algo_code_t rc = whole(g, app, &none, err);
  if (rc != ALGO_OK || none) return rc;
  if (g->consent >= g->oldest) return record(g, contract, what, from, err);
  return algo_err_set(err, ALGO_E_INVALID,
                      "the events of %s (%s) of rounds %" PRIu64 " to %" PRIu64 " cannot be read: those rounds are not "
                      "in the database (any more). Give another database (DATABASE_URL) and index them anew, or take "
                      "what is left: --replay-from %" PRIu64 ", which verify then tells of",
                      what, contract, from, g->oldest - 1, g->oldest);
}
