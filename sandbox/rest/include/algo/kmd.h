/* algo/kmd.h - the key daemon that Algorand's tools expect beside a developer's node: wallets in memory, their keys,
 * and signing. For development only: there is one wallet without a password, "unencrypted-default-wallet", with the
 * keys of the development network's funded accounts. Source: go-algorand 5.1's kmd API v1 and what a real kmd answers.
 */
#ifndef ALGO_KMD_H
#define ALGO_KMD_H

#include "algo/httpd.h"
#include "algo/keys.h"

typedef struct algo_kmd algo_kmd_t;

/* token: what X-KMD-API-Token must be; NULL or "": nothing is asked for. Copied, as the keys are. Errors: NOMEM. */
ALGO_API algo_code_t algo_kmd_new(algo_kmd_t **out, const char *token, const algo_key_t *keys, size_t n,
                                  const algo_env_t *env, algo_err_t *err);
ALGO_API void algo_kmd_free(algo_kmd_t *k); /* wipes every key; NULL is fine */
/* For algo_httpd_options_t, with the algo_kmd_t as `user`. */
ALGO_API bool algo_kmd_admit(void *kmd, algo_httpd_request_t *req, algo_httpd_response_t *res);
ALGO_API void algo_kmd_handle(void *kmd, algo_httpd_request_t *req, algo_httpd_response_t *res);
#define ALGO_KMD_CORS_HEADERS "X-KMD-API-Token, Content-Type"

#endif
