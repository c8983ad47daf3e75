/* What the parts of the real node share. */
#ifndef REAL_INTERNAL_H
#define REAL_INTERNAL_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include "algo/real.h"

struct algo_real {
  algo_env_t env;
  algo_real_options_t opt;
  uint16_t port, kmd_port;
  char how[4200];
  char folder[4096]; /* "": none */
  bool temporary;
  pid_t algod, kmd;    /* 0: not started; a container is one: algod */
  char container[64];  /* its name; "": none */
  const char *program; /* docker or podman, in found; NULL: binaries */
  char found[4096];
};

/* process.c */
/* The program's path: in `folder`, or on PATH where it is NULL. False: not there. */
bool real_find(char out[4096], const char *folder, const char *name);
/* Runs it to its end; what it said last is in the error. */
algo_code_t real_run(const char *const argv[], algo_err_t *err);
/* Starts it; its output goes to `log` (NULL: nowhere). It ends when this process does. */
algo_code_t real_spawn(pid_t *out, const char *const argv[], const char *log, algo_err_t *err);
bool real_is_alive(pid_t *pid);            /* 0 afterwards where it is not */
void real_end(pid_t *pid);                 /* asked to end, then made to */
uint16_t real_free_port(const char *host); /* 0: none */
bool real_port_is_free(const char *host, uint16_t port);

/* network.c: the folder of the network, with its tokens, ports and wallets. */
algo_code_t real_network(algo_real_t *r, const char *goal, algo_err_t *err);
void real_network_paths(const algo_real_t *r, char node[4200], char kmd[4300]);

#endif
