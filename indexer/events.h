/* events.h - a contract's logs into its tables (algo/event.h): one row an event, and its effects on the state tables,
 * in the order of the chain and in the transaction at hand. */
#ifndef IX_EVENTS_H
#define IX_EVENTS_H

#include "algo/arena.h"
#include "algo/env.h"
#include "algo/event.h"
#include "arc56.h"
#include "pg.h"

/* The channel of NOTIFY: one JSON object an event. PostgreSQL takes less than 8,000 bytes: of a longer one come
 * contract, event, app and place alone, and "truncated": true. */
#define IX_CHANNEL "algorent_event"

typedef struct ix_contract {
  const algo_contract_tables_t *tables;
  unsigned number;       /* its own, in the names of prepared statements */
  const char **inserts;  /* by event */
  const char ***effects; /* by event, by effect; a singleton's row is made by `makers` before */
  const char **makers;   /* by state table; NULL: none needed */
  bool sums;             /* its schema has summarise(app, first, last); set by ix_contracts_register */
} ix_contract_t;

typedef struct ix_event_at {
  uint64_t app, round;
  uint32_t intra, log;
  int64_t time; /* of the block, Unix seconds */
} ix_event_at_t;

/* Writes the statements; everything lies in the arena. Errors: NOMEM, INVALID (a table that contradicts itself). */
algo_code_t ix_contract_init(ix_contract_t *c, const algo_contract_tables_t *t, unsigned number, algo_arena_t *arena,
                             algo_err_t *err) ALGO_NODISCARD;

/* The contract's sums get what rounds first..last added, of application `app` or, where it is 0, of all; each event
 * once. In the transaction that wrote them. Errors: DB. */
algo_code_t ix_contract_summarise(PGconn *c, const ix_contract_t *k, uint64_t app, uint64_t first, uint64_t last,
                                  algo_err_t *err) ALGO_NODISCARD;

/* A connection's side: statements are prepared once each, and sent without waiting for each answer. */
typedef struct ix_events {
  PGconn *conn;
  const ix_contract_t *contracts;
  size_t n_contracts;
  const ix_arc56_t *arc56;
  size_t n_arc56;
  bool notify;
  bool broken;   /* the pipeline was left in the middle: the connection is of no use */
  unsigned sent; /* statements since the last ix_events_sync */
  algo_buf_t scratch;
  uint64_t applied; /* events, since the start */
} ix_events_t;
void ix_events_init(ix_events_t *e, PGconn *conn, const ix_contract_t *contracts, size_t n, bool notify);
void ix_events_fini(ix_events_t *e);
algo_code_t ix_events_prepare(ix_events_t *e, algo_err_t *err) ALGO_NODISCARD; /* once a connection */

/* One log of the contract's application; a log that is none of its events is left alone. Between begin and end the
 * connection takes nothing else. Errors: DB. */
algo_code_t ix_events_begin(ix_events_t *e, algo_err_t *err) ALGO_NODISCARD;
algo_code_t ix_events_apply(ix_events_t *e, const ix_contract_t *c, const ix_event_at_t *at, algo_bytes_t log,
                            algo_err_t *err) ALGO_NODISCARD;
/* The same for an event of a description, which ix_a56_match found. */
algo_code_t ix_events_apply_arc56(ix_events_t *e, const ix_arc56_t *a, const ix_a56_event_t *event,
                                  const ix_event_at_t *at, algo_bytes_t log, algo_err_t *err) ALGO_NODISCARD;
algo_code_t ix_events_end(ix_events_t *e, algo_err_t *err) ALGO_NODISCARD;

#endif
