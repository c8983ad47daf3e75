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
  algo_arena_t arena;   /* calls */
  algo_arena_t lasting; /* the description */
  const algo_app_spec_t *spec;
  algo_arc56_t described; /* of that spec */
  algo_app_t app;
  algo_addr_t app_addr;
  algo_addr_t who[PARTIES];
  int64_t now;                 /* time that the next call sees */
  uint64_t fee;                /* of a call; pays for inner transactions too */
  const char *refusal;         /* the contract's message, or the node's text; NULL: it was accepted */
  const algo_outcome_t *delta; /* what the last call's last transaction did */
  bool measures;               /* simulate each group first: */
  uint64_t budget;             /* what it used */
  void (*seen_logs)(void *user, const algo_outcome_t *delta); /* of each call of a walk that was accepted; or NULL */
  void (*anew)(void *user); /* a walk begins: what was seen is forgotten; NULL: nothing to forget */
  void *user;
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

/* What a walk's step may do: has the party enough for it, and can the market take the deposit (0: none)? A group that
 * the ledger itself would refuse says nothing about the contract. */
bool world_affords(const world_t *w, unsigned party, uint64_t mbr, bool deposits, uint64_t amount);
bool world_logs_are(const world_t *w, const algo_buf_t *want); /* of the last call: two bytes of length, then the log */
bool world_box_is(const world_t *w, char prefix, uint64_t id, bool live, const algo_buf_t *want);

/* ---- walking ---- */
typedef struct world_walk {
  const char *name;
  world_t *w;
  void *walk;
  void (*reset)(void *walk);                      /* the walk's own records, as they were when the market was made */
  void (*trouble)(void *walk, uint64_t seed);     /* something happens to an account, drawn from this seed alone */
  const char *(*call)(void *walk, uint64_t seed); /* a call as well; what differs from the model, or NULL */
  const char *(*finish)(void *walk);              /* in the end; what does not hold, or NULL */
} world_walk_t;
/* True: nothing was found. Else the testnet's why, and `found` (NULL: not wanted), have the shortest script. */
bool world_walk(const world_walk_t *s, unsigned walks, unsigned steps, uint64_t seed, algo_walk_found_t *found);

#endif
