/* sandbox_client.h - the program started and asked as the benchmarks do it: plain sockets on connections that are kept,
 * as load generators such as wrk do it, one thread, requests made and signed before the clock runs, as little as can be
 * between them, so that the node is what is measured. Client and node share the machine's processors. */
#ifndef ALGORENT_BENCH_SANDBOX_CLIENT_H
#define ALGORENT_BENCH_SANDBOX_CLIENT_H

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "algo/bytes.h"
#include "bench.h"

#define CONNECTIONS 16u
#define TOKEN       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

typedef struct server {
  pid_t pid;
  uint16_t port;
} server_t;
static inline void die(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

/* ---- the program ---- */

/* data: the folder that keeps its chain; NULL: in memory. */
static inline server_t start(const char *program, const char *data) {
  int ready[2];
  if (pipe(ready) != 0) die("no pipe");
  pid_t pid = fork();
  if (pid == 0) {
    char fd[12];
    snprintf(fd, sizeof fd, "%d", ready[1]);
    if (freopen("/dev/null", "w", stdout) == NULL) _exit(126);
    execl(program, program, "--port", "0", "--json", "--ready-fd", fd, data != NULL ? "--data" : (char *)NULL, data,
          (char *)NULL);
    _exit(127);
  }
  close(ready[1]);
  char line[1024];
  size_t n = 0;
  for (ssize_t got; n < sizeof line - 1 && (got = read(ready[0], line + n, sizeof line - 1 - n)) > 0;) n += (size_t)got;
  close(ready[0]);
  line[n] = '\0';
  const char *at = strstr(line, "\"algod\":\"http://127.0.0.1:");
  if (at == NULL) die("algorent-sandbox did not start: is it built?");
  return (server_t){pid, (uint16_t)strtoul(at + strlen("\"algod\":\"http://127.0.0.1:"), NULL, 10)};
}

static inline void stop(server_t s) {
  kill(s.pid, SIGTERM);
  waitpid(s.pid, NULL, 0);
}

static inline double rss_mb(pid_t pid) {
  char path[64], line[256];
  double kb = 0;
  snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
  FILE *f = fopen(path, "r");
  while (f != NULL && fgets(line, sizeof line, f) != NULL) {
    if (strncmp(line, "VmHWM:", 6) == 0) kb = strtod(line + 6, NULL);
  }
  if (f != NULL) fclose(f);
  return kb / 1024;
}

/* Of the program, in user and kernel, since it started. */
static inline double cpu_seconds(pid_t pid) {
  char path[64];
  unsigned long user = 0, kernel = 0;
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  FILE *f = fopen(path, "r");
  if (f == NULL || fscanf(f, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) != 2)
    die("no /proc/PID/stat");
  fclose(f);
  return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

/* ---- HTTP ---- */

static inline int dial(uint16_t port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0) die("cannot connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static inline void put_request(algo_buf_t *out, const char *method, const char *path, algo_bytes_t body) {
  algo_buf_printf(out, "%s %s HTTP/1.1\r\nHost: x\r\nX-Algo-API-Token: " TOKEN "\r\nContent-Length: %zu\r\n\r\n",
                  method, path, body.n);
  algo_buf_putb(out, body);
}

static inline void send_all(int fd, algo_bytes_t v) {
  for (size_t sent = 0; sent < v.n;) {
    ssize_t n = send(fd, v.p + sent, v.n - sent, MSG_NOSIGNAL);
    if (n <= 0) die("the connection broke");
    sent += (size_t)n;
  }
}

static inline void ask(int fd, const char *method, const char *path, algo_bytes_t body) {
  algo_buf_t q = ALGO_BUF_INIT;
  put_request(&q, method, path, body);
  send_all(fd, algo_buf_view(&q));
  algo_buf_fini(&q);
}

/* Reads one whole answer; its status. The body is left in *out where that is not NULL. */
static inline int answer(int fd, algo_buf_t *out) {
  static char buf[1u << 20];
  size_t n = 0;
  for (;;) {
    ssize_t got = recv(fd, buf + n, sizeof buf - 1 - n, 0);
    if (got <= 0) die("the connection broke");
    n += (size_t)got;
    buf[n] = '\0';
    const char *end = strstr(buf, "\r\n\r\n"), *length = strcasestr(buf, "Content-Length: ");
    if (end == NULL) continue;
    size_t body = length != NULL && length < end ? strtoul(length + 16, NULL, 10) : 0;
    if (n < (size_t)(end + 4 - buf) + body) continue;
    if (out != NULL) {
      algo_buf_clear(out);
      algo_buf_put(out, end + 4, body);
    }
    return (int)strtol(buf + 9, NULL, 10);
  }
}

static inline void must(int fd, const char *method, const char *path, algo_bytes_t body, const char *contains) {
  algo_buf_t out = ALGO_BUF_INIT;
  ask(fd, method, path, body);
  int status = answer(fd, &out);
  if (status != 200 || strstr(algo_buf_cstr(&out), contains) == NULL) {
    fprintf(stderr, "%s %s: %d %s\n", method, path, status, algo_buf_cstr(&out));
    die("an answer that was not expected");
  }
  algo_buf_fini(&out);
}

/* ---- many at a time ---- */

/* One request after the other on each connection, none waits for another's answer: whole requests made before. */
typedef struct lane {
  int fd;
  size_t n; /* bytes of the answer that are there */
  char buf[4096];
} lane_t;

/* Reads what is there; true when the answer is whole. */
static inline bool lane_read(lane_t *c) {
  ssize_t got = recv(c->fd, c->buf + c->n, sizeof c->buf - 1 - c->n, 0);
  if (got <= 0) die("the connection broke");
  c->n += (size_t)got;
  c->buf[c->n] = '\0';
  const char *end = strstr(c->buf, "\r\n\r\n"), *length = strcasestr(c->buf, "Content-Length: ");
  if (end == NULL || length == NULL) return false;
  if (c->n < (size_t)(end + 4 - c->buf) + strtoul(length + 16, NULL, 10)) return false;
  if (memcmp(c->buf, "HTTP/1.1 200 ", 13) != 0) {
    fprintf(stderr, "%s\n", c->buf);
    die("an answer that was not expected");
  }
  c->n = 0;
  return true;
}

/* All of the requests, over CONNECTIONS connections; seconds. */
static inline double drive(uint16_t port, const algo_buf_t *requests, size_t n) {
  static lane_t lanes[CONNECTIONS];
  int ep = epoll_create1(0);
  size_t sent = 0, done = 0;
  for (size_t i = 0; i < CONNECTIONS; i++) {
    lanes[i].fd = dial(port);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = &lanes[i]};
    epoll_ctl(ep, EPOLL_CTL_ADD, lanes[i].fd, &e);
  }
  uint64_t t0 = bench_now_ns();
  for (size_t i = 0; i < CONNECTIONS && sent < n; i++) send_all(lanes[i].fd, algo_buf_view(&requests[sent++]));
  while (done < n) {
    struct epoll_event e[CONNECTIONS];
    int ready = epoll_wait(ep, e, CONNECTIONS, 10000);
    if (ready <= 0) die("no answer within 10 seconds");
    for (int i = 0; i < ready; i++) {
      lane_t *c = e[i].data.ptr;
      if (!lane_read(c)) continue;
      done++;
      if (sent < n) send_all(c->fd, algo_buf_view(&requests[sent++]));
    }
  }
  double s = (double)(bench_now_ns() - t0) / 1e9;
  for (size_t i = 0; i < CONNECTIONS; i++) close(lanes[i].fd);
  close(ep);
  return s;
}

#endif
