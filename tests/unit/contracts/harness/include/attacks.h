/* Attacks that every market has to survive. Each tries what it is named for around a call that would be accepted, and
 * returns NULL when all of it was refused with the right message; else what was not (in the world's arena). The call is
 * as it was behind it. */
#ifndef ATTACKS_H
#define ATTACKS_H

#include "world.h"

/* Payment `which` before the call, in ALGO: rekeys, closes its account, goes elsewhere, is more, is less, is none. */
const char *attack_payment(world_t *w, unsigned party, algo_method_call_t *c, size_t which);
/* A deposit in an asset: rekeys, closes the holding, goes elsewhere, more, less, clawback, another asset, in ALGO. */
const char *attack_deposit(world_t *w, unsigned party, algo_method_call_t *c, size_t which);
/* The payments in another order, one missing, all missing. */
const char *attack_group(world_t *w, unsigned party, algo_method_call_t *c);
/* Every argument a byte shorter and a byte longer. */
const char *attack_arguments(world_t *w, unsigned party, algo_method_call_t *c);
/* Argument i takes each byte but 0 and 0x80. */
const char *attack_bool(world_t *w, unsigned party, algo_method_call_t *c, size_t i);
/* Opt in, close out, update, delete, clear state; bare calls; selectors that are none. */
const char *attack_completions(world_t *w, unsigned party, algo_method_call_t *c);
/* The call twice in one group behind one set of its payments. */
const char *attack_counted_twice(world_t *w, unsigned party, algo_method_call_t *c);
/* The fee pays for the call alone: inner transactions are not paid by the market. */
const char *attack_inner_fees(world_t *w, unsigned party, algo_method_call_t *c);
const char *attack_refused(world_t *w, unsigned party, const algo_method_call_t *c, const char *message);

#endif
