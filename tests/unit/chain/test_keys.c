/* Addresses, keys, mnemonics, and signatures as go-algorand verifies them. */
#include <sodium.h>

#include "algo/keys.h"
#include "suite.h"

/* Of RFC 8032's first test key. */
static const uint8_t seed[32] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
                                 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
                                 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};

static void format(char out[ALGO_ADDR_TEXT + 1], uint8_t first) {
  algo_addr_t a = {{first}};
  algo_addr_format(out, &a);
}

START_TEST(an_address_survives_and_every_wrong_letter_is_found) {
  char text[ALGO_ADDR_TEXT + 1];
  format(text, 0);
  ck_assert_str_eq(text, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ");
  format(text, 9);
  algo_addr_t a;
  SUITE_OK(algo_addr_parse(&a, text, ALGO_ADDR_TEXT, suite_err));
  ck_assert_uint_eq(a.b[0], 9);
  for (size_t i = 0; i < ALGO_ADDR_TEXT; i++) {
    char was = text[i];
    text[i] = was == 'C' ? 'G' : 'C';
    ck_assert_int_eq(algo_addr_parse(&a, text, ALGO_ADDR_TEXT, NULL), ALGO_E_CHECKSUM);
    text[i] = '1';
    ck_assert_int_eq(algo_addr_parse(&a, text, ALGO_ADDR_TEXT, NULL), ALGO_E_PARSE);
    text[i] = was;
  }
  for (size_t n = 0; n < ALGO_ADDR_TEXT; n++) ck_assert_int_eq(algo_addr_parse(&a, text, n, NULL), ALGO_E_PARSE);
  ck_assert_int_eq(algo_addr_parse(&a, text, ALGO_ADDR_TEXT + 1, NULL), ALGO_E_PARSE);
}
END_TEST

START_TEST(addresses_of_programs_and_of_several_keys) {
  algo_addr_t a, keys[2] = {{{1}}, {{2}}}, b;
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_of_app(&a, 1);
  algo_addr_format(text, &a);
  ck_assert_str_eq(text, "WCS6TVPJRBSARHLN2326LRU5BYVJZUKI2VJ53CAWKYYHDE455ZGKANWMGM");
  SUITE_OK(algo_addr_of_multisig(&a, 1, 1, keys, 2, suite_err));
  SUITE_OK(algo_addr_of_multisig(&b, 1, 2, keys, 2, suite_err));
  ck_assert(!algo_addr_eq(&a, &b));
  ck_assert_int_eq(algo_addr_of_multisig(&a, 2, 1, keys, 2, NULL), ALGO_E_INVALID);
  ck_assert_int_eq(algo_addr_of_multisig(&a, 1, 3, keys, 2, NULL), ALGO_E_INVALID);
  ck_assert_int_eq(algo_addr_of_multisig(&a, 1, 0, keys, 2, NULL), ALGO_E_INVALID);
  ck_assert_int_eq(algo_addr_of_multisig(&a, 1, 1, keys, 0, NULL), ALGO_E_INVALID);
}
END_TEST

START_TEST(signatures_of_rfc_8032) {
  static const uint8_t want[8] = {0xe5, 0x56, 0x43, 0x00, 0xc3, 0x60, 0xac, 0x72};
  algo_key_t k;
  uint8_t sig[64];
  algo_key_from_seed(&k, seed);
  algo_key_sign(sig, &k, algo_bytes(NULL, 0));
  ck_assert_mem_eq(sig, want, sizeof want);
  ck_assert(algo_sig_verify(sig, algo_bytes(NULL, 0), &k.addr));
  algo_key_sign_tagged(sig, &k, "TX", ALGO_BYTES_LIT("x"));
  ck_assert(algo_sig_verify(sig, ALGO_BYTES_LIT("TXx"), &k.addr));
  ck_assert(algo_sig_verify_tagged(sig, "T", ALGO_BYTES_LIT("Xx"), &k.addr));
  for (int bit = 0; bit < 512; bit++) {
    sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
    ck_assert_msg(!algo_sig_verify(sig, ALGO_BYTES_LIT("TXx"), &k.addr), "bit %d", bit);
    sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
  }
  algo_key_fini(&k);
  ck_assert(sodium_is_zero((const uint8_t *)&k, sizeof k));
}
END_TEST

START_TEST(long_messages_need_no_luck) {
  algo_key_t k;
  uint8_t sig[64], *msg = calloc(1, 100000);
  algo_key_from_seed(&k, seed);
  for (size_t n = 2040; n < 2060; n++) {
    algo_key_sign_tagged(sig, &k, "Program", algo_bytes(msg, n));
    ck_assert(algo_sig_verify_tagged(sig, "Program", algo_bytes(msg, n), &k.addr));
  }
  algo_key_sign_tagged(sig, &k, "TX", algo_bytes(msg, 100000));
  ck_assert(algo_sig_verify_tagged(sig, "TX", algo_bytes(msg, 100000), &k.addr));
  ck_assert(!algo_sig_verify_tagged(sig, "TX", algo_bytes(msg, 99999), &k.addr));
  free(msg);
}
END_TEST

/* S = ha for the given R, so that SB - hA = 0: what is left of the equation is R alone. */
static void sign_with_r(uint8_t sig[64], const uint8_t r[32], const algo_key_t *k, const char *msg) {
  uint8_t az[64], h[64], hr[32];
  crypto_hash_sha512_state st;
  crypto_hash_sha512(az, k->seed, 32);
  az[0] &= 248;
  az[31] = (uint8_t)((az[31] & 127) | 64);
  crypto_hash_sha512_init(&st);
  crypto_hash_sha512_update(&st, r, 32);
  crypto_hash_sha512_update(&st, k->addr.b, 32);
  crypto_hash_sha512_update(&st, (const uint8_t *)msg, strlen(msg));
  crypto_hash_sha512_final(&st, h);
  crypto_core_ed25519_scalar_reduce(hr, h);
  crypto_core_ed25519_scalar_mul(sig + 32, hr, az);
  memcpy(sig, r, 32);
}

/* go-algorand's equation has the cofactor: an R of small order is nothing there, and stock libsodium refuses it. */
START_TEST(the_cofactored_equation) {
  static const uint8_t order8[32] = {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
                                     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
                                     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a};
  static const uint8_t identity[32] = {1};
  uint8_t minus_zero[32] = {1}, wide[32], sig[64];
  minus_zero[31] = 0x80;
  memset(wide, 0xff, 32); /* y = p + 1, another way to write the identity */
  wide[0] = 0xee;
  wide[31] = 0x7f;
  algo_key_t k;
  algo_key_from_seed(&k, seed);
  sign_with_r(sig, order8, &k, "m");
  ck_assert_int_ne(crypto_sign_verify_detached(sig, (const uint8_t *)"m", 1, k.addr.b), 0);
  ck_assert(algo_sig_verify(sig, ALGO_BYTES_LIT("m"), &k.addr));
  sign_with_r(sig, identity, &k, "m");
  ck_assert(algo_sig_verify(sig, ALGO_BYTES_LIT("m"), &k.addr));
  sign_with_r(sig, minus_zero, &k, "m");
  ck_assert(!algo_sig_verify(sig, ALGO_BYTES_LIT("m"), &k.addr));
  sign_with_r(sig, wide, &k, "m");
  ck_assert(!algo_sig_verify(sig, ALGO_BYTES_LIT("m"), &k.addr));
}
END_TEST

START_TEST(keys_of_small_order_sign_nothing) {
  uint8_t sig[64] = {1}; /* R the identity, S zero: holds for every message where A is of small order */
  algo_addr_t a = {{1}};
  ck_assert(!algo_sig_verify(sig, ALGO_BYTES_LIT("m"), &a));
  memset(a.b, 0, 32);
  ck_assert(!algo_sig_verify(sig, ALGO_BYTES_LIT("m"), &a));
  memset(a.b, 0xff, 32);
  ck_assert(!algo_sig_verify(sig, ALGO_BYTES_LIT("m"), &a));
}
END_TEST

START_TEST(s_is_below_the_order) {
  static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                    0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  algo_key_t k;
  uint8_t sig[64];
  algo_key_from_seed(&k, seed);
  algo_key_sign(sig, &k, ALGO_BYTES_LIT("m"));
  unsigned carry = 0;
  for (int i = 0; i < 32; i++) {
    carry += sig[32 + i] + order[i];
    sig[32 + i] = (uint8_t)carry;
    carry >>= 8;
  }
  ck_assert(!algo_sig_verify(sig, ALGO_BYTES_LIT("m"), &k.addr));
}
END_TEST

START_TEST(a_mnemonic_and_its_mistakes) {
  char words[ALGO_MNEMONIC_MAX], other[2 * ALGO_MNEMONIC_MAX];
  uint8_t back[32] = {0}, zero[32] = {0};
  algo_err_t e;
  algo_err_init(&e);
  algo_mnemonic_from_seed(words, zero);
  ck_assert_str_eq(
      words, "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
             "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon invest");
  algo_mnemonic_from_seed(words, seed);
  SUITE_OK(algo_mnemonic_to_seed(back, words, strlen(words), suite_err));
  ck_assert_mem_eq(back, seed, 32);
  for (size_t i = 0; words[i] != '\0'; i++) other[i] = (char)(words[i] >= 'a' ? words[i] - 32 : words[i]);
  SUITE_OK(algo_mnemonic_to_seed(back, other, strlen(words), suite_err));
  for (size_t n = 0; n < strlen(words) - 8; n++) ck_assert_int_ne(algo_mnemonic_to_seed(back, words, n, NULL), ALGO_OK);
  snprintf(other, sizeof other, "%s more", words);
  ck_assert_int_eq(algo_mnemonic_to_seed(back, other, strlen(other), NULL), ALGO_E_PARSE);
  snprintf(other, sizeof other, "zebra%s", strchr(words, ' '));
  ck_assert_int_eq(algo_mnemonic_to_seed(back, other, strlen(other), NULL), ALGO_E_CHECKSUM);
  snprintf(other, sizeof other, "zzz%s", strchr(words, ' '));
  ck_assert_int_eq(algo_mnemonic_to_seed(back, other, strlen(other), &e), ALGO_E_PARSE);
  ck_assert_ptr_nonnull(strstr(e.msg, "word 1, 'zzz'"));
}
END_TEST

START_TEST(words_may_be_cut_to_four_letters) {
  char words[ALGO_MNEMONIC_MAX], cut[ALGO_MNEMONIC_MAX] = "";
  uint8_t back[32];
  algo_mnemonic_from_seed(words, seed);
  for (char *w = strtok(words, " "); w != NULL; w = strtok(NULL, " ")) {
    strncat(cut, w, 4);
    strcat(cut, " ");
  }
  SUITE_OK(algo_mnemonic_to_seed(back, cut, strlen(cut), suite_err));
  ck_assert_mem_eq(back, seed, 32);
}
END_TEST

SUITE_MAIN("chain/keys", an_address_survives_and_every_wrong_letter_is_found, addresses_of_programs_and_of_several_keys,
           signatures_of_rfc_8032, long_messages_need_no_luck, the_cofactored_equation,
           keys_of_small_order_sign_nothing, s_is_below_the_order, a_mnemonic_and_its_mistakes,
           words_may_be_cut_to_four_letters)
