/* More groups than the next block takes: what a node's pool makes of them. Source: go-algorand 5.1,
 * data/pools/transactionPool.go. */
#include "internal.h"

#define FULL "TransactionPool.checkPendingQueueSize: transaction pool has reached capacity"

open_mark_t algo_lopen_mark(const algo_ledger_t *l) {
  const open_block_t *o = &l->open;
  return (open_mark_t){{journal_pos(&l->journal), o->txn_count, o->fees}, o->n_txns, o->txns.n, o->ids.n, o->ends.n};
}

static void cut(algo_buf_t *b, size_t n) {
  b->n = n;
  b->oom = false;
}

void algo_lopen_back(algo_ledger_t *l, const open_mark_t *m) {
  open_block_t *o = &l->open;
  algo_lundo(l, &m->state);
  o->n_txns = m->n_txns;
  cut(&o->txns, m->txns);
  cut(&o->ids, m->ids);
  cut(&o->ends, m->ends);
}

static algo_code_t check_fee(algo_ledger_t *l, const algo_stxn_t *s, uint64_t per_byte, algo_err_t *err) {
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_stxn_encode(&raw, s);
  size_t n = raw.n;
  bool oom = raw.oom;
  algo_buf_fini(&raw);
  if (oom) return algo_lfail_code(l, ALGO_E_NOMEM, err, "out of memory");
  uint64_t least = per_byte > UINT64_MAX / (n + 1) ? UINT64_MAX : per_byte * n;
  if (s->txn.fee >= least) return ALGO_OK;
  return algo_lfail(l, err, "fee {%" PRIu64 "} below threshold %" PRIu64 " (%" PRIu64 " per byte * %zu bytes)",
                    s->txn.fee, least, per_byte, n);
}

algo_code_t algo_lpool_check(algo_ledger_t *l, const algo_ledger_group_t *g, const algo_submit_options_t *opt,
                             algo_err_t *err) {
  if (!opt) return ALGO_OK;
  if (opt->pool_size && l->open.n_txns + g->n > opt->pool_size) return algo_lfail(l, err, FULL);
  algo_code_t rc = ALGO_OK;
  for (size_t i = 0; !rc && opt->fee_per_byte && i < g->n; i++) rc = check_fee(l, g->txns[i], opt->fee_per_byte, err);
  return rc ? algo_lfail_prefix(l, rc, err, "TransactionPool.Remember: ") : ALGO_OK;
}

algo_code_t algo_lpool_check_dead(algo_ledger_t *l, const algo_stxn_t *const *txns, size_t n, algo_err_t *err) {
  uint64_t round = l->open.header.round + l->open.whole;
  for (size_t i = 0; i < n; i++) {
    const algo_txn_t *t = &txns[i]->txn;
    if (t->last_valid < round)
      return algo_lfail(l, err, "txn dead: round %" PRIu64 " outside of %" PRIu64 "--%" PRIu64, round, t->first_valid,
                        t->last_valid);
  }
  return ALGO_OK;
}

algo_code_t algo_lpool_fit(algo_ledger_t *l, const group_run_t *r, const open_mark_t *before, algo_err_t *err) {
  open_block_t *o = &l->open;
  if (o->txns.n > UINT32_MAX) return algo_lfail(l, err, FULL); /* where each ends is 32 bits wide */
  if (o->txns.n - o->begin <= l->consensus->max_txn_bytes_per_block) return ALGO_OK;
  o->whole++;
  algo_code_t rc = algo_lpool_check_dead(l, r->txns, r->n, err);
  if (rc) {
    o->whole--;
    return algo_lfail_prefix(l, rc, err, "TransactionPool.Remember: ");
  }
  if (o->whole == 1) o->fits = *before;
  o->begin = before->txns;
  return ALGO_OK;
}

uint64_t algo_ledger_open_whole(const algo_ledger_t *l) { return l->open.whole; }

void algo_ledger_open_cut(algo_ledger_t *l) {
  if (l->open.whole == 0) return;
  algo_lopen_back(l, &l->open.fits);
  l->open.whole = 0;
  l->open.begin = 0;
}
