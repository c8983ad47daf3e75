/* record.h - the ledger of a run, and how a run is recorded: between setup.c, record.c and walk.c. */
#ifndef AVM_TOOL_RECORD_H
#define AVM_TOOL_RECORD_H

#include "tool.h"

#define WORLD_APPS 32u

typedef struct world_app {
  uint64_t id;
  const program_t *program;
} world_app_t;

typedef struct world {
  algo_ledger_t *l;
  algo_arena_t *arena;
  world_app_t apps[WORLD_APPS];
  size_t n_apps;
  algo_stxn_t group[ALGO_GROUP_MAX];
  size_t n;
  uint64_t budget; /* more of it, of all calls */
} world_t;

bool tool_failed(const char *what, const algo_err_t *err); /* says so on stderr; false */
/* A fresh ledger with the scenario's applications, and its group. *app: the first call's. False: said on stderr. */
bool world_open(world_t *w, const program_t *p, const scenario_t *s, uint64_t *app, algo_arena_t *arena);
void world_close(world_t *w);

/* The steps of one program, each with the stack it found. */
bool record_steps(unit_t *u, const algo_sim_step_t *raw, size_t n, algo_arena_t *arena);
/* walk.c: every program of the group in the order in which it ran. */
bool record_walk(record_t *r, world_t *w, const algo_sim_result_t *sim, algo_arena_t *arena);

#endif
