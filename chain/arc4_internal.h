/* arc4_internal.h - how the members of a tuple, an array or a list lie in its head. Private to chain/. */
#ifndef ALGO_ARC4_INTERNAL_H
#define ALGO_ARC4_INTERNAL_H

#include "algo/arc4.h"

#define ARC4_DEPTH     32u
#define ARC4_ITEMS_MAX 65535u /* of one array or tuple: what two bytes can count */

/* One member's place, from head_first on. */
typedef struct arc4_head {
  const algo_arc4_type_t *of, *type; /* the container; the member's type */
  uint32_t i, n;
  size_t at;    /* of the member in the head; a dynamic member has its offset there, in 2 bytes */
  unsigned bit; /* of a bool: 0 is the highest */
  size_t end;   /* behind the member */
} arc4_head_t;

/* The first of n members; false: there is none. Then the next one. */
bool arc4_head_first(arc4_head_t *h, const algo_arc4_type_t *of, uint32_t n);
bool arc4_head_next(arc4_head_t *h);
size_t arc4_head_size(const algo_arc4_type_t *of, uint32_t n); /* of n members */

/* The members in the encoding *in of t: a list's count is taken off the front. Errors: TRUNCATED, RANGE. */
algo_code_t arc4_members(const algo_arc4_type_t *t, algo_bytes_t *in, uint32_t *n, algo_err_t *err);
/* The encoding of the member at h, a view. Bools are given as their byte, see arc4_bit. A dynamic member ends where the
 * next one starts. Errors: TRUNCATED, PARSE. */
algo_code_t arc4_member_view(const arc4_head_t *h, algo_bytes_t in, algo_bytes_t *out, algo_err_t *err);
static inline bool arc4_bit(const arc4_head_t *h, algo_bytes_t byte) { return (byte.p[0] << h->bit & 0x80) != 0; }

static inline bool arc4_is_container(const algo_arc4_type_t *t) {
  return t->kind == ALGO_ARC4_ARRAY || t->kind == ALGO_ARC4_LIST || t->kind == ALGO_ARC4_TUPLE;
}

#endif
