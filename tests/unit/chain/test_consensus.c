/* Protocol versions, and messages by program counter. */
#include "algo/consensus.h"
#include "algo/method.h"
#include "suite.h"

START_TEST(versions_by_name) {
  const algo_consensus_t *f = algo_consensus_find(algo_bytes_str("future"));
  ck_assert_ptr_eq(f, algo_consensus_future());
  ck_assert_uint_eq(f->logic_sig_version, 14);
  ck_assert_uint_eq(f->max_absolute_txn_note_bytes, 4096);
  const algo_consensus_t *v41 = algo_consensus_find(
      algo_bytes_str("https://github.com/algorandfoundation/specs/tree/953304de35264fc3ef91bcd05c123242015eeaed"));
  ck_assert_ptr_nonnull(v41);
  ck_assert_uint_eq(v41->logic_sig_version, 12);
  ck_assert_uint_eq(v41->max_absolute_txn_note_bytes, 1024);
  ck_assert_ptr_null(algo_consensus_find(algo_bytes_str("futur")));
  ck_assert_ptr_null(algo_consensus_find(algo_bytes(NULL, 0)));
}
END_TEST

START_TEST(an_error_at_a_program_counter) {
  static const algo_pc_error_t errors[] = {{5, "five"}, {9, "nine"}, {100, "hundred"}};
  algo_app_spec_t spec = {.errors = errors, .n_errors = 3};
  ck_assert_str_eq(algo_app_error_at(&spec, 9), "nine");
  ck_assert_str_eq(algo_app_error_at(&spec, 100), "hundred");
  for (uint32_t pc = 0; pc < 120; pc++)
    if (pc != 5 && pc != 9 && pc != 100) ck_assert_ptr_null(algo_app_error_at(&spec, pc));
  spec.n_errors = 0;
  ck_assert_ptr_null(algo_app_error_at(&spec, 5));
}
END_TEST

SUITE_MAIN("chain/consensus", versions_by_name, an_error_at_a_program_counter)
