/* Errors, buffers, arenas. */
#include "algo/arena.h"
#include "algo/env.h"
#include "suite.h"

START_TEST(errors_carry_code_text_and_prefix) {
  algo_err_t e;
  algo_err_init(&e);
  ck_assert_int_eq(e.pc, -1);
  ck_assert_int_eq(algo_err_set(&e, ALGO_E_PARSE, "at %d", 7), ALGO_E_PARSE);
  ck_assert_str_eq(e.msg, "at 7");
  ck_assert_int_eq(algo_err_prefix(&e, ALGO_E_IO, "file %s", "x"), ALGO_E_PARSE);
  ck_assert_str_eq(e.msg, "file x: at 7");
  ck_assert_int_eq(algo_err_set(NULL, ALGO_E_IO, "x"), ALGO_E_IO);
  ck_assert_int_eq(algo_err_prefix(NULL, ALGO_E_IO, "x"), ALGO_E_IO);
  ck_assert_str_eq(algo_code_name(ALGO_E_NOT_FOUND), "NOT_FOUND");
  ck_assert_str_eq(algo_code_name((algo_code_t)999), "UNKNOWN");
  ck_assert_int_eq(algo_code_exit_status(ALGO_E_USAGE), 2);
}
END_TEST

START_TEST(a_long_message_is_cut_not_overrun) {
  algo_err_t e;
  algo_err_init(&e);
  for (int i = 0; i < 300; i++) {
    algo_err_set(&e, ALGO_E_PARSE, "%0*d", i * 10, 1);
    algo_err_prefix(&e, ALGO_E_PARSE, "%0*d", i * 7, 2);
    ck_assert_uint_lt(strlen(e.msg), ALGO_ERR_MSG_MAX);
  }
}
END_TEST

START_TEST(bytes_sort_as_state_keys) {
  ck_assert_int_lt(algo_bytes_cmp(ALGO_BYTES_LIT(""), ALGO_BYTES_LIT("a")), 0);
  ck_assert_int_lt(algo_bytes_cmp(ALGO_BYTES_LIT("a"), ALGO_BYTES_LIT("ab")), 0);
  ck_assert_int_gt(algo_bytes_cmp(ALGO_BYTES_LIT("\xff"), ALGO_BYTES_LIT("ab")), 0);
  ck_assert_int_eq(algo_bytes_cmp(ALGO_BYTES_LIT("ab"), ALGO_BYTES_LIT("ab")), 0);
  ck_assert(algo_bytes_eq(algo_bytes(NULL, 0), ALGO_BYTES_LIT("")));
}
END_TEST

START_TEST(a_buffer_grows_and_prints) {
  algo_buf_t b = ALGO_BUF_INIT;
  for (int i = 0; i < 1000; i++) algo_buf_printf(&b, "%03d", i);
  ck_assert_uint_eq(b.n, 3000);
  ck_assert_mem_eq(b.p + 2997, "999", 3);
  ck_assert_uint_eq(strlen(algo_buf_cstr(&b)), 3000);
  algo_buf_clear(&b);
  algo_buf_put(&b, NULL, 0);
  ck_assert_str_eq(algo_buf_cstr(&b), "");
  ck_assert_ptr_null(algo_buf_reserve(&b, SIZE_MAX - 10));
  ck_assert(b.oom);
  algo_buf_puts(&b, "dropped");
  ck_assert_uint_eq(b.n, 0);
  algo_buf_fini(&b);
  algo_buf_puts(&b, "again");
  ck_assert_str_eq(algo_buf_cstr(&b), "again");
  algo_buf_fini(&b);
}
END_TEST

START_TEST(an_arena_aligns_reuses_and_keeps_its_limit) {
  algo_arena_t a = ALGO_ARENA_INIT;
  for (size_t i = 1; i < 5000; i++) {
    uint8_t *p = algo_arena_alloc(&a, i % 97);
    ck_assert_uint_eq((uintptr_t)p % 16, 0);
    memset(p, 0xee, i % 97);
  }
  size_t total = a.total;
  algo_arena_reset(&a);
  for (size_t i = 1; i < 5000; i++) ck_assert_ptr_nonnull(algo_arena_alloc(&a, i % 97));
  ck_assert_uint_eq(a.total, total);
  ck_assert_ptr_null(algo_arena_array(&a, SIZE_MAX / 2, 3));
  ck_assert_str_eq(algo_arena_printf(&a, "%s-%d", "x", 5), "x-5");
  ck_assert_str_eq(algo_arena_strdup(&a, "hello"), "hello");
  algo_arena_fini(&a);
  a.limit = 10000;
  ck_assert_ptr_nonnull(algo_arena_alloc(&a, 9000));
  ck_assert_ptr_null(algo_arena_alloc(&a, 9000));
  ck_assert_ptr_nonnull(algo_arena_alloc(&a, 500));
  algo_arena_fini(&a);
}
END_TEST

static uint64_t fixed_clock(void *user) { return *(uint64_t *)user; }
static void fixed_random(void *user, uint8_t *out, size_t n) {
  (void)user;
  memset(out, 7, n);
}

START_TEST(the_world_outside_can_be_replaced) {
  uint64_t now = 42;
  uint8_t r[4];
  algo_env_t env = {.user = &now, .now_ns = fixed_clock, .random = fixed_random};
  ck_assert_uint_eq(algo_env_now_ns(&env), 42);
  algo_env_random(&env, r, sizeof r);
  ck_assert_mem_eq(r, "\7\7\7\7", 4);
  algo_env_log(&env, ALGO_LOG_INFO, "no logger: %d", 1);
  ck_assert_uint_gt(algo_env_now_ns(NULL), 1600000000000000000u);
}
END_TEST

SUITE_MAIN("base/bytes", errors_carry_code_text_and_prefix, a_long_message_is_cut_not_overrun, bytes_sort_as_state_keys,
           a_buffer_grows_and_prints, an_arena_aligns_reuses_and_keeps_its_limit, the_world_outside_can_be_replaced)
