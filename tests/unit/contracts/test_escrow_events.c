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

/* In the end of a walk. */
static const char *same(escrow_walk_t *k) {
  static const struct {
    const char *table;
    char prefix;
  } boxes[] = {{"task", 't'}, {"worker", 'w'}};
  const rebuilt_t *t = k->w.user;
  const char *why = t->unknown == 0 ? NULL : "a log is none of the contract's events";
  for (unsigned i = 0; i < 2 && !why; i++)
    why = rebuilt_compare(t, &k->w, table(boxes[i].table), boxes[i].prefix, "closed");
  const row_t *m = &t->rows[table("market")][0];
  const algo_state_table_t *s = &T->states[table("market")];
  bool counted = rebuilt_column(m, s, "fees") == k->fees && rebuilt_column(m, s, "live_tasks") == k->live_tasks &&
                 rebuilt_column(m, s, "live_workers") == k->live_workers &&
                 rebuilt_column(m, s, "live_providers") == k->providers && rebuilt_column(m, s, "next_task") == k->next;
  return why || counted ? why : "the market's counters are not what the events rebuild";
}

START_TEST(rebuilt) {
  static escrow_walk_t k;
  rebuilt_t t;
  rebuilt_open(&t, T);
  escrow_walk_open(&k, _i & 1, &algo_escrow_spec_algo, &algo_escrow_spec_asa);
  rebuilt_watch(&t, &k.w);
  k.finish = same;
  ck_assert_msg(escrow_walk_run(&k, 1, 3000, 77 + (uint64_t)_i, NULL), "%s", algo_testnet_why(k.w.t));
  ck_assert_uint_gt(t.events, 300);
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
