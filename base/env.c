#include "algo/env.h"

#include <sodium.h>
#include <stdio.h>
#include <time.h>

#include "algo/json.h"

void algo_env_log(const algo_env_t *env, algo_log_level_t level, const char *fmt, ...) {
  if (env == NULL || env->log == NULL) return;
  char msg[2048];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(msg, sizeof msg, fmt, ap);
  va_end(ap);
  env->log(env->user, level, msg);
}

uint64_t algo_env_now_ns(const algo_env_t *env) {
  if (env != NULL && env->now_ns != NULL) return env->now_ns(env->user);
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void algo_env_random(const algo_env_t *env, uint8_t *out, size_t n) {
  if (env != NULL && env->random != NULL) env->random(env->user, out, n);
  else randombytes_buf(out, n);
}

static const char *const level_names[] = {"ERROR", "WARN", "INFO", "DEBUG"};

static bool wanted(const void *user, algo_log_level_t level) {
  const algo_log_level_t *up_to = user;
  return (unsigned)level <= ALGO_LOG_DEBUG && (up_to == NULL || level <= *up_to);
}

static void timestamp(char out[32]) {
  struct timespec t;
  struct tm tm;
  char day[24];
  clock_gettime(CLOCK_REALTIME, &t);
  gmtime_r(&t.tv_sec, &tm);
  strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
  snprintf(out, 32, "%s.%03uZ", day, (unsigned)(t.tv_nsec / 1000000) % 1000);
}

void algo_log_stderr(void *user, algo_log_level_t level, const char *msg) {
  if (!wanted(user, level)) return;
  char when[32];
  timestamp(when);
  fprintf(stderr, "%s %s %s\n", when, level_names[level], msg);
}

void algo_log_stderr_json(void *user, algo_log_level_t level, const char *msg) {
  if (!wanted(user, level)) return;
  char when[32];
  timestamp(when);
  algo_buf_t line = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&line);
  algo_json_open(&j, '{');
  algo_json_key(&j, "time");
  algo_json_str(&j, when);
  algo_json_key(&j, "level");
  algo_json_str(&j, level_names[level]);
  algo_json_key(&j, "msg");
  algo_json_str(&j, msg);
  algo_json_close(&j, '}');
  fprintf(stderr, "%s\n", algo_buf_cstr(&line));
  algo_buf_fini(&line);
}
