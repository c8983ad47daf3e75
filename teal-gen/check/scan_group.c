/* Other transactions of the group: who is paid, in what, and how often one payment counts. */
#include "internal.h"

/* ---- receivers, assets, applications ---- */

typedef struct question {
  unsigned rule;
  unsigned kind;  /* which list of positions */
  unsigned reads; /* the field that is counted; the call's arguments and the like: ApplicationArgs */
  unsigned field; /* and the one that the attacker chooses */
} question_t;

static const question_t questions[] = {{ALGO_CHECK_PAY_RECEIVER, 0, ALGO_F_TXN_Amount, ALGO_F_TXN_Receiver},
                                       {ALGO_CHECK_ASSET_RECEIVER, 1, ALGO_F_TXN_AssetAmount, ALGO_F_TXN_AssetReceiver},
                                       {ALGO_CHECK_ASSET_ID, 1, ALGO_F_TXN_AssetAmount, ALGO_F_TXN_XferAsset},
                                       {ALGO_CHECK_APP_ID, 2, ALGO_F_TXN_ApplicationArgs, ALGO_F_TXN_ApplicationID}};

bool position_of(run_t *r, const algo_isa_insn_t *i, const val_t *args, val_t *position, unsigned *field) {
  switch (i->op->id) {
  case ALGO_OP_gtxn:
  case ALGO_OP_gtxna:
  case ALGO_OP_gtxnas:
    *position = value_int(r, (uint64_t)i->imm[0].value);
    *field = (unsigned)i->imm[1].value;
    return true;
  case ALGO_OP_gtxns:
  case ALGO_OP_gtxnsa:
  case ALGO_OP_gtxnsas:
    *position = args[0];
    *field = (unsigned)i->imm[0].value;
    return true;
  default: return false;
  }
}

static const question_t *asked(const run_t *r, unsigned field) {
  for (unsigned i = 0; i < sizeof questions / sizeof *questions; i++) {
    const question_t *q = &questions[i];
    bool call = q->kind == 2 && (field == ALGO_F_TXN_Logs || field == ALGO_F_TXN_LastLog ||
                                 field == ALGO_F_TXN_Accounts || field == ALGO_F_TXN_Assets);
    if (r->attack.set[0].field == q->field && (q->reads == field || call)) return q;
  }
  return NULL;
}

static void observe_counted(run_t *r, work_t *w, uint32_t node, const val_t *args, uint32_t n) {
  val_t position;
  unsigned field;
  uint64_t k;
  (void)n;
  if (!position_of(r, &r->p->insns[node], args, &position, &field)) return;
  const question_t *q = asked(r, field);
  if (q == NULL || value_hash(r, position) != r->attack.set[0].only) return;
  if (is_int(r, position, &k) && r->attack.position >= 0 && k == (uint64_t)r->attack.position) return; /* itself */
  raise_event(r, w, node, q->rule, 0, NULL);
}

static void ask(checker_t *ck, const question_t *q, uint64_t position) {
  attack_t a = {.position = -1, .existing = ck->p.mode == ALGO_CHECK_APP, .paid = true, .observe = observe_counted};
  attack_set(&a, OF_OTHERS, q->field, IS_FRESH, 0);
  a.set[0].only = position;
  int last = ck->p.mode == ALGO_CHECK_SIG ? 16 : 0;
  for (int at = last > 0 ? 0 : -1; at < last; at++) {
    a.position = at;
    run_attack(ck->run, ck, &a);
    for (uint32_t i = 0; i < ck->run->n_events; i++) {
      const event_t *e = &ck->run->events[i];
      if (e->end == NULL) continue;
      report(ck->run, e->rule, e->node, e->end, e->end_node, e->message);
      return; /* one for each position */
    }
  }
}

/* ---- fixed positions ---- */

static bool is_fixed(const seen_t *seen, uint32_t node) {
  return seen->position[node] != 0 && seen->position[node] != POSITION_VARIES;
}

static void observe_fixed(run_t *r, work_t *w, uint32_t node, const val_t *args, uint32_t n) {
  val_t position;
  unsigned field;
  uint64_t k;
  (void)n;
  if (!is_fixed(r->ck->seen, node) || !position_of(r, &r->p->insns[node], args, &position, &field)) return;
  if (is_int(r, position, &k) && k == (uint64_t)r->attack.position) return;
  raise_event(r, w, node, ALGO_CHECK_GROUP_SIZE, position, NULL);
  if (field == ALGO_F_TXN_Amount || field == ALGO_F_TXN_AssetAmount) {
    raise_event(r, w, node, ALGO_CHECK_PAYMENT_REUSE, position, "several calls of a group can count this payment");
  }
}

/* A read at a fixed position matters where the program approves at two positions or more: then two calls of one group
 * can read the same transaction. */
static void fixed_positions(checker_t *ck, unsigned rule, bool largest) {
  uint8_t *times = algo_arena_array(ck->arena, ck->p.graph.n + 1, sizeof *times);
  uint64_t told = 0;
  attack_t a = {.existing = ck->p.mode == ALGO_CHECK_APP, .paid = true, .observe = observe_fixed};
  if (largest) attack_set(&a, OF_GLOBAL, ALGO_F_GLOBAL_GroupSize, IS_INT, 16);
  if (times == NULL || !wanted(ck, rule)) return;
  for (int at = 0; at < 16; at++) {
    a.position = at;
    run_attack(ck->run, ck, &a);
    for (uint32_t i = 0; i < ck->run->n_events; i++) {
      const event_t *e = &ck->run->events[i];
      uint64_t k = 0;
      (void)is_int(ck->run, e->about, &k);
      if (e->rule != rule || e->end == NULL || ++times[e->node] != 2 || (told >> (k & 63) & 1) != 0) continue;
      report(ck->run, rule, e->node, e->end, e->end_node, e->message);
      told |= (uint64_t)1 << (k & 63);
    }
  }
}

void scan_group(checker_t *ck) {
  const seen_t *seen = ck->seen;
  bool fixed = false;
  for (uint32_t k = 0; k < ck->p.graph.n; k++) fixed = fixed || is_fixed(seen, k);
  if (fixed) fixed_positions(ck, ALGO_CHECK_GROUP_SIZE, true);
  if (seen->amounts) fixed_positions(ck, ALGO_CHECK_PAYMENT_REUSE, false);
  for (unsigned i = 0; i < sizeof questions / sizeof *questions; i++) {
    const question_t *q = &questions[i];
    if (!wanted(ck, q->rule)) continue;
    for (unsigned k = 0; k < seen->n_positions[q->kind]; k++) ask(ck, q, seen->positions[q->kind][k]);
  }
}
