/* algod.c - the client of a node: its connection, and answers with an error status turned into errors. */
#include "internal.h"

#include <sodium.h>
#include <stdlib.h>

#include "algo/failure.h"
#include "algo/text.h"

struct algo_algod {
  algo_http_t *http;
  algo_buf_t body; /* of the last answer */
  algo_buf_t said;
  bool has_token;
};

algo_code_t client_nomem(algo_err_t *err) { return algo_err_set(err, ALGO_E_NOMEM, "out of memory"); }

static algo_code_t check_token(const char *token, algo_err_t *err) {
  for (const char *p = token; *p != '\0'; p++)
    if (*p <= ' ' || *p > '~')
      return algo_err_set(err, ALGO_E_USAGE,
                          "the node's token has a character that no token can have (a space or line end?)");
  return ALGO_OK;
}

algo_code_t algo_algod_new(algo_algod_t **out, const algo_algod_options_t *opt, const algo_env_t *env,
                           algo_err_t *err) {
  bool has_token = opt != NULL && opt->token != NULL && opt->token[0] != '\0';
  algo_http_options_t http = {.base_url = ALGO_ALGOD_DEFAULT_URL};
  algo_buf_t header = ALGO_BUF_INIT;
  if (has_token && check_token(opt->token, err) != ALGO_OK) return ALGO_E_USAGE;
  algo_algod_t *c = calloc(1, sizeof *c);
  if (c == NULL) return client_nomem(err);
  if (has_token) {
    algo_buf_puts(&header, "X-Algo-API-Token: ");
    algo_buf_puts(&header, opt->token);
    http.header = algo_buf_cstr(&header);
  }
  if (opt != NULL) {
    if (opt->url != NULL) http.base_url = opt->url;
    http.connect_timeout_ms = opt->connect_timeout_ms, http.timeout_ms = opt->timeout_ms, http.retries = opt->retries;
    http.cancelled = opt->cancelled, http.cancel_user = opt->cancel_user;
  }
  c->has_token = has_token;
  algo_code_t r = header.oom ? client_nomem(err) : algo_http_new(&c->http, &http, env, err);
  if (header.p != NULL) sodium_memzero(header.p, header.n);
  algo_buf_fini(&header);
  if (r != ALGO_OK) {
    free(c);
    return r;
  }
  *out = c;
  return ALGO_OK;
}

void algo_algod_free(algo_algod_t *c) {
  if (c == NULL) return;
  algo_http_free(c->http);
  algo_buf_fini(&c->body);
  algo_buf_fini(&c->said);
  free(c);
}

const char *algo_algod_server(const algo_algod_t *c) { return algo_http_server(c->http); }

const char *algo_algod_said(const algo_algod_t *c) { return c->said.p == NULL ? "" : (const char *)c->said.p; }

/* The "message" of an error answer; the answer itself where it is not JSON. */
static void keep_said(algo_algod_t *c) {
  json_object *o = NULL;
  algo_bytes_t text = {0};
  algo_buf_clear(&c->said);
  if (algo_json_parse(&o, c->body.p, c->body.n, NULL) == ALGO_OK && json_object_is_type(o, json_type_object))
    (void)algo_json_opt_str(o, "message", &text, NULL);
  algo_buf_putb(&c->said, text.n > 0 ? text : algo_buf_view(&c->body));
  json_object_put(o);
  while (c->said.n > 0 && (c->said.p[c->said.n - 1] == '\n' || c->said.p[c->said.n - 1] == ' ')) c->said.n--;
  for (size_t i = 0; i < c->said.n; i++)
    if (c->said.p[i] == '\0') c->said.p[i] = ' ';
  (void)algo_buf_cstr(&c->said);
}

static algo_code_t refused_token(const algo_algod_t *c, algo_err_t *err) {
  const char *remedy = c->has_token
                           ? "give the token of this node (ALGOD_TOKEN, from the file algod.token in its data folder)"
                           : "it wants a token (ALGOD_TOKEN, from the file algod.token in its data folder)";
  return algo_err_set(err, ALGO_E_AUTH, "the node at %s refused the token: %s", algo_algod_server(c), remedy);
}

static algo_code_t from_status(algo_algod_t *c, int status, const char *method, const char *path, algo_err_t *err) {
  keep_said(c);
  const char *said = algo_algod_said(c), *server = algo_algod_server(c);
  algo_code_t r;
  if (status == 401 || status == 403) r = refused_token(c, err);
  else if (status == 404)
    r = algo_err_set(err, ALGO_E_NOT_FOUND, "%s (%s %s at %s)", said[0] != '\0' ? said : "not found", method, path,
                     server);
  else if (status == 429 || status == 503)
    r = algo_err_set(err, ALGO_E_HTTP, "the node at %s is busy or catching up (status %d): %s", server, status, said);
  else
    r = algo_err_set(err, ALGO_E_HTTP, "the node at %s answered %s %s with status %d: %s", server, method, path, status,
                     said);
  if (err != NULL) err->http_status = status;
  return r;
}

typedef struct ask {
  const char *method, *path, *content_type, *accept;
  algo_bytes_t body;
  bool safe;
  uint32_t timeout_ms;
} ask_t;

/* *answer: a view until the next call. */
static algo_code_t ask(algo_algod_t *c, const ask_t *a, algo_bytes_t *answer, algo_err_t *err) {
  algo_http_request_t req = {a->method, a->path, a->content_type, a->accept, a->body, a->safe, a->timeout_ms};
  int status = 0;
  algo_buf_clear(&c->said);
  (void)algo_buf_cstr(&c->said);
  algo_code_t r = algo_http_do(c->http, &req, &status, &c->body, err);
  if (r == ALGO_E_NET || r == ALGO_E_TIMEOUT) return algo_err_prefix(err, r, "the node (ALGOD_URL)");
  if (r != ALGO_OK) return r;
  if (status < 200 || status > 299) return from_status(c, status, a->method, a->path, err);
  *answer = algo_buf_view(&c->body);
  return ALGO_OK;
}

algo_code_t algo_algod_ask(algo_algod_t *c, const char *method, const char *path, const char *content_type,
                           algo_bytes_t body, algo_buf_t *answer, algo_err_t *err) {
  ask_t a = {.method = method, .path = path, .content_type = content_type, .body = body};
  algo_bytes_t got = {0};
  /* The node may hold a wait for a minute. */
  if (strncmp(path, "/v2/status/wait-for-block-after/", 32) == 0) a.timeout_ms = 90000;
  if (strncmp(path, "/v2/transactions/simulate", 25) == 0 || strncmp(path, "/v2/teal/", 9) == 0) a.safe = true;
  algo_code_t r = ask(c, &a, &got, err);
  if (r != ALGO_OK) return r;
  algo_buf_clear(answer);
  algo_buf_putb(answer, got);
  return answer->oom ? client_nomem(err) : ALGO_OK;
}

algo_code_t client_get_json(algo_algod_t *c, const char *path, json_object **out, algo_err_t *err) {
  algo_buf_t answer = ALGO_BUF_INIT;
  algo_code_t r = algo_algod_ask(c, "GET", path, NULL, (algo_bytes_t){0}, &answer, err);
  if (r == ALGO_OK) {
    r = algo_json_parse(out, answer.p, answer.n, err);
    if (r == ALGO_OK && !json_object_is_type(*out, json_type_object)) {
      json_object_put(*out);
      *out = NULL;
      r = algo_err_set(err, ALGO_E_PARSE, "not an object");
    }
    if (r != ALGO_OK) r = algo_err_prefix(err, r, "the answer of %s to GET %s", algo_algod_server(c), path);
  }
  algo_buf_fini(&answer);
  return r;
}

algo_code_t client_get_msgpack(algo_algod_t *c, const char *path, algo_buf_t *answer, algo_err_t *err) {
  return algo_algod_ask(c, "GET", path, NULL, (algo_bytes_t){0}, answer, err);
}

algo_code_t algo_algod_submit(algo_algod_t *c, algo_bytes_t signed_group, char first[53], algo_err_t *err) {
  algo_buf_t answer = ALGO_BUF_INIT;
  algo_err_t local;
  algo_err_t *e = err == NULL ? &local : err;
  algo_code_t r = algo_algod_ask(c, "POST", "/v2/transactions", "application/x-binary", signed_group, &answer, e);
  if (r == ALGO_OK) {
    json_object *o = NULL;
    algo_bytes_t id = {0};
    r = algo_json_parse(&o, answer.p, answer.n, e);
    if (r == ALGO_OK) r = algo_json_get_str(o, "txId", &id, e);
    if (r == ALGO_OK && id.n != 52) r = algo_err_set(e, ALGO_E_PARSE, "a transaction id of %zu letters", id.n);
    if (r == ALGO_OK) snprintf(first, 53, "%.*s", (int)id.n, (const char *)id.p);
    json_object_put(o);
  } else if (r == ALGO_E_HTTP && e->http_status == 400) {
    algo_failure_t f;
    const char *said = algo_algod_said(c);
    algo_failure_parse(&f, said, strlen(said));
    r = algo_failure_explain(&f, 0, NULL, e);
    e->http_status = 400;
  }
  algo_buf_fini(&answer);
  return r;
}
