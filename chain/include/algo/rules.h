/* algo/rules.h - what can be said of a transaction without a ledger: form, program versions, fee usage. Used by the
 * ledger for top-level transactions and by the AVM for inner ones. Texts are go-algorand 5.1's. */
#ifndef ALGO_RULES_H
#define ALGO_RULES_H

#include "algo/consensus.h"
#include "algo/txn.h"

/* Amounts of usage are millionths of the minimum fee, as everywhere in consensus `future`. */
#define ALGO_MICROS 1000000u

/* Errors: INVALID with the node's text (transactions.WellFormed). */
ALGO_API algo_code_t algo_txn_well_formed(const algo_txn_t *t, const algo_consensus_t *c, const algo_addr_t *fee_sink,
                                          const algo_addr_t *rewards_pool, algo_err_t *err);

/* The first varuint of a program and its length in bytes. Errors: INVALID ("invalid program (empty)", "invalid
 * version"). */
ALGO_API algo_code_t algo_program_version(algo_bytes_t program, uint64_t *version, size_t *length, algo_err_t *err);
/* Equal versions from 6 on, no downgrade; previous programs are empty at creation. Errors: INVALID. */
ALGO_API algo_code_t algo_program_versions_check(algo_bytes_t approval, algo_bytes_t clear, algo_bytes_t old_approval,
                                                 algo_bytes_t old_clear, algo_err_t *err);
/* Programs against 1 + extra_pages pages. Errors: INVALID. */
ALGO_API algo_code_t algo_program_sizes_check(const algo_txn_t *t, uint32_t extra_pages, const algo_consensus_t *c,
                                              algo_err_t *err);

/* An update that changes the application's global schema or extra pages. */
ALGO_API bool algo_txn_updates_sizes(const algo_txn_t *t);

/* Sums a group's fee usage and what it pays (transactions.SummarizeFees); saturating. */
ALGO_API void algo_group_fees(const algo_stxn_t *const *txns, size_t n, const algo_consensus_t *c, uint64_t *usage,
                              uint64_t *paid);
/* The fee for `usage` times `multiplier` (both in millionths); *residue is what earlier round-ups have paid already, in
 * units of 1e-12 microAlgos. False: it saturated. */
ALGO_API bool algo_fee_for_usage(uint64_t min_fee, uint64_t usage, uint64_t multiplier, uint64_t *residue,
                                 uint64_t *fee);
/* "0.0A", "12uA", "1mA", "2.000001A": as the node prints amounts and usages. */
ALGO_API void algo_micro_format(char out[32], uint64_t micro_algos);
ALGO_API void algo_usage_format(char out[32], uint64_t micros);

/* The address that state proofs come from, SHA-512/256 of "SpecialAddrStateProofSender"; no key has it. */
ALGO_API void algo_addr_of_state_proof_sender(algo_addr_t *out);

/* Which signatures there are (a blank one is none). */
ALGO_API bool algo_msig_blank(const algo_msig_t *m);
ALGO_API bool algo_pqsig_blank(const algo_pqsig_t *p);
ALGO_API bool algo_lsig_blank(const algo_lsig_t *l);
static inline const algo_addr_t *algo_stxn_authorizer(const algo_stxn_t *s) {
  return algo_addr_is_zero(&s->auth_addr) ? &s->txn.sender : &s->auth_addr;
}

#endif
