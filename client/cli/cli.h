/* cli.h - the program algorent: what its commands share. */
#ifndef ALGORENT_CLI_H
#define ALGORENT_CLI_H

#include <inttypes.h>
#include <stdio.h>

#include "algo/arc56.h"
#include "algo/deploy.h"
#include "algo/file.h"
#include "algo/kmd.h"
#include "algo/market.h"
#include "algo/tasks.h"
#include "algo/text.h"

typedef struct cli cli_t;
typedef struct cli_command cli_command_t;

typedef struct cli_option {
  const char *name; /* "--price" */
  const char *arg;  /* "AMOUNT"; NULL: a flag */
  const char *help;
} cli_option_t;

struct cli_command {
  const char *name;            /* "gpu register" */
  const char *args;            /* "GPU MINUTES"; "": none; "METHOD [ARG...]": one or more */
  const char *summary;         /* one line */
  const char *text;            /* more; NULL */
  const cli_option_t *options; /* of its own, name NULL at the end; NULL: none */
  const char *examples;        /* lines */
  algo_code_t (*run)(cli_t *cli, algo_err_t *err);
};

#define CLI_ARGS_MAX 64
struct cli {
  const cli_command_t *command;
  const char *args[CLI_ARGS_MAX];
  int n_args;
  struct {
    const char *name, *value;
  } given[32];
  int n_given;
  bool json;
  algo_arena_t arena;
  algo_algod_t *algod;
  algo_signer_t *signer; /* NULL until asked for; stays NULL with --unsigned */
  algo_kmd_t *kmd;
  algo_kmd_wallet_t *wallet; /* the signer's, with --kmd */
  algo_addr_t sender;
  bool has_sender;
  algo_market_t market;                 /* of a market of tasks: all but its terms, of which the admin alone */
  algo_tasks_t tasks;                   /* a market of tasks; app.id 0: it is none */
  const algo_contract_tables_t *tables; /* the events of the market's contract */
  algo_bytes_t note;                    /* of the next call */
  struct out *out;
  bool out_done; /* the command has printed its result itself */
};

extern const cli_option_t cli_common_options[]; /* every command takes them */
const cli_command_t *const *cli_commands(void); /* NULL at the end, in the order of the help */

/* ---- args.c ---- */
algo_code_t cli_parse(cli_t *cli, int argc, char **argv, algo_err_t *err);
const char *cli_value(const cli_t *cli, const char *option); /* NULL: not given; "" for a flag */
algo_code_t cli_arg_u64(cli_t *cli, int i, const char *name, uint64_t *out, algo_err_t *err);
algo_code_t cli_arg_u32(cli_t *cli, int i, const char *name, uint32_t *out, algo_err_t *err);
algo_code_t cli_arg_addr(cli_t *cli, int i, const char *name, algo_addr_t *out, algo_err_t *err);
/* Options: *out stays as it is where the option is not given. */
algo_code_t cli_opt_u64(cli_t *cli, const char *option, uint64_t *out, algo_err_t *err);
algo_code_t cli_opt_u32(cli_t *cli, const char *option, uint32_t *out, algo_err_t *err);
algo_code_t cli_opt_addr(cli_t *cli, const char *option, algo_addr_t *out, algo_err_t *err);
algo_code_t cli_opt_hex32(cli_t *cli, const char *option, uint8_t out[32], algo_err_t *err);
algo_code_t cli_opt_seconds(cli_t *cli, const char *option, uint64_t *out, algo_err_t *err); /* 90, 90s, 5m, 2h, 7d */
algo_code_t cli_opt_bps(cli_t *cli, const char *option, uint64_t *out, algo_err_t *err);     /* 250, or 2.5% */
algo_code_t cli_file_sha256(cli_t *cli, const char *option, uint8_t out[32],
                            algo_err_t *err);                                /* of the option's file */
algo_code_t cli_need(const cli_t *cli, const char *option, algo_err_t *err); /* USAGE unless given */
/* "1.5", "1500000base"; of ALGO (asset 0) alone "1.5ALGO", "1500000microalgo" too. */
algo_code_t cli_amount(const char *text, uint64_t asset, unsigned decimals, uint64_t *out, algo_err_t *err);

/* ---- help.c ---- */
void cli_help(FILE *f, const cli_command_t *command); /* NULL: of the program */

/* ---- session.c ---- */
algo_code_t cli_connect(cli_t *cli, algo_err_t *err);
algo_code_t cli_app_id(cli_t *cli, uint64_t *out, algo_err_t *err); /* --app or ALGORENT_APP */
algo_code_t cli_open_market(cli_t *cli, algo_err_t *err);           /* connects, --app or ALGORENT_APP */
/* The same for a market of tasks (ALGORENT_ESCROW comes before ALGORENT_APP), and for either contract. */
algo_code_t cli_open_tasks(cli_t *cli, algo_err_t *err);
algo_code_t cli_open_either(cli_t *cli, algo_err_t *err);
algo_code_t cli_load_tasks(cli_t *cli, uint64_t app, algo_err_t *err);
static inline bool cli_is_tasks(const cli_t *cli) { return cli->tasks.app.id != 0; }
/* Whose call it is: the key (file, environment), or --sender where nothing is signed here. */
algo_code_t cli_identify(cli_t *cli, algo_err_t *err);
algo_code_t cli_begin(cli_t *cli,
                      algo_err_t *err); /* cli_identify, then cli_open_market: of a command that changes something */
algo_code_t cli_begin_tasks(cli_t *cli, algo_err_t *err);                   /* the same with cli_open_tasks */
algo_code_t cli_begin_either(cli_t *cli, algo_err_t *err);                  /* and with cli_open_either */
algo_code_t cli_open_wallet(cli_t *cli, const char *name, algo_err_t *err); /* KMD_URL, KMD_TOKEN, KMD_PASSWORD */
algo_code_t cli_load_key(cli_t *cli, algo_key_t *key, algo_err_t *err);
/* One call: sent and waited for, tried with --simulate, or written with --unsigned. *result: NULL where nothing was
 * sent or tried. */
algo_code_t cli_run_call(cli_t *cli, const algo_method_call_t *call, const algo_call_result_t **result,
                         algo_err_t *err);
/* *done: there are results. */
algo_code_t cli_run_composer(cli_t *cli, algo_composer_t *c, bool *done, algo_err_t *err);
/* The call that a function of a binding has filled in (`made` is what that returned), to its end. */
algo_code_t cli_finish_call(cli_t *cli, algo_code_t made, const algo_method_call_t *call, algo_err_t *err);
/* A read-only method: its value. */
algo_code_t cli_ask(cli_t *cli, const algo_method_call_t *call, algo_bytes_t *value, algo_err_t *err);
algo_code_t cli_read_description(cli_t *cli, algo_arc56_t *a, algo_err_t *err); /* --arc56, which must be given */
algo_code_t cli_chain_time(cli_t *cli, uint64_t *unix_s, algo_err_t *err);      /* of the last block */
algo_code_t cli_finish(cli_t *cli, const algo_call_result_t *result);    /* txid, round, events: the end of a record */
void cli_note(const cli_t *cli, const char *fmt, ...) ALGO_PRINTF(2, 3); /* prose, on stderr */

/* ---- out.c: results, as a record or a list, text or JSON ---- */
algo_code_t cli_out_open(cli_t *cli, algo_err_t *err);
void cli_out_list(cli_t *cli, const char *key);                  /* what follows are rows of this list */
void cli_out_row(cli_t *cli);                                    /* the next row */
void cli_out_str(cli_t *cli, const char *key, const char *text); /* printable text only; copied */
void cli_out_bytes(cli_t *cli, const char *key, algo_bytes_t v); /* any bytes; JSON also gets key_base64 */
void cli_out_hex(cli_t *cli, const char *key, const uint8_t *p, size_t n);
void cli_out_u64(cli_t *cli, const char *key, uint64_t v);
void cli_out_bool(cli_t *cli, const char *key, bool v);
void cli_out_addr(cli_t *cli, const char *key, const algo_addr_t *a);
void cli_out_time(cli_t *cli, const char *key, uint64_t unix_s);   /* JSON: the number; 0: "-" */
void cli_out_amount(cli_t *cli, const char *key, uint64_t amount); /* of the market's asset; JSON: base units */
void cli_out_algo(cli_t *cli, const char *key, uint64_t microalgos);
void cli_out_raw(cli_t *cli, const char *key, const char *text, const char *json); /* NULL: not in that form */
void cli_out_events(cli_t *cli, const algo_bytes_t *logs,
                    size_t n); /* of the market's contract; others are passed over */
bool cli_event_text(const cli_t *cli, algo_buf_t *text, algo_json_t *j, algo_bytes_t log); /* false: none of its */
algo_code_t cli_out_close(cli_t *cli, algo_err_t *err);                                    /* prints */

/* ---- the commands ---- */
extern const cli_command_t cli_cmd_keys_new, cli_cmd_keys_import, cli_cmd_keys_show, cli_cmd_keys_list,
    cli_cmd_keys_kmd;
extern const cli_command_t cli_cmd_deploy, cli_cmd_send, cli_cmd_market;
extern const cli_command_t cli_cmd_topup_sign, cli_cmd_topup_submit;
extern const cli_command_t cli_cmd_verify, cli_cmd_call, cli_cmd_pay, cli_cmd_optin;
extern const cli_command_t cli_cmd_gpu_register, cli_cmd_gpu_update, cli_cmd_gpu_suspend, cli_cmd_gpu_resume,
    cli_cmd_gpu_retire, cli_cmd_gpu_withdraw, cli_cmd_gpu_list, cli_cmd_gpu_show;
extern const cli_command_t cli_cmd_rent, cli_cmd_start, cli_cmd_heartbeat, cli_cmd_extend, cli_cmd_claim, cli_cmd_stop,
    cli_cmd_cancel, cli_cmd_dispute, cli_cmd_resolve, cli_cmd_withdraw, cli_cmd_quote, cli_cmd_due, cli_cmd_status;
extern const cli_command_t cli_cmd_bootstrap, cli_cmd_approve, cli_cmd_revoke, cli_cmd_bar, cli_cmd_unbar,
    cli_cmd_collect, cli_cmd_configure, cli_cmd_pause, cli_cmd_unpause, cli_cmd_set_treasury, cli_cmd_set_arbiter,
    cli_cmd_offer_admin, cli_cmd_accept_admin, cli_cmd_delete, cli_cmd_watch;
extern const cli_command_t cli_cmd_escrow_post, cli_cmd_escrow_accept, cli_cmd_escrow_submit, cli_cmd_escrow_reject,
    cli_cmd_escrow_approve, cli_cmd_escrow_release, cli_cmd_escrow_resolve, cli_cmd_escrow_abandon,
    cli_cmd_escrow_reclaim, cli_cmd_escrow_withdraw, cli_cmd_escrow_withdraw_worker, cli_cmd_escrow_list,
    cli_cmd_escrow_show;
extern const cli_command_t cli_cmd_topup_show, cli_cmd_completion;

#endif
