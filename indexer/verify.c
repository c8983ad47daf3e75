/* verify.c - the tables beside the chain: boxes, global state and balance of an application at one round. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/algod.h"
#include "algo/follower.h"
#include "algo/text.h"
#include "internal.h"
#include "verify.h"

#define MEET_NS UINT64_C(30000000000)
#define STEP_NS UINT64_C(50000000)

/* Which state tables are boxes: key behind the prefix, the first `columns` columns behind the key as an ARC-4 tuple. */
typedef struct boxes {
  const char *contract, *table, *prefix;
  unsigned columns;
  const char *there; /* SQL: the box is there */
} boxes_t;
static const boxes_t all_boxes[] = {
    {"rental", "gpu", "g", 12, "not retired"},  {"rental", "rental", "r", 18, "not closed"},
    {"rental", "provider", "p", 1, "approved"}, {"escrow", "task", "t", 16, "not closed"},
    {"escrow", "worker", "w", 2, "not closed"}, {"escrow", "provider", "p", 1, "approved"},
};

void ix_verify_differs(ix_verify_t *v, const char *fmt, ...) {
  char text[1024];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  v->out->differences++;
  if (v->tell) v->tell(v->user, text);
}

/* ---- a row as a box ---- */

static void put_number(algo_buf_t *b, uint64_t n, size_t size) {
  uint8_t be[8];
  algo_put_be64(be, n);
  algo_buf_put(b, be + 8 - size, size);
}

static void put_hex(algo_buf_t *b, const char *s) {
  if (strncmp(s, "\\x", 2) == 0) (void)algo_hex_decode(b, s + 2, strlen(s) - 2, NULL);
}

static size_t head_size(algo_column_kind_t k) {
  switch (k) {
  case ALGO_COL_U64:
  case ALGO_COL_TIME: return 8;
  case ALGO_COL_U32: return 4;
  case ALGO_COL_U16:
  case ALGO_COL_STRING: return 2;
  case ALGO_COL_ADDRESS:
  case ALGO_COL_BYTES32: return 32;
  default: return 1;
  }
}

static void put_head(algo_buf_t *head, algo_buf_t *tail, size_t heads, algo_column_kind_t k, const char *text) {
  switch (k) {
  case ALGO_COL_BOOL: algo_buf_putc(head, text[0] == 't' ? 0x80 : 0); break;
  case ALGO_COL_ADDRESS:
  case ALGO_COL_BYTES32: put_hex(head, text); break;
  case ALGO_COL_STRING:
    put_number(head, heads + tail->n, 2);
    put_number(tail, (strlen(text) - 2) / 2, 2);
    put_hex(tail, text);
    break;
  default: put_number(head, strtoull(text, NULL, 10), head_size(k)); break;
  }
}

static void put_row(algo_buf_t *out, const algo_state_table_t *t, unsigned columns, const PGresult *r, int row) {
  algo_buf_t tail = ALGO_BUF_INIT;
  size_t heads = 0;
  for (unsigned i = 1; i <= columns; i++) heads += head_size(t->columns[i].kind);
  algo_buf_clear(out);
  for (unsigned i = 1; i <= columns; i++) put_head(out, &tail, heads, t->columns[i].kind, PQgetvalue(r, row, (int)i));
  algo_buf_putb(out, algo_buf_view(&tail));
  algo_buf_fini(&tail);
}

static void put_name(algo_buf_t *out, const boxes_t *b, const algo_state_table_t *t, const PGresult *r, int row) {
  algo_buf_t none = ALGO_BUF_INIT;
  algo_buf_clear(out);
  algo_buf_puts(out, b->prefix);
  put_head(out, &none, 0, t->columns[0].kind, PQgetvalue(r, row, 0));
  algo_buf_fini(&none);
}

/* ---- boxes ---- */

static algo_code_t rows_of(ix_verify_t *v, const algo_contract_tables_t *c, const boxes_t *b,
                           const algo_state_table_t *t, uint64_t app, PGresult **r) {
  algo_buf_t sql = ALGO_BUF_INIT;
  for (unsigned i = 0; i <= b->columns; i++)
    algo_buf_printf(&sql, "%s\"%s\"", i ? ", " : "select ", t->columns[i].name);
  algo_buf_printf(&sql, " from \"%s\".\"%s\" where app = %" PRIu64 " and %s order by 1", c->contract, t->name, app,
                  b->there);
  algo_code_t rc = ix_pg_query(v->conn, r, algo_buf_cstr(&sql), 0, NULL, v->err);
  algo_buf_fini(&sql);
  return rc;
}

static void compare_row(ix_verify_t *v, const boxes_t *b, const algo_state_table_t *t, const PGresult *r, int row,
                        algo_bytes_t value) {
  algo_buf_t mine = ALGO_BUF_INIT;
  put_row(&mine, t, b->columns, r, row);
  v->out->boxes++;
  if (!algo_bytes_eq(algo_buf_view(&mine), value)) {
    algo_buf_t chain = ALGO_BUF_INIT, table = ALGO_BUF_INIT;
    algo_hex_encode(&chain, value);
    algo_hex_encode(&table, algo_buf_view(&mine));
    ix_verify_differs(v, "%s %s: the box is %s, the row says %s", t->name, PQgetvalue(r, row, 0), algo_buf_cstr(&chain),
                      algo_buf_cstr(&table));
    algo_buf_fini(&chain);
    algo_buf_fini(&table);
  }
  algo_buf_fini(&mine);
}

static algo_code_t compare_boxes(ix_verify_t *v, const algo_contract_tables_t *c, const boxes_t *b,
                                 const algo_state_table_t *t, uint64_t app) {
  const algo_box_t *boxes;
  size_t n;
  PGresult *r = NULL;
  algo_buf_t name = ALGO_BUF_INIT;
  algo_code_t rc = algo_algod_boxes(v->node, app, algo_bytes_str(b->prefix), &boxes, &n, v->arena, v->err);
  if (rc == ALGO_OK) rc = rows_of(v, c, b, t, app, &r);
  const int rows = rc == ALGO_OK ? PQntuples(r) : 0;
  size_t i = 0;
  for (int row = 0; rc == ALGO_OK && (row < rows || i < n);) {
    if (row < rows) put_name(&name, b, t, r, row);
    const int order = row == rows ? 1 : i == n ? -1 : algo_bytes_cmp(algo_buf_view(&name), boxes[i].name);
    if (order == 0) {
      compare_row(v, b, t, r, row++, boxes[i++].value);
    } else if (order < 0) {
      ix_verify_differs(v, "%s %s: a row without a box", t->name, PQgetvalue(r, row++, 0));
    } else {
      algo_buf_clear(&name);
      algo_hex_encode(&name, boxes[i++].name);
      ix_verify_differs(v, "%s: the box %s has no row", t->name, algo_buf_cstr(&name));
    }
  }
  PQclear(r);
  algo_buf_fini(&name);
  return rc;
}

/* ---- global state and balance ---- */

static void compare_value(ix_verify_t *v, const algo_state_column_t *col, const char *text,
                          const algo_teal_value_t *g) {
  uint64_t mine = col->kind == ALGO_COL_BOOL ? text[0] == 't' : strtoull(text, NULL, 10);
  v->out->values++;
  if (g->is_uint) {
    if (mine == 0 && strncmp(col->name, "next_", 5) == 0) mine = 1; /* no event yet */
    if (mine != g->uint)
      ix_verify_differs(v, "global %s is %" PRIu64 ", the row says %" PRIu64, col->name, g->uint, mine);
    return;
  }
  algo_buf_t b = ALGO_BUF_INIT;
  put_hex(&b, text);
  if (!algo_bytes_eq(algo_buf_view(&b), g->bytes))
    ix_verify_differs(v, "global %s is not what the row says", col->name);
  algo_buf_fini(&b);
}

static algo_code_t compare_globals(ix_verify_t *v, const algo_contract_tables_t *c, const algo_state_table_t *t,
                                   const algo_application_t *a) {
  algo_buf_t sql = ALGO_BUF_INIT;
  PGresult *r;
  for (unsigned i = 0; i < t->n_columns; i++)
    algo_buf_printf(&sql, "%s\"%s\"", i ? ", " : "select ", t->columns[i].name);
  algo_buf_printf(&sql, " from \"%s\".\"%s\" where app = %" PRIu64, c->contract, t->name, a->id);
  algo_code_t rc = ix_pg_query(v->conn, &r, algo_buf_cstr(&sql), 0, NULL, v->err);
  algo_buf_fini(&sql);
  if (rc != ALGO_OK) return rc;
  if (PQntuples(r) != 1) ix_verify_differs(v, "%s: application %" PRIu64 " has no row", t->name, a->id);
  for (unsigned i = 0; PQntuples(r) == 1 && i < t->n_columns; i++) {
    const algo_teal_value_t *g = algo_teal_find(&a->globals, t->columns[i].name);
    if (g) compare_value(v, &t->columns[i], PQgetvalue(r, 0, (int)i), g);
  }
  PQclear(r);
  return ALGO_OK;
}

/* What the application holds beyond its minimum balance and the protocol's rewards is what the tables say, or more: a
 * gift. */
static algo_code_t compare_balance(ix_verify_t *v, const algo_contract_tables_t *c, const algo_application_t *a) {
  char sql[160];
  PGresult *r;
  snprintf(sql, sizeof sql, "select holding, balanced from \"%s\".holdings where app = %" PRIu64, c->contract, a->id);
  algo_code_t rc = ix_pg_query(v->conn, &r, sql, 0, NULL, v->err);
  if (rc != ALGO_OK) return rc;
  const uint64_t mine = PQntuples(r) ? ix_pg_u64(r, 0, 0) : 0;
  if (PQntuples(r) && strcmp(PQgetvalue(r, 0, 1), "t") != 0)
    ix_verify_differs(v, "application %" PRIu64 ": what came in is not what went out and what is held", a->id);
  PQclear(r);
  const algo_teal_value_t *asset = algo_teal_find(&a->globals, "asset");
  algo_addr_t addr;
  uint64_t chain;
  algo_addr_of_app(&addr, a->id);
  if (asset && asset->uint) {
    algo_holding_t h;
    rc = algo_algod_holding(v->node, &addr, asset->uint, &h, v->err);
    chain = rc == ALGO_OK ? h.amount : 0;
    if (rc == ALGO_E_NOT_FOUND) rc = ALGO_OK; /* not opted in yet: it holds none */
  } else {
    algo_account_t h;
    rc = algo_algod_account(v->node, &addr, &h, v->arena, v->err);
    chain = rc == ALGO_OK && h.amount > h.min_balance ? h.amount - h.min_balance : 0;
  }
  if (rc != ALGO_OK) return rc;
  v->out->values++;
  if (chain < mine)
    ix_verify_differs(v, "application %" PRIu64 " holds %" PRIu64 " base units, the tables say %" PRIu64, a->id, chain,
                      mine);
  return ALGO_OK;
}

static algo_code_t compare_app(ix_verify_t *v, const algo_contract_tables_t *c, uint64_t app) {
  algo_application_t a;
  algo_code_t rc = algo_algod_application(v->node, app, &a, v->arena, v->err);
  for (unsigned i = 0; rc == ALGO_OK && i < c->n_states; i++) {
    const algo_state_table_t *t = &c->states[i];
    if (t->singleton) rc = compare_globals(v, c, t, &a);
    for (size_t k = 0; rc == ALGO_OK && k < sizeof all_boxes / sizeof *all_boxes; k++)
      if (strcmp(all_boxes[k].contract, c->contract) == 0 && strcmp(all_boxes[k].table, t->name) == 0)
        rc = compare_boxes(v, c, &all_boxes[k], t, app);
  }
  return rc == ALGO_OK ? compare_balance(v, c, &a) : rc;
}

/* ---- one round ---- */

static algo_code_t last_rounds(ix_verify_t *v, uint64_t *mine, uint64_t *chain) {
  PGresult *r;
  algo_node_status_t st;
  algo_code_t rc = ix_pg_query(v->conn, &r, "select next_round from chain.cursor", 0, NULL, v->err);
  if (rc != ALGO_OK) return rc;
  const uint64_t next = PQntuples(r) ? ix_pg_u64(r, 0, 0) : 0;
  PQclear(r);
  rc = algo_algod_status(v->node, &st, v->arena, v->err);
  if (rc != ALGO_OK) return rc;
  if (next == 0) return algo_err_set(v->err, ALGO_E_NOT_FOUND, "the database is empty");
  *mine = next - 1;
  *chain = st.last_round;
  return ALGO_OK;
}

/* Compares in a snapshot of the database; *same false: the node moved meanwhile, and nothing of it counts. */
static algo_code_t attempt(ix_verify_t *v, const algo_follower_contract_t *apps, size_t n, bool *same) {
  const algo_follower_verdict_t none = {0};
  uint64_t mine, chain, later;
  *v->out = none;
  algo_code_t rc = ix_pg_exec(v->conn, "begin isolation level repeatable read read only", v->err);
  if (rc == ALGO_OK) rc = last_rounds(v, &mine, &chain);
  *same = rc == ALGO_OK && mine == chain;
  if (rc == ALGO_OK && *same) rc = ix_verify_chain(v, chain);
  if (rc == ALGO_OK && *same) rc = ix_verify_state(v);
  for (size_t i = 0; rc == ALGO_OK && *same && i < n; i++) rc = compare_app(v, apps[i].tables, apps[i].app);
  if (rc == ALGO_OK && *same) {
    rc = last_rounds(v, &mine, &later);
    *same = rc == ALGO_OK && later == chain;
    v->out->round = chain;
  }
  algo_code_t end = ix_pg_exec(v->conn, "rollback", rc == ALGO_OK ? v->err : NULL);
  return rc == ALGO_OK ? end : rc;
}

static algo_code_t meet(ix_verify_t *v, const algo_follower_contract_t *apps, size_t n, uint64_t round) {
  const uint64_t deadline = ix_now_ns() + MEET_NS;
  void (*tell)(void *, const char *) = v->tell;
  for (;;) {
    uint64_t mine, chain;
    bool same = false;
    algo_arena_reset(v->arena);
    algo_code_t rc = last_rounds(v, &mine, &chain);
    if (rc != ALGO_OK) return rc;
    if (round != UINT64_MAX && (mine > round || chain > round))
      return algo_err_set(v->err, ALGO_E_RANGE,
                          "the node is at round %" PRIu64 ", the database at %" PRIu64 ": round %" PRIu64 " is gone by",
                          chain, mine, round);
    if (mine == chain && (round == UINT64_MAX || round == chain)) {
      v->tell = NULL; /* once silently: a node that moves on makes differences that are none */
      rc = attempt(v, apps, n, &same);
      v->tell = tell;
      if (rc == ALGO_OK && same && v->out->differences) rc = attempt(v, apps, n, &same);
      if (rc != ALGO_OK || same) return rc;
    }
    if (ix_now_ns() > deadline)
      return algo_err_set(v->err, ALGO_E_TIMEOUT,
                          "the node is at round %" PRIu64 ", the database at %" PRIu64 ": they do not meet", chain,
                          mine);
    if (!ix_pause(&v->cancel, STEP_NS)) return algo_err_set(v->err, ALGO_E_INTERRUPTED, "ended by a signal");
  }
}

/* The contracts that the database itself has. */
static algo_code_t registered(ix_verify_t *v, const algo_contract_tables_t *const *known, size_t n_known,
                              algo_follower_contract_t **out, size_t *n) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(v->conn, &r, "select app, contract from chain.contract order by app", 0, NULL, v->err);
  if (rc != ALGO_OK) return rc;
  *n = 0;
  *out = calloc((size_t)PQntuples(r) + 1, sizeof **out);
  for (int i = 0; *out && i < PQntuples(r); i++)
    for (size_t k = 0; k < n_known; k++)
      if (strcmp(known[k]->contract, PQgetvalue(r, i, 1)) == 0)
        (*out)[(*n)++] = (algo_follower_contract_t){ix_pg_u64(r, i, 0), known[k]};
  PQclear(r);
  return *out ? ALGO_OK : algo_err_set(v->err, ALGO_E_NOMEM, "out of memory");
}

algo_code_t algo_follower_verify(algo_follower_verdict_t *out, const algo_follower_options_t *opt,
                                 const algo_contract_tables_t *const *known, size_t n_known, uint64_t round,
                                 void (*tell)(void *user, const char *difference), void *user, const algo_env_t *env,
                                 algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  ix_verify_t v = {.out = out, .tell = tell, .user = user, .arena = &arena, .err = err};
  v.cancel = (ix_cancel_t){opt->cancelled, opt->cancel_user};
  v.progress = opt->progress;
  v.progress_user = opt->progress_user;
  const algo_algod_options_t node = {
      .url = opt->algod_url, .token = opt->algod_token, .cancelled = opt->cancelled, .cancel_user = opt->cancel_user};
  algo_follower_contract_t *apps = NULL;
  size_t n = 0;
  *out = (algo_follower_verdict_t){0};
  algo_code_t rc = ix_pg_open(&v.conn, opt->database_url, IX_APPLICATION_NAME " verify", err);
  if (rc == ALGO_OK) ix_pg_cancellable(v.conn, &v.cancel);
  if (rc == ALGO_OK) rc = ix_schema_check(v.conn, err);
  if (rc == ALGO_OK) rc = algo_algod_new(&v.node, &node, env, err);
  if (rc == ALGO_OK && opt->n_contracts == 0) rc = registered(&v, known, n_known, &apps, &n);
  if (rc == ALGO_OK) rc = ix_verify_network(&v);
  if (rc == ALGO_OK)
    rc = opt->n_contracts ? meet(&v, opt->contracts, opt->n_contracts, round) : meet(&v, apps, n, round);
  if (rc == ALGO_OK) rc = ix_verify_missing(&v);
  if (rc == ALGO_OK) rc = ix_verify_sums(&v);
  if (rc == ALGO_OK) rc = ix_verify_links(&v); /* of the database alone, whatever the node does meanwhile */
  free(apps);
  algo_algod_free(v.node);
  if (v.conn) PQfinish(v.conn);
  algo_arena_fini(&arena);
  return rc;
}
