/* Files whole: what takes a file's place, what stays, and what is refused. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "algo/file.h"
#include "suite.h"

static char folder[64], path[96], other[96];

static void setup(void) {
  snprintf(folder, sizeof folder, "/tmp/algorent-file.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/a", folder);
  snprintf(other, sizeof other, "%s/b", folder);
}

static void teardown(void) {
  (void)unlink(path);
  (void)unlink(other);
  ck_assert_msg(rmdir(folder) == 0, "something is left in %s", folder);
}

static void holds(const char *file, algo_bytes_t want) {
  algo_buf_t b = ALGO_BUF_INIT;
  SUITE_OK(algo_file_read(&b, file, SIZE_MAX, suite_err));
  suite_same(algo_buf_view(&b), want);
  algo_buf_fini(&b);
}

START_TEST(written_and_replaced) {
  SUITE_OK(algo_file_write(path, ALGO_BYTES_LIT("a long first content"), suite_err));
  SUITE_OK(algo_file_write(path, ALGO_BYTES_LIT("short"), suite_err));
  holds(path, ALGO_BYTES_LIT("short"));
  SUITE_OK(algo_file_write(path, algo_bytes("", 0), suite_err));
  holds(path, algo_bytes("", 0));
}
END_TEST

START_TEST(a_link_stays_one) {
  struct stat st;
  SUITE_OK(algo_file_write(other, ALGO_BYTES_LIT("old and long"), suite_err));
  ck_assert_int_eq(symlink(other, path), 0);
  SUITE_OK(algo_file_write(path, ALGO_BYTES_LIT("new"), suite_err));
  ck_assert(lstat(path, &st) == 0 && S_ISLNK(st.st_mode));
  holds(other, ALGO_BYTES_LIT("new"));
}
END_TEST

START_TEST(who_may_read_it_stays) {
  struct stat st, twin;
  SUITE_OK(algo_file_write(path, ALGO_BYTES_LIT("old"), suite_err));
  ck_assert_int_eq(chmod(path, 0600), 0);
  SUITE_OK(algo_file_write(path, ALGO_BYTES_LIT("secret"), suite_err));
  ck_assert(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
  ck_assert_int_eq(link(path, other), 0);
  SUITE_OK(algo_file_write(path, ALGO_BYTES_LIT("both"), suite_err));
  ck_assert(stat(path, &st) == 0 && stat(other, &twin) == 0 && st.st_ino == twin.st_ino);
  holds(other, ALGO_BYTES_LIT("both"));
}
END_TEST

START_TEST(piece_by_piece) {
  algo_file_out_t o;
  SUITE_OK(algo_file_write(path, ALGO_BYTES_LIT("as it was"), suite_err));
  algo_file_out_begin(&o, path);
  SUITE_OK(algo_file_out_put(&o, ALGO_BYTES_LIT("one "), suite_err));
  SUITE_OK(algo_file_out_put(&o, ALGO_BYTES_LIT("two"), suite_err));
  holds(path, ALGO_BYTES_LIT("as it was"));
  SUITE_OK(algo_file_out_end(&o, true, suite_err));
  holds(path, ALGO_BYTES_LIT("one two"));
  algo_file_out_begin(&o, path);
  SUITE_OK(algo_file_out_put(&o, ALGO_BYTES_LIT("not this"), suite_err));
  SUITE_OK(algo_file_out_end(&o, false, suite_err));
  holds(path, ALGO_BYTES_LIT("one two"));
  algo_file_out_begin(&o, path);
  SUITE_OK(algo_file_out_end(&o, false, suite_err));
  holds(path, ALGO_BYTES_LIT("one two"));
  algo_file_out_begin(&o, path);
  SUITE_OK(algo_file_out_end(&o, true, suite_err));
  holds(path, ALGO_BYTES_LIT(""));
}
END_TEST

START_TEST(a_device_stays_one) {
  struct stat st;
  SUITE_OK(algo_file_write("/dev/null", ALGO_BYTES_LIT("gone"), suite_err));
  ck_assert(lstat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
  if (geteuid() != 0) return;
  ck_assert_int_eq(mknod(path, S_IFCHR | 0600, makedev(1, 7)), 0); /* full: it takes nothing */
  algo_err_t err;
  ck_assert_int_eq(algo_file_write(path, ALGO_BYTES_LIT("x"), &err), ALGO_E_IO);
  ck_assert(strstr(err.msg, path) != NULL && strstr(err.msg, "No space left") != NULL);
}
END_TEST

START_TEST(what_cannot_be_written_is_said) {
  algo_err_t err;
  char deep[128];
  snprintf(deep, sizeof deep, "%s/none/a", folder);
  ck_assert_int_eq(algo_file_write(deep, ALGO_BYTES_LIT("x"), &err), ALGO_E_IO);
  ck_assert(strstr(err.msg, deep) != NULL && strstr(err.msg, "No such file") != NULL);
  ck_assert_int_eq(algo_file_write(folder, ALGO_BYTES_LIT("x"), &err), ALGO_E_IO);
  ck_assert(strstr(err.msg, "directory") != NULL);
}
END_TEST

START_TEST(a_read_has_a_bound) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_err_t err;
  SUITE_OK(algo_file_write(path, ALGO_BYTES_LIT("12345"), suite_err));
  algo_buf_puts(&b, "before ");
  SUITE_OK(algo_file_read(&b, path, 5, suite_err));
  suite_same(algo_buf_view(&b), ALGO_BYTES_LIT("before 12345"));
  ck_assert_int_eq(algo_file_read(&b, path, 4, &err), ALGO_E_RANGE);
  ck_assert_int_eq(algo_file_read(&b, "/dev/zero", 100000, &err), ALGO_E_RANGE);
  ck_assert_int_eq(algo_file_read(&b, other, 5, &err), ALGO_E_NOT_FOUND);
  ck_assert_int_eq(algo_file_read(&b, folder, 5, &err), ALGO_E_IO);
  algo_buf_fini(&b);
}
END_TEST

START_TEST(a_dash_is_standard_input) {
  algo_buf_t b = ALGO_BUF_INIT;
  SUITE_OK(algo_file_write(path, ALGO_BYTES_LIT("piped"), suite_err));
  ck_assert_ptr_nonnull(freopen(path, "rb", stdin));
  SUITE_OK(algo_file_read_input(&b, "-", 100, suite_err));
  suite_same(algo_buf_view(&b), ALGO_BYTES_LIT("piped"));
  algo_buf_fini(&b);
}
END_TEST

int main(void) {
  TCase *c = tcase_create("file");
  tcase_add_checked_fixture(c, setup, teardown);
  tcase_add_test(c, written_and_replaced);
  tcase_add_test(c, a_link_stays_one);
  tcase_add_test(c, who_may_read_it_stays);
  tcase_add_test(c, piece_by_piece);
  tcase_add_test(c, a_device_stays_one);
  tcase_add_test(c, what_cannot_be_written_is_said);
  tcase_add_test(c, a_read_has_a_bound);
  tcase_add_test(c, a_dash_is_standard_input);
  return suite_case("file", c);
}
