#include "algo/address.h"

#include "algo/hash.h"
#include "algo/text.h"

#define CHECKSUM 4

static void checksum(uint8_t out[CHECKSUM], const algo_addr_t *a) {
  uint8_t h[32];
  algo_sha512_256(h, a->b, sizeof a->b);
  memcpy(out, h + sizeof h - CHECKSUM, CHECKSUM);
}

void algo_addr_format(char out[ALGO_ADDR_TEXT + 1], const algo_addr_t *a) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  uint8_t raw[sizeof a->b + CHECKSUM];
  memcpy(raw, a->b, sizeof a->b);
  checksum(raw + sizeof a->b, a);
  uint32_t bits = 0;
  unsigned have = 0;
  size_t w = 0;
  for (size_t i = 0; i < sizeof raw; i++) {
    bits = bits << 8 | raw[i];
    for (have += 8; have >= 5; have -= 5) out[w++] = letters[bits >> (have - 5) & 31];
  }
  out[w++] = letters[bits << (5 - have) & 31];
  out[w] = '\0';
}

algo_code_t algo_addr_parse(algo_addr_t *out, const char *s, size_t n, algo_err_t *err) {
  if (n != ALGO_ADDR_TEXT)
    return algo_err_set(err, ALGO_E_PARSE, "address: %zu letters instead of %u", n, ALGO_ADDR_TEXT);
  uint8_t raw[sizeof out->b + CHECKSUM];
  uint32_t bits = 0;
  unsigned have = 0;
  size_t w = 0;
  for (size_t i = 0; i < n; i++) {
    int c = (unsigned char)s[i], v = c >= 'A' && c <= 'Z' ? c - 'A' : c >= '2' && c <= '7' ? c - '2' + 26 : -1;
    if (v < 0) return algo_err_set(err, ALGO_E_PARSE, "address: letter %zu is not one of A-Z, 2-7", i + 1);
    bits = bits << 5 | (uint32_t)v;
    have += 5;
    if (have < 8) continue;
    have -= 8;
    raw[w++] = (uint8_t)(bits >> have);
  }
  algo_addr_t a;
  uint8_t sum[CHECKSUM];
  memcpy(a.b, raw, sizeof a.b);
  checksum(sum, &a);
  if (memcmp(sum, raw + sizeof a.b, CHECKSUM) != 0)
    return algo_err_set(err, ALGO_E_CHECKSUM, "address: the checksum does not fit, a letter is wrong");
  *out = a;
  return ALGO_OK;
}

algo_code_t algo_addr_parse_canonical(algo_addr_t *out, const char *s, size_t n, algo_err_t *err) {
  algo_code_t rc = algo_addr_parse(out, s, n, err);
  if (rc != ALGO_OK || strchr("AEIMQUY4", s[n - 1]) != NULL) return rc;
  return algo_err_set(err, ALGO_E_PARSE, "address: the last letter has bits that belong to nothing");
}

void algo_addr_of_app(algo_addr_t *out, uint64_t app_id) {
  uint8_t id[8];
  algo_put_be64(id, app_id);
  algo_sha512_256_tagged(out->b, "appID", id, sizeof id);
}

void algo_addr_of_program(algo_addr_t *out, algo_bytes_t program) {
  algo_sha512_256_tagged(out->b, "Program", program.p, program.n);
}

algo_code_t algo_addr_of_multisig(algo_addr_t *out, uint8_t version, uint8_t threshold, const algo_addr_t *keys,
                                  size_t n, algo_err_t *err) {
  if (version != 1) return algo_err_set(err, ALGO_E_INVALID, "multisig: version %u, only 1 is known", version);
  if (threshold == 0 || n == 0 || threshold > n || n > 255)
    return algo_err_set(err, ALGO_E_INVALID, "multisig: threshold %u of %zu keys", threshold, n);
  uint8_t raw[2 + 255 * 32];
  raw[0] = version;
  raw[1] = threshold;
  for (size_t i = 0; i < n; i++) memcpy(raw + 2 + 32 * i, keys[i].b, 32);
  algo_sha512_256_tagged(out->b, "MultisigAddr", raw, 2 + 32 * n);
  return ALGO_OK;
}
