/* What the history's files share. */
#ifndef REST_HISTORY_IMPL_H
#define REST_HISTORY_IMPL_H

#include "history.h"

struct rest_history {
  life_t *v;
  size_t n, cap;
  uint32_t *slots;  /* place in v, plus one; 0: empty */
  size_t n_slots;   /* a power of two */
  rounds_t *rounds; /* what is in which block */
  uint64_t next;    /* the first round that was not looked at */
  uint8_t last[32]; /* hash of the block before it, as it stood */
  uint64_t saved;   /* next, as the folder has it */
  bool asked;       /* the folder was */
  bool oom;
};

bool history_put(rest_history_t *h, const life_t *life); /* one that is not there yet; false: it is, or out of memory */
void history_clear(rest_history_t *h);
/* The lifetimes and the rounds, there and back: DIR/search beside the chain that is kept there. What is not whole, or
 * of another chain, or says more than the chain can have, counts for nothing: the blocks are looked at instead. */
void history_save(algo_rest_t *r, const algo_node_t *node);
void history_load(rest_history_t *h, algo_node_t *node);

#endif
