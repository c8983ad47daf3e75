/* escrow: what a task goes through, for the picture in the README. */
#include "description.h"

static const tg_state_t task_states[] = {{"posted", 0, 0}, {"accepted", 1, 0}, {"submitted", 2, 0}, {"disputed", 2, 1},
                                         {"paid", 3, 0},   {"refunded", 0, 1}, {"resolved", 3, 1}};
static const tg_move_t task_moves[] = {
    {TG_OUTSIDE, 0, "post"},
    {0, 1, "accept (bond)"},
    {0, 5, "reclaim (client)"},
    {1, 2, "submit (worker, in time)"},
    {1, 5, "abandon (worker); reclaim (anyone, late)"},
    {2, 3, "reject (client, in time)"},
    {2, 4, "approve_result (client); release (anyone, late)"},
    {3, 4, "approve_result"},
    {3, 6, "resolve (arbiter); resolve (anyone, late)"},
};

const tg_machine_t escrow_machines[ESCROW_MACHINES] = {{"A task", TG_ARRAY(task_states), TG_ARRAY(task_moves)}};
