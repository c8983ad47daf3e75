/* What the indexer's routes share. */
#ifndef REST_INDEXER_IMPL_H
#define REST_INDEXER_IMPL_H

#include "history.h"
#include "models.h"

#define INDEXER_PAGE     100u /* of accounts, applications, assets, block headers */
#define INDEXER_PAGE_MAX 1000u
#define INDEXER_MANY     1000u /* of transactions, balances, boxes */
#define INDEXER_MANY_MAX 10000u

static inline void model_bool(algo_json_t *j, const char *key, bool v) {
  algo_json_key(j, key);
  algo_json_bool(j, v);
}

/* ---- parameters; false: the answer (400) is written ---- */
bool indexer_limit(rest_call_t *c, uint64_t usual, uint64_t most, uint64_t *out);
bool indexer_next_id(rest_call_t *c, uint64_t *after); /* the token of a list of ids; 0 where none is given */
bool indexer_next_addr(rest_call_t *c, algo_addr_t *after, bool *given);
/* what: "creator address", "auth addr"; NULL: "address" with the indexer's words for a path */
bool indexer_query_addr(rest_call_t *c, const char *name, const char *what, algo_addr_t *out, bool *given);
bool indexer_arg_addr(rest_call_t *c, const char *what, algo_addr_t *out);    /* the path's; what: "address" */
bool indexer_check_addrs(rest_call_t *c, const char *what, const char *list); /* addresses, with commas; NULL: none */
size_t indexer_base32_span(algo_bytes_t v);   /* how many letters from the start on are base32's */
bool indexer_id(rest_call_t *c, uint64_t id); /* a round or number that its database can have */
bool indexer_query_time(rest_call_t *c, const char *name, int64_t *out); /* RFC 3339 to Unix seconds */

/* ---- lists over lifetimes ---- */
typedef struct indexer_list {
  rest_call_t *c;
  void (*tail)(void *user); /* writes what comes behind the last one; NULL: nothing does */
  const algo_ledger_t *l;
  const life_t *lives; /* all of them */
  size_t n_lives;
  bool all; /* those that went, too */
  uint64_t limit, n;
  const life_t *last;
} indexer_list_t;
/* The history and the ledger, both locked, for this call. False: the answer (500) is written, and nothing is locked. */
bool indexer_list_begin(indexer_list_t *s, rest_call_t *c);
void indexer_list_done(indexer_list_t *s);
typedef bool indexer_match_fn(void *user, const life_t *life);
typedef void indexer_put_fn(void *user, const life_t *life);
/* Writes "key":[...] of the lifetimes that match, by id or (by_addr) by address, up to the limit. */
void indexer_list_put(indexer_list_t *s, const char *key, bool by_addr, indexer_match_fn *match, indexer_put_fn *put,
                      void *user);
/* "current-round", the token of the last one where there was any, and the end of the object. */
void indexer_list_end(indexer_list_t *s, bool by_addr);

/* The asset or application; one that no block of this node made (a fork's) is told in *room. NULL: not there. */
const life_t *indexer_creatable(const indexer_list_t *s, life_kind_t kind, uint64_t id, life_t *room);

/* Elements of lists, and the one of a look-up. */
void indexer_put_app(indexer_list_t *s, const life_t *life, bool zeros); /* of one that went: schemas of zeros */
/* zeros: addresses that are not set are written, as a search for assets does. */
void indexer_put_asset(indexer_list_t *s, const life_t *life, bool zeros);
void indexer_put_local(indexer_list_t *s, const life_t *life);
/* more: added to the amount, modulo 2^64 */
void indexer_put_holding(indexer_list_t *s, const life_t *life, bool of_account, uint64_t more);

#endif
