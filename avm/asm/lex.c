/* Lines and tokens. Only tab, space and ';' part tokens; a ';' is a token of its own. */
#include "asm_internal.h"

#define LINE_MAX_BYTES 65535u

bool lex_line(asm_t *a, algo_bytes_t *source, const char **line, size_t *n) {
  if (source->n == 0) return false;
  const uint8_t *end = memchr(source->p, '\n', source->n);
  size_t len = end != NULL ? (size_t)(end - source->p) : source->n;
  if (len > LINE_MAX_BYTES) {
    asm_error_at(a, a->line, 0, "line too long");
    return false;
  }
  size_t used = end != NULL ? len + 1 : len;
  *line = (const char *)source->p;
  *n = len > 0 && source->p[len - 1] == '\r' ? len - 1 : len;
  source->p += used;
  source->n -= used;
  a->line++;
  return true;
}

enum { PLAIN, SEPARATOR, SPECIAL };
static const uint8_t class_of[256] = {['\t'] = SEPARATOR, [' '] = SEPARATOR, [';'] = SEPARATOR, ['"'] = SPECIAL,
                                      ['/'] = SPECIAL,    ['('] = SPECIAL,   [')'] = SPECIAL};
static bool is_separator(char c) { return class_of[(uint8_t)c] == SEPARATOR; }

static inline void push(asm_t *a, const char *line, size_t start, size_t end) {
  if (!ASM_ROOM(a, a->toks, a->n_toks, a->cap_toks)) return;
  a->toks[a->n_toks++] = (tok_t){line + start, (uint32_t)(end - start), (uint32_t)start, a->line};
}

static void push_semicolon(asm_t *a, const char *line, size_t at) {
  push(a, line, at, at + 1);
  a->semicolons++;
}

static size_t skip_separators(asm_t *a, const char *line, size_t n, size_t i) {
  for (; i < n && is_separator(line[i]); i++) {
    if (line[i] == ';') push_semicolon(a, line, i);
  }
  return i;
}

static bool is_base64(const char *s, size_t n) {
  return (n == 6 && memcmp(s, "base64", 6) == 0) || (n == 3 && memcmp(s, "b64", 3) == 0);
}

void lex_tokens(asm_t *a, const char *line, size_t n) {
  a->n_toks = a->semicolons = 0;
  size_t i = skip_separators(a, line, n, 0), start = i;
  bool in_string = false, in_base64 = false; /* where spaces, and where slashes, are part of the token */
  for (;;) {
    while (i < n && class_of[(uint8_t)line[i]] == PLAIN) i++;
    if (i == n) break;
    if (class_of[(uint8_t)line[i]] == SPECIAL) {
      if (line[i] == '"') {
        if (in_string) {
          if (line[i - 1] != '\\') in_string = false;
        } else if (i == 0 || is_separator(line[i - 1])) {
          in_string = true;
        }
      } else if (line[i] == '/') {
        if (i + 1 < n && line[i + 1] == '/' && !in_base64 && !in_string) {
          if (start != i) push(a, line, start, i);
          return;
        }
      } else if (line[i] == '(') {
        if (is_base64(line + start, i - start)) in_base64 = true;
      } else {
        in_base64 = false;
      }
      i++;
      continue;
    }
    if (in_string) {
      i++;
      continue;
    }
    push(a, line, start, i);
    if (line[i] == ';') push_semicolon(a, line, i);
    in_base64 = !in_base64 && is_base64(line + start, i - start);
    i = start = skip_separators(a, line, n, i + 1);
  }
  if (start < n) push(a, line, start, n);
}
