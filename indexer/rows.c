/* rows.c - blocks to rows. One walk over the transactions in preorder writes every table's bytes. */
#include "rows.h"

#include <stdlib.h>

#include "algo/hash.h"
#include "copy.h"
#include "parts.h"
#include "txid.h"

#define OID_BYTEA 17u
#define ARENA_MAX (4u << 20)

const ix_table_def_t ix_tables[IX_TABLES] = {
    {"block", "round,time,txn_counter,txns,inner_txns,hash,prev,proposer,payout,fees_collected,bonus,rewards_level,"
              "protocol,expired,absent,raw"},
    {"txn", "round,app,created,asset,intra,parent,raw_at,raw_length,type,on_completion,txid,sender,fee,receiver,amount,"
            "asset_sender,close_to,close_amount,rekey_to,group_id,selector,note,inner_id"},
    {"participant", "round,addr,intras"},
    {"log", "round,app,intra,idx,data"},
    {"state_change", "round,app,value,intra,action,account,key,bytes"},
    {"box_ref", "round,app,intra,name"},
};

typedef struct walk {
  ix_rows_t *out;
  const algo_block_t *block;
  const ix_scope_t *scope;
  const ix_apps_t *watch;
  algo_arena_t *arena;
  algo_err_t *err;
  const uint8_t *body;
  uint32_t next;         /* intra */
  const uint8_t *origin; /* raw_at counts from here ... */
  size_t base;           /* ... and starts at this */
  ix_parts_t parts;
  algo_apply_t *group; /* the transactions at hand: one, or all of a group; on the heap */
  size_t n_group, cap_group;
  algo_buf_t scratch;
} walk_t;

/* Where an inner transaction stands; all zero at top level. */
typedef struct place {
  const algo_apply_t *parent;
  uint32_t parent_intra;
  algo_digest_t parent_id;
  uint64_t index;
} place_t;

void ix_rows_fini(ix_rows_t *r) {
  for (int i = 0; i < IX_TABLES; i++) algo_buf_fini(&r->copy[i]);
  algo_buf_fini(&r->genesis_id);
  algo_buf_fini(&r->log_data);
  algo_buf_fini(&r->kept);
  free(r->logged);
  free(r->found);
  memset(r, 0, sizeof *r);
}

static bool lists(const ix_apps_t *apps, uint64_t app) {
  for (size_t i = 0; i < apps->n; i++)
    if (apps->ids[i] == app) return true;
  return false;
}

static bool is_wanted(const ix_apps_t *apps, algo_bytes_t log) {
  for (size_t i = 0; log.n >= 4 && i < apps->n_selectors; i++)
    if (memcmp(apps->selectors[i], log.p, 4) == 0) return true;
  return false;
}

static uint64_t app_of(const algo_apply_t *a) { return a->created_app ? a->created_app : a->stxn.txn.app_id; }

static uint32_t count_inner(const algo_apply_t *a) {
  uint32_t n = (uint32_t)a->delta.n_inner;
  for (size_t i = 0; i < a->delta.n_inner; i++) n += count_inner(&a->delta.inner[i]);
  return n;
}

/* ---- columns ---- */

static void put_addr(algo_buf_t *b, const algo_addr_t *a) { ix_copy_bytes(b, a->b, 32); }

static void put_addr_or_null(algo_buf_t *b, const algo_addr_t *a) {
  if (algo_addr_is_zero(a)) ix_copy_null(b);
  else put_addr(b, a);
}

static void put_bytes_or_null(algo_buf_t *b, algo_bytes_t v) {
  if (v.n == 0) ix_copy_null(b);
  else ix_copy_bytes(b, v.p, v.n);
}

/* Rounds, ids and counters fit PostgreSQL's bigint on any chain: the counter that numbers them all starts at 1,000. */
static algo_code_t put_id(algo_buf_t *b, uint64_t v, const char *what, algo_err_t *err) {
  if (v > INT64_MAX)
    return algo_err_set(err, ALGO_E_RANGE, "%s %llu is no number of a chain", what, (unsigned long long)v);
  ix_copy_i64(b, (int64_t)v);
  return ALGO_OK;
}

static algo_code_t put_id_or_null(algo_buf_t *b, uint64_t v, const char *what, algo_err_t *err) {
  if (v != 0) return put_id(b, v, what, err);
  ix_copy_null(b);
  return ALGO_OK;
}

/* ---- logs and state ---- */

static algo_code_t put_logs(walk_t *w, const algo_apply_t *a, uint32_t intra) {
  const uint64_t app = app_of(a);
  algo_buf_t *b = &w->out->copy[IX_LOG];
  const bool watched = a->delta.n_logs && lists(w->watch, app);
  for (size_t i = 0; i < a->delta.n_logs; i++) {
    const algo_bytes_t data = a->delta.logs[i];
    ix_copy_row(b, 5);
    ix_copy_i64(b, (int64_t)w->out->round);
    algo_code_t rc = put_id(b, app, "application", w->err);
    if (rc != ALGO_OK) return rc;
    ix_copy_i32(b, (int32_t)intra);
    ix_copy_i32(b, (int32_t)i);
    ix_copy_bytes(b, data.p, data.n);
    if (!watched && !is_wanted(w->watch, data)) continue;
    ix_rows_t *r = w->out;
    void *list = r->logged;
    rc = ix_list_grow(&list, r->n_logged, &r->cap_logged, sizeof *r->logged, w->err);
    r->logged = list;
    if (rc != ALGO_OK) return rc;
    r->logged[r->n_logged++] = (ix_logged_t){app, intra, (uint32_t)i, r->log_data.n, data.n};
    algo_buf_putb(&r->log_data, data);
  }
  w->out->count[IX_LOG] += a->delta.n_logs;
  return ALGO_OK;
}

/* Applications that a rule holds for, at their creation or when they get another program. */
static algo_code_t find_app(walk_t *w, const algo_apply_t *a, uint32_t intra) {
  const algo_txn_t *t = &a->stxn.txn;
  ix_rows_t *r = w->out;
  uint8_t code[32];
  if (t->type != ALGO_TX_APPL || (!a->created_app && t->on_completion != ALGO_OC_UPDATE)) return ALGO_OK;
  algo_sha256(code, t->approval_program.p, t->approval_program.n);
  for (size_t i = 0; i < w->watch->n_rules; i++) {
    const ix_rule_t *rule = &w->watch->rules[i];
    const bool by_creator = rule->kind == IX_BY_CREATOR && a->created_app && algo_addr_eq(&t->sender, &rule->creator);
    const bool by_code = rule->kind == IX_BY_CODE && memcmp(code, rule->code, sizeof code) == 0;
    if (!by_creator && !by_code) continue;
    void *list = r->found;
    algo_code_t rc = ix_list_grow(&list, r->n_found, &r->cap_found, sizeof *r->found, w->err);
    r->found = list;
    if (rc != ALGO_OK) return rc;
    r->found[r->n_found++] = (ix_found_t){app_of(a), intra, rule->contract};
  }
  return ALGO_OK;
}

static algo_code_t put_change(walk_t *w, uint64_t app, uint32_t intra, const algo_addr_t *account,
                              const algo_value_delta_t *d) {
  algo_buf_t *b = &w->out->copy[IX_STATE];
  ix_copy_row(b, 8);
  ix_copy_i64(b, (int64_t)w->out->round);
  algo_code_t rc = put_id(b, app, "application", w->err);
  if (rc != ALGO_OK) return rc;
  if (d->action > INT16_MAX)
    return algo_err_set(w->err, ALGO_E_PARSE, "a state change of action %llu", (unsigned long long)d->action);
  if (d->action == ALGO_DELTA_SET_UINT) ix_copy_u64(b, d->uint);
  else ix_copy_null(b);
  ix_copy_i32(b, (int32_t)intra);
  ix_copy_i16(b, (int16_t)d->action);
  if (account) put_addr(b, account);
  else ix_copy_null(b);
  ix_copy_bytes(b, d->key.p, d->key.n);
  if (d->action == ALGO_DELTA_SET_BYTES) ix_copy_bytes(b, d->bytes.p, d->bytes.n);
  else ix_copy_null(b);
  w->out->count[IX_STATE]++;
  return ALGO_OK;
}

/* Local deltas name the account by a number: 0 the sender, then the call's accounts, then those shared within the
 * group. */
static const algo_addr_t *local_account(const algo_apply_t *a, uint64_t n) {
  const algo_txn_t *t = &a->stxn.txn;
  if (n == 0) return &t->sender;
  if (n <= t->n_accounts) return &t->accounts[n - 1];
  n -= t->n_accounts + 1;
  return n < a->delta.n_shared_accounts ? &a->delta.shared_accounts[n] : NULL;
}

static algo_code_t put_changes(walk_t *w, const algo_apply_t *a, uint32_t intra) {
  const uint64_t app = app_of(a);
  algo_code_t rc = ALGO_OK;
  for (size_t i = 0; rc == ALGO_OK && i < a->delta.n_global; i++)
    rc = put_change(w, app, intra, NULL, &a->delta.global[i]);
  for (size_t i = 0; rc == ALGO_OK && i < a->delta.n_local; i++) {
    const algo_local_delta_t *l = &a->delta.local[i];
    const algo_addr_t *account = local_account(a, l->account);
    if (!account)
      return algo_err_set(w->err, ALGO_E_PARSE, "a local delta of account %llu, which the call does not name",
                          (unsigned long long)l->account);
    for (size_t k = 0; rc == ALGO_OK && k < l->n; k++) rc = put_change(w, app, intra, account, &l->items[k]);
  }
  return rc;
}

/* ---- boxes ---- */

/* A named box; a reference without a name buys room alone. */
static algo_code_t put_box(walk_t *w, uint64_t app, uint32_t intra, algo_bytes_t name) {
  algo_buf_t *b = &w->out->copy[IX_BOX];
  if (name.n == 0 || app == 0) return ALGO_OK;
  ix_copy_row(b, 4);
  ix_copy_i64(b, (int64_t)w->out->round);
  algo_code_t rc = put_id(b, app, "application", w->err);
  ix_copy_i32(b, (int32_t)intra);
  ix_copy_bytes(b, name.p, name.n);
  w->out->count[IX_BOX]++;
  return rc;
}

/* Index 0 is the application called; others count from 1 in the list that the reference stands in. */
static algo_code_t put_boxes(walk_t *w, const algo_apply_t *a, uint32_t intra) {
  const algo_txn_t *t = &a->stxn.txn;
  algo_code_t rc = ALGO_OK;
  for (size_t i = 0; rc == ALGO_OK && i < t->n_boxes; i++) {
    const algo_box_ref_t *b = &t->boxes[i];
    rc = put_box(w,
                 b->index == 0                   ? app_of(a)
                 : b->index <= t->n_foreign_apps ? t->foreign_apps[b->index - 1]
                                                 : 0,
                 intra, b->name);
  }
  for (size_t i = 0; rc == ALGO_OK && i < t->n_access; i++) {
    const algo_box_ref_t *b = &t->access[i].box;
    rc = put_box(w,
                 b->index == 0             ? app_of(a)
                 : b->index <= t->n_access ? t->access[b->index - 1].app
                                           : 0,
                 intra, b->name);
  }
  return rc;
}

/* ---- transactions ---- */

/* receiver, amount, asset_sender, close_to, close_amount: what each type moves, and where to. */
static void put_transfer(algo_buf_t *b, const algo_apply_t *a) {
  const algo_txn_t *t = &a->stxn.txn;
  const bool pay = t->type == ALGO_TX_PAY;
  if (!pay && t->type != ALGO_TX_AXFER) {
    if (t->type == ALGO_TX_AFRZ) {
      put_addr(b, &t->freeze_account);
    } else if (t->type == ALGO_TX_HB && t->heartbeat) {
      put_addr(b, &t->heartbeat->address);
    } else {
      ix_copy_null(b);
    }
    for (int i = 0; i < 4; i++) ix_copy_null(b);
    return;
  }
  const algo_addr_t *close_to = pay ? &t->close_remainder_to : &t->asset_close_to;
  put_addr(b, pay ? &t->receiver : &t->asset_receiver);
  ix_copy_u64(b, pay ? t->amount : t->asset_amount);
  put_addr_or_null(b, &t->asset_sender);
  put_addr_or_null(b, close_to);
  if (algo_addr_is_zero(close_to)) {
    ix_copy_null(b);
  } else {
    ix_copy_u64(b, pay ? a->closing_amount : a->asset_closing_amount);
  }
}

/* The asset that a transaction is about. A transfer of nothing may name any number: those that no asset can have are
 * left to the raw bytes. */
static void put_asset(algo_buf_t *b, const algo_txn_t *t) {
  const uint64_t asset = t->type == ALGO_TX_AXFER  ? t->xfer_asset
                         : t->type == ALGO_TX_ACFG ? t->config_asset
                         : t->type == ALGO_TX_AFRZ ? t->freeze_asset
                                                   : 0;
  if (asset == 0 || asset > INT64_MAX) {
    ix_copy_null(b);
  } else {
    ix_copy_i64(b, (int64_t)asset);
  }
}

static algo_code_t put_txn(walk_t *w, const algo_apply_t *a, const place_t *at, uint32_t intra, algo_digest_t *id) {
  algo_buf_t *b = &w->out->copy[IX_TXN];
  const algo_txn_t *t = &a->stxn.txn;
  const bool call = t->type == ALGO_TX_APPL;
  ix_copy_row(b, 23);
  ix_copy_i64(b, (int64_t)w->out->round);
  algo_code_t rc = put_id_or_null(b, call ? t->app_id : 0, "application", w->err);
  if (rc == ALGO_OK) rc = put_id_or_null(b, a->created_app ? a->created_app : a->created_asset, "created id", w->err);
  if (rc != ALGO_OK) return rc;
  put_asset(b, t);
  ix_copy_i32(b, (int32_t)intra);
  if (at->parent) ix_copy_i32(b, (int32_t)at->parent_intra);
  else ix_copy_null(b);
  ix_copy_i32(b, (int32_t)(w->base + (size_t)(a->raw.p - w->origin)));
  ix_copy_i32(b, (int32_t)a->raw.n);
  ix_copy_i16(b, (int16_t)t->type);
  if (call && t->on_completion <= INT16_MAX) ix_copy_i16(b, (int16_t)t->on_completion);
  else ix_copy_null(b);
  if (at->parent) {
    ix_txid_inner(id, a, &at->parent_id, at->index, &w->scratch);
    ix_copy_null(b);
  } else {
    ix_txid(id, w->block, a, &w->scratch);
    ix_copy_bytes(b, id->b, 32);
  }
  put_addr(b, &t->sender);
  ix_copy_u64(b, t->fee);
  put_transfer(b, a);
  put_addr_or_null(b, &t->rekey_to);
  if (algo_digest_is_zero(&t->group)) ix_copy_null(b);
  else ix_copy_bytes(b, t->group.b, 32);
  if (call && t->n_app_args && t->app_args[0].n == 4) ix_copy_bytes(b, t->app_args[0].p, 4);
  else ix_copy_null(b);
  put_bytes_or_null(b, t->note);
  if (at->parent) ix_copy_bytes(b, id->b, 32);
  else ix_copy_null(b);
  w->out->count[IX_TXN]++;
  return ALGO_OK;
}

static algo_code_t walk_txn(walk_t *w, const algo_apply_t *a, const place_t *at) {
  const uint32_t intra = w->next++;
  if (!at->parent) ix_parts_begin(&w->parts, intra);
  if (a->stxn.txn.type == ALGO_TX_UNKNOWN) w->out->unknown++;
  place_t inner = {a, intra, {{0}}, 0};
  algo_code_t rc = put_txn(w, a, at, intra, &inner.parent_id);
  if (rc == ALGO_OK) rc = ix_parts_add(&w->parts, &a->stxn.txn, intra, w->err);
  if (rc == ALGO_OK && w->watch->n_rules) rc = find_app(w, a, intra);
  if (rc == ALGO_OK) rc = put_logs(w, a, intra);
  if (rc == ALGO_OK) rc = put_changes(w, a, intra);
  if (rc == ALGO_OK && a->stxn.txn.type == ALGO_TX_APPL) rc = put_boxes(w, a, intra);
  for (; rc == ALGO_OK && inner.index < a->delta.n_inner; inner.index++)
    rc = walk_txn(w, &a->delta.inner[inner.index], &inner);
  return rc;
}

/* ---- blocks ---- */

static void put_addrs_or_null(algo_buf_t *b, const algo_addr_t *a, size_t n) {
  if (n == 0) {
    ix_copy_null(b);
    return;
  }
  ix_copy_array(b, OID_BYTEA, n, sizeof *a);
  for (size_t i = 0; i < n; i++) put_addr(b, &a[i]);
}

static algo_code_t put_block(walk_t *w) {
  const algo_header_t *h = &w->block->header;
  ix_rows_t *r = w->out;
  algo_buf_t *b = &r->copy[IX_BLOCK];
  if (h->timestamp < -IX_TIME_MAX || h->timestamp > IX_TIME_MAX)
    return algo_err_set(w->err, ALGO_E_RANGE, "time stamp %lld", (long long)h->timestamp);
  ix_copy_row(b, 16);
  ix_copy_i64(b, (int64_t)h->round);
  ix_copy_time(b, h->timestamp);
  algo_code_t rc = put_id(b, h->txn_counter, "transaction counter", w->err);
  if (rc != ALGO_OK) return rc;
  ix_copy_i32(b, (int32_t)r->txns);
  ix_copy_i32(b, (int32_t)r->inner);
  ix_copy_bytes(b, r->hash.b, 32);
  ix_copy_bytes(b, h->prev.b, 32);
  put_addr_or_null(b, &h->proposer);
  ix_copy_u64(b, h->proposer_payout);
  ix_copy_u64(b, h->fees_collected);
  ix_copy_u64(b, h->bonus);
  ix_copy_u64(b, h->rewards_level);
  ix_copy_bytes(b, h->protocol.p, h->protocol.n);
  put_addrs_or_null(b, h->expired, h->n_expired);
  put_addrs_or_null(b, h->absent, h->n_absent);
  if (r->raw.n == 0) ix_copy_null(b);
  else ix_copy_length(b, r->raw.n);
  r->count[IX_BLOCK] = 1;
  return ALGO_OK;
}

static void clear(ix_rows_t *r) {
  for (int i = 0; i < IX_TABLES; i++) {
    algo_buf_clear(&r->copy[i]);
    r->count[i] = 0;
  }
  algo_buf_clear(&r->genesis_id);
  algo_buf_clear(&r->log_data);
  algo_buf_clear(&r->kept);
  r->raw = algo_bytes(NULL, 0);
  r->n_logged = r->n_found = 0;
  r->txns = r->inner = r->unknown = 0;
  r->participants = 0;
}

static bool is_kept(const walk_t *w) {
  for (size_t i = 0; i < w->n_group; i++)
    if (ix_scope_holds(w->scope, &w->group[i])) return true;
  return w->scope->all;
}

/* What is not kept may still make an application that a rule is about. */
static algo_code_t pass_over(walk_t *w, const algo_apply_t *a) {
  algo_code_t rc = find_app(w, a, w->next++);
  for (size_t i = 0; rc == ALGO_OK && i < a->delta.n_inner; i++) rc = pass_over(w, &a->delta.inner[i]);
  return rc;
}

/* The transactions at hand: all of them are kept, or none. */
static algo_code_t walk_group(walk_t *w) {
  const bool keep = w->n_group && is_kept(w);
  ix_rows_t *r = w->out;
  algo_code_t rc = ALGO_OK;
  for (size_t i = 0; rc == ALGO_OK && i < w->n_group; i++) {
    const algo_apply_t *a = &w->group[i];
    const uint32_t inner = count_inner(a);
    r->txns++;
    r->inner += inner;
    if (!keep) {
      if (w->watch->n_rules) rc = pass_over(w, a);
      else w->next += 1 + inner;
      continue;
    }
    w->origin = w->scope->all ? w->body : a->raw.p;
    w->base = r->kept.n;
    if (!w->scope->all) algo_buf_putb(&r->kept, a->raw);
    rc = walk_txn(w, a, &(place_t){0});
  }
  w->n_group = 0;
  return rc;
}

static bool joins_group(const walk_t *w, const algo_apply_t *a) {
  return memcmp(&w->group[0].stxn.txn.group, &a->stxn.txn.group, sizeof a->stxn.txn.group) == 0;
}

/* The first of another group stands behind the one at hand: that one ends, and its memory is used again when there is
 * much of it. */
static algo_code_t next_group(walk_t *w, algo_block_reader_t *reader, algo_arena_mark_t behind_header) {
  const size_t next = w->n_group;
  algo_code_t rc = walk_group(w);
  if (w->arena->total <= ARENA_MAX) {
    w->group[0] = w->group[next];
    return rc;
  }
  algo_arena_rewind(w->arena, behind_header);
  algo_block_back(reader);
  return rc == ALGO_OK ? algo_block_next(reader, &w->group[0], w->arena, w->err) : rc;
}

/* One transaction in memory at a time, or one group where the scope asks for groups, which stand together: a block may
 * have any size. */
static algo_code_t walk_block(walk_t *w, algo_block_reader_t *reader) {
  const algo_arena_mark_t behind_header = algo_arena_mark(w->arena);
  algo_code_t rc = ALGO_OK;
  for (size_t i = 0; rc == ALGO_OK && i < w->block->n_txns; i++) {
    void *list = w->group;
    rc = ix_list_grow(&list, w->n_group, &w->cap_group, sizeof *w->group, w->err);
    w->group = list;
    if (rc == ALGO_OK) rc = algo_block_next(reader, &w->group[w->n_group], w->arena, w->err);
    if (rc == ALGO_OK && w->n_group && !joins_group(w, &w->group[w->n_group]))
      rc = next_group(w, reader, behind_header);
    if (rc != ALGO_OK) return rc;
    const bool alone = w->scope->all || algo_digest_is_zero(&w->group[w->n_group].stxn.txn.group);
    w->n_group++;
    if (!alone) continue;
    rc = walk_group(w);
    algo_arena_rewind(w->arena, behind_header);
  }
  return rc == ALGO_OK ? walk_group(w) : rc;
}

static algo_code_t check_header(const algo_header_t *h, algo_err_t *err) {
  if (h->protocol.n == 0 || algo_digest_is_zero(&h->genesis_hash))
    return algo_err_set(err, ALGO_E_PARSE, "a block without protocol or genesis hash");
  return h->round <= INT64_MAX ? ALGO_OK : algo_err_set(err, ALGO_E_RANGE, "round %llu", (unsigned long long)h->round);
}

algo_code_t ix_rows_build(ix_rows_t *out, algo_bytes_t body, const ix_scope_t *scope, const ix_apps_t *watch,
                          algo_arena_t *arena, algo_err_t *err) {
  algo_block_t block;
  algo_block_reader_t *reader;
  clear(out);
  algo_arena_reset(arena);
  if (body.n > INT32_MAX) return algo_err_set(err, ALGO_E_RANGE, "a block of %zu bytes", body.n);
  algo_code_t rc = algo_block_open(&reader, &block, body, arena, err);
  if (rc == ALGO_OK) rc = check_header(&block.header, err);
  if (rc != ALGO_OK) return rc;
  out->round = block.header.round;
  out->prev = block.header.prev;
  out->time = block.header.timestamp;
  out->genesis_hash = block.header.genesis_hash;
  algo_buf_putb(&out->genesis_id, block.header.genesis_id);
  algo_header_hash(&out->hash, &block.header);
  walk_t w = {.out = out, .block = &block, .scope = scope, .watch = watch, .arena = arena, .err = err, .body = body.p};
  rc = walk_block(&w, reader);
  out->raw = scope->all ? body : algo_buf_view(&out->kept);
  if (rc == ALGO_OK)
    rc = ix_parts_put(&w.parts, out->round, &out->copy[IX_PARTICIPANT], &out->count[IX_PARTICIPANT], err);
  out->participants = w.parts.n;
  if (rc == ALGO_OK) rc = put_block(&w);
  bool oom = out->kept.oom || out->genesis_id.oom || out->log_data.oom;
  for (int i = 0; i < IX_TABLES; i++) oom |= out->copy[i].oom;
  algo_buf_fini(&w.scratch);
  ix_parts_fini(&w.parts);
  free(w.group);
  if (rc == ALGO_OK && oom)
    rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory for round %llu", (unsigned long long)out->round);
  return rc;
}
