/* codec.h - one encoder and one decoder for every map of the wire, driven by tables.
 *
 * A table lists the keys of one map, sorted as they are written, each with the kind of its value and the place of the
 * field in the structure. A field that is zero is not written. Private to chain/. */
#ifndef ALGO_CODEC_H
#define ALGO_CODEC_H

#include "algo/arena.h"
#include "algo/block.h"
#include "algo/mp.h"

typedef enum codec_kind {
  KIND_U64,     /* uint64_t */
  KIND_U32,     /* uint32_t; more does not decode */
  KIND_U8,      /* uint8_t; likewise */
  KIND_I64,     /* int64_t */
  KIND_BOOL,    /* bool */
  KIND_STR,     /* algo_bytes_t, written as str */
  KIND_BIN,     /* algo_bytes_t, written as bin */
  KIND_FIXED,   /* uint8_t[size], bin; longer values are cut, shorter ones filled with zeros */
  KIND_SIG,     /* bool, then uint8_t[64] right behind it: absent where false */
  KIND_RAW,     /* algo_bytes_t: a whole value as it stands on the wire */
  KIND_TYPE,    /* algo_txn_type_t; its text is in an algo_bytes_t at offset `size` */
  KIND_STRUCT,  /* a structure in place, of table `sub`; left out where all of it is zero */
  KIND_FLAGGED, /* the same, with a bool at offset `size` that says whether it is there */
  KIND_PTR,     /* pointer to one; left out where NULL or all zero */
  KIND_KEEP,    /* pointer to one; left out where NULL only */
  /* the rest: a pointer to the first element and, right behind it, a size_t with their number */
  KIND_LIST_U64,
  KIND_LIST_BIN,    /* of algo_bytes_t */
  KIND_LIST_STR,    /* of algo_bytes_t */
  KIND_LIST_FIXED,  /* of uint8_t[size] */
  KIND_LIST_STRUCT, /* of `sub` */
  KIND_MAP          /* of `sub`, whose table names the key; written sorted by it */
} codec_kind_t;

typedef struct codec_table codec_table_t;

#define CODEC_NAME_MAX   12
#define CODEC_FIELDS_MAX 63

typedef struct codec_field {
  char name[CODEC_NAME_MAX + 1]; /* zeros behind it: the decoder compares 8 bytes at once */
  uint8_t len;
  uint8_t shift; /* drops what 8 bytes hold behind the name */
  uint8_t kind;
  uint16_t offset;
  uint16_t size;
  const codec_table_t *sub;
} codec_field_t;

struct codec_table {
  const codec_field_t *fields;
  uint16_t n;
  uint16_t size;    /* of the structure */
  uint16_t least;   /* bytes that one takes on the wire at least: bounds what a count may claim */
  uint8_t id;       /* its own, below CODEC_TABLES: the decoder keeps a guess for each */
  codec_kind_t key; /* in a KIND_MAP: KIND_STR or KIND_U64, at key_offset */
  uint16_t key_offset;
  uint16_t raw_offset;        /* not 0: an algo_bytes_t there takes the map's bytes on the wire */
  const codec_field_t *whole; /* in a KIND_MAP: the value is this one field, not a map of `fields` */
};

enum {
  TABLE_TXN,
  TABLE_ASSET_PARAMS,
  TABLE_SCHEMA,
  TABLE_BOX,
  TABLE_RESOURCE,
  TABLE_HOLDING,
  TABLE_LOCALS,
  TABLE_HEARTBEAT,
  TABLE_PROOF,
  TABLE_MSIG,
  TABLE_MSIG_PART,
  TABLE_LSIG,
  TABLE_PQSIG,
  TABLE_STXN,
  TABLE_APPLY,
  TABLE_DELTA,
  TABLE_VALUE_DELTA,
  TABLE_LOCAL_DELTA,
  TABLE_TRACKING,
  TABLE_HEADER,
  TABLE_BLOCK,
  TABLE_RESPONSE,
  CODEC_TABLES
};

#define CODEC_ROW(wire, knd, offset, size, sub)                                                                        \
  { wire, sizeof(wire) - 1, (uint8_t)(sizeof(wire) - 1 >= 8 ? 0 : 64 - 8 * (sizeof(wire) - 1)), knd, offset, size, sub }
#define CODEC_FIELD(wire, knd, type, member) CODEC_ROW(wire, knd, offsetof(type, member), 0, NULL)
#define CODEC_FIXED(wire, type, member)                                                                                \
  CODEC_ROW(wire, KIND_FIXED, offsetof(type, member), sizeof(((type *)0)->member), NULL)
#define CODEC_FIXED_LIST(wire, type, member)                                                                           \
  CODEC_ROW(wire, KIND_LIST_FIXED, offsetof(type, member), sizeof(((type *)0)->member[0]), NULL)
#define CODEC_SUB(wire, knd, type, member, table) CODEC_ROW(wire, knd, offsetof(type, member), 0, table)
#define CODEC_ROWS(rows)                          (rows), sizeof(rows) / sizeof((rows)[0])
/* A list's number stands right behind its pointer. */
#define CODEC_IS_LIST(type, member)                                                                                    \
  _Static_assert(offsetof(type, n_##member) == offsetof(type, member) + sizeof(void *),                                \
                 #member " and its number are apart")

#define CODEC_PQSIG(type, flagged)                                                                                     \
  CODEC_ROW("pqsig", KIND_FLAGGED, offsetof(type, flagged), offsetof(type, flagged.present), &codec_pqsig)

extern const codec_table_t codec_txn, codec_msig, codec_lsig, codec_pqsig, codec_stxn;
extern const codec_table_t codec_apply, codec_delta, codec_header, codec_block, codec_response;

typedef struct codec_opened { /* a block whose transactions are left as they stand on the wire */
  algo_block_t block;
  algo_bytes_t txns;
} codec_opened_t;
extern const codec_table_t codec_opened;

/* ---- writing ---- */
/* Where the encoder writes: from p to end. `more` makes room for the n bytes at `piece`, or takes them itself (false).
 */
typedef struct codec_out codec_out_t;
struct codec_out {
  uint8_t *p, *end;
  bool (*more)(codec_out_t *out, const void *piece, size_t n);
};

void codec_encode_buf(algo_buf_t *out, const codec_table_t *t, const void *base);
/* SHA-512/256 of prefix || encoding; takes no memory. */
void codec_hash(uint8_t out[32], const codec_table_t *t, const void *base, const void *prefix, size_t n);
bool codec_is_empty(const codec_table_t *t, const void *base);

/* ---- reading ---- */
typedef struct codec_in {
  const uint8_t *p; /* apart from `end`: a compiler that reads both at once waits for the last write of this one */
  algo_arena_t *arena;
  const uint8_t *end, *start;
  algo_err_t *err;
  bool strict; /* unknown keys are refused */
  uint8_t depth;
  uint8_t next[CODEC_TABLES]
              [CODEC_FIELDS_MAX + 1]; /* by table and field: 1 + the field that came behind it last time */
} codec_in_t;

void codec_in_init(codec_in_t *in, algo_bytes_t bytes, bool strict, algo_arena_t *arena, algo_err_t *err);
/* How many elements a list of `sub` claims; they stand behind it. Errors: PARSE, TRUNCATED (they cannot fit). */
algo_code_t codec_list(codec_in_t *in, const codec_table_t *sub, size_t *count);
/* One map into *base, which the caller has zeroed. */
algo_code_t codec_decode(codec_in_t *in, const codec_table_t *t, void *base);

#endif
