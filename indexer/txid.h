/* txid.h - transaction ids from the bytes of a block, without writing the transaction again. */
#ifndef IX_TXID_H
#define IX_TXID_H

#include "algo/block.h"

/* A top-level transaction's id. The block leaves genesis id and hash out of each transaction (encoding rule of
 * go-algorand's SignedTxnInBlock): they are put back at their sorted places. Exact for fields that this version does
 * not know, too. Where the bytes are not as a node writes them, the transaction is encoded anew. */
void ix_txid(algo_digest_t *out, const algo_block_t *b, const algo_apply_t *a, algo_buf_t *scratch);
/* An inner one's. */
void ix_txid_inner(algo_digest_t *out, const algo_apply_t *a, const algo_digest_t *parent, uint64_t index,
                   algo_buf_t *scratch);

#endif
