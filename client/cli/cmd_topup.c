/* cmd_topup.c - topups: signed once by a renter, then submitted by anyone while his own computer is off. */
#include "cli.h"

#include <errno.h>
#include <string.h>

#include "algo/topup_client.h"

static algo_code_t topup_sign(cli_t *cli, algo_err_t *err) {
  algo_key_t key;
  algo_topup_t terms;
  algo_topup_signed_t t;
  algo_buf_t json = ALGO_BUF_INIT;
  uint64_t rental = 0, period = 0, last = 0, round_ms = 2800;
  uint32_t minutes = 0;
  const char *path = cli->args[2];
  algo_code_t r = cli_arg_u64(cli, 0, "RENTAL", &rental, err);
  if (r == ALGO_OK) r = cli_arg_u32(cli, 1, "MINUTES", &minutes, err);
  if (r == ALGO_OK) r = cli_need(cli, "--period", err);
  if (r == ALGO_OK) r = cli_need(cli, "--last", err);
  if (r == ALGO_OK) r = cli_opt_u64(cli, "--period", &period, err);
  if (r == ALGO_OK) r = cli_opt_u64(cli, "--last", &last, err);
  if (r == ALGO_OK) r = cli_opt_u64(cli, "--round-ms", &round_ms, err);
  if (r == ALGO_OK && (round_ms == 0 || round_ms > 1000000))
    r = algo_err_set(err, ALGO_E_RANGE, "--round-ms: 1 to 1000000");
  if (r == ALGO_OK) r = cli_load_key(cli, &key, err);
  if (r != ALGO_OK) return r;
  r = cli_open_market(cli, err);
  if (r == ALGO_OK)
    r = algo_topup_prepare(&terms, cli->algod, &cli->market, &key.addr, rental, minutes, period, last,
                           (uint32_t)round_ms, &cli->arena, err);
  if (r == ALGO_OK) r = algo_topup_sign(&t, &terms, &key, err);
  algo_key_fini(&key);
  if (r != ALGO_OK) return r;
  algo_topup_put(&json, &t);
  FILE *f = fopen(path, "wx");
  bool ok = f != NULL && !json.oom && fwrite(json.p, 1, json.n, f) == json.n;
  if (f != NULL && fclose(f) != 0) ok = false;
  algo_buf_fini(&json);
  if (!ok) return algo_err_set(err, errno == EEXIST ? ALGO_E_EXISTS : ALGO_E_IO, "%s: %s", path, strerror(errno));
  cli_note(
      cli,
      "whoever has this file can take the amount from your account once a period, for this rental alone; it cannot be\n"
      "revoked: stop the rental, rekey the account, or wait for the last round");
  cli_out_str(cli, "file", path);
  cli_out_amount(cli, "amount", terms.amount);
  cli_out_u64(cli, "period", terms.period);
  cli_out_u64(cli, "last", terms.last);
  return ALGO_OK;
}

static const cli_option_t sign_options[] = {
    {"--period", "ROUNDS", "once in so many rounds, 10 to 4294967295"},
    {"--last", "ROUND", "the last round of all"},
    {"--round-ms", "MS", "how long a round is taken to be, for the check that the minutes outlast a period (2800)"},
    {NULL, NULL, NULL},
};
const cli_command_t cli_cmd_topup_sign = {
    "topup sign",
    "RENTAL MINUTES FILE",
    "sign deposits for a rental's extension, one a period, for anyone to submit",
    "Refused unless the market runs the published programs, the rental is active and yours, and its machine has to "
    "send heartbeats.",
    sign_options,
    "  algorent topup sign 1 60 topup.json --period 1000 --last 52000000 --key renter.key",
    topup_sign};

#define TOPUP_MAX ((size_t)4096)

static algo_code_t read_topup(const char *path, algo_topup_signed_t *out, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t r = algo_file_read(&b, path, TOPUP_MAX, err);
  if (r == ALGO_OK) {
    r = algo_topup_parse(out, algo_buf_cstr(&b), b.n, err);
    if (r != ALGO_OK) r = algo_err_prefix(err, r, "%s", path);
  }
  algo_buf_fini(&b);
  return r;
}

static algo_code_t topup_submit(cli_t *cli, algo_err_t *err) {
  algo_topup_signed_t t;
  algo_composer_t *c = NULL;
  algo_signer_t *lsig = NULL;
  bool done = false;
  algo_code_t r = read_topup(cli->args[0], &t, err);
  if (r == ALGO_OK && cli_value(cli, "--unsigned") != NULL)
    r = algo_err_set(err, ALGO_E_USAGE, "topup submit signs here: it takes no --unsigned");
  if (r == ALGO_OK) r = cli_identify(cli, err);
  if (r == ALGO_OK) r = cli_connect(cli, err);
  if (r == ALGO_OK) r = algo_market_load(&cli->market, cli->algod, t.terms.app, &cli->arena, err);
  if (r == ALGO_OK) r = algo_composer_new(&c, cli->algod, NULL, err);
  if (r == ALGO_OK) r = algo_topup_compose(c, &lsig, cli->algod, &cli->market, &t, cli->signer, &cli->arena, err);
  if (r == ALGO_OK) r = cli_run_composer(cli, c, &done, err);
  if (r == ALGO_OK) {
    cli_out_u64(cli, "rental", t.terms.rental);
    cli_out_amount(cli, "added", t.terms.amount);
    r = cli_finish(cli, algo_composer_result(c, 1));
  }
  algo_composer_free(c);
  algo_signer_free(lsig);
  return r;
}

const cli_command_t cli_cmd_topup_submit = {"topup submit",
                                            "FILE",
                                            "extend a rental with what its renter signed; once a period",
                                            "Anyone may: the deposit is the renter's, the fees are the submitter's.",
                                            NULL,
                                            "  algorent topup submit topup.json --key anyone.key",
                                            topup_submit};

/* ---- show ---- */

/* What a submitter or renter wants to know before it is used; *holds is false where one thing does not. */
static algo_code_t put_market(cli_t *cli, const algo_topup_t *t, bool *holds, algo_err_t *err) {
  algo_rental_rental_t v;
  uint64_t price = 0;
  algo_code_t r = algo_market_load(&cli->market, cli->algod, t->app, &cli->arena, err);
  if (r == ALGO_OK) r = algo_market_rental(&v, cli->algod, &cli->market, t->rental, &cli->arena, err);
  if (r == ALGO_OK) r = algo_market_deposit(&price, v.price_per_minute, t->minutes, err);
  if (r != ALGO_OK) return r;
  cli_out_bool(cli, "genuine", cli->market.genuine);
  cli_out_str(cli, "rental_state", algo_market_rental_state(v.state));
  cli_out_bool(cli, "renter_is_signer", algo_addr_eq(&v.renter, &t->renter));
  cli_out_bool(cli, "amount_is_the_price", price == t->amount);
  *holds = cli->market.genuine && v.state == 1 && algo_addr_eq(&v.renter, &t->renter) && price == t->amount;
  return ALGO_OK;
}

static algo_code_t topup_show(cli_t *cli, algo_err_t *err) {
  algo_topup_signed_t t;
  algo_params_t params;
  algo_buf_t program = ALGO_BUF_INIT;
  algo_addr_t address;
  bool holds = false;
  algo_code_t r = read_topup(cli->args[0], &t, err);
  if (r == ALGO_OK) r = cli_connect(cli, err);
  if (r == ALGO_OK) r = algo_algod_params(cli->algod, &params, &cli->arena, err);
  if (r == ALGO_OK && memcmp(params.genesis_hash.b, t.terms.genesis, 32) != 0)
    r = algo_err_set(err, ALGO_E_GENESIS, "the topup is for another network");
  if (r == ALGO_OK) r = algo_topup_program(&program, &t.terms, err);
  if (r == ALGO_OK) {
    algo_addr_of_program(&address, algo_buf_view(&program));
    cli_out_u64(cli, "app", t.terms.app);
    cli_out_u64(cli, "rental", t.terms.rental);
    cli_out_addr(cli, "renter", &t.terms.renter);
    cli_out_addr(cli, "program", &address);
    r = put_market(cli, &t.terms, &holds, err);
  }
  algo_buf_fini(&program);
  if (r != ALGO_OK) return r;
  const uint64_t next = params.last_round + 1, first = next - next % t.terms.period;
  const uint64_t window = t.terms.period < 1000 ? t.terms.period : 1000;
  cli_out_amount(cli, "amount", t.terms.amount);
  cli_out_u64(cli, "minutes", t.terms.minutes);
  cli_out_u64(cli, "period", t.terms.period);
  cli_out_u64(cli, "last", t.terms.last);
  cli_out_u64(cli, "window_opens", next < first + window && first > 0 ? first : first + t.terms.period);
  cli_out_u64(cli, "round_now", params.last_round);
  cli_out_bool(cli, "usable", holds && first + window - 1 <= t.terms.last);
  return ALGO_OK;
}

const cli_command_t cli_cmd_topup_show = {
    "topup show",
    "FILE",
    "what a signed topup allows, whether its signature and rental hold, and its next window",
    "The program is made again from the terms, so that a valid signature is one over exactly the published program.",
    NULL,
    "  algorent topup show topup.json",
    topup_show};
