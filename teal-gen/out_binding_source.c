/* The C binding's source: calls, decoders, and the programs of both variants. */
#include <stdio.h>

#include "algo/arc4.h"
#include "binding.h"

static void put_selector(algo_buf_t *out, const tg_method_t *m, bool asa) {
  algo_buf_t sig = ALGO_BUF_INIT;
  tg_method_signature(&sig, m, asa);
  uint8_t s[4];
  algo_arc4_selector(s, algo_buf_cstr(&sig));
  algo_buf_printf(out, "{0x%02x, 0x%02x, 0x%02x, 0x%02x}", s[0], s[1], s[2], s[3]);
  algo_buf_fini(&sig);
}

static void put_signature(algo_buf_t *out, const tg_method_t *m, bool asa) {
  algo_buf_t sig = ALGO_BUF_INIT;
  tg_method_signature(&sig, m, asa);
  tg_put_c_string(out, algo_buf_cstr(&sig));
  algo_buf_fini(&sig);
}

static void put_returns(algo_buf_t *out, const tg_method_t *m) {
  algo_buf_putc(out, '"');
  if (m->returns == TG_STRUCT) tg_fields_arc4(out, m->returns_struct->fields, m->returns_struct->n_fields, false);
  else algo_buf_puts(out, tg_type_arc4(m->returns, false));
  algo_buf_putc(out, '"');
}

static void put_begin(algo_buf_t *out, const tg_method_t *m) {
  if (m->flags & TG_BARE_DELETE) {
    algo_buf_puts(out, "  (void)arena;\n  (void)err;\n  algo_method_begin(out, app, \"\", \"void\", NULL);\n"
                       "  out->on_completion = ALGO_OC_DELETE;\n  return ALGO_OK;\n}\n");
    return;
  }
  bool both = tg_method_takes(m, TG_DEPOSIT);
  algo_buf_puts(out, both ? "  static const uint8_t selectors[2][4] = {" : "  static const uint8_t selector[4] = ");
  put_selector(out, m, false);
  if (both) {
    algo_buf_puts(out, ", ");
    put_selector(out, m, true);
    algo_buf_puts(out, "};\n  algo_method_begin(out, app, app->asset ? ");
    put_signature(out, m, true);
    algo_buf_puts(out, " : ");
  } else {
    algo_buf_puts(out, ";\n  algo_method_begin(out, app, ");
  }
  put_signature(out, m, false);
  algo_buf_puts(out, ", ");
  put_returns(out, m);
  algo_buf_puts(out, both ? ", selectors[app->asset != 0]);\n" : ", selector);\n");
}

static void put_argument(algo_buf_t *out, const tg_field_t *f) {
  const char *n = f->name;
  switch (f->type) {
  case TG_PAY: algo_buf_printf(out, "  algo_method_pay(out, app, 0, %s);\n", n); return;
  case TG_DEPOSIT: algo_buf_printf(out, "  algo_method_pay(out, app, app->asset, %s);\n", n); return;
  case TG_BOOL: algo_buf_printf(out, "  if (!code) code = algo_method_arg_bool(out, %s, arena, err);\n", n); return;
  case TG_STRING: algo_buf_printf(out, "  if (!code) code = algo_method_arg_string(out, %s, arena, err);\n", n); return;
  case TG_ADDRESS:
    algo_buf_printf(out, "  if (!code) code = algo_method_arg(out, %s->b, 32, arena, err);\n", n);
    return;
  case TG_BYTES32: algo_buf_printf(out, "  if (!code) code = algo_method_arg(out, %s, 32, arena, err);\n", n); return;
  default:
    algo_buf_printf(out, "  if (!code) code = algo_method_arg_uint(out, %s, %u, arena, err);\n", n,
                    tg_type_size(f->type));
  }
}

static void put_call(algo_buf_t *out, const tg_contract_t *c, const tg_method_t *m) {
  algo_buf_putc(out, '\n');
  tg_put_call_prototype(out, c, m);
  algo_buf_puts(out, " {\n");
  put_begin(out, m);
  if (m->flags & TG_BARE_DELETE) return;
  size_t wire = 0;
  for (size_t i = 0; i < m->n_args; i++) wire += m->args[i].type != TG_PAY && m->args[i].type != TG_DEPOSIT;
  algo_buf_puts(out, wire ? "  algo_code_t code = ALGO_OK;\n" : "  (void)arena;\n  (void)err;\n");
  for (size_t i = 0; i < m->n_args; i++) put_argument(out, &m->args[i]);
  if (m->flags & TG_READONLY) algo_buf_puts(out, "  out->readonly = true;\n");
  algo_buf_puts(out, wire ? "  return code;\n}\n" : "  return ALGO_OK;\n}\n");
  if (m->returns == TG_VOID || m->returns == TG_STRUCT) return;
  algo_buf_printf(
      out,
      "\nalgo_code_t algo_%s_%s_result(uint64_t *out, algo_bytes_t value, algo_err_t *err) {\n"
      "  if (value.n != %u) return algo_err_set(err, ALGO_E_PARSE, \"%s returns %u bytes, not %%zu\", value.n);\n"
      "  return algo_wire_uint(out, %u, &value, err);\n}\n",
      c->name, m->name, tg_type_size(m->returns), m->name, tg_type_size(m->returns), tg_type_size(m->returns));
}

static void put_member_decode(algo_buf_t *out, const tg_field_t *f) {
  if (f->type == TG_ADDRESS)
    algo_buf_printf(out, "  if (!code) code = algo_wire_bytes(out->%s.b, 32, &in, err);\n", f->name);
  else if (f->type == TG_BYTES32)
    algo_buf_printf(out, "  if (!code) code = algo_wire_bytes(out->%s, 32, &in, err);\n", f->name);
  else if (tg_type_size(f->type) == 8)
    algo_buf_printf(out, "  if (!code) code = algo_wire_uint(&out->%s, 8, &in, err);\n", f->name);
  else
    algo_buf_printf(out, "  if (!code) code = algo_wire_uint(&v, %u, &in, err);\n%s", tg_type_size(f->type),
                    f->type == TG_STRING ? "" : "  ");
  static const char *const casts[] = {
      [TG_BOOL] = "v == 0x80", [TG_U8] = "(uint8_t)v", [TG_U16] = "(uint16_t)v", [TG_U32] = "(uint32_t)v"};
  if (f->type >= TG_BOOL && f->type <= TG_U32)
    algo_buf_printf(out, "if (!code) out->%s = %s;\n", f->name, casts[f->type]);
}

static void put_decode(algo_buf_t *out, const tg_contract_t *c, const tg_struct_t *s) {
  bool small = false;
  const tg_field_t *str = NULL;
  for (size_t i = 0; i < s->n_fields; i++) {
    unsigned n = tg_type_size(s->fields[i].type);
    small |= n < 8;
    if (s->fields[i].type == TG_STRING) str = &s->fields[i];
  }
  algo_buf_printf(out,
                  "\nalgo_code_t algo_%s_%s_decode(algo_%s_%s_t *out, algo_bytes_t in, algo_err_t *err) {\n"
                  "  algo_code_t code = ALGO_OK;\n%s",
                  c->name, s->name, c->name, s->name, small ? "  uint64_t v = 0;\n" : "");
  for (size_t i = 0; i < s->n_fields; i++) put_member_decode(out, &s->fields[i]);
  if (str)
    algo_buf_printf(
        out,
        "  if (!code && v != %u) code = algo_err_set(err, ALGO_E_PARSE, \"%s: %s: offset %%u\", (unsigned)v);\n"
        "  if (!code) code = algo_wire_uint(&v, 2, &in, err);\n"
        "  if (!code && in.n == v) {\n    out->%s = in;\n    return ALGO_OK;\n  }\n",
        tg_struct_size(s), s->name, str->name, str->name);
  algo_buf_printf(out,
                  "  if (!code && in.n%s) code = algo_err_set(err, ALGO_E_PARSE, \"%s: a length that does not fit\");\n"
                  "  return code;\n}\n",
                  str ? " != v" : "", s->name);
}

static void put_globals(algo_buf_t *out, const tg_contract_t *c) {
  if (!c->n_globals) return;
  algo_buf_printf(out,
                  "\nbool algo_%s_globals_set(algo_%s_globals_t *g, algo_bytes_t key, bool is_bytes, algo_bytes_t "
                  "bytes, uint64_t uint) {\n"
                  "  static const struct {\n    const char *key;\n    size_t at;\n    bool is_bytes;\n  } keys[] = {\n",
                  c->name, c->name);
  for (size_t i = 0; i < c->n_globals; i++)
    algo_buf_printf(out, "      {\"%s\", offsetof(algo_%s_globals_t, %s), %s},\n", c->globals[i].name, c->name,
                    c->globals[i].name, tg_type_is_number(c->globals[i].type) ? "false" : "true");
  algo_buf_puts(out, "  };\n  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {\n"
                     "    if (!algo_bytes_eq(key, algo_bytes_str(keys[i].key))) continue;\n"
                     "    if (keys[i].is_bytes != is_bytes || (is_bytes && bytes.n != 32)) return false;\n"
                     "    if (is_bytes)\n      memcpy((char *)g + keys[i].at, bytes.p, 32);\n"
                     "    else\n      memcpy((char *)g + keys[i].at, &uint, sizeof uint);\n"
                     "    return true;\n  }\n  return false;\n}\n");
}

static void put_boxes(algo_buf_t *out, const tg_contract_t *c) {
  for (size_t i = 0; i < c->n_boxes; i++) {
    const tg_box_t *x = &c->boxes[i];
    size_t n = strlen(x->prefix);
    bool addr = x->key.type == TG_ADDRESS;
    algo_buf_printf(out, "\nvoid algo_%s_%s_box(uint8_t out[%zu], %s%s) {\n  memcpy(out, \"%s\", %zu);\n", c->name,
                    x->name, n + tg_type_size(x->key.type), addr ? "const algo_addr_t *" : "uint64_t ", x->key.name,
                    x->prefix, n);
    if (addr) algo_buf_printf(out, "  memcpy(out + %zu, %s->b, 32);\n}\n", n, x->key.name);
    else algo_buf_printf(out, "  algo_put_be64(out + %zu, %s);\n}\n", n, x->key.name);
  }
}

static void put_bytes(algo_buf_t *out, const char *name, algo_bytes_t v) {
  algo_buf_printf(out, "\nstatic const uint8_t %s[] = {", name);
  for (size_t i = 0; i < v.n; i++) algo_buf_printf(out, "%s0x%02x,", i % 20 ? " " : "\n    ", v.p[i]);
  algo_buf_puts(out, "\n};\n");
}

static void put_spec(algo_buf_t *out, const tg_contract_t *c, const tg_built_t *b) {
  const char *v = b->options.asa ? "asa" : "algo";
  char name[32];
  snprintf(name, sizeof name, "%s_approval", v);
  put_bytes(out, name, b->approval.code);
  snprintf(name, sizeof name, "%s_clear", v);
  put_bytes(out, name, b->clear.code);
  algo_buf_printf(out, "\nstatic const algo_pc_error_t %s_errors[] = {\n", v);
  for (size_t i = 0; i < b->approval.n_messages; i++) {
    algo_buf_printf(out, "    {%u, ", b->approval.messages[i].pc);
    tg_put_c_string(out, b->approval.messages[i].message);
    algo_buf_puts(out, "},\n");
  }
  size_t uints = 0;
  for (size_t i = 0; i < c->n_globals; i++) uints += tg_type_is_number(c->globals[i].type);
  size_t pages = (b->approval.code.n + b->clear.code.n - 1) / 2048;
  algo_buf_printf(out,
                  "};\n\nconst algo_app_spec_t algo_%s_spec_%s = {\n    \"%s\", \"%s\", {%s_approval, sizeof "
                  "%s_approval}, {%s_clear, sizeof %s_clear},\n"
                  "    {%zu, %zu}, {0, 0}, %zu, %s_errors, sizeof %s_errors / sizeof %s_errors[0],\n};\n",
                  c->name, v, c->name, v, v, v, v, v, uints, c->n_globals - uints, pages, v, v, v);
}

algo_code_t tg_out_binding_source(algo_buf_t *out, const tg_contract_t *c, const tg_built_t *variants, size_t n,
                                  algo_err_t *err) {
  algo_buf_printf(out,
                  "/* Calls, data and programs of the contract `%s`. Generated by teal-gen: do not edit. */\n#include "
                  "\"algo/%s.h\"\n",
                  c->name, c->name);
  for (size_t i = 0; i < c->n_methods; i++) put_call(out, c, &c->methods[i]);
  for (size_t i = 0; i < c->n_structs; i++) put_decode(out, c, c->structs[i]);
  put_globals(out, c);
  put_boxes(out, c);
  for (size_t i = 0; i < n; i++) put_spec(out, c, &variants[i]);
  return out->oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}
