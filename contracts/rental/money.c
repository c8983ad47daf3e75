/* rental: the boxes in hand, payments before the call, delivery, billing. */
#include "money.h"

tg_x rental_r(tg_t *b, const char *field) { return tg_field(tg_var(b, "r", TG_BYTES), &rental_rental, field); }
tg_x rental_g(tg_t *b, const char *field) { return tg_field(tg_var(b, "g", TG_BYTES), &rental_gpu, field); }

static const tg_type_t one_number[] = {TG_U64};

/* ---- boxes in hand ---- */

static tg_x key_of(tg_t *b, const char *prefix, tg_x id) {
  return tg_concat(b, 2, tg_text(b, prefix), tg_as(id, TG_BYTES));
}

/* The id needs no check of its length: a key that is not 9 bytes long is the name of no box. */
static void build_load(tg_t *b) {
  tg_set(b, "rkey", key_of(b, "r", tg_arg_at(b, 1, TG_U64)));
  tg_set(b, "r", tg_box(tg_var(b, "rkey", TG_BYTES), "no such rental"));
  tg_return(b, NULL);
}
const tg_routine_t rental_load = {"load_rental", "the rental of the first argument", 0, NULL, TG_VOID, build_load};

static void build_load_active(tg_t *b) {
  market_call(b, &rental_load);
  tg_assert(b, tg_eq(rental_r(b, "state"), tg_int(b, ACTIVE)), "the rental is not active");
  tg_return(b, NULL);
}
const tg_routine_t rental_load_active = {
    "load_active", "the rental of the first argument, which has to be active", 0, NULL, TG_VOID, build_load_active};

static void build_load_gpu(tg_t *b) {
  tg_set(b, "gkey", key_of(b, "g", tg_arg_at(b, 1, TG_U64)));
  tg_set(b, "g", tg_box(tg_var(b, "gkey", TG_BYTES), "no such GPU"));
  tg_return(b, NULL);
}
const tg_routine_t rental_load_gpu = {"load_gpu", "the GPU of the first argument", 0, NULL, TG_VOID, build_load_gpu};

static void build_owner_only(tg_t *b) {
  market_call(b, &rental_load_gpu);
  tg_assert(b, tg_eq(tg_sender(b), rental_g(b, "owner")), "only the GPU's owner may do this");
  tg_return(b, NULL);
}
const tg_routine_t rental_owner_only = {
    "owned_gpu", "the GPU of the first argument, which has to be the sender's", 0, NULL, TG_VOID, build_owner_only};

static void build_rented_gpu(tg_t *b) {
  tg_set(b, "gkey", key_of(b, "g", rental_r(b, "gpu")));
  tg_set(b, "g", tg_box(tg_var(b, "gkey", TG_BYTES), "no such GPU"));
  tg_return(b, NULL);
}
const tg_routine_t rental_rented_gpu = {"rented_gpu",    "the GPU of the rental in hand", 0, NULL, TG_VOID,
                                        build_rented_gpu};

/* What the owner gets goes out, or waits with his GPU. */
static void build_pay_owner(tg_t *b) {
  tg_x net = tg_var(b, "net", TG_U64), owner = rental_r(b, "owner");
  tg_if(b, net);
  tg_if(b, market_takes(b, owner, net));
  market_send(b, owner, net);
  tg_else(b);
  market_call(b, &rental_rented_gpu);
  tg_box_set(b, tg_var(b, "gkey", TG_BYTES), &rental_gpu, "owed", tg_add(rental_g(b, "owed"), net));
  tg_emit(b, "Owed", tg_arg_at(b, 1, TG_U64), owner, net, NULL);
  tg_end(b);
  tg_end(b);
  tg_return(b, NULL);
}
const tg_routine_t rental_pay_owner = {"pay_owner",    "net goes to the owner, or is owed to him", 0, NULL, TG_VOID,
                                       build_pay_owner};

static void build_close(tg_t *b) {
  tg_box_delete(b, tg_var(b, "rkey", TG_BYTES));
  tg_put(b, "live_rentals", tg_sub_(tg_get(b, "live_rentals"), tg_int(b, 1)));
  tg_emit(b, "RentalClosed", tg_arg_at(b, 1, TG_U64), NULL);
  tg_approve(b);
}
static const tg_routine_t close_rental = {"close",    "the rental's box goes; ends the call", 0, NULL, TG_VOID,
                                          build_close};

/* ALGO: the refund and the box's minimum balance are one payout, all or nothing. Ends the call. */
static void pay_renter_algo(tg_t *b) {
  tg_x refund = tg_var(b, "refund", TG_U64), renter = rental_r(b, "renter");
  tg_set(b, "total", tg_add(refund, tg_int(b, RENTAL_MBR)));
  tg_x total = tg_var(b, "total", TG_U64);
  tg_if(b, tg_call(b, &market_reaches, renter, total));
  tg_do(b, tg_call(b, &market_send_algo, renter, total));
  market_call(b, &close_rental);
  tg_end(b);
  tg_if(b, refund);
  tg_box_set(b, tg_var(b, "rkey", TG_BYTES), &rental_rental, "owed_renter", refund);
  tg_emit(b, "Owed", tg_arg_at(b, 1, TG_U64), renter, refund, NULL);
  tg_end(b);
}

/* ASA: the refund first; only when nothing is owed does the box go. Ends the call. */
static void pay_renter_asa(tg_t *b) {
  tg_x refund = tg_var(b, "refund", TG_U64), renter = rental_r(b, "renter");
  tg_if(b, refund);
  tg_if(b, market_takes(b, renter, refund));
  market_send(b, renter, refund);
  tg_else(b);
  tg_box_set(b, tg_var(b, "rkey", TG_BYTES), &rental_rental, "owed_renter", refund);
  tg_emit(b, "Owed", tg_arg_at(b, 1, TG_U64), renter, refund, NULL);
  tg_approve(b);
  tg_end(b);
  tg_end(b);
  tg_if(b, tg_call(b, &market_reaches, renter, tg_int(b, RENTAL_MBR)));
  tg_do(b, tg_call(b, &market_send_algo, renter, tg_int(b, RENTAL_MBR)));
  market_call(b, &close_rental);
  tg_end(b);
}

static void build_pay_renter(tg_t *b) {
  tg_is_asa(b) ? pay_renter_asa(b) : pay_renter_algo(b);
  tg_approve(b);
}
const tg_routine_t rental_pay_renter = {
    "pay_renter",    "refund and the box's minimum balance go to the renter; ends the call", 0, NULL, TG_VOID,
    build_pay_renter};

void rental_close(tg_t *b) { market_call(b, &close_rental); }

/* ---- billing ---- */

/* paid: until when the deposit lasts. lapse: when the last heartbeat is too old; without heartbeats the same as paid,
 * so that the least of both is right and `now > lapse` says nothing that `now >= paid` does not. */
static void build_limits(tg_t *b) {
  tg_x bought = tg_mul(tg_div(rental_r(b, "deposit"), rental_r(b, "price_per_minute")), tg_int(b, 60));
  tg_set(b, "paid", tg_add(rental_r(b, "started_at"), bought));
  tg_x beat = rental_r(b, "beat_s");
  tg_set(b, "lapse", tg_select(tg_var(b, "paid", TG_U64), tg_add(rental_r(b, "beat_at"), beat), beat));
  tg_return(b, NULL);
}
const tg_routine_t rental_limits = {
    "limits", "until when the rental in hand is paid, and when it lapses", 0, NULL, TG_VOID, build_limits};

tg_x rental_over(tg_t *b) {
  return tg_or(tg_ge(tg_now(b), tg_var(b, "paid", TG_U64)), tg_gt(tg_now(b), tg_var(b, "lapse", TG_U64)));
}

/* The deposit is always a multiple of the price and end at most `paid`, so due cannot exceed the deposit: for a price p
 * and n minutes bought, minutes <= max(1, n) = n. */
static void build_bill(tg_t *b) {
  market_call(b, &rental_limits);
  tg_x end = tg_min(tg_min(tg_param(b, 0), tg_var(b, "paid", TG_U64)), tg_var(b, "lapse", TG_U64));
  tg_set(b, "end", end);
  tg_x begun =
      tg_div(tg_add(tg_sub_(tg_var(b, "end", TG_U64), rental_r(b, "started_at")), tg_int(b, 59)), tg_int(b, 60));
  tg_set(b, "minutes", tg_max(begun, tg_int(b, 1)));
  tg_set(b, "due", tg_mul(tg_var(b, "minutes", TG_U64), rental_r(b, "price_per_minute")));
  tg_set(b, "refund", tg_sub_(rental_r(b, "deposit"), tg_var(b, "due", TG_U64)));
  tg_return(b, NULL);
}
const tg_routine_t rental_bill = {"bill",  "end, minutes, due and refund of the rental in hand, stopped at this time",
                                  1,       one_number,
                                  TG_VOID, build_bill};

/* Raises settled: what the fee of the new total exceeds that of the old is the market's, the rest is net. */
static void build_settle(tg_t *b) {
  tg_x to = tg_param(b, 0), from = tg_native(rental_r(b, "settled")), bps = rental_r(b, "fee_bps");
  tg_set(b, "fee", tg_sub_(tg_call(b, &market_share, to, bps), tg_call(b, &market_share, from, bps)));
  tg_x fee = tg_var(b, "fee", TG_U64);
  tg_set(b, "net", tg_sub_(tg_sub_(to, from), fee));
  tg_if(b, tg_gt(to, from));
  tg_box_set(b, tg_var(b, "rkey", TG_BYTES), &rental_rental, "settled", to);
  tg_put(b, "fees", tg_add(tg_get(b, "fees"), fee));
  tg_emit(b, "Settled", tg_arg_at(b, 1, TG_U64), to, tg_var(b, "net", TG_U64), fee, tg_now(b), NULL);
  tg_end(b);
  tg_return(b, NULL);
}
const tg_routine_t rental_settle = {"settle",    "raises what is settled to this total", 1, one_number, TG_VOID,
                                    build_settle};

/* A barred GPU stays barred: 1 becomes 0, 3 stays 3. */
static void build_free_gpu(tg_t *b) {
  market_call(b, &rental_rented_gpu);
  tg_x state = tg_native(rental_g(b, "state"));
  tg_x after = tg_sub_(state, tg_eq(state, tg_int(b, GPU_RENTED)));
  tg_box_set(b, tg_var(b, "gkey", TG_BYTES), &rental_gpu, "state",
             tg_as(tg_concat(b, 2, tg_as(tg_wire(after, TG_U8), TG_BYTES), tg_zeros(b, 8)), TG_BYTES));
  tg_return(b, NULL);
}
const tg_routine_t rental_free_gpu = {
    "free_gpu", "the GPU of the rental in hand is not in use any more", 0, NULL, TG_VOID, build_free_gpu};
