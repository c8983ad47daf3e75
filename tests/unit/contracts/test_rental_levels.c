/* The programs of every optimisation level and AVM version do the same: each walks as the model does. */
#include <stdio.h>
#include <stdlib.h>

#include "algo/tealgen.h"
#include "suite.h"
#include "walk.h"

extern const tg_contract_t rental_contract;

static algo_app_spec_t spec_of(const tg_built_t *b, algo_arena_t *arena) {
  algo_app_spec_t s = b->options.asa ? algo_rental_spec_asa : algo_rental_spec_algo;
  s.approval = b->approval.code;
  s.clear = b->clear.code;
  s.extra_pages = (uint32_t)((s.approval.n + s.clear.n - 1) / 2048);
  algo_pc_error_t *e = algo_arena_array(arena, b->approval.n_messages + 1, sizeof *e);
  for (size_t i = 0; i < b->approval.n_messages; i++)
    e[i] = (algo_pc_error_t){b->approval.messages[i].pc, b->approval.messages[i].message};
  s.errors = e;
  s.n_errors = b->approval.n_messages;
  return s;
}

static void walks(tg_options_t o, unsigned steps, uint64_t seed) {
  static walk_t k;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_err_t err;
  tg_built_t built;
  ck_assert_msg(!tg_build(&built, &rental_contract, &o, &arena, &err), "%s", err.msg);
  algo_app_spec_t s = spec_of(&built, &arena);
  walk_open(&k, o.asa, &s, &s);
  ck_assert_msg(walk_run(&k, 1, steps, seed, NULL), "asa %d, -O%d, rules %x, AVM %u: %s", o.asa, o.optimise, o.rules,
                o.avm, algo_testnet_why(k.w.t));
  walk_close(&k);
  algo_arena_fini(&arena);
}

START_TEST(level) {
  walks((tg_options_t){.asa = _i & 1, .optimise = _i / 2 % 3, .avm = 10 + (unsigned)_i / 6}, 300, 1000 + (uint64_t)_i);
}
END_TEST

/* Each of the optimiser's rules alone. */
START_TEST(rule) { walks((tg_options_t){.asa = _i & 1, .rules = 1u << _i, .avm = 11}, 300, 2000 + (uint64_t)_i); }
END_TEST

int main(void) {
  TCase *t = tcase_create("levels");
  tcase_set_timeout(t, 300);
  tcase_add_loop_test(t, level, 0, 18);
  const char *doc;
  int rules = 0;
  while (tg_rule_name((unsigned)rules, &doc)) rules++;
  tcase_add_loop_test(t, rule, 0, rules);
  return suite_case("rental levels", t);
}
