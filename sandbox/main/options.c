#include "options.h"

#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help_head[] =
    "algorent-sandbox " ALGORENT_VERSION ": an Algorand node for developers, in one small program\n"
    "\n"
    "  algorent-sandbox [options]               a private network in developer mode\n"
    "  algorent-sandbox replay DIR [options]    recorded blocks (NNNNNN.msgp) as a read-only node\n";
static const char help_options[] =
    "\n"
    "  --host ADDR       listen here (127.0.0.1)\n"
    "  --port N          algod's port (4001); 0: any free one, the first line of output tells it\n"
    "  --kmd-port N      the key daemon's port (4002; any free one beside another --port); --no-kmd: none\n"
    "  --indexer-port N  the indexer's port (8980; any free one beside another --port); --no-indexer: none\n"
    "  --token TEXT      what X-Algo-API-Token must be (64 letters a); empty: nothing is asked for\n"
    "  --genesis FILE    the network's genesis (dockernet-v1 with three funded accounts)\n"
    "  --data DIR        keep the state there; it survives a kill at any instant\n"
    "  --checkpoint N    with --data: the whole state on disk every N blocks, for a quick start (4000 and more)\n"
    "  --load FILE       start from a dump\n"
    "  --fork URL        on top of another algod's state: read when it is first needed, and kept in a folder; what is\n"
    "                    written stays here. --fork-round N: as of that round (its last one); --fork-cache DIR:\n"
    "                    the folder (DIR/fork with --data, else ~/.cache/algorent/fork, which keeps\n"
    "                    --fork-cache-size MIB, 1024); its token is FORK_TOKEN in the environment, or\n"
    "                    --fork-token-file FILE\n"
    "  --real            go-algorand's node instead, as a private developer's network: algod, goal and kmd from PATH "
    "or\n"
    "                    ALGORAND_BIN, else the official image by docker or podman; --data DIR keeps the network\n"
    "  --seed TEXT       the same run every time: clock, keys and tokens come from the seed\n"
    "  --dev             a block for each group of transactions, at once (the default)\n"
    "  --interval MS     a block every MS milliseconds instead\n"
    "  --manual          a block only on demand\n"
    "  --ready-fd N      when ready, write the first line of output there too and close it\n"
    "  --json            output for machines\n"
    "  --verbose         say on stderr what happens\n"
    "  --version, --help\n";

enum {
  OPT_HOST = 256,
  OPT_PORT,
  OPT_TOKEN,
  OPT_GENESIS,
  OPT_DEV,
  OPT_INTERVAL,
  OPT_MANUAL,
  OPT_READY,
  OPT_JSON,
  OPT_VERBOSE,
  OPT_VERSION,
  OPT_HELP,
  OPT_KMD_PORT,
  OPT_NO_KMD,
  OPT_INDEXER_PORT,
  OPT_NO_INDEXER,
  OPT_DATA,
  OPT_LOAD,
  OPT_URL,
  OPT_SEED,
  OPT_CHECKPOINT,
  OPT_FORK,
  OPT_REAL,
  OPT_FORK_ROUND,
  OPT_FORK_CACHE,
  OPT_FORK_CACHE_SIZE,
  OPT_FORK_TOKEN_FILE
};

static const struct option longs[] = {
    {"host", required_argument, NULL, OPT_HOST},
    {"port", required_argument, NULL, OPT_PORT},
    {"token", required_argument, NULL, OPT_TOKEN},
    {"genesis", required_argument, NULL, OPT_GENESIS},
    {"dev", no_argument, NULL, OPT_DEV},
    {"interval", required_argument, NULL, OPT_INTERVAL},
    {"manual", no_argument, NULL, OPT_MANUAL},
    {"ready-fd", required_argument, NULL, OPT_READY},
    {"json", no_argument, NULL, OPT_JSON},
    {"verbose", no_argument, NULL, OPT_VERBOSE},
    {"version", no_argument, NULL, OPT_VERSION},
    {"help", no_argument, NULL, OPT_HELP},
    {"kmd-port", required_argument, NULL, OPT_KMD_PORT},
    {"no-kmd", no_argument, NULL, OPT_NO_KMD},
    {"indexer-port", required_argument, NULL, OPT_INDEXER_PORT},
    {"data", required_argument, NULL, OPT_DATA},
    {"load", required_argument, NULL, OPT_LOAD},
    {"checkpoint", required_argument, NULL, OPT_CHECKPOINT},
    {"url", required_argument, NULL, OPT_URL},
    {"seed", required_argument, NULL, OPT_SEED},
    {"no-indexer", no_argument, NULL, OPT_NO_INDEXER},
    {"real", no_argument, NULL, OPT_REAL},
    {"fork", required_argument, NULL, OPT_FORK},
    {"fork-round", required_argument, NULL, OPT_FORK_ROUND},
    {"fork-cache", required_argument, NULL, OPT_FORK_CACHE},
    {"fork-cache-size", required_argument, NULL, OPT_FORK_CACHE_SIZE},
    {"fork-token-file", required_argument, NULL, OPT_FORK_TOKEN_FILE},
    {NULL, 0, NULL, 0},
};

static bool number(const char *name, const char *s, unsigned long max, unsigned long *out) {
  char *end = NULL;
  bool digits = *s >= '0' && *s <= '9';
  *out = strtoul(s, &end, 10);
  if (digits && *end == '\0' && *out <= max) return true;
  fprintf(stderr, "algorent-sandbox: --%s takes a number of 0 to %lu, not \"%s\"\n", name, max, s);
  return false;
}

static bool take(sandbox_options_t *o, int c, const char *arg) {
  unsigned long n = 0;
  switch (c) {
  case OPT_HOST: o->host = arg; return true;
  case OPT_TOKEN: o->token = arg; return true;
  case OPT_GENESIS: o->genesis = arg; return true;
  case OPT_DEV:
    o->interval_ms = 0;
    o->manual = false;
    return true;
  case OPT_MANUAL: o->manual = true; return true;
  case OPT_JSON: o->json = true; return true;
  case OPT_VERBOSE: o->verbose = true; return true;
  case OPT_PORT:
    if (!number("port", arg, 65535, &n)) return false;
    o->port = (uint16_t)n;
    return true;
  case OPT_NO_KMD: o->no_kmd = true; return true;
  case OPT_DATA: o->data = arg; return true;
  case OPT_LOAD: o->load = arg; return true;
  case OPT_SEED: o->seed = arg; return true;
  case OPT_URL: o->url = arg; return true;
  case OPT_FORK: o->fork = arg; return true;
  case OPT_REAL: o->real = true; return true;
  case OPT_FORK_CACHE: o->fork_cache = arg; return true;
  case OPT_FORK_TOKEN_FILE: o->fork_token_file = arg; return true;
  case OPT_FORK_ROUND:
    if (!number("fork-round", arg, INT64_MAX, &n)) return false;
    o->fork_round = n;
    return true;
  case OPT_FORK_CACHE_SIZE:
    if (!number("fork-cache-size", arg, 1 << 20, &n)) return false;
    o->fork_cache_mib = n;
    return true;
  case OPT_NO_INDEXER: o->no_indexer = true; return true;
  case OPT_INDEXER_PORT:
    if (!number("indexer-port", arg, 65535, &n)) return false;
    o->indexer_port = (uint16_t)n;
    o->indexer_chosen = true;
    return true;
  case OPT_KMD_PORT:
    if (!number("kmd-port", arg, 65535, &n)) return false;
    o->kmd_port = (uint16_t)n;
    o->kmd_chosen = true;
    return true;
  case OPT_INTERVAL:
    if (!number("interval", arg, 86400000, &n)) return false;
    o->interval_ms = (uint32_t)n;
    return true;
  case OPT_CHECKPOINT:
    if (!number("checkpoint", arg, 1000000000, &n)) return false;
    o->checkpoint = n;
    return true;
  case OPT_READY:
    if (!number("ready-fd", arg, 1 << 20, &n)) return false;
    o->ready_fd = (int)n;
    return true;
  default: return false;
  }
}

sandbox_parsed_t sandbox_options_parse(sandbox_options_t *out, int argc, char **argv) {
  *out = (sandbox_options_t){.host = "127.0.0.1",
                             .token = SANDBOX_TOKEN,
                             .port = 4001,
                             .kmd_port = 4002,
                             .indexer_port = 8980,
                             .ready_fd = -1};
  const sandbox_parsed_t usage = {false, 2}, go = {true, 0}, done = {false, 0};
  bool help = false;
  for (int c; (c = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
    if (c == OPT_VERSION) {
      puts("algorent-sandbox " ALGORENT_VERSION);
      return done;
    }
    if (c == OPT_HELP) help = true;
    else if (!take(out, c, optarg)) {
      fputs("algorent-sandbox --help lists the options\n", stderr);
      return usage;
    }
  }
  /* beside a port that was chosen, these are any free ones unless chosen too */
  if (!out->kmd_chosen) out->kmd_port = out->port == 4001 ? 4002 : 0;
  if (!out->indexer_chosen) out->indexer_port = out->port == 4001 ? 8980 : 0;
  int left = argc - optind;
  if (help) {
    if (left > 0 && sandbox_command_known(argv[optind])) sandbox_command_usage(argv[optind]);
    else printf("%s%s%s", help_head, sandbox_command_help, help_options);
    return done;
  }
  if (left == 2 && out->url == NULL && strcmp(argv[optind], "replay") == 0) {
    out->replay = argv[optind + 1];
    return go;
  }
  if (left == 0) return go;
  if (sandbox_command_known(argv[optind])) {
    out->command = optind;
    return go;
  }
  fprintf(stderr, "algorent-sandbox: \"%s\" is not a command, or lacks its argument; --help lists them\n",
          argv[optind]);
  return usage;
}
