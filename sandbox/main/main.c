/* algorent-sandbox: the program around the node and its REST. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "algo/kmd.h"
#include "algo/rest.h"
#include "command.h"
#include "node.h"
#include "options.h"
#include "real.h"
#include "running.h"
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

static algo_code_t start_algod(sandbox_t *s, const sandbox_options_t *o, sandbox_chains_t *chains, algo_err_t *err) {
  const algo_env_t *env = chains->env;
  algo_code_t rc = algo_rest_new(&s->rest, s->chain.node, o->token, env, err);
  if (rc != ALGO_OK) return rc;
  algo_rest_on_chain(s->rest, sandbox_chain_other, sandbox_chain_drop, chains);
  algo_httpd_options_t http = {.host = o->host,
                               .port = o->port,
                               .max_body = ALGO_REST_MAX_BODY,
                               .body_limit = algo_rest_body_limit,
                               .cors_headers = ALGO_REST_CORS_HEADERS,
                               .admit = algo_rest_admit,
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
                               .admit = algo_kmd_admit,
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
                               .admit = algo_indexer_admit,
                               .handler = algo_indexer_handle,
                               .user = s->rest};
  return algo_httpd_start(&s->indexer_server, &http, env, err);
}

static int serve(const sandbox_options_t *o, const sigset_t *signals, sandbox_world_t *world) {
  algo_err_t err;
  sandbox_t s = {0};
  const algo_env_t whole = sandbox_world_env(world), *env = &whole;
  sandbox_chains_t chains = {.now = &s.chain, .options = o, .world = world, .env = env};
  pthread_mutex_init(&chains.lock, NULL);
  algo_code_t rc = sandbox_chain_open(&s.chain, o, env, &err);
  if (rc == ALGO_OK) rc = start_algod(&s, o, &chains, &err);
  if (rc == ALGO_OK && !o->no_kmd && o->replay == NULL) rc = start_kmd(&s, o, env, &err);
  if (rc == ALGO_OK && !o->no_indexer && o->replay == NULL) rc = start_indexer(&s, o, env, &err);
  if (rc == ALGO_OK) {
    int got = 0;
    const sandbox_ports_t ports = {.algod = algo_httpd_port(s.algod_server),
                                   .kmd = s.kmd_server == NULL ? 0 : algo_httpd_port(s.kmd_server),
                                   .indexer = s.indexer_server == NULL ? 0 : algo_httpd_port(s.indexer_server),
                                   .genesis_id = algo_node_genesis_id(s.chain.node),
                                   .round = algo_node_round(s.chain.node)};
    sandbox_running_begin(o, &ports);
    sigwait(signals, &got);
    sandbox_running_end(&ports);
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
  if (o.command > 0 && strcmp(argv[o.command], "stop") == 0) return sandbox_running_stop(&o);
  if (o.command > 0) return sandbox_command_run(&o, argc - o.command, argv + o.command);
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
  algo_env_t env = {.user = &world, .log = algo_log_stderr};
  int status = o.real ? sandbox_real_serve(&o, &signals, &env) : serve(&o, &signals, &world);
  free(world.owned);
  return status;
}
