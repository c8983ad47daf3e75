/* How much there is, as of the fork's round: the node's supply is of its last round, so when that is a later one the
 * totals are taken from the round's state delta, which a node has for its last rounds. */
#include "algo/mp.h"
#include "internal.h"

#define KEPT "supply" /* in the folder; no path of the node's */

/* The value of a map's key; empty: it is not there. */
static algo_bytes_t member(algo_bytes_t map, const char *key) {
  algo_mp_t r = algo_mp(map);
  algo_bytes_t k, v;
  uint32_t n = 0;
  if (map.n == 0 || algo_mp_get_map(&r, &n, NULL) != ALGO_OK) return algo_bytes(NULL, 0);
  for (uint32_t i = 0; i < n; i++) {
    bool text = algo_mp_peek(&r) == ALGO_MP_STR || algo_mp_peek(&r) == ALGO_MP_BIN;
    if (!text || algo_mp_get_str(&r, &k, NULL) != ALGO_OK || algo_mp_skip_view(&r, &v, NULL) != ALGO_OK) break;
    if (algo_bytes_eq(k, algo_bytes_str(key))) return v;
  }
  return algo_bytes(NULL, 0);
}

static uint64_t money(algo_bytes_t totals, const char *whose) {
  algo_mp_t r = algo_mp(member(member(totals, whose), "mon"));
  uint64_t v = 0;
  return r.p != r.end && algo_mp_get_uint(&r, &v, NULL) == ALGO_OK ? v : 0;
}

static void take(algo_fork_t *f, uint64_t online, uint64_t total) {
  f->origin.online = online;
  f->origin.total = total;
  f->origin.supply_known = true;
}

static algo_code_t from_supply(algo_fork_t *f, const algo_buf_t *body, algo_err_t *err) {
  json_object *o = NULL;
  uint64_t round = 0, online = 0, total = 0;
  algo_code_t rc = algo_json_parse(&o, body->p, body->n, err);
  if (rc == ALGO_OK) rc = algo_json_get_u64(o, "current_round", &round, err);
  if (rc == ALGO_OK) rc = algo_json_get_u64(o, "online-money", &online, err);
  if (rc == ALGO_OK) rc = algo_json_get_u64(o, "total-money", &total, err);
  if (rc == ALGO_OK && online > total) rc = algo_err_set(err, ALGO_E_PARSE, "more money is online than there is");
  if (rc == ALGO_OK && round == f->origin.round) take(f, online, total);
  json_object_put(o);
  return rc == ALGO_OK ? rc : algo_err_prefix(err, rc, "the forked node's answer to /v2/ledger/supply");
}

static algo_code_t from_delta(algo_fork_t *f, algo_buf_t *body, algo_err_t *err) {
  char path[64];
  snprintf(path, sizeof path, "/v2/deltas/%" PRIu64 "?format=msgpack", f->origin.round);
  algo_code_t rc = fork_get(f, path, false, body, err);
  if (rc == ALGO_E_NOT_FOUND || rc == ALGO_E_HTTP) return ALGO_OK; /* too long ago, or a node without deltas */
  if (rc != ALGO_OK) return rc;
  algo_bytes_t totals = member(algo_buf_view(body), "Totals");
  uint64_t online = money(totals, "online"), offline = money(totals, "offline");
  if (totals.n > 0 && online <= UINT64_MAX - offline) take(f, online, online + offline);
  return ALGO_OK;
}

algo_code_t fork_read_supply(algo_fork_t *f, algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT;
  bool found = false;
  if (fork_cache_read(f, KEPT, &found, &body)) {
    algo_code_t rc = found ? from_supply(f, &body, err) : ALGO_OK;
    algo_buf_fini(&body);
    return rc;
  }
  if (f->unmet) return ALGO_OK;
  algo_code_t rc = fork_get(f, "/v2/ledger/supply", false, &body, err);
  if (rc == ALGO_OK) rc = from_supply(f, &body, err);
  if (rc == ALGO_OK && !f->origin.supply_known) rc = from_delta(f, &body, err);
  if (rc == ALGO_OK && f->origin.supply_known) {
    algo_buf_clear(&body);
    algo_buf_printf(&body, "{\"current_round\":%" PRIu64 ",\"online-money\":%" PRIu64 ",\"total-money\":%" PRIu64 "}",
                    f->origin.round, f->origin.online, f->origin.total);
    fork_cache_write(f, KEPT, true, algo_buf_view(&body));
  } else if (rc == ALGO_OK) {
    algo_env_log(&f->env, ALGO_LOG_WARN,
                 "the forked node %s does not tell its supply as of round %" PRIu64
                 ": /v2/ledger/supply of the fork is refused. A fork of the last round has it",
                 algo_http_server(f->http), f->origin.round);
  }
  algo_buf_fini(&body);
  return rc;
}
