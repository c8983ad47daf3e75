/* main.c - the program algorent: a rental market from a shell. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

const cli_command_t *const *cli_commands(void) {
  static const cli_command_t *const list[] = {
      &cli_cmd_keys_new,
      &cli_cmd_keys_import,
      &cli_cmd_keys_show,
      &cli_cmd_keys_list,
      &cli_cmd_keys_kmd,
      &cli_cmd_deploy,
      &cli_cmd_verify,
      &cli_cmd_market,
      &cli_cmd_watch,
      &cli_cmd_gpu_register,
      &cli_cmd_gpu_update,
      &cli_cmd_gpu_suspend,
      &cli_cmd_gpu_resume,
      &cli_cmd_gpu_retire,
      &cli_cmd_gpu_withdraw,
      &cli_cmd_gpu_list,
      &cli_cmd_gpu_show,
      &cli_cmd_quote,
      &cli_cmd_rent,
      &cli_cmd_start,
      &cli_cmd_heartbeat,
      &cli_cmd_extend,
      &cli_cmd_claim,
      &cli_cmd_stop,
      &cli_cmd_cancel,
      &cli_cmd_dispute,
      &cli_cmd_resolve,
      &cli_cmd_withdraw,
      &cli_cmd_due,
      &cli_cmd_status,
      &cli_cmd_topup_sign,
      &cli_cmd_topup_submit,
      &cli_cmd_topup_show,
      &cli_cmd_escrow_post,
      &cli_cmd_escrow_accept,
      &cli_cmd_escrow_submit,
      &cli_cmd_escrow_reject,
      &cli_cmd_escrow_approve,
      &cli_cmd_escrow_release,
      &cli_cmd_escrow_resolve,
      &cli_cmd_escrow_abandon,
      &cli_cmd_escrow_reclaim,
      &cli_cmd_escrow_withdraw,
      &cli_cmd_escrow_withdraw_worker,
      &cli_cmd_escrow_list,
      &cli_cmd_escrow_show,
      &cli_cmd_pay,
      &cli_cmd_send,
      &cli_cmd_call,
      &cli_cmd_optin,
      &cli_cmd_bootstrap,
      &cli_cmd_approve,
      &cli_cmd_revoke,
      &cli_cmd_bar,
      &cli_cmd_unbar,
      &cli_cmd_collect,
      &cli_cmd_configure,
      &cli_cmd_pause,
      &cli_cmd_unpause,
      &cli_cmd_set_treasury,
      &cli_cmd_set_arbiter,
      &cli_cmd_offer_admin,
      &cli_cmd_accept_admin,
      &cli_cmd_delete,
      &cli_cmd_completion,
      NULL,
  };
  return list;
}

static void put_error(const cli_t *cli, const algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  if (!cli->json) { /* a node's words, or a chain's: never a terminal's orders */
    algo_text_printable(&b, algo_bytes_str(err->msg));
    fprintf(stderr, "algorent: %s\n", algo_buf_cstr(&b));
    algo_buf_fini(&b);
    return;
  }
  algo_json_t j = algo_json(&b);
  algo_json_open(&j, '{');
  algo_json_key(&j, "error");
  algo_json_str(&j, algo_code_name(err->code));
  algo_json_key(&j, "message");
  algo_json_str(&j, err->msg);
  algo_json_key(&j, "exit");
  algo_json_int(&j, algo_code_exit_status(err->code));
  algo_json_close(&j, '}');
  fprintf(stderr, "%s\n", algo_buf_cstr(&b));
  algo_buf_fini(&b);
}

static algo_code_t run(cli_t *cli, int argc, char **argv, algo_err_t *err) {
  algo_code_t r = cli_parse(cli, argc, argv, err);
  if (r != ALGO_OK) return r;
  if (cli_value(cli, "--help") != NULL) {
    cli_help(stdout, cli->command);
    return ALGO_OK;
  }
  r = cli_out_open(cli, err);
  if (r == ALGO_OK) r = cli->command->run(cli, err);
  return r == ALGO_OK ? cli_out_close(cli, err) : r;
}

static bool wants_json(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (strcmp(argv[i], "--json") == 0) return true;
  return false;
}

int main(int argc, char **argv) {
  cli_t cli = {.market = {.decimals = 6, .unit = "ALGO"}, .tables = &algo_rental_tables};
  algo_err_t err;
  algo_err_init(&err);
  if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
    cli_help(argc < 2 ? stderr : stdout, NULL);
    return argc < 2 ? algo_code_exit_status(ALGO_E_USAGE) : 0;
  }
  if (strcmp(argv[1], "--version") == 0) {
    puts("algorent " ALGORENT_VERSION);
    return 0;
  }
  cli.json = wants_json(argc, argv);
  algo_code_t r = run(&cli, argc, argv, &err);
  if (r != ALGO_OK) put_error(&cli, &err);
  algo_signer_free(cli.signer);
  algo_kmd_close(cli.wallet);
  algo_kmd_free(cli.kmd);
  algo_algod_free(cli.algod);
  algo_arena_fini(&cli.arena);
  return algo_code_exit_status(r);
}
