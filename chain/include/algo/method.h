/* algo/method.h - an application call with everything that belongs before it in its group.
 *
 * What a binding (generated from a contract's description) makes, and the client's composer takes: it fills in sender,
 * fees, validity, group and, from a simulate, boxes and references. */
#ifndef ALGO_METHOD_H
#define ALGO_METHOD_H

#include "algo/arc4.h"
#include "algo/txn.h"

typedef struct algo_method_call {
  const char *signature; /* static text */
  const char *returns;   /* ARC-4 type of the return value; "void" */
  uint64_t app_id;       /* 0: creates */
  algo_on_completion_t on_completion;
  algo_bytes_t args[ALGO_GROUP_MAX];
  size_t n_args; /* encoded; [0] is the selector; none for a bare call */
  algo_txn_t before[ALGO_GROUP_MAX - 1];
  size_t n_before; /* transaction arguments, in order; sender zero: the caller's */
  bool readonly;   /* meant for simulate alone: it changes nothing and takes no payment */
} algo_method_call_t;

/* A market's deployment as a binding needs it. */
typedef struct algo_app {
  uint64_t id;
  uint64_t asset; /* the market's asset; 0: ALGO. Chooses pay or axfer for deposits, and the selectors with it */
} algo_app_t;

/* An assertion's message by program counter, as ARC-56's sourceInfo has it. */
typedef struct algo_pc_error {
  uint32_t pc;
  const char *message;
} algo_pc_error_t;

/* A generated application: what deploys it and explains its errors. */
typedef struct algo_app_spec {
  const char *name;             /* "rental" */
  const char *variant;          /* "algo", "asa" */
  algo_bytes_t approval, clear; /* programs */
  algo_schema_t global_schema, local_schema;
  uint32_t extra_pages; /* that a creation has to ask for */
  const algo_pc_error_t *errors;
  size_t n_errors; /* sorted by pc */
} algo_app_spec_t;

/* What the approval program means when it fails at pc; NULL: nothing is said there. */
ALGO_API const char *algo_app_error_at(const algo_app_spec_t *spec, uint32_t pc);

/* ---- what bindings are made with ---- */

/* Empties *out and starts a NoOp call of app. selector: 4 bytes, NULL for a bare call. All three are kept, not copied.
 */
ALGO_API void algo_method_begin(algo_method_call_t *out, const algo_app_t *app, const char *signature,
                                const char *returns, const uint8_t *selector);
/* Appends an argument. The bytes are copied to the arena. Errors: NOMEM, RANGE (more than 16). */
ALGO_API algo_code_t algo_method_arg(algo_method_call_t *out, const void *p, size_t n, algo_arena_t *arena,
                                     algo_err_t *err);
/* Appends a number as `width` bytes, big-endian (1, 2, 4, 8). Errors: as above, RANGE (does not fit). */
ALGO_API algo_code_t algo_method_arg_uint(algo_method_call_t *out, uint64_t v, unsigned width, algo_arena_t *arena,
                                          algo_err_t *err);
ALGO_API algo_code_t algo_method_arg_bool(algo_method_call_t *out, bool v, algo_arena_t *arena, algo_err_t *err);
/* Appends an ARC-4 string. Errors: as above, RANGE (over 65,535 bytes). */
ALGO_API algo_code_t algo_method_arg_string(algo_method_call_t *out, algo_bytes_t v, algo_arena_t *arena,
                                            algo_err_t *err);
/* Puts a payment to the application's address before the call: asset 0 is ALGO, in microAlgos, else base units. */
ALGO_API void algo_method_pay(algo_method_call_t *out, const algo_app_t *app, uint64_t asset, uint64_t amount);

/* Reads the front of *in as a number of `width` bytes and moves behind it; the same for bytes. Errors: TRUNCATED. */
ALGO_API algo_code_t algo_wire_uint(uint64_t *out, unsigned width, algo_bytes_t *in, algo_err_t *err);
ALGO_API algo_code_t algo_wire_bytes(void *out, size_t n, algo_bytes_t *in, algo_err_t *err);

#endif
