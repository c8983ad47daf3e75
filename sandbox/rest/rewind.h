/* An account led back to a past round, as an indexer does: from the account as it is and the transactions since. */
#ifndef REST_REWIND_H
#define REST_REWIND_H

#include "rest_impl.h"

typedef struct rewind_asset {
  uint64_t id, more; /* to be added to what is held now, modulo 2^64 */
} rewind_asset_t;

typedef struct rewind {
  uint64_t tip, round; /* from the one to the other */
  uint64_t more;       /* microAlgos to be added, modulo 2^64 */
  rewind_asset_t *assets;
  size_t n_assets, cap_assets;
  char refused[160]; /* why it cannot be done; "": it can */
} rewind_t;

/* From the last block there is. Not to be called with a lock held. False: the answer (500) is written. */
bool rewind_account(rest_call_t *c, const algo_addr_t *addr, uint64_t round, rewind_t *out);
/* And from this ledger's last block, which is later or the same, with the node's read lock held: nothing comes in
 * between any more. False: one of the blocks is not there, or out of memory. */
bool rewind_since(const algo_ledger_t *l, const algo_addr_t *addr, rewind_t *io);
void rewind_fini(rewind_t *r);
uint64_t rewind_of_asset(const rewind_t *r, uint64_t id); /* 0: nothing */

#endif
