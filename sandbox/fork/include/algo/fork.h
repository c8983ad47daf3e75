/* algo/fork.h - another algod's state as of one round, for a ledger that is a fork of it (algo/origin.h).
 *
 * An algod tells its latest state alone. So each answer is checked: the blocks from the fork's round up to the node's
 * last one are read, and whatever a transaction in them may have changed cannot be told any more as of the round; that
 * is an error which says so (UNSUPPORTED). What was read is kept in a folder, and read from there the next time.
 *
 * One thread at a time. Errors of everything here, beside those named: NET, TIMEOUT, AUTH, HTTP (the node), PARSE (an
 * answer that is none of an algod's), IO (the folder). Source: go-algorand's daemon/algod/api (algod.oas3.yml). */
#ifndef ALGO_FORK_H
#define ALGO_FORK_H

#include "algo/origin.h"

typedef struct algo_fork algo_fork_t;

typedef struct algo_fork_options {
  const char *url;      /* of the other algod */
  const char *token;    /* X-Algo-API-Token; NULL or "": none. Copied, wiped at the end */
  uint64_t round;       /* 0: the other's last one */
  const char *cache;    /* the folder; NULL: $XDG_CACHE_HOME/algorent/fork or ~/.cache/algorent/fork; "": none */
  uint64_t cache_limit; /* bytes that the folder may hold: older forks' answers go first, then none are kept; 0: any */
  /* The folder is one fork's alone: its round, genesis and block are what they were the last time, and the node is
   * asked for what the folder does not have, and then for that block once more. */
  bool again;
  uint32_t timeout_ms; /* of one request, which is tried three times; 0: 10000 */
} algo_fork_options_t;

/* The token for another algod: the content of a file, or of FORK_TOKEN in the environment where token_file is NULL. The
 * caller wipes it. Errors: NOT_FOUND, IO, INVALID (more than one word of 256 letters: no token, and sent nowhere). */
ALGO_API algo_code_t algo_fork_token(algo_buf_t *out, const char *token_file, algo_err_t *err);
/* Errors: INVALID (a round that is not there yet), GENESIS (the block and the genesis are of two networks, or the
 * folder is of another round), UNSUPPORTED (the round is over 10,000 rounds back: too many blocks to look through). */
ALGO_API algo_code_t algo_fork_open(algo_fork_t **out, const algo_fork_options_t *opt, const algo_env_t *env,
                                    algo_err_t *err);
ALGO_API void algo_fork_close(algo_fork_t *f);                               /* NULL: nothing */
ALGO_API const algo_ledger_origin_t *algo_fork_origin(const algo_fork_t *f); /* as long as f */
ALGO_API algo_bytes_t algo_fork_genesis(const algo_fork_t *f);               /* JSON */

#endif
