/* rental: a rental from its start to its end. */
#include "money.h"

static tg_x rkey(tg_t *b) { return tg_var(b, "rkey", TG_BYTES); }
static tg_x id(tg_t *b) { return tg_arg_at(b, 1, TG_U64); }
static tg_x deposit(tg_t *b) { return rental_r(b, "deposit"); }

static void owner_only(tg_t *b) {
  tg_assert(b, tg_eq(tg_sender(b), rental_r(b, "owner")), "only the GPU's owner may do this");
}
static void renter_only(tg_t *b) {
  tg_assert(b, tg_eq(tg_sender(b), rental_r(b, "renter")), "only the renter may do this");
}
static void in_state(tg_t *b, unsigned state, const char *message) {
  tg_assert(b, tg_eq(rental_r(b, "state"), tg_int(b, state)), message);
}
static void set(tg_t *b, const char *field, tg_x value) { tg_box_set(b, rkey(b), &rental_rental, field, value); }

/* No heartbeat for longer than beat_s; beat_s 0 never lapses. */
static tg_x lapsed(tg_t *b) {
  tg_x beat = tg_native(rental_r(b, "beat_s"));
  return tg_and(beat, tg_gt(tg_now(b), tg_add(rental_r(b, "beat_at"), beat)));
}

static tg_x ready_until(tg_t *b) { return tg_add(rental_r(b, "requested_at"), rental_r(b, "ready_s")); }

void rental_build_start(tg_t *b) {
  market_call(b, &rental_load);
  owner_only(b);
  in_state(b, REQUESTED, "the rental is not requested");
  tg_assert(b, tg_le(tg_now(b), ready_until(b)), "too late to start");
  tg_set(b, "now", tg_as(tg_itob(tg_now(b)), TG_BYTES));
  tg_x now = tg_as(tg_var(b, "now", TG_BYTES), TG_U64);
  set(b, "state", tg_int(b, ACTIVE));
  set(b, "started_at", tg_concat(b, 2, tg_as(now, TG_BYTES), tg_as(now, TG_BYTES)));
  tg_emit(b, "RentalStarted", id(b), now, NULL);
  tg_approve(b);
}

void rental_build_heartbeat(tg_t *b) {
  market_call(b, &rental_load_active);
  owner_only(b);
  tg_assert(b, tg_not(lapsed(b)), "the rental has lapsed");
  set(b, "beat_at", tg_now(b));
  tg_emit(b, "Heartbeat", id(b), tg_now(b), NULL);
  tg_approve(b);
}

/* The rental's maximum bounds deposit / price + minutes, so that price x minutes stays below 2^64. */
void rental_build_extend(tg_t *b) {
  market_call(b, &rental_load_active);
  market_call(b, &rental_limits);
  tg_assert(b, tg_not(rental_over(b)), "the rental is over: exhausted or lapsed");
  tg_x minutes = tg_checked(b, "minutes"), price = rental_r(b, "price_per_minute");
  tg_assert(b, minutes, "no minutes");
  tg_x total = tg_add(tg_div(deposit(b), price), minutes);
  tg_assert(b, tg_le(total, rental_r(b, "max_minutes")), "longer than the GPU's longest rental");
  tg_set(b, "amount", tg_mul(price, minutes));
  market_deposit(b, tg_var(b, "amount", TG_U64));
  tg_set(b, "sum", tg_as(tg_itob(tg_add(deposit(b), tg_var(b, "amount", TG_U64))), TG_BYTES));
  tg_x sum = tg_as(tg_var(b, "sum", TG_BYTES), TG_U64);
  set(b, "deposit", sum);
  tg_emit(b, "RentalExtended", id(b), sum, tg_sender(b), NULL);
  tg_approve(b);
}

void rental_build_claim(tg_t *b) {
  market_call(b, &rental_load_active);
  owner_only(b);
  tg_do(b, tg_call(b, &rental_bill, tg_now(b)));
  tg_x due = tg_var(b, "due", TG_U64);
  tg_assert(b, tg_gt(due, rental_r(b, "settled")), "nothing is due that is not settled");
  tg_do(b, tg_call(b, &rental_settle, due));
  market_call(b, &rental_pay_owner);
  tg_approve(b);
}

void rental_build_stop(tg_t *b) {
  market_call(b, &rental_load_active);
  tg_x stars = tg_checked(b, "stars");
  tg_assert(b, tg_le(stars, tg_int(b, 5)), "more than 5 stars");
  tg_do(b, tg_call(b, &rental_bill, tg_now(b)));
  tg_set(b, "is_renter", tg_eq(tg_sender(b), rental_r(b, "renter")));
  tg_x renter = tg_var(b, "is_renter", TG_BOOL);
  tg_x party = tg_or(renter, tg_eq(tg_sender(b), rental_r(b, "owner")));
  tg_assert(b, tg_or(party, rental_over(b)), "only renter or owner may stop it before it is over");
  tg_x due = tg_var(b, "due", TG_U64), end = tg_var(b, "end", TG_U64);
  tg_do(b, tg_call(b, &rental_settle, due));
  set(b, "state", tg_int(b, STOPPED));
  set(b, "ended_at", end);
  tg_x given = tg_as(tg_select(tg_as(tg_zeros(b, 1), TG_BYTES), tg_as(stars, TG_BYTES), renter), TG_U8);
  tg_emit(b, "RentalStopped", id(b), tg_sender(b), end, tg_var(b, "minutes", TG_U64), due, tg_var(b, "refund", TG_U64),
          given, NULL);
  market_call(b, &rental_free_gpu);
  market_call(b, &rental_pay_owner);
  market_call(b, &rental_pay_renter);
}

void rental_build_cancel(tg_t *b) {
  market_call(b, &rental_load);
  in_state(b, REQUESTED, "the rental is not requested");
  tg_x renter = tg_eq(tg_sender(b), rental_r(b, "renter"));
  tg_assert(b, tg_or(renter, tg_gt(tg_now(b), ready_until(b))), "only the renter may cancel while it can be started");
  set(b, "state", tg_int(b, CANCELLED));
  tg_set(b, "refund", deposit(b));
  tg_emit(b, "RentalCancelled", id(b), tg_sender(b), tg_now(b), deposit(b), NULL);
  market_call(b, &rental_free_gpu);
  market_call(b, &rental_pay_renter);
}

static void count_disputes(tg_t *b, tg_x n) { tg_box_set(b, tg_var(b, "gkey", TG_BYTES), &rental_gpu, "disputes", n); }

void rental_build_dispute(tg_t *b) {
  market_call(b, &rental_load_active);
  renter_only(b);
  tg_x evidence = tg_checked(b, "evidence");
  set(b, "state", tg_int(b, DISPUTED));
  set(b, "ended_at", tg_now(b));
  market_call(b, &rental_free_gpu);
  count_disputes(b, tg_add(rental_g(b, "disputes"), tg_int(b, 1)));
  tg_emit(b, "Disputed", id(b), tg_now(b), evidence, NULL);
  tg_approve(b);
}

/* The arbiter in office divides; once he is late anyone may, and then all that is due is the owner's. */
void rental_build_resolve(tg_t *b) {
  market_call(b, &rental_load);
  in_state(b, DISPUTED, "the rental is not in dispute");
  tg_set(b, "bps", tg_checked(b, "owner_bps"));
  tg_x bps = tg_var(b, "bps", TG_U64);
  tg_assert(b, tg_le(bps, tg_int(b, MAX_BPS)), "owner_bps is over 10000");
  tg_if(b, tg_ne(tg_sender(b), tg_get(b, "arbiter")));
  tg_assert(b, tg_gt(tg_now(b), tg_add(rental_r(b, "ended_at"), rental_r(b, "dispute_s"))),
            "only the arbiter may resolve it yet");
  tg_set(b, "bps", tg_int(b, MAX_BPS));
  tg_end(b);
  tg_do(b, tg_call(b, &rental_bill, rental_r(b, "ended_at")));
  tg_x settled = rental_r(b, "settled");
  tg_x open = tg_sub_(tg_var(b, "due", TG_U64), settled);
  tg_set(b, "total", tg_add(tg_call(b, &market_share, open, bps), settled));
  tg_x total = tg_var(b, "total", TG_U64);
  tg_do(b, tg_call(b, &rental_settle, total));
  tg_set(b, "refund", tg_sub_(deposit(b), total));
  set(b, "state", tg_int(b, RESOLVED));
  set(b, "ended_at", tg_var(b, "end", TG_U64));
  tg_emit(b, "Resolved", id(b), bps, tg_var(b, "net", TG_U64), tg_var(b, "refund", TG_U64), tg_now(b), NULL);
  market_call(b, &rental_rented_gpu);
  count_disputes(b, tg_sub_(rental_g(b, "disputes"), tg_int(b, 1)));
  market_call(b, &rental_pay_owner);
  market_call(b, &rental_pay_renter);
}

static void withdrawn(tg_t *b, tg_x amount) {
  tg_emit(b, "Withdrawn", tg_int(b, 0), id(b), rental_r(b, "renter"), amount, NULL);
}

static void withdraw_algo(tg_t *b) {
  tg_x amount = tg_var(b, "amount", TG_U64), renter = rental_r(b, "renter");
  tg_set(b, "total", tg_add(amount, tg_int(b, RENTAL_MBR)));
  tg_x total = tg_var(b, "total", TG_U64);
  tg_assert(b, tg_call(b, &market_reaches, renter, total), "nothing can be delivered");
  tg_do(b, tg_call(b, &market_send_algo, renter, total));
  tg_if(b, amount);
  withdrawn(b, amount);
  tg_end(b);
  rental_close(b);
}

static void withdraw_asa(tg_t *b) {
  tg_x amount = tg_var(b, "amount", TG_U64), left = tg_var(b, "left", TG_U64), renter = rental_r(b, "renter");
  tg_set(b, "left", amount);
  tg_if(b, amount);
  tg_if(b, market_takes(b, renter, amount));
  market_send(b, renter, amount);
  set(b, "owed_renter", tg_int(b, 0));
  withdrawn(b, amount);
  tg_set(b, "left", tg_int(b, 0));
  tg_end(b);
  tg_end(b);
  tg_if(b, tg_not(left));
  tg_if(b, tg_call(b, &market_reaches, renter, tg_int(b, RENTAL_MBR)));
  tg_do(b, tg_call(b, &market_send_algo, renter, tg_int(b, RENTAL_MBR)));
  rental_close(b);
  tg_end(b);
  tg_end(b);
  tg_assert(b, tg_ne(left, amount), "nothing can be delivered");
  tg_approve(b);
}

void rental_build_withdraw(tg_t *b) {
  market_call(b, &rental_load);
  tg_x ended = tg_bit(tg_int(b, 1 << STOPPED | 1 << CANCELLED | 1 << RESOLVED), rental_r(b, "state"));
  tg_assert(b, ended, "the rental has not ended");
  tg_set(b, "amount", rental_r(b, "owed_renter"));
  tg_is_asa(b) ? withdraw_asa(b) : withdraw_algo(b);
}

void rental_build_rental(tg_t *b) {
  market_call(b, &rental_load);
  tg_answer(b, tg_var(b, "r", TG_BYTES));
  tg_approve(b);
}

void rental_build_due(tg_t *b) {
  market_call(b, &rental_load);
  tg_set(b, "phase", tg_native(rental_r(b, "state")));
  tg_x state = tg_var(b, "phase", TG_U64), due = tg_var(b, "due", TG_U64);
  tg_set(b, "due", tg_int(b, 0));
  tg_set(b, "refund", tg_int(b, 0));
  tg_if(b, tg_not(state));
  tg_set(b, "refund", deposit(b));
  tg_end(b);
  tg_if(b, tg_bit(tg_int(b, 1 << ACTIVE | 1 << DISPUTED), state));
  tg_x at = tg_select(tg_now(b), rental_r(b, "ended_at"), tg_eq(state, tg_int(b, DISPUTED)));
  tg_do(b, tg_call(b, &rental_bill, at));
  tg_end(b);
  tg_answer(b, tg_pack(b, &rental_due, due, tg_call(b, &market_share, due, rental_r(b, "fee_bps")),
                       tg_var(b, "refund", TG_U64), NULL));
  tg_approve(b);
}
