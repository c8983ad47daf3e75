/* A developer's chain as a node recorded it: its transactions, submitted group by group, must make the same blocks, and
 * the ledger's state deltas must be the node's. The folder `blocks` beside genesis.json and deltas.tar.zst. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "algo/ledger.h"
#include "vectors.h"

typedef struct chain {
  vec_report_t *report;
  algo_ledger_t *ledger;
} chain_t;

static bool beside(char out[4096], const char *folder, const char *name) {
  struct stat st;
  snprintf(out, 4096, "%s/../%s", folder, name);
  return stat(out, &st) == 0;
}

static bool takes(const char *path) {
  const char *slash = strrchr(path, '/');
  char file[4096];
  return strcmp(slash ? slash + 1 : path, "blocks") == 0 && beside(file, path, "genesis.json") &&
         beside(file, path, "deltas.tar.zst");
}

/* The transactions of one group, as they were posted, and the index behind them. */
static size_t group_at(const algo_block_t *b, size_t i, algo_buf_t *out) {
  const algo_digest_t *group = &b->txns[i].stxn.txn.group;
  do {
    algo_stxn_t s = b->txns[i].stxn;
    algo_block_restore(&s.txn, b, &b->txns[i]);
    algo_stxn_encode(out, &s);
    i++;
  } while (i < b->n_txns && !algo_digest_is_zero(group) &&
           memcmp(&b->txns[i].stxn.txn.group, group, sizeof *group) == 0);
  return i;
}

static bool submit_all(chain_t *c, const algo_block_t *b, const char *id) {
  bool taken = true;
  for (size_t i = 0; i < b->n_txns;) {
    algo_buf_t raw = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
    i = group_at(b, i, &raw);
    if (algo_ledger_submit(c->ledger, algo_buf_view(&raw), NULL, NULL, &text, NULL, NULL)) {
      vec_fail(c->report, id, "refused: %.400s", algo_buf_cstr(&text));
      taken = false;
    }
    algo_buf_fini(&raw);
    algo_buf_fini(&text);
  }
  return taken;
}

static void play_round(chain_t *c, algo_bytes_t want, uint64_t round) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_block_t b;
  algo_buf_t have = ALGO_BUF_INIT;
  algo_err_t err;
  char id[32];
  snprintf(id, sizeof id, "%06llu", (unsigned long long)round);
  if (algo_block_decode(&b, want, &arena, &err)) {
    vec_fail(c->report, id, "%s", err.msg);
  } else if (round == 0 || submit_all(c, &b, id)) {
    bool made = round == 0 || algo_ledger_seal(c->ledger, b.header.timestamp, &err) == ALGO_OK;
    if (!made || algo_ledger_block(c->ledger, round, &have, &err)) vec_fail(c->report, id, "%s", err.msg);
    else if (!algo_bytes_eq(algo_buf_view(&have), want)) vec_fail(c->report, id, "the block is another");
    else vec_pass(c->report);
  }
  algo_buf_fini(&have);
  algo_arena_fini(&arena);
}

static bool same_delta(void *user, const char *name, algo_bytes_t want) {
  chain_t *c = user;
  const char *slash = strrchr(name, '/');
  unsigned long long round = strtoull(slash ? slash + 1 : name, NULL, 10);
  algo_buf_t have = ALGO_BUF_INIT;
  algo_err_t err;
  if (round == 0 || round > algo_ledger_round(c->ledger)) return true;
  if (algo_ledger_delta(c->ledger, round, &have, &err)) vec_fail(c->report, name, "%s", err.msg);
  else if (!algo_bytes_eq(algo_buf_view(&have), want)) vec_fail(c->report, name, "the delta is another");
  else vec_pass(c->report);
  algo_buf_fini(&have);
  return true;
}

static algo_ledger_t *start(vec_report_t *r, const char *path) {
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_genesis_t g;
  algo_ledger_t *l = NULL;
  algo_err_t err;
  char file[4096];
  beside(file, path, "genesis.json");
  if (!vec_read(&raw, file)) vec_fail(r, "genesis", "cannot be read");
  else if (algo_genesis_parse(&g, raw.p, raw.n, &arena, &err) || algo_ledger_new(&l, &g, NULL, &err))
    vec_fail(r, "genesis", "%s", err.msg);
  algo_buf_fini(&raw);
  algo_arena_fini(&arena);
  return l;
}

static void run(vec_report_t *r, const char *path) {
  chain_t c = {r, start(r, path)};
  char file[4096];
  struct stat st;
  for (unsigned long long round = 0; c.ledger; round++) {
    algo_buf_t want = ALGO_BUF_INIT;
    snprintf(file, sizeof file, "%s/%06llu.msgp", path, round);
    if (stat(file, &st) || !vec_read(&want, file)) break;
    play_round(&c, algo_buf_view(&want), round);
    algo_buf_fini(&want);
  }
  beside(file, path, "deltas.tar.zst");
  if (c.ledger && !vec_archive(file, same_delta, &c)) vec_fail(r, "deltas", "cannot be read");
  algo_ledger_free(c.ledger);
}

const vec_kind_t vec_replay = {.takes = takes, .run = run};
