/* What the routes share. */
#ifndef REST_IMPL_H
#define REST_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "algo/asm.h"
#include "algo/json.h"
#include "algo/rest.h"

#define REST_MAX_ARGS 3u
#define ERR_LEDGER    "failed to retrieve information from the ledger"
#define ERR_FORMAT    "failed to parse the format option"
#define ERR_TXID      "no valid transaction ID was specified"

typedef struct rest_source rest_source_t;   /* coverage.c: where a program's instructions came from */
typedef struct rest_history rest_history_t; /* history.c: when things came and went */

typedef struct rest_place { /* a chain that answers, or did */
  algo_node_t *node;
  atomic_uint users;         /* requests that look at it */
  atomic_bool retired, gone; /* another took its place; the node is let go */
  struct rest_place *former;
} rest_place_t;

struct algo_rest {
  rest_place_t *_Atomic place;
  algo_rest_chain_fn *chain;     /* NULL: there is none but this one */
  algo_rest_chain_drop_fn *drop; /* NULL: former ones stay */
  void *chain_user;
  pthread_mutex_t chain_lock; /* while another takes its place */
  algo_env_t env;
  char *token;                  /* NULL: none is asked for */
  _Atomic bool skip_signatures; /* everyone's sender is taken as signed */
  pthread_mutex_t lock;         /* the sources */
  rest_source_t *sources;
  pthread_mutex_t history_lock;
  rest_history_t *history; /* NULL: nobody asked yet */
};

typedef struct rest_call {
  algo_rest_t *rest;
  rest_place_t *place;
  algo_node_t *node; /* of the place */
  algo_httpd_request_t *req;
  algo_httpd_response_t *res;
  algo_bytes_t arg[REST_MAX_ARGS]; /* of the path, in order; never empty */
  algo_json_t json;                /* writes the body as Go's encoding/json does */
} rest_call_t;

/* ---- place.c ---- */
rest_place_t *rest_place_new(algo_node_t *node, rest_place_t *former); /* NULL: out of memory */
rest_place_t *rest_place_enter(algo_rest_t *r);                        /* its node is there until it is left */
void rest_place_leave(algo_rest_t *r, rest_place_t *p);
void rest_places_free(algo_rest_t *r);

typedef void rest_fn_t(rest_call_t *c);

typedef enum rest_flags {
  REST_OPEN = 1,   /* no token asked for */
  REST_LEDGER = 2, /* not in a replay */
  REST_QUICK = 4   /* as algo_httpd_request_t's quick */
} rest_flags_t;

typedef struct rest_route {
  const char *method;
  const char *pattern; /* "/v2/blocks/:/hash": a colon is an argument */
  rest_fn_t *fn;
  unsigned flags;
} rest_route_t;

typedef struct rest_table {
  const rest_route_t *routes;
  size_t n;
} rest_table_t;

/* ---- answers ---- */
void rest_error(rest_call_t *c, int status, const char *fmt, ...) ALGO_PRINTF(3, 4);
int rest_status(algo_code_t rc); /* of a refusal: 500 where it is not the request's fault, 400 where it is */
void rest_error_text(rest_call_t *c, int status, algo_bytes_t text); /* any bytes, any length */
/* Between these, c->json writes one object. */
void rest_begin(rest_call_t *c);
void rest_end(rest_call_t *c);

/* ---- parameters; false: the answer (400) is written ---- */
bool rest_arg_u64(rest_call_t *c, unsigned i, const char *name, uint64_t *out);
bool rest_arg_addr(rest_call_t *c, unsigned i, algo_addr_t *out);
/* *out: NULL where it is not given. False: it is given more than once, and the answer (400) is written; a list says so
 * in other words. */
bool rest_query_text(rest_call_t *c, const char *name, const char **out);
bool rest_query_list(rest_call_t *c, const char *name, const char **out);
bool rest_query_u64(rest_call_t *c, const char *name, uint64_t *out, bool *given);
bool rest_query_bool(rest_call_t *c, const char *name, bool *out); /* left as it was where it is not given */
bool rest_query_format(rest_call_t *c, bool *msgpack);
/* 404; 500 for a number that no node can look up. */
void rest_not_found(rest_call_t *c, uint64_t id, const char *text);
bool rest_query_has(rest_call_t *c, const char *name, const char *value); /* a comma-separated list has the value */

/* The mp encoding of an answer as the client asked for it. */
void rest_encoded(rest_call_t *c, const algo_buf_t *mp, int shape, bool msgpack);

/* POST /v2/transactions with this group. */
void rest_take_group(rest_call_t *c, algo_bytes_t group, bool skip_signatures);
void rest_submit_unsigned(rest_call_t *c);
void rest_source_note(rest_call_t *c, const algo_addr_t *hash, const algo_asm_result_t *r);
void rest_sources_free(algo_rest_t *r);
void rest_history_free(algo_rest_t *r);

/* ---- routes, one file each ---- */
extern const rest_table_t rest_txn_routes, rest_status_routes, rest_account_routes, rest_app_routes, rest_block_routes,
    rest_teal_routes, rest_simulate_routes, rest_ledger_routes, rest_control_routes, rest_coverage_routes,
    rest_admin_routes, rest_chain_routes;

extern const rest_table_t indexer_routes, indexer_search_routes, indexer_account_routes, indexer_block_routes;

#endif
