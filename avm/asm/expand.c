/* Statements: a line's tokens up to a ';', with macros put in. */
#include "asm_internal.h"

#define EXPANSION_STEPS (1u << 26) /* tokens that all macros of a source may become */

struct span {
  const tok_t *at;
  size_t n;
};
typedef struct span span_t;

static void keep(asm_t *a, tok_t t) {
  if (ASM_ROOM(a, a->expanded, a->n_stmt, a->cap_expanded)) a->expanded[a->n_stmt++] = t;
}

/* The next token with macros expanded, from the spans still open. False: none left. */
static bool next_token(asm_t *a, tok_t *out) {
  while (a->n_spans > 0) {
    span_t *top = &a->spans[a->n_spans - 1];
    if (top->n == 0) {
      a->n_spans--;
      continue;
    }
    *out = *top->at++;
    top->n--;
    macro_t *m = macro_find(a, *out);
    if (m == NULL) return true;
    if ((a->work += m->n_body) > EXPANSION_STEPS) {
      asm_error(a, *out, "macros expand to too much");
      a->n_spans = 0;
      a->stopped = true;
      return false;
    }
    if (top->n == 0) a->n_spans--;
    if (ASM_ROOM(a, a->spans, a->n_spans, a->cap_spans)) a->spans[a->n_spans++] = (span_t){m->body, m->n_body};
  }
  return false;
}

void expand_line(asm_t *a) {
  a->n_spans = 0;
  a->next_tok = 0;
  a->expanding = a->live_macros != 0;
  if (!a->expanding) return;
  if (ASM_ROOM(a, a->spans, a->n_spans, a->cap_spans)) a->spans[a->n_spans++] = (span_t){a->toks, a->n_toks};
}

/* Without macros a statement is a stretch of the line. */
static bool plain_statement(asm_t *a) {
  size_t at = a->next_tok, n = a->n_toks;
  if (at >= n) return false;
  a->stmt = a->toks + at;
  if (a->semicolons == 0) {
    at = n;
  } else {
    while (at < n && (a->toks[at].n != 1 || a->toks[at].s[0] != ';')) at++;
  }
  a->n_stmt = (size_t)(a->toks + at - a->stmt);
  a->next_tok = at + 1;
  return true;
}

bool expand_statement(asm_t *a) {
  tok_t t;
  if (!a->expanding) return plain_statement(a);
  a->n_stmt = 0;
  bool any = false;
  while (!a->oom && next_token(a, &t)) {
    any = true;
    if (t.n == 1 && t.s[0] == ';') break;
    keep(a, t);
  }
  a->stmt = a->expanded;
  return any;
}
