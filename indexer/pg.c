/* pg.c - libpq with algo_err_t. */
#include "pg.h"

#include <libpq-events.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "algo/text.h"

#define COPY_PIECE (256u * 1024u) /* libpq holds a piece whole before it sends it */
#define BUSY       "55P03"        /* a lock was not to be had within lock_timeout */
#define ASK_MS     50             /* how often a request to cancel is looked for */
#define GIVE_UP_MS 10000          /* a server that does not answer to it either */

static algo_code_t fail_text(const char *text, const char *doing, algo_err_t *err) {
  size_t n = text ? strlen(text) : 0;
  while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' ')) n--;
  return algo_err_set(err, ALGO_E_DB, "%s: %.*s", doing, (int)n, n ? text : "");
}

algo_code_t ix_pg_fail(PGconn *c, const char *doing, algo_err_t *err) {
  return fail_text(PQerrorMessage(c), doing, err);
}

/* ---- ending what takes long ---- */

/* libpq keeps the pointer for us (PQinstanceData); none of its events matters. */
static int keeper(PGEventId id, void *info, void *user) {
  (void)id, (void)info, (void)user;
  return 1;
}

void ix_pg_cancellable(PGconn *c, const ix_cancel_t *cancel) {
  PQsetInstanceData(c, keeper, (void *)(uintptr_t)cancel);
}

/* NULL: false */
static bool ix_cancel_asked(const ix_cancel_t *cancel) {
  return cancel && cancel->asked && cancel->asked(cancel->user);
}

bool ix_pause(const ix_cancel_t *cancel, uint64_t ns) {
  const uint64_t step = (uint64_t)ASK_MS * 1000000u;
  for (; ns > 0 && !ix_cancel_asked(cancel); ns -= ns < step ? ns : step)
    nanosleep(&(struct timespec){0, (long)(ns < step ? ns : step)}, NULL);
  return !ix_cancel_asked(cancel);
}

static void *cancel_main(void *cancel) {
  char why[256];
  (void)PQcancel(cancel, why, sizeof why);
  PQfreeCancel(cancel);
  return NULL;
}

/* PQcancel connects, and waits for as long as that takes: it does so in a thread that nobody waits for. */
static void cancel_statement(PGconn *c) {
  pthread_t thread;
  PGcancel *cancel = PQgetCancel(c);
  if (!cancel) return;
  if (pthread_create(&thread, NULL, cancel_main, cancel) == 0) (void)pthread_detach(thread);
  else PQfreeCancel(cancel);
}

/* Waits until an answer is there, or the connection is lost, which PQgetResult then tells. false: the server answers to
 * nothing any more. */
static bool answered(PGconn *c, const ix_cancel_t *cancel) {
  int waited = -1; /* milliseconds since the statement was cancelled */
  while (PQisBusy(c)) {
    struct pollfd p = {.fd = PQsocket(c), .events = POLLIN};
    (void)poll(&p, 1, ASK_MS);
    if (!PQconsumeInput(c)) return true; /* always: what TLS has read already, no socket tells of */
    if (waited >= 0 && (waited += ASK_MS) > GIVE_UP_MS) return false;
    if (waited < 0 && ix_cancel_asked(cancel)) {
      cancel_statement(c);
      waited = 0;
    }
  }
  return true;
}

/* The last of the results of what was sent, as PQexec gives it; NULL: there is none. */
static PGresult *results(PGconn *c, bool sent, const ix_cancel_t *cancel) {
  PGresult *last = NULL;
  while (sent && answered(c, cancel)) {
    PGresult *r = PQgetResult(c);
    if (!r) break;
    PQclear(last);
    last = r;
    if (PQresultStatus(r) == PGRES_COPY_IN || PQstatus(c) == CONNECTION_BAD) break;
  }
  return last;
}

static PGresult *ask(PGconn *c, const char *sql) {
  const ix_cancel_t *cancel = PQinstanceData(c, keeper);
  return cancel ? results(c, PQsendQuery(c, sql) == 1, cancel) : PQexec(c, sql);
}

static PGresult *ask_with(PGconn *c, const char *sql, int n, const char *const *params) {
  const ix_cancel_t *cancel = PQinstanceData(c, keeper);
  return cancel ? results(c, PQsendQueryParams(c, sql, n, NULL, params, NULL, NULL, 0) == 1, cancel)
                : PQexecParams(c, sql, n, NULL, params, NULL, NULL, 0);
}

static void quiet(void *user, const PGresult *r) {
  (void)user;
  (void)r;
}

algo_code_t ix_pg_open(PGconn **out, const char *url, const char *name, algo_err_t *err) {
  /* expand_dbname: a URL or "host=... dbname=..." stands for the settings in it; what is set here first is a default.
   */
  const char *keys[] = {
      "connect_timeout", "fallback_application_name", "keepalives_idle", "client_encoding", "dbname", NULL};
  const char *values[] = {"10", name, "30", "UTF8", url, NULL};
  *out = NULL;
  PGconn *c = PQconnectdbParams(keys, values, 1);
  if (!c) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (PQstatus(c) != CONNECTION_OK) {
    algo_code_t rc = ix_pg_fail(c, "the database cannot be reached (DATABASE_URL)", err);
    PQfinish(c);
    return rc;
  }
  PQsetNoticeReceiver(c, quiet, NULL);
  if (!PQregisterEventProc(c, keeper, "cancel", NULL)) {
    PQfinish(c);
    return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  *out = c;
  /* A role or a server may have set these otherwise; durability is not left to them. */
  algo_code_t rc = ix_pg_exec(c,
                              "set datestyle = iso; set bytea_output = hex; set extra_float_digits = 1;"
                              "set synchronous_commit = on; set statement_timeout = 0; set lock_timeout = 0;"
                              "set idle_in_transaction_session_timeout = 0; set search_path = pg_catalog",
                              err);
  if (rc != ALGO_OK) {
    PQfinish(c);
    *out = NULL;
  }
  return rc;
}

static algo_code_t check(PGconn *c, PGresult *r, const char *sql, algo_err_t *err) {
  const ExecStatusType st = r ? PQresultStatus(r) : PGRES_FATAL_ERROR;
  if (st == PGRES_COMMAND_OK || st == PGRES_TUPLES_OK || st == PGRES_COPY_IN) return ALGO_OK;
  if (ix_cancel_asked(PQinstanceData(c, keeper))) return algo_err_set(err, ALGO_E_INTERRUPTED, "ended by a signal");
  char doing[80];
  snprintf(doing, sizeof doing, "%.60s", sql);
  const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
  if (state && strcmp(state, BUSY) == 0)
    return algo_err_set(err, ALGO_E_DB, "%s: another session has it open (pg_stat_activity says which)", doing);
  return fail_text(r ? PQresultErrorMessage(r) : PQerrorMessage(c), doing, err);
}

algo_code_t ix_pg_exec(PGconn *c, const char *sql, algo_err_t *err) {
  PGresult *r = ask(c, sql);
  algo_code_t rc = check(c, r, sql, err);
  PQclear(r);
  return rc;
}

algo_code_t ix_pg_exec_unless_busy(PGconn *c, const char *sql, bool *busy, algo_err_t *err) {
  PGresult *r = ask(c, sql);
  const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
  *busy = state && (strcmp(state, BUSY) == 0 || strcmp(state, "40P01") == 0);
  algo_code_t rc = *busy ? ALGO_OK : check(c, r, sql, err);
  PQclear(r);
  if (PQtransactionStatus(c) == PQTRANS_INERROR) PQclear(PQexec(c, "rollback"));
  return rc;
}

algo_code_t ix_pg_query(PGconn *c, PGresult **out, const char *sql, int n, const char *const *params, algo_err_t *err) {
  *out = ask_with(c, sql, n, params);
  algo_code_t rc = check(c, *out, sql, err);
  if (rc != ALGO_OK) {
    PQclear(*out);
    *out = NULL;
  }
  return rc;
}

algo_code_t ix_pg_copy_begin(PGconn *c, const char *table, const char *columns, algo_err_t *err) {
  char sql[512];
  snprintf(sql, sizeof sql, "copy %s (%s) from stdin (format binary)", table, columns);
  return ix_pg_exec(c, sql, err);
}

algo_code_t ix_pg_copy_put(PGconn *c, algo_bytes_t rows, algo_err_t *err) {
  while (rows.n > 0) {
    const size_t n = rows.n < COPY_PIECE ? rows.n : COPY_PIECE;
    if (PQputCopyData(c, (const char *)rows.p, (int)n) != 1) return ix_pg_fail(c, "copy", err);
    rows.p += n;
    rows.n -= n;
  }
  return ALGO_OK;
}

algo_code_t ix_pg_copy_end(PGconn *c, algo_err_t *err) {
  if (PQputCopyEnd(c, NULL) != 1) return ix_pg_fail(c, "copy", err);
  PGresult *r = PQgetResult(c);
  algo_code_t rc = check(c, r, "copy", err);
  PQclear(r);
  while ((r = PQgetResult(c)) != NULL) PQclear(r);
  return rc;
}

uint64_t ix_pg_u64(const PGresult *r, int row, int column) {
  return PQgetisnull(r, row, column) ? 0 : strtoull(PQgetvalue(r, row, column), NULL, 10);
}

bool ix_pg_bytes(const PGresult *r, int row, int column, uint8_t *out, size_t n) {
  const char *s = PQgetvalue(r, row, column);
  if (PQgetisnull(r, row, column) || strncmp(s, "\\x", 2) != 0 || strlen(s) != 2 + 2 * n) return false;
  algo_buf_t b = ALGO_BUF_INIT;
  const bool ok = algo_hex_decode(&b, s + 2, 2 * n, NULL) == ALGO_OK && b.n == n;
  if (ok) memcpy(out, b.p, n);
  algo_buf_fini(&b);
  return ok;
}
