/* algod.c - the client of a node: its connection, and submitting. */
#include "internal.h"

#include <stdlib.h>

#include "algo/failure.h"
#include "rest.h"

struct algo_algod {
  rest_t rest;
};

static const rest_service_t node = {
    "node", "ALGOD_URL", "X-Algo-API-Token",
    "the token of this node (ALGOD_TOKEN, from the file algod.token in its data folder)"};

algo_code_t client_nomem(algo_err_t *err) { return algo_err_set(err, ALGO_E_NOMEM, "out of memory"); }

algo_code_t algo_algod_new(algo_algod_t **out, const algo_algod_options_t *opt, const algo_env_t *env,
                           algo_err_t *err) {
  algo_http_options_t http = {.base_url = ALGO_ALGOD_DEFAULT_URL};
  algo_algod_t *c = calloc(1, sizeof *c);
  if (c == NULL) return client_nomem(err);
  if (opt != NULL) {
    if (opt->url != NULL) http.base_url = opt->url;
    http.connect_timeout_ms = opt->connect_timeout_ms, http.timeout_ms = opt->timeout_ms, http.retries = opt->retries;
    http.cancelled = opt->cancelled, http.cancel_user = opt->cancel_user;
    http.transport = opt->transport;
  }
  algo_code_t r = rest_init(&c->rest, &node, opt == NULL ? NULL : opt->token, &http, env, err);
  if (r == ALGO_OK) *out = c;
  else free(c);
  return r;
}

void algo_algod_free(algo_algod_t *c) {
  if (c == NULL) return;
  rest_fini(&c->rest);
  free(c);
}

const char *algo_algod_server(const algo_algod_t *c) { return algo_http_server(c->rest.http); }
const char *algo_algod_said(const algo_algod_t *c) { return rest_said(&c->rest); }

algo_code_t algo_algod_ask(algo_algod_t *c, const char *method, const char *path, const char *content_type,
                           algo_bytes_t body, algo_buf_t *answer, algo_err_t *err) {
  rest_ask_t a = {.method = method, .path = path, .content_type = content_type, .body = body};
  algo_bytes_t got = {0};
  /* The node may hold a wait for a minute. */
  if (strncmp(path, "/v2/status/wait-for-block-after/", 32) == 0) a.timeout_ms = 90000;
  if (strncmp(path, "/v2/transactions/simulate", 25) == 0 || strncmp(path, "/v2/teal/", 9) == 0) a.safe = true;
  algo_code_t r = rest_do(&c->rest, &a, &got, err);
  if (r != ALGO_OK) return r;
  algo_buf_clear(answer);
  algo_buf_putb(answer, got);
  return answer->oom ? client_nomem(err) : ALGO_OK;
}

algo_code_t client_get_json(algo_algod_t *c, const char *path, json_object **out, algo_err_t *err) {
  rest_ask_t a = {.method = "GET", .path = path};
  return rest_json(&c->rest, &a, out, err);
}

algo_code_t client_get_msgpack(algo_algod_t *c, const char *path, algo_buf_t *answer, algo_err_t *err) {
  return algo_algod_ask(c, "GET", path, NULL, (algo_bytes_t){0}, answer, err);
}

algo_code_t client_submit(algo_algod_t *c, const char *path, algo_bytes_t group, char first[53], algo_err_t *err) {
  algo_buf_t answer = ALGO_BUF_INIT;
  algo_err_t local;
  algo_err_t *e = err == NULL ? &local : err;
  algo_code_t r = algo_algod_ask(c, "POST", path, "application/x-binary", group, &answer, e);
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

algo_code_t algo_algod_submit(algo_algod_t *c, algo_bytes_t signed_group, char first[53], algo_err_t *err) {
  return client_submit(c, "/v2/transactions", signed_group, first, err);
}
