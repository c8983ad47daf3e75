/* The threads that serve: each has a libmicrohttpd of its own and an equal share of the connections, and looks for the
 * next request for a moment before it sleeps. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "httpd_impl.h"

#define MAX_CONNECTIONS   15000u
#define OTHER_FILES       256u        /* of the process, beside connections */
#define CONNECTION_MEMORY (16u << 10) /* of a request's line and headers; cleared after each request */
/* After an answer to a client that is alone: on the same machine it asks again sooner than a sleeping thread wakes up.
 */
#define LOOK_NS    150000u
#define LOOK_FOR   2u          /* connections, or fewer: of many, others ask meanwhile */
#define BATCH_NS   500000u     /* no answer is held back for longer, but for one request */
#define BATCH_BODY (64u << 10) /* what is larger is not quick */
#define FULL_NS    100000000u  /* no connection is taken that long where the system has no file left */
#define AT_ONCE    16u         /* connections taken before others are served */
#define HELD_NS    5000000u    /* a thread that is at its requests for longer is given no other connection */

/* ---- connections ---- */

/* What stalls holds its connection, so there are as many as the system allows: the others are served. */
static unsigned as_many_as_files(void) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= MAX_CONNECTIONS + OTHER_FILES) return MAX_CONNECTIONS;
  return files.rlim_cur > 2 * OTHER_FILES ? (unsigned)files.rlim_cur - OTHER_FILES : OTHER_FILES;
}

static unsigned all_connections(algo_httpd_t *s) {
  unsigned n = 0;
  for (unsigned i = 0; i < s->n_workers; i++) n += atomic_load(&s->workers[i].connections);
  return n;
}

/* Listens while there may be more connections. */
static void listen_or_not(algo_httpd_worker_t *w) {
  algo_httpd_t *s = w->server;
  bool wanted = all_connections(s) < s->opt.max_connections;
  if (wanted && w->full_until_ns != 0) wanted = algo_httpd_now_ns() >= w->full_until_ns;
  if (wanted == w->listening) return;
  struct epoll_event e = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.fd = s->listen_fd};
  if (epoll_ctl(w->epoll, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, s->listen_fd, &e) == 0) w->listening = wanted;
  if (wanted) w->full_until_ns = 0;
}

static void serve_connection(algo_httpd_worker_t *w, int fd) {
  struct sockaddr_storage a;
  socklen_t n = sizeof a;
  if (getpeername(fd, (struct sockaddr *)&a, &n) != 0) { /* gone again */
    close(fd);
    atomic_fetch_sub(&w->connections, 1);
  } else if (MHD_add_connection(w->daemon, fd, (struct sockaddr *)&a, n) != MHD_YES) {
    atomic_fetch_sub(&w->connections, 1);
  }
}

static bool is_held(const algo_httpd_worker_t *w, uint64_t now_ns) {
  uint64_t since = atomic_load(&w->serves_since_ns);
  return since != 0 && since < now_ns && now_ns - since > HELD_NS;
}

/* To the thread with the fewest, of those that no request holds: what came to such a one would wait for that. */
static void place(algo_httpd_worker_t *w, int fd) {
  algo_httpd_worker_t *to = w;
  uint64_t now_ns = algo_httpd_now_ns();
  for (unsigned i = 0; i < w->server->n_workers; i++) {
    algo_httpd_worker_t *other = &w->server->workers[i];
    if (atomic_load(&other->connections) < atomic_load(&to->connections) && !is_held(other, now_ns)) to = other;
  }
  atomic_fetch_add(&to->connections, 1);
  if (to == w) serve_connection(w, fd);
  else if (write(to->hand[1], &fd, sizeof fd) != sizeof fd) {
    close(fd);
    atomic_fetch_sub(&to->connections, 1);
  }
}

static void take_new(algo_httpd_worker_t *w) {
  for (unsigned i = 0; i < AT_ONCE && all_connections(w->server) < w->server->opt.max_connections; i++) {
    int fd = accept4(w->server->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      place(w, fd);
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
      w->full_until_ns = algo_httpd_now_ns() + FULL_NS;
    if (errno != EINTR && errno != ECONNABORTED) return;
  }
}

/* What other threads hand over. */
static void take_handed(algo_httpd_worker_t *w) {
  int fds[AT_ONCE];
  ssize_t n;
  while ((n = read(w->hand[0], fds, sizeof fds)) > 0)
    for (size_t i = 0; i < (size_t)n / sizeof *fds; i++)
      if (fds[i] >= 0) serve_connection(w, fds[i]);
  (void)atomic_exchange(&w->woken, false); /* after the reading: what is woken for from now on writes again */
}

void algo_httpd_worker_wake(algo_httpd_worker_t *w) {
  static const int nothing = -1;
  if (atomic_exchange(&w->woken, true)) return;
  (void)!write(w->hand[1], &nothing, sizeof nothing); /* where it is full, there is enough in it to wake */
}

/* ---- answers that leave together ----
 *
 * To wake a client takes longer than to answer it: on a machine where both share the processors, most of all. Quick
 * answers to several connections are written behind a cork, and leave when the turn is over, or before a request that
 * may not be quick. */

static void cork(algo_httpd_peer_t *p, int on) {
  p->corked = setsockopt(p->fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on) == 0 && on;
}

static void batch_send(algo_httpd_worker_t *w) {
  for (unsigned i = 0; i < w->n_batch; i++) cork(w->batch[i], 0);
  w->n_batch = 0;
}

void algo_httpd_batch_begin(algo_httpd_impl_t *r) {
  algo_httpd_worker_t *w = r->peer->worker;
  const bool quick = r->req.quick && r->req.body.n <= BATCH_BODY;
  if (!quick || (w->n_batch > 0 && algo_httpd_now_ns() - w->batch_since_ns > BATCH_NS)) batch_send(w);
  if (quick && !r->peer->corked && atomic_load(&w->connections) > 1) cork(r->peer, 1);
}

void algo_httpd_waits(algo_httpd_request_t *req) {
  if (req->impl != NULL) batch_send(req->impl->peer->worker);
}

void algo_httpd_batch_add(algo_httpd_peer_t *p) {
  algo_httpd_worker_t *w = p->worker;
  if (!p->corked) return;
  if (w->n_batch == 0) w->batch_since_ns = algo_httpd_now_ns();
  w->batch[w->n_batch++] = p;
  if (w->n_batch == ALGO_HTTPD_BATCH) batch_send(w);
}

void algo_httpd_batch_drop(algo_httpd_peer_t *p) {
  algo_httpd_worker_t *w = p->worker;
  for (unsigned i = 0; i < w->n_batch; i++)
    if (w->batch[i] == p) w->batch[i--] = w->batch[--w->n_batch];
}

/* ---- a thread ---- */

static int sleep_ms(algo_httpd_worker_t *w) {
  MHD_UNSIGNED_LONG_LONG ms;
  int most = w->full_until_ns != 0 ? (int)(FULL_NS / 1000000u) : -1;
  if (MHD_get_timeout(w->daemon, &ms) != MHD_YES) return most;
  if (ms > 60000) ms = 60000;
  return most >= 0 && (int)ms > most ? most : (int)ms;
}

/* Until there is something to do. Whoever has just answered looks again and again at first, and leaves the processor to
 * others meanwhile: the next request of a client that waited for the answer then needs no thread to be woken. */
static int await(algo_httpd_worker_t *w, struct epoll_event *events, int n) {
  int ms = sleep_ms(w), ready = 0;
  bool look = w->answered && ms != 0 && atomic_load(&w->connections) <= LOOK_FOR;
  w->answered = false;
  if (look) {
    uint64_t end = algo_httpd_now_ns() + LOOK_NS;
    while ((ready = epoll_wait(w->epoll, events, n, 0)) == 0 && algo_httpd_now_ns() < end) sched_yield();
  }
  return ready != 0 ? ready : epoll_wait(w->epoll, events, n, ms);
}

static void *worker_main(void *arg) {
  algo_httpd_worker_t *w = arg;
  while (!atomic_load(&w->server->ending)) {
    struct epoll_event e[3];
    listen_or_not(w);
    int n = await(w, e, 3);
    for (int i = 0; i < n; i++) {
      if (e[i].data.fd == w->server->listen_fd) take_new(w);
      else if (e[i].data.fd == w->hand[0]) take_handed(w);
    }
    atomic_store(&w->serves_since_ns, algo_httpd_now_ns());
    (void)MHD_run_wait(w->daemon, 0);
    batch_send(w);
    atomic_store(&w->serves_since_ns, 0);
  }
  return NULL;
}

/* ---- life ---- */

static unsigned thread_count(unsigned wanted) {
  if (wanted > 0) return wanted;
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  return cores <= 2 ? 2 : cores >= 4 ? 4 : (unsigned)cores;
}

static bool watch(algo_httpd_worker_t *w, int fd) {
  struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
  return epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &e) == 0;
}

static bool worker_prepare(algo_httpd_worker_t *w, algo_httpd_t *s) {
  struct MHD_OptionItem options[] = {
      {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)s->opt.max_connections, NULL},
      {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)s->opt.read_seconds, NULL},
      {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
      {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
      {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)algo_httpd_on_completed, s},
      {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)algo_httpd_on_connection, w},
      {MHD_OPTION_END, 0, NULL},
  };
  w->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO, 0,
                               NULL, NULL, algo_httpd_on_request, s, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
  w->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (w->daemon == NULL || w->epoll < 0 || pipe2(w->hand, O_CLOEXEC | O_NONBLOCK) != 0) return false;
  if (!watch(w, w->hand[0])) return false;
  return watch(w, MHD_get_daemon_info(w->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd);
}

static bool worker_start(algo_httpd_worker_t *w) {
  w->started = pthread_create(&w->thread, NULL, worker_main, w) == 0;
  return w->started;
}

bool algo_httpd_workers_start(algo_httpd_t *s) {
  unsigned n = thread_count(s->opt.threads);
  if (s->opt.max_connections == 0) s->opt.max_connections = as_many_as_files();
  s->workers = calloc(n, sizeof *s->workers);
  if (s->workers == NULL) return false;
  for (unsigned i = 0; i < n; i++) s->workers[i] = (algo_httpd_worker_t){.server = s, .epoll = -1, .hand = {-1, -1}};
  s->n_workers = n;
  for (unsigned i = 0; i < n; i++) /* all of them first: they hand connections to each other from the start */
    if (!worker_prepare(&s->workers[i], s)) return false;
  for (unsigned i = 0; i < n; i++)
    if (!worker_start(&s->workers[i])) return false;
  return true;
}

void algo_httpd_workers_stop(algo_httpd_t *s) {
  atomic_store(&s->ending, true);
  for (unsigned i = 0; i < s->n_workers; i++) {
    algo_httpd_worker_t *w = &s->workers[i];
    if (!w->started) continue;
    algo_httpd_worker_wake(w);
    pthread_join(w->thread, NULL);
  }
  for (unsigned i = 0; i < s->n_workers; i++) {
    algo_httpd_worker_t *w = &s->workers[i];
    if (w->daemon != NULL) {
      take_handed(w);
      MHD_stop_daemon(w->daemon);
    }
    if (w->epoll >= 0) close(w->epoll);
    for (int k = 0; k < 2; k++)
      if (w->hand[k] >= 0) close(w->hand[k]);
  }
  free(s->workers);
  s->workers = NULL;
  s->n_workers = 0;
}
