/* The subset-sum hash of state proofs. Source: go-sumhash's specification. */
#include <openssl/evp.h>
#include <string.h>

#include "algo/hash.h"

#define ROWS    8u
#define COLUMNS 1024u /* bits that a compression takes: 64 bytes of chain, 64 of input */
#define BLOCK   64u

algo_code_t algo_sumhash512_matrix(uint64_t matrix[ALGO_SUMHASH512_WORDS], algo_err_t *err) {
  static const char seed[] = "\x40\x00\x08\x00\x00\x04" /* 64-bit numbers, rows, columns */
                             "Algorand";
  size_t n = ALGO_SUMHASH512_WORDS * sizeof *matrix;
  EVP_MD_CTX *ctx = EVP_MD_CTX_new();
  uint8_t *raw = (uint8_t *)matrix;
  bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_shake256(), NULL) == 1 &&
            EVP_DigestUpdate(ctx, seed, sizeof seed - 1) == 1 && EVP_DigestFinalXOF(ctx, raw, n) == 1;
  EVP_MD_CTX_free(ctx);
  if (!ok) return algo_err_set(err, ALGO_E_NOMEM, "SHAKE-256 cannot be computed");
  for (size_t i = 0; i < ALGO_SUMHASH512_WORDS; i++) {
    uint64_t v = 0;
    for (int k = 7; k >= 0; k--) v = v << 8 | raw[8 * i + (size_t)k];
    matrix[i] = v;
  }
  return ALGO_OK;
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

void algo_sumhash512(uint8_t out[64], const uint64_t matrix[ALGO_SUMHASH512_WORDS], const void *p, size_t n) {
  const uint8_t *in = p;
  uint8_t last[2 * BLOCK] = {0};
  uint64_t bits = 8 * (uint64_t)n;
  memset(out, 0, 64);
  for (; n >= BLOCK; in += BLOCK, n -= BLOCK) compress(matrix, out, in);
  if (n) memcpy(last, in, n);
  last[n] = 1;
  size_t end = n < BLOCK - 16 ? BLOCK : 2 * BLOCK; /* the length takes the last 16 bytes, low first */
  for (int k = 0; k < 8; k++) last[end - 16 + (size_t)k] = (uint8_t)(bits >> 8 * k);
  for (size_t at = 0; at < end; at += BLOCK) compress(matrix, out, last + at);
}
