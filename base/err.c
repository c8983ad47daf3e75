#include "algo/err.h"

#include <stdio.h>
#include <string.h>

void algo_err_init(algo_err_t *err) {
  memset(err, 0, sizeof *err);
  err->pc = -1;
}

algo_code_t algo_err_set(algo_err_t *err, algo_code_t code, const char *fmt, ...) {
  if (err == NULL) return code;
  err->code = code;
  err->http_status = 0;
  err->line = err->column = 0;
  err->pc = -1;
  err->file[0] = '\0';
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(err->msg, sizeof err->msg, fmt, ap);
  va_end(ap);
  return code;
}

algo_code_t algo_err_prefix(algo_err_t *err, algo_code_t code, const char *fmt, ...) {
  if (err == NULL) return code;
  char prefix[ALGO_ERR_MSG_MAX];
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(prefix, sizeof prefix - 2, fmt, ap);
  va_end(ap);
  if (n < 0) return err->code;
  size_t len = strlen(prefix);
  memcpy(prefix + len, ": ", 2);
  len += 2;
  size_t keep = strlen(err->msg);
  if (keep > sizeof err->msg - 1 - len) keep = sizeof err->msg - 1 - len;
  memmove(err->msg + len, err->msg, keep);
  memcpy(err->msg, prefix, len);
  err->msg[len + keep] = '\0';
  return err->code;
}

static const struct {
  const char *name, *text;
  int exit_status;
} codes[] = {
#define ALGO_ERR(name, exit_status, text) {#name, text, exit_status},
#include "algo/err.def"
#undef ALGO_ERR
};

static int known(algo_code_t code) { return (unsigned)code < ALGO_E_COUNT; }
const char *algo_code_name(algo_code_t code) { return known(code) ? codes[code].name : "UNKNOWN"; }
const char *algo_code_text(algo_code_t code) { return known(code) ? codes[code].text : "an unknown error"; }
int algo_code_exit_status(algo_code_t code) { return known(code) ? codes[code].exit_status : 70; }
