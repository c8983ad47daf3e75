/* Groups in, and what became of them. */
#include <stdlib.h>

#include "algo/text.h"
#include "mpjson.h"
#include "mpw.h"
#include "rest_impl.h"
#include "txninfo.h"

#define ERR_UNKNOWN_TXN "could not find the transaction in the transaction pool or in the last 1000 confirmed rounds"

/* What a real node adds to a refusal by a program. */
static void put_refusal(rest_call_t *c, algo_bytes_t text, const algo_submit_detail_t *d) {
  if (!d->present) {
    rest_error_text(c, 400, text);
    return;
  }
  algo_json_t *j = &c->json;
  c->res->status = 400;
  rest_begin(c);
  algo_json_key(j, "data");
  algo_json_raw(j, d->attributes.p, d->attributes.n);
  algo_json_key(j, "message");
  algo_json_strb(j, text);
  rest_end(c);
}

static void waits(void *req) { algo_httpd_waits(req); }

/* True: accepted, and *id is the first transaction's. */
static bool take_group(rest_call_t *c, algo_bytes_t group, bool skip_signatures, algo_digest_t *id) {
  algo_submit_options_t opt = {.waits = waits, .waits_user = c->req};
  if (!rest_query_bool(c, "skip-pq-address-check", &opt.skip_pq_address_check)) return false;
  opt.skip_signatures = skip_signatures || c->rest->skip_signatures;
  algo_buf_t text = ALGO_BUF_INIT;
  algo_submit_detail_t detail = {0};
  algo_err_t err;
  algo_code_t rc = algo_node_submit(c->node, group, &opt, id, &text, &detail, &err);
  if (rest_status(rc) == 500) rest_error(c, 500, "%s", err.msg);
  else if (rc != ALGO_OK) put_refusal(c, text.n > 0 ? algo_buf_view(&text) : algo_bytes_str(err.msg), &detail);
  algo_buf_fini(&text);
  free((void *)(uintptr_t)detail.attributes.p);
  return rc == ALGO_OK;
}

void rest_take_group(rest_call_t *c, algo_bytes_t group, bool skip_signatures) {
  algo_digest_t id;
  char text[53];
  if (!take_group(c, group, skip_signatures, &id)) return;
  algo_txid_format(text, &id);
  rest_begin(c);
  algo_json_key(&c->json, "txId");
  algo_json_str(&c->json, text);
  rest_end(c);
}

static void submit(rest_call_t *c) { rest_take_group(c, c->req->body, false); }

static void submit_async(rest_call_t *c) {
  algo_digest_t id;
  if (take_group(c, c->req->body, false, &id)) c->res->content_type = NULL;
}

/* As it was signed: a block leaves gen and gh out. */
static void restore(algo_apply_t *out, const algo_apply_t *in, rest_call_t *c) {
  algo_block_t b = {0};
  b.header.genesis_id = algo_bytes_str(algo_node_genesis_id(c->node));
  b.header.genesis_hash = *algo_node_genesis_hash(c->node);
  *out = *in;
  algo_block_restore(&out->stxn.txn, &b, in);
}

/* A transaction that the pool let go. */
static bool evicted(rest_call_t *c, const algo_digest_t *id, algo_buf_t *mp, algo_arena_t *arena) {
  algo_bytes_t txn, why;
  algo_ledger_group_t g;
  if (!algo_node_evicted(c->node, id, &txn, &why) || algo_ledger_group_read(&g, txn, arena, NULL) != ALGO_OK)
    return false;
  const algo_apply_t apply = {.stxn = *g.txns[0]};
  txninfo_write(mp, &(txninfo_t){.apply = &apply, .pool_error = why});
  return true;
}

static void pending_one(rest_call_t *c) {
  algo_digest_t id;
  bool msgpack;
  algo_err_t err;
  algo_code_t rc = algo_txid_parse(&id, (const char *)c->arg[0].p, c->arg[0].n, &err);
  if (rc != ALGO_OK) {
    rest_error(c, rest_status(rc), rc == ALGO_E_NOMEM ? "out of memory" : ERR_TXID);
    return;
  }
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t mp = ALGO_BUF_INIT;
  algo_found_txn_t found;
  const algo_ledger_t *l = algo_node_read(c->node);
  bool there = algo_ledger_find_txn(l, &id, &found, &arena);
  if (there) {
    algo_apply_t whole;
    restore(&whole, found.apply, c);
    txninfo_t info = {.apply = &whole, .confirmed_round = found.round, .with_apply = found.round != 0};
    txninfo_write(&mp, &info);
  } else {
    there = evicted(c, &id, &mp, &arena);
  }
  algo_node_read_done(c->node);
  if (!there && found.rejected != NULL) rest_error(c, 500, "%s", found.rejected);
  else if (!there) rest_error(c, 404, ERR_UNKNOWN_TXN);
  else if (rest_query_format(c, &msgpack)) rest_encoded(c, &mp, MPJSON_INFO, msgpack);
  algo_buf_fini(&mp);
  algo_arena_fini(&arena);
}

/* The signed transactions of the open block, as a node's pool; of: NULL or their sender (or receiver). In developer
 * mode there are none when one can ask. */
static void pool(rest_call_t *c, const algo_addr_t *of) {
  bool msgpack, given;
  uint64_t max = 0, taken = 0;
  if (!rest_query_format(c, &msgpack) || !rest_query_u64(c, "max", &max, &given)) return;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t mp = ALGO_BUF_INIT, list = ALGO_BUF_INIT;
  const algo_ledger_t *l = algo_node_read(c->node);
  size_t n = algo_ledger_open_count(l);
  for (size_t i = 0; i < n && (max == 0 || taken < max); i++) {
    algo_found_txn_t found;
    algo_apply_t whole;
    algo_arena_reset(&arena);
    if (!algo_ledger_open_txn(l, i, &found, &arena)) break;
    const algo_txn_t *t = &found.apply->stxn.txn;
    if (of != NULL && !algo_addr_eq(&t->sender, of) && !algo_addr_eq(&t->receiver, of)) continue;
    restore(&whole, found.apply, c);
    algo_stxn_encode(&list, &whole.stxn);
    taken++;
  }
  algo_node_read_done(c->node);
  algo_mp_put_map(&mp, 2);
  algo_mp_put_str(&mp, "top-transactions", 16);
  algo_mp_put_array(&mp, (uint32_t)taken);
  algo_buf_putb(&mp, algo_buf_view(&list));
  algo_mp_put_str(&mp, "total-transactions", 18);
  algo_mp_put_uint(&mp, n);
  mp.oom |= list.oom;
  rest_encoded(c, &mp, MPJSON_POOL, msgpack);
  algo_buf_fini(&list);
  algo_buf_fini(&mp);
  algo_arena_fini(&arena);
}

static void pending_all(rest_call_t *c) { pool(c, NULL); }

static void pending_of(rest_call_t *c) {
  algo_addr_t a;
  if (rest_arg_addr(c, 0, &a)) pool(c, &a);
}

static const rest_route_t routes[] = {
    {"POST", "/v2/transactions", submit, REST_QUICK},
    {"GET", "/v2/transactions/pending/:", pending_one, REST_LEDGER},
    {"POST", "/v2/transactions/async", submit_async, REST_QUICK},
    {"GET", "/v2/transactions/pending", pending_all, REST_LEDGER},
    {"GET", "/v2/accounts/:/transactions/pending", pending_of, REST_LEDGER},
};
const rest_table_t rest_txn_routes = {routes, sizeof routes / sizeof *routes};
