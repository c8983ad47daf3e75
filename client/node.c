/* node.c - routes about the node itself: status, waiting, parameters, versions, supply, the developer mode's clock. */
#include "internal.h"

static algo_code_t read_status(algo_node_status_t *out, json_object *o, algo_arena_t *arena, algo_err_t *err) {
  algo_node_status_t s = {.last_version = "", .next_version = ""};
  algo_code_t r = algo_json_get_u64(o, "last-round", &s.last_round, err);
  if (r == ALGO_OK) r = client_json_text(&s.last_version, o, "last-version", arena, err);
  if (r == ALGO_OK) r = client_json_text(&s.next_version, o, "next-version", arena, err);
  if (r == ALGO_OK) r = algo_json_opt_u64(o, "next-version-round", &s.next_version_round, err);
  if (r == ALGO_OK) r = algo_json_opt_bool(o, "next-version-supported", &s.next_version_supported, err);
  if (r == ALGO_OK) r = algo_json_opt_u64(o, "catchup-time", &s.catchup_ns, err);
  if (r == ALGO_OK) r = algo_json_opt_u64(o, "time-since-last-round", &s.since_last_round_ns, err);
  if (r == ALGO_OK) r = algo_json_opt_bool(o, "stopped-at-unsupported-round", &s.stopped_at_unsupported_round, err);
  if (r == ALGO_OK) *out = s;
  return r;
}

static algo_code_t get_status(algo_algod_t *c, const char *path, algo_node_status_t *out, algo_arena_t *arena,
                              algo_err_t *err) {
  json_object *o = NULL;
  algo_code_t r = client_get_json(c, path, &o, err);
  if (r == ALGO_OK) r = read_status(out, o, arena, err);
  json_object_put(o);
  return r;
}

algo_code_t algo_algod_status(algo_algod_t *c, algo_node_status_t *out, algo_arena_t *arena, algo_err_t *err) {
  return get_status(c, "/v2/status", out, arena, err);
}

algo_code_t algo_algod_wait_after(algo_algod_t *c, uint64_t round, algo_node_status_t *out, algo_arena_t *arena,
                                  algo_err_t *err) {
  char path[64];
  snprintf(path, sizeof path, "/v2/status/wait-for-block-after/%" PRIu64, round);
  return get_status(c, path, out, arena, err);
}

algo_code_t algo_algod_health(algo_algod_t *c, bool *ok, algo_err_t *err) {
  algo_buf_t answer = ALGO_BUF_INIT;
  algo_code_t r = algo_algod_ask(c, "GET", "/health", NULL, (algo_bytes_t){0}, &answer, err);
  algo_buf_fini(&answer);
  *ok = r == ALGO_OK;
  return r == ALGO_E_HTTP || r == ALGO_E_NOT_FOUND ? ALGO_OK : r;
}

algo_code_t algo_algod_genesis(algo_algod_t *c, algo_buf_t *json, algo_err_t *err) {
  return algo_algod_ask(c, "GET", "/genesis", NULL, (algo_bytes_t){0}, json, err);
}

algo_code_t algo_algod_versions(algo_algod_t *c, algo_node_version_t *out, algo_arena_t *arena, algo_err_t *err) {
  json_object *o = NULL;
  algo_node_version_t v = {.genesis_id = "", .commit = "", .branch = "", .channel = ""};
  algo_code_t r = client_get_json(c, "/versions", &o, err);
  if (r == ALGO_OK) r = client_json_text(&v.genesis_id, o, "genesis_id", arena, err);
  if (r == ALGO_OK) r = client_json_digest(&v.genesis_hash, o, "genesis_hash_b64", err);
  json_object *build = client_json_at(o, "build");
  if (r == ALGO_OK && build != NULL) {
    r = algo_json_opt_u64(build, "major", &v.major, err);
    if (r == ALGO_OK) r = algo_json_opt_u64(build, "minor", &v.minor, err);
    if (r == ALGO_OK) r = algo_json_opt_u64(build, "build_number", &v.build, err);
    if (r == ALGO_OK) r = client_json_text(&v.commit, build, "commit_hash", arena, err);
    if (r == ALGO_OK) r = client_json_text(&v.branch, build, "branch", arena, err);
    if (r == ALGO_OK) r = client_json_text(&v.channel, build, "channel", arena, err);
  }
  if (r == ALGO_OK) *out = v;
  json_object_put(o);
  return r;
}

algo_code_t algo_algod_supply(algo_algod_t *c, algo_supply_t *out, algo_err_t *err) {
  json_object *o = NULL;
  algo_supply_t s = {0};
  algo_code_t r = client_get_json(c, "/v2/ledger/supply", &o, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "current_round", &s.round, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "online-money", &s.online_money, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "total-money", &s.total_money, err);
  if (r == ALGO_OK) *out = s;
  json_object_put(o);
  return r;
}

algo_code_t algo_algod_set_offset(algo_algod_t *c, uint64_t seconds, algo_err_t *err) {
  char path[64];
  algo_buf_t answer = ALGO_BUF_INIT;
  snprintf(path, sizeof path, "/v2/devmode/blocks/offset/%" PRIu64, seconds);
  algo_code_t r = algo_algod_ask(c, "POST", path, NULL, (algo_bytes_t){0}, &answer, err);
  algo_buf_fini(&answer);
  return r;
}

algo_code_t algo_algod_offset(algo_algod_t *c, uint64_t *seconds, algo_err_t *err) {
  json_object *o = NULL;
  algo_code_t r = client_get_json(c, "/v2/devmode/blocks/offset", &o, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "offset", seconds, err);
  json_object_put(o);
  return r;
}

algo_code_t algo_algod_params(algo_algod_t *c, algo_params_t *out, algo_arena_t *arena, algo_err_t *err) {
  json_object *o = NULL;
  algo_params_t p = {.genesis_id = "", .consensus = ""};
  algo_code_t r = client_get_json(c, "/v2/transactions/params", &o, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "last-round", &p.last_round, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "min-fee", &p.min_fee, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "fee", &p.fee_per_byte, err);
  if (r == ALGO_OK) r = client_json_text(&p.genesis_id, o, "genesis-id", arena, err);
  if (r == ALGO_OK) r = client_json_digest(&p.genesis_hash, o, "genesis-hash", err);
  if (r == ALGO_OK) r = client_json_text(&p.consensus, o, "consensus-version", arena, err);
  if (r == ALGO_OK) *out = p;
  json_object_put(o);
  return r;
}
