/* txn_kinds.h - the kinds of cases in txn.jsonl, one function a kind. */
#ifndef ALGORENT_TXN_KINDS_H
#define ALGORENT_TXN_KINDS_H

#include "algo/txn.h"
#include "vectors.h"

void case_txn(vec_case_t *c);
void case_authaddr(vec_case_t *c);
void case_group(vec_case_t *c);
void case_multisig(vec_case_t *c);
void case_lsig(vec_case_t *c);
void case_pqsig_wire(vec_case_t *c);
void case_msgpack(vec_case_t *c);

void case_key(vec_case_t *c);
void case_mnemonic(vec_case_t *c);
void case_address(vec_case_t *c);
void case_app_address(vec_case_t *c);
void case_program_address(vec_case_t *c);
void case_teal_sign(vec_case_t *c);

void case_abi_value(vec_case_t *c);
void case_abi_decode(vec_case_t *c);
void case_abi_type(vec_case_t *c);
void case_abi_encode(vec_case_t *c);
void case_abi_method(vec_case_t *c);
void case_event(vec_case_t *c);
void case_abi_return_log(vec_case_t *c);

/* ---- shared ---- */
/* A whole transaction from its bytes; false: the case has failed. */
bool txn_load(vec_case_t *c, algo_txn_t *out, algo_bytes_t bytes);
bool txn_id_is(vec_case_t *c, const algo_txn_t *t, algo_bytes_t text);
bool stxn_is(vec_case_t *c, const char *what, const algo_stxn_t *s, algo_bytes_t want);
/* `signed_` decodes strictly and whole. */
bool stxn_round_trip(vec_case_t *c, algo_stxn_t *out, algo_bytes_t signed_);
bool key_load(vec_case_t *c, algo_key_t *out, algo_bytes_t seed);
/* What the node said of the posted bytes, as far as decoding, form and plain signatures decide it. */
void node_verdict(vec_case_t *c, algo_bytes_t posted);

#endif
