/* mimc and poseidon2, the hashes of zero-knowledge circuits, with gnark's constants (drawn from Keccak-256 chains). */
#include <stdio.h>

#include "field.h"
#include "internal.h"
#include "keccak.h"

#define MAX_KEYS 128

typedef struct chain { /* of digests, each the next constant's bytes */
  uint8_t digest[32];
} chain_t;

static void chain_start(chain_t *c, const char *seed) { avm_keccak(c->digest, 32, algo_bytes_str(seed), 136, 0x01); }
static void chain_next(const avm_field_t *f, chain_t *c, avm_fe_t *out) {
  avm_keccak(c->digest, 32, algo_bytes(c->digest, 32), 136, 0x01);
  avm_fe_reduce(f, out, c->digest);
}

static void fifth(const avm_field_t *f, avm_fe_t *x) {
  avm_fe_t t;
  avm_fe_mul(f, &t, x, x);
  avm_fe_mul(f, &t, &t, &t);
  avm_fe_mul(f, x, x, &t);
}

/* ---- MiMC in the Miyaguchi-Preneel construction ---- */

static void mimc_block(const avm_field_t *f, const avm_fe_t *keys, int rounds, avm_fe_t *h, const avm_fe_t *block) {
  avm_fe_t m = *block;
  for (int i = 0; i < rounds; i++) {
    avm_fe_add(f, &m, &m, h);
    avm_fe_add(f, &m, &m, &keys[i]);
    fifth(f, &m);
  }
  avm_fe_add(f, &m, &m, h);
  avm_fe_add(f, h, h, &m);
  avm_fe_add(f, h, h, block);
}

static bool mimc(const avm_field_t *f, int rounds, algo_bytes_t in, uint8_t out[32]) {
  avm_fe_t keys[MAX_KEYS], h = {{0}}, block;
  chain_t c;
  for (size_t i = 0; i < in.n; i += 32)
    if (!avm_fe_read(f, &block, in.p + i)) return false;
  chain_start(&c, "seed");
  for (int i = 0; i < rounds; i++) chain_next(f, &c, &keys[i]);
  for (size_t i = 0; i < in.n; i += 32) {
    avm_fe_read(f, &block, in.p + i);
    mimc_block(f, keys, rounds, &h, &block);
  }
  avm_fe_write(f, out, &h);
  return true;
}

/* ---- Poseidon2 of width 2 in the Merkle-Damgard construction ---- */

#define FULL 6
#define HALF (FULL / 2)

static void mix_external(const avm_field_t *f, avm_fe_t s[2]) { /* circ(2, 1) */
  avm_fe_t sum;
  avm_fe_add(f, &sum, &s[0], &s[1]);
  avm_fe_add(f, &s[0], &s[0], &sum);
  avm_fe_add(f, &s[1], &s[1], &sum);
}

static void mix_internal(const avm_field_t *f, avm_fe_t s[2]) { /* (2, 1), (1, 3) */
  avm_fe_t sum;
  avm_fe_add(f, &sum, &s[0], &s[1]);
  avm_fe_add(f, &s[0], &s[0], &sum);
  avm_fe_add(f, &s[1], &s[1], &s[1]);
  avm_fe_add(f, &s[1], &s[1], &sum);
}

static void poseidon2_permute(const avm_field_t *f, const avm_fe_t *keys, int partial, avm_fe_t s[2]) {
  mix_external(f, s);
  for (int round = 0; round < FULL + partial; round++) {
    bool full = round < HALF || round >= HALF + partial;
    avm_fe_add(f, &s[0], &s[0], keys++);
    fifth(f, &s[0]);
    if (full) {
      avm_fe_add(f, &s[1], &s[1], keys++);
      fifth(f, &s[1]);
      mix_external(f, s);
    } else {
      mix_internal(f, s);
    }
  }
}

static bool poseidon2(const avm_field_t *f, const char *curve, int partial, algo_bytes_t in, uint8_t out[32]) {
  avm_fe_t keys[MAX_KEYS], s[2], state = {{0}}, block;
  char seed[64];
  chain_t c;
  snprintf(seed, sizeof seed, "Poseidon2-%s[t=2,rF=%d,rP=%d,d=5]", curve, FULL, partial);
  chain_start(&c, seed);
  for (int i = 0; i < 2 * FULL + partial; i++) chain_next(f, &c, &keys[i]);
  for (size_t i = 0; i < in.n; i += 32) {
    if (!avm_fe_read(f, &block, in.p + i)) return false;
    s[0] = state;
    s[1] = block;
    poseidon2_permute(f, keys, partial, s);
    avm_fe_add(f, &state, &block, &s[1]);
  }
  avm_fe_write(f, out, &state);
  return true;
}

/* ---- opcodes ---- */

static algo_code_t check_input(algo_avm_context_t *cx, algo_bytes_t in) {
  if (in.n == 0) return avm_fail(cx, "the input data cannot be empty");
  if (in.n % 32 != 0) return avm_fail(cx, "the input data must be a multiple of 32 bytes");
  return ALGO_OK;
}

static algo_code_t give(algo_avm_context_t *cx, const char *name, bool ok, const uint8_t out[32]) {
  if (!ok) return avm_fail(cx, "invalid %s input invalid fr.Element encoding", name);
  cx->sp--;
  return avm_push_copy(cx, out, 32);
}

algo_code_t avm_op_mimc(algo_avm_context_t *cx) {
  uint8_t out[32];
  algo_bytes_t in = avm_view(avm_top(cx, 0));
  algo_code_t rc = check_input(cx, in);
  if (rc != ALGO_OK) return rc;
  bool bn = cx->prog[cx->pc + 1] == ALGO_F_MIMC_BN254Mp110;
  return give(cx, "mimc", mimc(bn ? &avm_fr_bn254 : &avm_fr_bls12_381, bn ? 110 : 111, in, out), out);
}

algo_code_t avm_op_poseidon2(algo_avm_context_t *cx) {
  uint8_t out[32];
  algo_bytes_t in = avm_view(avm_top(cx, 0));
  algo_code_t rc = check_input(cx, in);
  if (rc != ALGO_OK) return rc;
  bool bn = cx->prog[cx->pc + 1] == ALGO_F_POSEIDON2_BN254t2;
  bool ok =
      bn ? poseidon2(&avm_fr_bn254, "BN254", 50, in, out) : poseidon2(&avm_fr_bls12_381, "BLS12_381", 50, in, out);
  return give(cx, "poseidon2", ok, out);
}
