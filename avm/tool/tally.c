/* Coverage and cost, summed over runs. Coverage is written in lcov's format, cost as folded stacks. */
#include <stdlib.h>

#include "algo/flow.h"
#include "tool.h"

struct folded {
  const char *way; /* main;sub;sub */
  uint64_t cost;
};

bool tally_init(tally_t *t, const program_t *p, algo_arena_t *arena) {
  size_t n = p->l.code.n + 1;
  *t = (tally_t){.program = p,
                 .hits = algo_arena_array(arena, n, sizeof *t->hits),
                 .cost = algo_arena_array(arena, n, sizeof *t->cost),
                 .taken = algo_arena_array(arena, n, sizeof *t->taken),
                 .not_taken = algo_arena_array(arena, n, sizeof *t->not_taken)};
  return t->hits != NULL && t->cost != NULL && t->taken != NULL && t->not_taken != NULL;
}

static void add_folded(tally_t *t, const char *way, uint64_t cost, algo_arena_t *arena) {
  for (size_t i = 0; i < t->n_folded; i++) {
    if (strcmp(t->folded[i].way, way) == 0) {
      t->folded[i].cost += cost;
      return;
    }
  }
  if (t->n_folded == t->cap_folded) {
    size_t cap = t->cap_folded == 0 ? 16 : 2 * t->cap_folded;
    struct folded *more = algo_arena_array(arena, cap, sizeof *more);
    if (more == NULL) return;
    if (t->n_folded > 0) memcpy(more, t->folded, t->n_folded * sizeof *more);
    t->folded = more;
    t->cap_folded = cap;
  }
  t->folded[t->n_folded++] = (struct folded){way, cost};
}

static bool is_branch(const program_t *p, uint32_t pc, uint32_t *next) {
  uint64_t version = 0;
  algo_isa_insn_t i;
  (void)algo_uvarint_get(p->l.code.p, p->l.code.n, &version);
  if (algo_isa_decode(&i, (unsigned)version, p->l.code, pc) != ALGO_DECODE_OK) return false;
  *next = i.next;
  return i.op->id == ALGO_OP_bz || i.op->id == ALGO_OP_bnz;
}

/* The name of the subroutine that begins at a step's line, or its line number. */
static const char *routine_name(const program_t *p, uint32_t line, algo_arena_t *arena) {
  const char *label = label_of_line(p, line, arena);
  for (uint32_t up = line; label == NULL && up > 1 && line - up < 4; up--) label = label_of_line(p, up - 1, arena);
  return label != NULL ? label : algo_arena_printf(arena, "line_%u", line);
}

#define DEPTH_MAX 64u

static void fold(tally_t *t, const record_t *r, algo_arena_t *arena) {
  const char *ways[DEPTH_MAX + 1] = {"main"};
  uint64_t cost = 0;
  uint32_t depth = 0;
  for (size_t i = 0; i <= r->n; i++) {
    uint32_t now = i < r->n ? r->steps[i].calls : 0;
    if (i == r->n || now != depth) {
      add_folded(t, ways[depth < DEPTH_MAX ? depth : DEPTH_MAX], cost, arena);
      cost = 0;
      if (now > depth && now <= DEPTH_MAX) {
        ways[now] =
            algo_arena_printf(arena, "%s;%s", ways[now - 1], routine_name(t->program, record_line(r, i), arena));
        if (ways[now] == NULL) return;
      }
      depth = now;
    }
    if (i < r->n) cost += r->steps[i].cost;
  }
}

void tally_add(tally_t *t, const record_t *r, algo_arena_t *arena) {
  t->runs++;
  t->total += r->cost;
  for (size_t i = 0; i < r->n; i++) {
    uint32_t pc = r->steps[i].pc, next;
    if (pc >= t->program->l.code.n) continue;
    t->hits[pc]++;
    t->cost[pc] += r->steps[i].cost;
    if (i + 1 < r->n && is_branch(t->program, pc, &next)) {
      (r->steps[i + 1].pc == next ? t->not_taken : t->taken)[pc]++;
    }
  }
  fold(t, r, arena);
}

/* ---- lcov ---- */

typedef struct lines { /* by line, from 1 on */
  uint64_t *hits, *taken, *not_taken;
  bool *runs, *branches, *entered; /* has an instruction; a branch; a callsub goes there */
  uint32_t n;
} lines_t;

static void mark_entered(const program_t *p, lines_t *l, algo_arena_t *arena) {
  algo_flow_graph_t g;
  if (algo_flow_graph(&g, p->l.code, arena, NULL) != ALGO_OK) return;
  for (uint32_t i = 0; i < g.n; i++) {
    if (g.nodes[i].callee >= g.n) continue;
    uint32_t line = p->l.line_at[g.nodes[g.nodes[i].callee].pc];
    if (line <= l->n) l->entered[line] = true;
  }
}

static bool sum_lines(const tally_t *t, lines_t *l, algo_arena_t *arena) {
  size_t n = (size_t)t->program->l.n_lines + 1;
  bool *flags = algo_arena_array(arena, 3 * n, sizeof *flags);
  uint64_t *counts = algo_arena_array(arena, 3 * n, sizeof *counts);
  if (flags == NULL || counts == NULL) return false;
  *l = (lines_t){counts, counts + n, counts + 2 * n, flags, flags + n, flags + 2 * n, t->program->l.n_lines};
  mark_entered(t->program, l, arena);
  for (uint32_t pc = 0; pc < t->program->l.code.n; pc++) {
    uint32_t line = t->program->l.line_at[pc], next;
    if (line == 0 || line > l->n) continue;
    l->runs[line] = true;
    if (t->hits[pc] > l->hits[line]) l->hits[line] = t->hits[pc];
    if (!is_branch(t->program, pc, &next)) continue;
    l->branches[line] = true;
    l->taken[line] += t->taken[pc];
    l->not_taken[line] += t->not_taken[pc];
  }
  return true;
}

/* Of an earlier file: what it has of this source is added; what it has of others goes to *others as it is. */
static void add_earlier(const tally_t *t, lines_t *l, const char *path, algo_buf_t *others) {
  FILE *f = fopen(path, "r");
  char *line = NULL;
  size_t cap = 0;
  bool ours = false;
  while (f != NULL && getline(&line, &cap, f) > 0) {
    unsigned number, branch;
    unsigned long long hits;
    line[strcspn(line, "\n")] = '\0';
    if (strcmp(line, "TN:") == 0) continue; /* written anew */
    if (strncmp(line, "SF:", 3) == 0) {
      ours = strcmp(line + 3, t->program->path) == 0;
      if (!ours) algo_buf_puts(others, "TN:\n");
    }
    if (!ours) algo_buf_printf(others, "%s\n", line);
    else if (sscanf(line, "DA:%u,%llu", &number, &hits) == 2 && number <= l->n) l->hits[number] += hits;
    else if (sscanf(line, "BRDA:%u,0,%u,%llu", &number, &branch, &hits) == 3 && number <= l->n)
      (branch == 0 ? l->taken : l->not_taken)[number] += hits;
  }
  free(line);
  if (f != NULL) fclose(f);
}

/* Subroutines: where callsub goes. */
static void put_functions(algo_buf_t *b, const tally_t *t, const lines_t *l, algo_arena_t *arena) {
  algo_buf_t calls = ALGO_BUF_INIT;
  unsigned found = 0, hit = 0;
  for (uint32_t line = 1; line <= l->n; line++) {
    if (!l->entered[line]) continue;
    const char *name = routine_name(t->program, line, arena);
    if (name == NULL) break;
    algo_buf_printf(b, "FN:%u,%s\n", line, name);
    algo_buf_printf(&calls, "FNDA:%llu,%s\n", (unsigned long long)l->hits[line], name);
    found++;
    hit += l->hits[line] > 0;
  }
  algo_buf_putb(b, algo_buf_view(&calls));
  if (found) algo_buf_printf(b, "FNF:%u\nFNH:%u\n", found, hit);
  algo_buf_fini(&calls);
}

static void put_branch(algo_buf_t *b, uint32_t line, unsigned branch, uint64_t hits, uint64_t all) {
  if (all == 0) {
    algo_buf_printf(b, "BRDA:%u,0,%u,-\n", line, branch);
  } else {
    algo_buf_printf(b, "BRDA:%u,0,%u,%llu\n", line, branch, (unsigned long long)hits);
  }
}

bool coverage_write(const tally_t *t, const char *path, algo_arena_t *arena) {
  lines_t l;
  if (!sum_lines(t, &l, arena)) return false;
  algo_buf_t b = ALGO_BUF_INIT;
  add_earlier(t, &l, path, &b);
  unsigned found = 0, hit = 0, branches = 0, branches_hit = 0;
  algo_buf_printf(&b, "TN:\nSF:%s\n", t->program->path);
  put_functions(&b, t, &l, arena);
  for (uint32_t line = 1; line <= l.n; line++) {
    if (!l.branches[line]) continue;
    put_branch(&b, line, 0, l.taken[line], l.hits[line]);
    put_branch(&b, line, 1, l.not_taken[line], l.hits[line]);
    branches += 2;
    branches_hit += (l.taken[line] > 0) + (l.not_taken[line] > 0);
  }
  algo_buf_printf(&b, "BRF:%u\nBRH:%u\n", branches, branches_hit);
  for (uint32_t line = 1; line <= l.n; line++) {
    if (!l.runs[line]) continue;
    algo_buf_printf(&b, "DA:%u,%llu\n", line, (unsigned long long)l.hits[line]);
    found++;
    hit += l.hits[line] > 0;
  }
  algo_buf_printf(&b, "LF:%u\nLH:%u\nend_of_record\n", found, hit);
  bool ok = !b.oom && write_file(path, algo_buf_view(&b));
  algo_buf_fini(&b);
  return ok;
}

void coverage_summary(const tally_t *t) {
  unsigned found = 0, hit = 0;
  for (uint32_t pc = 0; pc < t->program->l.code.n; pc++) {
    if (t->program->l.line_at[pc] == 0) continue;
    found++;
    hit += t->hits[pc] > 0;
  }
  fprintf(stderr, "coverage: %u of %u instructions (%.1f%%) in %llu run%s\n", hit, found,
          found > 0 ? 100.0 * hit / found : 100.0, (unsigned long long)t->runs, t->runs == 1 ? "" : "s");
}

/* ---- cost ---- */

bool profile_write(const tally_t *t, const char *path) {
  algo_buf_t b = ALGO_BUF_INIT;
  for (size_t i = 0; i < t->n_folded; i++) {
    if (t->folded[i].cost == 0) continue;
    algo_buf_printf(&b, "%s %llu\n", t->folded[i].way, (unsigned long long)t->folded[i].cost);
  }
  bool ok = !b.oom && write_file(path, algo_buf_view(&b));
  algo_buf_fini(&b);
  return ok;
}

typedef struct dear {
  uint32_t pc;
  uint64_t cost;
} dear_t;

static int dearest_first(const void *x, const void *y) {
  const dear_t *p = x, *q = y;
  if (p->cost != q->cost) return p->cost < q->cost ? 1 : -1;
  return p->pc < q->pc ? -1 : p->pc > q->pc;
}

#define DEAREST 12u

void profile_show(const tally_t *t, algo_arena_t *arena) {
  dear_t *order = algo_arena_array(arena, t->program->l.code.n + 1, sizeof *order);
  size_t n = 0;
  if (order == NULL || t->total == 0) return;
  for (uint32_t pc = 0; pc < t->program->l.code.n; pc++) {
    if (t->cost[pc] > 0) order[n++] = (dear_t){pc, t->cost[pc]};
  }
  qsort(order, n, sizeof *order, dearest_first);
  fprintf(stderr, "   cost      %%   times  line\n");
  for (size_t i = 0; i < n && i < DEAREST; i++) {
    uint32_t line = t->program->l.line_at[order[i].pc];
    algo_bytes_t text = line_text(t->program, line);
    fprintf(stderr, "%7llu  %5.1f %7llu  %5u  %.*s\n", (unsigned long long)order[i].cost,
            100.0 * (double)order[i].cost / (double)t->total, (unsigned long long)t->hits[order[i].pc], line,
            (int)text.n, (const char *)text.p);
  }
}
