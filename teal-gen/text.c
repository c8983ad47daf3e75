#include <ctype.h>

#include "internal.h"

void tg_put_upper(algo_buf_t *out, const char *snake) {
  for (; *snake; snake++) algo_buf_putc(out, (uint8_t)toupper((unsigned char)*snake));
}

void tg_put_camel(algo_buf_t *out, const char *snake) {
  bool up = true;
  for (; *snake; snake++) {
    if (*snake == '_') {
      up = true;
      continue;
    }
    algo_buf_putc(out, (uint8_t)(up ? toupper((unsigned char)*snake) : *snake));
    up = false;
  }
}

void tg_put_snake(algo_buf_t *out, const char *camel) {
  for (const char *p = camel; *p; p++) {
    if (isupper((unsigned char)*p) && p != camel) algo_buf_putc(out, '_');
    algo_buf_putc(out, (uint8_t)tolower((unsigned char)*p));
  }
}

static void put_escaped(algo_buf_t *out, char c) {
  if (c == '"' || c == '\\') algo_buf_printf(out, "\\%c", c);
  else if (c == '\n') algo_buf_puts(out, "\\n");
  else algo_buf_putc(out, (uint8_t)c);
}

void tg_put_c_string(algo_buf_t *out, const char *s) {
  algo_buf_putc(out, '"');
  for (; *s; s++) put_escaped(out, *s);
  algo_buf_putc(out, '"');
}

void tg_put_c_lines(algo_buf_t *out, const char *s, const char *indent) {
  while (*s) {
    algo_buf_printf(out, "%s\"", indent);
    while (*s && *s != '\n') put_escaped(out, *s++);
    if (*s == '\n') put_escaped(out, *s++);
    algo_buf_puts(out, *s ? "\"\n" : "\"");
  }
}

void tg_put_sql_string(algo_buf_t *out, const char *s) {
  algo_buf_putc(out, '\'');
  for (; *s; s++) algo_buf_puts(out, *s == '\'' ? "''" : (char[]){*s, 0});
  algo_buf_putc(out, '\'');
}

bool tg_method_takes(const tg_method_t *m, tg_type_t t) {
  for (size_t i = 0; i < m->n_args; i++)
    if (m->args[i].type == t) return true;
  return false;
}
