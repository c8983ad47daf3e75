/* pipe.h - what lies between the node and the database: a ring of rounds, each on its way from a request to a commit.
 *
 * One fetcher asks for rounds in order and in parallel, decoders turn bodies into rows in any order, writers take runs
 * of ready rounds in order. Everything here is guarded by one mutex; a job's content belongs to the thread whose state
 * it is in. */
#ifndef IX_PIPE_H
#define IX_PIPE_H

#include <pthread.h>
#include <stdatomic.h>

#include "algo/env.h"
#include "algo/follower.h"
#include "rows.h"
#include "state.h"

typedef enum { IX_FREE, IX_WANTED, IX_FETCHING, IX_FETCHED, IX_DECODING, IX_READY, IX_TAKEN } ix_job_state_t;

typedef struct ix_load { /* what a job carries; its memory goes from job to job */
  algo_buf_t body;
  algo_buf_t delta; /* of the same round, where the state is kept; of round 0 the genesis */
  ix_rows_t rows;
  ix_state_t changes;
} ix_load_t;

typedef struct ix_job {
  ix_job_state_t state;
  uint64_t round;
  ix_load_t load;
  size_t bytes;        /* that it holds, or will, as counted in ix_pipe_t.bytes */
  size_t body_bytes;   /* of the block, for the statistics */
  uint64_t arrived_ns; /* when the body was whole */
  uint64_t retry_ns;   /* not to be asked for again before */
  unsigned failures;   /* in a row */
} ix_job_t;

#define IX_RING         2048u
#define IX_BYTES_MAX    (48u << 20)   /* held in all: no further request is made above */
#define IX_BYTES_SLACK  (8u << 20)    /* an answer that is longer than was to be expected may go above by so much */
#define IX_EXPANDS(n)   ((n) / 4 * 9) /* an answer with its rows: what n bytes on the wire become at most, as a rule */
#define IX_SPARES       32u
#define IX_BATCH_BYTES  (8u << 20) /* a batch is full */
#define IX_BATCH_ROUNDS 1024u

typedef struct ix_pipe {
  pthread_mutex_t mu;
  pthread_cond_t fetched;      /* decoders wait */
  pthread_cond_t ready;        /* writers wait, for rounds and for their turn */
  void (*wake)(void *fetcher); /* the fetcher: there is room, or an end */
  void *fetcher;
  const algo_env_t *env;
  ix_job_t *ring;            /* round r is at r % IX_RING */
  uint64_t next_fetch;       /* first round not asked for */
  uint64_t next_take;        /* first round not taken by a writer */
  uint64_t next_commit;      /* first round not committed */
  uint64_t node_round;       /* newest that the node has */
  uint64_t until;            /* last round wanted */
  uint64_t partition_rounds; /* a batch lies in one partition of so many */
  size_t bytes, n_fetched, n_wanted, n_ready;
  size_t expected; /* bytes of a job, by those that came lately */
  ix_load_t spares[IX_SPARES];
  size_t n_spares, spare_bytes;
  unsigned spare;  /* writers with a connection, or about to have it, and without work */
  bool node_known; /* node_round is set */
  bool until_tip;
  bool state;              /* each round's state delta is asked for too */
  bool checking;           /* next_take is the last round of the database, asked for again to compare it */
  bool has_last;           /* last_hash is set */
  algo_digest_t last_hash; /* of the round before next_take */
  bool has_genesis;
  algo_digest_t genesis_hash;
  char genesis_id[128];
  bool stop;          /* finish the batches at hand */
  bool done;          /* the end wanted is reached */
  bool failed, fatal; /* this session ends; fatal: and the run */
  algo_err_t error;   /* why */
  algo_follower_stats_t stats;
} ix_pipe_t;

algo_code_t ix_pipe_init(ix_pipe_t *p, const algo_env_t *env, algo_err_t *err) ALGO_NODISCARD;
void ix_pipe_fini(ix_pipe_t *p);
/* Empties the ring for a new session that starts at `next`. Keeps the statistics. */
void ix_pipe_reset(ix_pipe_t *p, uint64_t next);
/* How much of a back-fill is left, for the statistics. Takes the lock. */
void ix_pipe_planned(ix_pipe_t *p, uint64_t ranges, uint64_t left);
static inline ix_job_t *ix_pipe_job(ix_pipe_t *p, uint64_t round) { return &p->ring[round % IX_RING]; }
/* Whether what a block changed is asked for too: not of the round that is only compared, which a follower node may have
 * let go already. With the lock held. */
static inline bool ix_pipe_wants_delta(const ix_pipe_t *p, const ix_job_t *j) {
  return p->state && !(p->checking && j->round == p->next_take);
}
static inline bool ix_pipe_over(const ix_pipe_t *p) { return p->failed || p->done; }

/* All of the following with the lock held. A job is asked for: it gets its memory. */
void ix_pipe_start(ix_pipe_t *p, ix_job_t *j);
/* The job holds so many bytes from now on. */
void ix_pipe_holds(ix_pipe_t *p, ix_job_t *j, size_t bytes);
/* Whether a round may be asked for while `pending` others have not begun to come. The round that everything waits for
 * always may. */
bool ix_pipe_room(const ix_pipe_t *p, uint64_t round, size_t pending);
/* An answer of n bytes begins to come for the job; false: there is no room for it now, it is to be asked for later. */
bool ix_pipe_comes(ix_pipe_t *p, ix_job_t *j, size_t n);
/* It is asked for again when there is room. */
void ix_pipe_put_off(ix_pipe_t *p, ix_job_t *j);

/* The session ends with *err; the first error stays. Takes the lock. */
void ix_pipe_fail(ix_pipe_t *p, const algo_err_t *err, bool fatal);
/* The node is of another network than the database: the session ends, and the run. With the lock held. */
void ix_pipe_wrong_network(ix_pipe_t *p, algo_bytes_t node_id, const algo_digest_t *node_hash);
/* Ends the session where what is wanted is committed. With the lock held. */
void ix_pipe_check_done(ix_pipe_t *p);
/* The job's body is no block, or not the one asked for: asked for again later. With the lock held. */
void ix_pipe_again(ix_pipe_t *p, ix_job_t *j, uint64_t now_ns);
/* Waits 2^failures * 50 ms, 10 s at most. */
uint64_t ix_backoff_ns(unsigned failures);
uint64_t ix_now_ns(void); /* a clock that only goes forward */

/* A decoder's thread: ends with the session. */
typedef struct ix_decoder {
  ix_pipe_t *pipe;
  const ix_scope_t *scope;
  const ix_apps_t *watch;
} ix_decoder_t;
void *ix_decoder_main(void *decoder);

/* Takes the next run of ready rounds: *first, *n. Waits for one; false: the session is over. While far behind it waits
 * a little for a batch to fill. Checks that rounds follow each other by hash and belong to the database's chain. A
 * writer that is not connected is given work where no other one is spare. */
bool ix_pipe_take(ix_pipe_t *p, bool connected, uint64_t *first, size_t *n);
/* Waits for a change that concerns writers, ns at most. With the lock held. */
void ix_pipe_wait(ix_pipe_t *p, uint64_t ns);
/* Waits until all before `first` is committed; false: the session is over. */
bool ix_pipe_turn(ix_pipe_t *p, uint64_t first);
/* Rounds first..first + n - 1 are committed. */
void ix_pipe_committed(ix_pipe_t *p, uint64_t first, size_t n);

#endif
