/* Inner transactions that anyone can direct. */
#include "internal.h"

static bool from_user(run_t *r, const work_t *w, val_t v) {
  return v != 0 && (value_of(r, resolve(r, w, v))->taint & T_USER) != 0;
}

/* The attacker himself, who calls. */
static bool is_caller(run_t *r, const work_t *w, val_t v) {
  const value_t *x = value_of(r, resolve(r, w, v));
  return x->kind == V_FRESH && x->k == ALGO_F_TXN_Sender;
}

/* Is an amount nobody's in particular: neither what state says of the caller, nor what he pays himself? */
static bool is_free(run_t *r, const work_t *w, val_t amount) {
  uint64_t k;
  if (amount == 0) return false;
  val_t v = resolve(r, w, amount);
  if (is_int(r, v, &k)) return k > 0;
  return (value_of(r, v)->taint & (T_GATE | T_USERSTATE | T_MONEY)) == 0;
}

static void look_at_money(run_t *r, work_t *w, uint32_t node, val_t receiver, val_t amount) {
  if (receiver == 0 || w->c.vetted) return;
  bool named = from_user(r, w, receiver) && !is_caller(r, w, receiver);
  if (r->attack.big) {
    if (amount == 0 || (!named && !is_caller(r, w, receiver))) return;
    const value_t *x = value_of(r, resolve(r, w, amount));
    if (x->kind == V_FRESH && x->k >= FRESH_BIG) raise_event(r, w, node, ALGO_CHECK_INNER_AMOUNT, 0, NULL);
  } else if (named && is_free(r, w, amount)) {
    raise_event(r, w, node, ALGO_CHECK_INNER_RECEIVER, 0, NULL);
  }
}

static void observe_inner(run_t *r, work_t *w, uint32_t node, const val_t *args, uint32_t n) {
  unsigned op = r->p->insns[node].op->id;
  const val_t *it = w->c.it;
  (void)args;
  (void)n;
  if (op != ALGO_OP_itxn_submit && op != ALGO_OP_itxn_next) return;
  look_at_money(r, w, node, it[IT_RECEIVER], it[IT_AMOUNT]);
  look_at_money(r, w, node, it[IT_ASSET_RECEIVER], it[IT_ASSET_AMOUNT]);
  if (r->attack.big || w->c.vetted) return;
  if (from_user(r, w, it[IT_REKEY]))
    raise_event(r, w, node, ALGO_CHECK_REKEY_TO, 0, "anyone can rekey the application's account");
  if (from_user(r, w, it[IT_CLOSE]))
    raise_event(r, w, node, ALGO_CHECK_CLOSE_REMAINDER_TO, 0,
                "anyone can close the application's account to whom he likes");
  if (from_user(r, w, it[IT_ASSET_CLOSE]))
    raise_event(r, w, node, ALGO_CHECK_ASSET_CLOSE_TO, 0,
                "anyone can close a holding of the application to whom he likes");
  if (from_user(r, w, it[IT_APP])) raise_event(r, w, node, ALGO_CHECK_INNER_APP, 0, NULL);
}

void scan_inner(checker_t *ck) {
  static const unsigned rules[] = {ALGO_CHECK_REKEY_TO, ALGO_CHECK_CLOSE_REMAINDER_TO, ALGO_CHECK_ASSET_CLOSE_TO,
                                   ALGO_CHECK_INNER_RECEIVER, ALGO_CHECK_INNER_APP};
  bool inner = false;
  for (uint32_t k = 0; k < ck->p.graph.n; k++) inner = inner || ck->p.insns[k].op->id == ALGO_OP_itxn_submit;
  if (!inner) return;
  attack_t a = attack_by_anyone();
  a.observe = observe_inner;
  if (any_wanted(ck, rules, sizeof rules / sizeof *rules)) {
    run_attack(ck->run, ck, &a);
    report_events(ck->run);
  }
  a.big = true;
  if (!wanted(ck, ALGO_CHECK_INNER_AMOUNT)) return;
  run_attack(ck->run, ck, &a);
  report_events(ck->run);
}
