/* Which instructions ran, how often, and what they cost: a tracer over what is submitted. */
#include <stdlib.h>

#include "node_impl.h"

#define MAX_DEPTH   16u /* of programs that call each other */
#define MAX_OPCODES 512u

typedef struct program {
  struct program *next;
  algo_node_program_t p;
  uint64_t *hits;
} program_t;

struct node_coverage {
  algo_avm_tracer_t tracer;
  program_t *programs;
  algo_node_opcode_t opcodes[MAX_OPCODES];
  size_t n_opcodes;
  program_t *running[MAX_DEPTH]; /* NULL: not followed */
  uint64_t cost[MAX_DEPTH];      /* before the instruction at hand */
  const char *op[MAX_DEPTH];     /* its name */
  size_t depth;
};

static program_t *program_of(node_coverage_t *c, algo_bytes_t code) {
  algo_addr_t hash;
  algo_addr_of_program(&hash, code);
  for (program_t *p = c->programs; p != NULL; p = p->next) {
    if (algo_addr_eq(&p->p.hash, &hash)) return p;
  }
  program_t *p = calloc(1, sizeof *p);
  uint64_t *hits = calloc(code.n + 1, sizeof *hits);
  if (p == NULL || hits == NULL) {
    free(p);
    free(hits);
    return NULL;
  }
  p->hits = hits;
  p->p = (algo_node_program_t){.hash = hash, .hits = hits, .n = code.n};
  p->next = c->programs;
  c->programs = p;
  return p;
}

static void before_program(void *self, algo_avm_context_t *cx) {
  node_coverage_t *c = self;
  if (c->depth++ >= MAX_DEPTH) return;
  program_t *p = program_of(c, algo_avm_cx_program(cx));
  c->running[c->depth - 1] = p;
  if (p == NULL) return;
  p->p.runs++;
  p->p.app = algo_avm_cx_app(cx);
}

static void after_program(void *self, algo_avm_context_t *cx, bool pass, const algo_err_t *failure) {
  node_coverage_t *c = self;
  (void)cx;
  (void)pass;
  (void)failure;
  if (c->depth > 0) c->depth--;
}

static void before_op(void *self, algo_avm_context_t *cx) {
  node_coverage_t *c = self;
  if (c->depth == 0 || c->depth > MAX_DEPTH) return;
  program_t *p = c->running[c->depth - 1];
  uint32_t pc = algo_avm_cx_pc(cx);
  if (p != NULL && pc < p->p.n) p->hits[pc]++;
  c->cost[c->depth - 1] = algo_avm_cx_cost(cx);
  c->op[c->depth - 1] = algo_avm_cx_op_name(cx);
}

static void after_op(void *self, algo_avm_context_t *cx, const algo_err_t *failure) {
  node_coverage_t *c = self;
  (void)failure;
  if (c->depth == 0 || c->depth > MAX_DEPTH || c->op[c->depth - 1] == NULL) return;
  const char *name = c->op[c->depth - 1];
  uint64_t now = algo_avm_cx_cost(cx), before = c->cost[c->depth - 1];
  size_t i = 0;
  while (i < c->n_opcodes && strcmp(c->opcodes[i].name, name) != 0) i++;
  if (i == MAX_OPCODES) return;
  if (i == c->n_opcodes) c->opcodes[c->n_opcodes++] = (algo_node_opcode_t){name, 0, 0};
  c->opcodes[i].count++;
  c->opcodes[i].cost += now > before ? now - before : 0;
}

const algo_avm_tracer_t *node_coverage_tracer(node_coverage_t *c) {
  if (c == NULL) return NULL;
  c->depth = 0; /* a group that failed may have left programs open */
  return &c->tracer;
}

void node_coverage_free(node_coverage_t *c) {
  while (c != NULL && c->programs != NULL) {
    program_t *p = c->programs;
    c->programs = p->next;
    free(p->hits);
    free(p);
  }
  free(c);
}

algo_code_t algo_node_set_coverage(algo_node_t *n, bool on, algo_err_t *err) {
  if (n->replay != NULL) return node_read_only(err);
  node_coverage_t *fresh = on ? calloc(1, sizeof *fresh) : NULL;
  if (on && fresh == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (fresh != NULL) {
    fresh->tracer = (algo_avm_tracer_t){.self = fresh,
                                        .before_program = before_program,
                                        .after_program = after_program,
                                        .before_op = before_op,
                                        .after_op = after_op};
  }
  pthread_rwlock_wrlock(&n->lock);
  node_coverage_t *old = n->coverage;
  n->coverage = fresh;
  pthread_rwlock_unlock(&n->lock);
  node_coverage_free(old);
  return ALGO_OK;
}

bool algo_node_covering(algo_node_t *n) {
  pthread_rwlock_rdlock(&n->lock);
  bool on = n->coverage != NULL;
  pthread_rwlock_unlock(&n->lock);
  return on;
}

void algo_node_coverage(algo_node_t *n, algo_node_program_fn *program, algo_node_opcode_fn *opcode, void *user) {
  pthread_rwlock_rdlock(&n->lock);
  const node_coverage_t *c = n->coverage;
  for (const program_t *p = c != NULL ? c->programs : NULL; p != NULL && program != NULL; p = p->next)
    program(user, &p->p);
  for (size_t i = 0; c != NULL && opcode != NULL && i < c->n_opcodes; i++) opcode(user, &c->opcodes[i]);
  pthread_rwlock_unlock(&n->lock);
}
