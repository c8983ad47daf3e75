/* verify_state.c - the schema state beside what the node says of accounts and boxes at the same round. */
#include <inttypes.h>
#include <stdio.h>

#include "algo/json.h"
#include "algo/text.h"
#include "pipe.h"
#include "verify.h"

#define ACCOUNTS    "1000"              /* compared at most ... */
#define ACCOUNTS_NS UINT64_C(600000000) /* ... and no longer: the node's next round is about to come */
#define BOXES_NS    UINT64_C(400000000)
#define BOXES_WHOLE 1000u /* an application with more is compared box by box, from a place on */

/* Where a look at a part of much begins: once a verify, so that what was found is found again to be told. */
static algo_code_t choose_start(ix_verify_t *v) {
  if (v->start[0]) return ALGO_OK;
  PGresult *r;
  algo_code_t rc = ix_pg_query(v->conn, &r,
                               "select sha256(random()::text::bytea), floor(random() * coalesce(max(app) + 1, 0))"
                               " from state.box",
                               0, NULL, v->err);
  if (rc != ALGO_OK) return rc;
  snprintf(v->start, sizeof v->start, "%s", PQgetvalue(r, 0, 0));
  v->start_app = ix_pg_u64(r, 0, 1);
  PQclear(r);
  return ALGO_OK;
}

static algo_code_t tell_rows(ix_verify_t *v, const char *sql, int n, const char *const *params) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(v->conn, &r, sql, n, params, v->err);
  if (rc != ALGO_OK) return rc;
  for (int i = 0; i < PQntuples(r); i++) ix_verify_differs(v, "%s", PQgetvalue(r, i, 0));
  PQclear(r);
  return ALGO_OK;
}

/* ---- accounts ---- */

/* Rewards that are due show from which level on: the node counts each whole Algo's since then. */
static algo_code_t compare_rewards(ix_verify_t *v, json_object *there, const PGresult *r, int row, const char *who) {
  uint64_t level = 0, due = 0;
  algo_code_t rc = algo_json_opt_u64(there, "reward-base", &level, v->err);
  if (rc == ALGO_OK) rc = algo_json_opt_u64(there, "pending-rewards", &due, v->err);
  if (rc != ALGO_OK || *PQgetvalue(r, row, 3) != 't' || level == 0) return rc;
  const uint64_t units = ix_pg_u64(r, row, 1) / 1000000, base = ix_pg_u64(r, row, 2);
  uint64_t mine;
  if (base > level || __builtin_mul_overflow(level - base, units, &mine) || mine != due)
    ix_verify_differs(v,
                      "account %s: %" PRIu64
                      " microAlgos of rewards are due at the node, not what rewards_base %" PRIu64
                      " in state.account says",
                      who, due, base);
  return ALGO_OK;
}

/* Boxes of the account's applications that have no row at all; those that have are compared by application. */
static algo_code_t compare_boxless(ix_verify_t *v, const char *addr, uint64_t end) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(v->conn, &r,
                               "select id from state.app as a where creator = $1 and not exists (select from state.box"
                               " as b where b.app = a.id) order by id",
                               1, (const char *[]){addr}, v->err);
  if (rc != ALGO_OK) return rc;
  for (int i = 0; rc == ALGO_OK && i < PQntuples(r) && (i == 0 || ix_now_ns() < end); i++) {
    const algo_box_t *boxes;
    size_t n = 0;
    rc = algo_algod_boxes(v->node, ix_pg_u64(r, i, 0), algo_bytes(NULL, 0), &boxes, &n, v->arena, v->err);
    if (rc == ALGO_E_NOT_FOUND) rc = ALGO_OK;
    else if (rc == ALGO_OK && n)
      ix_verify_differs(v, "application %s: %zu boxes at the node, none in state.box", PQgetvalue(r, i, 0), n);
  }
  PQclear(r);
  return rc;
}

static algo_code_t compare_account(ix_verify_t *v, const PGresult *r, int row, uint64_t end) {
  algo_addr_t addr;
  json_object *there = NULL;
  char who[ALGO_ADDR_TEXT + 1];
  if (!ix_pg_bytes(r, row, 0, addr.b, sizeof addr.b))
    return algo_err_set(v->err, ALGO_E_DB, "state.account.addr is not 32 bytes");
  algo_addr_format(who, &addr);
  algo_code_t rc = algo_algod_account_json(v->node, &addr, &there, v->err);
  if (rc == ALGO_OK) {
    const char *params[] = {json_object_to_json_string_ext(there, JSON_C_TO_STRING_PLAIN)};
    rc = tell_rows(v, "select state.differences($1)", 1, params);
  }
  if (rc == ALGO_OK) rc = compare_rewards(v, there, r, row, who);
  json_object_put(there);
  if (rc == ALGO_OK) rc = compare_boxless(v, PQgetvalue(r, row, 0), end);
  v->out->accounts += rc == ALGO_OK;
  return rc;
}

static algo_code_t compare_accounts(ix_verify_t *v) {
  PGresult *r;
  algo_code_t rc =
      ix_pg_query(v->conn, &r,
                  "select addr, microalgos, rewards_base, status <> 2 and not deleted from ((select 0 as turn, * from"
                  " state.account where addr >= $1 order by addr limit " ACCOUNTS
                  ") union all (select 1, * from state.account where addr < $1 order by addr limit " ACCOUNTS
                  ")) as a order by turn, addr limit " ACCOUNTS,
                  1, (const char *[]){v->start}, v->err);
  if (rc != ALGO_OK) return rc;
  const uint64_t end = ix_now_ns() + ACCOUNTS_NS;
  for (int i = 0; rc == ALGO_OK && i < PQntuples(r) && (i == 0 || ix_now_ns() < end); i++)
    rc = compare_account(v, r, i, end);
  PQclear(r);
  return rc;
}

/* ---- boxes ---- */

static void tell_box(ix_verify_t *v, const char *app, const char *name, const char *how) {
  ix_verify_differs(v, "box %s of application %s: %s", name, app, how);
}

static int compare_names(const PGresult *r, int row, const algo_box_t *box, algo_buf_t *name) {
  const char *hex = PQgetvalue(r, row, 0);
  algo_buf_clear(name);
  (void)algo_hex_decode(name, hex + 2, strlen(hex) - 2, NULL);
  return algo_bytes_cmp(algo_buf_view(name), box->name);
}

static bool same_value(const char *hex, algo_bytes_t value, algo_buf_t *b) {
  algo_buf_clear(b);
  return algo_hex_decode(b, hex + 2, strlen(hex) - 2, NULL) == ALGO_OK && algo_bytes_eq(algo_buf_view(b), value);
}

/* All boxes of an application that has not many, beside its rows. */
static algo_code_t compare_whole(ix_verify_t *v, const char *app, const PGresult *r) {
  const algo_box_t *boxes;
  size_t n, i = 0;
  const int rows = PQntuples(r);
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t rc =
      algo_algod_boxes(v->node, strtoull(app, NULL, 10), algo_bytes(NULL, 0), &boxes, &n, v->arena, v->err);
  for (int row = 0; rc == ALGO_OK && (row < rows || i < n);) {
    const int order = row == rows ? 1 : i == n ? -1 : compare_names(r, row, &boxes[i], &b);
    if (order > 0) {
      algo_buf_clear(&b);
      algo_buf_puts(&b, "\\x");
      algo_hex_encode(&b, boxes[i++].name);
      tell_box(v, app, algo_buf_cstr(&b), "it is at the node, not in state.box");
      continue;
    }
    if (order < 0) tell_box(v, app, PQgetvalue(r, row, 0), "it is in state.box, not at the node");
    else if (!same_value(PQgetvalue(r, row, 1), boxes[i++].value, &b))
      tell_box(v, app, PQgetvalue(r, row, 0), "the node has another value than state.box");
    v->out->boxes++;
    row++;
  }
  algo_buf_fini(&b);
  return rc;
}

/* Some boxes of an application that has many. */
static algo_code_t compare_some(ix_verify_t *v, const char *app, const PGresult *r, uint64_t end) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t rc = ALGO_OK;
  for (int i = 0; rc == ALGO_OK && i < PQntuples(r) && (i == 0 || ix_now_ns() < end); i++) {
    const char *hex = PQgetvalue(r, i, 0);
    algo_box_t box;
    algo_buf_clear(&b);
    (void)algo_hex_decode(&b, hex + 2, strlen(hex) - 2, NULL);
    rc = algo_algod_box(v->node, strtoull(app, NULL, 10), algo_buf_view(&b), &box, v->arena, v->err);
    if (rc == ALGO_E_NOT_FOUND) tell_box(v, app, hex, "it is in state.box, not at the node");
    else if (rc == ALGO_OK && !same_value(PQgetvalue(r, i, 1), box.value, &b))
      tell_box(v, app, hex, "the node has another value than state.box");
    if (rc == ALGO_E_NOT_FOUND) rc = ALGO_OK;
    v->out->boxes++;
  }
  algo_buf_fini(&b);
  return rc;
}

static algo_code_t compare_boxes_of(ix_verify_t *v, const char *app, uint64_t end) {
  char most[24];
  PGresult *r;
  snprintf(most, sizeof most, "%u", BOXES_WHOLE + 1);
  algo_code_t rc = ix_pg_query(v->conn, &r, "select name, value from state.box where app = $1 order by name limit $2",
                               2, (const char *[]){app, most}, v->err);
  if (rc != ALGO_OK) return rc;
  if (PQntuples(r) <= (int)BOXES_WHOLE) {
    rc = compare_whole(v, app, r);
    PQclear(r);
    return rc;
  }
  PQclear(r);
  rc = ix_pg_query(v->conn, &r,
                   "(select name, value from state.box where app = $1 and name >= $2 order by name limit $3::bigint)"
                   " union all (select name, value from state.box where app = $1 and name < $2 order by name desc"
                   " limit $3::bigint) limit $3::bigint",
                   3, (const char *[]){app, v->start, most}, v->err);
  if (rc != ALGO_OK) return rc;
  rc = compare_some(v, app, r, end);
  PQclear(r);
  return rc;
}

/* Application after application that has rows, from a place on and around. */
static algo_code_t compare_boxes(ix_verify_t *v) {
  const uint64_t end = ix_now_ns() + BOXES_NS;
  uint64_t from = v->start_app;
  bool around = false;
  algo_code_t rc = ALGO_OK;
  for (unsigned i = 0; rc == ALGO_OK && (i == 0 || ix_now_ns() < end); i++) {
    char first[24], app[24];
    PGresult *r;
    snprintf(first, sizeof first, "%" PRIu64, from);
    rc = ix_pg_query(v->conn, &r, "select min(app) from state.box where app >= $1", 1, (const char *[]){first}, v->err);
    if (rc != ALGO_OK) break;
    const bool any = !PQgetisnull(r, 0, 0);
    const uint64_t next = ix_pg_u64(r, 0, 0);
    snprintf(app, sizeof app, "%s", PQgetvalue(r, 0, 0));
    PQclear(r);
    if (around && (!any || next >= v->start_app)) break;
    if (any) rc = compare_boxes_of(v, app, end);
    else around = true;
    from = any ? next + 1 : 0;
  }
  return rc;
}

algo_code_t ix_verify_state(ix_verify_t *v) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(v->conn, &r, "select 1 from chain.cursor where state", 0, NULL, v->err);
  if (rc != ALGO_OK) return rc;
  const bool kept = PQntuples(r) > 0;
  PQclear(r);
  if (!kept) return ALGO_OK;
  rc = choose_start(v);
  if (rc == ALGO_OK) rc = compare_accounts(v);
  if (rc == ALGO_OK) rc = compare_boxes(v);
  return rc == ALGO_E_NOT_FOUND ? ALGO_OK : rc; /* a replay of blocks, which knows no accounts */
}

algo_code_t ix_verify_sums(ix_verify_t *v) {
  return tell_rows(v, "select chain.recount(contract) from chain.contract_schema order by contract", 0, NULL);
}
