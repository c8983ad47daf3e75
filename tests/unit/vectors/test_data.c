/* The small copies of the recorded vectors that are in this repository: a clone tests itself without the rest. */
#include "suite.h"
#include "vectors.h"

static void all_pass(const vec_kind_t *kind, const char *path, size_t at_least) {
  vec_report_t r = {.name = path, .root = "tests/vectors/data"};
  kind->run(&r, path);
  ck_assert_uint_eq(r.failed, 0);
  ck_assert_uint_eq(r.skipped, 0);
  ck_assert_uint_ge(r.passed, at_least);
}

START_TEST(transactions) { all_pass(&vec_txn, "tests/vectors/data/txn.jsonl", 270); }
END_TEST
START_TEST(forms_that_nodes_take) { all_pass(&vec_txn, "tests/vectors/data/txn-forms.jsonl", 60); }
END_TEST
START_TEST(developer_blocks) { all_pass(&vec_blocks, "tests/vectors/data/blocks", 30); }
END_TEST
START_TEST(agreement_blocks) { all_pass(&vec_blocks, "tests/vectors/data/blocks-agreement", 4); }
END_TEST

SUITE_MAIN("vectors", transactions, forms_that_nodes_take, developer_blocks, agreement_blocks)
