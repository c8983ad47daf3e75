/* Simulation: what its files share. Everything lives in the caller's arena. Source: go-algorand 5.1, ledger/simulation.
 */
#ifndef ALGO_LEDGER_SIM_H
#define ALGO_LEDGER_SIM_H

#include "internal.h"

/* A growing array in an arena: room for one more; NULL without memory. */
void *algo_lsim_push(algo_arena_t *arena, void **v, size_t *n, size_t *cap, size_t size);
#define SIM_PUSH(arena, list) algo_lsim_push(arena, (void **)&(list).v, &(list).n, &(list).cap, sizeof *(list).v)

/* ---- traces ---- */
typedef enum { PROGRAM_APPROVAL, PROGRAM_CLEAR, PROGRAM_SIG, PROGRAM_NONE } program_t;
typedef struct sim_steps {
  algo_sim_step_t *v;
  size_t n, cap;
} sim_steps_t;
typedef struct sim_node sim_node_t;
typedef struct sim_nodes {
  sim_node_t **v;
  size_t n, cap;
} sim_nodes_t;
struct sim_node { /* a transaction, top level or inner: its apply data so far, its trace, its inner transactions */
  const algo_stxn_t *stxn;
  algo_apply_t ad;
  bool done; /* ad has its inner transactions */
  sim_nodes_t inner;
  sim_steps_t steps[3];
  uint8_t hash[3][32];
  bool hashed[3];
  bool rollback;
  const char *rollback_error;
  bool traced; /* it began, or its logic signature ran */
  program_t now;
};

/* ---- resources used without being named ---- */
typedef struct sim_box {
  uint64_t app;
  algo_bytes_t name;
  uint64_t read;
  bool new_app;
} sim_box_t;
typedef struct sim_pair {
  algo_addr_t account;
  uint64_t id;
} sim_pair_t;
typedef struct sim_tracker {
  struct {
    algo_addr_t *v;
    size_t n, cap;
  } accounts;
  struct {
    uint64_t *v;
    size_t n, cap;
  } assets, apps;
  struct {
    sim_box_t *v;
    size_t n, cap;
  } boxes;
  struct {
    sim_pair_t *v;
    size_t n, cap;
  } holdings, locals, big_apps; /* big_apps: id and bytes to read (in account's place: none) */
  int64_t max_accounts, max_assets, max_apps, max_boxes, max_refs, max_cross;
  int64_t empty_refs;
  uint64_t max_write;
  int64_t read_surplus;
  uint64_t big_bytes;
} sim_tracker_t;

typedef struct sim_initial_kv {
  char kind;
  uint64_t app;
  algo_addr_t account;
  algo_bytes_t key;
  algo_tv_t value;
  bool created, absent;
} sim_initial_kv_t;

typedef struct sim {
  algo_ledger_t *l;
  const algo_sim_request_t *req;
  algo_arena_t *arena;
  algo_stxn_t *txns; /* as evaluated: fix_signers changes authorizers */
  const algo_stxn_t **views;
  const algo_stxn_t *input; /* as they came */
  algo_digest_t *ids;
  size_t n;
  bool calls;
  sim_node_t *top;  /* n */
  sim_nodes_t path; /* the transactions under way */
  struct {
    uint32_t *v;
    size_t n, cap;
  } cursor, before; /* places in the groups under way; inner ones of earlier groups */
  uint32_t *failed_at;
  size_t n_failed_at;
  uint64_t added;
  uint64_t *app_cost, *sig_cost;
  size_t pops_left; /* stack height below what the opcode pushes */
  bool scratch_known;
  uint8_t scratch_slot;
  bool state_known;
  algo_avm_state_op_t state;
  /* resources */
  sim_tracker_t global, *local;
  int64_t starting_boxes;
  size_t root;
  bool sharing;
  uint64_t version;
  /* initial states */
  struct {
    sim_initial_kv_t *v;
    size_t n, cap;
  } initial;
  struct {
    uint64_t *v;
    size_t n, cap;
  } created, touched;
  algo_avm_group_t *group;
  algo_avm_tracer_t tracer;
  algo_avm_policy_t policy;
} sim_t;

void algo_lsim_tracer(sim_t *s);
void algo_lsim_before_txn(void *self, algo_avm_group_t *g, size_t i);
void algo_lsim_after_txn(void *self, algo_avm_group_t *g, size_t i, const algo_apply_t *ad, const algo_err_t *failure);
void algo_lsim_before_group(void *self, algo_avm_group_t *g);
void algo_lsim_after_group(void *self, algo_avm_group_t *g, const algo_err_t *failure);
void algo_lsim_finish(sim_t *s, algo_sim_txn_t *out); /* n of them */

void algo_lsim_policy(sim_t *s);
void algo_lsim_enter_program(sim_t *s, algo_avm_context_t *cx);
void algo_lsim_write_budget(sim_t *s, algo_avm_group_t *g, bool set);
void algo_lsim_unnamed(const sim_tracker_t *t, algo_sim_unnamed_t *out, algo_arena_t *arena);

void algo_lsim_initial(sim_t *s, algo_avm_context_t *cx, const algo_avm_state_op_t *op);
void algo_lsim_initial_finish(sim_t *s, algo_sim_result_t *out);
void algo_lsim_fix_from(sim_t *s, size_t from);

#endif
