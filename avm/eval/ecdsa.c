/* ECDSA on secp256k1 (libsecp256k1: high S is refused) and secp256r1 (OpenSSL: it is accepted), as the node has it. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include "internal.h"

typedef struct ecdsa_args {
  algo_bytes_t msg, r, s, x, y;
} ecdsa_args_t;

static algo_code_t curve_of(algo_avm_context_t *cx, uint8_t *curve) {
  *curve = cx->prog[cx->pc + 1];
  const algo_isa_field_t *f = algo_isa_field(ALGO_GROUP_ECDSA, *curve);
  if (f == NULL || f->since > cx->version) return avm_fail(cx, "invalid curve %u", *curve);
  return ALGO_OK;
}

/* The integer's lowest 32 bytes, big-endian. false: it has more. */
static bool to32(uint8_t out[32], algo_bytes_t v) {
  bool fits = true;
  memset(out, 0, 32);
  for (; v.n > 32; v.p++, v.n--) fits = fits && v.p[0] == 0;
  if (v.n) memcpy(out + 32 - v.n, v.p, v.n);
  return fits;
}

static bool verify_k1(const ecdsa_args_t *a) {
  uint8_t compact[64], key[65] = {4};
  secp256k1_pubkey pk;
  secp256k1_ecdsa_signature sig;
  if (a->r.n + a->s.n != 64) return false; /* joined as they are */
  if (a->r.n) memcpy(compact, a->r.p, a->r.n);
  if (a->s.n) memcpy(compact + a->r.n, a->s.p, a->s.n);
  to32(key + 1, a->x);
  to32(key + 33, a->y);
  const secp256k1_context *c = secp256k1_context_static;
  return secp256k1_ecdsa_signature_parse_compact(c, &sig, compact) &&
         secp256k1_ec_pubkey_parse(c, &pk, key, sizeof key) && secp256k1_ecdsa_verify(c, &sig, a->msg.p, &pk);
}

/* A public key of P-256 from its uncompressed or compressed bytes; NULL: not one. */
static EVP_PKEY *p256_key(const uint8_t *p, size_t n) {
  EVP_PKEY *key = NULL;
  EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
  OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
  OSSL_PARAM *params = NULL;
  if (b && OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) &&
      OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, p, n))
    params = OSSL_PARAM_BLD_to_param(b);
  if (!ctx || !params || EVP_PKEY_fromdata_init(ctx) <= 0 ||
      EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
    key = NULL;
  OSSL_PARAM_free(params);
  OSSL_PARAM_BLD_free(b);
  EVP_PKEY_CTX_free(ctx);
  return key;
}

static bool verify_r1(const ecdsa_args_t *a) {
  uint8_t key[65] = {4}, r[32], s[32], *der = NULL;
  if (!to32(key + 1, a->x) || !to32(key + 33, a->y) || !to32(r, a->r) || !to32(s, a->s)) return false;
  EVP_PKEY *pk = p256_key(key, sizeof key);
  if (pk == NULL) return false;
  ECDSA_SIG *sig = ECDSA_SIG_new();
  BIGNUM *br = BN_bin2bn(r, 32, NULL), *bs = BN_bin2bn(s, 32, NULL);
  bool ok = sig && br && bs && ECDSA_SIG_set0(sig, br, bs);
  if (!ok) BN_free(br), BN_free(bs);
  int n = ok ? i2d_ECDSA_SIG(sig, &der) : 0;
  EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pk, NULL);
  ok = n > 0 && ctx && EVP_PKEY_verify_init(ctx) > 0 && EVP_PKEY_verify(ctx, der, (size_t)n, a->msg.p, a->msg.n) == 1;
  EVP_PKEY_CTX_free(ctx);
  OPENSSL_free(der);
  ECDSA_SIG_free(sig);
  EVP_PKEY_free(pk);
  return ok;
}

algo_code_t avm_op_ecdsa_verify(algo_avm_context_t *cx) {
  uint8_t curve;
  algo_code_t rc = curve_of(cx, &curve);
  if (rc != ALGO_OK) return rc;
  ecdsa_args_t a = {avm_view(avm_top(cx, 4)), avm_view(avm_top(cx, 3)), avm_view(avm_top(cx, 2)),
                    avm_view(avm_top(cx, 1)), avm_view(avm_top(cx, 0))};
  if (a.msg.n != 32) return avm_fail(cx, "the signed data must be 32 bytes long, not %zu", a.msg.n);
  bool ok = curve == ALGO_F_ECDSA_Secp256k1 ? verify_k1(&a) : verify_r1(&a);
  *avm_top(cx, 4) = avm_uint(ok);
  cx->sp -= 4;
  return ALGO_OK;
}

static bool decompress_k1(algo_bytes_t key, uint8_t xy[65]) {
  secp256k1_pubkey pk;
  size_t n = 65;
  const secp256k1_context *c = secp256k1_context_static;
  return key.n == 33 && secp256k1_ec_pubkey_parse(c, &pk, key.p, key.n) &&
         secp256k1_ec_pubkey_serialize(c, xy, &n, &pk, SECP256K1_EC_UNCOMPRESSED);
}

static bool decompress_r1(algo_bytes_t key, uint8_t xy[65]) {
  if (key.n != 33 || (key.p[0] != 2 && key.p[0] != 3)) return false;
  EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  EC_POINT *point = group ? EC_POINT_new(group) : NULL;
  bool ok = point && EC_POINT_oct2point(group, point, key.p, key.n, NULL) == 1 &&
            EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, xy, 65, NULL) == 65;
  EC_POINT_free(point);
  EC_GROUP_free(group);
  return ok;
}

/* The two halves of a point, in the place of `args` values. */
static algo_code_t give_point(algo_avm_context_t *cx, const uint8_t xy[65], uint32_t args) {
  cx->sp -= args;
  algo_code_t rc = avm_push_copy(cx, xy + 1, 32);
  return rc == ALGO_OK ? avm_push_copy(cx, xy + 33, 32) : rc;
}

algo_code_t avm_op_ecdsa_pk_decompress(algo_avm_context_t *cx) {
  uint8_t curve, xy[65];
  algo_bytes_t key = avm_view(avm_top(cx, 0));
  algo_code_t rc = curve_of(cx, &curve);
  if (rc != ALGO_OK) return rc;
  if (curve == ALGO_F_ECDSA_Secp256k1 && !decompress_k1(key, xy)) return avm_fail(cx, "invalid pubkey");
  if (curve == ALGO_F_ECDSA_Secp256r1 && !decompress_r1(key, xy)) return avm_fail(cx, "invalid compressed pubkey");
  return give_point(cx, xy, 1);
}

algo_code_t avm_op_ecdsa_pk_recover(algo_avm_context_t *cx) {
  uint8_t curve, compact[64], xy[65];
  size_t n = 65;
  algo_bytes_t s = avm_view(avm_top(cx, 0)), r = avm_view(avm_top(cx, 1)), msg = avm_view(avm_top(cx, 3));
  uint64_t id = avm_top(cx, 2)->u;
  secp256k1_pubkey pk;
  secp256k1_ecdsa_recoverable_signature sig;
  const secp256k1_context *c = secp256k1_context_static;
  algo_code_t rc = curve_of(cx, &curve);
  if (rc != ALGO_OK) return rc;
  if (curve != ALGO_F_ECDSA_Secp256k1) return avm_fail(cx, "unsupported curve %u", curve);
  if (id > 3) return avm_fail(cx, "invalid recovery id: %llu", (unsigned long long)id);
  if (msg.n != 32) return avm_fail(cx, "pubkey recover failed: invalid message length, need 32 bytes");
  if (r.n + s.n != 64) return avm_fail(cx, "pubkey recover failed: invalid signature length");
  if (r.n) memcpy(compact, r.p, r.n);
  if (s.n) memcpy(compact + r.n, s.p, s.n);
  if (!secp256k1_ecdsa_recoverable_signature_parse_compact(c, &sig, compact, (int)id) ||
      !secp256k1_ecdsa_recover(c, &pk, &sig, msg.p) ||
      !secp256k1_ec_pubkey_serialize(c, xy, &n, &pk, SECP256K1_EC_UNCOMPRESSED))
    return avm_fail(cx, "pubkey recover failed: recovery failed");
  return give_point(cx, xy, 4);
}
