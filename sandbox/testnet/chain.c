/* Another chain in the testnet's place: recorded blocks, or on top of another network. */
#include <sodium.h>

#include "algo/sandbox.h"
#include "internal.h"

#define SEED_TIME 1767225600 /* 2026-01-01T00:00:00Z: when a seeded chain starts */

void testnet_chain_free(chain_t *c) {
  while (c != NULL) {
    chain_t *former = c->former;
    algo_node_free(c->node);
    algo_fork_close(c->fork);
    free(c);
    c = former;
  }
}

static algo_code_t open_fork(chain_t *c, const algo_rest_chain_t *what, algo_err_t *err) {
  algo_buf_t token = ALGO_BUF_INIT;
  algo_code_t rc = algo_fork_token(&token, what->token_file, err);
  const algo_fork_options_t opt = {.url = what->url, .token = algo_buf_cstr(&token), .round = what->round};
  if (rc == ALGO_OK) rc = algo_fork_open(&c->fork, &opt, NULL, err);
  if (token.p != NULL) sodium_memzero(token.p, token.cap);
  algo_buf_fini(&token);
  if (rc != ALGO_OK) return rc;
  const algo_node_options_t node = {
      .mode = ALGO_NODE_DEV, .genesis_json = algo_fork_genesis(c->fork), .origin = algo_fork_origin(c->fork)};
  rc = algo_node_new(&c->node, &node, NULL, err);
  return rc == ALGO_OK ? algo_node_set_offset(c->node, 0, err) : rc; /* time stands still */
}

static algo_code_t begin_anew(algo_node_t *n, algo_err_t *err) {
  algo_code_t rc = algo_node_reset(n, err);
  if (rc == ALGO_OK) rc = algo_node_set_next_time(n, SEED_TIME, err);
  return rc == ALGO_OK ? algo_node_set_offset(n, 1, err) : rc;
}

algo_code_t testnet_chain_other(void *testnet, const algo_rest_chain_t *what, algo_node_t **out, algo_err_t *err) {
  algo_testnet_t *t = testnet;
  *out = t->node;
  if (what->kind == ALGO_REST_SEED) return begin_anew(t->node, err);
  chain_t *c = calloc(1, sizeof *c);
  if (c == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_code_t rc = what->kind == ALGO_REST_REPLAY ? algo_node_new_replay(&c->node, what->folder, NULL, err)
                                                  : open_fork(c, what, err);
  if (rc != ALGO_OK) {
    testnet_chain_free(c);
    return rc;
  }
  c->former = t->chain;
  t->chain = c;
  *out = t->node = c->node;
  return ALGO_OK;
}

bool algo_testnet_fork(algo_testnet_t *t, const char *url, const char *token_file, uint64_t round) {
  algo_err_t err;
  if (algo_sandbox_fork(t->algod, url, token_file, round, &err) != ALGO_OK) return testnet_fail_err(t, "no fork", &err);
  t->saved = NULL; /* of another chain, as its applications */
  testnet_forget_apps(t);
  return testnet_fund_since(t, 0);
}
