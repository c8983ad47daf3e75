/* What can be said of a program without running it: types, code that nothing reaches, a bound of its cost. */
#include "algo/flow.h"
#include "algo/json.h"
#include "tool.h"

static void show_warnings(const program_t *p) {
  for (size_t i = 0; i < p->l.assembly.n_diagnostics; i++) {
    const algo_asm_diagnostic_t *d = &p->l.assembly.diagnostics[i];
    printf("%s:%u:%u: warning: %s\n", p->path, d->line, d->column, d->msg);
  }
}

/* Lines of instructions that nothing leads to, joined to ranges. */
static size_t show_dead(const program_t *p, const algo_flow_t *f) {
  size_t found = 0;
  for (size_t i = 0; i < f->n; i++) {
    if (f->insns[i].reachable) continue;
    uint32_t first = p->l.line_at[f->insns[i].pc];
    while (i + 1 < f->n && !f->insns[i + 1].reachable) i++;
    uint32_t last = p->l.line_at[f->insns[i].pc];
    if (first == last) {
      printf("%s:%u: nothing leads here\n", p->path, first);
    } else {
      printf("%s:%u: nothing leads here, up to line %u\n", p->path, first, last);
    }
    found++;
  }
  return found;
}

static const struct {
  uint64_t budget;
  const char *what;
} budgets[] = {
    {700, "one application call"}, {11200, "a group of 16 application calls"}, {20000, "one logic signature"}};

static void show_cost(const program_t *p, const algo_flow_t *f) {
  if (!f->bounded) {
    uint32_t line = p->l.line_at[f->circle_pc];
    algo_bytes_t text = line_text(p, line);
    printf("%s:%u: the cost has no bound: %.*s goes round in a circle\n", p->path, line, (int)text.n,
           (const char *)text.p);
    return;
  }
  printf("%s: cost at most %llu", p->path, (unsigned long long)f->max_cost);
  for (size_t i = 0; i < sizeof budgets / sizeof budgets[0]; i++) {
    if (f->max_cost > budgets[i].budget)
      printf("; more than %s has (%llu)", budgets[i].what, (unsigned long long)budgets[i].budget);
  }
  putchar('\n');
}

static void json_dead(algo_json_t *j, const program_t *p, const algo_flow_t *f) {
  uint32_t last = 0;
  algo_json_key(j, "unreachable");
  algo_json_open(j, '[');
  for (size_t i = 0; i < f->n; i++) {
    uint32_t line = p->l.line_at[f->insns[i].pc];
    if (!f->insns[i].reachable && line != last) algo_json_uint(j, last = line);
  }
  algo_json_close(j, ']');
}

static void show_json_check(const program_t *p, const algo_flow_t *f) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_json_t j = algo_json(&b);
  algo_json_open(&j, '{');
  algo_json_key(&j, "version");
  algo_json_uint(&j, f->version);
  algo_json_key(&j, "bytes");
  algo_json_uint(&j, p->l.code.n);
  algo_json_key(&j, "instructions");
  algo_json_uint(&j, f->n);
  algo_json_key(&j, "max-cost"); /* null: no bound */
  if (f->bounded) algo_json_uint(&j, f->max_cost);
  else algo_json_null(&j);
  json_dead(&j, p, f);
  algo_json_key(&j, "warnings");
  algo_json_open(&j, '[');
  for (size_t i = 0; !p->l.disassembled && i < p->l.assembly.n_diagnostics; i++) {
    const algo_asm_diagnostic_t *d = &p->l.assembly.diagnostics[i];
    algo_json_open(&j, '{');
    algo_json_key(&j, "line");
    algo_json_uint(&j, d->line);
    algo_json_key(&j, "column");
    algo_json_uint(&j, d->column);
    algo_json_key(&j, "message");
    algo_json_str(&j, d->msg);
    algo_json_close(&j, '}');
  }
  algo_json_close(&j, ']');
  algo_json_close(&j, '}');
  puts(algo_buf_cstr(&b));
  algo_buf_fini(&b);
}

int check_command(int argc, char *const *argv, algo_arena_t *arena) {
  program_t p;
  algo_flow_t f;
  algo_err_t err;
  algo_err_init(&err);
  int status;
  bool json = argc == 2 && strcmp(argv[1], "--json") == 0;
  if (argc != 1 && !json) {
    fprintf(stderr, "usage: algorent-avm check FILE [--json]\n");
    return 2;
  }
  if (!load_program(&p, argv[0], arena, &status)) return status;
  algo_code_t code = algo_flow_analyse(&f, p.l.code, arena, &err);
  if (code != ALGO_OK) {
    fprintf(stderr, "algorent-avm: %s: %s\n", p.path, err.msg);
    return algo_code_exit_status(code);
  }
  if (json) {
    show_json_check(&p, &f);
    return f.n_reachable < f.n ? 1 : 0;
  }
  if (!p.l.disassembled) show_warnings(&p);
  size_t dead = show_dead(&p, &f);
  show_cost(&p, &f);
  printf("%s: version %u, %zu bytes, %zu instructions, %zu reached\n", p.path, f.version, p.l.code.n, f.n,
         f.n_reachable);
  return dead > 0 ? 1 : 0;
}
