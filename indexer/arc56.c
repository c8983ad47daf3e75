/* arc56.c - reads an ARC-56 file: see arc56.h. */
#include "arc56.h"

#include <ctype.h>
#include <stdlib.h>

#include "algo/hash.h"
#include "algo/text.h"

#define DEPTH     16u
#define TYPE_MAX  4096u /* letters of a type with its structs written out */
#define NAME_MAX_ 40u   /* of an identifier: PostgreSQL takes 63, and what is put behind it must fit */
#define TEXT_MAX  400u  /* of a comment */

typedef struct reader {
  json_object *structs; /* NULL: none */
  algo_arena_t *arena;
  algo_err_t *err;
} reader_t;

static algo_code_t no_memory(algo_err_t *err) { return algo_err_set(err, ALGO_E_NOMEM, "out of memory"); }

/* ---- names and texts ---- */

bool ix_a56_is_identifier(const char *s) {
  size_t n = strlen(s);
  if (n == 0 || n > NAME_MAX_ || isdigit((unsigned char)s[0])) return false;
  return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

/* "RentalStarted" is rental_started; what is neither letter nor digit becomes one underscore. */
static const char *identifier(const reader_t *r, const char *name, const char *otherwise) {
  char out[NAME_MAX_ + 2];
  size_t n = 0;
  bool lower = false;
  for (const unsigned char *p = (const unsigned char *)name; *p && n < NAME_MAX_ - 1; p++) {
    const bool ascii = *p < 0x80 && isalnum(*p);
    if (ascii && isdigit(*p) && n == 0) out[n++] = '_';
    if (ascii && isupper(*p) && n && out[n - 1] != '_' && (lower || (p[1] < 0x80 && islower(p[1])))) out[n++] = '_';
    if (ascii) out[n++] = (char)tolower(*p);
    else if (n && out[n - 1] != '_') out[n++] = '_';
    lower = ascii && (islower(*p) || isdigit(*p));
  }
  while (n && out[n - 1] == '_') n--;
  out[n] = 0;
  return algo_arena_strdup(r->arena, n ? out : otherwise);
}

/* A member that is text: UTF-8 without NUL, cut to `max` bytes where it is longer. NULL: absent, or no text. */
static const char *text_of(const reader_t *r, json_object *o, const char *key, size_t max) {
  json_object *v = NULL;
  if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v) ||
      !json_object_is_type(v, json_type_string))
    return NULL;
  const char *s = json_object_get_string(v);
  size_t n = (size_t)json_object_get_string_len(v);
  if (strlen(s) != n || !algo_utf8_valid(algo_bytes(s, n))) return NULL;
  if (n > max)
    for (n = max; n && ((unsigned char)s[n] & 0xc0) == 0x80;) n--;
  return algo_arena_printf(r->arena, "%.*s", (int)n, s);
}

static bool same_name(const char *a, const ix_a56_column_t *columns, size_t n) {
  static const char *const own[] = {"app",  "round", "intra", "log",  "ts",   "at",      "txid",
                                    "xmin", "xmax",  "cmin",  "cmax", "ctid", "tableoid"}; /* PostgreSQL's own, too */
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (strcmp(a, own[i]) == 0) return true;
  for (size_t i = 0; i < n; i++)
    if (strcmp(a, columns[i].name) == 0) return true;
  return false;
}

/* ---- types, with structs written out ---- */

static algo_code_t resolve(const reader_t *r, json_object *type, unsigned depth, algo_buf_t *out,
                           const ix_a56_shape_t **shape);

static algo_code_t too_large(const reader_t *r) {
  return algo_err_set(r->err, ALGO_E_RANGE, "a type of more than %u letters, or structs nested over %u", TYPE_MAX,
                      DEPTH);
}

static algo_code_t resolve_fields(const reader_t *r, json_object *fields, unsigned depth, algo_buf_t *out,
                                  const ix_a56_shape_t **shape) {
  const size_t n = json_object_array_length(fields);
  if (n > TYPE_MAX) return too_large(r);
  ix_a56_shape_t *s = algo_arena_array(r->arena, 1, sizeof *s);
  const char **names = algo_arena_array(r->arena, n ? n : 1, sizeof *names);
  const ix_a56_shape_t **members = algo_arena_array(r->arena, n ? n : 1, sizeof *members);
  if (!s || !names || !members) return no_memory(r->err);
  algo_buf_putc(out, '(');
  for (size_t i = 0; i < n; i++) {
    json_object *f = json_object_array_get_idx(fields, i), *type = NULL;
    names[i] = text_of(r, f, "name", TYPE_MAX);
    if (!names[i] || !json_object_object_get_ex(f, "type", &type))
      return algo_err_set(r->err, ALGO_E_PARSE, "a struct's field %zu has no name or no type", i);
    for (size_t k = 0; k < i; k++)
      if (strcmp(names[k], names[i]) == 0)
        return algo_err_set(r->err, ALGO_E_PARSE, "a struct has two fields \"%.60s\"", names[i]);
    if (i) algo_buf_putc(out, ',');
    algo_code_t rc = resolve(r, type, depth + 1, out, &members[i]);
    if (rc != ALGO_OK) return rc;
  }
  algo_buf_putc(out, ')');
  *s = (ix_a56_shape_t){names, members, (uint32_t)n};
  *shape = s;
  return out->n > TYPE_MAX ? too_large(r) : ALGO_OK;
}

/* The struct that "Name" or "Name[3][]" names; *n: of the name. */
static json_object *struct_of(const reader_t *r, const char *s, size_t *n) {
  json_object *v = NULL;
  *n = strcspn(s, "[");
  char name[256];
  if (!r->structs || *n == 0 || *n >= sizeof name) return NULL;
  memcpy(name, s, *n);
  name[*n] = 0;
  return json_object_object_get_ex(r->structs, name, &v) && json_object_is_type(v, json_type_array) ? v : NULL;
}

static algo_code_t resolve(const reader_t *r, json_object *type, unsigned depth, algo_buf_t *out,
                           const ix_a56_shape_t **shape) {
  *shape = NULL;
  if (depth > DEPTH || out->n > TYPE_MAX) return too_large(r);
  if (json_object_is_type(type, json_type_array)) return resolve_fields(r, type, depth, out, shape);
  if (!json_object_is_type(type, json_type_string))
    return algo_err_set(r->err, ALGO_E_PARSE, "a type is neither text nor a list of fields");
  const char *s = json_object_get_string(type);
  if (strlen(s) != (size_t)json_object_get_string_len(type) || strlen(s) > TYPE_MAX) return too_large(r);
  size_t n;
  json_object *fields = struct_of(r, s, &n);
  if (!fields) {
    algo_buf_puts(out, s);
    return ALGO_OK;
  }
  algo_code_t rc = resolve_fields(r, fields, depth, out, shape);
  algo_buf_puts(out, s + n);
  for (; rc == ALGO_OK && s[n]; n++) {
    if (s[n] != '[') continue;
    ix_a56_shape_t *array = algo_arena_array(r->arena, 1, sizeof *array);
    const ix_a56_shape_t **element = algo_arena_array(r->arena, 1, sizeof *element);
    if (!array || !element) return no_memory(r->err);
    *element = *shape;
    *array = (ix_a56_shape_t){NULL, element, 1};
    *shape = array;
  }
  return rc;
}

static ix_a56_kind_t scalar_kind(const algo_arc4_type_t *t) {
  switch (t->kind) {
  case ALGO_ARC4_BYTE: return IX_A56_SMALLINT;
  case ALGO_ARC4_UINT:
    return t->bits <= 8    ? IX_A56_SMALLINT
           : t->bits <= 16 ? IX_A56_INTEGER
           : t->bits < 64  ? IX_A56_BIGINT
                           : IX_A56_NUMERIC;
  case ALGO_ARC4_UFIXED: return IX_A56_NUMERIC;
  case ALGO_ARC4_BOOL: return IX_A56_BOOLEAN;
  case ALGO_ARC4_ADDRESS: return IX_A56_ADDRESS;
  case ALGO_ARC4_STRING: return IX_A56_TEXT;
  case ALGO_ARC4_ARRAY:
  case ALGO_ARC4_LIST: return t->items->kind == ALGO_ARC4_BYTE ? IX_A56_BYTES : IX_A56_JSON;
  default: return IX_A56_JSON;
  }
}

static void set_kind(ix_a56_column_t *c) {
  const algo_arc4_type_t *t = c->type;
  c->kind = scalar_kind(t);
  c->array = false;
  if (c->kind != IX_A56_JSON || (t->kind != ALGO_ARC4_ARRAY && t->kind != ALGO_ARC4_LIST)) return;
  c->kind = scalar_kind(t->items);
  c->array = c->kind != IX_A56_JSON;
}

/* ---- events ---- */

static algo_code_t read_arg(const reader_t *r, json_object *arg, uint32_t i, ix_a56_column_t *columns,
                            algo_buf_t *types) {
  ix_a56_column_t *c = &columns[i];
  json_object *type = NULL, *named = NULL;
  algo_buf_t text = ALGO_BUF_INIT;
  if (!json_object_is_type(arg, json_type_object) || !json_object_object_get_ex(arg, "type", &type))
    return algo_err_set(r->err, ALGO_E_PARSE, "argument %u has no type", i);
  algo_code_t rc = resolve(r, type, 0, &text, &c->shape);
  if (rc == ALGO_OK) rc = algo_arc4_parse(&c->type, algo_buf_cstr(&text), text.n, r->arena, r->err);
  if (rc == ALGO_OK && !c->shape && json_object_object_get_ex(arg, "struct", &named) &&
      json_object_is_type(named, json_type_string)) {
    algo_buf_clear(&text);
    rc = resolve(r, named, 0, &text, &c->shape);
    if (strcmp(algo_buf_cstr(&text), c->type->text) != 0) c->shape = NULL; /* it says the type of something else */
  }
  const bool oom = text.oom;
  algo_buf_fini(&text);
  if (rc != ALGO_OK) return rc;
  if (c->type->kind == ALGO_ARC4_TXN || c->type->kind == ALGO_ARC4_REF || c->type->kind == ALGO_ARC4_VOID)
    return algo_err_set(r->err, ALGO_E_PARSE, "argument %u: an event has no %s", i, c->type->text);
  if (i) algo_buf_putc(types, ',');
  algo_buf_puts(types, c->type->text);
  set_kind(c);
  const char *original = text_of(r, arg, "name", TEXT_MAX), *desc = text_of(r, arg, "desc", TEXT_MAX);
  const char *fallback = algo_arena_printf(r->arena, "arg_%u", i + 1);
  c->original = original ? original : "";
  c->desc = desc ? desc : "";
  c->name = fallback ? identifier(r, c->original, fallback) : NULL;
  for (unsigned k = 2; c->name && same_name(c->name, columns, i); k++) {
    const char *stem = k == 2 ? c->name : identifier(r, c->original, fallback);
    c->name = stem ? algo_arena_printf(r->arena, "%s_%u", stem, k) : NULL;
  }
  return oom || !c->name ? no_memory(r->err) : ALGO_OK;
}

static algo_code_t read_args(const reader_t *r, json_object *args, ix_a56_event_t *e) {
  const size_t n = json_object_array_length(args);
  if (n > IX_A56_ARGS_MAX)
    return algo_err_set(r->err, ALGO_E_UNSUPPORTED, "%zu arguments: a table takes %u", n, IX_A56_ARGS_MAX);
  ix_a56_column_t *columns = algo_arena_array(r->arena, n ? n : 1, sizeof *columns);
  if (!columns) return no_memory(r->err);
  algo_buf_t types = ALGO_BUF_INIT;
  algo_code_t rc = ALGO_OK;
  for (uint32_t i = 0; rc == ALGO_OK && i < n; i++)
    rc = read_arg(r, json_object_array_get_idx(args, i), i, columns, &types);
  const char *inside = rc == ALGO_OK ? algo_arena_strdup(r->arena, algo_buf_cstr(&types)) : NULL;
  if (rc == ALGO_OK && (types.oom || !inside)) rc = no_memory(r->err);
  algo_buf_fini(&types);
  if (rc != ALGO_OK) return rc;
  e->columns = columns;
  e->n_columns = (uint32_t)n;
  e->signature = algo_arena_printf(r->arena, "%s(%s)", e->name, inside);
  const char *tuple = algo_arena_printf(r->arena, "(%s)", inside);
  if (!e->signature || !tuple) return no_memory(r->err);
  algo_arc4_selector(e->selector, e->signature);
  return algo_arc4_parse(&e->tuple, tuple, strlen(tuple), r->arena, r->err);
}

static algo_code_t read_event(const reader_t *r, json_object *o, ix_arc56_t *a) {
  ix_a56_event_t e = {0};
  json_object *args = NULL;
  const char *desc = text_of(r, o, "desc", TEXT_MAX);
  e.name = text_of(r, o, "name", TYPE_MAX);
  e.desc = desc ? desc : "";
  if (!e.name || !*e.name) return algo_err_set(r->err, ALGO_E_PARSE, "event %zu has no name", a->n_events);
  if (!json_object_object_get_ex(o, "args", &args) || !json_object_is_type(args, json_type_array))
    return algo_err_set(r->err, ALGO_E_PARSE, "event %.60s has no args", e.name);
  algo_code_t rc = read_args(r, args, &e);
  if (rc != ALGO_OK) return algo_err_prefix(r->err, rc, "event %.60s", e.name);
  for (size_t i = 0; i < a->n_events; i++)
    if (memcmp(a->events[i].selector, e.selector, 4) == 0) return ALGO_OK; /* named by methods too */
  if (a->n_events == IX_A56_EVENTS_MAX)
    return algo_err_set(r->err, ALGO_E_UNSUPPORTED, "more than %u events", IX_A56_EVENTS_MAX);
  e.base = identifier(r, e.name, "event");
  if (!e.base) return no_memory(r->err);
  a->events[a->n_events++] = e;
  return ALGO_OK;
}

static algo_code_t read_events(const reader_t *r, json_object *root, ix_arc56_t *a) {
  json_object *events = NULL, *methods = NULL;
  algo_code_t rc = ALGO_OK;
  a->events = algo_arena_array(r->arena, IX_A56_EVENTS_MAX, sizeof *a->events);
  if (!a->events) return no_memory(r->err);
  if (json_object_object_get_ex(root, "events", &events) && json_object_is_type(events, json_type_array))
    for (size_t i = 0; rc == ALGO_OK && i < json_object_array_length(events); i++)
      rc = read_event(r, json_object_array_get_idx(events, i), a);
  if (!json_object_object_get_ex(root, "methods", &methods) || !json_object_is_type(methods, json_type_array))
    return rc;
  for (size_t m = 0; rc == ALGO_OK && m < json_object_array_length(methods); m++) {
    json_object *o = json_object_array_get_idx(methods, m);
    if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, "events", &events) ||
        !json_object_is_type(events, json_type_array))
      continue;
    for (size_t i = 0; rc == ALGO_OK && i < json_object_array_length(events); i++)
      rc = read_event(r, json_object_array_get_idx(events, i), a);
  }
  return rc;
}

/* ---- where it runs ---- */

/* {"networks": {GENESIS_HASH: {"appID": N}}}; networks that are none are not this program's. */
static algo_code_t read_networks(const reader_t *r, json_object *root, ix_arc56_t *a) {
  json_object *networks = NULL;
  if (!json_object_object_get_ex(root, "networks", &networks) || !json_object_is_type(networks, json_type_object))
    return ALGO_OK;
  const size_t n = (size_t)json_object_object_length(networks);
  ix_a56_network_t *list = algo_arena_array(r->arena, n ? n : 1, sizeof *list);
  if (!list) return no_memory(r->err);
  json_object_object_foreach(networks, hash, v) {
    algo_buf_t b = ALGO_BUF_INIT;
    uint64_t app = 0;
    if (algo_base64_decode(&b, hash, strlen(hash), NULL) == ALGO_OK && b.n == 32 &&
        json_object_is_type(v, json_type_object) && algo_json_opt_u64(v, "appID", &app, NULL) == ALGO_OK && app > 0 &&
        app <= INT64_MAX) {
      memcpy(list[a->n_networks].genesis.b, b.p, 32);
      list[a->n_networks++].app = app;
    }
    algo_buf_fini(&b);
  }
  a->networks = list;
  return ALGO_OK;
}

static algo_code_t read_code(json_object *root, ix_arc56_t *a) {
  json_object *code = NULL;
  algo_buf_t b = ALGO_BUF_INIT;
  if (json_object_object_get_ex(root, "byteCode", &code) && json_object_is_type(code, json_type_object) &&
      algo_json_opt_base64(code, "approval", &b, NULL) == ALGO_OK && b.n > 0) {
    algo_sha256(a->code, b.p, b.n);
    a->has_code = true;
  }
  algo_buf_fini(&b);
  return ALGO_OK;
}

static algo_code_t set_schema(const reader_t *r, ix_arc56_t *a, const char *schema) {
  static const char *const taken[] = {"chain", "public", "information_schema", "rental", "escrow", "topup", "state"};
  if (schema && !ix_a56_is_identifier(schema))
    return algo_err_set(r->err, ALGO_E_INVALID, "\"%.60s\" is no name of a schema: lower-case letters, digits and _",
                        schema);
  a->schema = schema ? algo_arena_strdup(r->arena, schema) : identifier(r, a->name, "contract");
  bool own = a->schema && strncmp(a->schema, "pg_", 3) == 0;
  for (size_t i = 0; a->schema && i < sizeof taken / sizeof *taken; i++) own |= strcmp(a->schema, taken[i]) == 0;
  if (own && schema) return algo_err_set(r->err, ALGO_E_INVALID, "schema %s is another's: choose another name", schema);
  if (own) a->schema = algo_arena_printf(r->arena, "arc56_%s", a->schema);
  return a->schema ? ALGO_OK : no_memory(r->err);
}

algo_code_t ix_arc56_parse(ix_arc56_t *out, algo_bytes_t json, const char *schema, algo_arena_t *arena,
                           algo_err_t *err) {
  *out = (ix_arc56_t){0};
  json_object *root = NULL;
  algo_code_t rc = algo_json_parse(&root, json.p, json.n, err);
  if (rc != ALGO_OK) return rc;
  reader_t r = {NULL, arena, err};
  if (json_object_is_type(root, json_type_object)) {
    json_object_object_get_ex(root, "structs", &r.structs);
    if (!json_object_is_type(r.structs, json_type_object)) r.structs = NULL;
    out->name = text_of(&r, root, "name", TEXT_MAX);
  }
  if (!out->name) rc = algo_err_set(err, ALGO_E_PARSE, "no ARC-56 description: it has no name");
  if (rc == ALGO_OK) rc = set_schema(&r, out, schema);
  out->named = schema != NULL;
  algo_sha256(out->hash, json.p, json.n);
  if (rc == ALGO_OK) rc = read_events(&r, root, out);
  if (rc == ALGO_OK) rc = read_networks(&r, root, out);
  if (rc == ALGO_OK) rc = read_code(root, out);
  json_object_put(root);
  return rc;
}
