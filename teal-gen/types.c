#include "algo/tealgen.h"

#include <limits.h>

unsigned tg_type_size(tg_type_t t) {
  switch (t) {
  case TG_BOOL:
  case TG_U8: return 1;
  case TG_U16:
  case TG_STRING: return 2;
  case TG_U32: return 4;
  case TG_U64:
  case TG_TIME: return 8;
  case TG_ADDRESS:
  case TG_BYTES32: return 32;
  default: return 0;
  }
}

const char *tg_type_arc4(tg_type_t t, bool asa) {
  switch (t) {
  case TG_VOID: return "void";
  case TG_BOOL: return "bool";
  case TG_U8: return "uint8";
  case TG_U16: return "uint16";
  case TG_U32: return "uint32";
  case TG_U64:
  case TG_TIME: return "uint64";
  case TG_ADDRESS: return "address";
  case TG_BYTES32: return "byte[32]";
  case TG_STRING: return "string";
  case TG_PAY: return "pay";
  case TG_DEPOSIT: return asa ? "axfer" : "pay";
  case TG_BYTES:
  case TG_STRUCT: break;
  }
  return "byte[]";
}

bool tg_type_is_number(tg_type_t t) { return t >= TG_BOOL && t <= TG_TIME; }

unsigned tg_struct_size(const tg_struct_t *s) {
  unsigned n = 0;
  for (size_t i = 0; i < s->n_fields; i++) n += tg_type_size(s->fields[i].type);
  return n;
}

unsigned tg_struct_offset(const tg_struct_t *s, const char *field, tg_type_t *type) {
  unsigned at = 0;
  for (size_t i = 0; i < s->n_fields; i++) {
    if (strcmp(s->fields[i].name, field) == 0) {
      if (type) *type = s->fields[i].type;
      return at;
    }
    at += tg_type_size(s->fields[i].type);
  }
  return UINT_MAX;
}

void tg_fields_arc4(algo_buf_t *out, const tg_field_t *fields, size_t n, bool asa) {
  algo_buf_putc(out, '(');
  for (size_t i = 0; i < n; i++) {
    if (i) algo_buf_putc(out, ',');
    algo_buf_puts(out, tg_type_arc4(fields[i].type, asa));
  }
  algo_buf_putc(out, ')');
}

void tg_method_signature(algo_buf_t *out, const tg_method_t *m, bool asa) {
  algo_buf_puts(out, m->name);
  tg_fields_arc4(out, m->args, m->n_args, asa);
  if (m->returns == TG_STRUCT) tg_fields_arc4(out, m->returns_struct->fields, m->returns_struct->n_fields, asa);
  else algo_buf_puts(out, tg_type_arc4(m->returns, asa));
}

void tg_event_signature(algo_buf_t *out, const tg_event_t *e) {
  algo_buf_puts(out, e->name);
  tg_fields_arc4(out, e->fields, e->n_fields, false);
}
