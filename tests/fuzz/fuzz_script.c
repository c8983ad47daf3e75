/* What a test reads: scripts of walks, and arguments and events as signatures with JSON. A script that is taken is
 * written as one that means the same. */
#include <stdio.h>
#include <stdlib.h>

#include "algo/walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS = 64, INPUTS = 500 /* on one testnet: each may name accounts */ };
typedef struct done {
  uint64_t args[STEPS];
  size_t n;
} done_t;

static bool note(void *user, algo_testnet_t *t, const uint64_t *args) {
  (void)t;
  done_t *d = user;
  if (args[0] > 1) abort(); /* nobody of that number */
  if (d->n < STEPS) d->args[d->n++] = args[1];
  return true;
}

static const algo_walk_arg_t args[] = {{"by", ALGO_WALK_WHO, 0, 0}, {"n", ALGO_WALK_UINT, 0, 0}};
static const algo_walk_action_t actions[] = {{"add", 1, args, 2, NULL, note}};
static const char *const who[] = {"alice", "bob"};

static void script(algo_testnet_t *t, const char *text) {
  done_t first = {.n = 0}, again = {.n = 0};
  algo_walk_t w = {.name = "w", .actions = actions, .n_actions = 1, .who = who, .n_who = 2, .user = &first};
  if (!algo_walk_replay(t, &w, text)) return;
  algo_walk_step_t steps[STEPS];
  algo_buf_t json = ALGO_BUF_INIT;
  for (size_t i = 0; i < first.n; i++) steps[i] = (algo_walk_step_t){0, {i & 1, first.args[i]}};
  algo_walk_json(&json, &w, steps, first.n);
  w.user = &again;
  if (!algo_walk_replay(t, &w, algo_buf_cstr(&json)) || again.n != first.n ||
      memcmp(again.args, first.args, first.n * sizeof *first.args) != 0)
    abort();
  algo_buf_fini(&json);
}

/* The first byte says what the rest is: a script; or a signature, a line feed, and JSON. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static algo_testnet_t *t;
  static unsigned inputs;
  static uint64_t app;
  if (size == 0) return 0;
  if (t != NULL && inputs++ % INPUTS == 0) {
    algo_testnet_stop(t);
    t = NULL;
  }
  if (t == NULL && (algo_testnet_start(&t, NULL, NULL) != ALGO_OK ||
                    !algo_testnet_deploy_teal(t, "maker", "app", "#pragma version 10\nbyte \"event\"\nlog\nint 1\n",
                                              NULL, NULL, NULL, &app)))
    abort();
  char *text = malloc(size);
  if (text == NULL) abort();
  memcpy(text, data + 1, size - 1);
  text[size - 1] = '\0';
  char *json = strchr(text, '\n');
  if (json != NULL) *json++ = '\0';
  if (data[0] == 's') script(t, text);
  else if (data[0] == 'e') (void)algo_testnet_assert_event(t, 0, text, json);
  else (void)algo_testnet_method(t, "alice", app, text, json);
  algo_testnet_forgive(t);
  algo_testnet_may_refuse(t); /* whatever was expected */
  free(text);
  return 0;
}
