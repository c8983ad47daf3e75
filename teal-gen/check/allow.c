/* Comments in the source that allow a finding, and one that says what the program is for:
 *   // teal-gen:allow RULE[,RULE...] reason        on the finding's line, or on a line of its own before it
 *   // teal-gen:allow-file RULE[,RULE...] reason   anywhere: in the whole source
 *   // teal-gen:mode app|clear|sig                 anywhere */
#include "internal.h"

typedef struct allow {
  uint32_t line, first, last; /* where it stands, and the lines that it is for */
  uint64_t rules;
  algo_bytes_t reason;
  bool used, unknown;
} allow_t;

static algo_bytes_t find(algo_bytes_t line, const char *what) {
  size_t n = strlen(what);
  for (size_t i = 0; i + 2 <= line.n; i++) {
    if (line.p[i] != '/' || line.p[i + 1] != '/') continue;
    size_t at = i + 2;
    while (at < line.n && line.p[at] == ' ') at++;
    if (line.n - at > n && memcmp(line.p + at, what, n) == 0 && line.p[at + n] == ' ') {
      return algo_bytes(line.p + at + n + 1, line.n - at - n - 1);
    }
  }
  return algo_bytes(NULL, 0);
}

static algo_bytes_t word(algo_bytes_t *text) {
  while (text->n > 0 && text->p[0] == ' ') text->p++, text->n--;
  algo_bytes_t w = {text->p, 0};
  while (text->n > 0 && text->p[0] > ' ') text->p++, text->n--, w.n++;
  while (text->n > 0 && text->p[0] <= ' ') text->p++, text->n--;
  return w;
}

unsigned mode_comment(const algo_listing_t *l) {
  for (uint32_t i = 0; i < l->n_lines && !l->disassembled; i++) {
    algo_bytes_t text = find(l->lines[i], "teal-gen:mode"), w = word(&text);
    if (algo_bytes_eq(w, ALGO_BYTES_LIT("app"))) return ALGO_CHECK_APP;
    if (algo_bytes_eq(w, ALGO_BYTES_LIT("clear"))) return ALGO_CHECK_CLEAR;
    if (algo_bytes_eq(w, ALGO_BYTES_LIT("sig"))) return ALGO_CHECK_SIG;
  }
  return 0;
}

static void read_rules(allow_t *a, algo_bytes_t names) {
  while (names.n > 0) {
    size_t n = 0;
    algo_check_rule_id_t id;
    while (n < names.n && names.p[n] != ',') n++;
    if (algo_check_rule_find(&id, (const char *)names.p, n)) a->rules |= (uint64_t)1 << id;
    else a->unknown = true;
    if (n < names.n) n++;
    names.p += n;
    names.n -= n;
  }
}

static bool only_comment(algo_bytes_t line) {
  size_t i = 0;
  while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t')) i++;
  return i == line.n || (line.p[i] == '/' && i + 1 < line.n && line.p[i + 1] == '/');
}

/* The allowance of a line (from 0). False: it has none. */
static bool read_line(const algo_listing_t *l, uint32_t i, allow_t *a) {
  *a = (allow_t){.line = i + 1, .first = i + 1, .last = i + 1};
  algo_bytes_t text = find(l->lines[i], "teal-gen:allow");
  if (text.n == 0) {
    text = find(l->lines[i], "teal-gen:allow-file");
    if (text.n == 0) return false;
    a->first = 0;
    a->last = UINT32_MAX;
  } else if (only_comment(l->lines[i])) { /* for the next line that is more than a comment or a label */
    for (uint32_t k = i + 1; k < l->n_lines; k++) {
      a->last = k + 1;
      if (!only_comment(l->lines[k]) && algo_listing_label(l, k + 1).n == 0) break;
    }
  }
  read_rules(a, word(&text));
  while (text.n > 0 && text.p[text.n - 1] <= ' ') text.n--;
  a->reason = text;
  return true;
}

static void apply(checker_t *ck, allow_t *a) {
  for (size_t i = 0; i < ck->n; i++) {
    algo_check_finding_t *f = &ck->findings[i];
    uint32_t line = f->line;
    if ((a->rules >> f->rule & 1) == 0 || line < a->first || line > a->last || a->reason.n == 0) continue;
    a->used = true;
    f->allowed = algo_arena_printf(ck->arena, "%.*s", (int)a->reason.n, (const char *)a->reason.p);
  }
}

static void complain(checker_t *ck, const allow_t *a) {
  size_t before = ck->n;
  const char *text = a->unknown         ? "this names a rule that there is not"
                     : a->reason.n == 0 ? "this allows nothing: it gives no reason"
                                        : "this meets no finding";
  if (ck->p.graph.n == 0) return;
  report(ck->run, ALGO_CHECK_ALLOW, 0, NULL, 0, text);
  if (ck->n == before) return;
  ck->findings[ck->n - 1].line = a->line;
  ck->findings[ck->n - 1].column = 0;
  ck->findings[ck->n - 1].n_path = 0;
  ck->findings[ck->n - 1].pc = UINT32_MAX - a->line; /* none: it only keeps two of them apart */
}

void allow_findings(checker_t *ck) {
  const algo_listing_t *l = ck->p.listing;
  for (uint32_t i = 0; i < l->n_lines && !l->disassembled; i++) {
    allow_t a;
    if (!read_line(l, i, &a)) continue;
    apply(ck, &a);
    bool looked = true; /* for all that it names */
    for (unsigned k = 0; k < ALGO_CHECK_RULES; k++) looked = looked && ((a.rules >> k & 1) == 0 || wanted(ck, k));
    if (!a.used && looked) complain(ck, &a);
  }
}
