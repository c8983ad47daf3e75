/* The sandbox as a client sees it: the program is started, and asked over HTTP on connections that are kept.
 * The peer's figures: go-algorand 5.1 in developer mode, same machine, same work. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "algo/node.h"
#include "bench.h"

#define CONNECTIONS   16u
#define PAYMENTS      20000u
#define CONFIRMATIONS 2000u
#define COMPILES      3000u
#define SIMULATES     1000u
#define STARTS        9u
#define TOKEN         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

typedef struct server {
  pid_t pid;
  uint16_t port;
} server_t;
typedef struct payment {
  char txid[53];
  algo_buf_t raw;
} payment_t;

static void die(const char *what) {
  fprintf(stderr, "bench_sandbox: %s\n", what);
  exit(1);
}

/* ---- the program ---- */

static server_t start(const char *program) {
  int ready[2];
  if (pipe(ready) != 0) die("no pipe");
  pid_t pid = fork();
  if (pid == 0) {
    char fd[12];
    snprintf(fd, sizeof fd, "%d", ready[1]);
    if (freopen("/dev/null", "w", stdout) == NULL) _exit(126);
    execl(program, program, "--port", "0", "--json", "--ready-fd", fd, (char *)NULL);
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

static void stop(server_t s) {
  kill(s.pid, SIGTERM);
  waitpid(s.pid, NULL, 0);
}

static double rss_mb(pid_t pid) {
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
static double cpu_seconds(pid_t pid) {
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

static int dial(uint16_t port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0) die("cannot connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static void put_request(algo_buf_t *out, const char *method, const char *path, algo_bytes_t body) {
  algo_buf_printf(out, "%s %s HTTP/1.1\r\nHost: x\r\nX-Algo-API-Token: " TOKEN "\r\nContent-Length: %zu\r\n\r\n",
                  method, path, body.n);
  algo_buf_putb(out, body);
}

static void send_all(int fd, algo_bytes_t v) {
  for (size_t sent = 0; sent < v.n;) {
    ssize_t n = send(fd, v.p + sent, v.n - sent, MSG_NOSIGNAL);
    if (n <= 0) die("the connection broke");
    sent += (size_t)n;
  }
}

static void ask(int fd, const char *method, const char *path, algo_bytes_t body) {
  algo_buf_t q = ALGO_BUF_INIT;
  put_request(&q, method, path, body);
  send_all(fd, algo_buf_view(&q));
  algo_buf_fini(&q);
}

/* Reads one whole answer; its status. The body is left in *out where that is not NULL. */
static int answer(int fd, algo_buf_t *out) {
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

static void must(int fd, const char *method, const char *path, algo_bytes_t body, const char *contains) {
  algo_buf_t out = ALGO_BUF_INIT;
  ask(fd, method, path, body);
  int status = answer(fd, &out);
  if (status != 200 || strstr(algo_buf_cstr(&out), contains) == NULL) {
    fprintf(stderr, "%s %s: %d %s\n", method, path, status, algo_buf_cstr(&out));
    die("an answer that was not expected");
  }
  algo_buf_fini(&out);
}

/* ---- payments ---- */

static void genesis_hash(algo_digest_t *out) {
  algo_node_t *node = NULL;
  algo_node_options_t opt = {.mode = ALGO_NODE_MANUAL};
  if (algo_node_new(&node, &opt, NULL, NULL) != ALGO_OK) die("no node");
  *out = *algo_node_genesis_hash(node);
  algo_node_free(node);
}

/* Payment i can be in the blocks from i - 50 on: payments are sent one a block. */
static payment_t *make_payments(size_t n, uint64_t salt, const algo_digest_t *gh) {
  payment_t *v = calloc(n, sizeof *v);
  algo_key_t key;
  algo_node_dev_key(&key, 1);
  for (size_t i = 0; v != NULL && i < n; i++) {
    uint8_t note[16];
    uint64_t first = i > 50 ? i - 50 : 1;
    algo_put_be64(note, i);
    algo_put_be64(note + 8, salt);
    algo_stxn_t s = {.txn = {.type = ALGO_TX_PAY,
                             .sender = key.addr,
                             .receiver = key.addr,
                             .amount = 1,
                             .fee = 1000,
                             .first_valid = first,
                             .last_valid = first + 999,
                             .genesis_hash = *gh,
                             .note = {note, sizeof note}}};
    algo_digest_t id;
    algo_txn_id(&id, &s.txn);
    algo_txid_format(v[i].txid, &id);
    algo_stxn_sign(&s, &key);
    algo_stxn_encode(&v[i].raw, &s);
  }
  algo_key_fini(&key);
  return v;
}

static void free_payments(payment_t *v, size_t n) {
  for (size_t i = 0; i < n; i++) algo_buf_fini(&v[i].raw);
  free(v);
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double median(double *v, size_t n) {
  qsort(v, n, sizeof *v, by_value);
  return v[n / 2];
}

/* ---- the measures ---- */

static void ready(const char *program) {
  double ms[STARTS];
  for (size_t i = 0; i < STARTS; i++) {
    uint64_t t0 = bench_now_ns();
    server_t s = start(program);
    ms[i] = (double)(bench_now_ns() - t0) / 1e6;
    stop(s);
  }
  double m = median(ms, STARTS);
  bench_measure_peer("sandbox_ready", m, "ms", 300, 300 / m);
}

static void send_confirm(int fd, const algo_digest_t *gh) {
  static double ms[CONFIRMATIONS];
  payment_t *v = make_payments(CONFIRMATIONS, 1, gh);
  for (size_t i = 0; i < CONFIRMATIONS; i++) {
    char path[128];
    snprintf(path, sizeof path, "/v2/transactions/pending/%s", v[i].txid);
    uint64_t t0 = bench_now_ns();
    must(fd, "POST", "/v2/transactions", algo_buf_view(&v[i].raw), "txId");
    must(fd, "GET", path, algo_bytes(NULL, 0), "confirmed-round");
    ms[i] = (double)(bench_now_ns() - t0) / 1e6;
  }
  double m = median(ms, CONFIRMATIONS);
  bench_measure_peer("sandbox_send_confirm_median", m, "ms", 4.3, 4.3 / m);
  bench_measure("sandbox_send_confirm_p99", ms[CONFIRMATIONS * 99 / 100], "ms");
  free_payments(v, CONFIRMATIONS);
}

/* One request after the other on each connection, none waits for another's answer: whole requests made before. */
typedef struct lane {
  int fd;
  size_t n; /* bytes of the answer that are there */
  char buf[4096];
} lane_t;

/* Reads what is there; true when the answer is whole. */
static bool lane_read(lane_t *c) {
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
static double drive(uint16_t port, const algo_buf_t *requests, size_t n) {
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

/* Each is a block of its own, on a chain that starts here. */
static void payments(server_t s, const algo_digest_t *gh) {
  algo_buf_t *requests = calloc(PAYMENTS, sizeof *requests);
  payment_t *v = make_payments(PAYMENTS, 2, gh);
  for (size_t i = 0; i < PAYMENTS; i++) put_request(&requests[i], "POST", "/v2/transactions", algo_buf_view(&v[i].raw));
  double cpu = cpu_seconds(s.pid), t = drive(s.port, requests, PAYMENTS);
  bench_measure_peer("sandbox_payments_16_connections", PAYMENTS / t, "1/s", 110, PAYMENTS / t / 110);
  bench_measure("sandbox_payment_processor_time", (cpu_seconds(s.pid) - cpu) / PAYMENTS * 1e6, "us");
  for (size_t i = 0; i < PAYMENTS; i++) algo_buf_fini(&requests[i]);
  free(requests);
  free_payments(v, PAYMENTS);
}

static void compiles(int fd) {
  algo_buf_t source = ALGO_BUF_INIT;
  algo_buf_puts(&source, "#pragma version 10\n");
  for (unsigned i = 0; i < 57; i++) {
    algo_buf_printf(&source, "int %u\nint 7\n%%\nbyte \"key%u\"\nswap\napp_global_put\ntxn Sender // who\n", i, i);
  }
  algo_buf_puts(&source, "int 1\n");
  uint64_t t0 = bench_now_ns();
  for (size_t i = 0; i < COMPILES; i++) must(fd, "POST", "/v2/teal/compile", algo_buf_view(&source), "result");
  double s = (double)(bench_now_ns() - t0) / 1e9;
  bench_measure_peer("sandbox_compiles_400_lines", COMPILES / s, "1/s", 1000, COMPILES / s / 1000);
  algo_buf_fini(&source);
}

static void simulates(int fd, const algo_digest_t *gh) {
  static double ms[SIMULATES];
  payment_t *v = make_payments(1, 3, gh);
  algo_buf_t q = ALGO_BUF_INIT;
  static const uint8_t head[] = "\x81\xaatxn-groups\x91\x81\xa4txns\x91";
  algo_buf_put(&q, head, sizeof head - 1);
  algo_buf_putb(&q, algo_buf_view(&v[0].raw));
  for (size_t i = 0; i < SIMULATES; i++) {
    uint64_t t0 = bench_now_ns();
    must(fd, "POST", "/v2/transactions/simulate", algo_buf_view(&q), "txn-groups");
    ms[i] = (double)(bench_now_ns() - t0) / 1e6;
  }
  bench_measure("sandbox_simulate_median", median(ms, SIMULATES), "ms");
  algo_buf_fini(&q);
  free_payments(v, 1);
}

int main(int argc, char **argv) {
  char program[4096];
  const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
  int dir = slash != NULL ? (int)(slash - argv[0]) : 1;
  snprintf(program, sizeof program, "%.*s/../bin/algorent-sandbox", dir, slash != NULL ? argv[0] : ".");
  if (getenv("SANDBOX") != NULL) snprintf(program, sizeof program, "%s", getenv("SANDBOX"));
  algo_digest_t gh;
  genesis_hash(&gh);
  if (argc > 1 && strcmp(argv[1], "payments") == 0) { /* that one alone */
    server_t s = start(program);
    payments(s, &gh);
    stop(s);
    return 0;
  }
  ready(program);
  server_t s = start(program);
  bench_measure("sandbox_memory_fresh", rss_mb(s.pid), "MB");
  int fd = dial(s.port);
  send_confirm(fd, &gh);
  compiles(fd);
  stop(s);
  close(fd);
  s = start(program);
  fd = dial(s.port);
  simulates(fd, &gh);
  payments(s, &gh);
  bench_measure("sandbox_memory_after_payments", rss_mb(s.pid), "MB");
  close(fd);
  stop(s);
  return 0;
}
