/* Balances, rewards, minimum balances, and the texts of refusals. Source: go-algorand 5.1, ledger/eval,
 * ledger/ledgercore. */
#include <stdio.h>

#include "internal.h"

__extension__ typedef unsigned __int128 u128;

/* ---- refusals ---- */

addr_text_t algo_laddr(const algo_addr_t *a) {
  addr_text_t t;
  algo_addr_format(t.s, a);
  return t;
}

txid_text_t algo_ltxid_text(const algo_digest_t *d) {
  txid_text_t t;
  algo_txid_format(t.s, d);
  return t;
}

static algo_code_t publish(algo_ledger_t *l, algo_code_t code, algo_err_t *err) {
  int64_t pc = err ? err->pc : -1;
  if (l->fail.oom) return algo_err_set(err, ALGO_E_NOMEM, "out of memory"); /* half a text tells nobody why */
  algo_err_set(err, code, "%.*s", (int)(l->fail.n < 1000 ? l->fail.n : 1000), l->fail.n ? (const char *)l->fail.p : "");
  if (err) err->pc = pc;
  return code;
}

static void put_va(algo_buf_t *b, const char *fmt, va_list ap) {
  va_list again;
  va_copy(again, ap);
  int n = vsnprintf(NULL, 0, fmt, ap);
  uint8_t *at = n < 0 ? NULL : algo_buf_reserve(b, (size_t)n + 1);
  if (at) {
    vsnprintf((char *)at, (size_t)n + 1, fmt, again);
    b->n += (size_t)n;
  }
  va_end(again);
}

algo_code_t algo_lfail(algo_ledger_t *l, algo_err_t *err, const char *fmt, ...) {
  va_list ap;
  algo_buf_clear(&l->fail);
  va_start(ap, fmt);
  put_va(&l->fail, fmt, ap);
  va_end(ap);
  return publish(l, ALGO_E_LEDGER, err);
}

algo_code_t algo_lno_creator(algo_ledger_t *l, uint64_t id, int kind, algo_err_t *err) {
  return algo_lfail(l, err,
                    "roundCowBase.getCreator() cidx: %" PRIu64
                    " ctype: %d err: sql: converting argument $1 type: " ALGO_LLARGE_NUMBER,
                    id, kind);
}

algo_code_t algo_lfail_code(algo_ledger_t *l, algo_code_t code, algo_err_t *err, const char *fmt, ...) {
  va_list ap;
  algo_buf_clear(&l->fail);
  va_start(ap, fmt);
  put_va(&l->fail, fmt, ap);
  va_end(ap);
  return publish(l, code, err);
}

algo_code_t algo_lfail_prefix(algo_ledger_t *l, algo_code_t code, algo_err_t *err, const char *fmt, ...) {
  algo_buf_t head = ALGO_BUF_INIT;
  va_list ap;
  va_start(ap, fmt);
  put_va(&head, fmt, ap);
  va_end(ap);
  algo_buf_put(&head, l->fail.p, l->fail.n);
  algo_buf_fini(&l->fail);
  l->fail = head;
  return publish(l, code, err);
}

/* ---- balances ---- */

static uint64_t sat_mul(uint64_t a, uint64_t b) {
  u128 v = (u128)a * b;
  return v > UINT64_MAX ? UINT64_MAX : (uint64_t)v;
}

uint64_t algo_lmin_balance(const algo_ledger_t *l, const account_data_t *d) {
  const algo_consensus_t *c = l->consensus;
  uint64_t schema = sat_add(sat_mul(c->schema_min_balance_per_entry, sat_add(d->schema_uint, d->schema_bytes)),
                            sat_add(sat_mul(c->schema_uint_min_balance, d->schema_uint),
                                    sat_mul(c->schema_bytes_min_balance, d->schema_bytes)));
  uint64_t min = c->min_balance;
  min = sat_add(min, sat_mul(c->min_balance, d->assets));
  min = sat_add(min, sat_mul(c->app_flat_params_min_balance, d->apps_created));
  min = sat_add(min, sat_mul(c->app_flat_opt_in_min_balance, d->apps_opted_in));
  min = sat_add(min, schema);
  min = sat_add(min, sat_mul(c->app_flat_params_min_balance, d->extra_pages));
  min = sat_add(min, sat_mul(c->box_flat_min_balance, d->boxes));
  return sat_add(min, sat_mul(c->box_byte_min_balance, d->box_bytes));
}

bool algo_ldata_is_zero(const account_data_t *d) {
  static const account_data_t zero;
  return memcmp(d, &zero, sizeof zero) == 0;
}

uint64_t algo_lrewards(const algo_ledger_t *l, const account_data_t *d) {
  if (d->status == 2) return 0;
  return d->balance / l->consensus->reward_unit * (l->open.header.rewards_level - d->rewards_base);
}

account_data_t algo_lrewarded(const algo_ledger_t *l, const account_data_t *d) {
  account_data_t r = *d;
  if (r.status == 2) return r;
  const uint64_t rewards = algo_lrewards(l, d);
  r.balance += rewards;
  r.rewarded += rewards;
  r.rewards_base = l->open.header.rewards_level;
  return r;
}

/* A balance that doubles must not make the account look absent. */
static void auto_heartbeat(const algo_ledger_t *l, uint64_t before, account_data_t *after) {
  if (after->status != 1 || !after->incentive_eligible || before > UINT64_MAX / 2) return;
  const algo_consensus_t *c = l->consensus;
  if (after->balance >= 2 * before)
    after->last_heartbeat = l->open.header.round + 2 * c->seed_refresh_interval * c->seed_lookback;
}

static algo_code_t overspend(algo_ledger_t *l, const account_t *a, uint64_t amount, algo_err_t *err) {
  algo_buf_t dump = ALGO_BUF_INIT;
  char tried[32];
  algo_ldump_account(&dump, &a->d);
  algo_micro_format(tried, amount);
  algo_code_t rc = algo_lfail(l, err, "overspend (account %s, data %s, tried to spend %s)", algo_laddr(&a->addr).s,
                              algo_buf_cstr(&dump), tried);
  algo_buf_fini(&dump);
  return rc;
}

static algo_code_t overflow(algo_ledger_t *l, const account_t *a, uint64_t amount, algo_err_t *err) {
  algo_buf_t dump = ALGO_BUF_INIT;
  char tried[32];
  algo_ldump_account(&dump, &a->d);
  algo_micro_format(tried, amount);
  algo_code_t rc = algo_lfail(l, err, "balance overflow (account %s, data %s, was going to receive %s)",
                              algo_laddr(&a->addr).s, algo_buf_cstr(&dump), tried);
  algo_buf_fini(&dump);
  return rc;
}

/* One side of a movement: what it earned goes to *rewards; nothing is written where nothing changes. */
static algo_code_t move_side(algo_ledger_t *l, account_t *a, uint64_t amount, bool out, uint64_t *rewards,
                             algo_err_t *err) {
  account_data_t now = algo_lrewarded(l, &a->d);
  uint64_t before = a->d.balance;
  if (rewards) *rewards += now.balance - before;
  if (amount == 0 && before / l->consensus->reward_unit == 0) return ALGO_OK;
  if (out) {
    if (now.balance < amount) return overspend(l, a, amount, err);
    now.balance -= amount;
  } else {
    if (now.balance + amount < amount) return overflow(l, a, amount, err);
    now.balance += amount;
  }
  auto_heartbeat(l, before, &now);
  *algo_lacct_write(l, a) = now;
  return ALGO_OK;
}

algo_code_t algo_lmove(algo_ledger_t *l, const algo_addr_t *from, const algo_addr_t *to, uint64_t amount,
                       uint64_t *from_rewards, uint64_t *to_rewards, algo_err_t *err) {
  account_t *f = algo_lacct(l, from), *t = algo_lacct(l, to);
  if (!f || !t) return algo_lfail_code(l, ALGO_E_NOMEM, err, "out of memory");
  algo_code_t rc = move_side(l, f, amount, true, from_rewards, err);
  return rc ? rc : move_side(l, t, amount, false, to_rewards, err);
}
