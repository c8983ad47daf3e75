/* algo/real.h - a real node instead of the sandbox's own: go-algorand's algod and kmd as a private network in developer
 * mode, from binaries that are there, or the official container image where Docker or Podman is.
 *
 * Its ports, token, genesis id (dockernet-v1) and dispenser wallet are the sandbox's. One thread; the caller has
 * blocked SIGINT and SIGTERM and waits for them. Source: goal's network templates and
 * https://hub.docker.com/r/algorand/algod. */
#ifndef ALGO_REAL_H
#define ALGO_REAL_H

#include "algo/bytes.h"
#include "algo/env.h"

typedef struct algo_real algo_real_t;

typedef struct algo_real_options {
  const char *host;  /* numeric address */
  uint16_t port;     /* algod's; 0: any free one */
  uint16_t kmd_port; /* 0: any free one */
  bool no_kmd;
  const char *token;   /* 64 letters or digits, as algod wants them */
  const char *data;    /* the network's folder, made or taken up again; NULL: a temporary one, removed at the end */
  const char *bin;     /* the folder of algod, goal and kmd; NULL: PATH */
  uint32_t timeout_ms; /* until it answers; 0: 120,000, a container 300,000 */
} algo_real_options_t;

/* Returns when it answers. Errors: NOT_FOUND (neither binaries nor a container program; the message says what to
 * install), IO (a program that failed: its last words), TIMEOUT, EXISTS (a port or the folder is taken), INVALID. */
ALGO_API algo_code_t algo_real_start(algo_real_t **out, const algo_real_options_t *opt, const algo_env_t *env,
                                     algo_err_t *err);
ALGO_API uint16_t algo_real_port(const algo_real_t *r);
ALGO_API uint16_t algo_real_kmd_port(const algo_real_t *r); /* 0: none */
ALGO_API const char *algo_real_how(const algo_real_t *r);   /* "/usr/bin/algod", "docker algorand/algod:latest" */
/* False: one of its programs has ended by itself. */
ALGO_API bool algo_real_runs(algo_real_t *r);
/* Ends what was started, and waits for it; NULL: nothing. */
ALGO_API void algo_real_stop(algo_real_t *r);

#endif
