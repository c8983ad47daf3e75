/* The description of the contract `rental` (docs/contracts.md, section 1). */
#ifndef RENTAL_DESCRIPTION_H
#define RENTAL_DESCRIPTION_H

#include "algo/tealgen.h"

enum { RENTAL_EVENTS = 21, RENTAL_TABLES = 4, RENTAL_VIEWS = 19, RENTAL_MACHINES = 2 };

extern const tg_contract_t rental_contract;
extern const tg_struct_t rental_provider, rental_gpu, rental_rental, rental_quote, rental_due;
extern const tg_event_t rental_events[RENTAL_EVENTS];
extern const tg_table_t rental_tables[RENTAL_TABLES];
extern const char *const rental_views[RENTAL_VIEWS];
extern const char rental_summarise[], rental_summarise_renters[], rental_sum_tables[], rental_renters_anew[];
extern const char rental_recount[]; /* and what they are held against */
extern const tg_machine_t rental_machines[RENTAL_MACHINES];

/* clang-format off */
#define RENTAL_METHODS(X) \
  X(create) X(bootstrap) X(register) X(update) X(suspend) X(resume) X(retire) X(approve) X(bar) X(rent) \
  X(start) X(heartbeat) X(extend) X(claim) X(stop) X(cancel) X(dispute) X(resolve) X(withdraw) \
  X(withdraw_gpu) X(collect) X(configure) X(set_paused) X(set_treasury) X(set_arbiter) X(offer_admin) \
  X(accept_admin) X(gpu) X(rental) X(quote) X(due) X(delete)
/* clang-format on */
#define RENTAL_DECLARE(name) void rental_build_##name(tg_t *b);
RENTAL_METHODS(RENTAL_DECLARE)

#endif
