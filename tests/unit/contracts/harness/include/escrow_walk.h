/* A random walk over a market of docs/contracts.md, section 2, by random parties, every step of it compared with a
 * model that was written a second time from that page. */
#ifndef ESCROW_WALK_H
#define ESCROW_WALK_H

#include "algo/escrow.h"
#include "world.h"

enum { WALK_TASKS = 1500, WORK = OWNER, WORK2 = OWNER2, CLIENT = RENTER, CLIENT2 = RENTER2 };
enum {
  TASK_POST,
  TASK_ACCEPT,
  TASK_SUBMIT,
  TASK_REJECT,
  TASK_APPROVE,
  TASK_RELEASE,
  TASK_RESOLVE,
  TASK_ABANDON,
  TASK_RECLAIM,
  TASK_WITHDRAW,
  TASK_WITHDRAW_WORKER,
  TASK_COLLECT,
  TASK_CONFIGURE,
  TASK_PROVIDER,
  TASK_PAUSE,
  TASK_STEPS
};

typedef struct task {
  bool live, worker_live;
  unsigned client, worker;
  uint64_t gpu, reward, bond, owed, worker_owed, posted, accepted, submitted, disputed;
  uint8_t state, spec[32], result[32];
  uint16_t fee_bps;
  uint32_t run, review, dispute;
} task_t;

typedef struct task_step {
  unsigned what, by, party;
  uint64_t id, amount, mbr, bond;
  uint32_t n, m;
  uint8_t bytes[32];
} task_step_t;

typedef struct escrow_walk {
  world_t w;
  uint64_t rng;
  bool asa;
  task_t tasks[WALK_TASKS];
  uint64_t next, live_tasks, live_workers, fees, fee_bps, dispute_s, review_min, open, paused;
  uint64_t clawed; /* base units taken from the application's holding by the issuer */
  bool provider[PARTIES];
  unsigned providers;
  /* of the step at hand */
  uint64_t now, spent, spent_asset, got[PARTIES], got_asset[PARTIES], out, out_asset;
  unsigned by;
  algo_buf_t logs; /* two bytes of length, then the log */
  char why[2048];
  unsigned accepted[TASK_STEPS], owed;
  uint64_t budget;                              /* the most that an accepted step used; with w.measures */
  bool (*also)(const struct escrow_walk *k);    /* has to hold too; NULL: nothing */
  const char *(*finish)(struct escrow_walk *k); /* in the end; what does not hold, or NULL; itself NULL: nothing */
} escrow_walk_t;

/* ---- the model ---- */
/* Does one step. NULL: it has to be accepted, and the model has moved; else it has to be refused with this message. */
const char *escrow_model_step(escrow_walk_t *k, const task_step_t *s);
void escrow_model_call(escrow_walk_t *k, algo_method_call_t *c, const task_step_t *s); /* the same step as a call */
void escrow_model_task(escrow_walk_t *k, const task_t *t);                             /* the box, into k->logs */
void escrow_model_worker(escrow_walk_t *k, const task_t *t);
u128_t escrow_model_holding(escrow_walk_t *k); /* what the market has to hold */

/* ---- the walk ---- */
void escrow_walk_open(escrow_walk_t *k, bool asa, const algo_app_spec_t *algo,
                      const algo_app_spec_t *asa_spec); /* the market is created and bootstrapped */
/* So many walks from the market as it is now, which it is again behind them. False: the testnet's why, and `found`
 * (NULL: not wanted), have the shortest script. */
bool escrow_walk_run(escrow_walk_t *k, unsigned walks, unsigned steps, uint64_t seed, algo_walk_found_t *found);
/* To finish with: every account can be paid again and every window is over; strangers end all of it, and nothing is
 * left. */
const char *escrow_walk_drain(escrow_walk_t *k);
void escrow_walk_close(escrow_walk_t *k);

#endif
