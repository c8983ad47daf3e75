/* What a run is made of: the options that `run`, `debug` and each line of `cases` share. */
#include "algo/text.h"
#include "tool.h"

const char scenario_help[] =
    "  --arg VALUE          an argument of the call (several)\n"
    "  --sig                run it as a logic signature, not as an application\n"
    "  --create             the call creates the application\n"
    "  --on-completion X    noop, optin, closeout, clear, update, delete (noop)\n"
    "  --global KEY=VALUE   global state that is there beforehand (several)\n"
    "  --local KEY=VALUE    the sender's local state that is there beforehand; opts in (several)\n"
    "  --box NAME=VALUE     a box that is there beforehand (several)\n"
    "  --pay AMOUNT         a payment to the application before the call, in microAlgos\n"
    "  --fee AMOUNT         the call's fee in microAlgos (1000)\n"
    "  --budget N           so much more opcode budget (up to 320000)\n"
    "  --app FILE           another application that is there, to be called by inner transactions: the first\n"
    "                       is application 1001, the next 1002, and the program itself comes behind them (several)\n"
    "  --then FILE          one more call in the group; the options behind it are that call's\n"
    "VALUE and KEY: int:5, str:text, hex:0a, b64:.., addr:.., method:f()void; without a prefix digits\n"
    "are an integer, 0x.. is hex, the rest is text.\n";

void scenario_init(scenario_t *s) { *s = (scenario_t){.fee = 1000}; }

static bool bad(const char *what, const char *value) {
  fprintf(stderr, "algorent-avm: %s%s%s\n", what, value != NULL ? ": " : "", value != NULL ? value : "");
  return false;
}

static bool to_number(uint64_t *out, const char *text) {
  return algo_u64_parse(out, text, strlen(text), NULL) == ALGO_OK || bad("not a number", text);
}

/* KEY=VALUE behind what is in a list already. */
static bool add_preset(preset_t *list, size_t *n, size_t max, const char *text, algo_arena_t *arena) {
  const char *eq = strchr(text, '=');
  if (eq == NULL) return bad("not KEY=VALUE", text);
  if (*n == max) return bad("too many", text);
  char *key = algo_arena_printf(arena, "%.*s", (int)(eq - text), text);
  algo_tv_t k;
  if (key == NULL || !parse_value(&k, key, arena) || !parse_value(&list[*n].value, eq + 1, arena)) return false;
  list[*n].key = k.bytes;
  if (!k.is_bytes && !parse_argument(&list[*n].key, key, arena)) return false;
  (*n)++;
  return true;
}

static bool to_completion(uint64_t *out, const char *text) {
  static const char *const names[] = {"noop", "optin", "closeout", "clear", "update", "delete"};
  for (uint64_t i = 0; i < 6; i++) {
    if (strcmp(text, names[i]) == 0) {
      *out = i;
      return true;
    }
  }
  return bad("no on-completion", text);
}

static bool add_arg(scenario_t *s, const char *text, algo_arena_t *arena) {
  if (s->n_args == sizeof s->args / sizeof s->args[0]) return bad("too many arguments", text);
  return parse_argument(&s->args[s->n_args++], text, arena);
}

/* An option without a value; 0: it is none. */
static bool flag(scenario_t *s, const char *name) {
  bool *at = strcmp(name, "--sig") == 0      ? &s->sig
             : strcmp(name, "--create") == 0 ? &s->create
             : strcmp(name, "--trace") == 0  ? &s->trace
             : strcmp(name, "--json") == 0   ? &s->json
                                             : NULL;
  if (at != NULL) *at = true;
  return at != NULL;
}

static const program_t *load_other(const char *path, algo_arena_t *arena) {
  int status;
  program_t *p = algo_arena_zalloc(arena, sizeof *p);
  return p != NULL && load_program(p, path, arena, &status) ? p : NULL;
}

static bool add_other(scenario_t *s, const char *path, algo_arena_t *arena) {
  if (s->n_others == sizeof s->others / sizeof s->others[0]) return bad("too many applications", path);
  s->others[s->n_others] = load_other(path, arena);
  return s->others[s->n_others++] != NULL;
}

static bool add_then(scenario_t *s, const char *path, algo_arena_t *arena) {
  s->then = algo_arena_zalloc(arena, sizeof *s->then);
  if (s->then == NULL) return false;
  scenario_init(s->then);
  s->then->program = load_other(path, arena);
  return s->then->program != NULL;
}

static bool with_value(scenario_t *s, const char *name, const char *v, algo_arena_t *arena) {
  if (strcmp(name, "--arg") == 0) return add_arg(s, v, arena);
  if (strcmp(name, "--on-completion") == 0) return to_completion(&s->on_completion, v);
  if (strcmp(name, "--global") == 0) return add_preset(s->globals, &s->n_globals, 64, v, arena);
  if (strcmp(name, "--local") == 0) return add_preset(s->locals, &s->n_locals, 16, v, arena);
  if (strcmp(name, "--box") == 0) return add_preset(s->boxes, &s->n_boxes, 64, v, arena);
  if (strcmp(name, "--pay") == 0) return to_number(&s->pay, v);
  if (strcmp(name, "--fee") == 0) return to_number(&s->fee, v);
  if (strcmp(name, "--budget") == 0) return to_number(&s->extra_budget, v);
  if (strcmp(name, "--app") == 0) return add_other(s, v, arena);
  if (strcmp(name, "--then") == 0) return add_then(s, v, arena);
  if (strcmp(name, "--expect") == 0) s->expect = v;
  else if (strcmp(name, "--coverage") == 0) s->coverage = v;
  else if (strcmp(name, "--profile") == 0) s->profile = v;
  else return bad("no such option", name);
  return true;
}

bool scenario_options(scenario_t *s, int argc, char *const *argv, int *at, algo_arena_t *arena) {
  for (; *at < argc && strncmp(argv[*at], "--", 2) == 0; (*at)++) {
    const char *name = argv[*at];
    if (flag(s, name)) continue;
    if (*at + 1 >= argc) return bad("a value is missing behind", name);
    if (!with_value(s, name, argv[++*at], arena)) return false;
    if (s->then != NULL) s = s->then;
  }
  return true;
}
