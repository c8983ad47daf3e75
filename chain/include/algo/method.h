/* algo/method.h - an application call with everything that belongs before it in its group.
 *
 * What a binding (generated from a contract's description) makes, and the client's composer takes: it fills in sender,
 * fees, validity, group and, from a simulate, boxes and references. */
#ifndef ALGO_METHOD_H
#define ALGO_METHOD_H

#include "algo/arc4.h"
#include "algo/txn.h"

typedef struct algo_method_call {
  const char *signature;    /* static text */
  const char *returns;      /* ARC-4 type of the return value; "void" */
  uint64_t app_id;          /* 0: creates */
  algo_on_completion_t on_completion;
  algo_bytes_t args[ALGO_GROUP_MAX]; size_t n_args; /* encoded; [0] is the selector; none for a bare call */
  algo_txn_t before[ALGO_GROUP_MAX - 1]; size_t n_before; /* transaction arguments, in order; sender zero: the caller's */
  bool readonly;
} algo_method_call_t;

/* A market's deployment as a binding needs it. */
typedef struct algo_app {
  uint64_t id;
  uint64_t asset;           /* the market's asset; 0: ALGO. Chooses pay or axfer for deposits, and the selectors with it */
} algo_app_t;

/* An assertion's message by program counter, as ARC-56's sourceInfo has it. */
typedef struct algo_pc_error {
  uint32_t pc;
  const char *message;
} algo_pc_error_t;

/* A generated application: what deploys it and explains its errors. */
typedef struct algo_app_spec {
  const char *name;         /* "rental" */
  const char *variant;      /* "algo", "asa" */
  algo_bytes_t approval, clear; /* programs */
  algo_schema_t global_schema, local_schema;
  uint32_t extra_pages;
  const algo_pc_error_t *errors; size_t n_errors; /* sorted by pc */
} algo_app_spec_t;

ALGO_API const char *algo_app_error_at(const algo_app_spec_t *spec, uint32_t pc); /* NULL: none there */

#endif
