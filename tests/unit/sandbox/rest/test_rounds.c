/* Where a search looks: never past a block that has what is looked for, and seldom at one that has not. */
#include "rounds.h"
#include "suite.h"

#define BLOCKS 5000u
#define FIRST  100u

/* Block r has a payment of account r % 1000 to account r, and every seventh a transfer of asset r % 50. */
static algo_addr_t who(uint64_t n) {
  algo_addr_t a = {{1}};
  algo_put_be64(a.b + 8, n);
  return a;
}

static rounds_t *filled(void) {
  rounds_t *r = rounds_new();
  ck_assert_ptr_nonnull(r);
  for (uint64_t round = FIRST; round < FIRST + BLOCKS; round++) {
    algo_apply_t txns[2];
    memset(txns, 0, sizeof txns);
    txns[0].stxn.txn = (algo_txn_t){.type = ALGO_TX_PAY, .sender = who(round % 1000), .receiver = who(round)};
    txns[1].stxn.txn = (algo_txn_t){.type = ALGO_TX_AXFER, .sender = who(1), .xfer_asset = round % 50 + 1};
    algo_block_t b = {.txns = txns, .n_txns = round % 11 == 0 ? 0 : round % 7 == 0 ? 2 : 1};
    ck_assert(rounds_add(r, round, round % 13 == 0 ? NULL : &b));
  }
  return r;
}

static bool there(uint64_t round) { return round % 11 != 0 && round % 13 != 0; }

START_TEST(nothing_is_passed_over) {
  rounds_t *r = filled();
  uint64_t looked = 0, had = 0;
  for (uint64_t n = 0; n < 1000; n += 37) {
    algo_addr_t a = who(n);
    rounds_key_t key = rounds_key_addr(&a);
    for (int down = 0; down < 2; down++) {
      uint64_t from = FIRST + 3, to = FIRST + BLOCKS - 5, next = 0, at;
      bool seen[FIRST + BLOCKS] = {false};
      while ((at = rounds_next(r, &key, 1, from, to, down)) != UINT64_MAX) {
        ck_assert(at >= from && at <= to && (next == 0 || (down ? at < next : at > next)));
        next = at;
        seen[at] = true;
        looked++;
        if (down) to = at - 1;
        else from = at + 1;
      }
      for (uint64_t x = FIRST + 3; x <= FIRST + BLOCKS - 5; x++) {
        bool has = there(x) && (x % 1000 == n || x == n || (n == 1 && x % 7 == 0));
        had += has;
        if (has) ck_assert_msg(seen[x], "block %llu of account %llu", (unsigned long long)x, (unsigned long long)n);
      }
    }
  }
  ck_assert_uint_lt(looked, had + (uint64_t)BLOCKS * 54 / 50); /* fewer than one in fifty for nothing */
  rounds_free(r);
}
END_TEST

START_TEST(all_that_is_asked_for_is_in_one_block) {
  rounds_t *r = filled();
  rounds_key_t both[2] = {rounds_key_asset(8), rounds_key_type(ALGO_TX_AXFER)}, none = rounds_key_app(7);
  uint64_t at = rounds_next(r, both, 2, FIRST, FIRST + BLOCKS - 1, false), n = 0;
  for (; at != UINT64_MAX; at = rounds_next(r, both, 2, at + 1, FIRST + BLOCKS - 1, false)) n++;
  ck_assert_uint_ge(n, 10); /* one in 350, but for those that are not there */
  ck_assert_uint_le(n, 60);
  for (n = 0, at = FIRST; (at = rounds_next(r, &none, 1, at, FIRST + BLOCKS - 1, false)) != UINT64_MAX; at++) n++;
  ck_assert_uint_le(n, 100);
  for (n = 0, at = FIRST; (at = rounds_next(r, NULL, 0, at, FIRST + BLOCKS - 1, false)) != UINT64_MAX; at++) {
    ck_assert(there(at)); /* an empty block has nothing */
    n++;
  }
  ck_assert_uint_ge(n, BLOCKS * 3 / 4);
  rounds_free(r);
}
END_TEST

START_TEST(what_was_not_added_may_have_anything) {
  rounds_t *r = filled();
  rounds_key_t key = rounds_key_app(7);
  ck_assert_uint_eq(rounds_next(r, &key, 1, 5, 50, false), 5);
  ck_assert_uint_eq(rounds_next(r, &key, 1, 5, 50, true), 50);
  ck_assert_uint_eq(rounds_next(r, &key, 1, FIRST + BLOCKS, FIRST + BLOCKS + 9, false), FIRST + BLOCKS);
  ck_assert_uint_eq(rounds_next(r, &key, 1, 9, 8, false), UINT64_MAX);
  rounds_clear(r);
  ck_assert_uint_eq(rounds_next(r, &key, 1, FIRST, FIRST, true), FIRST);
  ck_assert(rounds_add(r, 0, NULL));
  ck_assert_uint_eq(rounds_next(r, &key, 1, 0, 0, true), UINT64_MAX);
  rounds_free(r);
}
END_TEST

SUITE_MAIN("rounds", nothing_is_passed_over, all_that_is_asked_for_is_in_one_block,
           what_was_not_added_may_have_anything)
