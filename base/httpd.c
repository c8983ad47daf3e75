/* The HTTP server: listening, requests as they come in, suspension. Answers are in httpd_reply.c, how requests and
 * connections must be in httpd_intake.c, the threads in httpd_workers.c. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "httpd_impl.h"

#define DEFAULT_BODY    (16u << 20)
#define READ_SECONDS    120u
#define LAST_ANSWERS_NS 2000000000u /* at the end, for answers to be on their way */

/* ---- suspension ---- */

static void unlink_suspended(algo_httpd_impl_t *r) {
  if (r->prev != NULL) r->prev->next = r->next;
  else r->server->suspended = r->next;
  if (r->next != NULL) r->next->prev = r->prev;
  r->prev = r->next = NULL;
}

/* With the lock held. */
static void resume_locked(algo_httpd_impl_t *r, bool timed_out) {
  if (!r->suspended) return;
  r->suspended = false;
  r->req.timed_out = timed_out;
  unlink_suspended(r);
  if (!r->parked) return; /* it is looked at again by itself */
  r->parked = false;
  MHD_resume_connection(r->connection);
  algo_httpd_worker_wake(r->peer->worker);
}

void algo_httpd_suspend(algo_httpd_request_t *req, uint32_t timeout_ms) {
  algo_httpd_impl_t *r = req->impl;
  algo_httpd_t *s = r->server;
  pthread_mutex_lock(&s->lock);
  r->was_suspended = r->suspended = true;
  r->req.timed_out = false;
  r->deadline_ns = algo_httpd_now_ns() + (uint64_t)timeout_ms * 1000000u;
  r->prev = NULL;
  r->next = s->suspended;
  if (r->next != NULL) r->next->prev = r;
  s->suspended = r;
  if (s->stopping) resume_locked(r, true); /* nobody else will */
  pthread_cond_signal(&s->timer_cond);
  pthread_mutex_unlock(&s->lock);
}

/* Does it wait still? It is libmicrohttpd's to wait from the second look on: what is put aside at the first is still
 * taken for one that reads when it comes back, and a client that has closed its half would go without an answer. */
static bool still_waits(algo_httpd_impl_t *r) {
  pthread_mutex_lock(&r->server->lock);
  bool waits = r->suspended;
  if (waits && !r->parked) {
    r->parked = true;
    MHD_suspend_connection(r->connection);
  }
  pthread_mutex_unlock(&r->server->lock);
  return waits;
}

void algo_httpd_resume(algo_httpd_request_t *req) {
  algo_httpd_impl_t *r = req->impl;
  pthread_mutex_lock(&r->server->lock);
  resume_locked(r, false);
  pthread_mutex_unlock(&r->server->lock);
}

/* To a socket that nobody has any more, what is sent comes back as a reset. */
static void see_whether_it_hears(algo_httpd_impl_t *r, int fd) {
  static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
  if (r->asked_whether_it_hears || !r->knows_interim) return;
  r->asked_whether_it_hears = true;
  (void)!send(fd, go_on, sizeof go_on - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool algo_httpd_left(algo_httpd_request_t *req) {
  if (req->impl == NULL) return false;
  struct pollfd p = {.fd = req->impl->peer->fd, .events = POLLRDHUP};
  if (poll(&p, 1, 0) <= 0) return false;
  if (p.revents & (POLLHUP | POLLERR)) return true;
  see_whether_it_hears(req->impl, p.fd);
  return false;
}

bool algo_httpd_ending(const algo_httpd_request_t *req) {
  if (req->impl == NULL) return false;
  return atomic_load(&req->impl->server->stopping);
}

/* Resumes what is over time, drops who stalls; returns when there is more of that to do. */
static uint64_t expire(algo_httpd_t *s) {
  uint64_t now = algo_httpd_now_ns(), nearest = algo_httpd_drop_stalled(s, now);
  for (algo_httpd_impl_t *r = s->suspended, *next; r != NULL; r = next) {
    next = r->next;
    if (r->deadline_ns <= now) resume_locked(r, true);
    else if (r->deadline_ns < nearest) nearest = r->deadline_ns;
  }
  return nearest;
}

static void *timer_main(void *arg) {
  algo_httpd_t *s = arg;
  pthread_mutex_lock(&s->lock);
  while (!s->stopping) {
    uint64_t nearest = expire(s);
    struct timespec t = {(time_t)(nearest / 1000000000u), (long)(nearest % 1000000000u)};
    pthread_cond_timedwait(&s->timer_cond, &s->lock, &t);
  }
  pthread_mutex_unlock(&s->lock);
  return NULL;
}

/* ---- requests ---- */

static algo_httpd_impl_t *request_new(algo_httpd_t *s, struct MHD_Connection *c, const char *url, const char *method,
                                      const char *version) {
  algo_httpd_peer_t *peer = algo_httpd_peer(c);
  algo_httpd_impl_t *r = peer != NULL ? calloc(1, sizeof *r) : NULL;
  if (r == NULL) return NULL;
  r->server = s;
  r->connection = c;
  r->path = strdup(url);
  if (r->path == NULL) {
    free(r);
    return NULL;
  }
  r->req.method = method;
  r->knows_interim = strcmp(version, "HTTP/1.1") == 0;
  r->req.path = r->path;
  r->req.impl = r;
  r->spool = -1;
  r->peer = peer;
  algo_httpd_peer_reads(r->peer, true); /* the head is in: time anew, for the body */
  r->limit = s->opt.body_limit != NULL ? s->opt.body_limit(s->opt.user, method, url) : s->opt.max_body;
  atomic_fetch_add(&s->active, 1);
  return r;
}

void algo_httpd_on_completed(void *cls, struct MHD_Connection *c, void **con_cls,
                             enum MHD_RequestTerminationCode code) {
  (void)c;
  (void)code;
  algo_httpd_t *s = cls;
  algo_httpd_impl_t *r = *con_cls;
  if (r == NULL) return;
  *con_cls = NULL;
  algo_httpd_peer_reads(r->peer, true);
  r->peer->worker->answered = true;
  algo_httpd_batch_add(r->peer);
  if (r->was_suspended) {
    if (s->opt.closed != NULL) s->opt.closed(s->opt.user, &r->req);
    pthread_mutex_lock(&s->lock);
    if (r->suspended) unlink_suspended(r);
    pthread_mutex_unlock(&s->lock);
  }
  algo_httpd_body_free(r);
  algo_buf_fini(&r->refusal.body);
  free(r->path);
  free(r);
  if (atomic_fetch_sub(&s->active, 1) > 1 || !atomic_load(&s->stopping)) return;
  pthread_mutex_lock(&s->lock); /* whoever waits for the last one has looked, or is asleep */
  pthread_cond_signal(&s->idle_cond);
  pthread_mutex_unlock(&s->lock);
}

static enum MHD_Result answer_fault(algo_httpd_impl_t *r, int status, const char *json) {
  algo_httpd_response_t res = {.status = status, .content_type = "application/json", .body = ALGO_BUF_INIT};
  algo_buf_puts(&res.body, json);
  return algo_httpd_reply(r, &res);
}

static enum MHD_Result dispatch(algo_httpd_impl_t *r) {
  algo_httpd_t *s = r->server;
  algo_httpd_peer_reads(r->peer, false);
  if (r->was_suspended && still_waits(r)) return MHD_YES;
  if (r->was_suspended) {
    if (algo_httpd_ending(&r->req))
      return answer_fault(r, 500, "{\"message\":\"operation aborted as server is shutting down\"}\n");
    r->req.resumed = true;
  }
  if (!algo_httpd_body_end(r)) return algo_httpd_reply(r, &r->refusal);
  algo_httpd_batch_begin(r);
  algo_httpd_response_t res = {.status = 200, .content_type = "application/json", .body = ALGO_BUF_INIT};
  bool before = r->was_suspended;
  r->was_suspended = false;
  s->opt.handler(s->opt.user, &r->req, &res);
  bool suspended_now = r->was_suspended;
  r->was_suspended = before || suspended_now;
  if (!suspended_now) return algo_httpd_reply(r, &res);
  algo_buf_fini(&res.body);
  return MHD_YES;
}

enum MHD_Result algo_httpd_on_request(void *cls, struct MHD_Connection *c, const char *url, const char *method,
                                      const char *version, const char *data, size_t *n, void **con_cls) {
  algo_httpd_impl_t *r = *con_cls;
  if (r == NULL) {
    r = request_new(cls, c, url, method, version);
    *con_cls = r;
    if (r == NULL) return MHD_NO;
    uint64_t length;
    if (!algo_httpd_well_framed(c, &length))
      return answer_fault(r, 400, "{\"message\":\"the headers do not tell where the request ends\"}\n");
    return algo_httpd_body_begin(r, length) ? MHD_YES : algo_httpd_reply(r, &r->refusal);
  }
  if (*n > 0) {
    bool go_on = algo_httpd_body_take(r, data, *n);
    *n = 0;
    return go_on ? MHD_YES : MHD_NO;
  }
  return dispatch(r);
}

typedef struct wanted { /* a parameter of the query */
  const char *name, *first;
  unsigned n; /* how often it is there */
} wanted_t;

static enum MHD_Result count_one(void *self, enum MHD_ValueKind kind, const char *name, const char *value) {
  wanted_t *w = self;
  (void)kind;
  if (name == NULL || strcmp(name, w->name) != 0) return MHD_YES; /* libmicrohttpd itself overlooks the case */
  if (w->n++ == 0) w->first = value != NULL ? value : "";         /* "?name" without a value is there, and empty */
  return MHD_YES;
}

static wanted_t look_for(const algo_httpd_request_t *req, const char *name) {
  wanted_t w = {.name = name};
  if (req->impl != NULL) (void)MHD_get_connection_values(req->impl->connection, MHD_GET_ARGUMENT_KIND, count_one, &w);
  for (const algo_httpd_param_t *p = req->impl == NULL ? req->query : NULL; p != NULL && p->name != NULL; p++)
    (void)count_one(&w, MHD_GET_ARGUMENT_KIND, p->name, p->value);
  return w;
}

const char *algo_httpd_query(const algo_httpd_request_t *req, const char *name) { return look_for(req, name).first; }
bool algo_httpd_query_repeated(const algo_httpd_request_t *req, const char *name) { return look_for(req, name).n > 1; }

const char *algo_httpd_header(const algo_httpd_request_t *req, const char *name) {
  if (req->impl != NULL) return MHD_lookup_connection_value(req->impl->connection, MHD_HEADER_KIND, name);
  for (const algo_httpd_param_t *p = req->headers; p != NULL && p->name != NULL; p++)
    if (strcasecmp(p->name, name) == 0) return p->value;
  return NULL;
}

/* ---- life ---- */

/* A listening socket bound by ourselves, so that a port in use is told apart from all else. */
static algo_code_t listen_on(int *fd, const char *host, uint16_t port, uint16_t *bound, algo_err_t *err) {
  char service[8];
  snprintf(service, sizeof service, "%u", (unsigned)port);
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
  struct addrinfo *ai = NULL;
  if (strcmp(host, "localhost") == 0) host = "127.0.0.1";
  hints.ai_flags |= AI_NUMERICHOST;
  if (getaddrinfo(host, service, &hints, &ai) != 0 || ai == NULL) {
    return algo_err_set(err, ALGO_E_INVALID, "\"%s\" is not an address to listen on: give one like 127.0.0.1", host);
  }
  *fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int on = 1;
  algo_code_t rc = ALGO_OK;
  if (*fd >= 0) {
    setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* accepted sockets inherit it */
  }
  if (*fd < 0) {
    rc = algo_err_set(err, ALGO_E_IO, "no socket: %s", strerror(errno));
  } else if (bind(*fd, ai->ai_addr, ai->ai_addrlen) != 0 || listen(*fd, 1024) != 0) {
    int e = errno;
    rc = e == EADDRINUSE
             ? algo_err_set(err, ALGO_E_EXISTS,
                            "port %u of %s is in use: end the program that has it, or choose another port",
                            (unsigned)port, host)
             : algo_err_set(err, ALGO_E_IO, "cannot listen on %s port %u: %s", host, (unsigned)port, strerror(e));
    close(*fd);
  }
  freeaddrinfo(ai);
  if (rc != ALGO_OK) return rc;
  struct sockaddr_storage a = {0};
  socklen_t n = sizeof a;
  getsockname(*fd, (struct sockaddr *)&a, &n);
  *bound =
      ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port : ((struct sockaddr_in *)&a)->sin_port);
  return ALGO_OK;
}

static bool timer_start(algo_httpd_t *s) {
  pthread_condattr_t attr;
  pthread_condattr_init(&attr);
  pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  pthread_cond_init(&s->timer_cond, &attr);
  pthread_cond_init(&s->idle_cond, &attr);
  pthread_condattr_destroy(&attr);
  pthread_mutex_init(&s->lock, NULL);
  s->timer_started = pthread_create(&s->timer, NULL, timer_main, s) == 0;
  return s->timer_started;
}

algo_code_t algo_httpd_start(algo_httpd_t **out, const algo_httpd_options_t *opt, const algo_env_t *env,
                             algo_err_t *err) {
  algo_httpd_t *s = calloc(1, sizeof *s);
  if (s == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  s->opt = *opt;
  if (env != NULL) s->env = *env;
  if (s->opt.max_body == 0) s->opt.max_body = DEFAULT_BODY;
  if (s->opt.read_seconds == 0) s->opt.read_seconds = READ_SECONDS;
  algo_code_t rc = listen_on(&s->listen_fd, opt->host != NULL ? opt->host : "127.0.0.1", opt->port, &s->port, err);
  if (rc != ALGO_OK) {
    free(s);
    return rc;
  }
  if (!timer_start(s) || !algo_httpd_workers_start(s)) {
    algo_httpd_stop(s);
    return algo_err_set(err, ALGO_E_IO, "the HTTP server did not start: %s", strerror(errno));
  }
  *out = s;
  return ALGO_OK;
}

uint16_t algo_httpd_port(const algo_httpd_t *s) { return s->port; }

/* Every request that came in is answered before its connection is closed; a client that does not read is not waited for
 * longer than LAST_ANSWERS_NS. */
static void drain(algo_httpd_t *s) {
  uint64_t end = algo_httpd_now_ns() + LAST_ANSWERS_NS;
  struct timespec t = {(time_t)(end / 1000000000u), (long)(end % 1000000000u)};
  while (s->suspended != NULL) resume_locked(s->suspended, true);
  for (int rc = 0; s->active > 0 && rc == 0;) rc = pthread_cond_timedwait(&s->idle_cond, &s->lock, &t);
}

void algo_httpd_stop(algo_httpd_t *s) {
  if (s == NULL) return;
  pthread_mutex_lock(&s->lock);
  s->stopping = true;
  pthread_cond_signal(&s->timer_cond);
  drain(s);
  pthread_mutex_unlock(&s->lock);
  if (s->timer_started) pthread_join(s->timer, NULL);
  algo_httpd_workers_stop(s);
  close(s->listen_fd);
  algo_httpd_deflaters_free(s);
  pthread_cond_destroy(&s->timer_cond);
  pthread_cond_destroy(&s->idle_cond);
  pthread_mutex_destroy(&s->lock);
  free(s);
}
