/* algo/err.h - the one error type.
 *
 * A function that can fail returns algo_code_t (0 is success) and takes an `algo_err_t *err` last, which the caller
 * owns and which may be NULL. On success *err is left as it was. A library never prints, aborts or exits.
 * Texts that have no bound (a program's failure, an assembler's list) live in an arena beside it, not here. */
#ifndef ALGO_ERR_H
#define ALGO_ERR_H

#include <stdarg.h>
#include <stdint.h>

typedef enum algo_code {
#define ALGO_ERR(name, exit_status, text) ALGO_E_##name,
#include "algo/err.def"
#undef ALGO_ERR
  ALGO_E_COUNT
} algo_code_t;
#define ALGO_OK ALGO_E_OK

#define ALGO_ERR_MSG_MAX 1024u

typedef struct algo_err {
  algo_code_t code;
  int http_status;            /* the status a server answered with; 0: not from a server */
  uint32_t line;              /* 1-based; 0: does not apply */
  uint32_t column;            /* 0-based byte offset; meaningful only where line is not 0 */
  int64_t pc;                 /* byte offset in a program; -1: does not apply */
  char file[256];             /* "" where it does not apply */
  char msg[ALGO_ERR_MSG_MAX]; /* UTF-8, one line or several, never with a newline at the end; cut at the limit */
} algo_err_t;

#define ALGO_API          __attribute__((visibility("default")))
#define ALGO_NODISCARD    __attribute__((warn_unused_result))
#define ALGO_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Empties an error; a zero-filled one only lacks pc = -1. */
ALGO_API void algo_err_init(algo_err_t *err);

/* Sets code and message (printf form) and clears where. Returns code, so that callers write
 * `return algo_err_set(err, ALGO_E_PARSE, "...")`. err may be NULL. */
ALGO_API algo_code_t algo_err_set(algo_err_t *err, algo_code_t code, const char *fmt, ...) ALGO_PRINTF(3, 4);

/* Puts "prefix: " before the message that is there; keeps code and where. Returns the code. err may be NULL (then
 * `code` is returned as it came). */
ALGO_API algo_code_t algo_err_prefix(algo_err_t *err, algo_code_t code, const char *fmt, ...) ALGO_PRINTF(3, 4);

ALGO_API const char *algo_code_name(algo_code_t code); /* "PARSE"; "UNKNOWN" out of range */
ALGO_API const char *algo_code_text(algo_code_t code); /* the prose of err.def */
ALGO_API int algo_code_exit_status(algo_code_t code);

#endif
