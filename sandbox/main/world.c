#include "world.h"

#include <stdlib.h>

#include "algo/hash.h"

/* Randomness of a seed: SHA-512/256 of the seed and a counter. */
static void draw_block(sandbox_world_t *w, uint8_t out[32]) {
  uint8_t counter[8];
  algo_buf_t b = ALGO_BUF_INIT;
  algo_put_be64(counter, w->drawn++);
  algo_buf_puts(&b, w->seed);
  algo_buf_put(&b, counter, sizeof counter);
  algo_sha512_256_tagged(out, "algorent sandbox seed", b.p, b.n);
  algo_buf_fini(&b);
}

static void draw(void *user, uint8_t *out, size_t n) {
  sandbox_world_t *w = user;
  pthread_mutex_lock(&w->lock);
  if (w->seed == NULL) {
    algo_env_random(NULL, out, n);
    n = 0;
  }
  while (n > 0) {
    uint8_t block[32];
    draw_block(w, block);
    size_t take = n < sizeof block ? n : sizeof block;
    memcpy(out, block, take);
    out += take;
    n -= take;
  }
  pthread_mutex_unlock(&w->lock);
}

static uint64_t now(void *user) {
  sandbox_world_t *w = user;
  pthread_mutex_lock(&w->lock);
  bool stands_still = w->seed != NULL;
  pthread_mutex_unlock(&w->lock);
  return stands_still ? (uint64_t)SANDBOX_SEED_TIME * 1000000000u : algo_env_now_ns(NULL);
}

algo_env_t sandbox_world_env(sandbox_world_t *w) {
  pthread_mutex_init(&w->lock, NULL);
  return (algo_env_t){.user = w, .log = algo_log_stderr, .now_ns = now, .random = draw};
}

bool sandbox_world_seed(sandbox_world_t *w, const char *seed) {
  char *copy = strdup(seed);
  if (copy == NULL) return false;
  pthread_mutex_lock(&w->lock);
  free(w->owned);
  w->seed = w->owned = copy;
  w->drawn = 0;
  pthread_mutex_unlock(&w->lock);
  return true;
}
