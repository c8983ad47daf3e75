/* Boxes of escrow are what the events rebuild: the indexer's tables, moved by the events of a walk, equal every box at
 * its end, and the market's counters. */
#include "escrow_walk.h"
#include "rebuilt.h"
#include "suite.h"

static const algo_contract_tables_t *const T = &algo_escrow_tables;

static unsigned table(const char *name) {
  unsigned i = 0;
  while (i < T->n_states && strcmp(T->states[i].name, name) != 0) i++;
  ck_assert_uint_lt(i, T->n_states);
  return i;
}

START_TEST(rebuilt) {
  static escrow_walk_t k;
  static const struct {
    const char *table;
    char prefix;
  } boxes[] = {{"task", 't'}, {"worker", 'w'}};
  rebuilt_t t;
  const char *why = NULL;
  rebuilt_open(&t, T);
  escrow_walk_open(&k, _i & 1, 77 + (uint64_t)_i, &algo_escrow_spec_algo, &algo_escrow_spec_asa);
  k.seen_logs = rebuilt_take;
  k.user = &t;
  for (unsigned i = 0; i < 3000 && !why; i++) why = escrow_walk_one(&k);
  ck_assert_msg(!why, "%s", why);
  ck_assert_uint_eq(t.unknown, 0);
  ck_assert_uint_gt(t.events, 300);
  for (unsigned i = 0; i < 2; i++) {
    why = rebuilt_compare(&t, &k.w, table(boxes[i].table), boxes[i].prefix, "closed");
    ck_assert_msg(!why, "%s: %s", boxes[i].table, why);
  }
  const row_t *m = &t.rows[table("market")][0];
  const algo_state_table_t *s = &T->states[table("market")];
  ck_assert_uint_eq(rebuilt_column(m, s, "fees"), k.fees);
  ck_assert_uint_eq(rebuilt_column(m, s, "live_tasks"), k.live_tasks);
  ck_assert_uint_eq(rebuilt_column(m, s, "live_workers"), k.live_workers);
  ck_assert_uint_eq(rebuilt_column(m, s, "live_providers"), k.providers);
  ck_assert_uint_eq(rebuilt_column(m, s, "next_task"), k.next);
  rebuilt_close(&t);
  escrow_walk_close(&k);
}
END_TEST

int main(void) {
  TCase *t = tcase_create("events");
  tcase_set_timeout(t, 120);
  tcase_add_loop_test(t, rebuilt, 0, 4);
  return suite_case("escrow events", t);
}
