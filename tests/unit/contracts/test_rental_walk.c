/* Random walks over the published programs of rental, every step compared with the model of the specification:
 * refusals, logs, balances, global state, boxes, and that the market holds what it has to. A walk that fails ends in
 * the shortest script that does. ALGORENT_WALKS walks of ALGORENT_WALK steps. */
#include "suite.h"
#include "walk.h"

static unsigned number(const char *name, unsigned otherwise) {
  const char *v = getenv(name);
  return v ? (unsigned)strtoul(v, NULL, 10) : otherwise;
}

static void show(const walk_t *k) {
  unsigned sum = 0;
  for (unsigned i = 0; i < STEPS; i++) sum += k->accepted[i];
  for (unsigned i = 0; i < k->n_refusals; i++) sum += k->seen[i];
  fprintf(stderr, "%s: %u calls\n", k->asa ? "asa" : "algo", sum);
  for (unsigned i = 0; i < STEPS; i++) fprintf(stderr, "step %u: %u accepted\n", i, k->accepted[i]);
  for (unsigned i = 0; i < k->n_refusals; i++) fprintf(stderr, "%6u %s\n", k->seen[i], k->refusals[i]);
}

static walk_t k;

static void open_market(bool asa) { walk_open(&k, asa, &algo_rental_spec_algo, &algo_rental_spec_asa); }

/* Steps that are never accepted are not tested by a walk; short walks need not come to all. */
static void reached(void) {
  for (unsigned i = 0; i < STEPS; i++) ck_assert_msg(k.accepted[i] > 0, "step %u was never accepted", i);
  ck_assert_uint_ge(k.n_refusals, 25); /* messages of the contract */
}

START_TEST(walks) {
  unsigned times = number("ALGORENT_WALKS", 3), steps = number("ALGORENT_WALK", 2500);
  open_market(_i & 1);
  bool ok = walk_run(&k, times, steps, 1 + (uint64_t)_i, NULL);
  if (getenv("ALGORENT_WALK_SHOW")) show(&k);
  ck_assert_msg(ok, "%s", algo_testnet_why(k.w.t));
  if (times >= 3 && steps >= 2500) reached();
  walk_close(&k);
}
END_TEST

/* Whatever happened before: strangers can end everything once the windows are over, everybody gets what is his, and the
 * market is left with its own minimum balance. */
START_TEST(nobody_locks_money) {
  open_market(_i & 1);
  k.finish = walk_drain;
  ck_assert_msg(walk_run(&k, 1, number("ALGORENT_WALK", 1200), 400 + (uint64_t)_i, NULL), "%s",
                algo_testnet_why(k.w.t));
  walk_close(&k);
}
END_TEST

/* A claim that is false is found, and told in few steps: register, rent, start, stop. */
static bool none_stopped(const walk_t *w) {
  for (uint64_t i = 0; i < w->m.next_rental; i++)
    if (w->m.rentals[i].state == 2) return false;
  return true;
}

START_TEST(a_failure_is_short) {
  algo_walk_found_t found = {0};
  open_market(_i & 1);
  k.also = none_stopped;
  ck_assert(!walk_run(&k, 1, 2500, 3, &found));
  ck_assert_uint_gt(found.was, 20);
  ck_assert_msg(found.n <= 8, "%zu steps\n%s", found.n, algo_testnet_why(k.w.t));
  ck_assert_msg(strstr(algo_buf_cstr(&found.story), "calls market.stop(") != NULL, "%s", algo_testnet_why(k.w.t));
  algo_walk_found_fini(&found);
  walk_close(&k);
}
END_TEST

int main(void) {
  TCase *t = tcase_create("walk");
  tcase_set_timeout(t, 36000);
  tcase_add_loop_test(t, walks, 0, 2);
  tcase_add_loop_test(t, nobody_locks_money, 0, 4);
  tcase_add_loop_test(t, a_failure_is_short, 0, 2);
  return suite_case("rental walk", t);
}
