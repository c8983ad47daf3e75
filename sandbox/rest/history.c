#include "history_impl.h"

#include <stdlib.h>

#include "algo/hash.h"
#include "algo/rules.h"

#define SAVE_EVERY 100000u /* blocks */

/* ---- the table ---- */

static size_t slot_of(const rest_history_t *h, life_kind_t kind, uint64_t id, const algo_addr_t *addr) {
  uint64_t x = (id + 1) * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)kind * UINT64_C(0xd6e8feb86659fd93), y = 0;
  if (addr != NULL) memcpy(&y, addr->b, sizeof y);
  x = (x ^ y) * UINT64_C(0x9e3779b97f4a7c15);
  return (size_t)(x >> 32) & (h->n_slots - 1);
}

static bool by_address(life_kind_t kind) { return kind != LIFE_ASSET && kind != LIFE_APP; }

/* The slot that has it, or the empty one where it would be. */
static uint32_t *find_slot(const rest_history_t *h, life_kind_t kind, uint64_t id, const algo_addr_t *addr) {
  if (!by_address(kind)) addr = NULL;
  for (size_t i = slot_of(h, kind, id, addr);; i = (i + 1) & (h->n_slots - 1)) {
    uint32_t *s = &h->slots[i];
    if (*s == 0) return s;
    const life_t *l = &h->v[*s - 1];
    if (l->kind == kind && l->id == id && (addr == NULL || algo_addr_eq(&l->addr, addr))) return s;
  }
}

static bool grow(rest_history_t *h) {
  size_t cap = h->cap == 0 ? 256 : h->cap * 2;
  life_t *v = realloc(h->v, cap * sizeof *v);
  if (v == NULL) return false;
  h->v = v;
  uint32_t *slots = calloc(cap * 2, sizeof *slots);
  if (slots == NULL) return false;
  free(h->slots);
  h->slots = slots;
  h->n_slots = cap * 2;
  h->cap = cap;
  for (size_t i = 0; i < h->n; i++) *find_slot(h, v[i].kind, v[i].id, &v[i].addr) = (uint32_t)i + 1;
  return true;
}

void history_clear(rest_history_t *h) {
  h->n = 0;
  h->next = h->saved = 0;
  memset(h->slots, 0, h->n_slots * sizeof *h->slots);
  rounds_clear(h->rounds);
}

bool history_put(rest_history_t *h, const life_t *life) {
  if (h->n == h->cap && !grow(h)) return false;
  uint32_t *s = find_slot(h, life->kind, life->id, &life->addr);
  if (*s != 0) return false;
  h->v[h->n] = *life;
  *s = (uint32_t)++h->n;
  return true;
}

/* It is there from this round on, if it was not before. */
static life_t *begins(rest_history_t *h, life_kind_t kind, uint64_t id, const algo_addr_t *addr, uint64_t round) {
  if (h->n == h->cap && !grow(h)) {
    h->oom = true;
    return NULL;
  }
  uint32_t *s = find_slot(h, kind, id, addr);
  if (*s == 0) {
    h->v[h->n] = (life_t){.kind = kind, .id = id, .addr = *addr, .created = round};
    *s = (uint32_t)++h->n;
  }
  life_t *l = &h->v[*s - 1];
  l->deleted = false;
  return l;
}

static const life_t *ends(rest_history_t *h, life_kind_t kind, uint64_t id, const algo_addr_t *addr, uint64_t round) {
  uint32_t *s = h->n_slots == 0 ? NULL : find_slot(h, kind, id, addr);
  life_t *l = s == NULL || *s == 0 ? begins(h, kind, id, addr, round) : &h->v[*s - 1];
  if (l == NULL) return NULL;
  l->deleted = true;
  l->closed = round;
  return l;
}

/* ---- what a transaction begins and ends ---- */

static void see_axfer(rest_history_t *h, const algo_txn_t *t, uint64_t round) {
  if (t->xfer_asset == 0) return;
  if (t->asset_amount == 0 && algo_addr_is_zero(&t->asset_sender) && algo_addr_eq(&t->sender, &t->asset_receiver))
    begins(h, LIFE_HOLDING, t->xfer_asset, &t->sender, round);
  if (!algo_addr_is_zero(&t->asset_close_to)) ends(h, LIFE_HOLDING, t->xfer_asset, &t->sender, round);
}

static void see_acfg(rest_history_t *h, const algo_apply_t *a, uint64_t round) {
  const algo_txn_t *t = &a->stxn.txn;
  if (a->created_asset != 0) {
    begins(h, LIFE_ASSET, a->created_asset, &t->sender, round);
    begins(h, LIFE_HOLDING, a->created_asset, &t->sender, round);
  } else if (t->asset_params == NULL && t->config_asset != 0) {
    static const algo_addr_t nobody;
    const life_t *l = ends(h, LIFE_ASSET, t->config_asset, &nobody, round);
    algo_addr_t creator = l != NULL ? l->addr : nobody; /* the list may move */
    ends(h, LIFE_HOLDING, t->config_asset, &creator, round);
  }
}

static void see_appl(rest_history_t *h, const algo_apply_t *a, uint64_t round) {
  const algo_txn_t *t = &a->stxn.txn;
  uint64_t app = t->app_id != 0 ? t->app_id : a->created_app;
  if (a->created_app != 0) begins(h, LIFE_APP, app, &t->sender, round);
  switch (t->on_completion) {
  case ALGO_OC_OPTIN: begins(h, LIFE_LOCAL, app, &t->sender, round); break;
  case ALGO_OC_CLOSEOUT:
  case ALGO_OC_CLEAR: ends(h, LIFE_LOCAL, app, &t->sender, round); break;
  case ALGO_OC_DELETE: ends(h, LIFE_APP, app, &t->sender, round); break;
  default: break;
  }
}

static void see(rest_history_t *h, const algo_apply_t *a, uint64_t round) {
  const algo_txn_t *t = &a->stxn.txn;
  switch (t->type) {
  case ALGO_TX_PAY:
    if (t->amount > 0) begins(h, LIFE_ACCOUNT, 0, &t->receiver, round);
    if (a->closing_amount > 0) begins(h, LIFE_ACCOUNT, 0, &t->close_remainder_to, round);
    if (!algo_addr_is_zero(&t->close_remainder_to)) ends(h, LIFE_ACCOUNT, 0, &t->sender, round);
    break;
  case ALGO_TX_AXFER: see_axfer(h, t, round); break;
  case ALGO_TX_ACFG: see_acfg(h, a, round); break;
  case ALGO_TX_APPL: see_appl(h, a, round); break;
  default: break;
  }
  for (size_t i = 0; i < a->delta.n_inner; i++) see(h, &a->delta.inner[i], round);
}

static const char *signed_with(const algo_stxn_t *s) {
  if (!algo_addr_is_zero(&s->txn.rekey_to) || s->txn.type == ALGO_TX_STPF) return NULL;
  if (s->has_sig || s->lsig.has_sig) return "sig";
  if (!algo_msig_blank(&s->msig) || !algo_msig_blank(&s->lsig.msig) || !algo_msig_blank(&s->lsig.lmsig)) return "msig";
  return algo_lsig_blank(&s->lsig) ? NULL : "lsig";
}

static void see_block(rest_history_t *h, const algo_block_t *b) {
  uint64_t round = b->header.round;
  if (b->header.fees_collected > 0) begins(h, LIFE_ACCOUNT, 0, &b->header.fee_sink, round);
  for (size_t i = 0; i < b->n_txns; i++) {
    const algo_stxn_t *s = &b->txns[i].stxn;
    see(h, &b->txns[i], round);
    uint32_t *at = h->n_slots == 0 ? NULL : find_slot(h, LIFE_ACCOUNT, 0, &s->txn.sender);
    if (at != NULL && *at != 0) h->v[*at - 1].sig = signed_with(s);
  }
}

/* ---- up to the tip ---- */

static void see_genesis(rest_history_t *h, algo_node_t *node) {
  const algo_ledger_t *l = algo_node_read(node);
  if (l == NULL) return;
  const algo_genesis_t *g = algo_ledger_genesis(l);
  for (size_t i = 0; i < g->n_alloc; i++) {
    if (g->alloc[i].amount > 0) begins(h, LIFE_ACCOUNT, 0, &g->alloc[i].addr, 0);
  }
  algo_node_read_done(node);
}

static bool same_chain(const rest_history_t *h, algo_node_t *node, algo_buf_t *raw) {
  uint8_t now[32];
  algo_buf_clear(raw);
  if (h->next <= algo_node_first(node)) return h->next == 0;
  if (algo_node_block(node, h->next - 1, raw, NULL) != ALGO_OK) return false;
  algo_sha512_256(now, raw->p, raw->n);
  return memcmp(now, h->last, sizeof now) == 0;
}

/* The block of the round. Errors: whatever kept it from being looked at; it is looked at again the next time. */
static algo_code_t look_at(rest_history_t *h, algo_node_t *node, uint64_t round, algo_buf_t *raw, algo_arena_t *arena,
                           algo_err_t *err) {
  algo_block_t b;
  algo_buf_clear(raw);
  algo_arena_reset(arena);
  algo_code_t rc = algo_node_block(node, round, raw, err);
  if (rc == ALGO_E_NOT_FOUND && algo_node_is_replay(node)) return ALGO_OK; /* a recording may begin later */
  if (rc == ALGO_OK) rc = algo_block_decode(&b, algo_buf_view(raw), arena, err);
  if (rc != ALGO_OK) return algo_err_prefix(err, rc, "block %llu", (unsigned long long)round);
  see_block(h, &b);
  h->oom |= !rounds_add(h->rounds, round, &b);
  if (h->oom) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_sha512_256(h->last, raw->p, raw->n);
  return ALGO_OK;
}

static algo_code_t catch_up(rest_history_t *h, algo_node_t *node, algo_err_t *err) {
  algo_code_t rc = ALGO_OK;
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_arena_t arena = ALGO_ARENA_INIT;
  if (h->next == 0 && !h->asked) history_load(h, node);
  h->asked = true;
  if (!same_chain(h, node, &raw)) { history_clear(h); }
  if (h->next == 0) see_genesis(h, node);
  if (h->next <= algo_node_first(node) && algo_node_first(node) > 0) h->next = algo_node_first(node) + 1;
  while (rc == ALGO_OK && h->next <= algo_node_round(node)) {
    rc = look_at(h, node, h->next, &raw, &arena, err);
    if (rc == ALGO_OK) h->next++;
    else if (h->next > algo_node_round(node)) rc = ALGO_OK; /* it went back just now */
  }
  algo_buf_fini(&raw);
  algo_arena_fini(&arena);
  return rc;
}

const life_t *history_begin(rest_call_t *c, size_t *n) {
  algo_rest_t *r = c->rest;
  pthread_mutex_lock(&r->history_lock);
  if (r->history == NULL) r->history = calloc(1, sizeof *r->history);
  rest_history_t *h = r->history;
  if (h != NULL && h->rounds == NULL) h->rounds = rounds_new();
  algo_err_t err;
  (void)algo_err_set(&err, ALGO_E_NOMEM, "out of memory");
  if (h != NULL && h->rounds != NULL && (h->cap > 0 || grow(h))) {
    h->oom = false;
    if (catch_up(h, c->node, &err) == ALGO_OK) {
      if (h->next - h->saved >= SAVE_EVERY) history_save(r, c->node);
      *n = h->n;
      return h->v;
    }
  }
  pthread_mutex_unlock(&r->history_lock);
  rest_error(c, 500, "%s", err.msg);
  return NULL;
}

void history_done(rest_call_t *c) { pthread_mutex_unlock(&c->rest->history_lock); }

uint64_t history_round(rest_call_t *c, const rounds_key_t *keys, size_t n, uint64_t from, uint64_t to, bool down) {
  pthread_mutex_lock(&c->rest->history_lock);
  uint64_t round = rounds_next(c->rest->history->rounds, keys, n, from, to, down);
  pthread_mutex_unlock(&c->rest->history_lock);
  return round;
}

const life_t *history_find(const rest_call_t *c, life_kind_t kind, uint64_t id, const algo_addr_t *addr) {
  const rest_history_t *h = c->rest->history;
  const uint32_t *s = find_slot(h, kind, id, addr);
  return *s == 0 ? NULL : &h->v[*s - 1];
}

void rest_history_free(algo_rest_t *r) {
  if (r->history == NULL) return;
  if (r->history->next > r->history->saved) history_save(r, atomic_load(&r->place)->node);
  free(r->history->v);
  free(r->history->slots);
  rounds_free(r->history->rounds);
  free(r->history);
}
