#include "algo/consensus.h"

/* What has been the same since v39; each version adds what it changed. */
#define SINCE_V39                                                                                                      \
  .min_txn_fee = 1000, .min_balance = 100000, .app_flat_params_min_balance = 100000,                                   \
  .app_flat_opt_in_min_balance = 100000, .schema_min_balance_per_entry = 25000, .schema_uint_min_balance = 3500,       \
  .schema_bytes_min_balance = 25000, .box_flat_min_balance = 2500, .box_byte_min_balance = 400, .max_txn_life = 1000,  \
  .max_group_size = 16, .max_txn_note_bytes = 1024, .max_asset_name_bytes = 32, .max_asset_unit_name_bytes = 8,        \
  .max_asset_url_bytes = 96, .max_asset_decimals = 19, .max_keyreg_valid_period = 16777215, .max_app_args = 16,        \
  .max_app_total_arg_len = 2048, .max_app_txn_foreign_apps = 8, .max_app_txn_foreign_assets = 8,                       \
  .max_app_total_txn_references = 8, .max_app_box_references = 8, .max_app_program_len = 2048,                         \
  .max_app_total_program_len = 2048, .max_extra_app_program_pages = 3, .max_app_program_cost = 700,                    \
  .max_app_key_len = 64, .max_app_bytes_value_len = 128, .max_app_sum_key_value_lens = 128,                            \
  .max_global_schema_entries = 64, .max_local_schema_entries = 16, .max_box_size = 32768,                              \
  .max_inner_transactions = 16, .max_app_call_depth = 8, .min_inner_appl_version = 4, .logic_sig_max_size = 1000,      \
  .logic_sig_max_cost = 20000, .max_txn_bytes_per_block = 5242880, .max_timestamp_increment = 25, .seed_lookback = 2,  \
  .seed_refresh_interval = 80, .max_bal_lookback = 320, .max_proposed_expired_online_accounts = 32,                    \
  .reward_unit = 1000000, .rewards_rate_refresh_interval = 500000, .default_key_dilution = 10000,                      \
  .state_proof_interval = 256, .state_proof_top_voters = 1024, .state_proof_voters_lookback = 16,                      \
  .state_proof_weight_threshold = 1288490188, .state_proof_strength_target = 256,                                      \
  .state_proof_max_recovery_intervals = 10, .upgrade_vote_rounds = 10000, .upgrade_threshold = 9000,                   \
  .default_upgrade_wait = 140000, .min_upgrade_wait = 10000, .max_upgrade_wait = 250000, .max_version_string_len = 128

#define SINCE_V40                                                                                                      \
  SINCE_V39, .max_absolute_logic_sig_program_size = 16000, .payouts_enabled = true, .heartbeat = true,                 \
             .payouts_percent = 50, .payouts_go_online_fee = 2000000, .payouts_min_balance = 30000000000,              \
             .payouts_max_balance = 70000000000000, .payouts_max_mark_absent = 32, .challenge_interval = 1000,         \
             .challenge_grace_period = 200, .challenge_bits = 5, .bonus_base_amount = 10000000,                        \
             .bonus_decay_interval = 1000000

#define BEFORE_V41 .max_app_txn_accounts = 4, .bytes_per_box_reference = 1024, .logic_sig_msig = true
#define SINCE_V41                                                                                                      \
  SINCE_V40, .max_app_txn_accounts = 8, .max_app_access = 16, .bytes_per_box_reference = 2048,                         \
             .logic_sig_lmsig = true, .app_versioning = true, .sha512_block_hash = true

#define BEFORE_V42                                                                                                     \
  .max_absolute_txn_note_bytes = 1024, .max_absolute_total_arg_len = 2048, .max_absolute_extra_program_pages = 3
#define SINCE_V42                                                                                                      \
  SINCE_V41, .max_absolute_txn_note_bytes = 4096, .max_absolute_total_arg_len = 16384,                                 \
             .max_absolute_extra_program_pages = 7, .per_byte_txn_surcharge = 100,                                     \
             .enforce_auth_addr_sender_diff = true, .enable_pq_falcon1024 = true, .app_size_updates = true,            \
             .allow_zero_local_app_ref = true, .select_f128 = true, .load_tracking = true

#define SPEC(commit) "https://github.com/algorandfoundation/specs/tree/" commit

static const algo_consensus_t versions[] = {
    {.name = "future", .logic_sig_version = 14, SINCE_V42},
    {.name = SPEC("268b63433a907455d439995bf916f6b296018f4f"), .logic_sig_version = 13, SINCE_V42},
    {.name = SPEC("953304de35264fc3ef91bcd05c123242015eeaed"), .logic_sig_version = 12, SINCE_V41, BEFORE_V42},
    {.name = SPEC("236dcc18c9c507d794813ab768e467ea42d1b4d9"),
     .logic_sig_version = 11,
     SINCE_V40,
     BEFORE_V41,
     BEFORE_V42},
    {.name = SPEC("925a46433742afb0b51bb939354bd907fa88bf95"),
     .logic_sig_version = 10,
     SINCE_V39,
     BEFORE_V41,
     BEFORE_V42,
     .max_absolute_logic_sig_program_size = 1000},
};

const algo_consensus_t *algo_consensus_find(algo_bytes_t name) {
  for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
    if (algo_bytes_eq(name, algo_bytes_str(versions[i].name))) return &versions[i];
  return NULL;
}

const algo_consensus_t *algo_consensus_future(void) { return &versions[0]; }
