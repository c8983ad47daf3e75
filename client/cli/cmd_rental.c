/* cmd_rental.c - rentals: from the quote to the end. */
#include "cli.h"

#include <sodium.h>
#include <string.h>

static algo_code_t session_key(cli_t *cli, uint8_t out[32], algo_err_t *err) {
  if (cli_value(cli, "--session-key") != NULL) return cli_opt_hex32(cli, "--session-key", out, err);
  if (crypto_sign_ed25519_pk_to_curve25519(out, cli->sender.b) == 0) return ALGO_OK;
  return algo_err_set(err, ALGO_E_USAGE, "this account has no key of its own to seal with: give --session-key HEX");
}

static algo_code_t rent(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  const algo_call_result_t *result = NULL;
  uint64_t gpu = 0, rental = 0;
  uint32_t minutes = 0;
  uint8_t key[32];
  algo_code_t r = cli_arg_u64(cli, 0, "GPU", &gpu, err);
  if (r == ALGO_OK) r = cli_arg_u32(cli, 1, "MINUTES", &minutes, err);
  if (r == ALGO_OK) r = cli_begin(cli, err);
  if (r == ALGO_OK) r = session_key(cli, key, err);
  if (r == ALGO_OK) r = algo_market_rent_call(&call, cli->algod, &cli->market, gpu, minutes, key, &cli->arena, err);
  if (r != ALGO_OK) return r;
  const algo_txn_t *deposit = &call.before[1];
  uint64_t amount = cli->market.app.asset == 0 ? deposit->amount : deposit->asset_amount;
  r = cli_run_call(cli, &call, &result, err);
  if (r == ALGO_OK && result != NULL) r = algo_rental_rent_result(&rental, result->value, err);
  if (r != ALGO_OK) return r;
  if (result != NULL) cli_out_u64(cli, "rental", rental);
  cli_out_u64(cli, "gpu", gpu);
  cli_out_u64(cli, "minutes", minutes);
  cli_out_amount(cli, "deposit", amount);
  return cli_finish(cli, result);
}

static const cli_option_t rent_options[] = {
    {"--session-key", "HEX", "X25519 public key that connection details are sealed to (the account's own, converted)"},
    {NULL, NULL, NULL}};
const cli_command_t cli_cmd_rent = {
    "rent",
    "GPU MINUTES",
    "rent a GPU; prints the rental's id",
    "Deposits price x minutes; what is not used comes back. 0.0809 ALGO are held until the rental's record goes.",
    rent_options,
    "  algorent rent 1 60\n  algorent rent 1 60 --unsigned group.bin --sender ADDRESS",
    rent};

static algo_code_t extend(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  uint64_t rental = 0;
  uint32_t minutes = 0;
  algo_code_t r = cli_arg_u64(cli, 0, "RENTAL", &rental, err);
  if (r == ALGO_OK) r = cli_arg_u32(cli, 1, "MINUTES", &minutes, err);
  if (r == ALGO_OK) r = cli_begin(cli, err);
  if (r == ALGO_OK) r = algo_market_extend_call(&call, cli->algod, &cli->market, rental, minutes, &cli->arena, err);
  if (r != ALGO_OK) return r;
  cli_out_amount(cli, "added", cli->market.app.asset == 0 ? call.before[0].amount : call.before[0].asset_amount);
  return cli_finish_call(cli, r, &call, err);
}

const cli_command_t cli_cmd_extend = {"extend",
                                      "RENTAL MINUTES",
                                      "buy more minutes of an active rental",
                                      "Anyone may; a refund goes to the renter.",
                                      NULL,
                                      "  algorent extend 1 30",
                                      extend};

typedef algo_code_t rental_method(algo_method_call_t *, const algo_app_t *, uint64_t, algo_arena_t *, algo_err_t *);

static algo_code_t one_rental(cli_t *cli, rental_method *method, algo_err_t *err) {
  algo_method_call_t call;
  uint64_t rental = 0;
  algo_code_t r = cli_arg_u64(cli, 0, "RENTAL", &rental, err);
  if (r == ALGO_OK) r = cli_begin(cli, err);
  if (r == ALGO_OK) r = method(&call, &cli->market.app, rental, &cli->arena, err);
  return cli_finish_call(cli, r, &call, err);
}

static algo_code_t start(cli_t *cli, algo_err_t *err) { return one_rental(cli, algo_rental_start, err); }
static algo_code_t heartbeat(cli_t *cli, algo_err_t *err) { return one_rental(cli, algo_rental_heartbeat, err); }
static algo_code_t claim(cli_t *cli, algo_err_t *err) { return one_rental(cli, algo_rental_claim, err); }
static algo_code_t cancel(cli_t *cli, algo_err_t *err) { return one_rental(cli, algo_rental_cancel, err); }
static algo_code_t withdraw(cli_t *cli, algo_err_t *err) { return one_rental(cli, algo_rental_withdraw, err); }

const cli_command_t cli_cmd_start = {"start", "RENTAL", "the machine is ready: the clock starts (the GPU's owner)",
                                     NULL,    NULL,     "  algorent start 1",
                                     start};
const cli_command_t cli_cmd_heartbeat = {
    "heartbeat",
    "RENTAL",
    "the machine is alive (the GPU's owner)",
    "Without one in the market's interval the rental lapses: nobody pays for a silent machine.",
    NULL,
    "  algorent heartbeat 1",
    heartbeat};
const cli_command_t cli_cmd_claim = {
    "claim", "RENTAL", "pay the owner what is due so far", NULL, NULL, "  algorent claim 1", claim};
const cli_command_t cli_cmd_cancel = {"cancel", "RENTAL", "end a rental that was not started; the deposit comes back",
                                      NULL,     NULL,     "  algorent cancel 1",
                                      cancel};
const cli_command_t cli_cmd_withdraw = {"withdraw",
                                        "RENTAL",
                                        "pay the renter what could not be delivered earlier",
                                        "Anyone may call it.",
                                        NULL,
                                        "  algorent withdraw 1",
                                        withdraw};

static algo_code_t stop(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  uint64_t rental = 0, stars = 0;
  algo_code_t r = cli_arg_u64(cli, 0, "RENTAL", &rental, err);
  if (r == ALGO_OK) r = cli_opt_u64(cli, "--stars", &stars, err);
  if (r == ALGO_OK && stars > 5) r = algo_err_set(err, ALGO_E_RANGE, "--stars: 0 to 5, not %" PRIu64, stars);
  if (r == ALGO_OK) r = cli_begin(cli, err);
  if (r == ALGO_OK) r = algo_rental_stop(&call, &cli->market.app, rental, (uint8_t)stars, &cli->arena, err);
  return cli_finish_call(cli, r, &call, err);
}

static const cli_option_t stop_options[] = {{"--stars", "N", "0 to 5; counts from the renter alone"},
                                            {NULL, NULL, NULL}};
const cli_command_t cli_cmd_stop = {
    "stop",
    "RENTAL",
    "end an active rental and settle it",
    "The renter or the owner at any time; anyone once its time is used up or its machine is silent.",
    stop_options,
    "  algorent stop 1 --stars 5",
    stop};

static algo_code_t dispute(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  uint64_t rental = 0;
  uint8_t evidence[32] = {0};
  algo_code_t r = cli_arg_u64(cli, 0, "RENTAL", &rental, err);
  if (r == ALGO_OK) r = cli_opt_hex32(cli, "--evidence", evidence, err);
  if (r == ALGO_OK) r = cli_begin(cli, err);
  if (r == ALGO_OK) r = algo_rental_dispute(&call, &cli->market.app, rental, evidence, &cli->arena, err);
  return cli_finish_call(cli, r, &call, err);
}

static const cli_option_t dispute_options[] = {{"--evidence", "HEX", "hash of the evidence, 32 bytes (zeros)"},
                                               {NULL, NULL, NULL}};
const cli_command_t cli_cmd_dispute = {
    "dispute", "RENTAL",        "stop the clock and let the arbiter divide what is not settled (the renter)",
    NULL,      dispute_options, "  algorent dispute 1 --evidence $(sha256sum log.txt | cut -d' ' -f1)",
    dispute};

static algo_code_t resolve(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  uint64_t rental = 0, bps = 0;
  algo_code_t r = cli_arg_u64(cli, 0, "RENTAL", &rental, err);
  if (r == ALGO_OK) r = cli_need(cli, "--owner-share", err);
  if (r == ALGO_OK) r = cli_opt_bps(cli, "--owner-share", &bps, err);
  if (r == ALGO_OK) r = cli_begin(cli, err);
  if (r == ALGO_OK) r = algo_rental_resolve(&call, &cli->market.app, rental, (uint16_t)bps, &cli->arena, err);
  return cli_finish_call(cli, r, &call, err);
}

static const cli_option_t resolve_options[] = {
    {"--owner-share", "SHARE", "of what is due and not settled: 60%, or 6000 hundredths of a percent"},
    {NULL, NULL, NULL}};
const cli_command_t cli_cmd_resolve = {"resolve",
                                       "RENTAL",
                                       "divide a disputed rental (the arbiter; anyone once he is late)",
                                       "Once the arbiter is late the owner gets all, whatever share is given.",
                                       resolve_options,
                                       "  algorent resolve 1 --owner-share 60%",
                                       resolve};

/* ---- looking ---- */

static algo_code_t quote(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  algo_rental_quote_t q;
  algo_bytes_t value = {0};
  uint64_t gpu = 0;
  uint32_t minutes = 0;
  algo_code_t r = cli_arg_u64(cli, 0, "GPU", &gpu, err);
  if (r == ALGO_OK) r = cli_arg_u32(cli, 1, "MINUTES", &minutes, err);
  if (r == ALGO_OK) r = cli_open_market(cli, err);
  if (r == ALGO_OK) r = algo_rental_quote(&call, &cli->market.app, gpu, minutes, &cli->arena, err);
  if (r == ALGO_OK) r = cli_ask(cli, &call, &value, err);
  if (r == ALGO_OK) r = algo_rental_quote_decode(&q, value, err);
  if (r != ALGO_OK) return r;
  cli_out_u64(cli, "gpu", gpu);
  cli_out_u64(cli, "minutes", minutes);
  cli_out_amount(cli, "deposit", q.deposit);
  cli_out_algo(cli, "held_for_the_record", q.mbr);
  return ALGO_OK;
}

const cli_command_t cli_cmd_quote = {
    "quote", "GPU MINUTES", "what renting a GPU costs", NULL, NULL, "  algorent quote 1 60", quote};

static algo_code_t due(cli_t *cli, algo_err_t *err) {
  algo_method_call_t call;
  algo_rental_bill_t bill;
  algo_bytes_t value = {0};
  uint64_t rental = 0;
  algo_code_t r = cli_arg_u64(cli, 0, "RENTAL", &rental, err);
  if (r == ALGO_OK) r = cli_open_market(cli, err);
  if (r == ALGO_OK) r = algo_rental_due(&call, &cli->market.app, rental, &cli->arena, err);
  if (r == ALGO_OK) r = cli_ask(cli, &call, &value, err);
  if (r == ALGO_OK) r = algo_rental_bill_decode(&bill, value, err);
  if (r != ALGO_OK) return r;
  cli_out_u64(cli, "rental", rental);
  cli_out_amount(cli, "due", bill.due);
  cli_out_amount(cli, "fee", bill.fee);
  cli_out_amount(cli, "refund", bill.refund);
  return ALGO_OK;
}

const cli_command_t cli_cmd_due = {"due",
                                   "RENTAL",
                                   "what a rental costs if it is stopped now",
                                   "The fee is part of what is due.",
                                   NULL,
                                   "  algorent due 1",
                                   due};

static void put_rental(cli_t *cli, uint64_t id, const algo_rental_rental_t *v, uint64_t now, bool whole) {
  algo_rental_bill_t bill;
  algo_market_bill(&bill, v, now);
  cli_out_u64(cli, "id", id);
  cli_out_u64(cli, "gpu", v->gpu);
  cli_out_str(cli, "state", algo_market_rental_state(v->state));
  cli_out_amount(cli, "price_per_minute", v->price_per_minute);
  cli_out_amount(cli, "deposit", v->deposit);
  cli_out_amount(cli, "due", bill.due);
  cli_out_amount(cli, "settled", v->settled);
  cli_out_addr(cli, "renter", &v->renter);
  if (!whole) return;
  cli_out_addr(cli, "owner", &v->owner);
  cli_out_amount(cli, "refund", bill.refund);
  cli_out_amount(cli, "owed_renter", v->owed_renter);
  cli_out_u64(cli, "fee_bps", v->fee_bps);
  cli_out_u64(cli, "max_minutes", v->max_minutes);
  cli_out_time(cli, "requested_at", v->requested_at);
  cli_out_time(cli, "started_at", v->started_at);
  cli_out_time(cli, "beat_at", v->beat_at);
  cli_out_time(cli, "ended_at", v->ended_at);
  cli_out_u64(cli, "ready_s", v->ready_s);
  cli_out_u64(cli, "beat_s", v->beat_s);
  cli_out_u64(cli, "dispute_s", v->dispute_s);
  cli_out_hex(cli, "session_key", v->session_key, 32);
}

static algo_code_t status_one(cli_t *cli, const char *text, algo_err_t *err) {
  algo_rental_rental_t v;
  uint64_t id = 0, now = 0;
  algo_code_t r = algo_u64_parse(&id, text, strlen(text), err);
  if (r != ALGO_OK) return algo_err_prefix(err, r, "--rental");
  r = algo_market_rental(&v, cli->algod, &cli->market, id, &cli->arena, err);
  if (r == ALGO_OK) r = cli_chain_time(cli, &now, err);
  if (r == ALGO_OK) put_rental(cli, id, &v, now, true);
  return r;
}

static algo_code_t status(cli_t *cli, algo_err_t *err) {
  const algo_market_rental_t *list = NULL;
  size_t n = 0;
  uint64_t now = 0;
  algo_code_t r = cli_open_market(cli, err);
  if (r == ALGO_OK && cli_value(cli, "--rental") != NULL) return status_one(cli, cli_value(cli, "--rental"), err);
  if (r == ALGO_OK) r = algo_market_rentals(&list, &n, cli->algod, &cli->market, &cli->arena, err);
  if (r == ALGO_OK) r = cli_chain_time(cli, &now, err);
  if (r != ALGO_OK) return r;
  cli_out_list(cli, "rentals");
  for (size_t i = 0; i < n; i++) {
    cli_out_row(cli);
    put_rental(cli, list[i].id, &list[i].rental, now, cli->json);
  }
  return ALGO_OK;
}

static const cli_option_t status_options[] = {{"--rental", "ID", "this one, in full"}, {NULL, NULL, NULL}};
const cli_command_t cli_cmd_status = {
    "status",
    "",
    "the market's rentals, read from the chain, with what is due now",
    "A rental that has ended and been paid out leaves the chain's state; the indexer keeps it.",
    status_options,
    "  algorent status\n  algorent status --rental 1 --json",
    status};
