#include "keccak.h"

static const uint64_t round_constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
static inline uint64_t rotate(uint64_t v, unsigned n) { return v << n | v >> (-n & 63); }

/* Five lanes of the result: those that rho and pi bring together, through chi. a^d is theta. */
static inline __attribute__((always_inline)) void row(uint64_t *e, const uint64_t *a, const uint64_t *d,
                                                      const uint8_t from[5], const uint8_t by[5]) {
  uint64_t b[5];
#pragma GCC unroll 5
  for (int x = 0; x < 5; x++) b[x] = rotate(a[from[x]] ^ d[from[x] % 5], by[x]);
#pragma GCC unroll 5
  for (int x = 0; x < 5; x++) e[x] = b[x] ^ (~b[(x + 1) % 5] & b[(x + 2) % 5]);
}

/* One round from a to e. The tables are constants to the compiler: all is unrolled into rotations by constants. */
static inline __attribute__((always_inline)) void keccak_round(uint64_t e[25], const uint64_t a[25],
                                                               uint64_t constant) {
  static const uint8_t from[5][5] = {
      {0, 6, 12, 18, 24}, {3, 9, 10, 16, 22}, {1, 7, 13, 19, 20}, {4, 5, 11, 17, 23}, {2, 8, 14, 15, 21}};
  static const uint8_t by[5][5] = {
      {0, 44, 43, 21, 14}, {28, 20, 3, 45, 61}, {1, 6, 25, 8, 18}, {27, 36, 10, 15, 56}, {62, 55, 39, 41, 2}};
  uint64_t c[5], d[5];
#pragma GCC unroll 5
  for (int x = 0; x < 5; x++) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
#pragma GCC unroll 5
  for (int x = 0; x < 5; x++) d[x] = c[(x + 4) % 5] ^ rotate(c[(x + 1) % 5], 1);
#pragma GCC unroll 5
  for (int y = 0; y < 5; y++) row(e + 5 * y, a, d, from[y], by[y]);
  e[0] ^= constant;
}

static void permute(uint64_t a[25]) {
  uint64_t e[25];
  for (int i = 0; i < 24; i += 2) {
    keccak_round(e, a, round_constants[i]);
    keccak_round(a, e, round_constants[i + 1]);
  }
}

void avm_sponge_init(avm_sponge_t *s, size_t rate) { *s = (avm_sponge_t){.rate = rate}; }

static void put(avm_sponge_t *s, size_t at, uint8_t byte) { s->state[at / 8] ^= (uint64_t)byte << 8 * (at % 8); }

void avm_sponge_absorb(avm_sponge_t *s, algo_bytes_t in) {
  while (in.n > 0) {
    if (s->at % 8 == 0 && in.n >= 8) { /* whole lanes */
      uint64_t lane;
      memcpy(&lane, in.p, 8);
      s->state[s->at / 8] ^= __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? lane : __builtin_bswap64(lane);
      s->at += 8;
      in.p += 8;
      in.n -= 8;
    } else {
      put(s, s->at++, *in.p++);
      in.n--;
    }
    if (s->at < s->rate) continue;
    permute(s->state);
    s->at = 0;
  }
}

void avm_sponge_finish(avm_sponge_t *s, uint8_t pad) {
  put(s, s->at, pad);
  put(s, s->rate - 1, 0x80);
  permute(s->state);
  s->at = 0;
}

void avm_sponge_squeeze(avm_sponge_t *s, uint8_t *out, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (s->at == s->rate) {
      permute(s->state);
      s->at = 0;
    }
    out[i] = (uint8_t)(s->state[s->at / 8] >> 8 * (s->at % 8));
    s->at++;
  }
}

void avm_keccak(uint8_t *out, size_t n, algo_bytes_t in, size_t rate, uint8_t pad) {
  avm_sponge_t s;
  avm_sponge_init(&s, rate);
  avm_sponge_absorb(&s, in);
  avm_sponge_finish(&s, pad);
  avm_sponge_squeeze(&s, out, n);
}
