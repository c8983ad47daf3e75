/* teal-gen check on its corpus: every vulnerable program has exactly the findings that its comments say, every mended
 * one none; the same of their bytecode; and the project's own contracts are clean. */
#include "algo/check.h"
#include "suite.h"

#include <dirent.h>

#define CORPUS     "tests/unit/teal-gen/check/corpus"
#define MANY       64
#define FINDS_MARK "// finds "

typedef struct finds { /* rules at lines, each as line << 8 | rule */
  uint32_t v[MANY];
  size_t n;
} finds_t;

static int ascending(const void *x, const void *y) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  return a < b ? -1 : a > b;
}

static void add(finds_t *f, uint32_t line, uint32_t rule) {
  ck_assert_uint_lt(f->n, MANY);
  f->v[f->n++] = line << 8 | rule;
  qsort(f->v, f->n, sizeof *f->v, ascending);
}

/* `// finds RULE, LINE:RULE` at the ends of lines. */
static void read_expected(finds_t *out, const algo_listing_t *l) {
  *out = (finds_t){.n = 0};
  for (uint32_t i = 0; i < l->n_lines; i++) {
    char text[512];
    snprintf(text, sizeof text, "%.*s", (int)l->lines[i].n, (const char *)l->lines[i].p);
    char *at = strstr(text, FINDS_MARK), *save = NULL;
    if (at == NULL) continue;
    for (char *w = strtok_r(at + strlen(FINDS_MARK), ", ", &save); w != NULL; w = strtok_r(NULL, ", ", &save)) {
      char *name = strchr(w, ':');
      uint32_t line = name != NULL ? (uint32_t)atoi(w) : i + 1;
      algo_check_rule_id_t id;
      name = name != NULL ? name + 1 : w;
      ck_assert_msg(algo_check_rule_find(&id, name, strlen(name)), "%s: no such rule", name);
      add(out, line, id);
    }
  }
}

static void read_found(finds_t *out, const algo_check_result_t *r) {
  *out = (finds_t){.n = 0};
  for (size_t i = 0; i < r->n_findings; i++) {
    if (r->findings[i].allowed == NULL) add(out, r->findings[i].line, r->findings[i].rule);
  }
}

static void compare(const char *name, const finds_t *want, const finds_t *got) {
  for (size_t i = 0; i < want->n || i < got->n; i++) {
    if (i < want->n && i < got->n && want->v[i] == got->v[i]) continue;
    bool missing = i >= got->n || (i < want->n && want->v[i] < got->v[i]);
    uint32_t v = missing ? want->v[i] : got->v[i];
    ck_abort_msg("%s:%u: %s %s", name, v >> 8, missing ? "does not find" : "finds",
                 algo_check_rule((algo_check_rule_id_t)(v & 255))->name);
  }
}

static unsigned mode_of(const char *name) {
  if (strstr(name, ".sig.") != NULL) return ALGO_CHECK_SIG;
  return strstr(name, ".clear.") != NULL ? ALGO_CHECK_CLEAR : ALGO_CHECK_APP;
}

/* The bytecode has the same findings but for those about comments, and for those that comments allow. */
static void check_bytecode(const char *name, const algo_listing_t *source, const algo_check_result_t *of_source) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_listing_t l;
  algo_check_result_t r;
  algo_check_options_t o = {.mode = of_source->mode};
  size_t own = 0, at = 0;
  SUITE_OK(algo_check_load(&l, source->code, &arena, suite_err));
  ck_assert(l.disassembled);
  SUITE_OK(algo_check_program(&r, &l, &o, &arena, suite_err));
  for (size_t i = 0; i < of_source->n_findings; i++) {
    const algo_check_finding_t *f = &of_source->findings[i];
    if (f->rule == ALGO_CHECK_ALLOW) continue;
    own++;
    for (at = 0; at < r.n_findings && (r.findings[at].rule != f->rule || r.findings[at].pc != f->pc); at++) {}
    ck_assert_msg(at < r.n_findings, "%s: %s is not found in the bytecode", name, algo_check_rule(f->rule)->name);
  }
  ck_assert_msg(own == r.n_findings, "%s: the bytecode has other findings than the source", name);
  algo_arena_fini(&arena);
}

static void check_one(const char *name) {
  char path[512];
  snprintf(path, sizeof path, CORPUS "/%s", name);
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_bytes_t text = suite_file(path);
  algo_listing_t l;
  algo_check_result_t r;
  algo_check_options_t o = {.mode = mode_of(name)};
  finds_t want, got;
  SUITE_OK(algo_check_load(&l, text, &arena, suite_err));
  SUITE_OK(algo_check_program(&r, &l, &o, &arena, suite_err));
  ck_assert_msg(r.complete, "%s: not followed to the end", name);
  read_expected(&want, &l);
  read_found(&got, &r);
  compare(name, &want, &got);
  check_bytecode(name, &l, &r);
  for (size_t i = 0; i < r.n_findings; i++) { /* what people are shown leads from the beginning to the finding's end */
    if (r.findings[i].rule == ALGO_CHECK_ALLOW || r.findings[i].n_path == 0) continue;
    ck_assert_uint_le(r.findings[i].path[0].line, 3);
  }
  algo_arena_fini(&arena);
  free((void *)text.p);
}

START_TEST(corpus) {
  DIR *d = opendir(CORPUS);
  ck_assert_ptr_nonnull(d);
  size_t n = 0;
  uint64_t seen = 0;
  for (struct dirent *e; (e = readdir(d)) != NULL;) {
    if (strstr(e->d_name, ".teal") == NULL) continue;
    algo_check_rule_id_t id;
    ck_assert_msg(algo_check_rule_find(&id, e->d_name, strcspn(e->d_name, ".")), "%s: no such rule", e->d_name);
    if (strstr(e->d_name, "vuln") != NULL) seen |= (uint64_t)1 << id;
    check_one(e->d_name);
    n++;
  }
  closedir(d);
  ck_assert_uint_gt(n, 100);
  for (unsigned i = 0; i < ALGO_CHECK_RULES; i++) {
    ck_assert_msg((seen >> i & 1) != 0, "no program of the corpus is for %s",
                  algo_check_rule((algo_check_rule_id_t)i)->name);
  }
}
END_TEST

static void check_own(const char *path, unsigned mode) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_bytes_t text = suite_file(path);
  algo_listing_t l;
  algo_check_result_t r;
  algo_check_options_t o = {.level = ALGO_CHECK_WARNING};
  SUITE_OK(algo_check_load(&l, text, &arena, suite_err));
  o.mode = mode;
  SUITE_OK(algo_check_program(&r, &l, &o, &arena, suite_err));
  ck_assert(r.complete);
  for (size_t i = 0; i < r.n_findings; i++) {
    ck_assert_msg(r.findings[i].allowed != NULL, "%s:%u: %s", path, r.findings[i].line, r.findings[i].message);
  }
  algo_arena_fini(&arena);
  free((void *)text.p);
}

/* What the project's own contracts are made of is clean, or says why not. */
START_TEST(own_contracts) {
  static const char *const names[] = {"rental", "escrow"}, *const assets[] = {"algo", "asa"};
  static const char *const kinds[] = {"approval.teal", "approval.bin", "clear.teal", "clear.bin"};
  char path[256];
  for (unsigned i = 0; i < 16; i++) {
    snprintf(path, sizeof path, "contracts/%s/generated/%s.%s", names[i & 1], assets[i >> 1 & 1], kinds[i >> 2]);
    check_own(path, i >> 2 < 2 ? ALGO_CHECK_APP : ALGO_CHECK_CLEAR);
  }
  check_own("contracts/topup/generated/algo.teal", ALGO_CHECK_SIG);
  check_own("contracts/topup/generated/asa.teal", ALGO_CHECK_SIG);
}
END_TEST

SUITE_MAIN("teal-gen check", corpus, own_contracts)
