#include "field.h"

#include <gmp.h>

__extension__ typedef unsigned __int128 u128;

const avm_field_t avm_fp_bn254 = {
    .n = 4,
    .inv = 0x87d20782e4866389,
    .p = {{0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d, 0x30644e72e131a029}},
    .one = {{0xd35d438dc58f0d9d, 0x0a78eb28f5c70b3d, 0x666ea36f7879462c, 0x0e0a77c19a07df2f}},
    .r2 = {{0xf32cfc5b538afa89, 0xb5e71911d44501fb, 0x47ab1eff0a417ff6, 0x06d89f71cab8351f}}};
const avm_field_t avm_fr_bn254 = {
    .n = 4,
    .inv = 0xc2e1f593efffffff,
    .p = {{0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029}},
    .one = {{0xac96341c4ffffffb, 0x36fc76959f60cd29, 0x666ea36f7879462e, 0x0e0a77c19a07df2f}},
    .r2 = {{0x1bb8e645ae216da7, 0x53fe3ab1e35c59e3, 0x8c49833d53bb8085, 0x0216d0b17f4e44a5}}};
const avm_field_t avm_fp_bls12_381 = {.n = 6,
                                      .inv = 0x89f3fffcfffcfffd,
                                      .p = {{0xb9feffffffffaaab, 0x1eabfffeb153ffff, 0x6730d2a0f6b0f624,
                                             0x64774b84f38512bf, 0x4b1ba7b6434bacd7, 0x1a0111ea397fe69a}},
                                      .one = {{0x760900000002fffd, 0xebf4000bc40c0002, 0x5f48985753c758ba,
                                               0x77ce585370525745, 0x5c071a97a256ec6d, 0x15f65ec3fa80e493}},
                                      .r2 = {{0xf4df1f341c341746, 0x0a76e6a609d104f1, 0x8de5476c4c95b6d5,
                                              0x67eb88a9939d83c0, 0x9a793e85b519952d, 0x11988fe592cae3aa}}};
const avm_field_t avm_fr_bls12_381 = {
    .n = 4,
    .inv = 0xfffffffeffffffff,
    .p = {{0xffffffff00000001, 0x53bda402fffe5bfe, 0x3339d80809a1d805, 0x73eda753299d7d48}},
    .one = {{0x00000001fffffffe, 0x5884b7fa00034802, 0x998c4fefecbc4ff5, 0x1824b159acc5056f}},
    .r2 = {{0xc999e990f3f29c6d, 0x2b6cedcb87925c23, 0x05d314967254398f, 0x0748d9d99f59ff11}}};

/* Each is compiled for four limbs and for six, without loops. */
#define INLINE static inline __attribute__((always_inline))
#define BY_SIZE(f, call_n)                                                                                             \
  do {                                                                                                                 \
    if ((f)->n == 4) call_n(4);                                                                                        \
    else call_n(6);                                                                                                    \
  } while (0)

INLINE uint64_t add_limbs(unsigned n, uint64_t *r, const uint64_t *a, const uint64_t *b) {
  uint64_t carry = 0;
#pragma GCC unroll 6
  for (unsigned i = 0; i < n; i++) {
    u128 t = (u128)a[i] + b[i] + carry;
    r[i] = (uint64_t)t;
    carry = (uint64_t)(t >> 64);
  }
  return carry;
}

INLINE uint64_t sub_limbs(unsigned n, uint64_t *r, const uint64_t *a, const uint64_t *b) {
  uint64_t borrow = 0;
#pragma GCC unroll 6
  for (unsigned i = 0; i < n; i++) {
    u128 t = (u128)a[i] - b[i] - borrow;
    r[i] = (uint64_t)t;
    borrow = (uint64_t)(t >> 64) & 1;
  }
  return borrow;
}

/* The number carry, t, less p where it is not below it. */
INLINE void reduce_once(unsigned n, avm_fe_t *r, uint64_t carry, const uint64_t *t, const avm_field_t *f) {
  uint64_t less[AVM_LIMBS], keep = 0 - (uint64_t)(sub_limbs(n, less, t, f->p.l) > carry);
#pragma GCC unroll 6
  for (unsigned i = 0; i < n; i++) r->l[i] = (t[i] & keep) | (less[i] & ~keep);
#pragma GCC unroll 6
  for (unsigned i = n; i < AVM_LIMBS; i++) r->l[i] = 0;
}

static bool below(const avm_field_t *f, const uint64_t *a) {
  for (unsigned i = f->n; i-- > 0;)
    if (a[i] != f->p.l[i]) return a[i] < f->p.l[i];
  return false;
}

INLINE void add_n(unsigned n, const avm_field_t *f, avm_fe_t *r, const avm_fe_t *a, const avm_fe_t *b) {
  uint64_t t[AVM_LIMBS];
  uint64_t carry = add_limbs(n, t, a->l, b->l);
  reduce_once(n, r, carry, t, f);
}

INLINE void sub_n(unsigned n, const avm_field_t *f, avm_fe_t *r, const avm_fe_t *a, const avm_fe_t *b) {
  uint64_t t[AVM_LIMBS], back[AVM_LIMBS], mask = 0 - sub_limbs(n, t, a->l, b->l);
#pragma GCC unroll 6
  for (unsigned i = 0; i < n; i++) back[i] = f->p.l[i] & mask;
  add_limbs(n, r->l, t, back);
#pragma GCC unroll 6
  for (unsigned i = n; i < AVM_LIMBS; i++) r->l[i] = 0;
}

/* Montgomery multiplication, operands scanned (CIOS). */
INLINE void mul_n(unsigned n, const avm_field_t *f, avm_fe_t *r, const avm_fe_t *a, const avm_fe_t *b) {
  uint64_t t[AVM_LIMBS + 2] = {0};
#pragma GCC unroll 6
  for (unsigned i = 0; i < n; i++) {
    uint64_t carry = 0, m;
#pragma GCC unroll 6
    for (unsigned j = 0; j < n; j++) {
      u128 v = (u128)a->l[j] * b->l[i] + t[j] + carry;
      t[j] = (uint64_t)v;
      carry = (uint64_t)(v >> 64);
    }
    u128 top = (u128)t[n] + carry;
    t[n] = (uint64_t)top;
    t[n + 1] = (uint64_t)(top >> 64);
    m = t[0] * f->inv;
    carry = (uint64_t)(((u128)m * f->p.l[0] + t[0]) >> 64);
#pragma GCC unroll 6
    for (unsigned j = 1; j < n; j++) {
      u128 v = (u128)m * f->p.l[j] + t[j] + carry;
      t[j - 1] = (uint64_t)v;
      carry = (uint64_t)(v >> 64);
    }
    top = (u128)t[n] + carry;
    t[n - 1] = (uint64_t)top;
    t[n] = t[n + 1] + (uint64_t)(top >> 64);
  }
  reduce_once(n, r, t[n], t, f);
}

#define ADD(n) add_n(n, f, r, a, b)
#define SUB(n) sub_n(n, f, r, a, b)
#define MUL(n) mul_n(n, f, r, a, b)
void avm_fe_add(const avm_field_t *f, avm_fe_t *r, const avm_fe_t *a, const avm_fe_t *b) { BY_SIZE(f, ADD); }
void avm_fe_sub(const avm_field_t *f, avm_fe_t *r, const avm_fe_t *a, const avm_fe_t *b) { BY_SIZE(f, SUB); }
void avm_fe_mul(const avm_field_t *f, avm_fe_t *r, const avm_fe_t *a, const avm_fe_t *b) { BY_SIZE(f, MUL); }

void avm_fe_pow(const avm_field_t *f, avm_fe_t *r, const avm_fe_t *a, const avm_fe_t *e) {
  avm_fe_t base = *a, out = f->one;
  for (int i = 64 * (int)f->n - 1; i >= 0; i--) {
    avm_fe_mul(f, &out, &out, &out);
    if (e->l[i / 64] >> i % 64 & 1) avm_fe_mul(f, &out, &out, &base);
  }
  *r = out;
}

void avm_fe_inv(const avm_field_t *f, avm_fe_t *r, const avm_fe_t *a) {
  avm_fe_t plain = {{0}};
  mpz_t v, p;
  mpz_inits(v, p, NULL);
  avm_fe_to_limbs(f, &plain, a);
  mpz_import(v, f->n, -1, sizeof *plain.l, 0, 0, plain.l);
  mpz_import(p, f->n, -1, sizeof *plain.l, 0, 0, f->p.l);
  memset(&plain, 0, sizeof plain);
  if (mpz_invert(v, v, p)) mpz_export(plain.l, NULL, -1, sizeof *plain.l, 0, 0, v);
  mpz_clears(v, p, NULL);
  avm_fe_from_limbs(f, r, plain.l);
}

void avm_fe_set_uint(const avm_field_t *f, avm_fe_t *r, uint64_t v) {
  avm_fe_t t = {{v}};
  avm_fe_mul(f, r, &t, &f->r2);
}

void avm_fe_from_limbs(const avm_field_t *f, avm_fe_t *r, const uint64_t *limbs) {
  avm_fe_t t = {{0}};
  memcpy(t.l, limbs, f->n * sizeof *limbs);
  avm_fe_mul(f, r, &t, &f->r2);
}

void avm_fe_to_limbs(const avm_field_t *f, avm_fe_t *r, const avm_fe_t *a) {
  const avm_fe_t one = {{1}};
  avm_fe_mul(f, r, a, &one);
}

static void load(const avm_field_t *f, avm_fe_t *r, const uint8_t *p) {
  *r = (avm_fe_t){{0}};
  for (unsigned i = 0; i < f->n; i++) r->l[f->n - 1 - i] = algo_get_be64(p + 8 * i);
}

bool avm_fe_read(const avm_field_t *f, avm_fe_t *r, const uint8_t *p) {
  avm_fe_t t;
  load(f, &t, p);
  if (!below(f, t.l)) return false;
  avm_fe_mul(f, r, &t, &f->r2);
  return true;
}

void avm_fe_reduce(const avm_field_t *f, avm_fe_t *r, const uint8_t *p) {
  avm_fe_t t;
  load(f, &t, p);
  while (!below(f, t.l)) sub_limbs(f->n, t.l, t.l, f->p.l);
  avm_fe_mul(f, r, &t, &f->r2);
}

void avm_fe_write(const avm_field_t *f, uint8_t *out, const avm_fe_t *a) {
  avm_fe_t t;
  avm_fe_to_limbs(f, &t, a);
  for (unsigned i = 0; i < f->n; i++) algo_put_be64(out + 8 * i, t.l[f->n - 1 - i]);
}
