/* What is looked for in every program, and how an attack is tried. */
#include "internal.h"

void attack_set(attack_t *a, whose_t of, unsigned field, given_t is, uint64_t v) {
  if (a->n_set < SETTINGS_MAX) a->set[a->n_set++] = (setting_t){.of = of, .field = (uint8_t)field, .is = is, .v = v};
}

attack_t attack_by_anyone(void) {
  attack_t a = {.position = -1, .existing = true, .gated = true};
  attack_set(&a, OF_SELF, ALGO_F_TXN_Sender, IS_FRESH, 0);
  attack_set(&a, OF_OTHERS, ALGO_F_TXN_Sender, IS_FRESH, 0);
  attack_set(&a, OF_GLOBAL, ALGO_F_GLOBAL_CallerApplicationID, IS_FRESH, 0);
  attack_set(&a, OF_GLOBAL, ALGO_F_GLOBAL_CallerApplicationAddress, IS_FRESH, 0);
  return a;
}

bool try_attack(checker_t *ck, unsigned rule, attack_t *a, const char *message) {
  if (!wanted(ck, rule)) return false;
  bool each = ck->p.reads_group && (ck->p.mode == ALGO_CHECK_SIG || ck->seen->fixed);
  for (int at = each ? 0 : -1; at < (each ? 16 : 0); at++) {
    a->position = at;
    run_attack(ck->run, ck, a);
    if (ck->run->approved == NULL) continue;
    report(ck->run, rule, ck->run->approved_at, ck->run->approved, ck->run->approved_at, message);
    return true;
  }
  return false;
}

/* ---- the run without an attack ---- */

static void look_at_fee(run_t *r, work_t *w, uint32_t node) {
  uint64_t lo, hi = 0;
  val_t fee = w->c.it[IT_FEE];
  if (fee != 0) bounds(r, w, fee, &lo, &hi);
  if (fee == 0)
    raise_event(r, w, node, ALGO_CHECK_INNER_FEE, 0, "the inner transaction's fee is not set: the application pays it");
  else if (hi != 0)
    raise_event(r, w, node, ALGO_CHECK_INNER_FEE, 0, "the inner transaction's fee is not 0: the application pays it");
}

static void look_at_time(run_t *r, work_t *w, uint32_t node, unsigned op, unsigned taint) {
  bool seed = (taint & T_SEED) != 0;
  switch (op) {
  case ALGO_OP_eq:
  case ALGO_OP_neq:
    if (!seed) raise_event(r, w, node, ALGO_CHECK_TIME_RANDOM, 0, "the block's time is compared for equality");
    return;
  case ALGO_OP_mod:
  case ALGO_OP_sha256:
  case ALGO_OP_keccak256:
  case ALGO_OP_sha512_256:
  case ALGO_OP_sha3_256:
    raise_event(r, w, node, ALGO_CHECK_TIME_RANDOM, 0,
                seed ? "a block's seed is used as randomness" : "the block's time is used as randomness");
    return;
  case ALGO_OP_lt:
  case ALGO_OP_gt:
  case ALGO_OP_le:
  case ALGO_OP_ge: raise_event(r, w, node, ALGO_CHECK_TIMESTAMP, 0, NULL); return;
  default: return;
  }
}

/* The application whose state an instruction reads; 0: its own, or none. */
static val_t foreign_app(unsigned op, const val_t *args) {
  switch (op) {
  case ALGO_OP_app_global_get_ex:
  case ALGO_OP_app_box_get:
  case ALGO_OP_app_box_extract:
  case ALGO_OP_app_box_len: return args[0];
  case ALGO_OP_app_local_get_ex: return args[1];
  default: return 0;
  }
}

static void look_at_foreign(run_t *r, work_t *w, uint32_t node, val_t app) {
  uint64_t k;
  app = resolve(r, w, app);
  bool listed = is_int(r, app, &k) && k >= 1 && k <= 8;
  if (listed || (value_of(r, app)->taint & T_USER) != 0) raise_event(r, w, node, ALGO_CHECK_FOREIGN_STATE, 0, NULL);
}

static void note_condition(run_t *r, uint32_t node, val_t v) {
  seen_t *seen = r->ck->seen;
  const value_t *x = value_of(r, v);
  if ((x->taint & T_PHI) == 0) return; /* the same each time round */
  seen->condition[node] |= x->taint;
  bool compares = x->kind == V_OP && (x->op == ALGO_OP_lt || x->op == ALGO_OP_gt || x->op == ALGO_OP_le ||
                                      x->op == ALGO_OP_ge || x->op == ALGO_OP_eq || x->op == ALGO_OP_neq);
  for (unsigned k = 0; compares && k < 2; k++) {
    const value_t *limit = value_of(r, x->a[k]);
    if ((limit->taint & T_PHI) != 0) continue;
    bool field = limit->kind == V_FIELD && (limit->op == ALGO_OP_global || limit->k != ALGO_F_TXN_ApplicationArgs);
    bool length = limit->kind == V_OP && limit->op == ALGO_OP_len && (limit->taint & T_STATE) == 0;
    if (field || length || (limit->kind == V_INT && limit->k > 0)) seen->bounded[node] = true;
  }
}

/* Which of the lists of positions a field belongs to; -1: none. */
static int kind_of_read(unsigned field) {
  switch (field) {
  case ALGO_F_TXN_Amount: return 0;
  case ALGO_F_TXN_AssetAmount: return 1;
  case ALGO_F_TXN_ApplicationArgs:
  case ALGO_F_TXN_Logs:
  case ALGO_F_TXN_LastLog:
  case ALGO_F_TXN_Accounts:
  case ALGO_F_TXN_Assets: return 2;
  default: return -1;
  }
}

static void note_position(run_t *r, work_t *w, uint32_t node, val_t position, unsigned field) {
  seen_t *seen = r->ck->seen;
  uint64_t k, hash = value_hash(r, position);
  int kind = kind_of_read(field);
  uint8_t now = is_int(r, position, &k) && k < 16 ? (uint8_t)(k + 1) : POSITION_VARIES;
  seen->position[node] = seen->position[node] == 0 || seen->position[node] == now ? now : POSITION_VARIES;
  seen->fixed = seen->fixed || is_int(r, position, &k);
  if (kind >= 0 && kind < 2 && is_int(r, position, &k)) seen->amounts = true;
  bool chosen = (value_of(r, position)->taint & T_USER) != 0 && value_of(r, resolve(r, w, position))->taint & T_USER;
  if (kind >= 0 && kind < 2 && chosen) {
    raise_event(r, w, node, ALGO_CHECK_PAYMENT_REUSE, 0,
                "the caller names the payment that is counted: several calls can name the same one");
  }
  if (kind < 0) return;
  for (unsigned i = 0; i < seen->n_positions[kind]; i++) {
    if (seen->positions[kind][i] == hash) return;
  }
  if (seen->n_positions[kind] < POSITIONS_MAX) seen->positions[kind][seen->n_positions[kind]++] = hash;
}

static bool is_sender(const value_t *x) {
  return x->kind == V_FIELD && x->op == ALGO_OP_txn && x->k == ALGO_F_TXN_Sender;
}

static void note_authority(run_t *r, const val_t *args) {
  seen_t *seen = r->ck->seen;
  for (unsigned k = 0; k < 2; k++) {
    const value_t *x = value_of(r, args[1 - k]);
    if (!is_sender(value_of(r, args[k])) || x->kind != V_OP) continue;
    unsigned at = x->op == ALGO_OP_app_global_get ? 0 : 1;
    if (x->op != ALGO_OP_app_global_get && x->op != ALGO_OP_app_global_get_ex) continue;
    const value_t *key = value_of(r, x->a[at]);
    if (key->kind == V_BYTES && seen->n_authorities < 16) {
      seen->authorities[seen->n_authorities++] = algo_arena_dup(r->ck->arena, algo_bytes(key->p, key->n));
    }
  }
}

static void observe_all(run_t *r, work_t *w, uint32_t node, const val_t *args, uint32_t n) {
  const algo_isa_insn_t *i = &r->p->insns[node];
  unsigned op = i->op->id, taint = 0, field;
  val_t position;
  for (uint32_t k = 0; k < n; k++) taint |= value_of(r, args[k])->taint;
  if (op == ALGO_OP_itxn_submit || op == ALGO_OP_itxn_next) look_at_fee(r, w, node);
  if ((taint & (T_TIME | T_SEED)) != 0) look_at_time(r, w, node, op, taint);
  if (foreign_app(op, args) != 0) look_at_foreign(r, w, node, foreign_app(op, args));
  if (op == ALGO_OP_bz || op == ALGO_OP_bnz) note_condition(r, node, args[0]);
  if (position_of(r, i, args, &position, &field)) note_position(r, w, node, position, field);
  if (op == ALGO_OP_eq || op == ALGO_OP_neq) note_authority(r, args);
  bool product = op == ALGO_OP_mul || op == ALGO_OP_mulw || op == ALGO_OP_bmul;
  if (product && ((value_of(r, args[0])->taint | value_of(r, args[1])->taint) & T_QUOTIENT) != 0) {
    raise_event(r, w, node, ALGO_CHECK_DIVIDE_FIRST, 0, NULL);
  }
  observe_boxes(r, w, node, args, n);
}

/* Names that users choose collide with others only where there are others. */
static void drop_lonely_names(run_t *r) {
  for (uint32_t i = 0; i < r->n_events; i++) {
    if (r->events[i].rule == ALGO_CHECK_BOX_COLLISION && r->events[i].about != 0 && !r->ck->seen->closed_names)
      r->events[i].end = NULL;
  }
}

static void look_at_budget(checker_t *ck) {
  algo_flow_t f;
  uint64_t budget = ck->p.mode == ALGO_CHECK_SIG ? 20000 : 700;
  if (!wanted(ck, ALGO_CHECK_BUDGET)) return;
  algo_code_t code = algo_flow_analyse(&f, ck->p.graph.program, &ck->scratch, NULL);
  if (code != ALGO_OK || !f.bounded || f.max_cost <= budget) return;
  const char *text =
      algo_arena_printf(ck->arena, "the dearest way costs %llu, %s has %llu", (unsigned long long)f.max_cost,
                        ck->p.mode == ALGO_CHECK_SIG ? "a signature" : "a call", (unsigned long long)budget);
  report(ck->run, ALGO_CHECK_BUDGET, 0, NULL, 0, text);
}

void scan_general(checker_t *ck) {
  attack_t none = {.position = -1, .observe = observe_all};
  run_attack(ck->run, ck, &none);
  drop_lonely_names(ck->run);
  report_events(ck->run);
  scan_loops(ck);
  look_at_budget(ck);
}
