#include "keccak.h"

static const uint64_t round_constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
static const uint8_t rotations[24] = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                      27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
static const uint8_t lanes[24] = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                  15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};

static uint64_t rotate(uint64_t v, unsigned n) { return v << n | v >> (64 - n); }

static void permute(uint64_t a[25]) {
  for (int round = 0; round < 24; round++) {
    uint64_t c[5], d, t = a[1];
    for (int x = 0; x < 5; x++) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (int x = 0; x < 5; x++) {
      d = c[(x + 4) % 5] ^ rotate(c[(x + 1) % 5], 1);
      for (int y = 0; y < 25; y += 5) a[x + y] ^= d;
    }
    t = a[1];
    for (int i = 0; i < 24; i++) {
      uint64_t next = a[lanes[i]];
      a[lanes[i]] = rotate(t, rotations[i]);
      t = next;
    }
    for (int y = 0; y < 25; y += 5) {
      for (int x = 0; x < 5; x++) c[x] = a[y + x];
      for (int x = 0; x < 5; x++) a[y + x] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]);
    }
    a[0] ^= round_constants[round];
  }
}

void avm_sponge_init(avm_sponge_t *s, size_t rate) { *s = (avm_sponge_t){.rate = rate}; }

static void put(avm_sponge_t *s, size_t at, uint8_t byte) { s->state[at / 8] ^= (uint64_t)byte << 8 * (at % 8); }

void avm_sponge_absorb(avm_sponge_t *s, algo_bytes_t in) {
  for (size_t i = 0; i < in.n; i++) {
    put(s, s->at++, in.p[i]);
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
