/* Programs from files, with the lines they came from. */
#include <errno.h>
#include <stdlib.h>

#include "tool.h"

#define FILE_MAX_BYTES ((size_t)16 << 20)

bool read_file(algo_bytes_t *out, const char *path, algo_arena_t *arena) {
  FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
  if (f == NULL) {
    fprintf(stderr, "algorent-avm: %s: %s\n", path, strerror(errno));
    return false;
  }
  algo_buf_t b = ALGO_BUF_INIT;
  uint8_t chunk[16384];
  size_t n;
  while ((n = fread(chunk, 1, sizeof chunk, f)) > 0 && b.n <= FILE_MAX_BYTES) algo_buf_put(&b, chunk, n);
  bool bad = ferror(f) != 0 || b.oom || b.n > FILE_MAX_BYTES;
  if (f != stdin) fclose(f);
  if (bad) {
    fprintf(stderr, "algorent-avm: %s: %s\n", path, b.n > FILE_MAX_BYTES ? "longer than 16 MiB" : "cannot be read");
  } else {
    *out = algo_arena_dup(arena, algo_buf_view(&b));
  }
  algo_buf_fini(&b);
  return !bad;
}

bool write_file(const char *path, algo_bytes_t content) {
  FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
  bool ok = f != NULL && fwrite(content.p, 1, content.n, f) == content.n;
  if (f != NULL && (f == stdout ? fflush(f) : fclose(f)) != 0) ok = false;
  if (!ok) fprintf(stderr, "algorent-avm: %s: %s\n", path, strerror(errno));
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
