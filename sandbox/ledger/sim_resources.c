/* Resources that a group used without naming them, within what it could have named.
 * Source: go-algorand 5.1, ledger/simulation/resources.go. */
#include "sim.h"

#define ADDRESS_VERSION 7u /* from here on naming an application names its account */
#define SHARING_VERSION 9u

static uint64_t per_ref(const sim_t *s) { return s->l->consensus->bytes_per_box_reference; }
static int64_t box_count(const sim_tracker_t *t) { return (int64_t)t->boxes.n + t->empty_refs; }
static int64_t ref_count(const sim_tracker_t *t) {
  return (int64_t)(t->accounts.n + t->assets.n + t->apps.n) + box_count(t);
}
static bool room(const sim_tracker_t *t, size_t n, int64_t max) {
  return (int64_t)n < max && ref_count(t) < t->max_refs;
}

/* ---- accounts ---- */

static size_t find_account(const sim_tracker_t *t, const algo_addr_t *a) {
  size_t i = 0;
  while (i < t->accounts.n && !algo_addr_eq(&t->accounts.v[i], a)) i++;
  return i;
}

static bool has_account(const sim_tracker_t *t, const algo_addr_t *a, uint64_t version) {
  if (find_account(t, a) < t->accounts.n) return true;
  for (size_t i = 0; version >= ADDRESS_VERSION && i < t->apps.n; i++) {
    algo_addr_t own;
    algo_addr_of_app(&own, t->apps.v[i]);
    if (algo_addr_eq(&own, a)) return true;
  }
  return false;
}

static void drop_account(sim_tracker_t *t, size_t i) {
  if (i < t->accounts.n) t->accounts.v[i] = t->accounts.v[--t->accounts.n];
}

static bool add_account(sim_t *s, sim_tracker_t *t, const algo_addr_t *a) {
  algo_addr_t *at = room(t, t->accounts.n, t->max_accounts) ? SIM_PUSH(s->arena, t->accounts) : NULL;
  if (at) *at = *a;
  return at != NULL;
}

static bool allow_account(void *self, const algo_addr_t *a) {
  sim_t *s = self;
  sim_tracker_t *own = &s->local[s->root];
  if (s->sharing) {
    for (size_t i = 0; i < s->n; i++)
      if (has_account(&s->local[i], a, s->version)) return true;
    return has_account(&s->global, a, s->version) || add_account(s, &s->global, a);
  }
  if (has_account(own, a, s->version)) return true;
  if (!add_account(s, own, a)) return false;
  size_t i = find_account(&s->global, a);
  if (i < s->global.accounts.n) { /* named by the transaction alone from now on */
    drop_account(&s->global, i);
    s->global.max_accounts++;
    s->global.max_refs++;
  }
  if (!room(&s->global, s->global.accounts.n, s->global.max_accounts)) {
    drop_account(own, find_account(own, a));
    return false;
  }
  s->global.max_accounts--;
  s->global.max_refs--;
  return true;
}

/* ---- assets ---- */

static size_t find_id(const uint64_t *v, size_t n, uint64_t id) {
  size_t i = 0;
  while (i < n && v[i] != id) i++;
  return i;
}

static bool add_asset(sim_t *s, sim_tracker_t *t, uint64_t id) {
  uint64_t *at = room(t, t->assets.n, t->max_assets) ? SIM_PUSH(s->arena, t->assets) : NULL;
  if (at) *at = id;
  return at != NULL;
}

static bool allow_asset(void *self, uint64_t id) {
  sim_t *s = self;
  sim_tracker_t *own = &s->local[s->root], *all = &s->global;
  if (s->sharing) {
    for (size_t i = 0; i < s->n; i++)
      if (find_id(s->local[i].assets.v, s->local[i].assets.n, id) < s->local[i].assets.n) return true;
    return find_id(all->assets.v, all->assets.n, id) < all->assets.n || add_asset(s, all, id);
  }
  if (find_id(own->assets.v, own->assets.n, id) < own->assets.n) return true;
  if (!add_asset(s, own, id)) return false;
  size_t i = find_id(all->assets.v, all->assets.n, id);
  if (i < all->assets.n) {
    all->assets.v[i] = all->assets.v[--all->assets.n];
    all->max_assets++;
    all->max_refs++;
  }
  if (!room(all, all->assets.n, all->max_assets)) {
    own->assets.n--;
    return false;
  }
  all->max_assets--;
  all->max_refs--;
  return true;
}

/* ---- reading and writing boxes ---- */

static uint64_t io_budget(const sim_t *s, const sim_tracker_t *t) {
  uint64_t budget = (uint64_t)box_count(t) * per_ref(s);
  return t->read_surplus > 0 ? sat_add(budget, (uint64_t)t->read_surplus) : sat_sub(budget, (uint64_t)-t->read_surplus);
}

static bool add_empty_refs(const sim_t *s, sim_tracker_t *t, uint64_t bytes) {
  int64_t refs = (int64_t)((bytes + per_ref(s) - 1) / per_ref(s));
  if (refs > t->max_boxes - box_count(t) || refs > t->max_refs - ref_count(t)) return false;
  t->empty_refs += refs;
  return true;
}

static bool reconcile_read(const sim_t *s, sim_tracker_t *t, bool may_remove) {
  uint64_t used = t->big_bytes, budget = io_budget(s, t), each = per_ref(s);
  for (size_t i = 0; i < t->boxes.n; i++) used = sat_add(used, t->boxes.v[i].read);
  if (may_remove && t->empty_refs > 0 && sat_sub(budget, used) >= each && sat_sub(budget, t->max_write) >= each) {
    t->empty_refs--; /* the box just named does for it */
    budget = sat_sub(budget, each);
  }
  if (box_count(t) > t->max_boxes || ref_count(t) > t->max_refs) return false;
  return used <= budget || add_empty_refs(s, t, used - budget);
}

static bool allow_box(void *self, uint64_t app, algo_bytes_t name, bool new_app, uint64_t create_size) {
  sim_t *s = self;
  sim_tracker_t *t = &s->global;
  (void)create_size;
  for (size_t i = 0; i < t->boxes.n; i++)
    if (t->boxes.v[i].app == app && algo_bytes_eq(t->boxes.v[i].name, name)) return true;
  const box_t *b = algo_lbox(s->l, app, name);
  sim_box_t *at = SIM_PUSH(s->arena, t->boxes);
  if (!at) return false;
  *at = (sim_box_t){app, algo_arena_dup(s->arena, name), b ? b->value->n : 0, new_app};
  if (reconcile_read(s, t, true)) return true;
  t->boxes.n--;
  return false;
}

static bool allow_surplus(void *self, int64_t surplus) {
  sim_t *s = self;
  s->global.read_surplus = surplus;
  return surplus > 0 || add_empty_refs(s, &s->global, (uint64_t)-surplus);
}

static uint64_t most_io(const sim_t *s) {
  const sim_tracker_t *t = &s->global;
  int64_t boxes = t->max_refs - (int64_t)(t->accounts.n + t->assets.n + t->apps.n);
  if (t->max_boxes < boxes) boxes = t->max_boxes;
  return (uint64_t)(s->starting_boxes + boxes) * per_ref(s);
}

void algo_lsim_write_budget(sim_t *s, algo_avm_group_t *g, bool set) {
  sim_tracker_t *t = &s->global;
  uint64_t used = algo_avm_group_dirty_bytes(g);
  uint64_t have = (uint64_t)(s->starting_boxes + box_count(t)) * per_ref(s);
  if (used > have) add_empty_refs(s, t, used - have);
  if (t->max_write < used) t->max_write = used;
  if (set) algo_avm_group_set_io_budget(g, most_io(s));
}

/* ---- applications ---- */

/* Large programs are read against the same budget. */
static bool add_program_bytes(sim_t *s, uint64_t id, uint64_t *added) {
  sim_tracker_t *t = &s->global;
  const app_t *a = algo_lapp(s->l, id);
  *added = 0;
  for (size_t i = 0; i < t->big_apps.n; i++)
    if (t->big_apps.v[i].id == id) return true;
  uint64_t extra = a ? algo_avm_large_program_bytes(s->l->consensus, (uint64_t)a->approval->n + a->clear->n) : 0;
  sim_pair_t *at = extra ? SIM_PUSH(s->arena, t->big_apps) : NULL;
  if (!at) return extra == 0;
  at->id = id;
  t->big_bytes = sat_add(t->big_bytes, extra);
  *added = extra;
  if (reconcile_read(s, t, false)) return true;
  t->big_apps.n--;
  t->big_bytes -= extra;
  *added = 0;
  return false;
}

static bool add_app(sim_t *s, sim_tracker_t *t, uint64_t id) {
  if ((int64_t)t->apps.n >= t->max_apps) return false;
  if (s->version >= ADDRESS_VERSION) { /* its account needs no reference of its own any more */
    algo_addr_t own;
    algo_addr_of_app(&own, id);
    drop_account(t, find_account(t, &own));
  }
  uint64_t *at = ref_count(t) < t->max_refs ? SIM_PUSH(s->arena, t->apps) : NULL;
  if (at) *at = id;
  return at != NULL;
}

static bool add_local_app(sim_t *s, uint64_t id) {
  sim_tracker_t *own = &s->local[s->root], *all = &s->global;
  if (!add_app(s, own, id)) return false;
  size_t i = find_id(all->apps.v, all->apps.n, id);
  if (i < all->apps.n) {
    all->apps.v[i] = all->apps.v[--all->apps.n];
    all->max_apps++;
    all->max_refs++;
  }
  if (!room(all, all->apps.n, all->max_apps)) {
    own->apps.n--;
    return false;
  }
  all->max_apps--;
  all->max_refs--;
  if (all->max_accounts > 0) all->max_accounts--;
  return true;
}

static bool allow_app(void *self, uint64_t id) {
  sim_t *s = self;
  sim_tracker_t *own = &s->local[s->root], *all = &s->global;
  if (s->sharing) {
    for (size_t i = 0; i < s->n; i++)
      if (find_id(s->local[i].apps.v, s->local[i].apps.n, id) < s->local[i].apps.n) return true;
    if (find_id(all->apps.v, all->apps.n, id) < all->apps.n) return true;
  } else if (find_id(own->apps.v, own->apps.n, id) < own->apps.n) {
    return true;
  }
  int64_t empty = all->empty_refs;
  uint64_t bytes;
  if (!add_program_bytes(s, id, &bytes)) return false;
  if (s->sharing ? add_app(s, all, id) : add_local_app(s, id)) return true;
  if (bytes) {
    all->big_apps.n--;
    all->big_bytes -= bytes;
    all->empty_refs = empty;
  }
  return false;
}

/* ---- pairs ---- */

static bool allow_pair(sim_t *s, bool holding, const algo_addr_t *a, uint64_t id) {
  sim_tracker_t *t = &s->global;
  const sim_pair_t *v = holding ? t->holdings.v : t->locals.v;
  size_t n = holding ? t->holdings.n : t->locals.n;
  for (size_t i = 0; i < n; i++)
    if (v[i].id == id && algo_addr_eq(&v[i].account, a)) return true;
  if ((int64_t)(t->holdings.n + t->locals.n) >= t->max_cross) return false;
  sim_pair_t *at = holding ? SIM_PUSH(s->arena, t->holdings) : SIM_PUSH(s->arena, t->locals);
  if (at) *at = (sim_pair_t){*a, id};
  return at != NULL;
}

static bool allow_holding(void *self, const algo_addr_t *a, uint64_t asset) { return allow_pair(self, true, a, asset); }
static bool allow_local(void *self, const algo_addr_t *a, uint64_t app) {
  algo_addr_t own;
  algo_addr_of_app(&own, app);
  return algo_addr_eq(&own, a) || allow_pair(self, false, a, app);
}

/* ---- the limits ---- */

static void limits_of(const sim_t *s, size_t i, sim_tracker_t *t) {
  const algo_consensus_t *c = s->l->consensus;
  const algo_txn_t *x = &s->txns[i].txn;
  *t = (sim_tracker_t){0};
  if (x->type != ALGO_TX_APPL) return;
  int64_t accounts = (int64_t)x->n_accounts, apps = (int64_t)x->n_foreign_apps, assets = (int64_t)x->n_foreign_assets;
  int64_t boxes = (int64_t)x->n_boxes;
  t->max_accounts = (int64_t)(c->max_app_txn_accounts + c->max_app_txn_foreign_apps) - accounts - apps;
  t->max_assets = (int64_t)c->max_app_txn_foreign_assets - assets;
  t->max_apps = (int64_t)c->max_app_txn_foreign_apps - apps;
  t->max_boxes = (int64_t)c->max_app_box_references - boxes;
  t->max_refs = (int64_t)c->max_app_total_txn_references - accounts - assets - apps - boxes;
}

void algo_lsim_policy(sim_t *s) {
  const algo_consensus_t *c = s->l->consensus;
  sim_tracker_t *t = &s->global;
  int64_t unused = (int64_t)c->max_group_size - (int64_t)s->n, other = 0;
  int64_t apps = (int64_t)c->max_app_txn_foreign_apps;
  t->max_accounts = unused * ((int64_t)c->max_app_txn_accounts + apps);
  t->max_assets = unused * (int64_t)c->max_app_txn_foreign_assets;
  t->max_apps = unused * apps;
  t->max_boxes = unused * (int64_t)c->max_app_box_references;
  t->max_refs = unused * (int64_t)c->max_app_total_txn_references;
  for (size_t i = 0; i < s->n; i++) {
    sim_tracker_t *x = &s->local[i];
    limits_of(s, i, x);
    t->max_accounts += x->max_accounts;
    t->max_assets += x->max_assets;
    t->max_apps += x->max_apps;
    t->max_boxes += x->max_boxes;
    t->max_refs += x->max_refs;
    s->starting_boxes += (int64_t)s->txns[i].txn.n_boxes;
    other += s->txns[i].txn.type != ALGO_TX_APPL;
  }
  t->max_cross = apps * (apps + 2) * ((int64_t)c->max_group_size - other);
  s->policy = (algo_avm_policy_t){s,           allow_account, allow_asset,  allow_app, allow_holding,
                                  allow_local, allow_box,     allow_surplus};
}

void algo_lsim_enter_program(sim_t *s, algo_avm_context_t *cx) {
  s->sharing = false;
  for (const algo_avm_context_t *at = cx; at && !s->sharing; at = algo_avm_group_parent(algo_avm_cx_group(at))) {
    uint64_t version = 0;
    algo_program_version(algo_avm_cx_program(at), &version, NULL, NULL);
    s->sharing = version >= SHARING_VERSION;
    if (at == cx) s->version = version;
  }
  algo_avm_group_set_io_budget(algo_avm_cx_group(cx), most_io(s));
}

/* ---- the answer ---- */

/* If box i is the first of its application, all of these, one after another. A node lists boxes in any order; clients
 * that spread them over transactions need less room, and fewer of them fail at it, when an application comes once. A
 * new application's number is of no use later: an empty reference does. */
static void list_boxes(const sim_tracker_t *t, size_t i, struct algo_sim_box *boxes, algo_sim_unnamed_t *out) {
  const sim_box_t *b = t->boxes.v;
  for (size_t k = 0; k < i; k++)
    if (b[k].app == b[i].app) return;
  for (size_t k = i; k < t->boxes.n; k++) {
    if (b[k].app != b[i].app) continue;
    if (b[k].new_app) out->extra_box_refs++;
    else boxes[out->n_boxes++] = (struct algo_sim_box){b[k].app, b[k].name};
  }
}

void algo_lsim_unnamed(const sim_tracker_t *t, algo_sim_unnamed_t *out, algo_arena_t *arena) {
  *out = (algo_sim_unnamed_t){
      .accounts = t->accounts.v, .n_accounts = t->accounts.n, .assets = t->assets.v, .n_assets = t->assets.n};
  out->apps = t->apps.v;
  out->n_apps = t->apps.n;
  out->extra_box_refs = (uint64_t)t->empty_refs;
  struct algo_sim_box *boxes = algo_arena_array(arena, t->boxes.n + 1, sizeof *boxes);
  struct algo_sim_holding *holdings = algo_arena_array(arena, t->holdings.n + 1, sizeof *holdings);
  struct algo_sim_local *locals = algo_arena_array(arena, t->locals.n + 1, sizeof *locals);
  if (!boxes || !holdings || !locals) return;
  for (size_t i = 0; i < t->boxes.n; i++) list_boxes(t, i, boxes, out);
  for (size_t i = 0; i < t->holdings.n; i++)
    holdings[out->n_holdings++] = (struct algo_sim_holding){t->holdings.v[i].account, t->holdings.v[i].id};
  for (size_t i = 0; i < t->locals.n; i++)
    locals[out->n_locals++] = (struct algo_sim_local){t->locals.v[i].account, t->locals.v[i].id};
  out->boxes = boxes;
  out->holdings = holdings;
  out->locals = locals;
}
