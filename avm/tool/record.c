/* Runs a program on a ledger of its own by simulation, and keeps each step with the stack it found: a stack shares what
 * lies below with the one before, so that every moment of the run stays at hand. */
#include "record.h"

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

bool record_steps(unit_t *u, const algo_sim_step_t *raw, size_t n, algo_arena_t *arena) {
  step_t *steps = algo_arena_array(arena, n + 1, sizeof *steps);
  if (steps == NULL) return false;
  algo_bytes_t code = u->program->l.code;
  uint64_t version = 0, spent = 0;
  (void)algo_uvarint_get(code.p, code.n, &version);
  const cell_t *stack = NULL;
  uint32_t calls = 0;
  for (size_t i = 0; i < n; i++) {
    algo_isa_insn_t insn;
    steps[i] = (step_t){.pc = raw[i].pc, .before = stack, .calls = calls, .spent = spent, .raw = &raw[i]};
    if (raw[i].pc < code.n && algo_isa_decode(&insn, (unsigned)version, code, raw[i].pc) == ALGO_DECODE_OK) {
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
  u->steps = steps;
  u->n = n;
  u->last = stack;
  u->cost = spent;
  return true;
}

/* What is shown of the program under test: its own steps, its verdict. */
static bool keep_result(record_t *r, const scenario_t *s, const algo_sim_result_t *sim) {
  size_t at = !s->sig && s->pay > 0 ? 1 : 0; /* the payment comes before the call */
  const algo_sim_txn_t *t = sim->n_txns > at ? &sim->txns[at] : NULL;
  const algo_sim_trace_t *trace = t != NULL ? t->trace : NULL;
  bool clear = s->on_completion == ALGO_OC_CLEAR && !s->sig;
  r->failure = sim->failure;
  r->pass = sim->failure == NULL;
  r->elsewhere = true;
  if (trace == NULL) return true;
  r->apply = t->apply;
  if (clear && trace->clear_rollback) {
    r->pass = false;
    if (trace->clear_rollback_error != NULL) r->failure = trace->clear_rollback_error;
  }
  if (s->create && t->apply != NULL) r->app = t->apply->created_app;
  for (size_t i = 0; i < r->n_units; i++) {
    const unit_t *u = r->units[i];
    if (u->parent != NULL || u->txn != at || u->sig != s->sig) continue;
    r->steps = u->steps;
    r->n = u->n;
    r->last = u->last;
    r->cost = u->cost;
    r->elsewhere = u->n == 0;
  }
  return true;
}

static bool simulate(record_t *r, world_t *w, const scenario_t *s, algo_arena_t *arena) {
  algo_buf_t bytes = ALGO_BUF_INIT;
  algo_err_t err;
  algo_err_init(&err);
  for (size_t i = 0; i < w->n; i++) algo_stxn_encode(&bytes, &w->group[i]);
  algo_sim_request_t req = {.group = algo_arena_dup(arena, algo_buf_view(&bytes)),
                            .allow_empty_signatures = true,
                            .allow_unnamed_resources = true,
                            .allow_more_logging = true,
                            .extra_opcode_budget = w->budget,
                            .trace = true,
                            .trace_stack = true,
                            .trace_scratch = true,
                            .trace_state = true};
  algo_buf_fini(&bytes);
  algo_sim_result_t sim;
  if (algo_ledger_simulate(w->l, &req, &sim, arena, &err) != ALGO_OK) return tool_failed("simulate", &err);
  return record_walk(r, w, &sim, arena) && keep_result(r, s, &sim);
}

bool record_run(record_t *out, const program_t *p, const scenario_t *s, algo_arena_t *arena) {
  world_t w;
  *out = (record_t){.program = p};
  bool ok = world_open(&w, p, s, &out->app, arena) && simulate(out, &w, s, arena);
  world_close(&w);
  return ok;
}

algo_tv_t unit_scratch(const unit_t *u, size_t i, uint64_t slot) {
  algo_tv_t v = {0};
  for (size_t k = 0; k < i; k++) {
    const algo_sim_step_t *raw = u->steps[k].raw;
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

uint32_t unit_line(const unit_t *u, size_t i) {
  return i < u->n && u->steps[i].pc < u->program->l.code.n ? u->program->l.line_at[u->steps[i].pc] : 0;
}
