/* algorent-sandbox: the program around the node and its REST. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "algo/kmd.h"
#include "algo/rest.h"
#include "command.h"
#include "node.h"
#include "options.h"
#include "world.h"

#define MAX_FILES 16384u

static int complain(const algo_err_t *err) {
  fprintf(stderr, "algorent-sandbox: %s\n", err->msg);
  return algo_code_exit_status(err->code);
}

typedef struct sandbox { /* what runs */
  sandbox_chain_t chain;
  algo_rest_t *rest;
  algo_kmd_t *kmd;
  algo_httpd_t *algod_server, *kmd_server, *indexer_server;
} sandbox_t;

static void put_url(algo_buf_t *b, const sandbox_options_t *o, const algo_httpd_t *server) {
  bool v6 = strchr(o->host, ':') != NULL;
  algo_buf_printf(b, "http://%s%s%s:%u", v6 ? "[" : "", o->host, v6 ? "]" : "", (unsigned)algo_httpd_port(server));
}

/* One line that says where it listens: for people, or JSON. */
static void announce(const sandbox_options_t *o, const sandbox_t *s) {
  algo_buf_t line = ALGO_BUF_INIT;
  algo_buf_puts(&line, o->json ? "{\"algod\":\"" : "algod ");
  put_url(&line, o, s->algod_server);
  if (s->kmd_server != NULL) {
    algo_buf_puts(&line, o->json ? "\",\"kmd\":\"" : "  kmd ");
    put_url(&line, o, s->kmd_server);
  }
  if (s->indexer_server != NULL) {
    algo_buf_puts(&line, o->json ? "\",\"indexer\":\"" : "  indexer ");
    put_url(&line, o, s->indexer_server);
  }
  algo_buf_printf(&line,
                  o->json ? "\",\"token\":\"%s\",\"genesis\":\"%s\",\"round\":%llu}\n"
                          : "  token %s  genesis %s  round %llu\n",
                  o->token, algo_node_genesis_id(s->chain.node), (unsigned long long)algo_node_round(s->chain.node));
  fwrite(line.p, 1, line.n, stdout);
  fflush(stdout);
  if (o->ready_fd >= 0) {
    if (write(o->ready_fd, line.p, line.n) < 0)
      fprintf(stderr, "algorent-sandbox: nothing could be written to --ready-fd\n");
    close(o->ready_fd);
  }
  algo_buf_fini(&line);
}

static algo_code_t start_algod(sandbox_t *s, const sandbox_options_t *o, const algo_env_t *env, algo_err_t *err) {
  algo_code_t rc = algo_rest_new(&s->rest, s->chain.node, o->token, env, err);
  if (rc != ALGO_OK) return rc;
  algo_httpd_options_t http = {.host = o->host,
                               .port = o->port,
                               .max_body = ALGO_REST_MAX_BODY,
                               .body_limit = algo_rest_body_limit,
                               .cors_headers = ALGO_REST_CORS_HEADERS,
                               .handler = algo_rest_handle,
                               .closed = algo_rest_closed,
                               .user = s->rest};
  return algo_httpd_start(&s->algod_server, &http, env, err);
}

static algo_code_t start_kmd(sandbox_t *s, const sandbox_options_t *o, const algo_env_t *env, algo_err_t *err) {
  algo_key_t keys[ALGO_NODE_DEV_ACCOUNTS];
  for (unsigned i = 0; i < ALGO_NODE_DEV_ACCOUNTS; i++) algo_node_dev_key(&keys[i], i + 1);
  algo_code_t rc = algo_kmd_new(&s->kmd, o->token, keys, ALGO_NODE_DEV_ACCOUNTS, env, err);
  for (unsigned i = 0; i < ALGO_NODE_DEV_ACCOUNTS; i++) algo_key_fini(&keys[i]);
  if (rc != ALGO_OK) return rc;
  algo_httpd_options_t http = {.host = o->host,
                               .port = o->kmd_port,
                               .max_body = 1u << 20,
                               .threads = 1,
                               .cors_headers = ALGO_KMD_CORS_HEADERS,
                               .handler = algo_kmd_handle,
                               .user = s->kmd};
  return algo_httpd_start(&s->kmd_server, &http, env, err);
}

static algo_code_t start_indexer(sandbox_t *s, const sandbox_options_t *o, const algo_env_t *env, algo_err_t *err) {
  algo_httpd_options_t http = {.host = o->host,
                               .port = o->indexer_port,
                               .max_body = 1u << 20,
                               .threads = 1,
                               .cors_headers = ALGO_INDEXER_CORS_HEADERS,
                               .handler = algo_indexer_handle,
                               .user = s->rest};
  return algo_httpd_start(&s->indexer_server, &http, env, err);
}

static int serve(const sandbox_options_t *o, const sigset_t *signals, const algo_env_t *env) {
  algo_err_t err;
  sandbox_t s = {0};
  algo_code_t rc = sandbox_chain_open(&s.chain, o, env, &err);
  if (rc == ALGO_OK) rc = start_algod(&s, o, env, &err);
  if (rc == ALGO_OK && !o->no_kmd && o->replay == NULL) rc = start_kmd(&s, o, env, &err);
  if (rc == ALGO_OK && !o->no_indexer && o->replay == NULL) rc = start_indexer(&s, o, env, &err);
  if (rc == ALGO_OK) {
    int got = 0;
    announce(o, &s);
    sigwait(signals, &got);
  }
  algo_httpd_stop(s.indexer_server);
  algo_httpd_stop(s.kmd_server);
  algo_httpd_stop(s.algod_server);
  algo_kmd_free(s.kmd);
  algo_rest_free(s.rest);
  sandbox_chain_close(&s.chain);
  return rc == ALGO_OK ? 0 : complain(&err);
}

int main(int argc, char **argv) {
  sandbox_options_t o;
  sandbox_parsed_t parsed = sandbox_options_parse(&o, argc, argv);
  if (!parsed.go) return parsed.status;
  if (o.command > 0) return sandbox_command_run(o.url, o.token, argc - o.command, argv + o.command);
  sigset_t signals; /* blocked here, so in every thread: they are waited for */
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  signal(SIGPIPE, SIG_IGN);
  struct rlimit files; /* a connection is a file, and thousands may wait for a block */
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < MAX_FILES) {
    files.rlim_cur = files.rlim_max < MAX_FILES ? files.rlim_max : MAX_FILES;
    (void)setrlimit(RLIMIT_NOFILE, &files);
  }
  sandbox_world_t world = {.level = o.verbose ? ALGO_LOG_DEBUG : ALGO_LOG_WARN, .seed = o.seed};
  algo_env_t env = sandbox_world_env(&world);
  return serve(&o, &signals, &env);
}
