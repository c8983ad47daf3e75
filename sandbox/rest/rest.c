/* From a request to its route: tokens, tables, errors. */
#include <sodium.h>
#include <stdlib.h>
#include <strings.h>

#include "rest_impl.h"

#define SHORT_ANSWER 256u /* bytes: what tells that something has happened */
#define MAX_SEGMENTS 8u

algo_code_t algo_rest_new(algo_rest_t **out, algo_node_t *node, const char *token, const algo_env_t *env,
                          algo_err_t *err) {
  algo_rest_t *r = calloc(1, sizeof *r);
  if (r == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  rest_place_t *place = rest_place_new(node, NULL);
  if (place == NULL) {
    free(r);
    return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  atomic_store(&r->place, place);
  pthread_mutex_init(&r->lock, NULL);
  pthread_mutex_init(&r->history_lock, NULL);
  pthread_mutex_init(&r->chain_lock, NULL);
  if (env != NULL) r->env = *env;
  if (token != NULL && *token != '\0') {
    r->token = strdup(token);
    if (r->token == NULL) {
      rest_places_free(r);
      free(r);
      return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
    }
  }
  *out = r;
  return ALGO_OK;
}

void algo_rest_free(algo_rest_t *r) {
  if (r == NULL) return;
  rest_sources_free(r);
  rest_history_free(r);
  rest_places_free(r);
  pthread_mutex_destroy(&r->lock);
  pthread_mutex_destroy(&r->history_lock);
  pthread_mutex_destroy(&r->chain_lock);
  if (r->token != NULL) sodium_memzero(r->token, strlen(r->token));
  free(r->token);
  free(r);
}

/* ---- finding the route ---- */

typedef struct interface { /* the routes that one port has */
  const rest_table_t *const *tables;
  size_t n;
} interface_t;

static const rest_table_t *const algod_tables[] = {&rest_txn_routes,      &rest_status_routes,   &rest_account_routes,
                                                   &rest_app_routes,      &rest_block_routes,    &rest_teal_routes,
                                                   &rest_ledger_routes,   &rest_simulate_routes, &rest_control_routes,
                                                   &rest_coverage_routes, &rest_admin_routes,    &rest_chain_routes};
static const rest_table_t *const indexer_tables[] = {&indexer_routes, &indexer_account_routes, &indexer_block_routes,
                                                     &indexer_search_routes};
static const interface_t algod = {algod_tables, sizeof algod_tables / sizeof *algod_tables};
static const interface_t indexer = {indexer_tables, sizeof indexer_tables / sizeof *indexer_tables};

typedef struct path {
  algo_bytes_t seg[MAX_SEGMENTS];
  size_t n;
} path_t;

/* Cuts a path at its slashes; one slash at the end counts for nothing. False: too long to be any route's. */
static bool cut(path_t *out, const char *s) {
  out->n = 0;
  if (*s == '/') s++;
  while (*s != '\0') {
    size_t n = strcspn(s, "/");
    if (out->n == MAX_SEGMENTS) return false;
    out->seg[out->n++] = algo_bytes(s, n);
    s += n;
    if (*s == '/') s++;
  }
  return true;
}

static bool matches(const char *pattern, const path_t *p, algo_bytes_t arg[REST_MAX_ARGS]) {
  size_t args = 0, i = 0;
  bool may_be_empty = strncmp(pattern, "/v2/", 4) == 0; /* its reader refuses it then, as a real node's does */
  for (const char *s = pattern + 1; *s != '\0'; i++) {
    size_t n = strcspn(s, "/");
    if (i == p->n) return false;
    if (*s == ':') {
      if (p->seg[i].n == 0 && (!may_be_empty || i + 1 == p->n)) return false;
      arg[args++] = p->seg[i];
    } else if (n != p->seg[i].n || memcmp(s, p->seg[i].p, n) != 0) {
      return false;
    }
    s += n;
    if (*s == '/') s++;
  }
  return i == p->n;
}

/* Has the pattern no routes behind its last parameter? */
static bool is_leaf(const interface_t *from, const char *pattern) {
  size_t n = strlen(pattern);
  for (size_t t = 0; t < from->n; t++) {
    for (size_t i = 0; i < from->tables[t]->n; i++) {
      const char *other = from->tables[t]->routes[i].pattern;
      if (strncmp(other, pattern, n) == 0 && other[n] == '/') return false;
    }
  }
  return pattern[n - 1] == ':' && strncmp(pattern, "/v2/", 4) == 0;
}

/* A last parameter with nothing behind it takes the rest of the path, slashes and all. */
static bool matches_rest(const interface_t *from, const char *pattern, const path_t *p,
                         algo_bytes_t arg[REST_MAX_ARGS]) {
  path_t head = *p;
  size_t slashes = 0;
  for (const char *s = pattern; *s != '\0'; s++) slashes += *s == '/';
  if (from != &algod || p->n <= slashes || !is_leaf(from, pattern)) return false;
  const uint8_t *end = p->seg[p->n - 1].p + p->seg[p->n - 1].n;
  head.n = slashes;
  head.seg[slashes - 1].n = (size_t)(end - head.seg[slashes - 1].p);
  return matches(pattern, &head, arg);
}

/* The route for the method; where only other methods have the path, *allow says which ("OPTIONS, GET"). rest: a last
 * parameter takes the rest. */
static const rest_route_t *find(const interface_t *from, const char *method, const path_t *p,
                                algo_bytes_t arg[REST_MAX_ARGS], char allow[64], bool rest) {
  allow[0] = '\0';
  for (size_t t = 0; t < from->n; t++) {
    for (size_t i = 0; i < from->tables[t]->n; i++) {
      const rest_route_t *r = &from->tables[t]->routes[i];
      if (rest ? !matches_rest(from, r->pattern, p, arg) : !matches(r->pattern, p, arg)) continue;
      if (strcmp(r->method, method) == 0) return r;
      if (allow[0] == '\0') strcpy(allow, "OPTIONS");
      if (strlen(allow) + strlen(r->method) + 3 < 64) strcat(strcat(allow, ", "), r->method);
    }
  }
  return NULL;
}

/* ---- tokens ---- */

static bool same(const char *a, const char *b) { /* in a time that says nothing of where they differ */
  size_t n = strlen(b);
  return strlen(a) == n && sodium_memcmp(a, b, n) == 0;
}

static bool authorized(const algo_rest_t *r, const algo_httpd_request_t *req) {
  if (r->token == NULL) return true;
  const char *given = algo_httpd_header(req, "X-Algo-API-Token");
  if (given != NULL && *given != '\0') return same(given, r->token);
  const char *bearer = algo_httpd_header(req, "Authorization");
  return bearer != NULL && strncasecmp(bearer, "Bearer ", 7) == 0 && same(bearer + 7, r->token);
}

/* ---- answers ---- */

void rest_begin(rest_call_t *c) { algo_json_open(&c->json, '{'); }

void rest_end(rest_call_t *c) {
  algo_json_close(&c->json, '}');
  algo_buf_putc(&c->res->body, '\n');
}

void rest_error_text(rest_call_t *c, int status, algo_bytes_t text) {
  algo_buf_clear(&c->res->body);
  c->json = algo_json(&c->res->body);
  c->json.go_escape = true;
  c->res->status = status;
  c->res->content_type = "application/json";
  rest_begin(c);
  algo_json_key(&c->json, "message");
  algo_json_strb(&c->json, text);
  rest_end(c);
  const algo_bytes_t binding = ALGO_BYTES_LIT("Invalid format for parameter "); /* told before a handler is asked */
  c->res->plain = text.n > binding.n && memcmp(text.p, binding.p, binding.n) == 0;
}

int rest_status(algo_code_t rc) {
  return rc == ALGO_E_NOMEM || rc == ALGO_E_IO || rc == ALGO_E_INTERNAL || rc == ALGO_E_INTERRUPTED ? 500 : 400;
}

void rest_error(rest_call_t *c, int status, const char *fmt, ...) {
  algo_arena_t a = ALGO_ARENA_INIT;
  va_list ap;
  va_start(ap, fmt);
  const char *text = algo_arena_vprintf(&a, fmt, ap);
  va_end(ap);
  rest_error_text(c, status, algo_bytes_str(text != NULL ? text : "out of memory"));
  algo_arena_fini(&a);
}

/* In a fork an answer counts only where the forked node could tell all that it needed. */
static void run(rest_call_t *c, const rest_route_t *route) {
  algo_err_t err;
  algo_node_t *node = c->node;
  uint64_t before = algo_node_origin_failures(node, NULL);
  if (algo_buf_reserve(&c->res->body, SHORT_ANSWER) == NULL) return; /* what cannot be answered is not done */
  route->fn(c);
  if (c->node == node && algo_node_origin_failures(node, &err) != before) rest_error(c, 502, "%s", err.msg);
}

/* The list as a text that outlives the call. */
static const char *allowed(const char *list) {
  static const char *const texts[] = {"OPTIONS, DELETE, GET, POST",
                                      "OPTIONS, DELETE, POST",
                                      "OPTIONS, GET, POST",
                                      "OPTIONS, POST",
                                      "OPTIONS, GET",
                                      "OPTIONS"};
  bool delete = strstr(list, "DELETE") != NULL, get = strstr(list, "GET") != NULL, post = strstr(list, "POST") != NULL;
  if (delete) return texts[get ? 0 : 1];
  return post ? texts[get ? 2 : 3] : texts[get ? 4 : 5];
}

/* The interface before version 2 is gone for good. */
static bool is_v1(const char *path) { return strncmp(path, "/v1", 3) == 0 && (path[3] == '/' || path[3] == '\0'); }

/* Control over the chain is for programs and for pages of this machine. Any page that a developer has open could ask
 * for it otherwise: the token of a developer's node is known to all. */
static bool from_a_foreign_page(const algo_httpd_request_t *req) {
  static const char *const here[] = {"localhost", "127.0.0.1", "[::1]"};
  const char *origin = algo_httpd_header(req, "Origin");
  if (origin == NULL || strncmp(req->path, "/sandbox/", 9) != 0) return false;
  const char *host = strstr(origin, "://");
  host = host != NULL ? host + 3 : origin;
  for (size_t i = 0; i < sizeof here / sizeof *here; i++) {
    size_t n = strlen(here[i]);
    if (strncmp(host, here[i], n) == 0 && (host[n] == '\0' || host[n] == ':')) return false;
  }
  return true;
}

static void allow_methods(rest_call_t *c, const char *list) {
  if (*list == '\0') return;
  c->res->header_name = "Allow";
  c->res->header_value = allowed(list);
}

/* To whatever path, and whoever asks. */
static void options(rest_call_t *c, const interface_t *from) {
  path_t path;
  char allow[64] = "";
  if (cut(&path, c->req->path)) (void)find(from, "OPTIONS", &path, c->arg, allow, false);
  allow_methods(c, allow);
  c->res->content_type = NULL;
  c->res->status = 204;
}

/* What is refused before a route has it is not gzipped, and has no body where only the headers were asked for. */
static void refuse(rest_call_t *c, int status, const char *text) {
  rest_error(c, status, "%s", text);
  c->res->plain = true;
  if (strcmp(c->req->method, "HEAD") != 0) return;
  algo_buf_clear(&c->res->body);
  c->res->content_type = NULL;
}

/* The route that answers; NULL: whoever asks is refused, and the answer is written. The body is not looked at. */
static const rest_route_t *route_of(rest_call_t *c, const interface_t *from) {
  path_t path;
  char allow[64];
  const rest_route_t *route = NULL;
  bool v1 = is_v1(c->req->path) && from == &algod, get = strcmp(c->req->method, "GET") == 0;
  if (strcmp(c->req->method, "OPTIONS") == 0) {
    options(c, from);
    return NULL;
  }
  if (v1 && get && authorized(c->rest, c->req)) {
    c->res->status = 410;
    c->res->content_type = "text/plain; charset=utf-8";
    algo_buf_puts(&c->res->body, "v1 algod APIs are no longer available, please use the v2 algod API");
    return NULL;
  }
  if (v1) {
    refuse(c, get ? 401 : 405, get ? "Invalid API Token" : "Method Not Allowed");
    return NULL;
  }
  size_t length = strlen(c->req->path);
  bool open_end = from == &indexer && length > 1 && c->req->path[length - 1] == '/'; /* algod alone overlooks it */
  if (open_end || !cut(&path, c->req->path)) {
    refuse(c, 404, "Not Found");
    return NULL;
  }
  route = find(from, c->req->method, &path, c->arg, allow, false);
  if (route == NULL && allow[0] == '\0') route = find(from, c->req->method, &path, c->arg, allow, true);
  if (route == NULL && path.n == 0 && from == &algod) strcpy(allow, "OPTIONS");
  if (route == NULL && allow[0] == '\0') {
    refuse(c, 404, "Not Found");
  } else if (route == NULL) {
    refuse(c, 405, "Method Not Allowed");
    allow_methods(c, allow);
  } else if (!(route->flags & REST_OPEN) && !authorized(c->rest, c->req)) {
    refuse(c, 401, "Invalid API Token");
  } else if (from_a_foreign_page(c->req)) {
    rest_error(c, 403, "a web page from elsewhere may not control this network");
  } else {
    return route;
  }
  return NULL;
}

/* Its place is to be left. */
static rest_call_t call_of(algo_rest_t *r, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  rest_call_t c = {.rest = r, .place = rest_place_enter(r), .req = req, .res = res, .json = algo_json(&res->body)};
  c.node = c.place->node;
  c.json.go_escape = true;
  return c;
}

static bool admit(algo_rest_t *r, const interface_t *to, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  rest_call_t c = call_of(r, req, res);
  const rest_route_t *route = route_of(&c, to);
  req->admitted = route;
  req->quick = route != NULL && (route->flags & REST_QUICK) && algo_node_first(c.node) == 0; /* a fork may ask afar */
  rest_place_leave(r, c.place);
  return route != NULL;
}

static void answer(rest_call_t *c, const interface_t *at) {
  path_t path;
  const rest_route_t *route = c->req->admitted;
  if (route == NULL) route = route_of(c, at);
  else if (cut(&path, c->req->path) && !matches(route->pattern, &path, c->arg))
    (void)matches_rest(at, route->pattern, &path, c->arg);
  if (route == NULL) return;
  if ((route->flags & REST_LEDGER) && algo_node_is_replay(c->node))
    rest_error(c, 501, "a replay of recorded blocks has no state to answer this from");
  else run(c, route);
}

static void handle(algo_rest_t *r, const interface_t *at, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  rest_call_t c = call_of(r, req, res);
  answer(&c, at);
  rest_place_leave(r, c.place);
}

bool algo_rest_admit(void *rest, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  return admit(rest, &algod, req, res);
}

void algo_rest_handle(void *rest, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  handle(rest, &algod, req, res);
}

bool algo_indexer_admit(void *rest, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  return admit(rest, &indexer, req, res);
}

void algo_indexer_handle(void *rest, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  handle(rest, &indexer, req, res);
}
