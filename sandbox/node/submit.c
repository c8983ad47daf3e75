/* Groups in. Plain signatures, most of the work, are verified before the lock is taken: on as many cores as ask. */
#include "algo/rules.h"
#include "node_impl.h"

static bool plain(const algo_stxn_t *s) {
  return s->has_sig && algo_msig_blank(&s->msig) && algo_lsig_blank(&s->lsig) && algo_pqsig_blank(&s->pqsig);
}

/* What does not decode or verify is left to the ledger, which says what is wrong with it. */
static void verify(algo_node_t *n, algo_bytes_t group, bool verified[ALGO_GROUP_MAX]) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t msg = ALGO_BUF_INIT;
  for (size_t i = 0; i < ALGO_GROUP_MAX && group.n > 0; i++) {
    algo_stxn_t s;
    if (algo_stxn_decode_next(&s, &group, true, &arena, NULL) != ALGO_OK) break;
    if (!plain(&s)) continue;
    algo_buf_clear(&msg);
    algo_txn_encode(&msg, &s.txn);
    verified[i] = !msg.oom && algo_keytable_verify(n->keys, s.sig, "TX", algo_buf_view(&msg), algo_stxn_authorizer(&s));
  }
  algo_buf_fini(&msg);
  algo_arena_fini(&arena);
}

algo_code_t algo_node_submit(algo_node_t *n, algo_bytes_t group, const algo_submit_options_t *opt, algo_digest_t *first,
                             algo_buf_t *text, algo_submit_detail_t *detail, algo_err_t *err) {
  if (n->ledger == NULL) return node_read_only(err);
  bool verified[ALGO_GROUP_MAX] = {false};
  algo_submit_options_t with = opt != NULL ? *opt : (algo_submit_options_t){0};
  if (!with.skip_signatures && with.verified == NULL) {
    verify(n, group, verified);
    with.verified = verified;
  }
  pthread_rwlock_wrlock(&n->lock);
  with.tracer = node_coverage_tracer(n->coverage);
  algo_code_t rc = algo_ledger_submit(n->ledger, group, &with, first, text, detail, err);
  if (rc == ALGO_OK) {
    node_event_group(&n->open_groups, group, with.skip_signatures);
    n->n_open++;
  }
  if (rc == ALGO_OK && n->mode == ALGO_NODE_DEV) {
    rc = node_seal(n, err);
    if (rc != ALGO_OK) node_discard(n); /* refused as a whole */
  }
  node_unlock(n);
  return rc;
}
