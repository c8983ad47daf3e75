/* Canonical msgpack as the JSON that go-algorand's strict JSON codec makes of the same structure. */
#ifndef REST_MPJSON_H
#define REST_MPJSON_H

#include "algo/bytes.h"

/* What the map at hand is: it decides which 32 bytes are an address and which are just bytes. */
typedef enum mpjson_shape {
  MPJSON_PLAIN, /* no addresses: bytes are base64 */
  MPJSON_BLOCK, /* a block, or its header */
  MPJSON_STXN,  /* a signed transaction, with or without apply data */
  MPJSON_TXN,
  MPJSON_APAR,         /* asset parameters */
  MPJSON_ACCESS,       /* an element of the access list */
  MPJSON_HB,           /* heartbeat fields */
  MPJSON_DELTA,        /* evaluation delta */
  MPJSON_INFO,         /* an answer of `pending`: its txn is a signed transaction */
  MPJSON_BLOCK_ANSWER, /* {block} */
  MPJSON_POOL,         /* {top-transactions, total-transactions} */
  MPJSON_SIMULATE,     /* simulate's answer */
  MPJSON_SIM_REQUEST,  /* and its request */
  MPJSON_STATE_DELTA   /* a ledger's state delta */
} mpjson_shape_t;

/* Appends one value of `in`, indented by two spaces a level, without a newline at the end. Errors: PARSE, TRUNCATED. */
algo_code_t mpjson_write(algo_buf_t *out, algo_bytes_t in, mpjson_shape_t shape, algo_err_t *err);

/* What a key of a map of that shape holds. */
bool mpjson_is_address(mpjson_shape_t in, const char *key);
mpjson_shape_t mpjson_shape_of(mpjson_shape_t in, const char *key);

#endif
