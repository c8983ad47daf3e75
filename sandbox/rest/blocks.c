/* Blocks: whole, header alone, hash, transaction ids, logs. */
#include "algo/mp.h"
#include "algo/text.h"
#include "mpjson.h"
#include "rest_impl.h"

/* The {block, cert} of the round in the path. False: the answer is written. */
static bool load(rest_call_t *c, algo_buf_t *raw) {
  uint64_t round;
  algo_err_t err;
  if (!rest_arg_u64(c, 0, "round", &round)) return false;
  algo_code_t rc = algo_node_block(c->node, round, raw, &err);
  if (rc == ALGO_OK && !raw->oom) return true;
  algo_buf_fini(raw);
  rest_error(c, rc == ALGO_E_NOT_FOUND ? 404 : 500, ERR_LEDGER);
  return false;
}

/* The value of "block" within {block, cert}. */
static algo_code_t block_of(algo_bytes_t raw, algo_bytes_t *out, algo_err_t *err) {
  algo_mp_t r = algo_mp(raw);
  uint32_t n;
  algo_code_t rc = algo_mp_get_map(&r, &n, err);
  for (uint32_t i = 0; rc == ALGO_OK && i < n; i++) {
    algo_bytes_t key, v;
    rc = algo_mp_get_str(&r, &key, err);
    if (rc == ALGO_OK) rc = algo_mp_skip_view(&r, &v, err);
    if (rc == ALGO_OK && algo_bytes_eq(key, ALGO_BYTES_LIT("block"))) {
      *out = v;
      return ALGO_OK;
    }
  }
  return rc != ALGO_OK ? rc : algo_err_set(err, ALGO_E_PARSE, "no block in the answer");
}

/* {block: v}; as the header alone where asked: every key but txns. */
static algo_code_t wrap(algo_buf_t *out, algo_bytes_t v, bool header_only, algo_err_t *err) {
  algo_mp_put_map(out, 1);
  algo_mp_put_str(out, "block", 5);
  if (!header_only) {
    algo_buf_putb(out, v);
    return ALGO_OK;
  }
  algo_buf_t rest = ALGO_BUF_INIT;
  algo_mp_t r = algo_mp(v);
  uint32_t n, kept = 0;
  algo_code_t rc = algo_mp_get_map(&r, &n, err);
  for (uint32_t i = 0; rc == ALGO_OK && i < n; i++) {
    const uint8_t *start = r.p;
    algo_bytes_t key;
    rc = algo_mp_get_str(&r, &key, err);
    if (rc == ALGO_OK) rc = algo_mp_skip(&r, err);
    if (rc != ALGO_OK || algo_bytes_eq(key, ALGO_BYTES_LIT("txns"))) continue;
    kept++;
    algo_buf_put(&rest, start, (size_t)(r.p - start));
  }
  algo_mp_put_map(out, kept);
  algo_buf_putb(out, algo_buf_view(&rest));
  out->oom |= rest.oom;
  algo_buf_fini(&rest);
  return rc;
}

static void block(rest_call_t *c) {
  uint64_t round;
  bool msgpack, header_only = false;
  algo_buf_t raw = ALGO_BUF_INIT, answer = ALGO_BUF_INIT;
  if (!rest_arg_u64(c, 0, "round", &round) || !rest_query_bool(c, "header-only", &header_only) ||
      !rest_query_format(c, &msgpack) || !load(c, &raw))
    return;
  if (msgpack && !header_only) { /* {block, cert} as it is */
    c->res->content_type = "application/msgpack";
    c->res->header_name = "X-Algorand-Struct";
    c->res->header_value = "block-v1";
    algo_buf_fini(&c->res->body);
    c->res->body = raw;
    return;
  }
  algo_bytes_t v = {NULL, 0};
  algo_err_t err;
  algo_code_t rc = block_of(algo_buf_view(&raw), &v, &err);
  if (rc == ALGO_OK) rc = wrap(&answer, v, header_only, &err);
  if (rc != ALGO_OK || answer.oom) rest_error(c, 500, ERR_LEDGER);
  else rest_encoded(c, &answer, MPJSON_BLOCK_ANSWER, msgpack);
  algo_buf_fini(&answer);
  algo_buf_fini(&raw);
}

/* ---- what needs the block taken apart ---- */

typedef struct open_block {
  algo_buf_t raw;
  algo_arena_t arena;
  algo_block_t b;
} open_block_t;

static bool open_block(rest_call_t *c, open_block_t *o) {
  *o = (open_block_t){.raw = ALGO_BUF_INIT, .arena = ALGO_ARENA_INIT};
  if (!load(c, &o->raw)) return false;
  algo_err_t err;
  if (algo_block_decode(&o->b, algo_buf_view(&o->raw), &o->arena, &err) == ALGO_OK) return true;
  algo_buf_fini(&o->raw);
  algo_arena_fini(&o->arena);
  rest_error(c, 500, ERR_LEDGER);
  return false;
}

static void close_block(open_block_t *o) {
  algo_arena_fini(&o->arena);
  algo_buf_fini(&o->raw);
}

static void txid_of(char out[53], const open_block_t *o, size_t i) {
  algo_txn_t t;
  algo_digest_t id;
  algo_block_restore(&t, &o->b, &o->b.txns[i]);
  algo_txn_id(&id, &t);
  algo_txid_format(out, &id);
}

static void hash(rest_call_t *c) {
  open_block_t o;
  if (!open_block(c, &o)) return;
  algo_digest_t d;
  char text[53];
  algo_header_hash(&d, &o.b.header);
  algo_txid_format(text, &d);
  rest_begin(c);
  algo_json_key(&c->json, "blockHash");
  algo_json_str(&c->json, text);
  rest_end(c);
  close_block(&o);
}

static void txids(rest_call_t *c) {
  open_block_t o;
  if (!open_block(c, &o)) return;
  rest_begin(c);
  algo_json_key(&c->json, "blockTxids");
  algo_json_open(&c->json, '[');
  for (size_t i = 0; i < o.b.n_txns; i++) {
    char text[53];
    txid_of(text, &o, i);
    algo_json_str(&c->json, text);
  }
  algo_json_close(&c->json, ']');
  rest_end(c);
  close_block(&o);
}

/* Logs of a transaction and, behind them, of its inner ones; all carry the outer one's id. */
static void put_logs(algo_json_t *j, const algo_apply_t *a, const char *txid) {
  if (a->delta.n_logs > 0) {
    algo_json_open(j, '{');
    algo_json_key(j, "application-index");
    algo_json_uint(j, a->stxn.txn.app_id != 0 ? a->stxn.txn.app_id : a->created_app);
    algo_json_key(j, "logs");
    algo_json_open(j, '[');
    for (size_t i = 0; i < a->delta.n_logs; i++) algo_json_base64(j, a->delta.logs[i]);
    algo_json_close(j, ']');
    algo_json_key(j, "txId");
    algo_json_str(j, txid);
    algo_json_close(j, '}');
  }
  for (size_t i = 0; i < a->delta.n_inner; i++) put_logs(j, &a->delta.inner[i], txid);
}

static void logs(rest_call_t *c) {
  open_block_t o;
  if (!open_block(c, &o)) return;
  rest_begin(c);
  algo_json_key(&c->json, "logs");
  algo_json_open(&c->json, '[');
  for (size_t i = 0; i < o.b.n_txns; i++) {
    char text[53];
    txid_of(text, &o, i);
    put_logs(&c->json, &o.b.txns[i], text);
  }
  algo_json_close(&c->json, ']');
  rest_end(c);
  close_block(&o);
}

static const rest_route_t routes[] = {
    {"GET", "/v2/blocks/:", block, 0},
    {"GET", "/v2/blocks/:/hash", hash, 0},
    {"GET", "/v2/blocks/:/txids", txids, 0},
    {"GET", "/v2/blocks/:/logs", logs, 0},
};
const rest_table_t rest_block_routes = {routes, sizeof routes / sizeof *routes};
