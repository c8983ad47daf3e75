/* Lines and tokens. Only tab, space and ';' part tokens; a ';' is a token of its own. The source is read from a copy
 * with one '\n' more at its end, so that the end of a line is the only end to look for, and a word of them behind it,
 * so that a token's first bytes can be read at once. */
#include "asm_internal.h"

#define LINE_MAX_BYTES 65535u
#define WORD           sizeof(uint64_t)

enum { PLAIN, SEPARATOR, QUOTE, SLASH, OPEN, CLOSE, RETURN, NEWLINE };
static const uint8_t class_of[256] = {
    ['\t'] = SEPARATOR, [' '] = SEPARATOR, [';'] = SEPARATOR, ['"'] = QUOTE,    ['/'] = SLASH,
    ['('] = OPEN,       [')'] = CLOSE,     ['\r'] = RETURN,   ['\n'] = NEWLINE,
};

bool lex_open(asm_t *a, algo_bytes_t source) {
  char *copy = algo_arena_alloc(a->arena, source.n + 1 + WORD);
  if (copy == NULL) return false;
  if (source.n != 0) memcpy(copy, source.p, source.n);
  memset(copy + source.n, '\n', 1 + WORD);
  a->at = copy;
  a->end = copy + source.n;
  return true;
}

static inline void push(asm_t *a, const char *line, const char *start, const char *end) {
  if (!ASM_ROOM(a, a->toks, a->n_toks, a->cap_toks)) return;
  a->toks[a->n_toks++] = (tok_t){start, (uint32_t)(end - start), (uint32_t)(start - line), a->line + 1};
}

static inline bool is_base64(const char *start, const char *end) {
  size_t n = (size_t)(end - start);
  return *start == 'b' && ((n == 6 && memcmp(start, "base64", 6) == 0) || (n == 3 && memcmp(start, "b64", 3) == 0));
}

/* Returns where the tokens end: at the comment, or at the end of the line. */
static const char *lex_tokens(asm_t *a, const char *line) {
  const char *p = line, *start = line;
  bool in_string = false, in_base64 = false; /* where spaces, and where slashes, are part of the token */
  for (;; p++) {
    while (class_of[(uint8_t)*p] == PLAIN) p++;
    uint8_t class = class_of[(uint8_t)*p];
    if (class == NEWLINE || (class == RETURN && p[1] == '\n')) break;
    if (class == SLASH && p[1] == '/' && !in_base64 && !in_string) break;
    if (class == SEPARATOR && !in_string) {
      if (start != p) {
        push(a, line, start, p);
        in_base64 = !in_base64 && is_base64(start, p);
      }
      if (*p == ';') {
        push(a, line, p, p + 1);
        a->semicolons++;
      }
      start = p + 1;
    } else if (class == QUOTE) {
      in_string = in_string ? p[-1] == '\\' : p == start;
    } else if (class == OPEN) {
      in_base64 = in_base64 || is_base64(start, p);
    } else if (class == CLOSE) {
      in_base64 = false;
    }
  }
  if (start != p) push(a, line, start, p);
  return p;
}

bool lex_line(asm_t *a) {
  if (a->at >= a->end) return false;
  a->n_toks = a->semicolons = 0;
  const char *line = a->at, *end = lex_tokens(a, line);
  if (*end != '\n') end = memchr(end, '\n', (size_t)(a->end + 1 - end));
  if (end - line > LINE_MAX_BYTES) {
    asm_error_at(a, a->line, 0, "line too long");
    return false;
  }
  a->at = end + 1;
  a->line++;
  return true;
}
