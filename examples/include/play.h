/* play.h - what the examples' tests share: the first failure ends the program, and each test begins on the same
 * network. */
#ifndef EXAMPLES_PLAY_H
#define EXAMPLES_PLAY_H

#include <algo/testnet.h>
#include <stdio.h>
#include <stdlib.h>

typedef void play_fn(algo_testnet_t *t, void *state);
typedef struct play_test {
  const char *name;
  play_fn *run;
} play_test_t;

static inline void play_fail(void *user, const char *text) {
  fprintf(stderr, "FAILED: %s: %s\n", *(const char **)user, text);
  exit(1);
}

/* Runs `set_up` once, then each test from there; the exit status of the program. */
static inline int play_run(play_fn *set_up, const play_test_t *tests, size_t n, void *state) {
  const char *now = "set-up";
  algo_testnet_t *t = NULL;
  algo_err_t err;
  uint64_t begin = 0;
  if (algo_testnet_start(&t, &(algo_testnet_options_t){.fail = play_fail, .user = &now}, &err) != ALGO_OK) {
    fprintf(stderr, "FAILED: %s\n", err.msg);
    return 1;
  }
  set_up(t, state);
  algo_testnet_snapshot(t, &begin);
  for (size_t i = 0; i < n; i++) {
    now = tests[i].name;
    tests[i].run(t, state);
    algo_testnet_revert(t, begin);
    printf("ok: %s\n", tests[i].name);
  }
  algo_testnet_stop(t);
  printf("%zu passed, 0 failed\n", n);
  return 0;
}

#endif
