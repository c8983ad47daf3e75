/* session.c - the node, the market and the account of a command, and its call. */
#include "cli.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "algo/block.h"

/* What every developer node takes, by default. */
#define CLI_DEVELOPER_TOKEN "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char *from_env(const char *name) {
  const char *v = getenv(name);
  return v != NULL && v[0] != '\0' ? v : NULL;
}

void cli_note(const cli_t *cli, const char *fmt, ...) {
  va_list ap;
  (void)cli;
  va_start(ap, fmt);
  vfprintf(stderr, fmt, ap);
  va_end(ap);
  fputc('\n', stderr);
}

algo_code_t cli_connect(cli_t *cli, algo_err_t *err) {
  if (cli->algod != NULL) return ALGO_OK;
  algo_algod_options_t opt = {.url = cli_value(cli, "--node"), .token = from_env("ALGOD_TOKEN"), .retries = 2};
  if (opt.url == NULL) opt.url = from_env("ALGOD_URL");
  /* A developer node's token, for the default node alone. */
  if (opt.url == NULL && opt.token == NULL) opt.token = CLI_DEVELOPER_TOKEN;
  return algo_algod_new(&cli->algod, &opt, NULL, err);
}

/* --app, or the first of two environment variables (NULL: none) that is set. */
static algo_code_t app_id(cli_t *cli, const char *first, const char *second, uint64_t *out, algo_err_t *err) {
  const char *option = cli_value(cli, "--app"), *from = "--app", *text = option;
  if (text == NULL && first != NULL) text = from_env(first), from = first;
  if (text == NULL) text = from_env(second), from = second;
  if (text == NULL)
    return algo_err_set(err, ALGO_E_USAGE, "which market? give --app ID or set %s (algorent deploy prints it)",
                        first != NULL ? first : second);
  algo_code_t r = algo_u64_parse(out, text, strlen(text), err);
  if (r == ALGO_OK && *out == 0) r = algo_err_set(err, ALGO_E_RANGE, "an application id is not 0");
  return r == ALGO_OK ? r : algo_err_prefix(err, r, "%s", from);
}

algo_code_t cli_app_id(cli_t *cli, uint64_t *out, algo_err_t *err) {
  return app_id(cli, NULL, "ALGORENT_APP", out, err);
}

static void warn_unless_genuine(const cli_t *cli) {
  if (!cli->market.genuine)
    cli_note(cli, "warning: application %" PRIu64 " does not run the programs that this algorent was made with",
             cli->market.app.id);
}

algo_code_t cli_open_market(cli_t *cli, algo_err_t *err) {
  uint64_t id = 0;
  algo_code_t r = cli_app_id(cli, &id, err);
  if (r == ALGO_OK) r = cli_connect(cli, err);
  if (r == ALGO_OK) r = algo_market_load(&cli->market, cli->algod, id, &cli->arena, err);
  if (r == ALGO_OK) warn_unless_genuine(cli);
  return r;
}

algo_code_t cli_load_tasks(cli_t *cli, uint64_t app, algo_err_t *err) {
  algo_code_t r = algo_tasks_load(&cli->tasks, cli->algod, app, &cli->arena, err);
  const algo_tasks_t *t = &cli->tasks;
  if (r != ALGO_OK) return r;
  cli->tables = &algo_escrow_tables;
  cli->market = (algo_market_t){.app = t->app,
                                .address = t->address,
                                .creator = t->creator,
                                .spec = t->spec,
                                .genuine = t->genuine,
                                .decimals = t->decimals,
                                .unit = t->unit,
                                .terms.admin = t->terms.admin};
  return ALGO_OK;
}

algo_code_t cli_open_tasks(cli_t *cli, algo_err_t *err) {
  uint64_t id = 0;
  algo_code_t r = app_id(cli, "ALGORENT_ESCROW", "ALGORENT_APP", &id, err);
  if (r == ALGO_OK) r = cli_connect(cli, err);
  if (r == ALGO_OK) r = cli_load_tasks(cli, id, err);
  if (r == ALGO_OK) warn_unless_genuine(cli);
  return r;
}

algo_code_t cli_open_either(cli_t *cli, algo_err_t *err) {
  uint64_t id = 0;
  algo_code_t r = cli_app_id(cli, &id, err);
  if (r == ALGO_OK) r = cli_connect(cli, err);
  if (r != ALGO_OK) return r;
  r = algo_market_load(&cli->market, cli->algod, id, &cli->arena, err);
  if (r == ALGO_E_INVALID) {
    r = cli_load_tasks(cli, id, err);
    if (r == ALGO_E_INVALID)
      r = algo_err_set(err, r, "application %" PRIu64 " is neither a rental market nor a market of tasks", id);
  }
  if (r == ALGO_OK) warn_unless_genuine(cli);
  return r;
}

algo_code_t cli_begin(cli_t *cli, algo_err_t *err) {
  algo_code_t r = cli_identify(cli, err);
  return r == ALGO_OK ? cli_open_market(cli, err) : r;
}

algo_code_t cli_begin_tasks(cli_t *cli, algo_err_t *err) {
  algo_code_t r = cli_identify(cli, err);
  return r == ALGO_OK ? cli_open_tasks(cli, err) : r;
}

algo_code_t cli_begin_either(cli_t *cli, algo_err_t *err) {
  algo_code_t r = cli_identify(cli, err);
  return r == ALGO_OK ? cli_open_either(cli, err) : r;
}

algo_code_t cli_load_key(cli_t *cli, algo_key_t *key, algo_err_t *err) {
  const char *file = cli_value(cli, "--key");
  if (file != NULL) return algo_key_from_file(key, file, err);
  algo_code_t r = algo_key_from_env(key, "ALGORENT_MNEMONIC", "ALGORENT_KEY", err);
  if (r == ALGO_E_NOT_FOUND && from_env("ALGORENT_KEY") == NULL)
    return algo_err_set(
        err, ALGO_E_USAGE,
        "no key to sign with: --key FILE, ALGORENT_KEY=FILE or ALGORENT_MNEMONIC (algorent keys new makes one), or "
        "--unsigned FILE with --sender ADDRESS");
  return r;
}

algo_code_t cli_open_wallet(cli_t *cli, const char *name, algo_err_t *err) {
  const char *token = from_env("KMD_TOKEN"), *url = from_env("KMD_URL");
  if (url == NULL && token == NULL) token = CLI_DEVELOPER_TOKEN;
  algo_code_t r = algo_kmd_new(&cli->kmd, url, token, NULL, err);
  return r == ALGO_OK ? algo_kmd_open(&cli->wallet, cli->kmd, name, from_env("KMD_PASSWORD"), err) : r;
}

/* The wallet signs for --sender; without one for its only account. */
static algo_code_t identify_kmd(cli_t *cli, bool given, algo_err_t *err) {
  const algo_addr_t *addrs = NULL;
  size_t n = 0;
  algo_code_t r = cli_open_wallet(cli, cli_value(cli, "--kmd"), err);
  if (r == ALGO_OK && !given) r = algo_kmd_addresses(cli->wallet, &addrs, &n, &cli->arena, err);
  if (r == ALGO_OK && !given && n != 1)
    r = algo_err_set(err, ALGO_E_USAGE,
                     "the wallet '%s' has %zu accounts: say which with --sender (algorent keys kmd lists them)",
                     cli_value(cli, "--kmd"), n);
  if (r == ALGO_OK && !given) cli->sender = addrs[0];
  if (r == ALGO_OK) r = algo_kmd_signer(&cli->signer, cli->wallet, &cli->sender, NULL, err);
  cli->has_sender = r == ALGO_OK;
  return r;
}

algo_code_t cli_identify(cli_t *cli, algo_err_t *err) {
  algo_key_t key;
  if (cli->has_sender) return ALGO_OK;
  bool given = cli_value(cli, "--sender") != NULL;
  algo_code_t r = cli_opt_addr(cli, "--sender", &cli->sender, err);
  if (r != ALGO_OK) return r;
  if (cli_value(cli, "--kmd") != NULL) return identify_kmd(cli, given, err);
  bool here = cli_value(cli, "--unsigned") == NULL; /* it is signed here */
  if (given && cli_value(cli, "--simulate") != NULL) here = false;
  if (here || !given) {
    r = cli_load_key(cli, &key, err);
    if (r != ALGO_OK) return r;
    if (!given) cli->sender = key.addr;
    if (here) r = algo_signer_from_key(&cli->signer, &key, &cli->sender, err);
    algo_key_fini(&key);
  }
  cli->has_sender = r == ALGO_OK;
  return r;
}

static algo_code_t simulate(cli_t *cli, algo_composer_t *c, algo_err_t *err) {
  algo_code_t r = algo_composer_build(c, err); /* its fees and references are those of the call itself */
  if (r == ALGO_OK) r = algo_composer_simulate(c, err);
  if (r != ALGO_OK) return r;
  cli_out_bool(cli, "simulated", true);
  cli_out_algo(cli, "fee", algo_composer_fees(c));
  return ALGO_OK;
}

algo_code_t cli_run_composer(cli_t *cli, algo_composer_t *c, bool *done, algo_err_t *err) {
  const char *file = cli_value(cli, "--unsigned");
  *done = file == NULL;
  if (cli_value(cli, "--simulate") != NULL) {
    *done = true;
    return file == NULL ? simulate(cli, c, err)
                        : algo_err_set(err, ALGO_E_USAGE, "--simulate and --unsigned: one of them");
  }
  if (file == NULL) return algo_composer_execute(c, err);
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t r = algo_composer_build(c, err);
  if (r == ALGO_OK) r = algo_composer_encode(c, &b, err);
  if (r == ALGO_OK) r = algo_file_write(file, algo_buf_view(&b), err);
  algo_buf_fini(&b);
  if (r != ALGO_OK) return r;
  cli_out_str(cli, "unsigned", file);
  cli_out_u64(cli, "transactions", algo_composer_count(c));
  cli_out_algo(cli, "fee", algo_composer_fees(c));
  cli_note(cli, "sign all of it with the wallet of the sender, then: algorent send SIGNED-FILE");
  return ALGO_OK;
}

/* The result outlives its composer. */
static algo_code_t keep_result(cli_t *cli, algo_call_result_t *out, const algo_call_result_t *from, algo_err_t *err) {
  *out = *from;
  out->outcome = NULL;
  algo_bytes_t *logs = algo_arena_array(&cli->arena, from->n_logs + 1, sizeof *logs);
  if (logs == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (size_t i = 0; i < from->n_logs; i++) logs[i] = algo_arena_dup(&cli->arena, from->logs[i]);
  out->logs = logs;
  out->value = algo_arena_dup(&cli->arena, from->value);
  return ALGO_OK;
}

algo_code_t cli_run_call(cli_t *cli, const algo_method_call_t *call, const algo_call_result_t **result,
                         algo_err_t *err) {
  algo_composer_t *c = NULL;
  size_t i = 0;
  bool done = false;
  *result = NULL;
  algo_code_t r = cli_identify(cli, err);
  if (r == ALGO_OK) r = algo_composer_new(&c, cli->algod, NULL, err);
  if (r == ALGO_OK) r = algo_composer_call(c, call, &cli->sender, cli->signer, cli->market.spec, &i, err);
  if (r == ALGO_OK && cli->note.n > 0) algo_composer_txn(c, i)->note = cli->note;
  cli->note = (algo_bytes_t){0};
  if (r == ALGO_OK) r = cli_run_composer(cli, c, &done, err);
  if (r == ALGO_OK && done) {
    algo_call_result_t *copy = algo_arena_alloc(&cli->arena, sizeof *copy);
    r = copy == NULL ? algo_err_set(err, ALGO_E_NOMEM, "out of memory")
                     : keep_result(cli, copy, algo_composer_result(c, i), err);
    if (r == ALGO_OK) *result = copy;
  }
  algo_composer_free(c);
  return r;
}

algo_code_t cli_ask(cli_t *cli, const algo_method_call_t *call, algo_bytes_t *value, algo_err_t *err) {
  algo_composer_t *c = NULL;
  size_t i = 0;
  algo_addr_t sender = cli->has_sender ? cli->sender : cli->market.terms.admin; /* any account that can pay a fee */
  algo_code_t r = algo_composer_new(&c, cli->algod, NULL, err);
  if (r == ALGO_OK) r = algo_composer_call(c, call, &sender, NULL, cli->market.spec, &i, err);
  if (r == ALGO_OK) r = algo_composer_simulate(c, err);
  if (r == ALGO_OK) *value = algo_arena_dup(&cli->arena, algo_composer_result(c, i)->value);
  algo_composer_free(c);
  return r;
}

algo_code_t cli_chain_time(cli_t *cli, uint64_t *unix_s, algo_err_t *err) {
  algo_node_status_t st;
  algo_buf_t b = ALGO_BUF_INIT;
  algo_block_t block;
  algo_code_t r = algo_algod_status(cli->algod, &st, &cli->arena, err);
  if (r == ALGO_OK) r = algo_algod_block(cli->algod, st.last_round, &b, err);
  if (r == ALGO_OK) r = algo_block_decode(&block, algo_buf_view(&b), &cli->arena, err);
  if (r == ALGO_OK) *unix_s = block.header.timestamp < 0 ? 0 : (uint64_t)block.header.timestamp;
  algo_buf_fini(&b);
  return r;
}

algo_code_t cli_finish(cli_t *cli, const algo_call_result_t *result) {
  if (result == NULL) return ALGO_OK;
  if (result->txid[0] != '\0') {
    cli_out_str(cli, "txid", result->txid);
    cli_out_u64(cli, "round", result->round);
  }
  cli_out_events(cli, result->logs, result->n_logs);
  return ALGO_OK;
}

algo_code_t cli_finish_call(cli_t *cli, algo_code_t made, const algo_method_call_t *call, algo_err_t *err) {
  const algo_call_result_t *result = NULL;
  if (made != ALGO_OK) return made;
  algo_code_t r = cli_run_call(cli, call, &result, err);
  return r == ALGO_OK ? cli_finish(cli, result) : r;
}
