/* Who made what a later block took away. Whoever may delete an application or destroy an asset, its maker's account
 * changes by it, and no transaction names him. His creation does: its block is the first whose counter reached the
 * number. */
#include "algo/block.h"
#include "internal.h"

#define DELETE_APPLICATION 5u

static bool note(touched_t *t, bool app, uint64_t id, uint64_t round) {
  if (t->n_gone == t->cap_gone) {
    size_t cap = t->cap_gone == 0 ? 16 : 2 * t->cap_gone;
    gone_t *v = realloc(t->gone, cap * sizeof *v);
    if (v == NULL) return false;
    t->gone = v;
    t->cap_gone = cap;
  }
  t->gone[t->n_gone++] = (gone_t){app, id, round};
  return true;
}

bool fork_note_gone(touched_t *t, const algo_apply_t *x, uint64_t round) {
  const algo_txn_t *txn = &x->stxn.txn;
  bool ok = true;
  if (txn->type == ALGO_TX_APPL && txn->app_id != 0 && txn->on_completion == DELETE_APPLICATION)
    ok = note(t, true, txn->app_id, round);
  if (txn->type == ALGO_TX_ACFG && txn->config_asset != 0 && txn->asset_params == NULL)
    ok = note(t, false, txn->config_asset, round);
  return ok;
}

static algo_code_t counter_after(algo_fork_t *f, uint64_t round, uint64_t *out, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t bytes = ALGO_BUF_INIT;
  algo_block_t b;
  algo_code_t rc = fork_block(f, round, false, &bytes, err);
  if (rc == ALGO_OK) rc = algo_block_decode(&b, algo_buf_view(&bytes), &arena, err);
  if (rc == ALGO_OK) *out = b.header.txn_counter;
  algo_arena_fini(&arena);
  algo_buf_fini(&bytes);
  return rc;
}

static const algo_apply_t *creation(const algo_apply_t *v, size_t n, const gone_t *g) {
  for (size_t i = 0; i < n; i++) {
    if ((g->app ? v[i].created_app : v[i].created_asset) == g->id) return &v[i];
    const algo_apply_t *inner = creation(v[i].delta.inner, v[i].delta.n_inner, g);
    if (inner != NULL) return inner;
  }
  return NULL;
}

static algo_code_t maker_in(algo_fork_t *f, uint64_t round, const gone_t *g, algo_addr_t *out, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_buf_t bytes = ALGO_BUF_INIT;
  algo_block_t b;
  algo_code_t rc = fork_block(f, round, false, &bytes, err);
  if (rc == ALGO_OK) rc = algo_block_decode(&b, algo_buf_view(&bytes), &arena, err);
  const algo_apply_t *x = rc == ALGO_OK ? creation(b.txns, b.n_txns, g) : NULL;
  if (x != NULL) *out = x->stxn.txn.sender;
  else if (rc == ALGO_OK)
    rc = algo_err_set(err, ALGO_E_UNSUPPORTED, "round %" PRIu64 " did not make %s %" PRIu64, round,
                      g->app ? "application" : "asset", g->id);
  algo_arena_fini(&arena);
  algo_buf_fini(&bytes);
  return rc;
}

static algo_code_t find_maker(algo_fork_t *f, const gone_t *g, algo_addr_t *out, algo_err_t *err) {
  uint64_t lo = 1, hi = f->origin.round;
  algo_code_t rc = ALGO_OK;
  while (rc == ALGO_OK && lo < hi) {
    uint64_t mid = lo + (hi - lo) / 2, counter = 0;
    rc = counter_after(f, mid, &counter, err);
    if (counter < g->id) lo = mid + 1;
    else hi = mid;
  }
  return rc == ALGO_OK ? maker_in(f, lo, g, out, err) : rc;
}

/* Numbers that were given after the fork are of nobody's state then. */
static algo_code_t counter_at_fork(algo_fork_t *f, algo_err_t *err) {
  return f->counter != 0 ? ALGO_OK : counter_after(f, f->origin.round, &f->counter, err);
}

algo_code_t fork_find_makers(algo_fork_t *f, algo_err_t *err) {
  touched_t *t = &f->touched;
  while (t->n_gone > 0) {
    gone_t g = t->gone[0];
    algo_addr_t maker;
    algo_code_t rc = counter_at_fork(f, err);
    bool old = rc == ALGO_OK && g.id <= f->counter;
    if (old) rc = find_maker(f, &g, &maker, err);
    if (rc == ALGO_E_UNSUPPORTED && t->unknown.id == 0) t->unknown = g;
    else if (rc != ALGO_OK && rc != ALGO_E_UNSUPPORTED) return rc; /* asked again the next time */
    else if (rc == ALGO_OK && old && !fork_mark(t, &maker, g.round)) return fork_nomem(err);
    memmove(t->gone, t->gone + 1, --t->n_gone * sizeof *t->gone);
  }
  return ALGO_OK;
}
