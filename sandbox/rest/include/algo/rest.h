/* algo/rest.h - algod's REST API over a node: routes, texts, status codes and encodings of go-algorand 5.1.
 *
 * Source: go-algorand's algod.oas3.yml and what a real node answers. */
#ifndef ALGO_REST_H
#define ALGO_REST_H

#include "algo/httpd.h"
#include "algo/node.h"

typedef struct algo_rest algo_rest_t;

/* The node is borrowed and must outlive it. `token`: what X-Algo-API-Token (or a bearer token) must be; NULL or "": no
 * token is asked for. Copied. Errors: NOMEM. */
ALGO_API algo_code_t algo_rest_new(algo_rest_t **out, algo_node_t *node, const char *token, const algo_env_t *env,
                                   algo_err_t *err);
ALGO_API void algo_rest_free(algo_rest_t *r); /* NULL is fine; after the server was stopped */

typedef enum algo_rest_chain_kind { ALGO_REST_SEED, ALGO_REST_REPLAY, ALGO_REST_FORK } algo_rest_chain_kind_t;
typedef struct algo_rest_chain { /* what the body of POST /sandbox/v1/{seed,replay,fork} asks for; NULL: not given */
  algo_rest_chain_kind_t kind;
  const char *seed, *folder, *url, *token_file;
  uint64_t round; /* FORK; 0: the last */
} algo_rest_chain_t;
/* Makes another chain, or begins the one there anew (SEED), and gives its node, which the routes answer from then on.
 * The old node is retired by the caller; requests may still look at it, so it stays until it is dropped. */
typedef algo_code_t algo_rest_chain_fn(void *user, const algo_rest_chain_t *what, algo_node_t **out, algo_err_t *err);
/* A node that was given, or the first one, is looked at by nobody any more, and never will be. From any handler. */
typedef void algo_rest_chain_drop_fn(void *user, algo_node_t *node);
/* Before the server starts. drop NULL: all of them stay. */
ALGO_API void algo_rest_on_chain(algo_rest_t *r, algo_rest_chain_fn *fn, algo_rest_chain_drop_fn *drop, void *user);

/* For algo_httpd_options_t, with the algo_rest_t as `user`. Without `admit` the handler asks for the token itself, and
 * the body is there by then. */
ALGO_API bool algo_rest_admit(void *rest, algo_httpd_request_t *req, algo_httpd_response_t *res);
ALGO_API void algo_rest_handle(void *rest, algo_httpd_request_t *req, algo_httpd_response_t *res);
ALGO_API void algo_rest_closed(void *rest, algo_httpd_request_t *req);
/* The routes of an indexer that clients ask of a developer's network, answered from the same node and so never behind
 * it. No token is asked for, as in a LocalNet. */
ALGO_API bool algo_indexer_admit(void *rest, algo_httpd_request_t *req, algo_httpd_response_t *res);
ALGO_API void algo_indexer_handle(void *rest, algo_httpd_request_t *req, algo_httpd_response_t *res);
#define ALGO_INDEXER_CORS_HEADERS "X-Indexer-API-Token,Content-Type"
#define ALGO_REST_CORS_HEADERS    "X-Algo-API-Token,Content-Type"
#define ALGO_REST_MAX_BODY        (10u << 20)
/* For algo_httpd_options_t.body_limit: a dump that is loaded may have 4 GiB. */
ALGO_API size_t algo_rest_body_limit(void *rest, const char *method, const char *path);

#endif
