/* algo/ledger.h - the sandbox's ledger: accounts, assets, applications, boxes; groups evaluated as go-algorand's ledger
 * does; blocks made in the real encoding; simulate. No HTTP, no threads: the caller serialises access (many readers or
 * one writer).
 *
 * Source of the rules: go-algorand 5.1, ledger/eval, ledger/apply, ledger/simulation (facts; no code). */
#ifndef ALGO_LEDGER_H
#define ALGO_LEDGER_H

#include "algo/avm.h"
#include "algo/env.h"

typedef struct algo_ledger algo_ledger_t;

/* ---- life ---- */
typedef struct algo_genesis_account {
  algo_addr_t addr;
  uint64_t amount; /* microAlgos */
  uint64_t status; /* 0 offline, 1 online, 2 not participating */
  uint8_t vote_pk[32], selection_pk[32], state_proof_pk[64];
  uint64_t vote_first, vote_last, vote_key_dilution;
  const char *comment;
} algo_genesis_account_t;

typedef struct algo_genesis {
  const char *id;       /* the schema id: "v1"; the genesis id is network "-" id */
  const char *network;  /* "dockernet" */
  const char *protocol; /* "future" */
  const char *comment;  /* NULL or "": none */
  algo_addr_t fee_sink, rewards_pool;
  int64_t timestamp;
  bool devmode;
  const algo_genesis_account_t *alloc;
  size_t n_alloc;
} algo_genesis_t;

/* A genesis document (JSON); its texts live in the arena. Errors: PARSE (names the member), NOMEM. */
ALGO_API algo_code_t algo_genesis_parse(algo_genesis_t *out, const void *json, size_t n, algo_arena_t *arena,
                                        algo_err_t *err);
ALGO_API void algo_genesis_json(algo_buf_t *out, const algo_genesis_t *g);    /* as GET /genesis */
ALGO_API void algo_genesis_hash(algo_digest_t *out, const algo_genesis_t *g); /* SHA-512/256("GE" || msgpack) */

/* At round 0 with the genesis's accounts; `g` is copied. Errors: UNSUPPORTED (its protocol), INVALID (an account
 * twice, more money than 2^64 - 1), NOMEM. */
ALGO_API algo_code_t algo_ledger_new(algo_ledger_t **out, const algo_genesis_t *g, const algo_env_t *env,
                                     algo_err_t *err);
ALGO_API void algo_ledger_free(algo_ledger_t *l);
/* Blocks that are older than the last 1024 to 2048 go to files: by default such as nobody sees, gone with the ledger;
 * from now on to `blocks`, `index` and `ids` in this folder, which has to be there. Errors: IO. */
ALGO_API algo_code_t algo_ledger_keep(algo_ledger_t *l, const char *dir, algo_err_t *err);
/* The state as bytes that algo_ledger_restore takes: with the folder's files it is the ledger as of the last block.
 * Only where algo_ledger_may_save: kept in a folder, no snapshot, nothing in the open block. Errors:
 * INVALID, IO, NOMEM. */
ALGO_API bool algo_ledger_may_save(const algo_ledger_t *l);
ALGO_API algo_code_t algo_ledger_save(algo_ledger_t *l, algo_buf_t *out, algo_err_t *err);
/* Into a ledger that is new and kept in the same folder. Deltas and simulations of rounds up to the restored one are
 * not there. Errors: PARSE (of another network or program, damaged), IO, NOMEM; the ledger is good for
 * algo_ledger_free alone then. */
ALGO_API algo_code_t algo_ledger_restore(algo_ledger_t *l, algo_bytes_t saved, algo_err_t *err);
ALGO_API const algo_genesis_t *algo_ledger_genesis(const algo_ledger_t *l);
ALGO_API const algo_digest_t *algo_ledger_genesis_hash(const algo_ledger_t *l);
ALGO_API const algo_consensus_t *algo_ledger_consensus(const algo_ledger_t *l);
ALGO_API uint64_t algo_ledger_round(const algo_ledger_t *l); /* the last sealed block's */
/* A sealed block's header; its arrays live in the arena, its byte strings too or until the next seal.
 * NOT_FOUND past the tip, with the node's text ("ledger does not have entry 9 (latest 8, committed 8)"). */
ALGO_API algo_code_t algo_ledger_header(const algo_ledger_t *l, uint64_t round, algo_header_t *out, algo_arena_t *arena,
                                        algo_err_t *err);
/* The last sealed block's header: a view until the next seal or revert. */
ALGO_API const algo_header_t *algo_ledger_tip(const algo_ledger_t *l);

/* ---- groups into blocks ---- */
typedef struct algo_ledger_group { /* signed transactions one after the other, decoded; all of it in the arena */
  size_t n;                        /* 1 to ALGO_GROUP_MAX */
  const algo_stxn_t *const *txns;
  const algo_digest_t *ids;
  const algo_bytes_t *encoded; /* each transaction without signatures, canonical: what was signed */
  bool calls;                  /* there is an application call among them */
} algo_ledger_group_t;
/* Needs no ledger: any thread, before the writer's turn. Keeps views of `in`. Errors: PARSE with a node's message,
 * NOMEM. */
ALGO_API algo_code_t algo_ledger_group_read(algo_ledger_group_t *out, algo_bytes_t in, algo_arena_t *arena,
                                            algo_err_t *err);

typedef struct algo_submit_options {
  bool skip_signatures; /* impersonation: every sender is taken as signed */
  bool skip_pq_address_check;
  /* NULL, or one a transaction, ALGO_GROUP_MAX: its plain signature, the only one it has, was verified by the caller.
   */
  const bool *verified;
  const algo_avm_tracer_t *tracer; /* sees the application calls; NULL: none */
  size_t pool_size;                /* top-level transactions that may be open; 0: any number */
  uint64_t fee_per_byte;           /* least fee, microAlgos a byte of each signed transaction; 0: none */
  void (*waits)(void *user);       /* of a node: before others are waited for; NULL: not told */
  void *waits_user;
} algo_submit_options_t;

/* Decodes, checks (form, signatures, life, leases, fees) and evaluates one group onto the open block; all or nothing.
 * *first is the first transaction's id. Errors: LEDGER or PARSE with http_status 400 and, in *text, the node's whole
 * message
 * ("TransactionPool.Remember: transaction ...: ..."). */
typedef struct algo_submit_detail { /* what a node adds to a refusal by a program, beside the text */
  bool present;
  bool has_app;
  uint64_t app; /* the program that failed: the outermost; no application: a logic signature */
  uint32_t pc;
  algo_bytes_t attributes; /* a JSON object (algo_avm_group_failure_attributes); until the ledger's next call */
} algo_submit_detail_t;
ALGO_API algo_code_t algo_ledger_submit(algo_ledger_t *l, algo_bytes_t group, const algo_submit_options_t *opt,
                                        algo_digest_t *first, algo_buf_t *text, algo_submit_detail_t *detail,
                                        algo_err_t *err);
/* The same of a group that was read before. */
ALGO_API algo_code_t algo_ledger_submit_read(algo_ledger_t *l, const algo_ledger_group_t *group,
                                             const algo_submit_options_t *opt, algo_buf_t *text,
                                             algo_submit_detail_t *detail, algo_err_t *err);
ALGO_API size_t algo_ledger_open_count(const algo_ledger_t *l); /* top-level transactions in the open block */
/* The open block may have more than a block takes (MaxTxnBytesPerBlock), as a node's pool does: each group is evaluated
 * behind those before it. So many blocks are full already; 0: it all fits into the next one. */
ALGO_API uint64_t algo_ledger_open_whole(const algo_ledger_t *l);
/* Undoes what does not fit into the next block: those groups are to be submitted again behind it. */
ALGO_API void algo_ledger_open_cut(algo_ledger_t *l);
/* Seals the open block (it may be empty) with this timestamp (Unix seconds); at round() + 1. Errors: NOMEM. */
ALGO_API algo_code_t algo_ledger_seal(algo_ledger_t *l, int64_t timestamp, algo_err_t *err);
/* Undoes what is in the open block. */
ALGO_API void algo_ledger_discard(algo_ledger_t *l);

/* {block, cert} in the real encoding, appended. Errors: NOT_FOUND past the tip; IO (an old one that cannot be read). */
ALGO_API algo_code_t algo_ledger_block(const algo_ledger_t *l, uint64_t round, algo_buf_t *out, algo_err_t *err);
/* The state delta of a block, as GET /v2/deltas/{r}?format=msgpack, for the last 320 rounds (NOT_FOUND before). Takes
 * the writer's turn: the state is led back to that round and forth again. */
ALGO_API algo_code_t algo_ledger_delta(algo_ledger_t *l, uint64_t round, algo_buf_t *out, algo_err_t *err);
/* Those of the groups of a block, as GET /v2/deltas/{r}/txn/group, and that of the group which has the id or a
 * transaction of that id, as GET /v2/deltas/txn/group/{id}. leases false: without them, for JSON. The same rounds, the
 * same turn. Errors: NOT_FOUND, NOMEM. */
ALGO_API algo_code_t algo_ledger_group_deltas(algo_ledger_t *l, uint64_t round, bool leases, algo_buf_t *out,
                                              algo_err_t *err);
ALGO_API algo_code_t algo_ledger_group_delta(algo_ledger_t *l, const algo_digest_t *id, bool leases, algo_buf_t *out,
                                             algo_err_t *err);

/* ---- looking things up, as of the last sealed block (or with the open one where there is one) ---- */
typedef struct algo_found_txn { /* a transaction that was accepted */
  uint64_t round;               /* 0: still in the open block */
  uint32_t index;               /* in its block, top level */
  const algo_apply_t *apply;    /* as in the block (without gen and gh), in the caller's arena */
  const char *rejected;         /* why it cannot be told though it is there; NULL: it can, or there is none */
} algo_found_txn_t;
ALGO_API bool algo_ledger_find_txn(const algo_ledger_t *l, const algo_digest_t *txid, algo_found_txn_t *out,
                                   algo_arena_t *arena);
/* The i-th of the open block; false past its end. */
ALGO_API bool algo_ledger_open_txn(const algo_ledger_t *l, size_t i, algo_found_txn_t *out, algo_arena_t *arena);

/* Proofs of membership. hash: 0 SHA-512/256, 1 SHA-256. proof: depth sibling hashes of 32 bytes, the leaf's first;
 * empty ones are left out by a node only where the tree ends (SHA-512/256), here too. */
typedef struct algo_txn_proof {
  uint8_t stib_hash[32];
  const uint8_t *proof;
  size_t n; /* bytes, in the arena */
  uint64_t depth, index;
} algo_txn_proof_t;
/* Errors: NOT_FOUND (no such round, or the transaction is not in it). */
ALGO_API algo_code_t algo_ledger_txn_proof(const algo_ledger_t *l, uint64_t round, const algo_digest_t *txid, int hash,
                                           algo_txn_proof_t *out, algo_arena_t *arena, algo_err_t *err);

typedef struct algo_account_view {
  algo_addr_t addr;
  uint64_t balance, pending_rewards, rewards, rewards_base,
      min_balance; /* balance and rewards (ever earned) with what is pending */
  uint64_t status;
  uint8_t vote_pk[32], selection_pk[32], state_proof_pk[64];
  uint64_t vote_first, vote_last, vote_key_dilution;
  algo_addr_t auth_addr; /* zero: none */
  algo_schema_t total_schema;
  uint64_t total_extra_pages, total_apps_created, total_apps_opted_in, total_assets_created, total_assets, total_boxes,
      total_box_bytes;
  bool incentive_eligible;
  uint64_t last_proposed, last_heartbeat;
} algo_account_view_t;
/* An account that was never heard of is an empty one, as algod answers. */
ALGO_API void algo_ledger_account(const algo_ledger_t *l, const algo_addr_t *a, algo_account_view_t *out);

typedef struct algo_kv {
  algo_bytes_t key;
  algo_tv_t value;
  bool absent; /* initial states alone: it was read and is not there */
} algo_kv_t;
/* Iteration in ascending id (or key) order; the callback returns false to stop. `after`: ids above it only. */
typedef bool algo_holding_fn(void *user, uint64_t asset, const algo_avm_holding_t *h);
typedef bool algo_asset_fn(void *user, uint64_t asset, const algo_asset_params_t *p, const algo_addr_t *creator);
typedef bool algo_local_fn(void *user, uint64_t app, const algo_schema_t *schema, const algo_kv_t *kv, size_t n);
typedef bool algo_app_fn(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *global, size_t n);
typedef bool algo_box_fn(void *user, algo_bytes_t name, algo_bytes_t value);
ALGO_API void algo_ledger_each_holding(const algo_ledger_t *l, const algo_addr_t *a, uint64_t after,
                                       algo_holding_fn *fn, void *user);
ALGO_API void algo_ledger_each_created_asset(const algo_ledger_t *l, const algo_addr_t *a, uint64_t after,
                                             algo_asset_fn *fn, void *user);
ALGO_API void algo_ledger_each_local(const algo_ledger_t *l, const algo_addr_t *a, uint64_t after, algo_local_fn *fn,
                                     void *user);
ALGO_API void algo_ledger_each_created_app(const algo_ledger_t *l, const algo_addr_t *a, uint64_t after,
                                           algo_app_fn *fn, void *user);
/* False: out of memory, and none was told. */
ALGO_API bool algo_ledger_each_box(const algo_ledger_t *l, uint64_t app, algo_box_fn *fn, void *user);
ALGO_API bool algo_ledger_asset(const algo_ledger_t *l, uint64_t asset, algo_asset_params_t *p, algo_addr_t *creator);
ALGO_API bool algo_ledger_app(const algo_ledger_t *l, uint64_t app, algo_app_fn *fn, void *user);
ALGO_API bool algo_ledger_holding(const algo_ledger_t *l, const algo_addr_t *a, uint64_t asset,
                                  algo_avm_holding_t *out);
ALGO_API bool algo_ledger_local(const algo_ledger_t *l, const algo_addr_t *a, uint64_t app, algo_local_fn *fn,
                                void *user);
ALGO_API bool algo_ledger_box(const algo_ledger_t *l, uint64_t app, algo_bytes_t name, algo_bytes_t *value);
typedef struct algo_ledger_supply {
  uint64_t total, online; /* microAlgos, rewards applied; what takes no part is in neither */
  uint64_t online_stake;  /* what agreement would count in the last round: 320 rounds back, expired keys out */
  uint64_t round;
} algo_ledger_supply_t;
ALGO_API void algo_ledger_supply(const algo_ledger_t *l, algo_ledger_supply_t *out);

/* ---- simulate: structures mirror algod's SimulateRequest and its answer ---- */
typedef struct algo_sim_request {
  algo_bytes_t group; /* concatenated signed transactions of one group */
  uint64_t round;     /* 0: the last */
  bool allow_empty_signatures, allow_more_logging, allow_unnamed_resources, fix_signers;
  uint64_t extra_opcode_budget;
  bool trace, trace_stack, trace_scratch, trace_state;
} algo_sim_request_t;

typedef enum { ALGO_STATE_WRITE = 1, ALGO_STATE_DELETE = 2 } algo_state_op_t;
typedef struct algo_sim_state_change {
  algo_state_op_t op;
  char kind; /* 'g' global, 'l' local, 'b' box */
  algo_bytes_t key;
  bool has_value;
  algo_tv_t value;
  algo_addr_t account; /* local only */
} algo_sim_state_change_t;
typedef struct algo_sim_scratch {
  uint64_t slot;
  algo_tv_t value;
} algo_sim_scratch_t;
typedef struct algo_sim_step {
  uint32_t pc;
  int64_t pops;
  const algo_tv_t *pushes;
  size_t n_pushes;
  const algo_sim_scratch_t *scratch;
  size_t n_scratch;
  const algo_sim_state_change_t *state;
  size_t n_state;
  const uint32_t *spawned;
  size_t n_spawned; /* indices of inner transactions */
} algo_sim_step_t;
typedef struct algo_sim_trace algo_sim_trace_t;
struct algo_sim_trace {
  const algo_sim_step_t *approval, *clear, *sig;
  size_t n_approval, n_clear, n_sig;
  algo_bytes_t approval_hash, clear_hash, sig_hash; /* empty: not run */
  bool clear_rollback;
  const char *clear_rollback_error; /* NULL: none */
  const algo_sim_trace_t *inner;
  size_t n_inner;
};
typedef struct algo_sim_unnamed { /* resources used without being named */
  const algo_addr_t *accounts;
  size_t n_accounts;
  const uint64_t *assets;
  size_t n_assets;
  const uint64_t *apps;
  size_t n_apps;
  const struct algo_sim_box {
    uint64_t app;
    algo_bytes_t name;
  } * boxes;
  size_t n_boxes;
  uint64_t extra_box_refs;
  const struct algo_sim_holding {
    algo_addr_t account;
    uint64_t asset;
  } * holdings;
  size_t n_holdings;
  const struct algo_sim_local {
    algo_addr_t account;
    uint64_t app;
  } * locals;
  size_t n_locals;
} algo_sim_unnamed_t;
typedef struct algo_sim_txn {
  const algo_apply_t *apply;
  uint64_t app_budget_consumed, sig_budget_consumed;
  const algo_sim_trace_t *trace; /* NULL: not asked for */
  algo_sim_unnamed_t unnamed;
  bool has_fixed_signer;
  algo_addr_t fixed_signer;
} algo_sim_txn_t;
typedef struct algo_sim_initial { /* initial states of an application that was touched */
  uint64_t app;
  const algo_kv_t *global;
  size_t n_global;
  const algo_kv_t *boxes;
  size_t n_boxes;
  const struct algo_sim_initial_local {
    algo_addr_t account;
    const algo_kv_t *kv;
    size_t n;
  } * locals;
  size_t n_locals;
} algo_sim_initial_t;
typedef struct algo_sim_result { /* everything lives in the arena */
  uint64_t last_round;
  const algo_sim_txn_t *txns;
  size_t n_txns;
  const char *failure;
  size_t failure_length; /* NULL: would succeed; any bytes, and a NUL behind them */
  const uint32_t *failed_at;
  size_t n_failed_at; /* path */
  uint64_t app_budget_added, app_budget_consumed;
  uint64_t fee_usage, fees_paid; /* millionths of the minimum fee; microAlgos */
  algo_sim_unnamed_t unnamed;
  const algo_sim_initial_t *initial;
  size_t n_initial;
  uint64_t max_log_calls, max_log_size; /* evaluation overrides; 0: none */
} algo_sim_result_t;
/* Runs `look` on the ledger as it stood after that round, one that the last 320 have; nothing stays changed. As a call
 * that changes the ledger: nobody else has it meanwhile. Errors: LEDGER (that round is not there any more), NOMEM, IO.
 */
ALGO_API algo_code_t algo_ledger_look_back(algo_ledger_t *l, uint64_t round,
                                           void (*look)(void *self, const algo_ledger_t *l), void *self,
                                           algo_err_t *err);
/* Errors: LEDGER, a refusal of the whole request, with http_status 400 or 500 and the node's message, of which out's
 * failure has every byte (no NUL behind them); NOMEM. */
ALGO_API algo_code_t algo_ledger_simulate(algo_ledger_t *l, const algo_sim_request_t *req, algo_sim_result_t *out,
                                          algo_arena_t *arena, algo_err_t *err);

/* ---- control (developer's) ---- */
ALGO_API algo_code_t algo_ledger_snapshot(algo_ledger_t *l, uint64_t *id,
                                          algo_err_t *err); /* cheap: nothing is copied */
ALGO_API algo_code_t algo_ledger_revert(algo_ledger_t *l, uint64_t id,
                                        algo_err_t *err); /* NOT_FOUND; ids taken later are gone */
/* Each of these writes as of the last sealed block, outside of any transaction (a block does not show it). An open
 * block must be empty (INVALID). */
/* RANGE: all accounts together would have more than 2^64 - 1. */
ALGO_API algo_code_t algo_ledger_set_balance(algo_ledger_t *l, const algo_addr_t *a, uint64_t micro, algo_err_t *err);
/* v NULL deletes. NOT_FOUND: no such application (or not opted in). Schemas are not checked. */
ALGO_API algo_code_t algo_ledger_set_global(algo_ledger_t *l, uint64_t app, algo_bytes_t key, const algo_tv_t *v,
                                            algo_err_t *err);
ALGO_API algo_code_t algo_ledger_set_local(algo_ledger_t *l, const algo_addr_t *a, uint64_t app, algo_bytes_t key,
                                           const algo_tv_t *v, algo_err_t *err);
/* value NULL deletes; the application account's box counts follow. INVALID: a name or a value that is too long. */
ALGO_API algo_code_t algo_ledger_set_box(algo_ledger_t *l, uint64_t app, algo_bytes_t name, const algo_bytes_t *value,
                                         algo_err_t *err);
/* Empty programs are left as they are. */
ALGO_API algo_code_t algo_ledger_set_program(algo_ledger_t *l, uint64_t app, algo_bytes_t approval, algo_bytes_t clear,
                                             algo_err_t *err);

#endif
