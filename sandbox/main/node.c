#include "node.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "algo/file.h"
#include "world.h"

#define FORK_FUNDS UINT64_C(1000000000000) /* microAlgos of the development accounts on top of another network */

#define SEED_OFFSET 1u /* seconds between blocks */

#define FORK_CACHE UINT64_C(1024) /* MiB that forks without a folder of their own may keep */

/* ---- a fork ---- */

/* DIR/fork is that state's alone: it begins with what the state began with. */
static bool is_there(const char *data) {
  algo_buf_t path = ALGO_BUF_INIT;
  struct stat st;
  algo_buf_printf(&path, "%s/log", data);
  bool there = stat(algo_buf_cstr(&path), &st) == 0 && st.st_size > 0;
  algo_buf_fini(&path);
  return there;
}

static algo_code_t open_fork(algo_fork_t **out, const sandbox_options_t *o, const algo_env_t *env, algo_err_t *err) {
  algo_buf_t token = ALGO_BUF_INIT, folder = ALGO_BUF_INIT;
  algo_fork_options_t opt = {.url = o->fork, .round = o->fork_round, .cache = o->fork_cache};
  algo_code_t rc = algo_fork_token(&token, o->fork_token_file, err);
  opt.token = algo_buf_cstr(&token);
  if (o->fork_cache == NULL && o->data != NULL) {
    algo_buf_printf(&folder, "%s/fork", o->data);
    opt.cache = algo_buf_cstr(&folder);
    opt.again = is_there(o->data);
  } else {
    opt.cache_limit = (o->fork_cache_mib == 0 ? FORK_CACHE : o->fork_cache_mib) << 20;
  }
  if (rc == ALGO_OK) rc = algo_fork_open(out, &opt, env, err);
  if (token.p != NULL) sodium_memzero(token.p, token.cap);
  algo_buf_fini(&token);
  algo_buf_fini(&folder);
  return rc;
}

/* Whoever takes the key daemon's accounts for a network's dispenser finds money there, on top of any network. */
static algo_code_t fund(algo_node_t *n, algo_err_t *err) {
  algo_code_t rc = ALGO_OK;
  for (unsigned i = 1; rc == ALGO_OK && i <= ALGO_NODE_DEV_ACCOUNTS; i++) {
    algo_key_t key;
    algo_account_view_t v;
    algo_node_dev_key(&key, i);
    algo_ledger_account(algo_node_read(n), &key.addr, &v);
    algo_node_read_done(n);
    const algo_node_change_t c = {.kind = ALGO_NODE_BALANCE, .addr = key.addr, .amount = FORK_FUNDS};
    if (algo_node_origin_failures(n, err) > 0) rc = err->code;
    else if (v.balance < FORK_FUNDS) rc = algo_node_change(n, &c, err);
    algo_key_fini(&key);
  }
  return rc;
}

/* ---- any chain ---- */

static algo_code_t open_live(sandbox_chain_t *out, const sandbox_options_t *o, const algo_env_t *env, algo_err_t *err) {
  algo_node_mode_t mode = o->manual ? ALGO_NODE_MANUAL : o->interval_ms > 0 ? ALGO_NODE_INTERVAL : ALGO_NODE_DEV;
  algo_node_options_t opt = {
      .mode = mode, .interval_ms = o->interval_ms, .data_dir = o->data, .checkpoint_blocks = o->checkpoint};
  algo_buf_t genesis = ALGO_BUF_INIT, dump = ALGO_BUF_INIT;
  algo_code_t rc = o->genesis != NULL ? algo_file_read(&genesis, o->genesis, SIZE_MAX, err) : ALGO_OK;
  if (rc == ALGO_OK && o->load != NULL) rc = algo_file_read(&dump, o->load, SIZE_MAX, err);
  if (rc == ALGO_OK && o->fork != NULL) rc = open_fork(&out->fork, o, env, err);
  opt.genesis_json = out->fork == NULL ? algo_buf_view(&genesis) : algo_fork_genesis(out->fork);
  opt.origin = out->fork == NULL ? NULL : algo_fork_origin(out->fork);
  opt.load = algo_buf_view(&dump);
  if (rc == ALGO_OK) rc = algo_node_new(&out->node, &opt, env, err);
  if (rc == ALGO_OK && opt.origin != NULL && algo_node_round(out->node) == opt.origin->round) rc = fund(out->node, err);
  algo_buf_fini(&genesis);
  algo_buf_fini(&dump);
  return rc;
}

static algo_code_t begin_seeded(algo_node_t *n, algo_err_t *err) {
  algo_code_t rc = algo_node_set_next_time(n, SANDBOX_SEED_TIME, err); /* from a day that is always the same */
  return rc == ALGO_OK ? algo_node_set_offset(n, SEED_OFFSET, err) : rc;
}

algo_code_t sandbox_chain_open(sandbox_chain_t *out, const sandbox_options_t *o, const algo_env_t *env,
                               algo_err_t *err) {
  *out = (sandbox_chain_t){.node = NULL};
  if (o->replay != NULL) return algo_node_new_replay(&out->node, o->replay, env, err);
  algo_code_t rc = open_live(out, o, env, err);
  if (rc == ALGO_OK && o->seed != NULL && algo_node_round(out->node) == 0) rc = begin_seeded(out->node, err);
  if (rc != ALGO_OK) sandbox_chain_close(out);
  return rc;
}

void sandbox_chain_close(sandbox_chain_t *c) {
  sandbox_chain_t *former = c->former;
  algo_node_free(c->node);
  algo_fork_close(c->fork);
  *c = (sandbox_chain_t){.node = NULL};
  if (former == NULL) return;
  sandbox_chain_close(former);
  free(former);
}

/* ---- another one in its place ---- */

static algo_code_t reseed(sandbox_chains_t *s, const char *seed, algo_err_t *err) {
  algo_code_t rc = sandbox_world_seed(s->world, seed) ? ALGO_OK : algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  return rc == ALGO_OK ? algo_node_reset_at(s->now->node, SANDBOX_SEED_TIME, SEED_OFFSET, err) : rc;
}

algo_code_t sandbox_chain_other(void *chains, const algo_rest_chain_t *what, algo_node_t **out, algo_err_t *err) {
  sandbox_chains_t *s = chains;
  sandbox_options_t o = *s->options;
  sandbox_chain_t *former, made;
  if (what->kind == ALGO_REST_SEED) {
    *out = s->now->node;
    return reseed(s, what->seed, err);
  }
  if ((former = calloc(1, sizeof *former)) == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  o.data = o.load = o.genesis = o.seed = NULL; /* it is in memory alone */
  o.replay = what->folder;
  o.fork = what->url;
  o.fork_round = what->round;
  o.fork_token_file = what->token_file;
  algo_code_t rc = sandbox_chain_open(&made, &o, s->env, err);
  if (rc != ALGO_OK) {
    free(former);
    return rc;
  }
  pthread_mutex_lock(&s->lock);
  *former = *s->now;
  made.former = former;
  *s->now = made;
  pthread_mutex_unlock(&s->lock);
  *out = made.node;
  return ALGO_OK;
}

void sandbox_chain_drop(void *chains, algo_node_t *node) {
  sandbox_chains_t *s = chains;
  sandbox_chain_t *gone = NULL;
  pthread_mutex_lock(&s->lock);
  for (sandbox_chain_t **at = &s->now->former; *at != NULL && gone == NULL;) {
    if ((*at)->node != node) {
      at = &(*at)->former;
      continue;
    }
    gone = *at;
    *at = gone->former;
    gone->former = NULL;
  }
  pthread_mutex_unlock(&s->lock);
  if (gone == NULL) return; /* the one that answers; it ends with the program */
  sandbox_chain_close(gone);
  free(gone);
}
