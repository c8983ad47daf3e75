/* The C binding's header: types, calls, decoders, programs. */
#include "binding.h"

void tg_put_call_prototype(algo_buf_t *out, const tg_contract_t *c, const tg_method_t *m) {
  algo_buf_printf(out, "algo_code_t algo_%s_%s(algo_method_call_t *out, const algo_app_t *app", c->name, m->name);
  for (size_t i = 0; i < m->n_args; i++) {
    const char *n = m->args[i].name;
    switch (m->args[i].type) {
    case TG_BOOL: algo_buf_printf(out, ", bool %s", n); break;
    case TG_U8: algo_buf_printf(out, ", uint8_t %s", n); break;
    case TG_U16: algo_buf_printf(out, ", uint16_t %s", n); break;
    case TG_U32: algo_buf_printf(out, ", uint32_t %s", n); break;
    case TG_ADDRESS: algo_buf_printf(out, ", const algo_addr_t *%s", n); break;
    case TG_BYTES32: algo_buf_printf(out, ", const uint8_t %s[32]", n); break;
    case TG_STRING: algo_buf_printf(out, ", algo_bytes_t %s", n); break;
    default: algo_buf_printf(out, ", uint64_t %s", n);
    }
  }
  algo_buf_puts(out, ", algo_arena_t *arena, algo_err_t *err)");
}

static void put_member(algo_buf_t *out, const tg_field_t *f) {
  switch (f->type) {
  case TG_BOOL: algo_buf_printf(out, "  bool %s;", f->name); break;
  case TG_U8: algo_buf_printf(out, "  uint8_t %s;", f->name); break;
  case TG_U16: algo_buf_printf(out, "  uint16_t %s;", f->name); break;
  case TG_U32: algo_buf_printf(out, "  uint32_t %s;", f->name); break;
  case TG_ADDRESS: algo_buf_printf(out, "  algo_addr_t %s;", f->name); break;
  case TG_BYTES32: algo_buf_printf(out, "  uint8_t %s[32];", f->name); break;
  case TG_STRING: algo_buf_printf(out, "  algo_bytes_t %s;", f->name); break;
  default: algo_buf_printf(out, "  uint64_t %s;", f->name);
  }
  algo_buf_printf(out, " /* %s */\n", f->doc);
}

static void put_struct(algo_buf_t *out, const tg_contract_t *c, const tg_struct_t *s) {
  algo_buf_printf(out, "\n/* %s */\ntypedef struct algo_%s_%s {\n", s->doc, c->name, s->name);
  for (size_t i = 0; i < s->n_fields; i++) put_member(out, &s->fields[i]);
  algo_buf_printf(out, "} algo_%s_%s_t;\n", c->name, s->name);
  algo_buf_printf(out,
                  "/* From the ARC-4 encoding, which must be exact; a string is a view into it. Errors: PARSE, "
                  "TRUNCATED. */\nALGO_API algo_code_t algo_%s_%s_decode(algo_%s_%s_t *out, algo_bytes_t in, "
                  "algo_err_t *err);\n",
                  c->name, s->name, c->name, s->name);
}

static void put_globals(algo_buf_t *out, const tg_contract_t *c) {
  if (!c->n_globals) return;
  algo_buf_printf(out, "\n/* The global state. A key that is absent is 0. */\ntypedef struct algo_%s_globals {\n",
                  c->name);
  for (size_t i = 0; i < c->n_globals; i++) put_member(out, &c->globals[i]);
  algo_buf_printf(out, "} algo_%s_globals_t;\n", c->name);
  algo_buf_printf(out,
                  "/* Takes one key and its value, of which either `bytes` or `uint` counts. False: no key of this "
                  "contract, or a value of another kind. */\nALGO_API bool algo_%s_globals_set(algo_%s_globals_t *g, "
                  "algo_bytes_t key, bool is_bytes, algo_bytes_t bytes, uint64_t uint);\n",
                  c->name, c->name);
}

static void put_boxes(algo_buf_t *out, const tg_contract_t *c) {
  if (c->n_boxes) algo_buf_puts(out, "\n/* ---- box names ---- */\n");
  for (size_t i = 0; i < c->n_boxes; i++) {
    const tg_box_t *x = &c->boxes[i];
    size_t n = strlen(x->prefix) + tg_type_size(x->key.type);
    algo_buf_printf(out, "/* %s: \"%s\" and %s. */\n", x->doc, x->prefix, x->key.doc);
    if (x->key.type == TG_ADDRESS)
      algo_buf_printf(out, "ALGO_API void algo_%s_%s_box(uint8_t out[%zu], const algo_addr_t *%s);\n", c->name, x->name,
                      n, x->key.name);
    else
      algo_buf_printf(out, "ALGO_API void algo_%s_%s_box(uint8_t out[%zu], uint64_t %s);\n", c->name, x->name, n,
                      x->key.name);
  }
}

static void put_call(algo_buf_t *out, const tg_contract_t *c, const tg_method_t *m) {
  algo_buf_printf(out, "\n/* %s\n", m->doc);
  for (size_t i = 0; i < m->n_args; i++)
    algo_buf_printf(out, " *   %s: %s%s\n", m->args[i].name, m->args[i].doc,
                    m->args[i].type == TG_PAY       ? " (microAlgos, paid right before the call)"
                    : m->args[i].type == TG_DEPOSIT ? " (base units, paid right before the call)"
                                                    : "");
  algo_buf_puts(out, " */\nALGO_API ");
  tg_put_call_prototype(out, c, m);
  algo_buf_puts(out, ";\n");
  if (m->returns != TG_VOID && m->returns != TG_STRUCT)
    algo_buf_printf(out,
                    "/* Its return value, without the prefix 151f7c75. Errors: PARSE. */\nALGO_API algo_code_t "
                    "algo_%s_%s_result(uint64_t *out, algo_bytes_t value, algo_err_t *err);\n",
                    c->name, m->name);
  if (m->returns == TG_STRUCT)
    algo_buf_printf(out, "/* Its return value, without the prefix 151f7c75, goes to algo_%s_%s_decode. */\n", c->name,
                    m->returns_struct->name);
}

void tg_out_binding_header(algo_buf_t *out, const tg_contract_t *c) {
  algo_buf_printf(
      out, "/* algo/%s.h - calls and data of the contract `%s`. Generated by teal-gen: do not edit.\n *\n * %s\n *\n",
      c->name, c->name, c->doc);
  algo_buf_puts(
      out,
      " * A call function fills *out from typed arguments: selector, arguments, and the payments that stand before\n"
      " * the call. What it points to lives in the arena. app->asset chooses between the variants. Errors of each:\n"
      " * NOMEM, RANGE (a string over 65,535 bytes). Thread rule: no state is kept; any thread. */\n");
  algo_buf_puts(out, "#ifndef ALGO_");
  tg_put_upper(out, c->name);
  algo_buf_puts(out, "_H\n#define ALGO_");
  tg_put_upper(out, c->name);
  algo_buf_puts(out, "_H\n\n#include \"algo/event.h\"\n#include \"algo/method.h\"\n\n");
  algo_buf_printf(out,
                  "/* The published programs, and what their failures mean. */\nextern ALGO_API const algo_app_spec_t "
                  "algo_%s_spec_algo;\n",
                  c->name);
  if (!c->algo_only) algo_buf_printf(out, "extern ALGO_API const algo_app_spec_t algo_%s_spec_asa;\n", c->name);
  algo_buf_printf(
      out,
      "\n/* Its events and state as SQL tables. */\nextern ALGO_API const algo_contract_tables_t algo_%s_tables;\n",
      c->name);
  for (size_t i = 0; i < c->n_structs; i++) put_struct(out, c, c->structs[i]);
  put_globals(out, c);
  put_boxes(out, c);
  algo_buf_puts(out, "\n/* ---- calls ---- */\n");
  for (size_t i = 0; i < c->n_methods; i++) put_call(out, c, &c->methods[i]);
  algo_buf_puts(out, "\n#endif\n");
}
