/* Asks a REST handler without a connection. */
#ifndef REST_CLIENT_H
#define REST_CLIENT_H

#include <stdio.h>
#include <stdlib.h>

#include "algo/rest.h"

typedef struct rest_answer {
  int status;
  const char *type, *header;
  char *body;
  size_t n;
} rest_answer_t;

static inline void rest_answer_free(rest_answer_t *a) { free(a->body); }

/* path may carry "?name=value&name=value"; token NULL: the header is not sent. */
static inline rest_answer_t rest_ask(algo_rest_t *r, const char *method, const char *path, const char *token,
                                     algo_bytes_t body) {
  char buf[512];
  snprintf(buf, sizeof buf, "%s", path);
  algo_httpd_param_t query[4] = {{NULL, NULL}};
  char *q = strchr(buf, '?');
  for (size_t i = 0; q != NULL && i < 3; i++) {
    *q++ = '\0';
    char *value = strchr(q, '=');
    *value++ = '\0';
    query[i] = (algo_httpd_param_t){q, value};
    q = strchr(value, '&');
  }
  algo_httpd_param_t headers[2] = {{token != NULL ? "x-algo-api-token" : NULL, token}, {NULL, NULL}};
  algo_httpd_request_t req = {.method = method, .path = buf, .body = body, .query = query, .headers = headers};
  algo_httpd_response_t res = {.status = 200, .content_type = "application/json", .body = ALGO_BUF_INIT};
  algo_rest_handle(r, &req, &res);
  const char *text = algo_buf_cstr(&res.body);
  rest_answer_t a = {res.status, res.content_type, res.header_value, NULL, res.body.n};
  a.body = malloc(a.n + 1);
  memcpy(a.body, text, a.n + 1);
  algo_buf_fini(&res.body);
  return a;
}

static inline rest_answer_t rest_get(algo_rest_t *r, const char *path) {
  return rest_ask(r, "GET", path, "secret", algo_bytes(NULL, 0));
}

#endif
