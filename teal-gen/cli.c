/* The program teal-gen: its command line. */
#include "cli.h"

#include <stdlib.h>

#include "algo/json.h"
#include "algo/text.h"

static const char help[] =
    "usage: teal-gen CONTRACT [--asset algo|asa] [--avm N] [-O0|-O1|-O2] [--out DIR] [--include DIR] [--json]\n"
    "       teal-gen SIGNATURE [--asset algo|asa] [--avm N] [--set NAME=VALUE]... [--out DIR] [--include DIR]\n"
    "       teal-gen optimize FILE [-O1|-O2] [--mode app|sig] [--size] [--rules LIST] [--check] [-o OUT] [--json]\n"
    "       teal-gen new NAME [--dir DIR]\n"
    "       teal-gen assemble FILE [--out FILE] [--json]\n"
    "       teal-gen disassemble FILE [--out FILE]\n"
    "       teal-gen check FILE... (see teal-gen check --help)\n"
    "       teal-gen --list [--json]\n"
    "\n"
    "Makes a contract's programs, ARC-56 description, C binding and SQL from its description.\n"
    "\n"
    "  --asset algo|asa  the market pays in ALGO or in one ASA; without it, with --out, both and what they share\n"
    "  --avm N           version of the programs, 10 to 12 (11)\n"
    "  -O0, -O1, -O2     not optimised; constants and dead code; everything (-O2)\n"
    "  --rules LIST      these of the optimiser's rules alone: jumps, fold, propagate, common, inline, stack,\n"
    "                    peephole, tails, place, outline, constants\n"
    "  --out DIR         where the files go; without it the approval program's TEAL goes to standard output,\n"
    "                    with --json the application description\n"
    "  --include DIR     where the binding's header algo/CONTRACT.h goes (DIR of --out)\n"
    "  --set NAME=VALUE  puts a value in: a number, an address, 0x and hex, or base64\n"
    "\n"
    "optimize takes a TEAL program from anywhere and writes one that does the same in fewer bytes and with no more\n"
    "budget; each instruction says which line it came from. Bytes and cost go to standard error.\n"
    "  --mode app|sig    run as an application, or as a signature (what its opcodes tell, else both)\n"
    "  --size            fewer bytes, even where a run costs a little more\n"
    "  --private-scratch no other program reads this one's scratch space by gload: it need not be left as it was\n"
    "  --check           first runs both programs on generated inputs; a difference is an error\n"
    "  --runs N          so many inputs (2000)\n"
    "  --seed N          other inputs (1)\n"
    "  -o OUT            the same as --out\n"
    "\n"
    "new makes a folder with a working contract of your own: description, test, Makefile, README, CI.\n"
    "  --dir DIR         the folder (NAME here); new or empty\n"
    "\n"
    "  --json            results and errors as JSON\n"
    "  --help, --version\n"
    "\n"
    "FILE may be - for standard input.\n"
    "\n"
    "examples:\n"
    "  teal-gen rental --asset asa                       the approval program as TEAL\n"
    "  teal-gen rental --out /tmp/rental                 all of its files, both variants\n"
    "  teal-gen topup --asset algo --set TMPL_APP=1002   a smart signature for that market\n"
    "  teal-gen new savings && make -C savings test\n"
    "  teal-gen assemble my.teal --out my.bin\n"
    "  teal-gen disassemble my.bin\n"
    "  teal-gen optimize my.teal --check -o my.opt.teal\n"
    "\n"
    "exit status: 0 done, 2 wrong usage, 65 bad input, 69 a program that optimize leaves alone, 74 a file cannot be "
    "read or written, 70 a fault\n";

bool tg_option_value(const char *name, int argc, char **argv, int *i, const char **out) {
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

static algo_code_t number_of(uint64_t *out, const char *name, const char *text, algo_err_t *err) {
  if (!text || !algo_u64_parse(out, text, strlen(text), NULL)) return ALGO_OK;
  return algo_err_set(err, ALGO_E_USAGE, "%s is a number, not %s", name, text);
}

/* The options of optimize. */
typedef struct optimize_options {
  const char *mode, *rules, *runs, *seed;
} optimize_options_t;

static algo_code_t take_optimize(tg_cli_t *cli, const optimize_options_t *o, algo_err_t *err) {
  if (o->mode && strcmp(o->mode, "app") != 0 && strcmp(o->mode, "sig") != 0)
    return algo_err_set(err, ALGO_E_USAGE, "--mode is app or sig, not %s", o->mode);
  if (o->mode) cli->mode = strcmp(o->mode, "app") == 0 ? TG_MODE_APP : TG_MODE_SIG;
  algo_code_t code = number_of(&cli->runs, "--runs", o->runs, err);
  if (!code && cli->runs == 0) code = algo_err_set(err, ALGO_E_USAGE, "--runs is at least 1");
  if (!code) code = number_of(&cli->seed, "--seed", o->seed, err);
  if (!code && o->rules && tg_rule_mask(&cli->rules, o->rules, err))
    code = algo_err_set(err, ALGO_E_USAGE, "--rules %s: a name that is no rule; teal-gen --help has them", o->rules);
  return code;
}

static algo_code_t parse(tg_cli_t *cli, int argc, char **argv, algo_err_t *err) {
  const char *avm = NULL, *set = NULL;
  optimize_options_t o = {NULL, NULL, NULL, NULL};
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--json") == 0) cli->json = true;
    else if (strcmp(argv[i], "--list") == 0) cli->list = true;
    else if (strcmp(argv[i], "--size") == 0) cli->size = true;
    else if (strcmp(argv[i], "--check") == 0) cli->check = true;
    else if (strcmp(argv[i], "--private-scratch") == 0) cli->private_scratch = true;
    else if (strncmp(argv[i], "-O", 2) == 0 && argv[i][2] >= '0' && argv[i][2] <= '2' && !argv[i][3])
      cli->optimise = argv[i][2] - '0';
    else if (tg_option_value("--asset", argc, argv, &i, &cli->asset) ||
             tg_option_value("--out", argc, argv, &i, &cli->out) ||
             tg_option_value("--include", argc, argv, &i, &cli->include) ||
             tg_option_value("--avm", argc, argv, &i, &avm) || tg_option_value("-o", argc, argv, &i, &cli->out) ||
             tg_option_value("--dir", argc, argv, &i, &cli->dir) ||
             tg_option_value("--mode", argc, argv, &i, &o.mode) ||
             tg_option_value("--rules", argc, argv, &i, &o.rules) ||
             tg_option_value("--runs", argc, argv, &i, &o.runs) || tg_option_value("--seed", argc, argv, &i, &o.seed))
      continue;
    else if (cli->n_set < TG_CLI_SETS && tg_option_value("--set", argc, argv, &i, &set)) cli->set[cli->n_set++] = set;
    else if (is_option(argv[i]))
      return algo_err_set(err, ALGO_E_USAGE, "%s: no such option, or its value is missing", argv[i]);
    else if (!cli->command) cli->command = argv[i];
    else if (!cli->input) cli->input = argv[i];
    else return algo_err_set(err, ALGO_E_USAGE, "%s: one argument too many", argv[i]);
  }
  if (cli->asset && strcmp(cli->asset, "algo") != 0 && strcmp(cli->asset, "asa") != 0)
    return algo_err_set(err, ALGO_E_USAGE, "--asset is algo or asa, not %s", cli->asset);
  algo_code_t code = take_optimize(cli, &o, err);
  if (code || !avm) return code;
  char *end;
  unsigned long v = strtoul(avm, &end, 10);
  if (*end || end == avm || v < 10 || v > 12) return algo_err_set(err, ALGO_E_USAGE, "--avm is 10 to 12, not %s", avm);
  cli->avm = (unsigned)v;
  return ALGO_OK;
}

static algo_code_t run(const tg_cli_t *cli, algo_err_t *err) {
  if (cli->list) return tg_command_list(cli, err);
  if (!cli->command) return algo_err_set(err, ALGO_E_USAGE, "say what to make: try teal-gen --help");
  if (strcmp(cli->command, "optimize") == 0) {
    if (!cli->input) return algo_err_set(err, ALGO_E_USAGE, "optimize needs a file");
    return tg_command_optimize(cli, err);
  }
  if (strcmp(cli->command, "new") == 0) {
    if (!cli->input) return algo_err_set(err, ALGO_E_USAGE, "new needs a name");
    return tg_command_new(cli, err);
  }
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

void tg_report(bool json, const algo_err_t *err) {
  if (!json) {
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
  if (argc > 1 && strcmp(argv[1], "check") == 0) return tg_command_check(argc - 2, argv + 2);
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
  tg_cli_t cli = {.all = catalogue, .avm = 11, .optimise = 2, .runs = 2000, .seed = 1};
  algo_err_t err;
  algo_err_init(&err);
  algo_code_t code = parse(&cli, argc, argv, &err);
  if (!code) code = run(&cli, &err);
  if (code) tg_report(cli.json, &err);
  return algo_code_exit_status(code);
}
