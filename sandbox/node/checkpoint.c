/* Checkpoints: DIR/state is the state as of a block with the place of the log that comes after it, DIR/state-before the
 * one before, so that a start can do the last blocks again and know their deltas. Either is a copy of what the log
 * says: without them a start takes longer, and that is all. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "algo/file.h"
#include "node_impl.h"

#define DEFAULT_BLOCKS 4000u /* between checkpoints, and one more for each */
#define BYTES_A_BLOCK  4096u /* of the last one, so that a large state is not written all the time */
#define LOOKBACK       320u  /* rounds whose deltas a node answers */
#define TAIL           4096u /* bytes of the log before the place, by which it is known again */

typedef struct head {
  char magic[16];
  uint64_t log_end;
  uint32_t log_tail, sum; /* CRC-32 of the log's last bytes; of what follows */
} head_t;

static const char magic[16] = "sandbox state 1";

static algo_code_t tail_sum(int fd, uint64_t end, uint32_t *out, algo_err_t *err) {
  uint8_t tail[TAIL];
  size_t n = end < TAIL ? (size_t)end : TAIL;
  algo_code_t rc = algo_file_read_at(fd, tail, n, end - n, err);
  if (rc == ALGO_OK) *out = node_checksum(algo_bytes(tail, n));
  return rc;
}

static void path_of(char out[4096], const algo_node_t *n, const char *name) {
  snprintf(out, 4096, "%s/%s", node_log_dir(n->log), name);
}

/* ---- writing ---- */

static algo_code_t save(algo_node_t *n, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  head_t h = {.log_end = node_log_end(n->log)};
  char now[4096], before[4096];
  memcpy(h.magic, magic, sizeof magic);
  algo_buf_put(&b, &h, sizeof h);
  algo_code_t rc = tail_sum(node_log_fd(n->log), h.log_end, &h.log_tail, err);
  if (rc == ALGO_OK) rc = algo_ledger_save(n->ledger, &b, err);
  if (rc == ALGO_OK) {
    h.sum = node_checksum(algo_bytes(b.p + sizeof h, b.n - sizeof h));
    memcpy(b.p, &h, sizeof h);
    path_of(now, n, "state");
    path_of(before, n, "state-before");
    rc = algo_file_sync(node_log_fd(n->log), err); /* what it goes on from is there as surely as it is */
    if (rc == ALGO_OK) (void)rename(now, before);  /* the first time there is none */
    if (rc == ALGO_OK) rc = algo_file_replace_durably(node_log_dir(n->log), "state", algo_buf_view(&b), NULL, err);
    n->checkpoint_size = b.n;
  }
  algo_buf_fini(&b);
  return rc;
}

void node_checkpoint(algo_node_t *n) {
  algo_err_t err;
  uint64_t every = n->checkpoint_blocks;
  if (every == 0) every = DEFAULT_BLOCKS + n->checkpoint_size / BYTES_A_BLOCK;
  uint64_t round = algo_ledger_round(n->ledger);
  if (round < n->checkpointed) n->checkpointed = round; /* reverted */
  if (node_log_dir(n->log) == NULL || round - n->checkpointed < every || !algo_ledger_may_save(n->ledger)) return;
  n->checkpointed = round;
  if (save(n, &err) != ALGO_OK) algo_env_log(&n->env, ALGO_LOG_WARN, "no checkpoint: %s", err.msg);
}

void node_checkpoint_remove(algo_node_t *n) {
  char path[4096];
  static const char *const names[] = {"state", "state-before"};
  for (size_t i = 0; i < 2 && node_log_dir(n->log) != NULL; i++) {
    path_of(path, n, names[i]);
    (void)unlink(path);
  }
  n->checkpointed = 0;
}

/* ---- reading ---- */

typedef struct candidate {
  algo_buf_t bytes;
  head_t head;
  bool good;
} candidate_t;

static void read_candidate(candidate_t *c, const algo_node_t *n, const char *name) {
  char path[4096];
  uint32_t tail = 0;
  path_of(path, n, name);
  if (algo_file_read(&c->bytes, path, SIZE_MAX, NULL) != ALGO_OK || c->bytes.n < sizeof c->head) return;
  memcpy(&c->head, c->bytes.p, sizeof c->head);
  c->good = memcmp(c->head.magic, magic, sizeof magic) == 0 &&
            node_checksum(algo_bytes(c->bytes.p + sizeof c->head, c->bytes.n - sizeof c->head)) == c->head.sum &&
            tail_sum(node_log_fd(n->log), c->head.log_end, &tail, NULL) == ALGO_OK && tail == c->head.log_tail;
}

static algo_code_t restore(algo_node_t *n, const candidate_t *c, algo_err_t *err) {
  algo_ledger_t *l = NULL;
  algo_code_t rc = node_new_ledger(n, &l, err);
  if (rc == ALGO_OK) rc = algo_ledger_keep(l, node_log_dir(n->log), err);
  if (rc == ALGO_OK)
    rc = algo_ledger_restore(l, algo_bytes(c->bytes.p + sizeof c->head, c->bytes.n - sizeof c->head), err);
  if (rc != ALGO_OK) {
    algo_ledger_free(l);
    return rc;
  }
  n->ledger = l;
  n->checkpointed = algo_ledger_round(l);
  return ALGO_OK;
}

/* Does the log make enough blocks behind it? */
static bool far_enough(algo_node_t *n, const candidate_t *c) {
  algo_buf_t records = ALGO_BUF_INIT;
  bool far = node_log_read(n->log, c->head.log_end, &records, NULL) != ALGO_OK ||
             node_events_blocks(algo_buf_view(&records)) >= LOOKBACK;
  algo_buf_fini(&records);
  return far;
}

algo_code_t node_checkpoint_open(algo_node_t *n, uint64_t *from, algo_err_t *err) {
  candidate_t c[2] = {{.bytes = ALGO_BUF_INIT}, {.bytes = ALGO_BUF_INIT}};
  read_candidate(&c[0], n, "state");
  read_candidate(&c[1], n, "state-before");
  const candidate_t *best = c[0].good && far_enough(n, &c[0]) ? &c[0] : c[1].good ? &c[1] : NULL;
  algo_code_t rc = best != NULL ? restore(n, best, err) : algo_err_set(err, ALGO_E_NOT_FOUND, "no checkpoint");
  if (rc == ALGO_OK) *from = best->head.log_end;
  for (size_t i = 0; i < 2; i++) algo_buf_fini(&c[i].bytes);
  return rc;
}
