/* What the program's parts take from the world outside: the real one, or one that a seed makes, the same every time. */
#ifndef SANDBOX_WORLD_H
#define SANDBOX_WORLD_H

#include <pthread.h>

#include "algo/env.h"

#define SANDBOX_SEED_TIME 1767225600 /* 2026-01-01T00:00:00Z: when a seeded chain starts */

typedef struct sandbox_world {
  algo_log_level_t level; /* first: it is what the logger takes */
  const char *seed;       /* NULL: the real world */
  char *owned;            /* the seed, where it was given later */
  pthread_mutex_t lock;
  uint64_t drawn; /* blocks of randomness */
} sandbox_world_t;

/* An environment over w, which must outlive it. */
algo_env_t sandbox_world_env(sandbox_world_t *w);
/* From now on what this seed makes, from its beginning. False: out of memory. Any thread. */
bool sandbox_world_seed(sandbox_world_t *w, const char *seed);

#endif
