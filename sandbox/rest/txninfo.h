/* What `pending` and simulate tell of a transaction: go-algorand's PreEncodedTxInfo as msgpack. */
#ifndef REST_TXNINFO_H
#define REST_TXNINFO_H

#include "algo/block.h"

typedef struct txninfo {
  const algo_apply_t *apply; /* with gen and gh as signed */
  uint64_t confirmed_round;  /* 0: not confirmed */
  bool with_apply;           /* false: nothing of the apply data is shown (not in a block yet) */
  algo_bytes_t pool_error;   /* why the pool let it go; empty: it did not */
} txninfo_t;

void txninfo_write(algo_buf_t *out, const txninfo_t *info);
/* An address as text, as a msgpack string. */
void txninfo_put_addr(algo_buf_t *out, const algo_addr_t *a);

#endif
