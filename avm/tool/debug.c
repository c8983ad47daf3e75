/* A debugger over a recorded run of a group: it walks forwards and backwards alike, into inner calls and over them. */
#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#include "tool.h"

#define POINTS_MAX 64u

typedef struct watch {
  bool scratch;
  uint64_t slot;
  algo_bytes_t key; /* of global or local state, or the name of a box */
} watch_t;

typedef struct point { /* a breakpoint */
  const program_t *program;
  bool by_pc;
  uint32_t at; /* line or pc */
} point_t;

typedef struct debugger {
  record_t r;
  size_t at; /* the moment about to come; r.n_moments: the end */
  point_t points[POINTS_MAX];
  size_t n_points;
  watch_t watches[POINTS_MAX];
  size_t n_watches;
  algo_arena_t *arena;
  bool quit;
} debugger_t;

static const char help[] =
    "step [N], s        on by N instructions            back [N]        back by N instructions\n"
    "next, n            on, over what is called          previous, pr    back over it\n"
    "out, o             on until the subroutine or the inner call is over\n"
    "continue, c        on to a breakpoint, a watched   reverse, rc     back to one\n"
    "                   change or the end               goto N          to step N (restart: goto 0)\n"
    "break WHERE        a breakpoint; alone: list them  delete [N]      take breakpoint N, or all, away\n"
    "                   WHERE: LINE, LABEL, pc:N, or one of them behind FILE:\n"
    "watch N|KEY        stop where scratch slot N, or state KEY, changes; alone: list; unwatch: none\n"
    "stack, p           the whole stack                 scratch [N]     scratch slots that are not 0\n"
    "state              state changed so far            where, bt       the calls that lead here\n"
    "inner              inner transactions so far       txn             the transaction that runs this\n"
    "list [WHERE], l    the source around               info            the run's end and cost\n"
    "help, quit, an empty line: the last command again\n";

/* ---- where ---- */

static const moment_t *here(const debugger_t *d) { return d->at < d->r.n_moments ? &d->r.moments[d->at] : NULL; }
static const step_t *step_at(const moment_t *m) { return &m->unit->steps[m->step]; }
static uint32_t line_of(const moment_t *m) { return unit_line(m->unit, m->step); }
static uint32_t level_of(const moment_t *m) { return m->unit->level + step_at(m)->calls; }

/* The program that a command without a file's name means. */
static const program_t *program_here(const debugger_t *d) {
  const moment_t *m = here(d);
  return m != NULL ? m->unit->program : d->r.program;
}

/* ---- showing ---- */

static void show_end(const debugger_t *d) {
  printf("end: %s, cost %llu\n", d->r.pass ? "approved" : "rejected", (unsigned long long)d->r.cost);
  if (d->r.failure != NULL) printf("failure: %s\n", d->r.failure);
}

static void put_unit(algo_buf_t *b, const unit_t *u) {
  if (u->sig) algo_buf_printf(b, "signature of transaction %zu", u->txn);
  else
    algo_buf_printf(b, "app %llu, %stransaction %zu", (unsigned long long)u->app, u->parent ? "inner of " : "", u->txn);
}

static void show_here(const debugger_t *d) {
  const moment_t *m = here(d);
  if (m == NULL) {
    show_end(d);
    return;
  }
  algo_bytes_t text = line_text(m->unit->program, line_of(m));
  algo_buf_t b = ALGO_BUF_INIT;
  if (m->step == 0) {
    algo_buf_puts(&b, "-- ");
    put_unit(&b, m->unit);
    algo_buf_puts(&b, "\n");
  }
  algo_buf_printf(&b, "%*s%s:%u  %.*s\n", (int)(2 * level_of(m)), "", m->unit->program->path, line_of(m), (int)text.n,
                  text.n ? (const char *)text.p : "");
  algo_buf_printf(&b, "  step %zu of %zu, pc %u, cost %llu, stack ", d->at, d->r.n_moments, step_at(m)->pc,
                  (unsigned long long)step_at(m)->spent);
  show_stack(&b, step_at(m)->before);
  puts(algo_buf_cstr(&b));
  algo_buf_fini(&b);
}

static void show_whole_stack(const debugger_t *d) {
  const cell_t *c = here(d) != NULL ? step_at(here(d))->before : d->r.last;
  if (c == NULL) puts("the stack is empty");
  for (unsigned i = 0; c != NULL; c = c->below, i++) {
    algo_buf_t b = ALGO_BUF_INIT;
    put_value(&b, &c->value);
    printf("%3u: %s%s\n", c->height - 1, algo_buf_cstr(&b), i == 0 ? "   <- top" : "");
    algo_buf_fini(&b);
  }
}

/* What ran last, at the end. */
static moment_t moment_or_last(const debugger_t *d) {
  if (here(d) != NULL) return *here(d);
  moment_t m = d->r.moments[d->r.n_moments - 1];
  m.step = m.unit->n;
  return m;
}

static void show_slot(const debugger_t *d, uint64_t slot, bool always) {
  moment_t m = moment_or_last(d);
  algo_tv_t v = unit_scratch(m.unit, m.step, slot);
  if (!always && !v.is_bytes && v.uint == 0) return;
  algo_buf_t b = ALGO_BUF_INIT;
  put_value(&b, &v);
  printf("scratch %llu: %s\n", (unsigned long long)slot, algo_buf_cstr(&b));
  algo_buf_fini(&b);
}

static void show_scratch(const debugger_t *d, const char *arg) {
  if (*arg != '\0') {
    show_slot(d, strtoull(arg, NULL, 10), true);
    return;
  }
  for (uint64_t slot = 0; slot < 256; slot++) show_slot(d, slot, false);
}

static void show_state(const debugger_t *d) {
  algo_buf_t b = ALGO_BUF_INIT;
  for (size_t i = 0; i < d->at; i++) {
    const moment_t *m = &d->r.moments[i];
    if (step_at(m)->raw->n_state == 0) continue;
    algo_buf_clear(&b);
    algo_sim_step_t only_state = *step_at(m)->raw;
    only_state.n_scratch = only_state.n_spawned = 0;
    show_changes(&b, &only_state);
    printf("step %zu, %s:%u:%s\n", i, m->unit->program->path, line_of(m), algo_buf_cstr(&b));
  }
  algo_buf_fini(&b);
}

static bool is_point(const point_t *p, const program_t *program, uint32_t line, uint32_t pc) {
  return p->program == program && p->at == (p->by_pc ? pc : line);
}

static void show_list(const debugger_t *d, const program_t *p, uint32_t middle) {
  const moment_t *m = here(d);
  uint32_t now = m != NULL && m->unit->program == p ? line_of(m) : 0;
  if (middle == 0) middle = now != 0 ? now : p->l.n_lines;
  for (uint32_t line = middle > 5 ? middle - 5 : 1; line <= middle + 5 && line <= p->l.n_lines; line++) {
    algo_bytes_t t = p->l.lines[line - 1];
    bool point = false;
    for (size_t i = 0; i < d->n_points; i++) point = point || is_point(&d->points[i], p, line, UINT32_MAX);
    printf("%s%c%5u  %.*s\n", line == now ? "=>" : "  ", point ? '*' : ' ', line, (int)t.n,
           t.n > 0 ? (const char *)t.p : "");
  }
}

static void show_frame(unsigned n, const unit_t *u, size_t step) {
  algo_bytes_t t = line_text(u->program, unit_line(u, step));
  printf("#%u  %s:%u: %.*s\n", n, u->program->path, unit_line(u, step), (int)t.n, t.n ? (const char *)t.p : "");
}

/* The callsubs that have not returned yet, and the steps whose inner transactions run. */
static void show_where(const debugger_t *d) {
  const moment_t *m = here(d);
  if (m == NULL) return;
  unsigned n = 0;
  size_t step = m->step;
  for (const unit_t *u = m->unit; u != NULL; step = u->parent_step, u = u->parent) {
    uint32_t depth = u->steps[step].calls;
    show_frame(n++, u, step);
    for (size_t i = step; i-- > 0 && depth > 0;) {
      if (u->steps[i].calls != depth - 1) continue;
      show_frame(n++, u, i);
      depth--;
    }
    algo_buf_t b = ALGO_BUF_INIT;
    put_unit(&b, u);
    printf("    %s\n", algo_buf_cstr(&b));
    algo_buf_fini(&b);
  }
}

static void show_points(const debugger_t *d) {
  for (size_t i = 0; i < d->n_points; i++) {
    const point_t *p = &d->points[i];
    algo_bytes_t t = p->by_pc ? algo_bytes(NULL, 0) : line_text(p->program, p->at);
    printf("%zu: %s:%s%u  %.*s\n", i + 1, p->program->path, p->by_pc ? "pc:" : "", p->at, (int)t.n,
           t.n ? (const char *)t.p : "");
  }
  for (size_t i = 0; i < d->n_watches; i++) {
    const watch_t *w = &d->watches[i];
    if (w->scratch) printf("watch: scratch %llu\n", (unsigned long long)w->slot);
    else printf("watch: state %.*s\n", (int)w->key.n, (const char *)w->key.p);
  }
}

/* ---- transactions ---- */

static void put_address(algo_buf_t *b, const char *name, const algo_addr_t *a) {
  char text[ALGO_ADDR_TEXT + 1];
  if (algo_addr_is_zero(a)) return;
  algo_addr_format(text, a);
  algo_buf_printf(b, ", %s %s", name, text);
}

static void put_number(algo_buf_t *b, const char *name, uint64_t v) {
  if (v != 0) algo_buf_printf(b, ", %s %llu", name, (unsigned long long)v);
}

static void show_txn(const char *lead, const algo_apply_t *a) {
  const algo_txn_t *t = &a->stxn.txn;
  algo_buf_t b = ALGO_BUF_INIT;
  algo_buf_printf(&b, "%s%s", lead, algo_txn_type_text(t->type));
  put_address(&b, "sender", &t->sender);
  put_number(&b, "fee", t->fee);
  put_address(&b, "receiver", &t->receiver);
  put_number(&b, "amount", t->amount);
  put_number(&b, "asset", t->xfer_asset);
  put_number(&b, "asset amount", t->asset_amount);
  put_address(&b, "asset receiver", &t->asset_receiver);
  put_number(&b, "app", t->app_id);
  put_number(&b, "on completion", t->on_completion);
  for (size_t i = 0; i < t->n_app_args; i++) {
    algo_tv_t v = {.is_bytes = true, .bytes = t->app_args[i]};
    algo_buf_printf(&b, ", arg %zu ", i);
    put_value(&b, &v);
  }
  put_number(&b, "created asset", a->created_asset);
  put_number(&b, "created app", a->created_app);
  for (size_t i = 0; i < a->delta.n_logs; i++) {
    algo_tv_t v = {.is_bytes = true, .bytes = a->delta.logs[i]};
    algo_buf_puts(&b, ", log ");
    put_value(&b, &v);
  }
  puts(algo_buf_cstr(&b));
  algo_buf_fini(&b);
}

static void show_inner(const debugger_t *d) {
  for (size_t i = 0; i < d->at; i++) {
    const moment_t *m = &d->r.moments[i];
    const algo_sim_step_t *raw = step_at(m)->raw;
    for (size_t k = 0; k < raw->n_spawned; k++) {
      if (raw->spawned[k] >= m->unit->apply->delta.n_inner) continue;
      char lead[64];
      snprintf(lead, sizeof lead, "step %zu, line %u, %u: ", i, line_of(m), raw->spawned[k]);
      show_txn(lead, &m->unit->apply->delta.inner[raw->spawned[k]]);
    }
  }
}

/* ---- walking ---- */

static bool at_point(const debugger_t *d) {
  const moment_t *m = here(d);
  for (size_t i = 0; m != NULL && i < d->n_points; i++) {
    if (is_point(&d->points[i], m->unit->program, line_of(m), step_at(m)->pc)) return true;
  }
  return false;
}

/* Did the moment i change what is watched? */
static bool changes_watched(const debugger_t *d, size_t i) {
  const algo_sim_step_t *raw = step_at(&d->r.moments[i])->raw;
  for (size_t k = 0; k < d->n_watches; k++) {
    const watch_t *w = &d->watches[k];
    for (size_t j = 0; w->scratch && j < raw->n_scratch; j++) {
      if (raw->scratch[j].slot == w->slot) return true;
    }
    for (size_t j = 0; !w->scratch && j < raw->n_state; j++) {
      if (algo_bytes_eq(raw->state[j].key, w->key)) return true;
    }
  }
  return false;
}

static void say_change(const debugger_t *d, size_t i) {
  const moment_t *m = &d->r.moments[i];
  algo_buf_t b = ALGO_BUF_INIT;
  show_changes(&b, step_at(m)->raw);
  printf("changed in %s:%u:%s\n", m->unit->program->path, line_of(m), algo_buf_cstr(&b));
  algo_buf_fini(&b);
}

static void run_on(debugger_t *d) {
  while (d->at < d->r.n_moments) {
    size_t ran = d->at++;
    if (changes_watched(d, ran)) {
      say_change(d, ran);
      break;
    }
    if (at_point(d)) break;
  }
}

static void run_back(debugger_t *d) {
  while (d->at > 0) {
    d->at--;
    if (changes_watched(d, d->at)) {
      say_change(d, d->at);
      break;
    }
    if (at_point(d)) break;
  }
}

/* On until at most `level` calls and inner transactions are around, or a breakpoint comes first. */
static void run_to_level(debugger_t *d, uint32_t level) {
  do { d->at++; } while (here(d) != NULL && level_of(here(d)) > level && !at_point(d));
}

static size_t count_of(const char *arg) {
  size_t n = (size_t)strtoull(arg, NULL, 10);
  return n > 0 ? n : 1;
}

static void do_step(debugger_t *d, const char *arg) {
  size_t n = count_of(arg);
  d->at = n < d->r.n_moments - d->at ? d->at + n : d->r.n_moments;
}
static void do_back(debugger_t *d, const char *arg) {
  size_t n = count_of(arg);
  d->at = n < d->at ? d->at - n : 0;
}
static void do_next(debugger_t *d, const char *arg) {
  (void)arg;
  if (here(d) != NULL) run_to_level(d, level_of(here(d)));
}
static void do_previous(debugger_t *d, const char *arg) {
  (void)arg;
  if (d->at == 0) return;
  uint32_t level = here(d) != NULL ? level_of(here(d)) : 0;
  do { d->at--; } while (d->at > 0 && level_of(here(d)) > level && !at_point(d));
}
static void do_out(debugger_t *d, const char *arg) {
  (void)arg;
  if (here(d) == NULL) return;
  uint32_t level = level_of(here(d));
  if (level > 0) run_to_level(d, level - 1);
  else d->at = d->r.n_moments;
}
static void do_continue(debugger_t *d, const char *arg) {
  (void)arg;
  run_on(d);
}
static void do_reverse(debugger_t *d, const char *arg) {
  (void)arg;
  run_back(d);
}
static void do_goto(debugger_t *d, const char *arg) {
  size_t n = (size_t)strtoull(arg, NULL, 10);
  d->at = n < d->r.n_moments ? n : d->r.n_moments;
}

/* ---- points ---- */

/* The program of "FILE:" in front of a place, by its path or the end of it; *place goes behind it. NULL: no file. */
static const program_t *program_named(const debugger_t *d, const char **place) {
  for (size_t i = 0; i < d->r.n_units; i++) {
    const char *path = d->r.units[i]->program->path, *colon = *place;
    size_t len = strlen(path);
    while ((colon = strchr(colon, ':')) != NULL) {
      size_t n = (size_t)(colon - *place);
      if (n > 0 && n <= len && strncmp(path + len - n, *place, n) == 0) {
        *place = colon + 1;
        return d->r.units[i]->program;
      }
      colon++;
    }
  }
  return NULL;
}

static bool runs(const program_t *p, uint32_t line) {
  for (size_t pc = 0; pc < p->l.code.n; pc++)
    if (p->l.line_at[pc] == line) return true;
  return false;
}

/* A line, a label or pc:N of the program; a line without an instruction stands for the next one that has one. */
static bool point_in(point_t *out, const program_t *p, const char *place) {
  *out = (point_t){.program = p};
  if (strncmp(place, "pc:", 3) == 0) {
    out->by_pc = true;
    out->at = (uint32_t)strtoul(place + 3, NULL, 10);
    return out->at < p->l.code.n;
  }
  out->at = find_line(p, place);
  while (out->at > 0 && out->at <= p->l.n_lines && !runs(p, out->at)) out->at++;
  return out->at > 0 && out->at <= p->l.n_lines;
}

/* In the program here, else in any other that runs. */
static bool find_point(point_t *out, const debugger_t *d, const char *place) {
  const program_t *named = program_named(d, &place);
  if (named != NULL) return point_in(out, named, place);
  if (point_in(out, program_here(d), place)) return true;
  for (size_t i = 0; i < d->r.n_units; i++)
    if (point_in(out, d->r.units[i]->program, place)) return true;
  return false;
}

static void do_break(debugger_t *d, const char *arg) {
  if (*arg == '\0') {
    show_points(d);
    return;
  }
  point_t p;
  if (d->n_points == POINTS_MAX || !find_point(&p, d, arg)) {
    printf("no program of this run has a line, label or pc:N %s\n", arg);
    return;
  }
  d->points[d->n_points++] = p;
  printf("breakpoint %zu in %s:%s%u\n", d->n_points, p.program->path, p.by_pc ? "pc:" : "", p.at);
}

static void do_delete(debugger_t *d, const char *arg) {
  size_t i = (size_t)strtoull(arg, NULL, 10);
  if (*arg == '\0') {
    d->n_points = 0;
  } else if (i >= 1 && i <= d->n_points) {
    memmove(&d->points[i - 1], &d->points[i], (d->n_points - i) * sizeof d->points[0]);
    d->n_points--;
  }
}

static void do_watch(debugger_t *d, const char *arg) {
  if (*arg == '\0') {
    show_points(d);
    return;
  }
  if (d->n_watches == POINTS_MAX) return;
  watch_t *w = &d->watches[d->n_watches++];
  char *end;
  w->slot = strtoull(arg, &end, 10);
  w->scratch = *end == '\0' && isdigit((unsigned char)*arg);
  if (!w->scratch && !parse_argument(&w->key, arg, d->arena)) d->n_watches--;
}

static void do_unwatch(debugger_t *d, const char *arg) {
  (void)arg;
  d->n_watches = 0;
}

/* ---- the prompt ---- */

static void do_stack(debugger_t *d, const char *arg) {
  (void)arg;
  show_whole_stack(d);
}
static void do_scratch(debugger_t *d, const char *arg) { show_scratch(d, arg); }
static void do_state(debugger_t *d, const char *arg) {
  (void)arg;
  show_state(d);
}
static void do_where(debugger_t *d, const char *arg) {
  (void)arg;
  show_where(d);
}
static void do_inner(debugger_t *d, const char *arg) {
  (void)arg;
  show_inner(d);
}
static void do_txn(debugger_t *d, const char *arg) {
  (void)arg;
  show_txn("", moment_or_last(d).unit->apply);
}
static void do_list(debugger_t *d, const char *arg) {
  point_t p = {.program = program_here(d)};
  if (*arg != '\0' && !find_point(&p, d, arg)) printf("no %s\n", arg);
  else show_list(d, p.program, p.by_pc ? p.program->l.line_at[p.at] : p.at);
}
static void do_info(debugger_t *d, const char *arg) {
  (void)arg;
  show_result(&d->r);
}
static void do_help(debugger_t *d, const char *arg) {
  (void)d, (void)arg;
  fputs(help, stdout);
}
static void do_quit(debugger_t *d, const char *arg) {
  (void)arg;
  d->quit = true;
}

static const struct {
  const char *name, *brief;
  void (*run)(debugger_t *d, const char *arg);
  bool moves;
} commands[] = {
    {"step", "s", do_step, true},        {"back", "bk", do_back, true},
    {"next", "n", do_next, true},        {"previous", "pr", do_previous, true},
    {"inner", "in", do_inner, false},    {"txn", "t", do_txn, false},
    {"out", "o", do_out, true},          {"continue", "c", do_continue, true},
    {"reverse", "rc", do_reverse, true}, {"goto", "g", do_goto, true},
    {"break", "b", do_break, false},     {"delete", "d", do_delete, false},
    {"watch", "w", do_watch, false},     {"unwatch", "uw", do_unwatch, false},
    {"stack", "p", do_stack, false},     {"scratch", "sc", do_scratch, false},
    {"state", "st", do_state, false},    {"where", "bt", do_where, false},
    {"list", "l", do_list, false},       {"info", "i", do_info, false},
    {"help", "h", do_help, false},       {"quit", "q", do_quit, false},
};

static void obey(debugger_t *d, char *text) {
  while (isspace((unsigned char)*text)) text++;
  size_t n = strcspn(text, " \t\n");
  char *arg = text + n;
  while (isspace((unsigned char)*arg)) arg++;
  arg[strcspn(arg, "\n")] = '\0';
  text[n] = '\0';
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
    if (strcmp(text, commands[i].name) != 0 && strcmp(text, commands[i].brief) != 0) continue;
    commands[i].run(d, arg);
    if (commands[i].moves) show_here(d);
    return;
  }
  printf("no command %s: try help\n", text);
}

static void converse(debugger_t *d) {
  char *line = NULL, last[256] = "";
  size_t cap = 0;
  bool terminal = isatty(STDIN_FILENO) != 0;
  show_here(d);
  while (!d->quit) {
    if (terminal) fputs("(avm) ", stdout);
    fflush(stdout);
    ssize_t n = getline(&line, &cap, stdin);
    if (n <= 0) break;
    if (strspn(line, " \t\n") < (size_t)n) snprintf(last, sizeof last, "%s", line);
    char command[256];
    snprintf(command, sizeof command, "%s", last);
    if (command[0] != '\0') obey(d, command);
  }
  free(line);
}

int debug_command(int argc, char *const *argv, algo_arena_t *arena) {
  scenario_t s;
  program_t p;
  int at = 1, status;
  scenario_init(&s);
  if (argc < 1) {
    fprintf(stderr, "usage: algorent-avm debug FILE [options]\n");
    return 2;
  }
  if (!scenario_options(&s, argc, argv, &at, arena) || at != argc) return 2;
  if (!load_program(&p, argv[0], arena, &status)) return status;
  debugger_t *d = algo_arena_zalloc(arena, sizeof *d);
  if (d == NULL) return 70;
  d->arena = arena;
  if (!record_run(&d->r, &p, &s, arena)) return 70;
  if (d->r.n_moments == 0) {
    show_result(&d->r);
    return 1;
  }
  converse(d);
  return 0;
}
