/* Source: indexer 3, accounting.AccountAtRound. */
#include "rewind.h"

#include <stdio.h>
#include <stdlib.h>

#include "algo/address.h"
#include "history.h"
#include "indexer_txn.h"
#include "role.h"

static bool add_asset(rewind_t *r, uint64_t id, uint64_t more) {
  size_t i = 0;
  while (i < r->n_assets && r->assets[i].id != id) i++;
  if (i == r->cap_assets) {
    size_t cap = r->cap_assets == 0 ? 16 : r->cap_assets * 2;
    rewind_asset_t *v = realloc(r->assets, cap * sizeof *v);
    if (v == NULL) return false;
    r->assets = v;
    r->cap_assets = cap;
  }
  if (i == r->n_assets) r->assets[r->n_assets++] = (rewind_asset_t){id, 0};
  r->assets[i].more += more;
  return true;
}

static void undo_pay(rewind_t *r, const algo_apply_t *a, const algo_addr_t *addr) {
  const algo_txn_t *t = &a->stxn.txn;
  if (algo_addr_eq(addr, &t->sender)) r->more += t->amount;
  if (algo_addr_eq(addr, &t->receiver)) r->more -= t->amount + a->receiver_rewards;
  if (algo_addr_eq(addr, &t->close_remainder_to)) r->more -= a->closing_amount + a->close_rewards;
  else if (!algo_addr_is_zero(&t->close_remainder_to)) r->more += a->closing_amount; /* whoever sent it: as there */
}

static bool undo_axfer(rewind_t *r, const algo_apply_t *a, const algo_addr_t *addr) {
  const algo_txn_t *t = &a->stxn.txn;
  uint64_t id = t->xfer_asset, closed = a->asset_closing_amount;
  bool ok = true;
  if (algo_addr_eq(addr, &t->asset_sender) || algo_addr_eq(addr, &t->sender))
    ok = add_asset(r, id, t->asset_amount + closed);
  if (ok && algo_addr_eq(addr, &t->asset_receiver)) ok = add_asset(r, id, 0 - t->asset_amount);
  if (ok && algo_addr_eq(addr, &t->asset_close_to)) ok = add_asset(r, id, 0 - closed);
  return ok;
}

/* False: out of memory. */
static bool undo(rewind_t *r, const algo_apply_t *a, const algo_addr_t *addr, uint64_t round, uint64_t offset) {
  const algo_txn_t *t = &a->stxn.txn;
  char text[ALGO_ADDR_TEXT + 1];
  if (algo_addr_eq(addr, &t->sender)) r->more += t->fee - a->sender_rewards;
  switch (t->type) {
  case ALGO_TX_PAY: undo_pay(r, a, addr); return true;
  case ALGO_TX_ACFG:
    return t->config_asset != 0 || add_asset(r, a->created_asset, 0 - (t->asset_params ? t->asset_params->total : 0));
  case ALGO_TX_AXFER: return undo_axfer(r, a, addr);
  case ALGO_TX_KEYREG:
  case ALGO_TX_AFRZ:
  case ALGO_TX_HB: return true;
  default:
    algo_addr_format(text, addr);
    snprintf(r->refused, sizeof r->refused, "%s[%llu,%llu]: rewinding past txn type %s is not currently supported",
             text, (unsigned long long)round, (unsigned long long)offset, algo_txn_type_text(t->type));
    return true;
  }
}

static bool in_inner(const algo_apply_t *a, const algo_addr_t *addr) {
  for (size_t i = 0; i < a->delta.n_inner; i++) {
    if (role_any(addr, &a->delta.inner[i].stxn.txn) || in_inner(&a->delta.inner[i], addr)) return true;
  }
  return false;
}

static bool undo_block(rewind_t *r, const algo_block_t *b, const algo_addr_t *addr) {
  uint64_t end = 0;
  bool ok = true;
  for (size_t i = 0; i < b->n_txns; i++) end += indexer_txn_count(&b->txns[i]);
  for (size_t i = b->n_txns; ok && i > 0 && r->refused[0] == '\0';
       i--) { /* the last first, as its database tells them */
    const algo_apply_t *a = &b->txns[i - 1];
    end -= indexer_txn_count(a);
    if (in_inner(a, addr))
      snprintf(r->refused, sizeof r->refused, "rewinding past inner transactions is not supported");
    else if (role_any(addr, &a->stxn.txn)) ok = undo(r, a, addr, b->header.round, end);
  }
  return ok;
}

static void refuse_special(rest_call_t *c, const algo_addr_t *addr, rewind_t *r) {
  const algo_ledger_t *l = algo_node_read(c->node);
  if (l == NULL) return;
  const algo_genesis_t *g = algo_ledger_genesis(l);
  const char *name = algo_addr_eq(addr, &g->fee_sink)       ? "FeeSink"
                     : algo_addr_eq(addr, &g->rewards_pool) ? "RewardsPool"
                                                            : NULL;
  if (name != NULL) snprintf(r->refused, sizeof r->refused, "unable to rewind the %s", name);
  algo_node_read_done(c->node);
}

bool rewind_account(rest_call_t *c, const algo_addr_t *addr, uint64_t round, rewind_t *out) {
  size_t n;
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_arena_t arena = ALGO_ARENA_INIT;
  rounds_key_t key = rounds_key_addr(addr);
  bool ok = true;
  *out = (rewind_t){.tip = algo_node_round(c->node), .round = round};
  if (history_begin(c, &n) == NULL) return false;
  history_done(c);
  refuse_special(c, addr, out);
  for (uint64_t to = out->tip; ok && to > round && out->refused[0] == '\0'; to--) {
    algo_block_t b;
    to = history_round(c, &key, 1, round + 1, to, true);
    if (to == UINT64_MAX) break;
    algo_buf_clear(&raw);
    algo_arena_reset(&arena);
    ok = algo_node_block(c->node, to, &raw, NULL) == ALGO_OK &&
         algo_block_decode(&b, algo_buf_view(&raw), &arena, NULL) == ALGO_OK && undo_block(out, &b, addr);
  }
  algo_buf_fini(&raw);
  algo_arena_fini(&arena);
  if (!ok)
    rest_error(c, 500, "failed while searching for account: the blocks since round %llu cannot be read",
               (unsigned long long)round);
  return ok;
}

bool rewind_since(const algo_ledger_t *l, const algo_addr_t *addr, rewind_t *io) {
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_arena_t arena = ALGO_ARENA_INIT;
  char refused[sizeof io->refused];
  const uint64_t tip = algo_ledger_round(l);
  bool ok = true;
  memcpy(refused, io->refused, sizeof refused);
  io->refused[0] = '\0'; /* of the latest block that refuses */
  for (uint64_t round = tip; ok && round > io->tip && io->refused[0] == '\0'; round--) {
    algo_block_t b;
    algo_buf_clear(&raw);
    algo_arena_reset(&arena);
    ok = algo_ledger_block(l, round, &raw, NULL) == ALGO_OK &&
         algo_block_decode(&b, algo_buf_view(&raw), &arena, NULL) == ALGO_OK && undo_block(io, &b, addr);
  }
  if (io->refused[0] == '\0') memcpy(io->refused, refused, sizeof refused);
  algo_buf_fini(&raw);
  algo_arena_fini(&arena);
  if (ok) io->tip = tip;
  return ok;
}

void rewind_fini(rewind_t *r) { free(r->assets); }

uint64_t rewind_of_asset(const rewind_t *r, uint64_t id) {
  for (size_t i = 0; i < r->n_assets; i++) {
    if (r->assets[i].id == id) return r->assets[i].more;
  }
  return 0;
}
