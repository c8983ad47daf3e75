/* events.c - events to statements: prepared, sent in libpq's pipeline mode, answers read in bulk. */
#include "events.h"

#include <inttypes.h>
#include <stdio.h>

#include "algo/address.h"
#include "algo/json.h"

#define SYNC_EVERY  200u /* statements: their answers fit the socket's buffer */
#define FIELDS_MAX  64u
#define NOTICE_MAX  7999u /* bytes that NOTIFY takes */
#define OID_BOOL    16u
#define OID_BYTEA   17u
#define OID_INT8    20u
#define OID_INT2    21u
#define OID_INT4    23u
#define OID_TEXT    25u
#define OID_NUMERIC 1700u

static Oid oid_of(algo_column_kind_t k) {
  switch (k) {
  case ALGO_COL_U64: return OID_NUMERIC;
  case ALGO_COL_U32:
  case ALGO_COL_TIME: return OID_INT8;
  case ALGO_COL_U16: return OID_INT4;
  case ALGO_COL_U8: return OID_INT2;
  case ALGO_COL_BOOL: return OID_BOOL;
  default: return OID_BYTEA;
  }
}

void ix_events_init(ix_events_t *e, PGconn *conn, const ix_contract_t *contracts, size_t n, bool notify) {
  *e = (ix_events_t){.conn = conn, .contracts = contracts, .n_contracts = n, .notify = notify};
}

void ix_events_fini(ix_events_t *e) { algo_buf_fini(&e->scratch); }

/* Reads the answers of what was sent. */
static algo_code_t drain(ix_events_t *e, algo_err_t *err) {
  algo_code_t rc = ALGO_OK;
  if (PQpipelineSync(e->conn) != 1) return ix_pg_fail(e->conn, "events", err);
  for (bool synced = false; !synced;) {
    PGresult *r = PQgetResult(e->conn);
    if (!r) { /* between two statements' answers; twice in a row: the connection is gone */
      if (PQstatus(e->conn) != CONNECTION_OK) return rc != ALGO_OK ? rc : ix_pg_fail(e->conn, "events", err);
      continue;
    }
    const ExecStatusType st = PQresultStatus(r);
    synced = st == PGRES_PIPELINE_SYNC;
    if (rc == ALGO_OK && st == PGRES_FATAL_ERROR) {
      const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE),
                 *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
      const char *table = PQresultErrorField(r, PG_DIAG_TABLE_NAME);
      /* 22 and 23: the data contradict the tables. Waiting does not mend that. */
      const bool data = state && (strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0);
      rc = algo_err_set(err, data ? ALGO_E_INVALID : ALGO_E_DB, "%s%s%s%s",
                        data ? "the contract's events contradict its tables: " : "events: ", table ? table : "",
                        table ? ": " : "", text ? text : PQresultErrorMessage(r));
    }
    PQclear(r);
  }
  e->sent = 0;
  return rc;
}

static algo_code_t sent(ix_events_t *e, int ok, algo_err_t *err) {
  if (ok != 1) return ix_pg_fail(e->conn, "events", err);
  return ++e->sent < SYNC_EVERY ? ALGO_OK : drain(e, err);
}

static algo_code_t prepare(ix_events_t *e, const char *name, const char *sql, int n, const Oid *types,
                           algo_err_t *err) {
  return sql ? sent(e, PQsendPrepare(e->conn, name, sql, n, types), err) : ALGO_OK;
}

static algo_code_t prepare_contract(ix_events_t *e, const ix_contract_t *c, algo_err_t *err) {
  char name[48];
  Oid types[5 + FIELDS_MAX] = {OID_INT8, OID_INT8, OID_INT4, OID_INT4, OID_INT8};
  algo_code_t rc = ALGO_OK;
  for (unsigned i = 0; rc == ALGO_OK && i < c->tables->n_states; i++) {
    snprintf(name, sizeof name, "m%u_%u", c->number, i);
    rc = prepare(e, name, c->makers[i], 1, types, err);
  }
  for (unsigned i = 0; rc == ALGO_OK && i < c->tables->n_events; i++) {
    const algo_event_def_t *d = &c->tables->events[i];
    if (d->n_fields > FIELDS_MAX)
      return algo_err_set(err, ALGO_E_UNSUPPORTED, "event %s has %u fields", d->name, d->n_fields);
    for (unsigned k = 0; k < d->n_fields; k++) types[5 + k] = oid_of(d->fields[k].kind);
    snprintf(name, sizeof name, "e%u_%u", c->number, i);
    rc = prepare(e, name, c->inserts[i], 5 + d->n_fields, types, err);
    for (unsigned k = 0; rc == ALGO_OK && k < d->n_effects; k++) {
      snprintf(name, sizeof name, "f%u_%u_%u", c->number, i, k);
      rc = prepare(e, name, c->effects[i][k], 5 + d->n_fields, types, err);
    }
  }
  return rc;
}

static algo_code_t prepare_arc56(ix_events_t *e, const ix_arc56_t *a, algo_err_t *err) {
  char name[48];
  algo_code_t rc = ALGO_OK;
  for (size_t i = 0; rc == ALGO_OK && i < a->n_events; i++) {
    snprintf(name, sizeof name, "a%u_%zu", a->number, i);
    rc = prepare(e, name, a->events[i].insert, 0, NULL, err); /* the columns say of which types */
  }
  return rc;
}

algo_code_t ix_events_prepare(ix_events_t *e, algo_err_t *err) {
  if (e->n_contracts == 0 && e->n_arc56 == 0) return ALGO_OK;
  algo_code_t rc = ix_events_begin(e, err);
  static const Oid text[] = {OID_TEXT};
  if (rc == ALGO_OK) rc = prepare(e, "notify", "select pg_notify('" IX_CHANNEL "', $1)", 1, text, err);
  for (size_t i = 0; rc == ALGO_OK && i < e->n_contracts; i++) rc = prepare_contract(e, &e->contracts[i], err);
  for (size_t i = 0; rc == ALGO_OK && i < e->n_arc56; i++) rc = prepare_arc56(e, &e->arc56[i], err);
  return rc == ALGO_OK ? ix_events_end(e, err) : rc;
}

algo_code_t ix_events_begin(ix_events_t *e, algo_err_t *err) {
  e->sent = 0;
  return PQenterPipelineMode(e->conn) == 1 ? ALGO_OK : ix_pg_fail(e->conn, "events", err);
}

algo_code_t ix_events_end(ix_events_t *e, algo_err_t *err) {
  algo_code_t rc = e->sent ? drain(e, err) : ALGO_OK;
  if (rc == ALGO_OK && PQexitPipelineMode(e->conn) != 1) rc = ix_pg_fail(e->conn, "events", err);
  return rc;
}

/* ---- one event ---- */

static uint64_t be(algo_bytes_t v) {
  uint64_t n = 0;
  for (size_t i = 0; i < v.n && i < 8; i++) n = n << 8 | v.p[i];
  return n;
}

/* A field as PostgreSQL's text, NUL at its end, appended. */
static void put_text(algo_buf_t *b, algo_column_kind_t kind, algo_bytes_t v) {
  static const char digits[] = "0123456789abcdef";
  switch (kind) {
  case ALGO_COL_BOOL: algo_buf_puts(b, v.n && v.p[0] ? "t" : "f"); break;
  case ALGO_COL_ADDRESS:
  case ALGO_COL_BYTES32:
  case ALGO_COL_STRING:
    algo_buf_puts(b, "\\x");
    for (size_t i = 0; i < v.n; i++) {
      algo_buf_putc(b, (uint8_t)digits[v.p[i] >> 4]);
      algo_buf_putc(b, (uint8_t)digits[v.p[i] & 15]);
    }
    break;
  default: algo_buf_printf(b, "%" PRIu64, be(v)); break;
  }
  algo_buf_putc(b, 0);
}

static void put_json_field(algo_json_t *j, const algo_event_field_t *f, algo_bytes_t v) {
  algo_json_key(j, f->name);
  switch (f->kind) {
  case ALGO_COL_BOOL: algo_json_bool(j, v.n && v.p[0]); break;
  case ALGO_COL_ADDRESS: {
    char text[ALGO_ADDR_TEXT + 1];
    algo_addr_t a;
    memcpy(a.b, v.p, sizeof a.b);
    algo_addr_format(text, &a);
    algo_json_str(j, text);
    break;
  }
  case ALGO_COL_BYTES32: algo_json_hex(j, v); break;
  case ALGO_COL_STRING: algo_json_base64(j, v); break; /* any bytes */
  default: algo_json_uint(j, be(v)); break;
  }
}

/* The head of a notification: {"contract":... up to "ts". */
static algo_json_t open_notice(ix_events_t *e, const char *contract, const char *event, const ix_event_at_t *at) {
  algo_buf_clear(&e->scratch);
  algo_json_t j = algo_json(&e->scratch);
  algo_json_open(&j, '{');
  algo_json_key(&j, "contract"), algo_json_str(&j, contract);
  algo_json_key(&j, "event"), algo_json_str(&j, event);
  algo_json_key(&j, "app"), algo_json_uint(&j, at->app);
  algo_json_key(&j, "round"), algo_json_uint(&j, at->round);
  algo_json_key(&j, "intra"), algo_json_uint(&j, at->intra);
  algo_json_key(&j, "log"), algo_json_uint(&j, at->log);
  algo_json_key(&j, "ts"), algo_json_int(&j, at->time);
  return j;
}

static algo_code_t send_notice(ix_events_t *e, algo_json_t *j, const char *contract, const char *event,
                               const ix_event_at_t *at, algo_err_t *err) {
  algo_json_close(j, '}');
  if (e->scratch.n > NOTICE_MAX) {
    *j = open_notice(e, contract, event, at);
    algo_json_key(j, "truncated"), algo_json_bool(j, true);
    algo_json_close(j, '}');
  }
  const char *text = algo_buf_cstr(&e->scratch);
  if (e->scratch.oom) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (e->scratch.n > NOTICE_MAX) return ALGO_OK; /* its very name is longer: its row tells of it */
  return sent(e, PQsendQueryPrepared(e->conn, "notify", 1, &text, NULL, NULL, 0), err);
}

static algo_code_t notify(ix_events_t *e, const ix_contract_t *c, const algo_event_def_t *d, const ix_event_at_t *at,
                          const algo_bytes_t *fields, algo_err_t *err) {
  algo_json_t j = open_notice(e, c->tables->contract, d->name, at);
  for (unsigned i = 0; i < d->n_fields; i++) put_json_field(&j, &d->fields[i], fields[i]);
  return send_notice(e, &j, c->tables->contract, d->name, at, err);
}

static algo_code_t run(ix_events_t *e, const char *name, int n, const char *const *params, algo_err_t *err) {
  return sent(e, PQsendQueryPrepared(e->conn, name, n, params, NULL, NULL, 0), err);
}

static algo_code_t apply(ix_events_t *e, const ix_contract_t *c, unsigned event, const char *const *params,
                         algo_err_t *err) {
  const algo_event_def_t *d = &c->tables->events[event];
  char name[48];
  snprintf(name, sizeof name, "e%u_%u", c->number, event);
  algo_code_t rc = run(e, name, 5 + d->n_fields, params, err);
  for (unsigned k = 0; rc == ALGO_OK && k < d->n_effects; k++) {
    const unsigned table = d->effects[k].table;
    if (c->makers[table]) {
      snprintf(name, sizeof name, "m%u_%u", c->number, table);
      rc = run(e, name, 1, params, err);
    }
    snprintf(name, sizeof name, "f%u_%u_%u", c->number, event, k);
    if (rc == ALGO_OK) rc = run(e, name, 5 + d->n_fields, params, err);
  }
  return rc;
}

/* The first five parameters, and where each starts. */
static void put_head(algo_buf_t *b, const ix_event_at_t *at, size_t start[5]) {
  const int64_t head[5] = {(int64_t)at->app, (int64_t)at->round, at->intra, at->log, at->time};
  for (unsigned i = 0; i < 5; i++) {
    start[i] = b->n;
    algo_buf_printf(b, "%" PRId64, head[i]);
    algo_buf_putc(b, 0);
  }
}

algo_code_t ix_events_apply(ix_events_t *e, const ix_contract_t *c, const ix_event_at_t *at, algo_bytes_t log,
                            algo_err_t *err) {
  const algo_event_def_t *d = algo_event_match(c->tables, log);
  if (!d) return ALGO_OK;
  algo_bytes_t fields[FIELDS_MAX];
  size_t start[5 + FIELDS_MAX];
  const char *params[5 + FIELDS_MAX];
  algo_buf_t *b = &e->scratch;
  algo_buf_clear(b);
  put_head(b, at, start);
  for (unsigned i = 0; i < d->n_fields; i++) {
    if (algo_event_field_view(&fields[i], d, i, log, err) != ALGO_OK) return ALGO_OK; /* no event of this contract */
    start[5 + i] = b->n;
    put_text(b, d->fields[i].kind, fields[i]);
  }
  if (b->oom) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (unsigned i = 0; i < 5u + d->n_fields; i++) params[i] = (const char *)b->p + start[i];
  algo_code_t rc = apply(e, c, (unsigned)(d - c->tables->events), params, err);
  if (rc == ALGO_OK && e->notify) rc = notify(e, c, d, at, fields, err);
  e->applied++;
  return rc;
}

algo_code_t ix_events_apply_arc56(ix_events_t *e, const ix_arc56_t *a, const ix_a56_event_t *event,
                                  const ix_event_at_t *at, algo_bytes_t log, algo_err_t *err) {
  size_t start[5 + IX_A56_ARGS_MAX];
  const char *params[5 + IX_A56_ARGS_MAX];
  char name[48];
  algo_buf_t *b = &e->scratch;
  algo_buf_clear(b);
  put_head(b, at, start);
  for (uint32_t i = 0; i < event->n_columns; i++) {
    start[5 + i] = b->n;
    /* More values than anyone can have meant: no event. */
    if (ix_a56_put_text(b, event, i, log, err) != ALGO_OK) return ALGO_OK;
    algo_buf_putc(b, 0);
  }
  if (b->oom) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (unsigned i = 0; i < 5 + event->n_columns; i++) params[i] = (const char *)b->p + start[i];
  snprintf(name, sizeof name, "a%u_%zu", a->number, (size_t)(event - a->events));
  algo_code_t rc = run(e, name, 5 + (int)event->n_columns, params, err);
  e->applied++;
  if (rc != ALGO_OK || !e->notify) return rc;
  algo_json_t j = open_notice(e, a->schema, event->name, at);
  for (uint32_t i = 0; rc == ALGO_OK && i < event->n_columns && e->scratch.n <= NOTICE_MAX; i++) {
    algo_json_key(&j, event->columns[i].name);
    rc = ix_a56_put_json(&j, event, i, log, err);
  }
  return rc == ALGO_OK ? send_notice(e, &j, a->schema, event->name, at, err) : rc;
}
