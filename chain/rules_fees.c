/* What a group owes: usage in millionths of the minimum fee. Source: go-algorand 5.1, transactions.SummarizeFees,
 * basics.FeeForUsage. */
#include "algo/rules.h"

#include <inttypes.h>
#include <stdio.h>

#include "rules_internal.h"

__extension__ typedef unsigned __int128 u128;

#define RESIDUE_SCALE 1000000000000u

static uint64_t add_saturate(uint64_t a, uint64_t b) { return a + b < a ? UINT64_MAX : a + b; }

/* The surcharge for what `size` has above `free`. */
static uint64_t surcharge(uint64_t per_byte, uint64_t size, uint64_t free) {
  if (size <= free) return 0;
  u128 v = (u128)(size - free) * per_byte;
  return v > UINT64_MAX ? UINT64_MAX : (uint64_t)v;
}

static uint64_t appl_factor(const algo_txn_t *t, const algo_consensus_t *c) {
  uint64_t args = 0, standard = c->max_app_total_program_len * (1 + c->max_extra_app_program_pages);
  for (size_t i = 0; i < t->n_app_args; i++) args += t->app_args[i].n;
  return add_saturate(surcharge(c->per_byte_txn_surcharge, t->approval_program.n + t->clear_program.n, standard),
                      surcharge(c->per_byte_txn_surcharge, args, c->max_app_total_arg_len));
}

static uint64_t txn_factor(const algo_txn_t *t, const algo_consensus_t *c) {
  if (t->type == ALGO_TX_STPF) return 0;
  uint64_t f = add_saturate(ALGO_MICROS, surcharge(c->per_byte_txn_surcharge, t->note.n, c->max_txn_note_bytes));
  if (t->type == ALGO_TX_HB && t->heartbeat && t->heartbeat->challenge_discount) return f - ALGO_MICROS;
  return t->type == ALGO_TX_APPL ? add_saturate(f, appl_factor(t, c)) : f;
}

static uint64_t pqsig_factor(const algo_pqsig_t *p) {
  if (algo_bytes_eq(p->scheme, ALGO_BYTES_LIT("f1"))) return 2 * ALGO_MICROS;
  return algo_bytes_eq(p->scheme, ALGO_BYTES_LIT("f2")) ? ALGO_MICROS : 0;
}

static uint64_t signature_factor(const algo_stxn_t *s) {
  if (!algo_pqsig_blank(&s->pqsig)) return pqsig_factor(&s->pqsig);
  return algo_pqsig_blank(&s->lsig.pqsig) ? 0 : pqsig_factor(&s->lsig.pqsig);
}

void algo_group_fees(const algo_stxn_t *const *txns, size_t n, const algo_consensus_t *c, uint64_t *usage,
                     uint64_t *paid) {
  uint64_t u = 0, p = 0, logic = 0;
  for (size_t i = 0; i < n; i++) {
    u = add_saturate(u, add_saturate(signature_factor(txns[i]), txn_factor(&txns[i]->txn, c)));
    p = add_saturate(p, txns[i]->txn.fee);
    logic += txns[i]->lsig.logic.n;
  }
  *usage = add_saturate(u, surcharge(c->per_byte_txn_surcharge, logic, n * c->logic_sig_max_size));
  *paid = p;
}

bool algo_fee_for_usage(uint64_t min_fee, uint64_t usage, uint64_t multiplier, uint64_t *residue, uint64_t *fee) {
  *fee = UINT64_MAX;
  u128 v = (u128)min_fee * usage;
  if (multiplier && v > ~(u128)0 / multiplier) return false;
  v *= multiplier;
  u128 quotient = v / RESIDUE_SCALE;
  uint64_t rest = (uint64_t)(v % RESIDUE_SCALE);
  if (quotient > UINT64_MAX || (quotient == UINT64_MAX && rest > *residue)) return false;
  *fee = (uint64_t)quotient;
  if (rest <= *residue) {
    *residue -= rest;
  } else {
    *fee += 1;
    *residue = RESIDUE_SCALE - (rest - *residue);
  }
  return true;
}

void algo_micro_format(char out[32], uint64_t v) {
  if (v == 0) {
    snprintf(out, 32, "0.0A");
  } else if (v < 1000) {
    snprintf(out, 32, "%" PRIu64 "uA", v);
  } else if (v < 1000000) {
    if (v % 1000) snprintf(out, 32, "%" PRIu64 ".%03" PRIu64 "mA", v / 1000, v % 1000);
    else snprintf(out, 32, "%" PRIu64 "mA", v / 1000);
  } else {
    if (v % 1000000) snprintf(out, 32, "%" PRIu64 ".%06" PRIu64 "A", v / 1000000, v % 1000000);
    else snprintf(out, 32, "%" PRIu64 "A", v / 1000000);
  }
}

void algo_usage_format(char out[32], uint64_t micros) {
  snprintf(out, 32, "%" PRIu64 ".%06" PRIu64, micros / ALGO_MICROS, micros % ALGO_MICROS);
}

void algo_addr_of_state_proof_sender(algo_addr_t *out) {
  static const algo_addr_t sender = {{0xbb, 0x3c, 0x52, 0x62, 0xa9, 0xd5, 0xc7, 0x4d, 0x20, 0x27, 0xe3,
                                      0xa7, 0xea, 0xe4, 0xd6, 0xff, 0x70, 0xcf, 0x6c, 0x4c, 0xe4, 0xc5,
                                      0xe0, 0x57, 0xc1, 0x1e, 0xd3, 0x9b, 0x95, 0x34, 0x42, 0x05}};
  *out = sender;
}

static bool all_zero(const uint8_t *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (p[i]) return false;
  return true;
}

bool algo_msig_blank(const algo_msig_t *m) { return m->version == 0 && m->threshold == 0 && m->n_parts == 0; }

bool algo_pqsig_blank(const algo_pqsig_t *p) {
  return all_zero(p->scheme.p, p->scheme.n) && p->salt == 0 && p->pk.n == 0 && p->sig.n == 0;
}

bool algo_lsig_blank(const algo_lsig_t *l) {
  return l->logic.n == 0 && l->n_args == 0 && (!l->has_sig || all_zero(l->sig, 64)) && algo_msig_blank(&l->msig) &&
         algo_msig_blank(&l->lmsig) && algo_pqsig_blank(&l->pqsig);
}
