/* cmd_keys.c - keys: made, imported, shown, listed. Words never appear on a command line. */
#include "cli.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static algo_code_t show_new(cli_t *cli, const algo_key_t *key, const char *path) {
  cli_out_addr(cli, "address", &key->addr);
  cli_out_str(cli, "file", path);
  return ALGO_OK;
}

static algo_code_t keys_new(cli_t *cli, algo_err_t *err) {
  algo_key_t key;
  algo_key_random(&key, NULL);
  algo_code_t r = algo_key_to_file(&key, cli->args[0], err);
  if (r == ALGO_OK) r = show_new(cli, &key, cli->args[0]);
  if (r == ALGO_OK) cli_note(cli, "whoever reads this file owns the account: keep a copy somewhere safe");
  algo_key_fini(&key);
  return r;
}

const cli_command_t cli_cmd_keys_new = {
    "keys new",
    "FILE",
    "make a key and write it to a new file (mode 0600)",
    "The file holds the 25 words of the account's mnemonic, which other wallets read too.",
    NULL,
    "  algorent keys new provider.key\n  ALGORENT_KEY=provider.key algorent gpu list",
    keys_new};

/* One line from the terminal without showing it, or all of stdin. */
static size_t read_secret(char *out, size_t max) {
  struct termios old, quiet;
  bool tty = isatty(STDIN_FILENO) != 0 && tcgetattr(STDIN_FILENO, &old) == 0;
  if (tty) {
    fputs("25 words: ", stderr);
    quiet = old;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  size_t n = 0;
  ssize_t got;
  while (n < max && (got = read(STDIN_FILENO, out + n, max - n)) > 0) {
    n += (size_t)got;
    if (tty && memchr(out, '\n', n) != NULL) break;
  }
  if (tty) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
    fputc('\n', stderr);
  }
  return n;
}

static algo_code_t keys_import(cli_t *cli, algo_err_t *err) {
  char text[1024];
  algo_key_t key;
  size_t n = read_secret(text, sizeof text);
  algo_code_t r = algo_key_from_text(&key, text, n, err);
  sodium_memzero(text, sizeof text);
  if (r != ALGO_OK) return r;
  r = algo_key_to_file(&key, cli->args[0], err);
  if (r == ALGO_OK) r = show_new(cli, &key, cli->args[0]);
  algo_key_fini(&key);
  return r;
}

const cli_command_t cli_cmd_keys_import = {
    "keys import",
    "FILE",
    "read a mnemonic (or seed) from standard input into a new file",
    "At a terminal the words are not shown while they are typed. A seed is 64 hex letters, or base64.",
    NULL,
    "  algorent keys import renter.key\n  pass show algorand/renter | algorent keys import renter.key",
    keys_import};

static algo_code_t keys_show(cli_t *cli, algo_err_t *err) {
  algo_key_t key;
  algo_account_t a;
  algo_code_t r = cli_load_key(cli, &key, err);
  if (r != ALGO_OK) return r;
  algo_addr_t addr = key.addr;
  algo_key_fini(&key);
  cli_out_addr(cli, "address", &addr);
  if (cli_value(cli, "--balance") == NULL) return ALGO_OK;
  r = cli_connect(cli, err);
  if (r == ALGO_OK) r = algo_algod_account(cli->algod, &addr, &a, &cli->arena, err);
  if (r != ALGO_OK) return r;
  cli_out_algo(cli, "balance", a.amount);
  cli_out_algo(cli, "minimum", a.min_balance);
  if (!algo_addr_is_zero(&a.auth_addr)) cli_out_addr(cli, "rekeyed_to", &a.auth_addr);
  return ALGO_OK;
}

static const cli_option_t show_options[] = {{"--balance", NULL, "ask the node for the account's balance too"},
                                            {NULL, NULL, NULL}};
const cli_command_t cli_cmd_keys_show = {
    "keys show",
    "",
    "the address of the key in use",
    NULL,
    show_options,
    "  algorent keys show --key provider.key\n  algorent keys show --key provider.key --balance",
    keys_show};

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static algo_code_t keys_list(cli_t *cli, algo_err_t *err) {
  struct dirent **names = NULL;
  int n = scandir(cli->args[0], &names, NULL, by_name);
  if (n < 0) return algo_err_set(err, ALGO_E_IO, "%s: %s", cli->args[0], strerror(errno));
  cli_out_list(cli, "keys");
  for (int i = 0; i < n; i++) {
    algo_key_t key;
    char *path = algo_arena_printf(&cli->arena, "%s/%s", cli->args[0], names[i]->d_name);
    if (path != NULL && names[i]->d_name[0] != '.' && algo_key_from_file(&key, path, NULL) == ALGO_OK) {
      cli_out_row(cli);
      cli_out_addr(cli, "address", &key.addr);
      cli_out_bytes(cli, "file", algo_bytes_str(path));
      algo_key_fini(&key);
    }
    free(names[i]);
  }
  free(names);
  return ALGO_OK;
}

const cli_command_t cli_cmd_keys_list = {"keys list",
                                         "FOLDER",
                                         "the key files in a folder, with their addresses",
                                         "Files that are no keys, or that others may read, are passed over.",
                                         NULL,
                                         "  algorent keys list ~/.algorent",
                                         keys_list};

static algo_code_t keys_kmd(cli_t *cli, algo_err_t *err) {
  const algo_addr_t *addrs = NULL;
  size_t n = 0;
  algo_code_t r = cli_open_wallet(cli, cli->args[0], err);
  if (r == ALGO_OK) r = algo_kmd_addresses(cli->wallet, &addrs, &n, &cli->arena, err);
  if (r != ALGO_OK) return r;
  cli_out_list(cli, "accounts");
  for (size_t i = 0; i < n; i++) {
    cli_out_row(cli);
    cli_out_addr(cli, "address", &addrs[i]);
  }
  return ALGO_OK;
}

const cli_command_t cli_cmd_keys_kmd = {
    "keys kmd",
    "WALLET",
    "the accounts in a wallet of a key daemon",
    "The daemon is at KMD_URL (http://127.0.0.1:4002), its token in KMD_TOKEN, the wallet's password in KMD_PASSWORD.",
    NULL,
    "  algorent keys kmd unencrypted-default-wallet\n"
    "  algorent rent 1 60 --kmd unencrypted-default-wallet --sender ADDRESS",
    keys_kmd};
