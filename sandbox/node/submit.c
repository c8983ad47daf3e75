/* Groups in. Plain signatures, most of the work, are verified before the lock is taken: on as many cores as ask. */
#include <stdlib.h>

#include "algo/rules.h"
#include "node_impl.h"

/* About as long as two blocks take: to sleep and be woken takes longer. */
#define LOCK_LOOKS 60u
#define LOCK_PAUSE 20u

/* A sender that is named as its own authorizer is refused, however good the signature. */
static bool plain(const algo_stxn_t *s) {
  return s->has_sig && algo_msig_blank(&s->msig) && algo_lsig_blank(&s->lsig) && algo_pqsig_blank(&s->pqsig) &&
         !algo_addr_eq(&s->auth_addr, &s->txn.sender);
}

/* What does not verify is left to the ledger, which says what is wrong with it. */
static void verify(algo_node_t *n, const algo_ledger_group_t *g, bool verified[ALGO_GROUP_MAX]) {
  for (size_t i = 0; i < g->n; i++)
    verified[i] = plain(g->txns[i]) &&
                  algo_keytable_verify(n->keys, g->txns[i]->sig, "TX", g->encoded[i], algo_stxn_authorizer(g->txns[i]));
}

/* What is accepted must get into the log's record of its block. */
static algo_code_t room_for_group(algo_node_t *n, size_t bytes, algo_err_t *err) {
  if (algo_buf_reserve(&n->open_groups, bytes + 16) != NULL) return ALGO_OK;
  n->open_groups.oom = false;
  return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
}

static void relax(void) {
#if defined __x86_64__
  __builtin_ia32_pause();
#elif defined __aarch64__
  __asm__ volatile("yield");
#endif
}

static void lock(algo_node_t *n, const algo_submit_options_t *opt) {
  for (unsigned i = 0; i < LOCK_LOOKS; i++) {
    if (pthread_rwlock_trywrlock(&n->lock) == 0) return;
    for (unsigned k = 0; k < LOCK_PAUSE; k++) relax(); /* each look takes the lock's line from its holder */
  }
  if (opt->waits != NULL) opt->waits(opt->waits_user);
  pthread_rwlock_wrlock(&n->lock);
}

/* They are the ledger's until its next call, which is another thread's as soon as the lock is let go. */
static void own_attributes(algo_submit_detail_t *d) {
  if (!d->present) return;
  uint8_t *copy = malloc(d->attributes.n);
  if (copy == NULL) {
    *d = (algo_submit_detail_t){.present = false};
    return;
  }
  memcpy(copy, d->attributes.p, d->attributes.n);
  d->attributes.p = copy;
}

static algo_code_t submit(algo_node_t *n, algo_bytes_t raw, const algo_ledger_group_t *g,
                          const algo_submit_options_t *opt, algo_buf_t *text, algo_submit_detail_t *detail,
                          algo_err_t *err) {
  algo_submit_options_t with = *opt;
  lock(n, opt);
  with.tracer = node_coverage_tracer(n->coverage);
  node_pool_rules(n, &with);
  algo_code_t rc = room_for_group(n, raw.n, err);
  if (rc == ALGO_OK) rc = algo_ledger_submit_read(n->ledger, g, &with, text, detail, err);
  const size_t before = n->open_groups.n;
  if (rc == ALGO_OK) node_pool_add(n, raw, with.skip_signatures);
  const size_t own = n->open_groups.n - before;
  if (rc == ALGO_OK && n->mode == ALGO_NODE_DEV) {
    do rc = node_seal(n, err);
    while (rc == ALGO_OK && n->n_open > 0);              /* from when blocks were made by hand */
    if (rc != ALGO_OK) node_pool_take_back(n, own, raw); /* refused as a whole; what was accepted before stays */
  }
  if (detail != NULL) own_attributes(detail);
  node_unlock(n);
  return rc;
}

algo_code_t algo_node_submit(algo_node_t *n, algo_bytes_t group, const algo_submit_options_t *opt, algo_digest_t *first,
                             algo_buf_t *text, algo_submit_detail_t *detail, algo_err_t *err) {
  algo_err_t own;
  if (err == NULL) err = &own;
  if (n->replay != NULL) return node_read_only(err);
  bool verified[ALGO_GROUP_MAX] = {false};
  algo_submit_options_t with = opt != NULL ? *opt : (algo_submit_options_t){0};
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_ledger_group_t g;
  if (detail != NULL) *detail = (algo_submit_detail_t){.present = false};
  algo_code_t rc = algo_ledger_group_read(&g, group, &arena, err);
  if (rc == ALGO_OK) {
    if (first != NULL) *first = g.ids[0];
    if (!with.skip_signatures && with.verified == NULL) {
      verify(n, &g, verified);
      with.verified = verified;
    }
    rc = submit(n, group, &g, &with, text, detail, err);
  } else {
    err->http_status = rc == ALGO_E_NOMEM ? 500 : 400;
    if (text != NULL) algo_buf_puts(text, err->msg);
  }
  algo_arena_fini(&arena);
  return rc;
}
