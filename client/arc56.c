/* arc56.c - reading an ARC-56 description. */
#include "algo/arc56.h"

#include <stdlib.h>

#include "internal.h"

#define MAX_STRUCT_DEPTH 16

typedef struct reader {
  algo_arena_t *arena;
  json_object *structs;
  algo_arc56_struct_t *list;
  size_t n;
  int depth;
} reader_t;

static algo_code_t read_struct(const algo_arc56_struct_t **out, reader_t *r, const char *name, algo_err_t *err);
static algo_code_t read_fields(algo_arc56_struct_t *s, reader_t *r, json_object *list, algo_err_t *err);

static algo_code_t parse_type(const algo_arc4_type_t **out, reader_t *r, const char *text, algo_err_t *err) {
  return algo_arc4_parse(out, text, strlen(text), r->arena, err);
}

/* A field's type: ARC-4's spelling, the name of a struct, or the fields themselves. */
static algo_code_t read_field(algo_arc56_field_t *f, reader_t *r, json_object *o, algo_err_t *err) {
  json_object *type = client_json_at(o, "type");
  algo_code_t code = client_json_text(&f->name, o, "name", r->arena, err);
  if (code != ALGO_OK) return code;
  if (f->name == NULL) f->name = "";
  if (json_object_is_type(type, json_type_array)) {
    algo_arc56_struct_t *s = algo_arena_zalloc(r->arena, sizeof *s);
    if (s == NULL) return client_nomem(err);
    s->name = f->name;
    code = read_fields(s, r, type, err);
    f->fields = s, f->type = s->type;
    return code;
  }
  if (!json_object_is_type(type, json_type_string))
    return algo_err_set(err, ALGO_E_PARSE, "field '%s' has no type", f->name);
  const char *text = json_object_get_string(type);
  if (client_json_at(r->structs, text) != NULL) {
    code = read_struct(&f->fields, r, text, err);
    if (code == ALGO_OK) f->type = f->fields->type;
    return code;
  }
  code = parse_type(&f->type, r, text, err);
  return code == ALGO_OK ? code : algo_err_prefix(err, code, "field '%s'", f->name);
}

static algo_code_t tuple_of(const algo_arc4_type_t **out, reader_t *r, const algo_arc56_field_t *fields, size_t n,
                            algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_buf_putc(&b, '(');
  for (size_t i = 0; i < n; i++) algo_buf_printf(&b, "%s%s", i > 0 ? "," : "", fields[i].type->text);
  algo_buf_putc(&b, ')');
  algo_code_t code = b.oom ? client_nomem(err) : algo_arc4_parse(out, (const char *)b.p, b.n, r->arena, err);
  algo_buf_fini(&b);
  return code;
}

static algo_code_t read_fields(algo_arc56_struct_t *s, reader_t *r, json_object *list, algo_err_t *err) {
  size_t n = client_json_count(list);
  algo_arc56_field_t *fields = algo_arena_array(r->arena, n + 1, sizeof *fields);
  if (fields == NULL) return client_nomem(err);
  if (r->depth >= MAX_STRUCT_DEPTH)
    return algo_err_set(err, ALGO_E_RANGE, "struct '%s' is too deep, or holds itself", s->name);
  algo_code_t code = ALGO_OK;
  r->depth++;
  for (size_t i = 0; code == ALGO_OK && i < n; i++)
    code = read_field(&fields[i], r, json_object_array_get_idx(list, i), err);
  r->depth--;
  s->fields = fields, s->n = n;
  return code == ALGO_OK ? tuple_of(&s->type, r, fields, n, err) : code;
}

/* Each struct is read once, when something names it. */
static algo_code_t read_struct(const algo_arc56_struct_t **out, reader_t *r, const char *name, algo_err_t *err) {
  for (size_t i = 0; i < r->n; i++) {
    if (strcmp(r->list[i].name, name) != 0) continue;
    *out = &r->list[i];
    return ALGO_OK;
  }
  algo_arc56_struct_t s = {.name = algo_arena_strdup(r->arena, name)};
  if (s.name == NULL) return client_nomem(err);
  algo_code_t code = read_fields(&s, r, client_json_at(r->structs, name), err);
  if (code != ALGO_OK) return algo_err_prefix(err, code, "struct %s", name);
  r->list[r->n] = s; /* one for each key of `structs`: there is room */
  *out = &r->list[r->n++];
  return ALGO_OK;
}

/* ---- methods and events ---- */

static unsigned read_actions(json_object *list) {
  static const char *const names[] = {
      "NoOp", "OptIn", "CloseOut", "ClearState", "UpdateApplication", "DeleteApplication"};
  unsigned mask = 0;
  for (size_t i = 0; i < client_json_count(list); i++) {
    json_object *o = json_object_array_get_idx(list, i);
    for (unsigned k = 0; json_object_is_type(o, json_type_string) && k < 6; k++)
      if (strcmp(json_object_get_string(o), names[k]) == 0) mask |= 1u << k;
  }
  return mask;
}

/* The struct that `o` says it is, checked against its type on the wire. */
static algo_code_t named_struct(const algo_arc56_struct_t **out, reader_t *r, json_object *o, const char *type,
                                algo_err_t *err) {
  json_object *name = client_json_at(o, "struct");
  *out = NULL;
  if (!json_object_is_type(name, json_type_string)) return ALGO_OK;
  const char *text = json_object_get_string(name);
  if (client_json_at(r->structs, text) == NULL) return algo_err_set(err, ALGO_E_PARSE, "no struct '%s'", text);
  algo_code_t code = read_struct(out, r, text, err);
  if (code == ALGO_OK && strcmp((*out)->type->text, type) != 0)
    return algo_err_set(err, ALGO_E_PARSE, "struct '%s' is %s, not %s", text, (*out)->type->text, type);
  return code;
}

/* Writes "(type,type)" of a list of arguments, and reads their names. */
static algo_code_t read_signature(algo_buf_t *signature, algo_arc56_field_t *fields, reader_t *r, json_object *list,
                                  algo_err_t *err) {
  algo_code_t code = ALGO_OK;
  algo_buf_putc(signature, '(');
  for (size_t i = 0; code == ALGO_OK && i < client_json_count(list); i++) {
    json_object *o = json_object_array_get_idx(list, i);
    algo_bytes_t type = {0};
    fields[i].name = "";
    code = algo_json_get_str(o, "type", &type, err);
    if (code == ALGO_OK) code = client_json_text(&fields[i].name, o, "name", r->arena, err);
    if (i > 0) algo_buf_putc(signature, ',');
    algo_buf_putb(signature, type);
  }
  algo_buf_putc(signature, ')');
  return code;
}

/* The arguments' types and structs; `types` has them where they are a method's. */
static algo_code_t read_types(algo_arc56_field_t *fields, const algo_arc4_type_t *types, reader_t *r, json_object *list,
                              algo_err_t *err) {
  algo_code_t code = ALGO_OK;
  for (size_t i = 0; code == ALGO_OK && i < client_json_count(list); i++) {
    json_object *o = json_object_array_get_idx(list, i);
    algo_bytes_t type = {0};
    if (types != NULL) {
      fields[i].type = &types[i];
    } else {
      code = algo_json_get_str(o, "type", &type, err);
      if (code == ALGO_OK) code = algo_arc4_parse(&fields[i].type, (const char *)type.p, type.n, r->arena, err);
    }
    if (code == ALGO_OK) code = named_struct(&fields[i].fields, r, o, fields[i].type->text, err);
  }
  return code;
}

static algo_code_t read_method(algo_arc56_method_t *m, reader_t *r, json_object *o, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_bytes_t name = {0}, returns = ALGO_BYTES_LIT("void");
  json_object *list = client_json_at(o, "args"), *ret = client_json_at(o, "returns"),
              *actions = client_json_at(o, "actions");
  algo_arc56_field_t *args = algo_arena_array(r->arena, client_json_count(list) + 1, sizeof *args);
  if (args == NULL) return client_nomem(err);
  m->desc = "", m->args = args;
  algo_code_t code = algo_json_get_str(o, "name", &name, err);
  algo_buf_putb(&b, name);
  if (code == ALGO_OK) code = read_signature(&b, args, r, list, err);
  if (code == ALGO_OK && ret != NULL) code = algo_json_get_str(ret, "type", &returns, err);
  algo_buf_putb(&b, returns);
  if (code == ALGO_OK && b.oom) code = client_nomem(err);
  if (code == ALGO_OK) code = algo_arc4_method_parse(&m->arc4, (const char *)b.p, b.n, r->arena, err);
  if (code == ALGO_OK && m->arc4.n_args != client_json_count(list))
    code = algo_err_set(err, ALGO_E_PARSE, "its arguments");
  if (code == ALGO_OK) code = read_types(args, m->arc4.args, r, list, err);
  if (code == ALGO_OK && ret != NULL) code = named_struct(&m->returns, r, ret, m->arc4.returns->text, err);
  if (code == ALGO_OK) code = client_json_text(&m->desc, o, "desc", r->arena, err);
  if (code == ALGO_OK) code = algo_json_opt_bool(o, "readonly", &m->readonly, err);
  m->create = read_actions(client_json_at(actions, "create"));
  m->call = actions == NULL ? 1u : read_actions(client_json_at(actions, "call"));
  algo_buf_fini(&b);
  return code == ALGO_OK ? code : algo_err_prefix(err, code, "method '%.*s'", (int)name.n, (const char *)name.p);
}

static algo_code_t read_event(algo_arc56_event_t *e, reader_t *r, json_object *o, algo_err_t *err) {
  algo_buf_t b = ALGO_BUF_INIT;
  json_object *list = client_json_at(o, "args");
  algo_arc56_field_t *args = algo_arena_array(r->arena, client_json_count(list) + 1, sizeof *args);
  if (args == NULL) return client_nomem(err);
  e->name = "", e->args = args, e->n = client_json_count(list);
  algo_code_t code = client_json_text(&e->name, o, "name", r->arena, err);
  algo_buf_puts(&b, e->name);
  if (code == ALGO_OK) code = read_signature(&b, args, r, list, err);
  if (code == ALGO_OK) code = read_types(args, NULL, r, list, err);
  if (code == ALGO_OK) code = tuple_of(&e->type, r, args, e->n, err);
  e->signature = algo_arena_strdup(r->arena, algo_buf_cstr(&b));
  if (code == ALGO_OK && (b.oom || e->signature == NULL)) code = client_nomem(err);
  if (code == ALGO_OK) algo_arc4_selector(e->selector, e->signature);
  algo_buf_fini(&b);
  return code;
}

/* ---- programs and errors ---- */

static int by_pc(const void *a, const void *b) {
  uint32_t x = ((const algo_pc_error_t *)a)->pc, y = ((const algo_pc_error_t *)b)->pc;
  return (x > y) - (x < y);
}

static size_t count_pcs(json_object *list) {
  size_t n = 0;
  for (size_t i = 0; i < client_json_count(list); i++)
    n += client_json_count(client_json_at(json_object_array_get_idx(list, i), "pc"));
  return n;
}

static algo_code_t read_errors(algo_arc56_t *a, reader_t *r, json_object *info, algo_err_t *err) {
  json_object *approval = client_json_at(info, "approval");
  json_object *list = json_object_is_type(info, json_type_array) ? info : client_json_at(approval, "sourceInfo");
  algo_bytes_t method = {0};
  algo_pc_error_t *errors = algo_arena_array(r->arena, count_pcs(list) + 1, sizeof *errors);
  if (errors == NULL) return client_nomem(err);
  size_t n = 0;
  algo_code_t code = approval == NULL ? ALGO_OK : algo_json_opt_str(approval, "pcOffsetMethod", &method, err);
  a->errors_after_constants = algo_bytes_eq(method, ALGO_BYTES_LIT("cblocks"));
  for (size_t i = 0; code == ALGO_OK && i < client_json_count(list); i++) {
    json_object *o = json_object_array_get_idx(list, i), *pcs = client_json_at(o, "pc");
    const char *message = NULL;
    if (client_json_at(o, "errorMessage") == NULL) continue;
    code = client_json_text(&message, o, "errorMessage", r->arena, err);
    for (size_t k = 0; code == ALGO_OK && k < client_json_count(pcs); k++)
      errors[n++] = (algo_pc_error_t){(uint32_t)json_object_get_int64(json_object_array_get_idx(pcs, k)), message};
  }
  qsort(errors, n, sizeof *errors, by_pc);
  a->spec.errors = errors, a->spec.n_errors = n;
  return code;
}

static algo_code_t read_schema(algo_schema_t *out, json_object *o, algo_err_t *err) {
  if (o == NULL) return ALGO_OK;
  algo_code_t code = algo_json_opt_u64(o, "ints", &out->num_uint, err);
  return code == ALGO_OK ? algo_json_opt_u64(o, "bytes", &out->num_byte_slice, err) : code;
}

static algo_code_t read_programs(algo_arc56_t *a, reader_t *r, json_object *o, algo_err_t *err) {
  json_object *code_json = client_json_at(o, "byteCode"),
              *schema = client_json_at(client_json_at(o, "state"), "schema");
  algo_code_t code = ALGO_OK;
  if (code_json != NULL) code = client_json_bytes(&a->spec.approval, code_json, "approval", r->arena, err);
  if (code == ALGO_OK && code_json != NULL) code = client_json_bytes(&a->spec.clear, code_json, "clear", r->arena, err);
  if (code == ALGO_OK) code = read_schema(&a->spec.global_schema, client_json_at(schema, "global"), err);
  if (code == ALGO_OK) code = read_schema(&a->spec.local_schema, client_json_at(schema, "local"), err);
  size_t total = a->spec.approval.n + a->spec.clear.n;
  a->spec.extra_pages = total > 2048 ? (uint32_t)((total - 1) / 2048) : 0;
  return code == ALGO_OK ? read_errors(a, r, client_json_at(o, "sourceInfo"), err) : code;
}

static algo_code_t read_all(algo_arc56_t *a, reader_t *r, json_object *o, algo_err_t *err) {
  json_object *methods = client_json_at(o, "methods"), *events = client_json_at(o, "events");
  if (!json_object_is_type(methods, json_type_array))
    return algo_err_set(err, ALGO_E_PARSE, "no ARC-56 description: it has no methods");
  r->structs = client_json_at(o, "structs");
  size_t n_structs =
      json_object_is_type(r->structs, json_type_object) ? (size_t)json_object_object_length(r->structs) : 0;
  algo_arc56_method_t *m = algo_arena_array(r->arena, client_json_count(methods) + 1, sizeof *m);
  algo_arc56_event_t *e = algo_arena_array(r->arena, client_json_count(events) + 1, sizeof *e);
  r->list = algo_arena_array(r->arena, n_structs + 1, sizeof *r->list);
  if (m == NULL || e == NULL || r->list == NULL) return client_nomem(err);
  a->methods = m, a->events = e, a->structs = r->list;
  algo_code_t code = client_json_text(&a->name, o, "name", r->arena, err);
  if (code == ALGO_OK) code = client_json_text(&a->desc, o, "desc", r->arena, err);
  for (; code == ALGO_OK && a->n_methods < client_json_count(methods); a->n_methods++)
    code = read_method(&m[a->n_methods], r, json_object_array_get_idx(methods, a->n_methods), err);
  for (; code == ALGO_OK && a->n_events < client_json_count(events); a->n_events++)
    code = read_event(&e[a->n_events], r, json_object_array_get_idx(events, a->n_events), err);
  a->n_structs = r->n;
  a->spec.name = a->name, a->spec.variant = "";
  return code == ALGO_OK ? read_programs(a, r, o, err) : code;
}

algo_code_t algo_arc56_parse(algo_arc56_t *out, const void *json, size_t n, algo_arena_t *arena, algo_err_t *err) {
  json_object *o = NULL;
  algo_arc56_t a = {.name = "", .desc = ""};
  reader_t r = {.arena = arena};
  algo_code_t code = algo_json_parse(&o, json, n, err);
  if (code == ALGO_OK) code = read_all(&a, &r, o, err);
  if (code == ALGO_OK) *out = a;
  json_object_put(o);
  return code;
}

algo_code_t algo_arc56_find(const algo_arc56_method_t **out, const algo_arc56_t *a, const char *name, algo_err_t *err) {
  const algo_arc56_method_t *found = NULL;
  for (size_t i = 0; i < a->n_methods; i++) {
    const algo_arc56_method_t *m = &a->methods[i];
    if (strcmp(m->arc4.signature, name) == 0) {
      *out = m;
      return ALGO_OK;
    }
    if (strcmp(m->arc4.name, name) != 0) continue;
    if (found != NULL)
      return algo_err_set(err, ALGO_E_INVALID, "%s has several methods '%s': give the signature, such as %s", a->name,
                          name, m->arc4.signature);
    found = m;
  }
  *out = found;
  return found != NULL ? ALGO_OK : algo_err_set(err, ALGO_E_NOT_FOUND, "%s has no method '%s'", a->name, name);
}

/* The unsigned LEB128 number at p + *at; false: there is none. */
static bool take_varuint(algo_bytes_t p, size_t *at, uint64_t *out) {
  *out = 0;
  for (unsigned shift = 0; shift < 64 && *at < p.n; shift += 7) {
    uint8_t c = p.p[(*at)++];
    *out |= (uint64_t)(c & 0x7f) << shift;
    if ((c & 0x80) == 0) return true;
  }
  return false;
}

/* How far the version and the constant blocks at a program's front reach. */
static size_t constants_end(algo_bytes_t p) {
  size_t at = 0, end;
  uint64_t count = 0, n = 0;
  bool ok = take_varuint(p, &at, &n);
  end = at;
  while (ok && at < p.n && (p.p[at] == 0x20 || p.p[at] == 0x26)) {
    bool bytes = p.p[at++] == 0x26;
    ok = take_varuint(p, &at, &count);
    for (uint64_t i = 0; ok && i < count; i++) {
      ok = take_varuint(p, &at, &n) && (!bytes || n <= p.n - at);
      if (ok && bytes) at += (size_t)n;
    }
    if (ok) end = at;
  }
  return end;
}

void algo_arc56_shift_errors(algo_arc56_t *a, algo_bytes_t approval, algo_arena_t *arena) {
  if (!a->errors_after_constants) return;
  size_t by = constants_end(approval);
  algo_pc_error_t *errors = algo_arena_array(arena, a->spec.n_errors + 1, sizeof *errors);
  if (errors == NULL) return;
  for (size_t i = 0; i < a->spec.n_errors; i++)
    errors[i] = (algo_pc_error_t){a->spec.errors[i].pc + (uint32_t)by, a->spec.errors[i].message};
  a->spec.errors = errors;
  a->errors_after_constants = false;
}
