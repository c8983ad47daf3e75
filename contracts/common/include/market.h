/* What every market's contract has. Its globals have the same names in each: admin, pending_admin, treasury, arbiter,
 * asset, paused, live_providers, fees. */
#ifndef MARKET_H
#define MARKET_H

#include "algo/tealgen_build.h"

enum { PROVIDER_MBR = 18900, MAX_BPS = 10000 };
enum {
  BOX_FIXED = 6100,
  BOX_BYTE = 400
}; /* minimum balance of a box whose key has 9 bytes: fixed, and for each byte of its value */

extern const tg_routine_t market_admin_only, market_check_pay, market_reaches, market_send_algo, market_share,
    market_address, market_number, market_flag, market_roles;

void market_call(tg_t *b, const tg_routine_t *r);
void market_deposit(tg_t *b, tg_x amount);           /* checks the deposit right before the call */
tg_x market_takes(tg_t *b, tg_x party, tg_x amount); /* can it be delivered, in the market's asset? */
void market_send(tg_t *b, tg_x party, tg_x amount);  /* of the market's asset */

/* Terms: uint64 arguments, globals and fields of TermsChanged of the same names, in one order. */
typedef struct market_term {
  const char *name;
  uint64_t min, max;
  const char *low, *high; /* messages; low NULL where min is 0 */
} market_term_t;
enum { MARKET_TERMS = 5 };
/* The body of a routine that takes the terms in wire form, the last one first: so each is on top of the stack in its
 * turn. */
void market_build_terms(tg_t *b, const market_term_t *terms, unsigned n);
extern const tg_type_t market_wires[MARKET_TERMS];
tg_x market_wire(tg_t *b, const char *argument); /* for such a call */

/* ---- methods, whole ---- */
/* What create does but for the terms: roles, asset, counters that start at 0 (beside paused, live_providers, fees) and
 * at 1. */
void market_create(tg_t *b, const char *const *zeros, size_t n_zeros, const char *const *ones, size_t n_ones);
void market_bootstrap(tg_t *b);
void market_approve(tg_t *b);
void market_set_paused(tg_t *b);
void market_set_treasury(tg_t *b);
void market_set_arbiter(tg_t *b);
void market_offer_admin(tg_t *b);
void market_accept_admin(tg_t *b);
void market_collect(tg_t *b);
void market_delete(tg_t *b, const char *boxes, const char *more_boxes); /* the counters that have to be 0 */

/* ---- events, whole: fields and effects ---- */
extern const tg_field_t market_provider_approved[3];
extern const char *const market_provider_approved_does[3];
extern const tg_field_t market_fees_collected[2];
extern const char *const market_fees_collected_does[1];
extern const tg_field_t market_roles_changed[3];
extern const char *const market_roles_changed_does[1];

#endif
