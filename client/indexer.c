/* indexer.c - the client of an indexer. */
#include "algo/indexer.h"

#include <stdlib.h>

#include "internal.h"
#include "rest.h"

struct algo_indexer {
  rest_t rest;
};

static const rest_service_t service = {"indexer", "INDEXER_URL", "X-Indexer-API-Token",
                                       "the token of this indexer (INDEXER_TOKEN)"};

algo_code_t algo_indexer_new(algo_indexer_t **out, const char *url, const char *token, const algo_env_t *env,
                             algo_err_t *err) {
  algo_http_options_t http = {.base_url = url == NULL ? ALGO_INDEXER_DEFAULT_URL : url, .retries = 2};
  algo_indexer_t *x = calloc(1, sizeof *x);
  if (x == NULL) return client_nomem(err);
  algo_code_t r = rest_init(&x->rest, &service, token, &http, env, err);
  if (r == ALGO_OK) *out = x;
  else free(x);
  return r;
}

void algo_indexer_free(algo_indexer_t *x) {
  if (x == NULL) return;
  rest_fini(&x->rest);
  free(x);
}

algo_code_t algo_indexer_get(algo_indexer_t *x, const char *path, json_object **out, algo_err_t *err) {
  rest_ask_t ask = {.method = "GET", .path = path};
  return rest_json(&x->rest, &ask, out, err);
}

algo_code_t algo_indexer_health(algo_indexer_t *x, algo_indexer_health_t *out, algo_arena_t *arena, algo_err_t *err) {
  json_object *o = NULL;
  algo_indexer_health_t h = {.version = ""};
  algo_code_t r = algo_indexer_get(x, "/health", &o, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "round", &h.round, err);
  if (r == ALGO_OK) r = algo_json_opt_bool(o, "db-available", &h.db_available, err);
  if (r == ALGO_OK) r = algo_json_opt_bool(o, "is-migrating", &h.is_migrating, err);
  if (r == ALGO_OK) r = client_json_text(&h.version, o, "version", arena, err);
  if (r == ALGO_OK) *out = h;
  json_object_put(o);
  return r;
}

/* ---- pages ---- */

struct algo_indexer_pages {
  algo_indexer_t *indexer;
  algo_buf_t path; /* without the token of the next page */
  char *list;
  json_object *page;
  size_t at;
  algo_buf_t next; /* token; empty: no more pages */
  bool begun;
};

static void put_escaped(algo_buf_t *out, algo_bytes_t v) {
  for (size_t i = 0; i < v.n; i++) {
    uint8_t c = v.p[i];
    bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
                 c == '.' || c == '~';
    if (plain) algo_buf_putc(out, c);
    else algo_buf_printf(out, "%%%02X", c);
  }
}

algo_code_t algo_indexer_pages(algo_indexer_pages_t **out, algo_indexer_t *x, const char *path, const char *list,
                               algo_err_t *err) {
  algo_indexer_pages_t *p = calloc(1, sizeof *p);
  if (p == NULL) return client_nomem(err);
  p->indexer = x;
  p->list = strdup(list);
  algo_buf_puts(&p->path, path);
  if (p->list == NULL || p->path.oom) {
    algo_indexer_pages_free(p);
    return client_nomem(err);
  }
  *out = p;
  return ALGO_OK;
}

void algo_indexer_pages_free(algo_indexer_pages_t *p) {
  if (p == NULL) return;
  json_object_put(p->page);
  algo_buf_fini(&p->path);
  algo_buf_fini(&p->next);
  free(p->list);
  free(p);
}

static algo_code_t turn_page(algo_indexer_pages_t *p, algo_err_t *err) {
  algo_buf_t path = ALGO_BUF_INIT;
  algo_bytes_t token = {0};
  algo_buf_putb(&path, algo_buf_view(&p->path));
  if (p->next.n > 0) {
    algo_buf_puts(&path, memchr(p->path.p, '?', p->path.n) != NULL ? "&next=" : "?next=");
    put_escaped(&path, algo_buf_view(&p->next));
  }
  json_object_put(p->page);
  p->page = NULL, p->at = 0, p->begun = true;
  const char *text = algo_buf_cstr(&path);
  algo_code_t r = path.oom ? client_nomem(err) : algo_indexer_get(p->indexer, text, &p->page, err);
  if (r == ALGO_OK) r = algo_json_opt_str(p->page, "next-token", &token, err);
  if (r == ALGO_OK && token.n > 0 && algo_bytes_eq(token, algo_buf_view(&p->next)))
    r = algo_err_set(err, ALGO_E_PARSE, "the indexer's pages do not end");
  algo_buf_clear(&p->next);
  algo_buf_putb(&p->next, token);
  algo_buf_fini(&path);
  return r == ALGO_OK && p->next.oom ? client_nomem(err) : r;
}

algo_code_t algo_indexer_next(algo_indexer_pages_t *p, json_object **item, algo_err_t *err) {
  *item = NULL;
  for (;;) {
    json_object *list = client_json_at(p->page, p->list);
    if (p->at < client_json_count(list)) {
      *item = json_object_array_get_idx(list, p->at++);
      return ALGO_OK;
    }
    /* The official indexer gives a token with the last full page too; the page behind it is empty. */
    if (p->begun && (p->next.n == 0 || client_json_count(list) == 0)) return ALGO_OK;
    algo_code_t r = turn_page(p, err);
    if (r != ALGO_OK) return r;
  }
}

static void add_text(algo_buf_t *out, const char *key, const char *value) {
  if (value == NULL) return;
  algo_buf_printf(out, "&%s=", key);
  put_escaped(out, algo_bytes_str(value));
}

static void add_number(algo_buf_t *out, const char *key, uint64_t value) {
  if (value != 0) algo_buf_printf(out, "&%s=%" PRIu64, key, value);
}

algo_code_t algo_indexer_transactions(algo_indexer_pages_t **out, algo_indexer_t *x, const algo_indexer_query_t *q,
                                      algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  char addr[ALGO_ADDR_TEXT + 1];
  add_number(&b, "application-id", q->app);
  add_number(&b, "asset-id", q->asset);
  add_number(&b, "round", q->round);
  add_number(&b, "min-round", q->min_round);
  add_number(&b, "max-round", q->max_round);
  add_number(&b, "limit", q->limit);
  add_number(&b, "currency-greater-than", q->amount_above);
  add_number(&b, "currency-less-than", q->amount_below);
  add_text(&b, "txid", q->txid);
  add_text(&b, "tx-type", q->tx_type);
  add_text(&b, "sig-type", q->sig_type);
  add_text(&b, "address-role", q->role);
  add_text(&b, "before-time", q->before);
  add_text(&b, "after-time", q->after);
  if (q->rekeys) add_text(&b, "rekey-to", "true");
  if (q->address != NULL) {
    algo_addr_format(addr, q->address);
    add_text(&b, "address", addr);
  }
  if (q->note_prefix.n > 0) {
    algo_buf_puts(&b, "&note-prefix=");
    client_put_query_base64(&b, q->note_prefix);
  }
  algo_buf_t path = ALGO_BUF_INIT;
  algo_buf_puts(&path, "/v2/transactions");
  if (b.n > 0) {
    b.p[0] = '?';
    algo_buf_putb(&path, algo_buf_view(&b));
  }
  const char *text = algo_buf_cstr(&path);
  algo_code_t r = b.oom || path.oom ? client_nomem(err) : algo_indexer_pages(out, x, text, "transactions", err);
  algo_buf_fini(&b);
  algo_buf_fini(&path);
  return r;
}

/* ---- one thing ---- */

/* The member of the answer that holds it, on its own. */
static algo_code_t get_member(algo_indexer_t *x, const char *path, const char *member, json_object **out,
                              algo_err_t *err) {
  json_object *o = NULL;
  algo_code_t r = algo_indexer_get(x, path, &o, err);
  json_object *v = client_json_at(o, member);
  if (r == ALGO_OK && v == NULL)
    r = algo_err_set(err, ALGO_E_PARSE, "the indexer's answer to %s has no %s", path, member);
  *out = r == ALGO_OK ? json_object_get(v) : NULL;
  json_object_put(o);
  return r;
}

algo_code_t algo_indexer_transaction(algo_indexer_t *x, const char *txid, json_object **out, algo_err_t *err) {
  char path[96];
  snprintf(path, sizeof path, "/v2/transactions/%.60s", txid);
  return get_member(x, path, "transaction", out, err);
}

algo_code_t algo_indexer_account(algo_indexer_t *x, const algo_addr_t *addr, json_object **out, algo_err_t *err) {
  char path[96], text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, addr);
  snprintf(path, sizeof path, "/v2/accounts/%s", text);
  return get_member(x, path, "account", out, err);
}

algo_code_t algo_indexer_application(algo_indexer_t *x, uint64_t id, json_object **out, algo_err_t *err) {
  char path[64];
  snprintf(path, sizeof path, "/v2/applications/%" PRIu64, id);
  return get_member(x, path, "application", out, err);
}

algo_code_t algo_indexer_asset(algo_indexer_t *x, uint64_t id, json_object **out, algo_err_t *err) {
  char path[64];
  snprintf(path, sizeof path, "/v2/assets/%" PRIu64, id);
  return get_member(x, path, "asset", out, err);
}

algo_code_t algo_indexer_box(algo_indexer_t *x, uint64_t app, algo_bytes_t name, algo_box_t *out, algo_arena_t *arena,
                             algo_err_t *err) {
  algo_buf_t path = ALGO_BUF_INIT;
  json_object *o = NULL;
  client_box_path(&path, app, name);
  const char *text = algo_buf_cstr(&path);
  algo_code_t r = path.oom ? client_nomem(err) : algo_indexer_get(x, text, &o, err);
  if (r == ALGO_OK) r = client_box_decode(out, o, arena, err);
  json_object_put(o);
  algo_buf_fini(&path);
  return r;
}
