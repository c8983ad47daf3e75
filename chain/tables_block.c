/* The wire's names, sorted, of blocks and of what applying a transaction did. Source: go-algorand's data/bookkeeping
 * and data/transactions. */
#include "algo/block.h"
#include "codec.h"

#define D algo_eval_delta_t
CODEC_IS_LIST(D, global);
CODEC_IS_LIST(D, local);
CODEC_IS_LIST(D, shared_accounts);
CODEC_IS_LIST(D, logs);
CODEC_IS_LIST(D, inner);
_Static_assert(offsetof(algo_local_delta_t, n) == offsetof(algo_local_delta_t, items) + sizeof(void *),
               "items and n are apart");

static const codec_field_t value_delta_rows[] = {
    CODEC_FIELD("at", KIND_U64, algo_value_delta_t, action),
    CODEC_FIELD("bs", KIND_STR, algo_value_delta_t, bytes),
    CODEC_FIELD("ui", KIND_U64, algo_value_delta_t, uint),
};
static const codec_table_t value_delta = {CODEC_ROWS(value_delta_rows),
                                          .size = sizeof(algo_value_delta_t),
                                          .least = 2,
                                          .id = TABLE_VALUE_DELTA,
                                          .key = KIND_STR,
                                          .key_offset = offsetof(algo_value_delta_t, key)};

static const codec_field_t local_items = CODEC_SUB("", KIND_MAP, algo_local_delta_t, items, &value_delta);
static const codec_table_t local_delta = {.size = sizeof(algo_local_delta_t),
                                          .least = 2,
                                          .id = TABLE_LOCAL_DELTA,
                                          .key = KIND_U64,
                                          .key_offset = offsetof(algo_local_delta_t, account),
                                          .whole = &local_items};

static const codec_field_t delta_rows[] = {
    CODEC_SUB("gd", KIND_MAP, D, global, &value_delta), CODEC_SUB("itx", KIND_LIST_STRUCT, D, inner, &codec_apply),
    CODEC_SUB("ld", KIND_MAP, D, local, &local_delta),  CODEC_FIELD("lg", KIND_LIST_STR, D, logs),
    CODEC_FIXED_LIST("sa", D, shared_accounts),
};
const codec_table_t codec_delta = {CODEC_ROWS(delta_rows), .size = sizeof(D), .least = 1, .id = TABLE_DELTA};

#define A algo_apply_t
static const codec_field_t apply_rows[] = {
    CODEC_FIELD("aca", KIND_U64, A, asset_closing_amount),
    CODEC_FIELD("apid", KIND_U64, A, created_app),
    CODEC_FIELD("ca", KIND_U64, A, closing_amount),
    CODEC_FIELD("caid", KIND_U64, A, created_asset),
    CODEC_SUB("dt", KIND_STRUCT, A, delta, &codec_delta),
    CODEC_FIELD("hgh", KIND_BOOL, A, has_genesis_hash),
    CODEC_FIELD("hgi", KIND_BOOL, A, has_genesis_id),
    CODEC_SUB("lsig", KIND_STRUCT, A, stxn.lsig, &codec_lsig),
    CODEC_SUB("msig", KIND_STRUCT, A, stxn.msig, &codec_msig),
    CODEC_PQSIG(A, stxn.pqsig),
    CODEC_FIELD("rc", KIND_U64, A, close_rewards),
    CODEC_FIELD("rr", KIND_U64, A, receiver_rewards),
    CODEC_FIELD("rs", KIND_U64, A, sender_rewards),
    CODEC_FIXED("sgnr", A, stxn.auth_addr),
    CODEC_FIELD("sig", KIND_SIG, A, stxn.has_sig),
    CODEC_SUB("txn", KIND_STRUCT, A, stxn.txn, &codec_txn),
};
/* {txn: {type: pay}} is the least that says anything. */
const codec_table_t codec_apply = {CODEC_ROWS(apply_rows), .size = sizeof(A), .least = 15, .id = TABLE_APPLY,
                                   .raw_offset = offsetof(A, raw)};

#define S algo_state_proof_tracking_t
static const codec_field_t tracking_rows[] = {
    CODEC_FIELD("n", KIND_U64, S, next_round),
    CODEC_FIELD("t", KIND_U64, S, online_total_weight),
    CODEC_FIELD("v", KIND_BIN, S, voters_commitment),
};
static const codec_table_t tracking = {CODEC_ROWS(tracking_rows), .size = sizeof(S), .least = 2,
                                       .id = TABLE_TRACKING,      .key = KIND_U64,   .key_offset = offsetof(S, type)};

#define H algo_header_t
CODEC_IS_LIST(H, state_proof);
CODEC_IS_LIST(H, expired);
CODEC_IS_LIST(H, absent);
CODEC_IS_LIST(algo_block_t, txns);
_Static_assert(offsetof(algo_block_t, header) == 0, "a block begins with its header: the rows below serve both");

/* A block's map is its header's with the transactions among them. */
#define HEADER_TO_TXN512                                                                                               \
  CODEC_FIELD("bi", KIND_U64, H, bonus), CODEC_FIELD("ct", KIND_U64, H, congestion_tax),                               \
      CODEC_FIELD("earn", KIND_U64, H, rewards_level), CODEC_FIELD("fc", KIND_U64, H, fees_collected),                 \
      CODEC_FIXED("fees", H, fee_sink), CODEC_FIELD("frac", KIND_U64, H, rewards_residue),                             \
      CODEC_FIELD("gen", KIND_STR, H, genesis_id), CODEC_FIXED("gh", H, genesis_hash),                                 \
      CODEC_FIELD("ld", KIND_U64, H, load), CODEC_FIELD("nextbefore", KIND_U64, H, next_protocol_vote_before),         \
      CODEC_FIELD("nextproto", KIND_STR, H, next_protocol),                                                            \
      CODEC_FIELD("nextswitch", KIND_U64, H, next_protocol_switch_on),                                                 \
      CODEC_FIELD("nextyes", KIND_U64, H, next_protocol_approvals), CODEC_FIXED_LIST("partupdabs", H, absent),         \
      CODEC_FIXED_LIST("partupdrmv", H, expired), CODEC_FIELD("pp", KIND_U64, H, proposer_payout),                     \
      CODEC_FIXED("prev", H, prev), CODEC_FIXED("prev512", H, prev512), CODEC_FIELD("proto", KIND_STR, H, protocol),   \
      CODEC_FIXED("prp", H, proposer), CODEC_FIELD("rate", KIND_U64, H, rewards_rate),                                 \
      CODEC_FIELD("rnd", KIND_U64, H, round), CODEC_FIELD("rwcalr", KIND_U64, H, rewards_recalculation_round),         \
      CODEC_FIXED("rwd", H, rewards_pool), CODEC_FIXED("seed", H, seed),                                               \
      CODEC_SUB("spt", KIND_MAP, H, state_proof, &tracking), CODEC_FIELD("tc", KIND_U64, H, txn_counter),              \
      CODEC_FIELD("ts", KIND_I64, H, timestamp), CODEC_FIXED("txn", H, txn_root),                                      \
      CODEC_FIXED("txn256", H, txn_root_sha256), CODEC_FIXED("txn512", H, txn_root_sha512)
#define HEADER_FROM_UPGRADE                                                                                            \
  CODEC_FIELD("upgradedelay", KIND_U64, H, upgrade_delay), CODEC_FIELD("upgradeprop", KIND_STR, H, upgrade_propose),   \
      CODEC_FIELD("upgradeyes", KIND_BOOL, H, upgrade_approve)

static const codec_field_t header_rows[] = {HEADER_TO_TXN512, HEADER_FROM_UPGRADE};
const codec_table_t codec_header = {CODEC_ROWS(header_rows), .size = sizeof(H), .least = 1, .id = TABLE_HEADER};

static const codec_field_t block_rows[] = {
    HEADER_TO_TXN512,
    CODEC_SUB("txns", KIND_LIST_STRUCT, algo_block_t, txns, &codec_apply),
    HEADER_FROM_UPGRADE,
};
const codec_table_t codec_block = {CODEC_ROWS(block_rows), .size = sizeof(algo_block_t), .least = 1, .id = TABLE_BLOCK};

static const codec_field_t opened_block_rows[] = {
    HEADER_TO_TXN512,
    CODEC_FIELD("txns", KIND_RAW, codec_opened_t, txns),
    HEADER_FROM_UPGRADE,
};
static const codec_table_t opened_block = {CODEC_ROWS(opened_block_rows), .size = sizeof(codec_opened_t), .least = 1,
                                           .id = TABLE_BLOCK};
static const codec_field_t opened_rows[] = {
    CODEC_ROW("block", KIND_STRUCT, 0, 0, &opened_block),
    CODEC_FIELD("cert", KIND_RAW, codec_opened_t, block.cert),
};
_Static_assert(offsetof(codec_opened_t, block) == 0, "the rows of a header serve here too");
const codec_table_t codec_opened = {CODEC_ROWS(opened_rows), .size = sizeof(codec_opened_t), .least = 1,
                                    .id = TABLE_RESPONSE};

/* What GET /v2/blocks/{r} answers. */
static const codec_field_t response_rows[] = {
    CODEC_ROW("block", KIND_STRUCT, 0, 0, &codec_block),
    CODEC_FIELD("cert", KIND_RAW, algo_block_t, cert),
};
const codec_table_t codec_response = {CODEC_ROWS(response_rows), .size = sizeof(algo_block_t), .least = 1,
                                      .id = TABLE_RESPONSE};
