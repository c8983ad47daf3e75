/* algo/avm.h - the Algorand Virtual Machine: runs approval, clear-state and logic-signature programs against a ledger
 * that the caller gives behind a small interface. Everything is deterministic; nothing here prints, sleeps or looks at
 * a clock.
 *
 * The order of things follows go-algorand 5.1's data/transactions/logic (EvalParams, EvalContext, LedgerForLogic),
 * because failure texts, budgets and the visibility of resources are part of consensus or of what tools read.
 *
 *   caller: algo_avm_group_new -> for each transaction of the group: algo_avm_eval_app / algo_avm_eval_sig, and
 *   algo_avm_group_record once the transaction is applied
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
  uint64_t balance, min_balance;  /* microAlgos, rewards applied */
  algo_addr_t auth_addr;
  algo_schema_t total_schema;
  uint64_t total_extra_pages, total_apps_created, total_apps_opted_in, total_assets_created, total_assets;
  uint64_t total_boxes, total_box_bytes;
  bool incentive_eligible;
  uint64_t last_proposed, last_heartbeat; /* rounds */
} algo_avm_account_t;

typedef struct algo_avm_holding {
  uint64_t amount;
  bool frozen;
} algo_avm_holding_t;

typedef struct algo_avm_app { /* views that live until the app changes */
  algo_bytes_t approval, clear;
  algo_schema_t global_schema, local_schema;
  uint32_t extra_pages;
  uint64_t version;
  algo_addr_t creator, size_sponsor;
  bool foreign_box_reads, family_box_access;
} algo_avm_app_t;

typedef struct algo_avm_group algo_avm_group_t;

/* The ledger as the AVM sees it. Each returns ALGO_OK, ALGO_E_NOT_FOUND where it says so, or another code with *err set
 * to the text that go-algorand's ledger has for it. Views returned live at least until the next write to the same
 * thing. What is written is copied by the ledger; a program may set the same key or box hundreds of thousands of times,
 * so a write over a value of the same size must not take new memory each time. */
typedef struct algo_avm_ledger_ops {
  uint64_t (*round)(void *self);         /* of the block being made */
  int64_t (*prev_timestamp)(void *self); /* of the block before, Unix seconds */
  uint64_t (*counter)(void *self);       /* transaction counter: the next created id is this + 1 */
  algo_code_t (*block_header)(void *self, uint64_t round, algo_header_t *out, algo_err_t *err); /* opcode block */
  algo_code_t (*account)(void *self, const algo_addr_t *a, algo_avm_account_t *out, algo_err_t *err);
  algo_code_t (*authorizer)(void *self, const algo_addr_t *a, algo_addr_t *out, algo_err_t *err);
  algo_code_t (*voter)(void *self, const algo_addr_t *a, uint64_t *stake, bool *incentive_eligible, algo_err_t *err);
  algo_code_t (*online_stake)(void *self, uint64_t *out, algo_err_t *err);
  algo_code_t (*holding)(void *self, const algo_addr_t *a, uint64_t asset, algo_avm_holding_t *out,
                         algo_err_t *err); /* NOT_FOUND */
  algo_code_t (*asset)(void *self, uint64_t asset, algo_asset_params_t *out, algo_addr_t *creator,
                       algo_err_t *err);                                              /* NOT_FOUND */
  algo_code_t (*app)(void *self, uint64_t app, algo_avm_app_t *out, algo_err_t *err); /* NOT_FOUND */
  algo_code_t (*opted_in)(void *self, const algo_addr_t *a, uint64_t app, bool *out, algo_err_t *err);
  /* state: *exists false where the key is not there */
  algo_code_t (*global_get)(void *self, uint64_t app, algo_bytes_t key, algo_tv_t *out, bool *exists, algo_err_t *err);
  algo_code_t (*global_set)(void *self, uint64_t app, algo_bytes_t key, const algo_tv_t *v, algo_err_t *err);
  algo_code_t (*global_del)(void *self, uint64_t app, algo_bytes_t key, algo_err_t *err);
  /* account_index is the transaction's own numbering (0 the sender), as evaluation deltas write it */
  algo_code_t (*local_get)(void *self, const algo_addr_t *a, uint64_t app, algo_bytes_t key, uint64_t account_index,
                           algo_tv_t *out, bool *exists, algo_err_t *err);
  algo_code_t (*local_set)(void *self, const algo_addr_t *a, uint64_t app, algo_bytes_t key, const algo_tv_t *v,
                           uint64_t account_index, algo_err_t *err);
  algo_code_t (*local_del)(void *self, const algo_addr_t *a, uint64_t app, algo_bytes_t key, uint64_t account_index,
                           algo_err_t *err);
  algo_code_t (*box_new)(void *self, uint64_t app, algo_bytes_t name, algo_bytes_t value, const algo_addr_t *app_addr,
                         algo_err_t *err);
  algo_code_t (*box_get)(void *self, uint64_t app, algo_bytes_t name, algo_bytes_t *out, bool *exists, algo_err_t *err);
  algo_code_t (*box_set)(void *self, uint64_t app, algo_bytes_t name, algo_bytes_t value, algo_err_t *err);
  algo_code_t (*box_del)(void *self, uint64_t app, algo_bytes_t name, const algo_addr_t *app_addr, bool *existed,
                         algo_err_t *err);
  algo_code_t (*set_foreign_box_reads)(void *self, uint64_t app, bool on, algo_err_t *err);
  algo_code_t (*set_family_box_access)(void *self, uint64_t app, bool on, algo_err_t *err);
  /* Whether t is well formed (go-algorand's Transaction.WellFormed): what submission checks of one transaction, fees
   * aside. Asked of each inner transaction. */
  algo_code_t (*well_formed)(void *self, const algo_txn_t *t, algo_err_t *err);
  /* Applies transaction i of the (inner) group g: writes its apply data with algo_avm_group_apply(g, i). A text too
   * long for *err goes to algo_avm_group_set_failure(g, text); a program's own failure is there already. */
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

/* Sees everything as it happens (simulate's traces, coverage, profile, debugger). NULL members are not called, and a
 * group without a tracer pays nothing for it. Source: logic.EvalTracer. */
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
  const algo_avm_ledger_ops_t *ledger;
  void *ledger_self;
  algo_arena_t *arena;             /* everything the group makes lives here: deltas, logs, inner transactions, texts */
  const algo_avm_tracer_t *tracer; /* NULL: none */
  const algo_avm_policy_t *policy; /* NULL: as a node */
  uint64_t extra_budget;           /* simulate's extra-opcode-budget, for application calls */
  uint64_t max_log_calls, max_log_size; /* 0: the protocol's */
  /* Text of the last instructions up to pc: algo_disasm_around (asm.h), or NULL. With it a failure's details have
   * "opcodes=...", as the pool's and simulate's have. */
  void (*disassemble)(algo_buf_t *out, algo_bytes_t program, uint32_t pc);
  algo_digest_t genesis_hash;
} algo_avm_options_t;

/* A top-level group of n transactions. The transactions' apply data are filled as they are run. Owned by the arena. */
ALGO_API algo_code_t algo_avm_group_new(algo_avm_group_t **out, const algo_stxn_t *const *txns, size_t n,
                                        const algo_avm_options_t *opt, algo_err_t *err);
ALGO_API size_t algo_avm_group_size(const algo_avm_group_t *g);
ALGO_API const algo_stxn_t *algo_avm_group_txn(const algo_avm_group_t *g, size_t i);
ALGO_API algo_apply_t *algo_avm_group_apply(algo_avm_group_t *g,
                                            size_t i); /* its apply data, written by perform and eval */
ALGO_API algo_avm_context_t *
algo_avm_group_parent(algo_avm_group_t *g); /* the program that spawned it; NULL: top level */
/* Application budget that the whole top-level group has used. */
ALGO_API uint64_t algo_avm_group_budget_consumed(const algo_avm_group_t *g);
/* After top-level transaction i was applied: notes the asset that its apply data says was created, so that later
 * programs of the group may use it (inner transactions are noted by the AVM itself). */
ALGO_API void algo_avm_group_record(algo_avm_group_t *g, size_t i);
ALGO_API uint64_t algo_avm_group_dirty_bytes(const algo_avm_group_t *g); /* bytes counted against the write budget */
/* I/O budget, in bytes: set when the group's first program starts; simulate may raise it then. */
ALGO_API void algo_avm_group_set_io_budget(algo_avm_group_t *g, uint64_t bytes);

/* Runs `program` for transaction i (its application id as given; a new application's is already assigned). On a normal
 * end *pass is the verdict and the transaction's delta (global, local, logs, inner) is in its apply data; after an
 * error the delta is what it was at that moment, for tracers, and the caller clears it. Errors: LOGIC, with pc and the
 * text's beginning in *err; NOMEM. The clear-state program's rules are taken from the transaction's OnCompletion (the
 * caller rolls back). */
ALGO_API algo_code_t algo_avm_eval_app(algo_avm_group_t *g, size_t i, uint64_t app_id, algo_bytes_t program, bool *pass,
                                       algo_err_t *err);
/* Runs transaction i's logic signature. *cost (may be NULL) is what it took. The same conventions. */
ALGO_API algo_code_t algo_avm_eval_sig(algo_avm_group_t *g, size_t i, bool *pass, uint64_t *cost, algo_err_t *err);
/* The whole text of the last failure, unbounded, as go-algorand's error prints: "logic eval error: ... Details:
 * app=..., pc=...", "rejected by logic err=... Details: pc=...", or a plain text. Any bytes may be in it (a program's
 * own). In the group's arena. Empty: none. */
ALGO_API algo_bytes_t algo_avm_group_failure(const algo_avm_group_t *g);
ALGO_API void algo_avm_group_set_failure(algo_avm_group_t *g, algo_bytes_t text); /* copied */
/* What a node adds to a program's failure: a JSON object (pc, group-index, app-index, eval-states and, where an inner
 * transaction failed, inner-msg and inner-attrs). In the group's arena. Of the last failure for which the next is true.
 */
ALGO_API algo_bytes_t algo_avm_group_failure_attributes(const algo_avm_group_t *g);
/* Whether that failure is the program's own (logic.EvalError): the only kind that a clear-state call survives. */
ALGO_API bool algo_avm_group_failure_is_eval(const algo_avm_group_t *g);

/* Static checks of a program at this version's rules, as submission makes them. In app mode g and i say
 * in which transaction (access lists and the group's least version count); errors: LOGIC, the node's text, with pc. */
ALGO_API algo_code_t algo_avm_check(algo_avm_group_t *g, size_t i, algo_bytes_t program, algo_avm_mode_t mode,
                                    uint64_t *static_cost, algo_err_t *err);
/* Bytes by which an application's two programs together exceed what is free of surcharges and of I/O budget. */
ALGO_API uint64_t algo_avm_large_program_bytes(const algo_consensus_t *c, uint64_t program_bytes);

/* ---- a running program, for tracers ---- */
ALGO_API algo_avm_group_t *algo_avm_cx_group(const algo_avm_context_t *cx);
ALGO_API size_t algo_avm_cx_index(const algo_avm_context_t *cx);
ALGO_API algo_avm_mode_t algo_avm_cx_mode(const algo_avm_context_t *cx);
ALGO_API uint64_t algo_avm_cx_app(const algo_avm_context_t *cx);
ALGO_API algo_bytes_t algo_avm_cx_program(const algo_avm_context_t *cx);
ALGO_API uint32_t algo_avm_cx_pc(const algo_avm_context_t *cx);
ALGO_API uint64_t algo_avm_cx_cost(const algo_avm_context_t *cx);             /* budget used by this program so far */
ALGO_API size_t algo_avm_cx_depth(const algo_avm_context_t *cx);              /* values on the stack */
ALGO_API algo_tv_t algo_avm_cx_stack(const algo_avm_context_t *cx, size_t i); /* 0 the deepest */
ALGO_API algo_tv_t algo_avm_cx_scratch(const algo_avm_context_t *cx, size_t slot);
ALGO_API const char *algo_avm_cx_op_name(const algo_avm_context_t *cx); /* of the opcode at pc; NULL: illegal */

/* What the opcode at pc is about to do to the stack: it takes `pops` values and puts `pushes`; negative where a program
 * that fails confuses go-algorand's explanation (frame_bury above the stack, retsub below its frame). false where
 * go-algorand's own explanation crashes (retsub and frame_bury with an empty callstack). Call from before_op. Source:
 * opcodeExplain.go. */
ALGO_API bool algo_avm_explain_stack(const algo_avm_context_t *cx, int64_t *pops, int64_t *pushes);
/* The scratch slot that the opcode at pc is about to write. false: none. */
ALGO_API bool algo_avm_explain_scratch(const algo_avm_context_t *cx, uint8_t *slot);
typedef enum { ALGO_AVM_STATE_WRITE = 1, ALGO_AVM_STATE_DELETE, ALGO_AVM_STATE_READ } algo_avm_state_verb_t;
typedef struct algo_avm_state_op {
  algo_avm_state_verb_t verb;
  char kind; /* 'g' global, 'l' local, 'b' box */
  uint64_t app;
  algo_addr_t account; /* of local state; zero where it cannot be resolved */
  algo_bytes_t key;    /* lives until the opcode runs */
} algo_avm_state_op_t;
/* The application state that the opcode at pc is about to touch. false: none, or arguments that do not fit. From
 * before_op. */
ALGO_API bool algo_avm_explain_state(algo_avm_context_t *cx, algo_avm_state_op_t *out);
/* The value there now (from after_op); *exists false: nothing, or not to be read. */
ALGO_API void algo_avm_state_value(algo_avm_context_t *cx, const algo_avm_state_op_t *op, algo_tv_t *out, bool *exists);

/* Falcon-1024, deterministic and compressed, as the opcode falcon_verify and post-quantum signatures have it. */
#define ALGO_FALCON1024_KEY 1793u
ALGO_API bool algo_avm_falcon_verify(algo_bytes_t msg, algo_bytes_t sig, algo_bytes_t key);

#endif
