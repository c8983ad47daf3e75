/* Accounts: balance and status, what they hold, what they made. */
#include <stdio.h>

#include "algo/text.h"
#include "models.h"
#include "mpw.h"

#define MAX_ASSETS      1000u
#define MAX_APPS        100000u /* without parameters */
#define MAX_APPS_PARAMS 1000u
#define DEFAULT_PAGE    1000u

typedef struct listing { /* what the ledger's callbacks write with */
  rest_call_t *c;
  const algo_ledger_t *l;
  bool params; /* with parameters */
  const algo_addr_t *addr;
  size_t n;
} listing_t;

static bool put_holding(void *user, uint64_t asset, const algo_avm_holding_t *h) {
  listing_t *s = user;
  s->n++;
  model_holding(&s->c->json, asset, h);
  return true;
}

static bool put_local(void *user, uint64_t app, const algo_schema_t *schema, const algo_kv_t *kv, size_t n) {
  listing_t *s = user;
  s->n++;
  model_local(&s->c->json, app, schema, kv, n);
  return true;
}

static bool put_created_app(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  listing_t *s = user;
  algo_json_t *j = &s->c->json;
  s->n++;
  algo_json_open(j, '{');
  model_key_u64(j, "id", app);
  if (s->params) {
    algo_json_key(j, "params");
    model_app_params(j, p, kv, n);
  }
  algo_json_close(j, '}');
  return true;
}

static bool put_created_asset(void *user, uint64_t asset, const algo_asset_params_t *p, const algo_addr_t *creator) {
  listing_t *s = user;
  algo_json_t *j = &s->c->json;
  s->n++;
  algo_json_open(j, '{');
  model_key_u64(j, "index", asset);
  if (s->params) {
    algo_json_key(j, "params");
    model_asset_params(j, p, creator, false);
  }
  algo_json_close(j, '}');
  return true;
}

typedef struct exclude {
  bool all, app_params, asset_params;
} exclude_t;

/* As go-algorand takes it: all and none stand alone. */
static bool parse_exclude(rest_call_t *c, exclude_t *out) {
  *out = (exclude_t){0};
  const char *v;
  if (!rest_query_list(c, "exclude", &v)) return false;
  if (v == NULL || *v == '\0' || strcmp(v, "none") == 0) return true;
  if (strcmp(v, "all") == 0) {
    out->all = true;
    return true;
  }
  while (*v != '\0') {
    size_t n = strcspn(v, ",");
    bool apps = n == 19 && memcmp(v, "created-apps-params", n) == 0;
    bool assets = n == 21 && memcmp(v, "created-assets-params", n) == 0;
    if (!apps && !assets) {
      rest_error(c, 400, "failed to parse exclude");
      return false;
    }
    out->app_params |= apps;
    out->asset_params |= assets;
    v += n + (v[n] == ',');
  }
  return true;
}

static const char *status_text(uint64_t status) {
  static const char *const texts[] = {"Offline", "Online", "Not Participating"};
  return status < 3 ? texts[status] : "Offline";
}

typedef void list_fn_t(listing_t *s);
static void list_locals(listing_t *s) { algo_ledger_each_local(s->l, s->addr, 0, put_local, s); }
static void list_holdings(listing_t *s) { algo_ledger_each_holding(s->l, s->addr, 0, put_holding, s); }
static void list_apps(listing_t *s) { algo_ledger_each_created_app(s->l, s->addr, 0, put_created_app, s); }
static void list_assets(listing_t *s) { algo_ledger_each_created_asset(s->l, s->addr, 0, put_created_asset, s); }

static void put_list(listing_t *s, const char *key, list_fn_t *fn, bool params) {
  algo_json_t *j = &s->c->json;
  s->params = params;
  algo_json_key(j, key);
  algo_json_open(j, '[');
  fn(s);
  algo_json_close(j, ']');
}

static void put_account(rest_call_t *c, const algo_ledger_t *l, const algo_account_view_t *a, const exclude_t *x) {
  algo_json_t *j = &c->json;
  listing_t s = {.c = c, .l = l, .addr = &a->addr};
  rest_begin(c);
  model_addr(j, "address", &a->addr);
  model_key_u64(j, "amount", a->balance);
  model_key_u64(j, "amount-without-pending-rewards", a->balance - a->pending_rewards);
  if (!x->all) put_list(&s, "apps-local-state", list_locals, true);
  model_key_u64_opt(j, "apps-total-extra-pages", a->total_extra_pages);
  model_schema(j, "apps-total-schema", &a->total_schema);
  if (!x->all) put_list(&s, "assets", list_holdings, true);
  model_addr_opt(j, "auth-addr", &a->auth_addr);
  if (!x->all) put_list(&s, "created-apps", list_apps, !x->app_params);
  if (!x->all) put_list(&s, "created-assets", list_assets, !x->asset_params);
  model_standing(j, a);
  model_key_u64(j, "round", algo_ledger_round(l));
  algo_json_key(j, "status");
  algo_json_str(j, status_text(a->status));
  model_key_u64(j, "total-apps-opted-in", a->total_apps_opted_in);
  model_key_u64(j, "total-assets-opted-in", a->total_assets);
  model_key_u64_opt(j, "total-box-bytes", a->total_box_bytes);
  model_key_u64_opt(j, "total-boxes", a->total_boxes);
  model_key_u64(j, "total-created-apps", a->total_apps_created);
  model_key_u64(j, "total-created-assets", a->total_assets_created);
  rest_end(c);
}

/* GET /v2/accounts/{a}: appended to the body. */
static void rest_account(rest_call_t *c) {
  algo_addr_t addr;
  exclude_t x;
  bool msgpack;
  if (!rest_arg_addr(c, 0, &addr) || !rest_query_format(c, &msgpack) || !parse_exclude(c, &x)) return;
  const algo_ledger_t *l = algo_node_read(c->node);
  algo_account_view_t a = {0};
  algo_ledger_account(l, &addr, &a);
  if (msgpack) {
    algo_buf_t mp = ALGO_BUF_INIT;
    account_mp(&mp, l, &a, x.all);
    rest_encoded(c, &mp, 0, true);
    algo_buf_fini(&mp);
  } else {
    put_account(c, l, &a, &x);
  }
  algo_node_read_done(c->node);
}

/* ---- one holding, one local state ---- */

static void account_asset(rest_call_t *c) {
  algo_addr_t addr, creator;
  uint64_t id;
  bool msgpack;
  if (!rest_arg_addr(c, 0, &addr) || !rest_arg_u64(c, 1, "asset-id", &id) || !rest_query_format(c, &msgpack)) return;
  const algo_ledger_t *l = algo_node_read(c->node);
  algo_avm_holding_t h;
  algo_asset_params_t p;
  bool holds = algo_ledger_holding(l, &addr, id, &h);
  bool made = algo_ledger_asset(l, id, &p, &creator) && algo_addr_eq(&creator, &addr);
  if (!holds && !made) {
    rest_not_found(c, id, "account asset info not found");
  } else if (msgpack) {
    algo_buf_t mp = ALGO_BUF_INIT;
    account_asset_mp(&mp, holds ? &h : NULL, made ? &p : NULL);
    rest_encoded(c, &mp, 0, true);
    algo_buf_fini(&mp);
  } else {
    rest_begin(c);
    if (holds) {
      algo_json_key(&c->json, "asset-holding");
      model_holding(&c->json, id, &h);
    }
    if (made) {
      algo_json_key(&c->json, "created-asset");
      model_asset_params(&c->json, &p, &creator, false);
    }
    model_key_u64(&c->json, "round", algo_ledger_round(l));
    rest_end(c);
  }
  algo_node_read_done(c->node);
}

typedef struct one_app {
  rest_call_t *c;
  const algo_addr_t *addr;
  bool found, msgpack;
  algo_buf_t mp;
  mpw_map_t map;
} one_app_t;

static bool put_one_local(void *user, uint64_t app, const algo_schema_t *schema, const algo_kv_t *kv, size_t n) {
  one_app_t *o = user;
  o->found = true;
  bool blank = n == 0 && schema->num_uint == 0 && schema->num_byte_slice == 0; /* left out, as all that is zero */
  if (o->msgpack && blank) return false;
  if (o->msgpack) {
    mpw_key(&o->mp, &o->map, "app-local-state");
    local_mp(&o->mp, schema, kv, n);
    return false;
  }
  algo_json_key(&o->c->json, "app-local-state");
  model_local(&o->c->json, app, schema, kv, n);
  return false;
}

static bool put_one_created(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  one_app_t *o = user;
  (void)app;
  if (!algo_addr_eq(&p->creator, o->addr)) return false;
  o->found = true;
  if (o->msgpack) {
    mpw_key(&o->mp, &o->map, "app-params");
    app_params_mp(&o->mp, p, kv, n);
    return false;
  }
  algo_json_key(&o->c->json, "created-app");
  model_app_params(&o->c->json, p, kv, n);
  return false;
}

static void account_app(rest_call_t *c) {
  algo_addr_t addr;
  uint64_t id;
  one_app_t o = {.c = c, .addr = &addr, .mp = ALGO_BUF_INIT};
  if (!rest_arg_addr(c, 0, &addr) || !rest_arg_u64(c, 1, "application-id", &id) || !rest_query_format(c, &o.msgpack))
    return;
  const algo_ledger_t *l = algo_node_read(c->node);
  o.map = mpw_open(&o.mp);
  rest_begin(c);
  algo_ledger_local(l, &addr, id, put_one_local, &o);
  algo_ledger_app(l, id, put_one_created, &o);
  model_key_u64(&c->json, "round", algo_ledger_round(l));
  rest_end(c);
  algo_node_read_done(c->node);
  mpw_close(&o.mp, &o.map);
  if (!o.found) {
    rest_not_found(c, id, "account application info not found");
  } else if (o.msgpack) {
    algo_buf_clear(&c->res->body);
    rest_encoded(c, &o.mp, 0, true);
  }
  algo_buf_fini(&o.mp);
}

/* ---- pages ---- */

typedef struct page {
  rest_call_t *c;
  const algo_ledger_t *l;
  uint64_t limit, n, last;
  bool more, params;
} page_t;

static bool page_params(rest_call_t *c, const char *what, uint64_t max, page_t *p, uint64_t *after) {
  const char *next, *limit;
  bool given;
  if (!rest_query_text(c, "limit", &limit) || !rest_query_text(c, "next", &next)) return false;
  *after = 0;
  p->limit = DEFAULT_PAGE;
  if (next != NULL) {
    algo_code_t rc = algo_u64_parse(after, next, strlen(next), NULL);
    if (rc != ALGO_OK) {
      rest_error(c, 400, "unable to parse next token: strconv.ParseUint: parsing \"%s\": %s", next,
                 rc == ALGO_E_RANGE ? "value out of range" : "invalid syntax");
      return false;
    }
  }
  if (!rest_query_u64(c, "limit", &p->limit, &given)) return false;
  if (*after > INT64_MAX) rest_error(c, 500, ERR_LEDGER); /* its database has no such number */
  else if (!given) return true;
  else if (p->limit == 0) rest_error(c, 400, "limit parameter must be a positive integer");
  else if (p->limit > max)
    rest_error(c, 400, "limit %llu exceeds max %s single batch limit %llu", (unsigned long long)p->limit, what,
               (unsigned long long)max);
  else return true;
  return false;
}

/* True: this one still fits. */
static bool page_take(page_t *p, uint64_t id) {
  if (p->n == p->limit) {
    p->more = true;
    return false;
  }
  p->n++;
  p->last = id;
  return true;
}

static void page_end(page_t *p) {
  algo_json_t *j = &p->c->json;
  algo_json_close(j, ']');
  if (p->more) {
    char next[24];
    snprintf(next, sizeof next, "%llu", (unsigned long long)p->last);
    algo_json_key(j, "next-token");
    algo_json_str(j, next);
  }
  model_key_u64(j, "round", algo_ledger_round(p->l));
  rest_end(p->c);
}

static bool page_holding(void *user, uint64_t asset, const algo_avm_holding_t *h) {
  page_t *p = user;
  algo_json_t *j = &p->c->json;
  algo_asset_params_t params;
  algo_addr_t creator;
  if (!page_take(p, asset)) return false;
  algo_json_open(j, '{');
  algo_json_key(j, "asset-holding");
  model_holding(j, asset, h);
  if (algo_ledger_asset(p->l, asset, &params, &creator)) {
    algo_json_key(j, "asset-params");
    model_asset_params(j, &params, &creator, false);
  }
  algo_json_close(j, '}');
  return true;
}

static void account_assets(rest_call_t *c) {
  algo_addr_t addr;
  uint64_t after;
  page_t p = {.c = c};
  if (!rest_arg_addr(c, 0, &addr) || !page_params(c, "assets", MAX_ASSETS, &p, &after)) return;
  p.l = algo_node_read(c->node);
  rest_begin(c);
  algo_json_key(&c->json, "asset-holdings");
  algo_json_open(&c->json, '[');
  algo_ledger_each_holding(p.l, &addr, after, page_holding, &p);
  page_end(&p);
  algo_node_read_done(c->node);
}

/* Applications opted into and created, in one order of ids. */
typedef struct app_ids {
  uint64_t *v;
  size_t n, cap;
  uint64_t limit;
} app_ids_t;

static bool add_id(app_ids_t *ids, uint64_t id) {
  if (ids->n == ids->cap) return false;
  ids->v[ids->n++] = id;
  return ids->n < ids->cap;
}
static bool add_local(void *user, uint64_t app, const algo_schema_t *schema, const algo_kv_t *kv, size_t n) {
  (void)schema;
  (void)kv;
  (void)n;
  return add_id(user, app);
}
static bool add_created(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  (void)p;
  (void)kv;
  (void)n;
  return add_id(user, app);
}

static bool page_local(void *user, uint64_t app, const algo_schema_t *schema, const algo_kv_t *kv, size_t n) {
  page_t *p = user;
  algo_json_key(&p->c->json, "app-local-state");
  model_local(&p->c->json, app, schema, kv, n);
  return false;
}

typedef struct page_app {
  page_t *p;
  bool exists;
  algo_buf_t params;
} page_app_t;

static bool page_app_params(void *user, uint64_t app, const algo_avm_app_t *a, const algo_kv_t *kv, size_t n) {
  page_app_t *o = user;
  (void)app;
  o->exists = true;
  if (o->p->params) {
    algo_json_t j = algo_json(&o->params);
    model_app_params(&j, a, kv, n);
  }
  return false;
}

static void page_one_app(page_t *p, const algo_addr_t *addr, uint64_t id) {
  algo_json_t *j = &p->c->json;
  page_app_t o = {.p = p, .params = ALGO_BUF_INIT};
  algo_ledger_app(p->l, id, page_app_params, &o);
  algo_json_open(j, '{');
  algo_ledger_local(p->l, addr, id, page_local, p);
  model_key_true(j, "deleted", !o.exists);
  model_key_u64(j, "id", id);
  if (o.params.n > 0) {
    algo_json_key(j, "params");
    algo_json_raw(j, o.params.p, o.params.n);
  }
  algo_json_close(j, '}');
  algo_buf_fini(&o.params);
}

static void account_apps(rest_call_t *c) {
  algo_addr_t addr;
  uint64_t after;
  const char *include;
  page_t p = {.c = c, .params = rest_query_has(c, "include", "params")};
  if (!rest_arg_addr(c, 0, &addr) || !rest_query_list(c, "include", &include) ||
      !page_params(c, "applications", p.params ? MAX_APPS_PARAMS : MAX_APPS, &p, &after))
    return;
  algo_arena_t arena = ALGO_ARENA_INIT;
  size_t cap = (size_t)p.limit + 1;
  app_ids_t a = {algo_arena_array(&arena, cap, sizeof(uint64_t)), 0, cap, 0};
  app_ids_t b = {algo_arena_array(&arena, cap, sizeof(uint64_t)), 0, cap, 0};
  if (a.v == NULL || b.v == NULL) {
    rest_error(c, 500, "out of memory");
    algo_arena_fini(&arena);
    return;
  }
  p.l = algo_node_read(c->node);
  algo_ledger_each_local(p.l, &addr, after, add_local, &a);
  algo_ledger_each_created_app(p.l, &addr, after, add_created, &b);
  rest_begin(c);
  algo_json_key(&c->json, "application-resources");
  algo_json_open(&c->json, '[');
  for (size_t i = 0, k = 0; i < a.n || k < b.n;) {
    uint64_t id = i == a.n ? b.v[k] : k == b.n ? a.v[i] : a.v[i] < b.v[k] ? a.v[i] : b.v[k];
    if (!page_take(&p, id)) break;
    page_one_app(&p, &addr, id);
    i += i < a.n && a.v[i] == id;
    k += k < b.n && b.v[k] == id;
  }
  page_end(&p);
  algo_node_read_done(c->node);
  algo_arena_fini(&arena);
}

static const rest_route_t routes[] = {
    {"GET", "/v2/accounts/:", rest_account, REST_LEDGER},
    {"GET", "/v2/accounts/:/assets", account_assets, REST_LEDGER},
    {"GET", "/v2/accounts/:/assets/:", account_asset, REST_LEDGER},
    {"GET", "/v2/accounts/:/applications", account_apps, REST_LEDGER},
    {"GET", "/v2/accounts/:/applications/:", account_app, REST_LEDGER},
};
const rest_table_t rest_account_routes = {routes, sizeof routes / sizeof *routes};
