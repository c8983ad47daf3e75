/* schema.c - migrations, cursor, partitions. */
#include "schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/text.h"

typedef struct ix_migration {
  int version;
  const char *name;
  const char *sql;
} ix_migration_t;
extern const ix_migration_t ix_migrations[]; /* generated from sql/ */
extern const size_t ix_n_migrations;

#define LOCK_KEY "7020943163721234548" /* "algorent" as a number */

algo_code_t ix_schema_lock(PGconn *c, bool shared, bool *taken, algo_err_t *err) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(
      c, &r, shared ? "select pg_try_advisory_lock_shared(" LOCK_KEY ")" : "select pg_try_advisory_lock(" LOCK_KEY ")",
      0, NULL, err);
  if (rc != ALGO_OK) return rc;
  *taken = strcmp(PQgetvalue(r, 0, 0), "t") == 0;
  PQclear(r);
  return ALGO_OK;
}

algo_code_t ix_schema_share(PGconn *c, algo_err_t *err) {
  return ix_pg_exec(c, "select pg_advisory_lock_shared(" LOCK_KEY "); select pg_advisory_unlock(" LOCK_KEY ")", err);
}

/* Who has something of ours open, for long enough to be worth a word. */
static void tell_who(PGconn *c, const char *what, const algo_env_t *env) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(
      c, &r,
      "select string_agg(format('%s of %s, %s, open for %s s', pid, coalesce(nullif(application_name, ''), usename),"
      " state, extract(epoch from now() - xact_start)::bigint), '; ') from pg_stat_activity as a where datname ="
      " current_database() and pid <> pg_backend_pid() and now() - xact_start > interval '200 ms' and exists (select"
      " from pg_locks as l join pg_class as k on k.oid = l.relation and k.relnamespace >= 16384 where l.pid = a.pid)",
      0, NULL, NULL);
  if (rc != ALGO_OK) return;
  algo_env_log(env, ALGO_LOG_WARN, "%s waits for sessions that have the tables open: %s", what,
               PQgetisnull(r, 0, 0) ? "none just now" : PQgetvalue(r, 0, 0));
  PQclear(r);
}

algo_code_t ix_schema_wait(PGconn *c, const char *what, unsigned tries, const ix_cancel_t *cancel,
                           const algo_env_t *env, algo_err_t *err) {
  if (tries % 16 == 2) tell_who(c, what, env);
  return ix_pause(cancel, tries < 8 ? UINT64_C(500000000) : UINT64_C(2000000000))
             ? ALGO_OK
             : algo_err_set(err, ALGO_E_INTERRUPTED, "ended by a signal");
}

static algo_code_t apply(PGconn *c, const ix_migration_t *m, const ix_cancel_t *cancel, const algo_env_t *env,
                         algo_err_t *err) {
  algo_buf_t sql = ALGO_BUF_INIT;
  char what[96];
  snprintf(what, sizeof what, "migration %03d (%s)", m->version, m->name);
  algo_buf_printf(&sql, "begin; set local lock_timeout = '300ms';");
  algo_buf_puts(&sql, m->sql);
  algo_buf_printf(&sql, "\n;insert into chain.migration (version, name) values (%d, '%s'); commit", m->version,
                  m->name);
  algo_code_t rc = sql.oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
  bool busy = true;
  for (unsigned tries = 0; rc == ALGO_OK && busy; tries++) {
    rc = ix_pg_exec_unless_busy(c, algo_buf_cstr(&sql), &busy, err);
    if (rc != ALGO_OK || !busy) continue;
    rc = ix_schema_wait(c, what, tries, cancel, env, err);
  }
  algo_buf_fini(&sql);
  return rc == ALGO_OK ? rc : algo_err_prefix(err, rc, "%s", what);
}

algo_code_t ix_schema_version(PGconn *c, int *version, algo_err_t *err) {
  PGresult *r;
  *version = -1;
  algo_code_t rc = ix_pg_query(c, &r, "select to_regclass('chain.migration')", 0, NULL, err);
  if (rc != ALGO_OK) return rc;
  const bool there = !PQgetisnull(r, 0, 0);
  PQclear(r);
  if (!there) return ALGO_OK;
  rc = ix_pg_query(c, &r, "select coalesce(max(version), 0) from chain.migration", 0, NULL, err);
  if (rc != ALGO_OK) return rc;
  *version = (int)strtol(PQgetvalue(r, 0, 0), NULL, 10);
  PQclear(r);
  return ALGO_OK;
}

static algo_code_t newer(int have, int mine, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_UNSUPPORTED,
                      "the database's schema is version %d, this program knows up to %d: use the program that made "
                      "it, or a newer one",
                      have, mine);
}

algo_code_t ix_schema_check(PGconn *c, algo_err_t *err) {
  const int mine = ix_migrations[ix_n_migrations - 1].version;
  int have;
  algo_code_t rc = ix_schema_version(c, &have, err);
  if (rc != ALGO_OK || have == mine) return rc;
  if (have > mine) return newer(have, mine, err);
  if (have <= 0)
    return algo_err_set(err, ALGO_E_NOT_FOUND,
                        "this database has no tables of an indexer: is it the right one (DATABASE_URL)?");
  return algo_err_set(err, ALGO_E_UNSUPPORTED,
                      "the database's schema is version %d, this program's is %d: stop what writes to it, and bring it "
                      "to this version (algorent-indexer migrate)",
                      have, mine);
}

/* A new database: nobody has anything of it open, and one transaction is soon done. */
static algo_code_t apply_all(PGconn *c, algo_err_t *err) {
  algo_buf_t sql = ALGO_BUF_INIT;
  algo_buf_puts(&sql, "begin; create schema if not exists chain;"
                      "create table if not exists chain.migration (version integer primary key, name text not null,"
                      " applied_at timestamptz not null default now());"
                      "comment on table chain.migration is 'Which versions of this schema were applied, and when';");
  for (size_t i = 0; i < ix_n_migrations; i++) {
    algo_buf_puts(&sql, ix_migrations[i].sql);
    algo_buf_printf(&sql, "\n;insert into chain.migration (version, name) values (%d, '%s');", ix_migrations[i].version,
                    ix_migrations[i].name);
  }
  algo_buf_puts(&sql, "commit");
  algo_code_t rc = sql.oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ix_pg_exec(c, algo_buf_cstr(&sql), err);
  algo_buf_fini(&sql);
  if (rc == ALGO_OK) return rc;
  PQclear(PQexec(c, "rollback"));
  return algo_err_prefix(err, rc, "the tables of a new database");
}

algo_code_t ix_schema_migrate(PGconn *c, const ix_cancel_t *cancel, const algo_env_t *env, algo_err_t *err) {
  const int newest = ix_migrations[ix_n_migrations - 1].version;
  int have;
  algo_code_t rc = ix_schema_version(c, &have, err);
  if (rc == ALGO_OK && have > newest) return newer(have, newest, err);
  if (rc == ALGO_OK && have < 0) return apply_all(c, err);
  for (size_t i = 0; rc == ALGO_OK && i < ix_n_migrations; i++)
    if (ix_migrations[i].version > have) rc = apply(c, &ix_migrations[i], cancel, env, err);
  return rc;
}

algo_code_t ix_cursor_read(PGconn *c, ix_cursor_t *out, algo_err_t *err) {
  PGresult *r;
  memset(out, 0, sizeof *out);
  algo_code_t rc = ix_pg_query(
      c, &r, "select next_round, last_hash, genesis_id, genesis_hash, scope, state from chain.cursor", 0, NULL, err);
  if (rc != ALGO_OK) return rc;
  if (PQntuples(r) == 1) {
    out->exists = true;
    out->next_round = ix_pg_u64(r, 0, 0);
    out->has_hash = ix_pg_bytes(r, 0, 1, out->last_hash.b, 32);
    snprintf(out->genesis_id, sizeof out->genesis_id, "%s", PQgetvalue(r, 0, 2));
    if (!ix_pg_bytes(r, 0, 3, out->genesis_hash.b, 32))
      rc = algo_err_set(err, ALGO_E_DB, "chain.cursor.genesis_hash is not 32 bytes");
    snprintf(out->scope, sizeof out->scope, "%s", PQgetvalue(r, 0, 4));
    out->state = strcmp(PQgetvalue(r, 0, 5), "t") == 0;
  }
  PQclear(r);
  return rc;
}

void ix_hex_text(char out[IX_HEX_TEXT], const algo_digest_t *d) {
  static const char digits[] = "0123456789abcdef";
  char *p = out;
  *p++ = '\\';
  *p++ = 'x';
  for (int i = 0; i < 32; i++) {
    *p++ = digits[d->b[i] >> 4];
    *p++ = digits[d->b[i] & 15];
  }
  *p = 0;
}

algo_code_t ix_cursor_insert(PGconn *c, const ix_cursor_t *cur, algo_err_t *err) {
  char next[24], last[IX_HEX_TEXT], genesis[IX_HEX_TEXT];
  snprintf(next, sizeof next, "%" PRIu64, cur->next_round);
  ix_hex_text(last, &cur->last_hash);
  ix_hex_text(genesis, &cur->genesis_hash);
  PGresult *r;
  algo_code_t rc = ix_pg_query(
      c, &r,
      "insert into chain.cursor (next_round, last_hash, genesis_id, genesis_hash, scope, state) values ($1, $2, $3, $4,"
      " $5, $6)",
      6,
      (const char *[]){next, cur->has_hash ? last : NULL, cur->genesis_id, genesis, cur->scope, cur->state ? "t" : "f"},
      err);
  if (rc == ALGO_OK) PQclear(r);
  return rc;
}

algo_code_t ix_cursor_move(PGconn *c, uint64_t from, uint64_t next, const algo_digest_t *hash, algo_err_t *err) {
  char old[24], new[24], last[IX_HEX_TEXT];
  snprintf(old, sizeof old, "%" PRIu64, from);
  snprintf(new, sizeof new, "%" PRIu64, next);
  ix_hex_text(last, hash);
  PGresult *r;
  algo_code_t rc = ix_pg_query(c, &r, "update chain.cursor set next_round = $2, last_hash = $3 where next_round = $1",
                               3, (const char *[]){old, new, last}, err);
  if (rc != ALGO_OK) return rc;
  const bool moved = strcmp(PQcmdTuples(r), "1") == 0;
  PQclear(r);
  return moved ? ALGO_OK
               : algo_err_set(err, ALGO_E_DB,
                              "the cursor is not at round %s any more: another program wrote to this database", old);
}

static algo_code_t set_partition_rounds(PGconn *c, uint64_t want, uint64_t have, algo_err_t *err) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(c, &r, "select 1 from chain.partition limit 1", 0, NULL, err);
  if (rc != ALGO_OK) return rc;
  const bool used = PQntuples(r) > 0;
  PQclear(r);
  if (used)
    return algo_err_set(err, ALGO_E_INVALID,
                        "this database has partitions of %" PRIu64 " rounds, not of %" PRIu64
                        ": the number is set when a database is new",
                        have, want);
  char sql[160];
  snprintf(sql, sizeof sql,
           "create or replace function chain.partition_rounds() returns bigint language sql immutable parallel safe"
           " return %" PRIu64,
           want);
  return ix_pg_exec(c, sql, err);
}

algo_code_t ix_partition_rounds(PGconn *c, uint64_t want, uint64_t *out, algo_err_t *err) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(c, &r, "select chain.partition_rounds()", 0, NULL, err);
  if (rc != ALGO_OK) return rc;
  *out = ix_pg_u64(r, 0, 0);
  PQclear(r);
  if (*out == 0) return algo_err_set(err, ALGO_E_DB, "chain.partition_rounds() is 0");
  if (want == 0 || want == *out) return ALGO_OK;
  rc = set_partition_rounds(c, want, *out, err);
  if (rc == ALGO_OK) *out = want;
  return rc;
}

algo_code_t ix_partitions_add(PGconn *c, uint64_t number, algo_err_t *err) {
  char id[24];
  snprintf(id, sizeof id, "%" PRIu64, number);
  PGresult *r;
  algo_code_t rc = ix_pg_query(c, &r, "select chain.add_partition($1)", 1, (const char *[]){id}, err);
  if (rc == ALGO_OK) PQclear(r);
  return rc;
}

algo_code_t ix_partitions_plain(PGconn *c, uint64_t last, ix_plain_t *out, size_t max, size_t *n, algo_err_t *err) {
  char id[24];
  snprintf(id, sizeof id, "%" PRIu64, last);
  PGresult *r;
  *n = 0;
  algo_code_t rc =
      ix_pg_query(c, &r,
                  "select id, (select sum(pg_relation_size(to_regclass(format('chain.%I', t || '_p' || id))))"
                  " from unnest(chain.big_tables()) as t) from chain.partition where not indexed and id <= $1"
                  " order by id",
                  1, (const char *[]){id}, err);
  if (rc != ALGO_OK) return rc;
  for (int i = 0; i < PQntuples(r) && *n < max; i++) out[(*n)++] = (ix_plain_t){ix_pg_u64(r, i, 0), ix_pg_u64(r, i, 1)};
  PQclear(r);
  return ALGO_OK;
}
