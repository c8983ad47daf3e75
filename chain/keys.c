/* ed25519 over libsodium's curve and scalar functions, so that a message in two parts needs no copy and no memory. */
#include "algo/keys.h"

#include <sodium.h>
#include <stdlib.h>

#include "algo/hash.h"

void algo_key_from_seed(algo_key_t *out, const uint8_t seed[32]) {
  memmove(out->seed, seed, sizeof out->seed);
  crypto_sign_seed_keypair(out->addr.b, out->secret, out->seed);
}

void algo_key_random(algo_key_t *out, const algo_env_t *env) {
  uint8_t seed[32];
  algo_env_random(env, seed, sizeof seed);
  algo_key_from_seed(out, seed);
  sodium_memzero(seed, sizeof seed);
}

void algo_key_fini(algo_key_t *k) { sodium_memzero(k, sizeof *k); }

/* SHA-512 of a || b || tag || msg, reduced modulo the group's order. */
static void hash_to_scalar(uint8_t out[32], algo_bytes_t a, algo_bytes_t b, const char *tag, algo_bytes_t msg) {
  algo_sha512_t st;
  uint8_t h[64];
  algo_sha512_init(&st);
  algo_sha512_update(&st, a.p, a.n);
  algo_sha512_update(&st, b.p, b.n);
  algo_sha512_update(&st, tag, strlen(tag));
  algo_sha512_update(&st, msg.p, msg.n);
  algo_sha512_final(&st, h);
  crypto_core_ed25519_scalar_reduce(out, h);
  sodium_memzero(&st, sizeof st);
  sodium_memzero(h, sizeof h);
}

/* RFC 8032, 5.1.6. */
void algo_key_sign_tagged(uint8_t sig[64], const algo_key_t *k, const char *tag, algo_bytes_t msg) {
  uint8_t az[64], nonce[32], hram[32], product[32];
  crypto_hash_sha512(az, k->seed, sizeof k->seed);
  az[0] &= 248;
  az[31] = (uint8_t)((az[31] & 127) | 64);
  hash_to_scalar(nonce, algo_bytes(az + 32, 32), algo_bytes(NULL, 0), tag, msg);
  (void)!crypto_scalarmult_ed25519_base_noclamp(sig, nonce); /* fails for a zero nonce only */
  hash_to_scalar(hram, algo_bytes(sig, 32), algo_bytes(k->addr.b, 32), tag, msg);
  crypto_core_ed25519_scalar_mul(product, hram, az);
  crypto_core_ed25519_scalar_add(sig + 32, product, nonce);
  sodium_memzero(az, sizeof az);
  sodium_memzero(nonce, sizeof nonce);
  sodium_memzero(product, sizeof product);
}

void algo_key_sign(uint8_t sig[64], const algo_key_t *k, algo_bytes_t msg) { algo_key_sign_tagged(sig, k, "", msg); }

/* ---- verification ----
 *
 * go-algorand verifies with libsodium's "batch verification compatible" fork: S below the group's order, R and the key
 * canonically written (y below p, and not the two points with x = 0 and the sign set), the key not of small order, and
 * 8(SB - hA - R) = 0. Stock libsodium wants SB - hA = R and refuses an R of small order; what it takes the fork takes,
 * so only what it refuses is looked at again. */

static const uint8_t neutral[32] = {1};

static bool below(const uint8_t a[32], const uint8_t limit[32]) { /* little-endian */
  for (int i = 31; i >= 0; i--)
    if (a[i] != limit[i]) return a[i] < limit[i];
  return false;
}

/* y below p = 2^255 - 19, and not a point with x = 0 (y = 1, y = -1) that has the sign set. */
static bool canonical_point(const uint8_t s[32]) {
  uint8_t middle = 0xff, any = 0;
  for (int i = 1; i < 31; i++) {
    middle &= s[i];
    any |= s[i];
  }
  bool sign = (s[31] & 0x80) != 0, top = middle == 0xff && (s[31] & 0x7f) == 0x7f;
  if (top && s[0] >= 0xed) return false;
  bool one = s[0] == 1 && any == 0 && (s[31] & 0x7f) == 0, minus_one = top && s[0] == 0xec;
  return !(sign && (one || minus_one));
}

static bool times_eight(uint8_t out[32], const uint8_t p[32]) {
  return crypto_core_ed25519_add(out, p, p) == 0 && crypto_core_ed25519_add(out, out, out) == 0 &&
         crypto_core_ed25519_add(out, out, out) == 0;
}

bool algo_sig_scalar_below_order(const uint8_t s[32]) {
  static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                    0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
  return below(s, order);
}

void algo_sig_challenge(uint8_t out[32], const uint8_t r[32], const algo_addr_t *pub, const char *tag,
                        algo_bytes_t msg) {
  hash_to_scalar(out, algo_bytes(r, 32), algo_bytes(pub->b, 32), tag, msg);
}

static bool verify_cofactored(const uint8_t sig[64], const algo_addr_t *pub, const char *tag, algo_bytes_t msg) {
  if (!algo_sig_scalar_below_order(sig + 32) || !canonical_point(sig) || !canonical_point(pub->b)) return false;
  uint8_t a8[32], r8[32], h[32], ha8[32], sb[32], right[32];
  if (!times_eight(a8, pub->b) || memcmp(a8, neutral, 32) == 0 || !times_eight(r8, sig)) return false;
  algo_sig_challenge(h, sig, pub, tag, msg);
  memcpy(ha8, neutral, 32);
  if (!sodium_is_zero(h, 32) && crypto_scalarmult_ed25519_noclamp(ha8, h, a8) != 0) return false;
  memcpy(sb, neutral, 32);
  if (!sodium_is_zero(sig + 32, 32) && crypto_scalarmult_ed25519_base_noclamp(sb, sig + 32) != 0) return false;
  return times_eight(sb, sb) && crypto_core_ed25519_add(right, ha8, r8) == 0 && memcmp(sb, right, 32) == 0;
}

bool algo_sig_verify_tagged(const uint8_t sig[64], const char *tag, algo_bytes_t msg, const algo_addr_t *pub) {
  size_t t = strlen(tag);
  uint8_t small[2048], *joined = NULL;
  const uint8_t *whole = msg.p;
  if (t != 0) {
    joined = t + msg.n <= sizeof small ? small : malloc(t + msg.n);
    if (joined != NULL) {
      memcpy(joined, tag, t);
      if (msg.n != 0) memcpy(joined + t, msg.p, msg.n);
    }
    whole = joined;
  }
  bool ok = (t == 0 || joined != NULL) && crypto_sign_verify_detached(sig, whole, t + msg.n, pub->b) == 0;
  if (joined != small) free(joined);
  return ok || verify_cofactored(sig, pub, tag, msg);
}

bool algo_sig_verify(const uint8_t sig[64], algo_bytes_t msg, const algo_addr_t *pub) {
  return algo_sig_verify_tagged(sig, "", msg, pub);
}
