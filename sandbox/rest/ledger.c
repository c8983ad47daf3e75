/* The ledger as a whole, deltas, proofs, and developer mode's time. */
#include "algo/text.h"
#include "models.h"
#include "mpjson.h"

static void supply(rest_call_t *c) {
  algo_ledger_supply_t s;
  const algo_ledger_t *l = algo_node_read(c->node);
  algo_ledger_supply(l, &s);
  algo_node_read_done(c->node);
  rest_begin(c);
  model_key_u64(&c->json, "current_round", s.round);
  model_key_u64(&c->json, "online-money", s.online);
  model_key_u64(&c->json, "online-stake", s.online_stake);
  model_key_u64(&c->json, "total-money", s.total);
  rest_end(c);
}

static void put_delta(rest_call_t *c, algo_code_t rc, const algo_buf_t *mp, bool msgpack, const algo_err_t *err) {
  if (rc == ALGO_OK) rest_encoded(c, mp, MPJSON_STATE_DELTA, msgpack);
  else if (rc == ALGO_E_NOMEM) rest_error(c, 500, "%s", err->msg);
  else rest_error(c, 404, "failed retrieving State Delta: %s", err->msg);
}

static void delta(rest_call_t *c) {
  uint64_t round;
  bool msgpack;
  if (!rest_arg_u64(c, 0, "round", &round) || !rest_query_format(c, &msgpack)) return;
  algo_buf_t mp = ALGO_BUF_INIT;
  algo_err_t err;
  algo_code_t rc = algo_node_delta(c->node, round, &mp, &err);
  put_delta(c, rc, &mp, msgpack, &err);
  algo_buf_fini(&mp);
}

/* As a node that evaluates others' blocks with EnableTxnEvalTracer keeps them. */
static void round_group_deltas(rest_call_t *c) {
  uint64_t round;
  bool msgpack;
  if (!rest_arg_u64(c, 0, "round", &round) || !rest_query_format(c, &msgpack)) return;
  algo_buf_t mp = ALGO_BUF_INIT;
  algo_err_t err;
  algo_code_t rc = algo_node_group_deltas(c->node, round, msgpack, &mp, &err);
  put_delta(c, rc, &mp, msgpack, &err);
  algo_buf_fini(&mp);
}

static void group_delta(rest_call_t *c) {
  algo_digest_t id;
  bool msgpack;
  if (!rest_query_format(c, &msgpack)) return;
  if (algo_txid_parse(&id, (const char *)c->arg[0].p, c->arg[0].n, NULL) != ALGO_OK) {
    rest_error(c, 400, ERR_TXID);
    return;
  }
  algo_buf_t mp = ALGO_BUF_INIT;
  algo_err_t err;
  algo_code_t rc = algo_node_group_delta(c->node, &id, msgpack, &mp, &err);
  put_delta(c, rc, &mp, msgpack, &err);
  algo_buf_fini(&mp);
}

/* How far a follower node may go. Another kind of node has no such routes. */
static bool follows(rest_call_t *c) {
  if (!algo_node_follows(c->node)) rest_error(c, 404, "Not Found");
  return algo_node_follows(c->node);
}

static void sync_round(rest_call_t *c) {
  if (!follows(c)) return;
  const uint64_t round = algo_node_sync_round(c->node);
  if (round == 0) {
    rest_error(c, 404, "failed retrieving sync round from ledger");
    return;
  }
  rest_begin(c);
  model_key_u64(&c->json, "round", round);
  rest_end(c);
}

static void set_sync_round(rest_call_t *c) {
  uint64_t round;
  if (!follows(c) || !rest_arg_u64(c, 0, "round", &round)) return;
  algo_node_set_sync_round(c->node, round);
  c->res->content_type = NULL;
}

static void unset_sync_round(rest_call_t *c) {
  if (!follows(c)) return;
  algo_node_set_sync_round(c->node, 0);
  c->res->content_type = NULL;
}

static void proof(rest_call_t *c) {
  uint64_t round;
  algo_digest_t id;
  const char *type, *format;
  if (!rest_arg_u64(c, 0, "round", &round) || !rest_query_text(c, "hashtype", &type) ||
      !rest_query_text(c, "format", &format))
    return;
  if (algo_txid_parse(&id, (const char *)c->arg[1].p, c->arg[1].n, NULL) != ALGO_OK) {
    rest_error(c, 400, ERR_TXID);
    return;
  }
  if (type != NULL && strcmp(type, "sha512_256") != 0 && strcmp(type, "sha256") != 0) {
    rest_error(c, 400, "invalid hash type");
    return;
  }
  bool sha256 = type != NULL && strcmp(type, "sha256") == 0;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_txn_proof_t p = {0};
  const algo_ledger_t *l = algo_node_read(c->node);
  bool past = round > algo_ledger_round(l);
  algo_code_t rc = past ? ALGO_E_NOT_FOUND : algo_ledger_txn_proof(l, round, &id, sha256 ? 1 : 0, &p, &arena, NULL);
  algo_node_read_done(c->node);
  if (past) {
    rest_error(c, 500, ERR_LEDGER);
  } else if (rc != ALGO_OK) {
    rest_error(c, 404, "could not find the transaction in the transaction pool or in the last 1000 confirmed rounds");
  } else {
    algo_json_t *j = &c->json;
    rest_begin(c);
    algo_json_key(j, "hashtype");
    algo_json_str(j, sha256 ? "sha256" : "sha512_256");
    model_key_u64(j, "idx", p.index);
    algo_json_key(j, "proof");
    algo_json_base64(j, algo_bytes(p.proof, p.n));
    algo_json_key(j, "stibhash");
    algo_json_base64(j, algo_bytes(p.stib_hash, 32));
    model_key_u64(j, "treedepth", p.depth);
    rest_end(c);
  }
  algo_arena_fini(&arena);
}

/* Developer mode makes no state proofs. */
static void state_proof(rest_call_t *c) {
  uint64_t round;
  if (!rest_arg_u64(c, 0, "round", &round)) return;
  if (round > algo_node_round(c->node)) rest_error(c, 500, "given round is greater than the latest round");
  else rest_error(c, 404, "no state proof can be found for that round");
}

static void offset(rest_call_t *c) {
  uint64_t seconds;
  if (!algo_node_is_dev(c->node)) {
    rest_error(c, 400,
               "failed retrieving timestamp offset from node: cannot get block timestamp offset because we are not in "
               "dev mode");
  } else if (!algo_node_offset(c->node, &seconds)) {
    rest_error(c, 404,
               "failed retrieving timestamp offset from node: block timestamp offset was never set, using real clock "
               "for timestamps");
  } else {
    rest_begin(c);
    model_key_u64(&c->json, "offset", seconds);
    rest_end(c);
  }
}

static void set_offset(rest_call_t *c) {
  uint64_t seconds;
  algo_err_t err;
  if (!rest_arg_u64(c, 0, "offset", &seconds)) return;
  algo_code_t rc = algo_node_is_dev(c->node)
                       ? algo_node_set_offset(c->node, seconds, &err)
                       : algo_err_set(&err, ALGO_E_INVALID, "cannot set block timestamp when not in dev mode");
  if (rc != ALGO_OK) {
    rest_error(c, rest_status(rc), "failed to set timestamp offset on the node: %s", err.msg);
    return;
  }
  c->res->content_type = NULL;
}

static const rest_route_t routes[] = {
    {"GET", "/v2/ledger/supply", supply, REST_LEDGER},
    {"GET", "/v2/deltas/:", delta, 0},
    {"GET", "/v2/deltas/:/txn/group", round_group_deltas, 0},
    {"GET", "/v2/deltas/txn/group/:", group_delta, 0},
    {"GET", "/v2/ledger/sync", sync_round, 0},
    {"DELETE", "/v2/ledger/sync", unset_sync_round, 0},
    {"POST", "/v2/ledger/sync/:", set_sync_round, 0},
    {"GET", "/v2/blocks/:/transactions/:/proof", proof, REST_LEDGER},
    {"GET", "/v2/blocks/:/lightheader/proof", state_proof, 0},
    {"GET", "/v2/stateproofs/:", state_proof, 0},
    {"GET", "/v2/devmode/blocks/offset", offset, 0},
    {"POST", "/v2/devmode/blocks/offset/:", set_offset, 0},
};
const rest_table_t rest_ledger_routes = {routes, sizeof routes / sizeof *routes};
