/* Blocks: recorded ones survive, cut ones are refused, unknown keys are stepped over, deltas are written sorted. */
#include <dirent.h>

#include "algo/block.h"
#include "suite.h"

#define FOLDER "tests/vectors/data/blocks"

static algo_arena_t arena;

static void each_block(const char *folder, void (*one)(algo_bytes_t bytes)) {
  struct dirent **entries;
  int n = scandir(folder, &entries, NULL, alphasort);
  ck_assert_int_gt(n, 2);
  for (int i = 0; i < n; i++) {
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
    if (strstr(path, ".msgp") != NULL) {
      algo_bytes_t bytes = suite_file(path);
      one(bytes);
      free((void *)bytes.p);
    }
    free(entries[i]);
  }
  free(entries);
}

static void cut_everywhere(algo_bytes_t bytes) {
  for (size_t n = 0; n < bytes.n; n++) {
    algo_bytes_t cut = suite_cut(bytes, n);
    algo_block_t b;
    ck_assert_int_eq(algo_block_decode(&b, cut, &arena, NULL), ALGO_E_TRUNCATED);
    algo_block_reader_t *r;
    ck_assert_int_eq(algo_block_open(&r, &b, cut, &arena, NULL), ALGO_E_TRUNCATED);
    free((void *)cut.p);
    algo_arena_reset(&arena);
  }
}

START_TEST(cut_at_every_byte) { each_block(FOLDER, cut_everywhere); }
END_TEST
START_TEST(certificates_cut_at_every_byte) { each_block("tests/vectors/data/blocks-agreement", cut_everywhere); }
END_TEST

static void flip_everywhere(algo_bytes_t bytes) {
  algo_arena_t limited = {.limit = 64u << 20};
  uint8_t *p = malloc(bytes.n);
  memcpy(p, bytes.p, bytes.n);
  for (size_t i = 0; i < bytes.n; i++) {
    p[i] ^= (uint8_t)(1u << i % 8);
    algo_block_t b;
    algo_buf_t again = ALGO_BUF_INIT;
    if (algo_block_decode(&b, algo_bytes(p, bytes.n), &limited, NULL) == ALGO_OK) algo_block_encode(&again, &b);
    algo_buf_fini(&again);
    p[i] = bytes.p[i];
    algo_arena_reset(&limited);
  }
  free(p);
  algo_arena_fini(&limited);
}

START_TEST(damaged_at_every_byte) { each_block(FOLDER, flip_everywhere); }
END_TEST

START_TEST(raw_bytes_and_genesis_are_kept) {
  algo_bytes_t bytes = suite_file(FOLDER "/000231.msgp");
  algo_block_t b;
  SUITE_OK(algo_block_decode(&b, bytes, &arena, suite_err));
  ck_assert_uint_eq(b.header.round, 231);
  ck_assert_uint_gt(b.n_txns, 0);
  for (size_t i = 0; i < b.n_txns; i++) {
    algo_buf_t one = ALGO_BUF_INIT;
    algo_apply_encode(&one, &b.txns[i]);
    suite_same(algo_buf_view(&one), b.txns[i].raw);
    algo_buf_fini(&one);
    algo_txn_t t;
    algo_block_restore(&t, &b, &b.txns[i]);
    ck_assert(algo_bytes_eq(t.genesis_id, b.txns[i].has_genesis_id ? b.header.genesis_id : algo_bytes(NULL, 0)));
    ck_assert_mem_eq(t.genesis_hash.b, b.header.genesis_hash.b, 32);
  }
  free((void *)bytes.p);
}
END_TEST

/* One after another, in memory that is used again, they are what they are all at once. */
static void one_after_another(algo_bytes_t bytes) {
  algo_block_t whole, opened;
  algo_block_reader_t *r;
  algo_arena_t other = ALGO_ARENA_INIT;
  SUITE_OK(algo_block_decode(&whole, bytes, &arena, suite_err));
  SUITE_OK(algo_block_open(&r, &opened, bytes, &other, suite_err));
  ck_assert_uint_eq(opened.n_txns, whole.n_txns);
  ck_assert_ptr_null(opened.txns);
  ck_assert(algo_bytes_eq(opened.cert, whole.cert));
  algo_digest_t want, got;
  algo_header_hash(&want, &whole.header);
  algo_header_hash(&got, &opened.header);
  ck_assert_mem_eq(got.b, want.b, sizeof got.b);
  const algo_arena_mark_t mark = algo_arena_mark(&other);
  for (size_t i = 0; i < 2 * whole.n_txns; i++) {
    algo_apply_t a;
    SUITE_OK(algo_block_next(r, &a, &other, suite_err));
    algo_buf_t one = ALGO_BUF_INIT;
    algo_apply_encode(&one, &a);
    suite_same(algo_buf_view(&one), whole.txns[i / 2].raw);
    suite_same(a.raw, whole.txns[i / 2].raw);
    algo_buf_fini(&one);
    algo_arena_rewind(&other, mark);
    if (i % 2 == 0) algo_block_back(r);
  }
  algo_arena_fini(&other);
  algo_arena_reset(&arena);
}

START_TEST(read_one_after_another) {
  each_block(FOLDER, one_after_another);
  each_block("tests/vectors/data/blocks-agreement", one_after_another);
}
END_TEST

START_TEST(unknown_keys_at_every_level) {
  algo_bytes_t in = ALGO_BYTES_LIT("\x82\xa5"
                                   "block\x83\xa3new\x01\xa3rnd\x07\xa4txns\x91\x83\xa2xx\x92\x01\x02\xa2"
                                   "dt\x82\xa2qq\x80\xa2lg\x91\xa1"
                                   "z\xa3txn\x82\xa4type\xa3"
                                   "foo\xa3"
                                   "zzz\xc0\xa4"
                                   "cert\x80");
  algo_block_t b;
  SUITE_OK(algo_block_decode(&b, in, &arena, suite_err));
  ck_assert_uint_eq(b.header.round, 7);
  ck_assert_uint_eq(b.n_txns, 1);
  ck_assert_int_eq(b.txns[0].stxn.txn.type, ALGO_TX_UNKNOWN);
  suite_same(b.txns[0].stxn.txn.type_text, ALGO_BYTES_LIT("foo"));
  suite_same(b.txns[0].delta.logs[0], ALGO_BYTES_LIT("z"));
  suite_same(b.cert, ALGO_BYTES_LIT("\x80"));
}
END_TEST

START_TEST(an_error_names_the_path) {
  algo_err_t e;
  algo_err_init(&e);
  algo_block_t b;
  algo_bytes_t in = ALGO_BYTES_LIT("\x81\xa5"
                                   "block\x81\xa4txns\x91\x81\xa3txn\x83\xa3"
                                   "amt\xa1x\xa4type\xa3pay\xa2xx\xc4\x05zzzzz");
  ck_assert_int_eq(algo_block_decode(&b, in, &arena, &e), ALGO_E_PARSE);
  ck_assert_ptr_nonnull(strstr(e.msg, "block: txns: [0]: txn: amt: "));
}
END_TEST

START_TEST(deltas_are_written_sorted) {
  static const algo_value_delta_t global[] = {
      {.key = {(const uint8_t *)"b", 1}, .action = 2, .uint = 1},
      {.key = {NULL, 0}, .action = 3},
      {.key = {(const uint8_t *)"a\0", 2}, .action = 1, .bytes = {(const uint8_t *)"\xff", 1}},
      {.key = {(const uint8_t *)"a", 1}, .action = 2}};
  static const algo_local_delta_t local[] = {{.account = 2, .items = global, .n = 1},
                                             {.account = 0, .items = global + 1, .n = 1}};
  algo_eval_delta_t d = {.global = global, .n_global = 4, .local = local, .n_local = 2};
  algo_buf_t b = ALGO_BUF_INIT;
  algo_eval_delta_encode(&b, &d);
  suite_same(algo_buf_view(&b), ALGO_BYTES_LIT("\x82\xa2gd\x84\xa0\x81\xa2"
                                               "at\x03\xa1"
                                               "a\x81\xa2"
                                               "at\x02\xa2"
                                               "a\0\x82\xa2"
                                               "at\x01\xa2"
                                               "bs\xa1\xff\xa1"
                                               "b\x82\xa2"
                                               "at\x02\xa2ui\x01\xa2ld\x82\x00\x81\xa0\x81\xa2"
                                               "at\x03\x02\x81\xa1"
                                               "b\x82\xa2"
                                               "at\x02\xa2ui\x01"));
  algo_buf_fini(&b);
}
END_TEST

START_TEST(nesting_has_an_end) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_buf_puts(&b, "\x81\xa5"
                    "block\x81\xa4txns\x91");
  for (int i = 0; i < 400; i++)
    algo_buf_puts(&b, "\x81\xa2"
                      "dt\x81\xa3itx\x91");
  for (int i = 0; i < 40; i++) algo_buf_puts(&b, "\xa0");
  algo_block_t out;
  ck_assert_int_eq(algo_block_decode(&out, algo_buf_view(&b), &arena, NULL), ALGO_E_PARSE);
  algo_buf_fini(&b);
}
END_TEST

START_TEST(a_round_without_certificate) {
  algo_block_t b = {.header = {.round = 3}};
  algo_buf_t out = ALGO_BUF_INIT;
  algo_block_encode(&out, &b);
  suite_same(algo_buf_view(&out), ALGO_BYTES_LIT("\x82\xa5"
                                                 "block\x81\xa3rnd\x03\xa4"
                                                 "cert\x80"));
  algo_buf_fini(&out);
}
END_TEST

/* Each header names the hash of the one before: two recorded rounds in a row. */
START_TEST(the_hash_of_a_header) {
  algo_bytes_t first = suite_file(FOLDER "/000000.msgp"), second = suite_file(FOLDER "/000001.msgp");
  algo_block_t a, b;
  algo_digest_t h;
  SUITE_OK(algo_block_decode(&a, first, &arena, suite_err));
  SUITE_OK(algo_block_decode(&b, second, &arena, suite_err));
  algo_header_hash(&h, &a.header);
  ck_assert_mem_eq(h.b, b.header.prev.b, 32);
  algo_buf_t enc = ALGO_BUF_INIT;
  algo_header_encode(&enc, &b.header);
  algo_header_t again;
  SUITE_OK(algo_header_decode(&again, algo_buf_view(&enc), &arena, suite_err));
  ck_assert_int_eq(again.timestamp, b.header.timestamp);
  algo_buf_fini(&enc);
  free((void *)first.p);
  free((void *)second.p);
}
END_TEST

SUITE_MAIN("chain/block", cut_at_every_byte, certificates_cut_at_every_byte, damaged_at_every_byte,
           raw_bytes_and_genesis_are_kept, read_one_after_another, unknown_keys_at_every_level, an_error_names_the_path,
           deltas_are_written_sorted, nesting_has_an_end, a_round_without_certificate, the_hash_of_a_header)
