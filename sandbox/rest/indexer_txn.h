/* Transactions as an indexer tells of them. Source: the indexer's OpenAPI file (models Transaction and its parts). */
#ifndef REST_INDEXER_TXN_H
#define REST_INDEXER_TXN_H

#include "rest_impl.h"

typedef struct indexer_txn {
  const algo_block_t *block;
  const algo_apply_t *apply; /* with gen and gh as signed */
  const char *txid;          /* NULL: an inner one */
  uint64_t offset;           /* within its block, inner ones counted */
} indexer_txn_t;

void indexer_txn_write(algo_json_t *j, const indexer_txn_t *t); /* an object */
/* How many transactions it is: itself and the inner ones. */
uint64_t indexer_txn_count(const algo_apply_t *a);
void indexer_txid(char out[53], const algo_block_t *b, const algo_apply_t *a, algo_apply_t *restored);

/* The accounts, applications, assets, boxes and the access list of a call: keys within its object. */
void indexer_refs_write(algo_json_t *j, const algo_txn_t *t);

#endif
