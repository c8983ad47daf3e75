/* The command line of algorent-sandbox. */
#ifndef SANDBOX_OPTIONS_H
#define SANDBOX_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define SANDBOX_TOKEN                                                                                                  \
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" /* what every Algorand tool tries */

typedef struct sandbox_options {
  const char *host, *token, *genesis, *data, *load, *seed, *url, *replay, *fork, *fork_cache,
      *fork_token_file; /* replay: the folder; NULL: a live node */
  uint16_t port, kmd_port, indexer_port;
  uint64_t fork_round;     /* 0: the other's last */
  uint64_t fork_cache_mib; /* 0: the default */
  uint32_t interval_ms;    /* 0: a block for each group */
  uint64_t checkpoint;     /* blocks; 0: the default */
  bool real, manual, json, verbose, no_kmd, no_indexer, kmd_chosen, indexer_chosen;
  int command;  /* index in argv of a subcommand; 0: none */
  int ready_fd; /* -1: none */
} sandbox_options_t;

/* What to do next: go on, or end with this status (help or a usage error was printed). */
typedef struct sandbox_parsed {
  bool go;
  int status;
} sandbox_parsed_t;
sandbox_parsed_t sandbox_options_parse(sandbox_options_t *out, int argc, char **argv);

#endif
