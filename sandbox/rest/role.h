/* Who takes part in a transaction, each for itself, inner ones apart. Source: indexer,
 * accounting.GetTransactionParticipants. */
#ifndef REST_ROLE_H
#define REST_ROLE_H

#include "algo/txn.h"

bool role_sender(const algo_addr_t *a, const algo_txn_t *t);
bool role_receiver(const algo_addr_t *a, const algo_txn_t *t, bool close); /* close: of what remained, too */
bool role_freeze(const algo_addr_t *a, const algo_txn_t *t);
bool role_any(const algo_addr_t *a, const algo_txn_t *t);

#endif
