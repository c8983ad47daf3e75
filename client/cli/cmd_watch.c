/* cmd_watch.c - a market's events as they happen, block by block. */
#include "cli.h"

#include <string.h>

#include "algo/block.h"

typedef struct watch {
  cli_t *cli;
  const char *wanted; /* an event's name that ends it; NULL: none */
  bool seen;
  uint64_t round;
  int64_t time;
} watch_t;

static void put_log(watch_t *w, algo_bytes_t log) {
  algo_buf_t text = ALGO_BUF_INIT, json = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&json);
  const algo_event_def_t *e = algo_event_match(w->cli->tables, log);
  j.go_escape = true;
  if (cli_event_text(w->cli, &text, &j, log)) {
    if (w->cli->json)
      printf("{\"round\":%" PRIu64 ",\"time\":%" PRId64 ",%s\n", w->round, w->time, algo_buf_cstr(&json) + 1);
    else printf("%-10" PRIu64 " %s\n", w->round, algo_buf_cstr(&text));
    if (w->wanted != NULL && strcmp(e->name, w->wanted) == 0) w->seen = true;
  }
  algo_buf_fini(&text);
  algo_buf_fini(&json);
}

static void put_calls(watch_t *w, const algo_apply_t *list, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const algo_apply_t *a = &list[i];
    uint64_t app = a->stxn.txn.app_id != 0 ? a->stxn.txn.app_id : a->created_app;
    if (a->stxn.txn.type == ALGO_TX_APPL && app == w->cli->market.app.id)
      for (size_t k = 0; k < a->delta.n_logs; k++) put_log(w, a->delta.logs[k]);
    put_calls(w, a->delta.inner, a->delta.n_inner);
  }
}

static algo_code_t one_round(watch_t *w, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t bytes = ALGO_BUF_INIT;
  algo_block_t block;
  algo_code_t r = algo_algod_block(w->cli->algod, w->round, &bytes, err);
  if (r == ALGO_OK) r = algo_block_decode(&block, algo_buf_view(&bytes), &arena, err);
  if (r == ALGO_OK) {
    w->time = block.header.timestamp;
    put_calls(w, block.txns, block.n_txns);
    if (fflush(stdout) != 0) r = algo_err_set(err, ALGO_E_IO, "writing the events failed");
  }
  algo_buf_fini(&bytes);
  algo_arena_fini(&arena);
  return r;
}

static algo_code_t follow(watch_t *w, uint64_t from, uint64_t rounds, algo_err_t *err) {
  algo_node_status_t st;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_code_t r = algo_algod_status(w->cli->algod, &st, &arena, err);
  uint64_t end = UINT64_MAX;
  w->round = from != UINT64_MAX ? from : r == ALGO_OK ? st.last_round + 1 : 0;
  if (rounds != 0 && __builtin_add_overflow(w->round, rounds, &end)) end = UINT64_MAX;
  while (r == ALGO_OK && !w->seen && w->round < end) {
    algo_arena_reset(&arena);
    if (w->round > st.last_round) r = algo_algod_wait_after(w->cli->algod, w->round - 1, &st, &arena, err);
    for (; r == ALGO_OK && w->round <= st.last_round && w->round < end && !w->seen; w->round++) r = one_round(w, err);
  }
  algo_arena_fini(&arena);
  return r;
}

static algo_code_t watch(cli_t *cli, algo_err_t *err) {
  watch_t w = {.cli = cli, .wanted = cli_value(cli, "--until")};
  uint64_t from = UINT64_MAX, rounds = 0;
  algo_code_t r = cli_opt_u64(cli, "--from", &from, err);
  if (r == ALGO_OK) r = cli_opt_u64(cli, "--rounds", &rounds, err);
  if (r == ALGO_OK) r = cli_open_either(cli, err);
  bool known = w.wanted == NULL;
  for (unsigned i = 0; r == ALGO_OK && i < cli->tables->n_events; i++)
    if (!known && strcmp(cli->tables->events[i].name, w.wanted) == 0) known = true;
  if (r == ALGO_OK && !known)
    r = algo_err_set(err, ALGO_E_USAGE, "the contract %s has no event %s", cli->tables->contract, w.wanted);
  cli->out_done = true; /* what it has to say is said as it happens */
  return r == ALGO_OK ? follow(&w, from, rounds, err) : r;
}

static const cli_option_t watch_options[] = {
    {"--from", "ROUND", "start with this round, where the node still has it (the next one)"},
    {"--rounds", "N", "end after so many rounds (never)"},
    {"--until", "EVENT", "end with the round of this event: TaskPaid, RentalStopped"},
    {NULL, NULL, NULL}};
const cli_command_t cli_cmd_watch = {"watch",
                                     "",
                                     "a market's events as they happen, rentals' or tasks'",
                                     "A line an event, with --json an object a line. It ends with Ctrl-C.",
                                     watch_options,
                                     "  algorent watch --app 1001\n  algorent watch --app 1005 --until TaskPaid --json",
                                     watch};
