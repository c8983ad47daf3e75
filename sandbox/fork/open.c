/* A fork's beginning: the other node's genesis, and its block of the round. They are kept in the folder, so that the
 * fork of a sandbox with a folder of its own begins again without the node. */
#include "internal.h"

#include <sodium.h>

#include "algo/block.h"
#include "algo/file.h"

#define MAX_TOKEN 256u /* letters */
#define QUIET     3u   /* seconds without a byte: it hangs, and whoever asks holds the ledger */

static algo_code_t keep(algo_fork_t *f, algo_bytes_t *out, const algo_buf_t *body, algo_err_t *err) {
  *out = algo_arena_dup(&f->arena, algo_buf_view(body));
  return out->p == NULL ? fork_nomem(err) : ALGO_OK;
}

/* ---- what they say ---- */

static algo_code_t take_genesis(algo_fork_t *f, const algo_buf_t *body, algo_err_t *err) {
  algo_genesis_t g;
  algo_code_t rc = keep(f, &f->genesis, body, err);
  if (rc == ALGO_OK) rc = algo_genesis_parse(&g, f->genesis.p, f->genesis.n, &f->arena, err);
  if (rc != ALGO_OK) return rc;
  algo_genesis_hash(&f->genesis_hash, &g);
  f->fee_sink = g.fee_sink;
  f->rewards_pool = g.rewards_pool;
  return ALGO_OK;
}

/* The hash of the block's header, when it is the block of the round and of this network. */
static algo_code_t check_block(const algo_fork_t *f, algo_bytes_t bytes, algo_digest_t *hash, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_block_t b;
  algo_code_t rc = algo_block_decode(&b, bytes, &arena, err);
  if (rc == ALGO_OK && b.header.round != f->origin.round)
    rc = algo_err_set(err, ALGO_E_PARSE, "the forked node %s gave the block of round %" PRIu64 " for round %" PRIu64,
                      algo_http_server(f->http), b.header.round, f->origin.round);
  else if (rc == ALGO_OK && memcmp(&b.header.genesis_hash, &f->genesis_hash, sizeof f->genesis_hash) != 0)
    rc = algo_err_set(err, ALGO_E_GENESIS, "the forked node %s has blocks of another network than its genesis",
                      algo_http_server(f->http));
  if (rc == ALGO_OK) algo_header_hash(hash, &b.header);
  algo_arena_fini(&arena);
  return rc;
}

static algo_code_t take_block(algo_fork_t *f, const algo_buf_t *body, algo_err_t *err) {
  algo_code_t rc = check_block(f, algo_buf_view(body), &f->block_hash, err);
  return rc == ALGO_OK ? keep(f, &f->origin.block, body, err) : rc;
}

/* ---- from the node ---- */

static algo_code_t choose_round(algo_fork_t *f, uint64_t wanted, algo_err_t *err) {
  uint64_t last = 0;
  algo_code_t rc = fork_status(f, &last, err);
  if (rc != ALGO_OK) return rc;
  if (wanted > last)
    return algo_err_set(err, ALGO_E_INVALID,
                        "round %" PRIu64 " is not there yet: the forked node %s is at round %" PRIu64, wanted,
                        algo_http_server(f->http), last);
  f->origin.round = wanted == 0 ? last : wanted;
  f->touched.upto = f->origin.round;
  return fork_look(f, last, err);
}

static algo_code_t begin(algo_fork_t *f, const algo_fork_options_t *opt, algo_err_t *err) {
  algo_buf_t genesis = ALGO_BUF_INIT, block = ALGO_BUF_INIT;
  algo_code_t rc = choose_round(f, opt->round, err);
  if (rc == ALGO_OK) {
    rc = fork_get(f, "/genesis", false, &genesis, err);
    if (rc == ALGO_OK) rc = take_genesis(f, &genesis, err);
    if (rc == ALGO_E_PARSE || rc == ALGO_E_NOT_FOUND)
      rc = algo_err_prefix(err, rc, "%s does not answer as an algod does", algo_http_server(f->http));
  }
  if (rc == ALGO_OK) rc = fork_block(f, f->origin.round, false, &block, err);
  if (rc == ALGO_OK) rc = take_block(f, &block, err);
  if (rc == ALGO_OK) fork_cache_begin(f, opt, algo_buf_view(&genesis), algo_buf_view(&block));
  if (rc == ALGO_OK) rc = fork_read_supply(f, err);
  algo_buf_fini(&genesis);
  algo_buf_fini(&block);
  return rc;
}

/* ---- from the folder ---- */

static algo_code_t begin_again(algo_fork_t *f, const algo_fork_options_t *opt, algo_err_t *err) {
  algo_buf_t genesis = ALGO_BUF_INIT, block = ALGO_BUF_INIT;
  uint64_t round = 0;
  algo_code_t rc = fork_cache_again(f, opt->cache, &round, &genesis, &block)
                       ? ALGO_OK
                       : algo_err_set(err, ALGO_E_NOT_FOUND, "no fork is kept in %s", opt->cache);
  if (rc == ALGO_OK && opt->round != 0 && opt->round != round)
    rc = algo_err_set(err, ALGO_E_GENESIS,
                      "the state that is there is of a fork of round %" PRIu64 ": give it as --fork-round", round);
  f->origin.round = f->touched.upto = round;
  f->unmet = true;
  if (rc == ALGO_OK) rc = take_genesis(f, &genesis, err);
  if (rc == ALGO_OK) rc = take_block(f, &block, err);
  if (rc == ALGO_OK) rc = fork_read_supply(f, err);
  algo_buf_fini(&genesis);
  algo_buf_fini(&block);
  return rc;
}

/* Before the first question that the folder cannot answer: is it the same chain? */
algo_code_t fork_meet(algo_fork_t *f, algo_err_t *err) {
  algo_buf_t block = ALGO_BUF_INIT;
  algo_digest_t hash;
  if (!f->unmet) return ALGO_OK;
  algo_code_t rc = fork_block(f, f->origin.round, false, &block, err);
  if (rc == ALGO_OK) rc = check_block(f, algo_buf_view(&block), &hash, err);
  if (rc == ALGO_OK && memcmp(&hash, &f->block_hash, sizeof hash) != 0)
    rc = algo_err_set(err, ALGO_E_GENESIS,
                      "the forked node %s has another block of round %" PRIu64
                      " than the one that was forked: its chain was begun anew. Fork anew, into another folder",
                      algo_http_server(f->http), f->origin.round);
  f->unmet = rc != ALGO_OK;
  algo_buf_fini(&block);
  return rc;
}

/* ---- the node ---- */

/* What is sent to the node as a header is one line: whatever else a file has stays here. */
static bool is_token(algo_bytes_t v) {
  for (size_t i = 0; i < v.n; i++)
    if (v.p[i] <= ' ' || v.p[i] > '~') return false;
  return v.n <= MAX_TOKEN;
}

algo_code_t algo_fork_token(algo_buf_t *out, const char *token_file, algo_err_t *err) {
  const char *env = getenv("FORK_TOKEN");
  algo_code_t rc = ALGO_OK;
  if (token_file == NULL) algo_buf_puts(out, env == NULL ? "" : env);
  else rc = algo_file_read(out, token_file, 1u << 16, err);
  while (out->n > 0 && strchr("\r\n ", out->p[out->n - 1]) != NULL) out->n--;
  if (rc != ALGO_OK || is_token(algo_buf_view(out))) return rc;
  return algo_err_set(err, ALGO_E_INVALID, "%s has no token: it is one word of at most %u letters",
                      token_file == NULL ? "FORK_TOKEN" : token_file, MAX_TOKEN);
}

static algo_code_t connect(algo_fork_t *f, const algo_fork_options_t *opt, algo_err_t *err) {
  algo_buf_t header = ALGO_BUF_INIT;
  algo_http_options_t http = {.base_url = opt->url, .retries = 2, .one_wait = true, .quiet_seconds = QUIET};
  http.timeout_ms = opt->timeout_ms == 0 ? 10000 : opt->timeout_ms;
  if (opt->token != NULL && *opt->token != '\0') {
    algo_buf_printf(&header, "X-Algo-API-Token: %s", opt->token);
    http.header = algo_buf_cstr(&header);
  }
  algo_code_t rc = header.oom ? fork_nomem(err) : algo_http_new(&f->http, &http, &f->env, err);
  if (header.p != NULL) sodium_memzero(header.p, header.n);
  algo_buf_fini(&header);
  return rc;
}

algo_code_t algo_fork_open(algo_fork_t **out, const algo_fork_options_t *opt, const algo_env_t *env, algo_err_t *err) {
  algo_fork_t *f = calloc(1, sizeof *f);
  if (f == NULL) return fork_nomem(err);
  if (env != NULL) f->env = *env;
  algo_code_t rc = connect(f, opt, err);
  if (rc == ALGO_OK && opt->again) {
    rc = begin_again(f, opt, err);
    if (rc == ALGO_E_NOT_FOUND) rc = begin(f, opt, err); /* the folder is gone: the node is asked once more */
  } else if (rc == ALGO_OK) {
    rc = begin(f, opt, err);
  }
  if (rc != ALGO_OK) {
    algo_fork_close(f);
    return rc;
  }
  fork_fill_origin(f);
  *out = f;
  return ALGO_OK;
}

void algo_fork_close(algo_fork_t *f) {
  if (f == NULL) return;
  algo_http_free(f->http);
  fork_touched_fini(&f->touched);
  algo_arena_fini(&f->arena);
  free(f->cache);
  free(f);
}

const algo_ledger_origin_t *algo_fork_origin(const algo_fork_t *f) { return &f->origin; }
algo_bytes_t algo_fork_genesis(const algo_fork_t *f) { return f->genesis; }
