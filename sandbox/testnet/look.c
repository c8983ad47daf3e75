/* What is there: balances, holdings, state and boxes, as of the last block. */
#include "internal.h"

/* A replay has blocks, and no state. What is read ends with `looked`. */
static const algo_ledger_t *look(algo_testnet_t *t) {
  t->origin_failures = algo_node_origin_failures(t->node, NULL);
  const algo_ledger_t *l = algo_node_read(t->node);
  t->blind = l == NULL;
  if (l == NULL) algo_testnet_fail(t, "recorded blocks have no state to look at");
  return l;
}

/* False: the node that this one is a fork of could not tell it, so that nothing is known. */
static bool looked(algo_testnet_t *t) {
  algo_err_t err;
  algo_node_read_done(t->node);
  t->blind = algo_node_origin_failures(t->node, &err) != t->origin_failures;
  return !t->blind || testnet_fail_err(t, "the forked node cannot be asked", &err);
}

static bool account(algo_testnet_t *t, const char *who, algo_account_view_t *out) {
  const party_t *p = testnet_party(t, who);
  const algo_ledger_t *l = p == NULL ? NULL : look(t);
  if (l == NULL) return false;
  algo_ledger_account(l, &p->addr, out);
  return looked(t);
}

uint64_t algo_testnet_balance(algo_testnet_t *t, const char *who) {
  algo_account_view_t v;
  return account(t, who, &v) ? v.balance : 0;
}

uint64_t algo_testnet_min_balance(algo_testnet_t *t, const char *who) {
  algo_account_view_t v;
  return account(t, who, &v) ? v.min_balance : 0;
}

bool algo_testnet_holding(algo_testnet_t *t, const char *who, uint64_t asset, algo_holding_t *out) {
  algo_avm_holding_t h;
  const party_t *p = testnet_party(t, who);
  *out = (algo_holding_t){0};
  const algo_ledger_t *l = p == NULL ? NULL : look(t);
  if (l == NULL) return false;
  if (algo_ledger_holding(l, &p->addr, asset, &h))
    *out = (algo_holding_t){.opted_in = true, .frozen = h.frozen, .amount = h.amount};
  return looked(t) && out->opted_in;
}

/* ---- state ---- */

static algo_teal_value_t value_of(algo_testnet_t *t, const algo_kv_t *kv) {
  const algo_tv_t *v = &kv->value;
  algo_teal_value_t out = {.key = kv->key, .is_uint = !v->is_bytes, .uint = v->is_bytes ? 0 : v->uint};
  if (v->is_bytes) out.bytes = algo_arena_dup(&t->looked, v->bytes);
  return out;
}

typedef struct wanted {
  algo_testnet_t *t;
  algo_bytes_t key;
  algo_teal_value_t *out;
  bool found;
} wanted_t;

static void take(wanted_t *w, const algo_kv_t *kv, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (!algo_bytes_eq(kv[i].key, w->key)) continue;
    *w->out = value_of(w->t, &kv[i]);
    w->out->key = w->key;
    w->found = true;
  }
}

static bool take_global(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  (void)app, (void)p;
  take(user, kv, n);
  return true;
}

static bool take_local(void *user, uint64_t app, const algo_schema_t *schema, const algo_kv_t *kv, size_t n) {
  (void)app, (void)schema;
  take(user, kv, n);
  return true;
}

bool algo_testnet_global(algo_testnet_t *t, uint64_t app, algo_bytes_t key, algo_teal_value_t *out) {
  wanted_t w = {t, key, out, false};
  *out = (algo_teal_value_t){.key = key};
  const algo_ledger_t *l = look(t);
  if (l == NULL) return false;
  algo_arena_reset(&t->looked);
  algo_ledger_app(l, app, take_global, &w);
  return looked(t) && w.found;
}

bool algo_testnet_local(algo_testnet_t *t, const char *who, uint64_t app, algo_bytes_t key, algo_teal_value_t *out) {
  wanted_t w = {t, key, out, false};
  const party_t *p = testnet_party(t, who);
  *out = (algo_teal_value_t){.key = key};
  const algo_ledger_t *l = p == NULL ? NULL : look(t);
  if (l == NULL) return false;
  algo_arena_reset(&t->looked);
  algo_ledger_local(l, &p->addr, app, take_local, &w);
  return looked(t) && w.found;
}

typedef struct listing {
  algo_testnet_t *t;
  algo_teal_state_t *out;
  bool found;
} listing_t;

static bool list_globals(void *user, uint64_t app, const algo_avm_app_t *p, const algo_kv_t *kv, size_t n) {
  (void)app, (void)p;
  listing_t *l = user;
  algo_teal_value_t *items = algo_arena_array(&l->t->looked, n + 1, sizeof *items);
  for (size_t i = 0; items != NULL && i < n; i++) {
    items[i] = value_of(l->t, &kv[i]);
    items[i].key = algo_arena_dup(&l->t->looked, kv[i].key);
  }
  *l->out = (algo_teal_state_t){items, items == NULL ? 0 : n};
  l->found = true;
  return true;
}

bool algo_testnet_globals(algo_testnet_t *t, uint64_t app, algo_teal_state_t *out) {
  listing_t l = {t, out, false};
  *out = (algo_teal_state_t){NULL, 0};
  const algo_ledger_t *ledger = look(t);
  if (ledger == NULL) return false;
  algo_arena_reset(&t->looked);
  algo_ledger_app(ledger, app, list_globals, &l);
  return looked(t) && l.found;
}

bool algo_testnet_box(algo_testnet_t *t, uint64_t app, algo_bytes_t name, algo_bytes_t *out) {
  *out = (algo_bytes_t){NULL, 0};
  const algo_ledger_t *l = look(t);
  if (l == NULL) return false;
  bool there = algo_ledger_box(l, app, name, out);
  return looked(t) && there;
}
