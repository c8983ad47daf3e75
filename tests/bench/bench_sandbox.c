/* The sandbox as a client sees it: the program is started, and asked over HTTP on connections that are kept, by a
 * client of plain sockets (sandbox_client.h).
 * The peer's figures: go-algorand 5.1 in developer mode, same work, measured once on this kind of machine; compiles in
 * the same run where ORACLE_ALGOD_URL names a real node. */
#include <ftw.h>

#include "algo/node.h"
#include "algo/rental.h"
#include "sandbox_client.h"

#define PAYMENTS      20000u
#define CONFIRMATIONS 2000u
#define COMPILES      15000u
#define PEER_COMPILES 1000u /* a second; and how many are asked of a real node */
#define RENTAL_CALLS  10000u
#define SIMULATES     1000u
#define STARTS        9u

typedef struct payment {
  char txid[53];
  algo_buf_t raw;
} payment_t;

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
    server_t s = start(program, NULL);
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

static void free_requests(algo_buf_t *v, size_t n) {
  for (size_t i = 0; i < n; i++) algo_buf_fini(&v[i]);
  free(v);
}

/* Each is a block of its own, on a chain that starts here; how many a second. */
static double drive_payments(server_t s, const algo_digest_t *gh, double *cpu_us) {
  algo_buf_t *requests = calloc(PAYMENTS, sizeof *requests);
  payment_t *v = make_payments(PAYMENTS, 2, gh);
  for (size_t i = 0; i < PAYMENTS; i++) put_request(&requests[i], "POST", "/v2/transactions", algo_buf_view(&v[i].raw));
  double cpu = cpu_seconds(s.pid), t = drive(s.port, requests, PAYMENTS);
  *cpu_us = (cpu_seconds(s.pid) - cpu) / PAYMENTS * 1e6;
  free_requests(requests, PAYMENTS);
  free_payments(v, PAYMENTS);
  return PAYMENTS / t;
}

static void payments(server_t s, const algo_digest_t *gh) {
  double cpu_us, rate = drive_payments(s, gh, &cpu_us);
  bench_measure_peer("sandbox_payments_16_connections", rate, "1/s", 110, rate / 110);
  bench_measure("sandbox_memory_after_payments", rss_mb(s.pid), "MB");
  bench_measure("sandbox_payment_processor_time", cpu_us, "us");
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at) {
  (void)st;
  (void)kind;
  (void)at;
  return remove(path);
}

/* The same with --data: every block is in the log before it is answered. */
static void kept_payments(const char *program, const algo_digest_t *gh) {
  const char *tmp = getenv("TMPDIR");
  char dir[4096];
  double cpu_us;
  snprintf(dir, sizeof dir, "%s/bench_sandbox_XXXXXX", tmp != NULL ? tmp : "/tmp");
  if (mkdtemp(dir) == NULL) die("no folder for --data");
  server_t s = start(program, dir);
  bench_measure("sandbox_payments_16_connections_data", drive_payments(s, gh, &cpu_us), "1/s");
  stop(s);
  nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A second, by the same client in the same run, where ORACLE_ALGOD_URL names a real node on this machine with our token
 * (EnableDeveloperAPI); else what was once measured. */
static double compiles_of_peer(const algo_buf_t *requests) {
  const char *url = getenv("ORACLE_ALGOD_URL"), *port = url != NULL ? strrchr(url, ':') : NULL;
  if (port == NULL) return PEER_COMPILES;
  return PEER_COMPILES / drive((uint16_t)strtoul(port + 1, NULL, 10), requests, PEER_COMPILES);
}

/* No two sources are the same. */
static void compiles(server_t s, const algo_digest_t *gh) {
  (void)gh;
  algo_buf_t *requests = calloc(COMPILES, sizeof *requests), source = ALGO_BUF_INIT;
  for (unsigned k = 0; k < COMPILES; k++) {
    algo_buf_clear(&source);
    algo_buf_puts(&source, "#pragma version 10\n");
    for (unsigned i = 0; i < 57; i++) {
      algo_buf_printf(&source, "int %u\nint 7\n%%\nbyte \"key%u\"\nswap\napp_global_put\ntxn Sender // who\n", i + k,
                      i);
    }
    algo_buf_puts(&source, "int 1\n");
    put_request(&requests[k], "POST", "/v2/teal/compile", algo_buf_view(&source));
  }
  double cpu = cpu_seconds(s.pid), t = drive(s.port, requests, COMPILES);
  bench_measure("sandbox_compile_processor_time", (cpu_seconds(s.pid) - cpu) / COMPILES * 1e6, "us");
  double peer = compiles_of_peer(requests);
  bench_measure_peer("sandbox_compiles_400_lines", COMPILES / t, "1/s", peer, COMPILES / t / peer);
  free_requests(requests, COMPILES);
  algo_buf_fini(&source);
}

/* ---- a market ---- */

typedef struct market {
  int fd;
  const algo_digest_t *gh;
  algo_key_t owner, renter;
  algo_app_t app;
  algo_arena_t arena;
} market_t;

typedef struct call_refs {
  const algo_addr_t *accounts;
  size_t n_accounts;
  algo_box_ref_t boxes[3];
  size_t n_boxes;
} call_refs_t;

/* The group of a call, signed. */
static void put_call(algo_buf_t *out, const market_t *m, const algo_key_t *by, const algo_method_call_t *c,
                     const call_refs_t *refs, uint64_t note, const algo_app_spec_t *create) {
  algo_txn_t txns[ALGO_GROUP_MAX];
  const algo_txn_t *all[ALGO_GROUP_MAX];
  size_t n = c->n_before + 1;
  uint8_t nonce[8];
  algo_put_be64(nonce, note);
  memcpy(txns, c->before, c->n_before * sizeof *txns);
  txns[n - 1] = (algo_txn_t){.type = ALGO_TX_APPL, .app_id = c->app_id, .app_args = c->args, .n_app_args = c->n_args};
  txns[n - 1].accounts = refs->accounts;
  txns[n - 1].n_accounts = refs->n_accounts;
  txns[n - 1].boxes = refs->boxes;
  txns[n - 1].n_boxes = refs->n_boxes;
  if (create != NULL) {
    txns[n - 1].approval_program = create->approval;
    txns[n - 1].clear_program = create->clear;
    txns[n - 1].global_schema = create->global_schema;
    txns[n - 1].extra_program_pages = create->extra_pages;
  }
  for (size_t i = 0; i < n; i++) {
    txns[i].sender = by->addr;
    txns[i].fee = 6000;
    txns[i].first_valid = note > 50 ? note - 50 : 1;
    txns[i].last_valid = txns[i].first_valid + 999;
    txns[i].genesis_hash = *m->gh;
    txns[i].note = algo_bytes(nonce, sizeof nonce);
    all[i] = &txns[i];
  }
  algo_digest_t group;
  if (n > 1 && algo_group_id(&group, all, n, NULL) == ALGO_OK)
    for (size_t i = 0; i < n; i++) txns[i].group = group;
  for (size_t i = 0; i < n; i++) {
    algo_stxn_t s = {.txn = txns[i]};
    algo_stxn_sign(&s, by);
    algo_stxn_encode(out, &s);
  }
}

static void call(const market_t *m, const algo_key_t *by, const algo_method_call_t *c, const call_refs_t *refs,
                 const algo_app_spec_t *create) {
  algo_buf_t group = ALGO_BUF_INIT;
  put_call(&group, m, by, c, refs, 0, create);
  must(m->fd, "POST", "/v2/transactions", algo_buf_view(&group), "txId");
  algo_buf_fini(&group);
}

/* A market with one GPU, rented and running: the application 1001, the GPU 1, the rental 1. */
static void open_market(market_t *m, call_refs_t *rental) {
  static uint8_t gpu[9], box[9], provider[33];
  static algo_addr_t parties[2];
  uint8_t key[32] = {1};
  algo_method_call_t c;
  algo_arena_t *a = &m->arena;
  const call_refs_t none = {0};
  algo_node_dev_key(&m->owner, 1);
  algo_node_dev_key(&m->renter, 2);
  parties[0] = m->owner.addr;
  parties[1] = m->renter.addr;
  algo_rental_gpu_box(gpu, 1);
  algo_rental_rental_box(box, 1);
  algo_rental_provider_box(provider, &m->owner.addr);
  const algo_bytes_t g = {gpu, sizeof gpu}, r = {box, sizeof box}, p = {provider, sizeof provider};
  algo_rental_create(&c, &m->app, &m->owner.addr, &m->owner.addr, 0, 100, 600, 3600, 3600, 1, a, NULL);
  call(m, &m->owner, &c, &none, &algo_rental_spec_algo);
  m->app.id = 1001;
  algo_rental_bootstrap(&c, &m->app, 100000, a, NULL);
  call(m, &m->owner, &c, &none, NULL);
  algo_rental_register(&c, &m->app, 62500 + 4 * 400, algo_bytes_str("H100"), 81920, 1000, 1, 100000, key, key, a, NULL);
  call(m, &m->owner, &c, &(call_refs_t){.boxes = {{0, g}, {0, p}}, .n_boxes = 2}, NULL);
  *rental = (call_refs_t){parties, 2, {{0, g}, {0, r}}, 2};
  algo_rental_rent(&c, &m->app, 80900, 1000 * 60, 1, 60, key, a, NULL);
  call(m, &m->renter, &c, rental, NULL);
  algo_rental_start(&c, &m->app, 1, a, NULL);
  call(m, &m->owner, &c, rental, NULL);
}

/* Heartbeats: the call that a market sees most. Each is a block. */
static void rental_calls(server_t s, const algo_digest_t *gh) {
  market_t m = {.fd = dial(s.port), .gh = gh};
  call_refs_t refs;
  algo_method_call_t c;
  algo_buf_t *requests = calloc(RENTAL_CALLS, sizeof *requests), group = ALGO_BUF_INIT;
  open_market(&m, &refs);
  algo_rental_heartbeat(&c, &m.app, 1, &m.arena, NULL);
  for (size_t i = 0; i < RENTAL_CALLS; i++) {
    algo_buf_clear(&group);
    put_call(&group, &m, &m.owner, &c, &refs, i + 1, NULL);
    put_request(&requests[i], "POST", "/v2/transactions", algo_buf_view(&group));
  }
  double t = drive(s.port, requests, RENTAL_CALLS);
  bench_measure("sandbox_rental_calls", RENTAL_CALLS / t, "1/s");
  close(m.fd);
  free_requests(requests, RENTAL_CALLS);
  algo_buf_fini(&group);
  algo_arena_fini(&m.arena);
  algo_key_fini(&m.owner);
  algo_key_fini(&m.renter);
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

/* Each on a fresh node: payments are valid from its first block on. */
static void fresh(const char *program, const algo_digest_t *gh, void (*measure)(server_t s, const algo_digest_t *gh)) {
  server_t s = start(program, NULL);
  measure(s, gh);
  stop(s);
}

static void one_connection(server_t s, const algo_digest_t *gh) {
  bench_measure("sandbox_memory_fresh", rss_mb(s.pid), "MB");
  int fd = dial(s.port);
  send_confirm(fd, gh);
  simulates(fd, gh);
  close(fd);
}

static bool wanted(const char *only, const char *name) { return only == NULL || strcmp(only, name) == 0; }

int main(int argc, char **argv) {
  char program[4096];
  const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL, *own = getenv("SANDBOX");
  int dir = slash != NULL ? (int)(slash - argv[0]) : 1;
  snprintf(program, sizeof program, "%.*s/../bin/algorent-sandbox", dir, slash != NULL ? argv[0] : ".");
  if (own != NULL) snprintf(program, sizeof program, "%s", own);
  algo_digest_t gh;
  genesis_hash(&gh);
  const char *only = argc > 1 ? argv[1] : NULL; /* "payments", "compiles", ...: that alone */
  if (wanted(only, "ready")) ready(program);
  if (wanted(only, "one")) fresh(program, &gh, one_connection);
  if (wanted(only, "compiles")) fresh(program, &gh, compiles);
  if (wanted(only, "payments")) fresh(program, &gh, payments);
  if (wanted(only, "data")) kept_payments(program, &gh);
  if (wanted(only, "calls")) fresh(program, &gh, rental_calls);
  return 0;
}
