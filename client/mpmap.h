/* mpmap.h - reading msgpack maps by a table of keys: what is not in the table is stepped over. */
#ifndef CLIENT_MPMAP_H
#define CLIENT_MPMAP_H

#include "algo/arena.h"
#include "algo/mp.h"

typedef struct mp_field mp_field_t;
/* Reads the value of one key into `into`. */
typedef algo_code_t mp_read_fn(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err);
struct mp_field {
  const char *key;
  mp_read_fn *read;
  size_t at; /* of the member in the structure; added to the structure's address */
};

/* One map into the structure at `into`; `fields` ends with a key of NULL. nil is an empty map. */
algo_code_t mp_read_map(algo_mp_t *r, const mp_field_t *fields, void *into, algo_arena_t *arena, algo_err_t *err);

/* An array of `size`-byte elements, each read by `read` into cleared memory; nil is an empty array. */
algo_code_t mp_read_array(algo_mp_t *r, mp_read_fn *read, size_t size, void **items, size_t *n, algo_arena_t *arena,
                          algo_err_t *err);

algo_code_t mp_read_u64(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err);  /* uint64_t */
algo_code_t mp_read_text(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err); /* const char *, with a NUL */
algo_code_t mp_read_bytes(algo_mp_t *r, void *into, algo_arena_t *arena, algo_err_t *err); /* algo_bytes_t, copied */
algo_code_t mp_read_addr(algo_mp_t *r, void *into, algo_arena_t *arena,
                         algo_err_t *err); /* algo_addr_t, as text or 32 bytes */

#endif
