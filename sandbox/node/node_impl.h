/* What the parts of the node share. */
#ifndef ALGO_NODE_IMPL_H
#define ALGO_NODE_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "algo/mp.h"
#include "algo/node.h"

typedef struct node_waiter {
  struct node_waiter *next;
  uint64_t round;
  algo_node_waiter_t w;
} node_waiter_t;

typedef struct node_replay { /* recorded blocks: file r - first holds round r */
  char *dir;
  uint64_t first;
  char **names;
  size_t n; /* file names; NULL where a round is missing */
  bool deltas;
  _Atomic uint64_t sync_round;
} node_replay_t;

/* Where the blocks come from: a live ledger (live.c) or recorded ones (replay.c). */
typedef struct node_source {
  algo_code_t (*block)(algo_node_t *n, uint64_t round, algo_buf_t *out, algo_err_t *err);
  void (*fini)(algo_node_t *n);
} node_source_t;

typedef struct node_log node_log_t;           /* log.c */
typedef struct node_coverage node_coverage_t; /* coverage.c */
typedef struct node_evicted node_evicted_t;   /* evicted.c */

struct algo_node {
  algo_env_t env;
  const node_source_t *source;
  algo_arena_t arena;    /* what lives as long as the node: genesis, texts */
  algo_node_mode_t mode; /* changed with both lock and now_lock held */
  uint32_t interval_ms;
  algo_genesis_t genesis;
  char *genesis_id;
  algo_digest_t genesis_hash;
  algo_buf_t genesis_json;
  const algo_consensus_t *consensus;

  algo_ledger_t *ledger;              /* NULL in a replay */
  const algo_ledger_origin_t *origin; /* NULL: not a fork */
  uint64_t origin_failures;           /* with now_lock held */
  pthread_rwlock_t lock;              /* the ledger and what is below, down to the waiters */
  bool has_offset;
  uint64_t offset;
  bool has_next_time;
  int64_t next_time;

  pthread_mutex_t now_lock; /* down to the waiters: for those who must not wait for what a fork reads elsewhere */
  algo_err_t origin_err;    /* the last of origin_failures */
  uint64_t last_made_ns;    /* 0: none yet */
  char protocol[128], next_protocol[128];
  uint64_t next_protocol_round;

  pthread_mutex_t wait_lock;
  node_waiter_t *waiters;
  bool retired;           /* with wait_lock held */
  _Atomic uint64_t round; /* written with wait_lock held */

  pthread_t miner; /* INTERVAL */
  bool miner_started, stopping;
  pthread_mutex_t mode_lock; /* one change of mode at a time */
  pthread_mutex_t miner_lock;
  pthread_cond_t miner_cond;

  node_replay_t *replay;

  uint64_t checkpoint_blocks, checkpoint_size, checkpointed; /* one each so many blocks; the last one's bytes, round */
  node_log_t *log;                                           /* everything that happened */
  algo_buf_t event;                                          /* for the next record */
  algo_buf_t open_groups; /* accepted since the last block, as the log will have them */
  uint32_t n_open;
  size_t fit; /* of them, what the next block takes: bytes, groups; only where the ledger says that there is more */
  uint32_t n_fit;
  algo_buf_t later;              /* groups that could not be tried: before those accepted since, and in no ledger */
  node_evicted_t *evicted;       /* NULL: nothing was yet */
  uint64_t fee_factor;           /* of the pool: grows while it is overfull; pool.c */
  _Atomic uint64_t fee_per_byte; /* what it asks for now */
  node_coverage_t *coverage;     /* NULL: off */
  algo_keytable_t *keys;         /* NULL: in a replay */
};

/* node.c */
algo_node_t *node_alloc(const node_source_t *source, const algo_env_t *env);
void node_take_header(algo_node_t *n, const algo_header_t *h); /* what a status says of the protocol */

algo_code_t node_read_only(algo_err_t *err); /* UNSUPPORTED: a replay */

void node_made(algo_node_t *n, uint64_t when_ns); /* the last block was, by the clock; 0: there is none */

/* The lock of a look-up: in a fork it may have to read from elsewhere, so it is alone. */
void node_lock_look(algo_node_t *n);
void node_unlock(algo_node_t *n); /* and notes what the origin could not tell */
algo_code_t node_new_ledger(algo_node_t *n, algo_ledger_t **out, algo_err_t *err); /* as it begins */

/* recorded.c */
algo_code_t node_replay_open(node_replay_t **out, const char *dir, algo_err_t *err);
void node_replay_close(node_replay_t *r);
uint64_t node_replay_last(const node_replay_t *r);
algo_code_t node_replay_block(const node_replay_t *r, uint64_t round, algo_buf_t *out, algo_err_t *err);
/* From the folder "deltas" among the blocks, where there is one; the file has the block's name. */
algo_code_t node_replay_delta(const node_replay_t *r, uint64_t round, algo_buf_t *out, algo_err_t *err);

/* log.c: what happened, one record after the other; each is whole or not there. */
algo_code_t node_log_open(node_log_t **out, const char *dir, algo_err_t *err); /* dir NULL: a file that nobody sees */
void node_log_close(node_log_t *l);
const char *node_log_dir(const node_log_t *l); /* NULL: none */
int node_log_fd(const node_log_t *l);
uint64_t node_log_end(const node_log_t *l); /* bytes of the records that are in the file */
/* The first record alone; nothing where it is not whole. */
algo_code_t node_log_first(node_log_t *l, algo_buf_t *out, algo_err_t *err);
/* At the start: the records from byte `from` on; what a kill left behind the last is cut off. PARSE: damaged. */
algo_code_t node_log_read(node_log_t *l, uint64_t from, algo_buf_t *out, algo_err_t *err);
algo_code_t node_log_copy(node_log_t *l, algo_buf_t *out, algo_err_t *err); /* all records */
/* The same as a file that the caller closes: what is in its first *size bytes stays, whatever is added behind. */
algo_code_t node_log_file(node_log_t *l, int *fd, uint64_t *size, algo_err_t *err);
algo_code_t node_log_rewrite(node_log_t *l, algo_bytes_t records, algo_err_t *err);
/* IO: nothing was added. Records reach the file in their order, whole or not at all. */
algo_code_t node_log_append(node_log_t *l, algo_bytes_t payload, algo_err_t *err);
/* The record that was appended last, of n bytes, is not there any more. */
void node_log_take_back(node_log_t *l, size_t n);
/* Memory and disk for one more record of n bytes: noting it cannot fail for want of them. Errors: NOMEM, IO. */
algo_code_t node_log_room(node_log_t *l, size_t n, algo_err_t *err);
/* Of what has happened already. IO: it is not in the file yet, and will be before the next one. */
algo_code_t node_log_note(node_log_t *l, algo_bytes_t payload, algo_err_t *err);
/* One record from the front of *in. END: none; TRUNCATED: what is there is not whole. */
algo_code_t node_record_next(algo_bytes_t *in, algo_bytes_t *payload);
void node_record_put(algo_buf_t *out, algo_bytes_t payload);
uint32_t node_checksum(algo_bytes_t v);

/* checkpoint.c: the state as of some block, so that a start does not do everything again. */
void node_checkpoint(algo_node_t *n); /* after a block: where it is time for one */
/* A ledger from the best checkpoint of the folder, and where the log goes on. NOT_FOUND: none. */
algo_code_t node_checkpoint_open(algo_node_t *n, uint64_t *from, algo_err_t *err);
void node_checkpoint_remove(algo_node_t *n);

/* events.c: the records' content. */
void node_event_genesis(algo_buf_t *out, algo_bytes_t json, const algo_ledger_origin_t *origin);
void node_event_group(algo_buf_t *out, algo_bytes_t group, bool skip_signatures); /* an element of a block's groups */
algo_code_t node_event_group_read(algo_mp_t *r, bool *skip_signatures, algo_bytes_t *group, algo_err_t *err);
/* An element of a block's groups, done again on a ledger; its signatures were verified when it was accepted. Where it
 * is refused, text (NULL: not wanted) gets the whole message. */
algo_code_t node_event_submit(algo_ledger_t *l, algo_mp_t *r, algo_bytes_t *group, algo_buf_t *text, algo_err_t *err);
void node_event_block(algo_buf_t *out, int64_t timestamp, uint32_t n, algo_bytes_t groups);
void node_event_change(algo_buf_t *out, const algo_node_change_t *c);
void node_event_snapshot(algo_buf_t *out);
void node_event_revert(algo_buf_t *out, uint64_t id);
/* The genesis JSON of a log's first record. */
algo_code_t node_events_genesis(algo_bytes_t records, algo_bytes_t *json, algo_err_t *err);
/* Are they what was done on that origin (NULL: on none)? Errors: GENESIS. */
algo_code_t node_events_fit(algo_bytes_t records, const algo_ledger_origin_t *origin, algo_err_t *err);
/* The records, done again on a ledger; a genesis does nothing. */
algo_code_t node_events_apply(algo_ledger_t *l, algo_bytes_t records, const algo_node_stop_t *stop, algo_err_t *err);
uint64_t node_events_blocks(algo_bytes_t records); /* how many blocks they make */
algo_code_t node_change_apply(algo_ledger_t *l, const algo_node_change_t *c, algo_err_t *err);

/* coverage.c */
const algo_avm_tracer_t *node_coverage_tracer(node_coverage_t *c); /* NULL where c is */
void node_coverage_free(node_coverage_t *c);

/* wait.c: the tip is now `round`; whoever waited for it, or for less, is woken. */
void node_tip(algo_node_t *n, uint64_t round);

/* pool.c: what was accepted since the last block, which may be more than one takes; with the write lock held */
void node_pool_rules(algo_node_t *n, algo_submit_options_t *opt);
void node_pool_add(algo_node_t *n, algo_bytes_t group, bool skip_signatures); /* the ledger has it; memory is there */
void node_pool_clear(algo_node_t *n);                                         /* and what became of what was there */
void node_pool_forget_open(algo_node_t *n);                                   /* what is open alone */
void node_pool_cut(algo_node_t *n); /* a block is made: the ledger's open one is what goes into it, fit and n_fit too */
/* The group that came last, with so many bytes in open_groups. */
void node_pool_take_back(algo_node_t *n, size_t bytes, algo_bytes_t group);
void node_pool_again(algo_node_t *n, bool made); /* what was cut off comes behind that block, or behind what is open */

/* evicted.c: with the write lock held */
void node_evicted_put(node_evicted_t **e, algo_bytes_t group, algo_bytes_t why); /* an empty reason: it waits */
void node_evicted_free(node_evicted_t *e);

/* seal.c: with the write lock held */
algo_code_t node_seal(algo_node_t *n, algo_err_t *err); /* refused: what is open stays open */
void node_discard(algo_node_t *n);                      /* what is open */
/* May a block behind this ledger's last have that time? Errors: INVALID. */
algo_code_t node_time_fits(const algo_ledger_t *l, int64_t when, algo_err_t *err);

/* miner.c */
algo_code_t node_miner_start(algo_node_t *n, algo_err_t *err);
void node_miner_stop(algo_node_t *n);

#endif
