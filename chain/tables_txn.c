/* The wire's names, sorted, of transactions and signatures. Source: go-algorand's data/transactions. */
#include "algo/txn.h"
#include "codec.h"

#define T algo_txn_t
CODEC_IS_LIST(T, app_args);
CODEC_IS_LIST(T, accounts);
CODEC_IS_LIST(T, foreign_apps);
CODEC_IS_LIST(T, foreign_assets);
CODEC_IS_LIST(T, boxes);
CODEC_IS_LIST(T, access);
CODEC_IS_LIST(algo_msig_t, parts);
CODEC_IS_LIST(algo_lsig_t, args);
_Static_assert(offsetof(algo_stxn_t, sig) == offsetof(algo_stxn_t, has_sig) + 1, "a signature stands behind its flag");
_Static_assert(offsetof(algo_lsig_t, sig) == offsetof(algo_lsig_t, has_sig) + 1, "a signature stands behind its flag");
_Static_assert(offsetof(algo_msig_part_t, sig) == offsetof(algo_msig_part_t, has_sig) + 1,
               "a signature stands behind its flag");

static const codec_field_t asset_params_rows[] = {
    CODEC_FIXED("am", algo_asset_params_t, metadata_hash),
    CODEC_FIELD("an", KIND_STR, algo_asset_params_t, name),
    CODEC_FIELD("au", KIND_STR, algo_asset_params_t, url),
    CODEC_FIXED("c", algo_asset_params_t, clawback),
    CODEC_FIELD("dc", KIND_U32, algo_asset_params_t, decimals),
    CODEC_FIELD("df", KIND_BOOL, algo_asset_params_t, default_frozen),
    CODEC_FIXED("f", algo_asset_params_t, freeze),
    CODEC_FIXED("m", algo_asset_params_t, manager),
    CODEC_FIXED("r", algo_asset_params_t, reserve),
    CODEC_FIELD("t", KIND_U64, algo_asset_params_t, total),
    CODEC_FIELD("un", KIND_STR, algo_asset_params_t, unit_name),
};
static const codec_table_t asset_params = {CODEC_ROWS(asset_params_rows), .size = sizeof(algo_asset_params_t),
                                           .least = 1, .id = TABLE_ASSET_PARAMS};

static const codec_field_t schema_rows[] = {
    CODEC_FIELD("nbs", KIND_U64, algo_schema_t, num_byte_slice),
    CODEC_FIELD("nui", KIND_U64, algo_schema_t, num_uint),
};
static const codec_table_t schema = {CODEC_ROWS(schema_rows), .size = sizeof(algo_schema_t), .least = 1,
                                     .id = TABLE_SCHEMA};

static const codec_field_t box_rows[] = {
    CODEC_FIELD("i", KIND_U64, algo_box_ref_t, index),
    CODEC_FIELD("n", KIND_BIN, algo_box_ref_t, name),
};
static const codec_table_t box = {CODEC_ROWS(box_rows), .size = sizeof(algo_box_ref_t), .least = 1, .id = TABLE_BOX};

#define R algo_resource_ref_t
static const codec_field_t holding_rows[] = {
    CODEC_FIELD("d", KIND_U64, R, holding.address),
    CODEC_FIELD("s", KIND_U64, R, holding.asset),
};
static const codec_field_t locals_rows[] = {
    CODEC_FIELD("d", KIND_U64, R, locals.address),
    CODEC_FIELD("p", KIND_U64, R, locals.app),
};
/* Both are of the whole reference: their structures have no name, so offsets count from its start. */
static const codec_table_t holding = {CODEC_ROWS(holding_rows), .size = sizeof(R), .least = 1, .id = TABLE_HOLDING};
static const codec_table_t locals = {CODEC_ROWS(locals_rows), .size = sizeof(R), .least = 1, .id = TABLE_LOCALS};
static const codec_field_t resource_rows[] = {
    CODEC_SUB("b", KIND_STRUCT, R, box, &box),   CODEC_FIXED("d", R, address),
    CODEC_ROW("h", KIND_STRUCT, 0, 0, &holding), CODEC_ROW("l", KIND_STRUCT, 0, 0, &locals),
    CODEC_FIELD("p", KIND_U64, R, app),          CODEC_FIELD("s", KIND_U64, R, asset),
};
static const codec_table_t resource = {CODEC_ROWS(resource_rows), .size = sizeof(R), .least = 1, .id = TABLE_RESOURCE};

/* Kept as it stands on the wire; the table only makes it canonical. */
typedef struct proof {
  uint8_t pk[32], pk1_sig[64], pk2[32], pk2_sig[64], sig[64];
} proof_t;
static const codec_field_t proof_rows[] = {
    CODEC_FIXED("p", proof_t, pk),        CODEC_FIXED("p1s", proof_t, pk1_sig), CODEC_FIXED("p2", proof_t, pk2),
    CODEC_FIXED("p2s", proof_t, pk2_sig), CODEC_FIXED("s", proof_t, sig),
};
static const codec_table_t proof = {CODEC_ROWS(proof_rows), .size = sizeof(proof_t), .least = 1, .id = TABLE_PROOF};

static const codec_field_t heartbeat_rows[] = {
    CODEC_FIXED("a", algo_heartbeat_t, address),
    CODEC_FIELD("c", KIND_BOOL, algo_heartbeat_t, challenge_discount),
    CODEC_FIELD("kd", KIND_U64, algo_heartbeat_t, key_dilution),
    CODEC_SUB("prf", KIND_RAW, algo_heartbeat_t, proof, &proof),
    CODEC_FIXED("sd", algo_heartbeat_t, seed),
    CODEC_FIXED("vid", algo_heartbeat_t, vote_id),
};
static const codec_table_t heartbeat = {CODEC_ROWS(heartbeat_rows), .size = sizeof(algo_heartbeat_t), .least = 1,
                                        .id = TABLE_HEARTBEAT};

static const codec_field_t txn_rows[] = {
    CODEC_FIELD("aamt", KIND_U64, T, asset_amount),
    CODEC_FIXED("aclose", T, asset_close_to),
    CODEC_FIELD("afrz", KIND_BOOL, T, asset_frozen),
    CODEC_SUB("al", KIND_LIST_STRUCT, T, access, &resource),
    CODEC_FIELD("amt", KIND_U64, T, amount),
    CODEC_FIELD("apaa", KIND_LIST_BIN, T, app_args),
    CODEC_FIELD("apan", KIND_U64, T, on_completion),
    CODEC_FIELD("apap", KIND_BIN, T, approval_program),
    CODEC_SUB("apar", KIND_PTR, T, asset_params, &asset_params),
    CODEC_FIELD("apas", KIND_LIST_U64, T, foreign_assets),
    CODEC_FIXED_LIST("apat", T, accounts),
    CODEC_SUB("apbx", KIND_LIST_STRUCT, T, boxes, &box),
    CODEC_FIELD("apep", KIND_U32, T, extra_program_pages),
    CODEC_FIELD("apfa", KIND_LIST_U64, T, foreign_apps),
    CODEC_SUB("apgs", KIND_STRUCT, T, global_schema, &schema),
    CODEC_FIELD("apid", KIND_U64, T, app_id),
    CODEC_SUB("apls", KIND_STRUCT, T, local_schema, &schema),
    CODEC_FIELD("aprv", KIND_U64, T, reject_version),
    CODEC_FIELD("apsu", KIND_BIN, T, clear_program),
    CODEC_FIXED("arcv", T, asset_receiver),
    CODEC_FIXED("asnd", T, asset_sender),
    CODEC_FIELD("caid", KIND_U64, T, config_asset),
    CODEC_FIXED("close", T, close_remainder_to),
    CODEC_FIXED("fadd", T, freeze_account),
    CODEC_FIELD("faid", KIND_U64, T, freeze_asset),
    CODEC_FIELD("fee", KIND_U64, T, fee),
    CODEC_FIELD("fv", KIND_U64, T, first_valid),
    CODEC_FIELD("gen", KIND_STR, T, genesis_id),
    CODEC_FIXED("gh", T, genesis_hash),
    CODEC_FIXED("grp", T, group),
    CODEC_SUB("hb", KIND_KEEP, T, heartbeat, &heartbeat),
    CODEC_FIELD("lv", KIND_U64, T, last_valid),
    CODEC_FIXED("lx", T, lease),
    CODEC_FIELD("nonpart", KIND_BOOL, T, nonparticipation),
    CODEC_FIELD("note", KIND_BIN, T, note),
    CODEC_FIXED("rcv", T, receiver),
    CODEC_FIXED("rekey", T, rekey_to),
    CODEC_FIXED("selkey", T, selection_pk),
    CODEC_FIXED("snd", T, sender),
    CODEC_FIELD("sp", KIND_RAW, T, state_proof),
    CODEC_FIELD("spmsg", KIND_RAW, T, state_proof_message),
    CODEC_FIXED("sprfkey", T, state_proof_pk),
    CODEC_FIELD("sptype", KIND_U64, T, state_proof_type),
    CODEC_ROW("type", KIND_TYPE, offsetof(T, type), offsetof(T, type_text), NULL),
    CODEC_FIELD("votefst", KIND_U64, T, vote_first),
    CODEC_FIELD("votekd", KIND_U64, T, vote_key_dilution),
    CODEC_FIXED("votekey", T, vote_pk),
    CODEC_FIELD("votelst", KIND_U64, T, vote_last),
    CODEC_FIELD("xaid", KIND_U64, T, xfer_asset),
};
const codec_table_t codec_txn = {CODEC_ROWS(txn_rows), .size = sizeof(T), .least = 1, .id = TABLE_TXN};

static const codec_field_t msig_part_rows[] = {
    CODEC_FIXED("pk", algo_msig_part_t, pk),
    CODEC_FIELD("s", KIND_SIG, algo_msig_part_t, has_sig),
};
static const codec_table_t msig_part = {CODEC_ROWS(msig_part_rows), .size = sizeof(algo_msig_part_t), .least = 1,
                                        .id = TABLE_MSIG_PART};
static const codec_field_t msig_rows[] = {
    CODEC_SUB("subsig", KIND_LIST_STRUCT, algo_msig_t, parts, &msig_part),
    CODEC_FIELD("thr", KIND_U8, algo_msig_t, threshold),
    CODEC_FIELD("v", KIND_U8, algo_msig_t, version),
};
const codec_table_t codec_msig = {CODEC_ROWS(msig_rows), .size = sizeof(algo_msig_t), .least = 1, .id = TABLE_MSIG};

static const codec_field_t pqsig_rows[] = {
    CODEC_FIELD("pk", KIND_BIN, algo_pqsig_t, pk),
    CODEC_FIELD("sch", KIND_BIN, algo_pqsig_t, scheme),
    CODEC_FIELD("sig", KIND_BIN, algo_pqsig_t, sig),
    CODEC_FIELD("slt", KIND_U64, algo_pqsig_t, salt),
};
const codec_table_t codec_pqsig = {CODEC_ROWS(pqsig_rows), .size = sizeof(algo_pqsig_t), .least = 1, .id = TABLE_PQSIG};

static const codec_field_t lsig_rows[] = {
    CODEC_FIELD("arg", KIND_LIST_BIN, algo_lsig_t, args),
    CODEC_FIELD("l", KIND_BIN, algo_lsig_t, logic),
    CODEC_SUB("lmsig", KIND_STRUCT, algo_lsig_t, lmsig, &codec_msig),
    CODEC_SUB("msig", KIND_STRUCT, algo_lsig_t, msig, &codec_msig),
    CODEC_PQSIG(algo_lsig_t, pqsig),
    CODEC_FIELD("sig", KIND_SIG, algo_lsig_t, has_sig),
};
const codec_table_t codec_lsig = {CODEC_ROWS(lsig_rows), .size = sizeof(algo_lsig_t), .least = 1, .id = TABLE_LSIG};

static const codec_field_t stxn_rows[] = {
    CODEC_SUB("lsig", KIND_STRUCT, algo_stxn_t, lsig, &codec_lsig),
    CODEC_SUB("msig", KIND_STRUCT, algo_stxn_t, msig, &codec_msig),
    CODEC_PQSIG(algo_stxn_t, pqsig),
    CODEC_FIXED("sgnr", algo_stxn_t, auth_addr),
    CODEC_FIELD("sig", KIND_SIG, algo_stxn_t, has_sig),
    CODEC_SUB("txn", KIND_STRUCT, algo_stxn_t, txn, &codec_txn),
};
const codec_table_t codec_stxn = {CODEC_ROWS(stxn_rows), .size = sizeof(algo_stxn_t), .least = 1, .id = TABLE_STXN};
