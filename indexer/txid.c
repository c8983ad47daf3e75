/* txid.c - see txid.h. */
#include "txid.h"

#include "algo/hash.h"
#include "algo/mp.h"

/* The bytes of the value of `txn` in the element of txns or itx. */
static bool txn_bytes(const algo_apply_t *a, algo_bytes_t *out) {
  algo_mp_t r = algo_mp(a->raw);
  uint32_t pairs;
  algo_bytes_t key;
  if (a->raw.n == 0 || algo_mp_get_map(&r, &pairs, NULL) != ALGO_OK) return false;
  for (; pairs > 0; pairs--) {
    if (algo_mp_get_str(&r, &key, NULL) != ALGO_OK) return false;
    if (key.n == 3 && memcmp(key.p, "txn", 3) == 0) return algo_mp_skip_view(&r, out, NULL) == ALGO_OK;
    if (algo_mp_skip(&r, NULL) != ALGO_OK) return false;
  }
  return false;
}

/* Where the pairs with keys below `gen` end. False: not sorted as far as that, or gen or gh are there already. */
static bool place_of_genesis(algo_bytes_t txn, uint32_t *pairs, const uint8_t **first, const uint8_t **at) {
  algo_mp_t r = algo_mp(txn);
  algo_bytes_t key, last = {NULL, 0};
  if (algo_mp_get_map(&r, pairs, NULL) != ALGO_OK) return false;
  *first = r.p;
  for (uint32_t i = 0; i < *pairs; i++) {
    *at = r.p;
    if (algo_mp_get_str(&r, &key, NULL) != ALGO_OK || (i > 0 && algo_bytes_cmp(last, key) >= 0)) return false;
    if (algo_bytes_cmp(key, ALGO_BYTES_LIT("gen")) >= 0) return algo_bytes_cmp(key, ALGO_BYTES_LIT("gh")) > 0;
    last = key;
    if (algo_mp_skip(&r, NULL) != ALGO_OK) return false;
  }
  *at = r.p;
  return true;
}

void ix_txid(algo_digest_t *out, const algo_block_t *b, const algo_apply_t *a, algo_buf_t *scratch) {
  algo_bytes_t txn = {NULL, 0};
  uint32_t pairs;
  const uint8_t *first, *at;
  if (txn_bytes(a, &txn) && place_of_genesis(txn, &pairs, &first, &at)) {
    algo_buf_clear(scratch);
    algo_mp_put_map(scratch, pairs + 1 + (a->has_genesis_id ? 1 : 0));
    algo_buf_put(scratch, first, (size_t)(at - first));
    if (a->has_genesis_id) {
      algo_mp_put_str(scratch, "gen", 3);
      algo_mp_put_str(scratch, b->header.genesis_id.p, b->header.genesis_id.n);
    }
    algo_mp_put_str(scratch, "gh", 2);
    algo_mp_put_bin(scratch, b->header.genesis_hash.b, 32);
    algo_buf_put(scratch, at, (size_t)(txn.p + txn.n - at));
    if (!scratch->oom) {
      algo_sha512_256_tagged(out->b, "TX", scratch->p, scratch->n);
      return;
    }
  }
  algo_txn_t whole;
  algo_block_restore(&whole, b, a);
  algo_txn_id(out, &whole);
}

void ix_txid_inner(algo_digest_t *out, const algo_apply_t *a, const algo_digest_t *parent, uint64_t index,
                   algo_buf_t *scratch) {
  algo_bytes_t txn;
  if (txn_bytes(a, &txn)) {
    uint8_t number[8];
    algo_put_be64(number, index);
    algo_buf_clear(scratch);
    algo_buf_put(scratch, parent->b, sizeof parent->b);
    algo_buf_put(scratch, number, sizeof number);
    algo_buf_putb(scratch, txn);
    if (!scratch->oom) {
      algo_sha512_256_tagged(out->b, "TX", scratch->p, scratch->n);
      return;
    }
  }
  algo_txn_inner_id(out, &a->stxn.txn, parent, index);
}
