/* contracts.c - a contract's schema in the database, and applications that join after their first events. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/hash.h"
#include "algo/text.h"
#include "internal.h"
#include "replay.h"

const ix_contract_t *ix_contract_of(const algo_follower_t *ix, uint64_t app) {
  for (size_t i = 0; i < ix->opt.n_contracts; i++)
    if (ix->opt.contracts[i].app == app) return ix->contract_of[i];
  return NULL;
}

/* Its tables and views, where they are not those of this version, in a transaction of their own. *busy: another session
 * has one of them open, and nothing is done. */
static algo_code_t make_tables(PGconn *c, const algo_contract_tables_t *t, bool *busy, algo_err_t *err) {
  uint8_t hash[32];
  algo_buf_t hex = ALGO_BUF_INIT;
  algo_sha256(hash, t->sql, strlen(t->sql));
  algo_buf_puts(&hex, "\\x");
  algo_hex_encode(&hex, algo_bytes(hash, sizeof hash));
  const char *params[] = {t->contract, algo_buf_cstr(&hex)};
  PGresult *r = NULL;
  *busy = false;
  algo_code_t rc =
      ix_pg_query(c, &r, "select 1 from chain.contract_schema where contract = $1 and sql_hash = $2", 2, params, err);
  const bool there = rc == ALGO_OK && PQntuples(r) == 1;
  PQclear(r);
  r = NULL;
  if (rc == ALGO_OK && !there) {
    rc = ix_pg_exec(c, "begin; set local lock_timeout = '300ms'", err);
    if (rc == ALGO_OK) rc = ix_pg_exec_unless_busy(c, t->sql, busy, err);
    if (rc == ALGO_OK && !*busy)
      rc = ix_pg_query(c, &r,
                       "insert into chain.contract_schema (contract, sql_hash) values ($1, $2) on conflict (contract) "
                       "do update set sql_hash = excluded.sql_hash",
                       2, params, err);
    PQclear(r);
    if (rc == ALGO_OK && !*busy) rc = ix_pg_exec(c, "commit", err);
    if (rc != ALGO_OK) algo_err_prefix(err, rc, "the tables of contract %s", t->contract);
  }
  algo_buf_fini(&hex);
  return rc;
}

/* It does not wait in a queue for a view that others read, where whoever comes later would wait behind it. */
static algo_code_t make_contract(algo_follower_t *ix, const algo_contract_tables_t *t, algo_err_t *err) {
  char what[96];
  bool busy = true;
  algo_code_t rc = ALGO_OK;
  snprintf(what, sizeof what, "bringing the tables and views of contract %s to this version", t->contract);
  for (unsigned tries = 0; rc == ALGO_OK && busy; tries++) {
    rc = make_tables(ix->control, t, &busy, err);
    if (rc == ALGO_OK && busy) rc = ix_schema_wait(ix->control, what, tries, &ix->cancel, &ix->env, err);
  }
  return rc;
}

static algo_code_t apply_log(ix_events_t *e, void *user, const ix_event_at_t *at, algo_bytes_t log, algo_err_t *err) {
  return ix_events_apply(e, user, at, log, err);
}

/* What chain.log holds of an application from round `from` on, in the transaction at hand. */
static algo_code_t catch_up(PGconn *c, const ix_contract_t *k, uint64_t app, uint64_t from, algo_err_t *err) {
  char where[96];
  snprintf(where, sizeof where, "l.app = %" PRIu64 " and l.round >= %" PRIu64, app, from);
  ix_events_t e;
  ix_events_init(&e, c, k, 1, false);
  algo_code_t rc = ix_replay(&e, where, apply_log, (void *)(uintptr_t)k, err);
  ix_events_fini(&e);
  return rc;
}

static algo_code_t find_sums(PGconn *c, ix_contract_t *k, algo_err_t *err) {
  PGresult *r;
  char name[96];
  snprintf(name, sizeof name, "\"%s\".summarise(bigint, bigint, bigint)", k->tables->contract);
  algo_code_t rc = ix_pg_query(c, &r, "select to_regprocedure($1) is not null", 1, (const char *[]){name}, err);
  if (rc != ALGO_OK) return rc;
  k->sums = *PQgetvalue(r, 0, 0) == 't';
  PQclear(r);
  return ALGO_OK;
}

algo_code_t ix_contract_summarise(PGconn *c, const ix_contract_t *k, uint64_t app, uint64_t first, uint64_t last,
                                  algo_err_t *err) {
  char sql[192];
  if (!k->sums) return ALGO_OK;
  snprintf(sql, sizeof sql, "select \"%s\".summarise(nullif(%" PRIu64 ", 0), %" PRIu64 ", %" PRIu64 ")",
           k->tables->contract, app, first, last);
  return ix_pg_exec(c, sql, err);
}

static algo_code_t join(algo_follower_t *ix, size_t i, const ix_cursor_t *cur, const ix_gap_t *gap, algo_err_t *err) {
  const algo_follower_contract_t *o = &ix->opt.contracts[i];
  char app[24], what[48];
  snprintf(app, sizeof app, "%" PRIu64, o->app);
  snprintf(what, sizeof what, "application %s", app);
  PGresult *r;
  algo_code_t rc = ix_pg_query(ix->control, &r,
                               "insert into chain.contract (app, contract) values ($1, $2) on conflict (app) do update"
                               " set contract = chain.contract.contract returning contract,"
                               " case when xmax = 0 then 0 else behind end",
                               2, (const char *[]){app, o->tables->contract}, err);
  if (rc != ALGO_OK) return rc;
  const bool behind = !PQgetisnull(r, 0, 1); /* it is new, or was not followed for a while */
  const uint64_t from = ix_pg_u64(r, 0, 1);
  if (strcmp(PQgetvalue(r, 0, 0), o->tables->contract) != 0)
    rc = algo_err_set(err, ALGO_E_INVALID, "application %s is indexed as contract %s here, not as %s", app,
                      PQgetvalue(r, 0, 0), o->tables->contract);
  PQclear(r);
  if (rc != ALGO_OK || !behind || !cur->exists) return rc;
  rc = ix_gap_check(gap, o->tables->contract, what, o->app, from, err);
  if (rc != ALGO_OK) return rc;
  algo_env_log(&ix->env, ALGO_LOG_INFO, "application %s: reading its events up to round %" PRIu64, app,
               cur->next_round);
  rc = catch_up(ix->control, ix->contract_of[i], o->app, from, err);
  if (rc == ALGO_OK) rc = ix_contract_summarise(ix->control, ix->contract_of[i], o->app, from, INT64_MAX, err);
  if (rc != ALGO_OK) return rc;
  rc = ix_pg_query(ix->control, &r, "update chain.contract set behind = null where app = $1", 1, (const char *[]){app},
                   err);
  if (rc == ALGO_OK) PQclear(r);
  return rc;
}

/* Applications of earlier runs that this one does not follow: their tables stand still from here on. */
static algo_code_t leave_others(algo_follower_t *ix, const ix_cursor_t *cur, algo_err_t *err) {
  char next[24];
  algo_buf_t apps = ALGO_BUF_INIT;
  PGresult *r;
  snprintf(next, sizeof next, "%" PRIu64, cur->next_round);
  for (size_t i = 0; i < ix->opt.n_contracts; i++)
    algo_buf_printf(&apps, "%c%" PRIu64, i ? ',' : '{', ix->opt.contracts[i].app);
  algo_buf_puts(&apps, ix->opt.n_contracts ? "}" : "{}");
  algo_code_t rc = ix_pg_query(
      ix->control, &r, "update chain.contract set behind = $1 where behind is null and app <> all ($2::bigint[])", 2,
      (const char *[]){next, algo_buf_cstr(&apps)}, err);
  if (rc == ALGO_OK) PQclear(r);
  algo_buf_fini(&apps);
  return rc;
}

algo_code_t ix_contracts_register(algo_follower_t *ix, const ix_cursor_t *cur, const ix_gap_t *gap, algo_err_t *err) {
  algo_code_t rc = leave_others(ix, cur, err);
  for (size_t i = 0; rc == ALGO_OK && i < ix->opt.n_contracts; i++) {
    rc = make_contract(ix, ix->opt.contracts[i].tables, err);
    for (size_t k = 0; rc == ALGO_OK && k < ix->n_contracts; k++)
      if (ix->contracts[k].tables == ix->opt.contracts[i].tables) rc = find_sums(ix->control, &ix->contracts[k], err);
    if (rc == ALGO_OK) rc = ix_pg_exec(ix->control, "begin", err);
    if (rc == ALGO_OK) rc = join(ix, i, cur, gap, err);
    if (rc == ALGO_OK) rc = ix_pg_exec(ix->control, "commit", err);
  }
  return rc;
}
