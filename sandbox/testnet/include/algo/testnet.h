/* algo/testnet.h - contract tests: a private network inside the test's own process, and what a test asks of it.
 *
 * The node is the sandbox's, without HTTP and without a thread: the client library talks to it through function calls,
 * so that a composer, a binding or an ARC-56 description work as they do against a network. Nothing is random and no
 * clock is asked: the same test is the same run. Signatures are not asked for unless the options say so.
 *
 * Accounts go by label: "alice" is an address with a key, made and funded when it is first named; an application's
 * label names its account. Labels stand for addresses in everything that is said about a failure.
 *
 * Functions that return bool return false where the test has failed: the options' `fail` was called with what went
 * wrong, and algo_testnet_why has it (the first one, while nobody handles it). Where `fail` does not return
 * (ck_abort_msg) there is nothing to look at afterwards. One thread at a time; a process that is forked has its own
 * copy.
 *
 * Link with libalgorent-testnet; `pkg-config algorent-testnet` says how. docs/testing.md is the guide. */
#ifndef ALGO_TESTNET_H
#define ALGO_TESTNET_H

#include "algo/algod.h"
#include "algo/arc56.h"
#include "algo/signer.h"

typedef struct algo_testnet algo_testnet_t;

typedef struct algo_testnet_options {
  const char *protocol; /* NULL: ALGO_TESTNET_NEXT */
  int64_t time;         /* Unix seconds, of the first block; 0: 2026-01-01T00:00:00Z */
  uint64_t funds;       /* microAlgos of an account that is named for the first time; 0: 1,000,000 Algos */
  bool signatures;      /* accounts sign, and signatures are verified; else everyone is taken as signed */
  bool measure;         /* simulate each group first, for the result's budget and what methods cost */
  void (*fail)(void *user, const char *text); /* may leave by longjmp or end the process; NULL: nobody is told */
  void *user;
} algo_testnet_options_t;

#define ALGO_TESTNET_NEXT "future" /* what a private network runs: AVM 14 */
/* What mainnet runs: AVM 12. */
#define ALGO_TESTNET_RELEASED                                                                                          \
  "https://github.com/algorandfoundation/specs/tree/953304de35264fc3ef91bcd05c123242015eeaed"

/* opt NULL: all defaults. Errors: UNSUPPORTED (a protocol that is not known), NOMEM. */
ALGO_API algo_code_t algo_testnet_start(algo_testnet_t **out, const algo_testnet_options_t *opt, algo_err_t *err);
ALGO_API void algo_testnet_stop(algo_testnet_t *t); /* NULL: nothing */
/* The client of the node, for every call of algo/algod.h, algo/composer.h and algo/arc56.h. Lives as long as t. */
ALGO_API algo_algod_t *algo_testnet_algod(algo_testnet_t *t);

/* ---- failing ---- */
ALGO_API const char *algo_testnet_why(const algo_testnet_t *t); /* the first failure; "": none. Lives as long as t */
ALGO_API void algo_testnet_forgive(algo_testnet_t *t);          /* forgets it */
/* The test fails here; always false. Addresses in the text become labels. */
ALGO_API bool algo_testnet_fail(algo_testnet_t *t, const char *fmt, ...) ALGO_PRINTF(2, 3);
/* A line of the story that a walk's shortest script is told with (algo/walk.h), beside the groups, which are in it
 * anyway. Costs nothing while no story is told. */
ALGO_API void algo_testnet_note(algo_testnet_t *t, const char *fmt, ...) ALGO_PRINTF(2, 3);
/* Appends what the last group did, a line each: transactions with labels, methods and arguments by name, inner ones
 * below their caller, events, return values, fees; of a group that was refused, what was tried and why it was not. */
ALGO_API void algo_testnet_trace(algo_testnet_t *t, algo_buf_t *out);

/* ---- who ----
 * Where a label is asked for, an address as text is taken too. */
/* NULL: out of memory, or a label that is empty. Lives as long as t, and is the same in every run. */
ALGO_API const algo_addr_t *algo_testnet_account(algo_testnet_t *t, const char *label);
/* An address from elsewhere gets a label; it may send without a key, unless signatures are asked for. Errors: the label
 * is another address's. */
ALGO_API bool algo_testnet_name(algo_testnet_t *t, const algo_addr_t *addr, const char *label);
/* The label, or the address as text; lives until the next call. */
ALGO_API const char *algo_testnet_label(algo_testnet_t *t, const algo_addr_t *addr);
ALGO_API const algo_signer_t *algo_testnet_signer(algo_testnet_t *t, const char *who); /* for composers */
/* Its balance is this many microAlgos from now on. */
ALGO_API bool algo_testnet_fund(algo_testnet_t *t, const char *who, uint64_t balance);
/* An asset that `creator` has all of, and manages. `unit`: its unit and its name, at most 8 bytes. */
ALGO_API bool algo_testnet_asset(algo_testnet_t *t, const char *creator, const char *unit, uint64_t total,
                                 uint32_t decimals, uint64_t *asset);
/* It holds this many base units from now on, opted in where it was not; what that takes or leaves is its creator's.
 * Nobody's Algos change. */
ALGO_API bool algo_testnet_give(algo_testnet_t *t, const char *who, uint64_t asset, uint64_t amount);

/* ---- groups ----
 * Each must be accepted, unless the one thing that is expected of the next group says otherwise. */
typedef struct algo_testnet_result { /* of the last group that was tried; lives until the next */
  bool ok;                           /* accepted, and in a block */
  const char *why;  /* refused: the contract's message where its spec has one, else the node's text; NULL: accepted */
  const char *text; /* refused: the node's whole text; NULL: accepted */
  uint64_t app;     /* refused: the application whose program failed; 0: none */
  int64_t pc;       /* refused: where; -1: no program */
  uint32_t line;    /* refused: that is this line of the TEAL that was deployed, from 1; 0: not known */
  uint64_t round;   /* accepted: its block */
  const algo_outcome_t *txns; /* accepted: one a transaction, with logs and inner transactions */
  size_t n_txns;
  uint64_t created_app, created_asset; /* by any of them; 0: none */
  algo_bytes_t value;                  /* the last call's ARC-4 return value without its prefix; empty: none */
  uint64_t budget;                     /* opcodes that the programs used; with options.measure */
} algo_testnet_result_t;
ALGO_API void algo_testnet_measure(algo_testnet_t *t, bool on); /* as options.measure, from now on */
ALGO_API const algo_testnet_result_t *algo_testnet_result(const algo_testnet_t *t);

/* The next group must be refused: by the contract with exactly this message, or by the node with this in its text;
 * NULL: for any reason. Where no group comes until the testnet goes back or ends, the test fails. */
ALGO_API void algo_testnet_expect_refusal(algo_testnet_t *t, const char *message);
/* The next group must fail in this application's program (0: any) at this program counter; or at this line (from 1) of
 * the TEAL that algo_testnet_deploy_teal was given. */
ALGO_API void algo_testnet_expect_failure_at(algo_testnet_t *t, uint64_t app, uint32_t pc);
ALGO_API void algo_testnet_expect_failure_at_line(algo_testnet_t *t, uint64_t app, uint32_t line);
/* The next group may be refused: look at the result. */
ALGO_API void algo_testnet_may_refuse(algo_testnet_t *t);

/* As the transactions stand: fee 0 becomes the minimum for each (and the last call's pays nothing for the others),
 * validity, genesis and group are filled in, a note makes each group another one. References must be named. */
ALGO_API bool algo_testnet_send(algo_testnet_t *t, algo_txn_t *txns, size_t n);
ALGO_API bool algo_testnet_pay(algo_testnet_t *t, const char *from, const char *to, uint64_t amount);
/* Through the client's composer: references and fees are found by simulating, as a client does it. */
ALGO_API bool algo_testnet_call(algo_testnet_t *t, const char *who, const algo_method_call_t *call);
/* The same by signature and JSON: "add(uint64,address)uint64", "[1, \"alice\"]". Labels stand for addresses; a payment
 * argument is {"amount": N, "receiver": "label"}, without a receiver to the application; axfer has "asset" too. NULL
 * arguments: none. Of an application that has its ARC-56 description here the name alone does, and a struct is an
 * object. */
ALGO_API bool algo_testnet_method(algo_testnet_t *t, const char *who, uint64_t app, const char *method,
                                  const char *args);
/* Creates the application and labels its account; its failures are explained by the spec, which is kept (not copied).
 * `create` NULL: a bare creation. */
ALGO_API bool algo_testnet_deploy(algo_testnet_t *t, const char *who, const char *label, const algo_app_spec_t *spec,
                                  const algo_method_call_t *create, uint64_t *app);
/* From an ARC-56 description that has the programs; it is kept (not copied) for names, structs, events and failures.
 * `method` NULL: the one that creates, a bare call where there is none. */
ALGO_API bool algo_testnet_deploy_arc56(algo_testnet_t *t, const char *who, const char *label, const algo_arc56_t *d,
                                        const char *method, const char *args, uint64_t *app);
/* Assembles and creates. `clear` NULL: a program of the same version that accepts. A comment behind an `assert` or
 * `err` of `approval` is its message: `assert // only the owner`. */
ALGO_API bool algo_testnet_deploy_teal(algo_testnet_t *t, const char *who, const char *label, const char *approval,
                                       const char *clear, const algo_schema_t *global, const algo_schema_t *local,
                                       uint64_t *app);
/* Failures of an application that is there already are explained by this spec; its account gets the label. app 0: of
 * whatever is created and has no spec of its own (the label is not used). */
ALGO_API bool algo_testnet_adopt(algo_testnet_t *t, uint64_t app, const char *label, const algo_app_spec_t *spec);
/* The same, and methods, events and structs have names. */
ALGO_API bool algo_testnet_adopt_arc56(algo_testnet_t *t, uint64_t app, const char *label, const algo_arc56_t *d);

/* ---- time ----
 * Time stands still until it is moved: each block has the time of the one before. */
ALGO_API int64_t
algo_testnet_now(const algo_testnet_t *t); /* what the next call sees as LatestTimestamp; 0: a replay */
ALGO_API bool algo_testnet_set_time(algo_testnet_t *t, int64_t now); /* not before the last block; makes a block */
ALGO_API bool algo_testnet_skip(algo_testnet_t *t, uint64_t seconds);
ALGO_API bool algo_testnet_advance(algo_testnet_t *t, uint64_t rounds);
ALGO_API uint64_t algo_testnet_round(const algo_testnet_t *t);

/* ---- going back ---- */
ALGO_API bool algo_testnet_snapshot(algo_testnet_t *t, uint64_t *id); /* costs nothing */
/* To where it was; may be done again. Snapshots taken later are lost. Labels stay,
 * and accounts that were named since then have their funds again. */
ALGO_API bool algo_testnet_revert(algo_testnet_t *t, uint64_t id);

/* ---- another network ----
 * From now on the testnet is on top of another node's state as of a round (0: its last), which is read when it is first
 * asked for; what is written stays here, and nothing of what was here is left but accounts' labels, who have their
 * funds again. `token_file`: a file with that node's token; NULL: the environment's FORK_TOKEN. The protocol is that
 * network's, its time stands still, and addresses send without a key as everywhere here. Snapshots are lost. */
ALGO_API bool algo_testnet_fork(algo_testnet_t *t, const char *url, const char *token_file, uint64_t round);

/* ---- looking ---- */
ALGO_API uint64_t algo_testnet_balance(algo_testnet_t *t, const char *who); /* microAlgos; 0: nobody */
ALGO_API uint64_t algo_testnet_min_balance(algo_testnet_t *t, const char *who);
/* False: not opted in, and *out is empty. */
ALGO_API bool algo_testnet_holding(algo_testnet_t *t, const char *who, uint64_t asset, algo_holding_t *out);
/* False: not there, and *out is empty. Bytes live until the next group, revert or look at the same kind. */
ALGO_API bool algo_testnet_global(algo_testnet_t *t, uint64_t app, algo_bytes_t key, algo_teal_value_t *out);
ALGO_API bool algo_testnet_local(algo_testnet_t *t, const char *who, uint64_t app, algo_bytes_t key,
                                 algo_teal_value_t *out);
/* All of them, by key. */
ALGO_API bool algo_testnet_globals(algo_testnet_t *t, uint64_t app, algo_teal_state_t *out);
ALGO_API bool algo_testnet_box(algo_testnet_t *t, uint64_t app, algo_bytes_t name, algo_bytes_t *out);

/* ---- asserting ---- */
ALGO_API bool algo_testnet_assert(algo_testnet_t *t, bool holds, const char *fmt, ...) ALGO_PRINTF(3, 4);
ALGO_API bool algo_testnet_assert_balance(algo_testnet_t *t, const char *who, uint64_t micro);
ALGO_API bool algo_testnet_assert_holding(algo_testnet_t *t, const char *who, uint64_t asset, uint64_t amount);
ALGO_API bool algo_testnet_assert_global_uint(algo_testnet_t *t, uint64_t app, const char *key, uint64_t value);
ALGO_API bool algo_testnet_assert_global_bytes(algo_testnet_t *t, uint64_t app, const char *key, algo_bytes_t value);
ALGO_API bool algo_testnet_assert_local_uint(algo_testnet_t *t, const char *who, uint64_t app, const char *key,
                                             uint64_t value);
ALGO_API bool algo_testnet_assert_local_bytes(algo_testnet_t *t, const char *who, uint64_t app, const char *key,
                                              algo_bytes_t value);
ALGO_API bool algo_testnet_assert_box(algo_testnet_t *t, uint64_t app, algo_bytes_t name, algo_bytes_t value);
ALGO_API bool algo_testnet_assert_no_box(algo_testnet_t *t, uint64_t app, algo_bytes_t name);
/* Of the last group, inner calls too: an ARC-28 event "Moved(address,uint64)" was logged by the application (0: by any)
 * with these arguments, JSON with labels for addresses; null stands for any value. NULL arguments: whatever they are.
 * The name alone does where the application has its ARC-56 description here. */
ALGO_API bool algo_testnet_assert_event(algo_testnet_t *t, uint64_t app, const char *event, const char *args);
ALGO_API bool algo_testnet_assert_no_event(algo_testnet_t *t, uint64_t app, const char *event);
typedef struct algo_testnet_event {
  const char *event, *args; /* as above */
} algo_testnet_event_t;
/* All that the application logged in the last group, return values aside, is these, in this order. n 0: nothing. Of any
 * application (0): what an inner call logs comes before its caller's, as a block does not say which was first. */
ALGO_API bool algo_testnet_assert_events(algo_testnet_t *t, uint64_t app, const algo_testnet_event_t *events, size_t n);
ALGO_API bool algo_testnet_assert_value(algo_testnet_t *t, const char *type, const char *json); /* of the last call */

/* ---- what methods cost ----
 * Of each call in a group that was accepted and measured, since the start; going back does not forget. */
typedef struct algo_testnet_cost {
  const char *contract; /* the spec's name and variant, "rental/asa", else the label */
  const char *method;   /* the signature; "(bare)"; the selector in hex, where nobody said what it stands for */
  uint64_t calls;
  uint64_t least, most, sum; /* opcode budget, inner calls too */
  uint64_t fees;             /* the most that a group with it paid, inner transactions too; microAlgos */
} algo_testnet_cost_t;
/* By contract and method; lives until the next group. */
ALGO_API const algo_testnet_cost_t *algo_testnet_costs(const algo_testnet_t *t, size_t *n);
ALGO_API void algo_testnet_report(const algo_testnet_t *t, algo_buf_t *out); /* appends them as a table */
/* No method costs more at most than the file says, a line "contract method most" each, and the methods are those of the
 * file. `write`: the file is written in place of that. */
ALGO_API bool algo_testnet_assert_costs(algo_testnet_t *t, const char *path, bool write);

#endif
