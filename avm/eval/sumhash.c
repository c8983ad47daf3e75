/* sumhash512: the subset-sum hash of state proofs. Its matrix is drawn once a group. */
#include "algo/hash.h"
#include "internal.h"

static const uint64_t *matrix(avm_shared_t *sh) {
  if (sh->sumhash_matrix != NULL) return sh->sumhash_matrix;
  uint64_t *m = algo_arena_alloc(sh->opt.arena, ALGO_SUMHASH512_WORDS * sizeof *m);
  if (m == NULL || algo_sumhash512_matrix(m, NULL) != ALGO_OK) return NULL;
  return sh->sumhash_matrix = m;
}

algo_code_t avm_op_sumhash512(algo_avm_context_t *cx) {
  algo_bytes_t in = avm_view(avm_top(cx, 0));
  const uint64_t *m = matrix(cx->sh);
  uint8_t *hash = avm_alloc(cx, 64);
  if (m == NULL || hash == NULL) return avm_nomem(cx);
  algo_sumhash512(hash, m, in.p, in.n);
  *avm_top(cx, 0) = avm_bytes(hash, 64);
  return ALGO_OK;
}
