#include "attacks.h"

const char *attack_refused(world_t *w, unsigned party, const algo_method_call_t *c, const char *message) {
  if (world_call(w, party, c)) return algo_arena_printf(&w->arena, "accepted, not refused with: %s", message);
  if (strstr(w->refusal, message)) return NULL;
  return algo_arena_printf(&w->arena, "refused with \"%s\", not \"%s\"", w->refusal, message);
}

/* ---- payments ---- */

typedef struct forgery {
  const char *message;
  void (*forge)(const world_t *w, algo_txn_t *t);
} forgery_t;

static void rekeys(const world_t *w, algo_txn_t *t) { t->rekey_to = w->who[STRANGER]; }
static void closes(const world_t *w, algo_txn_t *t) {
  t->sender = w->who[STRANGER];
  t->close_remainder_to = w->app_addr;
}
static void elsewhere(const world_t *w, algo_txn_t *t) { t->receiver = t->sender = w->who[STRANGER]; }
static void more(const world_t *w, algo_txn_t *t) {
  (void)w;
  t->amount++;
}
static void less(const world_t *w, algo_txn_t *t) {
  (void)w;
  t->amount--;
}
static void no_payment(const world_t *w, algo_txn_t *t) {
  (void)w;
  memset(t, 0, sizeof *t);
  t->type = ALGO_TX_KEYREG;
}
static const forgery_t payments[] = {
    {"the payment must not rekey", rekeys},          {"the payment must not close", closes},
    {"the payment is not to the market", elsewhere}, {"the payment's amount is wrong", more},
    {"the payment's amount is wrong", less},         {"a payment in ALGO is expected", no_payment},
};

static void asset_closes(const world_t *w, algo_txn_t *t) { t->asset_close_to = w->app_addr; }
static void asset_elsewhere(const world_t *w, algo_txn_t *t) { t->asset_receiver = w->who[OWNER]; }
static void asset_more(const world_t *w, algo_txn_t *t) {
  (void)w;
  t->asset_amount++;
}
static void asset_less(const world_t *w, algo_txn_t *t) {
  (void)w;
  t->asset_amount--;
}
static void clawed(const world_t *w, algo_txn_t *t) {
  t->asset_sender = w->who[RENTER2];
  t->sender = w->who[ISSUER];
}
static void in_algo(const world_t *w, algo_txn_t *t) {
  uint64_t amount = t->asset_amount;
  memset(t, 0, sizeof *t);
  t->type = ALGO_TX_PAY;
  t->receiver = w->app_addr;
  t->amount = amount;
}
static const forgery_t deposits[] = {
    {"the deposit must not rekey", rekeys},
    {"the deposit must not close", asset_closes},
    {"the deposit is not to the market", asset_elsewhere},
    {"the deposit's amount is wrong", asset_more},
    {"the deposit's amount is wrong", asset_less},
    {"the deposit must not be a clawback", clawed},
    {"a deposit of the market's asset is expected", in_algo},
};

static const char *forge_all(world_t *w, unsigned party, algo_method_call_t *c, size_t which, const forgery_t *f,
                             size_t n) {
  algo_txn_t good = c->before[which];
  const char *why = NULL;
  for (size_t i = 0; i < n && !why; i++) {
    f[i].forge(w, &c->before[which]);
    why = attack_refused(w, party, c, f[i].message);
    c->before[which] = good;
  }
  return why;
}

const char *attack_payment(world_t *w, unsigned party, algo_method_call_t *c, size_t which) {
  return forge_all(w, party, c, which, payments, sizeof payments / sizeof payments[0]);
}

/* Another asset of the same issuer, of which the market holds nothing: it cannot even be sent there. */
static const char *another_asset(world_t *w, unsigned party, algo_method_call_t *c, size_t which) {
  algo_asset_params_t p = {.total = UINT64_MAX, .unit_name = ALGO_BYTES_LIT("OTHER")};
  algo_txn_t make = {.type = ALGO_TX_ACFG, .sender = w->who[party], .asset_params = &p};
  uint64_t ours = w->app.asset;
  world_must(w, world_send(w, &make, 1));
  uint64_t other = w->app.asset;
  w->app.asset = ours;
  algo_txn_t good = c->before[which];
  c->before[which].xfer_asset = other;
  c->before[which].asset_amount = 0;
  c->before[which].asset_receiver = w->who[party];
  const char *why = attack_refused(w, party, c, "the deposit is of another asset");
  c->before[which] = good;
  return why;
}

const char *attack_deposit(world_t *w, unsigned party, algo_method_call_t *c, size_t which) {
  const char *why = forge_all(w, party, c, which, deposits, sizeof deposits / sizeof deposits[0]);
  return why ? why : another_asset(w, party, c, which);
}

const char *attack_group(world_t *w, unsigned party, algo_method_call_t *c) {
  size_t n = c->n_before;
  const char *why = NULL;
  if (n == 2) {
    algo_txn_t first = c->before[0];
    c->before[0] = c->before[1];
    c->before[1] = first;
    why = attack_refused(w, party, c, "");
    c->before[1] = c->before[0];
    c->before[0] = first;
    c->n_before = 1;
    if (!why) why = attack_refused(w, party, c, "");
  }
  c->n_before = 0;
  if (!why) why = attack_refused(w, party, c, "a payment is missing before the call");
  c->n_before = n;
  return why;
}

const char *attack_counted_twice(world_t *w, unsigned party, algo_method_call_t *c) {
  algo_txn_t txns[ALGO_GROUP_MAX];
  size_t n = 0;
  for (; n < c->n_before; n++) {
    txns[n] = c->before[n];
    if (algo_addr_is_zero(&txns[n].sender)) txns[n].sender = w->who[party];
  }
  for (unsigned i = 0; i < 2; i++, n++) {
    txns[n] = (algo_txn_t){.type = ALGO_TX_APPL, .sender = w->who[party], .app_id = w->app.id, .app_args = c->args};
    txns[n].n_app_args = c->n_args;
    world_name_all(w, &w->who[party], c, &txns[n]);
  }
  if (world_send(w, txns, n)) return "one payment was counted twice";
  bool right = strstr(w->refusal, "payment") || strstr(w->refusal, "deposit");
  return right ? NULL : algo_arena_printf(&w->arena, "refused with \"%s\"", w->refusal);
}

const char *attack_inner_fees(world_t *w, unsigned party, algo_method_call_t *c) {
  uint64_t fee = w->fee;
  w->fee = 1000;
  const char *why = attack_refused(w, party, c, "fee");
  w->fee = fee;
  return why;
}

/* ---- arguments ---- */

const char *attack_arguments(world_t *w, unsigned party, algo_method_call_t *c) {
  for (size_t i = 1; i < c->n_args; i++)
    for (int d = -1; d <= 1; d += 2) {
      algo_bytes_t good = c->args[i];
      uint8_t *longer = algo_arena_zalloc(&w->arena, good.n + 1);
      memcpy(longer, good.p, good.n);
      c->args[i] = algo_bytes(longer, good.n + (size_t)d);
      bool ok = world_call(w, party, c);
      c->args[i] = good;
      if (ok) return algo_arena_printf(&w->arena, "%s: argument %zu, %+d byte, was accepted", c->signature, i, d);
      const char *m = w->refusal;
      if (!strstr(m, "malformed") && !strstr(m, "no such") && !strstr(m, "payment's amount") && !strstr(m, "deposit's"))
        return algo_arena_printf(&w->arena, "%s: argument %zu: %s", c->signature, i, m);
    }
  return NULL;
}

const char *attack_bool(world_t *w, unsigned party, algo_method_call_t *c, size_t i) {
  algo_bytes_t good = c->args[i];
  const char *why = NULL;
  for (unsigned v = 0; v < 256 && !why; v++) {
    uint8_t byte = (uint8_t)v;
    if (v == 0 || v == 0x80) continue;
    c->args[i] = algo_bytes(&byte, 1);
    why = attack_refused(w, party, c, "malformed argument: a bool");
  }
  c->args[i] = good;
  return why;
}

const char *attack_completions(world_t *w, unsigned party, algo_method_call_t *c) {
  static const algo_on_completion_t other[] = {ALGO_OC_OPTIN, ALGO_OC_CLOSEOUT, ALGO_OC_UPDATE, ALGO_OC_DELETE};
  static const algo_on_completion_t bare[] = {ALGO_OC_NOOP, ALGO_OC_OPTIN, ALGO_OC_UPDATE};
  algo_method_call_t good = *c;
  algo_bytes_t selector = c->args[0];
  const char *why = NULL;
  for (unsigned i = 0; i < 4 && !why; i++) {
    c->on_completion = other[i];
    why = attack_refused(w, party, c, other[i] == ALGO_OC_CLOSEOUT ? "" : "a method call must be a NoOp");
  }
  c->on_completion = ALGO_OC_CLEAR; /* nobody can be opted in, so there is nothing to clear */
  if (!why) why = attack_refused(w, party, c, "not currently opted in");
  c->n_args = 0;
  for (unsigned i = 0; i < 3 && !why; i++) {
    c->on_completion = bare[i];
    why = attack_refused(w, ADMIN, c, "a bare call must be a DeleteApplication");
  }
  *c = good;
  c->args[0] = algo_bytes("\x01\x02\x03\x04", 4);
  if (!why) why = attack_refused(w, party, c, "no such method");
  c->args[0] = algo_bytes("", 0);
  if (!why) why = attack_refused(w, party, c, "no such method");
  c->args[0] = selector;
  return why;
}
