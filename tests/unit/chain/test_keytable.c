/* The tables say what the plain verification says, of good signatures and of bad ones, once they are there and before.
 */
#include <sodium.h>
#include <stdlib.h>

#include "algo/keys.h"
#include "edwards.h"
#include "suite.h"

#define KEYS   40u /* more than there are tables */
#define ROUNDS 24u

static uint32_t state = 7;
static uint8_t next(void) {
  state = state * 1664525u + 1013904223u;
  return (uint8_t)(state >> 24);
}

static void random_key(algo_key_t *k) {
  uint8_t seed[32];
  for (int i = 0; i < 32; i++) seed[i] = next();
  algo_key_from_seed(k, seed);
}

static void both(algo_keytable_t *t, const uint8_t sig[64], algo_bytes_t msg, const algo_addr_t *pub, int wanted) {
  bool plain = algo_sig_verify_tagged(sig, "TX", msg, pub), table = algo_keytable_verify(t, sig, "TX", msg, pub);
  ck_assert_int_eq(plain, table);
  if (wanted >= 0) ck_assert_int_eq(plain, wanted);
}

START_TEST(as_the_plain_verification) {
  algo_keytable_t *t = algo_keytable_new();
  ck_assert_ptr_nonnull(t);
  for (unsigned i = 0; i < KEYS; i++) {
    algo_key_t k;
    random_key(&k);
    for (unsigned round = 0; round < ROUNDS; round++) {
      uint8_t msg[64], sig[64];
      for (unsigned j = 0; j < sizeof msg; j++) msg[j] = next();
      algo_bytes_t m = algo_bytes(msg, round);
      algo_key_sign_tagged(sig, &k, "TX", m);
      both(t, sig, m, &k.addr, true);
      sig[next() % 64] ^= (uint8_t)(1u << next() % 8);
      both(t, sig, m, &k.addr, -1);
    }
  }
  algo_keytable_free(t);
}
END_TEST

/* The tables themselves, which have no plain verification behind them: for every key, every signature. */
START_TEST(every_key_has_a_table) {
  uint8_t base[32] = {0x58}, not_on_the_curve[32] = {2};
  point_table_t *b = malloc(sizeof *b), *a = malloc(sizeof *a);
  memset(base + 1, 0x66, 31);
  ck_assert(edwards_table(b, base));
  ck_assert(!edwards_table(a, not_on_the_curve));
  for (unsigned i = 0; i < 60; i++) {
    algo_key_t k;
    random_key(&k);
    ck_assert(edwards_table(a, k.addr.b));
    for (uint8_t m = 0; m < 20; m++) {
      uint8_t sig[64], h[32], r[32];
      algo_key_sign_tagged(sig, &k, "TX", algo_bytes(&m, 1));
      algo_sig_challenge(h, sig, &k.addr, "TX", algo_bytes(&m, 1));
      edwards_check_point(r, b, sig + 32, a, h);
      ck_assert_mem_eq(r, sig, sizeof r);
      h[m] ^= 1;
      edwards_check_point(r, b, sig + 32, a, h);
      ck_assert_mem_ne(r, sig, sizeof r);
    }
  }
  free(a);
  free(b);
}
END_TEST

/* Of what is known, and of an inverse. That products with it are one, every verification shows. */
START_TEST(inverses) {
  uint8_t one[32] = {1}, two[32] = {2}, minus_one[32], half[32], zero[32] = {0}, out[32];
  memset(minus_one, 0xff, 32);
  minus_one[0] = 0xec;
  minus_one[31] = 0x7f;
  memset(half, 0xff, 32); /* (p + 1) / 2 = 2^254 - 9 */
  half[0] = 0xf7;
  half[31] = 0x3f;
  edwards_invert(out, one);
  ck_assert_mem_eq(out, one, 32);
  edwards_invert(out, minus_one);
  ck_assert_mem_eq(out, minus_one, 32);
  edwards_invert(out, two);
  ck_assert_mem_eq(out, half, 32);
  edwards_invert(out, zero);
  ck_assert_mem_eq(out, zero, 32);
  for (unsigned i = 0; i < 2000; i++) {
    uint8_t x[32];
    for (unsigned j = 0; j < 32; j++) x[j] = j < i % 33 ? 0 : j > 31 - i % 7 ? 0xff : next();
    x[31] &= 0x7f;
    if (memcmp(x + 1, minus_one + 1, 31) == 0) x[1] = 0;
    edwards_invert(out, x);
    edwards_invert(out, out);
    ck_assert_mem_eq(out, x, 32);
  }
}
END_TEST

/* Four sums at a time are the sums one by one: for digits at their ends, for none, and for random ones. */
START_TEST(vectors_as_one_by_one) {
  uint8_t base[32] = {0x58};
  point_table_t *b = malloc(sizeof *b), *a = malloc(sizeof *a);
  algo_key_t k;
  memset(base + 1, 0x66, 31);
  random_key(&k);
  ck_assert(edwards_table(b, base));
  ck_assert(edwards_table(a, k.addr.b));
  for (unsigned i = 0; i < 400 && edwards_has_avx2(); i++) {
    uint8_t s[32], h[32], one_by_one[32], at_once[32];
    point_t sums[4];
    for (int j = 0; j < 32; j++) {
      s[j] = i == 0 ? 0 : i == 1 ? 0xff : i == 2 ? 0x20 : i == 3 ? 0x82 : next();
      h[j] = i % 4 == 0 ? 0 : i % 4 == 1 ? 0xdf : i % 4 == 2 ? 0x7d : next();
    }
    s[31] &= 0x0f;
    h[31] &= 0x0f;
    const edwards_digits_t ds = edwards_digits(s, false), dh = edwards_digits(h, true);
    edwards_sums(sums, b, &ds, a, &dh);
    edwards_join(one_by_one, sums);
    edwards_sums_avx2(sums, b, &ds, a, &dh);
    edwards_join(at_once, sums);
    ck_assert_mem_eq(one_by_one, at_once, 32);
  }
  if (!edwards_has_avx2()) puts("SKIPPED vectors_as_one_by_one: this machine has no AVX2");
  free(a);
  free(b);
}
END_TEST

/* Every digit of a scalar at its ends: nonces and secrets are nothing a signer would draw. */
START_TEST(scalars_at_their_ends) {
  static const uint8_t fills[] = {0x00, 0x20, 0x1f, 0x7f, 0x80, 0x82, 0x08, 0xff, 0xdf, 0xfb, 0x0f};
  algo_keytable_t *t = algo_keytable_new();
  uint8_t secret[32] = {5};
  algo_addr_t pub;
  ck_assert_int_eq(crypto_scalarmult_ed25519_base_noclamp(pub.b, secret), 0);
  for (unsigned warm = 0; warm < 8; warm++) {
    for (size_t i = 0; i < sizeof fills; i++) {
      uint8_t nonce[32] = {0}, wide[64] = {0}, sig[64], h[32], product[32];
      memset(wide, fills[i], 32);
      wide[31] &= 0x0f;
      wide[0] |= 1;
      crypto_core_ed25519_scalar_reduce(nonce, wide);
      ck_assert_int_eq(crypto_scalarmult_ed25519_base_noclamp(sig, nonce), 0);
      algo_sig_challenge(h, sig, &pub, "TX", ALGO_BYTES_LIT("m"));
      crypto_core_ed25519_scalar_mul(product, h, secret);
      crypto_core_ed25519_scalar_add(sig + 32, product, nonce);
      both(t, sig, ALGO_BYTES_LIT("m"), &pub, true);
    }
  }
  algo_keytable_free(t);
}
END_TEST

/* An R of small order is taken, as go-algorand does; an S above the order is not. */
START_TEST(what_stock_libsodium_does_not_take) {
  static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                    0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
  algo_keytable_t *t = algo_keytable_new();
  uint8_t secret[32] = {9}, sig[64], h[32];
  algo_addr_t pub;
  crypto_scalarmult_ed25519_base_noclamp(pub.b, secret);
  for (unsigned warm = 0; warm < 8; warm++) {
    uint8_t r[32] = {1}; /* the neutral element; S = ha */
    algo_sig_challenge(h, r, &pub, "TX", ALGO_BYTES_LIT("m"));
    memcpy(sig, r, 32);
    crypto_core_ed25519_scalar_mul(sig + 32, h, secret);
    both(t, sig, ALGO_BYTES_LIT("m"), &pub, true);
    both(t, sig, ALGO_BYTES_LIT("n"), &pub, false);
    unsigned carry = 0;
    for (int i = 0; i < 32; i++) {
      carry += sig[32 + i] + order[i];
      sig[32 + i] = (uint8_t)carry;
      carry >>= 8;
    }
    both(t, sig, ALGO_BYTES_LIT("m"), &pub, false);
  }
  algo_keytable_free(t);
}
END_TEST

START_TEST(no_table_is_the_plain_verification) {
  algo_key_t k;
  uint8_t sig[64];
  random_key(&k);
  algo_key_sign_tagged(sig, &k, "TX", ALGO_BYTES_LIT("m"));
  both(NULL, sig, ALGO_BYTES_LIT("m"), &k.addr, true);
  both(NULL, sig, ALGO_BYTES_LIT("n"), &k.addr, false);
  algo_keytable_free(NULL);
}
END_TEST

SUITE_MAIN("keytable", as_the_plain_verification, every_key_has_a_table, inverses, vectors_as_one_by_one,
           scalars_at_their_ends, what_stock_libsodium_does_not_take, no_table_is_the_plain_verification)
