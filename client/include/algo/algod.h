/* algo/algod.h - a node's REST API (algod v2), over one kept connection.
 *
 * A client is used by one thread at a time; make one a thread. Values that a call gives live in the arena passed to it.
 * Every call can fail with NET and TIMEOUT (host and remedy in the message), AUTH (the node refused the token), HTTP
 * (an answer that is none of the documented ones), PARSE (an answer that cannot be read), NOMEM and INTERRUPTED; only
 * others are named at the calls. Asking is repeated on broken connections and busy nodes, submitting never is. Source:
 * go-algorand's daemon/algod/api (algod.oas2.json, 5.1), https://dev.algorand.co/reference/rest-api/algod. */
#ifndef ALGO_ALGOD_H
#define ALGO_ALGOD_H

#include "algo/arena.h"
#include "algo/env.h"
#include "algo/json.h"
#include "algo/txn.h"

typedef struct algo_algod algo_algod_t;

#define ALGO_ALGOD_DEFAULT_URL "http://127.0.0.1:4001"

typedef struct algo_algod_options {
  const char *url;               /* NULL: ALGO_ALGOD_DEFAULT_URL; a path may follow the host; copied */
  const char *token;             /* X-Algo-API-Token; NULL or "": none is sent; copied, wiped at the end */
  uint32_t connect_timeout_ms;   /* 0: 3000 */
  uint32_t timeout_ms;           /* 0: 30000; waiting for a block has its own */
  uint32_t retries;              /* of what is safe to ask again */
  bool (*cancelled)(void *user); /* as in algo/http.h; NULL: never */
  void *cancel_user;
  const struct algo_http_transport *transport; /* as in algo/http.h; NULL: the network */
} algo_algod_options_t;

ALGO_API algo_code_t algo_algod_new(algo_algod_t **out, const algo_algod_options_t *opt, const algo_env_t *env,
                                    algo_err_t *err);
ALGO_API void algo_algod_free(algo_algod_t *c);                /* NULL: nothing */
ALGO_API const char *algo_algod_server(const algo_algod_t *c); /* as messages name it; lives as long as c */
/* What the node said in the last answer with an error status, whole (an algo_err_t cuts it); "" when it was none. Lives
 * until the next call. */
ALGO_API const char *algo_algod_said(const algo_algod_t *c);

/* Any route: `path` with its query, escaped. *body gets the answer of a success status; others become errors as
 * everywhere. */
ALGO_API algo_code_t algo_algod_ask(algo_algod_t *c, const char *method, const char *path, const char *content_type,
                                    algo_bytes_t body, algo_buf_t *answer, algo_err_t *err);

/* ---- the node ---- */
typedef struct algo_node_status {
  uint64_t last_round;
  const char *last_version; /* consensus version of the last round */
  const char *next_version;
  uint64_t next_version_round;
  bool next_version_supported;
  uint64_t catchup_ns; /* 0: caught up */
  uint64_t since_last_round_ns;
  bool stopped_at_unsupported_round;
} algo_node_status_t;
ALGO_API algo_code_t algo_algod_status(algo_algod_t *c, algo_node_status_t *out, algo_arena_t *arena, algo_err_t *err);
/* Returns when a block after `round` is there, or when the node's own limit (a minute) has passed: look at last_round.
 */
ALGO_API algo_code_t algo_algod_wait_after(algo_algod_t *c, uint64_t round, algo_node_status_t *out,
                                           algo_arena_t *arena, algo_err_t *err);
/* True in *ok where /health answers; an unreachable node is an error. */
ALGO_API algo_code_t algo_algod_health(algo_algod_t *c, bool *ok, algo_err_t *err);
/* The genesis document, as the node has it, appended. */
ALGO_API algo_code_t algo_algod_genesis(algo_algod_t *c, algo_buf_t *json, algo_err_t *err);

typedef struct algo_node_version {
  uint64_t major, minor, build;
  const char *genesis_id;
  algo_digest_t genesis_hash;
  const char *commit, *branch, *channel;
} algo_node_version_t;
ALGO_API algo_code_t algo_algod_versions(algo_algod_t *c, algo_node_version_t *out, algo_arena_t *arena,
                                         algo_err_t *err);

typedef struct algo_supply {
  uint64_t round, online_money, total_money; /* microAlgos */
} algo_supply_t;
ALGO_API algo_code_t algo_algod_supply(algo_algod_t *c, algo_supply_t *out, algo_err_t *err);

/* Developer mode: seconds added to the time for each following block; 0: the real clock. NOT_FOUND: not a developer
 * node. */
ALGO_API algo_code_t algo_algod_set_offset(algo_algod_t *c, uint64_t seconds, algo_err_t *err);
ALGO_API algo_code_t algo_algod_offset(algo_algod_t *c, uint64_t *seconds, algo_err_t *err);

/* ---- transactions ---- */
typedef struct algo_params { /* what a new transaction needs to know */
  uint64_t last_round;
  uint64_t min_fee;      /* microAlgos a transaction */
  uint64_t fee_per_byte; /* microAlgos, of a busy node: a transaction pays the larger of the two; 0: the minimum does */
  const char *genesis_id;
  algo_digest_t genesis_hash;
  const char *consensus;
} algo_params_t;
ALGO_API algo_code_t algo_algod_params(algo_algod_t *c, algo_params_t *out, algo_arena_t *arena, algo_err_t *err);

/* Signed transactions one after the other, a whole group. *first gets the id the node gave. Errors: LOGIC (a program
 * failed or rejected), LEDGER (any other reason of the ledger's or pool's); err->pc is the program counter where there
 * is one. */
ALGO_API algo_code_t algo_algod_submit(algo_algod_t *c, algo_bytes_t signed_group, char first[53], algo_err_t *err);

/* A transaction as the node tells of it: confirmed, waiting, dropped, or simulated. */
typedef struct algo_outcome algo_outcome_t;
struct algo_outcome {
  uint64_t confirmed_round;            /* 0: not yet */
  const char *pool_error;              /* "" : none; else it was dropped */
  uint64_t created_app, created_asset; /* 0: none */
  uint64_t closing_amount, asset_closing_amount;
  const algo_bytes_t *logs;
  size_t n_logs;
  const algo_outcome_t *inner;
  size_t n_inner;
  algo_stxn_t stxn; /* its transaction, of inner ones too */
};
/* NOT_FOUND: the node does not know it (never seen, or too long ago). */
ALGO_API algo_code_t algo_algod_pending(algo_algod_t *c, const char *txid, algo_outcome_t *out, algo_arena_t *arena,
                                        algo_err_t *err);
/* The same from the answer's bytes (msgpack). */
ALGO_API algo_code_t algo_outcome_decode(algo_outcome_t *out, algo_bytes_t msgpack, algo_arena_t *arena,
                                         algo_err_t *err);

/* ---- simulate ---- */
typedef struct algo_simulate_options {
  bool empty_signatures;  /* unsigned transactions are taken as signed */
  bool fix_signers;       /* and rekeyed senders too */
  bool unnamed_resources; /* whatever is touched is allowed, and told */
  bool more_logging;
  uint64_t extra_budget; /* opcodes, at most 320,000 */
  uint64_t round;        /* 0: the last */
} algo_simulate_options_t;

typedef struct algo_box_name {
  uint64_t app; /* 0: the called application */
  algo_bytes_t name;
} algo_box_name_t;
typedef struct algo_pair_ref { /* an asset holding or an application's local state */
  algo_addr_t account;
  uint64_t id;
} algo_pair_ref_t;
typedef struct algo_resources { /* touched without being named */
  const algo_addr_t *accounts;
  size_t n_accounts;
  const uint64_t *assets;
  size_t n_assets;
  const uint64_t *apps;
  size_t n_apps;
  const algo_box_name_t *boxes;
  size_t n_boxes;
  uint64_t extra_box_refs;
  const algo_pair_ref_t *holdings;
  size_t n_holdings;
  const algo_pair_ref_t *locals;
  size_t n_locals;
} algo_resources_t;

typedef struct algo_simulated_txn {
  algo_outcome_t outcome;
  algo_resources_t resources; /* only this transaction can name them */
  uint64_t budget_consumed;
} algo_simulated_txn_t;
typedef struct algo_simulated {
  uint64_t last_round;
  const char *failure; /* NULL: the group passed */
  size_t failed_at;    /* place in the group; meaningful with failure */
  uint64_t budget_added, budget_consumed;
  bool has_usage;             /* the node told the two below */
  uint64_t usage, fees_paid;  /* millionths of a minimum fee; microAlgos; inner transactions included */
  algo_resources_t resources; /* any transaction of the group can name them */
  const algo_simulated_txn_t *txns;
  size_t n_txns;
} algo_simulated_t;
/* A group that fails is a success here: see `failure`. Errors: INVALID (the request itself is refused). */
ALGO_API algo_code_t algo_algod_simulate(algo_algod_t *c, const algo_stxn_t *group, size_t n,
                                         const algo_simulate_options_t *opt, algo_simulated_t *out, algo_arena_t *arena,
                                         algo_err_t *err);
ALGO_API algo_code_t algo_simulated_decode(algo_simulated_t *out, algo_bytes_t msgpack, algo_arena_t *arena,
                                           algo_err_t *err);

/* ---- state ---- */
typedef struct algo_account {
  uint64_t round;
  uint64_t amount, min_balance; /* microAlgos */
  algo_addr_t auth_addr;        /* zero: its own key */
  const char *status;           /* "Offline" ... */
  uint64_t total_assets, total_apps, created_assets, created_apps;
} algo_account_t;
/* An account that never was has zeros. */
ALGO_API algo_code_t algo_algod_account(algo_algod_t *c, const algo_addr_t *addr, algo_account_t *out,
                                        algo_arena_t *arena, algo_err_t *err);
/* Any detail: the node's whole JSON answer, parsed; the caller puts it back (json_object_put). */
ALGO_API algo_code_t algo_algod_account_json(algo_algod_t *c, const algo_addr_t *addr, json_object **out,
                                             algo_err_t *err);

typedef struct algo_holding {
  bool opted_in, frozen;
  uint64_t amount; /* base units */
} algo_holding_t;
ALGO_API algo_code_t algo_algod_holding(algo_algod_t *c, const algo_addr_t *addr, uint64_t asset, algo_holding_t *out,
                                        algo_err_t *err);

typedef struct algo_teal_value {
  algo_bytes_t key;
  bool is_uint;
  uint64_t uint;
  algo_bytes_t bytes;
} algo_teal_value_t;
typedef struct algo_teal_state {
  const algo_teal_value_t *items;
  size_t n;
} algo_teal_state_t;
ALGO_API const algo_teal_value_t *algo_teal_find(const algo_teal_state_t *s, const char *key); /* NULL: not there */

typedef struct algo_application {
  uint64_t id;
  algo_addr_t creator;
  algo_bytes_t approval, clear;
  algo_schema_t global_schema, local_schema;
  uint64_t extra_pages;
  algo_teal_state_t globals;
} algo_application_t;
/* NOT_FOUND: no such application. */
ALGO_API algo_code_t algo_algod_application(algo_algod_t *c, uint64_t id, algo_application_t *out, algo_arena_t *arena,
                                            algo_err_t *err);
/* The applications that the account made and that are there, in the node's order. A node refuses to list very many (by
 * default more than 100,000 of everything that an account has): HTTP, with its words. */
ALGO_API algo_code_t algo_algod_created(algo_algod_t *c, const algo_addr_t *addr, const algo_application_t **out,
                                        size_t *n, algo_arena_t *arena, algo_err_t *err);
/* NOT_FOUND: not opted in. */
ALGO_API algo_code_t algo_algod_locals(algo_algod_t *c, const algo_addr_t *addr, uint64_t app, algo_teal_state_t *out,
                                       algo_arena_t *arena, algo_err_t *err);

typedef struct algo_box {
  algo_bytes_t name, value;
} algo_box_t;
/* NOT_FOUND: no such box, or no such application. */
ALGO_API algo_code_t algo_algod_box(algo_algod_t *c, uint64_t app, algo_bytes_t name, algo_box_t *out,
                                    algo_arena_t *arena, algo_err_t *err);
/* All boxes whose names start with `prefix`, by name, with values; page after page on nodes that have pages (5.0 on),
 * else names and then each value. */
ALGO_API algo_code_t algo_algod_boxes(algo_algod_t *c, uint64_t app, algo_bytes_t prefix, const algo_box_t **out,
                                      size_t *n, algo_arena_t *arena, algo_err_t *err);

typedef struct algo_asset {
  uint64_t id;
  algo_addr_t creator;
  algo_asset_params_t params;
} algo_asset_t;
/* NOT_FOUND: no such asset. */
ALGO_API algo_code_t algo_algod_asset(algo_algod_t *c, uint64_t id, algo_asset_t *out, algo_arena_t *arena,
                                      algo_err_t *err);

/* ---- blocks ---- */
/* {block, cert} as msgpack; algo_block_decode reads it. NOT_FOUND: not there yet, or no longer. */
ALGO_API algo_code_t algo_algod_block(algo_algod_t *c, uint64_t round, algo_buf_t *out, algo_err_t *err);
ALGO_API algo_code_t algo_algod_block_hash(algo_algod_t *c, uint64_t round, algo_digest_t *out, algo_err_t *err);

/* ---- programs (nodes with EnableDeveloperAPI) ---- */
typedef struct algo_compiled {
  algo_bytes_t program;
  algo_addr_t address; /* of the program as a smart signature */
} algo_compiled_t;
/* Errors: ASM (the message is the assembler's), UNSUPPORTED (the node has this switched off). */
ALGO_API algo_code_t algo_algod_compile(algo_algod_t *c, const char *teal, algo_compiled_t *out, algo_arena_t *arena,
                                        algo_err_t *err);
/* *teal becomes the text. Errors: HTTP (no program), UNSUPPORTED. */
ALGO_API algo_code_t algo_algod_disassemble(algo_algod_t *c, algo_bytes_t program, algo_buf_t *teal, algo_err_t *err);

#endif
