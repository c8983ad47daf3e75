/* algo/composer.h - an atomic group, from calls to its outcome.
 *
 * Fees: each transaction whose fee is 0 pays the minimum, and the group's last call (or last transaction, where there
 * is no call) pays on top what simulate says the whole group costs, inner transactions included (fee pooling). Where
 * the node asks for a fee a byte (it is busy), a transaction pays that times its signed size if it is more. A fee that
 * the caller set, or pinned, stays.
 *
 * Add transactions and calls, then either go through with algo_composer_execute, or step by step: build (parameters, a
 * simulate that fills in references and fees, the group id), sign or hand out the unsigned group, send, wait. One
 * thread at a time. A composer is used once; the algod client, signers and specs it was given must outlive it. */
#ifndef ALGO_COMPOSER_H
#define ALGO_COMPOSER_H

#include "algo/algod.h"
#include "algo/method.h"
#include "algo/signer.h"

typedef struct algo_composer algo_composer_t;

typedef struct algo_composer_options {
  uint64_t validity;     /* rounds a transaction stays valid, from the last one on; 0: 1000 (the most there is) */
  uint64_t max_fee;      /* microAlgos for the whole group; more ends the build with RANGE; 0: 1 ALGO */
  bool no_simulate;      /* references and fees are taken as they are, a fee of 0 but for one minimum fee each */
  uint32_t wait_s;       /* seconds to wait for a block; 0: 120 */
  const algo_env_t *env; /* the clock for wait_s; NULL: the system's */
} algo_composer_options_t;

ALGO_API algo_code_t algo_composer_new(algo_composer_t **out, algo_algod_t *algod, const algo_composer_options_t *opt,
                                       algo_err_t *err);
ALGO_API void algo_composer_free(algo_composer_t *c); /* NULL: nothing */

/* The transaction is copied whole. Fields that are zero are filled in by build: fee, validity, genesis; sender from the
 * signer. signer NULL: the group cannot be signed here (unsigned groups, simulate). Errors: RANGE (the 17th
 * transaction). */
ALGO_API algo_code_t algo_composer_add(algo_composer_t *c, const algo_txn_t *txn, const algo_signer_t *signer,
                                       algo_err_t *err);
/* The call's transaction arguments, then the call itself. `sender` NULL: the signer's. `spec` explains failures; NULL:
 * none. Its place among the calls is *index (NULL: not wanted), for algo_composer_result. */
ALGO_API algo_code_t algo_composer_call(algo_composer_t *c, const algo_method_call_t *call, const algo_addr_t *sender,
                                        const algo_signer_t *signer, const algo_app_spec_t *spec, size_t *index,
                                        algo_err_t *err);
ALGO_API size_t algo_composer_count(const algo_composer_t *c);
/* Transaction `i` as it stands, to read or, before build, to change. Lives as long as the composer. */
ALGO_API algo_txn_t *algo_composer_txn(algo_composer_t *c, size_t i);

/* The fee of transaction `i` stays as it is, 0 included. */
ALGO_API void algo_composer_pin_fee(algo_composer_t *c, size_t i);
/* A group that was made elsewhere, signed or not: one transaction after the other, as algo_composer_encode writes them;
 * nothing may have been added before. Errors: PARSE, RANGE, INVALID (their group ids are not of this group). */
ALGO_API algo_code_t algo_composer_load(algo_composer_t *c, algo_bytes_t group, algo_err_t *err);

/* What explains failures of transaction `i`, in a group that was loaded. */
ALGO_API void algo_composer_set_spec(algo_composer_t *c, size_t i, const algo_app_spec_t *spec);

/* Errors: REFUSED, LOGIC, LEDGER as the simulate fails; RANGE (fees over max_fee, references that do not fit). */
ALGO_API algo_code_t algo_composer_build(algo_composer_t *c, algo_err_t *err);
/* Errors: SIGNATURE (a transaction that has neither a signature nor a signer), and the signers' own. */
ALGO_API algo_code_t algo_composer_sign(algo_composer_t *c, algo_err_t *err);
/* After build: unsigned transactions, one after the other: each {txn: ...}, the form that goal and wallets read. After
 * sign: the signed ones, as POST /v2/transactions takes them. */
ALGO_API algo_code_t algo_composer_encode(const algo_composer_t *c, algo_buf_t *out, algo_err_t *err);
/* Sends; a connection that broke before the answer is followed up by asking for the transaction. */
ALGO_API algo_code_t algo_composer_send(algo_composer_t *c, algo_err_t *err);
/* Until the group is in a block. Errors: LEDGER (dropped), TIMEOUT (its last valid round has passed, so that it can
 * never happen, or wait_s is over: the message says which). */
ALGO_API algo_code_t algo_composer_wait(algo_composer_t *c, algo_err_t *err);
/* build, sign, send, wait: whatever is not done yet. */
ALGO_API algo_code_t algo_composer_execute(algo_composer_t *c, algo_err_t *err);
/* Nothing is sent and nothing needs a signature: results as if it had been. For read-only methods and previews. */
ALGO_API algo_code_t algo_composer_simulate(algo_composer_t *c, algo_err_t *err);

typedef struct algo_call_result {
  char txid[53];  /* "" after simulate */
  uint64_t round; /* 0 after simulate */
  uint64_t created_app, created_asset;
  algo_bytes_t value; /* the return value's ARC-4 encoding; empty for void */
  const algo_bytes_t *logs;
  size_t n_logs; /* all of the call's own, return value included */
  const algo_outcome_t *outcome;
} algo_call_result_t;
/* Of transaction `i` (as algo_composer_count counts). After execute, wait or simulate. Lives as long as the composer.
 */
ALGO_API const algo_call_result_t *algo_composer_result(const algo_composer_t *c, size_t i);
/* What the node said of the group when it refused it, by simulating or by submitting, whole; "" where it did not. */
ALGO_API const char *algo_composer_said(const algo_composer_t *c);
/* One call on its own: composed, simulated, signed, sent, waited for. `spec` as for algo_composer_call. *out (NULL: not
 * wanted) gets the result without logs and outcome; its value is in the arena. */
ALGO_API algo_code_t algo_composer_run(algo_algod_t *algod, const algo_method_call_t *call, const algo_app_spec_t *spec,
                                       const algo_signer_t *signer, algo_call_result_t *out, algo_arena_t *arena,
                                       algo_err_t *err);
ALGO_API uint64_t algo_composer_fees(const algo_composer_t *c); /* microAlgos of all transactions, after build */

#endif
