/* What the parts of the fork share. */
#ifndef FORK_INTERNAL_H
#define FORK_INTERNAL_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/block.h"
#include "algo/fork.h"
#include "algo/http.h"
#include "algo/json.h"

#define FORK_MAX_ROUNDS 10000u /* that are looked through */

typedef struct gone { /* what a later block deleted */
  bool app;           /* else an asset */
  uint64_t id, round;
} gone_t;

typedef struct touched { /* what blocks after the fork's round may have changed: addresses, and assets as addresses */
  algo_addr_t *keys;
  uint64_t *rounds;
  size_t n, cap;
  uint64_t upto; /* the last round that was looked at */
  gone_t *gone;  /* whose makers are looked for still */
  size_t n_gone, cap_gone;
  gone_t unknown; /* one whose maker cannot be found; id 0: none */
} touched_t;

struct algo_fork {
  algo_http_t *http;
  uint64_t silent_until; /* seconds of the machine's clock; it is not asked before */
  uint64_t silence;      /* how long it was left alone the last time; 0: it answers */
  algo_env_t env;
  algo_ledger_origin_t origin;
  algo_arena_t arena; /* genesis, block */
  algo_bytes_t genesis;
  algo_digest_t genesis_hash, block_hash;
  algo_addr_t fee_sink, rewards_pool;
  bool unmet;           /* begun from the folder, and the node was not asked yet */
  char *cache;          /* the folder of this network and round; NULL: none */
  uint64_t cache_bytes; /* in it and those beside it, with cache_limit */
  uint64_t cache_limit; /* 0: none */
  touched_t touched;
  uint64_t counter; /* of transactions after the fork's block; 0: not read yet */
};

/* fork.c */
algo_code_t fork_nomem(algo_err_t *err);
/* The answer, from the folder or the node. NOT_FOUND: it said 404. `keep`: it stays as it is, so it is kept. */
algo_code_t fork_get(algo_fork_t *f, const char *path, bool keep, algo_buf_t *body, algo_err_t *err);
/* From the node, about `key` as of the fork's round: fails where a later block may have changed it. */
algo_code_t fork_fresh(algo_fork_t *f, const char *path, const algo_addr_t *key, bool *found, algo_buf_t *body,
                       algo_err_t *err);
/* The same, from the folder where it is there, and kept in it. NOT_FOUND. */
algo_code_t fork_get_state(algo_fork_t *f, const char *path, const algo_addr_t *key, algo_buf_t *body, algo_err_t *err);
algo_code_t fork_status(algo_fork_t *f, uint64_t *last, algo_err_t *err);
algo_code_t fork_block(algo_fork_t *f, uint64_t round, bool keep, algo_buf_t *out, algo_err_t *err);

/* open.c: asks a node that was not asked yet for the fork's block, which must be the one that is here. */
algo_code_t fork_meet(algo_fork_t *f, algo_err_t *err);

/* cache.c: answers in files, one a path; "" bodies and 404 too. */
bool fork_cache_read(const algo_fork_t *f, const char *path, bool *found, algo_buf_t *body);
void fork_cache_write(algo_fork_t *f, const char *path, bool found, algo_bytes_t body);
/* The folder of this network, round and block is there from here on, where one is wanted and can be made; with what the
 * fork begins with. */
void fork_cache_begin(algo_fork_t *f, const algo_fork_options_t *opt, algo_bytes_t genesis, algo_bytes_t block);
/* What it began with the last time. False: it does not say. */
bool fork_cache_again(algo_fork_t *f, const char *root, uint64_t *round, algo_buf_t *genesis, algo_buf_t *block);

/* touched.c */
void fork_asset_key(algo_addr_t *out, uint64_t asset);
void fork_box_key(algo_addr_t *out, uint64_t app, algo_bytes_t name);
/* Reads the blocks up to `last`. */
algo_code_t fork_look(algo_fork_t *f, uint64_t last, algo_err_t *err);
/* The round of the first block that may have changed it; 0: none. */
uint64_t fork_touched(const algo_fork_t *f, const algo_addr_t *key);
void fork_touched_fini(touched_t *t);
bool fork_mark(touched_t *t, const algo_addr_t *key, uint64_t round); /* false: out of memory */

/* makers.c: notes what this transaction (not its inner ones) took away; false: out of memory. */
bool fork_note_gone(touched_t *t, const algo_apply_t *x, uint64_t round);
/* Marks the makers of what was noted; one that cannot be found becomes `unknown`. */
algo_code_t fork_find_makers(algo_fork_t *f, algo_err_t *err);

/* supply.c: as of the round, where the node can tell it. */
algo_code_t fork_read_supply(algo_fork_t *f, algo_err_t *err);

/* pages.c: an account that the node does not list in one answer, as that answer would be. */
algo_code_t fork_account_pages(algo_fork_t *f, const algo_addr_t *a, algo_buf_t *body, algo_err_t *err);
/* The same of the names of an application's boxes. */
algo_code_t fork_box_pages(algo_fork_t *f, uint64_t app, algo_buf_t *body, algo_err_t *err);

/* read.c: the origin's functions, and what they read JSON and write URLs with. */
json_object *fork_member(json_object *o, const char *key); /* NULL: none, or o is no object */
size_t fork_count(json_object *array);                     /* 0: it is none */
void fork_put_json(algo_buf_t *body, json_object *o);      /* body becomes it */
void fork_put_query(algo_buf_t *out, algo_bytes_t value);  /* escaped */
void fork_fill_origin(algo_fork_t *f);

#endif
