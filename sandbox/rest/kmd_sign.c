/* What a wallet signs. */
#include "algo/mp.h"
#include "kmd_impl.h"

algo_code_t kmd_sign_txn(const kmd_wallet_t *w, algo_bytes_t txn, const algo_addr_t *key, algo_buf_t *out,
                         algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_stxn_t s = {0};
  const algo_key_t *k = NULL;
  algo_code_t rc = algo_txn_decode(&s.txn, txn, true, &arena, NULL);
  if (rc != ALGO_OK) rc = algo_err_set(err, ALGO_E_PARSE, "could not decode transaction");
  else rc = kmd_key_find(w, algo_addr_is_zero(key) ? &s.txn.sender : key, &k, err);
  if (rc == ALGO_OK) {
    algo_stxn_sign(&s, k);
    algo_stxn_encode(out, &s);
  }
  algo_arena_fini(&arena);
  return rc;
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

/* The keys that sign: those of the partial one, or those that the wallet knows for the address. */
static algo_code_t parts_of(const kmd_wallet_t *w, const algo_addr_t *addr, const algo_addr_t *other,
                            const kmd_partial_t *given, kmd_partial_t *out, algo_arena_t *arena, algo_err_t *err) {
  if (given->n > 0) {
    algo_addr_t keys[KMD_MSIG_KEYS_MAX], made;
    if (given->n > KMD_MSIG_KEYS_MAX) return algo_err_set(err, ALGO_E_RANGE, "too many keys");
    for (size_t i = 0; i < given->n; i++) keys[i] = given->parts[i].pk;
    algo_code_t rc = algo_addr_of_multisig(&made, given->version, given->threshold, keys, given->n, err);
    if (rc != ALGO_OK) return rc;
    if (!algo_addr_eq(&made, addr) && !(other != NULL && algo_addr_eq(&made, other))) {
      return algo_err_set(err, ALGO_E_INVALID, "given multisig preimage hashes to neither Sender nor AuthAddr");
    }
    *out = *given;
    return ALGO_OK;
  }
  const kmd_multisig_t *m = NULL;
  algo_code_t rc = kmd_multisig_find(w, addr, &m, err);
  if (rc != ALGO_OK) return rc;
  *out = (kmd_partial_t){m->version, m->threshold, algo_arena_array(arena, m->n, sizeof *out->parts), m->n};
  if (out->parts == NULL) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  for (size_t i = 0; i < m->n; i++) out->parts[i].pk = m->keys[i];
  return ALGO_OK;
}

algo_code_t kmd_sign_multisig(const kmd_wallet_t *w, const char *tag, algo_bytes_t msg, const algo_addr_t *addr,
                              const algo_addr_t *other, const algo_addr_t *key, const kmd_partial_t *partial,
                              algo_buf_t *out, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  kmd_partial_t p = {0};
  const algo_key_t *k = NULL;
  algo_code_t rc = parts_of(w, addr, other, partial, &p, &arena, err);
  bool possible = false;
  for (size_t i = 0; rc == ALGO_OK && i < p.n; i++) possible |= algo_addr_eq(&p.parts[i].pk, key);
  if (rc == ALGO_OK && !possible)
    rc = algo_err_set(err, ALGO_E_INVALID, "given key is not a possible signer for this multisig");
  if (rc == ALGO_OK) rc = kmd_key_find(w, key, &k, err);
  for (size_t i = 0; rc == ALGO_OK && i < p.n; i++) {
    if (!algo_addr_eq(&p.parts[i].pk, key)) continue;
    algo_key_sign_tagged(p.parts[i].sig, k, tag, msg);
    p.parts[i].has_sig = true;
  }
  if (rc == ALGO_OK) encode(out, &p);
  algo_arena_fini(&arena);
  return rc;
}
