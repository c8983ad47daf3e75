/* The `mappings` of a source map, version 3: one group a byte of program, VLQ in base 64. */
#include "algo/asm.h"

/* As go-algorand writes them, which is not how the specification's sign bit would do at the lowest integer. */
static void put_vlq(algo_buf_t *out, int64_t v) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint64_t u = v < 0 ? (uint64_t)(-v) << 1 | 1 : (uint64_t)v << 1;
  for (; u >= 32; u >>= 5) algo_buf_putc(out, (uint8_t)digits[32 | (u & 31)]);
  algo_buf_putc(out, (uint8_t)digits[u]);
}

void algo_asm_mappings(algo_buf_t *out, const algo_asm_result_t *r) {
  uint32_t pc = 0;
  int64_t line = 0, column = 0;
  for (size_t i = 0; i < r->n_locations; i++) {
    const algo_asm_location_t *l = &r->locations[i];
    for (; pc < l->pc; pc++) algo_buf_putc(out, ';');
    algo_buf_puts(out, "AA");
    put_vlq(out, (int64_t)l->line - line);
    put_vlq(out, (int64_t)l->column - column);
    line = l->line;
    column = l->column;
  }
}
