#include "algo/txn.h"

#include "algo/hash.h"
#include "algo/text.h"
#include "codec.h"

const char *algo_txn_type_text(algo_txn_type_t t) {
  static const char *const texts[] = {"unknown", "pay", "keyreg", "acfg", "axfer", "afrz", "appl", "stpf", "hb"};
  return (unsigned)t < sizeof texts / sizeof *texts ? texts[t] : texts[0];
}

void algo_txn_encode(algo_buf_t *out, const algo_txn_t *t) { codec_encode_buf(out, &codec_txn, t); }
void algo_stxn_encode(algo_buf_t *out, const algo_stxn_t *s) { codec_encode_buf(out, &codec_stxn, s); }

algo_code_t algo_txn_decode(algo_txn_t *out, algo_bytes_t in, bool strict, algo_arena_t *arena, algo_err_t *err) {
  memset(out, 0, sizeof *out);
  codec_in_t r;
  codec_in_init(&r, in, strict, arena, err);
  algo_code_t c = codec_decode(&r, &codec_txn, out);
  if (c != ALGO_OK) return algo_err_prefix(err, c, "transaction");
  if (r.p != r.end) return algo_err_set(err, ALGO_E_PARSE, "transaction: %zu bytes behind it", (size_t)(r.end - r.p));
  return ALGO_OK;
}

algo_code_t algo_stxn_decode_next(algo_stxn_t *out, algo_bytes_t *in, bool strict, algo_arena_t *arena,
                                  algo_err_t *err) {
  memset(out, 0, sizeof *out);
  codec_in_t r;
  codec_in_init(&r, *in, strict, arena, err);
  algo_code_t c = codec_decode(&r, &codec_stxn, out);
  if (c != ALGO_OK) return algo_err_prefix(err, c, "signed transaction");
  *in = algo_bytes(r.p, (size_t)(r.end - r.p));
  return ALGO_OK;
}

/* ---- identities ---- */

void algo_txn_id(algo_digest_t *out, const algo_txn_t *t) { codec_hash(out->b, &codec_txn, t, "TX", 2); }

void algo_txn_inner_id(algo_digest_t *out, const algo_txn_t *t, const algo_digest_t *parent, uint64_t index) {
  uint8_t prefix[2 + 32 + 8] = {'T', 'X'};
  memcpy(prefix + 2, parent->b, 32);
  algo_put_be64(prefix + 34, index);
  codec_hash(out->b, &codec_txn, t, prefix, sizeof prefix);
}

void algo_txid_format(char out[53], const algo_digest_t *id) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  uint32_t bits = 0;
  unsigned have = 0;
  size_t w = 0;
  for (size_t i = 0; i < sizeof id->b; i++) {
    bits = bits << 8 | id->b[i];
    for (have += 8; have >= 5; have -= 5) out[w++] = letters[bits >> (have - 5) & 31];
  }
  out[w++] = letters[bits << (5 - have) & 31];
  out[w] = '\0';
}

algo_code_t algo_txid_parse(algo_digest_t *out, const char *s, size_t n, algo_err_t *err) {
  if (n != 52) return algo_err_set(err, ALGO_E_PARSE, "transaction id: %zu letters instead of 52", n);
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_code_t c = algo_base32_decode(&raw, s, n, true, err);
  if (c == ALGO_OK) memcpy(out->b, raw.p, 32);
  algo_buf_fini(&raw);
  return c == ALGO_OK ? c : algo_err_prefix(err, c, "transaction id");
}

algo_code_t algo_group_id(algo_digest_t *out, const algo_txn_t *const *txns, size_t n, algo_err_t *err) {
  if (n == 0 || n > ALGO_GROUP_MAX)
    return algo_err_set(err, ALGO_E_RANGE, "a group has 1 to %u transactions, not %zu", ALGO_GROUP_MAX, n);
  static const uint8_t head[] = {0x81, 0xa6, 't', 'x', 'l', 'i', 's', 't'};
  algo_sha512_t h;
  algo_sha512_256_init(&h);
  algo_sha512_update(&h, "TG", 2);
  algo_sha512_update(&h, head, sizeof head);
  uint8_t array[3] = {(uint8_t)(0x90 | n)};
  if (n > 15) memcpy(array, (const uint8_t[]){0xdc, 0, (uint8_t)n}, 3);
  algo_sha512_update(&h, array, n > 15 ? 3 : 1);
  for (size_t i = 0; i < n; i++) {
    if (!algo_digest_is_zero(&txns[i]->group))
      return algo_err_set(err, ALGO_E_INVALID, "transaction %zu is in a group already", i);
    uint8_t element[34] = {0xc4, 32};
    algo_digest_t id;
    algo_txn_id(&id, txns[i]);
    memcpy(element + 2, id.b, 32);
    algo_sha512_update(&h, element, sizeof element);
  }
  algo_sha512_final(&h, out->b);
  return ALGO_OK;
}

bool algo_asset_params_is_zero(const algo_asset_params_t *p) {
  return p->total == 0 && p->decimals == 0 && !p->default_frozen && p->unit_name.n == 0 && p->name.n == 0 &&
         p->url.n == 0 && algo_digest_is_zero(&p->metadata_hash) && algo_addr_is_zero(&p->manager) &&
         algo_addr_is_zero(&p->reserve) && algo_addr_is_zero(&p->freeze) && algo_addr_is_zero(&p->clawback);
}
