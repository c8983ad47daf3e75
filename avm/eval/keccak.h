/* keccak.h - the Keccak-f[1600] sponge: Keccak-256, SHA-3 and SHAKE differ in rate and padding only (FIPS 202). */
#ifndef ALGO_AVM_KECCAK_H
#define ALGO_AVM_KECCAK_H

#include "algo/bytes.h"

typedef struct avm_sponge {
  uint64_t state[25];
  size_t at, rate; /* bytes of the current block used; bytes of a block */
} avm_sponge_t;

void avm_sponge_init(avm_sponge_t *s, size_t rate);
void avm_sponge_absorb(avm_sponge_t *s, algo_bytes_t in);
void avm_sponge_finish(avm_sponge_t *s, uint8_t pad);             /* 0x01 Keccak, 0x06 SHA-3, 0x1f SHAKE */
void avm_sponge_squeeze(avm_sponge_t *s, uint8_t *out, size_t n); /* as often as wanted, after finish */

void avm_keccak(uint8_t *out, size_t n, algo_bytes_t in, size_t rate, uint8_t pad);

#endif
