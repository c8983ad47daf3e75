/* algo/kmd.h - a key daemon's REST API (kmd v1): wallets, keys, signatures.
 *
 * One thread at a time. A wallet is opened with its password, which is kept until the wallet is closed (the daemon asks
 * for it at every signature) and then wiped. Errors as in algo/algod.h; what the daemon says itself comes as HTTP with
 * its message. Source: go-algorand's daemon/kmd/api/v1. */
#ifndef ALGO_KMD_H
#define ALGO_KMD_H

#include "algo/arena.h"
#include "algo/env.h"
#include "algo/signer.h"

typedef struct algo_kmd algo_kmd_t;
typedef struct algo_kmd_wallet algo_kmd_wallet_t;

#define ALGO_KMD_DEFAULT_URL    "http://127.0.0.1:4002"
#define ALGO_KMD_DEFAULT_WALLET "unencrypted-default-wallet"

/* url NULL: the default. Copies both; the token is wiped at the end. */
ALGO_API algo_code_t algo_kmd_new(algo_kmd_t **out, const char *url, const char *token, const algo_env_t *env,
                                  algo_err_t *err);
ALGO_API void algo_kmd_free(algo_kmd_t *k); /* NULL: nothing */

typedef struct algo_kmd_wallet_info {
  const char *id, *name, *driver;
} algo_kmd_wallet_info_t;
ALGO_API algo_code_t algo_kmd_wallets(algo_kmd_t *k, const algo_kmd_wallet_info_t **out, size_t *n, algo_arena_t *arena,
                                      algo_err_t *err);

/* Opens a wallet by name; the daemon must outlive it. password NULL: none. Errors: NOT_FOUND (no wallet of that name).
 */
ALGO_API algo_code_t algo_kmd_open(algo_kmd_wallet_t **out, algo_kmd_t *k, const char *name, const char *password,
                                   algo_err_t *err);
ALGO_API void algo_kmd_close(algo_kmd_wallet_t *w); /* NULL: nothing; tells the daemon */

ALGO_API algo_code_t algo_kmd_addresses(algo_kmd_wallet_t *w, const algo_addr_t **out, size_t *n, algo_arena_t *arena,
                                        algo_err_t *err);
ALGO_API algo_code_t algo_kmd_generate(algo_kmd_wallet_t *w, algo_addr_t *out, algo_err_t *err);
ALGO_API algo_code_t algo_kmd_export(algo_kmd_wallet_t *w, const algo_addr_t *addr, algo_key_t *out, algo_err_t *err);
ALGO_API algo_code_t algo_kmd_import(algo_kmd_wallet_t *w, const algo_key_t *key, algo_addr_t *out, algo_err_t *err);
/* Signs with the key of `with` (NULL: the sender's). */
ALGO_API algo_code_t algo_kmd_sign(algo_kmd_wallet_t *w, const algo_txn_t *txn, const algo_addr_t *with,
                                   algo_stxn_t *out, algo_arena_t *arena, algo_err_t *err);
/* A signer for `sender` that asks this wallet, which must outlive it. `with` as above. */
ALGO_API algo_code_t algo_kmd_signer(algo_signer_t **out, algo_kmd_wallet_t *w, const algo_addr_t *sender,
                                     const algo_addr_t *with, algo_err_t *err);

#endif
