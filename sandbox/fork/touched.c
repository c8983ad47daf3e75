/* What the blocks behind the fork's round may have changed: every address that a transaction names, every application
 * that runs (by its account), every asset that is configured, every box that is named: no program can come at another
 * one, but for boxes of an application that its group made. */
#include "algo/block.h"
#include "algo/hash.h"
#include "internal.h"

static size_t slot_of(const touched_t *t, const algo_addr_t *key) {
  size_t at;
  memcpy(&at, key->b, sizeof at);
  for (at &= t->cap - 1; t->rounds[at] != 0 && !algo_addr_eq(&t->keys[at], key);) at = (at + 1) & (t->cap - 1);
  return at;
}

static bool grow(touched_t *t) {
  touched_t bigger = *t;
  bigger.cap = t->cap == 0 ? 256 : t->cap * 2;
  bigger.keys = calloc(bigger.cap, sizeof *bigger.keys);
  bigger.rounds = calloc(bigger.cap, sizeof *bigger.rounds);
  if (bigger.keys == NULL || bigger.rounds == NULL) {
    free(bigger.keys);
    free(bigger.rounds);
    return false;
  }
  for (size_t i = 0; i < t->cap; i++) {
    if (t->rounds[i] == 0) continue;
    size_t at = slot_of(&bigger, &t->keys[i]);
    bigger.keys[at] = t->keys[i];
    bigger.rounds[at] = t->rounds[i];
  }
  free(t->keys);
  free(t->rounds);
  *t = bigger;
  return true;
}

void fork_touched_fini(touched_t *t) {
  free(t->keys);
  free(t->rounds);
  free(t->gone);
  *t = (touched_t){0};
}

typedef struct pass {
  touched_t *t;
  uint64_t round;
  bool oom;
} pass_t;

bool fork_mark(touched_t *t, const algo_addr_t *key, uint64_t round) {
  if (t->n * 2 >= t->cap && !grow(t)) return false;
  size_t at = slot_of(t, key);
  if (t->rounds[at] != 0) return true;
  t->keys[at] = *key;
  t->rounds[at] = round;
  t->n++;
  return true;
}

static void mark(pass_t *p, const algo_addr_t *key) {
  if (!algo_addr_is_zero(key) && !fork_mark(p->t, key, p->round)) p->oom = true;
}

static void mark_app(pass_t *p, uint64_t app) {
  algo_addr_t a;
  if (app == 0) return;
  algo_addr_of_app(&a, app);
  mark(p, &a);
}

void fork_asset_key(algo_addr_t *out, uint64_t asset) {
  memset(out, 0, sizeof *out);
  memcpy(out->b, "asset", 5);
  algo_put_be64(out->b + 8, asset);
}

static void mark_asset(pass_t *p, uint64_t asset) {
  algo_addr_t a;
  if (asset == 0) return;
  fork_asset_key(&a, asset);
  mark(p, &a);
}

void fork_box_key(algo_addr_t *out, uint64_t app, algo_bytes_t name) {
  uint8_t raw[11 + 64] = "box"; /* a longer name is no box's: as if it were cut */
  size_t n = name.n < 64 ? name.n : 64;
  algo_put_be64(raw + 3, app);
  if (n > 0) memcpy(raw + 11, name.p, n);
  algo_sha512_256(out->b, raw, 11 + n);
}

static void mark_box(pass_t *p, uint64_t app, algo_bytes_t name) {
  algo_addr_t a;
  if (app == 0 || name.n == 0) return;
  fork_box_key(&a, app, name);
  mark(p, &a);
}

static void mark_boxes(pass_t *p, const algo_txn_t *t) {
  for (size_t i = 0; i < t->n_boxes; i++) {
    const algo_box_ref_t *b = &t->boxes[i];
    bool other = b->index > 0 && b->index <= t->n_foreign_apps;
    mark_box(p, other ? t->foreign_apps[b->index - 1] : t->app_id, b->name);
  }
  for (size_t i = 0; i < t->n_access; i++) {
    const algo_box_ref_t *b = &t->access[i].box;
    bool other = b->index > 0 && b->index <= t->n_access;
    mark_box(p, other ? t->access[b->index - 1].app : t->app_id, b->name);
  }
}

static void mark_txn(pass_t *p, const algo_apply_t *x) {
  const algo_txn_t *t = &x->stxn.txn;
  const algo_addr_t *const named[] = {&t->sender,         &t->receiver,       &t->close_remainder_to, &t->asset_sender,
                                      &t->asset_receiver, &t->asset_close_to, &t->freeze_account};
  for (size_t i = 0; i < sizeof named / sizeof *named; i++) mark(p, named[i]);
  for (size_t i = 0; i < t->n_accounts; i++) mark(p, &t->accounts[i]);
  for (size_t i = 0; i < t->n_access; i++) mark(p, &t->access[i].address);
  for (size_t i = 0; i < x->delta.n_shared_accounts; i++) mark(p, &x->delta.shared_accounts[i]);
  for (size_t i = 0; i < t->n_foreign_apps; i++) mark_app(p, t->foreign_apps[i]);
  for (size_t i = 0; i < t->n_access; i++) mark_app(p, t->access[i].app);
  if (t->heartbeat != NULL) mark(p, &t->heartbeat->address);
  mark_app(p, t->app_id);
  mark_boxes(p, t);
  mark_app(p, x->created_app);
  mark_asset(p, t->config_asset);
  mark_asset(p, x->created_asset);
  if (!fork_note_gone(p->t, x, p->round)) p->oom = true;
  for (size_t i = 0; i < x->delta.n_inner; i++) mark_txn(p, &x->delta.inner[i]);
}

static algo_code_t look_at(algo_fork_t *f, uint64_t round, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t bytes = ALGO_BUF_INIT;
  algo_block_t b;
  pass_t p = {&f->touched, round, false};
  algo_code_t rc = fork_block(f, round, false, &bytes, err);
  if (rc == ALGO_OK) rc = algo_block_decode(&b, algo_buf_view(&bytes), &arena, err);
  if (rc == ALGO_OK) {
    mark(&p, &b.header.proposer);
    mark(&p, &b.header.fee_sink);
    if (b.header.rewards_rate != 0) mark(&p, &b.header.rewards_pool);
    for (size_t i = 0; i < b.header.n_expired; i++) mark(&p, &b.header.expired[i]);
    for (size_t i = 0; i < b.header.n_absent; i++) mark(&p, &b.header.absent[i]);
    for (size_t i = 0; i < b.n_txns; i++) mark_txn(&p, &b.txns[i]);
    if (p.oom) rc = fork_nomem(err);
  }
  algo_arena_fini(&arena);
  algo_buf_fini(&bytes);
  return rc;
}

algo_code_t fork_look(algo_fork_t *f, uint64_t last, algo_err_t *err) {
  if (last - f->origin.round > FORK_MAX_ROUNDS)
    return algo_err_set(err, ALGO_E_UNSUPPORTED,
                        "round %" PRIu64 " is %" PRIu64 " rounds behind the forked node %s: more than the %u that are "
                        "looked through for changes. Fork a later round",
                        f->origin.round, last - f->origin.round, algo_http_server(f->http), FORK_MAX_ROUNDS);
  while (f->touched.upto < last) {
    algo_code_t rc = look_at(f, f->touched.upto + 1, err);
    if (rc != ALGO_OK) return rc;
    f->touched.upto++;
  }
  return fork_find_makers(f, err);
}

uint64_t fork_touched(const algo_fork_t *f, const algo_addr_t *key) {
  return f->touched.cap == 0 ? 0 : f->touched.rounds[slot_of(&f->touched, key)];
}
