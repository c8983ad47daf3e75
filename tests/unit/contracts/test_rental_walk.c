/* Random walks over the published programs of rental, every step compared with the model of the specification:
 * refusals, logs, balances, global state, boxes, and that the market holds what it has to. ALGORENT_WALK: steps a walk.
 */
#include <stdio.h>
#include <stdlib.h>

#include "suite.h"
#include "walk.h"

static void walk(bool asa, uint64_t seed) {
  static walk_t k;
  const char *steps = getenv("ALGORENT_WALK");
  walk_open(&k, asa, seed, &algo_rental_spec_algo, &algo_rental_spec_asa);
  bool ok = walk_go(&k, steps ? (unsigned)atoi(steps) : 2500);
  if (getenv("ALGORENT_WALK_SHOW")) {
    for (unsigned i = 0; i < STEPS; i++) fprintf(stderr, "step %u: %u accepted\n", i, k.accepted[i]);
    for (unsigned i = 0; i < k.n_refusals; i++) fprintf(stderr, "%6u %s\n", k.seen[i], k.refusals[i]);
  }
  ck_assert_msg(ok, "seed %llu: %s", (unsigned long long)seed, k.why);
  walk_close(&k);
}

START_TEST(algo) { walk(false, (uint64_t)_i + 1); }
END_TEST
START_TEST(asa) { walk(true, (uint64_t)_i + 1); }
END_TEST

int main(void) {
  const char *n = getenv("ALGORENT_WALKS");
  int walks = n ? atoi(n) : 3;
  TCase *t = tcase_create("walk");
  tcase_set_timeout(t, 3600);
  tcase_add_loop_test(t, algo, 0, walks);
  tcase_add_loop_test(t, asa, 0, walks);
  return suite_case("rental walk", t);
}
