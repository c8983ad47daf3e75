/* arc56_value.c - an event's arguments as PostgreSQL and JSON have them: see arc56.h. */
#include "algo/text.h"
#include "arc56.h"

#define VALUES_MAX 65536u /* of one column: values that take no bytes are bounded by nothing else */

const ix_a56_event_t *ix_a56_match(const ix_arc56_t *a, algo_bytes_t log) {
  for (size_t i = 0; log.n >= 4 && i < a->n_events; i++)
    if (memcmp(a->events[i].selector, log.p, 4) == 0)
      return algo_arc4_check(a->events[i].tuple, algo_bytes(log.p + 4, log.n - 4), NULL) == ALGO_OK ? &a->events[i]
                                                                                                    : NULL;
  return NULL;
}

static algo_code_t too_many(algo_err_t *err) {
  return algo_err_set(err, ALGO_E_RANGE, "an event's argument of more than %u values", VALUES_MAX);
}

static uint32_t members_of(const algo_arc4_type_t *t, algo_bytes_t v) {
  return t->kind != ALGO_ARC4_LIST ? t->length : v.n >= 2 ? (uint32_t)(v.p[0] << 8 | v.p[1]) : 0;
}

/* The bytes of byte[], byte[N] and string, without their length. */
static algo_bytes_t content(const algo_arc4_type_t *t, algo_bytes_t v) {
  return t->kind == ALGO_ARC4_ARRAY || t->kind == ALGO_ARC4_ADDRESS || v.n < 2 ? v : algo_bytes(v.p + 2, v.n - 2);
}

static bool is_text(algo_bytes_t v) { return algo_utf8_valid(v) && (v.n == 0 || !memchr(v.p, 0, v.n)); }

/* Digits, with a point where the type says. */
static algo_code_t put_decimal(algo_buf_t *out, const algo_arc4_type_t *t, algo_bytes_t v, algo_err_t *err) {
  algo_buf_t digits = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&digits);
  algo_arc4_type_t whole = *t;
  whole.kind = ALGO_ARC4_UINT;
  algo_code_t rc = algo_arc4_decode_json(&j, &whole, v, err);
  const size_t point = t->kind == ALGO_ARC4_UFIXED ? t->precision : 0;
  if (rc == ALGO_OK && digits.n <= point) {
    algo_buf_puts(out, "0.");
    for (size_t i = digits.n; i < point; i++) algo_buf_putc(out, '0');
    algo_buf_putb(out, algo_buf_view(&digits));
  } else if (rc == ALGO_OK) {
    algo_buf_put(out, digits.p, digits.n - point);
    if (point) algo_buf_putc(out, '.');
    algo_buf_put(out, digits.p + digits.n - point, point);
  }
  out->oom |= digits.oom;
  algo_buf_fini(&digits);
  return rc;
}

/* ---- JSON ---- */

static algo_code_t put_value(algo_json_t *j, const algo_arc4_type_t *t, const ix_a56_shape_t *shape, algo_bytes_t v,
                             uint32_t *left, algo_err_t *err);

static algo_code_t put_members(algo_json_t *j, const algo_arc4_type_t *t, const ix_a56_shape_t *shape, algo_bytes_t v,
                               uint32_t *left, algo_err_t *err) {
  const uint32_t n = members_of(t, v);
  const bool named = t->kind == ALGO_ARC4_TUPLE && shape && shape->names && shape->n == n;
  algo_code_t rc = ALGO_OK;
  algo_json_open(j, named ? '{' : '[');
  for (uint32_t i = 0; rc == ALGO_OK && i < n; i++) {
    const bool tuple = t->kind == ALGO_ARC4_TUPLE;
    const ix_a56_shape_t *inner = named                              ? shape->members[i]
                                  : !tuple && shape && !shape->names ? shape->members[0]
                                                                     : NULL;
    algo_bytes_t member;
    if (named) algo_json_key(j, shape->names[i]);
    rc = algo_arc4_member(&member, t, v, i, err);
    if (rc == ALGO_OK) rc = put_value(j, tuple ? &t->items[i] : t->items, inner, member, left, err);
  }
  algo_json_close(j, named ? '}' : ']');
  return rc;
}

static void put_string(algo_json_t *j, algo_bytes_t s) {
  if (is_text(s)) {
    algo_json_strb(j, s);
    return;
  }
  algo_json_open(j, '{'); /* no text: JSON has no other way to say so */
  algo_json_key(j, "hex");
  algo_json_hex(j, s);
  algo_json_close(j, '}');
}

static algo_code_t put_value(algo_json_t *j, const algo_arc4_type_t *t, const ix_a56_shape_t *shape, algo_bytes_t v,
                             uint32_t *left, algo_err_t *err) {
  if ((*left)-- == 0) {
    *left = 0;
    return too_many(err);
  }
  switch (t->kind) {
  case ALGO_ARC4_BOOL: algo_json_bool(j, v.n && v.p[0]); return ALGO_OK;
  case ALGO_ARC4_STRING: put_string(j, content(t, v)); return ALGO_OK;
  case ALGO_ARC4_BYTE:
  case ALGO_ARC4_UINT:
  case ALGO_ARC4_UFIXED: {
    algo_buf_t digits = ALGO_BUF_INIT;
    algo_code_t rc = put_decimal(&digits, t, v, err);
    if (rc == ALGO_OK) algo_json_raw(j, digits.p, digits.n);
    algo_buf_fini(&digits);
    return rc;
  }
  case ALGO_ARC4_ADDRESS: {
    char text[ALGO_ADDR_TEXT + 1];
    algo_addr_t a;
    memcpy(a.b, v.p, sizeof a.b);
    algo_addr_format(text, &a);
    algo_json_str(j, text);
    return ALGO_OK;
  }
  case ALGO_ARC4_ARRAY:
  case ALGO_ARC4_LIST:
    if (t->items->kind == ALGO_ARC4_BYTE) {
      algo_json_hex(j, content(t, v));
      return ALGO_OK;
    }
    return put_members(j, t, shape, v, left, err);
  default: return put_members(j, t, shape, v, left, err);
  }
}

static algo_code_t column_of(algo_bytes_t *out, const ix_a56_event_t *e, uint32_t i, algo_bytes_t log,
                             algo_err_t *err) {
  return algo_arc4_member(out, e->tuple, algo_bytes(log.p + 4, log.n - 4), i, err);
}

algo_code_t ix_a56_put_json(algo_json_t *out, const ix_a56_event_t *e, uint32_t i, algo_bytes_t log, algo_err_t *err) {
  algo_bytes_t v;
  uint32_t left = VALUES_MAX;
  algo_code_t rc = column_of(&v, e, i, log, err);
  return rc == ALGO_OK ? put_value(out, e->columns[i].type, e->columns[i].shape, v, &left, err) : rc;
}

/* ---- PostgreSQL ---- */

static algo_code_t put_scalar(algo_buf_t *out, ix_a56_kind_t kind, const algo_arc4_type_t *t, algo_bytes_t v,
                              const char *bytes_prefix, algo_err_t *err) {
  switch (kind) {
  case IX_A56_BOOLEAN: algo_buf_putc(out, v.n && v.p[0] ? 't' : 'f'); return ALGO_OK;
  case IX_A56_ADDRESS:
  case IX_A56_TEXT:
  case IX_A56_BYTES:
    algo_buf_puts(out, bytes_prefix);
    algo_hex_encode(out, content(t, v));
    return ALGO_OK;
  default: return put_decimal(out, t, v, err);
  }
}

static algo_code_t put_array(algo_buf_t *out, const ix_a56_column_t *c, algo_bytes_t v, algo_err_t *err) {
  const uint32_t n = members_of(c->type, v);
  algo_code_t rc = n > VALUES_MAX ? too_many(err) : ALGO_OK;
  algo_buf_putc(out, '{');
  for (uint32_t i = 0; rc == ALGO_OK && i < n; i++) {
    algo_bytes_t element;
    if (i) algo_buf_putc(out, ',');
    rc = algo_arc4_member(&element, c->type, v, i, err);
    if (rc == ALGO_OK) rc = put_scalar(out, c->kind, c->type->items, element, "\\\\x", err); /* "\" is the array's */
  }
  algo_buf_putc(out, '}');
  return rc;
}

algo_code_t ix_a56_put_text(algo_buf_t *out, const ix_a56_event_t *e, uint32_t i, algo_bytes_t log, algo_err_t *err) {
  const ix_a56_column_t *c = &e->columns[i];
  algo_bytes_t v;
  if (c->kind == IX_A56_JSON) {
    algo_json_t j = algo_json(out);
    return ix_a56_put_json(&j, e, i, log, err);
  }
  algo_code_t rc = column_of(&v, e, i, log, err);
  if (rc != ALGO_OK) return rc;
  return c->array ? put_array(out, c, v, err) : put_scalar(out, c->kind, c->type, v, "\\x", err);
}
