/* What a test of attacks on a market stands on: one world, the call that is made next, and what has to come of it. */
#ifndef ATTACKED_H
#define ATTACKED_H

#include "attacks.h"
#include "suite.h"

static world_t w;
static algo_method_call_t c;

#define A   &w.arena, NULL
#define APP &w.app

static inline bool asa_of(int i) { return i & 1; }
static inline void accepts(unsigned party) { ck_assert_msg(world_call(&w, party, &c), "refused: %s", w.refusal); }
static inline void stands(const char *why) { ck_assert_msg(!why, "%s: %s", c.signature, why); }
static inline void refuses(unsigned party, const char *message) { stands(attack_refused(&w, party, &c, message)); }
static inline void later(int64_t seconds) { world_set_time(&w, w.now + seconds); }

static inline void refuse_create(const char *message) {
  ck_assert(!world_create(&w, &c));
  ck_assert_msg(strstr(w.refusal, message) != NULL, "expected \"%s\", got \"%s\"", message, w.refusal);
}

/* What a party has of the market's money: the asset's in an odd test, ALGO in an even one. */
static inline uint64_t purse(int i, unsigned party) {
  uint64_t amount;
  bool frozen;
  if (!asa_of(i)) return world_balance(&w, &w.who[party]);
  world_holding(&w, &w.who[party], &amount, &frozen);
  return amount;
}

typedef void attacked_state_fn(int i); /* opens a world in which something is so far */
typedef void attacked_call_fn(void);   /* makes c a call */

/* A party makes each of n calls, each in a world of its own in that state; may[k] says y where it is accepted. */
static inline void attacked_in(int i, attacked_state_fn *state, unsigned party, attacked_call_fn *const *calls,
                               size_t n, const char *may) {
  ck_assert_uint_eq(strlen(may), n);
  for (size_t k = 0; k < n; k++) {
    state(i);
    calls[k]();
    bool ok = world_call(&w, party, &c);
    ck_assert_msg(ok == (may[k] == 'y'), "party %u, %s of \"%s\": %s", party, c.signature, may,
                  ok ? "accepted" : w.refusal);
    world_close(&w);
  }
}

/* Runs the tests, each on the market in ALGO and on that in an asset; the exit code. */
static inline int attacked_run(const char *name, const TTest *const *tests, size_t n) {
  TCase *t = tcase_create("attacks");
  tcase_set_timeout(t, 120);
  for (size_t i = 0; i < n; i++) tcase_add_loop_test(t, tests[i], 0, 2);
  return suite_case(name, t);
}

#define ATTACKED_MAIN(name, ...)                                                                                       \
  int main(void) {                                                                                                     \
    const TTest *const tests[] = {__VA_ARGS__};                                                                        \
    return attacked_run(name, tests, sizeof tests / sizeof *tests);                                                    \
  }

#endif
