/* Boxes are what the events rebuild: the indexer's tables, moved by the events of a walk, equal every box at its end.
 */
#include "rebuilt.h"
#include "suite.h"
#include "walk.h"

static const algo_contract_tables_t *const T = &algo_rental_tables;

/* The only SQL expression: until when a resolved rental was billed. */
static uint64_t billed_until(const row_t *r, const algo_state_table_t *s) {
  model_rental_t m = {0};
  for (unsigned i = 0; i < s->n_columns; i++) {
    uint64_t v = r->col[i].u;
    if (!strcmp(s->columns[i].name, "deposit")) m.deposit = v;
    if (!strcmp(s->columns[i].name, "price_per_minute")) m.price = v;
    if (!strcmp(s->columns[i].name, "started_at")) m.started = v;
    if (!strcmp(s->columns[i].name, "beat_at")) m.beat = v;
    if (!strcmp(s->columns[i].name, "beat_s")) m.beat_s = (uint32_t)v;
    if (!strcmp(s->columns[i].name, "ended_at")) m.ended = v;
  }
  return model_bill(&m, m.ended).end;
}

/* In the end of a walk. */
static const char *same(walk_t *k) {
  const rebuilt_t *t = k->w.user;
  const char *why = rebuilt_compare(t, &k->w, 0, 'g', "retired");
  if (!why) why = rebuilt_compare(t, &k->w, 1, 'r', "closed");
  if (why) return why;
  const row_t *m = &t->rows[3][0];
  const algo_state_table_t *s = &T->states[3];
  bool counted = rebuilt_column(m, s, "fees") == k->m.fees && rebuilt_column(m, s, "live_gpus") == k->m.live_gpus &&
                 rebuilt_column(m, s, "live_rentals") == k->m.live_rentals &&
                 rebuilt_column(m, s, "live_providers") == k->m.live_providers &&
                 rebuilt_column(m, s, "next_gpu") == k->m.next_gpu &&
                 rebuilt_column(m, s, "next_rental") == k->m.next_rental;
  if (!counted) return "the market's counters are not what the events rebuild";
  return t->unknown == 0 ? NULL : "a log is none of the contract's events";
}

START_TEST(rebuilt) {
  static walk_t k;
  rebuilt_t t;
  rebuilt_open(&t, T);
  t.sql = billed_until;
  ck_assert_str_eq(T->states[0].name, "gpu");
  ck_assert_str_eq(T->states[1].name, "rental");
  ck_assert_str_eq(T->states[3].name, "market");
  walk_open(&k, _i & 1, &algo_rental_spec_algo, &algo_rental_spec_asa);
  rebuilt_watch(&t, &k.w);
  k.finish = same;
  ck_assert_msg(walk_run(&k, 1, 3000, 77 + (uint64_t)_i, NULL), "%s", algo_testnet_why(k.w.t));
  ck_assert_uint_gt(t.events, 300);
  rebuilt_close(&t);
  walk_close(&k);
}
END_TEST

int main(void) {
  TCase *t = tcase_create("events");
  tcase_set_timeout(t, 120);
  tcase_add_loop_test(t, rebuilt, 0, 4);
  return suite_case("rental events", t);
}
