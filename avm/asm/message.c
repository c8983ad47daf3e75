/* Diagnostics, worded and placed as go-algorand words and places them. */
#include <stdarg.h>

#include "asm_internal.h"

static void put_u64(algo_buf_t *out, uint64_t v) {
  char digits[20];
  size_t at = sizeof digits;
  do digits[--at] = (char)('0' + v % 10);
  while ((v /= 10) != 0);
  algo_buf_put(out, digits + at, sizeof digits - at);
}

static void put_i64(algo_buf_t *out, int64_t v) {
  if (v < 0) algo_buf_putc(out, '-');
  put_u64(out, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

static void format(algo_buf_t *out, const char *fmt, va_list ap) {
  for (; *fmt != '\0'; fmt++) {
    if (*fmt != '%') {
      algo_buf_putc(out, (uint8_t)*fmt);
      continue;
    }
    switch (*++fmt) {
    case 's': algo_buf_puts(out, va_arg(ap, const char *)); break;
    case 'u': put_u64(out, va_arg(ap, uint64_t)); break;
    case 'i': put_i64(out, va_arg(ap, int64_t)); break;
    case 't': {
      const tok_t *t = va_arg(ap, const tok_t *);
      algo_buf_put(out, t->s, t->n);
      break;
    }
    case 'q': {
      const tok_t *t = va_arg(ap, const tok_t *);
      algo_text_quote(out, t->s, t->n);
      break;
    }
    case 'm': algo_buf_putb(out, *va_arg(ap, const algo_bytes_t *)); break;
    default: return;
    }
  }
}

void asm_format(algo_buf_t *out, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  format(out, fmt, ap);
  va_end(ap);
}

static void keep(asm_t *a, bool warning, uint32_t line, uint32_t col, const char *fmt, va_list ap) {
  algo_buf_t text = ALGO_BUF_INIT;
  format(&text, fmt, ap);
  algo_buf_cstr(&text);
  char *msg = text.oom ? NULL : algo_arena_alloc(a->arena, text.n + 1);
  size_t n = text.n;
  if (msg != NULL) memcpy(msg, text.p, n + 1);
  algo_buf_fini(&text);
  bool room = warning ? ASM_ROOM(a, a->warnings, a->n_warnings, a->cap_warnings)
                      : ASM_ROOM(a, a->errors, a->n_errors, a->cap_errors);
  if (msg == NULL || !room) {
    a->oom = true;
    return;
  }
  algo_asm_diagnostic_t d = {line, col, msg, n, warning};
  if (warning) {
    a->warnings[a->n_warnings++] = d;
  } else {
    a->errors[a->n_errors++] = d;
  }
}

void asm_error(asm_t *a, tok_t at, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  keep(a, false, at.line, at.col, fmt, ap);
  va_end(ap);
}

void asm_error_after(asm_t *a, tok_t at, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  keep(a, false, at.line, at.col + at.n, fmt, ap);
  va_end(ap);
}

void asm_error_at(asm_t *a, uint32_t line, uint32_t col, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  keep(a, false, line, col, fmt, ap);
  va_end(ap);
}

void asm_warn(asm_t *a, tok_t at, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  keep(a, true, at.line, at.col, fmt, ap);
  va_end(ap);
}

static void put_diagnostic(algo_buf_t *out, const algo_asm_diagnostic_t *d) {
  algo_buf_printf(out, "%u:", d->line);
  if (d->column != 0) algo_buf_printf(out, "%u:", d->column);
  algo_buf_putc(out, ' ');
  algo_buf_put(out, d->msg, d->msg_len);
  algo_buf_putc(out, '\n');
}

#define SHOWN 10u /* errors, and then warnings */

void asm_report(asm_t *a, algo_asm_result_t *out) {
  out->error_text = "";
  out->n_diagnostics = a->n_errors + a->n_warnings;
  algo_asm_diagnostic_t *all = algo_arena_array(a->arena, out->n_diagnostics, sizeof *all);
  if (all == NULL && out->n_diagnostics != 0) {
    a->oom = true;
    return;
  }
  if (a->n_errors != 0) memcpy(all, a->errors, a->n_errors * sizeof *all);
  if (a->n_warnings != 0) memcpy(all + a->n_errors, a->warnings, a->n_warnings * sizeof *all);
  out->diagnostics = all;
  if (a->n_errors == 0) return;
  algo_buf_t text = ALGO_BUF_INIT;
  if (a->n_errors == 1 && a->n_warnings == 0) algo_buf_puts(&text, "1 error: ");
  for (size_t i = 0; i < a->n_errors && i < SHOWN; i++) put_diagnostic(&text, &a->errors[i]);
  for (size_t i = 0; i < a->n_warnings && i < SHOWN; i++) put_diagnostic(&text, &a->warnings[i]);
  algo_buf_cstr(&text);
  char *copy = text.oom ? NULL : algo_arena_alloc(a->arena, text.n + 1);
  if (copy == NULL) {
    a->oom = true;
  } else {
    memcpy(copy, text.p, text.n + 1);
    out->error_text = copy;
    out->error_len = text.n;
  }
  algo_buf_fini(&text);
}
