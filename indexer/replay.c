/* replay.c - logs out of the database again: see replay.h. */
#include "replay.h"

#include <stdlib.h>

#include "algo/text.h"

#define FETCH "500" /* logs at a time */

static algo_code_t one_row(ix_events_t *e, ix_replay_fn *each, void *user, const PGresult *r, int row, algo_buf_t *log,
                           algo_err_t *err) {
  const ix_event_at_t at = {ix_pg_u64(r, row, 0), ix_pg_u64(r, row, 1), (uint32_t)ix_pg_u64(r, row, 2),
                            (uint32_t)ix_pg_u64(r, row, 3), strtoll(PQgetvalue(r, row, 4), NULL, 10)};
  const char *hex = PQgetvalue(r, row, 5);
  algo_buf_clear(log);
  if (strlen(hex) >= 2 && algo_hex_decode(log, hex + 2, strlen(hex) - 2, err) != ALGO_OK) return ALGO_E_DB;
  return each(e, user, &at, algo_buf_view(log), err);
}

algo_code_t ix_replay(ix_events_t *e, const char *where, ix_replay_fn *each, void *user, algo_err_t *err) {
  algo_buf_t sql = ALGO_BUF_INIT, log = ALGO_BUF_INIT;
  algo_buf_printf(&sql,
                  "declare past no scroll cursor for select l.app, l.round, l.intra, l.idx,"
                  " extract(epoch from b.time)::bigint, l.data from chain.log as l join chain.block as b on b.round ="
                  " l.round where %s order by l.round, l.intra, l.idx",
                  where);
  algo_code_t rc = ix_pg_exec(e->conn, algo_buf_cstr(&sql), err);
  if (rc == ALGO_OK) rc = ix_events_prepare(e, err);
  for (int n = 1; rc == ALGO_OK && n > 0;) {
    PGresult *r;
    rc = ix_pg_query(e->conn, &r, "fetch " FETCH " from past", 0, NULL, err);
    if (rc != ALGO_OK) break;
    n = PQntuples(r);
    if (n) rc = ix_events_begin(e, err);
    for (int i = 0; rc == ALGO_OK && i < n; i++) rc = one_row(e, each, user, r, i, &log, err);
    if (n && rc == ALGO_OK) rc = ix_events_end(e, err);
    PQclear(r);
  }
  if (rc == ALGO_OK) rc = ix_pg_exec(e->conn, "close past; deallocate all", err);
  algo_buf_fini(&sql);
  algo_buf_fini(&log);
  return rc;
}
