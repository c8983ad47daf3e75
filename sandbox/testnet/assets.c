/* Assets: made, and given to whom the test wants to have them. */
#include "internal.h"

bool algo_testnet_asset(algo_testnet_t *t, const char *creator, const char *unit, uint64_t total, uint32_t decimals,
                        uint64_t *asset) {
  const algo_addr_t *by = algo_testnet_account(t, creator);
  *asset = 0;
  if (by == NULL) return false;
  const algo_asset_params_t params = {.total = total,
                                      .decimals = decimals,
                                      .unit_name = algo_bytes_str(unit),
                                      .name = algo_bytes_str(unit),
                                      .manager = *by,
                                      .reserve = *by,
                                      .freeze = *by,
                                      .clawback = *by};
  algo_txn_t txn = {.type = ALGO_TX_ACFG, .sender = *by, .asset_params = &params};
  if (!algo_testnet_send(t, &txn, 1)) return false;
  *asset = t->result.created_asset;
  return true;
}

static bool move(algo_testnet_t *t, const algo_addr_t *from, const algo_addr_t *to, uint64_t asset, uint64_t amount) {
  algo_txn_t txn = {
      .type = ALGO_TX_AXFER, .sender = *from, .asset_receiver = *to, .xfer_asset = asset, .asset_amount = amount};
  return algo_testnet_send(t, &txn, 1);
}

/* Both have Algos for it here. */
static bool transfer(algo_testnet_t *t, const char *who, const algo_addr_t *to, const algo_addr_t *creator,
                     uint64_t asset, uint64_t amount) {
  algo_holding_t h;
  if (!algo_testnet_holding(t, who, asset, &h) && !move(t, to, to, asset, 0)) return false;
  if (h.amount < amount) return move(t, creator, to, asset, amount - h.amount);
  return h.amount == amount || move(t, to, creator, asset, h.amount - amount);
}

bool algo_testnet_give(algo_testnet_t *t, const char *who, uint64_t asset, uint64_t amount) {
  algo_asset_t a;
  algo_err_t err;
  char creator[ALGO_ADDR_TEXT + 1];
  const algo_addr_t *to = algo_testnet_account(t, who);
  if (to == NULL) return false;
  testnet_begin(t);
  if (algo_algod_asset(t->algod, asset, &a, &t->group, &err) != ALGO_OK) return testnet_fail_err(t, "no asset", &err);
  if (algo_addr_eq(to, &a.creator))
    return algo_testnet_fail(t, "%s made asset %" PRIu64 " and has the rest", who, asset);
  algo_addr_format(creator, &a.creator);
  uint64_t has = algo_testnet_balance(t, who), had = algo_testnet_balance(t, creator);
  return algo_testnet_fund(t, who, t->opt.funds) && algo_testnet_fund(t, creator, t->opt.funds) &&
         transfer(t, who, to, &a.creator, asset, amount) && algo_testnet_fund(t, who, has) &&
         algo_testnet_fund(t, creator, had);
}
