/* algo/indexer.h - an indexer's REST API (v2): what a node forgets. Searches come page by page.
 *
 * One thread at a time. Answers are JSON objects (json-c), which the caller puts back; typed calls exist for what the
 * other headers need. Errors as in algo/algod.h. Source: the indexer's OpenAPI (indexer.oas2.json). */
#ifndef ALGO_INDEXER_H
#define ALGO_INDEXER_H

#include "algo/algod.h"

typedef struct algo_indexer algo_indexer_t;

#define ALGO_INDEXER_DEFAULT_URL "http://127.0.0.1:8980"

/* url NULL: the default. token NULL or "": none is sent. Copies both; the token is wiped at the end. */
ALGO_API algo_code_t algo_indexer_new(algo_indexer_t **out, const char *url, const char *token, const algo_env_t *env,
                                      algo_err_t *err);
ALGO_API void algo_indexer_free(algo_indexer_t *x); /* NULL: nothing */

/* Any route: `path` with its query, escaped. */
ALGO_API algo_code_t algo_indexer_get(algo_indexer_t *x, const char *path, json_object **out, algo_err_t *err);

typedef struct algo_indexer_health {
  uint64_t round;
  bool db_available, is_migrating;
  const char *version;
} algo_indexer_health_t;
ALGO_API algo_code_t algo_indexer_health(algo_indexer_t *x, algo_indexer_health_t *out, algo_arena_t *arena,
                                         algo_err_t *err);

/* What a search of transactions asks for; what is zero or NULL is not asked. */
typedef struct algo_indexer_query {
  uint64_t app, asset, round, min_round, max_round, limit;
  const char *txid, *tx_type, *sig_type; /* "appl", "sig" ... */
  const algo_addr_t *address;
  const char *role; /* of the address: "sender", "receiver", "freeze-target" */
  algo_bytes_t note_prefix;
  const char *before, *after;          /* RFC 3339 times */
  uint64_t amount_above, amount_below; /* exclusive */
  bool rekeys;                         /* only those that rekey */
} algo_indexer_query_t;

/* Pages of one route: begin, then next until it gives NULL. */
typedef struct algo_indexer_pages algo_indexer_pages_t;
ALGO_API algo_code_t algo_indexer_transactions(algo_indexer_pages_t **out, algo_indexer_t *x,
                                               const algo_indexer_query_t *query, algo_err_t *err);
/* `path` with its query, escaped: "/v2/accounts/X/created-applications"; `list` names the array in each answer. */
ALGO_API algo_code_t algo_indexer_pages(algo_indexer_pages_t **out, algo_indexer_t *x, const char *path,
                                        const char *list, algo_err_t *err);
/* *item is the next element, which lives until the next call; NULL: no more. */
ALGO_API algo_code_t algo_indexer_next(algo_indexer_pages_t *p, json_object **item, algo_err_t *err);
ALGO_API void algo_indexer_pages_free(algo_indexer_pages_t *p); /* NULL: nothing */

/* The object itself, without what stands around it; a box's strings live in the arena. Errors: NOT_FOUND (there is
 * none). */
ALGO_API algo_code_t algo_indexer_transaction(algo_indexer_t *x, const char *txid, json_object **out, algo_err_t *err);
ALGO_API algo_code_t algo_indexer_account(algo_indexer_t *x, const algo_addr_t *addr, json_object **out,
                                          algo_err_t *err);
ALGO_API algo_code_t algo_indexer_application(algo_indexer_t *x, uint64_t id, json_object **out, algo_err_t *err);
ALGO_API algo_code_t algo_indexer_asset(algo_indexer_t *x, uint64_t id, json_object **out, algo_err_t *err);
ALGO_API algo_code_t algo_indexer_box(algo_indexer_t *x, uint64_t app, algo_bytes_t name, algo_box_t *out,
                                      algo_arena_t *arena, algo_err_t *err);

#endif
