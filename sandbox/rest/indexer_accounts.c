/* An indexer's accounts and assets: look-ups, searches, who holds what. */
#include <strings.h>

#include "algo/text.h"
#include "indexer_impl.h"
#include "rewind.h"

#define REWIND_TRIES 8u

/* ---- one account ---- */

typedef struct exclude {
  bool assets, created_assets, locals, created_apps;
} exclude_t;

static bool parse_exclude(rest_call_t *c, exclude_t *out) {
  const char *v = algo_httpd_query(c->req, "exclude");
  *out = (exclude_t){0};
  bool more = v != NULL;
  while (more) {
    size_t n = strcspn(v, ",");
    bool all = n == 3 && memcmp(v, "all", n) == 0;
    bool assets = n == 6 && memcmp(v, "assets", n) == 0,
         created_assets = n == 14 && memcmp(v, "created-assets", n) == 0;
    bool locals = n == 16 && memcmp(v, "apps-local-state", n) == 0;
    bool apps = n == 12 && memcmp(v, "created-apps", n) == 0, none = n == 4 && memcmp(v, "none", n) == 0;
    if (!all && !assets && !created_assets && !locals && !apps && !none) {
      rest_error(c, 400, "unknown value \"%.*s\": invalid exclude argument", (int)n, v);
      return false;
    }
    out->assets |= all || assets;
    out->created_assets |= all || created_assets;
    out->locals |= all || locals;
    out->created_apps |= all || apps;
    more = v[n] == ',';
    v += n + more;
  }
  return true;
}

typedef struct part { /* one of an account's lists */
  indexer_list_t list;
  life_kind_t kind;
  const algo_addr_t *addr;
  const rewind_t *back; /* NULL: as it is */
  bool listed;          /* of an asset: is it in the list? */
} part_t;

static bool match_part(void *user, const life_t *life) {
  const part_t *p = user;
  return life->kind == p->kind && algo_addr_eq(&life->addr, p->addr);
}

static void put_part(void *user, const life_t *life) {
  part_t *p = user;
  switch (p->kind) {
  case LIFE_HOLDING:
    indexer_put_holding(&p->list, life, true, p->back == NULL ? 0 : rewind_of_asset(p->back, life->id));
    break;
  case LIFE_LOCAL: indexer_put_local(&p->list, life); break;
  case LIFE_APP: indexer_put_app(&p->list, life, false); break;
  default: indexer_put_asset(&p->list, life, false); break;
  }
}

/* The asset is not in the list of what is held, or not looked at. */
static bool is_apart(const part_t *p, uint64_t asset) {
  const life_t *life = p->listed ? history_find(p->list.c, LIFE_HOLDING, asset, p->addr) : NULL;
  return life == NULL || (life->deleted && !p->list.all);
}

/* What was held then and is not any more: an indexer knows its amount alone. */
static void put_apart(void *user) {
  part_t *p = user;
  algo_json_t *j = &p->list.c->json;
  for (size_t i = 0; i < p->back->n_assets; i++) {
    const rewind_asset_t *a = &p->back->assets[i];
    if (!is_apart(p, a->id)) continue;
    algo_json_open(j, '{');
    model_key_u64(j, "amount", a->more);
    model_key_u64(j, "asset-id", a->id);
    model_bool(j, "is-frozen", false);
    algo_json_close(j, '}');
  }
}

/* The list where it has anything. */
static void put_list(const indexer_list_t *s, const char *key, life_kind_t kind, const algo_addr_t *addr,
                     const rewind_t *back, bool listed) {
  part_t p = {.list = *s, .kind = kind, .addr = addr, .listed = listed};
  bool any = false;
  p.list.limit = listed ? UINT64_MAX : 0;
  p.list.n = 0;
  if (kind == LIFE_HOLDING && back != NULL) {
    p.back = back;
    p.list.tail = put_apart;
    for (size_t i = 0; !any && i < back->n_assets; i++) any = is_apart(&p, back->assets[i].id);
  }
  for (size_t i = 0; listed && !any && i < s->n_lives; i++)
    any = (s->all || !s->lives[i].deleted) && match_part(&p, &s->lives[i]);
  if (any) indexer_list_put(&p.list, key, false, match_part, put_part, &p);
}

static void put_totals(algo_json_t *j, const algo_account_view_t *a) {
  model_key_u64(j, "total-apps-opted-in", a->total_apps_opted_in);
  model_key_u64(j, "total-assets-opted-in", a->total_assets);
  model_key_u64(j, "total-box-bytes", a->total_box_bytes);
  model_key_u64(j, "total-boxes", a->total_boxes);
  model_key_u64(j, "total-created-apps", a->total_apps_created);
  model_key_u64(j, "total-created-assets", a->total_assets_created);
}

static void put_money(algo_json_t *j, const algo_account_view_t *a) {
  model_addr(j, "address", &a->addr);
  model_key_u64(j, "amount", a->balance);
  model_key_u64(j, "amount-without-pending-rewards", a->balance - a->pending_rewards);
  model_key_u64_opt(j, "apps-total-extra-pages", a->total_extra_pages);
  if (a->total_schema.num_uint + a->total_schema.num_byte_slice > 0)
    model_schema(j, "apps-total-schema", &a->total_schema);
  model_addr_opt(j, "auth-addr", &a->auth_addr);
  model_standing(j, a);
}

/* life: NULL for one that no block brought about; back: NULL for one as it is. */
static void put_account(const indexer_list_t *s, const algo_addr_t *addr, const life_t *life, const exclude_t *x,
                        const rewind_t *back) {
  static const char *const statuses[] = {"Offline", "Online", "NotParticipating"};
  algo_json_t *j = &s->c->json;
  algo_account_view_t a = {0};
  algo_ledger_account(s->l, addr, &a);
  if (back != NULL) { /* what cannot be known of then is 0 */
    a.balance += back->more - a.pending_rewards;
    a.pending_rewards = a.rewards = a.min_balance = 0;
  }
  algo_json_open(j, '{');
  put_money(j, &a);
  if (!x->locals) put_list(s, "apps-local-state", LIFE_LOCAL, addr, NULL, true);
  put_list(s, "assets", LIFE_HOLDING, addr, back, !x->assets);
  if (life != NULL) model_key_u64_opt(j, "closed-at-round", life->closed);
  if (!x->created_apps) put_list(s, "created-apps", LIFE_APP, addr, NULL, true);
  if (!x->created_assets) put_list(s, "created-assets", LIFE_ASSET, addr, NULL, true);
  if (life != NULL) model_key_u64(j, "created-at-round", life->created);
  model_bool(j, "deleted", life != NULL && life->deleted);
  model_key_u64(j, "round", back != NULL ? back->round : algo_ledger_round(s->l));
  if (life != NULL && life->sig != NULL) {
    algo_json_key(j, "sig-type");
    algo_json_str(j, life->sig);
  }
  algo_json_key(j, "status");
  algo_json_str(j, statuses[a.status < 3 ? a.status : 0]);
  put_totals(j, &a);
  algo_json_close(j, '}');
}

/* The round that an account is asked for as of. False: the answer is written. */
static bool parse_round(rest_call_t *c, uint64_t *round, bool *given) {
  uint64_t tip = algo_node_round(c->node), first = algo_node_first(c->node);
  if (!rest_query_u64(c, "round", round, given)) return false;
  if (!*given || (*round <= tip && *round >= first)) return true;
  if (*round < first)
    rest_error(
        c, 500,
        "failed while searching for account: error while rewinding account: the requested round %llu is before %llu, "
        "where this fork begins",
        (unsigned long long)*round, (unsigned long long)first);
  else if (indexer_id(c, *round))
    rest_error(c, 500,
               "failed while searching for account: error while rewinding account: the requested round %llu > the "
               "current round %llu",
               (unsigned long long)*round, (unsigned long long)tip);
  return false;
}

/* The list begun on the very round that the account was led back from. It has an end beside blocks however fast: only
 * a chain that went back meanwhile is begun with again. */
static bool begin_rewound(indexer_list_t *s, rest_call_t *c, const algo_addr_t *addr, uint64_t round, rewind_t *back) {
  for (unsigned i = 0; i < REWIND_TRIES; i++) {
    rewind_fini(back);
    back->assets = NULL;
    if (!rewind_account(c, addr, round, back)) return false;
    if (!indexer_list_begin(s, c)) return false;
    if (algo_ledger_round(s->l) >= back->tip && rewind_since(s->l, addr, back)) return true;
    indexer_list_done(s);
    algo_buf_clear(&c->res->body);
    c->json = (algo_json_t){.out = &c->res->body, .go_escape = true};
  }
  rest_error(c, 500, "failed while searching for account: the blocks since round %llu cannot be read",
             (unsigned long long)round);
  return false;
}

static void account(rest_call_t *c) {
  algo_addr_t addr;
  exclude_t x;
  indexer_list_t s = {0};
  algo_account_view_t a = {0};
  rewind_t back = {0};
  uint64_t round;
  bool past;
  if (!indexer_arg_addr(c, "address", &addr) || !parse_exclude(c, &x) || !rest_query_bool(c, "include-all", &s.all) ||
      !parse_round(c, &round, &past)) {
    return;
  }
  if (past ? !begin_rewound(&s, c, &addr, round, &back) : !indexer_list_begin(&s, c)) {
    rewind_fini(&back);
    return;
  }
  const life_t *life = history_find(c, LIFE_ACCOUNT, 0, &addr);
  algo_ledger_account(s.l, &addr, &a);
  bool there = a.balance > 0 || (life != NULL && (s.all || !life->deleted));
  if (!there) {
    rest_error(c, 404, "no accounts found for address: %.*s", (int)c->arg[0].n, (const char *)c->arg[0].p);
  } else if (back.refused[0] != '\0') {
    rest_error(c, 500, "failed while searching for account: error while rewinding account: %s", back.refused);
  } else {
    algo_json_key(&c->json, "account");
    put_account(&s, &addr, life, &x, past ? &back : NULL);
    indexer_list_end(&s, false);
  }
  indexer_list_done(&s);
  rewind_fini(&back);
}

/* ---- a search for accounts ---- */

typedef struct account_search {
  indexer_list_t list;
  exclude_t exclude;
  bool online, has_asset, has_app, has_auth, has_next, has_more, has_less;
  uint64_t asset, app, more, less;
  algo_addr_t auth, after;
} account_search_t;

static bool match_account(void *user, const life_t *life) {
  const account_search_t *q = user;
  const algo_addr_t *addr = &life->addr;
  if (life->kind != LIFE_ACCOUNT || (q->has_next && memcmp(addr->b, q->after.b, sizeof addr->b) <= 0)) return false;
  if (q->has_app && history_find(q->list.c, LIFE_LOCAL, q->app, addr) == NULL) return false;
  if (q->has_asset && history_find(q->list.c, LIFE_HOLDING, q->asset, addr) == NULL) return false;
  algo_account_view_t a = {0};
  algo_avm_holding_t h = {0};
  algo_ledger_account(q->list.l, addr, &a);
  if (q->has_asset) algo_ledger_holding(q->list.l, addr, q->asset, &h);
  uint64_t amount = q->has_asset ? h.amount : a.balance - a.pending_rewards;
  return (!q->has_more || amount > q->more) && (!q->has_less || amount < q->less) && (!q->online || a.status == 1) &&
         (!q->has_auth || (!algo_addr_is_zero(&q->auth) && algo_addr_eq(&a.auth_addr, &q->auth)));
}

static void put_match(void *user, const life_t *life) {
  account_search_t *q = user;
  put_account(&q->list, &life->addr, life, &q->exclude, NULL);
}

static void accounts(rest_call_t *c) {
  account_search_t q = {0};
  uint64_t round;
  bool given;
  if (!rest_query_u64(c, "asset-id", &q.asset, &q.has_asset) ||
      !rest_query_u64(c, "application-id", &q.app, &q.has_app) || !rest_query_u64(c, "round", &round, &given) ||
      !rest_query_u64(c, "currency-greater-than", &q.more, &q.has_more) ||
      !rest_query_u64(c, "currency-less-than", &q.less, &q.has_less) ||
      !rest_query_bool(c, "include-all", &q.list.all) || !rest_query_bool(c, "online-only", &q.online)) {
    return;
  }
  q.has_asset = q.has_asset && q.asset != 0;
  q.has_app = q.has_app && q.app != 0;
  if (given) {
    rest_error(c, 400, "multiple accounts rewind is not supported by this server");
    return;
  }
  if (q.online && q.list.all) {
    rest_error(c, 400, "simultaneously searching for online and deleted accounts is not supported");
    return;
  }
  if (!indexer_query_addr(c, "auth-addr", "auth addr", &q.auth, &q.has_auth) || !parse_exclude(c, &q.exclude) ||
      !indexer_next_addr(c, &q.after, &q.has_next) ||
      !indexer_limit(c, INDEXER_PAGE, INDEXER_PAGE_MAX, &q.list.limit) || !indexer_list_begin(&q.list, c)) {
    return;
  }
  indexer_list_put(&q.list, "accounts", true, match_account, put_match, &q);
  indexer_list_end(&q.list, true);
  indexer_list_done(&q.list);
}

/* ---- holdings and local states ---- */

typedef struct resource_search { /* of an account by id, or of an asset by address */
  indexer_list_t list;
  life_kind_t kind;
  bool has_id, has_addr, has_next, has_more, has_less;
  uint64_t id, after, more, less;
  algo_addr_t addr, after_addr;
} resource_search_t;

static bool match_resource(void *user, const life_t *life) {
  const resource_search_t *q = user;
  if (life->kind != q->kind || life->id <= q->after || (q->has_id && life->id != q->id) ||
      (q->has_addr && !algo_addr_eq(&life->addr, &q->addr)) ||
      (q->has_next && memcmp(life->addr.b, q->after_addr.b, sizeof life->addr.b) <= 0)) {
    return false;
  }
  algo_avm_holding_t h = {0};
  if (q->has_more || q->has_less) algo_ledger_holding(q->list.l, &life->addr, life->id, &h);
  return (!q->has_more || h.amount > q->more) && (!q->has_less || h.amount < q->less);
}

static void put_resource(void *user, const life_t *life) {
  resource_search_t *q = user;
  if (q->kind == LIFE_LOCAL) indexer_put_local(&q->list, life);
  else indexer_put_holding(&q->list, life, q->has_addr, 0);
}

static void list_resources(rest_call_t *c, resource_search_t *q, const char *key) {
  if (!rest_query_bool(c, "include-all", &q->list.all) || !indexer_list_begin(&q->list, c)) return;
  indexer_list_put(&q->list, key, !q->has_addr, match_resource, put_resource, q);
  indexer_list_end(&q->list, !q->has_addr);
  indexer_list_done(&q->list);
}

static void account_assets(rest_call_t *c) {
  resource_search_t q = {.kind = LIFE_HOLDING, .has_addr = true};
  if (rest_query_u64(c, "asset-id", &q.id, &q.has_id) && indexer_arg_addr(c, "address", &q.addr) &&
      indexer_next_id(c, &q.after) && indexer_limit(c, INDEXER_MANY, INDEXER_MANY_MAX, &q.list.limit)) {
    list_resources(c, &q, "assets");
  }
}

static void account_locals(rest_call_t *c) {
  resource_search_t q = {.kind = LIFE_LOCAL, .has_addr = true};
  if (rest_query_u64(c, "application-id", &q.id, &q.has_id) && indexer_arg_addr(c, "creator address", &q.addr) &&
      indexer_next_id(c, &q.after) && indexer_limit(c, INDEXER_PAGE, INDEXER_PAGE_MAX, &q.list.limit)) {
    list_resources(c, &q, "apps-local-states");
  }
}

static void balances(rest_call_t *c) {
  resource_search_t q = {.kind = LIFE_HOLDING, .has_id = true};
  if (rest_arg_u64(c, 0, "asset-id", &q.id) && rest_query_u64(c, "currency-greater-than", &q.more, &q.has_more) &&
      rest_query_u64(c, "currency-less-than", &q.less, &q.has_less) && indexer_id(c, q.id) &&
      indexer_next_addr(c, &q.after_addr, &q.has_next) &&
      indexer_limit(c, INDEXER_MANY, INDEXER_MANY_MAX, &q.list.limit)) {
    list_resources(c, &q, "balances");
  }
}

/* ---- assets ---- */

typedef struct asset_search {
  indexer_list_t list;
  bool has_id, has_creator;
  uint64_t id, after;
  algo_addr_t creator;
  const char *name, *unit; /* parts of them, in any case; NULL: any */
} asset_search_t;

static bool has_part(algo_bytes_t v, const char *part) {
  if (*part == '\0') return true;
  if (!algo_utf8_valid(v) || memchr(v.p, 0, v.n) != NULL) return false; /* no text to its database */
  size_t n = strlen(part);
  for (size_t i = 0; i + n <= v.n; i++) {
    if (strncasecmp((const char *)v.p + i, part, n) == 0) return true;
  }
  return n == 0;
}

static bool match_asset(void *user, const life_t *life) {
  const asset_search_t *q = user;
  if (life->kind != LIFE_ASSET || life->id <= q->after || (q->has_id && life->id != q->id) ||
      (q->has_creator && !algo_addr_eq(&life->addr, &q->creator))) {
    return false;
  }
  algo_asset_params_t p = {0};
  algo_addr_t creator;
  if (q->name != NULL || q->unit != NULL) algo_ledger_asset(q->list.l, life->id, &p, &creator);
  return (q->name == NULL || has_part(p.name, q->name)) && (q->unit == NULL || has_part(p.unit_name, q->unit));
}

static void put_found_asset(void *user, const life_t *life) { indexer_put_asset(user, life, true); }

static void list_assets(rest_call_t *c, asset_search_t *q) {
  if (!rest_query_u64(c, "asset-id", &q->id, &q->has_id) || !rest_query_bool(c, "include-all", &q->list.all) ||
      !indexer_limit(c, INDEXER_PAGE, INDEXER_PAGE_MAX, &q->list.limit) || !indexer_next_id(c, &q->after) ||
      !indexer_list_begin(&q->list, c)) {
    return;
  }
  indexer_list_put(&q->list, "assets", false, match_asset, put_found_asset, q);
  indexer_list_end(&q->list, false);
  indexer_list_done(&q->list);
}

static void created_assets(rest_call_t *c) {
  asset_search_t q = {.has_creator = true};
  if (indexer_arg_addr(c, "creator address", &q.creator)) list_assets(c, &q);
}

static void assets(rest_call_t *c) {
  asset_search_t q = {.name = algo_httpd_query(c->req, "name"), .unit = algo_httpd_query(c->req, "unit")};
  if (indexer_query_addr(c, "creator", "creator address", &q.creator, &q.has_creator)) list_assets(c, &q);
}

static void asset(rest_call_t *c) {
  uint64_t id;
  indexer_list_t s = {0};
  if (!rest_arg_u64(c, 0, "asset-id", &id) || !rest_query_bool(c, "include-all", &s.all) || !indexer_id(c, id) ||
      !indexer_list_begin(&s, c))
    return;
  life_t room;
  const life_t *life = indexer_creatable(&s, LIFE_ASSET, id, &room);
  if (life == NULL) {
    rest_error(c, 404, "no assets found for asset-id: %llu", (unsigned long long)id);
  } else {
    algo_json_key(&c->json, "asset");
    indexer_put_asset(&s, life, true);
    indexer_list_end(&s, false);
  }
  indexer_list_done(&s);
}

static const rest_route_t routes[] = {
    {"GET", "/v2/accounts", accounts, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/accounts/:", account, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/accounts/:/assets", account_assets, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/accounts/:/apps-local-state", account_locals, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/accounts/:/created-assets", created_assets, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/assets", assets, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/assets/:", asset, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/assets/:/balances", balances, REST_OPEN | REST_LEDGER},
};
const rest_table_t indexer_account_routes = {routes, sizeof routes / sizeof *routes};
