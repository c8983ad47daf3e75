/* What becomes of a group that waits for a block which has no room for it: told by pending, as a node tells what its
 * pool let go, and not lost for a want of memory that passes. The linker wraps the allocator (tests/module.mk). */
#include "algo/block.h"
#include "alloc_fails.h"
#include "rest_client.h"
#include "suite.h"

#define BLOCK_BYTES 5242880u /* MaxTxnBytesPerBlock */
#define NOTE        1000u
#define TRIES       6u

static struct { uint64_t asked, fails_at; /* 0: none fails */ } memory;

static bool alloc_fails(void) { return ++memory.asked == memory.fails_at; }

static algo_node_t *node;
static algo_rest_t *rest;
static algo_addr_t payer;

static void start(void) {
  const algo_node_options_t opt = {.mode = ALGO_NODE_MANUAL};
  algo_key_t key;
  SUITE_OK(algo_node_new(&node, &opt, NULL, suite_err));
  SUITE_OK(algo_rest_new(&rest, node, NULL, NULL, suite_err));
  algo_node_dev_key(&key, 1);
  payer = key.addr;
  algo_key_fini(&key);
}

static void stop(void) {
  algo_rest_free(rest);
  algo_node_free(node);
}

static void submit(algo_txn_t txn, algo_digest_t *id) {
  algo_buf_t raw = ALGO_BUF_INIT;
  const algo_submit_options_t opt = {.skip_signatures = true};
  txn.sender = payer;
  txn.fee = 1000;
  txn.last_valid = 900;
  txn.genesis_hash = *algo_node_genesis_hash(node);
  algo_stxn_encode(&raw, &(algo_stxn_t){.txn = txn});
  SUITE_OK(algo_node_submit(node, algo_buf_view(&raw), &opt, id, NULL, NULL, suite_err));
  algo_buf_fini(&raw);
}

/* Payments of 1, 2, ... until there is more than a block takes; how many. */
static uint64_t fill(algo_digest_t *last) {
  static const uint8_t note[NOTE];
  uint64_t n = 0;
  while (n * NOTE < BLOCK_BYTES)
    submit((algo_txn_t){.type = ALGO_TX_PAY, .receiver = payer, .amount = ++n, .note = {note, NOTE}}, last);
  return n;
}

static rest_answer_t pending(const algo_digest_t *id) {
  char path[128] = "/v2/transactions/pending/";
  algo_txid_format(path + strlen(path), id);
  return rest_get(rest, path);
}

static void says(const algo_digest_t *id, int status, const char *text) {
  rest_answer_t a = pending(id);
  ck_assert_msg(a.status == status && strstr(a.body, text) != NULL, "%d %s", a.status, a.body);
  rest_answer_free(&a);
}

/* A program that approves up to round 2, called in the block of round 2 and put off into that of round 3. */
START_TEST(why_a_group_was_let_go) {
  static const uint8_t approve[] = {6, 0x32, 6, 0x81, 2, 0x0e}, clear[] = {6, 0x81, 1};
  algo_digest_t call, last;
  start();
  submit((algo_txn_t){.type = ALGO_TX_APPL,
                      .approval_program = {approve, sizeof approve},
                      .clear_program = {clear, sizeof clear}},
         &call);
  SUITE_OK(algo_node_advance(node, 1, suite_err));
  fill(&last);
  submit((algo_txn_t){.type = ALGO_TX_APPL, .app_id = 1001}, &call);
  says(&call, 200, "\"pool-error\": \"\"");
  SUITE_OK(algo_node_advance(node, 1, suite_err));
  for (unsigned i = 0; i < 2; i++) {
    says(&call, 200, "\"pool-error\": \"transaction ");
    says(&call, 200, "rejected by ApprovalProgram\"");
    says(&call, 200, "\"apid\": 1001");
    SUITE_OK(algo_node_advance(node, 1, suite_err));
  }
  rest_answer_t a = pending(&call);
  ck_assert_ptr_null(strstr(a.body, "confirmed-round"));
  rest_answer_free(&a);
  says(&last, 200, "\"confirmed-round\": 3");
  SUITE_OK(algo_node_reset(node, suite_err));
  says(&call, 404, "could not find the transaction");
  stop();
}
END_TEST

/* Every payment is in a block, in its order. */
static void check_blocks(uint64_t n) {
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_arena_t arena = ALGO_ARENA_INIT;
  uint64_t at = 0;
  for (uint64_t round = 1; round <= algo_node_round(node); round++) {
    algo_block_t b;
    algo_buf_clear(&raw);
    SUITE_OK(algo_node_block(node, round, &raw, suite_err));
    SUITE_OK(algo_block_decode(&b, algo_buf_view(&raw), &arena, suite_err));
    for (size_t i = 0; i < b.n_txns; i++) ck_assert_uint_eq(b.txns[i].stxn.txn.amount, ++at);
  }
  ck_assert_uint_eq(at, n);
  algo_buf_fini(&raw);
  algo_arena_fini(&arena);
}

/* Wherever memory ran out: nothing of what was accepted is lost, and who asks for it is told that it waits. */
START_TEST(memory_that_runs_out_for_a_moment) {
  uint64_t all = 0, put_off = 0;
  size_t waiting = 0;
  for (unsigned i = 0; i < TRIES; i++) {
    algo_digest_t last;
    start();
    uint64_t n = fill(&last);
    memory.asked = 0;
    memory.fails_at = all * i / TRIES;
    (void)algo_node_advance(node, 1, NULL);
    memory.fails_at = 0;
    if (i == 0) all = memory.asked + 1;
    size_t open = algo_ledger_open_count(algo_node_read(node));
    algo_node_read_done(node);
    if (i == 0) waiting = open;
    put_off += algo_node_round(node) == 1 && open < waiting;
    says(&last, 200, "\"pool-error\": \"\"");
    for (unsigned k = 0; k < 3; k++) SUITE_OK(algo_node_advance(node, 1, suite_err));
    says(&last, 200, "\"confirmed-round\": ");
    check_blocks(n);
    stop();
  }
  ck_assert_uint_gt(put_off, 0);
}
END_TEST

SUITE_MAIN("pending", why_a_group_was_let_go, memory_that_runs_out_for_a_moment)
