/* Expressions into instructions, and statements. */
#include "build.h"

static void lower_args(tg_x x) {
  for (uint32_t i = 0; i < x->n_args; i++) tg_lower(x->args[i]);
}

void tg_lower(tg_x x) {
  tg_t *b = x->b;
  if (!b) return;
  switch (x->kind) {
  case X_INT:
  case X_BYTES: tg_write(b, x->ins); break;
  case X_VAR:
    tg_write(b, (tg_ins_t){.op = TG_LOAD, .a = x->ins.a, .comment = b->vars[x->ins.a].name, .message = x->ins.message});
    break;
  case X_OP:
    lower_args(x);
    tg_write(b, x->ins);
    if (x->fold) tg_write(b, *x->fold);
    break;
  case X_SLICE:
    lower_args(x);
    tg_write(b, (tg_ins_t){.op = TG_EXTRACT,
                           .a = (uint8_t)x->offset,
                           .b = (uint8_t)x->size,
                           .message = x->ins.message,
                           .comment = x->ins.comment});
    break;
  case X_CONCAT:
    for (uint32_t i = 0; i < x->n_args; i++) {
      tg_lower(x->args[i]);
      if (i) tg_write(b, (tg_ins_t){.op = TG_CONCAT});
    }
    break;
  case X_LEAST: /* of the two on the stack, the other one is dropped */
    lower_args(x);
    tg_write(b, (tg_ins_t){.op = TG_DUP2});
    tg_write(b, x->ins);
    tg_write(b, (tg_ins_t){.op = TG_SELECT});
    break;
  case X_CALL:
    lower_args(x);
    tg_write(b, x->ins);
    break;
  }
}

void tg_do(tg_t *b, tg_x x) {
  tg_lower(x);
  if (x->type != TG_VOID) tg_write(b, (tg_ins_t){.op = TG_POP});
}

void tg_set(tg_t *b, const char *name, tg_x value) {
  value = tg_native(value);
  unsigned v = tg_variable(b, name);
  bool bytes = !tg_type_is_number(value->type);
  if (value->type == TG_VOID) tg_mistake(b, "variable %s given nothing", name);
  if (b->vars[v].known && b->vars[v].bytes != bytes) tg_mistake(b, "variable %s given another type", name);
  b->vars[v].known = true;
  b->vars[v].bytes = bytes;
  tg_lower(value);
  tg_write(b, (tg_ins_t){.op = TG_STORE, .a = (uint8_t)v, .comment = name});
}

void tg_assert(tg_t *b, tg_x condition, const char *message) {
  condition = tg_native(condition);
  if (!tg_type_is_number(condition->type)) tg_mistake(b, "an assertion of no number: %s", message);
  tg_lower(condition);
  tg_write(b, (tg_ins_t){.op = TG_ASSERT, .message = message});
}

void tg_fail(tg_t *b, const char *message) { tg_write(b, (tg_ins_t){.op = TG_ERR, .message = message}); }

void tg_approve(tg_t *b) {
  tg_lower(tg_int(b, 1));
  tg_write(b, (tg_ins_t){.op = TG_RETURN});
}

void tg_comment(tg_t *b, const char *text) { b->comment = text; }

/* ---- flow ---- */

void tg_if(tg_t *b, tg_x condition) {
  if (b->depth == TG_MAX_DEPTH) {
    tg_mistake(b, "ifs nest too deep");
    return;
  }
  tg_lower(tg_native(condition));
  uint32_t no = tg_label(b, NULL);
  b->open[b->depth].no = no;
  b->open[b->depth].has_else = false;
  b->depth++;
  tg_write(b, (tg_ins_t){.op = TG_BZ, .u = no});
}

void tg_else(tg_t *b) {
  if (!b->depth) return;
  unsigned d = b->depth - 1;
  b->open[d].end = tg_label(b, NULL);
  b->open[d].has_else = true;
  tg_write(b, (tg_ins_t){.op = TG_B, .u = b->open[d].end});
  tg_write(b, (tg_ins_t){.op = TG_LABEL, .u = b->open[d].no});
}

void tg_end(tg_t *b) {
  if (!b->depth) {
    tg_mistake(b, "tg_end without tg_if");
    return;
  }
  b->depth--;
  tg_write(b,
           (tg_ins_t){.op = TG_LABEL, .u = b->open[b->depth].has_else ? b->open[b->depth].end : b->open[b->depth].no});
}

/* ---- boxes, logs ---- */

void tg_box_put(tg_t *b, tg_x key, tg_x value) { tg_do(b, tg_op(b, TG_BOX_PUT, TG_VOID, 2, key, value, NULL)); }

void tg_box_set(tg_t *b, tg_x key, const tg_struct_t *s, const char *field, tg_x value) {
  tg_type_t type = TG_BYTES;
  unsigned at = tg_struct_offset(s, field, &type);
  if (at > 100000) tg_mistake(b, "%s has no field %s", s->name, field);
  if (value->type != TG_BYTES) value = tg_wire(value, type);
  tg_do(b, tg_op(b, TG_BOX_REPLACE, TG_VOID, 3, key, tg_int(b, at), value));
}

void tg_box_write(tg_t *b, tg_x key, tg_x offset, tg_x bytes) {
  tg_do(b, tg_op(b, TG_BOX_REPLACE, TG_VOID, 3, key, tg_native(offset), bytes));
}

void tg_box_delete(tg_t *b, tg_x key) { tg_do(b, tg_box_deleted(key)); }

static const tg_event_t *event_of(tg_t *b, const char *name) {
  for (size_t i = 0; i < b->c->n_events; i++)
    if (strcmp(b->c->events[i].name, name) == 0) return &b->c->events[i];
  tg_mistake(b, "no event named %s", name);
  return &b->c->events[0];
}

static tg_x selector_of(tg_t *b, const tg_event_t *e) {
  algo_buf_t sig = ALGO_BUF_INIT;
  tg_event_signature(&sig, e);
  uint8_t s[4];
  algo_arc4_selector(s, algo_buf_cstr(&sig));
  struct tg_expr *x = (struct tg_expr *)tg_data(b, algo_bytes(s, 4));
  algo_buf_fini(&sig);
  return x;
}

static void log_bytes(tg_t *b, tg_x x, const char *comment) {
  tg_lower(x);
  tg_write(b, (tg_ins_t){.op = TG_LOG, .comment = comment});
}

void tg_emit(tg_t *b, const char *event, ...) {
  const tg_event_t *e = event_of(b, event);
  va_list ap;
  va_start(ap, event);
  tg_x x = tg_pack_event(b, e, selector_of(b, e), ap);
  va_end(ap);
  log_bytes(b, x, event);
}

void tg_answer(tg_t *b, tg_x encoded) {
  tg_x prefix = tg_data(b, algo_bytes(algo_arc4_return_prefix, 4));
  log_bytes(b, tg_concat(b, 2, prefix, encoded), "return value");
}

/* ---- inner transactions ---- */

static void inner_field(tg_t *b, const char *field, tg_x value) {
  tg_lower(value);
  tg_write(b, (tg_ins_t){.op = TG_ITXN_FIELD, .field = field});
}

static void inner_begin(tg_t *b, uint64_t type) {
  tg_write(b, (tg_ins_t){.op = TG_ITXN_BEGIN});
  inner_field(b, "TypeEnum", tg_int(b, type));
}

static void inner_submit(tg_t *b) {
  inner_field(b, "Fee", tg_int(b, 0));
  tg_write(b, (tg_ins_t){.op = TG_ITXN_SUBMIT});
}

void tg_inner_pay(tg_t *b, tg_x receiver, tg_x amount) {
  inner_begin(b, 1);
  inner_field(b, "Amount", tg_native(amount));
  inner_field(b, "Receiver", receiver);
  inner_submit(b);
}

void tg_inner_xfer(tg_t *b, tg_x asset, tg_x receiver, tg_x amount) {
  inner_begin(b, 4);
  inner_field(b, "AssetAmount", tg_native(amount));
  inner_field(b, "AssetReceiver", receiver);
  inner_field(b, "XferAsset", tg_native(asset));
  inner_submit(b);
}

void tg_inner_close(tg_t *b, tg_x to) {
  inner_begin(b, 1);
  inner_field(b, "Receiver", to);
  inner_field(b, "CloseRemainderTo", to);
  inner_submit(b);
}

void tg_inner_close_asset(tg_t *b, tg_x asset, tg_x to) {
  inner_begin(b, 4);
  inner_field(b, "XferAsset", tg_native(asset));
  inner_field(b, "AssetReceiver", to);
  inner_field(b, "AssetCloseTo", to);
  inner_submit(b);
}
