/* Accounts, holdings, local states, assets, applications. */
#include "internal.h"

/* ---- sorted arrays ---- */

static bool grow(void **v, size_t *cap, size_t n, size_t size) {
  if (n < *cap) return true;
  size_t more = *cap ? *cap * 2 : 4;
  void *p = realloc(*v, more * size);
  if (!p) return false;
  *v = p;
  *cap = more;
  return true;
}

/* The first place in v (of n structs of `size` bytes that begin with a uint64_t) whose number is not below id. */
static size_t place(const void *v, size_t n, size_t size, uint64_t id) {
  size_t lo = 0, hi = n;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    uint64_t at;
    memcpy(&at, (const uint8_t *)v + mid * size, 8);
    if (at < id) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

static bool ids_set(ids_t *s, uint64_t id, bool present) {
  size_t i = place(s->v, s->n, sizeof *s->v, id);
  bool there = i < s->n && s->v[i] == id;
  if (there == present) return true;
  if (present) {
    if (!grow((void **)&s->v, &s->cap, s->n, sizeof *s->v)) return false;
    memmove(s->v + i + 1, s->v + i, (s->n++ - i) * sizeof *s->v);
    s->v[i] = id;
  } else {
    memmove(s->v + i, s->v + i + 1, (--s->n - i) * sizeof *s->v);
  }
  return true;
}

/* ---- accounts ---- */

static bool account_eq(const void *item, const void *key) {
  return algo_addr_eq(&((const account_t *)item)->addr, key);
}

account_t *algo_lacct_find(const algo_ledger_t *l, const algo_addr_t *a) {
  account_t *found = algo_ltable_find(&l->accounts, hash_digest(a->b), account_eq, a);
  return found || !l->origin ? found : algo_lorigin_account(l, a);
}

account_t *algo_lacct(algo_ledger_t *l, const algo_addr_t *addr) {
  account_t *a = algo_lacct_find(l, addr);
  return a || l->origin ? a : algo_lacct_add(l, addr);
}

account_t *algo_lacct_add(algo_ledger_t *l, const algo_addr_t *addr) {
  account_t *a = calloc(1, sizeof *a);
  if (!a || !algo_ltable_add(&l->accounts, hash_digest(addr->b), a)) {
    free(a);
    l->oom = true;
    return NULL;
  }
  a->addr = *addr;
  return a;
}

account_data_t *algo_lacct_write(algo_ledger_t *l, account_t *a) {
  if (a->epoch == l->journal.epoch) return &a->d;
  account_data_t *old = malloc(sizeof *old);
  journal_item_t *it = old ? algo_ljournal_add(l, J_ACCOUNT, true) : NULL;
  if (!it) {
    free(old);
    l->oom = true;
    l->nowhere = a->d; /* what cannot be undone is not done */
    return &l->nowhere;
  }
  *old = a->d;
  it->u.account.account = a;
  it->u.account.data = old;
  a->epoch = l->journal.epoch;
  return &a->d;
}

/* ---- holdings ---- */

holding_t *algo_lholding(const account_t *a, uint64_t asset) {
  size_t i = place(a->holdings, a->n_holdings, sizeof *a->holdings, asset);
  return i < a->n_holdings && a->holdings[i].asset == asset ? &a->holdings[i] : NULL;
}

bool algo_lraw_holding(algo_ledger_t *l, account_t *a, bool *present, holding_t *h) {
  size_t i = place(a->holdings, a->n_holdings, sizeof *h, h->asset);
  bool there = i < a->n_holdings && a->holdings[i].asset == h->asset;
  holding_t was = there ? a->holdings[i] : (holding_t){h->asset, 0, false};
  if (*present && !there) {
    if (!grow((void **)&a->holdings, &a->cap_holdings, a->n_holdings, sizeof *h)) {
      l->oom = true;
      return false;
    }
    memmove(a->holdings + i + 1, a->holdings + i, (a->n_holdings++ - i) * sizeof *h);
  }
  if (*present) a->holdings[i] = *h;
  else if (there) memmove(a->holdings + i, a->holdings + i + 1, (--a->n_holdings - i) * sizeof *h);
  *h = was;
  *present = there;
  return true;
}

void algo_lholding_put(algo_ledger_t *l, account_t *a, uint64_t asset, const holding_t *h) {
  holding_t other = h ? *h : (holding_t){0};
  bool present = h != NULL;
  other.asset = asset;
  journal_item_t *it = algo_ljournal_add(l, J_HOLDING, false);
  if (!it) return;
  if (!algo_lraw_holding(l, a, &present, &other)) {
    algo_ljournal_drop_last(l);
    return;
  }
  it->present = present;
  it->u.holding.account = a;
  it->u.holding.holding = other;
}

/* ---- local states ---- */

local_t *algo_llocal(const account_t *a, uint64_t app) {
  size_t i = place(a->locals, a->n_locals, sizeof *a->locals, app);
  return i < a->n_locals && a->locals[i].app == app ? &a->locals[i] : NULL;
}

bool algo_lraw_local(algo_ledger_t *l, account_t *a, bool *present, local_t *x) {
  size_t i = place(a->locals, a->n_locals, sizeof *x, x->app);
  bool there = i < a->n_locals && a->locals[i].app == x->app;
  local_t was = there ? a->locals[i] : (local_t){.app = x->app};
  if (*present && !there) {
    if (!grow((void **)&a->locals, &a->cap_locals, a->n_locals, sizeof *x)) {
      l->oom = true;
      return false;
    }
    memmove(a->locals + i + 1, a->locals + i, (a->n_locals++ - i) * sizeof *x);
  }
  if (*present) a->locals[i] = *x;
  else if (there) memmove(a->locals + i, a->locals + i + 1, (--a->n_locals - i) * sizeof *x);
  *x = was;
  *present = there;
  return true;
}

void algo_llocal_put(algo_ledger_t *l, account_t *a, uint64_t app, const algo_schema_t *schema) {
  local_t other = {.app = app};
  bool present = schema != NULL;
  if (schema) {
    other.schema = *schema;
    if (!(other.kv = algo_lkv_new(a, app))) {
      l->oom = true;
      return;
    }
  }
  journal_item_t *it = algo_ljournal_add(l, J_LOCAL, false);
  if (!it || !algo_lraw_local(l, a, &present, &other)) {
    if (it) algo_ljournal_drop_last(l);
    algo_lkv_unref(other.kv);
    return;
  }
  it->present = present;
  it->u.local.account = a;
  it->u.local.local = other;
}

/* ---- assets ---- */

static bool asset_eq(const void *item, const void *key) {
  return ((const asset_t *)item)->id == *(const uint64_t *)key;
}
asset_t *algo_lasset(const algo_ledger_t *l, uint64_t id) {
  asset_t *a = algo_ltable_find(&l->assets, hash_u64(id), asset_eq, &id);
  return a || !l->origin || !algo_lorigin_asset(l, id) ? a : algo_ltable_find(&l->assets, hash_u64(id), asset_eq, &id);
}

void algo_lasset_free(asset_t *a) {
  if (!a) return;
  blob_unref(a->text);
  free(a);
}

bool algo_lraw_asset(algo_ledger_t *l, uint64_t id, asset_t **a) {
  asset_t *was = algo_lasset(l, id);
  if (was) {
    algo_ltable_remove(&l->assets, hash_u64(id), was);
    ids_set(&was->creator->assets, id, false);
  }
  if (*a && !algo_ltable_add(&l->assets, hash_u64(id), *a)) return !(l->oom = true); /* then there was none */
  if (*a && !ids_set(&(*a)->creator->assets, id, true)) {
    algo_ltable_remove(&l->assets, hash_u64(id), *a);
    return !(l->oom = true);
  }
  *a = was;
  return true;
}

asset_t *algo_lasset_new(uint64_t id, account_t *creator, const algo_asset_params_t *p) {
  asset_t *a = calloc(1, sizeof *a);
  size_t n = p->unit_name.n + p->name.n + p->url.n;
  blob_t *text = malloc(sizeof *text + n);
  if (!a || !text) {
    free(a);
    free(text);
    return NULL;
  }
  *text = (blob_t){.refs = 1, .n = (uint32_t)n};
  *a = (asset_t){id, creator, *p, text};
  uint8_t *at = text->p;
  algo_bytes_t *views[] = {&a->params.unit_name, &a->params.name, &a->params.url};
  for (size_t i = 0; i < 3; i++) {
    if (views[i]->n) memcpy(at, views[i]->p, views[i]->n);
    views[i]->p = at;
    at += views[i]->n;
  }
  return a;
}

void algo_lasset_put(algo_ledger_t *l, uint64_t id, account_t *creator, const algo_asset_params_t *p) {
  asset_t *a = p ? algo_lasset_new(id, creator, p) : NULL;
  journal_item_t *it = !p || a ? algo_ljournal_add(l, J_ASSET, true) : NULL;
  if (!it || !algo_lraw_asset(l, id, &a)) {
    if (it) algo_ljournal_drop_last(l);
    algo_lasset_free(a);
    l->oom = true;
    return;
  }
  it->u.asset.id = id;
  it->u.asset.asset = a;
}

/* ---- applications ---- */

static bool app_eq(const void *item, const void *key) { return ((const app_t *)item)->id == *(const uint64_t *)key; }
app_t *algo_lapp(const algo_ledger_t *l, uint64_t id) {
  app_t *a = algo_ltable_find(&l->apps, hash_u64(id), app_eq, &id);
  return a || !l->origin || !algo_lorigin_app(l, id) ? a : algo_ltable_find(&l->apps, hash_u64(id), app_eq, &id);
}

void algo_lapp_free(app_t *a) {
  if (!a) return;
  blob_unref(a->approval);
  blob_unref(a->clear);
  algo_lkv_unref(a->globals);
  free(a);
}

app_t *algo_lapp_copy(const app_t *a) {
  app_t *b = malloc(sizeof *b);
  if (!b) return NULL;
  *b = *a;
  blob_ref(b->approval);
  blob_ref(b->clear);
  b->globals->refs++;
  return b;
}

bool algo_lraw_app(algo_ledger_t *l, uint64_t id, app_t **a) {
  app_t *was = algo_lapp(l, id);
  if (was) {
    algo_ltable_remove(&l->apps, hash_u64(id), was);
    ids_set(&was->creator->apps, id, false);
  }
  if (*a && !algo_ltable_add(&l->apps, hash_u64(id), *a)) return !(l->oom = true); /* then there was none */
  if (*a && !ids_set(&(*a)->creator->apps, id, true)) {
    algo_ltable_remove(&l->apps, hash_u64(id), *a);
    return !(l->oom = true);
  }
  *a = was;
  return true;
}

void algo_lapp_put(algo_ledger_t *l, uint64_t id, app_t *a) {
  journal_item_t *it = algo_ljournal_add(l, J_APP, true);
  if (!it || !algo_lraw_app(l, id, &a)) {
    if (it) algo_ljournal_drop_last(l);
    algo_lapp_free(a);
    return;
  }
  it->u.app.id = id;
  it->u.app.app = a;
}

/* ---- the end ---- */

static void account_free(account_t *a) {
  for (size_t i = 0; i < a->n_locals; i++) algo_lkv_unref(a->locals[i].kv);
  free(a->holdings);
  free(a->locals);
  free(a->assets.v);
  free(a->apps.v);
  free(a->stakes);
  free(a);
}

void algo_lrecords_fini(algo_ledger_t *l) {
  for (size_t i = 0; i < l->assets.cap; i++) algo_lasset_free(l->assets.slots[i]);
  for (size_t i = 0; i < l->apps.cap; i++) algo_lapp_free(l->apps.slots[i]);
  for (size_t i = 0; i < l->boxes.cap; i++) {
    box_t *b = l->boxes.slots[i];
    if (!b) continue;
    blob_unref(b->name);
    blob_unref(b->value);
    free(b);
  }
  for (size_t i = 0; i < l->app_boxes.cap; i++) {
    app_boxes_t *b = l->app_boxes.slots[i];
    if (b) free(b->v);
    free(b);
  }
  for (size_t i = 0; i < l->leases.cap; i++) free(l->leases.slots[i]);
  for (size_t i = 0; i < l->accounts.cap; i++)
    if (l->accounts.slots[i]) account_free(l->accounts.slots[i]);
  table_t *tables[] = {&l->assets, &l->apps, &l->boxes, &l->app_boxes, &l->leases, &l->accounts};
  for (size_t i = 0; i < 6; i++) algo_ltable_fini(tables[i]);
  free(l->txids.v);
  free(l->online);
}
