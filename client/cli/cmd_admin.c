/* cmd_admin.c - what a market's admin does, of rentals or of tasks: what both contracts have has the same signatures
 * in both, so the rental's binding makes the calls (tests/unit/client/test_tasks.c holds them to be equal). */
#include "cli.h"

#include <string.h>

static algo_code_t bootstrap(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  algo_code_t r = cli_begin_either(cli, err);
  if (r != ALGO_OK) return r;
  uint64_t mbr = cli->market.app.asset == 0 ? ALGO_MARKET_BASE_ALGO : ALGO_MARKET_BASE_ASA;
  return cli_finish_call(cli, algo_rental_bootstrap(&call, &cli->market.app, mbr, &cli->arena, err), &call, err);
}
const cli_command_t cli_cmd_bootstrap = {"bootstrap", "",   "pay a new market's minimum balance (deploy does it)",
                                         NULL,        NULL, "  algorent bootstrap --app 1001",
                                         bootstrap};

static algo_code_t set_approved(cli_t *cli, bool approved, algo_err_t *err) {
  algo_method_call_t call;
  algo_addr_t provider;
  algo_code_t r = cli_arg_addr(cli, 0, "ADDRESS", &provider, err);
  if (r == ALGO_OK) r = cli_begin_either(cli, err);
  if (r != ALGO_OK) return r;
  uint64_t mbr = approved ? ALGO_MARKET_PROVIDER_MBR : 0;
  return cli_finish_call(cli, algo_rental_approve(&call, &cli->market.app, mbr, &provider, approved, &cli->arena, err),
                         &call, err);
}
static algo_code_t approve(cli_t *cli, algo_err_t *err) { return set_approved(cli, true, err); }
static algo_code_t revoke(cli_t *cli, algo_err_t *err) { return set_approved(cli, false, err); }
const cli_command_t cli_cmd_approve = {"approve",
                                       "ADDRESS",
                                       "let a provider register or accept in a closed market",
                                       "Holds 0.0189 ALGO until it is revoked.",
                                       NULL,
                                       "  algorent approve ADDRESS",
                                       approve};
const cli_command_t cli_cmd_revoke = {"revoke",
                                      "ADDRESS",
                                      "take an approval back",
                                      "The provider's GPUs stay until they are barred.",
                                      NULL,
                                      "  algorent revoke ADDRESS",
                                      revoke};

static algo_code_t set_barred(cli_t *cli, bool barred, algo_err_t *err) {
  algo_method_call_t call;
  uint64_t gpu = 0;
  algo_code_t r = cli_arg_u64(cli, 0, "GPU", &gpu, err);
  if (r == ALGO_OK) r = cli_begin(cli, err);
  if (r != ALGO_OK) return r;
  return cli_finish_call(cli, algo_rental_bar(&call, &cli->market.app, gpu, barred, &cli->arena, err), &call, err);
}
static algo_code_t bar(cli_t *cli, algo_err_t *err) { return set_barred(cli, true, err); }
static algo_code_t unbar(cli_t *cli, algo_err_t *err) { return set_barred(cli, false, err); }
const cli_command_t cli_cmd_bar = {
    "bar", "GPU", "bar a GPU from the market; a running rental goes on", NULL, NULL, "  algorent bar 1", bar};
const cli_command_t cli_cmd_unbar = {"unbar", "GPU", "let a barred GPU in again", NULL, NULL, "  algorent unbar 1",
                                     unbar};

static algo_code_t collect(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  algo_code_t r = cli_begin_either(cli, err);
  return cli_finish_call(cli, r == ALGO_OK ? algo_rental_collect(&call, &cli->market.app, &cli->arena, err) : r, &call,
                         err);
}
const cli_command_t cli_cmd_collect = {
    "collect", "", "pay the fees to the treasury", "Anyone may call it.", NULL, "  algorent collect", collect};

/* Options of one contract's terms that the market at hand does not have. */
static algo_code_t refuse_terms(const cli_t *cli, algo_err_t *err) {
  static const char *const of_rentals[] = {"--ready", "--beat"}, *const of_tasks[] = {"--review-min"};
  const char *const *list = cli_is_tasks(cli) ? of_rentals : of_tasks;
  for (size_t i = 0; i < (cli_is_tasks(cli) ? 2 : 1); i++)
    if (cli_value(cli, list[i]) != NULL)
      return algo_err_set(err, ALGO_E_USAGE, "a market of %s has no %s", cli_is_tasks(cli) ? "tasks" : "rentals",
                          list[i]);
  return ALGO_OK;
}

static algo_code_t configure_tasks(cli_t *cli, algo_method_call_t *call, algo_err_t *err) {
  algo_escrow_globals_t *t = &cli->tasks.terms;
  algo_code_t r = cli_opt_bps(cli, "--fee", &t->fee_bps, err);
  if (r == ALGO_OK) r = cli_opt_seconds(cli, "--dispute", &t->dispute_s, err);
  if (r == ALGO_OK) r = cli_opt_seconds(cli, "--review-min", &t->review_min_s, err);
  if (cli_value(cli, "--open") != NULL) t->open = 1;
  if (cli_value(cli, "--closed") != NULL) t->open = 0;
  if (r != ALGO_OK) return r;
  return algo_escrow_configure(call, &cli->market.app, t->fee_bps, t->dispute_s, t->review_min_s, t->open, &cli->arena,
                               err);
}

static algo_code_t configure_rentals(cli_t *cli, algo_method_call_t *call, algo_err_t *err) {
  algo_rental_globals_t *t = &cli->market.terms;
  algo_code_t r = cli_opt_bps(cli, "--fee", &t->fee_bps, err);
  if (r == ALGO_OK) r = cli_opt_seconds(cli, "--ready", &t->ready_s, err);
  if (r == ALGO_OK) r = cli_opt_seconds(cli, "--beat", &t->beat_s, err);
  if (r == ALGO_OK) r = cli_opt_seconds(cli, "--dispute", &t->dispute_s, err);
  if (cli_value(cli, "--open") != NULL) t->open = 1;
  if (cli_value(cli, "--closed") != NULL) t->open = 0;
  if (r != ALGO_OK) return r;
  return algo_rental_configure(call, &cli->market.app, t->fee_bps, t->ready_s, t->beat_s, t->dispute_s, t->open,
                               &cli->arena, err);
}

static algo_code_t configure(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  algo_code_t r = cli_begin_either(cli, err);
  if (r == ALGO_OK) r = refuse_terms(cli, err);
  if (r == ALGO_OK) r = cli_is_tasks(cli) ? configure_tasks(cli, &call, err) : configure_rentals(cli, &call, err);
  return cli_finish_call(cli, r, &call, err);
}
static const cli_option_t configure_options[] = {
    {"--fee", "SHARE", "of what owners earn: 2.5%, or 250 hundredths of a percent; at most 20%"},
    {"--ready", "TIME", "of rentals: an owner has to start one within this: 10m"},
    {"--beat", "TIME", "of rentals: a heartbeat is due within this: 5m; 0: none"},
    {"--dispute", "TIME", "the arbiter has this long: 7d"},
    {"--review-min", "TIME", "of tasks: the shortest review that a task may have: 1h"},
    {"--open", NULL, "anyone registers, or accepts"},
    {"--closed", NULL, "approved providers only"},
    {NULL, NULL, NULL},
};
const cli_command_t cli_cmd_configure = {
    "configure",
    "",
    "change the market's terms for later rentals or tasks",
    "What is not given stays.",
    configure_options,
    "  algorent configure --fee 1.5% --beat 10m\n  algorent configure --app 1005 --review-min 2h",
    configure};

static algo_code_t set_paused(cli_t *cli, bool paused, algo_err_t *err) {
  algo_method_call_t call;
  algo_code_t r = cli_begin_either(cli, err);
  return cli_finish_call(
      cli, r == ALGO_OK ? algo_rental_set_paused(&call, &cli->market.app, paused, &cli->arena, err) : r, &call, err);
}
static algo_code_t pause_market(cli_t *cli, algo_err_t *err) { return set_paused(cli, true, err); }
static algo_code_t unpause(cli_t *cli, algo_err_t *err) { return set_paused(cli, false, err); }
const cli_command_t cli_cmd_pause = {"pause",
                                     "",
                                     "refuse new GPUs and rentals, or new tasks and workers",
                                     "Nobody's money is locked by it: all else goes on.",
                                     NULL,
                                     "  algorent pause",
                                     pause_market};
const cli_command_t cli_cmd_unpause = {"unpause", "", "take them again", NULL, NULL, "  algorent unpause", unpause};

typedef algo_code_t role_method(algo_method_call_t *, const algo_app_t *, const algo_addr_t *, algo_arena_t *,
                                algo_err_t *);
static algo_code_t set_role(cli_t *cli, role_method *method, algo_err_t *err) {
  algo_method_call_t call;
  algo_addr_t who;
  algo_code_t r = cli_arg_addr(cli, 0, "ADDRESS", &who, err);
  if (r == ALGO_OK) r = cli_begin_either(cli, err);
  return cli_finish_call(cli, r == ALGO_OK ? method(&call, &cli->market.app, &who, &cli->arena, err) : r, &call, err);
}
static algo_code_t set_treasury(cli_t *cli, algo_err_t *err) { return set_role(cli, algo_rental_set_treasury, err); }
static algo_code_t set_arbiter(cli_t *cli, algo_err_t *err) { return set_role(cli, algo_rental_set_arbiter, err); }
static algo_code_t offer_admin(cli_t *cli, algo_err_t *err) { return set_role(cli, algo_rental_offer_admin, err); }
const cli_command_t cli_cmd_set_treasury = {
    "set-treasury", "ADDRESS", "name who gets the fees", NULL, NULL, "  algorent set-treasury ADDRESS", set_treasury};
const cli_command_t cli_cmd_set_arbiter = {
    "set-arbiter", "ADDRESS", "name who resolves disputes", NULL, NULL, "  algorent set-arbiter ADDRESS", set_arbiter};
const cli_command_t cli_cmd_offer_admin = {"offer-admin",
                                           "ADDRESS",
                                           "offer the admin's role",
                                           "The other account takes it with accept-admin.",
                                           NULL,
                                           "  algorent offer-admin ADDRESS",
                                           offer_admin};

static algo_code_t accept_admin(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  algo_code_t r = cli_begin_either(cli, err);
  return cli_finish_call(cli, r == ALGO_OK ? algo_rental_accept_admin(&call, &cli->market.app, &cli->arena, err) : r,
                         &call, err);
}
const cli_command_t cli_cmd_accept_admin = {
    "accept-admin", "", "take the admin's role that was offered", NULL, NULL, "  algorent accept-admin", accept_admin};

static algo_code_t delete_market(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  algo_code_t r = cli_begin_either(cli, err);
  return cli_finish_call(cli, r == ALGO_OK ? algo_rental_delete(&call, &cli->market.app, &cli->arena, err) : r, &call,
                         err);
}
const cli_command_t cli_cmd_delete = {
    "delete",
    "",
    "delete an empty market; what remains goes to the admin",
    "Refused while there is a GPU, a rental, a task, a worker, an approved provider or a fee.",
    NULL,
    "  algorent delete --app 1001",
    delete_market};

static void put_rental_terms(cli_t *cli) {
  const algo_rental_globals_t *t = &cli->market.terms;
  cli_out_addr(cli, "admin", &t->admin);
  cli_out_addr(cli, "pending_admin", &t->pending_admin);
  cli_out_addr(cli, "treasury", &t->treasury);
  cli_out_addr(cli, "arbiter", &t->arbiter);
  cli_out_u64(cli, "fee_bps", t->fee_bps);
  cli_out_u64(cli, "ready_s", t->ready_s);
  cli_out_u64(cli, "beat_s", t->beat_s);
  cli_out_u64(cli, "dispute_s", t->dispute_s);
  cli_out_bool(cli, "open", t->open != 0);
  cli_out_bool(cli, "paused", t->paused != 0);
  cli_out_u64(cli, "live_gpus", t->live_gpus);
  cli_out_u64(cli, "live_rentals", t->live_rentals);
  cli_out_u64(cli, "live_providers", t->live_providers);
  cli_out_amount(cli, "fees", t->fees);
}

static void put_task_terms(cli_t *cli) {
  const algo_escrow_globals_t *t = &cli->tasks.terms;
  cli_out_addr(cli, "admin", &t->admin);
  cli_out_addr(cli, "pending_admin", &t->pending_admin);
  cli_out_addr(cli, "treasury", &t->treasury);
  cli_out_addr(cli, "arbiter", &t->arbiter);
  cli_out_u64(cli, "fee_bps", t->fee_bps);
  cli_out_u64(cli, "dispute_s", t->dispute_s);
  cli_out_u64(cli, "review_min_s", t->review_min_s);
  cli_out_bool(cli, "open", t->open != 0);
  cli_out_bool(cli, "paused", t->paused != 0);
  cli_out_u64(cli, "live_tasks", t->live_tasks);
  cli_out_u64(cli, "live_workers", t->live_workers);
  cli_out_u64(cli, "live_providers", t->live_providers);
  cli_out_amount(cli, "fees", t->fees);
}

static algo_code_t market(cli_t *cli, algo_err_t *err) {
  algo_account_t a;
  algo_holding_t h = {0};
  algo_code_t r = cli_open_either(cli, err);
  const algo_market_t *m = &cli->market;
  if (r == ALGO_OK) r = algo_algod_account(cli->algod, &m->address, &a, &cli->arena, err);
  if (r == ALGO_OK && m->app.asset != 0) r = algo_algod_holding(cli->algod, &m->address, m->app.asset, &h, err);
  if (r != ALGO_OK) return r;
  cli_out_u64(cli, "app", m->app.id);
  cli_out_str(cli, "contract", m->spec->name);
  cli_out_addr(cli, "address", &m->address);
  cli_out_u64(cli, "asset", m->app.asset);
  cli_out_bool(cli, "genuine", m->genuine);
  if (cli_is_tasks(cli)) put_task_terms(cli);
  else put_rental_terms(cli);
  cli_out_algo(cli, "balance", a.amount);
  cli_out_algo(cli, "minimum", a.min_balance);
  if (m->app.asset != 0) cli_out_amount(cli, "holding", h.amount);
  return ALGO_OK;
}
const cli_command_t cli_cmd_market = {"market", "",   "a market's terms, roles, counters and balance",
                                      NULL,     NULL, "  algorent market --app 1001 --json",
                                      market};
