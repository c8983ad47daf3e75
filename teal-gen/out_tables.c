/* The indexer's tables (algo/event.h) as C source: events, and their effects on the state tables, parsed from the
 * description's small language (algo/tealgen.h, tg_event_t). */
#include <ctype.h>
#include <stdlib.h>

#include "algo/arc4.h"
#include "internal.h"

enum { NONE = 255 };

typedef struct parser {
  const tg_contract_t *c;
  const tg_event_t *e;
  const char *text, *at;
  const tg_table_t *table; /* that the effect moves */
  algo_arena_t *arena;
  algo_err_t *err;
} parser_t;

static algo_code_t bad(parser_t *p, const char *what) {
  return algo_err_set(p->err, ALGO_E_PARSE, "%s: effect \"%s\": %s at \"%s\"", p->e->name, p->text, what, p->at);
}

static void blanks(parser_t *p) {
  while (*p->at == ' ') p->at++;
}

static bool take(parser_t *p, const char *what) {
  blanks(p);
  size_t n = strlen(what);
  if (strncmp(p->at, what, n) != 0) return false;
  p->at += n;
  return true;
}

static const char *word(parser_t *p) {
  blanks(p);
  const char *from = p->at;
  while (isalnum((unsigned char)*p->at) || *p->at == '_') p->at++;
  return algo_arena_printf(p->arena, "%.*s", (int)(p->at - from), from);
}

static unsigned table_index(const tg_contract_t *c, const char *name) {
  for (size_t i = 0; i < c->n_tables; i++)
    if (strcmp(c->tables[i].name, name) == 0) return (unsigned)i;
  return NONE;
}

static const tg_field_t *table_column(const tg_table_t *t, unsigned i) {
  if (t->key.name) {
    if (i == 0) return &t->key;
    i--;
  }
  if (t->box) {
    if (i < t->box->n_fields) return &t->box->fields[i];
    i -= (unsigned)t->box->n_fields;
  }
  return i < t->n_more ? &t->more[i] : NULL;
}

static unsigned column_index(const tg_table_t *t, const char *name) {
  const tg_field_t *f;
  for (unsigned i = 0; (f = table_column(t, i)); i++)
    if (strcmp(f->name, name) == 0) return i;
  return NONE;
}

static unsigned field_index(const tg_event_t *e, const char *name) {
  for (size_t i = 0; i < e->n_fields; i++)
    if (strcmp(e->fields[i].name, name) == 0) return (unsigned)i;
  return NONE;
}

/* "table[key]", "table[via.column]" or "table" of a singleton */
static algo_code_t parse_target(parser_t *p, algo_buf_t *out, bool insert) {
  unsigned table = table_index(p->c, word(p));
  if (table == NONE) return bad(p, "no such table");
  p->table = &p->c->tables[table];
  unsigned key = NONE, via = NONE, column = NONE;
  if (take(p, "[")) {
    const char *name = word(p);
    if (take(p, ".")) {
      via = table_index(p->c, name);
      if (via == NONE) return bad(p, "no such table");
      column = column_index(&p->c->tables[via], word(p));
      if (column == NONE) return bad(p, "no such column");
    }
    key = field_index(p->e, name);
    if (key == NONE) return bad(p, "no such field");
    if (!take(p, "]")) return bad(p, "] expected");
  } else if (p->table->key.name) {
    return bad(p, "a key expected");
  }
  algo_buf_printf(out, "{%s, %u, %u, %u, %u, ", insert ? "ALGO_EFFECT_INSERT" : "ALGO_EFFECT_UPDATE", table, key, via,
                  column);
  return ALGO_OK;
}

/* "? column=5", "? column=@field", "? @field=5" */
static algo_code_t parse_condition(parser_t *p, algo_buf_t *out) {
  unsigned column = NONE, field = NONE;
  unsigned long long value = 0;
  if (take(p, "?")) {
    if (take(p, "@")) {
      field = field_index(p->e, word(p));
      if (field == NONE) return bad(p, "no such field");
    } else {
      column = column_index(p->table, word(p));
      if (column == NONE) return bad(p, "no such column");
    }
    if (!take(p, "=")) return bad(p, "= expected");
    if (take(p, "@")) {
      field = field_index(p->e, word(p));
      if (field == NONE) return bad(p, "no such field");
    } else {
      value = strtoull(word(p), NULL, 10);
    }
  }
  algo_buf_printf(out, "%u, %u, %llu, ", column, field, value);
  return ALGO_OK;
}

static const char *set_op(bool field, char sign) {
  if (field) return sign == '+' ? "ALGO_SET_ADD" : sign == '-' ? "ALGO_SET_SUB" : "ALGO_SET_FIELD";
  return sign ? "ALGO_SET_ADD_CONST" : "ALGO_SET_CONST";
}

/* "column=@field", "column+=@field", "column-=1", "column=`sql`" */
static algo_code_t parse_set(parser_t *p, algo_buf_t *out) {
  unsigned column = column_index(p->table, word(p));
  if (column == NONE) return bad(p, "no such column");
  char sign = take(p, "+") ? '+' : take(p, "-") ? '-' : 0;
  if (!take(p, "=")) return bad(p, "= expected");
  if (take(p, "`")) {
    const char *from = p->at;
    while (*p->at && *p->at != '`') p->at++;
    if (*p->at != '`') return bad(p, "` expected");
    algo_buf_printf(out, "    {%u, ALGO_SET_SQL, 0, 0, ", column);
    tg_put_c_string(out, algo_arena_printf(p->arena, "%.*s", (int)(p->at++ - from), from));
    algo_buf_puts(out, "},\n");
    return ALGO_OK;
  }
  bool is_field = take(p, "@");
  const char *what = word(p);
  unsigned field = is_field ? field_index(p->e, what) : 0;
  if (field == NONE) return bad(p, "no such field");
  long long value = is_field ? 0 : strtoll(what, NULL, 10);
  if (sign == '-') value = -value;
  const char *suffix = value < 0 ? "ull" : "";
  algo_buf_printf(out, "    {%u, %s, %u, %llu%s, NULL},\n", column, set_op(is_field, sign), field,
                  (unsigned long long)value, suffix);
  return ALGO_OK;
}

/* One effect: its sets as an array of their own, its row into *rows. */
static algo_code_t put_effect(parser_t *p, algo_buf_t *out, algo_buf_t *rows, const char *text, const char *array) {
  p->text = p->at = text;
  algo_buf_puts(rows, "    ");
  algo_code_t code = parse_target(p, rows, take(p, "+"));
  if (!code) code = parse_condition(p, rows);
  if (!code && !take(p, ":")) code = bad(p, ": expected");
  if (code) return code;
  algo_buf_printf(out, "static const algo_event_set_t %s[] = {\n", array);
  unsigned n = 0;
  do {
    code = parse_set(p, out);
    n++;
  } while (!code && take(p, ","));
  if (code) return code;
  blanks(p);
  if (*p->at) return bad(p, "nothing more expected");
  algo_buf_puts(out, "};\n");
  algo_buf_printf(rows, "%s, %u},\n", array, n);
  return ALGO_OK;
}

static const char *column_kind(tg_type_t t) {
  switch (t) {
  case TG_BOOL: return "ALGO_COL_BOOL";
  case TG_U8: return "ALGO_COL_U8";
  case TG_U16: return "ALGO_COL_U16";
  case TG_U32: return "ALGO_COL_U32";
  case TG_TIME: return "ALGO_COL_TIME";
  case TG_ADDRESS: return "ALGO_COL_ADDRESS";
  case TG_BYTES32: return "ALGO_COL_BYTES32";
  case TG_STRING: return "ALGO_COL_STRING";
  default: return "ALGO_COL_U64";
  }
}

static void put_event_fields(algo_buf_t *out, const tg_event_t *e, const char *table) {
  unsigned at = 0;
  if (!e->n_fields) return;
  algo_buf_printf(out, "static const algo_event_field_t %s_fields[] = {\n", table);
  for (size_t i = 0; i < e->n_fields; i++) {
    const tg_field_t *f = &e->fields[i];
    algo_buf_printf(out, "    {\"%s\", %s, \"%s\", %u, ", f->name, column_kind(f->type), tg_type_arc4(f->type, false),
                    at);
    tg_put_c_string(out, f->doc);
    algo_buf_puts(out, "},\n");
    at += tg_type_size(f->type);
  }
  algo_buf_puts(out, "};\n");
}

static algo_code_t put_event(parser_t *p, algo_buf_t *out, algo_buf_t *list) {
  const tg_event_t *e = p->e;
  algo_buf_t name = ALGO_BUF_INIT, rows = ALGO_BUF_INIT, sig = ALGO_BUF_INIT;
  tg_put_snake(&name, e->name);
  tg_event_signature(&sig, e);
  const char *table = algo_buf_cstr(&name);
  algo_buf_putc(out, '\n');
  put_event_fields(out, e, table);
  algo_code_t code = ALGO_OK;
  for (size_t i = 0; i < e->n_effects && !code; i++)
    code = put_effect(p, out, &rows, e->effects[i], algo_arena_printf(p->arena, "%s_sets_%zu", table, i));
  if (e->n_effects)
    algo_buf_printf(out, "static const algo_event_effect_t %s_effects[] = {\n%s};\n", table, algo_buf_cstr(&rows));
  uint8_t sel[4];
  algo_arc4_selector(sel, algo_buf_cstr(&sig));
  algo_buf_printf(list,
                  "    {\"%s\", \"%s\",\n     {0x%02x, 0x%02x, 0x%02x, 0x%02x}, \"%s\",\n     %s%s, %zu, %s%s, %zu},\n",
                  e->name, algo_buf_cstr(&sig), sel[0], sel[1], sel[2], sel[3], table, e->n_fields ? table : "",
                  e->n_fields ? "_fields" : "NULL", e->n_fields, e->n_effects ? table : "",
                  e->n_effects ? "_effects" : "NULL", e->n_effects);
  algo_buf_fini(&name);
  algo_buf_fini(&rows);
  algo_buf_fini(&sig);
  return code;
}

static void put_state(algo_buf_t *out, const tg_table_t *t, algo_buf_t *list) {
  unsigned n = 0;
  const tg_field_t *f;
  algo_buf_printf(out, "\nstatic const algo_state_column_t %s_columns[] = {\n", t->name);
  for (; (f = table_column(t, n)); n++) {
    algo_buf_printf(out, "    {\"%s\", %s, ", f->name, column_kind(f->type));
    tg_put_c_string(out, f->doc);
    algo_buf_puts(out, "},\n");
  }
  algo_buf_puts(out, "};\n");
  algo_buf_printf(list, "    {\"%s\", %s_columns, %u, %s},\n", t->name, t->name, n, t->key.name ? "false" : "true");
}

algo_code_t tg_out_tables(algo_buf_t *out, const tg_contract_t *c, algo_arena_t *arena, algo_err_t *err) {
  algo_buf_t list = ALGO_BUF_INIT, sql = ALGO_BUF_INIT;
  algo_buf_printf(out,
                  "/* Events and state of the contract `%s` as tables. Generated by teal-gen: do not edit. "
                  "*/\n#include \"algo/%s.h\"\n",
                  c->name, c->name);
  algo_code_t code = ALGO_OK;
  for (size_t i = 0; i < c->n_events && !code; i++) {
    parser_t p = {c, &c->events[i], NULL, NULL, NULL, arena, err};
    code = put_event(&p, out, &list);
  }
  if (c->n_events) algo_buf_printf(out, "\nstatic const algo_event_def_t events[] = {\n%s};\n", algo_buf_cstr(&list));
  algo_buf_clear(&list);
  for (size_t i = 0; i < c->n_tables; i++) put_state(out, &c->tables[i], &list);
  if (c->n_tables) algo_buf_printf(out, "\nstatic const algo_state_table_t states[] = {\n%s};\n", algo_buf_cstr(&list));
  tg_out_sql(&sql, c);
  algo_buf_puts(out, "\n#pragma GCC diagnostic ignored \"-Woverlength-strings\" /* one text, as it is executed */\n"
                     "static const char sql[] =\n");
  tg_put_c_lines(out, algo_buf_cstr(&sql), "    ");
  algo_buf_printf(out, ";\n\nconst algo_contract_tables_t algo_%s_tables = {\"%s\", %s, %zu, %s, %zu, sql};\n", c->name,
                  c->name, c->n_events ? "events" : "NULL", c->n_events, c->n_tables ? "states" : "NULL", c->n_tables);
  algo_buf_fini(&list);
  algo_buf_fini(&sql);
  return code;
}
