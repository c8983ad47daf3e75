/* Logs of a market: one that is an event has all of its fields, each within the log and of its column's length. */
#include <stdlib.h>
#include <string.h>

#include "algo/escrow.h"
#include "algo/rental.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t width(algo_column_kind_t kind) { /* bytes; 0: any number */
  switch (kind) {
  case ALGO_COL_U64:
  case ALGO_COL_TIME: return 8;
  case ALGO_COL_U32: return 4;
  case ALGO_COL_U16: return 2;
  case ALGO_COL_U8:
  case ALGO_COL_BOOL: return 1;
  case ALGO_COL_ADDRESS:
  case ALGO_COL_BYTES32: return 32;
  case ALGO_COL_STRING: return 0;
  }
  abort();
}

static void read_as(const algo_contract_tables_t *t, algo_bytes_t log) {
  const algo_event_def_t *e = algo_event_match(t, log);
  if (e == NULL) return;
  if (log.n < 4 || memcmp(log.p, e->selector, 4) != 0) abort();
  for (unsigned i = 0; i <= e->n_fields; i++) {
    algo_bytes_t v;
    algo_code_t rc = algo_event_field_view(&v, e, i, log, NULL);
    if (i == e->n_fields && rc != ALGO_E_RANGE) abort();
    if (rc != ALGO_OK) continue;
    if (v.n != 0 && (v.p < log.p || v.n > log.n || v.p + v.n > log.p + log.n)) abort();
    if (width(e->fields[i].kind) != 0 && v.n != width(e->fields[i].kind)) abort();
  }
}

/* The first byte is the event's number among all, the rest what stands behind its selector; or, above them, a log. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const algo_contract_tables_t *const tables[] = {&algo_rental_tables, &algo_escrow_tables};
  algo_buf_t log = ALGO_BUF_INIT;
  if (size == 0) return 0;
  unsigned n = data[0];
  for (unsigned t = 0; t < 2; t++) {
    if (n < tables[t]->n_events) algo_buf_put(&log, tables[t]->events[n].selector, 4);
    n -= tables[t]->n_events; /* wraps, and is no other's then */
  }
  algo_buf_put(&log, data + 1, size - 1);
  for (unsigned t = 0; t < 2; t++) read_as(tables[t], algo_buf_view(&log));
  algo_buf_fini(&log);
  return 0;
}
