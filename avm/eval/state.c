/* Application state: global and local keys, with the record of changes that goes into the block. */
#include "algo/text.h"
#include "internal.h"

/* ---- deltas, sorted by key ---- */

static bool find_key(const avm_delta_t *d, algo_bytes_t key, size_t *at) {
  size_t lo = 0, hi = d->n;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    int c = algo_bytes_cmp(d->items[mid].key, key);
    if (c == 0) return *at = mid, true;
    if (c < 0) lo = mid + 1;
    else hi = mid;
  }
  *at = lo;
  return false;
}

static algo_value_delta_t *delta_item(algo_arena_t *arena, avm_delta_t *d, algo_bytes_t key) {
  size_t at;
  if (find_key(d, key, &at)) return &d->items[at];
  if (d->n == d->cap) {
    size_t cap = d->cap ? 2 * d->cap : 8;
    algo_value_delta_t *p = algo_arena_array(arena, cap, sizeof *p);
    if (p == NULL) return NULL;
    if (d->n) memcpy(p, d->items, d->n * sizeof *p);
    d->items = p;
    d->cap = cap;
  }
  algo_bytes_t own = algo_arena_dup(arena, key);
  if (own.p == NULL) return NULL;
  memmove(&d->items[at + 1], &d->items[at], (d->n - at) * sizeof *d->items);
  d->n++;
  d->items[at] = (algo_value_delta_t){.key = own};
  return &d->items[at];
}

#define VALUE_ROOM 128u /* the longest value there is: one that is set again needs no new memory */

static bool delta_set(algo_arena_t *arena, avm_delta_t *d, algo_bytes_t key, const algo_tv_t *v) {
  algo_value_delta_t *i = delta_item(arena, d, key);
  if (i == NULL) return false;
  if (v->is_bytes && v->bytes.n > 0) {
    bool fits = i->bytes.p != NULL && v->bytes.n <= VALUE_ROOM;
    uint8_t *p = fits ? (uint8_t *)(uintptr_t)i->bytes.p
                      : algo_arena_alloc(arena, v->bytes.n < VALUE_ROOM ? VALUE_ROOM : v->bytes.n);
    if (p == NULL) return false;
    memcpy(p, v->bytes.p, v->bytes.n);
    i->bytes.p = p;
  }
  i->bytes.n = v->is_bytes ? v->bytes.n : 0;
  i->action = v->is_bytes ? ALGO_DELTA_SET_BYTES : ALGO_DELTA_SET_UINT;
  i->uint = v->is_bytes ? 0 : v->uint;
  return true;
}

static bool delta_delete(algo_arena_t *arena, avm_delta_t *d, algo_bytes_t key) {
  algo_value_delta_t *i = delta_item(arena, d, key);
  if (i == NULL) return false;
  i->action = ALGO_DELTA_DELETE;
  i->bytes.n = 0;
  i->uint = 0;
  return true;
}

static void show_global(algo_avm_context_t *cx) {
  cx->apply->delta.global = cx->global.items;
  cx->apply->delta.n_global = cx->global.n;
}

/* The number of an account in this transaction's deltas: its own, or a place among the shared accounts. */
static bool delta_account(algo_avm_context_t *cx, const algo_addr_t *a, uint64_t *index) {
  size_t own = cx->txn->n_accounts;
  if (*index <= own) return true;
  for (size_t i = 0; i < cx->n_shared_accounts; i++)
    if (algo_addr_eq(&cx->shared_accounts[i], a)) return *index = own + 1 + i, true;
  if (cx->n_shared_accounts == cx->cap_shared_accounts) {
    size_t cap = cx->cap_shared_accounts ? 2 * cx->cap_shared_accounts : 4;
    algo_addr_t *p = algo_arena_array(cx->sh->opt.arena, cap, sizeof *p);
    if (p == NULL) return false;
    if (cx->n_shared_accounts) memcpy(p, cx->shared_accounts, cx->n_shared_accounts * sizeof *p);
    cx->shared_accounts = p;
    cx->cap_shared_accounts = cap;
  }
  cx->shared_accounts[cx->n_shared_accounts++] = *a;
  *index = own + cx->n_shared_accounts;
  cx->apply->delta.shared_accounts = cx->shared_accounts;
  cx->apply->delta.n_shared_accounts = cx->n_shared_accounts;
  return true;
}

static avm_delta_t *local_delta(algo_avm_context_t *cx, const algo_addr_t *a, uint64_t index) {
  algo_arena_t *arena = cx->sh->opt.arena;
  size_t at = 0;
  if (!delta_account(cx, a, &index)) return NULL;
  while (at < cx->n_locals && cx->locals[at].account < index) at++;
  if (at < cx->n_locals && cx->locals[at].account == index) return &cx->locals[at].delta;
  if (cx->n_locals == cx->cap_locals) {
    size_t cap = cx->cap_locals ? 2 * cx->cap_locals : 4;
    avm_local_delta_t *p = algo_arena_array(arena, cap, sizeof *p);
    algo_local_delta_t *view = algo_arena_array(arena, cap, sizeof *view);
    if (p == NULL || view == NULL) return NULL;
    if (cx->n_locals) memcpy(p, cx->locals, cx->n_locals * sizeof *p);
    cx->locals = p;
    cx->local_view = view;
    cx->cap_locals = cap;
  }
  memmove(&cx->locals[at + 1], &cx->locals[at], (cx->n_locals - at) * sizeof *cx->locals);
  cx->locals[at] = (avm_local_delta_t){.account = index};
  cx->n_locals++;
  return &cx->locals[at].delta;
}

static void show_locals(algo_avm_context_t *cx) {
  for (size_t i = 0; i < cx->n_locals; i++)
    cx->local_view[i] = (algo_local_delta_t){cx->locals[i].account, cx->locals[i].delta.items, cx->locals[i].delta.n};
  cx->apply->delta.local = cx->local_view;
  cx->apply->delta.n_local = cx->n_locals;
}

/* ---- checks ---- */

static algo_code_t check_key(algo_avm_context_t *cx, algo_bytes_t key) {
  uint64_t max = cx->sh->opt.consensus->max_app_key_len;
  if (key.n > max) return avm_fail(cx, "key too long: length was %zu, maximum is %llu", key.n, (unsigned long long)max);
  return ALGO_OK;
}

static algo_code_t check_value(algo_avm_context_t *cx, algo_bytes_t key, const algo_tv_t *v) {
  const algo_consensus_t *c = cx->sh->opt.consensus;
  if (!v->is_bytes) return ALGO_OK;
  bool value = v->bytes.n > c->max_app_bytes_value_len;
  if (!value && key.n + v->bytes.n <= c->max_app_sum_key_value_lens) return ALGO_OK;
  algo_buf_t hex = ALGO_BUF_INIT;
  algo_hex_encode(&hex, key);
  algo_code_t rc = value ? avm_fail(cx, "value too long for key 0x%s: length was %zu", algo_buf_cstr(&hex), v->bytes.n)
                         : avm_fail(cx, "key/value total too long for key 0x%s: sum was %zu", algo_buf_cstr(&hex),
                                    key.n + v->bytes.n);
  algo_buf_fini(&hex);
  return rc;
}

static bool same_tv(const algo_tv_t *a, const algo_tv_t *b) {
  if (a->is_bytes != b->is_bytes) return false;
  return a->is_bytes ? algo_bytes_eq(a->bytes, b->bytes) : a->uint == b->uint;
}

/* A value that the ledger lent, as one of the program's own. */
static algo_code_t take(algo_avm_context_t *cx, const algo_tv_t *tv, bool exists, avm_value_t *out) {
  *out = avm_uint(0);
  if (!exists) return ALGO_OK;
  *out = avm_of_tv(tv);
  if (!tv->is_bytes) return ALGO_OK;
  uint8_t *p = avm_alloc(cx, tv->bytes.n);
  if (p == NULL) return avm_nomem(cx);
  if (tv->bytes.n) memcpy(p, tv->bytes.p, tv->bytes.n);
  out->p = p;
  return ALGO_OK;
}

/* ---- global state ---- */

static algo_code_t global_get(algo_avm_context_t *cx, uint64_t ref, algo_bytes_t key, avm_value_t *out, bool *exists) {
  uint64_t app;
  algo_err_t err;
  algo_tv_t tv;
  algo_code_t rc = avm_app_ref(cx, ref, true, &app);
  if (rc != ALGO_OK) return rc;
  rc = cx->sh->opt.ledger->global_get(cx->sh->opt.ledger_self, app, key, &tv, exists, &err);
  return rc == ALGO_OK ? take(cx, &tv, *exists, out) : avm_fail_err(cx, rc, &err);
}

algo_code_t avm_op_app_global_get(algo_avm_context_t *cx) {
  bool exists;
  return global_get(cx, 0, avm_view(avm_top(cx, 0)), avm_top(cx, 0), &exists);
}

algo_code_t avm_op_app_global_get_ex(algo_avm_context_t *cx) {
  bool exists;
  avm_value_t v;
  algo_code_t rc = global_get(cx, avm_top(cx, 1)->u, avm_view(avm_top(cx, 0)), &v, &exists);
  if (rc != ALGO_OK) return rc;
  *avm_top(cx, 1) = v;
  *avm_top(cx, 0) = avm_uint(exists);
  return ALGO_OK;
}

algo_code_t avm_op_app_global_put(algo_avm_context_t *cx) {
  const algo_avm_ledger_ops_t *l = cx->sh->opt.ledger;
  algo_bytes_t key = avm_view(avm_top(cx, 1));
  algo_tv_t v = avm_tv(avm_top(cx, 0)), old;
  bool exists;
  algo_err_t err;
  algo_code_t rc = check_key(cx, key);
  if (rc != ALGO_OK) return rc;
  rc = l->global_get(cx->sh->opt.ledger_self, cx->app, key, &old, &exists, &err);
  if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
  if (!exists || !same_tv(&v, &old)) { /* writing what is there already is no change */
    if (!delta_set(cx->sh->opt.arena, &cx->global, key, &v)) return avm_nomem(cx);
    show_global(cx);
  }
  rc = check_value(cx, key, &v);
  if (rc != ALGO_OK) return rc;
  rc = l->global_set(cx->sh->opt.ledger_self, cx->app, key, &v, &err);
  if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
  cx->sp -= 2;
  return ALGO_OK;
}

algo_code_t avm_op_app_global_del(algo_avm_context_t *cx) {
  const algo_avm_ledger_ops_t *l = cx->sh->opt.ledger;
  algo_bytes_t key = avm_view(avm_top(cx, 0));
  algo_tv_t old;
  bool exists = false;
  algo_err_t err;
  algo_code_t rc = l->global_get(cx->sh->opt.ledger_self, cx->app, key, &old, &exists, &err);
  if (rc == ALGO_OK && exists) {
    if (!delta_delete(cx->sh->opt.arena, &cx->global, key)) return avm_nomem(cx);
    show_global(cx);
  }
  rc = l->global_del(cx->sh->opt.ledger_self, cx->app, key, &err);
  if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
  cx->sp--;
  return ALGO_OK;
}

/* ---- local state ---- */

static algo_code_t local_get(algo_avm_context_t *cx, avm_value_t account, uint64_t ref, algo_bytes_t key,
                             avm_value_t *out, bool *exists) {
  algo_addr_t a;
  uint64_t app, index;
  algo_tv_t tv;
  algo_err_t err;
  algo_code_t rc = avm_locals_ref(cx, account, ref, &a, &app, &index);
  if (rc != ALGO_OK) return rc;
  rc = cx->sh->opt.ledger->local_get(cx->sh->opt.ledger_self, &a, app, key, index, &tv, exists, &err);
  return rc == ALGO_OK ? take(cx, &tv, *exists, out) : avm_fail_err(cx, rc, &err);
}

algo_code_t avm_op_app_local_get(algo_avm_context_t *cx) {
  bool exists;
  algo_code_t rc = local_get(cx, *avm_top(cx, 1), 0, avm_view(avm_top(cx, 0)), avm_top(cx, 1), &exists);
  if (rc == ALGO_OK) cx->sp--;
  return rc;
}

algo_code_t avm_op_app_local_get_ex(algo_avm_context_t *cx) {
  bool exists;
  algo_code_t rc = local_get(cx, *avm_top(cx, 2), avm_top(cx, 1)->u, avm_view(avm_top(cx, 0)), avm_top(cx, 2), &exists);
  if (rc != ALGO_OK) return rc;
  *avm_top(cx, 1) = avm_uint(exists);
  cx->sp--;
  return ALGO_OK;
}

static algo_code_t writable_account(algo_avm_context_t *cx, avm_value_t account, algo_addr_t *a, uint64_t *index) {
  algo_code_t rc = avm_mutable_account_ref(cx, account, a, index);
  if (rc != ALGO_OK || cx->version < AVM_V_SHARED || avm_allows_locals(cx, a, cx->app)) return rc;
  char text[ALGO_ADDR_TEXT + 1];
  algo_addr_format(text, a);
  return avm_fail(cx, "unavailable Local State %llu+%s", (unsigned long long)cx->app, text);
}

algo_code_t avm_op_app_local_put(algo_avm_context_t *cx) {
  const algo_avm_ledger_ops_t *l = cx->sh->opt.ledger;
  void *self = cx->sh->opt.ledger_self;
  algo_bytes_t key = avm_view(avm_top(cx, 1));
  algo_tv_t v = avm_tv(avm_top(cx, 0)), old;
  algo_addr_t a;
  uint64_t index;
  bool exists;
  algo_err_t err;
  algo_code_t rc = check_key(cx, key);
  if (rc == ALGO_OK) rc = writable_account(cx, *avm_top(cx, 2), &a, &index);
  if (rc != ALGO_OK) return rc;
  rc = l->local_get(self, &a, cx->app, key, index, &old, &exists, &err);
  if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
  if (!exists || !same_tv(&v, &old)) {
    avm_delta_t *d = local_delta(cx, &a, index);
    if (d == NULL || !delta_set(cx->sh->opt.arena, d, key, &v)) return avm_nomem(cx);
    show_locals(cx);
  }
  rc = check_value(cx, key, &v);
  if (rc != ALGO_OK) return rc;
  rc = l->local_set(self, &a, cx->app, key, &v, index, &err);
  if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
  cx->sp -= 3;
  return ALGO_OK;
}

algo_code_t avm_op_app_local_del(algo_avm_context_t *cx) {
  const algo_avm_ledger_ops_t *l = cx->sh->opt.ledger;
  void *self = cx->sh->opt.ledger_self;
  algo_bytes_t key = avm_view(avm_top(cx, 0));
  algo_addr_t a;
  uint64_t index;
  algo_tv_t old;
  bool exists = false;
  algo_err_t err;
  algo_code_t rc = writable_account(cx, *avm_top(cx, 1), &a, &index);
  if (rc != ALGO_OK) return rc;
  rc = l->local_get(self, &a, cx->app, key, index, &old, &exists, &err);
  if (rc == ALGO_OK && exists) {
    avm_delta_t *d = local_delta(cx, &a, index);
    if (d == NULL || !delta_delete(cx->sh->opt.arena, d, key)) return avm_nomem(cx);
    show_locals(cx);
  }
  rc = l->local_del(self, &a, cx->app, key, index, &err);
  if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
  cx->sp -= 2;
  return ALGO_OK;
}

algo_code_t avm_op_app_opted_in(algo_avm_context_t *cx) {
  algo_addr_t a;
  uint64_t app, index;
  bool in;
  algo_err_t err;
  algo_code_t rc = avm_locals_ref(cx, *avm_top(cx, 1), avm_top(cx, 0)->u, &a, &app, &index);
  if (rc != ALGO_OK) return rc;
  rc = cx->sh->opt.ledger->opted_in(cx->sh->opt.ledger_self, &a, app, &in, &err);
  if (rc != ALGO_OK) return avm_fail_err(cx, rc, &err);
  *avm_top(cx, 1) = avm_uint(in);
  cx->sp--;
  return ALGO_OK;
}

/* ---- logs ---- */

algo_code_t avm_op_log(algo_avm_context_t *cx) {
  const avm_shared_t *sh = cx->sh;
  algo_bytes_t text = avm_view(avm_top(cx, 0));
  if (cx->n_logs >= sh->opt.max_log_calls)
    return avm_fail(cx, "too many log calls in program. up to %llu is allowed",
                    (unsigned long long)sh->opt.max_log_calls);
  cx->log_size += text.n;
  if (cx->log_size > sh->opt.max_log_size)
    return avm_fail(cx, "program logs too large. %llu bytes >  %llu bytes limit", (unsigned long long)cx->log_size,
                    (unsigned long long)sh->opt.max_log_size);
  if (cx->n_logs == cx->cap_logs) {
    size_t cap = cx->cap_logs ? 2 * cx->cap_logs : 8;
    algo_bytes_t *p = algo_arena_array(sh->opt.arena, cap, sizeof *p);
    if (p == NULL) return avm_nomem(cx);
    if (cx->n_logs) memcpy(p, cx->logs, cx->n_logs * sizeof *p);
    cx->logs = p;
    cx->cap_logs = cap;
  }
  algo_bytes_t own = algo_arena_dup(sh->opt.arena, text);
  if (own.p == NULL) return avm_nomem(cx);
  cx->logs[cx->n_logs++] = own;
  cx->apply->delta.logs = cx->logs;
  cx->apply->delta.n_logs = cx->n_logs;
  cx->sp--;
  return ALGO_OK;
}
