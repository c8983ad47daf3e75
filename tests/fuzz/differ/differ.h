/* differ: random programs, put before two nodes; every answer must be the same. */
#ifndef DIFFER_H
#define DIFFER_H

#include "algo/isa.h"
#include "algo/json.h"

typedef struct rng {
  uint64_t state;
} rng_t;

uint64_t rng_next(rng_t *r);
static inline uint64_t rng_below(rng_t *r, uint64_t n) { return rng_next(r) % n; }
static inline bool rng_one_in(rng_t *r, uint64_t n) { return rng_below(r, n) == 0; }

/* generate.c: a program that follows the types on its stack, and now and then something broken. */
void generate_program(algo_buf_t *out, rng_t *r, bool sig);
/* Changes some bytes, words or lines of a source. */
void mutate_program(algo_buf_t *source, rng_t *r);

/* compare.c: the same? If not, *where gets the path and the two values. */
bool same_json(algo_buf_t *where, json_object *x, json_object *y);

#endif
