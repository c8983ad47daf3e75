#include "real.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "algo/real.h"
#include "running.h"

/* What only the sandbox's own node can do. */
static const char *unfit(const sandbox_options_t *o) {
  if (o->fork != NULL) return "--fork";
  if (o->load != NULL) return "--load";
  if (o->seed != NULL) return "--seed";
  if (o->genesis != NULL) return "--genesis";
  if (o->interval_ms > 0) return "--interval";
  if (o->manual) return "--manual";
  return o->replay != NULL ? "replay" : NULL;
}

int sandbox_real_serve(const sandbox_options_t *o, const sigset_t *signals, const algo_env_t *env) {
  const char *bin = getenv("ALGORAND_BIN"), *no = unfit(o);
  const struct timespec second = {1, 0};
  algo_real_t *r = NULL;
  algo_err_t err;
  if (no != NULL) {
    fprintf(stderr, "algorent-sandbox: a real node has no %s: leave it out, or --real\n", no);
    return 2;
  }
  const algo_real_options_t opt = {.host = o->host,
                                   .port = o->port,
                                   .kmd_port = o->kmd_port,
                                   .no_kmd = o->no_kmd,
                                   .token = o->token,
                                   .data = o->data,
                                   .bin = bin != NULL && *bin != '\0' ? bin : NULL};
  if (algo_real_start(&r, &opt, env, &err) != ALGO_OK) {
    fprintf(stderr, "algorent-sandbox: %s\n", err.msg);
    return algo_code_exit_status(err.code);
  }
  const sandbox_ports_t ports = {
      .algod = algo_real_port(r), .kmd = algo_real_kmd_port(r), .genesis_id = "dockernet-v1"};
  sandbox_running_begin(o, &ports);
  fprintf(stderr, "algorent-sandbox: a real node, %s; it has no indexer\n", algo_real_how(r));
  bool runs = true;
  while (runs && sigtimedwait(signals, NULL, &second) < 0) runs = algo_real_runs(r);
  if (!runs) fprintf(stderr, "algorent-sandbox: the real node ended by itself\n");
  sandbox_running_end(&ports);
  algo_real_stop(r);
  return runs ? 0 : 70;
}
