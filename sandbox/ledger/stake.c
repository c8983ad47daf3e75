/* Who is online with how much, as agreement looks back at it; totals; accounts that a block takes offline.
 * Source: go-algorand 5.1, agreement/selector.go, ledger/acctonline.go, ledger/eval (generateKnockOfflineAccountsList).
 */
#include "internal.h"

__extension__ typedef unsigned __int128 u128;

uint64_t algo_lbalance_round(const algo_ledger_t *l) {
  const algo_consensus_t *c = l->consensus;
  return sat_sub(l->tip.round + 1, 2 * c->seed_refresh_interval * c->seed_lookback);
}

/* ---- history of what was online ---- */

static bool remember_online(algo_ledger_t *l, account_t *a) {
  if (a->n_stakes) return true;
  if (l->n_online == l->cap_online) {
    size_t cap = l->cap_online ? l->cap_online * 2 : 16;
    account_t **v = realloc(l->online, cap * sizeof *v);
    if (!v) return false;
    l->online = v;
    l->cap_online = cap;
  }
  for (size_t i = 0; i < l->n_online; i++)
    if (l->online[i] == a) return true;
  l->online[l->n_online++] = a;
  return true;
}

static void push_stake(algo_ledger_t *l, account_t *a, uint64_t round) {
  if (a->d.status != 1 && !a->n_stakes) return;
  stake_t s = {.round = round,
               .balance = a->d.balance,
               .rewards_base = a->d.rewards_base,
               .vote_first = a->d.vote_first,
               .vote_last = a->d.vote_last,
               .online = a->d.status == 1,
               .eligible = a->d.incentive_eligible != 0};
  memcpy(s.state_proof_pk, a->d.state_proof_pk, sizeof s.state_proof_pk);
  stake_t *v = remember_online(l, a) ? realloc(a->stakes, (a->n_stakes + 1) * sizeof *v) : NULL;
  if (!v) {
    l->oom = true;
    return;
  }
  a->stakes = v;
  uint64_t needed = algo_lbalance_round(l); /* of older ones only the last still counts */
  size_t old = 0;
  while (old + 1 < a->n_stakes && a->stakes[old + 1].round + 16 <= needed) old++;
  if (old > 64 && !l->n_snapshots) {
    memmove(a->stakes, a->stakes + old, (a->n_stakes - old) * sizeof *v);
    a->n_stakes -= old;
  }
  a->stakes[a->n_stakes++] = s;
}

/* Every account that the sealed block changed. */
void algo_lonline_update(algo_ledger_t *l, uint64_t round) {
  l->walk++;
  for (uint64_t at = journal_pos(&l->journal); at > l->open.journal; at--) {
    journal_item_t *it = journal_at(&l->journal, at - 1);
    if (it->kind != J_ACCOUNT || it->u.account.account->seen == l->walk) continue;
    it->u.account.account->seen = l->walk;
    push_stake(l, it->u.account.account, round);
  }
}

void algo_lonline_truncate(algo_ledger_t *l, uint64_t round) {
  for (size_t i = 0; i < l->n_online; i++) {
    account_t *a = l->online[i];
    while (a->n_stakes && a->stakes[a->n_stakes - 1].round > round) a->n_stakes--;
  }
}

const stake_t *algo_lstake_of(const account_t *a, uint64_t round) {
  for (size_t i = a->n_stakes; i > 0; i--)
    if (a->stakes[i - 1].round <= round) return a->stakes[i - 1].online ? &a->stakes[i - 1] : NULL;
  return NULL;
}

/* What was known after the round, or, before all that is kept (a fork's beginning), first. */
static const block_rec_t *after(const algo_ledger_t *l, uint64_t round) {
  return algo_lrec(l, round < l->first ? l->first : round);
}

void algo_lstake_at(const algo_ledger_t *l, const account_t *a, uint64_t round, uint64_t *stake, bool *eligible) {
  const stake_t *s = algo_lstake_of(a, round);
  *stake = 0;
  *eligible = false;
  if (!s) return;
  *stake = s->balance + s->balance / l->consensus->reward_unit * (after(l, round)->rewards_level - s->rewards_base);
  *eligible = s->eligible;
}

uint64_t algo_lonline_between(const algo_ledger_t *l, uint64_t round, uint64_t vote_round) {
  uint64_t total = after(l, round)->totals.online;
  for (size_t i = 0; round > 0 && i < l->n_online; i++) {
    const stake_t *s = algo_lstake_of(l->online[i], round);
    uint64_t stake;
    bool eligible;
    if (!s || s->vote_last == 0 || s->vote_last >= vote_round) continue;
    algo_lstake_at(l, l->online[i], round, &stake, &eligible);
    total = sat_sub(total, stake);
  }
  return total;
}

uint64_t algo_lonline_stake(const algo_ledger_t *l, uint64_t vote_round) {
  const algo_consensus_t *c = l->consensus;
  return algo_lonline_between(l, sat_sub(vote_round, 2 * c->seed_refresh_interval * c->seed_lookback), vote_round);
}

/* ---- totals ---- */

void algo_ltotals_add(const algo_ledger_t *l, totals_t *t, const account_data_t *d, int sign) {
  uint64_t money = d->balance + algo_lrewards(l, d), units = d->balance / l->consensus->reward_unit;
  uint64_t *m = d->status == 2 ? &t->not_participating : d->status == 1 ? &t->online : &t->offline;
  uint64_t *u = d->status == 2 ? &t->not_participating_units : d->status == 1 ? &t->online_units : &t->offline_units;
  *m = sign > 0 ? *m + money : *m - money;
  *u = sign > 0 ? *u + units : *u - units;
}

void algo_ltotals_update(algo_ledger_t *l, totals_t *t) {
  uint64_t levels = l->open.header.rewards_level - l->tip.rewards_level;
  t->online += t->online_units * levels;
  t->offline += t->offline_units * levels;
  l->walk++;
  for (uint64_t at = l->open.journal; at < journal_pos(&l->journal); at++) {
    const journal_item_t *it = journal_at(&l->journal, at);
    if (it->kind != J_ACCOUNT || it->u.account.account->seen == l->walk) continue;
    it->u.account.account->seen = l->walk; /* its first item has what it was before the block */
    algo_ltotals_add(l, t, it->u.account.data, -1);
    algo_ltotals_add(l, t, &it->u.account.account->d, 1);
  }
}

/* ---- accounts taken offline by the block ---- */

typedef struct challenge {
  uint64_t round;
  uint8_t seed[32];
} challenge_t;

/* Round 0: none. */
static algo_code_t active_challenge(algo_ledger_t *l, challenge_t *ch, algo_arena_t *arena, algo_err_t *err) {
  const algo_consensus_t *c = l->consensus;
  *ch = (challenge_t){0};
  uint64_t round = l->tip.round + 1, grace = c->challenge_grace_period;
  if (!c->challenge_interval || round < c->challenge_interval) return ALGO_OK;
  uint64_t last = round - round % c->challenge_interval;
  algo_header_t h;
  if (round <= last + grace || round > last + 2 * grace) return ALGO_OK;
  algo_code_t rc = algo_ledger_header(l, last, &h, arena, err);
  if (rc) return rc;
  ch->round = last;
  memcpy(ch->seed, h.seed, 32);
  return ALGO_OK;
}

static bool failed_challenge(const algo_ledger_t *l, const challenge_t *ch, const account_t *a, uint64_t seen) {
  if (!ch->round || seen >= ch->round) return false;
  uint64_t bits = l->consensus->challenge_bits;
  if (memcmp(ch->seed, a->addr.b, bits / 8)) return false;
  return bits % 8 == 0 || ((ch->seed[bits / 8] ^ a->addr.b[bits / 8]) >> (8 - bits % 8)) == 0;
}

static bool is_absent(const algo_ledger_t *l, const account_t *a, uint64_t seen) {
  uint64_t stake;
  bool eligible;
  algo_lstake_at(l, a, algo_lbalance_round(l), &stake, &eligible);
  if (seen == 0 || stake == 0) return false;
  u128 lag = (u128)20 * algo_lonline_stake(l, l->tip.round + 1) / stake;
  return lag <= UINT32_MAX && seen + (uint64_t)lag < l->tip.round + 1;
}

typedef enum { STAYS, EXPIRED, ABSENT } verdict_t;

static verdict_t judge(const algo_ledger_t *l, const challenge_t *ch, const account_t *a) {
  static const uint8_t none[32];
  const account_data_t *d = &a->d;
  if (d->balance + algo_lrewards(l, d) == 0) return STAYS;
  if (memcmp(d->vote_pk, none, 32) && d->vote_last < l->tip.round + 1) return EXPIRED;
  if (d->status != 1 || !d->incentive_eligible) return STAYS;
  uint64_t seen = d->last_proposed > d->last_heartbeat ? d->last_proposed : d->last_heartbeat;
  return is_absent(l, a, seen) || failed_challenge(l, ch, a, seen) ? ABSENT : STAYS;
}

static void take_offline(algo_ledger_t *l, account_t *a, verdict_t v) {
  account_data_t *d = algo_lacct_write(l, a);
  d->status = 0;
  if (v == ABSENT) {
    d->incentive_eligible = 0;
    return;
  }
  memset(d->vote_pk, 0, sizeof d->vote_pk);
  memset(d->selection_pk, 0, sizeof d->selection_pk);
  memset(d->state_proof_pk, 0, sizeof d->state_proof_pk);
  d->vote_first = d->vote_last = d->vote_key_dilution = 0;
}

/* Whom a node remembers as online, whatever came since: the genesis's own until the first voters are known, then the
 * voters of the last state proof interval. */
static bool is_remembered(const algo_ledger_t *l, const account_t *a) {
  const algo_consensus_t *c = l->consensus;
  uint64_t first = sat_sub(c->state_proof_interval, c->state_proof_voters_lookback), tip = l->tip.round;
  if (!c->state_proof_interval || a->d.status != 1) return false;
  if (tip >= first) {
    uint64_t at = tip - (tip - first) % c->state_proof_interval;
    return algo_lmay_vote(algo_lstake_of(a, at), at + c->state_proof_voters_lookback + c->state_proof_interval);
  }
  for (size_t i = 0; i < l->genesis.n_alloc; i++)
    if (algo_addr_eq(&l->genesis.alloc[i].addr, &a->addr)) return l->genesis.alloc[i].status == 1;
  return false;
}

/* Those remembered, then those that the block changed; NULL: no memory. */
static account_t **candidates(algo_ledger_t *l, size_t *count, algo_arena_t *arena) {
  const size_t most = l->n_online + (size_t)(journal_pos(&l->journal) - l->open.journal);
  account_t **out = algo_arena_array(arena, most + 1, sizeof *out);
  size_t n = 0;
  if (!out) return NULL;
  l->walk++;
  for (size_t i = 0; i < l->n_online; i++) {
    if (l->online[i]->seen == l->walk || !is_remembered(l, l->online[i])) continue;
    out[n++] = l->online[i];
    l->online[i]->seen = l->walk;
  }
  for (uint64_t at = l->open.journal; at < journal_pos(&l->journal); at++) {
    const journal_item_t *it = journal_at(&l->journal, at);
    if (it->kind != J_ACCOUNT || it->u.account.account->seen == l->walk) continue;
    it->u.account.account->seen = l->walk;
    out[n++] = it->u.account.account;
  }
  *count = n;
  return out;
}

algo_code_t algo_lknock_offline(algo_ledger_t *l, algo_header_t *h, algo_arena_t *arena, algo_err_t *err) {
  const algo_consensus_t *c = l->consensus;
  size_t n = 0;
  account_t **v = candidates(l, &n, arena);
  algo_addr_t *expired = algo_arena_array(arena, c->max_proposed_expired_online_accounts + 1, sizeof *expired);
  algo_addr_t *absent = algo_arena_array(arena, c->payouts_max_mark_absent + 1, sizeof *absent);
  if (!v || !expired || !absent) return algo_err_set(err, ALGO_E_NOMEM, "out of memory");
  challenge_t ch;
  algo_code_t rc = active_challenge(l, &ch, arena, err);
  if (rc) return rc;
  h->expired = expired;
  h->absent = absent;
  for (size_t i = 0; i < n; i++) {
    verdict_t verdict = judge(l, &ch, v[i]);
    if (verdict == EXPIRED && h->n_expired < c->max_proposed_expired_online_accounts)
      expired[h->n_expired++] = v[i]->addr;
    else if (verdict == ABSENT && h->n_absent < c->payouts_max_mark_absent) absent[h->n_absent++] = v[i]->addr;
    else continue;
    take_offline(l, v[i], verdict);
  }
  return ALGO_OK;
}
