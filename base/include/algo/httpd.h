/* algo/httpd.h - an HTTP/1.1 server over libmicrohttpd, loopback by default.
 *
 * A few threads serve all connections; a handler that must wait (a long poll) suspends its request and gives the thread
 * back. Connections are kept alive, answers are gzipped where the client takes that, CORS is answered here. */
#ifndef ALGO_HTTPD_H
#define ALGO_HTTPD_H

#include "algo/bytes.h"
#include "algo/env.h"

typedef struct algo_httpd algo_httpd_t;
typedef struct algo_httpd_impl algo_httpd_impl_t;

typedef struct algo_httpd_param {
  const char *name, *value;
} algo_httpd_param_t;

typedef struct algo_httpd_request {
  const char *method;   /* upper case */
  const char *path;     /* percent-decoded, without the query */
  algo_bytes_t body;    /* whole */
  bool resumed;         /* the handler saw this request before and suspended it */
  bool timed_out;       /* resumed because its time was over */
  const void *admitted; /* whatever `admit` left here; NULL at the start */
  bool quick;           /* `admit` says so of what is answered within some 0.1 ms and waits for nobody: what came in on
                         * several connections is then answered in one go, so that a client is woken once */
  algo_httpd_impl_t
      *impl; /* NULL: not from a connection, but made by the caller of a handler; it cannot be suspended */
  const algo_httpd_param_t *query, *headers; /* of such a request; ended by a NULL name; NULL: none */
} algo_httpd_request_t;

typedef struct algo_httpd_response {
  int status;                             /* 200 at the start */
  const char *content_type;               /* static string; "application/json" at the start; NULL: none */
  const char *header_name, *header_value; /* one more header, copied when the handler returns; NULL: none */
  algo_buf_t body;                        /* empty at the start; freed by the server */
  int file;           /* with file_size: closed by the server, and its first file_size bytes are the body, as they */
  uint64_t file_size; /* are when they are sent: nobody changes them before that. 0: `body` is it */
  bool close;         /* end the connection after this answer */
  bool plain;         /* not gzipped, whatever the client takes */
} algo_httpd_response_t;

/* Runs on a server thread, many at a time: the handler locks what it shares. */
typedef void algo_httpd_handler_t(void *user, algo_httpd_request_t *req, algo_httpd_response_t *res);
/* The headers of a request that has a body are in, and no byte of it is kept yet: may it be sent? False: *res is the
 * answer; the body is read no further than the client needs to get it. As the handler, but req->body is empty. */
typedef bool algo_httpd_admit_t(void *user, algo_httpd_request_t *req, algo_httpd_response_t *res);
/* A request that was suspended once has ended (answered, or its client is gone): forget the pointer. */
typedef void algo_httpd_closed_t(void *user, algo_httpd_request_t *req);

typedef struct algo_httpd_options {
  const char *host; /* numeric address or "localhost"; NULL: 127.0.0.1 */
  uint16_t port;    /* 0: any free one; algo_httpd_port tells which */
  size_t max_body;  /* 0: 16 MiB; larger: 413. What is over 16 MiB waits in a file without a name under TMPDIR */
  /* What max_body is for one path; NULL: the same everywhere. */
  size_t (*body_limit)(void *user, const char *method, const char *path);
  unsigned max_connections;  /* 0: as many as the process may have files, less 256; at most 15,000 */
  unsigned read_seconds;     /* a request must be in by then, with a second more for every 64 KiB of body; 0: 120 */
  unsigned threads;          /* 0: as many as cores, 2 to 4 */
  const char *cors_headers;  /* Access-Control-Allow-Headers; NULL: no CORS headers at all */
  algo_httpd_admit_t *admit; /* NULL: every body is taken */
  algo_httpd_handler_t *handler;
  algo_httpd_closed_t *closed; /* NULL: not told */
  void *user;
} algo_httpd_options_t;

/* Errors: EXISTS when the port is taken (the message names it and says how to choose another), INVALID (host), IO,
 * NOMEM. */
ALGO_API algo_code_t algo_httpd_start(algo_httpd_t **out, const algo_httpd_options_t *opt, const algo_env_t *env,
                                      algo_err_t *err);
ALGO_API uint16_t algo_httpd_port(const algo_httpd_t *s);
/* Answers what is suspended with 500, ends every connection, frees. NULL is fine. */
ALGO_API void algo_httpd_stop(algo_httpd_t *s);

/* From within the handler: send nothing when it returns. The handler is called again, with `resumed` set, once
 * algo_httpd_resume was called or timeout_ms are over. The request stays valid until `closed` is called. */
ALGO_API void algo_httpd_suspend(algo_httpd_request_t *req, uint32_t timeout_ms);
/* From any thread, at any time between suspend and closed; a second call does nothing. */
ALGO_API void algo_httpd_resume(algo_httpd_request_t *req);

/* Has algo_httpd_stop been called? It waits for the handlers: who takes long asks now and then, and ends. False for a
 * request from no connection. */
ALGO_API bool algo_httpd_ending(const algo_httpd_request_t *req);

/* Is the client gone? Nobody waits for an answer then: what takes long and has changed nothing yet may end. Asked now
 * and then from within the handler: one that has closed its own half alone waits still, and is told from one that is
 * gone by an interim answer (100), of which HTTP/1.0 has none. False for a request from no connection. */
ALGO_API bool algo_httpd_left(algo_httpd_request_t *req);

/* From within a quick handler that is to wait: answers to other connections that are held back leave now. */
ALGO_API void algo_httpd_waits(algo_httpd_request_t *req);

/* NULL where absent. Views that live as long as the request. Query values are percent-decoded, '+' is a space; of a
 * parameter that is there more than once it is the first. Names of parameters have their case, headers' have none. */
ALGO_API const char *algo_httpd_query(const algo_httpd_request_t *req, const char *name);
ALGO_API bool algo_httpd_query_repeated(const algo_httpd_request_t *req, const char *name);
ALGO_API const char *algo_httpd_header(const algo_httpd_request_t *req, const char *name);

#endif
