/* State deltas group by group. Source: go-algorand 5.1, eval.TxnGroupDeltaTracer. */
#include "algo/mp.h"
#include "delta.h"

typedef struct walk { /* over a block's groups, with the state as of the end of the one at hand */
  algo_ledger_t *l;
  algo_arena_t *arena;
  algo_block_t block;
  ldelta_group_t group;
  uint64_t at; /* the state is as of here */
  bool begun;
} walk_t;

/* Behind what the group changed: its last transaction's id, and lease where it has one. */
static uint64_t end_of(const walk_t *w, uint64_t from, size_t n) {
  uint64_t at = from, end = algo_ldelta_end(w->l, w->block.header.round);
  for (; at < end && n > 0; at++) n -= journal_at(&w->l->journal, at)->kind == J_TXID;
  return at < end && journal_at(&w->l->journal, at)->kind == J_LEASE ? at + 1 : at;
}

static algo_code_t walk_begin(walk_t *w, uint64_t round, algo_err_t *err) {
  const block_rec_t *rec = algo_lrec(w->l, round);
  uint64_t from = rec->journal;
  algo_code_t rc = algo_block_decode(&w->block, algo_bytes(rec->bytes, rec->n), w->arena, err);
  if (rc) return rc;
  const journal_item_t *it = from < algo_ldelta_end(w->l, round) ? journal_at(&w->l->journal, from) : NULL;
  if (it && it->kind == J_ACCOUNT && algo_addr_eq(&it->u.account.account->addr, &w->l->genesis.rewards_pool))
    from++; /* the block itself began with that */
  w->group.to = from;
  return ALGO_OK;
}

static bool walk_next(walk_t *w) {
  ldelta_group_t *g = &w->group;
  size_t n = 1;
  g->first += g->n;
  g->n = 0;
  if (g->first >= w->block.n_txns) return false;
  const algo_digest_t *id = &w->block.txns[g->first].stxn.txn.group;
  while (!algo_digest_is_zero(id) && g->first + n < w->block.n_txns &&
         memcmp(&w->block.txns[g->first + n].stxn.txn.group, id, sizeof *id) == 0)
    n++;
  g->n = n;
  g->from = g->to;
  g->to = end_of(w, g->from, n);
  return true;
}

/* Leads the state to the end of the group at hand. */
static void walk_state(walk_t *w) {
  if (!w->begun) algo_lrewind(w->l, w->group.to);
  else algo_lforward_to(w->l, w->at, w->group.to);
  w->begun = true;
  w->at = w->group.to;
}

static void walk_end(walk_t *w) {
  if (w->begun) algo_lforward(w->l, w->at);
}

/* A node names one id of each group, whichever: here the group's, or that of the transaction that is alone. */
static void put_ids(const walk_t *w, algo_buf_t *out) {
  const algo_txn_t *first = &w->block.txns[w->group.first].stxn.txn;
  algo_digest_t id = first->group;
  for (uint64_t at = w->group.from; at < w->group.to && algo_digest_is_zero(&id); at++) {
    const journal_item_t *it = journal_at(&w->l->journal, at);
    if (it->kind == J_TXID) id = it->u.txid.id;
  }
  txid_text_t text = algo_ltxid_text(&id);
  algo_mp_put_str(out, "Ids", 3);
  algo_mp_put_array(out, 1);
  algo_mp_put_str(out, text.s, strlen(text.s));
}

static algo_code_t put_all(walk_t *w, algo_buf_t *out, algo_err_t *err) {
  algo_buf_t body = ALGO_BUF_INIT;
  algo_code_t rc = ALGO_OK;
  uint32_t n = 0;
  for (; !rc && walk_next(w); n++) {
    walk_state(w);
    algo_mp_put_map(&body, 2);
    algo_mp_put_str(&body, "Delta", 5);
    rc = algo_ldelta_group(w->l, &w->block, &w->group, w->arena, &body, err);
    put_ids(w, &body);
  }
  algo_mp_put_map(out, 1);
  algo_mp_put_str(out, "Deltas", 6);
  if (n) algo_mp_put_array(out, n);
  else algo_mp_put_nil(out);
  algo_buf_putb(out, algo_buf_view(&body));
  if (!rc && (body.oom || out->oom)) rc = algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  algo_buf_fini(&body);
  return rc;
}

algo_code_t algo_ledger_group_deltas(algo_ledger_t *l, uint64_t round, bool leases, algo_buf_t *out, algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  walk_t w = {.l = l, .arena = &arena, .group.leases = leases};
  if (!algo_ldelta_kept(l, round))
    return algo_err_set(err, ALGO_E_NOT_FOUND, "round %" PRIu64 " not found in txnGroupDeltaTracer", round);
  algo_code_t rc = walk_begin(&w, round, err);
  if (!rc) rc = put_all(&w, out, err);
  walk_end(&w);
  algo_arena_fini(&arena);
  return rc;
}

/* The round of a transaction, or of a group, that is kept; 0: none. */
static uint64_t round_of(const algo_ledger_t *l, const algo_digest_t *id) {
  const txref_t *ref = algo_ltxid(l, id);
  if (ref) return algo_ldelta_kept(l, ref->round) ? ref->round : 0;
  for (uint64_t round = l->tip.round; algo_ldelta_kept(l, round); round--) {
    const block_rec_t *rec = algo_lrec(l, round);
    if (rec->n_txns && memmem(rec->bytes, rec->n, id->b, sizeof id->b))
      return round; /* or something else of it is so */
  }
  return 0;
}

/* Is the id that of the group at hand, or of one of its transactions? */
static bool is_named(const walk_t *w, const algo_digest_t *id) {
  const algo_digest_t *group = &w->block.txns[w->group.first].stxn.txn.group;
  if (!algo_digest_is_zero(id) && memcmp(group, id, sizeof *id) == 0) return true;
  for (uint64_t at = w->group.from; at < w->group.to; at++) {
    const journal_item_t *it = journal_at(&w->l->journal, at);
    if (it->kind == J_TXID && memcmp(&it->u.txid.id, id, sizeof *id) == 0) return true;
  }
  return false;
}

algo_code_t algo_ledger_group_delta(algo_ledger_t *l, const algo_digest_t *id, bool leases, algo_buf_t *out,
                                    algo_err_t *err) {
  algo_arena_t arena = ALGO_ARENA_INIT;
  walk_t w = {.l = l, .arena = &arena, .group.leases = leases};
  uint64_t round = round_of(l, id);
  algo_code_t rc = round ? walk_begin(&w, round, err) : ALGO_OK;
  bool found = false;
  while (!rc && round && !found && walk_next(&w)) found = is_named(&w, id);
  if (found) {
    walk_state(&w);
    rc = algo_ldelta_group(l, &w.block, &w.group, &arena, out, err);
  } else if (!rc) {
    rc = algo_err_set(err, ALGO_E_NOT_FOUND, "unable to find delta for id: %s", algo_ltxid_text(id).s);
  }
  walk_end(&w);
  algo_arena_fini(&arena);
  return rc;
}
