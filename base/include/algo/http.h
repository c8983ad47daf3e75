/* algo/http.h - an HTTP client over libcurl: connections are kept, time-outs always set. */
#ifndef ALGO_HTTP_H
#define ALGO_HTTP_H

#include "algo/bytes.h"
#include "algo/env.h"

typedef struct algo_http algo_http_t; /* one connection cache; one thread at a time */

struct algo_http_request;
/* Answers requests in the place of a network: a server in the same process, a recording. `header` is the options' one.
 * *body is empty; ask may fail as algo_http_do does. */
typedef struct algo_http_transport {
  algo_code_t (*ask)(void *user, const struct algo_http_request *req, const char *header, int *status, algo_buf_t *body,
                     algo_err_t *err);
  void *user;
} algo_http_transport_t;

typedef struct algo_http_options {
  const char *base_url;        /* "http://127.0.0.1:4001", a path may follow; copied */
  const char *header;          /* one more header, "X-Algo-API-Token: ..."; wiped on free; NULL: none */
  uint32_t connect_timeout_ms; /* 0: 3000 */
  uint32_t timeout_ms;         /* whole request; 0: 30000 */
  size_t max_body;             /* larger answers are an error; 0: 256 MiB */
  uint32_t retries;       /* of requests that are safe to repeat, on NET, TIMEOUT and 429/502/503/504; with back-off */
  bool one_wait;          /* what took too long is not tried again: who asks holds up others */
  uint32_t quiet_seconds; /* TIMEOUT where not a byte comes for so long, while it is waited; 0: timeout_ms alone */
  bool (*cancelled)(void *user); /* asked about once a second while waiting; true ends with INTERRUPTED; NULL: never */
  void *cancel_user;
  const algo_http_transport_t *transport; /* copied; base_url only names the server then. NULL: the network */
} algo_http_options_t;

typedef struct algo_http_sink { /* takes the body of an answer 200 as it comes, however long; false: no more of it */
  bool (*put)(void *user, algo_bytes_t piece);
  void *user;
} algo_http_sink_t;

typedef struct algo_http_request {
  const char *method;       /* "GET", "POST", ... */
  const char *path;         /* with its query, already escaped */
  const char *content_type; /* NULL: none */
  const char *accept;       /* NULL: any */
  algo_bytes_t body;
  bool safe;                    /* may be repeated (GET always is) */
  uint32_t timeout_ms;          /* 0: the client's */
  const algo_http_sink_t *sink; /* asked once, over the network; NULL: the body is put into memory */
} algo_http_request_t;

ALGO_API algo_code_t algo_http_new(algo_http_t **out, const algo_http_options_t *opt, const algo_env_t *env,
                                   algo_err_t *err);
ALGO_API void algo_http_free(algo_http_t *h); /* NULL: nothing */
/* The server as messages name it: "http://127.0.0.1:4001", without a user or password. Lives as long as h. */
ALGO_API const char *algo_http_server(const algo_http_t *h);
/* The body is put into *body (cleared first). Any status is success here: *status has it. Redirections are not
 * followed. Errors: IO (the sink took no more), NET, TIMEOUT (the message names the server and the remedy), RANGE (body
 * too large), INTERRUPTED, NOMEM. */
ALGO_API algo_code_t algo_http_do(algo_http_t *h, const algo_http_request_t *req, int *status, algo_buf_t *body,
                                  algo_err_t *err);

#endif
