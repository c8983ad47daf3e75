/* rental: GPUs: offering, changing, barring, taking away, and what is owed to their owners. */
#include "money.h"

static const tg_type_t three_numbers[] = {TG_U64, TG_U64, TG_U64};

static void build_bounds(tg_t *b) {
  tg_x price = tg_param(b, 0), min = tg_param(b, 1), max = tg_param(b, 2);
  tg_assert(b, price, "the price is 0");
  tg_assert(b, min, "the shortest rental is 0 minutes");
  tg_assert(b, tg_le(min, max), "the shortest rental is longer than the longest");
  tg_do(b, tg_fails(tg_mul(price, max), "price x longest rental is 2^64 or more"));
  tg_return(b, NULL);
}
static const tg_routine_t check_bounds = {
    "bounds", "price, shortest and longest rental have to fit", 3, three_numbers, TG_VOID, build_bounds};

static void bounds(tg_t *b) {
  tg_x price = tg_checked(b, "price"), min = tg_checked(b, "min_minutes"), max = tg_checked(b, "max_minutes");
  tg_do(b, tg_call(b, &check_bounds, price, min, max));
}

static void not_paused(tg_t *b) { tg_assert(b, tg_not(tg_get(b, "paused")), "the market is paused"); }

static tg_x take_id(tg_t *b, const char *counter) {
  tg_set(b, "id", tg_get(b, counter));
  tg_x id = tg_var(b, "id", TG_U64);
  tg_put(b, counter, tg_add(id, tg_int(b, 1)));
  tg_set(b, "rid", tg_as(tg_itob(id), TG_BYTES));
  return tg_as(tg_var(b, "rid", TG_BYTES), TG_U64);
}

static void count(tg_t *b, const char *counter) { tg_put(b, counter, tg_add(tg_get(b, counter), tg_int(b, 1))); }

void rental_build_register(tg_t *b) {
  not_paused(b);
  tg_if(b, tg_not(tg_get(b, "open")));
  tg_assert(b, tg_box_exists(tg_concat(b, 2, tg_text(b, "p"), tg_sender(b))), "the provider is not approved");
  tg_end(b);
  tg_x model = tg_checked(b, "model"), n = tg_sub_(tg_len(model), tg_int(b, 2));
  tg_set(b, "length", n);
  tg_x length = tg_var(b, "length", TG_U64);
  tg_assert(b, length, "the model is empty");
  tg_assert(b, tg_le(length, tg_int(b, 64)), "the model is longer than 64 bytes");
  tg_x mbr = tg_add(tg_mul(length, tg_int(b, BOX_BYTE)), tg_int(b, 62500));
  tg_do(b, tg_call(b, &market_check_pay, tg_int(b, 1), mbr));
  bounds(b);
  tg_x price = tg_arg(b, "price"), min = tg_arg(b, "min_minutes"), max = tg_arg(b, "max_minutes");
  tg_x vram = tg_checked(b, "vram_mib"), spec = tg_checked(b, "spec_hash"), seal = tg_checked(b, "seal_key");
  tg_x id = take_id(b, "next_gpu");
  tg_x gkey = tg_concat(b, 2, tg_text(b, "g"), tg_as(id, TG_BYTES));
  tg_box_put(b, gkey,
             tg_pack(b, &rental_gpu, tg_sender(b), price, min, max, tg_zeros(b, 21), vram, spec, seal, model, NULL));
  count(b, "live_gpus");
  tg_emit(b, "GpuRegistered", id, tg_sender(b), price, min, max, vram, spec, seal, model, NULL);
  tg_answer(b, id);
  tg_approve(b);
}

void rental_build_update(tg_t *b) {
  market_call(b, &rental_owner_only);
  bounds(b);
  tg_x seal = tg_checked(b, "seal_key"), gkey = tg_var(b, "gkey", TG_BYTES);
  tg_x price = tg_arg(b, "price"), min = tg_arg(b, "min_minutes"), max = tg_arg(b, "max_minutes");
  tg_box_set(b, gkey, &rental_gpu, "price_per_minute",
             tg_concat(b, 3, tg_as(price, TG_BYTES), tg_as(min, TG_BYTES), tg_as(max, TG_BYTES)));
  tg_box_set(b, gkey, &rental_gpu, "seal_key", seal);
  tg_emit(b, "GpuUpdated", tg_arg(b, "gpu"), price, min, max, seal, NULL);
  tg_approve(b);
}

static const tg_type_t one_number[] = {TG_U64};
static void build_state(tg_t *b) {
  tg_set(b, "state", tg_as(tg_wire(tg_param(b, 0), TG_U8), TG_BYTES));
  tg_x state = tg_as(tg_var(b, "state", TG_BYTES), TG_U8);
  tg_box_set(b, tg_var(b, "gkey", TG_BYTES), &rental_gpu, "state", state);
  tg_emit(b, "GpuState", tg_arg_at(b, 1, TG_U64), state, NULL);
  tg_approve(b);
}
static const tg_routine_t set_state = {
    "set_state", "the GPU in hand gets this state; ends the call", 1, one_number, TG_VOID, build_state};

static tg_x in_state(tg_t *b, unsigned state) { return tg_eq(rental_g(b, "state"), tg_int(b, state)); }

void rental_build_suspend(tg_t *b) {
  market_call(b, &rental_owner_only);
  tg_assert(b, in_state(b, GPU_FREE), "the GPU is not available");
  tg_do(b, tg_call(b, &set_state, tg_int(b, GPU_SUSPENDED)));
}

void rental_build_resume(tg_t *b) {
  market_call(b, &rental_owner_only);
  tg_assert(b, in_state(b, GPU_SUSPENDED), "the GPU is not suspended");
  tg_do(b, tg_call(b, &set_state, tg_int(b, GPU_FREE)));
}

void rental_build_bar(tg_t *b) {
  market_call(b, &market_admin_only);
  market_call(b, &rental_load_gpu);
  tg_if(b, tg_call(b, &market_flag, tg_int(b, 2)));
  tg_assert(b, tg_not(in_state(b, GPU_BARRED)), "the GPU is barred already");
  tg_do(b, tg_call(b, &set_state, tg_int(b, GPU_BARRED)));
  tg_end(b);
  tg_assert(b, in_state(b, GPU_BARRED), "the GPU is not barred");
  tg_do(b, tg_call(b, &set_state, tg_ne(rental_g(b, "rental"), tg_int(b, 0))));
}

void rental_build_retire(tg_t *b) {
  market_call(b, &rental_owner_only);
  tg_assert(b, tg_not(rental_g(b, "rental")), "the GPU is in use");
  tg_assert(b, tg_not(rental_g(b, "owed")), "the GPU's owner is owed money: withdraw_gpu first");
  tg_assert(b, tg_not(rental_g(b, "disputes")), "a rental of the GPU is in dispute");
  tg_x g = tg_var(b, "g", TG_BYTES);
  tg_set(b, "mbr", tg_add(tg_mul(tg_len(g), tg_int(b, BOX_BYTE)), tg_int(b, BOX_FIXED)));
  tg_x mbr = tg_var(b, "mbr", TG_U64);
  tg_assert(b, tg_call(b, &market_reaches, tg_sender(b), mbr), "the owner cannot be paid");
  tg_box_delete(b, tg_var(b, "gkey", TG_BYTES));
  tg_put(b, "live_gpus", tg_sub_(tg_get(b, "live_gpus"), tg_int(b, 1)));
  tg_do(b, tg_call(b, &market_send_algo, tg_sender(b), mbr));
  tg_emit(b, "GpuRetired", tg_arg(b, "gpu"), NULL);
  tg_approve(b);
}

void rental_build_withdraw_gpu(tg_t *b) {
  market_call(b, &rental_load_gpu);
  tg_set(b, "amount", rental_g(b, "owed"));
  tg_x amount = tg_var(b, "amount", TG_U64), owner = rental_g(b, "owner");
  tg_assert(b, amount, "nothing is owed");
  tg_assert(b, market_takes(b, owner, amount), "nothing can be delivered");
  market_send(b, owner, amount);
  tg_box_set(b, tg_var(b, "gkey", TG_BYTES), &rental_gpu, "owed", tg_int(b, 0));
  tg_emit(b, "Withdrawn", tg_arg(b, "gpu"), tg_int(b, 0), owner, amount, NULL);
  tg_approve(b);
}

void rental_build_gpu(tg_t *b) {
  market_call(b, &rental_load_gpu);
  tg_answer(b, tg_var(b, "g", TG_BYTES));
  tg_approve(b);
}

/* ---- renting ---- */

static void build_price(tg_t *b) {
  market_call(b, &rental_load_gpu);
  tg_x minutes = tg_arg_at(b, 2, TG_U32);
  tg_assert(b, tg_eq(tg_len(minutes), tg_int(b, 4)), "malformed argument: minutes");
  tg_set(b, "minutes", minutes);
  tg_x n = tg_var(b, "minutes", TG_U64);
  tg_assert(b, tg_ge(n, rental_g(b, "min_minutes")), "shorter than the GPU's shortest rental");
  tg_assert(b, tg_le(n, rental_g(b, "max_minutes")), "longer than the GPU's longest rental");
  tg_set(b, "deposit", tg_mul(n, rental_g(b, "price_per_minute")));
  tg_return(b, NULL);
}
static const tg_routine_t price = {
    "price",    "the GPU of the first argument, and the deposit for the minutes of the second", 0, NULL, TG_VOID,
    build_price};

void rental_build_quote(tg_t *b) {
  market_call(b, &price);
  tg_answer(b, tg_pack(b, &rental_quote, tg_var(b, "deposit", TG_U64), tg_int(b, RENTAL_MBR), NULL));
  tg_approve(b);
}

void rental_build_rent(tg_t *b) {
  not_paused(b);
  market_call(b, &price);
  tg_assert(b, in_state(b, GPU_FREE), "the GPU is not available");
  tg_assert(b, tg_ne(tg_sender(b), rental_g(b, "owner")), "the owner cannot rent his own GPU");
  tg_x session = tg_checked(b, "session_key"), deposit = tg_var(b, "deposit", TG_U64);
  tg_do(b, tg_call(b, &market_check_pay, tg_int(b, 2), tg_int(b, RENTAL_MBR)));
  market_deposit(b, deposit);
  tg_x id = take_id(b, "next_rental");
  tg_x what = tg_concat(b, 6, tg_as(tg_arg(b, "gpu"), TG_BYTES), tg_as(rental_g(b, "owner"), TG_BYTES), tg_sender(b),
                        tg_as(rental_g(b, "price_per_minute"), TG_BYTES), tg_as(rental_g(b, "max_minutes"), TG_BYTES),
                        tg_itob(deposit));
  tg_set(b, "what", what);
  tg_x terms =
      tg_concat(b, 5, tg_wire(tg_get(b, "fee_bps"), TG_U16), tg_wire(tg_get(b, "ready_s"), TG_U32),
                tg_wire(tg_get(b, "beat_s"), TG_U32), tg_wire(tg_get(b, "dispute_s"), TG_U32), tg_itob(tg_now(b)));
  tg_set(b, "terms", terms);
  tg_x a = tg_sized(tg_var(b, "what", TG_BYTES), 92), t = tg_sized(tg_var(b, "terms", TG_BYTES), 22);
  tg_x rkey = tg_concat(b, 2, tg_text(b, "r"), tg_as(id, TG_BYTES));
  tg_box_put(b, rkey, tg_pack(b, &rental_rental, a, tg_zeros(b, 17), t, tg_zeros(b, 24), session, NULL));
  count(b, "live_rentals");
  tg_box_set(b, tg_var(b, "gkey", TG_BYTES), &rental_gpu, "state",
             tg_concat(b, 2, tg_data(b, ALGO_BYTES_LIT("\x01")), tg_as(id, TG_BYTES)));
  tg_emit(b, "RentalRequested", id, a, t, session, NULL);
  tg_answer(b, id);
  tg_approve(b);
}
