/* Hashes, and ed25519 over the program's hash or the bare message. */
#include <openssl/sha.h>

#include "algo/keys.h"
#include "internal.h"
#include "keccak.h"

/* Room for the result of a one-argument function of bytes, which becomes the top. */
static uint8_t *result(algo_avm_context_t *cx, size_t n) { return avm_alloc(cx, n); }
static algo_code_t give(algo_avm_context_t *cx, const uint8_t *p, size_t n) {
  *avm_top(cx, 0) = avm_bytes(p, n);
  return ALGO_OK;
}

algo_code_t avm_op_sha256(algo_avm_context_t *cx) {
  uint8_t *out = result(cx, 32);
  const avm_value_t *v = avm_top(cx, 0);
  if (out == NULL) return avm_nomem(cx);
  algo_sha256(out, v->p, v->n);
  return give(cx, out, 32);
}

algo_code_t avm_op_sha512_256(algo_avm_context_t *cx) {
  uint8_t *out = result(cx, 32);
  const avm_value_t *v = avm_top(cx, 0);
  if (out == NULL) return avm_nomem(cx);
  algo_sha512_256(out, v->p, v->n);
  return give(cx, out, 32);
}

algo_code_t avm_op_sha512(algo_avm_context_t *cx) {
  uint8_t *out = result(cx, 64);
  const avm_value_t *v = avm_top(cx, 0);
  if (out == NULL) return avm_nomem(cx);
  SHA512(v->p, v->n, out);
  return give(cx, out, 64);
}

static algo_code_t keccak(algo_avm_context_t *cx, uint8_t pad) {
  uint8_t *out = result(cx, 32);
  const avm_value_t *v = avm_top(cx, 0);
  if (out == NULL) return avm_nomem(cx);
  avm_keccak(out, 32, avm_view(v), 136, pad);
  return give(cx, out, 32);
}
algo_code_t avm_op_keccak256(algo_avm_context_t *cx) { return keccak(cx, 0x01); }
algo_code_t avm_op_sha3_256(algo_avm_context_t *cx) { return keccak(cx, 0x06); }

/* data, signature, key -> bool */
static algo_code_t ed25519(algo_avm_context_t *cx, bool bare) {
  const avm_value_t *data = avm_top(cx, 2), *sig = avm_top(cx, 1), *key = avm_top(cx, 0);
  algo_addr_t pk;
  if (key->n != 32) return avm_fail(cx, "invalid public key");
  if (sig->n != 64) return avm_fail(cx, "invalid signature");
  memcpy(pk.b, key->p, 32);
  bool ok;
  if (bare) {
    ok = algo_sig_verify(sig->p, avm_view(data), &pk);
  } else {
    if (!cx->has_program_hash) algo_sha512_256_tagged(cx->program_hash.b, "Program", cx->prog, cx->len);
    cx->has_program_hash = true;
    uint8_t *msg = avm_alloc(cx, 32 + (size_t)data->n);
    if (msg == NULL) return avm_nomem(cx);
    memcpy(msg, cx->program_hash.b, 32);
    if (data->n) memcpy(msg + 32, data->p, data->n);
    ok = algo_sig_verify_tagged(sig->p, "ProgData", algo_bytes(msg, 32 + (size_t)data->n), &pk);
  }
  *avm_top(cx, 2) = avm_uint(ok);
  cx->sp -= 2;
  return ALGO_OK;
}
algo_code_t avm_op_ed25519verify(algo_avm_context_t *cx) { return ed25519(cx, false); }
algo_code_t avm_op_ed25519verify_bare(algo_avm_context_t *cx) { return ed25519(cx, true); }
