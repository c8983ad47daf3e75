/* A program is loaded, every rule looked for, and what comments allow marked. */
#include "internal.h"

#include <stdlib.h>

#define SCRATCH_MOST ((size_t)1 << 29) /* bytes that one attack may take */

/* ---- names that stand for values ---- */

static bool is_name(uint8_t c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Is what stands before it an opcode that takes a number? */
static bool takes_number(algo_bytes_t text, size_t at) {
  while (at > 0 && (text.p[at - 1] == ' ' || text.p[at - 1] == '\t')) at--;
  size_t end = at;
  while (at > 0 && text.p[at - 1] > ' ' && text.p[at - 1] != ';') at--;
  algo_bytes_t w = algo_bytes(text.p + at, end - at);
  if (algo_bytes_eq(w, ALGO_BYTES_LIT("int")) || algo_bytes_eq(w, ALGO_BYTES_LIT("pushint"))) return true;
  while (at > 0 && text.p[at - 1] != '\n') at--; /* in a list: of what its line begins with */
  while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\t')) at++;
  static const char *const lists[] = {"intcblock ", "pushints "};
  for (unsigned i = 0; i < 2; i++) {
    size_t n = strlen(lists[i]);
    if (text.n - at >= n && memcmp(text.p + at, lists[i], n) == 0) return true;
  }
  return false;
}

/* A value of its own for each name: 32 bytes that hardly fit anything else, or a number that no program has. */
static void put_stand_in(algo_buf_t *out, algo_bytes_t name, bool number) {
  uint64_t h = 1469598103934665603u;
  for (size_t i = 0; i < name.n; i++) h = (h ^ name.p[i]) * 1099511628211u;
  if (number) {
    algo_buf_printf(out, "%llu", 3000000000ull + h % 1000000007u);
    return;
  }
  algo_buf_puts(out, "0x");
  for (unsigned i = 0; i < 4; i++) algo_buf_printf(out, "%016llx", (unsigned long long)h * (2 * i + 1));
}

static bool has_template(algo_bytes_t text) {
  for (size_t i = 0; i + 5 <= text.n; i++) {
    if (memcmp(text.p + i, "TMPL_", 5) == 0) return true;
  }
  return false;
}

/* The source with a value for each name; names in comments stay. */
static algo_bytes_t filled_in(algo_bytes_t text, algo_arena_t *arena) {
  algo_buf_t out = ALGO_BUF_INIT;
  bool comment = false;
  for (size_t i = 0; i < text.n;) {
    if (text.p[i] == '\n') comment = false;
    if (text.p[i] == '/' && i + 1 < text.n && text.p[i + 1] == '/') comment = true;
    bool begins = text.n - i >= 5 && memcmp(text.p + i, "TMPL_", 5) == 0 && (i == 0 || text.p[i - 1] <= ' ');
    if (comment || !begins) {
      algo_buf_putc(&out, text.p[i++]);
      continue;
    }
    size_t n = 0;
    while (i + n < text.n && is_name(text.p[i + n])) n++;
    put_stand_in(&out, algo_bytes(text.p + i, n), takes_number(text, i));
    i += n;
  }
  algo_bytes_t copy = algo_arena_dup(arena, algo_buf_view(&out));
  algo_buf_fini(&out);
  return copy;
}

algo_code_t algo_check_load(algo_listing_t *out, algo_bytes_t content, algo_arena_t *arena, algo_err_t *err) {
  bool text = memchr(content.p, 0, content.n) == NULL;
  return algo_listing_load(out, text && has_template(content) ? filled_in(content, arena) : content, arena, err);
}

/* ---- the whole ---- */

static bool prepare(checker_t *ck, seen_t *seen) {
  size_t n = (size_t)ck->p.graph.n + 1;
  ck->seen = seen;
  seen->position = algo_arena_array(ck->arena, n, sizeof *seen->position);
  seen->condition = algo_arena_array(ck->arena, n, sizeof *seen->condition);
  seen->bounded = algo_arena_array(ck->arena, n, sizeof *seen->bounded);
  ck->run = malloc(sizeof *ck->run);
  return ck->run != NULL && seen->position != NULL && seen->condition != NULL && seen->bounded != NULL;
}

static void scan(checker_t *ck) {
  scan_general(ck);
  scan_group(ck);
  if (ck->p.mode == ALGO_CHECK_SIG) scan_signature(ck);
  else scan_application(ck);
  allow_findings(ck);
  finish_findings(ck);
}

algo_code_t algo_check_program(algo_check_result_t *out, const algo_listing_t *l, const algo_check_options_t *options,
                               algo_arena_t *arena, algo_err_t *err) {
  seen_t seen;
  memset(out, 0, sizeof *out);
  memset(&seen, 0, sizeof seen);
  checker_t ck = {.arena = arena, .rules = options->rules != 0 ? options->rules : UINT64_MAX, .level = options->level};
  ck.scratch = ALGO_ARENA_INIT;
  ck.scratch.limit = SCRATCH_MOST;
  unsigned mode = options->mode != 0 ? options->mode : mode_comment(l);
  algo_code_t code = program_init(&ck.p, l, mode, arena, err);
  if (code != ALGO_OK) return code;
  if (prepare(&ck, &seen)) scan(&ck);
  else ck.oom = true;
  free(ck.run);
  algo_arena_fini(&ck.scratch);
  if (ck.oom) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  out->mode = ck.p.mode;
  out->findings = ck.findings;
  out->n_findings = ck.n;
  out->complete = !ck.incomplete;
  for (size_t i = 0; i < ck.n; i++) out->n_counting += ck.findings[i].allowed == NULL;
  return ALGO_OK;
}
