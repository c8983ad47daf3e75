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
/* Starts it, with these variables in its environment besides (NULL: none); its output goes to `log` (NULL: nowhere). It
 * ends when this process does. */
algo_code_t real_spawn(pid_t *out, const char *const argv[], char *const env[], const char *log, algo_err_t *err);
bool real_is_alive(pid_t *pid);            /* 0 afterwards where it is not */
void real_end(pid_t *pid);                 /* asked to end, then made to */
uint16_t real_free_port(const char *host); /* 0: none */
bool real_port_is_free(const char *host, uint16_t port);

/* network.c: the folder of the network, with its tokens, ports and wallets. */
algo_code_t real_network(algo_real_t *r, const char *goal, algo_err_t *err);
void real_network_paths(const algo_real_t *r, char node[4200], char kmd[4300]);

/* real.c */
algo_code_t real_folder(algo_real_t *r, algo_err_t *err); /* made, or the one that is wanted */
bool real_is_interrupted(void);                           /* a signal to end waits to be taken */

/* container.c */
/* Sets r->program to docker or podman, whichever does its work; false: neither is there. Else *err says why not. */
bool real_container_program(algo_real_t *r, algo_err_t *err);
algo_code_t real_container_start(algo_real_t *r, algo_err_t *err);
void real_container_stop(algo_real_t *r);
/* IO: the last thing that it said. */
algo_code_t real_last_words(const algo_real_t *r, const char *verb, algo_err_t *err);

#endif
