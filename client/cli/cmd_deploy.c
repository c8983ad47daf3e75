/* cmd_deploy.c - a market of one's own: created, bootstrapped, written down. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct plan {
  uint64_t asset, fee_bps, ready_s, beat_s, dispute_s, open;
  algo_addr_t treasury, arbiter;
  const algo_app_spec_t *spec;
  char *record; /* file */
  algo_params_t params;
} plan_t;

static algo_code_t read_plan(cli_t *cli, plan_t *p, algo_err_t *err) {
  *p = (plan_t){.fee_bps = 100, .ready_s = 600, .beat_s = 300, .dispute_s = 604800};
  p->treasury = p->arbiter = cli->sender;
  p->open = cli_value(cli, "--closed") == NULL;
  algo_code_t r = cli_opt_u64(cli, "--asset", &p->asset, err);
  if (r == ALGO_OK) r = cli_opt_bps(cli, "--fee", &p->fee_bps, err);
  if (r == ALGO_OK && p->fee_bps > 2000) r = algo_err_set(err, ALGO_E_RANGE, "--fee: at most 20%% (2000)");
  if (r == ALGO_OK) r = cli_opt_seconds(cli, "--ready", &p->ready_s, err);
  if (r == ALGO_OK) r = cli_opt_seconds(cli, "--beat", &p->beat_s, err);
  if (r == ALGO_OK) r = cli_opt_seconds(cli, "--dispute", &p->dispute_s, err);
  if (r == ALGO_OK) r = cli_opt_addr(cli, "--treasury", &p->treasury, err);
  if (r == ALGO_OK) r = cli_opt_addr(cli, "--arbiter", &p->arbiter, err);
  p->spec = algo_market_spec(p->asset);
  if (r == ALGO_OK) r = algo_algod_params(cli->algod, &p->params, &cli->arena, err);
  if (r != ALGO_OK) return r;
  const char *given = cli_value(cli, "--record");
  p->record = given != NULL ? algo_arena_strdup(&cli->arena, given)
                            : algo_arena_printf(&cli->arena, "algorent-%s.json", p->params.genesis_id);
  return p->record == NULL ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}

/* microAlgos that the creator's minimum balance rises by. */
static uint64_t held_for_app(const algo_app_spec_t *s) {
  return 100000u * (1u + (uint64_t)s->extra_pages) + 28500u * s->global_schema.num_uint +
         50000u * s->global_schema.num_byte_slice;
}

static algo_code_t say_cost(cli_t *cli, const plan_t *p, algo_err_t *err) {
  algo_account_t a;
  uint64_t base = p->asset == 0 ? ALGO_MARKET_BASE_ALGO : ALGO_MARKET_BASE_ASA, held = held_for_app(p->spec);
  uint64_t fees = (p->asset == 0 ? 3u : 4u) * p->params.min_fee;
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t r = algo_algod_account(cli->algod, &cli->sender, &a, &cli->arena, err);
  if (r != ALGO_OK) return r;
  algo_buf_puts(&b, "deploying on ");
  algo_text_printable(&b, algo_bytes_str(p->params.genesis_id));
  algo_buf_puts(&b, ": ");
  algo_amount_format(&b, held, 6);
  algo_buf_puts(&b, " ALGO held in your account while the market exists, ");
  algo_amount_format(&b, base, 6);
  algo_buf_puts(&b, " ALGO to the market (back when it is deleted), ");
  algo_amount_format(&b, fees, 6);
  algo_buf_puts(&b, " ALGO in fees");
  cli_note(cli, "%s", algo_buf_cstr(&b));
  uint64_t need = a.min_balance + held + base + fees;
  if (a.amount < need) {
    algo_buf_clear(&b);
    algo_amount_format(&b, a.amount, 6);
    algo_buf_puts(&b, " ALGO in the account, ");
    algo_amount_format(&b, need, 6);
    algo_buf_puts(&b, " needed");
    r = algo_err_set(err, ALGO_E_LEDGER, "too little to deploy with: %s", algo_buf_cstr(&b));
  }
  algo_buf_fini(&b);
  return r;
}

/* The market that the record names, if it is of this network, runs these programs and is this account's: nothing to do
 * then. */
static algo_code_t find_recorded(cli_t *cli, const plan_t *p, uint64_t *app, algo_err_t *err) {
  json_object *o = NULL;
  algo_digest_t genesis;
  algo_buf_t b = ALGO_BUF_INIT;
  char block[4096];
  size_t n;
  *app = 0;
  FILE *f = fopen(p->record, "rb");
  if (f == NULL) return ALGO_OK;
  while ((n = fread(block, 1, sizeof block, f)) > 0) algo_buf_put(&b, block, n);
  fclose(f);
  uint64_t id = 0;
  algo_buf_t hash = ALGO_BUF_INIT;
  algo_code_t r = algo_json_parse(&o, b.p, b.n, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "app", &id, err);
  if (r == ALGO_OK) r = algo_json_opt_base64(o, "genesis_hash", &hash, err);
  if (r != ALGO_OK) r = algo_err_prefix(err, r, "%s is there and is no record of a deployment", p->record);
  if (hash.n == sizeof genesis) memcpy(&genesis, hash.p, sizeof genesis);
  bool same_network = hash.n == sizeof genesis && memcmp(&genesis, &p->params.genesis_hash, sizeof genesis) == 0;
  if (r == ALGO_OK && same_network && algo_market_load(&cli->market, cli->algod, id, &cli->arena, NULL) == ALGO_OK &&
      cli->market.genuine && cli->market.app.asset == p->asset && algo_addr_eq(&cli->market.creator, &cli->sender))
    *app = id;
  json_object_put(o);
  algo_buf_fini(&hash);
  algo_buf_fini(&b);
  return r;
}

static algo_code_t write_record(const plan_t *p, const algo_market_t *m, const algo_call_result_t *created,
                                algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&b);
  char addr[ALGO_ADDR_TEXT + 1], creator[ALGO_ADDR_TEXT + 1];
  algo_addr_format(addr, &m->address);
  algo_addr_format(creator, &m->creator);
  algo_json_open(&j, '{');
  algo_json_key(&j, "contract"), algo_json_str(&j, p->spec->name);
  algo_json_key(&j, "variant"), algo_json_str(&j, p->spec->variant);
  algo_json_key(&j, "app"), algo_json_uint(&j, m->app.id);
  algo_json_key(&j, "address"), algo_json_str(&j, addr);
  algo_json_key(&j, "asset"), algo_json_uint(&j, p->asset);
  algo_json_key(&j, "creator"), algo_json_str(&j, creator);
  algo_json_key(&j, "genesis_id"), algo_json_str(&j, p->params.genesis_id);
  algo_json_key(&j, "genesis_hash"), algo_json_base64(&j, algo_bytes(p->params.genesis_hash.b, 32));
  algo_json_key(&j, "txid"), algo_json_str(&j, created->txid);
  algo_json_key(&j, "round"), algo_json_uint(&j, created->round);
  algo_json_close(&j, '}');
  algo_buf_putc(&b, '\n');
  FILE *f = fopen(p->record, "wb");
  bool ok = f != NULL && !b.oom && fwrite(b.p, 1, b.n, f) == b.n;
  if (f != NULL && fclose(f) != 0) ok = false;
  algo_buf_fini(&b);
  return ok ? ALGO_OK
            : algo_err_set(err, ALGO_E_IO, "the market is deployed as %" PRIu64 ", but %s: %s", m->app.id, p->record,
                           strerror(errno));
}

static algo_code_t show(cli_t *cli, const plan_t *p, bool fresh) {
  cli_out_u64(cli, "app", cli->market.app.id);
  cli_out_addr(cli, "address", &cli->market.address);
  cli_out_u64(cli, "asset", cli->market.app.asset);
  cli_out_bool(cli, "created", fresh);
  cli_out_bytes(cli, "record", algo_bytes_str(p->record));
  return ALGO_OK;
}

static algo_code_t create(cli_t *cli, const plan_t *p, const algo_call_result_t **created, algo_err_t *err) {
  algo_method_call_t call;
  algo_app_t none = {0, p->asset};
  cli->market.spec = p->spec;
  algo_code_t r = algo_rental_create(&call, &none, &p->treasury, &p->arbiter, p->asset, p->fee_bps, p->ready_s,
                                     p->beat_s, p->dispute_s, p->open, &cli->arena, err);
  return r == ALGO_OK ? cli_run_call(cli, &call, created, err) : r;
}

static algo_code_t bootstrap(cli_t *cli, const plan_t *p, algo_err_t *err) {
  algo_method_call_t call;
  const algo_call_result_t *result = NULL;
  uint64_t mbr = p->asset == 0 ? ALGO_MARKET_BASE_ALGO : ALGO_MARKET_BASE_ASA;
  algo_code_t r = algo_rental_bootstrap(&call, &cli->market.app, mbr, &cli->arena, err);
  return r == ALGO_OK ? cli_run_call(cli, &call, &result, err) : r;
}

static algo_code_t deploy(cli_t *cli, algo_err_t *err) {
  plan_t p;
  uint64_t app = 0;
  const algo_call_result_t *created = NULL;
  algo_code_t r = cli_connect(cli, err);
  if (r == ALGO_OK) r = cli_identify(cli, err);
  if (r == ALGO_OK) r = read_plan(cli, &p, err);
  if (r == ALGO_OK && cli_value(cli, "--again") == NULL) r = find_recorded(cli, &p, &app, err);
  if (r != ALGO_OK) return r;
  if (app != 0) {
    cli_note(cli, "already deployed: %s names it (--again deploys another)", p.record);
    return show(cli, &p, false);
  }
  r = say_cost(cli, &p, err);
  if (r == ALGO_OK) r = create(cli, &p, &created, err);
  if (r != ALGO_OK) return r;
  if (created == NULL) {
    cli_note(cli, "once it is sent: algorent bootstrap --app ID, with the id that `send` prints");
    return ALGO_OK;
  }
  r = algo_market_load(&cli->market, cli->algod, created->created_app, &cli->arena, err);
  if (r == ALGO_OK) r = write_record(&p, &cli->market, created, err); /* first: what exists must be known */
  if (r == ALGO_OK) r = bootstrap(cli, &p, err);
  if (r != ALGO_OK)
    return algo_err_prefix(err, r, "application %" PRIu64 " is created; algorent bootstrap finishes it",
                           created->created_app);
  cli_note(cli, "export ALGORENT_APP=%" PRIu64, created->created_app);
  r = show(cli, &p, true);
  return r == ALGO_OK ? cli_finish(cli, created) : r;
}

static const cli_option_t deploy_options[] = {
    {"--asset", "ID", "a market in this asset (ALGO)"},
    {"--treasury", "ADDRESS", "gets the fees (yourself)"},
    {"--arbiter", "ADDRESS", "resolves disputes (yourself)"},
    {"--fee", "SHARE", "of what owners earn: 1%, or 100 hundredths of a percent (1%); at most 20%"},
    {"--ready", "TIME", "an owner has to start a rental within this (10m)"},
    {"--beat", "TIME", "a heartbeat is due within this (5m); 0: none"},
    {"--dispute", "TIME", "the arbiter has this long (7d)"},
    {"--closed", NULL, "approved providers only"},
    {"--record", "FILE", "where it is written down (algorent-NETWORK.json here)"},
    {"--again", NULL, "deploy another, whatever the record says"},
    {NULL, NULL, NULL},
};
const cli_command_t cli_cmd_deploy = {
    "deploy",
    "",
    "create a market and pay its minimum balance; prints its application id",
    "Says what it costs before it spends. A market that the record names already is not deployed twice.",
    deploy_options,
    "  algorent deploy --key admin.key --treasury ADDRESS --arbiter ADDRESS --fee 1%\n"
    "  algorent deploy --key admin.key --asset 31566704 --closed",
    deploy};
