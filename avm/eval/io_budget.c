/* The group's I/O budget: what its box references and large programs may read, checked once, and what it writes. */
#include "internal.h"

static bool share_box(avm_shared_t *sh, uint64_t app, uint64_t current, algo_bytes_t name) {
  if (app == 0) app = current;
  return app == 0 || avm_box_note(sh, app, name, false); /* of an application to be created: when it has its id */
}

static bool fill_access_boxes(avm_shared_t *sh, const algo_txn_t *t) {
  bool ok = true;
  for (size_t i = 0; ok && i < t->n_access; i++) {
    const algo_resource_ref_t *r = &t->access[i];
    if (!algo_addr_is_zero(&r->address) || r->asset || r->app || r->holding.address || r->holding.asset ||
        r->locals.address || r->locals.app)
      continue;
    uint64_t at = r->box.index;
    if (at == 0 && r->box.name.n == 0) sh->unnamed_access++;
    else ok = share_box(sh, at == 0 || at > t->n_access ? 0 : t->access[at - 1].app, t->app_id, r->box.name);
  }
  return ok;
}

static bool fill_boxes(avm_shared_t *sh, const algo_txn_t *t) {
  if (t->type != ALGO_TX_APPL) return true;
  if (t->n_access != 0) return fill_access_boxes(sh, t);
  bool ok = true;
  for (size_t i = 0; ok && i < t->n_boxes; i++) {
    const algo_box_ref_t *b = &t->boxes[i];
    if (b->index == 0 && b->name.n == 0) sh->unnamed_access++;
    if (b->index > t->n_foreign_apps) continue;
    ok = share_box(sh, b->index == 0 ? 0 : t->foreign_apps[b->index - 1], t->app_id, b->name);
  }
  return ok;
}

/* References that raise the budget; duplicates count. */
static uint64_t count_bumps(const algo_txn_t *t) {
  uint64_t n = t->n_boxes;
  for (size_t i = 0; i < t->n_access; i++) {
    const algo_resource_ref_t *r = &t->access[i];
    bool box = r->box.index != 0 || r->box.name.n != 0;
    bool other = !algo_addr_is_zero(&r->address) || r->asset || r->app || r->holding.address || r->holding.asset ||
                 r->locals.address || r->locals.app;
    n += box || !other;
  }
  return n;
}

static uint64_t add_saturate(uint64_t a, uint64_t b) { return a + b < a ? UINT64_MAX : a + b; }

/* What reading an application takes, the first time it is seen. */
static bool read_app(avm_shared_t *sh, avm_set_t *seen, uint64_t app, uint64_t *bytes) {
  algo_avm_app_t p;
  if (app == 0 || avm_set_has(seen, NULL, app)) return true;
  if (avm_set_add(seen, sh->opt.arena, NULL, app) == NULL) return false;
  if (sh->opt.ledger->app(sh->opt.ledger_self, app, &p, NULL) != ALGO_OK) return true; /* none by that number */
  *bytes = add_saturate(*bytes, algo_avm_large_program_bytes(sh->opt.consensus, p.approval.n + p.clear.n));
  return true;
}

static bool read_apps(avm_shared_t *sh, uint64_t *bytes) {
  avm_set_t seen = {0};
  bool ok = true;
  for (size_t i = 0; ok && i < sh->top->n; i++) {
    const algo_txn_t *t = &sh->top->txns[i]->txn;
    if (t->type != ALGO_TX_APPL) continue;
    ok = read_app(sh, &seen, t->app_id, bytes);
    for (size_t k = 0; ok && k < t->n_access; k++) ok = read_app(sh, &seen, t->access[k].app, bytes);
    for (size_t k = 0; ok && t->n_access == 0 && k < t->n_foreign_apps; k++)
      ok = read_app(sh, &seen, t->foreign_apps[k], bytes);
  }
  return ok;
}

static algo_code_t check_reads(algo_avm_group_t *g, algo_err_t *err) {
  avm_shared_t *sh = g->sh;
  uint64_t bumps = 0, bytes = 0, per = sh->opt.consensus->bytes_per_box_reference;
  for (size_t i = 0; i < g->n; i++) bumps += count_bumps(&g->txns[i]->txn);
  sh->io_budget = bumps * per;
  if (!read_apps(sh, &bytes)) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (size_t i = 0; i < sh->n_boxes; i++) {
    algo_bytes_t content;
    bool exists = false;
    if (sh->boxes[i].name.n == 0) continue;
    algo_err_t why;
    algo_code_t rc =
        sh->opt.ledger->box_get(sh->opt.ledger_self, sh->boxes[i].app, sh->boxes[i].name, &content, &exists, &why);
    if (rc != ALGO_OK) return avm_group_fail(g, err, "%s", why.msg);
    if (exists) bytes = add_saturate(bytes, content.n);
  }
  const algo_avm_policy_t *p = sh->opt.policy;
  int64_t surplus = (int64_t)(sh->io_budget - bytes);
  if (bytes > sh->io_budget && p == NULL)
    return avm_group_fail(g, err, "read budget exceeded (%llu > %llu)", (unsigned long long)bytes,
                          (unsigned long long)sh->io_budget);
  if (p != NULL && p->io_surplus != NULL && !p->io_surplus(p->self, surplus))
    return avm_group_fail(g, err, "read budget exceeded despite policy (%llu)", (unsigned long long)sh->io_budget);
  sh->surplus_read = surplus;
  return ALGO_OK;
}

/* An application being created has its id now: so have the boxes that its creation named. */
static bool note_created(avm_shared_t *sh, const algo_txn_t *t, uint64_t app) {
  bool ok = true;
  for (size_t i = 0; ok && i < t->n_boxes; i++)
    if (t->boxes[i].index == 0) ok = avm_box_note(sh, app, t->boxes[i].name, false);
  for (size_t i = 0; ok && i < t->n_access; i++)
    if (t->access[i].box.name.n > 0 && t->access[i].box.index == 0)
      ok = avm_box_note(sh, app, t->access[i].box.name, false);
  return ok && avm_note_created_app(sh, app);
}

algo_code_t avm_io_start(algo_avm_group_t *g, size_t i, uint64_t app, algo_err_t *err) {
  avm_shared_t *sh = g->sh;
  if (!sh->boxes_filled) {
    sh->boxes_filled = true;
    for (size_t k = 0; k < sh->top->n; k++)
      if (!fill_boxes(sh, &sh->top->txns[k]->txn)) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  if (g->txns[i]->txn.app_id == 0 && !note_created(sh, &g->txns[i]->txn, app))
    return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (g->caller != NULL || sh->read_checked) return ALGO_OK;
  algo_code_t rc = check_reads(g, err);
  sh->read_checked = rc == ALGO_OK;
  return rc;
}

algo_code_t avm_io_program_writes(algo_avm_context_t *cx, algo_err_t *err) {
  avm_shared_t *sh = cx->sh;
  const algo_txn_t *t = cx->txn;
  bool creating = t->app_id == 0, updating = t->on_completion == ALGO_OC_UPDATE,
       deleting = t->on_completion == ALGO_OC_DELETE;
  if ((!creating && !updating && !deleting) || (creating && deleting)) return ALGO_OK;
  uint64_t *charged = avm_set_add(&sh->update_bytes, sh->opt.arena, NULL, cx->app);
  if (charged == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  sh->dirty_bytes -= *charged < sh->dirty_bytes ? *charged : sh->dirty_bytes;
  *charged = algo_avm_large_program_bytes(sh->opt.consensus, t->approval_program.n + t->clear_program.n);
  sh->dirty_bytes = add_saturate(sh->dirty_bytes, *charged);
  if (sh->dirty_bytes <= sh->io_budget) return ALGO_OK;
  return avm_group_fail(cx->g, err, "write budget exceeded (%llu > %llu) while %s app %llu",
                        (unsigned long long)sh->dirty_bytes, (unsigned long long)sh->io_budget,
                        updating ? "updating" : "creating", (unsigned long long)cx->app);
}
