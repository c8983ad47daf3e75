/* arc56.h - an application's description (ARC-56) as tables of its ARC-28 events: one a signature, its columns typed
 * from the ARC-4 types of its arguments.
 *
 * The file is another's: names become identifiers of lower-case letters, digits and underscores, 40 bytes at most,
 * whatever they were; texts go into comments alone, quoted. Nothing here touches a database. Source: ARC-56, ARC-28,
 * ARC-4. */
#ifndef IX_ARC56_H
#define IX_ARC56_H

#include "algo/arc4.h"
#include "algo/txn.h"

#define IX_A56_ARGS_MAX   250u /* of an event: a table takes 1,600 columns, a log 1,024 bytes */
#define IX_A56_EVENTS_MAX 1000u

typedef enum { /* what a column, or an element of its array, is in PostgreSQL */
               IX_A56_SMALLINT /* uint8, byte */,
               IX_A56_INTEGER /* uint16 */,
               IX_A56_BIGINT /* uint24 to uint56 */,
               IX_A56_NUMERIC /* uint64 to uint512, ufixed */,
               IX_A56_BOOLEAN,
               IX_A56_ADDRESS /* bytea, 32 */,
               IX_A56_TEXT /* string: bytea, because a contract may log any bytes */,
               IX_A56_BYTES /* byte[], byte[N]: bytea */,
               IX_A56_JSON /* jsonb: structs, tuples, arrays of them and of arrays */
} ix_a56_kind_t;

/* The names of a struct's fields, beside its type. Of an array: n 1, no names, member 0 the element's. */
typedef struct ix_a56_shape ix_a56_shape_t;
struct ix_a56_shape {
  const char *const *names; /* NULL: an array */
  const ix_a56_shape_t *const *members;
  uint32_t n;
};

typedef struct ix_a56_column {
  const char *name;     /* identifier */
  const char *original; /* as the file has it: UTF-8 without NUL; "" */
  const char *desc;     /* the same */
  const algo_arc4_type_t *type;
  const ix_a56_shape_t *shape; /* NULL: none */
  ix_a56_kind_t kind;
  bool array; /* of `kind`, one dimension */
} ix_a56_column_t;

typedef struct ix_a56_event {
  const char *name, *desc, *signature;
  const char *base;  /* identifier that its table should have ... */
  const char *table; /* ... and has: set by ix_a56_take_names */
  uint8_t selector[4];
  const algo_arc4_type_t *tuple; /* of all arguments */
  const ix_a56_column_t *columns;
  uint32_t n_columns;
  const char *insert; /* $1 app, $2 round, $3 intra, $4 log, $5 ts, then the columns; set with the table */
} ix_a56_event_t;

typedef struct ix_a56_network {
  algo_digest_t genesis;
  uint64_t app;
} ix_a56_network_t;

typedef struct ix_arc56 {
  const char *name;   /* of the contract, as the file has it */
  const char *schema; /* identifier */
  bool named;         /* by the caller, not by the file */
  uint8_t hash[32];   /* SHA-256 of the file */
  ix_a56_event_t *events;
  size_t n_events;
  const ix_a56_network_t *networks;
  size_t n_networks;
  bool has_code;    /* the file has the approval program ... */
  uint8_t code[32]; /* ... and this is its SHA-256 */
  unsigned number;  /* its own, in the names of prepared statements; the caller's */
} ix_arc56_t;

/* Reads a file. `schema`: the caller's choice, an identifier, or NULL: from the contract's name; names that are the
 * program's own or PostgreSQL's get "arc56_" before them. Everything lies in the arena; nothing of `json` is kept.
 * Errors: PARSE (no JSON, or no ARC-56), UNSUPPORTED (an event of more arguments than a table takes), RANGE, INVALID
 * (`schema`), NOMEM. */
algo_code_t ix_arc56_parse(ix_arc56_t *out, algo_bytes_t json, const char *schema, algo_arena_t *arena,
                           algo_err_t *err) ALGO_NODISCARD;
bool ix_a56_is_identifier(const char *s); /* as ix_arc56_parse takes for `schema` */

/* Gives event i its table, `table` or, where NULL, its own name or the next that no other event of the file has and
 * that is not in `taken` (a list of identifiers). Errors: NOMEM. */
algo_code_t ix_a56_take_name(ix_arc56_t *a, size_t i, const char *table, const char *const *taken, size_t n_taken,
                             algo_arena_t *arena, algo_err_t *err) ALGO_NODISCARD;

void ix_a56_put_schema(algo_buf_t *sql, const ix_arc56_t *a);                         /* create schema, comment */
void ix_a56_put_table(algo_buf_t *sql, const ix_arc56_t *a, const ix_a56_event_t *e); /* table, index, comments */
void ix_a56_put_view(algo_buf_t *sql, const ix_arc56_t *a, const ix_a56_event_t *e);  /* TABLE_text, for people */

/* The event that a log is: selector, and exactly one value of the arguments' types. NULL: none. */
const ix_a56_event_t *ix_a56_match(const ix_arc56_t *a, algo_bytes_t log);
/* Column i of that log in PostgreSQL's text form, without a NUL at its end, appended; and as JSON. Errors: RANGE (more
 * than 65,536 values: arrays of what takes no bytes). */
algo_code_t ix_a56_put_text(algo_buf_t *out, const ix_a56_event_t *e, uint32_t i, algo_bytes_t log,
                            algo_err_t *err) ALGO_NODISCARD;
algo_code_t ix_a56_put_json(algo_json_t *out, const ix_a56_event_t *e, uint32_t i, algo_bytes_t log,
                            algo_err_t *err) ALGO_NODISCARD;

#endif
