/* What one instruction does to a state. Branches and calls are the engine's. */
#include "internal.h"

static void push(work_t *w, val_t v) {
  if (w->n_stack < STACK_MAX) w->stack[w->n_stack++] = v;
}

/* At least n values on the stack; false: there never are. */
static bool need(run_t *r, work_t *w, uint32_t n, uint32_t pc) {
  if (w->n_stack >= n) return true;
  if (!w->c.bottom || n > STACK_MAX) return false;
  uint32_t more = n - w->n_stack;
  memmove(w->stack + more, w->stack, w->n_stack * sizeof *w->stack);
  for (uint32_t i = 0; i < more; i++) {
    w->stack[i] = value_unknown(r, (uint64_t)pc << 12 | i, ALGO_KIND_ANY, T_USER | T_PHI);
  }
  w->n_stack = n;
  return true;
}

/* ---- constants ---- */

static void constant_block(const run_t *r, const work_t *w, bool bytes, uint64_t index, algo_bytes_t *out,
                           uint64_t *n) {
  uint32_t node = bytes ? w->c.bytec : w->c.intc;
  *out = algo_bytes(NULL, 0);
  *n = 0;
  if (node == ALGO_FLOW_NONE) return;
  const algo_isa_value_t *v = &r->p->insns[node].imm[0];
  uint32_t at = v->at;
  for (uint64_t i = 0; i < v->count && i <= index; i++) {
    if (bytes) {
      *out = algo_isa_next_bytes(r->p->graph.program, &at);
    } else {
      *n = algo_isa_next_uint(r->p->graph.program, &at);
    }
  }
}

static void push_constant(run_t *r, work_t *w, bool bytes, uint64_t index) {
  algo_bytes_t b;
  uint64_t n;
  constant_block(r, w, bytes, index, &b, &n);
  push(w, bytes ? value_bytes(r, b) : value_int(r, n));
}

static void push_list(run_t *r, work_t *w, const algo_isa_insn_t *i, bool bytes) {
  uint32_t at = i->imm[0].at;
  for (uint32_t k = 0; k < i->imm[0].count; k++) {
    algo_bytes_t program = r->p->graph.program;
    push(w, bytes ? value_bytes(r, algo_isa_next_bytes(program, &at)) : value_int(r, algo_isa_next_uint(program, &at)));
  }
}

/* Constants and fields: instructions that only push. False: another one. */
static bool step_push(run_t *r, work_t *w, const algo_isa_insn_t *i) {
  unsigned op = i->op->id;
  uint64_t imm = (uint64_t)i->imm[0].value;
  switch (op) {
  case ALGO_OP_intc: push_constant(r, w, false, imm); return true;
  case ALGO_OP_bytec: push_constant(r, w, true, imm); return true;
  case ALGO_OP_pushint: push(w, value_int(r, imm)); return true;
  case ALGO_OP_pushbytes:
    push(w, value_bytes(r, algo_bytes(r->p->graph.program.p + i->imm[0].at, i->imm[0].count)));
    return true;
  case ALGO_OP_pushints:
  case ALGO_OP_pushbytess: push_list(r, w, i, op == ALGO_OP_pushbytess); return true;
  case ALGO_OP_global: push(w, global_value(r, (uint8_t)imm)); return true;
  case ALGO_OP_txn: push(w, field_value(r, 0, (uint8_t)imm, 0)); return true;
  case ALGO_OP_txna: push(w, field_value(r, 0, (uint8_t)imm, value_int(r, (uint64_t)i->imm[1].value))); return true;
  case ALGO_OP_gtxn: push(w, field_value(r, value_int(r, imm), (uint8_t)i->imm[1].value, 0)); return true;
  case ALGO_OP_gtxna:
    push(w, field_value(r, value_int(r, imm), (uint8_t)i->imm[1].value, value_int(r, (uint64_t)i->imm[2].value)));
    return true;
  default: break;
  }
  if (op >= ALGO_OP_intc_0 && op <= ALGO_OP_intc_3) push_constant(r, w, false, op - ALGO_OP_intc_0);
  else if (op >= ALGO_OP_bytec_0 && op <= ALGO_OP_bytec_3) push_constant(r, w, true, op - ALGO_OP_bytec_0);
  else if (op == ALGO_OP_arg || (op >= ALGO_OP_arg_0 && op <= ALGO_OP_arg_3)) {
    uint64_t n = op == ALGO_OP_arg ? imm : op - ALGO_OP_arg_0;
    push(w, value_put(
                r, &(value_t){.kind = V_FIELD, .type = ALGO_KIND_BYTES, .op = ALGO_OP_arg, .k = n, .taint = T_USER}));
  } else {
    return false;
  }
  return true;
}

/* Fields whose transaction or index is on the stack. False: another instruction. */
static bool step_field(run_t *r, work_t *w, const algo_isa_insn_t *i, const val_t *a) {
  uint8_t f0 = (uint8_t)i->imm[0].value, f1 = (uint8_t)i->imm[1].value;
  switch (i->op->id) {
  case ALGO_OP_gtxns: push(w, field_value(r, a[0], f0, 0)); return true;
  case ALGO_OP_gtxnsa: push(w, field_value(r, a[0], f0, value_int(r, f1))); return true;
  case ALGO_OP_txnas: push(w, field_value(r, 0, f0, a[0])); return true;
  case ALGO_OP_gtxnas: push(w, field_value(r, value_int(r, f0), f1, a[0])); return true;
  case ALGO_OP_gtxnsas: push(w, field_value(r, a[0], f0, a[1])); return true;
  case ALGO_OP_args:
    push(w, value_put(r, &(value_t){.kind = V_FIELD,
                                    .type = ALGO_KIND_BYTES,
                                    .op = ALGO_OP_arg,
                                    .k = 256,
                                    .a = {0, a[0]},
                                    .taint = T_USER}));
    return true;
  default: return false;
  }
}

/* ---- the stack itself ---- */

/* How many values an instruction of this kind moves; 0: another instruction. */
static uint32_t moves(const algo_isa_insn_t *i) {
  uint32_t n = (uint32_t)i->imm[0].value;
  switch (i->op->id) {
  case ALGO_OP_pop:
  case ALGO_OP_dup:
  case ALGO_OP_dupn: return 1;
  case ALGO_OP_dup2:
  case ALGO_OP_swap: return 2;
  case ALGO_OP_popn: return n;
  case ALGO_OP_dig:
  case ALGO_OP_bury:
  case ALGO_OP_cover:
  case ALGO_OP_uncover: return n + 1;
  default: return 0;
  }
}

static void move(work_t *w, const algo_isa_insn_t *i) {
  uint32_t n = (uint32_t)i->imm[0].value;
  val_t *top = w->stack + w->n_stack - 1, v = *top;
  switch (i->op->id) {
  case ALGO_OP_pop: w->n_stack--; return;
  case ALGO_OP_popn: w->n_stack -= n; return;
  case ALGO_OP_dup: push(w, v); return;
  case ALGO_OP_dupn:
    for (; n > 0; n--) push(w, v);
    return;
  case ALGO_OP_dup2:
    push(w, top[-1]);
    push(w, v);
    return;
  case ALGO_OP_swap:
    *top = top[-1];
    top[-1] = v;
    return;
  case ALGO_OP_dig: push(w, top[-(int32_t)n]); return;
  case ALGO_OP_bury:
    top[-(int32_t)n] = v;
    w->n_stack--;
    return;
  case ALGO_OP_cover:
    memmove(top - n + 1, top - n, n * sizeof *top);
    top[-(int32_t)n] = v;
    return;
  default: /* uncover */
    v = top[-(int32_t)n];
    memmove(top - n, top - n + 1, n * sizeof *top);
    *top = v;
  }
}

/* Scratch slots and the frame. False: another instruction, or (*failed) one that fails. */
static bool step_memory(run_t *r, work_t *w, const algo_isa_insn_t *i, bool *failed) {
  const instance_t *in = r->instances[w->c.instance];
  int64_t imm = i->imm[0].value, at = (int64_t)in->args + imm;
  val_t v;
  switch (i->op->id) {
  case ALGO_OP_load:
    v = w->scratch[imm & 255];
    push(w, v != 0 ? v : value_int(r, 0));
    return true;
  case ALGO_OP_store: w->scratch[imm & 255] = w->stack[--w->n_stack]; return true;
  case ALGO_OP_frame_dig:
    *failed = !in->proto || at < 0 || at >= w->n_stack;
    if (!*failed) push(w, w->stack[at]);
    return true;
  case ALGO_OP_frame_bury:
    *failed = !in->proto || at < 0 || at + 1 >= w->n_stack;
    if (!*failed) w->stack[at] = w->stack[w->n_stack - 1];
    if (!*failed) w->n_stack--;
    return true;
  default: return false;
  }
}

/* Scratch slots by number. */
static bool step_slots(run_t *r, work_t *w, const algo_isa_insn_t *i, const val_t *a) {
  uint64_t at;
  if (i->op->id == ALGO_OP_loads) {
    val_t v = is_int(r, a[0], &at) && at < SLOTS ? w->scratch[at] : 0;
    if (v == 0)
      v = is_int(r, a[0], &at) ? value_int(r, 0) : value_unknown(r, (uint64_t)i->pc << 12, ALGO_KIND_ANY, T_PHI);
    push(w, v);
    return true;
  }
  if (i->op->id != ALGO_OP_stores) return false;
  if (is_int(r, a[0], &at) && at < SLOTS) {
    w->scratch[at] = a[1];
    return true;
  }
  for (uint32_t k = 0; k < SLOTS; k++) { /* it may be any of them */
    w->scratch[k] = value_unknown(r, (uint64_t)i->pc << 12 | k, ALGO_KIND_ANY, value_of(r, a[1])->taint | T_PHI);
  }
  return true;
}

/* ---- inner transactions ---- */

static int inner_field(int64_t field) {
  switch (field) {
  case ALGO_F_TXN_TypeEnum: return IT_TYPE;
  case ALGO_F_TXN_Fee: return IT_FEE;
  case ALGO_F_TXN_Receiver: return IT_RECEIVER;
  case ALGO_F_TXN_Amount: return IT_AMOUNT;
  case ALGO_F_TXN_AssetReceiver: return IT_ASSET_RECEIVER;
  case ALGO_F_TXN_AssetAmount: return IT_ASSET_AMOUNT;
  case ALGO_F_TXN_RekeyTo: return IT_REKEY;
  case ALGO_F_TXN_CloseRemainderTo: return IT_CLOSE;
  case ALGO_F_TXN_AssetCloseTo: return IT_ASSET_CLOSE;
  case ALGO_F_TXN_ApplicationID: return IT_APP;
  default: return -1;
  }
}

static bool step_inner(work_t *w, const algo_isa_insn_t *i, uint32_t node, const val_t *a) {
  int at;
  switch (i->op->id) {
  case ALGO_OP_itxn_field:
    if ((at = inner_field(i->imm[0].value)) >= 0) w->c.it[at] = a[0];
    return true;
  case ALGO_OP_itxn_submit: w->c.epoch = node + 1; /* fall through */
  case ALGO_OP_itxn_begin:
  case ALGO_OP_itxn_next: memset(w->c.it, 0, sizeof w->c.it); return true;
  default: return false;
  }
}

/* ---- state ---- */

static bool writes_state(unsigned op) {
  switch (op) {
  case ALGO_OP_app_global_put:
  case ALGO_OP_app_global_del:
  case ALGO_OP_app_local_put:
  case ALGO_OP_app_local_del:
  case ALGO_OP_box_create:
  case ALGO_OP_box_put:
  case ALGO_OP_box_replace:
  case ALGO_OP_box_splice:
  case ALGO_OP_box_resize:
  case ALGO_OP_box_del: return true;
  default:
    return op >= ALGO_OP_app_box_create && op <= ALGO_OP_app_box_resize && op != ALGO_OP_app_box_get &&
           op != ALGO_OP_app_box_len && op != ALGO_OP_app_box_extract;
  }
}

static bool is_own_app(const run_t *r, val_t v) {
  const value_t *x = value_of(r, v);
  if (x->kind == V_INT) return x->k == 0;
  return x->kind == V_FIELD && ((x->op == ALGO_OP_global && x->k == ALGO_F_GLOBAL_CurrentApplicationID) ||
                                (x->op == ALGO_OP_txn && x->k == ALGO_F_TXN_ApplicationID));
}

/* Accounts, assets and applications by a small number are those that the call lists. */
static bool from_call(const run_t *r, val_t v) {
  const value_t *x = value_of(r, v);
  return (x->taint & T_USER) != 0 || (x->kind == V_INT && x->k >= 1 && x->k <= 8);
}

/* Keys that stand for an account; number 0 is the sender. */
static val_t account_of(run_t *r, val_t v) {
  uint64_t k;
  return is_int(r, v, &k) && k == 0 ? field_value(r, 0, ALGO_F_TXN_Sender, 0) : v;
}

static unsigned keyed_by(const run_t *r, val_t key) {
  unsigned t = value_of(r, key)->taint;
  return T_STATE | ((t & T_FRESH) != 0 ? (unsigned)T_GATE : 0u) |
         ((t & (T_USER | T_USERSTATE)) != 0 && (t & T_FRESH) == 0 ? (unsigned)T_USERSTATE : 0u);
}

/* The taint of what an instruction reads from the ledger; 0 with *reads false: it does not read. */
static unsigned read_taint(run_t *r, const algo_isa_insn_t *i, val_t *a, bool *reads) {
  *reads = true;
  switch (i->op->id) {
  case ALGO_OP_app_global_get: return keyed_by(r, a[0]);
  case ALGO_OP_app_global_get_ex:
    if (is_own_app(r, a[0])) return keyed_by(r, a[1]);
    return from_call(r, a[0]) ? T_FOREIGN | T_USER : T_STATE;
  case ALGO_OP_app_local_get: a[0] = account_of(r, a[0]); return keyed_by(r, a[0]);
  case ALGO_OP_app_local_get_ex:
    a[0] = account_of(r, a[0]);
    if (!is_own_app(r, a[1]) && from_call(r, a[1])) return T_FOREIGN | T_USER;
    return keyed_by(r, a[0]);
  case ALGO_OP_box_get:
  case ALGO_OP_box_len:
  case ALGO_OP_box_extract:
  case ALGO_OP_box_create:
  case ALGO_OP_box_del: return keyed_by(r, a[0]);
  case ALGO_OP_app_box_get:
  case ALGO_OP_app_box_len:
  case ALGO_OP_app_box_extract: return from_call(r, a[0]) ? T_FOREIGN | T_USER : keyed_by(r, a[1]);
  case ALGO_OP_asset_holding_get:
    a[0] = account_of(r, a[0]);
    if (from_call(r, a[1])) return T_USER;
    return keyed_by(r, a[0]);
  case ALGO_OP_asset_params_get:
  case ALGO_OP_app_params_get: return from_call(r, a[0]) ? T_USER : 0;
  case ALGO_OP_acct_params_get:
  case ALGO_OP_voter_params_get:
  case ALGO_OP_balance:
  case ALGO_OP_min_balance: return (value_of(r, a[0])->taint & (T_USER | T_FRESH)) != 0 ? T_USER : 0;
  case ALGO_OP_app_opted_in: return T_USER;
  case ALGO_OP_gload:
  case ALGO_OP_gloads:
  case ALGO_OP_gloadss:
  case ALGO_OP_gaid:
  case ALGO_OP_gaids: return T_USER;
  case ALGO_OP_itxn:
  case ALGO_OP_itxna:
  case ALGO_OP_itxnas:
  case ALGO_OP_gitxn:
  case ALGO_OP_gitxna:
  case ALGO_OP_gitxnas:
  case ALGO_OP_online_stake: return 0;
  default: *reads = false; return 0;
  }
}

/* The sender's local state, where the attack says what is in it. False: it does not. */
static bool local_given(run_t *r, work_t *w, const algo_isa_insn_t *i, const val_t *a) {
  bool ex = i->op->id == ALGO_OP_app_local_get_ex;
  if (r->attack.local == LOCAL_ANY || (!ex && i->op->id != ALGO_OP_app_local_get)) return false;
  const value_t *account = value_of(r, a[0]);
  if (account->kind != V_FRESH &&
      !(account->kind == V_FIELD && account->op == ALGO_OP_txn && account->k == ALGO_F_TXN_Sender))
    return false;
  if (ex && !is_own_app(r, a[1])) return false;
  bool set = r->attack.local == LOCAL_SET;
  push(w, set ? value_fresh(r, FRESH_LOCAL + a[ex ? 2 : 1], ALGO_KIND_UINT64) : value_int(r, 0));
  if (ex) push(w, value_int(r, set));
  return true;
}

static bool step_ledger(run_t *r, work_t *w, const algo_isa_insn_t *i, uint32_t node, val_t *a) {
  bool reads;
  unsigned taint = read_taint(r, i, a, &reads);
  if (!reads && !writes_state(i->op->id)) return false;
  if (reads && local_given(r, w, i, a)) return true;
  for (unsigned g = 0; g < i->op->n_gives; g++) {
    value_t v = {.kind = V_OP, .op = i->op->id, .result = (uint8_t)g, .taint = (uint16_t)taint};
    v.type = algo_isa_type((algo_type_t)i->op->gives[g])->kind;
    v.k = (uint64_t)w->c.epoch << 32;
    for (unsigned k = 0; k < i->op->n_imms; k++) v.k |= (uint64_t)(uint8_t)i->imm[k].value << 8 * k;
    for (unsigned k = 0; k < i->op->n_takes && k < OPERANDS; k++) v.a[k] = a[k];
    push(w, value_put(r, &v));
  }
  if (writes_state(i->op->id)) w->c.epoch = node + 1;
  return true;
}

/* ---- all of it ---- */

/* Is it bytes of an argument of the call, as they came? */
bool is_raw_argument(const run_t *r, val_t v) {
  const value_t *x = value_of(r, v);
  return x->kind == V_FIELD && x->op == ALGO_OP_txn && x->k == ALGO_F_TXN_ApplicationArgs;
}

static bool is_argument_piece(const run_t *r, val_t v) {
  for (unsigned i = 0; i < 4; i++) {
    const value_t *x = value_of(r, v);
    if (is_raw_argument(r, v)) return true;
    if (x->kind != V_OP || (x->op != ALGO_OP_extract && x->op != ALGO_OP_extract3 && x->op != ALGO_OP_substring)) break;
    v = x->a[0];
  }
  return false;
}

static bool step_pure(run_t *r, work_t *w, const algo_isa_insn_t *i, const val_t *a) {
  val_t out[ALGO_ISA_GIVES_MAX];
  uint64_t l1, h1, l2, h2;
  unsigned op = i->op->id;
  if (r->attack.lengths && op == ALGO_OP_len && is_raw_argument(r, a[0])) {
    push(w, value_fresh(r, FRESH_LENGTH + a[0], ALGO_KIND_UINT64));
    return true;
  }
  if (r->attack.big && (op == ALGO_OP_btoi || op == ALGO_OP_extract_uint64) && is_argument_piece(r, a[0])) {
    push(w, value_fresh(r, FRESH_BIG + a[0], ALGO_KIND_UINT64));
    return true;
  }
  if (op == ALGO_OP_minus) { /* fails where it would be negative */
    bounds(r, w, a[0], &l1, &h1);
    bounds(r, w, a[1], &l2, &h2);
    if (h1 < l2) return false;
    val_t more = value_put(
        r, &(value_t){.kind = V_OP,
                      .type = ALGO_KIND_UINT64,
                      .op = ALGO_OP_ge,
                      .a = {a[0], a[1]},
                      .taint = (value_of(r, a[0])->taint | value_of(r, a[1])->taint) & ~(unsigned)T_QUOTIENT});
    if (!assume(r, w, more, true, false)) return false;
  }
  if (op == ALGO_OP_select) {
    bounds(r, w, a[2], &l1, &h1);
    if (l1 > 0 || h1 == 0) {
      push(w, a[l1 > 0 ? 1 : 0]);
      return true;
    }
  }
  if (!fold(r, i, a, out)) return false;
  for (unsigned g = 0; g < i->op->n_gives; g++) push(w, out[g]);
  return true;
}

static step_t step_taking(run_t *r, work_t *w, const algo_isa_insn_t *i, uint32_t node) {
  val_t a[ALGO_ISA_TAKES_MAX] = {0};
  w->n_stack -= i->op->n_takes;
  memcpy(a, w->stack + w->n_stack, i->op->n_takes * sizeof *a);
  if (i->op->id == ALGO_OP_assert_) { return assume(r, w, a[0], true, true) ? STEP_ON : STEP_FAILS; }
  if (step_field(r, w, i, a) || step_slots(r, w, i, a) || step_inner(w, i, node, a) || step_ledger(r, w, i, node, a)) {
    return STEP_ON;
  }
  return step_pure(r, w, i, a) ? STEP_ON : STEP_FAILS;
}

step_t step(run_t *r, work_t *w, uint32_t node) {
  const algo_isa_insn_t *i = &r->p->insns[node];
  bool failed = false;
  uint32_t n = moves(i);
  if (i->op->id == ALGO_OP_intcblock) w->c.intc = node;
  if (i->op->id == ALGO_OP_bytecblock) w->c.bytec = node;
  if (i->op->id == ALGO_OP_intcblock || i->op->id == ALGO_OP_bytecblock || i->op->id == ALGO_OP_proto) return STEP_ON;
  uint32_t takes = n > 0 ? n : i->op->n_takes;
  if (!need(r, w, takes, i->pc)) { return STEP_FAILS; }
  if (r->attack.observe != NULL) {
    r->attack.observe(r, w, node, w->stack + w->n_stack - i->op->n_takes, i->op->n_takes);
  }
  if (n > 0 || i->op->id == ALGO_OP_popn) {
    if (n > 0) move(w, i);
    return STEP_ON;
  }
  if (step_push(r, w, i)) return STEP_ON;
  if (step_memory(r, w, i, &failed)) return failed ? STEP_FAILS : STEP_ON;
  return step_taking(r, w, i, node);
}
