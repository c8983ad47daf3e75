/* The client's requests, handed to the node's routes as function calls. */
#include "internal.h"

enum { MAX_QUERY = 16 };

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* In place, as a server takes it: %XX, and in a query a plus for a space. */
static void unescape(char *s, bool query) {
  char *to = s;
  for (; *s != '\0'; s++) {
    int hi = s[0] == '%' ? digit(s[1]) : -1, lo = hi >= 0 ? digit(s[2]) : -1;
    if (lo >= 0) {
      *to++ = (char)(hi << 4 | lo);
      s += 2;
    } else {
      *to++ = query && *s == '+' ? ' ' : *s;
    }
  }
  *to = '\0';
}

/* Cuts "a=1&b=2" into its parameters. False: too many. */
static bool cut_query(char *text, algo_httpd_param_t out[MAX_QUERY + 1]) {
  size_t n = 0;
  for (char *next = text; next != NULL && *next != '\0';) {
    char *name = next, *end = strchr(next, '&');
    if (n == MAX_QUERY) return false;
    if (end != NULL) *end = '\0';
    next = end == NULL ? NULL : end + 1;
    char *value = strchr(name, '=');
    if (value != NULL) *value++ = '\0';
    unescape(name, true);
    if (value != NULL) unescape(value, true);
    out[n++] = (algo_httpd_param_t){name, value == NULL ? "" : value};
  }
  out[n] = (algo_httpd_param_t){NULL, NULL};
  return true;
}

algo_code_t testnet_ask(void *testnet, const algo_http_request_t *req, const char *header, int *status,
                        algo_buf_t *body, algo_err_t *err) {
  (void)header; /* no token is asked for */
  const algo_testnet_t *t = testnet;
  algo_httpd_param_t query[MAX_QUERY + 1], headers[2] = {{NULL, NULL}, {NULL, NULL}};
  char *path = strdup(req->path);
  if (path == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  char *mark = strchr(path, '?');
  if (mark != NULL) *mark++ = '\0';
  if (!cut_query(mark, query)) {
    free(path);
    return algo_err_set(err, ALGO_E_RANGE, "a query of more than %d parameters", MAX_QUERY);
  }
  unescape(path, false);
  if (req->content_type != NULL) headers[0] = (algo_httpd_param_t){"Content-Type", req->content_type};
  algo_httpd_request_t in = {
      .method = req->method, .path = path, .body = req->body, .query = query, .headers = headers};
  algo_httpd_response_t out = {.status = 200, .content_type = "application/json", .body = *body};
  algo_rest_handle(t->rest, &in, &out);
  *status = out.status;
  *body = out.body;
  free(path);
  return body->oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}
