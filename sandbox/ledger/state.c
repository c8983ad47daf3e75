/* Application state, boxes, leases and transaction ids. */
#include "internal.h"

/* ---- keys and values ---- */

kv_t *algo_lkv_new(account_t *owner, uint64_t app) {
  kv_t *kv = calloc(1, sizeof *kv);
  if (kv) *kv = (kv_t){.refs = 1, .owner = owner, .app = app};
  return kv;
}

void algo_lkv_unref(kv_t *kv) {
  if (!kv || --kv->refs) return;
  for (uint32_t i = 0; i < kv->n; i++) {
    blob_unref(kv->items[i].key);
    blob_unref(kv->items[i].bytes);
  }
  free(kv->items);
  free(kv);
}

static uint32_t kv_place(const kv_t *kv, algo_bytes_t key, bool *there) {
  uint32_t lo = 0, hi = kv->n;
  *there = false;
  while (lo < hi) {
    uint32_t mid = (lo + hi) / 2;
    int c = algo_bytes_cmp(blob_view(kv->items[mid].key), key);
    if (c == 0) {
      *there = true;
      return mid;
    }
    if (c < 0) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

kv_item_t *algo_lkv_find(const kv_t *kv, algo_bytes_t key) {
  bool there;
  uint32_t i = kv_place(kv, key, &there);
  return there ? &kv->items[i] : NULL;
}

static bool kv_grow(kv_t *kv) {
  if (kv->n < kv->cap) return true;
  uint32_t cap = kv->cap ? kv->cap * 2 : 4;
  kv_item_t *items = realloc(kv->items, cap * sizeof *items);
  if (!items) return false;
  kv->items = items;
  kv->cap = cap;
  return true;
}

/* item->key is the item's own and stays so: what goes in takes a reference of its own. */
bool algo_lraw_kv(algo_ledger_t *l, kv_t *kv, bool *present, kv_item_t *item) {
  bool there;
  uint32_t i = kv_place(kv, blob_view(item->key), &there);
  kv_item_t was = there ? kv->items[i] : (kv_item_t){0};
  if (*present && !there) {
    if (!kv_grow(kv)) {
      l->oom = true;
      return false;
    }
    memmove(kv->items + i + 1, kv->items + i, (kv->n++ - i) * sizeof was);
    kv->items[i].key = blob_ref(item->key);
  } else if (!*present && there) {
    blob_unref(was.key);
    memmove(kv->items + i, kv->items + i + 1, (--kv->n - i) * sizeof was);
  }
  if (there) *(was.bytes ? &kv->n_bytes : &kv->n_uint) -= 1;
  if (*present) {
    *(item->bytes ? &kv->n_bytes : &kv->n_uint) += 1;
    kv->items[i].bytes = item->bytes;
    kv->items[i].uint = item->uint;
  }
  item->bytes = was.bytes;
  item->uint = was.uint;
  *present = there;
  return true;
}

void algo_lkv_put(algo_ledger_t *l, kv_t *kv, algo_bytes_t key, const algo_tv_t *v) {
  kv_item_t *old = algo_lkv_find(kv, key); /* removing what is not there counts as a touch, as in a node's deltas */
  kv_item_t item = {.key = old ? blob_ref(old->key) : algo_lblob_new(key)};
  if (v && v->is_bytes) item.bytes = algo_lblob_new(v->bytes);
  else if (v) item.uint = v->uint;
  journal_item_t *it = item.key && (!v || !v->is_bytes || item.bytes) ? algo_ljournal_add(l, J_KV, v != NULL) : NULL;
  if (!it || !algo_lraw_kv(l, kv, &it->present, &item)) {
    if (it) algo_ljournal_drop_last(l);
    blob_unref(item.key);
    blob_unref(item.bytes);
    l->oom = true;
    return;
  }
  it->u.kv.item = item;
  it->u.kv.kv = kv;
  kv->refs++;
}

void algo_lkv_view(const kv_t *kv, algo_kv_t *out) {
  for (uint32_t i = 0; i < kv->n; i++) {
    const kv_item_t *k = &kv->items[i];
    out[i] = (algo_kv_t){blob_view(k->key), {k->bytes != NULL, k->bytes ? 0 : k->uint, blob_view(k->bytes)}, false};
  }
}

/* ---- boxes ---- */

typedef struct box_key {
  uint64_t app;
  algo_bytes_t name;
} box_key_t;
static bool box_eq(const void *item, const void *key) {
  const box_t *b = item;
  const box_key_t *k = key;
  return b->app == k->app && algo_bytes_eq(blob_view(b->name), k->name);
}
static uint32_t box_hash(uint64_t app, algo_bytes_t name) { return algo_lhash_bytes(name.p, name.n, app); }
static bool app_boxes_eq(const void *item, const void *key) {
  return ((const app_boxes_t *)item)->app == *(const uint64_t *)key;
}

box_t *algo_lbox(const algo_ledger_t *l, uint64_t app, algo_bytes_t name) {
  box_key_t k = {app, name};
  box_t *b = algo_ltable_find(&l->boxes, box_hash(app, name), box_eq, &k);
  return b || !l->origin || !algo_lorigin_box(l, app, name)
             ? b
             : algo_ltable_find(&l->boxes, box_hash(app, name), box_eq, &k);
}

app_boxes_t *algo_lapp_boxes(const algo_ledger_t *l, uint64_t app) {
  return algo_ltable_find(&l->app_boxes, hash_u64(app), app_boxes_eq, &app);
}

static bool list_add(algo_ledger_t *l, box_t *b) {
  app_boxes_t *list = algo_lapp_boxes(l, b->app);
  if (!list) {
    list = calloc(1, sizeof *list);
    if (!list || !algo_ltable_add(&l->app_boxes, hash_u64(b->app), list)) {
      free(list);
      return false;
    }
    list->app = b->app;
  }
  if (list->n == list->cap) {
    size_t cap = list->cap ? list->cap * 2 : 4;
    box_t **v = realloc(list->v, cap * sizeof *v);
    if (!v) return false;
    list->v = v;
    list->cap = cap;
  }
  b->at = list->n;
  list->v[list->n++] = b;
  return true;
}

/* Its memory is kept for when it comes back. */
static void box_remove(algo_ledger_t *l, box_t *b, box_t **spare) {
  app_boxes_t *list = algo_lapp_boxes(l, b->app);
  list->v[b->at] = list->v[--list->n];
  list->v[b->at]->at = b->at;
  algo_ltable_remove(&l->boxes, box_hash(b->app, blob_view(b->name)), b);
  blob_unref(b->name);
  free(*spare);
  *spare = b;
}

bool algo_lraw_box(algo_ledger_t *l, uint64_t app, blob_t *name, blob_t **value, box_t **spare) {
  box_t *b = algo_lbox(l, app, blob_view(name));
  blob_t *was = b ? b->value : NULL;
  if (*value && !b) {
    b = *spare ? *spare : calloc(1, sizeof *b);
    *spare = NULL;
    bool in = b && algo_ltable_add(&l->boxes, box_hash(app, blob_view(name)), b);
    if (b) *b = (box_t){app, blob_ref(name), NULL, 0};
    if (!in || !list_add(l, b)) {
      if (in) algo_ltable_remove(&l->boxes, box_hash(app, blob_view(name)), b);
      if (b) blob_unref(b->name);
      free(b);
      l->oom = true;
      return false;
    }
  }
  if (*value) b->value = *value;
  else if (b) box_remove(l, b, spare);
  *value = was;
  return true;
}

void algo_lbox_put(algo_ledger_t *l, uint64_t app, algo_bytes_t name, const algo_bytes_t *value) {
  box_t *b = algo_lbox(l, app, name);
  if (!b && !value) return;
  blob_t *key = b ? blob_ref(b->name) : algo_lblob_new(name);
  blob_t *other = value ? algo_lblob_new(*value) : NULL;
  box_t *spare = NULL;
  journal_item_t *it = key && (!value || other) ? algo_ljournal_add(l, J_BOX, true) : NULL;
  if (!it || !algo_lraw_box(l, app, key, &other, &spare)) {
    if (it) algo_ljournal_drop_last(l);
    blob_unref(key);
    blob_unref(other);
    l->oom = true;
    return;
  }
  it->u.box.app = app;
  it->u.box.name = key;
  it->u.box.spare = spare;
  it->u.box.value = other;
}

/* ---- leases ---- */

static bool lease_eq(const void *item, const void *key) { return memcmp(item, key, 64) == 0; }
static uint32_t lease_hash(const lease_t *k) { return algo_lhash_bytes(k, 64, 1); }

uint64_t algo_llease(const algo_ledger_t *l, const algo_addr_t *sender, const uint8_t lease[32]) {
  lease_t k = {.sender = *sender};
  memcpy(k.lease, lease, 32);
  const lease_t *x = algo_ltable_find(&l->leases, lease_hash(&k), lease_eq, &k);
  return x ? x->expires : 0;
}

void algo_llease_put(algo_ledger_t *l, const algo_addr_t *sender, const uint8_t lease[32], uint64_t expires) {
  lease_t k = {.sender = *sender};
  memcpy(k.lease, lease, 32);
  lease_t *x = algo_ltable_find(&l->leases, lease_hash(&k), lease_eq, &k);
  if (!x) {
    x = malloc(sizeof *x);
    if (!x || !algo_ltable_add(&l->leases, lease_hash(&k), x)) {
      free(x);
      l->oom = true;
      return;
    }
    *x = k;
  }
  journal_item_t *it = algo_ljournal_add(l, J_LEASE, true);
  if (!it) return;
  it->u.lease.lease = x;
  it->u.lease.expires = x->expires;
  x->expires = expires;
}

/* ---- transaction ids: in place, for there are many ---- */

static txref_t *txid_slot(const txrefs_t *t, const algo_digest_t *id) {
  for (size_t i = hash_digest(id->b) & (t->cap - 1);; i = (i + 1) & (t->cap - 1))
    if (!t->v[i].used || memcmp(&t->v[i].id, id, sizeof *id) == 0) return &t->v[i];
}

const txref_t *algo_ltxid(const algo_ledger_t *l, const algo_digest_t *id) {
  if (!l->txids.cap) return NULL;
  const txref_t *x = txid_slot(&l->txids, id);
  return x->used ? x : NULL;
}

static bool txids_grow(txrefs_t *t) {
  txrefs_t bigger = {NULL, t->n, t->cap ? t->cap * 2 : 1024};
  bigger.v = calloc(bigger.cap, sizeof *bigger.v);
  if (!bigger.v) return false;
  for (size_t i = 0; i < t->cap; i++)
    if (t->v[i].used) *txid_slot(&bigger, &t->v[i].id) = t->v[i];
  free(t->v);
  *t = bigger;
  return true;
}

static void txid_remove(txrefs_t *t, txref_t *x) {
  size_t mask = t->cap - 1, i = (size_t)(x - t->v);
  t->n--;
  for (size_t j = (i + 1) & mask; t->v[j].used; j = (j + 1) & mask) {
    size_t home = hash_digest(t->v[j].id.b) & mask;
    if (((j - home) & mask) < ((j - i) & mask)) continue;
    t->v[i] = t->v[j];
    i = j;
  }
  t->v[i].used = false;
}

bool algo_lraw_txid(algo_ledger_t *l, const algo_digest_t *id, bool *present, uint64_t *round, uint32_t *index) {
  if (*present && l->txids.n * 4 >= l->txids.cap * 3 && !txids_grow(&l->txids)) { /* to take one out needs none */
    l->oom = true;
    return false;
  }
  txref_t *x = txid_slot(&l->txids, id), was = *x;
  if (*present) {
    if (!was.used) l->txids.n++;
    *x = (txref_t){*id, *round, *index, true};
  } else if (was.used) {
    txid_remove(&l->txids, x);
  }
  *present = was.used;
  *round = was.round;
  *index = was.index;
  return true;
}

void algo_ltxid_put(algo_ledger_t *l, const algo_digest_t *id, uint64_t round, uint32_t index) {
  journal_item_t *it = algo_ljournal_add(l, J_TXID, true);
  if (!it) return;
  it->u.txid.id = *id;
  it->u.txid.round = round;
  it->u.txid.index = index;
  if (!algo_lraw_txid(l, id, &it->present, &it->u.txid.round, &it->u.txid.index)) algo_ljournal_drop_last(l);
}

void algo_ltxids_below(const algo_ledger_t *l, uint64_t round, algo_buf_t *out) {
  const txrefs_t *t = &l->txids;
  for (size_t i = 0; i < t->cap; i++)
    if (t->v[i].used && t->v[i].round < round) algo_buf_put(out, &t->v[i], sizeof t->v[i]);
}

/* Where there is no memory for a smaller table all of them stay. */
void algo_ltxids_drop(algo_ledger_t *l, uint64_t below) {
  txrefs_t *t = &l->txids, kept = {0};
  for (size_t i = 0; i < t->cap; i++) kept.n += t->v[i].used && t->v[i].round >= below;
  for (kept.cap = 1024; kept.n * 4 >= kept.cap * 2;) kept.cap *= 2;
  kept.v = calloc(kept.cap, sizeof *kept.v);
  if (!kept.v) return;
  for (size_t i = 0; i < t->cap; i++)
    if (t->v[i].used && t->v[i].round >= below) *txid_slot(&kept, &t->v[i].id) = t->v[i];
  free(t->v);
  *t = kept;
}
