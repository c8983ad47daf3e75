/* The ledger's life: made from a genesis, given back. */
#include "internal.h"

static algo_code_t copy_genesis(algo_ledger_t *l, const algo_genesis_t *g, algo_err_t *err) {
  algo_genesis_account_t *alloc = algo_arena_array(&l->arena, g->n_alloc ? g->n_alloc : 1, sizeof *alloc);
  l->genesis = *g;
  l->genesis.id = algo_arena_strdup(&l->arena, g->id);
  l->genesis.network = algo_arena_strdup(&l->arena, g->network);
  l->genesis.protocol = algo_arena_strdup(&l->arena, g->protocol);
  l->genesis.comment = algo_arena_strdup(&l->arena, g->comment ? g->comment : "");
  if (!alloc || !l->genesis.id || !l->genesis.network || !l->genesis.protocol || !l->genesis.comment)
    return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (size_t i = 0; i < g->n_alloc; i++) {
    alloc[i] = g->alloc[i];
    alloc[i].comment = algo_arena_strdup(&l->arena, g->alloc[i].comment ? g->alloc[i].comment : "");
  }
  l->genesis.alloc = alloc;
  snprintf(l->genesis_id, sizeof l->genesis_id, "%s-%s", g->network, g->id);
  algo_genesis_hash(&l->genesis_hash, &l->genesis);
  return ALGO_OK;
}

static algo_code_t make_accounts(algo_ledger_t *l, totals_t *totals, algo_err_t *err) {
  uint64_t sum = 0;
  for (size_t i = 0; i < l->genesis.n_alloc; i++) {
    const algo_genesis_account_t *g = &l->genesis.alloc[i];
    if (algo_lacct_find(l, &g->addr))
      return algo_err_set(err, ALGO_E_INVALID, "repeated allocation to %s", algo_laddr(&g->addr).s);
    if (__builtin_add_overflow(sum, g->amount, &sum))
      return algo_err_set(err, ALGO_E_INVALID, "the genesis allocates more than 2^64 - 1 microAlgos");
    account_t *a = algo_lacct(l, &g->addr);
    if (!a) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
    a->d.balance = g->amount;
    a->d.status = g->status;
    memcpy(a->d.vote_pk, g->vote_pk, 32);
    memcpy(a->d.selection_pk, g->selection_pk, 32);
    memcpy(a->d.state_proof_pk, g->state_proof_pk, 64);
    a->d.vote_first = g->vote_first;
    a->d.vote_last = g->vote_last;
    a->d.vote_key_dilution = g->vote_key_dilution;
    algo_ltotals_add(l, totals, &a->d, 1);
    /* a journal item for the history of stakes; forgotten at once */
    algo_lacct_write(l, a);
  }
  algo_lonline_update(l, 0);
  algo_lforget(l, journal_pos(&l->journal));
  return ALGO_OK;
}

static algo_code_t make_genesis_block(algo_ledger_t *l, const totals_t *totals, algo_err_t *err) {
  const algo_consensus_t *c = l->consensus;
  static const uint8_t no_txns[] = {0x90};
  const account_t *pool = algo_lacct_find(l, &l->genesis.rewards_pool);
  algo_header_t h = {.timestamp = l->genesis.timestamp, .txn_counter = 1000}; /* low numbers are no one's */
  memcpy(h.seed, l->genesis_hash.b, 32);
  algo_sha512_256_tagged(h.txn_root.b, "PF", no_txns, sizeof no_txns);
  h.genesis_id = algo_bytes_str(l->genesis_id);
  h.genesis_hash = l->genesis_hash;
  h.fee_sink = l->genesis.fee_sink;
  h.rewards_pool = l->genesis.rewards_pool;
  h.rewards_recalculation_round = c->rewards_rate_refresh_interval;
  h.rewards_rate = sat_sub(pool ? pool->d.balance : 0, c->min_balance) / c->rewards_rate_refresh_interval;
  h.protocol = algo_bytes_str(l->genesis.protocol);
  algo_buf_t encoded = ALGO_BUF_INIT;
  algo_header_encode(&encoded, &h);
  algo_code_t rc = encoded.oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory")
                               : algo_lblock_keep(l, &h, algo_buf_view(&encoded), algo_bytes(NULL, 0), 0, totals, err);
  if (!rc) rc = algo_ltip_take(l, algo_buf_view(&encoded), err);
  if (!rc) algo_lopen_reset(l);
  algo_buf_fini(&encoded);
  return rc;
}

algo_code_t algo_lnew(algo_ledger_t **out, const algo_genesis_t *g, const algo_env_t *env, algo_err_t *err) {
  algo_ledger_t *l = calloc(1, sizeof *l);
  *out = NULL;
  if (!l) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  l->env = env;
  l->next_snapshot = 1;
  l->journal.epoch = 1;
  algo_code_t rc = copy_genesis(l, g, err);
  if (rc) algo_ledger_free(l);
  else *out = l;
  return rc;
}

algo_code_t algo_ledger_new(algo_ledger_t **out, const algo_genesis_t *g, const algo_env_t *env, algo_err_t *err) {
  totals_t totals = {0};
  algo_ledger_t *l = NULL;
  *out = NULL;
  algo_code_t rc = algo_lnew(&l, g, env, err);
  if (rc) return rc;
  l->consensus = algo_consensus_find(algo_bytes_str(g->protocol));
  rc = l->consensus ? ALGO_OK : algo_err_set(err, ALGO_E_UNSUPPORTED, "unsupported protocol %s", g->protocol);
  if (!rc) rc = make_accounts(l, &totals, err);
  if (!rc) rc = make_genesis_block(l, &totals, err);
  if (rc) algo_ledger_free(l);
  else *out = l;
  return rc;
}

void algo_ledger_free(algo_ledger_t *l) {
  if (!l) return;
  algo_ljournal_fini(l);
  algo_lrecords_fini(l);
  algo_lblocks_fini(l);
  algo_lorigin_fini(l);
  algo_lstore_fini(l);
  free(l->snapshots);
  free(l->sum_matrix);
  algo_buf_fini(&l->open.txns);
  algo_buf_fini(&l->open.ids);
  algo_buf_fini(&l->open.ends);
  algo_buf_fini(&l->open.encoded);
  algo_buf_fini(&l->fail);
  algo_arena_fini(&l->scratch);
  algo_arena_fini(&l->tip_arena);
  algo_arena_fini(&l->tip_spare);
  algo_arena_fini(&l->arena);
  free(l);
}

algo_code_t algo_lready(algo_ledger_t *l, algo_err_t *err) {
  l->oom = false;
  if (!l->broken) return ALGO_OK;
  return algo_err_set(err, ALGO_E_NOMEM,
                      "memory ran out, or a file failed, in the middle of a change that cannot be taken back: nothing "
                      "more is accepted. Dump, and load its own dump, and everything accepted is there again; or "
                      "reset, or start again");
}

const algo_genesis_t *algo_ledger_genesis(const algo_ledger_t *l) { return &l->genesis; }
const algo_digest_t *algo_ledger_genesis_hash(const algo_ledger_t *l) { return &l->genesis_hash; }
const algo_consensus_t *algo_ledger_consensus(const algo_ledger_t *l) { return l->consensus; }
uint64_t algo_ledger_round(const algo_ledger_t *l) { return l->tip.round; }
const algo_header_t *algo_ledger_tip(const algo_ledger_t *l) { return &l->tip; }
size_t algo_ledger_open_count(const algo_ledger_t *l) { return l->open.n_txns; }
