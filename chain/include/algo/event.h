/* algo/event.h - a contract's ARC-28 events as tables: what teal-gen writes and the indexer reads.
 *
 * Each event becomes a row of its own table, and moves the contract's state tables (one a kind of box, and the globals) as
 * its effects say, in the order of the chain. So the tables equal the boxes without a box being read. */
#ifndef ALGO_EVENT_H
#define ALGO_EVENT_H

#include "algo/arc4.h"

typedef enum { /* how a column is stored; the ARC-4 type is beside it */
  ALGO_COL_U64 /* numeric(20) */, ALGO_COL_U32 /* bigint */, ALGO_COL_U16 /* integer */, ALGO_COL_U8 /* smallint */, ALGO_COL_BOOL,
  ALGO_COL_ADDRESS /* bytea, 32 */, ALGO_COL_BYTES32 /* bytea, 32 */, ALGO_COL_STRING /* bytea: any bytes */,
  ALGO_COL_TIME /* bigint, Unix seconds */
} algo_column_kind_t;

typedef struct algo_event_field {
  const char *name;         /* column */
  algo_column_kind_t kind;
  const char *arc4;         /* type in the event */
  uint16_t offset;          /* of its head in the event's encoding, behind the selector */
  const char *comment;      /* SQL comment, with the unit */
} algo_event_field_t;

typedef enum {
  ALGO_SET_FIELD,  /* column = the event's field `field` */
  ALGO_SET_CONST,  /* column = constant */
  ALGO_SET_ADD,    /* column = column + field (checked) */
  ALGO_SET_SUB,    /* column = column - field (checked) */
  ALGO_SET_ADD_CONST, /* column = column + constant (two's complement: -1 subtracts) */
} algo_effect_op_t;

typedef struct algo_event_set {
  uint8_t column;           /* of the state table */
  algo_effect_op_t op;
  uint8_t field;            /* of the event; FIELD, ADD, SUB */
  uint64_t constant;
} algo_event_set_t;

typedef enum { ALGO_EFFECT_INSERT, ALGO_EFFECT_UPDATE, ALGO_EFFECT_DELETE } algo_effect_kind_t;

typedef struct algo_event_effect {
  algo_effect_kind_t kind;
  uint8_t table;            /* of the state tables */
  /* The key of the row: the event's field `key_field`; or, where via_table is not 255, column via_column of the row of
   * via_table whose key is key_field (a rental's GPU). A key of 0 is no row. */
  uint8_t key_field, via_table, via_column;
  /* Only when the row's column when_column equals when_value; 255: always. With when_event_field not 255: only when that field of
   * the event equals when_value. */
  uint8_t when_column, when_event_field;
  uint64_t when_value;
  const algo_event_set_t *sets; uint8_t n_sets;
} algo_event_effect_t;

typedef struct algo_event_def {
  const char *name;         /* "RentalStarted" */
  const char *signature;    /* "RentalStarted(uint64,uint64)" */
  uint8_t selector[4];
  const char *table;        /* "rental_started" */
  const algo_event_field_t *fields; uint8_t n_fields;
  const algo_event_effect_t *effects; uint8_t n_effects; /* in order */
} algo_event_def_t;

typedef struct algo_state_column {
  const char *name;
  algo_column_kind_t kind;
  const char *comment;
} algo_state_column_t;

typedef struct algo_state_table {
  const char *name;         /* "gpu", "rental", "provider" */
  const algo_state_column_t *columns; uint8_t n_columns; /* column 0 is the key */
} algo_state_table_t;

typedef struct algo_contract_tables {
  const char *contract;     /* "rental": the SQL schema's name */
  const algo_event_def_t *events; uint8_t n_events;
  const algo_state_table_t *states; uint8_t n_states;
  const char *sql;          /* creates the tables and views; idempotent; %SCHEMA% is not in it */
} algo_contract_tables_t;

#endif
