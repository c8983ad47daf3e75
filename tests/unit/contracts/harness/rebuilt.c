#include "rebuilt.h"

#include <stdio.h>
#include <stdlib.h>

static bool wide(algo_column_kind_t k) {
  return k == ALGO_COL_ADDRESS || k == ALGO_COL_BYTES32 || k == ALGO_COL_STRING;
}

static value_t read_value(algo_column_kind_t kind, algo_bytes_t v) {
  value_t out = {0};
  if (wide(kind)) {
    memcpy(out.bytes, v.p, v.n);
    out.n = v.n;
    return out;
  }
  for (size_t i = 0; i < v.n; i++) out.u = out.u << 8 | v.p[i];
  if (kind == ALGO_COL_BOOL) out.u = out.u == 0x80;
  return out;
}

static bool same_value(const value_t *a, const value_t *b) {
  return a->u == b->u && a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0;
}

static row_t *find(rebuilt_t *t, unsigned table, const value_t *key, bool make) {
  row_t *free_row = NULL;
  for (unsigned i = 0; i < REBUILT_ROWS; i++) {
    row_t *r = &t->rows[table][i];
    if (r->there && same_value(&r->key, key)) return r;
    if (!r->there && !free_row) {
      free_row = r;
      break;
    }
  }
  if (!make || !free_row) return NULL;
  free_row->there = true;
  free_row->key = *key;
  return free_row;
}

static void set(const rebuilt_t *t, row_t *r, const algo_event_set_t *x, const value_t *fields,
                const algo_state_table_t *s) {
  value_t *c = &r->col[x->column];
  switch (x->op) {
  case ALGO_SET_FIELD: *c = fields[x->field]; break;
  case ALGO_SET_CONST: c->u = x->constant; break;
  case ALGO_SET_ADD: c->u += fields[x->field].u; break;
  case ALGO_SET_SUB: c->u -= fields[x->field].u; break;
  case ALGO_SET_ADD_CONST: c->u += x->constant; break;
  case ALGO_SET_SQL: c->u = t->sql ? t->sql(r, s) : 0; break;
  }
}

static void apply(rebuilt_t *t, const algo_event_effect_t *e, const value_t *fields) {
  static const value_t one = {.u = 1};
  value_t key = e->key_field == 255 ? one : fields[e->key_field];
  if (e->via_table != 255) {
    row_t *via = find(t, e->via_table, &key, false);
    if (!via) return;
    key = via->col[e->via_column];
  }
  if (e->key_field != 255 && key.u == 0 && key.n == 0) return;
  row_t *r = find(t, e->table, &key, e->kind == ALGO_EFFECT_INSERT || e->key_field == 255);
  if (!r) return;
  if (e->when_column != 255 && e->when_event_field != 255 &&
      !same_value(&r->col[e->when_column], &fields[e->when_event_field]))
    return;
  if (e->when_column != 255 && e->when_event_field == 255 && r->col[e->when_column].u != e->when_value) return;
  if (e->when_column == 255 && e->when_event_field != 255 && fields[e->when_event_field].u != e->when_value) return;
  if (e->kind == ALGO_EFFECT_INSERT) {
    memset(r->col, 0, sizeof r->col);
    r->col[0] = key;
  }
  for (unsigned i = 0; i < e->n_sets; i++) set(t, r, &e->sets[i], fields, &t->tables->states[e->table]);
}

static void take(void *user, const algo_outcome_t *d) {
  rebuilt_t *t = user;
  for (size_t i = 0; i < d->n_logs; i++) {
    if (d->logs[i].n >= 4 && memcmp(d->logs[i].p, "\x15\x1f\x7c\x75", 4) == 0) continue;
    const algo_event_def_t *e = algo_event_match(t->tables, d->logs[i]);
    if (!e) {
      t->unknown++;
      continue;
    }
    value_t fields[16];
    t->events++;
    for (unsigned k = 0; k < e->n_fields; k++) {
      algo_bytes_t v;
      if (algo_event_field_view(&v, e, k, d->logs[i], NULL)) abort();
      fields[k] = read_value(e->fields[k].kind, v);
    }
    for (unsigned k = 0; k < e->n_effects; k++) apply(t, &e->effects[k], fields);
  }
}

/* ---- comparing with the boxes ---- */

uint64_t rebuilt_column(const row_t *r, const algo_state_table_t *s, const char *name) {
  for (unsigned i = 0; i < s->n_columns; i++)
    if (!strcmp(s->columns[i].name, name)) return r->col[i].u;
  fprintf(stderr, "no column %s\n", name);
  abort();
}

/* The columns between the key and the first one that no box has, as the box encodes them. */
static void encode(algo_buf_t *out, const row_t *r, const algo_state_table_t *s, const char *end) {
  static const uint8_t width[] = {
      [ALGO_COL_U64] = 8, [ALGO_COL_U32] = 4, [ALGO_COL_U16] = 2, [ALGO_COL_U8] = 1, [ALGO_COL_TIME] = 8};
  uint8_t be[8];
  for (unsigned i = 1; i < s->n_columns && strcmp(s->columns[i].name, end); i++) {
    const value_t *v = &r->col[i];
    if (s->columns[i].kind == ALGO_COL_STRING) {
      algo_put_be64(be, out->n + 2);
      algo_buf_put(out, be + 6, 2);
      algo_put_be64(be, v->n);
      algo_buf_put(out, be + 6, 2);
      algo_buf_put(out, v->bytes, v->n);
    } else if (wide(s->columns[i].kind)) {
      algo_buf_put(out, v->bytes, 32);
    } else {
      unsigned n = width[s->columns[i].kind];
      algo_put_be64(be, v->u);
      algo_buf_put(out, be + 8 - n, n);
    }
  }
}

const char *rebuilt_compare(const rebuilt_t *t, const world_t *w, unsigned table, char prefix, const char *gone) {
  const algo_state_table_t *s = &t->tables->states[table];
  for (unsigned i = 0; i < REBUILT_ROWS && t->rows[table][i].there; i++) {
    const row_t *r = &t->rows[table][i];
    uint8_t id[8];
    algo_bytes_t value;
    algo_put_be64(id, r->key.u);
    bool there = world_box(w, prefix, algo_bytes(id, 8), &value);
    if (there == (rebuilt_column(r, s, gone) != 0)) return "a box is there and should not be, or the other way round";
    if (!there) continue;
    algo_buf_t want = ALGO_BUF_INIT;
    encode(&want, r, s, gone);
    bool same = algo_bytes_eq(algo_buf_view(&want), value);
    algo_buf_fini(&want);
    if (!same) return "a box is not what the events rebuild";
  }
  return NULL;
}

void rebuilt_open(rebuilt_t *t, const algo_contract_tables_t *tables) {
  *t = (rebuilt_t){.tables = tables};
  for (unsigned i = 0; i < REBUILT_TABLES; i++) {
    t->rows[i] = calloc(REBUILT_ROWS, sizeof(row_t));
    if (!t->rows[i]) abort();
  }
}

static void anew(void *user) {
  rebuilt_t *t = user;
  t->unknown = t->events = 0;
  for (unsigned i = 0; i < REBUILT_TABLES; i++) memset(t->rows[i], 0, REBUILT_ROWS * sizeof(row_t));
}

void rebuilt_watch(rebuilt_t *t, world_t *w) {
  w->seen_logs = take;
  w->anew = anew;
  w->user = t;
}

void rebuilt_close(rebuilt_t *t) {
  for (unsigned i = 0; i < REBUILT_TABLES; i++) free(t->rows[i]);
}
