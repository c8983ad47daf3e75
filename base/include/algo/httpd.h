/* algo/httpd.h - an HTTP/1.1 server over libmicrohttpd, loopback by default. */
#ifndef ALGO_HTTPD_H
#define ALGO_HTTPD_H

#include "algo/bytes.h"
#include "algo/env.h"

typedef struct algo_httpd algo_httpd_t;

typedef struct algo_httpd_request {
  const char *method;      /* upper case */
  const char *path;        /* percent-decoded, without the query */
  algo_bytes_t body;       /* whole */
  void *impl;
} algo_httpd_request_t;

typedef struct algo_httpd_response {
  int status;              /* 200 at the start */
  const char *content_type; /* static string; "application/json" at the start */
  algo_buf_t body;
} algo_httpd_response_t;

/* Runs on a server thread. A handler that must wait (long poll) blocks only its own connection's thread or suspends it:
 * see algo_httpd_options_t.threads. */
typedef void algo_httpd_handler_t(void *user, const algo_httpd_request_t *req, algo_httpd_response_t *res);

typedef struct algo_httpd_options {
  const char *host;        /* NULL: 127.0.0.1 */
  uint16_t port;           /* 0: any free one; algo_httpd_port tells which */
  size_t max_body;         /* 0: 16 MiB; larger: 413 */
  unsigned max_connections; /* 0: 4096 */
  algo_httpd_handler_t *handler;
  void *user;
} algo_httpd_options_t;

/* Errors: EXISTS when the port is taken (the message names it and says how to choose another), IO. */
ALGO_API algo_code_t algo_httpd_start(algo_httpd_t **out, const algo_httpd_options_t *opt, const algo_env_t *env, algo_err_t *err);
ALGO_API uint16_t algo_httpd_port(const algo_httpd_t *s);
ALGO_API void algo_httpd_stop(algo_httpd_t *s); /* ends every connection, frees */

/* NULL where absent. Views that live as long as the request. */
ALGO_API const char *algo_httpd_query(const algo_httpd_request_t *req, const char *name);
ALGO_API const char *algo_httpd_header(const algo_httpd_request_t *req, const char *name);

#endif
