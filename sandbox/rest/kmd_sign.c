/* What a wallet signs. */
#include "algo/mp.h"
#include "kmd_impl.h"

algo_code_t kmd_sign_txn(const kmd_wallet_t *w, const algo_txn_t *txn, const algo_addr_t *key, algo_buf_t *out,
                         algo_err_t *err) {
  algo_stxn_t s = {.txn = *txn};
  const algo_key_t *k = NULL;
  algo_code_t rc = kmd_key_find(w, algo_addr_is_zero(key) ? &s.txn.sender : key, &k, err);
  if (rc != ALGO_OK) return rc;
  algo_stxn_sign(&s, k);
  algo_stxn_encode(out, &s);
  return ALGO_OK;
}

algo_code_t kmd_sign_program(const kmd_wallet_t *w, algo_bytes_t program, const algo_addr_t *a, uint8_t sig[64],
                             algo_err_t *err) {
  const algo_key_t *k = NULL;
  algo_code_t rc = kmd_key_find(w, a, &k, err);
  if (rc == ALGO_OK) algo_key_sign_tagged(sig, k, "Program", program);
  return rc;
}

static void encode(algo_buf_t *out, const kmd_partial_t *p) {
  algo_mp_put_map(out, 3);
  algo_mp_put_str(out, "subsig", 6);
  algo_mp_put_array(out, (uint32_t)p->n);
  for (size_t i = 0; i < p->n; i++) {
    algo_mp_put_map(out, p->parts[i].has_sig ? 2 : 1);
    algo_mp_put_str(out, "pk", 2);
    algo_mp_put_bin(out, p->parts[i].pk.b, 32);
    if (!p->parts[i].has_sig) continue;
    algo_mp_put_str(out, "s", 1);
    algo_mp_put_bin(out, p->parts[i].sig, 64);
  }
  algo_mp_put_str(out, "thr", 3);
  algo_mp_put_uint(out, p->threshold);
  algo_mp_put_str(out, "v", 1);
  algo_mp_put_uint(out, p->version);
}

algo_code_t kmd_multisig_addr(algo_addr_t *out, uint8_t version, uint8_t threshold, const algo_addr_t *keys, size_t n,
                              algo_err_t *err) {
  algo_code_t rc = algo_addr_of_multisig(out, version, threshold, keys, n, NULL);
  return rc == ALGO_OK ? rc : algo_err_set(err, rc, version != 1 ? "unknown version" : "Invalid threshold");
}

/* Those that the wallet knows for the address. */
static algo_code_t known_parts(const kmd_wallet_t *w, const algo_addr_t *addr, kmd_partial_t *out, algo_arena_t *arena,
                               algo_err_t *err) {
  const kmd_multisig_t *m = NULL;
  algo_code_t rc = kmd_multisig_find(w, addr, &m, err);
  if (rc != ALGO_OK) return rc;
  *out = (kmd_partial_t){m->version, m->threshold, algo_arena_array(arena, m->n, sizeof *out->parts), m->n};
  if (out->parts == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (size_t i = 0; i < m->n; i++) out->parts[i].pk = m->keys[i];
  return ALGO_OK;
}

static bool has_key(const kmd_partial_t *p, const algo_addr_t *key) {
  size_t i = 0;
  while (i < p->n && !algo_addr_eq(&p->parts[i].pk, key)) i++;
  return i < p->n;
}

static algo_code_t check_given(const kmd_partial_t *p, const algo_addr_t *addr, const algo_addr_t *other,
                               const algo_addr_t *key, algo_err_t *err) {
  algo_addr_t keys[KMD_MSIG_KEYS_MAX], made;
  size_t n = p->n < KMD_MSIG_KEYS_MAX ? p->n : KMD_MSIG_KEYS_MAX;
  for (size_t i = 0; i < n; i++) keys[i] = p->parts[i].pk;
  algo_code_t rc = kmd_multisig_addr(&made, p->version, p->threshold, keys, p->n, err);
  if (rc != ALGO_OK) return rc;
  if (!algo_addr_eq(&made, addr) && !(other != NULL && algo_addr_eq(&made, other)))
    return algo_err_set(err, ALGO_E_INVALID, "given multisig preimage hashes to neither Sender nor AuthAddr");
  if (!has_key(p, key))
    return algo_err_set(err, ALGO_E_INVALID, "given key is not a possible signer for this multisig");
  return ALGO_OK;
}

/* A part that the same key has signed already, something else, cannot be merged. */
static algo_code_t sign_parts(kmd_partial_t *p, const algo_key_t *k, const char *tag, algo_bytes_t msg,
                              algo_err_t *err) {
  uint8_t sig[64];
  algo_key_sign_tagged(sig, k, tag, msg);
  for (size_t i = 0; i < p->n; i++) {
    algo_msig_part_t *part = &p->parts[i];
    if (!algo_addr_eq(&part->pk, &k->addr)) continue;
    if (part->has_sig && memcmp(part->sig, sig, sizeof sig) != 0)
      return algo_err_set(err, ALGO_E_INVALID, "Invalid duplicates");
    memcpy(part->sig, sig, sizeof sig);
    part->has_sig = true;
  }
  return ALGO_OK;
}

algo_code_t kmd_sign_multisig(const kmd_wallet_t *w, const char *tag, algo_bytes_t msg, const algo_addr_t *addr,
                              const algo_addr_t *other, const algo_addr_t *key, const kmd_partial_t *partial,
                              algo_buf_t *out, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  kmd_partial_t p = *partial;
  const algo_key_t *k = NULL;
  bool given = p.version != 0 || p.threshold != 0 || p.n > 0;
  algo_code_t rc = given ? check_given(&p, addr, other, key, err) : known_parts(w, addr, &p, &arena, err);
  if (rc == ALGO_OK) rc = kmd_key_find(w, key, &k, err);
  if (rc == ALGO_OK && !has_key(&p, key)) rc = algo_err_set(err, ALGO_E_INVALID, "Key does not exist");
  if (rc == ALGO_OK) rc = sign_parts(&p, k, tag, msg, err);
  if (rc == ALGO_OK) encode(out, &p);
  algo_arena_fini(&arena);
  return rc;
}
