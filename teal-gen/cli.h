/* The parts of the program teal-gen. */
#ifndef TG_CLI_H
#define TG_CLI_H

#include <stdio.h>

#include "algo/file.h"
#include "algo/tealgen.h"

enum { TG_CLI_SETS = 32 };

typedef struct tg_cli {
  const tg_catalogue_t *all;
  const char *command; /* a contract's name, assemble, disassemble */
  const char *input;   /* FILE; "-": standard input */
  const char *asset;   /* "algo", "asa"; NULL: both */
  const char *dir;     /* of new; NULL: the name */
  const char *out;     /* a folder, or a file with assemble and disassemble; NULL: standard output */
  const char *include; /* where the binding's header goes */
  unsigned avm;
  int optimise;
  tg_mode_t mode;
  uint32_t rules;
  bool size, private_scratch;
  bool check; /* optimize: runs both programs, */
  uint64_t runs, seed;
  bool list, json;
  const char *set[TG_CLI_SETS]; /* NAME=VALUE, of a smart signature */
  size_t n_set;
} tg_cli_t;

/* ---- files.c ---- */
algo_code_t tg_read_file(algo_buf_t *out, const char *path, algo_err_t *err);
algo_code_t tg_make_folders(const char *path, algo_err_t *err);
algo_code_t tg_write_in(const char *folder, const char *name, const char *suffix, algo_bytes_t content,
                        algo_err_t *err);
algo_code_t tg_write_contract(const tg_cli_t *cli, const tg_contract_t *c, algo_err_t *err);

/* ---- what `new` writes: teal-gen/skeleton, embedded ---- */
typedef struct tg_skeleton {
  const char *name; /* file in teal-gen/skeleton */
  algo_bytes_t content;
} tg_skeleton_t;
extern const tg_skeleton_t tg_skeleton[];
extern const size_t tg_n_skeleton;

/* ---- cli.c: what the commands' command lines share ---- */
/* Takes `NAME VALUE` or `NAME=VALUE` at argv[*i]; false: it is not that. */
bool tg_option_value(const char *name, int argc, char **argv, int *i, const char **out);
void tg_report(bool json, const algo_err_t *err); /* on standard error */

/* ---- commands ---- */
algo_code_t tg_command_new(const tg_cli_t *cli, algo_err_t *err);
algo_code_t tg_command_list(const tg_cli_t *cli, algo_err_t *err);
algo_code_t tg_command_generate(const tg_cli_t *cli, const tg_contract_t *c, algo_err_t *err);
algo_code_t tg_command_signature(const tg_cli_t *cli, const tg_signature_t *s, algo_err_t *err);
algo_code_t tg_command_assemble(const tg_cli_t *cli, algo_err_t *err);
algo_code_t tg_command_disassemble(const tg_cli_t *cli, algo_err_t *err);
algo_code_t tg_command_optimize(const tg_cli_t *cli, algo_err_t *err);
algo_code_t tg_print(const algo_buf_t *text, algo_err_t *err); /* on standard output */
/* check: argv without the command; the exit status. */
int tg_command_check(int argc, char **argv);

#endif
