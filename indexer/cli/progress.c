/* progress.c - a line on the terminal while there is much to do: round, rate, time left. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

#define STEP_NS 500000000L

struct cli_progress {
  const algo_follower_t *ix;
  pthread_t thread;
  atomic_bool stop;
  bool shown;
};

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void left_text(char *out, size_t size, double s) {
  const unsigned long n = s > 0 ? (unsigned long)s : 0;
  if (n >= 86400) snprintf(out, size, "%lu d %lu h", n / 86400, n % 86400 / 3600);
  else if (n >= 3600) snprintf(out, size, "%lu h %lu min", n / 3600, n % 3600 / 60);
  else if (n >= 60) snprintf(out, size, "%lu min %lu s", n / 60, n % 60);
  else snprintf(out, size, "%lu s", n);
}

static void show_ranges(cli_progress_t *p, const algo_follower_stats_t *now, double txns, double rounds) {
  fprintf(stderr,
          "\r\033[Kback-fill: %" PRIu64 " of %" PRIu64 " ranges left   at round %" PRIu64
          "   %.0f transactions/s   %.0f rounds/s",
          now->ranges_left, now->ranges, now->next_round, txns, rounds);
  p->shown = true;
}

static void show(cli_progress_t *p, const algo_follower_stats_t *was, const algo_follower_stats_t *now, double dt) {
  if (now->at_tip || !now->node_up) {
    if (p->shown) fputs("\r\033[K", stderr);
    p->shown = false;
    return;
  }
  char left[40];
  const double rounds = (double)(now->blocks - was->blocks) / dt,
               rows = (double)(now->txns + now->inner - was->txns - was->inner) / dt;
  if (now->ranges_left) {
    show_ranges(p, now, rows, rounds);
    return;
  }
  const double mb = (double)(now->bytes - was->bytes) / dt * 1e-6;
  const uint64_t to_go = now->node_round + 1 > now->next_round ? now->node_round + 1 - now->next_round : 0;
  left_text(left, sizeof left, rounds > 0 ? (double)to_go / rounds : 0);
  fprintf(stderr,
          "\r\033[Kround %" PRIu64 " of %" PRIu64 "   %.0f transactions/s   %.0f rounds/s   %.1f MB/s   %s left",
          now->next_round ? now->next_round - 1 : 0, now->node_round, rows, rounds, mb, rounds > 0 ? left : "?");
  p->shown = true;
}

static void *progress_main(void *arg) {
  cli_progress_t *p = arg;
  algo_follower_stats_t was, now;
  algo_follower_stats(p->ix, &was);
  double at = seconds();
  while (!atomic_load(&p->stop)) {
    nanosleep(&(struct timespec){0, STEP_NS}, NULL);
    algo_follower_stats(p->ix, &now);
    const double t = seconds();
    show(p, &was, &now, t - at);
    if (t - at > 5) { /* a rate over the last seconds */
      was = now;
      at = t;
    }
  }
  if (p->shown) fputs("\r\033[K", stderr);
  return NULL;
}

cli_progress_t *cli_progress_start(const algo_follower_t *ix) {
  if (!isatty(STDERR_FILENO)) return NULL;
  cli_progress_t *p = calloc(1, sizeof *p);
  if (!p) return NULL;
  p->ix = ix;
  if (pthread_create(&p->thread, NULL, progress_main, p) == 0) return p;
  free(p);
  return NULL;
}

void cli_progress_stop(cli_progress_t *p) {
  if (!p) return;
  atomic_store(&p->stop, true);
  pthread_join(p->thread, NULL);
  free(p);
}
