/* The ARC-56 application description. */
#include "algo/json.h"
#include "build.h"
#include "internal.h"

static void key_text(algo_json_t *j, const char *key, const char *text) {
  algo_json_key(j, key);
  algo_json_str(j, text);
}

static void camel(algo_json_t *j, const char *snake, bool key) {
  algo_buf_t t = ALGO_BUF_INIT;
  tg_put_camel(&t, snake);
  key ? algo_json_key(j, algo_buf_cstr(&t)) : algo_json_str(j, algo_buf_cstr(&t));
  algo_buf_fini(&t);
}

static void base64_key(algo_json_t *j, const char *key, const char *text) {
  algo_json_key(j, key);
  algo_json_base64(j, algo_bytes_str(text));
}

static void put_structs(algo_json_t *j, const tg_contract_t *c) {
  algo_json_key(j, "structs");
  algo_json_open(j, '{');
  for (size_t i = 0; i < c->n_structs; i++) {
    camel(j, c->structs[i]->name, true);
    algo_json_open(j, '[');
    for (size_t k = 0; k < c->structs[i]->n_fields; k++) {
      algo_json_open(j, '{');
      key_text(j, "name", c->structs[i]->fields[k].name);
      key_text(j, "type", tg_type_arc4(c->structs[i]->fields[k].type, false));
      algo_json_close(j, '}');
    }
    algo_json_close(j, ']');
  }
  algo_json_close(j, '}');
}

static void put_args(algo_json_t *j, const tg_field_t *f, size_t n, bool asa) {
  algo_json_key(j, "args");
  algo_json_open(j, '[');
  for (size_t i = 0; i < n; i++) {
    algo_json_open(j, '{');
    key_text(j, "type", tg_type_arc4(f[i].type, asa));
    key_text(j, "name", f[i].name);
    key_text(j, "desc", f[i].doc);
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
}

static void put_actions(algo_json_t *j, const char *key, const char *create, const char *call) {
  algo_json_key(j, key);
  algo_json_open(j, '{');
  algo_json_key(j, "create");
  algo_json_open(j, '[');
  if (create) algo_json_str(j, create);
  algo_json_close(j, ']');
  algo_json_key(j, "call");
  algo_json_open(j, '[');
  if (call) algo_json_str(j, call);
  algo_json_close(j, ']');
  algo_json_close(j, '}');
}

static void put_returns(algo_json_t *j, const tg_method_t *m) {
  algo_json_key(j, "returns");
  algo_json_open(j, '{');
  algo_json_key(j, "type");
  if (m->returns == TG_STRUCT) {
    algo_buf_t t = ALGO_BUF_INIT;
    tg_fields_arc4(&t, m->returns_struct->fields, m->returns_struct->n_fields, false);
    algo_json_str(j, algo_buf_cstr(&t));
    algo_buf_fini(&t);
    algo_json_key(j, "struct");
    camel(j, m->returns_struct->name, false);
  } else {
    algo_json_str(j, tg_type_arc4(m->returns, false));
  }
  algo_json_close(j, '}');
}

static void put_methods(algo_json_t *j, const tg_contract_t *c, bool asa) {
  algo_json_key(j, "methods");
  algo_json_open(j, '[');
  for (size_t i = 0; i < c->n_methods; i++) {
    const tg_method_t *m = &c->methods[i];
    if (m->flags & TG_BARE_DELETE) continue;
    algo_json_open(j, '{');
    key_text(j, "name", m->name);
    key_text(j, "desc", m->doc);
    put_args(j, m->args, m->n_args, asa);
    put_returns(j, m);
    bool create = m->flags & TG_CREATE;
    put_actions(j, "actions", create ? "NoOp" : NULL, create ? NULL : "NoOp");
    algo_json_key(j, "readonly");
    algo_json_bool(j, m->flags & TG_READONLY);
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
}

static void put_events(algo_json_t *j, const tg_contract_t *c) {
  algo_json_key(j, "events");
  algo_json_open(j, '[');
  for (size_t i = 0; i < c->n_events; i++) {
    algo_json_open(j, '{');
    key_text(j, "name", c->events[i].name);
    key_text(j, "desc", c->events[i].doc);
    put_args(j, c->events[i].fields, c->events[i].n_fields, false);
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
}

static void put_schema(algo_json_t *j, const char *key, size_t ints, size_t bytes) {
  algo_json_key(j, key);
  algo_json_open(j, '{');
  algo_json_key(j, "ints");
  algo_json_uint(j, ints);
  algo_json_key(j, "bytes");
  algo_json_uint(j, bytes);
  algo_json_close(j, '}');
}

static void put_empty(algo_json_t *j, const char *key) {
  algo_json_key(j, key);
  algo_json_open(j, '{');
  algo_json_close(j, '}');
}

static void put_globals(algo_json_t *j, const tg_contract_t *c) {
  algo_json_key(j, "global");
  algo_json_open(j, '{');
  for (size_t i = 0; i < c->n_globals; i++) {
    const tg_field_t *f = &c->globals[i];
    algo_json_key(j, f->name);
    algo_json_open(j, '{');
    key_text(j, "desc", f->doc);
    key_text(j, "keyType", "AVMString");
    key_text(j, "valueType", tg_type_is_number(f->type) ? "AVMUint64" : tg_type_arc4(f->type, false));
    base64_key(j, "key", f->name);
    algo_json_close(j, '}');
  }
  algo_json_close(j, '}');
}

static void put_boxes(algo_json_t *j, const tg_contract_t *c) {
  algo_json_key(j, "box");
  algo_json_open(j, '{');
  for (size_t i = 0; i < c->n_boxes; i++) {
    algo_json_key(j, c->boxes[i].name);
    algo_json_open(j, '{');
    key_text(j, "desc", c->boxes[i].doc);
    key_text(j, "keyType", tg_type_arc4(c->boxes[i].key.type, false));
    algo_json_key(j, "valueType");
    camel(j, c->boxes[i].value->name, false);
    base64_key(j, "prefix", c->boxes[i].prefix);
    algo_json_close(j, '}');
  }
  algo_json_close(j, '}');
}

static void put_state(algo_json_t *j, const tg_contract_t *c) {
  size_t ints = 0;
  for (size_t i = 0; i < c->n_globals; i++) ints += tg_type_is_number(c->globals[i].type);
  algo_json_key(j, "state");
  algo_json_open(j, '{');
  algo_json_key(j, "schema");
  algo_json_open(j, '{');
  put_schema(j, "global", ints, c->n_globals - ints);
  put_schema(j, "local", 0, 0);
  algo_json_close(j, '}');
  algo_json_key(j, "keys");
  algo_json_open(j, '{');
  put_globals(j, c);
  put_empty(j, "local");
  put_empty(j, "box");
  algo_json_close(j, '}');
  algo_json_key(j, "maps");
  algo_json_open(j, '{');
  put_empty(j, "global");
  put_empty(j, "local");
  put_boxes(j, c);
  algo_json_close(j, '}');
  algo_json_close(j, '}');
}

/* One entry a message, with every pc that means it. */
static void put_errors(algo_json_t *j, const char *key, const tg_program_t *p) {
  algo_json_key(j, key);
  algo_json_open(j, '{');
  algo_json_key(j, "sourceInfo");
  algo_json_open(j, '[');
  for (size_t i = 0; i < p->n_messages; i++) {
    bool first = true;
    for (size_t k = 0; k < i; k++) first &= strcmp(p->messages[k].message, p->messages[i].message) != 0;
    if (!first) continue;
    algo_json_open(j, '{');
    algo_json_key(j, "pc");
    algo_json_open(j, '[');
    for (size_t k = i; k < p->n_messages; k++)
      if (strcmp(p->messages[k].message, p->messages[i].message) == 0) algo_json_uint(j, p->messages[k].pc);
    algo_json_close(j, ']');
    key_text(j, "errorMessage", p->messages[i].message);
    algo_json_close(j, '}');
  }
  algo_json_close(j, ']');
  key_text(j, "pcOffsetMethod", "none");
  algo_json_close(j, '}');
}

static void put_programs(algo_json_t *j, const tg_built_t *b) {
  algo_json_key(j, "sourceInfo");
  algo_json_open(j, '{');
  put_errors(j, "approval", &b->approval);
  put_errors(j, "clear", &b->clear);
  algo_json_close(j, '}');
  algo_json_key(j, "source");
  algo_json_open(j, '{');
  base64_key(j, "approval", b->approval.teal);
  base64_key(j, "clear", b->clear.teal);
  algo_json_close(j, '}');
  algo_json_key(j, "byteCode");
  algo_json_open(j, '{');
  algo_json_key(j, "approval");
  algo_json_base64(j, b->approval.code);
  algo_json_key(j, "clear");
  algo_json_base64(j, b->clear.code);
  algo_json_close(j, '}');
}

void tg_out_arc56(algo_buf_t *out, const tg_built_t *b) {
  const tg_contract_t *c = b->contract;
  algo_json_t j = algo_json(out);
  algo_json_open(&j, '{');
  key_text(&j, "name", c->name);
  key_text(&j, "desc", c->doc);
  algo_json_key(&j, "arcs");
  algo_json_open(&j, '[');
  algo_json_uint(&j, 4);
  algo_json_uint(&j, 28);
  algo_json_uint(&j, 56);
  algo_json_close(&j, ']');
  put_structs(&j, c);
  put_methods(&j, c, b->options.asa);
  put_state(&j, c);
  bool deletes = false;
  for (size_t i = 0; i < c->n_methods; i++) deletes |= c->methods[i].flags & TG_BARE_DELETE;
  put_actions(&j, "bareActions", NULL, deletes ? "DeleteApplication" : NULL);
  put_events(&j, c);
  put_programs(&j, b);
  algo_json_close(&j, '}');
  algo_buf_putc(out, '\n');
}
