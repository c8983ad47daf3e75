/* references.c - what simulate saw touched, put into the calls' references.
 *
 * What one call alone can name goes there; what the group shares goes to the first call with room, an asset holding or
 * a local state whole into one call. In order of size and bytes, so that the same touch gives the same group. */
#include "composer.h"

#include <stdlib.h>

/* The limits that every network has (consensus v41 lets accounts be 8). */
#define MAX_ACCOUNTS   4u
#define MAX_REFERENCES 8u

/* One call's references while they grow. */
typedef struct refs {
  bool usable; /* a call, and not one with an access list */
  algo_addr_t sender, self;
  uint64_t app;
  algo_addr_t accounts[MAX_REFERENCES];
  size_t n_accounts;
  uint64_t apps[MAX_REFERENCES], assets[MAX_REFERENCES];
  size_t n_apps, n_assets;
  algo_box_ref_t boxes[MAX_REFERENCES];
  size_t n_boxes;
} refs_t;

static size_t room(const refs_t *r) {
  size_t used = r->n_accounts + r->n_apps + r->n_assets + r->n_boxes;
  return r->usable && used < MAX_REFERENCES ? MAX_REFERENCES - used : 0;
}

static void open_refs(refs_t *r, const algo_txn_t *t) {
  memset(r, 0, sizeof *r);
  if (t->type != ALGO_TX_APPL || t->n_access > 0) return;
  if (t->n_accounts + t->n_foreign_apps + t->n_foreign_assets + t->n_boxes > MAX_REFERENCES) return;
  r->usable = true;
  r->sender = t->sender, r->app = t->app_id;
  if (t->app_id != 0) algo_addr_of_app(&r->self, t->app_id);
  for (; r->n_accounts < t->n_accounts; r->n_accounts++) r->accounts[r->n_accounts] = t->accounts[r->n_accounts];
  for (; r->n_apps < t->n_foreign_apps; r->n_apps++) r->apps[r->n_apps] = t->foreign_apps[r->n_apps];
  for (; r->n_assets < t->n_foreign_assets; r->n_assets++) r->assets[r->n_assets] = t->foreign_assets[r->n_assets];
  for (; r->n_boxes < t->n_boxes; r->n_boxes++) r->boxes[r->n_boxes] = t->boxes[r->n_boxes];
}

static bool has_account(const refs_t *r, const algo_addr_t *a) {
  if (!r->usable) return false;
  if (algo_addr_eq(a, &r->sender) || (r->app != 0 && algo_addr_eq(a, &r->self))) return true;
  for (size_t i = 0; i < r->n_accounts; i++)
    if (algo_addr_eq(a, &r->accounts[i])) return true;
  for (size_t i = 0; i < r->n_apps; i++) { /* a named application's account */
    algo_addr_t of;
    algo_addr_of_app(&of, r->apps[i]);
    if (algo_addr_eq(a, &of)) return true;
  }
  return false;
}

static bool has_number(const uint64_t *list, size_t n, uint64_t v) {
  for (size_t i = 0; i < n; i++)
    if (list[i] == v) return true;
  return false;
}

static bool has_app(const refs_t *r, uint64_t app) {
  return r->usable && (r->app == app || has_number(r->apps, r->n_apps, app));
}
static bool has_asset(const refs_t *r, uint64_t id) { return r->usable && has_number(r->assets, r->n_assets, id); }

/* Each adds unless it is there; false: no room. */
static bool put_account(refs_t *r, const algo_addr_t *a) {
  if (has_account(r, a)) return true;
  if (room(r) == 0 || r->n_accounts >= MAX_ACCOUNTS) return false;
  r->accounts[r->n_accounts++] = *a;
  return true;
}

static bool put_app(refs_t *r, uint64_t app) {
  if (has_app(r, app)) return true;
  if (room(r) == 0) return false;
  r->apps[r->n_apps++] = app;
  return true;
}

static bool put_asset(refs_t *r, uint64_t id) {
  if (has_asset(r, id)) return true;
  if (room(r) == 0) return false;
  r->assets[r->n_assets++] = id;
  return true;
}

static uint64_t box_index(const refs_t *r, uint64_t app) {
  if (app == 0 || app == r->app) return 0;
  for (size_t i = 0; i < r->n_apps; i++)
    if (r->apps[i] == app) return i + 1;
  return UINT64_MAX;
}

static bool has_box(const refs_t *r, const algo_box_name_t *b) {
  uint64_t index = r->usable ? box_index(r, b->app) : UINT64_MAX;
  for (size_t i = 0; index != UINT64_MAX && i < r->n_boxes; i++)
    if (r->boxes[i].index == index && algo_bytes_eq(r->boxes[i].name, b->name)) return true;
  return false;
}

static bool put_box(refs_t *r, const algo_box_name_t *b) {
  if (has_box(r, b)) return true;
  if (room(r) < (box_index(r, b->app) == UINT64_MAX ? 2u : 1u) || !put_app(r, b->app == 0 ? r->app : b->app))
    return false;
  r->boxes[r->n_boxes++] = (algo_box_ref_t){box_index(r, b->app), b->name};
  return true;
}

static bool put_extra(refs_t *r) {
  if (room(r) == 0) return false;
  r->boxes[r->n_boxes++] = (algo_box_ref_t){0};
  return true;
}

/* An account with an asset or application: both in one call, or neither is put. */
static bool put_pair(refs_t *r, const algo_pair_ref_t *p, bool is_asset) {
  bool known = is_asset ? has_asset(r, p->id) : has_app(r, p->id), account = has_account(r, &p->account);
  size_t need = !known + !account;
  if (!r->usable || room(r) < need || (!account && r->n_accounts >= MAX_ACCOUNTS)) return false;
  return put_account(r, &p->account) && (is_asset ? put_asset(r, p->id) : put_app(r, p->id));
}

/* ---- one touched thing into a range of calls ---- */

typedef enum { THING_HOLDING, THING_LOCAL, THING_BOX, THING_ACCOUNT, THING_ASSET, THING_APP, THING_EXTRA } kind_t;
typedef struct thing {
  kind_t kind;
  const void *p;
} thing_t;

static bool has_thing(const refs_t *r, const thing_t *t) {
  const algo_pair_ref_t *pair = t->p;
  switch (t->kind) {
  case THING_HOLDING: return has_account(r, &pair->account) && has_asset(r, pair->id);
  case THING_LOCAL: return has_account(r, &pair->account) && has_app(r, pair->id);
  case THING_BOX: return has_box(r, t->p);
  case THING_ACCOUNT: return has_account(r, t->p);
  case THING_ASSET: return has_asset(r, *(const uint64_t *)t->p);
  case THING_APP: return has_app(r, *(const uint64_t *)t->p);
  case THING_EXTRA: return false;
  }
  return false;
}

static bool put_thing(refs_t *r, const thing_t *t) {
  if (!r->usable) return false;
  switch (t->kind) {
  case THING_HOLDING: return put_pair(r, t->p, true);
  case THING_LOCAL: return put_pair(r, t->p, false);
  case THING_BOX: return put_box(r, t->p);
  case THING_ACCOUNT: return put_account(r, t->p);
  case THING_ASSET: return put_asset(r, *(const uint64_t *)t->p);
  case THING_APP: return put_app(r, *(const uint64_t *)t->p);
  case THING_EXTRA: return put_extra(r);
  }
  return false;
}

/* What a call would have to add for it. */
static size_t cost(const refs_t *r, const thing_t *t) {
  refs_t copy = *r;
  return put_thing(&copy, t) ? room(r) - room(&copy) : SIZE_MAX;
}

static bool place(refs_t *calls, size_t n, const thing_t *t) {
  size_t best = n, best_cost = SIZE_MAX;
  for (size_t i = 0; i < n; i++) {
    if (has_thing(&calls[i], t)) return true;
    size_t c = cost(&calls[i], t);
    if (c < best_cost) best = i, best_cost = c;
  }
  return best < n && put_thing(&calls[best], t);
}

/* ---- orders ---- */

static int by_u64(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}
static int by_addr(const void *a, const void *b) { return memcmp(a, b, sizeof(algo_addr_t)); }
static int by_box(const void *a, const void *b) {
  const algo_box_name_t *x = a, *y = b;
  return x->app != y->app ? by_u64(&x->app, &y->app) : algo_bytes_cmp(x->name, y->name);
}
static int by_pair(const void *a, const void *b) {
  const algo_pair_ref_t *x = a, *y = b;
  return x->id != y->id ? by_u64(&x->id, &y->id) : by_addr(&x->account, &y->account);
}

static bool place_all(refs_t *calls, size_t n_calls, kind_t kind, const void *items, size_t n, size_t size,
                      int (*order)(const void *, const void *), algo_arena_t *arena) {
  if (n == 0) return true;
  uint8_t *sorted = algo_arena_array(arena, n, size);
  if (sorted == NULL) return false;
  memcpy(sorted, items, n * size);
  qsort(sorted, n, size, order);
  for (size_t i = 0; i < n; i++) {
    thing_t t = {kind, sorted + i * size};
    if (!place(calls, n_calls, &t)) return false;
  }
  return true;
}

static bool place_resources(refs_t *calls, size_t n, const algo_resources_t *r, algo_arena_t *arena) {
  bool ok = place_all(calls, n, THING_HOLDING, r->holdings, r->n_holdings, sizeof *r->holdings, by_pair, arena) &&
            place_all(calls, n, THING_LOCAL, r->locals, r->n_locals, sizeof *r->locals, by_pair, arena) &&
            place_all(calls, n, THING_BOX, r->boxes, r->n_boxes, sizeof *r->boxes, by_box, arena) &&
            place_all(calls, n, THING_ACCOUNT, r->accounts, r->n_accounts, sizeof *r->accounts, by_addr, arena) &&
            place_all(calls, n, THING_ASSET, r->assets, r->n_assets, sizeof *r->assets, by_u64, arena) &&
            place_all(calls, n, THING_APP, r->apps, r->n_apps, sizeof *r->apps, by_u64, arena);
  thing_t extra = {THING_EXTRA, NULL};
  for (uint64_t i = 0; ok && i < r->extra_box_refs; i++) ok = place(calls, n, &extra);
  return ok;
}

static algo_code_t close_refs(algo_txn_t *t, const refs_t *r, algo_arena_t *arena, algo_err_t *err) {
  if (!r->usable) return ALGO_OK;
  algo_bytes_t accounts = algo_arena_dup(arena, algo_bytes(r->accounts, sizeof r->accounts));
  algo_bytes_t apps = algo_arena_dup(arena, algo_bytes(r->apps, sizeof r->apps));
  algo_bytes_t assets = algo_arena_dup(arena, algo_bytes(r->assets, sizeof r->assets));
  algo_bytes_t boxes = algo_arena_dup(arena, algo_bytes(r->boxes, sizeof r->boxes));
  if (accounts.p == NULL || apps.p == NULL || assets.p == NULL || boxes.p == NULL) return client_nomem(err);
  t->accounts = (const void *)accounts.p, t->n_accounts = r->n_accounts;
  t->foreign_apps = (const void *)apps.p, t->n_foreign_apps = r->n_apps;
  t->foreign_assets = (const void *)assets.p, t->n_foreign_assets = r->n_assets;
  t->boxes = (const void *)boxes.p, t->n_boxes = r->n_boxes;
  return ALGO_OK;
}

algo_code_t composer_add_references(algo_composer_t *c, const algo_simulated_t *s, algo_err_t *err) {
  refs_t calls[ALGO_GROUP_MAX];
  bool ok = true;
  for (size_t i = 0; i < c->n; i++) open_refs(&calls[i], &c->group[i].txn);
  for (size_t i = 0; ok && i < c->n && i < s->n_txns; i++)
    ok = place_resources(&calls[i], 1, &s->txns[i].resources, &c->arena);
  if (ok) ok = place_resources(calls, c->n, &s->resources, &c->arena);
  if (!ok)
    return algo_err_set(err, ALGO_E_RANGE,
                        "the calls touch more accounts, assets, applications and boxes than they can name (%u a call)",
                        MAX_REFERENCES);
  for (size_t i = 0; i < c->n; i++) {
    algo_code_t r = close_refs(&c->group[i].txn, &calls[i], &c->arena, err);
    if (r != ALGO_OK) return r;
  }
  return ALGO_OK;
}
