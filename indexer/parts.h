/* parts.h - who takes part in the transactions of a block: collected in the order of the chain, written as one row an
 * account. */
#ifndef IX_PARTS_H
#define IX_PARTS_H

#include "algo/txn.h"

typedef struct ix_part {
  algo_addr_t addr;
  uint32_t intra;
} ix_part_t;

typedef struct ix_parts {
  ix_part_t *list;
  size_t n, cap;
  size_t root; /* the first one of the top-level transaction at hand */
  uint32_t root_intra;
} ix_parts_t; /* zero-fill to start */

void ix_parts_fini(ix_parts_t *p);
/* A top-level transaction begins: what its inner ones' participants count for too. */
void ix_parts_begin(ix_parts_t *p, uint32_t intra);
/* Those of a transaction, the one just begun or one of its inner ones. Errors: NOMEM. */
algo_code_t ix_parts_add(ix_parts_t *p, const algo_txn_t *t, uint32_t intra, algo_err_t *err) ALGO_NODISCARD;
/* Rows of chain.participant, in the order of the index behind it: by address, each with its places in ascending order;
 * *rows of them. Errors: NOMEM. */
algo_code_t ix_parts_put(ix_parts_t *p, uint64_t round, algo_buf_t *out, uint64_t *rows,
                         algo_err_t *err) ALGO_NODISCARD;

/* Room for one more in a list on the heap. Errors: NOMEM. */
algo_code_t ix_list_grow(void **list, size_t n, size_t *cap, size_t size, algo_err_t *err) ALGO_NODISCARD;

#endif
