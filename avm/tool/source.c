/* Programs from files, with the lines they came from. */
#include <errno.h>
#include <stdlib.h>

#include "tool.h"

#define FILE_MAX_BYTES ((size_t)16 << 20)

static bool done(algo_code_t rc, const algo_err_t *err) {
  if (rc != ALGO_OK) fprintf(stderr, "algorent-avm: %s\n", err->msg);
  return rc == ALGO_OK;
}

bool read_file(algo_bytes_t *out, const char *path, algo_arena_t *arena) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_err_t err;
  bool ok = done(algo_file_read_input(&b, path, FILE_MAX_BYTES, &err), &err);
  if (ok) *out = algo_arena_dup(arena, algo_buf_view(&b));
  algo_buf_fini(&b);
  return ok;
}

bool write_file(const char *path, algo_bytes_t content) {
  algo_err_t err;
  if (strcmp(path, "-") != 0) return done(algo_file_write(path, content, &err), &err);
  bool ok = fwrite(content.p, 1, content.n, stdout) == content.n && fflush(stdout) == 0;
  if (!ok) fprintf(stderr, "algorent-avm: standard output: %s\n", strerror(errno));
  return ok;
}

bool load_program(program_t *p, const char *path, algo_arena_t *arena, int *status) {
  algo_bytes_t content;
  algo_err_t err;
  *p = (program_t){.path = path};
  *status = 66;
  if (!read_file(&content, path, arena)) return false;
  algo_err_init(&err);
  algo_code_t code = algo_listing_load(&p->l, content, arena, &err);
  if (code == ALGO_OK) return true;
  *status = algo_code_exit_status(code);
  if (p->l.assembly.error_text[0] != '\0') {
    fprintf(stderr, "%s", p->l.assembly.error_text);
  } else if (err.pc >= 0) {
    fprintf(stderr, "algorent-avm: %s: %s at pc=%lld\n", path, err.msg, (long long)err.pc);
  } else {
    fprintf(stderr, "algorent-avm: %s: %s\n", path, err.msg);
  }
  return false;
}

algo_bytes_t line_text(const program_t *p, uint32_t line) { return algo_listing_line(&p->l, line); }

uint32_t find_line(const program_t *p, const char *what) {
  char *end;
  unsigned long n = strtoul(what, &end, 10);
  if (end != what && *end == '\0') return n <= p->l.n_lines ? (uint32_t)n : 0;
  for (uint32_t line = 1; line <= p->l.n_lines; line++) {
    if (algo_bytes_eq(algo_listing_label(&p->l, line), algo_bytes_str(what))) return line;
  }
  return 0;
}

const char *label_of_line(const program_t *p, uint32_t line, algo_arena_t *arena) {
  algo_bytes_t t = algo_listing_label(&p->l, line);
  return t.n != 0 ? algo_arena_printf(arena, "%.*s", (int)t.n, (const char *)t.p) : NULL;
}
