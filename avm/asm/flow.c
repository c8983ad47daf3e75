/* Reachability and a bound of the cost over the graph of a program's instructions. Subroutines are followed one by one:
 * what a call costs is what its dearest way costs, and code behind a call is reached where the subroutine can return.
 */
#include "algo/flow.h"

#include "algo/asm.h"
#include "algo/isa.h"

#define CALLS_MAX 128u       /* nesting past this counts as a circle */
#define STEPS_MAX (1u << 26) /* of all walks together: more than any program that a network takes needs */
#define NONE      ALGO_FLOW_NONE

typedef algo_flow_node_t node_t;

typedef struct frame {
  uint32_t node, next; /* the edge to follow next */
} frame_t;

typedef struct level { /* what one nesting of calls needs */
  uint8_t *color;
  uint64_t *best; /* the dearest way from a node on */
  frame_t *frames;
} level_t;

typedef struct flow {
  algo_arena_t *arena;
  const node_t *nodes; /* of the graph */
  uint32_t n;
  const uint32_t *edges;
  bool *reachable;
  uint8_t *can_return; /* of subroutines, by their first node */
  uint64_t *dearest;   /* of subroutines already measured, by their first node; UINT64_MAX: not yet */
  bool *measuring;
  level_t levels[CALLS_MAX + 1];
  bool bounded, oom;
  uint64_t steps;
  uint32_t circle;
} flow_t;

typedef struct maker {
  algo_flow_graph_t *graph;
  uint32_t *edges, n_edges;
} maker_t;

static uint32_t cost_of(const algo_isa_insn_t *i) {
  unsigned k = i->op->n_costs > 1 && (uint64_t)i->imm[0].value < i->op->n_costs ? (unsigned)i->imm[0].value : 0;
  const algo_isa_cost_t *c = &i->op->cost[k];
  if (c->chunk == 0) return c->base;
  return c->base + c->per_chunk * ((ALGO_AVM_BYTES_MAX + c->chunk - 1u) / c->chunk);
}

static void add_edge(maker_t *m, node_t *from, int64_t pc) {
  const algo_flow_graph_t *g = m->graph;
  bool inside = pc >= 0 && pc < (int64_t)g->program.n;
  m->edges[m->n_edges++] = inside ? g->node_at[pc] : pc == (int64_t)g->program.n ? g->n : NONE;
  from->n++;
}

/* Edges of the instruction itself; those of a callsub are the way behind it alone. */
static void link_node(maker_t *m, node_t *node) {
  const algo_flow_graph_t *g = m->graph;
  algo_isa_insn_t i;
  (void)algo_isa_decode(&i, g->version, g->program, node->pc);
  node->first = m->n_edges;
  node->cost = cost_of(&i);
  switch (i.op->id) {
  case ALGO_OP_b: add_edge(m, node, i.imm[0].value); return;
  case ALGO_OP_return_:
  case ALGO_OP_err: return;
  case ALGO_OP_retsub: node->returns = true; return;
  case ALGO_OP_bz:
  case ALGO_OP_bnz: add_edge(m, node, i.imm[0].value); break;
  case ALGO_OP_callsub: {
    int64_t to = i.imm[0].value;
    if (to >= 0 && to < (int64_t)g->program.n) node->callee = g->node_at[to];
    break;
  }
  case ALGO_OP_switch_:
  case ALGO_OP_match:
    for (uint32_t k = 0; k < i.imm[0].count; k++) add_edge(m, node, algo_isa_label(&i, &i.imm[0], g->program, k));
    break;
  default: break;
  }
  add_edge(m, node, i.next);
}

static bool make_graph(algo_flow_graph_t *g, uint32_t head, algo_arena_t *arena) {
  size_t n = g->program.n + 1;
  uint32_t *node_at = algo_arena_array(arena, n, sizeof *node_at);
  node_t *nodes = algo_arena_array(arena, n, sizeof *nodes);
  maker_t m = {.graph = g,
               .edges = algo_arena_array(arena, 2 * n, sizeof *m.edges)}; /* a target takes a byte or more */
  if (node_at == NULL || nodes == NULL || m.edges == NULL) return false;
  memset(node_at, 0xff, n * sizeof *node_at);
  algo_isa_insn_t i;
  for (uint32_t pc = head; pc < g->program.n; pc = i.next) {
    (void)algo_isa_decode(&i, g->version, g->program, pc);
    node_at[pc] = g->n;
    nodes[g->n++] = (node_t){.pc = pc, .next = i.next, .callee = NONE};
  }
  g->node_at = node_at;
  g->nodes = nodes;
  for (uint32_t k = 0; k < g->n; k++) link_node(&m, &nodes[k]);
  g->edges = m.edges;
  return true;
}

algo_code_t algo_flow_graph(algo_flow_graph_t *out, algo_bytes_t program, algo_arena_t *arena, algo_err_t *err) {
  memset(out, 0, sizeof *out);
  algo_buf_t text = ALGO_BUF_INIT; /* a program that disassembles decodes without fail */
  algo_code_t code = algo_disasm(&text, program, err);
  algo_buf_fini(&text);
  if (code != ALGO_OK) return code;
  uint64_t version;
  int used = algo_uvarint_get(program.p, program.n, &version);
  if (used <= 0 || version > ALGO_AVM_VERSION_MAX) return algo_err_set(err, ALGO_E_ASM, "no version that is known");
  out->version = (unsigned)version;
  out->program = program;
  if (!make_graph(out, (uint32_t)used, arena)) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  return ALGO_OK;
}

/* ---- reachability ---- */

typedef struct walk {
  uint32_t *todo, n;
  uint32_t *seen, stamp; /* seen[node] == stamp: this walk was there */
} walk_t;

static void visit(walk_t *w, uint32_t node) {
  if (w->seen[node] == w->stamp) return;
  w->seen[node] = w->stamp;
  w->todo[w->n++] = node;
}

/* All that a subroutine (or the program itself) reaches without entering others. True: it comes to a retsub. */
static bool walk_routine(flow_t *f, walk_t *w, uint32_t entry, bool *changed) {
  bool returns = false;
  w->stamp++;
  w->n = 0;
  visit(w, entry);
  while (w->n > 0) {
    uint32_t at = w->todo[--w->n];
    f->steps++;
    const node_t *node = &f->nodes[at];
    if (!f->reachable[at]) *changed = f->reachable[at] = true;
    returns = returns || node->returns;
    if (node->callee != NONE && !f->reachable[node->callee]) *changed = true; /* another round enters it */
    if (node->callee != NONE) f->reachable[node->callee] = true;
    if (node->callee != NONE && !f->can_return[node->callee]) continue;
    for (uint32_t k = 0; k < node->n; k++) {
      if (f->edges[node->first + k] < f->n) visit(w, f->edges[node->first + k]);
    }
  }
  return returns;
}

/* Round after round, until no subroutine turns out to return that was not known to. */
static bool find_reachable(flow_t *f) {
  walk_t w = {.todo = algo_arena_array(f->arena, f->n + 1, sizeof *w.todo),
              .seen = algo_arena_array(f->arena, f->n + 1, sizeof *w.seen)};
  bool *is_entry = algo_arena_array(f->arena, f->n + 1, sizeof *is_entry);
  if (w.todo == NULL || w.seen == NULL || is_entry == NULL) return false;
  for (uint32_t k = 0; k < f->n; k++) {
    if (f->nodes[k].callee != NONE) is_entry[f->nodes[k].callee] = true;
  }
  bool changed = true;
  while (changed && f->n > 0 && f->steps < STEPS_MAX) {
    changed = false;
    (void)walk_routine(f, &w, 0, &changed);
    for (uint32_t k = 0; k < f->n; k++) {
      if (!is_entry[k] || !f->reachable[k] || f->steps >= STEPS_MAX) continue;
      bool returns = walk_routine(f, &w, k, &changed);
      if (returns && !f->can_return[k]) f->can_return[k] = changed = true;
    }
  }
  return true;
}

/* ---- cost ---- */

enum { WHITE, GREY, BLACK };

static uint64_t measure(flow_t *f, uint32_t entry, unsigned depth);

static void circle(flow_t *f, uint32_t node) {
  if (f->bounded) f->circle = f->nodes[node].pc;
  f->bounded = false;
}

/* What the instruction itself costs, with all that it calls. */
static uint64_t cost_with_call(flow_t *f, uint32_t at, unsigned depth) {
  const node_t *node = &f->nodes[at];
  if (node->callee == NONE) return node->cost;
  if (f->measuring[node->callee] || depth >= CALLS_MAX) {
    circle(f, at);
    return node->cost;
  }
  return node->cost + measure(f, node->callee, depth + 1);
}

static level_t *take_level(flow_t *f, unsigned depth) {
  level_t *l = &f->levels[depth];
  if (l->color == NULL) {
    l->color = algo_arena_array(f->arena, f->n, sizeof *l->color);
    l->best = algo_arena_array(f->arena, f->n, sizeof *l->best);
    l->frames = algo_arena_array(f->arena, f->n + 1, sizeof *l->frames);
  } else {
    memset(l->color, WHITE, f->n * sizeof *l->color);
    memset(l->best, 0, f->n * sizeof *l->best);
  }
  f->oom = l->color == NULL || l->best == NULL || l->frames == NULL;
  return f->oom ? NULL : l;
}

/* The dearest way through a routine from its entry, by depth-first search: a way that meets itself is a circle. */
static uint64_t measure(flow_t *f, uint32_t entry, unsigned depth) {
  if (f->dearest[entry] != UINT64_MAX) return f->dearest[entry];
  level_t *l = take_level(f, depth);
  if (l == NULL) return 0;
  uint8_t *color = l->color;
  uint64_t *best = l->best;
  frame_t *frames = l->frames;
  size_t n = 1;
  frames[0] = (frame_t){entry, 0};
  color[entry] = GREY;
  f->measuring[entry] = true;
  f->steps += f->n / 8; /* for the level's arrays */
  while (n > 0 && f->bounded && !f->oom && f->steps++ < STEPS_MAX) {
    frame_t *top = &frames[n - 1];
    const node_t *node = &f->nodes[top->node];
    bool stuck = node->callee != NONE && !f->can_return[node->callee];
    if (top->next < node->n && !stuck) {
      uint32_t to = f->edges[node->first + top->next++];
      if (to >= f->n) continue; /* the end, or nowhere */
      if (color[to] == GREY) circle(f, top->node);
      if (color[to] == BLACK && best[to] > best[top->node]) best[top->node] = best[to];
      if (color[to] != WHITE) continue;
      color[to] = GREY;
      frames[n++] = (frame_t){to, 0};
      continue;
    }
    uint32_t done = top->node;
    best[done] += cost_with_call(f, done, depth);
    color[done] = BLACK;
    if (--n > 0 && best[done] > best[frames[n - 1].node]) best[frames[n - 1].node] = best[done];
  }
  f->measuring[entry] = false;
  return f->dearest[entry] = best[entry];
}

static bool keep(const flow_t *f, algo_flow_t *out) {
  algo_flow_insn_t *insns = algo_arena_array(f->arena, f->n + 1, sizeof *insns);
  if (insns == NULL) return false;
  for (uint32_t k = 0; k < f->n; k++) {
    insns[k] = (algo_flow_insn_t){f->nodes[k].pc, f->reachable[k]};
    out->n_reachable += f->reachable[k];
  }
  out->insns = insns;
  out->n = f->n;
  return true;
}

static bool prepare(flow_t *f, const algo_flow_graph_t *g) {
  size_t n = (size_t)g->n + 1;
  f->nodes = g->nodes;
  f->n = g->n;
  f->edges = g->edges;
  f->reachable = algo_arena_array(f->arena, n, sizeof *f->reachable);
  f->can_return = algo_arena_array(f->arena, n, sizeof *f->can_return);
  f->dearest = algo_arena_array(f->arena, n, sizeof *f->dearest);
  f->measuring = algo_arena_array(f->arena, n, sizeof *f->measuring);
  if (f->reachable == NULL || f->can_return == NULL || f->dearest == NULL || f->measuring == NULL) return false;
  memset(f->dearest, 0xff, n * sizeof *f->dearest);
  return true;
}

algo_code_t algo_flow_analyse(algo_flow_t *out, algo_bytes_t program, algo_arena_t *arena, algo_err_t *err) {
  memset(out, 0, sizeof *out);
  algo_flow_graph_t g;
  algo_code_t code = algo_flow_graph(&g, program, arena, err);
  if (code != ALGO_OK) return code;
  flow_t f = {.arena = arena, .bounded = true};
  out->version = g.version;
  if (!prepare(&f, &g) || !find_reachable(&f) || !keep(&f, out)) {
    return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  out->max_cost = f.n > 0 ? measure(&f, 0, 0) : 0;
  if (f.oom) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (f.steps >= STEPS_MAX) return algo_err_set(err, ALGO_E_RANGE, "too many ways through the program");
  out->bounded = f.bounded;
  out->circle_pc = f.circle;
  return ALGO_OK;
}
