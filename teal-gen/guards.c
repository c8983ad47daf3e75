/* guards.c - what every contract has to check of the payments before its calls. */
#include "build.h"

static bool is_txn(const tg_field_t *f) { return f->type == TG_PAY || f->type == TG_DEPOSIT; }

/* How many transactions before the call the argument stands; 0: there is no such argument. */
static unsigned places_before(const tg_method_t *m, const char *name, bool *deposit) {
  for (size_t i = 0; m && i < m->n_args; i++) {
    if (strcmp(m->args[i].name, name) != 0 || !is_txn(&m->args[i])) continue;
    unsigned n = 0;
    for (size_t k = i; k < m->n_args; k++) n += is_txn(&m->args[k]);
    *deposit = m->args[i].type == TG_DEPOSIT;
    return n;
  }
  return 0;
}

static void check(tg_t *b, const char *name, tg_x condition, const char *what) {
  tg_assert(b, condition, algo_arena_printf(b->arena, "%s %s", name, what));
}

static void must_be_nobody(tg_t *b, tg_x at, const char *name, const char *field, const char *what) {
  check(b, name, tg_eq(tg_gtxn(at, field, TG_ADDRESS), tg_nobody(b)), what);
}

tg_x tg_paid(tg_t *b, const char *name, tg_x asset) {
  bool deposit = false;
  unsigned n = places_before(b->method, name, &deposit);
  if (n == 0) tg_mistake(b, "no payment named %s", name);
  if (deposit && b->o.asa && !asset) tg_mistake(b, "%s: of which asset?", name);
  const char *at_name = algo_arena_printf(b->arena, "%s.at", name);
  const char *missing = algo_arena_printf(b->arena, "%s is missing before the call", name);
  tg_set(b, at_name, tg_fails(tg_sub_(tg_txn(b, "GroupIndex", TG_U64), tg_int(b, n)), missing));
  tg_x at = tg_var(b, at_name, TG_U64);
  bool xfer = deposit && b->o.asa && asset;
  check(b, name, tg_eq(tg_gtxn(at, "TypeEnum", TG_U64), tg_int(b, xfer ? 4 : 1)),
        xfer ? "is no transfer" : "is no payment");
  if (xfer) check(b, name, tg_eq(tg_gtxn(at, "XferAsset", TG_U64), asset), "is of another asset");
  check(b, name, tg_eq(tg_gtxn(at, xfer ? "AssetReceiver" : "Receiver", TG_ADDRESS), tg_self(b)),
        "is not to the application");
  must_be_nobody(b, at, name, "RekeyTo", "must not rekey");
  must_be_nobody(b, at, name, xfer ? "AssetCloseTo" : "CloseRemainderTo", "must not close");
  if (xfer) must_be_nobody(b, at, name, "AssetSender", "must not claw back");
  return tg_gtxn(at, xfer ? "AssetAmount" : "Amount", TG_U64);
}
