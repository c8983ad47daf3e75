/* options.c - the command line of algorent-indexer. */
#include <stdio.h>
#include <stdlib.h>

#include "algo/escrow.h"
#include "algo/rental.h"
#include "algo/text.h"
#include "cli.h"

const char cli_usage[] =
    "algorent-indexer - follows an algod into PostgreSQL\n"
    "\n"
    "usage: algorent-indexer [run] [OPTION]...\n"
    "       algorent-indexer migrate          creates the schema, or brings it to this version\n"
    "       algorent-indexer backfill [--range N] [--until ROUND] [OPTION]...   one of several workers, see below\n"
    "       algorent-indexer retain --keep ROUNDS | --before ROUND [--detach]   lets old partitions go\n"
    "       algorent-indexer verify [--round R] [--market ID] [--escrow ID]...   compares the database with the node\n"
    "\n"
    "  --market ID           read the events of rental market ID into the schema rental (may be given again)\n"
    "  --escrow ID           the same for a market of tasks, into the schema escrow\n"
    "  --contract NAME:ID    the same for an application of contract NAME: rental, escrow\n"
    "  --arc56 FILE@APP,...  read the ARC-28 events of these applications by their ARC-56 description, each event into "
    "a table\n"
    "                        of its own in the schema named after the contract. In place of an id: creator:ADDRESS,\n"
    "                        whatever this account makes, or code, whatever runs the file's program; without @: the "
    "file's\n"
    "                        networks. SCHEMA=FILE@... names the schema. May be given again\n"
    "  --replay-from ROUND   an ARC-56 description that joins later gets the events from this round on (0); and leave "
    "to "
    "take\n"
    "                        what is left where older rounds are gone\n"
    "  --scope all           keep every transaction (the default)\n"
    "  --scope market        keep what touches the given markets and contracts alone\n"
    "  --scope KIND:VALUE    keep what this holds for, and the given markets; may be given again. app:ID,... "
    "asset:ID,...\n"
    "                        address:A type:axfer note:TEXT note:0xHEX method:SIGNATURE event:SIGNATURE "
    "on-completion:delete\n"
    "                        sender:A receiver:A close-to:A rekey-to:A min-amount:N max-amount:N sig-type:msig, and "
    "several of\n"
    "                        one transaction with & between, as in asset:5&min-amount:1000\n"
    "  --state               keep accounts, holdings, assets, applications, local states and boxes too (schema state), "
    "from\n"
    "                        the state deltas of a follower node (EnableFollowMode), which is told how far to go, or a "
    "sandbox\n"
    "  --from ROUND          first round of a new database (0)\n"
    "  --until ROUND         end behind this round\n"
    "  --until-tip           end where the node has no further block\n"
    "  --range ROUNDS        backfill: plan in ranges of so many rounds, where none is under way (10000)\n"
    "  --keep ROUNDS, --before ROUND   retain: the newest rounds to keep, or the first to keep\n"
    "  --detach              retain: take them out of the tables, but do not drop them\n"
    "  --blocks DIR          read recorded blocks (NNNNNN.msgp) in place of a node\n"
    "  --partition-rounds N  rounds in a partition of a new database (1000000)\n"
    "  --listen HOST:PORT    serve /metrics, /health and /ready\n"
    "  --writers N, --decoders N   connections and threads (3, 1)\n"
    "  --json                log one JSON object a line\n"
    "  --quiet               log warnings and errors alone\n"
    "  --version, --help\n"
    "\n"
    "backfill: start it as often as there are machines or cores to spare, with the same database and options; each "
    "takes ranges\n"
    "of rounds that no other has, from its own node if need be, and ends when all are there. A killed one's range is "
    "taken\n"
    "by another. `run` joins in, and follows behind them.\n"
    "\n"
    "examples: algorent-indexer --market 1234      algorent-indexer --scope app:1234 --arc56 app.arc56.json@1234\n"
    "environment: DATABASE_URL (as libpq takes it), ALGOD_URL (http://127.0.0.1:4001), ALGOD_TOKEN\n"
    "The tables are described by their comments: psql, \\d+ chain.txn; SQL by example: docs/sql.md\n";

#define BACKFILL_RANGE 10000u

typedef struct contract_name {
  const char *name;
  const algo_contract_tables_t *tables;
} contract_name_t;

static const contract_name_t contract_names[] = {{"rental", &algo_rental_tables}, {"escrow", &algo_escrow_tables}};
const algo_contract_tables_t *const cli_contracts[] = {&algo_rental_tables, &algo_escrow_tables};
const size_t cli_n_contracts = sizeof cli_contracts / sizeof *cli_contracts;

static algo_code_t usage(algo_err_t *err, const char *what, const char *value) {
  return algo_err_set(err, ALGO_E_USAGE, "%s%s%s (algorent-indexer --help)", what, value ? ": " : "",
                      value ? value : "");
}

static algo_code_t number(uint64_t *out, const char *option, const char *s, algo_err_t *err) {
  return algo_u64_parse(out, s, strlen(s), NULL) == ALGO_OK
             ? ALGO_OK
             : algo_err_set(err, ALGO_E_USAGE, "%s needs a number, not \"%s\"", option, s);
}

static algo_code_t add_contract(cli_options_t *o, const char *name, size_t n, const char *id, algo_err_t *err) {
  if (o->ix.n_contracts == CLI_CONTRACTS_MAX) return usage(err, "too many contracts", NULL);
  algo_follower_contract_t *c = &o->contracts[o->ix.n_contracts];
  c->tables = NULL;
  for (size_t i = 0; i < sizeof contract_names / sizeof *contract_names; i++)
    if (strlen(contract_names[i].name) == n && memcmp(contract_names[i].name, name, n) == 0)
      c->tables = contract_names[i].tables;
  if (!c->tables) return usage(err, "no contract of this name is known", name);
  algo_code_t rc = number(&c->app, "the application", id, err);
  if (rc != ALGO_OK) return rc;
  if (c->app == 0 || c->app > INT64_MAX) return usage(err, "no application id", id);
  for (size_t i = 0; i < o->ix.n_contracts; i++)
    if (o->contracts[i].app == c->app)
      return c->tables == o->contracts[i].tables ? ALGO_OK : usage(err, "one application, two contracts", id);
  o->ix.n_contracts++;
  return ALGO_OK;
}

static algo_code_t add_scope(cli_options_t *o, const char *s, algo_err_t *err) {
  if (o->ix.n_scope == CLI_SCOPE_MAX) return usage(err, "too many of --scope", NULL);
  o->scope[o->ix.n_scope++] = s;
  return ALGO_OK;
}

static algo_code_t count(unsigned *out, const char *option, const char *s, algo_err_t *err) {
  uint64_t v;
  algo_code_t rc = number(&v, option, s, err);
  if (rc == ALGO_OK && (v == 0 || v > 64)) rc = usage(err, "a number from 1 to 64 is needed", option);
  if (rc == ALGO_OK) *out = (unsigned)v;
  return rc;
}

static algo_code_t rounds(uint64_t *out, const char *option, const char *s, algo_err_t *err) {
  algo_code_t rc = number(out, option, s, err);
  return rc == ALGO_OK && (*out == 0 || *out > INT64_MAX) ? usage(err, "a number of rounds from 1 is needed", option)
                                                          : rc;
}

static bool set_flag(cli_options_t *o, const char *a) {
  if (strcmp(a, "--detach") == 0) return o->retention.detach = true;
  if (strcmp(a, "--until-tip") == 0) return o->ix.until_tip = true;
  if (strcmp(a, "--state") == 0) return o->ix.state = true;
  if (strcmp(a, "--json") == 0) return o->json = true;
  if (strcmp(a, "--quiet") == 0) return o->quiet = true;
  if (strcmp(a, "--help") == 0 || strcmp(a, "-h") == 0) return o->help = true;
  if (strcmp(a, "--version") == 0) return o->version = true;
  return false;
}

static algo_code_t set_value(cli_options_t *o, const char *a, const char *v, algo_err_t *err) {
  if (strcmp(a, "--market") == 0) return add_contract(o, "rental", 6, v, err);
  if (strcmp(a, "--escrow") == 0) return add_contract(o, "escrow", 6, v, err);
  if (strcmp(a, "--contract") == 0) {
    const char *colon = strchr(v, ':');
    return colon ? add_contract(o, v, (size_t)(colon - v), colon + 1, err) : usage(err, "--contract needs NAME:ID", v);
  }
  if (strcmp(a, "--scope") == 0) return add_scope(o, v, err);
  if (strcmp(a, "--arc56") == 0) return cli_add_arc56(o, v, err);
  if (strcmp(a, "--replay-from") == 0) return number(&o->ix.replay_from, a, v, err);
  if (strcmp(a, "--round") == 0) return number(&o->round, a, v, err);
  if (strcmp(a, "--from") == 0) return number(&o->ix.from, a, v, err);
  if (strcmp(a, "--keep") == 0) return number(&o->retention.keep, a, v, err);
  if (strcmp(a, "--before") == 0) return number(&o->retention.before, a, v, err);
  if (strcmp(a, "--range") == 0) return rounds(&o->ix.backfill, a, v, err);
  if (strcmp(a, "--partition-rounds") == 0) return rounds(&o->ix.partition_rounds, a, v, err);
  if (strcmp(a, "--until") == 0) return number(&o->ix.until, a, v, err);
  if (strcmp(a, "--writers") == 0) return count(&o->ix.writers, a, v, err);
  if (strcmp(a, "--decoders") == 0) return count(&o->ix.decoders, a, v, err);
  if (strcmp(a, "--blocks") == 0) o->ix.blocks_dir = v;
  if (strcmp(a, "--listen") == 0) o->listen = v;
  return ALGO_OK;
}

static bool takes_value(const char *a) {
  static const char *const names[] = {"--round",  "--market",     "--escrow",  "--contract", "--scope",
                                      "--from",   "--until",      "--writers", "--decoders", "--blocks",
                                      "--listen", "--range",      "--keep",    "--before",   "--partition-rounds",
                                      "--arc56",  "--replay-from"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(a, names[i]) == 0) return true;
  return false;
}

static algo_code_t from_environment(cli_options_t *o, algo_err_t *err) {
  o->ix.database_url = getenv("DATABASE_URL");
  if (!o->ix.database_url || !*o->ix.database_url)
    return usage(err, "DATABASE_URL is not set: it says where the database is, as in postgresql:///algorent", NULL);
  const char *token = getenv("ALGOD_TOKEN");
  o->ix.algod_token = token && *token ? token : NULL;
  if (o->ix.blocks_dir || strcmp(o->command, "migrate") == 0 || strcmp(o->command, "retain") == 0) return ALGO_OK;
  o->ix.algod_url = getenv("ALGOD_URL");
  if (!o->ix.algod_url || !*o->ix.algod_url)
    return usage(err, "ALGOD_URL is not set: it says where the node is, as in http://127.0.0.1:4001", NULL);
  if (strlen(o->ix.algod_url) > 1500 || (token && (strlen(token) > 1000 || strpbrk(token, "\r\n"))))
    return usage(err, "ALGOD_URL or ALGOD_TOKEN is none", NULL);
  return ALGO_OK;
}

algo_code_t cli_parse(cli_options_t *o, int argc, char **argv, algo_err_t *err) {
  *o = (cli_options_t){.command = "run", .round = UINT64_MAX, .ix = {.until = UINT64_MAX}};
  algo_code_t rc = ALGO_OK;
  int i = 1;
  if (argc > 1 && argv[1][0] != '-') o->command = argv[i++];
  static const char *const commands[] = {"run", "backfill", "migrate", "retain", "verify"};
  bool known = false;
  for (size_t k = 0; k < sizeof commands / sizeof *commands; k++) known |= strcmp(o->command, commands[k]) == 0;
  if (!known) return usage(err, "no such command", o->command);
  o->ix.backfill_only = strcmp(o->command, "backfill") == 0;
  if (o->ix.backfill_only) o->ix.backfill = BACKFILL_RANGE;
  for (; rc == ALGO_OK && i < argc; i++) {
    if (set_flag(o, argv[i])) continue;
    if (!takes_value(argv[i])) return usage(err, "no such option", argv[i]);
    if (i + 1 == argc) return usage(err, "a value is missing behind", argv[i]);
    rc = set_value(o, argv[i], argv[i + 1], err);
    i++;
  }
  if (rc != ALGO_OK || o->help || o->version) return rc;
  if (strcmp(o->command, "retain") == 0 && !o->retention.keep == !o->retention.before)
    return usage(err, "retain needs one of --keep ROUNDS and --before ROUND", NULL);
  o->ix.contracts = o->contracts;
  o->ix.scope = o->scope;
  o->ix.arc56 = o->arc56;
  return from_environment(o, err);
}
