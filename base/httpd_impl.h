/* What the parts of the HTTP server share: connections and suspension (httpd.c), what a request must be like
 * (httpd_intake.c), its body (httpd_body.c), answers (httpd_reply.c), the threads (httpd_workers.c). */
#ifndef ALGO_HTTPD_IMPL_H
#define ALGO_HTTPD_IMPL_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <zlib.h>

#include "algo/httpd.h"

typedef struct algo_deflater { /* a gzip stream that is used again and again */
  z_stream z;
  struct algo_deflater *next;
} algo_deflater_t;

#define ALGO_HTTPD_BATCH 64u

typedef struct algo_httpd_peer algo_httpd_peer_t;
typedef struct algo_httpd_worker { /* a thread that serves */
  algo_httpd_t *server;
  struct MHD_Daemon *daemon;
  int epoll;               /* the daemon's own set, the listening socket, hand[0] */
  int hand[2];             /* a pipe: sockets that other threads accepted; negative: only to wake it */
  atomic_uint connections; /* that it has or is being handed */
  atomic_bool woken;
  bool started, listening, answered;
  algo_httpd_peer_t *batch[ALGO_HTTPD_BATCH]; /* with answers that are written and held back */
  unsigned n_batch;
  uint64_t batch_since_ns;
  uint64_t full_until_ns;               /* 0: the system has files left */
  atomic_uint_fast64_t serves_since_ns; /* it is at its requests since then; 0: it is not */
  pthread_t thread;
} algo_httpd_worker_t;

struct algo_httpd_peer { /* a connection */
  int fd;
  algo_httpd_worker_t *worker;
  bool answered;                 /* once, at least */
  atomic_uint_fast64_t since_ns; /* a request is awaited from then on; 0: one is being answered */
  bool corked;                   /* what is written to it is held back */
  struct algo_httpd_peer *prev, *next;
};

struct algo_httpd {
  algo_httpd_options_t opt;
  algo_env_t env;
  algo_httpd_worker_t *workers;
  unsigned n_workers;
  int listen_fd;
  atomic_bool ending;
  atomic_bool stopping;
  atomic_size_t active; /* requests that came in and are not answered yet */
  uint16_t port;
  pthread_mutex_t lock; /* guards all below */
  pthread_cond_t timer_cond, idle_cond;
  pthread_t timer;
  bool timer_started;
  algo_httpd_impl_t *suspended; /* doubly linked */
  algo_deflater_t *deflaters;   /* idle ones */
  algo_httpd_peer_t *peers;     /* doubly linked */
  uint64_t look_ns;             /* when to look next for the stalled ones */
};

struct algo_httpd_impl {
  algo_httpd_t *server;
  struct MHD_Connection *connection;
  algo_httpd_peer_t *peer;
  algo_httpd_request_t req;
  char *path;
  size_t limit;     /* of the body */
  uint64_t brought; /* of it so far */
  algo_buf_t body;  /* what is kept of it: in memory, */
  int spool;        /* or in this file; -1: none */
  uint64_t spooled; /* bytes */
  void *mapped;     /* the file's content; NULL: not yet */
  bool refused;     /* `refusal` is the answer, and no body is kept */
  algo_httpd_response_t refusal;
  bool knows_interim; /* HTTP/1.1 */
  bool asked_whether_it_hears;
  bool was_suspended;   /* ever */
  bool suspended;       /* now; guarded by server->lock, as the rest */
  bool parked;          /* libmicrohttpd has been told */
  uint64_t deadline_ns; /* CLOCK_MONOTONIC */
  algo_httpd_impl_t *prev, *next;
};

/* Queues the answer; takes res->body. */
enum MHD_Result algo_httpd_reply(algo_httpd_impl_t *r, algo_httpd_response_t *res);
void algo_httpd_deflaters_free(algo_httpd_t *s);

/* False: stop what has started. */
bool algo_httpd_workers_start(algo_httpd_t *s);
void algo_httpd_workers_stop(algo_httpd_t *s); /* ends every connection */
/* Before a request is handled: is its answer to be held back, and may those that are be so for longer? */
void algo_httpd_batch_begin(algo_httpd_impl_t *r);
void algo_httpd_batch_add(algo_httpd_peer_t *p);  /* its answer is written */
void algo_httpd_batch_drop(algo_httpd_peer_t *p); /* it ends */
/* After something was resumed from another thread: libmicrohttpd's own signal is lost where it comes while it looks. */
void algo_httpd_worker_wake(algo_httpd_worker_t *w);
enum MHD_Result algo_httpd_on_request(void *server, struct MHD_Connection *c, const char *url, const char *method,
                                      const char *version, const char *data, size_t *n, void **request);
void algo_httpd_on_completed(void *server, struct MHD_Connection *c, void **request,
                             enum MHD_RequestTerminationCode code);

uint64_t algo_httpd_now_ns(void); /* CLOCK_MONOTONIC */
/* The headers leave no doubt where the request ends (RFC 9112, 6.3), so that a proxy before us sees the same requests.
 */
bool algo_httpd_well_framed(struct MHD_Connection *c, uint64_t *length); /* of the body; 0: none */
#define ALGO_HTTPD_LENGTH_UNKNOWN UINT64_MAX                             /* it comes in chunks */

/* The headers are in. False: the refusal is to be queued at once, and the connection ends with it. */
bool algo_httpd_body_begin(algo_httpd_impl_t *r, uint64_t length);
bool algo_httpd_body_take(algo_httpd_impl_t *r, const char *data, size_t n); /* false: end the connection */
bool algo_httpd_body_end(algo_httpd_impl_t *r); /* it is in, and in req.body; false: the refusal is the answer */
void algo_httpd_body_free(algo_httpd_impl_t *r);

void algo_httpd_on_connection(void *worker, struct MHD_Connection *c, void **peer,
                              enum MHD_ConnectionNotificationCode code);
/* NULL: there was no memory to watch it. */
algo_httpd_peer_t *algo_httpd_peer(struct MHD_Connection *c);
/* true: a request, or its body, is awaited from now on; false: it is whole. */
void algo_httpd_peer_reads(algo_httpd_peer_t *p, bool awaited);
void algo_httpd_peer_brought(algo_httpd_peer_t *p, size_t n);
/* With the lock held: ends the connections that were over time with a request; returns when to look again. */
uint64_t algo_httpd_drop_stalled(algo_httpd_t *s, uint64_t now_ns);

#endif
