/* Simulation: a group runs on the state of a round, and nothing stays. Source: go-algorand 5.1,
 * ledger/simulation/simulator.go. */
#include "algo/asm.h"
#include "sim.h"

#define MAX_EXTRA_BUDGET 320000u
#define MORE_LOG_BYTES   65536u
#define MAX_LOG_CALLS    2048u

static algo_code_t refuse(algo_ledger_t *l, int status, algo_err_t *err) {
  algo_err_set(err, ALGO_E_LEDGER, "%.*s", (int)(l->fail.n < 1000 ? l->fail.n : 1000),
               l->fail.n ? (const char *)l->fail.p : "");
  if (err) err->http_status = status;
  return ALGO_E_LEDGER;
}

/* ---- the request ---- */

static algo_code_t check_signers(algo_ledger_t *l, const algo_sim_request_t *r, algo_err_t *err) {
  if (!r->fix_signers || r->allow_empty_signatures) return ALGO_OK;
  algo_lfail(l, NULL, "FixSigners requires AllowEmptySignatures to be enabled");
  return refuse(l, 400, err);
}

static algo_code_t check_trace(algo_ledger_t *l, const algo_sim_request_t *r, algo_err_t *err) {
  const char *what = NULL;
  if (!r->trace && r->trace_stack) what = "stack tracing";
  else if (!r->trace && r->trace_scratch) what = "scratch slot change tracing";
  else if (!r->trace && r->trace_state) what = "app state change tracing";
  if (!what) return ALGO_OK;
  algo_lfail(l, NULL, "basic trace must be enabled when enabling %s", what);
  return refuse(l, 400, err);
}

static algo_code_t check_round(algo_ledger_t *l, uint64_t round, algo_arena_t *arena, algo_err_t *err) {
  algo_header_t none;
  algo_err_t why;
  if (round <= l->tip.round) return ALGO_OK;
  algo_ledger_header(l, round, &none, arena, &why);
  algo_lfail(l, NULL, "%s", why.msg);
  return refuse(l, 500, err);
}

static algo_code_t decode(sim_t *s, algo_err_t *err) {
  algo_bytes_t in = s->req->group;
  algo_err_t why;
  size_t cap = 0;
  struct {
    algo_stxn_t *v;
    size_t n, cap;
  } list = {0};
  while (in.n) {
    algo_stxn_t *x = SIM_PUSH(s->arena, list);
    if (!x) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
    algo_code_t rc = algo_stxn_decode_next(x, &in, true, s->arena, &why);
    if (rc == ALGO_E_NOMEM) return algo_err_set(err, rc, "%s", why.msg);
    if (rc) {
      algo_lfail(s->l, NULL, "%s", why.msg);
      return refuse(s->l, 400, err);
    }
    cap++;
  }
  s->n = cap;
  s->txns = list.v;
  if (s->n == 0) algo_lfail(s->l, NULL, "expected 1 transaction group, got 0");
  if (s->n > s->l->consensus->max_group_size)
    algo_lfail(s->l, NULL, "transaction group size %zu exceeds protocol max %" PRIu64, s->n,
               s->l->consensus->max_group_size);
  return s->n == 0 || s->n > s->l->consensus->max_group_size ? refuse(s->l, 400, err) : ALGO_OK;
}

static algo_code_t prepare(sim_t *s, algo_err_t *err) {
  size_t n = s->n;
  algo_stxn_t *input = algo_arena_array(s->arena, n, sizeof *input);
  s->views = algo_arena_array(s->arena, n, sizeof *s->views);
  s->ids = algo_arena_array(s->arena, n, sizeof *s->ids);
  s->top = algo_arena_array(s->arena, n, sizeof *s->top);
  s->app_cost = algo_arena_array(s->arena, n, sizeof *s->app_cost);
  s->sig_cost = algo_arena_array(s->arena, n, sizeof *s->sig_cost);
  s->local = algo_arena_array(s->arena, n, sizeof *s->local);
  if (!input || !s->views || !s->ids || !s->top || !s->app_cost || !s->sig_cost || !s->local)
    return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  memcpy(input, s->txns, n * sizeof *input);
  s->input = input;
  for (size_t i = 0; i < n; i++) {
    s->views[i] = &s->txns[i];
    s->top[i].stxn = &s->txns[i];
    s->top[i].now = PROGRAM_NONE;
    algo_txn_id(&s->ids[i], &s->txns[i].txn);
    s->calls |= s->txns[i].txn.type == ALGO_TX_APPL;
  }
  algo_lsim_tracer(s);
  if (s->req->allow_unnamed_resources) algo_lsim_policy(s);
  return ALGO_OK;
}

/* ---- signatures that are not there ---- */

static bool no_signature(const algo_stxn_t *s) {
  static const uint8_t none[64];
  bool single = s->has_sig && memcmp(s->sig, none, 64);
  return !single && algo_msig_blank(&s->msig) && algo_lsig_blank(&s->lsig) && algo_pqsig_blank(&s->pqsig);
}

/* A post-quantum envelope without its signature, alone. */
static bool placeholder(const algo_stxn_t *s) {
  static const uint8_t none[64];
  bool single = s->has_sig && memcmp(s->sig, none, 64);
  return !single && algo_msig_blank(&s->msig) && algo_lsig_blank(&s->lsig) && !algo_pqsig_blank(&s->pqsig) &&
         s->pqsig.sig.n == 0;
}

static bool delegated_placeholder(const algo_stxn_t *s) {
  static const uint8_t none[64];
  bool single = s->has_sig && memcmp(s->sig, none, 64), logic = s->lsig.has_sig && memcmp(s->lsig.sig, none, 64);
  return !single && algo_msig_blank(&s->msig) && algo_pqsig_blank(&s->pqsig) && s->lsig.logic.n && !logic &&
         algo_msig_blank(&s->lsig.msig) && algo_msig_blank(&s->lsig.lmsig) && !algo_pqsig_blank(&s->lsig.pqsig) &&
         s->lsig.pqsig.sig.n == 0;
}

/* takes no part in signatures: fix_signers may set its authorizer */
static bool algo_lsim_unsigned(const algo_stxn_t *s) {
  return no_signature(s) || placeholder(s) || delegated_placeholder(s);
}

static void set_authorizer(algo_stxn_t *s, const algo_addr_t *a) {
  s->auth_addr = algo_addr_eq(a, &s->txn.sender) ? (algo_addr_t){{0}} : *a;
}

/* From that transaction to the next application call, authorizers follow the ledger and the rekeyings between. */
void algo_lsim_fix_from(sim_t *s, size_t from) {
  for (size_t i = from; i < s->n; i++) {
    algo_stxn_t *x = &s->txns[i];
    const account_t *a = algo_lacct_find(s->l, &x->txn.sender);
    algo_addr_t now = a ? a->d.auth : (algo_addr_t){{0}};
    for (size_t k = from; k < i; k++)
      if (algo_addr_eq(&s->txns[k].txn.sender, &x->txn.sender) && !algo_addr_is_zero(&s->txns[k].txn.rekey_to))
        now = s->txns[k].txn.rekey_to;
    if (algo_lsim_unsigned(x)) set_authorizer(x, &now);
    if (x->txn.type == ALGO_TX_APPL) return;
  }
}

/* The group as it is verified: what may be missing is taken as given. */
static algo_code_t verify(sim_t *s, int *index, algo_err_t *err) {
  algo_stxn_t *copies = algo_arena_array(s->arena, s->n, sizeof *copies);
  const algo_stxn_t **views = algo_arena_array(s->arena, s->n, sizeof *views);
  bool *given = algo_arena_array(s->arena, s->n, sizeof *given);
  if (!copies || !views || !given) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (size_t i = 0; i < s->n; i++) {
    copies[i] = s->txns[i];
    views[i] = &copies[i];
    *index = -1;
    if (s->txns[i].txn.type == ALGO_TX_STPF)
      return algo_lfail_code(s->l, ALGO_E_UNSUPPORTED, err, "cannot simulate StateProof transactions");
    if (!s->req->allow_empty_signatures) continue;
    if (no_signature(&copies[i])) given[i] = true;
    else if (placeholder(&copies[i])) given[i] = algo_bytes_eq(copies[i].pqsig.scheme, ALGO_BYTES_LIT("f1"));
    else if (delegated_placeholder(&copies[i])) {
      copies[i].lsig.pqsig = (algo_pqsig_t){0}; /* the program still runs, as an account of its own */
      algo_addr_of_program(&copies[i].auth_addr, copies[i].lsig.logic);
    }
  }
  verify_opts_t o = {.arena = s->arena, .tracer = &s->tracer, .simulate = true, .given = given};
  return algo_lverify(s->l, views, s->n, s->ids, &o, index, err);
}

/* ---- running ---- */

static void before(void *self, size_t i) {
  sim_t *s = self;
  algo_lsim_before_txn(s, s->group, i);
}

static void after(void *self, size_t i, algo_code_t rc) {
  sim_t *s = self;
  algo_err_t failure = {.code = rc};
  const algo_apply_t *ad = s->group ? algo_avm_group_apply(s->group, i) : &s->top[i].ad;
  algo_lsim_after_txn(s, s->group, i, ad, rc ? &failure : NULL);
}

static algo_code_t run(sim_t *s, algo_err_t *err) {
  algo_ledger_t *l = s->l;
  algo_apply_t *ads = algo_arena_array(s->arena, s->n, sizeof *ads);
  if (!ads) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (s->calls) {
    algo_avm_options_t opt = {.consensus = l->consensus, .ledger = &algo_lops, .ledger_self = l, .arena = s->arena};
    opt.tracer = &s->tracer;
    opt.policy = s->req->allow_unnamed_resources ? &s->policy : NULL;
    opt.extra_budget = s->req->extra_opcode_budget;
    opt.max_log_calls = s->req->allow_more_logging ? MAX_LOG_CALLS : 0;
    opt.max_log_size = s->req->allow_more_logging ? MORE_LOG_BYTES : 0;
    opt.disassemble = algo_disasm_around;
    opt.genesis_hash = l->genesis_hash;
    algo_code_t rc = algo_avm_group_new(&s->group, s->views, s->n, &opt, err);
    if (rc) return rc;
    for (size_t i = 0; i < s->n; i++)
      if (s->txns[i].txn.type == ALGO_TX_APPL) s->added += l->consensus->max_app_program_cost;
    s->added += s->req->extra_opcode_budget;
  }
  algo_lsim_before_group(s, s->group);
  group_run_t r = {.txns = s->views,
                   .n = s->n,
                   .ids = s->ids,
                   .ads = ads,
                   .group = s->group,
                   .self = s,
                   .before = before,
                   .after = after};
  algo_code_t rc = algo_lgroup_eval(l, &r, err);
  if (!s->group)
    for (size_t i = 0; i < s->n; i++) s->top[i].ad = ads[i];
  algo_err_t failure = {.code = rc};
  algo_lsim_after_group(s, s->group, rc ? &failure : NULL);
  return rc;
}

static algo_code_t fail_with(sim_t *s, algo_sim_result_t *out, int index, algo_err_t *err) {
  char *text = algo_arena_alloc(s->arena, s->l->fail.n + 1);
  if (!text) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (s->l->fail.n) memcpy(text, s->l->fail.p, s->l->fail.n);
  text[s->l->fail.n] = 0;
  out->failure = text;
  out->failure_length = s->l->fail.n;
  out->failed_at = s->failed_at;
  out->n_failed_at = s->n_failed_at;
  if (index < 0) return ALGO_OK;
  uint32_t *at = algo_arena_array(s->arena, 1, sizeof *at);
  if (!at) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  *at = (uint32_t)index;
  out->failed_at = at;
  out->n_failed_at = 1;
  return ALGO_OK;
}

static algo_code_t evaluate(sim_t *s, algo_sim_result_t *out, algo_err_t *err) {
  int index = -1;
  algo_err_t why;
  algo_err_init(&why);
  if (s->req->fix_signers) algo_lsim_fix_from(s, 0);
  algo_code_t rc = verify(s, &index, &why);
  if (rc == ALGO_E_NOMEM) return algo_err_set(err, rc, "out of memory");
  if (rc == ALGO_E_UNSUPPORTED) return refuse(s->l, 500, err);
  if (rc) return index < 0 ? refuse(s->l, 400, err) : fail_with(s, out, index, err);
  if (s->req->extra_opcode_budget > MAX_EXTRA_BUDGET) {
    algo_lfail(s->l, NULL, "extra budget %" PRIu64 " > simulation extra budget limit %u", s->req->extra_opcode_budget,
               MAX_EXTRA_BUDGET);
    return refuse(s->l, 400, err);
  }
  rc = run(s, &why);
  if (rc == ALGO_E_NOMEM) return algo_err_set(err, rc, "out of memory");
  return rc ? fail_with(s, out, -1, err) : ALGO_OK;
}

/* ---- the answer ---- */

static void sum_fees(const algo_consensus_t *c, const algo_apply_t *const *txns, size_t n, uint64_t *usage,
                     uint64_t *paid) {
  const algo_stxn_t *views[256];
  uint64_t u, p;
  for (size_t from = 0; from < n || from == 0; from += 256) {
    size_t k = n - from < 256 ? n - from : 256;
    for (size_t i = 0; i < k; i++) views[i] = &txns[from + i]->stxn;
    algo_group_fees(views, k, c, &u, &p);
    *usage = sat_add(*usage, u);
    *paid = sat_add(*paid, p);
    if (n == 0) return;
  }
  for (size_t i = 0; i < n; i++) {
    const algo_eval_delta_t *d = &txns[i]->delta;
    for (size_t k = 0; k < d->n_inner; k++) {
      const algo_apply_t *one = &d->inner[k];
      sum_fees(c, &one, 1, usage, paid);
    }
  }
}

static algo_code_t finish(sim_t *s, algo_sim_result_t *out, algo_err_t *err) {
  algo_sim_txn_t *txns = algo_arena_array(s->arena, s->n, sizeof *txns);
  const algo_apply_t **views = algo_arena_array(s->arena, s->n, sizeof *views);
  if (!txns || !views) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_lsim_finish(s, txns);
  for (size_t i = 0; i < s->n; i++) {
    if (!txns[i].apply) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
    views[i] = txns[i].apply;
    out->app_budget_consumed += txns[i].app_budget_consumed;
    const algo_addr_t *was = algo_stxn_authorizer(&s->input[i]), *is = algo_stxn_authorizer(&s->txns[i]);
    txns[i].has_fixed_signer = !algo_addr_eq(was, is);
    if (txns[i].has_fixed_signer) txns[i].fixed_signer = *is;
    if (s->req->allow_unnamed_resources && s->calls) algo_lsim_unnamed(&s->local[i], &txns[i].unnamed, s->arena);
  }
  out->txns = txns;
  out->n_txns = s->n;
  out->app_budget_added = s->added;
  sum_fees(s->l->consensus, views, s->n, &out->fee_usage, &out->fees_paid);
  if (s->req->allow_unnamed_resources && s->calls) algo_lsim_unnamed(&s->global, &out->unnamed, s->arena);
  if (s->req->trace_state) algo_lsim_initial_finish(s, out);
  if (s->req->allow_more_logging) {
    out->max_log_calls = MAX_LOG_CALLS;
    out->max_log_size = MORE_LOG_BYTES;
  }
  return ALGO_OK;
}

/* ---- at a round ---- */

typedef struct moment { /* what is put aside while the ledger stands at another round */
  open_block_t open;
  algo_header_t tip;
  algo_digest_t tip_hash;
  uint8_t tip_hash512[64];
  algo_arena_t tip_arena;
  size_t n_blocks;
  uint64_t end, pos; /* of the journal; where the round is */
} moment_t;

static void come_back(algo_ledger_t *l, moment_t *m) {
  algo_lundo_to(l, m->end);
  algo_arena_fini(&l->tip_arena);
  l->open = m->open;
  l->tip = m->tip;
  l->tip_hash = m->tip_hash;
  memcpy(l->tip_hash512, m->tip_hash512, 64);
  l->tip_arena = m->tip_arena;
  l->n_blocks = m->n_blocks;
  algo_lforward(l, m->pos);
}

static algo_code_t go_to(algo_ledger_t *l, uint64_t round, moment_t *m, algo_err_t *err) {
  *m = (moment_t){l->open,        l->tip, l->tip_hash, {0}, l->tip_arena, l->n_blocks, journal_pos(&l->journal),
                  l->open.journal};
  memcpy(m->tip_hash512, l->tip_hash512, 64);
  if (round < l->tip.round) m->pos = round + 1 < l->first ? 0 : algo_lrec(l, round + 1)->journal;
  if (round < l->base || m->pos < l->journal.base + l->journal.head) {
    algo_lfail(l, NULL, "round %" PRIu64 " before dbRound %" PRIu64, round, l->tip.round - ALGO_LEDGER_LOOKBACK);
    return refuse(l, 500, err);
  }
  algo_lrewind(l, m->pos);
  l->open = (open_block_t){0};
  memset(&l->tip_arena, 0, sizeof l->tip_arena);
  l->n_blocks = round + 1;
  algo_code_t rc = algo_ltip_load(l, err);
  if (rc) {
    come_back(l, m);
    return rc;
  }
  algo_lopen_reset(l);
  algo_lopen_start(l);
  return ALGO_OK;
}

algo_code_t algo_ledger_look_back(algo_ledger_t *l, uint64_t round, void (*look)(void *self, const algo_ledger_t *l),
                                  void *self, algo_err_t *err) {
  moment_t m;
  algo_code_t rc = algo_lready(l, err);
  if (!rc) rc = go_to(l, round, &m, err);
  if (rc) return rc;
  look(self, l);
  come_back(l, &m);
  return ALGO_OK;
}

static algo_code_t simulate(algo_ledger_t *l, const algo_sim_request_t *req, algo_sim_result_t *out,
                            algo_arena_t *arena, algo_err_t *err) {
  uint64_t round = req->round ? req->round : l->tip.round;
  sim_t s = {.l = l, .req = req, .arena = arena};
  moment_t m;
  *out = (algo_sim_result_t){.last_round = round};
  l->origin_failed = false;
  algo_arena_reset(&l->scratch);
  algo_code_t rc = algo_lready(l, err);
  if (!rc) rc = decode(&s, err);
  if (!rc) rc = check_signers(l, req, err);
  if (!rc) rc = check_round(l, round, arena, err);
  if (!rc) rc = check_trace(l, req, err);
  if (!rc) rc = prepare(&s, err);
  if (rc) return rc;
  if ((rc = go_to(l, round, &m, err))) return rc;
  rc = evaluate(&s, out, err);
  if (!rc) rc = finish(&s, out, err);
  if (!rc && algo_lorigin_check(l, NULL)) rc = refuse(l, 500, err);
  come_back(l, &m);
  return rc;
}

algo_code_t algo_ledger_simulate(algo_ledger_t *l, const algo_sim_request_t *req, algo_sim_result_t *out,
                                 algo_arena_t *arena, algo_err_t *err) {
  algo_code_t rc = simulate(l, req, out, arena, err);
  if (rc != ALGO_E_LEDGER) return rc;
  algo_bytes_t whole = algo_arena_dup(arena, algo_buf_view(&l->fail));
  out->failure = (const char *)whole.p;
  out->failure_length = whole.n;
  return rc;
}
