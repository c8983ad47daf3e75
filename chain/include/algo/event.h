/* algo/event.h - a contract's ARC-28 events as tables: what teal-gen writes and the indexer reads.
 *
 * Each event becomes a row of its own table, and moves the contract's state tables (one a kind of box, and the globals)
 * as its effects say, in the order of the chain. So the tables equal the boxes without a box being read. A row is kept
 * when its box goes: a column of the state table says so (gpu.retired, rental.closed, provider.approved).
 *
 * The SQL tables (algo_contract_tables_t.sql makes them, in the schema named after the contract):
 *   state tables   app bigint, then the columns of the table; primary key (app, column 0), or (app) of a singleton
 *   event tables   app bigint, round bigint, intra integer, log integer, ts bigint, then the event's fields;
 *                  primary key (round, intra, log). intra: the transaction's place in its block, inner ones counted, in
 *                  preorder from 0; log: which of its logs, from 0; ts: the block's time, Unix seconds */
#ifndef ALGO_EVENT_H
#define ALGO_EVENT_H

#include "algo/arc4.h"

typedef enum { /* how a column is stored; the ARC-4 type is beside it */
               ALGO_COL_U64 /* numeric(20) */,
               ALGO_COL_U32 /* bigint */,
               ALGO_COL_U16 /* integer */,
               ALGO_COL_U8 /* smallint */,
               ALGO_COL_BOOL,
               ALGO_COL_ADDRESS /* bytea, 32 */,
               ALGO_COL_BYTES32 /* bytea, 32 */,
               ALGO_COL_STRING /* bytea: any bytes */,
               ALGO_COL_TIME /* bigint, Unix seconds */
} algo_column_kind_t;

typedef struct algo_event_field {
  const char *name; /* column */
  algo_column_kind_t kind;
  const char *arc4;    /* type in the event */
  uint16_t offset;     /* of its head in the event's encoding, behind the selector */
  const char *comment; /* SQL comment, with the unit */
} algo_event_field_t;

typedef enum {
  ALGO_SET_FIELD,     /* column = the event's field `field` */
  ALGO_SET_CONST,     /* column = constant */
  ALGO_SET_ADD,       /* column = column + field (checked) */
  ALGO_SET_SUB,       /* column = column - field (checked) */
  ALGO_SET_ADD_CONST, /* column = column + constant (two's complement: -1 subtracts) */
  ALGO_SET_SQL /* column = the SQL expression `sql` over the row's own columns (their values before this effect) */
} algo_effect_op_t;

typedef struct algo_event_set {
  uint8_t column; /* of the state table */
  algo_effect_op_t op;
  uint8_t field; /* of the event; FIELD, ADD, SUB */
  uint64_t constant;
  const char *sql; /* SQL alone; else NULL */
} algo_event_set_t;

typedef enum { ALGO_EFFECT_INSERT, ALGO_EFFECT_UPDATE, ALGO_EFFECT_DELETE } algo_effect_kind_t;

typedef struct algo_event_effect {
  algo_effect_kind_t kind;
  uint8_t table; /* of the state tables */
  /* The key of the row: the event's field `key_field`; or, where via_table is not 255, column via_column of the row of
   * via_table whose key is key_field (a rental's GPU). A key of 0 is no row. key_field 255: the table is a singleton.
   * INSERT where the row is there already takes its place (a provider approved again). Columns that an INSERT does not
   * set are 0, false, or 32 zero bytes. */
  uint8_t key_field, via_table, via_column;
  /* A condition, 255: not used. when_column alone: only when that column of the row equals when_value. when_event_field
   * alone: only when that field of the event equals when_value. Both: only when the column equals the event's field. */
  uint8_t when_column, when_event_field;
  uint64_t when_value;
  const algo_event_set_t *sets;
  uint8_t n_sets;
} algo_event_effect_t;

typedef struct algo_event_def {
  const char *name;      /* "RentalStarted" */
  const char *signature; /* "RentalStarted(uint64,uint64)" */
  uint8_t selector[4];
  const char *table; /* "rental_started" */
  const algo_event_field_t *fields;
  uint8_t n_fields;
  const algo_event_effect_t *effects;
  uint8_t n_effects; /* in order */
} algo_event_def_t;

typedef struct algo_state_column {
  const char *name;
  algo_column_kind_t kind;
  const char *comment;
} algo_state_column_t;

typedef struct algo_state_table {
  const char *name; /* "gpu", "rental", "provider" */
  const algo_state_column_t *columns;
  uint8_t n_columns; /* column 0 is the key, but in a singleton */
  bool singleton;    /* one row an application, made by the first effect that touches it ("market") */
} algo_state_table_t;

typedef struct algo_contract_tables {
  const char *contract; /* "rental": the SQL schema's name */
  const algo_event_def_t *events;
  uint8_t n_events;
  const algo_state_table_t *states;
  uint8_t n_states;
  const char *sql; /* creates schema, tables, comments and views; idempotent */
} algo_contract_tables_t;

/* The event that a log is; NULL: none of this contract's, or its length does not fit. The fields are then read with
 * algo_event_field_view. */
ALGO_API const algo_event_def_t *algo_event_match(const algo_contract_tables_t *t, algo_bytes_t log);
/* Field i's encoding: a view into the log (a string without its length). Errors: PARSE (malformed), RANGE (i). */
ALGO_API algo_code_t algo_event_field_view(algo_bytes_t *out, const algo_event_def_t *e, unsigned i, algo_bytes_t log,
                                           algo_err_t *err);

#endif
