/* teal-gen check: its command line. */
#include <stdlib.h>

#include "algo/check.h"
#include "cli.h"

static const char help[] =
    "usage: teal-gen check [--mode app|clear|sig] [--rule RULE]... [--exclude RULE]... [--level error|warning|note]\n"
    "                      [--json | --sarif] [--allowed] [--out FILE] FILE...\n"
    "       teal-gen check --list [--json]\n"
    "       teal-gen check --explain RULE|all\n"
    "\n"
    "Looks for what is dangerous in programs, without running them. FILE is TEAL, bytecode, or bytecode in "
    "hexadecimal;\n"
    "- is standard input. Names that begin with TMPL_ stand for values of their own.\n"
    "\n"
    "  --mode MODE       app an approval program, clear a clear-state program, sig a logic signature; without it told\n"
    "                    from the file's name (.clear., .approval.), a comment `// teal-gen:mode MODE`, or the "
    "program\n"
    "  --rule RULE       only this rule; repeatable, or several with commas\n"
    "  --exclude RULE    all but this one; the same\n"
    "  --level LEVEL     the least level that is looked for (warning); note shows all\n"
    "  --json, --sarif   the findings as JSON, or as SARIF 2.1.0\n"
    "  --allowed         shows findings too that a comment allows\n"
    "  --out FILE        where the findings go, instead of standard output\n"
    "  --list            the rules\n"
    "  --explain RULE    what a rule is about; all: every rule, as docs/check.md has them\n"
    "\n"
    "A comment allows a finding, with a reason: `// teal-gen:allow RULE reason` on its line or on a line before it,\n"
    "`// teal-gen:allow-file RULE reason` anywhere.\n"
    "\n"
    "examples:\n"
    "  teal-gen check contract.approval.teal contract.clear.teal\n"
    "  teal-gen check --mode sig --level note escrow.teal\n"
    "  teal-gen check --sarif --out findings.sarif build/*.teal\n"
    "  teal-gen check --explain rekey-to\n"
    "\n"
    "exit status: 0 nothing found, 1 findings, 2 wrong usage, 65 not a program, 74 a file cannot be read or written\n";

typedef struct check_cli {
  algo_check_options_t options;
  uint64_t excluded;
  const char *out, *explain;
  bool json, sarif, allowed, list;
  const char **files;
  size_t n_files;
} check_cli_t;

static algo_code_t take_rules(uint64_t *rules, const char *names, algo_err_t *err) {
  while (*names != '\0') {
    size_t n = strcspn(names, ",");
    algo_check_rule_id_t id;
    if (!algo_check_rule_find(&id, names, n)) {
      return algo_err_set(err, ALGO_E_USAGE, "%.*s: no such rule; teal-gen check --list names them", (int)n, names);
    }
    *rules |= (uint64_t)1 << id;
    names += n + (names[n] == ',');
  }
  return ALGO_OK;
}

static algo_code_t take_mode(unsigned *mode, const char *name, algo_err_t *err) {
  *mode = strcmp(name, "app") == 0     ? ALGO_CHECK_APP
          : strcmp(name, "clear") == 0 ? ALGO_CHECK_CLEAR
          : strcmp(name, "sig") == 0   ? ALGO_CHECK_SIG
                                       : 0u;
  return *mode != 0 ? ALGO_OK : algo_err_set(err, ALGO_E_USAGE, "--mode is app, clear or sig, not %s", name);
}

static algo_code_t take_level(algo_check_level_t *level, const char *name, algo_err_t *err) {
  for (int l = ALGO_CHECK_NOTE; l <= ALGO_CHECK_ERROR; l++) {
    if (strcmp(name, algo_check_level_name((algo_check_level_t)l)) != 0) continue;
    *level = (algo_check_level_t)l;
    return ALGO_OK;
  }
  return algo_err_set(err, ALGO_E_USAGE, "--level is error, warning or note, not %s", name);
}

static algo_code_t parse(check_cli_t *cli, int argc, char **argv, algo_err_t *err) {
  const char *v;
  algo_code_t code = ALGO_OK;
  for (int i = 0; i < argc && code == ALGO_OK; i++) {
    if (strcmp(argv[i], "--json") == 0) cli->json = true;
    else if (strcmp(argv[i], "--sarif") == 0) cli->sarif = true;
    else if (strcmp(argv[i], "--allowed") == 0) cli->allowed = true;
    else if (strcmp(argv[i], "--list") == 0) cli->list = true;
    else if (tg_option_value("--mode", argc, argv, &i, &v)) code = take_mode(&cli->options.mode, v, err);
    else if (tg_option_value("--rule", argc, argv, &i, &v)) code = take_rules(&cli->options.rules, v, err);
    else if (tg_option_value("--exclude", argc, argv, &i, &v)) code = take_rules(&cli->excluded, v, err);
    else if (tg_option_value("--level", argc, argv, &i, &v)) code = take_level(&cli->options.level, v, err);
    else if (tg_option_value("--explain", argc, argv, &i, &cli->explain) ||
             tg_option_value("--out", argc, argv, &i, &cli->out))
      continue;
    else if (argv[i][0] == '-' && argv[i][1] != '\0')
      return algo_err_set(err, ALGO_E_USAGE, "%s: no such option, or its value is missing", argv[i]);
    else cli->files[cli->n_files++] = argv[i];
  }
  if (code == ALGO_OK && cli->json && cli->sarif) return algo_err_set(err, ALGO_E_USAGE, "--json or --sarif, not both");
  return code;
}

/* ---- rules ---- */

static void put_list(algo_buf_t *out) {
  for (unsigned i = 0; i < ALGO_CHECK_RULES; i++) {
    const algo_check_rule_t *r = algo_check_rule((algo_check_rule_id_t)i);
    algo_buf_printf(out, "%s\t%s\t%s\n", r->name, algo_check_level_name(r->level), r->title);
  }
}

static algo_code_t explain(const char *name, algo_buf_t *out, algo_err_t *err) {
  algo_check_rule_id_t id;
  bool all = strcmp(name, "all") == 0;
  if (!all && !algo_check_rule_find(&id, name, strlen(name))) {
    return algo_err_set(err, ALGO_E_USAGE, "%s: no such rule; teal-gen check --list names them", name);
  }
  for (unsigned i = 0; i < ALGO_CHECK_RULES; i++) {
    if (!all && i != id) continue;
    if (out->n > 0) algo_buf_putc(out, '\n');
    algo_check_put_rule(out, (algo_check_rule_id_t)i);
  }
  return ALGO_OK;
}

/* ---- files ---- */

/* What a file's name says of the program: contract.clear.teal, clear.teal, approval.teal. */
static unsigned mode_of_name(const char *path) {
  const char *name = strrchr(path, '/');
  name = name != NULL ? name + 1 : path;
  if (strstr(name, "clear") != NULL) return ALGO_CHECK_CLEAR;
  return strstr(name, "approval") != NULL ? ALGO_CHECK_APP : 0;
}

static algo_code_t check_file(check_cli_t *cli, algo_check_file_t *file, algo_arena_t *arena, algo_err_t *err) {
  algo_buf_t content = ALGO_BUF_INIT;
  algo_listing_t *l = algo_arena_zalloc(arena, sizeof *l);
  algo_check_result_t *r = algo_arena_zalloc(arena, sizeof *r);
  algo_check_options_t o = cli->options;
  algo_code_t code = tg_read_file(&content, file->path, err);
  if (code == ALGO_OK && (l == NULL || r == NULL)) code = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (code == ALGO_OK && content.n == 0) code = algo_err_set(err, ALGO_E_PARSE, "%s is empty", file->path);
  algo_bytes_t kept = code == ALGO_OK ? algo_arena_dup(arena, algo_buf_view(&content)) : algo_bytes(NULL, 0);
  algo_buf_fini(&content);
  if (code != ALGO_OK) return code;
  code = algo_check_load(l, kept, arena, err);
  if (o.mode == 0) o.mode = mode_of_name(file->path);
  if (code == ALGO_OK) code = algo_check_program(r, l, &o, arena, err);
  file->listing = l;
  file->result = r;
  return code != ALGO_OK ? algo_err_prefix(err, code, "%s", file->path) : ALGO_OK;
}

static algo_code_t check_files(check_cli_t *cli, algo_buf_t *out, bool *found, algo_arena_t *arena, algo_err_t *err) {
  algo_check_file_t *files = algo_arena_array(arena, cli->n_files, sizeof *files);
  algo_code_t code = files != NULL ? ALGO_OK : algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (cli->options.rules == 0) cli->options.rules = UINT64_MAX;
  cli->options.rules &= ~cli->excluded;
  for (size_t i = 0; i < cli->n_files && code == ALGO_OK; i++) {
    files[i].path = cli->files[i];
    code = check_file(cli, &files[i], arena, err);
    if (code == ALGO_OK && files[i].result->n_counting > 0) *found = true;
  }
  if (code != ALGO_OK) return code;
  if (cli->sarif) algo_check_put_sarif(out, files, cli->n_files);
  else if (cli->json) algo_check_put_json(out, files, cli->n_files);
  else algo_check_put_text(out, files, cli->n_files, cli->allowed);
  return ALGO_OK;
}

static algo_code_t run(check_cli_t *cli, algo_buf_t *out, bool *found, algo_arena_t *arena, algo_err_t *err) {
  algo_code_t code = ALGO_OK;
  if (cli->explain != NULL) code = explain(cli->explain, out, err);
  else if (cli->list) put_list(out);
  else if (cli->n_files == 0) code = algo_err_set(err, ALGO_E_USAGE, "say which file: try teal-gen check --help");
  else code = check_files(cli, out, found, arena, err);
  if (code != ALGO_OK) return code;
  if (out->oom) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (cli->out != NULL) return algo_file_write(cli->out, algo_buf_view(out), err);
  return tg_print(out, err);
}

int tg_command_check(int argc, char **argv) {
  for (int i = 0; i < argc; i++) {
    if (strcmp(argv[i], "--help") != 0 && strcmp(argv[i], "-h") != 0) continue;
    fputs(help, stdout);
    return 0;
  }
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t out = ALGO_BUF_INIT;
  algo_err_t err;
  algo_err_init(&err);
  check_cli_t cli = {.options.level = ALGO_CHECK_WARNING};
  bool found = false;
  cli.files = algo_arena_array(&arena, (size_t)argc + 1, sizeof *cli.files);
  algo_code_t code =
      cli.files != NULL ? parse(&cli, argc, argv, &err) : algo_err_set(&err, ALGO_E_NOMEM, "out of memory");
  if (code == ALGO_OK) code = run(&cli, &out, &found, &arena, &err);
  if (code != ALGO_OK) tg_report(cli.json, &err);
  algo_buf_fini(&out);
  algo_arena_fini(&arena);
  return code != ALGO_OK ? algo_code_exit_status(code) : found;
}
