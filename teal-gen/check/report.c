/* Findings, with the way through the program that leads to them. */
#include "internal.h"

#include <stdlib.h>

#define PATH_MOST 512u

bool wanted(const checker_t *ck, unsigned rule) {
  const algo_check_rule_t *r = algo_check_rule((algo_check_rule_id_t)rule);
  return (ck->rules >> rule & 1) != 0 && (r->modes & ck->p.mode) != 0 && r->level >= ck->level;
}

bool any_wanted(const checker_t *ck, const unsigned *rules, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (wanted(ck, rules[i])) return true;
  }
  return false;
}

static algo_check_step_t step_of(const program_t *p, uint32_t node, uint32_t last) {
  const algo_listing_t *l = p->listing;
  while (node < last && l->line_at[p->graph.nodes[node].pc] == 0)
    node++; /* constants that the assembler put in front */
  uint32_t pc = p->graph.nodes[node].pc;
  return (algo_check_step_t){pc, l->line_at[pc], l->column_at[pc], l->line_at[p->graph.nodes[last].pc]};
}

/* Blocks from the beginning to `end`, the last first. A return leads back into the subroutine that came back, and its
 * beginning to the call that it came back to. */
static uint32_t walk_back(const state_t *end, const state_t **blocks) {
  const state_t *calls[PATH_MOST];
  uint32_t n = 0, n_calls = 0;
  for (const state_t *s = end; s != NULL && n < PATH_MOST;) {
    if (!s->aside) blocks[n++] = s;
    if (s->call != NULL) {
      if (n_calls < PATH_MOST) calls[n_calls++] = s->call;
      s = s->prev;
    } else if (s->enters && n_calls > 0) {
      s = calls[--n_calls];
    } else {
      s = s->prev;
    }
  }
  return n;
}

static void make_path(run_t *r, algo_check_finding_t *f, const state_t *end, uint32_t end_node) {
  const state_t *blocks[PATH_MOST];
  uint32_t n = end != NULL ? walk_back(end, blocks) : 0;
  algo_check_step_t *path = algo_arena_array(r->ck->arena, n + 1, sizeof *path);
  if (path == NULL) {
    r->ck->oom = true;
    return;
  }
  for (uint32_t i = 0; i < n; i++) {
    const block_t *b = &r->p->blocks[blocks[n - 1 - i]->c.block];
    path[i] = step_of(r->p, b->first, i + 1 < n ? b->last : end_node);
  }
  f->path = path;
  f->n_path = n;
}

void report(run_t *r, unsigned rule, uint32_t node, const state_t *end, uint32_t end_node, const char *message) {
  checker_t *ck = r->ck;
  if (!wanted(ck, rule) || ck->oom) return;
  algo_check_step_t at = step_of(r->p, node, node);
  for (size_t i = 0; i < ck->n; i++) {
    if (ck->findings[i].rule == rule && ck->findings[i].pc == at.pc) return;
  }
  if (ck->n == ck->cap) {
    size_t cap = ck->cap == 0 ? 16 : 2 * ck->cap;
    algo_check_finding_t *more = algo_arena_array(ck->arena, cap, sizeof *more);
    if (more == NULL) {
      ck->oom = true;
      return;
    }
    if (ck->n > 0) memcpy(more, ck->findings, ck->n * sizeof *more);
    ck->findings = more;
    ck->cap = cap;
  }
  algo_check_finding_t *f = &ck->findings[ck->n++];
  const algo_check_rule_t *known = algo_check_rule((algo_check_rule_id_t)rule);
  *f = (algo_check_finding_t){
      .rule = (algo_check_rule_id_t)rule, .level = known->level, .pc = at.pc, .line = at.line, .column = at.column};
  f->message = algo_arena_strdup(ck->arena, message != NULL ? message : known->title);
  make_path(r, f, end, end_node);
}

void report_events(run_t *r) {
  for (uint32_t i = 0; i < r->n_events; i++) {
    const event_t *e = &r->events[i];
    if (e->end != NULL) report(r, e->rule, e->node, e->end, e->end_node, e->message);
  }
}

static int by_place(const void *x, const void *y) {
  const algo_check_finding_t *a = x, *b = y;
  if (a->line != b->line) return a->line < b->line ? -1 : 1;
  if (a->pc != b->pc) return a->pc < b->pc ? -1 : 1;
  return a->rule < b->rule ? -1 : a->rule > b->rule;
}

void finish_findings(checker_t *ck) {
  if (ck->n > 1) qsort(ck->findings, ck->n, sizeof *ck->findings, by_place);
}
