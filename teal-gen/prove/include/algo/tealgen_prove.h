/* algo/tealgen_prove.h - whether two programs do the same, by running both on generated inputs.
 *
 * Each program is given the same groups on a ledger of its own: arguments, boxes and amounts made of the constants of
 * the first program and of their neighbours, every completion, payments before the call, several callers, time that
 * passes. Arguments that lead to instructions not reached before are kept and varied. State stays
 * from run to run. Same means: approved, rejected or failed alike; the same logs, state changes, inner transactions and
 * boxes; and, unless it may cost, no more budget used by the second program. */
#ifndef ALGO_TEALGEN_PROVE_H
#define ALGO_TEALGEN_PROVE_H

#include "algo/tealgen.h"

struct algo_sim_result; /* algo/ledger.h */

/* What two simulations of one group came to; *where (may be NULL) gets the first difference. What the transactions say
 * of programs is not looked at, and which opcode failed is not. */
bool tg_same_outcome(const struct algo_sim_result *a, const struct algo_sim_result *b, algo_buf_t *where);

/* Runs both `runs` times; a mode that is unknown is both. The same seed makes the same inputs.
 * Errors: LEDGER (the ledger refuses the program as such: its message), INVALID (nothing was run), NOMEM. */
algo_code_t tg_prove(tg_proof_t *out, algo_bytes_t before, algo_bytes_t after, tg_mode_t mode, bool may_cost,
                     uint64_t runs, uint64_t seed, algo_arena_t *arena, algo_err_t *err);

#endif
