/* Hex, base32, base64, numbers, amounts, UTF-8, hashes. */
#include "algo/hash.h"
#include "algo/text.h"
#include "suite.h"

typedef algo_code_t decoder(algo_buf_t *out, const char *s, size_t n, algo_err_t *err);
static algo_code_t base32(algo_buf_t *out, const char *s, size_t n, algo_err_t *err) {
  return algo_base32_decode(out, s, n, true, err);
}

static void decodes(decoder *d, const char *text, const char *want) {
  algo_buf_t b = ALGO_BUF_INIT;
  SUITE_OK(d(&b, text, strlen(text), suite_err));
  ck_assert_str_eq(algo_buf_cstr(&b), want);
  algo_buf_fini(&b);
}

static void refuses(decoder *d, const char *text) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_err_t err;
  algo_err_init(&err);
  algo_buf_puts(&b, "kept");
  ck_assert_msg(d(&b, text, strlen(text), &err) == ALGO_E_PARSE, "%s was taken", text);
  ck_assert_str_eq(algo_buf_cstr(&b), "kept");
  algo_buf_fini(&b);
}

/* RFC 4648, 10 */
static const struct {
  const char *plain, *b32, *b32_padded, *b64;
} rfc[] = {{"", "", "", ""},
           {"f", "MY", "MY======", "Zg=="},
           {"fo", "MZXQ", "MZXQ====", "Zm8="},
           {"foo", "MZXW6", "MZXW6===", "Zm9v"},
           {"foob", "MZXW6YQ", "MZXW6YQ=", "Zm9vYg=="},
           {"fooba", "MZXW6YTB", "MZXW6YTB", "Zm9vYmE="},
           {"foobar", "MZXW6YTBOI", "MZXW6YTBOI======", "Zm9vYmFy"}};

START_TEST(rfc_4648_examples) {
  for (size_t i = 0; i < sizeof rfc / sizeof *rfc; i++) {
    algo_buf_t b = ALGO_BUF_INIT;
    algo_base32_encode(&b, algo_bytes_str(rfc[i].plain));
    ck_assert_str_eq(algo_buf_cstr(&b), rfc[i].b32);
    algo_buf_clear(&b);
    algo_base64_encode(&b, algo_bytes_str(rfc[i].plain));
    ck_assert_str_eq(algo_buf_cstr(&b), rfc[i].b64);
    algo_buf_fini(&b);
    decodes(base32, rfc[i].b32, rfc[i].plain);
    decodes(base32, rfc[i].b32_padded, rfc[i].plain);
    decodes(algo_base64_decode, rfc[i].b64, rfc[i].plain);
  }
}
END_TEST

START_TEST(wrong_texts_are_refused_and_leave_the_buffer) {
  static const char *const b32[] = {"M",  "MZX", "MZXW6Y",     "MY=", "MY=====", "my",
                                    "M1", "MZ",  "MZXW6YTBO=", "=",   "MY====M="};
  static const char *const b64[] = {"Z", "Zg", "Zg=", "Z===", "Zg=a", "Z g=", "====", "=Zg="};
  static const char *const hex[] = {"0", "0g", "g0", "0x", " 0"};
  for (size_t i = 0; i < sizeof b32 / sizeof *b32; i++) refuses(base32, b32[i]);
  for (size_t i = 0; i < sizeof b64 / sizeof *b64; i++) refuses(algo_base64_decode, b64[i]);
  for (size_t i = 0; i < sizeof hex / sizeof *hex; i++) refuses(algo_hex_decode, hex[i]);
}
END_TEST

START_TEST(every_byte_survives) {
  uint8_t all[256];
  for (int i = 0; i < 256; i++) all[i] = (uint8_t)i;
  for (size_t n = 0; n <= 256; n++) {
    algo_buf_t text = ALGO_BUF_INIT, back = ALGO_BUF_INIT;
    algo_base64url_encode(&text, algo_bytes(all, n));
    SUITE_OK(algo_base64_decode(&back, (const char *)text.p, text.n, suite_err));
    suite_same(algo_buf_view(&back), algo_bytes(all, n));
    algo_buf_clear(&text);
    algo_buf_clear(&back);
    algo_hex_encode(&text, algo_bytes(all, n));
    SUITE_OK(algo_hex_decode(&back, (const char *)text.p, text.n, suite_err));
    suite_same(algo_buf_view(&back), algo_bytes(all, n));
    algo_buf_clear(&text);
    algo_buf_clear(&back);
    algo_base32_encode(&text, algo_bytes(all, n));
    SUITE_OK(algo_base32_decode(&back, (const char *)text.p, text.n, true, suite_err));
    suite_same(algo_buf_view(&back), algo_bytes(all, n));
    algo_buf_fini(&text);
    algo_buf_fini(&back);
  }
}
END_TEST

START_TEST(utf8_as_rfc_3629) {
  static const char *const good[] = {
      "", "a", "\xc3\xa9", "\xe4\xb8\x96", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"};
  static const char *const bad[] = {"\x80",
                                    "\xc0\x80",
                                    "\xc1\xbf",
                                    "\xc3",
                                    "\xe0\x9f\xbf",
                                    "\xed\xa0\x80",
                                    "\xe4\xb8",
                                    "\xf0\x8f\xbf\xbf",
                                    "\xf4\x90\x80\x80",
                                    "\xf5\x80\x80\x80",
                                    "\xff",
                                    "a\xc3("};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) ck_assert(algo_utf8_valid(algo_bytes_str(good[i])));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_msg(!algo_utf8_valid(algo_bytes_str(bad[i])), "bad %zu", i);
}
END_TEST

START_TEST(numbers_fill_the_text) {
  uint64_t v = 5;
  SUITE_OK(algo_u64_parse(&v, "18446744073709551615", 20, suite_err));
  ck_assert_uint_eq(v, UINT64_MAX);
  ck_assert_int_eq(algo_u64_parse(&v, "18446744073709551616", 20, NULL), ALGO_E_RANGE);
  static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "0x1", "1.0"};
  for (size_t i = 0; i < 7; i++) ck_assert_int_eq(algo_u64_parse(&v, bad[i], strlen(bad[i]), NULL), ALGO_E_PARSE);
  ck_assert_uint_eq(v, UINT64_MAX);
}
END_TEST

START_TEST(amounts_in_base_units) {
  static const struct {
    const char *text;
    unsigned decimals;
    uint64_t amount;
    const char *shown;
  } good[] = {{"1.5", 6, 1500000, "1.5"},
              {"0.000001", 6, 1, "0.000001"},
              {"10", 6, 10000000, "10"},
              {".5", 1, 5, "0.5"},
              {"18446744073709.551615", 6, UINT64_MAX, "18446744073709.551615"},
              {"0", 6, 0, "0"},
              {"7", 0, 7, "7"},
              {"1.10", 2, 110, "1.1"},
              {"0.0000000000000000001", 19, 1, "0.0000000000000000001"},
              {"100", 2, 10000, "100"}};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    uint64_t v = 0;
    algo_buf_t b = ALGO_BUF_INIT;
    SUITE_OK(algo_amount_parse(&v, good[i].text, good[i].decimals, suite_err));
    ck_assert_uint_eq(v, good[i].amount);
    algo_amount_format(&b, v, good[i].decimals);
    ck_assert_str_eq(algo_buf_cstr(&b), good[i].shown);
    algo_buf_fini(&b);
  }
  uint64_t v = 0;
  ck_assert_int_eq(algo_amount_parse(&v, "0.0000001", 6, NULL), ALGO_E_RANGE);
  ck_assert_int_eq(algo_amount_parse(&v, "18446744073709.551616", 6, NULL), ALGO_E_RANGE);
  static const char *const bad[] = {"", ".", "-1", "1e3", "1.2.3", " 1"};
  for (size_t i = 0; i < 6; i++) ck_assert_int_eq(algo_amount_parse(&v, bad[i], 6, NULL), ALGO_E_PARSE);
}
END_TEST

static void hash_is(const uint8_t *h, size_t n, const char *want) {
  algo_buf_t b = ALGO_BUF_INIT;
  algo_hex_encode(&b, algo_bytes(h, n));
  ck_assert_str_eq(algo_buf_cstr(&b), want);
  algo_buf_fini(&b);
}

/* FIPS 180-4's example messages. */
START_TEST(hashes) {
  uint8_t h[64];
  algo_sha512_256(h, "abc", 3);
  hash_is(h, 32, "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
  algo_sha512_256(h, NULL, 0);
  hash_is(h, 32, "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a");
  algo_sha512_256_tagged(h, "ab", "c", 1);
  hash_is(h, 32, "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
  algo_sha256_tagged(h, "a", "bc", 2);
  hash_is(h, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  algo_sha512_tagged(h, "", "abc", 3);
  hash_is(h, 64,
          "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643c"
          "e80e2a9"
          "ac94fa54ca49f");
  algo_sha512_t parts;
  algo_sha512_256_init(&parts);
  char text[1000];
  memset(text, 'x', sizeof text);
  for (size_t i = 0; i < sizeof text; i += 8) algo_sha512_update(&parts, text + i, 8);
  algo_sha512_final(&parts, h);
  algo_sha512_256(h + 32, text, sizeof text);
  ck_assert_mem_eq(h, h + 32, 32);
}
END_TEST

/* go-sumhash's test vectors */
START_TEST(subset_sums) {
  static const struct {
    const char *in, *want;
  } cases[] = {{"", "591591c93181f8f90054d138d6fa85b63eeeb416e6fd201e8375ba05d3cb5539"
                    "1047b9b64e534042562cc61944930c0075f906f16710cdade381ee9dd47d10a0"},
               {"a", "ea067eb25622c633f5ead70ab83f1d1d76a7def8d140a587cb29068b63cb6407"
                     "107aceecfdffa92579ed43db1eaa5bbeb4781223a6e07dd5b5a12d5e8bde82c6"},
               {"abc", "a8e9b8259a93b8d2557434905790114a2a2e979fbdc8aa6fd373315a322bf092"
                       "0a9b49f3dc3a744d8c255c46cd50ff196415c8245cdbb2899dec453fca2ba0f4"}};
  static uint64_t matrix[ALGO_SUMHASH512_WORDS];
  SUITE_OK(algo_sumhash512_matrix(matrix, suite_err));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    uint8_t h[64];
    algo_buf_t hex = ALGO_BUF_INIT;
    algo_sumhash512(h, matrix, cases[i].in, strlen(cases[i].in));
    algo_hex_encode(&hex, algo_bytes(h, sizeof h));
    ck_assert_str_eq(algo_buf_cstr(&hex), cases[i].want);
    algo_buf_fini(&hex);
  }
}
END_TEST

SUITE_MAIN("base/text", rfc_4648_examples, wrong_texts_are_refused_and_leave_the_buffer, every_byte_survives,
           utf8_as_rfc_3629, numbers_fill_the_text, amounts_in_base_units, hashes, subset_sums)
