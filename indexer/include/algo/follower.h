/* algo/follower.h - follows an algod into PostgreSQL.
 *
 * algo_follower_run reads blocks in order, writes them with the cursor in the same transaction, and does not come back
 * until it is told to stop, an end was given, or something is wrong that waiting does not mend. Faults of the node and
 * the database are waited for, with back-off. The tables are described in docs/sql.md and by their own comments. */
#ifndef ALGO_FOLLOWER_H
#define ALGO_FOLLOWER_H

#include "algo/env.h"
#include "algo/event.h"

typedef struct algo_follower algo_follower_t;

typedef struct algo_follower_contract { /* an application whose events are read into its contract's tables */
  uint64_t app;
  const algo_contract_tables_t *tables; /* static */
} algo_follower_contract_t;

/* An application description (ARC-56): each of its events becomes a table, typed from its arguments' types. */
typedef struct algo_follower_arc56 {
  const char *json; /* the file's content, `length` bytes */
  size_t length;
  const char *name;   /* of the file, in messages */
  const char *schema; /* NULL: from the contract's name */
  /* Whose events, comma between: application ids, "creator:ADDRESS" (every application that this account or application
   * makes), "code" (every application that gets the file's approval program). NULL: those of the file's `networks`. */
  const char *which;
} algo_follower_arc56_t;

typedef struct algo_follower_options {
  const char *database_url; /* as libpq takes it */
  const char *algod_url;    /* "http://127.0.0.1:4001"; or */
  const char *blocks_dir;   /* a folder with NNNNNN.msgp, recorded blocks; then algod_url is NULL */
  const char *algod_token;  /* NULL: none. Sent to algod_url only */
  uint64_t from;            /* first round of a new database */
  uint64_t until;           /* last round: run ends behind it; UINT64_MAX: never */
  bool until_tip;           /* ends when there is no further block now */
  /* What is kept, terms KIND:VALUE (see algorent-indexer(1), --scope); the contracts' applications are always. None:
   * every transaction; and "all" says so too, "market" nothing but the contracts. */
  const char *const *scope;
  size_t n_scope;
  const algo_follower_contract_t *contracts;
  size_t n_contracts;
  bool state; /* keep schema state from the node's state deltas; it has to keep them: a follower node does */
  const algo_follower_arc56_t *arc56;
  size_t n_arc56;
  /* First round whose events an ARC-56 description gets that joins later; 0: all. What joins when rounds before this
   * one have left the database (or before `from`) is taken without them, and chain.missing says so. */
  uint64_t replay_from;
  uint64_t backfill; /* plan a back-fill up to until or the tip, in ranges of so many rounds; 0: none is planned */
  uint64_t partition_rounds;     /* of a new database, how many rounds a partition has; 0: a million */
  bool backfill_only;            /* run ends behind the back-fill */
  unsigned writers;              /* connections that write side by side when far behind; 0: chosen */
  unsigned decoders;             /* threads that decode; 0: chosen */
  bool (*cancelled)(void *user); /* of verify and migrate: asked a few times a second while something takes long; true
                                  * ends it with INTERRUPTED; NULL: never. A follower has algo_follower_stop */
  void *cancel_user;
  /* Of verify: how far the links of the chain are read, up to round `last`; in the caller's thread; NULL: nobody asks.
   */
  void (*progress)(void *user, uint64_t round, uint64_t last);
  void *progress_user;
} algo_follower_options_t; /* everything is copied but the tables */

typedef struct algo_follower_stats {                        /* since the start; for progress and metrics */
  uint64_t next_round;                                      /* first round that is not committed */
  uint64_t node_round;                                      /* newest round that the node told of */
  uint64_t blocks, txns, inner, participants, logs, events; /* rows committed */
  uint64_t bytes;                                           /* of blocks */
  uint64_t batches;
  uint64_t ranges, ranges_left; /* of a back-fill under way, 0 when there is none */
  uint64_t fetch_errors, decode_errors, database_errors;
  uint64_t unknown;    /* transactions of types that this version does not know */
  int64_t block_time;  /* of the newest committed round, Unix seconds */
  double latency_s;    /* from the whole body's arrival to the commit, newest batch */
  double notify_queue; /* how full PostgreSQL's queue of notifications is, 0 to 1; looked at every ten seconds */
  bool database_up, node_up, at_tip;
} algo_follower_stats_t;

/* Errors: NOMEM, INVALID (options). Nothing is connected yet. */
ALGO_API algo_code_t algo_follower_new(algo_follower_t **out, const algo_follower_options_t *opt, const algo_env_t *env,
                                       algo_err_t *err);
ALGO_API void algo_follower_free(algo_follower_t *ix);
/* Follows; or works at a back-fill while one is under way in the database, as one of several, and then follows.
 * OK: told to stop, or the end reached. Errors: GENESIS (the database or the node is of another chain, or a past block
 * has changed), AUTH (algod refuses the token), INVALID (another scope than the database's, a gap, events that are to
 * be read and are not there any more), DB (the tables and the events contradict each other, or a newer version's
 * database), UNSUPPORTED. */
ALGO_API algo_code_t algo_follower_run(algo_follower_t *ix, algo_err_t *err);
/* From any thread or signal handler: finishes the batch at hand, then run returns. */
ALGO_API void algo_follower_stop(algo_follower_t *ix);
ALGO_API void algo_follower_stats(const algo_follower_t *ix, algo_follower_stats_t *out); /* any thread */

/* Creates the schema, or brings it to this version. Of the options, the database counts, and who may end it. What
 * others read meanwhile is not held up for more than a moment: it waits for them. Errors: DB, UNSUPPORTED (a newer
 * version's database), INTERRUPTED (called again it goes on). */
ALGO_API algo_code_t algo_follower_migrate(const algo_follower_options_t *opt, const algo_env_t *env, algo_err_t *err);

/* Which rounds are let go: whole partitions that end before them. */
typedef struct algo_follower_retention {
  uint64_t before; /* rounds below this one; or */
  uint64_t keep;   /* but so many up to the newest; 0: `before` counts */
  bool detach;     /* the partitions' tables stay, chain.txn_p12 and so on, outside the big ones, for an archive */
  bool (*cancelled)(void *user); /* as in algo_follower_options_t */
  void *cancel_user;
} algo_follower_retention_t;
/* Beside a follower or without one; readers and writers are not held up. What contracts' tables learnt from the rounds
 * stays. May be interrupted, and called again. *partitions: how many were let go. Errors: DB, RANGE (before a round
 * that is not there, or from which a contract's events are still to be read), NOT_FOUND (an empty database),
 * UNSUPPORTED (the schema is an older or a newer version's), INTERRUPTED. */
ALGO_API algo_code_t algo_follower_retain(uint64_t *partitions, const char *database_url,
                                          const algo_follower_retention_t *o, const algo_env_t *env, algo_err_t *err);

/* What algo_follower_verify found. */
typedef struct algo_follower_verdict {
  uint64_t round;       /* both stood behind it */
  uint64_t blocks;      /* whose hashes were compared with the node's; that they follow each other, all were */
  uint64_t accounts;    /* compared, of schema state, with all that they have */
  uint64_t boxes;       /* compared: the contracts', and those of schema state */
  uint64_t values;      /* of global state, compared */
  uint64_t differences; /* each was told to `tell` */
} algo_follower_verdict_t;

/* Compares the database with the node when both stand at one round: the chain of blocks, whatever the scope; with
 * --state, what accounts have, and boxes; the contracts' tables with the boxes, global state and balance; and the sums
 * that are kept of contracts with their events. The round is
 * `round`, or UINT64_MAX for whichever comes (a node tells of its newest round alone). Waits up to 30 s for that. Of
 * the options, the database, the node and the contracts count; no contracts: those that the database has, of the kinds
 * in `known`. Errors: RANGE (the node or the database is past `round`), TIMEOUT (they do not meet), NOT_FOUND (an
 * empty database), GENESIS (the node is of another network), and those of either. Differences are no error. */
ALGO_API algo_code_t algo_follower_verify(algo_follower_verdict_t *out, const algo_follower_options_t *opt,
                                          const algo_contract_tables_t *const *known, size_t n_known, uint64_t round,
                                          void (*tell)(void *user, const char *difference), void *user,
                                          const algo_env_t *env, algo_err_t *err);

#endif
