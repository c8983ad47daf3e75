/* verify_chain.c - what does not depend on any contract: the network, the chain of blocks, and what is known to be
 * missing. */
#include <inttypes.h>
#include <stdio.h>

#include "schema.h"
#include "verify.h"

#define LINKS 50000u /* rounds at a time: a second or so, on a slow disk too */

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

/* Rounds `first` to `last`, of which the first is there. *newest: the last one that is. */
static algo_code_t compare_links(ix_verify_t *v, uint64_t first, uint64_t last, uint64_t *newest) {
  char from[24], to[24];
  const char *params[] = {from, to};
  PGresult *r;
  snprintf(from, sizeof from, "%" PRIu64, first);
  snprintf(to, sizeof to, "%" PRIu64, last);
  algo_code_t rc = ix_pg_query(v->conn, &r,
                               "select round, before, before = round - 1 from (select round, prev, lag(round) over w as"
                               " before, lag(hash) over w as link from chain.block where round between $1 and $2"
                               " window w as (order by round)) as b where before <> round - 1 or link <> prev"
                               " order by round limit 100",
                               2, params, v->err);
  if (rc != ALGO_OK) return rc;
  for (int i = 0; i < PQntuples(r); i++) {
    if (*PQgetvalue(r, i, 2) == 't')
      ix_verify_differs(v, "round %s does not follow round %s by its hash", PQgetvalue(r, i, 0), PQgetvalue(r, i, 1));
    else ix_verify_differs(v, "between rounds %s and %s blocks are missing", PQgetvalue(r, i, 1), PQgetvalue(r, i, 0));
  }
  PQclear(r);
  rc = ix_pg_query(v->conn, &r, "select max(round) from chain.block where round between $1 and $2", 2, params, v->err);
  if (rc != ALGO_OK) return rc;
  *newest = ix_pg_u64(r, 0, 0);
  PQclear(r);
  return ALGO_OK;
}

algo_code_t ix_verify_links(ix_verify_t *v) {
  PGresult *r;
  algo_code_t rc = ix_pg_query(v->conn, &r, "select min(round), max(round) from chain.block", 0, NULL, v->err);
  if (rc != ALGO_OK) return rc;
  uint64_t at = ix_pg_u64(r, 0, 0);
  const uint64_t last = ix_pg_u64(r, 0, 1);
  PQclear(r);
  for (uint64_t to = at; rc == ALGO_OK && to < last;) {
    to = last - to > LINKS ? to + LINKS : last;
    rc = compare_links(v, at, to, &at);
    if (v->progress) v->progress(v->progress_user, to, last);
  }
  return rc;
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
