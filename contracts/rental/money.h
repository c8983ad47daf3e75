/* What rental's methods share: the boxes in hand, payments before the call, delivery, billing. The routines talk
 * through these variables: gkey, g    key and value of the GPU's box          rkey, r        key and value of the
 * rental's box paid, lapse  when the rental in hand is over       end, minutes, due, refund   what it comes to (bill)
 *   net        what is to be paid to the owner (settle)
 * A rental's or GPU's id is always the first argument of the call. */
#ifndef RENTAL_MONEY_H
#define RENTAL_MONEY_H

#include "description.h"
#include "market.h"

enum { GPU_FREE, GPU_RENTED, GPU_SUSPENDED, GPU_BARRED };
enum { REQUESTED, ACTIVE, STOPPED, CANCELLED, DISPUTED, RESOLVED };
enum { RENTAL_MBR = 80900 };

extern const tg_routine_t rental_load, rental_load_active, rental_load_gpu, rental_owner_only, rental_pay_owner,
    rental_pay_renter, rental_limits, rental_bill, rental_settle, rental_rented_gpu, rental_free_gpu;

tg_x rental_r(tg_t *b, const char *field); /* a field of the rental in hand */
tg_x rental_g(tg_t *b, const char *field); /* a field of the GPU in hand */
void rental_close(tg_t *b);                /* deletes the rental's box; ends the call */
tg_x rental_over(tg_t *b);                 /* after limits or bill: exhausted or lapsed now */

#endif
