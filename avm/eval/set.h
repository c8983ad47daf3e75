/* set.h - a hash table from (address, number) to a number, in an arena: what is available to a group. */
#ifndef ALGO_AVM_SET_H
#define ALGO_AVM_SET_H

#include "algo/address.h"
#include "algo/arena.h"

typedef struct avm_entry {
  algo_addr_t addr;
  uint64_t id;
  uint64_t value;
  bool used;
} avm_entry_t;

typedef struct avm_set { /* zero-fill to start */
  avm_entry_t *slots;
  uint32_t n, cap; /* cap: a power of two */
} avm_set_t;

/* addr NULL is 32 zero bytes. The value of the key, made as 0 where it is not there; NULL: out of memory. */
uint64_t *avm_set_add(avm_set_t *s, algo_arena_t *arena, const algo_addr_t *addr, uint64_t id);
uint64_t *avm_set_find(const avm_set_t *s, const algo_addr_t *addr, uint64_t id); /* NULL: not there */
static inline bool avm_set_has(const avm_set_t *s, const algo_addr_t *addr, uint64_t id) {
  return s->n != 0 && avm_set_find(s, addr, id) != NULL;
}

#endif
