/* The journal: undoing swaps each item with what is there, so that the same items lead back and forth. */
#include "internal.h"

journal_item_t *algo_ljournal_add(algo_ledger_t *l, journal_kind_t kind, bool present) {
  journal_t *j = &l->journal;
  if (j->n == j->cap) {
    if (j->head > j->cap / 2) { /* the forgotten front is room enough */
      memmove(j->v, j->v + j->head, (j->n - j->head) * sizeof *j->v);
      j->n -= j->head;
      j->base += j->head;
      j->head = 0;
    } else {
      size_t cap = j->cap ? j->cap * 2 : 256;
      journal_item_t *v = realloc(j->v, cap * sizeof *v);
      if (!v) {
        l->oom = true;
        return NULL;
      }
      j->v = v;
      j->cap = cap;
    }
  }
  journal_item_t *item = &j->v[j->n++];
  memset(item, 0, sizeof *item);
  item->kind = kind;
  item->present = present;
  return item;
}

void algo_ljournal_drop_last(algo_ledger_t *l) { l->journal.n--; }

static void swap_account(journal_item_t *it) {
  account_data_t d = it->u.account.account->d;
  it->u.account.account->d = *it->u.account.data;
  *it->u.account.data = d;
}

static bool swap_record(algo_ledger_t *l, journal_item_t *it) {
  switch (it->kind) {
  case J_ACCOUNT: swap_account(it); return true;
  case J_HOLDING: return algo_lraw_holding(l, it->u.holding.account, &it->present, &it->u.holding.holding);
  case J_LOCAL: return algo_lraw_local(l, it->u.local.account, &it->present, &it->u.local.local);
  case J_ASSET: return algo_lraw_asset(l, it->u.asset.id, &it->u.asset.asset);
  case J_APP: return algo_lraw_app(l, it->u.app.id, &it->u.app.app);
  case J_KV: return algo_lraw_kv(l, it->u.kv.kv, &it->present, &it->u.kv.item);
  case J_BOX: return algo_lraw_box(l, it->u.box.app, it->u.box.name, &it->u.box.value, &it->u.box.spare);
  case J_LEASE: {
    uint64_t expires = it->u.lease.lease->expires;
    it->u.lease.lease->expires = it->u.lease.expires;
    it->u.lease.expires = expires;
    return true;
  }
  case J_TXID: return algo_lraw_txid(l, &it->u.txid.id, &it->present, &it->u.txid.round, &it->u.txid.index);
  }
  return true;
}

/* What was there once has its memory, so it cannot fail to come back; if it did, that would be the end. */
static void swap(algo_ledger_t *l, journal_item_t *it) { l->broken |= !swap_record(l, it); }

/* Gives back what an item holds. */
static void drop(journal_item_t *it) {
  switch (it->kind) {
  case J_ACCOUNT: free(it->u.account.data); break;
  case J_LOCAL:
    if (it->present) algo_lkv_unref(it->u.local.local.kv);
    break;
  case J_ASSET: algo_lasset_free(it->u.asset.asset); break;
  case J_APP: algo_lapp_free(it->u.app.app); break;
  case J_KV:
    blob_unref(it->u.kv.item.key);
    if (it->present) blob_unref(it->u.kv.item.bytes);
    algo_lkv_unref(it->u.kv.kv);
    break;
  case J_BOX:
    blob_unref(it->u.box.name);
    blob_unref(it->u.box.value);
    free(it->u.box.spare);
    break;
  case J_HOLDING:
  case J_LEASE:
  case J_TXID: break;
  }
}

mark_t algo_lmark(algo_ledger_t *l) {
  l->journal.epoch++;
  return (mark_t){journal_pos(&l->journal), l->open.txn_count, l->open.fees};
}

void algo_lundo_to(algo_ledger_t *l, uint64_t pos) {
  journal_t *j = &l->journal;
  while (journal_pos(j) > pos) {
    journal_item_t *it = &j->v[j->n - 1];
    swap(l, it);
    drop(it);
    j->n--;
  }
  j->epoch++;
}

void algo_lundo(algo_ledger_t *l, const mark_t *m) {
  algo_lundo_to(l, m->pos);
  l->open.txn_count = m->txn_count;
  l->open.fees = m->fees;
}

void algo_lrewind(algo_ledger_t *l, uint64_t pos) {
  for (uint64_t at = journal_pos(&l->journal); at > pos; at--) swap(l, journal_at(&l->journal, at - 1));
  l->journal.epoch++;
}

void algo_lforward_to(algo_ledger_t *l, uint64_t pos, uint64_t to) {
  for (uint64_t at = pos; at < to; at++) swap(l, journal_at(&l->journal, at));
  l->journal.epoch++;
}

void algo_lforward(algo_ledger_t *l, uint64_t pos) { algo_lforward_to(l, pos, journal_pos(&l->journal)); }

void algo_lforget(algo_ledger_t *l, uint64_t pos) {
  journal_t *j = &l->journal;
  while (j->head < j->n && j->base + j->head < pos) drop(&j->v[j->head++]);
}

void algo_ljournal_fini(algo_ledger_t *l) {
  algo_lforget(l, UINT64_MAX);
  free(l->journal.v);
  l->journal = (journal_t){0};
}
