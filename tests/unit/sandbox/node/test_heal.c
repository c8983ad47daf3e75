/* A fork's ledger into which a part of an account was read when memory ran out takes nothing more; a reset, or a load
 * of its own dump, makes it whole without a restart. The linker wraps the allocator (tests/module.mk). */
#include "algo/node.h"
#include "algo/origin.h"
#include "alloc_fails.h"
#include "suite.h"

#define HOLDINGS 20u

static struct {
  unsigned left; /* the allocation that fails, counted down; 0: none */
  bool armed;    /* from the next account that is told on */
} fault;

static bool alloc_fails(void) { return fault.left > 0 && --fault.left == 0; }

static const algo_addr_t rich = {{7}}, poor = {{8}};
static unsigned fail_at;

static algo_code_t account(void *user, const algo_addr_t *a, algo_origin_account_t *out, algo_arena_t *arena,
                           algo_err_t *err) {
  (void)user;
  (void)err;
  algo_origin_holding_t *h = algo_arena_array(arena, HOLDINGS, sizeof *h);
  ck_assert_ptr_nonnull(h);
  for (unsigned i = 0; i < HOLDINGS; i++) h[i] = (algo_origin_holding_t){.asset = i + 1, .holding = {.amount = 1}};
  *out = (algo_origin_account_t){
      .view = {.addr = *a, .balance = 100000000, .total_assets = HOLDINGS}, .holdings = h, .n_holdings = HOLDINGS};
  if (fault.armed && algo_addr_eq(a, &poor)) fault.left = fail_at;
  return ALGO_OK;
}

static algo_code_t creator(void *user, bool app, uint64_t id, algo_addr_t *out, algo_err_t *err) {
  (void)user;
  (void)app;
  (void)id;
  (void)out;
  return algo_err_set(err, ALGO_E_NOT_FOUND, "none");
}

/* The origin: a chain of two blocks. */
static void make_origin(algo_ledger_origin_t *o, algo_buf_t *json, algo_buf_t *block) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_genesis_t g;
  algo_ledger_t *l = NULL;
  SUITE_OK(algo_node_dev_genesis(&g, &arena, suite_err));
  algo_genesis_json(json, &g);
  SUITE_OK(algo_ledger_new(&l, &g, NULL, suite_err));
  SUITE_OK(algo_ledger_seal(l, 1700000001, suite_err));
  SUITE_OK(algo_ledger_block(l, 1, block, suite_err));
  algo_ledger_free(l);
  algo_arena_fini(&arena);
  *o = (algo_ledger_origin_t){.round = 1,
                              .block = algo_buf_view(block),
                              .online = 1000000000,
                              .total = 10000000000,
                              .supply_known = true,
                              .account = account,
                              .creator = creator};
}

static algo_code_t pay(algo_node_t *n, const algo_addr_t *to, algo_err_t *err) {
  algo_buf_t raw = ALGO_BUF_INIT;
  const algo_submit_options_t opt = {.skip_signatures = true};
  algo_stxn_encode(&raw, &(algo_stxn_t){.txn = {.type = ALGO_TX_PAY,
                                                .sender = rich,
                                                .receiver = *to,
                                                .amount = algo_node_round(n),
                                                .fee = 1000,
                                                .last_valid = 900,
                                                .genesis_hash = *algo_node_genesis_hash(n)}});
  algo_code_t rc = algo_node_submit(n, algo_buf_view(&raw), &opt, NULL, NULL, NULL, err);
  algo_buf_fini(&raw);
  return rc;
}

START_TEST(what_broke_is_made_whole) {
  algo_buf_t json = ALGO_BUF_INIT, block = ALGO_BUF_INIT, dump = ALGO_BUF_INIT;
  algo_ledger_origin_t o;
  algo_err_t err;
  unsigned broke = 0;
  make_origin(&o, &json, &block);
  const algo_node_options_t opt = {.genesis_json = algo_buf_view(&json), .mode = ALGO_NODE_DEV, .origin = &o};
  for (fail_at = 1; fail_at < 30; fail_at++) {
    algo_node_t *n = NULL;
    SUITE_OK(algo_node_new(&n, &opt, NULL, suite_err));
    SUITE_OK(pay(n, &rich, suite_err));
    fault.armed = true;
    algo_code_t rc = pay(n, &poor, &err);
    fault.armed = false;
    fault.left = 0;
    bool broken = rc != ALGO_OK && pay(n, &rich, &err) != ALGO_OK;
    if (broken) {
      broke++;
      ck_assert_msg(strstr(err.msg, "load its own dump") != NULL, "%s", err.msg);
      algo_buf_clear(&dump);
      SUITE_OK(algo_node_dump(n, &dump, suite_err));
      if (fail_at % 2) SUITE_OK(algo_node_load(n, algo_buf_view(&dump), NULL, suite_err));
      else SUITE_OK(algo_node_reset(n, suite_err));
      ck_assert_uint_eq(algo_node_round(n), fail_at % 2 ? 2 : 1);
      SUITE_OK(pay(n, &poor, suite_err));
    }
    algo_node_free(n);
  }
  ck_assert_uint_gt(broke, 1);
  algo_buf_fini(&dump);
  algo_buf_fini(&block);
  algo_buf_fini(&json);
}
END_TEST

SUITE_MAIN("heal", what_broke_is_made_whole)
