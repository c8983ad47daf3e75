/* Blocks: begun, filled, sealed. Source: go-algorand 5.1, bookkeeping.MakeBlock, eval.GenerateBlock,
 * node.writeDevmodeBlock. */
#include "algo/mp.h"
#include "internal.h"

__extension__ typedef unsigned __int128 u128;

/* ---- the header of the block to be made ---- */

static void next_rewards(const algo_ledger_t *l, algo_header_t *h, uint64_t pool, uint64_t units) {
  const algo_header_t *prev = &l->tip;
  const algo_consensus_t *c = l->consensus;
  h->rewards_level = prev->rewards_level;
  h->rewards_rate = prev->rewards_rate;
  h->rewards_residue = prev->rewards_residue;
  h->rewards_recalculation_round = prev->rewards_recalculation_round;
  if (h->round == h->rewards_recalculation_round) {
    uint64_t keep = sat_add(c->min_balance, h->rewards_residue);
    h->rewards_rate = sat_sub(pool, keep) / c->rewards_rate_refresh_interval;
    h->rewards_recalculation_round = h->round + c->rewards_rate_refresh_interval;
  }
  if (units == 0) return;
  uint64_t sum = h->rewards_rate + h->rewards_residue;
  h->rewards_level += sum / units;
  h->rewards_residue = sum % units;
}

static uint64_t next_bonus(const algo_ledger_t *l, uint64_t round) {
  const algo_consensus_t *c = l->consensus;
  if (c->bonus_base_amount && (round == c->bonus_base_round || (round == 1 && round > c->bonus_base_round)))
    return c->bonus_base_amount;
  if (c->bonus_decay_interval && round % c->bonus_decay_interval == 0) return (uint64_t)((u128)l->tip.bonus * 99 / 100);
  return l->tip.bonus;
}

static uint64_t next_congestion_tax(uint64_t load, uint64_t tax) {
  const uint64_t most = 100000, half = 500000;
  if (load <= half) {
    uint64_t down = most * (half - load) / half;
    return sat_sub((uint64_t)((u128)tax * (ALGO_MICROS - down) / ALGO_MICROS), down);
  }
  uint64_t up = most * (load - half) / half;
  u128 more = (u128)tax * (ALGO_MICROS + up) / ALGO_MICROS;
  return sat_add(more > UINT64_MAX ? UINT64_MAX : (uint64_t)more, up);
}

static uint64_t next_state_proof(const algo_ledger_t *l, uint64_t round) {
  const algo_consensus_t *c = l->consensus;
  if (l->tip.n_state_proof && l->tip.state_proof[0].next_round) return l->tip.state_proof[0].next_round;
  if (!c->state_proof_interval) return 0;
  uint64_t voters = round + c->state_proof_voters_lookback + c->state_proof_interval - 1;
  return voters - voters % c->state_proof_interval + c->state_proof_interval;
}

/* The pool pays the rewards that this block's level promises. */
static void withdraw_rewards(algo_ledger_t *l, uint64_t units) {
  account_t *pool = algo_lacct(l, &l->genesis.rewards_pool);
  if (!pool) return;
  account_data_t d = algo_lrewarded(l, &pool->d);
  d.balance = sat_sub(d.balance, units * (l->open.header.rewards_level - l->tip.rewards_level));
  *algo_lacct_write(l, pool) = d;
}

void algo_lopen_reset(algo_ledger_t *l) {
  open_block_t *o = &l->open;
  o->started = false;
  o->header = (algo_header_t){.round = l->tip.round + 1, .rewards_level = l->tip.rewards_level};
  o->txn_count = o->fees = 0;
  o->n_txns = o->begin = 0;
  o->whole = 0;
  algo_buf_clear(&o->txns);
  algo_buf_clear(&o->ids);
  algo_buf_clear(&o->ends);
  o->journal = journal_pos(&l->journal);
}

void algo_lopen_cancel(algo_ledger_t *l) {
  algo_lundo_to(l, l->open.journal);
  algo_lopen_reset(l);
}

void algo_ledger_discard(algo_ledger_t *l) { algo_lopen_cancel(l); }

void algo_lopen_start(algo_ledger_t *l) {
  open_block_t *o = &l->open;
  if (o->started) return;
  const account_t *pool = algo_lacct_find(l, &l->genesis.rewards_pool);
  const totals_t *t = &algo_lrec(l, l->n_blocks - 1)->totals;
  uint64_t units = t->online_units + t->offline_units;
  algo_lopen_reset(l);
  algo_lmark(l);
  algo_header_t *h = &o->header;
  h->prev = l->tip_hash;
  memcpy(h->prev512, l->tip_hash512, 64);
  memcpy(h->seed, l->tip_hash.b, 32); /* no one drew lots: a developer's node takes the hash */
  h->genesis_id = algo_bytes_str(l->genesis_id);
  h->genesis_hash = l->genesis_hash;
  h->fee_sink = l->genesis.fee_sink;
  h->rewards_pool = l->genesis.rewards_pool;
  h->protocol = algo_bytes_str(l->genesis.protocol);
  h->bonus = next_bonus(l, h->round);
  h->congestion_tax = next_congestion_tax(l->tip.load, l->tip.congestion_tax);
  next_rewards(l, h, pool ? pool->d.balance : 0, units);
  o->tracking = (algo_state_proof_tracking_t){.next_round = next_state_proof(l, h->round)};
  h->state_proof = &o->tracking;
  h->n_state_proof = l->consensus->state_proof_interval != 0;
  o->started = true;
  withdraw_rewards(l, units);
  if (l->oom) algo_lopen_cancel(l);
}

/* ---- transactions ---- */

static void put_stib(algo_buf_t *out, const algo_stxn_t *s, const algo_apply_t *ad) {
  algo_apply_t a = *ad;
  a.stxn = *s;
  a.has_genesis_id = s->txn.genesis_id.n != 0;
  a.has_genesis_hash = false; /* required, therefore never said */
  a.stxn.txn.genesis_id = algo_bytes(NULL, 0);
  a.stxn.txn.genesis_hash = (algo_digest_t){{0}};
  algo_apply_encode(out, &a);
}

algo_code_t algo_lopen_add(algo_ledger_t *l, const group_run_t *r, algo_err_t *err) {
  open_block_t *o = &l->open;
  for (size_t i = 0; i < r->n; i++) {
    uint8_t id256[32];
    put_stib(&o->txns, r->txns[i], &r->ads[i]);
    uint32_t end = (uint32_t)o->txns.n;
    algo_buf_put(&o->ends, &end, sizeof end);
    algo_sha256_tagged(id256, "TX", r->encoded[i].p, r->encoded[i].n);
    algo_buf_put(&o->ids, r->ids[i].b, 32);
    algo_buf_put(&o->ids, id256, 32);
    o->n_txns++;
  }
  if (!o->txns.oom && !o->ids.oom && !o->ends.oom && !l->oom) return ALGO_OK;
  return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
}

/* ---- sealing ---- */

/* The three commitments: over (id, hash of the transaction as it stands in the block). */
static algo_code_t commit(algo_ledger_t *l, algo_header_t *h, algo_err_t *err) {
  const open_block_t *o = &l->open;
  algo_buf_t leaves = ALGO_BUF_INIT, work = ALGO_BUF_INIT;
  uint8_t *at = algo_buf_reserve(&leaves, o->n_txns * 128 + 1);
  for (size_t i = 0; at && i < o->n_txns; i++) {
    const uint32_t *ends = (const uint32_t *)(const void *)o->ends.p;
    uint32_t begin = i ? ends[i - 1] : 0;
    uint8_t *a = at + 64 * i, *b = at + 64 * (o->n_txns + i);
    memcpy(a, o->ids.p + 64 * i, 32);
    memcpy(b, o->ids.p + 64 * i + 32, 32);
    algo_ltagged(a + 32, HASH_SHA512_256, "STIB", o->txns.p + begin, ends[i] - begin);
    algo_ltagged(b + 32, HASH_SHA256, "STIB", o->txns.p + begin, ends[i] - begin);
  }
  if (at) {
    algo_lcommit(h->txn_root.b, HASH_SHA512_256, false, at, 64, o->n_txns, &work);
    algo_lcommit(h->txn_root_sha256.b, HASH_SHA256, true, at + 64 * o->n_txns, 64, o->n_txns, &work);
    algo_lcommit(h->txn_root_sha512, HASH_SHA512, true, at + 64 * o->n_txns, 64, o->n_txns, &work);
  }
  bool oom = !at || work.oom;
  algo_buf_fini(&leaves);
  algo_buf_fini(&work);
  return oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : ALGO_OK;
}

/* The header's map with the transactions put in at their sorted place. */
static void put_body(algo_buf_t *out, algo_bytes_t header, algo_bytes_t txns, size_t n_txns) {
  algo_mp_t r = algo_mp(header);
  uint32_t pairs = 0;
  algo_mp_get_map(&r, &pairs, NULL);
  algo_mp_put_map(out, pairs + (n_txns != 0));
  const uint8_t *from = r.p;
  for (uint32_t i = 0; n_txns && i < pairs; i++) {
    const uint8_t *before = r.p;
    algo_bytes_t key;
    if (algo_mp_get_str(&r, &key, NULL) || algo_mp_skip(&r, NULL)) break;
    if (algo_bytes_cmp(key, ALGO_BYTES_LIT("txns")) > 0) {
      r.p = before;
      break;
    }
  }
  if (n_txns) {
    algo_buf_put(out, from, (size_t)(r.p - from));
    algo_mp_put_str(out, "txns", 4);
    algo_mp_put_array(out, (uint32_t)n_txns);
    algo_buf_put(out, txns.p, txns.n);
    from = r.p;
  }
  algo_buf_put(out, from, (size_t)(header.p + header.n - from));
}

static bool room_for_block(algo_ledger_t *l) {
  if (l->n_blocks - l->first < l->cap_blocks) return true;
  size_t cap = l->cap_blocks ? l->cap_blocks * 2 : 256;
  block_rec_t *v = realloc(l->blocks, cap * sizeof *v);
  if (!v) return false;
  l->blocks = v;
  l->cap_blocks = cap;
  return true;
}

algo_code_t algo_lblock_first(algo_ledger_t *l, algo_bytes_t bytes, const algo_block_t *b, const totals_t *totals,
                              algo_err_t *err) {
  l->first = l->n_blocks = l->base;
  uint8_t *copy = room_for_block(l) ? malloc(bytes.n) : NULL;
  if (!copy) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  memcpy(copy, bytes.p, bytes.n);
  l->blocks[0] = (block_rec_t){.bytes = copy,
                               .n = (uint32_t)bytes.n,
                               .n_txns = (uint32_t)b->n_txns,
                               .journal = l->open.journal,
                               .totals = *totals,
                               .rewards_level = b->header.rewards_level};
  l->n_blocks++;
  return ALGO_OK;
}

algo_code_t algo_lblock_keep(algo_ledger_t *l, const algo_header_t *h, algo_bytes_t header, algo_bytes_t txns,
                             size_t n_txns, const totals_t *totals, algo_err_t *err) {
  algo_buf_t all = ALGO_BUF_INIT;
  algo_mp_put_map(&all, 2);
  algo_mp_put_str(&all, "block", 5);
  put_body(&all, header, txns, n_txns);
  algo_mp_put_str(&all, "cert", 4);
  algo_mp_put_map(&all, h->round ? 1 : 0);
  if (h->round) {
    algo_mp_put_str(&all, "rnd", 3);
    algo_mp_put_uint(&all, h->round);
  }
  if (all.oom || !room_for_block(l)) {
    algo_buf_fini(&all);
    return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  }
  uint8_t *exact = realloc(all.p, all.n);
  *algo_lrec(l, l->n_blocks++) = (block_rec_t){.bytes = exact ? exact : all.p,
                                               .n = (uint32_t)all.n,
                                               .n_txns = (uint32_t)n_txns,
                                               .journal = l->open.journal,
                                               .totals = *totals,
                                               .rewards_level = h->rewards_level};
  return ALGO_OK;
}

algo_code_t algo_lblock_bytes(const algo_ledger_t *l, uint64_t round, algo_arena_t *arena, algo_bytes_t *out,
                              algo_err_t *err) {
  if (round < l->base) return algo_ledger_past(l, round, out, arena, err);
  if (round < l->first) return algo_lstore_block(l, round, arena, out, err);
  *out = algo_bytes(algo_lrec(l, round)->bytes, algo_lrec(l, round)->n);
  return ALGO_OK;
}

algo_bytes_t algo_lblock_body(algo_bytes_t v) {
  return algo_bytes(v.p + 7, v.n - 7); /* behind a map of two and the key "block"; what follows is not looked at */
}

void algo_lblocks_fini(algo_ledger_t *l) {
  for (size_t i = 0; i < l->n_blocks - l->first; i++) free(l->blocks[i].bytes);
  free(l->blocks);
  l->blocks = NULL;
  l->first = l->n_blocks = l->cap_blocks = 0;
}

algo_code_t algo_ltip_take(algo_ledger_t *l, algo_bytes_t header, algo_err_t *err) {
  algo_header_t tip;
  algo_arena_t was = l->tip_arena;
  algo_arena_reset(&l->tip_spare);
  const algo_bytes_t own = algo_arena_dup(&l->tip_spare, header);
  if (!own.p) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_code_t rc = algo_header_decode(&tip, own, &l->tip_spare, err);
  if (rc) return rc;
  algo_sha512_256_tagged(l->tip_hash.b, "BH", own.p, own.n);
  algo_sha512_tagged(l->tip_hash512, "BH", own.p, own.n);
  l->tip_arena = l->tip_spare;
  l->tip_spare = was;
  l->tip = tip;
  return ALGO_OK;
}

algo_code_t algo_ltip_load(algo_ledger_t *l, algo_err_t *err) {
  const block_rec_t *last = algo_lrec(l, l->n_blocks - 1);
  algo_mp_t r = algo_mp(algo_lblock_body(algo_bytes(last->bytes, last->n)));
  algo_bytes_t whole;
  algo_header_t h;
  algo_buf_t raw = ALGO_BUF_INIT;
  algo_arena_t arena = ALGO_ARENA_INIT;
  algo_code_t rc = algo_mp_skip_view(&r, &whole, err);
  if (!rc) rc = algo_header_decode(&h, whole, &arena, err);
  if (!rc) algo_header_encode(&raw, &h);
  if (!rc && raw.oom) rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  if (!rc) rc = algo_ltip_take(l, algo_buf_view(&raw), err);
  algo_buf_fini(&raw);
  algo_arena_fini(&arena);
  return rc;
}

/* What is so old that nothing asks for it again. */
static void forget_old(algo_ledger_t *l) {
  size_t keep = l->n_blocks > ALGO_LEDGER_LOOKBACK ? l->n_blocks - ALGO_LEDGER_LOOKBACK : 0;
  uint64_t pos = algo_lrec(l, keep)->journal;
  for (size_t i = 0; i < l->n_snapshots; i++)
    if (l->snapshots[i].journal < pos) pos = l->snapshots[i].journal;
  algo_lforget(l, pos);
}

/* The header is filled in and the block kept, up to the last step that may fail. */
static algo_code_t make_block(algo_ledger_t *l, algo_header_t *h, algo_err_t *err) {
  open_block_t *o = &l->open;
  totals_t totals = algo_lrec(l, l->n_blocks - 1)->totals;
  algo_code_t rc = commit(l, h, err);
  if (!rc) rc = algo_lvoters(l, &o->tracking, h->round, &l->scratch, err);
  if (!rc) rc = algo_lknock_offline(l, h, &l->scratch, err);
  if (rc) return rc;
  algo_ltotals_update(l, &totals);
  algo_buf_clear(&o->encoded);
  algo_header_encode(&o->encoded, h);
  const algo_bytes_t encoded = algo_buf_view(&o->encoded);
  rc = o->encoded.oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory")
                      : algo_lblock_keep(l, h, encoded, algo_buf_view(&o->txns), o->n_txns, &totals, err);
  if (rc) return rc;
  algo_lonline_update(l, h->round);
  rc = l->oom ? algo_err_set(err, ALGO_E_NOMEM, "out of memory") : algo_ltip_take(l, encoded, err);
  if (!rc) return rc;
  algo_lonline_truncate(l, h->round - 1);
  free(algo_lrec(l, --l->n_blocks)->bytes);
  return rc;
}

algo_code_t algo_ledger_seal(algo_ledger_t *l, int64_t timestamp, algo_err_t *err) {
  algo_code_t rc = algo_lready(l, err);
  if (rc) return rc;
  algo_lopen_start(l);
  if (l->oom) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  open_block_t *o = &l->open;
  algo_header_t h = o->header;
  uint64_t pos = journal_pos(&l->journal);
  algo_arena_reset(&l->scratch);
  h.timestamp = timestamp;
  h.txn_counter = l->tip.txn_counter + o->txn_count;
  h.fees_collected = o->fees;
  h.load = (uint64_t)((u128)ALGO_MICROS * o->txns.n / l->consensus->max_txn_bytes_per_block);
  algo_lmark(l); /* no group's doing from here on */
  rc = make_block(l, &h, err);
  if (rc) {
    algo_lundo_to(l, pos);
    return rc;
  }
  algo_lopen_reset(l);
  forget_old(l);
  algo_lspill(l);
  return ALGO_OK;
}
