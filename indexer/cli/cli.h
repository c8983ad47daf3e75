/* cli.h - the program algorent-indexer, in parts. */
#ifndef IX_CLI_H
#define IX_CLI_H

#include "algo/file.h"
#include "algo/follower.h"

#define CLI_CONTRACTS_MAX 64u
#define CLI_SCOPE_MAX     64u
#define CLI_ARC56_MAX     64u

typedef struct cli_arc56 { /* what algo_follower_arc56_t views */
  char name[4096], schema[64];
  algo_buf_t content;
} cli_arc56_t;

typedef struct cli_options {
  const char *command; /* "run", "backfill", "migrate", "retain", "verify" */
  algo_follower_options_t ix;
  algo_follower_contract_t contracts[CLI_CONTRACTS_MAX];
  const char *scope[CLI_SCOPE_MAX];
  algo_follower_arc56_t arc56[CLI_ARC56_MAX];
  cli_arc56_t arc56_text[CLI_ARC56_MAX];
  const char *listen; /* HOST:PORT of metrics and health; NULL: none */
  algo_follower_retention_t retention;
  uint64_t round; /* of verify; UINT64_MAX: any */
  bool json, quiet, help, version;
} cli_options_t;

/* Reads the command line and the environment. Errors: USAGE; the message says what and where. */
algo_code_t cli_parse(cli_options_t *o, int argc, char **argv, algo_err_t *err);
void cli_options_fini(cli_options_t *o);
/* --arc56 [SCHEMA=]FILE[@WHICH]: reads the file. Errors: USAGE, IO. */
algo_code_t cli_add_arc56(cli_options_t *o, const char *value, algo_err_t *err);
extern const char cli_usage[];
extern const algo_contract_tables_t *const cli_contracts[]; /* those that this program knows */
extern const size_t cli_n_contracts;

/* Shows on a terminal how far it is; a thread of its own. */
typedef struct cli_progress cli_progress_t;
cli_progress_t *cli_progress_start(const algo_follower_t *ix); /* NULL: none, stderr is no terminal */
void cli_progress_stop(cli_progress_t *p);

/* Metrics and health over HTTP. */
typedef struct cli_status cli_status_t;
algo_code_t cli_status_start(cli_status_t **out, const algo_follower_t *ix, const char *listen, const algo_env_t *env,
                             algo_err_t *err);
void cli_status_stop(cli_status_t *s);

#endif
