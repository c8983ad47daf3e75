/* algorent-sandbox: the program around the node and its REST. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "algo/rest.h"
#include "options.h"

static int complain(const algo_err_t *err) {
  fprintf(stderr, "algorent-sandbox: %s\n", err->msg);
  return algo_code_exit_status(err->code);
}

/* One line that says where it listens: for people, or JSON. */
static void announce(const sandbox_options_t *o, const algo_node_t *node, uint16_t port) {
  char line[1024];
  const char *genesis = algo_node_genesis_id(node);
  bool v6 = strchr(o->host, ':') != NULL;
  int n = snprintf(line, sizeof line,
                   o->json ? "{\"algod\":\"http://%s%s%s:%u\",\"token\":\"%s\",\"genesis\":\"%s\",\"round\":%llu}\n"
                           : "algod http://%s%s%s:%u  token %s  genesis %s  round %llu\n",
                   v6 ? "[" : "", o->host, v6 ? "]" : "", (unsigned)port, o->token, genesis,
                   (unsigned long long)algo_node_round(node));
  size_t len = n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
  fwrite(line, 1, len, stdout);
  fflush(stdout);
  if (o->ready_fd < 0) return;
  if (write(o->ready_fd, line, len) < 0) fprintf(stderr, "algorent-sandbox: nothing could be written to --ready-fd\n");
  close(o->ready_fd);
}

static algo_code_t open_node(algo_node_t **out, const sandbox_options_t *o, const algo_env_t *env, algo_err_t *err) {
  if (o->replay != NULL) return algo_node_new_replay(out, o->replay, env, err);
  return algo_err_set(err, ALGO_E_USAGE, "replay DIR is all there is yet");
}

static int serve(const sandbox_options_t *o, const sigset_t *signals, const algo_env_t *env) {
  algo_err_t err;
  algo_node_t *node = NULL;
  algo_rest_t *rest = NULL;
  algo_httpd_t *server = NULL;
  algo_code_t rc = open_node(&node, o, env, &err);
  if (rc == ALGO_OK) rc = algo_rest_new(&rest, node, o->token, env, &err);
  if (rc == ALGO_OK) {
    algo_httpd_options_t http = {.host = o->host,
                                 .port = o->port,
                                 .max_body = ALGO_REST_MAX_BODY,
                                 .cors_headers = ALGO_REST_CORS_HEADERS,
                                 .handler = algo_rest_handle,
                                 .closed = algo_rest_closed,
                                 .user = rest};
    rc = algo_httpd_start(&server, &http, env, &err);
  }
  if (rc == ALGO_OK) {
    int got = 0;
    announce(o, node, algo_httpd_port(server));
    sigwait(signals, &got);
  }
  algo_httpd_stop(server);
  algo_rest_free(rest);
  algo_node_free(node);
  return rc == ALGO_OK ? 0 : complain(&err);
}

int main(int argc, char **argv) {
  sandbox_options_t o;
  sandbox_parsed_t parsed = sandbox_options_parse(&o, argc, argv);
  if (!parsed.go) return parsed.status;
  sigset_t signals; /* blocked here, so in every thread: they are waited for */
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  signal(SIGPIPE, SIG_IGN);
  algo_log_level_t level = o.verbose ? ALGO_LOG_DEBUG : ALGO_LOG_WARN;
  algo_env_t env = {.user = &level, .log = algo_log_stderr};
  return serve(&o, &signals, &env);
}
