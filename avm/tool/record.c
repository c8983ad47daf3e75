/* Runs a program on a ledger of its own by simulation, and keeps each step with the stack it found: a stack shares what
 * lies below with the one before, so that every moment of the run stays at hand. */
#include "tool.h"

static algo_addr_t sender_address(void) {
  algo_addr_t a;
  memset(a.b, 'S', sizeof a.b);
  return a;
}

static bool failed(const char *what, const algo_err_t *err) {
  fprintf(stderr, "algorent-avm: %s: %s\n", what, err->msg);
  return false;
}

#define ALGOS UINT64_C(1000000)

static bool new_ledger(algo_ledger_t **out, algo_arena_t *arena) {
  algo_err_t err;
  algo_err_init(&err);
  algo_genesis_account_t *a = algo_arena_array(arena, 3, sizeof *a);
  if (a == NULL) return false;
  memset(a[0].addr.b, 'P', 32);
  memset(a[1].addr.b, 'F', 32);
  a[2].addr = sender_address();
  a[0].amount = 1000000 * ALGOS;
  a[1].amount = ALGOS;
  a[2].amount = 1000000 * ALGOS;
  a[0].status = a[1].status = 2;
  algo_genesis_t g = {.id = "v1",
                      .network = "algorent-avm",
                      .protocol = "future",
                      .fee_sink = a[1].addr,
                      .rewards_pool = a[0].addr,
                      .devmode = true,
                      .timestamp = 1700000000,
                      .alloc = a,
                      .n_alloc = 3};
  return algo_ledger_new(out, &g, NULL, &err) == ALGO_OK || failed("ledger", &err);
}

static algo_txn_t transaction(const algo_ledger_t *l, algo_txn_type_t type, const scenario_t *s) {
  uint64_t round = algo_ledger_round(l);
  return (algo_txn_t){.type = type,
                      .sender = sender_address(),
                      .fee = s->fee,
                      .first_valid = round > 0 ? round : 1,
                      .last_valid = round + 1000,
                      .genesis_hash = *algo_ledger_genesis_hash(l)};
}

static bool submit(algo_ledger_t *l, const algo_txn_t *t, algo_digest_t *id) {
  algo_stxn_t s = {.txn = *t};
  algo_buf_t bytes = ALGO_BUF_INIT, text = ALGO_BUF_INIT;
  algo_submit_options_t opt = {.skip_signatures = true};
  algo_err_t err;
  algo_err_init(&err);
  algo_stxn_encode(&bytes, &s);
  bool ok = algo_ledger_submit(l, algo_buf_view(&bytes), &opt, id, &text, NULL, &err) == ALGO_OK &&
            algo_ledger_seal(l, 1700000000 + (int64_t)algo_ledger_round(l), &err) == ALGO_OK;
  if (!ok) failed("setup", &err);
  algo_buf_fini(&bytes);
  algo_buf_fini(&text);
  return ok;
}

/* `int 1` in the program's own version. */
static algo_bytes_t approving(const program_t *p, algo_arena_t *arena) {
  uint8_t bytes[16];
  uint64_t version = 1;
  (void)algo_uvarint_get(p->l.code.p, p->l.code.n, &version);
  unsigned n = algo_uvarint_put(bytes, version);
  memcpy(bytes + n, "\x20\x01\x01\x22", 4);
  return algo_arena_dup(arena, algo_bytes(bytes, n + 4));
}

static uint32_t extra_pages(const program_t *p) {
  return (uint32_t)(p->l.code.n > 1024 ? (p->l.code.n - 1) / 2048 + 1 : 0);
}

static void give_schema(algo_txn_t *t, const program_t *p, algo_arena_t *arena) {
  t->approval_program = t->clear_program = approving(p, arena);
  t->global_schema = (algo_schema_t){32, 32};
  t->local_schema = (algo_schema_t){8, 8};
  t->extra_program_pages = extra_pages(p) > 3 ? 3 : extra_pages(p);
}

/* An application that approves everything is created, opted in to, and gets its real program last. */
static bool install(algo_ledger_t *l, const program_t *p, const scenario_t *s, uint64_t *app, algo_arena_t *arena) {
  algo_digest_t id;
  algo_found_txn_t found;
  algo_err_t err;
  algo_err_init(&err);
  algo_txn_t t = transaction(l, ALGO_TX_APPL, s);
  give_schema(&t, p, arena);
  if (!submit(l, &t, &id) || !algo_ledger_find_txn(l, &id, &found, arena)) return false;
  *app = found.apply->created_app;
  if (s->n_locals > 0 || s->on_completion == ALGO_OC_CLOSEOUT || s->on_completion == ALGO_OC_CLEAR) {
    t = transaction(l, ALGO_TX_APPL, s);
    t.app_id = *app;
    t.on_completion = ALGO_OC_OPTIN;
    if (!submit(l, &t, &id)) return false;
  }
  algo_addr_t address, sender = sender_address();
  algo_addr_of_app(&address, *app);
  algo_code_t rc = algo_ledger_set_balance(l, &address, 1000 * ALGOS, &err);
  for (size_t i = 0; i < s->n_globals && rc == ALGO_OK; i++) {
    rc = algo_ledger_set_global(l, *app, s->globals[i].key, &s->globals[i].value, &err);
  }
  for (size_t i = 0; i < s->n_locals && rc == ALGO_OK; i++) {
    rc = algo_ledger_set_local(l, &sender, *app, s->locals[i].key, &s->locals[i].value, &err);
  }
  for (size_t i = 0; i < s->n_boxes && rc == ALGO_OK; i++) {
    uint8_t be[8];
    algo_put_be64(be, s->boxes[i].value.uint);
    algo_bytes_t v = s->boxes[i].value.is_bytes ? s->boxes[i].value.bytes : algo_bytes(be, sizeof be);
    rc = algo_ledger_set_box(l, *app, s->boxes[i].key, &v, &err);
  }
  bool clear = s->on_completion == ALGO_OC_CLEAR;
  if (rc == ALGO_OK) {
    rc = algo_ledger_set_program(l, *app, clear ? algo_bytes(NULL, 0) : p->l.code,
                                 clear ? p->l.code : algo_bytes(NULL, 0), &err);
  }
  return rc == ALGO_OK || failed("setup", &err);
}

static bool application_group(algo_ledger_t *l, const program_t *p, const scenario_t *s, uint64_t *app,
                              algo_stxn_t group[2], size_t *n, algo_arena_t *arena) {
  if (!s->create && !install(l, p, s, app, arena)) return false;
  *n = 0;
  if (s->pay > 0) {
    algo_stxn_t *pay = &group[(*n)++];
    *pay = (algo_stxn_t){.txn = transaction(l, ALGO_TX_PAY, s)};
    pay->txn.amount = s->pay;
    algo_addr_of_app(&pay->txn.receiver, *app);
  }
  algo_stxn_t *call = &group[(*n)++];
  *call = (algo_stxn_t){.txn = transaction(l, ALGO_TX_APPL, s)};
  algo_txn_t *t = &call->txn;
  t->app_id = *app;
  t->on_completion = s->on_completion;
  t->app_args = s->args;
  t->n_app_args = s->n_args;
  if (s->create) {
    give_schema(t, p, arena);
    t->approval_program = p->l.code;
  }
  if (s->on_completion == ALGO_OC_UPDATE) t->approval_program = t->clear_program = approving(p, arena);
  return true;
}

static bool signature_group(algo_ledger_t *l, const program_t *p, const scenario_t *s, algo_stxn_t *x) {
  algo_err_t err;
  algo_err_init(&err);
  *x = (algo_stxn_t){.txn = transaction(l, ALGO_TX_PAY, s)};
  algo_addr_of_program(&x->txn.sender, p->l.code);
  x->txn.receiver = sender_address();
  x->txn.amount = s->pay;
  x->lsig.logic = p->l.code;
  x->lsig.args = s->args;
  x->lsig.n_args = s->n_args;
  return algo_ledger_set_balance(l, &x->txn.sender, 1000 * ALGOS, &err) == ALGO_OK || failed("setup", &err);
}

/* ---- from the trace to moments ---- */

static const cell_t *push(const cell_t *below, algo_tv_t value, algo_arena_t *arena) {
  cell_t *c = algo_arena_alloc(arena, sizeof *c);
  if (c != NULL) *c = (cell_t){value, below, below != NULL ? below->height + 1 : 1};
  return c;
}

static uint64_t linear(const algo_isa_cost_t *c, size_t length) {
  return c->base + (c->chunk != 0 ? c->per_chunk * ((uint64_t)(length + c->chunk - 1) / c->chunk) : 0);
}

static uint64_t cost_of(const algo_isa_insn_t *i, const cell_t *stack) {
  unsigned k = i->op->n_costs > 1 && (uint64_t)i->imm[0].value < i->op->n_costs ? (unsigned)i->imm[0].value : 0;
  const algo_isa_cost_t *c = &i->op->cost[k];
  const cell_t *at = stack;
  for (unsigned down = i->op->n_takes - 1u; c->chunk != 0 && down > c->arg && at != NULL; down--) at = at->below;
  return linear(c, c->chunk != 0 && at != NULL ? at->value.bytes.n : 0);
}

static bool keep_steps(record_t *r, const algo_sim_step_t *raw, size_t n, algo_arena_t *arena) {
  step_t *steps = algo_arena_array(arena, n + 1, sizeof *steps);
  if (steps == NULL) return false;
  uint64_t version = 0, spent = 0;
  (void)algo_uvarint_get(r->program->l.code.p, r->program->l.code.n, &version);
  const cell_t *stack = NULL;
  uint32_t calls = 0;
  for (size_t i = 0; i < n; i++) {
    algo_isa_insn_t insn;
    steps[i] = (step_t){.pc = raw[i].pc, .before = stack, .calls = calls, .spent = spent, .raw = &raw[i]};
    if (raw[i].pc < r->program->l.code.n &&
        algo_isa_decode(&insn, (unsigned)version, r->program->l.code, raw[i].pc) == ALGO_DECODE_OK) {
      steps[i].cost = cost_of(&insn, stack);
      if (insn.op->id == ALGO_OP_callsub) calls++;
      if (insn.op->id == ALGO_OP_retsub && calls > 0) calls--;
    }
    spent += steps[i].cost;
    for (int64_t k = 0; k < raw[i].pops && stack != NULL; k++) stack = stack->below;
    for (size_t k = 0; k < raw[i].n_pushes; k++) {
      stack = push(stack, raw[i].pushes[k], arena);
      if (stack == NULL) return false;
    }
  }
  r->steps = steps;
  r->n = n;
  r->last = stack;
  r->cost = spent;
  return true;
}

static bool keep_result(record_t *r, const scenario_t *s, const algo_sim_result_t *sim, algo_arena_t *arena) {
  const algo_sim_txn_t *t = sim->n_txns > 0 ? &sim->txns[sim->n_txns - 1] : NULL;
  const algo_sim_trace_t *trace = t != NULL ? t->trace : NULL;
  bool clear = s->on_completion == ALGO_OC_CLEAR && !s->sig;
  r->failure = sim->failure;
  r->pass = sim->failure == NULL;
  if (trace == NULL) {
    r->elsewhere = true;
    return true;
  }
  r->apply = t->apply;
  if (clear && trace->clear_rollback) {
    r->pass = false;
    if (trace->clear_rollback_error != NULL) r->failure = trace->clear_rollback_error;
  }
  bool ok = s->sig  ? keep_steps(r, trace->sig, trace->n_sig, arena)
            : clear ? keep_steps(r, trace->clear, trace->n_clear, arena)
                    : keep_steps(r, trace->approval, trace->n_approval, arena);
  r->elsewhere = r->n == 0;
  if (s->create && t->apply != NULL) r->app = t->apply->created_app;
  return ok;
}

static bool simulate(record_t *r, algo_ledger_t *l, const scenario_t *s, algo_stxn_t *group, size_t n,
                     algo_arena_t *arena) {
  algo_buf_t bytes = ALGO_BUF_INIT;
  const algo_txn_t *txns[2] = {&group[0].txn, &group[n - 1].txn};
  algo_err_t err;
  algo_err_init(&err);
  algo_digest_t id;
  if (n > 1 && algo_group_id(&id, txns, n, &err) == ALGO_OK) {
    for (size_t i = 0; i < n; i++) group[i].txn.group = id;
  }
  for (size_t i = 0; i < n; i++) algo_stxn_encode(&bytes, &group[i]);
  algo_sim_request_t req = {.group = algo_arena_dup(arena, algo_buf_view(&bytes)),
                            .allow_empty_signatures = true,
                            .allow_unnamed_resources = true,
                            .allow_more_logging = true,
                            .extra_opcode_budget = s->extra_budget,
                            .trace = true,
                            .trace_stack = true,
                            .trace_scratch = true,
                            .trace_state = true};
  algo_buf_fini(&bytes);
  algo_sim_result_t sim;
  if (algo_ledger_simulate(l, &req, &sim, arena, &err) != ALGO_OK) return failed("simulate", &err);
  return keep_result(r, s, &sim, arena);
}

bool record_run(record_t *out, const program_t *p, const scenario_t *s, algo_arena_t *arena) {
  *out = (record_t){.program = p};
  algo_ledger_t *l = NULL;
  algo_stxn_t group[2];
  size_t n = 1;
  if (!new_ledger(&l, arena)) return false;
  bool ok = s->sig ? signature_group(l, p, s, &group[0]) : application_group(l, p, s, &out->app, group, &n, arena);
  ok = ok && simulate(out, l, s, group, n, arena);
  algo_ledger_free(l);
  return ok;
}

algo_tv_t record_scratch(const record_t *r, size_t i, uint64_t slot) {
  algo_tv_t v = {0};
  for (size_t k = 0; k < i; k++) {
    const algo_sim_step_t *raw = r->steps[k].raw;
    for (size_t j = 0; j < raw->n_scratch; j++) {
      if (raw->scratch[j].slot == slot) v = raw->scratch[j].value;
    }
  }
  return v;
}

uint32_t record_line(const record_t *r, size_t i) {
  if (i >= r->n || r->steps[i].pc >= r->program->l.code.n) return 0;
  return r->program->l.line_at[r->steps[i].pc];
}
