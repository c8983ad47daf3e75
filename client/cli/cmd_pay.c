/* cmd_pay.c - microAlgos from one account to another: what a new provider or renter needs before anything else. */
#include "cli.h"

static algo_code_t pay(cli_t *cli, algo_err_t *err) {
  algo_txn_t t = {.type = ALGO_TX_PAY};
  algo_composer_t *c = NULL;
  bool sent = false;
  algo_code_t r = cli_arg_addr(cli, 0, "ADDRESS", &t.receiver, err);
  if (r == ALGO_OK) r = cli_amount(cli->args[1], 6, &t.amount, err);
  if (r == ALGO_OK) r = cli_connect(cli, err);
  if (r == ALGO_OK) r = cli_identify(cli, err);
  if (r != ALGO_OK) return r;
  t.sender = cli->sender;
  r = algo_composer_new(&c, cli->algod, NULL, err);
  if (r == ALGO_OK) r = algo_composer_add(c, &t, cli->signer, err);
  if (r == ALGO_OK) r = cli_run_composer(cli, c, &sent, err);
  if (r == ALGO_OK && sent) {
    cli_out_addr(cli, "receiver", &t.receiver);
    cli_out_algo(cli, "amount", t.amount);
    r = cli_finish(cli, algo_composer_result(c, 0));
  }
  algo_composer_free(c);
  return r;
}

const cli_command_t cli_cmd_pay = {"pay",
                                   "ADDRESS AMOUNT",
                                   "send ALGO to an account",
                                   "The amount is in ALGO: 2.5, or 2500000microalgo.",
                                   NULL,
                                   "  algorent pay ADDRESS 2.5 --key admin.key",
                                   pay};
