/* bench.h - what the benchmarks share: a clock, and measures as `make bench` prints them.
 *
 * A benchmark is tests/bench/bench_NAME.c, named in tests/module.mk. It prints one JSON object a measure on stdout
 * ({"name","value","unit"[,"peer_value","ratio"]}) and the same as a table on stderr. It finds the vectors under
 * ALGORENT_VECTORS (default ../shared/vectors) and ends with 0 and no line where they are not there. */
#ifndef ALGORENT_BENCH_H
#define ALGORENT_BENCH_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline uint64_t bench_now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void bench_measure(const char *name, double value, const char *unit) {
  printf("{\"name\":\"%s\",\"value\":%.6g,\"unit\":\"%s\"}\n", name, value, unit);
  fflush(stdout);
  fprintf(stderr, "%-40s %14.6g %s\n", name, value, unit);
}

/* ratio: how many times better than the peer, whichever way the unit goes. */
static inline void bench_measure_peer(const char *name, double value, const char *unit, double peer, double ratio) {
  printf("{\"name\":\"%s\",\"value\":%.6g,\"unit\":\"%s\",\"peer_value\":%.6g,\"ratio\":%.4g}\n", name, value, unit,
         peer, ratio);
  fflush(stdout);
  fprintf(stderr, "%-40s %14.6g %-12s peer %14.6g  %.4gx\n", name, value, unit, peer, ratio);
}

static inline const char *bench_vectors(void) {
  const char *dir = getenv("ALGORENT_VECTORS");
  return dir != NULL && *dir != '\0' ? dir : "../shared/vectors";
}

#endif
