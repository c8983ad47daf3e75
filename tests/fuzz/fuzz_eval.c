/* Any bytes as a program: the static check, then evaluation as an application and as a logic signature, with and
 * without a tracer. Both ways must agree, in bounded time and memory. The first byte chooses: bit 0 logic signature,
 * bits 1-3 what the application call does. */
#include <stdlib.h>
#include <string.h>

#include "algo/asm.h"
#include "algo/avm.h"

static uint64_t fuzz_round(void *self) { return (void)self, 1000; }
static int64_t fuzz_time(void *self) { return (void)self, 1700000000; }
static uint64_t fuzz_counter(void *self) { return (void)self, 2000; }
static algo_code_t fuzz_block(void *self, uint64_t round, algo_header_t *out, algo_err_t *err) {
  (void)self, (void)err;
  *out = (algo_header_t){.round = round, .timestamp = 1000};
  return ALGO_OK;
}
static algo_code_t fuzz_account(void *self, const algo_addr_t *a, algo_avm_account_t *out, algo_err_t *err) {
  (void)self, (void)err;
  *out = (algo_avm_account_t){.balance = a->b[0] * 1000000u};
  return ALGO_OK;
}
static algo_code_t fuzz_authorizer(void *self, const algo_addr_t *a, algo_addr_t *out, algo_err_t *err) {
  (void)self, (void)err;
  *out = *a;
  return ALGO_OK;
}
static algo_code_t fuzz_voter(void *self, const algo_addr_t *a, uint64_t *stake, bool *eligible, algo_err_t *err) {
  (void)self, (void)a, (void)err;
  *stake = 1;
  *eligible = true;
  return ALGO_OK;
}
static algo_code_t fuzz_stake(void *self, uint64_t *out, algo_err_t *err) {
  (void)self, (void)err;
  *out = 1;
  return ALGO_OK;
}
static algo_code_t fuzz_holding(void *self, const algo_addr_t *a, uint64_t asset, algo_avm_holding_t *out,
                                algo_err_t *err) {
  (void)self, (void)a, (void)err;
  *out = (algo_avm_holding_t){asset, false};
  return asset % 2 ? ALGO_OK : ALGO_E_NOT_FOUND;
}
static algo_code_t fuzz_asset(void *self, uint64_t asset, algo_asset_params_t *out, algo_addr_t *creator,
                              algo_err_t *err) {
  (void)self, (void)err;
  *out = (algo_asset_params_t){.total = asset, .name = ALGO_BYTES_LIT("name")};
  memset(creator, 1, sizeof *creator);
  return asset % 2 ? ALGO_OK : ALGO_E_NOT_FOUND;
}
static algo_code_t fuzz_app(void *self, uint64_t app, algo_avm_app_t *out, algo_err_t *err) {
  (void)self;
  *out = (algo_avm_app_t){.approval = ALGO_BYTES_LIT("\x08\x81\x01"),
                          .clear = ALGO_BYTES_LIT("\x08\x81\x01"),
                          .family_box_access = app % 3 == 0};
  return app % 2 ? ALGO_OK : algo_err_set(err, ALGO_E_NOT_FOUND, "app %llu does not exist", (unsigned long long)app);
}
static algo_code_t fuzz_opted_in(void *self, const algo_addr_t *a, uint64_t app, bool *out, algo_err_t *err) {
  (void)self, (void)a, (void)err;
  *out = app % 2;
  return ALGO_OK;
}
static algo_code_t fuzz_global_get(void *self, uint64_t app, algo_bytes_t key, algo_tv_t *out, bool *exists,
                                   algo_err_t *err) {
  (void)self, (void)app, (void)err;
  *exists = key.n % 2;
  *out = (algo_tv_t){key.n % 4 == 1, key.n, ALGO_BYTES_LIT("value")};
  return ALGO_OK;
}
static algo_code_t fuzz_global_set(void *self, uint64_t app, algo_bytes_t key, const algo_tv_t *v, algo_err_t *err) {
  (void)self, (void)app, (void)key, (void)v, (void)err;
  return ALGO_OK;
}
static algo_code_t fuzz_global_del(void *self, uint64_t app, algo_bytes_t key, algo_err_t *err) {
  (void)self, (void)app, (void)key, (void)err;
  return ALGO_OK;
}
static algo_code_t fuzz_local_get(void *self, const algo_addr_t *a, uint64_t app, algo_bytes_t key, uint64_t index,
                                  algo_tv_t *out, bool *exists, algo_err_t *err) {
  (void)a, (void)index;
  return fuzz_global_get(self, app, key, out, exists, err);
}
static algo_code_t fuzz_local_set(void *self, const algo_addr_t *a, uint64_t app, algo_bytes_t key, const algo_tv_t *v,
                                  uint64_t index, algo_err_t *err) {
  (void)a, (void)index;
  return fuzz_global_set(self, app, key, v, err);
}
static algo_code_t fuzz_local_del(void *self, const algo_addr_t *a, uint64_t app, algo_bytes_t key, uint64_t index,
                                  algo_err_t *err) {
  (void)a, (void)index;
  return fuzz_global_del(self, app, key, err);
}
static const uint8_t box[64];
static algo_code_t fuzz_box_get(void *self, uint64_t app, algo_bytes_t name, algo_bytes_t *out, bool *exists,
                                algo_err_t *err) {
  (void)self, (void)app, (void)err;
  *exists = name.n % 2;
  *out = algo_bytes(box, sizeof box);
  return ALGO_OK;
}
static algo_code_t fuzz_box_new(void *self, uint64_t app, algo_bytes_t name, algo_bytes_t value, const algo_addr_t *a,
                                algo_err_t *err) {
  (void)self, (void)app, (void)name, (void)value, (void)a, (void)err;
  return ALGO_OK;
}
static algo_code_t fuzz_box_set(void *self, uint64_t app, algo_bytes_t name, algo_bytes_t value, algo_err_t *err) {
  (void)self, (void)app, (void)name, (void)value, (void)err;
  return ALGO_OK;
}
static algo_code_t fuzz_box_del(void *self, uint64_t app, algo_bytes_t name, const algo_addr_t *a, bool *existed,
                                algo_err_t *err) {
  (void)self, (void)app, (void)name, (void)a, (void)err;
  *existed = true;
  return ALGO_OK;
}
static algo_code_t fuzz_flag(void *self, uint64_t app, bool on, algo_err_t *err) {
  (void)self, (void)app, (void)on, (void)err;
  return ALGO_OK;
}
static algo_code_t fuzz_well_formed(void *self, const algo_txn_t *t, algo_err_t *err) {
  (void)self;
  return t->type != ALGO_TX_UNKNOWN ? ALGO_OK : algo_err_set(err, ALGO_E_INVALID, "unknown tx type ");
}
/* An inner call of an application to be created runs the program that it brings. */
static algo_code_t fuzz_perform(void *self, algo_avm_group_t *g, size_t i, algo_err_t *err) {
  (void)self;
  const algo_txn_t *t = &algo_avm_group_txn(g, i)->txn;
  bool pass;
  if (t->type == ALGO_TX_ACFG) algo_avm_group_apply(g, i)->created_asset = 3001;
  if (t->type != ALGO_TX_APPL || t->app_id != 0) return ALGO_OK;
  algo_code_t rc = algo_avm_check(g, i, t->approval_program, ALGO_AVM_APP, NULL, err);
  return rc != ALGO_OK ? rc : algo_avm_eval_app(g, i, 2001 + 2 * (uint64_t)i, t->approval_program, &pass, err);
}

static const algo_avm_ledger_ops_t ledger = {
    fuzz_round,      fuzz_time,      fuzz_counter,   fuzz_block,       fuzz_account,  fuzz_authorizer, fuzz_voter,
    fuzz_stake,      fuzz_holding,   fuzz_asset,     fuzz_app,         fuzz_opted_in, fuzz_global_get, fuzz_global_set,
    fuzz_global_del, fuzz_local_get, fuzz_local_set, fuzz_local_del,   fuzz_box_new,  fuzz_box_get,    fuzz_box_set,
    fuzz_box_del,    fuzz_flag,      fuzz_flag,      fuzz_well_formed, fuzz_perform};

typedef struct outcome {
  algo_code_t rc;
  bool pass;
  uint64_t cost, logs;
  algo_bytes_t failure;
} outcome_t;

static void before_op(void *self, algo_avm_context_t *cx) {
  int64_t pops, pushes;
  uint8_t slot;
  algo_avm_state_op_t op;
  algo_tv_t v;
  bool exists;
  (void)self;
  algo_avm_explain_stack(cx, &pops, &pushes);
  algo_avm_explain_scratch(cx, &slot);
  if (algo_avm_cx_mode(cx) == ALGO_AVM_APP && algo_avm_explain_state(cx, &op))
    algo_avm_state_value(cx, &op, &v, &exists);
}

static outcome_t run(algo_bytes_t program, unsigned how, bool traced, algo_arena_t *arena) {
  static const algo_bytes_t args[] = {{(const uint8_t *)"argument", 8}, {(const uint8_t *)"\0\0\0\0\0\0\0\5", 8}};
  static const uint64_t ids[] = {1001, 1003};
  static const algo_box_ref_t boxes[] = {
      {0, {(const uint8_t *)"a", 1}}, {0, {NULL, 0}}, {1, {(const uint8_t *)"b", 1}}};
  algo_stxn_t s = {.txn = {.type = ALGO_TX_APPL, .fee = 20000, .first_valid = 900, .last_valid = 1100, .app_id = 999}};
  const algo_stxn_t *txns[] = {&s, &s};
  algo_avm_tracer_t tracer = {.before_op = before_op};
  algo_avm_options_t opt = {.consensus = algo_consensus_future(),
                            .ledger = &ledger,
                            .arena = arena,
                            .disassemble = algo_disasm_around,
                            .tracer = traced ? &tracer : NULL};
  outcome_t o = {0};
  algo_avm_group_t *g;
  algo_err_t err;
  memset(s.txn.sender.b, 7, 32);
  s.txn.on_completion = how >> 1 & 7;
  s.txn.app_args = args, s.txn.n_app_args = 2;
  s.txn.foreign_apps = ids, s.txn.n_foreign_apps = 2;
  s.txn.foreign_assets = ids, s.txn.n_foreign_assets = 2;
  s.txn.boxes = boxes, s.txn.n_boxes = 3;
  s.lsig.logic = program;
  s.lsig.args = args, s.lsig.n_args = 2;
  if (algo_avm_group_new(&g, txns, 2, &opt, &err) != ALGO_OK) return o;
  algo_avm_check(g, 0, program, how & 1 ? ALGO_AVM_SIG : ALGO_AVM_APP, NULL,
                 &err); /* what fails it runs all the same */
  if (how & 1) {
    o.rc = algo_avm_eval_sig(g, 1, &o.pass, &o.cost, &err);
  } else {
    algo_avm_eval_app(g, 0, 999, program, &o.pass, &err); /* the second may read what the first left */
    o.rc = algo_avm_eval_app(g, 1, 999, program, &o.pass, &err);
    o.cost = algo_avm_group_budget_consumed(g);
    o.logs = algo_avm_group_apply(g, 1)->delta.n_logs;
  }
  if (o.rc != ALGO_OK) o.failure = algo_avm_group_failure(g);
  return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
  if (n < 1 || n > 8192) return 0;
  algo_arena_t a = ALGO_ARENA_INIT, b = ALGO_ARENA_INIT;
  a.limit = b.limit = 256u << 20;
  algo_bytes_t program = algo_bytes(p + 1, n - 1);
  outcome_t x = run(program, p[0], false, &a), y = run(program, p[0], true, &b);
  if (x.rc != y.rc || x.pass != y.pass || x.cost != y.cost || x.logs != y.logs || !algo_bytes_eq(x.failure, y.failure))
    abort();
  algo_arena_fini(&a);
  algo_arena_fini(&b);
  return 0;
}
