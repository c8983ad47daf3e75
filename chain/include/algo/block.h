/* algo/block.h - blocks, apply data, evaluation deltas, inner transactions. See txn.h for who owns what. */
#ifndef ALGO_BLOCK_H
#define ALGO_BLOCK_H

#include "algo/txn.h"

typedef enum { ALGO_DELTA_SET_BYTES = 1, ALGO_DELTA_SET_UINT = 2, ALGO_DELTA_DELETE = 3 } algo_delta_action_t;

typedef struct algo_value_delta { /* one key of a state delta */
  algo_bytes_t key;               /* the map's key: any bytes */
  uint64_t action;                /* at */
  algo_bytes_t bytes;             /* bs */
  uint64_t uint;                  /* ui */
} algo_value_delta_t;

typedef struct algo_local_delta {
  uint64_t account; /* 0 the sender, 1..n apat, then sa */
  const algo_value_delta_t *items;
  size_t n;
} algo_local_delta_t;

typedef struct algo_apply algo_apply_t; /* a transaction with its apply data */

typedef struct algo_eval_delta { /* dt */
  const algo_value_delta_t *global;
  size_t n_global; /* gd */
  const algo_local_delta_t *local;
  size_t n_local; /* ld, by key */
  const algo_addr_t *shared_accounts;
  size_t n_shared_accounts; /* sa */
  const algo_bytes_t *logs;
  size_t n_logs; /* lg */
  const algo_apply_t *inner;
  size_t n_inner; /* itx */
} algo_eval_delta_t;

struct algo_apply {
  algo_stxn_t stxn;                                         /* in a block without gen and gh: see algo_block_restore */
  bool has_genesis_id;                                      /* hgi */
  bool has_genesis_hash;                                    /* hgh */
  uint64_t closing_amount;                                  /* ca */
  uint64_t asset_closing_amount;                            /* aca */
  uint64_t sender_rewards, receiver_rewards, close_rewards; /* rs rr rc */
  uint64_t created_asset;                                   /* caid */
  uint64_t created_app;                                     /* apid */
  algo_eval_delta_t delta;                                  /* dt */
  algo_bytes_t raw; /* the whole element of txns or itx as it stands on the wire; the encoder does not read it */
};

typedef struct algo_state_proof_tracking { /* an element of spt */
  uint64_t type;                           /* the map's key */
  algo_bytes_t voters_commitment;          /* v */
  uint64_t online_total_weight;            /* t, microAlgos */
  uint64_t next_round;                     /* n */
} algo_state_proof_tracking_t;

typedef struct algo_header {
  uint64_t round;                                                                     /* rnd */
  algo_digest_t prev;                                                                 /* prev */
  uint8_t prev512[64];                                                                /* prev512 */
  uint8_t seed[32];                                                                   /* seed */
  algo_digest_t txn_root;                                                             /* txn */
  algo_digest_t txn_root_sha256;                                                      /* txn256 */
  uint8_t txn_root_sha512[64];                                                        /* txn512 */
  int64_t timestamp;                                                                  /* ts, Unix seconds */
  algo_bytes_t genesis_id;                                                            /* gen */
  algo_digest_t genesis_hash;                                                         /* gh */
  algo_addr_t proposer;                                                               /* prp */
  uint64_t fees_collected, bonus, proposer_payout;                                    /* fc bi pp, microAlgos */
  algo_addr_t fee_sink, rewards_pool;                                                 /* fees rwd */
  uint64_t rewards_level, rewards_rate, rewards_residue, rewards_recalculation_round; /* earn rate frac rwcalr */
  algo_bytes_t protocol, next_protocol;                                               /* proto nextproto */
  uint64_t next_protocol_approvals, next_protocol_vote_before,
      next_protocol_switch_on;  /* nextyes nextbefore nextswitch */
  algo_bytes_t upgrade_propose; /* upgradeprop */
  uint64_t upgrade_delay;       /* upgradedelay */
  bool upgrade_approve;         /* upgradeyes */
  uint64_t txn_counter;         /* tc */
  const algo_state_proof_tracking_t *state_proof;
  size_t n_state_proof; /* spt */
  const algo_addr_t *expired;
  size_t n_expired; /* partupdrmv */
  const algo_addr_t *absent;
  size_t n_absent;               /* partupdabs */
  uint64_t load, congestion_tax; /* ld ct */
} algo_header_t;

typedef struct algo_block {
  algo_header_t header;
  const algo_apply_t *txns;
  size_t n_txns;     /* txns, top level, in order */
  algo_bytes_t cert; /* cert, as it stands on the wire; empty: absent */
} algo_block_t;

ALGO_API void algo_header_encode(algo_buf_t *out, const algo_header_t *h);
ALGO_API void algo_apply_encode(algo_buf_t *out, const algo_apply_t *a); /* as an element of txns */
ALGO_API void algo_eval_delta_encode(algo_buf_t *out, const algo_eval_delta_t *d);
/* {block, cert}, as GET /v2/blocks/{r}?format=msgpack; cert empty: `{}` */
ALGO_API void algo_block_encode(algo_buf_t *out, const algo_block_t *b);
/* Unknown keys are stepped over, at every level. Errors: PARSE, TRUNCATED, naming the path of the field. */
ALGO_API algo_code_t algo_block_decode(algo_block_t *out, algo_bytes_t in, algo_arena_t *arena, algo_err_t *err);
/* A block whose transactions are decoded one at a time, so that the memory of one is enough: header and certificate
 * into *out; n_txns says how many transactions follow, txns is NULL. The reader is the arena's, and reads from `in`.
 * Errors: as above, NOMEM. */
typedef struct algo_block_reader algo_block_reader_t;
ALGO_API algo_code_t algo_block_open(algo_block_reader_t **reader, algo_block_t *out, algo_bytes_t in,
                                     algo_arena_t *arena, algo_err_t *err);
/* The next one, n_txns times; its parts are of `arena`. Errors: PARSE, TRUNCATED, NOMEM. */
ALGO_API algo_code_t algo_block_next(algo_block_reader_t *r, algo_apply_t *out, algo_arena_t *arena, algo_err_t *err);
ALGO_API void algo_block_back(algo_block_reader_t *r); /* the one that came last comes again */
ALGO_API algo_code_t algo_header_decode(algo_header_t *out, algo_bytes_t in, algo_arena_t *arena, algo_err_t *err);

/* A top-level transaction of a block with gen and gh put back as they were signed. */
ALGO_API void algo_block_restore(algo_txn_t *out, const algo_block_t *b, const algo_apply_t *a);
ALGO_API void algo_header_hash(algo_digest_t *out, const algo_header_t *h); /* SHA-512/256("BH" || encoding) */

#endif
