/* What was accepted and is in no block yet. With blocks by hand or by the clock it may be more than one takes: the rest
 * waits, and is evaluated again behind the block. Source: go-algorand 5.1, data/pools/transactionPool.go. */
#include "node_impl.h"

#define POOL_SIZE  75000u /* transactions; the node's TxPoolSize */
#define FEE_GROWTH 2u     /* its TxPoolExponentialIncreaseFactor */

static uint64_t grown(uint64_t v) { return v > UINT64_MAX / FEE_GROWTH ? UINT64_MAX : v * FEE_GROWTH; }

void node_pool_rules(algo_node_t *n, algo_submit_options_t *opt) {
  uint64_t whole = algo_ledger_open_whole(n->ledger), fee = n->fee_factor;
  if (fee == 0 && whole > 1) fee = 1;
  for (uint64_t i = 1; i < whole; i++) fee = grown(fee);
  atomic_store(&n->fee_per_byte, fee);
  opt->pool_size = POOL_SIZE;
  opt->fee_per_byte = fee;
}

uint64_t algo_node_fee_per_byte(const algo_node_t *n) { return atomic_load(&n->fee_per_byte); }

/* The groups up to here, unless there are more blocks than one already. */
static void note_fit(algo_node_t *n, size_t bytes, uint32_t groups) {
  if (algo_ledger_open_whole(n->ledger) > 0) return;
  n->fit = bytes;
  n->n_fit = groups;
}

void node_pool_add(algo_node_t *n, algo_bytes_t group, bool skip_signatures) {
  node_event_group(&n->open_groups, group, skip_signatures);
  n->n_open++;
  note_fit(n, n->open_groups.n, n->n_open);
}

void node_pool_clear(algo_node_t *n) {
  algo_buf_clear(&n->open_groups);
  n->fit = 0;
  n->n_open = n->n_fit = 0;
  n->fee_factor = 0;
  atomic_store(&n->fee_per_byte, 0);
}

void node_pool_cut(algo_node_t *n) {
  uint64_t whole = algo_ledger_open_whole(n->ledger);
  if (whole == 0) n->fee_factor /= FEE_GROWTH;
  else if (whole > 1) n->fee_factor = n->fee_factor == 0 ? 1 : grown(n->fee_factor);
  algo_ledger_open_cut(n->ledger);
}

/* The group at the front of what waits, on the ledger again, and moved up to the others. */
static void put_again(algo_node_t *n, algo_bytes_t group) {
  algo_err_t err;
  algo_mp_t r = algo_mp(group);
  if (node_event_submit(n->ledger, &r, &err) != ALGO_OK) { /* its last round is over, or the state is another now */
    algo_env_log(&n->env, ALGO_LOG_WARN, "a group that waited for a block is dropped: %s", err.msg);
    return;
  }
  memmove(n->open_groups.p + n->open_groups.n, group.p, group.n);
  n->open_groups.n += group.n;
  n->n_open++;
  note_fit(n, n->open_groups.n, n->n_open);
}

/* Behind so many bytes and groups, which the ledger has, come these. */
static void put_all_again(algo_node_t *n, size_t bytes, uint32_t groups, algo_bytes_t rest) {
  algo_bytes_t group;
  n->open_groups.n = bytes;
  n->n_open = groups;
  note_fit(n, bytes, groups);
  if (rest.n == 0) return;
  for (algo_mp_t r = algo_mp(rest); r.p < rest.p + rest.n && algo_mp_skip_view(&r, &group, NULL) == ALGO_OK;)
    put_again(n, group);
}

void node_pool_again(algo_node_t *n, bool made) {
  algo_bytes_t rest = {NULL, 0};
  if (n->open_groups.n > n->fit) rest = algo_bytes(n->open_groups.p + n->fit, n->open_groups.n - n->fit);
  put_all_again(n, made ? 0 : n->fit, made ? 0 : n->n_fit, rest);
}

void node_pool_take_back(algo_node_t *n, size_t bytes) {
  if (n->open_groups.n <= bytes) {
    node_discard(n);
    return;
  }
  algo_ledger_discard(n->ledger);
  put_all_again(n, 0, 0, algo_bytes(n->open_groups.p, n->open_groups.n - bytes));
}
