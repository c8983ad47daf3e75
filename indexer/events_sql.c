/* events_sql.c - the statements that a contract's events need, written once from its tables.
 *
 * All statements of an event take the same parameters: $1 app, $2 round, $3 intra, $4 log, $5 time, then its fields. */
#include "events.h"

#define NONE        255u
#define FIRST_FIELD 6u

static const char *zero_of(algo_column_kind_t k) {
  switch (k) {
  case ALGO_COL_BOOL: return "false";
  case ALGO_COL_ADDRESS:
  case ALGO_COL_BYTES32: return "decode(repeat('00', 32), 'hex')";
  case ALGO_COL_STRING: return "''";
  default: return "0";
  }
}

static bool is_number(algo_column_kind_t k) { return k <= ALGO_COL_U8; }

static void put_constant(algo_buf_t *b, algo_column_kind_t k, uint64_t v) {
  if (k == ALGO_COL_BOOL) algo_buf_puts(b, v ? "true" : "false");
  else algo_buf_printf(b, "%llu", (unsigned long long)v);
}

static void put_table(algo_buf_t *b, const algo_contract_tables_t *t, const char *table) {
  algo_buf_printf(b, "\"%s\".\"%s\"", t->contract, table);
}

static void put_value(algo_buf_t *b, const algo_state_table_t *st, const algo_event_set_t *s) {
  const algo_state_column_t *col = &st->columns[s->column];
  switch (s->op) {
  case ALGO_SET_FIELD: algo_buf_printf(b, "$%u", FIRST_FIELD + s->field); break;
  case ALGO_SET_CONST: put_constant(b, col->kind, s->constant); break;
  case ALGO_SET_ADD: algo_buf_printf(b, "\"%s\" + $%u", col->name, FIRST_FIELD + s->field); break;
  case ALGO_SET_SUB: algo_buf_printf(b, "\"%s\" - $%u", col->name, FIRST_FIELD + s->field); break;
  case ALGO_SET_ADD_CONST: algo_buf_printf(b, "\"%s\" + (%lld)", col->name, (long long)(int64_t)s->constant); break;
  case ALGO_SET_SQL: algo_buf_printf(b, "(%s)", s->sql); break;
  }
}

/* The key of the row; "" for a singleton. */
static void put_key(algo_buf_t *b, const algo_contract_tables_t *t, const algo_event_effect_t *f) {
  if (f->via_table == NONE) {
    algo_buf_printf(b, "$%u", FIRST_FIELD + f->key_field);
    return;
  }
  const algo_state_table_t *via = &t->states[f->via_table];
  algo_buf_printf(b, "(select \"%s\" from ", via->columns[f->via_column].name);
  put_table(b, t, via->name);
  algo_buf_printf(b, " where app = $1 and \"%s\" = $%u)", via->columns[0].name, FIRST_FIELD + f->key_field);
}

/* " and ..." for the conditions that the row decides. */
static void put_condition(algo_buf_t *b, const algo_event_def_t *e, const algo_state_table_t *st,
                          const algo_event_effect_t *f) {
  if (f->when_column != NONE) {
    algo_buf_printf(b, " and \"%s\" = ", st->columns[f->when_column].name);
    if (f->when_event_field != NONE) algo_buf_printf(b, "$%u", FIRST_FIELD + f->when_event_field);
    else put_constant(b, st->columns[f->when_column].kind, f->when_value);
  } else if (f->when_event_field != NONE) {
    algo_buf_printf(b, " and $%u = ", FIRST_FIELD + f->when_event_field);
    put_constant(b, e->fields[f->when_event_field].kind, f->when_value);
  }
}

static const algo_event_set_t *set_of(const algo_event_effect_t *f, unsigned column) {
  for (unsigned i = 0; i < f->n_sets; i++)
    if (f->sets[i].column == column) return &f->sets[i];
  return NULL;
}

static void put_insert(algo_buf_t *b, const algo_contract_tables_t *t, const algo_event_def_t *e,
                       const algo_event_effect_t *f) {
  const algo_state_table_t *st = &t->states[f->table];
  const unsigned first = st->singleton ? 0 : 1;
  algo_buf_puts(b, "insert into ");
  put_table(b, t, st->name);
  algo_buf_puts(b, " (app");
  for (unsigned i = 0; i < st->n_columns; i++) algo_buf_printf(b, ", \"%s\"", st->columns[i].name);
  algo_buf_puts(b, ") select $1");
  if (first) {
    algo_buf_puts(b, ", ");
    put_key(b, t, f);
  }
  for (unsigned i = first; i < st->n_columns; i++) {
    const algo_event_set_t *s = set_of(f, i);
    algo_buf_puts(b, ", ");
    if (s) put_value(b, st, s);
    else algo_buf_puts(b, zero_of(st->columns[i].kind));
  }
  algo_buf_puts(b, " where true");
  if (first && is_number(st->columns[0].kind)) {
    algo_buf_puts(b, " and ");
    put_key(b, t, f);
    algo_buf_puts(b, " <> 0");
  }
  put_condition(b, e, st, f);
  algo_buf_printf(b, " on conflict (app%s%s%s) do update set ", first ? ", \"" : "", first ? st->columns[0].name : "",
                  first ? "\"" : "");
  for (unsigned i = first; i < st->n_columns; i++)
    algo_buf_printf(b, "%s\"%s\" = excluded.\"%s\"", i > first ? ", " : "", st->columns[i].name, st->columns[i].name);
}

static void put_change(algo_buf_t *b, const algo_contract_tables_t *t, const algo_event_def_t *e,
                       const algo_event_effect_t *f) {
  const algo_state_table_t *st = &t->states[f->table];
  algo_buf_puts(b, f->kind == ALGO_EFFECT_DELETE ? "delete from " : "update ");
  put_table(b, t, st->name);
  for (unsigned i = 0; f->kind == ALGO_EFFECT_UPDATE && i < f->n_sets; i++) {
    algo_buf_printf(b, "%s\"%s\" = ", i ? ", " : " set ", st->columns[f->sets[i].column].name);
    put_value(b, st, &f->sets[i]);
  }
  algo_buf_puts(b, " where app = $1");
  if (!st->singleton) {
    algo_buf_printf(b, " and \"%s\" = ", st->columns[0].name);
    put_key(b, t, f);
    if (is_number(st->columns[0].kind)) algo_buf_printf(b, " and \"%s\" <> 0", st->columns[0].name);
  }
  put_condition(b, e, st, f);
}

static const char *keep(algo_arena_t *arena, algo_buf_t *b) {
  const char *s = b->oom ? NULL : algo_arena_strdup(arena, algo_buf_cstr(b));
  algo_buf_clear(b);
  return s;
}

static const char *event_row(algo_arena_t *arena, algo_buf_t *b, const algo_contract_tables_t *t,
                             const algo_event_def_t *e) {
  algo_buf_puts(b, "insert into ");
  put_table(b, t, e->table);
  algo_buf_puts(b, " (app, round, intra, log, ts");
  for (unsigned i = 0; i < e->n_fields; i++) algo_buf_printf(b, ", \"%s\"", e->fields[i].name);
  algo_buf_puts(b, ") values ($1, $2, $3, $4, $5");
  for (unsigned i = 0; i < e->n_fields; i++) algo_buf_printf(b, ", $%u", FIRST_FIELD + i);
  algo_buf_puts(b, ")");
  return keep(arena, b);
}

static bool fits(const algo_contract_tables_t *t, const algo_event_def_t *e, const algo_event_effect_t *f) {
  if (f->table >= t->n_states) return false;
  const algo_state_table_t *st = &t->states[f->table];
  if ((f->key_field == NONE) != st->singleton || (f->key_field != NONE && f->key_field >= e->n_fields)) return false;
  if (f->via_table != NONE && (f->via_table >= t->n_states || f->via_column >= t->states[f->via_table].n_columns))
    return false;
  if (f->when_column != NONE && f->when_column >= st->n_columns) return false;
  if (f->when_event_field != NONE && f->when_event_field >= e->n_fields) return false;
  for (unsigned i = 0; i < f->n_sets; i++) {
    const algo_event_set_t *s = &f->sets[i];
    const bool field = s->op == ALGO_SET_FIELD || s->op == ALGO_SET_ADD || s->op == ALGO_SET_SUB;
    if (s->column >= st->n_columns || (field && s->field >= e->n_fields) || (s->op == ALGO_SET_SQL && !s->sql))
      return false;
    if (f->kind == ALGO_EFFECT_INSERT && s->op != ALGO_SET_FIELD && s->op != ALGO_SET_CONST) return false;
  }
  return f->kind != ALGO_EFFECT_UPDATE || f->n_sets > 0;
}

algo_code_t ix_contract_init(ix_contract_t *c, const algo_contract_tables_t *t, unsigned number, algo_arena_t *arena,
                             algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  *c = (ix_contract_t){.tables = t,
                       .number = number,
                       .inserts = algo_arena_array(arena, t->n_events, sizeof(char *)),
                       .effects = algo_arena_array(arena, t->n_events, sizeof(char **)),
                       .makers = algo_arena_array(arena, t->n_states, sizeof(char *))};
  bool ok = c->inserts && c->effects && c->makers;
  algo_code_t rc = ALGO_OK;
  for (unsigned i = 0; ok && i < t->n_states; i++) {
    if (!t->states[i].singleton) continue;
    algo_buf_puts(&b, "insert into ");
    put_table(&b, t, t->states[i].name);
    algo_buf_puts(&b, " (app) values ($1) on conflict do nothing");
    ok = (c->makers[i] = keep(arena, &b)) != NULL;
  }
  for (unsigned i = 0; ok && rc == ALGO_OK && i < t->n_events; i++) {
    const algo_event_def_t *e = &t->events[i];
    c->inserts[i] = event_row(arena, &b, t, e);
    c->effects[i] = algo_arena_array(arena, e->n_effects ? e->n_effects : 1u, sizeof(char *));
    ok = c->inserts[i] && c->effects[i];
    for (unsigned k = 0; ok && k < e->n_effects; k++) {
      const algo_event_effect_t *f = &e->effects[k];
      if (!fits(t, e, f)) {
        rc = algo_err_set(err, ALGO_E_INVALID, "contract %s: effect %u of event %s does not fit its tables",
                          t->contract, k, e->name);
        break;
      }
      if (f->kind == ALGO_EFFECT_INSERT) put_insert(&b, t, e, f);
      else put_change(&b, t, e, f);
      ok = (c->effects[i][k] = keep(arena, &b)) != NULL;
    }
  }
  algo_buf_fini(&b);
  return rc != ALGO_OK ? rc : ok ? ALGO_OK : algo_err_set(err, ALGO_E_NOMEM, "out of memory");
}
