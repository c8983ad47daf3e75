/* 25 words of BIP-39's English list: 24 hold the seed's 256 bits, 11 each and lowest first, the last a checksum. */
#include <ctype.h>
#include <sodium.h>

#include "algo/hash.h"
#include "algo/keys.h"
#include "words.h"

#define WORDS 25
#define BITS  11u

/* `n` numbers of 11 bits from little-endian bytes. */
static void split(uint16_t *out, size_t n, const uint8_t *p, size_t bytes) {
  uint32_t bits = 0;
  unsigned have = 0;
  size_t at = 0;
  for (size_t i = 0; i < n; i++) {
    for (; have < BITS && at < bytes; have += 8) bits |= (uint32_t)p[at++] << have;
    out[i] = bits & ((1u << BITS) - 1);
    bits >>= BITS;
    have = have < BITS ? 0 : have - BITS;
  }
}

static uint16_t checksum(const uint8_t seed[32]) {
  uint8_t h[32];
  uint16_t first;
  algo_sha512_256(h, seed, 32);
  split(&first, 1, h, 2);
  sodium_memzero(h, sizeof h);
  return first;
}

void algo_mnemonic_from_seed(char out[ALGO_MNEMONIC_MAX], const uint8_t seed[32]) {
  uint16_t index[WORDS];
  split(index, WORDS - 1, seed, 32);
  index[WORDS - 1] = checksum(seed);
  size_t at = 0;
  for (int i = 0; i < WORDS; i++) {
    const char *w = algo_words[index[i]];
    size_t n = strlen(w);
    if (i != 0) out[at++] = ' ';
    memcpy(out + at, w, n);
    at += n;
  }
  out[at] = '\0';
  sodium_memzero(index, sizeof index);
}

/* The number of the word in s[0..n), which may be cut to its first four letters or more: these tell it. -1: none. */
static int find(const char *s, size_t n) {
  char word[16] = {0};
  if (n == 0 || n >= sizeof word) return -1;
  for (size_t i = 0; i < n; i++) word[i] = (char)tolower((unsigned char)s[i]);
  int lo = 0, hi = ALGO_WORDS;
  while (lo < hi) {
    int mid = lo + (hi - lo) / 2;
    if (strcmp(algo_words[mid], word) < 0) lo = mid + 1;
    else hi = mid;
  }
  bool hit = lo < ALGO_WORDS && strncmp(algo_words[lo], word, n) == 0 && (n >= 4 || algo_words[lo][n] == '\0');
  sodium_memzero(word, sizeof word);
  return hit ? lo : -1;
}

static algo_code_t read_words(uint16_t index[WORDS], const char *s, size_t n, algo_err_t *err) {
  int count = 0;
  for (size_t i = 0; i < n;) {
    if (isspace((unsigned char)s[i])) {
      i++;
      continue;
    }
    size_t from = i;
    while (i < n && !isspace((unsigned char)s[i])) i++;
    if (count++ >= WORDS) continue;
    int k = find(s + from, i - from);
    int shown = (int)(i - from < 20 ? i - from : 20);
    if (k < 0)
      return algo_err_set(err, ALGO_E_PARSE, "mnemonic: word %d, '%.*s', is not in the list", count, shown, s + from);
    index[count - 1] = (uint16_t)k;
  }
  if (count != WORDS) return algo_err_set(err, ALGO_E_PARSE, "mnemonic: %d words instead of %d", count, WORDS);
  return ALGO_OK;
}

algo_code_t algo_mnemonic_to_seed(uint8_t seed[32], const char *words, size_t n, algo_err_t *err) {
  uint16_t index[WORDS];
  algo_code_t c = read_words(index, words, n, err);
  if (c != ALGO_OK) return c;
  uint8_t raw[33] = {0};
  for (unsigned bit = 0; bit < (WORDS - 1) * BITS; bit++)
    if (index[bit / BITS] >> bit % BITS & 1) raw[bit / 8] |= (uint8_t)(1u << bit % 8);
  if (raw[32] != 0 || checksum(raw) != index[WORDS - 1])
    c = algo_err_set(err, ALGO_E_CHECKSUM,
                     "mnemonic: the last word does not fit the others, a word or its place is wrong");
  else memcpy(seed, raw, 32);
  sodium_memzero(raw, sizeof raw);
  sodium_memzero(index, sizeof index);
  return c;
}
