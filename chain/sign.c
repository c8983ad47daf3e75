/* Signatures of transactions and of logic signatures: by one key, and by several. */
#include "algo/txn.h"
#include "codec.h"

static algo_code_t no_memory(algo_err_t *err) { return algo_err_set(err, ALGO_E_NOMEM, "out of memory"); }

void algo_stxn_sign(algo_stxn_t *s, const algo_key_t *key) {
  algo_buf_t msg = ALGO_BUF_INIT;
  algo_txn_encode(&msg, &s->txn);
  s->has_sig = !msg.oom;
  if (s->has_sig) algo_key_sign_tagged(s->sig, key, "TX", algo_buf_view(&msg));
  if (algo_addr_eq(&key->addr, &s->txn.sender)) memset(&s->auth_addr, 0, sizeof s->auth_addr);
  else s->auth_addr = key->addr;
  algo_buf_fini(&msg);
}

/* ---- several keys ---- */

static bool same_keys(const algo_msig_t *m, uint8_t version, uint8_t threshold, const algo_addr_t *keys, size_t n) {
  if (m->version != version || m->threshold != threshold || m->n_parts != n) return false;
  for (size_t i = 0; i < n; i++)
    if (!algo_addr_eq(&m->parts[i].pk, &keys[i])) return false;
  return true;
}

/* Puts key's signature over tag || msg at its first place, as the SDKs do. A multisig that is there already must be of
 * the same keys. */
static algo_code_t add_signature(algo_msig_t *m, uint8_t version, uint8_t threshold, const algo_addr_t *keys, size_t n,
                                 const algo_key_t *key, const char *tag, algo_bytes_t msg, algo_arena_t *arena,
                                 algo_err_t *err) {
  bool begun = m->version != 0 || m->n_parts != 0;
  if (begun && !same_keys(m, version, threshold, keys, n))
    return algo_err_set(err, ALGO_E_INVALID, "multisig: begun with other keys, version or threshold");
  algo_msig_part_t *parts = algo_arena_array(arena, n, sizeof *parts);
  if (parts == NULL) return no_memory(err);
  bool found = false;
  for (size_t i = 0; i < n; i++) {
    if (begun) parts[i] = m->parts[i];
    parts[i].pk = keys[i];
    if (found || !algo_addr_eq(&keys[i], &key->addr)) continue;
    algo_key_sign_tagged(parts[i].sig, key, tag, msg);
    parts[i].has_sig = found = true;
  }
  if (!found) return algo_err_set(err, ALGO_E_INVALID, "multisig: the key is not one of them");
  *m = (algo_msig_t){.version = version, .threshold = threshold, .parts = parts, .n_parts = n};
  return ALGO_OK;
}

algo_code_t algo_stxn_sign_multisig(algo_stxn_t *s, uint8_t version, uint8_t threshold, const algo_addr_t *keys,
                                    size_t n, const algo_key_t *key, algo_arena_t *arena, algo_err_t *err) {
  algo_addr_t address;
  algo_code_t c = algo_addr_of_multisig(&address, version, threshold, keys, n, err);
  if (c != ALGO_OK) return c;
  algo_buf_t msg = ALGO_BUF_INIT;
  algo_txn_encode(&msg, &s->txn);
  c = msg.oom ? no_memory(err)
              : add_signature(&s->msig, version, threshold, keys, n, key, "TX", algo_buf_view(&msg), arena, err);
  algo_buf_fini(&msg);
  if (c != ALGO_OK) return c;
  if (algo_addr_eq(&address, &s->txn.sender)) memset(&s->auth_addr, 0, sizeof s->auth_addr);
  else s->auth_addr = address;
  return ALGO_OK;
}

static bool same_txn(const algo_stxn_t *a, const algo_stxn_t *b) {
  algo_digest_t x, y;
  algo_txn_id(&x, &a->txn);
  algo_txn_id(&y, &b->txn);
  return memcmp(&x, &y, sizeof x) == 0 && algo_addr_eq(&a->auth_addr, &b->auth_addr);
}

algo_code_t algo_stxn_merge_multisig(algo_stxn_t *into, const algo_stxn_t *from, algo_arena_t *arena, algo_err_t *err) {
  algo_msig_t *m = &into->msig;
  const algo_msig_t *f = &from->msig;
  if (!same_txn(into, from)) return algo_err_set(err, ALGO_E_INVALID, "multisig: not the same transaction");
  bool fits = m->version == f->version && m->threshold == f->threshold && m->n_parts == f->n_parts && m->n_parts != 0;
  for (size_t i = 0; fits && i < m->n_parts; i++) fits = algo_addr_eq(&m->parts[i].pk, &f->parts[i].pk);
  if (!fits) return algo_err_set(err, ALGO_E_INVALID, "multisig: not of the same keys, version and threshold");
  algo_msig_part_t *parts = algo_arena_array(arena, m->n_parts, sizeof *parts);
  if (parts == NULL) return no_memory(err);
  for (size_t i = 0; i < m->n_parts; i++) {
    const algo_msig_part_t *a = &m->parts[i], *b = &f->parts[i];
    if (a->has_sig && b->has_sig && memcmp(a->sig, b->sig, sizeof a->sig) != 0)
      return algo_err_set(err, ALGO_E_INVALID, "multisig: two different signatures of key %zu", i);
    parts[i] = a->has_sig ? *a : *b;
  }
  m->parts = parts;
  return ALGO_OK;
}

/* ---- logic signatures ---- */

void algo_lsig_sign(algo_lsig_t *l, const algo_key_t *key) {
  algo_key_sign_tagged(l->sig, key, "Program", l->logic);
  l->has_sig = true;
}

algo_code_t algo_lsig_sign_multisig(algo_lsig_t *l, uint8_t version, uint8_t threshold, const algo_addr_t *keys,
                                    size_t n, const algo_key_t *key, algo_arena_t *arena, algo_err_t *err) {
  algo_addr_t address;
  algo_code_t c = algo_addr_of_multisig(&address, version, threshold, keys, n, err);
  if (c != ALGO_OK) return c;
  algo_buf_t msg = ALGO_BUF_INIT;
  algo_buf_put(&msg, address.b, sizeof address.b);
  algo_buf_putb(&msg, l->logic);
  c = msg.oom
          ? no_memory(err)
          : add_signature(&l->lmsig, version, threshold, keys, n, key, "MsigProgram", algo_buf_view(&msg), arena, err);
  algo_buf_fini(&msg);
  return c;
}
