/* A developer's control: snapshots, and state set by hand. */
#include "internal.h"

/* ---- snapshots: a place in the journal ---- */

algo_code_t algo_ledger_snapshot(algo_ledger_t *l, uint64_t *id, algo_err_t *err) {
  algo_code_t rc = algo_lready(l, err);
  if (rc) return rc;
  if (l->n_snapshots == l->cap_snapshots) {
    size_t cap = l->cap_snapshots ? l->cap_snapshots * 2 : 8;
    snapshot_t *v = realloc(l->snapshots, cap * sizeof *v);
    if (!v) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
    l->snapshots = v;
    l->cap_snapshots = cap;
  }
  *id = l->next_snapshot++;
  l->snapshots[l->n_snapshots++] = (snapshot_t){*id, l->tip.round, l->open.journal};
  return ALGO_OK;
}

algo_code_t algo_ledger_revert(algo_ledger_t *l, uint64_t id, algo_err_t *err) {
  algo_code_t rc = algo_lready(l, err);
  if (rc) return rc;
  size_t i = 0;
  while (i < l->n_snapshots && l->snapshots[i].id != id) i++;
  if (i == l->n_snapshots) return algo_err_set(err, ALGO_E_NOT_FOUND, "no snapshot %" PRIu64, id);
  snapshot_t s = l->snapshots[i];
  uint64_t first = sat_sub(s.round + 1, ALGO_LEDGER_WINDOW);
  block_rec_t *blocks = NULL; /* read before anything is undone: where they cannot be, all stays as it is */
  if (first < l->base) first = l->base;
  rc = s.round < l->first ? algo_lstore_read(l, first, s.round, &blocks, err) : ALGO_OK;
  if (rc) return rc;
  l->n_snapshots = i + 1; /* it may be reverted to again */
  algo_lundo_to(l, s.journal);
  algo_lonline_truncate(l, s.round);
  while (l->n_blocks > l->first && l->n_blocks > s.round + 1) free(algo_lrec(l, --l->n_blocks)->bytes);
  if (blocks) rc = algo_lstore_back(l, first, s.round, blocks, err);
  if (!rc) rc = algo_ltip_load(l, err);
  algo_lopen_reset(l);
  if (rc) l->broken = true; /* half way back: nothing may come of it */
  return rc;
}

/* ---- state by hand ---- */

/* Outside of any block: before the open one begins, and part of what it starts from. */
static algo_code_t begin(algo_ledger_t *l, algo_err_t *err) {
  algo_code_t rc = algo_lready(l, err);
  if (rc) return rc;
  if (l->open.n_txns) return algo_err_set(err, ALGO_E_INVALID, "the open block has transactions");
  algo_lopen_cancel(l);
  algo_lmark(l);
  return ALGO_OK;
}

static algo_code_t end(algo_ledger_t *l, algo_err_t *err) {
  totals_t *t = &algo_lrec(l, l->n_blocks - 1)->totals, was = *t;
  algo_ltotals_update(l, t);
  if (!l->oom) algo_lonline_update(l, l->tip.round); /* of one account at most: it is done or not */
  if (l->oom) {
    *t = was;
    algo_lundo_to(l, l->open.journal);
    return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  algo_lopen_reset(l);
  return ALGO_OK;
}

/* What all accounts have is one number of 64 bits, rewards that are to come with it. */
static algo_code_t fits_supply(const algo_ledger_t *l, uint64_t had, uint64_t micro, algo_err_t *err) {
  const totals_t *t = &algo_lrec(l, l->n_blocks - 1)->totals;
  uint64_t all = sat_add(sat_add(t->online, t->offline), t->not_participating), others = sat_sub(all, had);
  if (micro <= UINT64_MAX - others) return ALGO_OK;
  return algo_err_set(err, ALGO_E_RANGE,
                      "all accounts together have at most %" PRIu64 " microAlgos, and the others have %" PRIu64
                      ": give at most %" PRIu64,
                      UINT64_MAX, others, UINT64_MAX - others);
}

algo_code_t algo_ledger_set_balance(algo_ledger_t *l, const algo_addr_t *addr, uint64_t micro, algo_err_t *err) {
  algo_code_t rc = begin(l, err);
  account_t *a = rc ? NULL : algo_lacct(l, addr);
  if (rc) return rc;
  if (!a) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  account_data_t d = algo_lrewarded(l, &a->d);
  rc = fits_supply(l, d.balance, micro, err);
  if (rc) {
    algo_lopen_cancel(l);
    return rc;
  }
  d.balance = micro;
  *algo_lacct_write(l, a) = d;
  return end(l, err);
}

algo_code_t algo_ledger_set_global(algo_ledger_t *l, uint64_t app, algo_bytes_t key, const algo_tv_t *v,
                                   algo_err_t *err) {
  const app_t *a = algo_lapp(l, app);
  if (!a) return algo_err_set(err, ALGO_E_NOT_FOUND, "app %" PRIu64 " does not exist", app);
  algo_code_t rc = begin(l, err);
  if (rc) return rc;
  algo_lkv_put(l, a->globals, key, v);
  return end(l, err);
}

algo_code_t algo_ledger_set_local(algo_ledger_t *l, const algo_addr_t *addr, uint64_t app, algo_bytes_t key,
                                  const algo_tv_t *v, algo_err_t *err) {
  const account_t *a = algo_lacct_find(l, addr);
  const local_t *x = a ? algo_llocal(a, app) : NULL;
  if (!x)
    return algo_err_set(err, ALGO_E_NOT_FOUND, "account %s is not opted in to app %" PRIu64, algo_laddr(addr).s, app);
  algo_code_t rc = begin(l, err);
  if (rc) return rc;
  algo_lkv_put(l, x->kv, key, v);
  return end(l, err);
}

algo_code_t algo_ledger_set_box(algo_ledger_t *l, uint64_t app, algo_bytes_t name, const algo_bytes_t *value,
                                algo_err_t *err) {
  algo_addr_t addr;
  if (name.n == 0 || name.n > l->consensus->max_app_key_len)
    return algo_err_set(err, ALGO_E_INVALID, "a box name has 1 to %" PRIu64 " bytes", l->consensus->max_app_key_len);
  if (value && value->n > l->consensus->max_box_size)
    return algo_err_set(err, ALGO_E_INVALID, "a box has at most %" PRIu64 " bytes", l->consensus->max_box_size);
  algo_code_t rc = begin(l, err);
  if (rc) return rc;
  const box_t *b = algo_lbox(l, app, name);
  algo_addr_of_app(&addr, app);
  account_t *a = algo_lacct(l, &addr);
  if (!a) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  account_data_t *d = algo_lacct_write(l, a);
  if (b) {
    d->boxes = sat_sub(d->boxes, 1);
    d->box_bytes = sat_sub(d->box_bytes, name.n + b->value->n);
  }
  if (value) {
    d->boxes = sat_add(d->boxes, 1);
    d->box_bytes = sat_add(d->box_bytes, name.n + value->n);
  }
  algo_lbox_put(l, app, name, value);
  return end(l, err);
}

algo_code_t algo_ledger_set_program(algo_ledger_t *l, uint64_t app, algo_bytes_t approval, algo_bytes_t clear,
                                    algo_err_t *err) {
  const app_t *a = algo_lapp(l, app);
  if (!a) return algo_err_set(err, ALGO_E_NOT_FOUND, "app %" PRIu64 " does not exist", app);
  algo_code_t rc = begin(l, err);
  app_t *b = rc ? NULL : algo_lapp_copy(a);
  blob_t *p = approval.n ? algo_lblob_new(approval) : NULL, *c = clear.n ? algo_lblob_new(clear) : NULL;
  if (rc || !b || (approval.n && !p) || (clear.n && !c)) {
    blob_unref(p);
    blob_unref(c);
    algo_lapp_free(b);
    return rc ? rc : algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  if (p) {
    blob_unref(b->approval);
    b->approval = p;
  }
  if (c) {
    blob_unref(b->clear);
    b->clear = c;
  }
  algo_lapp_put(l, app, b);
  return end(l, err);
}
