/* Applications, their boxes, and assets. */
#include "algo/text.h"
#include "boxname.h"
#include "models.h"

#define MAX_BOX_BYTES 1000000u /* of one page */
#define LOOKBACK      4u       /* rounds before the last one of which boxes are told, a node's MaxAcctLookback */
#define TOO_OLD       "given round is no longer available; use a more recent round"

static bool put_app(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  rest_call_t *c = user;
  rest_begin(c);
  model_key_u64(&c->json, "id", app);
  algo_json_key(&c->json, "params");
  model_app_params(&c->json, p, kv, n);
  rest_end(c);
  return false;
}

static void application(rest_call_t *c) {
  uint64_t id;
  if (!rest_arg_u64(c, 0, "application-id", &id)) return;
  const algo_ledger_t *l = algo_node_read(c->node);
  if (!algo_ledger_app(l, id, put_app, c)) rest_not_found(c, id, "application does not exist");
  algo_node_read_done(c->node);
}

static void asset(rest_call_t *c) {
  uint64_t id;
  algo_asset_params_t p;
  algo_addr_t creator;
  if (!rest_arg_u64(c, 0, "asset-id", &id)) return;
  const algo_ledger_t *l = algo_node_read(c->node);
  if (algo_ledger_asset(l, id, &p, &creator)) {
    rest_begin(c);
    model_key_u64(&c->json, "index", id);
    algo_json_key(&c->json, "params");
    model_asset_params(&c->json, &p, &creator, false);
    rest_end(c);
  } else {
    rest_not_found(c, id, "asset does not exist");
  }
  algo_node_read_done(c->node);
}

static void box(rest_call_t *c) {
  uint64_t id;
  if (!rest_arg_u64(c, 0, "application-id", &id)) return;
  const char *text;
  if (!rest_query_text(c, "name", &text)) return;
  if (text == NULL) {
    rest_error(c, 400, "Invalid format for parameter name: query parameter 'name' is required");
    return;
  }
  algo_buf_t name = ALGO_BUF_INIT;
  algo_err_t err;
  if (boxname_parse(&name, text, &err) != ALGO_OK) {
    rest_error(c, rest_status(err.code), "%s", err.msg);
    algo_buf_fini(&name);
    return;
  }
  algo_bytes_t value;
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
    rest_error(c, 404, "box not found");
  }
  algo_node_read_done(c->node);
  algo_buf_fini(&name);
}

/* ---- boxes ---- */

typedef struct box_page {
  rest_call_t *c;
  bool paged, values, more, has_next;
  uint64_t app, limit, n; /* limit 0: none */
  size_t bytes;
  algo_buf_t prefix, next, last;
} box_page_t;

static bool put_box(void *user, algo_bytes_t name, algo_bytes_t value) {
  box_page_t *p = user;
  algo_json_t *j = &p->c->json;
  algo_bytes_t prefix = algo_buf_view(&p->prefix);
  if (name.n < prefix.n || (prefix.n > 0 && memcmp(name.p, prefix.p, prefix.n) != 0)) return true;
  if (p->has_next && algo_bytes_cmp(name, algo_buf_view(&p->next)) <= 0) return true;
  size_t bytes = name.n + (p->values ? value.n : 0);
  if (p->paged && p->n > 0 && ((p->limit > 0 && p->n == p->limit) || p->bytes + bytes > MAX_BOX_BYTES)) {
    p->more = true;
    return false;
  }
  p->n++;
  p->bytes += bytes;
  algo_buf_clear(&p->last);
  algo_buf_putb(&p->last, name);
  algo_json_open(j, '{');
  algo_json_key(j, "name");
  algo_json_base64(j, name);
  if (p->values) {
    algo_json_key(j, "value");
    algo_json_base64(j, value);
  }
  algo_json_close(j, '}');
  return true;
}

static bool name_param(rest_call_t *c, const char *param, const char *what, algo_buf_t *out, bool *given) {
  const char *v = algo_httpd_query(c->req, param);
  algo_err_t err;
  *given = v != NULL && *v != '\0';
  if (!*given || boxname_parse(out, v, &err) == ALGO_OK) return true;
  rest_error(c, rest_status(err.code), "invalid %s: %s", what, err.msg);
  return false;
}

static bool box_params(rest_call_t *c, box_page_t *p, uint64_t *round, bool *has_round) {
  bool given, has_prefix;
  uint64_t max;
  const char *text;
  if (!rest_query_text(c, "limit", &text) || !rest_query_text(c, "max", &text) || !rest_query_text(c, "next", &text) ||
      !rest_query_text(c, "prefix", &text) || !rest_query_list(c, "include", &text))
    return false;
  if (!rest_query_u64(c, "max", &max, &given) || !rest_query_u64(c, "limit", &p->limit, &given) ||
      !rest_query_u64(c, "round", round, has_round)) {
    return false;
  }
  if (*has_round && *round > algo_node_round(c->node)) {
    rest_error(c, 400, "given round is greater than the latest round");
    return false;
  }
  if (*has_round && *round + LOOKBACK < algo_node_round(c->node)) {
    rest_error(c, 400, TOO_OLD);
    return false;
  }
  p->values = rest_query_has(c, "include", "values");
  if (!name_param(c, "next", "next token", &p->next, &p->has_next) ||
      !name_param(c, "prefix", "prefix", &p->prefix, &has_prefix)) {
    return false;
  }
  p->paged = p->limit > 0 || algo_httpd_query(c->req, "next") != NULL || p->values || has_prefix || *has_round;
  return true;
}

/* Unpaged, more boxes than were asked for at most is an error with the figures. */
static bool too_many(rest_call_t *c, const algo_ledger_t *l, uint64_t app) {
  uint64_t max = 0;
  bool given;
  algo_addr_t addr;
  algo_account_view_t a = {0};
  if (!rest_query_u64(c, "max", &max, &given)) return true;
  algo_addr_of_app(&addr, app);
  algo_ledger_account(l, &addr, &a);
  uint64_t cap = max == 0 ? 100001 : max <= 100000 ? max : 100001;
  if (a.total_boxes <= cap) return false;
  algo_json_t *j = &c->json;
  c->res->status = 400;
  rest_begin(c);
  algo_json_key(j, "data");
  algo_json_open(j, '{');
  model_key_u64(j, "max", max);
  model_key_u64(j, "max-api-box-per-application", 100000);
  model_key_u64(j, "total-boxes", a.total_boxes);
  algo_json_close(j, '}');
  algo_json_key(j, "message");
  algo_json_str(j, "Result limit exceeded");
  rest_end(c);
  return true;
}

static void boxes_answer(void *self, const algo_ledger_t *l) {
  box_page_t *p = self;
  rest_call_t *c = p->c;
  algo_json_t *j = &c->json;
  if (p->paged || !too_many(c, l, p->app)) {
    rest_begin(c);
    algo_json_key(j, "boxes");
    algo_json_open(j, '[');
    c->res->body.oom |= !algo_ledger_each_box(l, p->app, put_box, p);
    algo_json_close(j, ']');
    if (p->more) {
      algo_buf_t token = ALGO_BUF_INIT;
      algo_buf_puts(&token, "b64:");
      algo_base64_encode(&token, algo_buf_view(&p->last));
      algo_json_key(j, "next-token");
      algo_json_strb(j, algo_buf_view(&token));
      c->res->body.oom |= token.oom || p->last.oom;
      algo_buf_fini(&token);
    }
    if (p->paged) model_key_u64(j, "round", algo_ledger_round(l));
    rest_end(c);
  }
}

/* An earlier round's; what was looked up is gone when that fails. */
static void boxes_before(rest_call_t *c, box_page_t *p, uint64_t round) {
  algo_err_t err;
  algo_code_t rc = algo_node_look_back(c->node, round, boxes_answer, p, &err);
  if (rc != ALGO_OK) rest_error(c, rc == ALGO_E_LEDGER ? 400 : 500, "%s", rc == ALGO_E_LEDGER ? TOO_OLD : err.msg);
}

static void boxes(rest_call_t *c) {
  uint64_t round = 0;
  bool has_round = false;
  box_page_t p = {.c = c};
  if (!rest_arg_u64(c, 0, "application-id", &p.app)) return;
  if (box_params(c, &p, &round, &has_round)) {
    if (has_round && round < algo_node_round(c->node)) {
      boxes_before(c, &p, round);
    } else {
      boxes_answer(&p, algo_node_read(c->node));
      algo_node_read_done(c->node);
    }
  }
  algo_buf_fini(&p.prefix);
  algo_buf_fini(&p.next);
  algo_buf_fini(&p.last);
}

static const rest_route_t routes[] = {
    {"GET", "/v2/applications/:", application, REST_LEDGER},
    {"GET", "/v2/applications/:/box", box, REST_LEDGER},
    {"GET", "/v2/applications/:/boxes", boxes, REST_LEDGER},
    {"GET", "/v2/assets/:", asset, REST_LEDGER},
};
const rest_table_t rest_app_routes = {routes, sizeof routes / sizeof *routes};
