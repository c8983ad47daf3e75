/* algo/avm.h - the Algorand Virtual Machine: runs approval, clear-state and logic-signature programs against a ledger that
 * the caller gives behind a small interface. Everything is deterministic; nothing here prints, sleeps or looks at a clock.
 *
 * The order of things follows go-algorand 5.1's data/transactions/logic (EvalParams, EvalContext, LedgerForLogic), because
 * failure texts, budgets and the visibility of resources are part of consensus or of what tools read.
 *
 *   caller: algo_avm_group_init -> for each transaction of the group: algo_avm_eval_app / algo_avm_eval_sig
 *   AVM, at itxn_submit: makes a child group -> ledger->perform(self, child, i) for each inner transaction, in order;
 *   perform applies it (fees, balances, state) and, for an appl, calls algo_avm_eval_app on the child. */
#ifndef ALGO_AVM_H
#define ALGO_AVM_H

#include "algo/block.h"
#include "algo/consensus.h"

typedef struct algo_tv { /* a TEAL value */
  bool is_bytes;
  uint64_t uint;
  algo_bytes_t bytes;
} algo_tv_t;

typedef struct algo_avm_account { /* what acct_params_get and balance look at */
  uint64_t balance, min_balance; /* microAlgos, rewards applied */
  algo_addr_t auth_addr;
  algo_schema_t total_schema;
  uint64_t total_extra_pages, total_apps_created, total_apps_opted_in, total_assets_created, total_assets;
  uint64_t total_boxes, total_box_bytes;
  bool incentive_eligible;
  uint64_t last_proposed, last_heartbeat; /* rounds */
} algo_avm_account_t;

typedef struct algo_avm_holding { uint64_t amount; bool frozen; } algo_avm_holding_t;

typedef struct algo_avm_app { /* views that live until the app changes */
  algo_bytes_t approval, clear;
  algo_schema_t global_schema, local_schema;
  uint32_t extra_pages;
  uint64_t version;
  algo_addr_t creator, size_sponsor;
  bool foreign_box_reads, family_box_access;
} algo_avm_app_t;

typedef struct algo_avm_group algo_avm_group_t;

/* The ledger as the AVM sees it. Each returns ALGO_OK, ALGO_E_NOT_FOUND where it says so, or another code with *err set to the
 * text that go-algorand's ledger has for it. Views returned live at least until the next write to the same thing. */
typedef struct algo_avm_ledger_ops {
  uint64_t (*round)(void *self);                 /* of the block being made */
  int64_t (*prev_timestamp)(void *self);         /* of the block before, Unix seconds */
  uint64_t (*counter)(void *self);               /* transaction counter: the next created id is this + 1 */
  algo_code_t (*block_header)(void *self, uint64_t round, algo_header_t *out, algo_err_t *err); /* opcode block */
  algo_code_t (*account)(void *self, const algo_addr_t *a, algo_avm_account_t *out, algo_err_t *err);
  algo_code_t (*authorizer)(void *self, const algo_addr_t *a, algo_addr_t *out, algo_err_t *err);
  algo_code_t (*voter)(void *self, const algo_addr_t *a, uint64_t *stake, bool *incentive_eligible, algo_err_t *err);
  algo_code_t (*online_stake)(void *self, uint64_t *out, algo_err_t *err);
  algo_code_t (*holding)(void *self, const algo_addr_t *a, uint64_t asset, algo_avm_holding_t *out, algo_err_t *err); /* NOT_FOUND */
  algo_code_t (*asset)(void *self, uint64_t asset, algo_asset_params_t *out, algo_addr_t *creator, algo_err_t *err);  /* NOT_FOUND */
  algo_code_t (*app)(void *self, uint64_t app, algo_avm_app_t *out, algo_err_t *err);                                 /* NOT_FOUND */
  algo_code_t (*opted_in)(void *self, const algo_addr_t *a, uint64_t app, bool *out, algo_err_t *err);
  /* state: *exists false where the key is not there */
  algo_code_t (*global_get)(void *self, uint64_t app, algo_bytes_t key, algo_tv_t *out, bool *exists, algo_err_t *err);
  algo_code_t (*global_set)(void *self, uint64_t app, algo_bytes_t key, const algo_tv_t *v, algo_err_t *err);
  algo_code_t (*global_del)(void *self, uint64_t app, algo_bytes_t key, algo_err_t *err);
  /* account_index is the transaction's own numbering (0 the sender), as evaluation deltas write it */
  algo_code_t (*local_get)(void *self, const algo_addr_t *a, uint64_t app, algo_bytes_t key, uint64_t account_index, algo_tv_t *out, bool *exists, algo_err_t *err);
  algo_code_t (*local_set)(void *self, const algo_addr_t *a, uint64_t app, algo_bytes_t key, const algo_tv_t *v, uint64_t account_index, algo_err_t *err);
  algo_code_t (*local_del)(void *self, const algo_addr_t *a, uint64_t app, algo_bytes_t key, uint64_t account_index, algo_err_t *err);
  algo_code_t (*box_new)(void *self, uint64_t app, algo_bytes_t name, algo_bytes_t value, const algo_addr_t *app_addr, algo_err_t *err);
  algo_code_t (*box_get)(void *self, uint64_t app, algo_bytes_t name, algo_bytes_t *out, bool *exists, algo_err_t *err);
  algo_code_t (*box_set)(void *self, uint64_t app, algo_bytes_t name, algo_bytes_t value, algo_err_t *err);
  algo_code_t (*box_del)(void *self, uint64_t app, algo_bytes_t name, const algo_addr_t *app_addr, bool *existed, algo_err_t *err);
  algo_code_t (*set_foreign_box_reads)(void *self, uint64_t app, bool on, algo_err_t *err);
  algo_code_t (*set_family_box_access)(void *self, uint64_t app, bool on, algo_err_t *err);
  /* Applies transaction i of the (inner) group g: writes its apply data with algo_avm_group_apply(g, i). */
  algo_code_t (*perform)(void *self, algo_avm_group_t *g, size_t i, algo_err_t *err);
} algo_avm_ledger_ops_t;

/* What simulate may allow that a node does not: NULL members are "no". Source: simulate's UnnamedResourcePolicy. */
typedef struct algo_avm_policy {
  void *self;
  bool (*account)(void *self, const algo_addr_t *a);
  bool (*asset)(void *self, uint64_t asset);
  bool (*app)(void *self, uint64_t app);
  bool (*holding)(void *self, const algo_addr_t *a, uint64_t asset);
  bool (*local)(void *self, const algo_addr_t *a, uint64_t app);
  bool (*box)(void *self, uint64_t app, algo_bytes_t name, bool new_app_access, uint64_t create_size);
  bool (*io_surplus)(void *self, int64_t surplus);
} algo_avm_policy_t;

typedef struct algo_avm_context algo_avm_context_t; /* one running program */

/* Sees everything as it happens (simulate's traces, coverage, profile, debugger). NULL members are not called, and a group
 * without a tracer pays nothing for it. Source: logic.EvalTracer. */
typedef struct algo_avm_tracer {
  void *self;
  void (*before_group)(void *self, algo_avm_group_t *g);
  void (*after_group)(void *self, algo_avm_group_t *g, const algo_err_t *failure);
  void (*before_txn)(void *self, algo_avm_group_t *g, size_t i);
  void (*after_txn)(void *self, algo_avm_group_t *g, size_t i, const algo_apply_t *ad, const algo_err_t *failure);
  void (*before_program)(void *self, algo_avm_context_t *cx);
  void (*after_program)(void *self, algo_avm_context_t *cx, bool pass, const algo_err_t *failure);
  void (*before_op)(void *self, algo_avm_context_t *cx);
  void (*after_op)(void *self, algo_avm_context_t *cx, const algo_err_t *failure);
} algo_avm_tracer_t;

typedef enum { ALGO_AVM_SIG, ALGO_AVM_APP } algo_avm_mode_t;

typedef struct algo_avm_options {
  const algo_consensus_t *consensus;
  const algo_avm_ledger_ops_t *ledger; void *ledger_self;
  algo_arena_t *arena;      /* everything the group makes lives here: deltas, logs, inner transactions, texts */
  const algo_avm_tracer_t *tracer; /* NULL: none */
  const algo_avm_policy_t *policy; /* NULL: as a node */
  uint64_t extra_budget;    /* simulate's extra-opcode-budget, for application calls */
  uint64_t max_log_calls, max_log_size; /* 0: the protocol's */
  algo_digest_t genesis_hash;
} algo_avm_options_t;

/* A top-level group of n transactions. The transactions' apply data are filled as they are run. Owned by the arena. */
ALGO_API algo_code_t algo_avm_group_new(algo_avm_group_t **out, const algo_stxn_t *const *txns, size_t n, const algo_avm_options_t *opt, algo_err_t *err);
ALGO_API size_t algo_avm_group_size(const algo_avm_group_t *g);
ALGO_API const algo_stxn_t *algo_avm_group_txn(const algo_avm_group_t *g, size_t i);
ALGO_API algo_apply_t *algo_avm_group_apply(algo_avm_group_t *g, size_t i); /* its apply data, written by perform and eval */
ALGO_API algo_avm_context_t *algo_avm_group_parent(algo_avm_group_t *g);    /* the program that spawned it; NULL: top level */
ALGO_API const algo_digest_t *algo_avm_group_txid(algo_avm_group_t *g, size_t i); /* inner ids by their rule */
ALGO_API uint64_t algo_avm_group_budget_added(const algo_avm_group_t *g);   /* application budget of the whole top-level group */
ALGO_API uint64_t algo_avm_group_budget_consumed(const algo_avm_group_t *g);
/* Fee credit: what the group's (and its inner groups') fees exceed what is required; inner transactions draw on it. */
ALGO_API uint64_t *algo_avm_group_fee_credit(algo_avm_group_t *g);

/* Runs `program` for transaction i (its application id as given; a new application's is already assigned). On a normal end
 * *pass is the verdict and the transaction's delta (global, local, logs, inner) is in its apply data. Errors: LOGIC with
 * pc; the whole text, as a node has it behind "logic eval error: ", is algo_avm_group_failure. `clear`: run the clear-state program's
 * rules (the caller rolls back). */
ALGO_API algo_code_t algo_avm_eval_app(algo_avm_group_t *g, size_t i, uint64_t app_id, algo_bytes_t program, bool clear, bool *pass, algo_err_t *err);
/* Runs transaction i's logic signature. The same conventions. */
ALGO_API algo_code_t algo_avm_eval_sig(algo_avm_group_t *g, size_t i, bool *pass, uint64_t *cost, algo_err_t *err);
ALGO_API const char *algo_avm_group_failure(const algo_avm_group_t *g); /* unbounded text; NULL: none */

/* Static checks of a program at this version's rules, as submission makes them (avm.md 11-13). */
ALGO_API algo_code_t algo_avm_check(algo_bytes_t program, algo_avm_mode_t mode, const algo_consensus_t *c, uint64_t *static_cost, algo_err_t *err);

/* ---- a running program, for tracers ---- */
ALGO_API algo_avm_group_t *algo_avm_cx_group(const algo_avm_context_t *cx);
ALGO_API size_t algo_avm_cx_index(const algo_avm_context_t *cx);
ALGO_API algo_avm_mode_t algo_avm_cx_mode(const algo_avm_context_t *cx);
ALGO_API bool algo_avm_cx_is_clear(const algo_avm_context_t *cx);
ALGO_API uint64_t algo_avm_cx_app(const algo_avm_context_t *cx);
ALGO_API algo_bytes_t algo_avm_cx_program(const algo_avm_context_t *cx);
ALGO_API uint32_t algo_avm_cx_pc(const algo_avm_context_t *cx);
ALGO_API uint64_t algo_avm_cx_cost(const algo_avm_context_t *cx); /* budget used by this program so far */
ALGO_API size_t algo_avm_cx_depth(const algo_avm_context_t *cx);  /* values on the stack */
ALGO_API algo_tv_t algo_avm_cx_stack(const algo_avm_context_t *cx, size_t i); /* 0 the deepest */
ALGO_API algo_tv_t algo_avm_cx_scratch(const algo_avm_context_t *cx, size_t slot);
ALGO_API size_t algo_avm_cx_call_depth(const algo_avm_context_t *cx); /* frames of callsub */
ALGO_API size_t algo_avm_cx_pending_inner(const algo_avm_context_t *cx); /* inner transactions submitted so far */

#endif
