/* Blocks to rows without a database: what is kept under a scope, in which order, and what a broken block gives. */
#include <stdlib.h>
#include <time.h>

#include "algo/arena.h"
#include "copy.h"
#include "rows.h"
#include "suite.h"

enum { MARKET = 1001, OTHER = 1002 };

static algo_arena_t arena;
static algo_arena_t scratch;

static algo_addr_t addr(uint8_t v) {
  algo_addr_t a;
  memset(a.b, v, sizeof a.b);
  return a;
}

static algo_apply_t payment(uint8_t from, uint8_t to, uint8_t group) {
  algo_apply_t a = {0};
  a.stxn.txn.type = ALGO_TX_PAY;
  a.stxn.txn.sender = addr(from);
  if (to) a.stxn.txn.receiver = addr(to);
  a.stxn.txn.amount = 5;
  if (group) memset(a.stxn.txn.group.b, group, 32);
  return a;
}

static algo_apply_t call(uint8_t from, uint64_t app, uint8_t group) {
  algo_apply_t a = payment(from, 0, group);
  a.stxn.txn.type = ALGO_TX_APPL;
  a.stxn.txn.amount = 0;
  a.stxn.txn.app_id = app;
  return a;
}

static algo_bytes_t block(const algo_apply_t *txns, size_t n) {
  algo_block_t b = {
      .header = {.round = 7, .timestamp = 1700000000, .txn_counter = 1000 + n}, .txns = txns, .n_txns = n};
  algo_buf_t out = ALGO_BUF_INIT;
  memset(b.header.genesis_hash.b, 9, 32);
  b.header.genesis_id = ALGO_BYTES_LIT("test-v1");
  b.header.protocol = ALGO_BYTES_LIT("future");
  algo_block_encode(&out, &b);
  algo_bytes_t kept = algo_arena_dup(&scratch, algo_buf_view(&out));
  algo_buf_fini(&out);
  return kept;
}

static algo_code_t build(ix_rows_t *r, algo_bytes_t body, const ix_scope_t *scope) {
  static const uint64_t markets[] = {MARKET};
  const ix_apps_t watch = {.ids = markets, .n = 1};
  algo_err_t err;
  return ix_rows_build(r, body, scope, &watch, &arena, &err);
}

/* A group that pays the market and calls it, a payment of its own, a call of another application that calls the market,
 * one that does not. */
static algo_bytes_t sample(void) {
  static algo_apply_t t[6], inner[2];
  static algo_bytes_t logs[2];
  logs[0] = ALGO_BYTES_LIT("one");
  t[0] = payment(1, 2, 8);
  t[1] = call(1, MARKET, 8);
  t[1].delta.logs = logs;
  t[1].delta.n_logs = 2;
  t[2] = payment(3, 0, 0);
  inner[0] = call(4, MARKET, 0);
  inner[0].delta.logs = logs;
  inner[0].delta.n_logs = 1;
  inner[1] = payment(5, 6, 0);
  t[3] = call(3, OTHER, 0);
  t[3].delta.inner = inner;
  t[3].delta.n_inner = 2;
  t[4] = call(3, OTHER, 0);
  t[4].delta.inner = &inner[1];
  t[4].delta.n_inner = 1;
  t[5] = payment(7, 8, 9);
  return block(t, 6);
}

START_TEST(everything) {
  ix_rows_t r = {0};
  const ix_scope_t all = {.all = true};
  ck_assert_int_eq(build(&r, sample(), &all), ALGO_OK);
  ck_assert_uint_eq(r.round, 7);
  ck_assert_uint_eq(r.txns, 6);
  ck_assert_uint_eq(r.inner, 3);
  ck_assert_uint_eq(r.count[IX_BLOCK], 1);
  ck_assert_uint_eq(r.count[IX_TXN], 9);
  ck_assert_uint_eq(r.count[IX_LOG], 3);
  ck_assert_uint_eq(r.n_logged, 3);
  ck_assert_uint_eq(r.logged[0].intra, 1);
  ck_assert_uint_eq(r.logged[1].idx, 1);
  ck_assert_uint_eq(r.logged[1].length, 0);
  ck_assert_uint_eq(r.logged[2].intra, 4);
  /* Of 9 transactions: 2 + 1 + 2 (the zero address was paid) + 4 (3, and 4, 5, 6 of the inner ones) + 1 + 2 + 3 + 2 + 2
   */
  ck_assert_uint_eq(r.participants, 19);
  ix_rows_fini(&r);
}
END_TEST

START_TEST(one_application) {
  ix_rows_t r = {0};
  const ix_term_t market = {.kind = IX_TERM_APP, .number = MARKET};
  const ix_scope_t scope = {false, &market, 1};
  ck_assert_int_eq(build(&r, sample(), &scope), ALGO_OK);
  ck_assert_uint_eq(r.txns, 6);
  ck_assert_uint_eq(r.count[IX_TXN], 5); /* the group of two, and the call with its two inner ones */
  ck_assert_uint_eq(r.count[IX_LOG], 3);
  ck_assert_uint_eq(r.logged[2].intra, 4); /* places are those of the whole block */
  ix_rows_fini(&r);
}
END_TEST

START_TEST(one_event) {
  ix_rows_t r = {0};
  const ix_term_t event = {.kind = IX_TERM_EVENT, .bytes = ALGO_BYTES_LIT("one")};
  const ix_scope_t scope = {false, &event, 1};
  ck_assert_int_eq(build(&r, sample(), &scope), ALGO_OK);
  ck_assert_uint_eq(r.count[IX_TXN], 5);
  ix_rows_fini(&r);
}
END_TEST

START_TEST(nothing_of_it) {
  ix_rows_t r = {0};
  const ix_term_t app = {.kind = IX_TERM_APP, .number = 5};
  const ix_scope_t scope = {false, &app, 1};
  ck_assert_int_eq(build(&r, sample(), &scope), ALGO_OK);
  ck_assert_uint_eq(r.count[IX_BLOCK], 1);
  ck_assert_uint_eq(r.count[IX_TXN] + r.count[IX_LOG] + r.count[IX_PARTICIPANT], 0);
  ix_rows_fini(&r);
}
END_TEST

/* Every cut of a block is an error, and the rows of the next one are whole. */
START_TEST(truncated) {
  ix_rows_t r = {0};
  const ix_scope_t all = {.all = true};
  const algo_bytes_t body = sample();
  for (size_t n = 0; n < body.n; n++) {
    uint8_t *cut = malloc(n ? n : 1);
    memcpy(cut, body.p, n);
    ck_assert_int_ne(build(&r, algo_bytes(cut, n), &all), ALGO_OK);
    free(cut);
  }
  ck_assert_int_eq(build(&r, body, &all), ALGO_OK);
  ck_assert_uint_eq(r.count[IX_TXN], 9);
  ix_rows_fini(&r);
}
END_TEST

/* A byte changed on the way makes the header an unknown key: nothing is left of it, and round 0 is not the one asked
 * for. */
START_TEST(no_header) {
  algo_bytes_t body = sample();
  uint8_t *at = memmem(body.p, body.n,
                       "\xa5"
                       "block",
                       6);
  ck_assert_ptr_nonnull(at);
  at[1] = 'c';
  ix_rows_t r = {0};
  ck_assert_int_eq(build(&r, body, &(ix_scope_t){.all = true}), ALGO_E_PARSE);
  ix_rows_fini(&r);
}
END_TEST

START_TEST(numbers_of_no_chain) {
  ix_rows_t r = {0};
  const ix_scope_t all = {.all = true};
  algo_apply_t t = call(1, UINT64_MAX, 0);
  ck_assert_int_eq(build(&r, block(&t, 1), &all), ALGO_E_RANGE);
  t = payment(1, 2, 0); /* a transfer of nothing may name an asset that cannot be */
  t.stxn.txn.type = ALGO_TX_AXFER;
  t.stxn.txn.xfer_asset = UINT64_MAX;
  t.stxn.txn.asset_receiver = addr(2);
  ck_assert_int_eq(build(&r, block(&t, 1), &all), ALGO_OK);
  t = call(1, MARKET, 0); /* local state of an account that the call does not name */
  const algo_value_delta_t v = {.key = ALGO_BYTES_LIT("k"), .action = 1};
  const algo_local_delta_t l = {.account = 3, .items = &v, .n = 1};
  t.delta.local = &l;
  t.delta.n_local = 1;
  ck_assert_int_eq(build(&r, block(&t, 1), &all), ALGO_E_PARSE);
  ix_rows_fini(&r);
}
END_TEST

/* User time of the rows of a block with n payments, whose receivers differ in two bytes of one word of their address.
 */
static clock_t time_of_alike(size_t n, size_t at) {
  algo_apply_t *txns = calloc(n, sizeof *txns);
  for (size_t i = 0; i < n; i++) {
    txns[i] = payment(1, 2, 0);
    txns[i].stxn.txn.receiver.b[at] = (uint8_t)(i >> 8);
    txns[i].stxn.txn.receiver.b[at + 1] = (uint8_t)i;
  }
  const algo_bytes_t body = block(txns, n);
  ix_rows_t r = {0};
  const clock_t start = clock();
  ck_assert_int_eq(build(&r, body, &(ix_scope_t){.all = true}), ALGO_OK);
  const clock_t took = clock() - start;
  ck_assert_uint_eq(r.count[IX_PARTICIPANT], n + 1);
  ix_rows_fini(&r);
  free(txns);
  return took;
}

/* Anyone may pay to addresses that he made up: which ones makes no difference to the time that their block takes. */
START_TEST(addresses_alike) {
  for (size_t at = 0; at < 30; at += 8) {
    const clock_t low = time_of_alike(20000, at + 6), high = time_of_alike(20000, at);
    ck_assert_msg(high < 4 * low + CLOCKS_PER_SEC / 20, "%ld clocks, and %ld", (long)low, (long)high);
  }
}
END_TEST

static void teardown(void) {
  algo_arena_fini(&arena);
  algo_arena_fini(&scratch);
}

int main(void) {
  TCase *t = tcase_create("rows");
  tcase_add_checked_fixture(t, NULL, teardown);
  tcase_set_timeout(t, 60);
  tcase_add_test(t, everything);
  tcase_add_test(t, one_application);
  tcase_add_test(t, one_event);
  tcase_add_test(t, nothing_of_it);
  tcase_add_test(t, truncated);
  tcase_add_test(t, no_header);
  tcase_add_test(t, numbers_of_no_chain);
  tcase_add_test(t, addresses_alike);
  return suite_case("rows", t);
}
