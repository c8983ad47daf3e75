/* Programs with their lines. */
#include "algo/listing.h"

#include <ctype.h>

#include "algo/isa.h"
#include "algo/text.h"

static bool split_lines(algo_listing_t *p, algo_bytes_t text, algo_arena_t *arena) {
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

static bool room_for_places(algo_listing_t *p, uint32_t **line_at, uint32_t **column_at, algo_arena_t *arena) {
  *line_at = algo_arena_array(arena, p->code.n + 1, sizeof **line_at);
  *column_at = algo_arena_array(arena, p->code.n + 1, sizeof **column_at);
  p->line_at = *line_at;
  p->column_at = *column_at;
  return *line_at != NULL && *column_at != NULL;
}

static algo_code_t from_source(algo_listing_t *p, algo_bytes_t text, algo_arena_t *arena, algo_err_t *err) {
  uint32_t *line_at, *column_at;
  algo_code_t code = algo_asm_assemble(&p->assembly, text, arena, err);
  if (code != ALGO_OK) return code;
  p->code = p->assembly.program;
  if (!room_for_places(p, &line_at, &column_at, arena) || !split_lines(p, text, arena)) {
    return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  for (size_t i = 0; i < p->assembly.n_locations; i++) {
    const algo_asm_location_t *at = &p->assembly.locations[i];
    line_at[at->pc] = at->line + 1;
    column_at[at->pc] = at->column;
  }
  return ALGO_OK;
}

/* Each instruction of a program has a line of its own in its disassembly; labels and pragmas have lines too. */
static void number_lines(const algo_listing_t *p, uint32_t *line_at) {
  uint64_t version;
  int used = algo_uvarint_get(p->code.p, p->code.n, &version);
  uint32_t pc = used > 0 ? (uint32_t)used : 0;
  for (uint32_t line = 0; line < p->n_lines && pc < p->code.n; line++) {
    algo_bytes_t t = p->lines[line];
    if (t.n == 0 || t.p[0] == '#' || t.p[t.n - 1] == ':') continue;
    algo_isa_insn_t insn;
    if (algo_isa_decode(&insn, (unsigned)version, p->code, pc) != ALGO_DECODE_OK) break;
    line_at[pc] = line + 1;
    pc = insn.next;
  }
}

static algo_code_t from_bytecode(algo_listing_t *p, algo_bytes_t program, algo_arena_t *arena, algo_err_t *err) {
  uint32_t *line_at, *column_at;
  algo_buf_t text = ALGO_BUF_INIT;
  algo_code_t code = algo_disasm(&text, program, err);
  algo_bytes_t kept = code == ALGO_OK ? algo_arena_dup(arena, algo_buf_view(&text)) : algo_bytes(NULL, 0);
  algo_buf_fini(&text);
  if (code != ALGO_OK) return code;
  p->code = program;
  p->disassembled = true;
  if (!room_for_places(p, &line_at, &column_at, arena) || !split_lines(p, kept, arena)) {
    return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  number_lines(p, line_at);
  return ALGO_OK;
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

algo_code_t algo_listing_load(algo_listing_t *out, algo_bytes_t content, algo_arena_t *arena, algo_err_t *err) {
  memset(out, 0, sizeof *out);
  out->assembly.error_text = "";
  if (is_hex(content)) {
    algo_buf_t b = ALGO_BUF_INIT;
    size_t n = content.n;
    while (n > 0 && isspace(content.p[n - 1])) n--;
    (void)algo_hex_decode(&b, (const char *)content.p, n, NULL);
    content = algo_arena_dup(arena, algo_buf_view(&b));
    algo_buf_fini(&b);
    return from_bytecode(out, content, arena, err);
  }
  return is_text(content) ? from_source(out, content, arena, err) : from_bytecode(out, content, arena, err);
}

algo_bytes_t algo_listing_line(const algo_listing_t *p, uint32_t line) {
  if (line == 0) return ALGO_BYTES_LIT("(constants)"); /* the block that the assembler put in front */
  if (line > p->n_lines) return algo_bytes("", 0);
  algo_bytes_t t = p->lines[line - 1];
  while (t.n > 0 && isspace(t.p[0])) t.p++, t.n--;
  while (t.n > 0 && isspace(t.p[t.n - 1])) t.n--;
  return t;
}

algo_bytes_t algo_listing_label(const algo_listing_t *p, uint32_t line) {
  if (line == 0) return algo_bytes("", 0);
  algo_bytes_t t = algo_listing_line(p, line);
  size_t n = 0;
  while (n < t.n && !isspace(t.p[n]) && t.p[n] != ';') n++;
  if (n < 2 || t.p[n - 1] != ':' || t.p[0] == '"' || t.p[0] == '/' || t.p[0] == '#') return algo_bytes("", 0);
  return algo_bytes(t.p, n - 1);
}
