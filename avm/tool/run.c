/* `run`: once; `cases`: a file of runs with what each should come to. */
#include <ctype.h>
#include <stdlib.h>

#include "tool.h"

static bool keep_tally(const tally_t *t, const scenario_t *s, algo_arena_t *arena) {
  bool ok = true;
  if (s->coverage != NULL) {
    ok = coverage_write(t, s->coverage, arena);
    coverage_summary(t);
  }
  if (s->profile != NULL) {
    ok = profile_write(t, s->profile) && ok;
    profile_show(t, arena);
  }
  return ok;
}

int run_command(int argc, char *const *argv, algo_arena_t *arena) {
  scenario_t s;
  program_t p;
  record_t r;
  tally_t t;
  int at = 1, status;
  scenario_init(&s);
  if (argc < 1) {
    fprintf(stderr, "usage: algorent-avm run FILE [options]\n");
    return 2;
  }
  if (!scenario_options(&s, argc, argv, &at, arena)) return 2;
  if (at != argc) {
    fprintf(stderr, "algorent-avm: %s: not an option\n", argv[at]);
    return 2;
  }
  if (!load_program(&p, argv[0], arena, &status)) return status;
  if (!record_run(&r, &p, &s, arena) || !tally_init(&t, &p, arena)) return 70;
  tally_add(&t, &r, arena);
  if (s.json) {
    show_json(&r, &s);
  } else {
    if (s.trace) show_trace(&r);
    show_result(&r);
  }
  if (!keep_tally(&t, &s, arena)) return 74;
  return r.pass ? 0 : 1;
}

/* ---- cases ---- */

#define WORDS_MAX 128

/* Words of a line: blanks part them, single and double quotes keep them together. Returns how many; -1: a quote is
 * open. */
static int split_words(char *line, char *words[WORDS_MAX]) {
  int n = 0;
  char *in = line, *out = line;
  for (;;) {
    while (isspace((unsigned char)*in)) in++;
    if (*in == '\0' || *in == '#' || n == WORDS_MAX) return n;
    words[n++] = out;
    char quote = '\0';
    for (; *in != '\0' && (quote != '\0' || !isspace((unsigned char)*in)); in++) {
      if (quote == '\0' && (*in == '"' || *in == '\'')) {
        quote = *in;
      } else if (*in == quote && quote != '\0') {
        quote = '\0';
      } else {
        *out++ = *in;
      }
    }
    if (quote != '\0') return -1;
    if (*in != '\0') in++;
    *out++ = '\0';
  }
}

/* Did it come to what was expected: approve, reject, or a part of the failure? */
static bool as_expected(const record_t *r, const char *expect) {
  if (expect == NULL || strcmp(expect, "approve") == 0) return r->pass;
  if (strcmp(expect, "reject") == 0) return !r->pass;
  return r->failure != NULL && strstr(r->failure, expect) != NULL;
}

typedef struct cases {
  const program_t *p;
  const scenario_t *common;
  tally_t tally;
  unsigned n, failed;
  algo_arena_t *arena;
} cases_t;

static bool one_case(cases_t *c, char *line, unsigned number) {
  char *words[WORDS_MAX];
  char *shown = algo_arena_printf(c->arena, "%.*s", (int)strcspn(line, "\r\n"), line);
  int n = split_words(line, words), at = 0;
  if (n == 0) return true;
  scenario_t s = *c->common;
  if (n < 0 || !scenario_options(&s, n, words, &at, c->arena) || at != n) {
    fprintf(stderr, "algorent-avm: line %u of the cases: %s\n", number, n < 0 ? "an open quote" : "not understood");
    return false;
  }
  record_t r;
  if (!record_run(&r, c->p, &s, c->arena)) return false;
  tally_add(&c->tally, &r, c->arena);
  bool ok = as_expected(&r, s.expect);
  c->n++;
  c->failed += !ok;
  printf("%s %u - %s\n", ok ? "ok" : "not ok", c->n, shown != NULL ? shown : "");
  if (!ok)
    printf("# %s%s%s\n", r.pass ? "approved" : "rejected", r.failure != NULL ? ": " : "",
           r.failure != NULL ? r.failure : "");
  return true;
}

int cases_command(int argc, char *const *argv, algo_arena_t *arena) {
  scenario_t common;
  program_t p;
  int at = 2, status;
  scenario_init(&common);
  if (argc < 2) {
    fprintf(stderr, "usage: algorent-avm cases FILE CASES [options]\n");
    return 2;
  }
  if (!scenario_options(&common, argc, argv, &at, arena) || at != argc) return 2;
  if (!load_program(&p, argv[0], arena, &status)) return status;
  cases_t c = {.p = &p, .common = &common, .arena = arena};
  if (!tally_init(&c.tally, &p, arena)) return 70;
  algo_bytes_t text;
  if (!read_file(&text, argv[1], arena)) return 66;
  char *copy = algo_arena_printf(arena, "%.*s", (int)text.n, text.n > 0 ? (const char *)text.p : "");
  bool ok = copy != NULL;
  unsigned number = 0;
  for (char *line = copy, *next; ok && line != NULL && *line != '\0'; line = next) {
    next = strchr(line, '\n');
    if (next != NULL) *next++ = '\0';
    ok = one_case(&c, line, ++number);
  }
  printf("1..%u\n", c.n);
  if (!ok) return 2;
  if (!keep_tally(&c.tally, &common, arena)) return 74;
  return c.failed > 0 ? 1 : 0;
}
