/* arc56_sql.c - tables and views of an ARC-56 description: see arc56.h. */
#include <stdio.h>

#include "arc56.h"

static const char *const types[][2] = {{"smallint", "smallint[]"}, {"integer", "integer[]"}, {"bigint", "bigint[]"},
                                       {"numeric", "numeric[]"},   {"boolean", "boolean[]"}, {"bytea", "bytea[]"},
                                       {"bytea", "bytea[]"},       {"bytea", "bytea[]"},     {"jsonb", "jsonb"}};

/* "numeric", "bytea[]" */
static const char *ix_a56_sql_type(const ix_a56_column_t *c) { return types[c->kind][c->array]; }

/* quoted */
static void ix_a56_put_literal(algo_buf_t *sql, const char *s) {
  algo_buf_putc(sql, '\'');
  for (; *s; s++) {
    if (*s == '\'') algo_buf_putc(sql, '\'');
    algo_buf_putc(sql, (uint8_t)*s);
  }
  algo_buf_putc(sql, '\'');
}

static bool is_taken(const ix_arc56_t *a, size_t self, const char *name, const char *const *taken, size_t n) {
  char view[80];
  snprintf(view, sizeof view, "%s_text", name);
  for (size_t i = 0; i < n; i++)
    if (strcmp(taken[i], name) == 0 || strcmp(taken[i], view) == 0) return true;
  for (size_t i = 0; i < a->n_events; i++) {
    const char *other = a->events[i].table;
    if (i == self || !other) continue;
    const size_t length = strlen(other);
    if (strcmp(other, name) == 0 || strcmp(other, view) == 0) return true;
    if (strncmp(name, other, length) == 0 && strcmp(name + length, "_text") == 0) return true; /* its view's */
  }
  return false;
}

static const char *insert_of(const ix_arc56_t *a, const ix_a56_event_t *e, algo_arena_t *arena) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_buf_printf(&b, "insert into \"%s\".\"%s\" (app, round, intra, log, ts", a->schema, e->table);
  for (uint32_t i = 0; i < e->n_columns; i++) algo_buf_printf(&b, ", \"%s\"", e->columns[i].name);
  algo_buf_puts(&b, ") values ($1, $2, $3, $4, $5");
  for (uint32_t i = 0; i < e->n_columns; i++) algo_buf_printf(&b, ", $%u", 6 + i);
  algo_buf_putc(&b, ')');
  const char *s = b.oom ? NULL : algo_arena_strdup(arena, algo_buf_cstr(&b));
  algo_buf_fini(&b);
  return s;
}

algo_code_t ix_a56_take_name(ix_arc56_t *a, size_t i, const char *table, const char *const *taken, size_t n_taken,
                             algo_arena_t *arena, algo_err_t *err) {
  ix_a56_event_t *e = &a->events[i];
  const uint8_t *s = e->selector;
  e->table = algo_arena_strdup(arena, table ? table : e->base);
  for (unsigned k = 1; !table && e->table && is_taken(a, i, e->table, taken, n_taken); k++)
    e->table = k == 1 ? algo_arena_printf(arena, "%s_%02x%02x%02x%02x", e->base, s[0], s[1], s[2], s[3])
                      : algo_arena_printf(arena, "%s_%02x%02x%02x%02x_%u", e->base, s[0], s[1], s[2], s[3], k);
  e->insert = e->table ? insert_of(a, e, arena) : NULL;
  return e->insert ? ALGO_OK : algo_err_set(err, ALGO_E_NOMEM, "out of memory");
}

static void put_comment(algo_buf_t *sql, const char *head, const char *const *parts, size_t n) {
  algo_buf_t text = ALGO_BUF_INIT;
  for (size_t i = 0; i < n; i++) algo_buf_puts(&text, parts[i]);
  algo_buf_puts(sql, head);
  ix_a56_put_literal(sql, algo_buf_cstr(&text));
  algo_buf_puts(sql, ";\n");
  sql->oom |= text.oom;
  algo_buf_fini(&text);
}

void ix_a56_put_schema(algo_buf_t *sql, const ix_arc56_t *a) {
  char head[128];
  algo_buf_printf(sql, "create schema if not exists \"%s\";\n", a->schema);
  snprintf(head, sizeof head, "comment on schema \"%s\" is ", a->schema);
  put_comment(sql, head, (const char *[]){"Events of ", a->name, ", as its ARC-56 description has them"}, 3);
}

void ix_a56_put_table(algo_buf_t *sql, const ix_arc56_t *a, const ix_a56_event_t *e) {
  static const char *const own[][2] = {
      {"app", "application that logged it"},
      {"round", "round number"},
      {"intra", "place of the call in its block, inner ones counted, as in chain.txn"},
      {"log", "which of the call''s logs, from 0"},
      {"ts", "time of the block, Unix seconds"},
  };
  char head[192];
  algo_buf_printf(sql,
                  "create table \"%s\".\"%s\" (\n  app bigint not null,\n  round bigint not null,\n"
                  "  intra integer not null,\n  log integer not null,\n  ts bigint not null",
                  a->schema, e->table);
  for (uint32_t i = 0; i < e->n_columns; i++)
    algo_buf_printf(sql, ",\n  \"%s\" %s not null", e->columns[i].name, ix_a56_sql_type(&e->columns[i]));
  algo_buf_puts(sql, ",\n  primary key (round, intra, log)\n);\n");
  algo_buf_printf(sql, "create index on \"%s\".\"%s\" (app, round);\n", a->schema, e->table);
  snprintf(head, sizeof head, "comment on table \"%s\".\"%s\" is ", a->schema, e->table);
  put_comment(sql, head, (const char *[]){"Event ", e->signature, *e->desc ? ": " : "", e->desc}, 4);
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    algo_buf_printf(sql, "comment on column \"%s\".\"%s\".%s is '%s';\n", a->schema, e->table, own[i][0], own[i][1]);
  for (uint32_t i = 0; i < e->n_columns; i++) {
    const ix_a56_column_t *c = &e->columns[i];
    snprintf(head, sizeof head, "comment on column \"%s\".\"%s\".\"%s\" is ", a->schema, e->table, c->name);
    put_comment(sql, head,
                (const char *[]){c->original, *c->original ? ", " : "", c->type->text, *c->desc ? ": " : "", c->desc},
                5);
  }
}

void ix_a56_put_view(algo_buf_t *sql, const ix_arc56_t *a, const ix_a56_event_t *e) {
  algo_buf_printf(sql, "drop view if exists \"%s\".\"%s_text\";\n", a->schema, e->table);
  algo_buf_printf(sql, "create view \"%s\".\"%s_text\" as\nselect app, round, intra, log, to_timestamp(ts) as at",
                  a->schema, e->table);
  for (uint32_t i = 0; i < e->n_columns; i++) {
    const ix_a56_column_t *c = &e->columns[i];
    const char *show = c->kind == IX_A56_ADDRESS ? "chain.addr" : c->kind == IX_A56_TEXT ? "chain.utf8" : NULL;
    if (!show) algo_buf_printf(sql, ",\n  \"%s\"", c->name);
    else if (!c->array) algo_buf_printf(sql, ",\n  %s(\"%s\") as \"%s\"", show, c->name, c->name);
    else
      algo_buf_printf(sql,
                      ",\n  array(select %s(v) from unnest(\"%s\") with ordinality as u (v, n) order by n) as \"%s\"",
                      show, c->name, c->name);
  }
  algo_buf_printf(sql, "\nfrom \"%s\".\"%s\";\n", a->schema, e->table);
  algo_buf_printf(sql, "comment on view \"%s\".\"%s_text\" is 'The same with addresses and strings as text';\n",
                  a->schema, e->table);
}
