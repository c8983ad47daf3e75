/* A running program as tracers see it, and what its next opcode is about to do. */
#include "internal.h"

algo_avm_group_t *algo_avm_cx_group(const algo_avm_context_t *cx) { return cx->g; }
size_t algo_avm_cx_index(const algo_avm_context_t *cx) { return cx->gi; }
algo_avm_mode_t algo_avm_cx_mode(const algo_avm_context_t *cx) { return cx->mode; }
uint64_t algo_avm_cx_app(const algo_avm_context_t *cx) { return cx->app; }
algo_bytes_t algo_avm_cx_program(const algo_avm_context_t *cx) { return algo_bytes(cx->prog, cx->len); }
uint32_t algo_avm_cx_pc(const algo_avm_context_t *cx) { return cx->pc; }
uint64_t algo_avm_cx_cost(const algo_avm_context_t *cx) { return cx->cost; }
size_t algo_avm_cx_depth(const algo_avm_context_t *cx) { return cx->sp; }
algo_tv_t algo_avm_cx_stack(const algo_avm_context_t *cx, size_t i) { return avm_tv(&cx->stack[i]); }
algo_tv_t algo_avm_cx_scratch(const algo_avm_context_t *cx, size_t slot) { return avm_tv(&cx->scratch[slot]); }

const char *algo_avm_cx_op_name(const algo_avm_context_t *cx) {
  const algo_isa_op_t *op = cx->pc < cx->len ? avm_op_at(cx) : NULL;
  return op != NULL ? op->name : NULL;
}

/* The count in front of a list of constants; what cannot be read counts as nothing. */
static size_t list_length(const algo_avm_context_t *cx, bool bytes) {
  algo_avm_context_t copy = *cx;
  uint32_t n = 0, next;
  algo_code_t rc =
      bytes ? avm_parse_bytes(&copy, NULL, &n, &next, false) : avm_parse_ints(&copy, NULL, &n, &next, false);
  return rc == ALGO_OK ? n : 0;
}

bool algo_avm_explain_stack(const algo_avm_context_t *cx, int64_t *pops, int64_t *pushes) {
  const algo_isa_op_t *op = avm_op_at(cx);
  *pops = *pushes = 0;
  if (op == NULL) return true;
  bool has_imm = cx->pc + 1 < cx->len;
  uint8_t imm = has_imm ? cx->prog[cx->pc + 1] : 0;
  const avm_frame_t *f = cx->n_frames ? &cx->frames[cx->n_frames - 1] : NULL;
  *pops = op->n_takes;
  *pushes = op->n_gives;
  switch (op->id) {
  case ALGO_OP_pushints: return *pushes = list_length(cx, false), true;
  case ALGO_OP_pushbytess: return *pushes = list_length(cx, true), true;
  case ALGO_OP_return_: return *pops = cx->sp, *pushes = 1, true;
  case ALGO_OP_bury: return *pops = imm + 1u, *pushes = imm, has_imm;
  case ALGO_OP_popn: return *pops = imm, has_imm;
  case ALGO_OP_dupn: return *pops = 1, *pushes = imm + 1u, has_imm;
  case ALGO_OP_dig:
  case ALGO_OP_frame_dig: return *pops = 0, *pushes = 1, true;
  case ALGO_OP_cover:
  case ALGO_OP_uncover: return *pops = *pushes = imm + 1u, has_imm;
  case ALGO_OP_match: return *pops = imm + 1u, *pushes = 0, has_imm;
  case ALGO_OP_retsub:
    *pops = *pushes = 0;
    if (f == NULL || !f->clear) return f != NULL;
    *pops = (int64_t)cx->sp - (int64_t)(f->height - f->args);
    *pushes = f->returns;
    return true;
  case ALGO_OP_frame_bury:
    if (f == NULL || !has_imm) return false;
    *pops = (int64_t)cx->sp - ((int64_t)f->height + (int8_t)imm);
    *pushes = *pops - 1;
    return true;
  default: return true;
  }
}

/* Bytes are read as 0 there; the opcode fails on them. */
static uint64_t uint_of(const avm_value_t *v) { return v->is_bytes ? 0 : v->u; }

bool algo_avm_explain_scratch(const algo_avm_context_t *cx, uint8_t *slot) {
  const algo_isa_op_t *op = avm_op_at(cx);
  if (op == NULL) return false;
  if (op->id == ALGO_OP_store && cx->pc + 1 < cx->len) return *slot = cx->prog[cx->pc + 1], true;
  if (op->id != ALGO_OP_stores || cx->sp < 2) return false;
  uint64_t u = uint_of(&cx->stack[cx->sp - 2]);
  *slot = (uint8_t)u;
  return u < AVM_SCRATCH;
}

/* ---- application state ---- */

static void state_account(algo_avm_context_t *cx, avm_value_t account, bool write, uint64_t ref,
                          algo_avm_state_op_t *out) {
  uint64_t index, app;
  algo_bytes_t keep = cx->fail; /* what does not resolve fails when it runs */
  algo_code_t rc = write ? avm_mutable_account_ref(cx, account, &out->account, &index)
                         : avm_locals_ref(cx, account, ref, &out->account, &app, &index);
  if (rc != ALGO_OK) memset(&out->account, 0, sizeof out->account);
  if (!write && ref != 0) out->app = rc == ALGO_OK ? app : 0;
  cx->fail = keep;
}

/* A key that is no byte string is shown as an empty one; the opcode fails on it. */
static algo_bytes_t bytes_of(const avm_value_t *v) { return v->is_bytes ? avm_view(v) : (algo_bytes_t){NULL, 0}; }

static bool box_state(const algo_avm_context_t *cx, const algo_isa_op_t *op, algo_avm_state_verb_t verb,
                      algo_avm_state_op_t *out) {
  const avm_value_t *args = &cx->stack[cx->sp - op->n_takes];
  bool foreign = op->sub != 0;
  *out = (algo_avm_state_op_t){.verb = verb, .kind = 'b', .app = foreign ? uint_of(&args[0]) : cx->app};
  const avm_value_t *name = &args[foreign];
  out->key = bytes_of(name);
  return true;
}

static bool global_state(algo_avm_context_t *cx, algo_avm_state_verb_t verb, uint32_t key, algo_avm_state_op_t *out) {
  *out = (algo_avm_state_op_t){.verb = verb, .kind = 'g', .app = cx->app, .key = bytes_of(avm_top(cx, key))};
  return true;
}

static bool local_state(algo_avm_context_t *cx, algo_avm_state_verb_t verb, uint32_t key, uint32_t account,
                        uint64_t ref, algo_avm_state_op_t *out) {
  *out = (algo_avm_state_op_t){.verb = verb, .kind = 'l', .app = cx->app, .key = bytes_of(avm_top(cx, key))};
  state_account(cx, *avm_top(cx, account), verb != ALGO_AVM_STATE_READ, ref, out);
  return true;
}

static bool global_of(algo_avm_context_t *cx, uint64_t ref, algo_avm_state_op_t *out) {
  algo_bytes_t keep = cx->fail;
  global_state(cx, ALGO_AVM_STATE_READ, 0, out);
  if (avm_app_ref(cx, ref, true, &out->app) != ALGO_OK) out->app = 0;
  cx->fail = keep;
  return true;
}

bool algo_avm_explain_state(algo_avm_context_t *cx, algo_avm_state_op_t *out) {
  const algo_isa_op_t *op = avm_op_at(cx);
  if (op == NULL || cx->sp < op->n_takes) return false;
  switch (op->id) {
  case ALGO_OP_app_local_get: return local_state(cx, ALGO_AVM_STATE_READ, 0, 1, 0, out);
  case ALGO_OP_app_local_get_ex: return local_state(cx, ALGO_AVM_STATE_READ, 0, 2, uint_of(avm_top(cx, 1)), out);
  case ALGO_OP_app_global_get: return global_state(cx, ALGO_AVM_STATE_READ, 0, out);
  case ALGO_OP_app_global_get_ex: return global_of(cx, uint_of(avm_top(cx, 1)), out);
  case ALGO_OP_app_local_put: return local_state(cx, ALGO_AVM_STATE_WRITE, 1, 2, 0, out);
  case ALGO_OP_app_global_put: return global_state(cx, ALGO_AVM_STATE_WRITE, 1, out);
  case ALGO_OP_app_local_del: return local_state(cx, ALGO_AVM_STATE_DELETE, 0, 1, 0, out);
  case ALGO_OP_app_global_del: return global_state(cx, ALGO_AVM_STATE_DELETE, 0, out);
  case ALGO_OP_box_create:
  case ALGO_OP_box_replace:
  case ALGO_OP_box_put:
  case ALGO_OP_box_splice:
  case ALGO_OP_box_resize:
  case ALGO_OP_app_box_create:
  case ALGO_OP_app_box_replace:
  case ALGO_OP_app_box_put:
  case ALGO_OP_app_box_splice:
  case ALGO_OP_app_box_resize: return box_state(cx, op, ALGO_AVM_STATE_WRITE, out);
  case ALGO_OP_box_del:
  case ALGO_OP_app_box_del: return box_state(cx, op, ALGO_AVM_STATE_DELETE, out);
  case ALGO_OP_box_extract:
  case ALGO_OP_box_len:
  case ALGO_OP_box_get:
  case ALGO_OP_app_box_extract:
  case ALGO_OP_app_box_len:
  case ALGO_OP_app_box_get: return box_state(cx, op, ALGO_AVM_STATE_READ, out);
  default: return false;
  }
}

void algo_avm_state_value(algo_avm_context_t *cx, const algo_avm_state_op_t *op, algo_tv_t *out, bool *exists) {
  const algo_avm_ledger_ops_t *l = cx->sh->opt.ledger;
  void *self = cx->sh->opt.ledger_self;
  algo_bytes_t keep = cx->fail;
  algo_addr_t a;
  uint64_t app = op->app, index;
  algo_code_t rc = ALGO_OK;
  *exists = false;
  *out = (algo_tv_t){false, 0, {NULL, 0}};
  if (op->kind == 'b') {
    rc = l->box_get(self, op->app, op->key, &out->bytes, exists, NULL);
    out->is_bytes = true;
  } else if (op->kind == 'g') {
    rc = l->global_get(self, op->app, op->key, out, exists, NULL);
  } else {
    avm_value_t account = avm_bytes(op->account.b, sizeof op->account.b);
    rc = op->verb == ALGO_AVM_STATE_READ ? avm_locals_ref(cx, account, op->app, &a, &app, &index)
                                         : avm_mutable_account_ref(cx, account, &a, &index);
    if (rc == ALGO_OK) rc = l->local_get(self, &a, op->app, op->key, index, out, exists, NULL);
  }
  cx->fail = keep;
  if (rc != ALGO_OK) *exists = false;
}
