/* The development network: funded accounts whose keys anyone can make. */
#include <stdio.h>

#include "algo/hash.h"
#include "node_impl.h"

#define ALGOS(n) ((uint64_t)(n)*1000000u)

static void seed_of(uint8_t out[32], const char *what, unsigned index) {
  char text[64];
  int n = snprintf(text, sizeof text, "algorent sandbox %s %u", what, index);
  algo_sha512_256(out, text, (size_t)n);
}

void algo_node_dev_key(algo_key_t *out, unsigned index) {
  uint8_t seed[32];
  seed_of(seed, "account", index);
  algo_key_from_seed(out, seed);
}

algo_code_t algo_node_dev_genesis(algo_genesis_t *out, algo_arena_t *arena, algo_err_t *err) {
  static const struct {
    const char *comment, *addr;
    uint64_t amount;
  } fixed[] = {
      /* its minimum balance, as in AlgoKit's network: no rewards, so an account that pays out all it has is gone */
      {"RewardsPool", "7777777777777777777777777777777777777777777777777774MSJUVU", 100000},
      {"FeeSink", "A7NMWS3NT3IUDMLVO26ULGXGIIOUQ3ND2TXSER6EBGRZNOBOUIQXHIBGDE", 100000},
  };
  static const uint64_t billions[ALGO_NODE_DEV_ACCOUNTS] = {4, 4, 2};
  static const char *const names[ALGO_NODE_DEV_ACCOUNTS] = {"Wallet1", "Wallet2", "Wallet3"};
  algo_genesis_account_t *a = algo_arena_array(arena, 2 + ALGO_NODE_DEV_ACCOUNTS, sizeof *a);
  if (a == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (size_t i = 0; i < 2; i++) {
    algo_code_t rc = algo_addr_parse(&a[i].addr, fixed[i].addr, ALGO_ADDR_TEXT, err);
    if (rc != ALGO_OK) return rc;
    a[i].comment = fixed[i].comment;
    a[i].amount = fixed[i].amount;
    a[i].status = 2;
  }
  for (unsigned i = 0; i < ALGO_NODE_DEV_ACCOUNTS; i++) {
    algo_key_t key;
    algo_node_dev_key(&key, i + 1);
    a[2 + i].addr = key.addr;
    a[2 + i].amount = ALGOS(billions[i] * 1000000000u);
    a[2 + i].comment = names[i];
    algo_key_fini(&key);
  }
  algo_genesis_account_t *online = &a[2]; /* keys that nobody votes with: developer mode has no agreement */
  online->status = 1;
  seed_of(online->vote_pk, "vote key", 1);
  seed_of(online->selection_pk, "selection key", 1);
  seed_of(online->state_proof_pk, "state proof key", 1);
  seed_of(online->state_proof_pk + 32, "state proof key", 2);
  online->vote_last = 30000;
  online->vote_key_dilution = 10000;
  *out = (algo_genesis_t){.id = "v1",
                          .network = "dockernet",
                          .protocol = "future",
                          .fee_sink = a[1].addr,
                          .rewards_pool = a[0].addr,
                          .devmode = true,
                          .alloc = a,
                          .n_alloc = 2 + ALGO_NODE_DEV_ACCOUNTS};
  return ALGO_OK;
}
