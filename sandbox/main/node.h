/* The chain that the program serves: its own, recorded, or on top of another. */
#ifndef SANDBOX_NODE_H
#define SANDBOX_NODE_H

#include "algo/fork.h"
#include "algo/node.h"
#include "algo/rest.h"
#include "options.h"
#include "world.h"

typedef struct sandbox_chain {
  algo_node_t *node;
  algo_fork_t *fork;            /* below it; NULL: none */
  struct sandbox_chain *former; /* whose place it took, while requests look at it */
} sandbox_chain_t;

typedef struct sandbox_chains { /* what another chain in its place is made with */
  pthread_mutex_t lock;         /* the list of those that are there: never held while one is made or ended */
  sandbox_chain_t *now;
  const sandbox_options_t *options;
  sandbox_world_t *world;
  const algo_env_t *env;
} sandbox_chains_t;

algo_code_t sandbox_chain_open(sandbox_chain_t *out, const sandbox_options_t *o, const algo_env_t *env,
                               algo_err_t *err);
void sandbox_chain_close(sandbox_chain_t *c); /* the former ones too */
/* With a sandbox_chains_t; others are made one at a time, and dropped at any. */
algo_rest_chain_fn sandbox_chain_other;
algo_rest_chain_drop_fn sandbox_chain_drop;

#endif
