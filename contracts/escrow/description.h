/* The description of the contract `escrow` (docs/contracts.md, section 2). */
#ifndef ESCROW_DESCRIPTION_H
#define ESCROW_DESCRIPTION_H

#include "algo/tealgen.h"

enum { ESCROW_EVENTS = 16, ESCROW_TABLES = 4, ESCROW_VIEWS = 14, ESCROW_MACHINES = 1 };

extern const tg_contract_t escrow_contract;
extern const tg_struct_t escrow_provider, escrow_task, escrow_worker;
extern const tg_event_t escrow_events[ESCROW_EVENTS];
extern const tg_table_t escrow_tables[ESCROW_TABLES];
extern const char *const escrow_views[ESCROW_VIEWS];
extern const char escrow_summarise[], escrow_sum_tables[], escrow_recount[]; /* the sums behind some of the views */
extern const tg_machine_t escrow_machines[ESCROW_MACHINES];

/* clang-format off */
#define ESCROW_METHODS(X) \
  X(create) X(bootstrap) X(configure) X(approve) X(collect) X(set_paused) X(set_treasury) X(set_arbiter) \
  X(offer_admin) X(accept_admin) X(post) X(accept) X(submit) X(reject) X(approve_result) X(release) \
  X(resolve) X(abandon) X(reclaim) X(withdraw) X(withdraw_worker) X(task) X(worker) X(delete)
/* clang-format on */
#define ESCROW_DECLARE(name) void escrow_build_##name(tg_t *b);
ESCROW_METHODS(ESCROW_DECLARE)

#endif
