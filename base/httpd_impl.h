/* What the parts of the HTTP server share: connections and suspension (httpd.c), answers (httpd_reply.c). */
#ifndef ALGO_HTTPD_IMPL_H
#define ALGO_HTTPD_IMPL_H

#include <microhttpd.h>
#include <pthread.h>
#include <zlib.h>

#include "algo/httpd.h"

typedef struct algo_deflater { /* a gzip stream that is used again and again */
  z_stream z;
  struct algo_deflater *next;
} algo_deflater_t;

struct algo_httpd {
  algo_httpd_options_t opt;
  algo_env_t env;
  struct MHD_Daemon *daemon;
  uint16_t port;
  pthread_mutex_t lock; /* guards all below */
  pthread_cond_t timer_cond, idle_cond;
  pthread_t timer;
  bool timer_started, stopping;
  size_t active;                /* requests that came in and are not answered yet */
  algo_httpd_impl_t *suspended; /* doubly linked */
  algo_deflater_t *deflaters;   /* idle ones */
};

struct algo_httpd_impl {
  algo_httpd_t *server;
  struct MHD_Connection *connection;
  algo_httpd_request_t req;
  char *path;
  algo_buf_t body;
  size_t limit; /* of the body */
  bool too_large;
  bool was_suspended;   /* ever */
  bool suspended;       /* now; guarded by server->lock, as the rest */
  uint64_t deadline_ns; /* CLOCK_MONOTONIC */
  algo_httpd_impl_t *prev, *next;
};

/* Queues the answer; takes res->body. */
enum MHD_Result algo_httpd_reply(algo_httpd_impl_t *r, algo_httpd_response_t *res);
void algo_httpd_deflaters_free(algo_httpd_t *s);

#endif
