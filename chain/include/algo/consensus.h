/* algo/consensus.h - the protocol's parameters, by version name. Source: go-algorand config/consensus.go (facts). */
#ifndef ALGO_CONSENSUS_H
#define ALGO_CONSENSUS_H

#include "algo/bytes.h"

typedef struct algo_consensus {
  const char *name;           /* "future", or the specification's URL */
  uint64_t logic_sig_version; /* newest AVM version */
  /* fees and balances, microAlgos */
  uint64_t min_txn_fee, min_balance;
  uint64_t app_flat_params_min_balance, app_flat_opt_in_min_balance;
  uint64_t schema_min_balance_per_entry, schema_uint_min_balance, schema_bytes_min_balance;
  uint64_t box_flat_min_balance, box_byte_min_balance;
  /* transactions */
  uint64_t max_txn_life, max_txn_note_bytes, max_group_size;
  uint64_t max_asset_name_bytes, max_asset_unit_name_bytes, max_asset_url_bytes, max_asset_decimals;
  uint64_t max_keyreg_valid_period;
  bool enforce_auth_addr_sender_diff; /* sgnr equal to the sender is refused */
  bool enable_pq_falcon1024;          /* post-quantum signatures */
  /* applications */
  uint64_t max_app_args, max_app_total_arg_len, max_app_txn_accounts, max_app_txn_foreign_apps,
      max_app_txn_foreign_assets;
  uint64_t max_app_total_txn_references, max_app_access, max_app_box_references;
  uint64_t max_app_program_len, max_extra_app_program_pages, max_app_program_cost, max_app_key_len,
      max_app_bytes_value_len, max_app_sum_key_value_lens;
  uint64_t max_global_schema_entries, max_local_schema_entries;
  uint64_t max_box_size, bytes_per_box_reference;
  uint64_t max_inner_transactions, max_app_call_depth; /* inner: for each transaction of the group, pooled */
  bool app_versioning;                                 /* aprv, and the version of an application */
  bool app_size_updates;                               /* an update may change extra pages and the global schema */
  bool allow_zero_local_app_ref;                       /* l.p = 0 in al is this application */
  bool select_f128;                                    /* how sortition counts */
  /* logic signatures */
  uint64_t logic_sig_max_size, logic_sig_max_cost;
  uint64_t max_absolute_logic_sig_program_size;
  bool logic_sig_msig, logic_sig_lmsig; /* which multisigs may delegate */
  /* transaction size pricing: past the plain limits each byte costs this many millionths of a minimum fee */
  uint64_t per_byte_txn_surcharge;
  uint64_t max_absolute_txn_note_bytes, max_absolute_total_arg_len, max_absolute_extra_program_pages;
  uint64_t max_app_total_program_len; /* approval and clear-state together, a page */
  uint64_t min_inner_appl_version;    /* of a program called by an inner transaction */
  /* rewards of proposers */
  bool payouts_enabled;
  uint64_t payouts_go_online_fee, payouts_percent, payouts_min_balance, payouts_max_balance; /* microAlgos */
  uint64_t payouts_max_mark_absent, challenge_interval, challenge_grace_period,
      challenge_bits; /* rounds, rounds, bits */
  uint64_t bonus_base_round, bonus_base_amount, bonus_decay_interval;
  /* the older rewards, a microAlgo for each whole unit at each level */
  uint64_t reward_unit, rewards_rate_refresh_interval;
  /* blocks */
  uint64_t max_txn_bytes_per_block, max_timestamp_increment; /* bytes, seconds */
  uint64_t max_proposed_expired_online_accounts;
  uint64_t max_bal_lookback, seed_lookback, seed_refresh_interval; /* rounds */
  uint64_t state_proof_interval, state_proof_voters_lookback, state_proof_top_voters;
  uint64_t state_proof_weight_threshold, state_proof_strength_target, state_proof_max_recovery_intervals;
  bool sha512_block_hash; /* prev512, txn512 */
  bool load_tracking;     /* ld, ct */
  bool heartbeat;
  uint64_t default_key_dilution;
  /* upgrades: rounds, votes, bytes */
  uint64_t upgrade_vote_rounds, upgrade_threshold, default_upgrade_wait, min_upgrade_wait, max_upgrade_wait;
  uint64_t max_version_string_len;
} algo_consensus_t;

ALGO_API const algo_consensus_t *algo_consensus_find(algo_bytes_t name); /* NULL: not known */
ALGO_API const algo_consensus_t *algo_consensus_future(void);

#endif
