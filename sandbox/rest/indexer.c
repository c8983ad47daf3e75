/* An indexer's look-ups: health, accounts, applications, boxes, assets, blocks. */
#include <stdio.h>
#include <stdlib.h>

#include "algo/text.h"
#include "boxname.h"
#include "indexer_txn.h"
#include "models.h"

#define PAGE 1000u

/* The round in which the counter passed an id: what was created as `id` was created there. */
static uint64_t created_at(const algo_ledger_t *l, uint64_t id) {
  uint64_t low = 0, high = algo_ledger_round(l);
  algo_arena_t arena = ALGO_ARENA_INIT;
  while (low < high) {
    uint64_t mid = low + (high - low) / 2;
    algo_header_t h;
    algo_arena_reset(&arena);
    if (algo_ledger_header(l, mid, &h, &arena, NULL) != ALGO_OK) break;
    if (h.txn_counter >= id) high = mid;
    else low = mid + 1;
  }
  algo_arena_fini(&arena);
  return low;
}

static void put_bool(algo_json_t *j, const char *key, bool v) {
  algo_json_key(j, key);
  algo_json_bool(j, v);
}

static void health(rest_call_t *c) {
  char round[24];
  uint64_t n = algo_node_round(c->node);
  snprintf(round, sizeof round, "%llu", (unsigned long long)n);
  rest_begin(c);
  put_bool(&c->json, "db-available", true);
  put_bool(&c->json, "is-migrating", false);
  algo_json_key(&c->json, "message");
  algo_json_str(&c->json, round);
  model_key_u64(&c->json, "round", n);
  algo_json_key(&c->json, "version");
  algo_json_str(&c->json, "algorent-sandbox " ALGORENT_VERSION);
  rest_end(c);
}

/* ---- applications ---- */

typedef struct apps {
  rest_call_t *c;
  const algo_ledger_t *l;
  uint64_t limit, n, last;
  bool more;
} apps_t;

static bool put_app(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  apps_t *s = user;
  algo_json_t *j = &s->c->json;
  if (s->n == s->limit) {
    s->more = true;
    return false;
  }
  s->n++;
  s->last = app;
  algo_json_open(j, '{');
  model_key_u64(j, "created-at-round", created_at(s->l, app));
  put_bool(j, "deleted", false);
  model_key_u64(j, "id", app);
  algo_json_key(j, "params");
  model_app_params(j, p, kv, n);
  algo_json_close(j, '}');
  return true;
}

static bool page(rest_call_t *c, uint64_t *limit, uint64_t *after) {
  bool given;
  *limit = PAGE;
  *after = 0;
  return rest_query_u64(c, "limit", limit, &given) && rest_query_u64(c, "next", after, &given);
}

static void page_end(rest_call_t *c, bool more, uint64_t last) {
  algo_json_close(&c->json, ']');
  model_key_u64(&c->json, "current-round", algo_node_round(c->node));
  if (more) {
    char next[24];
    snprintf(next, sizeof next, "%llu", (unsigned long long)last);
    algo_json_key(&c->json, "next-token");
    algo_json_str(&c->json, next);
  }
  rest_end(c);
}

static void list_apps(rest_call_t *c, const algo_addr_t *creator, uint64_t id) {
  apps_t s = {.c = c};
  uint64_t after;
  if (!page(c, &s.limit, &after)) return;
  s.l = algo_node_read(c->node);
  rest_begin(c);
  algo_json_key(&c->json, "applications");
  algo_json_open(&c->json, '[');
  if (id != 0) algo_ledger_app(s.l, id, put_app, &s);
  else if (creator != NULL) algo_ledger_each_created_app(s.l, creator, after, put_app, &s);
  page_end(c, s.more, s.last);
  algo_node_read_done(c->node);
}

static void created_apps(rest_call_t *c) {
  algo_addr_t a;
  uint64_t id = 0;
  bool given;
  if (rest_arg_addr(c, 0, &a) && rest_query_u64(c, "application-id", &id, &given)) list_apps(c, &a, id);
}

static void applications(rest_call_t *c) {
  const char *creator = algo_httpd_query(c->req, "creator");
  algo_addr_t a;
  uint64_t id = 0;
  bool given;
  if (!rest_query_u64(c, "application-id", &id, &given)) return;
  if (creator != NULL && algo_addr_parse(&a, creator, strlen(creator), NULL) != ALGO_OK) {
    rest_error(c, 400, "invalid input: unable to parse address: %s", creator);
    return;
  }
  list_apps(c, creator != NULL ? &a : NULL, id);
}

static void application(rest_call_t *c) {
  uint64_t id;
  apps_t s = {.c = c, .limit = 1};
  if (!rest_arg_u64(c, 0, "application-id", &id)) return;
  s.l = algo_node_read(c->node);
  rest_begin(c);
  algo_json_key(&c->json, "application");
  algo_ledger_app(s.l, id, put_app, &s);
  model_key_u64(&c->json, "current-round", algo_ledger_round(s.l));
  rest_end(c);
  algo_node_read_done(c->node);
  if (s.n == 0) rest_error(c, 404, "no application found for application-id: %llu", (unsigned long long)id);
}

/* ---- boxes ---- */

typedef struct boxes {
  rest_call_t *c;
  uint64_t limit, n;
  bool more, has_after;
  algo_buf_t after, last;
} boxes_t;

static bool put_box(void *user, algo_bytes_t name, algo_bytes_t value) {
  boxes_t *s = user;
  (void)value;
  if (s->has_after && algo_bytes_cmp(name, algo_buf_view(&s->after)) <= 0) return true;
  if (s->n == s->limit) {
    s->more = true;
    return false;
  }
  s->n++;
  algo_buf_clear(&s->last);
  algo_buf_putb(&s->last, name);
  algo_json_open(&s->c->json, '{');
  algo_json_key(&s->c->json, "name");
  algo_json_base64(&s->c->json, name);
  algo_json_close(&s->c->json, '}');
  return true;
}

static void app_boxes(rest_call_t *c) {
  uint64_t id;
  boxes_t s = {.c = c, .limit = PAGE};
  bool given;
  const char *next = algo_httpd_query(c->req, "next");
  if (!rest_arg_u64(c, 0, "application-id", &id) || !rest_query_u64(c, "limit", &s.limit, &given)) return;
  s.has_after = next != NULL && boxname_parse(&s.after, next, NULL) == ALGO_OK;
  const algo_ledger_t *l = algo_node_read(c->node);
  rest_begin(c);
  model_key_u64(&c->json, "application-id", id);
  algo_json_key(&c->json, "boxes");
  algo_json_open(&c->json, '[');
  algo_ledger_each_box(l, id, put_box, &s);
  algo_json_close(&c->json, ']');
  if (s.more) {
    algo_buf_t token = ALGO_BUF_INIT;
    algo_buf_puts(&token, "b64:");
    algo_base64_encode(&token, algo_buf_view(&s.last));
    algo_json_key(&c->json, "next-token");
    algo_json_strb(&c->json, algo_buf_view(&token));
    algo_buf_fini(&token);
  }
  rest_end(c);
  algo_node_read_done(c->node);
  algo_buf_fini(&s.after);
  algo_buf_fini(&s.last);
}

static void app_box(rest_call_t *c) {
  uint64_t id;
  algo_err_t err;
  algo_buf_t name = ALGO_BUF_INIT;
  algo_bytes_t value;
  const char *text = algo_httpd_query(c->req, "name");
  if (!rest_arg_u64(c, 0, "application-id", &id)) return;
  if (text == NULL || boxname_parse(&name, text, &err) != ALGO_OK) {
    rest_error(c, 400, "%s", text == NULL ? "query argument name (box name) is required" : err.msg);
  } else {
    const algo_ledger_t *l = algo_node_read(c->node);
    if (algo_ledger_box(l, id, algo_buf_view(&name), &value)) {
      rest_begin(c);
      algo_json_key(&c->json, "name");
      algo_json_base64(&c->json, algo_buf_view(&name));
      model_key_u64(&c->json, "round", algo_ledger_round(l));
      algo_json_key(&c->json, "value");
      algo_json_base64(&c->json, value);
      rest_end(c);
    } else {
      rest_error(c, 404, "no application boxes found: round=%llu, appid=%llu, boxName=%s",
                 (unsigned long long)algo_ledger_round(l), (unsigned long long)id, text);
    }
    algo_node_read_done(c->node);
  }
  algo_buf_fini(&name);
}

/* ---- accounts: the node's own answer in an envelope ---- */

static void account(rest_call_t *c) {
  algo_addr_t a;
  algo_account_view_t v = {0};
  if (!rest_arg_addr(c, 0, &a)) return;
  const algo_ledger_t *l = algo_node_read(c->node);
  algo_ledger_account(l, &a, &v);
  uint64_t round = algo_ledger_round(l);
  algo_node_read_done(c->node);
  if (v.balance == 0 && v.total_assets + v.total_apps_opted_in == 0) {
    rest_error(c, 404, "no accounts found for address: %.*s", (int)c->arg[0].n, (const char *)c->arg[0].p);
    return;
  }
  algo_buf_puts(&c->res->body, "{\"account\":");
  rest_account(c);
  if (c->res->status != 200) return;
  c->res->body.n--; /* the newline */
  algo_buf_printf(&c->res->body, ",\"current-round\":%llu}\n", (unsigned long long)round);
}

/* ---- assets ---- */

static void put_asset(algo_json_t *j, const algo_ledger_t *l, uint64_t id, const algo_asset_params_t *p,
                      const algo_addr_t *creator) {
  algo_json_open(j, '{');
  model_key_u64(j, "created-at-round", created_at(l, id));
  put_bool(j, "deleted", false);
  model_key_u64(j, "index", id);
  algo_json_key(j, "params");
  model_asset_params(j, p, creator);
  algo_json_close(j, '}');
}

static void asset(rest_call_t *c) {
  uint64_t id;
  algo_asset_params_t p;
  algo_addr_t creator;
  if (!rest_arg_u64(c, 0, "asset-id", &id)) return;
  const algo_ledger_t *l = algo_node_read(c->node);
  if (algo_ledger_asset(l, id, &p, &creator)) {
    rest_begin(c);
    algo_json_key(&c->json, "asset");
    put_asset(&c->json, l, id, &p, &creator);
    model_key_u64(&c->json, "current-round", algo_ledger_round(l));
    rest_end(c);
  } else {
    rest_error(c, 404, "no assets found for asset-id: %llu", (unsigned long long)id);
  }
  algo_node_read_done(c->node);
}

static bool put_created_asset(void *user, uint64_t id, const algo_asset_params_t *p, const algo_addr_t *creator) {
  apps_t *s = user;
  if (s->n == s->limit) {
    s->more = true;
    return false;
  }
  s->n++;
  s->last = id;
  put_asset(&s->c->json, s->l, id, p, creator);
  return true;
}

static void created_assets(rest_call_t *c) {
  algo_addr_t a;
  apps_t s = {.c = c};
  uint64_t after;
  if (!rest_arg_addr(c, 0, &a) || !page(c, &s.limit, &after)) return;
  s.l = algo_node_read(c->node);
  rest_begin(c);
  algo_json_key(&c->json, "assets");
  algo_json_open(&c->json, '[');
  algo_ledger_each_created_asset(s.l, &a, after, put_created_asset, &s);
  page_end(c, s.more, s.last);
  algo_node_read_done(c->node);
}

static bool put_holding(void *user, uint64_t id, const algo_avm_holding_t *h) {
  apps_t *s = user;
  algo_json_t *j = &s->c->json;
  if (s->n == s->limit) {
    s->more = true;
    return false;
  }
  s->n++;
  s->last = id;
  algo_json_open(j, '{');
  model_key_u64(j, "amount", h->amount);
  model_key_u64(j, "asset-id", id);
  put_bool(j, "deleted", false);
  put_bool(j, "is-frozen", h->frozen);
  algo_json_close(j, '}');
  return true;
}

static void account_assets(rest_call_t *c) {
  algo_addr_t a;
  apps_t s = {.c = c};
  uint64_t after;
  if (!rest_arg_addr(c, 0, &a) || !page(c, &s.limit, &after)) return;
  s.l = algo_node_read(c->node);
  rest_begin(c);
  algo_json_key(&c->json, "assets");
  algo_json_open(&c->json, '[');
  algo_ledger_each_holding(s.l, &a, after, put_holding, &s);
  page_end(c, s.more, s.last);
  algo_node_read_done(c->node);
}

/* ---- blocks ---- */

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

static void put_block(rest_call_t *c, const algo_block_t *b, bool header_only) {
  algo_json_t *j = &c->json;
  const algo_header_t *h = &b->header;
  rest_begin(c);
  model_key_u64_opt(j, "bonus", h->bonus);
  model_key_u64_opt(j, "fees-collected", h->fees_collected);
  put_b64(j, "genesis-hash", h->genesis_hash.b, 32);
  put_text(j, "genesis-id", h->genesis_id);
  put_b64(j, "previous-block-hash", h->prev.b, 32);
  model_addr_opt(j, "proposer", &h->proposer);
  model_key_u64_opt(j, "proposer-payout", h->proposer_payout);
  put_rewards(j, h);
  model_key_u64(j, "round", h->round);
  put_b64(j, "seed", h->seed, 32);
  model_key_u64(j, "timestamp", (uint64_t)h->timestamp);
  if (!header_only) put_transactions(j, b);
  put_b64(j, "transactions-root", h->txn_root.b, 32);
  put_b64(j, "transactions-root-sha256", h->txn_root_sha256.b, 32);
  model_key_u64(j, "txn-counter", h->txn_counter);
  algo_json_key(j, "upgrade-state");
  algo_json_open(j, '{');
  put_text(j, "current-protocol", h->protocol);
  model_key_u64(j, "next-protocol-approvals", h->next_protocol_approvals);
  model_key_u64(j, "next-protocol-switch-on", h->next_protocol_switch_on);
  model_key_u64(j, "next-protocol-vote-before", h->next_protocol_vote_before);
  algo_json_close(j, '}');
  algo_json_key(j, "upgrade-vote");
  algo_json_open(j, '{');
  put_bool(j, "upgrade-approve", h->upgrade_approve);
  model_key_u64(j, "upgrade-delay", h->upgrade_delay);
  algo_json_close(j, '}');
  rest_end(c);
}

static void block(rest_call_t *c) {
  uint64_t round;
  bool header_only = false;
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_block_t b;
  if (!rest_arg_u64(c, 0, "round-number", &round) || !rest_query_bool(c, "header-only", &header_only)) return;
  if (algo_node_block(c->node, round, &raw, NULL) != ALGO_OK ||
      algo_block_decode(&b, algo_buf_view(&raw), &arena, NULL) != ALGO_OK) {
    rest_error(c, 404, "error while looking up block for round '%llu': block not found", (unsigned long long)round);
  } else {
    put_block(c, &b, header_only);
  }
  algo_buf_fini(&raw);
  algo_arena_fini(&arena);
}

static const rest_route_t routes[] = {
    {"GET", "/health", health, REST_OPEN},
    {"GET", "/v2/accounts/:", account, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/accounts/:/created-applications", created_apps, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/accounts/:/created-assets", created_assets, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/accounts/:/assets", account_assets, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/applications", applications, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/applications/:", application, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/applications/:/boxes", app_boxes, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/applications/:/box", app_box, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/assets/:", asset, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/blocks/:", block, REST_OPEN},
};
const rest_table_t indexer_routes = {routes, sizeof routes / sizeof *routes};
