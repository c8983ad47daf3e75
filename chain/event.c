#include "algo/event.h"

static size_t field_size(const algo_event_field_t *f) {
  switch (f->kind) {
  case ALGO_COL_U64:
  case ALGO_COL_TIME: return 8;
  case ALGO_COL_U32: return 4;
  case ALGO_COL_U16: return 2;
  case ALGO_COL_U8:
  case ALGO_COL_BOOL: return 1;
  case ALGO_COL_ADDRESS:
  case ALGO_COL_BYTES32: return 32;
  case ALGO_COL_STRING: return 2;
  }
  return 0;
}

/* Strings' contents stand behind the heads, in the order of the fields, without gaps: the only form that is canonical.
 */
static bool strings_fit(const algo_event_def_t *e, algo_bytes_t body) {
  size_t at = 0;
  for (unsigned i = 0; i < e->n_fields; i++) at += field_size(&e->fields[i]);
  if (body.n < at) return false;
  for (unsigned i = 0; i < e->n_fields; i++) {
    if (e->fields[i].kind != ALGO_COL_STRING) continue;
    const uint8_t *head = body.p + e->fields[i].offset;
    size_t where = (size_t)head[0] << 8 | head[1];
    if (where != at || body.n < at + 2) return false;
    at += 2 + ((size_t)body.p[at] << 8 | body.p[at + 1]);
    if (body.n < at) return false;
  }
  return at == body.n;
}

const algo_event_def_t *algo_event_match(const algo_contract_tables_t *t, algo_bytes_t log) {
  if (log.n < 4) return NULL;
  for (unsigned i = 0; i < t->n_events; i++) {
    const algo_event_def_t *e = &t->events[i];
    if (memcmp(e->selector, log.p, 4) == 0) return strings_fit(e, algo_bytes(log.p + 4, log.n - 4)) ? e : NULL;
  }
  return NULL;
}

algo_code_t algo_event_field_view(algo_bytes_t *out, const algo_event_def_t *e, unsigned i, algo_bytes_t log,
                                  algo_err_t *err) {
  if (i >= e->n_fields) return algo_err_set(err, ALGO_E_RANGE, "%s has %u fields", e->name, e->n_fields);
  const algo_event_field_t *f = &e->fields[i];
  size_t at = 4u + f->offset;
  size_t n = field_size(f);
  if (log.n < at + n) return algo_err_set(err, ALGO_E_PARSE, "%s.%s: the event ends too early", e->name, f->name);
  if (f->kind == ALGO_COL_STRING) {
    at = 4 + ((size_t)log.p[at] << 8 | log.p[at + 1]);
    if (log.n < at + 2) return algo_err_set(err, ALGO_E_PARSE, "%s.%s: an offset outside", e->name, f->name);
    n = (size_t)log.p[at] << 8 | log.p[at + 1];
    at += 2;
    if (log.n < at + n) return algo_err_set(err, ALGO_E_PARSE, "%s.%s: a length outside", e->name, f->name);
  }
  *out = algo_bytes(log.p + at, n);
  return ALGO_OK;
}
