#include "keccak.h"

static const uint64_t round_constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
static inline uint64_t rotate(uint64_t v, unsigned n) { return v << n | v >> (64 - n); }

static void permute(uint64_t a[25]) {
  for (int round = 0; round < 24; round++) {
    uint64_t c[5], d[5], next, t;
    for (int x = 0; x < 5; x++) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    d[0] = c[4] ^ rotate(c[1], 1);
    d[1] = c[0] ^ rotate(c[2], 1);
    d[2] = c[1] ^ rotate(c[3], 1);
    d[3] = c[2] ^ rotate(c[4], 1);
    d[4] = c[3] ^ rotate(c[0], 1);
    for (int y = 0; y < 25; y += 5)
      for (int x = 0; x < 5; x++) a[y + x] ^= d[x];
    t = a[1];
    /* clang-format off */
#define MOVE(lane, by) next = a[lane], a[lane] = rotate(t, by), t = next;
    MOVE(10, 1) MOVE(7, 3) MOVE(11, 6) MOVE(17, 10) MOVE(18, 15) MOVE(3, 21) MOVE(5, 28) MOVE(16, 36)
    MOVE(8, 45) MOVE(21, 55) MOVE(24, 2) MOVE(4, 14) MOVE(15, 27) MOVE(23, 41) MOVE(19, 56) MOVE(13, 8)
    MOVE(12, 25) MOVE(2, 43) MOVE(20, 62) MOVE(14, 18) MOVE(22, 39) MOVE(9, 61) MOVE(6, 20) MOVE(1, 44)
#undef MOVE
        /* clang-format on */
        for (int y = 0; y < 25; y += 5) {
      uint64_t *r = a + y, r0 = r[0], r1 = r[1], r2 = r[2], r3 = r[3], r4 = r[4];
      r[0] = r0 ^ (~r1 & r2);
      r[1] = r1 ^ (~r2 & r3);
      r[2] = r2 ^ (~r3 & r4);
      r[3] = r3 ^ (~r4 & r0);
      r[4] = r4 ^ (~r0 & r1);
    }
    a[0] ^= round_constants[round];
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
