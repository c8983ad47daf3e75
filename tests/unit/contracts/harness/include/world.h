/* A testnet with a market on it and parties who call it: what the tests of contracts stand on. Nobody signs here. */
#ifndef WORLD_H
#define WORLD_H

#include "algo/hash.h"
#include "algo/rental.h"
#include "algo/testnet.h"
#include "algo/walk.h"

enum { ADMIN, TREASURY, ARBITER, OWNER, OWNER2, RENTER, RENTER2, STRANGER, ISSUER, PARTIES };

__extension__ typedef unsigned __int128 u128_t;

typedef struct world {
  algo_testnet_t *t;
  algo_arena_t arena; /* calls */
  const algo_app_spec_t *spec;
  algo_app_t app;
  algo_addr_t app_addr;
  algo_addr_t who[PARTIES];
  int64_t now;                 /* time that the next call sees */
  uint64_t fee;                /* of a call; pays for inner transactions too */
  const char *refusal;         /* the contract's message, or the node's text; NULL: it was accepted */
  const algo_outcome_t *delta; /* what the last call's last transaction did */
  bool measures;               /* simulate each group first: */
  uint64_t budget;             /* what it used */
  bool tells;                  /* writes down what is done: */
  algo_buf_t story;            /* a line each */
} world_t;

void world_open(world_t *w, const algo_app_spec_t *algo, const algo_app_spec_t *asa, bool is_asa);
void world_close(world_t *w);

/* Sends any group: fees (unless set), validity and group are filled in. False: refused. */
bool world_send(world_t *w, algo_txn_t *txns, size_t n);
/* Makes the call with what stands before it. References are found from the arguments. */
bool world_call(world_t *w, unsigned party, const algo_method_call_t *call);
bool world_call_as(world_t *w, const algo_addr_t *sender, const algo_method_call_t *call);
/* Names in t what the call, and one like it behind it, may touch. */
void world_name_all(world_t *w, const algo_addr_t *sender, const algo_method_call_t *call, algo_txn_t *t);
bool world_create(world_t *w, const algo_method_call_t *create);
void world_set_time(world_t *w, int64_t now); /* seals blocks so that the next call sees it */

uint64_t world_balance(const world_t *w, const algo_addr_t *a);
uint64_t world_min_balance(const world_t *w, const algo_addr_t *a);
bool world_holding(const world_t *w, const algo_addr_t *a, uint64_t *amount, bool *frozen); /* false: not opted in */
bool world_box(const world_t *w, char prefix, algo_bytes_t id, algo_bytes_t *value);
uint64_t world_number(const world_t *w, const char *name); /* of the global state; 0 where it is not there */
void world_globals(const world_t *w, algo_rental_globals_t *out);

void world_pay(world_t *w, const algo_addr_t *from, const algo_addr_t *to, uint64_t amount, bool close);
void world_xfer(world_t *w, const algo_addr_t *from, const algo_addr_t *to, uint64_t amount,
                bool close); /* the asset */
void world_opt_in(world_t *w, const algo_addr_t *a);
void world_freeze(world_t *w, const algo_addr_t *a, bool frozen);
void world_clawback(world_t *w, const algo_addr_t *from, uint64_t amount);
void world_must(const world_t *w, bool ok); /* ends the test, with the last refusal, where it is not */

/* Everybody has ALGO again, is opted in and not frozen, and so is the market; what was clawed back from it returns. */
void world_heal(world_t *w, bool asa, uint64_t clawed);
bool world_is_empty(const world_t *w,
                    bool asa); /* the market holds its minimum balance of no boxes, and nothing else */
uint64_t world_rnd(uint64_t *state, uint64_t n); /* splitmix64, below n */

/* ---- looking for the shortest walk that fails ---- */
typedef struct world_search {
  const char *name;
  world_t *w;
  void *walk;
  void (*reset)(void *walk);                     /* the walk's own records, as they were when the market was made */
  const char *(*one)(void *walk, uint64_t seed); /* a step, drawn from this seed alone; what differs, or NULL */
} world_search_t;
/* True: nothing was found. Else `found` (fini with algo_walk_found_fini) has the script, and what it does in words. */
bool world_search(const world_search_t *s, unsigned walks, unsigned steps, uint64_t seed, algo_walk_found_t *found);

#endif
