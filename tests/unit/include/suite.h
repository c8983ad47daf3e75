/* suite.h - what the unit tests share: a main that runs cases, and files read whole. */
#ifndef ALGORENT_SUITE_H
#define ALGORENT_SUITE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/bytes.h"

#define SUITE_OK(call)                                                                                                 \
  do {                                                                                                                 \
    algo_err_t suite_err_;                                                                                             \
    algo_err_init(&suite_err_);                                                                                        \
    algo_err_t *suite_err = &suite_err_;                                                                               \
    algo_code_t suite_code_ = (call);                                                                                  \
    ck_assert_msg(suite_code_ == ALGO_OK, "%s: %s", #call, suite_err->msg);                                            \
  } while (0)

#define suite_same(got, want)                                                                                          \
  do {                                                                                                                 \
    algo_bytes_t suite_a_ = (got), suite_b_ = (want);                                                                  \
    ck_assert_uint_eq(suite_a_.n, suite_b_.n);                                                                         \
    ck_assert_mem_eq(suite_a_.p, suite_b_.p, suite_a_.n);                                                              \
  } while (0)

/* A file of the repository, from its root, on the heap. */
static inline algo_bytes_t suite_file(const char *path) {
  FILE *f = fopen(path, "rb");
  ck_assert_msg(f != NULL, "%s cannot be read", path);
  fseek(f, 0, SEEK_END);
  long n = ftell(f);
  rewind(f);
  uint8_t *p = malloc((size_t)n + 1);
  ck_assert_uint_eq(fread(p, 1, (size_t)n, f), (size_t)n);
  fclose(f);
  return algo_bytes(p, (size_t)n);
}

/* The first n bytes in a block of their own, so that a sanitizer sees a read behind them. */
static inline algo_bytes_t suite_cut(algo_bytes_t v, size_t n) {
  uint8_t *p = malloc(n == 0 ? 1 : n);
  memcpy(p, v.p, n);
  return algo_bytes(p, n);
}

/* Runs the one case c of the suite of that name; the exit code of the program. */
static inline int suite_case(const char *name, TCase *c) {
  Suite *s = suite_create(name);
  suite_add_tcase(s, c);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed != 0;
}

static inline int suite_run(const char *name, const TTest *const *tests, size_t n) {
  TCase *c = tcase_create(name);
  tcase_set_timeout(c, 120);
  for (size_t i = 0; i < n; i++) tcase_add_test(c, tests[i]);
  return suite_case(name, c);
}

#define SUITE_MAIN(name, ...)                                                                                          \
  int main(void) {                                                                                                     \
    const TTest *const tests[] = {__VA_ARGS__};                                                                        \
    return suite_run(name, tests, sizeof tests / sizeof *tests);                                                       \
  }

#endif
