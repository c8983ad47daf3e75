/* The program teal-gen: its command line. */
#include "cli.h"

#include <stdlib.h>

#include "algo/json.h"

static const char help[] =
    "usage: teal-gen CONTRACT [--asset algo|asa] [--avm N] [-O0|-O1|-O2] [--out DIR] [--include DIR] [--json]\n"
    "       teal-gen SIGNATURE [--asset algo|asa] [--avm N] [--set NAME=VALUE]... [--out DIR] [--include DIR]\n"
    "       teal-gen assemble FILE [--out FILE] [--json]\n"
    "       teal-gen disassemble FILE [--out FILE]\n"
    "       teal-gen --list [--json]\n"
    "\n"
    "Makes a contract's programs, ARC-56 description, C binding and SQL from its description.\n"
    "\n"
    "  --asset algo|asa  the market pays in ALGO or in one ASA; without it, with --out, both and what they share\n"
    "  --avm N           version of the programs, 10 to 12 (11)\n"
    "  -O0, -O1, -O2     not optimised; constants and dead code; everything (-O2)\n"
    "  --out DIR         where the files go; without it the approval program's TEAL goes to standard output,\n"
    "                    with --json the application description\n"
    "  --include DIR     where the binding's header algo/CONTRACT.h goes (DIR of --out)\n"
    "  --set NAME=VALUE  puts a value in: a number, an address, 0x and hex, or base64\n"
    "  --json            results and errors as JSON\n"
    "  --help, --version\n"
    "\n"
    "FILE may be - for standard input.\n"
    "\n"
    "examples:\n"
    "  teal-gen rental --asset asa                       the approval program as TEAL\n"
    "  teal-gen rental --out /tmp/rental                 all of its files, both variants\n"
    "  teal-gen topup --asset algo --set TMPL_APP=1002   a smart signature for that market\n"
    "  teal-gen assemble my.teal --out my.bin\n"
    "  teal-gen disassemble my.bin\n"
    "\n"
    "exit status: 0 done, 2 wrong usage, 65 bad input, 74 a file cannot be read or written, 70 a fault\n";

static bool value_of(const char *name, int argc, char **argv, int *i, const char **out) {
  size_t n = strlen(name);
  if (strncmp(argv[*i], name, n) == 0 && argv[*i][n] == '=') {
    *out = argv[*i] + n + 1;
    return true;
  }
  if (strcmp(argv[*i], name) != 0 || *i + 1 >= argc) return false;
  *out = argv[++*i];
  return true;
}

static bool is_option(const char *arg) { return arg[0] == '-' && arg[1] != '\0'; }

static algo_code_t parse(tg_cli_t *cli, int argc, char **argv, algo_err_t *err) {
  const char *avm = NULL, *set = NULL;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--json") == 0) cli->json = true;
    else if (strcmp(argv[i], "--list") == 0) cli->list = true;
    else if (strncmp(argv[i], "-O", 2) == 0 && argv[i][2] >= '0' && argv[i][2] <= '2' && !argv[i][3])
      cli->optimise = argv[i][2] - '0';
    else if (value_of("--asset", argc, argv, &i, &cli->asset) || value_of("--out", argc, argv, &i, &cli->out) ||
             value_of("--include", argc, argv, &i, &cli->include) || value_of("--avm", argc, argv, &i, &avm))
      continue;
    else if (cli->n_set < TG_CLI_SETS && value_of("--set", argc, argv, &i, &set)) cli->set[cli->n_set++] = set;
    else if (is_option(argv[i]))
      return algo_err_set(err, ALGO_E_USAGE, "%s: no such option, or its value is missing", argv[i]);
    else if (!cli->command) cli->command = argv[i];
    else if (!cli->input) cli->input = argv[i];
    else return algo_err_set(err, ALGO_E_USAGE, "%s: one argument too many", argv[i]);
  }
  if (cli->asset && strcmp(cli->asset, "algo") != 0 && strcmp(cli->asset, "asa") != 0)
    return algo_err_set(err, ALGO_E_USAGE, "--asset is algo or asa, not %s", cli->asset);
  if (!avm) return ALGO_OK;
  char *end;
  unsigned long v = strtoul(avm, &end, 10);
  if (*end || end == avm || v < 10 || v > 12) return algo_err_set(err, ALGO_E_USAGE, "--avm is 10 to 12, not %s", avm);
  cli->avm = (unsigned)v;
  return ALGO_OK;
}

static algo_code_t run(const tg_cli_t *cli, algo_err_t *err) {
  if (cli->list) return tg_command_list(cli, err);
  if (!cli->command) return algo_err_set(err, ALGO_E_USAGE, "say what to make: try teal-gen --help");
  bool assemble = strcmp(cli->command, "assemble") == 0;
  if (assemble || strcmp(cli->command, "disassemble") == 0) {
    if (!cli->input) return algo_err_set(err, ALGO_E_USAGE, "%s needs a file", cli->command);
    return assemble ? tg_command_assemble(cli, err) : tg_command_disassemble(cli, err);
  }
  if (cli->input) return algo_err_set(err, ALGO_E_USAGE, "%s: one argument too many", cli->input);
  const tg_catalogue_t *all = cli->all;
  for (size_t i = 0; i < all->n_contracts; i++)
    if (strcmp(all->contracts[i]->name, cli->command) == 0) return tg_command_generate(cli, all->contracts[i], err);
  for (size_t i = 0; i < all->n_signatures; i++)
    if (strcmp(all->signatures[i]->name, cli->command) == 0) return tg_command_signature(cli, all->signatures[i], err);
  return algo_err_set(err, ALGO_E_USAGE, "%s: no such contract or command; teal-gen --list names them", cli->command);
}

static void report(const tg_cli_t *cli, const algo_err_t *err) {
  if (!cli->json) {
    fprintf(stderr, "teal-gen: %s\n", err->msg);
    return;
  }
  algo_buf_t text = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&text);
  algo_json_open(&j, '{');
  algo_json_key(&j, "error");
  algo_json_str(&j, algo_code_name(err->code));
  algo_json_key(&j, "message");
  algo_json_str(&j, err->msg);
  algo_json_close(&j, '}');
  fprintf(stderr, "%s\n", algo_buf_cstr(&text));
  algo_buf_fini(&text);
}

int tg_main(int argc, char **argv, const tg_catalogue_t *catalogue) {
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
      fputs(help, stdout);
      return 0;
    }
    if (strcmp(argv[i], "--version") == 0) {
      puts("teal-gen " ALGORENT_VERSION);
      return 0;
    }
  }
  tg_cli_t cli = {.all = catalogue, .avm = 11, .optimise = 2};
  algo_err_t err;
  algo_err_init(&err);
  algo_code_t code = parse(&cli, argc, argv, &err);
  if (!code) code = run(&cli, &err);
  if (code) report(&cli, &err);
  return algo_code_exit_status(code);
}
