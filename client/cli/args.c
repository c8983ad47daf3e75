/* args.c - the command line: which command, its arguments and options, and their values. */
#include "cli.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

const cli_option_t cli_common_options[] = {
    {"--app", "ID", "the market's application id (ALGORENT_APP)"},
    {"--node", "URL", "the node (ALGOD_URL; http://127.0.0.1:4001); its token is taken from ALGOD_TOKEN alone"},
    {"--key", "FILE", "the key to sign with (ALGORENT_KEY names a file, ALGORENT_MNEMONIC holds the words)"},
    {"--kmd", "WALLET", "sign with a key daemon's wallet, for --sender (KMD_URL, KMD_TOKEN, KMD_PASSWORD)"},
    {"--sender", "ADDRESS", "the account that calls, where it is not the key's own (rekeyed, or --unsigned)"},
    {"--simulate", NULL, "send nothing: show what the call would do and cost"},
    {"--unsigned", "FILE", "sign nothing: write the group for a wallet; `send` sends it once signed"},
    {"--json", NULL, "the result as JSON on stdout; amounts in base units, times in Unix seconds"},
    {"--help", NULL, "this text"},
    {NULL, NULL, NULL},
};

static const cli_option_t *find_option(const cli_option_t *list, const char *name, size_t n) {
  for (; list != NULL && list->name != NULL; list++)
    if (strlen(list->name) == n && strncmp(list->name, name, n) == 0) return list;
  return NULL;
}

/* The command whose words the line starts with; the longest wins. */
static const cli_command_t *find_command(int argc, char **argv, int *words) {
  const cli_command_t *const *list = cli_commands();
  for (int take = argc > 2 ? 2 : argc - 1; take > 0; take--) {
    char name[64];
    snprintf(name, sizeof name, take == 2 ? "%s %s" : "%s", argv[1], take == 2 ? argv[2] : "");
    for (int i = 0; list[i] != NULL; i++) {
      if (strcmp(list[i]->name, name) != 0) continue;
      *words = take;
      return list[i];
    }
  }
  return NULL;
}

/* "gpu" of "gpu list". */
static bool is_family(const char *word) {
  const cli_command_t *const *list = cli_commands();
  size_t n = strlen(word);
  for (int i = 0; list[i] != NULL; i++)
    if (strncmp(list[i]->name, word, n) == 0 && list[i]->name[n] == ' ') return true;
  return false;
}

static algo_code_t take_option(cli_t *cli, int argc, char **argv, int *i, algo_err_t *err) {
  const char *arg = argv[*i], *equals = strchr(arg, '=');
  size_t n = equals == NULL ? strlen(arg) : (size_t)(equals - arg);
  const cli_option_t *o = find_option(cli->command->options, arg, n);
  if (o == NULL) o = find_option(cli_common_options, arg, n);
  if (o == NULL)
    return algo_err_set(err, ALGO_E_USAGE, "%s has no option %.*s (algorent %s --help)", cli->command->name, (int)n,
                        arg, cli->command->name);
  if (o->arg == NULL && equals != NULL) return algo_err_set(err, ALGO_E_USAGE, "%s takes no value", o->name);
  if (o->arg != NULL && equals == NULL && *i + 1 >= argc)
    return algo_err_set(err, ALGO_E_USAGE, "%s wants %s", o->name, o->arg);
  if (cli_value(cli, o->name) != NULL) return algo_err_set(err, ALGO_E_USAGE, "%s is given twice", o->name);
  if (cli->n_given == (int)(sizeof cli->given / sizeof *cli->given))
    return algo_err_set(err, ALGO_E_USAGE, "too many options");
  cli->given[cli->n_given].name = o->name;
  cli->given[cli->n_given++].value = o->arg == NULL ? "" : equals != NULL ? equals + 1 : argv[++*i];
  return ALGO_OK;
}

/* How many words `args` takes: the least and, without dots, the most ("METHOD [ARG...]" is one or more). */
static int words_of(const char *args, int *most) {
  int least = 0, n = 0;
  bool in = false;
  for (const char *s = args; *s != '\0'; s++) {
    if (*s != ' ' && !in) n++, least += *s != '[';
    in = *s != ' ';
  }
  *most = strstr(args, "...") != NULL ? CLI_ARGS_MAX : n;
  return least;
}

algo_code_t cli_parse(cli_t *cli, int argc, char **argv, algo_err_t *err) {
  int words = 0;
  bool options = true;
  cli->command = find_command(argc, argv, &words);
  if (cli->command == NULL) {
    bool two = argc > 2 && argv[2][0] != '-' && is_family(argv[1]);
    return algo_err_set(err, ALGO_E_USAGE, "no command '%s%s%s' (algorent --help lists them)", argv[1], two ? " " : "",
                        two ? argv[2] : "");
  }
  for (int i = 1 + words; i < argc; i++) {
    if (options && strcmp(argv[i], "--") == 0) {
      options = false;
    } else if (options && strncmp(argv[i], "--", 2) == 0) {
      algo_code_t r = take_option(cli, argc, argv, &i, err);
      if (r != ALGO_OK) return r;
    } else if (cli->n_args == CLI_ARGS_MAX) {
      return algo_err_set(err, ALGO_E_USAGE, "too many arguments");
    } else {
      cli->args[cli->n_args++] = argv[i];
    }
  }
  cli->json = cli_value(cli, "--json") != NULL;
  if (cli_value(cli, "--help") != NULL) return ALGO_OK;
  int most = 0, least = words_of(cli->command->args, &most);
  if (cli->n_args < least || cli->n_args > most)
    return algo_err_set(err, ALGO_E_USAGE, "usage: algorent %s%s%s [options]  (--help says more)", cli->command->name,
                        most > 0 ? " " : "", cli->command->args);
  return ALGO_OK;
}

const char *cli_value(const cli_t *cli, const char *option) {
  for (int i = 0; i < cli->n_given; i++)
    if (strcmp(cli->given[i].name, option) == 0) return cli->given[i].value;
  return NULL;
}

algo_code_t cli_need(const cli_t *cli, const char *option, algo_err_t *err) {
  if (cli_value(cli, option) != NULL) return ALGO_OK;
  return algo_err_set(err, ALGO_E_USAGE, "%s wants %s (algorent %s --help)", cli->command->name, option,
                      cli->command->name);
}

static algo_code_t number(const char *text, const char *name, uint64_t max, uint64_t *out, algo_err_t *err) {
  uint64_t v = 0;
  algo_code_t r = algo_u64_parse(&v, text, strlen(text), err);
  if (r != ALGO_OK) return algo_err_prefix(err, r, "%s", name);
  if (v > max) return algo_err_set(err, ALGO_E_RANGE, "%s: %" PRIu64 " is above %" PRIu64, name, v, max);
  *out = v;
  return ALGO_OK;
}

algo_code_t cli_arg_u64(cli_t *cli, int i, const char *name, uint64_t *out, algo_err_t *err) {
  return number(cli->args[i], name, UINT64_MAX, out, err);
}

algo_code_t cli_arg_u32(cli_t *cli, int i, const char *name, uint32_t *out, algo_err_t *err) {
  uint64_t v = 0;
  algo_code_t r = number(cli->args[i], name, UINT32_MAX, &v, err);
  if (r == ALGO_OK) *out = (uint32_t)v;
  return r;
}

algo_code_t cli_arg_addr(cli_t *cli, int i, const char *name, algo_addr_t *out, algo_err_t *err) {
  algo_code_t r = algo_addr_parse(out, cli->args[i], strlen(cli->args[i]), err);
  return r == ALGO_OK ? r : algo_err_prefix(err, r, "%s", name);
}

algo_code_t cli_opt_u64(cli_t *cli, const char *option, uint64_t *out, algo_err_t *err) {
  const char *v = cli_value(cli, option);
  return v == NULL ? ALGO_OK : number(v, option, UINT64_MAX, out, err);
}

algo_code_t cli_opt_u32(cli_t *cli, const char *option, uint32_t *out, algo_err_t *err) {
  const char *v = cli_value(cli, option);
  uint64_t x = *out;
  algo_code_t r = v == NULL ? ALGO_OK : number(v, option, UINT32_MAX, &x, err);
  if (r == ALGO_OK) *out = (uint32_t)x;
  return r;
}

algo_code_t cli_opt_addr(cli_t *cli, const char *option, algo_addr_t *out, algo_err_t *err) {
  const char *v = cli_value(cli, option);
  if (v == NULL) return ALGO_OK;
  algo_code_t r = algo_addr_parse(out, v, strlen(v), err);
  return r == ALGO_OK ? r : algo_err_prefix(err, r, "%s", option);
}

algo_code_t cli_opt_hex32(cli_t *cli, const char *option, uint8_t out[32], algo_err_t *err) {
  const char *v = cli_value(cli, option);
  algo_buf_t b = ALGO_BUF_INIT;
  if (v == NULL) return ALGO_OK;
  algo_code_t r = algo_hex_decode(&b, v, strlen(v), err);
  if (r == ALGO_OK && b.n != 32) r = algo_err_set(err, ALGO_E_PARSE, "64 hex letters belong here, not %zu", strlen(v));
  if (r == ALGO_OK) memcpy(out, b.p, 32);
  algo_buf_fini(&b);
  return r == ALGO_OK ? r : algo_err_prefix(err, r, "%s", option);
}

algo_code_t cli_file_sha256(cli_t *cli, const char *option, uint8_t out[32], algo_err_t *err) {
  const char *path = cli_value(cli, option);
  crypto_hash_sha256_state st;
  uint8_t block[4096];
  size_t n;
  FILE *f = fopen(path, "rb");
  if (f == NULL) return algo_err_set(err, ALGO_E_IO, "%s: %s cannot be read", option, path);
  crypto_hash_sha256_init(&st);
  while ((n = fread(block, 1, sizeof block, f)) > 0) crypto_hash_sha256_update(&st, block, n);
  bool bad = ferror(f) != 0;
  fclose(f);
  crypto_hash_sha256_final(&st, out);
  return bad ? algo_err_set(err, ALGO_E_IO, "%s: reading %s failed", option, path) : ALGO_OK;
}

algo_code_t cli_opt_seconds(cli_t *cli, const char *option, uint64_t *out, algo_err_t *err) {
  static const struct {
    char unit;
    uint64_t seconds;
  } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
  const char *v = cli_value(cli, option);
  uint64_t scale = 1, x = 0;
  if (v == NULL) return ALGO_OK;
  size_t n = strlen(v);
  for (size_t i = 0; n > 1 && i < sizeof units / sizeof *units; i++)
    if (v[n - 1] == units[i].unit) scale = units[i].seconds;
  if (n > 1 && strchr("smhd", v[n - 1]) != NULL) n--;
  algo_code_t r = algo_u64_parse(&x, v, n, err);
  if (r != ALGO_OK) return algo_err_prefix(err, r, "%s (a time: 90s, 5m, 2h, 7d)", option);
  if (__builtin_mul_overflow(x, scale, &x) || x > UINT32_MAX)
    return algo_err_set(err, ALGO_E_RANGE, "%s: %s is above 4294967295 seconds", option, v);
  *out = x;
  return ALGO_OK;
}

algo_code_t cli_opt_bps(cli_t *cli, const char *option, uint64_t *out, algo_err_t *err) {
  const char *v = cli_value(cli, option);
  char text[32];
  if (v == NULL) return ALGO_OK;
  size_t n = strlen(v);
  if (n < 2 || n >= sizeof text || v[n - 1] != '%') return number(v, option, 10000, out, err);
  snprintf(text, sizeof text, "%.*s", (int)n - 1, v);
  uint64_t x = 0;
  algo_code_t r = algo_amount_parse(&x, text, 2, err);
  if (r == ALGO_OK && x > 10000) r = algo_err_set(err, ALGO_E_RANGE, "%s is above 100%%", v);
  if (r != ALGO_OK) return algo_err_prefix(err, r, "%s", option);
  *out = x;
  return ALGO_OK;
}

static bool ends_with(const char *text, size_t *n, const char *suffix) {
  size_t len = strlen(suffix);
  if (*n <= len || strcasecmp(text + *n - len, suffix) != 0) return false;
  *n -= len;
  return true;
}

algo_code_t cli_amount(const char *text, uint64_t asset, unsigned decimals, uint64_t *out, algo_err_t *err) {
  char number_text[48];
  size_t n = strlen(text);
  if (n >= sizeof number_text) return algo_err_set(err, ALGO_E_PARSE, "not an amount: '%.40s...'", text);
  bool micro = ends_with(text, &n, "microalgos") || ends_with(text, &n, "microalgo");
  unsigned scale = micro || ends_with(text, &n, "base") ? 0 : decimals;
  bool algo = micro || (scale != 0 && ends_with(text, &n, "algo"));
  if (algo && asset != 0)
    return algo_err_set(err, ALGO_E_PARSE, "not an amount of asset %" PRIu64 ": '%.40s' is of ALGO", asset, text);
  while (n > 0 && text[n - 1] == ' ') n--;
  snprintf(number_text, sizeof number_text, "%.*s", (int)n, text);
  return algo_amount_parse(out, number_text, scale, err);
}
