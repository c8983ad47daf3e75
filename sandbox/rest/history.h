/* Lifetimes, as an indexer keeps them: when accounts, assets, applications, holdings and local states came and went.
 * They are learnt from the blocks, each looked at once; a chain that went back is looked at again from the start. */
#ifndef REST_HISTORY_H
#define REST_HISTORY_H

#include "rest_impl.h"
#include "rounds.h"

typedef enum life_kind { LIFE_ACCOUNT, LIFE_ASSET, LIFE_APP, LIFE_HOLDING, LIFE_LOCAL } life_kind_t;

typedef struct life {
  life_kind_t kind;
  bool deleted;
  const char *sig;          /* an account's: how it signed last ("sig", "msig", "lsig"); NULL: not known */
  uint64_t id;              /* of the asset or application; 0: an account */
  algo_addr_t addr;         /* the account; of an asset or application its creator */
  uint64_t created, closed; /* rounds: the first time it came, the last time it went (0: never) */
} life_t;

/* Every lifetime as of the last block, in the order in which they began, with the history locked until history_done.
 * Not to be called with the node's read lock held. NULL where memory ran out or a
 * block cannot be read: nothing is locked then, and the answer (500) is written. */
const life_t *history_begin(rest_call_t *c, size_t *n);
void history_done(rest_call_t *c);
/* rounds_next, of the blocks as of the last history_begin; without its lock. */
uint64_t history_round(rest_call_t *c, const rounds_key_t *keys, size_t n, uint64_t from, uint64_t to, bool down);
/* Between the two. NULL: never there. addr: NULL for assets and applications. */
const life_t *history_find(const rest_call_t *c, life_kind_t kind, uint64_t id, const algo_addr_t *addr);

#endif
