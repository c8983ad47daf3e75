/* algo/tasks.h - a market of tasks (the contract `escrow`) on a chain: its terms, tasks and workers read from its
 * application, and the calls whose amounts follow from them. The other calls are the binding's (algo/escrow.h).
 *
 * One thread at a time for one algod client. What is read lives in the arena. Errors beside algod's own: NOT_FOUND (no
 * such market or task), INVALID (an application that is no market of tasks), RANGE. */
#ifndef ALGO_TASKS_H
#define ALGO_TASKS_H

#include "algo/composer.h"
#include "algo/escrow.h"

/* microAlgos for a box, paid by who creates it and paid back when the box goes. */
#define ALGO_TASKS_TASK_MBR   76100u
#define ALGO_TASKS_WORKER_MBR 22100u
/* Seconds that run_s, review_s, dispute_s and review_min_s may be. */
#define ALGO_TASKS_SECONDS_MIN 60u
#define ALGO_TASKS_SECONDS_MAX 2592000u

typedef struct algo_tasks {
  algo_app_t app;      /* as the binding takes it */
  algo_addr_t address; /* of the application: who gets the payments */
  algo_addr_t creator;
  const algo_app_spec_t *spec; /* of its variant: deploys it, explains its refusals */
  bool genuine;                /* its programs are the published ones, byte for byte */
  algo_escrow_globals_t terms;
  uint32_t decimals; /* of an amount: 6 for ALGO */
  const char *unit;  /* "ALGO", or the asset's unit name made printable */
} algo_tasks_t;

ALGO_API algo_code_t algo_tasks_load(algo_tasks_t *out, algo_algod_t *algod, uint64_t app_id, algo_arena_t *arena,
                                     algo_err_t *err);
/* The variant for this asset. */
ALGO_API const algo_app_spec_t *algo_tasks_spec(uint64_t asset);

typedef struct algo_tasks_task {
  uint64_t id;
  bool has_task; /* false: its box is gone, and the worker's waits for what is owed */
  algo_escrow_task_t task;
  bool has_worker;
  algo_escrow_worker_t worker;
} algo_tasks_task_t;

/* NOT_FOUND: neither of its boxes is there. */
ALGO_API algo_code_t algo_tasks_task(algo_tasks_task_t *out, algo_algod_t *algod, const algo_tasks_t *m, uint64_t id,
                                     algo_arena_t *arena, algo_err_t *err);
/* All of them, by id. */
ALGO_API algo_code_t algo_tasks_list(const algo_tasks_task_t **out, size_t *n, algo_algod_t *algod,
                                     const algo_tasks_t *m, algo_arena_t *arena, algo_err_t *err);

/* accept, with the bond that the task asks for. gpu 0: none is named. */
ALGO_API algo_code_t algo_tasks_accept_call(algo_method_call_t *out, algo_algod_t *algod, const algo_tasks_t *m,
                                            uint64_t task, uint64_t gpu, algo_arena_t *arena, algo_err_t *err);

/* How a task ends. */
typedef enum { ALGO_TASKS_PAID, ALGO_TASKS_RESOLVED, ALGO_TASKS_REFUNDED } algo_tasks_end_t;
typedef struct algo_tasks_settlement {
  uint64_t to_worker, fee, to_client; /* base units; together reward and bond */
} algo_tasks_settlement_t;
/* What that end pays (docs/contracts.md, Settlement). worker_bps (0 to 10,000) counts with RESOLVED alone. */
ALGO_API void algo_tasks_settle(algo_tasks_settlement_t *out, const algo_escrow_task_t *t, algo_tasks_end_t end,
                                uint16_t worker_bps);

/* Until when the one whose turn it is may act, Unix seconds: submit, reject, or the arbiter's resolve; later anyone may
 * reclaim, release or resolve. 0: no clock runs. */
ALGO_API uint64_t algo_tasks_deadline(const algo_escrow_task_t *t);

/* "posted" ... "resolved"; "unknown" for what is not a state. */
ALGO_API const char *algo_tasks_state(uint8_t state);

#endif
