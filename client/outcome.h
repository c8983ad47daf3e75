/* outcome.h - reading one transaction's outcome out of a larger answer. */
#ifndef CLIENT_OUTCOME_H
#define CLIENT_OUTCOME_H

#include "algo/algod.h"
#include "mpmap.h"

algo_code_t client_read_outcome(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err); /* algo_outcome_t */

#endif
