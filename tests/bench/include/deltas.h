/* deltas.h - what a follower node would answer to /v2/deltas for blocks in a folder, made by the ledger. */
#ifndef ALGORENT_BENCH_DELTAS_H
#define ALGORENT_BENCH_DELTAS_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "algo/file.h"
#include "algo/ledger.h"

static inline bool deltas_genesis(const char *folder, algo_genesis_t *g, algo_arena_t *arena) {
  char path[256];
  algo_buf_t raw = ALGO_BUF_INIT;
  snprintf(path, sizeof path, "%s/genesis.json", folder);
  const bool ok = algo_file_read(&raw, path, SIZE_MAX, NULL) == ALGO_OK &&
                  algo_genesis_parse(g, raw.p, raw.n, arena, NULL) == ALGO_OK;
  algo_buf_fini(&raw);
  return ok;
}

/* The block's transactions again, as they were posted. Of what real agreement adds (payouts to proposers) the ledger
 * knows nothing: a row or two a block. */
static inline bool deltas_block(algo_ledger_t *l, algo_bytes_t want, algo_err_t *err) {
  const algo_submit_options_t o = {.skip_signatures = true};
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t raw = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
  algo_block_t b;
  algo_code_t rc = algo_block_decode(&b, want, &arena, err);
  for (size_t i = 0, first = 0; rc == ALGO_OK && i < b.n_txns; i++) {
    algo_stxn_t s = b.txns[i].stxn;
    const algo_digest_t *group = &s.txn.group;
    if (i == first) algo_buf_clear(&raw);
    algo_block_restore(&s.txn, &b, &b.txns[i]);
    algo_stxn_encode(&raw, &s);
    if (i + 1 < b.n_txns && !algo_digest_is_zero(group) &&
        memcmp(&b.txns[i + 1].stxn.txn.group, group, sizeof *group) == 0)
      continue;
    first = i + 1;
    algo_buf_clear(&text);
    rc = algo_ledger_submit(l, algo_buf_view(&raw), &o, NULL, &text, NULL, err);
    if (rc != ALGO_OK) algo_err_set(err, rc, "%.300s", algo_buf_cstr(&text));
  }
  if (rc == ALGO_OK) rc = algo_ledger_seal(l, b.header.timestamp, err);
  algo_buf_fini(&raw);
  algo_buf_fini(&text);
  algo_arena_fini(&arena);
  return rc == ALGO_OK;
}

static inline bool deltas_write(algo_ledger_t *l, const char *folder, unsigned round, algo_err_t *err) {
  char path[256];
  algo_buf_t raw = ALGO_BUF_INIT;
  snprintf(path, sizeof path, "%s/deltas/%06u.msgp", folder, round);
  const bool ok =
      algo_ledger_delta(l, round, &raw, err) == ALGO_OK && algo_file_write(path, algo_buf_view(&raw), err) == ALGO_OK;
  algo_buf_fini(&raw);
  return ok;
}

static inline bool deltas_write_all(const char *folder) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_genesis_t g;
  algo_ledger_t *l = NULL;
  algo_err_t err;
  char path[256];
  algo_err_init(&err);
  snprintf(path, sizeof path, "%s/deltas", folder);
  bool ok =
      mkdir(path, 0755) == 0 && deltas_genesis(folder, &g, &arena) && algo_ledger_new(&l, &g, NULL, &err) == ALGO_OK;
  for (unsigned round = 1; ok; round++) {
    algo_buf_t want = ALGO_BUF_INIT;
    snprintf(path, sizeof path, "%s/%06u.msgp", folder, round);
    const bool there = access(path, R_OK) == 0;
    if (there)
      ok = algo_file_read(&want, path, SIZE_MAX, &err) == ALGO_OK && deltas_block(l, algo_buf_view(&want), &err) &&
           deltas_write(l, folder, round, &err);
    algo_buf_fini(&want);
    if (!there) break;
  }
  if (!ok) fprintf(stderr, "SKIPPED back-fill with --state: no state deltas: %s\n", err.msg);
  algo_ledger_free(l);
  algo_arena_fini(&arena);
  return ok;
}

/* What a follower node would answer for these blocks, made once by the ledger from the genesis beside them; in a
 * process of its own, for the memory of one that starts others is counted with theirs. */
static inline bool deltas_make(const char *folder) {
  int status;
  const pid_t pid = fork();
  if (pid < 0) return false;
  if (pid == 0) _exit(deltas_write_all(folder) ? 0 : 1);
  return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

#endif
