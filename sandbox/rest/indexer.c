/* An indexer's look-ups: health, applications and their boxes. */
#include <stdio.h>

#include "algo/text.h"
#include "boxname.h"
#include "indexer_impl.h"

static void health(rest_call_t *c) {
  char round[24];
  uint64_t n = algo_node_round(c->node);
  snprintf(round, sizeof round, "%llu", (unsigned long long)n);
  rest_begin(c);
  model_bool(&c->json, "db-available", true);
  model_bool(&c->json, "is-migrating", false);
  algo_json_key(&c->json, "message");
  algo_json_str(&c->json, round);
  model_key_u64(&c->json, "round", n);
  algo_json_key(&c->json, "version");
  algo_json_str(&c->json, "algorent-sandbox " ALGORENT_VERSION);
  rest_end(c);
}

/* ---- applications ---- */

typedef struct app_search {
  indexer_list_t list;
  bool has_id, has_creator;
  uint64_t id, after;
  algo_addr_t creator;
} app_search_t;

static bool match_app(void *user, const life_t *life) {
  const app_search_t *q = user;
  return life->kind == LIFE_APP && life->id > q->after && (!q->has_id || life->id == q->id) &&
         (!q->has_creator || algo_addr_eq(&life->addr, &q->creator));
}
static void put_app(void *user, const life_t *life) { indexer_put_app(user, life, true); }

static void list_apps(rest_call_t *c, app_search_t *q) {
  if (!rest_query_u64(c, "application-id", &q->id, &q->has_id) || !rest_query_bool(c, "include-all", &q->list.all) ||
      !indexer_limit(c, INDEXER_PAGE, INDEXER_PAGE_MAX, &q->list.limit) || !indexer_next_id(c, &q->after) ||
      !indexer_list_begin(&q->list, c)) {
    return;
  }
  indexer_list_put(&q->list, "applications", false, match_app, put_app, q);
  indexer_list_end(&q->list, false);
  indexer_list_done(&q->list);
}

static void created_apps(rest_call_t *c) {
  app_search_t q = {.has_creator = true};
  if (indexer_arg_addr(c, "creator address", &q.creator)) list_apps(c, &q);
}

static void applications(rest_call_t *c) {
  app_search_t q = {0};
  if (indexer_query_addr(c, "creator", "creator address", &q.creator, &q.has_creator)) list_apps(c, &q);
}

static void application(rest_call_t *c) {
  uint64_t id;
  indexer_list_t s = {0};
  if (!rest_arg_u64(c, 0, "application-id", &id) || !rest_query_bool(c, "include-all", &s.all) || !indexer_id(c, id) ||
      !indexer_list_begin(&s, c)) {
    return;
  }
  life_t room;
  const life_t *life = indexer_creatable(&s, LIFE_APP, id, &room);
  if (life == NULL) {
    rest_error(c, 404, "no application found for application-id: %llu", (unsigned long long)id);
  } else {
    algo_json_key(&c->json, "application");
    indexer_put_app(&s, life, true);
    indexer_list_end(&s, false);
  }
  indexer_list_done(&s);
}

/* ---- boxes ---- */

typedef struct boxes {
  rest_call_t *c;
  uint64_t limit, n;
  bool values, has_after;
  algo_buf_t after, last;
} boxes_t;

static bool put_box(void *user, algo_bytes_t name, algo_bytes_t value) {
  boxes_t *s = user;
  if (s->has_after && algo_bytes_cmp(name, algo_buf_view(&s->after)) <= 0) return true;
  if (s->n == s->limit) return false;
  s->n++;
  algo_buf_clear(&s->last);
  algo_buf_putb(&s->last, name);
  algo_json_open(&s->c->json, '{');
  algo_json_key(&s->c->json, "name");
  algo_json_base64(&s->c->json, name);
  if (s->values) {
    algo_json_key(&s->c->json, "value");
    algo_json_base64(&s->c->json, value);
  }
  algo_json_close(&s->c->json, '}');
  return true;
}

static void put_boxes(boxes_t *s, uint64_t app) {
  rest_call_t *c = s->c;
  const algo_ledger_t *l = algo_node_read(c->node);
  rest_begin(c);
  model_key_u64(&c->json, "application-id", app);
  algo_json_key(&c->json, "boxes");
  algo_json_open(&c->json, '[');
  c->res->body.oom |= !algo_ledger_each_box(l, app, put_box, s);
  algo_json_close(&c->json, ']');
  if (s->n > 0) {
    algo_buf_t token = ALGO_BUF_INIT;
    algo_buf_puts(&token, "b64:");
    algo_base64_encode(&token, algo_buf_view(&s->last));
    algo_json_key(&c->json, "next-token");
    algo_json_strb(&c->json, algo_buf_view(&token));
    c->res->body.oom |= token.oom || s->last.oom;
    algo_buf_fini(&token);
  }
  model_key_u64(&c->json, "round", algo_ledger_round(l));
  rest_end(c);
  algo_node_read_done(c->node);
}

/* Where its encoding is named, what is wrong with the name stands alone. */
static void bad_name(rest_call_t *c, const char *what, const char *text, const algo_err_t *err) {
  if (strchr(text, ':') != NULL) rest_error(c, rest_status(err->code), "%s", err->msg);
  else rest_error(c, rest_status(err->code), "%s (%s): %s", what, text, err->msg);
}

static void app_boxes(rest_call_t *c) {
  uint64_t id;
  boxes_t s = {.c = c, .values = rest_query_has(c, "include", "values")};
  algo_err_t err;
  const char *next = algo_httpd_query(c->req, "next");
  if (!rest_arg_u64(c, 0, "application-id", &id) || !indexer_limit(c, INDEXER_MANY, INDEXER_MANY_MAX, &s.limit) ||
      !indexer_id(c, id))
    return;
  s.has_after = next != NULL;
  if (s.has_after && boxname_parse(&s.after, next, &err) != ALGO_OK)
    bad_name(c, "SearchForApplicationBoxes received illegal next token", next, &err);
  else put_boxes(&s, id);
  algo_buf_fini(&s.after);
  algo_buf_fini(&s.last);
}

static void app_box(rest_call_t *c) {
  uint64_t id;
  algo_err_t err;
  algo_bytes_t value;
  indexer_list_t s = {0};
  const char *text = algo_httpd_query(c->req, "name");
  if (!rest_arg_u64(c, 0, "application-id", &id)) return;
  if (text == NULL) {
    rest_error(c, 400, "Invalid format for parameter name: query parameter 'name' is required");
    return;
  }
  if (!indexer_id(c, id)) return;
  algo_buf_t name = ALGO_BUF_INIT;
  if (boxname_parse(&name, text, &err) != ALGO_OK) {
    bad_name(c, "LookupApplicationBoxByIDAndName received illegal box name", text, &err);
  } else if (indexer_list_begin(&s, c)) {
    if (algo_ledger_box(s.l, id, algo_buf_view(&name), &value)) {
      algo_json_key(&c->json, "name");
      algo_json_base64(&c->json, algo_buf_view(&name));
      model_key_u64(&c->json, "round", algo_ledger_round(s.l));
      algo_json_key(&c->json, "value");
      algo_json_base64(&c->json, value);
      rest_end(c);
    } else {
      rest_error(c, 404, "no application%s found%s: round=%llu, appid=%llu, boxName=%s",
                 history_find(c, LIFE_APP, id, NULL) != NULL ? " boxes" : "",
                 history_find(c, LIFE_APP, id, NULL) != NULL ? "" : " for application-id",
                 (unsigned long long)algo_ledger_round(s.l), (unsigned long long)id, text);
    }
    indexer_list_done(&s);
  }
  algo_buf_fini(&name);
}

static const rest_route_t routes[] = {
    {"GET", "/health", health, REST_OPEN},
    {"GET", "/v2/accounts/:/created-applications", created_apps, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/applications", applications, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/applications/:", application, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/applications/:/boxes", app_boxes, REST_OPEN | REST_LEDGER},
    {"GET", "/v2/applications/:/box", app_box, REST_OPEN | REST_LEDGER},
};
const rest_table_t indexer_routes = {routes, sizeof routes / sizeof *routes};
