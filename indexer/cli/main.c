/* main.c - algorent-indexer. */
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "algo/json.h"
#include "cli.h"

/* The one thing that a signal handler can reach. */
static algo_follower_t *volatile running;
static volatile sig_atomic_t asked;

static void on_signal(int sig) {
  if (asked++) _exit(128 + sig); /* asked twice */
  algo_follower_t *ix = running;
  if (ix) algo_follower_stop(ix);
}

static void catch_signals(void) {
  struct sigaction a = {.sa_handler = on_signal};
  sigemptyset(&a.sa_mask);
  sigaction(SIGINT, &a, NULL);
  sigaction(SIGTERM, &a, NULL);
  signal(SIGPIPE, SIG_IGN);
}

static bool stop_asked(void *user) {
  (void)user;
  return asked != 0;
}

static int fail(const algo_env_t *env, const algo_err_t *err) {
  algo_env_log(env, ALGO_LOG_ERROR, "%s", err->msg);
  return algo_code_exit_status(err->code);
}

static int run(const cli_options_t *o, const algo_env_t *env) {
  algo_err_t err;
  algo_follower_t *ix = NULL;
  cli_status_t *status = NULL;
  algo_err_init(&err);
  algo_code_t rc = algo_follower_new(&ix, &o->ix, env, &err);
  if (rc == ALGO_OK && o->listen) rc = cli_status_start(&status, ix, o->listen, env, &err);
  if (rc == ALGO_OK) {
    running = ix;
    if (asked) algo_follower_stop(ix);
    algo_env_log(env, ALGO_LOG_INFO, "following %s", o->ix.algod_url ? o->ix.algod_url : o->ix.blocks_dir);
    cli_progress_t *progress = o->json || o->quiet ? NULL : cli_progress_start(ix);
    rc = algo_follower_run(ix, &err);
    running = NULL;
    cli_progress_stop(progress);
    algo_follower_stats_t s;
    algo_follower_stats(ix, &s);
    algo_env_log(env, ALGO_LOG_INFO,
                 "next round %" PRIu64 "; written %" PRIu64 " blocks, %" PRIu64 " transactions, %" PRIu64 " events",
                 s.next_round, s.blocks, s.txns + s.inner, s.events);
  }
  cli_status_stop(status);
  algo_follower_free(ix);
  return rc == ALGO_OK ? 0 : fail(env, &err);
}

#define FOUND_MOST 1000 /* differences named in JSON; beyond them there is the count alone */

typedef struct found {
  algo_buf_t text;
  algo_json_t json; /* its list is open */
  int n;
} found_t;

static void say(void *user, const char *difference) {
  (void)user;
  puts(difference);
}

static void note(void *user, const char *difference) {
  found_t *f = user;
  if (f->n++ < FOUND_MOST) algo_json_str(&f->json, difference);
}

static algo_code_t tell_json(found_t *f, const algo_follower_verdict_t *v, algo_err_t *err) {
  const struct {
    const char *key;
    uint64_t value;
  } counts[] = {{"round", v->round}, {"blocks", v->blocks}, {"accounts", v->accounts},
                {"boxes", v->boxes}, {"values", v->values}, {"differences", v->differences}};
  algo_json_close(&f->json, ']');
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    algo_json_key(&f->json, counts[i].key);
    algo_json_uint(&f->json, counts[i].value);
  }
  algo_json_close(&f->json, '}');
  if (f->text.oom) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  puts(algo_buf_cstr(&f->text));
  return ALGO_OK;
}

/* On a terminal, where there is much to read. */
static void show_links(void *user, uint64_t round, uint64_t last) {
  (void)user;
  if (round < last) fprintf(stderr, "\r\033[Kchain of blocks: round %" PRIu64 " of %" PRIu64, round, last);
  else fputs("\r\033[K", stderr);
}

static int verify(cli_options_t *o, const algo_env_t *env) {
  algo_follower_verdict_t v;
  algo_err_t err;
  found_t f = {.text = ALGO_BUF_INIT};
  f.json = algo_json(&f.text);
  algo_json_open(&f.json, '{');
  algo_json_key(&f.json, "found");
  algo_json_open(&f.json, '[');
  if (isatty(STDERR_FILENO) && !o->json && !o->quiet) o->ix.progress = show_links;
  algo_code_t rc = algo_follower_verify(&v, &o->ix, cli_contracts, cli_n_contracts, o->round, o->json ? note : say,
                                        o->json ? &f : NULL, env, &err);
  if (rc == ALGO_OK && o->json) rc = tell_json(&f, &v, &err);
  else if (rc == ALGO_OK)
    printf("round %" PRIu64 ": %" PRIu64 " blocks, %" PRIu64 " accounts, %" PRIu64 " boxes and %" PRIu64
           " values compared, %" PRIu64 " differences\n",
           v.round, v.blocks, v.accounts, v.boxes, v.values, v.differences);
  algo_buf_fini(&f.text);
  if (rc != ALGO_OK) return fail(env, &err);
  return v.differences ? 1 : 0;
}

static int retain(const cli_options_t *o, const algo_env_t *env) {
  uint64_t partitions;
  algo_err_t err;
  algo_code_t rc = algo_follower_retain(&partitions, o->ix.database_url, &o->retention, env, &err);
  if (rc != ALGO_OK) return fail(env, &err);
  printf(o->json ? "{\"partitions\":%" PRIu64 "}\n" : "%" PRIu64 " partitions were let go\n", partitions);
  return 0;
}

#define GIVEN_BACK (1 << 20) /* what is longer lies by itself, and goes back to the system when it is freed */

int main(int argc, char **argv) {
#ifdef M_MMAP_THRESHOLD
  mallopt(M_MMAP_THRESHOLD, GIVEN_BACK); /* else the first long block raises the limit to its own length */
#endif
  cli_options_t o;
  algo_err_t err;
  algo_log_level_t level = ALGO_LOG_INFO;
  algo_err_init(&err);
  algo_code_t rc = cli_parse(&o, argc, argv, &err);
  if (o.quiet) level = ALGO_LOG_WARN;
  o.ix.cancelled = o.retention.cancelled = stop_asked;
  catch_signals();
  const algo_env_t env = {.user = &level, .log = o.json ? algo_log_stderr_json : algo_log_stderr};
  int status = 0;
  if (rc != ALGO_OK) {
    fprintf(stderr, "algorent-indexer: %s\n", err.msg);
    status = algo_code_exit_status(rc);
  } else if (o.help) {
    fputs(cli_usage, stdout);
  } else if (o.version) {
    puts("algorent-indexer " ALGORENT_VERSION);
  } else if (strcmp(o.command, "migrate") == 0) {
    rc = algo_follower_migrate(&o.ix, &env, &err);
    status = rc == ALGO_OK ? 0 : fail(&env, &err);
  } else if (strcmp(o.command, "retain") == 0) {
    status = retain(&o, &env);
  } else if (strcmp(o.command, "verify") == 0) {
    status = verify(&o, &env);
  } else {
    status = run(&o, &env);
  }
  cli_options_fini(&o);
  return status;
}
