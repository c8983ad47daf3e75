/* algo/node.h - a developer's node around the ledger: when blocks are made and what time they carry, who waits for
 * them, snapshots, locks; or a folder of recorded blocks as a read-only chain.
 *
 * Every function may be called from any thread. Looking things up in the ledger takes the read lock
 * (algo_node_read ... algo_node_read_done); all else locks for itself and must not be called with it held. */
#ifndef ALGO_NODE_H
#define ALGO_NODE_H

#include "algo/keys.h"
#include "algo/ledger.h"
#include "algo/origin.h"

typedef struct algo_node algo_node_t;

typedef enum algo_node_mode {
  ALGO_NODE_DEV,      /* a block for each group that is accepted, at once */
  ALGO_NODE_INTERVAL, /* a block every interval_ms */
  ALGO_NODE_MANUAL,   /* a block when algo_node_advance is called */
} algo_node_mode_t;

typedef struct algo_node_options {
  algo_bytes_t genesis_json; /* empty: the development network, algo_node_dev_genesis */
  algo_node_mode_t mode;
  uint32_t interval_ms;       /* INTERVAL only; at least 1 */
  const char *data_dir;       /* kept there, and taken up again; NULL: in memory alone */
  algo_bytes_t load;          /* a dump to start from; empty: none */
  uint64_t checkpoint_blocks; /* in a folder: a checkpoint each so many blocks; 0: 4,000 and more as the state grows */
  /* A fork: of whose network genesis_json is. Kept, not copied; asked with the node's lock held, so by one thread at a
   * time. A folder or a dump of a fork needs the same origin again. NULL: none. */
  const algo_ledger_origin_t *origin;
} algo_node_options_t;

/* Errors: those of algo_genesis_parse and algo_ledger_new; INVALID (an interval of 0); of a folder or a dump: IO,
 * EXISTS (another node has the folder), GENESIS (of another network than the one asked for), PARSE. What a kill cut off
 * at the end of a folder's log, at most the block that nobody was told of yet, is left out. */
ALGO_API algo_code_t algo_node_new(algo_node_t **out, const algo_node_options_t *opt, const algo_env_t *env,
                                   algo_err_t *err);
/* The blocks NNNNNN.msgp of a folder (its name is the round) as a chain that never grows; genesis.json beside them, or
 * in the folder above, is what GET /genesis answers; files of the same names in its folder "deltas" are their state
 * deltas. Errors: IO, NOT_FOUND (no block there), PARSE (the last one). */
ALGO_API algo_code_t algo_node_new_replay(algo_node_t **out, const char *dir, const algo_env_t *env, algo_err_t *err);
ALGO_API void algo_node_free(algo_node_t *n); /* NULL is fine */
/* No block is made by itself any more, and nobody waits: who does is woken, who would does not begin to. */
ALGO_API void algo_node_retire(algo_node_t *n);

/* ---- the development network ---- */
#define ALGO_NODE_DEV_ACCOUNTS 3u
/* The keys of its funded accounts: seeds are SHA-512/256("algorent sandbox account N"), N of 1 to 3. Anyone can make
 * them: for development only. */
ALGO_API void algo_node_dev_key(algo_key_t *out, unsigned index);
/* Its genesis: network "dockernet", accounts of 4, 4 and 2 billion Algos, the first one online; lives in the arena. */
ALGO_API algo_code_t algo_node_dev_genesis(algo_genesis_t *out, algo_arena_t *arena, algo_err_t *err);

/* ---- where it is ---- */
typedef struct algo_node_now {
  uint64_t round;         /* of the last block */
  uint64_t since_last_ns; /* since it was made, in real time; 0 where none was made yet */
  char protocol[128], next_protocol[128];
  uint64_t next_protocol_round;
} algo_node_now_t;
ALGO_API void algo_node_status(algo_node_t *n, algo_node_now_t *out);
ALGO_API uint64_t algo_node_round(const algo_node_t *n);
ALGO_API uint64_t algo_node_first(algo_node_t *n); /* the first block of its own: a fork's origin has those before */
/* How often a fork's origin could not tell what was looked up. Where that changes during a look-up, its result may be
 * incomplete, and *err (NULL: not wanted) says why. */
ALGO_API uint64_t algo_node_origin_failures(algo_node_t *n, algo_err_t *err);
ALGO_API bool algo_node_is_replay(const algo_node_t *n);
ALGO_API const char *algo_node_folder(const algo_node_t *n); /* what keeps it; NULL: none */
ALGO_API bool algo_node_is_dev(algo_node_t *n);              /* mode DEV */
ALGO_API const char *algo_node_genesis_id(const algo_node_t *n);
ALGO_API const algo_digest_t *algo_node_genesis_hash(const algo_node_t *n);
ALGO_API algo_bytes_t algo_node_genesis_json(const algo_node_t *n); /* empty: a replay without one */
ALGO_API const algo_consensus_t *algo_node_consensus(const algo_node_t *n);

/* {block, cert} as recorded or made, appended. Errors: NOT_FOUND, IO. */
ALGO_API algo_code_t algo_node_block(algo_node_t *n, uint64_t round, algo_buf_t *out, algo_err_t *err);

/* The ledger under the read lock; NULL (and no lock is taken) in a replay. */
ALGO_API const algo_ledger_t *algo_node_read(algo_node_t *n);
ALGO_API void algo_node_read_done(algo_node_t *n);

/* ---- waiting ---- */
typedef struct algo_node_waiter {
  void *who;                /* tells one waiter from another */
  void (*begin)(void *who); /* called before it is entered, with the list locked; NULL: none */
  void (*wake)(void *who);  /* the block is there; the waiter is off the list; with the list locked */
} algo_node_waiter_t;
/* False: the round is there already, and nothing was entered. Errors are none: without memory it answers false. */
ALGO_API bool algo_node_wait(algo_node_t *n, uint64_t round, const algo_node_waiter_t *w);
ALGO_API void algo_node_unwait(algo_node_t *n, void *who); /* fine where it is not on the list */

/* ---- moving it ---- */
/* One group; in DEV a block is made of it at once. `text` gets the node's message where it is refused. Errors: LEDGER,
 * PARSE; UNSUPPORTED in a replay; IO where the block could not be kept (a full disk): nothing has happened then. What
 * detail->attributes views is the caller's to free. */
ALGO_API algo_code_t algo_node_submit(algo_node_t *n, algo_bytes_t group, const algo_submit_options_t *opt,
                                      algo_digest_t *first, algo_buf_t *text, algo_submit_detail_t *detail,
                                      algo_err_t *err);
/* As algo_ledger_look_back. */
ALGO_API algo_code_t algo_node_look_back(algo_node_t *n, uint64_t round,
                                         void (*look)(void *self, const algo_ledger_t *l), void *self, algo_err_t *err);
ALGO_API algo_code_t algo_node_simulate(algo_node_t *n, const algo_sim_request_t *req, algo_sim_result_t *out,
                                        algo_arena_t *arena, algo_err_t *err);
/* What the pool asks for: microAlgos for each byte of a signed transaction; 0 where no more than two blocks wait. */
ALGO_API uint64_t algo_node_fee_per_byte(const algo_node_t *n);
/* A transaction that was accepted and is not there any more: another block than the next one was to take it, and its
 * group was refused then, or could not be tried and waits (*why is empty). Both are views, and the read lock is held
 * (algo_node_read). What the ledger finds comes before it. False: none of that id, or it was long ago. */
ALGO_API bool algo_node_evicted(const algo_node_t *n, const algo_digest_t *id, algo_bytes_t *txn, algo_bytes_t *why);
/* `blocks` blocks (empty but for what is open: up to 5 MiB of it in each), 0 is fine. Errors: UNSUPPORTED in a replay,
 * NOMEM, IO. */
ALGO_API algo_code_t algo_node_advance(algo_node_t *n, uint64_t blocks, algo_err_t *err);

/* ---- time ----
 * A block's time is, in this order: the exact one set for it; the one before plus the offset, where an offset is set;
 * the clock, but never before the last block and never more than 25 s after it (the protocol's rule). */
ALGO_API bool algo_node_offset(algo_node_t *n, uint64_t *seconds); /* false: never set */
ALGO_API algo_code_t algo_node_set_offset(algo_node_t *n, uint64_t seconds, algo_err_t *err);
ALGO_API void algo_node_clear_offset(algo_node_t *n);
/* Of the next block alone, Unix seconds. Errors: INVALID (before the last block's). */
ALGO_API algo_code_t algo_node_set_next_time(algo_node_t *n, int64_t when, algo_err_t *err);

/* ---- control: what no network allows ---- */
ALGO_API algo_code_t algo_node_snapshot(algo_node_t *n, uint64_t *id, algo_err_t *err);
ALGO_API algo_code_t algo_node_revert(algo_node_t *n, uint64_t id, algo_err_t *err); /* NOT_FOUND */
ALGO_API algo_code_t algo_node_reset(algo_node_t *n, algo_err_t *err); /* back to genesis; snapshots are gone */
/* The same, with the next block's time and the offset of those after it set before anyone can make one. Errors:
 * INVALID (a fork's first block is later), and then all is as it was. */
ALGO_API algo_code_t algo_node_reset_at(algo_node_t *n, int64_t when, uint64_t offset, algo_err_t *err);
ALGO_API void algo_node_mode(algo_node_t *n, algo_node_mode_t *mode, uint32_t *interval_ms);
ALGO_API algo_code_t algo_node_set_mode(algo_node_t *n, algo_node_mode_t mode, uint32_t interval_ms, algo_err_t *err);

typedef enum algo_node_change_kind {
  ALGO_NODE_BALANCE = 1, /* addr, amount */
  ALGO_NODE_GLOBAL,      /* app, key, value */
  ALGO_NODE_LOCAL,       /* addr, app, key, value */
  ALGO_NODE_BOX,         /* app, key, value (bytes) */
  ALGO_NODE_PROGRAM,     /* app, value (bytes): approval; clear */
} algo_node_change_kind_t;

typedef struct algo_node_change {
  algo_node_change_kind_t kind;
  algo_addr_t addr;
  uint64_t app, amount;
  algo_bytes_t key, clear;
  bool has_value; /* false deletes */
  algo_tv_t value;
} algo_node_change_t;
/* As of the last block, outside of any transaction. Errors: those of the ledger's algo_ledger_set_ functions. */
ALGO_API algo_code_t algo_node_change(algo_node_t *n, const algo_node_change_t *c, algo_err_t *err);

/* The whole state as one file: everything that happened since genesis. */
ALGO_API algo_code_t algo_node_dump(algo_node_t *n, algo_buf_t *out, algo_err_t *err);
/* The same, in the first *size bytes of a file that the caller closes: they stay as they are while the node goes on.
 * Only to be read at offsets. Errors: IO. */
ALGO_API algo_code_t algo_node_dump_file(algo_node_t *n, int *fd, uint64_t *size, algo_err_t *err);
typedef struct algo_node_stop { /* whether what takes long is to end: asked now and then */
  bool (*asked)(void *user);
  void *user;
} algo_node_stop_t;
/* Takes its place. stop NULL: it is done to the end. Errors: PARSE, GENESIS (of another network), INTERRUPTED; nothing
 * has changed then. */
ALGO_API algo_code_t algo_node_load(algo_node_t *n, algo_bytes_t dump, const algo_node_stop_t *stop, algo_err_t *err);
/* ---- what programs did: coverage and profile, of accepted and refused calls alike, since it was turned on ---- */
typedef struct algo_node_program {
  algo_addr_t hash; /* as compile answers it */
  uint64_t app;     /* the application that ran it last */
  uint64_t runs;
  const uint64_t *hits;
  size_t n; /* by pc */
} algo_node_program_t;
typedef struct algo_node_opcode {
  const char *name;
  uint64_t count, cost;
} algo_node_opcode_t;
ALGO_API algo_code_t algo_node_set_coverage(algo_node_t *n, bool on, algo_err_t *err); /* turning it on begins anew */
typedef void algo_node_program_fn(void *user, const algo_node_program_t *p);
typedef void algo_node_opcode_fn(void *user, const algo_node_opcode_t *o);
/* With the read lock held by the function itself. NULL callbacks are not called. */
ALGO_API void algo_node_coverage(algo_node_t *n, algo_node_program_fn *program, algo_node_opcode_fn *opcode,
                                 void *user);
ALGO_API bool algo_node_covering(algo_node_t *n);

/* The state delta of a block, as msgpack. Errors: NOT_FOUND, IO (a replay that has none). */
ALGO_API algo_code_t algo_node_delta(algo_node_t *n, uint64_t round, algo_buf_t *out, algo_err_t *err);
/* Its groups' state deltas, and one group's, by its id or a transaction's (algo/ledger.h); of a replay there are none.
 */
ALGO_API algo_code_t algo_node_group_deltas(algo_node_t *n, uint64_t round, bool leases, algo_buf_t *out,
                                            algo_err_t *err);
ALGO_API algo_code_t algo_node_group_delta(algo_node_t *n, const algo_digest_t *id, bool leases, algo_buf_t *out,
                                           algo_err_t *err);
/* A replay with a folder "deltas" stands for a follower node: it keeps the round that it was told to keep deltas from
 * (1 at first, 0: none), and goes nowhere, for all its rounds are there. Any thread. */
ALGO_API bool algo_node_follows(const algo_node_t *n);
ALGO_API uint64_t algo_node_sync_round(const algo_node_t *n);
ALGO_API void algo_node_set_sync_round(algo_node_t *n, uint64_t round);

#endif
