/* cmd_pay.c - what an account needs before it can rent: ALGO, an asset, an opt-in. */
#include "cli.h"

static algo_code_t run_txn(cli_t *cli, const algo_txn_t *t, algo_err_t *err) {
  algo_composer_t *c = NULL;
  bool sent = false;
  algo_txn_t own = *t;
  own.sender = cli->sender;
  algo_code_t r = algo_composer_new(&c, cli->algod, NULL, err);
  if (r == ALGO_OK) r = algo_composer_add(c, &own, cli->signer, err);
  if (r == ALGO_OK) r = cli_run_composer(cli, c, &sent, err);
  if (r == ALGO_OK && sent) { r = cli_finish(cli, algo_composer_result(c, 0)); }
  algo_composer_free(c);
  return r;
}

/* The asset's decimals and unit, for amounts. */
static algo_code_t use_asset(cli_t *cli, uint64_t id, algo_err_t *err) {
  algo_asset_t asset;
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t r = algo_algod_asset(cli->algod, id, &asset, &cli->arena, err);
  if (r != ALGO_OK) return r;
  algo_text_printable(&b, asset.params.unit_name);
  cli->market.decimals = asset.params.decimals > 19 ? 19 : asset.params.decimals;
  cli->market.unit = algo_arena_strdup(&cli->arena, algo_buf_cstr(&b));
  algo_buf_fini(&b);
  return cli->market.unit == NULL ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}

static algo_code_t pay(cli_t *cli, algo_err_t *err) {
  algo_txn_t t = {.type = ALGO_TX_PAY};
  algo_addr_t to;
  uint64_t amount = 0, asset = 0;
  algo_code_t r = cli_arg_addr(cli, 0, "ADDRESS", &to, err);
  if (r == ALGO_OK) r = cli_opt_u64(cli, "--asset", &asset, err);
  if (r == ALGO_OK) r = cli_identify(cli, err);
  if (r == ALGO_OK) r = cli_connect(cli, err);
  if (r == ALGO_OK && asset != 0) r = use_asset(cli, asset, err);
  if (r == ALGO_OK) r = cli_amount(cli->args[1], asset, cli->market.decimals, &amount, err);
  if (r != ALGO_OK) return r;
  if (asset == 0) {
    t.receiver = to, t.amount = amount;
  } else {
    t.type = ALGO_TX_AXFER;
    t.asset_receiver = to, t.asset_amount = amount, t.xfer_asset = asset;
  }
  cli_out_addr(cli, "receiver", &to);
  cli_out_amount(cli, "amount", amount);
  return run_txn(cli, &t, err);
}

static const cli_option_t pay_options[] = {{"--asset", "ID", "this asset instead of ALGO"}, {NULL, NULL, NULL}};
const cli_command_t cli_cmd_pay = {
    "pay", "ADDRESS AMOUNT", "send ALGO or an asset, for an account that is to rent or to offer",
    NULL,  pay_options,      "  algorent pay ADDRESS 5 --key rich.key\n  algorent pay ADDRESS 100 --asset 31566704",
    pay};

static algo_code_t optin(cli_t *cli, algo_err_t *err) {
  algo_txn_t t = {.type = ALGO_TX_AXFER};
  algo_code_t r = cli_arg_u64(cli, 0, "ASSET", &t.xfer_asset, err);
  if (r == ALGO_OK) r = cli_identify(cli, err);
  if (r == ALGO_OK) r = cli_connect(cli, err);
  t.asset_receiver = cli->sender;
  return r == ALGO_OK ? run_txn(cli, &t, err) : r;
}

const cli_command_t cli_cmd_optin = {"optin",
                                     "ASSET",
                                     "be able to hold an asset: before renting in a market in it",
                                     "Holds 0.1 ALGO.",
                                     NULL,
                                     "  algorent optin 31566704 --key renter.key",
                                     optin};
