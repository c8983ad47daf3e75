/* verify_chain.c - what does not depend on any contract: the network, the chain of blocks, and accounts. */
#include <inttypes.h>
#include <stdio.h>

#include "algo/json.h"
#include "algo/text.h"
#include "pipe.h"
#include "schema.h"
#include "verify.h"

#define ACCOUNTS    "1000"               /* compared at most ... */
#define ACCOUNTS_NS UINT64_C(1000000000) /* ... and no longer: the node's next round is about to come */

algo_code_t ix_verify_network(ix_verify_t *v) {
  ix_cursor_t cur;
  algo_params_t params;
  algo_code_t rc = ix_cursor_read(v->conn, &cur, v->err);
  if (rc == ALGO_OK && !cur.exists) return algo_err_set(v->err, ALGO_E_NOT_FOUND, "the database is empty");
  if (rc == ALGO_OK) rc = algo_algod_params(v->node, &params, v->arena, v->err);
  if (rc != ALGO_OK || memcmp(&params.genesis_hash, &cur.genesis_hash, sizeof cur.genesis_hash) == 0) return rc;
  return algo_err_set(v->err, ALGO_E_GENESIS,
                      "the node is of network %s, the database of %s, or of another chain of this name: give another "
                      "node (ALGOD_URL) or another database (DATABASE_URL)",
                      params.genesis_id, cur.genesis_id);
}

algo_code_t ix_verify_links(ix_verify_t *v) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(v->conn, &r,
                               "select round, before, before = round - 1 from (select round, prev, lag(round) over w as"
                               " before, lag(hash) over w as link from chain.block window w as (order by round)) as b"
                               " where before <> round - 1 or link <> prev order by round limit 100",
                               0, NULL, v->err);
  if (rc != ALGO_OK) return rc;
  for (int i = 0; i < PQntuples(r); i++) {
    if (*PQgetvalue(r, i, 2) == 't')
      ix_verify_differs(v, "round %s does not follow round %s by its hash", PQgetvalue(r, i, 0), PQgetvalue(r, i, 1));
    else ix_verify_differs(v, "between rounds %s and %s blocks are missing", PQgetvalue(r, i, 1), PQgetvalue(r, i, 0));
  }
  PQclear(r);
  return ALGO_OK;
}

algo_code_t ix_verify_missing(ix_verify_t *v) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(v->conn, &r, "select contract, what, first, last from chain.missing order by 1, 2, 3", 0,
                               NULL, v->err);
  if (rc != ALGO_OK) return rc;
  for (int i = 0; i < PQntuples(r); i++)
    ix_verify_differs(v,
                      "%s: the events of %s of rounds %s to %s are missing: those rounds had left the database when it "
                      "was first named (index them anew in another database)",
                      PQgetvalue(r, i, 0), PQgetvalue(r, i, 1), PQgetvalue(r, i, 2), PQgetvalue(r, i, 3));
  PQclear(r);
  return ALGO_OK;
}

static algo_code_t compare_hash(ix_verify_t *v, const PGresult *r, int row) {
  const uint64_t round = ix_pg_u64(r, row, 0);
  algo_digest_t mine, chain;
  if (!ix_pg_bytes(r, row, 1, mine.b, sizeof mine.b))
    return algo_err_set(v->err, ALGO_E_DB, "chain.block.hash of round %" PRIu64 " is not 32 bytes", round);
  algo_code_t rc = algo_algod_block_hash(v->node, round, &chain, v->err);
  if (rc == ALGO_E_NOT_FOUND) return ALGO_OK; /* a node that does not keep its old blocks */
  if (rc != ALGO_OK) return rc;
  v->out->blocks++;
  if (memcmp(&mine, &chain, sizeof mine) != 0) {
    char ours[IX_HEX_TEXT], theirs[IX_HEX_TEXT];
    ix_hex_text(ours, &mine);
    ix_hex_text(theirs, &chain);
    ix_verify_differs(v, "round %" PRIu64 ": the node's block has the hash %s, the database's %s", round, theirs + 2,
                      ours + 2);
  }
  return ALGO_OK;
}

algo_code_t ix_verify_chain(ix_verify_t *v, uint64_t round) {
  char last[24];
  PGresult *r;
  snprintf(last, sizeof last, "%" PRIu64, round);
  /* The newest, as the cursor says, and sixteen more down to the oldest. */
  algo_code_t rc =
      ix_pg_query(v->conn, &r,
                  "select $1::bigint, last_hash from chain.cursor union all select round, hash from chain.block where"
                  " round in (select low + ($1::bigint - low) * i / 16 from generate_series(0, 16) as i, (select"
                  " min(round) as low from chain.block) as b) order by 1 desc",
                  1, (const char *[]){last}, v->err);
  if (rc != ALGO_OK) return rc;
  for (int i = 0; rc == ALGO_OK && i < PQntuples(r); i++) rc = compare_hash(v, r, i);
  PQclear(r);
  return rc;
}

static algo_code_t compare_account(ix_verify_t *v, const PGresult *r, int row) {
  algo_addr_t addr;
  json_object *there = NULL;
  uint64_t amount = 0, assets = 0, apps = 0;
  char text[ALGO_ADDR_TEXT + 1];
  if (!ix_pg_bytes(r, row, 0, addr.b, sizeof addr.b))
    return algo_err_set(v->err, ALGO_E_DB, "state.account.addr is not 32 bytes");
  algo_code_t rc = algo_algod_account_json(v->node, &addr, &there, v->err);
  if (rc == ALGO_OK) rc = algo_json_opt_u64(there, "amount-without-pending-rewards", &amount, v->err);
  if (rc == ALGO_OK) rc = algo_json_opt_u64(there, "total-assets-opted-in", &assets, v->err);
  if (rc == ALGO_OK) rc = algo_json_opt_u64(there, "total-apps-opted-in", &apps, v->err);
  json_object_put(there);
  if (rc != ALGO_OK) return rc;
  v->out->accounts++;
  algo_addr_format(text, &addr);
  if (amount != ix_pg_u64(r, row, 1))
    ix_verify_differs(v, "account %s has %" PRIu64 " microAlgos, state.account says %s", text, amount,
                      PQgetvalue(r, row, 1));
  if (assets != ix_pg_u64(r, row, 2) || apps != ix_pg_u64(r, row, 3))
    ix_verify_differs(v,
                      "account %s has %" PRIu64 " holdings and %" PRIu64 " local states, state.account says %s and %s",
                      text, assets, apps, PQgetvalue(r, row, 2), PQgetvalue(r, row, 3));
  return ALGO_OK;
}

algo_code_t ix_verify_accounts(ix_verify_t *v) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(v->conn, &r,
                               "with start as materialized (select sha256(random()::text::bytea) as a from chain.cursor"
                               " where state) select s.* from start, lateral ((select addr, microalgos, assets, apps"
                               " from state.account where addr >= a order by addr limit " ACCOUNTS
                               ") union all (select addr, microalgos, assets, apps from state.account where addr < a"
                               " order by addr limit " ACCOUNTS ") limit " ACCOUNTS ") as s",
                               0, NULL, v->err);
  if (rc != ALGO_OK) return rc;
  const uint64_t end = ix_now_ns() + ACCOUNTS_NS;
  for (int i = 0; rc == ALGO_OK && i < PQntuples(r) && (i == 0 || ix_now_ns() < end); i++)
    rc = compare_account(v, r, i);
  PQclear(r);
  return rc == ALGO_E_NOT_FOUND ? ALGO_OK : rc; /* a replay of blocks, which knows no accounts */
}
