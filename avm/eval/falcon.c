/* falcon_verify: deterministic Falcon-1024 (the salt is fixed, its version a byte of the signature). Source: the Falcon
 * and deterministic Falcon specifications. */
#include "internal.h"
#include "keccak.h"

#define N          1024u
#define Q          12289
#define KEY_SIZE   1793u
#define SIG_HEADER 0xbau /* compressed, n = 1024, deterministic */
#define KEY_HEADER 0x0au
#define SIG_MAX    1423u
#define NORM_MAX   70265242u /* square of the longest signature */

/* 1024 numbers of 14 bits, each below Q. */
static bool read_key(int32_t h[N], const uint8_t *p) {
  uint32_t acc = 0, bits = 0;
  for (size_t i = 0; i < N;) {
    acc = acc << 8 | *p++;
    bits += 8;
    if (bits < 14) continue;
    bits -= 14;
    h[i] = (int32_t)(acc >> bits & 0x3fff);
    if (h[i++] >= Q) return false;
  }
  return (acc & ((1u << bits) - 1)) == 0;
}

typedef struct bits {
  const uint8_t *p;
  size_t n, at; /* in bits */
  bool short_;
} bits_t;

static unsigned bit(bits_t *b) {
  if (b->at >= b->n) return b->short_ = true, 1;
  unsigned v = b->p[b->at / 8] >> (7 - b->at % 8) & 1;
  b->at++;
  return v;
}

/* Sign, seven low bits, then the rest in unary; to the very last byte, whose unused bits are 0. */
static bool read_signature(int32_t s[N], algo_bytes_t in) {
  bits_t b = {.p = in.p, .n = 8 * in.n};
  for (size_t i = 0; i < N; i++) {
    bool negative = bit(&b);
    int32_t m = 0;
    for (int k = 0; k < 7; k++) m = m << 1 | (int32_t)bit(&b);
    while (!bit(&b)) {
      m += 128;
      if (m > 2047) return false;
    }
    if (b.short_ || (negative && m == 0)) return false;
    s[i] = negative ? -m : m;
  }
  while (b.at % 8 != 0)
    if (bit(&b)) return false;
  return b.at == b.n;
}

static void hash_to_point(int32_t c[N], uint8_t salt_version, algo_bytes_t msg) {
  uint8_t salt[40] = {salt_version, 10, 'F', 'A', 'L', 'C', 'O', 'N', '_', 'D', 'E', 'T'}, two[2];
  avm_sponge_t s;
  avm_sponge_init(&s, 136);
  avm_sponge_absorb(&s, algo_bytes(salt, sizeof salt));
  avm_sponge_absorb(&s, msg);
  avm_sponge_finish(&s, 0x1f);
  for (size_t i = 0; i < N;) {
    avm_sponge_squeeze(&s, two, 2);
    int32_t w = two[0] << 8 | two[1];
    if (w < 5 * Q) c[i++] = w % Q;
  }
}

/* The square of the norm of (c - s h, s) modulo x^1024 + 1 and Q. */
static uint64_t norm(const int32_t c[N], const int32_t s[N], const int32_t h[N]) {
  int64_t product[2 * N] = {0};
  uint64_t sum = 0;
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < N; j++) product[i + j] += (int64_t)s[i] * h[j];
  for (size_t i = 0; i < N; i++) {
    int64_t v = (c[i] - (product[i] - product[i + N])) % Q;
    if (v > Q / 2) v -= Q;
    if (v < -(Q / 2)) v += Q;
    sum += (uint64_t)(v * v) + (uint64_t)((int64_t)s[i] * s[i]);
  }
  return sum;
}

static bool falcon_verify(algo_bytes_t msg, algo_bytes_t sig, const uint8_t *key) {
  int32_t h[N], s[N], c[N];
  if (sig.n < 2 || sig.n > SIG_MAX || sig.p[0] != SIG_HEADER || key[0] != KEY_HEADER) return false;
  if (!read_key(h, key + 1) || !read_signature(s, algo_bytes(sig.p + 2, sig.n - 2))) return false;
  hash_to_point(c, sig.p[1], msg);
  return norm(c, s, h) <= NORM_MAX;
}

bool algo_avm_falcon_verify(algo_bytes_t msg, algo_bytes_t sig, algo_bytes_t key) {
  return key.n == KEY_SIZE && falcon_verify(msg, sig, key.p);
}

algo_code_t avm_op_falcon_verify(algo_avm_context_t *cx) {
  const avm_value_t *msg = avm_top(cx, 2), *sig = avm_top(cx, 1), *key = avm_top(cx, 0);
  if (key->n != KEY_SIZE) return avm_fail(cx, "invalid public key size %u != %u", key->n, KEY_SIZE);
  bool ok = falcon_verify(avm_view(msg), avm_view(sig), key->p);
  *avm_top(cx, 2) = avm_uint(ok);
  cx->sp -= 2;
  return ALGO_OK;
}
