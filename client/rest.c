/* rest.c - a REST service: its connection, and answers with an error status turned into errors. */
#include "rest.h"

#include <sodium.h>

static algo_code_t check_token(const rest_service_t *service, const char *token, algo_err_t *err) {
  for (const char *p = token; *p != '\0'; p++)
    if (*p <= ' ' || *p > '~')
      return algo_err_set(err, ALGO_E_USAGE,
                          "the %s's token has a character that no token can have (a space or line end?)",
                          service->what);
  return ALGO_OK;
}

algo_code_t rest_init(rest_t *r, const rest_service_t *service, const char *token, algo_http_options_t *http,
                      const algo_env_t *env, algo_err_t *err) {
  algo_buf_t header = ALGO_BUF_INIT;
  memset(r, 0, sizeof *r);
  r->service = service;
  r->has_token = token != NULL && token[0] != '\0';
  if (r->has_token && check_token(service, token, err) != ALGO_OK) return ALGO_E_USAGE;
  if (r->has_token) {
    algo_buf_printf(&header, "%s: %s", service->header, token);
    http->header = algo_buf_cstr(&header);
  }
  algo_code_t code =
      header.oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : algo_http_new(&r->http, http, env, err);
  if (header.p != NULL) sodium_memzero(header.p, header.n);
  algo_buf_fini(&header);
  return code;
}

void rest_fini(rest_t *r) {
  algo_http_free(r->http);
  if (r->body.p != NULL) sodium_memzero(r->body.p, r->body.cap); /* a key daemon's answers hold keys */
  algo_buf_fini(&r->body);
  algo_buf_fini(&r->said);
}

const char *rest_said(const rest_t *r) { return r->said.p == NULL ? "" : (const char *)r->said.p; }

/* The "message" of an error answer; the answer itself where it is not JSON. */
static void keep_said(rest_t *r) {
  json_object *o = NULL;
  algo_bytes_t text = {0};
  algo_buf_clear(&r->said);
  if (algo_json_parse(&o, r->body.p, r->body.n, NULL) == ALGO_OK && json_object_is_type(o, json_type_object))
    (void)algo_json_opt_str(o, "message", &text, NULL);
  algo_buf_putb(&r->said, text.n > 0 ? text : algo_buf_view(&r->body));
  json_object_put(o);
  while (r->said.n > 0 && (r->said.p[r->said.n - 1] == '\n' || r->said.p[r->said.n - 1] == ' ')) r->said.n--;
  for (size_t i = 0; i < r->said.n; i++)
    if (r->said.p[i] == '\0') r->said.p[i] = ' ';
  (void)algo_buf_cstr(&r->said);
}

static algo_code_t from_status(rest_t *r, int status, const rest_ask_t *ask, algo_err_t *err) {
  keep_said(r);
  const char *said = rest_said(r), *server = algo_http_server(r->http), *what = r->service->what;
  algo_code_t code;
  if (status == 401 || status == 403)
    code = algo_err_set(err, ALGO_E_AUTH, "the %s at %s refused the token: %s %s", what, server,
                        r->has_token ? "give" : "it wants", r->service->token);
  else if (status == 404)
    code = algo_err_set(err, ALGO_E_NOT_FOUND, "%s (%s %s at %s)", said[0] != '\0' ? said : "not found", ask->method,
                        ask->path, server);
  else if (status == 429 || status == 503)
    code = algo_err_set(err, ALGO_E_HTTP, "the %s at %s is busy or catching up (status %d): %s", what, server, status,
                        said);
  else
    code = algo_err_set(err, ALGO_E_HTTP, "the %s at %s answered %s %s with status %d: %s", what, server, ask->method,
                        ask->path, status, said);
  if (err != NULL) err->http_status = status;
  return code;
}

algo_code_t rest_do(rest_t *r, const rest_ask_t *ask, algo_bytes_t *answer, algo_err_t *err) {
  algo_http_request_t req = {.method = ask->method,
                             .path = ask->path,
                             .content_type = ask->content_type,
                             .body = ask->body,
                             .safe = ask->safe,
                             .timeout_ms = ask->timeout_ms};
  int status = 0;
  algo_buf_clear(&r->said);
  (void)algo_buf_cstr(&r->said);
  algo_code_t code = algo_http_do(r->http, &req, &status, &r->body, err);
  if (code == ALGO_E_NET || code == ALGO_E_TIMEOUT)
    return algo_err_prefix(err, code, "the %s (%s)", r->service->what, r->service->url_var);
  if (code != ALGO_OK) return code;
  if (status < 200 || status > 299) return from_status(r, status, ask, err);
  *answer = algo_buf_view(&r->body);
  return ALGO_OK;
}

algo_code_t rest_json(rest_t *r, const rest_ask_t *ask, json_object **out, algo_err_t *err) {
  algo_bytes_t answer = {0};
  *out = NULL;
  algo_code_t code = rest_do(r, ask, &answer, err);
  if (code != ALGO_OK) return code;
  code = algo_json_parse(out, answer.p, answer.n, err);
  if (code == ALGO_OK && !json_object_is_type(*out, json_type_object)) {
    json_object_put(*out);
    *out = NULL;
    code = algo_err_set(err, ALGO_E_PARSE, "not an object");
  }
  if (code == ALGO_OK) return code;
  return algo_err_prefix(err, code, "the answer of %s to %s %s", algo_http_server(r->http), ask->method, ask->path);
}
