/* algo/mp.h - MessagePack as Algorand uses it.
 *
 * Writing is canonical (shortest integers, str/bin in their shortest header) over msgpack-c's packer; the caller
 * writes map keys sorted and leaves zero values out. Reading is a cursor over borrowed bytes: nothing is copied, and
 * every length is checked against what is left before it is believed. Source: msgpack.org specification. */
#ifndef ALGO_MP_H
#define ALGO_MP_H

#include "algo/arena.h"

/* ---- writing ---- */
ALGO_API void algo_mp_put_uint(algo_buf_t *b, uint64_t v);
ALGO_API void algo_mp_put_int(algo_buf_t *b, int64_t v);
ALGO_API void algo_mp_put_bool(algo_buf_t *b, bool v);
ALGO_API void algo_mp_put_nil(algo_buf_t *b);
ALGO_API void algo_mp_put_str(algo_buf_t *b, const void *p,
                              size_t n); /* not checked for UTF-8: state keys are any bytes */
ALGO_API void algo_mp_put_bin(algo_buf_t *b, const void *p, size_t n);
ALGO_API void algo_mp_put_map(algo_buf_t *b, uint32_t pairs);
ALGO_API void algo_mp_put_array(algo_buf_t *b, uint32_t elements);

/* ---- reading ---- */
typedef enum {
  ALGO_MP_END,
  ALGO_MP_NIL,
  ALGO_MP_BOOL,
  ALGO_MP_UINT,
  ALGO_MP_INT /* negative only */,
  ALGO_MP_FLOAT,
  ALGO_MP_STR,
  ALGO_MP_BIN,
  ALGO_MP_ARRAY,
  ALGO_MP_MAP,
  ALGO_MP_EXT,
  ALGO_MP_BAD
} algo_mp_kind_t;

typedef struct algo_mp {
  const uint8_t *p, *end, *start;
} algo_mp_t;

static inline algo_mp_t algo_mp(algo_bytes_t in) { return (algo_mp_t){in.p, in.n == 0 ? in.p : in.p + in.n, in.p}; }
ALGO_API algo_mp_kind_t algo_mp_peek(const algo_mp_t *r);
/* Each takes one value of that kind, or leaves the cursor and returns ALGO_E_PARSE / ALGO_E_TRUNCATED with the offset
 * in the message. Any integer width is taken; `uint` refuses negative numbers. */
ALGO_API algo_code_t algo_mp_get_uint(algo_mp_t *r, uint64_t *out, algo_err_t *err);
ALGO_API algo_code_t algo_mp_get_int(algo_mp_t *r, int64_t *out, algo_err_t *err);
ALGO_API algo_code_t algo_mp_get_bool(algo_mp_t *r, bool *out, algo_err_t *err);
ALGO_API algo_code_t algo_mp_get_str(algo_mp_t *r, algo_bytes_t *out,
                                     algo_err_t *err); /* str or bin: Go takes either */
ALGO_API algo_code_t algo_mp_get_bin(algo_mp_t *r, algo_bytes_t *out, algo_err_t *err); /* bin or str */
ALGO_API algo_code_t algo_mp_get_map(algo_mp_t *r, uint32_t *pairs, algo_err_t *err);
ALGO_API algo_code_t algo_mp_get_array(algo_mp_t *r, uint32_t *elements, algo_err_t *err);
ALGO_API algo_code_t algo_mp_skip(algo_mp_t *r, algo_err_t *err); /* one whole value; nesting bounded at 128 */
ALGO_API algo_code_t algo_mp_skip_view(algo_mp_t *r, algo_bytes_t *whole, algo_err_t *err); /* and its bytes */

#endif
