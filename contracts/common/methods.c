/* The methods that every market has. */
#include "market.h"

static void build_roles(tg_t *b) {
  tg_emit(b, "RolesChanged", tg_get(b, "admin"), tg_get(b, "treasury"), tg_get(b, "arbiter"), NULL);
  tg_approve(b);
}
const tg_routine_t market_roles = {"roles", "says who has which role; ends the call", 0, NULL, TG_VOID, build_roles};

/* An ALGO market is bootstrapped when it had 100,000 before this payment; an ASA market when it is opted in. */
void market_bootstrap(tg_t *b) {
  market_call(b, &market_admin_only);
  if (tg_is_asa(b)) {
    tg_x asset = tg_get(b, "asset");
    tg_do(b, tg_call(b, &market_check_pay, tg_int(b, 1), tg_int(b, 200000)));
    tg_assert(b, tg_not(tg_opted_in(tg_self(b), asset)), "the market is bootstrapped already");
    tg_inner_xfer(b, asset, tg_self(b), tg_int(b, 0));
  } else {
    tg_do(b, tg_call(b, &market_check_pay, tg_int(b, 1), tg_int(b, 100000)));
    tg_assert(b, tg_lt(tg_balance(tg_self(b)), tg_int(b, 200000)), "the market is bootstrapped already");
  }
  tg_approve(b);
}

void market_approve(tg_t *b) {
  market_call(b, &market_admin_only);
  tg_x provider = tg_checked(b, "provider");
  tg_set(b, "pkey", tg_concat(b, 2, tg_text(b, "p"), tg_as(provider, TG_BYTES)));
  tg_x pkey = tg_var(b, "pkey", TG_BYTES), live = tg_get(b, "live_providers");
  tg_if(b, tg_call(b, &market_flag, tg_int(b, 2)));
  tg_assert(b, tg_not(tg_box_exists(pkey)), "the provider is approved already");
  tg_do(b, tg_call(b, &market_check_pay, tg_int(b, 1), tg_int(b, PROVIDER_MBR)));
  tg_box_put(b, pkey, tg_itob(tg_now(b)));
  tg_put(b, "live_providers", tg_add(live, tg_int(b, 1)));
  tg_else(b);
  tg_do(b, tg_call(b, &market_check_pay, tg_int(b, 1), tg_int(b, 0)));
  tg_assert(b, tg_box_deleted(pkey), "the provider is not approved");
  tg_put(b, "live_providers", tg_sub_(live, tg_int(b, 1)));
  tg_assert(b, tg_call(b, &market_reaches, tg_sender(b), tg_int(b, PROVIDER_MBR)), "the admin cannot be paid");
  tg_do(b, tg_call(b, &market_send_algo, tg_sender(b), tg_int(b, PROVIDER_MBR)));
  tg_end(b);
  tg_emit(b, "ProviderApproved", provider, tg_arg(b, "approved"), tg_now(b), NULL);
  tg_approve(b);
}

void market_set_paused(tg_t *b) {
  market_call(b, &market_admin_only);
  tg_put(b, "paused", tg_call(b, &market_flag, tg_int(b, 1)));
  tg_emit(b, "Paused", tg_arg(b, "paused"), NULL);
  tg_approve(b);
}

static void set_role(tg_t *b, const char *global) {
  market_call(b, &market_admin_only);
  tg_put(b, global, tg_call(b, &market_address, tg_int(b, 1)));
  market_call(b, &market_roles);
}
void market_set_treasury(tg_t *b) { set_role(b, "treasury"); }
void market_set_arbiter(tg_t *b) { set_role(b, "arbiter"); }

void market_offer_admin(tg_t *b) {
  market_call(b, &market_admin_only);
  tg_put(b, "pending_admin", tg_checked(b, "admin"));
  tg_approve(b);
}

void market_accept_admin(tg_t *b) {
  tg_assert(b, tg_eq(tg_sender(b), tg_get(b, "pending_admin")), "the admin's role is not offered to the sender");
  tg_put(b, "admin", tg_sender(b));
  tg_put(b, "pending_admin", tg_nobody(b));
  market_call(b, &market_roles);
}

void market_collect(tg_t *b) {
  tg_set(b, "amount", tg_get(b, "fees"));
  tg_set(b, "treasury", tg_get(b, "treasury"));
  tg_x amount = tg_var(b, "amount", TG_U64), treasury = tg_var(b, "treasury", TG_ADDRESS);
  tg_assert(b, amount, "there are no fees to collect");
  tg_assert(b, market_takes(b, treasury, amount), "the treasury cannot be paid");
  tg_put(b, "fees", tg_int(b, 0));
  market_send(b, treasury, amount);
  tg_emit(b, "FeesCollected", amount, treasury, NULL);
  tg_approve(b);
}

/* Empty: no boxes of three kinds, no fees. What remains goes to the admin, the asset first. */
void market_delete(tg_t *b, const char *boxes, const char *more_boxes) {
  market_call(b, &market_admin_only);
  tg_x live = tg_or(tg_or(tg_get(b, boxes), tg_get(b, more_boxes)), tg_get(b, "live_providers"));
  tg_assert(b, tg_not(tg_or(live, tg_get(b, "fees"))), "the market is not empty");
  if (tg_is_asa(b)) {
    tg_x asset = tg_get(b, "asset");
    tg_if(b, tg_opted_in(tg_self(b), asset));
    tg_inner_close_asset(b, asset, tg_sender(b));
    tg_end(b);
  }
  tg_inner_close(b, tg_sender(b));
  tg_approve(b);
}

const tg_type_t market_wires[MARKET_TERMS] = {TG_BYTES, TG_BYTES, TG_BYTES, TG_BYTES, TG_BYTES};
tg_x market_wire(tg_t *b, const char *argument) { return tg_as(tg_arg(b, argument), TG_BYTES); }

void market_build_terms(tg_t *b, const market_term_t *terms, unsigned n) {
  tg_x wire[MARKET_TERMS] = {NULL};
  for (unsigned i = 0; i < n; i++) {
    const char *name = terms[i].name;
    tg_set(b, name, tg_as(tg_call(b, &market_number, tg_param(b, n - 1 - i)), TG_BYTES));
    wire[i] = tg_as(tg_var(b, name, TG_BYTES), TG_U64);
    tg_set(b, "term", wire[i]);
    tg_x term = tg_var(b, "term", TG_U64);
    if (terms[i].low) tg_assert(b, tg_ge(term, tg_int(b, terms[i].min)), terms[i].low);
    tg_assert(b, tg_le(term, tg_int(b, terms[i].max)), terms[i].high);
    tg_put(b, name, term);
  }
  tg_emit(b, "TermsChanged", wire[0], wire[1], wire[2], wire[3], wire[4], NULL);
  tg_return(b, NULL);
}

void market_create(tg_t *b, const char *const *zeros, size_t n_zeros, const char *const *ones, size_t n_ones) {
  tg_put(b, "admin", tg_sender(b));
  tg_put(b, "pending_admin", tg_nobody(b));
  tg_put(b, "treasury", tg_call(b, &market_address, tg_int(b, 1)));
  tg_put(b, "arbiter", tg_call(b, &market_address, tg_int(b, 2)));
  tg_set(b, "asset", tg_as(tg_call(b, &market_number, market_wire(b, "asset")), TG_U64));
  tg_x asset = tg_var(b, "asset", TG_U64);
  if (tg_is_asa(b)) tg_assert(b, asset, "a market in an asset needs its id");
  else tg_assert(b, tg_not(asset), "a market in ALGO has no asset");
  tg_put(b, "asset", asset);
  static const char *const all[] = {"paused", "live_providers", "fees"};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) tg_put(b, all[i], tg_int(b, 0));
  for (size_t i = 0; i < n_zeros; i++) tg_put(b, zeros[i], tg_int(b, 0));
  for (size_t i = 0; i < n_ones; i++) tg_put(b, ones[i], tg_int(b, 1));
}
