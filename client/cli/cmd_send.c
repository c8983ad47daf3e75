/* cmd_send.c - a group that a wallet signed: sent and waited for. */
#include "cli.h"

#include <string.h>

#define GROUP_FILE_MAX ((size_t)1 << 20)

/* One row a transaction: what it made, and the return value of a call. */
static void show_results(cli_t *cli, const algo_composer_t *c) {
  if (cli_value(cli, "--simulate") == NULL) {
    cli_out_u64(cli, "round", algo_composer_result(c, 0)->round);
    cli_out_algo(cli, "fee", algo_composer_fees(c));
  }
  cli_out_list(cli, "transactions");
  for (size_t i = 0; i < algo_composer_count(c); i++) {
    const algo_call_result_t *r = algo_composer_result(c, i);
    algo_bytes_t last = r->n_logs > 0 ? r->logs[r->n_logs - 1] : (algo_bytes_t){0};
    bool returned = last.n > 4 && memcmp(last.p, algo_arc4_return_prefix, 4) == 0;
    cli_out_row(cli);
    cli_out_str(cli, "txid", algo_arena_strdup(&cli->arena, r->txid));
    cli_out_u64(cli, "created_app", r->created_app);
    cli_out_u64(cli, "created_asset", r->created_asset);
    if (returned && last.n == 12) cli_out_u64(cli, "returned", algo_get_be64(last.p + 4));
    else if (returned) cli_out_hex(cli, "returned", last.p + 4, last.n - 4);
    else cli_out_str(cli, "returned", "");
  }
}

/* Calls of applications that run the published programs: their refusals can be explained. */
static void name_specs(cli_t *cli, algo_composer_t *c) {
  for (size_t i = 0; i < algo_composer_count(c); i++) {
    const algo_txn_t *t = algo_composer_txn(c, i);
    algo_application_t a = {.approval = t->approval_program, .clear = t->clear_program};
    if (t->type == ALGO_TX_APPL &&
        (t->app_id == 0 || algo_algod_application(cli->algod, t->app_id, &a, &cli->arena, NULL) == ALGO_OK))
      algo_composer_set_spec(c, i, algo_deploy_match(&a));
  }
}

static algo_code_t send_group(cli_t *cli, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_composer_t *c = NULL;
  bool done = false;
  algo_code_t r = algo_file_read_input(&b, cli->args[0], GROUP_FILE_MAX, err);
  if (r == ALGO_OK) r = cli_connect(cli, err);
  if (r == ALGO_OK) r = algo_composer_new(&c, cli->algod, NULL, err);
  if (r == ALGO_OK) {
    r = algo_composer_load(c, algo_buf_view(&b), err);
    if (r != ALGO_OK) r = algo_err_prefix(err, r, "%s", cli->args[0]);
  }
  if (r == ALGO_OK) name_specs(cli, c);
  if (r == ALGO_OK && cli_value(cli, "--unsigned") != NULL)
    r = algo_err_set(err, ALGO_E_USAGE, "send takes no --unsigned: the file is the group");
  if (r == ALGO_OK) r = cli_run_composer(cli, c, &done, err);
  if (r == ALGO_OK) show_results(cli, c);
  algo_composer_free(c);
  algo_buf_fini(&b);
  return r;
}

const cli_command_t cli_cmd_send = {
    "send",
    "FILE",
    "send a group that a wallet signed, and wait for it",
    "The file holds the signed transactions one after the other, as goal and wallets write them; - is standard input.",
    NULL,
    "  algorent rent 1 60 --sender ADDRESS --unsigned group.bin\n"
    "  goal clerk sign -i group.bin -o signed.bin\n  algorent send signed.bin",
    send_group};
