/* Programs from files, with the lines they came from. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "algo/text.h"
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

static bool split_lines(program_t *p, algo_bytes_t text, algo_arena_t *arena) {
  size_t n = 1;
  for (size_t i = 0; i < text.n; i++) n += text.p[i] == '\n';
  algo_bytes_t *lines = algo_arena_array(arena, n, sizeof *lines);
  if (lines == NULL) return false;
  p->lines = lines;
  for (size_t at = 0; at < text.n;) {
    const uint8_t *end = memchr(text.p + at, '\n', text.n - at);
    size_t len = end != NULL ? (size_t)(end - text.p) - at : text.n - at;
    lines[p->n_lines++] = algo_bytes(text.p + at, len);
    at += len + 1;
  }
  return true;
}

static bool from_source(program_t *p, algo_bytes_t text, algo_arena_t *arena, int *status) {
  algo_err_t err;
  algo_err_init(&err);
  algo_code_t code = algo_asm_assemble(&p->assembly, text, arena, &err);
  if (code != ALGO_OK) {
    fprintf(stderr, "%s", code == ALGO_E_ASM ? p->assembly.error_text : "algorent-avm: out of memory\n");
    *status = algo_code_exit_status(code);
    return false;
  }
  p->code = p->assembly.program;
  uint32_t *line_at = algo_arena_array(arena, p->code.n + 1, sizeof *line_at);
  if (line_at == NULL || !split_lines(p, text, arena)) return false;
  for (size_t i = 0; i < p->assembly.n_locations; i++) {
    line_at[p->assembly.locations[i].pc] = p->assembly.locations[i].line + 1;
  }
  p->line_at = line_at;
  return true;
}

/* Each instruction of a program has a line of its own in its disassembly; labels and pragmas have lines too. */
static bool from_bytecode(program_t *p, algo_bytes_t code, algo_arena_t *arena, int *status) {
  algo_buf_t text = ALGO_BUF_INIT;
  algo_err_t err;
  algo_err_init(&err);
  algo_code_t rc = algo_disasm(&text, code, &err);
  uint32_t *line_at = algo_arena_array(arena, code.n + 1, sizeof *line_at);
  bool ok = rc == ALGO_OK && line_at != NULL && split_lines(p, algo_arena_dup(arena, algo_buf_view(&text)), arena);
  if (rc != ALGO_OK) {
    fprintf(stderr, "algorent-avm: %s: %s at pc=%lld\n", p->path, err.msg, (long long)err.pc);
    *status = algo_code_exit_status(rc);
  }
  algo_buf_fini(&text);
  if (!ok) return false;
  p->code = code;
  p->disassembled = true;
  p->line_at = line_at;
  uint64_t version;
  int used = algo_uvarint_get(code.p, code.n, &version);
  uint32_t pc = used > 0 ? (uint32_t)used : 0;
  for (uint32_t line = 0; line < p->n_lines && pc < code.n; line++) {
    algo_bytes_t t = p->lines[line];
    if (t.n == 0 || t.p[0] == '#' || t.p[t.n - 1] == ':') continue;
    algo_isa_insn_t insn;
    if (algo_isa_decode(&insn, (unsigned)version, code, pc) != ALGO_DECODE_OK) break;
    line_at[pc] = line + 1;
    pc = insn.next;
  }
  return true;
}

static bool is_hex(algo_bytes_t v) {
  size_t n = v.n;
  while (n > 0 && isspace(v.p[n - 1])) n--;
  for (size_t i = 0; i < n; i++) {
    if (!isxdigit(v.p[i])) return false;
  }
  return n >= 2 && n % 2 == 0;
}

static bool is_text(algo_bytes_t v) {
  for (size_t i = 0; i < v.n; i++) {
    if (v.p[i] < ' ' && v.p[i] != '\n' && v.p[i] != '\t' && v.p[i] != '\r') return false;
  }
  return true;
}

bool load_program(program_t *p, const char *path, algo_arena_t *arena, int *status) {
  algo_bytes_t content;
  *p = (program_t){.path = path};
  *status = 66;
  if (!read_file(&content, path, arena)) return false;
  *status = 70;
  if (is_hex(content)) {
    algo_buf_t b = ALGO_BUF_INIT;
    size_t n = content.n;
    while (n > 0 && isspace(content.p[n - 1])) n--;
    (void)algo_hex_decode(&b, (const char *)content.p, n, NULL);
    content = algo_arena_dup(arena, algo_buf_view(&b));
    algo_buf_fini(&b);
    return from_bytecode(p, content, arena, status);
  }
  return is_text(content) ? from_source(p, content, arena, status) : from_bytecode(p, content, arena, status);
}

algo_bytes_t line_text(const program_t *p, uint32_t line) {
  if (line == 0) return ALGO_BYTES_LIT("(constants)"); /* the block that the assembler put in front */
  if (line > p->n_lines) return algo_bytes("", 0);
  algo_bytes_t t = p->lines[line - 1];
  while (t.n > 0 && isspace(t.p[0])) t.p++, t.n--;
  while (t.n > 0 && isspace(t.p[t.n - 1])) t.n--;
  return t;
}

/* The label that a line begins with; n 0: none. */
static algo_bytes_t label_on(const program_t *p, uint32_t line) {
  if (line == 0) return algo_bytes("", 0);
  algo_bytes_t t = line_text(p, line);
  size_t n = 0;
  while (n < t.n && !isspace(t.p[n]) && t.p[n] != ';') n++;
  if (n < 2 || t.p[n - 1] != ':' || t.p[0] == '"' || t.p[0] == '/' || t.p[0] == '#') return algo_bytes("", 0);
  return algo_bytes(t.p, n - 1);
}

uint32_t find_line(const program_t *p, const char *what) {
  char *end;
  unsigned long n = strtoul(what, &end, 10);
  if (end != what && *end == '\0') return n <= p->n_lines ? (uint32_t)n : 0;
  for (uint32_t line = 1; line <= p->n_lines; line++) {
    if (algo_bytes_eq(label_on(p, line), algo_bytes_str(what))) return line;
  }
  return 0;
}

const char *label_of_line(const program_t *p, uint32_t line, algo_arena_t *arena) {
  algo_bytes_t t = label_on(p, line);
  return t.n != 0 ? algo_arena_printf(arena, "%.*s", (int)t.n, (const char *)t.p) : NULL;
}
