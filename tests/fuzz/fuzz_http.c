/* Any bytes on a connection of the HTTP server: it answers in HTTP or hangs up, and answers the next one. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "algo/httpd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what it was asked, of every part of a request. */
static void echo(void *user, algo_httpd_request_t *req, algo_httpd_response_t *res) {
  static const char *const names[] = {"a", "name", "X-Algo-API-Token", "Content-Type"};
  (void)user;
  algo_buf_printf(&res->body, "%s %s", req->method, req->path);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    const char *q = algo_httpd_query(req, names[i]), *h = algo_httpd_header(req, names[i]);
    algo_buf_printf(&res->body, " %s %s", q != NULL ? q : "-", h != NULL ? h : "-");
  }
  algo_buf_putb(&res->body, req->body);
}

static uint16_t port(void) {
  static algo_httpd_t *s;
  const algo_httpd_options_t opt = {
      .handler = echo, .threads = 1, .max_body = 4096, .cors_headers = "*", .read_seconds = 1};
  if (s == NULL && algo_httpd_start(&s, &opt, NULL, NULL) != ALGO_OK) abort();
  return algo_httpd_port(s);
}

/* libFuzzer's alarm comes every few seconds, and ends whatever call it finds with EINTR: a connect goes on by itself.
 */
static bool connects(int fd, const struct sockaddr_in *to) {
  struct pollfd p = {.fd = fd, .events = POLLOUT};
  socklen_t n = sizeof errno;
  if (connect(fd, (const struct sockaddr *)to, sizeof *to) == 0) return true;
  if (errno != EINTR) return false;
  while (poll(&p, 1, -1) < 0 && errno == EINTR) {}
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &errno, &n) == 0 && errno == 0;
}

/* A machine that is short of ports or descriptors for a moment is no fault of the server's. */
static int connection(void) {
  const struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons(port()), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  for (unsigned tries = 0; tries < 1000; tries++) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && connects(fd, &to)) return fd;
    const int e = errno;
    if (fd >= 0) close(fd);
    if (e != EADDRNOTAVAIL && e != EAGAIN && e != ENOBUFS && e != EMFILE && e != ENFILE && e != ENOMEM) break;
    nanosleep(&(struct timespec){0, 10000000}, NULL);
  }
  perror("fuzz_http: no connection to the server");
  abort();
}

/* The first bytes of the answer; fewer where the server hung up. */
static size_t exchange(const void *p, size_t n, char answer[12]) {
  const struct linger now = {1, 0}; /* so that the ports of thousands of connections are free again at once */
  const int fd = connection();
  size_t got = 0;
  for (size_t sent = 0; sent < n;) {
    ssize_t k = send(fd, (const char *)p + sent, n - sent, MSG_NOSIGNAL);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) break;
    sent += (size_t)k;
  }
  shutdown(fd, SHUT_WR);
  while (got < 12) {
    ssize_t k = recv(fd, answer + got, 12 - got, 0);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) break;
    got += (size_t)k;
  }
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(fd);
  return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char sound[] = "GET /health?a=b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  char answer[12];
  size_t got = exchange(data, size, answer);
  if (got >= 5 && memcmp(answer, "HTTP/", 5) != 0) abort();
  /* On a machine that stood still for a second, the server has hung up: that is no answer, and no fault. */
  got = exchange(sound, sizeof sound - 1, answer);
  for (unsigned tries = 0; got == 0 && tries < 10; tries++) got = exchange(sound, sizeof sound - 1, answer);
  if (got != 12 || memcmp(answer, "HTTP/1.1 200", 12) != 0) abort();
  return 0;
}
