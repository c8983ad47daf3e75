/* algo/json.h - JSON: a streaming writer, and reading helpers over json-c.
 *
 * json-c rather than jansson: Algorand's numbers go to 2^64 - 1, which jansson can neither read nor write
 * (docs/decisions.md). Strings are written as Go's encoding/json writes them where a node's answer is imitated
 * (HTML characters escaped, invalid UTF-8 as U+FFFD) when `go_escape` is set. */
#ifndef ALGO_JSON_H
#define ALGO_JSON_H

#include <json-c/json.h>

#include "algo/bytes.h"

typedef struct algo_json {
  algo_buf_t *out;
  bool comma; /* a comma goes before the next element */
  bool go_escape;
} algo_json_t;

static inline algo_json_t algo_json(algo_buf_t *out) { return (algo_json_t){out, false, false}; }
ALGO_API void algo_json_open(algo_json_t *j, char c);  /* '{' or '[' */
ALGO_API void algo_json_close(algo_json_t *j, char c); /* '}' or ']' */
ALGO_API void algo_json_key(algo_json_t *j, const char *key);
ALGO_API void algo_json_keyb(algo_json_t *j, algo_bytes_t key);
ALGO_API void algo_json_uint(algo_json_t *j, uint64_t v);
ALGO_API void algo_json_int(algo_json_t *j, int64_t v);
ALGO_API void algo_json_bool(algo_json_t *j, bool v);
ALGO_API void algo_json_null(algo_json_t *j);
ALGO_API void algo_json_double(algo_json_t *j, double v);
ALGO_API void algo_json_str(algo_json_t *j, const char *s);
ALGO_API void algo_json_strb(algo_json_t *j, algo_bytes_t s); /* any bytes; escaped */
ALGO_API void algo_json_base64(algo_json_t *j, algo_bytes_t v);
ALGO_API void algo_json_hex(algo_json_t *j, algo_bytes_t v);
ALGO_API void algo_json_raw(algo_json_t *j, const void *p, size_t n); /* already JSON */

/* One whole text, strict, nothing behind it, nesting up to 64, integers of -2^63 to 2^64 - 1, no name with a NUL; *out
 * is owned by the caller (json_object_put). Errors: PARSE, with the place, RANGE (an integer), TRUNCATED, NOMEM. */
ALGO_API algo_code_t algo_json_parse(json_object **out, const void *p, size_t n, algo_err_t *err);
/* The first value, as a decoder of a stream takes it, whatever is behind its *used bytes. */
ALGO_API algo_code_t algo_json_parse_front(json_object **out, const void *p, size_t n, size_t *used, algo_err_t *err);
/* Members of an object. get_: the key has to be there; opt_: *out is left as it was when the key is absent or null.
 * Errors, which name the key: PARSE (another type, out of range, not there), NOMEM. Bytes from base64 are appended. */
ALGO_API algo_code_t algo_json_get_u64(json_object *o, const char *key, uint64_t *out, algo_err_t *err);
ALGO_API algo_code_t algo_json_opt_u64(json_object *o, const char *key, uint64_t *out, algo_err_t *err);
ALGO_API algo_code_t algo_json_opt_bool(json_object *o, const char *key, bool *out, algo_err_t *err);
ALGO_API algo_code_t algo_json_get_str(json_object *o, const char *key, algo_bytes_t *out,
                                       algo_err_t *err); /* view into o */
ALGO_API algo_code_t algo_json_opt_str(json_object *o, const char *key, algo_bytes_t *out, algo_err_t *err);
ALGO_API algo_code_t algo_json_opt_base64(json_object *o, const char *key, algo_buf_t *out, algo_err_t *err);

#endif
