/* algo/failure.h - what a node says of a transaction that failed, taken apart.
 *
 * Nodes tell failures in prose; the few facts in it are read here and nowhere else. Source: go-algorand's
 * data/transactions/logic (EvalError) and ledger/simulation. */
#ifndef ALGO_FAILURE_H
#define ALGO_FAILURE_H

#include "algo/method.h"

typedef struct algo_failure {
  bool logic;          /* a program failed or rejected, not the ledger */
  bool rejected;       /* it ended with zero */
  int64_t pc;          /* -1: not said */
  uint64_t app;        /* 0: not said, or a smart signature */
  size_t group_index;  /* place in the group; SIZE_MAX: not said */
  algo_bytes_t reason; /* a view: the message without the wrapping around it */
} algo_failure_t;

/* Never fails: what cannot be read is left out. */
ALGO_API void algo_failure_parse(algo_failure_t *out, const char *text, size_t n);

/* Says the failure in *err as the program's author wrote it: code REFUSED and the assertion's message where `spec`
 * (NULL: none is known) has one at that pc and the failure is app's (or the transaction that creates it: app 0); else
 * the reason as the node gave it, LOGIC or LEDGER. Returns the code. */
ALGO_API algo_code_t algo_failure_explain(const algo_failure_t *f, uint64_t app, const algo_app_spec_t *spec,
                                          algo_err_t *err);

#endif
