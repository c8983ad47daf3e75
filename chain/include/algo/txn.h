/* algo/txn.h - transactions, signatures, groups: the wire's fields, with the wire's names beside them.
 *
 * Structures are plain data. Byte strings and arrays are views: into the decoded message or the arena given to the
 * decoder, which must outlive them. A zero field is an absent one. Source: go-algorand's data/transactions, and
 * https://dev.algorand.co/concepts/transactions/reference. */
#ifndef ALGO_TXN_H
#define ALGO_TXN_H

#include "algo/address.h"
#include "algo/arena.h"
#include "algo/keys.h"

#define ALGO_GROUP_MAX 16u

typedef struct algo_digest {
  uint8_t b[32];
} algo_digest_t;
static inline bool algo_digest_is_zero(const algo_digest_t *d) {
  static const algo_digest_t zero;
  return memcmp(d, &zero, sizeof zero) == 0;
}

typedef enum algo_txn_type {
  ALGO_TX_UNKNOWN,
  ALGO_TX_PAY,
  ALGO_TX_KEYREG,
  ALGO_TX_ACFG,
  ALGO_TX_AXFER,
  ALGO_TX_AFRZ,
  ALGO_TX_APPL,
  ALGO_TX_STPF,
  ALGO_TX_HB
} algo_txn_type_t; /* 1..6 equal the AVM's TypeEnum; so do stpf = 7 and hb = 8 */

typedef enum algo_on_completion {
  ALGO_OC_NOOP,
  ALGO_OC_OPTIN,
  ALGO_OC_CLOSEOUT,
  ALGO_OC_CLEAR,
  ALGO_OC_UPDATE,
  ALGO_OC_DELETE
} algo_on_completion_t;

typedef struct algo_schema {
  uint64_t num_uint;       /* nui */
  uint64_t num_byte_slice; /* nbs */
} algo_schema_t;

typedef struct algo_asset_params {
  uint64_t total;                                 /* t */
  uint32_t decimals;                              /* dc */
  bool default_frozen;                            /* df */
  algo_bytes_t unit_name;                         /* un: any bytes */
  algo_bytes_t name;                              /* an: any bytes */
  algo_bytes_t url;                               /* au: any bytes */
  algo_digest_t metadata_hash;                    /* am */
  algo_addr_t manager, reserve, freeze, clawback; /* m r f c */
} algo_asset_params_t;
ALGO_API bool algo_asset_params_is_zero(const algo_asset_params_t *p);

typedef struct algo_box_ref {
  uint64_t index;    /* i: 0 this application, else 1-based into apfa (or al) */
  algo_bytes_t name; /* n */
} algo_box_ref_t;

typedef struct algo_resource_ref { /* an element of the access list al; all zero: an empty box reference (I/O budget) */
  algo_addr_t address;             /* d */
  uint64_t asset;                  /* s */
  uint64_t app;                    /* p */
  struct {
    uint64_t address, asset;
  } holding; /* h {d,s}: 1-based into al, 0 the sender */
  struct {
    uint64_t address, app;
  } locals;           /* l {d,p}: 1-based into al, 0 the sender / this application */
  algo_box_ref_t box; /* b {i,n} */
} algo_resource_ref_t;

typedef struct algo_heartbeat {
  algo_addr_t address;     /* a */
  algo_bytes_t proof;      /* prf: its map, as it stands on the wire */
  uint8_t seed[32];        /* sd */
  uint8_t vote_id[32];     /* vid */
  uint64_t key_dilution;   /* kd */
  bool challenge_discount; /* c */
} algo_heartbeat_t;

typedef struct algo_txn {
  algo_txn_type_t type;   /* type */
  algo_bytes_t type_text; /* the text as it came, for types that are not known */
  /* header */
  algo_addr_t sender;         /* snd */
  uint64_t fee;               /* fee, microAlgos */
  uint64_t first_valid;       /* fv, round */
  uint64_t last_valid;        /* lv, round */
  algo_bytes_t note;          /* note */
  algo_bytes_t genesis_id;    /* gen */
  algo_digest_t genesis_hash; /* gh */
  algo_digest_t group;        /* grp */
  uint8_t lease[32];          /* lx */
  algo_addr_t rekey_to;       /* rekey */
  /* pay */
  algo_addr_t receiver;           /* rcv */
  uint64_t amount;                /* amt, microAlgos */
  algo_addr_t close_remainder_to; /* close */
  /* keyreg */
  uint8_t vote_pk[32];                               /* votekey */
  uint8_t selection_pk[32];                          /* selkey */
  uint8_t state_proof_pk[64];                        /* sprfkey */
  uint64_t vote_first, vote_last, vote_key_dilution; /* votefst votelst votekd */
  bool nonparticipation;                             /* nonpart */
  /* acfg */
  uint64_t config_asset;                   /* caid */
  const algo_asset_params_t *asset_params; /* apar; NULL: absent */
  /* axfer */
  uint64_t xfer_asset;        /* xaid */
  uint64_t asset_amount;      /* aamt, base units */
  algo_addr_t asset_sender;   /* asnd */
  algo_addr_t asset_receiver; /* arcv */
  algo_addr_t asset_close_to; /* aclose */
  /* afrz */
  algo_addr_t freeze_account; /* fadd */
  uint64_t freeze_asset;      /* faid */
  bool asset_frozen;          /* afrz */
  /* appl */
  uint64_t app_id;        /* apid */
  uint64_t on_completion; /* apan */
  const algo_bytes_t *app_args;
  size_t n_app_args; /* apaa */
  const algo_addr_t *accounts;
  size_t n_accounts; /* apat */
  const uint64_t *foreign_apps;
  size_t n_foreign_apps; /* apfa */
  const uint64_t *foreign_assets;
  size_t n_foreign_assets; /* apas */
  const algo_box_ref_t *boxes;
  size_t n_boxes; /* apbx */
  const algo_resource_ref_t *access;
  size_t n_access;                              /* al */
  algo_schema_t local_schema, global_schema;    /* apls apgs */
  algo_bytes_t approval_program, clear_program; /* apap apsu */
  uint32_t extra_program_pages;                 /* apep */
  uint64_t reject_version;                      /* aprv */
  /* stpf: its parts as they stand on the wire */
  uint64_t state_proof_type;                     /* sptype */
  algo_bytes_t state_proof, state_proof_message; /* sp spmsg: whole msgpack values; empty: absent */
  /* hb */
  const algo_heartbeat_t *heartbeat; /* hb; NULL: absent */
} algo_txn_t;

typedef struct algo_msig_part {
  algo_addr_t pk; /* pk */
  bool has_sig;
  uint8_t sig[64]; /* s; absent where not signed */
} algo_msig_part_t;

typedef struct algo_msig {
  uint8_t version;   /* v; 0: no multisig here */
  uint8_t threshold; /* thr */
  const algo_msig_part_t *parts;
  size_t n_parts; /* subsig */
} algo_msig_t;

typedef struct algo_pqsig { /* post-quantum signature, consensus `future` */
  bool present;
  algo_bytes_t scheme; /* sch (bin) */
  algo_bytes_t pk;     /* pk */
  algo_bytes_t sig;    /* sig */
  uint64_t salt;       /* slt; 0 is left out */
} algo_pqsig_t;

typedef struct algo_lsig {
  algo_bytes_t logic; /* l; empty: no logic signature here */
  const algo_bytes_t *args;
  size_t n_args; /* arg */
  bool has_sig;
  uint8_t sig[64];         /* sig */
  algo_msig_t msig, lmsig; /* msig lmsig */
  algo_pqsig_t pqsig;      /* pqsig */
} algo_lsig_t;

typedef struct algo_stxn { /* a signed transaction */
  algo_txn_t txn;
  bool has_sig;
  uint8_t sig[64];       /* sig */
  algo_msig_t msig;      /* msig */
  algo_lsig_t lsig;      /* lsig */
  algo_pqsig_t pqsig;    /* pqsig */
  algo_addr_t auth_addr; /* sgnr */
} algo_stxn_t;

/* ---- encoding: canonical msgpack, appended ---- */
ALGO_API void algo_txn_encode(algo_buf_t *out, const algo_txn_t *t);
ALGO_API void algo_stxn_encode(algo_buf_t *out, const algo_stxn_t *s);

/* ---- decoding ----
 * `strict` is algod's submission rule: unknown keys refused, else they are stepped over. Taken as go-algorand takes
 * them are keys in any order, any integer width, str for bin and back, zero values, nil (the zero value), numbers in a
 * list or a map for bytes, a map for a list (keys and values in turn), keys that come twice (maps are merged); fixed
 * arrays that are too long are cut, too short ones filled. Two things differ: a structure written as a list is refused
 * unless it is empty, and nil among an application's arguments is an empty one (Go writes nil again, so the id
 * differs). Nothing may follow the value in algo_txn_decode. Errors: PARSE, TRUNCATED, NOMEM (also over the arena's
 * limit); the message names the field. */
ALGO_API algo_code_t algo_txn_decode(algo_txn_t *out, algo_bytes_t in, bool strict, algo_arena_t *arena,
                                     algo_err_t *err);
/* One signed transaction from the front of *in, which moves behind it. */
ALGO_API algo_code_t algo_stxn_decode_next(algo_stxn_t *out, algo_bytes_t *in, bool strict, algo_arena_t *arena,
                                           algo_err_t *err);

/* ---- identities ---- */
ALGO_API void algo_txn_id(algo_digest_t *out, const algo_txn_t *t); /* SHA-512/256("TX" || canonical encoding) */
/* Inner transactions: SHA-512/256("TX" || parent id || index in the parent, 8 bytes big-endian || encoding). */
ALGO_API void algo_txn_inner_id(algo_digest_t *out, const algo_txn_t *t, const algo_digest_t *parent, uint64_t index);
ALGO_API void algo_txid_format(char out[53], const algo_digest_t *id); /* 52 letters of base32 and a NUL */
ALGO_API algo_code_t algo_txid_parse(algo_digest_t *out, const char *s, size_t n, algo_err_t *err);
/* SHA-512/256("TG" || {txlist: ids}); the transactions' own `group` must be zero. Errors: RANGE (n of 1 to 16),
 * INVALID. */
ALGO_API algo_code_t algo_group_id(algo_digest_t *out, const algo_txn_t *const *txns, size_t n, algo_err_t *err);

/* ---- signing ---- */
/* Sets sig, and sgnr where key is not the sender. has_sig stays false where memory ran out. */
ALGO_API void algo_stxn_sign(algo_stxn_t *s, const algo_key_t *key);
/* Adds one signature to a multisig of these public keys; parts are made in the arena. A key that is
 * there twice signs at its first place. Errors: INVALID (not one of them). */
ALGO_API algo_code_t algo_stxn_sign_multisig(algo_stxn_t *s, uint8_t version, uint8_t threshold,
                                             const algo_addr_t *keys, size_t n, const algo_key_t *key,
                                             algo_arena_t *arena, algo_err_t *err);
/* Joins the signatures of two copies of one multisig transaction. Errors: INVALID (not the same transaction or keys).
 */
ALGO_API algo_code_t algo_stxn_merge_multisig(algo_stxn_t *into, const algo_stxn_t *from, algo_arena_t *arena,
                                              algo_err_t *err);
/* Delegates `logic` with key: signature over "Program" || logic. */
ALGO_API void algo_lsig_sign(algo_lsig_t *l, const algo_key_t *key);
/* Adds one signature to a delegated logic signature's lmsig ("MsigProgram" || address || logic). */
ALGO_API algo_code_t algo_lsig_sign_multisig(algo_lsig_t *l, uint8_t version, uint8_t threshold,
                                             const algo_addr_t *keys, size_t n, const algo_key_t *key,
                                             algo_arena_t *arena, algo_err_t *err);

ALGO_API const char *algo_txn_type_text(algo_txn_type_t t); /* "pay" ...; "unknown" */

#endif
