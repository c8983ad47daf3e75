/* Any bytes before the analyser: TEAL, bytecode or hexadecimal digits, as each kind of program; it ends, and its
 * findings stand in the program. */
#include <stdlib.h>

#include "algo/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_as(const algo_listing_t *l, unsigned mode) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_check_result_t r;
  algo_check_options_t o = {.mode = mode};
  if (algo_check_program(&r, l, &o, &arena, NULL) == ALGO_OK) {
    algo_check_file_t file = {"fuzz", l, &r};
    algo_buf_t text = ALGO_BUF_INIT;
    for (size_t i = 0; i < r.n_findings; i++) {
      if (r.findings[i].rule != ALGO_CHECK_ALLOW && r.findings[i].pc >= l->code.n) abort();
      if (r.findings[i].line > l->n_lines) abort();
    }
    algo_check_put_text(&text, &file, 1, true);
    algo_check_put_json(&text, &file, 1);
    algo_check_put_sarif(&text, &file, 1);
    algo_buf_fini(&text);
  }
  algo_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const unsigned modes[] = {0, ALGO_CHECK_APP, ALGO_CHECK_CLEAR, ALGO_CHECK_SIG};
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_listing_t l;
  if (size > 0 && algo_check_load(&l, algo_bytes(data + 1, size - 1), &arena, NULL) == ALGO_OK) {
    check_as(&l, modes[data[0] & 3]);
  }
  algo_arena_fini(&arena);
  return 0;
}
