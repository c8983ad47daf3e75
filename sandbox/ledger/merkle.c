/* Merkle trees and vector commitments. Source: go-algorand 5.1, crypto/merklearray. */
#include "internal.h"

static size_t algo_lhash_size(hash_kind_t hash) { return hash == HASH_SHA512 ? 64 : 32; }

void algo_ltagged(uint8_t *out, hash_kind_t hash, const char *tag, const void *p, size_t n) {
  switch (hash) {
  case HASH_SHA512_256: algo_sha512_256_tagged(out, tag, p, n); break;
  case HASH_SHA256: algo_sha256_tagged(out, tag, p, n); break;
  case HASH_SHA512: algo_sha512_tagged(out, tag, p, n); break;
  }
}

size_t algo_lreverse_bits(size_t v, unsigned bits) {
  size_t r = 0;
  for (unsigned i = 0; i < bits; i++, v >>= 1) r = r << 1 | (v & 1);
  return r;
}

/* The lowest level: leaves in their order, or, for a vector commitment, by the reversed bits of their place, filled up
 * to a power of two with an element of its own. */
static uint8_t *bottom(hash_kind_t hash, bool vector, const uint8_t *leaves, size_t size, size_t n, size_t *width,
                       algo_buf_t *work) {
  size_t h = algo_lhash_size(hash);
  unsigned bits = 0;
  *width = n;
  if (vector) {
    while (((size_t)1 << bits) < n) bits++;
    *width = (size_t)1 << bits;
  }
  algo_buf_clear(work);
  uint8_t *level = algo_buf_reserve(work, *width * h);
  for (size_t i = 0; level && i < *width; i++) {
    size_t from = vector ? algo_lreverse_bits(i, bits) : i;
    if (from < n) algo_ltagged(level + i * h, hash, "TL", leaves + from * size, size);
    else algo_ltagged(level + i * h, hash, "MB", NULL, 0);
  }
  return level;
}

void algo_lclimb_sum(uint8_t *level, size_t width, const uint64_t *matrix) {
  for (; width > 1; width /= 2) {
    for (size_t i = 0; i < width; i += 2) {
      uint8_t node[2 + 128] = {'M', 'A'};
      memcpy(node + 2, level + i * 64, 128);
      algo_sumhash512(level + i / 2 * 64, matrix, node, sizeof node);
    }
  }
}

/* The next level, in place: a node hashes two below it, zeros where the second is not there. */
static size_t climb(uint8_t *level, hash_kind_t hash, size_t width) {
  size_t h = algo_lhash_size(hash);
  for (size_t i = 0; i < width; i += 2) {
    uint8_t pair[128] = {0};
    memcpy(pair, level + i * h, i + 1 < width ? 2 * h : h);
    algo_ltagged(level + i / 2 * h, hash, "MA", pair, 2 * h);
  }
  return (width + 1) / 2;
}

void algo_lcommit(uint8_t *out, hash_kind_t hash, bool vector, const uint8_t *leaves, size_t size, size_t n,
                  algo_buf_t *work) {
  size_t h = algo_lhash_size(hash), width;
  memset(out, 0, h);
  if (n == 0 && !vector) return;
  uint8_t *level = bottom(hash, vector, leaves, size, n, &width, work);
  if (!level) return;
  while (width > 1) width = climb(level, hash, width);
  memcpy(out, level, h);
}

void algo_lprove(algo_buf_t *out, uint64_t *depth, hash_kind_t hash, bool vector, const uint8_t *leaves, size_t size,
                 size_t n, size_t i, algo_buf_t *work) {
  size_t h = algo_lhash_size(hash), width;
  *depth = 0;
  uint8_t *level = bottom(hash, vector, leaves, size, n, &width, work);
  if (!level) return;
  if (vector) {
    unsigned bits = 0;
    while (((size_t)1 << bits) < width) bits++;
    i = algo_lreverse_bits(i, bits);
  }
  for (; width > 1; i /= 2, ++*depth) {
    size_t sibling = i ^ 1;
    static const uint8_t none[64];
    algo_buf_put(out, sibling < width ? level + sibling * h : none, h);
    width = climb(level, hash, width);
  }
}
