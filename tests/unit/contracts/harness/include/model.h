/* What the market of docs/contracts.md, section 1, does, written a second time from that page: plain structures and
 * 128-bit numbers. Each step says what has to happen: the refusal's message, or the logs in order, who is paid what,
 * and the new state. */
#ifndef MODEL_H
#define MODEL_H

#include "world.h"

enum { MODEL_GPUS = 255, MODEL_RENTALS = 2048 };

typedef struct model_gpu {
  bool live;
  algo_addr_t owner;
  uint64_t price, rental, owed;
  uint32_t min, max, disputes, vram;
  uint8_t state, spec[32], seal[32], model[64];
  size_t model_n;
} model_gpu_t;

typedef struct model_rental {
  bool live;
  uint64_t gpu, price, deposit, settled, owed, requested, started, beat, ended;
  algo_addr_t owner, renter;
  uint32_t max, ready_s, beat_s, dispute_s;
  uint16_t fee_bps;
  uint8_t state, session[32];
} model_rental_t;

typedef struct model_payout {
  algo_addr_t to;
  uint64_t algo, asset; /* microAlgos; base units of an ASA market */
} model_payout_t;

typedef struct model {
  const world_t *w;
  bool asa;
  algo_addr_t admin, pending, treasury, arbiter;
  uint64_t fee_bps, ready_s, beat_s, dispute_s, open, paused, fees, next_gpu, next_rental, live_gpus, live_rentals,
      live_providers;
  bool provider[PARTIES];
  uint64_t approved_at[PARTIES];
  model_gpu_t gpus[MODEL_GPUS];
  model_rental_t rentals[MODEL_RENTALS];
  /* of the step at hand */
  const algo_addr_t *sender;
  uint64_t spent_algo, spent_asset; /* by the sender, before the program runs: fee and payments */
  uint64_t now;
  algo_buf_t logs; /* two bytes of length, then the log */
  model_payout_t pay[4];
  unsigned n_pay;
} model_t;

enum {
  STEP_REGISTER,
  STEP_UPDATE,
  STEP_SUSPEND,
  STEP_RESUME,
  STEP_RETIRE,
  STEP_APPROVE,
  STEP_BAR,
  STEP_RENT,
  STEP_START,
  STEP_HEARTBEAT,
  STEP_EXTEND,
  STEP_CLAIM,
  STEP_STOP,
  STEP_CANCEL,
  STEP_DISPUTE,
  STEP_RESOLVE,
  STEP_WITHDRAW,
  STEP_WITHDRAW_GPU,
  STEP_COLLECT,
  STEP_CONFIGURE,
  STEP_PAUSE,
  STEP_DUE,
  STEP_QUOTE,
  STEPS
};

typedef struct step {
  unsigned what, by; /* STEP_, party */
  uint64_t id;       /* gpu or rental */
  uint64_t amount;   /* deposit; price (register, update); bps (resolve); fee_bps */
  uint64_t mbr;      /* the first payment */
  uint32_t n, m;     /* minutes; min and max; stars; flag; ready_s and beat_s (configure) */
  unsigned party;    /* approve */
  uint8_t bytes[32], model[70];
  size_t model_n;
} step_t;

void model_start(model_t *m, const world_t *w, bool asa);
/* Does one step. NULL: it has to be accepted, and the model has moved; else it has to be refused with this message. */
const char *model_step(model_t *m, const step_t *s);
void model_call(algo_method_call_t *out, const step_t *s, world_t *w); /* the same step as a call */
void model_gpu_bytes(algo_buf_t *out, const model_gpu_t *g);
void model_rental_bytes(algo_buf_t *out, const model_rental_t *r);
/* What the market has to hold: deposits not settled, what is owed, fees. */
u128_t model_owes(const model_t *m);

typedef struct model_bill {
  uint64_t end, minutes, due, refund;
  bool exhausted, lapsed;
} model_bill_t;
model_bill_t model_bill(const model_rental_t *r, uint64_t t);
uint64_t model_fee(uint64_t x, uint64_t bps);

#endif
