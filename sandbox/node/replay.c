/* A node over recorded blocks: read-only, and it never grows. */
#include <stdlib.h>

#include "algo/file.h"
#include "node_impl.h"

static algo_code_t recorded_block(algo_node_t *n, uint64_t round, algo_buf_t *out, algo_err_t *err) {
  return node_replay_block(n->replay, round, out, err);
}

static void recorded_fini(algo_node_t *n) { node_replay_close(n->replay); }

static const node_source_t recorded = {recorded_block, recorded_fini};

bool algo_node_follows(const algo_node_t *n) { return n->replay != NULL && n->replay->deltas; }

uint64_t algo_node_sync_round(const algo_node_t *n) {
  return n->replay != NULL ? atomic_load(&n->replay->sync_round) : 0;
}

void algo_node_set_sync_round(algo_node_t *n, uint64_t round) {
  if (n->replay != NULL) atomic_store(&n->replay->sync_round, round);
}

/* Genesis id, hash and protocol of a replay come from its last block, genesis.json from beside the blocks or above. */
static algo_code_t replay_identity(algo_node_t *n, const char *dir, algo_err_t *err) {
  uint64_t last = node_replay_last(n->replay);
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_block_t b = {0};
  algo_code_t rc = node_replay_block(n->replay, last, &raw, err);
  if (rc == ALGO_OK) {
    rc = algo_block_decode(&b, algo_buf_view(&raw), &n->arena, err);
    if (rc != ALGO_OK) algo_err_prefix(err, rc, "%s: block %lu", dir, (unsigned long)last);
  }
  if (rc == ALGO_OK) {
    node_take_header(n, &b.header);
    n->consensus = algo_consensus_find(b.header.protocol);
    n->genesis_hash = b.header.genesis_hash;
    n->genesis_id =
        strndup(b.header.genesis_id.n > 0 ? (const char *)b.header.genesis_id.p : "", b.header.genesis_id.n);
    atomic_store(&n->round, last);
    if (n->genesis_id == NULL) rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  algo_buf_fini(&raw);
  for (int up = 0; rc == ALGO_OK && up < 2 && n->genesis_json.n == 0; up++) {
    char *path = algo_arena_printf(&n->arena, "%s%s/genesis.json", dir, up ? "/.." : "");
    if (path == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
    (void)algo_file_read(&n->genesis_json, path, SIZE_MAX, NULL);
  }
  return rc;
}

algo_code_t algo_node_new_replay(algo_node_t **out, const char *dir, const algo_env_t *env, algo_err_t *err) {
  algo_node_t *n = node_alloc(&recorded, env);
  if (n == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_code_t rc = node_replay_open(&n->replay, dir, err);
  if (rc == ALGO_OK) rc = replay_identity(n, dir, err);
  if (rc != ALGO_OK) {
    algo_node_free(n);
    return rc;
  }
  *out = n;
  return ALGO_OK;
}
