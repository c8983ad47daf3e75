/* Boxes are what the events rebuild: the indexer's tables, moved by the events of a walk, equal every box at its end.
 */
#include <stdio.h>
#include <stdlib.h>

#include "suite.h"
#include "walk.h"

enum { COLUMNS = 40, ROWS = 3000 };

typedef struct value {
  uint64_t u;
  uint8_t bytes[64];
  size_t n;
} value_t;

typedef struct row {
  bool there;
  value_t key;
  value_t col[COLUMNS];
} row_t;

typedef struct tables {
  row_t *rows[4];
  unsigned unknown, events;
} tables_t;

static const algo_contract_tables_t *const T = &algo_rental_tables;

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

static row_t *find(tables_t *t, unsigned table, const value_t *key, bool make) {
  row_t *free_row = NULL;
  for (unsigned i = 0; i < ROWS; i++) {
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

/* The only SQL expression: until when a resolved rental was billed. */
static uint64_t billed_until(const row_t *r, const algo_state_table_t *s) {
  model_rental_t m = {0};
  for (unsigned i = 0; i < s->n_columns; i++) {
    uint64_t v = r->col[i].u;
    if (!strcmp(s->columns[i].name, "deposit")) m.deposit = v;
    if (!strcmp(s->columns[i].name, "price_per_minute")) m.price = v;
    if (!strcmp(s->columns[i].name, "started_at")) m.started = v;
    if (!strcmp(s->columns[i].name, "beat_at")) m.beat = v;
    if (!strcmp(s->columns[i].name, "beat_s")) m.beat_s = (uint32_t)v;
    if (!strcmp(s->columns[i].name, "ended_at")) m.ended = v;
  }
  return model_bill(&m, m.ended).end;
}

static void set(row_t *r, const algo_event_set_t *x, const value_t *fields, const algo_state_table_t *s) {
  value_t *c = &r->col[x->column];
  switch (x->op) {
  case ALGO_SET_FIELD: *c = fields[x->field]; break;
  case ALGO_SET_CONST: c->u = x->constant; break;
  case ALGO_SET_ADD: c->u += fields[x->field].u; break;
  case ALGO_SET_SUB: c->u -= fields[x->field].u; break;
  case ALGO_SET_ADD_CONST: c->u += x->constant; break;
  case ALGO_SET_SQL: c->u = billed_until(r, s); break;
  }
}

static void apply(tables_t *t, const algo_event_effect_t *e, const value_t *fields) {
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
  for (unsigned i = 0; i < e->n_sets; i++) set(r, &e->sets[i], fields, &T->states[e->table]);
}

static void take_logs(void *user, const algo_outcome_t *d) {
  tables_t *t = user;
  for (size_t i = 0; i < d->n_logs; i++) {
    if (d->logs[i].n >= 4 && memcmp(d->logs[i].p, "\x15\x1f\x7c\x75", 4) == 0) continue;
    const algo_event_def_t *e = algo_event_match(T, d->logs[i]);
    if (!e) {
      t->unknown++;
      continue;
    }
    value_t fields[16];
    t->events++;
    for (unsigned k = 0; k < e->n_fields; k++) {
      algo_bytes_t v;
      ck_assert(!algo_event_field_view(&v, e, k, d->logs[i], NULL));
      fields[k] = read_value(e->fields[k].kind, v);
    }
    for (unsigned k = 0; k < e->n_effects; k++) apply(t, &e->effects[k], fields);
  }
}

/* ---- comparing with the boxes ---- */

static uint64_t column(const row_t *r, const algo_state_table_t *s, const char *name) {
  for (unsigned i = 0; i < s->n_columns; i++)
    if (!strcmp(s->columns[i].name, name)) return r->col[i].u;
  ck_abort_msg("no column %s", name);
  return 0;
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

static void compare(const walk_t *k, const tables_t *t, unsigned table, char prefix, const char *gone) {
  const algo_state_table_t *s = &T->states[table];
  for (unsigned i = 0; i < ROWS && t->rows[table][i].there; i++) {
    const row_t *r = &t->rows[table][i];
    uint8_t id[8];
    algo_bytes_t value;
    algo_put_be64(id, r->key.u);
    bool there = world_box(&k->w, prefix, algo_bytes(id, 8), &value);
    ck_assert_int_eq(there, !column(r, s, gone));
    if (!there) continue;
    algo_buf_t want = ALGO_BUF_INIT;
    encode(&want, r, s, gone);
    ck_assert_msg(algo_bytes_eq(algo_buf_view(&want), value), "%s %llu differs", s->name, (unsigned long long)r->key.u);
    algo_buf_fini(&want);
  }
}

START_TEST(rebuilt) {
  static walk_t k;
  tables_t t = {0};
  for (unsigned i = 0; i < 4; i++) t.rows[i] = calloc(ROWS, sizeof(row_t));
  walk_open(&k, _i & 1, 77 + (uint64_t)_i, &algo_rental_spec_algo, &algo_rental_spec_asa);
  k.seen_logs = take_logs;
  k.user = &t;
  ck_assert_msg(walk_go(&k, 3000), "%s", k.why);
  ck_assert_uint_eq(t.unknown, 0);
  ck_assert_uint_gt(t.events, 300);
  ck_assert_str_eq(T->states[0].name, "gpu");
  ck_assert_str_eq(T->states[1].name, "rental");
  ck_assert_str_eq(T->states[3].name, "market");
  compare(&k, &t, 0, 'g', "retired");
  compare(&k, &t, 1, 'r', "closed");
  const row_t *m = &t.rows[3][0];
  const algo_state_table_t *s = &T->states[3];
  ck_assert_uint_eq(column(m, s, "fees"), k.m.fees);
  ck_assert_uint_eq(column(m, s, "live_gpus"), k.m.live_gpus);
  ck_assert_uint_eq(column(m, s, "live_rentals"), k.m.live_rentals);
  ck_assert_uint_eq(column(m, s, "live_providers"), k.m.live_providers);
  ck_assert_uint_eq(column(m, s, "next_gpu"), k.m.next_gpu);
  ck_assert_uint_eq(column(m, s, "next_rental"), k.m.next_rental);
  for (unsigned i = 0; i < 4; i++) free(t.rows[i]);
  walk_close(&k);
}
END_TEST

int main(void) {
  TCase *t = tcase_create("events");
  tcase_set_timeout(t, 120);
  tcase_add_loop_test(t, rebuilt, 0, 4);
  return suite_case("rental events", t);
}
