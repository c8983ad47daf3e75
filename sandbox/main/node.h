/* The chain that the program serves: its own, recorded, or on top of another. */
#ifndef SANDBOX_NODE_H
#define SANDBOX_NODE_H

#include "algo/fork.h"
#include "algo/node.h"
#include "options.h"

typedef struct sandbox_chain {
  algo_node_t *node;
  algo_fork_t *fork; /* below it; NULL: none */
} sandbox_chain_t;

algo_code_t sandbox_chain_open(sandbox_chain_t *out, const sandbox_options_t *o, const algo_env_t *env,
                               algo_err_t *err);
void sandbox_chain_close(sandbox_chain_t *c);

#endif
