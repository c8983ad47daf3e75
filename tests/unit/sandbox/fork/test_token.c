/* The token for a forked node is one word of a file: nothing else of a file is ever sent to a node. */
#include <unistd.h>

#include "algo/fork.h"
#include "suite.h"

static algo_code_t token_of(const char *content, algo_buf_t *out, algo_err_t *err) {
  char path[] = "/tmp/algorent-token.XXXXXX";
  int fd = mkstemp(path);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
  close(fd);
  algo_err_init(err);
  algo_code_t rc = algo_fork_token(out, path, err);
  unlink(path);
  return rc;
}

START_TEST(one_word) {
  static const char *const contents[] = {"abc", "abc\n", "abc\r\n", "abc \n"};
  for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
    algo_buf_t token = ALGO_BUF_INIT;
    algo_err_t err;
    ck_assert_int_eq(token_of(contents[i], &token, &err), ALGO_OK);
    ck_assert_str_eq(algo_buf_cstr(&token), "abc");
    algo_buf_fini(&token);
  }
}
END_TEST

START_TEST(no_other_file) {
  char long_one[258];
  memset(long_one, 'x', 257);
  long_one[257] = '\0';
  const char *const contents[] = {"-----BEGIN KEY-----\nabc\n", "abc\r\nX-Other: 1", "user secret", "\x7f", long_one};
  for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
    algo_buf_t token = ALGO_BUF_INIT;
    algo_err_t err;
    ck_assert_int_eq(token_of(contents[i], &token, &err), ALGO_E_INVALID);
    ck_assert_ptr_null(strstr(err.msg, contents[i]));
    algo_buf_fini(&token);
  }
}
END_TEST

SUITE_MAIN("fork token", one_word, no_other_file)
