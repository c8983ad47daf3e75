/* MessagePack: the shortest forms are written, every form is read, nothing is read behind the end. */
#include "algo/mp.h"
#include "suite.h"

static void uint_is(uint64_t v, const char *bytes, size_t n) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_mp_put_uint(&b, v);
  suite_same(algo_buf_view(&b), algo_bytes(bytes, n));
  algo_mp_t r = algo_mp(algo_buf_view(&b));
  uint64_t back = 1;
  SUITE_OK(algo_mp_get_uint(&r, &back, suite_err));
  ck_assert_uint_eq(back, v);
  ck_assert_ptr_eq(r.p, r.end);
  algo_buf_fini(&b);
}

START_TEST(the_shortest_integers) {
  uint_is(0, "\x00", 1);
  uint_is(127, "\x7f", 1);
  uint_is(128, "\xcc\x80", 2);
  uint_is(255, "\xcc\xff", 2);
  uint_is(256, "\xcd\x01\x00", 3);
  uint_is(65536, "\xce\x00\x01\x00\x00", 5);
  uint_is(4294967296, "\xcf\x00\x00\x00\x01\x00\x00\x00\x00", 9);
  uint_is(UINT64_MAX, "\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 9);
}
END_TEST

START_TEST(negative_integers) {
  static const int64_t values[] = {-1, -32, -33, -128, -129, -32768, -32769, INT32_MIN, INT64_MIN, 0, 5, INT64_MAX};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    algo_buf_t b = ALGO_BUF_INIT;
    int64_t back = 1;
    algo_mp_put_int(&b, values[i]);
    algo_mp_t r = algo_mp(algo_buf_view(&b));
    ck_assert_int_eq(algo_mp_peek(&r), values[i] < 0 ? ALGO_MP_INT : ALGO_MP_UINT);
    SUITE_OK(algo_mp_get_int(&r, &back, suite_err));
    ck_assert_int_eq(back, values[i]);
    if (values[i] < 0) {
      uint64_t u = 9;
      r = algo_mp(algo_buf_view(&b));
      ck_assert_int_eq(algo_mp_get_uint(&r, &u, NULL), ALGO_E_PARSE);
      ck_assert_ptr_eq(r.p, r.start);
      ck_assert_uint_eq(u, 9);
    }
    algo_buf_fini(&b);
  }
}
END_TEST

START_TEST(any_width_is_read) {
  static const char *const forms[] = {
      "\x07",     "\xcc\x07",     "\xcd\x00\x07",         "\xce\x00\x00\x00\x07",  "\xcf\0\0\0\0\0\0\0\x07",
      "\xd0\x07", "\xd1\x00\x07", "\xd2\x00\x00\x00\x07", "\xd3\0\0\0\0\0\0\0\x07"};
  static const size_t sizes[] = {1, 2, 3, 5, 9, 2, 3, 5, 9};
  for (size_t i = 0; i < 9; i++) {
    for (size_t n = 0; n <= sizes[i]; n++) {
      algo_bytes_t cut = suite_cut(algo_bytes(forms[i], sizes[i]), n);
      algo_mp_t r = algo_mp(cut);
      uint64_t v = 0;
      algo_code_t c = algo_mp_get_uint(&r, &v, NULL);
      ck_assert_int_eq(c, n == sizes[i] ? ALGO_OK : ALGO_E_TRUNCATED);
      if (c == ALGO_OK) ck_assert_uint_eq(v, 7);
      free((void *)cut.p);
    }
  }
}
END_TEST

START_TEST(text_and_bytes_stand_for_each_other) {
  static const char *const forms[] = {"\xa2hi",     "\xd9\x02hi",     "\xda\x00\x02hi",        "\xdb\x00\x00\x00\x02hi",
                                      "\xc4\x02hi", "\xc5\x00\x02hi", "\xc6\x00\x00\x00\x02hi"};
  static const size_t sizes[] = {3, 4, 5, 7, 4, 5, 7};
  for (size_t i = 0; i < 7; i++) {
    algo_bytes_t v;
    algo_mp_t r = algo_mp(algo_bytes(forms[i], sizes[i]));
    SUITE_OK(algo_mp_get_str(&r, &v, suite_err));
    suite_same(v, ALGO_BYTES_LIT("hi"));
    r = algo_mp(algo_bytes(forms[i], sizes[i]));
    SUITE_OK(algo_mp_get_bin(&r, &v, suite_err));
    r = algo_mp(algo_bytes(forms[i], sizes[i] - 1));
    ck_assert_int_eq(algo_mp_get_bin(&r, &v, NULL), ALGO_E_TRUNCATED);
  }
}
END_TEST

START_TEST(wrong_kinds_leave_the_cursor) {
  algo_err_t err;
  algo_err_init(&err);
  algo_mp_t r = algo_mp(ALGO_BYTES_LIT("\xc3"));
  uint64_t u;
  uint32_t n;
  algo_bytes_t v;
  ck_assert_int_eq(algo_mp_get_uint(&r, &u, &err), ALGO_E_PARSE);
  ck_assert_ptr_nonnull(strstr(err.msg, "a boolean at byte 0"));
  ck_assert_int_eq(algo_mp_get_map(&r, &n, NULL), ALGO_E_PARSE);
  ck_assert_int_eq(algo_mp_get_array(&r, &n, NULL), ALGO_E_PARSE);
  ck_assert_int_eq(algo_mp_get_bin(&r, &v, NULL), ALGO_E_PARSE);
  bool b = false;
  SUITE_OK(algo_mp_get_bool(&r, &b, suite_err));
  ck_assert(b);
  ck_assert_int_eq(algo_mp_peek(&r), ALGO_MP_END);
  ck_assert_int_eq(algo_mp_get_bool(&r, &b, NULL), ALGO_E_TRUNCATED);
}
END_TEST

START_TEST(a_count_is_not_believed) {
  uint32_t n = 0;
  algo_bytes_t v;
  algo_mp_t r = algo_mp(ALGO_BYTES_LIT("\xdd\xff\xff\xff\xff\x00"));
  ck_assert_int_eq(algo_mp_get_array(&r, &n, NULL), ALGO_E_TRUNCATED);
  r = algo_mp(ALGO_BYTES_LIT("\xdf\x00\x00\x00\x02\x00\x00\x00"));
  ck_assert_int_eq(algo_mp_get_map(&r, &n, NULL), ALGO_E_TRUNCATED);
  r = algo_mp(ALGO_BYTES_LIT("\xc6\xff\xff\xff\xff\x00"));
  ck_assert_int_eq(algo_mp_get_bin(&r, &v, NULL), ALGO_E_TRUNCATED);
}
END_TEST

START_TEST(a_whole_value_is_stepped_over) {
  static const char value[] = "\x84\xa1"
                              "a\x93\x01\xc0\xcb\0\0\0\0\0\0\0\0\xa1"
                              "b\xd6\x01zzzz\xa1"
                              "c\xc7\x03\x01xyz\xa1"
                              "d\x82\x01\x02\xc2\xc3";
  algo_bytes_t whole = algo_bytes(value, sizeof value - 1), got;
  algo_mp_t r = algo_mp(whole);
  SUITE_OK(algo_mp_skip_view(&r, &got, suite_err));
  suite_same(got, whole);
  for (size_t n = 0; n < whole.n; n++) {
    algo_bytes_t cut = suite_cut(whole, n);
    r = algo_mp(cut);
    ck_assert_int_eq(algo_mp_skip(&r, NULL), ALGO_E_TRUNCATED);
    ck_assert_ptr_eq(r.p, r.start);
    free((void *)cut.p);
  }
  uint8_t deep[500];
  memset(deep, 0x91, sizeof deep);
  r = algo_mp(algo_bytes(deep, sizeof deep));
  ck_assert_int_eq(algo_mp_skip(&r, NULL), ALGO_E_PARSE);
  r = algo_mp(ALGO_BYTES_LIT("\xc1"));
  ck_assert_int_eq(algo_mp_skip(&r, NULL), ALGO_E_PARSE);
}
END_TEST

START_TEST(headers_of_text_bytes_and_containers) {
  algo_buf_t b = ALGO_BUF_INIT;
  char big[70000] = {0};
  algo_mp_put_str(&b, big, 31);
  ck_assert_uint_eq(b.p[0], 0xbf);
  algo_buf_clear(&b);
  algo_mp_put_str(&b, big, 32);
  ck_assert_mem_eq(b.p, "\xd9\x20", 2);
  algo_buf_clear(&b);
  algo_mp_put_str(&b, big, 256);
  ck_assert_mem_eq(b.p, "\xda\x01\x00", 3);
  algo_buf_clear(&b);
  algo_mp_put_bin(&b, big, 0);
  suite_same(algo_buf_view(&b), algo_bytes("\xc4\x00", 2));
  algo_buf_clear(&b);
  algo_mp_put_bin(&b, big, 70000);
  ck_assert_mem_eq(b.p, "\xc6\x00\x01\x11\x70", 5);
  algo_buf_clear(&b);
  algo_mp_put_map(&b, 15);
  algo_mp_put_map(&b, 16);
  algo_mp_put_array(&b, 15);
  algo_mp_put_array(&b, 65536);
  algo_mp_put_bool(&b, true);
  algo_mp_put_nil(&b);
  suite_same(algo_buf_view(&b), ALGO_BYTES_LIT("\x8f\xde\x00\x10\x9f\xdd\x00\x01\x00\x00\xc3\xc0"));
  algo_buf_fini(&b);
}
END_TEST

SUITE_MAIN("base/mp", the_shortest_integers, negative_integers, any_width_is_read, text_and_bytes_stand_for_each_other,
           wrong_kinds_leave_the_cursor, a_count_is_not_believed, a_whole_value_is_stepped_over,
           headers_of_text_bytes_and_containers)
