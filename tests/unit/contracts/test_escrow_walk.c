/* Random walks over the published programs of escrow, every step compared with a model of docs/contracts.md, section 2.
 * ALGORENT_WALKS walks of ALGORENT_WALK steps. */
#include "escrow_walk.h"
#include "suite.h"

static unsigned number(const char *name, unsigned otherwise) {
  const char *v = getenv(name);
  return v ? (unsigned)strtoul(v, NULL, 10) : otherwise;
}

static escrow_walk_t k;

static void open_market(bool asa) { escrow_walk_open(&k, asa, &algo_escrow_spec_algo, &algo_escrow_spec_asa); }

/* Steps that are never accepted are not tested by a walk; short walks need not come to all. */
static void reached(void) {
  for (unsigned i = 0; i < TASK_STEPS; i++) ck_assert_msg(k.accepted[i] > 0, "step %u was never accepted", i);
}

START_TEST(walks) {
  unsigned times = number("ALGORENT_WALKS", 3), steps = number("ALGORENT_WALK", 2500);
  open_market(_i & 1);
  bool ok = escrow_walk_run(&k, times, steps, 1 + (uint64_t)_i, NULL);
  ck_assert_msg(ok, "%s", algo_testnet_why(k.w.t));
  if (times >= 3 && steps >= 2500) reached();
  if (getenv("ALGORENT_WALK_SHOW"))
    for (unsigned i = 0; i < TASK_STEPS; i++) fprintf(stderr, "step %u: %u accepted\n", i, k.accepted[i]);
  escrow_walk_close(&k);
}
END_TEST

START_TEST(nobody_locks_money) {
  open_market(_i & 1);
  k.finish = escrow_walk_drain;
  ck_assert_msg(escrow_walk_run(&k, 1, number("ALGORENT_WALK", 1200), 40 + (uint64_t)_i, NULL), "%s",
                algo_testnet_why(k.w.t));
  escrow_walk_close(&k);
}
END_TEST

/* A claim that is false is found, and told in few steps: post, accept, submit, pay. */
static bool none_paid(const escrow_walk_t *w) {
  for (uint64_t i = 0; i < w->next; i++)
    if (w->tasks[i].state == 4) return false;
  return true;
}

START_TEST(a_failure_is_short) {
  algo_walk_found_t found = {0};
  open_market(_i & 1);
  k.also = none_paid;
  ck_assert(!escrow_walk_run(&k, 1, 2500, 3, &found));
  ck_assert_msg(found.n <= 8, "%zu steps\n%s", found.n, algo_testnet_why(k.w.t));
  ck_assert_msg(strstr(algo_buf_cstr(&found.story), "calls market.accept(") != NULL, "%s", algo_testnet_why(k.w.t));
  algo_walk_found_fini(&found);
  escrow_walk_close(&k);
}
END_TEST

int main(void) {
  TCase *t = tcase_create("walk");
  tcase_set_timeout(t, 36000);
  tcase_add_loop_test(t, walks, 0, 2);
  tcase_add_loop_test(t, nobody_locks_money, 0, 4);
  tcase_add_loop_test(t, a_failure_is_short, 0, 2);
  return suite_case("escrow walk", t);
}
