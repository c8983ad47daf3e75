/* --scope as anyone writes it, a term a line: what is taken becomes one text of the characters that a comparison of
 * texts needs, the same whatever the order of the lines and of what stands between &; and asking it of a transaction
 * ends. */
#include <stdlib.h>
#include <string.h>

#include "scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TERMS 64u

/* The parts of a line, from the last to the first. */
static void put_backwards(algo_buf_t *out, const char *text) {
  const char *end = text + strlen(text);
  for (const char *p = end; p >= text; p--) {
    if (p != text && p[-1] != '&') continue;
    if (end != text + strlen(text)) algo_buf_putc(out, '&');
    algo_buf_put(out, p, (size_t)(end - p));
    end = p - (p != text);
  }
}

/* The scope of the lines in this order; false: one of them is none. */
static bool read_all(algo_buf_t *text, ix_scope_t *s, ix_term_t *terms, char **lines, size_t n, bool backwards,
                     algo_arena_t *arena) {
  size_t n_terms = 0;
  for (size_t i = 0; i < n; i++)
    if (ix_scope_parse(terms, &n_terms, TERMS, lines[backwards ? n - 1 - i : i], arena, NULL) != ALGO_OK) return false;
  ix_scope_normalise(terms, &n_terms, text);
  *s = (ix_scope_t){.terms = terms, .n = n_terms};
  return true;
}

static void check_text(const algo_buf_t *text) {
  for (size_t i = 0; i < text->n; i++)
    if (text->p[i] < ' ' || text->p[i] > '~') abort();
}

/* A line with its parts the other way round is the same, where it is taken: a note or a signature may have an & of its
 * own. */
static void check_turned(const char *line, algo_arena_t *arena) {
  algo_buf_t turned = ALGO_BUF_INIT, a = ALGO_BUF_INIT, b = ALGO_BUF_INIT;
  ix_term_t x[TERMS], y[TERMS];
  ix_scope_t s;
  put_backwards(&turned, line);
  char *lines[] = {(char *)(uintptr_t)line, (char *)(uintptr_t)algo_buf_cstr(&turned)};
  if (!strstr(line, "note:") && !strchr(line, '(') && !strchr(line, ',') &&
      read_all(&a, &s, x, lines, 1, false, arena) && read_all(&b, &s, y, lines + 1, 1, false, arena) &&
      !ix_scope_same(algo_buf_cstr(&a), algo_buf_cstr(&b)))
    abort();
  algo_buf_fini(&turned);
  algo_buf_fini(&a);
  algo_buf_fini(&b);
}

static void check_lines(char **lines, size_t n, algo_arena_t *arena) {
  algo_buf_t a = ALGO_BUF_INIT, b = ALGO_BUF_INIT;
  ix_term_t x[TERMS], y[TERMS];
  ix_scope_t s, again;
  const algo_apply_t nothing = {0};
  if (read_all(&a, &s, x, lines, n, false, arena)) {
    check_text(&a);
    if (!read_all(&b, &again, y, lines, n, true, arena) || s.n != again.n ||
        !ix_scope_same(algo_buf_cstr(&a), algo_buf_cstr(&b)))
      abort();
    if (n && ix_scope_same(algo_buf_cstr(&a), "app:1,app:2,app:3,app:18446744073709551615")) abort();
    (void)ix_scope_holds(&s, &nothing);
  }
  for (size_t i = 0; i < n; i++) check_turned(lines[i], arena);
  algo_buf_fini(&a);
  algo_buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *lines[16], *text = malloc(size + 1);
  algo_arena_t arena = ALGO_ARENA_INIT;
  size_t n = 0;
  if (!text) abort();
  if (size) memcpy(text, data, size);
  text[size] = 0;
  for (char *p = text; p < text + size && n < 16; p += strlen(p) + 1) {
    p[strcspn(p, "\n")] = 0;
    lines[n++] = p;
  }
  check_lines(lines, n, &arena);
  free(text);
  algo_arena_fini(&arena);
  return 0;
}
