/* An indexer's searches over transactions: the chain is walked, for a developer's chain is short. */
#include <stdio.h>
#include <stdlib.h>

#include "algo/rules.h"
#include "algo/text.h"
#include "indexer_txn.h"
#include "models.h"

#define DEFAULT_LIMIT 1000u
#define MAX_LIMIT     10000u

typedef enum role { ROLE_ANY, ROLE_SENDER, ROLE_RECEIVER, ROLE_FREEZE } role_t;

typedef struct filter {
  uint64_t min_round, max_round, limit, app, asset;
  uint64_t after_amount, below_amount; /* of microAlgos or the asset's base units */
  uint64_t from_round, from_offset;    /* where the page starts */
  int64_t after_time, before_time;
  bool has_addr, has_txid, rekey, newest_first, has_app, has_asset, has_from;
  role_t role;
  algo_addr_t addr;
  char txid[64];
  algo_buf_t note;
  const char *type, *sig;
  algo_digest_t group;
  bool has_group;
} filter_t;

/* ---- does it match ---- */

static bool is_note(const filter_t *f, const algo_txn_t *t) {
  return f->note.n == 0 || (t->note.n >= f->note.n && memcmp(t->note.p, f->note.p, f->note.n) == 0);
}

static bool has_role(const filter_t *f, const algo_txn_t *t) {
  const algo_addr_t *a = &f->addr;
  bool sender = algo_addr_eq(&t->sender, a) || (t->type == ALGO_TX_AXFER && algo_addr_eq(&t->asset_sender, a));
  bool receiver =
      (t->type == ALGO_TX_PAY && (algo_addr_eq(&t->receiver, a) || algo_addr_eq(&t->close_remainder_to, a))) ||
      (t->type == ALGO_TX_AXFER && (algo_addr_eq(&t->asset_receiver, a) || algo_addr_eq(&t->asset_close_to, a)));
  bool freeze = t->type == ALGO_TX_AFRZ && algo_addr_eq(&t->freeze_account, a);
  switch (f->role) {
  case ROLE_SENDER: return sender;
  case ROLE_RECEIVER: return receiver;
  case ROLE_FREEZE: return freeze;
  default: break;
  }
  for (size_t i = 0; i < t->n_accounts; i++) {
    if (algo_addr_eq(&t->accounts[i], a)) return true;
  }
  return sender || receiver || freeze;
}

static bool is_asset(const filter_t *f, const algo_apply_t *a) {
  const algo_txn_t *t = &a->stxn.txn;
  return t->xfer_asset == f->asset || t->freeze_asset == f->asset || t->config_asset == f->asset ||
         a->created_asset == f->asset;
}

static bool amounts(const filter_t *f, const algo_apply_t *a) {
  if (f->after_amount == 0 && f->below_amount == UINT64_MAX) return true;
  const algo_txn_t *t = &a->stxn.txn;
  uint64_t v = f->has_asset ? t->asset_amount : t->amount;
  return v > f->after_amount && v < f->below_amount &&
         (f->has_asset ? t->type == ALGO_TX_AXFER : t->type == ALGO_TX_PAY);
}

static bool is_sig(const filter_t *f, const algo_stxn_t *s) {
  if (f->sig == NULL) return true;
  if (strcmp(f->sig, "lsig") == 0) return !algo_lsig_blank(&s->lsig);
  if (strcmp(f->sig, "msig") == 0) return !algo_msig_blank(&s->msig);
  return strcmp(f->sig, "sig") == 0 && s->has_sig;
}

/* One transaction, or any of its inner ones. */
static bool matches(const filter_t *f, const algo_apply_t *a, bool top) {
  const algo_txn_t *t = &a->stxn.txn;
  bool ok = is_note(f, t) && (f->type == NULL || strcmp(f->type, algo_txn_type_text(t->type)) == 0) &&
            (!f->has_app || (t->type == ALGO_TX_APPL && (t->app_id == f->app || a->created_app == f->app))) &&
            (!f->has_asset || is_asset(f, a)) && (!f->has_addr || has_role(f, t)) && amounts(f, a) &&
            (!f->rekey || !algo_addr_is_zero(&t->rekey_to)) && (top ? is_sig(f, &a->stxn) : f->sig == NULL) &&
            (!f->has_group || memcmp(t->group.b, f->group.b, 32) == 0);
  for (size_t i = 0; !ok && i < a->delta.n_inner; i++) ok = matches(f, &a->delta.inner[i], false);
  return ok;
}

/* ---- what is asked ---- */

static bool base64_param(rest_call_t *c, const char *name, algo_buf_t *out) {
  const char *v = algo_httpd_query(c->req, name);
  if (v == NULL) return true;
  char *copy = strdup(v); /* '+' came as a space */
  for (char *p = copy; p != NULL && *p != '\0'; p++) *p = *p == ' ' ? '+' : *p;
  bool ok = copy != NULL && algo_base64_decode(out, copy, strlen(copy), NULL) == ALGO_OK;
  free(copy);
  if (!ok) rest_error(c, 400, "invalid input: unable to decode '%s'", name);
  return ok;
}

static bool addr_param(rest_call_t *c, filter_t *f) {
  const char *v = algo_httpd_query(c->req, "address"), *role = algo_httpd_query(c->req, "address-role");
  if (v != NULL && !f->has_addr) {
    f->has_addr = algo_addr_parse(&f->addr, v, strlen(v), NULL) == ALGO_OK;
    if (!f->has_addr) {
      rest_error(c, 400, "invalid input: unable to parse address: %s", v);
      return false;
    }
  }
  if (role != NULL) {
    f->role = strcmp(role, "sender") == 0          ? ROLE_SENDER
              : strcmp(role, "receiver") == 0      ? ROLE_RECEIVER
              : strcmp(role, "freeze-target") == 0 ? ROLE_FREEZE
                                                   : ROLE_ANY;
  }
  return true;
}

static bool time_param(rest_call_t *c, const char *name, int64_t *out) {
  const char *v = algo_httpd_query(c->req, name);
  int y, mo, d, h = 0, mi = 0, s = 0;
  if (v == NULL) return true;
  if (sscanf(v, "%d-%d-%dT%d:%d:%d", &y, &mo, &d, &h, &mi, &s) < 3) {
    rest_error(c, 400, "invalid input: unable to decode '%s'", name);
    return false;
  }
  int64_t yy = mo <= 2 ? y - 1 : y, era = yy / 400, yoe = yy - era * 400; /* days of the civil calendar */
  int64_t doy = (153 * (mo + (mo > 2 ? -3 : 9)) + 2) / 5 + d - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  *out = (era * 146097 + doe - 719468) * 86400 + h * 3600 + mi * 60 + s;
  return true;
}

static bool parse(rest_call_t *c, filter_t *f) {
  uint64_t round = 0;
  bool given, has_round;
  f->max_round = algo_node_round(c->node);
  f->limit = DEFAULT_LIMIT;
  f->below_amount = UINT64_MAX;
  f->before_time = INT64_MAX;
  f->type = algo_httpd_query(c->req, "tx-type");
  f->sig = algo_httpd_query(c->req, "sig-type");
  const char *txid = algo_httpd_query(c->req, "txid"), *next = algo_httpd_query(c->req, "next");
  if (!rest_query_u64(c, "min-round", &f->min_round, &given) ||
      !rest_query_u64(c, "max-round", &f->max_round, &given) || !rest_query_u64(c, "round", &round, &has_round) ||
      !rest_query_u64(c, "limit", &f->limit, &given) ||
      !rest_query_u64(c, "currency-greater-than", &f->after_amount, &given) ||
      !rest_query_u64(c, "currency-less-than", &f->below_amount, &given) ||
      !rest_query_bool(c, "rekey-to", &f->rekey)) {
    return false;
  }
  if (!f->has_app && !rest_query_u64(c, "application-id", &f->app, &f->has_app)) return false;
  if (!f->has_asset && !rest_query_u64(c, "asset-id", &f->asset, &f->has_asset)) return false;
  if (!base64_param(c, "note-prefix", &f->note) || !addr_param(c, f) || !time_param(c, "after-time", &f->after_time) ||
      !time_param(c, "before-time", &f->before_time)) {
    return false;
  }
  algo_buf_t group = ALGO_BUF_INIT;
  bool ok = base64_param(c, "group-id", &group);
  f->has_group = ok && group.n == 32;
  if (f->has_group) memcpy(f->group.b, group.p, 32);
  algo_buf_fini(&group);
  if (has_round) f->min_round = f->max_round = round;
  if (f->max_round > algo_node_round(c->node)) f->max_round = algo_node_round(c->node);
  if (f->limit == 0 || f->limit > MAX_LIMIT) f->limit = f->limit == 0 ? DEFAULT_LIMIT : MAX_LIMIT;
  f->has_txid = txid != NULL;
  if (txid != NULL) snprintf(f->txid, sizeof f->txid, "%s", txid);
  unsigned long long r = 0, o = 0;
  f->has_from = next != NULL && sscanf(next, "%llu-%llu", &r, &o) == 2;
  f->from_round = r;
  f->from_offset = o;
  return ok;
}

/* ---- the walk ---- */

typedef struct walk {
  rest_call_t *c;
  filter_t f;
  algo_buf_t raw;
  algo_arena_t arena;
  uint64_t found, last_round, last_offset;
  bool full;
} walk_t;

static void take(walk_t *w, const algo_block_t *b, const algo_apply_t *a, uint64_t offset) {
  algo_apply_t whole;
  char txid[53];
  if (!matches(&w->f, a, true)) return;
  indexer_txid(txid, b, a, &whole);
  if (w->f.has_txid && strcmp(txid, w->f.txid) != 0) return;
  if (w->found == w->f.limit) {
    w->full = true;
    return;
  }
  w->found++;
  w->last_round = b->header.round;
  w->last_offset = offset;
  indexer_txn_t t = {.block = b, .apply = &whole, .txid = txid, .offset = offset};
  indexer_txn_write(&w->c->json, &t);
}

static bool behind(const walk_t *w, uint64_t round, uint64_t offset) { /* on an earlier page */
  const filter_t *f = &w->f;
  if (!f->has_from) return false;
  if (f->newest_first) return round > f->from_round || (round == f->from_round && offset >= f->from_offset);
  return round < f->from_round || (round == f->from_round && offset <= f->from_offset);
}

static void one_block(walk_t *w, uint64_t round) {
  algo_block_t b;
  algo_buf_clear(&w->raw);
  algo_arena_reset(&w->arena);
  if (algo_node_block(w->c->node, round, &w->raw, NULL) != ALGO_OK ||
      algo_block_decode(&b, algo_buf_view(&w->raw), &w->arena, NULL) != ALGO_OK || b.n_txns == 0 ||
      b.header.timestamp < w->f.after_time || b.header.timestamp >= w->f.before_time) {
    return;
  }
  uint64_t *at = algo_arena_array(&w->arena, b.n_txns, sizeof *at), next = 0;
  for (size_t i = 0; at != NULL && i < b.n_txns; i++) {
    at[i] = next;
    next += indexer_txn_count(&b.txns[i]);
  }
  for (size_t i = 0; at != NULL && i < b.n_txns && !w->full; i++) {
    size_t k = w->f.newest_first ? b.n_txns - 1 - i : i;
    if (!behind(w, round, at[k])) take(w, &b, &b.txns[k], at[k]);
  }
}

static void walk(walk_t *w) {
  const filter_t *f = &w->f;
  for (uint64_t i = 0; f->max_round >= f->min_round && i <= f->max_round - f->min_round && !w->full; i++) {
    uint64_t round = f->newest_first ? f->max_round - i : f->min_round + i;
    if (f->has_from && (f->newest_first ? round > f->from_round : round < f->from_round)) continue;
    one_block(w, round);
  }
}

/* The answer to a search: the page, and where the next one starts. */
static void run(walk_t *w) {
  rest_call_t *c = w->c;
  algo_json_t *j = &c->json;
  if (!parse(c, &w->f)) {
    algo_buf_fini(&w->f.note);
    return;
  }
  rest_begin(c);
  model_key_u64(j, "current-round", algo_node_round(c->node));
  algo_json_key(j, "transactions");
  algo_json_open(j, '[');
  walk(w);
  algo_json_close(j, ']');
  if (w->found > 0 && (w->full || w->found == w->f.limit)) {
    char next[48];
    snprintf(next, sizeof next, "%llu-%llu", (unsigned long long)w->last_round, (unsigned long long)w->last_offset);
    algo_json_key(j, "next-token");
    algo_json_str(j, next);
  }
  rest_end(c);
  algo_buf_fini(&w->f.note);
  algo_buf_fini(&w->raw);
  algo_arena_fini(&w->arena);
}

static void transactions(rest_call_t *c) {
  walk_t w = {.c = c};
  run(&w);
}

static void account_transactions(rest_call_t *c) {
  walk_t w = {.c = c};
  if (!rest_arg_addr(c, 0, &w.f.addr)) return;
  w.f.has_addr = w.f.newest_first = true;
  run(&w);
}

static void asset_transactions(rest_call_t *c) {
  walk_t w = {.c = c};
  if (!rest_arg_u64(c, 0, "asset-id", &w.f.asset)) return;
  w.f.has_asset = true;
  run(&w);
}

/* One transaction: the ledger knows its round. */
static void transaction(rest_call_t *c) {
  algo_digest_t id;
  algo_found_txn_t found = {0};
  walk_t w = {.c = c, .f = {.limit = 1, .below_amount = UINT64_MAX, .before_time = INT64_MAX, .has_txid = true}};
  bool formed = algo_txid_parse(&id, (const char *)c->arg[0].p, c->arg[0].n, NULL) == ALGO_OK;
  const algo_ledger_t *l = formed ? algo_node_read(c->node) : NULL;
  bool there = l != NULL && algo_ledger_find_txn(l, &id, &found, &w.arena) && found.round > 0;
  if (l != NULL) algo_node_read_done(c->node);
  if (!there) {
    rest_error(c, 404, "no transaction found for transaction id: %.*s", (int)c->arg[0].n, (const char *)c->arg[0].p);
  } else {
    snprintf(w.f.txid, sizeof w.f.txid, "%.*s", (int)c->arg[0].n, (const char *)c->arg[0].p);
    rest_begin(c);
    model_key_u64(&c->json, "current-round", algo_node_round(c->node));
    algo_json_key(&c->json, "transaction");
    one_block(&w, found.round);
    rest_end(c);
  }
  algo_buf_fini(&w.raw);
  algo_arena_fini(&w.arena);
}

/* ---- logs of an application ---- */

static void log_one(rest_call_t *c, const filter_t *f, const algo_apply_t *a, const char *txid) {
  algo_json_t *j = &c->json;
  uint64_t app = a->stxn.txn.app_id != 0 ? a->stxn.txn.app_id : a->created_app;
  if (app == f->app && a->delta.n_logs > 0) {
    algo_json_open(j, '{');
    algo_json_key(j, "logs");
    algo_json_open(j, '[');
    for (size_t i = 0; i < a->delta.n_logs; i++) algo_json_base64(j, a->delta.logs[i]);
    algo_json_close(j, ']');
    algo_json_key(j, "txid");
    algo_json_str(j, txid);
    algo_json_close(j, '}');
  }
  for (size_t i = 0; i < a->delta.n_inner; i++) log_one(c, f, &a->delta.inner[i], txid);
}

static void app_logs(rest_call_t *c) {
  walk_t w = {.c = c};
  if (!rest_arg_u64(c, 0, "application-id", &w.f.app)) return;
  w.f.has_app = true;
  if (parse(c, &w.f)) {
    algo_json_t *j = &c->json;
    rest_begin(c);
    model_key_u64(j, "application-id", w.f.app);
    model_key_u64(j, "current-round", algo_node_round(c->node));
    algo_json_key(j, "log-data");
    algo_json_open(j, '[');
    for (uint64_t r = w.f.min_round; r <= w.f.max_round; r++) {
      algo_block_t b;
      algo_buf_clear(&w.raw);
      algo_arena_reset(&w.arena);
      if (algo_node_block(c->node, r, &w.raw, NULL) != ALGO_OK ||
          algo_block_decode(&b, algo_buf_view(&w.raw), &w.arena, NULL) != ALGO_OK) {
        continue;
      }
      for (size_t i = 0; i < b.n_txns; i++) {
        algo_apply_t whole;
        char txid[53];
        if (!matches(&w.f, &b.txns[i], true)) continue;
        indexer_txid(txid, &b, &b.txns[i], &whole);
        if (!w.f.has_txid || strcmp(txid, w.f.txid) == 0) log_one(c, &w.f, &b.txns[i], txid);
      }
    }
    algo_json_close(j, ']');
    rest_end(c);
  }
  algo_buf_fini(&w.f.note);
  algo_buf_fini(&w.raw);
  algo_arena_fini(&w.arena);
}

static const rest_route_t routes[] = {
    {"GET", "/v2/transactions", transactions, REST_OPEN},
    {"GET", "/v2/transactions/:", transaction, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/accounts/:/transactions", account_transactions, REST_OPEN},
    {"GET", "/v2/assets/:/transactions", asset_transactions, REST_OPEN},
    {"GET", "/v2/applications/:/logs", app_logs, REST_OPEN},
};
const rest_table_t indexer_search_routes = {routes, sizeof routes / sizeof *routes};
