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

void node_pool_forget_open(algo_node_t *n) {
  algo_buf_clear(&n->open_groups);
  n->fit = 0;
  n->n_open = n->n_fit = 0;
  n->fee_factor = 0;
  atomic_store(&n->fee_per_byte, 0);
}

void node_pool_clear(algo_node_t *n) {
  node_pool_forget_open(n);
  algo_buf_fini(&n->later);
  node_evicted_free(n->evicted);
  n->evicted = NULL;
}

void node_pool_cut(algo_node_t *n) {
  uint64_t whole = algo_ledger_open_whole(n->ledger);
  if (whole == 0) n->fee_factor /= FEE_GROWTH;
  else if (whole > 1) n->fee_factor = n->fee_factor == 0 ? 1 : grown(n->fee_factor);
  algo_ledger_open_cut(n->ledger);
}

/* Nothing that the group could help: it may be taken the next time. */
static bool is_passing(algo_code_t rc) {
  return rc == ALGO_E_NOMEM || rc == ALGO_E_IO || rc == ALGO_E_NET || rc == ALGO_E_TIMEOUT || rc == ALGO_E_HTTP ||
         rc == ALGO_E_AUTH;
}

/* Behind TransactionPool.Remember's own words, which a node does not say of a group that it had. */
static algo_bytes_t reason(const algo_buf_t *text, const algo_err_t *err) {
  static const char own[] = "TransactionPool.Remember: ";
  algo_bytes_t why = text->n > 0 && !text->oom ? algo_buf_view(text) : algo_bytes_str(err->msg);
  if (why.n > sizeof own - 1 && memcmp(why.p, own, sizeof own - 1) == 0)
    why = algo_bytes(why.p + sizeof own - 1, why.n - (sizeof own - 1));
  return why;
}

/* They wait for the next block, and who asks for them is told that they do. */
static void put_off(algo_node_t *n, algo_bytes_t groups) {
  algo_bytes_t group, raw;
  bool skip;
  for (algo_mp_t all = algo_mp(groups); all.p < all.end && algo_mp_skip_view(&all, &group, NULL) == ALGO_OK;) {
    algo_mp_t r = algo_mp(group);
    if (node_event_group_read(&r, &skip, &raw, NULL) != ALGO_OK) return;
    const bool room = algo_buf_reserve(&n->later, group.n) != NULL;
    if (room) algo_buf_putb(&n->later, group);
    n->later.oom = false;
    node_evicted_put(&n->evicted, raw, room ? algo_bytes(NULL, 0) : ALGO_BYTES_LIT("out of memory"));
  }
}

/* The group on the ledger again, and behind the others. False: it could not be tried. */
static bool put_again(algo_node_t *n, algo_bytes_t group) {
  algo_err_t err;
  algo_mp_t r = algo_mp(group);
  algo_bytes_t raw;
  algo_buf_t text = ALGO_BUF_INIT;
  algo_code_t rc = node_event_submit(n->ledger, &r, &raw, &text, &err);
  if (rc == ALGO_OK) {
    memmove(n->open_groups.p + n->open_groups.n, group.p, group.n);
    n->open_groups.n += group.n;
    n->n_open++;
    note_fit(n, n->open_groups.n, n->n_open);
  } else if (is_passing(err.code)) {
    algo_env_log(&n->env, ALGO_LOG_WARN, "what waited for a block waits for the next one: %s", err.msg);
  } else { /* its last round is over, or the state is another now */
    algo_env_log(&n->env, ALGO_LOG_WARN, "a group that waited for a block is dropped: %s", err.msg);
    node_evicted_put(&n->evicted, raw, reason(&text, &err));
  }
  algo_buf_fini(&text);
  return rc == ALGO_OK || !is_passing(err.code);
}

/* Each in its turn, and from the first that cannot be tried on none: those behind it may rest on it. They are in
 * open_groups, behind what is there again, or there is room for them. */
static void put_all_again(algo_node_t *n, algo_bytes_t groups) {
  algo_bytes_t group;
  for (algo_mp_t r = algo_mp(groups); r.p < r.end;) {
    if (algo_mp_skip_view(&r, &group, NULL) != ALGO_OK) return;
    if (put_again(n, group)) continue;
    put_off(n, algo_bytes(group.p, (size_t)(r.end - group.p)));
    return;
  }
}

/* So many bytes and groups are what the ledger has. */
static void keep_first(algo_node_t *n, size_t bytes, uint32_t groups) {
  n->open_groups.n = bytes;
  n->n_open = groups;
  note_fit(n, bytes, groups);
}

/* What was put off and the rest behind it, in *all, and room in open_groups for both. False: out of memory, and it goes
 * on waiting. */
static bool later_first(algo_node_t *n, algo_bytes_t rest, algo_buf_t *all) {
  algo_buf_putb(all, algo_buf_view(&n->later));
  if (rest.n > 0) algo_buf_putb(all, rest);
  if (all->oom) return false;
  const bool room = algo_buf_reserve(&n->open_groups, n->later.n) != NULL;
  n->open_groups.oom = false;
  if (room) n->later.n = 0;
  return room;
}

void node_pool_again(algo_node_t *n, bool made) {
  algo_bytes_t rest = {NULL, 0};
  algo_buf_t all = ALGO_BUF_INIT;
  if (n->open_groups.n > n->fit) rest = algo_bytes(n->open_groups.p + n->fit, n->open_groups.n - n->fit);
  if (n->later.n > 0 && later_first(n, rest, &all)) rest = algo_buf_view(&all);
  keep_first(n, made ? 0 : n->fit, made ? 0 : n->n_fit);
  put_all_again(n, rest);
  algo_buf_fini(&all);
}

static bool ends_with(const algo_buf_t *b, size_t bytes, algo_bytes_t group) {
  return b->n >= bytes && memcmp(b->p + b->n - group.n, group.p, group.n) == 0;
}

void node_pool_take_back(algo_node_t *n, size_t bytes, algo_bytes_t group) {
  if (ends_with(&n->later, bytes, group)) {
    n->later.n -= bytes;
    return;
  }
  if (!ends_with(&n->open_groups, bytes, group)) return; /* dropped already */
  if (n->open_groups.n == bytes) {
    node_discard(n);
    return;
  }
  algo_ledger_discard(n->ledger);
  const algo_bytes_t groups = algo_bytes(n->open_groups.p, n->open_groups.n - bytes);
  keep_first(n, 0, 0);
  put_all_again(n, groups);
}
