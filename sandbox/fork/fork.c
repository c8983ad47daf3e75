/* The other node: found, asked, and its answers held to one round. */
#include "internal.h"

#include <sodium.h>

#include "algo/block.h"
#include "algo/file.h"

#define MAX_TOKEN 256u /* letters */

algo_code_t fork_nomem(algo_err_t *err) { return algo_err_set(err, ALGO_E_NOMEM, "out of memory"); }

static void put_message(algo_buf_t *out, algo_buf_t *body) {
  json_object *o = NULL;
  algo_bytes_t text = algo_buf_view(body);
  if (algo_json_parse(&o, body->p, body->n, NULL) == ALGO_OK && json_object_is_type(o, json_type_object))
    (void)algo_json_opt_str(o, "message", &text, NULL);
  algo_buf_put(out, text.p, text.n < 300 ? text.n : 300);
  json_object_put(o);
}

static algo_code_t say_status(const algo_fork_t *f, const char *path, int status, algo_buf_t *body, algo_err_t *err) {
  algo_buf_t said = ALGO_BUF_INIT;
  put_message(&said, body);
  algo_code_t rc =
      status == 401 || status == 403
          ? algo_err_set(err, ALGO_E_AUTH,
                         "the forked node %s refused the token: give its own (FORK_TOKEN, or --fork-token-file)",
                         algo_http_server(f->http))
          : algo_err_set(err, ALGO_E_HTTP, "the forked node %s answered %s with status %d: %s",
                         algo_http_server(f->http), path, status, algo_buf_cstr(&said));
  algo_buf_fini(&said);
  return rc;
}

static algo_code_t ask(algo_fork_t *f, const char *path, bool *found, algo_buf_t *body, algo_err_t *err) {
  int status = 0;
  const algo_http_request_t req = {.method = "GET", .path = path};
  algo_code_t rc = algo_http_do(f->http, &req, &status, body, err);
  if (rc != ALGO_OK) return algo_err_prefix(err, rc, "the forked node");
  *found = status == 200;
  return status == 200 || status == 404 ? ALGO_OK : say_status(f, path, status, body, err);
}

static algo_code_t not_there(const char *path, algo_err_t *err) {
  return algo_err_set(err, ALGO_E_NOT_FOUND, "%s is not there", path);
}

algo_code_t fork_get(algo_fork_t *f, const char *path, bool keep, algo_buf_t *body, algo_err_t *err) {
  bool found = false;
  if (keep && fork_cache_read(f, path, &found, body)) return found ? ALGO_OK : not_there(path, err);
  algo_code_t rc = ask(f, path, &found, body, err);
  if (rc == ALGO_OK && keep) fork_cache_write(f, path, found, algo_buf_view(body));
  return rc != ALGO_OK || found ? rc : not_there(path, err);
}

/* Paid to in each block, and nobody's: what they have now does for then. */
static bool is_nobodys(const algo_fork_t *f, const algo_addr_t *key) {
  return algo_addr_eq(key, &f->fee_sink) || algo_addr_eq(key, &f->rewards_pool);
}

algo_code_t fork_fresh(algo_fork_t *f, const char *path, const algo_addr_t *key, bool *found, algo_buf_t *body,
                       algo_err_t *err) {
  uint64_t last = 0;
  algo_code_t rc = ask(f, path, found, body, err);
  if (rc == ALGO_OK) rc = fork_status(f, &last, err); /* whatever it told, it was not later than this */
  if (rc == ALGO_OK) rc = fork_look(f, last, err);
  uint64_t when = rc == ALGO_OK && !is_nobodys(f, key) ? fork_touched(f, key) : 0;
  if (when == 0) return rc;
  return algo_err_set(err, ALGO_E_UNSUPPORTED,
                      "%s changed, or may have, in round %" PRIu64 " of the forked node %s, which tells its latest "
                      "state alone: as of round %" PRIu64 " it cannot be read any more. Fork anew, or fork a node that "
                      "stands still",
                      path, when, algo_http_server(f->http), f->origin.round);
}

algo_code_t fork_get_state(algo_fork_t *f, const char *path, const algo_addr_t *key, algo_buf_t *body,
                           algo_err_t *err) {
  bool found = false;
  if (!fork_cache_read(f, path, &found, body)) {
    algo_code_t rc = fork_fresh(f, path, key, &found, body, err);
    if (rc != ALGO_OK) return rc;
    fork_cache_write(f, path, found, algo_buf_view(body));
  }
  return found ? ALGO_OK : not_there(path, err);
}

algo_code_t fork_status(algo_fork_t *f, uint64_t *last, algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT;
  json_object *o = NULL;
  algo_code_t rc = fork_get(f, "/v2/status", false, &body, err);
  if (rc == ALGO_OK) rc = algo_json_parse(&o, body.p, body.n, err);
  if (rc == ALGO_OK) rc = algo_json_get_u64(o, "last-round", last, err);
  json_object_put(o);
  algo_buf_fini(&body);
  if (rc == ALGO_E_PARSE || rc == ALGO_E_NOT_FOUND)
    return algo_err_set(err, ALGO_E_PARSE, "%s does not answer as an algod does: check the URL to fork",
                        algo_http_server(f->http));
  if (rc == ALGO_OK && *last < f->origin.round)
    rc = algo_err_set(err, ALGO_E_INVALID,
                      "the forked node %s is at round %" PRIu64 ", before the fork's round %" PRIu64
                      ": was its chain begun anew?",
                      algo_http_server(f->http), *last, f->origin.round);
  return rc;
}

algo_code_t fork_block(algo_fork_t *f, uint64_t round, bool keep, algo_buf_t *out, algo_err_t *err) {
  char path[64];
  snprintf(path, sizeof path, "/v2/blocks/%" PRIu64 "?format=msgpack", round);
  algo_code_t rc = fork_get(f, path, keep, out, err);
  return rc == ALGO_E_NOT_FOUND ? algo_err_set(err, ALGO_E_UNSUPPORTED,
                                               "the forked node %s no longer has the block of round %" PRIu64
                                               ": fork a later round, or an archival node",
                                               algo_http_server(f->http), round)
                                : rc;
}

/* ---- opening ---- */

static algo_code_t keep(algo_fork_t *f, algo_bytes_t *out, const algo_buf_t *body, algo_err_t *err) {
  *out = algo_arena_dup(&f->arena, algo_buf_view(body));
  return out->p == NULL ? fork_nomem(err) : ALGO_OK;
}

static algo_code_t read_genesis(algo_fork_t *f, algo_digest_t *hash, algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT;
  algo_genesis_t g;
  algo_code_t rc = fork_get(f, "/genesis", false, &body, err);
  if (rc == ALGO_OK) rc = keep(f, &f->genesis, &body, err);
  algo_buf_fini(&body);
  if (rc == ALGO_OK) rc = algo_genesis_parse(&g, f->genesis.p, f->genesis.n, &f->arena, err);
  if (rc == ALGO_E_PARSE || rc == ALGO_E_NOT_FOUND)
    return algo_err_prefix(err, rc, "%s does not answer as an algod does", algo_http_server(f->http));
  if (rc != ALGO_OK) return rc;
  algo_genesis_hash(hash, &g);
  f->fee_sink = g.fee_sink;
  f->rewards_pool = g.rewards_pool;
  return ALGO_OK;
}

static algo_code_t read_block(algo_fork_t *f, const algo_digest_t *genesis, algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT;
  algo_block_t b;
  algo_code_t rc = fork_block(f, f->origin.round, false, &body, err);
  if (rc == ALGO_OK) rc = keep(f, &f->origin.block, &body, err);
  algo_buf_fini(&body);
  if (rc == ALGO_OK) rc = algo_block_decode(&b, f->origin.block, &f->arena, err);
  if (rc != ALGO_OK) return rc;
  if (b.header.round != f->origin.round)
    return algo_err_set(err, ALGO_E_PARSE, "the forked node %s gave the block of round %" PRIu64 " for round %" PRIu64,
                        algo_http_server(f->http), b.header.round, f->origin.round);
  if (memcmp(&b.header.genesis_hash, genesis, sizeof *genesis) != 0)
    return algo_err_set(err, ALGO_E_GENESIS, "the forked node %s has blocks of another network than its genesis",
                        algo_http_server(f->http));
  return ALGO_OK;
}

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
  algo_http_options_t http = {.base_url = opt->url, .retries = 2};
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
  algo_digest_t genesis;
  algo_fork_t *f = calloc(1, sizeof *f);
  if (f == NULL) return fork_nomem(err);
  if (env != NULL) f->env = *env;
  algo_code_t rc = connect(f, opt, err);
  if (rc == ALGO_OK) rc = choose_round(f, opt->round, err);
  if (rc == ALGO_OK) rc = read_genesis(f, &genesis, err);
  if (rc == ALGO_OK) rc = read_block(f, &genesis, err);
  if (rc == ALGO_OK) f->cache = fork_cache_folder(opt->cache, &genesis, f->origin.round, f->origin.block);
  if (rc == ALGO_OK) rc = fork_read_supply(f, err);
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
