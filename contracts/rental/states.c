/* rental: what a GPU and a rental go through, for the picture in the README. */
#include "description.h"

static const tg_state_t rental_states[] = {{"requested", 0, 0}, {"active", 1, 0},   {"stopped", 2, 0},
                                           {"cancelled", 0, 1}, {"disputed", 1, 1}, {"resolved", 2, 1}};
static const tg_move_t rental_moves[] = {
    {TG_OUTSIDE, 0, "rent"},
    {0, 1, "start (owner, in time)"},
    {0, 3, "cancel (renter); cancel (anyone, late)"},
    {1, 1, "heartbeat; extend; claim"},
    {1, 2, "stop (renter, owner); stop (anyone, over)"},
    {1, 4, "dispute (renter)"},
    {4, 5, "resolve (arbiter); resolve (anyone, late)"},
};

static const tg_state_t gpu_states[] = {{"available", 0, 0}, {"rented", 1, 0}, {"suspended", 0, 1}, {"barred", 1, 1}};
static const tg_move_t gpu_moves[] = {
    {TG_OUTSIDE, 0, "register"},   {0, 1, "rent"},        {1, 0, "stop, cancel, dispute"}, {0, 2, "suspend (owner)"},
    {2, 0, "resume (owner)"},      {0, 3, "bar (admin)"}, {1, 3, "bar (admin)"},           {2, 3, "bar (admin)"},
    {3, 1, "bar (false, in use)"}, {3, 0, "bar (false)"},
};

const tg_machine_t rental_machines[RENTAL_MACHINES] = {
    {"A rental", TG_ARRAY(rental_states), TG_ARRAY(rental_moves)},
    {"A GPU", TG_ARRAY(gpu_states), TG_ARRAY(gpu_moves)},
};
