/* rental: the market itself: creation, terms, and what every market has. */
#include "money.h"

static const market_term_t terms[] = {
    {"fee_bps", 0, 2000, NULL, "fee_bps is over 2000"},
    {"ready_s", 0, UINT32_MAX, NULL, "ready_s is 2^32 or more"},
    {"beat_s", 0, UINT32_MAX, NULL, "beat_s is 2^32 or more"},
    {"dispute_s", 0, UINT32_MAX, NULL, "dispute_s is 2^32 or more"},
    {"open", 0, 1, NULL, "open is neither 0 nor 1"},
};

static void build_terms(tg_t *b) { market_build_terms(b, terms, 5); }
static const tg_routine_t set_terms = {"set_terms", "takes the terms, the last one first", 5, market_wires, TG_VOID,
                                       build_terms};

static void take_terms(tg_t *b) {
  tg_do(b, tg_call(b, &set_terms, market_wire(b, "open"), market_wire(b, "dispute_s"), market_wire(b, "beat_s"),
                   market_wire(b, "ready_s"), market_wire(b, "fee_bps")));
}

void rental_build_create(tg_t *b) {
  static const char *const zeros[] = {"live_gpus", "live_rentals"}, *const ones[] = {"next_gpu", "next_rental"};
  market_create(b, TG_ARRAY(zeros), TG_ARRAY(ones));
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
