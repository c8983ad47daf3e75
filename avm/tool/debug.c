/* A debugger over a recorded run: it walks forwards and backwards alike. */
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

typedef struct debugger {
  const program_t *p;
  const scenario_t *scenario;
  record_t r;
  size_t at; /* the step about to run; r.n: the end */
  uint32_t points[POINTS_MAX];
  size_t n_points; /* lines */
  watch_t watches[POINTS_MAX];
  size_t n_watches;
  algo_arena_t *arena;
  bool quit;
} debugger_t;

static const char help[] =
    "step [N], s        on by N instructions            back [N]        back by N instructions\n"
    "next, n            on, over what a callsub calls   out, o          on until the subroutine returns\n"
    "continue, c        on to a breakpoint, a watched   reverse, rc     back to one\n"
    "                   change or the end               goto N          to step N (restart: goto 0)\n"
    "break LINE|LABEL   a breakpoint; alone: list them  delete [N]      take breakpoint N, or all, away\n"
    "watch N|KEY        stop where scratch slot N, or state KEY, changes; alone: list; unwatch: none\n"
    "stack, p           the whole stack                 scratch [N]     scratch slots that are not 0\n"
    "state              state changed so far            where, bt       the way of callsubs to here\n"
    "list [LINE], l     the source around               info            the run's end and cost\n"
    "help, quit, an empty line: the last command again\n";

/* ---- showing ---- */

static void show_here(const debugger_t *d) {
  if (d->at >= d->r.n) {
    printf("end: %s, cost %llu\n", d->r.pass ? "approved" : "rejected", (unsigned long long)d->r.cost);
    if (d->r.failure != NULL) printf("failure: %s\n", d->r.failure);
    return;
  }
  uint32_t line = record_line(&d->r, d->at);
  algo_bytes_t text = line_text(d->p, line);
  algo_buf_t b = ALGO_BUF_INIT;
  algo_buf_printf(&b, "%s:%u  %.*s\n  step %zu of %zu, pc %u, cost %llu, stack ", d->p->path, line, (int)text.n,
                  (const char *)text.p, d->at, d->r.n, d->r.steps[d->at].pc,
                  (unsigned long long)d->r.steps[d->at].spent);
  show_stack(&b, d->r.steps[d->at].before);
  puts(algo_buf_cstr(&b));
  algo_buf_fini(&b);
}

static void show_whole_stack(const debugger_t *d) {
  const cell_t *c = d->at < d->r.n ? d->r.steps[d->at].before : d->r.last;
  if (c == NULL) puts("the stack is empty");
  for (unsigned i = 0; c != NULL; c = c->below, i++) {
    algo_buf_t b = ALGO_BUF_INIT;
    put_value(&b, &c->value);
    printf("%3u: %s%s\n", c->height - 1, algo_buf_cstr(&b), i == 0 ? "   <- top" : "");
    algo_buf_fini(&b);
  }
}

static void show_slot(const debugger_t *d, uint64_t slot, bool always) {
  algo_tv_t v = record_scratch(&d->r, d->at, slot);
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
    if (d->r.steps[i].raw->n_state == 0) continue;
    algo_buf_clear(&b);
    algo_sim_step_t only_state = *d->r.steps[i].raw;
    only_state.n_scratch = only_state.n_spawned = 0;
    show_changes(&b, &only_state);
    printf("step %zu, line %u:%s\n", i, record_line(&d->r, i), algo_buf_cstr(&b));
  }
  algo_buf_fini(&b);
}

static void show_list(const debugger_t *d, const char *arg) {
  uint32_t here = record_line(&d->r, d->at), middle = *arg != '\0' ? find_line(d->p, arg) : here;
  if (middle == 0) middle = d->p->l.n_lines;
  for (uint32_t line = middle > 5 ? middle - 5 : 1; line <= middle + 5 && line <= d->p->l.n_lines; line++) {
    algo_bytes_t t = d->p->l.lines[line - 1];
    bool point = false;
    for (size_t i = 0; i < d->n_points; i++) point = point || d->points[i] == line;
    printf("%s%c%5u  %.*s\n", line == here ? "=>" : "  ", point ? '*' : ' ', line, (int)t.n,
           t.n > 0 ? (const char *)t.p : "");
  }
}

/* The callsubs that have not returned yet. */
static void show_where(const debugger_t *d) {
  uint32_t depth = d->at < d->r.n ? d->r.steps[d->at].calls : 0;
  printf("#0  line %u\n", record_line(&d->r, d->at));
  for (size_t i = d->at, n = 1; i-- > 0 && depth > 0;) {
    if (d->r.steps[i].calls != depth - 1) continue;
    algo_bytes_t t = line_text(d->p, record_line(&d->r, i));
    printf("#%zu  line %u: %.*s\n", n++, record_line(&d->r, i), (int)t.n, (const char *)t.p);
    depth--;
  }
}

static void show_points(const debugger_t *d) {
  for (size_t i = 0; i < d->n_points; i++) {
    algo_bytes_t t = line_text(d->p, d->points[i]);
    printf("%zu: line %u: %.*s\n", i + 1, d->points[i], (int)t.n, (const char *)t.p);
  }
  for (size_t i = 0; i < d->n_watches; i++) {
    const watch_t *w = &d->watches[i];
    if (w->scratch) {
      printf("watch: scratch %llu\n", (unsigned long long)w->slot);
    } else {
      printf("watch: state %.*s\n", (int)w->key.n, (const char *)w->key.p);
    }
  }
}

/* ---- walking ---- */

static bool at_point(const debugger_t *d) {
  uint32_t line = record_line(&d->r, d->at);
  for (size_t i = 0; i < d->n_points; i++) {
    if (line == d->points[i]) return true;
  }
  return false;
}

/* Did step i change what is watched? */
static bool changes_watched(const debugger_t *d, size_t i) {
  const algo_sim_step_t *raw = d->r.steps[i].raw;
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
  algo_buf_t b = ALGO_BUF_INIT;
  show_changes(&b, d->r.steps[i].raw);
  printf("changed in line %u:%s\n", record_line(&d->r, i), algo_buf_cstr(&b));
  algo_buf_fini(&b);
}

static void run_on(debugger_t *d) {
  while (d->at < d->r.n) {
    size_t ran = d->at++;
    if (changes_watched(d, ran)) {
      say_change(d, ran);
      break;
    }
    if (d->at < d->r.n && at_point(d)) break;
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

static uint32_t depth_here(const debugger_t *d) { return d->at < d->r.n ? d->r.steps[d->at].calls : 0; }

/* On until the depth of calls is at most `depth`, or a breakpoint comes first. */
static void run_to_depth(debugger_t *d, uint32_t depth) {
  do { d->at++; } while (d->at < d->r.n && depth_here(d) > depth && !at_point(d));
}

static size_t count_of(const char *arg) {
  size_t n = (size_t)strtoull(arg, NULL, 10);
  return n > 0 ? n : 1;
}

static void do_step(debugger_t *d, const char *arg) {
  size_t n = count_of(arg);
  d->at = n < d->r.n - d->at ? d->at + n : d->r.n;
}
static void do_back(debugger_t *d, const char *arg) {
  size_t n = count_of(arg);
  d->at = n < d->at ? d->at - n : 0;
}
static void do_next(debugger_t *d, const char *arg) {
  (void)arg;
  if (d->at < d->r.n) run_to_depth(d, depth_here(d));
}
static void do_out(debugger_t *d, const char *arg) {
  (void)arg;
  uint32_t depth = depth_here(d);
  if (d->at < d->r.n) run_to_depth(d, depth > 0 ? depth - 1 : 0);
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
  d->at = n < d->r.n ? n : d->r.n;
}

/* ---- points ---- */

static void do_break(debugger_t *d, const char *arg) {
  uint32_t line = *arg != '\0' ? find_line(d->p, arg) : 0;
  if (*arg == '\0') {
    show_points(d);
    return;
  }
  while (line > 0 && line <= d->p->l.n_lines) { /* a line without an instruction stands for the next one with one */
    bool runs = false;
    for (size_t pc = 0; pc < d->p->l.code.n && !runs; pc++) runs = d->p->l.line_at[pc] == line;
    if (runs) break;
    line++;
  }
  if (line == 0 || line > d->p->l.n_lines || d->n_points == POINTS_MAX) {
    printf("no line or label %s with an instruction\n", arg);
    return;
  }
  d->points[d->n_points++] = line;
  printf("breakpoint %zu in line %u\n", d->n_points, line);
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
static void do_list(debugger_t *d, const char *arg) { show_list(d, arg); }
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
    {"step", "s", do_step, true},         {"back", "bk", do_back, true},        {"next", "n", do_next, true},
    {"out", "o", do_out, true},           {"continue", "c", do_continue, true}, {"reverse", "rc", do_reverse, true},
    {"goto", "g", do_goto, true},         {"break", "b", do_break, false},      {"delete", "d", do_delete, false},
    {"watch", "w", do_watch, false},      {"unwatch", "uw", do_unwatch, false}, {"stack", "p", do_stack, false},
    {"scratch", "sc", do_scratch, false}, {"state", "st", do_state, false},     {"where", "bt", do_where, false},
    {"list", "l", do_list, false},        {"info", "i", do_info, false},        {"help", "h", do_help, false},
    {"quit", "q", do_quit, false},
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
  d->p = &p;
  d->scenario = &s;
  d->arena = arena;
  if (!record_run(&d->r, &p, &s, arena)) return 70;
  if (d->r.elsewhere) {
    show_result(&d->r);
    return 1;
  }
  converse(d);
  return 0;
}
