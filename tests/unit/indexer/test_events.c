/* The statements that a contract's events become. Whether PostgreSQL takes them, the tests over a node show. */

#include "algo/rental.h"
#include "events.h"
#include "suite.h"

static algo_arena_t arena;

static void teardown(void) { algo_arena_fini(&arena); }

static unsigned event(const char *name) {
  for (unsigned i = 0; i < algo_rental_tables.n_events; i++)
    if (strcmp(algo_rental_tables.events[i].name, name) == 0) return i;
  ck_abort_msg("no event %s", name);
  return 0;
}

START_TEST(rental) {
  ix_contract_t c;
  algo_err_t err;
  ck_assert_int_eq(ix_contract_init(&c, &algo_rental_tables, 0, &arena, &err), ALGO_OK);
  unsigned e = event("RentalStarted");
  ck_assert_str_eq(c.inserts[e],
                   "insert into \"rental\".\"rental_started\" (app, round, intra, log, ts, \"rental\", \"at\")"
                   " values ($1, $2, $3, $4, $5, $6, $7)");
  ck_assert_str_eq(c.effects[e][0],
                   "update \"rental\".\"rental\" set \"state\" = 1, \"started_at\" = $7, \"beat_at\" = $7"
                   " where app = $1 and \"id\" = $6 and \"id\" <> 0");
  e = event("ProviderApproved"); /* counts up or down as the event says */
  ck_assert_ptr_nonnull(
      strstr(c.effects[e][1], "\"live_providers\" = \"live_providers\" + (1) where app = $1 and $7 = true"));
  ck_assert_ptr_nonnull(
      strstr(c.effects[e][2], "\"live_providers\" = \"live_providers\" + (-1) where app = $1 and $7 = false"));
  ck_assert_ptr_nonnull(strstr(c.effects[e][0], "on conflict (app, \"provider\") do update set"));
}
END_TEST

static const algo_event_field_t fields[] = {{"id", ALGO_COL_U64, "uint64", 0, ""}};
static const algo_state_column_t columns[] = {{"id", ALGO_COL_U64, ""}, {"n", ALGO_COL_U64, ""}};

static algo_code_t init(algo_event_effect_t effect, bool singleton) {
  static ix_contract_t c;
  const algo_state_table_t st = {"t", columns, 2, singleton};
  const algo_event_def_t e = {"E", "E(uint64)", {0}, "e", fields, 1, &effect, 1};
  const algo_contract_tables_t t = {"x", &e, 1, &st, 1, ""};
  algo_err_t err;
  return ix_contract_init(&c, &t, 0, &arena, &err);
}

START_TEST(tables_that_contradict_themselves) {
  const algo_event_set_t ok = {1, ALGO_SET_FIELD, 0, 0, NULL}, column = {9, ALGO_SET_CONST, 0, 0, NULL},
                         field = {1, ALGO_SET_ADD, 1, 0, NULL}, sql = {1, ALGO_SET_SQL, 0, 0, NULL};
  const algo_event_effect_t good = {ALGO_EFFECT_UPDATE, 0, 0, 255, 255, 255, 255, 0, &ok, 1};
  ck_assert_int_eq(init(good, false), ALGO_OK);
  algo_event_effect_t bad = good;
  bad.table = 1;
  ck_assert_int_eq(init(bad, false), ALGO_E_INVALID);
  bad = good, bad.key_field = 255;
  ck_assert_int_eq(init(bad, false), ALGO_E_INVALID);
  ck_assert_int_eq(init(bad, true), ALGO_OK);
  ck_assert_int_eq(init(good, true), ALGO_E_INVALID);
  bad = good, bad.sets = &column;
  ck_assert_int_eq(init(bad, false), ALGO_E_INVALID);
  bad = good, bad.sets = &field;
  ck_assert_int_eq(init(bad, false), ALGO_E_INVALID);
  bad = good, bad.sets = &sql;
  ck_assert_int_eq(init(bad, false), ALGO_E_INVALID);
  bad = good, bad.n_sets = 0;
  ck_assert_int_eq(init(bad, false), ALGO_E_INVALID);
  bad = good, bad.via_table = 3;
  ck_assert_int_eq(init(bad, false), ALGO_E_INVALID);
  bad = good, bad.when_event_field = 4;
  ck_assert_int_eq(init(bad, false), ALGO_E_INVALID);
}
END_TEST

int main(void) {
  TCase *t = tcase_create("events");
  tcase_add_checked_fixture(t, NULL, teardown);
  tcase_add_test(t, rental);
  tcase_add_test(t, tables_that_contradict_themselves);
  return suite_case("events", t);
}
