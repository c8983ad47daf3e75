/* Blocks into rows: what decodes becomes rows that COPY takes, whole and by their columns, under any scope; and never
 * more rows of one kind than transactions can make. The first byte chooses the scope. */
#include <stdlib.h>
#include <string.h>

#include "copy.h"
#include "rows.h"
#include "state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned columns_of(const char *list) {
  unsigned n = 1;
  for (const char *p = list; (p = strchr(p, ',')) != NULL; p++) n++;
  return n;
}

static uint64_t number(const uint8_t *p, unsigned n) {
  uint64_t v = 0;
  for (unsigned i = 0; i < n; i++) v = v << 8 | p[i];
  return v;
}

/* COPY BINARY: each row the table's count of columns, each column its length and bytes; nothing left over. */
static void check_copy(const algo_buf_t *copy, const char *list, uint64_t count, const uint64_t *round) {
  const uint8_t *p = copy->p, *end = copy->n ? p + copy->n : p;
  const unsigned columns = columns_of(list);
  uint64_t rows = 0;
  for (; p < end; rows++) {
    if (end - p < 2 || number(p, 2) != columns) abort();
    p += 2;
    for (unsigned i = 0; i < columns; i++) {
      if (end - p < 4) abort();
      const uint64_t n = number(p, 4);
      p += 4;
      if (n == UINT32_MAX) continue;
      if (n > (uint64_t)(end - p)) abort();
      if (i == 0 && round && (n != 8 || number(p, 8) != *round)) abort();
      p += n;
    }
  }
  if (rows != count) abort();
}

static void check_state(algo_bytes_t in, bool genesis) {
  ix_state_t s = {0};
  for (int pass = 0; pass < 2; pass++)
    if ((genesis ? ix_state_genesis(&s, in, NULL) : ix_state_build(&s, 7, in, NULL)) == ALGO_OK)
      for (int t = 0; t < IX_ST_TABLES; t++) check_copy(&s.copy[t], ix_st_tables[t].columns, s.count[t], NULL);
  ix_state_fini(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const scopes[] = {"app:1073", "asset:1046", "type:axfer", "note:0x00", "on-completion:optin"};
  static const uint64_t ids[] = {1073, 1074};
  static const uint8_t selectors[][4] = {{'l', 'o', 'g', '0'}, {0, 0, 0, 0}};
  static const ix_rule_t rules[] = {{.kind = IX_BY_CODE}, {.kind = IX_BY_CREATOR}};
  if (size == 0) return 0;
  if (data[0] >= 254) {
    check_state(algo_bytes(data + 1, size - 1), data[0] == 254);
    return 0;
  }
  algo_arena_t arena = {.limit = 256u << 20}, terms_arena = ALGO_ARENA_INIT;
  ix_term_t terms[4];
  ix_scope_t scope = {.all = data[0] % 6 == 0, .terms = terms};
  const ix_apps_t watch = {ids, 2, rules, data[0] & 128 ? 2 : 0, selectors, data[0] & 64 ? 2 : 0};
  if (!scope.all && ix_scope_parse(terms, &scope.n, 4, scopes[data[0] % 6 - 1], &terms_arena, NULL) != ALGO_OK) abort();
  ix_rows_t rows = {0};
  for (int pass = 0; pass < 2; pass++) /* the second time into what the first left */
    if (ix_rows_build(&rows, algo_bytes(data + 1, size - 1), &scope, &watch, &arena, NULL) == ALGO_OK) {
      algo_buf_putb(&rows.copy[IX_BLOCK], rows.raw);
      for (int t = 0; t < IX_TABLES; t++) check_copy(&rows.copy[t], ix_tables[t].columns, rows.count[t], &rows.round);
      if (rows.count[IX_TXN] > (uint64_t)rows.txns + rows.inner || rows.count[IX_BLOCK] != 1) abort();
      for (size_t i = 0; i < rows.n_logged; i++)
        if (rows.logged[i].at + rows.logged[i].length > rows.log_data.n) abort();
    }
  ix_rows_fini(&rows);
  algo_arena_fini(&arena);
  algo_arena_fini(&terms_arena);
  return 0;
}
