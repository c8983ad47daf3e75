/* sumhash512: the subset-sum hash of state proofs. Its matrix is drawn from SHAKE-256, once a group. Source:
 * go-sumhash's specification. */
#include "internal.h"
#include "keccak.h"

#define ROWS    8u
#define COLUMNS 1024u /* bits that a compression takes: 64 bytes of chain, 64 of input */
#define BLOCK   64u

static const uint64_t *matrix(avm_shared_t *sh) {
  if (sh->sumhash_matrix != NULL) return sh->sumhash_matrix;
  uint64_t *m = algo_arena_alloc(sh->opt.arena, ROWS * COLUMNS * sizeof *m);
  if (m == NULL) return NULL;
  avm_sponge_t s;
  avm_sponge_init(&s, 136);
  avm_sponge_absorb(&s, ALGO_BYTES_LIT("\x40\x00\x08\x00\x00\x04"
                                       "Algorand")); /* 64-bit numbers, rows, columns, seed */
  avm_sponge_finish(&s, 0x1f);
  for (size_t i = 0; i < ROWS * COLUMNS; i++) {
    uint8_t b[8];
    avm_sponge_squeeze(&s, b, 8);
    m[i] = 0;
    for (int k = 7; k >= 0; k--) m[i] = m[i] << 8 | b[k];
  }
  return sh->sumhash_matrix = m;
}

static void compress(const uint64_t *m, uint8_t chain[64], const uint8_t block[BLOCK]) {
  uint8_t in[128];
  memcpy(in, chain, 64);
  memcpy(in + 64, block, BLOCK);
  for (size_t row = 0; row < ROWS; row++) {
    uint64_t sum = 0;
    const uint64_t *a = m + row * COLUMNS;
    for (size_t i = 0; i < COLUMNS; i++) sum += a[i] & -(uint64_t)(in[i / 8] >> i % 8 & 1);
    for (int k = 0; k < 8; k++) chain[8 * row + (size_t)k] = (uint8_t)(sum >> 8 * k);
  }
}

algo_code_t avm_op_sumhash512(algo_avm_context_t *cx) {
  algo_bytes_t in = avm_view(avm_top(cx, 0));
  const uint64_t *m = matrix(cx->sh);
  uint8_t *chain = avm_alloc(cx, 64), last[2 * BLOCK] = {0};
  if (m == NULL || chain == NULL) return avm_nomem(cx);
  memset(chain, 0, 64);
  uint64_t bits = 8 * (uint64_t)in.n;
  for (; in.n >= BLOCK; in.p += BLOCK, in.n -= BLOCK) compress(m, chain, in.p);
  if (in.n) memcpy(last, in.p, in.n);
  last[in.n] = 1;
  size_t end = in.n < BLOCK - 16 ? BLOCK : 2 * BLOCK; /* the length takes the last 16 bytes, low first */
  for (int k = 0; k < 8; k++) last[end - 16 + (size_t)k] = (uint8_t)(bits >> 8 * k);
  for (size_t at = 0; at < end; at += BLOCK) compress(m, chain, last + at);
  *avm_top(cx, 0) = avm_bytes(chain, 64);
  return ALGO_OK;
}
