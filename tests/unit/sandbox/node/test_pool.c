/* Blocks by hand: what is more than a block takes waits for the next one, in its order, and the pool has the bounds and
 * the words of go-algorand's (data/pools/transactionPool.go). */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "algo/block.h"
#include "algo/node.h"
#include "suite.h"

#define BLOCK_BYTES 5242880u /* MaxTxnBytesPerBlock */
#define NOTE        1000u
#define POOL        75000u

static algo_node_t *node;
static algo_addr_t payer, payee;

static void start(const char *dir) {
  algo_node_options_t opt = {.mode = ALGO_NODE_MANUAL, .data_dir = dir};
  algo_key_t key;
  algo_err_t err;
  ck_assert_msg(algo_node_new(&node, &opt, NULL, &err) == ALGO_OK, "%s", err.msg);
  algo_node_dev_key(&key, 1);
  payer = key.addr;
  algo_node_dev_key(&key, 2);
  payee = key.addr;
  algo_key_fini(&key);
}

typedef struct pay { /* amount i + 1: tells one from another */
  uint64_t i, fee, last;
  size_t note;
} pay_t;

static algo_code_t pay(pay_t p, algo_digest_t *id, algo_err_t *err) {
  static const uint8_t note[NOTE];
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_stxn_t s = {.txn = {.type = ALGO_TX_PAY,
                           .sender = payer,
                           .receiver = payee,
                           .amount = p.i + 1,
                           .fee = p.fee != 0 ? p.fee : 1000,
                           .first_valid = 1,
                           .last_valid = p.last != 0 ? p.last : 900,
                           .genesis_hash = *algo_node_genesis_hash(node),
                           .note = {note, p.note}}};
  algo_submit_options_t opt = {.skip_signatures = true};
  algo_stxn_encode(&raw, &s);
  algo_code_t rc = algo_node_submit(node, algo_buf_view(&raw), &opt, id, NULL, NULL, err);
  algo_buf_fini(&raw);
  return rc;
}

static size_t pending(void) {
  size_t n = algo_ledger_open_count(algo_node_read(node));
  algo_node_read_done(node);
  return n;
}

static void advance(void) {
  algo_err_t err;
  ck_assert_msg(algo_node_advance(node, 1, &err) == ALGO_OK, "%s", err.msg);
}

/* The block has payments first, first + 1, ..., and no more bytes than it may; how many. */
static size_t check_block(uint64_t round, uint64_t first) {
  algo_buf_t raw = ALGO_BUF_INIT, one = ALGO_BUF_INIT;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_block_t b;
  size_t bytes = 0;
  ck_assert_int_eq(algo_node_block(node, round, &raw, NULL), ALGO_OK);
  ck_assert_int_eq(algo_block_decode(&b, algo_buf_view(&raw), &arena, NULL), ALGO_OK);
  for (size_t i = 0; i < b.n_txns; i++) {
    ck_assert_uint_eq(b.txns[i].stxn.txn.amount, first + i + 1);
    algo_buf_clear(&one);
    algo_apply_encode(&one, &b.txns[i]);
    bytes += one.n;
  }
  ck_assert_uint_le(bytes, BLOCK_BYTES);
  ck_assert_uint_le(b.header.load, 1000000);
  size_t n = b.n_txns;
  algo_buf_fini(&one);
  algo_buf_fini(&raw);
  algo_arena_fini(&arena);
  return n;
}

static uint64_t received(void) {
  algo_account_view_t v;
  algo_ledger_account(algo_node_read(node), &payee, &v);
  algo_node_read_done(node);
  return v.balance;
}

static void check_found(const algo_digest_t *id, uint64_t round) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_found_txn_t found;
  ck_assert(algo_ledger_find_txn(algo_node_read(node), id, &found, &arena));
  algo_node_read_done(node);
  ck_assert_uint_eq(found.round, round);
  algo_arena_fini(&arena);
}

/* Ten more than fit into one block; what comes behind waits, and is there after a restart as it was. */
START_TEST(overflow) {
  char dir[] = "/tmp/algorent-pool-XXXXXX", command[64];
  algo_digest_t id, over;
  algo_err_t err;
  size_t n = 0, first;
  ck_assert_ptr_nonnull(mkdtemp(dir));
  start(dir);
  uint64_t had = received(), sum = 0;
  for (; n * NOTE < BLOCK_BYTES; n++) {
    ck_assert_msg(pay((pay_t){.i = n, .note = NOTE}, n == 0 ? &id : &over, &err) == ALGO_OK, "%s", err.msg);
    sum += n + 1;
  }
  ck_assert_uint_eq(pending(), n);
  ck_assert_uint_eq(received(), had + sum); /* evaluated at once, as in a node's pool */
  advance();
  first = check_block(1, 0);
  ck_assert_uint_gt(first, BLOCK_BYTES / (NOTE + 300));
  ck_assert_uint_eq(pending(), n - first);
  check_found(&id, 1);
  check_found(&over, 0);
  ck_assert_uint_eq(received(), had + sum);
  advance();
  ck_assert_uint_eq(check_block(2, first), n - first);
  ck_assert_uint_eq(pending(), 0);
  check_found(&over, 2);
  algo_node_free(node);
  start(dir);
  ck_assert_uint_eq(algo_node_round(node), 2);
  ck_assert_uint_eq(check_block(1, 0), first);
  ck_assert_uint_eq(received(), had + sum);
  algo_node_free(node);
  snprintf(command, sizeof command, "rm -r %s", dir);
  ck_assert_int_eq(system(command), 0);
}
END_TEST

/* Back in developer mode the next group takes all that waits with it. */
START_TEST(drained) {
  algo_digest_t id;
  algo_err_t err;
  size_t n = 0;
  start(NULL);
  for (; n * NOTE < BLOCK_BYTES; n++) ck_assert_int_eq(pay((pay_t){.i = n, .note = NOTE}, &id, &err), ALGO_OK);
  ck_assert_int_eq(algo_node_set_mode(node, ALGO_NODE_DEV, 0, &err), ALGO_OK);
  ck_assert_int_eq(pay((pay_t){.i = n}, &id, &err), ALGO_OK);
  ck_assert_uint_eq(pending(), 0);
  check_found(&id, 2);
  ck_assert_uint_eq(check_block(1, 0) + check_block(2, check_block(1, 0)), n + 1);
  algo_node_free(node);
}
END_TEST

/* A last round that is the next one's is too early for what comes into the one after; what waited too long is dropped,
 * and the others are not. */
START_TEST(dead) {
  algo_digest_t id;
  algo_err_t err;
  size_t n = 0;
  start(NULL);
  for (; (n + 10) * (NOTE + 300) < BLOCK_BYTES; n++)
    ck_assert_int_eq(pay((pay_t){.i = n, .note = NOTE}, &id, &err), ALGO_OK);
  size_t more = n;
  while (pay((pay_t){.i = more, .note = NOTE, .last = 1}, &id, &err) == ALGO_OK) more++;
  ck_assert_str_eq(err.msg, "TransactionPool.Remember: txn dead: round 2 outside of 1--1");
  ck_assert_uint_gt(more, n);
  ck_assert_uint_eq(pending(), more);
  ck_assert_int_eq(pay((pay_t){.i = more, .note = NOTE, .last = 2}, &id, &err), ALGO_OK);
  advance();
  ck_assert_uint_eq(check_block(1, 0), more);
  ck_assert_uint_eq(pending(), 1);
  algo_node_free(node);
}
END_TEST

/* Three blocks' worth: a fee for each byte, growing; it falls again as blocks are made. */
START_TEST(fees) {
  algo_digest_t id;
  algo_err_t err;
  size_t n = 0;
  start(NULL);
  while (pay((pay_t){.i = n, .note = NOTE}, &id, &err) == ALGO_OK) n++;
  ck_assert_msg(strstr(err.msg, "TransactionPool.Remember: fee {1000} below threshold ") != NULL &&
                    strstr(err.msg, " (2 per byte * ") != NULL,
                "%s", err.msg);
  ck_assert_uint_gt(n * (NOTE + 300), 2 * (size_t)BLOCK_BYTES);
  ck_assert_uint_eq(algo_node_fee_per_byte(node), 2);
  ck_assert_int_eq(pay((pay_t){.i = n, .note = NOTE, .fee = 10000}, &id, &err), ALGO_OK);
  for (unsigned i = 0; i < 3; i++) advance();
  ck_assert_uint_eq(pending(), 0);
  check_found(&id, 3);
  ck_assert_int_eq(pay((pay_t){.i = n, .note = NOTE}, &id, &err), ALGO_OK);
  algo_node_free(node);
}
END_TEST

/* What waited is gone with a snapshot that is gone back to: nobody is asked for its fee any more. */
START_TEST(no_fee_of_what_is_gone) {
  algo_digest_t id;
  algo_err_t err;
  uint64_t snapshot;
  start(NULL);
  ck_assert_int_eq(algo_node_snapshot(node, &snapshot, &err), ALGO_OK);
  for (size_t n = 0; pay((pay_t){.i = n, .note = NOTE}, &id, &err) == ALGO_OK;) n++;
  ck_assert_uint_eq(algo_node_fee_per_byte(node), 2);
  ck_assert_int_eq(algo_node_revert(node, snapshot, &err), ALGO_OK);
  ck_assert_uint_eq(pending(), 0);
  ck_assert_uint_eq(algo_node_fee_per_byte(node), 0);
  algo_node_free(node);
}
END_TEST

START_TEST(capacity) {
  algo_digest_t id;
  algo_err_t err;
  start(NULL);
  for (size_t n = 0; n < POOL; n++) ck_assert_msg(pay((pay_t){.i = n}, &id, &err) == ALGO_OK, "%zu: %s", n, err.msg);
  ck_assert_int_ne(pay((pay_t){.i = POOL}, &id, &err), ALGO_OK);
  ck_assert_str_eq(err.msg, "TransactionPool.checkPendingQueueSize: transaction pool has reached capacity");
  ck_assert_int_eq(err.http_status, 400);
  for (size_t at = 0; at < POOL;) {
    advance();
    at += check_block(algo_node_round(node), at);
    ck_assert_uint_eq(pending(), POOL - at);
  }
  ck_assert_int_eq(pay((pay_t){.i = POOL}, &id, &err), ALGO_OK);
  algo_node_free(node);
}
END_TEST

/* What was accepted while blocks were made by hand is not lost with a later group whose block the disk does not take.
 */
START_TEST(a_full_disk_takes_back_one_group) {
  char dir[] = "/tmp/algorent-pool-XXXXXX", command[64];
  struct rlimit all, none = {1, RLIM_INFINITY};
  algo_err_t err;
  ck_assert_ptr_nonnull(mkdtemp(dir));
  start(dir);
  for (uint64_t i = 0; i < 3; i++) ck_assert_int_eq(pay((pay_t){.i = i}, NULL, &err), ALGO_OK);
  ck_assert_int_eq(algo_node_set_mode(node, ALGO_NODE_DEV, 0, &err), ALGO_OK);
  ck_assert_uint_eq(pending(), 3);
  signal(SIGXFSZ, SIG_IGN);
  getrlimit(RLIMIT_FSIZE, &all);
  none.rlim_max = all.rlim_max;
  setrlimit(RLIMIT_FSIZE, &none);
  ck_assert_int_eq(pay((pay_t){.i = 3}, NULL, &err), ALGO_E_IO);
  setrlimit(RLIMIT_FSIZE, &all);
  ck_assert_uint_eq(pending(), 3);
  ck_assert_int_eq(pay((pay_t){.i = 3}, NULL, &err), ALGO_OK);
  ck_assert_uint_eq(pending(), 0);
  ck_assert_uint_eq(check_block(1, 0), 4);
  algo_node_free(node);
  snprintf(command, sizeof command, "rm -r %s", dir);
  ck_assert_int_eq(system(command), 0);
}
END_TEST

SUITE_MAIN("pool", overflow, drained, dead, fees, no_fee_of_what_is_gone, capacity, a_full_disk_takes_back_one_group)
