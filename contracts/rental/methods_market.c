/* rental: the market itself: creation, roles, terms, providers, fees, deletion. */
#include "money.h"

/* The terms in the order of the arguments and of the event. The routine takes them last first, so that each is on top
 * of the stack when it is looked at. */
enum { TERMS = 5 };
static const struct {
  const char *name;
  uint64_t max;
  const char *message;
} terms[TERMS] = {
    {"fee_bps", 2000, "fee_bps is over 2000"},        {"ready_s", UINT32_MAX, "ready_s is 2^32 or more"},
    {"beat_s", UINT32_MAX, "beat_s is 2^32 or more"}, {"dispute_s", UINT32_MAX, "dispute_s is 2^32 or more"},
    {"open", 1, "open is neither 0 nor 1"},
};

static void build_terms(tg_t *b) {
  tg_x wire[TERMS];
  for (unsigned i = 0; i < TERMS; i++) {
    const char *name = terms[i].name;
    tg_set(b, name, tg_as(tg_call(b, &market_number, tg_param(b, TERMS - 1 - i)), TG_BYTES));
    wire[i] = tg_as(tg_var(b, name, TG_BYTES), TG_U64);
    tg_set(b, "term", wire[i]);
    tg_x term = tg_var(b, "term", TG_U64);
    tg_assert(b, tg_le(term, tg_int(b, terms[i].max)), terms[i].message);
    tg_put(b, name, term);
  }
  tg_emit(b, "TermsChanged", wire[0], wire[1], wire[2], wire[3], wire[4], NULL);
  tg_return(b, NULL);
}
static const tg_type_t five_wires[] = {TG_BYTES, TG_BYTES, TG_BYTES, TG_BYTES, TG_BYTES};
static const tg_routine_t set_terms = {"set_terms", "takes the terms, the last one first", TERMS, five_wires, TG_VOID,
                                       build_terms};

static tg_x wire_of(tg_t *b, const char *argument) { return tg_as(tg_arg(b, argument), TG_BYTES); }

static void take_terms(tg_t *b) {
  tg_do(b, tg_call(b, &set_terms, wire_of(b, "open"), wire_of(b, "dispute_s"), wire_of(b, "beat_s"),
                   wire_of(b, "ready_s"), wire_of(b, "fee_bps")));
}

void rental_build_create(tg_t *b) {
  tg_put(b, "admin", tg_sender(b));
  tg_put(b, "pending_admin", tg_nobody(b));
  tg_put(b, "treasury", tg_call(b, &market_address, tg_int(b, 1)));
  tg_put(b, "arbiter", tg_call(b, &market_address, tg_int(b, 2)));
  tg_set(b, "asset", tg_as(tg_call(b, &market_number, wire_of(b, "asset")), TG_U64));
  tg_x asset = tg_var(b, "asset", TG_U64);
  if (tg_is_asa(b)) tg_assert(b, asset, "a market in an asset needs its id");
  else tg_assert(b, tg_not(asset), "a market in ALGO has no asset");
  tg_put(b, "asset", asset);
  static const char *const zero[] = {"paused", "live_gpus", "live_rentals", "live_providers", "fees"};
  for (size_t i = 0; i < sizeof zero / sizeof zero[0]; i++) tg_put(b, zero[i], tg_int(b, 0));
  tg_put(b, "next_gpu", tg_int(b, 1));
  tg_put(b, "next_rental", tg_int(b, 1));
  take_terms(b);
  market_call(b, &market_roles);
}

void rental_build_configure(tg_t *b) {
  market_call(b, &market_admin_only);
  take_terms(b);
  tg_approve(b);
}

void rental_build_delete(tg_t *b) { market_delete(b, "live_gpus", "live_rentals"); }
void rental_build_bootstrap(tg_t *b) { market_bootstrap(b); }
void rental_build_approve(tg_t *b) { market_approve(b); }
void rental_build_set_paused(tg_t *b) { market_set_paused(b); }
void rental_build_set_treasury(tg_t *b) { market_set_treasury(b); }
void rental_build_set_arbiter(tg_t *b) { market_set_arbiter(b); }
void rental_build_offer_admin(tg_t *b) { market_offer_admin(b); }
void rental_build_accept_admin(tg_t *b) { market_accept_admin(b); }
void rental_build_collect(tg_t *b) { market_collect(b); }
