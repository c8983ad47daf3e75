/* Programs that were assembled here: lines of TEAL at their program counters, and what comments say of a failure. */
#include "internal.h"

static const program_t *program_of(const algo_testnet_t *t, const algo_app_spec_t *spec) {
  for (const program_t *p = t->programs; p != NULL && spec != NULL; p = p->next)
    if (p->spec == spec) return p;
  return NULL;
}

/* Line `line` (from 0) of the text without the spaces around it. */
static algo_bytes_t line_at(const char *source, uint32_t line) {
  for (; line > 0 && *source != '\0'; source++)
    if (*source == '\n') line--;
  size_t n = strcspn(source, "\r\n");
  while (n > 0 && (*source == ' ' || *source == '\t')) source++, n--;
  while (n > 0 && (source[n - 1] == ' ' || source[n - 1] == '\t')) n--;
  return algo_bytes(source, n);
}

uint32_t testnet_line(const algo_testnet_t *t, const algo_app_spec_t *spec, int64_t pc, algo_bytes_t *text) {
  const program_t *p = program_of(t, spec);
  for (size_t i = 0; p != NULL && i < p->n; i++) {
    if (p->locations[i].pc != pc) continue;
    *text = line_at(p->source, p->locations[i].line);
    return p->locations[i].line + 1;
  }
  return 0;
}

/* What stands behind "//" of an `assert` or `err`; empty: it says nothing, or is something else. */
static algo_bytes_t message_of(algo_bytes_t line) {
  const char *s = (const char *)line.p;
  size_t word = 0;
  while (word < line.n && s[word] >= 'a' && s[word] <= 'z') word++;
  bool fails = (word == 6 && memcmp(s, "assert", 6) == 0) || (word == 3 && memcmp(s, "err", 3) == 0);
  size_t at = word;
  while (at < line.n && (s[at] == ' ' || s[at] == '\t')) at++;
  if (!fails || line.n - at < 2 || s[at] != '/' || s[at + 1] != '/') return (algo_bytes_t){NULL, 0};
  for (at += 2; at < line.n && (s[at] == ' ' || s[at] == '\t');) at++;
  return algo_bytes(s + at, line.n - at);
}

static bool read_comments(algo_testnet_t *t, const program_t *p, algo_app_spec_t *spec) {
  algo_pc_error_t *errors = algo_arena_array(&t->arena, p->n + 1, sizeof *errors);
  if (errors == NULL) return false;
  for (size_t i = 0; i < p->n; i++) {
    algo_bytes_t message = message_of(line_at(p->source, p->locations[i].line));
    if (message.n == 0) continue;
    errors[spec->n_errors].pc = p->locations[i].pc;
    errors[spec->n_errors].message = algo_arena_printf(&t->arena, "%.*s", (int)message.n, (const char *)message.p);
    if (errors[spec->n_errors++].message == NULL) return false;
  }
  spec->errors = errors;
  return true;
}

/* Methods and events have the names that the source calls them by: method "add(uint64)uint64". */
static bool read_methods(algo_testnet_t *t, const char *source) {
  static const char word[] = "method \"";
  for (const char *s = source; (s = strstr(s, word)) != NULL; s += strcspn(s, "\"")) {
    s += sizeof word - 1;
    const char *signature = algo_arena_printf(&t->arena, "%.*s", (int)strcspn(s, "\"\n"), s);
    if (signature == NULL || !testnet_know_method(t, signature)) return false;
  }
  return true;
}

bool testnet_know_source(algo_testnet_t *t, algo_app_spec_t *spec, const char *source) {
  algo_asm_result_t r;
  algo_err_t err;
  program_t *p = algo_arena_zalloc(&t->arena, sizeof *p);
  if (p == NULL) return testnet_nomem(t);
  if (algo_asm_assemble(&r, algo_bytes_str(source), &t->arena, &err) != ALGO_OK)
    return testnet_fail_err(t, "the program does not assemble", &err);
  *p = (program_t){t->programs, spec, algo_arena_strdup(&t->arena, source), r.locations, r.n_locations};
  t->programs = p;
  return (p->source != NULL && read_comments(t, p, spec) && read_methods(t, source)) || testnet_nomem(t);
}
