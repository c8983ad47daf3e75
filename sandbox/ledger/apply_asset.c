/* Assets: configuration, transfer, freeze. Source: go-algorand 5.1, ledger/apply/asset.go. */
#include "internal.h"

static algo_code_t nomem(algo_ledger_t *l, algo_err_t *err) {
  return algo_lfail_code(l, ALGO_E_NOMEM, err, "out of memory");
}

static algo_code_t find_asset(algo_ledger_t *l, uint64_t id, asset_t **out, algo_err_t *err) {
  *out = algo_lasset(l, id);
  if (id > INT64_MAX) return algo_lno_creator(l, id, 0, err);
  return *out ? ALGO_OK : algo_lfail(l, err, "asset %" PRIu64 " does not exist or has been deleted", id);
}

static algo_code_t create(algo_ledger_t *l, applied_t *x, account_t *sender, algo_err_t *err) {
  static const algo_asset_params_t none;
  const algo_asset_params_t *p = x->txn->asset_params ? x->txn->asset_params : &none;
  uint64_t id = x->counter + 1;
  if (algo_lasset(l, id)) return algo_lfail(l, err, "already found asset with index %" PRIu64, id);
  account_data_t *d = algo_lacct_write(l, sender);
  d->assets = sat_add(d->assets, 1);
  d->assets_created = sat_add(d->assets_created, 1);
  algo_lasset_put(l, id, sender, p);
  algo_lholding_put(l, sender, id, &(holding_t){id, p->total, false});
  x->ad->created_asset = id;
  return ALGO_OK;
}

static algo_code_t destroy(algo_ledger_t *l, const asset_t *a, algo_err_t *err) {
  account_t *c = a->creator;
  addr_text_t at = algo_laddr(&c->addr);
  if (c->d.assets == 0) return algo_lfail(l, err, "cannot destroy asset: account %s holds no assets", at.s);
  if (c->d.assets_created == 0) return algo_lfail(l, err, "cannot destroy asset: account %s created no assets", at.s);
  const holding_t *h = algo_lholding(c, a->id);
  uint64_t held = h ? h->amount : 0, id = a->id;
  if (held != a->params.total)
    return algo_lfail(l, err, "cannot destroy asset: creator is holding only %" PRIu64 "/%" PRIu64, held,
                      a->params.total);
  account_data_t *d = algo_lacct_write(l, c);
  d->assets = sat_sub(d->assets, 1);
  d->assets_created = sat_sub(d->assets_created, 1);
  algo_lholding_put(l, c, id, NULL);
  algo_lasset_put(l, id, c, NULL);
  return ALGO_OK;
}

algo_code_t algo_lapply_acfg(algo_ledger_t *l, applied_t *x, algo_err_t *err) {
  const algo_txn_t *t = x->txn;
  if (t->config_asset == 0) {
    account_t *sender = algo_lacct(l, &t->sender);
    return sender ? create(l, x, sender, err) : nomem(l, err);
  }
  asset_t *a;
  algo_code_t rc = find_asset(l, t->config_asset, &a, err);
  if (rc) return rc;
  if (algo_addr_is_zero(&a->params.manager) || !algo_addr_eq(&t->sender, &a->params.manager))
    return algo_lfail(l, err, "this transaction should be issued by the manager. It is issued by %s, manager key %s",
                      algo_laddr(&t->sender).s, algo_laddr(&a->params.manager).s);
  if ((!t->asset_params || algo_asset_params_is_zero(t->asset_params))) return destroy(l, a, err);
  algo_asset_params_t p = a->params; /* an address once given up stays so */
  if (!algo_addr_is_zero(&p.manager)) p.manager = t->asset_params->manager;
  if (!algo_addr_is_zero(&p.reserve)) p.reserve = t->asset_params->reserve;
  if (!algo_addr_is_zero(&p.freeze)) p.freeze = t->asset_params->freeze;
  if (!algo_addr_is_zero(&p.clawback)) p.clawback = t->asset_params->clawback;
  algo_lasset_put(l, a->id, a->creator, &p);
  return ALGO_OK;
}

/* ---- transfers ---- */

static algo_code_t no_holding(algo_ledger_t *l, algo_err_t *err) {
  return algo_lfail(l, err, "sql: converting argument $2 type: " ALGO_LLARGE_NUMBER);
}

static algo_code_t take_out(algo_ledger_t *l, account_t *a, uint64_t asset, uint64_t amount, bool bypass_freeze,
                            algo_err_t *err) {
  if (amount == 0) return ALGO_OK;
  const holding_t *h = algo_lholding(a, asset);
  if (asset > INT64_MAX) return no_holding(l, err);
  if (!h) return algo_lfail(l, err, "asset %" PRIu64 " missing from %s", asset, algo_laddr(&a->addr).s);
  if (h->frozen && !bypass_freeze)
    return algo_lfail(l, err, "asset %" PRIu64 " frozen in %s", asset, algo_laddr(&a->addr).s);
  if (h->amount < amount)
    return algo_lfail(l, err, "underflow on subtracting %" PRIu64 " from sender amount %" PRIu64, amount, h->amount);
  algo_lholding_put(l, a, asset, &(holding_t){asset, h->amount - amount, h->frozen});
  return ALGO_OK;
}

static algo_code_t put_in(algo_ledger_t *l, account_t *a, uint64_t asset, uint64_t amount, bool bypass_freeze,
                          algo_err_t *err) {
  if (amount == 0) return ALGO_OK;
  const holding_t *h = algo_lholding(a, asset);
  if (!h)
    return algo_lfail(l, err, "receiver error: must optin, asset %" PRIu64 " missing from %s", asset,
                      algo_laddr(&a->addr).s);
  if (h->frozen && !bypass_freeze) return algo_lfail(l, err, "asset frozen in recipient");
  if (h->amount + amount < amount)
    return algo_lfail(l, err, "overflow on adding %" PRIu64 " to receiver amount %" PRIu64, amount, h->amount + amount);
  algo_lholding_put(l, a, asset, &(holding_t){asset, h->amount + amount, h->frozen});
  return ALGO_OK;
}

static algo_code_t opt_in(algo_ledger_t *l, account_t *a, uint64_t id, algo_err_t *err) {
  asset_t *asset;
  algo_code_t rc = find_asset(l, id, &asset, err);
  if (rc) return rc;
  account_data_t *d = algo_lacct_write(l, a);
  d->assets = sat_add(d->assets, 1);
  algo_lholding_put(l, a, id, &(holding_t){id, 0, asset->params.default_frozen});
  return ALGO_OK;
}

static algo_code_t close_out(algo_ledger_t *l, applied_t *x, account_t *from, algo_err_t *err) {
  uint64_t id = x->txn->xfer_asset;
  addr_text_t at = algo_laddr(&from->addr);
  if (from->d.assets == 0)
    return algo_lfail(l, err, "cannot close asset holding on account %s : account is not opted in asset %" PRIu64 " ",
                      at.s, id);
  const asset_t *asset = algo_lasset(l, id);
  if (asset && asset->creator == from) return algo_lfail(l, err, "cannot close asset ID in allocating account");
  const holding_t *h = algo_lholding(from, id);
  if (id > INT64_MAX) return no_holding(l, err);
  if (!h) return algo_lfail(l, err, "asset %" PRIu64 " not present in account %s", id, at.s);
  account_t *to = algo_lacct(l, &x->txn->asset_close_to);
  if (!to) return nomem(l, err);
  bool bypass = asset && asset->creator == to; /* back to the creator even when frozen */
  uint64_t amount = h->amount;
  x->ad->asset_closing_amount = amount;
  algo_code_t rc = take_out(l, from, id, amount, bypass, err);
  if (!rc) rc = put_in(l, to, id, amount, bypass, err);
  if (rc) return rc;
  h = algo_lholding(from, id);
  if (h->amount) return algo_lfail(l, err, "asset %" PRIu64 " not zero (%" PRIu64 ") after closing", id, h->amount);
  account_data_t *d = algo_lacct_write(l, from);
  d->assets = sat_sub(d->assets, 1);
  algo_lholding_put(l, from, id, NULL);
  return ALGO_OK;
}

algo_code_t algo_lapply_axfer(algo_ledger_t *l, applied_t *x, algo_err_t *err) {
  const algo_txn_t *t = x->txn;
  bool clawback = !algo_addr_is_zero(&t->asset_sender);
  algo_code_t rc;
  if (clawback) {
    asset_t *a;
    if ((rc = find_asset(l, t->xfer_asset, &a, err))) return rc;
    if (algo_addr_is_zero(&a->params.clawback) || !algo_addr_eq(&t->sender, &a->params.clawback))
      return algo_lfail(l, err, "clawback not allowed: sender %s, clawback %s", algo_laddr(&t->sender).s,
                        algo_laddr(&a->params.clawback).s);
  }
  account_t *from = algo_lacct(l, clawback ? &t->asset_sender : &t->sender), *to = algo_lacct(l, &t->asset_receiver);
  if (!from || !to) return nomem(l, err);
  if (t->asset_amount == 0 && to == from && !clawback && t->xfer_asset > INT64_MAX) return no_holding(l, err);
  if (t->asset_amount == 0 && to == from && !clawback && !algo_lholding(from, t->xfer_asset) &&
      (rc = opt_in(l, from, t->xfer_asset, err)))
    return rc;
  if ((rc = take_out(l, from, t->xfer_asset, t->asset_amount, clawback, err))) return rc;
  if ((rc = put_in(l, to, t->xfer_asset, t->asset_amount, clawback, err))) return rc;
  if (algo_addr_is_zero(&t->asset_close_to)) return ALGO_OK;
  return clawback ? algo_lfail(l, err, "cannot close asset by clawback") : close_out(l, x, from, err);
}

algo_code_t algo_lapply_afrz(algo_ledger_t *l, applied_t *x, algo_err_t *err) {
  const algo_txn_t *t = x->txn;
  asset_t *a;
  algo_code_t rc = find_asset(l, t->freeze_asset, &a, err);
  if (rc) return rc;
  if (algo_addr_is_zero(&a->params.freeze) || !algo_addr_eq(&t->sender, &a->params.freeze))
    return algo_lfail(l, err, "freeze not allowed: sender %s, freeze %s", algo_laddr(&t->sender).s,
                      algo_laddr(&a->params.freeze).s);
  account_t *who = algo_lacct(l, &t->freeze_account);
  if (!who) return nomem(l, err);
  const holding_t *h = algo_lholding(who, t->freeze_asset);
  if (!h) return algo_lfail(l, err, "asset not found in account");
  algo_lholding_put(l, who, t->freeze_asset, &(holding_t){t->freeze_asset, h->amount, t->asset_frozen});
  return ALGO_OK;
}
