/* COPY BINARY's forms, against bytes that PostgreSQL itself wrote (COPY ... TO STDOUT (FORMAT binary)). */

#include "algo/text.h"
#include "copy.h"
#include "suite.h"

static void is(algo_buf_t *b, const char *hex) {
  algo_buf_t got = ALGO_BUF_INIT;
  algo_hex_encode(&got, algo_buf_view(b));
  ck_assert_str_eq(algo_buf_cstr(&got), hex);
  algo_buf_fini(&got);
  algo_buf_clear(b);
}

START_TEST(numbers) {
  algo_buf_t b = ALGO_BUF_INIT;
  ix_copy_row(&b, 3), is(&b, "0003");
  ix_copy_null(&b), is(&b, "ffffffff");
  ix_copy_bool(&b, true), is(&b, "0000000101");
  ix_copy_i16(&b, -2), is(&b, "00000002fffe");
  ix_copy_i32(&b, 70000), is(&b, "0000000400011170");
  ix_copy_i64(&b, -1), is(&b, "00000008ffffffffffffffff");
  algo_buf_fini(&b);
}
END_TEST

START_TEST(numerics) {
  static const struct {
    uint64_t v;
    const char *hex; /* of select N::numeric(20) */
  } cases[] = {
      {0, "000000080000000000000000"},
      {1, "0000000a00010000000000000001"},
      {9999, "0000000a0001000000000000270f"},
      {10000, "0000000a00010001000000000001"},
      {10001, "0000000c000200010000000000010001"},
      {100000000, "0000000a00010002000000000001"},
      {100000001, "0000000e0003000200000000000100000001"},
      {UINT64_MAX, "00000012000500040000000007341a5802e103bb064f"},
  };
  algo_buf_t b = ALGO_BUF_INIT;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ix_copy_u64(&b, cases[i].v);
    is(&b, cases[i].hex);
  }
  algo_buf_fini(&b);
}
END_TEST

START_TEST(bytes_and_times) {
  algo_buf_t b = ALGO_BUF_INIT;
  ix_copy_bytes(&b, "", 0), is(&b, "00000000");
  ix_copy_bytes(&b, "a\0b", 3), is(&b, "00000003610062");
  ix_copy_time(&b, 946684800), is(&b, "000000080000000000000000");
  ix_copy_time(&b, 0), is(&b, "00000008fffca2fec4c82000"); /* select '1970-01-01'::timestamptz */
  ix_copy_array(&b, 23, 2, 4), ix_copy_i32(&b, 7), ix_copy_i32(&b, 8);
  is(&b, "00000024000000010000000000000017000000020000000100000004000000070000000400000008");
  ix_copy_array(&b, 17, 0, 32), is(&b, "0000000c000000000000000000000011");
  algo_buf_fini(&b);
}
END_TEST

SUITE_MAIN("copy", numbers, numerics, bytes_and_times)
