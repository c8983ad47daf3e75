#include "txninfo.h"

#include <stdio.h>

#include "algo/text.h"
#include "mpw.h"

void txninfo_put_addr(algo_buf_t *out, const algo_addr_t *a) {
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, a);
  algo_mp_put_str(out, text, ALGO_ADDR_TEXT);
}

static void put_base64(algo_buf_t *out, algo_bytes_t v) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_base64_encode(&text, v);
  algo_mp_put_str(out, text.p, text.n);
  out->oom |= text.oom;
  algo_buf_fini(&text);
}

static void put_state_delta(algo_buf_t *out, const algo_value_delta_t *items, size_t n) {
  algo_mp_put_array(out, (uint32_t)n);
  for (size_t i = 0; i < n; i++) {
    algo_mp_put_map(out, 2);
    algo_mp_put_str(out, "key", 3);
    put_base64(out, items[i].key);
    algo_mp_put_str(out, "value", 5);
    mpw_map_t m = mpw_open(out);
    mpw_key(out, &m, "action");
    algo_mp_put_uint(out, items[i].action);
    if (items[i].bytes.n > 0) {
      mpw_key(out, &m, "bytes");
      put_base64(out, items[i].bytes);
    }
    mpw_uint(out, &m, "uint", items[i].uint);
    mpw_close(out, &m);
  }
}

/* The account that an index of a local delta stands for: the sender, the transaction's accounts, then the shared ones.
 */
static void put_delta_account(algo_buf_t *out, const algo_apply_t *a, uint64_t index) {
  const algo_txn_t *t = &a->stxn.txn;
  if (index == 0) {
    txninfo_put_addr(out, &t->sender);
  } else if (index - 1 < t->n_accounts) {
    txninfo_put_addr(out, &t->accounts[index - 1]);
  } else if (index - 1 - t->n_accounts < a->delta.n_shared_accounts) {
    txninfo_put_addr(out, &a->delta.shared_accounts[index - 1 - t->n_accounts]);
  } else {
    char text[64];
    int n = snprintf(text, sizeof text, "Invalid Account Index %llu in LocalDelta", (unsigned long long)index);
    algo_mp_put_str(out, text, (size_t)n);
  }
}

static void put_local_deltas(algo_buf_t *out, const algo_apply_t *a) {
  algo_mp_put_array(out, (uint32_t)a->delta.n_local);
  for (size_t i = 0; i < a->delta.n_local; i++) {
    const algo_local_delta_t *l = &a->delta.local[i];
    algo_mp_put_map(out, 2);
    algo_mp_put_str(out, "address", 7);
    put_delta_account(out, a, l->account);
    algo_mp_put_str(out, "delta", 5);
    put_state_delta(out, l->items, l->n);
  }
}

static void put_inner(algo_buf_t *out, const algo_eval_delta_t *d) {
  algo_mp_put_array(out, (uint32_t)d->n_inner);
  for (size_t i = 0; i < d->n_inner; i++) {
    txninfo_t inner = {.apply = &d->inner[i], .with_apply = true};
    txninfo_write(out, &inner);
  }
}

/* Of an asset that was made without any parameter a node tells no index, where it is asked for the transaction. */
static bool names_params(const algo_apply_t *a) {
  const algo_asset_params_t *p = a->stxn.txn.asset_params;
  return p != NULL && !algo_asset_params_is_zero(p);
}

void txninfo_write(algo_buf_t *out, const txninfo_t *info) {
  static const algo_apply_t nothing;
  const algo_apply_t *a = info->with_apply ? info->apply : &nothing;
  const algo_eval_delta_t *d = &a->delta;
  mpw_map_t m = mpw_open(out);
  mpw_uint(out, &m, "application-index", a->created_app);
  mpw_uint(out, &m, "asset-closing-amount", a->asset_closing_amount);
  if (!info->confirmed_round || names_params(a)) mpw_uint(out, &m, "asset-index", a->created_asset);
  mpw_uint(out, &m, "close-rewards", a->close_rewards);
  mpw_uint(out, &m, "closing-amount", a->closing_amount);
  mpw_uint(out, &m, "confirmed-round", info->confirmed_round);
  if (d->n_global > 0) {
    mpw_key(out, &m, "global-state-delta");
    put_state_delta(out, d->global, d->n_global);
  }
  if (d->n_inner > 0) {
    mpw_key(out, &m, "inner-txns");
    put_inner(out, d);
  }
  if (d->n_local > 0) {
    mpw_key(out, &m, "local-state-delta");
    put_local_deltas(out, a);
  }
  if (d->n_logs > 0) {
    mpw_key(out, &m, "logs");
    algo_mp_put_array(out, (uint32_t)d->n_logs);
    for (size_t i = 0; i < d->n_logs; i++) algo_mp_put_bin(out, d->logs[i].p, d->logs[i].n);
  }
  mpw_key(out, &m, "pool-error");
  algo_mp_put_str(out, info->pool_error.p, info->pool_error.n);
  mpw_uint(out, &m, "receiver-rewards", a->receiver_rewards);
  mpw_uint(out, &m, "sender-rewards", a->sender_rewards);
  mpw_key(out, &m, "txn");
  algo_stxn_encode(out, &info->apply->stxn);
  mpw_close(out, &m);
}
