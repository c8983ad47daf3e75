/* cmd_deploy.c - a market of one's own: found or created, bootstrapped, written down. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "algo/hash.h"

#define RECORD_MAX ((size_t)1 << 20)

typedef struct plan {
  const char *contract; /* "rental", "escrow" */
  uint64_t asset, fee_bps, ready_s, beat_s, dispute_s, review_min_s, open;
  algo_addr_t treasury, arbiter;
  const algo_app_spec_t *spec;
  char *record; /* file */
  algo_params_t params;
  /* What is there, and what is to be done. */
  uint64_t app;      /* 0: none yet */
  const char *found; /* how it was found: "record", "account", "option" */
  bool create, bootstrap;
  uint64_t held, base, fees; /* microAlgos */
  algo_account_t account;
} plan_t;

static bool is_rental(const plan_t *p) { return strcmp(p->contract, "rental") == 0; }

static algo_code_t read_terms(cli_t *cli, plan_t *p, algo_err_t *err) {
  algo_code_t r = cli_opt_u64(cli, "--asset", &p->asset, err);
  if (r == ALGO_OK) r = cli_opt_bps(cli, "--fee", &p->fee_bps, err);
  if (r == ALGO_OK && p->fee_bps > 2000) r = algo_err_set(err, ALGO_E_RANGE, "--fee: at most 20%% (2000)");
  if (r == ALGO_OK) r = cli_opt_seconds(cli, "--ready", &p->ready_s, err);
  if (r == ALGO_OK) r = cli_opt_seconds(cli, "--beat", &p->beat_s, err);
  if (r == ALGO_OK) r = cli_opt_seconds(cli, "--dispute", &p->dispute_s, err);
  if (r == ALGO_OK) r = cli_opt_seconds(cli, "--review-min", &p->review_min_s, err);
  if (r == ALGO_OK) r = cli_opt_addr(cli, "--treasury", &p->treasury, err);
  if (r == ALGO_OK) r = cli_opt_addr(cli, "--arbiter", &p->arbiter, err);
  const uint64_t least = ALGO_TASKS_SECONDS_MIN, most = ALGO_TASKS_SECONDS_MAX;
  if (r == ALGO_OK && !is_rental(p) &&
      (p->dispute_s < least || p->dispute_s > most || p->review_min_s < least || p->review_min_s > most))
    r = algo_err_set(err, ALGO_E_RANGE, "--dispute and --review-min of a market of tasks: 60 seconds to 30 days");
  return r;
}

static algo_code_t read_plan(cli_t *cli, plan_t *p, algo_err_t *err) {
  *p = (plan_t){.contract = cli->n_args > 0 ? cli->args[0] : "rental",
                .fee_bps = 100,
                .ready_s = 600,
                .beat_s = 300,
                .dispute_s = 604800,
                .review_min_s = 3600};
  if (algo_deploy_spec(p->contract, 0) == NULL)
    return algo_err_set(err, ALGO_E_USAGE, "no contract '%s': rental or escrow", p->contract);
  const char *not_its[] = {"--review-min", NULL, NULL};
  if (!is_rental(p)) not_its[0] = "--ready", not_its[1] = "--beat";
  for (int i = 0; not_its[i] != NULL; i++)
    if (cli_value(cli, not_its[i]) != NULL)
      return algo_err_set(err, ALGO_E_USAGE, "the contract %s has no %s", p->contract, not_its[i]);
  p->treasury = p->arbiter = cli->sender;
  p->open = cli_value(cli, "--closed") == NULL;
  algo_code_t r = read_terms(cli, p, err);
  p->spec = algo_deploy_spec(p->contract, p->asset);
  if (r == ALGO_OK) r = algo_algod_params(cli->algod, &p->params, &cli->arena, err);
  if (r == ALGO_OK) r = algo_algod_account(cli->algod, &cli->sender, &p->account, &cli->arena, err);
  if (r != ALGO_OK) return r;
  const char *given = cli_value(cli, "--record");
  p->record = given != NULL ? algo_arena_strdup(&cli->arena, given)
                            : algo_arena_printf(&cli->arena, "algorent-%s%s.json", is_rental(p) ? "" : "escrow-",
                                                p->params.genesis_id);
  return p->record == NULL ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}

/* ---- what is there ---- */

static algo_code_t load(cli_t *cli, const plan_t *p, uint64_t app, algo_err_t *err) {
  return is_rental(p) ? algo_market_load(&cli->market, cli->algod, app, &cli->arena, err)
                      : cli_load_tasks(cli, app, err);
}

/* Whether application `app` is exactly what would be deployed; says on stderr why not. */
static algo_code_t is_mine(cli_t *cli, const plan_t *p, uint64_t app, const char *from, bool *yes, algo_err_t *err) {
  algo_application_t a;
  algo_deploy_check_t check;
  algo_err_t local;
  algo_err_init(&local);
  *yes = false;
  algo_code_t r = algo_algod_application(cli->algod, app, &a, &cli->arena, &local);
  if (r == ALGO_E_NOT_FOUND) {
    cli_note(cli, "application %" PRIu64 " of %s is gone", app, from);
    return ALGO_OK;
  }
  if (r != ALGO_OK) {
    *err = local;
    return r;
  }
  const algo_teal_value_t *asset = algo_teal_find(&a.globals, "asset");
  if (!algo_deploy_compare(&check, &a, p->spec))
    cli_note(cli, "application %" PRIu64 " of %s is not the %s contract of this algorent (algorent verify %" PRIu64 ")",
             app, from, p->contract, app);
  else if (asset == NULL || asset->uint != p->asset)
    cli_note(cli, "application %" PRIu64 " of %s is a market in another asset", app, from);
  else if (!algo_addr_eq(&a.creator, &cli->sender))
    cli_note(cli, "application %" PRIu64 " of %s is another account's", app, from);
  else *yes = true;
  return ALGO_OK;
}

/* The market that the record names, where it is of this network. */
static algo_code_t find_recorded(cli_t *cli, plan_t *p, algo_err_t *err) {
  json_object *o = NULL;
  algo_buf_t b = ALGO_BUF_INIT, hash = ALGO_BUF_INIT;
  algo_bytes_t contract = ALGO_BYTES_LIT("rental");
  uint64_t id = 0, asset = p->asset;
  bool mine = false;
  if (access(p->record, F_OK) != 0) return ALGO_OK;
  algo_code_t r = algo_file_read(&b, p->record, RECORD_MAX, err);
  if (r == ALGO_OK) r = algo_json_parse(&o, b.p, b.n, err);
  if (r == ALGO_OK) r = algo_json_get_u64(o, "app", &id, err);
  if (r == ALGO_OK) r = algo_json_opt_str(o, "contract", &contract, err);
  if (r == ALGO_OK) r = algo_json_opt_u64(o, "asset", &asset, err);
  if (r == ALGO_OK) r = algo_json_opt_base64(o, "genesis_hash", &hash, err);
  if (r != ALGO_OK) r = algo_err_prefix(err, r, "%s is there and is no record of a deployment", p->record);
  bool same_network = hash.n == 32 && memcmp(hash.p, p->params.genesis_hash.b, 32) == 0;
  if (r == ALGO_OK && same_network && !algo_bytes_eq(contract, algo_bytes_str(p->contract)))
    r = algo_err_set(err, ALGO_E_EXISTS, "%s is the record of another contract: give --record FILE", p->record);
  else if (r == ALGO_OK && same_network && asset != p->asset) /* it would be written over */
    r = algo_err_set(err, ALGO_E_EXISTS, "%s is the record of a market in another asset: give --record FILE",
                     p->record);
  if (r == ALGO_OK && same_network) r = is_mine(cli, p, id, p->record, &mine, err);
  if (r == ALGO_OK && mine) p->app = id, p->found = "record";
  json_object_put(o);
  algo_buf_fini(&hash);
  algo_buf_fini(&b);
  return r;
}

/* An application that this account made, without a record: a deployment that was cut off, or another machine's. */
static algo_code_t find_created(cli_t *cli, plan_t *p, algo_err_t *err) {
  const uint64_t *apps = NULL;
  size_t n = 0;
  algo_code_t r = algo_deploy_find(&apps, &n, cli->algod, &cli->sender, p->spec, p->asset, &cli->arena, err);
  if (r != ALGO_OK || n == 0) return r;
  if (n == 1) {
    p->app = apps[0], p->found = "account";
    return ALGO_OK;
  }
  algo_buf_t list = ALGO_BUF_INIT;
  for (size_t i = 0; i < n && i < 16; i++) algo_buf_printf(&list, "%s%" PRIu64, i > 0 ? ", " : "", apps[i]);
  r = algo_err_set(err, ALGO_E_EXISTS,
                   "this account has deployed it %zu times (%s): say which with --app ID, or --again for one more", n,
                   algo_buf_cstr(&list));
  algo_buf_fini(&list);
  return r;
}

static algo_code_t find_given(cli_t *cli, plan_t *p, algo_err_t *err) {
  bool mine = false;
  uint64_t id = 0;
  algo_code_t r = cli_app_id(cli, &id, err);
  if (r == ALGO_OK) r = is_mine(cli, p, id, "--app", &mine, err);
  if (r == ALGO_OK && !mine)
    r = algo_err_set(err, ALGO_E_INVALID, "application %" PRIu64 " is not what would be deployed", id);
  if (r == ALGO_OK) p->app = id, p->found = "option";
  return r;
}

static algo_code_t is_bootstrapped(cli_t *cli, const plan_t *p, bool *yes, algo_err_t *err) {
  algo_account_t a;
  algo_holding_t h;
  algo_code_t r = p->asset == 0 ? algo_algod_account(cli->algod, &cli->market.address, &a, &cli->arena, err)
                                : algo_algod_holding(cli->algod, &cli->market.address, p->asset, &h, err);
  if (r == ALGO_OK) *yes = p->asset == 0 ? a.amount >= ALGO_MARKET_BASE_ALGO : h.opted_in;
  return r;
}

/* What was asked for and is not so in a market that is there: configure changes it. */
static void compare_terms(cli_t *cli, const plan_t *p) {
  const algo_rental_globals_t *r = &cli->market.terms;
  const algo_escrow_globals_t *e = &cli->tasks.terms;
  const bool rental = is_rental(p);
  const struct {
    const char *option, *name;
    uint64_t asked, is;
  } terms[] = {
      {"--fee", "fee_bps", p->fee_bps, rental ? r->fee_bps : e->fee_bps},
      {"--ready", "ready_s", p->ready_s, r->ready_s},
      {"--beat", "beat_s", p->beat_s, r->beat_s},
      {"--dispute", "dispute_s", p->dispute_s, rental ? r->dispute_s : e->dispute_s},
      {"--review-min", "review_min_s", p->review_min_s, e->review_min_s},
      {"--closed", "open", p->open, rental ? r->open : e->open},
  };
  for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
    if (cli_value(cli, terms[i].option) != NULL && terms[i].asked != terms[i].is)
      cli_note(cli, "%s is %" PRIu64 " there, not %" PRIu64 ": algorent configure %s changes it", terms[i].name,
               terms[i].is, terms[i].asked, terms[i].option);
  const algo_addr_t *treasury = rental ? &r->treasury : &e->treasury, *arbiter = rental ? &r->arbiter : &e->arbiter;
  if (cli_value(cli, "--treasury") != NULL && !algo_addr_eq(treasury, &p->treasury))
    cli_note(cli, "the treasury is another there: algorent set-treasury changes it");
  if (cli_value(cli, "--arbiter") != NULL && !algo_addr_eq(arbiter, &p->arbiter))
    cli_note(cli, "the arbiter is another there: algorent set-arbiter changes it");
}

/* Whether the pool's transaction creates an application of this source: its note is our creation's. */
static bool is_our_creation(json_object *stxn, algo_bytes_t note) {
  json_object *txn = NULL;
  algo_buf_t own = ALGO_BUF_INIT;
  bool is = json_object_object_get_ex(stxn, "txn", &txn) && !json_object_object_get_ex(txn, "apid", NULL) &&
            algo_json_opt_base64(txn, "note", &own, NULL) == ALGO_OK && algo_bytes_eq(algo_buf_view(&own), note);
  algo_buf_fini(&own);
  return is;
}

/* A deployment that was cut off behind its sending may still be on its way: a second one would be paid for beside it.
 */
static algo_code_t none_on_its_way(cli_t *cli, const plan_t *p, algo_err_t *err) {
  char addr[ALGO_ADDR_TEXT + 1], path[160];
  algo_buf_t answer = ALGO_BUF_INIT, note = ALGO_BUF_INIT;
  json_object *o = NULL, *list = NULL;
  algo_addr_format(addr, &cli->sender);
  snprintf(path, sizeof path, "/v2/accounts/%s/transactions/pending", addr);
  algo_deploy_note(&note, p->spec, ALGORENT_VERSION);
  algo_code_t r = algo_algod_ask(cli->algod, "GET", path, NULL, algo_bytes(NULL, 0), &answer, err);
  if (r == ALGO_OK) r = algo_json_parse(&o, answer.p, answer.n, err);
  if (r == ALGO_OK && json_object_object_get_ex(o, "top-transactions", &list))
    for (size_t i = 0; r == ALGO_OK && i < json_object_array_length(list); i++)
      if (is_our_creation(json_object_array_get_idx(list, i), algo_buf_view(&note)))
        r = algo_err_set(err, ALGO_E_EXISTS,
                         "a deployment of %s by %s is on its way to a block: wait for it, then deploy again (--again: "
                         "another one)",
                         p->contract, addr);
  json_object_put(o);
  algo_buf_fini(&note);
  algo_buf_fini(&answer);
  return r;
}

static algo_code_t look(cli_t *cli, plan_t *p, algo_err_t *err) {
  algo_code_t r = ALGO_OK;
  bool ready = false;
  if (cli_value(cli, "--app") != NULL) r = find_given(cli, p, err);
  else if (cli_value(cli, "--again") == NULL) r = find_recorded(cli, p, err);
  if (r == ALGO_OK && p->app == 0 && cli_value(cli, "--again") == NULL) {
    r = none_on_its_way(cli, p, err); /* first: what is in a block by now is found behind it */
    if (r == ALGO_OK) r = find_created(cli, p, err);
  }
  if (r != ALGO_OK) return r;
  p->create = p->app == 0;
  if (!p->create) r = load(cli, p, p->app, err);
  if (r == ALGO_OK && !p->create) r = is_bootstrapped(cli, p, &ready, err);
  if (r != ALGO_OK) return r;
  p->bootstrap = !ready;
  p->held = p->create ? algo_deploy_held(p->spec) : 0;
  p->base = !p->bootstrap ? 0 : p->asset == 0 ? ALGO_MARKET_BASE_ALGO : ALGO_MARKET_BASE_ASA;
  p->fees = ((p->create ? 1u : 0u) + (p->bootstrap ? 2u : 0u) + (p->bootstrap && p->asset != 0 ? 1u : 0u)) *
            p->params.min_fee;
  return ALGO_OK;
}

/* ---- what it costs ---- */

static algo_code_t say_cost(cli_t *cli, const plan_t *p, algo_err_t *err) {
  const struct {
    const char *before, *after;
    uint64_t amount;
  } parts[] = {
      {"", " ALGO held in your account while the market exists, ", p->held},
      {"", " ALGO to the market (back when it is deleted), ", p->base},
      {"", " ALGO in fees", p->fees},
  };
  algo_buf_t b = ALGO_BUF_INIT;
  algo_code_t r = ALGO_OK;
  algo_buf_puts(&b, p->create ? "deploying on " : "finishing the deployment on ");
  algo_text_printable(&b, algo_bytes_str(p->params.genesis_id));
  algo_buf_puts(&b, ": ");
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (parts[i].amount == 0) continue;
    algo_amount_format(&b, parts[i].amount, 6);
    algo_buf_puts(&b, parts[i].after);
  }
  cli_note(cli, "%s", algo_buf_cstr(&b));
  uint64_t need = p->account.min_balance + p->held + p->base + p->fees;
  if (p->account.amount < need) {
    algo_buf_clear(&b);
    algo_amount_format(&b, p->account.amount, 6);
    algo_buf_puts(&b, " ALGO in the account, ");
    algo_amount_format(&b, need, 6);
    algo_buf_puts(&b, " needed");
    r = algo_err_set(err, ALGO_E_LEDGER, "too little to deploy with: %s", algo_buf_cstr(&b));
  }
  algo_buf_fini(&b);
  return r;
}

/* On a terminal a person says yes; a script has said it by running. */
static algo_code_t confirm(cli_t *cli, algo_err_t *err) {
  char answer[16] = "";
  if (cli_value(cli, "--yes") != NULL || cli_value(cli, "--unsigned") != NULL || !isatty(STDIN_FILENO) ||
      !isatty(STDERR_FILENO))
    return ALGO_OK;
  fputs("deploy? [y/N] ", stderr);
  if (fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y')) return ALGO_OK;
  return algo_err_set(err, ALGO_E_INTERRUPTED, "nothing is deployed (--yes does not ask)");
}

/* ---- doing it ---- */

static algo_code_t create_call(cli_t *cli, const plan_t *p, algo_method_call_t *call, algo_err_t *err) {
  algo_app_t none = {0, p->asset};
  return is_rental(p) ? algo_rental_create(call, &none, &p->treasury, &p->arbiter, p->asset, p->fee_bps, p->ready_s,
                                           p->beat_s, p->dispute_s, p->open, &cli->arena, err)
                      : algo_escrow_create(call, &none, &p->treasury, &p->arbiter, p->asset, p->fee_bps, p->dispute_s,
                                           p->review_min_s, p->open, &cli->arena, err);
}

static algo_code_t create(cli_t *cli, const plan_t *p, const algo_call_result_t **created, algo_err_t *err) {
  algo_method_call_t call;
  algo_buf_t note = ALGO_BUF_INIT;
  algo_deploy_note(&note, p->spec, ALGORENT_VERSION);
  cli->note = algo_arena_dup(&cli->arena, algo_buf_view(&note));
  algo_buf_fini(&note);
  cli->market.spec = p->spec;
  algo_code_t r = create_call(cli, p, &call, err);
  return r == ALGO_OK ? cli_run_call(cli, &call, created, err) : r;
}

static algo_code_t bootstrap(cli_t *cli, const plan_t *p, const algo_call_result_t **result, algo_err_t *err) {
  algo_method_call_t call;
  algo_code_t r = algo_rental_bootstrap(&call, &cli->market.app, p->base, &cli->arena, err);
  return r == ALGO_OK ? cli_run_call(cli, &call, result, err) : r;
}

static algo_code_t write_record(const plan_t *p, const algo_market_t *m, const algo_call_result_t *created,
                                algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&b);
  char addr[ALGO_ADDR_TEXT + 1], creator[ALGO_ADDR_TEXT + 1];
  uint8_t hash[32];
  algo_addr_format(addr, &m->address);
  algo_addr_format(creator, &m->creator);
  algo_sha256(hash, p->spec->approval.p, p->spec->approval.n);
  algo_json_open(&j, '{');
  algo_json_key(&j, "contract"), algo_json_str(&j, p->spec->name);
  algo_json_key(&j, "variant"), algo_json_str(&j, p->spec->variant);
  algo_json_key(&j, "version"), algo_json_str(&j, ALGORENT_VERSION);
  algo_json_key(&j, "approval_sha256"), algo_json_hex(&j, algo_bytes(hash, sizeof hash));
  algo_json_key(&j, "app"), algo_json_uint(&j, m->app.id);
  algo_json_key(&j, "address"), algo_json_str(&j, addr);
  algo_json_key(&j, "asset"), algo_json_uint(&j, p->asset);
  algo_json_key(&j, "creator"), algo_json_str(&j, creator);
  algo_json_key(&j, "genesis_id"), algo_json_str(&j, p->params.genesis_id);
  algo_json_key(&j, "genesis_hash"), algo_json_base64(&j, algo_bytes(p->params.genesis_hash.b, 32));
  if (created != NULL) {
    algo_json_key(&j, "txid"), algo_json_str(&j, created->txid);
    algo_json_key(&j, "round"), algo_json_uint(&j, created->round);
  }
  algo_json_close(&j, '}');
  algo_buf_putc(&b, '\n');
  algo_code_t r =
      b.oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : algo_file_write(p->record, algo_buf_view(&b), err);
  algo_buf_fini(&b);
  return r == ALGO_OK
             ? r
             : algo_err_prefix(err, r, "the market is deployed as %" PRIu64 ", its record is not written", m->app.id);
}

static void show(cli_t *cli, const plan_t *p, const char *action) {
  uint8_t hash[32];
  algo_sha256(hash, p->spec->approval.p, p->spec->approval.n);
  if (p->app != 0) cli_out_u64(cli, "app", p->app);
  if (p->app != 0) cli_out_addr(cli, "address", &cli->market.address);
  cli_out_str(cli, "contract", p->spec->name);
  cli_out_str(cli, "variant", p->spec->variant);
  cli_out_u64(cli, "asset", p->asset);
  cli_out_bytes(cli, "network", algo_bytes_str(p->params.genesis_id));
  cli_out_str(cli, "action", action);
  cli_out_bool(cli, "created", p->create && p->app != 0);
  if (p->found != NULL) cli_out_str(cli, "found", p->found);
  cli_out_hex(cli, "approval_sha256", hash, sizeof hash);
  cli_out_u64(cli, "approval_bytes", p->spec->approval.n);
  cli_out_u64(cli, "extra_pages", p->spec->extra_pages);
  cli_out_algo(cli, "held", p->held);
  cli_out_algo(cli, "base", p->base);
  cli_out_algo(cli, "fees", p->fees);
  cli_out_algo(cli, "balance", p->account.amount);
  cli_out_algo(cli, "balance_needed", p->account.min_balance + p->held + p->base + p->fees);
  cli_out_bytes(cli, "record", algo_bytes_str(p->record));
}

static const char *action_of(const plan_t *p) { return p->create ? "create" : p->bootstrap ? "bootstrap" : "none"; }

/* Tries the creation on the node, which sends nothing. */
static algo_code_t try_create(cli_t *cli, const plan_t *p, algo_err_t *err) {
  algo_method_call_t call;
  algo_composer_t *c = NULL;
  algo_code_t r = create_call(cli, p, &call, err);
  if (r == ALGO_OK) r = algo_composer_new(&c, cli->algod, NULL, err);
  if (r == ALGO_OK) r = algo_composer_call(c, &call, &cli->sender, cli->signer, p->spec, NULL, err);
  if (r == ALGO_OK) r = algo_composer_simulate(c, err);
  algo_composer_free(c);
  return r;
}

static algo_code_t dry_run(cli_t *cli, const plan_t *p, algo_err_t *err) {
  algo_code_t r = p->create || p->bootstrap ? say_cost(cli, p, err) : ALGO_OK;
  if (r == ALGO_OK && p->create) r = try_create(cli, p, err);
  if (r != ALGO_OK) return r;
  cli_note(cli, "nothing is sent: this was a dry run");
  cli_out_bool(cli, "dry_run", true);
  show(cli, p, action_of(p));
  return ALGO_OK;
}

/* Creates, writes down what exists, and proves that it is what was meant. */
static algo_code_t make(cli_t *cli, plan_t *p, const algo_call_result_t **created, algo_err_t *err) {
  algo_application_t a;
  algo_deploy_check_t check;
  algo_code_t r = create(cli, p, created, err);
  if (r != ALGO_OK || *created == NULL) return r;
  p->app = (*created)->created_app;
  r = load(cli, p, p->app, err);
  if (r == ALGO_OK) r = write_record(p, &cli->market, *created, err);
  if (r == ALGO_OK) r = algo_algod_application(cli->algod, p->app, &a, &cli->arena, err);
  if (r == ALGO_OK && !algo_deploy_compare(&check, &a, p->spec))
    r = algo_err_set(err, ALGO_E_CHECKSUM, "the node made another application than it was told to");
  if (r != ALGO_OK)
    r = algo_err_prefix(err, r, "application %" PRIu64 " is created; algorent deploy finishes it", p->app);
  return r;
}

static algo_code_t carry_out(cli_t *cli, plan_t *p, algo_err_t *err) {
  const char *action = action_of(p);
  const algo_call_result_t *created = NULL, *booted = NULL;
  algo_code_t r = say_cost(cli, p, err);
  if (r == ALGO_OK) r = confirm(cli, err);
  if (r == ALGO_OK && p->create) r = make(cli, p, &created, err);
  if (r == ALGO_OK && p->create && created == NULL) {
    cli_note(cli, "once it is sent: algorent deploy again, which finds it and pays its minimum balance");
    return ALGO_OK;
  }
  if (r == ALGO_OK) r = bootstrap(cli, p, &booted, err);
  if (r != ALGO_OK && p->app != 0)
    return algo_err_prefix(err, r, "application %" PRIu64 " is there and has no minimum balance yet", p->app);
  if (r != ALGO_OK) return r;
  if (!p->create && strcmp(p->found, "record") != 0) r = write_record(p, &cli->market, NULL, err);
  cli_note(cli, "export %s=%" PRIu64, is_rental(p) ? "ALGORENT_APP" : "ALGORENT_ESCROW", p->app);
  show(cli, p, action);
  return r == ALGO_OK ? cli_finish(cli, created != NULL ? created : booted) : r;
}

static algo_code_t no_deployment(cli_t *cli) {
  cli_note(cli, "a topup is a smart signature: nothing is deployed. `algorent topup sign` makes one for a rental");
  cli_out_str(cli, "contract", "topup");
  cli_out_str(cli, "action", "none");
  return ALGO_OK;
}

static algo_code_t deploy(cli_t *cli, algo_err_t *err) {
  plan_t p;
  if (cli->n_args > 0 && strcmp(cli->args[0], "topup") == 0) return no_deployment(cli);
  algo_code_t r = cli_connect(cli, err);
  if (r == ALGO_OK) r = cli_identify(cli, err);
  if (r == ALGO_OK) r = read_plan(cli, &p, err);
  if (r == ALGO_OK) r = look(cli, &p, err);
  if (r != ALGO_OK) return r;
  if (!p.create) compare_terms(cli, &p);
  if (cli_value(cli, "--dry-run") != NULL || cli_value(cli, "--simulate") != NULL) return dry_run(cli, &p, err);
  if (p.create || p.bootstrap) return carry_out(cli, &p, err);
  if (strcmp(p.found, "record") == 0)
    cli_note(cli, "already deployed: %s names it (--again deploys another)", p.record);
  else cli_note(cli, "already deployed as %" PRIu64 " by this account (--again deploys another)", p.app);
  if (strcmp(p.found, "record") != 0) r = write_record(&p, &cli->market, NULL, err);
  show(cli, &p, "none");
  return r;
}

static const cli_option_t deploy_options[] = {
    {"--asset", "ID", "a market in this asset (ALGO)"},
    {"--treasury", "ADDRESS", "gets the fees (yourself)"},
    {"--arbiter", "ADDRESS", "resolves disputes (yourself)"},
    {"--fee", "SHARE", "of what owners or workers earn: 1%, or 100 hundredths of a percent (1%); at most 20%"},
    {"--ready", "TIME", "rental: an owner has to start a rental within this (10m)"},
    {"--beat", "TIME", "rental: a heartbeat is due within this (5m); 0: none"},
    {"--dispute", "TIME", "the arbiter has this long (7d)"},
    {"--review-min", "TIME", "escrow: the shortest review that a task may have (1h)"},
    {"--closed", NULL, "approved providers only"},
    {"--record", "FILE", "where it is written down (algorent-NETWORK.json, algorent-escrow-NETWORK.json here)"},
    {"--dry-run", NULL, "send nothing: say what is there, what would be done and what it costs"},
    {"--yes", NULL, "do not ask on a terminal"},
    {"--again", NULL, "deploy another, whatever is there already"},
    {NULL, NULL, NULL},
};
const cli_command_t cli_cmd_deploy = {
    "deploy",
    "[CONTRACT]",
    "create a market (rental, or escrow) and pay its minimum balance, once",
    "Says what it costs before it spends, and asks on a terminal. What is there already is found and not deployed "
    "twice: by the\n"
    "record, by --app, or among the account's applications; its programs, schema and asset have to be exactly these. "
    "A\n"
    "deployment that was cut off is finished. The creation's note (ARC-2) names contract, version and hashes.",
    deploy_options,
    "  algorent deploy --key admin.key --treasury ADDRESS --arbiter ADDRESS --fee 1%\n"
    "  algorent deploy rental --key admin.key --asset 31566704 --closed --dry-run --json\n"
    "  algorent deploy escrow --key admin.key --review-min 2h",
    deploy};
