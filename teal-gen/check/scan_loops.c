/* Loops and calls that nothing bounds. */
#include "internal.h"

/* ---- circles of the graph ---- */

/* Does a way lead from one block to another, without calls being entered? */
static bool leads(const program_t *p, uint32_t from, uint32_t to, bool *inside, uint32_t *todo) {
  uint32_t n = 0;
  memset(inside, 0, p->n_blocks * sizeof *inside);
  todo[n++] = from;
  bool found = false;
  while (n > 0) {
    uint32_t at = todo[--n];
    const algo_flow_node_t *node = &p->graph.nodes[p->blocks[at].last];
    for (uint32_t e = 0; e < node->n; e++) {
      uint32_t next = p->graph.edges[node->first + e];
      if (next >= p->graph.n) continue;
      uint32_t b = p->block_of[next];
      found = found || b == to;
      if (inside[b]) continue;
      inside[b] = true;
      todo[n++] = b;
    }
  }
  return found;
}

typedef struct circle {
  bool *inside, *reach, *back;
  uint32_t *todo;
} circle_t;

/* The blocks of the circles through a block. False: it is on none. */
static bool find_circle(const program_t *p, circle_t *c, uint32_t head) {
  if (!leads(p, head, head, c->reach, c->todo)) return false;
  for (uint32_t b = 0; b < p->n_blocks; b++) {
    c->inside[b] = c->reach[b] && (b == head || leads(p, b, head, c->back, c->todo));
  }
  return true;
}

/* What the ways out of a circle depend on. True: one of them is bounded. */
static bool is_bounded(checker_t *ck, const circle_t *c, unsigned *taint) {
  const program_t *p = &ck->p;
  *taint = 0;
  bool bounded = false;
  for (uint32_t b = 0; b < p->n_blocks; b++) {
    uint32_t last = p->blocks[b].last;
    const algo_flow_node_t *node = &p->graph.nodes[last];
    if (!c->inside[b] || node->n < 2) continue;
    for (uint32_t e = 0; e < node->n; e++) {
      uint32_t to = p->graph.edges[node->first + e];
      if (to < p->graph.n && c->inside[p->block_of[to]]) continue;
      *taint |= ck->seen->condition[last];
      bounded = bounded || ck->seen->bounded[last];
    }
  }
  return bounded;
}

static void look_at_circle(checker_t *ck, circle_t *c, uint32_t head) {
  unsigned taint;
  const program_t *p = &ck->p;
  uint32_t first = p->blocks[head].first;
  const state_t *s = ck->run->approved;
  if (!find_circle(p, c, head)) return;
  if (ck->run->grows[head]) {
    report(ck->run, ALGO_CHECK_UNBOUNDED_STACK, first, s, ck->run->approved_at,
           "each time round this loop leaves more on the stack");
  }
  if (is_bounded(ck, c, &taint) || (taint & (T_USER | T_STATE | T_FOREIGN)) == 0) return;
  report(ck->run, ALGO_CHECK_UNBOUNDED_LOOP, first, s, ck->run->approved_at,
         (taint & T_STATE) != 0 ? "this loop runs as often as the state says"
                                : "this loop runs as often as the caller says");
}

static void circles(checker_t *ck) {
  const program_t *p = &ck->p;
  size_t n = (size_t)p->n_blocks + 1;
  circle_t c = {algo_arena_array(ck->arena, n, 1), algo_arena_array(ck->arena, n, 1), algo_arena_array(ck->arena, n, 1),
                algo_arena_array(ck->arena, n + 1, sizeof *c.todo)};
  bool *told = algo_arena_array(ck->arena, n, sizeof *told);
  if (c.inside == NULL || c.reach == NULL || c.back == NULL || c.todo == NULL || told == NULL) return;
  for (uint32_t b = 0; b < p->n_blocks; b++) {
    if (!ck->run->loops[b] || told[b]) continue;
    look_at_circle(ck, &c, b);
    for (uint32_t k = 0; k < p->n_blocks; k++) told[k] = told[k] || c.inside[k]; /* one for each circle */
    memset(c.inside, 0, n);
  }
}

/* ---- calls of themselves ---- */

/* The subroutine's own instructions, without entering others; callees in the order met. */
static uint32_t callees_of(const program_t *p, uint32_t entry, bool *seen, uint32_t *todo, uint32_t *calls) {
  uint32_t n = 0, n_calls = 0;
  memset(seen, 0, p->n_blocks * sizeof *seen);
  todo[n++] = p->block_of[entry];
  seen[todo[0]] = true;
  while (n > 0) {
    uint32_t b = todo[--n], last = p->blocks[b].last;
    const algo_flow_node_t *node = &p->graph.nodes[last];
    if (node->callee != ALGO_FLOW_NONE) calls[n_calls++] = last;
    for (uint32_t e = 0; e < node->n; e++) {
      uint32_t to = p->graph.edges[node->first + e];
      if (to >= p->graph.n || seen[p->block_of[to]]) continue;
      seen[p->block_of[to]] = true;
      todo[n++] = p->block_of[to];
    }
  }
  return n_calls;
}

enum { UNSEEN, OPEN, DONE };

typedef struct calls {
  uint8_t *color; /* by instruction: of subroutines */
  bool *seen;
  uint32_t *todo, *list;
} calls_t;

static void visit_calls(checker_t *ck, calls_t *c, uint32_t entry, unsigned depth) {
  const program_t *p = &ck->p;
  c->color[entry] = OPEN;
  uint32_t n = callees_of(p, entry, c->seen, c->todo, c->list);
  uint32_t *own = algo_arena_array(&ck->scratch, n + 1, sizeof *own);
  if (own == NULL || depth > 512) return;
  if (n > 0) memcpy(own, c->list, n * sizeof *own);
  for (uint32_t k = 0; k < n; k++) {
    uint32_t callee = p->graph.nodes[own[k]].callee;
    if (c->color[callee] == OPEN) {
      report(ck->run, ALGO_CHECK_UNBOUNDED_STACK, own[k], NULL, own[k],
             "this subroutine calls itself, directly or through others");
    } else if (c->color[callee] == UNSEEN) {
      visit_calls(ck, c, callee, depth + 1);
    }
  }
  c->color[entry] = DONE;
}

static void recursion(checker_t *ck) {
  const program_t *p = &ck->p;
  size_t n = (size_t)p->graph.n + 2;
  calls_t c = {.color = algo_arena_array(ck->arena, n, 1),
               .seen = algo_arena_array(ck->arena, n, 1),
               .todo = algo_arena_array(ck->arena, n, sizeof *c.todo),
               .list = algo_arena_array(ck->arena, n, sizeof *c.list)};
  if (c.color == NULL || c.seen == NULL || c.todo == NULL || c.list == NULL) return;
  visit_calls(ck, &c, 0, 0);
}

void scan_loops(checker_t *ck) {
  circles(ck);
  if (wanted(ck, ALGO_CHECK_UNBOUNDED_STACK)) recursion(ck);
}
