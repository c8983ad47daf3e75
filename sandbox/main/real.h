/* `--real`: go-algorand's node instead of the sandbox's own. */
#ifndef SANDBOX_MAIN_REAL_H
#define SANDBOX_MAIN_REAL_H

#include <signal.h>

#include "algo/env.h"
#include "options.h"

int sandbox_real_serve(const sandbox_options_t *o, const sigset_t *signals, const algo_env_t *env);

#endif
