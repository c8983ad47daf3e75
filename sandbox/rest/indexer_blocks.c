/* An indexer's blocks. */
#include <ctype.h>

#include "algo/text.h"
#include "indexer_impl.h"
#include "indexer_txn.h"

static void put_b64(algo_json_t *j, const char *key, const uint8_t *p, size_t n) {
  algo_json_key(j, key);
  algo_json_base64(j, algo_bytes(p, n));
}

static void put_text(algo_json_t *j, const char *key, algo_bytes_t v) {
  algo_json_key(j, key);
  algo_json_strb(j, v);
}

static void put_rewards(algo_json_t *j, const algo_header_t *h) {
  algo_json_key(j, "rewards");
  algo_json_open(j, '{');
  model_addr(j, "fee-sink", &h->fee_sink);
  model_key_u64(j, "rewards-calculation-round", h->rewards_recalculation_round);
  model_key_u64(j, "rewards-level", h->rewards_level);
  model_addr(j, "rewards-pool", &h->rewards_pool);
  model_key_u64(j, "rewards-rate", h->rewards_rate);
  model_key_u64(j, "rewards-residue", h->rewards_residue);
  algo_json_close(j, '}');
}

static void put_transactions(algo_json_t *j, const algo_block_t *b) {
  uint64_t at = 0;
  algo_json_key(j, "transactions");
  algo_json_open(j, '[');
  for (size_t i = 0; i < b->n_txns; i++) {
    algo_apply_t whole;
    char txid[53];
    indexer_txid(txid, b, &b->txns[i], &whole);
    indexer_txn_t t = {.block = b, .apply = &whole, .txid = txid, .offset = at};
    indexer_txn_write(j, &t);
    at += indexer_txn_count(&b->txns[i]);
  }
  algo_json_close(j, ']');
}

static void put_opt64(algo_json_t *j, const char *key, const uint8_t *p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (p[i] != 0) {
      put_b64(j, key, p, n);
      return;
    }
  }
}

static void put_addrs(algo_json_t *j, const char *key, const algo_addr_t *v, size_t n) {
  if (n == 0) return;
  algo_json_key(j, key);
  algo_json_open(j, '[');
  for (size_t i = 0; i < n; i++) {
    char text[ALGO_ADDR_TEXT + 1];
    algo_addr_format(text, &v[i]);
    algo_json_str(j, text);
  }
  algo_json_close(j, ']');
}

static void put_participation_updates(algo_json_t *j, const algo_header_t *h) {
  if (h->n_absent == 0 && h->n_expired == 0) return;
  algo_json_key(j, "participation-updates");
  algo_json_open(j, '{');
  put_addrs(j, "absent-participation-accounts", h->absent, h->n_absent);
  put_addrs(j, "expired-participation-accounts", h->expired, h->n_expired);
  algo_json_close(j, '}');
}

static void put_tracking(algo_json_t *j, const algo_header_t *h) {
  algo_json_key(j, "state-proof-tracking");
  algo_json_open(j, '[');
  for (size_t i = 0; i < h->n_state_proof; i++) {
    const algo_state_proof_tracking_t *t = &h->state_proof[i];
    algo_json_open(j, '{');
    model_key_u64(j, "next-round", t->next_round);
    model_key_u64(j, "online-total-weight", t->online_total_weight);
    model_key_u64(j, "type", t->type);
    put_opt64(j, "voters-commitment", t->voters_commitment.p, t->voters_commitment.n);
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
}

static void put_upgrade(algo_json_t *j, const algo_header_t *h) {
  algo_json_key(j, "upgrade-state");
  algo_json_open(j, '{');
  put_text(j, "current-protocol", h->protocol);
  if (h->next_protocol.n > 0) put_text(j, "next-protocol", h->next_protocol);
  model_key_u64(j, "next-protocol-approvals", h->next_protocol_approvals);
  model_key_u64(j, "next-protocol-switch-on", h->next_protocol_switch_on);
  model_key_u64(j, "next-protocol-vote-before", h->next_protocol_vote_before);
  algo_json_close(j, '}');
  algo_json_key(j, "upgrade-vote");
  algo_json_open(j, '{');
  model_bool(j, "upgrade-approve", h->upgrade_approve);
  model_key_u64(j, "upgrade-delay", h->upgrade_delay);
  if (h->upgrade_propose.n > 0) put_text(j, "upgrade-propose", h->upgrade_propose);
  algo_json_close(j, '}');
}

/* An object. transactions: with them. */
static void put_block(algo_json_t *j, const algo_block_t *b, bool transactions) {
  const algo_header_t *h = &b->header;
  algo_json_open(j, '{');
  model_key_u64_opt(j, "bonus", h->bonus);
  model_key_u64_opt(j, "fees-collected", h->fees_collected);
  put_b64(j, "genesis-hash", h->genesis_hash.b, 32);
  put_text(j, "genesis-id", h->genesis_id);
  put_participation_updates(j, h);
  put_b64(j, "previous-block-hash", h->prev.b, 32);
  put_opt64(j, "previous-block-hash-512", h->prev512, 64);
  model_addr_opt(j, "proposer", &h->proposer);
  model_key_u64_opt(j, "proposer-payout", h->proposer_payout);
  put_rewards(j, h);
  model_key_u64(j, "round", h->round);
  put_b64(j, "seed", h->seed, 32);
  put_tracking(j, h);
  model_key_u64(j, "timestamp", (uint64_t)h->timestamp);
  if (transactions) put_transactions(j, b);
  put_b64(j, "transactions-root", h->txn_root.b, 32);
  put_b64(j, "transactions-root-sha256", h->txn_root_sha256.b, 32);
  put_opt64(j, "transactions-root-sha512", h->txn_root_sha512, 64);
  model_key_u64(j, "txn-counter", h->txn_counter);
  put_upgrade(j, h);
  algo_json_close(j, '}');
}

static bool load(rest_call_t *c, uint64_t round, algo_buf_t *raw, algo_arena_t *arena, algo_block_t *b) {
  algo_buf_clear(raw);
  algo_arena_reset(arena);
  return algo_node_block(c->node, round, raw, NULL) == ALGO_OK &&
         algo_block_decode(b, algo_buf_view(raw), arena, NULL) == ALGO_OK;
}

static void block(rest_call_t *c) {
  uint64_t round;
  bool header_only = false;
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_block_t b;
  if (!rest_arg_u64(c, 0, "round-number", &round) || !rest_query_bool(c, "header-only", &header_only) ||
      !indexer_id(c, round))
    return;
  if (!load(c, round, &raw, &arena, &b)) {
    rest_error(c, 404, "error while looking up block for round '%llu': block not found", (unsigned long long)round);
  } else {
    if (header_only) b.n_txns = 0;
    put_block(&c->json, &b, true);
    algo_buf_putc(&c->res->body, '\n');
  }
  algo_buf_fini(&raw);
  algo_arena_fini(&arena);
}

/* ---- headers ---- */

typedef struct headers {
  uint64_t from, to, limit, n, last;
  int64_t after, before;
  const char *proposers, *expired, *absent; /* comma-separated addresses; NULL: any */
} headers_t;

static bool listed(const char *list, const algo_addr_t *v, size_t n) {
  char text[ALGO_ADDR_TEXT + 1];
  for (size_t i = 0; i < n; i++) {
    if (algo_addr_is_zero(&v[i])) continue;
    algo_addr_format(text, &v[i]);
    if (strstr(list, text) != NULL) return true;
  }
  return list[0] == '\0';
}

static bool wanted(const headers_t *q, const algo_header_t *h) {
  return h->timestamp > q->after && h->timestamp < q->before &&
         (q->proposers == NULL || listed(q->proposers, &h->proposer, 1)) &&
         (q->expired == NULL || listed(q->expired, h->expired, h->n_expired)) &&
         (q->absent == NULL || listed(q->absent, h->absent, h->n_absent));
}

static bool headers_params(rest_call_t *c, headers_t *q) {
  bool has_from, has_to;
  algo_buf_t token = ALGO_BUF_INIT;
  const char *next = algo_httpd_query(c->req, "next");
  *q = (headers_t){.after = INT64_MIN, .before = INT64_MAX};
  q->proposers = algo_httpd_query(c->req, "proposers");
  q->expired = algo_httpd_query(c->req, "expired");
  q->absent = algo_httpd_query(c->req, "absent");
  if (!indexer_check_addrs(c, "proposer", q->proposers) || !indexer_check_addrs(c, "expired", q->expired) ||
      !indexer_check_addrs(c, "absent", q->absent))
    return false;
  if (!indexer_limit(c, INDEXER_PAGE, INDEXER_PAGE_MAX, &q->limit) ||
      !rest_query_u64(c, "min-round", &q->from, &has_from) || !rest_query_u64(c, "max-round", &q->to, &has_to) ||
      !indexer_query_time(c, "after-time", &q->after) || !indexer_query_time(c, "before-time", &q->before)) {
    return false;
  }
  if (has_from && has_to && q->from > q->to) {
    rest_error(c, 400, "min-round must be less than max-round");
    return false;
  }
  if (!has_to || q->to > algo_node_round(c->node)) q->to = algo_node_round(c->node);
  bool ok = next == NULL || (algo_base64_decode(&token, next, strlen(next), NULL) == ALGO_OK && token.n == 8);
  uint64_t after = 0;
  for (size_t i = 0; ok && i < token.n; i++) after |= (uint64_t)token.p[i] << 8 * i;
  if (ok && next != NULL && after >= q->from) q->from = after + 1;
  algo_buf_fini(&token);
  size_t bad = 0;
  while (next != NULL && (isalnum((unsigned char)next[bad]) || next[bad] == '-' || next[bad] == '_')) bad++;
  if (!ok)
    rest_error(c, 400,
               "unable to parse next token: DecodeBlockRowNext() decode err: illegal base64 data at input byte %zu",
               next[bad] == '\0' ? bad - bad % 4 : bad);
  const char *limit = algo_httpd_query(c->req, "limit");
  if (limit != NULL && strcmp(limit, "0") == 0) q->limit = 0; /* none, here alone */
  return ok;
}

static void block_headers(rest_call_t *c) {
  headers_t q;
  algo_buf_t raw = ALGO_BUF_INIT, token = ALGO_BUF_INIT;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_block_t b;
  if (!headers_params(c, &q)) return;
  rest_begin(c);
  algo_json_key(&c->json, "blocks");
  algo_json_open(&c->json, '[');
  for (uint64_t r = q.from; r <= q.to && q.n < q.limit; r++) {
    if (!load(c, r, &raw, &arena, &b) || !wanted(&q, &b.header)) continue;
    put_block(&c->json, &b, false);
    q.n++;
    q.last = r;
  }
  algo_json_close(&c->json, ']');
  model_key_u64(&c->json, "current-round", algo_node_round(c->node));
  if (q.n > 0) {
    uint8_t le[8];
    for (size_t i = 0; i < sizeof le; i++) le[i] = (uint8_t)(q.last >> 8 * i);
    algo_base64_encode(&token, algo_bytes(le, sizeof le));
    algo_json_key(&c->json, "next-token");
    algo_json_strb(&c->json, algo_buf_view(&token));
  }
  rest_end(c);
  algo_buf_fini(&token);
  algo_buf_fini(&raw);
  algo_arena_fini(&arena);
}

static const rest_route_t routes[] = {
    {"GET", "/v2/blocks/:", block, REST_OPEN},
    {"GET", "/v2/block-headers", block_headers, REST_OPEN},
};
const rest_table_t indexer_block_routes = {routes, sizeof routes / sizeof *routes};
