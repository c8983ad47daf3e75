/* What rental's methods share: the boxes in hand, payments before the call, delivery, billing. The routines talk
 * through these variables: gkey, g    key and value of the GPU's box          rkey, r        key and value of the
 * rental's box paid, lapse  when the rental in hand is over       end, minutes, due, refund   what it comes to (bill)
 *   net        what is to be paid to the owner (settle)
 * A rental's or GPU's id is always the first argument of the call. */
#ifndef RENTAL_MONEY_H
#define RENTAL_MONEY_H

#include "algo/tealgen_build.h"
#include "description.h"

enum { GPU_FREE, GPU_RENTED, GPU_SUSPENDED, GPU_BARRED };
enum { REQUESTED, ACTIVE, STOPPED, CANCELLED, DISPUTED, RESOLVED };
enum { BOX_FIXED = 6100, BOX_BYTE = 400, RENTAL_MBR = 80900, PROVIDER_MBR = 18900, MAX_BPS = 10000 };

extern const tg_routine_t rental_load, rental_load_active, rental_load_gpu, rental_owner_only, rental_admin_only,
    rental_check_pay, rental_reaches, rental_send_algo, rental_pay_owner, rental_pay_renter, rental_share,
    rental_limits, rental_bill, rental_settle, rental_rented_gpu, rental_free_gpu, rental_address, rental_number,
    rental_flag;

tg_x rental_r(tg_t *b, const char *field); /* a field of the rental in hand */
tg_x rental_g(tg_t *b, const char *field); /* a field of the GPU in hand */
void rental_call(tg_t *b, const tg_routine_t *r);
void rental_deposit(tg_t *b, tg_x amount);           /* checks the deposit before the call */
tg_x rental_takes(tg_t *b, tg_x party, tg_x amount); /* can it be delivered, in the market's asset? */
void rental_send(tg_t *b, tg_x party, tg_x amount);  /* of the market's asset */
void rental_close(tg_t *b);                          /* deletes the rental's box; ends the call */
tg_x rental_over(tg_t *b);                           /* after limits or bill: exhausted or lapsed now */

#endif
