/* bench_indexer.c - the indexer into PostgreSQL: dense blocks from a replayed node, beside the floors (fetching alone,
 * COPY of the same rows alone), without and with --state, and the official pipeline on these blocks; and the time from
 * a block to its row and to a LISTEN client at the tip.
 *
 * The cluster is made for it: durable as PostgreSQL ships it, shared_buffers 1 GB, max_wal_size 4 GB. The official
 * pipeline, Conduit with its PostgreSQL exporter, runs in turn with ours where it is installed (conduit.h); where it is
 * not, its figure is the one measured once on these blocks and two cores: 17,400 transactions a second. */
#include <curl/curl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "algo/algod.h"
#include "algo/hash.h"
#include "bench.h"
#include "conduit.h"
#include "deltas.h"
#include "dense.h"

#define PEER_TXN_S 17400.0
#define RUNS       3 /* of each kind; BENCH_RUNS says otherwise */
#define RUNS_MAX   20
#define PEER_RUNS  3
#define PAYMENTS   400
#define POLLED     200 /* of them, with a look whether the row is there yet */
#define LAST_ROUND 85

typedef struct place {
  char work[64], bin[512], url[512], algod[128];
  pid_t node;
} place_t;

static int by_value(const void *x, const void *y) {
  const double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

static double median(double *v, size_t n) {
  qsort(v, n, sizeof *v, by_value);
  return v[n / 2];
}

static size_t runs(void) {
  const char *text = getenv("BENCH_RUNS");
  const long n = text && *text ? atol(text) : RUNS;
  return n < 1 ? 1 : n > RUNS_MAX ? RUNS_MAX : (size_t)n;
}

/* A rate by its median time, beside the peer's where there is one, and by its best. */
static void measure_rate(const char *name, double txns, double *seconds, double peer) {
  char best[80];
  const double s = median(seconds, runs());
  snprintf(best, sizeof best, "%s_best", name);
  if (peer > 0) bench_measure_peer(name, txns / s, "txn/s", peer, txns / s / peer);
  else bench_measure(name, txns / s, "txn/s");
  bench_measure(best, txns / seconds[0], "txn/s");
}

static double since(uint64_t start) { return (double)(bench_now_ns() - start) * 1e-9; }

/* The first line of a command's output; its newline cut. */
static bool line_of(const char *command, char *out, size_t size) {
  FILE *f = popen(command, "r");
  if (!f) return false;
  const bool ok = fgets(out, (int)size, f) != NULL;
  out[ok ? strcspn(out, "\n") : 0] = 0;
  return pclose(f) == 0 && ok;
}

static bool sql(PGconn *c, const char *text) {
  PGresult *r = PQexec(c, text);
  const ExecStatusType st = PQresultStatus(r);
  const bool ok = st == PGRES_COMMAND_OK || st == PGRES_TUPLES_OK || st == PGRES_COPY_IN || st == PGRES_COPY_OUT;
  if (!ok) fprintf(stderr, "%s%s", text, PQerrorMessage(c));
  PQclear(r);
  return ok;
}

static PGconn *open_database(const place_t *p) {
  PGconn *c = PQconnectdb(p->url);
  if (PQstatus(c) == CONNECTION_OK) return c;
  fprintf(stderr, "%s", PQerrorMessage(c));
  exit(1);
}

/* ---- processes ---- */

/* A node on a free port: a replay of `blocks`, or the development network where it is NULL. */
static void start_node(place_t *p, const char *blocks) {
  char program[600], line[512];
  int fds[2];
  snprintf(program, sizeof program, "%s/algorent-sandbox", p->bin);
  char *replay[] = {program, "replay", (char *)(uintptr_t)blocks, "--port", "0", "--token", "", NULL};
  char *dev[] = {program, "--port", "0", "--token", "", NULL};
  if (pipe(fds) != 0) exit(1);
  posix_spawn_file_actions_t a;
  posix_spawn_file_actions_init(&a);
  posix_spawn_file_actions_adddup2(&a, fds[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&a, fds[0]);
  if (posix_spawn(&p->node, program, &a, NULL, blocks ? replay : dev, environ) != 0) exit(1);
  posix_spawn_file_actions_destroy(&a);
  close(fds[1]);
  FILE *f = fdopen(fds[0], "r");
  if (!f || !fgets(line, sizeof line, f) || sscanf(line, "algod %127s", p->algod) != 1) {
    fprintf(stderr, "the sandbox does not start\n");
    exit(1);
  }
  setenv("ALGOD_URL", p->algod, 1);
  setenv("ALGOD_TOKEN", "", 1);
}

static void stop(pid_t pid) {
  kill(pid, SIGTERM);
  waitpid(pid, NULL, 0);
}

static pid_t start_indexer(const place_t *p, const char *scope, bool until_tip, bool state) {
  char program[600];
  pid_t pid;
  snprintf(program, sizeof program, "%s/algorent-indexer", p->bin);
  char *argv[] = {program, "--quiet", "--scope", (char *)(uintptr_t)scope, NULL, NULL, NULL};
  int n = 4;
  if (until_tip) argv[n++] = "--until-tip";
  if (state) argv[n++] = "--state";
  if (posix_spawn(&pid, program, NULL, NULL, argv, environ) != 0) exit(1);
  return pid;
}

/* ---- back-fill ---- */

static double backfill(const place_t *p, PGconn *c, const char *scope, bool state, long *peak_kb) {
  if (!sql(c, "set client_min_messages = warning; drop schema if exists chain cascade;"
              "drop schema if exists state cascade") ||
      !sql(c, "checkpoint"))
    exit(1);
  struct rusage usage;
  int status;
  const uint64_t start = bench_now_ns();
  const pid_t pid = start_indexer(p, scope, true, state);
  wait4(pid, &status, 0, &usage);
  const double s = since(start);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fprintf(stderr, "the indexer failed\n");
    exit(1);
  }
  if (usage.ru_maxrss > *peak_kb) *peak_kb = usage.ru_maxrss;
  return s;
}

static size_t drop_bytes(char *p, size_t size, size_t n, void *user) {
  (void)p;
  (void)user;
  return size * n;
}

static double fetch_floor(const place_t *p, int last) {
  CURL *e = curl_easy_init();
  curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, drop_bytes);
  const uint64_t start = bench_now_ns();
  for (int r = 0; r <= last; r++) {
    char url[256];
    snprintf(url, sizeof url, "%s/v2/blocks/%d?format=msgpack", p->algod, r);
    curl_easy_setopt(e, CURLOPT_URL, url);
    if (curl_easy_perform(e) != CURLE_OK) exit(1);
  }
  const double s = since(start);
  curl_easy_cleanup(e);
  return s;
}

typedef struct rows {
  char *p;
  size_t n;
} rows_t;

static rows_t copy_out(PGconn *c, const char *table) {
  char text[128], *piece;
  rows_t out = {NULL, 0};
  snprintf(text, sizeof text, "copy (select * from chain.%s) to stdout (format binary)", table);
  if (!sql(c, text)) exit(1);
  for (int n; (n = PQgetCopyData(c, &piece, 0)) > 0; PQfreemem(piece)) {
    char *grown = realloc(out.p, out.n + (size_t)n);
    if (!grown) exit(1);
    out.p = grown;
    memcpy(out.p + out.n, piece, (size_t)n);
    out.n += (size_t)n;
  }
  PQclear(PQgetResult(c));
  return out;
}

/* The indexer's own rows, into tables like its own, over one connection in one transaction; then the indexes. */
static void copy_floor(PGconn *c, double *copy_s, double *index_s, double *bytes) {
  static const char *const tables[] = {"block", "txn", "participant", "log", "state_change", "box_ref"};
  rows_t rows[6];
  *bytes = 0;
  for (int i = 0; i < 6; i++) {
    rows[i] = copy_out(c, tables[i]);
    *bytes += (double)rows[i].n;
  }
  if (!sql(c, "select chain.add_partition(1)") || !sql(c, "checkpoint")) exit(1);
  uint64_t start = bench_now_ns();
  if (!sql(c, "begin")) exit(1);
  for (int i = 0; i < 6; i++) {
    char text[128];
    /* Past the partition's bounds check: the rows are those of partition 0. */
    snprintf(text, sizeof text, "alter table chain.%s detach partition chain.%s_p1", tables[i], tables[i]);
    if (!sql(c, text)) exit(1);
    snprintf(text, sizeof text, "copy chain.%s_p1 from stdin (format binary)", tables[i]);
    if (!sql(c, text)) exit(1);
    for (size_t at = 0; at < rows[i].n; at += 1 << 18) {
      const size_t n = rows[i].n - at < 1 << 18 ? rows[i].n - at : 1 << 18;
      if (PQputCopyData(c, rows[i].p + at, (int)n) != 1) exit(1);
    }
    if (PQputCopyEnd(c, NULL) != 1) exit(1);
    for (PGresult *r; (r = PQgetResult(c)) != NULL; PQclear(r)) {}
    free(rows[i].p);
  }
  if (!sql(c, "commit")) exit(1);
  *copy_s = since(start);
  start = bench_now_ns();
  if (!sql(c, "set maintenance_work_mem = '128MB'; select chain.index_partition(1)")) exit(1);
  *index_s = since(start);
}

/* ---- state ---- */

static double count_state(PGconn *c) {
  PGresult *r = PQexec(c, "select (select count(*) from state.account) + (select count(*) from state.holding)"
                          " + (select count(*) from state.asset) + (select count(*) from state.app)"
                          " + (select count(*) from state.local) + (select count(*) from state.box)");
  const double n = PQresultStatus(r) == PGRES_TUPLES_OK ? atof(PQgetvalue(r, 0, 0)) : 0;
  PQclear(r);
  return n;
}

/* In turn with ours; nothing of it where it is not there, or cannot take these blocks. */
typedef struct peer {
  char program[512];
  bool there;
  size_t n;
  double s[PEER_RUNS], cpu_s[PEER_RUNS], peak_mb, database_mb;
} peer_t;

static void run_peer(peer_t *peer, const place_t *p, PGconn *c) {
  conduit_run_t run;
  if (!peer->there || peer->n == PEER_RUNS) return;
  peer->there = conduit_measure(&run, peer->program, p->work, p->url, p->algod, LAST_ROUND, c);
  if (!peer->there) return;
  peer->s[peer->n] = run.seconds;
  peer->cpu_s[peer->n++] = run.cpu_seconds;
  peer->database_mb = run.database_mb;
  if (run.peak_mb > peer->peak_mb) peer->peak_mb = run.peak_mb;
}

static void measure_peer(peer_t *peer, double txns) {
  if (peer->n == 0) return;
  const double s = median(peer->s, peer->n);
  bench_measure("indexer.conduit", txns / s, "txn/s");
  bench_measure("indexer.conduit_time", s, "s");
  bench_measure("indexer.conduit_cpu", median(peer->cpu_s, peer->n), "s");
  bench_measure("indexer.conduit_peak_memory", peer->peak_mb, "MB");
  bench_measure("indexer.conduit_database", peer->database_mb, "MB");
}

/* In a process of its own: what this one has held in memory counts as the peak of every program that it starts. */
static bool make_long_apart(const char *blocks, const char *folder, size_t least, unsigned n) {
  int status = 1;
  const pid_t pid = fork();
  if (pid == 0) _exit(dense_make_long(blocks, folder, least, n) ? 0 : 1);
  return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* What blocks longer than any consensus allows ask of memory: 5 MB of transactions is its limit today. */
static void long_blocks(place_t *p, PGconn *c, const char *blocks) {
  static const struct {
    const char *name;
    size_t least;
    unsigned n;
  } kinds[] = {{"indexer.peak_memory_5mb_blocks", 5u << 20, 12}, {"indexer.peak_memory_20mb_blocks", 20u << 20, 3}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    char folder[128];
    long peak = 0;
    snprintf(folder, sizeof folder, "%s/long%zu", p->work, i);
    if (!make_long_apart(blocks, folder, kinds[i].least, kinds[i].n)) {
      fprintf(stderr, "SKIPPED %s: the blocks cannot be made\n", kinds[i].name);
      continue;
    }
    start_node(p, folder);
    backfill(p, c, "all", false, &peak);
    stop(p->node);
    bench_measure(kinds[i].name, (double)peak / 1024, "MB");
  }
}

static void bench_backfill(place_t *p, PGconn *c) {
  const char *const vectors = bench_vectors();
  char command[1024], blocks[128], text[256];
  snprintf(blocks, sizeof blocks, "%s/dense", p->work);
  snprintf(command, sizeof command, "mkdir '%s' && tar -xf '%s/dense-blocks.tar.zst' -C '%s'", blocks, vectors, blocks);
  if (system(command) != 0) {
    fprintf(stderr, "SKIPPED back-fill: no %s/dense-blocks.tar.zst\n", vectors);
    return;
  }
  const bool deltas = deltas_make(blocks);
  start_node(p, blocks);
  double s[RUNS_MAX], narrow[RUNS_MAX], with_state[RUNS_MAX], fetch[RUNS_MAX], state_rows = 0, copy_s, index_s, bytes;
  long peak = 0, peak_state = 0, none = 0;
  peer_t peer = {.n = 0, .peak_mb = 0};
  peer.there = conduit_find(peer.program) && deltas;
  if (!peer.there) fprintf(stderr, "SKIPPED Conduit beside it: not installed (CONDUIT or PATH)\n");
  for (size_t i = 0; i < runs(); i++) {
    fetch[i] = fetch_floor(p, LAST_ROUND);
    run_peer(&peer, p, c);
    narrow[i] = backfill(p, c, "app:1", false, &none);
    if (deltas) with_state[i] = backfill(p, c, "all", true, &peak_state);
    if (deltas) state_rows = count_state(c);
    s[i] = backfill(p, c, "all", false, &peak);
  }
  PGresult *r = PQexec(c, "select sum(txns), sum(inner_txns), pg_database_size(current_database()) from chain.block");
  const double txns = atof(PQgetvalue(r, 0, 0)), inner = atof(PQgetvalue(r, 0, 1)), size = atof(PQgetvalue(r, 0, 2));
  PQclear(r);
  copy_floor(c, &copy_s, &index_s, &bytes);
  stop(p->node);
  const double all = median(s, runs());
  const double peer_rate = peer.n ? txns / median(peer.s, peer.n) : PEER_TXN_S;
  const double peer_mb = peer.n ? peer.peak_mb : 78, peer_db = peer.n ? peer.database_mb : 198;
  measure_peer(&peer, txns);
  measure_rate("indexer.scope_all", txns, s, peer_rate);
  if (deltas) {
    const double kept = median(with_state, runs());
    measure_rate("indexer.state", txns, with_state, peer_rate);
    bench_measure("indexer.state_time", kept, "s");
    bench_measure("indexer.state_rows", state_rows, "rows");
    bench_measure("indexer.state_over_plain", kept / all, "ratio");
    bench_measure("indexer.state_peak_memory", (double)peak_state / 1024, "MB");
  }
  bench_measure("indexer.scope_all_with_inner", (txns + inner) / all, "txn/s");
  bench_measure("indexer.scope_all_time", all, "s");
  measure_rate("indexer.scope_app", txns, narrow, 0);
  bench_measure("indexer.scope_app_time", median(narrow, runs()), "s");
  const ix_term_t app = {.kind = IX_TERM_APP, .number = 1};
  bench_measure("indexer.decode_and_filter_alone", dense_rows_rate(blocks, &app, 1), "txn/s");
  bench_measure("indexer.decode_to_rows_alone", dense_rows_rate(blocks, NULL, 0), "txn/s");
  bench_measure("indexer.floor_fetch", median(fetch, runs()), "s");
  bench_measure("indexer.floor_copy", copy_s, "s");
  bench_measure("indexer.floor_copy_and_indexes", copy_s + index_s, "s");
  bench_measure("indexer.over_copy_floor", all / (copy_s + index_s), "ratio");
  bench_measure("indexer.rows", bytes * 1e-6, "MB");
  bench_measure_peer("indexer.database", size * 1e-6, "MB", peer_db, peer_db / (size * 1e-6));
  bench_measure_peer("indexer.peak_memory", (double)peak / 1024, "MB", peer_mb, peer_mb / ((double)peak / 1024));
  long_blocks(p, c, blocks);
  snprintf(text, sizeof text,
           "drop schema chain cascade; drop schema if exists state cascade;"
           "drop schema if exists rental cascade");
  if (!sql(c, text)) exit(1);
}

/* ---- at the tip ---- */

/* A payment of its own each time; the node makes a block of it at once. */
static uint64_t pay(algo_algod_t *node, const algo_key_t *key, const algo_params_t *params, uint64_t n) {
  algo_stxn_t s = {.txn = {.type = ALGO_TX_PAY,
                           .fee = 1000,
                           .first_valid = params->last_round,
                           .last_valid = params->last_round + 1000}};
  uint8_t note[8];
  algo_err_t err;
  char txid[53];
  algo_buf_t b = ALGO_BUF_INIT;
  s.txn.sender = key->addr;
  s.txn.receiver = s.txn.sender;
  s.txn.genesis_hash = params->genesis_hash;
  s.txn.genesis_id = algo_bytes_str(params->genesis_id);
  algo_put_be64(note, n);
  s.txn.note = algo_bytes(note, sizeof note);
  algo_stxn_sign(&s, key);
  algo_stxn_encode(&b, &s);
  const uint64_t start = bench_now_ns();
  if (algo_algod_submit(node, algo_buf_view(&b), txid, &err) != ALGO_OK) {
    fprintf(stderr, "%s\n", err.msg);
    exit(1);
  }
  algo_buf_fini(&b);
  return start;
}

static bool wait_notice(PGconn *c) {
  for (;;) {
    PQconsumeInput(c);
    PGnotify *n = PQnotifies(c);
    if (n) {
      PQfreemem(n);
      return true;
    }
    fd_set fds;
    FD_ZERO(&fds);
    FD_SET(PQsocket(c), &fds);
    struct timeval t = {10, 0};
    if (select(PQsocket(c) + 1, &fds, NULL, NULL, &t) <= 0) return false;
  }
}

/* From a payment to its row, asked for again and again over a connection of its own, and from the row to the LISTEN
 * client; ms. */
static bool poll_row(PGconn *rows, PGconn *listener, uint64_t start, uint64_t round, double *row, double *notice) {
  char text[24];
  const char *const params[] = {text};
  uint64_t seen = 0, told = 0;
  snprintf(text, sizeof text, "%" PRIu64, round);
  while (seen == 0 || told == 0) {
    if (since(start) > 10) return false;
    if (seen == 0) {
      PGresult *r = PQexecPrepared(rows, "row", 1, params, NULL, NULL, 0);
      if (PQntuples(r) > 0) seen = bench_now_ns();
      PQclear(r);
    }
    PQconsumeInput(listener);
    PGnotify *n = told ? NULL : PQnotifies(listener);
    if (n && strtoull(n->extra, NULL, 10) >= round) told = bench_now_ns();
    PQfreemem(n);
  }
  *row = (double)(seen - start) * 1e-6;
  *notice = told > seen ? (double)(told - seen) * 1e-6 : 0;
  return true;
}

static void bench_listen(const place_t *p, PGconn *listener, algo_algod_t *node, const algo_key_t *key,
                         const algo_params_t *params) {
  static double row[POLLED], notice[POLLED];
  PGconn *rows = open_database(p);
  algo_err_t err;
  algo_params_t now;
  algo_arena_t arena = ALGO_ARENA_INIT;
  PQclear(PQprepare(rows, "row", "select 1 from chain.block where round = $1", 1, NULL));
  if (algo_algod_params(node, &now, &arena, &err) != ALGO_OK) exit(1);
  for (uint64_t i = 0; i < POLLED; i++) {
    const uint64_t start = pay(node, key, params, 20 + PAYMENTS + i);
    if (!poll_row(rows, listener, start, now.last_round + 1 + i, &row[i], &notice[i])) {
      fprintf(stderr, "no row of a block in 10 s\n");
      exit(1);
    }
  }
  qsort(row, POLLED, sizeof *row, by_value);
  qsort(notice, POLLED, sizeof *notice, by_value);
  bench_measure("indexer.row_latency_p50", row[POLLED / 2], "ms");
  bench_measure("indexer.row_latency_p99", row[POLLED * 99 / 100], "ms");
  bench_measure("indexer.row_to_listen_p50", notice[POLLED / 2], "ms");
  bench_measure("indexer.row_to_listen_p99", notice[POLLED * 99 / 100], "ms");
  algo_arena_fini(&arena);
  PQfinish(rows);
}

static void bench_tip(place_t *p, PGconn *c) {
  start_node(p, NULL);
  algo_err_t err;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_algod_t *node;
  algo_params_t params;
  algo_key_t key;
  static double s[PAYMENTS];
  static const char account[] = "algorent sandbox account 1"; /* of the development network: anyone can make its key */
  uint8_t seed[32];
  algo_sha512_256(seed, account, sizeof account - 1);
  algo_key_from_seed(&key, seed);
  const algo_algod_options_t o = {.url = p->algod};
  if (algo_algod_new(&node, &o, NULL, &err) != ALGO_OK || algo_algod_params(node, &params, &arena, &err) != ALGO_OK) {
    fprintf(stderr, "%s\n", err.msg);
    exit(1);
  }
  const pid_t pid = start_indexer(p, "all", false, false);
  if (!sql(c, "listen algorent_block")) exit(1);
  for (uint64_t i = 0; i < 20 + PAYMENTS; i++) {
    const uint64_t start = pay(node, &key, &params, i);
    if (!wait_notice(c)) {
      fprintf(stderr, "no notification of a block in 10 s\n");
      exit(1);
    }
    if (i == 0) usleep(300000); /* the round before and the first one come at once */
    while (i < 20 && PQnotifies(c)) {}
    if (i >= 20) s[i - 20] = since(start) * 1e3;
  }
  qsort(s, PAYMENTS, sizeof *s, by_value);
  bench_measure("indexer.latency_p50", s[PAYMENTS / 2], "ms");
  bench_measure("indexer.latency_p99", s[PAYMENTS * 99 / 100], "ms");
  bench_listen(p, c, node, &key, &params);
  stop(pid);
  stop(p->node);
  algo_algod_free(node);
  algo_key_fini(&key);
  algo_arena_fini(&arena);
}

int main(int argc, char **argv) {
  (void)argc;
  place_t p = {.work = "/tmp/algorent-bench.XXXXXX"};
  char command[1200];
  snprintf(p.bin, sizeof p.bin, "%.*s/../bin", (int)(strrchr(argv[0], '/') ? strrchr(argv[0], '/') - argv[0] : 1),
           strrchr(argv[0], '/') ? argv[0] : ".");
  if (!mkdtemp(p.work)) return 1;
  snprintf(command, sizeof command, "chmod 755 '%s' && sandbox/postgres/cluster start --bench --dir '%s/pg'", p.work,
           p.work);
  if (!line_of(command, p.url, sizeof p.url)) return 1;
  setenv("DATABASE_URL", p.url, 1);
  PGconn *c = open_database(&p);
  bench_backfill(&p, c);
  bench_tip(&p, c);
  PQfinish(c);
  snprintf(command, sizeof command, "sandbox/postgres/cluster remove --dir '%s/pg'; rm -rf '%s'", p.work, p.work);
  return system(command) != 0;
}
