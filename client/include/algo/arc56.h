/* algo/arc56.h - any application by its ARC-56 description: methods called with JSON values, results, events and
 * failures read.
 *
 * A description is parsed once into an arena and is not changed after that: any thread may read it. Errors: PARSE (not
 * an ARC-56 description, or a value that does not fit its type: the message names it), NOT_FOUND, RANGE, UNSUPPORTED,
 * NOMEM. Source: ARC-56, ARC-4, ARC-28 (https://dev.algorand.co/arc-standards). */
#ifndef ALGO_ARC56_H
#define ALGO_ARC56_H

#include "algo/arc4.h"
#include "algo/composer.h"

typedef struct algo_arc56_struct algo_arc56_struct_t;
typedef struct algo_arc56_field {
  const char *name;
  const algo_arc4_type_t *type;      /* the whole field's */
  const algo_arc56_struct_t *fields; /* it is a struct itself; NULL: it is not */
} algo_arc56_field_t;
struct algo_arc56_struct {
  const char *name;
  const algo_arc4_type_t *type; /* the tuple that it is on the wire */
  const algo_arc56_field_t *fields;
  size_t n;
};

typedef struct algo_arc56_method {
  algo_arc4_method_t arc4;
  const char *desc;                   /* "": none */
  const algo_arc56_field_t *args;     /* names and structs, as many as arc4.n_args */
  const algo_arc56_struct_t *returns; /* the struct it returns; NULL: none */
  unsigned create, call;              /* bit algo_on_completion_t: may be called so */
  bool readonly;
} algo_arc56_method_t;

typedef struct algo_arc56_event {
  const char *name, *signature;
  uint8_t selector[4];
  const algo_arc4_type_t *type; /* a tuple */
  const algo_arc56_field_t *args;
  size_t n;
} algo_arc56_event_t;

typedef struct algo_arc56 {
  const char *name, *desc;
  const algo_arc56_method_t *methods;
  size_t n_methods;
  const algo_arc56_event_t *events;
  size_t n_events;
  const algo_arc56_struct_t *structs;
  size_t n_structs;
  algo_app_spec_t spec;        /* programs where it has them; errors by pc */
  bool errors_after_constants; /* pcs count from behind the constant blocks: see algo_arc56_shift_errors */
} algo_arc56_t;

ALGO_API algo_code_t algo_arc56_parse(algo_arc56_t *out, const void *json, size_t n, algo_arena_t *arena,
                                      algo_err_t *err);
/* By name, or by signature where a name is there twice. Errors: NOT_FOUND, INVALID (several of that name). */
ALGO_API algo_code_t algo_arc56_find(const algo_arc56_method_t **out, const algo_arc56_t *a, const char *name,
                                     algo_err_t *err);
/* Where constants are only put in at deployment, errors count from behind them: moves them to the program that runs. */
ALGO_API void algo_arc56_shift_errors(algo_arc56_t *a, algo_bytes_t approval, algo_arena_t *arena);

/* Puts a call of `m` to application `app` (0: creates it from the description's programs) into a composer. `args` is an
 * array with a value for each argument, as algo_arc4_encode_json takes them, and besides: for a struct an object by
 * field names, or an array; for a payment {"amount": microAlgos, "receiver": address}; for an asset transfer {"asset":
 * id, "amount": base units, "receiver": address} (without a receiver: to the application); for an account an address;
 * for an asset or an application its id. *index as algo_composer_call's. Errors: those of algo_composer_call too. */
ALGO_API algo_code_t algo_arc56_call(algo_composer_t *c, const algo_arc56_t *a, const algo_arc56_method_t *m,
                                     uint64_t app, json_object *args, const algo_addr_t *sender,
                                     const algo_signer_t *signer, size_t *index, algo_arena_t *arena, algo_err_t *err);

/* A return value (without the prefix) as JSON; structs as objects. */
ALGO_API algo_code_t algo_arc56_result(algo_json_t *out, const algo_arc56_method_t *m, algo_bytes_t value,
                                       algo_err_t *err);
/* A log as {"event": name, "args": {...}}; *known is false, and nothing is written, where it is none of the
 * description's. */
ALGO_API algo_code_t algo_arc56_log(algo_json_t *out, const algo_arc56_t *a, algo_bytes_t log, bool *known,
                                    algo_err_t *err);

#endif
