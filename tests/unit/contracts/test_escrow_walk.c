/* Random walks over the published programs of escrow, every step compared with a model of docs/contracts.md, section 2.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/arc4.h"
#include "algo/escrow.h"
#include "suite.h"
#include "world.h"

__extension__ typedef unsigned __int128 u128_t;

enum { TASKS = 1500, WORK = OWNER, WORK2 = OWNER2, CLIENT = RENTER, CLIENT2 = RENTER2 };
enum {
  POST,
  ACCEPT,
  SUBMIT,
  REJECT,
  APPROVE,
  RELEASE,
  RESOLVE,
  ABANDON,
  RECLAIM,
  WITHDRAW,
  WITHDRAW_WORKER,
  COLLECT,
  CONFIGURE,
  PROVIDER,
  PAUSE,
  STEPS
};

typedef struct task {
  bool live, worker_live;
  unsigned client, worker;
  uint64_t gpu, reward, bond, owed, worker_owed, posted, accepted, submitted, disputed;
  uint8_t state, spec[32], result[32];
  uint16_t fee_bps;
  uint32_t run, review, dispute;
} task_t;

typedef struct step {
  unsigned what, by, party;
  uint64_t id, amount, mbr, bond;
  uint32_t n, m;
  uint8_t bytes[32];
} step_t;

static struct {
  world_t w;
  uint64_t rng;
  bool asa;
  task_t tasks[TASKS];
  uint64_t next, live_tasks, live_workers, fees, fee_bps, dispute_s, review_min, open, paused, clawed;
  bool provider[PARTIES];
  unsigned providers;
  /* of the step at hand */
  uint64_t now, spent, spent_asset, got[PARTIES], got_asset[PARTIES], out, out_asset;
  unsigned by;
  algo_buf_t logs;
  unsigned accepted[STEPS], owed;
  uint64_t budget; /* the most that an accepted step used */
} k;

static uint64_t rnd(uint64_t n) {
  uint64_t z = (k.rng += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (z ^ (z >> 31)) % n;
}

/* ---- the model ---- */

static void put(uint64_t v, unsigned width) {
  uint8_t be[8];
  algo_put_be64(be, v);
  algo_buf_put(&k.logs, be + 8 - width, width);
}
static void put_party(unsigned p) { algo_buf_put(&k.logs, k.w.who[p].b, 32); }
static void event(const char *signature) {
  uint8_t sel[4];
  algo_arc4_selector(sel, signature);
  algo_buf_put(&k.logs, "\0\0", 2);
  algo_buf_put(&k.logs, sel, 4);
}

static bool takes_algo(unsigned p, uint64_t amount) {
  u128_t have = (u128_t)world_balance(&k.w, &k.w.who[p]) + k.got[p] + amount - (p == k.by ? k.spent : 0);
  return have >= world_min_balance(&k.w, &k.w.who[p]);
}
static bool takes(unsigned p, uint64_t amount) {
  uint64_t have;
  bool frozen;
  if (!k.asa) return takes_algo(p, amount);
  if (!world_holding(&k.w, &k.w.who[p], &have, &frozen) || frozen) return false;
  if (!world_holding(&k.w, &k.w.app_addr, &have, &frozen) || frozen) return false;
  return have + k.spent_asset - k.out_asset >= amount;
}
static void pay_algo(unsigned p, uint64_t amount) {
  k.got[p] += amount;
  k.out += amount;
}
static void pay(unsigned p, uint64_t amount) {
  if (!k.asa) {
    pay_algo(p, amount);
    return;
  }
  k.got_asset[p] += amount;
  k.out_asset += amount;
}

/* One party's payout; does the box go? */
static bool deliver(uint64_t id, unsigned p, uint64_t amount, uint64_t mbr, uint64_t *owed) {
  bool ok = k.asa ? !amount || takes(p, amount) : takes_algo(p, amount + mbr);
  if (!ok) {
    *owed = amount;
    if (amount) {
      event("Owed(uint64,address,uint64)");
      put(id, 8);
      put_party(p);
      put(amount, 8);
      k.owed++;
    }
    return false;
  }
  if (amount) pay(p, amount);
  if (!takes_algo(p, mbr)) return false;
  pay_algo(p, mbr);
  return true;
}

static void worker_closed(uint64_t id) {
  k.tasks[id].worker_live = false;
  k.live_workers--;
  event("WorkerClosed(uint64)");
  put(id, 8);
}
static void task_closed(uint64_t id) {
  k.tasks[id].live = false;
  k.live_tasks--;
  event("TaskClosed(uint64)");
  put(id, 8);
}

static void pay_both(uint64_t id, uint64_t to_worker, uint64_t to_client) {
  task_t *t = &k.tasks[id];
  bool w = deliver(id, t->worker, to_worker, 22100, &t->worker_owed),
       c = deliver(id, t->client, to_client, 76100, &t->owed);
  if (w) worker_closed(id);
  if (c) task_closed(id);
}

static uint64_t share(uint64_t x, uint64_t bps) { return (uint64_t)((u128_t)x * bps / 10000); }

static const char *divide(uint64_t id, uint64_t bps, bool resolved) {
  task_t *t = &k.tasks[id];
  uint64_t gross = share(t->reward, bps), fee = share(gross, t->fee_bps);
  uint64_t to_worker = gross - fee + (bps ? t->bond : 0), to_client = t->reward - gross + (bps ? 0 : t->bond);
  k.fees += fee;
  t->state = resolved ? 6 : 4;
  event(resolved ? "TaskResolved(uint64,address,uint16,uint64,uint64,uint64,uint64)"
                 : "TaskPaid(uint64,address,uint64,uint64,uint64)");
  put(id, 8);
  put_party(k.by);
  if (resolved) put(bps, 2);
  put(to_worker, 8);
  put(fee, 8);
  if (resolved) put(to_client, 8);
  put(k.now, 8);
  pay_both(id, to_worker, to_client);
  return NULL;
}

static void refunded(uint64_t id, uint64_t to_client) {
  k.tasks[id].state = 5;
  event("TaskRefunded(uint64,address,uint64,uint64)");
  put(id, 8);
  put_party(k.by);
  put(to_client, 8);
  put(k.now, 8);
}

static const char *forfeit(uint64_t id) {
  task_t *t = &k.tasks[id];
  refunded(id, t->reward + t->bond);
  pay_both(id, 0, t->reward + t->bond);
  return NULL;
}

static const char *do_post(const step_t *s) {
  if (k.paused) return "the market is paused";
  if (s->n < 60) return "run_s is under 60";
  if (s->n > 2592000) return "run_s is over 2592000";
  if (s->m < k.review_min) return "review_s is under the market's minimum";
  if (s->m > 2592000) return "review_s is over 2592000";
  if (s->mbr != 76100) return "the payment's amount is wrong";
  if (!s->amount) return "the reward is 0";
  if (((u128_t)s->amount + s->bond) >> 64) return "reward + bond is 2^64 or more";
  uint64_t id = k.next++;
  task_t *t = &k.tasks[id];
  *t = (task_t){.live = true,
                .client = s->by,
                .reward = s->amount,
                .bond = s->bond,
                .posted = k.now,
                .run = s->n,
                .review = s->m};
  t->fee_bps = (uint16_t)k.fee_bps;
  t->dispute = (uint32_t)k.dispute_s;
  memcpy(t->spec, s->bytes, 32);
  k.live_tasks++;
  event("TaskPosted(uint64,address,uint64,uint64,uint16,uint32,uint32,uint32,uint64,byte[32])");
  put(id, 8);
  put_party(s->by);
  put(t->reward, 8);
  put(t->bond, 8);
  put(t->fee_bps, 2);
  put(t->run, 4);
  put(t->review, 4);
  put(t->dispute, 4);
  put(k.now, 8);
  algo_buf_put(&k.logs, t->spec, 32);
  algo_buf_put(&k.logs, "\0\0\x15\x1f\x7c\x75", 6);
  put(id, 8);
  return NULL;
}

static const char *do_accept(const step_t *s, task_t *t) {
  if (t->state != 0) return "the task is not open";
  if (s->by == t->client) return "the client cannot accept his own task";
  if (!k.open && !k.provider[s->by]) return "the provider is not approved";
  if (s->mbr != 22100) return "the payment's amount is wrong";
  if (s->amount != t->bond) return k.asa ? "the deposit's amount is wrong" : "the payment's amount is wrong";
  t->state = 1;
  t->worker_live = true;
  t->worker = s->by;
  t->worker_owed = 0;
  t->gpu = s->bond;
  t->accepted = k.now;
  k.live_workers++;
  event("TaskAccepted(uint64,address,uint64,uint64)");
  put(s->id, 8);
  put_party(s->by);
  put(t->gpu, 8);
  put(k.now, 8);
  return NULL;
}

static const char *do_progress(const step_t *s, task_t *t) {
  bool submit = s->what == SUBMIT;
  if (submit && t->state != 1) return "the task is not accepted";
  if (s->by != (submit ? t->worker : t->client))
    return submit ? "only the worker may do this" : "only the client may do this";
  if (!submit && t->state != 2) return "the task is not submitted";
  if (submit && k.now > t->accepted + t->run) return "too late to submit";
  if (!submit && k.now > t->submitted + t->review) return "too late to reject";
  t->state = submit ? 2 : 3;
  *(submit ? &t->submitted : &t->disputed) = k.now;
  if (submit) memcpy(t->result, s->bytes, 32);
  event(submit ? "TaskSubmitted(uint64,uint64,byte[32])" : "TaskRejected(uint64,uint64,byte[32])");
  put(s->id, 8);
  put(k.now, 8);
  algo_buf_put(&k.logs, s->bytes, 32);
  return NULL;
}

static const char *do_pay(const step_t *s, task_t *t) {
  if (s->what == APPROVE) {
    if (s->by != t->client) return "only the client may do this";
    if (t->state != 2 && t->state != 3) return "the task is neither submitted nor disputed";
    return divide(s->id, 10000, false);
  }
  if (s->what == RELEASE) {
    if (t->state != 2) return "the task is not submitted";
    if (k.now <= t->submitted + t->review) return "the client may still reject";
    return divide(s->id, 10000, false);
  }
  if (t->state != 3) return "the task is not in dispute";
  if (s->amount > 10000) return "worker_bps is over 10000";
  if (s->by == ARBITER) return divide(s->id, s->amount, true);
  if (k.now <= t->disputed + t->dispute) return "only the arbiter may resolve it yet";
  return divide(s->id, 10000, true);
}

static const char *do_refund(const step_t *s, task_t *t) {
  if (s->what == ABANDON) {
    if (t->state != 1) return "the task is not accepted";
    return s->by == t->worker ? forfeit(s->id) : "only the worker may do this";
  }
  if (t->state) {
    if (t->state != 1) return "the task is neither posted nor accepted";
    return k.now > t->accepted + t->run ? forfeit(s->id) : "the worker still has time";
  }
  if (s->by != t->client) return "only the client may do this";
  refunded(s->id, t->reward);
  if (deliver(s->id, t->client, t->reward, 76100, &t->owed)) task_closed(s->id);
  return NULL;
}

static const char *do_withdraw(const step_t *s, task_t *t) {
  bool worker = s->what == WITHDRAW_WORKER, any = false;
  if (worker && !t->worker_live) return "no such worker";
  if (!worker && !t->live) return "no such task";
  if (t->live && t->state < 4) return "the task has not ended";
  unsigned p = worker ? t->worker : t->client;
  uint64_t *owed = worker ? &t->worker_owed : &t->owed, amount = *owed, mbr = worker ? 22100 : 76100;
  if (!k.asa && !takes_algo(p, amount + mbr)) return "nothing can be delivered";
  if (amount && (!k.asa || takes(p, amount))) {
    pay(p, amount);
    *owed = 0;
    any = true;
    event("Withdrawn(uint64,address,uint64)");
    put(s->id, 8);
    put_party(p);
    put(amount, 8);
  }
  if (!*owed && takes_algo(p, mbr)) {
    pay_algo(p, mbr);
    any = true;
    worker ? worker_closed(s->id) : task_closed(s->id);
  }
  return any ? NULL : "nothing can be delivered";
}

static const char *do_market(const step_t *s) {
  if (s->what == COLLECT) {
    if (!k.fees) return "there are no fees to collect";
    if (!takes(TREASURY, k.fees)) return "the treasury cannot be paid";
    pay(TREASURY, k.fees);
    event("FeesCollected(uint64,address)");
    put(k.fees, 8);
    put_party(TREASURY);
    k.fees = 0;
    return NULL;
  }
  if (s->by != ADMIN) return "only the admin may do this";
  if (s->what == PAUSE) {
    k.paused = s->n;
    event("Paused(bool)");
    put(s->n ? 0x80 : 0, 1);
    return NULL;
  }
  if (s->what == PROVIDER) {
    if (s->n && k.provider[s->party]) return "the provider is approved already";
    if (s->mbr != (s->n ? 18900u : 0)) return "the payment's amount is wrong";
    if (!s->n && !k.provider[s->party]) return "the provider is not approved";
    if (!s->n) pay_algo(ADMIN, 18900);
    k.provider[s->party] = s->n;
    k.providers += s->n ? 1 : -1u;
    event("ProviderApproved(address,bool,uint64)");
    put_party(s->party);
    put(s->n ? 0x80 : 0, 1);
    put(k.now, 8);
    return NULL;
  }
  if (s->amount > 2000) return "fee_bps is over 2000";
  if (s->n < 60) return "dispute_s is under 60";
  if (s->n > 2592000) return "dispute_s is over 2592000";
  if (s->m < 60) return "review_min_s is under 60";
  if (s->m > 2592000) return "review_min_s is over 2592000";
  if (s->bond > 1) return "open is neither 0 nor 1";
  k.fee_bps = s->amount;
  k.dispute_s = s->n;
  k.review_min = s->m;
  k.open = s->bond;
  event("TermsChanged(uint64,uint64,uint64,uint64)");
  put(s->amount, 8);
  put(s->n, 8);
  put(s->m, 8);
  put(s->bond, 8);
  return NULL;
}

static const char *model(const step_t *s) {
  bool deposits = s->what == POST || s->what == ACCEPT, mbr = deposits || s->what == PROVIDER;
  algo_buf_clear(&k.logs);
  memset(k.got, 0, sizeof k.got);
  memset(k.got_asset, 0, sizeof k.got_asset);
  k.out = k.out_asset = 0;
  k.by = s->by;
  k.now = (uint64_t)k.w.now;
  k.spent = k.w.fee + (deposits ? 1000 + (k.asa ? 0 : s->amount) : 0) + (mbr ? 1000 + s->mbr : 0);
  k.spent_asset = deposits && k.asa ? s->amount : 0;
  if (s->what == POST) return do_post(s);
  if (s->what >= COLLECT) return do_market(s);
  task_t *t = &k.tasks[s->id];
  if (s->what == ACCEPT && k.paused) return "the market is paused";
  if (s->what == WITHDRAW || s->what == WITHDRAW_WORKER) return do_withdraw(s, t);
  if (!t->live) return "no such task";
  if (s->what == ACCEPT) return do_accept(s, t);
  if (s->what == SUBMIT || s->what == REJECT) return do_progress(s, t);
  return s->what == ABANDON || s->what == RECLAIM ? do_refund(s, t) : do_pay(s, t);
}

static void call_of(algo_method_call_t *c, const step_t *s) {
  const algo_app_t *app = &k.w.app;
  algo_arena_t *a = &k.w.arena;
  switch (s->what) {
  case POST: algo_escrow_post(c, app, s->mbr, s->amount, s->bytes, s->bond, s->n, s->m, a, NULL); break;
  case ACCEPT: algo_escrow_accept(c, app, s->mbr, s->amount, s->id, s->bond, a, NULL); break;
  case SUBMIT: algo_escrow_submit(c, app, s->id, s->bytes, a, NULL); break;
  case REJECT: algo_escrow_reject(c, app, s->id, s->bytes, a, NULL); break;
  case APPROVE: algo_escrow_approve_result(c, app, s->id, a, NULL); break;
  case RELEASE: algo_escrow_release(c, app, s->id, a, NULL); break;
  case RESOLVE: algo_escrow_resolve(c, app, s->id, (uint16_t)s->amount, a, NULL); break;
  case ABANDON: algo_escrow_abandon(c, app, s->id, a, NULL); break;
  case RECLAIM: algo_escrow_reclaim(c, app, s->id, a, NULL); break;
  case WITHDRAW: algo_escrow_withdraw(c, app, s->id, a, NULL); break;
  case WITHDRAW_WORKER: algo_escrow_withdraw_worker(c, app, s->id, a, NULL); break;
  case COLLECT: algo_escrow_collect(c, app, a, NULL); break;
  case CONFIGURE: algo_escrow_configure(c, app, s->amount, s->n, s->m, s->bond, a, NULL); break;
  case PROVIDER: algo_escrow_approve(c, app, s->mbr, &k.w.who[s->party], s->n, a, NULL); break;
  default: algo_escrow_set_paused(c, app, s->n, a, NULL);
  }
}

/* ---- choosing ---- */

static uint64_t some_task(void) {
  uint64_t from = rnd(k.next);
  for (uint64_t i = 0; i < k.next; i++) {
    const task_t *t = &k.tasks[(from + i) % k.next];
    if (t->live || t->worker_live) return (from + i) % k.next;
  }
  return k.next;
}

static void choose_task(step_t *s) {
  static const unsigned likely[7][4] = {{ACCEPT, ACCEPT, ACCEPT, RECLAIM},
                                        {SUBMIT, SUBMIT, SUBMIT, ABANDON},
                                        {REJECT, APPROVE, RELEASE, REJECT},
                                        {RESOLVE, RESOLVE, RESOLVE, APPROVE},
                                        {WITHDRAW, WITHDRAW_WORKER, WITHDRAW, WITHDRAW_WORKER},
                                        {WITHDRAW, WITHDRAW_WORKER, WITHDRAW, WITHDRAW_WORKER},
                                        {WITHDRAW, WITHDRAW_WORKER, WITHDRAW, WITHDRAW_WORKER}};
  s->id = rnd(40) ? some_task() : rnd(k.next + 1);
  const task_t *t = &k.tasks[s->id];
  s->what = rnd(15) ? likely[t->state][rnd(4)] : ACCEPT + (unsigned)rnd(WITHDRAW_WORKER);
  if (t->state == 1 && (uint64_t)k.w.now > t->accepted + t->run && rnd(2)) s->what = RECLAIM;
  s->by = t->client;
  if (s->what == ACCEPT) s->by = rnd(2) ? WORK : WORK2;
  if (s->what == SUBMIT || s->what == ABANDON) s->by = t->worker;
  if (s->what == RESOLVE) s->by = rnd(3) ? ARBITER : STRANGER;
  if (rnd(15) == 0) s->by = (unsigned)rnd(PARTIES);
  s->amount = s->what == RESOLVE ? (rnd(3) ? rnd(10050) : rnd(2) * 10000) : t->bond + (rnd(30) == 0);
  s->mbr = 22100 - (rnd(30) == 0);
  s->bond = rnd(3);
}

static void choose(step_t *s) {
  memset(s, 0, sizeof *s);
  for (unsigned i = 0; i < 32; i++) s->bytes[i] = (uint8_t)rnd(256);
  uint64_t kind = rnd(20);
  if (kind == 0) {
    static const uint64_t bps[] = {0, 1, 333, 2000, 2001};
    s->what = COLLECT + (unsigned)rnd(4);
    s->by = rnd(10) ? ADMIN : (unsigned)rnd(PARTIES);
    s->amount = bps[rnd(5)];
    s->n = s->what == CONFIGURE ? 58 + (uint32_t)rnd(2000) : s->what == PAUSE ? rnd(5) == 0 : (uint32_t)rnd(2);
    s->m = 58 + (uint32_t)rnd(300);
    s->bond = s->what == CONFIGURE ? rnd(9) != 0 : 0;
    s->party = rnd(2) ? WORK : WORK2;
    s->mbr = s->what == PROVIDER && s->n ? 18900 : 0;
  } else if (k.live_tasks < 2 + rnd(6)) {
    s->what = POST;
    s->by = rnd(2) ? CLIENT : CLIENT2;
    s->mbr = 76100 + (rnd(30) == 0);
    s->amount = rnd(20) ? 1 + rnd(50000) : rnd(2);
    if (k.asa && rnd(5) == 0) s->amount = (1ull << 50) + rnd(1000);
    s->bond = rnd(3) ? rnd(3000) : rnd(40) ? 0 : UINT64_MAX - rnd(60000);
    s->n = rnd(20) ? 60 + (uint32_t)rnd(600) : rnd(2) ? 59 : 2592000 + (uint32_t)rnd(2);
    s->m = rnd(20) ? (uint32_t)(k.review_min + rnd(400)) : rnd(2) ? (uint32_t)k.review_min - 1 : 2592001;
  } else {
    choose_task(s);
  }
}

static void disturb(void) {
  static const unsigned who[] = {WORK, WORK2, CLIENT, CLIENT2, TREASURY};
  unsigned p = who[rnd(5)];
  const algo_addr_t *a = &k.w.who[p];
  uint64_t have, held, algo = world_balance(&k.w, a);
  bool frozen = false, app_frozen, in = k.asa && world_holding(&k.w, a, &have, &frozen);
  if (algo < 1000000) {
    if (rnd(2)) world_pay(&k.w, &k.w.who[ISSUER], a, 5000000000, false);
    return;
  }
  if (rnd(6) == 0) {
    if (in && frozen) world_freeze(&k.w, a, false);
    if (in) world_xfer(&k.w, a, &k.w.who[ISSUER], 0, true);
    world_pay(&k.w, a, &k.w.who[ISSUER], 0, true);
    return;
  }
  if (!k.asa) return;
  world_holding(&k.w, &k.w.app_addr, &held, &app_frozen);
  if (app_frozen || rnd(25) == 0) world_freeze(&k.w, &k.w.app_addr, !app_frozen);
  if (!in) {
    world_opt_in(&k.w, a);
    world_xfer(&k.w, &k.w.who[ISSUER], a, 1ull << 55, false);
  } else if (frozen || rnd(5) == 0) {
    world_freeze(&k.w, a, !frozen);
  } else if (rnd(5) == 0) {
    world_xfer(&k.w, a, &k.w.who[ISSUER], 0, true);
  } else if (rnd(20) == 0 && held) {
    uint64_t take = rnd(held) / 3;
    world_clawback(&k.w, &k.w.app_addr, take);
    k.clawed += take;
  }
}

static bool affordable(const step_t *s) {
  bool deposits = s->what == POST || s->what == ACCEPT, frozen;
  u128_t need = k.w.fee + 2000 + (u128_t)s->mbr + (deposits && !k.asa ? s->amount : 0);
  uint64_t have;
  const algo_addr_t *a = &k.w.who[s->by];
  if (world_balance(&k.w, a) < need + world_min_balance(&k.w, a)) return false;
  if (!deposits || !k.asa) return true;
  if (!world_holding(&k.w, &k.w.app_addr, &have, &frozen) || frozen) return false;
  return world_holding(&k.w, a, &have, &frozen) && !frozen && have >= s->amount;
}

/* ---- comparing ---- */

static bool same_logs(void) {
  size_t at = 0;
  for (size_t i = 0; i < k.w.delta->n_logs; i++) {
    algo_bytes_t have = k.w.delta->logs[i];
    if (k.logs.n < at + 2 + have.n || memcmp(k.logs.p + at + 2, have.p, have.n) != 0) return false;
    at += 2 + have.n;
  }
  return at == k.logs.n;
}

static void task_bytes(const task_t *t) {
  algo_buf_clear(&k.logs);
  put_party(t->client);
  put(t->gpu, 8);
  put(t->reward, 8);
  put(t->bond, 8);
  put(t->owed, 8);
  put(t->state, 1);
  put(t->fee_bps, 2);
  put(t->run, 4);
  put(t->review, 4);
  put(t->dispute, 4);
  put(t->posted, 8);
  put(t->accepted, 8);
  put(t->submitted, 8);
  put(t->disputed, 8);
  algo_buf_put(&k.logs, t->spec, 32);
  algo_buf_put(&k.logs, t->result, 32);
}

static bool same_box(char prefix, uint64_t id, bool live) {
  uint8_t be[8];
  algo_bytes_t value;
  algo_put_be64(be, id);
  bool there = world_box(&k.w, prefix, algo_bytes(be, 8), &value);
  return there == live && (!live || algo_bytes_eq(value, algo_buf_view(&k.logs)));
}

static bool same_boxes(void) {
  for (uint64_t i = k.next > 60 ? k.next - 60 : 0; i < k.next; i++) {
    task_bytes(&k.tasks[i]);
    if (!same_box('t', i, k.tasks[i].live)) return false;
    algo_buf_clear(&k.logs);
    put_party(k.tasks[i].worker);
    put(k.tasks[i].worker_owed, 8);
    if (!same_box('w', i, k.tasks[i].worker_live)) return false;
  }
  return true;
}

static u128_t must_hold(void) {
  u128_t sum = k.fees;
  for (uint64_t i = 0; i < k.next; i++) {
    const task_t *t = &k.tasks[i];
    if (t->live) sum += t->owed + (t->state <= 3 ? t->reward : 0) + (t->state >= 1 && t->state <= 3 ? t->bond : 0);
    if (t->worker_live) sum += t->worker_owed;
  }
  return sum;
}

static bool same_holding(void) {
  uint64_t balance = world_balance(&k.w, &k.w.app_addr), min = world_min_balance(&k.w, &k.w.app_addr), have;
  bool frozen;
  if (!k.asa) return balance == min + must_hold();
  world_holding(&k.w, &k.w.app_addr, &have, &frozen);
  return balance == min && have + (u128_t)k.clawed == must_hold();
}

static bool same_globals(void) {
  return world_number(&k.w, "fees") == k.fees && world_number(&k.w, "next_task") == k.next &&
         world_number(&k.w, "live_tasks") == k.live_tasks && world_number(&k.w, "live_workers") == k.live_workers &&
         world_number(&k.w, "live_providers") == k.providers && world_number(&k.w, "paused") == k.paused;
}

static bool same_balances(const uint64_t *algo, const uint64_t *asset) {
  for (unsigned p = 0; p < PARTIES; p++) {
    uint64_t have = 0;
    bool frozen;
    if (k.asa) world_holding(&k.w, &k.w.who[p], &have, &frozen);
    if (world_balance(&k.w, &k.w.who[p]) != algo[p] - (p == k.by ? k.spent : 0) + k.got[p]) return false;
    if (have != asset[p] - (p == k.by ? k.spent_asset : 0) + k.got_asset[p]) return false;
  }
  return true;
}

static const char *one_step(const step_t *s) {
  uint64_t algo[PARTIES], asset[PARTIES];
  bool frozen;
  algo_method_call_t c;
  for (unsigned p = 0; p < PARTIES; p++) {
    algo[p] = world_balance(&k.w, &k.w.who[p]);
    asset[p] = 0;
    if (k.asa) world_holding(&k.w, &k.w.who[p], &asset[p], &frozen);
  }
  const char *want = model(s);
  call_of(&c, s);
  bool ok = world_call(&k.w, s->by, &c);
  if (ok != !want || (want && strcmp(want, k.w.refusal) != 0)) return want ? want : "accepted";
  if (want) return NULL;
  k.accepted[s->what]++;
  if (k.w.budget > k.budget) k.budget = k.w.budget;
  if (!same_logs()) return "the logs differ";
  if (!same_balances(algo, asset)) return "the balances differ";
  if (!same_globals()) return "the global state differs";
  if (!same_boxes()) return "a box differs";
  return same_holding() ? NULL : "the market does not hold what it has to";
}

static void open_market(bool asa, uint64_t seed) {
  memset(&k, 0, sizeof k);
  k.asa = asa;
  k.rng = seed;
  k.next = k.open = 1;
  k.fee_bps = 500;
  k.dispute_s = 600;
  k.review_min = 60;
  world_open(&k.w, &algo_escrow_spec_algo, &algo_escrow_spec_asa, asa);
  algo_method_call_t c;
  algo_app_t none = {0, k.w.app.asset};
  algo_escrow_create(&c, &none, &k.w.who[TREASURY], &k.w.who[ARBITER], k.w.app.asset, 500, 600, 60, 1, &k.w.arena,
                     NULL);
  ck_assert_msg(world_create(&k.w, &c), "%s", k.w.refusal);
  algo_escrow_bootstrap(&c, &k.w.app, asa ? 200000 : 100000, &k.w.arena, NULL);
  ck_assert_msg(world_call(&k.w, ADMIN, &c), "%s", k.w.refusal);
}

START_TEST(walk) {
  static const int64_t jumps[] = {0, 0, 0, 0, 1, 25, 59, 60, 61, 200};
  const char *env = getenv("ALGORENT_WALK");
  int steps = env ? atoi(env) : 2500;
  open_market(_i & 1, (uint64_t)_i + 1);
  k.w.measures = _i < 2; /* the first two say what the dearest call uses */
  for (int i = 0; i < steps && k.next + 2 < TASKS; i++) {
    step_t s;
    algo_arena_reset(&k.w.arena);
    world_set_time(&k.w, k.w.now + jumps[rnd(10)]);
    if (rnd(10) == 0) disturb();
    choose(&s);
    if (!affordable(&s)) continue;
    const char *why = one_step(&s);
    ck_assert_msg(!why, "seed %d, step %d: %u by %u, id %" PRIu64 ", amount %" PRIu64 ": expected: %s; got: %s", _i + 1,
                  i, s.what, s.by, s.id, s.amount, why, k.w.refusal ? k.w.refusal : "accepted");
  }
  ck_assert_msg(k.budget <= (k.asa ? 313 : 226), "a call used %" PRIu64, k.budget);
  if (getenv("ALGORENT_WALK_SHOW")) {
    fprintf(stderr, "dearest call: %" PRIu64 "\n", k.budget);
    for (unsigned i = 0; i < STEPS; i++) fprintf(stderr, "step %u: %u accepted\n", i, k.accepted[i]);
    fprintf(stderr, "%u owed\n", k.owed);
  }
  algo_buf_fini(&k.logs);
  world_close(&k.w);
}
END_TEST

/* Reward + bond stays below 2^64, sizes are as promised, and an empty market is deleted. */
START_TEST(ends) {
  open_market(_i & 1, 9);
  algo_method_call_t c;
  ck_assert_uint_le(algo_escrow_spec_algo.approval.n, 2427);
  ck_assert_uint_le(algo_escrow_spec_asa.approval.n, 2612);
  algo_escrow_delete(&c, &k.w.app, &k.w.arena, NULL);
  ck_assert(!world_call(&k.w, STRANGER, &c));
  ck_assert_str_eq(k.w.refusal, "only the admin may do this");
  ck_assert_msg(world_call(&k.w, ADMIN, &c), "%s", k.w.refusal);
  ck_assert_uint_eq(world_balance(&k.w, &k.w.app_addr), 0);
  world_close(&k.w);
}
END_TEST

int main(void) {
  const char *n = getenv("ALGORENT_WALKS");
  TCase *t = tcase_create("walk");
  tcase_set_timeout(t, 3600);
  tcase_add_loop_test(t, walk, 0, n ? atoi(n) : 6);
  tcase_add_loop_test(t, ends, 0, 2);
  return suite_case("escrow walk", t);
}
