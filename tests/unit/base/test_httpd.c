/* The HTTP server as a client sees it that does not keep to the rules, or to any pace. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "algo/httpd.h"
#include "suite.h"

#define READ_SECONDS 2u

static void echo(void *user, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  (void)user;
  algo_buf_puts(&res->body, "got ");
  algo_buf_put(&res->body, req->body.p, req->body.n);
}

/* How much came, and whether it is what was sent. */
static void measure(void *user, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  size_t right = 0;
  (void)user;
  for (size_t i = 0; i < req->body.n; i++) right += req->body.p[i] == (uint8_t)(i / 4096);
  algo_buf_printf(&res->body, "got %zu, right %zu;", req->body.n, right);
}

static bool admit(void *user, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  (void)user;
  ck_assert_uint_eq(req->body.n, 0);
  if (strcmp(req->path, "/no") != 0) return true;
  res->status = 401;
  algo_buf_puts(&res->body, "who are you?");
  return false;
}

static size_t body_limit(void *user, const char *method, const char *path) {
  (void)user;
  (void)method;
  return strcmp(path, "/large") == 0 ? (size_t)40 << 20 : 1000;
}

static algo_httpd_t *server_of(const algo_httpd_options_t *opt) {
  algo_httpd_t *s = NULL;
  SUITE_OK(algo_httpd_start(&s, opt, NULL, suite_err));
  return s;
}

static algo_httpd_t *server(void) {
  const algo_httpd_options_t opt = {.handler = echo, .threads = 2, .read_seconds = READ_SECONDS};
  return server_of(&opt);
}

static int to_server(const algo_httpd_t *s) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(algo_httpd_port(s))};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
  return fd;
}

static void say(int fd, const char *text) {
  ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* What the server says until it ends the connection, or until `ends` was said. */
static void hear(int fd, char out[2048], const char *ends) {
  size_t n = 0;
  ssize_t got = 1;
  struct pollfd p = {.fd = fd, .events = POLLIN};
  do {
    ck_assert_msg(poll(&p, 1, 30000) == 1, "the server neither answers nor ends the connection");
    got = recv(fd, out + n, 2047 - n, 0);
    if (got > 0) n += (size_t)got;
    out[n] = '\0';
  } while (got > 0 && n < 2047 && (ends == NULL || strstr(out, ends) == NULL));
}

static const struct {
  const char *headers, *body;
  int status;
} framings[] = {
    {"Content-Length: 3\r\n", "abc", 200},
    {"Content-Length: 3\r\nContent-Length: 3\r\n", "abc", 200},
    {"Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n", 200},
    {"Transfer-Encoding: Chunked\r\n", "3\r\nabc\r\n0\r\n\r\n", 200},
    {"Content-Length: 3\r\nContent-Length: 5\r\n", "abc", 400},
    {"Content-Length: 5\r\nContent-Length: 3\r\n", "abc", 400},
    {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", 400},
    {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", 400},
    {"Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n", 400},
    {"Transfer-Encoding: xchunked\r\n", "0\r\n\r\n", 400},
    {"Content-Length : 3\r\n", "abc", 400},
    {"Content-Length: 3, 3\r\n", "abc", 400},
    {"Content-Length: +3\r\n", "abc", 400},
};

START_TEST(a_request_ends_in_one_place) {
  algo_httpd_t *s = server();
  for (size_t i = 0; i < sizeof framings / sizeof *framings; i++) {
    char answer[2048], status[32];
    bool good = framings[i].status == 200;
    int fd = to_server(s);
    say(fd, "POST / HTTP/1.1\r\nHost: a\r\n");
    say(fd, framings[i].headers);
    say(fd, "\r\n");
    if (good) say(fd, framings[i].body);
    hear(fd, answer, good ? "got abc" : NULL);
    snprintf(status, sizeof status, "HTTP/1.1 %d ", framings[i].status);
    ck_assert_msg(strncmp(answer, status, strlen(status)) == 0, "%s: %s", framings[i].headers, answer);
    if (good) ck_assert_ptr_nonnull(strstr(answer, "got abc"));
    close(fd);
  }
  algo_httpd_stop(s);
}
END_TEST

/* A byte every 100 ms keeps no connection: whether of a request line, a header or a body. */
START_TEST(who_drips_is_cut_off) {
  static const char *const heads[3] = {
      "", "GET / HTTP/1.1\r\nHost: ", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n"};
  algo_httpd_t *s = server();
  struct pollfd p[3];
  unsigned open = 3;
  for (size_t i = 0; i < 3; i++) {
    p[i] = (struct pollfd){.fd = to_server(s), .events = POLLIN};
    say(p[i].fd, heads[i]);
  }
  for (unsigned drips = 0; drips < 300 && open > 0; drips++) {
    (void)poll(NULL, 0, 100);
    open = 0;
    for (size_t i = 0; i < 3; i++) open += send(p[i].fd, "x", 1, MSG_NOSIGNAL) == 1 && poll(&p[i], 1, 0) == 0;
  }
  ck_assert_msg(open == 0, "%u are there after half a minute", open);
  for (size_t i = 0; i < 3; i++) close(p[i].fd);
  algo_httpd_stop(s);
}
END_TEST

/* Twice as long as a request may take: every one is on time. */
START_TEST(who_keeps_asking_is_kept) {
  algo_httpd_t *s = server();
  int fd = to_server(s);
  for (unsigned i = 0; i < 10; i++) {
    char answer[2048];

    say(fd, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    hear(fd, answer, "got abc");
    ck_assert_ptr_nonnull(strstr(answer, "got abc"));
    (void)poll(NULL, 0, 400);
  }
  close(fd);
  algo_httpd_stop(s);
}
END_TEST

static algo_httpd_t *guarded(void) {
  const algo_httpd_options_t opt = {.handler = measure, .admit = admit, .body_limit = body_limit, .threads = 2};
  return server_of(&opt);
}

/* Who is refused need not send the body, whatever its length: the answer comes before. A small one may come all the
 * same, and the connection goes on. */
START_TEST(who_may_not_ask_is_told_before_the_body) {
  static const char *const heads[] = {"Content-Length: 4000000000\r\n",
                                      "Content-Length: 900\r\nExpect: 100-continue\r\n"};
  algo_httpd_t *s = guarded();
  char answer[2048];
  for (size_t i = 0; i < 2; i++) {
    int fd = to_server(s);
    say(fd, "POST /no HTTP/1.1\r\nHost: a\r\n");
    say(fd, heads[i]);
    say(fd, "\r\n");
    hear(fd, answer, "who are you?");
    ck_assert_msg(strncmp(answer, "HTTP/1.1 401 ", 13) == 0, "%s", answer);
    close(fd);
  }
  int fd = to_server(s);
  for (size_t i = 0; i < 3; i++) {
    say(fd, "POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    hear(fd, answer, "who are you?");
    ck_assert_msg(strncmp(answer, "HTTP/1.1 401 ", 13) == 0, "%s", answer);
  }
  say(fd, "POST /yes HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");
  hear(fd, answer, "Too Large");
  ck_assert_msg(strncmp(answer, "HTTP/1.1 413 ", 13) == 0, "%s", answer);
  close(fd);
  algo_httpd_stop(s);
}
END_TEST

static void send_bytes(int fd, size_t n, bool chunked) {
  static uint8_t piece[65536];
  for (size_t at = 0; at < n; at += sizeof piece) {
    for (size_t i = 0; i < sizeof piece; i++) piece[i] = (uint8_t)((at + i) / 4096);
    if (chunked) say(fd, "10000\r\n");
    for (size_t sent = 0; sent < sizeof piece;) {
      ssize_t put = send(fd, piece + sent, sizeof piece - sent, MSG_NOSIGNAL);
      ck_assert_msg(put > 0, "%s", strerror(errno));
      sent += (size_t)put;
    }
    if (chunked) say(fd, "\r\n");
  }
  if (chunked) say(fd, "0\r\n\r\n");
}

/* In memory or in a file: the handler sees the same. */
START_TEST(a_body_is_whole_however_large) {
  static const size_t sizes[] = {65536, (size_t)16 << 20, ((size_t)16 << 20) + 65536, (size_t)40 << 20,
                                 (size_t)41 << 20};
  algo_httpd_t *s = guarded();
  for (size_t i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) {
    char answer[2048], head[128], wanted[64];
    size_t n = sizes[i / 2];
    bool chunked = i % 2 == 1, fits = n <= (size_t)40 << 20;
    int fd = to_server(s);
    snprintf(head, sizeof head, chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Content-Length: %zu\r\n\r\n", n);
    snprintf(wanted, sizeof wanted, "got %zu, right %zu;", n, n);
    say(fd, "POST /large HTTP/1.1\r\nHost: a\r\n");
    say(fd, head);
    send_bytes(fd, n, chunked);
    hear(fd, answer, fits ? ";" : "Too Large");
    ck_assert_msg(strncmp(answer, fits ? "HTTP/1.1 200 " : "HTTP/1.1 413 ", 13) == 0, "%zu: %s", n, answer);
    if (fits) ck_assert_msg(strstr(answer, wanted) != NULL, "%s", answer);
    close(fd);
  }
  algo_httpd_stop(s);
}
END_TEST

static struct { /* one request that waits */
  pthread_mutex_t lock;
  algo_httpd_request_t *who;
} waiting = {PTHREAD_MUTEX_INITIALIZER, NULL};

static void wait_once(void *user, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  (void)user;
  if (req->resumed) {
    algo_buf_puts(&res->body, req->timed_out ? "late." : "now.");
    return;
  }
  pthread_mutex_lock(&waiting.lock);
  algo_httpd_suspend(req, 20000);
  waiting.who = req;
  pthread_mutex_unlock(&waiting.lock);
}

static void forget(void *user, algo_httpd_request_t *req) {
  (void)user;
  pthread_mutex_lock(&waiting.lock);
  if (waiting.who == req) waiting.who = NULL;
  pthread_mutex_unlock(&waiting.lock);
}

static bool wake_it(void) {
  pthread_mutex_lock(&waiting.lock);
  bool there = waiting.who != NULL;
  if (there) algo_httpd_resume(waiting.who);
  waiting.who = NULL;
  pthread_mutex_unlock(&waiting.lock);
  return there;
}

/* At once or later, with or without its own half of the connection: who waits is answered, and a half is not kept. */
START_TEST(who_waits_is_answered) {
  const algo_httpd_options_t opt = {.handler = wait_once, .closed = forget, .threads = 2};
  algo_httpd_t *s = server_of(&opt);
  for (unsigned i = 0; i < 60; i++) {
    char answer[2048];
    int fd = to_server(s);
    if (i % 5 == 0) (void)poll(NULL, 0, 5);
    say(fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    if (i % 3 == 1) (void)poll(NULL, 0, 5);
    if (i % 3 > 0) ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    if (i % 2 == 0) (void)poll(NULL, 0, 10);
    for (unsigned tries = 0; !wake_it(); tries++) {
      ck_assert_uint_lt(tries, 10000);
      (void)poll(NULL, 0, 1);
    }
    hear(fd, answer, i % 3 > 0 ? NULL : "now.");
    ck_assert_msg(strstr(answer, "now.") != NULL, "%u: %s", i, answer);
    close(fd);
  }
  algo_httpd_stop(s);
}
END_TEST

#define WAITERS 8u

typedef struct waiting {
  pthread_mutex_t lock;
  algo_httpd_request_t *who[WAITERS];
  size_t n, next;
} waiting_t;

static void wait_for_others(void *user, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  waiting_t *w = user;
  if (req->resumed) {
    algo_buf_puts(&res->body, req->timed_out ? "late;" : "told;");
    return;
  }
  pthread_mutex_lock(&w->lock);
  w->who[w->n++] = req;
  algo_httpd_suspend(req, 20000);
  pthread_mutex_unlock(&w->lock);
}

static void *tell(void *arg) {
  waiting_t *w = arg;
  for (;;) {
    pthread_mutex_lock(&w->lock);
    algo_httpd_request_t *r = w->next < w->n ? w->who[w->next++] : NULL;
    pthread_mutex_unlock(&w->lock);
    if (r == NULL) return NULL;
    algo_httpd_resume(r);
  }
}

static size_t waiting_now(waiting_t *w) {
  pthread_mutex_lock(&w->lock);
  size_t n = w->n;
  pthread_mutex_unlock(&w->lock);
  return n;
}

static void all_wait(waiting_t *w, const int fd[WAITERS]) {
  w->n = w->next = 0;
  for (size_t i = 0; i < WAITERS; i++) say(fd[i], "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  while (waiting_now(w) < WAITERS) (void)poll(NULL, 0, 1);
}

/* Two threads resume at the same time what two other threads serve; and the server ends while all wait again. */
static void tell_and_end(waiting_t *w) {
  algo_httpd_t *s = NULL;
  algo_httpd_options_t opt = {.handler = wait_for_others, .user = w, .threads = 2};
  pthread_t others[2];
  int fd[WAITERS];
  SUITE_OK(algo_httpd_start(&s, &opt, NULL, suite_err));
  for (size_t i = 0; i < WAITERS; i++) fd[i] = to_server(s);
  all_wait(w, fd);
  for (size_t i = 0; i < 2; i++) ck_assert_int_eq(pthread_create(&others[i], NULL, tell, w), 0);
  for (size_t i = 0; i < WAITERS; i++) {
    char answer[2048];
    hear(fd[i], answer, ";");
    ck_assert_msg(strstr(answer, "told;") != NULL, "%s", answer);
  }
  for (size_t i = 0; i < 2; i++) pthread_join(others[i], NULL);
  all_wait(w, fd);
  algo_httpd_stop(s);
  for (size_t i = 0; i < WAITERS; i++) close(fd[i]);
}

START_TEST(who_waits_is_told_at_once) {
  waiting_t w = {.lock = PTHREAD_MUTEX_INITIALIZER};
  for (unsigned round = 0; round < 200; round++) tell_and_end(&w);
}
END_TEST

typedef struct held {
  pthread_mutex_t lock;
  pthread_cond_t change;
  bool begun, end;
} held_t;

static void hold(void *user, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  held_t *h = user;
  if (strcmp(req->path, "/long") == 0) {
    pthread_mutex_lock(&h->lock);
    h->begun = true;
    pthread_cond_broadcast(&h->change);
    while (!h->end) pthread_cond_wait(&h->change, &h->lock);
    pthread_mutex_unlock(&h->lock);
  }
  algo_buf_puts(&res->body, "done.");
}

/* A request that takes long holds one thread: connections that come meanwhile are the others'. */
START_TEST(who_comes_later_waits_for_no_long_request) {
  held_t h = {.lock = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER};
  const algo_httpd_options_t opt = {.handler = hold, .user = &h, .threads = 2};
  algo_httpd_t *s = server_of(&opt);
  char answer[2048];
  int fd[8], held = to_server(s);
  say(held, "GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
  pthread_mutex_lock(&h.lock);
  while (!h.begun) pthread_cond_wait(&h.change, &h.lock);
  pthread_mutex_unlock(&h.lock);
  (void)poll(NULL, 0, 50);
  for (size_t i = 0; i < 8; i++) {
    fd[i] = to_server(s);
    say(fd[i], "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    hear(fd[i], answer, "done.");
  }
  pthread_mutex_lock(&h.lock);
  h.end = true;
  pthread_cond_broadcast(&h.change);
  pthread_mutex_unlock(&h.lock);
  hear(held, answer, "done.");
  for (size_t i = 0; i < 8; i++) close(fd[i]);
  close(held);
  algo_httpd_stop(s);
}
END_TEST

/* One after the other in one turn of the one thread: what is quick, and what holds the thread. */
typedef struct turn {
  pthread_mutex_t lock;
  pthread_cond_t change;
  unsigned begun, ended; /* requests that hold the thread, and those that may go on */
  bool quick_was_first;
} turn_t;

static bool admit_quick(void *user, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  (void)user;
  (void)res;
  req->quick = strcmp(req->path, "/slow") != 0;
  return true;
}

static void take_turn(void *user, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  turn_t *t = user;
  pthread_mutex_lock(&t->lock);
  if (strcmp(req->path, "/quick") == 0) {
    t->quick_was_first = t->begun == 1; /* not yet behind the second of those that hold */
  } else {
    const unsigned own = ++t->begun;
    if (req->quick) algo_httpd_waits(req);
    pthread_cond_broadcast(&t->change);
    while (t->ended < own) pthread_cond_wait(&t->change, &t->lock);
  }
  pthread_mutex_unlock(&t->lock);
  algo_buf_puts(&res->body, "done.");
}

static void wait_begun(turn_t *t, unsigned n) {
  pthread_mutex_lock(&t->lock);
  while (t->begun < n) pthread_cond_wait(&t->change, &t->lock);
  pthread_mutex_unlock(&t->lock);
}

static void let_end(turn_t *t, unsigned n) {
  pthread_mutex_lock(&t->lock);
  t->ended = n;
  pthread_cond_broadcast(&t->change);
  pthread_mutex_unlock(&t->lock);
}

/* True: the quick one came before the second that holds the thread, and its answer was there when that began. */
static bool turn_is_right(bool quick_is_said_first, const char *slow) {
  static const char quick[] = "POST /quick HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx";
  turn_t t = {.lock = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER};
  const algo_httpd_options_t opt = {.admit = admit_quick, .handler = take_turn, .user = &t, .threads = 1};
  algo_httpd_t *s = server_of(&opt);
  const int first = to_server(s), second = to_server(s), fd = to_server(s);
  char answer[2048];
  for (unsigned i = 0; i < 2; i++) { /* until libmicrohttpd has set the socket's options as it wants them */
    say(fd, quick);
    hear(fd, answer, "done.");
  }
  say(second, quick);
  hear(second, answer, "done.");
  say(first, slow);
  wait_begun(&t, 1);
  say(quick_is_said_first ? fd : second, quick_is_said_first ? quick : slow);
  say(quick_is_said_first ? second : fd, quick_is_said_first ? slow : quick);
  let_end(&t, 1);
  wait_begun(&t, 2);
  pthread_mutex_lock(&t.lock);
  const bool was_first = t.quick_was_first;
  pthread_mutex_unlock(&t.lock);
  if (was_first) ck_assert_int_gt(recv(fd, answer, sizeof answer, MSG_DONTWAIT), 0);
  let_end(&t, 2);
  hear(first, answer, "done.");
  hear(second, answer, "done.");
  close(first);
  close(second);
  close(fd);
  algo_httpd_stop(s);
  return was_first;
}

/* Answers that are held back, to leave together, leave before a request that may take long, or that is to wait. */
START_TEST(who_is_quick_waits_for_no_long_request) {
  static const char *const slow[] = {"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
                                     "POST /waits HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"};
  for (unsigned i = 0; i < 2; i++) {
    unsigned right = 0;
    for (unsigned round = 0; round < 40; round++) right += turn_is_right(round % 2 == 0, slow[i]);
    ck_assert_uint_gt(right, 0);
  }
}
END_TEST

/* Until the client is gone, or a moment is over. */
static void work(void *user, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  atomic_uint *left = user;
  for (unsigned i = 0; i < 60; i++) {
    if (algo_httpd_left(req)) {
      atomic_fetch_add(left, 1);
      break;
    }
    (void)poll(NULL, 0, 5);
  }
  algo_buf_puts(&res->body, "done.");
}

/* Who has closed its own half waits still for the answer; who has closed both does not. */
START_TEST(half_of_a_connection_is_not_gone) {
  static const char *const versions[] = {"1.1", "1.0"};
  atomic_uint left = 0;
  const algo_httpd_options_t opt = {.handler = work, .user = &left, .threads = 2};
  algo_httpd_t *s = server_of(&opt);
  for (unsigned i = 0; i < 4; i++) {
    char request[64], answer[2048];
    int fd = to_server(s);
    snprintf(request, sizeof request, "GET / HTTP/%s\r\nHost: a\r\n\r\n", versions[i % 2]);
    say(fd, request);
    if (i < 2) ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    hear(fd, answer, i < 2 ? NULL : "done.");
    ck_assert_msg(strstr(answer, " 200 OK\r\n") != NULL && strstr(answer, "done.") != NULL, "%u: %s", i, answer);
    ck_assert((strstr(answer, "HTTP/1.1 100 Continue\r\n\r\n") != NULL) == (i == 0));
    close(fd);
  }
  ck_assert_uint_eq(atomic_load(&left), 0);
  int gone = to_server(s);
  say(gone, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  (void)poll(NULL, 0, 50);
  close(gone);
  for (unsigned i = 0; i < 100 && atomic_load(&left) == 0; i++) (void)poll(NULL, 0, 5);
  ck_assert_uint_eq(atomic_load(&left), 1);
  algo_httpd_stop(s);
}
END_TEST

SUITE_MAIN("httpd", half_of_a_connection_is_not_gone, who_waits_is_answered, who_waits_is_told_at_once,
           who_comes_later_waits_for_no_long_request, who_is_quick_waits_for_no_long_request,
           who_may_not_ask_is_told_before_the_body, a_body_is_whole_however_large, a_request_ends_in_one_place,
           who_drips_is_cut_off, who_keeps_asking_is_kept)
