#include "world.h"

#include "algo/hash.h"

/* Randomness of a seed: SHA-512/256 of the seed and a counter. */
static void draw(void *user, uint8_t *out, size_t n) {
  sandbox_world_t *w = user;
  pthread_mutex_lock(&w->lock);
  while (n > 0) {
    uint8_t block[32], counter[8];
    algo_buf_t b = ALGO_BUF_INIT;
    algo_put_be64(counter, w->drawn++);
    algo_buf_puts(&b, w->seed);
    algo_buf_put(&b, counter, sizeof counter);
    algo_sha512_256_tagged(block, "algorent sandbox seed", b.p, b.n);
    algo_buf_fini(&b);
    size_t take = n < sizeof block ? n : sizeof block;
    memcpy(out, block, take);
    out += take;
    n -= take;
  }
  pthread_mutex_unlock(&w->lock);
}

static uint64_t stands_still(void *user) {
  (void)user;
  return (uint64_t)SANDBOX_SEED_TIME * 1000000000u;
}

algo_env_t sandbox_world_env(sandbox_world_t *w) {
  pthread_mutex_init(&w->lock, NULL);
  algo_env_t env = {.user = w, .log = algo_log_stderr};
  if (w->seed != NULL) {
    env.now_ns = stands_still;
    env.random = draw;
  }
  return env;
}
