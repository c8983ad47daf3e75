/* algo/env.h - what a context takes from the world outside: log, clock, randomness. A test replaces each. */
#ifndef ALGO_ENV_H
#define ALGO_ENV_H

#include "algo/bytes.h"

typedef enum { ALGO_LOG_ERROR, ALGO_LOG_WARN, ALGO_LOG_INFO, ALGO_LOG_DEBUG } algo_log_level_t;

typedef struct algo_env {
  void *user;
  void (*log)(void *user, algo_log_level_t level, const char *msg); /* NULL: nothing is logged */
  uint64_t (*now_ns)(void *user);                     /* Unix time in nanoseconds; NULL: the system's clock */
  void (*random)(void *user, uint8_t *out, size_t n); /* NULL: libsodium's randombytes_buf */
} algo_env_t;

/* env NULL is the default everywhere. */
ALGO_API void algo_env_log(const algo_env_t *env, algo_log_level_t level, const char *fmt, ...) ALGO_PRINTF(3, 4);
ALGO_API uint64_t algo_env_now_ns(const algo_env_t *env);
ALGO_API void algo_env_random(const algo_env_t *env, uint8_t *out, size_t n);
/* A logger for programs: "2026-11-21T04:00:00.000Z INFO text" lines on stderr up to the level in *user (an
 * algo_log_level_t), or one JSON object a line with algo_log_stderr_json. */
ALGO_API void algo_log_stderr(void *user, algo_log_level_t level, const char *msg);
ALGO_API void algo_log_stderr_json(void *user, algo_log_level_t level, const char *msg);

#endif
