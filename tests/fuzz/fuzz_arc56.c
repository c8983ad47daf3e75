/* ARC-56 files as anyone writes them, and logs: the statements that a file becomes have nothing of it outside quotes,
 * and a log's columns are of the forms that PostgreSQL takes. The file, a zero byte, the log behind the selector of its
 * events. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "algo/text.h"
#include "arc56.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *literal(const char *s) {
  for (s++;; s++) {
    if (!*s) abort();
    if (*s == '\'' && *++s != '\'') return s;
  }
}

/* An identifier: lower-case letters, digits and underscores, no more than PostgreSQL keeps. */
static const char *identifier(const char *s) {
  const size_t n = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz0123456789_");
  if (n == 0 || n > 63 || s[1 + n] != '"') abort();
  return s + n + 2;
}

static void check_sql(const algo_buf_t *sql) {
  algo_buf_t copy = ALGO_BUF_INIT;
  algo_buf_putb(&copy, algo_buf_view(sql));
  if (memchr(sql->p, 0, sql->n) || !algo_utf8_valid(algo_buf_view(sql))) abort();
  for (const char *s = algo_buf_cstr(&copy); *s;) {
    if (*s == '\'') s = literal(s);
    else if (*s == '"') s = identifier(s);
    else if (isalnum((unsigned char)*s) || strchr(" \n,.()[];_$", *s)) s++;
    else abort();
  }
  algo_buf_fini(&copy);
}

static void check_log(const ix_arc56_t *a, const ix_a56_event_t *e, const uint8_t *p, size_t n) {
  algo_buf_t log = ALGO_BUF_INIT, out = ALGO_BUF_INIT;
  algo_buf_put(&log, e->selector, 4);
  algo_buf_put(&log, p, n);
  const ix_a56_event_t *found = ix_a56_match(a, algo_buf_view(&log));
  for (uint32_t i = 0; found && i < found->n_columns; i++) {
    algo_buf_clear(&out);
    if (ix_a56_put_text(&out, found, i, algo_buf_view(&log), NULL) == ALGO_OK && out.n && memchr(out.p, 0, out.n))
      abort();
    algo_buf_clear(&out);
    algo_json_t j = algo_json(&out);
    json_object *o = NULL;
    if (ix_a56_put_json(&j, found, i, algo_buf_view(&log), NULL) != ALGO_OK) continue;
    if (memmem(out.p, out.n, "\\u0000", 6)) abort(); /* jsonb does not take it */
    if (found->columns[i].kind == IX_A56_JSON && out.n < 4096 && algo_json_parse(&o, out.p, out.n, NULL) == ALGO_OK)
      json_object_put(o);
  }
  algo_buf_fini(&log);
  algo_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  algo_arena_t arena = {.limit = 64u << 20};
  algo_buf_t sql = ALGO_BUF_INIT;
  ix_arc56_t a;
  const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
  const size_t n = zero ? (size_t)(zero - data) : size;
  if (ix_arc56_parse(&a, algo_bytes(data, n), NULL, &arena, NULL) == ALGO_OK) {
    if (!ix_a56_is_identifier(a.schema) && strncmp(a.schema, "arc56_", 6) != 0) abort();
    ix_a56_put_schema(&sql, &a);
    for (size_t i = 0; i < a.n_events && i < 20; i++) {
      if (ix_a56_take_name(&a, i, NULL, NULL, 0, &arena, NULL) != ALGO_OK) break;
      ix_a56_put_table(&sql, &a, &a.events[i]);
      ix_a56_put_view(&sql, &a, &a.events[i]);
      algo_buf_puts(&sql, a.events[i].insert);
      algo_buf_puts(&sql, ";\n");
      for (size_t k = 0; k < i; k++)
        if (strcmp(a.events[k].table, a.events[i].table) == 0) abort();
      if (zero) check_log(&a, &a.events[i], zero + 1, size - n - 1);
    }
    check_sql(&sql);
  }
  algo_buf_fini(&sql);
  algo_arena_fini(&arena);
  return 0;
}
