/* Running a program for a transaction: setting it up, the loop, the verdict. */
#include "internal.h"

/* Limits of a logic signature's arguments. */
#define MAX_ARGS     255u
#define MAX_ARG_SIZE 4096u

static bool open_level(algo_avm_context_t *cx) {
  avm_level_t **at = &cx->sh->levels[cx->g->depth];
  if (*at == NULL) {
    *at = algo_arena_alloc(cx->sh->opt.arena, sizeof **at);
    if (*at == NULL) return false;
    avm_level_t *l = *at;
    l->frames = NULL;
    l->intc = NULL;
    l->bytec = NULL;
    l->cap_frames = l->cap_intc = l->cap_bytec = 0;
  }
  cx->level = *at;
  cx->stack = cx->level->stack;
  cx->frames = cx->level->frames;
  cx->scratch = algo_arena_array(cx->sh->opt.arena, AVM_SCRATCH, sizeof *cx->scratch);
  avm_heap_init(cx);
  return cx->scratch != NULL;
}

static void set_up(algo_avm_context_t *cx, algo_avm_group_t *g, size_t i, algo_avm_mode_t mode) {
  cx->g = g;
  cx->sh = g->sh;
  cx->gi = i;
  cx->stxn = g->txns[i];
  cx->txn = &g->txns[i]->txn;
  cx->apply = &g->apply[i];
  cx->mode = mode;
  cx->is_clear = mode == ALGO_AVM_APP && cx->txn->on_completion == ALGO_OC_CLEAR;
  cx->pool = mode == ALGO_AVM_APP ? &g->sh->app_budget : &g->sh->sig_budget;
}

algo_code_t avm_begin(algo_avm_context_t *cx, algo_bytes_t program) {
  uint64_t version;
  size_t n;
  algo_err_t err;
  uint64_t supported = cx->sh->opt.consensus->logic_sig_version;
  cx->prog = program.p;
  cx->len = (uint32_t)program.n;
  if (algo_program_version(program, &version, &n, &err) != ALGO_OK) return avm_fail(cx, "%s", err.msg);
  if (version > ALGO_AVM_VERSION_MAX)
    return avm_fail(cx, "program version %llu greater than max supported version %u", (unsigned long long)version,
                    ALGO_AVM_VERSION_MAX);
  if (version > supported)
    return avm_fail(cx, "program version %llu greater than protocol supported version %llu",
                    (unsigned long long)version, (unsigned long long)supported);
  if (version < AVM_V_SHARED && cx->mode == ALGO_AVM_APP && cx->txn->n_access > 0)
    return avm_fail(cx, "pre-sharedResources program cannot be invoked with tx.Access");
  cx->version = (uint32_t)version;
  cx->pc = (uint32_t)n;
  if (version < cx->g->min_version)
    return avm_fail(cx, "program version must be >= %llu for this transaction group, but have version %llu",
                    (unsigned long long)cx->g->min_version, (unsigned long long)version);
  return ALGO_OK;
}

static algo_code_t check_lsig_args(algo_avm_context_t *cx) {
  const algo_lsig_t *l = &cx->stxn->lsig;
  if (l->n_args > MAX_ARGS) return avm_fail(cx, "LogicSig has too many arguments");
  for (size_t i = 0; i < l->n_args; i++)
    if (l->args[i].n > MAX_ARG_SIZE) return avm_fail(cx, "LogicSig argument too large");
  return ALGO_OK;
}

static algo_code_t run_traced(algo_avm_context_t *cx, const algo_avm_tracer_t *tr) {
  algo_code_t rc = ALGO_OK;
  algo_err_t err;
  while (rc == ALGO_OK && cx->pc < cx->len) {
    if (tr->before_op != NULL) tr->before_op(tr->self, cx);
    rc = avm_step(cx);
    if (rc != ALGO_OK) algo_err_set(&err, rc, "%.*s", (int)cx->fail.n, (const char *)cx->fail.p);
    if (tr->after_op != NULL) tr->after_op(tr->self, cx, rc == ALGO_OK ? NULL : &err);
  }
  return rc;
}

static algo_code_t verdict(algo_avm_context_t *cx, bool *pass) {
  if (cx->sp != 1) return avm_fail(cx, "stack len is %u instead of 1", cx->sp);
  if (cx->stack[0].is_bytes) return avm_fail(cx, "stack finished with bytes not int");
  *pass = cx->stack[0].u != 0;
  return ALGO_OK;
}

/* The program from begin to verdict; its failure is in cx->fail. */
static algo_code_t run(algo_avm_context_t *cx, algo_bytes_t program, bool *pass) {
  const algo_avm_tracer_t *tr = cx->sh->opt.tracer;
  algo_err_t err;
  *pass = false;
  algo_code_t begun = avm_begin(cx, program);
  algo_bytes_t why = cx->fail;
  if (tr != NULL && tr->before_program != NULL) tr->before_program(tr->self, cx);
  algo_code_t rc = check_lsig_args(cx);
  if (rc == ALGO_OK && begun != ALGO_OK) {
    rc = begun;
    cx->fail = why;
  }
  if (rc == ALGO_OK) rc = tr != NULL ? run_traced(cx, tr) : avm_run_fast(cx);
  if (rc == ALGO_OK) rc = verdict(cx, pass);
  if (rc != ALGO_OK) algo_err_set(&err, rc, "%.*s", (int)cx->fail.n, (const char *)cx->fail.p);
  if (tr != NULL && tr->after_program != NULL) tr->after_program(tr->self, cx, *pass, rc == ALGO_OK ? NULL : &err);
  return rc;
}

static bool is_last_call(const algo_avm_group_t *g, size_t i) {
  while (++i < g->n)
    if (g->txns[i]->txn.type == ALGO_TX_APPL) return false;
  return true;
}

/* Family state that this program touched counts as touched by its caller, where both have one creator. */
static algo_code_t fold_family(algo_avm_context_t *cx) {
  algo_avm_context_t *caller = cx->g->caller;
  if (caller == NULL || !cx->touched_family) return ALGO_OK;
  algo_addr_t mine, theirs;
  algo_code_t rc = avm_creator(cx, &mine);
  if (rc == ALGO_OK) {
    rc = avm_creator(caller, &theirs);
    cx->fail = caller->fail;
  }
  if (rc == ALGO_OK && algo_addr_eq(&mine, &theirs)) caller->touched_family = true;
  return rc;
}

static algo_code_t finish_app(algo_avm_context_t *cx, algo_code_t rc, bool *pass, algo_err_t *err) {
  if (rc == ALGO_E_NOMEM) return algo_err_set(err, rc, "out of memory");
  if (rc != ALGO_OK) avm_report(cx, err);
  if (rc == ALGO_OK && *pass) {
    rc = avm_io_program_writes(cx, err);
    if (rc != ALGO_OK) *pass = false;
  }
  algo_code_t folded = fold_family(cx);
  return folded == ALGO_OK ? rc : avm_group_fail(cx->g, err, "%.*s", (int)cx->fail.n, (const char *)cx->fail.p);
}

algo_code_t algo_avm_eval_app(algo_avm_group_t *g, size_t i, uint64_t app_id, algo_bytes_t program, bool *pass,
                              algo_err_t *err) {
  algo_avm_context_t *cx = algo_arena_zalloc(g->sh->opt.arena, sizeof *cx);
  *pass = false;
  if (cx == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (app_id == 0) return avm_group_fail(g, err, "0 appId in contract eval");
  set_up(cx, g, i, ALGO_AVM_APP);
  cx->app = app_id;
  if (cx->is_clear && g->sh->app_budget < (int64_t)g->sh->opt.consensus->max_app_program_cost)
    return avm_group_fail(g, err, "attempted ClearState execution with low OpcodeBudget %lld",
                          (long long)g->sh->app_budget);
  algo_code_t rc = avm_io_start(g, i, app_id, err);
  if (rc != ALGO_OK) return rc;
  if (!open_level(cx)) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  g->past_scratch[i] = cx->scratch;
  rc = run(cx, program, pass);
  rc = finish_app(cx, rc, pass, err);
  if (!is_last_call(g, i) && !avm_persist_scratch(cx)) rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  avm_heap_fini(cx);
  return rc;
}

algo_code_t algo_avm_eval_sig(algo_avm_group_t *g, size_t i, bool *pass, uint64_t *cost, algo_err_t *err) {
  algo_avm_context_t *cx = algo_arena_zalloc(g->sh->opt.arena, sizeof *cx);
  *pass = false;
  if (cost != NULL) *cost = 0;
  if (cx == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  set_up(cx, g, i, ALGO_AVM_SIG);
  if (!open_level(cx)) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_code_t rc = run(cx, cx->stxn->lsig.logic, pass);
  if (cost != NULL) *cost = cx->cost;
  if (rc == ALGO_E_NOMEM) algo_err_set(err, rc, "out of memory");
  else if (rc != ALGO_OK) avm_report(cx, err);
  avm_heap_fini(cx);
  return rc;
}
